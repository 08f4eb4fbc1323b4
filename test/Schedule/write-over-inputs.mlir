// Results in the place of inputs that die, and where they are not. Numbers: test/unit/CPU (SelectiveScan.ResultOverSteps), test/models.
// RUN: mamba-opt %s --split-input-file --mambac-write-over-inputs | FileCheck %s

// Both through views; what is written is read through a view of the same buffer.
// CHECK-LABEL: func.func @dies
// CHECK:         %[[FLAT:.*]] = memref.alloc(%{{.*}}) : memref<?x6xf32>
// CHECK:         call @project(%{{.*}}, %[[FLAT]])
// CHECK:         %[[DELTA:.*]] = memref.expand_shape %[[FLAT]]
// CHECK-NOT:     memref.alloc
// CHECK:         ssm.selective_scan {{.*}} delta(%[[DELTA]] : {{.*}} outs(%[[DELTA]] : memref<1x?x6xf32>)
// CHECK:         %[[Y:.*]] = memref.collapse_shape %[[DELTA]]
// CHECK:         call @project(%[[Y]], %{{.*}})
func.func private @project(%x: memref<?x6xf32>, %y: memref<?x6xf32>)
func.func @dies(%n: index, %x: memref<?x6xf32>, %u: memref<1x?x6xf32>, %a: memref<6x4xf32>, %b: memref<?x4xf32>, %out: memref<?x6xf32>) {
  %flat = memref.alloc(%n) : memref<?x6xf32>
  call @project(%x, %flat) : (memref<?x6xf32>, memref<?x6xf32>) -> ()
  %delta = memref.expand_shape %flat [[0, 1], [2]] output_shape [1, %n, 6] : memref<?x6xf32> into memref<1x?x6xf32>
  %y = memref.alloc(%n) : memref<1x?x6xf32>
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%u : memref<1x?x6xf32>) delta(%delta : memref<1x?x6xf32>) A(%a : memref<6x4xf32>) B(%b : memref<?x4xf32>) C(%b : memref<?x4xf32>) outs(%y : memref<1x?x6xf32>)
  %rows = memref.collapse_shape %y [[0, 1], [2]] : memref<1x?x6xf32> into memref<?x6xf32>
  call @project(%rows, %out) : (memref<?x6xf32>, memref<?x6xf32>) -> ()
  return
}

// -----

// The steps are read later.
// CHECK-LABEL: func.func @read_later
// CHECK:         %[[DELTA:.*]] = memref.alloc
// CHECK:         %[[Y:.*]] = memref.alloc
// CHECK:         ssm.selective_scan {{.*}} delta(%[[DELTA]] : {{.*}} outs(%[[Y]] :
func.func private @use(%x: memref<1x8x6xf32>)
func.func @read_later(%u: memref<1x8x6xf32>, %a: memref<6x4xf32>, %b: memref<8x4xf32>) {
  %delta = memref.alloc() : memref<1x8x6xf32>
  call @use(%delta) : (memref<1x8x6xf32>) -> ()
  %y = memref.alloc() : memref<1x8x6xf32>
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%u : memref<1x8x6xf32>) delta(%delta : memref<1x8x6xf32>) A(%a : memref<6x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%y : memref<1x8x6xf32>)
  call @use(%y) : (memref<1x8x6xf32>) -> ()
  call @use(%delta) : (memref<1x8x6xf32>) -> ()
  return
}

// -----

// They are u, too, which is read behind what is written.
// CHECK-LABEL: func.func @read_twice
// CHECK:         %[[Y:.*]] = memref.alloc() {same}
// CHECK:         ssm.selective_scan {{.*}} outs(%[[Y]] :
func.func private @use(%x: memref<1x8x6xf32>)
func.func @read_twice(%a: memref<6x4xf32>, %b: memref<8x4xf32>) {
  %delta = memref.alloc() : memref<1x8x6xf32>
  call @use(%delta) : (memref<1x8x6xf32>) -> ()
  %y = memref.alloc() {same} : memref<1x8x6xf32>
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%delta : memref<1x8x6xf32>) delta(%delta : memref<1x8x6xf32>) A(%a : memref<6x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%y : memref<1x8x6xf32>)
  call @use(%y) : (memref<1x8x6xf32>) -> ()
  return
}

// -----

// An argument is not written over; results that are arguments stay there; rows and columns of another order; a loop, which needs
// the steps again.
// CHECK-LABEL: func.func @others
// CHECK:         ssm.selective_scan {{.*}} delta(%arg1 : {{.*}} outs(%[[Y:.*]] :
// CHECK:         ssm.selective_scan {{.*}} delta(%[[D1:.*]] : {{.*}} outs(%arg4 :
// CHECK:         ssm.selective_scan {{.*}} delta(%[[D2:.*]] : {{.*}} outs(%[[TURNED:.*]] : memref<1x8x8xf32>) {turned}
// CHECK:         %[[D3:.*]] = memref.alloc() {loop}
// CHECK:         scf.for
// CHECK:           %[[IN:.*]] = memref.alloc() {inside}
// CHECK:           ssm.selective_scan {{.*}} delta(%[[D3]] : {{.*}} outs(%[[IN]] :
func.func private @use(%x: memref<1x8x8xf32>)
func.func @others(%u: memref<1x8x8xf32>, %given: memref<1x8x8xf32>, %a: memref<8x4xf32>, %b: memref<8x4xf32>, %out: memref<1x8x8xf32>) {
  %y = memref.alloc() : memref<1x8x8xf32>
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%u : memref<1x8x8xf32>) delta(%given : memref<1x8x8xf32>) A(%a : memref<8x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%y : memref<1x8x8xf32>)
  call @use(%y) : (memref<1x8x8xf32>) -> ()
  %d1 = memref.alloc() : memref<1x8x8xf32>
  call @use(%d1) : (memref<1x8x8xf32>) -> ()
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%u : memref<1x8x8xf32>) delta(%d1 : memref<1x8x8xf32>) A(%a : memref<8x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%out : memref<1x8x8xf32>)
  %d2 = memref.alloc() : memref<1x8x8xf32>
  call @use(%d2) : (memref<1x8x8xf32>) -> ()
  %turned = memref.alloc() : memref<1x8x8xf32>
  ssm.selective_scan "b l d, b l d, d n, l n, l n -> b d l" u(%u : memref<1x8x8xf32>) delta(%d2 : memref<1x8x8xf32>) A(%a : memref<8x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%turned : memref<1x8x8xf32>) {turned}
  call @use(%turned) : (memref<1x8x8xf32>) -> ()
  %d3 = memref.alloc() {loop} : memref<1x8x8xf32>
  call @use(%d3) : (memref<1x8x8xf32>) -> ()
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  scf.for %i = %c0 to %c9 step %c1 {
    %in = memref.alloc() {inside} : memref<1x8x8xf32>
    ssm.selective_scan "b l d, b l d, d n, l n, l n -> b l d" u(%u : memref<1x8x8xf32>) delta(%d3 : memref<1x8x8xf32>) A(%a : memref<8x4xf32>) B(%b : memref<8x4xf32>) C(%b : memref<8x4xf32>) outs(%in : memref<1x8x8xf32>)
    func.call @use(%in) : (memref<1x8x8xf32>) -> ()
  }
  return
}
