// One head of one channel and one state, in padded chunks: x and B have the same axes, and are told apart in all terms
// alike.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @alike
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.{{ssd|selective_scan}}
// CHECK-NOT: ssm.einsum
#m0 = affine_map<()[s0] -> (2, s0, 1, 1)>
#m1 = affine_map<()[s0] -> ((-s0) mod 4)>
#m2 = affine_map<()[s0] -> (s0 ceildiv 4)>
#m3 = affine_map<()[s0] -> (s0 ceildiv 4 + 1)>
#m4 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m5 = affine_map<(d0, d1, d2) -> (d2)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m11 = affine_map<(d0, d1) -> (d0, d1)>
#m12 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#m17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3)>
#m18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5, d4)>
#m19 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d2, d5)>
#m20 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#m22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4, d3)>
#m23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2)>
#m24 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#m25 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m26 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#m27 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#m28 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#m29 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @alike(%arg0: tensor<2x?x1x1xf32> {mambac.shape = #m0}, %arg1: tensor<2x?x1xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 1)>}, %arg2: tensor<1xf32> {mambac.shape = affine_map<()[s0] -> (1)>}, %arg3: tensor<2x?x1x1xf32> {mambac.shape = #m0}, %arg4: tensor<2x?x1x1xf32> {mambac.shape = #m0}) -> (tensor<2x?x1x1xf32> {mambac.shape = #m0}) attributes {mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}]} {
  %cst = arith.constant 0xFF800000 : f32
  %false = arith.constant false
  %true = arith.constant true
  %cst_0 = arith.constant 0.000000e+00 : f32
  %c1 = arith.constant 1 : index
  %dim = tensor.dim %arg0, %c1 : tensor<2x?x1x1xf32>
  %0 = affine.apply #m1()[%dim]
  %1 = affine.apply #m2()[%dim]
  %2 = affine.apply #m3()[%dim]
  %3 = tensor.empty(%dim) : tensor<2x?x1xf32>
  %4 = linalg.generic {indexing_maps = [#m4, #m5, #m4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x?x1xf32>, tensor<1xf32>) outs(%3 : tensor<2x?x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x1xf32>
  %padded = tensor.pad %4 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1xf32> to tensor<2x?x1xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, %1, 4, 1] : tensor<2x?x1xf32> into tensor<2x?x4x1xf32>
  %padded_1 = tensor.pad %arg4 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1x1xf32> to tensor<2x?x1x1xf32>
  %expanded_2 = tensor.expand_shape %padded_1 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 1, 1] : tensor<2x?x1x1xf32> into tensor<2x?x4x1x1xf32>
  %padded_3 = tensor.pad %arg3 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1x1xf32> to tensor<2x?x1x1xf32>
  %expanded_4 = tensor.expand_shape %padded_3 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 1, 1] : tensor<2x?x1x1xf32> into tensor<2x?x4x1x1xf32>
  %padded_5 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1x1xf32> to tensor<2x?x1x1xf32>
  %expanded_6 = tensor.expand_shape %padded_5 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 1, 1] : tensor<2x?x1x1xf32> into tensor<2x?x4x1x1xf32>
  %padded_7 = tensor.pad %arg1 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1xf32> to tensor<2x?x1xf32>
  %expanded_8 = tensor.expand_shape %padded_7 [[0], [1, 2], [3]] output_shape [2, %1, 4, 1] : tensor<2x?x1xf32> into tensor<2x?x4x1xf32>
  %5 = tensor.empty(%1) : tensor<2x?x4x1xf32>
  %6 = ssm.cumsum dim(2) ins(%expanded : tensor<2x?x4x1xf32>) outs(%5 : tensor<2x?x4x1xf32>)
  %7 = tensor.empty(%1) : tensor<2x?x1x4xf32>
  %8 = linalg.generic {indexing_maps = [#m6, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x?x4x1xf32>) outs(%7 : tensor<2x?x1x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x?x1x4xf32>
  %9 = tensor.empty(%1) : tensor<2x?x1x4x4xf32>
  %10 = linalg.generic {indexing_maps = [#m8, #m9, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %8 : tensor<2x?x1x4xf32>, tensor<2x?x1x4xf32>) outs(%9 : tensor<2x?x1x4x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.subf %in, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x1x4x4xf32>
  %11 = tensor.empty() : tensor<4x4xi1>
  %12 = linalg.fill ins(%true : i1) outs(%11 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %13 = linalg.generic {indexing_maps = [#m11, #m11], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<4x4xi1>) outs(%11 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %55 = linalg.index 0 : index
    %56 = linalg.index 1 : index
    %57 = arith.cmpi sle, %56, %55 : index
    %58 = arith.select %57, %in, %false : i1
    linalg.yield %58 : i1
  } -> tensor<4x4xi1>
  %14 = linalg.generic {indexing_maps = [#m11, #m11], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<4x4xi1>) outs(%11 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %55 = arith.cmpi eq, %in, %false : i1
    linalg.yield %55 : i1
  } -> tensor<4x4xi1>
  %15 = linalg.generic {indexing_maps = [#m12, #m10, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14, %10 : tensor<4x4xi1>, tensor<2x?x1x4x4xf32>) outs(%9 : tensor<2x?x1x4x4xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %55 = arith.select %in, %cst, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x1x4x4xf32>
  %16 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x?x1x4x4xf32>) outs(%9 : tensor<2x?x1x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %55 = math.exp %in : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x1x4x4xf32>
  %17 = tensor.empty(%1) : tensor<2x?x4x1x4xf32>
  %18 = linalg.fill ins(%cst_0 : f32) outs(%17 : tensor<2x?x4x1x4xf32>) -> tensor<2x?x4x1x4xf32>
  %19 = linalg.generic {indexing_maps = [#m13, #m14, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_2, %expanded_4 : tensor<2x?x4x1x1xf32>, tensor<2x?x4x1x1xf32>) outs(%18 : tensor<2x?x4x1x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x4xf32>
  %20 = tensor.empty(%1) : tensor<2x?x4x1x4x1xf32>
  %21 = linalg.fill ins(%cst_0 : f32) outs(%20 : tensor<2x?x4x1x4x1xf32>) -> tensor<2x?x4x1x4x1xf32>
  %22 = linalg.generic {indexing_maps = [#m15, #m14, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %expanded_6 : tensor<2x?x4x1x4xf32>, tensor<2x?x4x1x1xf32>) outs(%21 : tensor<2x?x4x1x4x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x4x1xf32>
  %23 = linalg.generic {indexing_maps = [#m16, #m17, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %expanded_8 : tensor<2x?x4x1x4x1xf32>, tensor<2x?x4x1xf32>) outs(%21 : tensor<2x?x4x1x4x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x4x1xf32>
  %24 = tensor.empty(%1) : tensor<2x?x4x1x1xf32>
  %25 = linalg.fill ins(%cst_0 : f32) outs(%24 : tensor<2x?x4x1x1xf32>) -> tensor<2x?x4x1x1xf32>
  %26 = linalg.generic {indexing_maps = [#m18, #m19, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%23, %16 : tensor<2x?x4x1x4x1xf32>, tensor<2x?x1x4x4xf32>) outs(%25 : tensor<2x?x4x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x1xf32>
  %extracted_slice = tensor.extract_slice %6[0, 0, 3, 0] [2, %1, 1, 1] [1, 1, 1, 1] : tensor<2x?x4x1xf32> to tensor<2x?x1xf32>
  %27 = linalg.generic {indexing_maps = [#m20, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %6 : tensor<2x?x1xf32>, tensor<2x?x4x1xf32>) outs(%5 : tensor<2x?x4x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.subf %in, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x4x1xf32>
  %28 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27 : tensor<2x?x4x1xf32>) outs(%5 : tensor<2x?x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %55 = math.exp %in : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x4x1xf32>
  %29 = tensor.empty(%1) : tensor<2x?x4x1x1x1xf32>
  %30 = linalg.fill ins(%cst_0 : f32) outs(%29 : tensor<2x?x4x1x1x1xf32>) -> tensor<2x?x4x1x1x1xf32>
  %31 = linalg.generic {indexing_maps = [#m15, #m13, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_4, %expanded_6 : tensor<2x?x4x1x1xf32>, tensor<2x?x4x1x1xf32>) outs(%30 : tensor<2x?x4x1x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x1x1xf32>
  %32 = linalg.generic {indexing_maps = [#m16, #m21, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%31, %expanded_8 : tensor<2x?x4x1x1x1xf32>, tensor<2x?x4x1xf32>) outs(%30 : tensor<2x?x4x1x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x1x1xf32>
  %33 = tensor.empty(%1) : tensor<2x?x1x1x1xf32>
  %34 = linalg.fill ins(%cst_0 : f32) outs(%33 : tensor<2x?x1x1x1xf32>) -> tensor<2x?x1x1x1xf32>
  %35 = linalg.generic {indexing_maps = [#m22, #m23, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%32, %28 : tensor<2x?x4x1x1x1xf32>, tensor<2x?x4x1xf32>) outs(%34 : tensor<2x?x1x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x1x1x1xf32>
  %padded_9 = tensor.pad %35 low[0, 1, 0, 0, 0] high[0, 0, 0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1x1x1xf32> to tensor<2x?x1x1x1xf32>
  %padded_10 = tensor.pad %extracted_slice low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x1xf32> to tensor<2x?x1xf32>
  %36 = tensor.empty(%2) : tensor<2x?x1xf32>
  %37 = ssm.cumsum dim(1) ins(%padded_10 : tensor<2x?x1xf32>) outs(%36 : tensor<2x?x1xf32>)
  %38 = tensor.empty(%2) : tensor<2x1x?xf32>
  %39 = linalg.generic {indexing_maps = [#m24, #m4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%37 : tensor<2x?x1xf32>) outs(%38 : tensor<2x1x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x1x?xf32>
  %40 = tensor.empty(%2, %2) : tensor<2x1x?x?xf32>
  %41 = linalg.generic {indexing_maps = [#m25, #m20, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%39, %39 : tensor<2x1x?xf32>, tensor<2x1x?xf32>) outs(%40 : tensor<2x1x?x?xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.subf %in, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x1x?x?xf32>
  %42 = tensor.empty(%2, %2) : tensor<?x?xi1>
  %43 = linalg.fill ins(%true : i1) outs(%42 : tensor<?x?xi1>) -> tensor<?x?xi1>
  %44 = linalg.generic {indexing_maps = [#m11, #m11], iterator_types = ["parallel", "parallel"]} ins(%43 : tensor<?x?xi1>) outs(%42 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %55 = linalg.index 0 : index
    %56 = linalg.index 1 : index
    %57 = arith.cmpi sle, %56, %55 : index
    %58 = arith.select %57, %in, %false : i1
    linalg.yield %58 : i1
  } -> tensor<?x?xi1>
  %45 = linalg.generic {indexing_maps = [#m11, #m11], iterator_types = ["parallel", "parallel"]} ins(%44 : tensor<?x?xi1>) outs(%42 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %55 = arith.cmpi eq, %in, %false : i1
    linalg.yield %55 : i1
  } -> tensor<?x?xi1>
  %46 = linalg.generic {indexing_maps = [#m26, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %41 : tensor<?x?xi1>, tensor<2x1x?x?xf32>) outs(%40 : tensor<2x1x?x?xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %55 = arith.select %in, %cst, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x1x?x?xf32>
  %47 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46 : tensor<2x1x?x?xf32>) outs(%40 : tensor<2x1x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %55 = math.exp %in : f32
    linalg.yield %55 : f32
  } -> tensor<2x1x?x?xf32>
  %48 = tensor.empty(%2) : tensor<2x?x1x1x1xf32>
  %49 = linalg.fill ins(%cst_0 : f32) outs(%48 : tensor<2x?x1x1x1xf32>) -> tensor<2x?x1x1x1xf32>
  %50 = linalg.generic {indexing_maps = [#m27, #m28, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%padded_9, %47 : tensor<2x?x1x1x1xf32>, tensor<2x1x?x?xf32>) outs(%49 : tensor<2x?x1x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x1x1x1xf32>
  %extracted_slice_11 = tensor.extract_slice %50[0, 0, 0, 0, 0] [2, %1, 1, 1, 1] [1, 1, 1, 1, 1] : tensor<2x?x1x1x1xf32> to tensor<2x?x1x1x1xf32>
  %51 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x?x4x1xf32>) outs(%5 : tensor<2x?x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %55 = math.exp %in : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x4x1xf32>
  %52 = linalg.generic {indexing_maps = [#m13, #m29, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_2, %extracted_slice_11 : tensor<2x?x4x1x1xf32>, tensor<2x?x1x1x1xf32>) outs(%25 : tensor<2x?x4x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x1xf32>
  %53 = linalg.generic {indexing_maps = [#m10, #m8, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%52, %51 : tensor<2x?x4x1x1xf32>, tensor<2x?x4x1xf32>) outs(%25 : tensor<2x?x4x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.mulf %in, %in_13 : f32
    %56 = arith.addf %out, %55 : f32
    linalg.yield %56 : f32
  } -> tensor<2x?x4x1x1xf32>
  %54 = linalg.generic {indexing_maps = [#m10, #m10, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26, %53 : tensor<2x?x4x1x1xf32>, tensor<2x?x4x1x1xf32>) outs(%24 : tensor<2x?x4x1x1xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %55 = arith.addf %in, %in_13 : f32
    linalg.yield %55 : f32
  } -> tensor<2x?x4x1x1xf32>
  %collapsed = tensor.collapse_shape %54 [[0], [1, 2], [3], [4]] : tensor<2x?x4x1x1xf32> into tensor<2x?x1x1xf32>
  %extracted_slice_12 = tensor.extract_slice %collapsed[0, 0, 0, 0] [2, %dim, 1, 1] [1, 1, 1, 1] : tensor<2x?x1x1xf32> to tensor<2x?x1x1xf32>
  return %extracted_slice_12 : tensor<2x?x1x1xf32>
}
