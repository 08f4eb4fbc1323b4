// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file | FileCheck %s

// Blocks of rows times panels in parallel; 24 accumulators, then the last 8 rows by fours.
// CHECK-LABEL: func.func @prefill
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c4{{.*}}, %c24{{.*}})
// CHECK-COUNT-24: math.fma
// CHECK-COUNT-24: vector.store
// CHECK-NOT: vector.maskedstore
// CHECK-NOT: ssm.packed_matmul
func.func @prefill(%x: memref<512x768xf32>, %w: memref<24x768x32xf32>, %y: memref<512x768xf32>) {
  ssm.packed_matmul x(%x : memref<512x768xf32>) packed(%w : memref<24x768x32xf32>) outs(%y : memref<512x768xf32>)
  return
}

// -----

// One row: four chains of two sums, and no loops over rows.
// CHECK-LABEL: func.func @decode
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c1{{.*}}, %c24{{.*}})
// CHECK-COUNT-8: math.fma
// CHECK-NOT: math.fma
// CHECK: vector.store
func.func @decode(%x: memref<1x768xf32>, %w: memref<24x768x32xbf16>, %b: memref<768xf32>, %y: memref<1x768xf32>) {
  ssm.packed_matmul x(%x : memref<1x768xf32>) packed(%w : memref<24x768x32xbf16>) bias(%b : memref<768xf32>) outs(%y : memref<1x768xf32>)
  return
}

// -----

// 16-bit rows are widened by a loop of their own; a last panel that is not full is masked.
// CHECK-LABEL: func.func @halves
// CHECK: %[[WIDE:.*]] = memref.alloc(%{{.*}}) {alignment = 64 : i64} : memref<?x40xf32>
// CHECK: scf.parallel
// CHECK: arith.extf {{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: scf.parallel
// CHECK: memref.load %[[WIDE]]
// CHECK: vector.maskedstore
func.func @halves(%x: memref<?x40xf16>, %w: memref<2x40x32xf16>, %y: memref<?x33xf16>) {
  ssm.packed_matmul x(%x : memref<?x40xf16>) packed(%w : memref<2x40x32xf16>) outs(%y : memref<?x33xf16>)
  return
}
