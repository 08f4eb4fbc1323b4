// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// A loop over chunks that carries the state, unrolled: one ssm.ssd with both states.

// CHECK-LABEL: func.func @chunks_carry(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]]:2 = ssm.ssd "b l h p, b l h, b l h n, b l h n, b h p n -> b l h p, b h p n" {{.*}} initial_state(%arg4 : {{.*}} outs({{.*}} : tensor<2x12x4x8xf32>, tensor<2x4x8x6xf32>)
// CHECK-NEXT: return %[[Y]]#0, %[[Y]]#1
#map = affine_map<() -> (2, 12, 4, 8)>
#map1 = affine_map<() -> (2, 4, 8, 6)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map7 = affine_map<(d0, d1) -> (d0, d1)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map12 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map15 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1)>
#map16 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#map17 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map18 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3)>
#map19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
func.func @chunks_carry(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>, %arg4: tensor<2x4x8x6xf32>) -> (tensor<2x12x4x8xf32>, tensor<2x4x8x6xf32>) {
  %true = arith.constant true
  %false = arith.constant false
  %cst = arith.constant 0xFF800000 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %extracted_slice = tensor.extract_slice %arg0[0, 0, 0, 0] [2, 12, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x12x4x8xf32>
  %extracted_slice_1 = tensor.extract_slice %arg1[0, 0, 0] [2, 12, 4] [1, 1, 1] : tensor<2x48x4xf32> to tensor<2x12x4xf32>
  %extracted_slice_2 = tensor.extract_slice %arg2[0, 0, 0, 0] [2, 12, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x12x4x6xf32>
  %extracted_slice_3 = tensor.extract_slice %arg3[0, 0, 0, 0] [2, 12, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x12x4x6xf32>
  %extracted_slice_4 = tensor.extract_slice %extracted_slice[0, 0, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_5 = tensor.extract_slice %extracted_slice_1[0, 0, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_6 = tensor.extract_slice %extracted_slice_2[0, 0, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_7 = tensor.extract_slice %extracted_slice_3[0, 0, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x4xf32>
  %1 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_5 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %2 = ssm.cumsum dim(2) ins(%1 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %3 = tensor.empty() : tensor<2x4x4x4xf32>
  %4 = linalg.generic {indexing_maps = [#map4, #map5, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %5 = tensor.empty() : tensor<4x4xi1>
  %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %7 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<4x4xi1>) outs(%5 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %71 = linalg.index 0 : index
    %72 = linalg.index 1 : index
    %73 = arith.cmpi sle, %72, %71 : index
    %74 = arith.select %73, %in, %false : i1
    linalg.yield %74 : i1
  } -> tensor<4x4xi1>
  %8 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<4x4xi1>) outs(%5 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %71 = arith.xori %in, %true : i1
    linalg.yield %71 : i1
  } -> tensor<4x4xi1>
  %9 = linalg.generic {indexing_maps = [#map8, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %4 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %10 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %11 = linalg.fill ins(%cst_0 : f32) outs(%3 : tensor<2x4x4x4xf32>) -> tensor<2x4x4x4xf32>
  %12 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_7, %extracted_slice_6 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %13 = linalg.generic {indexing_maps = [#map6, #map12, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %10 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %14 = tensor.empty() : tensor<2x4x4x8xf32>
  %15 = linalg.fill ins(%cst_0 : f32) outs(%14 : tensor<2x4x4x8xf32>) -> tensor<2x4x4x8xf32>
  %16 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13, %extracted_slice_4 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %17 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %18 = linalg.generic {indexing_maps = [#map9, #map14, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_7, %arg4 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %19 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %17 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %20 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16, %19 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_8 = tensor.extract_slice %2[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %21 = tensor.empty() : tensor<2x4xf32>
  %22 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_8 : tensor<2x4xf32>) outs(%21 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %23 = tensor.empty() : tensor<2x4x8x6xf32>
  %24 = linalg.generic {indexing_maps = [#map6, #map16, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg4, %22 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %2[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed = tensor.collapse_shape %extracted_slice_9 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %25 = linalg.generic {indexing_maps = [#map17, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed, %2 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %26 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%25 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %27 = tensor.empty() : tensor<2x4x4x6xf32>
  %28 = linalg.fill ins(%cst_0 : f32) outs(%27 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
  %29 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_6, %26 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%28 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %30 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x4x8x6xf32>) -> tensor<2x4x8x6xf32>
  %31 = linalg.generic {indexing_maps = [#map18, #map19, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%29, %extracted_slice_4 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%30 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %32 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %31 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_10 = tensor.extract_slice %extracted_slice[0, 4, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_11 = tensor.extract_slice %extracted_slice_1[0, 4, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_12 = tensor.extract_slice %extracted_slice_2[0, 4, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_13 = tensor.extract_slice %extracted_slice_3[0, 4, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %33 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_11 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %34 = ssm.cumsum dim(2) ins(%33 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %35 = linalg.generic {indexing_maps = [#map4, #map5, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34, %34 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %36 = linalg.generic {indexing_maps = [#map8, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %35 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %37 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %38 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_13, %extracted_slice_12 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %39 = linalg.generic {indexing_maps = [#map6, #map12, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %37 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%39, %extracted_slice_10 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %41 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%34 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %42 = linalg.generic {indexing_maps = [#map9, #map14, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_13, %32 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %43 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %41 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %44 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %43 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_14 = tensor.extract_slice %34[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %45 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_14 : tensor<2x4xf32>) outs(%21 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %46 = linalg.generic {indexing_maps = [#map6, #map16, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %45 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_15 = tensor.extract_slice %34[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed_16 = tensor.collapse_shape %extracted_slice_15 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %47 = linalg.generic {indexing_maps = [#map17, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_16, %34 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %48 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%47 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %49 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_12, %48 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%28 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %50 = linalg.generic {indexing_maps = [#map18, #map19, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%49, %extracted_slice_10 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%30 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %51 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46, %50 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_17 = tensor.extract_slice %extracted_slice[0, 8, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_18 = tensor.extract_slice %extracted_slice_1[0, 8, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_19 = tensor.extract_slice %extracted_slice_2[0, 8, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_20 = tensor.extract_slice %extracted_slice_3[0, 8, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %52 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_18 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %53 = ssm.cumsum dim(2) ins(%52 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %54 = linalg.generic {indexing_maps = [#map4, #map5, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %53 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %55 = linalg.generic {indexing_maps = [#map8, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %54 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %56 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %57 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_20, %extracted_slice_19 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %58 = linalg.generic {indexing_maps = [#map6, #map12, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %56 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %59 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%58, %extracted_slice_17 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %60 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%53 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %61 = linalg.generic {indexing_maps = [#map9, #map14, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_20, %51 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %62 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%61, %60 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %63 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%59, %62 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_21 = tensor.extract_slice %53[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %64 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_21 : tensor<2x4xf32>) outs(%21 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %65 = linalg.generic {indexing_maps = [#map6, #map16, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51, %64 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_22 = tensor.extract_slice %53[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed_23 = tensor.collapse_shape %extracted_slice_22 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %66 = linalg.generic {indexing_maps = [#map17, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_23, %53 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %67 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%66 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %68 = linalg.generic {indexing_maps = [#map6, #map15, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_19, %67 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%28 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %69 = linalg.generic {indexing_maps = [#map18, #map19, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%68, %extracted_slice_17 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%30 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %70 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%65, %69 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%23 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %concat = tensor.concat dim(1) %20, %44, %63 : (tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) -> tensor<2x12x4x8xf32>
  return %concat, %70 : tensor<2x12x4x8xf32>, tensor<2x4x8x6xf32>
}

// -----

// The state is read after the chunk was added to it: what is in it twice is no ssm.ssd.
// CHECK-LABEL: func.func @chunks_carry_updated(
// CHECK-NOT: ssm.ssd
// CHECK: return
#map = affine_map<() -> (2, 12, 4, 8)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1) -> (d0, d1)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#map14 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map15 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1)>
#map16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d3)>
#map17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
#map18 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
func.func @chunks_carry_updated(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>, %arg4: tensor<2x4x8x6xf32>) -> (tensor<2x12x4x8xf32>) {
  %true = arith.constant true
  %false = arith.constant false
  %cst = arith.constant 0xFF800000 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %extracted_slice = tensor.extract_slice %arg0[0, 0, 0, 0] [2, 12, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x12x4x8xf32>
  %extracted_slice_1 = tensor.extract_slice %arg1[0, 0, 0] [2, 12, 4] [1, 1, 1] : tensor<2x48x4xf32> to tensor<2x12x4xf32>
  %extracted_slice_2 = tensor.extract_slice %arg2[0, 0, 0, 0] [2, 12, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x12x4x6xf32>
  %extracted_slice_3 = tensor.extract_slice %arg3[0, 0, 0, 0] [2, 12, 4, 6] [1, 1, 1, 1] : tensor<2x48x4x6xf32> to tensor<2x12x4x6xf32>
  %extracted_slice_4 = tensor.extract_slice %extracted_slice[0, 0, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_5 = tensor.extract_slice %extracted_slice_1[0, 0, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_6 = tensor.extract_slice %extracted_slice_2[0, 0, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_7 = tensor.extract_slice %extracted_slice_3[0, 0, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_5 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %2 = ssm.cumsum dim(2) ins(%1 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %3 = tensor.empty() : tensor<2x4x4x4xf32>
  %4 = linalg.generic {indexing_maps = [#map3, #map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %5 = tensor.empty() : tensor<4x4xi1>
  %6 = linalg.fill ins(%true : i1) outs(%5 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %7 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<4x4xi1>) outs(%5 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %71 = linalg.index 0 : index
    %72 = linalg.index 1 : index
    %73 = arith.cmpi sle, %72, %71 : index
    %74 = arith.select %73, %in, %false : i1
    linalg.yield %74 : i1
  } -> tensor<4x4xi1>
  %8 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<4x4xi1>) outs(%5 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %71 = arith.xori %in, %true : i1
    linalg.yield %71 : i1
  } -> tensor<4x4xi1>
  %9 = linalg.generic {indexing_maps = [#map7, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %4 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %10 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %11 = linalg.fill ins(%cst_0 : f32) outs(%3 : tensor<2x4x4x4xf32>) -> tensor<2x4x4x4xf32>
  %12 = linalg.generic {indexing_maps = [#map8, #map9, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_7, %extracted_slice_6 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %13 = linalg.generic {indexing_maps = [#map5, #map11, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %10 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %14 = tensor.empty() : tensor<2x4x4x8xf32>
  %15 = linalg.fill ins(%cst_0 : f32) outs(%14 : tensor<2x4x4x8xf32>) -> tensor<2x4x4x8xf32>
  %16 = linalg.generic {indexing_maps = [#map8, #map12, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13, %extracted_slice_4 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_8 = tensor.extract_slice %2[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %17 = tensor.empty() : tensor<2x4xf32>
  %18 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_8 : tensor<2x4xf32>) outs(%17 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %19 = tensor.empty() : tensor<2x4x8x6xf32>
  %20 = linalg.generic {indexing_maps = [#map5, #map13, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg4, %18 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %2[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed = tensor.collapse_shape %extracted_slice_9 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %21 = linalg.generic {indexing_maps = [#map14, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed, %2 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %22 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %23 = tensor.empty() : tensor<2x4x4x6xf32>
  %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
  %25 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_6, %22 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%24 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %26 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x4x8x6xf32>) -> tensor<2x4x8x6xf32>
  %27 = linalg.generic {indexing_maps = [#map16, #map17, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%25, %extracted_slice_4 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%26 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %28 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20, %27 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %29 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %30 = linalg.generic {indexing_maps = [#map8, #map18, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_7, %28 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %31 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %29 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %32 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16, %31 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_10 = tensor.extract_slice %extracted_slice[0, 4, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_11 = tensor.extract_slice %extracted_slice_1[0, 4, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_12 = tensor.extract_slice %extracted_slice_2[0, 4, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_13 = tensor.extract_slice %extracted_slice_3[0, 4, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %33 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_11 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %34 = ssm.cumsum dim(2) ins(%33 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %35 = linalg.generic {indexing_maps = [#map3, #map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34, %34 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %36 = linalg.generic {indexing_maps = [#map7, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %35 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %37 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %38 = linalg.generic {indexing_maps = [#map8, #map9, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_13, %extracted_slice_12 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %39 = linalg.generic {indexing_maps = [#map5, #map11, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %37 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %40 = linalg.generic {indexing_maps = [#map8, #map12, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%39, %extracted_slice_10 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_14 = tensor.extract_slice %34[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %41 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_14 : tensor<2x4xf32>) outs(%17 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %42 = linalg.generic {indexing_maps = [#map5, #map13, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28, %41 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_15 = tensor.extract_slice %34[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed_16 = tensor.collapse_shape %extracted_slice_15 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %43 = linalg.generic {indexing_maps = [#map14, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_16, %34 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %44 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%43 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %45 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_12, %44 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%24 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %46 = linalg.generic {indexing_maps = [#map16, #map17, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %extracted_slice_10 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%26 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %47 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %46 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %48 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%34 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %49 = linalg.generic {indexing_maps = [#map8, #map18, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_13, %47 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %50 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49, %48 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %51 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %50 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_17 = tensor.extract_slice %extracted_slice[0, 8, 0, 0] [2, 4, 4, 8] [1, 1, 1, 1] : tensor<2x12x4x8xf32> to tensor<2x4x4x8xf32>
  %extracted_slice_18 = tensor.extract_slice %extracted_slice_1[0, 8, 0] [2, 4, 4] [1, 1, 1] : tensor<2x12x4xf32> to tensor<2x4x4xf32>
  %extracted_slice_19 = tensor.extract_slice %extracted_slice_2[0, 8, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %extracted_slice_20 = tensor.extract_slice %extracted_slice_3[0, 8, 0, 0] [2, 4, 4, 6] [1, 1, 1, 1] : tensor<2x12x4x6xf32> to tensor<2x4x4x6xf32>
  %52 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_18 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x4xf32>
  %53 = ssm.cumsum dim(2) ins(%52 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>)
  %54 = linalg.generic {indexing_maps = [#map3, #map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %53 : tensor<2x4x4xf32>, tensor<2x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %55 = linalg.generic {indexing_maps = [#map7, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %54 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_24: f32, %out: f32):
    %71 = arith.select %in, %cst, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %56 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55 : tensor<2x4x4x4xf32>) outs(%3 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x4xf32>
  %57 = linalg.generic {indexing_maps = [#map8, #map9, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_20, %extracted_slice_19 : tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %58 = linalg.generic {indexing_maps = [#map5, #map11, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %56 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%11 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x4xf32>
  %59 = linalg.generic {indexing_maps = [#map8, #map12, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%58, %extracted_slice_17 : tensor<2x4x4x4xf32>, tensor<2x4x4x8xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %extracted_slice_21 = tensor.extract_slice %53[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4xf32>
  %60 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_21 : tensor<2x4xf32>) outs(%17 : tensor<2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4xf32>
  %61 = linalg.generic {indexing_maps = [#map5, #map13, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%47, %60 : tensor<2x4x8x6xf32>, tensor<2x4xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %extracted_slice_22 = tensor.extract_slice %53[0, 0, 3] [2, 4, 1] [1, 1, 1] : tensor<2x4x4xf32> to tensor<2x4x1xf32>
  %collapsed_23 = tensor.collapse_shape %extracted_slice_22 [[0], [1, 2]] : tensor<2x4x1xf32> into tensor<2x4xf32>
  %62 = linalg.generic {indexing_maps = [#map14, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_23, %53 : tensor<2x4xf32>, tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.subf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %63 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%62 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %64 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_19, %63 : tensor<2x4x4x6xf32>, tensor<2x4x4xf32>) outs(%24 : tensor<2x4x4x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x6xf32>
  %65 = linalg.generic {indexing_maps = [#map16, #map17, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%64, %extracted_slice_17 : tensor<2x4x4x6xf32>, tensor<2x4x4x8xf32>) outs(%26 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x8x6xf32>
  %66 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%61, %65 : tensor<2x4x8x6xf32>, tensor<2x4x8x6xf32>) outs(%19 : tensor<2x4x8x6xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x8x6xf32>
  %67 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%53 : tensor<2x4x4xf32>) outs(%0 : tensor<2x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %71 = math.exp %in : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4xf32>
  %68 = linalg.generic {indexing_maps = [#map8, #map18, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%extracted_slice_20, %66 : tensor<2x4x4x6xf32>, tensor<2x4x8x6xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %69 = linalg.generic {indexing_maps = [#map5, #map15, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%68, %67 : tensor<2x4x4x8xf32>, tensor<2x4x4xf32>) outs(%15 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.mulf %in, %in_24 : f32
    %72 = arith.addf %out, %71 : f32
    linalg.yield %72 : f32
  } -> tensor<2x4x4x8xf32>
  %70 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%59, %69 : tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) outs(%14 : tensor<2x4x4x8xf32>) {
  ^bb0(%in: f32, %in_24: f32, %out: f32):
    %71 = arith.addf %in, %in_24 : f32
    linalg.yield %71 : f32
  } -> tensor<2x4x4x8xf32>
  %concat = tensor.concat dim(1) %32, %51, %70 : (tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>, tensor<2x4x4x8xf32>) -> tensor<2x12x4x8xf32>
  return %concat : tensor<2x12x4x8xf32>
}
