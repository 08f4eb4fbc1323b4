// Mamba-2's state space duality at the 130m shape.
func.func @ssd(%x: tensor<1x2048x24x64xf32> {mambac.name = "x"}, %dt: tensor<1x2048x24xf32> {mambac.name = "dt"},
               %A: tensor<24xf32> {mambac.name = "A"}, %B: tensor<1x2048x128xf32> {mambac.name = "B"},
               %C: tensor<1x2048x128xf32> {mambac.name = "C"}, %D: tensor<24xf32> {mambac.name = "D"},
               %bias: tensor<24xf32> {mambac.name = "bias"}) -> (tensor<1x2048x24x64xf32> {mambac.name = "y"}) {
  %e = tensor.empty() : tensor<1x2048x24x64xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n, h, h -> b l h p"
    x(%x : tensor<1x2048x24x64xf32>) dt(%dt : tensor<1x2048x24xf32>) A(%A : tensor<24xf32>)
    B(%B : tensor<1x2048x128xf32>) C(%C : tensor<1x2048x128xf32>) D(%D : tensor<24xf32>)
    dt_bias(%bias : tensor<24xf32>) softplus outs(%e : tensor<1x2048x24x64xf32>)
  return %y : tensor<1x2048x24x64xf32>
}
