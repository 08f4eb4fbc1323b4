// A small module for each pass of the stage that is tested with its neighbours otherwise; the reference shows them.
// RUN: mamba-opt %s --split-input-file --mambac-decompose-rest | FileCheck %s --check-prefix=REST
// RUN: mamba-opt %s --split-input-file --mambac-fuse-elementwise | FileCheck %s --check-prefix=FUSE
// RUN: mamba-opt %s --split-input-file --mambac-split-destinations | FileCheck %s --check-prefix=SPLIT
// RUN: mamba-opt %s --split-input-file --mambac-form-dispatches | FileCheck %s --check-prefix=FORM
// RUN: mamba-opt %s --split-input-file --mambac-hoist-workspaces | FileCheck %s --check-prefix=HOIST
// RUN: mamba-opt %s --split-input-file --mambac-fold-fills | FileCheck %s --check-prefix=FILLS

// There is no kernel for doubles: the op's definition runs.
// REST-LABEL: @doubles
// REST-NOT: ssm.cumsum
// REST: return
func.func @doubles(%x: tensor<2x5xf64>) -> tensor<2x5xf64> {
  %e = tensor.empty() : tensor<2x5xf64>
  %y = ssm.cumsum dim(1) ins(%x : tensor<2x5xf64>) outs(%e : tensor<2x5xf64>)
  return %y : tensor<2x5xf64>
}

// -----

// A kernel keeps the taps in registers.
// REST-LABEL: @many_taps
// REST-NOT: ssm.causal_conv1d
// REST: return
func.func @many_taps(%x: tensor<1x5x4xf32>, %w: tensor<4x300xf32>) -> tensor<1x5x4xf32> {
  %e = tensor.empty() : tensor<1x5x4xf32>
  %y = ssm.causal_conv1d "b l c, c k -> b l c" x(%x : tensor<1x5x4xf32>) weight(%w : tensor<4x300xf32>)
    outs(%e : tensor<1x5x4xf32>)
  return %y : tensor<1x5x4xf32>
}

// -----

// A kernel keeps the state of a head on the stack.
// REST-LABEL: @large_state
// REST-NOT: ssm.ssd
// REST: return
func.func @large_state(%x: tensor<1x8x1x1024xf32>, %dt: tensor<1x8x1xf32>, %A: tensor<1xf32>,
                       %B: tensor<1x8x512xf32>) -> tensor<1x8x1x1024xf32> {
  %e = tensor.empty() : tensor<1x8x1x1024xf32>
  %y = ssm.ssd "b l h p, b l h, h, b l n, b l n -> b l h p" x(%x : tensor<1x8x1x1024xf32>) dt(%dt : tensor<1x8x1xf32>)
    A(%A : tensor<1xf32>) B(%B : tensor<1x8x512xf32>) C(%B : tensor<1x8x512xf32>) outs(%e : tensor<1x8x1x1024xf32>)
  return %y : tensor<1x8x1x1024xf32>
}

// -----

// FUSE-LABEL: @elementwise
// FUSE-COUNT-1: linalg.generic
// FUSE: math.exp
// FUSE-NEXT: arith.mulf
// FUSE-NOT: linalg.generic
// FUSE: return
#map = affine_map<(i, j) -> (i, j)>
func.func @elementwise(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %t = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = math.exp %a : f32
    linalg.yield %v : f32
  } -> tensor<4x8xf32>
  %z = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%t, %y : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %v = arith.mulf %a, %b : f32
    linalg.yield %v : f32
  } -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}

// -----

// Halves of heads that were moved before time are taken first; the copies are parts of the loops that read them. As it is, where
// the copy is needed as a whole.
// FUSE-LABEL: @halves
// FUSE-SAME: (%[[X:.*]]: tensor<2x?x4x8xf32>, %[[L:.*]]: index)
// FUSE: %[[H:.*]] = tensor.extract_slice %[[X]][0, 0, 0, 4] [2, %[[L]], 4, 4]
// FUSE-NOT: linalg.yield %in :
// FUSE: linalg.generic {{.*}} ins(%[[H]] : tensor<2x?x4x4xf32>) outs(%{{.*}} : tensor<2x4x?x4xf32>)
// FUSE: math.sqrt
// FUSE-LABEL: @whole
// FUSE: %[[C:.*]] = linalg.generic
// FUSE: tensor.extract_slice %[[C]]
func.func @halves(%x: tensor<2x?x4x8xf32>, %l: index) -> tensor<2x4x?x4xf32> {
  %e = tensor.empty(%l) : tensor<2x4x?x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, h, l, d) -> (b, l, h, d)>, affine_map<(b, h, l, d) -> (b, h, l, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<2x?x4x8xf32>) outs(%e : tensor<2x4x?x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x?x8xf32>
  %1 = tensor.extract_slice %0[0, 0, 0, 4] [2, 4, %l, 4] [1, 1, 1, 1] : tensor<2x4x?x8xf32> to tensor<2x4x?x4xf32>
  %f = tensor.empty(%l) : tensor<2x4x?x4xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(b, h, l, d) -> (b, h, l, d)>, affine_map<(b, h, l, d) -> (b, h, l, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%1 : tensor<2x4x?x4xf32>) outs(%f : tensor<2x4x?x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = math.sqrt %in : f32
    linalg.yield %s : f32
  } -> tensor<2x4x?x4xf32>
  return %2 : tensor<2x4x?x4xf32>
}
func.func @whole(%x: tensor<2x?x4x8xf32>, %l: index) -> (tensor<2x4x?x8xf32>, tensor<2x4x?x4xf32>) {
  %e = tensor.empty(%l) : tensor<2x4x?x8xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(b, h, l, d) -> (b, l, h, d)>, affine_map<(b, h, l, d) -> (b, h, l, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
    ins(%x : tensor<2x?x4x8xf32>) outs(%e : tensor<2x4x?x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x4x?x8xf32>
  %1 = tensor.extract_slice %0[0, 0, 0, 4] [2, 4, %l, 4] [1, 1, 1, 1] : tensor<2x4x?x8xf32> to tensor<2x4x?x4xf32>
  return %0, %1 : tensor<2x4x?x8xf32>, tensor<2x4x?x4xf32>
}

// -----

// Dimensions of size one come back in slices.
// SPLIT-LABEL: @slices
// SPLIT: %[[SLICE:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0] [1, 1, 5] [1, 1, 1] : tensor<2x1x5xf32> to tensor<1x5xf32>
// SPLIT-NOT: tensor.expand_shape
// SPLIT: %[[NEW:.*]] = ssm.cumsum dim(1) ins(%[[SLICE]]
// SPLIT-NOT: tensor.collapse_shape
// SPLIT: tensor.insert_slice %[[NEW]] into
func.func @slices(%t: tensor<2x1x5xf32>) -> tensor<2x1x5xf32> {
  %s = tensor.extract_slice %t[0, 0, 0] [1, 1, 5] [1, 1, 1] : tensor<2x1x5xf32> to tensor<5xf32>
  %x = tensor.expand_shape %s [[0, 1]] output_shape [1, 5] : tensor<5xf32> into tensor<1x5xf32>
  %e = tensor.empty() : tensor<1x5xf32>
  %y = ssm.cumsum dim(1) ins(%x : tensor<1x5xf32>) outs(%e : tensor<1x5xf32>)
  %c = tensor.collapse_shape %y [[0, 1]] : tensor<1x5xf32> into tensor<5xf32>
  %r = tensor.insert_slice %c into %t[0, 0, 0] [1, 1, 5] [1, 1, 1] : tensor<5xf32> into tensor<2x1x5xf32>
  return %r : tensor<2x1x5xf32>
}

// -----

// SPLIT-LABEL: @destinations
// SPLIT-COUNT-2: tensor.empty
func.func @destinations(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %z = linalg.log ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// -----

// FORM-LABEL: func.func @dispatches
// FORM-COUNT-2: call @elementwise_0
// FORM: func.func private @elementwise_0
// FORM: math.exp
#row = affine_map<(i) -> (i)>
func.func @dispatches(%x: memref<4xf32>, %y: memref<4xf32>, %z: memref<4xf32>) attributes {mambac.abi, mambac.entry} {
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]}
      ins(%x : memref<4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = math.exp %a : f32
    linalg.yield %v : f32
  }
  linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel"]}
      ins(%y : memref<4xf32>) outs(%z : memref<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %v = math.exp %a : f32
    linalg.yield %v : f32
  }
  return
}

// -----

// The workspace of a kernel becomes an argument, which the driver allocates.
// HOIST-LABEL: func.func @workspaces
// HOIST: memref.alloc
// HOIST: call @kernel(%{{.*}}, %{{.*}})
// HOIST: func.func private @kernel(%{{.*}}: memref<4xf32>, %{{.*}}: memref<16xf32>
// HOIST-NOT: memref.alloc
func.func @workspaces(%x: memref<4xf32>) attributes {mambac.abi, mambac.entry} {
  call @kernel(%x) {mambac.kernel = 0 : i32} : (memref<4xf32>) -> ()
  return
}
func.func private @kernel(%x: memref<4xf32>) attributes {mambac.kernel_kind = "elementwise"} {
  %c0 = arith.constant 0 : index
  %t = memref.alloc() : memref<16xf32>
  %v = memref.load %t[%c0] : memref<16xf32>
  memref.store %v, %x[%c0] : memref<4xf32>
  return
}

// -----

// The zero that a sum starts from is no buffer; one that is read in between is.
// FILLS-LABEL: func.func @fills
// FILLS-NOT: linalg.yield %cst
// FILLS: mambac.start = 0.000000e+00 : f32
// FILLS: linalg.generic {{.*}} outs(%arg3 :
// FILLS: memref.copy
// FILLS-NOT: mambac.start
// FILLS: return
func.func @fills(%x: memref<4x9xf32>, %s: memref<4xf32>, %z: memref<4xf32>, %t: memref<4xf32>) attributes {mambac.abi} {
  %zero = arith.constant 0.0 : f32
  linalg.generic {indexing_maps = [affine_map<(i) -> ()>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%zero : f32) outs(%s : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<4x9xf32>) outs(%s : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %out, %in : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i) -> ()>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%zero : f32) outs(%t : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  }
  memref.copy %t, %z : memref<4xf32> to memref<4xf32>
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<4x9xf32>) outs(%t : memref<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %out, %in : f32
    linalg.yield %0 : f32
  }
  return
}
