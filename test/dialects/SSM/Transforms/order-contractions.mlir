// RUN: mamba-opt %s --split-input-file --ssm-order-contractions | FileCheck %s
// RUN: mamba-opt %s --split-input-file --ssm-order-contractions='default-size=4' | FileCheck %s --check-prefix=SHORT
// RUN: mamba-opt %s --split-input-file --ssm-order-contractions='memory-weight=0' | FileCheck %s --check-prefix=FAST
// RUN: mamba-opt %s --split-input-file --ssm-order-contractions='memory-weight=0 memory-limit=2000' | FileCheck %s --check-prefix=SMALL
// RUN: not mamba-opt %s --ssm-order-contractions='exact-up-to=40' 2>&1 | FileCheck %s --check-prefix=OPTION
// OPTION: error: ssm-order-contractions: exact-up-to is from 2 to 12

// A chain of matrices begins at the vector: 3,072 flops instead of 67,584.
//
// CHECK-LABEL: func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<64x32xf32>, %[[W:.*]]: tensor<32x16xf32>, %[[V:.*]]: tensor<16xf32>,
// CHECK: %[[T:.*]] = ssm.einsum "a b, b -> a" ins(%[[W]], %[[V]] : {{.*}}) outs(%{{.*}} : tensor<32xf32>)
// CHECK: %[[Y:.*]] = ssm.einsum "a b, b -> a" ins(%[[X]], %[[T]] :
// CHECK: return %[[Y]]
func.func @chain(%x: tensor<64x32xf32>, %w: tensor<32x16xf32>, %v: tensor<16xf32>, %e: tensor<64xf32>) -> tensor<64xf32> {
  %y = ssm.einsum "a b, b c, c -> a" ins(%x, %w, %v : tensor<64x32xf32>, tensor<32x16xf32>, tensor<16xf32>) outs(%e : tensor<64xf32>)
  return %y : tensor<64xf32>
}

// -----

// An axis that one operand alone has is summed first, whatever there is to multiply.
//
// CHECK-LABEL: func @lone_axis
// CHECK: %[[T:.*]] = ssm.einsum "a b c -> a b" ins(%arg0 : tensor<?x32x5xf32>) outs(%{{.*}} : tensor<?x32xf32>)
// CHECK: ssm.einsum "a b, b c -> a c" ins(%[[T]], %arg1 :
func.func @lone_axis(%x: tensor<?x32x5xf32>, %w: tensor<32x16xf32>, %e: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %y = ssm.einsum "a b c, b d -> a d" ins(%x, %w : tensor<?x32x5xf32>, tensor<32x16xf32>) outs(%e : tensor<?x16xf32>)
  return %y : tensor<?x16xf32>
}

// -----

// The quadratic form of state space duality, as one einsum: scores, masked, times inputs. Intermediate results are f32.
//
// CHECK-LABEL: func @quadratic_form
// CHECK: %[[G:.*]] = ssm.einsum "a b c d, a e c d -> a b c e" ins(%arg0, %arg1 : tensor<2x64x4x16xbf16>, {{.*}}) outs(%{{.*}} : tensor<2x64x4x64xf32>)
// CHECK: %[[M:.*]] = ssm.einsum "a b c d, a c b d -> a b c d" ins(%[[G]], %arg2 :
// CHECK: ssm.einsum "a b c d, a d c e -> a b c e" ins(%[[M]], %arg3 : {{.*}}) outs(%arg4 : tensor<2x64x4x8xbf16>)
func.func @quadratic_form(%C: tensor<2x64x4x16xbf16>, %B: tensor<2x64x4x16xbf16>, %L: tensor<2x4x64x64xf32>, %X: tensor<2x64x4x8xbf16>,
                          %e: tensor<2x64x4x8xbf16>) -> tensor<2x64x4x8xbf16> {
  %y = ssm.einsum "b l h n, b s h n, b h l s, b s h p -> b l h p"
      ins(%C, %B, %L, %X : tensor<2x64x4x16xbf16>, tensor<2x64x4x16xbf16>, tensor<2x4x64x64xf32>, tensor<2x64x4x8xbf16>)
      outs(%e : tensor<2x64x4x8xbf16>)
  return %y : tensor<2x64x4x8xbf16>
}

// -----

// A size known at run time only: many rows are worth a product of the weights beforehand, few are not. The symbol's range
// is known: it is 1 to 1,024, of which the default of 256 is the estimate.
//
// CHECK-LABEL: func @low_rank
// CHECK: %[[T:.*]] = ssm.einsum "a b, b c -> {{.*}}" ins(%arg1, %arg2 : tensor<24x48xf32>, tensor<48x24xf32>)
// CHECK: ssm.einsum "a b, {{.*}} -> a c" ins(%arg0, %[[T]] :
// SHORT-LABEL: func @low_rank
// SHORT: %[[T:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg0, %arg1 : tensor<?x24xf32>, tensor<24x48xf32>)
// SHORT: ssm.einsum "a b, b c -> a c" ins(%[[T]], %arg2 :
func.func @low_rank(%x: tensor<?x24xf32> {mambac.shape = affine_map<()[s0] -> (s0, 24)>}, %u: tensor<24x48xf32>, %v: tensor<48x24xf32>, %e: tensor<?x24xf32>)
    -> tensor<?x24xf32> attributes {mambac.symbols = [{name = "s0", min = 1, max = 1024}]} {
  %y = ssm.einsum "m a, a b, b c -> m c" ins(%x, %u, %v : tensor<?x24xf32>, tensor<24x48xf32>, tensor<48x24xf32>) outs(%e : tensor<?x24xf32>)
  return %y : tensor<?x24xf32>
}

// -----

// The same, where the range allows 4 rows at most: the default does not count.
//
// CHECK-LABEL: func @low_rank_few_rows
// CHECK: %[[T:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg0, %arg1 : tensor<?x24xf32>, tensor<24x48xf32>)
// CHECK: ssm.einsum "a b, b c -> a c" ins(%[[T]], %arg2 :
func.func @low_rank_few_rows(%x: tensor<?x24xf32> {mambac.shape = affine_map<()[s0] -> (s0, 24)>}, %u: tensor<24x48xf32>, %v: tensor<48x24xf32>, %e: tensor<?x24xf32>)
    -> tensor<?x24xf32> attributes {mambac.symbols = [{name = "s0", min = 1, max = 4}]} {
  %y = ssm.einsum "m a, a b, b c -> m c" ins(%x, %u, %v : tensor<?x24xf32>, tensor<24x48xf32>, tensor<48x24xf32>) outs(%e : tensor<?x24xf32>)
  return %y : tensor<?x24xf32>
}

// -----

// Fewer flops or less memory: multiplying both matrices first saves a fifth of the flops and takes 16 KB instead of 1.5.
// Memory counts by default; it does not with memory-weight=0, unless there is a limit.
//
// CHECK-LABEL: func @limit
// CHECK: ssm.einsum "a b, a c d -> d b c" ins(%arg0, %arg2 : {{.*}}) outs(%{{.*}} : tensor<2x3x64xf32>)
// FAST-LABEL: func @limit
// FAST: %[[T:.*]] = ssm.einsum "a b, b c -> a c" ins(%arg0, %arg1 : {{.*}}) outs(%{{.*}} : tensor<64x64xf32>)
// FAST: ssm.einsum "a b, a b c -> c" ins(%[[T]], %arg2 :
// SMALL-LABEL: func @limit
// SMALL: ssm.einsum "a b, a c d -> d b c" ins(%arg0, %arg2 :
func.func @limit(%x: tensor<64x3xf32>, %w: tensor<3x64xf32>, %v: tensor<64x64x2xf32>, %e: tensor<2xf32>) -> tensor<2xf32> {
  %y = ssm.einsum "a b, b c, a c d -> d" ins(%x, %w, %v : tensor<64x3xf32>, tensor<3x64xf32>, tensor<64x64x2xf32>) outs(%e : tensor<2xf32>)
  return %y : tensor<2xf32>
}

// -----

// Two operands that share all summed axes, one operand, and einsums on memrefs stay.
//
// CHECK-LABEL: func @stays
// CHECK-COUNT-3: ssm.einsum
// CHECK-NOT: ssm.einsum
func.func @stays(%x: tensor<4x5xf32>, %w: tensor<8x5xf32>, %e: tensor<4x8xf32>, %f: tensor<4xf32>,
                 %m: memref<4x5xf32>, %n: memref<5xf32>, %o: memref<5xf32>, %p: memref<4xf32>) -> (tensor<4x8xf32>, tensor<4xf32>) {
  %y = ssm.einsum "a b, c b -> a c" ins(%x, %w : tensor<4x5xf32>, tensor<8x5xf32>) outs(%e : tensor<4x8xf32>)
  %z = ssm.einsum "a b -> a" ins(%x : tensor<4x5xf32>) outs(%f : tensor<4xf32>)
  ssm.einsum "a b, b, b -> a" ins(%m, %n, %o : memref<4x5xf32>, memref<5xf32>, memref<5xf32>) outs(%p : memref<4xf32>)
  return %y, %z : tensor<4x8xf32>, tensor<4xf32>
}
