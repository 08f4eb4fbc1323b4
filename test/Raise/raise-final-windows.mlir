// RUN: mamba-opt %s --ssm-raise-final-windows --split-input-file | FileCheck %s

#from = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>

// Four entries for four taps: the oldest one is never read. The input comes as a copy with its time innermost.
// CHECK-LABEL: func @transposed
// CHECK-SAME:    (%[[S:[a-z0-9]+]]: tensor<2x6x4xf32>, %[[X:[a-z0-9]+]]: tensor<2x1x6xf32>
// CHECK:         %[[Y:.*]]:2 = ssm.causal_conv1d "b l c, c k, b c k -> b l c, b c k" x(%[[X]] : tensor<2x1x6xf32>) {{.*}} initial_window(%[[S]] : tensor<2x6x4xf32>) activation(silu)
// CHECK-SAME:      tensor<2x1x6xf32>, tensor<2x6x4xf32>
// CHECK-NOT:     tensor.concat
// CHECK:         return %[[Y]]#0, %[[Y]]#1
func.func @transposed(%s: tensor<2x6x4xf32>, %x: tensor<2x1x6xf32>, %w: tensor<6x4xf32>) -> (tensor<2x1x6xf32>, tensor<2x6x4xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [2, 6, 3] [1, 1, 1] : tensor<2x6x4xf32> to tensor<2x6x3xf32>
  %e1 = tensor.empty() : tensor<2x6x1xf32>
  %x1 = linalg.generic {indexing_maps = [#from, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<2x1x6xf32>) outs(%e1 : tensor<2x6x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<2x6x1xf32>
  %new = tensor.concat dim(2) %old, %x1 : (tensor<2x6x3xf32>, tensor<2x6x1xf32>) -> tensor<2x6x4xf32>
  %e = tensor.empty() : tensor<2x1x6xf32>
  %y = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x : tensor<2x1x6xf32>) weight(%w : tensor<6x4xf32>) initial_window(%old : tensor<2x6x3xf32>) activation(silu) outs(%e : tensor<2x1x6xf32>)
  return %y, %new : tensor<2x1x6xf32>, tensor<2x6x4xf32>
}

// -----

// As many entries as the taps read; the input is reshaped.
// CHECK-LABEL: func @all_entries
// CHECK:         ssm.causal_conv1d "l b c, c k, b c k -> l b c, b c k"
// CHECK-NOT:     tensor.concat
func.func @all_entries(%s: tensor<2x6x3xf32>, %x: tensor<2x6xf32>, %w: tensor<6x4xf32>) -> (tensor<1x2x6xf32>, tensor<2x6x3xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [2, 6, 2] [1, 1, 1] : tensor<2x6x3xf32> to tensor<2x6x2xf32>
  %x1 = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 6, 1] : tensor<2x6xf32> into tensor<2x6x1xf32>
  %x2 = tensor.expand_shape %x [[0, 1], [2]] output_shape [1, 2, 6] : tensor<2x6xf32> into tensor<1x2x6xf32>
  %new = tensor.concat dim(2) %old, %x1 : (tensor<2x6x2xf32>, tensor<2x6x1xf32>) -> tensor<2x6x3xf32>
  %e = tensor.empty() : tensor<1x2x6xf32>
  %y = ssm.causal_conv1d "l b c, c k, b c k -> l b c" x(%x2 : tensor<1x2x6xf32>) weight(%w : tensor<6x4xf32>) initial_window(%s : tensor<2x6x3xf32>) outs(%e : tensor<1x2x6xf32>)
  return %y, %new : tensor<1x2x6xf32>, tensor<2x6x3xf32>
}

// -----

// The channels of a wider projection, sliced from it as it is for the convolution and from a copy with its time innermost for
// the window.
// CHECK-LABEL: func @sliced
// CHECK:         ssm.causal_conv1d "b l c, c k, b c k -> b l c, b c k"
// CHECK-NOT:     tensor.concat
// Not the same channels: left alone.
// CHECK-LABEL: func @other_channels
// CHECK:         ssm.causal_conv1d "b l c, c k, b c k -> b l c"
// CHECK:         tensor.concat
#from = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @sliced(%s: tensor<1x6x4xf32>, %xz: tensor<12xf32>, %w: tensor<6x4xf32>) -> (tensor<1x1x6xf32>, tensor<1x6x4xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [1, 6, 3] [1, 1, 1] : tensor<1x6x4xf32> to tensor<1x6x3xf32>
  %wide = tensor.expand_shape %xz [[0, 1, 2]] output_shape [1, 1, 12] : tensor<12xf32> into tensor<1x1x12xf32>
  %e1 = tensor.empty() : tensor<1x12x1xf32>
  %t = linalg.generic {indexing_maps = [#from, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%wide : tensor<1x1x12xf32>) outs(%e1 : tensor<1x12x1xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<1x12x1xf32>
  %x1 = tensor.extract_slice %t[0, 6, 0] [1, 6, 1] [1, 1, 1] : tensor<1x12x1xf32> to tensor<1x6x1xf32>
  %x = tensor.extract_slice %xz[6] [6] [1] : tensor<12xf32> to tensor<6xf32>
  %x2 = tensor.expand_shape %x [[0, 1, 2]] output_shape [1, 1, 6] : tensor<6xf32> into tensor<1x1x6xf32>
  %e = tensor.empty() : tensor<1x1x6xf32>
  %y = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x2 : tensor<1x1x6xf32>) weight(%w : tensor<6x4xf32>) initial_window(%old : tensor<1x6x3xf32>) outs(%e : tensor<1x1x6xf32>)
  %new = tensor.concat dim(2) %old, %x1 : (tensor<1x6x3xf32>, tensor<1x6x1xf32>) -> tensor<1x6x4xf32>
  return %y, %new : tensor<1x1x6xf32>, tensor<1x6x4xf32>
}

func.func @other_channels(%s: tensor<1x6x4xf32>, %xz: tensor<1x1x12xf32>, %w: tensor<6x4xf32>) -> (tensor<1x1x6xf32>, tensor<1x6x4xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [1, 6, 3] [1, 1, 1] : tensor<1x6x4xf32> to tensor<1x6x3xf32>
  %z = tensor.extract_slice %xz[0, 0, 5] [1, 1, 6] [1, 1, 1] : tensor<1x1x12xf32> to tensor<6xf32>
  %x1 = tensor.expand_shape %z [[0, 1, 2]] output_shape [1, 6, 1] : tensor<6xf32> into tensor<1x6x1xf32>
  %x = tensor.extract_slice %xz[0, 0, 6] [1, 1, 6] [1, 1, 1] : tensor<1x1x12xf32> to tensor<1x1x6xf32>
  %e = tensor.empty() : tensor<1x1x6xf32>
  %y = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x : tensor<1x1x6xf32>) weight(%w : tensor<6x4xf32>) initial_window(%old : tensor<1x6x3xf32>) outs(%e : tensor<1x1x6xf32>)
  %new = tensor.concat dim(2) %old, %x1 : (tensor<1x6x3xf32>, tensor<1x6x1xf32>) -> tensor<1x6x4xf32>
  return %y, %new : tensor<1x1x6xf32>, tensor<1x6x4xf32>
}

// -----

// Left alone: another input is joined to the window; two entries are dropped; batch and channels change places on the way (both
// are 6).
// CHECK-LABEL: func @others
// CHECK-COUNT-3: tensor.concat
func.func @others(%s: tensor<6x6x4xf32>, %x: tensor<1x6x6xf32>, %z: tensor<6x6x1xf32>, %w: tensor<6x4xf32>) -> (tensor<1x6x6xf32>, tensor<6x6x4xf32>, tensor<6x6x3xf32>, tensor<6x6x4xf32>) {
  %old = tensor.extract_slice %s[0, 0, 1] [6, 6, 3] [1, 1, 1] : tensor<6x6x4xf32> to tensor<6x6x3xf32>
  %older = tensor.extract_slice %s[0, 0, 2] [6, 6, 2] [1, 1, 1] : tensor<6x6x4xf32> to tensor<6x6x2xf32>
  %x0 = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x6x6xf32> into tensor<6x6xf32>
  %e0 = tensor.empty() : tensor<6x6xf32>
  %t = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]} ins(%x0 : tensor<6x6xf32>) outs(%e0 : tensor<6x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<6x6xf32>
  %t1 = tensor.expand_shape %t [[0], [1, 2]] output_shape [6, 6, 1] : tensor<6x6xf32> into tensor<6x6x1xf32>
  %x1 = tensor.expand_shape %x0 [[0], [1, 2]] output_shape [6, 6, 1] : tensor<6x6xf32> into tensor<6x6x1xf32>
  %a = tensor.concat dim(2) %old, %z : (tensor<6x6x3xf32>, tensor<6x6x1xf32>) -> tensor<6x6x4xf32>
  %b = tensor.concat dim(2) %older, %x1 : (tensor<6x6x2xf32>, tensor<6x6x1xf32>) -> tensor<6x6x3xf32>
  %c = tensor.concat dim(2) %old, %t1 : (tensor<6x6x3xf32>, tensor<6x6x1xf32>) -> tensor<6x6x4xf32>
  %e = tensor.empty() : tensor<1x6x6xf32>
  %y = ssm.causal_conv1d "l b c, c k, b c k -> l b c" x(%x : tensor<1x6x6xf32>) weight(%w : tensor<6x4xf32>) initial_window(%old : tensor<6x6x3xf32>) outs(%e : tensor<1x6x6xf32>)
  return %y, %a, %b, %c : tensor<1x6x6xf32>, tensor<6x6x4xf32>, tensor<6x6x3xf32>, tensor<6x6x4xf32>
}
