// RUN: mamba-opt %s --split-input-file --mambac-raise --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// Near misses of scans by cumulative sums.

// The decays up to the source and from it on have different rates.
// CHECK: declined{{.*}}the decays are cumulative sums of different values
// IR-LABEL: func.func @two_rates(
// IR-NOT: ssm.selective_scan
// IR: return
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
func.func @two_rates(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<6x4xf32>, %arg4: tensor<2x20x4xf32>, %arg5: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg4 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %3 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %4 = ssm.cumsum dim(1) ins(%3 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %5 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %17 = math.exp %in : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = ssm.cumsum dim(1) ins(%6 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %8 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%7 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %17 = arith.negf %in : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%8 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %17 = math.exp %in : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %9 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %11 = ssm.cumsum dim(1) ins(%10 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %12 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %11 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = linalg.generic {indexing_maps = [#map3, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%12, %arg5 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %17 = arith.mulf %in, %in_0 : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6x4xf32>
  %14 = tensor.empty() : tensor<2x20x6xf32>
  %15 = linalg.fill ins(%cst : f32) outs(%14 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %16 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%13 : tensor<2x20x6x4xf32>) outs(%15 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %17 = arith.addf %in, %out : f32
    linalg.yield %17 : f32
  } -> tensor<2x20x6xf32>
  return %16 : tensor<2x20x6xf32>
}

// -----

// The state is read before its update.
// CHECK: declined
// IR-LABEL: func.func @read_before(
// IR-NOT: ssm.selective_scan
// IR: return
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @read_before(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %3 = linalg.generic {indexing_maps = [#map1, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg3 : tensor<2x20x6xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %4 = linalg.generic {indexing_maps = [#map3, #map1, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3, %arg0 : tensor<2x20x6x4xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %6 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = arith.negf %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %7 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = math.exp %in : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %8 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%4, %7 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %9 = ssm.cumsum dim(1) ins(%8 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
  %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%9, %8 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.subf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %11 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%5, %10 : tensor<2x20x6x4xf32>, tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %12 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %arg4 : tensor<2x20x6x4xf32>, tensor<2x20x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %16 = arith.mulf %in, %in_0 : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6x4xf32>
  %13 = tensor.empty() : tensor<2x20x6xf32>
  %14 = linalg.fill ins(%cst : f32) outs(%13 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %15 = linalg.generic {indexing_maps = [#map3, #map1], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%12 : tensor<2x20x6x4xf32>) outs(%14 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %16 = arith.addf %in, %out : f32
    linalg.yield %16 : f32
  } -> tensor<2x20x6xf32>
  return %15 : tensor<2x20x6xf32>
}

// -----

// The decay accumulates along channels, not time.
// CHECK: declined
// IR-LABEL: func.func @other_axis(
// IR-NOT: ssm.selective_scan
// IR: return
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
func.func @other_axis(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6x4xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map2, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg1, %arg2 : tensor<2x20x6xf32>, tensor<6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %15 = arith.mulf %in, %in_0 : f32
    linalg.yield %15 : f32
  } -> tensor<2x20x6x4xf32>
  %2 = ssm.cumsum dim(2) ins(%1 : tensor<2x20x6x4xf32>) outs(%0 : tensor<2x20x6x4xf32>)
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

// The rate is that of the time the decay leads to: no recurrence.
// CHECK: declined{{.*}}the decay of a step depends on the time that it leads to
// IR-LABEL: func.func @rate_of_target(
// IR-NOT: ssm.s{{sd|can|elective}}
// IR: return
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d1, d2)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
#map8 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>
#map9 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map10 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map12 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map14 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map15 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
func.func @rate_of_target(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<6x4xf32>, %arg3: tensor<2x20x4xf32>, %arg4: tensor<2x20x4xf32>) -> (tensor<2x20x6xf32>) {
  %true = arith.constant true
  %false = arith.constant false
  %cst = arith.constant 0xFF800000 : f32
  %cst_0 = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = ssm.cumsum dim(1) ins(%arg1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %2 = tensor.empty() : tensor<20x20xi1>
  %3 = linalg.fill ins(%true : i1) outs(%2 : tensor<20x20xi1>) -> tensor<20x20xi1>
  %4 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<20x20xi1>) outs(%2 : tensor<20x20xi1>) {
  ^bb0(%in: i1, %out: i1):
    %20 = linalg.index 0 : index
    %21 = linalg.index 1 : index
    %22 = arith.cmpi sle, %21, %20 : index
    %23 = arith.select %22, %in, %false : i1
    linalg.yield %23 : i1
  } -> tensor<20x20xi1>
  %5 = tensor.empty() : tensor<2x20x20x6xf32>
  %6 = linalg.generic {indexing_maps = [#map2, #map3, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%1, %1 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%5 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.subf %in, %in_1 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x20x6xf32>
  %7 = linalg.generic {indexing_maps = [#map4, #map2, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%6, %arg0 : tensor<2x20x20x6xf32>, tensor<2x20x6xf32>) outs(%5 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.mulf %in, %in_1 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x20x6xf32>
  %expanded = tensor.expand_shape %4 [[0, 1], [2, 3]] output_shape [1, 20, 20, 1] : tensor<20x20xi1> into tensor<1x20x20x1xi1>
  %8 = tensor.empty() : tensor<1x20x20x1xi1>
  %9 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded : tensor<1x20x20x1xi1>) outs(%8 : tensor<1x20x20x1xi1>) {
  ^bb0(%in: i1, %out: i1):
    %20 = arith.xori %in, %true : i1
    linalg.yield %20 : i1
  } -> tensor<1x20x20x1xi1>
  %collapsed = tensor.collapse_shape %9 [[0, 1], [2, 3]] : tensor<1x20x20x1xi1> into tensor<20x20xi1>
  %10 = linalg.generic {indexing_maps = [#map5, #map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%collapsed, %7 : tensor<20x20xi1>, tensor<2x20x20x6xf32>) outs(%5 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: i1, %in_1: f32, %out: f32):
    %20 = arith.select %in, %cst, %in_1 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x20x6xf32>
  %11 = linalg.generic {indexing_maps = [#map4, #map4], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<2x20x20x6xf32>) outs(%5 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %20 = math.exp %in : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x20x6xf32>
  %12 = linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1, %arg0 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.mulf %in, %in_1 : f32
    linalg.yield %20 : f32
  } -> tensor<2x20x6xf32>
  %13 = tensor.empty() : tensor<2x20x4x20x6xf32>
  %14 = linalg.fill ins(%cst_0 : f32) outs(%13 : tensor<2x20x4x20x6xf32>) -> tensor<2x20x4x20x6xf32>
  %15 = linalg.generic {indexing_maps = [#map7, #map8, #map9], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg4, %11 : tensor<2x20x4xf32>, tensor<2x20x20x6xf32>) outs(%14 : tensor<2x20x4x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.mulf %in, %in_1 : f32
    %21 = arith.addf %out, %20 : f32
    linalg.yield %21 : f32
  } -> tensor<2x20x4x20x6xf32>
  %16 = linalg.fill ins(%cst_0 : f32) outs(%5 : tensor<2x20x20x6xf32>) -> tensor<2x20x20x6xf32>
  %17 = linalg.generic {indexing_maps = [#map10, #map11, #map12], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%15, %arg3 : tensor<2x20x4x20x6xf32>, tensor<2x20x4xf32>) outs(%16 : tensor<2x20x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.mulf %in, %in_1 : f32
    %21 = arith.addf %out, %20 : f32
    linalg.yield %21 : f32
  } -> tensor<2x20x20x6xf32>
  %18 = linalg.fill ins(%cst_0 : f32) outs(%0 : tensor<2x20x6xf32>) -> tensor<2x20x6xf32>
  %19 = linalg.generic {indexing_maps = [#map13, #map14, #map15], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%17, %12 : tensor<2x20x20x6xf32>, tensor<2x20x6xf32>) outs(%18 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_1: f32, %out: f32):
    %20 = arith.mulf %in, %in_1 : f32
    %21 = arith.addf %out, %20 : f32
    linalg.yield %21 : f32
  } -> tensor<2x20x6xf32>
  return %19 : tensor<2x20x6xf32>
}
