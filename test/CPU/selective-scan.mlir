// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file | FileCheck %s

// Lanes are channels: one parallel loop over batches and items of four vectors of channels, tiles of time, the vectors of an
// item, and inside the recurrence with 16 states in registers. No vector is of dynamic size.
// CHECK-LABEL: func.func @plain
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c1{{.*}}, %c24{{.*}})
// CHECK-NOT: vector.create_mask
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-16: math.exp2
// CHECK-NOT: ssm.selective_scan
func.func @plain(%u: memref<1x64x1536xf32>, %delta: memref<1x64x1536xf32>, %A: memref<1536x16xf32>,
                 %B: memref<1x64x16xf32>, %C: memref<1x64x16xf32>, %y: memref<1x64x1536xf32>) {
  ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d"
    u(%u : memref<1x64x1536xf32>) delta(%delta : memref<1x64x1536xf32>) A(%A : memref<1536x16xf32>)
    B(%B : memref<1x64x16xf32>) C(%C : memref<1x64x16xf32>) outs(%y : memref<1x64x1536xf32>)
  return
}

// -----

// A number of channels that is not a multiple of the vector masks its last vector; groups are not straddled: 3 groups
// of 20 channels are 9 vectors of 8 lanes, in fewer items only where the batch makes enough of them.
// CHECK-LABEL: func.func @groups
// CHECK: scf.parallel
// CHECK: vector.load {{.*}} vector<8xf32>
// CHECK: scf.if
// CHECK: vector.create_mask
// CHECK: vector.maskedload
// CHECK: vector.maskedstore
module attributes {mambac.target = {vector_bytes = 32 : i64}} {
  func.func @groups(%u: memref<?x?x60xf32>, %delta: memref<?x?x60xf32>, %A: memref<60x4xf32>,
                    %B: memref<?x?x3x4xf32>, %C: memref<?x?x3x4xf32>, %y: memref<?x?x60xf32>) {
    ssm.selective_scan "b l d, b l d, d n, b l d/20 n, b l d/20 n -> b l d"
      u(%u : memref<?x?x60xf32>) delta(%delta : memref<?x?x60xf32>) A(%A : memref<60x4xf32>)
      B(%B : memref<?x?x3x4xf32>) C(%C : memref<?x?x3x4xf32>) outs(%y : memref<?x?x60xf32>)
    return
  }
}

// -----

// Where time is innermost in memory, tiles are transposed through registers.
// CHECK-LABEL: func.func @time_innermost
// CHECK: scf.parallel
// CHECK-COUNT-64: vector.shuffle {{.*}} : vector<16xf32>, vector<16xf32>
func.func @time_innermost(%u: memref<1x16x64xbf16>, %delta: memref<1x16x64xbf16>, %A: memref<16x1xf32>,
                          %B: memref<1x64x1xf32>, %C: memref<1x64x1xf32>, %y: memref<1x16x64xbf16>) {
  ssm.selective_scan "b d l, b d l, d n, b l n, b l n -> b d l"
    u(%u : memref<1x16x64xbf16>) delta(%delta : memref<1x16x64xbf16>) A(%A : memref<16x1xf32>)
    B(%B : memref<1x64x1xf32>) C(%C : memref<1x64x1xf32>) outs(%y : memref<1x16x64xbf16>)
  return
}
