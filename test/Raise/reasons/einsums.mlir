// Sums of products that are no einsum.
// RUN: mamba-opt %s --split-input-file --ssm-raise-einsum --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#map = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d4)>
#map5 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
#map8 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>

// CHECK: Reason="it adds up different products", Remark=ssm.einsum
// IR-LABEL: func.func @adds_up_different_products(
// IR-NOT: ssm.einsum
func.func @adds_up_different_products(%arg0: tensor<2x2x2xf32>, %arg1: tensor<2x2x2xf32>,
    %arg2: tensor<2x2x2xf32>) -> tensor<2x2x2xf32> {
  %0 = tensor.empty() : tensor<2x2x2xf32>
  %1 = ssm.cumsum dim(1) ins(%arg0 : tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>)
  %2 = tensor.empty() : tensor<2x2x2x2xf32>
  %3 = linalg.generic {indexing_maps = [#map, #map1, #map2],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
          ins(%1, %1 : tensor<2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x2x2x2xf32>
  %4 = tensor.empty() : tensor<2x2x2x2x2xf32>
  %5 = linalg.generic {indexing_maps = [#map3, #map4, #map5],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]}
          ins(%4, %arg1 : tensor<2x2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%2 : tensor<2x2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %7 = arith.addf %out, %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x2x2x2xf32>
  %6 = linalg.generic {indexing_maps = [#map6, #map7, #map8],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
          ins(%5, %0 : tensor<2x2x2x2xf32>, tensor<2x2x2xf32>) outs(%0 : tensor<2x2x2xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %7 = arith.addf %out, %in : f32
    linalg.yield %7 : f32
  } -> tensor<2x2x2xf32>
  return %6 : tensor<2x2x2xf32>
}

// -----

#i = affine_map<(i) -> (i)>
#i_none = affine_map<(i) -> ()>

// An axis is cut into its parts one after the other, and not without end.
//
// CHECK: Reason="its axes have too many atoms", Remark=ssm.einsum
// IR-LABEL: func.func @eighteen_atoms(
// IR-NOT: ssm.einsum
func.func @eighteen_atoms(%x: tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xf32>, %y: tensor<262144xf32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.collapse_shape %x [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]] : tensor<2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2x2xf32> into tensor<262144xf32>
  %ef32 = tensor.empty() : tensor<f32>
  %1 = linalg.fill ins(%zero : f32) outs(%ef32 : tensor<f32>) -> tensor<f32>
  %2 = linalg.generic {indexing_maps = [#i, #i, #i_none], iterator_types = ["reduction"]} ins(%0, %y : tensor<262144xf32>, tensor<262144xf32>) outs(%1 : tensor<f32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %2 : tensor<f32>
}

