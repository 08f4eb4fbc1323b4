// RUN: mamba-opt %s --split-input-file --ssm-raise-single-steps --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// Near misses of one step of a recurrence. They stay as they are.

// The readout is of the state before the step.

#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: remark: {{.*}}no readout C
// IR-LABEL: func @reads_old_state
// IR-NOT: ssm.
// IR: return
func.func @reads_old_state(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %new = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A, %state, %x, %B : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %h: f32, %s: f32, %t: f32, %o: f32):
    %e = arith.mulf %p, %q : f32
    %d = math.exp %e : f32
    %m = arith.mulf %d, %h : f32
    %i = arith.mulf %s, %t : f32
    %j = arith.mulf %i, %p : f32
    %r = arith.addf %m, %j : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %y = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%state, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}

// -----

// The input is added before the decay.

#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: remark: {{.*}}more than one term decays
// IR-LABEL: func @input_decays
// IR-NOT: ssm.
// IR: return
func.func @input_decays(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %new = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A, %state, %x, %B : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %h: f32, %s: f32, %t: f32, %o: f32):
    %e = arith.mulf %p, %q : f32
    %d = math.exp %e : f32
    %i = arith.mulf %s, %t : f32
    %j = arith.mulf %i, %p : f32
    %k = arith.addf %h, %j : f32
    %r = arith.mulf %d, %k : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %y = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}

// -----

// The input is not multiplied by the step of the decay, which has a value for each state.

#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: remark: {{.*}}A is not a tensor over the op
// IR-LABEL: func @other_step
// IR-NOT: ssm.
// IR: return
func.func @other_step(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %new = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A, %state, %x, %B : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %h: f32, %s: f32, %t: f32, %o: f32):
    %e = arith.mulf %p, %q : f32
    %d = math.exp %e : f32
    %m = arith.mulf %d, %h : f32
    %i = arith.mulf %s, %t : f32
    %r = arith.addf %m, %i : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %y = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}

// -----

// Two different things are added to the state.

#bdn = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#of_bd = affine_map<(d0, d1, d2) -> (d0, d1)>
#of_dn = affine_map<(d0, d1, d2) -> (d1, d2)>
#of_bn = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK: remark: {{.*}}are not read alike
// IR-LABEL: func @two_inputs
// IR-NOT: ssm.
// IR: return
func.func @two_inputs(%state: tensor<2x6x5xf32>, %x: tensor<2x6xf32>, %dt: tensor<2x6xf32>, %A: tensor<6x5xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>) -> (tensor<2x6xf32>, tensor<2x6x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %e3 = tensor.empty() : tensor<2x6x5xf32>
  %e2 = tensor.empty() : tensor<2x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6xf32>) -> tensor<2x6xf32>
  %new = linalg.generic {indexing_maps = [#of_bd, #of_dn, #bdn, #of_bd, #of_bn, #bdn], iterator_types = ["parallel", "parallel", "parallel"]} ins(%dt, %A, %state, %x, %B : tensor<2x6xf32>, tensor<6x5xf32>, tensor<2x6x5xf32>, tensor<2x6xf32>, tensor<2x5xf32>) outs(%e3 : tensor<2x6x5xf32>) {
  ^bb0(%p: f32, %q: f32, %h: f32, %s: f32, %t: f32, %o: f32):
    %e = arith.mulf %p, %q : f32
    %d = math.exp %e : f32
    %m = arith.mulf %d, %h : f32
    %i = arith.mulf %s, %t : f32
    %j = arith.mulf %i, %p : f32
    %k = arith.addf %m, %j : f32
    %l = arith.mulf %q, %s : f32
    %r = arith.addf %k, %l : f32
    linalg.yield %r : f32
  } -> tensor<2x6x5xf32>
  %y = linalg.generic {indexing_maps = [#bdn, #of_bn, #of_bd], iterator_types = ["parallel", "parallel", "reduction"]} ins(%new, %C : tensor<2x6x5xf32>, tensor<2x5xf32>) outs(%z : tensor<2x6xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.mulf %p, %q : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2x6xf32>
  return %y, %new : tensor<2x6xf32>, tensor<2x6x5xf32>
}

