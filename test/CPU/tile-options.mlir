// Chunks and tiles are options of the passes that use them, and of the stages' pipelines. They change loops, not results.
// RUN: mamba-opt %s --split-input-file --mambac-expand-kernels --canonicalize | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: mamba-opt %s --split-input-file --mambac-expand-kernels="ssd-chunk=64 scan-time=8 scan-states=4 scan-vectors=2 conv-time=50 attention-queries=16 attention-keys=32 matmul-rows=48 matmul-vectors=1 tile-rows=4" \
// RUN:   --canonicalize | FileCheck %s --check-prefixes=CHECK,GIVEN

// Values that no kernel can have.
// RUN: not mamba-opt %s --split-input-file --mambac-expand-kernels="ssd-chunk=0" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not mamba-opt %s --split-input-file --mambac-expand-kernels="ssd-chunk=40" 2>&1 | FileCheck %s --check-prefix=MULTIPLE
// RUN: not mamba-opt %s --split-input-file --mambac-lower-cpu="attention-keys=-64" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not mamba-opt %s --split-input-file --mambac-lower-cpu="conv-time=0" 2>&1 | FileCheck %s --check-prefix=CONV
// RUN: not mamba-opt %s --split-input-file --mambac-lower-cpu="scan-states=100" 2>&1 | FileCheck %s --check-prefix=STATES
// RUN: not mamba-opt %s --split-input-file --mambac-lower-cpu="tile-rows=13" 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not mamba-opt %s --split-input-file --mambac-lower-cpu="grain=0" 2>&1 | FileCheck %s --check-prefix=GRAIN
// RUN: not mamba-opt %s --split-input-file --mambac-lower-linalg="sum-vectors=3" 2>&1 | FileCheck %s --check-prefix=SUMS
// RUN: not mamba-opt %s --split-input-file --mambac-schedule="largest-body=-1" 2>&1 | FileCheck %s --check-prefix=BODY
// RUN: not mamba-opt %s --split-input-file --mambac-schedule="exact-up-to=1" 2>&1 | FileCheck %s --check-prefix=EXACT
// RUN: not mamba-opt %s --split-input-file --mambac-expand-kernels="matmul-vectors=3" 2>&1 | FileCheck %s --check-prefix=PANEL
// ZERO: error: mambac-expand-kernels: ssd-chunk has to be from 16 to 512 and a multiple of 16, not 0
// MULTIPLE: error: mambac-expand-kernels: ssd-chunk has to be from 16 to 512 and a multiple of 16, not 40
// NEGATIVE: error: mambac-expand-kernels: attention-keys has to be from 16 to 512 and a multiple of 16, not -64
// CONV: error: mambac-expand-kernels: conv-time has to be from 1 to 4096, not 0
// STATES: error: mambac-expand-kernels: scan-states has to be from 1 to 64, not 100
// ROWS: error: mambac-expand-kernels: tile-rows has to be from 1 to 12, not 13
// GRAIN: error: mambac-lower-linalg: grain has to be from 1 to 2^40, not 0
// SUMS: error: mambac-lower-linalg: sum-vectors has to be 1, 2, 4 or 8, not 3
// BODY: error: mambac-fuse-elementwise: largest-body has to be at least 0, not -1
// EXACT: error: ssm-order-contractions: exact-up-to is from 2 to 12
// PANEL: error: tiles of 3 vectors of 16 columns do not divide a panel of 32 columns; give another matmul-vectors

// 200 steps are 5 chunks of 48, or 4 of 64.
// CHECK-LABEL: func.func @ssd
// DEFAULT: memref.alloc() {alignment = 64 : i64} : memref<1x1x5x48x48xf32>
// DEFAULT: scf.for {{.*}} step %c48
// GIVEN: memref.alloc() {alignment = 64 : i64} : memref<1x1x4x64x64xf32>
// GIVEN: scf.for {{.*}} step %c64
func.func @ssd(%x: memref<1x200x4x8xf32>, %dt: memref<1x200x4xf32>, %A: memref<4xf32>, %B: memref<1x200x16xf32>,
               %C: memref<1x200x16xf32>, %y: memref<1x200x4x8xf32>) {
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
    x(%x : memref<1x200x4x8xf32>) dt(%dt : memref<1x200x4xf32>) A(%A : memref<4xf32>)
    B(%B : memref<1x200x16xf32>) C(%C : memref<1x200x16xf32>) outs(%y : memref<1x200x4x8xf32>)
  return
}

// -----

// 24 items of four vectors of channels, or 48 of two; 128 steps and 16 states at a time, or 8 and 4.
// CHECK-LABEL: func.func @selective_scan
// DEFAULT: scf.parallel ({{.*}}) = ({{.*}}) to (%c24)
// DEFAULT: scf.for {{.*}} step %c128
// DEFAULT-COUNT-16: math.exp2
// DEFAULT-NOT: math.exp2
// GIVEN: scf.parallel ({{.*}}) = ({{.*}}) to (%c48)
// GIVEN: scf.for {{.*}} step %c8
// GIVEN-COUNT-8: math.exp2
// GIVEN-NOT: math.exp2
// CHECK: return
func.func @selective_scan(%u: memref<1x256x1536xf32>, %delta: memref<1x256x1536xf32>, %A: memref<1536x16xf32>,
                          %B: memref<1x256x16xf32>, %C: memref<1x256x16xf32>, %y: memref<1x256x1536xf32>) {
  ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d"
    u(%u : memref<1x256x1536xf32>) delta(%delta : memref<1x256x1536xf32>) A(%A : memref<1536x16xf32>)
    B(%B : memref<1x256x16xf32>) C(%C : memref<1x256x16xf32>) outs(%y : memref<1x256x1536xf32>)
  return
}

// -----

// 200 steps in pieces of 128, or of 50; 1536 channels in blocks of 512.
// CHECK-LABEL: func.func @conv
// DEFAULT: scf.parallel ({{.*}}) = ({{.*}}) to (%c2, %c3)
// GIVEN: scf.parallel ({{.*}}) = ({{.*}}) to (%c4, %c3)
func.func @conv(%x: memref<1x200x1536xf32>, %w: memref<1536x4xf32>, %y: memref<1x200x1536xf32>) {
  ssm.causal_conv1d "b l c, c k -> b l c" x(%x : memref<1x200x1536xf32>) weight(%w : memref<1536x4xf32>)
    outs(%y : memref<1x200x1536xf32>)
  return
}

// -----

// 96 queries and keys.
// CHECK-LABEL: func.func @attention
// DEFAULT: scf.parallel ({{.*}}) = ({{.*}}) to (%c4, %c2)
// DEFAULT: scf.for {{.*}} = %c0 to %c96 step %c64
// GIVEN: scf.parallel ({{.*}}) = ({{.*}}) to (%c4, %c6)
// GIVEN: scf.for {{.*}} = %c0 to %c96 step %c32
func.func @attention(%q: memref<1x4x96x16xf32>, %k: memref<1x4x96x16xf32>, %v: memref<1x4x96x16xf32>, %y: memref<1x4x96x16xf32>) {
  ssm.attention "b h q d, b h s d, b h s e -> b h q e" query(%q : memref<1x4x96x16xf32>)
    key(%k : memref<1x4x96x16xf32>) value(%v : memref<1x4x96x16xf32>) scale(2.500000e-01)
    outs(%y : memref<1x4x96x16xf32>)
  return
}

// -----

// 960 rows in blocks of 96, with groups of 6 panels, or of 48, with groups of 8; registers hold 12 x 2 vectors, or 4 x 1.
// CHECK-LABEL: func.func @matmul
// DEFAULT: scf.parallel ({{.*}}) = ({{.*}}) to (%c10, %c4)
// DEFAULT: scf.for {{.*}} step %c12
// GIVEN: scf.parallel ({{.*}}) = ({{.*}}) to (%c20, %c3)
// GIVEN: scf.for {{.*}} step %c4
func.func @matmul(%x: memref<960x768xf32>, %w: memref<24x768x32xf32>, %y: memref<960x768xf32>) {
  ssm.packed_matmul x(%x : memref<960x768xf32>) packed(%w : memref<24x768x32xf32>) outs(%y : memref<960x768xf32>)
  return
}
