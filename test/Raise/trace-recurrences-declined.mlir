// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file=%t
// RUN: mamba-opt %s --ssm-trace-recurrences=max-elements=2 --split-input-file --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t.few 2>&1 | FileCheck %s --check-prefix=FEW

// Loops over three steps that are almost the recurrence y = exp(a) y + b.

#v = affine_map<(i) -> (i)>

// The last step takes its input twice.
// CHECK: declined{{.*}}step 3 does not follow the recurrence of the first steps
// FEW: declined{{.*}}too much is computed to be gone through step by step
// IR-LABEL: func @last_input
// IR-NOT: ssm.scan
// IR: return
func.func @last_input(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %r = arith.addf %m, %q : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a3 = tensor.extract_slice %a[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %b3 = tensor.extract_slice %b[0, 3] [2, 1] [1, 1] : tensor<2x4xf32> to tensor<2xf32>
  %y3 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a3, %b3, %y2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %k = arith.constant 2.0 : f32
    %z = arith.mulf %q, %k : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e3 = tensor.expand_shape %y3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2, %e3 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// Every step but the first takes its input squared.
// CHECK: declined{{.*}}the first steps follow no recurrence
// IR-LABEL: func @inputs_squared
// IR-NOT: ssm.scan
// IR: return
func.func @inputs_squared(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %z = arith.mulf %q, %q : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.mulf %u, %x : f32
    %z = arith.mulf %q, %q : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// The state before is not used.
// CHECK: declined{{.*}}no element depends on an earlier step
// IR-LABEL: func @unused_state
// IR-NOT: ssm.scan
// IR: return
func.func @unused_state(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.subf %u, %u : f32
    %z = arith.mulf %q, %x : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %x = math.exp %p : f32
    %m = arith.subf %u, %u : f32
    %z = arith.mulf %q, %x : f32
    %r = arith.addf %m, %z : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#v = affine_map<(i) -> (i)>

// The state is multiplied with an infinity.
// CHECK: declined{{.*}}a step is no short sum of products
// IR-LABEL: func @infinite
// IR-NOT: ssm.scan
// IR: return
func.func @infinite(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = tensor.empty() : tensor<2xf32>
  %y0 = tensor.extract_slice %b[0, 0] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %a1 = tensor.extract_slice %a[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b1 = tensor.extract_slice %b[0, 1] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %y0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %k = arith.constant 0xFF800000 : f32
    %x = math.exp %p : f32
    %m = arith.mulf %u, %k : f32
    %r = arith.addf %m, %x : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %a2 = tensor.extract_slice %a[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %b2 = tensor.extract_slice %b[0, 2] [2, 1] [1, 1] : tensor<2x3xf32> to tensor<2xf32>
  %y2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %y1 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%s : tensor<2xf32>) {
  ^bb0(%p: f32, %q: f32, %u: f32, %o: f32):
    %k = arith.constant 0xFF800000 : f32
    %x = math.exp %p : f32
    %m = arith.mulf %u, %k : f32
    %r = arith.addf %m, %x : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %e2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %e0, %e1, %e2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
