// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file | FileCheck %s
// RUN: mamba-opt %s --ssm-trace-recurrences --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: mamba-opt %s --ssm-trace-recurrences=max-length=1 --split-input-file | FileCheck %s --check-prefix=SHORT

// Two steps as cumulative sums of inputs divided by the decay so far, the third and the fourth from the state before: one
// recurrence over four steps.

#id = affine_map<(i, j) -> (i, j)>
#v = affine_map<(i) -> (i)>

// CHECK-LABEL: func @pieces
// CHECK-NOT:     ssm.cumsum
// CHECK:         %[[DECAY:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<2x4xf32>)
// CHECK:           math.exp
// CHECK:         %[[H:.*]] = ssm.scan "a b, a b -> a b" axis(1) a(%[[DECAY]] : tensor<2x4xf32>) b(%arg1 : tensor<2x4xf32>)
// CHECK-NOT:     ssm.
// CHECK:         return
// REMARK: raised{{.*}}ssm.scan
// SHORT-LABEL: func @pieces
// SHORT-NOT:     ssm.scan
// SHORT:         return
func.func @pieces(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x2xf32>
  %s = tensor.empty() : tensor<2xf32>
  %a0 = tensor.extract_slice %a[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %b0 = tensor.extract_slice %b[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %c0 = ssm.cumsum dim(1) ins(%a0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %g0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%b0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %n = arith.negf %q : f32
    %x = math.exp %n : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %t0 = ssm.cumsum dim(1) ins(%g0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %y0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %x = math.exp %q : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %h = tensor.extract_slice %y0[0, 1] [2, 1] [1, 1] : tensor<2x2xf32> to tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %h : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
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
    %k = arith.constant 1.0 : f32
    %z = arith.mulf %p, %k : f32
    %x = math.exp %z : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e3 = tensor.expand_shape %y3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %y0, %e2, %e3 : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#v = affine_map<(i) -> (i)>

// The last step decays twice as fast: only the first two are a recurrence.

// CHECK-LABEL: func @another_step
// CHECK:         ssm.scan {{.*}} b(%{{.*}} : tensor<2x2xf32>)
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.concat
// CHECK:         return
func.func @another_step(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x2xf32>
  %s = tensor.empty() : tensor<2xf32>
  %a0 = tensor.extract_slice %a[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %b0 = tensor.extract_slice %b[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %c0 = ssm.cumsum dim(1) ins(%a0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %g0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%b0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %n = arith.negf %q : f32
    %x = math.exp %n : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %t0 = ssm.cumsum dim(1) ins(%g0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %y0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %x = math.exp %q : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %h = tensor.extract_slice %y0[0, 1] [2, 1] [1, 1] : tensor<2x2xf32> to tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %h : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
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
    %k = arith.constant 2.0 : f32
    %z = arith.mulf %p, %k : f32
    %x = math.exp %z : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e3 = tensor.expand_shape %y3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %y0, %e2, %e3 : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>

// A running sum that is put together from two parts has no decay: it stays one.

// CHECK-LABEL: func @running_sum
// CHECK-NOT:     ssm.scan
// CHECK:         return
// REMARK: declined{{.*}}it is a running sum
func.func @running_sum(%a: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %c = ssm.cumsum dim(1) ins(%a : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>)
  return %c : tensor<2x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
#v = affine_map<(i) -> (i)>
#rate = affine_map<(i, j) -> (i)>

// The first two steps compute the products that decays are made from, the others read them: one recurrence all the same.

// CHECK-LABEL: func @products_read_later
// CHECK-NOT:     ssm.cumsum
// CHECK:         ssm.scan "a b, a b -> a b" axis(1) a(%{{.*}} : tensor<2x4xf32>) b(%arg2 : tensor<2x4xf32>)
// CHECK-NOT:     ssm.
// CHECK:         return
func.func @products_read_later(%dt: tensor<2x4xf32>, %A: tensor<2xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x2xf32>
  %s = tensor.empty() : tensor<2xf32>
  %w = tensor.empty() : tensor<2x4xf32>
  %whole = linalg.generic {indexing_maps = [#id, #rate, #id], iterator_types = ["parallel", "parallel"]} ins(%dt, %A : tensor<2x4xf32>, tensor<2xf32>) outs(%w : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %dt0 = tensor.extract_slice %dt[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %b0 = tensor.extract_slice %b[0, 0] [2, 2] [1, 1] : tensor<2x4xf32> to tensor<2x2xf32>
  %a0 = linalg.generic {indexing_maps = [#id, #rate, #id], iterator_types = ["parallel", "parallel"]} ins(%dt0, %A : tensor<2x2xf32>, tensor<2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %c0 = ssm.cumsum dim(1) ins(%a0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %g0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%b0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %n = arith.negf %q : f32
    %x = math.exp %n : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %t0 = ssm.cumsum dim(1) ins(%g0 : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>)
  %y0 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%t0, %c0 : tensor<2x2xf32>, tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %x = math.exp %q : f32
    %r = arith.mulf %p, %x : f32
    linalg.yield %r : f32
  } -> tensor<2x2xf32>
  %h = tensor.extract_slice %y0[0, 1] [2, 1] [1, 1] : tensor<2x2xf32> to tensor<2xf32>
  %dt2 = tensor.extract_slice %dt[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v, #v], iterator_types = ["parallel"]} ins(%dt2, %A, %b2, %h : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %k: f32, %q: f32, %u: f32, %o: f32):
    %l = arith.mulf %p, %k : f32
    %x = math.exp %l : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a3 = tensor.extract_slice %whole[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b3 = tensor.extract_slice %b[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y3 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a3, %b3, %y2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e3 = tensor.expand_shape %y3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %y0, %e2, %e3 : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
