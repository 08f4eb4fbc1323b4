// A loop over tensors becomes one kernel: what it carries stays in one buffer, results land where they are returned, and
// nothing is allocated in an iteration.
// RUN: mamba-opt %s --split-input-file --mambac-write-carries-in-place | FileCheck %s --check-prefix=CARRY
// RUN: mamba-opt %s --split-input-file --mambac-schedule | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-schedule --mambac-lower-cpu -o /dev/null

#map = affine_map<(d0) -> (d0)>

// CARRY-LABEL: func.func @main
// CARRY: scf.for {{.*}} iter_args(%[[H:.*]] = %{{.*}}, %[[OUT:.*]] = %{{.*}})
// CARRY: %[[NEXT:.*]] = linalg.generic
// CARRY: %[[INTO:.*]] = tensor.insert_slice %[[NEXT]] into %[[OUT]]
// CARRY: %[[WRITE:.*]] = bufferization.materialize_in_destination %[[NEXT]] in %[[H]]
// CARRY: scf.yield %[[WRITE]], %[[INTO]]

// CHECK-LABEL: func.func @main
// CHECK: %[[STATE:.*]] = memref.alloc
// CHECK: call @for_0(
// CHECK-LABEL: func.func private @for_0
// CHECK: scf.for
// CHECK-NOT: memref.alloc
// CHECK: linalg.generic
// CHECK: memref.copy
func.func @main(%a: tensor<?x5xf32>, %h0: tensor<5xf32>) -> (tensor<?x5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %a, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %r:2 = scf.for %t = %c0 to %n step %c1 iter_args(%h = %h0, %out = %e) -> (tensor<5xf32>, tensor<?x5xf32>) {
    %at = tensor.extract_slice %a[%t, 0] [1, 5] [1, 1] : tensor<?x5xf32> to tensor<5xf32>
    %fresh = tensor.empty() : tensor<5xf32>
    %next = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]}
        ins(%at, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%x: f32, %y: f32, %z: f32):
      %m = arith.mulf %x, %y : f32
      %s = arith.addf %m, %x : f32
      linalg.yield %s : f32
    } -> tensor<5xf32>
    %o = tensor.insert_slice %next into %out[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<?x5xf32>
    scf.yield %next, %o : tensor<5xf32>, tensor<?x5xf32>
  }
  return %r#1, %r#0 : tensor<?x5xf32>, tensor<5xf32>
}

// -----

// Two carries that change places need a copy, which is made once for all iterations.

#map = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func.func @main
// CHECK: call @for_0(
// CHECK-LABEL: func.func private @for_0
// CHECK: scf.for
// CHECK-NOT: memref.alloc
func.func @main(%a: tensor<5xf32>, %b: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r:2 = scf.for %t = %c0 to %c7 step %c1 iter_args(%p = %a, %q = %b) -> (tensor<5xf32>, tensor<5xf32>) {
    scf.yield %q, %p : tensor<5xf32>, tensor<5xf32>
  }
  return %r#0, %r#1 : tensor<5xf32>, tensor<5xf32>
}
