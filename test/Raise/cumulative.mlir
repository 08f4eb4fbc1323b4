// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Scans by cumulative sums and products, exponentials before and after them, and sums over pairs of times.

// CHECK-LABEL: func.func @cumsum1(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @cumsum1(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %3 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = math.exp %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = arith.negf %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = math.exp %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %7 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = ssm.cumsum dim(1) ins(%8 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %9 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %11 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %arg4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %12 = tensor.empty() : tensor<2x20x6xf32>
  %13 = linalg.fill ins(%cst : f32) outs(%12 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %14 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%11 : tensor<2x20x6x4xf32>) outs(%13 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = arith.addf %in, %out : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6xf32>
  return %14 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @cumsum1_div(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @cumsum1_div(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.mulf %in, %in_0 : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %3 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %12 = math.exp %in : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.mulf %in, %in_0 : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.mulf %in, %in_0 : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %3 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.divf %in, %in_0 : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = ssm.cumsum dim(1) ins(%6 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7, %3 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.mulf %in, %in_0 : f32
    linalg.yield %12 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = tensor.empty() : tensor<2x20x6xf32>
  %10 = linalg.fill ins(%cst : f32) outs(%9 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %11 = linalg.generic {indexing_maps = [#map3, #map4, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8, %arg4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%10 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %12 = arith.mulf %in, %in_0 : f32
    %13 = arith.addf %out, %12 : f32
    linalg.yield %13 : f32
  } -> tensor<2x20x6xf32>
  return %11 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @cumprod1(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @cumprod1(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %cst_0 = arith.constant 1.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %3 = tensor.empty() : tensor<f32>
  %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<f32>) -> tensor<f32>
  %5 = tensor.empty() : tensor<2x6x4xf32>
  %6 = linalg.fill ins(%cst_0 : f32) outs(%5 : tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
  %7 = ssm.scan "a b c d, , a c d -> a b c d" axis(1) a(%2 : tensor<2x20x6x4xf32>) b(%4 : tensor<f32>) init(%6 : tensor<2x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %8 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %7 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.divf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %11 = ssm.cumsum dim(1) ins(%10 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %12 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %7 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = tensor.empty() : tensor<2x20x6xf32>
  %14 = linalg.fill ins(%cst : f32) outs(%13 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %15 = linalg.generic {indexing_maps = [#map3, #map4, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%12, %arg4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%14 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %16 = arith.mulf %in, %in_1 : f32
    %17 = arith.addf %out, %16 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6xf32>
  return %15 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @quad1(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d1, d2)>
#map9 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4, d2)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map15 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map16 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
func.func @quad1(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %true = arith.constant true
  %false = arith.constant false
  %cst = arith.constant 0xFF800000 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.mulf %in, %in_1 : f32
    linalg.yield %22 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %3 = tensor.empty() : tensor<20x20xi1>
  %4 = linalg.fill ins(%true : i1) outs(%3 : tensor<20x20xi1>) -> tensor<20x20xi1>
  %5 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel"]} ins(%4 : tensor<20x20xi1>) outs(%3 : tensor<20x20xi1>) {
  ^bb0(%in: i1, %out: i1):
    %22 = linalg.index 0 : index
    %23 = linalg.index 1 : index
    %24 = arith.cmpi sle, %23, %22 : index
    %25 = arith.select %24, %in, %false : i1
    linalg.yield %25 : i1
  } -> tensor<20x20xi1>
  %6 = tensor.empty() : tensor<2x20x20x6x4xf32>
  %7 = linalg.generic {indexing_maps = [#map5, #map6, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2, %2 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%6 : tensor<2x20x20x6x4xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.subf %in, %in_1 : f32
    linalg.yield %22 : f32
  } -> tensor<2x20x20x6x4xf32>
  %expanded = tensor.expand_shape %5 [[0, 1], [2, 3, 4]] output_shape [1, 20, 20, 1, 1] : tensor<20x20xi1> into tensor<1x20x20x1x1xi1>
  %8 = tensor.empty() : tensor<1x20x20x1x1xi1>
  %9 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<1x20x20x1x1xi1>) outs(%8 : tensor<1x20x20x1x1xi1>) {
  ^bb0(%in: i1, %out: i1):
    %22 = arith.xori %in, %true : i1
    linalg.yield %22 : i1
  } -> tensor<1x20x20x1x1xi1>
  %collapsed = tensor.collapse_shape %9 [[0, 1], [2, 3, 4]] : tensor<1x20x20x1x1xi1> into tensor<20x20xi1>
  %10 = linalg.generic {indexing_maps = [#map8, #map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %7 : tensor<20x20xi1>, tensor<2x20x20x6x4xf32>) outs(%6 : tensor<2x20x20x6x4xf32>) {
  ^bb0(%in: i1, %in_1: f32, %out: f32):
    %22 = arith.select %in, %cst, %in_1 : f32
    linalg.yield %22 : f32
  } -> tensor<2x20x20x6x4xf32>
  %11 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x20x20x6x4xf32>) outs(%6 : tensor<2x20x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %22 = math.exp %in : f32
    linalg.yield %22 : f32
  } -> tensor<2x20x20x6x4xf32>
  %12 = tensor.empty() : tensor<2x20x6xf32>
  %13 = linalg.generic {indexing_maps = [#map9, #map9, #map9], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg0 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%12 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.mulf %in, %in_1 : f32
    linalg.yield %22 : f32
  } -> tensor<2x20x6xf32>
  %14 = tensor.empty() : tensor<2x20x4x20x6xf32>
  %15 = linalg.fill ins(%cst_0 : f32) outs(%14 : tensor<2x20x4x20x6xf32>) -> tensor<2x20x4x20x6xf32>
  %16 = linalg.generic {indexing_maps = [#map10, #map11, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4, %11 : tensor<2x20x4xf32>, tensor<2x20x20x6x4xf32>) outs(%15 : tensor<2x20x4x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.mulf %in, %in_1 : f32
    %23 = arith.addf %out, %22 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x4x20x6xf32>
  %17 = tensor.empty() : tensor<2x20x20x6xf32>
  %18 = linalg.fill ins(%cst_0 : f32) outs(%17 : tensor<2x20x20x6xf32>) -> tensor<2x20x20x6xf32>
  %19 = linalg.generic {indexing_maps = [#map12, #map13, #map14], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%16, %arg3 : tensor<2x20x4x20x6xf32>, tensor<2x20x4xf32>) outs(%18 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.mulf %in, %in_1 : f32
    %23 = arith.addf %out, %22 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x20x6xf32>
  %20 = linalg.fill ins(%cst_0 : f32) outs(%12 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %21 = linalg.generic {indexing_maps = [#map15, #map16, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%19, %13 : tensor<2x20x20x6xf32>, tensor<2x20x6xf32>) outs(%20 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %22 = arith.mulf %in, %in_1 : f32
    %23 = arith.addf %out, %22 : f32
    linalg.yield %23 : f32
  } -> tensor<2x20x6xf32>
  return %21 : tensor<2x20x6xf32>
}

// -----

// CHECK-LABEL: func.func @exp_divided(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.ssd "b l h p, b l h, b l h n, b l h n -> b l h p" x(%arg0 : {{.*}}) A(%arg1 : {{.*}}) B(%arg2 : {{.*}}) C(%arg3 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 48, 4, 8)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d1, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d1, d2)>
#map6 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @exp_divided(%arg0: tensor<2x48x4x8xf32>, %arg1: tensor<2x48x4xf32>, %arg2: tensor<2x48x4x6xf32>, %arg3: tensor<2x48x4x6xf32>) -> (tensor<2x48x4x8xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x4x48xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<2x48x4xf32>) outs(%0 : tensor<2x4x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x48xf32>
  %2 = ssm.cumsum dim(2) ins(%1 : tensor<2x4x48xf32>) outs(%0 : tensor<2x4x48xf32>)
  %3 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<2x4x48xf32>) outs(%0 : tensor<2x4x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = math.exp %in : f32
    linalg.yield %20 : f32
  } -> tensor<2x4x48xf32>
  %4 = tensor.empty() : tensor<2x4x48x6xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg3 : tensor<2x48x4x6xf32>) outs(%4 : tensor<2x4x48x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x48x6xf32>
  %6 = tensor.empty() : tensor<2x4x6x48xf32>
  %7 = linalg.generic {indexing_maps = [#map5, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg2 : tensor<2x48x4x6xf32>) outs(%6 : tensor<2x4x6x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x6x48xf32>
  %8 = tensor.empty() : tensor<2x4x48x48xf32>
  %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<2x4x48x48xf32>) -> tensor<2x4x48x48xf32>
  %10 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%5, %7 : tensor<2x4x48x6xf32>, tensor<2x4x6x48xf32>) outs(%9 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    %21 = arith.addf %out, %20 : f32
    linalg.yield %21 : f32
  } -> tensor<2x4x48x48xf32>
  %11 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x4x48x48xf32>) outs(%8 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = linalg.index 2 : index
    %21 = linalg.index 3 : index
    %22 = arith.cmpi sle, %21, %20 : index
    %23 = arith.select %22, %in, %cst : f32
    linalg.yield %23 : f32
  } -> tensor<2x4x48x48xf32>
  %12 = linalg.generic {indexing_maps = [#map9, #map10, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %3 : tensor<2x4x48xf32>, tensor<2x4x48xf32>) outs(%8 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.divf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x4x48x48xf32>
  %13 = linalg.generic {indexing_maps = [#map4, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %12 : tensor<2x4x48x48xf32>, tensor<2x4x48x48xf32>) outs(%8 : tensor<2x4x48x48xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    linalg.yield %20 : f32
  } -> tensor<2x4x48x48xf32>
  %14 = tensor.empty() : tensor<2x4x48x8xf32>
  %15 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x48x4x8xf32>) outs(%14 : tensor<2x4x48x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x48x8xf32>
  %16 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x4x48x8xf32>) -> tensor<2x4x48x8xf32>
  %17 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%13, %15 : tensor<2x4x48x48xf32>, tensor<2x4x48x8xf32>) outs(%16 : tensor<2x4x48x8xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %20 = arith.mulf %in, %in_0 : f32
    %21 = arith.addf %out, %20 : f32
    linalg.yield %21 : f32
  } -> tensor<2x4x48x8xf32>
  %18 = tensor.empty() : tensor<2x48x4x8xf32>
  %19 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%17 : tensor<2x4x48x8xf32>) outs(%18 : tensor<2x48x4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x48x4x8xf32>
  return %19 : tensor<2x48x4x8xf32>
}

// -----

// CHECK-LABEL: func.func @rate_outside(
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%arg0 : {{.*}}) delta(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 :
// CHECK-NEXT: return %[[Y]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @rate_outside(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = ssm.cumsum dim(1) ins(%arg1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %2 = tensor.empty() : tensor<2x20x6x4xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = math.exp %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = arith.negf %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %8 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = math.exp %in : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %8 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %10 = ssm.cumsum dim(1) ins(%9 : tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>)
  %11 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %10 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %12 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %arg4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%2 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = linalg.fill ins(%cst : f32) outs(%0 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %14 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%12 : tensor<2x20x6x4xf32>) outs(%13 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %15 = arith.addf %in, %out : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6xf32>
  return %14 : tensor<2x20x6xf32>
}
