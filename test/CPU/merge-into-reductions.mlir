// Elementwise operations of a row fusion join the sum behind them (lib/CPU/MergeIntoReductions.h).
// RUN: mamba-opt %s --mambac-lower-linalg --split-input-file | FileCheck %s

// In rows, what is computed for a sum is computed in the sum's loop; what others read of it is stored on the way.
// CHECK-LABEL: func.func @norm(
// CHECK: scf.parallel
// CHECK: %[[ROW:.*]] = memref.alloca() : memref<128xf32>
// CHECK: %[[SUM:.*]] = memref.alloca() : memref<f32>
// The sum starts from its constant, not from what is in memory.
// CHECK-NOT: memref.load %[[SUM]]
// CHECK: %[[PARTIAL:.*]] = scf.for {{.*}} iter_args({{.*}}) -> (vector<64xf32>)
// CHECK: %[[SQUARE:.*]] = arith.mulf
// CHECK: vector.store %{{.*}}, %[[ROW]]
// CHECK: scf.yield
// CHECK: vector.reduction <add>, %[[PARTIAL]]
// CHECK: scf.for
// CHECK: vector.load %[[ROW]]
#id = affine_map<(i) -> (i)>
#one = affine_map<(i) -> ()>
func.func @norm(%x: memref<8x128xf32>, %y: memref<8x128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%r) = (%c0) to (%c8) step (%c1) {
    %row = memref.alloca() : memref<128xf32>
    %sum = memref.alloca() : memref<f32>
    %in = memref.subview %x[%r, 0] [1, 128] [1, 1] : memref<8x128xf32> to memref<128xf32, strided<[1], offset: ?>>
    %out = memref.subview %y[%r, 0] [1, 128] [1, 1] : memref<8x128xf32> to memref<128xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%in : memref<128xf32, strided<[1], offset: ?>>) outs(%row : memref<128xf32>) {
    ^bb0(%a: f32, %o: f32):
      %0 = math.absf %a : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#id, #one], iterator_types = ["reduction"], mambac.start = 0.0 : f32}
        ins(%row : memref<128xf32>) outs(%sum : memref<f32>) {
    ^bb0(%a: f32, %s: f32):
      %0 = arith.mulf %a, %a : f32
      %1 = arith.addf %0, %s : f32
      linalg.yield %1 : f32
    }
    linalg.generic {indexing_maps = [#id, #one, #id], iterator_types = ["parallel"]}
        ins(%row, %sum : memref<128xf32>, memref<f32>) outs(%out : memref<128xf32, strided<[1], offset: ?>>) {
    ^bb0(%a: f32, %s: f32, %o: f32):
      %0 = arith.divf %a, %s : f32
      linalg.yield %0 : f32
    }
    scf.reduce
  }
  return
}

// -----

// Not where the last points of a row are no whole wide vector.
// CHECK-LABEL: func.func @separate(
// CHECK: vector.store %{{.*}} : memref<160xf32>, vector<16xf32>
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<64xf32>)
// CHECK-NOT: vector.store
// CHECK: scf.yield
#same = affine_map<(i) -> (i)>
#none = affine_map<(i) -> ()>
func.func @separate(%x: memref<8x160xf32>, %y: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%r) = (%c0) to (%c8) step (%c1) {
    %row = memref.alloca() : memref<160xf32>
    %in = memref.subview %x[%r, 0] [1, 160] [1, 1] : memref<8x160xf32> to memref<160xf32, strided<[1], offset: ?>>
    %out = memref.subview %y[%r] [1] [1] : memref<8xf32> to memref<f32, strided<[], offset: ?>>
    linalg.generic {indexing_maps = [#same, #same], iterator_types = ["parallel"]}
        ins(%in : memref<160xf32, strided<[1], offset: ?>>) outs(%row : memref<160xf32>) {
    ^bb0(%a: f32, %o: f32):
      %0 = math.absf %a : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#same, #none], iterator_types = ["reduction"], mambac.start = 0.0 : f32}
        ins(%row : memref<160xf32>) outs(%out : memref<f32, strided<[], offset: ?>>) {
    ^bb0(%a: f32, %s: f32):
      %0 = arith.addf %a, %s : f32
      linalg.yield %0 : f32
    }
    scf.reduce
  }
  return
}
