// A Mamba layer as torch-mlir lowers the loop over time to linalg: one linalg.generic for each function, matmul on
// collapsed rows with the bias as what it starts from, a grouped convolution, scalars as f64 constants that bodies
// truncate, a batch_matmul for each step's readout, a concatenation of the steps.
//
// RUN: mamba-opt %s --mambac-raise | FileCheck %s
//
// CHECK-LABEL: func.func @mamba
// CHECK-NOT: linalg.batch_matmul
// CHECK: %[[XZ:.*]] = ssm.einsum
// CHECK: %[[X:.*]] = ssm.causal_conv1d
// CHECK-SAME: bias(%arg3 : tensor<8xf32>) activation(silu)
// CHECK: ssm.einsum
// CHECK: ssm.einsum
// CHECK: ssm.selective_scan {{.*}} u(%[[X]]
// CHECK-SAME: D(%arg8 : tensor<8xf32>) z(
// CHECK-SAME: softplus
// CHECK-NOT: linalg.matmul
// CHECK: ssm.einsum {{.*}} outs(%{{.*}} : tensor<2x5x6xf32>)
// CHECK-NOT: ssm.scan
func.func @mamba(%hidden: tensor<2x5x6xf32>, %in_proj: tensor<16x6xf32>, %conv_w: tensor<8x4xf32>, %conv_b: tensor<8xf32>, %x_proj: tensor<11x8xf32>, %dt_proj: tensor<8x3xf32>, %dt_bias: tensor<8xf32>, %A_log: tensor<8x4xf32>, %D: tensor<8xf32>, %out_proj: tensor<6x8xf32>) -> tensor<2x5x6xf32> {
  %zero = arith.constant 0.000000e+00 : f32
  %one_f64 = arith.constant 1.000000e+00 : f64
  %twenty_f64 = arith.constant 2.000000e+01 : f64
  %0 = tensor.collapse_shape %hidden [[0, 1], [2]] : tensor<2x5x6xf32> into tensor<10x6xf32>
  %1 = tensor.empty() : tensor<6x16xf32>
  %2 = linalg.transpose ins(%in_proj : tensor<16x6xf32>) outs(%1 : tensor<6x16xf32>) permutation = [1, 0]
  %3 = tensor.empty() : tensor<10x16xf32>
  %4 = linalg.fill ins(%zero : f32) outs(%3 : tensor<10x16xf32>) -> tensor<10x16xf32>
  %5 = linalg.matmul ins(%0, %2 : tensor<10x6xf32>, tensor<6x16xf32>) outs(%4 : tensor<10x16xf32>) -> tensor<10x16xf32>
  %6 = tensor.expand_shape %5 [[0, 1], [2]] output_shape [2, 5, 16] : tensor<10x16xf32> into tensor<2x5x16xf32>
  %7 = tensor.empty() : tensor<2x16x5xf32>
  %8 = linalg.transpose ins(%6 : tensor<2x5x16xf32>) outs(%7 : tensor<2x16x5xf32>) permutation = [0, 2, 1]
  %9 = tensor.extract_slice %8[0, 0, 0] [2, 8, 5] [1, 1, 1] : tensor<2x16x5xf32> to tensor<2x8x5xf32>
  %10 = tensor.extract_slice %8[0, 8, 0] [2, 8, 5] [1, 1, 1] : tensor<2x16x5xf32> to tensor<2x8x5xf32>
  %11 = tensor.pad %9 low[0, 0, 3] high[0, 0, 3] {
  ^bb0(%a0: index, %a1: index, %a2: index):
    tensor.yield %zero : f32
  } : tensor<2x8x5xf32> to tensor<2x8x11xf32>
  %12 = tensor.empty() : tensor<2x8x8xf32>
  %13 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%conv_b : tensor<8xf32>) outs(%12 : tensor<2x8x8xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<2x8x8xf32>
  %14 = linalg.depthwise_conv_1d_ncw_cw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%11, %conv_w : tensor<2x8x11xf32>, tensor<8x4xf32>) outs(%13 : tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %15 = tensor.extract_slice %14[0, 0, 0] [2, 8, 5] [1, 1, 1] : tensor<2x8x8xf32> to tensor<2x8x5xf32>
  %16 = tensor.empty() : tensor<2x8x5xf32>
  %17 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15 : tensor<2x8x5xf32>) outs(%16 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %c = arith.truncf %one_f64 : f64 to f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %18 = tensor.empty() : tensor<2x8x5xf32>
  %19 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %15 : tensor<2x8x5xf32>, tensor<2x8x5xf32>) outs(%18 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %20 = tensor.empty() : tensor<2x5x8xf32>
  %21 = linalg.transpose ins(%19 : tensor<2x8x5xf32>) outs(%20 : tensor<2x5x8xf32>) permutation = [0, 2, 1]
  %22 = tensor.collapse_shape %21 [[0, 1], [2]] : tensor<2x5x8xf32> into tensor<10x8xf32>
  %23 = tensor.empty() : tensor<8x11xf32>
  %24 = linalg.transpose ins(%x_proj : tensor<11x8xf32>) outs(%23 : tensor<8x11xf32>) permutation = [1, 0]
  %25 = tensor.empty() : tensor<10x11xf32>
  %26 = linalg.fill ins(%zero : f32) outs(%25 : tensor<10x11xf32>) -> tensor<10x11xf32>
  %27 = linalg.matmul ins(%22, %24 : tensor<10x8xf32>, tensor<8x11xf32>) outs(%26 : tensor<10x11xf32>) -> tensor<10x11xf32>
  %28 = tensor.expand_shape %27 [[0, 1], [2]] output_shape [2, 5, 11] : tensor<10x11xf32> into tensor<2x5x11xf32>
  %29 = tensor.extract_slice %28[0, 0, 0] [2, 5, 3] [1, 1, 1] : tensor<2x5x11xf32> to tensor<2x5x3xf32>
  %30 = tensor.extract_slice %28[0, 0, 3] [2, 5, 4] [1, 1, 1] : tensor<2x5x11xf32> to tensor<2x5x4xf32>
  %31 = tensor.extract_slice %28[0, 0, 7] [2, 5, 4] [1, 1, 1] : tensor<2x5x11xf32> to tensor<2x5x4xf32>
  %32 = tensor.collapse_shape %29 [[0, 1], [2]] : tensor<2x5x3xf32> into tensor<10x3xf32>
  %33 = tensor.empty() : tensor<3x8xf32>
  %34 = linalg.transpose ins(%dt_proj : tensor<8x3xf32>) outs(%33 : tensor<3x8xf32>) permutation = [1, 0]
  %35 = tensor.empty() : tensor<10x8xf32>
  %36 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%dt_bias : tensor<8xf32>) outs(%35 : tensor<10x8xf32>) {
  ^bb0(%in0: f32, %out: f32):
    linalg.yield %in0 : f32
  } -> tensor<10x8xf32>
  %37 = linalg.matmul ins(%32, %34 : tensor<10x3xf32>, tensor<3x8xf32>) outs(%36 : tensor<10x8xf32>) -> tensor<10x8xf32>
  %38 = tensor.expand_shape %37 [[0, 1], [2]] output_shape [2, 5, 8] : tensor<10x8xf32> into tensor<2x5x8xf32>
  %39 = tensor.empty() : tensor<2x8x5xf32>
  %40 = linalg.transpose ins(%38 : tensor<2x5x8xf32>) outs(%39 : tensor<2x8x5xf32>) permutation = [0, 2, 1]
  %41 = tensor.empty() : tensor<2x8x5xf32>
  %42 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%40 : tensor<2x8x5xf32>) outs(%41 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.truncf %one_f64 : f64 to f32
    %r = arith.mulf %in0, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %43 = tensor.empty() : tensor<2x8x5xf32>
  %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%42 : tensor<2x8x5xf32>) outs(%43 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %45 = tensor.empty() : tensor<2x8x5xf32>
  %46 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%44 : tensor<2x8x5xf32>) outs(%45 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.log1p %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %47 = tensor.empty() : tensor<2x8x5xf32>
  %48 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%46 : tensor<2x8x5xf32>) outs(%47 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.truncf %one_f64 : f64 to f32
    %r = arith.divf %in0, %c : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %49 = tensor.empty() : tensor<2x8x5xi1>
  %50 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%42 : tensor<2x8x5xf32>) outs(%49 : tensor<2x8x5xi1>) {
  ^bb0(%in0: f32, %out: i1):
    %c = arith.truncf %twenty_f64 : f64 to f32
    %r = arith.cmpf ogt, %in0, %c : f32
    linalg.yield %r : i1
  } -> tensor<2x8x5xi1>
  %51 = tensor.empty() : tensor<2x8x5xf32>
  %52 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%50, %40, %48 : tensor<2x8x5xi1>, tensor<2x8x5xf32>, tensor<2x8x5xf32>) outs(%51 : tensor<2x8x5xf32>) {
  ^bb0(%in0: i1, %in1: f32, %in2: f32, %out: f32):
    %r = arith.select %in0, %in1, %in2 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %53 = tensor.empty() : tensor<8x4xf32>
  %54 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%A_log : tensor<8x4xf32>) outs(%53 : tensor<8x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<8x4xf32>
  %55 = tensor.empty() : tensor<8x4xf32>
  %56 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%54 : tensor<8x4xf32>) outs(%55 : tensor<8x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = arith.negf %in0 : f32
    linalg.yield %r : f32
  } -> tensor<8x4xf32>
  %57 = tensor.expand_shape %56 [[0, 1, 2], [3]] output_shape [1, 8, 1, 4] : tensor<8x4xf32> into tensor<1x8x1x4xf32>
  %58 = tensor.expand_shape %52 [[0], [1], [2, 3]] output_shape [2, 8, 5, 1] : tensor<2x8x5xf32> into tensor<2x8x5x1xf32>
  %59 = tensor.empty() : tensor<2x8x5x4xf32>
  %60 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (0, d1, 0, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %58 : tensor<1x8x1x4xf32>, tensor<2x8x5x1xf32>) outs(%59 : tensor<2x8x5x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5x4xf32>
  %61 = tensor.empty() : tensor<2x8x5x4xf32>
  %62 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%60 : tensor<2x8x5x4xf32>) outs(%61 : tensor<2x8x5x4xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %r = math.exp %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5x4xf32>
  %63 = tensor.expand_shape %52 [[0], [1], [2, 3]] output_shape [2, 8, 5, 1] : tensor<2x8x5xf32> into tensor<2x8x5x1xf32>
  %64 = tensor.expand_shape %30 [[0, 1], [2], [3]] output_shape [2, 1, 5, 4] : tensor<2x5x4xf32> into tensor<2x1x5x4xf32>
  %65 = tensor.empty() : tensor<2x8x5x4xf32>
  %66 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%63, %64 : tensor<2x8x5x1xf32>, tensor<2x1x5x4xf32>) outs(%65 : tensor<2x8x5x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5x4xf32>
  %67 = tensor.expand_shape %19 [[0], [1], [2, 3]] output_shape [2, 8, 5, 1] : tensor<2x8x5xf32> into tensor<2x8x5x1xf32>
  %68 = tensor.empty() : tensor<2x8x5x4xf32>
  %69 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%66, %67 : tensor<2x8x5x4xf32>, tensor<2x8x5x1xf32>) outs(%68 : tensor<2x8x5x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5x4xf32>
  %70 = tensor.empty() : tensor<2x8x4xf32>
  %71 = linalg.fill ins(%zero : f32) outs(%70 : tensor<2x8x4xf32>) -> tensor<2x8x4xf32>
  %72 = tensor.extract_slice %62[0, 0, 0, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %73 = tensor.collapse_shape %72 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %74 = tensor.extract_slice %69[0, 0, 0, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %75 = tensor.collapse_shape %74 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %76 = tensor.empty() : tensor<2x8x4xf32>
  %77 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%73, %71 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%76 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %78 = tensor.empty() : tensor<2x8x4xf32>
  %79 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%77, %75 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%78 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %80 = tensor.extract_slice %31[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %81 = tensor.collapse_shape %80 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %82 = tensor.expand_shape %81 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %83 = tensor.empty() : tensor<2x8x1xf32>
  %84 = linalg.fill ins(%zero : f32) outs(%83 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %85 = linalg.batch_matmul ins(%79, %82 : tensor<2x8x4xf32>, tensor<2x4x1xf32>) outs(%84 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %86 = tensor.collapse_shape %85 [[0], [1, 2]] : tensor<2x8x1xf32> into tensor<2x8xf32>
  %87 = tensor.extract_slice %62[0, 0, 1, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %88 = tensor.collapse_shape %87 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %89 = tensor.extract_slice %69[0, 0, 1, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %90 = tensor.collapse_shape %89 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %91 = tensor.empty() : tensor<2x8x4xf32>
  %92 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%88, %79 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%91 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %93 = tensor.empty() : tensor<2x8x4xf32>
  %94 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%92, %90 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%93 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %95 = tensor.extract_slice %31[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %96 = tensor.collapse_shape %95 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %97 = tensor.expand_shape %96 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %98 = tensor.empty() : tensor<2x8x1xf32>
  %99 = linalg.fill ins(%zero : f32) outs(%98 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %100 = linalg.batch_matmul ins(%94, %97 : tensor<2x8x4xf32>, tensor<2x4x1xf32>) outs(%99 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %101 = tensor.collapse_shape %100 [[0], [1, 2]] : tensor<2x8x1xf32> into tensor<2x8xf32>
  %102 = tensor.extract_slice %62[0, 0, 2, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %103 = tensor.collapse_shape %102 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %104 = tensor.extract_slice %69[0, 0, 2, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %105 = tensor.collapse_shape %104 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %106 = tensor.empty() : tensor<2x8x4xf32>
  %107 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%103, %94 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%106 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %108 = tensor.empty() : tensor<2x8x4xf32>
  %109 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%107, %105 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%108 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %110 = tensor.extract_slice %31[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %111 = tensor.collapse_shape %110 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %112 = tensor.expand_shape %111 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %113 = tensor.empty() : tensor<2x8x1xf32>
  %114 = linalg.fill ins(%zero : f32) outs(%113 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %115 = linalg.batch_matmul ins(%109, %112 : tensor<2x8x4xf32>, tensor<2x4x1xf32>) outs(%114 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %116 = tensor.collapse_shape %115 [[0], [1, 2]] : tensor<2x8x1xf32> into tensor<2x8xf32>
  %117 = tensor.extract_slice %62[0, 0, 3, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %118 = tensor.collapse_shape %117 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %119 = tensor.extract_slice %69[0, 0, 3, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %120 = tensor.collapse_shape %119 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %121 = tensor.empty() : tensor<2x8x4xf32>
  %122 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%118, %109 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%121 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %123 = tensor.empty() : tensor<2x8x4xf32>
  %124 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%122, %120 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%123 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %125 = tensor.extract_slice %31[0, 3, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %126 = tensor.collapse_shape %125 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %127 = tensor.expand_shape %126 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %128 = tensor.empty() : tensor<2x8x1xf32>
  %129 = linalg.fill ins(%zero : f32) outs(%128 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %130 = linalg.batch_matmul ins(%124, %127 : tensor<2x8x4xf32>, tensor<2x4x1xf32>) outs(%129 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %131 = tensor.collapse_shape %130 [[0], [1, 2]] : tensor<2x8x1xf32> into tensor<2x8xf32>
  %132 = tensor.extract_slice %62[0, 0, 4, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %133 = tensor.collapse_shape %132 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %134 = tensor.extract_slice %69[0, 0, 4, 0] [2, 8, 1, 4] [1, 1, 1, 1] : tensor<2x8x5x4xf32> to tensor<2x8x1x4xf32>
  %135 = tensor.collapse_shape %134 [[0], [1, 2], [3]] : tensor<2x8x1x4xf32> into tensor<2x8x4xf32>
  %136 = tensor.empty() : tensor<2x8x4xf32>
  %137 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%133, %124 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%136 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %138 = tensor.empty() : tensor<2x8x4xf32>
  %139 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%137, %135 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%138 : tensor<2x8x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x4xf32>
  %140 = tensor.extract_slice %31[0, 4, 0] [2, 1, 4] [1, 1, 1] : tensor<2x5x4xf32> to tensor<2x1x4xf32>
  %141 = tensor.collapse_shape %140 [[0, 1], [2]] : tensor<2x1x4xf32> into tensor<2x4xf32>
  %142 = tensor.expand_shape %141 [[0], [1, 2]] output_shape [2, 4, 1] : tensor<2x4xf32> into tensor<2x4x1xf32>
  %143 = tensor.empty() : tensor<2x8x1xf32>
  %144 = linalg.fill ins(%zero : f32) outs(%143 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %145 = linalg.batch_matmul ins(%139, %142 : tensor<2x8x4xf32>, tensor<2x4x1xf32>) outs(%144 : tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %146 = tensor.collapse_shape %145 [[0], [1, 2]] : tensor<2x8x1xf32> into tensor<2x8xf32>
  %147 = tensor.expand_shape %86 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
  %148 = tensor.expand_shape %101 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
  %149 = tensor.expand_shape %116 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
  %150 = tensor.expand_shape %131 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
  %151 = tensor.expand_shape %146 [[0], [1, 2]] output_shape [2, 8, 1] : tensor<2x8xf32> into tensor<2x8x1xf32>
  %152 = tensor.concat dim(2) %147, %148, %149, %150, %151 : (tensor<2x8x1xf32>, tensor<2x8x1xf32>, tensor<2x8x1xf32>, tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x5xf32>
  %153 = tensor.expand_shape %D [[0, 1, 2]] output_shape [1, 8, 1] : tensor<8xf32> into tensor<1x8x1xf32>
  %154 = tensor.empty() : tensor<2x8x5xf32>
  %155 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%19, %153 : tensor<2x8x5xf32>, tensor<1x8x1xf32>) outs(%154 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %156 = tensor.empty() : tensor<2x8x5xf32>
  %157 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%152, %155 : tensor<2x8x5xf32>, tensor<2x8x5xf32>) outs(%156 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %158 = tensor.empty() : tensor<2x8x5xf32>
  %159 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10 : tensor<2x8x5xf32>) outs(%158 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %c = arith.truncf %one_f64 : f64 to f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %160 = tensor.empty() : tensor<2x8x5xf32>
  %161 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%159, %10 : tensor<2x8x5xf32>, tensor<2x8x5xf32>) outs(%160 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %162 = tensor.empty() : tensor<2x8x5xf32>
  %163 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%157, %161 : tensor<2x8x5xf32>, tensor<2x8x5xf32>) outs(%162 : tensor<2x8x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.mulf %in0, %in1 : f32
    linalg.yield %r : f32
  } -> tensor<2x8x5xf32>
  %164 = tensor.empty() : tensor<2x5x8xf32>
  %165 = linalg.transpose ins(%163 : tensor<2x8x5xf32>) outs(%164 : tensor<2x5x8xf32>) permutation = [0, 2, 1]
  %166 = tensor.collapse_shape %165 [[0, 1], [2]] : tensor<2x5x8xf32> into tensor<10x8xf32>
  %167 = tensor.empty() : tensor<8x6xf32>
  %168 = linalg.transpose ins(%out_proj : tensor<6x8xf32>) outs(%167 : tensor<8x6xf32>) permutation = [1, 0]
  %169 = tensor.empty() : tensor<10x6xf32>
  %170 = linalg.fill ins(%zero : f32) outs(%169 : tensor<10x6xf32>) -> tensor<10x6xf32>
  %171 = linalg.matmul ins(%166, %168 : tensor<10x8xf32>, tensor<8x6xf32>) outs(%170 : tensor<10x6xf32>) -> tensor<10x6xf32>
  %172 = tensor.expand_shape %171 [[0, 1], [2]] output_shape [2, 5, 6] : tensor<10x6xf32> into tensor<2x5x6xf32>
  return %172 : tensor<2x5x6xf32>
}
