// A product whose parts alone are read is a product for each part, where the parts are whole panels of its weight.
// RUN: mamba-opt %s --split-input-file --mambac-split-products | FileCheck %s
// RUN: mamba-opt %s --split-input-file --mambac-split-products=fewest-rows=100 | FileCheck %s --check-prefix=FEW
// FEW-LABEL: func.func @known_rows
// FEW-COUNT-1: ssm.packed_matmul
// FEW-NOT: ssm.packed_matmul
// FEW-LABEL: func.func @others

// Three parts, one of them read twice and the last one without whole panels, through a dimension of one.
// CHECK-LABEL: func.func @parts
// CHECK-SAME:    %[[X:[a-z0-9]+]]: tensor<?x8xf32>, %[[W:[a-z0-9]+]]: tensor<4x8x32xf32>, %[[N:[a-z0-9]+]]: index
// CHECK-DAG:     %[[W0:.*]] = tensor.extract_slice %[[W]][0, 0, 0] [2, 8, 32] [1, 1, 1]
// CHECK-DAG:     %[[W1:.*]] = tensor.extract_slice %[[W]][2, 0, 0] [1, 8, 32] [1, 1, 1]
// CHECK-DAG:     %[[W2:.*]] = tensor.extract_slice %[[W]][3, 0, 0] [1, 8, 32] [1, 1, 1]
// CHECK-DAG:     ssm.packed_matmul x(%[[X]] : tensor<?x8xf32>) packed(%[[W0]] : tensor<2x8x32xf32>) {{.*}} tensor<?x64xf32>
// CHECK-DAG:     ssm.packed_matmul x(%[[X]] : tensor<?x8xf32>) packed(%[[W1]] : tensor<1x8x32xf32>) {{.*}} tensor<?x32xf32>
// CHECK-DAG:     ssm.packed_matmul x(%[[X]] : tensor<?x8xf32>) packed(%[[W2]] : tensor<1x8x32xf32>) {{.*}} tensor<?x4xf32>
// CHECK:         tensor.extract_slice %{{.*}}[0, 0, 0] [1, %[[N]], 64] [1, 1, 1] : tensor<1x?x64xf32> to tensor<1x?x64xf32>
// CHECK:         tensor.extract_slice %{{.*}}[0, 0, 0] [1, %[[N]], 4] [1, 1, 1] : tensor<1x?x4xf32> to tensor<?x4xf32>
func.func @parts(%x: tensor<?x8xf32>, %w: tensor<4x8x32xf32>, %n: index) -> (tensor<1x?x64xf32>, tensor<1x?x32xf32>, tensor<1x?x32xf32>, tensor<?x4xf32>) {
  %e = tensor.empty(%n) : tensor<?x100xf32>
  %p = ssm.packed_matmul x(%x : tensor<?x8xf32>) packed(%w : tensor<4x8x32xf32>) outs(%e : tensor<?x100xf32>)
  %y = tensor.expand_shape %p [[0, 1], [2]] output_shape [1, %n, 100] : tensor<?x100xf32> into tensor<1x?x100xf32>
  %a = tensor.extract_slice %y[0, 0, 0] [1, %n, 64] [1, 1, 1] : tensor<1x?x100xf32> to tensor<1x?x64xf32>
  %b = tensor.extract_slice %y[0, 0, 64] [1, %n, 32] [1, 1, 1] : tensor<1x?x100xf32> to tensor<1x?x32xf32>
  %c = tensor.extract_slice %y[0, 0, 64] [1, %n, 32] [1, 1, 1] : tensor<1x?x100xf32> to tensor<1x?x32xf32>
  %d = tensor.extract_slice %y[0, 0, 96] [1, %n, 4] [1, 1, 1] : tensor<1x?x100xf32> to tensor<?x4xf32>
  return %a, %b, %c, %d : tensor<1x?x64xf32>, tensor<1x?x32xf32>, tensor<1x?x32xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func.func @known_rows
// CHECK-COUNT-2: ssm.packed_matmul
func.func @known_rows(%x: tensor<64x8xf32>, %w: tensor<2x8x32xf32>) -> (tensor<64x32xf32>, tensor<64x32xf32>) {
  %e = tensor.empty() : tensor<64x64xf32>
  %p = ssm.packed_matmul x(%x : tensor<64x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<64x64xf32>)
  %a = tensor.extract_slice %p[0, 0] [64, 32] [1, 1] : tensor<64x64xf32> to tensor<64x32xf32>
  %b = tensor.extract_slice %p[0, 32] [64, 32] [1, 1] : tensor<64x64xf32> to tensor<64x32xf32>
  return %a, %b : tensor<64x32xf32>, tensor<64x32xf32>
}

// -----

// Left alone: parts that begin inside of a panel or lie over each other, some rows, the whole beside a part, few rows.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-5: ssm.packed_matmul
// CHECK-NOT: ssm.packed_matmul
func.func @others(%x: tensor<64x8xf32>, %few: tensor<2x8xf32>, %w: tensor<2x8x32xf32>) -> (tensor<64x16xf32>, tensor<64x48xf32>, tensor<64x64xf32>, tensor<64x32xf32>, tensor<60x32xf32>, tensor<60x32xf32>, tensor<64x64xf32>, tensor<64x32xf32>, tensor<2x32xf32>, tensor<2x32xf32>) {
  %e = tensor.empty() : tensor<64x64xf32>
  %p0 = ssm.packed_matmul x(%x : tensor<64x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<64x64xf32>)
  %a0 = tensor.extract_slice %p0[0, 0] [64, 16] [1, 1] : tensor<64x64xf32> to tensor<64x16xf32>
  %b0 = tensor.extract_slice %p0[0, 16] [64, 48] [1, 1] : tensor<64x64xf32> to tensor<64x48xf32>
  %p1 = ssm.packed_matmul x(%x : tensor<64x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<64x64xf32>)
  %a1 = tensor.extract_slice %p1[0, 0] [64, 64] [1, 1] : tensor<64x64xf32> to tensor<64x64xf32>
  %b1 = tensor.extract_slice %p1[0, 32] [64, 32] [1, 1] : tensor<64x64xf32> to tensor<64x32xf32>
  %p2 = ssm.packed_matmul x(%x : tensor<64x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<64x64xf32>)
  %a2 = tensor.extract_slice %p2[0, 0] [60, 32] [1, 1] : tensor<64x64xf32> to tensor<60x32xf32>
  %b2 = tensor.extract_slice %p2[0, 32] [60, 32] [1, 1] : tensor<64x64xf32> to tensor<60x32xf32>
  %p3 = ssm.packed_matmul x(%x : tensor<64x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<64x64xf32>)
  %b3 = tensor.extract_slice %p3[0, 32] [64, 32] [1, 1] : tensor<64x64xf32> to tensor<64x32xf32>
  %e2 = tensor.empty() : tensor<2x64xf32>
  %p4 = ssm.packed_matmul x(%few : tensor<2x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e2 : tensor<2x64xf32>)
  %a4 = tensor.extract_slice %p4[0, 0] [2, 32] [1, 1] : tensor<2x64xf32> to tensor<2x32xf32>
  %b4 = tensor.extract_slice %p4[0, 32] [2, 32] [1, 1] : tensor<2x64xf32> to tensor<2x32xf32>
  return %a0, %b0, %a1, %b1, %a2, %b2, %p3, %b3, %a4, %b4 : tensor<64x16xf32>, tensor<64x48xf32>, tensor<64x64xf32>, tensor<64x32xf32>, tensor<60x32xf32>, tensor<60x32xf32>, tensor<64x64xf32>, tensor<64x32xf32>, tensor<2x32xf32>, tensor<2x32xf32>
}

// -----

// An entry for one token of any number of texts.
// CHECK-LABEL: func.func @step
// CHECK-COUNT-1: ssm.packed_matmul
// CHECK-NOT: ssm.packed_matmul
func.func @step(%x: tensor<?x8xf32> {mambac.state = 0 : i64}, %w: tensor<2x8x32xf32>, %n: index) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %e = tensor.empty(%n) : tensor<?x64xf32>
  %p = ssm.packed_matmul x(%x : tensor<?x8xf32>) packed(%w : tensor<2x8x32xf32>) outs(%e : tensor<?x64xf32>)
  %y = tensor.expand_shape %p [[0, 1], [2]] output_shape [%n, 1, 64] : tensor<?x64xf32> into tensor<?x1x64xf32>
  %a = tensor.extract_slice %y[0, 0, 0] [%n, 1, 32] [1, 1, 1] : tensor<?x1x64xf32> to tensor<?x32xf32>
  %b = tensor.extract_slice %y[0, 0, 32] [%n, 1, 32] [1, 1, 1] : tensor<?x1x64xf32> to tensor<?x32xf32>
  return %a, %b : tensor<?x32xf32>, tensor<?x32xf32>
}
