// What a parallel loop's body may read is what can be stored in a struct.
// RUN: mamba-opt %s --mambac-outline-parallel --verify-diagnostics

func.func @tensors(%x: tensor<4xf32>, %y: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  // expected-error @+1 {{reads a value of type 'tensor<4xf32>', which has no form in memory}}
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    %v = tensor.extract %x[%i] : tensor<4xf32>
    memref.store %v, %y[%i] : memref<4xf32>
  }
  return
}
