// RUN: mamba-opt %s --mambac-count-work | FileCheck %s

// Operations and bytes of kernel calls, over the symbols of the driver. Sizes come from the driver's arguments, its
// allocations and its views.

#shape = affine_map<()[s0, s1] -> (s0, s1)>
#id = affine_map<(a, b) -> (a, b)>
#row = affine_map<(a, b) -> (a)>
#product = affine_map<()[s0, s1] -> (s0 * s1)>

// CHECK: mambac.kernels = [
// exp and addf of each element.
// CHECK-SAME: {bytes_text = "4*batch*len + 4*batch*len", flops_text = "2*batch*len", name = "pointwise"},
// CHECK-SAME: {bytes_text = "4*batch*len + 4*batch", flops_text = "batch*len", name = "sum"},
// CHECK-SAME: {bytes_text = "4*(batch*len)*16 + 4*2*16*32 + 4*(batch*len)*40", flops_text = "2*(batch*len)*40*16", name = "matmul"},
// b*l*d*n = 2*3*4*5, 7 operations for each.
// CHECK-SAME: flops_text = "7*2*3*4*5", name = "scan"},
// CHECK-SAME: {bytes_text = "2*batch*len + 2*batch*len", flops_text = "0", name = "copy"},
// The product, and two operations of its epilogue on each of its elements.
// CHECK-SAME: {bytes_text = "4*(batch*len)*16 + 4*2*16*32 + 4*(batch*len)*40 + 4*(batch*len)*40", flops_text = "2*(batch*len)*40*16 + 2*(batch*len)*40", name = "epilogue"}]
module attributes {mambac.kernels = [{name = "pointwise"}, {name = "sum"}, {name = "matmul"}, {name = "scan"}, {name = "copy"}, {name = "epilogue"}]} {
  func.func @main(%x: memref<?x?xf32> {mambac.shape = #shape}, %h: memref<?x?xf16> {mambac.shape = #shape},
                  %s0: index {mambac.symbol = 0}, %s1: index {mambac.symbol = 1})
      attributes {mambac.abi, mambac.entry, mambac.symbols = [{name = "batch"}, {name = "len"}]} {
    %y = memref.alloc(%s0, %s1) : memref<?x?xf32>
    %z = memref.alloc(%s0) : memref<?xf32>
    %rows = affine.apply #product()[%s0, %s1]
    %a = memref.alloc(%rows) : memref<?x16xf32>
    %w = memref.alloc() : memref<2x16x32xf32>
    %p = memref.alloc(%rows) : memref<?x40xf32>
    %u = memref.alloc() : memref<2x3x4xf32>
    %A = memref.alloc() : memref<4x5xf32>
    %B = memref.alloc() : memref<2x3x5xf32>
    %g = memref.alloc(%s0, %s1) : memref<?x?xf16>
    call @pointwise(%x, %y) {mambac.kernel = 0 : i32} : (memref<?x?xf32>, memref<?x?xf32>) -> ()
    call @sum(%y, %z) {mambac.kernel = 1 : i32} : (memref<?x?xf32>, memref<?xf32>) -> ()
    call @matmul(%a, %w, %p) {mambac.kernel = 2 : i32} : (memref<?x16xf32>, memref<2x16x32xf32>, memref<?x40xf32>) -> ()
    call @scan(%u, %A, %B) {mambac.kernel = 3 : i32} : (memref<2x3x4xf32>, memref<4x5xf32>, memref<2x3x5xf32>) -> ()
    call @epilogue(%a, %w, %p) {mambac.kernel = 5 : i32} : (memref<?x16xf32>, memref<2x16x32xf32>, memref<?x40xf32>) -> ()
    call @copy(%h, %g) {mambac.kernel = 4 : i32} : (memref<?x?xf16>, memref<?x?xf16>) -> ()
    return
  }
  func.func private @pointwise(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) {
    ^bb0(%i: f32, %o: f32):
      %e = math.exp %i : f32
      %s = arith.addf %e, %i : f32
      linalg.yield %s : f32
    }
    return
  }
  func.func private @sum(%x: memref<?x?xf32>, %y: memref<?xf32>) {
    linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : memref<?x?xf32>) outs(%y : memref<?xf32>) {
    ^bb0(%i: f32, %o: f32):
      %s = arith.addf %o, %i : f32
      linalg.yield %s : f32
    }
    return
  }
  func.func private @matmul(%x: memref<?x16xf32>, %w: memref<2x16x32xf32>, %y: memref<?x40xf32>) {
    ssm.packed_matmul x(%x : memref<?x16xf32>) packed(%w : memref<2x16x32xf32>) outs(%y : memref<?x40xf32>)
    return
  }
  func.func private @scan(%u: memref<2x3x4xf32>, %A: memref<4x5xf32>, %B: memref<2x3x5xf32>) {
    ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : memref<2x3x4xf32>) delta(%u : memref<2x3x4xf32>) A(%A : memref<4x5xf32>)
      B(%B : memref<2x3x5xf32>) C(%B : memref<2x3x5xf32>) outs(%u : memref<2x3x4xf32>)
    return
  }
  func.func private @epilogue(%x: memref<?x16xf32>, %w: memref<2x16x32xf32>, %y: memref<?x40xf32>) {
    ssm.packed_matmul x(%x : memref<?x16xf32>) packed(%w : memref<2x16x32xf32>) with(%y : memref<?x40xf32>) outs(%y : memref<?x40xf32>) epilogue {
    ^bb0(%s: f32, %r: f32):
      %g = arith.mulf %s, %r : f32
      %v = arith.addf %g, %r : f32
      ssm.yield %v : f32
    }
    return
  }
  func.func private @copy(%x: memref<?x?xf16>, %y: memref<?x?xf16>) {
    memref.copy %x, %y : memref<?x?xf16> to memref<?x?xf16>
    return
  }
}
