// A few long rows are looked through in pieces, by several work items: of equal elements the first is found, of all the
// first NaN, wherever pieces begin.
// REQUIRES: mambac
// RUN: mamba-opt %s --run=compiled | FileCheck %s
// RUN: mamba-opt %s --run=reference | FileCheck %s
// RUN: mamba-opt %s --mambac-schedule --mambac-lower-linalg | FileCheck %s --check-prefix=PIECES
// CHECK: out0: {{.*}} [0, 300002, 70000, 31]
// PIECES-LABEL: func.func private @reduction_0(
// PIECES: memref.alloc() {{.*}} : memref<4x10xf32>
// PIECES: memref.alloc() {{.*}} : memref<4x10xi64>
// PIECES: scf.parallel
// PIECES: scf.for {{.*}} -> (f32, i64) {
#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>
func.func @rows() -> tensor<4xi64> {
  %e = tensor.empty() : tensor<4x300003xf32>
  %x = linalg.generic {indexing_maps = [#full], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x300003xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %r1 = arith.constant 1 : index
    %r2 = arith.constant 2 : index
    %r3 = arith.constant 3 : index
    %c1000 = arith.constant 1000 : index
    %c31 = arith.constant 31 : index
    %c70000 = arith.constant 70000 : index
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %n = arith.index_cast %j : index to i32
    %ramp = arith.sitofp %n : i32 to f32
    // Rows: all alike, growing, NaN from 70,000 on, ones at 31 + 1000 k.
    %is1 = arith.cmpi eq, %i, %r1 : index
    %v1 = arith.select %is1, %ramp, %zero : f32
    %is2 = arith.cmpi eq, %i, %r2 : index
    %late = arith.cmpi uge, %j, %c70000 : index
    %hit2 = arith.andi %is2, %late : i1
    %v2 = arith.select %hit2, %nan, %v1 : f32
    %is3 = arith.cmpi eq, %i, %r3 : index
    %m = arith.remui %j, %c1000 : index
    %at31 = arith.cmpi eq, %m, %c31 : index
    %hit3 = arith.andi %is3, %at31 : i1
    %v3 = arith.select %hit3, %one, %v2 : f32
    linalg.yield %v3 : f32
  } -> tensor<4x300003xf32>
  %lowest = arith.constant 0xFF800000 : f32
  %first = arith.constant 0 : i64
  %f = tensor.empty() : tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %a = linalg.fill ins(%lowest : f32) outs(%f : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.fill ins(%first : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %y:2 = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x300003xf32>) outs(%a, %b : tensor<4xf32>, tensor<4xi64>) {
  ^bb0(%v: f32, %best: f32, %p: i64):
    %more = arith.cmpf ugt, %v, %best : f32
    %number = arith.cmpf ord, %best, %best : f32
    %takes = arith.andi %more, %number : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %w = arith.select %takes, %v, %best : f32
    %q = arith.select %takes, %at, %p : i64
    linalg.yield %w, %q : f32, i64
  } -> (tensor<4xf32>, tensor<4xi64>)
  return %y#1 : tensor<4xi64>
}
