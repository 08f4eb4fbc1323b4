// A pass's effect on results, memory, operations and time shows by running before and after it.
//
// RUN: mamba-opt %s --run --shape 0=2x64x8 | FileCheck %s --check-prefix=BEFORE
// RUN: mamba-opt %s --ssm-raise-einsum --canonicalize --run --shape 0=2x64x8 --output 0=%t.npy | FileCheck %s --check-prefix=AFTER
// RUN: mamba-opt %s --mambac-raise --mambac-schedule --run --size s1=64 --size s0=2 | FileCheck %s --check-prefix=SCHEDULED
// RUN: mamba-opt %s --run=reference --input x=random:2x64x8 | FileCheck %s --check-prefix=REFERENCE
// Ones times ones, summed over 4 and 64; the result of another run as input.
// RUN: mamba-opt %s --run --input 0=ones:1x3x8 --input y=ones --input z=ones | FileCheck %s --check-prefix=ONES
// RUN: mamba-opt %s --run=reference --run-function square --input 0=%t.npy | FileCheck %s --check-prefix=FILE
// RUN: mamba-opt %s --run --run-function scale --input 1=ones | FileCheck %s --check-prefix=SCALE
//
// The same inputs by the same seed: the results agree, digit by digit, where nothing rounds differently.
// BEFORE: @scores, compiled, s0 = 2, s1 = 64
// BEFORE-NEXT: out0: tensor<2x64x64xf32> min [[MIN:[-0-9.]+]]{{.*}} max
// BEFORE-NEXT: temporaries as written: peak 262 kB, largest 262 kB (linalg.generic)
// BEFORE: floating-point operations in
// BEFORE-NEXT: {"flops":{{.*}}"written_peak_bytes":262144}
// AFTER: @scores, compiled, s0 = 2, s1 = 64
// AFTER-NEXT: out0: tensor<2x64x64xf32> min
// AFTER-NEXT: temporaries as written: peak 0 bytes, largest 0 bytes
// SCHEDULED: @scores, compiled, s0 = 2, s1 = 64
// SCHEDULED-NEXT: out0: tensor<2x64x64xf32> min
// REFERENCE: @scores, by definition, s0 = 2, s1 = 64
// REFERENCE-NEXT: out0: tensor<2x64x64xf32> min
// REFERENCE: 1.311e+05 floating-point operations
// ONES: out0: tensor<1x3x3xf32> min 8 max 8 mean 8 [8, 8, 8, 8, 8, 8, ..]
// FILE: out0: tensor<2x64x64xf32> min {{[0-9]}}
// SCALE: @scale, by definition, s0 = 3
// SCALE-NEXT: not compiled (scheduling: argument #1 of entry @scale is not a ranked tensor
// SCALE-NEXT: out0: tensor<3xf32> min
// SCALE-NEXT: out1: tensor<i64> min 1 max 1 mean 1 [1]

#xmap = affine_map<(b, l, s, n) -> (b, l, n)>
#ymap = affine_map<(b, l, s, n) -> (b, s, n)>
#full = affine_map<(b, l, s, n) -> (b, l, s, n)>
#out = affine_map<(b, l, s, n) -> (b, l, s)>

func.func @scores(%x: tensor<?x?x8xf32> {mambac.name = "x", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 8)>},
                  %y: tensor<?x?x8xf32> {mambac.name = "y", mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 8)>},
                  %z: tensor<f32> {mambac.name = "z", mambac.shape = affine_map<()[s0, s1] -> ()>})
    -> tensor<?x?x?xf32> attributes {mambac.entry, mambac.symbols = [{name = "s0", max = 8}, {name = "s1"}]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x8xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x8xf32>
  %e = tensor.empty(%b, %l, %l) : tensor<?x?x?x8xf32>
  %p = linalg.generic {indexing_maps = [#xmap, #ymap, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %y : tensor<?x?x8xf32>, tensor<?x?x8xf32>) outs(%e : tensor<?x?x?x8xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %m = arith.mulf %a, %c : f32
    linalg.yield %m : f32
  } -> tensor<?x?x?x8xf32>
  %zero = arith.constant 0.0 : f32
  %f = tensor.empty(%b, %l, %l) : tensor<?x?x?xf32>
  %g = linalg.fill ins(%zero : f32) outs(%f : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %r = linalg.generic {indexing_maps = [#full, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%p : tensor<?x?x?x8xf32>) outs(%g : tensor<?x?x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  } -> tensor<?x?x?xf32>
  return %r : tensor<?x?x?xf32>
}

func.func @square(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %r = arith.mulf %x, %x : tensor<?x?x?xf32>
  return %r : tensor<?x?x?xf32>
}

// Scalars can be given where a function is run by definition.
func.func @scale(%x: tensor<?xf32>, %n: i64) -> (tensor<?xf32>, i64) {
  %r = arith.addf %x, %x : tensor<?xf32>
  return %r, %n : tensor<?xf32>, i64
}
