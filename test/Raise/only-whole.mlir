// only-whole: a recurrence over a known time is raised where nothing that belongs to it is left over. A norm behind it,
// with numbers, weights and means of its own values, does not belong to it; what it is joined with does.
// RUN: mamba-opt %s --split-input-file --ssm-raise-selective-scan=only-whole --canonicalize --remark-policy=all --remark-format=emitRemark --remarks-filter=mambac-raise --verify-diagnostics | FileCheck %s

#bldn = affine_map<(b, l, d, n) -> (b, l, d, n)>
#bln = affine_map<(b, l, d, n) -> (b, l, n)>
#out = affine_map<(b, l, d, n) -> (b, l, d)>
#id = affine_map<(b, l, d) -> (b, l, d)>
#bl = affine_map<(b, l, d) -> (b, l)>
#d = affine_map<(b, l, d) -> (d)>
#row = affine_map<(b, l) -> (b, l)>
// CHECK-LABEL: func @norm_behind
// CHECK: ssm.ssd
// CHECK-NOT: ssm.scan
func.func @norm_behind(%a: tensor<2x9x6xf32>, %x: tensor<2x9x6xf32>, %B: tensor<2x9x4xf32>, %C: tensor<2x9x4xf32>) -> tensor<2x9x6xf32> {
  %zero = arith.constant 0.0 : f32
  %six = arith.constant 6.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %gain = ssm.weight "norm.weight" : tensor<6xf32>
  %bias = ssm.weight "norm.bias" : tensor<6xf32>
  %es = tensor.empty() : tensor<2x9x6x4xf32>
  %e = tensor.empty() : tensor<2x9x6xf32>
  %er = tensor.empty() : tensor<2x9xf32>
  %decay = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a : tensor<2x9x6xf32>) outs(%e : tensor<2x9x6xf32>) {
  ^bb0(%v: f32, %o: f32):
    %q = math.exp %v : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6xf32>
  %in = linalg.generic {indexing_maps = [#out, #bln, #bldn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %B : tensor<2x9x6xf32>, tensor<2x9x4xf32>) outs(%es : tensor<2x9x6x4xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %q = arith.mulf %v, %w : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6x4xf32>
  // expected-remark @below {{Remark=ssm.ssd}}
  %h = ssm.scan "b l d, b l d n -> b l d n" axis(1) a(%decay : tensor<2x9x6xf32>) b(%in : tensor<2x9x6x4xf32>) outs(%es : tensor<2x9x6x4xf32>)
  %y0 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x9x6xf32>) -> tensor<2x9x6xf32>
  %y = linalg.generic {indexing_maps = [#bldn, #bln, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<2x9x6x4xf32>, tensor<2x9x4xf32>) outs(%y0 : tensor<2x9x6xf32>) {
  ^bb0(%s: f32, %v: f32, %o: f32):
    %p = arith.mulf %s, %v : f32
    %q = arith.addf %o, %p : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6xf32>
  %r0 = linalg.fill ins(%zero : f32) outs(%er : tensor<2x9xf32>) -> tensor<2x9xf32>
  %sum = linalg.generic {indexing_maps = [#id, #bl], iterator_types = ["parallel", "parallel", "reduction"]} ins(%y : tensor<2x9x6xf32>) outs(%r0 : tensor<2x9xf32>) {
  ^bb0(%v: f32, %o: f32):
    %q = arith.addf %o, %v : f32
    linalg.yield %q : f32
  } -> tensor<2x9xf32>
  %mean = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel", "parallel"]} ins(%sum : tensor<2x9xf32>) outs(%er : tensor<2x9xf32>) {
  ^bb0(%v: f32, %o: f32):
    %q = arith.divf %v, %six : f32
    linalg.yield %q : f32
  } -> tensor<2x9xf32>
  %centered = linalg.generic {indexing_maps = [#id, #bl, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y, %mean : tensor<2x9x6xf32>, tensor<2x9xf32>) outs(%e : tensor<2x9x6xf32>) {
  ^bb0(%v: f32, %m: f32, %o: f32):
    %q = arith.subf %v, %m : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6xf32>
  %squares = linalg.generic {indexing_maps = [#id, #bl], iterator_types = ["parallel", "parallel", "reduction"]} ins(%centered : tensor<2x9x6xf32>) outs(%r0 : tensor<2x9xf32>) {
  ^bb0(%v: f32, %o: f32):
    %p = arith.mulf %v, %v : f32
    %q = arith.addf %o, %p : f32
    linalg.yield %q : f32
  } -> tensor<2x9xf32>
  %scale = linalg.generic {indexing_maps = [#row, #row], iterator_types = ["parallel", "parallel"]} ins(%squares : tensor<2x9xf32>) outs(%er : tensor<2x9xf32>) {
  ^bb0(%v: f32, %o: f32):
    %p = arith.divf %v, %six : f32
    %q = arith.addf %p, %eps : f32
    %s = math.rsqrt %q : f32
    linalg.yield %s : f32
  } -> tensor<2x9xf32>
  %z = linalg.generic {indexing_maps = [#id, #bl, #d, #d, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%centered, %scale, %gain, %bias : tensor<2x9x6xf32>, tensor<2x9xf32>, tensor<6xf32>, tensor<6xf32>) outs(%e : tensor<2x9x6xf32>) {
  ^bb0(%v: f32, %s: f32, %f: f32, %t: f32, %o: f32):
    %p = arith.mulf %v, %s : f32
    %q = arith.mulf %p, %f : f32
    %u = arith.addf %q, %t : f32
    linalg.yield %u : f32
  } -> tensor<2x9x6xf32>
  return %z : tensor<2x9x6xf32>
}

// -----

#bldn = affine_map<(b, l, d, n) -> (b, l, d, n)>
#bln = affine_map<(b, l, d, n) -> (b, l, n)>
#out = affine_map<(b, l, d, n) -> (b, l, d)>
#id = affine_map<(b, l, d) -> (b, l, d)>
// CHECK-LABEL: func @piece
// CHECK: ssm.scan
// CHECK-NOT: ssm.ssd
func.func @piece(%a: tensor<2x9x6xf32>, %x: tensor<2x9x6xf32>, %B: tensor<2x9x4xf32>, %C: tensor<2x9x4xf32>, %u: tensor<2x9x6xf32>) -> tensor<2x18x6xf32> {
  %zero = arith.constant 0.0 : f32
  %es = tensor.empty() : tensor<2x9x6x4xf32>
  %e = tensor.empty() : tensor<2x9x6xf32>
  %decay = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a : tensor<2x9x6xf32>) outs(%e : tensor<2x9x6xf32>) {
  ^bb0(%v: f32, %o: f32):
    %q = math.exp %v : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6xf32>
  %in = linalg.generic {indexing_maps = [#out, #bln, #bldn], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%x, %B : tensor<2x9x6xf32>, tensor<2x9x4xf32>) outs(%es : tensor<2x9x6x4xf32>) {
  ^bb0(%v: f32, %w: f32, %o: f32):
    %q = arith.mulf %v, %w : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6x4xf32>
  %h = ssm.scan "b l d, b l d n -> b l d n" axis(1) a(%decay : tensor<2x9x6xf32>) b(%in : tensor<2x9x6x4xf32>) outs(%es : tensor<2x9x6x4xf32>)
  %y0 = linalg.fill ins(%zero : f32) outs(%e : tensor<2x9x6xf32>) -> tensor<2x9x6xf32>
  // expected-remark @below {{it is a part of a larger recurrence}}
  %y = linalg.generic {indexing_maps = [#bldn, #bln, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%h, %C : tensor<2x9x6x4xf32>, tensor<2x9x4xf32>) outs(%y0 : tensor<2x9x6xf32>) {
  ^bb0(%s: f32, %v: f32, %o: f32):
    %p = arith.mulf %s, %v : f32
    %q = arith.addf %o, %p : f32
    linalg.yield %q : f32
  } -> tensor<2x9x6xf32>
  %z = tensor.concat dim(1) %y, %u : (tensor<2x9x6xf32>, tensor<2x9x6xf32>) -> tensor<2x18x6xf32>
  return %z : tensor<2x18x6xf32>
}
