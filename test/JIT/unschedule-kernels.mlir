// Scheduled kernels go back to their definitions on tensors, so that a schedule can be run without its kernels.
// RUN: mamba-opt %s --split-input-file --mambac-unschedule-kernels | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-lower-reference | FileCheck %s --check-prefix=LLVM
// LLVM-NOT: ssm.
// LLVM-NOT: linalg.

// CHECK-LABEL: @cumsum
// CHECK: %[[X:.*]] = bufferization.to_tensor %{{.*}} restrict : memref<?x4xf32> to tensor<?x4xf32>
// CHECK: %[[Y:.*]] = ssm.cumsum dim(0) ins(%[[X]] : tensor<?x4xf32>)
// CHECK: bufferization.materialize_in_destination %[[Y]] in restrict writable
func.func @cumsum(%x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  ssm.cumsum dim(0) ins(%x : memref<?x4xf32>) outs(%y : memref<?x4xf32>)
  return
}

// -----

// CHECK-LABEL: @starts_from_one
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : memref<f32>)
// CHECK: linalg.generic
// CHECK-NOT: mambac.start
func.func @starts_from_one(%x: memref<4xf32>, %y: memref<f32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : memref<4xf32>) outs(%y : memref<f32>) attrs = {mambac.start = 1.0 : f32} {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}
