// What the whole of raising declines: one for each reason.
// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0) -> (d0)>

// CHECK: Reason="the decays end at different times", Remark=ssm.ssd
// IR-LABEL: func.func @decays_end_at_different_times(
// IR-NOT: ssm.ssd
func.func @decays_end_at_different_times(%arg0: tensor<5x4xf32>, %arg1: tensor<5x4xf32>, %arg2: tensor<4xf32>) -> tensor<5x4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  %extracted_slice = tensor.extract_slice %arg0[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %extracted_slice_0 = tensor.extract_slice %arg1[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%extracted_slice, %arg2 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.mulf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%1, %extracted_slice_0 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.addf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %extracted_slice_1 = tensor.extract_slice %arg0[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %extracted_slice_2 = tensor.extract_slice %arg1[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%extracted_slice_1, %2 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.mulf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %4 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%3, %extracted_slice_2 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.addf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %extracted_slice_3 = tensor.extract_slice %arg0[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %extracted_slice_4 = tensor.extract_slice %arg1[2, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %5 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%extracted_slice_3, %4 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.mulf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%5, %extracted_slice_4 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.addf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %extracted_slice_5 = tensor.extract_slice %arg0[1, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %extracted_slice_6 = tensor.extract_slice %arg1[3, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %7 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%extracted_slice_5, %6 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.mulf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %8 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%7, %extracted_slice_6 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.addf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %extracted_slice_7 = tensor.extract_slice %arg0[0, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %extracted_slice_8 = tensor.extract_slice %arg1[4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<4xf32>
  %9 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%extracted_slice_7, %8 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.mulf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %10 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
      ins(%9, %extracted_slice_8 : tensor<4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%in: f32, %in_13: f32, %out: f32):
    %11 = arith.addf %in, %in_13 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %expanded = tensor.expand_shape %2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %expanded_9 = tensor.expand_shape %4 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %expanded_10 = tensor.expand_shape %6 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %expanded_11 = tensor.expand_shape %8 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %expanded_12 = tensor.expand_shape %10 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %concat = tensor.concat dim(0) %expanded, %expanded_9, %expanded_10, %expanded_11,
      %expanded_12 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  return %concat : tensor<5x4xf32>
}

// -----

// CHECK: Reason="there is no input x, B, or no readout C", Remark=ssm.ssd
// IR-LABEL: func.func @there_no_input_x_B_or_no_readout_C(
// IR-NOT: ssm.ssd
func.func @there_no_input_x_B_or_no_readout_C(%arg0: tensor<2x?xf32>) -> tensor<2x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %dim = tensor.dim %arg0, %c1 : tensor<2x?xf32>
  %0 = tensor.empty(%dim) : tensor<2x?xf32>
  %1 = tensor.empty() : tensor<2xf32>
  %2:2 = scf.for %arg1 = %c0 to %dim step %c1 iter_args(%arg2 = %1, %arg3 = %0) -> (tensor<2xf32>, tensor<2x?xf32>) {
    %3 = linalg.sub ins(%arg2, %arg2 : tensor<2xf32>, tensor<2xf32>) outs(%1 : tensor<2xf32>) -> tensor<2xf32>
    %inserted_slice = tensor.insert_slice %3 into %arg3[0, %arg1] [2, 1] [1, 1] : tensor<2xf32> into tensor<2x?xf32>
    scf.yield %3, %inserted_slice : tensor<2xf32>, tensor<2x?xf32>
  }
  return %2#1 : tensor<2x?xf32>
}
