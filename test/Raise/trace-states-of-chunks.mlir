// The states before two chunks: the second is a decay times the first, and what the first chunk adds. With a decay for each
// sequence of the batch that looks like a convolution over the chunks; taps that are decays belong to a recurrence.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @no_taps
// CHECK-NOT: ssm.causal_conv1d
// CHECK: ssm.{{ssd|selective_scan}}
// CHECK-NOT: ssm.einsum
#m0 = affine_map<() -> (2, 6, 1, 1)>
#m1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m2 = affine_map<(d0, d1, d2) -> (d2)>
#m3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m8 = affine_map<(d0, d1) -> (d0, d1)>
#m9 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#m10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#m11 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#m12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5, d4)>
#m16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d2, d5)>
#m17 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#m19 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#m20 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d1, d0, d3, d4, d5)>
func.func @no_taps(%arg0: tensor<2x6x1x1xf32> {mambac.shape = #m0}, %arg1: tensor<2x6x1xf32> {mambac.shape = affine_map<() -> (2, 6, 1)>}, %arg2: tensor<1xf32> {mambac.shape = affine_map<() -> (1)>}, %arg3: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}, %arg4: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}, %arg5: tensor<2x1x1x2xf32> {mambac.shape = affine_map<() -> (2, 1, 1, 2)>}) -> (tensor<2x6x1x1xf32> {mambac.shape = #m0}) attributes {mambac.symbols = []} {
  %cst = arith.constant 0.000000e+00 : f32
  %true = arith.constant true
  %false = arith.constant false
  %cst_0 = arith.constant 0xFF800000 : f32
  %0 = tensor.empty() : tensor<2x6x1xf32>
  %1 = linalg.generic {indexing_maps = [#m1, #m2, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x1xf32>, tensor<1xf32>) outs(%0 : tensor<2x6x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x6x1xf32>
  %padded = tensor.pad %1 low[0, 0, 0] high[0, 2, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst : f32
  } : tensor<2x6x1xf32> to tensor<2x8x1xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, 2, 4, 1] : tensor<2x8x1xf32> into tensor<2x2x4x1xf32>
  %padded_1 = tensor.pad %arg4 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst : f32
  } : tensor<2x6x1x2xf32> to tensor<2x8x1x2xf32>
  %expanded_2 = tensor.expand_shape %padded_1 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 1, 2] : tensor<2x8x1x2xf32> into tensor<2x2x4x1x2xf32>
  %padded_3 = tensor.pad %arg3 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst : f32
  } : tensor<2x6x1x2xf32> to tensor<2x8x1x2xf32>
  %expanded_4 = tensor.expand_shape %padded_3 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 1, 2] : tensor<2x8x1x2xf32> into tensor<2x2x4x1x2xf32>
  %padded_5 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst : f32
  } : tensor<2x6x1x1xf32> to tensor<2x8x1x1xf32>
  %expanded_6 = tensor.expand_shape %padded_5 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 1, 1] : tensor<2x8x1x1xf32> into tensor<2x2x4x1x1xf32>
  %padded_7 = tensor.pad %arg1 low[0, 0, 0] high[0, 2, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst : f32
  } : tensor<2x6x1xf32> to tensor<2x8x1xf32>
  %expanded_8 = tensor.expand_shape %padded_7 [[0], [1, 2], [3]] output_shape [2, 2, 4, 1] : tensor<2x8x1xf32> into tensor<2x2x4x1xf32>
  %2 = tensor.empty() : tensor<2x2x4x1xf32>
  %3 = ssm.cumsum dim(2) ins(%expanded : tensor<2x2x4x1xf32>) outs(%2 : tensor<2x2x4x1xf32>)
  %4 = tensor.empty() : tensor<2x2x1x4xf32>
  %5 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x2x4x1xf32>) outs(%4 : tensor<2x2x1x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x1x4xf32>
  %6 = tensor.empty() : tensor<2x2x1x4x4xf32>
  %7 = linalg.generic {indexing_maps = [#m5, #m6, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%5, %5 : tensor<2x2x1x4xf32>, tensor<2x2x1x4xf32>) outs(%6 : tensor<2x2x1x4x4xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.subf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x1x4x4xf32>
  %8 = tensor.empty() : tensor<4x4xi1>
  %9 = linalg.fill ins(%true : i1) outs(%8 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %10 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel"]} ins(%9 : tensor<4x4xi1>) outs(%8 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %40 = linalg.index 0 : index
    %41 = linalg.index 1 : index
    %42 = arith.cmpi sle, %41, %40 : index
    %43 = arith.select %42, %in, %false : i1
    linalg.yield %43 : i1
  } -> tensor<4x4xi1>
  %11 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel"]} ins(%10 : tensor<4x4xi1>) outs(%8 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %40 = arith.cmpi eq, %in, %false : i1
    linalg.yield %40 : i1
  } -> tensor<4x4xi1>
  %12 = linalg.generic {indexing_maps = [#m9, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %7 : tensor<4x4xi1>, tensor<2x2x1x4x4xf32>) outs(%6 : tensor<2x2x1x4x4xf32>) {
  ^bb0(%in: i1, %in_15: f32, %out: f32):
    %40 = arith.select %in, %cst_0, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x1x4x4xf32>
  %13 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12 : tensor<2x2x1x4x4xf32>) outs(%6 : tensor<2x2x1x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %40 = math.exp %in : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x1x4x4xf32>
  %14 = tensor.empty() : tensor<2x2x4x1x4xf32>
  %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x2x4x1x4xf32>) -> tensor<2x2x4x1x4xf32>
  %16 = linalg.generic {indexing_maps = [#m10, #m11, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_2, %expanded_4 : tensor<2x2x4x1x2xf32>, tensor<2x2x4x1x2xf32>) outs(%15 : tensor<2x2x4x1x4xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x4xf32>
  %17 = tensor.empty() : tensor<2x2x4x1x4x1xf32>
  %18 = linalg.fill ins(%cst : f32) outs(%17 : tensor<2x2x4x1x4x1xf32>) -> tensor<2x2x4x1x4x1xf32>
  %19 = linalg.generic {indexing_maps = [#m12, #m11, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16, %expanded_6 : tensor<2x2x4x1x4xf32>, tensor<2x2x4x1x1xf32>) outs(%18 : tensor<2x2x4x1x4x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x4x1xf32>
  %20 = linalg.generic {indexing_maps = [#m13, #m14, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %expanded_8 : tensor<2x2x4x1x4x1xf32>, tensor<2x2x4x1xf32>) outs(%18 : tensor<2x2x4x1x4x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x4x1xf32>
  %21 = tensor.empty() : tensor<2x2x4x1x1xf32>
  %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<2x2x4x1x1xf32>) -> tensor<2x2x4x1x1xf32>
  %23 = linalg.generic {indexing_maps = [#m15, #m16, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%20, %13 : tensor<2x2x4x1x4x1xf32>, tensor<2x2x1x4x4xf32>) outs(%22 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x1xf32>
  %extracted_slice = tensor.extract_slice %3[0, 0, 3, 0] [2, 2, 1, 1] [1, 1, 1, 1] : tensor<2x2x4x1xf32> to tensor<2x2x1xf32>
  %24 = linalg.generic {indexing_maps = [#m17, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %3 : tensor<2x2x1xf32>, tensor<2x2x4x1xf32>) outs(%2 : tensor<2x2x4x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.subf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x4x1xf32>
  %25 = linalg.generic {indexing_maps = [#m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x2x4x1xf32>) outs(%2 : tensor<2x2x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %40 = math.exp %in : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x4x1xf32>
  %26 = linalg.generic {indexing_maps = [#m7, #m5, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_6, %expanded_8 : tensor<2x2x4x1x1xf32>, tensor<2x2x4x1xf32>) outs(%22 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x1xf32>
  %27 = linalg.generic {indexing_maps = [#m7, #m5, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %25 : tensor<2x2x4x1x1xf32>, tensor<2x2x4x1xf32>) outs(%22 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x1xf32>
  %28 = tensor.empty() : tensor<2x2x1x1x2xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x2x1x1x2xf32>) -> tensor<2x2x1x1x2xf32>
  %30 = linalg.generic {indexing_maps = [#m18, #m19, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded_4 : tensor<2x2x4x1x1xf32>, tensor<2x2x4x1x2xf32>) outs(%29 : tensor<2x2x1x1x2xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x1x1x2xf32>
  %31 = tensor.empty() : tensor<2x2x1xf32>
  %32 = linalg.generic {indexing_maps = [#m1, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice : tensor<2x2x1xf32>) outs(%31 : tensor<2x2x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %40 = math.exp %in : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x1xf32>
  %extracted_slice_9 = tensor.extract_slice %32[0, 0, 0] [2, 1, 1] [1, 1, 1] : tensor<2x2x1xf32> to tensor<2x1xf32>
  %expanded_10 = tensor.expand_shape %extracted_slice_9 [[0], [1, 2]] output_shape [2, 1, 1] : tensor<2x1xf32> into tensor<2x1x1xf32>
  %33 = tensor.empty() : tensor<2x1x1x2xf32>
  %34 = linalg.generic {indexing_maps = [#m4, #m20, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg5, %expanded_10 : tensor<2x1x1x2xf32>, tensor<2x1x1xf32>) outs(%33 : tensor<2x1x1x2xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x1x1x2xf32>
  %extracted_slice_11 = tensor.extract_slice %30[0, 0, 0, 0, 0] [2, 1, 1, 1, 2] [1, 1, 1, 1, 1] : tensor<2x2x1x1x2xf32> to tensor<2x1x1x2xf32>
  %35 = linalg.generic {indexing_maps = [#m4, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34, %extracted_slice_11 : tensor<2x1x1x2xf32>, tensor<2x1x1x2xf32>) outs(%33 : tensor<2x1x1x2xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.addf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x1x1x2xf32>
  %expanded_12 = tensor.expand_shape %arg5 [[0, 1], [2], [3], [4]] output_shape [1, 2, 1, 1, 2] : tensor<2x1x1x2xf32> into tensor<1x2x1x1x2xf32>
  %expanded_13 = tensor.expand_shape %35 [[0, 1], [2], [3], [4]] output_shape [1, 2, 1, 1, 2] : tensor<2x1x1x2xf32> into tensor<1x2x1x1x2xf32>
  %concat = tensor.concat dim(0) %expanded_12, %expanded_13 : (tensor<1x2x1x1x2xf32>, tensor<1x2x1x1x2xf32>) -> tensor<2x2x1x1x2xf32>
  %36 = linalg.generic {indexing_maps = [#m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x2x4x1xf32>) outs(%2 : tensor<2x2x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %40 = math.exp %in : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x4x1xf32>
  %37 = linalg.generic {indexing_maps = [#m10, #m21, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_2, %concat : tensor<2x2x4x1x2xf32>, tensor<2x2x1x1x2xf32>) outs(%22 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x1xf32>
  %38 = linalg.generic {indexing_maps = [#m7, #m5, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%37, %36 : tensor<2x2x4x1x1xf32>, tensor<2x2x4x1xf32>) outs(%22 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.mulf %in, %in_15 : f32
    %41 = arith.addf %out, %40 : f32
    linalg.yield %41 : f32
  } -> tensor<2x2x4x1x1xf32>
  %39 = linalg.generic {indexing_maps = [#m7, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %38 : tensor<2x2x4x1x1xf32>, tensor<2x2x4x1x1xf32>) outs(%21 : tensor<2x2x4x1x1xf32>) {
  ^bb0(%in: f32, %in_15: f32, %out: f32):
    %40 = arith.addf %in, %in_15 : f32
    linalg.yield %40 : f32
  } -> tensor<2x2x4x1x1xf32>
  %collapsed = tensor.collapse_shape %39 [[0], [1, 2], [3], [4]] : tensor<2x2x4x1x1xf32> into tensor<2x8x1x1xf32>
  %extracted_slice_14 = tensor.extract_slice %collapsed[0, 0, 0, 0] [2, 6, 1, 1] [1, 1, 1, 1] : tensor<2x8x1x1xf32> to tensor<2x6x1x1xf32>
  return %extracted_slice_14 : tensor<2x6x1x1xf32>
}
