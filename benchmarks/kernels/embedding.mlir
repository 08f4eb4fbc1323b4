// Rows of a table by index, as PyTorch spells it: negative indices count from the end.
#full = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @embedding(%ids: tensor<2048xi64> {mambac.name = "ids", mambac.limit = 50288 : i64},
                     %w: tensor<50288x768xf32> {mambac.name = "w"}) -> (tensor<2048x768xf32> {mambac.name = "y"}) {
  %zero = arith.constant 0 : index
  %rows = arith.constant 50288 : index
  %last = arith.constant 50287 : index
  %e = tensor.empty() : tensor<2048x768xf32>
  %y = linalg.generic {indexing_maps = [#row, #full], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<2048xi64>) outs(%e : tensor<2048x768xf32>) {
  ^bb0(%id: i64, %out: f32):
    %i = arith.index_cast %id : i64 to index
    %negative = arith.cmpi slt, %i, %zero : index
    %wrapped = arith.addi %i, %rows : index
    %from = arith.select %negative, %wrapped, %i : index
    %low = arith.maxsi %from, %zero : index
    %at = arith.minsi %low, %last : index
    %column = linalg.index 1 : index
    %v = tensor.extract %w[%at, %column] : tensor<50288x768xf32>
    linalg.yield %v : f32
  } -> tensor<2048x768xf32>
  return %y : tensor<2048x768xf32>
}
