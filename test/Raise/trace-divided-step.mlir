// One token, as a running sum of inputs divided by its decay and multiplied with it: what is divided by is the exponential of
// the decay's logarithm with the other sign. That is a number times a tensor, and cancels; no decay is left.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @divided
// CHECK-NOT: math.exp
// CHECK: return
#m0 = affine_map<() -> (2, 1, 6, 3)>
#m1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m5 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d1, d3)>
#m7 = affine_map<(d0, d1, d2) -> (d1, d0, d2)>
#m8 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m9 = affine_map<(d0, d1, d2) -> (d2)>
#m10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#m12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
func.func @divided(%arg0: tensor<2x1x6x3xf32> {mambac.shape = #m0}, %arg1: tensor<2x1x6xf32> {mambac.shape = affine_map<() -> (2, 1, 6)>}, %arg2: tensor<6xf32> {mambac.shape = affine_map<() -> (6)>}, %arg3: tensor<2x1x2x2xf32> {mambac.shape = affine_map<() -> (2, 1, 2, 2)>}, %arg4: tensor<2x1x2x2xf32> {mambac.shape = affine_map<() -> (2, 1, 2, 2)>}) -> (tensor<2x1x6x3xf32> {mambac.shape = #m0}) attributes {mambac.symbols = []} {
  %cst = arith.constant 1.000000e+00 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x1x2x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x1x2x2xf32>) outs(%0 : tensor<2x1x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x1x2x3x2xf32>
  %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x1x2x3x2xf32> into tensor<2x1x6x2xf32>
  %2 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x1x2x2xf32>) outs(%0 : tensor<2x1x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x1x2x3x2xf32>
  %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x1x2x3x2xf32> into tensor<2x1x6x2xf32>
  %3 = tensor.empty() : tensor<2x1x6x2xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %arg1 : tensor<2x1x6x2xf32>, tensor<2x1x6xf32>) outs(%3 : tensor<2x1x6x2xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    linalg.yield %26 : f32
  } -> tensor<2x1x6x2xf32>
  %5 = tensor.empty() : tensor<1x1xf32>
  %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x1xf32>) -> tensor<1x1xf32>
  %7 = tensor.empty() : tensor<2x1x6xf32>
  %8 = linalg.fill ins(%cst_0 : f32) outs(%7 : tensor<2x1x6xf32>) -> tensor<2x1x6xf32>
  %9 = linalg.generic {indexing_maps = [#m5, #m6, #m4], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg1, %6 : tensor<2x1x6xf32>, tensor<1x1xf32>) outs(%8 : tensor<2x1x6xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    %27 = arith.addf %out, %26 : f32
    linalg.yield %27 : f32
  } -> tensor<2x1x6xf32>
  %10 = tensor.empty() : tensor<1x2x6xf32>
  %11 = linalg.generic {indexing_maps = [#m7, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%9 : tensor<2x1x6xf32>) outs(%10 : tensor<1x2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x6xf32>
  %12 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11, %arg2 : tensor<1x2x6xf32>, tensor<6xf32>) outs(%10 : tensor<1x2x6xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    linalg.yield %26 : f32
  } -> tensor<1x2x6xf32>
  %13 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<1x2x6xf32>) outs(%10 : tensor<1x2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %26 = arith.negf %in : f32
    linalg.yield %26 : f32
  } -> tensor<1x2x6xf32>
  %14 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13 : tensor<1x2x6xf32>) outs(%10 : tensor<1x2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %26 = math.exp %in : f32
    linalg.yield %26 : f32
  } -> tensor<1x2x6xf32>
  %15 = tensor.empty() : tensor<2x1x6x2x3xf32>
  %16 = linalg.generic {indexing_maps = [#m10, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%4, %arg0 : tensor<2x1x6x2xf32>, tensor<2x1x6x3xf32>) outs(%15 : tensor<2x1x6x2x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    linalg.yield %26 : f32
  } -> tensor<2x1x6x2x3xf32>
  %17 = linalg.generic {indexing_maps = [#m7, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14 : tensor<1x2x6xf32>) outs(%7 : tensor<2x1x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x1x6xf32>
  %18 = linalg.generic {indexing_maps = [#m2, #m11, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16, %17 : tensor<2x1x6x2x3xf32>, tensor<2x1x6xf32>) outs(%15 : tensor<2x1x6x2x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    linalg.yield %26 : f32
  } -> tensor<2x1x6x2x3xf32>
  %19 = ssm.cumsum dim(1) ins(%18 : tensor<2x1x6x2x3xf32>) outs(%15 : tensor<2x1x6x2x3xf32>)
  %20 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<1x2x6xf32>) outs(%10 : tensor<1x2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %26 = math.exp %in : f32
    linalg.yield %26 : f32
  } -> tensor<1x2x6xf32>
  %21 = linalg.generic {indexing_maps = [#m7, #m8], iterator_types = ["parallel", "parallel", "parallel"]} ins(%20 : tensor<1x2x6xf32>) outs(%7 : tensor<2x1x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x1x6xf32>
  %22 = linalg.generic {indexing_maps = [#m2, #m11, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %21 : tensor<2x1x6x2x3xf32>, tensor<2x1x6xf32>) outs(%15 : tensor<2x1x6x2x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    linalg.yield %26 : f32
  } -> tensor<2x1x6x2x3xf32>
  %23 = tensor.empty() : tensor<2x1x6x3xf32>
  %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x1x6x3xf32>) -> tensor<2x1x6x3xf32>
  %25 = linalg.generic {indexing_maps = [#m12, #m1, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22, %collapsed_1 : tensor<2x1x6x2x3xf32>, tensor<2x1x6x2xf32>) outs(%24 : tensor<2x1x6x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %26 = arith.mulf %in, %in_2 : f32
    %27 = arith.addf %out, %26 : f32
    linalg.yield %27 : f32
  } -> tensor<2x1x6x3xf32>
  return %25 : tensor<2x1x6x3xf32>
}
