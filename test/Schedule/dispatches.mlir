// Kernels of drivers are private functions; equal layers share them, calls are numbered for profiles.
// RUN: mamba-opt %s --mambac-schedule | FileCheck %s

#rows = affine_map<(l, d) -> (l, d)>
#row = affine_map<(l, d) -> (l)>

// CHECK: mambac.kernels = [{{{.*}}kind = "reduction", module = "", name = "reduction_0"}
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x24xf32> {mambac.name = "arg0", mambac.shape = affine_map<()[s0] -> (s0, 24)>}
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: memref<?x24xf32> {mambac.name = "out0", mambac.output, mambac.shape = affine_map<()[s0] -> (s0, 24)>}
// CHECK: call @reduction_0(%[[X]]
// CHECK-SAME: {mambac.kernel = 0 : i32}
// CHECK: call @elementwise_0(
// CHECK: call @reduction_0(
// CHECK: call @elementwise_0({{.*}}%[[OUT]])
// CHECK-SAME: {mambac.kernel = 3 : i32}
// CHECK-NOT: call
// CHECK: return

// The zero that the sum starts from is no buffer.
// CHECK: func.func private @reduction_0
// CHECK: mambac.start = 0.000000e+00 : f32
// CHECK: func.func private @elementwise_0
// CHECK-NOT: func.func private @{{reduction|elementwise}}
func.func @main(%x: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %l = tensor.dim %x, %c0 : tensor<?x24xf32>
  %e = tensor.empty(%l) : tensor<?xf32>
  %f = tensor.empty(%l) : tensor<?x24xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %s = linalg.generic {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<?x24xf32>) outs(%z : tensor<?xf32>) {
  ^bb0(%in: f32, %sum: f32):
    %0 = arith.addf %sum, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %y = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<?x24xf32>, tensor<?xf32>) outs(%f : tensor<?x24xf32>) {
  ^bb0(%in: f32, %sum: f32, %out: f32):
    %0 = arith.divf %in, %sum : f32
    linalg.yield %0 : f32
  } -> tensor<?x24xf32>
  %t = linalg.generic {indexing_maps = [#rows, #row], iterator_types = ["parallel", "reduction"]} ins(%y : tensor<?x24xf32>) outs(%z : tensor<?xf32>) {
  ^bb0(%in: f32, %sum: f32):
    %0 = arith.addf %sum, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %u = linalg.generic {indexing_maps = [#rows, #row, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%y, %t : tensor<?x24xf32>, tensor<?xf32>) outs(%f : tensor<?x24xf32>) {
  ^bb0(%in: f32, %sum: f32, %out: f32):
    %0 = arith.divf %in, %sum : f32
    linalg.yield %0 : f32
  } -> tensor<?x24xf32>
  return %u : tensor<?x24xf32>
}
