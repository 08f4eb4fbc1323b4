// argmax and its kin: an extremum, and the first place that has it, are found in one reduction.
// RUN: mamba-opt %s --split-input-file --linalg-generalize-named-ops --mambac-fuse-positions --canonicalize | FileCheck %s
// RUN: mamba-opt %s --split-input-file --linalg-generalize-named-ops --mambac-fuse-positions \
// RUN:   --remarks-filter=mambac-fuse-positions -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: mamba-opt %s --split-input-file --mambac-schedule | FileCheck %s --check-prefix=BUFFERS

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func.func @argmax
// CHECK: linalg.generic {{.*}} ins(%{{[a-z0-9]+}} : tensor<4x50xf32>) outs({{.*}} : tensor<4xf32>, tensor<4xi64>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[BEST:.*]]: f32, %[[PLACE:.*]]: i64):
// CHECK-DAG: %[[MORE:.*]] = arith.cmpf ugt, %[[A]], %[[BEST]]
// CHECK-DAG: %[[NUMBER:.*]] = arith.cmpf ord, %[[BEST]], %[[BEST]]
// CHECK: %[[TAKES:.*]] = arith.andi %[[MORE]], %[[NUMBER]]
// CHECK: arith.select %[[TAKES]], %[[A]], %[[BEST]]
// CHECK: arith.select %[[TAKES]], %{{.*}}, %[[PLACE]]
// CHECK-NOT: linalg.generic
// CHECK: return
// BUFFERS-LABEL: func.func @argmax
// BUFFERS: attrs =  {mambac.start = [0xFF800000 : f32, 0]}
// BUFFERS: arith.index_cast
func.func @argmax(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// The smallest integer: equal is equal.
// CHECK-LABEL: func.func @argmin
// CHECK: ^bb0(%[[A:.*]]: i32, %[[BEST:.*]]: i32, %{{.*}}: i64):
// CHECK: arith.cmpi slt, %[[A]], %[[BEST]]
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @argmin(%x: tensor<4x50xi32>, %z: tensor<4x50xi32>) -> (tensor<4xi64>) {
  %low = arith.constant 2147483647 : i32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xi32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xi32>) {
  ^bb0(%o: i32):
    linalg.yield %low : i32
  } -> tensor<4xi32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xi32>) outs(%f : tensor<4xi32>) {
  ^bb0(%a: i32, %o: i32):
    %v = arith.minsi %a, %o : i32
    linalg.yield %v : i32
  } -> tensor<4xi32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xi32>, tensor<4xi32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: i32, %best: i32, %o: i64):
    %hit = arith.cmpi eq, %a, %best : i32
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// 16 bits are compared as 32; where the extremum is wanted, too, it is narrowed behind.
// CHECK-LABEL: func.func @values
// CHECK: ^bb0(%[[A:.*]]: bf16, %[[BEST:.*]]: f32, %{{.*}}: i64):
// CHECK: %[[WIDE:.*]] = arith.extf %[[A]] : bf16 to f32
// CHECK: arith.cmpf ugt, %[[WIDE]], %[[BEST]] : f32
// CHECK: linalg.generic
// CHECK: arith.truncf
// CHECK: return
func.func @values(%x: tensor<4x50xbf16>, %z: tensor<4x50xbf16>) -> (tensor<4xbf16>, tensor<4xi64>) {
  %low = arith.constant 0xFF80 : bf16
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xbf16>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xbf16>) {
  ^bb0(%o: bf16):
    linalg.yield %low : bf16
  } -> tensor<4xbf16>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xbf16>) outs(%f : tensor<4xbf16>) {
  ^bb0(%a: bf16, %o: bf16):
    %v = arith.maximumf %a, %o : bf16
    linalg.yield %v : bf16
  } -> tensor<4xbf16>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xbf16>, tensor<4xbf16>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: bf16, %best: bf16, %o: i64):
    %same = arith.cmpf oeq, %a, %best : bf16
    %nan = arith.cmpf uno, %a, %a : bf16
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %m, %p : tensor<4xbf16>, tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// Places of a number that is a sum.
// REMARK: remark{{.*}}Reason="what it looks for is no extremum"
// CHECK-LABEL: func.func @of_a_sum
// CHECK: arith.minsi
func.func @of_a_sum(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0.0 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.addf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// Zero may be larger than all there is.
// REMARK: remark{{.*}}Reason="what it looks for is no extremum"
// CHECK-LABEL: func.func @from_zero
// CHECK: arith.minsi
func.func @from_zero(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0.0 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// The places of the maximum of another row.
// REMARK: remark{{.*}}Reason="the extremum is that of other elements"
// CHECK-LABEL: func.func @other_rows
// CHECK: arith.minsi
func.func @other_rows(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, affine_map<(i, j) -> (3 - i)>, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// Where another tensor has this one's maximum.
// REMARK: remark{{.*}}Reason="the extremum is that of another tensor"
// CHECK-LABEL: func.func @other_tensor
// CHECK: arith.minsi
func.func @other_tensor(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%z, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4xi64>
  return %p : tensor<4xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// Results in a tensor with one more dimension.
// REMARK: remark{{.*}}Reason="results are not one for each row"
// CHECK-LABEL: func.func @odd_results
// CHECK: arith.minsi
func.func @odd_results(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4x1xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %g = tensor.empty() : tensor<4x1xi64>
  %h = linalg.fill ins(%none : i64) outs(%g : tensor<4x1xi64>) -> tensor<4x1xi64>
  %p = linalg.generic {indexing_maps = [#full, #row, affine_map<(i, j) -> (i, 0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4x1xi64>) {
  ^bb0(%a: f32, %best: f32, %o: i64):
    %same = arith.cmpf oeq, %a, %best : f32
    %nan = arith.cmpf uno, %a, %a : f32
    %hit = arith.ori %same, %nan : i1
    %j = linalg.index 1 : index
    %at = arith.index_cast %j : index to i64
    %c = arith.select %hit, %at, %none : i64
    %v = arith.minsi %c, %o : i64
    linalg.yield %v : i64
  } -> tensor<4x1xi64>
  return %p : tensor<4x1xi64>
}

// -----

#row = affine_map<(i, j) -> (i)>
#full = affine_map<(i, j) -> (i, j)>

// A loop looks for what was computed before it.
// REMARK: remark{{.*}}Reason="the extremum is computed elsewhere"
// CHECK-LABEL: func.func @elsewhere
// CHECK: arith.minsi
func.func @elsewhere(%x: tensor<4x50xf32>, %z: tensor<4x50xf32>) -> (tensor<4xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %none = arith.constant 9223372036854775807 : i64
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %low : f32
  } -> tensor<4xf32>
  %m = linalg.generic {indexing_maps = [#full, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<4x50xf32>) outs(%f : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = arith.maximumf %a, %o : f32
    linalg.yield %v : f32
  } -> tensor<4xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %first = tensor.empty() : tensor<4xi64>
  %p = scf.for %t = %c0 to %c3 step %c1 iter_args(%old = %first) -> tensor<4xi64> {
    %g = tensor.empty() : tensor<4xi64>
    %h = linalg.fill ins(%none : i64) outs(%g : tensor<4xi64>) -> tensor<4xi64>
    %r = linalg.generic {indexing_maps = [#full, #row, #row], iterator_types = ["parallel", "reduction"]}
        ins(%x, %m : tensor<4x50xf32>, tensor<4xf32>) outs(%h : tensor<4xi64>) {
    ^bb0(%a: f32, %best: f32, %o: i64):
      %same = arith.cmpf oeq, %a, %best : f32
      %nan = arith.cmpf uno, %a, %a : f32
      %hit = arith.ori %same, %nan : i1
      %j = linalg.index 1 : index
      %at = arith.index_cast %j : index to i64
      %c = arith.select %hit, %at, %none : i64
      %v = arith.minsi %c, %o : i64
      linalg.yield %v : i64
    } -> tensor<4xi64>
    scf.yield %r : tensor<4xi64>
  }
  return %p : tensor<4xi64>
}
