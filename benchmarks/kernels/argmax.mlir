// The place of the largest logit of each row, the first where there are several, as PyTorch's argmax is imported.
#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @argmax(%x: tensor<64x50288xf32> {mambac.name = "x"}) -> (tensor<64xi64> {mambac.name = "y"}) {
  %lowest = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<64xf32>
  %start = linalg.fill ins(%lowest : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %largest = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x50288xf32>) outs(%start : tensor<64xf32>) {
  ^bb0(%a: f32, %out: f32):
    %m = arith.maximumf %a, %out : f32
    linalg.yield %m : f32
  } -> tensor<64xf32>
  %f = tensor.empty() : tensor<64x50288xi64>
  %places = linalg.generic {indexing_maps = [#full, #row, #full], iterator_types = ["parallel", "parallel"]}
      ins(%x, %largest : tensor<64x50288xf32>, tensor<64xf32>) outs(%f : tensor<64x50288xi64>) {
  ^bb0(%a: f32, %m: f32, %out: i64):
    %same = arith.cmpf oeq, %a, %m : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %i = linalg.index 1 : index
    %place = arith.index_cast %i : index to i64
    %v = arith.select %hit, %place, %none : i64
    linalg.yield %v : i64
  } -> tensor<64x50288xi64>
  %g = tensor.empty() : tensor<64xi64>
  %far = linalg.fill ins(%none : i64) outs(%g : tensor<64xi64>) -> tensor<64xi64>
  %y = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%places : tensor<64x50288xi64>) outs(%far : tensor<64xi64>) {
  ^bb0(%a: i64, %out: i64):
    %m = arith.minsi %a, %out : i64
    linalg.yield %m : i64
  } -> tensor<64xi64>
  return %y : tensor<64xi64>
}
