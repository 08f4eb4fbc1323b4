// Two steps by one pass of a scan of logarithmic depth: the state one step earlier is a pad of the inputs, which depend on
// no exponential, and the decay stands in one place alone.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @padded_input
// CHECK-NOT: math.exp
// CHECK: ssm.ssd "b l h p, b l h, h, b l h/3 n, b l h/3 n -> b l h p"
// CHECK-NOT: ssm.einsum
#m0 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m3 = affine_map<(d0, d1, d2) -> (d2)>
#m4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#m6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
func.func @padded_input(%arg0: tensor<2x2x6x3xf32>, %arg1: tensor<2x2x6xf32>, %arg2: tensor<6xf32>, %arg3: tensor<2x2x2x2xf32>, %arg4: tensor<2x2x2x2xf32>) -> (tensor<2x2x6x3xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x2x2x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#m0, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x2x2x2xf32>) outs(%0 : tensor<2x2x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x3x2xf32>
  %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x2x2x3x2xf32> into tensor<2x2x6x2xf32>
  %2 = linalg.generic {indexing_maps = [#m0, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x2x2x2xf32>) outs(%0 : tensor<2x2x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x3x2xf32>
  %collapsed_0 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x2x2x3x2xf32> into tensor<2x2x6x2xf32>
  %3 = tensor.empty() : tensor<2x2x6xf32>
  %4 = linalg.generic {indexing_maps = [#m2, #m3, #m2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x2x6xf32>, tensor<6xf32>) outs(%3 : tensor<2x2x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.mulf %in, %in_1 : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6xf32>
  %5 = tensor.empty() : tensor<2x2x6x2x3xf32>
  %6 = linalg.generic {indexing_maps = [#m4, #m0, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %arg0 : tensor<2x2x6x2xf32>, tensor<2x2x6x3xf32>) outs(%5 : tensor<2x2x6x2x3xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.mulf %in, %in_1 : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6x2x3xf32>
  %7 = linalg.generic {indexing_maps = [#m1, #m5, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %arg1 : tensor<2x2x6x2x3xf32>, tensor<2x2x6xf32>) outs(%5 : tensor<2x2x6x2x3xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.mulf %in, %in_1 : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6x2x3xf32>
  %8 = tensor.empty() : tensor<2x2x6x3x2xf32>
  %9 = linalg.generic {indexing_maps = [#m6, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x2x6x2x3xf32>) outs(%8 : tensor<2x2x6x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x6x3x2xf32>
  %10 = linalg.generic {indexing_maps = [#m2, #m2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4 : tensor<2x2x6xf32>) outs(%3 : tensor<2x2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %17 = math.exp %in : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6xf32>
  %11 = linalg.generic {indexing_maps = [#m5, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x2x6xf32>) outs(%8 : tensor<2x2x6x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x6x3x2xf32>
  %extracted_slice = tensor.extract_slice %9[0, 0, 0, 0, 0] [2, 1, 6, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x6x3x2xf32> to tensor<2x1x6x3x2xf32>
  %padded = tensor.pad %extracted_slice low[0, 1, 0, 0, 0] high[0, 0, 0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst : f32
  } : tensor<2x1x6x3x2xf32> to tensor<2x2x6x3x2xf32>
  %12 = linalg.generic {indexing_maps = [#m1, #m1, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %padded : tensor<2x2x6x3x2xf32>, tensor<2x2x6x3x2xf32>) outs(%8 : tensor<2x2x6x3x2xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.mulf %in, %in_1 : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6x3x2xf32>
  %13 = linalg.generic {indexing_maps = [#m1, #m1, #m1], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%9, %12 : tensor<2x2x6x3x2xf32>, tensor<2x2x6x3x2xf32>) outs(%8 : tensor<2x2x6x3x2xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.addf %in, %in_1 : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x6x3x2xf32>
  %14 = tensor.empty() : tensor<2x2x6x3xf32>
  %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x2x6x3xf32>) -> tensor<2x2x6x3xf32>
  %16 = linalg.generic {indexing_maps = [#m1, #m0, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13, %collapsed_0 : tensor<2x2x6x3x2xf32>, tensor<2x2x6x2xf32>) outs(%15 : tensor<2x2x6x3xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %17 = arith.mulf %in, %in_1 : f32
    %18 = arith.addf %out, %17 : f32
    linalg.yield %18 : f32
  } -> tensor<2x2x6x3xf32>
  return %16 : tensor<2x2x6x3xf32>
}
