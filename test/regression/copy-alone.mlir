// A copy is lowered as linalg, a dialect that nothing else here has loaded.
// RUN: mamba-opt %s --mambac-lower-linalg | FileCheck %s
// CHECK-LABEL: @copy
// CHECK: scf.parallel
func.func @copy(%x: memref<2xf32>) {
  memref.copy %x, %x : memref<2xf32> to memref<2xf32>
  return
}
