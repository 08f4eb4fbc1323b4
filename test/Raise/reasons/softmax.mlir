// A softmax that is no attention as ssm.attention has it: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-raise-attention --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#qd = affine_map<(b, q, s, d) -> (b, q, d)>
#sd = affine_map<(b, q, s, d) -> (b, s, d)>
#qsd = affine_map<(b, q, s, d) -> (b, q, s)>
#qs3 = affine_map<(b, q, s) -> (b, q, s)>
#q3 = affine_map<(b, q, s) -> (b, q)>
#pq = affine_map<(b, q, e, s) -> (b, q, s)>
#sv = affine_map<(b, q, e, s) -> (b, s, e)>
#yo = affine_map<(b, q, e, s) -> (b, q, e)>

// Positions attend, too.
//
// CHECK: Reason="more than one product of queries and keys", Remark=ssm.attention
// IR-LABEL: func.func @two_products(
// IR-NOT: ssm.attention
func.func @two_products(%q: tensor<2x9x6xf32>, %k: tensor<2x9x6xf32>, %v: tensor<2x9x6xf32>, %q2: tensor<2x9x6xf32>, %k2: tensor<2x9x6xf32>) -> tensor<2x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<2x9x9xf32>
  %ey = tensor.empty() : tensor<2x9x6xf32>
  %er = tensor.empty() : tensor<2x9xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x9x9xf32>) -> tensor<2x9x9xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x9x6xf32>) -> tensor<2x9x6xf32>
  %none = linalg.fill ins(%zero : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %s1 = linalg.generic {indexing_maps = [#qd, #sd, #qsd],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<2x9x6xf32>, tensor<2x9x6xf32>) outs(%z : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %s2 = linalg.generic {indexing_maps = [#qd, #sd, #qsd],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q2, %k2 : tensor<2x9x6xf32>, tensor<2x9x6xf32>) outs(%z : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %s = linalg.generic {indexing_maps = [#qs3, #qs3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s1, %s2 : tensor<2x9x9xf32>, tensor<2x9x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.addf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %top = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s : tensor<2x9x9xf32>) outs(%low : tensor<2x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.maximumf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9xf32>
  %d = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s, %top : tensor<2x9x9xf32>, tensor<2x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.subf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %x = linalg.generic {indexing_maps = [#qs3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%d : tensor<2x9x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = math.exp %a : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %n = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<2x9x9xf32>) outs(%none : tensor<2x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.addf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9xf32>
  %p = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %n : tensor<2x9x9xf32>, tensor<2x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.divf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %y = linalg.generic {indexing_maps = [#pq, #sv, #yo],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%p, %v : tensor<2x9x9xf32>, tensor<2x9x6xf32>) outs(%zy : tensor<2x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9x6xf32>
  return %y : tensor<2x9x6xf32>
}

// -----

#sd = affine_map<(b, q, s, d) -> (b, s, d)>
#qsd = affine_map<(b, q, s, d) -> (b, q, s)>
#qs3 = affine_map<(b, q, s) -> (b, q, s)>
#q3 = affine_map<(b, q, s) -> (b, q)>
#pq = affine_map<(b, q, e, s) -> (b, q, s)>
#sv = affine_map<(b, q, e, s) -> (b, s, e)>
#yo = affine_map<(b, q, e, s) -> (b, q, e)>

// The scores are those of the keys alone.
//
// CHECK: Reason="not a product of a query and a key", Remark=ssm.attention
// IR-LABEL: func.func @keys_alone(
// IR-NOT: ssm.attention
func.func @keys_alone(%q: tensor<2x9x6xf32>, %k: tensor<2x9x6xf32>, %v: tensor<2x9x6xf32>) -> tensor<2x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<2x9x9xf32>
  %ey = tensor.empty() : tensor<2x9x6xf32>
  %er = tensor.empty() : tensor<2x9xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x9x9xf32>) -> tensor<2x9x9xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x9x6xf32>) -> tensor<2x9x6xf32>
  %none = linalg.fill ins(%zero : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %s = linalg.generic {indexing_maps = [#sd, #sd, #qsd],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%k, %k : tensor<2x9x6xf32>, tensor<2x9x6xf32>) outs(%z : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %top = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%s : tensor<2x9x9xf32>) outs(%low : tensor<2x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.maximumf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9xf32>
  %d = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%s, %top : tensor<2x9x9xf32>, tensor<2x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.subf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %x = linalg.generic {indexing_maps = [#qs3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%d : tensor<2x9x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = math.exp %a : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %n = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<2x9x9xf32>) outs(%none : tensor<2x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.addf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9xf32>
  %p = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %n : tensor<2x9x9xf32>, tensor<2x9xf32>) outs(%e : tensor<2x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.divf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x9x9xf32>
  %y = linalg.generic {indexing_maps = [#pq, #sv, #yo],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%p, %v : tensor<2x9x9xf32>, tensor<2x9x6xf32>) outs(%zy : tensor<2x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x9x6xf32>
  return %y : tensor<2x9x6xf32>
}
