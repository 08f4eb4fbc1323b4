// RUN: mamba-opt %s --mambac-raise --split-input-file | FileCheck %s

// A mask of -1e30 is added to the exponent instead of -inf: nothing that a decay adds up to comes near it.

#ij = affine_map<(i, j, d) -> (i, j)>
#id = affine_map<(i, j, d) -> (i, d)>
#jd = affine_map<(i, j, d) -> (j, d)>
#mask = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @hidden
// CHECK:         ssm.scan "a b, a b -> a b" axis(0) a({{.*}} : tensor<4x3xf32>) b(%arg1 : tensor<4x3xf32>)
// CHECK-NOT:     math.exp
// CHECK:         return
func.func @hidden(%a: tensor<4x3xf32>, %x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant -1.0e+30 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %f = tensor.empty() : tensor<4x4xf32>
  %c = ssm.cumsum dim(0) ins(%a : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>)
  %m = linalg.generic {indexing_maps = [#mask], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<4x4xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = arith.cmpi sgt, %j, %i : index
    %r = arith.select %p, %low, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
  %y = linalg.generic {indexing_maps = [#id, #jd, #ij, #jd, #id], iterator_types = ["parallel", "reduction", "parallel"]} ins(%c, %c, %m, %x : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4x3xf32>) outs(%start : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %u: f32, %o: f32):
    %d = arith.subf %p, %q : f32
    %z = arith.addf %d, %s : f32
    %w = math.exp %z : f32
    %v = arith.mulf %w, %u : f32
    %r = arith.addf %o, %v : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

// -100 is a number like others: decays may add up to as much.

#ij = affine_map<(i, j, d) -> (i, j)>
#id = affine_map<(i, j, d) -> (i, d)>
#jd = affine_map<(i, j, d) -> (j, d)>
#mask = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @damped
// CHECK-NOT:     ssm.scan
// CHECK:         math.exp
// CHECK-NOT:     ssm.scan
// CHECK:         return
func.func @damped(%a: tensor<4x3xf32>, %x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant -100.0 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %f = tensor.empty() : tensor<4x4xf32>
  %c = ssm.cumsum dim(0) ins(%a : tensor<4x3xf32>) outs(%e : tensor<4x3xf32>)
  %m = linalg.generic {indexing_maps = [#mask], iterator_types = ["parallel", "parallel"]} outs(%f : tensor<4x4xf32>) {
  ^bb0(%o: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = arith.cmpi sgt, %j, %i : index
    %r = arith.select %p, %low, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4x4xf32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
  %y = linalg.generic {indexing_maps = [#id, #jd, #ij, #jd, #id], iterator_types = ["parallel", "reduction", "parallel"]} ins(%c, %c, %m, %x : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4x3xf32>) outs(%start : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %u: f32, %o: f32):
    %d = arith.subf %p, %q : f32
    %z = arith.addf %d, %s : f32
    %w = math.exp %z : f32
    %v = arith.mulf %w, %u : f32
    %r = arith.addf %o, %v : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
