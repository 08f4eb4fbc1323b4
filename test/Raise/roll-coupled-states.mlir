// RUN: mamba-opt %s --ssm-roll-time-loops --cse --canonicalize --cse --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise --verify-diagnostics | FileCheck %s

// Two states that are updated from each other as the parts of a complex number are one ssm.scan of complex numbers.

#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @parts
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<4xf32>, %[[X:.*]]: tensor<3x4xf32>, %[[Z:.*]]: tensor<3x4xf32>, %[[RE:.*]]: tensor<4xf32>, %[[IM:.*]]: tensor<4xf32>
// CHECK:         %[[H:.*]]:2 = ssm.scan "a b : b, a b, b, b, a b, b -> a b, a b" axis(0) a(%[[A]] : tensor<4xf32>) b(%[[X]] : tensor<3x4xf32>) init(%[[RE]] : tensor<4xf32>)
// CHECK-SAME:      a_imag(%[[C]] : tensor<4xf32>) b_imag(%[[Z]] : tensor<3x4xf32>) init_imag(%[[IM]] :
// CHECK-NOT:     ssm.scan
// CHECK-NOT:     tensor.concat
// CHECK:         return
func.func @parts(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<3x4xf32>, %z: tensor<3x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %re_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re0, %c, %im0, %x0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im0, %c, %re0, %z0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_0, %c, %im_0, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_0, %c, %re_0, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_1, %c, %re_1, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %re_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %imw0 = tensor.expand_shape %im_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %res, %ims : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// The part from which something is subtracted is the real one, whatever comes first.
#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @swapped
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<4xf32>, %[[X:.*]]: tensor<3x4xf32>, %[[Z:.*]]: tensor<3x4xf32>, %[[RE:.*]]: tensor<4xf32>, %[[IM:.*]]: tensor<4xf32>
// CHECK:         ssm.scan {{.*}} a(%[[A]] : tensor<4xf32>) b(%[[Z]] : tensor<3x4xf32>) init(%[[IM]] : tensor<4xf32>) a_imag(%[[C]] : tensor<4xf32>) b_imag(%[[X]] : tensor<3x4xf32>) init_imag(%[[RE]] :
// CHECK-NOT:     ssm.scan
func.func @swapped(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<3x4xf32>, %z: tensor<3x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %re_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re0, %c, %im0, %x0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im0, %c, %re0, %z0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_0, %c, %im_0, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_0, %c, %re_0, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_1, %c, %re_1, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %re_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %imw0 = tensor.expand_shape %im_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %res, %ims : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// From the last step to the first.
#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @reverse
// CHECK:         ssm.scan {{.*}} axis(0) reverse a({{.*}} a_imag(
// CHECK-NOT:     ssm.scan
func.func @reverse(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<4x4xf32>, %z: tensor<4x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x3 = tensor.extract_slice %x[3, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z3 = tensor.extract_slice %z[3, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %re_3 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re0, %c, %im0, %x3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_3 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im0, %c, %re0, %z3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_3, %c, %im_3, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_3, %c, %re_3, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_2, %c, %im_2, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_2, %c, %re_2, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_1, %c, %re_1, %z0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %re_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew3 = tensor.expand_shape %re_3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2, %rew3 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  %imw0 = tensor.expand_shape %im_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw3 = tensor.expand_shape %im_3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2, %imw3 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  return %res, %ims : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// From the first input, without a state before it.
#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @first_input
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<4xf32>, %[[X:.*]]: tensor<4x4xf32>, %[[Z:.*]]: tensor<4x4xf32>, %{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>
// CHECK:         ssm.scan "a b : b, a b, b, a b -> a b, a b" axis(0) a(%[[A]] : tensor<4xf32>) b(%[[X]] : tensor<4x4xf32>) a_imag(%[[C]] : tensor<4xf32>) b_imag(%[[Z]] : tensor<4x4xf32>) outs(
// CHECK-NOT:     ssm.scan
func.func @first_input(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<4x4xf32>, %z: tensor<4x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %x3 = tensor.extract_slice %x[3, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %z3 = tensor.extract_slice %z[3, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %x0, %c, %z0, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %z0, %c, %x0, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_1, %c, %re_1, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_3 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_2, %c, %im_2, %x3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_3 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_2, %c, %re_2, %z3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %x0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew3 = tensor.expand_shape %re_3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2, %rew3 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  %imw0 = tensor.expand_shape %z0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw3 = tensor.expand_shape %im_3 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2, %imw3 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<4x4xf32>
  return %res, %ims : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Both parts are added to: the matrix has real eigenvalues, and is no complex number.
#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @declined_hyperbolic
// CHECK-NOT:     ssm.scan
func.func @declined_hyperbolic(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<3x4xf32>, %z: tensor<3x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %re_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re0, %c, %im0, %x0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im0, %c, %re0, %z0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_0, %c, %im_0, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_0, %c, %re_0, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %im_1, %c, %re_1, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %re_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  // expected-remark @+1 {{two states depend on each other, and not as the parts of complex numbers do}}
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %imw0 = tensor.expand_shape %im_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  // expected-remark @+1 {{two states depend on each other, and not as the parts of complex numbers do}}
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %res, %ims : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// One part decays otherwise than the other.
#i = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @declined_other_decay
// CHECK-NOT:     ssm.scan
func.func @declined_other_decay(%a: tensor<4xf32>, %c: tensor<4xf32>, %x: tensor<3x4xf32>, %z: tensor<3x4xf32>, %re0: tensor<4xf32>, %im0: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z0 = tensor.extract_slice %z[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z1 = tensor.extract_slice %z[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %z2 = tensor.extract_slice %z[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %re_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re0, %c, %im0, %x0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_0 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%c, %im0, %c, %re0, %z0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_0, %c, %im_0, %x1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_1 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%c, %im_0, %c, %re_0, %z1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %re_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%a, %re_1, %c, %im_1, %x2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.subf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %im_2 = linalg.generic {indexing_maps = [#i, #i, #i, #i, #i, #i], iterator_types = ["parallel"]}
      ins(%c, %im_1, %c, %re_1, %z2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %out: f32):
    %m = arith.mulf %p, %h : f32
    %n = arith.mulf %q, %g : f32
    %s = arith.addf %m, %n : f32
    %r = arith.addf %s, %u : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %rew0 = tensor.expand_shape %re_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew1 = tensor.expand_shape %re_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %rew2 = tensor.expand_shape %re_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  // expected-remark @+1 {{two states depend on each other, and not as the parts of complex numbers do}}
  %res = tensor.concat dim(0) %rew0, %rew1, %rew2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  %imw0 = tensor.expand_shape %im_0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw1 = tensor.expand_shape %im_1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %imw2 = tensor.expand_shape %im_2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  // expected-remark @+1 {{two states depend on each other, and not as the parts of complex numbers do}}
  %ims = tensor.concat dim(0) %imw0, %imw1, %imw2 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %res, %ims : tensor<3x4xf32>, tensor<3x4xf32>
}
