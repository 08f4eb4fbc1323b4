//===- Passes.td - Passes from ssm to simpler ssm, linalg and scf ------------------------------*- tablegen -*-===//
#ifndef MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_TD
#define MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def SSMDecompose : Pass<"ssm-decompose"> {
  let summary = "Replace ssm ops by their definitions in linalg, tensor and scf";
  let description = [{
    Each op's decomposition is its definition: plain, all states and weights as tensors, computed in f32. It is the
    oracle of tests and of `mambac --verify`, not a way to a fast product. Ops on memrefs and ssm.weight stay.

    Before:
        %y = ssm.einsum "a b, c b -> a c" ins(%x, %w : ...) outs(%e : ...)
    After: a linalg.fill, a linalg.generic that multiplies and adds, and one that converts into %e.
  }];
  let options = [
    ListOption<"ops", "ops", "std::string", "Names of the ops to decompose (ssm.ssd,...); all if empty">
  ];
  let statistics = [Statistic<"numDecomposed", "num-decomposed", "Number of ops decomposed">];
  let dependentDialects = ["::mambac::ssm::SSMDialect"];
}

#endif // MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_TD
