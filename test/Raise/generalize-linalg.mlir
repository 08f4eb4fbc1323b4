// RUN: mamba-opt %s --split-input-file --mambac-generalize-linalg --canonicalize --cse | FileCheck %s

// A number in a tensor of rank 0, broadcast, is a constant in the body.
//
// CHECK-LABEL: func @number
// CHECK-NOT: linalg.map
// CHECK-NOT: linalg.broadcast
// CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<4xf32>)
// CHECK: arith.mulf %{{.*}}, %cst
func.func @number(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant dense<2.0> : tensor<f32>
  %e = tensor.empty() : tensor<4xf32>
  %b = linalg.broadcast ins(%c : tensor<f32>) outs(%e : tensor<4xf32>) dimensions = [0]
  %y = linalg.map { arith.mulf } ins(%x, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
  return %y : tensor<4xf32>
}

// -----

// Broadcasts are maps, whether ops of their own or dimensions of size 1 read at 0.
//
// CHECK-DAG: #[[$FULL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @broadcasts
// CHECK: linalg.generic {indexing_maps = [#[[$FULL]], #[[$ROW]], #[[$FULL]]]
// CHECK: %[[V:.*]] = tensor.collapse_shape %arg2
// CHECK: linalg.generic {indexing_maps = [#[[$FULL]], #[[$ROW]], #[[$FULL]]]{{.*}} ins(%{{.*}}, %[[V]] :
func.func @broadcasts(%x: tensor<2x4xf32>, %b: tensor<4xf32>, %v: tensor<1x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %wide = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e : tensor<2x4xf32>) dimensions = [0]
  %s = linalg.map { arith.addf } ins(%x, %wide : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (0, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%s, %v : tensor<2x4xf32>, tensor<1x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// A product that starts from a bias: the bias is added behind it.
//
// CHECK-LABEL: func @bias_first
// CHECK: %[[Z:.*]] = linalg.fill
// CHECK: %[[M:.*]] = linalg.generic {{.*}} ins(%arg0, %arg1 : {{.*}}) outs(%[[Z]] :
// CHECK: linalg.generic {{.*}} ins(%[[M]], %arg2 : tensor<2x3xf32>, tensor<3xf32>)
// CHECK: arith.addf
func.func @bias_first(%x: tensor<2x4xf32>, %w: tensor<4x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %e = tensor.empty() : tensor<2x3xf32>
  %start = linalg.broadcast ins(%b : tensor<3xf32>) outs(%e : tensor<2x3xf32>) dimensions = [0]
  %y = linalg.matmul ins(%x, %w : tensor<2x4xf32>, tensor<4x3xf32>) outs(%start : tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// A broadcast that alone gives a loop its size stays; so does a sum that starts from zero, and a sum of integers.
//
// CHECK-LABEL: func @stays
// CHECK: %[[B:.*]] = linalg.generic
// CHECK: linalg.generic {{.*}} ins(%[[B]] :
// CHECK: linalg.generic {{.*}} outs(%arg2 : tensor<2xi32>)
func.func @stays(%v: tensor<2xf32>, %n: tensor<2x4xi32>, %start: tensor<2xi32>) -> (tensor<2xf32>, tensor<2xi32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4xf32>
  %wide = linalg.broadcast ins(%v : tensor<2xf32>) outs(%e : tensor<2x4xf32>) dimensions = [1]
  %e1 = tensor.empty() : tensor<2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %s = linalg.reduce { arith.addf } ins(%wide : tensor<2x4xf32>) outs(%z : tensor<2xf32>) dimensions = [1]
  %t = linalg.reduce { arith.addi } ins(%n : tensor<2x4xi32>) outs(%start : tensor<2xi32>) dimensions = [1]
  return %s, %t : tensor<2xf32>, tensor<2xi32>
}
