// Loops that are no linear recurrence stay, and the remark says why.
// RUN: mamba-opt %s --split-input-file --ssm-raise-loops --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#vec = affine_map<(d0) -> (d0)>

// CHECK: goes through arith.maximumf
// IR-LABEL: func.func @maximum(
// IR: scf.for
func.func @maximum(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%h, %bt : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.maximumf %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: has a product of two values that were handed over
// IR-LABEL: func.func @square(
// IR: scf.for
func.func @square(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %hh = linalg.mul ins(%h, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %n = linalg.add ins(%hh, %bt : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: mixes elements of what was handed over
// IR-LABEL: func.func @matrix(
// IR: scf.for
func.func @matrix(%w: tensor<5x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %zero = arith.constant 0.0 : f32
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %z = linalg.fill ins(%zero : f32) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %n = linalg.matvec ins(%w, %h : tensor<5x5xf32>, tensor<5xf32>) outs(%z : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// Elements that are turned around on the way.
#turned = affine_map<(d0, d1) -> (d1, d0)>
#same = affine_map<(d0, d1) -> (d0, d1)>

// CHECK: elements change their places
// IR-LABEL: func.func @transposed(
// IR: scf.for
func.func @transposed(%h0: tensor<5x5xf32>, %a: tensor<5x5xf32>) -> tensor<5x5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5x5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5x5xf32>) {
    %n = linalg.generic {indexing_maps = [#turned, #same, #same], iterator_types = ["parallel", "parallel"]}
        ins(%h, %a : tensor<5x5xf32>, tensor<5x5xf32>) outs(%fresh : tensor<5x5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.mulf %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5x5xf32>
    scf.yield %n : tensor<5x5xf32>
  }
  return %r : tensor<5x5xf32>
}

// -----

// CHECK: two tensors that it hands on depend on each other
// IR-LABEL: func.func @coupled(
// IR: scf.for
func.func @coupled(%p0: tensor<5xf32>, %q0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r:2 = scf.for %t = %c0 to %c7 step %c1 iter_args(%p = %p0, %q = %q0) -> (tensor<5xf32>, tensor<5xf32>) {
    %n = linalg.add ins(%p, %q : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n, %p : tensor<5xf32>, tensor<5xf32>
  }
  return %r#0 : tensor<5xf32>
}

// -----

// CHECK: overlap or leave gaps
// IR-LABEL: func.func @overlapping(
// IR: scf.for
func.func @overlapping(%b: tensor<8x5xf32>, %h0: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<2x5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<2x5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [2, 5] [1, 1] : tensor<8x5xf32> to tensor<2x5xf32>
    %n = linalg.add ins(%h, %bt : tensor<2x5xf32>, tensor<2x5xf32>) outs(%fresh : tensor<2x5xf32>) -> tensor<2x5xf32>
    scf.yield %n : tensor<2x5xf32>
  }
  return %r : tensor<2x5xf32>
}
