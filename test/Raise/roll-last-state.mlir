// An unrolled loop whose last state is returned in the layout that its last step reads it in: the step's own copy is made
// again from the scan's.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @other_layout
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p, b h n p"
// CHECK-NOT: math.exp
#m0 = affine_map<() -> (2, 5, 3, 3)>
#m1 = affine_map<() -> (2, 3, 2, 3)>
#m2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m4 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m5 = affine_map<(d0, d1, d2) -> (d2)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m9 = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
#m10 = affine_map<(d0, d1) -> (d0, d1)>
#m11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
#m13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m14 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d2, d3)>
func.func @other_layout(%arg0: tensor<2x5x3x3xf32> {mambac.shape = #m0}, %arg1: tensor<2x5x3xf32> {mambac.shape = affine_map<() -> (2, 5, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<() -> (3)>}, %arg3: tensor<2x5x1x2xf32> {mambac.shape = affine_map<() -> (2, 5, 1, 2)>}, %arg4: tensor<2x5x1x2xf32> {mambac.shape = affine_map<() -> (2, 5, 1, 2)>}) -> (tensor<2x5x3x3xf32> {mambac.shape = #m0}, tensor<2x3x2x3xf32> {mambac.shape = #m1}) attributes {mambac.symbols = []} {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x5x1x3x2xf32>
  %1 = linalg.generic {indexing_maps = [#m2, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x5x1x2xf32>) outs(%0 : tensor<2x5x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x5x1x3x2xf32>
  %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x5x1x3x2xf32> into tensor<2x5x3x2xf32>
  %2 = linalg.generic {indexing_maps = [#m2, #m3], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x5x1x2xf32>) outs(%0 : tensor<2x5x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x5x1x3x2xf32>
  %collapsed_0 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x5x1x3x2xf32> into tensor<2x5x3x2xf32>
  %3 = tensor.empty() : tensor<2x5x3xf32>
  %4 = linalg.generic {indexing_maps = [#m4, #m5, #m4], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x5x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x5x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x5x3xf32>
  %5 = tensor.empty() : tensor<2x3x3x2xf32>
  %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %extracted_slice = tensor.extract_slice %collapsed[0, 0, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %extracted_slice_1 = tensor.extract_slice %arg0[0, 0, 0, 0] [2, 1, 3, 3] [1, 1, 1, 1] : tensor<2x5x3x3xf32> to tensor<2x3x3xf32>
  %extracted_slice_2 = tensor.extract_slice %arg1[0, 0, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %7 = tensor.empty() : tensor<2x3x2x3xf32>
  %8 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %extracted_slice_1 : tensor<2x3x2xf32>, tensor<2x3x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %9 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %extracted_slice_2 : tensor<2x3x2x3xf32>, tensor<2x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %extracted_slice_3 = tensor.extract_slice %4[0, 0, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %10 = tensor.empty() : tensor<2x3xf32>
  %11 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_3 : tensor<2x3xf32>) outs(%10 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x3xf32>
  %12 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %11 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %13 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x3x2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x3x2xf32>
  %14 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %13 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.addf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_4 = tensor.extract_slice %collapsed_0[0, 0, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %expanded = tensor.expand_shape %extracted_slice_4 [[0], [1], [2, 3]] output_shape [2, 3, 1, 2] : tensor<2x3x2xf32> into tensor<2x3x1x2xf32>
  %15 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x2x3xf32>
  %16 = tensor.empty() : tensor<2x3x1x3xf32>
  %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<2x3x1x3xf32>) -> tensor<2x3x1x3xf32>
  %18 = linalg.generic {indexing_maps = [#m2, #m12, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded, %15 : tensor<2x3x1x2xf32>, tensor<2x3x2x3xf32>) outs(%17 : tensor<2x3x1x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x1x3xf32>
  %collapsed_5 = tensor.collapse_shape %18 [[0], [1], [2, 3]] : tensor<2x3x1x3xf32> into tensor<2x3x3xf32>
  %extracted_slice_6 = tensor.extract_slice %collapsed[0, 1, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %extracted_slice_7 = tensor.extract_slice %arg0[0, 1, 0, 0] [2, 1, 3, 3] [1, 1, 1, 1] : tensor<2x5x3x3xf32> to tensor<2x3x3xf32>
  %extracted_slice_8 = tensor.extract_slice %arg1[0, 1, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %19 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_6, %extracted_slice_7 : tensor<2x3x2xf32>, tensor<2x3x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %20 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%19, %extracted_slice_8 : tensor<2x3x2x3xf32>, tensor<2x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %extracted_slice_9 = tensor.extract_slice %4[0, 1, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %21 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_9 : tensor<2x3xf32>) outs(%10 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x3xf32>
  %22 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14, %21 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %23 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%20 : tensor<2x3x2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x3x2xf32>
  %24 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%22, %23 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.addf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_10 = tensor.extract_slice %collapsed_0[0, 1, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %expanded_11 = tensor.expand_shape %extracted_slice_10 [[0], [1], [2, 3]] output_shape [2, 3, 1, 2] : tensor<2x3x2xf32> into tensor<2x3x1x2xf32>
  %25 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24 : tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x2x3xf32>
  %26 = linalg.generic {indexing_maps = [#m2, #m12, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_11, %25 : tensor<2x3x1x2xf32>, tensor<2x3x2x3xf32>) outs(%17 : tensor<2x3x1x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x1x3xf32>
  %collapsed_12 = tensor.collapse_shape %26 [[0], [1], [2, 3]] : tensor<2x3x1x3xf32> into tensor<2x3x3xf32>
  %extracted_slice_13 = tensor.extract_slice %collapsed[0, 2, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %extracted_slice_14 = tensor.extract_slice %arg0[0, 2, 0, 0] [2, 1, 3, 3] [1, 1, 1, 1] : tensor<2x5x3x3xf32> to tensor<2x3x3xf32>
  %extracted_slice_15 = tensor.extract_slice %arg1[0, 2, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %27 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_13, %extracted_slice_14 : tensor<2x3x2xf32>, tensor<2x3x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %28 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27, %extracted_slice_15 : tensor<2x3x2x3xf32>, tensor<2x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %extracted_slice_16 = tensor.extract_slice %4[0, 2, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %29 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_16 : tensor<2x3xf32>) outs(%10 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x3xf32>
  %30 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%24, %29 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %31 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<2x3x2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x3x2xf32>
  %32 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%30, %31 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.addf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_17 = tensor.extract_slice %collapsed_0[0, 2, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %expanded_18 = tensor.expand_shape %extracted_slice_17 [[0], [1], [2, 3]] output_shape [2, 3, 1, 2] : tensor<2x3x2xf32> into tensor<2x3x1x2xf32>
  %33 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32 : tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x2x3xf32>
  %34 = linalg.generic {indexing_maps = [#m2, #m12, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_18, %33 : tensor<2x3x1x2xf32>, tensor<2x3x2x3xf32>) outs(%17 : tensor<2x3x1x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x1x3xf32>
  %collapsed_19 = tensor.collapse_shape %34 [[0], [1], [2, 3]] : tensor<2x3x1x3xf32> into tensor<2x3x3xf32>
  %extracted_slice_20 = tensor.extract_slice %collapsed[0, 3, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %extracted_slice_21 = tensor.extract_slice %arg0[0, 3, 0, 0] [2, 1, 3, 3] [1, 1, 1, 1] : tensor<2x5x3x3xf32> to tensor<2x3x3xf32>
  %extracted_slice_22 = tensor.extract_slice %arg1[0, 3, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %35 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_20, %extracted_slice_21 : tensor<2x3x2xf32>, tensor<2x3x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %36 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%35, %extracted_slice_22 : tensor<2x3x2x3xf32>, tensor<2x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %extracted_slice_23 = tensor.extract_slice %4[0, 3, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %37 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_23 : tensor<2x3xf32>) outs(%10 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x3xf32>
  %38 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %37 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %39 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36 : tensor<2x3x2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x3x2xf32>
  %40 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %39 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.addf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_24 = tensor.extract_slice %collapsed_0[0, 3, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %expanded_25 = tensor.expand_shape %extracted_slice_24 [[0], [1], [2, 3]] output_shape [2, 3, 1, 2] : tensor<2x3x2xf32> into tensor<2x3x1x2xf32>
  %41 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40 : tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x2x3xf32>
  %42 = linalg.generic {indexing_maps = [#m2, #m12, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_25, %41 : tensor<2x3x1x2xf32>, tensor<2x3x2x3xf32>) outs(%17 : tensor<2x3x1x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x1x3xf32>
  %collapsed_26 = tensor.collapse_shape %42 [[0], [1], [2, 3]] : tensor<2x3x1x3xf32> into tensor<2x3x3xf32>
  %extracted_slice_27 = tensor.extract_slice %collapsed[0, 4, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %extracted_slice_28 = tensor.extract_slice %arg0[0, 4, 0, 0] [2, 1, 3, 3] [1, 1, 1, 1] : tensor<2x5x3x3xf32> to tensor<2x3x3xf32>
  %extracted_slice_29 = tensor.extract_slice %arg1[0, 4, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %43 = linalg.generic {indexing_maps = [#m6, #m7, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice_27, %extracted_slice_28 : tensor<2x3x2xf32>, tensor<2x3x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %44 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %extracted_slice_29 : tensor<2x3x2x3xf32>, tensor<2x3xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x2x3xf32>
  %extracted_slice_30 = tensor.extract_slice %4[0, 4, 0] [2, 1, 3] [1, 1, 1] : tensor<2x5x3xf32> to tensor<2x3xf32>
  %45 = linalg.generic {indexing_maps = [#m10, #m10], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_30 : tensor<2x3xf32>) outs(%10 : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %53 = math.exp %in : f32
    linalg.yield %53 : f32
  } -> tensor<2x3xf32>
  %46 = linalg.generic {indexing_maps = [#m8, #m9, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %45 : tensor<2x3x3x2xf32>, tensor<2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %47 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44 : tensor<2x3x2x3xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x3x2xf32>
  %48 = linalg.generic {indexing_maps = [#m8, #m8, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%46, %47 : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%5 : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.addf %in, %in_39 : f32
    linalg.yield %53 : f32
  } -> tensor<2x3x3x2xf32>
  %extracted_slice_31 = tensor.extract_slice %collapsed_0[0, 4, 0, 0] [2, 1, 3, 2] [1, 1, 1, 1] : tensor<2x5x3x2xf32> to tensor<2x3x2xf32>
  %expanded_32 = tensor.expand_shape %extracted_slice_31 [[0], [1], [2, 3]] output_shape [2, 3, 1, 2] : tensor<2x3x2xf32> into tensor<2x3x1x2xf32>
  %49 = linalg.generic {indexing_maps = [#m11, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%48 : tensor<2x3x3x2xf32>) outs(%7 : tensor<2x3x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x2x3xf32>
  %50 = linalg.generic {indexing_maps = [#m2, #m12, #m13], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_32, %49 : tensor<2x3x1x2xf32>, tensor<2x3x2x3xf32>) outs(%17 : tensor<2x3x1x3xf32>) {
  ^bb0(%in: f32, %in_39: f32, %out: f32):
    %53 = arith.mulf %in, %in_39 : f32
    %54 = arith.addf %out, %53 : f32
    linalg.yield %54 : f32
  } -> tensor<2x3x1x3xf32>
  %collapsed_33 = tensor.collapse_shape %50 [[0], [1], [2, 3]] : tensor<2x3x1x3xf32> into tensor<2x3x3xf32>
  %expanded_34 = tensor.expand_shape %collapsed_5 [[0, 1], [2], [3]] output_shape [1, 2, 3, 3] : tensor<2x3x3xf32> into tensor<1x2x3x3xf32>
  %expanded_35 = tensor.expand_shape %collapsed_12 [[0, 1], [2], [3]] output_shape [1, 2, 3, 3] : tensor<2x3x3xf32> into tensor<1x2x3x3xf32>
  %expanded_36 = tensor.expand_shape %collapsed_19 [[0, 1], [2], [3]] output_shape [1, 2, 3, 3] : tensor<2x3x3xf32> into tensor<1x2x3x3xf32>
  %expanded_37 = tensor.expand_shape %collapsed_26 [[0, 1], [2], [3]] output_shape [1, 2, 3, 3] : tensor<2x3x3xf32> into tensor<1x2x3x3xf32>
  %expanded_38 = tensor.expand_shape %collapsed_33 [[0, 1], [2], [3]] output_shape [1, 2, 3, 3] : tensor<2x3x3xf32> into tensor<1x2x3x3xf32>
  %concat = tensor.concat dim(0) %expanded_34, %expanded_35, %expanded_36, %expanded_37, %expanded_38 : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<5x2x3x3xf32>
  %51 = tensor.empty() : tensor<2x5x3x3xf32>
  %52 = linalg.generic {indexing_maps = [#m14, #m8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%concat : tensor<5x2x3x3xf32>) outs(%51 : tensor<2x5x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x5x3x3xf32>
  return %52, %49 : tensor<2x5x3x3xf32>, tensor<2x3x2x3xf32>
}
