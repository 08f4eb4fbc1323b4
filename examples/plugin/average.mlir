// An op of the example's own dialect. The CMakeLists.txt beside runs this.

func.func @smooth(%x: tensor<6x3xf32>) -> tensor<6x3xf32> {
  %y = average.exponential %x decay(0.75) : tensor<6x3xf32>
  return %y : tensor<6x3xf32>
}

func.func @any_length(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = average.exponential %x decay(0.5) : tensor<?xf32>
  return %y : tensor<?xf32>
}
