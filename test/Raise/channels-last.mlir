// RUN: mamba-opt %s --ssm-channels-last --canonicalize | FileCheck %s

// The convolution reads the slice before the transpose and writes channels innermost; its users still see (b, c, l).
// The einsum that is a scan's time step writes (b, l, d).
//
// CHECK-LABEL: func.func @layouts
// CHECK: %[[S:.*]] = tensor.extract_slice %arg0[0, 0, 6] [2, 9, 6] [1, 1, 1]
// CHECK: %[[C:.*]] = ssm.causal_conv1d "b l c, c k -> b l c" x(%[[S]]
// CHECK: %[[DT:.*]] = ssm.einsum "a b, c d b -> c d a" ins(%arg2, %arg3
// CHECK-SAME: tensor<2x9x6xf32>
// CHECK: ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%[[C]] : tensor<2x9x6xf32>) delta(%[[DT]] : tensor<2x9x6xf32>)
func.func @layouts(%xz: tensor<2x9x12xf32>, %w: tensor<6x4xf32>, %p: tensor<6x3xf32>, %r: tensor<2x9x3xf32>, %A: tensor<6x5xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>) -> tensor<2x9x6xf32> {
  %e = tensor.empty() : tensor<2x12x9xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(b, c, l) -> (b, l, c)>, affine_map<(b, c, l) -> (b, c, l)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%xz : tensor<2x9x12xf32>) outs(%e : tensor<2x12x9xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
  } -> tensor<2x12x9xf32>
  %x = tensor.extract_slice %t[0, 6, 0] [2, 6, 9] [1, 1, 1] : tensor<2x12x9xf32> to tensor<2x6x9xf32>
  %e1 = tensor.empty() : tensor<2x6x9xf32>
  %u = ssm.causal_conv1d "b c l, c k -> b c l" x(%x : tensor<2x6x9xf32>) weight(%w : tensor<6x4xf32>) outs(%e1 : tensor<2x6x9xf32>)
  %dt = ssm.einsum "d r, b l r -> b d l" ins(%p, %r : tensor<6x3xf32>, tensor<2x9x3xf32>) outs(%e1 : tensor<2x6x9xf32>)
  %e2 = tensor.empty() : tensor<2x9x6xf32>
  %y = ssm.selective_scan "b d l, b d l, d n, b l n, b l n -> b l d" u(%u : tensor<2x6x9xf32>) delta(%dt : tensor<2x6x9xf32>) A(%A : tensor<6x5xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%e2 : tensor<2x9x6xf32>)
  return %y : tensor<2x9x6xf32>
}

#bel = affine_map<(b, e, l) -> (b, e, l)>
#bel_e = affine_map<(b, e, l) -> (e)>
#ble_bel = affine_map<(b, l, e) -> (b, e, l)>
#ble = affine_map<(b, l, e) -> (b, l, e)>

// A projection by a weight, its bias, and a transpose: all in the order of the result.
//
// CHECK-LABEL: func @projection
// CHECK: %[[P:.*]] = ssm.einsum "a b c, d c -> a b d"
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[P]], %arg1 : tensor<2x7x4xf32>, tensor<4xf32>) outs(%{{.*}} : tensor<2x7x4xf32>)
// CHECK: return %[[Y]]
func.func @projection(%x: tensor<2x7x6xf32>, %bias: tensor<4xf32>) -> tensor<2x7x4xf32> {
  %w = ssm.weight "w" : tensor<4x6xf32>
  %e2x4x7 = tensor.empty() : tensor<2x4x7xf32>
  %0 = ssm.einsum "b l d, e d -> b e l" ins(%x, %w : tensor<2x7x6xf32>, tensor<4x6xf32>) outs(%e2x4x7 : tensor<2x4x7xf32>)
  %1 = linalg.generic {indexing_maps = [#bel, #bel_e, #bel], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %bias : tensor<2x4x7xf32>, tensor<4xf32>) outs(%e2x4x7 : tensor<2x4x7xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x7xf32>
  %e2x7x4 = tensor.empty() : tensor<2x7x4xf32>
  %2 = linalg.generic {indexing_maps = [#ble_bel, #ble], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x4x7xf32>) outs(%e2x7x4 : tensor<2x7x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x7x4xf32>
  return %2 : tensor<2x7x4xf32>
}

// A product with what is no weight is written as it was; the copy is gone all the same.
//
// CHECK-LABEL: func @product
// CHECK: ssm.einsum "a b c, d c -> a d b"
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<2x7x4xf32>)
// CHECK: return %[[Y]]
func.func @product(%x: tensor<2x7x6xf32>, %w: tensor<4x6xf32>, %bias: tensor<4xf32>) -> tensor<2x7x4xf32> {
  %e2x4x7 = tensor.empty() : tensor<2x4x7xf32>
  %0 = ssm.einsum "b l d, e d -> b e l" ins(%x, %w : tensor<2x7x6xf32>, tensor<4x6xf32>) outs(%e2x4x7 : tensor<2x4x7xf32>)
  %1 = linalg.generic {indexing_maps = [#bel, #bel_e, #bel], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %bias : tensor<2x4x7xf32>, tensor<4xf32>) outs(%e2x4x7 : tensor<2x4x7xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x7xf32>
  %e2x7x4 = tensor.empty() : tensor<2x7x4xf32>
  %2 = linalg.generic {indexing_maps = [#ble_bel, #ble], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x4x7xf32>) outs(%e2x7x4 : tensor<2x7x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x7x4xf32>
  return %2 : tensor<2x7x4xf32>
}

// The time step of one sequence: the projection knows no batch, the scan does. It writes (l, d) all the same, and the batch
// of one comes in between.
//
// CHECK-LABEL: func @one_sequence
// CHECK: %[[DT:.*]] = ssm.einsum "a b, c b -> a c"
// CHECK: %[[BATCH:.*]] = tensor.expand_shape %[[DT]] {{\[\[}}0, 1], [2]] output_shape [1, 7, 4]
// CHECK: ssm.selective_scan "b l d, b l d, {{.*}} delta(%[[BATCH]] : tensor<1x7x4xf32>)
func.func @one_sequence(%x: tensor<1x7x4xf32>, %r: tensor<7x6xf32>, %A: tensor<4x3xf32>, %B: tensor<1x7x3xf32>) -> tensor<1x7x4xf32> {
  %w = ssm.weight "w" : tensor<4x6xf32>
  %e4x7 = tensor.empty() : tensor<4x7xf32>
  %e1x7x4 = tensor.empty() : tensor<1x7x4xf32>
  %0 = ssm.einsum "l k, d k -> d l" ins(%r, %w : tensor<7x6xf32>, tensor<4x6xf32>) outs(%e4x7 : tensor<4x7xf32>)
  %dt = tensor.expand_shape %0 [[0, 1], [2]] output_shape [1, 4, 7] : tensor<4x7xf32> into tensor<1x4x7xf32>
  %y = ssm.selective_scan "b l d, b d l, d n, b l n, b l n -> b l d" u(%x : tensor<1x7x4xf32>) delta(%dt : tensor<1x4x7xf32>)
    A(%A : tensor<4x3xf32>) B(%B : tensor<1x7x3xf32>) C(%B : tensor<1x7x3xf32>) outs(%e1x7x4 : tensor<1x7x4xf32>)
  return %y : tensor<1x7x4xf32>
}

// What a projection reads of an attention lies as it sums: time and then heads with their channels. Read by two, it stays.
//
// CHECK-LABEL: func @attention
// CHECK: %[[Y:.*]] = ssm.attention "b h q d, b h s d, b h s e -> b q h e" {{.*}} outs(%{{.*}} : tensor<2x7x4x8xf32>)
// CHECK: ssm.einsum "a b c d, e c d -> a b e" ins(%[[Y]], %{{.*}} : tensor<2x7x4x8xf32>, tensor<16x4x8xf32>)
// CHECK: ssm.attention "b h q d, b h s d, b h s e -> b h q e"
func.func @attention(%x: tensor<2x4x7x8xf32>, %w: tensor<16x4x8xf32>) -> (tensor<2x7x16xf32>, tensor<2x7x16xf32>, tensor<2x7x16xf32>) {
  %e = tensor.empty() : tensor<2x4x7x8xf32>
  %o = tensor.empty() : tensor<2x7x16xf32>
  %0 = ssm.attention "b h q d, b h s d, b h s e -> b h q e" query(%x : tensor<2x4x7x8xf32>) key(%x : tensor<2x4x7x8xf32>)
    value(%x : tensor<2x4x7x8xf32>) scale(1.0) causal outs(%e : tensor<2x4x7x8xf32>)
  %1 = ssm.einsum "b h l d, e h d -> b l e" ins(%0, %w : tensor<2x4x7x8xf32>, tensor<16x4x8xf32>) outs(%o : tensor<2x7x16xf32>)
  %2 = ssm.attention "b h q d, b h s d, b h s e -> b h q e" query(%x : tensor<2x4x7x8xf32>) key(%x : tensor<2x4x7x8xf32>)
    value(%x : tensor<2x4x7x8xf32>) scale(2.0) causal outs(%e : tensor<2x4x7x8xf32>)
  %3 = ssm.einsum "b h l d, e h d -> b l e" ins(%2, %w : tensor<2x4x7x8xf32>, tensor<16x4x8xf32>) outs(%o : tensor<2x7x16xf32>)
  %4 = ssm.einsum "b h l d, e h d -> b l e" ins(%2, %w : tensor<2x4x7x8xf32>, tensor<16x4x8xf32>) outs(%o : tensor<2x7x16xf32>)
  return %1, %3, %4 : tensor<2x7x16xf32>, tensor<2x7x16xf32>, tensor<2x7x16xf32>
}
