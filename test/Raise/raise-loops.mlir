// Loops on tensors: what each iteration hands on becomes ssm.scan, whatever its body looks like.
// RUN: mamba-opt %s --split-input-file --ssm-raise-loops --canonicalize --cse | FileCheck %s

#vec = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>

// h = a[t] * h + b[t], read as it comes out and as it went in, and returned.
// CHECK-LABEL: func.func @steps(
// CHECK-SAME: %[[A:.*]]: tensor<7x5xf32>, %[[B:.*]]: tensor<7x5xf32>, %[[H0:.*]]: tensor<5xf32>)
// CHECK-NOT: scf.for
// CHECK: %[[H:.*]]:2 = ssm.scan "a b, a b, b -> a b, b" axis(0) a(%[[A]] {{.*}}) b(%[[B]] {{.*}}) init(%[[H0]]
// CHECK: %[[ALL:.*]] = tensor.concat dim(0)
// CHECK: %[[BEFORE:.*]] = tensor.extract_slice %[[ALL]][0, 0] [7, 5] [1, 1]
// CHECK: return %[[H]]#0, %[[BEFORE]], %[[H]]#1
func.func @steps(%a: tensor<7x5xf32>, %b: tensor<7x5xf32>, %h0: tensor<5xf32>)
    -> (tensor<7x5xf32>, tensor<7x5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<7x5xf32>
  %r:3 = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0, %y = %e, %z = %e)
      -> (tensor<5xf32>, tensor<7x5xf32>, tensor<7x5xf32>) {
    %at = tensor.extract_slice %a[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %fresh = tensor.empty() : tensor<5xf32>
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%at, %h, %bt : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%x: f32, %s: f32, %i: f32, %o: f32):
      %m = arith.mulf %s, %x : f32
      %w = arith.addf %i, %m : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %y1 = tensor.insert_slice %n into %y[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<7x5xf32>
    %z1 = tensor.insert_slice %h into %z[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<7x5xf32>
    scf.yield %n, %y1, %z1 : tensor<5xf32>, tensor<7x5xf32>, tensor<7x5xf32>
  }
  return %r#1, %r#2, %r#0 : tensor<7x5xf32>, tensor<7x5xf32>, tensor<5xf32>
}

// -----

// Another spelling of the same: h - (1 - a) * h + b is a * h + b, in named ops, along another dimension.
// CHECK-LABEL: func.func @respelled(
// CHECK-NOT: scf.for
// CHECK: ssm.scan "a b, b a -> a b" axis(0)
// CHECK-NOT: scf.for
func.func @respelled(%a: tensor<5x?xf32>, %b: tensor<5x?xf32>) -> tensor<5x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %a, %c1 : tensor<5x?xf32>
  %e = tensor.empty(%n) : tensor<5x?xf32>
  %fresh = tensor.empty() : tensor<5xf32>
  %h0 = linalg.fill ins(%zero : f32) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
  %r:2 = scf.for %t = %c0 to %n step %c1 iter_args(%h = %h0, %y = %e) -> (tensor<5xf32>, tensor<5x?xf32>) {
    %at = tensor.extract_slice %a[0, %t] [5, 1] [1, 1] : tensor<5x?xf32> to tensor<5xf32>
    %bt = tensor.extract_slice %b[0, %t] [5, 1] [1, 1] : tensor<5x?xf32> to tensor<5xf32>
    %ah = linalg.mul ins(%at, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %rest = linalg.sub ins(%h, %ah : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %back = linalg.sub ins(%h, %rest : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %next = linalg.add ins(%back, %bt : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %y1 = tensor.insert_slice %next into %y[0, %t] [5, 1] [1, 1] : tensor<5xf32> into tensor<5x?xf32>
    scf.yield %next, %y1 : tensor<5xf32>, tensor<5x?xf32>
  }
  return %r#1 : tensor<5x?xf32>
}

// -----

// Chunks of 4: the loop's step is the length of the slices. The decay is constant in time.
// CHECK-LABEL: func.func @chunks(
// CHECK-SAME: %[[X:.*]]: tensor<12x5xf32>, %[[G:.*]]: tensor<5xf32>)
// CHECK-NOT: scf.for
// CHECK: tensor.expand_shape %[[X]] {{\[\[}}0, 1], [2]] output_shape [3, 4, 5]
// CHECK: ssm.scan "a b : b, a b -> a b" axis(0) a(%[[G]]
// CHECK: tensor.collapse_shape {{.*}} {{\[\[}}0, 1], [2]] : tensor<3x4x5xf32> into tensor<12x5xf32>
#mat = affine_map<(d0, d1) -> (d0, d1)>
#vec0 = affine_map<(d0, d1) -> (d0)>
#row = affine_map<(d0, d1) -> (d1)>
#vec = affine_map<(d0) -> (d0)>
func.func @chunks(%x: tensor<12x5xf32>, %g: tensor<5xf32>) -> tensor<12x5xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c12 = arith.constant 12 : index
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<12x5xf32>
  %v = tensor.empty() : tensor<5xf32>
  %m = tensor.empty() : tensor<4x5xf32>
  %h0 = linalg.fill ins(%zero : f32) outs(%v : tensor<5xf32>) -> tensor<5xf32>
  %r:2 = scf.for %t = %c0 to %c12 step %c4 iter_args(%h = %h0, %y = %e) -> (tensor<5xf32>, tensor<12x5xf32>) {
    %xt = tensor.extract_slice %x[%t, 0] [4, 5] [1, 1] : tensor<12x5xf32> to tensor<4x5xf32>
    %out = linalg.generic {indexing_maps = [#mat, #row, #mat], iterator_types = ["parallel", "parallel"]}
        ins(%xt, %h : tensor<4x5xf32>, tensor<5xf32>) outs(%m : tensor<4x5xf32>) {
    ^bb0(%i: f32, %s: f32, %o: f32):
      %w = arith.addf %i, %s : f32
      linalg.yield %w : f32
    } -> tensor<4x5xf32>
    %sum = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #vec0], iterator_types = ["parallel", "reduction"]}
        ins(%xt : tensor<4x5xf32>) outs(%h0 : tensor<5xf32>) {
    ^bb0(%i: f32, %o: f32):
      %w = arith.addf %i, %o : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %next = linalg.generic {indexing_maps = [#vec, #vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%g, %h, %sum : tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) outs(%v : tensor<5xf32>) {
    ^bb0(%x0: f32, %s: f32, %i: f32, %o: f32):
      %w = math.fma %x0, %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %y1 = tensor.insert_slice %out into %y[%t, 0] [4, 5] [1, 1] : tensor<4x5xf32> into tensor<12x5xf32>
    scf.yield %next, %y1 : tensor<5xf32>, tensor<12x5xf32>
  }
  return %r#1 : tensor<12x5xf32>
}

// -----

// From the second step on, started by the first: an associative scan. It is one scan over all steps.
// CHECK-LABEL: func.func @started(
// CHECK-SAME: %[[A:.*]]: tensor<7x5xf32>, %[[B:.*]]: tensor<7x5xf32>)
// CHECK-NOT: scf.for
// CHECK: %[[H:.*]] = ssm.scan "a b, a b -> a b" axis(0) a(%[[A]] {{.*}}) b(%[[B]]
// CHECK-NEXT: return %[[H]]
#vec = affine_map<(d0) -> (d0)>
func.func @started(%a: tensor<7x5xf32>, %b: tensor<7x5xf32>) -> tensor<7x5xf32> {
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<7x5xf32>
  %p0 = tensor.extract_slice %a[0, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
  %h0 = tensor.extract_slice %b[0, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
  %e0 = tensor.insert_slice %h0 into %e[0, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<7x5xf32>
  %r:3 = scf.for %t = %c1 to %c7 step %c1 iter_args(%p = %p0, %h = %h0, %y = %e0)
      -> (tensor<5xf32>, tensor<5xf32>, tensor<7x5xf32>) {
    %at = tensor.extract_slice %a[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %fresh = tensor.empty() : tensor<5xf32>
    %p1 = linalg.mul ins(%at, %p : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %ah = linalg.mul ins(%at, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %n = linalg.add ins(%ah, %bt : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %y1 = tensor.insert_slice %n into %y[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<7x5xf32>
    scf.yield %p1, %n, %y1 : tensor<5xf32>, tensor<5xf32>, tensor<7x5xf32>
  }
  return %r#2 : tensor<7x5xf32>
}

// -----

// A body may read what its destination holds: one operand more of the recurrence.
// CHECK-LABEL: func.func @destination_is_read(
// CHECK-SAME: %[[A:.*]]: tensor<5xf32>, %[[B:.*]]: tensor<5xf32>, %[[H:.*]]: tensor<5xf32>)
// CHECK-NOT: scf.for
// CHECK: ssm.scan {{.*}} init(%[[H]] : tensor<5xf32>)
func.func @destination_is_read(%a: tensor<5xf32>, %b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>],
                         iterator_types = ["parallel"]}
        ins(%h, %a : tensor<5xf32>, tensor<5xf32>) outs(%b : tensor<5xf32>) {
    ^bb0(%in: f32, %decay: f32, %out: f32):
      %0 = arith.mulf %in, %decay : f32
      %1 = arith.addf %0, %out : f32
      linalg.yield %1 : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// What is handed on is computed outside of the loop, and written in each iteration.
// CHECK-LABEL: func.func @handed_on_from_outside(
// CHECK-NOT: scf.for
// CHECK: return
func.func @handed_on_from_outside(%x: tensor<?x5xf32>, %h0: tensor<5xf32>, %c: tensor<5xf32>) -> (tensor<?x5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %l = tensor.dim %x, %c0 : tensor<?x5xf32>
  %e = tensor.empty(%l) : tensor<?x5xf32>
  %r:2 = scf.for %t = %c0 to %l step %c1 iter_args(%h = %h0, %y = %e) -> (tensor<5xf32>, tensor<?x5xf32>) {
    %w = tensor.insert_slice %c into %y[%t, 0] [1, 5] [1, 1] : tensor<5xf32> into tensor<?x5xf32>
    scf.yield %c, %w : tensor<5xf32>, tensor<?x5xf32>
  }
  return %r#1, %r#0 : tensor<?x5xf32>, tensor<5xf32>
}
