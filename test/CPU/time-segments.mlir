// RUN: mamba-opt %s --mambac-expand-kernels --canonicalize --split-input-file | FileCheck %s

// Two heads for eight cores: five segments of time, four of which run at a time, twice; what is kept of them fits 8 states.
// CHECK-LABEL: func.func @two_heads
// CHECK: memref.alloc() {{.*}} : memref<8x16x64xf32>
// CHECK: scf.for {{.*}} = %c0 to %c2 step %c1
// CHECK: scf.parallel ({{.*}}) = (%c0, %c0) to (%c2, %c4)
module attributes {mambac.target = {cores = 8 : i64}} {
  func.func @two_heads(%x: memref<1x2048x2x64xf32>, %dt: memref<1x2048x2xf32>, %A: memref<2xf32>,
                       %B: memref<1x2048x16xf32>, %C: memref<1x2048x16xf32>, %y: memref<1x2048x2x64xf32>) {
    ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
      x(%x : memref<1x2048x2x64xf32>) dt(%dt : memref<1x2048x2xf32>) A(%A : memref<2xf32>)
      B(%B : memref<1x2048x16xf32>) C(%C : memref<1x2048x16xf32>) outs(%y : memref<1x2048x2x64xf32>)
    return
  }
}

// -----

// Enough for two cores.
// CHECK-LABEL: func.func @enough_heads
// CHECK-NOT: scf.for {{.*}} to %c2 step
// CHECK: scf.parallel ({{.*}}) = (%c0) to (%c2)

module attributes {mambac.target = {cores = 2 : i64}} {
  func.func @enough_heads(%x: memref<1x2048x2x64xf32>, %dt: memref<1x2048x2xf32>, %A: memref<2xf32>,
                          %B: memref<1x2048x16xf32>, %C: memref<1x2048x16xf32>, %y: memref<1x2048x2x64xf32>) {
    ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
      x(%x : memref<1x2048x2x64xf32>) dt(%dt : memref<1x2048x2xf32>) A(%A : memref<2xf32>)
      B(%B : memref<1x2048x16xf32>) C(%C : memref<1x2048x16xf32>) outs(%y : memref<1x2048x2x64xf32>)
    return
  }
}

// -----

// 64 channels are four items; of an open length nobody knows how many segments it has.
// CHECK-LABEL: func.func @few_channels
// CHECK: %[[KEPT:.*]] = memref.alloc() {{.*}} : memref<8x64x16xf32>
// CHECK: scf.for
// CHECK: scf.parallel ({{.*}}) = (%c0, %c0) to (%c4, %{{.*}})
// CHECK: vector.load %[[KEPT]]
// CHECK: vector.store {{.*}}, %[[KEPT]]
module attributes {mambac.target = {cores = 8 : i64}} {
  func.func @few_channels(%u: memref<1x?x64xf32>, %delta: memref<1x?x64xf32>, %A: memref<64x16xf32>,
                          %B: memref<1x?x16xf32>, %C: memref<1x?x16xf32>, %y: memref<1x?x64xf32>) {
    ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d"
      u(%u : memref<1x?x64xf32>) delta(%delta : memref<1x?x64xf32>) A(%A : memref<64x16xf32>)
      B(%B : memref<1x?x16xf32>) C(%C : memref<1x?x16xf32>) outs(%y : memref<1x?x64xf32>)
    return
  }
}

// -----

// 1200 steps are too few for more than two segments of 512.
// CHECK-LABEL: func.func @short
// CHECK-NOT: memref.alloc()
// CHECK: scf.parallel ({{.*}}) = (%c0) to (%c4)
module attributes {mambac.target = {cores = 8 : i64}} {
  func.func @short(%u: memref<1x1200x64xf32>, %delta: memref<1x1200x64xf32>, %A: memref<64x16xf32>,
                   %B: memref<1x1200x16xf32>, %C: memref<1x1200x16xf32>, %y: memref<1x1200x64xf32>) {
    ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d"
      u(%u : memref<1x1200x64xf32>) delta(%delta : memref<1x1200x64xf32>) A(%A : memref<64x16xf32>)
      B(%B : memref<1x1200x16xf32>) C(%C : memref<1x1200x16xf32>) outs(%y : memref<1x1200x64xf32>)
    return
  }
}
