// Decays, scores and results in forms that no op has.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#tsk_k = affine_map<(t, s, k) -> (k)>
#tsk_ts = affine_map<(t, s, k) -> (t, s)>
#ts = affine_map<(t, s) -> (t, s)>
#btpns_btn = affine_map<(b, t, p, n, s) -> (b, t, n)>
#btpns_bsn = affine_map<(b, t, p, n, s) -> (b, s, n)>
#btpns_ts = affine_map<(b, t, p, n, s) -> (t, s)>
#btpns_bsp = affine_map<(b, t, p, n, s) -> (b, s, p)>
#btpns_btp = affine_map<(b, t, p, n, s) -> (b, t, p)>

// The exponent is a number of steps times each of several rates, summed up.
//
// CHECK: Reason="an exponent is a sum", Remark=ssm.ssd
// IR-LABEL: func.func @rate_that_is_summed(
// IR-NOT: ssm.ssd
func.func @rate_that_is_summed(%x: tensor<2x6x4xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>, %rates: tensor<3xf32>) -> tensor<2x6x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e6x6 = tensor.empty() : tensor<6x6xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e6x6 : tensor<6x6xf32>) -> tensor<6x6xf32>
  %1 = linalg.generic {indexing_maps = [#tsk_k, #tsk_ts], iterator_types = ["parallel", "parallel", "reduction"]} ins(%rates : tensor<3xf32>) outs(%0 : tensor<6x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %d = arith.subi %i, %j : index
    %n = arith.index_cast %d : index to i64
    %v = arith.sitofp %n : i64 to f32
    %p = arith.mulf %a, %v : f32
    %r = arith.addf %p, %o : f32
    linalg.yield %r : f32
  } -> tensor<6x6xf32>
  %2 = linalg.generic {indexing_maps = [#ts, #ts], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<6x6xf32>) outs(%e6x6 : tensor<6x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %m = arith.cmpi sge, %i, %j : index
    %ex = math.exp %a : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<6x6xf32>
  %e2x6x4 = tensor.empty() : tensor<2x6x4xf32>
  %3 = linalg.fill ins(%zero : f32) outs(%e2x6x4 : tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#btpns_btn, #btpns_bsn, #btpns_ts, #btpns_bsp, #btpns_btp], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %2, %x : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<6x6xf32>, tensor<2x6x4xf32>) outs(%3 : tensor<2x6x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x4xf32>
  %5 = linalg.generic {indexing_maps = [#ts], iterator_types = ["parallel", "parallel"]} outs(%e6x6 : tensor<6x6xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %d = arith.subi %i, %j : index
    %n = arith.index_cast %d : index to i64
    %v = arith.sitofp %n : i64 to f32
    %rate = arith.constant -0.125 : f32
    %p = arith.mulf %rate, %v : f32
    %m = arith.cmpi sge, %i, %j : index
    %ex = math.exp %p : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<6x6xf32>
  %6 = linalg.generic {indexing_maps = [#btpns_btn, #btpns_bsn, #btpns_ts, #btpns_bsp, #btpns_btp], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %5, %x : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<6x6xf32>, tensor<2x6x4xf32>) outs(%4 : tensor<2x6x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x4xf32>
  return %6 : tensor<2x6x4xf32>
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

// Scores to the 128th power.
//
// CHECK: Reason="too many products between two times", Remark=ssm.ssd
// IR-LABEL: func.func @products_of_products(
// IR-NOT: ssm.ssd
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

// -----

#bth = affine_map<(b, t, h) -> (b, t, h)>
#bth_h = affine_map<(b, t, h) -> (h)>
#bthp_bth = affine_map<(b, t, h, p) -> (b, t, h)>
#bthp = affine_map<(b, t, h, p) -> (b, t, h, p)>
#btsh_bth = affine_map<(b, t, s, h) -> (b, t, h)>
#btsh_bsh = affine_map<(b, t, s, h) -> (b, s, h)>
#btsh = affine_map<(b, t, s, h) -> (b, t, s, h)>
#bsh = affine_map<(b, s, h) -> (b, s, h)>
#bthns_btn = affine_map<(b, t, h, n, s) -> (b, t, n)>
#bthns_bsn = affine_map<(b, t, h, n, s) -> (b, s, n)>
#bthns_btsh = affine_map<(b, t, h, n, s) -> (b, t, s, h)>
#bthns_bsh = affine_map<(b, t, h, n, s) -> (b, s, h)>
#bthns_bth = affine_map<(b, t, h, n, s) -> (b, t, h)>

// Heads and their channels are one axis, and how many heads there are is not known.
//
// CHECK: Reason="the head's axis is not a part of the result's", Remark=ssm.ssd
// IR-LABEL: func.func @open_number_of_heads(
// IR-NOT: ssm.ssd
func.func @open_number_of_heads(%x: tensor<2x6x?xf32>, %dt: tensor<2x6x?xf32>, %rate: tensor<?xf32>, %B: tensor<2x6x5xf32>, %C: tensor<2x6x5xf32>) -> tensor<2x6x?xf32> {
  %zero = arith.constant 0.0 : f32
  %two_ = arith.constant 2 : index
  %h = tensor.dim %dt, %two_ : tensor<2x6x?xf32>
  %hp = tensor.dim %x, %two_ : tensor<2x6x?xf32>
  %e2x6xh = tensor.empty(%h) : tensor<2x6x?xf32>
  %0 = linalg.generic {indexing_maps = [#bth, #bth_h, #bth], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x?xf32>, tensor<?xf32>) outs(%e2x6xh : tensor<2x6x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x?xf32>
  %1 = ssm.cumsum dim(1) ins(%0 : tensor<2x6x?xf32>) outs(%e2x6xh : tensor<2x6x?xf32>)
  %w2 = tensor.empty(%h) : tensor<2x6x?x4xf32>
  %2 = linalg.generic {indexing_maps = [#bthp_bth, #bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1 : tensor<2x6x?xf32>) outs(%w2 : tensor<2x6x?x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x6x?x4xf32>
  %3 = tensor.collapse_shape %2 [[0], [1], [2, 3]] : tensor<2x6x?x4xf32> into tensor<2x6x?xf32>
  %w4 = tensor.empty(%h) : tensor<2x6x?x4xf32>
  %4 = linalg.generic {indexing_maps = [#bthp_bth, #bthp], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt : tensor<2x6x?xf32>) outs(%w4 : tensor<2x6x?x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x6x?x4xf32>
  %5 = tensor.collapse_shape %4 [[0], [1], [2, 3]] : tensor<2x6x?x4xf32> into tensor<2x6x?xf32>
  %e2x6x6xhp = tensor.empty(%hp) : tensor<2x6x6x?xf32>
  %6 = linalg.generic {indexing_maps = [#btsh_bth, #btsh_bsh, #btsh], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %3 : tensor<2x6x?xf32>, tensor<2x6x?xf32>) outs(%e2x6x6xhp : tensor<2x6x6x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %m = arith.cmpi sge, %i, %j : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6x?xf32>
  %e2x6xhp = tensor.empty(%hp) : tensor<2x6x?xf32>
  %7 = linalg.generic {indexing_maps = [#bsh, #bsh, #bsh], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %5 : tensor<2x6x?xf32>, tensor<2x6x?xf32>) outs(%e2x6xhp : tensor<2x6x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x6x?xf32>
  %8 = linalg.fill ins(%zero : f32) outs(%e2x6xhp : tensor<2x6x?xf32>) -> tensor<2x6x?xf32>
  %9 = linalg.generic {indexing_maps = [#bthns_btn, #bthns_bsn, #bthns_btsh, #bthns_bsh, #bthns_bth], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %6, %7 : tensor<2x6x5xf32>, tensor<2x6x5xf32>, tensor<2x6x6x?xf32>, tensor<2x6x?xf32>) outs(%8 : tensor<2x6x?xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6x?xf32>
  return %9 : tensor<2x6x?xf32>
}

// -----

#bht_bth = affine_map<(b, h, t) -> (b, t, h)>
#bht_h = affine_map<(b, h, t) -> (h)>
#bht = affine_map<(b, h, t) -> (b, h, t)>
#qts_qt = affine_map<(q, t, s) -> (q, t)>
#qts_qs = affine_map<(q, t, s) -> (q, s)>
#qts = affine_map<(q, t, s) -> (q, t, s)>
#qsp = affine_map<(q, s, p) -> (q, s, p)>
#qsp_qs = affine_map<(q, s, p) -> (q, s)>
#qtpns_qtn = affine_map<(q, t, p, n, s) -> (q, t, n)>
#qtpns_qsn = affine_map<(q, t, p, n, s) -> (q, s, n)>
#qtpns_qts = affine_map<(q, t, p, n, s) -> (q, t, s)>
#qtpns_qsp = affine_map<(q, t, p, n, s) -> (q, s, p)>
#qtpns_qtp = affine_map<(q, t, p, n, s) -> (q, t, p)>

// Batch and heads are one axis.
//
// CHECK: Reason="the result merges axes that the op keeps apart", Remark=ssm.ssd
// IR-LABEL: func.func @batch_and_heads_merged(
// IR-NOT: ssm.ssd
func.func @batch_and_heads_merged(%x: tensor<6x6x4xf32>, %dt: tensor<2x6x3xf32>, %rate: tensor<3xf32>, %B: tensor<6x6x5xf32>, %C: tensor<6x6x5xf32>) -> tensor<6x6x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x3x6 = tensor.empty() : tensor<2x3x6xf32>
  %0 = linalg.generic {indexing_maps = [#bht_bth, #bht_h, #bht], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %rate : tensor<2x6x3xf32>, tensor<3xf32>) outs(%e2x3x6 : tensor<2x3x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x3x6xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<2x3x6xf32> into tensor<6x6xf32>
  %2 = linalg.generic {indexing_maps = [#bht_bth, #bht], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt : tensor<2x6x3xf32>) outs(%e2x3x6 : tensor<2x3x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x3x6xf32>
  %3 = tensor.collapse_shape %2 [[0, 1], [2]] : tensor<2x3x6xf32> into tensor<6x6xf32>
  %e6x6 = tensor.empty() : tensor<6x6xf32>
  %4 = ssm.cumsum dim(1) ins(%1 : tensor<6x6xf32>) outs(%e6x6 : tensor<6x6xf32>)
  %e6x6x6 = tensor.empty() : tensor<6x6x6xf32>
  %5 = linalg.generic {indexing_maps = [#qts_qt, #qts_qs, #qts], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4, %4 : tensor<6x6xf32>, tensor<6x6xf32>) outs(%e6x6x6 : tensor<6x6x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %m = arith.cmpi sge, %i, %j : index
    %d = arith.subf %a, %b : f32
    %ex = math.exp %d : f32
    %none = arith.constant 0.0 : f32
    %r = arith.select %m, %ex, %none : f32
    linalg.yield %r : f32
  } -> tensor<6x6x6xf32>
  %e6x6x4 = tensor.empty() : tensor<6x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#qsp, #qsp_qs, #qsp], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %3 : tensor<6x6x4xf32>, tensor<6x6xf32>) outs(%e6x6x4 : tensor<6x6x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<6x6x4xf32>
  %7 = linalg.fill ins(%zero : f32) outs(%e6x6x4 : tensor<6x6x4xf32>) -> tensor<6x6x4xf32>
  %8 = linalg.generic {indexing_maps = [#qtpns_qtn, #qtpns_qsn, #qtpns_qts, #qtpns_qsp, #qtpns_qtp], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%C, %B, %5, %6 : tensor<6x6x5xf32>, tensor<6x6x5xf32>, tensor<6x6x6xf32>, tensor<6x6x4xf32>) outs(%7 : tensor<6x6x4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %o: f32):
    %m1 = arith.mulf %a, %b : f32
    %m2 = arith.mulf %m1, %c : f32
    %m3 = arith.mulf %m2, %d : f32
    %r = arith.addf %m3, %o : f32
    linalg.yield %r : f32
  } -> tensor<6x6x4xf32>
  return %8 : tensor<6x6x4xf32>
}
