// What the sequence of einsums computes is what the one einsum computes, with a reduction of a lone axis, a factor
// without axes, and more operands than are ordered exactly.
// REQUIRES: mlir-runner
// RUN: mamba-opt %s --ssm-order-contractions='exact-up-to=2' --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s
// RUN: mamba-opt %s --ssm-order-contractions --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s
// RUN: mamba-opt %s --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)

func.func @main() {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %w = arith.constant dense<[[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]> : tensor<3x2xf32>
  %v = arith.constant dense<[[1.0, 1.0, 1.0, 1.0], [2.0, 0.0, 2.0, 0.0]]> : tensor<2x4xf32>
  %k = arith.constant dense<0.5> : tensor<f32>
  %s = arith.constant dense<[[1.0, 0.0], [2.0, 1.0]]> : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2xf32>
  // x w = [[5, 11], [14, 23]]; with s transposed [[5, 22], [0, 23]]; v summed is 4 in both rows; a half of it.
  // CHECK: [54, 46]
  %y = ssm.einsum "a b, b c, c d, , c a -> a" ins(%x, %w, %v, %k, %s : tensor<2x3xf32>, tensor<3x2xf32>, tensor<2x4xf32>, tensor<f32>, tensor<2x2xf32>) outs(%e : tensor<2xf32>)
  %u = tensor.cast %y : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}
