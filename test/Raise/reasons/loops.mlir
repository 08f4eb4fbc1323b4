// Loops that are no linear recurrence stay: one for each reason that ssm-raise-loops has.
// RUN: mamba-opt %s --split-input-file --ssm-raise-loops --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

#vec = affine_map<(d0) -> (d0)>
#backwards = affine_map<(d0) -> (4 - d0)>

// CHECK: Reason="what is handed on goes through ssm.cumsum", Remark=ssm.scan
// IR-LABEL: func.func @running_sum(
// IR: scf.for
func.func @running_sum(%h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = ssm.cumsum dim(0) ins(%h : tensor<5xf32>) outs(%fresh : tensor<5xf32>)
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on has a product of two values that were handed over", Remark=ssm.scan
// IR-LABEL: func.func @square(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @square(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%h, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.mulf %s, %s : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on divides by what was handed over", Remark=ssm.scan
// IR-LABEL: func.func @reciprocal(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @reciprocal(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%h, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.divf %i, %s : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on goes through arith.maximumf", Remark=ssm.scan
// IR-LABEL: func.func @maximum(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @maximum(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%h, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.maximumf %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on combines different elements of what was handed over", Remark=ssm.scan
// IR-LABEL: func.func @neighbours(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
#backwards = affine_map<(d0) -> (4 - d0)>
func.func @neighbours(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #backwards, #vec], iterator_types = ["parallel"]}
        ins(%h, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.addf %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="elements change their places when they are handed on", Remark=ssm.scan
// IR-LABEL: func.func @reversed(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
#backwards = affine_map<(d0) -> (4 - d0)>
func.func @reversed(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#backwards, #vec, #vec], iterator_types = ["parallel"]}
        ins(%h, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %w = arith.mulf %s, %i : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on reads what was handed over at computed positions", Remark=ssm.scan
// IR-LABEL: func.func @gather(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @gather(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #vec, #vec], iterator_types = ["parallel"]}
        ins(%b, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %i: f32, %o: f32):
      %c4 = arith.constant 4 : index
      %at = linalg.index 0 : index
      %other = arith.subi %c4, %at : index
      %g = tensor.extract %h[%other] : tensor<5xf32>
      %w = arith.addf %i, %g : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on is summed up in place", Remark=ssm.scan
// IR-LABEL: func.func @in_place(
// IR: scf.for
func.func @in_place(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.add ins(%b, %b : tensor<5xf32>, tensor<5xf32>) outs(%h : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on mixes elements of what was handed over", Remark=ssm.scan
// IR-LABEL: func.func @matrix(
// IR: scf.for
func.func @matrix(%m: tensor<5x5xf32>, %z: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.matvec ins(%m, %h : tensor<5x5xf32>, tensor<5xf32>) outs(%z : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="dimensions of a state are merged", Remark=ssm.scan
// IR-LABEL: func.func @flattened(
// IR: scf.for
func.func @flattened(%b: tensor<10xf32>, %h0: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<10xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<2x5xf32>) {
    %f = tensor.collapse_shape %h [[0, 1]] : tensor<2x5xf32> into tensor<10xf32>
    %n = linalg.add ins(%f, %b : tensor<10xf32>, tensor<10xf32>) outs(%fresh : tensor<10xf32>) -> tensor<10xf32>
    %e = tensor.expand_shape %n [[0, 1]] output_shape [2, 5] : tensor<10xf32> into tensor<2x5xf32>
    scf.yield %e : tensor<2x5xf32>
  }
  return %r : tensor<2x5xf32>
}

// -----

// CHECK: Reason="it hands on something that is no tensor", Remark=ssm.scan
// IR-LABEL: func.func @number(
// IR: scf.for
func.func @number(%b: tensor<7xf32>, %h0: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (f32) {
    %v = tensor.extract %b[%t] : tensor<7xf32>
    %n = arith.addf %h, %v : f32
    scf.yield %n : f32
  }
  return %r : f32
}

// -----

// CHECK: Reason="it hands on integers", Remark=ssm.scan
// IR-LABEL: func.func @integers(
// IR: scf.for
func.func @integers(%h0: tensor<5xi64>) -> tensor<5xi64> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xi64>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xi64>) {
    %n = linalg.add ins(%h, %h : tensor<5xi64>, tensor<5xi64>) outs(%fresh : tensor<5xi64>) -> tensor<5xi64>
    scf.yield %n : tensor<5xi64>
  }
  return %r : tensor<5xi64>
}

// -----

// CHECK: Reason="two tensors that it hands on depend on each other", Remark=ssm.scan
// IR-LABEL: func.func @coupled(
// IR: scf.for
func.func @coupled(%g0: tensor<5xf32>, %h0: tensor<5xf32>) -> (tensor<5xf32>, tensor<5xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r:2 = scf.for %t = %c0 to %c7 step %c1 iter_args(%g = %g0, %h = %h0) -> (tensor<5xf32>, tensor<5xf32>) {
    %m = linalg.add ins(%g, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    %n = linalg.sub ins(%g, %h : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %m, %n : tensor<5xf32>, tensor<5xf32>
  }
  return %r#0, %r#1 : tensor<5xf32>, tensor<5xf32>
}

// -----

// CHECK: Reason="its step is not a constant", Remark=ssm.scan
// IR-LABEL: func.func @open_step(
// IR: scf.for
func.func @open_step(%b: tensor<5xf32>, %h0: tensor<5xf32>, %step: index) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %step iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.add ins(%h, %b : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="the place of a result is not linear in the iteration", Remark=ssm.scan
// IR-LABEL: func.func @square_place(
// IR: scf.for
func.func @square_place(%x: tensor<1x5xf32>, %y0: tensor<21x5xf32>) -> tensor<21x5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<1x5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%y = %y0) -> (tensor<21x5xf32>) {
    %n = linalg.exp ins(%x : tensor<1x5xf32>) outs(%fresh : tensor<1x5xf32>) -> tensor<1x5xf32>
    %at = arith.muli %t, %t : index
    %w = tensor.insert_slice %n into %y[%at, 0] [1, 5] [1, 1] : tensor<1x5xf32> into tensor<21x5xf32>
    scf.yield %w : tensor<21x5xf32>
  }
  return %r : tensor<21x5xf32>
}

// -----

// CHECK: Reason="results of neighbouring iterations overlap or leave gaps", Remark=ssm.scan
// IR-LABEL: func.func @overlapping_results(
// IR: scf.for
func.func @overlapping_results(%x: tensor<3x5xf32>, %y0: tensor<21x5xf32>) -> tensor<21x5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<3x5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%y = %y0) -> (tensor<21x5xf32>) {
    %n = linalg.exp ins(%x : tensor<3x5xf32>) outs(%fresh : tensor<3x5xf32>) -> tensor<3x5xf32>
    %w = tensor.insert_slice %n into %y[%t, 0] [3, 5] [1, 1] : tensor<3x5xf32> into tensor<21x5xf32>
    scf.yield %w : tensor<21x5xf32>
  }
  return %r : tensor<21x5xf32>
}

// -----

// CHECK: Reason="the position of a slice is not linear in the iteration", Remark=ssm.scan
// IR-LABEL: func.func @square_position(
// IR: scf.for
func.func @square_position(%b: tensor<49x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %at = arith.muli %t, %t : index
    %v = tensor.extract_slice %b[%at, 0] [1, 5] [1, 1] : tensor<49x5xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a slice moves along two dimensions", Remark=ssm.scan
// IR-LABEL: func.func @diagonal(
// IR: scf.for
func.func @diagonal(%b: tensor<7x12xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %v = tensor.extract_slice %b[%t, %t] [1, 5] [1, 1] : tensor<7x12xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a loop walks backwards", Remark=ssm.scan
// IR-LABEL: func.func @backwards(
// IR: scf.for
func.func @backwards(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %at = affine.apply affine_map<(d0) -> (6 - d0)>(%t)
    %v = tensor.extract_slice %b[%at, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a slice along the loop has a stride or an open size", Remark=ssm.scan
// IR-LABEL: func.func @strided(
// IR: scf.for
func.func @strided(%b: tensor<15xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %v = tensor.extract_slice %b[%t] [5] [2] : tensor<15xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="slices of neighbouring iterations overlap or leave gaps", Remark=ssm.scan
// IR-LABEL: func.func @overlapping(
// IR: scf.for
func.func @overlapping(%b: tensor<11xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %v = tensor.extract_slice %b[%t] [5] [1] : tensor<11xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a slice of an iteration's own tensor moves", Remark=ssm.scan
// IR-LABEL: func.func @own(
// IR: scf.for
func.func @own(%b: tensor<7x35xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 35] [1, 1] : tensor<7x35xf32> to tensor<35xf32>
    %v = tensor.extract_slice %bt[%t] [5] [1] : tensor<35xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="its body has tensor.pad", Remark=ssm.scan
// IR-LABEL: func.func @padded(
// IR: scf.for
func.func @padded(%b: tensor<7x4xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %zero = arith.constant 0.0 : f32
    %bt = tensor.extract_slice %b[%t, 0] [1, 4] [1, 1] : tensor<7x4xf32> to tensor<4xf32>
    %v = tensor.pad %bt low[1] high[0] {
    ^bb0(%i: index):
      tensor.yield %zero : f32
    } : tensor<4xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="the size of a slice depends on the iteration", Remark=ssm.scan
// IR-LABEL: func.func @growing(
// IR: scf.for
func.func @growing(%b: tensor<7x7xf32>, %e: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %size = arith.addi %t, %c1 : index
    %s = tensor.extract_slice %b[%t, 0] [1, %size] [1, 1] : tensor<7x7xf32> to tensor<?xf32>
    %v = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>],
                         iterator_types = ["parallel", "reduction"]} ins(%s : tensor<?xf32>) outs(%e : tensor<5xf32>) {
    ^bb0(%i: f32, %o: f32):
      %w = arith.addf %i, %o : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="the place of an insertion depends on the iteration", Remark=ssm.scan
// IR-LABEL: func.func @scattered(
// IR: scf.for
func.func @scattered(%b: tensor<7x1xf32>, %e: tensor<5xf32>, %c5: index, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 1] [1, 1] : tensor<7x1xf32> to tensor<1xf32>
    %at = arith.remui %t, %c5 : index
    %v = tensor.insert_slice %bt into %e[%at] [1] [1] : tensor<1xf32> into tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="an operation reads a tensor of its iteration at computed positions", Remark=ssm.scan
// IR-LABEL: func.func @looked_up(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @looked_up(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %v = linalg.generic {indexing_maps = [#vec], iterator_types = ["parallel"]} outs(%fresh : tensor<5xf32>) {
    ^bb0(%o: f32):
      %c4 = arith.constant 4 : index
      %i = linalg.index 0 : index
      %at = arith.subi %c4, %i : index
      %w = tensor.extract %bt[%at] : tensor<5xf32>
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="what is handed on is not linear in what was handed over", Remark=ssm.scan
// IR-LABEL: func.func @circle(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @circle(%b: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %n = linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]}
        ins(%h : tensor<5xf32>) outs(%fresh : tensor<5xf32>) {
    ^bb0(%s: f32, %o: f32):
      %sin, %cos = math.sincos %s : f32
      linalg.yield %sin : f32
    } -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a number is computed in each iteration", Remark=ssm.scan
// IR-LABEL: func.func @number_of_the_iteration(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @number_of_the_iteration(%h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %i = arith.index_cast %t : index to i64
    %f = arith.sitofp %i : i64 to f32
    %v = linalg.generic {indexing_maps = [affine_map<(d0) -> ()>, #vec], iterator_types = ["parallel"]}
        ins(%f : f32) outs(%fresh : tensor<5xf32>) {
    ^bb0(%x: f32, %o: f32):
      linalg.yield %x : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a slice is not where it seems to be", Remark=ssm.scan
// IR-LABEL: func.func @standing(
// IR: scf.for
func.func @standing(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %at = arith.muli %t, %c0 : index
    %v = tensor.extract_slice %b[%at, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a number in an iteration is read from a tensor of that iteration", Remark=ssm.scan
// IR-LABEL: func.func @captured_element(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @captured_element(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %bt = tensor.extract_slice %b[%t, 0] [1, 5] [1, 1] : tensor<7x5xf32> to tensor<5xf32>
    %x = tensor.extract %bt[%c1] : tensor<5xf32>
    %v = linalg.generic {indexing_maps = [#vec], iterator_types = ["parallel"]} outs(%fresh : tensor<5xf32>) {
    ^bb0(%o: f32):
      linalg.yield %x : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="a number in an iteration is no plain arithmetic", Remark=ssm.scan
// IR-LABEL: func.func @captured_choice(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @captured_choice(%b: tensor<7x5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %p = arith.cmpi eq, %t, %c1 : index
    %x = scf.if %p -> (f32) {
      %one = arith.constant 1.0 : f32
      scf.yield %one : f32
    } else {
      %two = arith.constant 2.0 : f32
      scf.yield %two : f32
    }
    %v = linalg.generic {indexing_maps = [#vec], iterator_types = ["parallel"]} outs(%fresh : tensor<5xf32>) {
    ^bb0(%o: f32):
      linalg.yield %x : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="the size of a tensor depends on the iteration", Remark=ssm.scan
// IR-LABEL: func.func @growing_tensor(
// IR: scf.for
#vec = affine_map<(d0) -> (d0)>
func.func @growing_tensor(%e: tensor<5xf32>, %h0: tensor<5xf32>) -> tensor<5xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %fresh = tensor.empty() : tensor<5xf32>
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%h = %h0) -> (tensor<5xf32>) {
    %size = arith.addi %t, %c1 : index
    %e1 = tensor.empty(%size) : tensor<?xf32>
    %z = linalg.generic {indexing_maps = [#vec], iterator_types = ["parallel"]} outs(%e1 : tensor<?xf32>) {
    ^bb0(%o: f32):
      %one = arith.constant 1.0 : f32
      linalg.yield %one : f32
    } -> tensor<?xf32>
    %v = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>],
                         iterator_types = ["parallel", "reduction"]} ins(%z : tensor<?xf32>) outs(%e : tensor<5xf32>) {
    ^bb0(%i: f32, %o: f32):
      %w = arith.addf %i, %o : f32
      linalg.yield %w : f32
    } -> tensor<5xf32>
    %n = linalg.add ins(%h, %v : tensor<5xf32>, tensor<5xf32>) outs(%fresh : tensor<5xf32>) -> tensor<5xf32>
    scf.yield %n : tensor<5xf32>
  }
  return %r : tensor<5xf32>
}

// -----

// CHECK: Reason="the place of a result depends on the iteration", Remark=ssm.scan
// IR-LABEL: func.func @growing_result(
// IR: scf.for
func.func @growing_result(%x: tensor<1x?xf32>, %y0: tensor<7x9xf32>) -> tensor<7x9xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %r = scf.for %t = %c0 to %c7 step %c1 iter_args(%y = %y0) -> (tensor<7x9xf32>) {
    %size = arith.addi %t, %c1 : index
    %w = tensor.insert_slice %x into %y[%t, 0] [1, %size] [1, 1] : tensor<1x?xf32> into tensor<7x9xf32>
    scf.yield %w : tensor<7x9xf32>
  }
  return %r : tensor<7x9xf32>
}
