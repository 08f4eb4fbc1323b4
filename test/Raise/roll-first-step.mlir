// RUN: mamba-opt %s --ssm-roll-time-loops --split-input-file 2>&1 | FileCheck %s

// h = b[0]; for t in 1..: h = a[t] * h + b[t]. The first decay is nobody's, the state before is 0.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @first_input
// CHECK:         ssm.scan
// CHECK-SAME:      axis(0) a(%arg0 : tensor<5x4xf32>) b(%arg1 : tensor<5x4xf32>) outs
// CHECK-NOT:     tensor.concat
func.func @first_input(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %h0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// The same from the last step to the first.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @last_input
// CHECK:         ssm.scan
// CHECK-SAME:      axis(0) reverse a(%arg0 : tensor<5x4xf32>) b(%arg1 : tensor<5x4xf32>) outs
// CHECK-NOT:     tensor.concat
func.func @last_input(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a0, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// The first state is another tensor than the first input: it takes its place.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @other_start
// CHECK:         %[[B:.*]] = tensor.insert_slice %arg2 into %arg1[0, 0] [1, 4] [1, 1]
// CHECK:         ssm.scan
// CHECK-SAME:      axis(0) a(%arg0 : tensor<5x4xf32>) b(%[[B]] : tensor<5x4xf32>) outs
func.func @other_start(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %s [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// What is put together is the state before each update: the initial one, then those of the steps before.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @state_before
// CHECK:         %[[H:.*]]:2 = ssm.scan
// CHECK-SAME:      axis(0) a(%arg0 : tensor<5x4xf32>) b(%arg1 : tensor<5x4xf32>) init(%arg2 : tensor<4xf32>)
// CHECK:         %[[CUT:.*]] = tensor.extract_slice %[[H]]#0[0, 0] [4, 4] [1, 1]
// CHECK:         %[[S:.*]] = tensor.expand_shape %arg2
// CHECK:         tensor.concat dim(0) %[[S]], %[[CUT]]
func.func @state_before(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a0, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %g1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %g2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %g3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %s [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %g1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %g2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %g3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %g4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// A step too early in the decays, and the first state is the first input: there is no tensor of five decays.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @other_decay
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.concat
func.func @other_decay(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %a1 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %h0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// One step has the decay of another.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @decay_twice
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.concat
func.func @decay_twice(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a0, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %h0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// h + (b - h) / 4, in one operation: linear in the state, with a decay of 3 / 4.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @lerp
// CHECK:         arith.mulf
// CHECK:         ssm.scan
// CHECK-SAME:      init(%arg2 : tensor<4xf32>)
// CHECK-NOT:     tensor.concat
func.func @lerp(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%s, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %c = arith.constant 2.5e-01 : f32
    %d = arith.subf %q, %p : f32
    %f = arith.mulf %d, %c : f32
    %r = arith.addf %p, %f : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h0, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %c = arith.constant 2.5e-01 : f32
    %d = arith.subf %q, %p : f32
    %f = arith.mulf %d, %c : f32
    %r = arith.addf %p, %f : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h1, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %c = arith.constant 2.5e-01 : f32
    %d = arith.subf %q, %p : f32
    %f = arith.mulf %d, %c : f32
    %r = arith.addf %p, %f : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h2, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %c = arith.constant 2.5e-01 : f32
    %d = arith.subf %q, %p : f32
    %f = arith.mulf %d, %c : f32
    %r = arith.addf %p, %f : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h3, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %c = arith.constant 2.5e-01 : f32
    %d = arith.subf %q, %p : f32
    %f = arith.mulf %d, %c : f32
    %r = arith.addf %p, %f : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// The square of the state is not linear in it.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @square
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.concat
func.func @square(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%s, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h0, %h0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h1, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h2, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%h3, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// The decays are read from the last to the first: turned around before the scan.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @decays_backwards
// CHECK:         %[[A:.*]] = linalg.generic {indexing_maps = [#[[TURN:.*]], #{{.*}}], iterator_types = ["parallel", "parallel"]} ins(%arg0
// CHECK:         ssm.scan
// CHECK-SAME:      a(%[[A]] : tensor<5x4xf32>) b(%arg1 :
func.func @decays_backwards(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> tensor<5x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a0 = tensor.extract_slice %a[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a0, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a1 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %h0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %h1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %h2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %h3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %h4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %h3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %h4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y : tensor<5x4xf32>
}

// -----

// The same, and the state after the last step is used, too.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @state_before_and_last
// CHECK:         %[[H:.*]]:2 = ssm.scan
// CHECK-SAME:      axis(0) a(%arg0 : tensor<5x4xf32>) b(%arg1 : tensor<5x4xf32>) init(%arg2 : tensor<4xf32>)
// CHECK:         tensor.concat
// CHECK:         return %{{.*}}, %[[H]]#1
func.func @state_before_and_last(%a: tensor<5x4xf32>, %b: tensor<5x4xf32>, %s: tensor<4xf32>) -> (tensor<5x4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a0, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m0, %b0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a1, %g1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m1, %b1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a2, %g2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m2, %b2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a3 = tensor.extract_slice %a[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b3 = tensor.extract_slice %b[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m3 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a3, %g3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m3, %b3 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %a4 = tensor.extract_slice %a[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %b4 = tensor.extract_slice %b[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %m4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a4, %g4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %g5 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%m4, %b4 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %x0 = tensor.expand_shape %s [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x1 = tensor.expand_shape %g1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x2 = tensor.expand_shape %g2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x3 = tensor.expand_shape %g3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %x4 = tensor.expand_shape %g4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %x0, %x1, %x2, %x3, %x4 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %y, %g5 : tensor<5x4xf32>, tensor<4xf32>
}
