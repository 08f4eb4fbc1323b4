// An unrolled loop with a longer body than the pass is told to follow.
// RUN: mamba-opt %s --split-input-file --ssm-roll-time-loops=max-depth=4 --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#i = affine_map<(i) -> (i)>

// More operations between two steps than the pass follows here.
//
// CHECK: Reason="the body of the loop is too deep", Remark=ssm.scan
// IR-LABEL: func.func @deep(
// IR-NOT: ssm.scan
func.func @deep(%x: tensor<3x4xf32>, %h0: tensor<4xf32>) -> tensor<3x4xf32> {
  %0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %2 = tensor.expand_shape %1 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %3 = tensor.collapse_shape %2 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %4 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %5 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%3, %4 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %6 = tensor.expand_shape %5 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %7 = tensor.collapse_shape %6 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %8 = tensor.expand_shape %7 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %9 = tensor.collapse_shape %8 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %10 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %11 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%9, %10 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %12 = tensor.expand_shape %11 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %13 = tensor.collapse_shape %12 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %14 = tensor.expand_shape %13 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %15 = tensor.collapse_shape %14 [[0, 1]] : tensor<1x4xf32> into tensor<4xf32>
  %16 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %17 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%15, %16 : tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %18 = tensor.expand_shape %5 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %19 = tensor.expand_shape %11 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %20 = tensor.expand_shape %17 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %21 = tensor.concat dim(0) %18, %19, %20 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %21 : tensor<3x4xf32>
}
