// RUN: mamba-opt %s --ssm-merge-einsums | FileCheck %s

// CHECK-LABEL: func @nested
// CHECK-SAME: (%[[X:.*]]: tensor<4x5xf32>, %[[W:.*]]: tensor<8x5xf32>, %[[S:.*]]: tensor<4xf32>, %[[E:.*]]: tensor<4x8xf32>, %[[F:.*]]: tensor<8x4xf32>)
// CHECK-NEXT: %[[Y:.*]] = ssm.einsum "a b, c b, a -> c a" ins(%[[X]], %[[W]], %[[S]] : {{.*}}) outs(%[[F]] :
// CHECK-NEXT: return %[[Y]]
func.func @nested(%x: tensor<4x5xf32>, %w: tensor<8x5xf32>, %s: tensor<4xf32>, %e: tensor<4x8xf32>, %f: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %t = ssm.einsum "a b, c b -> a c" ins(%x, %w : tensor<4x5xf32>, tensor<8x5xf32>) outs(%e : tensor<4x8xf32>)
  %y = ssm.einsum "a c, a -> c a" ins(%t, %s : tensor<4x8xf32>, tensor<4xf32>) outs(%f : tensor<8x4xf32>)
  return %y : tensor<8x4xf32>
}

// The inner one is rounded to bf16, or read twice: both stay.
// CHECK-LABEL: func @kept
// CHECK-COUNT-4: ssm.einsum
func.func @kept(%x: tensor<4x5xf32>, %s: tensor<4xf32>, %e: tensor<4xbf16>, %f: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %t = ssm.einsum "a b -> a" ins(%x : tensor<4x5xf32>) outs(%e : tensor<4xbf16>)
  %y = ssm.einsum "a, a -> a" ins(%t, %s : tensor<4xbf16>, tensor<4xf32>) outs(%f : tensor<4xf32>)
  %u = ssm.einsum "a b -> a" ins(%x : tensor<4x5xf32>) outs(%f : tensor<4xf32>)
  %z = ssm.einsum "a, a -> a" ins(%u, %s : tensor<4xf32>, tensor<4xf32>) outs(%f : tensor<4xf32>)
  return %y, %u, %z : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// A transpose and a broadcast are maps; the broadcast of an axis that nothing else has is not.
// CHECK-LABEL: func @layouts
// CHECK: ssm.einsum "a b, c b, c a -> a c" ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<4x5xf32>, tensor<8x5xbf16>, tensor<8x4xf32>)
// CHECK: %[[B:.*]] = linalg.generic
// CHECK: ssm.einsum "a b -> a" ins(%[[B]]
func.func @layouts(%x: tensor<4x5xf32>, %w: tensor<8x5xbf16>, %s: tensor<8x4xf32>, %f: tensor<4x8xf32>, %v: tensor<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4x8x5xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(a, c, b) -> (c, b)>, affine_map<(a, c, b) -> (a, c, b)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%w : tensor<8x5xbf16>) outs(%e : tensor<4x8x5xf32>) {
  ^bb0(%i: bf16, %o: f32):
    %0 = arith.extf %i : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x8x5xf32>
  %t = linalg.transpose ins(%s : tensor<8x4xf32>) outs(%f : tensor<4x8xf32>) permutation = [1, 0]
  %y = ssm.einsum "a b, a c b, a c -> a c" ins(%x, %p, %t : tensor<4x5xf32>, tensor<4x8x5xf32>, tensor<4x8xf32>) outs(%f : tensor<4x8xf32>)
  %g = tensor.empty() : tensor<4x8xf32>
  %q = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
      ins(%v : tensor<4xf32>) outs(%g : tensor<4x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    linalg.yield %i : f32
  } -> tensor<4x8xf32>
  %z = ssm.einsum "a b -> a" ins(%q : tensor<4x8xf32>) outs(%v : tensor<4xf32>)
  return %y, %z : tensor<4x8xf32>, tensor<4xf32>
}
