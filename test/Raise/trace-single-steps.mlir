// RUN: mamba-opt %s --ssm-trace-single-steps --canonicalize --cse --split-input-file | FileCheck %s
// RUN: mamba-opt %s --ssm-trace-single-steps --cse --ssm-raise-single-steps --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=OP
// RUN: mamba-opt %s --ssm-trace-single-steps --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK

// One token in the spelling of cumulative sums: inputs divided by the decay so far, summed up with the old state.

#all = affine_map<(b, l, d, n) -> (b, l, d, n)>
#ofState = affine_map<(b, l, d, n) -> (b, d, n)>
#ofC = affine_map<(b, l, d, n) -> (b, l, n)>
#ofY = affine_map<(b, l, d, n) -> (b, l, d)>
#ofA = affine_map<(b, l, d, n) -> (d, n)>

// CHECK-LABEL: func @one_token
// CHECK-NOT:     ssm.cumsum
// CHECK:         math.exp
// CHECK-NOT:     math.exp
// CHECK:         arith.addf
// CHECK:         iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-NOT:     linalg.generic
// OP-LABEL: func @one_token
// OP-NOT:     ssm.cumsum
// OP:         ssm.selective_scan "b l d, b l d, d n, b n, b n, b d n -> b l d"
// OP-SAME:      initial_state(%
// OP-NOT:     linalg.generic
// OP:         return
func.func @one_token(%x: tensor<2x1x3xf32>, %dt: tensor<2x1x3xf32>, %A: tensor<3x4xf32>, %B: tensor<2x1x4xf32>, %C: tensor<2x1x4xf32>, %init: tensor<2x3x4xf32>) -> tensor<2x1x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x1x3x4xf32>
  %ey = tensor.empty() : tensor<2x1x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  %dA = linalg.generic {indexing_maps = [#ofY, #ofA, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x1x3xf32>, tensor<3x4xf32>) outs(%e : tensor<2x1x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x1x3x4xf32>
  %sums = ssm.cumsum dim(1) ins(%dA : tensor<2x1x3x4xf32>) outs(%e : tensor<2x1x3x4xf32>)
  %grown = linalg.generic {indexing_maps = [#ofY, #ofY, #ofC, #all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt, %B, %sums : tensor<2x1x3xf32>, tensor<2x1x3xf32>, tensor<2x1x4xf32>, tensor<2x1x3x4xf32>) outs(%e : tensor<2x1x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %u: f32, %o: f32):
    %n = arith.negf %u : f32
    %g = math.exp %n : f32
    %m0 = arith.mulf %p, %q : f32
    %m1 = arith.mulf %m0, %s : f32
    %r = arith.mulf %m1, %g : f32
    linalg.yield %r : f32
  } -> tensor<2x1x3x4xf32>
  %total = ssm.cumsum dim(1) ins(%grown : tensor<2x1x3x4xf32>) outs(%e : tensor<2x1x3x4xf32>)
  %y = linalg.generic {indexing_maps = [#all, #ofState, #all, #ofC, #ofY], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%total, %init, %sums, %C : tensor<2x1x3x4xf32>, tensor<2x3x4xf32>, tensor<2x1x3x4xf32>, tensor<2x1x4xf32>) outs(%z : tensor<2x1x3xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %c: f32, %o: f32):
    %g = math.exp %s : f32
    %a = arith.addf %p, %q : f32
    %m0 = arith.mulf %a, %g : f32
    %m1 = arith.mulf %m0, %c : f32
    %r = arith.addf %m1, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x1x3xf32>
  return %y : tensor<2x1x3xf32>
}

// -----

// Without an old state nothing decays: what is left is the readout of the input.

#all = affine_map<(b, l, n) -> (b, l, n)>

// CHECK-LABEL: func @no_state
// CHECK-SAME:    %[[X:.*]]: tensor<2x1x4xf32>, %[[DA:.*]]: tensor<2x1x4xf32>
// CHECK-NOT:     ssm.cumsum
// CHECK-NOT:     math.exp
// CHECK:         return
func.func @no_state(%x: tensor<2x1x4xf32>, %dA: tensor<2x1x4xf32>) -> tensor<2x1x4xf32> {
  %e = tensor.empty() : tensor<2x1x4xf32>
  %sums = ssm.cumsum dim(1) ins(%dA : tensor<2x1x4xf32>) outs(%e : tensor<2x1x4xf32>)
  %grown = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %sums : tensor<2x1x4xf32>, tensor<2x1x4xf32>) outs(%e : tensor<2x1x4xf32>) {
  ^bb0(%p: f32, %u: f32, %o: f32):
    %n = arith.negf %u : f32
    %g = math.exp %n : f32
    %r = arith.mulf %p, %g : f32
    linalg.yield %r : f32
  } -> tensor<2x1x4xf32>
  %total = ssm.cumsum dim(1) ins(%grown : tensor<2x1x4xf32>) outs(%e : tensor<2x1x4xf32>)
  %y = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%total, %sums : tensor<2x1x4xf32>, tensor<2x1x4xf32>) outs(%e : tensor<2x1x4xf32>) {
  ^bb0(%p: f32, %u: f32, %o: f32):
    %g = math.exp %u : f32
    %r = arith.mulf %p, %g : f32
    linalg.yield %r : f32
  } -> tensor<2x1x4xf32>
  return %y : tensor<2x1x4xf32>
}

// -----

// Declined: over three steps the elements differ along time.

#all = affine_map<(b, l) -> (b, l)>

// CHECK-LABEL: func @three_steps
// CHECK:         ssm.cumsum
// REMARK: it depends on the position along more than one axis
func.func @three_steps(%dA: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %e = tensor.empty() : tensor<2x3xf32>
  %sums = ssm.cumsum dim(1) ins(%dA : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>)
  %y = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel"]} ins(%sums : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%u: f32, %o: f32):
    %g = math.exp %u : f32
    linalg.yield %g : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Declined: two decays of their own.

#all = affine_map<(b, l) -> (b, l)>

// CHECK-LABEL: func @two_decays
// CHECK:         ssm.cumsum
// REMARK: it is no single step of a recurrence
func.func @two_decays(%p: tensor<2x1xf32>, %q: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %e = tensor.empty() : tensor<2x1xf32>
  %s = ssm.cumsum dim(1) ins(%p : tensor<2x1xf32>) outs(%e : tensor<2x1xf32>)
  %t = ssm.cumsum dim(1) ins(%q : tensor<2x1xf32>) outs(%e : tensor<2x1xf32>)
  %y = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel"]} ins(%s, %t : tensor<2x1xf32>, tensor<2x1xf32>) outs(%e : tensor<2x1xf32>) {
  ^bb0(%u: f32, %v: f32, %o: f32):
    %g = math.exp %u : f32
    %h = math.exp %v : f32
    %r = arith.addf %g, %h : f32
    linalg.yield %r : f32
  } -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// -----

// Declined: no sum at all, though exponentials are folded.

#in = affine_map<(b, l) -> (b, l)>
#out = affine_map<(b, l) -> (b)>

// CHECK-LABEL: func @fold
// CHECK:         math.exp
// CHECK:         %[[FOLD:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
// CHECK:         return %[[FOLD]]
func.func @fold(%p: tensor<2x3xf32>, %start: tensor<2xf32>) -> tensor<2xf32> {
  %half = arith.constant 0.5 : f32
  %e = tensor.empty() : tensor<2x3xf32>
  %g = linalg.generic {indexing_maps = [#in, #in], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<2x3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%u: f32, %o: f32):
    %x = math.exp %u : f32
    linalg.yield %x : f32
  } -> tensor<2x3xf32>
  %y = linalg.generic {indexing_maps = [#in, #out], iterator_types = ["parallel", "reduction"]} ins(%g : tensor<2x3xf32>) outs(%start : tensor<2xf32>) {
  ^bb0(%u: f32, %o: f32):
    %h = arith.mulf %o, %half : f32
    %r = arith.addf %h, %u : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// The result and its new state, which is returned in another layout: the decay is computed once, in one layout for both.

#bdn = affine_map<(b, d, n) -> (b, d, n)>
#bnd = affine_map<(b, n, d) -> (b, n, d)>
#ofD = affine_map<(b, d, n) -> (b, d)>
#ofN = affine_map<(b, d, n) -> (b, n)>
#ofR = affine_map<(b, d, n) -> (d, n)>
#turned = affine_map<(b, n, d) -> (b, d, n)>
#all = affine_map<(b, l, d, n) -> (b, l, d, n)>

// CHECK-LABEL: func @state_in_another_layout
// CHECK-COUNT-1: math.exp
// CHECK-NOT:     math.exp
// CHECK:         return
// OP-LABEL: func @state_in_another_layout
// OP-NOT:     math.exp
// OP:         %[[Y:.*]]:2 = ssm.selective_scan {{.*}} -> {{.*}}, {{.*}}"
// OP-NOT:     math.exp
// OP:         return
func.func @state_in_another_layout(%x: tensor<2x3xf32>, %dt: tensor<2x3xf32>, %A: tensor<3x4xf32>, %B: tensor<2x4xf32>, %C: tensor<2x4xf32>, %init: tensor<2x3x4xf32>) -> (tensor<2x3xf32>, tensor<2x4x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x4xf32>
  %t = tensor.empty() : tensor<2x4x3xf32>
  %ey = tensor.empty() : tensor<2x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x3xf32>) -> tensor<2x3xf32>
  %dA = linalg.generic {indexing_maps = [#ofD, #ofR, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x3xf32>, tensor<3x4xf32>) outs(%e : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4xf32>
  // The sum of one step, as a cumulative sum over an axis of size one.
  %one = tensor.expand_shape %dA [[0], [1, 2], [3]] output_shape [2, 1, 3, 4] : tensor<2x3x4xf32> into tensor<2x1x3x4xf32>
  %e1 = tensor.empty() : tensor<2x1x3x4xf32>
  %sum = ssm.cumsum dim(1) ins(%one : tensor<2x1x3x4xf32>) outs(%e1 : tensor<2x1x3x4xf32>)
  %P = tensor.collapse_shape %sum [[0], [1, 2], [3]] : tensor<2x1x3x4xf32> into tensor<2x3x4xf32>
  %new = linalg.generic {indexing_maps = [#bdn, #bdn, #ofD, #ofD, #ofN, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%P, %init, %x, %dt, %B : tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x4xf32>) outs(%e : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %h: f32, %u: f32, %d: f32, %s: f32, %o: f32):
    %n = arith.negf %p : f32
    %g = math.exp %n : f32
    %m = arith.mulf %u, %d : f32
    %k = arith.mulf %m, %s : f32
    %i = arith.mulf %k, %g : f32
    %a = arith.addf %h, %i : f32
    %f = math.exp %p : f32
    %r = arith.mulf %a, %f : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4xf32>
  %y = linalg.generic {indexing_maps = [#bdn, #ofN, #ofD], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x3x4xf32>, tensor<2x4xf32>) outs(%z : tensor<2x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %turned = linalg.generic {indexing_maps = [#turned, #bnd], iterator_types = ["parallel", "parallel", "parallel"]} ins(%new : tensor<2x3x4xf32>) outs(%t : tensor<2x4x3xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<2x4x3xf32>
  return %y, %turned : tensor<2x3xf32>, tensor<2x4x3xf32>
}
