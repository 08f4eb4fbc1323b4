// The final state reads B, repeated for the heads of its group, by another reshape than the result: they are one tensor where heads
// are looked at as group and rest, which the result alone did not ask for.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

// CHECK-LABEL: func.func @groups
// CHECK: ssm.ssd {{.*}} -> b l h p, b h p n"
// CHECK-NOT: math.exp
#m0 = affine_map<()[s0] -> (2, s0, 6, 1)>
#m1 = affine_map<()[s0] -> (2, 6, 1, 2)>
#m2 = affine_map<()[s0] -> (s0 - 1)>
#m3 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d7, d8, d9)>
#m4 = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7, d8, d9) -> (d0, d1, d2, d3, d4, d5, d6, d7, d8, d9)>
#m5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#m6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#m7 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#m8 = affine_map<(d0, d1, d2) -> (d2)>
#m9 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#m10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#m11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#m12 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#m13 = affine_map<(d0, d1) -> (d0, d1)>
#m14 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#m15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#m16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#m17 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#m18 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#m19 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
#m20 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#m21 = affine_map<(d0, d1, d2) -> (d0, d2)>
func.func @groups(%arg0: tensor<2x?x6x1xf32> {mambac.shape = #m0}, %arg1: tensor<2x?x6xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 6)>}, %arg2: tensor<6xf32> {mambac.shape = affine_map<()[s0] -> (6)>}, %arg3: tensor<2x?x2x2xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 2, 2)>}, %arg4: tensor<2x?x2x2xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 2, 2)>}, %arg5: tensor<2x6x1x2xf32> {mambac.shape = #m1}) -> (tensor<2x?x6x1xf32> {mambac.shape = #m0}, tensor<2x6x1x2xf32> {mambac.shape = #m1}) attributes {mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}]} {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 0xFF800000 : f32
  %false = arith.constant false
  %true = arith.constant true
  %c1 = arith.constant 1 : index
  %dim = tensor.dim %arg0, %c1 : tensor<2x?x6x1xf32>
  %0 = affine.apply #m2()[%dim]
  %expanded = tensor.expand_shape %arg3 [[0, 1], [2, 3], [4, 5], [6, 7, 8]] output_shape [1, 2, 1, %dim, 1, 2, 1, 1, 2] : tensor<2x?x2x2xf32> into tensor<1x2x1x?x1x2x1x1x2xf32>
  %1 = tensor.empty(%dim) : tensor<1x2x1x?x1x2x3x1x1x2xf32>
  %2 = linalg.generic {indexing_maps = [#m3, #m4], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<1x2x1x?x1x2x1x1x2xf32>) outs(%1 : tensor<1x2x1x?x1x2x3x1x1x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<1x2x1x?x1x2x3x1x1x2xf32>
  %collapsed = tensor.collapse_shape %2 [[0, 1], [2, 3], [4, 5, 6], [7, 8, 9]] : tensor<1x2x1x?x1x2x3x1x1x2xf32> into tensor<2x?x6x2xf32>
  %3 = tensor.empty(%dim) : tensor<2x?x2x3x2xf32>
  %4 = linalg.generic {indexing_maps = [#m5, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x?x2x2xf32>) outs(%3 : tensor<2x?x2x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x?x2x3x2xf32>
  %collapsed_1 = tensor.collapse_shape %4 [[0], [1], [2, 3], [4]] : tensor<2x?x2x3x2xf32> into tensor<2x?x6x2xf32>
  %5 = tensor.empty(%dim) : tensor<2x?x6xf32>
  %6 = linalg.generic {indexing_maps = [#m7, #m8, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x?x6xf32>, tensor<6xf32>) outs(%5 : tensor<2x?x6xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6xf32>
  %7 = ssm.cumsum dim(1) ins(%6 : tensor<2x?x6xf32>) outs(%5 : tensor<2x?x6xf32>)
  %8 = tensor.empty(%dim) : tensor<2x6x?xf32>
  %9 = linalg.generic {indexing_maps = [#m9, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7 : tensor<2x?x6xf32>) outs(%8 : tensor<2x6x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x6x?xf32>
  %10 = tensor.empty(%dim, %dim) : tensor<2x6x?x?xf32>
  %11 = linalg.generic {indexing_maps = [#m10, #m11, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %9 : tensor<2x6x?xf32>, tensor<2x6x?xf32>) outs(%10 : tensor<2x6x?x?xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.subf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x?x?xf32>
  %12 = tensor.empty(%dim, %dim) : tensor<?x?xi1>
  %13 = linalg.fill ins(%true : i1) outs(%12 : tensor<?x?xi1>) -> tensor<?x?xi1>
  %14 = linalg.generic {indexing_maps = [#m13, #m13], iterator_types = ["parallel", "parallel"]} ins(%13 : tensor<?x?xi1>) outs(%12 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %45 = linalg.index 0 : index
    %46 = linalg.index 1 : index
    %47 = arith.cmpi sle, %46, %45 : index
    %48 = arith.select %47, %in, %false : i1
    linalg.yield %48 : i1
  } -> tensor<?x?xi1>
  %15 = linalg.generic {indexing_maps = [#m13, #m13], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<?x?xi1>) outs(%12 : tensor<?x?xi1>) {
  ^bb0(%in: i1, %out: i1):
    %45 = arith.cmpi eq, %in, %false : i1
    linalg.yield %45 : i1
  } -> tensor<?x?xi1>
  %16 = linalg.generic {indexing_maps = [#m14, #m12, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%15, %11 : tensor<?x?xi1>, tensor<2x6x?x?xf32>) outs(%10 : tensor<2x6x?x?xf32>) {
  ^bb0(%in: i1, %in_5: f32, %out: f32):
    %45 = arith.select %in, %cst_0, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x?x?xf32>
  %17 = linalg.generic {indexing_maps = [#m12, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16 : tensor<2x6x?x?xf32>) outs(%10 : tensor<2x6x?x?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %45 = math.exp %in : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x?x?xf32>
  %18 = tensor.empty(%dim, %dim) : tensor<2x?x6x?xf32>
  %19 = linalg.fill ins(%cst : f32) outs(%18 : tensor<2x?x6x?xf32>) -> tensor<2x?x6x?xf32>
  %20 = linalg.generic {indexing_maps = [#m5, #m15, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_1, %collapsed : tensor<2x?x6x2xf32>, tensor<2x?x6x2xf32>) outs(%19 : tensor<2x?x6x?xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x?xf32>
  %21 = tensor.empty(%dim, %dim) : tensor<2x?x6x?x1xf32>
  %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<2x?x6x?x1xf32>) -> tensor<2x?x6x?x1xf32>
  %23 = linalg.generic {indexing_maps = [#m16, #m15, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %arg0 : tensor<2x?x6x?xf32>, tensor<2x?x6x1xf32>) outs(%22 : tensor<2x?x6x?x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x?x1xf32>
  %24 = linalg.generic {indexing_maps = [#m6, #m17, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %arg1 : tensor<2x?x6x?x1xf32>, tensor<2x?x6xf32>) outs(%22 : tensor<2x?x6x?x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x?x1xf32>
  %25 = tensor.empty(%dim) : tensor<2x?x6x1xf32>
  %26 = linalg.fill ins(%cst : f32) outs(%25 : tensor<2x?x6x1xf32>) -> tensor<2x?x6x1xf32>
  %27 = linalg.generic {indexing_maps = [#m18, #m19, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%24, %17 : tensor<2x?x6x?x1xf32>, tensor<2x6x?x?xf32>) outs(%26 : tensor<2x?x6x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x1xf32>
  %28 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7 : tensor<2x?x6xf32>) outs(%5 : tensor<2x?x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %45 = math.exp %in : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6xf32>
  %29 = linalg.generic {indexing_maps = [#m5, #m20, #m16], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_1, %arg5 : tensor<2x?x6x2xf32>, tensor<2x6x1x2xf32>) outs(%26 : tensor<2x?x6x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x1xf32>
  %30 = linalg.generic {indexing_maps = [#m12, #m10, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%29, %28 : tensor<2x?x6x1xf32>, tensor<2x?x6xf32>) outs(%26 : tensor<2x?x6x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    %46 = arith.addf %out, %45 : f32
    linalg.yield %46 : f32
  } -> tensor<2x?x6x1xf32>
  %31 = linalg.generic {indexing_maps = [#m12, #m12, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%27, %30 : tensor<2x?x6x1xf32>, tensor<2x?x6x1xf32>) outs(%25 : tensor<2x?x6x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.addf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6x1xf32>
  %extracted_slice = tensor.extract_slice %7[0, %0, 0] [2, 1, 6] [1, 1, 1] : tensor<2x?x6xf32> to tensor<2x6xf32>
  %32 = linalg.generic {indexing_maps = [#m21, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice, %7 : tensor<2x6xf32>, tensor<2x?x6xf32>) outs(%5 : tensor<2x?x6xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.subf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6xf32>
  %33 = linalg.generic {indexing_maps = [#m7, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%32 : tensor<2x?x6xf32>) outs(%5 : tensor<2x?x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %45 = math.exp %in : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6xf32>
  %34 = linalg.generic {indexing_maps = [#m7, #m7, #m7], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %33 : tensor<2x?x6xf32>, tensor<2x?x6xf32>) outs(%5 : tensor<2x?x6xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6xf32>
  %expanded_2 = tensor.expand_shape %34 [[0], [1], [2, 3]] output_shape [2, %dim, 6, 1] : tensor<2x?x6xf32> into tensor<2x?x6x1xf32>
  %35 = linalg.generic {indexing_maps = [#m12, #m12, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_2, %arg0 : tensor<2x?x6x1xf32>, tensor<2x?x6x1xf32>) outs(%25 : tensor<2x?x6x1xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6x1xf32>
  %collapsed_3 = tensor.collapse_shape %2 [[0, 1], [2, 3], [4, 5, 6], [7], [8, 9]] : tensor<1x2x1x?x1x2x3x1x1x2xf32> into tensor<2x?x6x1x2xf32>
  %36 = tensor.empty(%dim) : tensor<2x?x6x1x2xf32>
  %37 = linalg.generic {indexing_maps = [#m16, #m6, #m6], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%35, %collapsed_3 : tensor<2x?x6x1xf32>, tensor<2x?x6x1x2xf32>) outs(%36 : tensor<2x?x6x1x2xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x?x6x1x2xf32>
  %38 = tensor.empty() : tensor<2x6x1x2xf32>
  %39 = linalg.fill ins(%cst : f32) outs(%38 : tensor<2x6x1x2xf32>) -> tensor<2x6x1x2xf32>
  %40 = linalg.generic {indexing_maps = [#m6, #m20], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%37 : tensor<2x?x6x1x2xf32>) outs(%39 : tensor<2x6x1x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %45 = arith.addf %in, %out : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x1x2xf32>
  %41 = tensor.empty() : tensor<2x6xf32>
  %42 = linalg.generic {indexing_maps = [#m13, #m13], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice : tensor<2x6xf32>) outs(%41 : tensor<2x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %45 = math.exp %in : f32
    linalg.yield %45 : f32
  } -> tensor<2x6xf32>
  %expanded_4 = tensor.expand_shape %42 [[0], [1, 2]] output_shape [2, 6, 1] : tensor<2x6xf32> into tensor<2x6x1xf32>
  %43 = linalg.generic {indexing_maps = [#m12, #m10, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg5, %expanded_4 : tensor<2x6x1x2xf32>, tensor<2x6x1xf32>) outs(%38 : tensor<2x6x1x2xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.mulf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x1x2xf32>
  %44 = linalg.generic {indexing_maps = [#m12, #m12, #m12], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%40, %43 : tensor<2x6x1x2xf32>, tensor<2x6x1x2xf32>) outs(%38 : tensor<2x6x1x2xf32>) {
  ^bb0(%in: f32, %in_5: f32, %out: f32):
    %45 = arith.addf %in, %in_5 : f32
    linalg.yield %45 : f32
  } -> tensor<2x6x1x2xf32>
  return %31, %44 : tensor<2x?x6x1xf32>, tensor<2x6x1x2xf32>
}
