// What the whole of raising declines: one for each reason.
// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>

// CHECK: Reason="no product of queries and keys", Remark=ssm.attention
// IR-LABEL: func.func @no_product_queries_and_keys(
// IR-NOT: ssm.attention
func.func @no_product_queries_and_keys() -> tensor<2x4x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %collapsed = tensor.collapse_shape %0 [[0], [1, 2], [3], [4]] : tensor<2x2x2x2x2xf32> into tensor<2x4x2x2xf32>
  %1 = tensor.empty() : tensor<2x4x2x2xf32>
  %2 = tensor.empty() : tensor<2x4x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x4x2x2xf32>) outs(%2 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.exp %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x4x2x2xf32>
  %cst = arith.constant 0.000000e+00 : f32
  %4 = tensor.empty() : tensor<2x4x2xf32>
  %5 = linalg.fill ins(%cst : f32) outs(%4 : tensor<2x4x2xf32>) -> tensor<2x4x2xf32>
  %6 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%3 : tensor<2x4x2x2xf32>) outs(%5 : tensor<2x4x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = arith.addf %in, %out : f32
    linalg.yield %11 : f32
  } -> tensor<2x4x2xf32>
  %7 = tensor.empty() : tensor<2x4x2x2xf32>
  %8 = linalg.generic {indexing_maps = [#map, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%3, %6 : tensor<2x4x2x2xf32>, tensor<2x4x2xf32>) outs(%7 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.divf %in, %in_0 : f32
    linalg.yield %11 : f32
  } -> tensor<2x4x2x2xf32>
  %9 = tensor.empty() : tensor<2x4x2x2xf32>
  %10 = linalg.generic {indexing_maps = [#map2, #map3, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}
          ins(%8, %collapsed : tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>) outs(%9 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.mulf %in, %in_0 : f32
    %12 = arith.addf %11, %out : f32
    linalg.yield %12 : f32
  } -> tensor<2x4x2x2xf32>
  return %10 : tensor<2x4x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>

// CHECK: Reason="the scores are not a sum of products and masks", Remark=ssm.attention
// IR-LABEL: func.func @scores_not_sum_products_and_masks(
// IR-NOT: ssm.attention
func.func @scores_not_sum_products_and_masks(%arg0: tensor<2x2x2xf32>) -> tensor<2x4x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %collapsed = tensor.collapse_shape %0 [[0], [1, 2], [3], [4]] : tensor<2x2x2x2x2xf32> into tensor<2x4x2x2xf32>
  %1 = tensor.empty() : tensor<2x4x2x2xf32>
  %2 = tensor.empty() : tensor<2x4x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x4x2x2xf32>) outs(%2 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %cst_0 = arith.constant 5.000000e-01 : f32
    linalg.yield %cst_0 : f32
  } -> tensor<2x4x2x2xf32>
  %4 = tensor.empty() : tensor<2x4x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%3, %arg0 : tensor<2x4x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %18 = arith.addf %in, %in_0 : f32
    linalg.yield %18 : f32
  } -> tensor<2x4x2x2xf32>
  %6 = tensor.empty() : tensor<2x4x2xf32>
  %7 = tensor.empty() : tensor<2x4x2x2xf32>
  %8 = linalg.generic {indexing_maps = [#map, #map2, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%5, %6 : tensor<2x4x2x2xf32>, tensor<2x4x2xf32>) outs(%7 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %18 = arith.subf %in, %in_0 : f32
    linalg.yield %18 : f32
  } -> tensor<2x4x2x2xf32>
  %9 = tensor.empty() : tensor<2x4x2x2xf32>
  %10 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%8 : tensor<2x4x2x2xf32>) outs(%9 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %18 = math.exp %in : f32
    linalg.yield %18 : f32
  } -> tensor<2x4x2x2xf32>
  %cst = arith.constant 0.000000e+00 : f32
  %11 = tensor.empty() : tensor<2x4x2xf32>
  %12 = linalg.fill ins(%cst : f32) outs(%11 : tensor<2x4x2xf32>) -> tensor<2x4x2xf32>
  %13 = linalg.generic {indexing_maps = [#map, #map2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%10 : tensor<2x4x2x2xf32>) outs(%12 : tensor<2x4x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %18 = arith.addf %in, %out : f32
    linalg.yield %18 : f32
  } -> tensor<2x4x2xf32>
  %14 = tensor.empty() : tensor<2x4x2x2xf32>
  %15 = linalg.generic {indexing_maps = [#map, #map2, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%10, %13 : tensor<2x4x2x2xf32>, tensor<2x4x2xf32>) outs(%14 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %18 = arith.divf %in, %in_0 : f32
    linalg.yield %18 : f32
  } -> tensor<2x4x2x2xf32>
  %16 = tensor.empty() : tensor<2x4x2x2xf32>
  %17 = linalg.generic {indexing_maps = [#map3, #map4, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}
          ins(%15, %collapsed : tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>) outs(%16 : tensor<2x4x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %18 = arith.mulf %in, %in_0 : f32
    %19 = arith.addf %18, %out : f32
    linalg.yield %19 : f32
  } -> tensor<2x4x2x2xf32>
  return %17 : tensor<2x4x2x2xf32>
}
