// A mask that depends on an input: it stays.
func.func @main(%x: tensor<2x4x7x8xf32>, %hidden: tensor<7xi1>) -> tensor<2x4x7x8xf32> {
  %e = tensor.empty() : tensor<7x7xi1>
  %m = linalg.generic {indexing_maps = [affine_map<(q, s) -> (s)>, affine_map<(q, s) -> (q, s)>], iterator_types = ["parallel", "parallel"]}
      ins(%hidden : tensor<7xi1>) outs(%e : tensor<7x7xi1>) {
  ^bb0(%a: i1, %o: i1):
    linalg.yield %a : i1
  } -> tensor<7x7xi1>
  %y0 = tensor.empty() : tensor<2x4x7x8xf32>
  %y = ssm.attention "b h q d, b h s d, b h s e, q s -> b h q e" query(%x : tensor<2x4x7x8xf32>) key(%x : tensor<2x4x7x8xf32>)
      value(%x : tensor<2x4x7x8xf32>) mask(%m : tensor<7x7xi1>) scale(1.0) outs(%y0 : tensor<2x4x7x8xf32>) loc("layers.3.mixer"("model.py":17:0))
  return %y : tensor<2x4x7x8xf32>
}
