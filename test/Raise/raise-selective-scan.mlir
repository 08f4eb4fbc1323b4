// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --ssm-absorb-time-step --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise --verify-diagnostics | FileCheck %s

// exp(softplus(raw + bias) * A), softplus(raw + bias) * u * B, readout by C, D skip, z gate: in (b, d, l).

#bdln = affine_map<(b, d, l, n) -> (b, d, l, n)>
#bdl = affine_map<(b, d, l, n) -> (b, d, l)>
#dn = affine_map<(b, d, l, n) -> (d, n)>
#bnl = affine_map<(b, d, l, n) -> (b, n, l)>
#lbdn = affine_map<(b, d, l, n) -> (l, b, d, n)>
#id = affine_map<(b, d, l) -> (b, d, l)>
#d = affine_map<(b, d, l) -> (d)>
// CHECK-LABEL: func @selective_scan
// CHECK-SAME:    %[[RAW:.*]]: tensor<?x6x5xf32>, %[[BIAS:.*]]: tensor<6xf32>, %[[A:.*]]: tensor<6x4xf32>, %[[B:.*]]: tensor<?x4x5xf32>, %[[C:.*]]: tensor<?x4x5xf32>, %[[U:.*]]: tensor<?x6x5xf32>, %[[D:.*]]: tensor<6xf32>, %[[Z:.*]]: tensor<?x6x5xf32>
// CHECK:         %[[Y:.*]] = ssm.selective_scan "b d l, b d l, d n, b n l, b n l, d, b d l, d -> b d l"
// CHECK-SAME:      u(%[[U]]
// CHECK-SAME:      delta(%[[RAW]]
// CHECK-SAME:      A(%[[A]]
// CHECK-SAME:      B(%[[B]]
// CHECK-SAME:      C(%[[C]]
// CHECK-SAME:      D(%[[D]]
// CHECK-SAME:      z(%[[Z]]
// CHECK-SAME:      delta_bias(%[[BIAS]]
// CHECK-SAME:      softplus
// CHECK:         return %[[Y]]
func.func @selective_scan(%raw: tensor<?x6x5xf32>, %bias: tensor<6xf32>, %A: tensor<6x4xf32>, %B: tensor<?x4x5xf32>,
    %C: tensor<?x4x5xf32>, %u: tensor<?x6x5xf32>, %D: tensor<6xf32>, %z: tensor<?x6x5xf32>) -> tensor<?x6x5xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %n = tensor.dim %u, %c0 : tensor<?x6x5xf32>
  %e3 = tensor.empty(%n) : tensor<?x6x5xf32>
  %e4 = tensor.empty(%n) : tensor<?x6x5x4xf32>
  %es = tensor.empty(%n) : tensor<5x?x6x4xf32>
  %ef = tensor.empty(%n) : tensor<?x6x4xf32>
  %dt = linalg.generic {indexing_maps = [#id, #d, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%raw, %bias : tensor<?x6x5xf32>, tensor<6xf32>) outs(%e3 : tensor<?x6x5xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %s = arith.addf %x, %y : f32
    %p = math.exp %s : f32
    %q = math.log1p %p : f32
    linalg.yield %q : f32
  } -> tensor<?x6x5xf32>
  %decay = linalg.generic {indexing_maps = [#bdl, #dn, #bdln], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<?x6x5xf32>, tensor<6x4xf32>) outs(%e4 : tensor<?x6x5x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %p = arith.mulf %y, %x : f32
    %q = math.exp %p : f32
    linalg.yield %q : f32
  } -> tensor<?x6x5x4xf32>
  %dB = linalg.generic {indexing_maps = [#bdl, #bnl, #bdln], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %B : tensor<?x6x5xf32>, tensor<?x4x5xf32>) outs(%e4 : tensor<?x6x5x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %p = arith.mulf %x, %y : f32
    linalg.yield %p : f32
  } -> tensor<?x6x5x4xf32>
  %dBu = linalg.generic {indexing_maps = [#bdln, #bdl, #bdln], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dB, %u : tensor<?x6x5x4xf32>, tensor<?x6x5xf32>) outs(%e4 : tensor<?x6x5x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %p = arith.mulf %x, %y : f32
    linalg.yield %p : f32
  } -> tensor<?x6x5x4xf32>
  // expected-remark @below {{Remark=ssm.selective_scan}}
  %h, %f = ssm.scan "l b d n : b d l n, b d l n -> l b d n, b d n" axis(0) a(%decay : tensor<?x6x5x4xf32>) b(%dBu : tensor<?x6x5x4xf32>) outs(%es, %ef : tensor<5x?x6x4xf32>, tensor<?x6x4xf32>)
  %y0 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<?x6x5xf32>) -> tensor<?x6x5xf32>
  %y = linalg.generic {indexing_maps = [#lbdn, #bnl, #bdl], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<5x?x6x4xf32>, tensor<?x4x5xf32>) outs(%y0 : tensor<?x6x5xf32>) {
  ^bb0(%x: f32, %v: f32, %o: f32):
    %p = arith.mulf %x, %v : f32
    %q = arith.addf %o, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x6x5xf32>
  %skip = linalg.generic {indexing_maps = [#id, #d, #id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %D, %u : tensor<?x6x5xf32>, tensor<6xf32>, tensor<?x6x5xf32>) outs(%e3 : tensor<?x6x5xf32>) {
  ^bb0(%a: f32, %x: f32, %v: f32, %o: f32):
    %p = arith.mulf %x, %v : f32
    %q = arith.addf %a, %p : f32
    linalg.yield %q : f32
  } -> tensor<?x6x5xf32>
  %gate = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%z : tensor<?x6x5xf32>) outs(%e3 : tensor<?x6x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.negf %a : f32
    %p = math.exp %m : f32
    %q = arith.addf %p, %one : f32
    %r = arith.divf %a, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x6x5xf32>
  %out = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%skip, %gate : tensor<?x6x5xf32>, tensor<?x6x5xf32>) outs(%e3 : tensor<?x6x5xf32>) {
  ^bb0(%a: f32, %x: f32, %o: f32):
    %p = arith.mulf %a, %x : f32
    linalg.yield %p : f32
  } -> tensor<?x6x5xf32>
  return %out : tensor<?x6x5xf32>
}

// -----

// A decay that is not an exponential of dt * A stays a scan.

#lbdn = affine_map<(b, d, l, n) -> (l, b, d, n)>
#bnl = affine_map<(b, d, l, n) -> (b, n, l)>
#bdl = affine_map<(b, d, l, n) -> (b, d, l)>
// CHECK-LABEL: func @plain_decay
// CHECK:         ssm.scan
// CHECK-NOT:     ssm.selective_scan
func.func @plain_decay(%a: tensor<5x2x6x4xf32>, %b: tensor<5x2x6x4xf32>, %C: tensor<2x4x5xf32>) -> tensor<2x6x5xf32> {
  %zero = arith.constant 0.0 : f32
  %es = tensor.empty() : tensor<5x2x6x4xf32>
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %h = ssm.scan "l b d n, l b d n -> l b d n" axis(0) a(%a : tensor<5x2x6x4xf32>) b(%b : tensor<5x2x6x4xf32>) outs(%es : tensor<5x2x6x4xf32>)
  %y0 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x6x5xf32>) -> tensor<2x6x5xf32>
  // expected-remark @below {{Reason="the decay is not an exponential, and may be negative", Remark=ssm.selective_scan}}
  %y = linalg.generic {indexing_maps = [#lbdn, #bnl, #bdl], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<5x2x6x4xf32>, tensor<2x4x5xf32>) outs(%y0 : tensor<2x6x5xf32>) {
  ^bb0(%x: f32, %v: f32, %o: f32):
    %p = arith.mulf %x, %v : f32
    %q = arith.addf %o, %p : f32
    linalg.yield %q : f32
  } -> tensor<2x6x5xf32>
  return %y : tensor<2x6x5xf32>
}

// -----

// Token by token with one decay for a head: the same op as from chunks. The final state stays available.

#btd = affine_map<(b, t, h, p, n) -> (b, t, h)>
#bthp = affine_map<(b, t, h, p, n) -> (b, t, h, p)>
#btn = affine_map<(b, t, h, p, n) -> (b, t, n)>
#full = affine_map<(b, t, h, p, n) -> (b, t, h, p, n)>
#bth = affine_map<(b, t, h) -> (b, t, h)>
#h = affine_map<(b, t, h) -> (h)>
// CHECK-LABEL: func @token_by_token
// CHECK-NOT:     linalg.generic
// CHECK:         %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, h, b l n, b l n, b h p n -> b l h p, b h p n"
// CHECK-SAME:      x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) initial_state(%arg5
// CHECK:         return %[[Y]]#0, %[[Y]]#1
func.func @token_by_token(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>,
    %init: tensor<2x4x3x5xf32>) -> (tensor<2x9x4x3xf32>, tensor<2x4x3x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x9x4xf32>
  %e4 = tensor.empty() : tensor<2x9x4x3xf32>
  %e5 = tensor.empty() : tensor<2x9x4x3x5xf32>
  %ef = tensor.empty() : tensor<2x4x3x5xf32>
  %a = linalg.generic {indexing_maps = [#bth, #h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%e3 : tensor<2x9x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    %s = math.exp %r : f32
    linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %b = linalg.generic {indexing_maps = [#bthp, #btd, #btn, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt, %B : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>, tensor<2x9x5xf32>) outs(%e5 : tensor<2x9x4x3x5xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %o: f32):
    %s = arith.mulf %p, %q : f32
    %t = arith.mulf %s, %r : f32
    linalg.yield %t : f32
  } -> tensor<2x9x4x3x5xf32>
  // expected-remark @below {{Remark=ssm.ssd}}
  %s, %f = ssm.scan "b t h p n : b t h, b t h p n, b h p n -> b t h p n, b h p n" axis(1) a(%a : tensor<2x9x4xf32>) b(%b : tensor<2x9x4x3x5xf32>) init(%init : tensor<2x4x3x5xf32>) outs(%e5, %ef : tensor<2x9x4x3x5xf32>, tensor<2x4x3x5xf32>)
  %y0 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %y = linalg.generic {indexing_maps = [#full, #btn, #bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%s, %C : tensor<2x9x4x3x5xf32>, tensor<2x9x5xf32>) outs(%y0 : tensor<2x9x4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    %t = arith.addf %o, %r : f32
    linalg.yield %t : f32
  } -> tensor<2x9x4x3xf32>
  return %y, %f : tensor<2x9x4x3xf32>, tensor<2x4x3x5xf32>
}

// -----

// The states are returned as well: the scan stays.

#btdn = affine_map<(b, t, d, n) -> (b, t, d, n)>
#btn = affine_map<(b, t, d, n) -> (b, t, n)>
#btd = affine_map<(b, t, d, n) -> (b, t, d)>
#dn = affine_map<(b, t, d, n) -> (d, n)>
// CHECK-LABEL: func @states_returned
// CHECK:         ssm.scan
// CHECK-NOT:     ssm.selective_scan
func.func @states_returned(%u: tensor<2x9x6xf32>, %dt: tensor<2x9x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x9x5xf32>) -> tensor<2x9x6x5xf32> {
  %e = tensor.empty() : tensor<2x9x6x5xf32>
  %a = linalg.generic {indexing_maps = [#btd, #dn, #btdn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x6xf32>, tensor<6x5xf32>) outs(%e : tensor<2x9x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    %s = math.exp %r : f32
    linalg.yield %s : f32
  } -> tensor<2x9x6x5xf32>
  %b = linalg.generic {indexing_maps = [#btd, #btd, #btn, #btdn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%u, %dt, %B : tensor<2x9x6xf32>, tensor<2x9x6xf32>, tensor<2x9x5xf32>) outs(%e : tensor<2x9x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %o: f32):
    %s = arith.mulf %p, %q : f32
    %t = arith.mulf %s, %r : f32
    linalg.yield %t : f32
  } -> tensor<2x9x6x5xf32>
  %s = ssm.scan "b t d n, b t d n -> b t d n" axis(1) a(%a : tensor<2x9x6x5xf32>) b(%b : tensor<2x9x6x5xf32>) outs(%e : tensor<2x9x6x5xf32>)
  return %s : tensor<2x9x6x5xf32>
}

// -----

// The state and its change: what decays by 1 + (exp(dt A) - 1) decays by exp(dt A).
// CHECK-LABEL: func @change_of_the_state
// CHECK-NOT:     math.exp
// CHECK:         ssm.selective_scan {{.*}} A(%arg2 :
// CHECK-NOT:     ssm.scan
#id = affine_map<(l, d, n) -> (l, d, n)>
#ld = affine_map<(l, d, n) -> (l, d)>
#ln = affine_map<(l, d, n) -> (l, n)>
#dn = affine_map<(l, d, n) -> (d, n)>
func.func @change_of_the_state(%u: tensor<9x3xf32>, %dt: tensor<9x3xf32>, %A: tensor<3x2xf32>, %B: tensor<9x2xf32>, %C: tensor<9x2xf32>) -> tensor<9x3xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<9x3x2xf32>
  %ey = tensor.empty() : tensor<9x3xf32>
  %decay = linalg.generic {indexing_maps = [#ld, #dn, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<9x3xf32>, tensor<3x2xf32>) outs(%e : tensor<9x3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = math.exp %m : f32
    linalg.yield %r : f32
  } -> tensor<9x3x2xf32>
  %change = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%decay : tensor<9x3x2xf32>) outs(%e : tensor<9x3x2xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.subf %p, %one : f32
    linalg.yield %r : f32
  } -> tensor<9x3x2xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%change : tensor<9x3x2xf32>) outs(%e : tensor<9x3x2xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.addf %one, %p : f32
    linalg.yield %r : f32
  } -> tensor<9x3x2xf32>
  %b = linalg.generic {indexing_maps = [#ld, #ld, #ln, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %u, %B : tensor<9x3xf32>, tensor<9x3xf32>, tensor<9x2xf32>) outs(%e : tensor<9x3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.mulf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<9x3x2xf32>
  // expected-remark @below {{Remark=ssm.selective_scan}}
  %h = ssm.scan "a b c, a b c -> a b c" axis(0) a(%a : tensor<9x3x2xf32>) b(%b : tensor<9x3x2xf32>) outs(%e : tensor<9x3x2xf32>)
  %y = ssm.einsum "a b c, a c -> a b" ins(%h, %C : tensor<9x3x2xf32>, tensor<9x2xf32>) outs(%ey : tensor<9x3xf32>)
  return %y : tensor<9x3xf32>
}
