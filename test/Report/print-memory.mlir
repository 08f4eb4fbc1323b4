// What a module holds in memory, as --mambac-print-memory adds it up. All tensors are f32, so a size is 4 bytes an element.
// RUN: mamba-opt %s --split-input-file --mambac-print-memory="length=10" -o /dev/null | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-print-memory="length=10" | FileCheck %s --check-prefix=SAME

// The pass changes nothing: the module follows its line.
// SAME: {"function":"broadcast_sum"
// SAME: func.func @broadcast_sum
// SAME: tensor.empty

// The product of 4 x 10 x 10 is the largest temporary. Its operands are inputs, which belong to the caller, and so does the
// result; the exponential of the sum lives beside nothing but the sum.
// CHECK: {"function":"broadcast_sum","largest":1600,"largest_op":"linalg.generic","largest_shape":[4,10,10],
// CHECK-SAME: "largest_place":"layers.0.mixer (model.py:12)","peak":1760,"peak_op":"linalg.generic",
// CHECK-SAME: "peak_place":"layers.0.mixer (model.py:13)","ops":4}
#full = affine_map<(i, j, k) -> (i, j, k)>
#ij = affine_map<(i, j, k) -> (i, j)>
#ik = affine_map<(i, j, k) -> (i, k)>
#id = affine_map<(i, j) -> (i, j)>
func.func @broadcast_sum(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c1 : tensor<4x?xf32>
  %e3 = tensor.empty(%l, %l) : tensor<4x?x?xf32>
  %p = linalg.generic {indexing_maps = [#ij, #ik, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %x : tensor<4x?xf32>, tensor<4x?xf32>) outs(%e3 : tensor<4x?x?xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<4x?x?xf32> loc("layers.0.mixer"("model.py":12:0))
  %e = tensor.empty(%l) : tensor<4x?xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x?xf32>) -> tensor<4x?xf32>
  %s = linalg.generic {indexing_maps = [#full, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p : tensor<4x?x?xf32>) outs(%z : tensor<4x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = arith.addf %a, %o : f32
    linalg.yield %m : f32
  } -> tensor<4x?xf32> loc("layers.0.mixer"("model.py":13:0))
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%s : tensor<4x?xf32>) outs(%e : tensor<4x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %m = math.exp %a : f32
    linalg.yield %m : f32
  } -> tensor<4x?xf32>
  return %y : tensor<4x?xf32>
}

// -----

// Views take no memory, but keep what they view alive: %p (40 bytes) until %r, in spite of the slices. Weights and what is
// made from them alone are no temporaries. Live at %r: %p, %q, %r (8 bytes each of the latter; %r is the result's own).
// CHECK: {"function":"views","largest":40,{{.*}}"largest_shape":[10],{{.*}}"peak":48,
#v = affine_map<(i) -> (i)>
func.func @views(%x: tensor<10xf32>) -> tensor<2xf32> {
  %w = ssm.weight "w" : tensor<2x1000xf32>
  %ew = tensor.empty() : tensor<1000x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x1000xf32>) outs(%ew : tensor<1000x2xf32>) permutation = [1, 0]
  %v = tensor.extract_slice %t[0, 0] [1, 2] [1, 1] : tensor<1000x2xf32> to tensor<2xf32>
  %e = tensor.empty() : tensor<10xf32>
  %p = linalg.exp ins(%x : tensor<10xf32>) outs(%e : tensor<10xf32>) -> tensor<10xf32>
  %cut = tensor.extract_slice %p[0] [2] [1] : tensor<10xf32> to tensor<2xf32>
  %e2 = tensor.empty() : tensor<2xf32>
  %q = linalg.add ins(%cut, %v : tensor<2xf32>, tensor<2xf32>) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %other = tensor.extract_slice %p[8] [2] [1] : tensor<10xf32> to tensor<2xf32>
  %r = linalg.mul ins(%q, %other : tensor<2xf32>, tensor<2xf32>) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

// A loop that writes its rows into what it carries needs one copy of that, and a row; an unrolled chain of insertions, too.
// A destination that is read later is copied.
// CHECK: {"function":"loop","largest":400,{{.*}}"peak":440,
func.func @loop(%x: tensor<10x10xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c10 = arith.constant 10 : index
  %e = tensor.empty() : tensor<10x10xf32>
  %row = tensor.empty() : tensor<10xf32>
  %y = scf.for %i = %c0 to %c10 step %c1 iter_args(%acc = %e) -> tensor<10x10xf32> {
    %in = tensor.extract_slice %x[%i, 0] [1, 10] [1, 1] : tensor<10x10xf32> to tensor<10xf32>
    %f = linalg.exp ins(%in : tensor<10xf32>) outs(%row : tensor<10xf32>) -> tensor<10xf32>
    %next = tensor.insert_slice %f into %acc[%i, 0] [1, 10] [1, 1] : tensor<10xf32> into tensor<10x10xf32>
    scf.yield %next : tensor<10x10xf32>
  }
  %s = tensor.extract %y[%c0, %c0] : tensor<10x10xf32>
  return %s : f32
}

// CHECK: {"function":"copied","largest":400,{{.*}}"peak":800,
func.func @copied(%x: tensor<10x10xf32>, %r: tensor<10xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %e = tensor.empty() : tensor<10x10xf32>
  %p = linalg.exp ins(%x : tensor<10x10xf32>) outs(%e : tensor<10x10xf32>) -> tensor<10x10xf32>
  %q = tensor.insert_slice %r into %p[0, 0] [1, 10] [1, 1] : tensor<10xf32> into tensor<10x10xf32>
  %a = tensor.extract %p[%c0, %c0] : tensor<10x10xf32>
  %b = tensor.extract %q[%c0, %c0] : tensor<10x10xf32>
  %s = arith.addf %a, %b : f32
  return %s : f32
}

// CHECK: {"function":"in_place","largest":400,{{.*}}"peak":400,
func.func @in_place(%x: tensor<10x10xf32>, %r: tensor<10xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %e = tensor.empty() : tensor<10x10xf32>
  %p = linalg.exp ins(%x : tensor<10x10xf32>) outs(%e : tensor<10x10xf32>) -> tensor<10x10xf32>
  %q = tensor.insert_slice %r into %p[0, 0] [1, 10] [1, 1] : tensor<10xf32> into tensor<10x10xf32>
  %a = tensor.extract %q[%c0, %c0] : tensor<10x10xf32>
  return %a : f32
}

// -----

// Symbols: the batch is one, the length the next multiple of 16. Sizes go through index arithmetic.
// CHECK: {"function":"main","largest":704,"largest_op":"tensor.pad","largest_shape":[1,22,8],{{.*}}"peak":704,
func.func @main(%x: tensor<?x?x8xf32> {mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 8)>}) -> tensor<?x8xf32>
    attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1, max = 64, multiple_of = 1},
                                                {name = "s1", min = 1, max = 4096, multiple_of = 16}]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : tensor<?x?x8xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x8xf32>
  %pad = affine.apply affine_map<()[s0] -> (s0 ceildiv 3)>()[%l]
  %p = tensor.pad %x low[0, 0, 0] high[0, %pad, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<?x?x8xf32> to tensor<?x?x8xf32>
  %y = tensor.extract_slice %p[0, 0, 0] [%b, 1, 8] [1, 1, 1] : tensor<?x?x8xf32> to tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// A function that is no entry is not profiled where there is one.
// CHECK-NOT: "function":"helper"
func.func @helper(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// Buffers: an allocation counts from its first use to the last one of any of its views; a driver's destinations, arena
// and weights do not count.
// CHECK: {"function":"main","largest":400,"largest_op":"memref.alloc","largest_shape":[10,10],{{.*}}"peak":480,
func.func private @kernel(memref<10x10xf32>)
func.func private @small(memref<10xf32>, memref<10xf32>)
func.func @main(%x: memref<?x10xf32> {mambac.shape = affine_map<()[s0] -> (s0, 10)>},
                %y: memref<?x10xf32> {mambac.output, mambac.shape = affine_map<()[s0] -> (s0, 10)>},
                %w: memref<?xi8> {mambac.weights}, %s0: index {mambac.symbol = 0 : i64})
    attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1, max = 9223372036854775807, multiple_of = 1}]} {
  %a = memref.alloc(%s0) : memref<?x10xf32>
  %early = memref.alloc() : memref<10xf32>
  %late = memref.alloc() : memref<10xf32>
  %b = memref.alloc() : memref<10x10xf32>
  call @kernel(%b) : (memref<10x10xf32>) -> ()
  %row = memref.subview %b[0, 0] [1, 10] [1, 1] : memref<10x10xf32> to memref<10xf32>
  call @small(%early, %row) : (memref<10xf32>, memref<10xf32>) -> ()
  call @small(%early, %late) : (memref<10xf32>, memref<10xf32>) -> ()
  %r = memref.cast %row : memref<10xf32> to memref<10xf32>
  call @small(%late, %r) : (memref<10xf32>, memref<10xf32>) -> ()
  return
}

// -----

// An input of eight times a symbol tells what the symbol is.
// CHECK: {"function":"multiple","largest":640,"largest_op":"memref.alloc","largest_shape":[160],
func.func @multiple(%x: memref<?xf32> {mambac.shape = affine_map<()[s0] -> (s0 * 8)>}, %s0: index {mambac.symbol = 0 : i64})
    attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1, max = 9223372036854775807, multiple_of = 1}]} {
  %c16 = arith.constant 16 : index
  %n = arith.muli %s0, %c16 : index
  %a = memref.alloc(%n) : memref<?xf32>
  memref.copy %a, %a : memref<?xf32> to memref<?xf32>
  return
}
