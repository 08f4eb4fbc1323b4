// A tied embedding is read from the panels that its product wants: the table itself is not stored.
// RUN: mamba-opt %s --split-input-file --mambac-read-packed-weights | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-read-packed-weights --remarks-filter=mambac-read-packed-weights 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: mamba-opt %s --split-input-file --mambac-read-packed-weights=most-reads=0 --remarks-filter=mambac-read-packed-weights 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NONE
// RUN: not mamba-opt %s --split-input-file --mambac-read-packed-weights=most-reads=-1 2>&1 | FileCheck %s --check-prefix=OPTION
// OPTION: mambac-read-packed-weights: most-reads has to be at least 0, not -1

// NONE: remark{{.*}}its elements are read many times

#row = affine_map<(l, k) -> (l)>
#full = affine_map<(l, k) -> (l, k)>
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>

// CHECK-LABEL: func.func @tied
// CHECK: %[[W:.*]] = ssm.weight "w"
// CHECK: %[[P:.*]] = linalg.generic
// CHECK: tensor.extract %[[W]]
// CHECK: linalg.generic
// CHECK: %[[AT:.*]] = arith.minsi
// CHECK: %[[K:.*]] = linalg.index 1
// CHECK: %[[PANEL:.*]] = arith.divui %[[AT]], %c32
// CHECK: %[[LANE:.*]] = arith.remui %[[AT]], %c32
// CHECK: tensor.extract %[[P]][%[[PANEL]], %[[K]], %[[LANE]]]
// CHECK: ssm.packed_matmul
func.func @tied(%ids: tensor<6xi64>) -> tensor<6x70xf32> {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c69 = arith.constant 69 : index
  %c70 = arith.constant 70 : index
  %zero = arith.constant 0.0 : f32
  %w = ssm.weight "w" : tensor<70x40xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %x = linalg.generic {indexing_maps = [#row, #full], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<6xi64>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%id: i64, %o: f32):
    %i = arith.index_cast %id : i64 to index
    %low = arith.maxsi %i, %c0 : index
    %at = arith.minsi %low, %c69 : index
    %k = linalg.index 1 : index
    %v = tensor.extract %w[%at, %k] : tensor<70x40xf32>
    linalg.yield %v : f32
  } -> tensor<6x40xf32>
  %f = tensor.empty() : tensor<3x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<3x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %inside = arith.cmpi slt, %n, %c70 : index
    %at = arith.minsi %n, %c69 : index
    %v = tensor.extract %w[%at, %k] : tensor<70x40xf32>
    %s = arith.select %inside, %v, %zero : f32
    linalg.yield %s : f32
  } -> tensor<3x40x32xf32>
  %g = tensor.empty() : tensor<6x70xf32>
  %y = ssm.packed_matmul x(%x : tensor<6x40xf32>) packed(%p : tensor<3x40x32xf32>) outs(%g : tensor<6x70xf32>)
  return %y : tensor<6x70xf32>
}

// -----

// Two entries on one weight: the one that only looks up gets the panels, too (hoisting stores them once).
#row = affine_map<(l, k) -> (l)>
#full = affine_map<(l, k) -> (l, k)>
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>

// CHECK-LABEL: func.func @look_up
// CHECK: %[[P:.*]] = linalg.generic {{.*}} attrs = {mambac.places
// CHECK: tensor.extract %[[P]]
// CHECK-LABEL: func.func @product
func.func @look_up(%i: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c63 = arith.constant 63 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %high = arith.minsi %i, %c63 : index
  %at = arith.maxsi %high, %c0 : index
  %v = tensor.extract %w[%at, %c0] : tensor<64x40xf32>
  return %v : f32
}
func.func @product(%x: tensor<6x40xf32>) -> tensor<6x64xf32> {
  %c32 = arith.constant 32 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %f = tensor.empty() : tensor<2x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<2x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %v = tensor.extract %w[%n, %k] : tensor<64x40xf32>
    linalg.yield %v : f32
  } -> tensor<2x40x32xf32>
  %g = tensor.empty() : tensor<6x64xf32>
  %y = ssm.packed_matmul x(%x : tensor<6x40xf32>) packed(%p : tensor<2x40x32xf32>) outs(%g : tensor<6x64xf32>)
  return %y : tensor<6x64xf32>
}

// -----

// Torch-mlir leaves indices as they come; what refuses bad ones knows the table.
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>
// REMARK: remark{{.*}}Reason="an index is not known to be inside of it", Remark=w
// CHECK-LABEL: func.func @unbounded
// CHECK: %[[W:.*]] = ssm.weight
// CHECK: tensor.extract %[[W]][%{{.*}}, %c0]
func.func @unbounded(%i: index) -> (f32, tensor<2x40x32xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c63 = arith.constant 63 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %low = arith.maxsi %i, %c0 : index
  %v = tensor.extract %w[%low, %c0] : tensor<64x40xf32>
  %f = tensor.empty() : tensor<2x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<2x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %each = tensor.extract %w[%n, %k] : tensor<64x40xf32>
    linalg.yield %each : f32
  } -> tensor<2x40x32xf32>
  return %v, %p : f32, tensor<2x40x32xf32>
}

// -----

// The whole table is read all the same.
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>
// REMARK: remark{{.*}}Reason="something else than a packing reads it as a whole", Remark=w
// CHECK-LABEL: func.func @whole
// CHECK: %[[W:.*]] = ssm.weight
// CHECK: tensor.extract %[[W]][%{{.*}}, %c0]
func.func @whole(%i: index) -> (f32, tensor<64x40xf32>, tensor<2x40x32xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c63 = arith.constant 63 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %v = tensor.extract %w[%c63, %c0] : tensor<64x40xf32>
  %f = tensor.empty() : tensor<2x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<2x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %each = tensor.extract %w[%n, %k] : tensor<64x40xf32>
    linalg.yield %each : f32
  } -> tensor<2x40x32xf32>
  return %v, %w, %p : f32, tensor<64x40xf32>, tensor<2x40x32xf32>
}

// -----

// Places that cannot be those of this weight: then it is no packing.
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n) -> (n floordiv 32, 0, n mod 32)>
// CHECK-LABEL: func.func @no_packing
// CHECK: %[[W:.*]] = ssm.weight
// CHECK: tensor.extract %[[W]][%{{.*}}, %c0]
func.func @no_packing() -> (f32, tensor<2x40x32xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c63 = arith.constant 63 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %v = tensor.extract %w[%c63, %c0] : tensor<64x40xf32>
  %f = tensor.empty() : tensor<2x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<2x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %each = tensor.extract %w[%n, %k] : tensor<64x40xf32>
    linalg.yield %each : f32
  } -> tensor<2x40x32xf32>
  return %v, %p : f32, tensor<2x40x32xf32>
}

// -----

// A column that is read 64 x 64 times: more than four times what is in the table.
#panels = affine_map<(p, k, j) -> (p, k, j)>
#places = affine_map<(n, k) -> (n floordiv 32, k, n mod 32)>
#cube = affine_map<(i, j, k) -> (i, j, k)>
// REMARK: remark{{.*}}Reason="its elements are read many times", Remark=w
// CHECK-LABEL: func.func @often
// CHECK: %[[W:.*]] = ssm.weight
// CHECK: tensor.extract %[[W]][%{{.*}}, %c0]
func.func @often() -> (tensor<64x64x64xf32>, tensor<2x40x32xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c63 = arith.constant 63 : index
  %w = ssm.weight "w" : tensor<64x40xf32>
  %e = tensor.empty() : tensor<64x64x64xf32>
  %x = linalg.generic {indexing_maps = [#cube], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%e : tensor<64x64x64xf32>) {
  ^bb0(%o: f32):
    %n = linalg.index 0 : index
    %v = tensor.extract %w[%n, %c0] : tensor<64x40xf32>
    linalg.yield %v : f32
  } -> tensor<64x64x64xf32>
  %f = tensor.empty() : tensor<2x40x32xf32>
  %p = linalg.generic {indexing_maps = [#panels], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%f : tensor<2x40x32xf32>) attrs = {mambac.places = #places} {
  ^bb0(%o: f32):
    %panel = linalg.index 0 : index
    %k = linalg.index 1 : index
    %lane = linalg.index 2 : index
    %first = arith.muli %panel, %c32 : index
    %n = arith.addi %first, %lane : index
    %each = tensor.extract %w[%n, %k] : tensor<64x40xf32>
    linalg.yield %each : f32
  } -> tensor<2x40x32xf32>
  return %x, %p : tensor<64x64x64xf32>, tensor<2x40x32xf32>
}
