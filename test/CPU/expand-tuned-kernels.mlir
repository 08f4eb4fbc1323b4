// A kernel function with options of its own is expanded with them; the others wait for mambac-expand-kernels.
// RUN: mamba-opt %s --mambac-expand-tuned-kernels --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func private @tuned
// CHECK-SAME: mambac.tuning = "ssd-chunk=64"
// CHECK: scf.parallel
// CHECK-NOT: ssm.ssd
// CHECK-LABEL: func.func private @plain
// CHECK: ssm.ssd
// CHECK-LABEL: func.func private @defaults
// CHECK: ssm.ssd
func.func private @tuned(%x: memref<1x256x2x16xf32>, %dt: memref<1x256x2xf32>, %A: memref<2xf32>, %B: memref<1x256x16xf32>, %y: memref<1x256x2x16xf32>) attributes {mambac.tuning = "ssd-chunk=64"} {
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : memref<1x256x2x16xf32>) dt(%dt : memref<1x256x2xf32>) A(%A : memref<2xf32>) B(%B : memref<1x256x16xf32>) C(%B : memref<1x256x16xf32>) outs(%y : memref<1x256x2x16xf32>)
  return
}
func.func private @plain(%x: memref<1x256x2x16xf32>, %dt: memref<1x256x2xf32>, %A: memref<2xf32>, %B: memref<1x256x16xf32>, %y: memref<1x256x2x16xf32>) {
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : memref<1x256x2x16xf32>) dt(%dt : memref<1x256x2xf32>) A(%A : memref<2xf32>) B(%B : memref<1x256x16xf32>) C(%B : memref<1x256x16xf32>) outs(%y : memref<1x256x2x16xf32>)
  return
}
func.func private @defaults(%x: memref<1x256x2x16xf32>, %dt: memref<1x256x2xf32>, %A: memref<2xf32>, %B: memref<1x256x16xf32>, %y: memref<1x256x2x16xf32>) attributes {mambac.tuning = ""} {
  ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : memref<1x256x2x16xf32>) dt(%dt : memref<1x256x2xf32>) A(%A : memref<2xf32>) B(%B : memref<1x256x16xf32>) C(%B : memref<1x256x16xf32>) outs(%y : memref<1x256x2x16xf32>)
  return
}

// -----

// expected-error @below {{mambac.tuning = "ssd-piece=64" is no list of options of mambac-expand-kernels}}
func.func private @unknown() attributes {mambac.tuning = "ssd-piece=64"} {
  return
}
