// What passes know of a CPU.
// RUN: mamba-opt %s --mambac-describe-target=cpu=x86-64-v3 | FileCheck %s --check-prefix=V3
// RUN: mamba-opt %s --mambac-describe-target=cpu=x86-64-v4 --mambac-expand-kernels | FileCheck %s --check-prefix=V4
// V3: mambac.levels = [{features = [{{.*}}"avx2"], name = "x86-64-v3"}]
// V3-SAME: mambac.target = {{{.*}}vector_bytes = 32 : i64, vector_registers = 16 : i64}
// V4: vector<16xf32>
func.func @main(%a: memref<4x64xf32>, %b: memref<4x64xf32>, %h: memref<4x64xf32>) {
  ssm.scan "t d, t d -> t d" axis(0) a(%a : memref<4x64xf32>) b(%b : memref<4x64xf32>) outs(%h : memref<4x64xf32>)
  return
}
