// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file --verify-diagnostics

func.func @doubles(%x: memref<2x4xf64>, %y: memref<2x4xf64>) {
  // expected-error @+1 {{no CPU kernel for f64}}
  ssm.cumsum dim(1) ins(%x : memref<2x4xf64>) outs(%y : memref<2x4xf64>)
  return
}

// -----

func.func @taps(%x: memref<1x200x48xf32>, %w: memref<48x?xf32>, %y: memref<1x200x48xf32>) {
  // expected-error @+1 {{no kernel for a number of taps that is not known}}
  ssm.causal_conv1d "b l c, c k -> b l c" x(%x : memref<1x200x48xf32>) weight(%w : memref<48x?xf32>)
    outs(%y : memref<1x200x48xf32>)
  return
}

// -----

func.func @taps(%x: memref<1x200x48xf32>, %w: memref<48x1048576xf32>, %y: memref<1x200x48xf32>) {
  // expected-error @+1 {{no kernel for 1048576 taps, at most for 256; decompose this op (--ssm-decompose) before bufferization}}
  ssm.causal_conv1d "b l c, c k -> b l c" x(%x : memref<1x200x48xf32>) weight(%w : memref<48x1048576xf32>)
    outs(%y : memref<1x200x48xf32>)
  return
}
