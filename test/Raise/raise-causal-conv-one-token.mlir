// RUN: mamba-opt %s --ssm-raise-causal-conv --split-input-file | FileCheck %s

// One token: the window less its oldest entry, and the token behind it. The new window is a result, too.

// CHECK-LABEL: func @joined
// CHECK-SAME:    %[[S:.*]]: tensor<5x6x4xf32>, %[[X:.*]]: tensor<5x6xf32>, %[[W:.*]]: tensor<6x4xf32>
// CHECK:         %[[OLD:.*]] = tensor.extract_slice %[[S]][0, 0, 1] [5, 6, 3] [1, 1, 1]
// CHECK:         ssm.causal_conv1d "l b c, c k, b c k -> l b c" x(%{{.*}} : tensor<1x5x6xf32>) weight(%[[W]] : tensor<6x4xf32>) initial_window(%{{.*}} : tensor<5x6x3xf32>)
// CHECK-NOT:     ssm.einsum
func.func @joined(%s: tensor<5x6x4xf32>, %x: tensor<5x6xf32>, %w: tensor<6x4xf32>) -> (tensor<5x6xf32>, tensor<5x6x4xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [5, 6, 3] [1, 1, 1] : tensor<5x6x4xf32> to tensor<5x6x3xf32>
  %x1 = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 6, 1] : tensor<5x6xf32> into tensor<5x6x1xf32>
  %new = tensor.concat dim(2) %old, %x1 : (tensor<5x6x3xf32>, tensor<5x6x1xf32>) -> tensor<5x6x4xf32>
  %e = tensor.empty() : tensor<5x6xf32>
  %p = ssm.einsum "b c k, c k -> b c" ins(%new, %w : tensor<5x6x4xf32>, tensor<6x4xf32>) outs(%e : tensor<5x6xf32>)
  return %p, %new : tensor<5x6xf32>, tensor<5x6x4xf32>
}

// -----

// The same, written into the window; with a bias.

#id = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @written
// CHECK:         ssm.causal_conv1d "l b c, c k, c, b c k -> l b c"
// CHECK-NOT:     ssm.einsum
func.func @written(%s: tensor<5x6x5xf32>, %x: tensor<5x6xf32>, %w: tensor<6x4xf32>, %bias: tensor<6xf32>) -> tensor<5x6xf32> {
  %old = tensor.extract_slice %s[0, 0, 1] [5, 6, 4] [1, 1, 1] : tensor<5x6x5xf32> to tensor<5x6x4xf32>
  %new = tensor.insert_slice %x into %old[0, 0, 3] [5, 6, 1] [1, 1, 1] : tensor<5x6xf32> into tensor<5x6x4xf32>
  %e = tensor.empty() : tensor<5x6xf32>
  %p = ssm.einsum "b c k, c k -> b c" ins(%new, %w : tensor<5x6x4xf32>, tensor<6x4xf32>) outs(%e : tensor<5x6xf32>)
  %y = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %bias : tensor<5x6xf32>, tensor<6xf32>) outs(%e : tensor<5x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<5x6xf32>
  return %y : tensor<5x6xf32>
}

// -----

// Every other entry of a longer window.

// CHECK-LABEL: func @every_other
// CHECK-NOT:     ssm.causal_conv1d
func.func @every_other(%s: tensor<5x6x8xf32>, %x: tensor<5x6xf32>, %w: tensor<6x4xf32>) -> tensor<5x6xf32> {
  %old = tensor.extract_slice %s[0, 0, 1] [5, 6, 3] [1, 1, 2] : tensor<5x6x8xf32> to tensor<5x6x3xf32>
  %x1 = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 6, 1] : tensor<5x6xf32> into tensor<5x6x1xf32>
  %new = tensor.concat dim(2) %old, %x1 : (tensor<5x6x3xf32>, tensor<5x6x1xf32>) -> tensor<5x6x4xf32>
  %e = tensor.empty() : tensor<5x6xf32>
  %p = ssm.einsum "b c k, c k -> b c" ins(%new, %w : tensor<5x6x4xf32>, tensor<6x4xf32>) outs(%e : tensor<5x6xf32>)
  return %p : tensor<5x6xf32>
}

// -----

// The weights depend on the batch, not on the channel alone.

// CHECK-LABEL: func @weights_of_the_batch
// CHECK-NOT:     ssm.causal_conv1d
func.func @weights_of_the_batch(%s: tensor<5x6x4xf32>, %x: tensor<5x6xf32>, %w: tensor<5x6x4xf32>) -> tensor<5x6xf32> {
  %old = tensor.extract_slice %s[0, 0, 1] [5, 6, 3] [1, 1, 1] : tensor<5x6x4xf32> to tensor<5x6x3xf32>
  %x1 = tensor.expand_shape %x [[0], [1, 2]] output_shape [5, 6, 1] : tensor<5x6xf32> into tensor<5x6x1xf32>
  %new = tensor.concat dim(2) %old, %x1 : (tensor<5x6x3xf32>, tensor<5x6x1xf32>) -> tensor<5x6x4xf32>
  %e = tensor.empty() : tensor<5x6xf32>
  %p = ssm.einsum "b c k, b c k -> b c" ins(%new, %w : tensor<5x6x4xf32>, tensor<5x6x4xf32>) outs(%e : tensor<5x6xf32>)
  return %p : tensor<5x6xf32>
}

// -----

// What is read are decays: a state that decays, and inputs that do, added up. No convolution, though it has the form of one.

#id = affine_map<(d0, d1) -> (d0, d1)>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-LABEL: func @decays
// CHECK-NOT:     ssm.causal_conv1d
// CHECK:         return
func.func @decays(%s: tensor<5x6x3xf32>, %x: tensor<5x6xf32>, %w: tensor<6x4xf32>) -> tensor<5x6xf32> {
  %e3 = tensor.empty() : tensor<5x6x3xf32>
  %e = tensor.empty() : tensor<5x6xf32>
  %ds = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<5x6x3xf32>) outs(%e3 : tensor<5x6x3xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<5x6x3xf32>
  %dx = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<5x6xf32>) outs(%e : tensor<5x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.exp %a : f32
    linalg.yield %r : f32
  } -> tensor<5x6xf32>
  %x1 = tensor.expand_shape %dx [[0], [1, 2]] output_shape [5, 6, 1] : tensor<5x6xf32> into tensor<5x6x1xf32>
  %new = tensor.concat dim(2) %ds, %x1 : (tensor<5x6x3xf32>, tensor<5x6x1xf32>) -> tensor<5x6x4xf32>
  %p = ssm.einsum "b c k, c k -> b c" ins(%new, %w : tensor<5x6x4xf32>, tensor<6x4xf32>) outs(%e : tensor<5x6xf32>)
  return %p : tensor<5x6xf32>
}

// -----

// One sequence: nothing but the weights has a channel of its own in all products. The tap that is cut off reads the oldest entry.

#read = affine_map<(d0, d1, d2) -> (d0, d1 + d2)>
#taps = affine_map<(d0, d1, d2) -> (d0, d2)>
#sums = affine_map<(d0, d1, d2) -> (d0, d1)>
#one = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @one_sequence
// CHECK-SAME:    (%[[S:[a-z0-9]+]]: tensor<6x4xf32>
// CHECK:         tensor.extract_slice %[[S]][0, 1] [6, 3] [1, 1]
// CHECK:         ssm.causal_conv1d "b l c, c k, c, b c k -> b l c"
func.func @one_sequence(%s: tensor<6x4xf32>, %x: tensor<6xf32>, %w: tensor<6x4xf32>, %bias: tensor<6xf32>) -> tensor<6xf32> {
  %x1 = tensor.expand_shape %x [[0, 1]] output_shape [6, 1] : tensor<6xf32> into tensor<6x1xf32>
  %all = tensor.concat dim(1) %s, %x1 : (tensor<6x4xf32>, tensor<6x1xf32>) -> tensor<6x5xf32>
  %zero = arith.constant 0.0 : f32
  %e2 = tensor.empty() : tensor<6x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<6x2xf32>) -> tensor<6x2xf32>
  %p = linalg.generic {indexing_maps = [#read, #taps, #sums], iterator_types = ["parallel", "parallel", "reduction"]} ins(%all, %w : tensor<6x5xf32>, tensor<6x4xf32>) outs(%z : tensor<6x2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %o, %m : f32
    linalg.yield %r : f32
  } -> tensor<6x2xf32>
  %last = tensor.extract_slice %p[0, 1] [6, 1] [1, 1] : tensor<6x2xf32> to tensor<6xf32>
  %e = tensor.empty() : tensor<6xf32>
  %y = linalg.generic {indexing_maps = [#one, #one, #one], iterator_types = ["parallel"]} ins(%last, %bias : tensor<6xf32>, tensor<6xf32>) outs(%e : tensor<6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<6xf32>
  return %y : tensor<6xf32>
}
