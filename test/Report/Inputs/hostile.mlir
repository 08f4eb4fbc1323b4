// A model whose names try to become part of the page.
module attributes {mambac.model = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)>"} {
  func.func @main(%x: tensor<?x4xf32> {mambac.name = "<b>x</b>&amp;", mambac.shape = affine_map<()[s0] -> (s0, 4)>}) -> (tensor<?x4xf32> {mambac.name = "y", mambac.shape = affine_map<()[s0] -> (s0, 4)>})
      attributes {mambac.entry, mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}]} {
    %c0 = arith.constant 0 : index
    %l = tensor.dim %x, %c0 : tensor<?x4xf32>
    %w = ssm.weight "<script>w</script>" : tensor<4x4xf32>
    %e = tensor.empty(%l) : tensor<?x4xf32>
    %y = linalg.exp ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32> loc("layers.0.<img src=x onerror=alert(2)>"("</script>.py":7:0))
    %z = linalg.add ins(%y, %x : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32> loc("]]>--><!--@@DATA@@"("a\22b.py":7:0))
    %f = ssm.einsum "a b, b c -> a c" ins(%z, %w : tensor<?x4xf32>, tensor<4x4xf32>) outs(%e : tensor<?x4xf32>)
    return %f : tensor<?x4xf32>
  }
}
