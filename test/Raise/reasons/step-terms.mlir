// Updates of a state that are no single step of an op: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-raise-single-steps --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK: Reason="A is not a tensor over the op's axes", Remark=ssm.ssd
// IR-LABEL: func.func @A_not_tensor_over_ops_axes(
// IR-NOT: ssm.ssd
func.func @A_not_tensor_over_ops_axes(%arg0: tensor<2x6x5xf32>, %arg1: tensor<2x6xf32>, %arg2: tensor<2x6xf32>,
    %arg3: tensor<6x5xf32>, %arg4: tensor<2x5xf32>, %arg5: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x6x5xf32>
  %1 = tensor.empty() : tensor<2x6xf32>
  %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel"]}
          ins(%arg2, %arg3, %arg0, %1, %arg4 : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%0 : tensor<2x6x5xf32>) {
  ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %in_3: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = math.exp %5 : f32
    %7 = arith.mulf %6, %in_1 : f32
    %8 = arith.mulf %in_2, %in_3 : f32
    %9 = arith.addf %7, %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x6x5xf32>
  %4 = linalg.generic {indexing_maps = [#map2, #map3, #map], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%3, %arg5 : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%2 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = arith.addf %5, %out : f32
    linalg.yield %6 : f32
  } -> tensor<2x6xf32>
  return %4, %3 : tensor<2x6xf32>, tensor<2x6x5xf32>
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

// CHECK: Reason="the decay is not the exponential of a product", Remark=ssm.ssd
// IR-LABEL: func.func @decay_not_exponential_product(
// IR-NOT: ssm.ssd
func.func @decay_not_exponential_product(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>,
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

#map = affine_map<(d0, d1, d2) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK: Reason="the state that decays and what is added to it are not read alike", Remark=ssm.ssd
// IR-LABEL: func.func @state_decays_and_what_added_not_read_alike(
// IR-NOT: ssm.ssd
func.func @state_decays_and_what_added_not_read_alike(%arg0: tensor<2x6x5xf32>, %arg1: tensor<2x6xf32>,
    %arg2: tensor<2x6xf32>, %arg3: tensor<6x5xf32>, %arg4: tensor<2x5xf32>,
        %arg5: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x6x5xf32>
  %1 = tensor.empty() : tensor<2x6xf32>
  %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel"]}
          ins(%arg2, %arg3, %arg0, %arg1,
              %arg4 : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>)
                  outs(%0 : tensor<2x6x5xf32>) {
  ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %in_3: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = math.exp %5 : f32
    %7 = arith.mulf %6, %in_1 : f32
    %8 = arith.mulf %in_2, %in_3 : f32
    %9 = arith.mulf %8, %in : f32
    %10 = arith.addf %7, %9 : f32
    %11 = arith.addf %10, %in_2 : f32
    linalg.yield %11 : f32
  } -> tensor<2x6x5xf32>
  %4 = linalg.generic {indexing_maps = [#map2, #map3, #map], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%3, %arg5 : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%2 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = arith.addf %5, %out : f32
    linalg.yield %6 : f32
  } -> tensor<2x6xf32>
  return %4, %3 : tensor<2x6xf32>, tensor<2x6x5xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d3)>

// CHECK: Reason="two axes of the result play the same part", Remark=ssm.ssd
// IR-LABEL: func.func @two_axes_result_play_same_part(
// IR-NOT: ssm.ssd
func.func @two_axes_result_play_same_part(%arg0: tensor<?x3x4x5xf32>, %arg1: tensor<?x3x4xf32>, %arg2: tensor<?x3x4xf32>,
    %arg3: tensor<3x0x5xf32>, %arg4: tensor<?x5xf32>, %arg5: tensor<?x5xf32>) -> (tensor<?x3x4xf32>, tensor<?x3x4x5xf32>) {
  %c0 = arith.constant 0 : index
  %cst = arith.constant 0.000000e+00 : f32
  %dim = tensor.dim %arg1, %c0 : tensor<?x3x4xf32>
  %0 = tensor.empty(%dim) : tensor<?x3x4x5xf32>
  %1 = tensor.empty(%dim) : tensor<?x3x4xf32>
  %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%arg2, %arg3, %arg0, %arg1,
              %arg4 : tensor<?x3x4xf32>, tensor<3x0x5xf32>, tensor<?x3x4x5xf32>, tensor<?x3x4xf32>, tensor<?x5xf32>)
                  outs(%0 : tensor<?x3x4x5xf32>) {
  ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %in_3: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = math.exp %5 : f32
    %7 = arith.mulf %6, %in_1 : f32
    %8 = arith.mulf %in_2, %in_3 : f32
    %9 = arith.mulf %8, %in : f32
    %10 = arith.addf %7, %9 : f32
    linalg.yield %10 : f32
  } -> tensor<?x3x4x5xf32>
  %4 = linalg.generic {indexing_maps = [#map2, #map3, #map],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%3, %arg5 : tensor<?x3x4x5xf32>, tensor<?x5xf32>) outs(%2 : tensor<?x3x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = arith.addf %5, %out : f32
    linalg.yield %6 : f32
  } -> tensor<?x3x4xf32>
  return %4, %3 : tensor<?x3x4xf32>, tensor<?x3x4x5xf32>
}

// -----

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d3)>

// CHECK: Reason="what is added to the state is not a product of x and B", Remark=ssm.ssd
// IR-LABEL: func.func @what_added_state_not_product_x_and_B(
// IR-NOT: ssm.ssd
func.func @what_added_state_not_product_x_and_B(%arg0: tensor<2x3x4x5xf32>, %arg1: tensor<2x3x4xf32>, %arg2: tensor<2x3xf32>,
    %arg3: tensor<2x5xf32>, %arg4: tensor<2x5xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4x5xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x3x4x5xf32>
  %1 = tensor.empty() : tensor<2x3x4xf32>
  %2 = linalg.fill ins(%cst : f32) outs(%1 : tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map3, #map1],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%arg2, %arg0, %arg1, %arg3 : tensor<2x3xf32>, tensor<2x3x4x5xf32>, tensor<2x3x4xf32>, tensor<2x5xf32>)
              outs(%0 : tensor<2x3x4x5xf32>) {
  ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %out: f32):
    %5 = math.exp %in : f32
    %6 = arith.mulf %5, %in_0 : f32
    %7 = arith.addf %in_2, %6 : f32
    linalg.yield %7 : f32
  } -> tensor<2x3x4x5xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%3, %arg4 : tensor<2x3x4x5xf32>, tensor<2x5xf32>) outs(%2 : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %5 = arith.mulf %in, %in_0 : f32
    %6 = arith.addf %5, %out : f32
    linalg.yield %6 : f32
  } -> tensor<2x3x4xf32>
  return %4, %3 : tensor<2x3x4xf32>, tensor<2x3x4x5xf32>
}
