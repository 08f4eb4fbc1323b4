// One convolution in many spellings is one ssm.causal_conv1d.
//
// RUN: mamba-opt %s --ssm-raise-causal-conv --canonicalize --cse | FileCheck %s --check-prefix=IR

#blc = affine_map<(b, l, c) -> (b, l, c)>
#c = affine_map<(b, l, c) -> (c)>
#window = affine_map<(b, l, c, k) -> (b, l + k, c)>
#full = affine_map<(b, l, c, k) -> (b, l, c, k)>
#ck = affine_map<(b, l, c, k) -> (c, k)>
#out = affine_map<(b, l, c, k) -> (b, l, c)>

// A sum of shifted copies, each times its tap.
//
// IR-LABEL: func @shifted_slices
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @shifted_slices(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t1 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t2 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %t3 = tensor.extract_slice %t2[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t8 = tensor.extract_slice %t7[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t9 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t9 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t6, %t10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t11, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t12 : tensor<2x7x3xf32>
}

// The same from the farthest to the nearest, as one would write a loop over taps.
//
// IR-LABEL: func @any_order
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @any_order(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t1 = tensor.extract_slice %t0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t4 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %t5 = tensor.extract_slice %t4[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %t6 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t7 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t5, %t6 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t8 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t7 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t9 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t9 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t11, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t12 : tensor<2x7x3xf32>
}

// A convolution of what is padded on both sides, cut behind the bias.
//
// IR-LABEL: func @padded
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @padded(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 2, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x11x3xf32>
  %t2 = tensor.empty() : tensor<2x9x3xf32>
  %t3 = linalg.fill ins(%zero : f32) outs(%t2 : tensor<2x9x3xf32>) -> tensor<2x9x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x11x3xf32>, tensor<3x3xf32>) outs(%t3 : tensor<2x9x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x9x3xf32>
  %t4 = tensor.extract_slice %t1[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t4, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t5 : tensor<2x7x3xf32>
}

// Zeros concatenated in front.
//
// IR-LABEL: func @zeros_in_front
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @zeros_in_front(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %z0 = arith.constant dense<0.0> : tensor<2x2x3xf32>
  %t0 = tensor.concat dim(1) %z0, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %t2 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<3x3xf32>) outs(%t2 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t3 : tensor<2x7x3xf32>
}

// Windows taken out first, times the weight, summed.
//
// IR-LABEL: func @unfolded
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @unfolded(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %u0 = tensor.empty() : tensor<2x7x3x3xf32>
  %u = linalg.generic {indexing_maps = [#window, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%t0 : tensor<2x9x3xf32>) outs(%u0 : tensor<2x7x3x3xf32>) {
  ^bb0(%p: f32, %o: f32):
    linalg.yield %p : f32
  } -> tensor<2x7x3x3xf32>
  %y0 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %y1 = ssm.einsum "b l c k, c k -> b l c" ins(%u, %w : tensor<2x7x3x3xf32>, tensor<3x3xf32>) outs(%e : tensor<2x7x3xf32>)
  %t1 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y1, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t1 : tensor<2x7x3xf32>
}

// Shifted by a mask in place of zeros in front: what lies before is switched off.
//
// IR-LABEL: func @masked_shift
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @masked_shift(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %xx = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t0 = tensor.extract_slice %xx[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t1 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t2 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t0, %t1 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t3 = tensor.extract_slice %xx[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t2, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = tensor.extract_slice %xx[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t8 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t9 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t7, %t8 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t6, %t9 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t10, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t11 : tensor<2x7x3xf32>
}

// True convolution: the weight is read from its end, so its columns are put in the other order.
//
// IR-LABEL: func @flipped_weight
// IR: %[[W:.*]] = tensor.concat dim(1)
// IR: ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%[[W]] :
func.func @flipped_weight(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t1 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %t0 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t2 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %t3 = tensor.extract_slice %t2[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t5 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t4 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t5 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t8 = tensor.extract_slice %t7[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t9 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t9 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t6, %t10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t11, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t12 : tensor<2x7x3xf32>
}

// A state in front is the initial window.
//
// IR-LABEL: func @initial_window
// IR: ssm.causal_conv1d "b l c, c k, c, b k c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 : {{.*}}) initial_window(%arg3 :
func.func @initial_window(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>, %s: tensor<2x2x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.concat dim(1) %s, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %t2 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x7x3xf32>) -> tensor<2x7x3xf32>
  %t1 = linalg.generic {indexing_maps = [#window, #ck, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%t0, %w : tensor<2x9x3xf32>, tensor<3x3xf32>) outs(%t2 : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t3 : tensor<2x7x3xf32>
}

// The state read by shifted slices of the same concatenation.
//
// IR-LABEL: func @window_of_slices
// IR: ssm.causal_conv1d "b l c, c k, c, b k c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 : {{.*}}) initial_window(%arg3 :
func.func @window_of_slices(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>, %s: tensor<2x2x3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.concat dim(1) %s, %x : (tensor<2x2x3xf32>, tensor<2x7x3xf32>) -> tensor<2x9x3xf32>
  %t1 = tensor.extract_slice %t0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.extract_slice %w[0, 0] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t3 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t1, %t2 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t4 = tensor.extract_slice %t0[0, 1, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t5 = tensor.extract_slice %w[0, 1] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t6 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t4, %t5 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t7 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t3, %t6 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t8 = tensor.extract_slice %t0[0, 2, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t9 = tensor.extract_slice %w[0, 2] [3, 1] [1, 1] : tensor<3x3xf32> to tensor<3xf32>
  %t10 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t8, %t9 : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t11 = linalg.generic {indexing_maps = [#blc, #blc, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t7, %t10 : tensor<2x7x3xf32>, tensor<2x7x3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  %t12 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%t11, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t12 : tensor<2x7x3xf32>
}

// Shifted copies put side by side along a new axis, contracted with the weight.
//
// IR-LABEL: func @stacked
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) bias(%arg2 :
// IR: return %[[Y]]
func.func @stacked(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %t1 = tensor.extract_slice %t0[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x9x3xf32> to tensor<2x7x3xf32>
  %t2 = tensor.expand_shape %t1 [[0], [1], [2, 3]] output_shape [2, 7, 3, 1] : tensor<2x7x3xf32> into tensor<2x7x3x1xf32>
  %t3 = tensor.pad %x low[0, 1, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x8x3xf32>
  %t4 = tensor.extract_slice %t3[0, 0, 0] [2, 7, 3] [1, 1, 1] : tensor<2x8x3xf32> to tensor<2x7x3xf32>
  %t5 = tensor.expand_shape %t4 [[0], [1], [2, 3]] output_shape [2, 7, 3, 1] : tensor<2x7x3xf32> into tensor<2x7x3x1xf32>
  %t6 = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [2, 7, 3, 1] : tensor<2x7x3xf32> into tensor<2x7x3x1xf32>
  %u = tensor.concat dim(3) %t2, %t5, %t6 : (tensor<2x7x3x1xf32>, tensor<2x7x3x1xf32>, tensor<2x7x3x1xf32>) -> tensor<2x7x3x3xf32>
  %y1 = ssm.einsum "b l c k, c k -> b l c" ins(%u, %w : tensor<2x7x3x3xf32>, tensor<3x3xf32>) outs(%e : tensor<2x7x3xf32>)
  %t7 = linalg.generic {indexing_maps = [#blc, #c, #blc], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y1, %v : tensor<2x7x3xf32>, tensor<3xf32>) outs(%e : tensor<2x7x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.addf %p, %q : f32
    linalg.yield %m : f32
  } -> tensor<2x7x3xf32>
  return %t7 : tensor<2x7x3xf32>
}

// A convolution in two dimensions of which one has size 1, and silu.
//
// IR-LABEL: func @unit_dimensions
// IR: %[[Y:.*]] = ssm.causal_conv1d "b l c, c k -> b l c" x(%arg0 : {{.*}}) weight(%arg1 : {{.*}}) activation(silu)
// IR: %[[Z:.*]] = tensor.expand_shape %[[Y]] {{\[\[}}0], [1], [2, 3]]
// IR: return %[[Z]]
func.func @unit_dimensions(%x: tensor<2x7x3xf32>, %w: tensor<3x3xf32>, %v: tensor<3xf32>) -> tensor<2x7x1x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x7x3xf32>
  %t0 = tensor.pad %x low[0, 2, 0] high[0, 0, 0] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %zero : f32
  } : tensor<2x7x3xf32> to tensor<2x9x3xf32>
  %px = tensor.expand_shape %t0 [[0], [1], [2, 3]] output_shape [2, 9, 1, 3] : tensor<2x9x3xf32> into tensor<2x9x1x3xf32>
  %one = arith.constant 1.0 : f32
  %eu = tensor.empty() : tensor<2x7x1x3xf32>
  %zu = linalg.fill ins(%zero : f32) outs(%eu : tensor<2x7x1x3xf32>) -> tensor<2x7x1x3xf32>
  %wu = tensor.expand_shape %w [[0], [1, 2]] output_shape [3, 1, 3] : tensor<3x3xf32> into tensor<3x1x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(b, l, h, c, i, k) -> (b, l + k, h + i, c)>, affine_map<(b, l, h, c, i, k) -> (c, i, k)>, affine_map<(b, l, h, c, i, k) -> (b, l, h, c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%px, %wu : tensor<2x9x1x3xf32>, tensor<3x1x3xf32>) outs(%zu : tensor<2x7x1x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %a = arith.addf %m, %o : f32
    linalg.yield %a : f32
  } -> tensor<2x7x1x3xf32>
  %s = linalg.generic {indexing_maps = [#full, #full], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%y : tensor<2x7x1x3xf32>) outs(%eu : tensor<2x7x1x3xf32>) {
  ^bb0(%p: f32, %o: f32):
    %n = arith.negf %p : f32
    %x1 = math.exp %n : f32
    %d = arith.addf %x1, %one : f32
    %q = arith.divf %p, %d : f32
    linalg.yield %q : f32
  } -> tensor<2x7x1x3xf32>
  return %s : tensor<2x7x1x3xf32>
}
