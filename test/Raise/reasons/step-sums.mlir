// One step whose result has another sum than an op's.
// RUN: mamba-opt %s --split-input-file --ssm-raise-single-steps --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#bdn_bd = affine_map<(b, d, n) -> (b, d)>
#bdn_dn = affine_map<(b, d, n) -> (d, n)>
#bdn = affine_map<(b, d, n) -> (b, d, n)>
#bdn_bn = affine_map<(b, d, n) -> (b, n)>
#bd = affine_map<(b, d) -> (b, d)>
#bd_d = affine_map<(b, d) -> (d)>

// Beside the state that is read, two things are added, and nothing to the state.
//
// CHECK: Reason="more than one term is added to the result", Remark=ssm.ssd
// IR-LABEL: func.func @two_terms_added(
// IR-NOT: ssm.ssd
func.func @two_terms_added(%x: tensor<2x6xf32>, %z: tensor<2x6xf32>, %D: tensor<6xf32>, %E: tensor<6xf32>, %dt: tensor<2x6xf32>, %rate: tensor<6x5xf32>, %C: tensor<2x5xf32>, %state: tensor<2x6x5xf32>) -> tensor<2x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x6x5 = tensor.empty() : tensor<2x6x5xf32>
  %0 = linalg.generic {indexing_maps = [#bdn_bd, #bdn_dn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6xf32>, tensor<6x5xf32>) outs(%e2x6x5 : tensor<2x6x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = math.exp %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %e2x6 = tensor.empty() : tensor<2x6xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%e2x6 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %2 = linalg.generic {indexing_maps = [#bdn, #bdn, #bdn_bn, #bdn_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%state, %0, %C : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%1 : tensor<2x6xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %r = arith.addf %m2, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %3 = linalg.generic {indexing_maps = [#bd, #bd, #bd_d, #bd, #bd_d, #bd], iterator_types = ["parallel", "parallel"]} ins(%2, %x, %D, %z, %E : tensor<2x6xf32>, tensor<2x6xf32>, tensor<6xf32>, tensor<2x6xf32>, tensor<6xf32>) outs(%e2x6 : tensor<2x6xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %o: f32):
    %m = arith.mulf %b, %c : f32
    %n = arith.mulf %d, %e : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %a, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %3 : tensor<2x6xf32>
}
