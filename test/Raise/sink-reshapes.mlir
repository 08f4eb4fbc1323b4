// RUN: mamba-opt %s --split-input-file --ssm-sink-reshapes --canonicalize --cse | FileCheck %s

// Bias and exp before the cut into chunks of 4.
#id = affine_map<(b, c, l) -> (b, c, l)>
#b = affine_map<(b, c, l) -> (b)>
// CHECK-LABEL: func.func @chunks(
// CHECK-SAME: %[[X:.*]]: tensor<2x12xf32>, %[[BIAS:.*]]: tensor<2xf32>
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[BIAS]] : tensor<2x12xf32>, tensor<2xf32>)
// CHECK: %[[C:.*]] = tensor.expand_shape %[[Y]] {{\[\[}}0], [1, 2]]
// CHECK: ssm.cumsum dim(2) ins(%[[C]] :
func.func @chunks(%x: tensor<2x12xf32>, %bias: tensor<2xf32>) -> tensor<2x3x4xf32> {
  %c = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 3, 4] : tensor<2x12xf32> into tensor<2x3x4xf32>
  %e = tensor.empty() : tensor<2x3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #b, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c, %bias : tensor<2x3x4xf32>, tensor<2xf32>) outs(%e : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %r = math.exp %s : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4xf32>
  %s = ssm.cumsum dim(2) ins(%y : tensor<2x3x4xf32>) outs(%e : tensor<2x3x4xf32>)
  return %s : tensor<2x3x4xf32>
}

// -----

// The bias has a value for each place in a chunk: nothing moves.
#id = affine_map<(b, c, l) -> (b, c, l)>
#l = affine_map<(b, c, l) -> (l)>
// CHECK-LABEL: func.func @place(
// CHECK: tensor.expand_shape %arg0
// CHECK: linalg.generic
// CHECK-NOT: tensor.expand_shape
// CHECK: ssm.cumsum
func.func @place(%x: tensor<2x12xf32>, %bias: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %c = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 3, 4] : tensor<2x12xf32> into tensor<2x3x4xf32>
  %e = tensor.empty() : tensor<2x3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #l, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%c, %bias : tensor<2x3x4xf32>, tensor<4xf32>) outs(%e : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<2x3x4xf32>
  %s = ssm.cumsum dim(2) ins(%y : tensor<2x3x4xf32>) outs(%e : tensor<2x3x4xf32>)
  return %s : tensor<2x3x4xf32>
}

// -----

// exp(flip(x) + bias) is flip(exp(x + bias)).
#id = affine_map<(b, l) -> (b, l)>
#b = affine_map<(b, l) -> (b)>
// CHECK-LABEL: func.func @turned(
// CHECK-SAME: %[[X:.*]]: tensor<2x12xf32>, %[[BIAS:.*]]: tensor<2xf32>
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[BIAS]] :
// CHECK: linalg.generic
// CHECK: tensor.extract %[[Y]]
// CHECK-NOT: tensor.extract
func.func @turned(%x: tensor<2x12xf32>, %bias: tensor<2xf32>) -> tensor<2x12xf32> {
  %c11 = arith.constant 11 : index
  %e = tensor.empty() : tensor<2x12xf32>
  %f = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<2x12xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %c11, %j : index
    %v = tensor.extract %x[%i, %k] : tensor<2x12xf32>
    linalg.yield %v : f32
  } -> tensor<2x12xf32>
  %y = linalg.generic {indexing_maps = [#id, #b, #id], iterator_types = ["parallel", "parallel"]} ins(%f, %bias : tensor<2x12xf32>, tensor<2xf32>) outs(%e : tensor<2x12xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %r = math.exp %s : f32
    linalg.yield %r : f32
  } -> tensor<2x12xf32>
  return %y : tensor<2x12xf32>
}

// -----

// A sum with what is not turned.
#id = affine_map<(b, l) -> (b, l)>
// CHECK-LABEL: func.func @not_turned(
// CHECK: tensor.extract %arg0
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} :
// CHECK: arith.addf
func.func @not_turned(%x: tensor<2x12xf32>, %z: tensor<2x12xf32>) -> tensor<2x12xf32> {
  %c11 = arith.constant 11 : index
  %e = tensor.empty() : tensor<2x12xf32>
  %f = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<2x12xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %c11, %j : index
    %v = tensor.extract %x[%i, %k] : tensor<2x12xf32>
    linalg.yield %v : f32
  } -> tensor<2x12xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%f, %z : tensor<2x12xf32>, tensor<2x12xf32>) outs(%e : tensor<2x12xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    linalg.yield %s : f32
  } -> tensor<2x12xf32>
  return %y : tensor<2x12xf32>
}
