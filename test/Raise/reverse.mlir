// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Recurrences that run backwards: counted down, and forwards over what was turned around.

// CHECK-LABEL: func.func @rev3(
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u({{.*}} : tensor<2x3x6xf32>) {{.*}} reverse outs(
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 3, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map7 = affine_map<(d0, d1, d2) -> (d0, d1)>
func.func @rev3(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x3x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x6x4xf32>
  %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
  %extracted_slice = tensor.extract_slice %arg1[0, 0, 0] [2, 3, 6] [1, 1, 1] : tensor<2x20x6xf32> to tensor<2x3x6xf32>
  %2 = tensor.empty() : tensor<2x3x6x4xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %arg2 : tensor<2x3x6xf32>, tensor<6x4xf32>) outs(%2 : tensor<2x3x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x3x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x3x6x4xf32>) outs(%2 : tensor<2x3x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = math.exp %in : f32
    linalg.yield %21 : f32
  } -> tensor<2x3x6x4xf32>
  %extracted_slice_0 = tensor.extract_slice %arg3[0, 0, 0] [2, 3, 4] [1, 1, 1] : tensor<2x20x4xf32> to tensor<2x3x4xf32>
  %5 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %extracted_slice_0 : tensor<2x3x6xf32>, tensor<2x3x4xf32>) outs(%2 : tensor<2x3x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x3x6x4xf32>
  %extracted_slice_1 = tensor.extract_slice %arg0[0, 0, 0] [2, 3, 6] [1, 1, 1] : tensor<2x20x6xf32> to tensor<2x3x6xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %extracted_slice_1 : tensor<2x3x6x4xf32>, tensor<2x3x6xf32>) outs(%2 : tensor<2x3x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x3x6x4xf32>
  %extracted_slice_2 = tensor.extract_slice %4[0, 2, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %7 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_2, %1 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_3 = tensor.extract_slice %6[0, 2, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %8 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7, %extracted_slice_3 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.addf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_4 = tensor.extract_slice %arg4[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x20x4xf32> to tensor<2x4xf32>
  %9 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %extracted_slice_4 : tensor<2x6x4xf32>, tensor<2x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %10 = tensor.empty() : tensor<2x6xf32>
  %11 = linalg.fill ins(%cst : f32) outs(%10 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %12 = linalg.generic {indexing_maps = [#map5, #map7], iterator_types = ["parallel", "parallel", "reduction"]} ins(%9 : tensor<2x6x4xf32>) outs(%11 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = arith.addf %in, %out : f32
    linalg.yield %21 : f32
  } -> tensor<2x6xf32>
  %extracted_slice_5 = tensor.extract_slice %4[0, 1, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %13 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_5, %8 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_6 = tensor.extract_slice %6[0, 1, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %14 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%13, %extracted_slice_6 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.addf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_7 = tensor.extract_slice %arg4[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x20x4xf32> to tensor<2x4xf32>
  %15 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %extracted_slice_7 : tensor<2x6x4xf32>, tensor<2x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %16 = linalg.generic {indexing_maps = [#map5, #map7], iterator_types = ["parallel", "parallel", "reduction"]} ins(%15 : tensor<2x6x4xf32>) outs(%11 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = arith.addf %in, %out : f32
    linalg.yield %21 : f32
  } -> tensor<2x6xf32>
  %extracted_slice_8 = tensor.extract_slice %4[0, 0, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %17 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice_8, %14 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_9 = tensor.extract_slice %6[0, 0, 0, 0] [2, 1, 6, 4] [1, 1, 1, 1] : tensor<2x3x6x4xf32> to tensor<2x6x4xf32>
  %18 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %extracted_slice_9 : tensor<2x6x4xf32>, tensor<2x6x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.addf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %extracted_slice_10 = tensor.extract_slice %arg4[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x20x4xf32> to tensor<2x4xf32>
  %19 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%18, %extracted_slice_10 : tensor<2x6x4xf32>, tensor<2x4xf32>) outs(%0 : tensor<2x6x4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %21 = arith.mulf %in, %in_13 : f32
    linalg.yield %21 : f32
  } -> tensor<2x6x4xf32>
  %20 = linalg.generic {indexing_maps = [#map5, #map7], iterator_types = ["parallel", "parallel", "reduction"]} ins(%19 : tensor<2x6x4xf32>) outs(%11 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %21 = arith.addf %in, %out : f32
    linalg.yield %21 : f32
  } -> tensor<2x6xf32>
  %expanded = tensor.expand_shape %20 [[0], [1, 2]] output_shape [2, 1, 6] : tensor<2x6xf32> into tensor<2x1x6xf32>
  %expanded_11 = tensor.expand_shape %16 [[0], [1, 2]] output_shape [2, 1, 6] : tensor<2x6xf32> into tensor<2x1x6xf32>
  %expanded_12 = tensor.expand_shape %12 [[0], [1, 2]] output_shape [2, 1, 6] : tensor<2x6xf32> into tensor<2x1x6xf32>
  %concat = tensor.concat dim(1) %expanded, %expanded_11, %expanded_12 : (tensor<2x1x6xf32>, tensor<2x1x6xf32>, tensor<2x1x6xf32>) -> tensor<2x3x6xf32>
  return %concat : tensor<2x3x6xf32>
}

// -----

// The step is a function of something turned around.
// CHECK-LABEL: func.func @cumsum1_flip(
// CHECK-NOT: tensor.extract
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}} delta({{.*}} A(%arg2 : {{.*}} B(%arg3 : {{.*}} C(%arg4 : {{.*}} reverse outs(
// CHECK: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @cumsum1_flip(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %c19 = arith.constant 19 : index
  %cst = arith.constant 5.000000e-01 : f32
  %cst_0 = arith.constant 2.000000e+01 : f32
  %cst_1 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %23 = linalg.index 0 : index
    %24 = linalg.index 1 : index
    %25 = arith.subi %c19, %24 : index
    %26 = linalg.index 2 : index
    %extracted = tensor.extract %arg0[%23, %25, %26] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  %2 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %23 = linalg.index 0 : index
    %24 = linalg.index 1 : index
    %25 = arith.subi %c19, %24 : index
    %26 = linalg.index 2 : index
    %extracted = tensor.extract %arg1[%23, %25, %26] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  %3 = tensor.empty() : tensor<2x20x4xf32>
  %4 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%3 : tensor<2x20x4xf32>) {
  ^bb0(%out: f32):
    %23 = linalg.index 0 : index
    %24 = linalg.index 1 : index
    %25 = arith.subi %c19, %24 : index
    %26 = linalg.index 2 : index
    %extracted = tensor.extract %arg3[%23, %25, %26] : tensor<2x20x4xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x4xf32>
  %5 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%3 : tensor<2x20x4xf32>) {
  ^bb0(%out: f32):
    %23 = linalg.index 0 : index
    %24 = linalg.index 1 : index
    %25 = arith.subi %c19, %24 : index
    %26 = linalg.index 2 : index
    %extracted = tensor.extract %arg4[%23, %25, %26] : tensor<2x20x4xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x4xf32>
  %6 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = arith.addf %in, %cst : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6xf32>
  %7 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = math.exp %in : f32
    %24 = math.log1p %23 : f32
    %25 = arith.cmpf ogt, %in, %cst_0 : f32
    %26 = arith.select %25, %in, %24 : f32
    linalg.yield %26 : f32
  } -> tensor<2x20x6xf32>
  %8 = tensor.empty() : tensor<2x20x6x4xf32>
  %9 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %10 = ssm.cumsum dim(1) ins(%9 : tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>)
  %11 = linalg.generic {indexing_maps = [#map2, #map5, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %4 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %12 = linalg.generic {indexing_maps = [#map4, #map2, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %1 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = math.exp %in : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %14 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = arith.negf %in : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %15 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = math.exp %in : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %16 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %15 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %17 = ssm.cumsum dim(1) ins(%16 : tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>)
  %18 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %17 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %19 = linalg.generic {indexing_maps = [#map4, #map5, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %5 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%8 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %23 = arith.mulf %in, %in_2 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6x4xf32>
  %20 = linalg.fill ins(%cst_1 : f32) outs(%0 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %21 = linalg.generic {indexing_maps = [#map4, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19 : tensor<2x20x6x4xf32>) outs(%20 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %23 = arith.addf %in, %out : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6xf32>
  %22 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %23 = linalg.index 0 : index
    %24 = linalg.index 1 : index
    %25 = arith.subi %c19, %24 : index
    %26 = linalg.index 2 : index
    %extracted = tensor.extract %21[%23, %25, %26] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  return %22 : tensor<2x20x6xf32>
}

// -----

// B is not turned around: the others are not either in the op's time, and B is.
// CHECK-LABEL: func.func @flip_but_one(
// CHECK: %[[B:.*]] = linalg.generic
// CHECK: tensor.extract %arg3
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}} delta(%arg1 : {{.*}} B(%[[B]] : {{.*}} reverse outs(
// CHECK: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @flip_but_one(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %c19 = arith.constant 19 : index
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %20 = linalg.index 0 : index
    %21 = linalg.index 1 : index
    %22 = arith.subi %c19, %21 : index
    %23 = linalg.index 2 : index
    %extracted = tensor.extract %arg0[%20, %22, %23] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  %2 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %20 = linalg.index 0 : index
    %21 = linalg.index 1 : index
    %22 = arith.subi %c19, %21 : index
    %23 = linalg.index 2 : index
    %extracted = tensor.extract %arg1[%20, %22, %23] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  %3 = tensor.empty() : tensor<2x20x4xf32>
  %4 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%3 : tensor<2x20x4xf32>) {
  ^bb0(%out: f32):
    %20 = linalg.index 0 : index
    %21 = linalg.index 1 : index
    %22 = arith.subi %c19, %21 : index
    %23 = linalg.index 2 : index
    %extracted = tensor.extract %arg4[%20, %22, %23] : tensor<2x20x4xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x4xf32>
  %5 = tensor.empty() : tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = ssm.cumsum dim(1) ins(%6 : tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>)
  %8 = linalg.generic {indexing_maps = [#map2, #map5, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = linalg.generic {indexing_maps = [#map4, #map2, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %1 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %10 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = math.exp %in : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %11 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = arith.negf %in : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %12 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11 : tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = math.exp %in : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %12 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %14 = ssm.cumsum dim(1) ins(%13 : tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>)
  %15 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %14 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %16 = linalg.generic {indexing_maps = [#map4, #map5, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%5 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6x4xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %18 = linalg.generic {indexing_maps = [#map4, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%16 : tensor<2x20x6x4xf32>) outs(%17 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = arith.addf %in, %out : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6xf32>
  %19 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel"]} outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%out: f32):
    %20 = linalg.index 0 : index
    %21 = linalg.index 1 : index
    %22 = arith.subi %c19, %21 : index
    %23 = linalg.index 2 : index
    %extracted = tensor.extract %18[%20, %22, %23] : tensor<2x20x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x20x6xf32>
  return %19 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @reverse_ssd(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p" x(%arg0 : {{.*}}) A(%arg1 : {{.*}}) B(%arg2 : {{.*}}) C(%arg3 : {{.*}}) reverse outs(
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
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
func.func @reverse_ssd(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>) {
  %c47 = arith.constant 47 : index
  %true = arith.constant true
  %c-1 = arith.constant -1 : index
  %false = arith.constant false
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 0xFF800000 : f32
  %0 = tensor.empty() : tensor<2x48x4x8xf32>
  %1 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%0 : tensor<2x48x4x8xf32>) {
  ^bb0(%out: f32):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.subi %c47, %62 : index
    %64 = linalg.index 2 : index
    %65 = linalg.index 3 : index
    %extracted = tensor.extract %arg0[%61, %63, %64, %65] : tensor<2x48x4x8xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x48x4x8xf32>
  %2 = tensor.empty() : tensor<2x48x4xf32>
  %3 = linalg.generic {indexing_maps = [#map2], iterator_types = ["parallel", "parallel", "parallel"]} outs(%2 : tensor<2x48x4xf32>) {
  ^bb0(%out: f32):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.subi %c47, %62 : index
    %64 = linalg.index 2 : index
    %extracted = tensor.extract %arg1[%61, %63, %64] : tensor<2x48x4xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x48x4xf32>
  %4 = tensor.empty() : tensor<2x48x4x6xf32>
  %5 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%4 : tensor<2x48x4x6xf32>) {
  ^bb0(%out: f32):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.subi %c47, %62 : index
    %64 = linalg.index 2 : index
    %65 = linalg.index 3 : index
    %extracted = tensor.extract %arg2[%61, %63, %64, %65] : tensor<2x48x4x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x48x4x6xf32>
  %6 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%4 : tensor<2x48x4x6xf32>) {
  ^bb0(%out: f32):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.subi %c47, %62 : index
    %64 = linalg.index 2 : index
    %65 = linalg.index 3 : index
    %extracted = tensor.extract %arg3[%61, %63, %64, %65] : tensor<2x48x4x6xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x48x4x6xf32>
  %expanded = tensor.expand_shape %1 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %expanded_1 = tensor.expand_shape %3 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %expanded_2 = tensor.expand_shape %5 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %expanded_3 = tensor.expand_shape %6 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %7 = tensor.empty() : tensor<2x4x3x16xf32>
  %8 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_1 : tensor<2x3x16x4xf32>) outs(%7 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x16xf32>
  %9 = ssm.cumsum dim(3) ins(%8 : tensor<2x4x3x16xf32>) outs(%7 : tensor<2x4x3x16xf32>)
  %expanded_4 = tensor.expand_shape %8 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, 4, 1, 3, 1, 16, 1] : tensor<2x4x3x16xf32> into tensor<1x2x1x4x1x3x1x16x1xf32>
  %10 = tensor.empty() : tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %11 = linalg.generic {indexing_maps = [#map4, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_4 : tensor<1x2x1x4x1x3x1x16x1xf32>) outs(%10 : tensor<1x2x1x4x1x3x1x16x16x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x3x1x16x16x1xf32>
  %collapsed = tensor.collapse_shape %11 [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] : tensor<1x2x1x4x1x3x1x16x16x1xf32> into tensor<2x4x3x16x16xf32>
  %12 = tensor.empty() : tensor<16x16xi1>
  %13 = linalg.fill ins(%true : i1) outs(%12 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %14 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<16x16xi1>) outs(%12 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.addi %61, %c-1 : index
    %64 = arith.cmpi sle, %62, %63 : index
    %65 = arith.select %64, %in, %false : i1
    linalg.yield %65 : i1
  } -> tensor<16x16xi1>
  %15 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<16x16xi1>) outs(%12 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = arith.xori %in, %true : i1
    linalg.yield %61 : i1
  } -> tensor<16x16xi1>
  %16 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %17 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%15, %collapsed : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%16 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_11: f32, %out: f32):
    %61 = arith.select %in, %cst, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16x16xf32>
  %18 = ssm.cumsum dim(3) ins(%17 : tensor<2x4x3x16x16xf32>) outs(%16 : tensor<2x4x3x16x16xf32>)
  %19 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<16x16xi1>) outs(%12 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.cmpi sle, %62, %61 : index
    %64 = arith.select %63, %in, %false : i1
    linalg.yield %64 : i1
  } -> tensor<16x16xi1>
  %20 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%19 : tensor<16x16xi1>) outs(%12 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = arith.xori %in, %true : i1
    linalg.yield %61 : i1
  } -> tensor<16x16xi1>
  %21 = linalg.generic {indexing_maps = [#map7, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %18 : tensor<16x16xi1>, tensor<2x4x3x16x16xf32>) outs(%16 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: i1, %in_11: f32, %out: f32):
    %61 = arith.select %in, %cst_0, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16x16xf32>
  %22 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21 : tensor<2x4x3x16x16xf32>) outs(%16 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %61 = math.exp %in : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16x16xf32>
  %23 = tensor.empty() : tensor<2x3x16x4x16xf32>
  %24 = linalg.fill ins(%cst : f32) outs(%23 : tensor<2x3x16x4x16xf32>) -> tensor<2x3x16x4x16xf32>
  %25 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %expanded_2 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%24 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x16xf32>
  %26 = linalg.generic {indexing_maps = [#map8, #map12, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25, %22 : tensor<2x3x16x4x16xf32>, tensor<2x4x3x16x16xf32>) outs(%24 : tensor<2x3x16x4x16xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x16xf32>
  %27 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %28 = linalg.fill ins(%cst : f32) outs(%27 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %29 = linalg.generic {indexing_maps = [#map9, #map13, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%26, %expanded : tensor<2x3x16x4x16xf32>, tensor<2x3x16x4x8xf32>) outs(%28 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x8xf32>
  %extracted_slice = tensor.extract_slice %9[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %collapsed_5 = tensor.collapse_shape %extracted_slice [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %30 = linalg.generic {indexing_maps = [#map14, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_5, %9 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%7 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.subf %in, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16xf32>
  %31 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30 : tensor<2x4x3x16xf32>) outs(%7 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %61 = math.exp %in : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16xf32>
  %32 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %33 = linalg.fill ins(%cst : f32) outs(%32 : tensor<2x3x16x4x6xf32>) -> tensor<2x3x16x4x6xf32>
  %34 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2, %31 : tensor<2x3x16x4x6xf32>, tensor<2x4x3x16xf32>) outs(%33 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x6xf32>
  %35 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %36 = linalg.fill ins(%cst : f32) outs(%35 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %37 = linalg.generic {indexing_maps = [#map16, #map17, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%34, %expanded : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%36 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x4x8x6xf32>
  %38 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %39 = linalg.fill ins(%cst : f32) outs(%38 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %concat = tensor.concat dim(1) %39, %37 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %extracted_slice_6 = tensor.extract_slice %9[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %padded = tensor.pad %extracted_slice_6 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%arg4: index, %arg5: index, %arg6: index):
    tensor.yield %cst : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %expanded_7 = tensor.expand_shape %padded [[0, 1], [2, 3], [4, 5, 6]] output_shape [1, 2, 1, 4, 1, 4, 1] : tensor<2x4x4xf32> into tensor<1x2x1x4x1x4x1xf32>
  %40 = tensor.empty() : tensor<1x2x1x4x1x4x4x1xf32>
  %41 = linalg.generic {indexing_maps = [#map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_7 : tensor<1x2x1x4x1x4x1xf32>) outs(%40 : tensor<1x2x1x4x1x4x4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x4x1x4x4x1xf32>
  %collapsed_8 = tensor.collapse_shape %41 [[0, 1], [2, 3], [4, 5], [6, 7]] : tensor<1x2x1x4x1x4x4x1xf32> into tensor<2x4x4x4xf32>
  %42 = tensor.empty() : tensor<4x4xi1>
  %43 = linalg.fill ins(%true : i1) outs(%42 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %44 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%43 : tensor<4x4xi1>) outs(%42 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.addi %61, %c-1 : index
    %64 = arith.cmpi sle, %62, %63 : index
    %65 = arith.select %64, %in, %false : i1
    linalg.yield %65 : i1
  } -> tensor<4x4xi1>
  %45 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%44 : tensor<4x4xi1>) outs(%42 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = arith.xori %in, %true : i1
    linalg.yield %61 : i1
  } -> tensor<4x4xi1>
  %46 = tensor.empty() : tensor<2x4x4x4xf32>
  %47 = linalg.generic {indexing_maps = [#map20, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%45, %collapsed_8 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%46 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_11: f32, %out: f32):
    %61 = arith.select %in, %cst, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x4x4xf32>
  %48 = ssm.cumsum dim(2) ins(%47 : tensor<2x4x4x4xf32>) outs(%46 : tensor<2x4x4x4xf32>)
  %49 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%43 : tensor<4x4xi1>) outs(%42 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.cmpi sle, %62, %61 : index
    %64 = arith.select %63, %in, %false : i1
    linalg.yield %64 : i1
  } -> tensor<4x4xi1>
  %50 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel"]} ins(%49 : tensor<4x4xi1>) outs(%42 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %61 = arith.xori %in, %true : i1
    linalg.yield %61 : i1
  } -> tensor<4x4xi1>
  %51 = linalg.generic {indexing_maps = [#map20, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%50, %48 : tensor<4x4xi1>, tensor<2x4x4x4xf32>) outs(%46 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: i1, %in_11: f32, %out: f32):
    %61 = arith.select %in, %cst_0, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x4x4xf32>
  %52 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%51 : tensor<2x4x4x4xf32>) outs(%46 : tensor<2x4x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %61 = math.exp %in : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x4x4xf32>
  %53 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %54 = linalg.fill ins(%cst : f32) outs(%53 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %55 = linalg.generic {indexing_maps = [#map21, #map22, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%52, %concat : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%54 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x4x4x8x6xf32>
  %extracted_slice_9 = tensor.extract_slice %55[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %56 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x4x3x16xf32>) outs(%7 : tensor<2x4x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    %61 = math.exp %in : f32
    linalg.yield %61 : f32
  } -> tensor<2x4x3x16xf32>
  %57 = linalg.generic {indexing_maps = [#map9, #map23, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_3, %extracted_slice_9 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%28 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x8xf32>
  %58 = linalg.generic {indexing_maps = [#map8, #map15, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%57, %56 : tensor<2x3x16x4x8xf32>, tensor<2x4x3x16xf32>) outs(%28 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.mulf %in, %in_11 : f32
    %62 = arith.addf %out, %61 : f32
    linalg.yield %62 : f32
  } -> tensor<2x3x16x4x8xf32>
  %59 = linalg.generic {indexing_maps = [#map8, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%29, %58 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%27 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%in: f32, %in_11: f32, %out: f32):
    %61 = arith.addf %in, %in_11 : f32
    linalg.yield %61 : f32
  } -> tensor<2x3x16x4x8xf32>
  %collapsed_10 = tensor.collapse_shape %59 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %60 = linalg.generic {indexing_maps = [#map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%0 : tensor<2x48x4x8xf32>) {
  ^bb0(%out: f32):
    %61 = linalg.index 0 : index
    %62 = linalg.index 1 : index
    %63 = arith.subi %c47, %62 : index
    %64 = linalg.index 2 : index
    %65 = linalg.index 3 : index
    %extracted = tensor.extract %collapsed_10[%61, %63, %64, %65] : tensor<2x48x4x8xf32>
    linalg.yield %extracted : f32
  } -> tensor<2x48x4x8xf32>
  return %60 : tensor<2x48x4x8xf32>
}

// -----

// No readout: the scan itself.
// CHECK-LABEL: func.func @plain_divided(
// CHECK: arith.mulf
// CHECK: %[[A:.*]] = linalg.generic
// CHECK-NEXT: ^bb
// CHECK-NEXT: math.exp
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c -> a b c" axis(1) a(%[[A]] : {{.*}}) b(%arg1 :
// CHECK-NEXT: return %[[H]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @plain_divided(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>) -> (tensor<2x20x6xf32>) {
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = ssm.cumsum dim(1) ins(%arg0 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %2 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %7 = arith.negf %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x20x6xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %7 = math.exp %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x20x6xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %3 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %7 = arith.divf %in, %in_0 : f32
    linalg.yield %7 : f32
  } -> tensor<2x20x6xf32>
  %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %5 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %7 = arith.mulf %in, %in_0 : f32
    linalg.yield %7 : f32
  } -> tensor<2x20x6xf32>
  return %6 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @cumprod_plain(
// CHECK-NOT: linalg.generic
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c -> a b c" axis(1) a(%arg0 : {{.*}}) b(%arg1 :
// CHECK-NEXT: return %[[H]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @cumprod_plain(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 1.000000e+00 : f32
  %0 = tensor.empty() : tensor<f32>
  %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<f32>) -> tensor<f32>
  %2 = tensor.empty() : tensor<2x6xf32>
  %3 = linalg.fill ins(%cst_0 : f32) outs(%2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %4 = tensor.empty() : tensor<2x20x6xf32>
  %5 = ssm.scan "a b c, , a c -> a b c" axis(1) a(%arg0 : tensor<2x20x6xf32>) b(%1 : tensor<f32>) init(%3 : tensor<2x6xf32>) outs(%4 : tensor<2x20x6xf32>)
  %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %5 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%4 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %9 = arith.divf %in, %in_1 : f32
    linalg.yield %9 : f32
  } -> tensor<2x20x6xf32>
  %7 = ssm.cumsum dim(1) ins(%6 : tensor<2x20x6xf32>) outs(%4 : tensor<2x20x6xf32>)
  %8 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %7 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%4 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %9 = arith.mulf %in, %in_1 : f32
    linalg.yield %9 : f32
  } -> tensor<2x20x6xf32>
  return %8 : tensor<2x20x6xf32>
}
