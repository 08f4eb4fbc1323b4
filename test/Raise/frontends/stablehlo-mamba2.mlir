// The core of a Mamba-2 layer in chunks, as StableHLO becomes linalg: cumsum as a reduce_window (a sum over windows of what
// is padded in front), masks from iotas, comparisons and selects, dot_general as linalg.generic, broadcast_in_dim.
//
// RUN: mamba-opt %s --mambac-raise | FileCheck %s
//
// CHECK-LABEL: func.func @mamba2
// CHECK: ssm.ssd {{.*}} x(%arg0 : {{.*}}) dt(%arg1 : {{.*}}) A(%{{.*}}) B(%arg4 : {{.*}}) C(%arg5 : {{.*}}) D(%arg6 : tensor<4xf32>) z(%arg7 : {{.*}}) dt_bias(%arg2 : tensor<4xf32>)
// CHECK-SAME: softplus
// CHECK-NOT: linalg.generic
// CHECK-NOT: ssm.cumsum
// CHECK: return
func.func @mamba2(%x: tensor<2x12x4x3xf32>, %dt: tensor<2x12x4xf32>, %dt_bias: tensor<4xf32>, %A_log: tensor<4xf32>, %B: tensor<2x12x5xf32>, %C: tensor<2x12x5xf32>, %D: tensor<4xf32>, %z: tensor<2x12x4x3xf32>) -> tensor<2x12x4x3xf32> {
  %zero = arith.constant 0.000000e+00 : f32
  %0 = tensor.empty() : tensor<2x12x4xf32>
  %1 = linalg.broadcast ins(%dt_bias : tensor<4xf32>) outs(%0 : tensor<2x12x4xf32>) dimensions = [0, 1]
  %2 = tensor.empty() : tensor<2x12x4xf32>
  %3 = linalg.map { arith.addf } ins(%dt, %1 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%2 : tensor<2x12x4xf32>)
  %4 = arith.constant dense<0.000000e+00> : tensor<f32>
  %5 = tensor.empty() : tensor<2x12x4xf32>
  %6 = linalg.broadcast ins(%4 : tensor<f32>) outs(%5 : tensor<2x12x4xf32>) dimensions = [0, 1, 2]
  %7 = tensor.empty() : tensor<2x12x4xf32>
  %8 = linalg.map { arith.maximumf } ins(%3, %6 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%7 : tensor<2x12x4xf32>)
  %9 = tensor.empty() : tensor<2x12x4xf32>
  %10 = linalg.map { arith.subf } ins(%3, %6 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%9 : tensor<2x12x4xf32>)
  %11 = tensor.empty() : tensor<2x12x4xi1>
  %12 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10, %10 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%11 : tensor<2x12x4xi1>) {
  ^bb0(%in0: f32, %in1: f32, %out: i1):
    %r = arith.cmpf une, %in0, %in1 : f32
    linalg.yield %r : i1
  } -> tensor<2x12x4xi1>
  %13 = tensor.empty() : tensor<2x12x4xf32>
  %14 = linalg.map { arith.addf } ins(%3, %6 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%13 : tensor<2x12x4xf32>)
  %15 = tensor.empty() : tensor<2x12x4xf32>
  %16 = linalg.map { math.absf } ins(%10 : tensor<2x12x4xf32>) outs(%15 : tensor<2x12x4xf32>)
  %17 = tensor.empty() : tensor<2x12x4xf32>
  %18 = linalg.map { arith.negf } ins(%16 : tensor<2x12x4xf32>) outs(%17 : tensor<2x12x4xf32>)
  %19 = tensor.empty() : tensor<2x12x4xf32>
  %20 = linalg.map { math.exp } ins(%18 : tensor<2x12x4xf32>) outs(%19 : tensor<2x12x4xf32>)
  %21 = tensor.empty() : tensor<2x12x4xf32>
  %22 = linalg.map { math.log1p } ins(%20 : tensor<2x12x4xf32>) outs(%21 : tensor<2x12x4xf32>)
  %23 = tensor.empty() : tensor<2x12x4xf32>
  %24 = linalg.map { arith.addf } ins(%8, %22 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%23 : tensor<2x12x4xf32>)
  %25 = tensor.empty() : tensor<2x12x4xf32>
  %26 = linalg.map { arith.select } ins(%12, %14, %24 : tensor<2x12x4xi1>, tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%25 : tensor<2x12x4xf32>)
  %27 = tensor.empty() : tensor<4xf32>
  %28 = linalg.map { math.exp } ins(%A_log : tensor<4xf32>) outs(%27 : tensor<4xf32>)
  %29 = tensor.empty() : tensor<4xf32>
  %30 = linalg.map { arith.negf } ins(%28 : tensor<4xf32>) outs(%29 : tensor<4xf32>)
  %31 = tensor.empty() : tensor<2x12x4xf32>
  %32 = linalg.broadcast ins(%30 : tensor<4xf32>) outs(%31 : tensor<2x12x4xf32>) dimensions = [0, 1]
  %33 = tensor.empty() : tensor<2x12x4xf32>
  %34 = linalg.map { arith.mulf } ins(%26, %32 : tensor<2x12x4xf32>, tensor<2x12x4xf32>) outs(%33 : tensor<2x12x4xf32>)
  %35 = tensor.empty() : tensor<2x12x4x3xf32>
  %36 = linalg.broadcast ins(%26 : tensor<2x12x4xf32>) outs(%35 : tensor<2x12x4x3xf32>) dimensions = [3]
  %37 = tensor.empty() : tensor<2x12x4x3xf32>
  %38 = linalg.map { arith.mulf } ins(%x, %36 : tensor<2x12x4x3xf32>, tensor<2x12x4x3xf32>) outs(%37 : tensor<2x12x4x3xf32>)
  %39 = tensor.expand_shape %34 [[0], [1, 2], [3]] output_shape [2, 3, 4, 4] : tensor<2x12x4xf32> into tensor<2x3x4x4xf32>
  %40 = tensor.expand_shape %38 [[0], [1, 2], [3], [4]] output_shape [2, 3, 4, 4, 3] : tensor<2x12x4x3xf32> into tensor<2x3x4x4x3xf32>
  %41 = tensor.expand_shape %B [[0], [1, 2], [3]] output_shape [2, 3, 4, 5] : tensor<2x12x5xf32> into tensor<2x3x4x5xf32>
  %42 = tensor.expand_shape %C [[0], [1, 2], [3]] output_shape [2, 3, 4, 5] : tensor<2x12x5xf32> into tensor<2x3x4x5xf32>
  %43 = tensor.empty() : tensor<2x4x3x4xf32>
  %44 = linalg.transpose ins(%39 : tensor<2x3x4x4xf32>) outs(%43 : tensor<2x4x3x4xf32>) permutation = [0, 3, 1, 2]
  %45 = tensor.pad %44 low[0, 0, 0, 3] high[0, 0, 0, 0] {
  ^bb0(%a0: index, %a1: index, %a2: index, %a3: index):
    tensor.yield %zero : f32
  } : tensor<2x4x3x4xf32> to tensor<2x4x3x7xf32>
  %46 = tensor.empty() : tensor<4xf32>
  %47 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s48 = tensor.extract %47[] : tensor<f32>
  %48 = tensor.empty() : tensor<2x4x3x4xf32>
  %49 = linalg.fill ins(%s48 : f32) outs(%48 : tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %50 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%45, %46 : tensor<2x4x3x7xf32>, tensor<4xf32>) outs(%49 : tensor<2x4x3x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %out, %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x3x4xf32>
  %51 = tensor.empty() : tensor<4x4xi32>
  %52 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%51 : tensor<4x4xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %r = arith.index_cast %i : index to i32
    linalg.yield %r : i32
  } -> tensor<4x4xi32>
  %53 = tensor.empty() : tensor<4x4xi32>
  %54 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%53 : tensor<4x4xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 1 : index
    %r = arith.index_cast %i : index to i32
    linalg.yield %r : i32
  } -> tensor<4x4xi32>
  %55 = tensor.empty() : tensor<4x4xi1>
  %56 = linalg.map { arith.cmpi {predicate = 5 : i64} } ins(%52, %54 : tensor<4x4xi32>, tensor<4x4xi32>) outs(%55 : tensor<4x4xi1>)
  %57 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %58 = linalg.broadcast ins(%50 : tensor<2x4x3x4xf32>) outs(%57 : tensor<2x4x3x4x4xf32>) dimensions = [4]
  %59 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %60 = linalg.broadcast ins(%50 : tensor<2x4x3x4xf32>) outs(%59 : tensor<2x4x3x4x4xf32>) dimensions = [3]
  %61 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %62 = linalg.map { arith.subf } ins(%58, %60 : tensor<2x4x3x4x4xf32>, tensor<2x4x3x4x4xf32>) outs(%61 : tensor<2x4x3x4x4xf32>)
  %63 = tensor.empty() : tensor<2x4x3x4x4xi1>
  %64 = linalg.broadcast ins(%56 : tensor<4x4xi1>) outs(%63 : tensor<2x4x3x4x4xi1>) dimensions = [0, 1, 2]
  %65 = arith.constant dense<0xFF800000> : tensor<f32>
  %66 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %67 = linalg.broadcast ins(%65 : tensor<f32>) outs(%66 : tensor<2x4x3x4x4xf32>) dimensions = [0, 1, 2, 3, 4]
  %68 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %69 = linalg.map { arith.select } ins(%64, %62, %67 : tensor<2x4x3x4x4xi1>, tensor<2x4x3x4x4xf32>, tensor<2x4x3x4x4xf32>) outs(%68 : tensor<2x4x3x4x4xf32>)
  %70 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %71 = linalg.map { math.exp } ins(%69 : tensor<2x4x3x4x4xf32>) outs(%70 : tensor<2x4x3x4x4xf32>)
  %72 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s73 = tensor.extract %72[] : tensor<f32>
  %73 = tensor.empty() : tensor<2x3x4x4xf32>
  %74 = linalg.fill ins(%s73 : f32) outs(%73 : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %75 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%42, %41 : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) outs(%74 : tensor<2x3x4x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x4xf32>
  %76 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %77 = linalg.broadcast ins(%75 : tensor<2x3x4x4xf32>) outs(%76 : tensor<2x4x3x4x4xf32>) dimensions = [1]
  %78 = tensor.empty() : tensor<2x4x3x4x4xf32>
  %79 = linalg.map { arith.mulf } ins(%77, %71 : tensor<2x4x3x4x4xf32>, tensor<2x4x3x4x4xf32>) outs(%78 : tensor<2x4x3x4x4xf32>)
  %80 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s81 = tensor.extract %80[] : tensor<f32>
  %81 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %82 = linalg.fill ins(%s81 : f32) outs(%81 : tensor<2x3x4x4x3xf32>) -> tensor<2x3x4x4x3xf32>
  %83 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1, d2, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d3, d4)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%79, %40 : tensor<2x4x3x4x4xf32>, tensor<2x3x4x4x3xf32>) outs(%82 : tensor<2x3x4x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x4x3xf32>
  %84 = tensor.extract_slice %50[0, 0, 0, 3] [2, 4, 3, 1] [1, 1, 1, 1] : tensor<2x4x3x4xf32> to tensor<2x4x3x1xf32>
  %85 = tensor.collapse_shape %84 [[0], [1], [2, 3]] : tensor<2x4x3x1xf32> into tensor<2x4x3xf32>
  %86 = tensor.empty() : tensor<2x4x3x4xf32>
  %87 = linalg.broadcast ins(%85 : tensor<2x4x3xf32>) outs(%86 : tensor<2x4x3x4xf32>) dimensions = [3]
  %88 = tensor.empty() : tensor<2x4x3x4xf32>
  %89 = linalg.map { arith.subf } ins(%87, %50 : tensor<2x4x3x4xf32>, tensor<2x4x3x4xf32>) outs(%88 : tensor<2x4x3x4xf32>)
  %90 = tensor.empty() : tensor<2x4x3x4xf32>
  %91 = linalg.map { math.exp } ins(%89 : tensor<2x4x3x4xf32>) outs(%90 : tensor<2x4x3x4xf32>)
  %92 = tensor.empty() : tensor<2x3x4x4xf32>
  %93 = linalg.transpose ins(%91 : tensor<2x4x3x4xf32>) outs(%92 : tensor<2x3x4x4xf32>) permutation = [0, 2, 3, 1]
  %94 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %95 = linalg.broadcast ins(%93 : tensor<2x3x4x4xf32>) outs(%94 : tensor<2x3x4x4x3xf32>) dimensions = [4]
  %96 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %97 = linalg.map { arith.mulf } ins(%40, %95 : tensor<2x3x4x4x3xf32>, tensor<2x3x4x4x3xf32>) outs(%96 : tensor<2x3x4x4x3xf32>)
  %98 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s99 = tensor.extract %98[] : tensor<f32>
  %99 = tensor.empty() : tensor<2x3x4x3x5xf32>
  %100 = linalg.fill ins(%s99 : f32) outs(%99 : tensor<2x3x4x3x5xf32>) -> tensor<2x3x4x3x5xf32>
  %101 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d4)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d5, d2, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%41, %97 : tensor<2x3x4x5xf32>, tensor<2x3x4x4x3xf32>) outs(%100 : tensor<2x3x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x3x5xf32>
  %102 = arith.constant dense<0.000000e+00> : tensor<f32>
  %103 = tensor.empty() : tensor<2x1x4x3x5xf32>
  %104 = linalg.broadcast ins(%102 : tensor<f32>) outs(%103 : tensor<2x1x4x3x5xf32>) dimensions = [0, 1, 2, 3, 4]
  %105 = tensor.concat dim(1) %104, %101 : (tensor<2x1x4x3x5xf32>, tensor<2x3x4x3x5xf32>) -> tensor<2x4x4x3x5xf32>
  %106 = tensor.pad %85 low[0, 0, 1] high[0, 0, 0] {
  ^bb0(%a0: index, %a1: index, %a2: index):
    tensor.yield %zero : f32
  } : tensor<2x4x3xf32> to tensor<2x4x4xf32>
  %107 = tensor.pad %106 low[0, 0, 3] high[0, 0, 0] {
  ^bb0(%a0: index, %a1: index, %a2: index):
    tensor.yield %zero : f32
  } : tensor<2x4x4xf32> to tensor<2x4x7xf32>
  %108 = tensor.empty() : tensor<4xf32>
  %109 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s110 = tensor.extract %109[] : tensor<f32>
  %110 = tensor.empty() : tensor<2x4x4xf32>
  %111 = linalg.fill ins(%s110 : f32) outs(%110 : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %112 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2 + d3)>, affine_map<(d0, d1, d2, d3) -> (d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%107, %108 : tensor<2x4x7xf32>, tensor<4xf32>) outs(%111 : tensor<2x4x4xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %r = arith.addf %out, %in0 : f32
    linalg.yield %r : f32
  } -> tensor<2x4x4xf32>
  %113 = tensor.empty() : tensor<4x4xi32>
  %114 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%113 : tensor<4x4xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %r = arith.index_cast %i : index to i32
    linalg.yield %r : i32
  } -> tensor<4x4xi32>
  %115 = tensor.empty() : tensor<4x4xi32>
  %116 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%115 : tensor<4x4xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 1 : index
    %r = arith.index_cast %i : index to i32
    linalg.yield %r : i32
  } -> tensor<4x4xi32>
  %117 = tensor.empty() : tensor<4x4xi1>
  %118 = linalg.map { arith.cmpi {predicate = 5 : i64} } ins(%114, %116 : tensor<4x4xi32>, tensor<4x4xi32>) outs(%117 : tensor<4x4xi1>)
  %119 = tensor.empty() : tensor<2x4x4x4xf32>
  %120 = linalg.broadcast ins(%112 : tensor<2x4x4xf32>) outs(%119 : tensor<2x4x4x4xf32>) dimensions = [3]
  %121 = tensor.empty() : tensor<2x4x4x4xf32>
  %122 = linalg.broadcast ins(%112 : tensor<2x4x4xf32>) outs(%121 : tensor<2x4x4x4xf32>) dimensions = [2]
  %123 = tensor.empty() : tensor<2x4x4x4xf32>
  %124 = linalg.map { arith.subf } ins(%120, %122 : tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%123 : tensor<2x4x4x4xf32>)
  %125 = tensor.empty() : tensor<2x4x4x4xi1>
  %126 = linalg.broadcast ins(%118 : tensor<4x4xi1>) outs(%125 : tensor<2x4x4x4xi1>) dimensions = [0, 1]
  %127 = arith.constant dense<0xFF800000> : tensor<f32>
  %128 = tensor.empty() : tensor<2x4x4x4xf32>
  %129 = linalg.broadcast ins(%127 : tensor<f32>) outs(%128 : tensor<2x4x4x4xf32>) dimensions = [0, 1, 2, 3]
  %130 = tensor.empty() : tensor<2x4x4x4xf32>
  %131 = linalg.map { arith.select } ins(%126, %124, %129 : tensor<2x4x4x4xi1>, tensor<2x4x4x4xf32>, tensor<2x4x4x4xf32>) outs(%130 : tensor<2x4x4x4xf32>)
  %132 = tensor.empty() : tensor<2x4x4x4xf32>
  %133 = linalg.map { math.exp } ins(%131 : tensor<2x4x4x4xf32>) outs(%132 : tensor<2x4x4x4xf32>)
  %134 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s135 = tensor.extract %134[] : tensor<f32>
  %135 = tensor.empty() : tensor<2x4x4x3x5xf32>
  %136 = linalg.fill ins(%s135 : f32) outs(%135 : tensor<2x4x4x3x5xf32>) -> tensor<2x4x4x3x5xf32>
  %137 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d3, d4)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%133, %105 : tensor<2x4x4x4xf32>, tensor<2x4x4x3x5xf32>) outs(%136 : tensor<2x4x4x3x5xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x4x4x3x5xf32>
  %138 = tensor.extract_slice %137[0, 0, 0, 0, 0] [2, 3, 4, 3, 5] [1, 1, 1, 1, 1] : tensor<2x4x4x3x5xf32> to tensor<2x3x4x3x5xf32>
  %139 = tensor.empty() : tensor<2x4x3x4xf32>
  %140 = linalg.map { math.exp } ins(%50 : tensor<2x4x3x4xf32>) outs(%139 : tensor<2x4x3x4xf32>)
  %141 = arith.constant dense<0.000000e+00> : tensor<f32>
  %s142 = tensor.extract %141[] : tensor<f32>
  %142 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %143 = linalg.fill ins(%s142 : f32) outs(%142 : tensor<2x3x4x4x3xf32>) -> tensor<2x3x4x4x3xf32>
  %144 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d3, d4, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%42, %138 : tensor<2x3x4x5xf32>, tensor<2x3x4x3x5xf32>) outs(%143 : tensor<2x3x4x4x3xf32>) {
  ^bb0(%in0: f32, %in1: f32, %out: f32):
    %m = arith.mulf %in0, %in1 : f32
    %r = arith.addf %out, %m : f32
    linalg.yield %r : f32
  } -> tensor<2x3x4x4x3xf32>
  %145 = tensor.empty() : tensor<2x3x4x4xf32>
  %146 = linalg.transpose ins(%140 : tensor<2x4x3x4xf32>) outs(%145 : tensor<2x3x4x4xf32>) permutation = [0, 2, 3, 1]
  %147 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %148 = linalg.broadcast ins(%146 : tensor<2x3x4x4xf32>) outs(%147 : tensor<2x3x4x4x3xf32>) dimensions = [4]
  %149 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %150 = linalg.map { arith.mulf } ins(%144, %148 : tensor<2x3x4x4x3xf32>, tensor<2x3x4x4x3xf32>) outs(%149 : tensor<2x3x4x4x3xf32>)
  %151 = tensor.empty() : tensor<2x3x4x4x3xf32>
  %152 = linalg.map { arith.addf } ins(%83, %150 : tensor<2x3x4x4x3xf32>, tensor<2x3x4x4x3xf32>) outs(%151 : tensor<2x3x4x4x3xf32>)
  %153 = tensor.collapse_shape %152 [[0], [1, 2], [3], [4]] : tensor<2x3x4x4x3xf32> into tensor<2x12x4x3xf32>
  %154 = tensor.empty() : tensor<2x12x4x3xf32>
  %155 = linalg.broadcast ins(%D : tensor<4xf32>) outs(%154 : tensor<2x12x4x3xf32>) dimensions = [0, 1, 3]
  %156 = tensor.empty() : tensor<2x12x4x3xf32>
  %157 = linalg.map { arith.mulf } ins(%x, %155 : tensor<2x12x4x3xf32>, tensor<2x12x4x3xf32>) outs(%156 : tensor<2x12x4x3xf32>)
  %158 = tensor.empty() : tensor<2x12x4x3xf32>
  %159 = linalg.map { arith.addf } ins(%153, %157 : tensor<2x12x4x3xf32>, tensor<2x12x4x3xf32>) outs(%158 : tensor<2x12x4x3xf32>)
  %160 = tensor.empty() : tensor<2x12x4x3xf32>
  %161 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%z : tensor<2x12x4x3xf32>) outs(%160 : tensor<2x12x4x3xf32>) {
  ^bb0(%in0: f32, %out: f32):
    %c = arith.constant 1.000000e+00 : f32
    %n = arith.negf %in0 : f32
    %e = math.exp %n : f32
    %a = arith.addf %e, %c : f32
    %r = arith.divf %c, %a : f32
    linalg.yield %r : f32
  } -> tensor<2x12x4x3xf32>
  %162 = tensor.empty() : tensor<2x12x4x3xf32>
  %163 = linalg.map { arith.mulf } ins(%z, %161 : tensor<2x12x4x3xf32>, tensor<2x12x4x3xf32>) outs(%162 : tensor<2x12x4x3xf32>)
  %164 = tensor.empty() : tensor<2x12x4x3xf32>
  %165 = linalg.map { arith.mulf } ins(%159, %163 : tensor<2x12x4x3xf32>, tensor<2x12x4x3xf32>) outs(%164 : tensor<2x12x4x3xf32>)
  return %165 : tensor<2x12x4x3xf32>
}
