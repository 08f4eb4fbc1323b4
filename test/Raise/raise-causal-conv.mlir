// RUN: mamba-opt %s --ssm-raise-causal-conv --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file %t

// Padded on both sides by K - 1 as nn.Conv1d does, bias, cut to the input's length, transposed, silu.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
#id = affine_map<(b, c, l) -> (b, c, l)>
#c = affine_map<(b, c, l) -> (c)>
#t = affine_map<(b, c, l) -> (b, l, c)>
// CHECK-LABEL: func @conv
// CHECK-SAME:    %[[X:.*]]: tensor<?x?x6xf32>, %[[W:.*]]: tensor<6x4xf32>, %[[V:.*]]: tensor<6xf32>
// CHECK:         %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%[[X]] : tensor<?x?x6xf32>) weight(%[[W]] : tensor<6x4xf32>) bias(%[[V]] : tensor<6xf32>) activation(silu)
// CHECK:         return %[[Y]]
func.func @conv(%xt: tensor<?x?x6xf32>, %w: tensor<6x4xf32>, %v: tensor<6xf32>) -> tensor<?x?x6xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %b = tensor.dim %xt, %c0 : tensor<?x?x6xf32>
  %l = tensor.dim %xt, %c1 : tensor<?x?x6xf32>
  %long = arith.addi %l, %c3 : index
  %et = tensor.empty(%b, %l) : tensor<?x6x?xf32>
  %x = linalg.generic {indexing_maps = [#t, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%xt : tensor<?x?x6xf32>) outs(%et : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<?x6x?xf32>
  %pad = tensor.pad %x low[0, 0, 3] high[0, 0, 3] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<?x6x?xf32> to tensor<?x6x?xf32>
  %e = tensor.empty(%b, %long) : tensor<?x6x?xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x6x?xf32>) -> tensor<?x6x?xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<?x6x?xf32>, tensor<6x4xf32>) outs(%z : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<?x6x?xf32>
  %biased = linalg.generic {indexing_maps = [#id, #c, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %v : tensor<?x6x?xf32>, tensor<6xf32>) outs(%e : tensor<?x6x?xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %s = arith.addf %a, %q : f32
    linalg.yield %s : f32
  } -> tensor<?x6x?xf32>
  %cut = tensor.extract_slice %biased[0, 0, 0] [%b, 6, %l] [1, 1, 1] : tensor<?x6x?xf32> to tensor<?x6x?xf32>
  %el = tensor.empty(%b, %l) : tensor<?x?x6xf32>
  %act = linalg.generic {indexing_maps = [#id, #t], iterator_types = ["parallel", "parallel", "parallel"]} ins(%cut : tensor<?x6x?xf32>) outs(%el : tensor<?x?x6xf32>) {
  ^bb0(%a: f32, %o: f32):
    %n = arith.negf %a : f32
    %p = math.exp %n : f32
    %q = arith.addf %p, %one : f32
    %s = arith.divf %one, %q : f32
    %r = arith.mulf %a, %s : f32
    linalg.yield %r : f32
  } -> tensor<?x?x6xf32>
  return %act : tensor<?x?x6xf32>
}

// -----

// Padded by half of the taps: it looks ahead.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
// REMARK: declined{{.*}}it is not causal: what is read begins at another time than the result{{.*}}ssm.causal_conv1d
// CHECK-LABEL: func @centred
// CHECK-NOT:     ssm.causal_conv1d
func.func @centred(%x: tensor<2x6x8xf32>, %w: tensor<6x3xf32>) -> tensor<2x6x8xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 1] high[0, 0, 1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x6x8xf32> to tensor<2x6x10xf32>
  %e = tensor.empty() : tensor<2x6x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<2x6x10xf32>, tensor<6x3xf32>) outs(%z : tensor<2x6x8xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x6x8xf32>
  return %y : tensor<2x6x8xf32>
}

// -----

// The tail beyond the input's end is an output.

#in = affine_map<(b, c, l, k) -> (b, c, l + k)>
#w = affine_map<(b, c, l, k) -> (c, k)>
#out = affine_map<(b, c, l, k) -> (b, c, l)>
// REMARK: declined{{.*}}outputs beyond the end of the input are used{{.*}}ssm.causal_conv1d
// CHECK-LABEL: func @tail
// CHECK-NOT:     ssm.causal_conv1d
func.func @tail(%x: tensor<2x6x8xf32>, %w: tensor<6x3xf32>) -> tensor<2x6x10xf32> {
  %zero = arith.constant 0.0 : f32
  %pad = tensor.pad %x low[0, 0, 2] high[0, 0, 2] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x6x8xf32> to tensor<2x6x12xf32>
  %e = tensor.empty() : tensor<2x6x10xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x6x10xf32>) -> tensor<2x6x10xf32>
  %y = linalg.generic {indexing_maps = [#in, #w, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%pad, %w : tensor<2x6x12xf32>, tensor<6x3xf32>) outs(%z : tensor<2x6x10xf32>) {
  ^bb0(%a: f32, %q: f32, %o: f32):
    %p = arith.mulf %a, %q : f32
    %s = arith.addf %p, %o : f32
    linalg.yield %s : f32
  } -> tensor<2x6x10xf32>
  return %y : tensor<2x6x10xf32>
}
