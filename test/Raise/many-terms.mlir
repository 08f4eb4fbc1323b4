// RUN: mamba-opt %s --ssm-raise-single-steps --ssm-raise-selective-scan | FileCheck %s

// Written out, twelve squarings are a sum of 2^4096 products and more: nothing is written out beyond what an op could be.

#v = affine_map<(i) -> (i)>

// CHECK-LABEL: func @squares
// CHECK:         linalg.generic
// CHECK-COUNT-12: arith.mulf
// CHECK:         return
func.func @squares(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#v, #v, #v], iterator_types = ["parallel"]} ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %e0 = math.exp %p : f32
    %s1 = arith.addf %e0, %q : f32
    %m1 = arith.mulf %s1, %s1 : f32
    %s2 = arith.addf %m1, %q : f32
    %m2 = arith.mulf %s2, %s2 : f32
    %s3 = arith.addf %m2, %q : f32
    %m3 = arith.mulf %s3, %s3 : f32
    %s4 = arith.addf %m3, %q : f32
    %m4 = arith.mulf %s4, %s4 : f32
    %s5 = arith.addf %m4, %q : f32
    %m5 = arith.mulf %s5, %s5 : f32
    %s6 = arith.addf %m5, %q : f32
    %m6 = arith.mulf %s6, %s6 : f32
    %s7 = arith.addf %m6, %q : f32
    %m7 = arith.mulf %s7, %s7 : f32
    %s8 = arith.addf %m7, %q : f32
    %m8 = arith.mulf %s8, %s8 : f32
    %s9 = arith.addf %m8, %q : f32
    %m9 = arith.mulf %s9, %s9 : f32
    %s10 = arith.addf %m9, %q : f32
    %m10 = arith.mulf %s10, %s10 : f32
    %s11 = arith.addf %m10, %q : f32
    %m11 = arith.mulf %s11, %s11 : f32
    %s12 = arith.addf %m11, %q : f32
    %m12 = arith.mulf %s12, %s12 : f32
    linalg.yield %m12 : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}
