// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file | FileCheck %s

// Groups of panels times blocks of rows in parallel; three blocks of 256 along the sums; 24 sums, then 16 for the last 8
// rows of a block. Sums wait on the stack until the last block.
// CHECK-LABEL: func.func @prefill
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c6{{.*}}, %c6{{.*}})
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<96x256xf32>
// CHECK: scf.for {{.*}} to %c3
// CHECK: memref.prefetch
// CHECK-COUNT-24: math.fma
// CHECK: scf.if
// CHECK-COUNT-24: vector.store
// CHECK: } else {
// CHECK-COUNT-24: vector.store
// CHECK-COUNT-16: math.fma
// CHECK: scf.if
// CHECK-COUNT-16: vector.store
// CHECK-NOT: vector.maskedstore
// CHECK-NOT: ssm.packed_matmul
func.func @prefill(%x: memref<512x768xf32>, %w: memref<24x768x32xf32>, %y: memref<512x768xf32>) {
  ssm.packed_matmul x(%x : memref<512x768xf32>) packed(%w : memref<24x768x32xf32>) outs(%y : memref<512x768xf32>)
  return
}

// -----

// One row: four chains of two sums, and no loops over rows. What is prefetched is 64 rows ahead, 8 KB, and read once.
// CHECK-LABEL: func.func @decode
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c24{{.*}}, %c1{{.*}})
// CHECK: scf.for %[[S:[a-z0-9]+]] = %c0{{.*}} step %c4
// CHECK: %[[AHEAD:.*]] = arith.muli %[[S]], %c32
// CHECK: memref.prefetch %{{.*}}[%{{.*}}, %c64{{.*}}, %[[AHEAD]]], read, locality<0>, data
// CHECK: memref.prefetch
// CHECK-COUNT-8: math.fma
// CHECK-NOT: math.fma
// CHECK: %[[BIAS:.*]] = vector.load %{{.*}} : memref<1x768xf32>, vector<16xf32>
// CHECK: arith.addf %{{.*}}, %[[BIAS]] : vector<16xf32>
// CHECK: math.exp {{.*}} : vector<16xf32>
// CHECK: vector.store
func.func @decode(%x: memref<1x768xf32>, %w: memref<24x768x32xf32>, %b: memref<1x768xf32>, %y: memref<1x768xf32>) {
  ssm.packed_matmul x(%x : memref<1x768xf32>) packed(%w : memref<24x768x32xf32>) with(%b : memref<1x768xf32>) outs(%y : memref<1x768xf32>) epilogue {
  ^bb0(%s: f32, %v: f32):
    %sum = arith.addf %s, %v : f32
    %e = math.exp %sum : f32
    ssm.yield %e : f32
  }
  return
}

// -----

// 16-bit rows are widened on the stack, a block at a time; a last panel that is not full is masked.
// CHECK-LABEL: func.func @halves
// CHECK: scf.parallel
// CHECK: %[[WIDE:.*]] = memref.alloca() {alignment = 64 : i64} : memref<96x64xf32>
// CHECK: arith.extf {{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: memref.load %[[WIDE]]
// CHECK: vector.maskedstore
func.func @halves(%x: memref<?x40xf16>, %w: memref<2x40x32xf16>, %y: memref<?x33xf16>) {
  ssm.packed_matmul x(%x : memref<?x40xf16>) packed(%w : memref<2x40x32xf16>) outs(%y : memref<?x33xf16>)
  return
}

// -----

// bf16 weights are pairs of rows. Without an instruction for pairs of products each half is widened: one shift, one mask.
// CHECK-LABEL: func.func @pairs
// CHECK: vector.load %{{.*}} : memref<1x32x64xbf16>, vector<32xbf16>
// CHECK: arith.shli
// CHECK: arith.andi
// CHECK: math.fma
func.func @pairs(%x: memref<4x64xf32>, %w: memref<1x32x64xbf16>, %y: memref<4x32xf32>) {
  ssm.packed_matmul x(%x : memref<4x64xf32>) packed(%w : memref<1x32x64xbf16>) outs(%y : memref<4x32xf32>)
  return
}

// -----

// With it, pairs of x are read where they are, or, where the last one lacks its second half, copied with a zero.
// CHECK-LABEL: func.func @dots
// CHECK-NOT: memref.alloca
// CHECK-NOT: math.fma
// CHECK: vector.load %{{.*}} : memref<4x64xbf16>, vector<2xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK-LABEL: func.func @odd_dots
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<12x48xf32>
// CHECK: vector.maskedload {{.*}} : memref<4x65xbf16>
module attributes {mambac.target = {vector_bytes = 64 : i64, native_bf16 = true}} {
  func.func @dots(%x: memref<4x64xbf16>, %w: memref<1x32x64xbf16>, %y: memref<4x32xbf16>) {
    ssm.packed_matmul x(%x : memref<4x64xbf16>) packed(%w : memref<1x32x64xbf16>) outs(%y : memref<4x32xbf16>)
    return
  }
  func.func @odd_dots(%x: memref<4x65xbf16>, %w: memref<1x33x64xbf16>, %y: memref<4x32xbf16>) {
    ssm.packed_matmul x(%x : memref<4x65xbf16>) packed(%w : memref<1x33x64xbf16>) outs(%y : memref<4x32xbf16>)
    return
  }
}

// -----

// A residual in 16 bits where vectors have no masks for those: 13 columns are left in the last panel, 8 go into the vector.
// CHECK-LABEL: func.func @lanes
// CHECK: %[[LEFT:.*]] = arith.subi %c45
// CHECK: %[[LANES:.*]] = arith.minsi %[[LEFT]], %c8
// CHECK: scf.for {{.*}} to %[[LANES]]
// CHECK: memref.load %{{.*}} : memref<1x45xf16>
module attributes {mambac.target = {vector_bytes = 32 : i64}} {
  func.func @lanes(%x: memref<1x64xf32>, %w: memref<2x64x32xf32>, %r: memref<1x45xf16>, %y: memref<1x45xf32>) {
    ssm.packed_matmul x(%x : memref<1x64xf32>) packed(%w : memref<2x64x32xf32>) with(%r : memref<1x45xf16>) outs(%y : memref<1x45xf32>) epilogue {
    ^bb0(%s: f32, %v: f16):
      %wide = arith.extf %v : f16 to f32
      %sum = arith.addf %s, %wide : f32
      ssm.yield %sum : f32
    }
    return
  }
}
