// Attention whose keys and values have no axis of heads.
// RUN: mamba-opt %s --split-input-file --ssm-raise-attention --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --check-passes --mambac-raise -o /dev/null 2>&1 | FileCheck %s --check-prefix=SAME --allow-empty
// SAME-NOT: {{wrong|not checked}}

#qd = affine_map<(b, q, s, d) -> (b, q, d)>
#sd = affine_map<(b, q, s, d) -> (b, s, d)>
#qsd = affine_map<(b, q, s, d) -> (b, q, s)>
#qs3 = affine_map<(b, q, s) -> (b, q, s)>
#q3 = affine_map<(b, q, s) -> (b, q)>
#pq = affine_map<(b, q, e, s) -> (b, q, s)>
#sv = affine_map<(b, q, e, s) -> (b, s, e)>
#yo = affine_map<(b, q, e, s) -> (b, q, e)>

// One head has no axis of its own: query, key and value get one of size one.
// CHECK-LABEL: func.func @one_head
// CHECK-NOT: math.exp
// CHECK: ssm.attention "h b q d, b h s d, b h s e -> b q e h"
func.func @one_head(%q: tensor<2x9x6xf32>, %k: tensor<2x9x6xf32>, %v: tensor<2x9x6xf32>) -> tensor<2x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<2x9x9xf32>
  %ey = tensor.empty() : tensor<2x9x6xf32>
  %er = tensor.empty() : tensor<2x9xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x9x9xf32>) -> tensor<2x9x9xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x9x6xf32>) -> tensor<2x9x6xf32>
  %none = linalg.fill ins(%zero : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %s = linalg.generic {indexing_maps = [#qd, #sd, #qsd],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<2x9x6xf32>, tensor<2x9x6xf32>) outs(%z : tensor<2x9x9xf32>) {
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

// -----

#qd = affine_map<(b, h, q, s, d) -> (b, h, q, d)>
#sd = affine_map<(b, h, q, s, d) -> (b, s, d)>
#qsd = affine_map<(b, h, q, s, d) -> (b, h, q, s)>
#qs3 = affine_map<(b, h, q, s) -> (b, h, q, s)>
#q3 = affine_map<(b, h, q, s) -> (b, h, q)>
#pq = affine_map<(b, h, q, e, s) -> (b, h, q, s)>
#sv = affine_map<(b, h, q, e, s) -> (b, s, e)>
#yo = affine_map<(b, h, q, e, s) -> (b, h, q, e)>

// Three heads with one key and value.
// CHECK-LABEL: func.func @shared_keys
// CHECK-NOT: math.exp
// CHECK: ssm.attention "b h q d, b h/3 s d, b h/3 s e -> b h q e" query(%{{.*}} : tensor<2x3x9x6xf32>) key(%{{.*}} : tensor<2x1x9x6xf32>)
func.func @shared_keys(%q: tensor<2x3x9x6xf32>, %k: tensor<2x9x6xf32>, %v: tensor<2x9x6xf32>) -> tensor<2x3x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<2x3x9x9xf32>
  %ey = tensor.empty() : tensor<2x3x9x6xf32>
  %er = tensor.empty() : tensor<2x3x9xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x9x9xf32>) -> tensor<2x3x9x9xf32>
  %zy = linalg.fill ins(%zero : f32) outs(%ey : tensor<2x3x9x6xf32>) -> tensor<2x3x9x6xf32>
  %none = linalg.fill ins(%zero : f32) outs(%er : tensor<2x3x9xf32>) -> tensor<2x3x9xf32>
  %low = linalg.fill ins(%least : f32) outs(%er : tensor<2x3x9xf32>) -> tensor<2x3x9xf32>
  %s = linalg.generic {indexing_maps = [#qd, #sd, #qsd],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<2x3x9x6xf32>, tensor<2x9x6xf32>) outs(%z : tensor<2x3x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9x9xf32>
  %top = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%s : tensor<2x3x9x9xf32>) outs(%low : tensor<2x3x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.maximumf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9xf32>
  %d = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%s, %top : tensor<2x3x9x9xf32>, tensor<2x3x9xf32>) outs(%e : tensor<2x3x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.subf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9x9xf32>
  %x = linalg.generic {indexing_maps = [#qs3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%d : tensor<2x3x9x9xf32>) outs(%e : tensor<2x3x9x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = math.exp %a : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9x9xf32>
  %n = linalg.generic {indexing_maps = [#qs3, #q3],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x : tensor<2x3x9x9xf32>) outs(%none : tensor<2x3x9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %w = arith.addf %a, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9xf32>
  %p = linalg.generic {indexing_maps = [#qs3, #q3, #qs3],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %n : tensor<2x3x9x9xf32>, tensor<2x3x9xf32>) outs(%e : tensor<2x3x9x9xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %w = arith.divf %a, %b : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9x9xf32>
  %y = linalg.generic {indexing_maps = [#pq, #sv, #yo],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
      ins(%p, %v : tensor<2x3x9x9xf32>, tensor<2x9x6xf32>) outs(%zy : tensor<2x3x9x6xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %w = arith.addf %m, %o : f32
    linalg.yield %w : f32
  } -> tensor<2x3x9x6xf32>
  return %y : tensor<2x3x9x6xf32>
}
