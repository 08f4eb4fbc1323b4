// Sums that look like a recurrence and are none, or none that an op stands for: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>

// CHECK: Reason="a cumulative sum is used outside of an exponential", Remark=ssm.ssd
// IR-LABEL: func.func @cumulative_sum_used_outside_exponential(
// IR-NOT: ssm.ssd
func.func @cumulative_sum_used_outside_exponential(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>,
    %arg2: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%arg0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%1, %1 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x2xf32>
  %4 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3 : tensor<2x2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %9 = math.exp %in : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2x2xf32>
  %5 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map4, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%arg2, %4 : tensor<2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%5 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.mulf %in, %in_0 : f32
    %10 = arith.addf %out, %9 : f32
    linalg.yield %10 : f32
  } -> tensor<2x2x2x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map6, #map7, #map8],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%6, %arg1 : tensor<2x2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.addf %out, %in : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2x2xf32>
  %8 = linalg.generic {indexing_maps = [#map9, #map10, #map11],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%7, %0 : tensor<2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%1 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.addf %out, %in : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2xf32>
  return %8 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="a decay does not end at the time of the element", Remark=ssm.ssd
// IR-LABEL: func.func @decay_does_not_end_at_time_element(
// IR-NOT: ssm.ssd
func.func @decay_does_not_end_at_time_element() -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %cst = arith.constant -1.250000e-01 : f32
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = linalg.index 2 : index
    %3 = arith.index_cast %2 : index to i64
    %4 = arith.sitofp %3 : i64 to f32
    %5 = arith.mulf %4, %cst : f32
    %6 = math.exp %5 : f32
    %7 = arith.mulf %6, %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x2x2xf32>
  return %1 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="a decay grows with time", Remark=ssm.ssd
// IR-LABEL: func.func @decay_grows_with_time(
// IR-NOT: ssm.ssd
func.func @decay_grows_with_time(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 1.000000e+00 : f32
  %0 = tensor.empty() : tensor<f32>
  %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<f32>) -> tensor<f32>
  %2 = tensor.empty() : tensor<2x2xf32>
  %3 = linalg.fill ins(%cst_0 : f32) outs(%2 : tensor<2x2xf32>) -> tensor<2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2xf32>
  %5 = ssm.scan "a b c, , a c -> a b c" axis(1) a(%arg0 : tensor<2x2x2xf32>) b(%1 : tensor<f32>) init(%3 : tensor<2x2xf32>) outs(%4 : tensor<2x2x2xf32>)
  %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%arg1, %5 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %8 = arith.divf %in, %in_1 : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%5, %6 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %8 = arith.mulf %in, %in_1 : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2xf32>
  return %7 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map8 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>

// CHECK: Reason="a factor between two times has a decay of its own", Remark=ssm.ssd
// IR-LABEL: func.func @factor_between_two_times_has_decay_own(
// IR-NOT: ssm.ssd
func.func @factor_between_two_times_has_decay_own(%arg0: tensor<2x6x4x2xf32>, %arg1: tensor<2x6x4xf32>,
    %arg2: tensor<2x6x4x6xf32>, %arg3: tensor<2x6x4x6xf32>) -> tensor<2x6x4x2xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %expanded = tensor.expand_shape %arg0 [[0], [1, 2], [3], [4]] output_shape [2, 3, 2, 4, 2] : tensor<2x6x4x2xf32> into tensor<2x3x2x4x2xf32>
  %expanded_0 = tensor.expand_shape %arg1 [[0], [1, 2], [3]] output_shape [2, 3, 2, 4] : tensor<2x6x4xf32> into tensor<2x3x2x4xf32>
  %expanded_1 = tensor.expand_shape %arg2 [[0], [1, 2], [3], [4]] output_shape [2, 3, 2, 4, 6] : tensor<2x6x4x6xf32> into tensor<2x3x2x4x6xf32>
  %expanded_2 = tensor.expand_shape %arg3 [[0], [1, 2], [3], [4]] output_shape [2, 3, 2, 4, 6] : tensor<2x6x4x6xf32> into tensor<2x3x2x4x6xf32>
  %0 = tensor.empty() : tensor<2x4x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%expanded_0 : tensor<2x3x2x4xf32>) outs(%0 : tensor<2x4x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x3x2xf32>
  %2 = ssm.cumsum dim(3) ins(%1 : tensor<2x4x3x2xf32>) outs(%0 : tensor<2x4x3x2xf32>)
  %3 = tensor.empty() : tensor<2x3x2x4x2xf32>
  %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x3x2x4x2xf32>) -> tensor<2x3x2x4x2xf32>
  %5 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x4x3x2xf32>) outs(%0 : tensor<2x4x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x3x2xf32>
  %6 = tensor.empty() : tensor<2x3x2x4x6xf32>
  %7 = linalg.fill ins(%cst : f32) outs(%6 : tensor<2x3x2x4x6xf32>) -> tensor<2x3x2x4x6xf32>
  %8 = linalg.generic {indexing_maps = [#map2, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%expanded_1, %5 : tensor<2x3x2x4x6xf32>, tensor<2x4x3x2xf32>) outs(%7 : tensor<2x3x2x4x6xf32>) {
  ^bb0(%in: f32, %in_3: f32, %out: f32):
    %16 = arith.mulf %in, %in_3 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x3x2x4x6xf32>
  %9 = tensor.empty() : tensor<2x3x4x2x6xf32>
  %10 = linalg.generic {indexing_maps = [#map4, #map5, #map6],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%8, %expanded : tensor<2x3x2x4x6xf32>, tensor<2x3x2x4x2xf32>) outs(%9 : tensor<2x3x4x2x6xf32>) {
  ^bb0(%in: f32, %in_3: f32, %out: f32):
    %16 = arith.addf %out, %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x3x4x2x6xf32>
  %11 = tensor.empty() : tensor<2x1x4x2x6xf32>
  %concat = tensor.concat dim(1) %11, %10 : (tensor<2x1x4x2x6xf32>, tensor<2x3x4x2x6xf32>) -> tensor<2x4x4x2x6xf32>
  %extracted_slice = tensor.extract_slice %concat[0, 0, 0, 0, 0] [2, 3, 4, 2, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x2x6xf32> to tensor<2x3x4x2x6xf32>
  %12 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%2 : tensor<2x4x3x2xf32>) outs(%0 : tensor<2x4x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x3x2xf32>
  %13 = linalg.generic {indexing_maps = [#map7, #map8, #map6],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%expanded_2, %extracted_slice : tensor<2x3x2x4x6xf32>, tensor<2x3x4x2x6xf32>) outs(%4 : tensor<2x3x2x4x2xf32>) {
  ^bb0(%in: f32, %in_3: f32, %out: f32):
    %16 = arith.mulf %in, %in_3 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x3x2x4x2xf32>
  %14 = linalg.generic {indexing_maps = [#map2, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%13, %12 : tensor<2x3x2x4x2xf32>, tensor<2x4x3x2xf32>) outs(%4 : tensor<2x3x2x4x2xf32>) {
  ^bb0(%in: f32, %in_3: f32, %out: f32):
    %16 = arith.mulf %in, %in_3 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x3x2x4x2xf32>
  %15 = linalg.generic {indexing_maps = [#map2, #map2, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%4, %14 : tensor<2x3x2x4x2xf32>, tensor<2x3x2x4x2xf32>) outs(%3 : tensor<2x3x2x4x2xf32>) {
  ^bb0(%in: f32, %in_3: f32, %out: f32):
    %16 = arith.addf %in, %in_3 : f32
    linalg.yield %16 : f32
  } -> tensor<2x3x2x4x2xf32>
  %collapsed = tensor.collapse_shape %15 [[0], [1, 2], [3], [4]] : tensor<2x3x2x4x2xf32> into tensor<2x6x4x2xf32>
  return %collapsed : tensor<2x6x4x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="a factor depends on two times in a way that is not a product", Remark=ssm.ssd
// IR-LABEL: func.func @factor_depends_on_two_times_way_not_product(
// IR-NOT: ssm.ssd
func.func @factor_depends_on_two_times_way_not_product(%arg0: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 8.750000e-01 : f32
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = linalg.index 1 : index
    %5 = linalg.index 2 : index
    %6 = arith.subi %4, %5 : index
    %7 = arith.index_cast %6 : index to i64
    %8 = arith.sitofp %7 : i64 to f32
    %9 = math.powf %cst_0, %8 : f32
    %10 = arith.mulf %9, %in : f32
    %11 = arith.cmpi slt, %4, %5 : index
    %12 = arith.select %11, %cst, %10 : f32
    linalg.yield %12 : f32
  } -> tensor<2x2x2xf32>
  %2 = tensor.empty() : tensor<2x2x2xf32>
  %3 = ssm.einsum "a b c, a c d -> a b d" ins(%1, %arg0 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2xf32>)
  return %3 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="a sum without decay is added", Remark=ssm.ssd
// IR-LABEL: func.func @sum_without_decay_added(
// IR-NOT: ssm.ssd
func.func @sum_without_decay_added(%arg0: tensor<2x3x2xf32>, %arg1: tensor<2x3x2xf32>,
    %arg2: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %c0_i64 = arith.constant 0 : i64
  %cst = arith.constant 8.750000e-01 : f32
  %0 = tensor.empty() : tensor<2x3x3xf32>
  %1 = ssm.einsum "a b c, a d c -> a b d" ins(%arg0, %arg1 : tensor<2x3x2xf32>, tensor<2x3x2xf32>) outs(%0 : tensor<2x3x3xf32>)
  %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x3x3xf32>) outs(%0 : tensor<2x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = linalg.index 1 : index
    %6 = linalg.index 2 : index
    %7 = arith.subi %5, %6 : index
    %8 = arith.index_cast %7 : index to i64
    %9 = arith.maxsi %8, %c0_i64 : i64
    %10 = arith.sitofp %9 : i64 to f32
    %11 = math.powf %cst, %10 : f32
    %12 = arith.mulf %11, %in : f32
    linalg.yield %12 : f32
  } -> tensor<2x3x3xf32>
  %3 = tensor.empty() : tensor<2x3x3xf32>
  %4 = ssm.einsum "a b c, a c d -> a b d" ins(%2, %arg2 : tensor<2x3x3xf32>, tensor<2x3x3xf32>) outs(%3 : tensor<2x3x3xf32>)
  return %4 : tensor<2x3x3xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>

// CHECK: Reason="a term sums over more than one state axis", Remark=ssm.ssd
// IR-LABEL: func.func @term_sums_over_more_than_one_state_axis(
// IR-NOT: ssm.ssd
func.func @term_sums_over_more_than_one_state_axis(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>,
    %arg2: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%arg0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%1, %1 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map4, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%arg2, %3 : tensor<2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%4 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.mulf %in, %in_0 : f32
    %9 = arith.addf %out, %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2x2x2xf32>
  %6 = linalg.generic {indexing_maps = [#map6, #map7, #map8],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%5, %arg1 : tensor<2x2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %out, %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map9, #map10, #map11],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%6, %0 : tensor<2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %out, %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2xf32>
  return %7 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// CHECK: Reason="a term takes part at some times only", Remark=ssm.ssd
// IR-LABEL: func.func @term_takes_part_at_some_times_only(
// IR-NOT: ssm.ssd
func.func @term_takes_part_at_some_times_only(%arg0: tensor<2x3x3x2xf32>, %arg1: tensor<2x3x3x2xf32>) -> tensor<2x3x3x3xf32> {
  %0 = tensor.empty() : tensor<2x3x3x3xf32>
  %1 = tensor.empty() : tensor<2x3x3xf32>
  %2 = tensor.empty() : tensor<2x3x3x3xf32>
  %3 = ssm.segsum dim(2) ins(%1 : tensor<2x3x3xf32>) outs(%2 : tensor<2x3x3x3xf32>)
  %cst = arith.constant 0.000000e+00 : f32
  %4 = tensor.empty() : tensor<2x3x3x3xf32>
  %5 = linalg.fill ins(%cst : f32) outs(%4 : tensor<2x3x3x3xf32>) -> tensor<2x3x3x3xf32>
  %6 = linalg.generic {indexing_maps = [#map, #map1, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%arg1, %arg0 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x3xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.addf %in, %out : f32
    linalg.yield %11 : f32
  } -> tensor<2x3x3x3xf32>
  %7 = tensor.empty() : tensor<2x3x3x3xf32>
  %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%6, %3 : tensor<2x3x3x3xf32>, tensor<2x3x3x3xf32>) outs(%7 : tensor<2x3x3x3xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.mulf %in, %in_0 : f32
    linalg.yield %11 : f32
  } -> tensor<2x3x3x3xf32>
  %9 = tensor.empty() : tensor<2x3x3x3xf32>
  %10 = linalg.generic {indexing_maps = [#map2, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}
          ins(%8, %0 : tensor<2x3x3x3xf32>, tensor<2x3x3x3xf32>) outs(%9 : tensor<2x3x3x3xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.addf %in, %out : f32
    linalg.yield %11 : f32
  } -> tensor<2x3x3x3xf32>
  return %10 : tensor<2x3x3x3xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>

// CHECK: Reason="a term vanishes", Remark=ssm.ssd
// IR-LABEL: func.func @term_vanishes(
// IR-NOT: ssm.ssd
func.func @term_vanishes(%arg0: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map2, #map3, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%3, %3 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %13 = arith.subf %in, %in_0 : f32
    linalg.yield %13 : f32
  } -> tensor<2x2x2x2xf32>
  %6 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%5 : tensor<2x2x2x2xf32>) outs(%4 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %13 = math.exp %in : f32
    linalg.yield %13 : f32
  } -> tensor<2x2x2x2xf32>
  %7 = tensor.empty() : tensor<2x2x2x2xf32>
  %8 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x2x2x2x2xf32>) -> tensor<2x2x2x2x2xf32>
  %10 = linalg.generic {indexing_maps = [#map5, #map6, #map7],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%7, %arg0 : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%9 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    linalg.yield %out : f32
  } -> tensor<2x2x2x2x2xf32>
  %11 = tensor.empty() : tensor<2x2x2x2xf32>
  %12 = linalg.generic {indexing_maps = [#map8, #map9, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%10, %6 : tensor<2x2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%11 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %13 = arith.mulf %in, %in_0 : f32
    %14 = arith.addf %out, %13 : f32
    linalg.yield %14 : f32
  } -> tensor<2x2x2x2xf32>
  return %12 : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d1)>

// CHECK: Reason="a time is a factor", Remark=ssm.ssd
// IR-LABEL: func.func @time_factor(
// IR-NOT: ssm.ssd
func.func @time_factor(%arg0: tensor<2xf32>) -> tensor<2x2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%0, %arg0 : tensor<2x2x2x2xf32>, tensor<2xf32>) outs(%0 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %2 = linalg.index 2 : index
    %3 = linalg.index 3 : index
    %4 = arith.index_cast %3 : index to i64
    %5 = arith.sitofp %4 : i64 to f32
    %6 = arith.mulf %5, %in_0 : f32
    %7 = math.exp %6 : f32
    %8 = arith.cmpi sle, %3, %2 : index
    %9 = arith.select %8, %7, %6 : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2x2xf32>
  return %1 : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="an exponent is not a difference of cumulative sums", Remark=ssm.ssd
// IR-LABEL: func.func @exponent_not_difference_cumulative_sums(
// IR-NOT: ssm.ssd
func.func @exponent_not_difference_cumulative_sums() -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1, %0 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %4 = arith.subf %in, %in_0 : f32
    linalg.yield %4 : f32
  } -> tensor<2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%2 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = math.exp %in : f32
    linalg.yield %4 : f32
  } -> tensor<2x2x2xf32>
  return %3 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="an exponent is not a number of steps times a rate", Remark=ssm.ssd
// IR-LABEL: func.func @exponent_not_number_steps_times_rate(
// IR-NOT: ssm.ssd
func.func @exponent_not_number_steps_times_rate() -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %cst = arith.constant 0x7F800000 : f32
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = linalg.index 1 : index
    %3 = arith.index_cast %2 : index to i64
    %4 = arith.sitofp %3 : i64 to f32
    %5 = arith.mulf %4, %cst : f32
    %6 = math.exp %5 : f32
    %7 = arith.mulf %6, %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x2x2xf32>
  return %1 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="an exponent is not one difference of cumulative sums", Remark=ssm.ssd
// IR-LABEL: func.func @exponent_not_one_difference_cumulative_sums(
// IR-NOT: ssm.ssd
func.func @exponent_not_one_difference_cumulative_sums(%arg0: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<f32>
  %1 = tensor.empty() : tensor<2x2xf32>
  %2 = tensor.empty() : tensor<2x2x2xf32>
  %3 = ssm.scan "a b c, , a c -> a b c" axis(1) a(%arg0 : tensor<2x2x2xf32>) b(%0 : tensor<f32>) init(%1 : tensor<2x2xf32>) outs(%2 : tensor<2x2x2xf32>)
  %4 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%3, %3 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    linalg.yield %5 : f32
  } -> tensor<2x2x2xf32>
  return %4 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// CHECK: Reason="no decay", Remark=ssm.ssd
// IR-LABEL: func.func @no_decay(
// IR-NOT: ssm.ssd
func.func @no_decay() -> tensor<2x2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = tensor.empty() : tensor<2x2x2x2xf32>
  %2 = ssm.segsum dim(2) ins(%0 : tensor<2x2x2xf32>) outs(%1 : tensor<2x2x2x2xf32>)
  %3 = tensor.empty() : tensor<2x2x2x2xf32>
  %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%2 : tensor<2x2x2x2xf32>) outs(%3 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.exp %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2x2xf32>
  %5 = tensor.empty() : tensor<2x2x2x2xf32>
  %6 = tensor.empty() : tensor<2x2x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map, #map, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%5, %4 : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%6 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.mulf %in, %in_0 : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2x2xf32>
  return %7 : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="some terms do not sum over the states", Remark=ssm.ssd
// IR-LABEL: func.func @some_terms_do_not_sum_over_states(
// IR-NOT: ssm.ssd
func.func @some_terms_do_not_sum_over_states(%arg0: tensor<2x3x2xf32>, %arg1: tensor<2x3x2xf32>,
    %arg2: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %cst = arith.constant 0x7F800000 : f32
  %0 = tensor.empty() : tensor<2x3x3xf32>
  %1 = ssm.einsum "a b c, a d c -> a b d" ins(%arg0, %arg1 : tensor<2x3x2xf32>, tensor<2x3x2xf32>) outs(%0 : tensor<2x3x3xf32>)
  %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x3x3xf32>) outs(%0 : tensor<2x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = linalg.index 1 : index
    %6 = linalg.index 2 : index
    %7 = arith.cmpi slt, %6, %5 : index
    %8 = arith.select %7, %in, %cst : f32
    linalg.yield %8 : f32
  } -> tensor<2x3x3xf32>
  %3 = tensor.empty() : tensor<2x3x3xf32>
  %4 = ssm.einsum "a b c, a c d -> a b d" ins(%2, %arg2 : tensor<2x3x3xf32>, tensor<2x3x3xf32>) outs(%3 : tensor<2x3x3xf32>)
  return %4 : tensor<2x3x3xf32>
}

// -----

// CHECK: Reason="the decay does not end at the time of the element", Remark=ssm.ssd
// IR-LABEL: func.func @decay_does_not_end_at_time_element(
// IR-NOT: ssm.ssd
func.func @decay_does_not_end_at_time_element(%arg0: tensor<2x2x4xf32>) -> tensor<2x2x2x2xf32> {
  %cst = arith.constant dense<5.000000e-01> : tensor<2x2x4xf32>
  %0 = ssm.scan "a b c, a b c -> a b c" axis(1) a(%cst : tensor<2x2x4xf32>) b(%arg0 : tensor<2x2x4xf32>)
      outs(%arg0 : tensor<2x2x4xf32>)
  %expanded = tensor.expand_shape %0 [[0], [1], [2, 3]] output_shape [2, 2, 2, 2] : tensor<2x2x4xf32> into tensor<2x2x2x2xf32>
  return %expanded : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="the decay is masked between source and target", Remark=ssm.ssd
// IR-LABEL: func.func @decay_masked_between_source_and_target(
// IR-NOT: ssm.ssd
func.func @decay_masked_between_source_and_target() -> tensor<2x20x2xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x2xf32>
  %padded = tensor.pad %0 low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%arg0: index, %arg1: index, %arg2: index):
    tensor.yield %cst : f32
  } : tensor<2x20x2xf32> to tensor<2x21x2xf32>
  %1 = tensor.empty() : tensor<2x21x2xf32>
  %2 = ssm.cumsum dim(1) ins(%padded : tensor<2x21x2xf32>) outs(%1 : tensor<2x21x2xf32>)
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%2 : tensor<2x21x2xf32>) outs(%1 : tensor<2x21x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = math.exp %in : f32
    linalg.yield %4 : f32
  } -> tensor<2x21x2xf32>
  %extracted_slice = tensor.extract_slice %3[0, 1, 0] [2, 20, 2] [1, 1, 1] : tensor<2x21x2xf32> to tensor<2x20x2xf32>
  return %extracted_slice : tensor<2x20x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="the decays are powers of different values", Remark=ssm.ssd
// IR-LABEL: func.func @decays_powers_different_values(
// IR-NOT: ssm.ssd
func.func @decays_powers_different_values(%arg0: tensor<2x3x3xf32>) -> tensor<2x3x3xf32> {
  %0 = tensor.empty() : tensor<2x3x3xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%0 : tensor<2x3x3xf32>) outs(%0 : tensor<2x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = linalg.index 1 : index
    %5 = linalg.index 2 : index
    %6 = arith.subi %4, %5 : index
    %7 = arith.index_cast %6 : index to i64
    %8 = math.absi %7 : i64
    %9 = arith.sitofp %8 : i64 to f32
    %10 = math.exp %9 : f32
    linalg.yield %10 : f32
  } -> tensor<2x3x3xf32>
  %2 = tensor.empty() : tensor<2x3x3xf32>
  %3 = ssm.einsum "a b c, a c d -> a b d" ins(%1, %arg0 : tensor<2x3x3xf32>, tensor<2x3x3xf32>) outs(%2 : tensor<2x3x3xf32>)
  return %3 : tensor<2x3x3xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="the initial state takes part at some times only", Remark=ssm.ssd
// IR-LABEL: func.func @initial_state_takes_part_at_some_times_only(
// IR-NOT: ssm.ssd
func.func @initial_state_takes_part_at_some_times_only(%arg0: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%arg0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = math.log %in : f32
    linalg.yield %6 : f32
  } -> tensor<2x2x2xf32>
  %3 = ssm.cumsum dim(1) log ins(%2 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %4 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1, %3 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %6 = arith.addf %in, %in_0 : f32
    linalg.yield %6 : f32
  } -> tensor<2x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%4 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = math.exp %in : f32
    linalg.yield %6 : f32
  } -> tensor<2x2x2xf32>
  return %5 : tensor<2x2x2xf32>
}

// -----

// CHECK: Reason="the input is not a product of x and B", Remark=ssm.ssd
// IR-LABEL: func.func @input_not_product_x_and_B(
// IR-NOT: ssm.ssd
func.func @input_not_product_x_and_B(%arg0: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2x2x2xf32>) outs(%0 : tensor<2x2x2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2x2xf32>
  %3 = ssm.einsum "a b c d, a b c d e -> a b c e"
      ins(%arg0, %1 : tensor<2x2x2x2xf32>, tensor<2x2x2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>)
  return %3 : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<()[s0, s1] -> (s0, 2, s1, 2)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>

// CHECK: Reason="the range of a term's sources is not known", Remark=ssm.ssd
// IR-LABEL: func.func @range_terms_sources_not_known(
// IR-NOT: ssm.ssd
func.func @range_terms_sources_not_known(%arg0: tensor<?x2x?x2xf32> {mambac.dtype = "f32", mambac.name = "q", mambac.shape = #map}, %arg1: tensor<?x2x?x2xf32> {mambac.dtype = "f32", mambac.name = "v", mambac.shape = #map}) -> (tensor<?x2x?x2xf32> {mambac.dtype = "f32", mambac.name = "matmul_1", mambac.shape = #map}) attributes {mambac.entry, mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}, {max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s1"}]} {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %dim = tensor.dim %arg0, %c2 : tensor<?x2x?x2xf32>
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty(%c0, %dim) : tensor<?x2x2x?xf32>
  %1 = tensor.empty(%c0, %dim, %dim) : tensor<?x2x?x?xf32>
  %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<?x2x?x?xf32>) -> tensor<?x2x?x?xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map2, #map3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%arg0, %0 : tensor<?x2x?x2xf32>, tensor<?x2x2x?xf32>) outs(%2 : tensor<?x2x?x?xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %out, %in : f32
    linalg.yield %8 : f32
  } -> tensor<?x2x?x?xf32>
  %4 = tensor.empty(%c0, %dim, %c2) : tensor<?x2x?x?xf32>
  %5 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3 : tensor<?x2x?x?xf32>) outs(%4 : tensor<?x2x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = linalg.index 2 : index
    %9 = linalg.index 3 : index
    %10 = arith.cmpi sle, %9, %8 : index
    %11 = arith.select %10, %in, %cst : f32
    linalg.yield %11 : f32
  } -> tensor<?x2x?x?xf32>
  %6 = tensor.empty(%c0, %dim) : tensor<?x2x?x2xf32>
  %7 = linalg.generic {indexing_maps = [#map1, #map2, #map3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%5, %arg1 : tensor<?x2x?x?xf32>, tensor<?x2x?x2xf32>) outs(%6 : tensor<?x2x?x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.mulf %in, %in_0 : f32
    %9 = arith.addf %out, %8 : f32
    linalg.yield %9 : f32
  } -> tensor<?x2x?x2xf32>
  return %7 : tensor<?x2x?x2xf32>
}

// -----

// CHECK: Reason="the term from before time 0 is not an initial state", Remark=ssm.ssd
// IR-LABEL: func.func @term_from_before_time_0_not_initial_state(
// IR-NOT: ssm.ssd
func.func @term_from_before_time_0_not_initial_state(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%arg1 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = linalg.exp ins(%1 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) -> tensor<2x2x2xf32>
  %3 = ssm.scan "a b c, a b c -> a b c" axis(1) a(%arg0 : tensor<2x2x2xf32>) b(%2 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  return %3 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>

// CHECK: Reason="the terms have different inputs x", Remark=ssm.ssd
// IR-LABEL: func.func @terms_have_different_inputs_x(
// IR-NOT: ssm.ssd
func.func @terms_have_different_inputs_x() -> tensor<2x2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%1 : tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map2, #map3, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%3, %3 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.subf %in, %in_0 : f32
    linalg.yield %9 : f32
  } -> tensor<2x2x2x2xf32>
  %6 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %7 = tensor.empty() : tensor<2x2x2x2xf32>
  %8 = linalg.generic {indexing_maps = [#map5, #map6, #map7],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%6, %5 : tensor<2x2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%7 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %9 = arith.mulf %in, %in_0 : f32
    %10 = arith.addf %out, %9 : f32
    linalg.yield %10 : f32
  } -> tensor<2x2x2x2xf32>
  return %8 : tensor<2x2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1) -> (d0)>
#map1 = affine_map<(d0, d1) -> (d0, d1)>

// CHECK: Reason="the terms leave out or repeat sources", Remark=ssm.ssd
// IR-LABEL: func.func @terms_leave_out_or_repeat_sources(
// IR-NOT: ssm.ssd
func.func @terms_leave_out_or_repeat_sources(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>, %arg2: tensor<2x2x2xf32>,
    %arg3: tensor<2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2xf32>
  %1:2 = linalg.generic {indexing_maps = [#map, #map1, #map1], iterator_types = ["parallel", "parallel"]}
      ins(%arg3 : tensor<2xf32>) outs(%0, %0 : tensor<2x2xf32>, tensor<2x2xf32>) {
  ^bb0(%in: f32, %out: f32, %out_0: f32):
    %6 = linalg.index 1 : index
    %7 = arith.index_cast %6 : index to i64
    %8 = arith.sitofp %7 : i64 to f32
    %9 = arith.mulf %8, %in : f32
    %10 = math.exp %9 : f32
    %11 = math.exp %9 : f32
    linalg.yield %10, %11 : f32, f32
  } -> (tensor<2x2xf32>, tensor<2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2xf32>
  %3 = ssm.einsum "a b c, a b, a d c, a d -> a b d"
      ins(%arg0, %1#0, %arg1, %1#1 : tensor<2x2x2xf32>, tensor<2x2xf32>, tensor<2x2x2xf32>, tensor<2x2xf32>)
          outs(%2 : tensor<2x2x2xf32>)
  %4 = tensor.empty() : tensor<2x2x2xf32>
  %5 = ssm.einsum "a b c, a c d -> a b d" ins(%3, %arg2 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%4 : tensor<2x2x2xf32>)
  return %5 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4, d2)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>

// CHECK: Reason="the terms sum over states of different sizes", Remark=ssm.ssd
// IR-LABEL: func.func @terms_sum_over_states_different_sizes(
// IR-NOT: ssm.ssd
func.func @terms_sum_over_states_different_sizes(%arg0: tensor<2x2x3xf32>, %arg1: tensor<2x2x3xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x3xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x2x2x3xf32>) outs(%0 : tensor<2x2x2x3xf32>)
  %2 = tensor.empty() : tensor<2x2x2x2x3xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%1, %1 : tensor<2x2x2x3xf32>, tensor<2x2x2x3xf32>) outs(%2 : tensor<2x2x2x2x3xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.subf %in, %in_0 : f32
    linalg.yield %11 : f32
  } -> tensor<2x2x2x2x3xf32>
  %4 = linalg.generic {indexing_maps = [#map2, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%3 : tensor<2x2x2x2x3xf32>) outs(%2 : tensor<2x2x2x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.exp %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x2x2x2x3xf32>
  %5 = tensor.empty() : tensor<2x2x2xf32>
  %6 = tensor.empty() : tensor<2x2x3x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map3, #map4, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%arg1, %4 : tensor<2x2x3xf32>, tensor<2x2x2x2x3xf32>) outs(%6 : tensor<2x2x3x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.mulf %in, %in_0 : f32
    %12 = arith.addf %out, %11 : f32
    linalg.yield %12 : f32
  } -> tensor<2x2x3x2x2xf32>
  %8 = tensor.empty() : tensor<2x2x2x2xf32>
  %9 = linalg.generic {indexing_maps = [#map5, #map6, #map7],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%7, %arg0 : tensor<2x2x3x2x2xf32>, tensor<2x2x3xf32>) outs(%8 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.addf %out, %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x2x2x2xf32>
  %10 = linalg.generic {indexing_maps = [#map8, #map9, #map10],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%9, %5 : tensor<2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%5 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.addf %out, %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x2x2xf32>
  return %10 : tensor<2x2x2xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d1, d2)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>

// CHECK: Reason="x is added without a factor", Remark=ssm.selective_scan
// IR-LABEL: func.func @x_added_without_factor(
// IR-NOT: ssm.ssd
func.func @x_added_without_factor(%arg0: tensor<2x2x2x2xf32>, %arg1: tensor<2x2x2xf32>, %arg2: tensor<2x2xf32>,
    %arg3: tensor<2x2x2x2xf32>, %arg4: tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2x2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%arg0, %arg1 : tensor<2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2xf32>
  %2 = tensor.empty() : tensor<2x2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map2, #map3, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%arg1, %arg2 : tensor<2x2x2xf32>, tensor<2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %5 = ssm.segsum dim(3) ins(%3 : tensor<2x2x2x2xf32>) outs(%4 : tensor<2x2x2x2x2xf32>)
  %6 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %7 = linalg.generic {indexing_maps = [#map4, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%5 : tensor<2x2x2x2x2xf32>) outs(%6 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2x2xf32>
  %8 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %9 = linalg.generic {indexing_maps = [#map5, #map6, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%arg4, %arg3 : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%8 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2x2xf32>
  %10 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %11 = linalg.generic {indexing_maps = [#map4, #map4, #map4],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
          ins(%9, %7 : tensor<2x2x2x2x2xf32>, tensor<2x2x2x2x2xf32>) outs(%10 : tensor<2x2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2x2xf32>
  %cst = arith.constant 0.000000e+00 : f32
  %12 = tensor.empty() : tensor<2x2x2x2xf32>
  %13 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x2x2x2xf32>) -> tensor<2x2x2x2xf32>
  %14 = linalg.generic {indexing_maps = [#map4, #map7],
      iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel"]}
          ins(%11 : tensor<2x2x2x2x2xf32>) outs(%13 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = arith.addf %in, %out : f32
    linalg.yield %16 : f32
  } -> tensor<2x2x2x2xf32>
  %15 = linalg.generic {indexing_maps = [#map8, #map9, #map10],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}
          ins(%14, %1 : tensor<2x2x2x2xf32>, tensor<2x2x2x2xf32>) outs(%arg0 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    %17 = arith.addf %16, %out : f32
    linalg.yield %17 : f32
  } -> tensor<2x2x2x2xf32>
  return %15 : tensor<2x2x2x2xf32>
}
