// What is a part of a larger recurrence is left to ssm-trace-recurrences at first.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan=only-whole --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#bth = affine_map<(b, t, h) -> (b, t, h)>
#bth_h = affine_map<(b, t, h) -> (h)>
#btsh_bth = affine_map<(b, t, s, h) -> (b, t, h)>
#btsh_bsh = affine_map<(b, t, s, h) -> (b, s, h)>
#btsh = affine_map<(b, t, s, h) -> (b, t, s, h)>
#bshp = affine_map<(b, s, h, p) -> (b, s, h, p)>
#bshp_bsh = affine_map<(b, s, h, p) -> (b, s, h)>
#bthpns_btn = affine_map<(b, t, h, p, n, s) -> (b, t, n)>
#bthpns_bsn = affine_map<(b, t, h, p, n, s) -> (b, s, n)>
#bthpns_btsh = affine_map<(b, t, h, p, n, s) -> (b, t, s, h)>
#bthpns_bshp = affine_map<(b, t, h, p, n, s) -> (b, s, h, p)>
#bthpns_bthp = affine_map<(b, t, h, p, n, s) -> (b, t, h, p)>
#bsh_bh = affine_map<(b, s, h) -> (b, h)>
#bsh = affine_map<(b, s, h) -> (b, s, h)>
#bhpns_bsn = affine_map<(b, h, p, n, s) -> (b, s, n)>
#bhpns_bsh = affine_map<(b, h, p, n, s) -> (b, s, h)>
#bhpns_bshp = affine_map<(b, h, p, n, s) -> (b, s, h, p)>
#bhpns_bhpn = affine_map<(b, h, p, n, s) -> (b, h, p, n)>
#bpnh_bhpn = affine_map<(b, p, n, h) -> (b, h, p, n)>
#bpnh_bpn = affine_map<(b, p, n, h) -> (b, p, n)>

// What is summed up over the heads is the last state, which is no result of its own.
//
// CHECK: Reason="it is a part of a larger recurrence", Remark=ssm.ssd
// IR-LABEL: func.func @chunk_of_a_larger_one(
// IR-NOT: ssm.ssd
func.func @chunk_of_a_larger_one(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> (tensor<2x6x3x4xf32>, tensor<2x4x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %e2x6x6x3 = tensor.empty() : tensor<2x6x6x3xf32>
  %2 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x6x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x6x3 : tensor<2x6x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %m = arith.cmpi sge, %i, %j : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6x3xf32>
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %3 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
  %5 = linalg.generic {indexing_maps = [#bthpns_btn, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %2, %3 : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x6x3xf32>, tensor<2x6x3x4xf32>) outs(%4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %6 = tensor.extract_slice %1[0, 5, 0] [2, 1, 3] [1, 1, 1] : tensor<2x6x3xf32> to tensor<2x3xf32>
  %7 = linalg.generic {indexing_maps = [#bsh_bh, #bsh, #bsh], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %1 : tensor<2x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %8 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %e2x3x4x5 = tensor.empty() : tensor<2x3x4x5xf32>
  %9 = linalg.fill ins(%zero : f32) outs(%e2x3x4x5 : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  %10 = linalg.generic {indexing_maps = [#bhpns_bsn, #bhpns_bsh, #bhpns_bshp, #bhpns_bhpn], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%B, %7, %8 : tensor<2x6x5xf32>, tensor<2x6x3xf32>, tensor<2x6x3x4xf32>) outs(%9 : tensor<2x3x4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %r = arith.addf %m2, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x5xf32>
  %e2x4x5 = tensor.empty() : tensor<2x4x5xf32>
  %11 = linalg.fill ins(%zero : f32) outs(%e2x4x5 : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  %12 = linalg.generic {indexing_maps = [#bpnh_bhpn, #bpnh_bpn], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%10 : tensor<2x3x4x5xf32>) outs(%11 : tensor<2x4x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x5xf32>
  return %5, %12 : tensor<2x6x3x4xf32>, tensor<2x4x5xf32>
}

// -----

// What is summed up over the channels is the last state, computed once more from the same in another layout.
//
// CHECK: Reason="it is a part of a larger recurrence", Remark=ssm.ssd
// IR-LABEL: func.func @the_same_once_more(
// IR-NOT: ssm.ssd
// IR: return
#id = affine_map<(l, d) -> (l, d)>
#swap = affine_map<(l, d) -> (d, l)>
#first = affine_map<(l, d) -> (l)>
#one = affine_map<(l) -> (l)>
func.func @the_same_once_more(%rate: tensor<6xf32>, %u: tensor<6x3xf32>, %B: tensor<6xf32>, %C: tensor<6xf32>) -> (tensor<6x3xf32>, tensor<f32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x3xf32>
  %t = tensor.empty() : tensor<3x6xf32>
  %v = tensor.empty() : tensor<6xf32>
  %a = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%rate : tensor<6xf32>) outs(%v : tensor<6xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<6xf32>
  %x = linalg.generic {indexing_maps = [#id, #first, #id], iterator_types = ["parallel", "parallel"]} ins(%u, %B : tensor<6x3xf32>, tensor<6xf32>) outs(%e : tensor<6x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<6x3xf32>
  %h = ssm.scan "l, l d -> l d" axis(0) a(%a : tensor<6xf32>) b(%x : tensor<6x3xf32>) outs(%e : tensor<6x3xf32>)
  %y = linalg.generic {indexing_maps = [#id, #first, #id], iterator_types = ["parallel", "parallel"]} ins(%h, %C : tensor<6x3xf32>, tensor<6xf32>) outs(%e : tensor<6x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<6x3xf32>
  %again = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%rate : tensor<6xf32>) outs(%v : tensor<6xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<6xf32>
  %xT = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<6x3xf32>) outs(%t : tensor<3x6xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<3x6xf32>
  %f = tensor.empty() : tensor<3xf32>
  %s, %last = ssm.scan "l, d l -> d l, d" axis(0) a(%again : tensor<6xf32>) b(%xT : tensor<3x6xf32>) outs(%t, %f : tensor<3x6xf32>, tensor<3xf32>)
  %n = tensor.empty() : tensor<f32>
  %z = linalg.fill ins(%zero : f32) outs(%n : tensor<f32>) -> tensor<f32>
  %sum = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> ()>], iterator_types = ["reduction"]} ins(%last : tensor<3xf32>) outs(%z : tensor<f32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.addf %p, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %y, %sum : tensor<6x3xf32>, tensor<f32>
}

// -----

// A readout of one state, put together with another part after the sum over that one.
//
// CHECK: Reason="it is a part of a larger recurrence", Remark=ssm.ssd
// IR-LABEL: func.func @sum_of_one(
// IR-NOT: ssm.ssd
// IR: return
#all = affine_map<(l, d, n) -> (l, d, n)>
#ld = affine_map<(l, d, n) -> (l, d)>
#ln = affine_map<(l, d, n) -> (l, n)>
func.func @sum_of_one(%rate: tensor<6x3xf32>, %u: tensor<6x3xf32>, %B: tensor<6x1xf32>, %C: tensor<6x1xf32>, %rest: tensor<2x3xf32>) -> tensor<8x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<6x3xf32>
  %e3 = tensor.empty() : tensor<6x3x1xf32>
  %a = linalg.generic {indexing_maps = [#ld, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%rate : tensor<6x3xf32>) outs(%e3 : tensor<6x3x1xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<6x3x1xf32>
  %x = linalg.generic {indexing_maps = [#ld, #ln, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%u, %B : tensor<6x3xf32>, tensor<6x1xf32>) outs(%e3 : tensor<6x3x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<6x3x1xf32>
  %h = ssm.scan "l d n, l d n -> l d n" axis(0) a(%a : tensor<6x3x1xf32>) b(%x : tensor<6x3x1xf32>) outs(%e3 : tensor<6x3x1xf32>)
  %m = linalg.generic {indexing_maps = [#all, #ln, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%h, %C : tensor<6x3x1xf32>, tensor<6x1xf32>) outs(%e3 : tensor<6x3x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<6x3x1xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<6x3xf32>) -> tensor<6x3xf32>
  %y = linalg.generic {indexing_maps = [#all, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<6x3x1xf32>) outs(%z : tensor<6x3xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.addf %p, %o : f32
    linalg.yield %r : f32
  } -> tensor<6x3xf32>
  %r = tensor.concat dim(0) %y, %rest : (tensor<6x3xf32>, tensor<2x3xf32>) -> tensor<8x3xf32>
  return %r : tensor<8x3xf32>
}
