// RUN: mamba-opt %s --split-input-file --ssm-raise-cumsum --canonicalize --cse --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file %t

// A product with a triangle of ones.

// CHECK-LABEL: func.func @triangle
// CHECK: %[[Y:.*]] = ssm.cumsum dim(1) ins(%arg0 : tensor<2x5xf32>)
// CHECK-NOT: reduction
func.func @triangle(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<5x5xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t,s) -> (t,s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<5x5xf32>) {
  ^bb0(%o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %c = arith.cmpi sle, %s, %t : index
    %v = arith.select %c, %one, %zero : f32
    linalg.yield %v : f32
  } -> tensor<5x5xf32>
  %f = tensor.empty() : tensor<2x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%f : tensor<2x5xf32>) -> tensor<2x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b,t,s) -> (t,s)>, affine_map<(b,t,s) -> (b,s)>, affine_map<(b,t,s) -> (b,t)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x : tensor<5x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// A broadcast that is masked and summed, of what comes strictly later, with time in front in the result.

// CHECK-LABEL: func.func @masked_reverse
// CHECK: %[[S:.*]] = ssm.cumsum dim(1) reverse exclusive ins(%arg0 : tensor<2x5xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[S]] : tensor<2x5xf32>)
// CHECK-NOT: reduction
func.func @masked_reverse(%x: tensor<2x5xf32>) -> tensor<5x2xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<5x2x5xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t,b,s) -> (b,s)>, affine_map<(t,b,s) -> (t,b,s)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<2x5xf32>) outs(%e : tensor<5x2x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 2 : index
    %c = arith.cmpi sgt, %s, %t : index
    %v = arith.select %c, %a, %zero : f32
    linalg.yield %v : f32
  } -> tensor<5x2x5xf32>
  %f = tensor.empty() : tensor<5x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%f : tensor<5x2xf32>) -> tensor<5x2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t,b,s) -> (t,b,s)>, affine_map<(t,b,s) -> (t,b)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<5x2x5xf32>) outs(%z : tensor<5x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %o, %a : f32
    linalg.yield %r : f32
  } -> tensor<5x2xf32>
  return %y : tensor<5x2xf32>
}

// -----

// Two positions ahead: no running sum.

// CHECK-LABEL: func.func @other_diagonal
// CHECK-NOT: ssm.cumsum
// CHECK: return
// REMARK: another diagonal of the mask
func.func @other_diagonal(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x5x5xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(b,t,s) -> (b,s)>, affine_map<(b,t,s) -> (b,t,s)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<2x5xf32>) outs(%e : tensor<2x5x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %c2 = arith.constant 2 : index
    %t = linalg.index 1 : index
    %s = linalg.index 2 : index
    %l = arith.addi %t, %c2 : index
    %c = arith.cmpi sle, %s, %l : index
    %v = arith.select %c, %a, %zero : f32
    linalg.yield %v : f32
  } -> tensor<2x5x5xf32>
  %f = tensor.empty() : tensor<2x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%f : tensor<2x5xf32>) -> tensor<2x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b,t,s) -> (b,t,s)>, affine_map<(b,t,s) -> (b,t)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<2x5x5xf32>) outs(%z : tensor<2x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %o, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// The second half of a tensor, as a chunk is: it is cut out first.

// CHECK-LABEL: func.func @part
// CHECK: %[[P:.*]] = tensor.extract_slice %arg0[0, 5] [2, 5] [1, 1]
// CHECK: ssm.cumsum dim(1) ins(%[[P]] : tensor<2x5xf32>)
// CHECK-NOT: reduction
func.func @part(%w: tensor<2x10xf32>) -> tensor<2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %x = tensor.extract_slice %w[0, 5] [2, 5] [1, 1] : tensor<2x10xf32> to tensor<2x5xf32>
  %e = tensor.empty() : tensor<2x5x5xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(b,t,s) -> (b,s)>, affine_map<(b,t,s) -> (b,t,s)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<2x5xf32>) outs(%e : tensor<2x5x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %t = linalg.index 1 : index
    %s = linalg.index 2 : index
    %c = arith.cmpi sle, %s, %t : index
    %v = arith.select %c, %a, %zero : f32
    linalg.yield %v : f32
  } -> tensor<2x5x5xf32>
  %f = tensor.empty() : tensor<2x5xf32>
  %z = linalg.fill ins(%zero : f32) outs(%f : tensor<2x5xf32>) -> tensor<2x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b,t,s) -> (b,t,s)>, affine_map<(b,t,s) -> (b,t)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m : tensor<2x5x5xf32>) outs(%z : tensor<2x5xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.addf %o, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// Of chunks of a padded tensor, whose number is known at run time only.

// CHECK-LABEL: func.func @padded_chunks
// CHECK: %[[P:.*]] = tensor.pad %arg0
// CHECK: %[[C:.*]] = tensor.expand_shape {{.*}} into tensor<?x4x3xf32>
// CHECK: ssm.cumsum dim(1) ins(%[[C]] : tensor<?x4x3xf32>)
// CHECK-NOT: reduction
func.func @padded_chunks(%x: tensor<?x3xf32>, %pad: index, %chunks: index) -> tensor<?x4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4x4xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t,s) -> (t,s)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x4xf32>) {
  ^bb0(%o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 1 : index
    %c = arith.cmpi sle, %s, %t : index
    %v = arith.select %c, %one, %zero : f32
    linalg.yield %v : f32
  } -> tensor<4x4xf32>
  %p = tensor.pad %x low[0, 0] high[%pad, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } : tensor<?x3xf32> to tensor<?x3xf32>
  %cut = tensor.expand_shape %p [[0, 1], [2]] output_shape [%chunks, 4, 3] : tensor<?x3xf32> into tensor<?x4x3xf32>
  %f = tensor.empty(%chunks) : tensor<?x4x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%f : tensor<?x4x3xf32>) -> tensor<?x4x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c,t,h,s) -> (t,s)>, affine_map<(c,t,h,s) -> (c,s,h)>, affine_map<(c,t,h,s) -> (c,t,h)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%m, %cut : tensor<4x4xf32>, tensor<?x4x3xf32>) outs(%z : tensor<?x4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %q = arith.mulf %a, %b : f32
    %r = arith.addf %o, %q : f32
    linalg.yield %r : f32
  } -> tensor<?x4x3xf32>
  return %y : tensor<?x4x3xf32>
}
