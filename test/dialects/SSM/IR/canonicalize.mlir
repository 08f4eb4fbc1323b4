// Canonicalizations: operands and results that do nothing go, layouts move into maps.
// RUN: mamba-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @einsum_copy
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<3x2xf32>)
func.func @einsum_copy(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> (tensor<2x3xf32>, tensor<3x2xf32>) {
  // A transpose is no copy.
  // CHECK: %[[T:.*]] = ssm.einsum "a b -> b a"
  // CHECK: return %[[X]], %[[T]]
  %0 = ssm.einsum "a b -> a b" ins(%x : tensor<2x3xf32>) outs(%x : tensor<2x3xf32>)
  %1 = ssm.einsum "a b -> b a" ins(%x : tensor<2x3xf32>) outs(%y : tensor<3x2xf32>)
  return %0, %1 : tensor<2x3xf32>, tensor<3x2xf32>
}

// -----

// CHECK-LABEL: func @filled_destination
// CHECK: %[[E:.*]] = tensor.empty
// CHECK-NOT: linalg.fill
// CHECK: ssm.einsum {{.*}} outs(%[[E]] :
func.func @filled_destination(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %0 = ssm.einsum "a b -> a" ins(%x : tensor<2x3xf32>) outs(%f : tensor<2xf32>)
  return %0 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func @unused_final
// CHECK: %{{.*}} = ssm.scan "a b, a b, a -> a b" axis(1) a({{.*}}) b({{.*}}) init({{.*}}) outs(%{{[a-z0-9]+}} : tensor<2x5xf32>)
// CHECK: %{{.*}} = ssm.causal_conv1d "b l c, c k -> b l c" {{.*}} outs(%{{[a-z0-9]+}} : tensor<1x2x5xf32>)
func.func @unused_final(%a: tensor<2x5xf32>, %i: tensor<2xf32>, %x: tensor<1x2x5xf32>, %w: tensor<5x2xf32>, %f: tensor<1x5x1xf32>) -> (tensor<2x5xf32>, tensor<1x2x5xf32>) {
  %0:2 = ssm.scan "b t, b t, b -> b t, b" axis(1) a(%a : tensor<2x5xf32>) b(%a : tensor<2x5xf32>) init(%i : tensor<2xf32>) outs(%a, %i : tensor<2x5xf32>, tensor<2xf32>)
  %1:2 = ssm.causal_conv1d "b l c, c k -> b l c, b c k" x(%x : tensor<1x2x5xf32>) weight(%w : tensor<5x2xf32>) outs(%x, %f : tensor<1x2x5xf32>, tensor<1x5x1xf32>)
  return %0#0, %1#0 : tensor<2x5xf32>, tensor<1x2x5xf32>
}

// -----

// CHECK-LABEL: func @zero_initial_state
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h p n"
// CHECK-NOT: initial_state
// CHECK: ssm.scan "a b, a b -> a b" axis(1) a({{.*}}) b({{.*}}) outs(
func.func @zero_initial_state(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x6xf32>, %s: tensor<2x4x3x6xf32>, %a: tensor<2x5xf32>)
    -> (tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>, tensor<2x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x3x6xf32>
  %h0 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x3x6xf32>) -> tensor<2x4x3x6xf32>
  %0:2 = ssm.ssd "b l h p, b l h, h, b l n, b l n, b h p n -> b l h p, b h p n" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>)
      B(%B : tensor<2x5x6xf32>) C(%B : tensor<2x5x6xf32>) initial_state(%h0 : tensor<2x4x3x6xf32>) outs(%x, %s : tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>)
  %c = arith.constant dense<0.0> : tensor<2xf32>
  %1 = ssm.scan "b t, b t, b -> b t" axis(1) a(%a : tensor<2x5xf32>) b(%a : tensor<2x5xf32>) init(%c : tensor<2xf32>) outs(%a : tensor<2x5xf32>)
  return %0#0, %0#1, %1 : tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>, tensor<2x5xf32>
}

// -----

// Complex: both final states go, or none; parts that are 0 go one by one.
// CHECK-LABEL: func @complex_scan
// CHECK: %[[S:.*]]:2 = ssm.scan "a b, a b, a -> a b, a b" axis(1) a({{.*}}) b({{.*}}) a_imag({{.*}}) outs(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : tensor<2x5xf32>, tensor<2x5xf32>)
// CHECK: %[[T:.*]]:4 = ssm.scan "a b, a b, a, a -> a b, a b, a, a" axis(1) a({{.*}}) b({{.*}}) a_imag({{.*}}) init_imag(
// CHECK: return %[[S]]#0, %[[S]]#1, %[[T]]#0, %[[T]]#3
func.func @complex_scan(%a: tensor<2x5xf32>, %i: tensor<2xf32>) -> (tensor<2x5xf32>, tensor<2x5xf32>, tensor<2x5xf32>, tensor<2xf32>) {
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x5xf32>
  %0:4 = ssm.scan "b t, b t, b, b, b t, b -> b t, b t, b, b" axis(1) a(%a : tensor<2x5xf32>) b(%a : tensor<2x5xf32>) init(%zero : tensor<2xf32>) a_imag(%i : tensor<2xf32>)
      b_imag(%zeros : tensor<2x5xf32>) init_imag(%zero : tensor<2xf32>) outs(%a, %a, %i, %i : tensor<2x5xf32>, tensor<2x5xf32>, tensor<2xf32>, tensor<2xf32>)
  %1:4 = ssm.scan "b t, b t, b, b, b t, b -> b t, b t, b, b" axis(1) a(%a : tensor<2x5xf32>) b(%a : tensor<2x5xf32>) init(%zero : tensor<2xf32>) a_imag(%i : tensor<2xf32>)
      b_imag(%zeros : tensor<2x5xf32>) init_imag(%i : tensor<2xf32>) outs(%a, %a, %i, %i : tensor<2x5xf32>, tensor<2x5xf32>, tensor<2xf32>, tensor<2xf32>)
  return %0#0, %0#1, %1#0, %1#3 : tensor<2x5xf32>, tensor<2x5xf32>, tensor<2x5xf32>, tensor<2xf32>
}

// -----

// The limits of dt that say nothing: (0, inf) after a softplus, as models write it.
// CHECK-LABEL: func @idle_limits
// CHECK: ssm.selective_scan {{.*}} softplus outs(
// CHECK: ssm.selective_scan {{.*}} dt_min(0.000000e+00) outs(
// CHECK: ssm.selective_scan {{.*}} softplus dt_min(1.000000e-03) dt_max(1.000000e-01) outs(
func.func @idle_limits(%u: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>) -> (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>) {
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%u : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>)
      B(%B : tensor<2x5x3xf32>) C(%B : tensor<2x5x3xf32>) softplus dt_min(0.0) dt_max(0x7F800000) outs(%u : tensor<2x5x4xf32>)
  %1 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%u : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>)
      B(%B : tensor<2x5x3xf32>) C(%B : tensor<2x5x3xf32>) dt_min(0.0) outs(%u : tensor<2x5x4xf32>)
  %2 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%u : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>)
      B(%B : tensor<2x5x3xf32>) C(%B : tensor<2x5x3xf32>) softplus dt_min(0.001) dt_max(0.1) outs(%u : tensor<2x5x4xf32>)
  return %0, %1, %2 : tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5x4xf32>
}

// -----

// Transposes become maps, and so do copies that permute and extend.
// CHECK-LABEL: func @layouts
// CHECK-SAME: (%[[X:.*]]: tensor<2x4x?xf32>, %[[W:.*]]: tensor<3x4xbf16>, %[[B:.*]]: tensor<4xf32>, %[[E:.*]]: tensor<2x?x4xf32>)
// CHECK-NOT: linalg
// CHECK: ssm.causal_conv1d "b c l, k c, c -> b l c" x(%[[X]] : tensor<2x4x?xf32>) weight(%[[W]] : tensor<3x4xbf16>) bias(%[[B]]
func.func @layouts(%x: tensor<2x4x?xf32>, %w: tensor<3x4xbf16>, %b: tensor<4xf32>, %e: tensor<2x?x4xf32>) -> tensor<2x?x4xf32> {
  %t = linalg.transpose ins(%x : tensor<2x4x?xf32>) outs(%e : tensor<2x?x4xf32>) permutation = [0, 2, 1]
  %f = tensor.empty() : tensor<4x3xf32>
  %v = linalg.generic {indexing_maps = [affine_map<(c, k) -> (k, c)>, affine_map<(c, k) -> (c, k)>], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<3x4xbf16>) outs(%f : tensor<4x3xf32>) {
  ^bb0(%i: bf16, %o: f32):
    %0 = arith.extf %i : bf16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x3xf32>
  %y = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%t : tensor<2x?x4xf32>) weight(%v : tensor<4x3xf32>) bias(%b : tensor<4xf32>) outs(%e : tensor<2x?x4xf32>)
  return %y : tensor<2x?x4xf32>
}

// -----

// Of three dimensions in a circle, where a permutation and its inverse differ.
// CHECK-LABEL: func @layout_circle
// CHECK: ssm.causal_conv1d "c b l, c k -> b l c" x(%{{.*}} : tensor<4x2x3xf32>)
func.func @layout_circle(%x: tensor<4x2x3xf32>, %w: tensor<4x3xf32>, %e: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %t = linalg.transpose ins(%x : tensor<4x2x3xf32>) outs(%e : tensor<2x3x4xf32>) permutation = [1, 2, 0]
  %y = ssm.causal_conv1d "b l c, c k -> b l c" x(%t : tensor<2x3x4xf32>) weight(%w : tensor<4x3xf32>) outs(%e : tensor<2x3x4xf32>)
  return %y : tensor<2x3x4xf32>
}

// -----

// Static sizes behind casts come through (upstream's pattern for destination-passing ops).
// CHECK-LABEL: func @casts
// CHECK: ssm.einsum "a b, b c -> a c" ins(%{{.*}}, %{{.*}} : tensor<2x3xf32>, tensor<3x4xf32>) outs(%{{.*}} : tensor<2x4xf32>)
func.func @casts(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>, %e: tensor<2x4xf32>) -> tensor<2x?xf32> {
  %u = tensor.cast %x : tensor<2x3xf32> to tensor<2x?xf32>
  %f = tensor.cast %e : tensor<2x4xf32> to tensor<2x?xf32>
  %y = ssm.einsum "a b, b c -> a c" ins(%u, %w : tensor<2x?xf32>, tensor<3x4xf32>) outs(%f : tensor<2x?xf32>)
  return %y : tensor<2x?xf32>
}
