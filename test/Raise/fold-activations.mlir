// RUN: mamba-opt %s --split-input-file --ssm-fold-activations --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --ssm-fold-activations | FileCheck %s --check-prefix=RAW

#id = affine_map<(d0, d1) -> (d0, d1)>

// x * sigmoid(x) in two operations.

// CHECK-LABEL: func.func @silu_of_sigmoid
// CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<3x4xf32>)
// CHECK: %[[N:.*]] = arith.negf %[[X:.*]] : f32
// CHECK: %[[E:.*]] = math.exp %[[N]]
// CHECK: %[[S:.*]] = arith.addf %[[E]]
// CHECK: %[[Y:.*]] = arith.divf %[[X]], %[[S]]
// CHECK: linalg.yield %[[Y]]
// CHECK-NOT: linalg.generic
func.func @silu_of_sigmoid(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %n = arith.negf %x : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %q = arith.divf %one, %d : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%s, %z : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %m = arith.mulf %x, %w : f32
    linalg.yield %m : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// max(x, 0) + log1p(exp(-|x|)).

// CHECK-LABEL: func.func @softplus_stable
// CHECK: linalg.generic {{.*}} ins(%arg0 : tensor<3x4xf32>)
// CHECK: %[[C:.*]] = arith.cmpf ogt, %[[X:.*]], %
// CHECK: %[[E:.*]] = math.exp %[[X]]
// CHECK: %[[L:.*]] = math.log1p %[[E]]
// CHECK: arith.select %[[C]], %[[X]], %[[L]]
func.func @softplus_stable(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %a = math.absf %x : f32
    %n = arith.negf %a : f32
    %p = math.exp %n : f32
    %l = math.log1p %p : f32
    %r = arith.maximumf %x, %zero : f32
    %s = arith.addf %r, %l : f32
    linalg.yield %s : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// What is another function stays as it is.

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// 1.0001 * silu(x)
// CHECK-LABEL: func.func @scaled
// CHECK: arith.mulf
// CHECK: return
func.func @scaled(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 1.0001 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %n = arith.negf %x : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %q = arith.divf %x, %d : f32
    %y = arith.mulf %q, %c : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// silu(min(x, 50)): another function above 50
// CHECK-LABEL: func.func @clamped
// CHECK: arith.minimumf
// CHECK: return
func.func @clamped(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 50.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %u = arith.minimumf %x, %c : f32
    %n = arith.negf %u : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %y = arith.divf %u, %d : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// silu but for x = 3
// CHECK-LABEL: func.func @special_value
// CHECK: arith.select
// CHECK: return
func.func @special_value(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 3.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %n = arith.negf %x : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %q = arith.divf %x, %d : f32
    %k = arith.cmpf oeq, %x, %c : f32
    %y = arith.select %k, %one, %q : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// softplus that takes x from 5 on
// CHECK-LABEL: func.func @wrong_branch
// CHECK: arith.constant 5.0
// CHECK: return
func.func @wrong_branch(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 5.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %p = math.exp %x : f32
    %l = math.log1p %p : f32
    %k = arith.cmpf ogt, %x, %c : f32
    %y = arith.select %k, %x, %l : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// silu with 1 between 3 and 3.001, where few points lie
// CHECK-LABEL: func.func @narrow_branch
// CHECK: arith.select
// CHECK: return
func.func @narrow_branch(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 3.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %n = arith.negf %x : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %q = arith.divf %x, %d : f32
    %c2 = arith.constant 3.001 : f32
    %k = arith.cmpf ogt, %x, %c : f32
    %k2 = arith.cmpf olt, %x, %c2 : f32
    %w = arith.select %k, %one, %q : f32
    %y = arith.select %k2, %w, %q : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// softplus with beta 2
// CHECK-LABEL: func.func @beta
// CHECK: arith.divf
// CHECK: return
func.func @beta(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %b = arith.mulf %x, %c : f32
    %p = math.exp %b : f32
    %l = math.log1p %p : f32
    %y = arith.divf %l, %c : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// x * tanh(softplus(x))
// CHECK-LABEL: func.func @mish
// CHECK: math.tanh
// CHECK: return
func.func @mish(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %p = math.exp %x : f32
    %l = math.log1p %p : f32
    %t = math.tanh %l : f32
    %y = arith.mulf %x, %t : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// x * sigmoid(1.702 x)
// CHECK-LABEL: func.func @quick_gelu
// CHECK: 1.702
// CHECK: return
func.func @quick_gelu(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 1.702 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %b = arith.mulf %x, %c : f32
    %n = arith.negf %b : f32
    %p = math.exp %n : f32
    %d = arith.addf %p, %one : f32
    %y = arith.divf %x, %d : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// max(x, 0)
// CHECK-LABEL: func.func @relu
// CHECK: arith.maximumf
// CHECK: return
func.func @relu(%z: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %c = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%z : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%x: f32, %o: f32):
    %y = arith.maximumf %x, %c : f32
    linalg.yield %y : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// 1 + (exp(x) - 1), with a unit dimension on the way: a state that loses a part of itself.

// CHECK-LABEL: func.func @what_stays
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<3x4xf32>)
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32,
// CHECK-NEXT: %[[E:.*]] = math.exp %[[X]]
// CHECK-NEXT: linalg.yield %[[E]]
// CHECK: return %[[Y]]
func.func @what_stays(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = math.exp %a : f32
    linalg.yield %p : f32
  } -> tensor<3x4xf32>
  %w = tensor.expand_shape %s [[0, 1], [2]] output_shape [3, 1, 4] : tensor<3x4xf32> into tensor<3x1x4xf32>
  %n = tensor.collapse_shape %w [[0], [1, 2]] : tensor<3x1x4xf32> into tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%n : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %lost = arith.subf %a, %one : f32
    %q = arith.addf %lost, %one : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// Something else than all of it stays.

// CHECK-LABEL: func.func @what_does_not
// CHECK: arith.subf
// CHECK: arith.addf
func.func @what_does_not(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %p = math.exp %a : f32
    %lost = arith.subf %p, %one : f32
    %q = arith.addf %lost, %two : f32
    linalg.yield %q : f32
  } -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// Negated twice is itself; in another layout it is a copy.

#id = affine_map<(d0, d1) -> (d0, d1)>
#swap = affine_map<(d0, d1) -> (d1, d0)>

// CHECK-LABEL: func.func @negated_twice
// CHECK-NOT: arith.negf
// CHECK: %[[COPY:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<3x4xf32>) outs({{.*}} : tensor<4x3xf32>)
// CHECK-NOT: arith.negf
// CHECK: return %arg0, %[[COPY]]
func.func @negated_twice(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<4x3xf32>) {
  %e = tensor.empty() : tensor<3x4xf32>
  %f = tensor.empty() : tensor<4x3xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  %c = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<3x4xf32>) outs(%f : tensor<4x3xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<4x3xf32>
  return %b, %c : tensor<3x4xf32>, tensor<4x3xf32>
}

// -----

// Reversed twice, with another reader between; and once, which stays.

#id = affine_map<(d0, d1) -> (d0, d1)>
#flip = affine_map<(d0, d1) -> (d0, -d1 + 3)>

// CHECK-LABEL: func.func @reversed_twice
// CHECK: %[[ONCE:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<3x4xf32>)
// CHECK: return %arg0, %[[ONCE]]
func.func @reversed_twice(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#flip, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#flip, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    linalg.yield %v : f32
  } -> tensor<3x4xf32>
  return %b, %a : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// Softplus in the spelling -(-log1p(exp(x))), negated once more: the softplus is one tensor, and what is negated is that.
// CHECK-LABEL: func.func @negated_softplus
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%arg0 :
// CHECK: math.log1p
// CHECK: %[[NEG:.*]] = linalg.generic {{.*}} ins(%[[S]] :
// CHECK: arith.negf
// CHECK-NOT: linalg.generic
// CHECK: return %[[S]], %[[NEG]]
func.func @negated_softplus(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %e = tensor.empty() : tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %p = math.exp %v : f32
    %l = math.log1p %p : f32
    %n = arith.negf %l : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%b : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.negf %v : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  return %b, %c : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// The same by elements taken out at positions from the end, whatever the size is; from two different ends it is none.

#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func.func @from_the_end
// CHECK: %[[ONCE:.*]] = linalg.generic
// CHECK: tensor.extract %arg0
// CHECK: %[[SHIFTED:.*]] = linalg.generic
// CHECK: tensor.extract %[[ONCE]]
// CHECK: return %arg0, %[[SHIFTED]]
func.func @from_the_end(%x: tensor<?xf32>, %n: index, %m: index) -> (tensor<?xf32>, tensor<?xf32>) {
  %c1 = arith.constant 1 : index
  %e = tensor.empty(%n) : tensor<?xf32>
  %a = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<?xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = arith.subi %n, %i : index
    %k = arith.subi %j, %c1 : index
    %v = tensor.extract %x[%k] : tensor<?xf32>
    linalg.yield %v : f32
  } -> tensor<?xf32>
  %b = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<?xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = arith.subi %n, %i : index
    %k = arith.subi %j, %c1 : index
    %v = tensor.extract %a[%k] : tensor<?xf32>
    linalg.yield %v : f32
  } -> tensor<?xf32>
  %c = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%e : tensor<?xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = arith.subi %m, %i : index
    %k = arith.subi %j, %c1 : index
    %v = tensor.extract %a[%k] : tensor<?xf32>
    linalg.yield %v : f32
  } -> tensor<?xf32>
  return %b, %c : tensor<?xf32>, tensor<?xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// A sum that began with zero: its first summand has one use, even without a canonicalizer behind the pass.
// RAW-LABEL: func.func @sum_from_zero
// RAW-COUNT-1: linalg.generic
// RAW-NOT: linalg.generic
// RAW: return
func.func @sum_from_zero(%x: tensor<3x4xf32>, %y: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %n = arith.addf %v, %zero : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %y : tensor<3x4xf32>, tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %n = arith.addf %v, %w : f32
    linalg.yield %n : f32
  } -> tensor<3x4xf32>
  return %b : tensor<3x4xf32>
}

// -----

// A change that is added again, through a slice that drops a dimension of size one.

#id = affine_map<(d0, d1) -> (d0, d1)>
#one = affine_map<(d0, d1) -> ()>
#swap = affine_map<(d0, d1) -> (d1, d0)>

// CHECK-LABEL: func.func @changed_and_back
// CHECK-NOT: arith.subf
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: linalg.yield
// CHECK: return %[[COPY]]
func.func @changed_and_back(%x: tensor<3x1x4xf32>) -> tensor<4x3xf32> {
  %one = arith.constant 1.0 : f32
  %p = tensor.empty() : tensor<f32>
  %ones = linalg.fill ins(%one : f32) outs(%p : tensor<f32>) -> tensor<f32>
  %e = tensor.empty() : tensor<4x3xf32>
  %s = tensor.extract_slice %x[0, 0, 0] [3, 1, 4] [1, 1, 1] : tensor<3x1x4xf32> to tensor<3x4xf32>
  %change = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%s : tensor<3x4xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%v: f32, %o: f32):
    %d = arith.subf %v, %one : f32
    linalg.yield %d : f32
  } -> tensor<4x3xf32>
  %back = linalg.generic {indexing_maps = [#one, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%ones, %change : tensor<f32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%w: f32, %v: f32, %o: f32):
    %d = arith.addf %w, %v : f32
    linalg.yield %d : f32
  } -> tensor<4x3xf32>
  return %back : tensor<4x3xf32>
}

// -----

#id = affine_map<(i, j) -> (i, j)>
// Softplus twice, its operations in another order the second time: one value.
// CHECK-LABEL: func.func @twice
// CHECK: %[[S:.*]] = linalg.generic
// CHECK-NOT: linalg.generic
// CHECK: return %[[S]], %[[S]]
func.func @twice(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %threshold = arith.constant 20.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<3x4xf32>
  %a = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %p = math.exp %v : f32
    %l = math.log1p %p : f32
    %c = arith.cmpf ogt, %v, %threshold : f32
    %s = arith.select %c, %v, %l : f32
    linalg.yield %s : f32
  } -> tensor<3x4xf32>
  %b = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<3x4xf32>) outs(%e : tensor<3x4xf32>) {
  ^bb0(%v: f32, %o: f32):
    %p = math.exp %v : f32
    %q = arith.addf %one, %p : f32
    %l = math.log %q : f32
    linalg.yield %l : f32
  } -> tensor<3x4xf32>
  return %a, %b : tensor<3x4xf32>, tensor<3x4xf32>
}
