// A softmax whose operands do not fit ssm.attention's: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-raise-attention --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#bhqsd_bhqd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#bhqsd_bhsd = affine_map<(b, h, q, s, d) -> (b, h, s, d)>
#bhqsd_bhqs = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#bhqs = affine_map<(b, h, q, s) -> (b, h, q, s)>
#bhqs_bhq = affine_map<(b, h, q, s) -> (b, h, q)>
#bhqes_bhqs = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#bhqes_bhse = affine_map<(b, h, q, e, s) -> (b, h, s, e)>
#bhqes_bhqe = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// Scores of later keys are zero, not minus infinity.
//
// CHECK: Reason="the scores are masked in a way that is not a sum", Remark=ssm.attention
// IR-LABEL: func.func @masked_by_zero(
// IR-NOT: ssm.attention
func.func @masked_by_zero(%q: tensor<2x4x9x6xf32>, %k: tensor<2x4x9x6xf32>, %v: tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x4x9x9 = tensor.empty() : tensor<2x4x9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %1 = linalg.generic {indexing_maps = [#bhqsd_bhqd, #bhqsd_bhsd, #bhqsd_bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%0 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2x4x9 = tensor.empty() : tensor<2x4x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %2 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x4x9x9xf32>) outs(%low : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %3 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %2 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %c = arith.cmpi sge, %i, %j : index
    %none = arith.constant 0.0 : f32
    %m = arith.select %c, %a, %none : f32
    %d = arith.subf %m, %b : f32
    linalg.yield %d : f32
  } -> tensor<2x4x9x9xf32>
  %4 = linalg.generic {indexing_maps = [#bhqs, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x4x9x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %6 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%4 : tensor<2x4x9x9xf32>) outs(%5 : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %7 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %6 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %e2x4x9x6 = tensor.empty() : tensor<2x4x9x6xf32>
  %8 = linalg.fill ins(%zero : f32) outs(%e2x4x9x6 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %9 = linalg.generic {indexing_maps = [#bhqes_bhqs, #bhqes_bhse, #bhqes_bhqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%7, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x6xf32>) outs(%8 : tensor<2x4x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %9 : tensor<2x4x9x6xf32>
}

// -----

#bhqsd_bhqd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#bhqsd_bhsd = affine_map<(b, h, q, s, d) -> (b, h, s, d)>
#bhqsd_bhqs = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#bhqs = affine_map<(b, h, q, s) -> (b, h, q, s)>
#bhqs_bhq = affine_map<(b, h, q, s) -> (b, h, q)>
#bhqes_bhqs = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#bhqes_bhse = affine_map<(b, h, q, e, s) -> (b, h, s, e)>
#bhqes_bhqe = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// The heads of the keys are nine axes elsewhere: an axis is split eight times at most.
//
// CHECK: Reason="heads are in too many groups", Remark=ssm.attention
// IR-LABEL: func.func @heads_of_nine_axes(
// IR-NOT: ssm.attention
func.func @heads_of_nine_axes(%q: tensor<2x512x9x6xf32>, %k: tensor<2x2x2x2x2x2x2x2x2x2x9x6xf32>, %v: tensor<2x512x9x6xf32>) -> tensor<2x512x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.collapse_shape %k [[0], [1, 2, 3, 4, 5, 6, 7, 8, 9], [10], [11]] : tensor<2x2x2x2x2x2x2x2x2x2x9x6xf32> into tensor<2x512x9x6xf32>
  %e2x512x9x9 = tensor.empty() : tensor<2x512x9x9xf32>
  %1 = linalg.fill ins(%zero : f32) outs(%e2x512x9x9 : tensor<2x512x9x9xf32>) -> tensor<2x512x9x9xf32>
  %2 = linalg.generic {indexing_maps = [#bhqsd_bhqd, #bhqsd_bhsd, #bhqsd_bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %0 : tensor<2x512x9x6xf32>, tensor<2x512x9x6xf32>) outs(%1 : tensor<2x512x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2x512x9 = tensor.empty() : tensor<2x512x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2x512x9 : tensor<2x512x9xf32>) -> tensor<2x512x9xf32>
  %3 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%2 : tensor<2x512x9x9xf32>) outs(%low : tensor<2x512x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9xf32>
  %4 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %3 : tensor<2x512x9x9xf32>, tensor<2x512x9xf32>) outs(%e2x512x9x9 : tensor<2x512x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9x9xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%e2x512x9 : tensor<2x512x9xf32>) -> tensor<2x512x9xf32>
  %6 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%4 : tensor<2x512x9x9xf32>) outs(%5 : tensor<2x512x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9xf32>
  %7 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %6 : tensor<2x512x9x9xf32>, tensor<2x512x9xf32>) outs(%e2x512x9x9 : tensor<2x512x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9x9xf32>
  %e2x512x9x6 = tensor.empty() : tensor<2x512x9x6xf32>
  %8 = linalg.fill ins(%zero : f32) outs(%e2x512x9x6 : tensor<2x512x9x6xf32>) -> tensor<2x512x9x6xf32>
  %9 = linalg.generic {indexing_maps = [#bhqes_bhqs, #bhqes_bhse, #bhqes_bhqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%7, %v : tensor<2x512x9x9xf32>, tensor<2x512x9x6xf32>) outs(%8 : tensor<2x512x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x512x9x6xf32>
  return %9 : tensor<2x512x9x6xf32>
}

// -----

#bghqsd_bghqd = affine_map<(b, g, h, q, s, d) -> (b, g, h, q, d)>
#bghqsd_bghsd = affine_map<(b, g, h, q, s, d) -> (b, g, h, s, d)>
#bghqsd_bghqs = affine_map<(b, g, h, q, s, d) -> (b, g, h, q, s)>
#bghqs = affine_map<(b, g, h, q, s) -> (b, g, h, q, s)>
#bghqs_bghq = affine_map<(b, g, h, q, s) -> (b, g, h, q)>
#bghqes_bghqs = affine_map<(b, g, h, q, e, s) -> (b, g, h, q, s)>
#bghqes_bghse = affine_map<(b, g, h, q, e, s) -> (b, g, h, s, e)>
#bghqes_bghqe = affine_map<(b, g, h, q, e, s) -> (b, g, h, q, e)>

// Batches, groups and heads.
//
// CHECK: Reason="the result has more axes than the op", Remark=ssm.attention
// IR-LABEL: func.func @five_axes(
// IR-NOT: ssm.attention
func.func @five_axes(%q: tensor<2x3x4x9x6xf32>, %k: tensor<2x3x4x9x6xf32>, %v: tensor<2x3x4x9x6xf32>) -> tensor<2x3x4x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x3x4x9x9 = tensor.empty() : tensor<2x3x4x9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x3x4x9x9 : tensor<2x3x4x9x9xf32>) -> tensor<2x3x4x9x9xf32>
  %1 = linalg.generic {indexing_maps = [#bghqsd_bghqd, #bghqsd_bghsd, #bghqsd_bghqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x3x4x9x6xf32>, tensor<2x3x4x9x6xf32>) outs(%0 : tensor<2x3x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2x3x4x9 = tensor.empty() : tensor<2x3x4x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2x3x4x9 : tensor<2x3x4x9xf32>) -> tensor<2x3x4x9xf32>
  %2 = linalg.generic {indexing_maps = [#bghqs, #bghqs_bghq], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x3x4x9x9xf32>) outs(%low : tensor<2x3x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9xf32>
  %3 = linalg.generic {indexing_maps = [#bghqs, #bghqs_bghq, #bghqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%1, %2 : tensor<2x3x4x9x9xf32>, tensor<2x3x4x9xf32>) outs(%e2x3x4x9x9 : tensor<2x3x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9x9xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%e2x3x4x9 : tensor<2x3x4x9xf32>) -> tensor<2x3x4x9xf32>
  %5 = linalg.generic {indexing_maps = [#bghqs, #bghqs_bghq], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%3 : tensor<2x3x4x9x9xf32>) outs(%4 : tensor<2x3x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9xf32>
  %6 = linalg.generic {indexing_maps = [#bghqs, #bghqs_bghq, #bghqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%3, %5 : tensor<2x3x4x9x9xf32>, tensor<2x3x4x9xf32>) outs(%e2x3x4x9x9 : tensor<2x3x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9x9xf32>
  %e2x3x4x9x6 = tensor.empty() : tensor<2x3x4x9x6xf32>
  %7 = linalg.fill ins(%zero : f32) outs(%e2x3x4x9x6 : tensor<2x3x4x9x6xf32>) -> tensor<2x3x4x9x6xf32>
  %8 = linalg.generic {indexing_maps = [#bghqes_bghqs, #bghqes_bghse, #bghqes_bghqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6, %v : tensor<2x3x4x9x9xf32>, tensor<2x3x4x9x6xf32>) outs(%7 : tensor<2x3x4x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x9x6xf32>
  return %8 : tensor<2x3x4x9x6xf32>
}

// -----

#bhqsd_bhqd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#bhqsd_bhsd = affine_map<(b, h, q, s, d) -> (b, h, s, d)>
#bhqsd_bhqs = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#bhqs = affine_map<(b, h, q, s) -> (b, h, q, s)>
#bhqs_bhq = affine_map<(b, h, q, s) -> (b, h, q)>
#bhqes_bhqs = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#bhqes_bhqse = affine_map<(b, h, q, e, s) -> (b, h, q, s, e)>
#bhqes_bhqe = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// Each query has values of its own.
//
// CHECK: Reason="query, key or value is not a tensor over the op's axes", Remark=ssm.attention
// IR-LABEL: func.func @values_of_queries(
// IR-NOT: ssm.attention
func.func @values_of_queries(%q: tensor<2x4x9x6xf32>, %k: tensor<2x4x9x6xf32>, %v: tensor<2x4x9x9x6xf32>) -> tensor<2x4x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x4x9x9 = tensor.empty() : tensor<2x4x9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %1 = linalg.generic {indexing_maps = [#bhqsd_bhqd, #bhqsd_bhsd, #bhqsd_bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%0 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2x4x9 = tensor.empty() : tensor<2x4x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %2 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x4x9x9xf32>) outs(%low : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %3 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %2 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %5 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%3 : tensor<2x4x9x9xf32>) outs(%4 : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %6 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %5 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %e2x4x9x6 = tensor.empty() : tensor<2x4x9x6xf32>
  %7 = linalg.fill ins(%zero : f32) outs(%e2x4x9x6 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %8 = linalg.generic {indexing_maps = [#bhqes_bhqs, #bhqes_bhqse, #bhqes_bhqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x9x6xf32>) outs(%7 : tensor<2x4x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %8 : tensor<2x4x9x6xf32>
}

// -----

#bhqsd_bhqd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#bhqsd_bsd = affine_map<(b, h, q, s, d) -> (b, s, d)>
#bhqsd_bhqs = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#bhqs = affine_map<(b, h, q, s) -> (b, h, q, s)>
#bhqs_bhq = affine_map<(b, h, q, s) -> (b, h, q)>
#bhqes_bhqs = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#bhqes_bse = affine_map<(b, h, q, e, s) -> (b, s, e)>
#bhqes_bhqe = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// How many heads share the keys is known at run time only.
//
// CHECK: Reason="an open number of heads shares the keys or values", Remark=ssm.attention
// IR-LABEL: func.func @open_heads(
// IR-NOT: ssm.attention
func.func @open_heads(%q: tensor<2x?x9x6xf32>, %k: tensor<2x9x6xf32>, %v: tensor<2x9x6xf32>) -> tensor<2x?x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1 : index
  %h = tensor.dim %q, %one : tensor<2x?x9x6xf32>
  %e2xhx9x9 = tensor.empty(%h) : tensor<2x?x9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2xhx9x9 : tensor<2x?x9x9xf32>) -> tensor<2x?x9x9xf32>
  %1 = linalg.generic {indexing_maps = [#bhqsd_bhqd, #bhqsd_bsd, #bhqsd_bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x?x9x6xf32>, tensor<2x9x6xf32>) outs(%0 : tensor<2x?x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2xhx9 = tensor.empty(%h) : tensor<2x?x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2xhx9 : tensor<2x?x9xf32>) -> tensor<2x?x9xf32>
  %2 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x?x9x9xf32>) outs(%low : tensor<2x?x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9xf32>
  %3 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %2 : tensor<2x?x9x9xf32>, tensor<2x?x9xf32>) outs(%e2xhx9x9 : tensor<2x?x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9x9xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%e2xhx9 : tensor<2x?x9xf32>) -> tensor<2x?x9xf32>
  %5 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%3 : tensor<2x?x9x9xf32>) outs(%4 : tensor<2x?x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9xf32>
  %6 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %5 : tensor<2x?x9x9xf32>, tensor<2x?x9xf32>) outs(%e2xhx9x9 : tensor<2x?x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9x9xf32>
  %e2xhx9x6 = tensor.empty(%h) : tensor<2x?x9x6xf32>
  %7 = linalg.fill ins(%zero : f32) outs(%e2xhx9x6 : tensor<2x?x9x6xf32>) -> tensor<2x?x9x6xf32>
  %8 = linalg.generic {indexing_maps = [#bhqes_bhqs, #bhqes_bse, #bhqes_bhqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%6, %v : tensor<2x?x9x9xf32>, tensor<2x9x6xf32>) outs(%7 : tensor<2x?x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x?x9x6xf32>
  return %8 : tensor<2x?x9x6xf32>
}

// -----

#bhqsd_bhqd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#bhqsd_bhsd = affine_map<(b, h, q, s, d) -> (b, h, s, d)>
#bhqsd_bhqs = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#bhqs = affine_map<(b, h, q, s) -> (b, h, q, s)>
#bhqs_q_s = affine_map<(b, h, q, s) -> (q+s)>
#bhqs_bhq = affine_map<(b, h, q, s) -> (b, h, q)>
#bhqes_bhqs = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#bhqes_bhse = affine_map<(b, h, q, e, s) -> (b, h, s, e)>
#bhqes_bhqe = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// What is added to a score depends on the sum of both positions.
//
// CHECK: Reason="the mask is not a tensor over the op's axes", Remark=ssm.attention
// IR-LABEL: func.func @mask_of_a_sum(
// IR-NOT: ssm.attention
func.func @mask_of_a_sum(%bias: tensor<17xf32>, %q: tensor<2x4x9x6xf32>, %k: tensor<2x4x9x6xf32>, %v: tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e2x4x9x9 = tensor.empty() : tensor<2x4x9x9xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %1 = linalg.generic {indexing_maps = [#bhqsd_bhqd, #bhqsd_bhsd, #bhqsd_bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %k : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%0 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %2 = linalg.generic {indexing_maps = [#bhqs, #bhqs_q_s, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %bias : tensor<2x4x9x9xf32>, tensor<17xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %least = arith.constant 0xFF800000 : f32
  %e2x4x9 = tensor.empty() : tensor<2x4x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %3 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%2 : tensor<2x4x9x9xf32>) outs(%low : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %4 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %3 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%e2x4x9 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %6 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%4 : tensor<2x4x9x9xf32>) outs(%5 : tensor<2x4x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %7 = linalg.generic {indexing_maps = [#bhqs, #bhqs_bhq, #bhqs], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %6 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%e2x4x9x9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %e2x4x9x6 = tensor.empty() : tensor<2x4x9x6xf32>
  %8 = linalg.fill ins(%zero : f32) outs(%e2x4x9x6 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %9 = linalg.generic {indexing_maps = [#bhqes_bhqs, #bhqes_bhse, #bhqes_bhqe], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%7, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x6xf32>) outs(%8 : tensor<2x4x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %9 : tensor<2x4x9x6xf32>
}
