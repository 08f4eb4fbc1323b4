// A state whose parts are stacked in one tensor, in a loop: one ssm.scan of complex numbers.
// RUN: mamba-opt %s --mambac-raise | FileCheck %s

#vec = affine_map<(d0) -> (d0)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @rotation(
// CHECK: ssm.scan {{.*}} a_imag(
// CHECK-NOT: scf.for
func.func @rotation(%a: tensor<8xf32>, %c: tensor<8xf32>, %x: tensor<7x8x2xf32>, %h0: tensor<8x2xf32>) -> tensor<7x8x2xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<8xf32>
  %e2 = tensor.empty() : tensor<8x2xf32>
  %y0 = tensor.empty() : tensor<7x8x2xf32>
  %r:2 = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0, %y = %y0) -> (tensor<8x2xf32>, tensor<7x8x2xf32>) {
    %xt = tensor.extract_slice %x[%t, 0, 0] [1, 8, 2] [1, 1, 1] : tensor<7x8x2xf32> to tensor<8x2xf32>
    %re = tensor.extract_slice %h[0, 0] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>
    %im = tensor.extract_slice %h[0, 1] [8, 1] [1, 1] : tensor<8x2xf32> to tensor<8xf32>
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%a, %re, %c, %im : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%p: f32, %g: f32, %q: f32, %k: f32, %o: f32):
      %m = arith.mulf %p, %g : f32
      %l = arith.mulf %q, %k : f32
      %s = arith.subf %m, %l : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    %i = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%a, %im, %c, %re : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%p: f32, %g: f32, %q: f32, %k: f32, %o: f32):
      %m = arith.mulf %p, %g : f32
      %l = arith.mulf %q, %k : f32
      %s = arith.addf %m, %l : f32
      linalg.yield %s : f32
    } -> tensor<8xf32>
    %n1 = tensor.expand_shape %n [[0, 1]] output_shape [8, 1] : tensor<8xf32> into tensor<8x1xf32>
    %i1 = tensor.expand_shape %i [[0, 1]] output_shape [8, 1] : tensor<8xf32> into tensor<8x1xf32>
    %s = tensor.concat dim(1) %n1, %i1 : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x2xf32>
    %next = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]}
        ins(%s, %xt : tensor<8x2xf32>, tensor<8x2xf32>) outs(%e2 : tensor<8x2xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %w = arith.addf %p, %q : f32
      linalg.yield %w : f32
    } -> tensor<8x2xf32>
    %y1 = tensor.insert_slice %next into %y[%t, 0, 0] [1, 8, 2] [1, 1, 1] : tensor<8x2xf32> into tensor<7x8x2xf32>
    scf.yield %next, %y1 : tensor<8x2xf32>, tensor<7x8x2xf32>
  }
  return %r#1 : tensor<7x8x2xf32>
}
