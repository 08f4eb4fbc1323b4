// Sums over all positions up to one that are no running sum of a tensor: one for each reason.
// RUN: mamba-opt %s --split-input-file --ssm-raise-cumsum --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// The same number for each position: a multiple of it.
//
// CHECK: Reason="the summed tensor does not depend on the position", Remark=ssm.cumsum
// IR-LABEL: func.func @constant(
// IR-NOT: ssm.cumsum
func.func @constant(%x: tensor<5xf32>) -> tensor<7x5xf32> {
  %zero = arith.constant 0.0 : f32
  %em = tensor.empty() : tensor<7x5x7xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (d)>, affine_map<(t, d, s) -> (t, d, s)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<5xf32>) outs(%em : tensor<7x5x7xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 2 : index
    %seen = arith.cmpi sge, %t, %s : index
    %v = arith.select %seen, %p, %zero : f32
    linalg.yield %v : f32
  } -> tensor<7x5x7xf32>
  %e = tensor.empty() : tensor<7x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x5xf32>) -> tensor<7x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (t, d, s)>, affine_map<(t, d, s) -> (t, d)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%m : tensor<7x5x7xf32>) outs(%f : tensor<7x5xf32>) {
  ^bb0(%p: f32, %o: f32):
    %w = arith.addf %o, %p : f32
    linalg.yield %w : f32
  } -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// -----

// Each position sums up a row of its own.
//
// CHECK: Reason="the summed tensor is not read along the result's axes", Remark=ssm.cumsum
// IR-LABEL: func.func @own_row(
// IR-NOT: ssm.cumsum
func.func @own_row(%x: tensor<7x7xf32>) -> tensor<7x5xf32> {
  %zero = arith.constant 0.0 : f32
  %em = tensor.empty() : tensor<7x5x7xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (t, s)>, affine_map<(t, d, s) -> (t, d, s)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<7x7xf32>) outs(%em : tensor<7x5x7xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 2 : index
    %seen = arith.cmpi sge, %t, %s : index
    %v = arith.select %seen, %p, %zero : f32
    linalg.yield %v : f32
  } -> tensor<7x5x7xf32>
  %e = tensor.empty() : tensor<7x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x5xf32>) -> tensor<7x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (t, d, s)>, affine_map<(t, d, s) -> (t, d)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%m : tensor<7x5x7xf32>) outs(%f : tensor<7x5xf32>) {
  ^bb0(%p: f32, %o: f32):
    %w = arith.addf %o, %p : f32
    linalg.yield %w : f32
  } -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// -----

// Up to two positions later.
//
// CHECK: Reason="another diagonal of the mask", Remark=ssm.cumsum
// IR-LABEL: func.func @later(
// IR-NOT: ssm.cumsum
func.func @later(%x: tensor<7x5xf32>) -> tensor<7x5xf32> {
  %zero = arith.constant 0.0 : f32
  %em = tensor.empty() : tensor<7x5x7xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (s, d)>, affine_map<(t, d, s) -> (t, d, s)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<7x5xf32>) outs(%em : tensor<7x5x7xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 2 : index
    %c2 = arith.constant 2 : index
    %until = arith.addi %t, %c2 : index
    %seen = arith.cmpi sge, %until, %s : index
    %v = arith.select %seen, %p, %zero : f32
    linalg.yield %v : f32
  } -> tensor<7x5x7xf32>
  %e = tensor.empty() : tensor<7x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x5xf32>) -> tensor<7x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (t, d, s)>, affine_map<(t, d, s) -> (t, d)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%m : tensor<7x5x7xf32>) outs(%f : tensor<7x5xf32>) {
  ^bb0(%p: f32, %o: f32):
    %w = arith.addf %o, %p : f32
    linalg.yield %w : f32
  } -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

// -----

// Nine positions for a result of seven.
//
// CHECK: Reason="the positions summed over are others than those of the result", Remark=ssm.cumsum
// IR-LABEL: func.func @longer(
// IR-NOT: ssm.cumsum
func.func @longer(%x: tensor<9x5xf32>) -> tensor<7x5xf32> {
  %zero = arith.constant 0.0 : f32
  %em = tensor.empty() : tensor<7x5x9xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (s, d)>, affine_map<(t, d, s) -> (t, d, s)>],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x : tensor<9x5xf32>) outs(%em : tensor<7x5x9xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = linalg.index 0 : index
    %s = linalg.index 2 : index
    %seen = arith.cmpi sge, %t, %s : index
    %v = arith.select %seen, %p, %zero : f32
    linalg.yield %v : f32
  } -> tensor<7x5x9xf32>
  %e = tensor.empty() : tensor<7x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<7x5xf32>) -> tensor<7x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(t, d, s) -> (t, d, s)>, affine_map<(t, d, s) -> (t, d)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%m : tensor<7x5x9xf32>) outs(%f : tensor<7x5xf32>) {
  ^bb0(%p: f32, %o: f32):
    %w = arith.addf %o, %p : f32
    linalg.yield %w : f32
  } -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}
