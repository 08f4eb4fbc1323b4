// Masks that are computed from positions alone become the flag of ssm.attention, or go; others stay, with the reason.
// RUN: mamba-opt %s --pass-pipeline="builtin.module(func.func(ssm-fold-causal-mask))" --split-input-file | FileCheck %s
// RUN: mamba-opt %s --pass-pipeline="builtin.module(func.func(ssm-fold-causal-mask))" --split-input-file --remarks-filter=mambac-raise \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A range compared with itself.
// CHECK-LABEL: func @causal
// CHECK: ssm.attention "b h q d, b h s d, b h s e -> b h q e"
// CHECK-SAME: scale(1.000000e+00) causal outs(
// REMARK: raised {{.*}}ssm.attention's mask
func.func @causal(%x: tensor<2x4x?x8xf32>, %l: index) -> tensor<2x4x?x8xf32> {
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c2 : tensor<2x4x?x8xf32>
  %e = tensor.empty(%n, %n) : tensor<?x?xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x?xi1>) {
  ^bb0(%o: i1):
    %q = linalg.index 0 : index
    %s = linalg.index 1 : index
    %0 = arith.cmpi sle, %s, %q : index
    linalg.yield %0 : i1
  } -> tensor<?x?xi1>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x?x8xf32>) key(%x : tensor<2x4x?x8xf32>)
      value(%x : tensor<2x4x?x8xf32>) mask(%m : tensor<?x?xi1>) scale(1.0) outs(%x : tensor<2x4x?x8xf32>)
  return %y : tensor<2x4x?x8xf32>
}

// -----

// Numbers to add: 0 and -inf. The queries are the last 3 of 7, and say so by an offset.
// CHECK-LABEL: func @added_with_offset
// CHECK: scale(1.000000e+00) causal outs(
// REMARK: raised {{.*}}ssm.attention's mask
func.func @added_with_offset(%x: tensor<2x4x3x8xf32>, %k: tensor<2x4x7x8xf32>) -> tensor<2x4x3x8xf32> {
  %c4 = arith.constant 4 : i64
  %zero = arith.constant 0.0 : f32
  %hidden = arith.constant 0xFF800000 : f32
  %e1 = tensor.empty() : tensor<3xi64>
  %positions = linalg.generic {indexing_maps = [affine_map<(q) -> (q)>], iterator_types = ["parallel"]} outs(%e1 : tensor<3xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 0 : index
    %0 = arith.index_cast %i : index to i64
    %1 = arith.addi %0, %c4 : i64
    linalg.yield %1 : i64
  } -> tensor<3xi64>
  %wide = tensor.expand_shape %positions [[0, 1]] output_shape [3, 1] : tensor<3xi64> into tensor<3x1xi64>
  %column = tensor.collapse_shape %wide [[0, 1]] : tensor<3x1xi64> into tensor<3xi64>
  %e2 = tensor.empty() : tensor<3x7xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q)>, affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]}
      ins(%column : tensor<3xi64>) outs(%e2 : tensor<3x7xf32>) {
  ^bb0(%q: i64, %o: f32):
    %s = linalg.index 1 : index
    %0 = arith.index_cast %s : index to i64
    %1 = arith.cmpi sgt, %0, %q : i64
    %2 = arith.select %1, %hidden, %zero : f32
    linalg.yield %2 : f32
  } -> tensor<3x7xf32>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x3x8xf32>) key(%k : tensor<2x4x7x8xf32>)
      value(%k : tensor<2x4x7x8xf32>) mask(%m : tensor<3x7xf32>) scale(1.0) outs(%x : tensor<2x4x3x8xf32>)
  return %y : tensor<2x4x3x8xf32>
}

// -----

// Nothing is hidden; and nothing that the flag does not hide already.
// CHECK-LABEL: func @idle
// CHECK: ssm.attention "b h q d, b h s d, b h s e -> b h q e"
// CHECK-SAME: scale(1.000000e+00) outs(
// CHECK: ssm.attention "b h q d, b h s d, b h s e -> b h q e"
// CHECK-SAME: scale(1.000000e+00) causal outs(
func.func @idle(%x: tensor<2x4x5x8xf32>) -> (tensor<2x4x5x8xf32>, tensor<2x4x5x8xf32>) {
  %true = arith.constant dense<true> : tensor<5x5xi1>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x5x8xf32>) key(%x : tensor<2x4x5x8xf32>)
      value(%x : tensor<2x4x5x8xf32>) mask(%true : tensor<5x5xi1>) scale(1.0) outs(%x : tensor<2x4x5x8xf32>)
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<5x5xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<5x5xi1>) {
  ^bb0(%o: i1):
    %q = linalg.index 0 : index
    %s = linalg.index 1 : index
    %r = arith.addi %q, %c1 : index
    %0 = arith.cmpi slt, %s, %r : index
    linalg.yield %0 : i1
  } -> tensor<5x5xi1>
  %z = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x5x8xf32>) key(%x : tensor<2x4x5x8xf32>)
      value(%x : tensor<2x4x5x8xf32>) mask(%m : tensor<5x5xi1>) scale(1.0) causal outs(%x : tensor<2x4x5x8xf32>)
  return %y, %z : tensor<2x4x5x8xf32>, tensor<2x4x5x8xf32>
}

// -----

// One sequence, numbered by a cumulative sum of its seams, as Hugging Face's masks for packed sequences do it; gathered
// at positions that are clamped.
// CHECK-LABEL: func @packed
// CHECK: scale(1.000000e+00) causal outs(
func.func @packed(%x: tensor<2x4x?x8xf32>) -> tensor<2x4x?x8xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %i1 = arith.constant 1 : i64
  %n = tensor.dim %x, %c2 : tensor<2x4x?x8xf32>
  %last = affine.apply affine_map<()[n] -> (n - 1)>()[%n]
  %e = tensor.empty(%n) : tensor<?xi64>
  %range = linalg.generic {indexing_maps = [affine_map<(q) -> (q)>], iterator_types = ["parallel"]} outs(%e : tensor<?xi64>) {
  ^bb0(%o: i64):
    %i = linalg.index 0 : index
    %0 = arith.index_cast %i : index to i64
    linalg.yield %0 : i64
  } -> tensor<?xi64>
  %e1 = tensor.empty() : tensor<1xi64>
  %first = tensor.extract_slice %range[0] [1] [1] : tensor<?xi64> to tensor<1xi64>
  %before = linalg.generic {indexing_maps = [affine_map<(q) -> (q)>, affine_map<(q) -> (q)>], iterator_types = ["parallel"]} ins(%first : tensor<1xi64>) outs(%e1 : tensor<1xi64>) {
  ^bb0(%i: i64, %o: i64):
    %0 = arith.subi %i, %i1 : i64
    linalg.yield %0 : i64
  } -> tensor<1xi64>
  %padded = tensor.concat dim(0) %before, %range : (tensor<1xi64>, tensor<?xi64>) -> tensor<?xi64>
  %previous = tensor.extract_slice %padded[0] [%n] [1] : tensor<?xi64> to tensor<?xi64>
  %seams = linalg.generic {indexing_maps = [affine_map<(q) -> (q)>, affine_map<(q) -> (q)>, affine_map<(q) -> (q)>], iterator_types = ["parallel"]}
      ins(%previous, %range : tensor<?xi64>, tensor<?xi64>) outs(%e : tensor<?xi64>) {
  ^bb0(%p: i64, %i: i64, %o: i64):
    %0 = arith.subi %i, %p : i64
    %1 = arith.cmpi ne, %0, %i1 : i64
    %2 = arith.extui %1 : i1 to i64
    linalg.yield %2 : i64
  } -> tensor<?xi64>
  %numbers = ssm.cumsum dim(0) ins(%seams : tensor<?xi64>) outs(%e : tensor<?xi64>)
  %em = tensor.empty(%n, %n) : tensor<?x?xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q)>, affine_map<(q, s) -> (s)>, affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]}
      ins(%range, %range : tensor<?xi64>, tensor<?xi64>) outs(%em : tensor<?x?xi1>) {
  ^bb0(%q: i64, %s: i64, %o: i1):
    %0 = arith.index_cast %q : i64 to index
    %1 = arith.maxsi %0, %c0 : index
    %2 = arith.minsi %1, %last : index
    %3 = tensor.extract %numbers[%2] : tensor<?xi64>
    %4 = arith.index_cast %s : i64 to index
    %5 = tensor.extract %numbers[%4] : tensor<?xi64>
    %6 = arith.cmpi eq, %3, %5 : i64
    %7 = arith.cmpi sge, %q, %s : i64
    %8 = arith.andi %6, %7 : i1
    linalg.yield %8 : i1
  } -> tensor<?x?xi1>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x?x8xf32>) key(%x : tensor<2x4x?x8xf32>)
      value(%x : tensor<2x4x?x8xf32>) mask(%m : tensor<?x?xi1>) scale(1.0) outs(%x : tensor<2x4x?x8xf32>)
  return %y : tensor<2x4x?x8xf32>
}

// -----

// The query itself is hidden; a window; another mask than its flag.
// CHECK-LABEL: func @other_masks
// CHECK-COUNT-2: mask(
// REMARK-COUNT-2: declined {{.*}}it is not the causal one
func.func @other_masks(%x: tensor<2x4x9x8xf32>) -> (tensor<2x4x9x8xf32>, tensor<2x4x9x8xf32>) {
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<9x9xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %q = linalg.index 0 : index
    %s = linalg.index 1 : index
    %0 = arith.cmpi slt, %s, %q : index
    linalg.yield %0 : i1
  } -> tensor<9x9xi1>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>)
      value(%x : tensor<2x4x9x8xf32>) mask(%m : tensor<9x9xi1>) scale(1.0) outs(%x : tensor<2x4x9x8xf32>)
  %w = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %q = linalg.index 0 : index
    %s = linalg.index 1 : index
    %0 = arith.cmpi sle, %s, %q : index
    %1 = arith.subi %q, %s : index
    %2 = arith.cmpi slt, %1, %c3 : index
    %3 = arith.andi %0, %2 : i1
    linalg.yield %3 : i1
  } -> tensor<9x9xi1>
  %z = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>)
      value(%x : tensor<2x4x9x8xf32>) mask(%w : tensor<9x9xi1>) scale(1.0) outs(%x : tensor<2x4x9x8xf32>)
  return %y, %z : tensor<2x4x9x8xf32>, tensor<2x4x9x8xf32>
}

// -----

// CHECK-LABEL: func @input
// CHECK: mask(
// REMARK: declined {{.*}}it depends on an input of the model
func.func @input(%x: tensor<2x4x9x8xf32>, %m: tensor<2x9xi1>) -> tensor<2x4x9x8xf32> {
  %y = ssm.attention "b h q d, b h s d, b h s e, b s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>)
      value(%x : tensor<2x4x9x8xf32>) mask(%m : tensor<2x9xi1>) scale(1.0) outs(%x : tensor<2x4x9x8xf32>)
  return %y : tensor<2x4x9x8xf32>
}

// -----

// Where keys begin with a cache that has room for more, a position says which ones are seen: this mask hides others.
// CHECK-LABEL: func @position
// CHECK: mask(%{{.*}} : tensor<?x?xi1>) position(%{{.*}} : tensor<2xi64>) scale(1.000000e+00) causal outs(
// REMARK: declined {{.*}}it is not the causal one
func.func @position(%x: tensor<2x4x?x8xf32>, %p: tensor<2xi64>) -> tensor<2x4x?x8xf32> {
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c2 : tensor<2x4x?x8xf32>
  %e = tensor.empty(%n, %n) : tensor<?x?xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x?xi1>) {
  ^bb0(%o: i1):
    %q = linalg.index 0 : index
    %s = linalg.index 1 : index
    %0 = arith.cmpi sle, %s, %q : index
    linalg.yield %0 : i1
  } -> tensor<?x?xi1>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s, b -> b h q e" query(%x : tensor<2x4x?x8xf32>) key(%x : tensor<2x4x?x8xf32>)
      value(%x : tensor<2x4x?x8xf32>) mask(%m : tensor<?x?xi1>) position(%p : tensor<2xi64>) scale(1.0) causal outs(%x : tensor<2x4x?x8xf32>)
  return %y : tensor<2x4x?x8xf32>
}
