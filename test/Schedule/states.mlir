// What a result updates is no output: it is written into the argument that it is the new contents of, by the kernel that
// makes it where nothing reads the old contents afterwards, and behind a copy otherwise.
// RUN: mamba-opt %s --mambac-entry-abi | FileCheck %s --check-prefix=ABI
// RUN: mamba-opt %s --mambac-entry-abi --mambac-write-carries-in-place | FileCheck %s --check-prefix=WRITE
// RUN: mamba-opt %s --mambac-schedule | FileCheck %s
// RUN: mambac %s -o %t.so --verify --quiet 2>&1 | FileCheck %s --check-prefix=VERIFY
// RUN: mamba-run %t.so --list | FileCheck %s --check-prefix=LIST

// VERIFY: stage raise keeps all
// VERIFY: stage schedule keeps all
// VERIFY: stage cpu keeps all

#row = affine_map<(i, j) -> (i, j)>

// One buffer for the initial state and the final one, and for both windows.
// ABI-LABEL: func.func @layer(
// ABI-SAME: %[[X:[a-z0-9]*]]: memref<2x?x8xf32>
// ABI-SAME: %[[WINDOW:[a-z0-9]*]]: memref<2x8x3xf32> {mambac.name = "arg3", {{.*}}mambac.state = 0 : i64}
// ABI-SAME: %[[STATE:[a-z0-9]*]]: memref<2x8x5xf32> {mambac.name = "arg4", {{.*}}mambac.state = 1 : i64}
// ABI-SAME: %[[OUT:[a-z0-9]*]]: memref<2x?x8xf32> {mambac.name = "out1", mambac.output
// ABI-NOT: mambac.output
// ABI: bufferization.to_tensor %[[X]] restrict :
// ABI: bufferization.to_tensor %[[WINDOW]] restrict writable
// ABI: bufferization.to_tensor %[[STATE]] restrict writable
// ABI: bufferization.materialize_in_destination %{{.*}} in restrict writable %[[OUT]]
// ABI: bufferization.materialize_in_destination %{{.*}} in writable %[[WINDOW]]
// ABI: bufferization.materialize_in_destination %{{.*}} in writable %[[STATE]]
// WRITE-LABEL: func.func @layer(
// WRITE: %[[WINDOW:.*]] = bufferization.to_tensor %[[BUFFER:.*]] restrict writable : memref<2x8x3xf32>
// WRITE: %[[CONV:.*]]:2 = ssm.causal_conv1d
// WRITE: %[[WRITTEN:.*]] = bufferization.materialize_in_destination %[[CONV]]#1 in %[[WINDOW]] :
// WRITE: bufferization.materialize_in_destination %[[WRITTEN]] in writable %[[BUFFER]]
// CHECK-LABEL: func.func @layer(
// CHECK-SAME: %[[WINDOW:[a-z0-9]*]]: memref<2x8x3xf32>
// CHECK-SAME: %[[STATE:[a-z0-9]*]]: memref<2x8x5xf32>
// CHECK-COUNT-1: memref.alloc
// CHECK-NOT: memref.alloc
// CHECK: call @causal_conv1d_0({{.*}}, %[[WINDOW]], %{{.*}})
// CHECK: call @selective_scan_0({{.*}}, %[[STATE]], %{{.*}})
// CHECK-NEXT: return
// LIST: entry layer
// LIST: input 3: arg3 f32 (2, 8, 3), state 0
// LIST: input 4: arg4 f32 (2, 8, 5), state 1
// LIST-NEXT: output 0: out1 f32 (2, s0, 8)
// LIST-NEXT: scratch
func.func @layer(%x: tensor<2x?x8xf32>, %w: tensor<8x4xf32>, %A: tensor<8x5xf32>,
                 %window: tensor<2x8x3xf32>, %state: tensor<2x8x5xf32>)
    -> (tensor<2x8x3xf32> {mambac.updates = 3}, tensor<2x?x8xf32>, tensor<2x8x5xf32> {mambac.updates = 4}) {
  %c1 = arith.constant 1 : index
  %l = tensor.dim %x, %c1 : tensor<2x?x8xf32>
  %e = tensor.empty(%l) : tensor<2x?x8xf32>
  %ew = tensor.empty() : tensor<2x8x3xf32>
  %es = tensor.empty() : tensor<2x8x5xf32>
  %u, %window1 = ssm.causal_conv1d "b l c, c k, b c k -> b l c, b c k" x(%x : tensor<2x?x8xf32>)
    weight(%w : tensor<8x4xf32>) initial_window(%window : tensor<2x8x3xf32>) activation(silu)
    outs(%e, %ew : tensor<2x?x8xf32>, tensor<2x8x3xf32>)
  %y, %state1 = ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : tensor<2x?x8xf32>)
    delta(%x : tensor<2x?x8xf32>) A(%A : tensor<8x5xf32>) B(%A : tensor<8x5xf32>) C(%A : tensor<8x5xf32>)
    initial_state(%state : tensor<2x8x5xf32>) softplus outs(%e, %es : tensor<2x?x8xf32>, tensor<2x8x5xf32>)
  return %window1, %y, %state1 : tensor<2x8x3xf32>, tensor<2x?x8xf32>, tensor<2x8x5xf32>
}

// States that change places: one copy, before either is written.
// CHECK-LABEL: func.func @swap(
// CHECK-SAME: %[[P:[a-z0-9]*]]: memref<3x4xf32> {{{.*}}mambac.state = 2
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<3x4xf32> {{{.*}}mambac.state = 3
// CHECK: call @copy_{{[0-9]*}}(%[[Q]], %[[OLD_Q:[a-z0-9_]*]])
// CHECK: call @copy_{{[0-9]*}}(%[[P]], %[[OLD_P:[a-z0-9_]*]])
// CHECK: call @copy_{{[0-9]*}}(%[[OLD_Q]], %[[P]])
// CHECK: call @copy_{{[0-9]*}}(%[[OLD_P]], %[[Q]])
// CHECK: return
func.func @swap(%p: tensor<3x4xf32>, %q: tensor<3x4xf32>)
    -> (tensor<3x4xf32> {mambac.updates = 0}, tensor<3x4xf32> {mambac.updates = 1}) {
  return %q, %p : tensor<3x4xf32>, tensor<3x4xf32>
}

// Elementwise: in place. One that stays as it is is not written.
// CHECK-LABEL: func.func @decay(
// CHECK-SAME: %[[H:[a-z0-9]*]]: memref<3x4xf32> {mambac.name = "arg1", {{.*}}mambac.state = 4
// CHECK-SAME: memref<3x4xf32> {mambac.name = "arg2", {{.*}}mambac.state = 5
// CHECK-NOT: memref.alloc
// CHECK: call @elementwise_{{[0-9]*}}(%{{[a-z0-9]*}}, %[[H]])
// CHECK-NEXT: return
func.func @decay(%a: tensor<3x4xf32>, %h: tensor<3x4xf32>, %same: tensor<3x4xf32>)
    -> (tensor<3x4xf32> {mambac.updates = 1}, tensor<3x4xf32> {mambac.updates = 2}) {
  %e = tensor.empty() : tensor<3x4xf32>
  %n = linalg.generic {indexing_maps = [#row, #row, #row], iterator_types = ["parallel", "parallel"]}
      ins(%a, %h : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %m = arith.mulf %x, %y : f32
    linalg.yield %m : f32
  } -> tensor<3x4xf32>
  return %n, %same : tensor<3x4xf32>, tensor<3x4xf32>
}

// The old position is read by what comes behind the new one, and the old contents are a result.
// CHECK-LABEL: func.func @read_later(
// CHECK-SAME: %[[POS:[a-z0-9]*]]: memref<3xi64> {{{.*}}mambac.state = 6
// CHECK-SAME: %[[OLD:[a-z0-9]*]]: memref<3xi64> {{{.*}}mambac.output
// CHECK: call @elementwise_{{[0-9]*}}(%[[POS]], %[[NEW:[a-z0-9_]*]])
// CHECK: call @copy_{{[0-9]*}}(%[[POS]], %[[OLD]])
// CHECK: call @copy_{{[0-9]*}}(%[[NEW]], %[[POS]])
// CHECK-NEXT: return
func.func @read_later(%pos: tensor<3xi64>) -> (tensor<3xi64> {mambac.updates = 0}, tensor<3xi64>) {
  %c1 = arith.constant 1 : i64
  %e = tensor.empty() : tensor<3xi64>
  %n = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%pos : tensor<3xi64>) outs(%e : tensor<3xi64>) {
  ^bb0(%x: i64, %o: i64):
    %m = arith.addi %x, %c1 : i64
    linalg.yield %m : i64
  } -> tensor<3xi64>
  return %n, %pos : tensor<3xi64>, tensor<3xi64>
}

// A window that moves up by one: what is read lies beside what is written.
// CHECK-LABEL: func.func @shift(
// CHECK-SAME: %[[W:[a-z0-9]*]]: memref<3x4xf32> {{{.*}}mambac.state = 7
// CHECK: %[[OLD:.*]] = memref.subview %[[W]][0, 1] [3, 3] [1, 1]
// CHECK: %[[COPY:.*]] = memref.alloc() {{.*}} : memref<3x3xf32>
// CHECK: call @copy_{{.*}}%[[COPY]])
// CHECK: %[[NEW:.*]] = memref.subview %[[W]][0, 0] [3, 3] [1, 1]
// CHECK: call @copy_{{[0-9]*}}(%[[COPY]], %{{.*}})
// CHECK: return
func.func @shift(%x: tensor<3x1xf32>, %w: tensor<3x4xf32>) -> (tensor<3x4xf32> {mambac.updates = 1}) {
  %old = tensor.extract_slice %w[0, 1] [3, 3] [1, 1] : tensor<3x4xf32> to tensor<3x3xf32>
  %n = tensor.concat dim(1) %old, %x : (tensor<3x3xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  return %n : tensor<3x4xf32>
}

// Two layers, whose states are slices of one: each is written where it was read.
// CHECK-LABEL: func.func @layers(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<2x2x20x5xf32> {{{.*}}mambac.state = 8
// CHECK-NOT: memref.alloc() {{.*}} : memref<{{.*}}20x5xf32>
// CHECK: %[[FIRST:.*]] = memref.subview %[[S]][0, 0, 0, 0]
// CHECK: %[[OPEN:.*]] = memref.cast %[[FIRST]]
// CHECK: call @selective_scan_{{[0-9]*}}({{.*}}, %[[OPEN]], %{{[a-z0-9_]*}})
// CHECK-NOT: call @copy
// CHECK: %[[SECOND:.*]] = memref.subview %[[S]][1, 0, 0, 0]
// CHECK: %[[OPEN:.*]] = memref.cast %[[SECOND]]
// CHECK: call @selective_scan_{{[0-9]*}}({{.*}}, %[[OPEN]], %{{[a-z0-9_]*}})
// CHECK-NEXT: return
func.func @layers(%u: tensor<2x4x20xf32>, %A: tensor<20x5xf32>, %s: tensor<2x2x20x5xf32>)
    -> (tensor<2x4x20xf32>, tensor<2x2x20x5xf32> {mambac.updates = 2}) {
  %e = tensor.empty() : tensor<2x4x20xf32>
  %es = tensor.empty() : tensor<2x20x5xf32>
  %h0 = tensor.extract_slice %s[0, 0, 0, 0] [1, 2, 20, 5] [1, 1, 1, 1] : tensor<2x2x20x5xf32> to tensor<2x20x5xf32>
  %y0, %n0 = ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : tensor<2x4x20xf32>)
    delta(%u : tensor<2x4x20xf32>) A(%A : tensor<20x5xf32>) B(%A : tensor<20x5xf32>) C(%A : tensor<20x5xf32>)
    initial_state(%h0 : tensor<2x20x5xf32>) softplus outs(%e, %es : tensor<2x4x20xf32>, tensor<2x20x5xf32>)
  %s0 = tensor.insert_slice %n0 into %s[0, 0, 0, 0] [1, 2, 20, 5] [1, 1, 1, 1]
    : tensor<2x20x5xf32> into tensor<2x2x20x5xf32>
  %h1 = tensor.extract_slice %s0[1, 0, 0, 0] [1, 2, 20, 5] [1, 1, 1, 1] : tensor<2x2x20x5xf32> to tensor<2x20x5xf32>
  %y1, %n1 = ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%y0 : tensor<2x4x20xf32>)
    delta(%u : tensor<2x4x20xf32>) A(%A : tensor<20x5xf32>) B(%A : tensor<20x5xf32>) C(%A : tensor<20x5xf32>)
    initial_state(%h1 : tensor<2x20x5xf32>) softplus outs(%e, %es : tensor<2x4x20xf32>, tensor<2x20x5xf32>)
  %s1 = tensor.insert_slice %n1 into %s0[1, 0, 0, 0] [1, 2, 20, 5] [1, 1, 1, 1]
    : tensor<2x20x5xf32> into tensor<2x2x20x5xf32>
  return %y1, %s1 : tensor<2x4x20xf32>, tensor<2x2x20x5xf32>
}

// The same for one text: its dimension comes back before the slices are made.
// CHECK-LABEL: func.func @one_text(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<2x1x20x5xf32> {{{.*}}mambac.state = 9
// CHECK-NOT: memref.alloc() {{.*}} : memref<{{.*}}20x5xf32>
// CHECK-NOT: call @copy
// CHECK: %[[SLICE:.*]] = memref.subview %[[S]][1, 0, 0, 0] {{.*}} to memref<1x20x5xf32
// CHECK: %[[OPEN:.*]] = memref.cast %[[SLICE]]
// CHECK: call @selective_scan_{{[0-9]*}}({{.*}}, %[[OPEN]], %{{[a-z0-9_]*}})
// CHECK-NEXT: return
func.func @one_text(%u: tensor<1x4x20xf32>, %A: tensor<20x5xf32>, %s: tensor<2x1x20x5xf32>)
    -> (tensor<1x4x20xf32>, tensor<2x1x20x5xf32> {mambac.updates = 2}) {
  %e = tensor.empty() : tensor<1x4x20xf32>
  %es = tensor.empty() : tensor<1x20x5xf32>
  %h = tensor.extract_slice %s[1, 0, 0, 0] [1, 1, 20, 5] [1, 1, 1, 1] : tensor<2x1x20x5xf32> to tensor<1x20x5xf32>
  %y, %n = ssm.selective_scan "b l d, b l d, d n, d n, d n, b d n -> b l d, b d n" u(%u : tensor<1x4x20xf32>)
    delta(%u : tensor<1x4x20xf32>) A(%A : tensor<20x5xf32>) B(%A : tensor<20x5xf32>) C(%A : tensor<20x5xf32>)
    initial_state(%h : tensor<1x20x5xf32>) softplus outs(%e, %es : tensor<1x4x20xf32>, tensor<1x20x5xf32>)
  %s1 = tensor.insert_slice %n into %s[1, 0, 0, 0] [1, 1, 20, 5] [1, 1, 1, 1]
    : tensor<1x20x5xf32> into tensor<2x1x20x5xf32>
  return %y, %s1 : tensor<1x4x20xf32>, tensor<2x1x20x5xf32>
}

// A plain recurrence, of complex numbers.
// CHECK-LABEL: func.func @plain(
// CHECK-SAME: %[[RE:[a-z0-9]*]]: memref<2x20xf32> {{{[^}]*}}mambac.state = 10
// CHECK-SAME: %[[IM:[a-z0-9]*]]: memref<2x20xf32> {{{[^}]*}}mambac.state = 11
// CHECK-NOT: memref.alloc
// CHECK: call @scan_0({{.*}}, %[[RE]], %[[IM]], %{{[a-z0-9]*}}, %{{[a-z0-9]*}})
// CHECK-NEXT: return
func.func @plain(%a: tensor<2x4x20xf32>, %b: tensor<2x4x20xf32>, %re: tensor<2x20xf32>, %im: tensor<2x20xf32>)
    -> (tensor<2x4x20xf32>, tensor<2x4x20xf32>, tensor<2x20xf32> {mambac.updates = 2}, tensor<2x20xf32> {mambac.updates = 3}) {
  %e = tensor.empty() : tensor<2x4x20xf32>
  %es = tensor.empty() : tensor<2x20xf32>
  %h:4 = ssm.scan "b t d, b t d, b d, b t d, b t d, b d -> b t d, b t d, b d, b d" axis(1)
    a(%a : tensor<2x4x20xf32>) b(%b : tensor<2x4x20xf32>) init(%re : tensor<2x20xf32>) a_imag(%b : tensor<2x4x20xf32>)
    b_imag(%a : tensor<2x4x20xf32>) init_imag(%im : tensor<2x20xf32>)
    outs(%e, %e, %es, %es : tensor<2x4x20xf32>, tensor<2x4x20xf32>, tensor<2x20xf32>, tensor<2x20xf32>)
  return %h#0, %h#1, %h#2, %h#3 : tensor<2x4x20xf32>, tensor<2x4x20xf32>, tensor<2x20xf32>, tensor<2x20xf32>
}

// CHECK: func.func private @causal_conv1d_0({{.*}}, %[[W:[a-z0-9]*]]: memref<2x8x3xf32>, %[[U:[a-z0-9]*]]: memref<2x?x8xf32>)
// CHECK: ssm.causal_conv1d {{.*}} initial_window(%[[W]] : {{.*}}) activation(silu) outs(%[[U]], %[[W]] :
// CHECK: ssm.selective_scan {{.*}} initial_state(%[[S:[a-z0-9]*]] : {{.*}}) softplus outs(%{{[a-z0-9]*}}, %[[S]] :
