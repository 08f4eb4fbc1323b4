// RUN: mamba-opt %s --split-input-file --ssm-absorb-time-step --canonicalize | FileCheck %s

// clamp(softplus(raw + bias), 0.001, 0.1): all of it becomes the op's.
//
// CHECK-LABEL: func.func @bias_softplus_clamp
// CHECK-NOT: linalg.generic
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n, h -> b l h p" {{.*}} dt(%arg1 : {{.*}}dt_bias(%arg5 : tensor<4xf32>) softplus dt_min(1.000000e-03) dt_max(1.000000e-01)
#id = affine_map<(b, l, h) -> (b, l, h)>
#h = affine_map<(b, l, h) -> (h)>
func.func @bias_softplus_clamp(%x: tensor<2x9x4x3xf32>, %raw: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>, %bias: tensor<4xf32>) -> tensor<2x9x4x3xf32> {
  %threshold = arith.constant 20.0 : f32
  %low = arith.constant 0.001 : f32
  %high = arith.constant 0.1 : f32
  %e = tensor.empty() : tensor<2x9x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #h, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%raw, %bias : tensor<2x9x4xf32>, tensor<4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0 : tensor<2x9x4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %p = math.exp %a : f32
      %q = math.log1p %p : f32
      %c = arith.cmpf ogt, %a, %threshold : f32
      %s = arith.select %c, %a, %q : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x9x4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %p = arith.maximumf %a, %low : f32
      %q = arith.minimumf %p, %high : f32
      linalg.yield %q : f32
  } -> tensor<2x9x4xf32>
  %out = tensor.empty() : tensor<2x9x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<2x9x4x3xf32>) dt(%2 : tensor<2x9x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%out : tensor<2x9x4x3xf32>)
  return %y : tensor<2x9x4x3xf32>
}

// -----

// A time step that is rounded to bf16 after softplus stays outside: the op would not round.
//
// CHECK-LABEL: func.func @rounded
// CHECK: arith.truncf
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
// CHECK-NOT: softplus
#id = affine_map<(b, l, h) -> (b, l, h)>
func.func @rounded(%x: tensor<2x9x4x3xf32>, %raw: tensor<2x9x4xbf16>, %A: tensor<4xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>) -> tensor<2x9x4x3xf32> {
  %e = tensor.empty() : tensor<2x9x4xbf16>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%raw : tensor<2x9x4xbf16>) outs(%e : tensor<2x9x4xbf16>) {
    ^bb0(%a: bf16, %o: bf16):
      %a1 = arith.extf %a : bf16 to f32
      %p = math.exp %a1 : f32
      %q = math.log1p %p : f32
      %r = arith.truncf %q : f32 to bf16
      linalg.yield %r : bf16
  } -> tensor<2x9x4xbf16>
  %out = tensor.empty() : tensor<2x9x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<2x9x4x3xf32>) dt(%1 : tensor<2x9x4xbf16>) A(%A : tensor<4xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%out : tensor<2x9x4x3xf32>)
  return %y : tensor<2x9x4x3xf32>
}

// -----

// A bias that is subtracted, and one that has an axis of size one beside its channels.

// CHECK-LABEL: func.func @bias_subtracted
// CHECK: %[[N:.*]] = linalg.generic {{.*}} ins(%arg5 : tensor<4xf32>)
// CHECK: arith.negf
// CHECK: ssm.ssd {{.*}} dt(%arg1 : {{.*}} dt_bias(%[[N]] : tensor<4xf32>)
func.func @bias_subtracted(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x6xf32>, %C: tensor<2x5x6xf32>, %bias: tensor<4xf32>) -> tensor<2x5x4x3xf32> {
  %e = tensor.empty() : tensor<2x5x4xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b,l,h) -> (b,l,h)>, affine_map<(b,l,h) -> (h)>, affine_map<(b,l,h) -> (b,l,h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %bias : tensor<2x5x4xf32>, tensor<4xf32>) outs(%e : tensor<2x5x4xf32>) {
  ^bb0(%d: f32, %c: f32, %o: f32):
    %r = arith.subf %d, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %f = tensor.empty() : tensor<2x5x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%s : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x6xf32>) C(%C : tensor<2x5x6xf32>) outs(%f : tensor<2x5x4x3xf32>)
  return %y : tensor<2x5x4x3xf32>
}

// -----

// CHECK-LABEL: func.func @bias_with_unit
// CHECK: %[[B:.*]] = tensor.collapse_shape %arg5
// CHECK: ssm.ssd {{.*}} dt(%arg1 : {{.*}} dt_bias(%[[B]] : tensor<4xf32>)
func.func @bias_with_unit(%x: tensor<1x5x4x3xf32>, %dt: tensor<1x5x4xf32>, %A: tensor<4xf32>, %B: tensor<1x5x6xf32>, %C: tensor<1x5x6xf32>, %bias: tensor<1x4xf32>) -> tensor<1x5x4x3xf32> {
  %e = tensor.empty() : tensor<1x5x4xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b,l,h) -> (b,l,h)>, affine_map<(b,l,h) -> (b,h)>, affine_map<(b,l,h) -> (b,l,h)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %bias : tensor<1x5x4xf32>, tensor<1x4xf32>) outs(%e : tensor<1x5x4xf32>) {
  ^bb0(%d: f32, %c: f32, %o: f32):
    %r = arith.addf %d, %c : f32
    linalg.yield %r : f32
  } -> tensor<1x5x4xf32>
  %f = tensor.empty() : tensor<1x5x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<1x5x4x3xf32>) dt(%s : tensor<1x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<1x5x6xf32>) C(%C : tensor<1x5x6xf32>) outs(%f : tensor<1x5x4x3xf32>)
  return %y : tensor<1x5x4x3xf32>
}

// -----

// The axis of time of a single step was put in front of what softplus gave.

// CHECK-LABEL: func.func @single_step
// CHECK: %[[DT:.*]] = tensor.expand_shape %arg1 {{\[\[}}0, 1], [2]] output_shape [1, 2, 4]
// CHECK-NOT: math
// CHECK: ssm.ssd {{.*}} dt(%[[DT]] : {{.*}} softplus
func.func @single_step(%x: tensor<1x2x4x3xf32>, %dt: tensor<2x4xf32>, %A: tensor<4xf32>, %B: tensor<1x2x6xf32>, %C: tensor<1x2x6xf32>) -> tensor<1x2x4x3xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b,h) -> (b,h)>, affine_map<(b,h) -> (b,h)>], iterator_types = ["parallel", "parallel"]} ins(%dt : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%d: f32, %o: f32):
    %p = math.exp %d : f32
    %r = math.log1p %p : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %w = tensor.expand_shape %s [[0, 1], [2]] output_shape [1, 2, 4] : tensor<2x4xf32> into tensor<1x2x4xf32>
  %f = tensor.empty() : tensor<1x2x4x3xf32>
  %y = ssm.ssd "l b h p, l b h, h, l b n, l b n -> l b h p" x(%x : tensor<1x2x4x3xf32>) dt(%w : tensor<1x2x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<1x2x6xf32>) C(%C : tensor<1x2x6xf32>) outs(%f : tensor<1x2x4x3xf32>)
  return %y : tensor<1x2x4x3xf32>
}

// -----

// A bias with a value for each head and channel, of steps that were one axis only after softplus.
//
// CHECK-LABEL: func.func @merged_heads
// CHECK-NOT: math.exp
// CHECK: %[[BIAS:.*]] = tensor.collapse_shape %arg5 {{\[\[}}0, 1]] : tensor<4x3xf32> into tensor<12xf32>
// CHECK: ssm.selective_scan {{.*}}delta_bias(%[[BIAS]] : tensor<12xf32>) softplus
#id = affine_map<(b, l, h, p) -> (b, l, h, p)>
#hp = affine_map<(b, l, h, p) -> (h, p)>
func.func @merged_heads(%u: tensor<2x9x12xf32>, %raw: tensor<2x9x4x3xf32>, %A: tensor<12x5xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>, %bias: tensor<4x3xf32>) -> tensor<2x9x12xf32> {
  %e = tensor.empty() : tensor<2x9x4x3xf32>
  %0 = linalg.generic {indexing_maps = [#id, #hp, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%raw, %bias : tensor<2x9x4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<2x9x4x3xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4x3xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<2x9x4x3xf32>) outs(%e : tensor<2x9x4x3xf32>) {
    ^bb0(%a: f32, %o: f32):
      %p = math.exp %a : f32
      %q = math.log1p %p : f32
      linalg.yield %q : f32
  } -> tensor<2x9x4x3xf32>
  %dt = tensor.collapse_shape %1 [[0], [1], [2, 3]] : tensor<2x9x4x3xf32> into tensor<2x9x12xf32>
  %y0 = tensor.empty() : tensor<2x9x12xf32>
  %y = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x9x12xf32>) delta(%dt : tensor<2x9x12xf32>) A(%A : tensor<12x5xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%y0 : tensor<2x9x12xf32>)
  return %y : tensor<2x9x12xf32>
}

// -----

// The heads were two dimensions, of group and place in it, until the bias was added.

// CHECK-LABEL: func.func @grouped_heads
// CHECK: ssm.ssd {{.*}} dt(%arg1 : {{.*}} dt_bias(%arg5 : tensor<4xf32>)
func.func @grouped_heads(%x: tensor<1x5x4x3xf32>, %dt: tensor<1x5x4xf32>, %A: tensor<4xf32>, %B: tensor<1x5x6xf32>, %C: tensor<1x5x6xf32>, %bias: tensor<4xf32>) -> tensor<1x5x4x3xf32> {
  %g = tensor.expand_shape %dt [[0], [1], [2, 3]] output_shape [1, 5, 2, 2] : tensor<1x5x4xf32> into tensor<1x5x2x2xf32>
  %c = tensor.expand_shape %bias [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x5x2x2xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b,l,g,r) -> (b,l,g,r)>, affine_map<(b,l,g,r) -> (g,r)>, affine_map<(b,l,g,r) -> (b,l,g,r)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%g, %c : tensor<1x5x2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<1x5x2x2xf32>) {
  ^bb0(%d: f32, %p: f32, %o: f32):
    %r = arith.addf %d, %p : f32
    linalg.yield %r : f32
  } -> tensor<1x5x2x2xf32>
  %w = tensor.collapse_shape %s [[0], [1], [2, 3]] : tensor<1x5x2x2xf32> into tensor<1x5x4xf32>
  %f = tensor.empty() : tensor<1x5x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<1x5x4x3xf32>) dt(%w : tensor<1x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<1x5x6xf32>) C(%C : tensor<1x5x6xf32>) outs(%f : tensor<1x5x4x3xf32>)
  return %y : tensor<1x5x4x3xf32>
}

// -----

// One token of one sequence: the bias, which stands first, has as many elements as the step, and fewer axes.
//
// CHECK-LABEL: func.func @bias_first
// CHECK-NOT: linalg.generic
// CHECK: ssm.ssd {{.*}} dt(%arg1 : tensor<1x1x4xf32>) {{.*}} dt_bias(%{{.*}} : tensor<4xf32>)
#first = affine_map<(b, l, h) -> (l, h)>
#id = affine_map<(b, l, h) -> (b, l, h)>
func.func @bias_first(%x: tensor<1x1x4x3xf32>, %raw: tensor<1x1x4xf32>, %A: tensor<4xf32>, %B: tensor<1x1x5xf32>, %C: tensor<1x1x5xf32>, %bias: tensor<1x4xf32>) -> tensor<1x1x4x3xf32> {
  %e = tensor.empty() : tensor<1x1x4xf32>
  %dt = linalg.generic {indexing_maps = [#first, #id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%bias, %raw : tensor<1x4xf32>, tensor<1x1x4xf32>) outs(%e : tensor<1x1x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
  } -> tensor<1x1x4xf32>
  %o = tensor.empty() : tensor<1x1x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<1x1x4x3xf32>) dt(%dt : tensor<1x1x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<1x1x5xf32>) C(%C : tensor<1x1x5xf32>) outs(%o : tensor<1x1x4x3xf32>)
  return %y : tensor<1x1x4x3xf32>
}

// -----

// softplus(-(-(raw - bias))): signs that cancel, one of them behind the bias.
//
// CHECK-LABEL: func.func @negated_twice
// CHECK: %[[BIAS:.*]] = linalg.generic {{.*}} ins(%arg5 : tensor<4xf32>)
// CHECK: arith.negf
// CHECK: ssm.ssd {{.*}} dt(%arg1 : {{.*}}dt_bias(%[[BIAS]] : tensor<4xf32>) softplus
#id = affine_map<(b, l, h) -> (b, l, h)>
#h = affine_map<(b, l, h) -> (h)>
func.func @negated_twice(%x: tensor<2x9x4x3xf32>, %raw: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>, %bias: tensor<4xf32>) -> tensor<2x9x4x3xf32> {
  %e = tensor.empty() : tensor<2x9x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%raw : tensor<2x9x4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.negf %a : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #h, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %bias : tensor<2x9x4xf32>, tensor<4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x9x4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %n = arith.negf %a : f32
      %p = math.exp %n : f32
      %q = math.log1p %p : f32
      linalg.yield %q : f32
  } -> tensor<2x9x4xf32>
  %out = tensor.empty() : tensor<2x9x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<2x9x4x3xf32>) dt(%2 : tensor<2x9x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%out : tensor<2x9x4x3xf32>)
  return %y : tensor<2x9x4x3xf32>
}

// -----

// A sign that nothing takes back stays outside: softplus(bias - raw) is softplus(-(raw - bias)), with -raw as its input.
//
// CHECK-LABEL: func.func @negated_once
// CHECK: %[[NEG:.*]] = linalg.generic {{.*}} ins(%arg1 :
// CHECK: arith.negf
// CHECK: ssm.ssd {{.*}} dt(%[[NEG]] : {{.*}}dt_bias(%arg5 : tensor<4xf32>) softplus
#id = affine_map<(b, l, h) -> (b, l, h)>
#h = affine_map<(b, l, h) -> (h)>
func.func @negated_once(%x: tensor<2x9x4x3xf32>, %raw: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x5xf32>, %C: tensor<2x9x5xf32>, %bias: tensor<4xf32>) -> tensor<2x9x4x3xf32> {
  %e = tensor.empty() : tensor<2x9x4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%raw : tensor<2x9x4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.negf %a : f32
      linalg.yield %s : f32
  } -> tensor<2x9x4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #h, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%0, %bias : tensor<2x9x4xf32>, tensor<4xf32>) outs(%e : tensor<2x9x4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      %p = math.exp %s : f32
      %q = math.log1p %p : f32
      linalg.yield %q : f32
  } -> tensor<2x9x4xf32>
  %out = tensor.empty() : tensor<2x9x4x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<2x9x4x3xf32>) dt(%1 : tensor<2x9x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x9x5xf32>) C(%C : tensor<2x9x5xf32>) outs(%out : tensor<2x9x4x3xf32>)
  return %y : tensor<2x9x4x3xf32>
}

// -----

// One token of one channel: the step is a number without axes.
//
// CHECK-LABEL: func.func @one_number
// CHECK-NOT: linalg.generic
// CHECK: ssm.ssd {{.*}} dt_bias(%{{.*}} : tensor<1xf32>)
#none = affine_map<() -> ()>
func.func @one_number(%x: tensor<1x1x1x3xf32>, %raw: tensor<f32>, %A: tensor<1xf32>, %B: tensor<1x1x5xf32>, %C: tensor<1x1x5xf32>, %bias: tensor<f32>) -> tensor<1x1x1x3xf32> {
  %e = tensor.empty() : tensor<f32>
  %sum = linalg.generic {indexing_maps = [#none, #none, #none], iterator_types = []} ins(%raw, %bias : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
  } -> tensor<f32>
  %dt = tensor.expand_shape %sum [] output_shape [1, 1, 1] : tensor<f32> into tensor<1x1x1xf32>
  %o = tensor.empty() : tensor<1x1x1x3xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<1x1x1x3xf32>) dt(%dt : tensor<1x1x1xf32>) A(%A : tensor<1xf32>) B(%B : tensor<1x1x5xf32>) C(%C : tensor<1x1x5xf32>) outs(%o : tensor<1x1x1x3xf32>)
  return %y : tensor<1x1x1x3xf32>
}
