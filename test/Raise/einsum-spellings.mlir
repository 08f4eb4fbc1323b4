// One computation in many spellings is one einsum, to the letter. In each function the einsum reads the arguments
// themselves (or one reshape of them), and nothing else computes.
//
// RUN: mamba-opt %s --ssm-raise-einsum --canonicalize --cse | FileCheck %s
// RUN: mamba-opt %s --ssm-raise-einsum --canonicalize --cse | FileCheck %s --check-prefix=ALL

// y[b, l, h] = 1/4 * sum over n of C[b, l, h / 3, n] * x[b, l, h, n], with 6 heads in 2 groups.
//
// ALL-NOT: linalg.generic
// ALL-NOT: linalg.batch_matmul
// ALL-COUNT-10: ssm.einsum "a b c d, a b c e d,  -> a b c e" ins(%arg0, %expanded, %cst : tensor<2x5x2x8xf32>, tensor<2x5x2x3x8xf32>, tensor<f32>) outs(%{{.*}} : tensor<2x5x2x3xf32>)
// ALL-NOT: linalg.generic

#blhn = affine_map<(b, l, h, n) -> (b, l, h, n)>
#blh = affine_map<(b, l, h, n) -> (b, l, h)>
#id3 = affine_map<(b, l, h) -> (b, l, h)>
#id4 = affine_map<(b, l, h, n) -> (b, l, h, n)>
#id5 = affine_map<(b, l, g, r, n) -> (b, l, g, r, n)>

// Heads repeated by expand and reshape, broadcast product, sum, scaled at the end.
// CHECK-LABEL: func @repeat_multiply_sum
// CHECK: %[[X:.*]] = tensor.expand_shape %arg1 {{\[\[}}0], [1], [2, 3], [4]] output_shape [2, 5, 2, 3, 8]
// CHECK: %[[Y:.*]] = ssm.einsum
// CHECK: %[[R:.*]] = tensor.collapse_shape %[[Y]] {{\[\[}}0], [1], [2, 3]] : tensor<2x5x2x3xf32> into tensor<2x5x6xf32>
// CHECK: return %[[R]]
func.func @repeat_multiply_sum(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %e5 = tensor.empty() : tensor<2x5x2x3x8xf32>
  %rep = linalg.generic {indexing_maps = [affine_map<(b, l, g, r, n) -> (b, l, g, n)>, #id5], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%C : tensor<2x5x2x8xf32>) outs(%e5 : tensor<2x5x2x3x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    linalg.yield %i : f32
  } -> tensor<2x5x2x3x8xf32>
  %heads = tensor.collapse_shape %rep [[0], [1], [2, 3], [4]] : tensor<2x5x2x3x8xf32> into tensor<2x5x6x8xf32>
  %e4 = tensor.empty() : tensor<2x5x6x8xf32>
  %p = linalg.generic {indexing_maps = [#id4, #id4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%heads, %x : tensor<2x5x6x8xf32>, tensor<2x5x6x8xf32>) outs(%e4 : tensor<2x5x6x8xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %m = arith.mulf %i, %j : f32
    linalg.yield %m : f32
  } -> tensor<2x5x6x8xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %s = linalg.generic {indexing_maps = [#id4, #blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%p : tensor<2x5x6x8xf32>) outs(%z : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %a = arith.addf %o, %i : f32
    linalg.yield %a : f32
  } -> tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%s : tensor<2x5x6xf32>) outs(%e3 : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.mulf %i, %quarter : f32
    linalg.yield %m : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// Heads repeated by a gather at h / 3; the scaling comes first, as a division.
func.func @gather(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %four = arith.constant 4.0 : f32
  %c3 = arith.constant 3 : index
  %e4 = tensor.empty() : tensor<2x5x6x8xf32>
  %rep = linalg.generic {indexing_maps = [#id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%e4 : tensor<2x5x6x8xf32>) {
  ^bb0(%o: f32):
    %b = linalg.index 0 : index
    %l = linalg.index 1 : index
    %h = linalg.index 2 : index
    %n = linalg.index 3 : index
    %g = arith.divui %h, %c3 : index
    %v = tensor.extract %C[%b, %l, %g, %n] : tensor<2x5x2x8xf32>
    linalg.yield %v : f32
  } -> tensor<2x5x6x8xf32>
  %scaled = linalg.generic {indexing_maps = [#id4, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x : tensor<2x5x6x8xf32>) outs(%e4 : tensor<2x5x6x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.divf %i, %four : f32
    linalg.yield %m : f32
  } -> tensor<2x5x6x8xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id4, #id4, #blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%scaled, %rep : tensor<2x5x6x8xf32>, tensor<2x5x6x8xf32>) outs(%z : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %m = arith.mulf %i, %j : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// The same through a table of positions, wrapped and clamped as importers do.
func.func @index_table(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c3 = arith.constant 3 : i64
  %ei = tensor.empty() : tensor<6xi64>
  %range = linalg.generic {indexing_maps = [affine_map<(h) -> (h)>], iterator_types = ["parallel"]} outs(%ei : tensor<6xi64>) {
  ^bb0(%o: i64):
    %h = linalg.index 0 : index
    %i = arith.index_cast %h : index to i64
    linalg.yield %i : i64
  } -> tensor<6xi64>
  %group = linalg.generic {indexing_maps = [affine_map<(h) -> (h)>, affine_map<(h) -> (h)>], iterator_types = ["parallel"]} ins(%range : tensor<6xi64>) outs(%ei : tensor<6xi64>) {
  ^bb0(%i: i64, %o: i64):
    %g = arith.floordivsi %i, %c3 : i64
    linalg.yield %g : i64
  } -> tensor<6xi64>
  %e4 = tensor.empty() : tensor<2x5x6x8xf32>
  %rep = linalg.generic {indexing_maps = [affine_map<(b, l, h, n) -> (h)>, #id4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%group : tensor<6xi64>) outs(%e4 : tensor<2x5x6x8xf32>) {
  ^bb0(%i: i64, %o: f32):
    %b = linalg.index 0 : index
    %l = linalg.index 1 : index
    %n = linalg.index 3 : index
    %isNegative = arith.cmpi slt, %i, %c0 : i64
    %wrapped = arith.addi %i, %c2 : i64
    %j = arith.select %isNegative, %wrapped, %i : i64
    %low = arith.maxsi %j, %c0 : i64
    %high = arith.minsi %low, %c1 : i64
    %g = arith.index_cast %high : i64 to index
    %v = tensor.extract %C[%b, %l, %g, %n] : tensor<2x5x2x8xf32>
    linalg.yield %v : f32
  } -> tensor<2x5x6x8xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id4, #id4, #blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %rep : tensor<2x5x6x8xf32>, tensor<2x5x6x8xf32>) outs(%z : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %s = arith.mulf %i, %quarter : f32
    %m = arith.mulf %s, %j : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// A product of matrices for each position: batch b l g, (r n) by (n 1).
func.func @batch_matmul(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %lhs = tensor.expand_shape %x [[0], [1], [2, 3], [4]] output_shape [2, 5, 2, 3, 8] : tensor<2x5x6x8xf32> into tensor<2x5x2x3x8xf32>
  %lhs3 = tensor.collapse_shape %lhs [[0, 1, 2], [3], [4]] : tensor<2x5x2x3x8xf32> into tensor<20x3x8xf32>
  %rhs = tensor.collapse_shape %C [[0, 1, 2], [3]] : tensor<2x5x2x8xf32> into tensor<20x8xf32>
  %rhs3 = tensor.expand_shape %rhs [[0], [1, 2]] output_shape [20, 8, 1] : tensor<20x8xf32> into tensor<20x8x1xf32>
  %e = tensor.empty() : tensor<20x3x1xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<20x3x1xf32>) -> tensor<20x3x1xf32>
  %m = linalg.batch_matmul ins(%lhs3, %rhs3 : tensor<20x3x8xf32>, tensor<20x8x1xf32>) outs(%z : tensor<20x3x1xf32>) -> tensor<20x3x1xf32>
  %flat = tensor.collapse_shape %m [[0], [1, 2]] : tensor<20x3x1xf32> into tensor<20x3xf32>
  %wide = tensor.expand_shape %flat [[0, 1, 2], [3]] output_shape [2, 5, 2, 3] : tensor<20x3xf32> into tensor<2x5x2x3xf32>
  %heads = tensor.collapse_shape %wide [[0], [1], [2, 3]] : tensor<2x5x2x3xf32> into tensor<2x5x6xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%heads : tensor<2x5x6xf32>) outs(%e3 : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %a = arith.mulf %i, %half : f32
    %b = arith.mulf %a, %half : f32
    linalg.yield %b : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// The summed axis in two parts that are summed in two steps; heads and length transposed on the way.
func.func @two_sums(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %e4 = tensor.empty() : tensor<2x6x5x8xf32>
  %xt = linalg.transpose ins(%x : tensor<2x5x6x8xf32>) outs(%e4 : tensor<2x6x5x8xf32>) permutation = [0, 2, 1, 3]
  %xs = tensor.expand_shape %xt [[0], [1, 2], [3], [4, 5]] output_shape [2, 2, 3, 5, 4, 2] : tensor<2x6x5x8xf32> into tensor<2x2x3x5x4x2xf32>
  %cs = tensor.expand_shape %C [[0], [1], [2], [3, 4]] output_shape [2, 5, 2, 4, 2] : tensor<2x5x2x8xf32> into tensor<2x5x2x4x2xf32>
  %e5 = tensor.empty() : tensor<2x2x3x5x4xf32>
  %z5 = linalg.fill ins(%zero : f32) outs(%e5 : tensor<2x2x3x5x4xf32>) -> tensor<2x2x3x5x4xf32>
  %inner = linalg.generic {indexing_maps = [affine_map<(b, g, r, l, m, k) -> (b, g, r, l, m, k)>, affine_map<(b, g, r, l, m, k) -> (b, l, g, m, k)>, affine_map<(b, g, r, l, m, k) -> (b, g, r, l, m)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%xs, %cs : tensor<2x2x3x5x4x2xf32>, tensor<2x5x2x4x2xf32>) outs(%z5 : tensor<2x2x3x5x4xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %m = arith.mulf %i, %j : f32
    %a = arith.addf %o, %m : f32
    linalg.yield %a : f32
  } -> tensor<2x2x3x5x4xf32>
  %flat = tensor.collapse_shape %inner [[0], [1, 2], [3], [4]] : tensor<2x2x3x5x4xf32> into tensor<2x6x5x4xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %z3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, l, h, m) -> (b, h, l, m)>, #blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%flat : tensor<2x6x5x4xf32>) outs(%z3 : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.mulf %i, %quarter : f32
    %a = arith.addf %o, %m : f32
    linalg.yield %a : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// The sum in the layout b h l, and a copy of it behind.
func.func @transposed_result(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %xs = tensor.expand_shape %x [[0], [1], [2, 3], [4]] output_shape [2, 5, 2, 3, 8] : tensor<2x5x6x8xf32> into tensor<2x5x2x3x8xf32>
  %k = arith.constant dense<0.25> : tensor<f32>
  %e = tensor.empty() : tensor<2x2x3x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x2x3x5xf32>) -> tensor<2x2x3x5xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, g, r, l, n) -> (b, l, g, n)>, affine_map<(b, g, r, l, n) -> (b, l, g, r, n)>, affine_map<(b, g, r, l, n) -> ()>, affine_map<(b, g, r, l, n) -> (b, g, r, l)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%C, %xs, %k : tensor<2x5x2x8xf32>, tensor<2x5x2x3x8xf32>, tensor<f32>) outs(%z : tensor<2x2x3x5xf32>) {
  ^bb0(%i: f32, %j: f32, %f: f32, %o: f32):
    %m = arith.mulf %i, %j : f32
    %p = arith.mulf %f, %m : f32
    %a = arith.addf %p, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x2x3x5xf32>
  %heads = tensor.collapse_shape %s [[0], [1, 2], [3]] : tensor<2x2x3x5xf32> into tensor<2x6x5xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %y = linalg.transpose ins(%heads : tensor<2x6x5xf32>) outs(%e3 : tensor<2x5x6xf32>) permutation = [0, 2, 1]
  return %y : tensor<2x5x6xf32>
}

// An einsum that a product behind it scales.
func.func @einsum(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %quarter = arith.constant 0.25 : f32
  %xs = tensor.expand_shape %x [[0], [1], [2, 3], [4]] output_shape [2, 5, 2, 3, 8] : tensor<2x5x6x8xf32> into tensor<2x5x2x3x8xf32>
  %e = tensor.empty() : tensor<2x5x2x3xf32>
  %s = ssm.einsum "b l g r n, b l g n -> b l g r" ins(%xs, %C : tensor<2x5x2x3x8xf32>, tensor<2x5x2x8xf32>) outs(%e : tensor<2x5x2x3xf32>)
  %heads = tensor.collapse_shape %s [[0], [1], [2, 3]] : tensor<2x5x2x3xf32> into tensor<2x5x6xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%heads : tensor<2x5x6xf32>) outs(%e3 : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.mulf %quarter, %i : f32
    linalg.yield %m : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// With dimensions of size one that are added, broadcast and dropped again.
func.func @units(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant -0.25 : f32
  %cu = tensor.expand_shape %C [[0], [1], [2, 3], [4]] output_shape [2, 5, 2, 1, 8] : tensor<2x5x2x8xf32> into tensor<2x5x2x1x8xf32>
  %xu = tensor.expand_shape %x [[0], [1], [2, 3], [4, 5]] output_shape [2, 5, 2, 3, 1, 8] : tensor<2x5x6x8xf32> into tensor<2x5x2x3x1x8xf32>
  %e = tensor.empty() : tensor<2x5x2x3x1x8xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(b, l, g, r, u, n) -> (b, l, g, 0, n)>, affine_map<(b, l, g, r, u, n) -> (b, l, g, r, u, n)>, affine_map<(b, l, g, r, u, n) -> (b, l, g, r, u, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%cu, %xu : tensor<2x5x2x1x8xf32>, tensor<2x5x2x3x1x8xf32>) outs(%e : tensor<2x5x2x3x1x8xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %n = arith.negf %j : f32
    %m = arith.mulf %i, %n : f32
    linalg.yield %m : f32
  } -> tensor<2x5x2x3x1x8xf32>
  %es = tensor.empty() : tensor<2x5x2x3x1xf32>
  %z = linalg.fill ins(%zero : f32) outs(%es : tensor<2x5x2x3x1xf32>) -> tensor<2x5x2x3x1xf32>
  %s = linalg.reduce ins(%p : tensor<2x5x2x3x1x8xf32>) outs(%z : tensor<2x5x2x3x1xf32>) dimensions = [5]
    (%i: f32, %o: f32) {
      %a = arith.addf %i, %o : f32
      linalg.yield %a : f32
    }
  %flat = tensor.collapse_shape %s [[0], [1], [2, 3, 4]] : tensor<2x5x2x3x1xf32> into tensor<2x5x6xf32>
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%flat : tensor<2x5x6xf32>) outs(%e3 : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.mulf %quarter, %i : f32
    linalg.yield %m : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

// As many heads as one einsum over all of them: C is repeated by reading it at h floordiv 3.
func.func @grouped_map(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %e3 = tensor.empty() : tensor<2x5x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, l, h, n) -> (b, l, h floordiv 3, n)>, #id4, #blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%C, %x : tensor<2x5x2x8xf32>, tensor<2x5x6x8xf32>) outs(%z : tensor<2x5x6xf32>) {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %m = arith.mulf %i, %j : f32
    %s = arith.mulf %m, %quarter : f32
    %a = arith.addf %s, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x5x6xf32>
  return %y : tensor<2x5x6xf32>
}

#blhn_h = affine_map<(b, l, h, n) -> (h)>
#blhn_blh = affine_map<(b, l, h, n) -> (b, l, h)>

// The heads' groups are a list.
func.func @listed(%C: tensor<2x5x2x8xf32>, %x: tensor<2x5x6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %groups = arith.constant dense<[0, 0, 0, 1, 1, 1]> : tensor<6xi64>
  %e2x5x6x8 = tensor.empty() : tensor<2x5x6x8xf32>
  %0 = linalg.generic {indexing_maps = [#blhn_h, #blhn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%groups : tensor<6xi64>) outs(%e2x5x6x8 : tensor<2x5x6x8xf32>) {
  ^bb0(%a: i64, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 3 : index
    %g = arith.index_cast %a : i64 to index
    %r = tensor.extract %C[%i, %j, %g, %k] : tensor<2x5x2x8xf32>
    linalg.yield %r : f32
  } -> tensor<2x5x6x8xf32>
  %1 = linalg.generic {indexing_maps = [#blhn, #blhn, #blhn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0, %x : tensor<2x5x6x8xf32>, tensor<2x5x6x8xf32>) outs(%e2x5x6x8 : tensor<2x5x6x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.mulf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5x6x8xf32>
  %e2x5x6 = tensor.empty() : tensor<2x5x6xf32>
  %2 = linalg.fill ins(%zero : f32) outs(%e2x5x6 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %3 = linalg.generic {indexing_maps = [#blhn, #blhn_blh], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%1 : tensor<2x5x6x8xf32>) outs(%2 : tensor<2x5x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x5x6xf32>
  %4 = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3 : tensor<2x5x6xf32>) outs(%e2x5x6 : tensor<2x5x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %quarter = arith.constant 0.25 : f32
    %r = arith.mulf %a, %quarter : f32
    linalg.yield %r : f32
  } -> tensor<2x5x6xf32>
  return %4 : tensor<2x5x6xf32>
}
