// What the whole of raising declines: one for each reason.
// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1) -> (d0, d1)>

// CHECK: Reason="there is no old state, or no readout C", Remark=ssm.ssd
// IR-LABEL: func.func @there_no_old_state_or_no_readout_C(
// IR-NOT: ssm.ssd
func.func @there_no_old_state_or_no_readout_C(%arg0: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %cst = arith.constant 1.000000e+00 : f32
  %cst_0 = arith.constant 1.000100e+00 : f32
  %0 = tensor.empty() : tensor<3x4xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%arg0 : tensor<3x4xf32>) outs(%0 : tensor<3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %2 = arith.negf %in : f32
    %3 = math.exp %2 : f32
    %4 = arith.addf %3, %cst : f32
    %5 = arith.divf %in, %4 : f32
    %6 = arith.mulf %5, %cst_0 : f32
    linalg.yield %4 : f32
  } -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}
