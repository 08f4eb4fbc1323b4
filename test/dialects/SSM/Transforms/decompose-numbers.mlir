// The numbers that decompositions compute, on dynamic shapes, against results worked out by hand.
// REQUIRES: mlir-runner
// RUN: mamba-opt %s --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)

func.func @print2(%t: tensor<?x?xf32>) {
  %u = tensor.cast %t : tensor<?x?xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}

func.func @print3(%t: tensor<?x?x?xf32>) {
  %u = tensor.cast %t : tensor<?x?x?xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}

func.func @einsum(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %w, %c0 : tensor<?x?xf32>
  %e = tensor.empty(%n, %m) : tensor<?x?xf32>
  %y = ssm.einsum "m k n : m k, n k -> n m" ins(%x, %w : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>)
  call @print2(%y) : (tensor<?x?xf32>) -> ()
  return
}

func.func @cumsums(%x: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %0 = ssm.cumsum dim(1) ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>)
  call @print2(%0) : (tensor<?x?xf32>) -> ()
  %1 = ssm.cumsum dim(1) reverse exclusive ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>)
  call @print2(%1) : (tensor<?x?xf32>) -> ()
  %f = tensor.empty(%m, %n, %n) : tensor<?x?x?xf32>
  %2 = ssm.segsum dim(1) ins(%x : tensor<?x?xf32>) outs(%f : tensor<?x?x?xf32>)
  call @print3(%2) : (tensor<?x?x?xf32>) -> ()
  return
}

func.func @scans(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %n = tensor.dim %a, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%n, %m) : tensor<?x?xf32>
  %one = arith.constant 1.0 : f32
  %f = tensor.empty(%m) : tensor<?xf32>
  %init = linalg.fill ins(%one : f32) outs(%f : tensor<?xf32>) -> tensor<?xf32>
  // The result is transposed.
  %h, %final = ssm.scan "c t, c t, c -> t c, c" axis(1) a(%a : tensor<?x?xf32>) b(%b : tensor<?x?xf32>) init(%init : tensor<?xf32>)
      outs(%e, %f : tensor<?x?xf32>, tensor<?xf32>)
  call @print2(%h) : (tensor<?x?xf32>) -> ()
  %u = tensor.cast %final : tensor<?xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  %r = ssm.scan "c t, c t -> t c" axis(1) reverse a(%a : tensor<?x?xf32>) b(%b : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>)
  call @print2(%r) : (tensor<?x?xf32>) -> ()
  return
}

// h = i h + b from 2i: the decay is one number, and the input is real.
func.func @complex_scan(%b: tensor<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %m = tensor.dim %b, %c0 : tensor<?x?xf32>
  %n = tensor.dim %b, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %f = tensor.empty(%m) : tensor<?xf32>
  %s = tensor.empty() : tensor<f32>
  %re = linalg.fill ins(%zero : f32) outs(%s : tensor<f32>) -> tensor<f32>
  %im = linalg.fill ins(%one : f32) outs(%s : tensor<f32>) -> tensor<f32>
  %init = linalg.fill ins(%two : f32) outs(%f : tensor<?xf32>) -> tensor<?xf32>
  %h:4 = ssm.scan "c t : , c t, , c -> c t, c t, c, c" axis(1) a(%re : tensor<f32>) b(%b : tensor<?x?xf32>) a_imag(%im : tensor<f32>)
      init_imag(%init : tensor<?xf32>) outs(%e, %e, %f, %f : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  call @print2(%h#0) : (tensor<?x?xf32>) -> ()
  call @print2(%h#1) : (tensor<?x?xf32>) -> ()
  %u = tensor.cast %h#3 : tensor<?xf32> to tensor<*xf32>
  call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %xd = tensor.cast %x : tensor<2x3xf32> to tensor<?x?xf32>
  %w = arith.constant dense<[[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]]> : tensor<2x3xf32>
  %wd = tensor.cast %w : tensor<2x3xf32> to tensor<?x?xf32>
  // CHECK: {{\[\[}}-2, -2],
  // CHECK-NEXT: [3, 7.5]]
  call @einsum(%xd, %wd) : (tensor<?x?xf32>, tensor<?x?xf32>) -> ()
  // CHECK: {{\[\[}}1, 3, 6],
  // CHECK-NEXT: [4, 9, 15]]
  // CHECK: {{\[\[}}5, 3, 0],
  // CHECK-NEXT: [11, 6, 0]]
  // CHECK: {{\[\[\[}}0, -inf, -inf],
  // CHECK-NEXT: [2, 0, -inf],
  // CHECK-NEXT: [5, 3, 0]],
  // CHECK-NEXT: {{\[\[}}0, -inf, -inf],
  // CHECK-NEXT: [5, 0, -inf],
  // CHECK-NEXT: [11, 6, 0]]]
  call @cumsums(%xd) : (tensor<?x?xf32>) -> ()
  // h = 1*1+1, 0*2+2, -1*2+3 and 0.5*1+4, 0.5*4.5+5, 0.5*7.25+6
  // CHECK: {{\[\[}}2, 4.5],
  // CHECK-NEXT: [2, 7.25],
  // CHECK-NEXT: [1, 9.625]]
  // CHECK: [1, 9.625]
  // CHECK: {{\[\[}}3, 8],
  // CHECK-NEXT: [2, 8],
  // CHECK-NEXT: [3, 6]]
  call @scans(%wd, %xd) : (tensor<?x?xf32>, tensor<?x?xf32>) -> ()
  // From 2i by i h + b: -2 + 1, -i + 2, 2i + 1 + 3 and -2 + 4, 2i + 5, 5i - 2 + 6
  // CHECK: {{\[\[}}-1, 2, 4],
  // CHECK-NEXT: [2, 5, 4]]
  // CHECK: {{\[\[}}0, -1, 2],
  // CHECK-NEXT: [0, 2, 5]]
  // CHECK: [2, 5]
  call @complex_scan(%xd) : (tensor<?x?xf32>) -> ()
  return
}
