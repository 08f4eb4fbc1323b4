// What the example plug-in folds, and what it leaves alone. The CMakeLists.txt beside runs this.

func.func @batches(%b: tensor<2x5x3xf32>) -> tensor<2x5x3xf32> {
  %one = arith.constant dense<1.0> : tensor<2x5x3xf32>
  %e = tensor.empty() : tensor<2x5x3xf32>
  %h = ssm.scan "b t d, b t d -> b t d" axis(1) a(%one : tensor<2x5x3xf32>) b(%b : tensor<2x5x3xf32>)
      outs(%e : tensor<2x5x3xf32>)
  return %h : tensor<2x5x3xf32>
}

func.func @backwards(%b: tensor<7xf32>) -> tensor<7xf32> {
  %v = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<7xf32>
  %one = linalg.fill ins(%v : f32) outs(%e : tensor<7xf32>) -> tensor<7xf32>
  %h = ssm.scan "t, t -> t" axis(0) reverse a(%one : tensor<7xf32>) b(%b : tensor<7xf32>) outs(%e : tensor<7xf32>)
  return %h : tensor<7xf32>
}

func.func @other_decay(%b: tensor<7xf32>) -> tensor<7xf32> {
  %half = arith.constant dense<0.5> : tensor<7xf32>
  %e = tensor.empty() : tensor<7xf32>
  %h = ssm.scan "t, t -> t" axis(0) a(%half : tensor<7xf32>) b(%b : tensor<7xf32>) outs(%e : tensor<7xf32>)
  return %h : tensor<7xf32>
}
