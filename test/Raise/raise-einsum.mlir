// RUN: mamba-opt %s --split-input-file --ssm-raise-einsum | FileCheck %s

// A broadcast product that is only summed joins the sum, so that it is never in memory.
//
// CHECK-LABEL: func.func @broadcast_multiply_sum
// CHECK-NOT: linalg.generic
// CHECK: ssm.einsum "a b c, a d c -> a b d" ins(%arg0, %arg1 :
#bls = affine_map<(b, l, s, n) -> (b, l, s)>
#full = affine_map<(b, l, s, n) -> (b, l, s, n)>
func.func @broadcast_multiply_sum(%C: tensor<2x9x5xf32>, %B: tensor<2x9x5xf32>) -> tensor<2x9x9xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x9x9x5xf32>
  %p = linalg.generic {indexing_maps = [affine_map<(b, l, s, n) -> (b, l, n)>, affine_map<(b, l, s, n) -> (b, s, n)>, #full],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%C, %B : tensor<2x9x5xf32>, tensor<2x9x5xf32>) outs(%e : tensor<2x9x9x5xf32>) {
    ^bb0(%x: f32, %y: f32, %o: f32):
      %m = arith.mulf %x, %y : f32
      linalg.yield %m : f32
  } -> tensor<2x9x9x5xf32>
  %e1 = tensor.empty() : tensor<2x9x9xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x9x9xf32>) -> tensor<2x9x9xf32>
  %g = linalg.generic {indexing_maps = [#full, #bls], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%p : tensor<2x9x9x5xf32>) outs(%z : tensor<2x9x9xf32>) {
    ^bb0(%x: f32, %o: f32):
      %a = arith.addf %o, %x : f32
      linalg.yield %a : f32
  } -> tensor<2x9x9xf32>
  return %g : tensor<2x9x9xf32>
}

// -----

// A matmul of a transposed weight is an equation without the transpose; rounding the sum is a part of the op.
//
// CHECK-LABEL: func.func @linear
// CHECK-NOT: linalg
// CHECK: ssm.einsum "a b, c b -> a c" ins(%arg0, %arg1 : tensor<?x8xbf16>, tensor<6x8xbf16>) outs(%{{.*}} : tensor<?x6xbf16>)
func.func @linear(%x: tensor<?x8xbf16>, %w: tensor<6x8xbf16>) -> tensor<?x6xbf16> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %d = tensor.dim %x, %c0 : tensor<?x8xbf16>
  %e = tensor.empty() : tensor<8x6xbf16>
  %t = linalg.transpose ins(%w : tensor<6x8xbf16>) outs(%e : tensor<8x6xbf16>) permutation = [1, 0]
  %e1 = tensor.empty(%d) : tensor<?x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x6xf32>) -> tensor<?x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %t : tensor<?x8xbf16>, tensor<8x6xbf16>) outs(%z : tensor<?x6xf32>) {
    ^bb0(%a: bf16, %b: bf16, %o: f32):
      %a1 = arith.extf %a : bf16 to f32
      %b1 = arith.extf %b : bf16 to f32
      %m = arith.mulf %a1, %b1 : f32
      %s = arith.addf %m, %o : f32
      linalg.yield %s : f32
  } -> tensor<?x6xf32>
  %e2 = tensor.empty(%d) : tensor<?x6xbf16>
  %r = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<?x6xf32>) outs(%e2 : tensor<?x6xbf16>) {
    ^bb0(%a: f32, %o: bf16):
      %b = arith.truncf %a : f32 to bf16
      linalg.yield %b : bf16
  } -> tensor<?x6xbf16>
  return %r : tensor<?x6xbf16>
}

// -----

// A sum of squares stays (nothing is contracted). What a sum starts from is added behind it, and a product is a part of
// the einsum however small it is.
//
// CHECK-LABEL: func.func @stays
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: %[[S:.*]] = ssm.einsum "a b, b -> a" ins(%arg0, %arg2 :
// CHECK: linalg.generic {{.*}} ins(%[[S]], %arg3 :
// CHECK-NOT: arith.mulf
// CHECK: arith.addf
// CHECK: ssm.einsum "a b, c b, b -> a c" ins(%arg0, %arg1, %arg2 :
#mk = affine_map<(m, k) -> (m, k)>
#m = affine_map<(m, k) -> (m)>
func.func @stays(%x: tensor<4x8xf32>, %w: tensor<6x8xf32>, %v: tensor<8xf32>, %start: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %square = linalg.generic {indexing_maps = [#mk, #m], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%z : tensor<4xf32>) {
    ^bb0(%a: f32, %o: f32):
      %p = arith.mulf %a, %a : f32
      %s = arith.addf %p, %o : f32
      linalg.yield %s : f32
  } -> tensor<4xf32>
  %more = linalg.generic {indexing_maps = [#mk, affine_map<(m, k) -> (k)>, #m], iterator_types = ["parallel", "reduction"]}
      ins(%x, %v : tensor<4x8xf32>, tensor<8xf32>) outs(%start : tensor<4xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %p, %o : f32
      linalg.yield %s : f32
  } -> tensor<4xf32>
  %e1 = tensor.empty() : tensor<4x8xf32>
  %scaled = linalg.generic {indexing_maps = [#mk, affine_map<(m, k) -> (k)>, #mk], iterator_types = ["parallel", "parallel"]}
      ins(%x, %v : tensor<4x8xf32>, tensor<8xf32>) outs(%e1 : tensor<4x8xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %p = arith.mulf %a, %b : f32
      linalg.yield %p : f32
  } -> tensor<4x8xf32>
  %e2 = tensor.empty() : tensor<4x6xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%scaled, %w : tensor<4x8xf32>, tensor<6x8xf32>) outs(%z2 : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %square, %more, %y : tensor<4xf32>, tensor<4xf32>, tensor<4x6xf32>
}

// -----

#ijk_ik = affine_map<(i, j, k) -> (i, k)>
#ijk_kj = affine_map<(i, j, k) -> (k, j)>
#ijk_ij = affine_map<(i, j, k) -> (i, j)>
#i = affine_map<(i) -> (i)>
#i_none = affine_map<(i) -> ()>

// The diagonal of a product is read by a gather, and summed.
//
// CHECK-LABEL: func.func @trace_of_product
// CHECK: ssm.einsum "a b, b a -> " ins(%arg0, %arg1
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @trace_of_product(%x: tensor<4x6xf32>, %y: tensor<6x4xf32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e4x4 = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.fill ins(%zero : f32) outs(%e4x4 : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.generic {indexing_maps = [#ijk_ik, #ijk_kj, #ijk_ij], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<4x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#i], iterator_types = ["parallel"]} outs(%e4 : tensor<4xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %r = tensor.extract %1[%i, %i] : tensor<4x4xf32>
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %ef32 = tensor.empty() : tensor<f32>
  %3 = linalg.fill ins(%zero : f32) outs(%ef32 : tensor<f32>) -> tensor<f32>
  %4 = linalg.generic {indexing_maps = [#i, #i_none], iterator_types = ["reduction"]} ins(%2 : tensor<4xf32>) outs(%3 : tensor<f32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %4 : tensor<f32>
}
