// Every constraint of scan, selective_scan and ssd, broken once.
// RUN: mamba-opt %s --split-input-file --verify-diagnostics

func.func @scan_c5(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{axis 3 is not one of the 3 axes [C5]}}
  %0 = ssm.scan "b t, b t d -> b t d" axis(3) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c6(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5xf32>) {
  // expected-error @+1 {{h must have axis 2 [C6]}}
  %0 = ssm.scan "b t, b t d -> b t" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0 : tensor<2x5xf32>)
  return
}

// -----

func.func @scan_c6_group(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x2xf32>) {
  // expected-error @+1 {{h must have axis 2 without groups [C6]}}
  %0 = ssm.scan "b t, b t d -> b t d/2" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0 : tensor<2x5x2xf32>)
  return
}

// -----

func.func @scan_c7_init(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %init: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{init must not have axis 1 [C7]}}
  %0 = ssm.scan "b t, b t d, b t d -> b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) init(%init : tensor<2x5x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c7_final(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2xf32>) {
  // expected-error @+1 {{final must have axis 2 [C7]}}
  %0:2 = ssm.scan "b t, b t d -> b t d, b" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0, %out1 : tensor<2x5x4xf32>, tensor<2xf32>)
  return
}

// -----

func.func @scan_c8(%a: tensor<2x1xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{a must have axis 1 without groups [C8]}}
  %0 = ssm.scan "b t/5, b t d -> b t d" axis(1) a(%a : tensor<2x1xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c8_outs(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x4xf32>, %out2: tensor<2x4xf32>) {
  // expected-error @+1 {{needs one or two destinations, has 3 [C8]}}
  %0:3 = ssm.scan "b t, b t d -> b t d, b d, b d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>)
      outs(%out0, %out1, %out2 : tensor<2x5x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @scan_c8_complex_outs(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out: tensor<2x5x4xf32>, %final: tensor<2x4xf32>) {
  // expected-error @+1 {{needs two or four destinations, has 3 [C8]}}
  %0:3 = ssm.scan "b t, b t d, b t -> b t d, b t d, b d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%a : tensor<2x5xf32>)
      outs(%out, %out, %final : tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x4xf32>)
  return
}

// -----

func.func @scan_c6_imag(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{h_imag must have axis 2 [C6]}}
  %0:2 = ssm.scan "b t, b t d, b t -> b t d, b t" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%a : tensor<2x5xf32>)
      outs(%out0, %a : tensor<2x5x4xf32>, tensor<2x5xf32>)
  return
}

// -----

func.func @scan_c7_init_imag(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %init: tensor<2xf32>) {
  // expected-error @+1 {{init_imag must have axis 2 [C7]}}
  %0:2 = ssm.scan "b t, b t d, b t, b -> b t d, b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%a : tensor<2x5xf32>)
      init_imag(%init : tensor<2xf32>) outs(%b, %b : tensor<2x5x4xf32>, tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c7_final_imag(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %f: tensor<2x4xf32>) {
  // expected-error @+1 {{final_imag must not have axis 1 [C7]}}
  %0:4 = ssm.scan "b t, b t d, b t -> b t d, b t d, b d, b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%a : tensor<2x5xf32>)
      outs(%b, %b, %f, %b : tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x4xf32>, tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c8_a_imag(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %i: tensor<2x1xf32>) {
  // expected-error @+1 {{a_imag must have axis 1 without groups [C8]}}
  %0:2 = ssm.scan "b t, b t d, b t/5 -> b t d, b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%i : tensor<2x1xf32>)
      outs(%b, %b : tensor<2x5x4xf32>, tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c8_b_imag(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>, %i: tensor<2x1xf32>) {
  // expected-error @+1 {{b_imag must have axis 1 without groups [C8]}}
  %0:2 = ssm.scan "b t, b t d, b t, b t/5 -> b t d, b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) a_imag(%a : tensor<2x5xf32>)
      b_imag(%i : tensor<2x1xf32>) outs(%b, %b : tensor<2x5x4xf32>, tensor<2x5x4xf32>)
  return
}

// -----

func.func @scan_c9(%a: tensor<2x5xf32>, %b: tensor<2x5x4xf32>) {
  // expected-error @+1 {{has an imaginary part but no a_imag [C9]}}
  %0 = ssm.scan "b t, b t d, b t d -> b t d" axis(1) a(%a : tensor<2x5xf32>) b(%b : tensor<2x5x4xf32>) b_imag(%b : tensor<2x5x4xf32>)
      outs(%b : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_axis(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{unknown axis 'h'; the axes are b l d n}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l h, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_listed(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{the axes of this op are given, the equation must not list them}}
  %0 = ssm.selective_scan "b l d n : b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c3(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{no operand has axis n [C3]}}
  %0 = ssm.selective_scan "b l d, b l d, d, b l, b l -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5xf32>) C(%C : tensor<2x5xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c4(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<5x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{axis d has size 4 by operand 0 and 5 by operand 2 [C4]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<5x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c4_group(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{axis d has size 4 by operand 0 and 6 by operand 3 [C4]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l d/2 n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c5_u(%u: tensor<2x5xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{u must have axis d [C5]}}
  %0 = ssm.selective_scan "b l, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c5_delta(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x2xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{delta must have axis d without groups [C5]}}
  %0 = ssm.selective_scan "b l d, b l d/2, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x2xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c5_z(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %z: tensor<5x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{z must have axis b [C5]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n, l d -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>) z(%z : tensor<5x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c5_y(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{y must not have axis n [C5]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d n" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @selective_scan_c6(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<2x4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{A must not have axis b [C6]}}
  %0 = ssm.selective_scan "b l d, b l d, b d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<2x4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c7_b(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{B must have axis n [C7]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c7_c(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x1x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{C must have axis l without groups [C7]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l/5 n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x1x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c8(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %D: tensor<4x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{D must not have axis n [C8]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n, d n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>) D(%D : tensor<4x3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c8_bias(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %delta_bias: tensor<3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{delta_bias must have axis d [C8]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n, n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>) delta_bias(%delta_bias : tensor<3xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c9(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %initial_state: tensor<2x4xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{initial_state must have axis n [C9]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n, b d -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>) initial_state(%initial_state : tensor<2x4xf32>)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @selective_scan_c9_final(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{final_state must not have axis l [C9]}}
  %0:2 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d, b l d n" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0, %out1 : tensor<2x5x4xf32>, tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @selective_scan_c10(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>, %out1: tensor<2x4x3xf32>, %out2: tensor<2x4x3xf32>) {
  // expected-error @+1 {{needs one or two destinations, has 3 [C10]}}
  %0:3 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d, b d n, b d n" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>)
      outs(%out0, %out1, %out2 : tensor<2x5x4xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @selective_scan_c10_limits(%u: tensor<2x5x4xf32>, %delta: tensor<2x5x4xf32>, %A: tensor<4x3xf32>, %B: tensor<2x5x3xf32>, %C: tensor<2x5x3xf32>, %out0: tensor<2x5x4xf32>) {
  // expected-error @+1 {{needs dt_min <= dt_max [C10]}}
  %0 = ssm.selective_scan "b l d, b l d, d n, b l n, b l n -> b l d" u(%u : tensor<2x5x4xf32>) delta(%delta : tensor<2x5x4xf32>) A(%A : tensor<4x3xf32>) B(%B : tensor<2x5x3xf32>) C(%C : tensor<2x5x3xf32>) dt_min(1.0) dt_max(0.5)
      outs(%out0 : tensor<2x5x4xf32>)
  return
}

// -----

func.func @ssd_c5_x(%x: tensor<2x5x4xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{x must have axis p [C5]}}
  %0 = ssm.ssd "b l h, b l h, h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c5_z(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %z: tensor<2x5x2x3xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{z must have axis h without groups [C5]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, b l h/2 p -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>) z(%z : tensor<2x5x2x3xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c5_y(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x4x3xf32>) {
  // expected-error @+1 {{y must have axis l [C5]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x4x3xf32>)
  return
}

// -----

func.func @ssd_c6(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4x3xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{dt must not have axis p [C6]}}
  %0 = ssm.ssd "b l h p, b l h p, h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4x3xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c7(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4x6xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{A must not have axis n [C7]}}
  %0 = ssm.ssd "b l h p, b l h, h n, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4x6xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c7_bias(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %dt_bias: tensor<3xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{dt_bias must have axis h [C7]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, p -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>) dt_bias(%dt_bias : tensor<3xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c8_b(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{B must have axis l [C8]}}
  %0 = ssm.ssd "b l h p, b l h, h, b h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c8_c(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x4x3x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{C must not have axis p [C8]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h p n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x4x3x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c9(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %D: tensor<3xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{D must have axis h [C9]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, p -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>) D(%D : tensor<3xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c10(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %initial_state: tensor<2x4x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{initial_state must have axis p [C10]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n, b h n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>) initial_state(%initial_state : tensor<2x4x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c10_final(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>, %out1: tensor<4x3x6xf32>) {
  // expected-error @+1 {{final_state must have axis b [C10]}}
  %0:2 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p, h p n" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0, %out1 : tensor<2x5x4x3xf32>, tensor<4x3x6xf32>)
  return
}

// -----

func.func @ssd_c11(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>, %out1: tensor<2x4x3x6xf32>, %out2: tensor<2x4x3x6xf32>) {
  // expected-error @+1 {{needs one or two destinations, has 3 [C11]}}
  %0:3 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p, b h p n, b h p n" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>)
      outs(%out0, %out1, %out2 : tensor<2x5x4x3xf32>, tensor<2x4x3x6xf32>, tensor<2x4x3x6xf32>)
  return
}

// -----

func.func @ssd_c11_limits(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %A: tensor<4xf32>, %B: tensor<2x5x2x6xf32>, %C: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{needs dt_min <= dt_max [C11]}}
  %0 = ssm.ssd "b l h p, b l h, h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%A : tensor<4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%C : tensor<2x5x2x6xf32>) softplus dt_min(1.0) dt_max(0.5)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c7_time(%x: tensor<2x5x4x3xf32>, %dt: tensor<2x5x4xf32>, %B: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{A must not have axis b [C7]}}
  %0 = ssm.ssd "b l h p, b l h, b l h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) dt(%dt : tensor<2x5x4xf32>) A(%dt : tensor<2x5x4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%B : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c7_no_dt(%x: tensor<2x5x4x3xf32>, %A: tensor<2x5xf32>, %B: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{A must have axis h [C7]}}
  %0 = ssm.ssd "b l h p, b l, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) A(%A : tensor<2x5xf32>) B(%B : tensor<2x5x2x6xf32>) C(%B : tensor<2x5x2x6xf32>)
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}

// -----

func.func @ssd_c12(%x: tensor<2x5x4x3xf32>, %A: tensor<2x5x4xf32>, %B: tensor<2x5x2x6xf32>, %out0: tensor<2x5x4x3xf32>) {
  // expected-error @+1 {{has no dt, and so can have no dt_bias, softplus, dt_min or dt_max [C12]}}
  %0 = ssm.ssd "b l h p, b l h, b l h/2 n, b l h/2 n -> b l h p" x(%x : tensor<2x5x4x3xf32>) A(%A : tensor<2x5x4xf32>) B(%B : tensor<2x5x2x6xf32>) C(%B : tensor<2x5x2x6xf32>) softplus
      outs(%out0 : tensor<2x5x4x3xf32>)
  return
}
