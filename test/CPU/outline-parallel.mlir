// Outermost parallel loops become bodies for the runtime's parallel_for; every function gets the services pointer.
// RUN: mamba-opt %s --mambac-outline-parallel | FileCheck %s

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[SERVICES:[a-z0-9]+]]: !llvm.ptr
// Profiling marks around a numbered call:
// CHECK: %[[BEGIN:.*]] = llvm.getelementptr %[[SERVICES]][2]
// CHECK: scf.if
// CHECK: call @kernel(%[[SERVICES]], %{{.*}})
// CHECK: llvm.getelementptr %[[SERVICES]][3]
func.func @main(%x: memref<?xf32>) {
  func.call @kernel(%x) {mambac.kernel = 0 : i32} : (memref<?xf32>) -> ()
  return
}

// CHECK-LABEL: func.func private @kernel(
// CHECK-SAME: %[[SERVICES:[a-z0-9]+]]: !llvm.ptr, %[[X:[a-z0-9]+]]: memref<?xf32>
// CHECK: llvm.alloca %{{.*}} x !llvm.struct<(struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>, i64)>
// CHECK: %[[BODY:.*]] = constant @kernel_body0
// CHECK: %[[FOR:.*]] = llvm.load %[[SERVICES]]
// CHECK: llvm.call %[[FOR]](%[[SERVICES]], %{{.*}}, %{{.*}}, %{{.*}}) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> ()
// CHECK-NOT: scf.parallel
// CHECK: return
func.func private @kernel(%x: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %scratch = memref.alloca() : memref<4xf32>
    memref.store %one, %scratch[%c0] : memref<4xf32>
    memref.store %one, %x[%i] : memref<?xf32>
  }
  return
}

// Scratch memory is one per call of the body, not one per item.
// CHECK-LABEL: func.func private @kernel_body0(
// CHECK-SAME: !llvm.ptr, %[[FROM:[a-z0-9]+]]: i64, %[[TO:[a-z0-9]+]]: i64)
// CHECK: memref.alloca() : memref<4xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloca
// CHECK: memref.store
