// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file=%t
// RUN: mamba-opt %s --ssm-trace-recurrences=max-elements=2 --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t.few 2>&1 | FileCheck %s --check-prefix=FEW

// Loops over three steps that are almost the recurrence y = exp(a) y + b.

#v = affine_map<(i) -> (i)>

// The last step takes its input twice.
// CHECK: declined{{.*}}step 3 does not follow the recurrence of the first steps
// FEW: declined{{.*}}too much is computed to be gone through step by step
// IR-LABEL: func @last_input
// IR-NOT: ssm.scan
// IR: return
func.func @last_input(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a3 = tensor.extract_slice %a[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b3 = tensor.extract_slice %b[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y3 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a3, %b3, %y2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %k = arith.constant 2.0 : f32
    %z = arith.mulf %q, %k : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e3 = tensor.expand_shape %y3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2, %e3 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// Every step but the first takes its input squared.
// CHECK: declined{{.*}}the first steps follow no recurrence
// IR-LABEL: func @inputs_squared
// IR-NOT: ssm.scan
// IR: return
func.func @inputs_squared(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %z = arith.mulf %q, %q : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %z = arith.mulf %q, %q : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// The state before is not used.
// CHECK: declined{{.*}}no element depends on an earlier step
// IR-LABEL: func @unused_state
// IR-NOT: ssm.scan
// IR: return
func.func @unused_state(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.subf %u, %u : f32
    %z = arith.mulf %q, %x : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.subf %u, %u : f32
    %z = arith.mulf %q, %x : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// The state is multiplied with an infinity.
// CHECK: declined{{.*}}a step is no short sum of products
// IR-LABEL: func @infinite
// IR-NOT: ssm.scan
// IR: return
func.func @infinite(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %k = arith.constant 0xFF800000 : f32
    %x = math.exp %p : f32
    %m = arith.mulf %u, %k : f32
    %r = arith.addf %m, %x : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %k = arith.constant 0xFF800000 : f32
    %x = math.exp %p : f32
    %m = arith.mulf %u, %k : f32
    %r = arith.addf %m, %x : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#btsn_btn = affine_map<(b, t, s, n) -> (b, t, n)>
#btsn_bsn = affine_map<(b, t, s, n) -> (b, s, n)>
#btsn_bts = affine_map<(b, t, s, n) -> (b, t, s)>
#bts = affine_map<(b, t, s) -> (b, t, s)>
#bth = affine_map<(b, t, h) -> (b, t, h)>
#bth_h = affine_map<(b, t, h) -> (h)>
#btsh_bth = affine_map<(b, t, s, h) -> (b, t, h)>
#btsh_bsh = affine_map<(b, t, s, h) -> (b, s, h)>
#btsh = affine_map<(b, t, s, h) -> (b, t, s, h)>
#bshp = affine_map<(b, s, h, p) -> (b, s, h, p)>
#bshp_bsh = affine_map<(b, s, h, p) -> (b, s, h)>
#bthps_bts = affine_map<(b, t, h, p, s) -> (b, t, s)>
#bthps_btsh = affine_map<(b, t, h, p, s) -> (b, t, s, h)>
#bthps_bshp = affine_map<(b, t, h, p, s) -> (b, s, h, p)>
#bthps_bthp = affine_map<(b, t, h, p, s) -> (b, t, h, p)>

// Scores to the 128th power: written out, a step would be a sum over 5^128 products.
// CHECK: declined{{.*}}the first steps follow no recurrence
// FEW: declined{{.*}}too much is computed to be gone through step by step
// IR-LABEL: func @products_of_products
// IR-NOT: ssm.scan
func.func @products_of_products(%x: tensor<2x6x3x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x6x6 = tensor.empty() : tensor<2x6x6xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x6x6 : tensor<2x6x6xf32>) -> tensor<2x6x6xf32>
  %1 = linalg.generic {indexing_maps = [#btsn_btn, #btsn_bsn, #btsn_bts], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x6x5xf32>, tensor<2x6x5xf32>) outs(%0 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %2 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %3 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %4 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %3 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %5 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4, %4 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %6 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %5 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %7 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %6 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %8 = linalg.generic {indexing_maps = [#bts, #bts, #bts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x6x6xf32>, tensor<2x6x6xf32>) outs(%e2x6x6 : tensor<2x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  %e2x6x3 = tensor.empty() : tensor<2x6x3xf32>
  %9 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3xf32>
  %10 = ssm.cumsum dim(1) ins(%9 : tensor<2x6x3xf32>) outs(%e2x6x3 : tensor<2x6x3xf32>)
  %e2x6x6x3 = tensor.empty() : tensor<2x6x6x3xf32>
  %11 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %10 : tensor<2x6x3xf32>, tensor<2x6x3xf32>) outs(%e2x6x6x3 : tensor<2x6x6x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %m = arith.cmpi sge, %i, %j : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6x3xf32>
  %e2x6x3x4 = tensor.empty() : tensor<2x6x3x4xf32>
  %12 = linalg.generic {indexing_maps = [#bshp, #bshp_bsh, #bshp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x6x3x4xf32>, tensor<2x6x3xf32>) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  %13 = linalg.fill ins(%zero : f32) outs(%e2x6x3x4 : tensor<2x6x3x4xf32>) -> tensor<2x6x3x4xf32>
  %14 = linalg.generic {indexing_maps = [#bthps_bts, #bthps_btsh, #bthps_bshp, #bthps_bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%8, %11, %12 : tensor<2x6x6xf32>, tensor<2x6x6x3xf32>, tensor<2x6x3x4xf32>) outs(%13 : tensor<2x6x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %r = arith.addf %m2, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x3x4xf32>
  return %14 : tensor<2x6x3x4xf32>
}
