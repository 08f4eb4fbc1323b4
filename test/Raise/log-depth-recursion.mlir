// RUN: mamba-opt %s --ssm-raise-log-depth-scans --split-input-file | FileCheck %s

// The scans of both halves of three positions; what the first half ends with is broadcast over the second.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @halves
// CHECK-SAME:    %[[A:.*]]: tensor<5x3xf32>, %[[X:.*]]: tensor<5x3xf32>
// CHECK:         %[[H:.*]] = ssm.scan "a b, a b -> a b" axis(1) a(%[[A]] : tensor<5x3xf32>) b(%[[X]] : tensor<5x3xf32>)
// CHECK:         return %[[H]]
func.func @halves(%a: tensor<5x3xf32>, %x: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %e1 = tensor.empty() : tensor<5x1xf32>
  %e2 = tensor.empty() : tensor<5x2xf32>
  %a0 = tensor.extract_slice %a[0, 0] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x0 = tensor.extract_slice %x[0, 0] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %a1 = tensor.extract_slice %a[0, 1] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x1 = tensor.extract_slice %x[0, 1] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %a2 = tensor.extract_slice %a[0, 2] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x2 = tensor.extract_slice %x[0, 2] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %x1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %x2 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %p2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %a1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %hs = tensor.concat dim(1) %x1, %h2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %ps = tensor.concat dim(1) %a1, %p2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %end = tensor.collapse_shape %x0 [[0, 1]] : tensor<5x1xf32> into tensor<5xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%ps, %end : tensor<5x2xf32>, tensor<5xf32>) outs(%e2 : tensor<5x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x2xf32>
  %right = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m2, %hs : tensor<5x2xf32>, tensor<5x2xf32>) outs(%e2 : tensor<5x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x2xf32>
  %y = tensor.concat dim(1) %x0, %right : (tensor<5x1xf32>, tensor<5x2xf32>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// -----

// The decay of the first position is carried instead of its state.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @carries_the_decay
// CHECK-NOT:     ssm.scan
func.func @carries_the_decay(%a: tensor<5x3xf32>, %x: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %e1 = tensor.empty() : tensor<5x1xf32>
  %e2 = tensor.empty() : tensor<5x2xf32>
  %a0 = tensor.extract_slice %a[0, 0] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x0 = tensor.extract_slice %x[0, 0] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %a1 = tensor.extract_slice %a[0, 1] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x1 = tensor.extract_slice %x[0, 1] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %a2 = tensor.extract_slice %a[0, 2] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %x2 = tensor.extract_slice %x[0, 2] [5, 1] [1, 1] : tensor<5x3xf32> to tensor<5x1xf32>
  %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %x1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %x2 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %p2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %a1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %hs = tensor.concat dim(1) %x1, %h2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %ps = tensor.concat dim(1) %a1, %p2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %end = tensor.collapse_shape %a0 [[0, 1]] : tensor<5x1xf32> into tensor<5xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]} ins(%ps, %end : tensor<5x2xf32>, tensor<5xf32>) outs(%e2 : tensor<5x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x2xf32>
  %right = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m2, %hs : tensor<5x2xf32>, tensor<5x2xf32>) outs(%e2 : tensor<5x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x2xf32>
  %y = tensor.concat dim(1) %x0, %right : (tensor<5x1xf32>, tensor<5x2xf32>) -> tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// -----

// Odd and even positions, written into a tensor of zeros.

#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @odd_even
// CHECK-SAME:    %[[A:.*]]: tensor<5x3xf32>, %[[X:.*]]: tensor<5x3xf32>
// CHECK:         %[[H:.*]] = ssm.scan "a b, a b -> a b" axis(1) a(%[[A]] : tensor<5x3xf32>) b(%[[X]] : tensor<5x3xf32>)
// CHECK:         return %[[H]]
func.func @odd_even(%a: tensor<5x3xf32>, %x: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<5x1xf32>
  %e3 = tensor.empty() : tensor<5x3xf32>
  %a1 = tensor.extract_slice %a[0, 1] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x0 = tensor.extract_slice %x[0, 0] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x1 = tensor.extract_slice %x[0, 1] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %a2 = tensor.extract_slice %a[0, 2] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x2 = tensor.extract_slice %x[0, 2] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a1, %x0 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %x1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %h1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m2, %x2 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %even = tensor.concat dim(1) %x0, %h2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e3 : tensor<5x3xf32>) -> tensor<5x3xf32>
  %w = tensor.insert_slice %even into %f[0, 0] [5, 2] [1, 2] : tensor<5x2xf32> into tensor<5x3xf32>
  %y = tensor.insert_slice %h1 into %w[0, 1] [5, 1] [1, 1] : tensor<5x1xf32> into tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}

// -----

// The odd position stays zero, since its state is written over the last one.

#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @one_left_out
// CHECK-NOT:     ssm.scan
func.func @one_left_out(%a: tensor<5x3xf32>, %x: tensor<5x3xf32>) -> tensor<5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<5x1xf32>
  %e3 = tensor.empty() : tensor<5x3xf32>
  %a1 = tensor.extract_slice %a[0, 1] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x0 = tensor.extract_slice %x[0, 0] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x1 = tensor.extract_slice %x[0, 1] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %a2 = tensor.extract_slice %a[0, 2] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %x2 = tensor.extract_slice %x[0, 2] [5, 1] [1, 2] : tensor<5x3xf32> to tensor<5x1xf32>
  %m = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a1, %x0 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %x1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a2, %h1 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%m2, %x2 : tensor<5x1xf32>, tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<5x1xf32>
  %even = tensor.concat dim(1) %x0, %h2 : (tensor<5x1xf32>, tensor<5x1xf32>) -> tensor<5x2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e3 : tensor<5x3xf32>) -> tensor<5x3xf32>
  %w = tensor.insert_slice %even into %f[0, 0] [5, 2] [1, 2] : tensor<5x2xf32> into tensor<5x3xf32>
  %y = tensor.insert_slice %h1 into %w[0, 2] [5, 1] [1, 1] : tensor<5x1xf32> into tensor<5x3xf32>
  return %y : tensor<5x3xf32>
}
