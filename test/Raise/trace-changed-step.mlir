// One token whose state is the old one, its change h (exp(a) - 1), and the input: what is counted twice cancels.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @changed
// CHECK: ssm.ssd {{.*}} initial_state(
// CHECK-NOT: math.exp
#m0 = affine_map<()[s0] -> (s0, 1, 3, 3)>
#m1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m4 = affine_map<(d0, d1, d2) -> (d1, d2)>
#m5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m8 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#m9 = affine_map<(d0, d1) -> (d0, d1)>
#m10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m11 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2, d3)>
func.func @changed(%arg0: tensor<?x1x3x3xf32> {mambac.shape = #m0}, %arg1: tensor<?x1x3xf32> {mambac.shape = affine_map<()[s0] -> (s0, 1, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<()[s0] -> (3)>}, %arg3: tensor<?x1x1x2xf32> {mambac.shape = affine_map<()[s0] -> (s0, 1, 1, 2)>}, %arg4: tensor<?x1x1x2xf32> {mambac.shape = affine_map<()[s0] -> (s0, 1, 1, 2)>}, %arg5: tensor<?x3x3x2xf32> {mambac.shape = affine_map<()[s0] -> (s0, 3, 3, 2)>}) -> (tensor<?x1x3x3xf32> {mambac.shape = #m0}) attributes {mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}]} {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 1.000000e+00 : f32
  %c0 = arith.constant 0 : index
  %dim = tensor.dim %arg0, %c0 : tensor<?x1x3x3xf32>
  %0 = tensor.empty(%dim) : tensor<?x1x1x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<?x1x1x2xf32>) outs(%0 : tensor<?x1x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x1x1x3x2xf32>
  %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<?x1x1x3x2xf32> into tensor<?x1x3x2xf32>
  %2 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<?x1x1x2xf32>) outs(%0 : tensor<?x1x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x1x1x3x2xf32>
  %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<?x1x1x3x2xf32> into tensor<?x1x3x2xf32>
  %expanded = tensor.expand_shape %arg2 [[0, 1]] output_shape [1, 3] : tensor<3xf32> into tensor<1x3xf32>
  %3 = tensor.empty(%dim) : tensor<?x1x3xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %expanded : tensor<?x1x3xf32>, tensor<1x3xf32>) outs(%3 : tensor<?x1x3xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.mulf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x1x3xf32>
  %extracted_slice = tensor.extract_slice %collapsed[0, 0, 0, 0] [%dim, 1, 3, 2] [1, 1, 1, 1] : tensor<?x1x3x2xf32> to tensor<?x3x2xf32>
  %extracted_slice_2 = tensor.extract_slice %arg0[0, 0, 0, 0] [%dim, 1, 3, 3] [1, 1, 1, 1] : tensor<?x1x3x3xf32> to tensor<?x3x3xf32>
  %extracted_slice_3 = tensor.extract_slice %arg1[0, 0, 0] [%dim, 1, 3] [1, 1, 1] : tensor<?x1x3xf32> to tensor<?x3xf32>
  %5 = tensor.empty(%dim) : tensor<?x3x2x3xf32>
  %6 = linalg.generic {indexing_maps = [#m5, #m6, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %extracted_slice_2 : tensor<?x3x2xf32>, tensor<?x3x3xf32>) outs(%5 : tensor<?x3x2x3xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.mulf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3x2x3xf32>
  %7 = linalg.generic {indexing_maps = [#m7, #m8, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %extracted_slice_3 : tensor<?x3x2x3xf32>, tensor<?x3xf32>) outs(%5 : tensor<?x3x2x3xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.mulf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3x2x3xf32>
  %extracted_slice_4 = tensor.extract_slice %4[0, 0, 0] [%dim, 1, 3] [1, 1, 1] : tensor<?x1x3xf32> to tensor<?x3xf32>
  %8 = tensor.empty(%dim) : tensor<?x3xf32>
  %9 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_4 : tensor<?x3xf32>) outs(%8 : tensor<?x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = math.exp %in : f32
    linalg.yield %21 : f32
  } -> tensor<?x3xf32>
  %10 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%9 : tensor<?x3xf32>) outs(%8 : tensor<?x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = arith.subf %in, %cst_0 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3xf32>
  %11 = tensor.empty(%dim) : tensor<?x3x3x2xf32>
  %12 = linalg.generic {indexing_maps = [#m7, #m8, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg5, %10 : tensor<?x3x3x2xf32>, tensor<?x3xf32>) outs(%11 : tensor<?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.mulf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3x3x2xf32>
  %13 = linalg.generic {indexing_maps = [#m7, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg5, %12 : tensor<?x3x3x2xf32>, tensor<?x3x3x2xf32>) outs(%11 : tensor<?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.addf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3x3x2xf32>
  %14 = linalg.generic {indexing_maps = [#m10, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<?x3x2x3xf32>) outs(%11 : tensor<?x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x3x3x2xf32>
  %15 = linalg.generic {indexing_maps = [#m7, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %14 : tensor<?x3x3x2xf32>, tensor<?x3x3x2xf32>) outs(%11 : tensor<?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.addf %in, %in_7 : f32
    linalg.yield %21 : f32
  } -> tensor<?x3x3x2xf32>
  %extracted_slice_5 = tensor.extract_slice %collapsed_1[0, 0, 0, 0] [%dim, 1, 3, 2] [1, 1, 1, 1] : tensor<?x1x3x2xf32> to tensor<?x3x2xf32>
  %16 = tensor.empty(%dim) : tensor<?x3x3xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<?x3x3xf32>) -> tensor<?x3x3xf32>
  %18 = linalg.generic {indexing_maps = [#m7, #m6, #m5], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%15, %extracted_slice_5 : tensor<?x3x3x2xf32>, tensor<?x3x2xf32>) outs(%17 : tensor<?x3x3xf32>) {
  ^bb0(%in: f32, %in_7: f32, %out: f32):
    %21 = arith.mulf %in, %in_7 : f32
    %22 = arith.addf %out, %21 : f32
    linalg.yield %22 : f32
  } -> tensor<?x3x3xf32>
  %expanded_6 = tensor.expand_shape %18 [[0, 1], [2], [3]] output_shape [1, %dim, 3, 3] : tensor<?x3x3xf32> into tensor<1x?x3x3xf32>
  %19 = tensor.empty(%dim) : tensor<?x1x3x3xf32>
  %20 = linalg.generic {indexing_maps = [#m11, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_6 : tensor<1x?x3x3xf32>) outs(%19 : tensor<?x1x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x1x3x3xf32>
  return %20 : tensor<?x1x3x3xf32>
}
