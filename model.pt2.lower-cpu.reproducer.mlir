#map = affine_map<()[s0] -> ((-s0) mod 16)>
#map1 = affine_map<()[s0] -> ((s0 ceildiv 16) * 16)>
#map2 = affine_map<()[s0] -> (s0 ceildiv 16)>
#map3 = affine_map<()[s0] -> (s0 ceildiv 16 + 1)>
#map4 = affine_map<()[s0, s1] -> (s0 * s1)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#map8 = affine_map<(d0, d1, d2) -> (d0, d1, d2 floordiv 12)>
#map9 = affine_map<(d0, d1, d2) -> (d2 floordiv 12)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map12 = affine_map<(d0, d1, d2) -> (d0, d2, d1)>
#map13 = affine_map<(d0, d1, d2) -> (d2)>
#map14 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#map15 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map16 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d2, d3, d1)>
#map17 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d4, d5)>
#map18 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>
#map19 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>
#map20 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d1, d2, d3)>
#map21 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d5, d3)>
#map22 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>
#map23 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1)>
#map24 = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1, d2)>
#map25 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d4)>
#map26 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>
#map27 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map28 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>
#map29 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d5)>
#map30 = affine_map<(d0, d1, d2, d3) -> (d2)>
module attributes {mambac.kernels = [{kind = "gather", module = "backbone.embeddings", name = "gather_0"}, {kind = "elementwise", module = "backbone.layers.0.norm", name = "elementwise_0"}, {kind = "memref.copy", module = "backbone.layers.0.norm", name = "copy_0"}, {kind = "reduction", module = "backbone.layers.0.norm", name = "reduction_0"}, {kind = "elementwise", module = "backbone.layers.0.norm", name = "elementwise_1"}, {kind = "elementwise", module = "backbone.layers.0.mixer.in_proj", name = "elementwise_2"}, {kind = "ssm.packed_matmul", module = "backbone.layers.0.mixer.in_proj", name = "packed_matmul_0"}, {kind = "ssm.causal_conv1d", module = "backbone.layers.0.mixer", name = "causal_conv1d_0"}, {kind = "elementwise", module = "backbone.layers.0.mixer", name = "elementwise_3"}, {kind = "elementwise", module = "backbone.layers.0.mixer.norm", name = "elementwise_4"}, {kind = "ssm.ssd", module = "backbone.layers.0.mixer.norm", name = "ssd_0"}, {kind = "elementwise", module = "backbone.layers.0.mixer.norm", name = "elementwise_5"}, {kind = "memref.copy", module = "backbone.layers.0.mixer.norm", name = "copy_1"}, {kind = "reduction", module = "backbone.layers.0.mixer.norm", name = "reduction_1"}, {kind = "elementwise", module = "backbone.layers.0.mixer.norm", name = "elementwise_6"}, {kind = "elementwise", module = "backbone.layers.0.mixer.norm", name = "elementwise_7"}, {kind = "ssm.packed_matmul", module = "backbone.layers.0.mixer.out_proj", name = "packed_matmul_1"}, {kind = "elementwise", module = "backbone.layers.0", name = "elementwise_8"}, {kind = "memref.copy", module = "backbone.layers.1.norm", name = "copy_0"}, {kind = "reduction", module = "backbone.layers.1.norm", name = "reduction_0"}, {kind = "elementwise", module = "backbone.layers.1.norm", name = "elementwise_1"}, {kind = "elementwise", module = "backbone.layers.1.mixer.in_proj", name = "elementwise_2"}, {kind = "ssm.packed_matmul", module = "backbone.layers.1.mixer.in_proj", name = "packed_matmul_0"}, {kind = "ssm.causal_conv1d", module = "backbone.layers.1.mixer", name = "causal_conv1d_0"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_9"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_10"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_11"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_12"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_13"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_2"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_13"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_14"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_15"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_16"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_3"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_4"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_17"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_5"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_17"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_5"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_18"}, {kind = "ssm.cumsum", module = "backbone.layers.1.mixer", name = "cumsum_0"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_19"}, {kind = "ssm.cumsum", module = "backbone.layers.1.mixer", name = "cumsum_1"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_20"}, {kind = "contraction", module = "backbone.layers.1.mixer", name = "contraction_0"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_21"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_22"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_6"}, {kind = "contraction", module = "backbone.layers.1.mixer", name = "contraction_1"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_23"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_7"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_24"}, {kind = "contraction", module = "backbone.layers.1.mixer", name = "contraction_2"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_8"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_25"}, {kind = "memref.copy", module = "backbone.layers.1.mixer", name = "copy_9"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_26"}, {kind = "ssm.cumsum", module = "backbone.layers.1.mixer", name = "cumsum_2"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_27"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_28"}, {kind = "contraction", module = "backbone.layers.1.mixer", name = "contraction_3"}, {kind = "contraction", module = "backbone.layers.1.mixer", name = "contraction_4"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_29"}, {kind = "elementwise", module = "backbone.layers.1.mixer", name = "elementwise_30"}, {kind = "elementwise", module = "backbone.layers.1.mixer.norm", name = "elementwise_31"}, {kind = "reduction", module = "backbone.layers.1.mixer.norm", name = "reduction_1"}, {kind = "elementwise", module = "backbone.layers.1.mixer.norm", name = "elementwise_6"}, {kind = "elementwise", module = "backbone.layers.1.mixer.norm", name = "elementwise_7"}, {kind = "ssm.packed_matmul", module = "backbone.layers.1.mixer.out_proj", name = "packed_matmul_1"}, {kind = "elementwise", module = "backbone.layers.1", name = "elementwise_8"}, {kind = "reduction", module = "backbone.norm_f", name = "reduction_0"}, {kind = "elementwise", module = "backbone.norm_f", name = "elementwise_1"}, {kind = "elementwise", module = "lm_head", name = "elementwise_32"}, {kind = "ssm.packed_matmul", module = "lm_head", name = "packed_matmul_2"}, {kind = "memref.copy", module = "", name = "copy_10"}], mambac.model = "model", mambac.weights_bytes = 112960 : i64, mambac.weights_hash = -5772181612070735307 : i64} {
  func.func @main(%arg0: memref<?x?xi64> {mambac.name = "input_ids", mambac.shape = affine_map<()[s0, s1] -> (s0, s1)>}, %arg1: memref<?x?x43xf32> {mambac.name = "logits", mambac.output, mambac.shape = affine_map<()[s0, s1] -> (s0, s1, 43)>}, %arg2: memref<?xi8> {mambac.arena}, %arg3: memref<?xi8> {mambac.weights}, %arg4: index {mambac.symbol = 0 : i64}, %arg5: index {mambac.symbol = 1 : i64}) attributes {mambac.abi, mambac.entry, mambac.symbols = [{max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s0"}, {max = 9223372036854775807 : i64, min = 1 : i64, multiple_of = 1 : i64, name = "s1"}]} {
    %c1 = arith.constant 1 : index
    %c0 = arith.constant 0 : index
    %c6208 = arith.constant 6208 : index
    %c33856 = arith.constant 33856 : index
    %c35648 = arith.constant 35648 : index
    %c36096 = arith.constant 36096 : index
    %c36160 = arith.constant 36160 : index
    %c36480 = arith.constant 36480 : index
    %c36800 = arith.constant 36800 : index
    %c55232 = arith.constant 55232 : index
    %c82880 = arith.constant 82880 : index
    %c84672 = arith.constant 84672 : index
    %c85120 = arith.constant 85120 : index
    %c85184 = arith.constant 85184 : index
    %c85248 = arith.constant 85248 : index
    %c85312 = arith.constant 85312 : index
    %c103744 = arith.constant 103744 : index
    %view = memref.view %arg3[%c103744][] : memref<?xi8> to memref<2x36x32xf32>
    %view_0 = memref.view %arg3[%c85312][] : memref<?xi8> to memref<2x72x32xf32>
    %view_1 = memref.view %arg3[%c85248][] : memref<?xi8> to memref<6xf32>
    %view_2 = memref.view %arg3[%c85184][] : memref<?xi8> to memref<6xf32>
    %view_3 = memref.view %arg3[%c85120][] : memref<?xi8> to memref<6xf32>
    %view_4 = memref.view %arg3[%c84672][] : memref<?xi8> to memref<112xf32>
    %view_5 = memref.view %arg3[%c82880][] : memref<?xi8> to memref<112x1x4xf32>
    %view_6 = memref.view %arg3[%c55232][] : memref<?xi8> to memref<6x36x32xf32>
    %view_7 = memref.view %arg3[%c36800][] : memref<?xi8> to memref<2x72x32xf32>
    %view_8 = memref.view %arg3[%c36480][] : memref<?xi8> to memref<72xf32>
    %view_9 = memref.view %arg3[%c36160][] : memref<?xi8> to memref<72xf32>
    %view_10 = memref.view %arg3[%c36096][] : memref<?xi8> to memref<6xf32>
    %view_11 = memref.view %arg3[%c35648][] : memref<?xi8> to memref<112xf32>
    %view_12 = memref.view %arg3[%c33856][] : memref<?xi8> to memref<112x1x4xf32>
    %view_13 = memref.view %arg3[%c6208][] : memref<?xi8> to memref<6x36x32xf32>
    %view_14 = memref.view %arg3[%c0][] : memref<?xi8> to memref<43x36xf32>
    %0 = affine.apply #map()[%arg5]
    %1 = affine.apply #map1()[%arg5]
    %2 = affine.apply #map2()[%arg5]
    %3 = affine.apply #map3()[%arg5]
    %alloc = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x36xf32>
    %alloc_15 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x36xf32>
    call @gather_0(%arg0, %alloc_15, %view_14) {mambac.kernel = 0 : i32} : (memref<?x?xi64>, memref<?x?x36xf32>, memref<43x36xf32>) -> ()
    %alloc_16 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?xf32>
    call @elementwise_0(%alloc_16) {mambac.kernel = 1 : i32} : (memref<?x?xf32>) -> ()
    %alloc_17 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?xf32>
    call @copy_0(%alloc_16, %alloc_17) {mambac.kernel = 2 : i32} : (memref<?x?xf32>, memref<?x?xf32>) -> ()
    call @reduction_0(%alloc_15, %alloc_17) {mambac.kernel = 3 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>) -> ()
    %expand_shape = memref.expand_shape %alloc_17 [[0], [1, 2]] output_shape [%arg4, %arg5, 1] : memref<?x?xf32> into memref<?x?x1xf32>
    %alloc_18 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x1xf32>
    call @elementwise_1(%expand_shape, %alloc_18) {mambac.kernel = 4 : i32} : (memref<?x?x1xf32>, memref<?x?x1xf32>) -> ()
    %collapse_shape = memref.collapse_shape %alloc_18 [[0], [1, 2]] : memref<?x?x1xf32> into memref<?x?xf32>
    call @elementwise_2(%alloc_15, %collapse_shape, %alloc) {mambac.kernel = 5 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>, memref<?x?x36xf32>) -> ()
    %collapse_shape_19 = memref.collapse_shape %alloc [[0, 1], [2]] : memref<?x?x36xf32> into memref<?x36xf32>
    %4 = affine.apply #map4()[%arg4, %arg5]
    %alloc_20 = memref.alloc(%4) {alignment = 64 : i64} : memref<?x190xf32>
    call @packed_matmul_0(%collapse_shape_19, %view_13, %alloc_20) {mambac.kernel = 6 : i32} : (memref<?x36xf32>, memref<6x36x32xf32>, memref<?x190xf32>) -> ()
    %expand_shape_21 = memref.expand_shape %alloc_20 [[0, 1], [2]] output_shape [%arg4, %arg5, 190] : memref<?x190xf32> into memref<?x?x190xf32>
    %subview = memref.subview %expand_shape_21[0, 0, 0] [%arg4, %arg5, 72] [1, 1, 1] : memref<?x?x190xf32> to memref<?x?x72xf32, strided<[?, 190, 1]>>
    %subview_22 = memref.subview %expand_shape_21[0, 0, 72] [%arg4, %arg5, 112] [1, 1, 1] : memref<?x?x190xf32> to memref<?x?x112xf32, strided<[?, 190, 1], offset: 72>>
    %subview_23 = memref.subview %expand_shape_21[0, 0, 184] [%arg4, %arg5, 6] [1, 1, 1] : memref<?x?x190xf32> to memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>
    %subview_24 = memref.subview %view_12[0, 0, 0] [112, 1, 4] [1, 1, 1] : memref<112x1x4xf32> to memref<112x4xf32, strided<[4, 1]>>
    %alloc_25 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x112x?xf32>
    call @causal_conv1d_0(%subview_22, %subview_24, %view_11, %alloc_25) {mambac.kernel = 7 : i32} : (memref<?x?x112xf32, strided<[?, 190, 1], offset: 72>>, memref<112x4xf32, strided<[4, 1]>>, memref<112xf32>, memref<?x112x?xf32>) -> ()
    %alloc_26 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x112xf32>
    %alloc_27 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x6xf32>
    %alloc_28 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2x3x10xf32>
    %alloc_29 = memref.alloc(%arg4, %1) {alignment = 64 : i64} : memref<?x?x6x12xf32>
    %alloc_30 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x6x?x16xf32>
    %alloc_31 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x6x?x16x16xf32>
    %alloc_32 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x?x16x6x12xf32>
    %alloc_33 = memref.alloc(%arg4, %3) {alignment = 64 : i64} : memref<?x?x6x12x10xf32>
    %subview_34 = memref.subview %alloc_33[0, 0, 0, 0, 0] [%arg4, 1, 6, 12, 10] [1, 1, 1, 1, 1] : memref<?x?x6x12x10xf32> to memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>
    call @elementwise_3(%subview_34) {mambac.kernel = 8 : i32} : (memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) -> ()
    %alloc_35 = memref.alloc(%arg4, %3, %3) {alignment = 64 : i64} : memref<?x6x?x?xf32>
    %alloc_36 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x72xf32>
    %subview_37 = memref.subview %alloc_25[0, 0, 0] [%arg4, 72, %arg5] [1, 1, 1] : memref<?x112x?xf32> to memref<?x72x?xf32, strided<[?, ?, 1]>>
    %expand_shape_38 = memref.expand_shape %subview_37 [[0, 1], [2], [3]] output_shape [1, %arg4, 72, %arg5] : memref<?x72x?xf32, strided<[?, ?, 1]>> into memref<1x?x72x?xf32, strided<[?, ?, ?, 1]>>
    call @elementwise_4(%subview_23, %view_10, %alloc_36) {mambac.kernel = 9 : i32} : (memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, memref<6xf32>, memref<?x?x72xf32>) -> ()
    %subview_39 = memref.subview %alloc_25[0, 72, 0] [%arg4, 20, %arg5] [1, 1, 1] : memref<?x112x?xf32> to memref<?x20x?xf32, strided<[?, ?, 1], offset: ?>>
    %expand_shape_40 = memref.expand_shape %subview_39 [[0], [1, 2], [3]] output_shape [%arg4, 2, 10, %arg5] : memref<?x20x?xf32, strided<[?, ?, 1], offset: ?>> into memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>
    %subview_41 = memref.subview %alloc_25[0, 92, 0] [%arg4, 20, %arg5] [1, 1, 1] : memref<?x112x?xf32> to memref<?x20x?xf32, strided<[?, ?, 1], offset: ?>>
    %expand_shape_42 = memref.expand_shape %subview_41 [[0], [1, 2], [3]] output_shape [%arg4, 2, 10, %arg5] : memref<?x20x?xf32, strided<[?, ?, 1], offset: ?>> into memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>
    %expand_shape_43 = memref.expand_shape %subview [[0, 1], [2], [3]] output_shape [1, %arg4, %arg5, 72] : memref<?x?x72xf32, strided<[?, 190, 1]>> into memref<1x?x?x72xf32, strided<[?, ?, 190, 1]>>
    %alloc_44 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x72x1xf32>
    call @ssd_0(%expand_shape_38, %alloc_36, %view_9, %expand_shape_40, %expand_shape_42, %view_8, %expand_shape_43, %alloc_44) {mambac.kernel = 10 : i32} : (memref<1x?x72x?xf32, strided<[?, ?, ?, 1]>>, memref<?x?x72xf32>, memref<72xf32>, memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>, memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>, memref<72xf32>, memref<1x?x?x72xf32, strided<[?, ?, 190, 1]>>, memref<?x?x72x1xf32>) -> ()
    %collapse_shape_45 = memref.collapse_shape %alloc_44 [[0], [1], [2, 3]] : memref<?x?x72x1xf32> into memref<?x?x72xf32>
    %expand_shape_46 = memref.expand_shape %collapse_shape_45 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 36] : memref<?x?x72xf32> into memref<?x?x2x36xf32>
    %alloc_47 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2x36xf32>
    %alloc_48 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2xf32>
    call @elementwise_5(%alloc_48) {mambac.kernel = 11 : i32} : (memref<?x?x2xf32>) -> ()
    %alloc_49 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2xf32>
    call @copy_1(%alloc_48, %alloc_49) {mambac.kernel = 12 : i32} : (memref<?x?x2xf32>, memref<?x?x2xf32>) -> ()
    call @reduction_1(%expand_shape_46, %alloc_49) {mambac.kernel = 13 : i32} : (memref<?x?x2x36xf32>, memref<?x?x2xf32>) -> ()
    %expand_shape_50 = memref.expand_shape %alloc_49 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 1] : memref<?x?x2xf32> into memref<?x?x2x1xf32>
    %alloc_51 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2x1xf32>
    call @elementwise_6(%expand_shape_50, %alloc_51) {mambac.kernel = 14 : i32} : (memref<?x?x2x1xf32>, memref<?x?x2x1xf32>) -> ()
    %collapse_shape_52 = memref.collapse_shape %alloc_51 [[0], [1], [2, 3]] : memref<?x?x2x1xf32> into memref<?x?x2xf32>
    call @elementwise_7(%expand_shape_46, %collapse_shape_52, %alloc_47) {mambac.kernel = 15 : i32} : (memref<?x?x2x36xf32>, memref<?x?x2xf32>, memref<?x?x2x36xf32>) -> ()
    %collapse_shape_53 = memref.collapse_shape %alloc_47 [[0, 1], [2, 3]] : memref<?x?x2x36xf32> into memref<?x72xf32>
    %alloc_54 = memref.alloc(%4) {alignment = 64 : i64} : memref<?x36xf32>
    call @packed_matmul_1(%collapse_shape_53, %view_7, %alloc_54) {mambac.kernel = 16 : i32} : (memref<?x72xf32>, memref<2x72x32xf32>, memref<?x36xf32>) -> ()
    %expand_shape_55 = memref.expand_shape %alloc_54 [[0, 1], [2]] output_shape [%arg4, %arg5, 36] : memref<?x36xf32> into memref<?x?x36xf32>
    %alloc_56 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x36xf32>
    call @elementwise_8(%alloc_15, %expand_shape_55, %alloc_56) {mambac.kernel = 17 : i32} : (memref<?x?x36xf32>, memref<?x?x36xf32>, memref<?x?x36xf32>) -> ()
    %alloc_57 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?xf32>
    call @copy_0(%alloc_16, %alloc_57) {mambac.kernel = 18 : i32} : (memref<?x?xf32>, memref<?x?xf32>) -> ()
    call @reduction_0(%alloc_56, %alloc_57) {mambac.kernel = 19 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>) -> ()
    %expand_shape_58 = memref.expand_shape %alloc_57 [[0], [1, 2]] output_shape [%arg4, %arg5, 1] : memref<?x?xf32> into memref<?x?x1xf32>
    call @elementwise_1(%expand_shape_58, %alloc_18) {mambac.kernel = 20 : i32} : (memref<?x?x1xf32>, memref<?x?x1xf32>) -> ()
    call @elementwise_2(%alloc_56, %collapse_shape, %alloc) {mambac.kernel = 21 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>, memref<?x?x36xf32>) -> ()
    call @packed_matmul_0(%collapse_shape_19, %view_6, %alloc_20) {mambac.kernel = 22 : i32} : (memref<?x36xf32>, memref<6x36x32xf32>, memref<?x190xf32>) -> ()
    %subview_59 = memref.subview %view_5[0, 0, 0] [112, 1, 4] [1, 1, 1] : memref<112x1x4xf32> to memref<112x4xf32, strided<[4, 1]>>
    call @causal_conv1d_0(%subview_22, %subview_59, %view_4, %alloc_25) {mambac.kernel = 23 : i32} : (memref<?x?x112xf32, strided<[?, 190, 1], offset: 72>>, memref<112x4xf32, strided<[4, 1]>>, memref<112xf32>, memref<?x112x?xf32>) -> ()
    call @elementwise_9(%alloc_25, %alloc_26) {mambac.kernel = 24 : i32} : (memref<?x112x?xf32>, memref<?x?x112xf32>) -> ()
    %subview_60 = memref.subview %alloc_26[0, 0, 0] [%arg4, %arg5, 72] [1, 1, 1] : memref<?x?x112xf32> to memref<?x?x72xf32, strided<[?, 112, 1]>>
    %subview_61 = memref.subview %alloc_26[0, 0, 72] [%arg4, %arg5, 20] [1, 1, 1] : memref<?x?x112xf32> to memref<?x?x20xf32, strided<[?, 112, 1], offset: 72>>
    %subview_62 = memref.subview %alloc_26[0, 0, 92] [%arg4, %arg5, 20] [1, 1, 1] : memref<?x?x112xf32> to memref<?x?x20xf32, strided<[?, 112, 1], offset: 92>>
    %expand_shape_63 = memref.expand_shape %subview_60 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 6, 12] : memref<?x?x72xf32, strided<[?, 112, 1]>> into memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>
    %expand_shape_64 = memref.expand_shape %subview_61 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 10] : memref<?x?x20xf32, strided<[?, 112, 1], offset: 72>> into memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 72>>
    %expand_shape_65 = memref.expand_shape %subview_62 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 10] : memref<?x?x20xf32, strided<[?, 112, 1], offset: 92>> into memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 92>>
    call @elementwise_10(%subview_23, %view_3, %alloc_27) {mambac.kernel = 25 : i32} : (memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, memref<6xf32>, memref<?x?x6xf32>) -> ()
    %alloc_66 = memref.alloc(%arg4, %arg5) {alignment = 64 : i64} : memref<?x?x2x3x10xf32>
    call @elementwise_11(%expand_shape_64, %alloc_66) {mambac.kernel = 26 : i32} : (memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 72>>, memref<?x?x2x3x10xf32>) -> ()
    %collapse_shape_67 = memref.collapse_shape %alloc_66 [[0], [1], [2, 3], [4]] : memref<?x?x2x3x10xf32> into memref<?x?x6x10xf32>
    call @elementwise_12(%expand_shape_65, %alloc_28) {mambac.kernel = 27 : i32} : (memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 92>>, memref<?x?x2x3x10xf32>) -> ()
    %collapse_shape_68 = memref.collapse_shape %alloc_28 [[0], [1], [2, 3], [4]] : memref<?x?x2x3x10xf32> into memref<?x?x6x10xf32>
    %dim = memref.dim %expand_shape_63, %c0 : memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>
    %dim_69 = memref.dim %expand_shape_63, %c1 : memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>
    %5 = arith.addi %dim_69, %0 : index
    %alloc_70 = memref.alloc(%dim, %5) {alignment = 64 : i64} : memref<?x?x6x12xf32>
    call @elementwise_13(%alloc_70) {mambac.kernel = 28 : i32} : (memref<?x?x6x12xf32>) -> ()
    %subview_71 = memref.subview %alloc_70[0, 0, 0, 0] [%dim, %dim_69, 6, 12] [1, 1, 1, 1] : memref<?x?x6x12xf32> to memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>
    call @copy_2(%expand_shape_63, %subview_71) {mambac.kernel = 29 : i32} : (memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>, memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) -> ()
    %6 = arith.addi %arg5, %0 : index
    %alloc_72 = memref.alloc(%arg4, %6) {alignment = 64 : i64} : memref<?x?x6x12xf32>
    call @elementwise_13(%alloc_72) {mambac.kernel = 30 : i32} : (memref<?x?x6x12xf32>) -> ()
    %subview_73 = memref.subview %alloc_72[0, 0, 0, 0] [%arg4, %arg5, 6, 12] [1, 1, 1, 1] : memref<?x?x6x12xf32> to memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>
    call @elementwise_14(%expand_shape_63, %alloc_27, %subview_73) {mambac.kernel = 31 : i32} : (memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>, memref<?x?x6xf32>, memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) -> ()
    %alloc_74 = memref.alloc(%arg4, %6) {alignment = 64 : i64} : memref<?x?x6xf32>
    call @elementwise_15(%alloc_74) {mambac.kernel = 32 : i32} : (memref<?x?x6xf32>) -> ()
    %subview_75 = memref.subview %alloc_74[0, 0, 0] [%arg4, %arg5, 6] [1, 1, 1] : memref<?x?x6xf32> to memref<?x?x6xf32, strided<[?, 6, 1]>>
    call @elementwise_16(%view_1, %alloc_27, %subview_75) {mambac.kernel = 33 : i32} : (memref<6xf32>, memref<?x?x6xf32>, memref<?x?x6xf32, strided<[?, 6, 1]>>) -> ()
    call @copy_3(%subview_73) {mambac.kernel = 34 : i32} : (memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) -> ()
    %expand_shape_76 = memref.expand_shape %alloc_72 [[0], [1, 2], [3], [4]] output_shape [%arg4, %2, 16, 6, 12] : memref<?x?x6x12xf32> into memref<?x?x16x6x12xf32>
    call @copy_4(%subview_75) {mambac.kernel = 35 : i32} : (memref<?x?x6xf32, strided<[?, 6, 1]>>) -> ()
    %expand_shape_77 = memref.expand_shape %alloc_74 [[0], [1, 2], [3]] output_shape [%arg4, %2, 16, 6] : memref<?x?x6xf32> into memref<?x?x16x6xf32>
    %dim_78 = memref.dim %collapse_shape_67, %c0 : memref<?x?x6x10xf32>
    %dim_79 = memref.dim %collapse_shape_67, %c1 : memref<?x?x6x10xf32>
    %7 = arith.addi %dim_79, %0 : index
    %alloc_80 = memref.alloc(%dim_78, %7) {alignment = 64 : i64} : memref<?x?x6x10xf32>
    call @elementwise_17(%alloc_80) {mambac.kernel = 36 : i32} : (memref<?x?x6x10xf32>) -> ()
    %subview_81 = memref.subview %alloc_80[0, 0, 0, 0] [%dim_78, %dim_79, 6, 10] [1, 1, 1, 1] : memref<?x?x6x10xf32> to memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>
    call @copy_5(%collapse_shape_67, %subview_81) {mambac.kernel = 37 : i32} : (memref<?x?x6x10xf32>, memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>) -> ()
    %expand_shape_82 = memref.expand_shape %alloc_80 [[0], [1, 2], [3], [4]] output_shape [%arg4, %2, 16, 6, 10] : memref<?x?x6x10xf32> into memref<?x?x16x6x10xf32>
    %dim_83 = memref.dim %collapse_shape_68, %c0 : memref<?x?x6x10xf32>
    %dim_84 = memref.dim %collapse_shape_68, %c1 : memref<?x?x6x10xf32>
    %8 = arith.addi %dim_84, %0 : index
    %alloc_85 = memref.alloc(%dim_83, %8) {alignment = 64 : i64} : memref<?x?x6x10xf32>
    call @elementwise_17(%alloc_85) {mambac.kernel = 38 : i32} : (memref<?x?x6x10xf32>) -> ()
    %subview_86 = memref.subview %alloc_85[0, 0, 0, 0] [%dim_83, %dim_84, 6, 10] [1, 1, 1, 1] : memref<?x?x6x10xf32> to memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>
    call @copy_5(%collapse_shape_68, %subview_86) {mambac.kernel = 39 : i32} : (memref<?x?x6x10xf32>, memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>) -> ()
    %expand_shape_87 = memref.expand_shape %alloc_85 [[0], [1, 2], [3], [4]] output_shape [%arg4, %2, 16, 6, 10] : memref<?x?x6x10xf32> into memref<?x?x16x6x10xf32>
    %alloc_88 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x6x?x16xf32>
    call @elementwise_18(%expand_shape_77, %alloc_88) {mambac.kernel = 40 : i32} : (memref<?x?x16x6xf32>, memref<?x6x?x16xf32>) -> ()
    call @cumsum_0(%alloc_88, %alloc_30) {mambac.kernel = 41 : i32} : (memref<?x6x?x16xf32>, memref<?x6x?x16xf32>) -> ()
    %alloc_89 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x6x?x16x16xf32>
    call @elementwise_19(%expand_shape_77, %alloc_89) {mambac.kernel = 42 : i32} : (memref<?x?x16x6xf32>, memref<?x6x?x16x16xf32>) -> ()
    call @cumsum_1(%alloc_89, %alloc_31) {mambac.kernel = 43 : i32} : (memref<?x6x?x16x16xf32>, memref<?x6x?x16x16xf32>) -> ()
    %alloc_90 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x?x16x16x6xf32>
    call @elementwise_20(%alloc_90) {mambac.kernel = 44 : i32} : (memref<?x?x16x16x6xf32>) -> ()
    call @contraction_0(%expand_shape_87, %expand_shape_82, %alloc_90) {mambac.kernel = 45 : i32} : (memref<?x?x16x6x10xf32>, memref<?x?x16x6x10xf32>, memref<?x?x16x16x6xf32>) -> ()
    call @elementwise_21(%alloc_90, %alloc_31) {mambac.kernel = 46 : i32} : (memref<?x?x16x16x6xf32>, memref<?x6x?x16x16xf32>) -> ()
    call @elementwise_22(%alloc_32) {mambac.kernel = 47 : i32} : (memref<?x?x16x6x12xf32>) -> ()
    %alloc_91 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x?x16x6x12xf32>
    call @copy_6(%alloc_32, %alloc_91) {mambac.kernel = 48 : i32} : (memref<?x?x16x6x12xf32>, memref<?x?x16x6x12xf32>) -> ()
    call @contraction_1(%alloc_90, %expand_shape_76, %alloc_91) {mambac.kernel = 49 : i32} : (memref<?x?x16x16x6xf32>, memref<?x?x16x6x12xf32>, memref<?x?x16x6x12xf32>) -> ()
    %subview_92 = memref.subview %alloc_30[0, 0, 0, 15] [%arg4, 6, %2, 1] [1, 1, 1, 1] : memref<?x6x?x16xf32> to memref<?x6x?x1xf32, strided<[?, ?, 16, 1], offset: 15>>
    %collapse_shape_93 = memref.collapse_shape %subview_92 [[0], [1], [2, 3]] : memref<?x6x?x1xf32, strided<[?, ?, 16, 1], offset: 15>> into memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>
    %alloc_94 = memref.alloc(%arg4, %2) {alignment = 64 : i64} : memref<?x?x16x6x10xf32>
    call @elementwise_23(%expand_shape_82, %collapse_shape_93, %alloc_30, %alloc_94) {mambac.kernel = 50 : i32} : (memref<?x?x16x6x10xf32>, memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>, memref<?x6x?x16xf32>, memref<?x?x16x6x10xf32>) -> ()
    %alloc_95 = memref.alloc(%arg4, %3) {alignment = 64 : i64} : memref<?x?x6x12x10xf32>
    %subview_96 = memref.subview %alloc_95[0, 0, 0, 0, 0] [%arg4, 1, 6, 12, 10] [1, 1, 1, 1, 1] : memref<?x?x6x12x10xf32> to memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>
    call @copy_7(%subview_34, %subview_96) {mambac.kernel = 51 : i32} : (memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>, memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) -> ()
    %subview_97 = memref.subview %alloc_95[0, 1, 0, 0, 0] [%arg4, %2, 6, 12, 10] [1, 1, 1, 1, 1] : memref<?x?x6x12x10xf32> to memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>
    call @elementwise_24(%subview_97) {mambac.kernel = 52 : i32} : (memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) -> ()
    call @contraction_2(%alloc_94, %expand_shape_76, %subview_97) {mambac.kernel = 53 : i32} : (memref<?x?x16x6x10xf32>, memref<?x?x16x6x12xf32>, memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) -> ()
    call @copy_8(%subview_97) {mambac.kernel = 54 : i32} : (memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) -> ()
    %subview_98 = memref.subview %alloc_30[0, 0, 0, 15] [%arg4, 6, %2, 1] [1, 1, 1, 1] : memref<?x6x?x16xf32> to memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>
    %9 = arith.addi %2, %c1 : index
    %alloc_99 = memref.alloc(%arg4, %9) {alignment = 64 : i64} : memref<?x6x?xf32>
    call @elementwise_25(%alloc_99) {mambac.kernel = 55 : i32} : (memref<?x6x?xf32>) -> ()
    %subview_100 = memref.subview %alloc_99[0, 0, 1] [%arg4, 6, %2] [1, 1, 1] : memref<?x6x?xf32> to memref<?x6x?xf32, strided<[?, ?, 1], offset: 1>>
    call @copy_9(%subview_98, %subview_100) {mambac.kernel = 56 : i32} : (memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>, memref<?x6x?xf32, strided<[?, ?, 1], offset: 1>>) -> ()
    %alloc_101 = memref.alloc(%arg4, %3, %3) {alignment = 64 : i64} : memref<?x6x?x?xf32>
    call @elementwise_26(%alloc_99, %alloc_101) {mambac.kernel = 57 : i32} : (memref<?x6x?xf32>, memref<?x6x?x?xf32>) -> ()
    call @cumsum_2(%alloc_101, %alloc_35) {mambac.kernel = 58 : i32} : (memref<?x6x?x?xf32>, memref<?x6x?x?xf32>) -> ()
    call @elementwise_27(%alloc_35) {mambac.kernel = 59 : i32} : (memref<?x6x?x?xf32>) -> ()
    call @elementwise_28(%alloc_33) {mambac.kernel = 60 : i32} : (memref<?x?x6x12x10xf32>) -> ()
    call @contraction_3(%alloc_35, %alloc_95, %alloc_33) {mambac.kernel = 61 : i32} : (memref<?x6x?x?xf32>, memref<?x?x6x12x10xf32>, memref<?x?x6x12x10xf32>) -> ()
    %subview_102 = memref.subview %alloc_33[0, 0, 0, 0, 0] [%arg4, %2, 6, 12, 10] [1, 1, 1, 1, 1] : memref<?x?x6x12x10xf32> to memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>
    call @contraction_4(%expand_shape_87, %subview_102, %alloc_32) {mambac.kernel = 62 : i32} : (memref<?x?x16x6x10xf32>, memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>, memref<?x?x16x6x12xf32>) -> ()
    call @elementwise_29(%alloc_91, %alloc_32, %alloc_30) {mambac.kernel = 63 : i32} : (memref<?x?x16x6x12xf32>, memref<?x?x16x6x12xf32>, memref<?x6x?x16xf32>) -> ()
    %collapse_shape_103 = memref.collapse_shape %alloc_32 [[0], [1, 2], [3], [4]] : memref<?x?x16x6x12xf32> into memref<?x?x6x12xf32>
    call @elementwise_30(%collapse_shape_103, %view_2, %alloc_70, %alloc_29) {mambac.kernel = 64 : i32} : (memref<?x?x6x12xf32>, memref<6xf32>, memref<?x?x6x12xf32>, memref<?x?x6x12xf32>) -> ()
    %subview_104 = memref.subview %alloc_29[0, 0, 0, 0] [%arg4, %arg5, 6, 12] [1, 1, 1, 1] : memref<?x?x6x12xf32> to memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>
    %collapse_shape_105 = memref.collapse_shape %subview_104 [[0], [1], [2, 3]] : memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>> into memref<?x?x72xf32, strided<[?, 72, 1]>>
    call @elementwise_31(%collapse_shape_105, %subview, %alloc_36) {mambac.kernel = 65 : i32} : (memref<?x?x72xf32, strided<[?, 72, 1]>>, memref<?x?x72xf32, strided<[?, 190, 1]>>, memref<?x?x72xf32>) -> ()
    %expand_shape_106 = memref.expand_shape %alloc_36 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 36] : memref<?x?x72xf32> into memref<?x?x2x36xf32>
    call @reduction_1(%expand_shape_106, %alloc_48) {mambac.kernel = 66 : i32} : (memref<?x?x2x36xf32>, memref<?x?x2xf32>) -> ()
    %expand_shape_107 = memref.expand_shape %alloc_48 [[0], [1], [2, 3]] output_shape [%arg4, %arg5, 2, 1] : memref<?x?x2xf32> into memref<?x?x2x1xf32>
    call @elementwise_6(%expand_shape_107, %alloc_51) {mambac.kernel = 67 : i32} : (memref<?x?x2x1xf32>, memref<?x?x2x1xf32>) -> ()
    call @elementwise_7(%expand_shape_106, %collapse_shape_52, %alloc_47) {mambac.kernel = 68 : i32} : (memref<?x?x2x36xf32>, memref<?x?x2xf32>, memref<?x?x2x36xf32>) -> ()
    call @packed_matmul_1(%collapse_shape_53, %view_0, %alloc_54) {mambac.kernel = 69 : i32} : (memref<?x72xf32>, memref<2x72x32xf32>, memref<?x36xf32>) -> ()
    call @elementwise_8(%alloc_56, %expand_shape_55, %alloc) {mambac.kernel = 70 : i32} : (memref<?x?x36xf32>, memref<?x?x36xf32>, memref<?x?x36xf32>) -> ()
    call @reduction_0(%alloc, %alloc_16) {mambac.kernel = 71 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>) -> ()
    %expand_shape_108 = memref.expand_shape %alloc_16 [[0], [1, 2]] output_shape [%arg4, %arg5, 1] : memref<?x?xf32> into memref<?x?x1xf32>
    call @elementwise_1(%expand_shape_108, %alloc_18) {mambac.kernel = 72 : i32} : (memref<?x?x1xf32>, memref<?x?x1xf32>) -> ()
    call @elementwise_32(%alloc, %collapse_shape) {mambac.kernel = 73 : i32} : (memref<?x?x36xf32>, memref<?x?xf32>) -> ()
    %alloc_109 = memref.alloc(%4) {alignment = 64 : i64} : memref<?x43xf32>
    call @packed_matmul_2(%collapse_shape_19, %view, %alloc_109) {mambac.kernel = 74 : i32} : (memref<?x36xf32>, memref<2x36x32xf32>, memref<?x43xf32>) -> ()
    %expand_shape_110 = memref.expand_shape %alloc_109 [[0, 1], [2]] output_shape [%arg4, %arg5, 43] : memref<?x43xf32> into memref<?x?x43xf32>
    call @copy_10(%expand_shape_110, %arg1) {mambac.kernel = 75 : i32} : (memref<?x?x43xf32>, memref<?x?x43xf32>) -> ()
    return
  }
  func.func private @gather_0(%arg0: memref<?x?xi64>, %arg1: memref<?x?x36xf32>, %arg2: memref<43x36xf32>) attributes {mambac.kernel_kind = "gather"} {
    %c0 = arith.constant 0 : index
    %c43 = arith.constant 43 : index
    %c42 = arith.constant 42 : index
    linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?xi64>) outs(%arg1 : memref<?x?x36xf32>) attrs =  {mambac.checked_index = 0 : i64, mambac.index_bound = 43 : i64, mambac.index_input = 0 : i32} {
    ^bb0(%in: i64, %out: f32):
      %0 = arith.index_cast %in : i64 to index
      %1 = arith.cmpi slt, %0, %c0 : index
      %2 = arith.addi %0, %c43 : index
      %3 = arith.select %1, %2, %0 : index
      %4 = arith.maxsi %3, %c0 : index
      %5 = arith.minsi %4, %c42 : index
      %6 = linalg.index 2 : index
      %7 = memref.load %arg2[%5, %6] : memref<43x36xf32>
      linalg.yield %7 : f32
    }
    return
  }
  func.func private @elementwise_0(%arg0: memref<?x?xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?xf32>)
    return
  }
  func.func private @copy_0(%arg0: memref<?x?xf32>, %arg1: memref<?x?xf32>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?xf32> to memref<?x?xf32>
    return
  }
  func.func private @reduction_0(%arg0: memref<?x?x36xf32>, %arg1: memref<?x?xf32>) attributes {mambac.kernel_kind = "reduction"} {
    linalg.generic {indexing_maps = [#map6, #map5], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : memref<?x?x36xf32>) outs(%arg1 : memref<?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.mulf %in, %in : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_1(%arg0: memref<?x?x1xf32>, %arg1: memref<?x?x1xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 3.600000e+01 : f32
    %cst_0 = arith.constant 9.99999974E-6 : f32
    linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x1xf32>) outs(%arg1 : memref<?x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.divf %in, %cst : f32
      %1 = arith.addf %0, %cst_0 : f32
      %2 = math.rsqrt %1 : f32
      linalg.yield %2 : f32
    }
    return
  }
  func.func private @elementwise_2(%arg0: memref<?x?x36xf32>, %arg1: memref<?x?xf32>, %arg2: memref<?x?x36xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map6, #map5, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x36xf32>, memref<?x?xf32>) outs(%arg2 : memref<?x?x36xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @packed_matmul_0(%arg0: memref<?x36xf32>, %arg1: memref<6x36x32xf32>, %arg2: memref<?x190xf32>) attributes {mambac.kernel_kind = "ssm.packed_matmul"} {
    ssm.packed_matmul x(%arg0 : memref<?x36xf32>) packed(%arg1 : memref<6x36x32xf32>) outs(%arg2 : memref<?x190xf32>)
    return
  }
  func.func private @causal_conv1d_0(%arg0: memref<?x?x112xf32, strided<[?, 190, 1], offset: 72>>, %arg1: memref<112x4xf32, strided<[4, 1]>>, %arg2: memref<112xf32>, %arg3: memref<?x112x?xf32>) attributes {mambac.kernel_kind = "ssm.causal_conv1d"} {
    ssm.causal_conv1d "b l c, c k, c -> b c l" x(%arg0 : memref<?x?x112xf32, strided<[?, 190, 1], offset: 72>>) weight(%arg1 : memref<112x4xf32, strided<[4, 1]>>) bias(%arg2 : memref<112xf32>) activation(silu) outs(%arg3 : memref<?x112x?xf32>)
    return
  }
  func.func private @elementwise_3(%arg0: memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} outs(%arg0 : memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) {
    ^bb0(%out: f32):
      linalg.yield %cst : f32
    }
    return
  }
  func.func private @elementwise_4(%arg0: memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, %arg1: memref<6xf32>, %arg2: memref<?x?x72xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 2.000000e+01 : f32
    %cst_0 = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map8, #map9, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, memref<6xf32>) outs(%arg2 : memref<?x?x72xf32>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %0 = arith.addf %in, %in_1 : f32
      %1 = math.exp %0 : f32
      %2 = math.log1p %1 : f32
      %3 = arith.cmpf ogt, %0, %cst : f32
      %4 = arith.select %3, %0, %2 : f32
      %5 = arith.maximumf %4, %cst_0 : f32
      linalg.yield %5 : f32
    }
    return
  }
  func.func private @ssd_0(%arg0: memref<1x?x72x?xf32, strided<[?, ?, ?, 1]>>, %arg1: memref<?x?x72xf32>, %arg2: memref<72xf32>, %arg3: memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>, %arg4: memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>, %arg5: memref<72xf32>, %arg6: memref<1x?x?x72xf32, strided<[?, ?, 190, 1]>>, %arg7: memref<?x?x72x1xf32>) attributes {mambac.kernel_kind = "ssm.ssd"} {
    ssm.ssd "p b h l, b l h, h, b h/36 n l, b h/36 n l, h, p b l h -> b l h p" x(%arg0 : memref<1x?x72x?xf32, strided<[?, ?, ?, 1]>>) dt(%arg1 : memref<?x?x72xf32>) A(%arg2 : memref<72xf32>) B(%arg3 : memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>) C(%arg4 : memref<?x2x10x?xf32, strided<[?, ?, ?, 1], offset: ?>>) D(%arg5 : memref<72xf32>) z(%arg6 : memref<1x?x?x72xf32, strided<[?, ?, 190, 1]>>) outs(%arg7 : memref<?x?x72x1xf32>)
    return
  }
  func.func private @elementwise_5(%arg0: memref<?x?x2xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x2xf32>)
    return
  }
  func.func private @copy_1(%arg0: memref<?x?x2xf32>, %arg1: memref<?x?x2xf32>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?x2xf32> to memref<?x?x2xf32>
    return
  }
  func.func private @reduction_1(%arg0: memref<?x?x2x36xf32>, %arg1: memref<?x?x2xf32>) attributes {mambac.kernel_kind = "reduction"} {
    linalg.generic {indexing_maps = [#map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0 : memref<?x?x2x36xf32>) outs(%arg1 : memref<?x?x2xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.mulf %in, %in : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_6(%arg0: memref<?x?x2x1xf32>, %arg1: memref<?x?x2x1xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 3.600000e+01 : f32
    %cst_0 = arith.constant 9.99999974E-6 : f32
    linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x2x1xf32>) outs(%arg1 : memref<?x?x2x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.divf %in, %cst : f32
      %1 = arith.addf %0, %cst_0 : f32
      %2 = math.rsqrt %1 : f32
      linalg.yield %2 : f32
    }
    return
  }
  func.func private @elementwise_7(%arg0: memref<?x?x2x36xf32>, %arg1: memref<?x?x2xf32>, %arg2: memref<?x?x2x36xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map10, #map11, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x2x36xf32>, memref<?x?x2xf32>) outs(%arg2 : memref<?x?x2x36xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @packed_matmul_1(%arg0: memref<?x72xf32>, %arg1: memref<2x72x32xf32>, %arg2: memref<?x36xf32>) attributes {mambac.kernel_kind = "ssm.packed_matmul"} {
    ssm.packed_matmul x(%arg0 : memref<?x72xf32>) packed(%arg1 : memref<2x72x32xf32>) outs(%arg2 : memref<?x36xf32>)
    return
  }
  func.func private @elementwise_8(%arg0: memref<?x?x36xf32>, %arg1: memref<?x?x36xf32>, %arg2: memref<?x?x36xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x36xf32>, memref<?x?x36xf32>) outs(%arg2 : memref<?x?x36xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.addf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @elementwise_9(%arg0: memref<?x112x?xf32>, %arg1: memref<?x?x112xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map12, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x112x?xf32>) outs(%arg1 : memref<?x?x112xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    return
  }
  func.func private @elementwise_10(%arg0: memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, %arg1: memref<6xf32>, %arg2: memref<?x?x6xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 2.000000e+01 : f32
    linalg.generic {indexing_maps = [#map6, #map13, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x6xf32, strided<[?, 190, 1], offset: 184>>, memref<6xf32>) outs(%arg2 : memref<?x?x6xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.addf %in, %in_0 : f32
      %1 = math.exp %0 : f32
      %2 = math.log1p %1 : f32
      %3 = arith.cmpf ogt, %0, %cst : f32
      %4 = arith.select %3, %0, %2 : f32
      linalg.yield %4 : f32
    }
    return
  }
  func.func private @elementwise_11(%arg0: memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 72>>, %arg1: memref<?x?x2x3x10xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map14, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 72>>) outs(%arg1 : memref<?x?x2x3x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    return
  }
  func.func private @elementwise_12(%arg0: memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 92>>, %arg1: memref<?x?x2x3x10xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map14, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x2x10xf32, strided<[?, 112, 10, 1], offset: 92>>) outs(%arg1 : memref<?x?x2x3x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    return
  }
  func.func private @elementwise_13(%arg0: memref<?x?x6x12xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x6x12xf32>)
    return
  }
  func.func private @copy_2(%arg0: memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>, %arg1: memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>> to memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>
    return
  }
  func.func private @elementwise_14(%arg0: memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>, %arg1: memref<?x?x6xf32>, %arg2: memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map10, #map11, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x6x12xf32, strided<[?, 112, 12, 1]>>, memref<?x?x6xf32>) outs(%arg2 : memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.maximumf %in_0, %cst : f32
      %1 = arith.mulf %in, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_15(%arg0: memref<?x?x6xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x6xf32>)
    return
  }
  func.func private @elementwise_16(%arg0: memref<6xf32>, %arg1: memref<?x?x6xf32>, %arg2: memref<?x?x6xf32, strided<[?, 6, 1]>>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map13, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<6xf32>, memref<?x?x6xf32>) outs(%arg2 : memref<?x?x6xf32, strided<[?, 6, 1]>>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.maximumf %in_0, %cst : f32
      %1 = arith.mulf %in, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @copy_3(%arg0: memref<?x?x6x12xf32, strided<[?, 72, 12, 1]>>) attributes {mambac.kernel_kind = "memref.copy"} {
    return
  }
  func.func private @copy_4(%arg0: memref<?x?x6xf32, strided<[?, 6, 1]>>) attributes {mambac.kernel_kind = "memref.copy"} {
    return
  }
  func.func private @elementwise_17(%arg0: memref<?x?x6x10xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x6x10xf32>)
    return
  }
  func.func private @copy_5(%arg0: memref<?x?x6x10xf32>, %arg1: memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?x6x10xf32> to memref<?x?x6x10xf32, strided<[?, 60, 10, 1]>>
    return
  }
  func.func private @elementwise_18(%arg0: memref<?x?x16x6xf32>, %arg1: memref<?x6x?x16xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map15, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x16x6xf32>) outs(%arg1 : memref<?x6x?x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
    return
  }
  func.func private @cumsum_0(%arg0: memref<?x6x?x16xf32>, %arg1: memref<?x6x?x16xf32>) attributes {mambac.kernel_kind = "ssm.cumsum"} {
    ssm.cumsum dim(3) ins(%arg0 : memref<?x6x?x16xf32>) outs(%arg1 : memref<?x6x?x16xf32>)
    return
  }
  func.func private @elementwise_19(%arg0: memref<?x?x16x6xf32>, %arg1: memref<?x6x?x16x16xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %c-1 = arith.constant -1 : index
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map16, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x?x16x6xf32>) outs(%arg1 : memref<?x6x?x16x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = linalg.index 3 : index
      %1 = linalg.index 4 : index
      %2 = arith.addi %0, %c-1 : index
      %3 = arith.cmpi sgt, %1, %2 : index
      %4 = arith.select %3, %cst, %in : f32
      linalg.yield %4 : f32
    }
    return
  }
  func.func private @cumsum_1(%arg0: memref<?x6x?x16x16xf32>, %arg1: memref<?x6x?x16x16xf32>) attributes {mambac.kernel_kind = "ssm.cumsum"} {
    ssm.cumsum dim(3) ins(%arg0 : memref<?x6x?x16x16xf32>) outs(%arg1 : memref<?x6x?x16x16xf32>)
    return
  }
  func.func private @elementwise_20(%arg0: memref<?x?x16x16x6xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x16x16x6xf32>)
    return
  }
  func.func private @contraction_0(%arg0: memref<?x?x16x6x10xf32>, %arg1: memref<?x?x16x6x10xf32>, %arg2: memref<?x?x16x16x6xf32>) attributes {mambac.kernel_kind = "contraction"} {
    linalg.generic {indexing_maps = [#map17, #map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : memref<?x?x16x6x10xf32>, memref<?x?x16x6x10xf32>) outs(%arg2 : memref<?x?x16x16x6xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_21(%arg0: memref<?x?x16x16x6xf32>, %arg1: memref<?x6x?x16x16xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0xFF800000 : f32
    linalg.generic {indexing_maps = [#map7, #map20, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x16x16x6xf32>, memref<?x6x?x16x16xf32>) outs(%arg0 : memref<?x?x16x16x6xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = linalg.index 2 : index
      %1 = linalg.index 3 : index
      %2 = arith.cmpi sgt, %1, %0 : index
      %3 = arith.select %2, %cst, %in_0 : f32
      %4 = math.exp %3 : f32
      %5 = arith.mulf %in, %4 : f32
      linalg.yield %5 : f32
    }
    return
  }
  func.func private @elementwise_22(%arg0: memref<?x?x16x6x12xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x16x6x12xf32>)
    return
  }
  func.func private @copy_6(%arg0: memref<?x?x16x6x12xf32>, %arg1: memref<?x?x16x6x12xf32>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?x16x6x12xf32> to memref<?x?x16x6x12xf32>
    return
  }
  func.func private @contraction_1(%arg0: memref<?x?x16x16x6xf32>, %arg1: memref<?x?x16x6x12xf32>, %arg2: memref<?x?x16x6x12xf32>) attributes {mambac.kernel_kind = "contraction"} {
    linalg.generic {indexing_maps = [#map21, #map22, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : memref<?x?x16x16x6xf32>, memref<?x?x16x6x12xf32>) outs(%arg2 : memref<?x?x16x6x12xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_23(%arg0: memref<?x?x16x6x10xf32>, %arg1: memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>, %arg2: memref<?x6x?x16xf32>, %arg3: memref<?x?x16x6x10xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map7, #map23, #map24, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1, %arg2 : memref<?x?x16x6x10xf32>, memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>, memref<?x6x?x16xf32>) outs(%arg3 : memref<?x?x16x6x10xf32>) {
    ^bb0(%in: f32, %in_0: f32, %in_1: f32, %out: f32):
      %0 = arith.subf %in_0, %in_1 : f32
      %1 = math.exp %0 : f32
      %2 = arith.mulf %in, %1 : f32
      linalg.yield %2 : f32
    }
    return
  }
  func.func private @copy_7(%arg0: memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>, %arg1: memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>> to memref<?x1x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>
    return
  }
  func.func private @elementwise_24(%arg0: memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>)
    return
  }
  func.func private @contraction_2(%arg0: memref<?x?x16x6x10xf32>, %arg1: memref<?x?x16x6x12xf32>, %arg2: memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) attributes {mambac.kernel_kind = "contraction"} {
    linalg.generic {indexing_maps = [#map25, #map26, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : memref<?x?x16x6x10xf32>, memref<?x?x16x6x12xf32>) outs(%arg2 : memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @copy_8(%arg0: memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1], offset: 720>>) attributes {mambac.kernel_kind = "memref.copy"} {
    return
  }
  func.func private @elementwise_25(%arg0: memref<?x6x?xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x6x?xf32>)
    return
  }
  func.func private @copy_9(%arg0: memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>>, %arg1: memref<?x6x?xf32, strided<[?, ?, 1], offset: 1>>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x6x?xf32, strided<[?, ?, 16], offset: 15>> to memref<?x6x?xf32, strided<[?, ?, 1], offset: 1>>
    return
  }
  func.func private @elementwise_26(%arg0: memref<?x6x?xf32>, %arg1: memref<?x6x?x?xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %c-1 = arith.constant -1 : index
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#map11, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x6x?xf32>) outs(%arg1 : memref<?x6x?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = linalg.index 2 : index
      %1 = linalg.index 3 : index
      %2 = arith.addi %0, %c-1 : index
      %3 = arith.cmpi sgt, %1, %2 : index
      %4 = arith.select %3, %cst, %in : f32
      linalg.yield %4 : f32
    }
    return
  }
  func.func private @cumsum_2(%arg0: memref<?x6x?x?xf32>, %arg1: memref<?x6x?x?xf32>) attributes {mambac.kernel_kind = "ssm.cumsum"} {
    ssm.cumsum dim(2) ins(%arg0 : memref<?x6x?x?xf32>) outs(%arg1 : memref<?x6x?x?xf32>)
    return
  }
  func.func private @elementwise_27(%arg0: memref<?x6x?x?xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0xFF800000 : f32
    linalg.generic {indexing_maps = [#map10, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0 : memref<?x6x?x?xf32>) outs(%arg0 : memref<?x6x?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = linalg.index 2 : index
      %1 = linalg.index 3 : index
      %2 = arith.cmpi sgt, %1, %0 : index
      %3 = arith.select %2, %cst, %in : f32
      %4 = math.exp %3 : f32
      linalg.yield %4 : f32
    }
    return
  }
  func.func private @elementwise_28(%arg0: memref<?x?x6x12x10xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 0.000000e+00 : f32
    linalg.fill ins(%cst : f32) outs(%arg0 : memref<?x?x6x12x10xf32>)
    return
  }
  func.func private @contraction_3(%arg0: memref<?x6x?x?xf32>, %arg1: memref<?x?x6x12x10xf32>, %arg2: memref<?x?x6x12x10xf32>) attributes {mambac.kernel_kind = "contraction"} {
    linalg.generic {indexing_maps = [#map27, #map28, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : memref<?x6x?x?xf32>, memref<?x?x6x12x10xf32>) outs(%arg2 : memref<?x?x6x12x10xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @contraction_4(%arg0: memref<?x?x16x6x10xf32>, %arg1: memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>, %arg2: memref<?x?x16x6x12xf32>) attributes {mambac.kernel_kind = "contraction"} {
    linalg.generic {indexing_maps = [#map29, #map18, #map19], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : memref<?x?x16x6x10xf32>, memref<?x?x6x12x10xf32, strided<[?, 720, 120, 10, 1]>>) outs(%arg2 : memref<?x?x16x6x12xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_29(%arg0: memref<?x?x16x6x12xf32>, %arg1: memref<?x?x16x6x12xf32>, %arg2: memref<?x6x?x16xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map7, #map7, #map24, #map7], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1, %arg2 : memref<?x?x16x6x12xf32>, memref<?x?x16x6x12xf32>, memref<?x6x?x16xf32>) outs(%arg1 : memref<?x?x16x6x12xf32>) {
    ^bb0(%in: f32, %in_0: f32, %in_1: f32, %out: f32):
      %0 = math.exp %in_1 : f32
      %1 = arith.mulf %in_0, %0 : f32
      %2 = arith.addf %in, %1 : f32
      linalg.yield %2 : f32
    }
    return
  }
  func.func private @elementwise_30(%arg0: memref<?x?x6x12xf32>, %arg1: memref<6xf32>, %arg2: memref<?x?x6x12xf32>, %arg3: memref<?x?x6x12xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map10, #map30, #map10, #map10], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%arg0, %arg1, %arg2 : memref<?x?x6x12xf32>, memref<6xf32>, memref<?x?x6x12xf32>) outs(%arg3 : memref<?x?x6x12xf32>) {
    ^bb0(%in: f32, %in_0: f32, %in_1: f32, %out: f32):
      %0 = arith.mulf %in_0, %in_1 : f32
      %1 = arith.addf %in, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @elementwise_31(%arg0: memref<?x?x72xf32, strided<[?, 72, 1]>>, %arg1: memref<?x?x72xf32, strided<[?, 190, 1]>>, %arg2: memref<?x?x72xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    %cst = arith.constant 1.000000e+00 : f32
    linalg.generic {indexing_maps = [#map6, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x72xf32, strided<[?, 72, 1]>>, memref<?x?x72xf32, strided<[?, 190, 1]>>) outs(%arg2 : memref<?x?x72xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.negf %in_0 : f32
      %1 = math.exp %0 : f32
      %2 = arith.addf %1, %cst : f32
      %3 = arith.divf %in_0, %2 : f32
      %4 = arith.mulf %in, %3 : f32
      linalg.yield %4 : f32
    }
    return
  }
  func.func private @elementwise_32(%arg0: memref<?x?x36xf32>, %arg1: memref<?x?xf32>) attributes {mambac.kernel_kind = "elementwise"} {
    linalg.generic {indexing_maps = [#map6, #map5, #map6], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %arg1 : memref<?x?x36xf32>, memref<?x?xf32>) outs(%arg0 : memref<?x?x36xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.mulf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @packed_matmul_2(%arg0: memref<?x36xf32>, %arg1: memref<2x36x32xf32>, %arg2: memref<?x43xf32>) attributes {mambac.kernel_kind = "ssm.packed_matmul"} {
    ssm.packed_matmul x(%arg0 : memref<?x36xf32>) packed(%arg1 : memref<2x36x32xf32>) outs(%arg2 : memref<?x43xf32>)
    return
  }
  func.func private @copy_10(%arg0: memref<?x?x43xf32>, %arg1: memref<?x?x43xf32>) attributes {mambac.kernel_kind = "memref.copy"} {
    memref.copy %arg0, %arg1 : memref<?x?x43xf32> to memref<?x?x43xf32>
    return
  }
}

{-#
  external_resources: {
    mlir_reproducer: {
      pipeline: "builtin.module(mambac-expand-kernels, mambac-lower-linalg, mambac-expand-math, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, cse, mambac-hoist-workspaces, func.func(resolve-shaped-type-result-dims{error-on-pattern-iteration-limit=true}), mambac-entry-abi, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, cse, mambac-plan-arena, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, cse, mambac-outline-parallel, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, mambac-lower-entries, convert-vector-to-scf{full-unroll=true lower-scalable=false lower-tensors=false target-rank=1}, lower-affine, expand-strided-metadata, lower-affine, arith-expand{include-bf16=false include-f4e2m1=false include-f8e8m0=false}, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, cse, convert-scf-to-cf{allow-pattern-rollback=true}, convert-vector-to-llvm{enable-amx=false enable-arm-bf16=false enable-arm-i8mm=false enable-arm-neon=false enable-arm-sve=false enable-x86vector=false force-32bit-vector-indices=true reassociate-fp-reductions=true use-vector-alignment=false vector-contract-lowering=dot vector-transpose-lowering=eltwise}, convert-math-to-llvm{approximate-log1p=true}, finalize-memref-to-llvm{index-bitwidth=0 use-aligned-alloc=false use-generic-functions=false}, convert-func-to-llvm{index-bitwidth=0 use-bare-ptr-memref-call-conv=false}, convert-arith-to-llvm{index-bitwidth=0}, convert-index-to-llvm{index-bitwidth=0}, convert-cf-to-llvm{index-bitwidth=0}, convert-ub-to-llvm{index-bitwidth=0}, reconcile-unrealized-casts, canonicalize{  max-iterations=10 max-num-rewrites=-1 region-simplify=normal test-convergence=false top-down=true}, cse)",
      disable_threading: false,
      verify_each: true
    }
  }
#-}
