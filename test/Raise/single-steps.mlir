// RUN: mamba-opt %s --ssm-raise-single-steps --canonicalize --split-input-file | FileCheck %s

// One token of Mamba: the old state is an input, the new one is returned. No axis of time anywhere.

#bd = affine_map<(d0, d1) -> (d0, d1)>
#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
#of_d = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @selective
// CHECK-SAME:    %[[STATE:.*]]: tensor<2x6x5xf32>, %[[X:.*]]: tensor<2x6xf32>, %[[DT:.*]]: tensor<2x6xf32>, %[[A:.*]]: tensor<6x5xf32>, %[[B:.*]]: tensor<2x5xf32>, %[[C:.*]]: tensor<2x5xf32>, %[[D:.*]]: tensor<6xf32>
// CHECK-NOT:     math.exp
// CHECK-DAG:     %[[U:.*]] = tensor.expand_shape %[[X]]
// CHECK-DAG:     %[[DELTA:.*]] = tensor.expand_shape %[[DT]]
// CHECK:         %[[Y:.*]]:2 = ssm.selective_scan "l b d, l b d, d n, b n, b n, d, b d n -> b d l, b d n"
// CHECK-SAME:      u(%[[U]] {{.*}} delta(%[[DELTA]] {{.*}} A(%[[A]] {{.*}} B(%[[B]] {{.*}} C(%[[C]] {{.*}} D(%[[D]] {{.*}} initial_state(%[[STATE]] :
// CHECK-NOT:     linalg.generic
// CHECK:         return %{{.*}}, %[[Y]]#1
func.func @selective(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>, %D: tensor<6xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %decay = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x6xf32>, tensor<6x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = math.exp %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %input = linalg.generic {indexing_maps = [#of_bd, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %x, %B : tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.mulf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %new = linalg.generic {indexing_maps = [#bdn, #bdn, #bdn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%decay, %state, %input : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %read = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %y = linalg.generic {indexing_maps = [#bd, #bd, #of_d, #bd], iterator_types = ["parallel", "parallel"]} ins(%read, %x, %D : tensor<2x6xf32>, tensor<2x6xf32>, tensor<6xf32>) outs(%e2 : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %q, %s : f32
    %r = arith.addf %p, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}

// -----

// One token of Mamba-2: one decay a head, given as its logarithm; the step is in x already.

#full = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#of_bh = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#of_bhp = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#of_bn = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
// CHECK-LABEL: func @ssd
// CHECK-NOT:     math.exp
// CHECK:         %[[Y:.*]]:2 = ssm.ssd "l b h p, b h, l b n, l b n, b h p n -> b h p l, b h p n"
// CHECK-NOT:     linalg.generic
// CHECK:         return %{{.*}}, %[[Y]]#1
func.func @ssd(%state: tensor<2x3x4x5xf32>, %x: tensor<2x3x4xf32>, %a: tensor<2x3xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e4 = tensor.empty() : tensor<2x3x4x5xf32>
  %e3 = tensor.empty() : tensor<2x3x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %new = linalg.generic {indexing_maps = [#of_bh, #full, #of_bhp, #of_bn, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%a, %state, %x, %B : tensor<2x3xf32>, tensor<2x3x4x5xf32>, tensor<2x3x4xf32>, tensor<2x5xf32>) outs(%e4 : tensor<2x3x4x5xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %t: f32, %o: f32):
    %d = math.exp %p : f32
    %m = arith.mulf %d, %q : f32
    %i = arith.mulf %s, %t : f32
    %r = arith.addf %i, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x5xf32>
  %y = linalg.generic {indexing_maps = [#full, #of_bn, #of_bhp], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x3x4x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4xf32>
  return %y, %new : tensor<2x3x4xf32>, tensor<2x3x4x5xf32>
}

// -----

// Heads and their channels are one axis of ssm.selective_scan: a decay for each of them and each state.

#full = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#of_hpn = affine_map<(d0, d1, d2, d3) -> (d1, d2, d3)>
#of_bhp = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#of_bn = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
// CHECK-LABEL: func @heads
// CHECK-SAME:    %[[STATE:[^:]*]]: tensor<?x3x4x5xf32>, %[[X:[^:]*]]: tensor<?x3x4xf32>
// CHECK-NOT:     math.exp
// CHECK:         tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2]]
// CHECK:         %[[Y:.*]]:2 = ssm.selective_scan "l b d, l b d, d n, b n, b n, b d n -> b d l, b d n"
// CHECK-DAG:     %[[NEW:.*]] = tensor.expand_shape %[[Y]]#1 {{\[\[}}0], [1, 2], [3]]
// CHECK-DAG:     %[[RESULT:.*]] = tensor.expand_shape %{{.*}} {{.*}} into tensor<?x3x4xf32>
// CHECK-NOT:     linalg.generic
// CHECK:         return %[[RESULT]], %[[NEW]]
func.func @heads(%state: tensor<?x3x4x5xf32>, %x: tensor<?x3x4xf32>, %dt: tensor<?x3x4xf32>, %A: tensor<3x4x5xf32>, %B: tensor<?x5xf32>, %C: tensor<?x5xf32>) -> (tensor<?x3x4xf32>, tensor<?x3x4x5xf32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %e4 = tensor.empty(%b) : tensor<?x3x4x5xf32>
  %e3 = tensor.empty(%b) : tensor<?x3x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %new = linalg.generic {indexing_maps = [#of_bhp, #of_hpn, #full, #of_bhp, #of_bn, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A, %state, %x, %B : tensor<?x3x4xf32>, tensor<3x4x5xf32>, tensor<?x3x4x5xf32>, tensor<?x3x4xf32>, tensor<?x5xf32>) outs(%e4 : tensor<?x3x4x5xf32>) {
  ^bb0(%p: f32, %q: f32, %h: f32, %s: f32, %t: f32, %o: f32):
    %e = arith.mulf %p, %q : f32
    %d = math.exp %e : f32
    %m = arith.mulf %d, %h : f32
    %i = arith.mulf %s, %t : f32
    %j = arith.mulf %i, %p : f32
    %r = arith.addf %m, %j : f32
    linalg.yield %r : f32
  } -> tensor<?x3x4x5xf32>
  %y = linalg.generic {indexing_maps = [#full, #of_bn, #of_bhp], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%new, %C : tensor<?x3x4x5xf32>, tensor<?x5xf32>) outs(%z : tensor<?x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<?x3x4xf32>
  return %y, %new : tensor<?x3x4xf32>, tensor<?x3x4x5xf32>
}

// -----

// The first token: the old state is 0. The product with it says what would decay.

#full = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#of_bh = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#of_bhp = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#of_bn = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
// CHECK-LABEL: func @first_step
// CHECK-NOT:     math.exp
// CHECK:         %[[Y:.*]]:2 = ssm.ssd "l b h p, b h, l b n, l b n -> b h p l, b h p n"
// CHECK-NOT:     initial_state
// CHECK-NOT:     linalg.generic
// CHECK:         return %{{.*}}, %[[Y]]#1
func.func @first_step(%x: tensor<2x3x4xf32>, %a: tensor<2x3xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e4 = tensor.empty() : tensor<2x3x4x5xf32>
  %e3 = tensor.empty() : tensor<2x3x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %state = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  %new = linalg.generic {indexing_maps = [#of_bh, #full, #of_bhp, #of_bn, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%a, %state, %x, %B : tensor<2x3xf32>, tensor<2x3x4x5xf32>, tensor<2x3x4xf32>, tensor<2x5xf32>) outs(%e4 : tensor<2x3x4x5xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %t: f32, %o: f32):
    %d = math.exp %p : f32
    %m = arith.mulf %d, %q : f32
    %i = arith.mulf %s, %t : f32
    %r = arith.addf %m, %i : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x5xf32>
  %y = linalg.generic {indexing_maps = [#full, #of_bn, #of_bhp], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x3x4x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4xf32>
  return %y, %new : tensor<2x3x4xf32>, tensor<2x3x4x5xf32>
}

// -----

// The old state is out of a chunk that a mask leaves nothing of, and the readout is a product of scores: the decay is in
// the dead term alone.

#bp = affine_map<(b, p) -> (b, p)>
#b = affine_map<(b, p) -> (b)>
#bn_sum = affine_map<(b, n) -> (b, n)>
#b_of = affine_map<(b, n) -> (b)>
// CHECK-LABEL: func @dead_state
// CHECK-NOT:     math.exp
// CHECK:         ssm.ssd
// CHECK-NOT:     initial_state
func.func @dead_state(%x: tensor<2x4xf32>, %a: tensor<2xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>, %carried: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<2xf32>
  %e2 = tensor.empty() : tensor<2x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %scores = linalg.generic {indexing_maps = [#bn_sum, #bn_sum, #b_of], iterator_types = ["parallel", "reduction"]} ins(%B, %C : tensor<2x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %masked = linalg.generic {indexing_maps = [#bp, #bp], iterator_types = ["parallel", "parallel"]} ins(%carried : tensor<2x4xf32>) outs(%e2 : tensor<2x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %i = linalg.index 0 : index
    %end = arith.constant 2 : index
    %c = arith.cmpi sge, %i, %end : index
    %w = arith.mulf %p, %p : f32
    %r = arith.select %c, %w, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %y = linalg.generic {indexing_maps = [#bp, #b, #bp, #b, #bp], iterator_types = ["parallel", "parallel"]} ins(%x, %scores, %masked, %a : tensor<2x4xf32>, tensor<2xf32>, tensor<2x4xf32>, tensor<2xf32>) outs(%e2 : tensor<2x4xf32>) {
  ^bb0(%p: f32, %s: f32, %q: f32, %g: f32, %o: f32):
    %d = math.exp %g : f32
    %m = arith.mulf %d, %q : f32
    %n = arith.mulf %s, %p : f32
    %r = arith.addf %m, %n : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// One state: the readout is in one product with the old state, the skip comes first, and silu is the gate.

#bd = affine_map<(d0, d1) -> (d0, d1)>
#b = affine_map<(d0, d1) -> (d0)>
#d = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @one_state
// CHECK-SAME:    %[[STATE:.*]]: tensor<2x6xf32>, %[[X:.*]]: tensor<2x6xf32>, %[[DT:.*]]: tensor<2x6xf32>, %[[A:.*]]: tensor<6xf32>, %[[B:.*]]: tensor<2xf32>, %[[C:.*]]: tensor<2xf32>, %[[D:.*]]: tensor<6xf32>, %[[Z:.*]]: tensor<2x6xf32>
// CHECK-DAG:     %[[U:.*]] = tensor.expand_shape %[[X]]
// CHECK-DAG:     %[[H:.*]] = tensor.expand_shape %[[STATE]]
// CHECK-DAG:     %[[READ:.*]] = tensor.expand_shape %[[C]]
// CHECK-DAG:     %[[GATE:.*]] = tensor.expand_shape %[[Z]]
// CHECK:         ssm.selective_scan {{.*}} u(%[[U]] {{.*}} C(%[[READ]] {{.*}} D(%[[D]] {{.*}} z(%[[GATE]] {{.*}} initial_state(%[[H]] :
func.func @one_state(%state: tensor<2x6xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6xf32>, %B: tensor<2xf32>, %C: tensor<2xf32>, %D: tensor<6xf32>, %z: tensor<2x6xf32>) -> tensor<2x6xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<2x6xf32>
  %decay = linalg.generic {indexing_maps = [#bd, #d, #bd], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<2x6xf32>, tensor<6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = math.exp %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %silu = linalg.generic {indexing_maps = [#bd, #bd], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %o: f32):
    %m = arith.negf %p : f32
    %n = math.exp %m : f32
    %t = arith.addf %n, %one : f32
    %r = arith.divf %p, %t : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %ch = linalg.generic {indexing_maps = [#b, #bd, #bd], iterator_types = ["parallel", "parallel"]} ins(%C, %state : tensor<2xf32>, tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %cbx = linalg.generic {indexing_maps = [#b, #b, #bd, #bd, #bd], iterator_types = ["parallel", "parallel"]} ins(%C, %B, %x, %dt : tensor<2xf32>, tensor<2xf32>, tensor<2x6xf32>, tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %t: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %n = arith.mulf %m, %s : f32
    %r = arith.mulf %n, %t : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %y = linalg.generic {indexing_maps = [#bd, #d, #bd, #bd, #bd, #bd, #bd], iterator_types = ["parallel", "parallel"]} ins(%x, %D, %cbx, %ch, %decay, %silu : tensor<2x6xf32>, tensor<6xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %t: f32, %u: f32, %v: f32, %o: f32):
    %skip = arith.mulf %p, %q : f32
    %m = arith.addf %skip, %s : f32
    %n = arith.mulf %t, %u : f32
    %w = arith.addf %m, %n : f32
    %r = arith.mulf %w, %v : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y : tensor<2x6xf32>
}

// -----

// The new state as (h + B x) + (exp(dt A) - 1) h, and a readout of twice the state: the state that is returned is the op's.

#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
#bd = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @change_of_the_state
// CHECK-SAME:    %[[STATE:.*]]: tensor<2x6x5xf32>, %[[X:.*]]: tensor<2x6xf32>, %[[DT:.*]]: tensor<2x6xf32>, %[[A:.*]]: tensor<6x5xf32>, %[[B:.*]]: tensor<2x5xf32>, %[[C:.*]]: tensor<2x5xf32>
// CHECK-NOT:     math.exp
// CHECK-DAG:     %[[U:.*]] = tensor.expand_shape %[[X]]
// CHECK-DAG:     %[[TWICE:.*]] = linalg.generic {{.*}} ins(%[[C]] :
// CHECK:         %[[Y:.*]]:2 = ssm.selective_scan {{.*}} u(%[[U]] {{.*}} C(%[[TWICE]] {{.*}} initial_state(%[[STATE]] :
// CHECK:         return %{{.*}}, %[[Y]]#1
func.func @change_of_the_state(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %change = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x6xf32>, tensor<6x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = math.exp %m : f32
    %s = arith.subf %r, %one : f32
    linalg.yield %s : f32
  } -> tensor<2x6x5xf32>
  %with = linalg.generic {indexing_maps = [#bdn, #of_bd, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%state, %dt, %x, %B : tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%h: f32, %p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %n = arith.mulf %m, %s : f32
    %r = arith.addf %h, %n : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %new = linalg.generic {indexing_maps = [#bdn, #bdn, #bdn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%with, %change, %state : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %q, %s : f32
    %r = arith.addf %p, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %read = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %y = linalg.generic {indexing_maps = [#bd, #bd], iterator_types = ["parallel", "parallel"]} ins(%read : tensor<2x6xf32>) outs(%e2 : tensor<2x6xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.mulf %p, %two : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}
