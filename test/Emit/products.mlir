// REQUIRES: mambac, mamba-run
// RUN: rm -rf %t && mkdir -p %t && cd %t
// RUN: mambac %s -o libdouble.so --cpu=portable
// RUN: mambac %s -o double --cpu=portable

// The library and the executable describe themselves alike, and compute the same.
// RUN: mamba-run libdouble.so --list | FileCheck %s --check-prefix=LIST
// RUN: ./double --list | FileCheck %s --check-prefix=LIST
// RUN: mamba-run libdouble.so --input 0=random:3x8 --output y=library.npy && \
// RUN:   ./double --input x=random:3x8 --threads 1 --output 0=executable.npy && cmp library.npy executable.npy
// RUN: ./double --input x=random:3x8 --compare y=library.npy --tolerance 0 | FileCheck %s --check-prefix=SAME
// RUN: ./double --profile --symbol s0=4 | FileCheck %s --check-prefix=PROFILE

// LIST: model double, 0 bytes of weights
// LIST: entry main
// LIST-NEXT: size s0: 1 to 4096
// LIST-NEXT: input 0: x f32 (s0, 8)
// LIST-NEXT: output 0: y f32 (s0, 8)
// SAME: y: largest difference 0
// One addition for each of the 4 x 8 elements, which are read and written.
// PROFILE: elementwise_0 elementwise 1 {{.*}} 32 {{.*}} 256

// A library exports the C interface and nothing else; a C program links it and finds it beside itself.
// RUN: llvm-nm -D --defined-only libdouble.so | FileCheck %s --check-prefix=EXPORTS
// EXPORTS-NOT: {{ [A-Za-z] (_Z|main|elementwise)}}
// EXPORTS: mambac_open_linked
// EXPORTS: mambac_product
// RUN: clang %source_root/examples/c/run.c -I %source_root/include libdouble.so -Wl,-rpath,'$ORIGIN' -o program
// RUN: cd / && %t/program 5 | FileCheck %s --check-prefix=PROGRAM
// PROGRAM: main of double
// PROGRAM-NEXT: s0 = 5
// PROGRAM-NEXT: y: f32 (5, 8), first element 0

// What does not fit the signature is refused by both.
// RUN: not mamba-run %t/libdouble.so --input x=random:3x9 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not %t/double --input x=random:3x9 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: input x of main has shape (3, 9), expected (s0, 8): dimension 1 must be 8

#shape = affine_map<()[s0] -> (s0, 8)>
#id = affine_map<(a, b) -> (a, b)>
module attributes {mambac.model = "double"} {
  func.func @main(%x: tensor<?x8xf32> {mambac.name = "x", mambac.shape = #shape})
      -> (tensor<?x8xf32> {mambac.name = "y", mambac.shape = #shape})
      attributes {mambac.entry, mambac.symbols = [{name = "s0", min = 1, max = 4096, multiple_of = 1}]} {
    %c0 = arith.constant 0 : index
    %n = tensor.dim %x, %c0 : tensor<?x8xf32>
    %e = tensor.empty(%n) : tensor<?x8xf32>
    %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) {
    ^bb0(%a: f32, %o: f32):
      %b = arith.addf %a, %a : f32
      linalg.yield %b : f32
    } -> tensor<?x8xf32>
    return %y : tensor<?x8xf32>
  }
}
