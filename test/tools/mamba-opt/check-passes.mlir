// --check-passes runs the module before and after each pass; a rounding away is no change, a sign is.
// RUN: mamba-opt %s --check-passes --canonicalize --linalg-generalize-named-ops --ssm-raise-einsum --cse 2>&1 | FileCheck %s
// RUN: mamba-opt %s --check-passes --mambac-raise --mambac-entry-abi --one-shot-bufferize 2>&1 | FileCheck %s
//
// CHECK-NOT: error
// CHECK-NOT: note
// CHECK: func.func @main
func.func @main(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>, %e: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %r = linalg.matmul ins(%x, %y : tensor<?x?xf32>, tensor<?x?xf32>) outs(%f : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
