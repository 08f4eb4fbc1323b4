// A temporary that is longer in every iteration has no place in the arena.
// RUN: not mamba-opt %s --mambac-schedule --mambac-lower-cpu 2>&1 | FileCheck %s

// CHECK: the size of a temporary in a loop, {{.*}}, depends on the iteration
#mat = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d1)>
func.func @main(%a: tensor<7x7xf32>, %h0: tensor<7xf32>) -> tensor<7xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<7xf32>) {
    %n = arith.addi %t, %c1 : index
    %p = tensor.extract_slice %a[0, 0] [%n, 7] [1, 1] : tensor<7x7xf32> to tensor<?x7xf32>
    %e = tensor.empty(%n) : tensor<?xf32>
    %zero = arith.constant 0.0 : f32
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    %x = linalg.generic {indexing_maps = [#mat, #row, affine_map<(d0, d1) -> (d0)>],
                         iterator_types = ["parallel", "reduction"]}
        ins(%p, %h : tensor<?x7xf32>, tensor<7xf32>) outs(%z : tensor<?xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %m = arith.maximumf %i, %j : f32
      %q = arith.addf %m, %o : f32
      linalg.yield %q : f32
    } -> tensor<?xf32>
    %s = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>],
                         iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<?xf32>) outs(%h : tensor<7xf32>) {
    ^bb0(%i: f32, %o: f32):
      %q = arith.maximumf %i, %o : f32
      linalg.yield %q : f32
    } -> tensor<7xf32>
    scf.yield %s : tensor<7xf32>
  }
  return %r : tensor<7xf32>
}
