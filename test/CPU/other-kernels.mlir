// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file | FileCheck %s

// Batches, tiles of 128 steps and blocks of 512 channels in parallel. The first three steps come from a copy that begins with
// the window (here zeros), then 4 steps of a vector of channels read 7 rows.
// CHECK-LABEL: func.func @conv
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%c1{{.*}}, %c2{{.*}}, %c1{{.*}})
// CHECK: scf.for {{.*}} step %c4
// CHECK: scf.for {{.*}} step %c16
// CHECK-COUNT-7: vector.load {{.*}} : memref<1x200x48xf32>, vector<16xf32>
// CHECK-COUNT-4: vector.store {{.*}} : memref<1x200x48xf32>, vector<16xf32>
// CHECK-NOT: ssm.causal_conv1d
func.func @conv(%x: memref<1x200x48xf32>, %w: memref<48x4xf32>, %b: memref<48xf32>, %y: memref<1x200x48xf32>) {
  ssm.causal_conv1d "b l c, c k, c -> b l c" x(%x : memref<1x200x48xf32>) weight(%w : memref<48x4xf32>)
    bias(%b : memref<48xf32>) activation(silu) outs(%y : memref<1x200x48xf32>)
  return
}

// -----

// Time innermost in memory: lanes are steps, and four shifted loads read the input where it is.
// CHECK-LABEL: func.func @conv_time
// CHECK-NOT: vector.shuffle
// CHECK: scf.for {{.*}} step %c16
// CHECK-COUNT-4: vector.load {{.*}} : memref<1x48x200xf32>, vector<16xf32>
// CHECK: vector.store {{.*}} : memref<1x48x200xf32>, vector<16xf32>
func.func @conv_time(%x: memref<1x48x200xf32>, %w: memref<48x4xf32>, %y: memref<1x48x200xf32>) {
  ssm.causal_conv1d "b c l, c k -> b c l" x(%x : memref<1x48x200xf32>) weight(%w : memref<48x4xf32>)
    outs(%y : memref<1x48x200xf32>)
  return
}

// -----

// Tiles of 48 queries and 64 keys: nothing on the stack or the heap grows with the length.
// CHECK-LABEL: func.func @attention
// CHECK-NOT: memref.alloc(
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%c1{{.*}}, %c4{{.*}}, %{{.*}})
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<48x64xf32>
// CHECK-NOT: memref.alloc(
// CHECK-NOT: memref.alloca(%
// CHECK-NOT: ssm.attention
func.func @attention(%q: memref<1x4x?x64xf32>, %k: memref<1x2x?x64xf32>, %v: memref<1x2x?x64xf32>, %y: memref<1x4x?x64xf32>) {
  ssm.attention "b h q d, b h/2 s d, b h/2 s e -> b h q e" query(%q : memref<1x4x?x64xf32>)
    key(%k : memref<1x2x?x64xf32>) value(%v : memref<1x2x?x64xf32>) scale(1.250000e-01) causal
    outs(%y : memref<1x4x?x64xf32>)
  return
}

// -----

// One query behind those that a cache holds: four heads share a key, whose rows are read where they lie, up to the position.
// CHECK-LABEL: func.func @attention_step
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%{{.*}}, %c2{{.*}})
// CHECK: memref.load %arg3
// CHECK: scf.for {{.*}} step %c64
// CHECK: scf.for {{.*}} to %c4
// CHECK: scf.for {{.*}} step %c16
// CHECK-COUNT-16: vector.load %arg1
// CHECK: vector.load %arg2
func.func @attention_step(%q: memref<?x8x1x64xf32>, %k: memref<?x2x?x64xf32>, %v: memref<?x2x?x64xf32>, %p: memref<?xi64>, %y: memref<?x8x1x64xf32>) {
  ssm.attention "b h q d, b h/4 s d, b h/4 s e, b -> b h q e" query(%q : memref<?x8x1x64xf32>)
    key(%k : memref<?x2x?x64xf32>) value(%v : memref<?x2x?x64xf32>) position(%p : memref<?xi64>) scale(1.250000e-01) causal
    outs(%y : memref<?x8x1x64xf32>)
  return
}

// -----

// 32 rows at a time go to their places in the cache.
// CHECK-LABEL: func.func @append
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%{{.*}}, %c2{{.*}}, %{{.*}})
// CHECK: memref.load %arg1
// CHECK: vector.load %arg0
// CHECK: vector.store {{.*}}, %arg2
func.func @append(%rows: memref<?x2x?x64xf32>, %p: memref<?xi64>, %cache: memref<?x2x?x64xf32>) {
  ssm.append "b h l d, b -> b h s d" rows(%rows : memref<?x2x?x64xf32>) at(%p : memref<?xi64>) outs(%cache : memref<?x2x?x64xf32>)
  return
}

// -----

// One step reads and writes the states in place, lanes along n, and makes no scores.
// CHECK-LABEL: func.func @step
// CHECK-NOT: memref.alloc(
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%c1{{.*}}, %c24{{.*}})
// CHECK: %[[S:.*]] = vector.load %arg5
// CHECK: %[[NEXT:.*]] = math.fma %{{.*}}, %[[S]]
// CHECK: vector.store %[[NEXT]], %arg7
func.func @step(%x: memref<1x1x24x64xf32>, %dt: memref<1x1x24xf32>, %A: memref<24xf32>, %B: memref<1x1x128xf32>,
                %C: memref<1x1x128xf32>, %s: memref<1x24x64x128xf32>, %y: memref<1x1x24x64xf32>,
                %t: memref<1x24x64x128xf32>) {
  ssm.ssd "b l h p, b l h, h, b l n, b l n, b h p n -> b l h p, b h p n"
    x(%x : memref<1x1x24x64xf32>) dt(%dt : memref<1x1x24xf32>) A(%A : memref<24xf32>)
    B(%B : memref<1x1x128xf32>) C(%C : memref<1x1x128xf32>) initial_state(%s : memref<1x24x64x128xf32>)
    outs(%y, %t : memref<1x1x24x64xf32>, memref<1x24x64x128xf32>)
  return
}

// -----

// One step of a convolution: 16 channels have their 4 taps in 4 vectors and their window's 3 entries, 4 apart, in 4 more, of which
// the last one has nothing in its last lane.
// CHECK-LABEL: func.func @conv_step
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%c1{{.*}}, %c2{{.*}})
// CHECK-COUNT-4: vector.load
// CHECK-COUNT-16: vector.shuffle
// CHECK-COUNT-3: vector.load
// CHECK: vector.create_mask %c15{{.*}} : vector<16xi1>
// CHECK: vector.maskedload
// CHECK-COUNT-12: vector.shuffle
// CHECK-NOT: vector.shuffle
func.func @conv_step(%x: memref<1x1x768xf32>, %w: memref<768x4xf32>, %b: memref<768xf32>,
                     %s: memref<1x768x3xf32, strided<[3072, 4, 1], offset: 1>>, %y: memref<1x1x768xf32>) {
  ssm.causal_conv1d "b l c, c k, c, b c k -> b l c" x(%x : memref<1x1x768xf32>) weight(%w : memref<768x4xf32>)
    bias(%b : memref<768xf32>) initial_window(%s : memref<1x768x3xf32, strided<[3072, 4, 1], offset: 1>>) activation(silu)
    outs(%y : memref<1x1x768xf32>)
  return
}

// -----

// One step of Mamba: blocks of 64 channels in parallel, lanes along n; the sums of 16 channels are added up in 15 pairs.
// CHECK-LABEL: func.func @mamba_step
// CHECK: scf.parallel ({{.*}}) = ({{.*}}) to (%c1{{.*}}, %c3{{.*}})
// CHECK: %[[S:.*]] = vector.load %arg5
// CHECK: %[[NEXT:.*]] = math.fma %{{.*}}, %[[S]]
// CHECK: vector.store %[[NEXT]], %arg7
// CHECK-COUNT-30: vector.shuffle
// CHECK-NOT: vector.shuffle
// CHECK: vector.store {{.*}} : memref<1x1x192xf32{{.*}}vector<16xf32>
func.func @mamba_step(%u: memref<1x192x1xf32>, %dt: memref<1x1x192xf32>, %A: memref<192x16xf32>, %B: memref<1x1x16xf32>,
                      %C: memref<1x1x16xf32>, %s: memref<1x192x16xf32>, %y: memref<1x1x192xf32>, %t: memref<1x192x16xf32>) {
  ssm.selective_scan "b d l, b l d, d n, b l n, b l n, b d n -> b l d, b d n"
    u(%u : memref<1x192x1xf32>) delta(%dt : memref<1x1x192xf32>) A(%A : memref<192x16xf32>)
    B(%B : memref<1x1x16xf32>) C(%C : memref<1x1x16xf32>) initial_state(%s : memref<1x192x16xf32>)
    outs(%y, %t : memref<1x1x192xf32>, memref<1x192x16xf32>)
  return
}

// -----

// CHECK-LABEL: func.func @cumsum
// CHECK: scf.parallel
// CHECK: arith.addi
func.func @cumsum(%x: memref<2x?xi64>, %y: memref<2x?xi64>) {
  ssm.cumsum dim(1) ins(%x : memref<2x?xi64>) outs(%y : memref<2x?xi64>)
  return
}
