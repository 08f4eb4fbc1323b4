// Static sizes shrink, together wherever they stand: types, reshapes, slices, constants.
// RUN: mamba-reduce %s --mambac-reduce="test=%S/Inputs/has-scan.sh" | FileCheck %s
// What the script insists on stays: a chunk of at least 3 steps.
// RUN: mamba-reduce %s --mambac-reduce="test=%S/Inputs/has-three-steps.sh" | FileCheck %s --check-prefix=THREE
// A size that is cut in two shrinks with its parts.
// RUN: mamba-reduce %s --mambac-reduce="test=%S/Inputs/has-reshape.sh" | FileCheck %s --check-prefix=PARTS
// Or no further than to 2.
// RUN: mamba-reduce %s --mambac-reduce="test=%S/Inputs/has-scan.sh least-size=2" | FileCheck %s --check-prefix=TWO
// TWO: ssm.scan "{{.*}}" axis(1) a(%{{.*}} : tensor<2x2x2xf32>) b(%{{.*}} : tensor<2x2x2xf32>)
//
// CHECK: ssm.scan "{{.*}}" axis(1) a(%{{.*}} : tensor<1x1x1xf32>) b(%{{.*}} : tensor<1x1x1xf32>)
// CHECK-NOT: {{[2-9]x|[0-9][0-9]x}}
// THREE: ssm.scan "{{.*}}" axis(1) a(%{{.*}} : tensor<1x3x1xf32>) b(%{{.*}} : tensor<1x3x1xf32>)
// THREE-NOT: {{[24-9]x|[0-9][0-9]x}}
// PARTS: tensor.expand_shape {{.*}} output_shape [1, 1, 1, 1] : tensor<1x1x1xf32> into tensor<1x1x1x1xf32>
func.func @main(%x: tensor<2x24x32xf32>, %w: tensor<32xf32>) -> tensor<2x24x8x4xf32> {
  %a = arith.constant dense<0.5> : tensor<2x24x32xf32>
  %e = tensor.empty() : tensor<2x24x32xf32>
  %s = tensor.extract_slice %x[0, 0, 0] [2, 24, 32] [1, 1, 1] : tensor<2x24x32xf32> to tensor<2x24x32xf32>
  %h = ssm.scan "b t d, b t d -> b t d" axis(1) a(%a : tensor<2x24x32xf32>) b(%s : tensor<2x24x32xf32>)
      outs(%e : tensor<2x24x32xf32>)
  %r = tensor.expand_shape %h [[0], [1], [2, 3]] output_shape [2, 24, 8, 4] : tensor<2x24x32xf32> into tensor<2x24x8x4xf32>
  return %r : tensor<2x24x8x4xf32>
}
