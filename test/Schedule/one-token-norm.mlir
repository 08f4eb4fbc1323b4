// The norm of one token is one kernel, with the residual sum in front of it: a number that a sum leaves is an operand like
// others for what reads it, not a place in a table.
// RUN: mamba-opt %s --mambac-schedule | FileCheck %s

#id = affine_map<(b, d) -> (b, d)>
#row = affine_map<(b, d) -> (b)>
#column = affine_map<(b, d) -> (d)>
#one = affine_map<(b) -> (b)>

// CHECK-LABEL: func.func @main
// CHECK:         call @row_fusion_0
// CHECK-NOT:     call
// CHECK:         return
// CHECK-LABEL: func.func private @row_fusion_0
// CHECK:         iterator_types = ["parallel"]
// CHECK:         iterator_types = ["reduction"]
// CHECK:         iterator_types = ["parallel"]
func.func @main(%x: tensor<1x768xf32>, %r: tensor<1x768xf32>, %w: tensor<768xf32>) -> (tensor<1x768xf32>, tensor<1x768xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x768xf32>
  %h = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : tensor<1x768xf32>, tensor<1x768xf32>) outs(%e : tensor<1x768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<1x768xf32>
  %e1 = tensor.empty() : tensor<1xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1xf32>) -> tensor<1xf32>
  %squares = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : tensor<1x768xf32>) outs(%start : tensor<1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<1xf32>
  %scale = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%squares : tensor<1xf32>) outs(%e1 : tensor<1xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.rsqrt %a : f32
    linalg.yield %0 : f32
  } -> tensor<1xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%h, %scale, %w : tensor<1x768xf32>, tensor<1xf32>, tensor<768xf32>) outs(%e : tensor<1x768xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.mulf %0, %c : f32
    linalg.yield %1 : f32
  } -> tensor<1x768xf32>
  return %h, %y : tensor<1x768xf32>, tensor<1x768xf32>
}
