// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --check-passes --ssm-raise-selective-scan -o /dev/null

// Attention without softmax is a recurrence whose state is keys by values: with a decay of 1, or one that is the same at
// all times. There is no cumulative sum in it and no scan.

#all = affine_map<(b, h, l, s) -> (b, h, l, s)>
#heads = affine_map<(b, h, l, s) -> (h)>

// CHECK-LABEL: func.func @no_decay
// CHECK-SAME: (%[[Q:.*]]: tensor<2x4x9x5xf32>, %[[K:.*]]: tensor<2x4x9x5xf32>, %[[V:.*]]: tensor<2x4x9x3xf32>)
// CHECK: %[[ZERO:.*]] = linalg.generic
// CHECK: ssm.ssd "b h l p, h, b h l n, b h l n -> b h l p" x(%[[V]] {{.*}} A(%[[ZERO]] {{.*}} B(%[[K]] {{.*}} C(%[[Q]]
// CHECK-NOT: ssm.einsum
func.func @no_decay(%q: tensor<2x4x9x5xf32>, %k: tensor<2x4x9x5xf32>, %v: tensor<2x4x9x3xf32>) -> tensor<2x4x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x4x9x9xf32>
  %s = ssm.einsum "b h l n, b h s n -> b h l s" ins(%q, %k : tensor<2x4x9x5xf32>, tensor<2x4x9x5xf32>) outs(%se : tensor<2x4x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%s : tensor<2x4x9x9xf32>) outs(%se : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %ye = tensor.empty() : tensor<2x4x9x3xf32>
  %y = ssm.einsum "b h l s, b h s p -> b h l p" ins(%m, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x3xf32>) outs(%ye : tensor<2x4x9x3xf32>)
  return %y : tensor<2x4x9x3xf32>
}

// -----

// The states are the running sums of the outer products.
//
// CHECK-LABEL: func.func @running_sums
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd "b h l p, h, b h l n, b h l n -> b h l p"
func.func @running_sums(%q: tensor<2x4x9x5xf32>, %k: tensor<2x4x9x5xf32>, %v: tensor<2x4x9x3xf32>) -> tensor<2x4x9x3xf32> {
  %se = tensor.empty() : tensor<2x4x9x5x3xf32>
  %s = ssm.einsum "b h l n, b h l p -> b h l n p" ins(%k, %v : tensor<2x4x9x5xf32>, tensor<2x4x9x3xf32>) outs(%se : tensor<2x4x9x5x3xf32>)
  %h = ssm.cumsum dim(2) ins(%s : tensor<2x4x9x5x3xf32>) outs(%se : tensor<2x4x9x5x3xf32>)
  %ye = tensor.empty() : tensor<2x4x9x3xf32>
  %y = ssm.einsum "b h l n, b h l n p -> b h l p" ins(%q, %h : tensor<2x4x9x5xf32>, tensor<2x4x9x5x3xf32>) outs(%ye : tensor<2x4x9x3xf32>)
  return %y : tensor<2x4x9x3xf32>
}

// -----

#all = affine_map<(b, h, l, s) -> (b, h, l, s)>
#heads = affine_map<(b, h, l, s) -> (h)>

// Retention: a decay for each head, to the power of the distance.
//
// CHECK-LABEL: func.func @slopes
// CHECK-SAME: %[[SLOPE:[a-z0-9]+]]: tensor<4xf32>)
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%[[SLOPE]] : tensor<4xf32>)
// CHECK: arith.mulf
// CHECK: ssm.ssd "b h l p, h, b h l n, b h l n -> b h l p" x({{.*}}) A(%[[A]] : tensor<4xf32>)
func.func @slopes(%q: tensor<2x4x9x5xf32>, %k: tensor<2x4x9x5xf32>, %v: tensor<2x4x9x3xf32>, %slope: tensor<4xf32>) -> tensor<2x4x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x4x9x9xf32>
  %s = ssm.einsum "b h l n, b h s n -> b h l s" ins(%q, %k : tensor<2x4x9x5xf32>, tensor<2x4x9x5xf32>) outs(%se : tensor<2x4x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #heads, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%s, %slope : tensor<2x4x9x9xf32>, tensor<4xf32>) outs(%se : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %rate: f32, %o: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %d = arith.subi %j, %i : index
    %w = arith.index_cast %d : index to i64
    %f = arith.sitofp %w : i64 to f32
    %e = arith.mulf %f, %rate : f32
    %x = math.exp %e : f32
    %p = arith.mulf %x, %a : f32
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %p, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %ye = tensor.empty() : tensor<2x4x9x3xf32>
  %y = ssm.einsum "b h l s, b h s p -> b h l p" ins(%m, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x3xf32>) outs(%ye : tensor<2x4x9x3xf32>)
  return %y : tensor<2x4x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>

// A power of a number, with the distance clamped before it; heads and batch are one axis.
//
// CHECK-LABEL: func.func @powers
// CHECK: arith.constant -0.13353
// CHECK: ssm.ssd "h b l p, h, b l n, b l n -> b l p h"
func.func @powers(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %none = arith.constant 0 : i64
  %gamma = arith.constant 0.875 : f32
  %se = tensor.empty() : tensor<2x9x9xf32>
  %s = ssm.einsum "b l n, b s n -> b l s" ins(%q, %k : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%se : tensor<2x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<2x9x9xf32>) outs(%se : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %d = arith.subi %i, %j : index
    %w = arith.index_cast %d : index to i64
    %n = arith.maxsi %w, %none : i64
    %f = arith.sitofp %n : i64 to f32
    %x = math.powf %gamma, %f : f32
    %p = arith.mulf %x, %a : f32
    %c = arith.cmpi slt, %i, %j : index
    %r = arith.select %c, %zero, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x9x9xf32>
  %ye = tensor.empty() : tensor<2x9x3xf32>
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

#all = affine_map<(b, h, l, s) -> (b, h, l, s)>

// A mask above the diagonal: backwards in time.
//
// CHECK-LABEL: func.func @backwards
// CHECK: ssm.ssd {{.*}} reverse
func.func @backwards(%q: tensor<2x4x9x5xf32>, %k: tensor<2x4x9x5xf32>, %v: tensor<2x4x9x3xf32>) -> tensor<2x4x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %se = tensor.empty() : tensor<2x4x9x9xf32>
  %s = ssm.einsum "b h l n, b h s n -> b h l s" ins(%q, %k : tensor<2x4x9x5xf32>, tensor<2x4x9x5xf32>) outs(%se : tensor<2x4x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%s : tensor<2x4x9x9xf32>) outs(%se : tensor<2x4x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %c = arith.cmpi sge, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %ye = tensor.empty() : tensor<2x4x9x3xf32>
  %y = ssm.einsum "b h l s, b h s p -> b h l p" ins(%m, %v : tensor<2x4x9x9xf32>, tensor<2x4x9x3xf32>) outs(%ye : tensor<2x4x9x3xf32>)
  return %y : tensor<2x4x9x3xf32>
}

// -----

#rows = affine_map<(h, l) -> (h, l)>
#head = affine_map<(h, l) -> (h)>
#all = affine_map<(h, l, s) -> (h, l, s)>

// The power of the distance as a product of powers of the two times.
//
// CHECK-LABEL: func.func @apart
// CHECK-NOT: math.exp
// CHECK: ssm.ssd
// CHECK-NOT: math.exp
func.func @apart(%q: tensor<4x9x5xf32>, %k: tensor<4x9x5xf32>, %v: tensor<4x9x3xf32>, %slope: tensor<4xf32>) -> tensor<4x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %de = tensor.empty() : tensor<4x9xf32>
  %grow:2 = linalg.generic {indexing_maps = [#head, #rows, #rows], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<4xf32>) outs(%de, %de : tensor<4x9xf32>, tensor<4x9xf32>) {
  ^bb0(%rate: f32, %o: f32, %o2: f32):
    %i = linalg.index 1 : index
    %w = arith.index_cast %i : index to i64
    %f = arith.sitofp %w : i64 to f32
    %e = arith.mulf %f, %rate : f32
    %n = arith.negf %e : f32
    %x = math.exp %n : f32
    %z = math.exp %e : f32
    linalg.yield %x, %z : f32, f32
  } -> (tensor<4x9xf32>, tensor<4x9xf32>)
  %se = tensor.empty() : tensor<4x9x9xf32>
  %s = ssm.einsum "h l n, h l, h s n, h s -> h l s" ins(%q, %grow#0, %k, %grow#1 : tensor<4x9x5xf32>, tensor<4x9xf32>, tensor<4x9x5xf32>, tensor<4x9xf32>) outs(%se : tensor<4x9x9xf32>)
  %m = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<4x9x9xf32>) outs(%se : tensor<4x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4x9x9xf32>
  %ye = tensor.empty() : tensor<4x9x3xf32>
  %y = ssm.einsum "h l s, h s p -> h l p" ins(%m, %v : tensor<4x9x9xf32>, tensor<4x9x3xf32>) outs(%ye : tensor<4x9x3xf32>)
  return %y : tensor<4x9x3xf32>
}

// -----

#all = affine_map<(b, l, s) -> (b, l, s)>
#row = affine_map<(b, l, s) -> (b, l)>
#column = affine_map<(b, l, s) -> (b, s)>
#flat = affine_map<(b, l) -> (b, l)>

// exp(min(s, 0)) is exp(s) where the logarithms of the decays are known not to be positive: -softplus(x) is.
//
// CHECK-LABEL: func.func @clamped_sums
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd
func.func @clamped_sums(%q: tensor<2x9x5xf32>, %k: tensor<2x9x5xf32>, %v: tensor<2x9x3xf32>, %gate: tensor<2x9xf32>) -> tensor<2x9x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e2 = tensor.empty() : tensor<2x9xf32>
  %a = linalg.generic {indexing_maps = [#flat, #flat], iterator_types = ["parallel", "parallel"]} ins(%gate : tensor<2x9xf32>) outs(%e2 : tensor<2x9xf32>) {
  ^bb0(%g: f32, %o: f32):
    %x = math.exp %g : f32
    %p = math.log1p %x : f32
    %n = arith.negf %p : f32
    linalg.yield %n : f32
  } -> tensor<2x9xf32>
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
  %y = ssm.einsum "b l s, b s p -> b l p" ins(%m, %v : tensor<2x9x9xf32>, tensor<2x9x3xf32>) outs(%ye : tensor<2x9x3xf32>)
  return %y : tensor<2x9x3xf32>
}

// -----

// Chunks without a decay: products inside of a chunk, and with the running sum of what the chunks before it hold.
//
// CHECK-LABEL: func.func @chunks
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd "h b l p, h, b l n, b l n -> b l p h"
// CHECK-NOT: ssm.einsum
#scores = affine_map<(b, c, l, s) -> (b, c, l, s)>
#states = affine_map<(b, c, n, p) -> (b, c, n, p)>
func.func @chunks(%q: tensor<2x12x5xf32>, %k: tensor<2x12x5xf32>, %v: tensor<2x12x3xf32>) -> tensor<2x12x3xf32> {
  %zero = arith.constant 0.0 : f32
  %qc = tensor.expand_shape %q [[0], [1, 2], [3]] output_shape [2, 3, 4, 5] : tensor<2x12x5xf32> into tensor<2x3x4x5xf32>
  %kc = tensor.expand_shape %k [[0], [1, 2], [3]] output_shape [2, 3, 4, 5] : tensor<2x12x5xf32> into tensor<2x3x4x5xf32>
  %vc = tensor.expand_shape %v [[0], [1, 2], [3]] output_shape [2, 3, 4, 3] : tensor<2x12x3xf32> into tensor<2x3x4x3xf32>
  %se = tensor.empty() : tensor<2x3x4x4xf32>
  %s = ssm.einsum "b c l n, b c s n -> b c l s" ins(%qc, %kc : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) outs(%se : tensor<2x3x4x4xf32>)
  %m = linalg.generic {indexing_maps = [#scores, #scores], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%s : tensor<2x3x4x4xf32>) outs(%se : tensor<2x3x4x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 2 : index
    %j = linalg.index 3 : index
    %c = arith.cmpi sle, %j, %i : index
    %r = arith.select %c, %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x4xf32>
  %ye = tensor.empty() : tensor<2x3x4x3xf32>
  %inside = ssm.einsum "b c l s, b c s p -> b c l p" ins(%m, %vc : tensor<2x3x4x4xf32>, tensor<2x3x4x3xf32>) outs(%ye : tensor<2x3x4x3xf32>)
  %he = tensor.empty() : tensor<2x3x5x3xf32>
  %h = ssm.einsum "b c s n, b c s p -> b c n p" ins(%kc, %vc : tensor<2x3x4x5xf32>, tensor<2x3x4x3xf32>) outs(%he : tensor<2x3x5x3xf32>)
  %sums = ssm.cumsum dim(1) ins(%h : tensor<2x3x5x3xf32>) outs(%he : tensor<2x3x5x3xf32>)
  %before = linalg.generic {indexing_maps = [#states, #states, #states], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%sums, %h : tensor<2x3x5x3xf32>, tensor<2x3x5x3xf32>) outs(%he : tensor<2x3x5x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.subf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x3x5x3xf32>
  %across = ssm.einsum "b c l n, b c n p -> b c l p" ins(%qc, %before : tensor<2x3x4x5xf32>, tensor<2x3x5x3xf32>) outs(%ye : tensor<2x3x4x3xf32>)
  %y = linalg.generic {indexing_maps = [#scores, #scores, #scores], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%inside, %across : tensor<2x3x4x3xf32>, tensor<2x3x4x3xf32>) outs(%ye : tensor<2x3x4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x3xf32>
  %whole = tensor.collapse_shape %y [[0], [1, 2], [3]] : tensor<2x3x4x3xf32> into tensor<2x12x3xf32>
  return %whole : tensor<2x12x3xf32>
}
