// What depends on weights alone moves to @prepare; drivers read views of the packed segment, equal results once.
// RUN: mamba-opt %s --mambac-entry-abi --mambac-lower-einsum --mambac-hoist-weights --split-input-file | FileCheck %s

#id = affine_map<(n) -> (n)>
#rows = affine_map<(l, n) -> (l, n)>
#last = affine_map<(l, n) -> (n)>

// CHECK: mambac.weights_bytes = 192
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[WEIGHTS:[a-z0-9]+]]: memref<?xi8> {mambac.weights}
// CHECK-NOT: ssm.weight
// CHECK: %[[AT:.*]] = arith.constant 0 : index
// CHECK: %[[VIEW:.*]] = memref.view %[[WEIGHTS]][%[[AT]]][] : memref<?xi8> to memref<40xf32>
// CHECK: %[[A:.*]] = bufferization.to_tensor %[[VIEW]] restrict
// CHECK: ins(%{{.*}}, %[[A]], %[[A]] :
// CHECK-LABEL: func.func @prepare(
// CHECK-SAME: tensor<40xf32> {mambac.weight = "A_log"}) -> (tensor<40xf32> {mambac.offset = 0 : i64})
// CHECK: math.exp
// CHECK-NOT: math.exp
// CHECK: return
func.func @main(%x: tensor<?x40xf32>) -> tensor<?x40xf32> {
  %c0 = arith.constant 0 : index
  %l = tensor.dim %x, %c0 : tensor<?x40xf32>
  %w = ssm.weight "A_log" : tensor<40xf32>
  %e = tensor.empty() : tensor<40xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%w : tensor<40xf32>) outs(%e : tensor<40xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<40xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%w : tensor<40xf32>) outs(%e : tensor<40xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<40xf32>
  %f = tensor.empty(%l) : tensor<?x40xf32>
  %y = linalg.generic {indexing_maps = [#rows, #last, #last, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x, %a, %b : tensor<?x40xf32>, tensor<40xf32>, tensor<40xf32>) outs(%f : tensor<?x40xf32>) {
  ^bb0(%p: f32, %q: f32, %r: f32, %out: f32):
    %0 = arith.mulf %p, %q : f32
    %1 = arith.addf %0, %r : f32
    linalg.yield %1 : f32
  } -> tensor<?x40xf32>
  return %y : tensor<?x40xf32>
}

// -----

// An einsum with a weight is a packed product on the rows of x. 70 columns are three panels, the rest is zero.
// CHECK-LABEL: func.func @projection(
// CHECK: %[[ROWS:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<2x?x8xf32> into tensor<?x8xf32>
// CHECK: %[[Y:.*]] = ssm.packed_matmul x(%[[ROWS]] : tensor<?x8xf32>) packed(%{{.*}} : tensor<3x8x32xf32>)
// CHECK: tensor.expand_shape %[[Y]] {{\[}}[0, 1], [2]]
// CHECK-LABEL: func.func @prepare(
// CHECK: linalg.generic {{.*}}["parallel", "parallel", "parallel"]
// CHECK: arith.minsi %{{.*}}, %c69
// CHECK: arith.select
func.func @projection(%x: tensor<2x?x8xf32>) -> tensor<2x?x70xf32> {
  %c1 = arith.constant 1 : index
  %l = tensor.dim %x, %c1 : tensor<2x?x8xf32>
  %w = ssm.weight "w" : tensor<70x8xf32>
  %e = tensor.empty(%l) : tensor<2x?x70xf32>
  %y = ssm.einsum "b l d, n d -> b l n" ins(%x, %w : tensor<2x?x8xf32>, tensor<70x8xf32>) outs(%e : tensor<2x?x70xf32>)
  return %y : tensor<2x?x70xf32>
}
