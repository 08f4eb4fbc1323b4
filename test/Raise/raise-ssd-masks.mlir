// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-raise --remarks-filter=mambac-raise 2>&1 | FileCheck %s --check-prefix=REMARK

// Masks that are negated before they are used, and masks written as numbers that are compared.

// CHECK-LABEL: func.func @mask_negated
// CHECK-NOT: cumsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}})
// CHECK-NOT: math.exp
#map = affine_map<() -> (2, 6, 3, 3)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1) -> (d0, d1)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
module {
  func.func @mask_negated(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %true = arith.constant true
    %false = arith.constant false
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x1x3x2xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %2 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x6x3xf32>
    %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x6x3xf32>) outs(%3 : tensor<2x6x3xf32>)
    %6 = tensor.empty() : tensor<2x3x6xf32>
    %7 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %8 = tensor.empty() : tensor<2x3x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x3x6xf32>, tensor<2x3x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.subf %in, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %10 = tensor.empty() : tensor<6x6xi1>
    %11 = linalg.fill ins(%true : i1) outs(%10 : tensor<6x6xi1>) -> tensor<6x6xi1>
    %12 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = linalg.index 0 : index
      %27 = linalg.index 1 : index
      %28 = arith.cmpi sle, %27, %26 : index
      %29 = arith.select %28, %in, %false : i1
      linalg.yield %29 : i1
    } -> tensor<6x6xi1>
    %13 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = arith.cmpi eq, %in, %false : i1
      linalg.yield %26 : i1
    } -> tensor<6x6xi1>
    %14 = linalg.generic {indexing_maps = [#map10, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %9 : tensor<6x6xi1>, tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: i1, %in_2: f32, %out: f32):
      %26 = arith.select %in, %cst, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = math.exp %in : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = tensor.empty() : tensor<2x6x3x6xf32>
    %17 = linalg.fill ins(%cst_0 : f32) outs(%16 : tensor<2x6x3x6xf32>) -> tensor<2x6x3x6xf32>
    %18 = linalg.generic {indexing_maps = [#map1, #map11, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_1, %collapsed : tensor<2x6x3x2xf32>, tensor<2x6x3x2xf32>) outs(%17 : tensor<2x6x3x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6xf32>
    %19 = tensor.empty() : tensor<2x6x3x6x3xf32>
    %20 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x6x3x6x3xf32>) -> tensor<2x6x3x6x3xf32>
    %21 = linalg.generic {indexing_maps = [#map12, #map11, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %arg0 : tensor<2x6x3x6xf32>, tensor<2x6x3x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map13, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %arg1 : tensor<2x6x3x6x3xf32>, tensor<2x6x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %23 = tensor.empty() : tensor<2x6x3x3xf32>
    %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x6x3x3xf32>) -> tensor<2x6x3x3xf32>
    %25 = linalg.generic {indexing_maps = [#map14, #map15, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22, %15 : tensor<2x6x3x6x3xf32>, tensor<2x3x6x6xf32>) outs(%24 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x3xf32>
    return %25 : tensor<2x6x3x3xf32>
  }
}



// -----

// CHECK-LABEL: func.func @mask_of_numbers
// CHECK-NOT: cumsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}})
// CHECK-NOT: math.exp
#map = affine_map<() -> (2, 6, 3, 3)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1) -> (d0, d1)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
module {
  func.func @mask_of_numbers(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %cst = arith.constant 1.000000e+00 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %false = arith.constant false
    %0 = tensor.empty() : tensor<2x6x1x3x2xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %2 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.mulf %in, %in_2 : f32
      linalg.yield %28 : f32
    } -> tensor<2x6x3xf32>
    %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x6x3xf32>) outs(%3 : tensor<2x6x3xf32>)
    %6 = tensor.empty() : tensor<2x3x6xf32>
    %7 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %8 = tensor.empty() : tensor<2x3x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x3x6xf32>, tensor<2x3x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.subf %in, %in_2 : f32
      linalg.yield %28 : f32
    } -> tensor<2x3x6x6xf32>
    %10 = tensor.empty() : tensor<6x6xf32>
    %11 = linalg.fill ins(%cst : f32) outs(%10 : tensor<6x6xf32>) -> tensor<6x6xf32>
    %12 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<6x6xf32>) outs(%10 : tensor<6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = linalg.index 0 : index
      %29 = linalg.index 1 : index
      %30 = arith.cmpi sle, %29, %28 : index
      %31 = arith.select %30, %in, %cst_0 : f32
      linalg.yield %31 : f32
    } -> tensor<6x6xf32>
    %13 = tensor.empty() : tensor<6x6xi1>
    %14 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<6x6xf32>) outs(%13 : tensor<6x6xi1>) {
    ^bb0(%in: f32, %out: i1):
      %28 = arith.cmpf oeq, %in, %cst : f32
      linalg.yield %28 : i1
    } -> tensor<6x6xi1>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %28 = math.exp %in : f32
      linalg.yield %28 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%14 : tensor<6x6xi1>) outs(%13 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %28 = arith.cmpi eq, %in, %false : i1
      linalg.yield %28 : i1
    } -> tensor<6x6xi1>
    %17 = linalg.generic {indexing_maps = [#map10, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%16, %15 : tensor<6x6xi1>, tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: i1, %in_2: f32, %out: f32):
      %28 = arith.select %in, %cst_0, %in_2 : f32
      linalg.yield %28 : f32
    } -> tensor<2x3x6x6xf32>
    %18 = tensor.empty() : tensor<2x6x3x6xf32>
    %19 = linalg.fill ins(%cst_0 : f32) outs(%18 : tensor<2x6x3x6xf32>) -> tensor<2x6x3x6xf32>
    %20 = linalg.generic {indexing_maps = [#map1, #map11, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_1, %collapsed : tensor<2x6x3x2xf32>, tensor<2x6x3x2xf32>) outs(%19 : tensor<2x6x3x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.mulf %in, %in_2 : f32
      %29 = arith.addf %out, %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x3x6xf32>
    %21 = tensor.empty() : tensor<2x6x3x6x3xf32>
    %22 = linalg.fill ins(%cst_0 : f32) outs(%21 : tensor<2x6x3x6x3xf32>) -> tensor<2x6x3x6x3xf32>
    %23 = linalg.generic {indexing_maps = [#map12, #map11, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%20, %arg0 : tensor<2x6x3x6xf32>, tensor<2x6x3x3xf32>) outs(%22 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.mulf %in, %in_2 : f32
      %29 = arith.addf %out, %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x3x6x3xf32>
    %24 = linalg.generic {indexing_maps = [#map2, #map13, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%23, %arg1 : tensor<2x6x3x6x3xf32>, tensor<2x6x3xf32>) outs(%22 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.mulf %in, %in_2 : f32
      %29 = arith.addf %out, %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x3x6x3xf32>
    %25 = tensor.empty() : tensor<2x6x3x3xf32>
    %26 = linalg.fill ins(%cst_0 : f32) outs(%25 : tensor<2x6x3x3xf32>) -> tensor<2x6x3x3xf32>
    %27 = linalg.generic {indexing_maps = [#map14, #map15, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%24, %17 : tensor<2x6x3x6x3xf32>, tensor<2x3x6x6xf32>) outs(%26 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %28 = arith.mulf %in, %in_2 : f32
      %29 = arith.addf %out, %28 : f32
      linalg.yield %29 : f32
    } -> tensor<2x6x3x3xf32>
    return %27 : tensor<2x6x3x3xf32>
  }
}



// -----

// Each step without its own input: another diagonal.
// CHECK-LABEL: func.func @mask_strict
// CHECK-NOT: ssm.ssd
// CHECK: return
// REMARK: the sources do not end at the target time (another diagonal of the mask)
#map = affine_map<() -> (2, 6, 3, 3)>
#map1 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map2 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1) -> (d0, d1)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d2)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4, d3)>
#map15 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d1, d4)>
module {
  func.func @mask_strict(%arg0: tensor<2x6x3x3xf32>, %arg1: tensor<2x6x3xf32>, %arg2: tensor<3xf32>, %arg3: tensor<2x6x1x2xf32>, %arg4: tensor<2x6x1x2xf32>) -> (tensor<2x6x3x3xf32>) {
    %true = arith.constant true
    %false = arith.constant false
    %cst = arith.constant 0xFF800000 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<2x6x1x3x2xf32>
    %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed = tensor.collapse_shape %1 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %2 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4 : tensor<2x6x1x2xf32>) outs(%0 : tensor<2x6x1x3x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x6x1x3x2xf32>
    %collapsed_1 = tensor.collapse_shape %2 [[0], [1], [2, 3], [4]] : tensor<2x6x1x3x2xf32> into tensor<2x6x3x2xf32>
    %3 = tensor.empty() : tensor<2x6x3xf32>
    %4 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x6x3xf32>, tensor<3xf32>) outs(%3 : tensor<2x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x6x3xf32>
    %5 = ssm.cumsum dim(1) ins(%4 : tensor<2x6x3xf32>) outs(%3 : tensor<2x6x3xf32>)
    %6 = tensor.empty() : tensor<2x3x6xf32>
    %7 = linalg.generic {indexing_maps = [#map5, #map3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x3xf32>) outs(%6 : tensor<2x3x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x3x6xf32>
    %8 = tensor.empty() : tensor<2x3x6x6xf32>
    %9 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %7 : tensor<2x3x6xf32>, tensor<2x3x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.subf %in, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %10 = tensor.empty() : tensor<6x6xi1>
    %11 = linalg.fill ins(%true : i1) outs(%10 : tensor<6x6xi1>) -> tensor<6x6xi1>
    %12 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%11 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = linalg.index 0 : index
      %27 = linalg.index 1 : index
      %28 = arith.cmpi slt, %27, %26 : index
      %29 = arith.select %28, %in, %false : i1
      linalg.yield %29 : i1
    } -> tensor<6x6xi1>
    %13 = linalg.generic {indexing_maps = [#map9, #map9], iterator_types = ["parallel", "parallel"]} ins(%12 : tensor<6x6xi1>) outs(%10 : tensor<6x6xi1>) {
    ^bb0(%in: i1, %out: i1):
      %26 = arith.cmpi eq, %in, %false : i1
      linalg.yield %26 : i1
    } -> tensor<6x6xi1>
    %14 = linalg.generic {indexing_maps = [#map10, #map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13, %9 : tensor<6x6xi1>, tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: i1, %in_2: f32, %out: f32):
      %26 = arith.select %in, %cst, %in_2 : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %15 = linalg.generic {indexing_maps = [#map8, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%14 : tensor<2x3x6x6xf32>) outs(%8 : tensor<2x3x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %26 = math.exp %in : f32
      linalg.yield %26 : f32
    } -> tensor<2x3x6x6xf32>
    %16 = tensor.empty() : tensor<2x6x3x6xf32>
    %17 = linalg.fill ins(%cst_0 : f32) outs(%16 : tensor<2x6x3x6xf32>) -> tensor<2x6x3x6xf32>
    %18 = linalg.generic {indexing_maps = [#map1, #map11, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%collapsed_1, %collapsed : tensor<2x6x3x2xf32>, tensor<2x6x3x2xf32>) outs(%17 : tensor<2x6x3x6xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6xf32>
    %19 = tensor.empty() : tensor<2x6x3x6x3xf32>
    %20 = linalg.fill ins(%cst_0 : f32) outs(%19 : tensor<2x6x3x6x3xf32>) -> tensor<2x6x3x6x3xf32>
    %21 = linalg.generic {indexing_maps = [#map12, #map11, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%18, %arg0 : tensor<2x6x3x6xf32>, tensor<2x6x3x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map13, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%21, %arg1 : tensor<2x6x3x6x3xf32>, tensor<2x6x3xf32>) outs(%20 : tensor<2x6x3x6x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x6x3xf32>
    %23 = tensor.empty() : tensor<2x6x3x3xf32>
    %24 = linalg.fill ins(%cst_0 : f32) outs(%23 : tensor<2x6x3x3xf32>) -> tensor<2x6x3x3xf32>
    %25 = linalg.generic {indexing_maps = [#map14, #map15, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%22, %15 : tensor<2x6x3x6x3xf32>, tensor<2x3x6x6xf32>) outs(%24 : tensor<2x6x3x3xf32>) {
    ^bb0(%in: f32, %in_2: f32, %out: f32):
      %26 = arith.mulf %in, %in_2 : f32
      %27 = arith.addf %out, %26 : f32
      linalg.yield %27 : f32
    } -> tensor<2x6x3x3xf32>
    return %25 : tensor<2x6x3x3xf32>
  }
}


