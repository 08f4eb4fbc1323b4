// Every op goes from tensors to memrefs in place: the only allocations are those that tensor.empty asks for.
// RUN: mamba-opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s

// CHECK-LABEL: func @einsum
// CHECK-SAME: (%[[X:.*]]: memref<2x?x16xf32>, %[[W:.*]]: memref<8x16xf32>, %[[D:.*]]: index) -> memref<2x?x8xf32>
func.func @einsum(%x: tensor<2x?x16xf32>, %w: tensor<8x16xf32>, %d: index) -> tensor<2x?x8xf32> {
  // CHECK: %[[E:.*]] = memref.alloc(%[[D]])
  // CHECK-NEXT: ssm.einsum "a b c, d c -> a b d" ins(%[[X]], %[[W]] : {{.*}}) outs(%[[E]] : memref<2x?x8xf32>)
  // CHECK-NEXT: return %[[E]]
  %e = tensor.empty(%d) : tensor<2x?x8xf32>
  %0 = ssm.einsum "b l d, n d -> b l n" ins(%x, %w : tensor<2x?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<2x?x8xf32>)
  return %0 : tensor<2x?x8xf32>
}

// The destination held a value that is read later: it is kept, not overwritten, and not copied either.
// CHECK-LABEL: func @kept
// CHECK-SAME: (%[[X:.*]]: memref<4xf32>)
func.func @kept(%x: tensor<4xf32> {bufferization.writable = true}) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[A:.*]] = memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: ssm.cumsum dim(0) ins(%[[X]] : memref<4xf32>) outs(%[[A]] : memref<4xf32>)
  // CHECK: return %[[X]], %[[A]]
  %0 = ssm.cumsum dim(0) ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>)
  return %x, %0 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @others
// CHECK-NOT: tensor<
// CHECK-NOT: memref.copy
// CHECK: ssm.segsum dim(1) ins(%{{.*}} : memref<2x5xf32>) outs(%{{.*}} : memref<2x5x5xf32>)
// CHECK: ssm.scan "a b, a b -> a b, a" axis(1) a(%{{.*}} : memref<2x5xf32>) b(%{{.*}} : memref<2x5xf32>) outs(%{{.*}}, %{{.*}} : memref<2x5xf32>, memref<2xf32>)
// CHECK: ssm.causal_conv1d "b l c, c k -> b l c" x(%{{.*}} : memref<2x5x1xf32>) weight(%{{.*}} : memref<1x4xf32>) activation(silu) outs(%{{.*}} : memref<2x5x1xf32>)
// CHECK: ssm.packed_matmul x(%{{.*}} : memref<2x5xf32>) packed(%{{.*}} : memref<1x5x32xf32>) outs(%{{.*}} : memref<2x7xf32>)
func.func @others(%a: tensor<2x5xf32>, %x: tensor<2x5x1xf32>, %w: tensor<1x4xf32>, %p: tensor<1x5x32xf32>)
    -> (tensor<2x5x5xf32>, tensor<2x5xf32>, tensor<2xf32>, tensor<2x5x1xf32>, tensor<2x7xf32>) {
  %e0 = tensor.empty() : tensor<2x5x5xf32>
  %0 = ssm.segsum dim(1) ins(%a : tensor<2x5xf32>) outs(%e0 : tensor<2x5x5xf32>)
  %e1 = tensor.empty() : tensor<2x5xf32>
  %e2 = tensor.empty() : tensor<2xf32>
  %1:2 = ssm.scan "b t, b t -> b t, b" axis(1) a(%a : tensor<2x5xf32>) b(%a : tensor<2x5xf32>) outs(%e1, %e2 : tensor<2x5xf32>, tensor<2xf32>)
  %e3 = tensor.empty() : tensor<2x5x1xf32>
  %3 = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<2x5x1xf32>) weight(%w : tensor<1x4xf32>) activation(silu) outs(%e3 : tensor<2x5x1xf32>)
  %e4 = tensor.empty() : tensor<2x7xf32>
  %4 = ssm.packed_matmul x(%a : tensor<2x5xf32>) packed(%p : tensor<1x5x32xf32>) outs(%e4 : tensor<2x7xf32>)
  return %0, %1#0, %1#1, %3, %4 : tensor<2x5x5xf32>, tensor<2x5xf32>, tensor<2xf32>, tensor<2x5x1xf32>, tensor<2x7xf32>
}

// CHECK-LABEL: func @models
// CHECK-NOT: tensor<
// CHECK-NOT: memref.copy
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h p n" x(%{{.*}} : memref<2x5x4x3xf32>)
// CHECK: ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%{{.*}} : memref<2x5x4xf32>) {{.*}} outs(%{{.*}} : memref<2x5x4xf32>)
// CHECK: ssm.attention "b q h d, b s h d, b s h e -> b q h e" query(%{{.*}} : memref<2x5x4x3xf32>)
func.func @models(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %A2: tensor<4x6xf32>, %B: tensor<2x5x6xf32>)
    -> (tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>, tensor<2x5x4xf32>, tensor<2x5x4x3xf32>) {
  %e0 = tensor.empty() : tensor<2x5x4x3xf32>
  %e1 = tensor.empty() : tensor<2x4x3x6xf32>
  %0:2 = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h p n" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>)
      B(%B : tensor<2x5x6xf32>) C(%B : tensor<2x5x6xf32>) outs(%e0, %e1 : tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>)
  %e2 = tensor.empty() : tensor<2x5x4xf32>
  %1 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%dt : tensor<2x5x4xf32>) delta(%dt : tensor<2x5x4xf32>) A(%A2 : tensor<4x6xf32>)
      B(%B : tensor<2x5x6xf32>) C(%B : tensor<2x5x6xf32>) outs(%e2 : tensor<2x5x4xf32>)
  %e3 = tensor.empty() : tensor<2x5x4x3xf32>
  %2 = ssm.attention "b q h d, b s h d, b s h e -> b q h e" query(%x : tensor<2x5x4x3xf32>) key(%x : tensor<2x5x4x3xf32>) value(%x : tensor<2x5x4x3xf32>)
      scale(1.0) causal outs(%e3 : tensor<2x5x4x3xf32>)
  return %0#0, %0#1, %1, %2 : tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>, tensor<2x5x4xf32>, tensor<2x5x4x3xf32>
}

// Rows are written into the cache where it may be written to, and into a copy of it where its old rows are read later.
// CHECK-LABEL: func @append
// CHECK-SAME: (%[[C:[a-z0-9]+]]: memref<2x3x9x5xf32>
func.func @append(%cache: tensor<2x3x9x5xf32> {bufferization.writable = true}, %rows: tensor<2x3x1x5xf32>, %p: tensor<2xi64>)
    -> (tensor<2x3x9x5xf32>, tensor<2x3x9x5xf32>) {
  // CHECK-NOT: memref.copy
  // CHECK: ssm.append {{.*}} outs(%[[C]] : memref<2x3x9x5xf32>)
  // CHECK: ssm.append {{.*}} outs(%[[C]] : memref<2x3x9x5xf32>)
  // CHECK: %[[A:.*]] = memref.alloc() {{.*}}: memref<2x3x9x5xf32>
  // CHECK: memref.copy %[[C]], %[[A]]
  // CHECK: ssm.append {{.*}} outs(%[[A]] : memref<2x3x9x5xf32>)
  %0 = ssm.append "b h l d, b -> b h s d" rows(%rows : tensor<2x3x1x5xf32>) at(%p : tensor<2xi64>) outs(%cache : tensor<2x3x9x5xf32>)
  %1 = ssm.append "b h l d, b -> b h s d" rows(%rows : tensor<2x3x1x5xf32>) at(%p : tensor<2xi64>) outs(%0 : tensor<2x3x9x5xf32>)
  %2 = ssm.append "b h l d, b -> b h s d" rows(%rows : tensor<2x3x1x5xf32>) at(%p : tensor<2xi64>) outs(%1 : tensor<2x3x9x5xf32>)
  return %1, %2 : tensor<2x3x9x5xf32>, tensor<2x3x9x5xf32>
}
