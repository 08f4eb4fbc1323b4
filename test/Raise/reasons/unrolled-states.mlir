// Loops over time that were unrolled, and hand on more or less than one state.
// RUN: mamba-opt %s --split-input-file --ssm-roll-time-loops --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#i = affine_map<(i) -> (i)>

// A step is handed the state of the one before, and does not use it.
//
// CHECK: Reason="the state of the last step is unused", Remark=ssm.scan
// IR-LABEL: func.func @state_not_used(
// IR-NOT: ssm.scan
func.func @state_not_used(%x: tensor<3x4xf32>, %h0: tensor<4xf32>) -> tensor<3x4xf32> {
  %0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%h0, %0 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.negf %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %2 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %3 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%1, %2 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.negf %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %4 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %5 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%3, %4 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.negf %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %6 = tensor.expand_shape %1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %7 = tensor.expand_shape %3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %8 = tensor.expand_shape %5 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %9 = tensor.concat dim(0) %6, %7, %8 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %9 : tensor<3x4xf32>
}

// -----

#ij = affine_map<(i, j) -> (i, j)>
#ij_ji = affine_map<(i, j) -> (j, i)>

// The state and its transpose are added.
//
// CHECK: Reason="the state is read at two places", Remark=ssm.scan
// IR-LABEL: func.func @state_and_its_transpose(
// IR-NOT: ssm.scan
func.func @state_and_its_transpose(%x: tensor<3x4x4xf32>, %h0: tensor<4x4xf32>) -> tensor<3x4x4xf32> {
  %e4x4 = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.generic {indexing_maps = [#ij, #ij_ji, #ij], iterator_types = ["parallel", "parallel"]} ins(%h0, %h0 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %1 = tensor.extract_slice %x[0, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<3x4x4xf32> to tensor<4x4xf32>
  %2 = linalg.generic {indexing_maps = [#ij, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%0, %1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %3 = linalg.generic {indexing_maps = [#ij, #ij_ji, #ij], iterator_types = ["parallel", "parallel"]} ins(%2, %2 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %4 = tensor.extract_slice %x[1, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<3x4x4xf32> to tensor<4x4xf32>
  %5 = linalg.generic {indexing_maps = [#ij, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%3, %4 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %6 = linalg.generic {indexing_maps = [#ij, #ij_ji, #ij], iterator_types = ["parallel", "parallel"]} ins(%5, %5 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %7 = tensor.extract_slice %x[2, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<3x4x4xf32> to tensor<4x4xf32>
  %8 = linalg.generic {indexing_maps = [#ij, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%6, %7 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e4x4 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %9 = tensor.expand_shape %2 [[0, 1], [2]] output_shape [1, 4, 4] : tensor<4x4xf32> into tensor<1x4x4xf32>
  %10 = tensor.expand_shape %5 [[0, 1], [2]] output_shape [1, 4, 4] : tensor<4x4xf32> into tensor<1x4x4xf32>
  %11 = tensor.expand_shape %8 [[0, 1], [2]] output_shape [1, 4, 4] : tensor<4x4xf32> into tensor<1x4x4xf32>
  %12 = tensor.concat dim(0) %9, %10, %11 : (tensor<1x4x4xf32>, tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> tensor<3x4x4xf32>
  return %12 : tensor<3x4x4xf32>
}

// -----

#ij_i = affine_map<(i, j) -> (i)>
#ij = affine_map<(i, j) -> (i, j)>
#ij_ji = affine_map<(i, j) -> (j, i)>
#ji_i = affine_map<(j, i) -> (i)>
#ji = affine_map<(j, i) -> (j, i)>
#ji_ij = affine_map<(j, i) -> (i, j)>

// Two states depend on each other as the parts of complex numbers do, but one of them is transposed.
//
// CHECK: Reason="two states depend on each other, and begin or lie differently", Remark=ssm.scan
// IR-LABEL: func.func @parts_lie_differently(
// IR-NOT: ssm.scan
func.func @parts_lie_differently(%decay: tensor<4xf32>, %turn: tensor<4xf32>, %x: tensor<3x4x5xf32>, %z: tensor<3x5x4xf32>, %re: tensor<4x5xf32>, %im: tensor<5x4xf32>) -> tensor<3x4x5xf32> {
  %0 = tensor.extract_slice %x[0, 0, 0] [1, 4, 5] [1, 1, 1] : tensor<3x4x5xf32> to tensor<4x5xf32>
  %e4x5 = tensor.empty() : tensor<4x5xf32>
  %1 = linalg.generic {indexing_maps = [#ij_i, #ij, #ij_i, #ij_ji, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%decay, %re, %turn, %im, %0 : tensor<4xf32>, tensor<4x5xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4x5xf32>) outs(%e4x5 : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  %2 = tensor.extract_slice %z[0, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<3x5x4xf32> to tensor<5x4xf32>
  %e5x4 = tensor.empty() : tensor<5x4xf32>
  %3 = linalg.generic {indexing_maps = [#ji_i, #ji, #ji_i, #ji_ij, #ji, #ji], iterator_types = ["parallel", "parallel"]} ins(%decay, %im, %turn, %re, %2 : tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<4x5xf32>, tensor<5x4xf32>) outs(%e5x4 : tensor<5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<5x4xf32>
  %4 = tensor.extract_slice %x[1, 0, 0] [1, 4, 5] [1, 1, 1] : tensor<3x4x5xf32> to tensor<4x5xf32>
  %5 = linalg.generic {indexing_maps = [#ij_i, #ij, #ij_i, #ij_ji, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%decay, %1, %turn, %3, %4 : tensor<4xf32>, tensor<4x5xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4x5xf32>) outs(%e4x5 : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  %6 = tensor.extract_slice %z[1, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<3x5x4xf32> to tensor<5x4xf32>
  %7 = linalg.generic {indexing_maps = [#ji_i, #ji, #ji_i, #ji_ij, #ji, #ji], iterator_types = ["parallel", "parallel"]} ins(%decay, %3, %turn, %1, %6 : tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<4x5xf32>, tensor<5x4xf32>) outs(%e5x4 : tensor<5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<5x4xf32>
  %8 = tensor.extract_slice %x[2, 0, 0] [1, 4, 5] [1, 1, 1] : tensor<3x4x5xf32> to tensor<4x5xf32>
  %9 = linalg.generic {indexing_maps = [#ij_i, #ij, #ij_i, #ij_ji, #ij, #ij], iterator_types = ["parallel", "parallel"]} ins(%decay, %5, %turn, %7, %8 : tensor<4xf32>, tensor<4x5xf32>, tensor<4xf32>, tensor<5x4xf32>, tensor<4x5xf32>) outs(%e4x5 : tensor<4x5xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<4x5xf32>
  %10 = tensor.extract_slice %z[2, 0, 0] [1, 5, 4] [1, 1, 1] : tensor<3x5x4xf32> to tensor<5x4xf32>
  %11 = linalg.generic {indexing_maps = [#ji_i, #ji, #ji_i, #ji_ij, #ji, #ji], iterator_types = ["parallel", "parallel"]} ins(%decay, %7, %turn, %5, %10 : tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>, tensor<4x5xf32>, tensor<5x4xf32>) outs(%e5x4 : tensor<5x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.mulf %c, %d : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %e : f32
    linalg.yield %r : f32
  } -> tensor<5x4xf32>
  %12 = tensor.expand_shape %1 [[0, 1], [2]] output_shape [1, 4, 5] : tensor<4x5xf32> into tensor<1x4x5xf32>
  %13 = tensor.expand_shape %5 [[0, 1], [2]] output_shape [1, 4, 5] : tensor<4x5xf32> into tensor<1x4x5xf32>
  %14 = tensor.expand_shape %9 [[0, 1], [2]] output_shape [1, 4, 5] : tensor<4x5xf32> into tensor<1x4x5xf32>
  %15 = tensor.concat dim(0) %12, %13, %14 : (tensor<1x4x5xf32>, tensor<1x4x5xf32>, tensor<1x4x5xf32>) -> tensor<3x4x5xf32>
  return %15 : tensor<3x4x5xf32>
}
