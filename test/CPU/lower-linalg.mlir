// linalg on buffers becomes loops over vectors: along contiguous parallel dimensions, or along contiguous sums.
// RUN: mamba-opt %s --mambac-lower-linalg --split-input-file | FileCheck %s

// A whole contiguous elementwise op is one dimension, in pieces; the rest after whole vectors is scalar.
// CHECK-LABEL: func.func @elementwise(
// CHECK: memref.collapse_shape %{{.*}} {{\[}}[0, 1]]
// CHECK: scf.parallel
// CHECK: scf.for
// CHECK: vector.load %{{.*}} : memref<?xf32>, vector<16xf32>
// CHECK: math.exp %{{.*}} : vector<16xf32>
// CHECK: vector.store
// CHECK: scf.for
// CHECK: memref.load
// CHECK: math.exp %{{.*}} : f32
func.func @elementwise(%x: memref<?x40xf32>, %y: memref<?x40xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x40xf32>) outs(%y : memref<?x40xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Wide partial sums in registers, one reduction at the end; what was in the output is not read if the start is known.
// CHECK-LABEL: func.func @sum(
// CHECK: scf.parallel
// CHECK: %[[PARTIAL:.*]] = scf.for {{.*}} iter_args({{.*}}) -> (vector<64xf32>)
// CHECK-NOT: memref.load %arg1
// CHECK: vector.reduction <add>, %[[PARTIAL]], %{{.*}} fastmath<reassoc> : vector<64xf32> into f32
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (f32)
// CHECK: memref.store
func.func @sum(%x: memref<?x?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"],
                  mambac.start = 0.0 : f32}
      ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %sum: f32):
    %0 = arith.addf %sum, %in : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// What does not change along the vectors is computed once a row.
// CHECK-LABEL: func.func @scale(
// CHECK: scf.for
// CHECK: math.rsqrt %{{.*}} : f32
// CHECK: scf.for
// CHECK: arith.mulf %{{.*}}, %{{.*}} : vector<16xf32>
func.func @scale(%x: memref<?x40xf32>, %s: memref<?xf32>, %y: memref<?x40xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : memref<?x40xf32>, memref<?xf32>) outs(%y : memref<?x40xf32>) {
  ^bb0(%in: f32, %sum: f32, %out: f32):
    %0 = math.rsqrt %sum : f32
    %1 = arith.mulf %in, %0 : f32
    linalg.yield %1 : f32
  }
  return
}

// -----

// Indices from data are checked once a row, reported with the entry's input, and clamped.
// CHECK-LABEL: func.func @embedding(
// CHECK: scf.for
// CHECK: %[[INDEX:.*]] = arith.index_cast
// CHECK: %[[BAD:.*]] = arith.cmpi uge, %[[INDEX]]
// CHECK: scf.if %[[BAD]]
// CHECK: %[[INPUT:.*]] = arith.constant 2 : i32
// CHECK: func.call @mambac_index_fault(%[[INPUT]],
// CHECK: arith.minsi %[[INDEX]]
// CHECK: arith.maxsi
// CHECK: scf.for
// CHECK: vector.load %arg1{{.*}} vector<16xf32>
// CHECK: func.func private @mambac_index_fault(i32, i64, i64)
func.func @embedding(%ids: memref<?xi64>, %table: memref<50x40xf32>, %y: memref<?x40xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"],
                  mambac.index_input = 2 : i32}
      ins(%ids : memref<?xi64>) outs(%y : memref<?x40xf32>) {
  ^bb0(%id: i64, %out: f32):
    %0 = arith.index_cast %id : i64 to index
    %1 = linalg.index 1 : index
    %2 = memref.load %table[%0, %1] : memref<50x40xf32>
    linalg.yield %2 : f32
  }
  return
}

// -----

// Inside of a loop over rows that is parallel already there are plain loops.
// CHECK-LABEL: func.func @rows(
// CHECK-COUNT-1: scf.parallel
// CHECK-NOT: scf.parallel
// CHECK: scf.for
// CHECK: vector.load %{{.*}} : memref<40xf32, strided<[1], offset: ?>>, vector<16xf32>
// CHECK: return
func.func @rows(%x: memref<?x40xf32>, %y: memref<?x40xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %xi = memref.subview %x[%i, 0] [1, 40] [1, 1] : memref<?x40xf32> to memref<40xf32, strided<[1], offset: ?>>
    %yi = memref.subview %y[%i, 0] [1, 40] [1, 1] : memref<?x40xf32> to memref<40xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
        ins(%xi : memref<40xf32, strided<[1], offset: ?>>) outs(%yi : memref<40xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
  }
  return
}

// -----

// A sum runs in four vectors, whose order is its result's; a maximum, of which a step takes longer, in eight.
// CHECK-LABEL: func.func @extremum(
// CHECK: scf.for {{.*}} -> (vector<128xf32>)
// CHECK: vector.reduction <maximumf>
// CHECK: scf.for {{.*}} -> (vector<64xf32>)
// CHECK: vector.reduction <add>
func.func @extremum(%x: memref<?x4096xf32>, %y: memref<?xf32>, %z: memref<?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x4096xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.maximumf %in, %out : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x4096xf32>) outs(%z : memref<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// The largest and its place: eight vectors of elements and of the steps they were found in side by side, then single
// vectors, then what is left.
// CHECK-LABEL: func.func @place(
// CHECK: scf.for {{.*}} step %c128{{.*}} iter_args({{.*}}) -> (vector<16xi32>, vector<16xf32>, {{.*}}vector<16xi32>) {
// CHECK: arith.cmpf ogt
// CHECK: scf.for {{.*}} step %c16{{.*}} iter_args({{.*}}) -> (vector<16xi32>, vector<16xf32>, vector<16xi32>) {
// CHECK: scf.for {{.*}} -> (f32, i64) {
func.func @place(%x: memref<?x4096xf32>, %y: memref<?xf32>, %z: memref<?xi64>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x4096xf32>) outs(%y, %z : memref<?xf32>, memref<?xi64>) {
  ^bb0(%a: f32, %best: f32, %place: i64):
    %takes = arith.cmpf ogt, %a, %best : f32
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %v = arith.select %takes, %a, %best : f32
    %p = arith.select %takes, %at, %place : i64
    linalg.yield %v, %p : f32, i64
  }
  return
}

// -----

// The last of the largest: lanes of a row cannot be merged like that, so lanes are rows.
// CHECK-LABEL: func.func @last_place(
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xi64>) {
func.func @last_place(%x: memref<?x4096xf32>, %y: memref<?xf32>, %z: memref<?xi64>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x4096xf32>) outs(%y, %z : memref<?xf32>, memref<?xi64>) {
  ^bb0(%a: f32, %best: f32, %place: i64):
    %takes = arith.cmpf oge, %a, %best : f32
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %v = arith.select %takes, %a, %best : f32
    %p = arith.select %takes, %at, %place : i64
    linalg.yield %v, %p : f32, i64
  }
  return
}

// -----

// Along a strided dimension lanes are rows, and each counts for itself.
// CHECK-LABEL: func.func @places_of_columns(
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xi64>) {
func.func @places_of_columns(%x: memref<4096x?xf32>, %y: memref<?xf32>, %z: memref<?xi64>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<4096x?xf32>) outs(%y, %z : memref<?xf32>, memref<?xi64>) {
  ^bb0(%a: f32, %best: f32, %place: i64):
    %takes = arith.cmpf ogt, %a, %best : f32
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %v = arith.select %takes, %a, %best : f32
    %p = arith.select %takes, %at, %place : i64
    linalg.yield %v, %p : f32, i64
  }
  return
}

// -----

// Rows of a table by data: the index is checked once a row, and the row after the next (4 kB ahead) is prefetched.
// CHECK-LABEL: func.func @chosen_rows(
// CHECK: scf.for %[[ROW:.*]] = %{{.*}} to %{{.*}} step
// CHECK: %[[NEXT:.*]] = arith.addi %[[ROW]], %c2
// CHECK: %[[LATER:.*]] = arith.minui %[[NEXT]], %{{.*}}
// CHECK: func.call @mambac_index_fault
// CHECK: memref.load %arg0[%[[LATER]]] : memref<?xi64>
// CHECK: %[[AHEAD:.*]] = arith.index_cast
// CHECK: scf.for %[[COLUMN:.*]] = %{{.*}} step %c16
// CHECK: memref.prefetch %arg1[%[[AHEAD]], %[[COLUMN]]], read, locality<3>, data
// CHECK-NEXT: vector.load %arg1[%{{.*}}, %[[COLUMN]]]
// CHECK-NOT: prefetch
// CHECK: return
func.func @chosen_rows(%ids: memref<?xi64>, %w: memref<500x768xf32>, %y: memref<?x768xf32>) {
  linalg.generic {indexing_maps = [affine_map<(l, k) -> (l)>, affine_map<(l, k) -> (l, k)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<?xi64>) outs(%y : memref<?x768xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %v = memref.load %w[%row, %column] : memref<500x768xf32>
    linalg.yield %v : f32
  }
  return
}

// -----

// Short rows, and rows that each point chooses anew, are not prefetched.
// CHECK-LABEL: func.func @short_rows(
// CHECK-NOT: prefetch
// CHECK: return
func.func @short_rows(%ids: memref<?xi64>, %w: memref<500x20xf32>, %y: memref<?x20xf32>, %each: memref<?x768xi64>,
                      %v: memref<500x768xf32>, %z: memref<?x768xf32>) {
  linalg.generic {indexing_maps = [affine_map<(l, k) -> (l)>, affine_map<(l, k) -> (l, k)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<?xi64>) outs(%y : memref<?x20xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %e = memref.load %w[%row, %column] : memref<500x20xf32>
    linalg.yield %e : f32
  }
  linalg.generic {indexing_maps = [affine_map<(l, k) -> (l, k)>, affine_map<(l, k) -> (l, k)>], iterator_types = ["parallel", "parallel"]}
      ins(%each : memref<?x768xi64>) outs(%z : memref<?x768xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %e = memref.load %v[%row, %column] : memref<500x768xf32>
    linalg.yield %e : f32
  }
  return
}
