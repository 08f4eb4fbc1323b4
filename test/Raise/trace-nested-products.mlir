// Chunks whose products put C and the time step together before anything else: what is computed between two times is a product
// with softplus of another tensor, and its factors are looked at one by one, though softplus is no product.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @nested
// CHECK-NOT: ssm.cumsum
// CHECK: ssm.ssd {{.*}} dt_bias({{.*}} softplus
// CHECK-NOT: ssm.einsum
#m0 = affine_map<() -> (1, 12, 3, 1)>
#m1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m2 = affine_map<(d0, d1, d2) -> (d0, d2)>
#m3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#m6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m8 = affine_map<(d0, d1) -> (d0, d1)>
#m9 = affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>
#m10 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#m11 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3)>
#m12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4, d5)>
#m13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d2, d5)>
#m14 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d4, d5)>
#m15 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d5, d3, d6)>
#m16 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d4, d5, d6)>
#m17 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d5, d6, d4)>
#m18 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d6, d3, d5)>
#m19 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3, d4)>
#m20 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#m22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#m23 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4, d3)>
#m24 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2)>
#m25 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m26 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d4, d1, d5)>
func.func @nested(%arg0: tensor<1x12x3x1xf32> {mambac.shape = #m0}, %arg1: tensor<1x12x3xf32> {mambac.shape = affine_map<() -> (1, 12, 3)>}, %arg2: tensor<3xf32> {mambac.shape = affine_map<() -> (3)>}, %arg3: tensor<3xf32> {mambac.shape = affine_map<() -> (3)>}, %arg4: tensor<1x12x1x2xf32> {mambac.shape = affine_map<() -> (1, 12, 1, 2)>}, %arg5: tensor<1x12x1x2xf32> {mambac.shape = affine_map<() -> (1, 12, 1, 2)>}) -> (tensor<1x12x3x1xf32> {mambac.shape = #m0}) attributes {mambac.symbols = []} {
  %cst = arith.constant 2.000000e+01 : f32
  %true = arith.constant true
  %false = arith.constant false
  %cst_0 = arith.constant 0xFF800000 : f32
  %cst_1 = arith.constant 0.000000e+00 : f32
  %expanded = tensor.expand_shape %arg2 [[0, 1]] output_shape [1, 3] : tensor<3xf32> into tensor<1x3xf32>
  %0 = tensor.empty() : tensor<1x12x3xf32>
  %1 = linalg.generic {indexing_maps = [#m1, #m2, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %expanded : tensor<1x12x3xf32>, tensor<1x3xf32>) outs(%0 : tensor<1x12x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.addf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x12x3xf32>
  %2 = linalg.generic {indexing_maps = [#m1, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<1x12x3xf32>) outs(%0 : tensor<1x12x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %52 = math.exp %in : f32
    %53 = math.log1p %52 : f32
    %54 = arith.cmpf ogt, %in, %cst : f32
    %55 = arith.select %54, %in, %53 : f32
    linalg.yield %55 : f32
  } -> tensor<1x12x3xf32>
  %3 = tensor.empty() : tensor<1x12x1x3x2xf32>
  %4 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<1x12x1x2xf32>) outs(%3 : tensor<1x12x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x12x1x3x2xf32>
  %collapsed = tensor.collapse_shape %4 [[0], [1], [2, 3], [4]] : tensor<1x12x1x3x2xf32> into tensor<1x12x3x2xf32>
  %5 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg5 : tensor<1x12x1x2xf32>) outs(%3 : tensor<1x12x1x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x12x1x3x2xf32>
  %collapsed_2 = tensor.collapse_shape %5 [[0], [1], [2, 3], [4]] : tensor<1x12x1x3x2xf32> into tensor<1x12x3x2xf32>
  %expanded_3 = tensor.expand_shape %arg3 [[0, 1]] output_shape [1, 3] : tensor<3xf32> into tensor<1x3xf32>
  %6 = linalg.generic {indexing_maps = [#m1, #m2, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %expanded_3 : tensor<1x12x3xf32>, tensor<1x3xf32>) outs(%0 : tensor<1x12x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x12x3xf32>
  %expanded_4 = tensor.expand_shape %6 [[0], [1, 2], [3]] output_shape [1, 3, 4, 3] : tensor<1x12x3xf32> into tensor<1x3x4x3xf32>
  %expanded_5 = tensor.expand_shape %collapsed_2 [[0], [1, 2], [3], [4]] output_shape [1, 3, 4, 3, 2] : tensor<1x12x3x2xf32> into tensor<1x3x4x3x2xf32>
  %expanded_6 = tensor.expand_shape %collapsed [[0], [1, 2], [3], [4]] output_shape [1, 3, 4, 3, 2] : tensor<1x12x3x2xf32> into tensor<1x3x4x3x2xf32>
  %expanded_7 = tensor.expand_shape %arg0 [[0], [1, 2], [3], [4]] output_shape [1, 3, 4, 3, 1] : tensor<1x12x3x1xf32> into tensor<1x3x4x3x1xf32>
  %expanded_8 = tensor.expand_shape %2 [[0], [1, 2], [3]] output_shape [1, 3, 4, 3] : tensor<1x12x3xf32> into tensor<1x3x4x3xf32>
  %7 = tensor.empty() : tensor<1x3x4x3xf32>
  %8 = ssm.cumsum dim(2) ins(%expanded_4 : tensor<1x3x4x3xf32>) outs(%7 : tensor<1x3x4x3xf32>)
  %9 = tensor.empty() : tensor<1x3x3x4xf32>
  %10 = linalg.generic {indexing_maps = [#m5, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<1x3x4x3xf32>) outs(%9 : tensor<1x3x3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x3x3x4xf32>
  %11 = tensor.empty() : tensor<1x3x3x4x4xf32>
  %12 = linalg.generic {indexing_maps = [#m7, #m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%10, %10 : tensor<1x3x3x4xf32>, tensor<1x3x3x4xf32>) outs(%11 : tensor<1x3x3x4x4xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.subf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x3x4x4xf32>
  %13 = tensor.empty() : tensor<4x4xi1>
  %14 = linalg.fill ins(%true : i1) outs(%13 : tensor<4x4xi1>) -> tensor<4x4xi1>
  %15 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<4x4xi1>) outs(%13 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %52 = linalg.index 0 : index
    %53 = linalg.index 1 : index
    %54 = arith.cmpi sle, %53, %52 : index
    %55 = arith.select %54, %in, %false : i1
    linalg.yield %55 : i1
  } -> tensor<4x4xi1>
  %16 = linalg.generic {indexing_maps = [#m8, #m8], iterator_types = ["parallel", "parallel"]} ins(%15 : tensor<4x4xi1>) outs(%13 : tensor<4x4xi1>) {
  ^bb0(%in: i1, %out: i1):
    %52 = arith.cmpi eq, %in, %false : i1
    linalg.yield %52 : i1
  } -> tensor<4x4xi1>
  %17 = linalg.generic {indexing_maps = [#m9, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%16, %12 : tensor<4x4xi1>, tensor<1x3x3x4x4xf32>) outs(%11 : tensor<1x3x3x4x4xf32>) {
  ^bb0(%in: i1, %in_18: f32, %out: f32):
    %52 = arith.select %in, %cst_0, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x3x4x4xf32>
  %18 = linalg.generic {indexing_maps = [#m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<1x3x3x4x4xf32>) outs(%11 : tensor<1x3x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %52 = math.exp %in : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x3x4x4xf32>
  %19 = tensor.empty() : tensor<1x3x4x3x2x4xf32>
  %20 = linalg.fill ins(%cst_1 : f32) outs(%19 : tensor<1x3x4x3x2x4xf32>) -> tensor<1x3x4x3x2x4xf32>
  %21 = linalg.generic {indexing_maps = [#m10, #m11, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_5, %expanded_8 : tensor<1x3x4x3x2xf32>, tensor<1x3x4x3xf32>) outs(%20 : tensor<1x3x4x3x2x4xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x2x4xf32>
  %22 = linalg.generic {indexing_maps = [#m12, #m13, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %18 : tensor<1x3x4x3x2x4xf32>, tensor<1x3x3x4x4xf32>) outs(%20 : tensor<1x3x4x3x2x4xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x2x4xf32>
  %23 = tensor.empty() : tensor<1x3x4x3x2x4x1xf32>
  %24 = linalg.fill ins(%cst_1 : f32) outs(%23 : tensor<1x3x4x3x2x4x1xf32>) -> tensor<1x3x4x3x2x4x1xf32>
  %25 = linalg.generic {indexing_maps = [#m14, #m15, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%22, %expanded_7 : tensor<1x3x4x3x2x4xf32>, tensor<1x3x4x3x1xf32>) outs(%24 : tensor<1x3x4x3x2x4x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x2x4x1xf32>
  %26 = tensor.empty() : tensor<1x3x4x3x1xf32>
  %27 = linalg.fill ins(%cst_1 : f32) outs(%26 : tensor<1x3x4x3x1xf32>) -> tensor<1x3x4x3x1xf32>
  %28 = linalg.generic {indexing_maps = [#m17, #m18, #m19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%25, %expanded_6 : tensor<1x3x4x3x2x4x1xf32>, tensor<1x3x4x3x2xf32>) outs(%27 : tensor<1x3x4x3x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x1xf32>
  %extracted_slice = tensor.extract_slice %8[0, 0, 3, 0] [1, 3, 1, 3] [1, 1, 1, 1] : tensor<1x3x4x3xf32> to tensor<1x3x3xf32>
  %29 = linalg.generic {indexing_maps = [#m20, #m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%extracted_slice, %8 : tensor<1x3x3xf32>, tensor<1x3x4x3xf32>) outs(%7 : tensor<1x3x4x3xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.subf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x4x3xf32>
  %30 = linalg.generic {indexing_maps = [#m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29 : tensor<1x3x4x3xf32>) outs(%7 : tensor<1x3x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %52 = math.exp %in : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x4x3xf32>
  %31 = tensor.empty() : tensor<1x3x4x3x2x1xf32>
  %32 = linalg.fill ins(%cst_1 : f32) outs(%31 : tensor<1x3x4x3x2x1xf32>) -> tensor<1x3x4x3x2x1xf32>
  %33 = linalg.generic {indexing_maps = [#m10, #m21, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded_6, %expanded_7 : tensor<1x3x4x3x2xf32>, tensor<1x3x4x3x1xf32>) outs(%32 : tensor<1x3x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x2x1xf32>
  %34 = linalg.generic {indexing_maps = [#m12, #m22, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%33, %expanded_8 : tensor<1x3x4x3x2x1xf32>, tensor<1x3x4x3xf32>) outs(%32 : tensor<1x3x4x3x2x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x2x1xf32>
  %35 = tensor.empty() : tensor<1x3x3x1x2xf32>
  %36 = linalg.fill ins(%cst_1 : f32) outs(%35 : tensor<1x3x3x1x2xf32>) -> tensor<1x3x3x1x2xf32>
  %37 = linalg.generic {indexing_maps = [#m23, #m24, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%34, %30 : tensor<1x3x4x3x2x1xf32>, tensor<1x3x4x3xf32>) outs(%36 : tensor<1x3x3x1x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x3x1x2xf32>
  %38 = tensor.empty() : tensor<1x3x3xf32>
  %39 = linalg.generic {indexing_maps = [#m1, #m1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice : tensor<1x3x3xf32>) outs(%38 : tensor<1x3x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %52 = math.exp %in : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x3xf32>
  %40 = tensor.empty() : tensor<1x3x1x2xf32>
  %41 = linalg.fill ins(%cst_1 : f32) outs(%40 : tensor<1x3x1x2xf32>) -> tensor<1x3x1x2xf32>
  %extracted_slice_9 = tensor.extract_slice %39[0, 0, 0] [1, 1, 3] [1, 1, 1] : tensor<1x3x3xf32> to tensor<1x3xf32>
  %expanded_10 = tensor.expand_shape %extracted_slice_9 [[0], [1, 2]] output_shape [1, 3, 1] : tensor<1x3xf32> into tensor<1x3x1xf32>
  %42 = linalg.generic {indexing_maps = [#m6, #m25, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%41, %expanded_10 : tensor<1x3x1x2xf32>, tensor<1x3x1xf32>) outs(%40 : tensor<1x3x1x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x1x2xf32>
  %extracted_slice_11 = tensor.extract_slice %37[0, 0, 0, 0, 0] [1, 1, 3, 1, 2] [1, 1, 1, 1, 1] : tensor<1x3x3x1x2xf32> to tensor<1x3x1x2xf32>
  %43 = linalg.generic {indexing_maps = [#m6, #m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%42, %extracted_slice_11 : tensor<1x3x1x2xf32>, tensor<1x3x1x2xf32>) outs(%40 : tensor<1x3x1x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.addf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x1x2xf32>
  %extracted_slice_12 = tensor.extract_slice %39[0, 1, 0] [1, 1, 3] [1, 1, 1] : tensor<1x3x3xf32> to tensor<1x3xf32>
  %expanded_13 = tensor.expand_shape %extracted_slice_12 [[0], [1, 2]] output_shape [1, 3, 1] : tensor<1x3xf32> into tensor<1x3x1xf32>
  %44 = linalg.generic {indexing_maps = [#m6, #m25, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%43, %expanded_13 : tensor<1x3x1x2xf32>, tensor<1x3x1xf32>) outs(%40 : tensor<1x3x1x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x1x2xf32>
  %extracted_slice_14 = tensor.extract_slice %37[0, 1, 0, 0, 0] [1, 1, 3, 1, 2] [1, 1, 1, 1, 1] : tensor<1x3x3x1x2xf32> to tensor<1x3x1x2xf32>
  %45 = linalg.generic {indexing_maps = [#m6, #m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%44, %extracted_slice_14 : tensor<1x3x1x2xf32>, tensor<1x3x1x2xf32>) outs(%40 : tensor<1x3x1x2xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.addf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x1x2xf32>
  %46 = tensor.empty() : tensor<1x3x1x3x2xf32>
  %47 = linalg.fill ins(%cst_1 : f32) outs(%46 : tensor<1x3x1x3x2xf32>) -> tensor<1x3x1x3x2xf32>
  %inserted_slice = tensor.insert_slice %41 into %47[0, 0, 0, 0, 0] [1, 3, 1, 1, 2] [1, 1, 1, 1, 1] : tensor<1x3x1x2xf32> into tensor<1x3x1x3x2xf32>
  %inserted_slice_15 = tensor.insert_slice %43 into %inserted_slice[0, 0, 0, 1, 0] [1, 3, 1, 1, 2] [1, 1, 1, 1, 1] : tensor<1x3x1x2xf32> into tensor<1x3x1x3x2xf32>
  %inserted_slice_16 = tensor.insert_slice %45 into %inserted_slice_15[0, 0, 0, 2, 0] [1, 3, 1, 1, 2] [1, 1, 1, 1, 1] : tensor<1x3x1x2xf32> into tensor<1x3x1x3x2xf32>
  %48 = linalg.generic {indexing_maps = [#m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<1x3x4x3xf32>) outs(%7 : tensor<1x3x4x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %52 = math.exp %in : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x4x3xf32>
  %49 = linalg.generic {indexing_maps = [#m21, #m26, #m10], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%expanded_5, %inserted_slice_16 : tensor<1x3x4x3x2xf32>, tensor<1x3x1x3x2xf32>) outs(%27 : tensor<1x3x4x3x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x1xf32>
  %50 = linalg.generic {indexing_maps = [#m4, #m7, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%49, %48 : tensor<1x3x4x3x1xf32>, tensor<1x3x4x3xf32>) outs(%27 : tensor<1x3x4x3x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.mulf %in, %in_18 : f32
    %53 = arith.addf %out, %52 : f32
    linalg.yield %53 : f32
  } -> tensor<1x3x4x3x1xf32>
  %51 = linalg.generic {indexing_maps = [#m4, #m4, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%28, %50 : tensor<1x3x4x3x1xf32>, tensor<1x3x4x3x1xf32>) outs(%26 : tensor<1x3x4x3x1xf32>) {
  ^bb0(%in: f32, %in_18: f32, %out: f32):
    %52 = arith.addf %in, %in_18 : f32
    linalg.yield %52 : f32
  } -> tensor<1x3x4x3x1xf32>
  %collapsed_17 = tensor.collapse_shape %51 [[0], [1, 2], [3], [4]] : tensor<1x3x4x3x1xf32> into tensor<1x12x3x1xf32>
  return %collapsed_17 : tensor<1x12x3x1xf32>
}
