// A packed product reads rows whose elements are next to each other. One part of pairs, or every other element, is copied
// before; rows that are cut off are not.
// RUN: mamba-opt %s --split-input-file --mambac-schedule -o - | FileCheck %s

// CHECK-LABEL: func.func @part_of_pairs
// CHECK: call @elementwise
// CHECK: memref<14x4xf32>
func.func @part_of_pairs(%x: tensor<2x7x4x2xf32>) -> tensor<2x7x6xf32> {
  %w = ssm.weight "w" : tensor<6x4xf32>
  %s = tensor.extract_slice %x[0, 0, 0, 1] [2, 7, 4, 1] [1, 1, 1, 1] : tensor<2x7x4x2xf32> to tensor<2x7x4xf32>
  %e = tensor.empty() : tensor<2x7x6xf32>
  %y = ssm.einsum "a b c, d c -> a b d" ins(%s, %w : tensor<2x7x4xf32>, tensor<6x4xf32>) outs(%e : tensor<2x7x6xf32>)
  return %y : tensor<2x7x6xf32>
}

// -----

// CHECK-LABEL: func.func @every_other
// CHECK: call @elementwise
func.func @every_other(%x: tensor<7x8xf32>) -> tensor<7x6xf32> {
  %w = ssm.weight "w" : tensor<6x4xf32>
  %s = tensor.extract_slice %x[0, 0] [7, 4] [1, 2] : tensor<7x8xf32> to tensor<7x4xf32>
  %e = tensor.empty() : tensor<7x6xf32>
  %y = ssm.einsum "b c, d c -> b d" ins(%s, %w : tensor<7x4xf32>, tensor<6x4xf32>) outs(%e : tensor<7x6xf32>)
  return %y : tensor<7x6xf32>
}

// -----

// CHECK-LABEL: func.func @half
// CHECK-NOT: call @elementwise
// CHECK: return
func.func @half(%x: tensor<7x8xf32>) -> tensor<7x6xf32> {
  %w = ssm.weight "w" : tensor<6x4xf32>
  %s = tensor.extract_slice %x[0, 4] [7, 4] [1, 1] : tensor<7x8xf32> to tensor<7x4xf32>
  %e = tensor.empty() : tensor<7x6xf32>
  %y = ssm.einsum "b c, d c -> b d" ins(%s, %w : tensor<7x4xf32>, tensor<6x4xf32>) outs(%e : tensor<7x6xf32>)
  return %y : tensor<7x6xf32>
}
