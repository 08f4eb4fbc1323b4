// RUN: mamba-opt %s --split-input-file --canonicalize --cse --ssm-raise-ssd --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// What is not equal to ssm.ssd stays as it is, with the reason in a remark.


// The state is read before its update.
//
// CHECK: declined{{.*}}the sources do not end at the target time (another diagonal of the mask)
// IR-LABEL: func.func @strict_mask
// IR-NOT: ssm.ssd
func.func @strict_mask(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x9x4x3xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%v1 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v3 = tensor.empty() : tensor<2x4x9xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d0,d2,d1)>, affine_map<(d0,d1,d2) -> (d1)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%v3 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v5 = tensor.empty() : tensor<2x4x9xf32>
  %v6 = ssm.cumsum dim(2) ins(%v4 : tensor<2x4x9xf32>) outs(%v5 : tensor<2x4x9xf32>)
  %v7 = tensor.empty() : tensor<2x4x9x9xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6, %v6 : tensor<2x4x9xf32>, tensor<2x4x9xf32>) outs(%v7 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v9 = tensor.empty() : tensor<9x9xi1>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v9 : tensor<9x9xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant -1 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %v11 = tensor.empty() : tensor<9x9xi1>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v10 : tensor<9x9xi1>) outs(%v11 : tensor<9x9xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<9x9xi1>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v8, %v12 : tensor<2x4x9x9xf32>, tensor<9x9xi1>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = tensor.empty() : tensor<2x4x9x9xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14 : tensor<2x4x9x9xf32>) outs(%v15 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v17 = arith.constant 0.0 : f32
  %v18 = tensor.empty() : tensor<2x4x9x9xf32>
  %v19 = linalg.fill ins(%v17 : f32) outs(%v18 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v19 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v21 = tensor.empty() : tensor<2x4x9x9xf32>
  %v22 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v20, %v16 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%v21 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v23 = arith.constant 0.0 : f32
  %v24 = tensor.empty() : tensor<2x9x4x3xf32>
  %v25 = linalg.fill ins(%v23 : f32) outs(%v24 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v26 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v22, %v2 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v25 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v26 : tensor<2x9x4x3xf32>
}

// -----

// No mask: every time sees every other.
//
// CHECK: declined{{.*}}the sources do not end at the target time
// IR-LABEL: func.func @no_mask
// IR-NOT: ssm.ssd
func.func @no_mask(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x9x4x3xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%v1 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v3 = tensor.empty() : tensor<2x4x9xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d0,d2,d1)>, affine_map<(d0,d1,d2) -> (d1)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%v3 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v5 = tensor.empty() : tensor<2x4x9xf32>
  %v6 = ssm.cumsum dim(2) ins(%v4 : tensor<2x4x9xf32>) outs(%v5 : tensor<2x4x9xf32>)
  %v7 = tensor.empty() : tensor<2x4x9x9xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6, %v6 : tensor<2x4x9xf32>, tensor<2x4x9xf32>) outs(%v7 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v9 = tensor.empty() : tensor<2x4x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v8 : tensor<2x4x9x9xf32>) outs(%v9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v11 = arith.constant 0.0 : f32
  %v12 = tensor.empty() : tensor<2x4x9x9xf32>
  %v13 = linalg.fill ins(%v11 : f32) outs(%v12 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = tensor.empty() : tensor<2x4x9x9xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14, %v10 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%v15 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v17 = arith.constant 0.0 : f32
  %v18 = tensor.empty() : tensor<2x9x4x3xf32>
  %v19 = linalg.fill ins(%v17 : f32) outs(%v18 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v16, %v2 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v19 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v20 : tensor<2x9x4x3xf32>
}

// -----

// That is a selective scan, not an ssd.
//
// CHECK: declined{{.*}}the decay has its own value for each state
// IR-LABEL: func.func @decay_for_each_state
// IR-NOT: ssm.ssd
func.func @decay_for_each_state(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4x5xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x9x4x3xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%v1 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v3 = tensor.empty() : tensor<2x4x5x9xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1)>, affine_map<(d0,d1,d2,d3) -> (d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4x5xf32>) outs(%v3 : tensor<2x4x5x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x5x9xf32>
  %v5 = tensor.empty() : tensor<2x4x5x9x9xf32>
  %v6 = ssm.segsum dim(3) ins(%v4 : tensor<2x4x5x9xf32>) outs(%v5 : tensor<2x4x5x9x9xf32>)
  %v7 = tensor.empty() : tensor<2x4x5x9x9xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v6 : tensor<2x4x5x9x9xf32>) outs(%v7 : tensor<2x4x5x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x5x9x9xf32>
  %v9 = tensor.empty() : tensor<2x4x5x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d4,d1,d2)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v9 : tensor<2x4x5x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x5x9x9xf32>
  %v11 = tensor.empty() : tensor<2x4x5x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v10, %v8 : tensor<2x4x5x9x9xf32>, tensor<2x4x5x9x9xf32>) outs(%v11 : tensor<2x4x5x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x5x9x9xf32>
  %v13 = arith.constant 0.0 : f32
  %v14 = tensor.empty() : tensor<2x4x9x9xf32>
  %v15 = linalg.fill ins(%v13 : f32) outs(%v14 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d3,d4)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel"]} ins(%v12 : tensor<2x4x5x9x9xf32>) outs(%v15 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v17 = arith.constant 0.0 : f32
  %v18 = tensor.empty() : tensor<2x9x4x3xf32>
  %v19 = linalg.fill ins(%v17 : f32) outs(%v18 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v16, %v2 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v19 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v20 : tensor<2x9x4x3xf32>
}

// -----

// The decay has a time step, the input has none: no dt in the op.
//
// CHECK: raised
// IR-LABEL: func.func @input_without_time_step
// IR: ssm.ssd "b l h p, {{b [lh] [lh]}}, b l h n, b l h n -> b l h p" x(%arg0 : {{.*}}) A(
func.func @input_without_time_step(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x4x9xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d0,d2,d1)>, affine_map<(d0,d1,d2) -> (d1)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%v1 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v3 = tensor.empty() : tensor<2x4x9x9xf32>
  %v4 = ssm.segsum dim(2) ins(%v2 : tensor<2x4x9xf32>) outs(%v3 : tensor<2x4x9x9xf32>)
  %v5 = tensor.empty() : tensor<2x4x9x9xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v4 : tensor<2x4x9x9xf32>) outs(%v5 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v7 = arith.constant 0.0 : f32
  %v8 = tensor.empty() : tensor<2x4x9x9xf32>
  %v9 = linalg.fill ins(%v7 : f32) outs(%v8 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v9 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v11 = tensor.empty() : tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v10, %v6 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = arith.constant 0.0 : f32
  %v14 = tensor.empty() : tensor<2x9x4x3xf32>
  %v15 = linalg.fill ins(%v13 : f32) outs(%v14 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v12, %x : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v15 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v16 : tensor<2x9x4x3xf32>
}

// -----

// The time step of the decay is another one than that of the input: it is no dt of the op.
//
// CHECK: raised
// IR-LABEL: func.func @other_time_step
// IR: ssm.ssd "b l h p, {{b [lh] [lh]}}, b l h n, b l h n -> b l h p" x(
func.func @other_time_step(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>, %dt2: tensor<2x9x4xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x9x4x3xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt2 : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%v1 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v3 = tensor.empty() : tensor<2x4x9xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d0,d2,d1)>, affine_map<(d0,d1,d2) -> (d1)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%v3 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v5 = tensor.empty() : tensor<2x4x9x9xf32>
  %v6 = ssm.segsum dim(2) ins(%v4 : tensor<2x4x9xf32>) outs(%v5 : tensor<2x4x9x9xf32>)
  %v7 = tensor.empty() : tensor<2x4x9x9xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6 : tensor<2x4x9x9xf32>) outs(%v7 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v9 = arith.constant 0.0 : f32
  %v10 = tensor.empty() : tensor<2x4x9x9xf32>
  %v11 = linalg.fill ins(%v9 : f32) outs(%v10 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v12, %v8 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = arith.constant 0.0 : f32
  %v16 = tensor.empty() : tensor<2x9x4x3xf32>
  %v17 = linalg.fill ins(%v15 : f32) outs(%v16 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v18 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v14, %v2 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v17 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v18 : tensor<2x9x4x3xf32>
}

// -----

// The skip is no part of the op, which is raised without it.
//
// CHECK: raised
// IR-LABEL: func.func @skip_depends_on_time
// IR: ssm.ssd "b l h p, b l h, h, b l h n, b l h n -> b l h p"
// IR: arith.addf
func.func @skip_depends_on_time(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>, %D: tensor<9x4xf32>) -> tensor<2x9x4x3xf32> {
  %v1 = tensor.empty() : tensor<2x9x4x3xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x9x4x3xf32>, tensor<2x9x4xf32>) outs(%v1 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v3 = tensor.empty() : tensor<2x4x9xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d0,d2,d1)>, affine_map<(d0,d1,d2) -> (d1)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A : tensor<2x9x4xf32>, tensor<4xf32>) outs(%v3 : tensor<2x4x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9xf32>
  %v5 = tensor.empty() : tensor<2x4x9x9xf32>
  %v6 = ssm.segsum dim(2) ins(%v4 : tensor<2x4x9xf32>) outs(%v5 : tensor<2x4x9x9xf32>)
  %v7 = tensor.empty() : tensor<2x4x9x9xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6 : tensor<2x4x9x9xf32>) outs(%v7 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v9 = arith.constant 0.0 : f32
  %v10 = tensor.empty() : tensor<2x4x9x9xf32>
  %v11 = linalg.fill ins(%v9 : f32) outs(%v10 : tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%C, %B : tensor<2x9x4x5xf32>, tensor<2x9x4x5xf32>) outs(%v11 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v13 = tensor.empty() : tensor<2x4x9x9xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v12, %v8 : tensor<2x4x9x9xf32>, tensor<2x4x9x9xf32>) outs(%v13 : tensor<2x4x9x9xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x9x9xf32>
  %v15 = arith.constant 0.0 : f32
  %v16 = tensor.empty() : tensor<2x9x4x3xf32>
  %v17 = linalg.fill ins(%v15 : f32) outs(%v16 : tensor<2x9x4x3xf32>) -> tensor<2x9x4x3xf32>
  %v18 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d3,d1,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d2,d1,d4)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]} ins(%v14, %v2 : tensor<2x4x9x9xf32>, tensor<2x9x4x3xf32>) outs(%v17 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v19 = tensor.empty() : tensor<2x9x4x3xf32>
  %v20 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %D : tensor<2x9x4x3xf32>, tensor<9x4xf32>) outs(%v19 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  %v21 = tensor.empty() : tensor<2x9x4x3xf32>
  %v22 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v18, %v20 : tensor<2x9x4x3xf32>, tensor<2x9x4x3xf32>) outs(%v21 : tensor<2x9x4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x9x4x3xf32>
  return %v22 : tensor<2x9x4x3xf32>
}
