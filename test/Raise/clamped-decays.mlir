// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --check-passes --ssm-raise-selective-scan -o /dev/null

// Decays that are clamped change the result, so the clamp stays; the logarithm of a clamped exponential is what was in the
// exponential, clamped at the logarithm.

#a = affine_map<(b, l, h) -> (b, l, h)>

// CHECK-LABEL: func.func @from_below
// CHECK-NOT: math.exp
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%arg1 : tensor<2x7x4xf32>)
// CHECK: %[[LOG:.*]] = arith.maximumf %{{.*}}, %[[BOUND:.*]] : f32
// CHECK: ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p" x(%arg0 {{.*}} A(%[[A]]
func.func @from_below(%x: tensor<2x7x4x3xf32>, %log_decay: tensor<2x7x4xf32>, %B: tensor<2x7x4x5xf32>, %C: tensor<2x7x4x5xf32>) -> tensor<2x7x4x3xf32> {
  %bound = arith.constant 1.0e-10 : f32
  %ae = tensor.empty() : tensor<2x7x4xf32>
  %e = linalg.generic {indexing_maps = [#a, #a], iterator_types = ["parallel", "parallel", "parallel"]} ins(%log_decay : tensor<2x7x4xf32>) outs(%ae : tensor<2x7x4xf32>) {
  ^bb0(%i: f32, %o: f32):
    %r = math.exp %i : f32
    linalg.yield %r : f32
  } -> tensor<2x7x4xf32>
  %a = linalg.generic {indexing_maps = [#a, #a], iterator_types = ["parallel", "parallel", "parallel"]} ins(%e : tensor<2x7x4xf32>) outs(%ae : tensor<2x7x4xf32>) {
  ^bb0(%i: f32, %o: f32):
    %r = arith.maximumf %i, %bound : f32
    linalg.yield %r : f32
  } -> tensor<2x7x4xf32>
  %he = tensor.empty() : tensor<2x7x4x3x5xf32>
  %b = ssm.einsum "b l h p, b l h n -> b l h p n" ins(%x, %B : tensor<2x7x4x3xf32>, tensor<2x7x4x5xf32>) outs(%he : tensor<2x7x4x3x5xf32>)
  %h = ssm.scan "b l h, b l h p n -> b l h p n" axis(1) a(%a : tensor<2x7x4xf32>) b(%b : tensor<2x7x4x3x5xf32>) outs(%he : tensor<2x7x4x3x5xf32>)
  %ye = tensor.empty() : tensor<2x7x4x3xf32>
  %y = ssm.einsum "b l h p n, b l h n -> b l h p" ins(%h, %C : tensor<2x7x4x3x5xf32>, tensor<2x7x4x5xf32>) outs(%ye : tensor<2x7x4x3xf32>)
  return %y : tensor<2x7x4x3xf32>
}

// -----

#a = affine_map<(b, l, h) -> (b, l, h)>

// On both sides, in one body.
//
// CHECK-LABEL: func.func @between
// CHECK-NOT: math.exp
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%arg1 : tensor<2x7x4xf32>)
// CHECK: %[[LOW:.*]] = arith.maximumf %{{.*}}, %{{.*}} : f32
// CHECK-NEXT: arith.minimumf %[[LOW]], %{{.*}} : f32
// CHECK: ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p" x(%arg0 {{.*}} A(%[[A]]
func.func @between(%x: tensor<2x7x4x3xf32>, %log_decay: tensor<2x7x4xf32>, %B: tensor<2x7x4x5xf32>, %C: tensor<2x7x4x5xf32>) -> tensor<2x7x4x3xf32> {
  %low = arith.constant 0.25 : f32
  %high = arith.constant 0.75 : f32
  %ae = tensor.empty() : tensor<2x7x4xf32>
  %a = linalg.generic {indexing_maps = [#a, #a], iterator_types = ["parallel", "parallel", "parallel"]} ins(%log_decay : tensor<2x7x4xf32>) outs(%ae : tensor<2x7x4xf32>) {
  ^bb0(%i: f32, %o: f32):
    %e = math.exp %i : f32
    %m = arith.maximumf %e, %low : f32
    %r = arith.minimumf %m, %high : f32
    linalg.yield %r : f32
  } -> tensor<2x7x4xf32>
  %he = tensor.empty() : tensor<2x7x4x3x5xf32>
  %b = ssm.einsum "b l h p, b l h n -> b l h p n" ins(%x, %B : tensor<2x7x4x3xf32>, tensor<2x7x4x5xf32>) outs(%he : tensor<2x7x4x3x5xf32>)
  %h = ssm.scan "b l h, b l h p n -> b l h p n" axis(1) a(%a : tensor<2x7x4xf32>) b(%b : tensor<2x7x4x3x5xf32>) outs(%he : tensor<2x7x4x3x5xf32>)
  %ye = tensor.empty() : tensor<2x7x4x3xf32>
  %y = ssm.einsum "b l h p n, b l h n -> b l h p" ins(%h, %C : tensor<2x7x4x3x5xf32>, tensor<2x7x4x5xf32>) outs(%ye : tensor<2x7x4x3xf32>)
  return %y : tensor<2x7x4x3xf32>
}
