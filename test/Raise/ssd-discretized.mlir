// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Steps that were multiplied into x and A before, in chunks of 16: ssm.ssd without dt, or with it where both share it. The
// state behind the last step is the op's second result, also where the length was padded to whole chunks.

// CHECK-LABEL: func.func @discrete(
// CHECK-SAME: %[[X:.*]]: tensor<2x48x4x8xf32>, %[[A:.*]]: tensor<2x48x4xf32>, %[[B:.*]]: tensor<2x48x4x6xf32>, %[[C:.*]]: tensor<2x48x4x6xf32>)
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p, b h p n" x(%[[X]] : {{.*}}) A(%[[A]] : {{.*}}) B(%[[B]] : {{.*}}) C(%[[C]] :
// CHECK: return %[[Y]]#0, %[[Y]]#1
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<() -> (2, 4, 8, 6)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d9)>
#map5 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d8, d9)>
#map6 = affine_map<(d0, d1) -> (d0, d1)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#map11 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2, d4)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>
#map14 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map18 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d7)>
#map19 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d6, d7)>
#map20 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#map23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @discrete(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>) {
  %true = arith.constant true
  %c-1 = arith.constant -1 : index
  %false = arith.constant false
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 0xFF800000 : f32
  %expanded = tensor.expand_shape %arg0 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %expanded_1 = tensor.expand_shape %arg1 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %expanded_2 = tensor.expand_shape %arg2 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %expanded_3 = tensor.expand_shape %arg3 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_1 : tensor<2x3x16x4xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x16xf32>
  %2 = ssm.cumsum dim(3) ins(%1 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>)
  %expanded_4 = tensor.expand_shape %1 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, 4, 1, 3, 1, 16, 1] : tensor<2x4x3x16xf32> into tensor<1x2x1x4x1x3x1x16x1xf32>
  %3 = tensor.empty() : tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %4 = linalg.generic {indexing_maps = [#map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_4 : tensor<1x2x1x4x1x3x1x16x1xf32>) outs(%3 : tensor<1x2x1x4x1x3x1x16x16x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %collapsed = tensor.collapse_shape %4 [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] : tensor<1x2x1x4x1x3x1x16x16x1xf32> into tensor<2x4x3x16x16xf32>
  %5 = tensor.empty() : tensor<16x16xi1>
  %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %7 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.addi %53, %c-1 : index
    %56 = arith.cmpi sle, %54, %55 : index
    %57 = arith.select %56, %in, %false : i1
    linalg.yield %57 : i1
  } -> tensor<16x16xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<16x16xi1>
  %9 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %10 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_12: f32, %out: f32):
    %53 = arith.select %in, %cst, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %11 = ssm.cumsum dim(3) ins(%10 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>)
  %12 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.cmpi sle, %54, %53 : index
    %56 = arith.select %55, %in, %false : i1
    linalg.yield %56 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_12: f32, %out: f32):
    %53 = arith.select %in, %cst_0, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %16 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %expanded_2 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %15 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x16xf32>
  %20 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %22 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %expanded : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_5 = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %23 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5, %2 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.subf %in, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %25 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %27 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2, %24 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%26 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x6xf32>
  %28 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %30 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x4x8x6xf32>
  %31 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %32 = linalg.fill ins(%cst : f32) outs(%31 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %concat = tensor.concat dim(1) %32, %30 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %extracted_slice_6 = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %padded = tensor.pad %extracted_slice_6 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index):
    tensor.yield %cst : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %expanded_7 = tensor.expand_shape %padded [[0, 1], [2, 3], [4, 5, 6]] output_shape [1, 2, 1, 4, 1, 4, 1] : tensor<2x4x4xf32> into tensor<1x2x1x4x1x4x1xf32>
  %33 = tensor.empty() : tensor<1x2x1x4x1x4x4x1xf32>
  %34 = linalg.generic {indexing_maps = [#map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_7 : tensor<1x2x1x4x1x4x1xf32>) outs(%33 : tensor<1x2x1x4x1x4x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x4x4x1xf32>
  %collapsed_8 = tensor.collapse_shape %34 [[0, 1], [2, 3], [4, 5], [6, 7]] : tensor<1x2x1x4x1x4x4x1xf32> into tensor<2x4x4x4xf32>
  %35 = tensor.empty() : tensor<4x4xi1>
  %36 = linalg.fill ins(%true : i1) outs(%35 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %37 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.addi %53, %c-1 : index
    %56 = arith.cmpi sle, %54, %55 : index
    %57 = arith.select %56, %in, %false : i1
    linalg.yield %57 : i1
  } -> tensor<4x4xi1>
  %38 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%37 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<4x4xi1>
  %39 = tensor.empty() : tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %collapsed_8 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_12: f32, %out: f32):
    %53 = arith.select %in, %cst, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %41 = ssm.cumsum dim(2) ins(%40 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>)
  %42 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.cmpi sle, %54, %53 : index
    %56 = arith.select %55, %in, %false : i1
    linalg.yield %56 : i1
  } -> tensor<4x4xi1>
  %43 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%42 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<4x4xi1>
  %44 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %41 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_12: f32, %out: f32):
    %53 = arith.select %in, %cst_0, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %45 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %46 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %47 = linalg.fill ins(%cst : f32) outs(%46 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %48 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%47 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %48[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %extracted_slice_10 = tensor.extract_slice %48[0, 3, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x4x8x6xf32>
  %49 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %50 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %extracted_slice_9 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %51 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%50, %49 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.mulf %in, %in_12 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %52 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %51 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_12: f32, %out: f32):
    %53 = arith.addf %in, %in_12 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_11 = tensor.collapse_shape %52 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  return %collapsed_11, %extracted_slice_10 : tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// The step is found in both, and the initial state.
// CHECK-LABEL: func.func @shared_init(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, h, b l h n, b l h n, b h p n -> b l h p, b h p n" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) initial_state(%arg5 :
// CHECK: return %[[Y]]#0, %[[Y]]#1
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<() -> (2, 4, 8, 6)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map10 = affine_map<(d0, d1) -> (d0, d1)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#map14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2, d4)>
#map16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>
#map17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map19 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map20 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map21 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#map24 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @shared_init(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<4xf32>, %arg3: tensor<2x48x4x6xf32>, %arg4: tensor<2x48x4x6xf32>, %arg5: tensor<2x4x8x6xf32>) -> (tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>) {
  %true = arith.constant true
  %false = arith.constant false
  %cst = arith.constant 0xFF800000 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x48x4x8xf32>
  %1 = linalg.generic {indexing_maps = [#map2, #map3, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : tensor<2x48x4x8xf32>, tensor<2x48x4xf32>) outs(%0 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x48x4x8xf32>
  %2 = tensor.empty() : tensor<2x48x4xf32>
  %3 = linalg.generic {indexing_maps = [#map4, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg2, %arg1 : tensor<4xf32>, tensor<2x48x4xf32>) outs(%2 : tensor<2x48x4xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x48x4xf32>
  %expanded = tensor.expand_shape %arg5 [[0], [1, 2], [3], [4]] output_shape [2, 1, 4, 8, 6] : tensor<2x4x8x6xf32> into tensor<2x1x4x8x6xf32>
  %expanded_1 = tensor.expand_shape %1 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %expanded_2 = tensor.expand_shape %3 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %expanded_3 = tensor.expand_shape %arg3 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %expanded_4 = tensor.expand_shape %arg4 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %4 = tensor.empty() : tensor<2x4x3x16xf32>
  %5 = linalg.generic {indexing_maps = [#map6, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2 : tensor<2x3x16x4xf32>) outs(%4 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x16xf32>
  %6 = ssm.cumsum dim(3) ins(%5 : tensor<2x4x3x16xf32>) outs(%4 : tensor<2x4x3x16xf32>)
  %7 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %8 = linalg.generic {indexing_maps = [#map7, #map8, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6, %6 : tensor<2x4x3x16xf32>, tensor<2x4x3x16xf32>) outs(%7 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.subf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16x16xf32>
  %9 = tensor.empty() : tensor<16x16xi1>
  %10 = linalg.fill ins(%true : i1) outs(%9 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %11 = linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel"]} ins(%10 : tensor<16x16xi1>) outs(%9 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %47 = linalg.index 0 : index
    %48 = linalg.index 1 : index
    %49 = arith.cmpi sle, %48, %47 : index
    %50 = arith.select %49, %in, %false : i1
    linalg.yield %50 : i1
  } -> tensor<16x16xi1>
  %12 = linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<16x16xi1>) outs(%9 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %47 = arith.xori %in, %true : i1
    linalg.yield %47 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map11, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%12, %8 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%7 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_9: f32, %out: f32):
    %47 = arith.select %in, %cst, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16x16xf32>
  %14 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<2x4x3x16x16xf32>) outs(%7 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %47 = math.exp %in : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %16 = linalg.fill ins(%cst_0 : f32) outs(%15 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %17 = linalg.generic {indexing_maps = [#map12, #map13, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_4, %expanded_3 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%16 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map15, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17, %14 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%16 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %20 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %21 = linalg.generic {indexing_maps = [#map12, #map16, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%18, %expanded_1 : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %6[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %22 = linalg.generic {indexing_maps = [#map3, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %6 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%4 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.subf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16xf32>
  %23 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22 : tensor<2x4x3x16xf32>) outs(%4 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %47 = math.exp %in : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %25 = linalg.fill ins(%cst_0 : f32) outs(%24 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %26 = linalg.generic {indexing_maps = [#map9, #map17, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_3, %23 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%25 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x6xf32>
  %27 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %28 = linalg.fill ins(%cst_0 : f32) outs(%27 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %29 = linalg.generic {indexing_maps = [#map18, #map19, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%26, %expanded_1 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%28 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x4x8x6xf32>
  %concat = tensor.concat dim(1) %expanded, %29 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %extracted_slice_5 = tensor.extract_slice %6[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %padded = tensor.pad %extracted_slice_5 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg6: index, %arg7: index, %arg8: index):
    tensor.yield %cst_0 : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %30 = tensor.empty() : tensor<2x4x4xf32>
  %31 = ssm.cumsum dim(2) ins(%padded : tensor<2x4x4xf32>) outs(%30 : tensor<2x4x4xf32>)
  %32 = tensor.empty() : tensor<2x4x4x4xf32>
  %33 = linalg.generic {indexing_maps = [#map3, #map20, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %31 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%32 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.subf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x4x4xf32>
  %34 = tensor.empty() : tensor<4x4xi1>
  %35 = linalg.fill ins(%true : i1) outs(%34 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %36 = linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel"]} ins(%35 : tensor<4x4xi1>) outs(%34 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %47 = linalg.index 0 : index
    %48 = linalg.index 1 : index
    %49 = arith.cmpi sle, %48, %47 : index
    %50 = arith.select %49, %in, %false : i1
    linalg.yield %50 : i1
  } -> tensor<4x4xi1>
  %37 = linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%34 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %47 = arith.xori %in, %true : i1
    linalg.yield %47 : i1
  } -> tensor<4x4xi1>
  %38 = linalg.generic {indexing_maps = [#map21, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37, %33 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%32 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_9: f32, %out: f32):
    %47 = arith.select %in, %cst, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x4x4xf32>
  %39 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38 : tensor<2x4x4x4xf32>) outs(%32 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %47 = math.exp %in : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x4x4xf32>
  %40 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %41 = linalg.fill ins(%cst_0 : f32) outs(%40 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %42 = linalg.generic {indexing_maps = [#map22, #map23, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%39, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%41 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_6 = tensor.extract_slice %42[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %extracted_slice_7 = tensor.extract_slice %42[0, 3, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x4x8x6xf32>
  %43 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x3x16xf32>) outs(%4 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %47 = math.exp %in : f32
    linalg.yield %47 : f32
  } -> tensor<2x4x3x16xf32>
  %44 = linalg.generic {indexing_maps = [#map12, #map24, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_4, %extracted_slice_6 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x8xf32>
  %45 = linalg.generic {indexing_maps = [#map9, #map17, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%44, %43 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.mulf %in, %in_9 : f32
    %48 = arith.addf %out, %47 : f32
    linalg.yield %48 : f32
  } -> tensor<2x3x16x4x8xf32>
  %46 = linalg.generic {indexing_maps = [#map9, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %45 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%19 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_9: f32, %out: f32):
    %47 = arith.addf %in, %in_9 : f32
    linalg.yield %47 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_8 = tensor.collapse_shape %46 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  return %collapsed_8, %extracted_slice_7 : tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// CHECK-LABEL: func.func @discrete_dz(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, b l h n, b l h n, h, b l h p, b h p n -> b l h p, b h p n" x(%arg0 : {{.*}}) A(%arg1 : {{.*}}) B(%arg2 : {{.*}}) C(%arg3 : {{.*}}) D(%arg5 : {{.*}}) z(%arg6 : {{.*}}) initial_state(%arg4 :
// CHECK: return %[[Y]]#0, %[[Y]]#1
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<() -> (2, 4, 8, 6)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d9)>
#map5 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d8, d9)>
#map6 = affine_map<(d0, d1) -> (d0, d1)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#map11 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2, d4)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>
#map14 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map18 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d7)>
#map19 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d6, d7)>
#map20 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#map23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
#map24 = affine_map<(d0, d1, d2, d3) -> (d2)>
func.func @discrete_dz(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>, %arg4: tensor<2x4x8x6xf32>, %arg5: tensor<4xf32>, %arg6: tensor<2x48x4x8xf32>) -> (tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>) {
  %true = arith.constant true
  %c-1 = arith.constant -1 : index
  %false = arith.constant false
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 0xFF800000 : f32
  %cst_1 = arith.constant 1.000000e+00 : f32
  %expanded = tensor.expand_shape %arg4 [[0], [1, 2], [3], [4]] output_shape [2, 1, 4, 8, 6] : tensor<2x4x8x6xf32> into tensor<2x1x4x8x6xf32>
  %expanded_2 = tensor.expand_shape %arg0 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %expanded_3 = tensor.expand_shape %arg1 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %expanded_4 = tensor.expand_shape %arg2 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %expanded_5 = tensor.expand_shape %arg3 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_3 : tensor<2x3x16x4xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x16xf32>
  %2 = ssm.cumsum dim(3) ins(%1 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>)
  %expanded_6 = tensor.expand_shape %1 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, 4, 1, 3, 1, 16, 1] : tensor<2x4x3x16xf32> into tensor<1x2x1x4x1x3x1x16x1xf32>
  %3 = tensor.empty() : tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %4 = linalg.generic {indexing_maps = [#map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_6 : tensor<1x2x1x4x1x3x1x16x1xf32>) outs(%3 : tensor<1x2x1x4x1x3x1x16x16x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %collapsed = tensor.collapse_shape %4 [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] : tensor<1x2x1x4x1x3x1x16x16x1xf32> into tensor<2x4x3x16x16xf32>
  %5 = tensor.empty() : tensor<16x16xi1>
  %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %7 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = linalg.index 0 : index
    %57 = linalg.index 1 : index
    %58 = arith.addi %56, %c-1 : index
    %59 = arith.cmpi sle, %57, %58 : index
    %60 = arith.select %59, %in, %false : i1
    linalg.yield %60 : i1
  } -> tensor<16x16xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = arith.xori %in, %true : i1
    linalg.yield %56 : i1
  } -> tensor<16x16xi1>
  %9 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %10 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_14: f32, %out: f32):
    %56 = arith.select %in, %cst, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16x16xf32>
  %11 = ssm.cumsum dim(3) ins(%10 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>)
  %12 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = linalg.index 0 : index
    %57 = linalg.index 1 : index
    %58 = arith.cmpi sle, %57, %56 : index
    %59 = arith.select %58, %in, %false : i1
    linalg.yield %59 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = arith.xori %in, %true : i1
    linalg.yield %56 : i1
  } -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_14: f32, %out: f32):
    %56 = arith.select %in, %cst_0, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %56 = math.exp %in : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16x16xf32>
  %16 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_5, %expanded_4 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %15 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x16xf32>
  %20 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %22 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %expanded_2 : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_7 = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %23 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_7, %2 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.subf %in, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %56 = math.exp %in : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16xf32>
  %25 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %27 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_4, %24 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%26 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x6xf32>
  %28 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %30 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded_2 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x4x8x6xf32>
  %concat = tensor.concat dim(1) %expanded, %30 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %extracted_slice_8 = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %padded = tensor.pad %extracted_slice_8 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg7: index, %arg8: index, %arg9: index):
    tensor.yield %cst : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %expanded_9 = tensor.expand_shape %padded [[0, 1], [2, 3], [4, 5, 6]] output_shape [1, 2, 1, 4, 1, 4, 1] : tensor<2x4x4xf32> into tensor<1x2x1x4x1x4x1xf32>
  %31 = tensor.empty() : tensor<1x2x1x4x1x4x4x1xf32>
  %32 = linalg.generic {indexing_maps = [#map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_9 : tensor<1x2x1x4x1x4x1xf32>) outs(%31 : tensor<1x2x1x4x1x4x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x4x4x1xf32>
  %collapsed_10 = tensor.collapse_shape %32 [[0, 1], [2, 3], [4, 5], [6, 7]] : tensor<1x2x1x4x1x4x4x1xf32> into tensor<2x4x4x4xf32>
  %33 = tensor.empty() : tensor<4x4xi1>
  %34 = linalg.fill ins(%true : i1) outs(%33 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %35 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%34 : tensor<4x4xi1>) outs(%33 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = linalg.index 0 : index
    %57 = linalg.index 1 : index
    %58 = arith.addi %56, %c-1 : index
    %59 = arith.cmpi sle, %57, %58 : index
    %60 = arith.select %59, %in, %false : i1
    linalg.yield %60 : i1
  } -> tensor<4x4xi1>
  %36 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%35 : tensor<4x4xi1>) outs(%33 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = arith.xori %in, %true : i1
    linalg.yield %56 : i1
  } -> tensor<4x4xi1>
  %37 = tensor.empty() : tensor<2x4x4x4xf32>
  %38 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %collapsed_10 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%37 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_14: f32, %out: f32):
    %56 = arith.select %in, %cst, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x4x4xf32>
  %39 = ssm.cumsum dim(2) ins(%38 : tensor<2x4x4x4xf32>) outs(%37 : tensor<2x4x4x4xf32>)
  %40 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%34 : tensor<4x4xi1>) outs(%33 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = linalg.index 0 : index
    %57 = linalg.index 1 : index
    %58 = arith.cmpi sle, %57, %56 : index
    %59 = arith.select %58, %in, %false : i1
    linalg.yield %59 : i1
  } -> tensor<4x4xi1>
  %41 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%40 : tensor<4x4xi1>) outs(%33 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %56 = arith.xori %in, %true : i1
    linalg.yield %56 : i1
  } -> tensor<4x4xi1>
  %42 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %39 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%37 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_14: f32, %out: f32):
    %56 = arith.select %in, %cst_0, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x4x4xf32>
  %43 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42 : tensor<2x4x4x4xf32>) outs(%37 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %56 = math.exp %in : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x4x4xf32>
  %44 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %45 = linalg.fill ins(%cst : f32) outs(%44 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %46 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%43, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%45 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_11 = tensor.extract_slice %46[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %extracted_slice_12 = tensor.extract_slice %46[0, 3, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x4x8x6xf32>
  %47 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %56 = math.exp %in : f32
    linalg.yield %56 : f32
  } -> tensor<2x4x3x16xf32>
  %48 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_5, %extracted_slice_11 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x8xf32>
  %49 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%48, %47 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    %57 = arith.addf %out, %56 : f32
    linalg.yield %57 : f32
  } -> tensor<2x3x16x4x8xf32>
  %50 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %49 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.addf %in, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_13 = tensor.collapse_shape %50 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %51 = tensor.empty() : tensor<2x48x4x8xf32>
  %52 = linalg.generic {indexing_maps = [#map3, #map24, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg5 : tensor<2x48x4x8xf32>, tensor<4xf32>) outs(%51 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x48x4x8xf32>
  %53 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_13, %52 : tensor<2x48x4x8xf32>, tensor<2x48x4x8xf32>) outs(%51 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.addf %in, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x48x4x8xf32>
  %54 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg6 : tensor<2x48x4x8xf32>) outs(%51 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %56 = arith.negf %in : f32
    %57 = math.exp %56 : f32
    %58 = arith.addf %57, %cst_1 : f32
    %59 = arith.divf %in, %58 : f32
    linalg.yield %59 : f32
  } -> tensor<2x48x4x8xf32>
  %55 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %54 : tensor<2x48x4x8xf32>, tensor<2x48x4x8xf32>) outs(%51 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_14: f32, %out: f32):
    %56 = arith.mulf %in, %in_14 : f32
    linalg.yield %56 : f32
  } -> tensor<2x48x4x8xf32>
  return %55, %extracted_slice_12 : tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// 37 steps in chunks of 16.
// CHECK-LABEL: func.func @pad_final(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p, b h p n"
// CHECK-SAME: outs({{.*}} : tensor<2x37x4x8xf32>, tensor<2x4x8x6xf32>)
// CHECK: return %[[Y]]#0, %[[Y]]#1
#map = affine_map<() -> (2, 37, 4, 8)>
#map1 = affine_map<() -> (2, 4, 8, 6)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d9)>
#map5 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d8, d9)>
#map6 = affine_map<(d0, d1) -> (d0, d1)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d4, d3, d5)>
#map11 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2, d4)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>
#map14 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map18 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d7)>
#map19 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4, d5, d6, d7)>
#map20 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#map23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
func.func @pad_final(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x37x4x8xf32>, tensor<2x4x8x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %true = arith.constant true
  %c-1 = arith.constant -1 : index
  %false = arith.constant false
  %cst_0 = arith.constant 0xFF800000 : f32
  %extracted_slice = tensor.extract_slice %arg0[0, 0, 0, 0] [2, 37, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x37x4x8xf32>
  %extracted_slice_1 = tensor.extract_slice %arg1[0, 0, 0] [2, 37, 4] [1, 1, 1] : tensor<2x48x4xf32> to tensor<2x37x4xf32>
  %extracted_slice_2 = tensor.extract_slice %arg2[0, 0, 0, 0] [2, 37, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x37x4x6xf32>
  %extracted_slice_3 = tensor.extract_slice %arg3[0, 0, 0, 0] [2, 37, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x37x4x6xf32>
  %padded = tensor.pad %extracted_slice low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst : f32
  } : tensor<2x37x4x8xf32> to tensor<2x48x4x8xf32>
  %padded_4 = tensor.pad %extracted_slice_2 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %padded_5 = tensor.pad %extracted_slice_3 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
    tensor.yield %cst : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %padded_6 = tensor.pad %extracted_slice_1 low[0, 0, 0] high[0, 11, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index):
    tensor.yield %cst : f32
  } : tensor<2x37x4xf32> to tensor<2x48x4xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %expanded_7 = tensor.expand_shape %padded_6 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %expanded_8 = tensor.expand_shape %padded_4 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %expanded_9 = tensor.expand_shape %padded_5 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_7 : tensor<2x3x16x4xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x16xf32>
  %2 = ssm.cumsum dim(3) ins(%1 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>)
  %expanded_10 = tensor.expand_shape %1 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, 4, 1, 3, 1, 16, 1] : tensor<2x4x3x16xf32> into tensor<1x2x1x4x1x3x1x16x1xf32>
  %3 = tensor.empty() : tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %4 = linalg.generic {indexing_maps = [#map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_10 : tensor<1x2x1x4x1x3x1x16x1xf32>) outs(%3 : tensor<1x2x1x4x1x3x1x16x16x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %collapsed = tensor.collapse_shape %4 [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] : tensor<1x2x1x4x1x3x1x16x16x1xf32> into tensor<2x4x3x16x16xf32>
  %5 = tensor.empty() : tensor<16x16xi1>
  %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %7 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.addi %53, %c-1 : index
    %56 = arith.cmpi sle, %54, %55 : index
    %57 = arith.select %56, %in, %false : i1
    linalg.yield %57 : i1
  } -> tensor<16x16xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<16x16xi1>
  %9 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %10 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_21: f32, %out: f32):
    %53 = arith.select %in, %cst, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %11 = ssm.cumsum dim(3) ins(%10 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>)
  %12 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.cmpi sle, %54, %53 : index
    %56 = arith.select %55, %in, %false : i1
    linalg.yield %56 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_21: f32, %out: f32):
    %53 = arith.select %in, %cst_0, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16x16xf32>
  %16 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_9, %expanded_8 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %15 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x16xf32>
  %20 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %22 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %expanded : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice_11 = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_12 = tensor.collapse_shape %extracted_slice_11 [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %23 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_12, %2 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.subf %in, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %25 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %27 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_8, %24 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%26 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x6xf32>
  %28 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %30 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x4x8x6xf32>
  %31 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %32 = linalg.fill ins(%cst : f32) outs(%31 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %concat = tensor.concat dim(1) %32, %30 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %extracted_slice_13 = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %padded_14 = tensor.pad %extracted_slice_13 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index):
    tensor.yield %cst : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %expanded_15 = tensor.expand_shape %padded_14 [[0, 1], [2, 3], [4, 5, 6]] output_shape [1, 2, 1, 4, 1, 4, 1] : tensor<2x4x4xf32> into tensor<1x2x1x4x1x4x1xf32>
  %33 = tensor.empty() : tensor<1x2x1x4x1x4x4x1xf32>
  %34 = linalg.generic {indexing_maps = [#map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_15 : tensor<1x2x1x4x1x4x1xf32>) outs(%33 : tensor<1x2x1x4x1x4x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x4x4x1xf32>
  %collapsed_16 = tensor.collapse_shape %34 [[0, 1], [2, 3], [4, 5], [6, 7]] : tensor<1x2x1x4x1x4x4x1xf32> into tensor<2x4x4x4xf32>
  %35 = tensor.empty() : tensor<4x4xi1>
  %36 = linalg.fill ins(%true : i1) outs(%35 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %37 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.addi %53, %c-1 : index
    %56 = arith.cmpi sle, %54, %55 : index
    %57 = arith.select %56, %in, %false : i1
    linalg.yield %57 : i1
  } -> tensor<4x4xi1>
  %38 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%37 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<4x4xi1>
  %39 = tensor.empty() : tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %collapsed_16 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_21: f32, %out: f32):
    %53 = arith.select %in, %cst, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %41 = ssm.cumsum dim(2) ins(%40 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>)
  %42 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = linalg.index 0 : index
    %54 = linalg.index 1 : index
    %55 = arith.cmpi sle, %54, %53 : index
    %56 = arith.select %55, %in, %false : i1
    linalg.yield %56 : i1
  } -> tensor<4x4xi1>
  %43 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%42 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %53 = arith.xori %in, %true : i1
    linalg.yield %53 : i1
  } -> tensor<4x4xi1>
  %44 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %41 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_21: f32, %out: f32):
    %53 = arith.select %in, %cst_0, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %45 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x4x4xf32>
  %46 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %47 = linalg.fill ins(%cst : f32) outs(%46 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %48 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%47 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_17 = tensor.extract_slice %48[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %extracted_slice_18 = tensor.extract_slice %48[0, 3, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x4x8x6xf32>
  %49 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x4x3x16xf32>
  %50 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_9, %extracted_slice_17 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %51 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%50, %49 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.mulf %in, %in_21 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x16x4x8xf32>
  %52 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %51 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_21: f32, %out: f32):
    %53 = arith.addf %in, %in_21 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_19 = tensor.collapse_shape %52 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %extracted_slice_20 = tensor.extract_slice %collapsed_19[0, 0, 0, 0] [2, 37, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x37x4x8xf32>
  return %extracted_slice_20, %extracted_slice_18 : tensor<2x37x4x8xf32>, tensor<2x4x8x6xf32>
}
