// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Chunks of 4 of a length that is known at run time only, padded: the recurrence between chunks is a matrix, and the last
// chunk's state is returned. Its inputs are products of pads: the sources that are there end at the length.
// CHECK-LABEL: func.func @padded_final
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h p n"
// CHECK-NOT: math.exp
#m0 = affine_map<()[s0] -> ((-s0) mod 4)>
#m1 = affine_map<()[s0] -> (s0 ceildiv 4)>
#m2 = affine_map<()[s0] -> (s0 ceildiv 4 + 1)>
#m3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m6 = affine_map<(d0, d1, d2) -> (d2)>
#m7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m10 = affine_map<(d0, d1) -> (d0, d1)>
#m11 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#m12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#m16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3)>
#m17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5, d4)>
#m18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d2, d5)>
#m19 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m20 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#m21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4, d3)>
#m22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2)>
#m23 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#m24 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m25 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#m26 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#m27 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#m28 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @padded_final(%arg0: tensor<2x?x3x3xf32>, %arg1: tensor<2x?x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x?x1x2xf32>, %arg4: tensor<2x?x1x2xf32>) -> (tensor<2x?x3x3xf32>, tensor<2x3x3x2xf32>) {
  %cst = arith.constant 0xFF800000 : f32
  %false = arith.constant false
  %true = arith.constant true
  %cst_0 = arith.constant 0.000000e+00 : f32
  %c1 = arith.constant 1 : index
  %dim = tensor.dim %arg0, %c1 : tensor<2x?x3x3xf32>
  %0 = affine.apply #m0()[%dim]
  %1 = affine.apply #m1()[%dim]
  %2 = affine.apply #m2()[%dim]
  %3 = tensor.empty(%dim) : tensor<2x?x1x3x2xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x?x1x2xf32>) outs(%3 : tensor<2x?x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x?x1x3x2xf32>
  %collapsed = tensor.collapse_shape %4 [[0], [1], [2, 3], [4]] : tensor<2x?x1x3x2xf32> into tensor<2x?x3x2xf32>
  %5 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x?x1x2xf32>) outs(%3 : tensor<2x?x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x?x1x3x2xf32>
  %collapsed_1 = tensor.collapse_shape %5 [[0], [1], [2, 3], [4]] : tensor<2x?x1x3x2xf32> into tensor<2x?x3x2xf32>
  %6 = tensor.empty(%dim) : tensor<2x?x3xf32>
  %7 = linalg.generic {indexing_maps = [#m5, #m6, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x?x3xf32>, tensor<3xf32>) outs(%6 : tensor<2x?x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x3xf32>
  %padded = tensor.pad %7 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3xf32> to tensor<2x?x3xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, %1, 4, 3] : tensor<2x?x3xf32> into tensor<2x?x4x3xf32>
  %padded_2 = tensor.pad %collapsed_1 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3x2xf32> to tensor<2x?x3x2xf32>
  %expanded_3 = tensor.expand_shape %padded_2 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 3, 2] : tensor<2x?x3x2xf32> into tensor<2x?x4x3x2xf32>
  %padded_4 = tensor.pad %collapsed low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3x2xf32> to tensor<2x?x3x2xf32>
  %expanded_5 = tensor.expand_shape %padded_4 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 3, 2] : tensor<2x?x3x2xf32> into tensor<2x?x4x3x2xf32>
  %padded_6 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3x3xf32> to tensor<2x?x3x3xf32>
  %expanded_7 = tensor.expand_shape %padded_6 [[0], [1, 2], [3], [4]] output_shape [2, %1, 4, 3, 3] : tensor<2x?x3x3xf32> into tensor<2x?x4x3x3xf32>
  %padded_8 = tensor.pad %arg1 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3xf32> to tensor<2x?x3xf32>
  %expanded_9 = tensor.expand_shape %padded_8 [[0], [1, 2], [3]] output_shape [2, %1, 4, 3] : tensor<2x?x3xf32> into tensor<2x?x4x3xf32>
  %8 = tensor.empty(%1) : tensor<2x?x4x3xf32>
  %9 = ssm.cumsum dim(2) ins(%expanded : tensor<2x?x4x3xf32>) outs(%8 : tensor<2x?x4x3xf32>)
  %10 = tensor.empty(%1) : tensor<2x?x3x4xf32>
  %11 = linalg.generic {indexing_maps = [#m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x?x4x3xf32>) outs(%10 : tensor<2x?x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x?x3x4xf32>
  %12 = tensor.empty(%1) : tensor<2x?x3x4x4xf32>
  %13 = linalg.generic {indexing_maps = [#m9, #m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%11, %11 : tensor<2x?x3x4xf32>, tensor<2x?x3x4xf32>) outs(%12 : tensor<2x?x3x4x4xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.subf %in, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x3x4x4xf32>
  %14 = tensor.empty() : tensor<4x4xi1>
  %15 = linalg.fill ins(%true : i1) outs(%14 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %16 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<4x4xi1>) outs(%14 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %58 = linalg.index 0 : index
    %59 = linalg.index 1 : index
    %60 = arith.cmpi sle, %59, %58 : index
    %61 = arith.select %60, %in, %false : i1
    linalg.yield %61 : i1
  } -> tensor<4x4xi1>
  %17 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%16 : tensor<4x4xi1>) outs(%14 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %58 = arith.cmpi eq, %in, %false : i1
    linalg.yield %58 : i1
  } -> tensor<4x4xi1>
  %18 = linalg.generic {indexing_maps = [#m11, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17, %13 : tensor<4x4xi1>, tensor<2x?x3x4x4xf32>) outs(%12 : tensor<2x?x3x4x4xf32>) {
  ^bb0(%in: i1, %in_16: f32, %out: f32):
    %58 = arith.select %in, %cst, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x3x4x4xf32>
  %19 = linalg.generic {indexing_maps = [#m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x?x3x4x4xf32>) outs(%12 : tensor<2x?x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %58 = math.exp %in : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x3x4x4xf32>
  %20 = tensor.empty(%1) : tensor<2x?x4x3x4xf32>
  %21 = linalg.fill ins(%cst_0 : f32) outs(%20 : tensor<2x?x4x3x4xf32>) -> tensor<2x?x4x3x4xf32>
  %22 = linalg.generic {indexing_maps = [#m12, #m13, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %expanded_5 : tensor<2x?x4x3x2xf32>, tensor<2x?x4x3x2xf32>) outs(%21 : tensor<2x?x4x3x4xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x4xf32>
  %23 = tensor.empty(%1) : tensor<2x?x4x3x4x3xf32>
  %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x?x4x3x4x3xf32>) -> tensor<2x?x4x3x4x3xf32>
  %25 = linalg.generic {indexing_maps = [#m14, #m13, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %expanded_7 : tensor<2x?x4x3x4xf32>, tensor<2x?x4x3x3xf32>) outs(%24 : tensor<2x?x4x3x4x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x4x3xf32>
  %26 = linalg.generic {indexing_maps = [#m15, #m16, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %expanded_9 : tensor<2x?x4x3x4x3xf32>, tensor<2x?x4x3xf32>) outs(%24 : tensor<2x?x4x3x4x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x4x3xf32>
  %27 = tensor.empty(%1) : tensor<2x?x4x3x3xf32>
  %28 = linalg.fill ins(%cst_0 : f32) outs(%27 : tensor<2x?x4x3x3xf32>) -> tensor<2x?x4x3x3xf32>
  %29 = linalg.generic {indexing_maps = [#m17, #m18, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%26, %19 : tensor<2x?x4x3x4x3xf32>, tensor<2x?x3x4x4xf32>) outs(%28 : tensor<2x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x3xf32>
  %extracted_slice = tensor.extract_slice %9[0, 0, 3, 0] [2, %1, 1, 3] [1, 1, 1, 1] : tensor<2x?x4x3xf32> to tensor<2x?x3xf32>
  %30 = linalg.generic {indexing_maps = [#m19, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %9 : tensor<2x?x3xf32>, tensor<2x?x4x3xf32>) outs(%8 : tensor<2x?x4x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.subf %in, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x4x3xf32>
  %31 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<2x?x4x3xf32>) outs(%8 : tensor<2x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %58 = math.exp %in : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x4x3xf32>
  %32 = tensor.empty(%1) : tensor<2x?x4x3x2x3xf32>
  %33 = linalg.fill ins(%cst_0 : f32) outs(%32 : tensor<2x?x4x3x2x3xf32>) -> tensor<2x?x4x3x2x3xf32>
  %34 = linalg.generic {indexing_maps = [#m14, #m12, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_5, %expanded_7 : tensor<2x?x4x3x2xf32>, tensor<2x?x4x3x3xf32>) outs(%33 : tensor<2x?x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x2x3xf32>
  %35 = linalg.generic {indexing_maps = [#m15, #m20, #m15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%34, %expanded_9 : tensor<2x?x4x3x2x3xf32>, tensor<2x?x4x3xf32>) outs(%33 : tensor<2x?x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x2x3xf32>
  %36 = tensor.empty(%1) : tensor<2x?x3x3x2xf32>
  %37 = linalg.fill ins(%cst_0 : f32) outs(%36 : tensor<2x?x3x3x2xf32>) -> tensor<2x?x3x3x2xf32>
  %38 = linalg.generic {indexing_maps = [#m21, #m22, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%35, %31 : tensor<2x?x4x3x2x3xf32>, tensor<2x?x4x3xf32>) outs(%37 : tensor<2x?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x3x3x2xf32>
  %padded_10 = tensor.pad %38 low[0, 1, 0, 0, 0] high[0, 0, 0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3x3x2xf32> to tensor<2x?x3x3x2xf32>
  %padded_11 = tensor.pad %extracted_slice low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x?x3xf32> to tensor<2x?x3xf32>
  %39 = tensor.empty(%2) : tensor<2x?x3xf32>
  %40 = ssm.cumsum dim(1) ins(%padded_11 : tensor<2x?x3xf32>) outs(%39 : tensor<2x?x3xf32>)
  %41 = tensor.empty(%2) : tensor<2x3x?xf32>
  %42 = linalg.generic {indexing_maps = [#m23, #m5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%40 : tensor<2x?x3xf32>) outs(%41 : tensor<2x3x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x?xf32>
  %43 = tensor.empty(%2, %2) : tensor<2x3x?x?xf32>
  %44 = linalg.generic {indexing_maps = [#m24, #m19, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %42 : tensor<2x3x?xf32>, tensor<2x3x?xf32>) outs(%43 : tensor<2x3x?x?xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.subf %in, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x3x?x?xf32>
  %45 = tensor.empty(%2, %2) : tensor<?x?xi1>
  %46 = linalg.fill ins(%true : i1) outs(%45 : tensor<?x?xi1>) -> tensor<?x?xi1>
  %47 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%46 : tensor<?x?xi1>) outs(%45 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %58 = linalg.index 0 : index
    %59 = linalg.index 1 : index
    %60 = arith.cmpi sle, %59, %58 : index
    %61 = arith.select %60, %in, %false : i1
    linalg.yield %61 : i1
  } -> tensor<?x?xi1>
  %48 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%47 : tensor<?x?xi1>) outs(%45 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %58 = arith.cmpi eq, %in, %false : i1
    linalg.yield %58 : i1
  } -> tensor<?x?xi1>
  %49 = linalg.generic {indexing_maps = [#m25, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%48, %44 : tensor<?x?xi1>, tensor<2x3x?x?xf32>) outs(%43 : tensor<2x3x?x?xf32>) {
  ^bb0(%in: i1, %in_16: f32, %out: f32):
    %58 = arith.select %in, %cst, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x3x?x?xf32>
  %50 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49 : tensor<2x3x?x?xf32>) outs(%43 : tensor<2x3x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %58 = math.exp %in : f32
    linalg.yield %58 : f32
  } -> tensor<2x3x?x?xf32>
  %51 = tensor.empty(%2) : tensor<2x?x3x3x2xf32>
  %52 = linalg.fill ins(%cst_0 : f32) outs(%51 : tensor<2x?x3x3x2xf32>) -> tensor<2x?x3x3x2xf32>
  %53 = linalg.generic {indexing_maps = [#m26, #m27, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%padded_10, %50 : tensor<2x?x3x3x2xf32>, tensor<2x3x?x?xf32>) outs(%52 : tensor<2x?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x3x3x2xf32>
  %extracted_slice_12 = tensor.extract_slice %53[0, 0, 0, 0, 0] [2, %1, 3, 3, 2] [1, 1, 1, 1, 1] : tensor<2x?x3x3x2xf32> to tensor<2x?x3x3x2xf32>
  %extracted_slice_13 = tensor.extract_slice %53[0, %1, 0, 0, 0] [2, 1, 3, 3, 2] [1, 1, 1, 1, 1] : tensor<2x?x3x3x2xf32> to tensor<2x3x3x2xf32>
  %54 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x?x4x3xf32>) outs(%8 : tensor<2x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %58 = math.exp %in : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x4x3xf32>
  %55 = linalg.generic {indexing_maps = [#m12, #m28, #m14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %extracted_slice_12 : tensor<2x?x4x3x2xf32>, tensor<2x?x3x3x2xf32>) outs(%28 : tensor<2x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x3xf32>
  %56 = linalg.generic {indexing_maps = [#m4, #m9, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%55, %54 : tensor<2x?x4x3x3xf32>, tensor<2x?x4x3xf32>) outs(%28 : tensor<2x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.mulf %in, %in_16 : f32
    %59 = arith.addf %out, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x?x4x3x3xf32>
  %57 = linalg.generic {indexing_maps = [#m4, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %56 : tensor<2x?x4x3x3xf32>, tensor<2x?x4x3x3xf32>) outs(%27 : tensor<2x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_16: f32, %out: f32):
    %58 = arith.addf %in, %in_16 : f32
    linalg.yield %58 : f32
  } -> tensor<2x?x4x3x3xf32>
  %collapsed_14 = tensor.collapse_shape %57 [[0], [1, 2], [3], [4]] : tensor<2x?x4x3x3xf32> into tensor<2x?x3x3xf32>
  %extracted_slice_15 = tensor.extract_slice %collapsed_14[0, 0, 0, 0] [2, %dim, 3, 3] [1, 1, 1, 1] : tensor<2x?x3x3xf32> to tensor<2x?x3x3xf32>
  return %extracted_slice_15, %extracted_slice_13 : tensor<2x?x3x3xf32>, tensor<2x3x3x2xf32>
}

// -----

// The running sums within chunks are those of scaled pads, divided by the scale again.
// CHECK-LABEL: func.func @scaled_pads
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h p n"
// CHECK-NOT: math.exp
#n0 = affine_map<()[s0, s1] -> (s0, s1, 3, 3)>
#n1 = affine_map<()[s0, s1] -> (s0, 3, 3, 2)>
#n2 = affine_map<()[s0] -> ((-s0) mod 4)>
#n3 = affine_map<()[s0] -> (s0 ceildiv 4)>
#n4 = affine_map<()[s0] -> (s0 ceildiv 4 + 1)>
#n5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#n6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#n7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#n8 = affine_map<(d0, d1, d2) -> (d2)>
#n9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#n10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#n11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#n12 = affine_map<(d0, d1) -> (d0, d1)>
#n13 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#n14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#n15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#n16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#n17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#n18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3)>
#n19 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5, d4)>
#n20 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d2, d5)>
#n21 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#n22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#n23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4, d3)>
#n24 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2)>
#n25 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#n26 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#n27 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#n28 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#n29 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#n30 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @scaled_pads(%arg0: tensor<?x?x3x3xf32> {mambac.shape = #n0}, %arg1: tensor<?x?x3xf32> {mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<()[s0, s1] -> (3)>}, %arg3: tensor<?x?x1x2xf32> {mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 1, 2)>}, %arg4: tensor<?x?x1x2xf32> {mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 1, 2)>}) -> (tensor<?x?x3x3xf32> {mambac.shape = #n0}, tensor<?x3x3x2xf32> {mambac.shape = #n1}) attributes {mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}, {max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s1"}]} {
  %cst = arith.constant 0xFF800000 : f32
  %false = arith.constant false
  %true = arith.constant true
  %cst_0 = arith.constant 2.000000e+00 : f32
  %cst_1 = arith.constant 0.000000e+00 : f32
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  %dim = tensor.dim %arg0, %c0 : tensor<?x?x3x3xf32>
  %dim_2 = tensor.dim %arg0, %c1 : tensor<?x?x3x3xf32>
  %0 = affine.apply #n2()[%dim_2]
  %1 = affine.apply #n3()[%dim_2]
  %2 = affine.apply #n4()[%dim_2]
  %3 = tensor.empty(%dim, %dim_2) : tensor<?x?x1x3x2xf32>
  %4 = linalg.generic {indexing_maps = [#n5, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<?x?x1x2xf32>) outs(%3 : tensor<?x?x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x?x1x3x2xf32>
  %collapsed = tensor.collapse_shape %4 [[0], [1], [2, 3], [4]] : tensor<?x?x1x3x2xf32> into tensor<?x?x3x2xf32>
  %5 = linalg.generic {indexing_maps = [#n5, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<?x?x1x2xf32>) outs(%3 : tensor<?x?x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x?x1x3x2xf32>
  %collapsed_3 = tensor.collapse_shape %5 [[0], [1], [2, 3], [4]] : tensor<?x?x1x3x2xf32> into tensor<?x?x3x2xf32>
  %6 = tensor.empty(%dim, %dim_2) : tensor<?x?x3xf32>
  %7 = linalg.generic {indexing_maps = [#n7, #n8, #n7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<?x?x3xf32>, tensor<3xf32>) outs(%6 : tensor<?x?x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x3xf32>
  %padded = tensor.pad %7 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3xf32> to tensor<?x?x3xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [%dim, %1, 4, 3] : tensor<?x?x3xf32> into tensor<?x?x4x3xf32>
  %padded_4 = tensor.pad %collapsed_3 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3x2xf32> to tensor<?x?x3x2xf32>
  %expanded_5 = tensor.expand_shape %padded_4 [[0], [1, 2], [3], [4]] output_shape [%dim, %1, 4, 3, 2] : tensor<?x?x3x2xf32> into tensor<?x?x4x3x2xf32>
  %padded_6 = tensor.pad %collapsed low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3x2xf32> to tensor<?x?x3x2xf32>
  %expanded_7 = tensor.expand_shape %padded_6 [[0], [1, 2], [3], [4]] output_shape [%dim, %1, 4, 3, 2] : tensor<?x?x3x2xf32> into tensor<?x?x4x3x2xf32>
  %padded_8 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, %0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3x3xf32> to tensor<?x?x3x3xf32>
  %expanded_9 = tensor.expand_shape %padded_8 [[0], [1, 2], [3], [4]] output_shape [%dim, %1, 4, 3, 3] : tensor<?x?x3x3xf32> into tensor<?x?x4x3x3xf32>
  %padded_10 = tensor.pad %arg1 low[0, 0, 0] high[0, %0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3xf32> to tensor<?x?x3xf32>
  %expanded_11 = tensor.expand_shape %padded_10 [[0], [1, 2], [3]] output_shape [%dim, %1, 4, 3] : tensor<?x?x3xf32> into tensor<?x?x4x3xf32>
  %8 = tensor.empty(%dim, %1) : tensor<?x?x4x3xf32>
  %9 = linalg.generic {indexing_maps = [#n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = arith.divf %in, %cst_0 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3xf32>
  %10 = ssm.cumsum dim(2) ins(%9 : tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>)
  %11 = linalg.generic {indexing_maps = [#n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = arith.mulf %in, %cst_0 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3xf32>
  %12 = tensor.empty(%dim, %1) : tensor<?x?x3x4xf32>
  %13 = linalg.generic {indexing_maps = [#n10, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<?x?x4x3xf32>) outs(%12 : tensor<?x?x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x?x3x4xf32>
  %14 = tensor.empty(%dim, %1) : tensor<?x?x3x4x4xf32>
  %15 = linalg.generic {indexing_maps = [#n11, #n5, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %13 : tensor<?x?x3x4xf32>, tensor<?x?x3x4xf32>) outs(%14 : tensor<?x?x3x4x4xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.subf %in, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x3x4x4xf32>
  %16 = tensor.empty() : tensor<4x4xi1>
  %17 = linalg.fill ins(%true : i1) outs(%16 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %18 = linalg.generic {indexing_maps = [#n12, #n12], iterator_types = ["parallel", "parallel"]} ins(%17 : tensor<4x4xi1>) outs(%16 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %60 = linalg.index 0 : index
    %61 = linalg.index 1 : index
    %62 = arith.cmpi sle, %61, %60 : index
    %63 = arith.select %62, %in, %false : i1
    linalg.yield %63 : i1
  } -> tensor<4x4xi1>
  %19 = linalg.generic {indexing_maps = [#n12, #n12], iterator_types = ["parallel", "parallel"]} ins(%18 : tensor<4x4xi1>) outs(%16 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %60 = arith.cmpi eq, %in, %false : i1
    linalg.yield %60 : i1
  } -> tensor<4x4xi1>
  %20 = linalg.generic {indexing_maps = [#n13, #n6, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %15 : tensor<4x4xi1>, tensor<?x?x3x4x4xf32>) outs(%14 : tensor<?x?x3x4x4xf32>) {
  ^bb0(%in: i1, %in_18: f32, %out: f32):
    %60 = arith.select %in, %cst, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x3x4x4xf32>
  %21 = linalg.generic {indexing_maps = [#n6, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<?x?x3x4x4xf32>) outs(%14 : tensor<?x?x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = math.exp %in : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x3x4x4xf32>
  %22 = tensor.empty(%dim, %1) : tensor<?x?x4x3x4xf32>
  %23 = linalg.fill ins(%cst_1 : f32) outs(%22 : tensor<?x?x4x3x4xf32>) -> tensor<?x?x4x3x4xf32>
  %24 = linalg.generic {indexing_maps = [#n14, #n15, #n16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_5, %expanded_7 : tensor<?x?x4x3x2xf32>, tensor<?x?x4x3x2xf32>) outs(%23 : tensor<?x?x4x3x4xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x4xf32>
  %25 = tensor.empty(%dim, %1) : tensor<?x?x4x3x4x3xf32>
  %26 = linalg.fill ins(%cst_1 : f32) outs(%25 : tensor<?x?x4x3x4x3xf32>) -> tensor<?x?x4x3x4x3xf32>
  %27 = linalg.generic {indexing_maps = [#n16, #n15, #n17], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%24, %expanded_9 : tensor<?x?x4x3x4xf32>, tensor<?x?x4x3x3xf32>) outs(%26 : tensor<?x?x4x3x4x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x4x3xf32>
  %28 = linalg.generic {indexing_maps = [#n17, #n18, #n17], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%27, %expanded_11 : tensor<?x?x4x3x4x3xf32>, tensor<?x?x4x3xf32>) outs(%26 : tensor<?x?x4x3x4x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x4x3xf32>
  %29 = tensor.empty(%dim, %1) : tensor<?x?x4x3x3xf32>
  %30 = linalg.fill ins(%cst_1 : f32) outs(%29 : tensor<?x?x4x3x3xf32>) -> tensor<?x?x4x3x3xf32>
  %31 = linalg.generic {indexing_maps = [#n19, #n20, #n16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%28, %21 : tensor<?x?x4x3x4x3xf32>, tensor<?x?x3x4x4xf32>) outs(%30 : tensor<?x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x3xf32>
  %extracted_slice = tensor.extract_slice %11[0, 0, 3, 0] [%dim, %1, 1, 3] [1, 1, 1, 1] : tensor<?x?x4x3xf32> to tensor<?x?x3xf32>
  %32 = linalg.generic {indexing_maps = [#n21, #n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %11 : tensor<?x?x3xf32>, tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.subf %in, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3xf32>
  %33 = linalg.generic {indexing_maps = [#n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32 : tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = math.exp %in : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3xf32>
  %34 = tensor.empty(%dim, %1) : tensor<?x?x4x3x2x3xf32>
  %35 = linalg.fill ins(%cst_1 : f32) outs(%34 : tensor<?x?x4x3x2x3xf32>) -> tensor<?x?x4x3x2x3xf32>
  %36 = linalg.generic {indexing_maps = [#n16, #n14, #n17], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_7, %expanded_9 : tensor<?x?x4x3x2xf32>, tensor<?x?x4x3x3xf32>) outs(%35 : tensor<?x?x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x2x3xf32>
  %37 = linalg.generic {indexing_maps = [#n17, #n22, #n17], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%36, %expanded_11 : tensor<?x?x4x3x2x3xf32>, tensor<?x?x4x3xf32>) outs(%35 : tensor<?x?x4x3x2x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x2x3xf32>
  %38 = tensor.empty(%dim, %1) : tensor<?x?x3x3x2xf32>
  %39 = linalg.fill ins(%cst_1 : f32) outs(%38 : tensor<?x?x3x3x2xf32>) -> tensor<?x?x3x3x2xf32>
  %40 = linalg.generic {indexing_maps = [#n23, #n24, #n16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%37, %33 : tensor<?x?x4x3x2x3xf32>, tensor<?x?x4x3xf32>) outs(%39 : tensor<?x?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x3x3x2xf32>
  %padded_12 = tensor.pad %40 low[0, 1, 0, 0, 0] high[0, 0, 0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3x3x2xf32> to tensor<?x?x3x3x2xf32>
  %padded_13 = tensor.pad %extracted_slice low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst_1 : f32
  } : tensor<?x?x3xf32> to tensor<?x?x3xf32>
  %41 = tensor.empty(%dim, %2) : tensor<?x?x3xf32>
  %42 = ssm.cumsum dim(1) ins(%padded_13 : tensor<?x?x3xf32>) outs(%41 : tensor<?x?x3xf32>)
  %43 = tensor.empty(%dim, %2) : tensor<?x3x?xf32>
  %44 = linalg.generic {indexing_maps = [#n25, #n7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%42 : tensor<?x?x3xf32>) outs(%43 : tensor<?x3x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x3x?xf32>
  %45 = tensor.empty(%dim, %2, %2) : tensor<?x3x?x?xf32>
  %46 = linalg.generic {indexing_maps = [#n26, #n21, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44, %44 : tensor<?x3x?xf32>, tensor<?x3x?xf32>) outs(%45 : tensor<?x3x?x?xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.subf %in, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x3x?x?xf32>
  %47 = tensor.empty(%2, %2) : tensor<?x?xi1>
  %48 = linalg.fill ins(%true : i1) outs(%47 : tensor<?x?xi1>) -> tensor<?x?xi1>
  %49 = linalg.generic {indexing_maps = [#n12, #n12], iterator_types = ["parallel", "parallel"]} ins(%48 : tensor<?x?xi1>) outs(%47 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %60 = linalg.index 0 : index
    %61 = linalg.index 1 : index
    %62 = arith.cmpi sle, %61, %60 : index
    %63 = arith.select %62, %in, %false : i1
    linalg.yield %63 : i1
  } -> tensor<?x?xi1>
  %50 = linalg.generic {indexing_maps = [#n12, #n12], iterator_types = ["parallel", "parallel"]} ins(%49 : tensor<?x?xi1>) outs(%47 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %60 = arith.cmpi eq, %in, %false : i1
    linalg.yield %60 : i1
  } -> tensor<?x?xi1>
  %51 = linalg.generic {indexing_maps = [#n27, #n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %46 : tensor<?x?xi1>, tensor<?x3x?x?xf32>) outs(%45 : tensor<?x3x?x?xf32>) {
  ^bb0(%in: i1, %in_18: f32, %out: f32):
    %60 = arith.select %in, %cst, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x3x?x?xf32>
  %52 = linalg.generic {indexing_maps = [#n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<?x3x?x?xf32>) outs(%45 : tensor<?x3x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = math.exp %in : f32
    linalg.yield %60 : f32
  } -> tensor<?x3x?x?xf32>
  %53 = tensor.empty(%dim, %2) : tensor<?x?x3x3x2xf32>
  %54 = linalg.fill ins(%cst_1 : f32) outs(%53 : tensor<?x?x3x3x2xf32>) -> tensor<?x?x3x3x2xf32>
  %55 = linalg.generic {indexing_maps = [#n28, #n29, #n16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%padded_12, %52 : tensor<?x?x3x3x2xf32>, tensor<?x3x?x?xf32>) outs(%54 : tensor<?x?x3x3x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x3x3x2xf32>
  %extracted_slice_14 = tensor.extract_slice %55[0, 0, 0, 0, 0] [%dim, %1, 3, 3, 2] [1, 1, 1, 1, 1] : tensor<?x?x3x3x2xf32> to tensor<?x?x3x3x2xf32>
  %extracted_slice_15 = tensor.extract_slice %55[0, %1, 0, 0, 0] [%dim, 1, 3, 3, 2] [1, 1, 1, 1, 1] : tensor<?x?x3x3x2xf32> to tensor<?x3x3x2xf32>
  %56 = linalg.generic {indexing_maps = [#n9, #n9], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<?x?x4x3xf32>) outs(%8 : tensor<?x?x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %60 = math.exp %in : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3xf32>
  %57 = linalg.generic {indexing_maps = [#n14, #n30, #n16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_5, %extracted_slice_14 : tensor<?x?x4x3x2xf32>, tensor<?x?x3x3x2xf32>) outs(%30 : tensor<?x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x3xf32>
  %58 = linalg.generic {indexing_maps = [#n6, #n11, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%57, %56 : tensor<?x?x4x3x3xf32>, tensor<?x?x4x3xf32>) outs(%30 : tensor<?x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.mulf %in, %in_18 : f32
    %61 = arith.addf %out, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<?x?x4x3x3xf32>
  %59 = linalg.generic {indexing_maps = [#n6, #n6, #n6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%31, %58 : tensor<?x?x4x3x3xf32>, tensor<?x?x4x3x3xf32>) outs(%29 : tensor<?x?x4x3x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %60 = arith.addf %in, %in_18 : f32
    linalg.yield %60 : f32
  } -> tensor<?x?x4x3x3xf32>
  %collapsed_16 = tensor.collapse_shape %59 [[0], [1, 2], [3], [4]] : tensor<?x?x4x3x3xf32> into tensor<?x?x3x3xf32>
  %extracted_slice_17 = tensor.extract_slice %collapsed_16[0, 0, 0, 0] [%dim, %dim_2, 3, 3] [1, 1, 1, 1] : tensor<?x?x3x3xf32> to tensor<?x?x3x3xf32>
  return %extracted_slice_17, %extracted_slice_15 : tensor<?x?x3x3xf32>, tensor<?x3x3x2xf32>
}
