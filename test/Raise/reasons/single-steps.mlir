// Single steps that no op stands for.
// RUN: mamba-opt %s --split-input-file --ssm-raise-single-steps --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d2)>

// CHECK: Reason="something else than D * x is added", Remark=ssm.ssd
// IR-LABEL: func.func @something_else_than_D_x_added(
// IR-NOT: ssm.ssd
func.func @something_else_than_D_x_added(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2xf32>, %arg2: tensor<2x2xf32>,
    %arg3: tensor<2x2xf32>, %arg4: tensor<2x2xf32>, %arg5: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = tensor.empty() : tensor<2x2xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map, #map3, #map2],
      iterator_types = ["parallel", "parallel", "parallel"]}
          ins(%arg2, %arg3, %arg0, %arg1,
              %arg4 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>)
                  outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %in_3: f32, %out: f32):
    %4 = arith.mulf %in, %in_0 : f32
    %5 = math.exp %4 : f32
    %6 = arith.mulf %5, %in_1 : f32
    %7 = arith.mulf %in_2, %in_3 : f32
    %8 = arith.addf %6, %7 : f32
    linalg.yield %8 : f32
  } -> tensor<2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map2, #map3, #map], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%2, %arg5 : tensor<2x2x2xf32>, tensor<2x2xf32>) outs(%1 : tensor<2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %4 = arith.mulf %in, %in_0 : f32
    %5 = arith.addf %4, %out : f32
    linalg.yield %5 : f32
  } -> tensor<2x2xf32>
  return %3 : tensor<2x2xf32>
}
