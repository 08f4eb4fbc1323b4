// The numbers that the decompositions of windows, attention and caches compute, against NumPy.
// REQUIRES: mlir-runner
// RUN: mamba-opt %s --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)

// A sequence shorter than the window; x has channels before time.
func.func @causal_conv1d() {
  %x = arith.constant dense<[[[1.0, 3.0], [2.0, 4.0]]]> : tensor<1x2x2xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 1.0], [0.5, 0.0, -1.0, 0.25]]> : tensor<2x4xf32>
  %b = arith.constant dense<[0.5, -0.5]> : tensor<2xf32>
  %s = arith.constant dense<[[[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0]]]> : tensor<1x2x3xf32>
  %xd = tensor.cast %x : tensor<1x2x2xf32> to tensor<1x2x?xf32>
  %c2 = arith.constant 2 : index
  %l = tensor.dim %xd, %c2 : tensor<1x2x?xf32>
  %e = tensor.empty(%l) : tensor<1x?x2xf32>
  %f = tensor.empty() : tensor<1x2x3xf32>
  %y, %t = ssm.causal_conv1d "b c l, c k, c, b c k -> b l c, b c k" x(%xd : tensor<1x2x?xf32>) weight(%w : tensor<2x4xf32>) bias(%b : tensor<2xf32>)
      initial_window(%s : tensor<1x2x3xf32>) outs(%e, %f : tensor<1x?x2xf32>, tensor<1x2x3xf32>)
  %py = tensor.cast %y : tensor<1x?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%py) : (tensor<*xf32>) -> ()
  %pt = tensor.cast %t : tensor<1x2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%pt) : (tensor<*xf32>) -> ()
  // One entry more than the taps read.
  %s4 = arith.constant dense<[[[90.0, -1.0, -2.0, -3.0], [90.0, -4.0, -5.0, -6.0]]]> : tensor<1x2x4xf32>
  %f4 = tensor.empty() : tensor<1x2x4xf32>
  %y4, %t4 = ssm.causal_conv1d "b c l, c k, c, b c k -> b l c, b c k" x(%xd : tensor<1x2x?xf32>) weight(%w : tensor<2x4xf32>) bias(%b : tensor<2xf32>)
      initial_window(%s4 : tensor<1x2x4xf32>) outs(%e, %f4 : tensor<1x?x2xf32>, tensor<1x2x4xf32>)
  %py4 = tensor.cast %y4 : tensor<1x?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%py4) : (tensor<*xf32>) -> ()
  %pt4 = tensor.cast %t4 : tensor<1x2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%pt4) : (tensor<*xf32>) -> ()
  %a = ssm.causal_conv1d "b c l, c k -> b l c" x(%xd : tensor<1x2x?xf32>) weight(%w : tensor<2x4xf32>) activation(silu) outs(%e : tensor<1x?x2xf32>)
  %pa = tensor.cast %a : tensor<1x?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%pa) : (tensor<*xf32>) -> ()
  return
}

// Two heads share a key; causal with more keys than queries; a query whose mask hides all keys.
func.func @attention() {
  %q = arith.constant dense<[[[[-1.0, -0.75], [-0.5, -0.25]], [[0.0, 0.25], [0.5, 0.75]]]]> : tensor<1x2x2x2xf32>
  %k = arith.constant dense<[[[[-1.0, -0.5], [0.0, 0.5], [1.0, 1.5]]]]> : tensor<1x1x3x2xf32>
  %v = arith.constant dense<[[[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]]]> : tensor<1x1x3x2xf32>
  %m = arith.constant dense<[[0.0, 1.0, -1.0], [2.0, 0.0, 0.5]]> : tensor<2x3xf32>
  %keep = arith.constant dense<[[true, false, true], [false, false, false]]> : tensor<2x3xi1>
  %qd = tensor.cast %q : tensor<1x2x2x2xf32> to tensor<1x2x?x2xf32>
  %kd = tensor.cast %k : tensor<1x1x3x2xf32> to tensor<1x1x?x2xf32>
  %c2 = arith.constant 2 : index
  %l = tensor.dim %qd, %c2 : tensor<1x2x?x2xf32>
  %e = tensor.empty(%l) : tensor<1x2x?x2xf32>
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, q s -> b h q e" query(%qd : tensor<1x2x?x2xf32>) key(%kd : tensor<1x1x?x2xf32>)
      value(%v : tensor<1x1x3x2xf32>) mask(%m : tensor<2x3xf32>) scale(0.5) causal outs(%e : tensor<1x2x?x2xf32>)
  %p0 = tensor.cast %0 : tensor<1x2x?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%p0) : (tensor<*xf32>) -> ()
  %1 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, q s -> b h q e" query(%qd : tensor<1x2x?x2xf32>) key(%kd : tensor<1x1x?x2xf32>)
      value(%v : tensor<1x1x3x2xf32>) mask(%keep : tensor<2x3xi1>) scale(0.5) outs(%e : tensor<1x2x?x2xf32>)
  %p1 = tensor.cast %1 : tensor<1x2x?x2xf32> to tensor<*xf32>
  call @printMemrefF32(%p1) : (tensor<*xf32>) -> ()
  return
}

// Caches with room for four rows: two new rows fit behind one, of two texts; of rows at 3 and at -1 one has a place; at 7 none
// has. A query's keys end with its own.
func.func @cache() {
  %cache = arith.constant dense<[[[[1.0], [2.0], [3.0], [4.0]]], [[[5.0], [6.0], [7.0], [8.0]]]]> : tensor<2x1x4x1xf32>
  %k = arith.constant dense<[[[[10.0]], [[20.0]]], [[[30.0]], [[40.0]]]]> : tensor<2x2x1x1xf32>
  %kd = tensor.cast %k : tensor<2x2x1x1xf32> to tensor<2x?x1x1xf32>
  %p1 = arith.constant dense<[1, 3]> : tensor<2xi64>
  %p2 = arith.constant dense<[-1, 7]> : tensor<2xi64>
  %0 = ssm.append "b l h d, b -> b h s d" rows(%kd : tensor<2x?x1x1xf32>) at(%p1 : tensor<2xi64>) outs(%cache : tensor<2x1x4x1xf32>)
  %c0 = tensor.cast %0 : tensor<2x1x4x1xf32> to tensor<*xf32>
  call @printMemrefF32(%c0) : (tensor<*xf32>) -> ()
  %1 = ssm.append "b l h d, b -> b h s d" rows(%kd : tensor<2x?x1x1xf32>) at(%p2 : tensor<2xi64>) outs(%cache : tensor<2x1x4x1xf32>)
  %c1 = tensor.cast %1 : tensor<2x1x4x1xf32> to tensor<*xf32>
  call @printMemrefF32(%c1) : (tensor<*xf32>) -> ()
  // Scores are all alike: means of the values that are seen.
  %q = arith.constant dense<0.0> : tensor<2x1x2x1xf32>
  %p3 = arith.constant dense<[0, 2]> : tensor<2xi64>
  %e = tensor.empty() : tensor<2x1x2x1xf32>
  %y = ssm.attention "b h q d, b h s d, b h s e, b -> b h q e" query(%q : tensor<2x1x2x1xf32>) key(%cache : tensor<2x1x4x1xf32>)
      value(%cache : tensor<2x1x4x1xf32>) position(%p3 : tensor<2xi64>) scale(1.0) causal outs(%e : tensor<2x1x2x1xf32>)
  %py = tensor.cast %y : tensor<2x1x2x1xf32> to tensor<*xf32>
  call @printMemrefF32(%py) : (tensor<*xf32>) -> ()
  return
}

func.func @packed_matmul(%n: index) {
  %x = arith.constant dense<[[1.0, 2.0], [3.0, -1.0]]> : tensor<2x2xf32>
  %v = arith.constant dense<[0.0, 100.0]> : tensor<2xf32>
  %w = tensor.generate {
  ^bb0(%p: index, %k: index, %j: index):
    %c32 = arith.constant 32 : index
    %c1000 = arith.constant 1000 : index
    %0 = arith.muli %p, %c32 : index
    %1 = arith.addi %0, %j : index
    %2 = arith.muli %k, %c1000 : index
    %3 = arith.addi %1, %2 : index
    %4 = arith.index_cast %3 : index to i32
    %5 = arith.sitofp %4 : i32 to f32
    tensor.yield %5 : f32
  } : tensor<2x2x32xf32>
  %e = tensor.empty(%n) : tensor<2x?xf32>
  %y = ssm.packed_matmul x(%x : tensor<2x2xf32>) packed(%w : tensor<2x2x32xf32>) outs(%e : tensor<2x?xf32>)
  %tail = tensor.extract_slice %y[0, 31] [2, 3] [1, 1] : tensor<2x?xf32> to tensor<2x3xf32>
  %p = tensor.cast %tail : tensor<2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%p) : (tensor<*xf32>) -> ()
  return
}

// Pairs of bf16 rows of an odd depth; an epilogue with a factor for each row and one number for all.
func.func @packed_epilogue(%n: index) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %g = arith.constant dense<[[2.0], [-1.0]]> : tensor<2x1xf32>
  %h = arith.constant dense<[[0.5]]> : tensor<1x1xbf16>
  %w = tensor.generate { // w[k, 32 p + j] = j + p + 10 k
  ^bb0(%p: index, %q: index, %i: index):
    %c2 = arith.constant 2 : index
    %c10 = arith.constant 10 : index
    %0 = arith.muli %q, %c2 : index
    %1 = arith.remui %i, %c2 : index
    %2 = arith.addi %0, %1 : index
    %3 = arith.muli %2, %c10 : index
    %4 = arith.divui %i, %c2 : index
    %5 = arith.addi %4, %p : index
    %6 = arith.addi %3, %5 : index
    %7 = arith.index_cast %6 : index to i32
    %8 = arith.sitofp %7 : i32 to bf16
    tensor.yield %8 : bf16
  } : tensor<2x2x64xbf16>
  %e = tensor.empty(%n) : tensor<2x?xf32>
  %y = ssm.packed_matmul x(%x : tensor<2x3xf32>) packed(%w : tensor<2x2x64xbf16>) with(%g, %h : tensor<2x1xf32>, tensor<1x1xbf16>) outs(%e : tensor<2x?xf32>) epilogue {
  ^bb0(%s: f32, %gv: f32, %hv: bf16):
    %0 = arith.mulf %s, %gv : f32
    %1 = arith.extf %hv : bf16 to f32
    %2 = arith.addf %0, %1 : f32
    ssm.yield %2 : f32
  }
  %tail = tensor.extract_slice %y[0, 31] [2, 3] [1, 1] : tensor<2x?xf32> to tensor<2x3xf32>
  %p = tensor.cast %tail : tensor<2x3xf32> to tensor<*xf32>
  call @printMemrefF32(%p) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  // CHECK: {{\[\[\[}}-12.5, 4],
  // CHECK-NEXT: [-1.5, -4]]]
  // CHECK: {{\[\[\[}}-3, 1, 3],
  // CHECK-NEXT: [-6, 2, 4]]]
  // CHECK: {{\[\[\[}}-12.5, 4],
  // CHECK-NEXT: [-1.5, -4]]]
  // CHECK: {{\[\[\[}}-2, -3, 1, 3],
  // CHECK-NEXT: [-5, -6, 2, 4]]]
  // CHECK: {{\[\[\[}}0.7310{{[0-9]*}}, 0.3112{{[0-9]*}}],
  // CHECK-NEXT: [5.9851{{[0-9]*}}, -0.2689{{[0-9]*}}]]]
  call @causal_conv1d() : () -> ()
  // CHECK: {{\[\[\[\[}}1.0624{{[0-9]*}}, 2.0624{{[0-9]*}}],
  // CHECK-NEXT: [0.5070{{[0-9]*}}, 1.5070{{[0-9]*}}]],
  // CHECK-NEXT: {{\[\[}}1.5098{{[0-9]*}}, 2.5098{{[0-9]*}}],
  // CHECK-NEXT: [1.7822{{[0-9]*}}, 2.7822{{[0-9]*}}]]]]
  // CHECK: {{\[\[\[\[}}0.5921{{[0-9]*}}, 1.5921{{[0-9]*}}],
  // CHECK-NEXT: [0, 0]],
  // CHECK-NEXT: {{\[\[}}2.2487{{[0-9]*}}, 3.2487{{[0-9]*}}],
  // CHECK-NEXT: [0, 0]]]]
  call @attention() : () -> ()
  %c34 = arith.constant 34 : index
  // CHECK: {{\[\[\[\[}}1],
  // CHECK-NEXT: [10],
  // CHECK-NEXT: [20],
  // CHECK-NEXT: [4]]],
  // CHECK-NEXT: {{\[\[\[}}5],
  // CHECK-NEXT: [6],
  // CHECK-NEXT: [7],
  // CHECK-NEXT: [30]]]]
  // CHECK: {{\[\[\[\[}}20],
  // CHECK-NEXT: [2],
  // CHECK-NEXT: [3],
  // CHECK-NEXT: [4]]],
  // CHECK-NEXT: {{\[\[\[}}5],
  // CHECK-NEXT: [6],
  // CHECK-NEXT: [7],
  // CHECK-NEXT: [8]]]]
  // CHECK: {{\[\[\[\[}}1],
  // CHECK-NEXT: [1.5]]],
  // CHECK-NEXT: {{\[\[\[}}6],
  // CHECK-NEXT: [6.5]]]]
  call @cache() : () -> ()
  // CHECK: {{\[\[}}2093, 2096, 2099],
  // CHECK-NEXT: [-938, -936, -934]]
  call @packed_matmul(%c34) : (index) -> ()
  // CHECK: {{\[\[}}532.5, 172.5, 184.5],
  // CHECK-NEXT: [-634.5, -184.5, -199.5]]
  call @packed_epilogue(%c34) : (index) -> ()
  return
}
