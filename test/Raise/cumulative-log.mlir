// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Scans in the logarithms' domain: exp(S + logcumsumexp(log b - S)).

// CHECK-LABEL: func.func @heinsen(
// CHECK-NOT: linalg.generic
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c -> a b c" axis(1) a(%arg0 : {{.*}}) b(%arg1 :
// CHECK-NEXT: return %[[H]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @heinsen(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>) -> (tensor<2x20x6xf32>) {
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.log %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %3 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.log %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %2 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.subf %in, %in_0 : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %5 = ssm.cumsum dim(1) log ins(%4 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %5 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %in, %in_0 : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %7 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.exp %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  return %7 : tensor<2x20x6xf32>
}

// -----

// The initial state is what stands in front.
// CHECK-LABEL: func.func @heinsen_init(
// CHECK-NOT: linalg.generic
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c, a c -> a b c" axis(1) a(%arg0 : {{.*}}) b(%arg1 : {{.*}}) init(%arg2 :
// CHECK-NEXT: return %[[H]]
#map = affine_map<() -> (2, 20, 6)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @heinsen_init(%arg0: tensor<2x20x6xf32>, %arg1: tensor<2x20x6xf32>, %arg2: tensor<2x6xf32>) -> (tensor<2x20x6xf32>) {
  %cst = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.log %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x20x6xf32>
  %padded = tensor.pad %1 low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%arg3: index, %arg4: index, %arg5: index):
    tensor.yield %cst : f32
  } : tensor<2x20x6xf32> to tensor<2x21x6xf32>
  %2 = tensor.empty() : tensor<2x21x6xf32>
  %3 = ssm.cumsum dim(1) ins(%padded : tensor<2x21x6xf32>) outs(%2 : tensor<2x21x6xf32>)
  %expanded = tensor.expand_shape %arg2 [[0], [1, 2]] output_shape [2, 1, 6] : tensor<2x6xf32> into tensor<2x1x6xf32>
  %4 = tensor.empty() : tensor<2x1x6xf32>
  %5 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded : tensor<2x1x6xf32>) outs(%4 : tensor<2x1x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.log %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x1x6xf32>
  %6 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.log %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x20x6xf32>
  %concat = tensor.concat dim(1) %5, %6 : (tensor<2x1x6xf32>, tensor<2x20x6xf32>) -> tensor<2x21x6xf32>
  %7 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%concat, %3 : tensor<2x21x6xf32>, tensor<2x21x6xf32>) outs(%2 : tensor<2x21x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.subf %in, %in_0 : f32
    linalg.yield %11 : f32
  } -> tensor<2x21x6xf32>
  %8 = ssm.cumsum dim(1) log ins(%7 : tensor<2x21x6xf32>) outs(%2 : tensor<2x21x6xf32>)
  %9 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %8 : tensor<2x21x6xf32>, tensor<2x21x6xf32>) outs(%2 : tensor<2x21x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %11 = arith.addf %in, %in_0 : f32
    linalg.yield %11 : f32
  } -> tensor<2x21x6xf32>
  %10 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%9 : tensor<2x21x6xf32>) outs(%2 : tensor<2x21x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %11 = math.exp %in : f32
    linalg.yield %11 : f32
  } -> tensor<2x21x6xf32>
  %extracted_slice = tensor.extract_slice %10[0, 1, 0] [2, 20, 6] [1, 1, 1] : tensor<2x21x6xf32> to tensor<2x20x6xf32>
  return %extracted_slice : tensor<2x20x6xf32>
}

// -----

// Values that are given as logarithms, and not as the logarithm of something: exponentials of them are scanned. The
// exponential of a softplus with its sign changed is a sigmoid.

// CHECK-LABEL: func.func @given_as_logarithms(
// CHECK-NOT: ssm.cumsum
// CHECK: linalg.generic {{.*}} ins(%arg1 :
// CHECK: math.exp
// CHECK-NEXT: linalg.yield
// CHECK: linalg.generic {{.*}} ins(%arg0 :
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[G]]
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[E]],
// CHECK-NEXT: arith.divf %{{.*}}, %[[S]]
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c -> a b c" axis(1)
// CHECK-NEXT: return %[[H]]
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @given_as_logarithms(%gate: tensor<2x20x6xf32>, %log_value: tensor<2x20x6xf32>) -> (tensor<2x20x6xf32>) {
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%gate : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.exp %in : f32
    %9 = math.log1p %8 : f32
    %10 = arith.negf %9 : f32
    linalg.yield %10 : f32
  } -> tensor<2x20x6xf32>
  %2 = ssm.cumsum dim(1) ins(%1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %4 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%log_value, %2 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.subf %in, %in_0 : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %5 = ssm.cumsum dim(1) log ins(%4 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %5 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %in, %in_0 : f32
    %9 = math.exp %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x20x6xf32>
  return %6 : tensor<2x20x6xf32>
}

// -----

// The same where softplus is a tensor of its own, and -1 a factor of the decay: no softplus, and no exponential of it, is
// left.

// CHECK-LABEL: func.func @negated_apart(
// CHECK-NOT: math.log1p
// CHECK: linalg.generic {{.*}} ins(%arg0 :
// CHECK-NEXT: ^bb0(%[[G:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[E:.*]] = math.exp %[[G]]
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[E]],
// CHECK-NEXT: arith.divf %{{.*}}, %[[S]]
// CHECK-NOT: math.exp
// CHECK-NOT: linalg.generic
// CHECK: %[[H:.*]] = ssm.scan "a b c, a b c -> a b c" axis(1) {{.*}} b(%arg1 :
// CHECK-NEXT: return %[[H]]
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @negated_apart(%gate: tensor<2x20x6xf32>, %value: tensor<2x20x6xf32>) -> (tensor<2x20x6xf32>) {
  %0 = tensor.empty() : tensor<2x20x6xf32>
  %1 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%gate : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.exp %in : f32
    %9 = math.log1p %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x20x6xf32>
  %n = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = arith.negf %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %2 = ssm.cumsum dim(1) ins(%n : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %3 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%value : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %out: f32):
    %8 = math.log %in : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %4 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %2 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.subf %in, %in_0 : f32
    linalg.yield %8 : f32
  } -> tensor<2x20x6xf32>
  %5 = ssm.cumsum dim(1) log ins(%4 : tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>)
  %6 = linalg.generic {indexing_maps = [#map1, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %5 : tensor<2x20x6xf32>, tensor<2x20x6xf32>) outs(%0 : tensor<2x20x6xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %8 = arith.addf %in, %in_0 : f32
    %9 = math.exp %8 : f32
    linalg.yield %9 : f32
  } -> tensor<2x20x6xf32>
  return %6 : tensor<2x20x6xf32>
}
