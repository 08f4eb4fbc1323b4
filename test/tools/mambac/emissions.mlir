// The suffix, or --emit, says what is written.
// REQUIRES: mambac
// RUN: mambac %s --emit=scheduled -o - | FileCheck %s --check-prefix=SCHEDULED
// RUN: mambac %s --emit=llvm -o - | FileCheck %s --check-prefix=LLVM
// RUN: mambac %s -o %t.ll && FileCheck %s --check-prefix=LLVM < %t.ll
// RUN: mambac %s -o %t.s && FileCheck %s --check-prefix=ASM < %t.s
// RUN: mambac %s -o %t.o && llvm-nm %t.o | FileCheck %s --check-prefix=OBJECT
// RUN: mambac %s -o %t.so && llvm-nm -D --defined-only %t.so | FileCheck %s --check-prefix=SHARED

// Two compilations of one input are the same file.
// RUN: mambac %s -o %t.1.so && mambac %s -o %t.2.o && mambac %s -o %t.3.o && cmp %t.2.o %t.3.o

// SCHEDULED: func.func @main(%arg0: memref<?xf32>
// SCHEDULED: call @elementwise_0

// LLVM: @mambac_product = {{.*}}constant { i32, i32, i32, i32, ptr, ptr, i64, i64, ptr, ptr, i64 } { i32 4, i32 1, i32 1,
// LLVM: define internal void @main_run(ptr
// ASM: mambac_product:
// An object needs libc and libm alone, and shows its product alone.
// OBJECT-NOT: {{ T }}
// OBJECT: {{[DR]}} mambac_product
// OBJECT-NOT: {{ T }}
// SHARED: mambac_product
func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %in : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  return %y : tensor<?xf32>
}
