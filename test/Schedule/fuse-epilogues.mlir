// The elementwise consumer of a packed product becomes its epilogue, if it alone reads the product and its other operands
// are matrices, rows, columns or scalars of it.
// RUN: mamba-opt %s --split-input-file --mambac-fuse-epilogues | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-fuse-epilogues --remarks-filter=mambac-fuse-epilogues 2>&1 | FileCheck %s --check-prefix=REMARK

#full = affine_map<(b, l, n) -> (b, l, n)>
#column = affine_map<(b, l, n) -> (n)>
#row = affine_map<(b, l, n) -> (b, l)>
#scalar = affine_map<(b, l, n) -> ()>

// Rows are taken apart in between. The sum is rounded to bf16 first, as it was.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: (%[[X:.*]]: tensor<?x64xbf16>, %[[W:.*]]: tensor<3x32x64xbf16>, %[[R:.*]]: tensor<2x?x80xf32>, %[[B:.*]]: tensor<80xf32>, %[[G:.*]]: tensor<2x?xf32>, %[[S:.*]]: tensor<f32>
// CHECK-DAG: %[[R2:.*]] = tensor.collapse_shape %[[R]] {{.*}} : tensor<2x?x80xf32> into tensor<?x80xf32>
// CHECK-DAG: %[[B2:.*]] = tensor.expand_shape %[[B]] {{.*}} : tensor<80xf32> into tensor<1x80xf32>
// CHECK-DAG: %[[G1:.*]] = tensor.collapse_shape %[[G]] {{.*}} : tensor<2x?xf32> into tensor<?xf32>
// CHECK-DAG: %[[G2:.*]] = tensor.expand_shape %[[G1]] {{.*}} into tensor<?x1xf32>
// CHECK-DAG: %[[S2:.*]] = tensor.expand_shape %[[S]] [] output_shape [1, 1] : tensor<f32> into tensor<1x1xf32>
// CHECK: %[[Y:.*]] = ssm.packed_matmul x(%[[X]] : {{.*}}) packed(%[[W]] : {{.*}}) with(%[[R2]], %[[B2]], %[[G2]], %[[S2]] : tensor<?x80xf32>, tensor<1x80xf32>, tensor<?x1xf32>, tensor<1x1xf32>) outs(%{{.*}} : tensor<?x80xf32>) epilogue {
// CHECK-NEXT: ^bb0(%[[SUM:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[ROUNDED:.*]] = arith.truncf %[[SUM]] : f32 to bf16
// CHECK-NEXT: arith.extf %[[ROUNDED]] : bf16 to f32
// CHECK: ssm.yield %{{.*}} : f32
// CHECK: tensor.expand_shape %[[Y]] {{.*}} : tensor<?x80xf32> into tensor<2x?x80xf32>
// CHECK-NOT: linalg.generic
func.func @residual(%x: tensor<?x64xbf16>, %w: tensor<3x32x64xbf16>, %r: tensor<2x?x80xf32>, %b: tensor<80xf32>,
                    %g: tensor<2x?xf32>, %s: tensor<f32>, %m: index, %l: index) -> tensor<2x?x80xf32> {
  %e = tensor.empty(%m) : tensor<?x80xbf16>
  %p = ssm.packed_matmul x(%x : tensor<?x64xbf16>) packed(%w : tensor<3x32x64xbf16>) outs(%e : tensor<?x80xbf16>)
  %a = tensor.expand_shape %p [[0, 1], [2]] output_shape [2, %l, 80] : tensor<?x80xbf16> into tensor<2x?x80xbf16>
  %f = tensor.empty(%l) : tensor<2x?x80xf32>
  %y = linalg.generic {indexing_maps = [#full, #full, #column, #row, #scalar, #full], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%r, %a, %b, %g, %s : tensor<2x?x80xf32>, tensor<2x?x80xbf16>, tensor<80xf32>, tensor<2x?xf32>, tensor<f32>) outs(%f : tensor<2x?x80xf32>) {
  ^bb0(%rv: f32, %pv: bf16, %bv: f32, %gv: f32, %sv: f32, %o: f32):
    %0 = arith.extf %pv : bf16 to f32
    %1 = arith.addf %0, %bv : f32
    %2 = arith.mulf %1, %gv : f32
    %3 = arith.mulf %2, %sv : f32
    %4 = arith.addf %rv, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<2x?x80xf32>
  return %y : tensor<2x?x80xf32>
}

// -----

// Of two products that are multiplied the second takes the first.
#mn = affine_map<(m, n) -> (m, n)>
// CHECK-LABEL: func.func @gated
// CHECK: %[[A:.*]] = ssm.packed_matmul {{.*}} outs(%{{.*}} : tensor<4x32xf32>){{$}}
// CHECK: ssm.packed_matmul {{.*}} with(%[[A]] : tensor<4x32xf32>)
func.func @gated(%x: tensor<4x8xf32>, %w: tensor<1x8x32xf32>, %v: tensor<1x8x32xf32>) -> tensor<4x32xf32> {
  %e = tensor.empty() : tensor<4x32xf32>
  %a = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  %b = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%v : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  %y = linalg.generic {indexing_maps = [#mn, #mn, #mn], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<4x32xf32>, tensor<4x32xf32>) outs(%e : tensor<4x32xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %0 = arith.mulf %p, %q : f32
    linalg.yield %0 : f32
  } -> tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}

// -----

#mn = affine_map<(m, n) -> (m, n)>
#nm = affine_map<(m, n) -> (n, m)>
#m = affine_map<(m, n) -> (m)>

// CHECK-LABEL: func.func @declined
// CHECK-NOT: epilogue
// CHECK: return
func.func @declined(%x: tensor<4x8xf32>, %w: tensor<1x8x32xf32>, %t: tensor<32x4xf32>, %wd: tensor<1x8x32xf64>)
    -> (tensor<32x4xf32>, tensor<4xf32>, tensor<4x32xf32>, tensor<4x32xi32>, tensor<4x32xf32>, tensor<4x32xf32>) {
  %e = tensor.empty() : tensor<4x32xf32>
  %et = tensor.empty() : tensor<32x4xf32>
  %em = tensor.empty() : tensor<4xf32>
  %ei = tensor.empty() : tensor<4x32xi32>
  %c = arith.constant 0.0 : f32
  %z = linalg.fill ins(%c : f32) outs(%em : tensor<4xf32>) -> tensor<4xf32>
  %a = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  // REMARK-DAG: its result is transposed
  %0 = linalg.generic {indexing_maps = [#mn, #nm], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x32xf32>) outs(%et : tensor<32x4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %v = arith.negf %p : f32
    linalg.yield %v : f32
  } -> tensor<32x4xf32>
  %b = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  // REMARK-DAG: it is not elementwise in the product
  %1 = linalg.generic {indexing_maps = [#mn, #m], iterator_types = ["parallel", "reduction"]} ins(%b : tensor<4x32xf32>) outs(%z : tensor<4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %v = arith.addf %o, %p : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %d = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  // REMARK-DAG: an operand varies along part of the rows or columns
  %2 = linalg.generic {indexing_maps = [#mn, #nm, #mn], iterator_types = ["parallel", "parallel"]} ins(%d, %t : tensor<4x32xf32>, tensor<32x4xf32>) outs(%e : tensor<4x32xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %v = arith.addf %p, %q : f32
    linalg.yield %v : f32
  } -> tensor<4x32xf32>
  %f = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  // REMARK-DAG: its result is no float of up to 32 bits
  %3 = linalg.generic {indexing_maps = [#mn, #mn], iterator_types = ["parallel", "parallel"]} ins(%f : tensor<4x32xf32>) outs(%ei : tensor<4x32xi32>) {
  ^bb0(%p: f32, %o: i32):
    %v = arith.fptosi %p : f32 to i32
    linalg.yield %v : i32
  } -> tensor<4x32xi32>
  %ed = tensor.empty() : tensor<4x32xf64>
  %g = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%wd : tensor<1x8x32xf64>) outs(%ed : tensor<4x32xf64>)
  // REMARK-DAG: the product is one of doubles
  %4 = linalg.generic {indexing_maps = [#mn, #mn], iterator_types = ["parallel", "parallel"]} ins(%g : tensor<4x32xf64>) outs(%e : tensor<4x32xf32>) {
  ^bb0(%p: f64, %o: f32):
    %v = arith.truncf %p : f64 to f32
    linalg.yield %v : f32
  } -> tensor<4x32xf32>
  %h = ssm.packed_matmul x(%x : tensor<4x8xf32>) packed(%w : tensor<1x8x32xf32>) outs(%e : tensor<4x32xf32>)
  // REMARK-DAG: the product has several readers
  %5 = linalg.generic {indexing_maps = [#mn, #mn, #mn], iterator_types = ["parallel", "parallel"]} ins(%h, %h : tensor<4x32xf32>, tensor<4x32xf32>) outs(%e : tensor<4x32xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %v = arith.mulf %p, %q : f32
    linalg.yield %v : f32
  } -> tensor<4x32xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<32x4xf32>, tensor<4xf32>, tensor<4x32xf32>, tensor<4x32xi32>, tensor<4x32xf32>, tensor<4x32xf32>
}
