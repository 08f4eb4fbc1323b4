// RUN: mamba-opt %s --ssm-delay-splits --canonicalize --split-input-file | FileCheck %s

// Time was cut into chunks, and these moved to the front, before the step is multiplied.

#in = affine_map<(c, b, q, h) -> (b, c, q, h)>
#of_h = affine_map<(c, b, q, h) -> (h)>
#out = affine_map<(c, b, q, h) -> (c, b, q, h)>
// CHECK-LABEL: func @decay
// CHECK-SAME:    %[[DT:.*]]: tensor<?x12x3xf32>, %[[A:.*]]: tensor<3xf32>
// CHECK:         %[[WHOLE:.*]] = linalg.generic {{.*}} ins(%[[DT]], %[[A]] : tensor<?x12x3xf32>, tensor<3xf32>) outs(%{{.*}} : tensor<12x?x3xf32>)
// CHECK:           arith.mulf
// CHECK:         %[[NEG:.*]] = linalg.generic {{.*}} ins(%[[WHOLE]] : tensor<12x?x3xf32>)
// CHECK:           arith.negf
// CHECK:         %[[CUT:.*]] = tensor.expand_shape %[[NEG]] {{\[\[}}0, 1], [2], [3]]
// CHECK:         %[[MOVED:.*]] = linalg.generic {{.*}} ins(%[[CUT]] : tensor<4x3x?x3xf32>) outs(%{{.*}} : tensor<4x?x3x3xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      linalg.yield
// CHECK:         ssm.cumsum dim(2) ins(%[[MOVED]]
func.func @decay(%dt: tensor<?x12x3xf32>, %A: tensor<3xf32>, %e: tensor<4x?x3x3xf32>) -> tensor<4x?x3x3xf32> {
  %c0 = arith.constant 0 : index
  %b = tensor.dim %dt, %c0 : tensor<?x12x3xf32>
  %cut = tensor.expand_shape %dt [[0], [1, 2], [3]] output_shape [%b, 4, 3, 3] : tensor<?x12x3xf32> into tensor<?x4x3x3xf32>
  %p = linalg.generic {indexing_maps = [#in, #of_h, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cut, %A : tensor<?x4x3x3xf32>, tensor<3xf32>) outs(%e : tensor<4x?x3x3xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<4x?x3x3xf32>
  %n = linalg.generic {indexing_maps = [#out, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%p : tensor<4x?x3x3xf32>) outs(%e : tensor<4x?x3x3xf32>) {
  ^bb0(%x: f32, %o: f32):
    %r = arith.negf %x : f32
    linalg.yield %r : f32
  } -> tensor<4x?x3x3xf32>
  %s = ssm.cumsum dim(2) ins(%n : tensor<4x?x3x3xf32>) outs(%e : tensor<4x?x3x3xf32>)
  return %s : tensor<4x?x3x3xf32>
}

// -----

// An operand that has a value for each chunk; a cut in another order; nothing that is summed up.

#both = affine_map<(c, q) -> (c, q)>
#turned = affine_map<(c, q) -> (q, c)>
#chunk = affine_map<(c, q) -> (c)>
// CHECK-LABEL: func @stays
// CHECK-COUNT-2: tensor.expand_shape
// CHECK-COUNT-3: arith.mulf
// CHECK-NOT:     tensor.expand_shape
func.func @stays(%x: tensor<12xf32>, %y: tensor<4xf32>, %z: tensor<12xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) {
  %e = tensor.empty() : tensor<4x3xf32>
  %cut = tensor.expand_shape %x [[0, 1]] output_shape [4, 3] : tensor<12xf32> into tensor<4x3xf32>
  %other = tensor.expand_shape %z [[0, 1]] output_shape [3, 4] : tensor<12xf32> into tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#both, #chunk, #both], iterator_types = ["parallel", "parallel"]} ins(%cut, %y : tensor<4x3xf32>, tensor<4xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %b = linalg.generic {indexing_maps = [#both, #turned, #both], iterator_types = ["parallel", "parallel"]} ins(%cut, %other : tensor<4x3xf32>, tensor<3x4xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %c = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%cut, %cut : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %s = ssm.cumsum dim(1) ins(%a : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>)
  %t = ssm.cumsum dim(1) ins(%b : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>)
  return %s, %t, %c : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>
}
