// Which operations on buffers become one loop over rows. test/models and the ops suite compare the numbers.
// RUN: mamba-opt %s --split-input-file --mambac-fuse-rows=shortest-row=8 | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-fuse-rows | FileCheck %s --check-prefix=DEFAULT
// RUN: mamba-opt %s --split-input-file --mambac-fuse-rows=stack-bytes=0 | FileCheck %s --check-prefix=OFF
// RUN: not mamba-opt %s --split-input-file --mambac-fuse-rows=stack-bytes=-1 2>&1 | FileCheck %s --check-prefix=BAD
// OFF-NOT: scf.parallel
// Rows of 24 are too short for a loop of their own, unless one is told otherwise.
// DEFAULT-LABEL: func.func @norm
// DEFAULT-NOT: scf.parallel
// DEFAULT-LABEL: func.func @one_row
// BAD: stack-bytes has to be from 0 to 2^20, not -1

#id = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>
#column = affine_map<(l, d) -> (d)>

// A norm behind a residual sum: the sum is wanted elsewhere and stays a buffer, the squares' sums become a number on the
// stack, the weights are there for all rows.
// CHECK-LABEL: func.func @norm
// CHECK-NOT: memref.alloc()
// CHECK: %[[ROWS:.*]] = memref.dim %{{.*}}, %{{.*}} : memref<?x24xf32>
// CHECK: scf.parallel (%[[I:.*]]) = (%{{.*}}) to (%[[ROWS]])
// CHECK: %[[S:.*]] = memref.alloca() {alignment = 64 : i64} : memref<f32>
// CHECK: memref.subview %arg0[%[[I]], 0] [1, 24] [1, 1]
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel"]
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]{{.*}} outs(%[[S]] : memref<f32>) attrs =  {mambac.start = 0.000000e+00 : f32}
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel"]{{.*}} ins(%{{.*}}, %[[S]], %arg2 :
// CHECK: return
func.func @norm(%x: memref<?x24xf32>, %r: memref<?x24xf32>, %w: memref<24xf32>, %h: memref<?x24xf32>, %y: memref<?x24xf32>, %n: index {mambac.symbol = 0 : i64}) attributes {mambac.abi, mambac.symbols = [{name = "s0"}]} {
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %r : memref<?x24xf32>, memref<?x24xf32>) outs(%h : memref<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  }
  %s = memref.alloc(%n) : memref<?xf32>
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : memref<?x24xf32>) outs(%s : memref<?xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.mulf %a, %a : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  }
  linalg.generic {indexing_maps = [#id, #row, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%h, %s, %w : memref<?x24xf32>, memref<?xf32>, memref<24xf32>) outs(%y : memref<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %0 = math.rsqrt %b : f32
    %1 = arith.mulf %a, %0 : f32
    %2 = arith.mulf %1, %c : f32
    linalg.yield %2 : f32
  }
  return
}

// -----

// Numbers of rows and of columns in a body.
#id = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>
// CHECK-LABEL: func.func @positions
// CHECK: scf.parallel (%[[I:.*]]) =
// CHECK: linalg.generic
// CHECK: linalg.index 0
// CHECK: arith.addi %[[I]],
func.func @positions(%x: memref<8x24xf32>, %s: memref<8xf32>, %y: memref<8x24xi64>) attributes {mambac.abi} {
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x24xf32>) outs(%s : memref<8xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%s : memref<8xf32>) outs(%y : memref<8x24xi64>) {
  ^bb0(%a: f32, %o: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.addi %i, %j : index
    %0 = arith.index_cast %k : index to i64
    linalg.yield %0 : i64
  }
  return
}

// -----

// One row: the loop has one iteration, as the sizes are small and known.
#id = affine_map<(d) -> (d)>
#all = affine_map<(d) -> ()>
// CHECK-LABEL: func.func @one_row
// CHECK: scf.parallel (%{{.*}}) = (%c0{{.*}}) to (%c1{{.*}}) step
// CHECK: memref.alloca() {{.*}} : memref<f32>
// CHECK-COUNT-2: linalg.generic
func.func @one_row(%x: memref<768xf32>, %y: memref<768xf32>) attributes {mambac.abi} {
  %s = memref.alloc() : memref<f32>
  linalg.generic {indexing_maps = [#id, #all], iterator_types = ["reduction"]}
      ins(%x : memref<768xf32>) outs(%s : memref<f32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#id, #all, #id], iterator_types = ["parallel"]}
      ins(%x, %s : memref<768xf32>, memref<f32>) outs(%y : memref<768xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Not one loop: a row of unknown length summed up whole could be the entire work.
#id = affine_map<(d) -> (d)>
#all = affine_map<(d) -> ()>
// CHECK-LABEL: func.func @long_row
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @long_row(%x: memref<?xf32>, %s: memref<f32>, %y: memref<?xf32>) attributes {mambac.abi} {
  linalg.generic {indexing_maps = [#id, #all], iterator_types = ["reduction"]}
      ins(%x : memref<?xf32>) outs(%s : memref<f32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#id, #all, #id], iterator_types = ["parallel"]}
      ins(%x, %s : memref<?xf32>, memref<f32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Nor: rows of one are columns of the other, or another row is read.
#id = affine_map<(l, d) -> (l, d)>
#t = affine_map<(l, d) -> (d, l)>
#row = affine_map<(l, d) -> (l)>
// CHECK-LABEL: func.func @transposed
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @transposed(%x: memref<8x8xf32>, %h: memref<8x8xf32>, %s: memref<8xf32>) attributes {mambac.abi} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<8x8xf32>) outs(%h : memref<8x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#t, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : memref<8x8xf32>) outs(%s : memref<8xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Nor: the sum goes over what was another one's rows.
#id3 = affine_map<(b, l, d) -> (b, l, d)>
#bl = affine_map<(b, l, d) -> (b, l)>
#id = affine_map<(b, l) -> (b, l)>
#b = affine_map<(b, l) -> (b)>
// CHECK-LABEL: func.func @other_rows
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @other_rows(%x: memref<2x8x8xf32>, %h: memref<2x8xf32>, %s: memref<2xf32>) attributes {mambac.abi} {
  linalg.generic {indexing_maps = [#id3, #bl], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : memref<2x8x8xf32>) outs(%h : memref<2x8xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#id, #b], iterator_types = ["parallel", "reduction"]}
      ins(%h : memref<2x8xf32>) outs(%s : memref<2xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Nor: a view of what the group writes may be any part of it, a copy between may read it, and rows of a million points
// are for several cores.
#id = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>
#id1 = affine_map<(d) -> (d)>
// CHECK-LABEL: func.func @between
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @between(%x: memref<8x8xf32>, %h: memref<8x8xf32>, %g: memref<8x8xf32>, %s: memref<8xf32>, %z: memref<2x1048576xf32>, %t: memref<2xf32>) attributes {mambac.abi} {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<8x8xf32>) outs(%h : memref<8x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  }
  %v = memref.expand_shape %h [[0], [1, 2]] output_shape [8, 2, 4] : memref<8x8xf32> into memref<8x2x4xf32>
  %w = memref.collapse_shape %v [[0], [1, 2]] : memref<8x2x4xf32> into memref<8x8xf32>
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%w : memref<8x8xf32>) outs(%s : memref<8xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  memref.copy %h, %g : memref<8x8xf32> to memref<8x8xf32>
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%z : memref<2x1048576xf32>) outs(%t : memref<2xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%z, %t : memref<2x1048576xf32>, memref<2xf32>) outs(%z : memref<2x1048576xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A row that does not fit on the stack stays in its buffer; an operation between that has nothing to do with the group
// is done before.
#id = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>
// CHECK-LABEL: func.func @large_rows
// CHECK: memref.alloc() : memref<4x50288xf32>
// CHECK: linalg.generic {{.*}} outs(%arg3
// CHECK: scf.parallel
// CHECK-NOT: memref.alloca() {{.*}}50288
// CHECK-COUNT-2: linalg.generic
// CHECK: return
func.func @large_rows(%x: memref<4x50288xf32>, %s: memref<4xf32>, %o: memref<4xf32>, %p: memref<4xf32>) attributes {mambac.abi} {
  %h = memref.alloc() : memref<4x50288xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<4x50288xf32>) outs(%h : memref<4x50288xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      ins(%o : memref<4xf32>) outs(%p : memref<4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.negf %a : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%h : memref<4x50288xf32>) outs(%s : memref<4xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %b, %a : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// The result takes the rows of a temporary that is not read again; not those of one that is, or of an input.
#id = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>
// CHECK-LABEL: func.func @in_place
// CHECK: %[[T:.*]] = memref.alloc({{.*}}) : memref<?x24xf32>
// CHECK-NOT: memref.alloc
// CHECK: scf.parallel
// CHECK: linalg.generic {{.*}}iterator_types = ["reduction"]
// CHECK: %[[IN:.*]] = memref.subview %[[T]]
// CHECK: %[[OUT:.*]] = memref.subview %[[T]]
// CHECK: linalg.generic {{.*}} ins(%[[IN]], {{.*}} outs(%[[OUT]] :
// CHECK: memref.copy %[[T]], %arg1
func.func @in_place(%x: memref<?x24xf32>, %y: memref<?x24xf32>, %n: index {mambac.symbol = 0 : i64}) attributes {mambac.abi, mambac.symbols = [{name = "s0"}]} {
  %t = memref.alloc(%n) : memref<?x24xf32>
  memref.copy %x, %t : memref<?x24xf32> to memref<?x24xf32>
  %s = memref.alloc(%n) : memref<?xf32>
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%t : memref<?x24xf32>) outs(%s : memref<?xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  %u = memref.alloc(%n) : memref<?x24xf32>
  linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %s : memref<?x24xf32>, memref<?xf32>) outs(%u : memref<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  }
  memref.copy %u, %y : memref<?x24xf32> to memref<?x24xf32>
  return
}

// CHECK-LABEL: func.func @not_in_place
// CHECK-COUNT-2: memref.alloc({{.*}}) : memref<?x24xf32>
// CHECK: scf.parallel
func.func @not_in_place(%x: memref<?x24xf32>, %y: memref<?x24xf32>, %n: index {mambac.symbol = 0 : i64}) attributes {mambac.abi, mambac.symbols = [{name = "s0"}]} {
  %t = memref.alloc(%n) : memref<?x24xf32>
  memref.copy %x, %t : memref<?x24xf32> to memref<?x24xf32>
  %s = memref.alloc(%n) : memref<?xf32>
  linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%t : memref<?x24xf32>) outs(%s : memref<?xf32>) attrs = {mambac.start = 0.0 : f32} {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %o, %a : f32
    linalg.yield %0 : f32
  }
  %u = memref.alloc(%n) : memref<?x24xf32>
  linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%t, %s : memref<?x24xf32>, memref<?xf32>) outs(%u : memref<?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.divf %a, %b : f32
    linalg.yield %0 : f32
  }
  memref.copy %u, %y : memref<?x24xf32> to memref<?x24xf32>
  memref.copy %t, %x : memref<?x24xf32> to memref<?x24xf32>
  return
}
