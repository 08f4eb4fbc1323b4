// RUN: mamba-opt %s --split-input-file --mambac-expand-math | FileCheck %s
// Which code an elementary function becomes; their errors are measured by test/unit/CPU/MathTest.cpp.

// AVX-512 looks up sixteenths and scales: three products, and nothing for the ends.
// CHECK-LABEL: @registers
// CHECK-DAG: rndscale
// CHECK-DAG: permvar
// CHECK-COUNT-3: math.fma
// CHECK-NOT: math.fma
// CHECK-NOT: arith.select
// CHECK: scalef
func.func @registers(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp2 %x fastmath<afn> : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// Longer vectors are cut into registers.
// CHECK-LABEL: @long
// CHECK-COUNT-2: scalef
// CHECK-NOT: scalef
func.func @long(%x: vector<32xf32>) -> vector<32xf32> {
  %y = math.exp2 %x : vector<32xf32>
  return %y : vector<32xf32>
}

// -----

// Without AVX-512 the two ends of the range are cut off, and the polynomial is longer.
// CHECK-LABEL: @short
// CHECK-COUNT-2: arith.select
// CHECK-COUNT-6: math.fma
// CHECK-NOT: rndscale
module attributes {mambac.target = {vector_bytes = 32 : i64, native_fma = true}} {
  func.func @short(%x: vector<8xf32>) -> vector<8xf32> {
    %y = math.exp2 %x : vector<8xf32>
    return %y : vector<8xf32>
  }
}

// -----

// One exponential and one division; what 2^32 would make infinite is its own result.
// CHECK-LABEL: @silu
// CHECK: mask.range
// CHECK-COUNT-2: permvar
// CHECK: scalef
// CHECK: arith.divf
// CHECK: arith.mulf
// CHECK: arith.select
// CHECK-NOT: scalef
func.func @silu(%x: vector<16xf32>) -> vector<16xf32> {
  %one = arith.constant dense<1.0> : vector<16xf32>
  %m = arith.negf %x : vector<16xf32>
  %e = math.exp %m : vector<16xf32>
  %s = arith.addf %e, %one : vector<16xf32>
  %y = arith.divf %x, %s : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// The logarithm of 1 + e^x is looked up: two tables for the exponential, two for it. In halves, too.
// CHECK-LABEL: @softplus
// CHECK: arith.extf
// CHECK-COUNT-2: permvar
// CHECK: scalef
// CHECK-COUNT-2: permvar
// CHECK-NOT: arith.shrsi
// CHECK: arith.truncf
func.func @softplus(%x: vector<16xf16>) -> vector<16xf16> {
  %e = math.exp %x : vector<16xf16>
  %y = math.log1p %e : vector<16xf16>
  return %y : vector<16xf16>
}

// -----

// Neither a logistic function: another dividend, another sum, another sign.
// CHECK-LABEL: @quotients
// CHECK-COUNT-3: arith.divf
func.func @quotients(%x: vector<16xf32>, %z: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>) {
  %one = arith.constant dense<1.0> : vector<16xf32>
  %two = arith.constant dense<2.0> : vector<16xf32>
  %m = arith.negf %x : vector<16xf32>
  %e = math.exp %m : vector<16xf32>
  %g = math.exp %x : vector<16xf32>
  %s = arith.addf %e, %one : vector<16xf32>
  %t = arith.addf %e, %two : vector<16xf32>
  %u = arith.addf %g, %one : vector<16xf32>
  %a = arith.divf %z, %s : vector<16xf32>
  %b = arith.divf %x, %t : vector<16xf32>
  %c = arith.divf %x, %u : vector<16xf32>
  return %a, %b, %c : vector<16xf32>, vector<16xf32>, vector<16xf32>
}

// -----

// Arithmetic on 16 bits is done in 32 where the target has no instruction that rounds to 16: LLVM would call libgcc.
// CHECK-LABEL: @negated
// CHECK-NOT: arith.negf {{.*}}bf16
// CHECK: arith.shli
// CHECK: arith.negf %{{.*}} : vector<16xf32>
// CHECK-NOT: arith.truncf
// CHECK: arith.trunci %{{.*}} : vector<16xi32> to vector<16xi16>
// CHECK: math.absf %{{.*}} : f32
func.func @negated(%x: vector<16xbf16>, %z: bf16) -> (vector<16xbf16>, bf16) {
  %y = arith.negf %x : vector<16xbf16>
  %a = math.absf %z : bf16
  return %y, %a : vector<16xbf16>, bf16
}

// -----

// Doubles are nobody's polynomials.
// CHECK-LABEL: @doubles
// CHECK: math.exp %{{.*}} : f64
func.func @doubles(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}
