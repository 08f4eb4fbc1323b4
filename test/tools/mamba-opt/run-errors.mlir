// What --run says of what it cannot run.
//
// RUN: not mamba-opt %s --run 2>&1 | FileCheck %s --check-prefix=WHICH
// RUN: not mamba-opt %s --run --run-function=h 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not mamba-opt %s --run=fast --run-function=f 2>&1 | FileCheck %s --check-prefix=HOW
// RUN: not mamba-opt %s --run --run-function=f --input y=random 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not mamba-opt %s --run --run-function=f --input 0 2>&1 | FileCheck %s --check-prefix=ASSIGN
// RUN: not mamba-opt %s --run --run-function=f --input 0=nothing.npy 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not mamba-opt %s --run --run-function=f --shape 0=2x3 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not mamba-opt %s --run --run-function=f --shape 0=2xx 2>&1 | FileCheck %s --check-prefix=SIZES
// RUN: not mamba-opt %s --run --run-function=f --shape 0=5 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not mamba-opt %s --run --run-function=f --size s0=9 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not mamba-opt %s --run --run-function=f --output 4=x.npy 2>&1 | FileCheck %s --check-prefix=OUTPUT
// RUN: not mamba-opt %s --run --run-function=f --weights=%s 2>&1 | FileCheck %s --check-prefix=WEIGHTS
// RUN: not mamba-opt %s --run --run-function=unranked 2>&1 | FileCheck %s --check-prefix=UNRANKED
// RUN: not mamba-opt %s --run --run-function=calls 2>&1 | FileCheck %s --check-prefix=CALLS
// RUN: not mamba-opt %s --run --run-function=checks 2>&1 | FileCheck %s --check-prefix=CHECKS
// RUN: not mamba-opt %s --run=reference --run-function=large 2>&1 | FileCheck %s --check-prefix=LARGE

// WHICH: error: --run: which function? Give --run-function=NAME; the module has: @f, @unranked
// NONE: error: --run: there is no function @h with a body; the module has: @f, @unranked
// HOW: error: --run takes compiled, reference or auto, not 'fast'
// NAME: error: --run: there is no input y; @f has: arg0
// ASSIGN: error: --input takes NAME=WHAT, not '0'
// FILE: error: --run: input arg0: {{.*}}nothing.npy{{.*}} (an input is random, zeros, ones or a .npy file)
// SHAPE: error: --run: input arg0 does not fit: it is tensor<2x3xf32>, but has to be tensor<2x4xf32> where s0 = 2
// SIZES: error: --run: --shape 0: expected sizes like 2x64, got '2xx'
// RANK: error: --run: input arg0 has rank 2, not 1
// RANGE: error: --run: size s0 cannot be 9: it is between 2 and 8, a multiple of 2
// OUTPUT: error: --run: there is no output 4; @f has 1
// WEIGHTS: error: --run: {{.*}}run-errors.mlir
// UNRANKED: error: --run: cannot run @unranked: argument #0 has no rank
// CALLS: error: --run: cannot run @calls: @outside has no body
// CHECKS: error: --run: cannot run @checks: {{.*}}never true
// LARGE: error: --run: cannot run @large: it needs more memory than there is

func.func @f(%x: tensor<?x4xf32> {mambac.shape = affine_map<()[s0] -> (s0, 4)>}) -> tensor<?x4xf32>
    attributes {mambac.symbols = [{name = "s0", min = 2, max = 8, multiple_of = 2}]} {
  return %x : tensor<?x4xf32>
}

func.func @unranked(%x: tensor<*xf32>) {
  return
}

func.func private @outside(tensor<4xf32>)

func.func @calls(%x: tensor<4xf32>) {
  call @outside(%x) : (tensor<4xf32>) -> ()
  return
}

func.func @checks(%x: tensor<4xf32>, %n: i64) -> tensor<4xf32> {
  %two = arith.constant 2 : i64
  %is = arith.cmpi eq, %n, %two : i64
  cf.assert %is, "never true"
  return %x : tensor<4xf32>
}

func.func @large() -> tensor<1000000x1000000xf64> {
  %zero = arith.constant 0.0 : f64
  %e = tensor.empty() : tensor<1000000x1000000xf64>
  %f = linalg.fill ins(%zero : f64) outs(%e : tensor<1000000x1000000xf64>) -> tensor<1000000x1000000xf64>
  return %f : tensor<1000000x1000000xf64>
}
