// Every op, in the forms its operands allow, on tensors and memrefs.
// RUN: mamba-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @weight
func.func @weight() -> tensor<256x128xf32> {
  // CHECK: ssm.weight "backbone.embeddings.weight" : tensor<256x128xf32>
  %w = ssm.weight "backbone.embeddings.weight" : tensor<256x128xf32>
  return %w : tensor<256x128xf32>
}

// CHECK-LABEL: func @einsum
func.func @einsum(%x: tensor<2x?x16xbf16>, %w: tensor<8x16xf32>, %out: tensor<2x?x8xf32>, %t: tensor<8x?x2xf32>, %m: memref<4x4xf32>)
    -> (tensor<2x?x8xf32>, tensor<8x?x2xf32>) {
  // CHECK: ssm.einsum "a b c, d c -> a b d" ins(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : tensor<2x?x16xbf16>, tensor<8x16xf32>) outs(%{{[a-z0-9]+}} : tensor<2x?x8xf32>)
  %0 = ssm.einsum "b l d, n d -> b l n" ins(%x, %w : tensor<2x?x16xbf16>, tensor<8x16xf32>) outs(%out : tensor<2x?x8xf32>)
  // The axes are listed where the equation does not name them in order.
  // CHECK: ssm.einsum "a b c d : d b a, c a -> c b d"
  %1 = ssm.einsum "k l n b : b l k, n k -> n l b" ins(%x, %w : tensor<2x?x16xbf16>, tensor<8x16xf32>) outs(%t : tensor<8x?x2xf32>)
  // CHECK: ssm.einsum "a b, b c -> a c" ins(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : memref<4x4xf32>, memref<4x4xf32>) outs(%{{[a-z0-9]+}} : memref<4x4xf32>)
  ssm.einsum "i j, j k -> i k" ins(%m, %m : memref<4x4xf32>, memref<4x4xf32>) outs(%m : memref<4x4xf32>)
  return %0, %1 : tensor<2x?x8xf32>, tensor<8x?x2xf32>
}

// CHECK-LABEL: func @einsum_scalar
func.func @einsum_scalar(%x: tensor<f32>, %y: tensor<5xf32>, %out: tensor<f32>) -> tensor<f32> {
  // CHECK: ssm.einsum ", a -> " ins
  %0 = ssm.einsum ", a -> " ins(%x, %y : tensor<f32>, tensor<5xf32>) outs(%out : tensor<f32>)
  return %0 : tensor<f32>
}

// CHECK-LABEL: func @sums
func.func @sums(%x: tensor<2x?x4xf32>, %i: tensor<2x?x4xi64>, %s: tensor<2x?x4x?xf32>) -> (tensor<2x?x4xf32>, tensor<2x?x4xi64>, tensor<2x?x4x?xf32>) {
  // CHECK: ssm.cumsum dim(1) ins(%{{[a-z0-9]+}} : tensor<2x?x4xf32>) outs(%{{[a-z0-9]+}} : tensor<2x?x4xf32>)
  %0 = ssm.cumsum dim(1) ins(%x : tensor<2x?x4xf32>) outs(%x : tensor<2x?x4xf32>)
  // CHECK: ssm.cumsum dim(2) reverse exclusive ins(
  %1 = ssm.cumsum dim(2) reverse exclusive ins(%i : tensor<2x?x4xi64>) outs(%i : tensor<2x?x4xi64>)
  // CHECK: ssm.cumsum dim(1) reverse log ins(
  %l = ssm.cumsum dim(1) reverse log ins(%x : tensor<2x?x4xf32>) outs(%x : tensor<2x?x4xf32>)
  // CHECK: ssm.segsum dim(1) ins(%{{[a-z0-9]+}} : tensor<2x?x4xf32>) outs(%{{[a-z0-9]+}} : tensor<2x?x4x?xf32>)
  %2 = ssm.segsum dim(1) ins(%x : tensor<2x?x4xf32>) outs(%s : tensor<2x?x4x?xf32>)
  return %0, %1, %2 : tensor<2x?x4xf32>, tensor<2x?x4xi64>, tensor<2x?x4x?xf32>
}

// CHECK-LABEL: func @scan
func.func @scan(%a: tensor<2x?xf32>, %b: tensor<2x?x8xf32>, %h0: tensor<2x8xf32>) -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8xf32>) {
  // CHECK: ssm.scan "a b, a b c -> a b c" axis(1) reverse a(%{{[a-z0-9]+}} : tensor<2x?xf32>) b(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) outs(
  %0 = ssm.scan "b t, b t d -> b t d" axis(1) reverse a(%a : tensor<2x?xf32>) b(%b : tensor<2x?x8xf32>) outs(%b : tensor<2x?x8xf32>)
  // CHECK: ssm.scan "a b, a b c, a c -> a b c, a c" axis(1) a(
  %1:2 = ssm.scan "b t, b t d, b d -> b t d, b d" axis(1) a(%a : tensor<2x?xf32>) b(%b : tensor<2x?x8xf32>) init(%h0 : tensor<2x8xf32>)
      outs(%b, %h0 : tensor<2x?x8xf32>, tensor<2x8xf32>)
  return %0, %1#0, %1#1 : tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8xf32>
}

// CHECK-LABEL: func @complex_scan
func.func @complex_scan(%a: tensor<8xf32>, %b: tensor<2x?x8xf32>, %h0: tensor<2x8xf32>) -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8xf32>) {
  // CHECK: ssm.scan "a b c : c, a b c, c -> a b c, a b c" axis(1) a(%{{[a-z0-9]+}} : tensor<8xf32>) b(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) a_imag(%{{[a-z0-9]+}} : tensor<8xf32>) outs(
  %0:2 = ssm.scan "b t d : d, b t d, d -> b t d, b t d" axis(1) a(%a : tensor<8xf32>) b(%b : tensor<2x?x8xf32>) a_imag(%a : tensor<8xf32>)
      outs(%b, %b : tensor<2x?x8xf32>, tensor<2x?x8xf32>)
  // CHECK: ssm.scan "a b c : c, a b c, a c, c, a b c, a c -> a b c, a b c, a c, a c" axis(1) reverse a(
  // CHECK-SAME: init(%{{[a-z0-9]+}} : tensor<2x8xf32>) a_imag(%{{[a-z0-9]+}} : tensor<8xf32>) b_imag(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) init_imag(
  %1:4 = ssm.scan "b t d : d, b t d, b d, d, b t d, b d -> b t d, b t d, b d, b d" axis(1) reverse a(%a : tensor<8xf32>) b(%b : tensor<2x?x8xf32>)
      init(%h0 : tensor<2x8xf32>) a_imag(%a : tensor<8xf32>) b_imag(%b : tensor<2x?x8xf32>) init_imag(%h0 : tensor<2x8xf32>)
      outs(%b, %b, %h0, %h0 : tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
  return %0#1, %1#0, %1#3 : tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8xf32>
}

// CHECK-LABEL: func @selective_scan
func.func @selective_scan(%u: tensor<2x?x8xf32>, %A: tensor<8x4xf32>, %B: tensor<2x?x4xf32>, %G: tensor<2x2x4x?xbf16>, %D: tensor<8xf32>, %h: tensor<2x8x4xf32>)
    -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8x4xf32>) {
  // CHECK: ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) delta(%{{[a-z0-9]+}} : tensor<2x?x8xf32>)
  // CHECK-SAME: A(%{{[a-z0-9]+}} : tensor<8x4xf32>) B(%{{[a-z0-9]+}} : tensor<2x?x4xf32>) C(%{{[a-z0-9]+}} : tensor<2x?x4xf32>) outs(
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x?x8xf32>) delta(%u : tensor<2x?x8xf32>) A(%A : tensor<8x4xf32>)
      B(%B : tensor<2x?x4xf32>) C(%B : tensor<2x?x4xf32>) outs(%u : tensor<2x?x8xf32>)
  // CHECK: ssm.selective_scan "b l d, b l d, d n, b d/4 n l, d n, d, b l d, d, b d n -> b l d, b d n"
  // CHECK-SAME: D(%{{[a-z0-9]+}} : tensor<8xf32>) z(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) delta_bias(%{{[a-z0-9]+}} : tensor<8xf32>) initial_state(%{{[a-z0-9]+}} : tensor<2x8x4xf32>)
  // CHECK-SAME: softplus dt_min(1.000000e-03) dt_max(1.000000e-01) outs(
  %1:2 = ssm.selective_scan "b l d, b l d, d n, b d/4 n l, d n, d, b l d, d, b d n -> b l d, b d n" u(%u : tensor<2x?x8xf32>) delta(%u : tensor<2x?x8xf32>)
      A(%A : tensor<8x4xf32>) B(%G : tensor<2x2x4x?xbf16>) C(%A : tensor<8x4xf32>) D(%D : tensor<8xf32>) z(%u : tensor<2x?x8xf32>)
      delta_bias(%D : tensor<8xf32>) initial_state(%h : tensor<2x8x4xf32>) softplus dt_min(0.001) dt_max(0.1)
      outs(%u, %h : tensor<2x?x8xf32>, tensor<2x8x4xf32>)
  return %0, %1#0, %1#1 : tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8x4xf32>
}

// CHECK-LABEL: func @ssd
func.func @ssd(%x: tensor<2x?x8x4xf32>, %dt: tensor<2x?x8xf32>, %A: tensor<8xf32>, %B: tensor<2x?x2x16xf32>, %D: tensor<8x4xf32>, %h: tensor<2x8x4x16xf32>)
    -> (tensor<2x?x8x4xf32>, tensor<2x8x4x16xf32>) {
  // CHECK: ssm.ssd "b l h p, b l h, h, b l h/4 n, b l h/4 n, h p, b l h p, h, b h p n -> b l h p, b h p n"
  // CHECK-SAME: x(%{{[a-z0-9]+}} : tensor<2x?x8x4xf32>) dt(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) A(%{{[a-z0-9]+}} : tensor<8xf32>)
  // CHECK-SAME: B(%{{[a-z0-9]+}} : tensor<2x?x2x16xf32>) C(%{{[a-z0-9]+}} : tensor<2x?x2x16xf32>) D(%{{[a-z0-9]+}} : tensor<8x4xf32>) z(%{{[a-z0-9]+}} : tensor<2x?x8x4xf32>)
  // CHECK-SAME: dt_bias(%{{[a-z0-9]+}} : tensor<8xf32>) initial_state(%{{[a-z0-9]+}} : tensor<2x8x4x16xf32>) softplus dt_min(0.000000e+00) outs(
  %0:2 = ssm.ssd "b l h p, b l h, h, b l h/4 n, b l h/4 n, h p, b l h p, h, b h p n -> b l h p, b h p n" x(%x : tensor<2x?x8x4xf32>)
      dt(%dt : tensor<2x?x8xf32>) A(%A : tensor<8xf32>) B(%B : tensor<2x?x2x16xf32>) C(%B : tensor<2x?x2x16xf32>) D(%D : tensor<8x4xf32>)
      z(%x : tensor<2x?x8x4xf32>) dt_bias(%A : tensor<8xf32>) initial_state(%h : tensor<2x8x4x16xf32>) softplus dt_min(0.0)
      outs(%x, %h : tensor<2x?x8x4xf32>, tensor<2x8x4x16xf32>)
  return %0#0, %0#1 : tensor<2x?x8x4xf32>, tensor<2x8x4x16xf32>
}

// CHECK-LABEL: func @ssd_discretized
func.func @ssd_discretized(%x: tensor<2x?x8x4xf32>, %A: tensor<2x?x8xf32>, %B: tensor<2x?x2x16xf32>) -> tensor<2x?x8x4xf32> {
  // CHECK: ssm.ssd "b l h p, b l h, b l h/4 n, b l h/4 n -> b l h p" x(%{{[a-z0-9]+}} : tensor<2x?x8x4xf32>)
  // CHECK-SAME: A(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) B(
  // CHECK-SAME: reverse outs(
  %0 = ssm.ssd "b l h p, b l h, b l h/4 n, b l h/4 n -> b l h p" x(%x : tensor<2x?x8x4xf32>) A(%A : tensor<2x?x8xf32>)
      B(%B : tensor<2x?x2x16xf32>) C(%B : tensor<2x?x2x16xf32>) reverse outs(%x : tensor<2x?x8x4xf32>)
  return %0 : tensor<2x?x8x4xf32>
}

// CHECK-LABEL: func @ssd_memref
func.func @ssd_memref(%x: memref<2x?x8x4xf32>, %dt: memref<2x?x8xf32>, %A: memref<8xf32>, %B: memref<2x?x2x16xf32, strided<[?, ?, 16, 1], offset: ?>>) {
  // CHECK: ssm.ssd "b l h p, b l h, h, b l h/4 n, b l h/4 n, h -> b l h p" x(
  ssm.ssd "b l h p, b l h, h, b l h/4 n, b l h/4 n, h -> b l h p" x(%x : memref<2x?x8x4xf32>) dt(%dt : memref<2x?x8xf32>) A(%A : memref<8xf32>)
      B(%B : memref<2x?x2x16xf32, strided<[?, ?, 16, 1], offset: ?>>) C(%B : memref<2x?x2x16xf32, strided<[?, ?, 16, 1], offset: ?>>)
      D(%A : memref<8xf32>) outs(%x : memref<2x?x8x4xf32>)
  return
}

// CHECK-LABEL: func @causal_conv1d
func.func @causal_conv1d(%x: tensor<2x?x8xf32>, %w: tensor<8x4xf32>, %v: tensor<8xf32>, %s: tensor<2x8x3xf32>) -> (tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8x3xf32>) {
  // CHECK: ssm.causal_conv1d "b l c, c k -> b l c" x(%{{[a-z0-9]+}} : tensor<2x?x8xf32>) weight(%{{[a-z0-9]+}} : tensor<8x4xf32>) outs(
  %0 = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<2x?x8xf32>) weight(%w : tensor<8x4xf32>) outs(%x : tensor<2x?x8xf32>)
  // CHECK: ssm.causal_conv1d "b l c, c k, c, b c k -> b l c, b c k" x(
  // CHECK-SAME: bias(%{{[a-z0-9]+}} : tensor<8xf32>) initial_window(%{{[a-z0-9]+}} : tensor<2x8x3xf32>) activation(silu) outs(
  %1:2 = ssm.causal_conv1d "b l c, c k, c, b c k -> b l c, b c k" x(%x : tensor<2x?x8xf32>) weight(%w : tensor<8x4xf32>) bias(%v : tensor<8xf32>)
      initial_window(%s : tensor<2x8x3xf32>) activation(silu) outs(%x, %s : tensor<2x?x8xf32>, tensor<2x8x3xf32>)
  return %0, %1#0, %1#1 : tensor<2x?x8xf32>, tensor<2x?x8xf32>, tensor<2x8x3xf32>
}

// CHECK-LABEL: func @attention
func.func @attention(%q: tensor<2x8x?x16xf32>, %k: tensor<2x2x?x16xf32>, %m: tensor<?x?xi1>, %out: tensor<2x8x?x16xf32>) -> (tensor<2x8x?x16xf32>, tensor<2x8x?x16xf32>) {
  // CHECK: ssm.attention "b h q d, b h/4 s d, b h/4 s e -> b h q e" query(%{{[a-z0-9]+}} : tensor<2x8x?x16xf32>) key(%{{[a-z0-9]+}} : tensor<2x2x?x16xf32>)
  // CHECK-SAME: value(%{{[a-z0-9]+}} : tensor<2x2x?x16xf32>) scale(2.500000e-01) causal outs(
  %0 = ssm.attention "b h q d, b h/4 s d, b h/4 s e -> b h q e" query(%q : tensor<2x8x?x16xf32>) key(%k : tensor<2x2x?x16xf32>)
      value(%k : tensor<2x2x?x16xf32>) scale(0.25) causal outs(%out : tensor<2x8x?x16xf32>)
  // CHECK: ssm.attention "b h q d, b h/4 s d, b h/4 s e, q s -> b h q e"
  // CHECK-SAME: mask(%{{[a-z0-9]+}} : tensor<?x?xi1>) scale(2.500000e-01) outs(
  %1 = ssm.attention "b h q d, b h/4 s d, b h/4 s e, q s -> b h q e" query(%q : tensor<2x8x?x16xf32>) key(%k : tensor<2x2x?x16xf32>)
      value(%k : tensor<2x2x?x16xf32>) mask(%m : tensor<?x?xi1>) scale(0.25) outs(%out : tensor<2x8x?x16xf32>)
  return %0, %1 : tensor<2x8x?x16xf32>, tensor<2x8x?x16xf32>
}

// CHECK-LABEL: func @cache
func.func @cache(%q: tensor<?x8x?x16xf32>, %k: tensor<?x?x2x16xf32>, %cache: tensor<?x2x?x16xbf16>, %p: tensor<?xi64>, %out: tensor<?x8x?x16xf32>) -> (tensor<?x2x?x16xbf16>, tensor<?x8x?x16xf32>) {
  // CHECK: ssm.append "b l h d, b -> b h s d" rows(%{{[a-z0-9]+}} : tensor<?x?x2x16xf32>) at(%{{[a-z0-9]+}} : tensor<?xi64>) outs(%{{[a-z0-9]+}} : tensor<?x2x?x16xbf16>)
  %0 = ssm.append "b l h d, b -> b h s d" rows(%k : tensor<?x?x2x16xf32>) at(%p : tensor<?xi64>) outs(%cache : tensor<?x2x?x16xbf16>)
  // CHECK: ssm.attention "b h q d, b h/4 s d, b h/4 s e, b -> b h q e"
  // CHECK-SAME: position(%{{[a-z0-9]+}} : tensor<?xi64>) scale(2.500000e-01) causal outs(
  %1 = ssm.attention "b h q d, b h/4 s d, b h/4 s e, b -> b h q e" query(%q : tensor<?x8x?x16xf32>) key(%0 : tensor<?x2x?x16xbf16>)
      value(%0 : tensor<?x2x?x16xbf16>) position(%p : tensor<?xi64>) scale(0.25) causal outs(%out : tensor<?x8x?x16xf32>)
  return %0, %1 : tensor<?x2x?x16xbf16>, tensor<?x8x?x16xf32>
}

// CHECK-LABEL: func @packed_matmul
func.func @packed_matmul(%x: memref<?x65xf32>, %w: memref<3x33x64xbf16>, %v: memref<1x80xf32>, %r: memref<?x1xf16>, %y: memref<?x80xf32, strided<[100, 1]>>) {
  // CHECK: ssm.packed_matmul x(%{{[a-z0-9]+}} : memref<?x65xf32>) packed(%{{[a-z0-9]+}} : memref<3x33x64xbf16>) outs(%{{[a-z0-9]+}} : memref<?x80xf32, strided<[100, 1]>>){{$}}
  ssm.packed_matmul x(%x : memref<?x65xf32>) packed(%w : memref<3x33x64xbf16>) outs(%y : memref<?x80xf32, strided<[100, 1]>>)
  // CHECK: ssm.packed_matmul x({{.*}}) packed({{.*}}) with(%{{[a-z0-9]+}}, %{{[a-z0-9]+}} : memref<1x80xf32>, memref<?x1xf16>) outs({{.*}}) epilogue {
  // CHECK-NEXT: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f16):
  // CHECK: ssm.yield %{{.*}} : f32
  ssm.packed_matmul x(%x : memref<?x65xf32>) packed(%w : memref<3x33x64xbf16>) with(%v, %r : memref<1x80xf32>, memref<?x1xf16>) outs(%y : memref<?x80xf32, strided<[100, 1]>>) epilogue {
  ^bb0(%s: f32, %b: f32, %g: f16):
    %wide = arith.extf %g : f16 to f32
    %sum = arith.addf %s, %b : f32
    %gated = arith.mulf %sum, %wide : f32
    ssm.yield %gated : f32
  }
  return
}
