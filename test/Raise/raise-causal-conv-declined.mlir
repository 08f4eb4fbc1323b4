// What is not quite ssm.causal_conv1d stays as it is, with the reason in a remark.
//
// RUN: mamba-opt %s --split-input-file --ssm-raise-causal-conv --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// Rolled, so that the last inputs come before the first ones.
//
// CHECK: declined{{.*}}it is not causal: it reads ahead{{.*}}ssm.causal_conv1d
// IR-LABEL: func @rolled
// IR-NOT: ssm.causal_conv1d
func.func @rolled(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t1 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %x[0, 6, 0] [2, 1, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x1x3xf32>
  %t3 = tensor.extract_slice %x[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x6x3xf32>
  %t4 = tensor.concat dim(1) %t2, %t3 : (tensor<2x1x3xf32>, tensor<2x6x3xf32>) -> tensor<2x7x3xf32>
  %t5 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t4, %t5 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t6 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t8 = tensor.extract_slice %x[0, 5, 0] [2, 2, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x2x3xf32>
  %t9 = tensor.extract_slice %x[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x5x3xf32>
  %t10 = tensor.concat dim(1) %t8, %t9 : (tensor<2x2x3xf32>, tensor<2x5x3xf32>) -> tensor<2x7x3xf32>
  %t11 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t10, %t11 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t13 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t7, %t12 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t13 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// The nearest tap reads one time ahead.
//
// CHECK: declined{{.*}}it is not causal{{.*}}ssm.causal_conv1d
// IR-LABEL: func @future
// IR-NOT: ssm.causal_conv1d
func.func @future(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 3, 0] high[0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x11x3xf32>
  %t1 = tensor.extract_slice %t0[0, 4, 0] [2, 7, 3] [1, 1, 1] : tensor<2x11x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t4 = tensor.pad %x low[0, 3, 0] high[0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x11x3xf32>
  %t5 = tensor.extract_slice %t4[0, 3, 0] [2, 7, 3] [1, 1, 1] : tensor<2x11x3xf32> to tensor<2x7x3xf32>
  %t6 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t7 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t5, %t6 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t8 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t7 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t9 = tensor.pad %x low[0, 3, 0] high[0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x11x3xf32>
  %t10 = tensor.extract_slice %t9[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x11x3xf32> to tensor<2x7x3xf32>
  %t11 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t10, %t11 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t13 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t12 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t13 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// Everything one time late: the nearest tap reads the time before.
//
// CHECK: declined{{.*}}it is not causal{{.*}}ssm.causal_conv1d
// IR-LABEL: func @late
// IR-NOT: ssm.causal_conv1d
func.func @late(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 3, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x10x3xf32>
  %t1 = tensor.extract_slice %t0[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t4 = tensor.pad %x low[0, 3, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x10x3xf32>
  %t5 = tensor.extract_slice %t4[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %t6 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t7 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t5, %t6 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t8 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t7 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t9 = tensor.pad %x low[0, 3, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x10x3xf32>
  %t10 = tensor.extract_slice %t9[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %t11 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t10, %t11 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t13 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t12 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t13 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// Every other time.
//
// CHECK: declined{{.*}}its taps are not next to each other{{.*}}ssm.causal_conv1d
// IR-LABEL: func @gap
// IR-NOT: ssm.causal_conv1d
func.func @gap(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t1 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t2 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t3 = tensor.extract_slice %t2[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = tensor.pad %x low[0, 4, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x11x3xf32>
  %t8 = tensor.extract_slice %t7[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x11x3xf32> to tensor<2x7x3xf32>
  %t9 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t9 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t6, %t10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t11 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// One in front instead of zeros: what is padded is no zero.
//
// CHECK: declined{{.*}}what comes before the first input is neither zero nor a window{{.*}}ssm.causal_conv1d
// IR-LABEL: func @not_zero
// IR-NOT: ssm.causal_conv1d
func.func @not_zero(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %one = arith.constant 1.0 : f32
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %one : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t2 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<3x3xf32>) outs(%t2 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %t1 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// No padding: the first result takes in three inputs.
//
// CHECK: declined{{.*}}what comes before the first input is neither zero nor a window{{.*}}ssm.causal_conv1d
// IR-LABEL: func @valid
// IR-NOT: ssm.causal_conv1d
func.func @valid(%x: tensor<2x9x3xf32>, %w: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t1 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t0 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%x, %w : tensor<2x9x3xf32>, tensor<3x3xf32>) outs(%t1 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %t0 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// The weight mixes channels.
//
// CHECK: declined{{.*}}the weight is not that of a depthwise convolution{{.*}}ssm.causal_conv1d
// IR-LABEL: func @mixes_channels
// IR-NOT: ssm.causal_conv1d
func.func @mixes_channels(%x: tensor<2x7x3xf32>, %w: tensor<3x3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, l, c, d, k) -> (b, l + k, d)>, affine_map<(b, l, c, d, k) -> (c, d, k)>, affine_map<(b, l, c, d, k) -> (b, l, c)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<3x3x3xf32>) outs(%z : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %y : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// The weight is another one at each time.
//
// IR-LABEL: func @weight_of_time
// IR-NOT: ssm.causal_conv1d
func.func @weight_of_time(%x: tensor<2x7x3xf32>, %w: tensor<7x3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t2 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, affine_map<(b, l, c, k) -> (l, c, k)>, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<7x3x3xf32>) outs(%t2 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %t1 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// Each sequence has its own weight.
//
// CHECK: declined{{.*}}the weight is not that of a depthwise convolution{{.*}}ssm.causal_conv1d
// IR-LABEL: func @weight_of_batch
// IR-NOT: ssm.causal_conv1d
func.func @weight_of_batch(%x: tensor<2x7x3xf32>, %w: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t2 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, affine_map<(b, l, c, k) -> (b, c, k)>, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<2x3x3xf32>) outs(%t2 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %t1 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// The state has more entries than the taps reach back.
//
// CHECK: declined{{.*}}it is not causal: what is read begins at another time than the result{{.*}}ssm.causal_conv1d
// IR-LABEL: func @longer_window
// IR-NOT: ssm.causal_conv1d
func.func @longer_window(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %s: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.concat dim(1) %s, %x : (tensor<2x3x3xf32>, tensor<2x7x3xf32>) -> tensor<2x10x3xf32>
  %t1 = tensor.extract_slice %t0[0, 0, 0] [2, 9, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x9x3xf32>
  %t3 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t2 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t1, %w : tensor<2x9x3xf32>, tensor<3x3xf32>) outs(%t3 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  return %t2 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// The sum of two taps is a result, too: it would be computed twice.
//
// IR-LABEL: func @used_inside
// IR-NOT: ssm.causal_conv1d
func.func @used_inside(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>) -> (tensor<2x7x3xf32>, tensor<2x7x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %t1 = tensor.extract_slice %t0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t6 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t7 = tensor.extract_slice %t6[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t9 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t7, %t8 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t10, %t9 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t11, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>
}
