// RUN: mamba-opt %s --mambac-expand-kernels --split-input-file | FileCheck %s

// Scores once per group and chunk of 48 steps, in a workspace; then heads in parallel. The two products of Y share their
// 24 accumulators.
// CHECK-LABEL: func.func @prefill
// CHECK: %[[SCORES:.*]] = memref.alloc() {alignment = 64 : i64} : memref<1x1x43x48x48xf32>
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}, %{{.*}}) to (%c1{{.*}}, %c1{{.*}}, %c43{{.*}})
// CHECK: vector.store {{.*}}, %[[SCORES]]
// CHECK: scf.parallel ({{.*}}) = (%{{.*}}, %{{.*}}) to (%c1{{.*}}, %c24{{.*}})
// CHECK-DAG: memref.alloca() {alignment = 64 : i64} : memref<128x64xf32>
// CHECK-COUNT-48: math.fma
// CHECK-NOT: ssm.ssd
func.func @prefill(%x: memref<1x2048x24x64xf32>, %dt: memref<1x2048x24xf32>, %A: memref<24xf32>,
                   %B: memref<1x2048x128xf32>, %C: memref<1x2048x128xf32>, %y: memref<1x2048x24x64xf32>) {
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p"
    x(%x : memref<1x2048x24x64xf32>) dt(%dt : memref<1x2048x24xf32>) A(%A : memref<24xf32>)
    B(%B : memref<1x2048x128xf32>) C(%C : memref<1x2048x128xf32>) outs(%y : memref<1x2048x24x64xf32>)
  return
}
