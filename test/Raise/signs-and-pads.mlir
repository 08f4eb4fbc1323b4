// RUN: mamba-opt %s --ssm-raise-selective-scan --canonicalize --split-input-file | FileCheck %s

// A decay whose signs cancel: the factors of ssm.scan are -(-exp(dA)).

#all = affine_map<(b, l, d, n) -> (b, l, d, n)>
#ofY = affine_map<(b, l, d, n) -> (b, l, d)>
#ofA = affine_map<(b, l, d, n) -> (d, n)>
#ofB = affine_map<(b, l, d, n) -> (b, l, n)>

// CHECK-LABEL: func @two_signs
// CHECK-NOT:     ssm.scan
// CHECK:         ssm.selective_scan {{.*}} u(%arg0 {{.*}} delta(%arg1 {{.*}} A(%arg2 {{.*}} B(%arg3 {{.*}} C(%arg4
func.func @two_signs(%x: tensor<2x6x3xf32>, %dt: tensor<2x6x3xf32>, %A: tensor<3x4xf32>, %B: tensor<2x6x4xf32>, %C: tensor<2x6x4xf32>) -> tensor<2x6x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x6x3x4xf32>
  %ey = tensor.empty() : tensor<2x6x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x6x3xf32>) -> tensor<2x6x3xf32>
  %negative = linalg.generic {indexing_maps = [#ofY, #ofA, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x6x3xf32>, tensor<3x4xf32>) outs(%e : tensor<2x6x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %g = math.exp %m : f32
    %r = arith.negf %g : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %decay = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%negative : tensor<2x6x3x4xf32>) outs(%e : tensor<2x6x3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = arith.negf %p : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %input = linalg.generic {indexing_maps = [#ofY, #ofY, #ofB, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt, %B : tensor<2x6x3xf32>, tensor<2x6x3xf32>, tensor<2x6x4xf32>) outs(%e : tensor<2x6x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.mulf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %h = ssm.scan "b l d n, b l d n -> b l d n" axis(1) a(%decay : tensor<2x6x3x4xf32>) b(%input : tensor<2x6x3x4xf32>) outs(%e : tensor<2x6x3x4xf32>)
  %y = linalg.generic {indexing_maps = [#all, #ofB, #ofY], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<2x6x3x4xf32>, tensor<2x6x4xf32>) outs(%z : tensor<2x6x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  return %y : tensor<2x6x3xf32>
}

// -----

// Declined: a decay of one sign too many is no exponential. The scan stays.

#all = affine_map<(b, l, d, n) -> (b, l, d, n)>
#ofY = affine_map<(b, l, d, n) -> (b, l, d)>
#ofB = affine_map<(b, l, d, n) -> (b, l, n)>

// CHECK-LABEL: func @one_sign
// CHECK-NOT:     ssm.selective_scan
// CHECK:         ssm.scan
func.func @one_sign(%x: tensor<2x6x3xf32>, %dA: tensor<2x6x3x4xf32>, %B: tensor<2x6x4xf32>, %C: tensor<2x6x4xf32>) -> tensor<2x6x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x6x3x4xf32>
  %ey = tensor.empty() : tensor<2x6x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x6x3xf32>) -> tensor<2x6x3xf32>
  %decay = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dA : tensor<2x6x3x4xf32>) outs(%e : tensor<2x6x3x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %g = math.exp %p : f32
    %r = arith.negf %g : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %input = linalg.generic {indexing_maps = [#ofY, #ofB, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %B : tensor<2x6x3xf32>, tensor<2x6x4xf32>) outs(%e : tensor<2x6x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %h = ssm.scan "b l d n, b l d n -> b l d n" axis(1) a(%decay : tensor<2x6x3x4xf32>) b(%input : tensor<2x6x3x4xf32>) outs(%e : tensor<2x6x3x4xf32>)
  %y = linalg.generic {indexing_maps = [#all, #ofB, #ofY], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<2x6x3x4xf32>, tensor<2x6x4xf32>) outs(%z : tensor<2x6x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  return %y : tensor<2x6x3xf32>
}

// -----

// The time step was padded and cut again before it became the decay; one state and one channel, told apart from B by the
// skip.

#bl = affine_map<(b, l) -> (b, l)>
#of0 = affine_map<(b, l) -> ()>

// CHECK-LABEL: func @pad_and_skip
// CHECK-NOT:     ssm.scan
// CHECK:         ssm.{{ssd|selective_scan}} {{.*}} {{x|u}}(%{{.*}} D(
func.func @pad_and_skip(%x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<f32>, %B: tensor<2x6xf32>, %C: tensor<2x6xf32>, %D: tensor<f32>) -> tensor<2x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x6xf32>
  %padded = tensor.pad %dt low[0, 0] high[0, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<2x6xf32> to tensor<2x8xf32>
  %step = tensor.extract_slice %padded[0, 0] [2, 6] [1, 1] : tensor<2x8xf32> to tensor<2x6xf32>
  %dA = linalg.generic {indexing_maps = [#bl, #of0, #bl], iterator_types = ["parallel", "parallel"]} ins(%step, %A : tensor<2x6xf32>, tensor<f32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = math.exp %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %input = linalg.generic {indexing_maps = [#bl, #bl, #bl, #bl], iterator_types = ["parallel", "parallel"]} ins(%x, %step, %B : tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.mulf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %h = ssm.scan "b l, b l -> b l" axis(1) a(%dA : tensor<2x6xf32>) b(%input : tensor<2x6xf32>) outs(%e : tensor<2x6xf32>)
  %skip = linalg.generic {indexing_maps = [#bl, #of0, #bl], iterator_types = ["parallel", "parallel"]} ins(%x, %D : tensor<2x6xf32>, tensor<f32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  %y = linalg.generic {indexing_maps = [#bl, #bl, #bl, #bl], iterator_types = ["parallel", "parallel"]} ins(%h, %C, %skip : tensor<2x6xf32>, tensor<2x6xf32>, tensor<2x6xf32>) outs(%e : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %s : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y : tensor<2x6xf32>
}
