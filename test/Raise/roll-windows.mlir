// RUN: mamba-opt %s --ssm-roll-time-loops --canonicalize --cse --split-input-file | FileCheck %s

// Each step shifts a register of two places by one and writes its input behind it, then multiplies it with weights: over all
// steps the register is a window of inputs, zeros before the first.

#both = affine_map<(d, k) -> (d, k)>

// CHECK-LABEL: func @rolled
// CHECK-SAME:    %[[X:.*]]: tensor<4x3xf32>, %[[W:.*]]: tensor<3x2xf32>
// CHECK:         %[[PADDED:.*]] = tensor.pad %[[X]] low[1, 0] high[0, 0]
// CHECK:         %[[OLD:.*]] = tensor.extract_slice %[[PADDED]][0, 0] [4, 3] [1, 1]
// CHECK:         %[[OLDEST:.*]] = tensor.expand_shape %[[OLD]]
// CHECK:         %[[NEW:.*]] = tensor.extract_slice %[[PADDED]][1, 0] [4, 3] [1, 1]
// CHECK:         %[[NEWEST:.*]] = tensor.expand_shape %[[NEW]]
// CHECK:         %[[WINDOW:.*]] = tensor.concat dim(2) %[[OLDEST]], %[[NEWEST]] : (tensor<4x3x1xf32>, tensor<4x3x1xf32>) -> tensor<4x3x2xf32>
// CHECK:         linalg.generic {{.*}} ins(%[[WINDOW]], %[[W]]
// CHECK-NOT:     tensor.extract %
// CHECK:         return
func.func @rolled(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<4x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %f = tensor.empty() : tensor<3x2xf32>
  %cz = linalg.fill ins(%zero : f32) outs(%f : tensor<3x2xf32>) -> tensor<3x2xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r0 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %cz[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c0 = tensor.insert_slice %x0 into %r0[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c0, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z0 = tensor.expand_shape %y0 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r1 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c0[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c1 = tensor.insert_slice %x1 into %r1[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y1 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c1, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z1 = tensor.expand_shape %y1 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r2 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c1[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c2 = tensor.insert_slice %x2 into %r2[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y2 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c2, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z2 = tensor.expand_shape %y2 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x3 = tensor.extract_slice %x[3, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r3 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c2[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c3 = tensor.insert_slice %x3 into %r3[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y3 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c3, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z3 = tensor.expand_shape %y3 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %y = tensor.concat dim(0) %z0, %z1, %z2, %z3 : (tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<4x3x2xf32>
  return %y : tensor<4x3x2xf32>
}

// -----

#both = affine_map<(d, k) -> (d, k)>

// A register that begins with values of its own, written as concatenations; it is returned as well.

// CHECK-LABEL: func @given
// CHECK-SAME:    %[[X:.*]]: tensor<4x3xf32>, %[[W:.*]]: tensor<3x2xf32>, %[[INIT:.*]]: tensor<3x2xf32>
// CHECK:         %[[LAST:.*]] = tensor.extract_slice %[[INIT]][0, 1] [3, 1] [1, 1]
// CHECK:         %[[PADDED:.*]] = tensor.concat dim(0) %{{.*}}, %[[X]] : (tensor<1x3xf32>, tensor<4x3xf32>) -> tensor<5x3xf32>
// CHECK:         %[[WINDOW:.*]] = tensor.concat dim(2)
// CHECK-DAG:     linalg.generic {{.*}} ins(%[[WINDOW]], %[[W]]
// CHECK-DAG:     %[[FINAL:.*]] = tensor.extract_slice %[[WINDOW]][3, 0, 0] [1, 3, 2] [1, 1, 1]
// CHECK-NOT:     tensor.extract %
// CHECK:         return %{{.*}}, %[[FINAL]]
func.func @given(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>, %init: tensor<3x2xf32>) -> (tensor<4x3x2xf32>, tensor<3x2xf32>) {
  %f = tensor.empty() : tensor<3x2xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %u0 = tensor.expand_shape %x0 [[0, 1]] output_shape [3, 1] : tensor<3xf32> into tensor<3x1xf32>
  %s0 = tensor.extract_slice %init[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3x1xf32>
  %c0 = tensor.concat dim(1) %s0, %u0 : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c0, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z0 = tensor.expand_shape %y0 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %u1 = tensor.expand_shape %x1 [[0, 1]] output_shape [3, 1] : tensor<3xf32> into tensor<3x1xf32>
  %s1 = tensor.extract_slice %c0[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3x1xf32>
  %c1 = tensor.concat dim(1) %s1, %u1 : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %y1 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c1, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z1 = tensor.expand_shape %y1 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %u2 = tensor.expand_shape %x2 [[0, 1]] output_shape [3, 1] : tensor<3xf32> into tensor<3x1xf32>
  %s2 = tensor.extract_slice %c1[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3x1xf32>
  %c2 = tensor.concat dim(1) %s2, %u2 : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %y2 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c2, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z2 = tensor.expand_shape %y2 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x3 = tensor.extract_slice %x[3, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %u3 = tensor.expand_shape %x3 [[0, 1]] output_shape [3, 1] : tensor<3xf32> into tensor<3x1xf32>
  %s3 = tensor.extract_slice %c2[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3x1xf32>
  %c3 = tensor.concat dim(1) %s3, %u3 : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %y3 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c3, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z3 = tensor.expand_shape %y3 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %y = tensor.concat dim(0) %z0, %z1, %z2, %z3 : (tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<4x3x2xf32>
  return %y, %c3 : tensor<4x3x2xf32>, tensor<3x2xf32>
}

// -----

#both = affine_map<(d, k) -> (d, k)>

// The third step writes its input to the other place: the register is no window.

// CHECK-LABEL: func @written_elsewhere
// CHECK-NOT:     tensor.pad
// CHECK-COUNT-4: tensor.insert_slice
// CHECK:         tensor.concat
// CHECK:         return
func.func @written_elsewhere(%x: tensor<4x3xf32>, %w: tensor<3x2xf32>) -> tensor<4x3x2xf32> {
  %zero = arith.constant 0.0 : f32
  %f = tensor.empty() : tensor<3x2xf32>
  %cz = linalg.fill ins(%zero : f32) outs(%f : tensor<3x2xf32>) -> tensor<3x2xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r0 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %cz[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c0 = tensor.insert_slice %x0 into %r0[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c0, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z0 = tensor.expand_shape %y0 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r1 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c0[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c1 = tensor.insert_slice %x1 into %r1[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y1 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c1, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z1 = tensor.expand_shape %y1 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r2 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c1[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c2 = tensor.insert_slice %x2 into %r2[0, 0] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y2 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c2, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z2 = tensor.expand_shape %y2 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %x3 = tensor.extract_slice %x[3, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %r3 = linalg.generic {indexing_maps = [#both], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %n = arith.addi %j, %one : index
    %m = arith.remsi %n, %two : index
    %v = tensor.extract %c2[%i, %m] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %c3 = tensor.insert_slice %x3 into %r3[0, 1] [3, 1] [1, 1] : tensor<3xf32> into tensor<3x2xf32>
  %y3 = linalg.generic {indexing_maps = [#both, #both, #both], iterator_types = ["parallel", "parallel"]} ins(%c3, %w : tensor<3x2xf32>, tensor<3x2xf32>) outs(%f : tensor<3x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<3x2xf32>
  %z3 = tensor.expand_shape %y3 [[0, 1], [2]] output_shape [1, 3, 2] : tensor<3x2xf32> into tensor<1x3x2xf32>
  %y = tensor.concat dim(0) %z0, %z1, %z2, %z3 : (tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<4x3x2xf32>
  return %y : tensor<4x3x2xf32>
}
