// RUN: mamba-opt %s --split-input-file --ssm-raise-window-sums | FileCheck %s

// A window of all positions, with zeros in front.
//
// CHECK-LABEL: func @running
// CHECK: %[[S:.*]] = ssm.cumsum dim(1) ins(%arg0 : tensor<2x8xf32>)
// CHECK: return %[[S]]
func.func @running(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 7] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x8xf32> to tensor<2x15xf32>
  %w = tensor.empty() : tensor<8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x15xf32>, tensor<8xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}

// -----

// With zeros behind: from the end.
//
// CHECK-LABEL: func @from_behind
// CHECK: %[[S:.*]] = ssm.cumsum dim(1) reverse ins(%arg0 : tensor<2x8xf32>)
// CHECK: return %[[S]]
func.func @from_behind(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0] high[0, 7] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x8xf32> to tensor<2x15xf32>
  %w = tensor.empty() : tensor<8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x15xf32>, tensor<8xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}

// -----

// One zero more than the window needs is summed, too.
//
// CHECK-LABEL: func @more_zeros
// CHECK: %[[P:.*]] = tensor.pad %arg0 low[0, 1] high[0, 0]
// CHECK: ssm.cumsum dim(1) ins(%[[P]] : tensor<2x8xf32>)
func.func @more_zeros(%x: tensor<2x7xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 8] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x7xf32> to tensor<2x15xf32>
  %w = tensor.empty() : tensor<8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x15xf32>, tensor<8xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}

// -----

// A shorter window stays.
//
// CHECK-LABEL: func @short_window
// CHECK-NOT: ssm.cumsum
func.func @short_window(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 3] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x8xf32> to tensor<2x11xf32>
  %w = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x11xf32>, tensor<4xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}

// -----

// So does one over ones in front.
//
// CHECK-LABEL: func @not_zero
// CHECK-NOT: ssm.cumsum
func.func @not_zero(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 1.0 : f32
  %p = tensor.pad %x low[0, 7] high[0, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x8xf32> to tensor<2x15xf32>
  %w = tensor.empty() : tensor<8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x15xf32>, tensor<8xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}

// -----

// And one that reaches to both sides.
//
// CHECK-LABEL: func @centred
// CHECK-NOT: ssm.cumsum
func.func @centred(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %value = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 4] high[0, 3] {
  ^bb0(%i: index, %j: index):
    tensor.yield %value : f32
  } : tensor<2x8xf32> to tensor<2x15xf32>
  %w = tensor.empty() : tensor<8xf32>
  %e = tensor.empty() : tensor<2x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = linalg.generic {indexing_maps = [affine_map<(b, t, k) -> (b, t + k)>, affine_map<(b, t, k) -> (k)>, affine_map<(b, t, k) -> (b, t)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%p, %w : tensor<2x15xf32>, tensor<8xf32>) outs(%z : tensor<2x8xf32>) {
  ^bb0(%a: f32, %u: f32, %o: f32):
    %r = arith.addf %a, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}
