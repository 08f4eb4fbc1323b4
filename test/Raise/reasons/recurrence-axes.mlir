// Recurrences whose operands do not lie along the axes of an op.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map3 = affine_map<(d0, d1, d2) -> (d1)>
#map4 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>

// CHECK: Reason="an axis of the result belongs to no input", Remark=ssm.ssd
// IR-LABEL: func.func @axis_result_belongs_no_input(
// IR-NOT: ssm.ssd
func.func @axis_result_belongs_no_input(%arg0: tensor<2x9x4x3xf32>, %arg1: tensor<2x9x4xf32>, %arg2: tensor<4xf32>,
    %arg3: tensor<2x9x4x5xf32>, %arg4: tensor<2x9x4x5xf32>, %arg5: tensor<2x9x4xf32>) -> tensor<2x9x4x3xf32> {
  %0 = tensor.empty() : tensor<2x9x4x3xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map1, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%arg0, %arg5 : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%0 : tensor<2x9x4x3xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    linalg.yield %in_1 : f32
  } -> tensor<2x9x4x3xf32>
  %2 = tensor.empty() : tensor<2x4x9xf32>
  %3 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%arg1, %arg2 : tensor<2x9x4xf32>, tensor<4xf32>) outs(%2 : tensor<2x4x9xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x9xf32>
  %4 = tensor.empty() : tensor<2x4x9x9xf32>
  %5 = ssm.segsum dim(2) ins(%3 : tensor<2x4x9xf32>) outs(%4 : tensor<2x4x9x9xf32>)
  %6 = tensor.empty() : tensor<2x4x9x9xf32>
  %7 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%5 : tensor<2x4x9x9xf32>) outs(%6 : tensor<2x4x9x9xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x9x9xf32>
  %cst = arith.constant 0.000000e+00 : f32
  %8 = tensor.empty() : tensor<2x4x9x9xf32>
  %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %10 = linalg.generic {indexing_maps = [#map5, #map6, #map7],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%arg4, %arg3 : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%9 : tensor<2x4x9x9xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    %17 = arith.addf %16, %out : f32
    linalg.yield %17 : f32
  } -> tensor<2x4x9x9xf32>
  %11 = tensor.empty() : tensor<2x4x9x9xf32>
  %12 = linalg.generic {indexing_maps = [#map, #map, #map],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%10, %7 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%11 : tensor<2x4x9x9xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x4x9x9xf32>
  %cst_0 = arith.constant 0.000000e+00 : f32
  %13 = tensor.empty() : tensor<2x9x4x3xf32>
  %14 = linalg.fill ins(%cst_0 : f32) outs(%13 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %15 = linalg.generic {indexing_maps = [#map7, #map6, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]}
          ins(%12, %1 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%14 : tensor<2x9x4x3xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    %17 = arith.addf %16, %out : f32
    linalg.yield %17 : f32
  } -> tensor<2x9x4x3xf32>
  return %15 : tensor<2x9x4x3xf32>
}

// -----

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// CHECK: Reason="the result is multiplied by something that is not silu of a tensor", Remark=ssm.ssd
// IR-LABEL: func.func @result_multiplied_by_something_not_silu_tensor(
// IR-NOT: ssm.ssd
func.func @result_multiplied_by_something_not_silu_tensor(%arg0: tensor<4x9x5xf32>, %arg1: tensor<4x9x5xf32>,
    %arg2: tensor<4x9x3xf32>, %arg3: tensor<4xf32>) -> tensor<4x9x3xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<4x9xf32>
  %1 = tensor.empty() : tensor<4x9x9xf32>
  %2 = ssm.einsum "a b c, a b, a d c, a d -> a b d"
      ins(%arg0, %0, %arg1, %0 : tensor<4x9x5xf32>, tensor<4x9xf32>, tensor<4x9x5xf32>, tensor<4x9xf32>)
          outs(%1 : tensor<4x9x9xf32>)
  %3 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%2 : tensor<4x9x9xf32>) outs(%1 : tensor<4x9x9xf32>) {
  ^bb0(%in: f32, %out: f32):
    %6 = linalg.index 1 : index
    %7 = linalg.index 2 : index
    %8 = arith.cmpi sle, %7, %6 : index
    %9 = arith.select %8, %in, %cst : f32
    linalg.yield %9 : f32
  } -> tensor<4x9x9xf32>
  %4 = tensor.empty() : tensor<4x9x3xf32>
  %5 = ssm.einsum "a b c, a c d -> a b d" ins(%3, %arg2 : tensor<4x9x9xf32>, tensor<4x9x3xf32>) outs(%4 : tensor<4x9x3xf32>)
  return %5 : tensor<4x9x3xf32>
}
