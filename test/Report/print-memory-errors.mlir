// Shapes that do not fit, and sizes that nobody knows.
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x3" 2>&1 | FileCheck %s --check-prefix=WORDS
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x3,4" 2>&1 | FileCheck %s --check-prefix=DATA
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x3x1,4" 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x5,4" 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x3,4,5" 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2xq,4" 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not mamba-opt %s --mambac-print-memory="shapes=2x-3,4" 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// WORDS: error: there are fewer shapes than inputs
// DATA: error: the size of this result depends on data, so its memory is not known
// RANK: error: input 0 has 2 dimensions, its shape 3
// SIZE: error: input 0 cannot have size 5 in dimension 1
// MANY: error: there are more shapes than inputs
// NUMBER: error: shapes: '2xq' is no shape such as 2x2048
// NEGATIVE: error: shapes: '2x-3' is no shape such as 2x2048
func.func @main(%x: tensor<?x3xf32>, %n: tensor<?xindex>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %size = tensor.extract %n[%c0] : tensor<?xindex>
  %e = tensor.empty(%size) : tensor<?xf32>
  %a = linalg.exp ins(%e : tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  return %a : tensor<?xf32>
}
