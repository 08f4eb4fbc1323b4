// RUN: mamba-opt %s --ssm-trace-recurrences --canonicalize --cse --split-input-file | FileCheck %s
// RUN: mamba-opt %s --check-passes --ssm-trace-recurrences --split-input-file -o /dev/null

// Two chunks of two steps of y = a y + x, where a is the same at all times: powers of it, computed once, inside a chunk and
// across.

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// Exponentials of a weight times a position.
//
// CHECK-LABEL: func.func @slopes
// CHECK: %[[SLOPE:.*]] = ssm.weight
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%[[SLOPE]] : tensor<3xf32>)
// CHECK: math.exp
// CHECK: ssm.scan {{.*}} a(%[[A]] : tensor<3xf32>) b(%arg0 : tensor<4x3xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @slopes(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %slope = ssm.weight "slope" : tensor<3xf32>
  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// Powers: the decay is a factor, and no exponential.
//
// CHECK-LABEL: func.func @powers
// CHECK: ssm.scan {{.*}} a(%arg1 : tensor<3xf32>) b(%arg0 : tensor<4x3xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @powers(%x: tensor<4x3xf32>, %slope: tensor<3xf32>) -> tensor<4x3xf32> {

  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %e = math.powf %a, %n : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %e = math.powf %a, %n : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %e = math.powf %a, %n : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// One of the powers has an exponent that is a number.
//
// CHECK-LABEL: func.func @squares
// CHECK: ssm.scan {{.*}} a(%arg1 : tensor<3xf32>) b(%arg0 : tensor<4x3xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @squares(%x: tensor<4x3xf32>, %slope: tensor<3xf32>) -> tensor<4x3xf32> {

  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %e = math.powf %a, %n : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %two = arith.constant 2.0 : f32
    %square = math.powf %a, %two : f32
    %c1 = arith.cmpi eq, %ii, %one : index
    %e = arith.select %c1, %square, %a : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %e = math.powf %a, %n : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// One number; its square is a number, too.
//
// CHECK-LABEL: func.func @numbers
// CHECK: %[[A:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<f32>)
// CHECK: ssm.scan {{.*}} a(%[[A]] : tensor<f32>) b(%arg0 : tensor<4x3xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @numbers(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {

  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel", "parallel"]} outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %base = arith.constant 0.9 : f32
    %e = math.powf %base, %n : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#t], iterator_types = ["parallel", "parallel"]} outs(%qe : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %b1 = arith.constant 0.9 : f32
    %b2 = arith.constant 0.81 : f32
    %c1 = arith.cmpi eq, %ii, %one : index
    %e = arith.select %c1, %b2, %b1 : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#t], iterator_types = ["parallel", "parallel"]} outs(%qe : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %b1 = arith.constant 0.9 : f32
    %b0 = arith.constant 1.0 : f32
    %c0 = arith.cmpi eq, %ii, %one : index
    %e = arith.select %c0, %b0, %b1 : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// One that is almost its square.
//
// CHECK-LABEL: func.func @other_number
// CHECK-NOT: ssm.scan
// CHECK: tensor.concat
// CHECK: return
func.func @other_number(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {

  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#all], iterator_types = ["parallel", "parallel", "parallel"]} outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %base = arith.constant 0.9 : f32
    %e = math.powf %base, %n : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#t], iterator_types = ["parallel", "parallel"]} outs(%qe : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %b1 = arith.constant 0.9 : f32
    %b2 = arith.constant 0.8101 : f32
    %c1 = arith.cmpi eq, %ii, %one : index
    %e = arith.select %c1, %b2, %b1 : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#t], iterator_types = ["parallel", "parallel"]} outs(%qe : tensor<3x2xf32>) {
  ^bb0(%o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %b1 = arith.constant 0.9 : f32
    %b0 = arith.constant 1.0 : f32
    %c0 = arith.cmpi eq, %ii, %one : index
    %e = arith.select %c0, %b0, %b1 : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// The mask asks for the sign of slope times distance: the slopes are constants, and positive.
//
// CHECK-LABEL: func.func @mask_by_sign
// CHECK: ssm.scan {{.*}} b(%arg0 : tensor<4x3xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @mask_by_sign(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %slope = arith.constant dense<[0.5, 0.25, 0.125]> : tensor<3xf32>
  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    %pz = arith.mulf %a, %n : f32
    %c = arith.cmpf oge, %pz, %z : f32
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// Slopes that are weights may have either sign.
//
// CHECK-LABEL: func.func @mask_by_unknown_sign
// CHECK-NOT: ssm.scan
// CHECK: tensor.concat
// CHECK: return
func.func @mask_by_unknown_sign(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %slope = ssm.weight "slope" : tensor<3xf32>
  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    %pz = arith.mulf %a, %n : f32
    %c = arith.cmpf oge, %pz, %z : f32
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

#mask = affine_map<(i, h, j) -> (h, i, j)>
#in = affine_map<(i, h, j) -> (j, h)>
#out = affine_map<(i, h, j) -> (i, h)>
#t = affine_map<(h, j) -> (h, j)>
#tt = affine_map<(h, j) -> (j, h)>
#h = affine_map<(h, j) -> (h)>
#ofMask = affine_map<(h, i, j) -> (h)>
#all = affine_map<(h, i, j) -> (h, i, j)>

// Across chunks the decay is another power.
//
// CHECK-LABEL: func.func @other_power
// CHECK-NOT: ssm.scan
// CHECK: tensor.concat
// CHECK: return
func.func @other_power(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %slope = ssm.weight "slope" : tensor<3xf32>
  %s = tensor.empty() : tensor<2x3xf32>
  %z = arith.constant 0.0 : f32
  %s0 = linalg.fill ins(%z : f32) outs(%s : tensor<2x3xf32>) -> tensor<2x3xf32>
  %x0 = tensor.extract_slice %x[0, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %x1 = tensor.extract_slice %x[2, 0] [2, 3] [1, 1] : tensor<4x3xf32> to tensor<2x3xf32>
  %me = tensor.empty() : tensor<3x2x2xf32>
  %m = linalg.generic {indexing_maps = [#ofMask, #all], iterator_types = ["parallel", "parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%me : tensor<3x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %jj = linalg.index 2 : index
    %dd = arith.subi %ii, %jj : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    %c = arith.cmpi sge, %ii, %jj : index
    %r = arith.select %c, %e, %z : f32
    linalg.yield %r : f32
  } -> tensor<3x2x2xf32>
  %qe = tensor.empty() : tensor<3x2xf32>
  %q = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.addi %ii, %one : index
    %d = arith.index_cast %dd : index to i64
    %n = arith.sitofp %d : i64 to f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %k = linalg.generic {indexing_maps = [#h, #t], iterator_types = ["parallel", "parallel"]} ins(%slope : tensor<3xf32>) outs(%qe : tensor<3x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %ii = linalg.index 1 : index
    %one = arith.constant 1 : index
    %dd = arith.subi %one, %ii : index
    %d = arith.index_cast %dd : index to i64
    %n0 = arith.sitofp %d : i64 to f32
    %two = arith.constant 2.0 : f32
    %n = arith.mulf %n0, %two : f32
    %ne = arith.negf %a : f32
    %pp = arith.mulf %ne, %n : f32
    %e = math.exp %pp : f32
    linalg.yield %e : f32
  } -> tensor<3x2xf32>
  %y0 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x0 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %h = tensor.empty() : tensor<3xf32>
  %h0 = linalg.fill ins(%z : f32) outs(%h : tensor<3xf32>) -> tensor<3xf32>
  %h1 = linalg.generic {indexing_maps = [#t, #tt, #h], iterator_types = ["parallel", "reduction"]} ins(%k, %x0 : tensor<3x2xf32>, tensor<2x3xf32>) outs(%h0 : tensor<3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<3xf32>
  %i1 = linalg.generic {indexing_maps = [#mask, #in, #out], iterator_types = ["parallel", "parallel", "reduction"]} ins(%m, %x1 : tensor<3x2x2xf32>, tensor<2x3xf32>) outs(%s0 : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    %r = arith.addf %o, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y1 = linalg.generic {indexing_maps = [#tt, #t, #h, #tt], iterator_types = ["parallel", "parallel"]} ins(%i1, %q, %h1 : tensor<2x3xf32>, tensor<3x2xf32>, tensor<3xf32>) outs(%s : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %p = arith.mulf %b, %c : f32
    %r = arith.addf %a, %p : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  %y = tensor.concat dim(0) %y0, %y1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
