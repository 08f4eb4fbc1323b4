// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// Near misses of ssm.ssd without dt and of its final state.

// The state after 32 of 48 steps is not the final one of the op; it stays.
// CHECK: raised
// IR-LABEL: func.func @final_of_other_chunk(
// IR-DAG: ssm.ssd {{.*}} -> b l h p" x(%arg0
// IR-DAG: math.exp
// IR: return
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
func.func @final_of_other_chunk(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>) {
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
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.addi %78, %c-1 : index
    %81 = arith.cmpi sle, %79, %80 : index
    %82 = arith.select %81, %in, %false : i1
    linalg.yield %82 : i1
  } -> tensor<16x16xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<16x16xi1>
  %9 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %10 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16x16xf32>
  %11 = ssm.cumsum dim(3) ins(%10 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>)
  %12 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.cmpi sle, %79, %78 : index
    %81 = arith.select %80, %in, %false : i1
    linalg.yield %81 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst_0, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16x16xf32>
  %16 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %expanded_2 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %15 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x16xf32>
  %20 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %22 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %expanded : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_5 = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %23 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5, %2 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.subf %in, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16xf32>
  %25 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %27 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2, %24 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%26 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x6xf32>
  %28 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %30 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
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
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.addi %78, %c-1 : index
    %81 = arith.cmpi sle, %79, %80 : index
    %82 = arith.select %81, %in, %false : i1
    linalg.yield %82 : i1
  } -> tensor<4x4xi1>
  %38 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%37 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<4x4xi1>
  %39 = tensor.empty() : tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %collapsed_8 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x4x4xf32>
  %41 = ssm.cumsum dim(2) ins(%40 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>)
  %42 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.cmpi sle, %79, %78 : index
    %81 = arith.select %80, %in, %false : i1
    linalg.yield %81 : i1
  } -> tensor<4x4xi1>
  %43 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%42 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<4x4xi1>
  %44 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %41 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst_0, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x4x4xf32>
  %45 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x4x4xf32>
  %46 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %47 = linalg.fill ins(%cst : f32) outs(%46 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %48 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%47 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %48[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %49 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x16xf32>
  %50 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %extracted_slice_9 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x8xf32>
  %51 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%50, %49 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x16x4x8xf32>
  %52 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %51 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.addf %in, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_10 = tensor.collapse_shape %52 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %extracted_slice_11 = tensor.extract_slice %arg0[0, 0, 0, 0] [2, 32, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x32x4x8xf32>
  %extracted_slice_12 = tensor.extract_slice %arg1[0, 0, 0] [2, 32, 4] [1, 1, 1] : tensor<2x48x4xf32> to tensor<2x32x4xf32>
  %extracted_slice_13 = tensor.extract_slice %arg2[0, 0, 0, 0] [2, 32, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x32x4x6xf32>
  %expanded_14 = tensor.expand_shape %extracted_slice_11 [[0], [1, 2], [3], [4]] output_shape [2, 2, 16, 4, 8] : tensor<2x32x4x8xf32> into tensor<2x2x16x4x8xf32>
  %expanded_15 = tensor.expand_shape %extracted_slice_12 [[0], [1, 2], [3]] output_shape [2, 2, 16, 4] : tensor<2x32x4xf32> into tensor<2x2x16x4xf32>
  %expanded_16 = tensor.expand_shape %extracted_slice_13 [[0], [1, 2], [3], [4]] output_shape [2, 2, 16, 4, 6] : tensor<2x32x4x6xf32> into tensor<2x2x16x4x6xf32>
  %53 = tensor.empty() : tensor<2x4x2x16xf32>
  %54 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_15 : tensor<2x2x16x4xf32>) outs(%53 : tensor<2x4x2x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x2x16xf32>
  %55 = ssm.cumsum dim(3) ins(%54 : tensor<2x4x2x16xf32>) outs(%53 : tensor<2x4x2x16xf32>)
  %extracted_slice_17 = tensor.extract_slice %55[0, 0, 0, 15] [2, 4, 2, 1] [1, 1, 1, 1] : tensor<2x4x2x16xf32> to tensor<2x4x2x1xf32>
  %collapsed_18 = tensor.collapse_shape %extracted_slice_17 [[0], [1], [2, 3]] : tensor<2x4x2x1xf32> into tensor<2x4x2xf32>
  %56 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_18, %55 : tensor<2x4x2xf32>, tensor<2x4x2x16xf32>) outs(%53 : tensor<2x4x2x16xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.subf %in, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x2x16xf32>
  %57 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%56 : tensor<2x4x2x16xf32>) outs(%53 : tensor<2x4x2x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x2x16xf32>
  %58 = tensor.empty() : tensor<2x2x16x4x6xf32>
  %59 = linalg.fill ins(%cst : f32) outs(%58 : tensor<2x2x16x4x6xf32>) -> tensor<2x2x16x4x6xf32>
  %60 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_16, %57 : tensor<2x2x16x4x6xf32>, tensor<2x4x2x16xf32>) outs(%59 : tensor<2x2x16x4x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x2x16x4x6xf32>
  %61 = tensor.empty() : tensor<2x2x4x8x6xf32>
  %62 = linalg.fill ins(%cst : f32) outs(%61 : tensor<2x2x4x8x6xf32>) -> tensor<2x2x4x8x6xf32>
  %63 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%60, %expanded_14 : tensor<2x2x16x4x6xf32>, tensor<2x2x16x4x8xf32>) outs(%62 : tensor<2x2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x2x4x8x6xf32>
  %concat_19 = tensor.concat dim(1) %32, %63 : (tensor<2x1x4x8x6xf32>, tensor<2x2x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %extracted_slice_20 = tensor.extract_slice %55[0, 0, 0, 15] [2, 4, 2, 1] [1, 1, 1, 1] : tensor<2x4x2x16xf32> to tensor<2x4x2xf32>
  %padded_21 = tensor.pad %extracted_slice_20 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index):
    tensor.yield %cst : f32
  } : tensor<2x4x2xf32> to tensor<2x4x3xf32>
  %expanded_22 = tensor.expand_shape %padded_21 [[0, 1], [2, 3], [4, 5, 6]] output_shape [1, 2, 1, 4, 1, 3, 1] : tensor<2x4x3xf32> into tensor<1x2x1x4x1x3x1xf32>
  %64 = tensor.empty() : tensor<1x2x1x4x1x3x3x1xf32>
  %65 = linalg.generic {indexing_maps = [#map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_22 : tensor<1x2x1x4x1x3x1xf32>) outs(%64 : tensor<1x2x1x4x1x3x3x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x3x3x1xf32>
  %collapsed_23 = tensor.collapse_shape %65 [[0, 1], [2, 3], [4, 5], [6, 7]] : tensor<1x2x1x4x1x3x3x1xf32> into tensor<2x4x3x3xf32>
  %66 = tensor.empty() : tensor<3x3xi1>
  %67 = linalg.fill ins(%true : i1) outs(%66 : tensor<3x3xi1>) -> tensor<3x3xi1>
  %68 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%67 : tensor<3x3xi1>) outs(%66 : tensor<3x3xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.addi %78, %c-1 : index
    %81 = arith.cmpi sle, %79, %80 : index
    %82 = arith.select %81, %in, %false : i1
    linalg.yield %82 : i1
  } -> tensor<3x3xi1>
  %69 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%68 : tensor<3x3xi1>) outs(%66 : tensor<3x3xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<3x3xi1>
  %70 = tensor.empty() : tensor<2x4x3x3xf32>
  %71 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%69, %collapsed_23 : tensor<3x3xi1>, tensor<2x4x3x3xf32>) outs(%70 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x3xf32>
  %72 = ssm.cumsum dim(2) ins(%71 : tensor<2x4x3x3xf32>) outs(%70 : tensor<2x4x3x3xf32>)
  %73 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%67 : tensor<3x3xi1>) outs(%66 : tensor<3x3xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = linalg.index 0 : index
    %79 = linalg.index 1 : index
    %80 = arith.cmpi sle, %79, %78 : index
    %81 = arith.select %80, %in, %false : i1
    linalg.yield %81 : i1
  } -> tensor<3x3xi1>
  %74 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%73 : tensor<3x3xi1>) outs(%66 : tensor<3x3xi1>) {
  ^bb0(%in: i1, %out: i1):
    %78 = arith.xori %in, %true : i1
    linalg.yield %78 : i1
  } -> tensor<3x3xi1>
  %75 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%74, %72 : tensor<3x3xi1>, tensor<2x4x3x3xf32>) outs(%70 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: i1, %in_25: f32, %out: f32):
    %78 = arith.select %in, %cst_0, %in_25 : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x3xf32>
  %76 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75 : tensor<2x4x3x3xf32>) outs(%70 : tensor<2x4x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %78 = math.exp %in : f32
    linalg.yield %78 : f32
  } -> tensor<2x4x3x3xf32>
  %77 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%76, %concat_19 : tensor<2x4x3x3xf32>, tensor<2x3x4x8x6xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_25: f32, %out: f32):
    %78 = arith.mulf %in, %in_25 : f32
    %79 = arith.addf %out, %78 : f32
    linalg.yield %79 : f32
  } -> tensor<2x3x4x8x6xf32>
  %extracted_slice_24 = tensor.extract_slice %77[0, 2, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x3x4x8x6xf32> to tensor<2x4x8x6xf32>
  return %collapsed_10, %extracted_slice_24 : tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// A final state that lacks the last step's decay.
// CHECK: raised
// IR-LABEL: func.func @final_without_last_decay(
// IR-DAG: ssm.ssd {{.*}} -> b l h p" x(%arg0
// IR-DAG: math.exp
// IR: return
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
#map24 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map25 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map26 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3)>
#map27 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
#map28 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
func.func @final_without_last_decay(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>) {
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
    %63 = linalg.index 0 : index
    %64 = linalg.index 1 : index
    %65 = arith.addi %63, %c-1 : index
    %66 = arith.cmpi sle, %64, %65 : index
    %67 = arith.select %66, %in, %false : i1
    linalg.yield %67 : i1
  } -> tensor<16x16xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = arith.xori %in, %true : i1
    linalg.yield %63 : i1
  } -> tensor<16x16xi1>
  %9 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %10 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%8, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %63 = arith.select %in, %cst, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16x16xf32>
  %11 = ssm.cumsum dim(3) ins(%10 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>)
  %12 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = linalg.index 0 : index
    %64 = linalg.index 1 : index
    %65 = arith.cmpi sle, %64, %63 : index
    %66 = arith.select %65, %in, %false : i1
    linalg.yield %66 : i1
  } -> tensor<16x16xi1>
  %13 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<16x16xi1>) outs(%5 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = arith.xori %in, %true : i1
    linalg.yield %63 : i1
  } -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%13, %11 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %63 = arith.select %in, %cst_0, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16x16xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x4x3x16x16xf32>) outs(%9 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %63 = math.exp %in : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16x16xf32>
  %16 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %expanded_2 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x16xf32>
  %19 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %15 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%17 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x16xf32>
  %20 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %22 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %expanded : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %2[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_5 = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %23 = linalg.generic {indexing_maps = [#map14, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5, %2 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.subf %in, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16xf32>
  %24 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%23 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %63 = math.exp %in : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16xf32>
  %25 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %27 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2, %24 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%26 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x6xf32>
  %28 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %29 = linalg.fill ins(%cst : f32) outs(%28 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %30 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%27, %expanded : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%29 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
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
    %63 = linalg.index 0 : index
    %64 = linalg.index 1 : index
    %65 = arith.addi %63, %c-1 : index
    %66 = arith.cmpi sle, %64, %65 : index
    %67 = arith.select %66, %in, %false : i1
    linalg.yield %67 : i1
  } -> tensor<4x4xi1>
  %38 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%37 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = arith.xori %in, %true : i1
    linalg.yield %63 : i1
  } -> tensor<4x4xi1>
  %39 = tensor.empty() : tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %collapsed_8 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %63 = arith.select %in, %cst, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x4x4xf32>
  %41 = ssm.cumsum dim(2) ins(%40 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>)
  %42 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%36 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = linalg.index 0 : index
    %64 = linalg.index 1 : index
    %65 = arith.cmpi sle, %64, %63 : index
    %66 = arith.select %65, %in, %false : i1
    linalg.yield %66 : i1
  } -> tensor<4x4xi1>
  %43 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%42 : tensor<4x4xi1>) outs(%35 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %63 = arith.xori %in, %true : i1
    linalg.yield %63 : i1
  } -> tensor<4x4xi1>
  %44 = linalg.generic {indexing_maps = [#map20, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %41 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_13: f32, %out: f32):
    %63 = arith.select %in, %cst_0, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x4x4xf32>
  %45 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<2x4x4x4xf32>) outs(%39 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %63 = math.exp %in : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x4x4xf32>
  %46 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %47 = linalg.fill ins(%cst : f32) outs(%46 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %48 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%47 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %48[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %49 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x3x16xf32>) outs(%0 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %63 = math.exp %in : f32
    linalg.yield %63 : f32
  } -> tensor<2x4x3x16xf32>
  %50 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %extracted_slice_9 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x8xf32>
  %51 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%50, %49 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%21 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x3x16x4x8xf32>
  %52 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %51 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%20 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.addf %in, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_10 = tensor.collapse_shape %52 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %53 = tensor.empty() : tensor<2x48x4xf32>
  %54 = ssm.cumsum dim(1) ins(%arg1 : tensor<2x48x4xf32>) outs(%53 : tensor<2x48x4xf32>)
  %extracted_slice_11 = tensor.extract_slice %54[0, 46, 0] [2, 1, 4] [1, 1, 1] : tensor<2x48x4xf32> to tensor<2x1x4xf32>
  %collapsed_12 = tensor.collapse_shape %extracted_slice_11 [[0], [1, 2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %55 = linalg.generic {indexing_maps = [#map24, #map25, #map25], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_12, %54 : tensor<2x4xf32>, tensor<2x48x4xf32>) outs(%53 : tensor<2x48x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.subf %in, %in_13 : f32
    linalg.yield %63 : f32
  } -> tensor<2x48x4xf32>
  %56 = linalg.generic {indexing_maps = [#map25, #map25], iterator_types = ["parallel", "parallel", "parallel"]} ins(%55 : tensor<2x48x4xf32>) outs(%53 : tensor<2x48x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %63 = math.exp %in : f32
    linalg.yield %63 : f32
  } -> tensor<2x48x4xf32>
  %57 = tensor.empty() : tensor<2x48x4x6xf32>
  %58 = linalg.fill ins(%cst : f32) outs(%57 : tensor<2x48x4x6xf32>) -> tensor<2x48x4x6xf32>
  %59 = linalg.generic {indexing_maps = [#map3, #map14, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg2, %56 : tensor<2x48x4x6xf32>, tensor<2x48x4xf32>) outs(%58 : tensor<2x48x4x6xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x48x4x6xf32>
  %60 = tensor.empty() : tensor<2x4x8x6xf32>
  %61 = linalg.fill ins(%cst : f32) outs(%60 : tensor<2x4x8x6xf32>) -> tensor<2x4x8x6xf32>
  %62 = linalg.generic {indexing_maps = [#map26, #map27, #map28], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%59, %arg0 : tensor<2x48x4x6xf32>, tensor<2x48x4x8xf32>) outs(%61 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %63 = arith.mulf %in, %in_13 : f32
    %64 = arith.addf %out, %63 : f32
    linalg.yield %64 : f32
  } -> tensor<2x4x8x6xf32>
  return %collapsed_10, %62 : tensor<2x48x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// The state is read before its update.
// CHECK: declined{{.*}}the sources do not end at the target time (another diagonal of the mask)
// IR-LABEL: func.func @strict_discrete(
// IR-NOT: ssm.ssd
// IR: return
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1) -> (d0, d1)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
func.func @strict_discrete(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>) {
  %cst = arith.constant 1.000000e+00 : f32
  %c-1 = arith.constant -1 : index
  %cst_0 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x4x48xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<2x48x4xf32>) outs(%0 : tensor<2x4x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x48xf32>
  %2 = ssm.cumsum dim(2) ins(%1 : tensor<2x4x48xf32>) outs(%0 : tensor<2x4x48xf32>)
  %3 = tensor.empty() : tensor<2x4x48x48xf32>
  %4 = linalg.generic {indexing_maps = [#map3, #map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x4x48xf32>, tensor<2x4x48xf32>) outs(%3 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.subf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x48x48xf32>
  %5 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4 : tensor<2x4x48x48xf32>) outs(%3 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x48x48xf32>
  %6 = tensor.empty() : tensor<48x48xf32>
  %7 = linalg.fill ins(%cst : f32) outs(%6 : tensor<48x48xf32>) -> tensor<48x48xf32>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<48x48xf32>) outs(%6 : tensor<48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = linalg.index 0 : index
    %17 = linalg.index 1 : index
    %18 = arith.addi %16, %c-1 : index
    %19 = arith.cmpi sle, %17, %18 : index
    %20 = arith.select %19, %in, %cst_0 : f32
    linalg.yield %20 : f32
  } -> tensor<48x48xf32>
  %9 = linalg.generic {indexing_maps = [#map5, #map7, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %8 : tensor<2x4x48x48xf32>, tensor<48x48xf32>) outs(%3 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x48x48xf32>
  %10 = linalg.fill ins(%cst_0 : f32) outs(%3 : tensor<2x4x48x48xf32>) -> tensor<2x4x48x48xf32>
  %11 = linalg.generic {indexing_maps = [#map8, #map9, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg3, %arg2 : tensor<2x48x4x6xf32>, tensor<2x48x4x6xf32>) outs(%10 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x4x48x48xf32>
  %12 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %9 : tensor<2x4x48x48xf32>, tensor<2x4x48x48xf32>) outs(%3 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x48x48xf32>
  %13 = tensor.empty() : tensor<2x48x4x8xf32>
  %14 = linalg.fill ins(%cst_0 : f32) outs(%13 : tensor<2x48x4x8xf32>) -> tensor<2x48x4x8xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map11, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%12, %arg0 : tensor<2x4x48x48xf32>, tensor<2x48x4x8xf32>) outs(%14 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x48x4x8xf32>
  return %15 : tensor<2x48x4x8xf32>
}

// -----

// A decay of its own for each channel of a head.
// CHECK: declined{{.*}}
// IR-LABEL: func.func @decay_for_each_channel(
// IR-NOT: ssm.ssd
// IR: return
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d4, d1, d2)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4, d1, d3)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
func.func @decay_for_each_channel(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4x8xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x48x4x8xf32>
  %1 = ssm.cumsum dim(1) ins(%arg1 : tensor<2x48x4x8xf32>) outs(%0 : tensor<2x48x4x8xf32>)
  %2 = tensor.empty() : tensor<2x48x48x4x8xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x48x4x8xf32>, tensor<2x48x4x8xf32>) outs(%2 : tensor<2x48x48x4x8xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.subf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x48x48x4x8xf32>
  %4 = tensor.empty() : tensor<2x4x8x48x48xf32>
  %5 = linalg.generic {indexing_maps = [#map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x48x48x4x8xf32>) outs(%4 : tensor<2x4x8x48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x8x48x48xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%5 : tensor<2x4x8x48x48xf32>) outs(%4 : tensor<2x4x8x48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x8x48x48xf32>
  %7 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x4x8x48x48xf32>) outs(%4 : tensor<2x4x8x48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = linalg.index 3 : index
    %17 = linalg.index 4 : index
    %18 = arith.cmpi sle, %17, %16 : index
    %19 = arith.select %18, %in, %cst : f32
    linalg.yield %19 : f32
  } -> tensor<2x4x8x48x48xf32>
  %8 = tensor.empty() : tensor<2x48x4x48xf32>
  %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x48x4x48xf32>) -> tensor<2x48x4x48xf32>
  %10 = linalg.generic {indexing_maps = [#map5, #map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg3, %arg2 : tensor<2x48x4x6xf32>, tensor<2x48x4x6xf32>) outs(%9 : tensor<2x48x4x48xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x48x4x48xf32>
  %11 = tensor.empty() : tensor<2x48x4x48x8xf32>
  %12 = linalg.fill ins(%cst : f32) outs(%11 : tensor<2x48x4x48x8xf32>) -> tensor<2x48x4x48x8xf32>
  %13 = linalg.generic {indexing_maps = [#map7, #map8, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%10, %7 : tensor<2x48x4x48xf32>, tensor<2x4x8x48x48xf32>) outs(%12 : tensor<2x48x4x48x8xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x48x4x48x8xf32>
  %14 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x48x4x8xf32>) -> tensor<2x48x4x8xf32>
  %15 = linalg.generic {indexing_maps = [#map9, #map10, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13, %arg0 : tensor<2x48x4x48x8xf32>, tensor<2x48x4x8xf32>) outs(%14 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x48x4x8xf32>
  return %15 : tensor<2x48x4x8xf32>
}
