// Modules that crashed when mutate-mlir sent them through the stages. Each gets a diagnostic, or goes through.
// RUN: mamba-opt %s --split-input-file --mambac-split-destinations | FileCheck %s --check-prefix=FILL
// RUN: not mamba-opt %s --split-input-file --mambac-entry-abi 2>&1 | FileCheck %s --check-prefix=DIM
// RUN: not mamba-opt %s --split-input-file --mambac-lower-entries 2>&1 | FileCheck %s --check-prefix=ENTRY
// RUN: not mamba-opt %s --split-input-file --mambac-plan-arena 2>&1 | FileCheck %s --check-prefix=ARENA
// RUN: mamba-opt %s --split-input-file -mlir-print-op-generic | FileCheck %s --check-prefix=PRINT

// A fill of a buffer has no result.
// FILL-LABEL: @fill
// FILL: linalg.fill
func.func @fill(%x: memref<4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  return
}

// -----

// There is no dimension 2.
// DIM: error:
func.func @dimension(%x: tensor<?x4xf32> {mambac.shape = affine_map<()[s0] -> (s0, 4)>}) -> tensor<?x4xf32>
    attributes {mambac.entry, mambac.symbols = [{name = "s0"}]} {
  %c2 = arith.constant 2 : index
  %d = tensor.dim %x, %c2 : tensor<?x4xf32>
  %e = tensor.empty(%d) : tensor<?x4xf32>
  return %e : tensor<?x4xf32>
}

// -----

// ENTRY: error: an entry has to be scheduled before it is lowered: it has no mambac.abi
func.func @entry(%x: tensor<2x4xf32> {mambac.shape = affine_map<() -> (2, 4)>}) -> tensor<2x4xf32>
    attributes {mambac.entry, mambac.symbols = []} {
  return %x : tensor<2x4xf32>
}

// -----

// ARENA: error: a driver needs an argument with mambac.arena for its temporaries
func.func @arena(%x: memref<4xf32>) attributes {mambac.abi, mambac.entry, mambac.symbols = []} {
  %t = memref.alloc() : memref<4xf32>
  memref.copy %x, %t : memref<4xf32> to memref<4xf32>
  return
}

// -----

// An activation that is not there is printed as what it means.
// PRINT-LABEL: sym_name = "activation"
func.func @activation(%x: tensor<2x5x3xf32>, %w: tensor<3x4xf32>, %e: tensor<2x5x3xf32>) -> tensor<2x5x3xf32> {
  %y = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<2x5x3xf32>) weight(%w : tensor<3x4xf32>)
      outs(%e : tensor<2x5x3xf32>)
  return %y : tensor<2x5x3xf32>
}
