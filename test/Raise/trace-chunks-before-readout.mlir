// Chunks with one channel a head, whose sum over times stands before C: the sum has the form of a recurrence of its own, and is a
// piece all the same, as what it is read out to is put together with another chunk's.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @before_readout
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd
// CHECK-NOT: ssm.ssd
// CHECK-NOT: ssm.einsum
#m0 = affine_map<() -> (2, 6, 3, 1)>
#m1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m6 = affine_map<(d0, d1, d2) -> (d2)>
#m7 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#m8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m9 = affine_map<(d0, d1) -> (d0, d1)>
#m10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#m11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d4)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d1, d2, d3, d4)>
#m16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d5)>
#m17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4, d3, d1)>
#m18 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#m19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#m20 = affine_map<(d0, d1, d2) -> (d0, d2)>
#m21 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3, d2)>
#m22 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1)>
#m23 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d3, d4)>
#m24 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2, d3)>
func.func @before_readout(%arg0: tensor<2x6x3x1xf32> {mambac.shape = #m0}, %arg1: tensor<2x6x3xf32> {mambac.shape = affine_map<() -> (2, 6, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<() -> (3)>}, %arg3: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}, %arg4: tensor<2x6x1x2xf32> {mambac.shape = affine_map<() -> (2, 6, 1, 2)>}, %arg5: tensor<2x6x3x1xf32> {mambac.shape = #m0}) -> (tensor<2x6x3x1xf32> {mambac.shape = #m0}) attributes {mambac.symbols = []} {
  %cst = arith.constant 1.000000e+00 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %true = arith.constant true
  %false = arith.constant false
  %cst_1 = arith.constant 0xFF800000 : f32
  %cst_2 = arith.constant -4.000000e+00 : f32
  %cst_3 = arith.constant -2.500000e-01 : f32
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
  %collapsed_4 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
  %3 = tensor.empty() : tensor<2x6x3x1xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg5 : tensor<2x6x3x1xf32>) outs(%3 : tensor<2x6x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = arith.negf %in : f32
    %69 = math.exp %68 : f32
    %70 = arith.addf %69, %cst : f32
    %71 = arith.divf %in, %70 : f32
    linalg.yield %71 : f32
  } -> tensor<2x6x3x1xf32>
  %5 = tensor.empty() : tensor<2x6x3x2xf32>
  %6 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %arg1 : tensor<2x6x3x2xf32>, tensor<2x6x3xf32>) outs(%5 : tensor<2x6x3x2xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x6x3x2xf32>
  %7 = tensor.empty() : tensor<2x6x3xf32>
  %8 = linalg.generic {indexing_maps = [#m5, #m6, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%7 : tensor<2x6x3xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x6x3xf32>
  %padded = tensor.pad %8 low[0, 0, 0] high[0, 2, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x6x3xf32> to tensor<2x8x3xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, 2, 4, 3] : tensor<2x8x3xf32> into tensor<2x2x4x3xf32>
  %padded_5 = tensor.pad %collapsed_4 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
  %expanded_6 = tensor.expand_shape %padded_5 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
  %padded_7 = tensor.pad %4 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x6x3x1xf32> to tensor<2x8x3x1xf32>
  %expanded_8 = tensor.expand_shape %padded_7 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 1] : tensor<2x8x3x1xf32> into tensor<2x2x4x3x1xf32>
  %padded_9 = tensor.pad %6 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
  %expanded_10 = tensor.expand_shape %padded_9 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
  %padded_11 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 2, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x6x3x1xf32> to tensor<2x8x3x1xf32>
  %expanded_12 = tensor.expand_shape %padded_11 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 1] : tensor<2x8x3x1xf32> into tensor<2x2x4x3x1xf32>
  %9 = tensor.empty() : tensor<2x3x1x2xf32>
  %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<2x3x1x2xf32>) -> tensor<2x3x1x2xf32>
  %extracted_slice = tensor.extract_slice %expanded[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %extracted_slice_13 = tensor.extract_slice %expanded_6[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_14 = tensor.extract_slice %expanded_8[0, 0, 0, 0, 0] [2, 1, 4, 3, 1] [1, 1, 1, 1, 1] : tensor<2x2x4x3x1xf32> to tensor<2x4x3x1xf32>
  %extracted_slice_15 = tensor.extract_slice %expanded_10[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_16 = tensor.extract_slice %expanded_12[0, 0, 0, 0, 0] [2, 1, 4, 3, 1] [1, 1, 1, 1, 1] : tensor<2x2x4x3x1xf32> to tensor<2x4x3x1xf32>
  %11 = tensor.empty() : tensor<2x4x3xf32>
  %12 = ssm.cumsum dim(1) ins(%extracted_slice : tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>)
  %13 = tensor.empty() : tensor<2x3x4xf32>
  %14 = linalg.generic {indexing_maps = [#m7, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<2x4x3xf32>) outs(%13 : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4xf32>
  %15 = tensor.empty() : tensor<2x3x4x4xf32>
  %16 = linalg.generic {indexing_maps = [#m4, #m8, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %14 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.subf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %17 = tensor.empty() : tensor<4x4xi1>
  %18 = linalg.fill ins(%true : i1) outs(%17 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %19 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%18 : tensor<4x4xi1>) outs(%17 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %68 = linalg.index 0 : index
    %69 = linalg.index 1 : index
    %70 = arith.cmpi sle, %69, %68 : index
    %71 = arith.select %70, %in, %false : i1
    linalg.yield %71 : i1
  } -> tensor<4x4xi1>
  %20 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%19 : tensor<4x4xi1>) outs(%17 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %68 = arith.cmpi eq, %in, %false : i1
    linalg.yield %68 : i1
  } -> tensor<4x4xi1>
  %21 = linalg.generic {indexing_maps = [#m10, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %16 : tensor<4x4xi1>, tensor<2x3x4x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: i1, %in_28: f32, %out: f32):
    %68 = arith.select %in, %cst_1, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %22 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x3x4x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %23 = tensor.empty() : tensor<2x4x3x1xf32>
  %24 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_14 : tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = arith.mulf %in, %cst_2 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %25 = tensor.empty() : tensor<2x4x3x2x1xf32>
  %26 = linalg.fill ins(%cst_0 : f32) outs(%25 : tensor<2x4x3x2x1xf32>) -> tensor<2x4x3x2x1xf32>
  %27 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_15, %extracted_slice_16 : tensor<2x4x3x2xf32>, tensor<2x4x3x1xf32>) outs(%26 : tensor<2x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1xf32>
  %28 = tensor.empty() : tensor<2x4x3x2x1x4xf32>
  %29 = linalg.fill ins(%cst_0 : f32) outs(%28 : tensor<2x4x3x2x1x4xf32>) -> tensor<2x4x3x2x1x4xf32>
  %30 = linalg.generic {indexing_maps = [#m12, #m13, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%27, %24 : tensor<2x4x3x2x1xf32>, tensor<2x4x3x1xf32>) outs(%29 : tensor<2x4x3x2x1x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1x4xf32>
  %31 = tensor.empty() : tensor<2x3x2x1x4xf32>
  %32 = linalg.fill ins(%cst_0 : f32) outs(%31 : tensor<2x3x2x1x4xf32>) -> tensor<2x3x2x1x4xf32>
  %33 = linalg.generic {indexing_maps = [#m15, #m16, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%30, %22 : tensor<2x4x3x2x1x4xf32>, tensor<2x3x4x4xf32>) outs(%32 : tensor<2x3x2x1x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x3x2x1x4xf32>
  %34 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x4x3x1xf32>) -> tensor<2x4x3x1xf32>
  %35 = linalg.generic {indexing_maps = [#m17, #m1, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%33, %extracted_slice_13 : tensor<2x3x2x1x4xf32>, tensor<2x4x3x2xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %36 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35 : tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = arith.mulf %in, %cst_3 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %37 = linalg.generic {indexing_maps = [#m5, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3xf32>
  %38 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_13, %extracted_slice_14 : tensor<2x4x3x2xf32>, tensor<2x4x3x1xf32>) outs(%26 : tensor<2x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1xf32>
  %39 = linalg.generic {indexing_maps = [#m18, #m19, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%38, %10 : tensor<2x4x3x2x1xf32>, tensor<2x3x1x2xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %40 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39, %37 : tensor<2x4x3x1xf32>, tensor<2x4x3xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %41 = linalg.generic {indexing_maps = [#m3, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %40 : tensor<2x4x3x1xf32>, tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.addf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %extracted_slice_17 = tensor.extract_slice %12[0, 3, 0] [2, 1, 3] [1, 1, 1] : tensor<2x4x3xf32> to tensor<2x3xf32>
  %42 = linalg.generic {indexing_maps = [#m20, #m5, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_17, %12 : tensor<2x3xf32>, tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.subf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3xf32>
  %43 = linalg.generic {indexing_maps = [#m5, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%42 : tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3xf32>
  %44 = linalg.generic {indexing_maps = [#m21, #m22, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %43 : tensor<2x4x3x2x1xf32>, tensor<2x4x3xf32>) outs(%10 : tensor<2x3x1x2xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x3x1x2xf32>
  %45 = tensor.empty() : tensor<2x3xf32>
  %46 = linalg.generic {indexing_maps = [#m9, #m9], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_17 : tensor<2x3xf32>) outs(%45 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x3xf32>
  %expanded_18 = tensor.expand_shape %46 [[0], [1, 2]] output_shape [2, 3, 1] : tensor<2x3xf32> into tensor<2x3x1xf32>
  %47 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %expanded_18 : tensor<2x3x1x2xf32>, tensor<2x3x1xf32>) outs(%9 : tensor<2x3x1x2xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x1x2xf32>
  %48 = linalg.generic {indexing_maps = [#m3, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%47, %44 : tensor<2x3x1x2xf32>, tensor<2x3x1x2xf32>) outs(%9 : tensor<2x3x1x2xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.addf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x1x2xf32>
  %extracted_slice_19 = tensor.extract_slice %expanded[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
  %extracted_slice_20 = tensor.extract_slice %expanded_6[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_21 = tensor.extract_slice %expanded_8[0, 1, 0, 0, 0] [2, 1, 4, 3, 1] [1, 1, 1, 1, 1] : tensor<2x2x4x3x1xf32> to tensor<2x4x3x1xf32>
  %extracted_slice_22 = tensor.extract_slice %expanded_10[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
  %extracted_slice_23 = tensor.extract_slice %expanded_12[0, 1, 0, 0, 0] [2, 1, 4, 3, 1] [1, 1, 1, 1, 1] : tensor<2x2x4x3x1xf32> to tensor<2x4x3x1xf32>
  %49 = ssm.cumsum dim(1) ins(%extracted_slice_19 : tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>)
  %50 = linalg.generic {indexing_maps = [#m7, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%49 : tensor<2x4x3xf32>) outs(%13 : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4xf32>
  %51 = linalg.generic {indexing_maps = [#m4, #m8, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %50 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.subf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %52 = linalg.generic {indexing_maps = [#m10, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %51 : tensor<4x4xi1>, tensor<2x3x4x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: i1, %in_28: f32, %out: f32):
    %68 = arith.select %in, %cst_1, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %53 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%52 : tensor<2x3x4x4xf32>) outs(%15 : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x3x4x4xf32>
  %54 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_21 : tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = arith.mulf %in, %cst_2 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %55 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_22, %extracted_slice_23 : tensor<2x4x3x2xf32>, tensor<2x4x3x1xf32>) outs(%26 : tensor<2x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1xf32>
  %56 = linalg.generic {indexing_maps = [#m12, #m13, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%55, %54 : tensor<2x4x3x2x1xf32>, tensor<2x4x3x1xf32>) outs(%29 : tensor<2x4x3x2x1x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1x4xf32>
  %57 = linalg.generic {indexing_maps = [#m15, #m16, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%56, %53 : tensor<2x4x3x2x1x4xf32>, tensor<2x3x4x4xf32>) outs(%32 : tensor<2x3x2x1x4xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x3x2x1x4xf32>
  %58 = linalg.generic {indexing_maps = [#m17, #m1, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%57, %extracted_slice_20 : tensor<2x3x2x1x4xf32>, tensor<2x4x3x2xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %59 = linalg.generic {indexing_maps = [#m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%58 : tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = arith.mulf %in, %cst_3 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %60 = linalg.generic {indexing_maps = [#m5, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%49 : tensor<2x4x3xf32>) outs(%11 : tensor<2x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %68 = math.exp %in : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3xf32>
  %61 = linalg.generic {indexing_maps = [#m11, #m1, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_20, %extracted_slice_21 : tensor<2x4x3x2xf32>, tensor<2x4x3x1xf32>) outs(%26 : tensor<2x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x2x1xf32>
  %62 = linalg.generic {indexing_maps = [#m18, #m19, #m11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%61, %48 : tensor<2x4x3x2x1xf32>, tensor<2x3x1x2xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %63 = linalg.generic {indexing_maps = [#m3, #m4, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62, %60 : tensor<2x4x3x1xf32>, tensor<2x4x3xf32>) outs(%34 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.mulf %in, %in_28 : f32
    %69 = arith.addf %out, %68 : f32
    linalg.yield %69 : f32
  } -> tensor<2x4x3x1xf32>
  %64 = linalg.generic {indexing_maps = [#m3, #m3, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%59, %63 : tensor<2x4x3x1xf32>, tensor<2x4x3x1xf32>) outs(%23 : tensor<2x4x3x1xf32>) {
  ^bb0(%in: f32, %in_28: f32, %out: f32):
    %68 = arith.addf %in, %in_28 : f32
    linalg.yield %68 : f32
  } -> tensor<2x4x3x1xf32>
  %expanded_24 = tensor.expand_shape %41 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 1] : tensor<2x4x3x1xf32> into tensor<1x2x4x3x1xf32>
  %expanded_25 = tensor.expand_shape %64 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 1] : tensor<2x4x3x1xf32> into tensor<1x2x4x3x1xf32>
  %concat = tensor.concat dim(0) %expanded_24, %expanded_25 : (tensor<1x2x4x3x1xf32>, tensor<1x2x4x3x1xf32>) -> tensor<2x2x4x3x1xf32>
  %65 = tensor.empty() : tensor<2x4x2x3x1xf32>
  %66 = linalg.generic {indexing_maps = [#m23, #m2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%concat : tensor<2x2x4x3x1xf32>) outs(%65 : tensor<2x4x2x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x2x3x1xf32>
  %collapsed_26 = tensor.collapse_shape %66 [[0, 1], [2], [3], [4]] : tensor<2x4x2x3x1xf32> into tensor<8x2x3x1xf32>
  %extracted_slice_27 = tensor.extract_slice %collapsed_26[0, 0, 0, 0] [6, 2, 3, 1] [1, 1, 1, 1] : tensor<8x2x3x1xf32> to tensor<6x2x3x1xf32>
  %67 = linalg.generic {indexing_maps = [#m24, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_27 : tensor<6x2x3x1xf32>) outs(%3 : tensor<2x6x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x6x3x1xf32>
  return %67 : tensor<2x6x3x1xf32>
}
