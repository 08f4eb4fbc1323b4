// RUN: mamba-opt %s --ssm-decompose --canonicalize | FileCheck %s

// Along a dimension of size one there is nothing to sum, and no loop to cut slices whose dimensions of size one could be
// taken for each other.

// CHECK-LABEL: func.func @inclusive
// CHECK-NOT: scf.for
// CHECK: return %arg0
func.func @inclusive(%x: tensor<2x1x3x1x1xf32>) -> tensor<2x1x3x1x1xf32> {
  %e = tensor.empty() : tensor<2x1x3x1x1xf32>
  %y = ssm.cumsum dim(3) ins(%x : tensor<2x1x3x1x1xf32>) outs(%e : tensor<2x1x3x1x1xf32>)
  return %y : tensor<2x1x3x1x1xf32>
}

// CHECK-LABEL: func.func @exclusive
// CHECK-NOT: scf.for
// CHECK: linalg.yield %{{cst.*}}
// CHECK: return
func.func @exclusive(%x: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %e = tensor.empty() : tensor<2x1xf32>
  %y = ssm.cumsum dim(1) exclusive ins(%x : tensor<2x1xf32>) outs(%e : tensor<2x1xf32>)
  return %y : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @counted
// CHECK-NOT: scf.for
// CHECK: arith.extui
func.func @counted(%x: tensor<2x1xi1>) -> tensor<2x1xi64> {
  %e = tensor.empty() : tensor<2x1xi64>
  %y = ssm.cumsum dim(1) ins(%x : tensor<2x1xi1>) outs(%e : tensor<2x1xi64>)
  return %y : tensor<2x1xi64>
}
