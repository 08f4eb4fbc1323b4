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

// -----

// The unit dimension in the middle goes, not the first one: their strides are both unknown, but not the sizes.
// VIEWS-LABEL: @dropped
// VIEWS: memref.reinterpret_cast {{.*}} sizes: [1, 3, %arg2, 3], strides: [%{{.*}}, %{{.*}}, 3, 1]
func.func @dropped(%x: memref<1x3x5x?x3xf32>, %t: index, %n: index) -> memref<1x3x?x3xf32, strided<[?, ?, 3, 1], offset: ?>> {
  %y = memref.subview %x[0, 0, %t, 0, 0] [1, 3, 1, %n, 3] [1, 1, 1, 1, 1]
      : memref<1x3x5x?x3xf32> to memref<1x3x?x3xf32, strided<[?, ?, 3, 1], offset: ?>>
  return %y : memref<1x3x?x3xf32, strided<[?, ?, 3, 1], offset: ?>>
}
