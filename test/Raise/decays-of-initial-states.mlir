// Decays of an initial state that are spelled otherwise than those of the inputs.
// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// An initial state h[-1] exp(w), where exp(P[t] + w) stands in one exponential: the op starts from the product, not from
// h[-1] w.
// CHECK-LABEL: func.func @scaled
// CHECK: %[[POWER:.*]] = linalg.generic {{.*}} ins(%arg6 : tensor<3xf32>)
// CHECK: math.exp
// CHECK: %[[INIT:.*]] = linalg.generic {{.*}} ins(%arg5, %[[POWER]] : tensor<3x4x2xf32>, tensor<3xf32>)
// CHECK: arith.mulf
// CHECK: ssm.ssd {{.*}} initial_state(%[[INIT]]
func.func @scaled(%x: tensor<?x3x4xf32>, %dt: tensor<?x3xf32>, %A: tensor<3xf32>, %B: tensor<?x2xf32>, %C: tensor<?x2xf32>, %init: tensor<3x4x2xf32>, %w: tensor<3xf32>) -> tensor<?x3x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %ofHead = tensor.empty(%l) : tensor<?x3xf32>
  %rate = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  %p = ssm.cumsum dim(0) ins(%rate : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %pairs = tensor.empty(%l, %l) : tensor<?x?x3xf32>
  %decay = linalg.generic {indexing_maps = [affine_map<(l, s, h) -> (l, h)>, affine_map<(l, s, h) -> (s, h)>, affine_map<(l, s, h) -> (l, s, h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%p, %p : tensor<?x3xf32>, tensor<?x3xf32>) outs(%pairs : tensor<?x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %causal = arith.cmpi sle, %s, %t : index
    %d = arith.subf %a, %b : f32
    %e = math.exp %d : f32
    %m = arith.select %causal, %e, %zero : f32
    linalg.yield %m : f32
  } -> tensor<?x?x3xf32>
  %out = tensor.empty(%l) : tensor<?x3x4xf32>
  %inner = ssm.einsum "l s h, l n, s n, s h, s h p -> l h p" ins(%decay, %C, %B, %dt, %x : tensor<?x?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>)
  %begin = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%p, %w : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    %e = math.exp %s : f32
    linalg.yield %e : f32
  } -> tensor<?x3xf32>
  %outer = ssm.einsum "l h, l n, h p n -> l h p" ins(%begin, %C, %init : tensor<?x3xf32>, tensor<?x2xf32>, tensor<3x4x2xf32>) outs(%out : tensor<?x3x4xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%inner, %outer : tensor<?x3x4xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// -----

// The rate inside of one running sum and outside of the other: both are the same.
// CHECK-LABEL: func.func @factor_outside(
// CHECK-NOT: cumsum
// CHECK: ssm.ssd {{.*}} initial_state(
func.func @factor_outside(%x: tensor<?x3x4xf32>, %dt: tensor<?x3xf32>, %A: tensor<3xf32>, %B: tensor<?x2xf32>, %C: tensor<?x2xf32>, %init: tensor<3x4x2xf32>) -> tensor<?x3x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %ofHead = tensor.empty(%l) : tensor<?x3xf32>
  %rate = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  %p = ssm.cumsum dim(0) ins(%rate : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %pairs = tensor.empty(%l, %l) : tensor<?x?x3xf32>
  %decay = linalg.generic {indexing_maps = [affine_map<(l, s, h) -> (l, h)>, affine_map<(l, s, h) -> (s, h)>, affine_map<(l, s, h) -> (l, s, h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%p, %p : tensor<?x3xf32>, tensor<?x3xf32>) outs(%pairs : tensor<?x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %causal = arith.cmpi sle, %s, %t : index
    %d = arith.subf %a, %b : f32
    %e = math.exp %d : f32
    %m = arith.select %causal, %e, %zero : f32
    linalg.yield %m : f32
  } -> tensor<?x?x3xf32>
  %out = tensor.empty(%l) : tensor<?x3x4xf32>
  %inner = ssm.einsum "l s h, l n, s n, s h, s h p -> l h p" ins(%decay, %C, %B, %dt, %x : tensor<?x?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>)
  %steps = ssm.cumsum dim(0) ins(%dt : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %begin = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%steps, %A : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    %e = math.exp %s : f32
    linalg.yield %e : f32
  } -> tensor<?x3xf32>
  %outer = ssm.einsum "l h, l n, h p n -> l h p" ins(%begin, %C, %init : tensor<?x3xf32>, tensor<?x2xf32>, tensor<3x4x2xf32>) outs(%out : tensor<?x3x4xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%inner, %outer : tensor<?x3x4xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// -----

// The sums of two rates: the initial state decays at another one, and is no initial state.
// CHECK-LABEL: func.func @factor_of_another(
// CHECK: ssm.ssd
// CHECK-NOT: initial_state
// CHECK: ssm.cumsum
func.func @factor_of_another(%x: tensor<?x3x4xf32>, %dt: tensor<?x3xf32>, %A: tensor<3xf32>, %B: tensor<?x2xf32>, %C: tensor<?x2xf32>, %init: tensor<3x4x2xf32>, %other: tensor<3xf32>) -> tensor<?x3x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %ofHead = tensor.empty(%l) : tensor<?x3xf32>
  %rate = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  %p = ssm.cumsum dim(0) ins(%rate : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %pairs = tensor.empty(%l, %l) : tensor<?x?x3xf32>
  %decay = linalg.generic {indexing_maps = [affine_map<(l, s, h) -> (l, h)>, affine_map<(l, s, h) -> (s, h)>, affine_map<(l, s, h) -> (l, s, h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%p, %p : tensor<?x3xf32>, tensor<?x3xf32>) outs(%pairs : tensor<?x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %causal = arith.cmpi sle, %s, %t : index
    %d = arith.subf %a, %b : f32
    %e = math.exp %d : f32
    %m = arith.select %causal, %e, %zero : f32
    linalg.yield %m : f32
  } -> tensor<?x?x3xf32>
  %out = tensor.empty(%l) : tensor<?x3x4xf32>
  %inner = ssm.einsum "l s h, l n, s n, s h, s h p -> l h p" ins(%decay, %C, %B, %dt, %x : tensor<?x?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>)
  %steps = ssm.cumsum dim(0) ins(%dt : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %begin = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%steps, %other : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.mulf %a, %b : f32
    %e = math.exp %s : f32
    linalg.yield %e : f32
  } -> tensor<?x3xf32>
  %outer = ssm.einsum "l h, l n, h p n -> l h p" ins(%begin, %C, %init : tensor<?x3xf32>, tensor<?x2xf32>, tensor<3x4x2xf32>) outs(%out : tensor<?x3x4xf32>)
  %y = linalg.generic {indexing_maps = [affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%inner, %outer : tensor<?x3x4xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// -----

// C and the initial state are summed over the states before the decay is multiplied in.
// CHECK-LABEL: func.func @readout_first(
// CHECK-NOT: ssm.einsum
// CHECK: ssm.ssd {{.*}} initial_state(
func.func @readout_first(%x: tensor<?x3x4xf32>, %dt: tensor<?x3xf32>, %A: tensor<3xf32>, %B: tensor<?x2xf32>, %C: tensor<?x2xf32>, %init: tensor<3x4x2xf32>) -> tensor<?x3x4xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c0 : tensor<?x3x4xf32>
  %ofHead = tensor.empty(%l) : tensor<?x3xf32>
  %rate = linalg.generic {indexing_maps = [affine_map<(l, h) -> (l, h)>, affine_map<(l, h) -> (h)>, affine_map<(l, h) -> (l, h)>], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3xf32>) outs(%ofHead : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  %p = ssm.cumsum dim(0) ins(%rate : tensor<?x3xf32>) outs(%ofHead : tensor<?x3xf32>)
  %pairs = tensor.empty(%l, %l) : tensor<?x?x3xf32>
  %decay = linalg.generic {indexing_maps = [affine_map<(l, s, h) -> (l, h)>, affine_map<(l, s, h) -> (s, h)>, affine_map<(l, s, h) -> (l, s, h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%p, %p : tensor<?x3xf32>, tensor<?x3xf32>) outs(%pairs : tensor<?x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %causal = arith.cmpi sle, %s, %t : index
    %d = arith.subf %a, %b : f32
    %e = math.exp %d : f32
    %m = arith.select %causal, %e, %zero : f32
    linalg.yield %m : f32
  } -> tensor<?x?x3xf32>
  %out = tensor.empty(%l) : tensor<?x3x4xf32>
  %inner = ssm.einsum "l s h, l n, s n, s h, s h p -> l h p" ins(%decay, %C, %B, %dt, %x : tensor<?x?x3xf32>, tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x3xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>)
  %read = ssm.einsum "l n, h p n -> l h p" ins(%C, %init : tensor<?x2xf32>, tensor<3x4x2xf32>) outs(%out : tensor<?x3x4xf32>)
  %outer = linalg.generic {indexing_maps = [affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h)>, affine_map<(l, h, p) -> (l, h, p)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%read, %p : tensor<?x3x4xf32>, tensor<?x3xf32>) outs(%out : tensor<?x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %e = math.exp %b : f32
    %s = arith.mulf %a, %e : f32
    linalg.yield %s : f32
  } -> tensor<?x3x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>, affine_map<(l, h, p) -> (l, h, p)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%inner, %outer : tensor<?x3x4xf32>, tensor<?x3x4xf32>) outs(%out : tensor<?x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}
