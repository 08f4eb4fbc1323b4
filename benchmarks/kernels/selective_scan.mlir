// Mamba's selective scan at the 130m shape, as transformers calls it: channels before time, with all that belongs to it.
func.func @selective_scan(
    %u: tensor<1x1536x2048xf32> {mambac.name = "u"}, %dt: tensor<1x1536x2048xf32> {mambac.name = "dt"},
    %A: tensor<1536x16xf32> {mambac.name = "A"}, %B: tensor<1x16x2048xf32> {mambac.name = "B"},
    %C: tensor<1x16x2048xf32> {mambac.name = "C"}, %D: tensor<1536xf32> {mambac.name = "D"},
    %z: tensor<1x1536x2048xf32> {mambac.name = "z"}, %bias: tensor<1536xf32> {mambac.name = "bias"})
    -> (tensor<1x1536x2048xf32> {mambac.name = "y"}, tensor<1x1536x16xf32> {mambac.name = "final"}) {
  %e = tensor.empty() : tensor<1x1536x2048xf32>
  %f = tensor.empty() : tensor<1x1536x16xf32>
  %y, %h = ssm.selective_scan "b d l, b d l, d n, b n l, b n l, d, b d l, d -> b d l, b d n"
    u(%u : tensor<1x1536x2048xf32>) delta(%dt : tensor<1x1536x2048xf32>) A(%A : tensor<1536x16xf32>)
    B(%B : tensor<1x16x2048xf32>) C(%C : tensor<1x16x2048xf32>) D(%D : tensor<1536xf32>)
    z(%z : tensor<1x1536x2048xf32>) delta_bias(%bias : tensor<1536xf32>) softplus
    outs(%e, %f : tensor<1x1536x2048xf32>, tensor<1x1536x16xf32>)
  return %y, %h : tensor<1x1536x2048xf32>, tensor<1x1536x16xf32>
}
