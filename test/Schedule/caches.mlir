// A layer's keys and values in caches that are states of the model: rows go where they lie, and attention reads them there. No
// cache is copied, and neither is what attention reads or writes.
// RUN: mamba-opt %s --mambac-raise --mambac-schedule | FileCheck %s

// CHECK-LABEL: func.func @step
// CHECK-SAME: %[[KEYS:[a-z0-9]+]]: memref<?x2x?x16xf32> {mambac.name = "keys"
// CHECK-SAME: %[[VALUES:[a-z0-9]+]]: memref<?x2x?x16xf32> {mambac.name = "values"
// CHECK-SAME: %[[P:[a-z0-9]+]]: memref<?xi64> {mambac.name = "position"
// CHECK-NOT: @copy
// CHECK-NOT: @elementwise
// CHECK: call @append_0(%{{.*}}, %[[P]], %[[KEYS]])
// CHECK-NEXT: call @append_0(%{{.*}}, %[[P]], %[[VALUES]])
// CHECK-NOT: @copy
// CHECK-NOT: @elementwise
// CHECK: call @attention_0(%{{.*}}, %[[KEYS]], %[[VALUES]], %[[P]], %{{.*}})
// CHECK-NOT: @copy
// CHECK: call @packed_matmul_0
// CHECK-NEXT: call @elementwise_0(%[[P]])
// CHECK-NEXT: return
func.func @step(%x: tensor<?x3x64xf32> {mambac.name = "x"}, %keys: tensor<?x2x?x16xf32> {mambac.name = "keys", mambac.state = 0},
                %values: tensor<?x2x?x16xf32> {mambac.name = "values", mambac.state = 1}, %position: tensor<?xi64> {mambac.name = "position", mambac.state = 2})
    -> (tensor<?x3x64xf32>, tensor<?x2x?x16xf32> {mambac.updates = 1}, tensor<?x2x?x16xf32> {mambac.updates = 2}, tensor<?xi64> {mambac.updates = 3})
    attributes {mambac.entry} {
  %wq = ssm.weight "q" : tensor<64x64xf32>
  %wk = ssm.weight "k" : tensor<32x64xf32>
  %wv = ssm.weight "v" : tensor<32x64xf32>
  %wo = ssm.weight "o" : tensor<64x64xf32>
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : i64
  %b = tensor.dim %x, %c0 : tensor<?x3x64xf32>
  %e = tensor.empty(%b) : tensor<?x3x64xf32>
  %e32 = tensor.empty(%b) : tensor<?x3x32xf32>
  %q = ssm.einsum "b l k, n k -> b l n" ins(%x, %wq : tensor<?x3x64xf32>, tensor<64x64xf32>) outs(%e : tensor<?x3x64xf32>)
  %k = ssm.einsum "b l k, n k -> b l n" ins(%x, %wk : tensor<?x3x64xf32>, tensor<32x64xf32>) outs(%e32 : tensor<?x3x32xf32>)
  %v = ssm.einsum "b l k, n k -> b l n" ins(%x, %wv : tensor<?x3x64xf32>, tensor<32x64xf32>) outs(%e32 : tensor<?x3x32xf32>)
  %qh = tensor.expand_shape %q [[0], [1], [2, 3]] output_shape [%b, 3, 4, 16] : tensor<?x3x64xf32> into tensor<?x3x4x16xf32>
  %kh = tensor.expand_shape %k [[0], [1], [2, 3]] output_shape [%b, 3, 2, 16] : tensor<?x3x32xf32> into tensor<?x3x2x16xf32>
  %vh = tensor.expand_shape %v [[0], [1], [2, 3]] output_shape [%b, 3, 2, 16] : tensor<?x3x32xf32> into tensor<?x3x2x16xf32>
  %eq = tensor.empty(%b) : tensor<?x4x3x16xf32>
  %qt = linalg.transpose ins(%qh : tensor<?x3x4x16xf32>) outs(%eq : tensor<?x4x3x16xf32>) permutation = [0, 2, 1, 3]
  %keys1 = ssm.append "b l h d, b -> b h s d" rows(%kh : tensor<?x3x2x16xf32>) at(%position : tensor<?xi64>) outs(%keys : tensor<?x2x?x16xf32>)
  %values1 = ssm.append "b l h d, b -> b h s d" rows(%vh : tensor<?x3x2x16xf32>) at(%position : tensor<?xi64>) outs(%values : tensor<?x2x?x16xf32>)
  %y = ssm.attention "b h q d, b h/2 s d, b h/2 s e, b -> b h q e" query(%qt : tensor<?x4x3x16xf32>) key(%keys1 : tensor<?x2x?x16xf32>)
    value(%values1 : tensor<?x2x?x16xf32>) position(%position : tensor<?xi64>) scale(0.25) causal outs(%eq : tensor<?x4x3x16xf32>)
  %ye = tensor.empty(%b) : tensor<?x3x4x16xf32>
  %yt = linalg.transpose ins(%y : tensor<?x4x3x16xf32>) outs(%ye : tensor<?x3x4x16xf32>) permutation = [0, 2, 1, 3]
  %flat = tensor.collapse_shape %yt [[0], [1], [2, 3]] : tensor<?x3x4x16xf32> into tensor<?x3x64xf32>
  %o = ssm.einsum "b l k, n k -> b l n" ins(%flat, %wo : tensor<?x3x64xf32>, tensor<64x64xf32>) outs(%e : tensor<?x3x64xf32>)
  %ep = tensor.empty(%b) : tensor<?xi64>
  %next = linalg.generic {indexing_maps = [affine_map<(b) -> (b)>, affine_map<(b) -> (b)>], iterator_types = ["parallel"]} ins(%position : tensor<?xi64>) outs(%ep : tensor<?xi64>) {
  ^bb0(%in: i64, %out: i64):
    %s = arith.addi %in, %c3 : i64
    linalg.yield %s : i64
  } -> tensor<?xi64>
  return %o, %keys1, %values1, %next : tensor<?x3x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi64>
}
