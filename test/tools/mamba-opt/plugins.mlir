// Passes of a plug-in that go wrong: a changed result, a crash with its reproducer.
// RUN: not mamba-opt %s %test_plugin --check-passes --pass-pipeline='builtin.module(canonicalize,test-break,cse)' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=BREAK
// RUN: not mamba-opt %s %test_plugin --pass-pipeline='builtin.module(cse,test-crash)' \
// RUN:   --mlir-pass-pipeline-crash-reproducer=%t.mlir 2>&1 | FileCheck %s --check-prefix=CRASH
// RUN: FileCheck %s --check-prefix=FILE --input-file %t.mlir
//
// BREAK: mamba-opt: error: test-break is wrong: it changes result #0 of @main at [
// CRASH: error: Failures have been detected while processing an MLIR pass pipeline
// CRASH-NEXT: CrashPass{{.*}} reproducer generated at
// FILE: func.func @main
// FILE: pipeline: "builtin.module({{.*}}test-crash
func.func @main(%x: tensor<3x4xf32>, %y: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %r = arith.addf %x, %y : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
