// A sum of products that does not start at zero: no ssm.einsum.
func.func @main(%x: tensor<4x8xf32>, %y: tensor<8x3xf32>, %start: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<4x8xf32>, tensor<8x3xf32>) outs(%start : tensor<4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<4x3xf32> loc("layers.3.mixer"("model.py":17:0))
  return %r : tensor<4x3xf32>
}
