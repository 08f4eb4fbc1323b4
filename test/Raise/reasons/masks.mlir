// Masks of attentions that stay what they are: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-fold-causal-mask --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#qs = affine_map<(q, s) -> (q, s)>

// Every so many-th key's mask, and how many is not known.
//
// CHECK: Reason="a slice has a stride that is not known", Remark="ssm.attention's mask"
// IR-LABEL: func.func @open_stride(
// IR: mask(
func.func @open_stride(%x: tensor<2x4x9x8xf32>, %n: index) -> tensor<2x4x9x8xf32> {
  %e9x18i1 = tensor.empty() : tensor<9x18xi1>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x18i1 : tensor<9x18xi1>) {
  ^bb0(%o: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %r = arith.cmpi sge, %i, %j : index
    linalg.yield %r : i1
  } -> tensor<9x18xi1>
  %1 = tensor.extract_slice %0[0, 0] [9, 9] [1, %n] : tensor<9x18xi1> to tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %2 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%1 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %2 : tensor<2x4x9x8xf32>
}

// -----

// The keys are two axes of the mask, both of open sizes.
//
// CHECK: Reason="a reshape divides a position by a size that is not known", Remark="ssm.attention's mask"
// IR-LABEL: func.func @keys_from_two_axes(
// IR: mask(
func.func @keys_from_two_axes(%x: tensor<2x4x?x8xf32>, %m: tensor<?x?x?xi1>) -> tensor<2x4x?x8xf32> {
  %two = arith.constant 2 : index
  %l = tensor.dim %x, %two : tensor<2x4x?x8xf32>
  %0 = tensor.collapse_shape %m [[0], [1, 2]] : tensor<?x?x?xi1> into tensor<?x?xi1>
  %e = tensor.empty(%l) : tensor<2x4x?x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x?x8xf32>) key(%x : tensor<2x4x?x8xf32>) value(%x : tensor<2x4x?x8xf32>) mask(%0 : tensor<?x?xi1>) scale(1.0) outs(%e : tensor<2x4x?x8xf32>)
  return %1 : tensor<2x4x?x8xf32>
}

// -----

// Queries and keys are one axis of the mask.
//
// CHECK: Reason="a reshape multiplies a position by a size that is not known", Remark="ssm.attention's mask"
// IR-LABEL: func.func @one_axis_of_queries_and_keys(
// IR: mask(
func.func @one_axis_of_queries_and_keys(%x: tensor<2x4x?x8xf32>, %m: tensor<?xi1>) -> tensor<2x4x?x8xf32> {
  %two = arith.constant 2 : index
  %l = tensor.dim %x, %two : tensor<2x4x?x8xf32>
  %0 = tensor.expand_shape %m [[0, 1]] output_shape [%l, %l] : tensor<?xi1> into tensor<?x?xi1>
  %e = tensor.empty(%l) : tensor<2x4x?x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x?x8xf32>) key(%x : tensor<2x4x?x8xf32>) value(%x : tensor<2x4x?x8xf32>) mask(%0 : tensor<?x?xi1>) scale(1.0) outs(%e : tensor<2x4x?x8xf32>)
  return %1 : tensor<2x4x?x8xf32>
}

// -----

#qs = affine_map<(q, s) -> (q, s)>

// What is hidden changes at so many positions that there are more than 64 cases.
//
// CHECK: Reason="it has too many cases", Remark="ssm.attention's mask"
// IR-LABEL: func.func @checkers(
// IR: mask(
func.func @checkers(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c6 = arith.constant 6 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %i1 = arith.cmpi slt, %i, %c1 : index
    %i2 = arith.cmpi slt, %i, %c2 : index
    %xi2 = arith.xori %i1, %i2 : i1
    %i3 = arith.cmpi slt, %i, %c3 : index
    %xi3 = arith.xori %xi2, %i3 : i1
    %i4 = arith.cmpi slt, %i, %c4 : index
    %xi4 = arith.xori %xi3, %i4 : i1
    %i5 = arith.cmpi slt, %i, %c5 : index
    %xi5 = arith.xori %xi4, %i5 : i1
    %i6 = arith.cmpi slt, %i, %c6 : index
    %xi6 = arith.xori %xi5, %i6 : i1
    %i7 = arith.cmpi slt, %i, %c7 : index
    %xi7 = arith.xori %xi6, %i7 : i1
    %i8 = arith.cmpi slt, %i, %c8 : index
    %xi8 = arith.xori %xi7, %i8 : i1
    %j1 = arith.cmpi slt, %j, %c1 : index
    %xj1 = arith.xori %xi8, %j1 : i1
    %j2 = arith.cmpi slt, %j, %c2 : index
    %xj2 = arith.xori %xj1, %j2 : i1
    %j3 = arith.cmpi slt, %j, %c3 : index
    %xj3 = arith.xori %xj2, %j3 : i1
    %j4 = arith.cmpi slt, %j, %c4 : index
    %xj4 = arith.xori %xj3, %j4 : i1
    %j5 = arith.cmpi slt, %j, %c5 : index
    %xj5 = arith.xori %xj4, %j5 : i1
    %j6 = arith.cmpi slt, %j, %c6 : index
    %xj6 = arith.xori %xj5, %j6 : i1
    %j7 = arith.cmpi slt, %j, %c7 : index
    %xj7 = arith.xori %xj6, %j7 : i1
    %j8 = arith.cmpi slt, %j, %c8 : index
    %r = arith.xori %xj7, %j8 : i1
    linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}

// -----

#qs_q_s = affine_map<(q, s) -> (q+s)>
#qs = affine_map<(q, s) -> (q, s)>

// The mask is read at the sum of both positions.
//
// CHECK: Reason="an indexing map is not a projected permutation", Remark="ssm.attention's mask"
// IR-LABEL: func.func @by_distance(
// IR: mask(
func.func @by_distance(%x: tensor<2x4x9x8xf32>, %m: tensor<17xi1>) -> tensor<2x4x9x8xf32> {
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %0 = linalg.generic {indexing_maps = [#qs_q_s, #qs], iterator_types = ["parallel", "parallel"]} ins(%m : tensor<17xi1>) outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%a: i1, %o: i1):
    linalg.yield %a : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}

// -----

#qs_s = affine_map<(q, s) -> (s)>
#qs = affine_map<(q, s) -> (q, s)>

// What is compared counts the keys.
//
// CHECK: Reason="it has a cumulative sum of something else than zeros", Remark="ssm.attention's mask"
// IR-LABEL: func.func @counted(
// IR: mask(
func.func @counted(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %one = arith.constant 1 : i64
  %e9i64 = tensor.empty() : tensor<9xi64>
  %0 = linalg.fill ins(%one : i64) outs(%e9i64 : tensor<9xi64>) -> tensor<9xi64>
  %1 = ssm.cumsum dim(0) ins(%0 : tensor<9xi64>) outs(%e9i64 : tensor<9xi64>)
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %2 = linalg.generic {indexing_maps = [#qs_s, #qs], iterator_types = ["parallel", "parallel"]} ins(%1 : tensor<9xi64>) outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%a: i64, %o: i1):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i64
    %r = arith.cmpi sge, %n, %a : i64
    linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %3 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%2 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %3 : tensor<2x4x9x8xf32>
}

// -----

#qs = affine_map<(q, s) -> (q, s)>

// A product of both positions is compared.
//
// CHECK: Reason="it multiplies positions", Remark="ssm.attention's mask"
// IR-LABEL: func.func @product_of_positions(
// IR: mask(
func.func @product_of_positions(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.constant 9 : index
    %p = arith.muli %i, %j : index
    %r = arith.cmpi sge, %p, %c : index
    linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}

// -----

#qs = affine_map<(q, s) -> (q, s)>

// Later keys count less, and are not hidden.
//
// CHECK: Reason="it adds numbers other than 0 and -inf", Remark="ssm.attention's mask"
// IR-LABEL: func.func @minus_one(
// IR: mask(
func.func @minus_one(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %e9x9 = tensor.empty() : tensor<9x9xf32>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x9 : tensor<9x9xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %m = arith.cmpi sge, %i, %j : index
    %none = arith.constant 0.0 : f32
    %less = arith.constant -1.0 : f32
    %r = arith.select %m, %none, %less : f32
    linalg.yield %r : f32
  } -> tensor<9x9xf32>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xf32>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}

// -----

#qs = affine_map<(q, s) -> (q, s)>

// Two conditions are compared.
//
// CHECK: Reason="it compares conditions", Remark="ssm.attention's mask"
// IR-LABEL: func.func @equal_conditions(
// IR: mask(
func.func @equal_conditions(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.constant 4 : index
    %m = arith.cmpi sge, %i, %j : index
    %n = arith.cmpi sge, %j, %c : index
    %r = arith.cmpi eq, %m, %n : i1
    linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}

// -----

#qs = affine_map<(q, s) -> (q, s)>

// Positions are compared as unsigned numbers.
//
// CHECK: Reason="it has an unsigned comparison", Remark="ssm.attention's mask"
// IR-LABEL: func.func @unsigned(
// IR: mask(
func.func @unsigned(%x: tensor<2x4x9x8xf32>) -> tensor<2x4x9x8xf32> {
  %e9x9i1 = tensor.empty() : tensor<9x9xi1>
  %0 = linalg.generic {indexing_maps = [#qs], iterator_types = ["parallel", "parallel"]} outs(%e9x9i1 : tensor<9x9xi1>) {
  ^bb0(%o: i1):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %r = arith.cmpi uge, %i, %j : index
    linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %e2x4x9x8 = tensor.empty() : tensor<2x4x9x8xf32>
  %1 = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x9x8xf32>) key(%x : tensor<2x4x9x8xf32>) value(%x : tensor<2x4x9x8xf32>) mask(%0 : tensor<9x9xi1>) scale(1.0) outs(%e2x4x9x8 : tensor<2x4x9x8xf32>)
  return %1 : tensor<2x4x9x8xf32>
}
