// Modules that crashed when mutate-mlir sent them through the stages. Each gets a diagnostic, or goes through.
// RUN: mamba-opt %s --split-input-file --mambac-split-destinations | FileCheck %s --check-prefix=FILL
// RUN: not mamba-opt %s --split-input-file --mambac-entry-abi 2>&1 | FileCheck %s --check-prefix=DIM
// RUN: not mamba-opt %s --split-input-file --mambac-lower-entries 2>&1 | FileCheck %s --check-prefix=ENTRY
// RUN: not mamba-opt %s --split-input-file --mambac-plan-arena 2>&1 | FileCheck %s --check-prefix=ARENA
// RUN: mamba-opt %s --split-input-file --mambac-split-destinations | FileCheck %s --check-prefix=CARRY
// RUN: mamba-opt %s --split-input-file --ssm-raise-einsum | FileCheck %s --check-prefix=RAISE
// RUN: mamba-opt %s --split-input-file --ssm-roll-time-loops | FileCheck %s --check-prefix=ROLL

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
// DIM: error: asks for dimension 2 of a tensor of rank 2
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

// The destination may be a loop's carry, which is a tensor.
// CARRY-LABEL: @carry
// CARRY: bufferization.materialize_in_destination %{{.*}} in %{{.*}} : (tensor<1x4xf32>, tensor<1x4xf32>)
func.func @carry(%x: tensor<1x4xf32>, %v: tensor<4xf32>) -> tensor<1x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%h = %x) -> (tensor<1x4xf32>) {
    %e = tensor.expand_shape %v [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
    %w = bufferization.materialize_in_destination %e in %h : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    scf.yield %w : tensor<1x4xf32>
  }
  return %r : tensor<1x4xf32>
}

// -----

// A size that is asked of a dimension that is not there.
// RAISE-LABEL: @no_such_dim
// RAISE: ssm.einsum "a b, b c -> a c"
func.func @no_such_dim(%x: tensor<?x4xf32>, %w: tensor<4x8xf32>) -> tensor<?x8xf32> {
  %zero = arith.constant 0.0 : f32
  %c7 = arith.constant 7 : index
  %d = tensor.dim %x, %c7 : tensor<?x4xf32>
  %e = tensor.empty(%d) : tensor<?x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x8xf32>) outs(%z : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Nobody unrolls a loop of so many steps, and each would take memory.
// ROLL-LABEL: @huge
// ROLL: tensor.insert_slice
func.func @huge(%piece: tensor<2x8xf32>, %all: tensor<1099511627776x8xf32>) -> tensor<1x8xf32> {
  %0 = tensor.insert_slice %piece into %all[0, 0] [2, 8] [1, 1] : tensor<2x8xf32> into tensor<1099511627776x8xf32>
  %1 = tensor.extract_slice %0[3, 0] [1, 8] [1, 1] : tensor<1099511627776x8xf32> to tensor<1x8xf32>
  return %1 : tensor<1x8xf32>
}
