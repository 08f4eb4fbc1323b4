// A cache that is a state: what its kernels do is what its ops mean, whatever the cache held.
// RUN: mambac %s -o %t.so --verify --quiet 2>&1 | FileCheck %s

// CHECK: stage raise keeps all
// CHECK: stage schedule keeps all
// CHECK: stage cpu keeps all
func.func @main(%q: tensor<?x4x3x16xf32>, %k: tensor<?x3x2x16xf32>, %cache: tensor<?x2x5x16xbf16>, %position: tensor<?xi64>)
    -> (tensor<?x3x4x16xf32>, tensor<?x2x5x16xbf16> {mambac.updates = 2}) {
  %c0 = arith.constant 0 : index
  %b = tensor.dim %q, %c0 : tensor<?x4x3x16xf32>
  %e = tensor.empty(%b) : tensor<?x3x4x16xf32>
  %cache1 = ssm.append "b l h d, b -> b h s d" rows(%k : tensor<?x3x2x16xf32>) at(%position : tensor<?xi64>) outs(%cache : tensor<?x2x5x16xbf16>)
  %y = ssm.attention "b h q d, b h/2 s d, b h/2 s e, b -> b q h e" query(%q : tensor<?x4x3x16xf32>) key(%cache1 : tensor<?x2x5x16xbf16>)
    value(%cache1 : tensor<?x2x5x16xbf16>) position(%position : tensor<?xi64>) scale(0.25) causal outs(%e : tensor<?x3x4x16xf32>)
  return %y, %cache1 : tensor<?x3x4x16xf32>, tensor<?x2x5x16xbf16>
}
