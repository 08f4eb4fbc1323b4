// RUN: mamba-opt %s --ssm-roll-time-loops --split-input-file | FileCheck %s

// Three steps of h = a[:, t] * h + b[:, t] with a readout by c, stacked at the end.

#id2 = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @readout
// CHECK-SAME:    %[[A:.*]]: tensor<2x3x4xf32>, %[[B:.*]]: tensor<2x3x4xf32>, %[[C:.*]]: tensor<2x3x4xf32>, %[[H0:.*]]: tensor<2x4xf32>
// CHECK:         %[[H:.*]]:2 = ssm.scan
// CHECK-SAME:      axis(0) a(%[[A]]
// CHECK-SAME:      b(%[[B]]
// CHECK-SAME:      init(%[[H0]]
// CHECK:         %[[Y:.*]] = linalg.generic
// CHECK-SAME:      iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME:      ins(%[[H]]#0, %[[C]] : tensor<3x2x4xf32>, tensor<2x3x4xf32>)
// CHECK-NOT:     tensor.concat
func.func @readout(%a: tensor<2x3x4xf32>, %b: tensor<2x3x4xf32>, %c: tensor<2x3x4xf32>, %h: tensor<2x4xf32>) -> tensor<2x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4xf32>
  %e1 = tensor.empty() : tensor<2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %a0 = tensor.extract_slice %a[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %a1 = tensor.extract_slice %a[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %a2 = tensor.extract_slice %a[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %b0 = tensor.extract_slice %b[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %b1 = tensor.extract_slice %b[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %b2 = tensor.extract_slice %b[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %c0 = tensor.extract_slice %c[0, 0, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %c1 = tensor.extract_slice %c[0, 1, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %c2 = tensor.extract_slice %c[0, 2, 0] [2, 1, 4] [1, 1, 1] : tensor<2x3x4xf32> to tensor<2x4xf32>
  %m0 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%a0, %h : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %h0 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%m0, %b0 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.addf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %y0 = linalg.generic {indexing_maps = [#id2, #id2, #row], iterator_types = ["parallel", "reduction"]} ins(%h0, %c0 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    %s = arith.addf %r, %o : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %m1 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%a1, %h0 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %h1 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%m1, %b1 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.addf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %y1 = linalg.generic {indexing_maps = [#id2, #id2, #row], iterator_types = ["parallel", "reduction"]} ins(%h1, %c1 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    %s = arith.addf %r, %o : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %m2 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%a2, %h1 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %h2 = linalg.generic {indexing_maps = [#id2, #id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%m2, %b2 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%e : tensor<2x4xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.addf %x, %y : f32
    linalg.yield %r : f32
  } -> tensor<2x4xf32>
  %y2 = linalg.generic {indexing_maps = [#id2, #id2, #row], iterator_types = ["parallel", "reduction"]} ins(%h2, %c2 : tensor<2x4xf32>, tensor<2x4xf32>) outs(%z : tensor<2xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %r = arith.mulf %x, %y : f32
    %s = arith.addf %r, %o : f32
    linalg.yield %s : f32
  } -> tensor<2xf32>
  %s0 = tensor.expand_shape %y0 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %s1 = tensor.expand_shape %y1 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %s2 = tensor.expand_shape %y2 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %y = tensor.concat dim(1) %s0, %s1, %s2 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// The concatenation of two steps that are not one operation stays.

#id = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @not_a_loop
// CHECK-NOT:     ssm.scan
// CHECK:         tensor.concat
func.func @not_a_loop(%x: tensor<4xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.negf %a : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %y = tensor.concat dim(0) %n, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// Three steps written into a tensor from the last place to the first, h = a[t] * h + b[t]: a scan that runs backwards.

#v = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func @backwards
// CHECK:         ssm.scan "{{.*}}" axis(0) reverse
// CHECK-NOT:     tensor.insert_slice
func.func @backwards(%a: tensor<3x4xf32>, %b: tensor<3x4xf32>, %h: tensor<4xf32>, %out: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a2 = tensor.extract_slice %a[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %b2 = tensor.extract_slice %b[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h2 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a2, %b2, %h : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32, %o: f32):
    %p = arith.mulf %x, %s : f32
    %q = arith.addf %p, %y : f32
    linalg.yield %q : f32
  } -> tensor<4xf32>
  %o2 = tensor.insert_slice %h2 into %out[2, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<3x4xf32>
  %a1 = tensor.extract_slice %a[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %b1 = tensor.extract_slice %b[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h1 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a1, %b1, %h2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32, %o: f32):
    %p = arith.mulf %x, %s : f32
    %q = arith.addf %p, %y : f32
    linalg.yield %q : f32
  } -> tensor<4xf32>
  %o1 = tensor.insert_slice %h1 into %o2[1, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<3x4xf32>
  %a0 = tensor.extract_slice %a[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %b0 = tensor.extract_slice %b[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %h0 = linalg.generic {indexing_maps = [#v, #v, #v, #v], iterator_types = ["parallel"]} ins(%a0, %b0, %h1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) {
  ^bb0(%x: f32, %y: f32, %s: f32, %o: f32):
    %p = arith.mulf %x, %s : f32
    %q = arith.addf %p, %y : f32
    linalg.yield %q : f32
  } -> tensor<4xf32>
  %o0 = tensor.insert_slice %h0 into %o1[0, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<3x4xf32>
  return %o0 : tensor<3x4xf32>
}

// -----

#i = affine_map<(i) -> (i)>

// What a fill overwrites does not matter.
//
// CHECK-LABEL: func @fill_of_steps
// CHECK:         %[[TWO:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<4xf32>)
// CHECK:         ssm.scan "a b : b, a b, b -> a b, b" axis(0) a(%[[TWO]] : tensor<4xf32>) b(%{{.*}} : tensor<3x4xf32>)
// CHECK-NOT:     linalg.fill
func.func @fill_of_steps(%x: tensor<3x4xf32>, %h0: tensor<4xf32>) -> tensor<3x4xf32> {
  %two = arith.constant 2.0 : f32
  %0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %1 = linalg.fill ins(%two : f32) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %e4 = tensor.empty() : tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#i, #i, #i, #i], iterator_types = ["parallel"]} ins(%h0, %1, %0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %c : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %3 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %4 = linalg.fill ins(%two : f32) outs(%3 : tensor<4xf32>) -> tensor<4xf32>
  %5 = linalg.generic {indexing_maps = [#i, #i, #i, #i], iterator_types = ["parallel"]} ins(%2, %4, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %c : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %6 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %7 = linalg.fill ins(%two : f32) outs(%6 : tensor<4xf32>) -> tensor<4xf32>
  %8 = linalg.generic {indexing_maps = [#i, #i, #i, #i], iterator_types = ["parallel"]} ins(%5, %7, %6 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) outs(%e4 : tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %c : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %9 = tensor.expand_shape %2 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %10 = tensor.expand_shape %5 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %11 = tensor.expand_shape %8 [[0, 1]] output_shape [1, 4] : tensor<4xf32> into tensor<1x4xf32>
  %12 = tensor.concat dim(0) %9, %10, %11 : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %12 : tensor<3x4xf32>
}

// -----

// Running sums in the logarithms' domain and pads of each step are those of all steps.

#i = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @logarithms_and_pads
// CHECK-SAME:    %[[X:.*]]: tensor<3x4xf32>
// CHECK:         %[[L:.*]] = ssm.cumsum dim(1) log ins(%[[X]] : tensor<3x4xf32>)
// CHECK:         %[[P:.*]] = tensor.pad %[[L]] low[0, 1] high[0, 0]
// CHECK:         ssm.scan {{.*}} b(%[[P]] : tensor<3x5xf32>)
func.func @logarithms_and_pads(%x: tensor<3x4xf32>, %init: tensor<5xf32>) -> tensor<3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = tensor.empty() : tensor<5xf32>
  %x0 = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %l0 = ssm.cumsum dim(0) log ins(%x0 : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %p0 = tensor.pad %l0 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<5xf32>
  %h0 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%init, %p0 : tensor<5xf32>, tensor<5xf32>) outs(%f : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<5xf32>
  %y0 = tensor.expand_shape %h0 [[0, 1]] output_shape [1, 5] : tensor<5xf32> into tensor<1x5xf32>
  %x1 = tensor.extract_slice %x[1, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %l1 = ssm.cumsum dim(0) log ins(%x1 : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %p1 = tensor.pad %l1 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<5xf32>
  %h1 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%h0, %p1 : tensor<5xf32>, tensor<5xf32>) outs(%f : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<5xf32>
  %y1 = tensor.expand_shape %h1 [[0, 1]] output_shape [1, 5] : tensor<5xf32> into tensor<1x5xf32>
  %x2 = tensor.extract_slice %x[2, 0] [1, 4] [1, 1] : tensor<3x4xf32> to tensor<4xf32>
  %l2 = ssm.cumsum dim(0) log ins(%x2 : tensor<4xf32>) outs(%e : tensor<4xf32>)
  %p2 = tensor.pad %l2 low[1] high[0] {
  ^bb0(%i: index):
    tensor.yield %zero : f32
  } : tensor<4xf32> to tensor<5xf32>
  %h2 = linalg.generic {indexing_maps = [#i, #i, #i], iterator_types = ["parallel"]} ins(%h1, %p2 : tensor<5xf32>, tensor<5xf32>) outs(%f : tensor<5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<5xf32>
  %y2 = tensor.expand_shape %h2 [[0, 1]] output_shape [1, 5] : tensor<5xf32> into tensor<1x5xf32>
  %y = tensor.concat dim(0) %y0, %y1, %y2 : (tensor<1x5xf32>, tensor<1x5xf32>, tensor<1x5xf32>) -> tensor<3x5xf32>
  return %y : tensor<3x5xf32>
}

// -----

#bn = affine_map<(b, n) -> (b, n)>
#bn_b = affine_map<(b, n) -> (b)>

// A product for each head, none of which depends on another, is one for all heads; heads of a group share their entry.
//
// CHECK-LABEL: func @each_head
// CHECK-NOT: tensor.concat
// CHECK: linalg.generic {indexing_maps = {{.*}}, iterator_types = ["parallel", "parallel", "reduction"]} ins(%{{.*}}, %{{.*}} : tensor<2x6x5xf32>, tensor<2x2x5xf32>)
// CHECK-NOT: tensor.concat
// CHECK: return
func.func @each_head(%q: tensor<2x6x5xf32>, %k: tensor<2x2x5xf32>) -> tensor<2x6xf32> {
  %zero = arith.constant 0.0 : f32
  %0 = tensor.extract_slice %q[0, 0, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %1 = tensor.extract_slice %k[0, 0, 0] [2, 1, 5] [1, 1, 1] : tensor<2x2x5xf32> to tensor<2x5xf32>
  %e2 = tensor.empty() : tensor<2xf32>
  %2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %3 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%0, %1 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%2 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %4 = tensor.extract_slice %q[0, 1, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %5 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %6 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%4, %1 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%5 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %7 = tensor.extract_slice %q[0, 2, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %8 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %9 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%7, %1 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%8 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %10 = tensor.extract_slice %q[0, 3, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %11 = tensor.extract_slice %k[0, 1, 0] [2, 1, 5] [1, 1, 1] : tensor<2x2x5xf32> to tensor<2x5xf32>
  %12 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %13 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%10, %11 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%12 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %14 = tensor.extract_slice %q[0, 4, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %15 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %16 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%14, %11 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%15 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %17 = tensor.extract_slice %q[0, 5, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %18 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2xf32>) -> tensor<2xf32>
  %19 = linalg.generic {indexing_maps = [#bn, #bn, #bn_b], iterator_types = ["parallel", "reduction"]} ins(%17, %11 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%18 : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %m = arith.mulf %a, %b : f32
    %r = arith.addf %m, %o : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %20 = tensor.expand_shape %3 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %21 = tensor.expand_shape %6 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %22 = tensor.expand_shape %9 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %23 = tensor.expand_shape %13 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %24 = tensor.expand_shape %16 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %25 = tensor.expand_shape %19 [[0, 1]] output_shape [2, 1] : tensor<2xf32> into tensor<2x1xf32>
  %26 = tensor.concat dim(1) %20, %21, %22, %23, %24, %25 : (tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x6xf32>
  return %26 : tensor<2x6xf32>
}

// -----

#bn = affine_map<(b, n) -> (b, n)>

// Sums of elements are not stored for all heads at once.
//
// CHECK-LABEL: func @each_head_added
// CHECK: tensor.concat
func.func @each_head_added(%q: tensor<2x6x5xf32>, %k: tensor<2x6x5xf32>) -> tensor<2x6x5xf32> {
  %0 = tensor.extract_slice %q[0, 0, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %1 = tensor.extract_slice %k[0, 0, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %e2x5 = tensor.empty() : tensor<2x5xf32>
  %2 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%0, %1 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %3 = tensor.extract_slice %q[0, 1, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %4 = tensor.extract_slice %k[0, 1, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %5 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%3, %4 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %6 = tensor.extract_slice %q[0, 2, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %7 = tensor.extract_slice %k[0, 2, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %8 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%6, %7 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %9 = tensor.extract_slice %q[0, 3, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %10 = tensor.extract_slice %k[0, 3, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %11 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%9, %10 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %12 = tensor.extract_slice %q[0, 4, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %13 = tensor.extract_slice %k[0, 4, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %14 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%12, %13 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %15 = tensor.extract_slice %q[0, 5, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %16 = tensor.extract_slice %k[0, 5, 0] [2, 1, 5] [1, 1, 1] : tensor<2x6x5xf32> to tensor<2x5xf32>
  %17 = linalg.generic {indexing_maps = [#bn, #bn, #bn], iterator_types = ["parallel", "parallel"]} ins(%15, %16 : tensor<2x5xf32>, tensor<2x5xf32>) outs(%e2x5 : tensor<2x5xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.addf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<2x5xf32>
  %18 = tensor.expand_shape %2 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %19 = tensor.expand_shape %5 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %20 = tensor.expand_shape %8 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %21 = tensor.expand_shape %11 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %22 = tensor.expand_shape %14 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %23 = tensor.expand_shape %17 [[0, 1], [2]] output_shape [2, 1, 5] : tensor<2x5xf32> into tensor<2x1x5xf32>
  %24 = tensor.concat dim(1) %18, %19, %20, %21, %22, %23 : (tensor<2x1x5xf32>, tensor<2x1x5xf32>, tensor<2x1x5xf32>, tensor<2x1x5xf32>, tensor<2x1x5xf32>, tensor<2x1x5xf32>) -> tensor<2x6x5xf32>
  return %24 : tensor<2x6x5xf32>
}
