// Sums over a few times whose window, bias or weights are not those of a causal convolution.
// RUN: mamba-opt %s --split-input-file --ssm-raise-causal-conv --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The second tap reads as many times back as another tensor is long.
//
// CHECK: Reason="its taps are not a fixed number of times apart", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @open_distance(
// IR-NOT: ssm.causal_conv1d
func.func @open_distance(%x: tensor<2x?x3xf32>, %w: tensor<3x2xf32>, %n: tensor<?xf32>) -> tensor<2x?x3xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1 : index
  %zeroth = arith.constant 0 : index
  %d = tensor.dim %n, %zeroth : tensor<?xf32>
  %l = tensor.dim %x, %one : tensor<2x?x3xf32>
  %e = tensor.empty(%l) : tensor<2x?x3xf32>
  %p = tensor.pad %x low[0, %d, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x?x3xf32> to tensor<2x?x3xf32>
  %before = tensor.extract_slice %p[0, 0, 0] [2, %l, 3] [1, 1, 1] : tensor<2x?x3xf32> to tensor<2x?x3xf32>
  %0 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %1 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %0 : tensor<2x?x3xf32>, tensor<3xf32>) outs(%e : tensor<2x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x?x3xf32>
  %2 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %3 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%before, %2 : tensor<2x?x3xf32>, tensor<3xf32>) outs(%e : tensor<2x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x?x3xf32>
  %4 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %3 : tensor<2x?x3xf32>, tensor<2x?x3xf32>) outs(%e : tensor<2x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x?x3xf32>
  return %4 : tensor<2x?x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// What the window holds is multiplied by other weights than the inputs that follow.
//
// CHECK: Reason="the window has other weights than the input", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @window_with_its_own_weights(
// IR-NOT: ssm.causal_conv1d
func.func @window_with_its_own_weights(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %state: tensor<2x2x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.concat dim(1) %state, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %1 = tensor.extract_slice %0[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %2 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %3 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %5 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %e2x2x3 = tensor.empty() : tensor<2x2x3xf32>
  %6 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%state, %v : tensor<2x2x3xf32>, tensor<3xf32>) outs(%e2x2x3 : tensor<2x2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x2x3xf32>
  %7 = tensor.extract_slice %x[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x5x3xf32>
  %8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %e2x5x3 = tensor.empty() : tensor<2x5x3xf32>
  %9 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7, %8 : tensor<2x5x3xf32>, tensor<3xf32>) outs(%e2x5x3 : tensor<2x5x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5x3xf32>
  %10 = tensor.concat dim(1) %6, %9 : (tensor<2x2x3xf32>, tensor<2x5x3xf32>) -> tensor<2x7x3xf32>
  %11 = linalg.generic {indexing_maps = [#blc, #blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %5, %10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %r = arith.addf %s, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  return %11 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The taps read different entries of a longer window.
//
// CHECK: Reason="the window is not read in order", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @window_in_another_order(
// IR-NOT: ssm.causal_conv1d
func.func @window_in_another_order(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %state: tensor<2x4x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.extract_slice %state[0, 2, 0] [2, 2, 3] [1, 1, 1] : tensor<2x4x3xf32> to tensor<2x2x3xf32>
  %1 = tensor.concat dim(1) %0, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %2 = tensor.extract_slice %1[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %3 = tensor.extract_slice %state[0, 0, 0] [2, 2, 3] [1, 1, 1] : tensor<2x4x3xf32> to tensor<2x2x3xf32>
  %4 = tensor.concat dim(1) %3, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %5 = tensor.extract_slice %4[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %6 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %7 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %9 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %6, %2, %7, %5, %8 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %f: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    %m2 = arith.mulf %e, %f : f32
    %s2 = arith.addf %s1, %m2 : f32
    linalg.yield %s2 : f32
  } -> tensor<2x7x3xf32>
  return %9 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The window has the last two entries alone; before them are zeros.
//
// CHECK: Reason="the window is not as long as the taps", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @window_too_short(
// IR-NOT: ssm.causal_conv1d
func.func @window_too_short(%x: tensor<2x7x3xf32>, %w: tensor<3x4xf32>, %state: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.concat dim(1) %state, %x : (tensor<2x3x3xf32>, tensor<2x7x3xf32>) -> tensor<2x10x3xf32>
  %1 = tensor.extract_slice %0[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %2 = tensor.extract_slice %0[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %3 = tensor.pad %x low[0, 3, 0] high[0, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x10x3xf32>
  %4 = tensor.extract_slice %3[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %5 = tensor.extract_slice %w[0, 3] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %6 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %7 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %9 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %5, %1, %6, %2, %7, %4, %8 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %f: f32, %g: f32, %h: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    %m2 = arith.mulf %e, %f : f32
    %s2 = arith.addf %s1, %m2 : f32
    %m3 = arith.mulf %g, %h : f32
    %s3 = arith.addf %s2, %m3 : f32
    linalg.yield %s3 : f32
  } -> tensor<2x7x3xf32>
  return %9 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>
#blc_b = affine_map<(b, l, c) -> (b)>

// What is added differs from batch to batch.
//
// CHECK: Reason="the bias is not one of channels", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @bias_of_the_batch(
// IR-NOT: ssm.causal_conv1d
func.func @bias_of_the_batch(%x: tensor<2x7x3xf32>, %w: tensor<3x2xf32>, %bias: tensor<2xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %1 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %2 = linalg.generic {indexing_maps = [#blc, #blc_b, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %bias : tensor<2x7x3xf32>, tensor<2xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %3 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %4 = tensor.extract_slice %3[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %5 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %6 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4, %5 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %7 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %6 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  return %7 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The weights of the taps are tensors of different types.
//
// CHECK: Reason="an operand cannot be cut out of the tensors that are read", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @weights_differ_in_type(
// IR-NOT: ssm.causal_conv1d
func.func @weights_differ_in_type(%x: tensor<2x7x3xf32>, %w: tensor<3xf32>, %v: tensor<3xf64>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %1 = tensor.extract_slice %0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %2 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %v : tensor<2x7x3xf32>, tensor<3xf64>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f64, %o: f32):
    %h = arith.truncf %b : f64 to f32
    %r = arith.mulf %a, %h : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %3 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %w : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %4 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %2 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  return %4 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The tap before the newest reads another entry of the window than the others need.
//
// CHECK: Reason="the window is not read in order", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @first_entry_of_a_longer_window(
// IR-NOT: ssm.causal_conv1d
func.func @first_entry_of_a_longer_window(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %state: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.extract_slice %state[0, 0, 0] [2, 1, 3] [1, 1, 1] : tensor<2x3x3xf32> to tensor<2x1x3xf32>
  %1 = tensor.extract_slice %x[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x6x3xf32>
  %2 = tensor.concat dim(1) %0, %1 : (tensor<2x1x3xf32>, tensor<2x6x3xf32>) -> tensor<2x7x3xf32>
  %3 = tensor.extract_slice %state[0, 1, 0] [2, 2, 3] [1, 1, 1] : tensor<2x3x3xf32> to tensor<2x2x3xf32>
  %4 = tensor.extract_slice %x[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x5x3xf32>
  %5 = tensor.concat dim(1) %3, %4 : (tensor<2x2x3xf32>, tensor<2x5x3xf32>) -> tensor<2x7x3xf32>
  %6 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %7 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %9 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %6, %2, %7, %5, %8 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %f: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    %m2 = arith.mulf %e, %f : f32
    %s2 = arith.addf %s1, %m2 : f32
    linalg.yield %s2 : f32
  } -> tensor<2x7x3xf32>
  return %9 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// What is read before the first input has weights of its own.
//
// CHECK: Reason="the window has other weights than the input", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @first_output_with_other_weights(
// IR-NOT: ssm.causal_conv1d
func.func @first_output_with_other_weights(%x: tensor<2x7x3xf32>, %w: tensor<3x2xf32>, %state: tensor<2x1x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %1 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  %e2x1x3 = tensor.empty() : tensor<2x1x3xf32>
  %2 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%state, %v : tensor<2x1x3xf32>, tensor<3xf32>) outs(%e2x1x3 : tensor<2x1x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x1x3xf32>
  %3 = tensor.extract_slice %x[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x6x3xf32>
  %4 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %5 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %4 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %6 = tensor.concat dim(1) %2, %5 : (tensor<2x1x3xf32>, tensor<2x6x3xf32>) -> tensor<2x7x3xf32>
  %7 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %6 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x7x3xf32>
  return %7 : tensor<2x7x3xf32>
}
