// RUN: mamba-opt %s --split-input-file --mambac-raise | FileCheck %s

// Chunks of 16, length 37, heads in groups, as einsums over chunks (transformers 5) and as broadcast products that are
// summed (transformers 4). Padding, chunks and masks disappear, and both are the same op on the function's arguments.

// CHECK-LABEL: func.func @ssd_einsum
// CHECK-NOT: cumsum
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, h -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) D(%arg5 : {{.*}})
// CHECK-NEXT: %[[Z:.*]] = tensor.collapse_shape %[[Y]]
// CHECK-NEXT: return %[[Z]]
func.func @ssd_einsum(%x: tensor<2x37x4x8xf32>, %dt: tensor<2x37x4xf32>, %A: tensor<4xf32>, %B: tensor<2x37x2x6xf32>, %C: tensor<2x37x2x6xf32>, %D: tensor<4xf32>) -> tensor<2x37x32xf32> {
  %v1 = tensor.empty() : tensor<2x37x2x2x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%B : tensor<2x37x2x6xf32>) outs(%v1 : tensor<2x37x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x37x2x2x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1], [2, 3], [4]] : tensor<2x37x2x2x6xf32> into tensor<2x37x4x6xf32>
  %v4 = tensor.empty() : tensor<2x37x2x2x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%C : tensor<2x37x2x6xf32>) outs(%v4 : tensor<2x37x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x37x2x2x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1], [2, 3], [4]] : tensor<2x37x2x2x6xf32> into tensor<2x37x4x6xf32>
  %v8 = arith.constant 0.0 : f32
  %v7 = tensor.pad %x low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v8 : f32
  } : tensor<2x37x4x8xf32> to tensor<2x48x4x8xf32>
  %v9 = tensor.empty() : tensor<2x48x4x8xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%D, %v7 : tensor<4xf32>, tensor<2x48x4x8xf32>) outs(%v9 : tensor<2x48x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x48x4x8xf32>
  %v11 = tensor.empty() : tensor<2x37x4x8xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x37x4x8xf32>, tensor<2x37x4xf32>) outs(%v11 : tensor<2x37x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x37x4x8xf32>
  %v13 = tensor.empty() : tensor<2x37x4xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%A, %dt : tensor<4xf32>, tensor<2x37x4xf32>) outs(%v13 : tensor<2x37x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x37x4xf32>
  %v16 = arith.constant 0.0 : f32
  %v15 = tensor.pad %v12 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v16 : f32
  } : tensor<2x37x4x8xf32> to tensor<2x48x4x8xf32>
  %v17 = tensor.expand_shape %v15 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %v19 = arith.constant 0.0 : f32
  %v18 = tensor.pad %v14 low[0, 0, 0] high[0, 11, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v19 : f32
  } : tensor<2x37x4xf32> to tensor<2x48x4xf32>
  %v20 = tensor.expand_shape %v18 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %v22 = arith.constant 0.0 : f32
  %v21 = tensor.pad %v3 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v22 : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %v23 = tensor.expand_shape %v21 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %v25 = arith.constant 0.0 : f32
  %v24 = tensor.pad %v6 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v25 : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %v26 = tensor.expand_shape %v24 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %v27 = tensor.empty() : tensor<2x4x3x16xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d2,d3,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v20 : tensor<2x3x16x4xf32>) outs(%v27 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x3x16xf32>
  %v29 = tensor.empty() : tensor<2x4x3x16xf32>
  %v30 = ssm.cumsum dim(3) ins(%v28 : tensor<2x4x3x16xf32>) outs(%v29 : tensor<2x4x3x16xf32>)
  %v31 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v32 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v28 : tensor<2x4x3x16xf32>) outs(%v31 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x3x16x16xf32>
  %v33 = tensor.empty() : tensor<16x16xi1>
  %v34 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v33 : tensor<16x16xi1>) {
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
  } -> tensor<16x16xi1>
  %v35 = tensor.empty() : tensor<16x16xi1>
  %v36 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v34 : tensor<16x16xi1>) outs(%v35 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v37 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v38 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v32, %v36 : tensor<2x4x3x16x16xf32>, tensor<16x16xi1>) outs(%v37 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v39 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v40 = ssm.cumsum dim(3) ins(%v38 : tensor<2x4x3x16x16xf32>) outs(%v39 : tensor<2x4x3x16x16xf32>)
  %v41 = tensor.empty() : tensor<16x16xi1>
  %v42 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v41 : tensor<16x16xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v43 = tensor.empty() : tensor<16x16xi1>
  %v44 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v42 : tensor<16x16xi1>) outs(%v43 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v45 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v46 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v40, %v44 : tensor<2x4x3x16x16xf32>, tensor<16x16xi1>) outs(%v45 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v47 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v48 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v46 : tensor<2x4x3x16x16xf32>) outs(%v47 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v49 = arith.constant 0.0 : f32
  %v50 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v51 = linalg.fill ins(%v49 : f32) outs(%v50 : tensor<2x3x16x16x4xf32>) -> tensor<2x3x16x16x4xf32>
  %v52 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v26, %v23 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%v51 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4xf32>
  %v53 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v54 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d4,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v48 : tensor<2x4x3x16x16xf32>) outs(%v53 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x16x4xf32>
  %v55 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v56 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v52, %v54 : tensor<2x3x16x16x4xf32>, tensor<2x3x16x16x4xf32>) outs(%v55 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4xf32>
  %v57 = arith.constant 0.0 : f32
  %v58 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v59 = linalg.fill ins(%v57 : f32) outs(%v58 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %v60 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel", "parallel"]} ins(%v56, %v17 : tensor<2x3x16x16x4xf32>, tensor<2x3x16x4x8xf32>) outs(%v59 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v61 = tensor.extract_slice %v30[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %v62 = tensor.collapse_shape %v61 [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %v63 = tensor.empty() : tensor<2x4x3x16xf32>
  %v64 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v62, %v30 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%v63 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v65 = tensor.empty() : tensor<2x4x3x16xf32>
  %v66 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v64 : tensor<2x4x3x16xf32>) outs(%v65 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v67 = tensor.empty() : tensor<2x3x16x4xf32>
  %v68 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v66 : tensor<2x4x3x16xf32>) outs(%v67 : tensor<2x3x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x4xf32>
  %v69 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %v70 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v23, %v68 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4xf32>) outs(%v69 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x6xf32>
  %v71 = arith.constant 0.0 : f32
  %v72 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %v73 = linalg.fill ins(%v71 : f32) outs(%v72 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %v74 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%v70, %v17 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%v73 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x4x8x6xf32>
  %v75 = arith.constant 0.0 : f32
  %v76 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %v77 = linalg.fill ins(%v75 : f32) outs(%v76 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %v78 = tensor.concat dim(1) %v77, %v74 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %v79 = tensor.extract_slice %v30[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %v81 = arith.constant 0.0 : f32
  %v80 = tensor.pad %v79 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v81 : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %v82 = tensor.empty() : tensor<2x4x4x4xf32>
  %v83 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v80 : tensor<2x4x4xf32>) outs(%v82 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x4x4xf32>
  %v84 = tensor.empty() : tensor<4x4xi1>
  %v85 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v84 : tensor<4x4xi1>) {
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
  } -> tensor<4x4xi1>
  %v86 = tensor.empty() : tensor<4x4xi1>
  %v87 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v85 : tensor<4x4xi1>) outs(%v86 : tensor<4x4xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v88 = tensor.empty() : tensor<2x4x4x4xf32>
  %v89 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v83, %v87 : tensor<2x4x4x4xf32>, tensor<4x4xi1>) outs(%v88 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v90 = tensor.empty() : tensor<2x4x4x4xf32>
  %v91 = ssm.cumsum dim(2) ins(%v89 : tensor<2x4x4x4xf32>) outs(%v90 : tensor<2x4x4x4xf32>)
  %v92 = tensor.empty() : tensor<4x4xi1>
  %v93 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v92 : tensor<4x4xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v94 = tensor.empty() : tensor<4x4xi1>
  %v95 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v93 : tensor<4x4xi1>) outs(%v94 : tensor<4x4xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v96 = tensor.empty() : tensor<2x4x4x4xf32>
  %v97 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v91, %v95 : tensor<2x4x4x4xf32>, tensor<4x4xi1>) outs(%v96 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v98 = tensor.empty() : tensor<2x4x4x4xf32>
  %v99 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v97 : tensor<2x4x4x4xf32>) outs(%v98 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v100 = tensor.empty() : tensor<2x4x4x4xf32>
  %v101 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d2,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v99 : tensor<2x4x4x4xf32>) outs(%v100 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x4x4xf32>
  %v102 = arith.constant 0.0 : f32
  %v103 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %v104 = linalg.fill ins(%v102 : f32) outs(%v103 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %v105 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d2,d3,d4,d5)>], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel", "parallel"]} ins(%v101, %v78 : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%v104 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x8x6xf32>
  %v106 = tensor.extract_slice %v105[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %v107 = tensor.empty() : tensor<2x4x3x16xf32>
  %v108 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v30 : tensor<2x4x3x16xf32>) outs(%v107 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v109 = arith.constant 0.0 : f32
  %v110 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v111 = linalg.fill ins(%v109 : f32) outs(%v110 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %v112 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v26, %v106 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%v111 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v113 = tensor.empty() : tensor<2x3x16x4xf32>
  %v114 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v108 : tensor<2x4x3x16xf32>) outs(%v113 : tensor<2x3x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x4xf32>
  %v115 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v116 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v112, %v114 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4xf32>) outs(%v115 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v117 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v118 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v60, %v116 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%v117 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v119 = tensor.collapse_shape %v118 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %v120 = tensor.empty() : tensor<2x48x4x8xf32>
  %v121 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v119, %v10 : tensor<2x48x4x8xf32>, tensor<2x48x4x8xf32>) outs(%v120 : tensor<2x48x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x48x4x8xf32>
  %v122 = tensor.extract_slice %v121[0, 0, 0, 0] [2, 37, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x37x4x8xf32>
  %v123 = tensor.collapse_shape %v122 [[0], [1], [2, 3]] : tensor<2x37x4x8xf32> into tensor<2x37x32xf32>
  return %v123 : tensor<2x37x32xf32>
}

// -----

// CHECK-LABEL: func.func @ssd_sum
// CHECK-NOT: cumsum
// CHECK-NOT: linalg.generic
// CHECK: %[[Y:.*]] = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, h -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) D(%arg5 : {{.*}})
// CHECK-NEXT: %[[Z:.*]] = tensor.collapse_shape %[[Y]]
// CHECK-NEXT: return %[[Z]]
func.func @ssd_sum(%x: tensor<2x37x4x8xf32>, %dt: tensor<2x37x4xf32>, %A: tensor<4xf32>, %B: tensor<2x37x2x6xf32>, %C: tensor<2x37x2x6xf32>, %D: tensor<4xf32>) -> tensor<2x37x32xf32> {
  %v1 = tensor.empty() : tensor<2x37x2x2x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%B : tensor<2x37x2x6xf32>) outs(%v1 : tensor<2x37x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x37x2x2x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1], [2, 3], [4]] : tensor<2x37x2x2x6xf32> into tensor<2x37x4x6xf32>
  %v4 = tensor.empty() : tensor<2x37x2x2x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%C : tensor<2x37x2x6xf32>) outs(%v4 : tensor<2x37x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x37x2x2x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1], [2, 3], [4]] : tensor<2x37x2x2x6xf32> into tensor<2x37x4x6xf32>
  %v8 = arith.constant 0.0 : f32
  %v7 = tensor.pad %x low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v8 : f32
  } : tensor<2x37x4x8xf32> to tensor<2x48x4x8xf32>
  %v9 = tensor.empty() : tensor<2x48x4x8xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%D, %v7 : tensor<4xf32>, tensor<2x48x4x8xf32>) outs(%v9 : tensor<2x48x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x48x4x8xf32>
  %v11 = tensor.empty() : tensor<2x37x4x8xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x37x4x8xf32>, tensor<2x37x4xf32>) outs(%v11 : tensor<2x37x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x37x4x8xf32>
  %v13 = tensor.empty() : tensor<2x37x4xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%A, %dt : tensor<4xf32>, tensor<2x37x4xf32>) outs(%v13 : tensor<2x37x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x37x4xf32>
  %v16 = arith.constant 0.0 : f32
  %v15 = tensor.pad %v12 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v16 : f32
  } : tensor<2x37x4x8xf32> to tensor<2x48x4x8xf32>
  %v17 = tensor.expand_shape %v15 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 8] : tensor<2x48x4x8xf32> into tensor<2x3x16x4x8xf32>
  %v19 = arith.constant 0.0 : f32
  %v18 = tensor.pad %v14 low[0, 0, 0] high[0, 11, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v19 : f32
  } : tensor<2x37x4xf32> to tensor<2x48x4xf32>
  %v20 = tensor.expand_shape %v18 [[0], [1, 2], [3]] output_shape [2, 3, 16, 4] : tensor<2x48x4xf32> into tensor<2x3x16x4xf32>
  %v22 = arith.constant 0.0 : f32
  %v21 = tensor.pad %v3 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v22 : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %v23 = tensor.expand_shape %v21 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %v25 = arith.constant 0.0 : f32
  %v24 = tensor.pad %v6 low[0, 0, 0, 0] high[0, 11, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v25 : f32
  } : tensor<2x37x4x6xf32> to tensor<2x48x4x6xf32>
  %v26 = tensor.expand_shape %v24 [[0], [1, 2], [3], [4]] output_shape [2, 3, 16, 4, 6] : tensor<2x48x4x6xf32> into tensor<2x3x16x4x6xf32>
  %v27 = tensor.empty() : tensor<2x4x3x16xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d2,d3,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v20 : tensor<2x3x16x4xf32>) outs(%v27 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x3x16xf32>
  %v29 = tensor.empty() : tensor<2x4x3x16xf32>
  %v30 = ssm.cumsum dim(3) ins(%v28 : tensor<2x4x3x16xf32>) outs(%v29 : tensor<2x4x3x16xf32>)
  %v31 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v32 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v28 : tensor<2x4x3x16xf32>) outs(%v31 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x3x16x16xf32>
  %v33 = tensor.empty() : tensor<16x16xi1>
  %v34 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v33 : tensor<16x16xi1>) {
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
  } -> tensor<16x16xi1>
  %v35 = tensor.empty() : tensor<16x16xi1>
  %v36 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v34 : tensor<16x16xi1>) outs(%v35 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v37 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v38 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v32, %v36 : tensor<2x4x3x16x16xf32>, tensor<16x16xi1>) outs(%v37 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v39 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v40 = ssm.cumsum dim(3) ins(%v38 : tensor<2x4x3x16x16xf32>) outs(%v39 : tensor<2x4x3x16x16xf32>)
  %v41 = tensor.empty() : tensor<16x16xi1>
  %v42 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v41 : tensor<16x16xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v43 = tensor.empty() : tensor<16x16xi1>
  %v44 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v42 : tensor<16x16xi1>) outs(%v43 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v45 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v46 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v40, %v44 : tensor<2x4x3x16x16xf32>, tensor<16x16xi1>) outs(%v45 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v47 = tensor.empty() : tensor<2x4x3x16x16xf32>
  %v48 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v46 : tensor<2x4x3x16x16xf32>) outs(%v47 : tensor<2x4x3x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16x16xf32>
  %v49 = tensor.empty() : tensor<2x3x16x16x4x6xf32>
  %v50 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v26, %v23 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x6xf32>) outs(%v49 : tensor<2x3x16x16x4x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4x6xf32>
  %v51 = arith.constant 0.0 : f32
  %v52 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v53 = linalg.fill ins(%v51 : f32) outs(%v52 : tensor<2x3x16x16x4xf32>) -> tensor<2x3x16x16x4xf32>
  %v54 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v50 : tensor<2x3x16x16x4x6xf32>) outs(%v53 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4xf32>
  %v55 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v56 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d4,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v48 : tensor<2x4x3x16x16xf32>) outs(%v55 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x16x4xf32>
  %v57 = tensor.expand_shape %v54 [[0], [1], [2], [3], [4, 5]] output_shape [2, 3, 16, 16, 4, 1] : tensor<2x3x16x16x4xf32> into tensor<2x3x16x16x4x1xf32>
  %v58 = tensor.expand_shape %v56 [[0], [1], [2], [3], [4, 5]] output_shape [2, 3, 16, 16, 4, 1] : tensor<2x3x16x16x4xf32> into tensor<2x3x16x16x4x1xf32>
  %v59 = tensor.empty() : tensor<2x3x16x16x4x1xf32>
  %v60 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v57, %v58 : tensor<2x3x16x16x4x1xf32>, tensor<2x3x16x16x4x1xf32>) outs(%v59 : tensor<2x3x16x16x4x1xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4x1xf32>
  %v61 = arith.constant 0.0 : f32
  %v62 = tensor.empty() : tensor<2x3x16x16x4xf32>
  %v63 = linalg.fill ins(%v61 : f32) outs(%v62 : tensor<2x3x16x16x4xf32>) -> tensor<2x3x16x16x4xf32>
  %v64 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v60 : tensor<2x3x16x16x4x1xf32>) outs(%v63 : tensor<2x3x16x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4xf32>
  %v65 = tensor.empty() : tensor<2x3x16x16x4x8xf32>
  %v66 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v64, %v17 : tensor<2x3x16x16x4xf32>, tensor<2x3x16x4x8xf32>) outs(%v65 : tensor<2x3x16x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x16x4x8xf32>
  %v67 = arith.constant 0.0 : f32
  %v68 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v69 = linalg.fill ins(%v67 : f32) outs(%v68 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %v70 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel", "parallel"]} ins(%v66 : tensor<2x3x16x16x4x8xf32>) outs(%v69 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v71 = tensor.extract_slice %v30[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3x1xf32>
  %v72 = tensor.collapse_shape %v71 [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %v73 = tensor.empty() : tensor<2x4x3x16xf32>
  %v74 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v72, %v30 : tensor<2x4x3xf32>, tensor<2x4x3x16xf32>) outs(%v73 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v75 = tensor.empty() : tensor<2x4x3x16xf32>
  %v76 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v74 : tensor<2x4x3x16xf32>) outs(%v75 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v77 = tensor.empty() : tensor<2x3x16x4xf32>
  %v78 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v76 : tensor<2x4x3x16xf32>) outs(%v77 : tensor<2x3x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x4xf32>
  %v79 = tensor.empty() : tensor<2x3x16x4x6xf32>
  %v80 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v23, %v78 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4xf32>) outs(%v79 : tensor<2x3x16x4x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x6xf32>
  %v81 = tensor.empty() : tensor<2x3x16x4x8x6xf32>
  %v82 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v80, %v17 : tensor<2x3x16x4x6xf32>, tensor<2x3x16x4x8xf32>) outs(%v81 : tensor<2x3x16x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8x6xf32>
  %v83 = arith.constant 0.0 : f32
  %v84 = tensor.empty() : tensor<2x3x4x8x6xf32>
  %v85 = linalg.fill ins(%v83 : f32) outs(%v84 : tensor<2x3x4x8x6xf32>) -> tensor<2x3x4x8x6xf32>
  %v86 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%v82 : tensor<2x3x16x4x8x6xf32>) outs(%v85 : tensor<2x3x4x8x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x4x8x6xf32>
  %v87 = arith.constant 0.0 : f32
  %v88 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %v89 = linalg.fill ins(%v87 : f32) outs(%v88 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %v90 = tensor.concat dim(1) %v89, %v86 : (tensor<2x1x4x8x6xf32>, tensor<2x3x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %v91 = tensor.extract_slice %v30[0, 0, 0, 15] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x16xf32> to tensor<2x4x3xf32>
  %v93 = arith.constant 0.0 : f32
  %v92 = tensor.pad %v91 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v93 : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %v94 = tensor.empty() : tensor<2x4x4x4xf32>
  %v95 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v92 : tensor<2x4x4xf32>) outs(%v94 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x4x4xf32>
  %v96 = tensor.empty() : tensor<4x4xi1>
  %v97 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v96 : tensor<4x4xi1>) {
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
  } -> tensor<4x4xi1>
  %v98 = tensor.empty() : tensor<4x4xi1>
  %v99 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v97 : tensor<4x4xi1>) outs(%v98 : tensor<4x4xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v100 = tensor.empty() : tensor<2x4x4x4xf32>
  %v101 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v95, %v99 : tensor<2x4x4x4xf32>, tensor<4x4xi1>) outs(%v100 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v102 = tensor.empty() : tensor<2x4x4x4xf32>
  %v103 = ssm.cumsum dim(2) ins(%v101 : tensor<2x4x4x4xf32>) outs(%v102 : tensor<2x4x4x4xf32>)
  %v104 = tensor.empty() : tensor<4x4xi1>
  %v105 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v104 : tensor<4x4xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v106 = tensor.empty() : tensor<4x4xi1>
  %v107 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v105 : tensor<4x4xi1>) outs(%v106 : tensor<4x4xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<4x4xi1>
  %v108 = tensor.empty() : tensor<2x4x4x4xf32>
  %v109 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v103, %v107 : tensor<2x4x4x4xf32>, tensor<4x4xi1>) outs(%v108 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v110 = tensor.empty() : tensor<2x4x4x4xf32>
  %v111 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v109 : tensor<2x4x4x4xf32>) outs(%v110 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4xf32>
  %v112 = tensor.empty() : tensor<2x4x4x4xf32>
  %v113 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d2,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v111 : tensor<2x4x4x4xf32>) outs(%v112 : tensor<2x4x4x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x4x4xf32>
  %v114 = tensor.empty() : tensor<2x4x4x4x8x6xf32>
  %v115 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v113, %v90 : tensor<2x4x4x4xf32>, tensor<2x4x4x8x6xf32>) outs(%v114 : tensor<2x4x4x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x4x8x6xf32>
  %v116 = arith.constant 0.0 : f32
  %v117 = tensor.empty() : tensor<2x4x4x8x6xf32>
  %v118 = linalg.fill ins(%v116 : f32) outs(%v117 : tensor<2x4x4x8x6xf32>) -> tensor<2x4x4x8x6xf32>
  %v119 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d2,d3,d4,d5)>], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel", "parallel"]} ins(%v115 : tensor<2x4x4x4x8x6xf32>) outs(%v118 : tensor<2x4x4x8x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x4x4x8x6xf32>
  %v120 = tensor.extract_slice %v119[0, 0, 0, 0, 0] [2, 3, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x4x4x8x6xf32> to tensor<2x3x4x8x6xf32>
  %v121 = tensor.empty() : tensor<2x4x3x16xf32>
  %v122 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v30 : tensor<2x4x3x16xf32>) outs(%v121 : tensor<2x4x3x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x3x16xf32>
  %v123 = tensor.empty() : tensor<2x3x16x4x8x6xf32>
  %v124 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v26, %v120 : tensor<2x3x16x4x6xf32>, tensor<2x3x4x8x6xf32>) outs(%v123 : tensor<2x3x16x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8x6xf32>
  %v125 = arith.constant 0.0 : f32
  %v126 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v127 = linalg.fill ins(%v125 : f32) outs(%v126 : tensor<2x3x16x4x8xf32>) -> tensor<2x3x16x4x8xf32>
  %v128 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v124 : tensor<2x3x16x4x8x6xf32>) outs(%v127 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = arith.addf %a0, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v129 = tensor.empty() : tensor<2x3x16x4xf32>
  %v130 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v122 : tensor<2x4x3x16xf32>) outs(%v129 : tensor<2x3x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x3x16x4xf32>
  %v131 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v132 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v128, %v130 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4xf32>) outs(%v131 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v133 = tensor.empty() : tensor<2x3x16x4x8xf32>
  %v134 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v70, %v132 : tensor<2x3x16x4x8xf32>, tensor<2x3x16x4x8xf32>) outs(%v133 : tensor<2x3x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x3x16x4x8xf32>
  %v135 = tensor.collapse_shape %v134 [[0], [1, 2], [3], [4]] : tensor<2x3x16x4x8xf32> into tensor<2x48x4x8xf32>
  %v136 = tensor.empty() : tensor<2x48x4x8xf32>
  %v137 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v135, %v10 : tensor<2x48x4x8xf32>, tensor<2x48x4x8xf32>) outs(%v136 : tensor<2x48x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x48x4x8xf32>
  %v138 = tensor.extract_slice %v137[0, 0, 0, 0] [2, 37, 4, 8] [1, 1, 1, 1] : tensor<2x48x4x8xf32> to tensor<2x37x4x8xf32>
  %v139 = tensor.collapse_shape %v138 [[0], [1], [2, 3]] : tensor<2x37x4x8xf32> into tensor<2x37x32xf32>
  return %v139 : tensor<2x37x32xf32>
}

// -----

// Without chunks: the quadratic form with ssm.segsum, and with differences of one cumulative sum under a mask.

// CHECK-LABEL: func.func @segsum
// CHECK-NOT: linalg.generic
// CHECK: ssm.ssd "b l h p, b l h, h, b l h n, b l h n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) outs
// CHECK-NEXT: return
func.func @segsum(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
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
  return %v18 : tensor<2x9x4x3xf32>
}

// -----

// CHECK-LABEL: func.func @differences
// CHECK-NOT: linalg.generic
// CHECK: ssm.ssd "b l h p, b l h, h, b l h n, b l h n -> b l h p" x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%arg2 : {{.*}}) B(%arg3 : {{.*}}) C(%arg4 : {{.*}}) outs
// CHECK-NEXT: return
func.func @differences(%x: tensor<2x9x4x3xf32>, %dt: tensor<2x9x4xf32>, %A: tensor<4xf32>, %B: tensor<2x9x4x5xf32>, %C: tensor<2x9x4x5xf32>) -> tensor<2x9x4x3xf32> {
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
  %k = arith.constant 0 : index
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

// One chunk that is not full: nothing comes from before it.
//
// CHECK-LABEL: func.func @ssd_einsum
// CHECK: ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p"
// CHECK-NOT: linalg.generic
func.func @ssd_einsum(%x: tensor<2x7x4x8xf32>, %dt: tensor<2x7x4xf32>, %A: tensor<4xf32>, %B: tensor<2x7x2x6xf32>, %C: tensor<2x7x2x6xf32>, %D: tensor<4xf32>) -> tensor<2x7x32xf32> {
  %v1 = tensor.empty() : tensor<2x7x2x2x6xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%B : tensor<2x7x2x6xf32>) outs(%v1 : tensor<2x7x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x7x2x2x6xf32>
  %v3 = tensor.collapse_shape %v2 [[0], [1], [2, 3], [4]] : tensor<2x7x2x2x6xf32> into tensor<2x7x4x6xf32>
  %v4 = tensor.empty() : tensor<2x7x2x2x6xf32>
  %v5 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%C : tensor<2x7x2x6xf32>) outs(%v4 : tensor<2x7x2x2x6xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x7x2x2x6xf32>
  %v6 = tensor.collapse_shape %v5 [[0], [1], [2, 3], [4]] : tensor<2x7x2x2x6xf32> into tensor<2x7x4x6xf32>
  %v7 = tensor.empty() : tensor<2x7x4x8xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %dt : tensor<2x7x4x8xf32>, tensor<2x7x4xf32>) outs(%v7 : tensor<2x7x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x7x4x8xf32>
  %v9 = tensor.empty() : tensor<2x7x4xf32>
  %v10 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2) -> (d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>, affine_map<(d0,d1,d2) -> (d0,d1,d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%A, %dt : tensor<4xf32>, tensor<2x7x4xf32>) outs(%v9 : tensor<2x7x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x7x4xf32>
  %v12 = arith.constant 0.0 : f32
  %v11 = tensor.pad %v8 low[0, 0, 0, 0] high[0, 9, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v12 : f32
  } : tensor<2x7x4x8xf32> to tensor<2x16x4x8xf32>
  %v13 = tensor.expand_shape %v11 [[0], [1, 2], [3], [4]] output_shape [2, 1, 16, 4, 8] : tensor<2x16x4x8xf32> into tensor<2x1x16x4x8xf32>
  %v15 = arith.constant 0.0 : f32
  %v14 = tensor.pad %v10 low[0, 0, 0] high[0, 9, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v15 : f32
  } : tensor<2x7x4xf32> to tensor<2x16x4xf32>
  %v16 = tensor.expand_shape %v14 [[0], [1, 2], [3]] output_shape [2, 1, 16, 4] : tensor<2x16x4xf32> into tensor<2x1x16x4xf32>
  %v18 = arith.constant 0.0 : f32
  %v17 = tensor.pad %v3 low[0, 0, 0, 0] high[0, 9, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v18 : f32
  } : tensor<2x7x4x6xf32> to tensor<2x16x4x6xf32>
  %v19 = tensor.expand_shape %v17 [[0], [1, 2], [3], [4]] output_shape [2, 1, 16, 4, 6] : tensor<2x16x4x6xf32> into tensor<2x1x16x4x6xf32>
  %v21 = arith.constant 0.0 : f32
  %v20 = tensor.pad %v6 low[0, 0, 0, 0] high[0, 9, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index, %p3: index):
  tensor.yield %v21 : f32
  } : tensor<2x7x4x6xf32> to tensor<2x16x4x6xf32>
  %v22 = tensor.expand_shape %v20 [[0], [1, 2], [3], [4]] output_shape [2, 1, 16, 4, 6] : tensor<2x16x4x6xf32> into tensor<2x1x16x4x6xf32>
  %v23 = tensor.empty() : tensor<2x4x1x16xf32>
  %v24 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d2,d3,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v16 : tensor<2x1x16x4xf32>) outs(%v23 : tensor<2x4x1x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x1x16xf32>
  %v25 = tensor.empty() : tensor<2x4x1x16xf32>
  %v26 = ssm.cumsum dim(3) ins(%v24 : tensor<2x4x1x16xf32>) outs(%v25 : tensor<2x4x1x16xf32>)
  %v27 = tensor.empty() : tensor<2x4x1x16x16xf32>
  %v28 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v24 : tensor<2x4x1x16xf32>) outs(%v27 : tensor<2x4x1x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x1x16x16xf32>
  %v29 = tensor.empty() : tensor<16x16xi1>
  %v30 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v29 : tensor<16x16xi1>) {
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
  } -> tensor<16x16xi1>
  %v31 = tensor.empty() : tensor<16x16xi1>
  %v32 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v30 : tensor<16x16xi1>) outs(%v31 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v33 = tensor.empty() : tensor<2x4x1x16x16xf32>
  %v34 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v28, %v32 : tensor<2x4x1x16x16xf32>, tensor<16x16xi1>) outs(%v33 : tensor<2x4x1x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16x16xf32>
  %v35 = tensor.empty() : tensor<2x4x1x16x16xf32>
  %v36 = ssm.cumsum dim(3) ins(%v34 : tensor<2x4x1x16x16xf32>) outs(%v35 : tensor<2x4x1x16x16xf32>)
  %v37 = tensor.empty() : tensor<16x16xi1>
  %v38 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v37 : tensor<16x16xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v39 = tensor.empty() : tensor<16x16xi1>
  %v40 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v38 : tensor<16x16xi1>) outs(%v39 : tensor<16x16xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<16x16xi1>
  %v41 = tensor.empty() : tensor<2x4x1x16x16xf32>
  %v42 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v36, %v40 : tensor<2x4x1x16x16xf32>, tensor<16x16xi1>) outs(%v41 : tensor<2x4x1x16x16xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16x16xf32>
  %v43 = tensor.empty() : tensor<2x4x1x16x16xf32>
  %v44 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v42 : tensor<2x4x1x16x16xf32>) outs(%v43 : tensor<2x4x1x16x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16x16xf32>
  %v45 = arith.constant 0.0 : f32
  %v46 = tensor.empty() : tensor<2x1x16x16x4xf32>
  %v47 = linalg.fill ins(%v45 : f32) outs(%v46 : tensor<2x1x16x16x4xf32>) -> tensor<2x1x16x16x4xf32>
  %v48 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v22, %v19 : tensor<2x1x16x4x6xf32>, tensor<2x1x16x4x6xf32>) outs(%v47 : tensor<2x1x16x16x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x16x4xf32>
  %v49 = tensor.empty() : tensor<2x1x16x16x4xf32>
  %v50 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d4,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v44 : tensor<2x4x1x16x16xf32>) outs(%v49 : tensor<2x1x16x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x1x16x16x4xf32>
  %v51 = tensor.empty() : tensor<2x1x16x16x4xf32>
  %v52 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v48, %v50 : tensor<2x1x16x16x4xf32>, tensor<2x1x16x16x4xf32>) outs(%v51 : tensor<2x1x16x16x4xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x16x4xf32>
  %v53 = arith.constant 0.0 : f32
  %v54 = tensor.empty() : tensor<2x1x16x4x8xf32>
  %v55 = linalg.fill ins(%v53 : f32) outs(%v54 : tensor<2x1x16x4x8xf32>) -> tensor<2x1x16x4x8xf32>
  %v56 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d4,d5)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel", "parallel"]} ins(%v52, %v13 : tensor<2x1x16x16x4xf32>, tensor<2x1x16x4x8xf32>) outs(%v55 : tensor<2x1x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x4x8xf32>
  %v57 = tensor.extract_slice %v26[0, 0, 0, 15] [2, 4, 1, 1] [1, 1, 1, 1] : tensor<2x4x1x16xf32> to tensor<2x4x1x1xf32>
  %v58 = tensor.collapse_shape %v57 [[0], [1], [2, 3]] : tensor<2x4x1x1xf32> into tensor<2x4x1xf32>
  %v59 = tensor.empty() : tensor<2x4x1x16xf32>
  %v60 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v58, %v26 : tensor<2x4x1xf32>, tensor<2x4x1x16xf32>) outs(%v59 : tensor<2x4x1x16xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.subf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16xf32>
  %v61 = tensor.empty() : tensor<2x4x1x16xf32>
  %v62 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v60 : tensor<2x4x1x16xf32>) outs(%v61 : tensor<2x4x1x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16xf32>
  %v63 = tensor.empty() : tensor<2x1x16x4xf32>
  %v64 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v62 : tensor<2x4x1x16xf32>) outs(%v63 : tensor<2x1x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x1x16x4xf32>
  %v65 = tensor.empty() : tensor<2x1x16x4x6xf32>
  %v66 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v19, %v64 : tensor<2x1x16x4x6xf32>, tensor<2x1x16x4xf32>) outs(%v65 : tensor<2x1x16x4x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x4x6xf32>
  %v67 = arith.constant 0.0 : f32
  %v68 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %v69 = linalg.fill ins(%v67 : f32) outs(%v68 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %v70 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>], iterator_types = ["parallel", "parallel", "reduction", "parallel", "parallel", "parallel"]} ins(%v66, %v13 : tensor<2x1x16x4x6xf32>, tensor<2x1x16x4x8xf32>) outs(%v69 : tensor<2x1x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x1x4x8x6xf32>
  %v71 = arith.constant 0.0 : f32
  %v72 = tensor.empty() : tensor<2x1x4x8x6xf32>
  %v73 = linalg.fill ins(%v71 : f32) outs(%v72 : tensor<2x1x4x8x6xf32>) -> tensor<2x1x4x8x6xf32>
  %v74 = tensor.concat dim(1) %v73, %v70 : (tensor<2x1x4x8x6xf32>, tensor<2x1x4x8x6xf32>) -> tensor<2x2x4x8x6xf32>
  %v75 = tensor.extract_slice %v26[0, 0, 0, 15] [2, 4, 1, 1] [1, 1, 1, 1] : tensor<2x4x1x16xf32> to tensor<2x4x1xf32>
  %v77 = arith.constant 0.0 : f32
  %v76 = tensor.pad %v75 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%p0: index, %p1: index, %p2: index):
  tensor.yield %v77 : f32
  } : tensor<2x4x1xf32> to tensor<2x4x2xf32>
  %v78 = tensor.empty() : tensor<2x4x2x2xf32>
  %v79 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v76 : tensor<2x4x2xf32>) outs(%v78 : tensor<2x4x2x2xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x4x2x2xf32>
  %v80 = tensor.empty() : tensor<2x2xi1>
  %v81 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v80 : tensor<2x2xi1>) {
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
  } -> tensor<2x2xi1>
  %v82 = tensor.empty() : tensor<2x2xi1>
  %v83 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v81 : tensor<2x2xi1>) outs(%v82 : tensor<2x2xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<2x2xi1>
  %v84 = tensor.empty() : tensor<2x4x2x2xf32>
  %v85 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v79, %v83 : tensor<2x4x2x2xf32>, tensor<2x2xi1>) outs(%v84 : tensor<2x4x2x2xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0.0 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x2x2xf32>
  %v86 = tensor.empty() : tensor<2x4x2x2xf32>
  %v87 = ssm.cumsum dim(2) ins(%v85 : tensor<2x4x2x2xf32>) outs(%v86 : tensor<2x4x2x2xf32>)
  %v88 = tensor.empty() : tensor<2x2xi1>
  %v89 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} outs(%v88 : tensor<2x2xi1>) {
  ^bb0(%o: i1):
  %i = linalg.index 0 : index
  %j = linalg.index 1 : index
  %k = arith.constant 0 : index
  %s = arith.addi %i, %k : index
  %c = arith.cmpi sle, %j, %s : index
  %t = arith.constant true
  %f = arith.constant false
  %r = arith.select %c, %t, %f : i1
  linalg.yield %r : i1
  } -> tensor<2x2xi1>
  %v90 = tensor.empty() : tensor<2x2xi1>
  %v91 = linalg.generic {indexing_maps = [affine_map<(d0,d1) -> (d0,d1)>, affine_map<(d0,d1) -> (d0,d1)>], iterator_types = ["parallel", "parallel"]} ins(%v89 : tensor<2x2xi1>) outs(%v90 : tensor<2x2xi1>) {
  ^bb0(%a0: i1, %o: i1):
  %t = arith.constant true
  %r = arith.xori %a0, %t : i1
  linalg.yield %r : i1
  } -> tensor<2x2xi1>
  %v92 = tensor.empty() : tensor<2x4x2x2xf32>
  %v93 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v87, %v91 : tensor<2x4x2x2xf32>, tensor<2x2xi1>) outs(%v92 : tensor<2x4x2x2xf32>) {
  ^bb0(%a0: f32, %a1: i1, %o: f32):
  %c = arith.constant 0xFF800000 : f32
  %r = arith.select %a1, %c, %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x2x2xf32>
  %v94 = tensor.empty() : tensor<2x4x2x2xf32>
  %v95 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v93 : tensor<2x4x2x2xf32>) outs(%v94 : tensor<2x4x2x2xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x2x2xf32>
  %v96 = tensor.empty() : tensor<2x2x2x4xf32>
  %v97 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d2,d1)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v95 : tensor<2x4x2x2xf32>) outs(%v96 : tensor<2x2x2x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x2x2x4xf32>
  %v98 = arith.constant 0.0 : f32
  %v99 = tensor.empty() : tensor<2x2x4x8x6xf32>
  %v100 = linalg.fill ins(%v98 : f32) outs(%v99 : tensor<2x2x4x8x6xf32>) -> tensor<2x2x4x8x6xf32>
  %v101 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d2,d3,d4,d5)>], iterator_types = ["parallel", "reduction", "parallel", "parallel", "parallel", "parallel"]} ins(%v97, %v74 : tensor<2x2x2x4xf32>, tensor<2x2x4x8x6xf32>) outs(%v100 : tensor<2x2x4x8x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x2x4x8x6xf32>
  %v102 = tensor.extract_slice %v101[0, 0, 0, 0, 0] [2, 1, 4, 8, 6] [1, 1, 1, 1, 1] : tensor<2x2x4x8x6xf32> to tensor<2x1x4x8x6xf32>
  %v103 = tensor.empty() : tensor<2x4x1x16xf32>
  %v104 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v26 : tensor<2x4x1x16xf32>) outs(%v103 : tensor<2x4x1x16xf32>) {
  ^bb0(%a0: f32, %o: f32):
  %r = math.exp %a0 : f32
  linalg.yield %r : f32
  } -> tensor<2x4x1x16xf32>
  %v105 = arith.constant 0.0 : f32
  %v106 = tensor.empty() : tensor<2x1x16x4x8xf32>
  %v107 = linalg.fill ins(%v105 : f32) outs(%v106 : tensor<2x1x16x4x8xf32>) -> tensor<2x1x16x4x8xf32>
  %v108 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d3,d4,d5)>, affine_map<(d0,d1,d2,d3,d4,d5) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v22, %v102 : tensor<2x1x16x4x6xf32>, tensor<2x1x4x8x6xf32>) outs(%v107 : tensor<2x1x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %m = arith.mulf %a0, %a1 : f32
  %r = arith.addf %m, %o : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x4x8xf32>
  %v109 = tensor.empty() : tensor<2x1x16x4xf32>
  %v110 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3) -> (d0,d3,d1,d2)>, affine_map<(d0,d1,d2,d3) -> (d0,d1,d2,d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v104 : tensor<2x4x1x16xf32>) outs(%v109 : tensor<2x1x16x4xf32>) {
  ^bb0(%a0: f32, %o: f32):
  linalg.yield %a0 : f32
  } -> tensor<2x1x16x4xf32>
  %v111 = tensor.empty() : tensor<2x1x16x4x8xf32>
  %v112 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v108, %v110 : tensor<2x1x16x4x8xf32>, tensor<2x1x16x4xf32>) outs(%v111 : tensor<2x1x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.mulf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x4x8xf32>
  %v113 = tensor.empty() : tensor<2x1x16x4x8xf32>
  %v114 = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>, affine_map<(d0,d1,d2,d3,d4) -> (d0,d1,d2,d3,d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%v56, %v112 : tensor<2x1x16x4x8xf32>, tensor<2x1x16x4x8xf32>) outs(%v113 : tensor<2x1x16x4x8xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
  %r = arith.addf %a0, %a1 : f32
  linalg.yield %r : f32
  } -> tensor<2x1x16x4x8xf32>
  %v115 = tensor.collapse_shape %v114 [[0], [1, 2], [3], [4]] : tensor<2x1x16x4x8xf32> into tensor<2x16x4x8xf32>
  %v116 = tensor.extract_slice %v115[0, 0, 0, 0] [2, 7, 4, 8] [1, 1, 1, 1] : tensor<2x16x4x8xf32> to tensor<2x7x4x8xf32>
  %v117 = tensor.collapse_shape %v116 [[0], [1], [2, 3]] : tensor<2x7x4x8xf32> into tensor<2x7x32xf32>
  return %v117 : tensor<2x7x32xf32>
}
