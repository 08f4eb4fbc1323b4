// RUN: mamba-opt %s --split-input-file --mambac-entry-abi --verify-diagnostics

// expected-error @+1 {{result #0 of @far updates argument #3, which it does not have}}
func.func @far(%h: tensor<4xf32>) -> (tensor<4xf32> {mambac.updates = 3}) {
  return %h : tensor<4xf32>
}

// -----

// expected-error @+1 {{result #0 of @other_type updates argument #0, which has another type}}
func.func @other_type(%h: tensor<4xf32>, %x: tensor<5xf32>) -> (tensor<5xf32> {mambac.updates = 0}) {
  return %x : tensor<5xf32>
}

// -----

// expected-error @+1 {{result #1 of @twice updates argument #0, which another result updates as well}}
func.func @twice(%h: tensor<4xf32>, %x: tensor<4xf32>)
    -> (tensor<4xf32> {mambac.updates = 0}, tensor<4xf32> {mambac.updates = 0}) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

// expected-error @+1 {{argument #1 of @same_number has `mambac.state = 0`, as another argument has}}
func.func @same_number(%h: tensor<4xf32> {mambac.state = 0}, %g: tensor<4xf32> {mambac.state = 0})
    -> (tensor<4xf32> {mambac.updates = 0}, tensor<4xf32> {mambac.updates = 1}) {
  return %h, %g : tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @first(%h: tensor<4xf32> {mambac.state = 0}) -> (tensor<4xf32> {mambac.updates = 0}) {
  return %h : tensor<4xf32>
}
// expected-error @+1 {{argument #0 of @second has `mambac.state = 0`, which is another type in @first}}
func.func @second(%h: tensor<4xf64> {mambac.state = 0}) -> (tensor<4xf64> {mambac.updates = 0}) {
  return %h : tensor<4xf64>
}
