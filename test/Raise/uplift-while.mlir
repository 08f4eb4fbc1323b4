// RUN: mamba-opt %s --split-input-file --mambac-generalize-linalg --mambac-uplift-while --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise -o %t 2>&1 | FileCheck %s --allow-empty
// RUN: FileCheck %s --check-prefix=IR --input-file %t

// The counter is a tensor of rank 0, its reads are clamped to the axis.
//
// IR-LABEL: func @counter_in_a_tensor
// IR-DAG: %[[C0:.*]] = arith.constant 0 : index
// IR-DAG: %[[C1:.*]] = arith.constant 1 : index
// IR-DAG: %[[C6:.*]] = arith.constant 6 : index
// IR-DAG: %[[N:.*]] = arith.constant dense<6> : tensor<i32>
// IR-NOT: scf.while
// IR: %[[H:.*]] = scf.for %[[I:[^ ]*]] = %[[C0]] to %[[C6]] step %[[C1]] iter_args(%{{.*}} = %arg0)
// IR-NEXT: tensor.extract_slice %arg1[%[[I]], 0] [1, 4] [1, 1]
// IR: return %[[H]], %[[N]]
func.func @counter_in_a_tensor(%h0: tensor<4xf32>, %x: tensor<6x4xf32>) -> (tensor<4xf32>, tensor<i32>) {
  %zero = arith.constant dense<0> : tensor<i32>
  %six = arith.constant dense<6> : tensor<i32>
  %one = arith.constant dense<1> : tensor<i32>
  %r:2 = scf.while (%i = %zero, %h = %h0) : (tensor<i32>, tensor<4xf32>) -> (tensor<i32>, tensor<4xf32>) {
    %pe = tensor.empty() : tensor<i1>
    %p = linalg.map { arith.cmpi {predicate = 2 : i64} } ins(%i, %six : tensor<i32>, tensor<i32>) outs(%pe : tensor<i1>)
    %go = tensor.extract %p[] : tensor<i1>
    scf.condition(%go) %i, %h : tensor<i32>, tensor<4xf32>
  } do {
  ^bb0(%i: tensor<i32>, %h: tensor<4xf32>):
    %n = tensor.extract %i[] : tensor<i32>
    %lo = arith.constant 0 : index
    %hi = arith.constant 5 : index
    %at0 = arith.index_cast %n : i32 to index
    %at1 = arith.maxsi %at0, %lo : index
    %at = arith.minsi %at1, %hi : index
    %s = tensor.extract_slice %x[%at, 0] [1, 4] [1, 1] : tensor<6x4xf32> to tensor<4xf32>
    %e = tensor.empty() : tensor<4xf32>
    %next = linalg.map { arith.addf } ins(%h, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
    %ie = tensor.empty() : tensor<i32>
    %i1 = linalg.map { arith.addi } ins(%i, %one : tensor<i32>, tensor<i32>) outs(%ie : tensor<i32>)
    scf.yield %i1, %next : tensor<i32>, tensor<4xf32>
  }
  return %r#1, %r#0 : tensor<4xf32>, tensor<i32>
}

// -----

// A clamp that acts stays: only four positions are read.
//
// IR-LABEL: func @clamp_that_acts
// IR: scf.for %[[I:[^ ]*]] =
// IR: %[[AT:.*]] = arith.minsi %[[I]]
// IR: tensor.extract_slice %arg1[%[[AT]], 0]
func.func @clamp_that_acts(%h0: tensor<4xf32>, %x: tensor<4x4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0 : i64
  %six = arith.constant 6 : i64
  %one = arith.constant 1 : i64
  %r:2 = scf.while (%i = %zero, %h = %h0) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %go = arith.cmpi slt, %i, %six : i64
    scf.condition(%go) %i, %h : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %h: tensor<4xf32>):
    %hi = arith.constant 3 : index
    %at0 = arith.index_cast %i : i64 to index
    %at = arith.minsi %at0, %hi : index
    %s = tensor.extract_slice %x[%at, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
    %e = tensor.empty() : tensor<4xf32>
    %next = linalg.map { arith.addf } ins(%h, %s : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
    %i1 = arith.addi %i, %one : i64
    scf.yield %i1, %next : i64, tensor<4xf32>
  }
  return %r#1 : tensor<4xf32>
}

// -----

// CHECK: declined{{.*}}its condition is not that a counter is less than a constant
// IR-LABEL: func @until_small
// IR: scf.while
func.func @until_small(%h0: tensor<f32>) -> tensor<f32> {
  %small = arith.constant 1.0e-3 : f32
  %half = arith.constant dense<0.5> : tensor<f32>
  %r = scf.while (%h = %h0) : (tensor<f32>) -> tensor<f32> {
    %v = tensor.extract %h[] : tensor<f32>
    %go = arith.cmpf ogt, %v, %small : f32
    scf.condition(%go) %h : tensor<f32>
  } do {
  ^bb0(%h: tensor<f32>):
    %e = tensor.empty() : tensor<f32>
    %next = linalg.map { arith.mulf } ins(%h, %half : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>)
    scf.yield %next : tensor<f32>
  }
  return %r : tensor<f32>
}

// -----

// CHECK: declined{{.*}}its counter does not start at a constant and grow by another
// IR-LABEL: func @doubles
// IR: scf.while
func.func @doubles(%h0: tensor<4xf32>) -> tensor<4xf32> {
  %one = arith.constant 1 : i64
  %end = arith.constant 64 : i64
  %r:2 = scf.while (%i = %one, %h = %h0) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %go = arith.cmpi slt, %i, %end : i64
    scf.condition(%go) %i, %h : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %h: tensor<4xf32>):
    %e = tensor.empty() : tensor<4xf32>
    %next = linalg.map { arith.mulf } ins(%h, %h : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
    %i1 = arith.addi %i, %i : i64
    scf.yield %i1, %next : i64, tensor<4xf32>
  }
  return %r#1 : tensor<4xf32>
}

// -----

// CHECK: declined{{.*}}what it hands on is changed before the condition
// IR-LABEL: func @changed_first
// IR: scf.while
func.func @changed_first(%h0: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %end = arith.constant 6 : i64
  %r:2 = scf.while (%i = %zero, %h = %h0) : (i64, tensor<4xf32>) -> (i64, tensor<4xf32>) {
    %i1 = arith.addi %i, %one : i64
    %go = arith.cmpi slt, %i1, %end : i64
    scf.condition(%go) %i1, %h : i64, tensor<4xf32>
  } do {
  ^bb0(%i: i64, %h: tensor<4xf32>):
    %e = tensor.empty() : tensor<4xf32>
    %next = linalg.map { arith.addf } ins(%h, %h : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>)
    scf.yield %i, %next : i64, tensor<4xf32>
  }
  return %r#1 : tensor<4xf32>
}
