// Layers that read their states from slices of one tensor, and whose new states are stacked: every state is written where
// it belongs in the output, and the layers share their kernel although their slices begin at different offsets.
// RUN: mamba-opt %s --mambac-schedule | FileCheck %s

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[STATES:[a-z0-9]+]]: memref<2x?x8x16xf32> {mambac.name = "arg1"
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: memref<2x?x8x16xf32> {mambac.name = "out1", mambac.output
// CHECK-NOT: memref.alloc() {{.*}} memref<2x
// CHECK: memref.subview %[[OUT]][0, 0, 0, 0]
// CHECK: call @elementwise_0(
// CHECK-SAME: memref<?x8x16xf32, strided<[128, 16, 1], offset: ?>>
// CHECK: memref.subview %[[OUT]][1, 0, 0, 0]
// CHECK: call @elementwise_0(
// CHECK-NOT: @copy
#state = affine_map<(b, d, n) -> (b, d, n)>
#channel = affine_map<(b, d, n) -> (b, d)>
func.func @main(%x: tensor<?x8xf32> {mambac.shape = affine_map<()[s0] -> (s0, 8)>},
                %states: tensor<2x?x8x16xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 8, 16)>})
    -> (tensor<?x8xf32> {mambac.shape = affine_map<()[s0] -> (s0, 8)>},
        tensor<2x?x8x16xf32> {mambac.shape = affine_map<()[s0] -> (2, s0, 8, 16)>})
    attributes {mambac.entry, mambac.symbols = [{name = "batch"}]} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%b) : tensor<?x8x16xf32>
  %row = tensor.empty(%b) : tensor<?x8xf32>
  %start = linalg.fill ins(%zero : f32) outs(%row : tensor<?x8xf32>) -> tensor<?x8xf32>
  %h0 = tensor.extract_slice %states[0, 0, 0, 0] [1, %b, 8, 16] [1, 1, 1, 1] : tensor<2x?x8x16xf32> to tensor<?x8x16xf32>
  %n0 = linalg.generic {indexing_maps = [#state, #channel, #state], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h0, %x : tensor<?x8x16xf32>, tensor<?x8xf32>) outs(%e : tensor<?x8x16xf32>) {
  ^bb0(%h: f32, %v: f32, %o: f32):
    %t = math.exp %h : f32
    %s = arith.addf %t, %v : f32
    linalg.yield %s : f32
  } -> tensor<?x8x16xf32>
  %y = linalg.generic {indexing_maps = [#state, #channel], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%n0 : tensor<?x8x16xf32>) outs(%start : tensor<?x8xf32>) {
  ^bb0(%h: f32, %o: f32):
    %s = arith.addf %h, %o : f32
    linalg.yield %s : f32
  } -> tensor<?x8xf32>
  %h1 = tensor.extract_slice %states[1, 0, 0, 0] [1, %b, 8, 16] [1, 1, 1, 1] : tensor<2x?x8x16xf32> to tensor<?x8x16xf32>
  %n1 = linalg.generic {indexing_maps = [#state, #channel, #state], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h1, %y : tensor<?x8x16xf32>, tensor<?x8xf32>) outs(%e : tensor<?x8x16xf32>) {
  ^bb0(%h: f32, %v: f32, %o: f32):
    %t = math.exp %h : f32
    %s = arith.addf %t, %v : f32
    linalg.yield %s : f32
  } -> tensor<?x8x16xf32>
  %e0 = tensor.expand_shape %n0 [[0, 1], [2], [3]] output_shape [1, %b, 8, 16] : tensor<?x8x16xf32> into tensor<1x?x8x16xf32>
  %e1 = tensor.expand_shape %n1 [[0, 1], [2], [3]] output_shape [1, %b, 8, 16] : tensor<?x8x16xf32> into tensor<1x?x8x16xf32>
  %stack = tensor.concat dim(0) %e0, %e1 : (tensor<1x?x8x16xf32>, tensor<1x?x8x16xf32>) -> tensor<2x?x8x16xf32>
  return %y, %stack : tensor<?x8xf32>, tensor<2x?x8x16xf32>
}
