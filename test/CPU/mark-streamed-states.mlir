// A step's state goes past the caches where the entry goes through more memory than they hold before the next step.
// RUN: mamba-opt %s --mambac-mark-streamed-states --split-input-file | FileCheck %s
// RUN: mamba-opt %s --mambac-mark-streamed-states --mambac-expand-kernels --split-input-file | FileCheck %s --check-prefix=STORES

// 6 MiB of weights, a cache of 4 MiB. Slices of one output are the states of other layers.
// CHECK-LABEL: func.func private @large_ssd
// CHECK: ssm.ssd {{.*}} {mambac.streamed}
// CHECK-LABEL: func.func private @large_scan
// CHECK: ssm.selective_scan {{.*}} {mambac.streamed}
// STORES-LABEL: func.func private @large_ssd
// STORES: memref.extract_aligned_pointer_as_index
// STORES: scf.if
// STORES: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
// STORES: } else {
// STORES-NOT: nontemporal
// STORES-LABEL: func.func private @large_scan
// STORES: vector.store {{.*}} {alignment = 64 : i64, nontemporal = true}
module attributes {mambac.target = {l3_bytes = 4194304 : i64}} {
  func.func @main(%x: memref<1x1x2x16xf32>, %a: memref<2xf32>, %B: memref<1x1x32xf32>, %s: memref<2x1x2x16x32xf32>,
                  %u: memref<1x1x32xf32>, %h: memref<1x32x16xf32>,
                  %y: memref<1x1x2x16xf32> {mambac.output}, %t: memref<2x1x2x16x32xf32> {mambac.output},
                  %o: memref<1x1x32xf32> {mambac.output}, %g: memref<1x32x16xf32> {mambac.output},
                  %weights: memref<?xi8> {mambac.weights}) attributes {mambac.abi} {
    %c0 = arith.constant 0 : index
    %c6291456 = arith.constant 6291456 : index
    %w = memref.view %weights[%c0][] : memref<?xi8> to memref<1572864xf32>
    %A = memref.view %weights[%c6291456][] : memref<?xi8> to memref<32x16xf32>
    %s0 = memref.subview %s[0, 0, 0, 0, 0] [1, 1, 2, 16, 32] [1, 1, 1, 1, 1] : memref<2x1x2x16x32xf32> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1]>>
    %t0 = memref.subview %t[0, 0, 0, 0, 0] [1, 1, 2, 16, 32] [1, 1, 1, 1, 1] : memref<2x1x2x16x32xf32> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1]>>
    %so = memref.cast %s0 : memref<1x2x16x32xf32, strided<[1024, 512, 32, 1]>> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>
    %to = memref.cast %t0 : memref<1x2x16x32xf32, strided<[1024, 512, 32, 1]>> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>
    call @large_ssd(%x, %a, %B, %so, %y, %to) {mambac.kernel = 0 : i32} : (memref<1x1x2x16xf32>, memref<2xf32>, memref<1x1x32xf32>, memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>, memref<1x1x2x16xf32>, memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>) -> ()
    %s1 = memref.subview %s[1, 0, 0, 0, 0] [1, 1, 2, 16, 32] [1, 1, 1, 1, 1] : memref<2x1x2x16x32xf32> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: 1024>>
    %t1 = memref.subview %t[1, 0, 0, 0, 0] [1, 1, 2, 16, 32] [1, 1, 1, 1, 1] : memref<2x1x2x16x32xf32> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: 1024>>
    %sp = memref.cast %s1 : memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: 1024>> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>
    %tp = memref.cast %t1 : memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: 1024>> to memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>
    call @large_ssd(%x, %a, %B, %sp, %y, %tp) {mambac.kernel = 1 : i32} : (memref<1x1x2x16xf32>, memref<2xf32>, memref<1x1x32xf32>, memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>, memref<1x1x2x16xf32>, memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>) -> ()
    call @large_scan(%u, %A, %h, %o, %g) {mambac.kernel = 2 : i32} : (memref<1x1x32xf32>, memref<32x16xf32>, memref<1x32x16xf32>, memref<1x1x32xf32>, memref<1x32x16xf32>) -> ()
    return
  }
  func.func private @large_ssd(%x: memref<1x1x2x16xf32>, %A: memref<2xf32>, %B: memref<1x1x32xf32>,
      %s: memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>, %y: memref<1x1x2x16xf32>,
      %t: memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>) {
    ssm.ssd "b l h p, h, b l n, b l n, b h p n -> b l h p, b h p n" x(%x : memref<1x1x2x16xf32>) A(%A : memref<2xf32>)
      B(%B : memref<1x1x32xf32>) C(%B : memref<1x1x32xf32>)
      initial_state(%s : memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>)
      outs(%y, %t : memref<1x1x2x16xf32>, memref<1x2x16x32xf32, strided<[1024, 512, 32, 1], offset: ?>>)
    return
  }
  func.func private @large_scan(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                                %o: memref<1x1x32xf32>, %g: memref<1x32x16xf32>) {
    ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : memref<1x1x32xf32>)
      delta(%u : memref<1x1x32xf32>) A(%A : memref<32x16xf32>) B(%A : memref<32x16xf32>) C(%A : memref<32x16xf32>)
      initial_state(%h : memref<1x32x16xf32>) outs(%o, %g : memref<1x1x32xf32>, memref<1x32x16xf32>)
    return
  }
}

// -----

// Three kernels that are left alone: the first one's state is read again, the second one's stays in the arena, the third one is
// called by an entry whose memory the cache holds.
// CHECK-LABEL: func.func private @read
// CHECK-NOT: mambac.streamed
// STORES-LABEL: func.func private @read
// STORES-NOT: nontemporal
module attributes {mambac.target = {l3_bytes = 4194304 : i64}} {
  func.func @large(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                   %o: memref<1x1x32xf32> {mambac.output}, %g: memref<1x32x16xf32> {mambac.output},
                   %arena: memref<?xi8> {mambac.arena}, %weights: memref<?xi8> {mambac.weights}) attributes {mambac.abi} {
    %c0 = arith.constant 0 : index
    %w = memref.view %weights[%c0][] : memref<?xi8> to memref<1572864xf32>
    %t = memref.view %arena[%c0][] : memref<?xi8> to memref<1x32x16xf32>
    call @read(%u, %A, %h, %o, %g) {mambac.kernel = 0 : i32} : (memref<1x1x32xf32>, memref<32x16xf32>, memref<1x32x16xf32>, memref<1x1x32xf32>, memref<1x32x16xf32>) -> ()
    call @kept(%u, %A, %g, %o, %t) {mambac.kernel = 1 : i32} : (memref<1x1x32xf32>, memref<32x16xf32>, memref<1x32x16xf32>, memref<1x1x32xf32>, memref<1x32x16xf32>) -> ()
    return
  }
  func.func @small(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                   %o: memref<1x1x32xf32> {mambac.output}, %g: memref<1x32x16xf32> {mambac.output},
                   %weights: memref<?xi8> {mambac.weights}) attributes {mambac.abi} {
    call @few(%u, %A, %h, %o, %g) {mambac.kernel = 2 : i32} : (memref<1x1x32xf32>, memref<32x16xf32>, memref<1x32x16xf32>, memref<1x1x32xf32>, memref<1x32x16xf32>) -> ()
    return
  }
  func.func private @read(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                          %o: memref<1x1x32xf32>, %g: memref<1x32x16xf32>) {
    ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : memref<1x1x32xf32>)
      delta(%u : memref<1x1x32xf32>) A(%A : memref<32x16xf32>) B(%A : memref<32x16xf32>) C(%A : memref<32x16xf32>)
      initial_state(%h : memref<1x32x16xf32>) outs(%o, %g : memref<1x1x32xf32>, memref<1x32x16xf32>)
    return
  }
  func.func private @kept(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                          %o: memref<1x1x32xf32>, %g: memref<1x32x16xf32>) {
    ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : memref<1x1x32xf32>)
      delta(%u : memref<1x1x32xf32>) A(%A : memref<32x16xf32>) B(%A : memref<32x16xf32>) C(%A : memref<32x16xf32>)
      initial_state(%h : memref<1x32x16xf32>) outs(%o, %g : memref<1x1x32xf32>, memref<1x32x16xf32>)
    return
  }
  func.func private @few(%u: memref<1x1x32xf32>, %A: memref<32x16xf32>, %h: memref<1x32x16xf32>,
                         %o: memref<1x1x32xf32>, %g: memref<1x32x16xf32>) {
    ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : memref<1x1x32xf32>)
      delta(%u : memref<1x1x32xf32>) A(%A : memref<32x16xf32>) B(%A : memref<32x16xf32>) C(%A : memref<32x16xf32>)
      initial_state(%h : memref<1x32x16xf32>) outs(%o, %g : memref<1x1x32xf32>, memref<1x32x16xf32>)
    return
  }
}
