// A small module for each pass of the stage that is tested with its neighbours otherwise; the reference shows them.
// RUN: mamba-opt %s --split-input-file --mambac-expand-math | FileCheck %s --check-prefix=MATH
// RUN: mamba-opt %s --split-input-file --mambac-expand-views | FileCheck %s --check-prefix=VIEWS

// MATH-LABEL: @polynomial
// MATH-NOT: math.exp
// MATH: math.fma
func.func @polynomial(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// -----

// VIEWS-LABEL: @views
// VIEWS-NOT: memref.expand_shape
// VIEWS: memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [2, 3, 4], strides: [12, 4, 1]
func.func @views(%x: memref<6x4xf32>) -> memref<2x3x4xf32> {
  %y = memref.expand_shape %x [[0, 1], [2]] output_shape [2, 3, 4] : memref<6x4xf32> into memref<2x3x4xf32>
  return %y : memref<2x3x4xf32>
}
