// The numbers that the recurrences' decompositions compute. The expected ones come from the loops over time that the
// equations in SSMOps.td say, written in NumPy.
// REQUIRES: mlir-runner
// RUN: mamba-opt %s --ssm-decompose %reference_lowering | %run_mlir -e main | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)

// Groups, a time-constant C, limits, bias, gate, skip, states; y is written with d before l.
func.func @selective_scan() {
  %u = arith.constant dense<[[[-0.5, -0.4, -0.3, -0.2], [-0.1, 0.0, 0.1, 0.2], [0.3, 0.4, 0.5, 0.6]]]> : tensor<1x3x4xf32>
  %delta = arith.constant dense<[[[-0.2, -0.15, -0.1, -0.05], [0.0, 0.05, 0.1, 0.15], [0.2, 0.25, 0.3, 0.35]]]> : tensor<1x3x4xf32>
  %A = arith.constant dense<[[-0.5, -0.75], [-1.0, -1.25], [-1.5, -1.75], [-2.0, -2.25]]> : tensor<4x2xf32>
  %B = arith.constant dense<[[[[-0.6, -0.5], [-0.4, -0.3]], [[-0.2, -0.1], [0.0, 0.1]], [[0.2, 0.3], [0.4, 0.5]]]]> : tensor<1x3x2x2xf32>
  %C = arith.constant dense<[[1.0, 0.8], [0.6, 0.4], [0.2, 0.0], [-0.2, -0.4]]> : tensor<4x2xf32>
  %D = arith.constant dense<[-1.0, 0.0, 1.0, 2.0]> : tensor<4xf32>
  %z = arith.constant dense<[[[1.0, 0.7, 0.4, 0.1], [-0.2, -0.5, -0.8, -1.1], [-1.4, -1.7, -2.0, -2.3]]]> : tensor<1x3x4xf32>
  %bias = arith.constant dense<[0.0, 0.1, 0.2, 0.3]> : tensor<4xf32>
  %h0 = arith.constant dense<[[[-1.0, -0.5], [0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]]> : tensor<1x4x2xf32>
  %c1 = arith.constant 1 : index
  %ud = tensor.cast %u : tensor<1x3x4xf32> to tensor<1x?x4xf32>
  %deltad = tensor.cast %delta : tensor<1x3x4xf32> to tensor<1x?x4xf32>
  %zd = tensor.cast %z : tensor<1x3x4xf32> to tensor<1x?x4xf32>
  %Bd = tensor.cast %B : tensor<1x3x2x2xf32> to tensor<1x?x2x2xf32>
  %l = tensor.dim %ud, %c1 : tensor<1x?x4xf32>
  %e = tensor.empty(%l) : tensor<1x4x?xf32>
  %f = tensor.empty() : tensor<1x2x4xf32>
  %y, %h = ssm.selective_scan "b l d, b l d, d n, b l d/2 n, d n, d, b l d, d, b d n -> b d l, b n d"
      u(%ud : tensor<1x?x4xf32>) delta(%deltad : tensor<1x?x4xf32>) A(%A : tensor<4x2xf32>) B(%Bd : tensor<1x?x2x2xf32>) C(%C : tensor<4x2xf32>)
      D(%D : tensor<4xf32>) z(%zd : tensor<1x?x4xf32>) delta_bias(%bias : tensor<4xf32>) initial_state(%h0 : tensor<1x4x2xf32>)
      softplus dt_min(0.7) dt_max(0.8) outs(%e, %f : tensor<1x4x?xf32>, tensor<1x2x4xf32>)
  %py = tensor.cast %y : tensor<1x4x?xf32> to tensor<*xf32>
  call @printMemrefF32(%py) : (tensor<*xf32>) -> ()
  %ph = tensor.cast %h : tensor<1x2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%ph) : (tensor<*xf32>) -> ()
  return
}

// One group for both heads, D for each head and channel, no initial state.
func.func @ssd() {
  %x = arith.constant dense<[[[[-0.5, -0.4], [-0.3, -0.2]], [[-0.1, 0.0], [0.1, 0.2]], [[0.3, 0.4], [0.5, 0.6]]]]> : tensor<1x3x2x2xf32>
  %dt = arith.constant dense<[[[-0.5, -0.3], [-0.1, 0.1], [0.3, 0.5]]]> : tensor<1x3x2xf32>
  %A = arith.constant dense<[-0.5, -1.0]> : tensor<2xf32>
  %B = arith.constant dense<[[[[-0.6, -0.4]], [[-0.2, 0.0]], [[0.2, 0.4]]]]> : tensor<1x3x1x2xf32>
  %C = arith.constant dense<[[[[1.0, 0.8]], [[0.6, 0.4]], [[0.2, 0.0]]]]> : tensor<1x3x1x2xf32>
  %D = arith.constant dense<[[-0.5, 0.0], [0.5, 1.0]]> : tensor<2x2xf32>
  %c1 = arith.constant 1 : index
  %xd = tensor.cast %x : tensor<1x3x2x2xf32> to tensor<1x?x2x2xf32>
  %Bd = tensor.cast %B : tensor<1x3x1x2xf32> to tensor<1x?x1x2xf32>
  %l = tensor.dim %xd, %c1 : tensor<1x?x2x2xf32>
  %e = tensor.empty(%l) : tensor<1x?x2x2xf32>
  %f = tensor.empty() : tensor<1x2x2x2xf32>
  %y, %s = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, h p -> b l h p, b h p n" x(%xd : tensor<1x?x2x2xf32>) dt(%dt : tensor<1x3x2xf32>)
      A(%A : tensor<2xf32>) B(%Bd : tensor<1x?x1x2xf32>) C(%C : tensor<1x3x1x2xf32>) D(%D : tensor<2x2xf32>) softplus
      outs(%e, %f : tensor<1x?x2x2xf32>, tensor<1x2x2x2xf32>)
  %py = tensor.cast %y : tensor<1x?x2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%py) : (tensor<*xf32>) -> ()
  %ps = tensor.cast %s : tensor<1x2x2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%ps) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  // CHECK: {{\[\[\[}}-0.0667{{[0-9]*}}, 0.0257{{[0-9]*}}, 0.1239{{[0-9]*}}],
  // CHECK-NEXT: [0.1123{{[0-9]*}}, -0.0188{{[0-9]*}}, -0.0308{{[0-9]*}}],
  // CHECK-NEXT: [-0.0518{{[0-9]*}}, -0.0310{{[0-9]*}}, -0.1286{{[0-9]*}}],
  // CHECK-NEXT: [-0.0355{{[0-9]*}}, -0.0945{{[0-9]*}}, -0.2212{{[0-9]*}}]]]
  // CHECK: {{\[\[\[}}-0.1766{{[0-9]*}}, 0.0989{{[0-9]*}}, 0.1978{{[0-9]*}}, 0.2110{{[0-9]*}}],
  // CHECK-NEXT: [0.0364{{[0-9]*}}, 0.1448{{[0-9]*}}, 0.2308{{[0-9]*}}, 0.2552{{[0-9]*}}]]]
  call @selective_scan() : () -> ()
  // CHECK: {{\[\[\[\[}}0.4680{{[0-9]*}}, 0.1744{{[0-9]*}}],
  // CHECK-NEXT: [0.0030{{[0-9]*}}, -0.0979{{[0-9]*}}]],
  // CHECK-NEXT: {{\[\[}}0.1470{{[0-9]*}}, 0.0714{{[0-9]*}}],
  // CHECK-NEXT: [0.0821{{[0-9]*}}, 0.2095{{[0-9]*}}]],
  // CHECK-NEXT: {{\[\[}}-0.1246{{[0-9]*}}, 0.0244{{[0-9]*}}],
  // CHECK-NEXT: [0.2719{{[0-9]*}}, 0.6235{{[0-9]*}}]]]]
  // CHECK: {{\[\[\[\[}}0.1268{{[0-9]*}}, 0.1473{{[0-9]*}}],
  // CHECK-NEXT: [0.1221{{[0-9]*}}, 0.1725{{[0-9]*}}]],
  // CHECK-NEXT: {{\[\[}}0.1096{{[0-9]*}}, 0.2067{{[0-9]*}}],
  // CHECK-NEXT: [0.1175{{[0-9]*}}, 0.2417{{[0-9]*}}]]]]
  call @ssd() : () -> ()
  return
}
