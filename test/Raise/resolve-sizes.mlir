// Sizes are those of what a result is computed from; nothing else changes, and nothing is visited that has no size.
// RUN: mamba-opt %s --mambac-resolve-sizes | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>
// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>)
// CHECK: %[[N:.*]] = tensor.dim %[[X]], %{{.*}} : tensor<?x8xf32>
// CHECK: %[[Y:.*]] = linalg.generic
// CHECK: tensor.expand_shape %[[Y]]
// CHECK-NOT: tensor.dim
// CHECK: return %{{.*}}, %[[N]]
func.func @chain(%x: tensor<?x8xf32>) -> (tensor<?x2x4xf32>, index) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<?x8xf32>
  %z = tensor.expand_shape %y [[0], [1, 2]] output_shape [%n, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  %m = tensor.dim %z, %c0 : tensor<?x2x4xf32>
  return %z, %m : tensor<?x2x4xf32>, index
}

// CHECK-LABEL: func.func @none
// CHECK: tensor.empty
func.func @none(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  return %x : tensor<4xf32>
}
