// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Scans of logarithmic depth whose decays and inputs lie in different orders until one of them is transposed, with pieces
// of no entries among what is put together; and a scan over one state, whose B has no axis of its own.

// CHECK-LABEL: func.func @inputs_transposed
// CHECK: ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}})
// CHECK-NOT: math.exp
#map = affine_map<() -> (2, 4, 3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
module {
  func.func @inputs_transposed(%arg0: tensor<2x4x3xf32>, %arg1: tensor<2x4x3xf32>, %arg2: tensor<3x2xf32>, %arg3: tensor<2x4x2xf32>, %arg4: tensor<2x4x2xf32>) -> (tensor<2x4x3xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x4x2x3xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg3, %arg0 : tensor<2x4x2xf32>, tensor<2x4x3xf32>) outs(%0 : tensor<2x4x2x3xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x4x2x3xf32>
    %2 = linalg.generic {indexing_maps = [#map3, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %arg1 : tensor<2x4x2x3xf32>, tensor<2x4x3xf32>) outs(%0 : tensor<2x4x2x3xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x4x2x3xf32>
    %3 = tensor.empty() : tensor<2x4x3x2xf32>
    %4 = linalg.generic {indexing_maps = [#map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x2x3xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x3x2xf32>
    %5 = linalg.generic {indexing_maps = [#map1, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x4x3xf32>, tensor<3x2xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x4x3x2xf32>
    %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5 : tensor<2x4x3x2xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      %17 = math.exp %in : f32
      linalg.yield %17 : f32
    } -> tensor<2x4x3x2xf32>
    %extracted_slice = tensor.extract_slice %4[0, 0, 0, 0] [2, 3, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x3x3x2xf32>
    %extracted_slice_0 = tensor.extract_slice %6[0, 0, 0, 0] [2, 3, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x3x3x2xf32>
    %extracted_slice_1 = tensor.extract_slice %4[0, 1, 0, 0] [2, 3, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x3x3x2xf32>
    %extracted_slice_2 = tensor.extract_slice %6[0, 1, 0, 0] [2, 3, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x3x3x2xf32>
    %extracted_slice_3 = tensor.extract_slice %4[0, 0, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x1x3x2xf32>
    %7 = tensor.empty() : tensor<2x3x3x2xf32>
    %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_2, %extracted_slice : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x3x3x2xf32>
    %9 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_1, %8 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.addf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x3x3x2xf32>
    %concat = tensor.concat dim(1) %extracted_slice_3, %9 : (tensor<2x1x3x2xf32>, tensor<2x3x3x2xf32>) -> tensor<2x4x3x2xf32>
    %extracted_slice_4 = tensor.extract_slice %6[0, 0, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x1x3x2xf32>
    %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_2, %extracted_slice_0 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x3x3x2xf32>
    %concat_5 = tensor.concat dim(1) %extracted_slice_4, %10 : (tensor<2x1x3x2xf32>, tensor<2x3x3x2xf32>) -> tensor<2x4x3x2xf32>
    %extracted_slice_6 = tensor.extract_slice %concat[0, 0, 0, 0] [2, 2, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x2x3x2xf32>
    %extracted_slice_7 = tensor.extract_slice %concat[0, 2, 0, 0] [2, 2, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x2x3x2xf32>
    %extracted_slice_8 = tensor.extract_slice %concat_5[0, 2, 0, 0] [2, 2, 3, 2] [1, 1, 1, 1] : tensor<2x4x3x2xf32> to tensor<2x2x3x2xf32>
    %11 = tensor.empty() : tensor<2x2x3x2xf32>
    %12 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_8, %extracted_slice_6 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%11 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x2x3x2xf32>
    %13 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_7, %12 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%11 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.addf %in, %in_10 : f32
      linalg.yield %17 : f32
    } -> tensor<2x2x3x2xf32>
    %concat_9 = tensor.concat dim(1) %extracted_slice_6, %13 : (tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) -> tensor<2x4x3x2xf32>
    %14 = tensor.empty() : tensor<2x4x3xf32>
    %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
    %16 = linalg.generic {indexing_maps = [#map3, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%concat_9, %arg4 : tensor<2x4x3x2xf32>, tensor<2x4x2xf32>) outs(%15 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %in_10: f32, %out: f32):
      %17 = arith.mulf %in, %in_10 : f32
      %18 = arith.addf %out, %17 : f32
      linalg.yield %18 : f32
    } -> tensor<2x4x3xf32>
    return %16 : tensor<2x4x3xf32>
  }
}



// -----

// CHECK-LABEL: func.func @empty_piece
// CHECK: ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}})
// CHECK-NOT: math.exp
#map = affine_map<() -> (2, 4, 3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
module {
  func.func @empty_piece(%arg0: tensor<2x4x3xf32>, %arg1: tensor<2x4x3xf32>, %arg2: tensor<3x2xf32>, %arg3: tensor<2x4x2xf32>, %arg4: tensor<2x4x2xf32>) -> (tensor<2x4x3xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x4x2x3xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg3, %arg0 : tensor<2x4x2xf32>, tensor<2x4x3xf32>) outs(%0 : tensor<2x4x2x3xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x2x3xf32>
    %2 = linalg.generic {indexing_maps = [#map3, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %arg1 : tensor<2x4x2x3xf32>, tensor<2x4x3xf32>) outs(%0 : tensor<2x4x2x3xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x2x3xf32>
    %3 = tensor.empty() : tensor<2x4x3x2xf32>
    %4 = linalg.generic {indexing_maps = [#map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x2x3xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x4x3x2xf32>
    %5 = linalg.generic {indexing_maps = [#map1, #map5, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x4x3xf32>, tensor<3x2xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x3x2xf32>
    %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5 : tensor<2x4x3x2xf32>) outs(%3 : tensor<2x4x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      %23 = math.exp %in : f32
      linalg.yield %23 : f32
    } -> tensor<2x4x3x2xf32>
    %expanded = tensor.expand_shape %4 [[0], [1, 2], [3], [4]] output_shape [2, 2, 2, 3, 2] : tensor<2x4x3x2xf32> into tensor<2x2x2x3x2xf32>
    %expanded_0 = tensor.expand_shape %6 [[0], [1, 2], [3], [4]] output_shape [2, 2, 2, 3, 2] : tensor<2x4x3x2xf32> into tensor<2x2x2x3x2xf32>
    %extracted_slice = tensor.extract_slice %expanded[0, 0, 0, 0, 0] [2, 2, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x2x3x2xf32> to tensor<2x2x3x2xf32>
    %extracted_slice_1 = tensor.extract_slice %expanded[0, 0, 1, 0, 0] [2, 2, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x2x3x2xf32> to tensor<2x2x3x2xf32>
    %extracted_slice_2 = tensor.extract_slice %expanded_0[0, 0, 0, 0, 0] [2, 2, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x2x3x2xf32> to tensor<2x2x3x2xf32>
    %extracted_slice_3 = tensor.extract_slice %expanded_0[0, 0, 1, 0, 0] [2, 2, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x2x2x3x2xf32> to tensor<2x2x3x2xf32>
    %7 = tensor.empty() : tensor<2x2x3x2xf32>
    %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_3, %extracted_slice : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%7 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x2x3x2xf32>
    %9 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_1, %8 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%7 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.addf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x2x3x2xf32>
    %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_3, %extracted_slice_2 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%7 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x2x3x2xf32>
    %expanded_4 = tensor.expand_shape %9 [[0], [1, 2], [3], [4]] output_shape [2, 1, 2, 3, 2] : tensor<2x2x3x2xf32> into tensor<2x1x2x3x2xf32>
    %expanded_5 = tensor.expand_shape %10 [[0], [1, 2], [3], [4]] output_shape [2, 1, 2, 3, 2] : tensor<2x2x3x2xf32> into tensor<2x1x2x3x2xf32>
    %extracted_slice_6 = tensor.extract_slice %expanded_4[0, 0, 0, 0, 0] [2, 1, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x1x2x3x2xf32> to tensor<2x1x3x2xf32>
    %extracted_slice_7 = tensor.extract_slice %expanded_4[0, 0, 1, 0, 0] [2, 1, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x1x2x3x2xf32> to tensor<2x1x3x2xf32>
    %extracted_slice_8 = tensor.extract_slice %expanded_5[0, 0, 0, 0, 0] [2, 1, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x1x2x3x2xf32> to tensor<2x1x3x2xf32>
    %extracted_slice_9 = tensor.extract_slice %expanded_5[0, 0, 1, 0, 0] [2, 1, 1, 3, 2] [1, 1, 1, 1, 1] : tensor<2x1x2x3x2xf32> to tensor<2x1x3x2xf32>
    %11 = tensor.empty() : tensor<2x1x3x2xf32>
    %12 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_9, %extracted_slice_6 : tensor<2x1x3x2xf32>, tensor<2x1x3x2xf32>) outs(%11 : tensor<2x1x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x1x3x2xf32>
    %13 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_7, %12 : tensor<2x1x3x2xf32>, tensor<2x1x3x2xf32>) outs(%11 : tensor<2x1x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.addf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x1x3x2xf32>
    %14 = linalg.fill ins(%cst : f32) outs(%11 : tensor<2x1x3x2xf32>) -> tensor<2x1x3x2xf32>
    %15 = tensor.empty() : tensor<2x0x3x2xf32>
    %concat = tensor.concat dim(1) %14, %15 : (tensor<2x1x3x2xf32>, tensor<2x0x3x2xf32>) -> tensor<2x1x3x2xf32>
    %16 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_8, %concat : tensor<2x1x3x2xf32>, tensor<2x1x3x2xf32>) outs(%11 : tensor<2x1x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x1x3x2xf32>
    %17 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_6, %16 : tensor<2x1x3x2xf32>, tensor<2x1x3x2xf32>) outs(%11 : tensor<2x1x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.addf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x1x3x2xf32>
    %expanded_10 = tensor.expand_shape %17 [[0], [1], [2, 3], [4]] output_shape [2, 1, 1, 3, 2] : tensor<2x1x3x2xf32> into tensor<2x1x1x3x2xf32>
    %expanded_11 = tensor.expand_shape %13 [[0], [1], [2, 3], [4]] output_shape [2, 1, 1, 3, 2] : tensor<2x1x3x2xf32> into tensor<2x1x1x3x2xf32>
    %concat_12 = tensor.concat dim(2) %expanded_10, %expanded_11 : (tensor<2x1x1x3x2xf32>, tensor<2x1x1x3x2xf32>) -> tensor<2x1x2x3x2xf32>
    %collapsed = tensor.collapse_shape %concat_12 [[0], [1, 2], [3], [4]] : tensor<2x1x2x3x2xf32> into tensor<2x2x3x2xf32>
    %extracted_slice_13 = tensor.extract_slice %collapsed[0, 0, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x2x3x2xf32> to tensor<2x1x3x2xf32>
    %concat_14 = tensor.concat dim(1) %14, %extracted_slice_13 : (tensor<2x1x3x2xf32>, tensor<2x1x3x2xf32>) -> tensor<2x2x3x2xf32>
    %18 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_2, %concat_14 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%7 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x2x3x2xf32>
    %19 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %18 : tensor<2x2x3x2xf32>, tensor<2x2x3x2xf32>) outs(%7 : tensor<2x2x3x2xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.addf %in, %in_19 : f32
      linalg.yield %23 : f32
    } -> tensor<2x2x3x2xf32>
    %expanded_15 = tensor.expand_shape %19 [[0], [1], [2, 3], [4]] output_shape [2, 2, 1, 3, 2] : tensor<2x2x3x2xf32> into tensor<2x2x1x3x2xf32>
    %expanded_16 = tensor.expand_shape %collapsed [[0], [1], [2, 3], [4]] output_shape [2, 2, 1, 3, 2] : tensor<2x2x3x2xf32> into tensor<2x2x1x3x2xf32>
    %concat_17 = tensor.concat dim(2) %expanded_15, %expanded_16 : (tensor<2x2x1x3x2xf32>, tensor<2x2x1x3x2xf32>) -> tensor<2x2x2x3x2xf32>
    %collapsed_18 = tensor.collapse_shape %concat_17 [[0], [1, 2], [3], [4]] : tensor<2x2x2x3x2xf32> into tensor<2x4x3x2xf32>
    %20 = tensor.empty() : tensor<2x4x3xf32>
    %21 = linalg.fill ins(%cst : f32) outs(%20 : tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
    %22 = linalg.generic {indexing_maps = [#map3, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_18, %arg4 : tensor<2x4x3x2xf32>, tensor<2x4x2xf32>) outs(%21 : tensor<2x4x3xf32>) {
    ^bb0(%in: f32, %in_19: f32, %out: f32):
      %23 = arith.mulf %in, %in_19 : f32
      %24 = arith.addf %out, %23 : f32
      linalg.yield %24 : f32
    } -> tensor<2x4x3xf32>
    return %22 : tensor<2x4x3xf32>
  }
}



// -----

// CHECK-LABEL: func.func @one_state
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}})
// CHECK-NOT: math.exp
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
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d4, d3)>
#map14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
module {
  func.func @one_state(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x1xf32>, %arg4: tensor<2x6x1x1xf32>) -> (tensor<2x6x3x3xf32>) {
    %true = arith.constant true
    %false = arith.constant false
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x1x3x1xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x1xf32>) outs(%0 : tensor<2x6x1x3x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x1xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x1xf32> into tensor<2x6x3x1xf32>
    %2 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x1xf32>) outs(%0 : tensor<2x6x1x3x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x1xf32>
    %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x1xf32> into tensor<2x6x3x1xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
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
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.subf %in, %in_2 : f32
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
    ^bb0(%in: i1, %in_2: f32, %out: f32):
      %26 = arith.select %in, %cst, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = math.exp %in : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = tensor.empty() : tensor<2x6x3x1x3xf32>
    %17 = linalg.fill ins(%cst_0 : f32) outs(%16 : tensor<2x6x3x1x3xf32>) -> tensor<2x6x3x1x3xf32>
    %18 = linalg.generic {indexing_maps = [#map11, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %arg0 : tensor<2x6x3x1xf32>, tensor<2x6x3x3xf32>) outs(%17 : tensor<2x6x3x1x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x1x3xf32>
    %19 = linalg.generic {indexing_maps = [#map2, #map12, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %arg1 : tensor<2x6x3x1x3xf32>, tensor<2x6x3xf32>) outs(%17 : tensor<2x6x3x1x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x1x3xf32>
    %20 = tensor.empty() : tensor<2x6x3x3x1xf32>
    %21 = linalg.fill ins(%cst_0 : f32) outs(%20 : tensor<2x6x3x3x1xf32>) -> tensor<2x6x3x3x1xf32>
    %22 = linalg.generic {indexing_maps = [#map13, #map14, #map15], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%19, %15 : tensor<2x6x3x1x3xf32>, tensor<2x3x6x6xf32>) outs(%21 : tensor<2x6x3x3x1xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x3x1xf32>
    %23 = tensor.empty() : tensor<2x6x3x3xf32>
    %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x6x3x3xf32>) -> tensor<2x6x3x3xf32>
    %25 = linalg.generic {indexing_maps = [#map2, #map1, #map11], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22, %collapsed_1 : tensor<2x6x3x3x1xf32>, tensor<2x6x3x1xf32>) outs(%24 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x3xf32>
    return %25 : tensor<2x6x3x3xf32>
  }
}


