// RUN: mamba-opt %s --split-input-file --mambac-split-stacks --canonicalize --cse | FileCheck %s

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#vec = affine_map<(d0) -> (d0)>

// Two values are stacked, something is added, and one part is read.
// CHECK-LABEL: func.func @part(
// CHECK-SAME: %[[RE:.*]]: tensor<8xf32>, %[[IM:.*]]: tensor<8xf32>, %[[X:.*]]: tensor<8x2xf32>)
// CHECK: %[[XI:.*]] = tensor.extract_slice %[[X]][0, 1] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[IM]], %[[XI]] : tensor<8xf32>, tensor<8xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return %[[R]]
func.func @part(%re: tensor<8xf32>, %im: tensor<8xf32>, %x: tensor<8x2xf32>) -> tensor<8xf32> {
  %a = tensor.expand_shape %re [[0, 1]] output_shape [8, 1] : tensor<8xf32> into tensor<8x1xf32>
  %b = tensor.expand_shape %im [[0, 1]] output_shape [8, 1] : tensor<8xf32> into tensor<8x1xf32>
  %s = tensor.concat dim(1) %a, %b : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x2xf32>
  %e = tensor.empty() : tensor<8x2xf32>
  %h = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%s, %x : tensor<8x2xf32>, tensor<8x2xf32>) outs(%e : tensor<8x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<8x2xf32>
  %r = tensor.extract_slice %h[0, 1] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>
  return %r : tensor<8xf32>
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>

// What is read as a whole, too, is stacked from its parts; the read is of a slice with that dimension.
// CHECK-LABEL: func.func @whole(
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: %[[Q:.*]] = linalg.generic
// CHECK: %[[P1:.*]] = tensor.expand_shape %[[P]]
// CHECK: %[[Q1:.*]] = tensor.expand_shape %[[Q]]
// CHECK: %[[W:.*]] = tensor.concat dim(0) %[[P1]], %[[Q1]]
// CHECK: return %[[W]], %[[P1]]
func.func @whole(%a: tensor<1x8xf32>, %b: tensor<1x8xf32>) -> (tensor<2x8xf32>, tensor<1x8xf32>) {
  %s = tensor.concat dim(0) %a, %b : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %h = linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<2x8xf32>) outs(%e : tensor<2x8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  %r = tensor.extract_slice %h[0, 0] [1, 8] [1, 1] : tensor<2x8xf32> to tensor<1x8xf32>
  return %h, %r : tensor<2x8xf32>, tensor<1x8xf32>
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#vec = affine_map<(d0) -> (d0)>

// A loop hands on a tensor for each part: parts change places, and x is added.
// CHECK-LABEL: func.func @carried(
// CHECK-SAME: %[[H:.*]]: tensor<8x2xf32>, %[[X:.*]]: tensor<8x2xf32>)
// CHECK-DAG: %[[H0:.*]] = tensor.extract_slice %[[H]][0, 0] [8, 1] [1, 1]
// CHECK-DAG: %[[H1:.*]] = tensor.extract_slice %[[H]][0, 1] [8, 1] [1, 1]
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[H0]], %{{.*}} = %[[H1]]) -> (tensor<8xf32>, tensor<8xf32>)
// CHECK-NOT: tensor.concat
// CHECK: scf.yield
// CHECK: tensor.concat dim(1)
func.func @carried(%h0: tensor<8x2xf32>, %x: tensor<8x2xf32>) -> tensor<8x2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<8x2xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<8x2xf32>) {
    %a = tensor.extract_slice %h[0, 1] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8x1xf32>
    %b = tensor.extract_slice %h[0, 0] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8x1xf32>
    %s = tensor.concat dim(1) %a, %b : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x2xf32>
    %n = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
        ins(%s, %x : tensor<8x2xf32>, tensor<8x2xf32>) outs(%e : tensor<8x2xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %w = arith.addf %p, %q : f32
      linalg.yield %w : f32
    } -> tensor<8x2xf32>
    scf.yield %n : tensor<8x2xf32>
  }
  return %r : tensor<8x2xf32>
}

// -----

#id2 = affine_map<(d0, d1) -> (d0, d1)>

// Not stacked at all, or of more than four parts, or read across parts: as it was.
// CHECK-LABEL: func.func @left_alone(
// CHECK: tensor.extract_slice %{{.*}}[0, 1] [8, 1]
// CHECK: %[[S:.*]] = tensor.concat
// CHECK: tensor.extract_slice %[[S]][0, 1] [8, 2]
// CHECK: tensor.extract_slice %{{.*}}[0, 4] [8, 1]
func.func @left_alone(%x: tensor<8x2xf32>, %a: tensor<8x1xf32>) -> (tensor<8x1xf32>, tensor<8x2xf32>, tensor<8x1xf32>) {
  %r = tensor.extract_slice %x[0, 1] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8x1xf32>
  %s = tensor.concat dim(1) %a, %a, %a : (tensor<8x1xf32>, tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x3xf32>
  %q = tensor.extract_slice %s[0, 1] [8, 2] [1, 1] : tensor<8x3xf32> to tensor<8x2xf32>
  %w = tensor.concat dim(1) %a, %a, %a, %a, %a : (tensor<8x1xf32>, tensor<8x1xf32>, tensor<8x1xf32>, tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x5xf32>
  %p = tensor.extract_slice %w[0, 4] [8, 1] [1, 1] : tensor<8x5xf32> to tensor<8x1xf32>
  return %r, %q, %p : tensor<8x1xf32>, tensor<8x2xf32>, tensor<8x1xf32>
}
