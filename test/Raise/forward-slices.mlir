// RUN: mamba-opt %s --mambac-forward-slices --canonicalize --split-input-file | FileCheck %s

// The insertion at 1 does not touch what is read; the one at 0 wrote it.
// CHECK-LABEL: func @disjoint
// CHECK-SAME:    %[[H0:[^:]*]]: tensor<1x8xf32>
// CHECK-NEXT:    return %[[H0]]
func.func @disjoint(%h0: tensor<1x8xf32>, %h1: tensor<1x8xf32>, %all: tensor<4x8xf32>) -> tensor<1x8xf32> {
  %1 = tensor.insert_slice %h0 into %all[0, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  %2 = tensor.insert_slice %h1 into %1[1, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  %r = tensor.extract_slice %2[0, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
  return %r : tensor<1x8xf32>
}

// -----

// A part of the piece; the piece has no dimension for the step, the slice has one.
// CHECK-LABEL: func @inside
// CHECK-SAME:    %[[H0:[^:]*]]: tensor<?x8xf32>
// CHECK:         %[[S:.*]] = tensor.extract_slice %[[H0]][0, 2] [%{{.*}}, 3] [1, 1]
// CHECK:         tensor.expand_shape %[[S]] {{\[\[}}0], [1, 2]]
func.func @inside(%h0: tensor<?x8xf32>, %all: tensor<?x4x8xf32>, %n: index) -> tensor<?x1x3xf32> {
  %1 = tensor.insert_slice %h0 into %all[0, 3, 0] [%n, 1, 8] [1, 1, 1] : tensor<?x8xf32> into tensor<?x4x8xf32>
  %r = tensor.extract_slice %1[0, 3, 2] [%n, 1, 3] [1, 1, 1] : tensor<?x4x8xf32> to tensor<?x1x3xf32>
  return %r : tensor<?x1x3xf32>
}

// -----

// Half of what is read was written elsewhere.
// CHECK-LABEL: func @partly
// CHECK:         tensor.insert_slice
// CHECK:         tensor.extract_slice
func.func @partly(%h0: tensor<2x8xf32>, %all: tensor<4x8xf32>) -> tensor<2x8xf32> {
  %1 = tensor.insert_slice %h0 into %all[0, 0] [2, 8] [1, 1] : tensor<2x8xf32> into tensor<4x8xf32>
  %r = tensor.extract_slice %1[1, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  return %r : tensor<2x8xf32>
}

// -----

// Past an insertion of every other row nothing is known.
// CHECK-LABEL: func @strided
// CHECK:         tensor.insert_slice
// CHECK:         tensor.extract_slice
func.func @strided(%h0: tensor<2x8xf32>, %all: tensor<4x8xf32>) -> tensor<1x8xf32> {
  %1 = tensor.insert_slice %h0 into %all[0, 0] [2, 8] [2, 1] : tensor<2x8xf32> into tensor<4x8xf32>
  %r = tensor.extract_slice %1[3, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
  return %r : tensor<1x8xf32>
}

// -----

// Nothing of the destination is left, whatever %n is.
// CHECK-LABEL: func @whole
// CHECK-SAME:    %[[X:[^:]*]]: tensor<?x8xf32>
// CHECK-NEXT:    return %[[X]]
func.func @whole(%x: tensor<?x8xf32>, %n: index) -> tensor<?x8xf32> {
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %1 = tensor.insert_slice %x into %e[0, 0] [%n, 8] [1, 1] : tensor<?x8xf32> into tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// %n rows of a tensor of %m rows.
// CHECK-LABEL: func @not_whole
// CHECK:         tensor.insert_slice
func.func @not_whole(%x: tensor<?x8xf32>, %n: index, %m: index) -> tensor<?x8xf32> {
  %e = tensor.empty(%m) : tensor<?x8xf32>
  %1 = tensor.insert_slice %x into %e[0, 0] [%n, 8] [1, 1] : tensor<?x8xf32> into tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// Zeros are zeros, also a slice of them.
// CHECK-LABEL: func @zeros
// CHECK:         linalg.fill {{.*}} -> tensor<1x8xf32>
// CHECK-NOT:     tensor.extract_slice
func.func @zeros(%h0: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = tensor.insert_slice %h0 into %z[0, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  %r = tensor.extract_slice %1[2, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
  return %r : tensor<1x8xf32>
}

// -----

// Copied to the begin of zeros: a pad.
// CHECK-LABEL: func @copy_into_zeros
// CHECK:         tensor.pad %arg0 low[0, 0] high[%{{.*}}, 0]
// CHECK-NOT:     tensor.insert_slice
func.func @copy_into_zeros(%x: tensor<?x8xf32>, %n: index, %m: index) -> tensor<?x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%m) : tensor<?x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = tensor.insert_slice %x into %z[0, 0] [%n, 8] [1, 1] : tensor<?x8xf32> into tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// -----

// The first of several pieces is none.
// CHECK-LABEL: func @pieces
// CHECK-COUNT-2: tensor.insert_slice
func.func @pieces(%x: tensor<1x8xf32>, %y: tensor<1x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = tensor.insert_slice %x into %z[0, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  %2 = tensor.insert_slice %y into %1[1, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// -----

// Cut and put together again: the tensor itself, whatever its size is.
// CHECK-LABEL: func @cut_and_joined
// CHECK-NEXT:    return %arg0
func.func @cut_and_joined(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %rest = affine.apply affine_map<()[s0] -> (s0 - 1)>()[%n]
  %1 = tensor.extract_slice %x[0, 0] [1, 8] [1, 1] : tensor<?x8xf32> to tensor<1x8xf32>
  %2 = tensor.extract_slice %x[1, 0] [%rest, 8] [1, 1] : tensor<?x8xf32> to tensor<?x8xf32>
  %r = tensor.concat dim(0) %1, %2 : (tensor<1x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

// In another order it is another tensor, and so it is where a row is left out.
// CHECK-LABEL: func @swapped
// CHECK-COUNT-2: tensor.concat
func.func @swapped(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<3x8xf32>) {
  %1 = tensor.extract_slice %x[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  %2 = tensor.extract_slice %x[2, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  %3 = tensor.extract_slice %x[3, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
  %r = tensor.concat dim(0) %2, %1 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  %s = tensor.concat dim(0) %1, %3 : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<3x8xf32>
  return %r, %s : tensor<4x8xf32>, tensor<3x8xf32>
}

// -----

// Half a width for all rows, and half of the rows: put together they are not the tensor.
// CHECK-LABEL: func @narrower
// CHECK:         tensor.concat
func.func @narrower(%x: tensor<4x8xf32>) -> tensor<4x4xf32> {
  %1 = tensor.extract_slice %x[0, 0] [2, 4] [1, 1] : tensor<4x8xf32> to tensor<2x4xf32>
  %2 = tensor.extract_slice %x[2, 0] [2, 4] [1, 1] : tensor<4x8xf32> to tensor<2x4xf32>
  %r = tensor.concat dim(0) %1, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  return %r : tensor<4x4xf32>
}

// -----

// A pad that is cut off again. One that is cut off in part, or elsewhere, stays.
// CHECK-LABEL: func @padded_and_cut
// CHECK:         %[[PAD:.*]] = tensor.pad
// CHECK:         %[[SHIFTED:.*]] = tensor.extract_slice %[[PAD]][1, 0] [4, 8]
// CHECK:         %[[LONGER:.*]] = tensor.extract_slice %[[PAD]][0, 0] [5, 8]
// CHECK:         return %arg0, %[[SHIFTED]], %[[LONGER]]
func.func @padded_and_cut(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0] high[2, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<4x8xf32> to tensor<6x10xf32>
  %r = tensor.extract_slice %pad[0, 0] [4, 8] [1, 1] : tensor<6x10xf32> to tensor<4x8xf32>
  %s = tensor.extract_slice %pad[1, 0] [4, 8] [1, 1] : tensor<6x10xf32> to tensor<4x8xf32>
  %t = tensor.extract_slice %pad[0, 0] [5, 8] [1, 1] : tensor<6x10xf32> to tensor<5x8xf32>
  return %r, %s, %t : tensor<4x8xf32>, tensor<4x8xf32>, tensor<5x8xf32>
}

// -----

// All entries along a dimension, put together along the next one: the two are one. Along another one, they are moved
// there first. In another order they stay what they are.
// CHECK-LABEL: func.func @entries
// CHECK: %[[R:.*]] = tensor.collapse_shape %arg0 {{\[}}[0], [1, 2], [3]]
// CHECK: %[[M:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<?x2x3x4xf32>) outs({{.*}} : tensor<?x3x2x4xf32>)
// CHECK: %[[T:.*]] = tensor.collapse_shape %[[M]] {{\[}}[0], [1], [2, 3]] : tensor<?x3x2x4xf32> into tensor<?x3x8xf32>
// CHECK: %[[S:.*]] = tensor.concat
// CHECK: return %[[R]], %[[T]], %[[S]]
func.func @entries(%x: tensor<?x2x3x4xf32>) -> (tensor<?x6x4xf32>, tensor<?x3x8xf32>, tensor<?x6x4xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x2x3x4xf32>
  %a = tensor.extract_slice %x[0, 0, 0, 0] [%n, 1, 3, 4] [1, 1, 1, 1] : tensor<?x2x3x4xf32> to tensor<?x3x4xf32>
  %b = tensor.extract_slice %x[0, 1, 0, 0] [%n, 1, 3, 4] [1, 1, 1, 1] : tensor<?x2x3x4xf32> to tensor<?x3x4xf32>
  %r = tensor.concat dim(1) %a, %b : (tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x6x4xf32>
  %t = tensor.concat dim(2) %a, %b : (tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x3x8xf32>
  %s = tensor.concat dim(1) %b, %a : (tensor<?x3x4xf32>, tensor<?x3x4xf32>) -> tensor<?x6x4xf32>
  return %r, %t, %s : tensor<?x6x4xf32>, tensor<?x3x8xf32>, tensor<?x6x4xf32>
}

// -----

// Equal parts of a dimension, stacked, are that dimension as two; in another order, they are not.
// CHECK-LABEL: func.func @stacked
// CHECK: %[[R:.*]] = tensor.expand_shape %arg0 {{\[}}[0], [1, 2]] output_shape [%{{.*}}, 2, 3] : tensor<?x6xf32> into tensor<?x2x3xf32>
// CHECK: %[[S:.*]] = tensor.concat
// CHECK: return %[[R]], %[[S]]
func.func @stacked(%x: tensor<?x6xf32>) -> (tensor<?x2x3xf32>, tensor<?x2x3xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x6xf32>
  %a = tensor.extract_slice %x[0, 0] [%n, 3] [1, 1] : tensor<?x6xf32> to tensor<?x3xf32>
  %b = tensor.extract_slice %x[0, 3] [%n, 3] [1, 1] : tensor<?x6xf32> to tensor<?x3xf32>
  %c = tensor.expand_shape %a [[0], [1, 2]] output_shape [%n, 1, 3] : tensor<?x3xf32> into tensor<?x1x3xf32>
  %d = tensor.expand_shape %b [[0], [1, 2]] output_shape [%n, 1, 3] : tensor<?x3xf32> into tensor<?x1x3xf32>
  %r = tensor.concat dim(1) %c, %d : (tensor<?x1x3xf32>, tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
  %s = tensor.concat dim(1) %d, %c : (tensor<?x1x3xf32>, tensor<?x1x3xf32>) -> tensor<?x2x3xf32>
  return %r, %s : tensor<?x2x3xf32>, tensor<?x2x3xf32>
}

// -----

// A single step that is all of the tensor it is written to, less a dimension of size one.
// CHECK-LABEL: func @one_step
// CHECK-NEXT:    %[[R:.*]] = tensor.expand_shape %arg0
// CHECK-NEXT:    return %[[R]]
func.func @one_step(%x: tensor<2x8xf32>) -> tensor<1x2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
  %1 = tensor.insert_slice %x into %z[0, 0, 0] [1, 2, 8] [1, 1, 1] : tensor<2x8xf32> into tensor<1x2x8xf32>
  return %1 : tensor<1x2x8xf32>
}

// -----

// A register that two steps shift: it holds what they wrote, and one entry of what it began with. A long concatenation is
// a list of steps, and stays.
// CHECK-LABEL: func.func @shifted
// CHECK-SAME:    %[[C:.*]]: tensor<4x3xf32>, %[[U:.*]]: tensor<4x1xf32>, %[[V:.*]]: tensor<4x1xf32>
// CHECK:         %[[TWO:.*]] = tensor.extract_slice %[[C]][0, 1] [4, 2] [1, 1]
// CHECK:         %[[LAST:.*]] = tensor.extract_slice %[[TWO]][0, 1] [4, 1] [1, 1]
// CHECK:         %[[R:.*]] = tensor.concat dim(1) %[[LAST]], %[[U]], %[[V]]
// CHECK:         return %[[R]]
func.func @shifted(%c: tensor<4x3xf32>, %u: tensor<4x1xf32>, %v: tensor<4x1xf32>) -> tensor<4x3xf32> {
  %a = tensor.extract_slice %c[0, 1] [4, 2] [1, 1] : tensor<4x3xf32> to tensor<4x2xf32>
  %1 = tensor.concat dim(1) %a, %u : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x3xf32>
  %b = tensor.extract_slice %1[0, 1] [4, 2] [1, 1] : tensor<4x3xf32> to tensor<4x2xf32>
  %r = tensor.concat dim(1) %b, %v : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}

// -----

// One of the dimensions of size one is that which was taken apart; the shape does not tell which.
// CHECK-LABEL: func.func @entries_of_one
// CHECK: %[[R:.*]] = tensor.collapse_shape %arg0 {{\[}}[0], [1, 2]] : tensor<1x2x3xf32> into tensor<1x6xf32>
// CHECK: return %[[R]]
func.func @entries_of_one(%x: tensor<1x2x3xf32>) -> tensor<1x6xf32> {
  %a = tensor.extract_slice %x[0, 0, 0] [1, 1, 3] [1, 1, 1] : tensor<1x2x3xf32> to tensor<1x3xf32>
  %b = tensor.extract_slice %x[0, 1, 0] [1, 1, 3] [1, 1, 1] : tensor<1x2x3xf32> to tensor<1x3xf32>
  %r = tensor.concat dim(1) %a, %b : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x6xf32>
  return %r : tensor<1x6xf32>
}

// -----

// All but a dimension of size one, also where a size is not known. A part stays a slice.
//
// CHECK-LABEL: func.func @unit
// CHECK: %[[R:.*]] = tensor.collapse_shape %arg0 {{\[}}[0], [1, 2]] : tensor<?x1x4xf32> into tensor<?x4xf32>
// CHECK: %[[S:.*]] = tensor.extract_slice %arg1[1, 0]
// CHECK: return %[[R]], %[[S]]
func.func @unit(%x: tensor<?x1x4xf32>, %y: tensor<2x3xf32>) -> (tensor<?x4xf32>, tensor<3xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [%n, 1, 4] [1, 1, 1] : tensor<?x1x4xf32> to tensor<?x4xf32>
  %s = tensor.extract_slice %y[1, 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
  return %r, %s : tensor<?x4xf32>, tensor<3xf32>
}
