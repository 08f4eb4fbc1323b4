// RUN: mamba-opt %s --ssm-plain-products --canonicalize | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: func.func @outer
// CHECK-NOT: linalg.fill
// CHECK: %[[P:.*]] = arith.mulf
// CHECK-NEXT: linalg.yield %[[P]]
func.func @outer(%a: tensor<3x4xf32>, %b: tensor<3xf32>) -> tensor<3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<3x4xf32>, tensor<3xf32>) outs(%z : tensor<3x4xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %p = arith.mulf %x, %w : f32
    %s = arith.addf %o, %p : f32
    linalg.yield %s : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// Begun with one, and a sum that is one.

// CHECK-LABEL: func.func @begun_with_one
// CHECK: arith.addf
func.func @begun_with_one(%a: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %z = linalg.fill ins(%one : f32) outs(%e : tensor<3x4xf32>) -> tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<3x4xf32>) outs(%z : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// CHECK-LABEL: func.func @reduction
// CHECK: linalg.fill
// CHECK: arith.addf
func.func @reduction(%a: tensor<3x4xf32>) -> tensor<3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<3x4xf32>) outs(%z : tensor<3xf32>) {
  ^bb0(%x: f32, %o: f32):
    %s = arith.addf %o, %x : f32
    linalg.yield %s : f32
  } -> tensor<3xf32>
  return %y : tensor<3xf32>
}

#ikj_ij = affine_map<(i, k, j) -> (i, j)>
#ikj_jk = affine_map<(i, k, j) -> (j, k)>
#ikj_ik = affine_map<(i, k, j) -> (i, k)>
#ik = affine_map<(i, k) -> (i, k)>

// A multiple of zeros is added to a sum.
//
// CHECK-LABEL: func.func @add_zeros
// CHECK: %[[S:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-NOT: linalg.generic
// CHECK: return %[[S]]
func.func @add_zeros(%x: tensor<3x4xf32>, %y: tensor<4x5xf32>) -> tensor<3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e3x5 = tensor.empty() : tensor<3x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e3x5 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e3x5 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %1 = linalg.generic {indexing_maps = [#ikj_ij, #ikj_jk, #ikj_ik], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<3x4xf32>, tensor<4x5xf32>) outs(%0 : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  %2 = linalg.generic {indexing_maps = [#ik, #ik, #ik], iterator_types = ["parallel", "parallel"]} ins(%zeros, %1 : tensor<3x5xf32>, tensor<3x5xf32>) outs(%e3x5 : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %two = arith.constant 2.0 : f32
    %n = arith.mulf %a, %two : f32
    %r = arith.addf %n, %b : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  return %2 : tensor<3x5xf32>
}

#ik_k = affine_map<(i, k) -> (k)>

// A sum that is scaled where its bias is added.
//
// CHECK-LABEL: func.func @scaled_with_bias
// CHECK: %[[S:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: %[[H:.*]] = linalg.generic {{.*}} ins(%[[S]] : tensor<3x5xf32>)
// CHECK: arith.mulf
// CHECK: linalg.generic {{.*}} ins(%[[H]], %arg2 : tensor<3x5xf32>, tensor<5xf32>)
// CHECK-NOT: arith.mulf
// CHECK: return
func.func @scaled_with_bias(%x: tensor<3x4xf32>, %y: tensor<4x5xf32>, %bias: tensor<5xf32>) -> tensor<3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e3x5 = tensor.empty() : tensor<3x5xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e3x5 : tensor<3x5xf32>) -> tensor<3x5xf32>
  %1 = linalg.generic {indexing_maps = [#ikj_ij, #ikj_jk, #ikj_ik], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<3x4xf32>, tensor<4x5xf32>) outs(%0 : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  %2 = linalg.generic {indexing_maps = [#ik, #ik_k, #ik], iterator_types = ["parallel", "parallel"]} ins(%1, %bias : tensor<3x5xf32>, tensor<5xf32>) outs(%e3x5 : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %half = arith.constant 0.5 : f32
    %n = arith.mulf %a, %half : f32
    %r = arith.addf %b, %n : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  return %2 : tensor<3x5xf32>
}

// What is no sum is scaled where it was.
//
// CHECK-LABEL: func.func @scaled_input
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @scaled_input(%x: tensor<3x5xf32>, %bias: tensor<5xf32>) -> tensor<3x5xf32> {
  %e3x5 = tensor.empty() : tensor<3x5xf32>
  %0 = linalg.generic {indexing_maps = [#ik, #ik_k, #ik], iterator_types = ["parallel", "parallel"]} ins(%x, %bias : tensor<3x5xf32>, tensor<5xf32>) outs(%e3x5 : tensor<3x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %half = arith.constant 0.5 : f32
    %n = arith.mulf %a, %half : f32
    %r = arith.addf %b, %n : f32
    linalg.yield %r : f32
  } -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}
