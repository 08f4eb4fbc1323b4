// RUN: mamba-opt %s -split-input-file --ssm-raise-selective-scan -canonicalize -cse | FileCheck %s

// Products that a readout takes part in, computed before it is summed: with the old state, with a gate, with a number.

#ldn = affine_map<(l, d, n) -> (l, d, n)>
#ld = affine_map<(l, d, n) -> (l, d)>
#ln = affine_map<(l, d, n) -> (l, n)>
#dn = affine_map<(l, d, n) -> (d, n)>

// The readout times the old state is one tensor.
// CHECK-LABEL: func @old_state
// CHECK:         %[[H:.*]] = tensor.expand_shape %arg5
// CHECK:         ssm.selective_scan {{.*}} C(%arg4 : {{.*}}) initial_state(%[[H]] :
// CHECK-NOT:     math.exp
func.func @old_state(%u: tensor<?x3xf32>, %dt: tensor<?x3xf32>, %A: tensor<3x2xf32>, %B: tensor<?x2xf32>,
                     %C: tensor<?x2xf32>, %h: tensor<3x2xf32>) -> tensor<?x3xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %u, %c0 : tensor<?x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?x3x2xf32>
  %log = linalg.generic {indexing_maps = [#ld, #dn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3x2xf32>
  %p = ssm.cumsum dim(0) ins(%log : tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>)
  %in = linalg.generic {indexing_maps = [#ld, #ld, #ln, #ldn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%u, %dt, %B, %p : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %sum: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %x = arith.mulf %m, %c : f32
    %neg = arith.negf %sum : f32
    %g = math.exp %neg : f32
    %r = arith.mulf %x, %g : f32
    linalg.yield %r : f32
  } -> tensor<?x3x2xf32>
  %s = ssm.cumsum dim(0) ins(%in : tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>)
  %ey = tensor.empty(%n) : tensor<?x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<?x3xf32>) -> tensor<?x3xf32>
  %y = linalg.generic {indexing_maps = [#ldn, #ldn, #ln, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%s, %p, %C : tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x2xf32>) outs(%z : tensor<?x3xf32>) {
  ^bb0(%a: f32, %sum: f32, %c: f32, %out: f32):
    %g = math.exp %sum : f32
    %m = arith.mulf %a, %g : f32
    %r = arith.mulf %m, %c : f32
    %t = arith.addf %out, %r : f32
    linalg.yield %t : f32
  } -> tensor<?x3xf32>
  %ch = linalg.generic {indexing_maps = [#ln, #dn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%C, %h : tensor<?x2xf32>, tensor<3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3x2xf32>
  %old = linalg.generic {indexing_maps = [#ldn, #ldn, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%ch, %p : tensor<?x3x2xf32>, tensor<?x3x2xf32>) outs(%z : tensor<?x3xf32>) {
  ^bb0(%a: f32, %sum: f32, %out: f32):
    %g = math.exp %sum : f32
    %m = arith.mulf %a, %g : f32
    %t = arith.addf %out, %m : f32
    linalg.yield %t : f32
  } -> tensor<?x3xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(l, d) -> (l, d)>, affine_map<(l, d) -> (l, d)>, affine_map<(l, d) -> (l, d)>], iterator_types = ["parallel", "parallel"]} ins(%y, %old : tensor<?x3xf32>, tensor<?x3xf32>) outs(%ey : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.addf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// -----

#ldn = affine_map<(l, d, n) -> (l, d, n)>
#ld = affine_map<(l, d, n) -> (l, d)>
#ln = affine_map<(l, d, n) -> (l, n)>
#dn = affine_map<(l, d, n) -> (d, n)>

// Not the readout of the sum, but another one: no initial state.
// CHECK-LABEL: func @another_readout
// CHECK-NOT:     initial_state
// CHECK:         return
func.func @another_readout(%u: tensor<?x3xf32>, %dt: tensor<?x3xf32>, %A: tensor<3x2xf32>, %B: tensor<?x2xf32>,
                           %C: tensor<?x2xf32>, %h: tensor<3x2xf32>) -> tensor<?x3xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %u, %c0 : tensor<?x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?x3x2xf32>
  %log = linalg.generic {indexing_maps = [#ld, #dn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<?x3xf32>, tensor<3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3x2xf32>
  %p = ssm.cumsum dim(0) ins(%log : tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>)
  %in = linalg.generic {indexing_maps = [#ld, #ld, #ln, #ldn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%u, %dt, %B, %p : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x2xf32>, tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %sum: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %x = arith.mulf %m, %c : f32
    %neg = arith.negf %sum : f32
    %g = math.exp %neg : f32
    %r = arith.mulf %x, %g : f32
    linalg.yield %r : f32
  } -> tensor<?x3x2xf32>
  %s = ssm.cumsum dim(0) ins(%in : tensor<?x3x2xf32>) outs(%e : tensor<?x3x2xf32>)
  %ey = tensor.empty(%n) : tensor<?x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<?x3xf32>) -> tensor<?x3xf32>
  %bh = linalg.generic {indexing_maps = [#ln, #dn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%B, %h : tensor<?x2xf32>, tensor<3x2xf32>) outs(%e : tensor<?x3x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3x2xf32>
  %y = linalg.generic {indexing_maps = [#ldn, #ldn, #ln, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%s, %p, %C : tensor<?x3x2xf32>, tensor<?x3x2xf32>, tensor<?x2xf32>) outs(%z : tensor<?x3xf32>) {
  ^bb0(%a: f32, %sum: f32, %c: f32, %out: f32):
    %g = math.exp %sum : f32
    %m = arith.mulf %a, %g : f32
    %r = arith.mulf %m, %c : f32
    %t = arith.addf %out, %r : f32
    linalg.yield %t : f32
  } -> tensor<?x3xf32>
  %old = linalg.generic {indexing_maps = [#ldn, #ldn, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%bh, %p : tensor<?x3x2xf32>, tensor<?x3x2xf32>) outs(%z : tensor<?x3xf32>) {
  ^bb0(%a: f32, %sum: f32, %out: f32):
    %g = math.exp %sum : f32
    %m = arith.mulf %a, %g : f32
    %t = arith.addf %out, %m : f32
    linalg.yield %t : f32
  } -> tensor<?x3xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(l, d) -> (l, d)>, affine_map<(l, d) -> (l, d)>, affine_map<(l, d) -> (l, d)>], iterator_types = ["parallel", "parallel"]} ins(%y, %old : tensor<?x3xf32>, tensor<?x3xf32>) outs(%ey : tensor<?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.addf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

// -----

#ldn = affine_map<(l, d, n) -> (l, d, n)>
#ld = affine_map<(l, d, n) -> (l, d)>
#ln = affine_map<(l, d, n) -> (l, n)>
#dn = affine_map<(l, d, n) -> (d, n)>
#own = affine_map<(l, d) -> (l, d)>

// One channel: the readout that a gate was multiplied into, and divided by 2, and a result times 4. The last state tells
// that the readout is twice C and the input not.
// CHECK-LABEL: func @one_channel
// CHECK:         %[[TWO:.*]] = arith.constant 2.0
// CHECK:         %[[U:.*]] = tensor.expand_shape %arg0
// CHECK:         %[[C:.*]] = linalg.generic {{.*}} ins(%arg4 :
// CHECK:           arith.mulf %{{.*}}, %[[TWO]]
// CHECK:         %[[Z:.*]] = tensor.expand_shape %arg5
// CHECK:         %[[S:.*]]:2 = ssm.selective_scan {{.*}} u(%[[U]] : {{.*}} C(%[[C]] : {{.*}} z(%[[Z]] :
// CHECK-NOT:     math.exp
// CHECK-NOT:     ssm.cumsum
// CHECK:         return
func.func @one_channel(%u: tensor<6x1xf32>, %dt: tensor<6x1xf32>, %A: tensor<1x2xf32>, %B: tensor<6x2xf32>,
                       %C: tensor<6x2xf32>, %g: tensor<6x1xf32>) -> (tensor<6x1xf32>, tensor<1x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %four = arith.constant 4.0 : f32
  %e = tensor.empty() : tensor<6x1x2xf32>
  %ey = tensor.empty() : tensor<6x1xf32>
  %silu = linalg.generic {indexing_maps = [#own, #own], iterator_types = ["parallel", "parallel"]} ins(%g : tensor<6x1xf32>) outs(%ey : tensor<6x1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.negf %a : f32
    %x = math.exp %m : f32
    %t = arith.addf %x, %one : f32
    %r = arith.divf %a, %t : f32
    linalg.yield %r : f32
  } -> tensor<6x1xf32>
  %cg = linalg.generic {indexing_maps = [#ln, #ld, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%C, %silu : tensor<6x2xf32>, tensor<6x1xf32>) outs(%e : tensor<6x1x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.divf %m, %two : f32
    linalg.yield %r : f32
  } -> tensor<6x1x2xf32>
  %log = linalg.generic {indexing_maps = [#ld, #dn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<6x1xf32>, tensor<1x2xf32>) outs(%e : tensor<6x1x2xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<6x1x2xf32>
  %p = ssm.cumsum dim(0) ins(%log : tensor<6x1x2xf32>) outs(%e : tensor<6x1x2xf32>)
  %in = linalg.generic {indexing_maps = [#ld, #ld, #ln, #ldn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%u, %dt, %B, %p : tensor<6x1xf32>, tensor<6x1xf32>, tensor<6x2xf32>, tensor<6x1x2xf32>) outs(%e : tensor<6x1x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %sum: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    %x = arith.mulf %m, %c : f32
    %neg = arith.negf %sum : f32
    %h = math.exp %neg : f32
    %r = arith.mulf %x, %h : f32
    linalg.yield %r : f32
  } -> tensor<6x1x2xf32>
  %s = ssm.cumsum dim(0) ins(%in : tensor<6x1x2xf32>) outs(%e : tensor<6x1x2xf32>)
  %states = linalg.generic {indexing_maps = [#ldn, #ldn, #ldn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s, %p : tensor<6x1x2xf32>, tensor<6x1x2xf32>) outs(%e : tensor<6x1x2xf32>) {
  ^bb0(%a: f32, %sum: f32, %out: f32):
    %h = math.exp %sum : f32
    %m = arith.mulf %a, %h : f32
    linalg.yield %m : f32
  } -> tensor<6x1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%ey : tensor<6x1xf32>) -> tensor<6x1xf32>
  %y = linalg.generic {indexing_maps = [#ldn, #ldn, #ld], iterator_types = ["parallel", "parallel", "reduction"]} ins(%states, %cg : tensor<6x1x2xf32>, tensor<6x1x2xf32>) outs(%z : tensor<6x1xf32>) {
  ^bb0(%a: f32, %c: f32, %out: f32):
    %m = arith.mulf %a, %c : f32
    %t = arith.addf %out, %m : f32
    linalg.yield %t : f32
  } -> tensor<6x1xf32>
  %r = linalg.generic {indexing_maps = [#own, #own], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<6x1xf32>) outs(%ey : tensor<6x1xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.mulf %a, %four : f32
    linalg.yield %m : f32
  } -> tensor<6x1xf32>
  %last = tensor.extract_slice %states[5, 0, 0] [1, 1, 2] [1, 1, 1] : tensor<6x1x2xf32> to tensor<1x2xf32>
  return %r, %last : tensor<6x1xf32>, tensor<1x2xf32>
}
