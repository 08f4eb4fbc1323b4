"""A model of equal layers as a module: what each layer costs the compiler must be its calls and its weights alone."""

from __future__ import annotations

WIDTH, HEADS, HEAD, STATE = 24, 4, 12, 8
INNER, CONV = HEADS * HEAD, HEADS * HEAD + 2 * STATE
PROJECTED = INNER + CONV + HEADS

HEADER = """#full = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#column = affine_map<(d0, d1, d2) -> (d2)>
#scalars = affine_map<(d0) -> (d0)>
"""

# One layer of Mamba-2 without its gated norm: norm, projection, convolution, scan, projection, sum. @ is its number.
LAYER = f"""
  %scale@ = ssm.weight "layers.@.norm" : tensor<{WIDTH}xf32>
  %in@ = ssm.weight "layers.@.in" : tensor<{PROJECTED}x{WIDTH}xf32>
  %taps@ = ssm.weight "layers.@.conv" : tensor<{CONV}x4xf32>
  %bias@ = ssm.weight "layers.@.bias" : tensor<{CONV}xf32>
  %log@ = ssm.weight "layers.@.A_log" : tensor<{HEADS}xf32>
  %skip@ = ssm.weight "layers.@.D" : tensor<{HEADS}xf32>
  %out@ = ssm.weight "layers.@.out" : tensor<{WIDTH}x{INNER}xf32>
  %sums@ = linalg.fill ins(%zero : f32) outs(%rows : tensor<?x?xf32>) -> tensor<?x?xf32>
  %sum@ = linalg.generic {{indexing_maps = [#full, #row], iterator_types = ["parallel", "parallel", "reduction"]}}
      ins(%x@ : tensor<?x?x{WIDTH}xf32>) outs(%sums@ : tensor<?x?xf32>) {{
  ^bb0(%a: f32, %s: f32):
    %p = arith.mulf %a, %a : f32
    %q = arith.addf %p, %s : f32
    linalg.yield %q : f32
  }} -> tensor<?x?xf32>
  %normed@ = linalg.generic {{indexing_maps = [#full, #row, #column, #full],
                             iterator_types = ["parallel", "parallel", "parallel"]}}
      ins(%x@, %sum@, %scale@ : tensor<?x?x{WIDTH}xf32>, tensor<?x?xf32>, tensor<{WIDTH}xf32>)
      outs(%hidden : tensor<?x?x{WIDTH}xf32>) {{
  ^bb0(%a: f32, %s: f32, %w: f32, %o: f32):
    %m = arith.divf %s, %width : f32
    %e = arith.addf %m, %eps : f32
    %r = math.rsqrt %e : f32
    %p = arith.mulf %a, %r : f32
    %q = arith.mulf %p, %w : f32
    linalg.yield %q : f32
  }} -> tensor<?x?x{WIDTH}xf32>
  %projected@ = ssm.einsum "b l d, e d -> b l e"
      ins(%normed@, %in@ : tensor<?x?x{WIDTH}xf32>, tensor<{PROJECTED}x{WIDTH}xf32>)
      outs(%wide : tensor<?x?x{PROJECTED}xf32>)
  %before@ = tensor.extract_slice %projected@[0, 0, {INNER}] [%batch, %length, {CONV}] [1, 1, 1]
      : tensor<?x?x{PROJECTED}xf32> to tensor<?x?x{CONV}xf32>
  %dt@ = tensor.extract_slice %projected@[0, 0, {INNER + CONV}] [%batch, %length, {HEADS}] [1, 1, 1]
      : tensor<?x?x{PROJECTED}xf32> to tensor<?x?x{HEADS}xf32>
  %conv@ = ssm.causal_conv1d "b l c, c k, c -> b l c" x(%before@ : tensor<?x?x{CONV}xf32>)
      weight(%taps@ : tensor<{CONV}x4xf32>) bias(%bias@ : tensor<{CONV}xf32>) activation(silu)
      outs(%windowed : tensor<?x?x{CONV}xf32>)
  %u@ = tensor.extract_slice %conv@[0, 0, 0] [%batch, %length, {INNER}] [1, 1, 1]
      : tensor<?x?x{CONV}xf32> to tensor<?x?x{INNER}xf32>
  %heads@ = tensor.expand_shape %u@ [[0], [1], [2, 3]] output_shape [%batch, %length, {HEADS}, {HEAD}]
      : tensor<?x?x{INNER}xf32> into tensor<?x?x{HEADS}x{HEAD}xf32>
  %B@ = tensor.extract_slice %conv@[0, 0, {INNER}] [%batch, %length, {STATE}] [1, 1, 1]
      : tensor<?x?x{CONV}xf32> to tensor<?x?x{STATE}xf32>
  %C@ = tensor.extract_slice %conv@[0, 0, {INNER + STATE}] [%batch, %length, {STATE}] [1, 1, 1]
      : tensor<?x?x{CONV}xf32> to tensor<?x?x{STATE}xf32>
  %A@ = linalg.generic {{indexing_maps = [#scalars, #scalars], iterator_types = ["parallel"]}}
      ins(%log@ : tensor<{HEADS}xf32>) outs(%decays : tensor<{HEADS}xf32>) {{
  ^bb0(%a: f32, %o: f32):
    %p = math.exp %a : f32
    %q = arith.negf %p : f32
    linalg.yield %q : f32
  }} -> tensor<{HEADS}xf32>
  %y@ = ssm.ssd "b l h p, b l h, h, b l n, b l n, h -> b l h p" x(%heads@ : tensor<?x?x{HEADS}x{HEAD}xf32>)
      dt(%dt@ : tensor<?x?x{HEADS}xf32>) A(%A@ : tensor<{HEADS}xf32>) B(%B@ : tensor<?x?x{STATE}xf32>)
      C(%C@ : tensor<?x?x{STATE}xf32>) D(%skip@ : tensor<{HEADS}xf32>) softplus
      outs(%scanned : tensor<?x?x{HEADS}x{HEAD}xf32>)
  %flat@ = tensor.collapse_shape %y@ [[0], [1], [2, 3]]
      : tensor<?x?x{HEADS}x{HEAD}xf32> into tensor<?x?x{INNER}xf32>
  %back@ = ssm.einsum "b l e, d e -> b l d" ins(%flat@, %out@ : tensor<?x?x{INNER}xf32>, tensor<{WIDTH}x{INNER}xf32>)
      outs(%hidden : tensor<?x?x{WIDTH}xf32>)
  %x# = linalg.generic {{indexing_maps = [#full, #full, #full], iterator_types = ["parallel", "parallel", "parallel"]}}
      ins(%x@, %back@ : tensor<?x?x{WIDTH}xf32>, tensor<?x?x{WIDTH}xf32>) outs(%hidden : tensor<?x?x{WIDTH}xf32>) {{
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.addf %a, %b : f32
    linalg.yield %p : f32
  }} -> tensor<?x?x{WIDTH}xf32>
"""


def module(layers: int) -> str:
    """The module with so many layers; batch and length are open."""
    text = (
        HEADER
        + f"""
func.func @main(%x0: tensor<?x?x{WIDTH}xf32> {{mambac.name = "x"}})
    -> (tensor<?x?x{WIDTH}xf32> {{mambac.name = "y"}}) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %width = arith.constant {WIDTH}.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %batch = tensor.dim %x0, %c0 : tensor<?x?x{WIDTH}xf32>
  %length = tensor.dim %x0, %c1 : tensor<?x?x{WIDTH}xf32>
  %rows = tensor.empty(%batch, %length) : tensor<?x?xf32>
  %hidden = tensor.empty(%batch, %length) : tensor<?x?x{WIDTH}xf32>
  %wide = tensor.empty(%batch, %length) : tensor<?x?x{PROJECTED}xf32>
  %windowed = tensor.empty(%batch, %length) : tensor<?x?x{CONV}xf32>
  %scanned = tensor.empty(%batch, %length) : tensor<?x?x{HEADS}x{HEAD}xf32>
  %decays = tensor.empty() : tensor<{HEADS}xf32>
"""
    )
    for layer in range(layers):
        text += LAYER.replace("%x#", f"%x{layer + 1}").replace("@", str(layer))
    return text + f"  return %x{layers} : tensor<?x?x{WIDTH}xf32>\n}}\n"
