// RUN: mamba-opt %s --split-input-file --ssm-raise-attention --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file %t

// Scores, scale, mask, softmax and values; the key and value heads were repeated for the query heads of a group.
//
// REMARK: raised{{.*}}ssm.attention
// CHECK-LABEL: func.func @softmax_attention
// CHECK-NOT: linalg.generic
// CHECK: ssm.attention "b h q d, b h/2 s d, b h/2 s e, b q s -> b h q e" query(%arg0 : {{.*}}) key(%arg1 : {{.*}}) value(%arg2 : {{.*}}) mask(%arg3 : {{.*}}) scale(5.000000e-01)
func.func @softmax_attention(%q: tensor<2x4x9x6xf32>, %k: tensor<2x2x9x6xf32>, %v: tensor<2x2x9x6xf32>, %mask: tensor<2x9x9xf32>) -> tensor<2x4x9x6xf32> {
  %v1 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%k : tensor<2x2x9x6xf32>) outs(%v1 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v4 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v : tensor<2x2x9x6xf32>) outs(%v4 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v7 = arith.constant 0.0 : f32
  %v8 = tensor.empty() : tensor<2x4x9x9xf32>
  %v9 = linalg.fill ins(%v7 : f32) outs(%v8 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %v3 : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%v9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v11 = tensor.empty() : tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v10 : tensor<2x4x9x9xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %c = arith.constant 0.5 : f32
  %r = arith.mulf %a0, %c : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v12, %mask : tensor<2x4x9x9xf32>, tensor<2x9x9xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = arith.constant 0xFF800000 : f32
  %v16 = tensor.empty() : tensor<2x4x9xf32>
  %v17 = linalg.fill ins(%v15 : f32) outs(%v16 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v18 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%v14 : tensor<2x4x9x9xf32>) outs(%v17 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.maximumf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v19 = tensor.empty() : tensor<2x4x9x9xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14, %v18 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v19 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v21 = tensor.empty() : tensor<2x4x9x9xf32>
  %v22 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v20 : tensor<2x4x9x9xf32>) outs(%v21 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v23 = arith.constant 0.0 : f32
  %v24 = tensor.empty() : tensor<2x4x9xf32>
  %v25 = linalg.fill ins(%v23 : f32) outs(%v24 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v26 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%v22 : tensor<2x4x9x9xf32>) outs(%v25 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v27 = tensor.empty() : tensor<2x4x9x9xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v22, %v26 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v27 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.divf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v29 = arith.constant 0.0 : f32
  %v30 = tensor.empty() : tensor<2x4x9x6xf32>
  %v31 = linalg.fill ins(%v29 : f32) outs(%v30 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %v32 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v28, %v6 : tensor<2x4x9x9xf32>, tensor<2x4x9x6xf32>) outs(%v31 : tensor<2x4x9x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %v32 : tensor<2x4x9x6xf32>
}

// -----

// Scores that are changed before the softmax are no attention.
//
// REMARK: declined{{.*}}more than one mask, or a scaled one
// CHECK-LABEL: func.func @capped_scores
// CHECK-NOT: ssm.attention
func.func @capped_scores(%q: tensor<2x4x9x6xf32>, %k: tensor<2x2x9x6xf32>, %v: tensor<2x2x9x6xf32>, %mask: tensor<2x9x9xf32>) -> tensor<2x4x9x6xf32> {
  %v1 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%k : tensor<2x2x9x6xf32>) outs(%v1 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v4 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v : tensor<2x2x9x6xf32>) outs(%v4 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v7 = arith.constant 0.0 : f32
  %v8 = tensor.empty() : tensor<2x4x9x9xf32>
  %v9 = linalg.fill ins(%v7 : f32) outs(%v8 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %v3 : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%v9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v11 = tensor.empty() : tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v10 : tensor<2x4x9x9xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %c = arith.constant 0.5 : f32
  %r = arith.mulf %a0, %c : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v12 : tensor<2x4x9x9xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.tanh %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = tensor.empty() : tensor<2x4x9x9xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14, %mask : tensor<2x4x9x9xf32>, tensor<2x9x9xf32>) outs(%v15 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v17 = arith.constant 0xFF800000 : f32
  %v18 = tensor.empty() : tensor<2x4x9xf32>
  %v19 = linalg.fill ins(%v17 : f32) outs(%v18 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%v16 : tensor<2x4x9x9xf32>) outs(%v19 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.maximumf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v21 = tensor.empty() : tensor<2x4x9x9xf32>
  %v22 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v16, %v20 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v21 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v23 = tensor.empty() : tensor<2x4x9x9xf32>
  %v24 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v22 : tensor<2x4x9x9xf32>) outs(%v23 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v25 = arith.constant 0.0 : f32
  %v26 = tensor.empty() : tensor<2x4x9xf32>
  %v27 = linalg.fill ins(%v25 : f32) outs(%v26 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%v24 : tensor<2x4x9x9xf32>) outs(%v27 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v29 = tensor.empty() : tensor<2x4x9x9xf32>
  %v30 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v24, %v28 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v29 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.divf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v31 = arith.constant 0.0 : f32
  %v32 = tensor.empty() : tensor<2x4x9x6xf32>
  %v33 = linalg.fill ins(%v31 : f32) outs(%v32 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %v34 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v30, %v6 : tensor<2x4x9x9xf32>, tensor<2x4x9x6xf32>) outs(%v33 : tensor<2x4x9x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %v34 : tensor<2x4x9x6xf32>
}

// -----

// A sum over the queries is no softmax over the keys.
//
// REMARK-NOT: raised
// CHECK-LABEL: func.func @other_axis
// CHECK-NOT: ssm.attention
func.func @other_axis(%q: tensor<2x4x9x6xf32>, %k: tensor<2x2x9x6xf32>, %v: tensor<2x2x9x6xf32>, %mask: tensor<2x9x9xf32>) -> tensor<2x4x9x6xf32> {
  %v1 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%k : tensor<2x2x9x6xf32>) outs(%v1 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v4 = tensor.empty() : tensor<2x2x2x9x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v : tensor<2x2x9x6xf32>) outs(%v4 : tensor<2x2x2x9x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x9x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1, 2], [3], [4]] : tensor<2x2x2x9x6xf32> into tensor<2x4x9x6xf32>
  %v7 = arith.constant 0.0 : f32
  %v8 = tensor.empty() : tensor<2x4x9x9xf32>
  %v9 = linalg.fill ins(%v7 : f32) outs(%v8 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%q, %v3 : tensor<2x4x9x6xf32>, tensor<2x4x9x6xf32>) outs(%v9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v11 = tensor.empty() : tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v10 : tensor<2x4x9x9xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %c = arith.constant 0.5 : f32
  %r = arith.mulf %a0, %c : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v12, %mask : tensor<2x4x9x9xf32>, tensor<2x9x9xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = arith.constant 0xFF800000 : f32
  %v16 = tensor.empty() : tensor<2x4x9xf32>
  %v17 = linalg.fill ins(%v15 : f32) outs(%v16 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v18 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%v14 : tensor<2x4x9x9xf32>) outs(%v17 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.maximumf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v19 = tensor.empty() : tensor<2x4x9x9xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14, %v18 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v19 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v21 = tensor.empty() : tensor<2x4x9x9xf32>
  %v22 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v20 : tensor<2x4x9x9xf32>) outs(%v21 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v23 = arith.constant 0.0 : f32
  %v24 = tensor.empty() : tensor<2x4x9xf32>
  %v25 = linalg.fill ins(%v23 : f32) outs(%v24 : tensor<2x4x9xf32>) -> tensor<2x4x9xf32>
  %v26 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d3)>], iterator_types = ["parallel", "parallel", "reduction", "parallel"]} ins(%v22 : tensor<2x4x9x9xf32>) outs(%v25 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v27 = tensor.empty() : tensor<2x4x9x9xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v22, %v26 : tensor<2x4x9x9xf32>, tensor<2x4x9xf32>) outs(%v27 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.divf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v29 = arith.constant 0.0 : f32
  %v30 = tensor.empty() : tensor<2x4x9x6xf32>
  %v31 = linalg.fill ins(%v29 : f32) outs(%v30 : tensor<2x4x9x6xf32>) -> tensor<2x4x9x6xf32>
  %v32 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v28, %v6 : tensor<2x4x9x9xf32>, tensor<2x4x9x6xf32>) outs(%v31 : tensor<2x4x9x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x6xf32>
  return %v32 : tensor<2x4x9x6xf32>
}
