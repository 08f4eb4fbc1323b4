// A loop over two chunks whose running sums are those of scaled values, divided again: the states of the first chunk, which
// are a scan of their own to begin with, decay by the tensor that the second chunk's read.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @scaled_sums
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
// CHECK-NOT: ssm.ssd
// CHECK-NOT: ssm.einsum
#m0 = affine_map<() -> (2, 6, 3, 3)>
#m1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m4 = affine_map<(d0, d1, d2) -> (d2)>
#m5 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m9 = affine_map<(d0, d1) -> (d0, d1)>
#m10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#m11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d1, d2, d3)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4, d1)>
#m17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#m18 = affine_map<(d0, d1, d2) -> (d0, d2)>
#m19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3, d2)>
#m20 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1)>
#m21 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#m22 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d3, d4)>
#m23 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2, d3)>
func.func @scaled_sums(%arg0: tensor<2x6x3x3xf32> {mambac.shape = #m0}, %arg1: tensor<2x6x3xf32> {mambac.shape = affine_map<() -> (2, 6, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<() -> (3)>}, %arg3: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}, %arg4: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}) -> (tensor<2x6x3x3xf32> {mambac.shape = #m0}) attributes {mambac.symbols = []} {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 2.000000e+00 : f32
  %true = arith.constant true
  %false = arith.constant false
  %cst_1 = arith.constant 0xFF800000 : f32
  %0 = tensor.empty() : tensor<2x6x1x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x6x1x3x2xf32>
  %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
  %2 = linalg.generic {indexing_maps = [#m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x6x1x3x2xf32>
  %collapsed_2 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
  %3 = tensor.empty() : tensor<2x6x3xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x6x3xf32>
  %padded = tensor.pad %4 low[0, 0, 0] high[0, 2, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst : f32
  } : tensor<2x6x3xf32> to tensor<2x8x3xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, 2, 4, 3] : tensor<2x8x3xf32> into tensor<2x2x4x3xf32>
  %padded_3 = tensor.pad %collapsed_2 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst : f32
  } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
  %expanded_4 = tensor.expand_shape %padded_3 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
  %padded_5 = tensor.pad %collapsed low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst : f32
  } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
  %expanded_6 = tensor.expand_shape %padded_5 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
  %padded_7 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst : f32
  } : tensor<2x6x3x3xf32> to tensor<2x8x3x3xf32>
  %expanded_8 = tensor.expand_shape %padded_7 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 3] : tensor<2x8x3x3xf32> into tensor<2x2x4x3x3xf32>
  %padded_9 = tensor.pad %arg1 low[0, 0, 0] high[0, 2, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst : f32
  } : tensor<2x6x3xf32> to tensor<2x8x3xf32>
  %expanded_10 = tensor.expand_shape %padded_9 [[0], [1, 2], [3]] output_shape [2, 2, 4, 3] : tensor<2x8x3xf32> into tensor<2x2x4x3xf32>
  %5 = tensor.empty() : tensor<2x3x3x2xf32>
  %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %extracted_slice = tensor.extract_slice %expanded[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %extracted_slice_11 = tensor.extract_slice %expanded_4[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_12 = tensor.extract_slice %expanded_6[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_13 = tensor.extract_slice %expanded_8[0, 0, 0, 0, 0] [2, 1, 4, 3, 3] [1, 1, 1, 1, 1] : tensor<2x2x4x3x3xf32> to tensor<2x4x3x3xf32>
  %extracted_slice_14 = tensor.extract_slice %expanded_10[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %7 = tensor.empty() : tensor<2x4x3xf32>
  %8 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = arith.mulf %in, %cst_0 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %9 = ssm.cumsum dim(1) ins(%8 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>)
  %10 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = arith.divf %in, %cst_0 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %11 = tensor.empty() : tensor<2x3x4xf32>
  %12 = linalg.generic {indexing_maps = [#m5, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10 : tensor<2x4x3xf32>) outs(%11 : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4xf32>
  %13 = tensor.empty() : tensor<2x3x4x4xf32>
  %14 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %12 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.subf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %15 = tensor.empty() : tensor<4x4xi1>
  %16 = linalg.fill ins(%true : i1) outs(%15 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %17 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%16 : tensor<4x4xi1>) outs(%15 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %65 = linalg.index 0 : index
    %66 = linalg.index 1 : index
    %67 = arith.cmpi sle, %66, %65 : index
    %68 = arith.select %67, %in, %false : i1
    linalg.yield %68 : i1
  } -> tensor<4x4xi1>
  %18 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%17 : tensor<4x4xi1>) outs(%15 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %65 = arith.cmpi eq, %in, %false : i1
    linalg.yield %65 : i1
  } -> tensor<4x4xi1>
  %19 = linalg.generic {indexing_maps = [#m10, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %14 : tensor<4x4xi1>, tensor<2x3x4x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %65 = arith.select %in, %cst_1, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %20 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19 : tensor<2x3x4x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %21 = tensor.empty() : tensor<2x4x3x3x2xf32>
  %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<2x4x3x3x2xf32>) -> tensor<2x4x3x3x2xf32>
  %23 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_13, %extracted_slice_12 : tensor<2x4x3x3xf32>, tensor<2x4x3x2xf32>) outs(%22 : tensor<2x4x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3x2xf32>
  %24 = linalg.generic {indexing_maps = [#m2, #m12, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %extracted_slice_14 : tensor<2x4x3x3x2xf32>, tensor<2x4x3xf32>) outs(%22 : tensor<2x4x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3x2xf32>
  %25 = tensor.empty() : tensor<2x3x3x2x4xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x3x2x4xf32>) -> tensor<2x3x3x2x4xf32>
  %27 = linalg.generic {indexing_maps = [#m13, #m14, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%24, %20 : tensor<2x4x3x3x2xf32>, tensor<2x3x4x4xf32>) outs(%26 : tensor<2x3x3x2x4xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x3x3x2x4xf32>
  %28 = tensor.empty() : tensor<2x4x3x3xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x4x3x3xf32>) -> tensor<2x4x3x3xf32>
  %30 = linalg.generic {indexing_maps = [#m16, #m1, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %extracted_slice_11 : tensor<2x3x3x2x4xf32>, tensor<2x4x3x2xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %31 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %32 = linalg.generic {indexing_maps = [#m1, #m17, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_11, %6 : tensor<2x4x3x2xf32>, tensor<2x3x3x2xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %33 = linalg.generic {indexing_maps = [#m8, #m6, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %31 : tensor<2x4x3x3xf32>, tensor<2x4x3xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %34 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %33 : tensor<2x4x3x3xf32>, tensor<2x4x3x3xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.addf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3x3xf32>
  %extracted_slice_15 = tensor.extract_slice %10[0, 3, 0] [2, 1, 3] [1, 1, 1] : tensor<2x4x3xf32> to tensor<2x3xf32>
  %35 = linalg.generic {indexing_maps = [#m18, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_15, %10 : tensor<2x3xf32>, tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.subf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %36 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%35 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %37 = tensor.empty() : tensor<2x4x3x2x3xf32>
  %38 = linalg.fill ins(%cst : f32) outs(%37 : tensor<2x4x3x2x3xf32>) -> tensor<2x4x3x2x3xf32>
  %39 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_12, %extracted_slice_13 : tensor<2x4x3x2xf32>, tensor<2x4x3x3xf32>) outs(%38 : tensor<2x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x2x3xf32>
  %40 = linalg.generic {indexing_maps = [#m2, #m12, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%39, %extracted_slice_14 : tensor<2x4x3x2x3xf32>, tensor<2x4x3xf32>) outs(%38 : tensor<2x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x2x3xf32>
  %41 = linalg.generic {indexing_maps = [#m19, #m20, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%40, %36 : tensor<2x4x3x2x3xf32>, tensor<2x4x3xf32>) outs(%6 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x3x3x2xf32>
  %42 = tensor.empty() : tensor<2x3xf32>
  %43 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_15 : tensor<2x3xf32>) outs(%42 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x3xf32>
  %44 = linalg.generic {indexing_maps = [#m8, #m21, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %43 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x3x2xf32>
  %45 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44, %41 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.addf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_16 = tensor.extract_slice %expanded[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %extracted_slice_17 = tensor.extract_slice %expanded_4[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_18 = tensor.extract_slice %expanded_6[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_19 = tensor.extract_slice %expanded_8[0, 1, 0, 0, 0] [2, 1, 4, 3, 3] [1, 1, 1, 1, 1] : tensor<2x2x4x3x3xf32> to tensor<2x4x3x3xf32>
  %extracted_slice_20 = tensor.extract_slice %expanded_10[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %46 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_16 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = arith.mulf %in, %cst_0 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %47 = ssm.cumsum dim(1) ins(%46 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>)
  %48 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%47 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = arith.divf %in, %cst_0 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %49 = linalg.generic {indexing_maps = [#m5, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%48 : tensor<2x4x3xf32>) outs(%11 : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4xf32>
  %50 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49, %49 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.subf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %51 = linalg.generic {indexing_maps = [#m10, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %50 : tensor<4x4xi1>, tensor<2x3x4x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %65 = arith.select %in, %cst_1, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %52 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<2x3x4x4xf32>) outs(%13 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x3x4x4xf32>
  %53 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_19, %extracted_slice_18 : tensor<2x4x3x3xf32>, tensor<2x4x3x2xf32>) outs(%22 : tensor<2x4x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3x2xf32>
  %54 = linalg.generic {indexing_maps = [#m2, #m12, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%53, %extracted_slice_20 : tensor<2x4x3x3x2xf32>, tensor<2x4x3xf32>) outs(%22 : tensor<2x4x3x3x2xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3x2xf32>
  %55 = linalg.generic {indexing_maps = [#m13, #m14, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%54, %52 : tensor<2x4x3x3x2xf32>, tensor<2x3x4x4xf32>) outs(%26 : tensor<2x3x3x2x4xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x3x3x2x4xf32>
  %56 = linalg.generic {indexing_maps = [#m16, #m1, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%55, %extracted_slice_17 : tensor<2x3x3x2x4xf32>, tensor<2x4x3x2xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %57 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%48 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %65 = math.exp %in : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3xf32>
  %58 = linalg.generic {indexing_maps = [#m1, #m17, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_17, %45 : tensor<2x4x3x2xf32>, tensor<2x3x3x2xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %59 = linalg.generic {indexing_maps = [#m8, #m6, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%58, %57 : tensor<2x4x3x3xf32>, tensor<2x4x3xf32>) outs(%29 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.mulf %in, %in_25 : f32
    %66 = arith.addf %out, %65 : f32
    linalg.yield %66 : f32
  } -> tensor<2x4x3x3xf32>
  %60 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%56, %59 : tensor<2x4x3x3xf32>, tensor<2x4x3x3xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %65 = arith.addf %in, %in_25 : f32
    linalg.yield %65 : f32
  } -> tensor<2x4x3x3xf32>
  %expanded_21 = tensor.expand_shape %34 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 3] : tensor<2x4x3x3xf32> into tensor<1x2x4x3x3xf32>
  %expanded_22 = tensor.expand_shape %60 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 3] : tensor<2x4x3x3xf32> into tensor<1x2x4x3x3xf32>
  %concat = tensor.concat dim(0) %expanded_21, %expanded_22 : (tensor<1x2x4x3x3xf32>, tensor<1x2x4x3x3xf32>) -> tensor<2x2x4x3x3xf32>
  %61 = tensor.empty() : tensor<2x4x2x3x3xf32>
  %62 = linalg.generic {indexing_maps = [#m22, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%concat : tensor<2x2x4x3x3xf32>) outs(%61 : tensor<2x4x2x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x2x3x3xf32>
  %collapsed_23 = tensor.collapse_shape %62 [[0, 1], [2], [3], [4]] : tensor<2x4x2x3x3xf32> into tensor<8x2x3x3xf32>
  %extracted_slice_24 = tensor.extract_slice %collapsed_23[0, 0, 0, 0] [6, 2, 3, 3] [1, 1, 1, 1] : tensor<8x2x3x3xf32> to tensor<6x2x3x3xf32>
  %63 = tensor.empty() : tensor<2x6x3x3xf32>
  %64 = linalg.generic {indexing_maps = [#m23, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_24 : tensor<6x2x3x3xf32>) outs(%63 : tensor<2x6x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x6x3x3xf32>
  return %64 : tensor<2x6x3x3xf32>
}
