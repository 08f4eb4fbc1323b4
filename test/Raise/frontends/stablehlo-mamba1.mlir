// A Mamba layer as StableHLO becomes linalg: lax.scan as scf.while over a counter in a 0-d tensor, with slices read and
// written at clamped positions; linalg.map, linalg.broadcast and 0-d constants; dot_general as linalg.generic; softplus as
// logaddexp with its test for NaN.
//
// RUN: mamba-opt %s --mambac-raise | FileCheck %s
//
// CHECK-LABEL: func.func @mamba
// CHECK-NOT: scf.while
// CHECK: ssm.einsum
// CHECK: %[[X:.*]] = ssm.causal_conv1d
// CHECK-SAME: bias(%arg3 : tensor<8xf32>) activation(silu)
// CHECK: ssm.einsum
// CHECK: %[[DT:.*]] = ssm.einsum
// CHECK: ssm.selective_scan {{.*}} u(%[[X]]
// CHECK-SAME: delta(%[[DT]]
// CHECK-SAME: D(%arg8 : tensor<8xf32>) z(
// CHECK-SAME: delta_bias(%arg6 : tensor<8xf32>) softplus
// CHECK-NOT: math.exp
// CHECK: ssm.einsum {{.*}} outs(%{{.*}} : tensor<2x6x6xf32>)
// CHECK-NOT: ssm.scan
func.func @mamba(%hidden: tensor<2x6x6xf32>, %in_proj: tensor<16x6xf32>, %conv_w: tensor<4x8xf32>, %conv_b: tensor<8xf32>, %x_proj: tensor<11x8xf32>, %dt_proj: tensor<8x3xf32>, %dt_bias: tensor<8xf32>, %A_log: tensor<8x4xf32>, %D: tensor<8xf32>, %out_proj: tensor<6x8xf32>) -> tensor<2x6x6xf32> {
  %zero = arith.constant 0.000000e+00 : f32
  %0 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s1 = tensor.extract %0[] : tensor<f32>
  %1 = tensor.empty() : tensor<2x6x16xf32>
  %2 = linalg.fill ins(%s1 : f32) outs(%1 : tensor<2x6x16xf32>) -> tensor<2x6x16xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%hidden, %in_proj : tensor<2x6x6xf32>, tensor<16x6xf32>) outs(%2 : tensor<2x6x16xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x16xf32>
  %4 = tensor.extract_slice %3[0, 0, 0] [2, 6, 8] [1, 1, 1] : tensor<2x6x16xf32> to tensor<2x6x8xf32>
  %5 = tensor.extract_slice %3[0, 0, 8] [2, 6, 8] [1, 1, 1] : tensor<2x6x16xf32> to tensor<2x6x8xf32>
  %6 = tensor.pad %4 low[0, 3, 0] high[0, 0, 0] {
  ^bb0(%a0: index, %a1: index, %a2: index):
    tensor.yield %zero : f32
  } : tensor<2x6x8xf32> to tensor<2x9x8xf32>
  %7 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s8 = tensor.extract %7[] : tensor<f32>
  %8 = tensor.empty() : tensor<2x6x8xf32>
  %9 = linalg.fill ins(%s8 : f32) outs(%8 : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %10 = linalg.depthwise_conv_1d_nwc_wc {dilations = dense<1> : tensor<1xi64>, strides = dense<1> : tensor<1xi64>} ins(%6, %conv_w : tensor<2x9x8xf32>, tensor<4x8xf32>) outs(%9 : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %11 = tensor.empty() : tensor<2x6x8xf32>
  %12 = linalg.broadcast ins(%conv_b : tensor<8xf32>) outs(%11 : tensor<2x6x8xf32>) dimensions = [0, 1]
  %13 = tensor.empty() : tensor<2x6x8xf32>
  %14 = linalg.map { arith.addf } ins(%10, %12 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%13 : tensor<2x6x8xf32>)
  %15 = tensor.empty() : tensor<2x6x8xf32>
  %16 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14 : tensor<2x6x8xf32>) outs(%15 : tensor<2x6x8xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.constant 1.000000e+00 : f32
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x6x8xf32>
  %17 = tensor.empty() : tensor<2x6x8xf32>
  %18 = linalg.map { arith.mulf } ins(%14, %16 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%17 : tensor<2x6x8xf32>)
  %19 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s20 = tensor.extract %19[] : tensor<f32>
  %20 = tensor.empty() : tensor<2x6x11xf32>
  %21 = linalg.fill ins(%s20 : f32) outs(%20 : tensor<2x6x11xf32>) -> tensor<2x6x11xf32>
  %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%18, %x_proj : tensor<2x6x8xf32>, tensor<11x8xf32>) outs(%21 : tensor<2x6x11xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x11xf32>
  %23 = tensor.extract_slice %22[0, 0, 0] [2, 6, 3] [1, 1, 1] : tensor<2x6x11xf32> to tensor<2x6x3xf32>
  %24 = tensor.extract_slice %22[0, 0, 3] [2, 6, 4] [1, 1, 1] : tensor<2x6x11xf32> to tensor<2x6x4xf32>
  %25 = tensor.extract_slice %22[0, 0, 7] [2, 6, 4] [1, 1, 1] : tensor<2x6x11xf32> to tensor<2x6x4xf32>
  %26 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s27 = tensor.extract %26[] : tensor<f32>
  %27 = tensor.empty() : tensor<2x6x8xf32>
  %28 = linalg.fill ins(%s27 : f32) outs(%27 : tensor<2x6x8xf32>) -> tensor<2x6x8xf32>
  %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%23, %dt_proj : tensor<2x6x3xf32>, tensor<8x3xf32>) outs(%28 : tensor<2x6x8xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x8xf32>
  %30 = tensor.empty() : tensor<2x6x8xf32>
  %31 = linalg.broadcast ins(%dt_bias : tensor<8xf32>) outs(%30 : tensor<2x6x8xf32>) dimensions = [0, 1]
  %32 = tensor.empty() : tensor<2x6x8xf32>
  %33 = linalg.map { arith.addf } ins(%29, %31 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%32 : tensor<2x6x8xf32>)
  %34 = arith.constant dense<0.000000e+00> : tensor<f32>
  %35 = tensor.empty() : tensor<2x6x8xf32>
  %36 = linalg.broadcast ins(%34 : tensor<f32>) outs(%35 : tensor<2x6x8xf32>) dimensions = [0, 1, 2]
  %37 = tensor.empty() : tensor<2x6x8xf32>
  %38 = linalg.map { arith.maximumf } ins(%33, %36 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%37 : tensor<2x6x8xf32>)
  %39 = tensor.empty() : tensor<2x6x8xf32>
  %40 = linalg.map { arith.subf } ins(%33, %36 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%39 : tensor<2x6x8xf32>)
  %41 = tensor.empty() : tensor<2x6x8xi1>
  %42 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%40, %40 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%41 : tensor<2x6x8xi1>) {
  ^bb0(%in0: f32, %in1: f32, %out: i1):
    %r = arith.cmpf une, %in0, %in1 : f32
    linalg.yield %r : i1
  } -> tensor<2x6x8xi1>
  %43 = tensor.empty() : tensor<2x6x8xf32>
  %44 = linalg.map { arith.addf } ins(%33, %36 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%43 : tensor<2x6x8xf32>)
  %45 = tensor.empty() : tensor<2x6x8xf32>
  %46 = linalg.map { math.absf } ins(%40 : tensor<2x6x8xf32>) outs(%45 : tensor<2x6x8xf32>)
  %47 = tensor.empty() : tensor<2x6x8xf32>
  %48 = linalg.map { arith.negf } ins(%46 : tensor<2x6x8xf32>) outs(%47 : tensor<2x6x8xf32>)
  %49 = tensor.empty() : tensor<2x6x8xf32>
  %50 = linalg.map { math.exp } ins(%48 : tensor<2x6x8xf32>) outs(%49 : tensor<2x6x8xf32>)
  %51 = tensor.empty() : tensor<2x6x8xf32>
  %52 = linalg.map { math.log1p } ins(%50 : tensor<2x6x8xf32>) outs(%51 : tensor<2x6x8xf32>)
  %53 = tensor.empty() : tensor<2x6x8xf32>
  %54 = linalg.map { arith.addf } ins(%38, %52 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%53 : tensor<2x6x8xf32>)
  %55 = tensor.empty() : tensor<2x6x8xf32>
  %56 = linalg.map { arith.select } ins(%42, %44, %54 : tensor<2x6x8xi1>, tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%55 : tensor<2x6x8xf32>)
  %57 = tensor.empty() : tensor<8x4xf32>
  %58 = linalg.map { math.exp } ins(%A_log : tensor<8x4xf32>) outs(%57 : tensor<8x4xf32>)
  %59 = tensor.empty() : tensor<8x4xf32>
  %60 = linalg.map { arith.negf } ins(%58 : tensor<8x4xf32>) outs(%59 : tensor<8x4xf32>)
  %61 = tensor.empty() : tensor<2x6x8x4xf32>
  %62 = linalg.broadcast ins(%56 : tensor<2x6x8xf32>) outs(%61 : tensor<2x6x8x4xf32>) dimensions = [3]
  %63 = tensor.empty() : tensor<2x6x8x4xf32>
  %64 = linalg.broadcast ins(%60 : tensor<8x4xf32>) outs(%63 : tensor<2x6x8x4xf32>) dimensions = [0, 1]
  %65 = tensor.empty() : tensor<2x6x8x4xf32>
  %66 = linalg.map { arith.mulf } ins(%62, %64 : tensor<2x6x8x4xf32>, tensor<2x6x8x4xf32>) outs(%65 : tensor<2x6x8x4xf32>)
  %67 = tensor.empty() : tensor<2x6x8x4xf32>
  %68 = linalg.map { math.exp } ins(%66 : tensor<2x6x8x4xf32>) outs(%67 : tensor<2x6x8x4xf32>)
  %69 = tensor.empty() : tensor<2x6x8x4xf32>
  %70 = linalg.broadcast ins(%56 : tensor<2x6x8xf32>) outs(%69 : tensor<2x6x8x4xf32>) dimensions = [3]
  %71 = tensor.empty() : tensor<2x6x8x4xf32>
  %72 = linalg.broadcast ins(%24 : tensor<2x6x4xf32>) outs(%71 : tensor<2x6x8x4xf32>) dimensions = [2]
  %73 = tensor.empty() : tensor<2x6x8x4xf32>
  %74 = linalg.map { arith.mulf } ins(%70, %72 : tensor<2x6x8x4xf32>, tensor<2x6x8x4xf32>) outs(%73 : tensor<2x6x8x4xf32>)
  %75 = tensor.empty() : tensor<2x6x8x4xf32>
  %76 = linalg.broadcast ins(%18 : tensor<2x6x8xf32>) outs(%75 : tensor<2x6x8x4xf32>) dimensions = [3]
  %77 = tensor.empty() : tensor<2x6x8x4xf32>
  %78 = linalg.map { arith.mulf } ins(%74, %76 : tensor<2x6x8x4xf32>, tensor<2x6x8x4xf32>) outs(%77 : tensor<2x6x8x4xf32>)
  %79 = tensor.empty() : tensor<6x2x8x4xf32>
  %80 = linalg.transpose ins(%68 : tensor<2x6x8x4xf32>) outs(%79 : tensor<6x2x8x4xf32>) permutation = [1, 0, 2, 3]
  %81 = tensor.empty() : tensor<6x2x8x4xf32>
  %82 = linalg.transpose ins(%78 : tensor<2x6x8x4xf32>) outs(%81 : tensor<6x2x8x4xf32>) permutation = [1, 0, 2, 3]
  %83 = tensor.empty() : tensor<6x2x4xf32>
  %84 = linalg.transpose ins(%25 : tensor<2x6x4xf32>) outs(%83 : tensor<6x2x4xf32>) permutation = [1, 0, 2]
  %85 = arith.constant dense<0.000000e+00> : tensor<f32>
  %86 = tensor.empty() : tensor<2x8x4xf32>
  %87 = linalg.broadcast ins(%85 : tensor<f32>) outs(%86 : tensor<2x8x4xf32>) dimensions = [0, 1, 2]
  %88 = arith.constant dense<0.000000e+00> : tensor<f32>
  %89 = tensor.empty() : tensor<6x2x8xf32>
  %90 = linalg.broadcast ins(%88 : tensor<f32>) outs(%89 : tensor<6x2x8xf32>) dimensions = [0, 1, 2]
  %91 = arith.constant dense<0> : tensor<i32>
  %92 = arith.constant dense<6> : tensor<i32>
  %93 = arith.constant dense<1> : tensor<i32>
  %loop:3 = scf.while (%i = %91, %h = %87, %ys = %90) : (tensor<i32>, tensor<2x8x4xf32>, tensor<6x2x8xf32>) -> (tensor<i32>, tensor<2x8x4xf32>, tensor<6x2x8xf32>) {
    %pe = tensor.empty() : tensor<i1>
    %p = linalg.map { arith.cmpi {predicate = 2 : i64} } ins(%i, %92 : tensor<i32>, tensor<i32>) outs(%pe : tensor<i1>)
    %go = tensor.extract %p[] : tensor<i1>
    scf.condition(%go) %i, %h, %ys : tensor<i32>, tensor<2x8x4xf32>, tensor<6x2x8xf32>
  } do {
  ^bb0(%i: tensor<i32>, %h: tensor<2x8x4xf32>, %ys: tensor<6x2x8xf32>):
    %i32 = tensor.extract %i[] : tensor<i32>
    %at0 = arith.index_cast %i32 : i32 to index
    %lo = arith.constant 0 : index
    %hi = arith.constant 5 : index
    %at1 = arith.maxsi %at0, %lo : index
    %at = arith.minsi %at1, %hi : index
    %94 = tensor.extract_slice %80[%at, 0, 0, 0] [1, 2, 8, 4] [1, 1, 1, 1] : tensor<6x2x8x4xf32> to tensor<1x2x8x4xf32>
    %95 = tensor.collapse_shape %94 [[0, 1], [2], [3]] : tensor<1x2x8x4xf32> into tensor<2x8x4xf32>
    %96 = tensor.extract_slice %82[%at, 0, 0, 0] [1, 2, 8, 4] [1, 1, 1, 1] : tensor<6x2x8x4xf32> to tensor<1x2x8x4xf32>
    %97 = tensor.collapse_shape %96 [[0, 1], [2], [3]] : tensor<1x2x8x4xf32> into tensor<2x8x4xf32>
    %98 = tensor.extract_slice %84[%at, 0, 0] [1, 2, 4] [1, 1, 1] : tensor<6x2x4xf32> to tensor<1x2x4xf32>
    %99 = tensor.collapse_shape %98 [[0, 1], [2]] : tensor<1x2x4xf32> into tensor<2x4xf32>
    %100 = tensor.empty() : tensor<2x8x4xf32>
    %101 = linalg.map { arith.mulf } ins(%95, %h : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%100 : tensor<2x8x4xf32>)
    %102 = tensor.empty() : tensor<2x8x4xf32>
    %103 = linalg.map { arith.addf } ins(%101, %97 : tensor<2x8x4xf32>, tensor<2x8x4xf32>) outs(%102 : tensor<2x8x4xf32>)
    %104 = arith.constant dense<0.000000e+00> : tensor<f32>
    %s105 = tensor.extract %104[] : tensor<f32>
    %105 = tensor.empty() : tensor<2x8xf32>
    %106 = linalg.fill ins(%s105 : f32) outs(%105 : tensor<2x8xf32>) -> tensor<2x8xf32>
    %107 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%103, %99 : tensor<2x8x4xf32>, tensor<2x4xf32>) outs(%106 : tensor<2x8xf32>) {
    ^bb0(%in0: f32, %in1: f32, %out: f32):
      %m = arith.mulf %in0, %in1 : f32
      %r = arith.addf %out, %m : f32
      linalg.yield %r : f32
    } -> tensor<2x8xf32>
    %108 = tensor.expand_shape %107 [[0, 1], [2]] output_shape [1, 2, 8] : tensor<2x8xf32> into tensor<1x2x8xf32>
    %ys1 = tensor.insert_slice %108 into %ys[%at, 0, 0] [1, 2, 8] [1, 1, 1] : tensor<1x2x8xf32> into tensor<6x2x8xf32>
    %ie = tensor.empty() : tensor<i32>
    %i1 = linalg.map { arith.addi } ins(%i, %93 : tensor<i32>, tensor<i32>) outs(%ie : tensor<i32>)
    scf.yield %i1, %103, %ys1 : tensor<i32>, tensor<2x8x4xf32>, tensor<6x2x8xf32>
  }
  %109 = tensor.empty() : tensor<2x6x8xf32>
  %110 = linalg.transpose ins(%loop#2 : tensor<6x2x8xf32>) outs(%109 : tensor<2x6x8xf32>) permutation = [1, 0, 2]
  %111 = tensor.empty() : tensor<2x6x8xf32>
  %112 = linalg.broadcast ins(%D : tensor<8xf32>) outs(%111 : tensor<2x6x8xf32>) dimensions = [0, 1]
  %113 = tensor.empty() : tensor<2x6x8xf32>
  %114 = linalg.map { arith.mulf } ins(%18, %112 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%113 : tensor<2x6x8xf32>)
  %115 = tensor.empty() : tensor<2x6x8xf32>
  %116 = linalg.map { arith.addf } ins(%110, %114 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%115 : tensor<2x6x8xf32>)
  %117 = tensor.empty() : tensor<2x6x8xf32>
  %118 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x6x8xf32>) outs(%117 : tensor<2x6x8xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.constant 1.000000e+00 : f32
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x6x8xf32>
  %119 = tensor.empty() : tensor<2x6x8xf32>
  %120 = linalg.map { arith.mulf } ins(%5, %118 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%119 : tensor<2x6x8xf32>)
  %121 = tensor.empty() : tensor<2x6x8xf32>
  %122 = linalg.map { arith.mulf } ins(%116, %120 : tensor<2x6x8xf32>, tensor<2x6x8xf32>) outs(%121 : tensor<2x6x8xf32>)
  %123 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s124 = tensor.extract %123[] : tensor<f32>
  %124 = tensor.empty() : tensor<2x6x6xf32>
  %125 = linalg.fill ins(%s124 : f32) outs(%124 : tensor<2x6x6xf32>) -> tensor<2x6x6xf32>
  %126 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%122, %out_proj : tensor<2x6x8xf32>, tensor<6x8xf32>) outs(%125 : tensor<2x6x6xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x6x6xf32>
  return %126 : tensor<2x6x6xf32>
}
