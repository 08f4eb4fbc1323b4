// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize | FileCheck %s

// Two steps from a state of zeros: only the second one's decay counts, and it may as well have been read at both. The rate
// -exp(A_log) does not move in time and is a tensor of its own.

#rates = affine_map<(d) -> (d)>
#bld = affine_map<(b, l, d) -> (b, l, d)>
#ofRates = affine_map<(b, l, d) -> (d)>

// CHECK-LABEL: func @two_steps
// CHECK-SAME:    %[[DT:.*]]: tensor<3x2x4xf32>, %[[LOG:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<3x2x4xf32>
// CHECK:         %[[RATE:.*]] = linalg.generic {{.*}} ins(%[[LOG]] : tensor<4xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.exp
// CHECK-NEXT:      linalg.yield
// CHECK:         %[[DECAY:.*]] = linalg.generic {{.*}} ins({{.*}}%[[DT]]{{.*}} : {{.*}}tensor<3x2x4xf32>
// CHECK-NOT:     tensor.extract_slice
// CHECK:         ssm.scan "a b c, a b c -> a b c" axis(1) a(%[[DECAY]] : tensor<3x2x4xf32>) b(%[[B]] : tensor<3x2x4xf32>)
// CHECK-NOT:     tensor.concat
func.func @two_steps(%dt: tensor<3x2x4xf32>, %log: tensor<4xf32>, %b: tensor<3x2x4xf32>) -> tensor<3x2x4xf32> {
  %er = tensor.empty() : tensor<4xf32>
  %rate = linalg.generic {indexing_maps = [#rates, #rates], iterator_types = ["parallel"]} ins(%log : tensor<4xf32>) outs(%er : tensor<4xf32>) {
  ^bb0(%p: f32, %o: f32):
    %g = math.exp %p : f32
    %r = arith.negf %g : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %dt1 = tensor.extract_slice %dt[0, 1, 0] [3, 1, 4] [1, 1, 1] : tensor<3x2x4xf32> to tensor<3x1x4xf32>
  %b0 = tensor.extract_slice %b[0, 0, 0] [3, 1, 4] [1, 1, 1] : tensor<3x2x4xf32> to tensor<3x1x4xf32>
  %b1 = tensor.extract_slice %b[0, 1, 0] [3, 1, 4] [1, 1, 1] : tensor<3x2x4xf32> to tensor<3x1x4xf32>
  %e = tensor.empty() : tensor<3x1x4xf32>
  %h1 = linalg.generic {indexing_maps = [#bld, #ofRates, #bld, #bld, #bld], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt1, %rate, %b0, %b1 : tensor<3x1x4xf32>, tensor<4xf32>, tensor<3x1x4xf32>, tensor<3x1x4xf32>) outs(%e : tensor<3x1x4xf32>) {
  ^bb0(%p: f32, %q: f32, %s: f32, %t: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %g = math.exp %m : f32
    %c = arith.mulf %g, %s : f32
    %r = arith.addf %c, %t : f32
    linalg.yield %r : f32
  } -> tensor<3x1x4xf32>
  %h = tensor.concat dim(1) %b0, %h1 : (tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<3x2x4xf32>
  return %h : tensor<3x2x4xf32>
}
