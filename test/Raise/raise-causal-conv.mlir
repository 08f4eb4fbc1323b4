// RUN: mamba-opt %s --ssm-raise-causal-conv --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file %t

// Padded on both sides by K - 1 as nn.Conv1d does, bias, cut to the input's length, transposed, silu.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
#id = affine_map<(b, c, l) -> (b, c, l)>
#c = affine_map<(b, c, l) -> (c)>
#t = affine_map<(b, c, l) -> (b, l, c)>
// CHECK-LABEL: func @conv
// CHECK-SAME:    %[[X:.*]]: tensor<?x?x6xf32>, %[[W:.*]]: tensor<6x4xf32>, %[[V:.*]]: tensor<6xf32>
// CHECK:         %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%[[X]] : tensor<?x?x6xf32>) weight(%[[W]] : tensor<6x4xf32>) bias(%[[V]] : tensor<6xf32>) activation(silu)
// CHECK:         return %[[Y]]
func.func @conv(%xt: tensor<?x?x6xf32>, %w: tensor<6x4xf32>, %v: tensor<6xf32>) -> tensor<?x?x6xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %b = tensor.dim %xt, %c0 : tensor<?x?x6xf32>
  %l = tensor.dim %xt, %c1 : tensor<?x?x6xf32>
  %long = arith.addi %l, %c3 : index
  %et = tensor.empty(%b, %l) : tensor<?x6x?xf32>
  %x = linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%xt : tensor<?x?x6xf32>) outs(%et : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<?x6x?xf32>
  %pad = tensor.pad %x low[0, 0, 3] high[0, 0, 3] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<?x6x?xf32> to tensor<?x6x?xf32>
  %e = tensor.empty(%b, %long) : tensor<?x6x?xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6x?xf32>) -> tensor<?x6x?xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<?x6x?xf32>, tensor<6x4xf32>) outs(%z : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<?x6x?xf32>
  %biased = linalg.generic {indexing_maps = [#id, #c, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %v : tensor<?x6x?xf32>, tensor<6xf32>) outs(%e : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %s = arith.addf %a, %q : f32
    linalg.yield %s : f32
  } -> tensor<?x6x?xf32>
  %cut = tensor.extract_slice %biased[0, 0, 0] [%b, 6, %l] [1, 1, 1] : tensor<?x6x?xf32> to tensor<?x6x?xf32>
  %el = tensor.empty(%b, %l) : tensor<?x?x6xf32>
  %act = linalg.generic {indexing_maps = [#id, #t], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cut : tensor<?x6x?xf32>) outs(%el : tensor<?x?x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %p = math.exp %n : f32
    %q = arith.addf %p, %one : f32
    %s = arith.divf %one, %q : f32
    %r = arith.mulf %a, %s : f32
    linalg.yield %r : f32
  } -> tensor<?x?x6xf32>
  return %act : tensor<?x?x6xf32>
}

// -----

// Padded by half of the taps: it looks ahead.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
// REMARK: declined{{.*}}it is not causal: what is read begins at another time than the result{{.*}}ssm.causal_conv1d
// CHECK-LABEL: func @centred
// CHECK-NOT:     ssm.causal_conv1d
func.func @centred(%x: tensor<2x6x8xf32>, %w: tensor<6x3xf32>) -> tensor<2x6x8xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x6x8xf32> to tensor<2x6x10xf32>
  %e = tensor.empty() : tensor<2x6x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<2x6x10xf32>, tensor<6x3xf32>) outs(%z : tensor<2x6x8xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x6x8xf32>
  return %y : tensor<2x6x8xf32>
}

// -----

// The tail beyond the input's end is an output.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
// REMARK: declined{{.*}}outputs beyond the end of the input are used{{.*}}ssm.causal_conv1d
// CHECK-LABEL: func @tail
// CHECK-NOT:     ssm.causal_conv1d
func.func @tail(%x: tensor<2x6x8xf32>, %w: tensor<6x3xf32>) -> tensor<2x6x10xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 2] high[0, 0, 2] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x6x8xf32> to tensor<2x6x12xf32>
  %e = tensor.empty() : tensor<2x6x10xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x6x10xf32>) -> tensor<2x6x10xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<2x6x12xf32>, tensor<6x3xf32>) outs(%z : tensor<2x6x10xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x6x10xf32>
  return %y : tensor<2x6x10xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// Each tap joins the window's end, as long as it reaches back, to the input's begin.
//
// CHECK-LABEL: func.func @window_in_pieces
// CHECK: ssm.causal_conv1d "b l c, c k, b k c -> b l c" x(%arg0 {{.*}}) weight(%arg1 {{.*}}) initial_window(
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @window_in_pieces(%x: tensor<2x7x3xf32>, %w: tensor<3x4xf32>, %state: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.extract_slice %state[0, 2, 0] [2, 1, 3] [1, 1, 1] : tensor<2x3x3xf32> to tensor<2x1x3xf32>
  %1 = tensor.extract_slice %x[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x6x3xf32>
  %2 = tensor.concat dim(1) %0, %1 : (tensor<2x1x3xf32>, tensor<2x6x3xf32>) -> tensor<2x7x3xf32>
  %3 = tensor.extract_slice %state[0, 1, 0] [2, 2, 3] [1, 1, 1] : tensor<2x3x3xf32> to tensor<2x2x3xf32>
  %4 = tensor.extract_slice %x[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x5x3xf32>
  %5 = tensor.concat dim(1) %3, %4 : (tensor<2x2x3xf32>, tensor<2x5x3xf32>) -> tensor<2x7x3xf32>
  %6 = tensor.extract_slice %x[0, 0, 0] [2, 4, 3] [1, 1, 1] : tensor<2x7x3xf32> to tensor<2x4x3xf32>
  %7 = tensor.concat dim(1) %state, %6 : (tensor<2x3x3xf32>, tensor<2x4x3xf32>) -> tensor<2x7x3xf32>
  %8 = tensor.extract_slice %w[0, 3] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %9 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %10 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %11 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x4xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %12 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %8, %2, %9, %5, %10, %7, %11 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %e: f32, %f: f32, %g: f32, %h: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    %m2 = arith.mulf %e, %f : f32
    %s2 = arith.addf %s1, %m2 : f32
    %m3 = arith.mulf %g, %h : f32
    %s3 = arith.addf %s2, %m3 : f32
    linalg.yield %s3 : f32
  } -> tensor<2x7x3xf32>
  return %12 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// A window of one entry.
//
// CHECK-LABEL: func.func @two_taps
// CHECK: ssm.causal_conv1d "b l c, c k, b k c -> b l c" x(%arg0 {{.*}}) weight(%arg1 {{.*}}) initial_window(
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @two_taps(%x: tensor<2x7x3xf32>, %w: tensor<3x2xf32>, %state: tensor<2x1x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.concat dim(1) %state, %x : (tensor<2x1x3xf32>, tensor<2x7x3xf32>) -> tensor<2x8x3xf32>
  %1 = tensor.extract_slice %0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %2 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %3 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %4 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %2, %1, %3 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    linalg.yield %s1 : f32
  } -> tensor<2x7x3xf32>
  return %4 : tensor<2x7x3xf32>
}

// -----

#blc = affine_map<(b, l, c) -> (b, l, c)>
#blc_c = affine_map<(b, l, c) -> (c)>

// The last entry of a longer one.
//
// CHECK-LABEL: func.func @two_taps_of_a_longer_window
// CHECK: ssm.causal_conv1d "b l c, c k, b k c -> b l c" x(%arg0 {{.*}}) weight(%arg1 {{.*}}) initial_window(
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @two_taps_of_a_longer_window(%x: tensor<2x7x3xf32>, %w: tensor<3x2xf32>, %state: tensor<2x3x3xf32>) -> tensor<2x7x3xf32> {
  %0 = tensor.concat dim(1) %state, %x : (tensor<2x3x3xf32>, tensor<2x7x3xf32>) -> tensor<2x10x3xf32>
  %1 = tensor.extract_slice %0[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x10x3xf32> to tensor<2x7x3xf32>
  %2 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %3 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x2xf32> to tensor<3xf32>
  %e2x7x3 = tensor.empty() : tensor<2x7x3xf32>
  %4 = linalg.generic {indexing_maps = [#blc, #blc_c, #blc, #blc_c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %2, %1, %3 : tensor<2x7x3xf32>, tensor<3xf32>, tensor<2x7x3xf32>, tensor<3xf32>) outs(%e2x7x3 : tensor<2x7x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m0 = arith.mulf %a, %b : f32
    %m1 = arith.mulf %c, %d : f32
    %s1 = arith.addf %m0, %m1 : f32
    linalg.yield %s1 : f32
  } -> tensor<2x7x3xf32>
  return %4 : tensor<2x7x3xf32>
}
