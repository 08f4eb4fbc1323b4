// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// A tensor that is cut into pieces and put together again is the tensor.

// Heads that are split off as a stack of slices, and merged again as a concatenation.

// CHECK-LABEL: func.func @stack_of_slices
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%[[X:.*]] : tensor<2x6x3x3xf32>)
// CHECK-NOT: tensor.concat
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
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
module {
  func.func @stack_of_slices(%arg0: tensor<2x6x9xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %true = arith.constant true
    %false = arith.constant false
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %extracted_slice = tensor.extract_slice %arg0[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x6x9xf32> to tensor<2x6x3xf32>
    %extracted_slice_1 = tensor.extract_slice %arg0[0, 0, 3] [2, 6, 3] [1, 1, 1] : tensor<2x6x9xf32> to tensor<2x6x3xf32>
    %extracted_slice_2 = tensor.extract_slice %arg0[0, 0, 6] [2, 6, 3] [1, 1, 1] : tensor<2x6x9xf32> to tensor<2x6x3xf32>
    %expanded = tensor.expand_shape %extracted_slice [[0], [1], [2, 3]] output_shape [2, 6, 1, 3] : tensor<2x6x3xf32> into tensor<2x6x1x3xf32>
    %expanded_3 = tensor.expand_shape %extracted_slice_1 [[0], [1], [2, 3]] output_shape [2, 6, 1, 3] : tensor<2x6x3xf32> into tensor<2x6x1x3xf32>
    %expanded_4 = tensor.expand_shape %extracted_slice_2 [[0], [1], [2, 3]] output_shape [2, 6, 1, 3] : tensor<2x6x3xf32> into tensor<2x6x1x3xf32>
    %concat = tensor.concat dim(2) %expanded, %expanded_3, %expanded_4 : (tensor<2x6x1x3xf32>, tensor<2x6x1x3xf32>, tensor<2x6x1x3xf32>) -> tensor<2x6x3x3xf32>
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
    %collapsed_5 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.mulf %in, %in_6 : f32
      linalg.yield %26 : f32
    } -> tensor<2x6x3xf32>
    %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x6x3xf32>) outs(%3 : tensor<2x6x3xf32>)
    %6 = tensor.empty() : tensor<2x3x6xf32>
    %7 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %8 = tensor.empty() : tensor<2x3x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x3x6xf32>, tensor<2x3x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.subf %in, %in_6 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %10 = tensor.empty() : tensor<6x6xi1>
    %11 = linalg.fill ins(%true : i1) outs(%10 : tensor<6x6xi1>) -> tensor<6x6xi1>
    %12 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = linalg.index 0 : index
      %27 = linalg.index 1 : index
      %28 = arith.cmpi sle, %27, %26 : index
      %29 = arith.select %28, %in, %false : i1
      linalg.yield %29 : i1
    } -> tensor<6x6xi1>
    %13 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = arith.cmpi eq, %in, %false : i1
      linalg.yield %26 : i1
    } -> tensor<6x6xi1>
    %14 = linalg.generic {indexing_maps = [#map10, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %9 : tensor<6x6xi1>, tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: i1, %in_6: f32, %out: f32):
      %26 = arith.select %in, %cst, %in_6 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = math.exp %in : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = tensor.empty() : tensor<2x6x3x6xf32>
    %17 = linalg.fill ins(%cst_0 : f32) outs(%16 : tensor<2x6x3x6xf32>) -> tensor<2x6x3x6xf32>
    %18 = linalg.generic {indexing_maps = [#map1, #map11, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_5, %collapsed : tensor<2x6x3x2xf32>, tensor<2x6x3x2xf32>) outs(%17 : tensor<2x6x3x6xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.mulf %in, %in_6 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6xf32>
    %19 = tensor.empty() : tensor<2x6x3x6x3xf32>
    %20 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x6x3x6x3xf32>) -> tensor<2x6x3x6x3xf32>
    %21 = linalg.generic {indexing_maps = [#map12, #map11, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %concat : tensor<2x6x3x6xf32>, tensor<2x6x3x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.mulf %in, %in_6 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map13, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %arg1 : tensor<2x6x3x6x3xf32>, tensor<2x6x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.mulf %in, %in_6 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %23 = tensor.empty() : tensor<2x6x3x3xf32>
    %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x6x3x3xf32>) -> tensor<2x6x3x3xf32>
    %25 = linalg.generic {indexing_maps = [#map14, #map15, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22, %15 : tensor<2x6x3x6x3xf32>, tensor<2x3x6x6xf32>) outs(%24 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %26 = arith.mulf %in, %in_6 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x3xf32>
    return %25 : tensor<2x6x3x3xf32>
  }
}



// -----

// Products of matrices over merged axes: time and state are one axis of the sum.

// CHECK-LABEL: func.func @merged_sum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}})
// CHECK-NOT: ssm.einsum
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
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d4, d5)>
#map16 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#map17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d4, d5, d3)>
#map18 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
#map19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
module {
  func.func @merged_sum(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %true = arith.constant true
    %false = arith.constant false
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
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
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.mulf %in, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x6x3xf32>
    %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x6x3xf32>) outs(%3 : tensor<2x6x3xf32>)
    %6 = tensor.empty() : tensor<2x3x6xf32>
    %7 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %8 = tensor.empty() : tensor<2x3x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x3x6xf32>, tensor<2x3x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.subf %in, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x3x6x6xf32>
    %10 = tensor.empty() : tensor<6x6xi1>
    %11 = linalg.fill ins(%true : i1) outs(%10 : tensor<6x6xi1>) -> tensor<6x6xi1>
    %12 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %35 = linalg.index 0 : index
      %36 = linalg.index 1 : index
      %37 = arith.cmpi sle, %36, %35 : index
      %38 = arith.select %37, %in, %false : i1
      linalg.yield %38 : i1
    } -> tensor<6x6xi1>
    %13 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %35 = arith.cmpi eq, %in, %false : i1
      linalg.yield %35 : i1
    } -> tensor<6x6xi1>
    %14 = linalg.generic {indexing_maps = [#map10, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %9 : tensor<6x6xi1>, tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: i1, %in_6: f32, %out: f32):
      %35 = arith.select %in, %cst, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x3x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %35 = math.exp %in : f32
      linalg.yield %35 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = tensor.empty() : tensor<2x6x3x6xf32>
    %17 = linalg.generic {indexing_maps = [#map11, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15 : tensor<2x3x6x6xf32>) outs(%16 : tensor<2x6x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x3x6xf32>
    %18 = tensor.empty() : tensor<2x6x3x2x6xf32>
    %19 = linalg.generic {indexing_maps = [#map12, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed_1, %17 : tensor<2x6x3x2xf32>, tensor<2x6x3x6xf32>) outs(%18 : tensor<2x6x3x2x6xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.mulf %in, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x6x3x2x6xf32>
    %20 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %21 = linalg.generic {indexing_maps = [#map2, #map13, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%19, %20 : tensor<2x6x3x2x6xf32>, tensor<2x3x6xf32>) outs(%18 : tensor<2x6x3x2x6xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.mulf %in, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x6x3x2x6xf32>
    %22 = tensor.empty() : tensor<2x3x6x3xf32>
    %23 = linalg.generic {indexing_maps = [#map11, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x6x3x3xf32>) outs(%22 : tensor<2x3x6x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6x3xf32>
    %24 = tensor.empty() : tensor<2x6x3x2x6x3xf32>
    %25 = linalg.generic {indexing_maps = [#map14, #map15, #map16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %23 : tensor<2x6x3x2x6xf32>, tensor<2x3x6x3xf32>) outs(%24 : tensor<2x6x3x2x6x3xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.mulf %in, %in_6 : f32
      linalg.yield %35 : f32
    } -> tensor<2x6x3x2x6x3xf32>
    %26 = tensor.empty() : tensor<2x3x6x3x2x6xf32>
    %27 = linalg.generic {indexing_maps = [#map17, #map16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%25 : tensor<2x6x3x2x6x3xf32>) outs(%26 : tensor<2x3x6x3x2x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6x3x2x6xf32>
    %collapsed_2 = tensor.collapse_shape %27 [[0], [1], [2, 3], [4, 5]] : tensor<2x3x6x3x2x6xf32> into tensor<2x3x18x12xf32>
    %28 = tensor.empty() : tensor<2x3x2x6xf32>
    %29 = linalg.generic {indexing_maps = [#map18, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x6x3x2xf32>) outs(%28 : tensor<2x3x2x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x2x6xf32>
    %collapsed_3 = tensor.collapse_shape %29 [[0], [1], [2, 3]] : tensor<2x3x2x6xf32> into tensor<2x3x12xf32>
    %expanded = tensor.expand_shape %collapsed_3 [[0], [1], [2, 3]] output_shape [2, 3, 12, 1] : tensor<2x3x12xf32> into tensor<2x3x12x1xf32>
    %30 = tensor.empty() : tensor<2x3x18x1xf32>
    %31 = linalg.fill ins(%cst_0 : f32) outs(%30 : tensor<2x3x18x1xf32>) -> tensor<2x3x18x1xf32>
    %32 = linalg.generic {indexing_maps = [#map1, #map19, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_2, %expanded : tensor<2x3x18x12xf32>, tensor<2x3x12x1xf32>) outs(%31 : tensor<2x3x18x1xf32>) {
    ^bb0(%in: f32, %in_6: f32, %out: f32):
      %35 = arith.mulf %in, %in_6 : f32
      %36 = arith.addf %out, %35 : f32
      linalg.yield %36 : f32
    } -> tensor<2x3x18x1xf32>
    %collapsed_4 = tensor.collapse_shape %32 [[0], [1], [2, 3]] : tensor<2x3x18x1xf32> into tensor<2x3x18xf32>
    %expanded_5 = tensor.expand_shape %collapsed_4 [[0], [1], [2, 3]] output_shape [2, 3, 6, 3] : tensor<2x3x18xf32> into tensor<2x3x6x3xf32>
    %33 = tensor.empty() : tensor<2x6x3x3xf32>
    %34 = linalg.generic {indexing_maps = [#map11, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_5 : tensor<2x3x6x3xf32>) outs(%33 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x3x3xf32>
    return %34 : tensor<2x6x3x3xf32>
  }
}


