// The short convolution in front of Mamba-2's scan at the 130m shape, with bias and silu.
func.func @causal_conv1d(%x: tensor<1x2048x1792xf32> {mambac.name = "x"}, %w: tensor<1792x4xf32> {mambac.name = "w"},
                         %bias: tensor<1792xf32> {mambac.name = "bias"})
    -> (tensor<1x2048x1792xf32> {mambac.name = "y"}) {
  %e = tensor.empty() : tensor<1x2048x1792xf32>
  %y = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%x : tensor<1x2048x1792xf32>) weight(%w : tensor<1792x4xf32>)
    bias(%bias : tensor<1792xf32>) activation(silu) outs(%e : tensor<1x2048x1792xf32>)
  return %y : tensor<1x2048x1792xf32>
}
