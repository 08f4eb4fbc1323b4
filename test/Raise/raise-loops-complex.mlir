// Loops on tensors that hand on the two parts of a complex number: one ssm.scan.
// RUN: mamba-opt %s --split-input-file --ssm-raise-loops --canonicalize --cse | FileCheck %s

#vec = affine_map<(d0) -> (d0)>

// re = a re - c im + x, im = a im + c re, read as they come out, and returned.
// CHECK-LABEL: func.func @parts(
// CHECK-SAME: %[[A:.*]]: tensor<7x5xf32>, %[[C:.*]]: tensor<5xf32>, %[[X:.*]]: tensor<7x5xf32>, %[[RE:.*]]: tensor<5xf32>, %[[IM:.*]]: tensor<5xf32>)
// CHECK-NOT: scf.for
// CHECK: %[[H:.*]]:4 = ssm.scan "a b, a b, b, b, b -> a b, a b, b, b" axis(0) a(%[[A]] : tensor<7x5xf32>) b(%[[X]] : tensor<7x5xf32>) init(%[[RE]] : tensor<5xf32>)
// CHECK-SAME: a_imag(%[[C]] : tensor<5xf32>) init_imag(%[[IM]] : tensor<5xf32>)
// CHECK: return %[[H]]#0, %[[H]]#2, %[[H]]#3
func.func @parts(%a: tensor<7x5xf32>, %c: tensor<5xf32>, %x: tensor<7x5xf32>, %re0: tensor<5xf32>, %im0: tensor<5xf32>)
    -> (tensor<7x5xf32>, tensor<5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<7x5xf32>
  %r:3 = scf.for %t = %c0 to %c7 step %c1 iter_args(%re = %re0, %im = %im0, %y = %e) -> (tensor<5xf32>, tensor<5xf32>, tensor<7x5xf32>) {
    %at = tensor.extract_slice %a[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %xt = tensor.extract_slice %x[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %fresh = tensor.empty() : tensor<5xf32>
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%at, %re, %c, %im, %xt : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %u: f32, %o: f32):
      %m = arith.mulf %p, %h : f32
      %k = arith.mulf %q, %g : f32
      %s = arith.subf %m, %k : f32
      %w = arith.addf %s, %u : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %i = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%at, %im, %c, %re : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%p: f32, %h: f32, %q: f32, %g: f32, %o: f32):
      %m = arith.mulf %h, %p : f32
      %k = arith.mulf %q, %g : f32
      %s = arith.addf %k, %m : f32
      linalg.yield %s : f32
    } -> tensor<5xf32>
    %y1 = tensor.insert_slice %n into %y[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<7x5xf32>
    scf.yield %n, %i, %y1 : tensor<5xf32>, tensor<5xf32>, tensor<7x5xf32>
  }
  return %r#2, %r#0, %r#1 : tensor<7x5xf32>, tensor<5xf32>, tensor<5xf32>
}

// -----

#vec = affine_map<(d0) -> (d0)>

// Both are added to: no complex number.
// CHECK-LABEL: func.func @hyperbolic(
// CHECK-NOT: ssm.scan
// CHECK: scf.for
func.func @hyperbolic(%c: tensor<5xf32>, %re0: tensor<5xf32>, %im0: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r:2 = scf.for %t = %c0 to %c7 step %c1 iter_args(%re = %re0, %im = %im0) -> (tensor<5xf32>, tensor<5xf32>) {
    %fresh = tensor.empty() : tensor<5xf32>
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%re, %c, %im : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%h: f32, %q: f32, %g: f32, %o: f32):
      %k = arith.mulf %q, %g : f32
      %s = arith.addf %h, %k : f32
      linalg.yield %s : f32
    } -> tensor<5xf32>
    %i = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%im, %c, %re : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%h: f32, %q: f32, %g: f32, %o: f32):
      %k = arith.mulf %q, %g : f32
      %s = arith.addf %h, %k : f32
      linalg.yield %s : f32
    } -> tensor<5xf32>
    scf.yield %n, %i : tensor<5xf32>, tensor<5xf32>
  }
  return %r#0, %r#1 : tensor<5xf32>, tensor<5xf32>
}
