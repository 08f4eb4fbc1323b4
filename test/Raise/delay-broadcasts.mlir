// RUN: mamba-opt %s --ssm-delay-broadcasts --canonicalize --split-input-file | FileCheck %s

// A time step that was expanded to the channels of its head before the bias, likewise expanded, is added.

#full = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bh = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_hp = affine_map<(d0, d1, d2) -> (d1, d2)>
#hp = affine_map<(d0, d1) -> (d0, d1)>
#of_h = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @step
// CHECK-SAME:    %[[DT:.*]]: tensor<?x3xf32>, %[[BIAS:.*]]: tensor<3xf32>
// CHECK:         %[[ONCE:.*]] = linalg.generic
// CHECK-SAME:      ins(%[[DT]], %[[BIAS]] : tensor<?x3xf32>, tensor<3xf32>) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK:           arith.addf
// CHECK:         %[[EXP:.*]] = linalg.generic
// CHECK-SAME:      ins(%[[ONCE]] : tensor<?x3xf32>) outs(%{{.*}} : tensor<?x3xf32>)
// CHECK:           math.exp
// CHECK:         linalg.generic
// CHECK-SAME:      ins(%[[EXP]] : tensor<?x3xf32>) outs(%{{.*}} : tensor<?x3x4xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      linalg.yield
func.func @step(%dt: tensor<?x3xf32>, %bias: tensor<3xf32>, %e3: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  %e2 = tensor.empty() : tensor<3x4xf32>
  %wide = linalg.generic {indexing_maps = [#of_bh, #full], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt : tensor<?x3xf32>) outs(%e3 : tensor<?x3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<?x3x4xf32>
  %wide_bias = linalg.generic {indexing_maps = [#of_h, #hp], iterator_types = ["parallel", "parallel"]} ins(%bias : tensor<3xf32>) outs(%e2 : tensor<3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<3x4xf32>
  %sum = linalg.generic {indexing_maps = [#full, #of_hp, #full], iterator_types = ["parallel", "parallel", "parallel"]} ins(%wide, %wide_bias : tensor<?x3x4xf32>, tensor<3x4xf32>) outs(%e3 : tensor<?x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x3x4xf32>
  %exp = linalg.generic {indexing_maps = [#full, #full], iterator_types = ["parallel", "parallel", "parallel"]} ins(%sum : tensor<?x3x4xf32>) outs(%e3 : tensor<?x3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<?x3x4xf32>
  return %exp : tensor<?x3x4xf32>
}

// -----

// One operand has all axes; the other op reads its position.

#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @stays
// CHECK-COUNT-2: -> tensor<3x4xf32>
// CHECK-NOT:     tensor<3xf32>)
func.func @stays(%x: tensor<3xf32>, %y: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#row, #full, #full], iterator_types = ["parallel", "parallel"]} ins(%x, %y : tensor<3xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#row, #full], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = arith.index_cast %i : index to i32
    %k = arith.sitofp %j : i32 to f32
    %r = arith.mulf %p, %k : f32
    linalg.yield %r : f32
  } -> tensor<3x4xf32>
  return %a, %b : tensor<3x4xf32>, tensor<3x4xf32>
}
