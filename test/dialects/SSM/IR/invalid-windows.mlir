// Every constraint of causal_conv1d, attention and append, broken once.
// RUN: mamba-opt %s --split-input-file --verify-diagnostics

func.func @causal_conv1d_c4(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %initial_window: tensor<2x5x2xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{axis c has size 4 by operand 0 and 5 by operand 2 [C4]}}
  %0 = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) initial_window(%initial_window : tensor<2x5x2xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c5_x(%x: tensor<2x4xf32>, %weight: tensor<4x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{x must have axis l [C5]}}
  %0 = ssm.causal_conv1d "b c, c k -> b l c" x(%x : tensor<2x4xf32>) weight(%weight : tensor<4x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c5_y(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{y must not have axis k [C5]}}
  %0 = ssm.causal_conv1d "b l c, c k -> b l c k" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @causal_conv1d_c6_weight(%x: tensor<2x5x4xf32>, %weight: tensor<3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{weight must have axis c [C6]}}
  %0 = ssm.causal_conv1d "b l c, k -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c6_bias(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %bias: tensor<2xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{bias must have axis c without groups [C6]}}
  %0 = ssm.causal_conv1d "b l c, c k, c/2 -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) bias(%bias : tensor<2xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c6_taps(%x: tensor<2x5x4xf32>, %w: tensor<4x0xf32>) {
  // expected-error @+1 {{needs a tap [C6]}}
  %0 = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<2x5x4xf32>) weight(%w : tensor<4x0xf32>)
      outs(%x : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c7(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %initial_window: tensor<2x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{initial_window must have axis k [C7]}}
  %0 = ssm.causal_conv1d "b l c, c k, b c -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) initial_window(%initial_window : tensor<2x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c7_final(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x5x4x2xf32>) {
  // expected-error @+1 {{final_window must not have axis l [C7]}}
  %0:2 = ssm.causal_conv1d "b l c, c k -> b l c, b l c k" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>)
      outs(%out0, %out1 : tensor<2x5x4xf32>, tensor<2x5x4x2xf32>)
  return
}

// -----

func.func @causal_conv1d_c7_short(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %initial_window: tensor<2x4x1xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{has a window of 1 entries for 3 taps [C7]}}
  %0 = ssm.causal_conv1d "b l c, c k, b c k -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) initial_window(%initial_window : tensor<2x4x1xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @causal_conv1d_c7_sizes(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %initial_window: tensor<2x4x3xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x4x2xf32>) {
  // expected-error @+1 {{begins with 3 entries of the window and ends with 2 [C7]}}
  %0:2 = ssm.causal_conv1d "b l c, c k, b c k -> b l c, b c k" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) initial_window(%initial_window : tensor<2x4x3xf32>)
      outs(%out0, %out1 : tensor<2x5x4xf32>, tensor<2x4x2xf32>)
  return
}

// -----

func.func @causal_conv1d_c8(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x4x2xf32>, %out2: tensor<2x4x3xf32>) {
  // expected-error @+1 {{needs one or two destinations, has 3 [C8]}}
  %0:3 = ssm.causal_conv1d "b l c, c k -> b l c, b c k, b c k" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>)
      outs(%out0, %out1, %out2 : tensor<2x5x4xf32>, tensor<2x4x2xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @causal_conv1d_activation(%x: tensor<2x5x4xf32>, %weight: tensor<4x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{'relu' is not an activation; there are none and silu}}
  %0 = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<2x5x4xf32>) weight(%weight : tensor<4x3xf32>) activation(relu)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @attention_c5_query(%query: tensor<2x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %out0: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{query must have axis h [C5]}}
  %0 = ssm.attention "b q d, b h/2 s d, b h/2 s e -> b h q e" query(%query : tensor<2x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c5_y(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %out0: tensor<2x4x5xf32>) {
  // expected-error @+1 {{y must have axis e [C5]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e -> b h q" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5xf32>)
  return
}

// -----

func.func @attention_c6_key(%query: tensor<2x4x5x3xf32>, %key: tensor<2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %out0: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{key must have axis h, plain or in groups [C6]}}
  %0 = ssm.attention "b h q d, b s d, b h/2 s e -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c6_value(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x3x7xf32>, %out0: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{value must not have axis d [C6]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s d e -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x3x7xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c7(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %mask: tensor<5xf32>, %out0: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{mask must have axis s [C7]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, q -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) mask(%mask : tensor<5xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c7_axis(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %mask: tensor<5x6x3xf32>, %out0: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{mask must not have axis d [C7]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, q s d -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) mask(%mask : tensor<5x6x3xf32>) scale(1.0)
      outs(%out0 : tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c8(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %value: tensor<2x2x6x7xf32>, %out0: tensor<2x4x5x7xf32>, %out1: tensor<2x4x5x7xf32>) {
  // expected-error @+1 {{needs exactly one destination, has 2 [C8]}}
  %0:2 = ssm.attention "b h q d, b h/2 s d, b h/2 s e -> b h q e, b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%value : tensor<2x2x6x7xf32>) scale(1.0)
      outs(%out0, %out1 : tensor<2x4x5x7xf32>, tensor<2x4x5x7xf32>)
  return
}

// -----

func.func @attention_c9(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %position: tensor<2xi64>, %out0: tensor<2x4x5x3xf32>) {
  // expected-error @+1 {{has a position and is not causal [C9]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, b -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%key : tensor<2x2x6x3xf32>) position(%position : tensor<2xi64>) scale(1.0)
      outs(%out0 : tensor<2x4x5x3xf32>)
  return
}

// -----

func.func @attention_c9_axis(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %position: tensor<4xi64>, %out0: tensor<2x4x5x3xf32>) {
  // expected-error @+1 {{position must have axis b [C9]}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, h -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%key : tensor<2x2x6x3xf32>) position(%position : tensor<4xi64>) scale(1.0) causal
      outs(%out0 : tensor<2x4x5x3xf32>)
  return
}

// -----

func.func @attention_position_type(%query: tensor<2x4x5x3xf32>, %key: tensor<2x2x6x3xf32>, %position: tensor<2xi32>, %out0: tensor<2x4x5x3xf32>) {
  // expected-error @+1 {{must be ranked tensor or memref of i64}}
  %0 = ssm.attention "b h q d, b h/2 s d, b h/2 s e, b -> b h q e" query(%query : tensor<2x4x5x3xf32>) key(%key : tensor<2x2x6x3xf32>) value(%key : tensor<2x2x6x3xf32>) position(%position : tensor<2xi32>) scale(1.0) causal
      outs(%out0 : tensor<2x4x5x3xf32>)
  return
}

// -----

func.func @append_c1(%rows: tensor<2x3x4x5xf32>, %position: tensor<2xi64>, %cache: memref<2x3x9x5xf32>) {
  // expected-error @+1 {{mixes tensors and memrefs [C1]}}
  ssm.append "b h l d, b -> b h s d" rows(%rows : tensor<2x3x4x5xf32>) at(%position : tensor<2xi64>) outs(%cache : memref<2x3x9x5xf32>)
  return
}

// -----

func.func @append_c4(%rows: tensor<2x3x4x5xf32>, %position: tensor<2xi64>, %cache: tensor<2x1x9x5xf32>) {
  // expected-error @+1 {{axis h has size 3 by operand 0 and 1 by operand 2 [C4]}}
  %0 = ssm.append "b h l d, b -> b h s d" rows(%rows : tensor<2x3x4x5xf32>) at(%position : tensor<2xi64>) outs(%cache : tensor<2x1x9x5xf32>)
  return
}

// -----

func.func @append_c5(%rows: tensor<2x4x5xf32>, %position: tensor<2xi64>, %cache: tensor<2x3x9x5xf32>) {
  // expected-error @+1 {{rows must have axis h [C5]}}
  %0 = ssm.append "b l d, b -> b h s d" rows(%rows : tensor<2x4x5xf32>) at(%position : tensor<2xi64>) outs(%cache : tensor<2x3x9x5xf32>)
  return
}

// -----

func.func @append_c6(%rows: tensor<2x3x4x5xf32>, %position: tensor<1xi64>, %cache: tensor<2x3x9x5xf32>) {
  // expected-error @+1 {{position must have axis b without groups [C6]}}
  %0 = ssm.append "b h l d, b/2 -> b h s d" rows(%rows : tensor<2x3x4x5xf32>) at(%position : tensor<1xi64>) outs(%cache : tensor<2x3x9x5xf32>)
  return
}

// -----

func.func @append_c7(%rows: tensor<2x3x4x5xf32>, %position: tensor<2xi64>, %cache: tensor<2x3x9x4x5xf32>) {
  // expected-error @+1 {{the cache must not have axis l [C7]}}
  %0 = ssm.append "b h l d, b -> b h s l d" rows(%rows : tensor<2x3x4x5xf32>) at(%position : tensor<2xi64>) outs(%cache : tensor<2x3x9x4x5xf32>)
  return
}

// -----

func.func @append_c7_number(%rows: tensor<2x3x4x5xf32>, %position: tensor<2xi64>, %cache: tensor<2x3x9x5xf32>) {
  // expected-error @+1 {{needs exactly one destination, has 2 [C7]}}
  %0:2 = ssm.append "b h l d, b -> b h s d, b h s d" rows(%rows : tensor<2x3x4x5xf32>) at(%position : tensor<2xi64>) outs(%cache, %cache : tensor<2x3x9x5xf32>, tensor<2x3x9x5xf32>)
  return
}
