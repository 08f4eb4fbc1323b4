// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// A loop over chunks whose mask is filled from a tensor of one number, which has no dimension that could be stacked. It
// crashed the pass that rolls up loops.

// CHECK-LABEL: func.func @number_in_a_tensor
// CHECK: return
#map = affine_map<() -> (2, 6, 3, 3)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1) -> (d0, d1)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3) -> ()>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map18 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map20 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3, d2)>
#map21 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1)>
#map22 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#map23 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d3, d4)>
#map24 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2, d3)>
module {
  func.func @number_in_a_tensor(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %true = arith.constant true
    %false = arith.constant false
    %cst_0 = arith.constant 0xFF800000 : f32
    %0 = tensor.empty() : tensor<2x6x1x3x2xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %2 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x6x3xf32>
    %padded = tensor.pad %4 low[0, 0, 0] high[0, 2, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index):
      tensor.yield %cst : f32
    } : tensor<2x6x3xf32> to tensor<2x8x3xf32>
    %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, 2, 4, 3] : tensor<2x8x3xf32> into tensor<2x2x4x3xf32>
    %padded_2 = tensor.pad %collapsed_1 low[0, 0, 0, 0] high[0, 2, 0, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
      tensor.yield %cst : f32
    } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
    %expanded_3 = tensor.expand_shape %padded_2 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
    %padded_4 = tensor.pad %collapsed low[0, 0, 0, 0] high[0, 2, 0, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
      tensor.yield %cst : f32
    } : tensor<2x6x3x2xf32> to tensor<2x8x3x2xf32>
    %expanded_5 = tensor.expand_shape %padded_4 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 2] : tensor<2x8x3x2xf32> into tensor<2x2x4x3x2xf32>
    %padded_6 = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 2, 0, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index, %arg8: index):
      tensor.yield %cst : f32
    } : tensor<2x6x3x3xf32> to tensor<2x8x3x3xf32>
    %expanded_7 = tensor.expand_shape %padded_6 [[0], [1, 2], [3], [4]] output_shape [2, 2, 4, 3, 3] : tensor<2x8x3x3xf32> into tensor<2x2x4x3x3xf32>
    %padded_8 = tensor.pad %arg1 low[0, 0, 0] high[0, 2, 0] {
    ^bb0(%arg5: index, %arg6: index, %arg7: index):
      tensor.yield %cst : f32
    } : tensor<2x6x3xf32> to tensor<2x8x3xf32>
    %expanded_9 = tensor.expand_shape %padded_8 [[0], [1, 2], [3]] output_shape [2, 2, 4, 3] : tensor<2x8x3xf32> into tensor<2x2x4x3xf32>
    %5 = tensor.empty() : tensor<2x3x3x2xf32>
    %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
    %extracted_slice = tensor.extract_slice %expanded[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
    %extracted_slice_10 = tensor.extract_slice %expanded_3[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
    %extracted_slice_11 = tensor.extract_slice %expanded_5[0, 0, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
    %extracted_slice_12 = tensor.extract_slice %expanded_7[0, 0, 0, 0, 0] [2, 1, 4, 3, 3] [1, 1, 1, 1, 1] : tensor<2x2x4x3x3xf32> to tensor<2x4x3x3xf32>
    %extracted_slice_13 = tensor.extract_slice %expanded_9[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
    %7 = tensor.empty() : tensor<2x4x3xf32>
    %8 = ssm.cumsum dim(1) ins(%extracted_slice : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>)
    %9 = tensor.empty() : tensor<2x3x4xf32>
    %10 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8 : tensor<2x4x3xf32>) outs(%9 : tensor<2x3x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x4xf32>
    %11 = tensor.empty() : tensor<2x3x4x4xf32>
    %12 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %10 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.subf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %13 = tensor.empty() : tensor<4x4xi1>
    %14 = linalg.fill ins(%true : i1) outs(%13 : tensor<4x4xi1>) -> tensor<4x4xi1>
    %15 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<4x4xi1>) outs(%13 : tensor<4x4xi1>) {
    ^bb0(%in: i1, %out: i1):
      %62 = linalg.index 0 : index
      %63 = linalg.index 1 : index
      %64 = arith.cmpi sle, %63, %62 : index
      %65 = arith.select %64, %in, %false : i1
      linalg.yield %65 : i1
    } -> tensor<4x4xi1>
    %16 = tensor.empty() : tensor<1xf32>
    %collapsed_14 = tensor.collapse_shape %16 [] : tensor<1xf32> into tensor<f32>
    %17 = linalg.fill ins(%cst_0 : f32) outs(%collapsed_14 : tensor<f32>) -> tensor<f32>
    %18 = linalg.generic {indexing_maps = [#map10, #map8, #map11, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %12, %17 : tensor<4x4xi1>, tensor<2x3x4x4xf32>, tensor<f32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: i1, %in_25: f32, %in_26: f32, %out: f32):
      %62 = arith.select %in, %in_25, %in_26 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %19 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18 : tensor<2x3x4x4xf32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %20 = tensor.empty() : tensor<2x4x3x4xf32>
    %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
    %22 = linalg.generic {indexing_maps = [#map1, #map12, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_10, %extracted_slice_11 : tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>) outs(%21 : tensor<2x4x3x4xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4xf32>
    %23 = tensor.empty() : tensor<2x4x3x4x3xf32>
    %24 = linalg.fill ins(%cst : f32) outs(%23 : tensor<2x4x3x4x3xf32>) -> tensor<2x4x3x4x3xf32>
    %25 = linalg.generic {indexing_maps = [#map13, #map12, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %extracted_slice_12 : tensor<2x4x3x4xf32>, tensor<2x4x3x3xf32>) outs(%24 : tensor<2x4x3x4x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4x3xf32>
    %26 = linalg.generic {indexing_maps = [#map2, #map14, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %extracted_slice_13 : tensor<2x4x3x4x3xf32>, tensor<2x4x3xf32>) outs(%24 : tensor<2x4x3x4x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4x3xf32>
    %27 = tensor.empty() : tensor<2x4x3x3xf32>
    %28 = linalg.fill ins(%cst : f32) outs(%27 : tensor<2x4x3x3xf32>) -> tensor<2x4x3x3xf32>
    %29 = linalg.generic {indexing_maps = [#map15, #map16, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%26, %19 : tensor<2x4x3x4x3xf32>, tensor<2x3x4x4xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %30 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3xf32>
    %31 = linalg.generic {indexing_maps = [#map1, #map17, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_10, %6 : tensor<2x4x3x2xf32>, tensor<2x3x3x2xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %32 = linalg.generic {indexing_maps = [#map8, #map6, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %30 : tensor<2x4x3x3xf32>, tensor<2x4x3xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %33 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29, %32 : tensor<2x4x3x3xf32>, tensor<2x4x3x3xf32>) outs(%27 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.addf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3x3xf32>
    %extracted_slice_15 = tensor.extract_slice %8[0, 3, 0] [2, 1, 3] [1, 1, 1] : tensor<2x4x3xf32> to tensor<2x3xf32>
    %34 = linalg.generic {indexing_maps = [#map18, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_15, %8 : tensor<2x3xf32>, tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.subf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3xf32>
    %35 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%34 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3xf32>
    %36 = tensor.empty() : tensor<2x4x3x2x3xf32>
    %37 = linalg.fill ins(%cst : f32) outs(%36 : tensor<2x4x3x2x3xf32>) -> tensor<2x4x3x2x3xf32>
    %38 = linalg.generic {indexing_maps = [#map13, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_11, %extracted_slice_12 : tensor<2x4x3x2xf32>, tensor<2x4x3x3xf32>) outs(%37 : tensor<2x4x3x2x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x2x3xf32>
    %39 = linalg.generic {indexing_maps = [#map2, #map19, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%38, %extracted_slice_13 : tensor<2x4x3x2x3xf32>, tensor<2x4x3xf32>) outs(%37 : tensor<2x4x3x2x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x2x3xf32>
    %40 = linalg.generic {indexing_maps = [#map20, #map21, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%39, %35 : tensor<2x4x3x2x3xf32>, tensor<2x4x3xf32>) outs(%6 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x3x3x2xf32>
    %41 = tensor.empty() : tensor<2x3xf32>
    %42 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_15 : tensor<2x3xf32>) outs(%41 : tensor<2x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x3xf32>
    %43 = linalg.generic {indexing_maps = [#map8, #map22, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %42 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x3x2xf32>
    %44 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %40 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.addf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x3x2xf32>
    %extracted_slice_16 = tensor.extract_slice %expanded[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
    %extracted_slice_17 = tensor.extract_slice %expanded_3[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
    %extracted_slice_18 = tensor.extract_slice %expanded_5[0, 1, 0, 0, 0] [2, 1, 4, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x4x3x2xf32> to tensor<2x4x3x2xf32>
    %extracted_slice_19 = tensor.extract_slice %expanded_7[0, 1, 0, 0, 0] [2, 1, 4, 3, 3] [1, 1, 1, 1, 1] : tensor<2x2x4x3x3xf32> to tensor<2x4x3x3xf32>
    %extracted_slice_20 = tensor.extract_slice %expanded_9[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x2x4x3xf32> to tensor<2x4x3xf32>
    %45 = ssm.cumsum dim(1) ins(%extracted_slice_16 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>)
    %46 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%45 : tensor<2x4x3xf32>) outs(%9 : tensor<2x3x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x4xf32>
    %47 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46, %46 : tensor<2x3x4xf32>, tensor<2x3x4xf32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.subf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %48 = linalg.generic {indexing_maps = [#map10, #map8, #map11, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %47, %17 : tensor<4x4xi1>, tensor<2x3x4x4xf32>, tensor<f32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: i1, %in_25: f32, %in_26: f32, %out: f32):
      %62 = arith.select %in, %in_25, %in_26 : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %49 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%48 : tensor<2x3x4x4xf32>) outs(%11 : tensor<2x3x4x4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x3x4x4xf32>
    %50 = linalg.generic {indexing_maps = [#map1, #map12, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_17, %extracted_slice_18 : tensor<2x4x3x2xf32>, tensor<2x4x3x2xf32>) outs(%21 : tensor<2x4x3x4xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4xf32>
    %51 = linalg.generic {indexing_maps = [#map13, #map12, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%50, %extracted_slice_19 : tensor<2x4x3x4xf32>, tensor<2x4x3x3xf32>) outs(%24 : tensor<2x4x3x4x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4x3xf32>
    %52 = linalg.generic {indexing_maps = [#map2, #map14, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%51, %extracted_slice_20 : tensor<2x4x3x4x3xf32>, tensor<2x4x3xf32>) outs(%24 : tensor<2x4x3x4x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x4x3xf32>
    %53 = linalg.generic {indexing_maps = [#map15, #map16, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%52, %49 : tensor<2x4x3x4x3xf32>, tensor<2x3x4x4xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %54 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%45 : tensor<2x4x3xf32>) outs(%7 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %62 = math.exp %in : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3xf32>
    %55 = linalg.generic {indexing_maps = [#map1, #map17, #map13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_17, %44 : tensor<2x4x3x2xf32>, tensor<2x3x3x2xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %56 = linalg.generic {indexing_maps = [#map8, #map6, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55, %54 : tensor<2x4x3x3xf32>, tensor<2x4x3xf32>) outs(%28 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.mulf %in, %in_25 : f32
      %63 = arith.addf %out, %62 : f32
      linalg.yield %63 : f32
    } -> tensor<2x4x3x3xf32>
    %57 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %56 : tensor<2x4x3x3xf32>, tensor<2x4x3x3xf32>) outs(%27 : tensor<2x4x3x3xf32>) {
    ^bb0(%in: f32, %in_25: f32, %out: f32):
      %62 = arith.addf %in, %in_25 : f32
      linalg.yield %62 : f32
    } -> tensor<2x4x3x3xf32>
    %expanded_21 = tensor.expand_shape %33 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 3] : tensor<2x4x3x3xf32> into tensor<1x2x4x3x3xf32>
    %expanded_22 = tensor.expand_shape %57 [[0, 1], [2], [3], [4]] output_shape [1, 2, 4, 3, 3] : tensor<2x4x3x3xf32> into tensor<1x2x4x3x3xf32>
    %concat = tensor.concat dim(0) %expanded_21, %expanded_22 : (tensor<1x2x4x3x3xf32>, tensor<1x2x4x3x3xf32>) -> tensor<2x2x4x3x3xf32>
    %58 = tensor.empty() : tensor<2x4x2x3x3xf32>
    %59 = linalg.generic {indexing_maps = [#map23, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%concat : tensor<2x2x4x3x3xf32>) outs(%58 : tensor<2x4x2x3x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x2x3x3xf32>
    %collapsed_23 = tensor.collapse_shape %59 [[0, 1], [2], [3], [4]] : tensor<2x4x2x3x3xf32> into tensor<8x2x3x3xf32>
    %extracted_slice_24 = tensor.extract_slice %collapsed_23[0, 0, 0, 0] [6, 2, 3, 3] [1, 1, 1, 1] : tensor<8x2x3x3xf32> to tensor<6x2x3x3xf32>
    %60 = tensor.empty() : tensor<2x6x3x3xf32>
    %61 = linalg.generic {indexing_maps = [#map24, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_24 : tensor<6x2x3x3xf32>) outs(%60 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x3x3xf32>
    return %61 : tensor<2x6x3x3xf32>
  }
}


