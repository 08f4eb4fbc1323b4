// What the whole of raising declines: one for each reason.
// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<(d0, d1) -> (d0)>

// CHECK: Reason="the positions summed over are others than those of the result", Remark=ssm.cumsum
// IR-LABEL: func.func @positions_summed_over_others_than_those_result(
// IR-NOT: ssm.ssd
func.func @positions_summed_over_others_than_those_result(%arg0: tensor<3x2xf32>, %arg1: tensor<3x2xf32>) -> tensor<3xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<3x2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%arg1 : tensor<3x2xf32>) outs(%0 : tensor<3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %4 = linalg.index 0 : index
    %5 = linalg.index 1 : index
    %6 = arith.cmpi sge, %4, %5 : index
    %7 = arith.select %6, %in, %cst : f32
    linalg.yield %7 : f32
  } -> tensor<3x2xf32>
  %2 = tensor.empty() : tensor<3xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map, #map1], iterator_types = ["parallel", "reduction"]}
      ins(%1, %arg0 : tensor<3x2xf32>, tensor<3x2xf32>) outs(%2 : tensor<3xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %4 = arith.addf %in, %out : f32
    linalg.yield %4 : f32
  } -> tensor<3xf32>
  return %3 : tensor<3xf32>
}
