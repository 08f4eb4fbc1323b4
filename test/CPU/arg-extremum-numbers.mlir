// Ties, NaN and infinities wherever a row of 422 has them: in steps of eight vectors (up to 384), single vectors (up to 416),
// and what is left. Of equal elements the first is found, of all elements the first NaN.
// REQUIRES: mambac
// RUN: mamba-opt %s --run=compiled | FileCheck %s
// RUN: mamba-opt %s --run=reference | FileCheck %s
// CHECK: out0: {{.*}} [0, 421, 58, 77, 0, 390, ..]
// CHECK: out1: {{.*}} [58, 77, 0, 390, 420, 131]
// CHECK: out2: {{.*}} [7, 7, 7, 7, 0, 7, ..]
#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>
func.func @rows() -> (tensor<8xi64>, tensor<6xi64>, tensor<8xi32>) {
  %e = tensor.empty() : tensor<8x422xf32>
  %x = linalg.generic {indexing_maps = [#full], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<8x422xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %c59 = arith.constant 59 : index
    %zero = arith.constant 0.0 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %low = arith.constant 0xFF800000 : f32
    %high = arith.constant 0x7F800000 : f32
    %n = arith.index_cast %j : index to i32
    %ramp = arith.sitofp %n : i32 to f32
    %m = arith.remui %j, %c59 : index
    %k = arith.index_cast %m : index to i32
    %saw = arith.sitofp %k : i32 to f32
    // Rows: all alike, growing, ties at 58 + 59 k, NaN at 77 and 300, all lowest, equal at 390 and 421, NaN at the end,
    // infinity at 131 and 140.
    %r0 = arith.constant 0 : index
    %r1 = arith.constant 1 : index
    %r2 = arith.constant 2 : index
    %r3 = arith.constant 3 : index
    %r4 = arith.constant 4 : index
    %r5 = arith.constant 5 : index
    %r6 = arith.constant 6 : index
    %r7 = arith.constant 7 : index
    %j77 = arith.constant 77 : index
    %j131 = arith.constant 131 : index
    %j140 = arith.constant 140 : index
    %j300 = arith.constant 300 : index
    %j390 = arith.constant 390 : index
    %j420 = arith.constant 420 : index
    %j421 = arith.constant 421 : index
    %is1 = arith.cmpi eq, %i, %r1 : index
    %v1 = arith.select %is1, %ramp, %zero : f32
    %is2 = arith.cmpi uge, %i, %r2 : index
    %v2 = arith.select %is2, %saw, %v1 : f32
    %is3 = arith.cmpi eq, %i, %r3 : index
    %at77 = arith.cmpi eq, %j, %j77 : index
    %at300 = arith.cmpi eq, %j, %j300 : index
    %at3 = arith.ori %at77, %at300 : i1
    %hit3 = arith.andi %is3, %at3 : i1
    %v3 = arith.select %hit3, %nan, %v2 : f32
    %is4 = arith.cmpi eq, %i, %r4 : index
    %v4 = arith.select %is4, %low, %v3 : f32
    %is5 = arith.cmpi eq, %i, %r5 : index
    %at390 = arith.cmpi eq, %j, %j390 : index
    %at421 = arith.cmpi eq, %j, %j421 : index
    %at5 = arith.ori %at390, %at421 : i1
    %hit5 = arith.andi %is5, %at5 : i1
    %tie5 = arith.select %hit5, %high, %v4 : f32
    %is6 = arith.cmpi eq, %i, %r6 : index
    %past = arith.cmpi uge, %j, %j420 : index
    %hit6 = arith.andi %is6, %past : i1
    %v6 = arith.select %hit6, %nan, %tie5 : f32
    %is7 = arith.cmpi eq, %i, %r7 : index
    %at131 = arith.cmpi eq, %j, %j131 : index
    %at140 = arith.cmpi eq, %j, %j140 : index
    %at7 = arith.ori %at131, %at140 : i1
    %hit7 = arith.andi %is7, %at7 : i1
    %v7 = arith.select %hit7, %high, %v6 : f32
    linalg.yield %v7 : f32
  } -> tensor<8x422xf32>

  // The largest, as aten.argmax is imported: the maximum, then its first place.
  %lowest = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %f = tensor.empty() : tensor<8xf32>
  %start = linalg.fill ins(%lowest : f32) outs(%f : tensor<8xf32>) -> tensor<8xf32>
  %largest = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x422xf32>) outs(%start : tensor<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<8xf32>
  %g = tensor.empty() : tensor<8xi64>
  %far = linalg.fill ins(%none : i64) outs(%g : tensor<8xi64>) -> tensor<8xi64>
  %places = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %largest : tensor<8x422xf32>, tensor<8xf32>) outs(%far : tensor<8xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %isnan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %isnan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %p = arith.select %hit, %at, %none : i64
    %v = arith.minsi %p, %o : i64
    linalg.yield %v : i64
  } -> tensor<8xi64>

  // What is below -1 and no NaN, in one reduction, as other front ends write it: only the lowest row has that. The place
  // keeps its start, 7, elsewhere.
  %bound = arith.constant -1.0 : f32
  %seven = arith.constant 7 : i32
  %h = tensor.empty() : tensor<8xi32>
  %from = linalg.fill ins(%bound : f32) outs(%f : tensor<8xf32>) -> tensor<8xf32>
  %begin = linalg.fill ins(%seven : i32) outs(%h : tensor<8xi32>) -> tensor<8xi32>
  %least:2 = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x422xf32>) outs(%from, %begin : tensor<8xf32>, tensor<8xi32>) {
  ^bb0(%a: f32, %best: f32, %p: i32):
    %less = arith.cmpf olt, %a, %best : f32
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i32
    %v = arith.select %less, %a, %best : f32
    %q = arith.select %less, %at, %p : i32
    linalg.yield %v, %q : f32, i32
  } -> (tensor<8xf32>, tensor<8xi32>)
  %last = tensor.extract_slice %places[2] [6] [1] : tensor<8xi64> to tensor<6xi64>
  return %places, %last, %least#1 : tensor<8xi64>, tensor<6xi64>, tensor<8xi32>
}
