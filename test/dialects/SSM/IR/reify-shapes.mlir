// Sizes of results are told by the inputs.
// RUN: mamba-opt %s --resolve-shaped-type-result-dims --canonicalize | FileCheck %s

// CHECK-LABEL: func @einsum
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?x?xf32>, %[[W:[a-z0-9]+]]: tensor<?x?xf32>, %{{.*}})
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[N:.*]] = tensor.dim %[[W]], %[[C0]]
// CHECK-DAG: %[[M:.*]] = tensor.dim %[[X]], %[[C1]]
// CHECK: return %[[N]], %[[M]]
func.func @einsum(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = ssm.einsum "k m n : k m, n k -> n m" ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>)
  %0 = tensor.dim %y, %c0 : tensor<?x?xf32>
  %1 = tensor.dim %y, %c1 : tensor<?x?xf32>
  return %0, %1 : index, index
}

// CHECK-LABEL: func @ssd
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<?x?x8x4xf32>
// CHECK-DAG: %[[C0:.*]] = arith.constant 0
// CHECK-DAG: %[[C1:.*]] = arith.constant 1
// CHECK-DAG: %[[L:.*]] = tensor.dim %[[X]], %[[C1]]
// CHECK-DAG: %[[B:.*]] = tensor.dim %[[X]], %[[C0]]
// CHECK: return %[[L]], %[[B]]
func.func @ssd(%x: tensor<?x?x8x4xf32>, %dt: tensor<?x?x8xf32>, %A: tensor<8xf32>, %B: tensor<?x?x2x16xf32>, %y: tensor<?x?x8x4xf32>, %h: tensor<?x8x4x16xf32>)
    -> (index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0:2 = ssm.ssd "b l h p, b l h, h, b l h/4 n, b l h/4 n -> b l h p, b h p n" x(%x : tensor<?x?x8x4xf32>) dt(%dt : tensor<?x?x8xf32>) A(%A : tensor<8xf32>)
      B(%B : tensor<?x?x2x16xf32>) C(%B : tensor<?x?x2x16xf32>) outs(%y, %h : tensor<?x?x8x4xf32>, tensor<?x8x4x16xf32>)
  %1 = tensor.dim %0#0, %c1 : tensor<?x?x8x4xf32>
  %2 = tensor.dim %0#1, %c0 : tensor<?x8x4x16xf32>
  return %1, %2 : index, index
}
