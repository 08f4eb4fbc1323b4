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

// -----

func.func @states(%u: memref<1x8x16xf32>, %A: memref<16x4000xf32>, %B: memref<1x8x4000xf32>, %y: memref<1x8x16xf32>) {
  // expected-error @+1 {{no kernel for 4000 states, at most for 2048; decompose this op (--ssm-decompose) before bufferization}}
  ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d"
    u(%u : memref<1x8x16xf32>) delta(%u : memref<1x8x16xf32>) A(%A : memref<16x4000xf32>)
    B(%B : memref<1x8x4000xf32>) C(%B : memref<1x8x4000xf32>) outs(%y : memref<1x8x16xf32>)
  return
}

// -----

func.func @head(%x: memref<1x8x1x1024xf32>, %dt: memref<1x8x1xf32>, %A: memref<1xf32>, %B: memref<1x8x512xf32>,
                %y: memref<1x8x1x1024xf32>) {
  // expected-error @+1 {{no kernel for states of 1024 x 512, at most for 2048 either way and 262144 numbers; decompose}}
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
    x(%x : memref<1x8x1x1024xf32>) dt(%dt : memref<1x8x1xf32>) A(%A : memref<1xf32>)
    B(%B : memref<1x8x512xf32>) C(%B : memref<1x8x512xf32>) outs(%y : memref<1x8x1x1024xf32>)
  return
}
