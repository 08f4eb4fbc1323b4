// A Mamba-2 layer, token by token, as torch-mlir lowers it to linalg: weights broadcast to a batch for batch_matmul, heads
// of a group by expand, generic and collapse, readouts over merged batch and heads.
//
// RUN: mamba-opt %s --mambac-raise | FileCheck %s
//
// CHECK-LABEL: func.func @mamba2
// CHECK: ssm.einsum
// CHECK: %[[XBC:.*]] = ssm.causal_conv1d
// CHECK-SAME: activation(silu)
// CHECK: ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, h, b l h p, h -> b l h p"
// CHECK-SAME: D(%arg6 : tensor<4xf32>) z(
// CHECK-SAME: softplus
// CHECK-NOT: math.exp
// CHECK: ssm.einsum {{.*}} outs(%{{.*}} : tensor<2x5x6xf32>)
// CHECK-NOT: ssm.scan
func.func @mamba2(%hidden: tensor<2x5x6xf32>, %in_proj: tensor<48x6xf32>, %conv_w: tensor<32x4xf32>, %conv_b: tensor<32xf32>, %dt_bias: tensor<4xf32>, %A_log: tensor<4xf32>, %D: tensor<4xf32>, %out_proj: tensor<6x12xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.000000e+00 : f32
  %one_f64 = arith.constant 1.000000e+00 : f64
  %twenty_f64 = arith.constant 2.000000e+01 : f64
  %0 = tensor.empty() : tensor<6x48xf32>
  %1 = linalg.transpose ins(%in_proj : tensor<48x6xf32>) outs(%0 : tensor<6x48xf32>) permutation = [1, 0]
  %2 = tensor.empty() : tensor<2x6x48xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%1 : tensor<6x48xf32>) outs(%2 : tensor<2x6x48xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x6x48xf32>
  %4 = tensor.empty() : tensor<2x5x48xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%4 : tensor<2x5x48xf32>) -> tensor<2x5x48xf32>
  %6 = linalg.batch_matmul ins(%hidden, %3 : tensor<2x5x6xf32>, tensor<2x6x48xf32>) outs(%5 : tensor<2x5x48xf32>) -> tensor<2x5x48xf32>
  %7 = tensor.extract_slice %6[0, 0, 0] [2, 5, 12] [1, 1, 1] : tensor<2x5x48xf32> to tensor<2x5x12xf32>
  %8 = tensor.extract_slice %6[0, 0, 12] [2, 5, 32] [1, 1, 1] : tensor<2x5x48xf32> to tensor<2x5x32xf32>
  %9 = tensor.extract_slice %6[0, 0, 44] [2, 5, 4] [1, 1, 1] : tensor<2x5x48xf32> to tensor<2x5x4xf32>
  %10 = tensor.empty() : tensor<2x32x5xf32>
  %11 = linalg.transpose ins(%8 : tensor<2x5x32xf32>) outs(%10 : tensor<2x32x5xf32>) permutation = [0, 2, 1]
  %12 = tensor.pad %11 low[0, 0, 3] high[0, 0, 3] {
  ^bb0(%a0: index, %a1: index, %a2: index):
    tensor.yield %zero : f32
  } : tensor<2x32x5xf32> to tensor<2x32x11xf32>
  %13 = tensor.empty() : tensor<2x32x8xf32>
  %14 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%conv_b : tensor<32xf32>) outs(%13 : tensor<2x32x8xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x32x8xf32>
  %15 = linalg.depthwise_conv_1d_ncw_cw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%12, %conv_w : tensor<2x32x11xf32>, tensor<32x4xf32>) outs(%14 : tensor<2x32x8xf32>) -> tensor<2x32x8xf32>
  %16 = tensor.extract_slice %15[0, 0, 0] [2, 32, 5] [1, 1, 1] : tensor<2x32x8xf32> to tensor<2x32x5xf32>
  %17 = tensor.empty() : tensor<2x32x5xf32>
  %18 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%16 : tensor<2x32x5xf32>) outs(%17 : tensor<2x32x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %c = arith.truncf %one_f64 : f64 to f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x32x5xf32>
  %19 = tensor.empty() : tensor<2x32x5xf32>
  %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%18, %16 : tensor<2x32x5xf32>, tensor<2x32x5xf32>) outs(%19 : tensor<2x32x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x32x5xf32>
  %21 = tensor.empty() : tensor<2x5x32xf32>
  %22 = linalg.transpose ins(%20 : tensor<2x32x5xf32>) outs(%21 : tensor<2x5x32xf32>) permutation = [0, 2, 1]
  %23 = tensor.extract_slice %22[0, 0, 0] [2, 5, 12] [1, 1, 1] : tensor<2x5x32xf32> to tensor<2x5x12xf32>
  %24 = tensor.expand_shape %23 [[0], [1], [2, 3]] output_shape [2, 5, 4, 3] : tensor<2x5x12xf32> into tensor<2x5x4x3xf32>
  %25 = tensor.extract_slice %22[0, 0, 12] [2, 5, 10] [1, 1, 1] : tensor<2x5x32xf32> to tensor<2x5x10xf32>
  %26 = tensor.expand_shape %25 [[0], [1], [2, 3, 4]] output_shape [2, 5, 2, 1, 5] : tensor<2x5x10xf32> into tensor<2x5x2x1x5xf32>
  %27 = tensor.empty() : tensor<2x5x2x2x5xf32>
  %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, 0, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%26 : tensor<2x5x2x1x5xf32>) outs(%27 : tensor<2x5x2x2x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x5x2x2x5xf32>
  %29 = tensor.collapse_shape %28 [[0], [1], [2, 3], [4]] : tensor<2x5x2x2x5xf32> into tensor<2x5x4x5xf32>
  %30 = tensor.extract_slice %22[0, 0, 22] [2, 5, 10] [1, 1, 1] : tensor<2x5x32xf32> to tensor<2x5x10xf32>
  %31 = tensor.expand_shape %30 [[0], [1], [2, 3, 4]] output_shape [2, 5, 2, 1, 5] : tensor<2x5x10xf32> into tensor<2x5x2x1x5xf32>
  %32 = tensor.empty() : tensor<2x5x2x2x5xf32>
  %33 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, 0, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%31 : tensor<2x5x2x1x5xf32>) outs(%32 : tensor<2x5x2x2x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x5x2x2x5xf32>
  %34 = tensor.collapse_shape %33 [[0], [1], [2, 3], [4]] : tensor<2x5x2x2x5xf32> into tensor<2x5x4x5xf32>
  %35 = tensor.empty() : tensor<2x5x4xf32>
  %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%9, %dt_bias : tensor<2x5x4xf32>, tensor<4xf32>) outs(%35 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %37 = tensor.empty() : tensor<2x5x4xf32>
  %38 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%36 : tensor<2x5x4xf32>) outs(%37 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.truncf %one_f64 : f64 to f32
    %r = arith.mulf %in0, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %39 = tensor.empty() : tensor<2x5x4xf32>
  %40 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%38 : tensor<2x5x4xf32>) outs(%39 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %41 = tensor.empty() : tensor<2x5x4xf32>
  %42 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%40 : tensor<2x5x4xf32>) outs(%41 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.log1p %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %43 = tensor.empty() : tensor<2x5x4xf32>
  %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%42 : tensor<2x5x4xf32>) outs(%43 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.truncf %one_f64 : f64 to f32
    %r = arith.divf %in0, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %45 = tensor.empty() : tensor<2x5x4xi1>
  %46 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%38 : tensor<2x5x4xf32>) outs(%45 : tensor<2x5x4xi1>) {
  ^bb0(%in0: f32, %out: i1):
    %c = arith.truncf %twenty_f64 : f64 to f32
    %r = arith.cmpf ogt, %in0, %c : f32
    linalg.yield %r : i1
  } -> tensor<2x5x4xi1>
  %47 = tensor.empty() : tensor<2x5x4xf32>
  %48 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%46, %36, %44 : tensor<2x5x4xi1>, tensor<2x5x4xf32>, tensor<2x5x4xf32>) outs(%47 : tensor<2x5x4xf32>) {
  ^bb0(%in0: i1, %in1: f32, %in2: f32, %out: f32):
    %r = arith.select %in0, %in1, %in2 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %49 = tensor.empty() : tensor<4xf32>
  %50 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%A_log : tensor<4xf32>) outs(%49 : tensor<4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %51 = tensor.empty() : tensor<4xf32>
  %52 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%50 : tensor<4xf32>) outs(%51 : tensor<4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = arith.negf %in0 : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %53 = tensor.empty() : tensor<2x5x4xf32>
  %54 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%48, %52 : tensor<2x5x4xf32>, tensor<4xf32>) outs(%53 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %55 = tensor.empty() : tensor<2x5x4xf32>
  %56 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%54 : tensor<2x5x4xf32>) outs(%55 : tensor<2x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x4xf32>
  %57 = tensor.empty() : tensor<2x4x3x5xf32>
  %58 = linalg.fill ins(%zero : f32) outs(%57 : tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %59 = tensor.extract_slice %56[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %60 = tensor.collapse_shape %59 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %61 = tensor.expand_shape %60 [[0], [1, 2, 3]] output_shape [2, 4, 1, 1] : tensor<2x4xf32> into tensor<2x4x1x1xf32>
  %62 = tensor.extract_slice %24[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %63 = tensor.collapse_shape %62 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %64 = tensor.extract_slice %48[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %65 = tensor.collapse_shape %64 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %66 = tensor.expand_shape %65 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %67 = tensor.empty() : tensor<2x4x3xf32>
  %68 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%63, %66 : tensor<2x4x3xf32>, tensor<2x4x1xf32>) outs(%67 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %69 = tensor.expand_shape %68 [[0], [1], [2, 3]] output_shape [2, 4, 3, 1] : tensor<2x4x3xf32> into tensor<2x4x3x1xf32>
  %70 = tensor.extract_slice %29[0, 0, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %71 = tensor.collapse_shape %70 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %72 = tensor.expand_shape %71 [[0], [1], [2, 3]] output_shape [2, 4, 1, 5] : tensor<2x4x5xf32> into tensor<2x4x1x5xf32>
  %73 = tensor.empty() : tensor<2x4x3x5xf32>
  %74 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%69, %72 : tensor<2x4x3x1xf32>, tensor<2x4x1x5xf32>) outs(%73 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %75 = tensor.empty() : tensor<2x4x3x5xf32>
  %76 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%58, %61 : tensor<2x4x3x5xf32>, tensor<2x4x1x1xf32>) outs(%75 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %77 = tensor.empty() : tensor<2x4x3x5xf32>
  %78 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%76, %74 : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) outs(%77 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %79 = tensor.collapse_shape %78 [[0, 1], [2], [3]] : tensor<2x4x3x5xf32> into tensor<8x3x5xf32>
  %80 = tensor.extract_slice %34[0, 0, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %81 = tensor.collapse_shape %80 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %82 = tensor.collapse_shape %81 [[0, 1], [2]] : tensor<2x4x5xf32> into tensor<8x5xf32>
  %83 = tensor.expand_shape %82 [[0], [1, 2]] output_shape [8, 5, 1] : tensor<8x5xf32> into tensor<8x5x1xf32>
  %84 = tensor.empty() : tensor<8x3x1xf32>
  %85 = linalg.fill ins(%zero : f32) outs(%84 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %86 = linalg.batch_matmul ins(%79, %83 : tensor<8x3x5xf32>, tensor<8x5x1xf32>) outs(%85 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %87 = tensor.collapse_shape %86 [[0], [1, 2]] : tensor<8x3x1xf32> into tensor<8x3xf32>
  %88 = tensor.expand_shape %87 [[0, 1], [2]] output_shape [2, 4, 3] : tensor<8x3xf32> into tensor<2x4x3xf32>
  %89 = tensor.extract_slice %24[0, 0, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %90 = tensor.collapse_shape %89 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %91 = tensor.expand_shape %D [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %92 = tensor.empty() : tensor<2x4x3xf32>
  %93 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%90, %91 : tensor<2x4x3xf32>, tensor<4x1xf32>) outs(%92 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %94 = tensor.empty() : tensor<2x4x3xf32>
  %95 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%88, %93 : tensor<2x4x3xf32>, tensor<2x4x3xf32>) outs(%94 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %96 = tensor.expand_shape %95 [[0], [1, 2], [3]] output_shape [2, 1, 4, 3] : tensor<2x4x3xf32> into tensor<2x1x4x3xf32>
  %97 = tensor.extract_slice %56[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %98 = tensor.collapse_shape %97 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %99 = tensor.expand_shape %98 [[0], [1, 2, 3]] output_shape [2, 4, 1, 1] : tensor<2x4xf32> into tensor<2x4x1x1xf32>
  %100 = tensor.extract_slice %24[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %101 = tensor.collapse_shape %100 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %102 = tensor.extract_slice %48[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %103 = tensor.collapse_shape %102 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %104 = tensor.expand_shape %103 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %105 = tensor.empty() : tensor<2x4x3xf32>
  %106 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%101, %104 : tensor<2x4x3xf32>, tensor<2x4x1xf32>) outs(%105 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %107 = tensor.expand_shape %106 [[0], [1], [2, 3]] output_shape [2, 4, 3, 1] : tensor<2x4x3xf32> into tensor<2x4x3x1xf32>
  %108 = tensor.extract_slice %29[0, 1, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %109 = tensor.collapse_shape %108 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %110 = tensor.expand_shape %109 [[0], [1], [2, 3]] output_shape [2, 4, 1, 5] : tensor<2x4x5xf32> into tensor<2x4x1x5xf32>
  %111 = tensor.empty() : tensor<2x4x3x5xf32>
  %112 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%107, %110 : tensor<2x4x3x1xf32>, tensor<2x4x1x5xf32>) outs(%111 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %113 = tensor.empty() : tensor<2x4x3x5xf32>
  %114 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%78, %99 : tensor<2x4x3x5xf32>, tensor<2x4x1x1xf32>) outs(%113 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %115 = tensor.empty() : tensor<2x4x3x5xf32>
  %116 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%114, %112 : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) outs(%115 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %117 = tensor.collapse_shape %116 [[0, 1], [2], [3]] : tensor<2x4x3x5xf32> into tensor<8x3x5xf32>
  %118 = tensor.extract_slice %34[0, 1, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %119 = tensor.collapse_shape %118 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %120 = tensor.collapse_shape %119 [[0, 1], [2]] : tensor<2x4x5xf32> into tensor<8x5xf32>
  %121 = tensor.expand_shape %120 [[0], [1, 2]] output_shape [8, 5, 1] : tensor<8x5xf32> into tensor<8x5x1xf32>
  %122 = tensor.empty() : tensor<8x3x1xf32>
  %123 = linalg.fill ins(%zero : f32) outs(%122 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %124 = linalg.batch_matmul ins(%117, %121 : tensor<8x3x5xf32>, tensor<8x5x1xf32>) outs(%123 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %125 = tensor.collapse_shape %124 [[0], [1, 2]] : tensor<8x3x1xf32> into tensor<8x3xf32>
  %126 = tensor.expand_shape %125 [[0, 1], [2]] output_shape [2, 4, 3] : tensor<8x3xf32> into tensor<2x4x3xf32>
  %127 = tensor.extract_slice %24[0, 1, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %128 = tensor.collapse_shape %127 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %129 = tensor.expand_shape %D [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %130 = tensor.empty() : tensor<2x4x3xf32>
  %131 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%128, %129 : tensor<2x4x3xf32>, tensor<4x1xf32>) outs(%130 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %132 = tensor.empty() : tensor<2x4x3xf32>
  %133 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%126, %131 : tensor<2x4x3xf32>, tensor<2x4x3xf32>) outs(%132 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %134 = tensor.expand_shape %133 [[0], [1, 2], [3]] output_shape [2, 1, 4, 3] : tensor<2x4x3xf32> into tensor<2x1x4x3xf32>
  %135 = tensor.extract_slice %56[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %136 = tensor.collapse_shape %135 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %137 = tensor.expand_shape %136 [[0], [1, 2, 3]] output_shape [2, 4, 1, 1] : tensor<2x4xf32> into tensor<2x4x1x1xf32>
  %138 = tensor.extract_slice %24[0, 2, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %139 = tensor.collapse_shape %138 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %140 = tensor.extract_slice %48[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %141 = tensor.collapse_shape %140 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %142 = tensor.expand_shape %141 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %143 = tensor.empty() : tensor<2x4x3xf32>
  %144 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%139, %142 : tensor<2x4x3xf32>, tensor<2x4x1xf32>) outs(%143 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %145 = tensor.expand_shape %144 [[0], [1], [2, 3]] output_shape [2, 4, 3, 1] : tensor<2x4x3xf32> into tensor<2x4x3x1xf32>
  %146 = tensor.extract_slice %29[0, 2, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %147 = tensor.collapse_shape %146 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %148 = tensor.expand_shape %147 [[0], [1], [2, 3]] output_shape [2, 4, 1, 5] : tensor<2x4x5xf32> into tensor<2x4x1x5xf32>
  %149 = tensor.empty() : tensor<2x4x3x5xf32>
  %150 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%145, %148 : tensor<2x4x3x1xf32>, tensor<2x4x1x5xf32>) outs(%149 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %151 = tensor.empty() : tensor<2x4x3x5xf32>
  %152 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%116, %137 : tensor<2x4x3x5xf32>, tensor<2x4x1x1xf32>) outs(%151 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %153 = tensor.empty() : tensor<2x4x3x5xf32>
  %154 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%152, %150 : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) outs(%153 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %155 = tensor.collapse_shape %154 [[0, 1], [2], [3]] : tensor<2x4x3x5xf32> into tensor<8x3x5xf32>
  %156 = tensor.extract_slice %34[0, 2, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %157 = tensor.collapse_shape %156 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %158 = tensor.collapse_shape %157 [[0, 1], [2]] : tensor<2x4x5xf32> into tensor<8x5xf32>
  %159 = tensor.expand_shape %158 [[0], [1, 2]] output_shape [8, 5, 1] : tensor<8x5xf32> into tensor<8x5x1xf32>
  %160 = tensor.empty() : tensor<8x3x1xf32>
  %161 = linalg.fill ins(%zero : f32) outs(%160 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %162 = linalg.batch_matmul ins(%155, %159 : tensor<8x3x5xf32>, tensor<8x5x1xf32>) outs(%161 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %163 = tensor.collapse_shape %162 [[0], [1, 2]] : tensor<8x3x1xf32> into tensor<8x3xf32>
  %164 = tensor.expand_shape %163 [[0, 1], [2]] output_shape [2, 4, 3] : tensor<8x3xf32> into tensor<2x4x3xf32>
  %165 = tensor.extract_slice %24[0, 2, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %166 = tensor.collapse_shape %165 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %167 = tensor.expand_shape %D [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %168 = tensor.empty() : tensor<2x4x3xf32>
  %169 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%166, %167 : tensor<2x4x3xf32>, tensor<4x1xf32>) outs(%168 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %170 = tensor.empty() : tensor<2x4x3xf32>
  %171 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%164, %169 : tensor<2x4x3xf32>, tensor<2x4x3xf32>) outs(%170 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %172 = tensor.expand_shape %171 [[0], [1, 2], [3]] output_shape [2, 1, 4, 3] : tensor<2x4x3xf32> into tensor<2x1x4x3xf32>
  %173 = tensor.extract_slice %56[0, 3, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %174 = tensor.collapse_shape %173 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %175 = tensor.expand_shape %174 [[0], [1, 2, 3]] output_shape [2, 4, 1, 1] : tensor<2x4xf32> into tensor<2x4x1x1xf32>
  %176 = tensor.extract_slice %24[0, 3, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %177 = tensor.collapse_shape %176 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %178 = tensor.extract_slice %48[0, 3, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %179 = tensor.collapse_shape %178 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %180 = tensor.expand_shape %179 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %181 = tensor.empty() : tensor<2x4x3xf32>
  %182 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%177, %180 : tensor<2x4x3xf32>, tensor<2x4x1xf32>) outs(%181 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %183 = tensor.expand_shape %182 [[0], [1], [2, 3]] output_shape [2, 4, 3, 1] : tensor<2x4x3xf32> into tensor<2x4x3x1xf32>
  %184 = tensor.extract_slice %29[0, 3, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %185 = tensor.collapse_shape %184 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %186 = tensor.expand_shape %185 [[0], [1], [2, 3]] output_shape [2, 4, 1, 5] : tensor<2x4x5xf32> into tensor<2x4x1x5xf32>
  %187 = tensor.empty() : tensor<2x4x3x5xf32>
  %188 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%183, %186 : tensor<2x4x3x1xf32>, tensor<2x4x1x5xf32>) outs(%187 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %189 = tensor.empty() : tensor<2x4x3x5xf32>
  %190 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%154, %175 : tensor<2x4x3x5xf32>, tensor<2x4x1x1xf32>) outs(%189 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %191 = tensor.empty() : tensor<2x4x3x5xf32>
  %192 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%190, %188 : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) outs(%191 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %193 = tensor.collapse_shape %192 [[0, 1], [2], [3]] : tensor<2x4x3x5xf32> into tensor<8x3x5xf32>
  %194 = tensor.extract_slice %34[0, 3, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %195 = tensor.collapse_shape %194 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %196 = tensor.collapse_shape %195 [[0, 1], [2]] : tensor<2x4x5xf32> into tensor<8x5xf32>
  %197 = tensor.expand_shape %196 [[0], [1, 2]] output_shape [8, 5, 1] : tensor<8x5xf32> into tensor<8x5x1xf32>
  %198 = tensor.empty() : tensor<8x3x1xf32>
  %199 = linalg.fill ins(%zero : f32) outs(%198 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %200 = linalg.batch_matmul ins(%193, %197 : tensor<8x3x5xf32>, tensor<8x5x1xf32>) outs(%199 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %201 = tensor.collapse_shape %200 [[0], [1, 2]] : tensor<8x3x1xf32> into tensor<8x3xf32>
  %202 = tensor.expand_shape %201 [[0, 1], [2]] output_shape [2, 4, 3] : tensor<8x3xf32> into tensor<2x4x3xf32>
  %203 = tensor.extract_slice %24[0, 3, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %204 = tensor.collapse_shape %203 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %205 = tensor.expand_shape %D [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %206 = tensor.empty() : tensor<2x4x3xf32>
  %207 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%204, %205 : tensor<2x4x3xf32>, tensor<4x1xf32>) outs(%206 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %208 = tensor.empty() : tensor<2x4x3xf32>
  %209 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%202, %207 : tensor<2x4x3xf32>, tensor<2x4x3xf32>) outs(%208 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %210 = tensor.expand_shape %209 [[0], [1, 2], [3]] output_shape [2, 1, 4, 3] : tensor<2x4x3xf32> into tensor<2x1x4x3xf32>
  %211 = tensor.extract_slice %56[0, 4, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %212 = tensor.collapse_shape %211 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %213 = tensor.expand_shape %212 [[0], [1, 2, 3]] output_shape [2, 4, 1, 1] : tensor<2x4xf32> into tensor<2x4x1x1xf32>
  %214 = tensor.extract_slice %24[0, 4, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %215 = tensor.collapse_shape %214 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %216 = tensor.extract_slice %48[0, 4, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %217 = tensor.collapse_shape %216 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %218 = tensor.expand_shape %217 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %219 = tensor.empty() : tensor<2x4x3xf32>
  %220 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%215, %218 : tensor<2x4x3xf32>, tensor<2x4x1xf32>) outs(%219 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %221 = tensor.expand_shape %220 [[0], [1], [2, 3]] output_shape [2, 4, 3, 1] : tensor<2x4x3xf32> into tensor<2x4x3x1xf32>
  %222 = tensor.extract_slice %29[0, 4, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %223 = tensor.collapse_shape %222 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %224 = tensor.expand_shape %223 [[0], [1], [2, 3]] output_shape [2, 4, 1, 5] : tensor<2x4x5xf32> into tensor<2x4x1x5xf32>
  %225 = tensor.empty() : tensor<2x4x3x5xf32>
  %226 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%221, %224 : tensor<2x4x3x1xf32>, tensor<2x4x1x5xf32>) outs(%225 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %227 = tensor.empty() : tensor<2x4x3x5xf32>
  %228 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%192, %213 : tensor<2x4x3x5xf32>, tensor<2x4x1x1xf32>) outs(%227 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %229 = tensor.empty() : tensor<2x4x3x5xf32>
  %230 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%228, %226 : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) outs(%229 : tensor<2x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x5xf32>
  %231 = tensor.collapse_shape %230 [[0, 1], [2], [3]] : tensor<2x4x3x5xf32> into tensor<8x3x5xf32>
  %232 = tensor.extract_slice %34[0, 4, 0, 0] [2, 1, 4, 5] [1, 1, 1, 1] : tensor<2x5x4x5xf32> to tensor<2x1x4x5xf32>
  %233 = tensor.collapse_shape %232 [[0, 1], [2], [3]] : tensor<2x1x4x5xf32> into tensor<2x4x5xf32>
  %234 = tensor.collapse_shape %233 [[0, 1], [2]] : tensor<2x4x5xf32> into tensor<8x5xf32>
  %235 = tensor.expand_shape %234 [[0], [1, 2]] output_shape [8, 5, 1] : tensor<8x5xf32> into tensor<8x5x1xf32>
  %236 = tensor.empty() : tensor<8x3x1xf32>
  %237 = linalg.fill ins(%zero : f32) outs(%236 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %238 = linalg.batch_matmul ins(%231, %235 : tensor<8x3x5xf32>, tensor<8x5x1xf32>) outs(%237 : tensor<8x3x1xf32>) -> tensor<8x3x1xf32>
  %239 = tensor.collapse_shape %238 [[0], [1, 2]] : tensor<8x3x1xf32> into tensor<8x3xf32>
  %240 = tensor.expand_shape %239 [[0, 1], [2]] output_shape [2, 4, 3] : tensor<8x3xf32> into tensor<2x4x3xf32>
  %241 = tensor.extract_slice %24[0, 4, 0, 0] [2, 1, 4, 3] [1, 1, 1, 1] : tensor<2x5x4x3xf32> to tensor<2x1x4x3xf32>
  %242 = tensor.collapse_shape %241 [[0, 1], [2], [3]] : tensor<2x1x4x3xf32> into tensor<2x4x3xf32>
  %243 = tensor.expand_shape %D [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %244 = tensor.empty() : tensor<2x4x3xf32>
  %245 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%242, %243 : tensor<2x4x3xf32>, tensor<4x1xf32>) outs(%244 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %246 = tensor.empty() : tensor<2x4x3xf32>
  %247 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%240, %245 : tensor<2x4x3xf32>, tensor<2x4x3xf32>) outs(%246 : tensor<2x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3xf32>
  %248 = tensor.expand_shape %247 [[0], [1, 2], [3]] output_shape [2, 1, 4, 3] : tensor<2x4x3xf32> into tensor<2x1x4x3xf32>
  %249 = tensor.concat dim(1) %96, %134, %172, %210, %248 : (tensor<2x1x4x3xf32>, tensor<2x1x4x3xf32>, tensor<2x1x4x3xf32>, tensor<2x1x4x3xf32>, tensor<2x1x4x3xf32>) -> tensor<2x5x4x3xf32>
  %250 = tensor.collapse_shape %249 [[0], [1], [2, 3]] : tensor<2x5x4x3xf32> into tensor<2x5x12xf32>
  %251 = tensor.empty() : tensor<2x5x12xf32>
  %252 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%7 : tensor<2x5x12xf32>) outs(%251 : tensor<2x5x12xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %c = arith.truncf %one_f64 : f64 to f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x5x12xf32>
  %253 = tensor.empty() : tensor<2x5x12xf32>
  %254 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%252, %7 : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%253 : tensor<2x5x12xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x12xf32>
  %255 = tensor.empty() : tensor<2x5x12xf32>
  %256 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%250, %254 : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%255 : tensor<2x5x12xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x5x12xf32>
  %257 = tensor.empty() : tensor<12x6xf32>
  %258 = linalg.transpose ins(%out_proj : tensor<6x12xf32>) outs(%257 : tensor<12x6xf32>) permutation = [1, 0]
  %259 = tensor.empty() : tensor<2x12x6xf32>
  %260 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%258 : tensor<12x6xf32>) outs(%259 : tensor<2x12x6xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x12x6xf32>
  %261 = tensor.empty() : tensor<2x5x6xf32>
  %262 = linalg.fill ins(%zero : f32) outs(%261 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  %263 = linalg.batch_matmul ins(%256, %260 : tensor<2x5x12xf32>, tensor<2x12x6xf32>) outs(%262 : tensor<2x5x6xf32>) -> tensor<2x5x6xf32>
  return %263 : tensor<2x5x6xf32>
}
