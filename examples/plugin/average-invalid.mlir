// What the dialect's own verifier refuses.

func.func @grows(%x: tensor<6xf32>) -> tensor<6xf32> {
  // expected-error@+1 {{needs a decay from 0 to 1, not 1.500000e+00}}
  %y = average.exponential %x decay(1.5) : tensor<6xf32>
  return %y : tensor<6xf32>
}

// -----

func.func @timeless(%x: tensor<f32>) -> tensor<f32> {
  // expected-error@+1 {{needs an axis of time, and its operand has none}}
  %y = average.exponential %x decay(0.5) : tensor<f32>
  return %y : tensor<f32>
}
