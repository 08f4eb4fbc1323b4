// Every constraint of weight, einsum, cumsum, segsum and packed_matmul, broken once; and equations that do not parse.
// RUN: mamba-opt %s --split-input-file --verify-diagnostics

func.func @weight_c1() {
  // expected-error @+1 {{needs a static shape [C1]}}
  %0 = ssm.weight "w" : tensor<?xf32>
  return
}

// -----

func.func @weight_c2() {
  // expected-error @+1 {{needs a name [C2]}}
  %0 = ssm.weight "" : tensor<2xf32>
  return
}

// -----

func.func @equation_arrow(%x: tensor<2xf32>) {
  // expected-error @+1 {{the equation has no '->'}}
  %0 = ssm.einsum "a, a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @equation_name(%x: tensor<2xf32>) {
  // expected-error @+1 {{'2a' is not an axis name}}
  %0 = ssm.einsum "2a -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @equation_group(%x: tensor<2xf32>) {
  // expected-error @+1 {{'a/0': the group size must be a positive number}}
  %0 = ssm.einsum "a/0 -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @equation_listed_unknown(%x: tensor<2xf32>) {
  // expected-error @+1 {{unknown axis 'c'; the axes are a b}}
  %0 = ssm.einsum "a b : a b -> c" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @equation_listed_twice(%x: tensor<2xf32>) {
  // expected-error @+1 {{axis 'a' is listed twice}}
  %0 = ssm.einsum "a a : a -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @equation_listed_name(%x: tensor<2xf32>) {
  // expected-error @+1 {{'+' is not an axis name}}
  %0 = ssm.einsum "a + : a -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @indexed_c1(%x: tensor<2xf32>, %m: memref<2xf32>) {
  // expected-error @+1 {{mixes tensors and memrefs [C1]}}
  ssm.einsum "a -> a" ins(%x : tensor<2xf32>) outs(%m : memref<2xf32>)
  return
}

// -----

func.func @indexed_c2_count(%x: tensor<2xf32>) {
  // expected-error @+1 {{has 2 operands but indexing maps for 3 [C2]}}
  %0 = ssm.einsum "a, a -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @indexed_c2_rank(%x: tensor<2xf32>) {
  // expected-error @+1 {{operand 0 has rank 1 but is indexed by 2 axes [C2]}}
  %0 = ssm.einsum "a b -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @indexed_c2_axes(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs maps of 1 axes and no symbols, operand 1 has affine_map<(d0, d1) -> (d0)> [C2]}}
  %0 = "ssm.einsum"(%x, %x) <{indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a, b) -> (a)>], operandSegmentSizes = array<i32: 1, 1>}>
      : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @indexed_c2_symbols(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs maps of 1 axes and no symbols}}
  %0 = "ssm.einsum"(%x, %x) <{indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a)[s] -> (a)>], operandSegmentSizes = array<i32: 1, 1>}>
      : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @indexed_c2_none() {
  // expected-error @+1 {{has no operands [C2]}}
  "ssm.einsum"() <{indexing_maps = [], operandSegmentSizes = array<i32: 0, 0>}> : () -> ()
  return
}

// -----

func.func @indexed_c3_twice(%x: tensor<2x2xf32>, %y: tensor<2xf32>) {
  // expected-error @+1 {{must list different axes, each plain or floordiv a positive constant [C3]}}
  %0 = ssm.einsum "a a -> a" ins(%x : tensor<2x2xf32>) outs(%y : tensor<2xf32>)
  return
}

// -----

func.func @indexed_c3_form(%x: tensor<2xf32>) {
  // expected-error @+1 {{must list different axes, each plain or floordiv a positive constant [C3]}}
  %0 = "ssm.einsum"(%x, %x) <{indexing_maps = [affine_map<(a) -> (a + 1)>, affine_map<(a) -> (a)>], operandSegmentSizes = array<i32: 1, 1>}>
      : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @indexed_c3_unused(%x: tensor<2xf32>) {
  // expected-error @+1 {{no operand has axis b [C3]}}
  %0 = ssm.einsum "a b : a -> a" ins(%x : tensor<2xf32>) outs(%x : tensor<2xf32>)
  return
}

// -----

func.func @indexed_c4(%x: tensor<2x3xf32>, %y: tensor<4xf32>, %z: tensor<2xf32>) {
  // expected-error @+1 {{axis b has size 3 by operand 0 and 4 by operand 1 [C4]}}
  %0 = ssm.einsum "a b, b -> a" ins(%x, %y : tensor<2x3xf32>, tensor<4xf32>) outs(%z : tensor<2xf32>)
  return
}

// -----

func.func @einsum_c5_inputs(%x: tensor<f32>) {
  // expected-error @+1 {{needs an input [C5]}}
  %0 = "ssm.einsum"(%x) <{indexing_maps = [affine_map<() -> ()>], operandSegmentSizes = array<i32: 0, 1>}> : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @einsum_c5_outs(%x: tensor<2xf32>) {
  // expected-error @+1 {{needs exactly one destination, has 2 [C5]}}
  %0:2 = ssm.einsum "a -> a, a" ins(%x : tensor<2xf32>) outs(%x, %x : tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @einsum_c6(%x: tensor<2xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{the map of input 0 must be a projected permutation [C6]}}
  %0 = ssm.einsum "a/2 -> a" ins(%x : tensor<2xf32>) outs(%y : tensor<4xf32>)
  return
}

// -----

func.func @einsum_c7_group(%x: tensor<4xf32>, %y: tensor<2xf32>) {
  // expected-error @+1 {{the map of the destination must be a projected permutation [C7]}}
  %0 = ssm.einsum "a -> a/2" ins(%x : tensor<4xf32>) outs(%y : tensor<2xf32>)
  return
}

// -----

func.func @einsum_c7_broadcast(%x: tensor<4xf32>, %y: tensor<4x2xf32>) {
  // expected-error @+1 {{axis number 1 is in no input [C7]}}
  %0 = ssm.einsum "a -> a b" ins(%x : tensor<4xf32>) outs(%y : tensor<4x2xf32>)
  return
}

// -----

func.func @einsum_type(%x: tensor<4xi32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{operand #0 must be variadic of ranked tensor or memref of f32, bf16, f16 or f64}}
  %0 = ssm.einsum "a -> a" ins(%x : tensor<4xi32>) outs(%y : tensor<4xf32>)
  return
}

// -----

func.func @einsum_unranked(%x: tensor<*xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{operand #0 must be variadic of ranked tensor or memref of f32, bf16, f16 or f64}}
  %0 = ssm.einsum "a -> a" ins(%x : tensor<*xf32>) outs(%y : tensor<4xf32>)
  return
}

// -----

func.func @einsum_results(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{expected the number of tensor results (0) to be equal to the number of output tensors (1)}}
  "ssm.einsum"(%x, %y) <{indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>], operandSegmentSizes = array<i32: 1, 1>}>
      : (tensor<4xf32>, tensor<4xf32>) -> ()
  return
}

// -----

func.func @einsum_no_maps(%x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{requires attribute 'indexing_maps'}}
  %0 = "ssm.einsum"(%x, %y) <{operandSegmentSizes = array<i32: 1, 1>}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @cumsum_c1(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{dim 2 is not a dimension of a tensor of rank 2 [C1]}}
  %0 = ssm.cumsum dim(2) ins(%x : tensor<2x3xf32>) outs(%x : tensor<2x3xf32>)
  return
}

// -----

func.func @cumsum_c2_shape(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) {
  // expected-error @+1 {{x and y must have the same shape [C2]}}
  %0 = ssm.cumsum dim(1) ins(%x : tensor<2x3xf32>) outs(%y : tensor<3x2xf32>)
  return
}

// -----

func.func @cumsum_c2_type(%x: tensor<2x3xi32>, %y: tensor<2x3xf32>) {
  // expected-error @+1 {{x and y must both have float or both have integer elements [C2]}}
  %0 = ssm.cumsum dim(1) ins(%x : tensor<2x3xi32>) outs(%y : tensor<2x3xf32>)
  return
}

// -----

func.func @cumsum_c4(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{the logarithm of a sum of integers' exponentials is not defined [C4]}}
  %0 = ssm.cumsum dim(1) log ins(%x : tensor<2x3xi32>) outs(%x : tensor<2x3xi32>)
  return
}

// -----

func.func @cumsum_c3_kind(%x: tensor<2x3xf32>, %y: memref<2x3xf32>) {
  // expected-error @+1 {{mixes tensors and memrefs [C3]}}
  ssm.cumsum dim(1) ins(%x : tensor<2x3xf32>) outs(%y : memref<2x3xf32>)
  return
}

// -----

func.func @cumsum_c3_outs(%x: memref<2x3xf32>) {
  // expected-error @+1 {{needs exactly one destination, has 2 [C3]}}
  ssm.cumsum dim(1) ins(%x : memref<2x3xf32>) outs(%x, %x : memref<2x3xf32>, memref<2x3xf32>)
  return
}

// -----

func.func @segsum_c1(%x: tensor<2x3xf32>, %y: tensor<2x3x3xf32>) {
  // expected-error @+1 {{dim -1 is not a dimension of a tensor of rank 2 [C1]}}
  %0 = ssm.segsum dim(-1) ins(%x : tensor<2x3xf32>) outs(%y : tensor<2x3x3xf32>)
  return
}

// -----

func.func @segsum_c2(%x: tensor<2x3xf32>, %y: tensor<2x3x2xf32>) {
  // expected-error @+1 {{the destination must have a's shape and one more dimension, as long as dim, at the end [C2]}}
  %0 = ssm.segsum dim(1) ins(%x : tensor<2x3xf32>) outs(%y : tensor<2x3x2xf32>)
  return
}

// -----

func.func @segsum_c2_rank(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{the destination must have a's shape and one more dimension, as long as dim, at the end [C2]}}
  %0 = ssm.segsum dim(1) ins(%x : tensor<2x3xf32>) outs(%x : tensor<2x3xf32>)
  return
}

// -----

func.func @segsum_c3(%x: tensor<3xf32>, %y: memref<3x3xf32>) {
  // expected-error @+1 {{mixes tensors and memrefs [C3]}}
  ssm.segsum dim(0) ins(%x : tensor<3xf32>) outs(%y : memref<3x3xf32>)
  return
}

// -----

func.func @packed_matmul_c1(%x: tensor<2x64xf32>, %w: tensor<3x64x16xf32>, %y: tensor<2x80xf32>) {
  // expected-error @+1 {{needs x and y of rank 2 and packed of shape panels x ceil(K/R) x 32 R (R is 2 for bf16, else 1) [C1]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x16xf32>) outs(%y : tensor<2x80xf32>)
  return
}

// -----

func.func @packed_matmul_c2(%x: tensor<2x64xf32>, %w: tensor<2x64x32xf32>, %y: tensor<2x80xf32>) {
  // expected-error @+1 {{sizes must be x M x K, packed ceil(N/32) x ceil(K/R) x 32 R, y M x N [C2]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<2x64x32xf32>) outs(%y : tensor<2x80xf32>)
  return
}

// -----

func.func @packed_matmul_c1_pairs(%x: tensor<2x64xbf16>, %w: tensor<3x64x32xbf16>, %y: tensor<2x80xbf16>) {
  // expected-error @+1 {{R is 2 for bf16, else 1) [C1]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xbf16>) packed(%w : tensor<3x64x32xbf16>) outs(%y : tensor<2x80xbf16>)
  return
}

// -----

func.func @packed_matmul_c2_pairs(%x: tensor<2x65xbf16>, %w: tensor<3x32x64xbf16>, %y: tensor<2x80xbf16>) {
  // expected-error @+1 {{packed ceil(N/32) x ceil(K/R) x 32 R, y M x N [C2]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x65xbf16>) packed(%w : tensor<3x32x64xbf16>) outs(%y : tensor<2x80xbf16>)
  return
}

// -----

func.func @packed_matmul_c3(%x: tensor<2x64xf32>, %w: tensor<3x64x32xf32>, %y: memref<2x80xf32>) {
  // expected-error @+1 {{mixes tensors and memrefs [C3]}}
  ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x32xf32>) outs(%y : memref<2x80xf32>)
  return
}

// -----

func.func @packed_matmul_c4(%x: memref<2x64xf32, strided<[1, 2]>>, %w: memref<3x64x32xf32>, %y: memref<2x80xf32>) {
  // expected-error @+1 {{x, y and operands of 'with' must have unit inner strides [C4]}}
  ssm.packed_matmul x(%x : memref<2x64xf32, strided<[1, 2]>>) packed(%w : memref<3x64x32xf32>) outs(%y : memref<2x80xf32>)
  return
}

// -----

func.func @packed_matmul_c5(%x: tensor<2x64xf32>, %w: tensor<3x64x32xf32>, %b: tensor<1x81xf32>, %y: tensor<2x80xf32>) {
  // expected-error @+1 {{operands of 'with' must have sizes M or 1 by N or 1 [C5]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x32xf32>) with(%b : tensor<1x81xf32>) outs(%y : tensor<2x80xf32>) epilogue {
  ^bb0(%s: f32, %v: f32):
    ssm.yield %s : f32
  }
  return
}

// -----

func.func @packed_matmul_c6(%x: tensor<2x64xf32>, %w: tensor<3x64x32xf32>, %b: tensor<1x80xf32>, %y: tensor<2x80xf32>) {
  // expected-error @+1 {{operands of 'with' need an epilogue [C6]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x32xf32>) with(%b : tensor<1x80xf32>) outs(%y : tensor<2x80xf32>)
  return
}

// -----

func.func @packed_matmul_c6_arguments(%x: tensor<2x64xbf16>, %w: tensor<3x32x64xbf16>, %y: tensor<2x80xbf16>) {
  // expected-error @+1 {{the epilogue must have one block of arguments 'f32' [C6]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xbf16>) packed(%w : tensor<3x32x64xbf16>) outs(%y : tensor<2x80xbf16>) epilogue {
  ^bb0(%s: bf16):
    ssm.yield %s : bf16
  }
  return
}

// -----

func.func @packed_matmul_c6_yields(%x: tensor<2x64xf32>, %w: tensor<3x64x32xf32>, %y: tensor<2x80xf16>) {
  // expected-error @+1 {{the epilogue must yield an element of y [C6]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x32xf32>) outs(%y : tensor<2x80xf16>) epilogue {
  ^bb0(%s: f32):
    ssm.yield %s : f32
  }
  return
}

// -----

func.func @packed_matmul_c6_elementwise(%x: tensor<2x64xf32>, %w: tensor<3x64x32xf32>, %t: tensor<4xf32>, %y: tensor<2x80xf32>) {
  // expected-error @+1 {{the epilogue must be elementwise, without 'tensor.extract' [C6]}}
  %0 = ssm.packed_matmul x(%x : tensor<2x64xf32>) packed(%w : tensor<3x64x32xf32>) outs(%y : tensor<2x80xf32>) epilogue {
  ^bb0(%s: f32):
    %c = arith.constant 1 : index
    %e = tensor.extract %t[%c] : tensor<4xf32>
    ssm.yield %e : f32
  }
  return
}
