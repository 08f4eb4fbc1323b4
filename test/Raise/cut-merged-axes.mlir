// RUN: mamba-opt %s --split-input-file --ssm-cut-merged-axes --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --ssm-cut-merged-axes --canonicalize --ssm-raise-einsum | FileCheck %s --check-prefix=EINSUM

// A projection of rows that are batch and length: both stay.

// CHECK-LABEL: func.func @projection
// CHECK-SAME:  %[[X:.*]]: tensor<?x?x8xf32>, %[[W:.*]]: tensor<4x8xf32>
// CHECK:       linalg.generic {{.*}}["parallel", "parallel", "parallel", "reduction"]} ins(%[[X]], %[[W]] : tensor<?x?x8xf32>, tensor<4x8xf32>)
// CHECK-NOT:   collapse_shape
// EINSUM-LABEL: func.func @projection
// EINSUM:      ssm.einsum "a b c, d c -> a b d" ins(%arg0, %arg1 : tensor<?x?x8xf32>, tensor<4x8xf32>)
func.func @projection(%x: tensor<?x?x8xf32>, %w: tensor<4x8xf32>, %zero: f32) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x8xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x8xf32>
  %n = arith.muli %b, %l : index
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(r, e, d) -> (r, d)>, affine_map<(r, e, d) -> (e, d)>, affine_map<(r, e, d) -> (r, e)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%rows, %w : tensor<?x8xf32>, tensor<4x8xf32>) outs(%z : tensor<?x4xf32>) {
  ^bb0(%u: f32, %v: f32, %o: f32):
    %m = arith.mulf %u, %v : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  } -> tensor<?x4xf32>
  %y = tensor.expand_shape %p [[0, 1], [2]] output_shape [%b, %l, 4] : tensor<?x4xf32> into tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}

// -----

// A batch of products of matrices, merged behind a unit, as bmm of one batch has it.

// CHECK-LABEL: func.func @batch
// CHECK:       linalg.generic {{.*}} ins(%{{.*}} : tensor<1x?x?x4xf32>)
// CHECK-NOT:   into tensor<?x4xf32>
// CHECK:       return
func.func @batch(%x: tensor<?x?x4xf32>) -> tensor<?x?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %n = arith.muli %b, %l : index
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x4xf32> into tensor<?x4xf32>
  %one = tensor.expand_shape %rows [[0, 1], [2]] output_shape [1, %n, 4] : tensor<?x4xf32> into tensor<1x?x4xf32>
  %e = tensor.empty(%n) : tensor<1x?x4xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(u, r, d) -> (u, r, d)>, affine_map<(u, r, d) -> (u, r, d)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%one : tensor<1x?x4xf32>) outs(%e : tensor<1x?x4xf32>) {
  ^bb0(%u: f32, %o: f32):
    %m = math.exp %u : f32
    linalg.yield %m : f32
  } -> tensor<1x?x4xf32>
  %flat = tensor.collapse_shape %p [[0, 1], [2]] : tensor<1x?x4xf32> into tensor<?x4xf32>
  %y = tensor.expand_shape %flat [[0, 1], [2]] output_shape [%b, %l, 4] : tensor<?x4xf32> into tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}

// -----

// Taken apart at other sizes: they stay merged.

// CHECK-LABEL: func.func @other_sizes
// CHECK:       tensor.collapse_shape
// CHECK:       tensor.expand_shape
func.func @other_sizes(%x: tensor<?x?x4xf32>, %n: index, %m: index) -> tensor<?x?x4xf32> {
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x4xf32> into tensor<?x4xf32>
  %y = tensor.expand_shape %rows [[0, 1], [2]] output_shape [%n, %m, 4] : tensor<?x4xf32> into tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}

// -----

// Sizes that are known are left to those who see through them.

// CHECK-LABEL: func.func @known
// CHECK:       tensor.collapse_shape
func.func @known(%x: tensor<?x6x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.collapse_shape %x [[0], [1, 2]] : tensor<?x6x4xf32> into tensor<?x24xf32>
  %b = tensor.dim %rows, %c0 : tensor<?x24xf32>
  %e = tensor.empty(%b) : tensor<?x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(r, d) -> (r, d)>, affine_map<(r, d) -> (r, d)>], iterator_types = ["parallel", "parallel"]} ins(%e : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) {
  ^bb0(%u: f32, %o: f32):
    linalg.yield %u : f32
  } -> tensor<?x4xf32>
  %s = tensor.extract_slice %rows[0, 0] [%b, 4] [1, 1] : tensor<?x24xf32> to tensor<?x4xf32>
  return %s : tensor<?x4xf32>
}

// -----

// Another axis is taken apart: nothing to do, and an end to it.

// CHECK-LABEL: func.func @another_axis
// CHECK:       tensor.collapse_shape %arg0 {{\[\[}}0, 1], [2]]
// CHECK:       tensor.expand_shape {{.*}} {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 2, 4]
func.func @another_axis(%x: tensor<?x?x8xf32>) -> tensor<?x2x4xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x8xf32> into tensor<?x8xf32>
  %n = tensor.dim %rows, %c0 : tensor<?x8xf32>
  %y = tensor.expand_shape %rows [[0], [1, 2]] output_shape [%n, 2, 4] : tensor<?x8xf32> into tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// -----

// Flat and back, with dimensions of size one between the others.
// CHECK-LABEL: func.func @with_ones
// CHECK-NOT:   collapse_shape
// CHECK:       tensor.expand_shape %arg0 {{\[\[}}0, 1], [2, 3], [4, 5]] output_shape [1, %{{.*}}, 1, %{{.*}}, 4, 1]
func.func @with_ones(%x: tensor<?x?x4xf32>) -> tensor<1x?x1x?x4x1xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x4xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x4xf32>
  %flat = tensor.collapse_shape %x [[0, 1, 2]] : tensor<?x?x4xf32> into tensor<?xf32>
  %back = tensor.expand_shape %flat [[0, 1, 2, 3, 4, 5]] output_shape [1, %b, 1, %l, 4, 1] : tensor<?xf32> into tensor<1x?x1x?x4x1xf32>
  return %back : tensor<1x?x1x?x4x1xf32>
}
