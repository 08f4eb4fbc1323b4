// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise --verify-diagnostics | FileCheck %s

// What looks like linear attention and is none.

#all = affine_map<(b, l, s) -> (b, l, s)>

// The present token is left out.
//
// CHECK-LABEL: func.func @strict
// CHECK-NOT: ssm.ssd
func.func @strict(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x9x9xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%se : tensor<2x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<2x9x9xf32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi slt, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  // expected-remark @below {{the sources do not end at the target time (another diagonal of the mask)}}
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>

// A mixing of times by a weight is a product of matrices, masked or not: there is nothing to say about it.
//
// CHECK-LABEL: func.func @mixing
// CHECK-NOT: ssm.ssd
func.func @mixing(%w: tensor<2x9x9xf32>, %v: tensor<2x9x3xf32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x9x9xf32>
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%w : tensor<2x9x9xf32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>
#none = affine_map<(b, l, s) -> ()>

// A decay of either sign.
//
// CHECK-LABEL: func.func @unknown_sign
// CHECK-NOT: ssm.ssd
func.func @unknown_sign(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>, %gamma: tensor<f32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x9x9xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%se : tensor<2x9x9xf32>)
  %d = linalg.generic {indexing_maps = [#none, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%gamma : tensor<f32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%g: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %n = arith.subi %i, %j : index
    %w = arith.index_cast %n : index to i64
    %f = arith.sitofp %w : i64 to f32
    %x = math.powf %g, %f : f32
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %x, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  // expected-remark @below {{a power of what may be negative}}
  %y = ssm.einsum "b l s, b l s, b s p -> b l p" ins(%s, %d, %v : tensor<2x9x9xf32>, tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>

// Without a mask, a decay with the distance runs both ways.
//
// CHECK-LABEL: func.func @both_ways
// CHECK-NOT: ssm.ssd
func.func @both_ways(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>) -> tensor<2x9x3xf32> {
  %se = tensor.empty() : tensor<2x9x9xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%se : tensor<2x9x9xf32>)
  %rate = arith.constant -0.125 : f32
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<2x9x9xf32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %n = arith.subi %i, %j : index
    %w = arith.index_cast %n : index to i64
    %d = math.absi %w : i64
    %f = arith.sitofp %d : i64 to f32
    %e = arith.mulf %f, %rate : f32
    %x = math.exp %e : f32
    %r = arith.mulf %x, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  // expected-remark @below {{declined}}
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>
#row = affine_map<(b, l, s) -> (b, l)>
#column = affine_map<(b, l, s) -> (b, s)>
#flat = affine_map<(b, l) -> (b, l)>

// exp(min(s, 0)) is another function than exp(s) where decays may be larger than 1.
//
// CHECK-LABEL: func.func @clamped_sums
// CHECK-NOT: ssm.ssd
func.func @clamped_sums(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>, %a: tensor<2x9xf32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e2 = tensor.empty() : tensor<2x9xf32>
  %S = ssm.cumsum dim(1) ins(%a : tensor<2x9xf32>) outs(%e2 : tensor<2x9xf32>)
  %se = tensor.empty() : tensor<2x9x9xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%se : tensor<2x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #row, #column, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s, %S, %S : tensor<2x9x9xf32>, tensor<2x9xf32>, tensor<2x9xf32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%score: f32, %to: f32, %from: f32, %o: f32):
    %d = arith.subf %to, %from : f32
    %least = arith.minimumf %d, %zero : f32
    %x = math.exp %least : f32
    %p = arith.mulf %x, %score : f32
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %p, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  // expected-remark @below {{an exponent between two times is clamped, and may have either sign}}
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>

// Four times and states of 64 by 64: the products between all pairs of times are fewer.
//
// CHECK-LABEL: func.func @few_times
// CHECK-NOT: ssm.ssd
func.func @few_times(%q: tensor<2x4x64xf32>, %k: tensor<2x4x64xf32>, %v: tensor<2x4x64xf32>) -> tensor<2x4x64xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x4x4xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x4x64xf32>, tensor<2x4x64xf32>) outs(%se : tensor<2x4x4xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<2x4x4xf32>) outs(%se : tensor<2x4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x4x4xf32>
  %ye = tensor.empty() : tensor<2x4x64xf32>
  // expected-remark @below {{products between so few times cost less than states}}
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x4x4xf32>, tensor<2x4x64xf32>) outs(%ye : tensor<2x4x64xf32>)
  return %y : tensor<2x4x64xf32>
}
