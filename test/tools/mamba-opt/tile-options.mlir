// The stages with other chunks and tiles: what a pass computes stays, as run by definition behind each of them (the arena
// has its length once it is planned), and as compiled.
// RUN: mamba-opt %s --check-passes --mambac-schedule="largest-body=0 shortest-row=1 exact-up-to=2 memory-weight=0" \
// RUN:   --mambac-lower-cpu="ssd-chunk=16 conv-time=7 matmul-rows=5 matmul-vectors=1 tile-rows=5 sum-block=9 grain=64 sum-vectors=1" \
// RUN:   2>&1 >/dev/null | FileCheck %s --check-prefix=CHECKED
// RUN: mamba-opt %s --mambac-schedule --mambac-expand-kernels="ssd-chunk=32" --run=compiled --repeat 1 | FileCheck %s --check-prefixes=RESULT,TILES32
// RUN: mamba-opt %s --mambac-schedule --mambac-expand-kernels="ssd-chunk=80" --run=compiled --repeat 1 | FileCheck %s --check-prefixes=RESULT,TILES80

// What has no function on tensors or buffers any more cannot be checked: said once.
// CHECKED-NOT: error
// CHECKED: note: not checked from mambac-outline-parallel on:
// CHECKED-NEXT: note: not checked from convert-func-to-llvm on: there is no function @main
// CHECKED-NOT: {{error|note}}

// The workspace holds the scores of 7 chunks of 32 steps, in tiles of 48 x 48, or of 3 of 80 steps.
// RESULT: out0: tensor<1x200x4x8xf32>  min -63.78{{0?1?}}  max 88.7666  mean -0.467118
// TILES32: temporaries as run: peak 90.2 kB
// TILES80: temporaries as run: peak 136 kB
module {
  func.func @main(%h: tensor<1x200x16xf32>, %dt: tensor<1x200x4xf32>, %A: tensor<4xf32>, %B: tensor<1x200x16xf32>,
                  %C: tensor<1x200x16xf32>, %w: tensor<32x4xf32>) -> tensor<1x200x4x8xf32> {
    %e = tensor.empty() : tensor<1x200x32xf32>
    %in = ssm.weight "in_proj" : tensor<32x16xf32>
    %p = ssm.einsum "b l d, c d -> b l c" ins(%h, %in : tensor<1x200x16xf32>, tensor<32x16xf32>) outs(%e : tensor<1x200x32xf32>)
    %e1 = tensor.empty() : tensor<1x200x32xf32>
    %u = ssm.causal_conv1d "b l c, c k -> b l c" x(%p : tensor<1x200x32xf32>) weight(%w : tensor<32x4xf32>)
      activation(silu) outs(%e1 : tensor<1x200x32xf32>)
    %x = tensor.expand_shape %u [[0], [1], [2, 3]] output_shape [1, 200, 4, 8] : tensor<1x200x32xf32> into tensor<1x200x4x8xf32>
    %e2 = tensor.empty() : tensor<1x200x4x8xf32>
    %e3 = tensor.empty() : tensor<4xf32>
    %a = linalg.abs ins(%A : tensor<4xf32>) outs(%e3 : tensor<4xf32>) -> tensor<4xf32>
    %n = linalg.negf ins(%a : tensor<4xf32>) outs(%e3 : tensor<4xf32>) -> tensor<4xf32>
    %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
      x(%x : tensor<1x200x4x8xf32>) dt(%dt : tensor<1x200x4xf32>) A(%n : tensor<4xf32>)
      B(%B : tensor<1x200x16xf32>) C(%C : tensor<1x200x16xf32>) softplus outs(%e2 : tensor<1x200x4x8xf32>)
    return %y : tensor<1x200x4x8xf32>
  }
}
