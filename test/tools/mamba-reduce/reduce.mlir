// Everything but the scan goes: other functions, other results, what comes before and behind.
// RUN: mamba-reduce %s --mambac-reduce="test=%S/Inputs/has-scan.sh" | FileCheck %s
// RUN: not mamba-reduce %s --mambac-reduce="test=/bin/true" 2>&1 | FileCheck %s --check-prefix=DULL
// DULL: error: the module is not interesting as it is
//
// CHECK-NOT: ssm.cumsum
// CHECK-NOT: linalg.
// CHECK-NOT: ssm.einsum
// CHECK: ssm.scan
// CHECK-NOT: ssm.cumsum
// CHECK-NOT: ssm.einsum
// CHECK-NOT: @unrelated
func.func @main(%a: tensor<2x5x4xf32>, %b: tensor<2x5x4xf32>, %w: tensor<4x4xf32>) -> (tensor<2x5x4xf32>, tensor<2x5x4xf32>) {
  %e = tensor.empty() : tensor<2x5x4xf32>
  %s = ssm.cumsum dim(1) ins(%b : tensor<2x5x4xf32>) outs(%e : tensor<2x5x4xf32>)
  %p = linalg.exp ins(%s : tensor<2x5x4xf32>) outs(%e : tensor<2x5x4xf32>) -> tensor<2x5x4xf32>
  %h = ssm.scan "b t d, b t d -> b t d" axis(1) a(%a : tensor<2x5x4xf32>) b(%p : tensor<2x5x4xf32>)
      outs(%e : tensor<2x5x4xf32>)
  %y = ssm.einsum "b t d, d e -> b t e" ins(%h, %w : tensor<2x5x4xf32>, tensor<4x4xf32>) outs(%e : tensor<2x5x4xf32>)
  %z = ssm.cumsum dim(1) ins(%y : tensor<2x5x4xf32>) outs(%e : tensor<2x5x4xf32>)
  return %y, %z : tensor<2x5x4xf32>, tensor<2x5x4xf32>
}

func.func @unrelated(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}
