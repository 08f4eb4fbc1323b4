// Sums over a few times that are no causal convolution.
// RUN: mamba-opt %s --split-input-file --ssm-raise-causal-conv --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2)>

// CHECK: Reason="it has two taps at one time", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @has_two_taps_at_one_time(
// IR-NOT: ssm.ssd
func.func @has_two_taps_at_one_time(%arg0: tensor<2x7x3xf32>, %arg1: tensor<3x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.empty() : tensor<2x7x3xf32>
  %extracted_slice = tensor.extract_slice %arg1[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%arg0, %extracted_slice : tensor<2x7x3xf32>, tensor<3xf32>) outs(%0 : tensor<2x7x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %4 = arith.mulf %in, %in_2 : f32
    linalg.yield %4 : f32
  } -> tensor<2x7x3xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1, %arg0 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%0 : tensor<2x7x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    %4 = arith.addf %in, %in_2 : f32
    linalg.yield %4 : f32
  } -> tensor<2x7x3xf32>
  %extracted_slice_0 = tensor.extract_slice %arg0[0, 5, 0] [2, 2, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x2x3xf32>
  %extracted_slice_1 = tensor.extract_slice %arg0[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x5x3xf32>
  %concat = tensor.concat dim(1) %extracted_slice_0,
      %extracted_slice_1 : (tensor<2x2x3xf32>, tensor<2x5x3xf32>) -> tensor<2x7x3xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%2, %concat : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%0 : tensor<2x7x3xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x7x3xf32>
  return %3 : tensor<2x7x3xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d9)>
#map3 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d8, d9)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2, d4)>

// CHECK: Reason="it is masked", Remark=ssm.causal_conv1d
// IR-LABEL: func.func @masked(
// IR-NOT: ssm.ssd
func.func @masked(%arg0: tensor<2x48x2xf32>) -> tensor<2x3x16x2x16xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %true = arith.constant true
  %true_0 = arith.constant true
  %extracted_slice = tensor.extract_slice %arg0[0, 0, 0] [2, 37, 2] [1, 1, 1] : tensor<2x48x2xf32> to tensor<2x37x2xf32>
  %padded = tensor.pad %extracted_slice low[0, 0, 0] high[0, 11, 0] {
  ^bb0(%arg1: index, %arg2: index, %arg3: index):
    tensor.yield %cst : f32
  } : tensor<2x37x2xf32> to tensor<2x48x2xf32>
  %expanded = tensor.expand_shape %padded [[0], [1, 2], [3]] output_shape [2, 3, 16, 2] : tensor<2x48x2xf32> into tensor<2x3x16x2xf32>
  %0 = tensor.empty() : tensor<2x2x3x16xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%expanded : tensor<2x3x16x2xf32>) outs(%0 : tensor<2x2x3x16xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x3x16xf32>
  %expanded_1 = tensor.expand_shape %1 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, 2, 1, 3, 1, 16, 1] : tensor<2x2x3x16xf32> into tensor<1x2x1x2x1x3x1x16x1xf32>
  %2 = tensor.empty() : tensor<1x2x1x2x1x3x1x16x16x1xf32>
  %3 = linalg.generic {indexing_maps = [#map2, #map3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_1 : tensor<1x2x1x2x1x3x1x16x1xf32>) outs(%2 : tensor<1x2x1x2x1x3x1x16x16x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x2x1x3x1x16x16x1xf32>
  %collapsed = tensor.collapse_shape %3 [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]] : tensor<1x2x1x2x1x3x1x16x16x1xf32> into tensor<2x2x3x16x16xf32>
  %4 = tensor.empty() : tensor<16x16xi1>
  %5 = linalg.fill ins(%true : i1) outs(%4 : tensor<16x16xi1>) -> tensor<16x16xi1>
  %6 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel"]}
      ins(%5 : tensor<16x16xi1>) outs(%4 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %12 = linalg.index 0 : index
    %13 = linalg.index 1 : index
    %14 = arith.cmpi sle, %13, %12 : index
    %15 = arith.select %14, %in, %true_0 : i1
    linalg.yield %15 : i1
  } -> tensor<16x16xi1>
  %7 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel"]}
      ins(%6 : tensor<16x16xi1>) outs(%4 : tensor<16x16xi1>) {
  ^bb0(%in: i1, %out: i1):
    %12 = arith.xori %in, %true : i1
    linalg.yield %12 : i1
  } -> tensor<16x16xi1>
  %8 = tensor.empty() : tensor<2x2x3x16x16xf32>
  %9 = linalg.generic {indexing_maps = [#map5, #map6, #map6],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%7, %collapsed : tensor<16x16xi1>, tensor<2x2x3x16x16xf32>) outs(%8 : tensor<2x2x3x16x16xf32>) {
  ^bb0(%in: i1, %in_2: f32, %out: f32):
    %12 = arith.select %in, %cst, %in_2 : f32
    linalg.yield %12 : f32
  } -> tensor<2x2x3x16x16xf32>
  %10 = tensor.empty() : tensor<2x3x16x2x16xf32>
  %11 = linalg.generic {indexing_maps = [#map6, #map7, #map6],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%10, %9 : tensor<2x3x16x2x16xf32>, tensor<2x2x3x16x16xf32>) outs(%10 : tensor<2x3x16x2x16xf32>) {
  ^bb0(%in: f32, %in_2: f32, %out: f32):
    linalg.yield %out : f32
  } -> tensor<2x3x16x2x16xf32>
  return %11 : tensor<2x3x16x2x16xf32>
}
