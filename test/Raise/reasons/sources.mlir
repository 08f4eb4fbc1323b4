// Sums over times that count other sources than a recurrence does, or read and add something else.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
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

// Every other time is a source.
//
// CHECK: Reason="the sources of a term are not consecutive times", Remark=ssm.ssd
// IR-LABEL: func.func @every_other_source(
// IR-NOT: ssm.ssd
func.func @every_other_source(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %2 = tensor.extract_slice %1[0, 0, 0] [2, 3, 3] [1, 2, 1] : tensor<2x6x3xf32> to tensor<2x3x3xf32>
  %e2x6x3x3 = tensor.empty() : tensor<2x6x3x3xf32>
  %3 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %2 : tensor<2x6x3xf32>, tensor<2x3x3xf32>) outs(%e2x6x3x3 : tensor<2x6x3x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %two = arith.constant 2 : index
    %k = arith.muli %j, %two : index
    %m = arith.cmpi sge, %i, %k : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x3xf32>
  %4 = tensor.extract_slice %B[0, 0, 0] [2, 3, 5] [1, 2, 1] : tensor<2x6x5xf32> to tensor<2x3x5xf32>
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %5 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %6 = tensor.extract_slice %5[0, 0, 0, 0] [2, 3, 3, 4] [1, 2, 1, 1] : tensor<2x6x3x4xf32> to tensor<2x3x3x4xf32>
  %7 = linalg.fill ins(%zero : f32) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
  %8 = linalg.generic {indexing_maps = [#bthpns_btn, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %4, %3, %6 : tensor<2x6x5xf32>, tensor<2x3x5xf32>, tensor<2x6x3x3xf32>, tensor<2x3x3x4xf32>) outs(%7 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %8 : tensor<2x6x3x4xf32>
}

// -----

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

// A time has the sources up to half of it.
//
// CHECK: Reason="the mask of a term is not a causal one", Remark=ssm.ssd
// IR-LABEL: func.func @sources_of_the_first_half(
// IR-NOT: ssm.ssd
func.func @sources_of_the_first_half(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
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
    %two = arith.constant 2 : index
    %k = arith.muli %j, %two : index
    %m = arith.cmpi sge, %i, %k : index
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
  return %5 : tensor<2x6x3x4xf32>
}

// -----

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

// The latest source is three times back; the first three times have none.
//
// CHECK: Reason="a term's range of sources may be negative", Remark=ssm.ssd
// IR-LABEL: func.func @sources_three_times_ago(
// IR-NOT: ssm.ssd
func.func @sources_three_times_ago(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
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
    %three = arith.constant 3 : index
    %k = arith.addi %j, %three : index
    %m = arith.cmpi sge, %i, %k : index
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
  return %5 : tensor<2x6x3x4xf32>
}

// -----

#btsn_btn = affine_map<(b, t, s, n) -> (b, t, n)>
#btsn_bsn = affine_map<(b, t, s, n) -> (b, s, n)>
#btsn_bts = affine_map<(b, t, s, n) -> (b, t, s)>
#bts = affine_map<(b, t, s) -> (b, t, s)>
#btps_bts = affine_map<(b, t, p, s) -> (b, t, s)>
#btps_bsp = affine_map<(b, t, p, s) -> (b, s, p)>
#btps_btp = affine_map<(b, t, p, s) -> (b, t, p)>

// Linear attention whose first times do not read themselves, and whose last ones read all others.
//
// CHECK: Reason="no causal mask", Remark=ssm.ssd
// IR-LABEL: func.func @no_mask_at_last(
// IR-NOT: ssm.ssd
func.func @no_mask_at_last(%x: tensor<2x12x64xf32>, %B: tensor<2x12x5xf32>, %C: tensor<2x12x5xf32>) -> tensor<2x12x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x12x12 = tensor.empty() : tensor<2x12x12xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x12x12 : tensor<2x12x12xf32>) -> tensor<2x12x12xf32>
  %1 = linalg.generic {indexing_maps = [#btsn_btn, #btsn_bsn, #btsn_bts], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x12x5xf32>, tensor<2x12x5xf32>) outs(%0 : tensor<2x12x12xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x12x12xf32>
  %2 = linalg.generic {indexing_maps = [#bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x12x12xf32>) outs(%e2x12x12 : tensor<2x12x12xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %three = arith.constant 3 : index
    %before = arith.cmpi slt, %j, %i : index
    %first = arith.cmpi slt, %i, %three : index
    %none = arith.constant 0.0 : f32
    %m = arith.select %before, %a, %none : f32
    %r = arith.select %first, %m, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x12x12xf32>
  %e2x12x64 = tensor.empty() : tensor<2x12x64xf32>
  %3 = linalg.fill ins(%zero : f32) outs(%e2x12x64 : tensor<2x12x64xf32>) -> tensor<2x12x64xf32>
  %4 = linalg.generic {indexing_maps = [#btps_bts, #btps_bsp, #btps_btp], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%2, %x : tensor<2x12x12xf32>, tensor<2x12x64xf32>) outs(%3 : tensor<2x12x64xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x12x64xf32>
  return %4 : tensor<2x12x64xf32>
}

// -----

#bth = affine_map<(b, t, h) -> (b, t, h)>
#bth_h = affine_map<(b, t, h) -> (h)>
#bthpn_n = affine_map<(b, t, h, p, n) -> (n)>
#bthpn_bth = affine_map<(b, t, h, p, n) -> (b, t, h)>
#bthpn_bhpn = affine_map<(b, t, h, p, n) -> (b, h, p, n)>
#bthpn_bthp = affine_map<(b, t, h, p, n) -> (b, t, h, p)>
#btsh_bth = affine_map<(b, t, s, h) -> (b, t, h)>
#btsh_bsh = affine_map<(b, t, s, h) -> (b, s, h)>
#btsh = affine_map<(b, t, s, h) -> (b, t, s, h)>
#bshp = affine_map<(b, s, h, p) -> (b, s, h, p)>
#bshp_bsh = affine_map<(b, s, h, p) -> (b, s, h)>
#bthpns_n = affine_map<(b, t, h, p, n, s) -> (n)>
#bthpns_bsn = affine_map<(b, t, h, p, n, s) -> (b, s, n)>
#bthpns_btsh = affine_map<(b, t, h, p, n, s) -> (b, t, s, h)>
#bthpns_bshp = affine_map<(b, t, h, p, n, s) -> (b, s, h, p)>
#bthpns_bthp = affine_map<(b, t, h, p, n, s) -> (b, t, h, p)>

// The initial state has a readout of its own.
//
// CHECK: Reason="the initial state is not read like the others", Remark=ssm.ssd
// IR-LABEL: func.func @initial_state_read_otherwise(
// IR-NOT: ssm.ssd
func.func @initial_state_read_otherwise(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %c1: tensor<5xf32>, %c2: tensor<5xf32>, %init: tensor<2x3x4x5xf32>) -> tensor<2x6x3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %2 = linalg.generic {indexing_maps = [#bth, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %3 = linalg.fill ins(%zero : f32) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
  %4 = linalg.generic {indexing_maps = [#bthpn_n, #bthpn_bth, #bthpn_bhpn, #bthpn_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%c2, %2, %init : tensor<5xf32>, tensor<2x6x3xf32>, tensor<2x3x4x5xf32>) outs(%3 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %r = arith.addf %m2, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %e2x6x6x3 = tensor.empty() : tensor<2x6x6x3xf32>
  %5 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x6x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x6x3 : tensor<2x6x6x3xf32>) {
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
  %6 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %7 = linalg.generic {indexing_maps = [#bthpns_n, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%c1, %B, %5, %6 : tensor<5xf32>, tensor<2x6x5xf32>, tensor<2x6x6x3xf32>, tensor<2x6x3x4xf32>) outs(%4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %7 : tensor<2x6x3x4xf32>
}

// -----

#bth = affine_map<(b, t, h) -> (b, t, h)>
#bth_h = affine_map<(b, t, h) -> (h)>
#bthpn_btn = affine_map<(b, t, h, p, n) -> (b, t, n)>
#bthpn_bth = affine_map<(b, t, h, p, n) -> (b, t, h)>
#bthpn_bhpn = affine_map<(b, t, h, p, n) -> (b, h, p, n)>
#bthpn_bthp = affine_map<(b, t, h, p, n) -> (b, t, h, p)>
#bthp = affine_map<(b, t, h, p) -> (b, t, h, p)>
#bthp_h = affine_map<(b, t, h, p) -> (h)>
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

// Two multiples of x are added.
//
// CHECK: Reason="more than one multiple of x is added", Remark=ssm.ssd
// IR-LABEL: func.func @two_skips(
// IR-NOT: ssm.ssd
func.func @two_skips(%D: tensor<3xf32>, %E: tensor<3xf32>, %init: tensor<2x3x4x5xf32>, %x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %2 = linalg.generic {indexing_maps = [#bth, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %3 = linalg.fill ins(%zero : f32) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
  %4 = linalg.generic {indexing_maps = [#bthpn_btn, #bthpn_bth, #bthpn_bhpn, #bthpn_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %2, %init : tensor<2x6x5xf32>, tensor<2x6x3xf32>, tensor<2x3x4x5xf32>) outs(%3 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %r = arith.addf %m2, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %5 = linalg.generic {indexing_maps = [#bthp, #bthp, #bthp_h, #bthp_h, #bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %x, %D, %E : tensor<2x6x3x4xf32>, tensor<2x6x3x4xf32>, tensor<3xf32>, tensor<3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m = arith.mulf %b, %c : f32
    %n = arith.mulf %b, %d : f32
    %q = arith.addf %a, %m : f32
    %r = arith.addf %q, %n : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %e2x6x6x3 = tensor.empty() : tensor<2x6x6x3xf32>
  %6 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x6x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x6x3 : tensor<2x6x6x3xf32>) {
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
  %7 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %8 = linalg.generic {indexing_maps = [#bthpns_btn, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %6, %7 : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x6x3xf32>, tensor<2x6x3x4xf32>) outs(%5 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %8 : tensor<2x6x3x4xf32>
}

// -----

#bthp = affine_map<(b, t, h, p) -> (b, t, h, p)>
#bthp_th = affine_map<(b, t, h, p) -> (t, h)>
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

// What x is multiplied by before it is added differs from time to time.
//
// CHECK: Reason="the skip's factor depends on time", Remark=ssm.ssd
// IR-LABEL: func.func @skip_of_the_time(
// IR-NOT: ssm.ssd
func.func @skip_of_the_time(%D: tensor<6x3xf32>, %x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %0 = linalg.generic {indexing_maps = [#bthp, #bthp_th, #bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %D : tensor<2x6x3x4xf32>, tensor<6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %1 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %e2x6x6x3 = tensor.empty() : tensor<2x6x6x3xf32>
  %3 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x6x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x6x3 : tensor<2x6x6x3xf32>) {
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
  %4 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %5 = linalg.generic {indexing_maps = [#bthpns_btn, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %3, %4 : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x6x3xf32>, tensor<2x6x3x4xf32>) outs(%0 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %5 : tensor<2x6x3x4xf32>
}

// -----

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

// Factors that change at so many positions that there are more than 64 cases.
//
// CHECK: Reason="too many cases", Remark=ssm.ssd
// IR-LABEL: func.func @sixty_five_times(
// IR-NOT: ssm.ssd
func.func @sixty_five_times(%x: tensor<2x9x3x9xf32>, %dt: tensor<2x9x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>) -> tensor<2x9x3x9xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x9x3 = tensor.empty() : tensor<2x9x3xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x9x3xf32>, tensor<3xf32>) outs(%e2x9x3 : tensor<2x9x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x9x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x9x3xf32>) outs(%e2x9x3 : tensor<2x9x3xf32>)
  %e2x9x9x3 = tensor.empty() : tensor<2x9x9x3xf32>
  %2 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x9x3xf32>, tensor<2x9x3xf32>) outs(%e2x9x9x3 : tensor<2x9x9x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %m = arith.cmpi sge, %i, %j : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9x3xf32>
  %e2x9x3x9 = tensor.empty() : tensor<2x9x3x9xf32>
  %3 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x9x3x9xf32>, tensor<2x9x3xf32>) outs(%e2x9x3x9 : tensor<2x9x3x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x9x3x9xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%e2x9x3x9 : tensor<2x9x3x9xf32>) -> tensor<2x9x3x9xf32>
  %5 = linalg.generic {indexing_maps = [#bthpns_btn, #bthpns_bsn, #bthpns_btsh, #bthpns_bshp, #bthpns_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %2, %3 : tensor<2x9x5xf32>, tensor<2x9x5xf32>, tensor<2x9x9x3xf32>, tensor<2x9x3x9xf32>) outs(%4 : tensor<2x9x3x9xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %i = linalg.index 1 : index
    %i1 = arith.constant 1 : index
    %isi1 = arith.cmpi slt, %i, %i1 : index
    %fi1 = arith.select %isi1, %one, %two : f32
    %i2 = arith.constant 2 : index
    %isi2 = arith.cmpi slt, %i, %i2 : index
    %fi2 = arith.select %isi2, %one, %two : f32
    %si2 = arith.addf %fi1, %fi2 : f32
    %i3 = arith.constant 3 : index
    %isi3 = arith.cmpi slt, %i, %i3 : index
    %fi3 = arith.select %isi3, %one, %two : f32
    %si3 = arith.addf %si2, %fi3 : f32
    %i4 = arith.constant 4 : index
    %isi4 = arith.cmpi slt, %i, %i4 : index
    %fi4 = arith.select %isi4, %one, %two : f32
    %si4 = arith.addf %si3, %fi4 : f32
    %i5 = arith.constant 5 : index
    %isi5 = arith.cmpi slt, %i, %i5 : index
    %fi5 = arith.select %isi5, %one, %two : f32
    %si5 = arith.addf %si4, %fi5 : f32
    %i6 = arith.constant 6 : index
    %isi6 = arith.cmpi slt, %i, %i6 : index
    %fi6 = arith.select %isi6, %one, %two : f32
    %si6 = arith.addf %si5, %fi6 : f32
    %i7 = arith.constant 7 : index
    %isi7 = arith.cmpi slt, %i, %i7 : index
    %fi7 = arith.select %isi7, %one, %two : f32
    %si7 = arith.addf %si6, %fi7 : f32
    %i8 = arith.constant 8 : index
    %isi8 = arith.cmpi slt, %i, %i8 : index
    %fi8 = arith.select %isi8, %one, %two : f32
    %si8 = arith.addf %si7, %fi8 : f32
    %k = linalg.index 3 : index
    %k1 = arith.constant 1 : index
    %isk1 = arith.cmpi slt, %k, %k1 : index
    %fk1 = arith.select %isk1, %one, %two : f32
    %k2 = arith.constant 2 : index
    %isk2 = arith.cmpi slt, %k, %k2 : index
    %fk2 = arith.select %isk2, %one, %two : f32
    %sk2 = arith.addf %fk1, %fk2 : f32
    %k3 = arith.constant 3 : index
    %isk3 = arith.cmpi slt, %k, %k3 : index
    %fk3 = arith.select %isk3, %one, %two : f32
    %sk3 = arith.addf %sk2, %fk3 : f32
    %k4 = arith.constant 4 : index
    %isk4 = arith.cmpi slt, %k, %k4 : index
    %fk4 = arith.select %isk4, %one, %two : f32
    %sk4 = arith.addf %sk3, %fk4 : f32
    %k5 = arith.constant 5 : index
    %isk5 = arith.cmpi slt, %k, %k5 : index
    %fk5 = arith.select %isk5, %one, %two : f32
    %sk5 = arith.addf %sk4, %fk5 : f32
    %k6 = arith.constant 6 : index
    %isk6 = arith.cmpi slt, %k, %k6 : index
    %fk6 = arith.select %isk6, %one, %two : f32
    %sk6 = arith.addf %sk5, %fk6 : f32
    %k7 = arith.constant 7 : index
    %isk7 = arith.cmpi slt, %k, %k7 : index
    %fk7 = arith.select %isk7, %one, %two : f32
    %sk7 = arith.addf %sk6, %fk7 : f32
    %k8 = arith.constant 8 : index
    %isk8 = arith.cmpi slt, %k, %k8 : index
    %fk8 = arith.select %isk8, %one, %two : f32
    %sk8 = arith.addf %sk7, %fk8 : f32
    %sum = arith.addf %si8, %sk8 : f32
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %m = arith.mulf %m3, %sum : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x9x3x9xf32>
  return %5 : tensor<2x9x3x9xf32>
}

// -----

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

// The last times count twice.
//
// CHECK: Reason="the sum is another one at some times", Remark=ssm.ssd
// IR-LABEL: func.func @twice_at_the_end(
// IR-NOT: ssm.ssd
func.func @twice_at_the_end(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
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
    %i1 = linalg.index 1 : index
    %four = arith.constant 4 : index
    %m0 = arith.cmpi slt, %i1, %four : index
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %w = arith.select %m0, %one, %two : f32
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %m = arith.mulf %m3, %w : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %5 : tensor<2x6x3x4xf32>
}
