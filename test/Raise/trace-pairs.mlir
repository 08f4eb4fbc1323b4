// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file | FileCheck %s
// RUN: mamba-opt %s --check-passes --ssm-trace-recurrences --split-input-file -o /dev/null

// Complex numbers in two real parts, h = (c + i s) h + (x + i z), by Hillis and Steele: no exponential, no scan and no loop
// says that anything recurs.

#id = affine_map<(t, d) -> (t, d)>


// CHECK-LABEL: func.func @pairs
// CHECK: %[[H:.*]]:2 = ssm.scan "a b, a b, a b, a b -> a b, a b" axis(0) a(%arg0 : {{.*}}) b(%arg2 : {{.*}}) a_imag(%arg1 : {{.*}}) b_imag(%arg3 :
// CHECK-NOT: ssm.scan
// CHECK-NOT: tensor.concat
// CHECK: return %[[H]]#0, %[[H]]#1
func.func @pairs(%c: tensor<4x3xf32>, %s: tensor<4x3xf32>, %x: tensor<4x3xf32>, %z: tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %e1 = tensor.empty() : tensor<1x3xf32>
  %zeros1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  %ones1 = linalg.fill ins(%one : f32) outs(%e1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  %e2 = tensor.empty() : tensor<2x3xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %ones2 = linalg.fill ins(%one : f32) outs(%e2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %v1 = tensor.extract_slice %c[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v2 = tensor.concat dim(0) %ones1, %v1 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v3 = tensor.extract_slice %s[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v4 = tensor.concat dim(0) %zeros1, %v3 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v5 = tensor.extract_slice %x[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v6 = tensor.concat dim(0) %zeros1, %v5 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v7 = tensor.extract_slice %z[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v8 = tensor.concat dim(0) %zeros1, %v7 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v9 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v6, %s, %v8 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v10 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%s, %v6, %c, %v8 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v11 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %v9 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v12 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %v10 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v13 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v2, %s, %v4 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v14 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v4, %s, %v2 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v15 = tensor.extract_slice %v13[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v16 = tensor.concat dim(0) %ones2, %v15 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v17 = tensor.extract_slice %v14[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v18 = tensor.concat dim(0) %zeros2, %v17 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v19 = tensor.extract_slice %v11[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v20 = tensor.concat dim(0) %zeros2, %v19 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v21 = tensor.extract_slice %v12[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v22 = tensor.concat dim(0) %zeros2, %v21 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v23 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v13, %v20, %v14, %v22 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v24 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v14, %v20, %v13, %v22 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v25 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v11, %v23 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v26 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v12, %v24 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  return %v25, %v26 : tensor<4x3xf32>, tensor<4x3xf32>
}

// -----

#id = affine_map<(t, d) -> (t, d)>

// A sign is wrong at the second level. The real part does not notice.
//
// CHECK-LABEL: func.func @another_sign
// CHECK: %[[H:.*]]:2 = ssm.scan
// CHECK-NOT: ssm.scan
// CHECK: return %[[H]]#0, %{{[a-z0-9]+}} :
func.func @another_sign(%c: tensor<4x3xf32>, %s: tensor<4x3xf32>, %x: tensor<4x3xf32>, %z: tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<4x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %e1 = tensor.empty() : tensor<1x3xf32>
  %zeros1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  %ones1 = linalg.fill ins(%one : f32) outs(%e1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  %e2 = tensor.empty() : tensor<2x3xf32>
  %zeros2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %ones2 = linalg.fill ins(%one : f32) outs(%e2 : tensor<2x3xf32>) -> tensor<2x3xf32>
  %v27 = tensor.extract_slice %c[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v28 = tensor.concat dim(0) %ones1, %v27 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v29 = tensor.extract_slice %s[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v30 = tensor.concat dim(0) %zeros1, %v29 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v31 = tensor.extract_slice %x[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v32 = tensor.concat dim(0) %zeros1, %v31 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v33 = tensor.extract_slice %z[0, 0] [3, 3] [1, 1] : tensor<4x3xf32> to tensor<3x3xf32>
  %v34 = tensor.concat dim(0) %zeros1, %v33 : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<4x3xf32>
  %v35 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v32, %s, %v34 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v36 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%s, %v32, %c, %v34 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v37 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %v35 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v38 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%z, %v36 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v39 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v28, %s, %v30 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v40 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %v30, %s, %v28 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.addf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v41 = tensor.extract_slice %v39[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v42 = tensor.concat dim(0) %ones2, %v41 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v43 = tensor.extract_slice %v40[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v44 = tensor.concat dim(0) %zeros2, %v43 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v45 = tensor.extract_slice %v37[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v46 = tensor.concat dim(0) %zeros2, %v45 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v47 = tensor.extract_slice %v38[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %v48 = tensor.concat dim(0) %zeros2, %v47 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %v49 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v39, %v46, %v40, %v48 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v50 = linalg.generic {indexing_maps = [#id, #id, #id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v40, %v46, %v39, %v48 : tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %a2: f32, %a3: f32, %o: f32):
    %p = arith.mulf %a0, %a1 : f32
    %q = arith.mulf %a2, %a3 : f32
    %r = arith.subf %p, %q : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v51 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v37, %v49 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  %v52 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%v38, %v50 : tensor<4x3xf32>, tensor<4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<4x3xf32>
  return %v51, %v52 : tensor<4x3xf32>, tensor<4x3xf32>
}
