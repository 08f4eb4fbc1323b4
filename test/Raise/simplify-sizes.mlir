// RUN: mamba-opt %s --mambac-simplify-sizes --canonicalize --split-input-file | FileCheck %s

// Lengths are multiples of 16: the pad is empty, the padded length is the length; half a chunk is no whole number.

// CHECK-DAG:   #[[$HALF:.*]] = affine_map<()[s0] -> (s0 floordiv 32)>
// CHECK-LABEL: func @multiple
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[L:.*]] = tensor.dim
// CHECK-DAG:     %[[H:.*]] = affine.apply #[[$HALF]]()[%[[L]]]
// CHECK:         return %[[C0]], %[[L]], %[[H]] : index, index, index
func.func @multiple(%x: tensor<2x?xf32> {mambac.shape = affine_map<()[s0] -> (2, s0)>}) -> (index, index, index)
    attributes {mambac.entry, mambac.symbols = [{name = "l", min = 1 : i64, max = 9223372036854775807 : i64, multiple_of = 16 : i64}]} {
  %c1 = arith.constant 1 : index
  %l = tensor.dim %x, %c1 : tensor<2x?xf32>
  %pad = affine.apply affine_map<()[s0] -> ((-s0) mod 16)>()[%l]
  %padded = affine.apply affine_map<()[s0] -> ((s0 ceildiv 16) * 16)>()[%l]
  %half = affine.apply affine_map<()[s0] -> (s0 floordiv 32)>()[%l]
  return %pad, %padded, %half : index, index, index
}

// -----

// At most 16: there is one chunk, and the pad is what lacks.

// CHECK:       #[[$PAD:.*]] = affine_map<()[s0] -> (-s0 + 16)>
// CHECK-LABEL: func @bounded
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[P:.*]] = affine.apply #[[$PAD]]
// CHECK:         return %[[C1]], %[[P]] : index, index
func.func @bounded(%x: tensor<2x?xf32> {mambac.shape = affine_map<()[s0] -> (2, s0)>}) -> (index, index)
    attributes {mambac.entry, mambac.symbols = [{name = "l", min = 1 : i64, max = 16 : i64, multiple_of = 1 : i64}]} {
  %c1 = arith.constant 1 : index
  %l = tensor.dim %x, %c1 : tensor<2x?xf32>
  %chunks = affine.apply affine_map<()[s0] -> (s0 ceildiv 16)>()[%l]
  %pad = affine.apply affine_map<()[s0] -> ((-s0) mod 16)>()[%l]
  return %chunks, %pad : index, index
}

// -----

// A pad by nothing.

// CHECK-LABEL: func @empty_piece
// CHECK:         return %arg0
func.func @empty_piece(%x: tensor<2x?xf32>, %none: tensor<2x0xf32>) -> tensor<2x?xf32> {
  %y = tensor.concat dim(1) %x, %none : (tensor<2x?xf32>, tensor<2x0xf32>) -> tensor<2x?xf32>
  return %y : tensor<2x?xf32>
}
