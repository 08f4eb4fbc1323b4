// Steps of an unrolled loop that ssm-roll-time-loops does not roll up: one for each of its reasons.
// RUN: mamba-opt %s --split-input-file --ssm-roll-time-loops --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state passes through arith.maximumf", Remark=ssm.scan
// IR-LABEL: func.func @maximum(
// IR: tensor.concat
func.func @maximum(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.maximumf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.maximumf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.maximumf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state's update computes math.sincos", Remark=ssm.scan
// IR-LABEL: func.func @circle(
// IR: tensor.concat
func.func @circle(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s, %k = math.sincos %b : f32
    %w = arith.mulf %a, %s : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s, %k = math.sincos %b : f32
    %w = arith.mulf %a, %s : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s, %k = math.sincos %b : f32
    %w = arith.mulf %a, %s : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state's update has an operand of arith.sitofp that is no number", Remark=ssm.scan
// IR-LABEL: func.func @integers(
// IR: tensor.concat
func.func @integers(%x: tensor<3x4xf32>, %h: tensor<4xf32>, %n: i64) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.sitofp %n : i64 to f32
    %v = arith.mulf %b, %s : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.sitofp %n : i64 to f32
    %v = arith.mulf %b, %s : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.sitofp %n : i64 to f32
    %v = arith.mulf %b, %s : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state is reduced on its way to the next step", Remark=ssm.scan
// IR-LABEL: func.func @matrix(
// IR: tensor.concat
func.func @matrix(%x: tensor<3x4xf32>, %h: tensor<4xf32>, %m: tensor<4x4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %q0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %h : tensor<4x4xf32>, tensor<4xf32>) outs(%x0 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q0, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %q1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %h0 : tensor<4x4xf32>, tensor<4xf32>) outs(%x1 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q1, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %q2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %h1 : tensor<4x4xf32>, tensor<4xf32>) outs(%x2 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q2, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>
#back = affine_map<(i) -> (3 - i)>

// CHECK: Reason="the state is transposed, or changes its shape, from one step to the next", Remark=ssm.scan
// IR-LABEL: func.func @backwards(
// IR: tensor.concat
func.func @backwards(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#back, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#back, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#back, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the steps differ in linalg.generic", Remark=ssm.scan
// IR-LABEL: func.func @different_step(
// IR: tensor.concat
func.func @different_step(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.mulf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.subf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state passes through ssm.cumsum on its way to the next step", Remark=ssm.scan
// IR-LABEL: func.func @running_sum(
// IR: tensor.concat
func.func @running_sum(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %q0 = ssm.cumsum dim(0) ins(%h : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q0, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %q1 = ssm.cumsum dim(0) ins(%h0 : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q1, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %q2 = ssm.cumsum dim(0) ins(%h1 : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%q2, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="tensor.pad in the body of the loop", Remark=ssm.scan
// Padded with a function of the position.
// IR-LABEL: func.func @padded(
// IR: tensor.concat
func.func @padded(%x: tensor<3x3xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %s0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %s1 = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %s2 = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %x0 = tensor.pad %s0 low[1] high[0] {
  ^bb0(%i: index):
    %n = arith.index_cast %i : index to i32
    %v = arith.sitofp %n : i32 to f32
    tensor.yield %v : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x1 = tensor.pad %s1 low[1] high[0] {
  ^bb0(%i: index):
    %n = arith.index_cast %i : index to i32
    %v = arith.sitofp %n : i32 to f32
    tensor.yield %v : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x2 = tensor.pad %s2 low[1] high[0] {
  ^bb0(%i: index):
    %n = arith.index_cast %i : index to i32
    %v = arith.sitofp %n : i32 to f32
    tensor.yield %v : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the steps differ in tensor.pad", Remark=ssm.scan
// Padded with another number in the second step.
// IR-LABEL: func.func @padded_with_others(
// IR: tensor.concat
func.func @padded_with_others(%x: tensor<3x3xf32>, %h: tensor<4xf32>, %number: f32, %other: f32) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %s0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %s1 = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %s2 = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %x0 = tensor.pad %s0 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %number : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x1 = tensor.pad %s1 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %other : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x2 = tensor.pad %s2 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %number : f32
  } : tensor<3xf32> to tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="a scalar operand of linalg.generic differs between steps", Remark=ssm.scan
// IR-LABEL: func.func @scalars(
// IR: tensor.concat
func.func @scalars(%s0: f32, %s1: f32, %s2: f32, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, affine_map<(i) -> ()>, #vec], iterator_types = ["parallel"]}
      ins(%h, %s0 : tensor<4xf32>, f32) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.mulf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, affine_map<(i) -> ()>, #vec], iterator_types = ["parallel"]}
      ins(%h0, %s1 : tensor<4xf32>, f32) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.mulf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, affine_map<(i) -> ()>, #vec], iterator_types = ["parallel"]}
      ins(%h1, %s2 : tensor<4xf32>, f32) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.mulf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="a value of the step comes from outside", Remark=ssm.scan
// IR-LABEL: func.func @arguments(
// IR: tensor.concat
func.func @arguments(%x0: tensor<4xf32>, %x1: tensor<4xf32>, %x2: tensor<4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="the state's update yields a captured value", Remark=ssm.scan
// IR-LABEL: func.func @captured(
// IR: tensor.concat
func.func @captured(%x: tensor<3x4xf32>, %h: tensor<4xf32>, %k: f32) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %k : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %k : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %k : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="a linalg.generic with several results in the body of the loop", Remark=ssm.scan
// IR-LABEL: func.func @two_results(
// IR: tensor.concat
func.func @two_results(%x: tensor<3x4xf32>, %h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %s0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %s1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %s2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x0, %z0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%s0 : tensor<4xf32>) outs(%e, %e : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %w = math.exp %a : f32
    linalg.yield %w, %a : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x1, %z1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%s1 : tensor<4xf32>) outs(%e, %e : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %w = math.exp %a : f32
    linalg.yield %w, %a : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x2, %z2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%s2 : tensor<4xf32>) outs(%e, %e : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32, %p: f32):
    %w = math.exp %a : f32
    linalg.yield %w, %a : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// CHECK: Reason="a reduction starts from an undefined value", Remark=ssm.scan
// IR-LABEL: func.func @undefined(
// IR: tensor.concat
func.func @undefined(%x: tensor<3x4xf32>, %h: tensor<4xf32>, %m: tensor<4x4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %s0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %s1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %s2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %s0 : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %x0 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %s1 : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %x1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %x2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
                       iterator_types = ["parallel", "reduction"]} ins(%m, %s2 : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    %w = arith.addf %o, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %x2 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#vec = affine_map<(i) -> (i)>

// What a tensor.empty holds is no number.
//
// CHECK: Reason="the state's update has an operand of arith.addf that is no number", Remark=ssm.scan
// IR-LABEL: func.func @undefined_input(
// IR: tensor.concat
func.func @undefined_input(%h: tensor<4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h, %e : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.addf %b, %b : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h0, %e : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.addf %b, %b : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
      ins(%h1, %e : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.addf %b, %b : f32
    %w = arith.addf %a, %v : f32
    linalg.yield %w : f32
  } -> tensor<4xf32>
  %r0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %r2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %y = tensor.concat dim(0) %r0, %r1, %r2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}
