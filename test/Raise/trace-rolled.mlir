// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file | FileCheck %s

// Hillis and Steele over four times, shifted by a roll of the whole tensor: what comes round the end is masked. Element i
// reads i - 1 and then i - 2 modulo 4.

#id = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @rolled
// CHECK:         %[[DECAY:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<2x4xf32>)
// CHECK:           math.exp
// CHECK:         ssm.scan "a b, a b -> a b" axis(1) a(%[[DECAY]] : tensor<2x4xf32>) b(%arg1 : tensor<2x4xf32>)
// CHECK-NOT:     tensor.extract
// CHECK:         return
func.func @rolled(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %x = math.exp %p : f32
    linalg.yield %x : f32
  } -> tensor<2x4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%w, %b : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %one = arith.constant 1 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %i = linalg.index 0 : index
    %t = linalg.index 1 : index
    %s = arith.addi %t, %three : index
    %r = arith.remsi %s, %four : index
    %u = tensor.extract %b[%i, %r] : tensor<2x4xf32>
    %m = arith.cmpi sge, %t, %one : index
    %d = arith.mulf %p, %u : f32
    %h = arith.addf %d, %q : f32
    %y = arith.select %m, %h, %q : f32
    linalg.yield %y : f32
  } -> tensor<2x4xf32>
  %w1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %one = arith.constant 1 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %i = linalg.index 0 : index
    %t = linalg.index 1 : index
    %s = arith.addi %t, %three : index
    %r = arith.remsi %s, %four : index
    %u = tensor.extract %w[%i, %r] : tensor<2x4xf32>
    %m = arith.cmpi sge, %t, %one : index
    %d = arith.mulf %p, %u : f32
    %y = arith.select %m, %d, %p : f32
    linalg.yield %y : f32
  } -> tensor<2x4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%w1, %h1 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %two = arith.constant 2 : index
    %four = arith.constant 4 : index
    %i = linalg.index 0 : index
    %t = linalg.index 1 : index
    %s = arith.addi %t, %two : index
    %r = arith.remsi %s, %four : index
    %u = tensor.extract %h1[%i, %r] : tensor<2x4xf32>
    %m = arith.cmpi sge, %t, %two : index
    %d = arith.mulf %p, %u : f32
    %h = arith.addf %d, %q : f32
    %y = arith.select %m, %h, %q : f32
    linalg.yield %y : f32
  } -> tensor<2x4xf32>
  return %h2 : tensor<2x4xf32>
}

// -----

// The mask lets one time more through the first roll: element 0 takes the last one's input, and nothing is a recurrence.

#id = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @comes_round
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.extract
// CHECK:         return
func.func @comes_round(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %e = tensor.empty() : tensor<2x4xf32>
  %h1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %i = linalg.index 0 : index
    %t = linalg.index 1 : index
    %s = arith.addi %t, %three : index
    %r = arith.remsi %s, %four : index
    %u = tensor.extract %b[%i, %r] : tensor<2x4xf32>
    %x = math.exp %p : f32
    %d = arith.mulf %x, %u : f32
    %h = arith.addf %d, %q : f32
    linalg.yield %h : f32
  } -> tensor<2x4xf32>
  %h2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %h1 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %two = arith.constant 2 : index
    %four = arith.constant 4 : index
    %i = linalg.index 0 : index
    %t = linalg.index 1 : index
    %s = arith.addi %t, %two : index
    %r = arith.remsi %s, %four : index
    %u = tensor.extract %h1[%i, %r] : tensor<2x4xf32>
    %m = arith.cmpi sge, %t, %two : index
    %x = math.exp %p : f32
    %d = arith.mulf %x, %u : f32
    %h = arith.addf %d, %q : f32
    %y = arith.select %m, %h, %q : f32
    linalg.yield %y : f32
  } -> tensor<2x4xf32>
  return %h2 : tensor<2x4xf32>
}

// -----

// The first step is computed by itself from an initial state without a batch; the others read tensors of all their
// inputs, whose products are taken apart to see that the first step's are the same.

#id = affine_map<(t, i) -> (t, i)>
#row = affine_map<(t, i) -> (i)>
#v = affine_map<(i) -> (i)>

// CHECK-LABEL: func @first_step_apart
// CHECK-SAME:    %[[A:.*]]: tensor<4x3xf32>, %[[X:.*]]: tensor<4x3xf32>, %[[DT:.*]]: tensor<4x3xf32>, %[[INIT:.*]]: tensor<3xf32>
// CHECK:         ssm.scan "a b, a b, b -> a b" axis(0) a({{.*}} : tensor<4x3xf32>) b({{.*}} : tensor<4x3xf32>) init(%[[INIT]] : tensor<3xf32>)
// CHECK-NOT:     tensor.insert_slice
// CHECK:         return
func.func @first_step_apart(%a: tensor<4x3xf32>, %x: tensor<4x3xf32>, %dt: tensor<4x3xf32>, %init: tensor<3xf32>) -> tensor<4x3xf32> {
  %e = tensor.empty() : tensor<4x3xf32>
  %f = tensor.empty() : tensor<3xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%p: f32, %o: f32):
    %r = math.exp %p : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %u = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %dt : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %r = arith.mulf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %dt0 = tensor.extract_slice %dt[0, 0] [1, 3] [1, 1] : tensor<4x3xf32> to tensor<3xf32>
  %h0 = linalg.generic {indexing_maps = [#v, #v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a0, %x0, %dt0, %init : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%f : tensor<3xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %i: f32, %o: f32):
    %k = math.exp %p : f32
    %d = arith.mulf %k, %i : f32
    %m = arith.mulf %q, %s : f32
    %r = arith.addf %d, %m : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %b = tensor.insert_slice %h0 into %u[0, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<4x3xf32>
  %h = ssm.scan "a b, a b -> a b" axis(0) a(%w : tensor<4x3xf32>) b(%b : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>)
  return %h : tensor<4x3xf32>
}
