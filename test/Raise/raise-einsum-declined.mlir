// What is no einsum stays as it is, with the reason in a remark; and so does what others read.
//
// RUN: mamba-opt %s --split-input-file --ssm-raise-einsum --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// A window: the input is read at l + k.
//
// CHECK: declined{{.*}}an operand is not read along plain axes{{.*}}ssm.einsum
// IR-LABEL: func @window
// IR-NOT: ssm.einsum
func.func @window(%x: tensor<2x10x4xf32>, %w: tensor<3x4xf32>) -> tensor<2x8x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x8x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, l, c, k) -> (b, l + k, c)>, affine_map<(b, l, c, k) -> (k, c)>, affine_map<(b, l, c, k) -> (b, l, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<2x10x4xf32>, tensor<3x4xf32>) outs(%z : tensor<2x8x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x8x4xf32>
  return %y : tensor<2x8x4xf32>
}

// -----

// A diagonal.
//
// CHECK: declined{{.*}}an operand is not read along plain axes{{.*}}ssm.einsum
// IR-LABEL: func @diagonal
// IR-NOT: ssm.einsum
func.func @diagonal(%x: tensor<8x8xf32>, %w: tensor<8x4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c, k) -> (k, k)>, affine_map<(c, k) -> (k, c)>, affine_map<(c, k) -> (c)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<8x8xf32>, tensor<8x4xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// The result has an axis that no operand has.
//
// CHECK: declined{{.*}}an axis belongs to no operand{{.*}}ssm.einsum
// IR-LABEL: func @broadcast_result
// IR-NOT: ssm.einsum
func.func @broadcast_result(%x: tensor<8xf32>, %w: tensor<8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c, k) -> (k)>, affine_map<(c, k) -> (k)>, affine_map<(c, k) -> (c)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<8xf32>, tensor<8xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// The product is rounded to bf16 before it is summed: it stays a tensor, and the sum one of a single operand.
//
// IR-LABEL: func @rounded_product
// IR: arith.truncf
// IR-NOT: ssm.einsum
// IR: return
func.func @rounded_product(%x: tensor<4x8xbf16>, %w: tensor<6x8xbf16>) -> tensor<4x6xbf16> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x6x8xbf16>
  %p = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n, k)>], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %w : tensor<4x8xbf16>, tensor<6x8xbf16>) outs(%e : tensor<4x6x8xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %o: bf16):
    %a1 = arith.extf %a : bf16 to f32
    %b1 = arith.extf %b : bf16 to f32
    %m = arith.mulf %a1, %b1 : f32
    %r = arith.truncf %m : f32 to bf16
    linalg.yield %r : bf16
  } -> tensor<4x6x8xbf16>
  %e2 = tensor.empty() : tensor<4x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x6xf32>) -> tensor<4x6xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p : tensor<4x6x8xbf16>) outs(%z : tensor<4x6xf32>) {
  ^bb0(%a: bf16, %o: f32):
    %a1 = arith.extf %a : bf16 to f32
    %t = arith.addf %a1, %o : f32
    linalg.yield %t : f32
  } -> tensor<4x6xf32>
  %e3 = tensor.empty() : tensor<4x6xbf16>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]} ins(%s : tensor<4x6xf32>) outs(%e3 : tensor<4x6xbf16>) {
  ^bb0(%a: f32, %o: bf16):
    %r = arith.truncf %a : f32 to bf16
    linalg.yield %r : bf16
  } -> tensor<4x6xbf16>
  return %y : tensor<4x6xbf16>
}

// -----

// The inner sum is also a result: it stays, as an einsum of its own that the outer one reads.
//
// IR-LABEL: func @used_twice
// IR: %[[T:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg0, %arg1 :
// IR: %[[Y:.*]] = ssm.einsum "a b, c a -> c b" ins(%arg2, %[[T]] :
// IR: return %[[T]], %[[Y]]
func.func @used_twice(%x: tensor<4x3xf32>, %w: tensor<3x5xf32>, %v: tensor<5x2xf32>) -> (tensor<4x5xf32>, tensor<4x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %t = linalg.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x5xf32>) outs(%z : tensor<4x5xf32>) -> tensor<4x5xf32>
  %e2 = tensor.empty() : tensor<4x2xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = linalg.matmul ins(%t, %v : tensor<4x5xf32>, tensor<5x2xf32>) outs(%z2 : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %t, %y : tensor<4x5xf32>, tensor<4x2xf32>
}

// -----

// A masked factor, a factor beyond a function, an addition: each is an operand as a whole.
//
// IR-LABEL: func @whole_operands
// IR: %[[P:.*]] = linalg.generic
// IR: math.exp
// IR: arith.select
// IR: ssm.einsum "a b, a b -> a" ins(%{{.*}}, %[[P]] :
#id = affine_map<(m, k) -> (m, k)>
func.func @whole_operands(%x: tensor<4x8xf32>, %w: tensor<4x8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x8xf32>
  %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%w : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c = arith.cmpi sge, %i, %j : index
    %f = math.exp %a : f32
    %s = arith.select %c, %f, %zero : f32
    linalg.yield %s : f32
  } -> tensor<4x8xf32>
  %e1 = tensor.empty() : tensor<4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
      ins(%p, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %s = arith.addf %q, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// Two different products in one sum.
//
// IR-LABEL: func @different_products
// IR-NOT: ssm.einsum
func.func @different_products(%x: tensor<4x8xf32>, %w: tensor<4x8xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %e1 = tensor.empty() : tensor<4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %w : tensor<4x8xf32>, tensor<4x8xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %a, %a : f32
    %r = arith.addf %p, %q : f32
    %s = arith.addf %r, %o : f32
    linalg.yield %s : f32
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// A sum that starts from another one: that stays and is added.
//
// IR-LABEL: func @split_sum
// IR: %[[T:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg0, %arg1 :
// IR: %[[S:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg2, %arg3 :
// IR: linalg.generic {{.*}} ins(%[[S]], %[[T]] :
func.func @split_sum(%x: tensor<4x3xf32>, %w: tensor<3x5xf32>, %u: tensor<4x6xf32>, %v: tensor<6x5xf32>) -> tensor<4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x5xf32>) -> tensor<4x5xf32>
  %t = linalg.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x5xf32>) outs(%z : tensor<4x5xf32>) -> tensor<4x5xf32>
  %y = linalg.matmul ins(%u, %v : tensor<4x6xf32>, tensor<6x5xf32>) outs(%t : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

// -----

// A sum that is rounded at each step of a wider one's chain: f64 products are not computed in f32.
//
// IR-LABEL: func @double_rounded
// IR-COUNT-2: ssm.einsum
func.func @double_rounded(%x: tensor<4x3xf64>, %w: tensor<3x5xf64>, %v: tensor<5x2xf32>) -> tensor<4x2xf32> {
  %e = tensor.empty() : tensor<4x5xf32>
  %t = ssm.einsum "a b, b c -> a c" ins(%x, %w : tensor<4x3xf64>, tensor<3x5xf64>) outs(%e : tensor<4x5xf32>)
  %e2 = tensor.empty() : tensor<4x2xf32>
  %y = ssm.einsum "a b, b c -> a c" ins(%t, %v : tensor<4x5xf32>, tensor<5x2xf32>) outs(%e2 : tensor<4x2xf32>)
  return %y : tensor<4x2xf32>
}
