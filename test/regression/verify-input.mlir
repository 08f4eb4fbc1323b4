// Operations that MLIR verifies and nobody can read get a diagnostic before the first pass.
// RUN: mamba-opt %s --split-input-file --canonicalize --verify-diagnostics
// RUN: mamba-opt %s --split-input-file --mambac-verify-input --verify-diagnostics

func.func @groups(%x: tensor<2x1x4xf32>) -> tensor<2x4xf32> {
  // expected-error@+1 {{groups dimension 1099511627776 where dimension 0 is due}}
  %y = "tensor.collapse_shape"(%x) <{reassociation = [[1099511627776], [1, 2]]}> : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @paddings(%x: tensor<2x8xf32>) -> tensor<?x8xf32> {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{has another number of operands than of paddings that are operands}}
  %y = "tensor.pad"(%x) <{operandSegmentSizes = array<i32: 1, 0, 0>, static_high = array<i64: -9223372036854775808, 0>,
                          static_low = array<i64: 0, 0>}> ({
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  }) : (tensor<2x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

func.func @fine(%x: memref<2x1x4xf32>) -> memref<2x4xf32> {
  %y = memref.collapse_shape %x [[0], [1, 2]] : memref<2x1x4xf32> into memref<2x4xf32>
  return %y : memref<2x4xf32>
}
