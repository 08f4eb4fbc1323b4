// Mamba-2's gated norm at the 130m shape: w * h / rms(h), h = x silu(z).
#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
func.func @gated_norm(%x: tensor<2048x1536xf32> {mambac.name = "x"}, %z: tensor<2048x1536xf32> {mambac.name = "z"},
                      %w: tensor<1536xf32> {mambac.name = "w"}) -> (tensor<2048x1536xf32> {mambac.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %width = arith.constant 1536.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<2048x1536xf32>
  %r = tensor.empty() : tensor<2048xf32>
  %h = linalg.generic {indexing_maps = [#full, #full, #full], iterator_types = ["parallel", "parallel"]}
      ins(%x, %z : tensor<2048x1536xf32>, tensor<2048x1536xf32>) outs(%e : tensor<2048x1536xf32>) {
  ^bb0(%a: f32, %g: f32, %out: f32):
    %m = arith.negf %g : f32
    %p = math.exp %m : f32
    %q = arith.addf %p, %one : f32
    %s = arith.divf %g, %q : f32
    %v = arith.mulf %a, %s : f32
    linalg.yield %v : f32
  } -> tensor<2048x1536xf32>
  %start = linalg.fill ins(%zero : f32) outs(%r : tensor<2048xf32>) -> tensor<2048xf32>
  %sum = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : tensor<2048x1536xf32>) outs(%start : tensor<2048xf32>) {
  ^bb0(%a: f32, %out: f32):
    %v = arith.mulf %a, %a : f32
    %s = arith.addf %v, %out : f32
    linalg.yield %s : f32
  } -> tensor<2048xf32>
  %y = linalg.generic {indexing_maps = [#full, #row, #column, #full], iterator_types = ["parallel", "parallel"]}
      ins(%h, %sum, %w : tensor<2048x1536xf32>, tensor<2048xf32>, tensor<1536xf32>) outs(%e : tensor<2048x1536xf32>) {
  ^bb0(%a: f32, %s: f32, %scale: f32, %out: f32):
    %mean = arith.divf %s, %width : f32
    %safe = arith.addf %mean, %eps : f32
    %root = math.rsqrt %safe : f32
    %v = arith.mulf %a, %root : f32
    %t = arith.mulf %scale, %v : f32
    linalg.yield %t : f32
  } -> tensor<2048x1536xf32>
  return %y : tensor<2048x1536xf32>
}
