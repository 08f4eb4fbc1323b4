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

def SSMMergeEinsums : Pass<"ssm-merge-einsums"> {
  let summary = "Merge einsums of einsums, transposes, broadcasts and extensions into one einsum";
  let description = [{
    Brings sums of products to the form in which they can be compared and reordered as a whole. Transposes, broadcasts
    and extensions of an einsum's operand become its map. An einsum that only another einsum reads becomes operands of
    that one, if its result is not rounded below the type it is computed in.

    Before:
        %t = ssm.einsum "a b, c b -> a c" ins(%x, %w : ...) outs(%e : tensor<4x8xf32>)
        %y = ssm.einsum "a c, a -> c a" ins(%t, %s : ...) outs(%f : ...)
    After:
        %y = ssm.einsum "a b, c b, a -> c a" ins(%x, %w, %s : ...) outs(%f : ...)
  }];
  let statistics = [
    Statistic<"numAbsorbed", "num-absorbed", "Number of transposes, broadcasts and extensions that became maps">,
    Statistic<"numMerged", "num-merged", "Number of einsums merged into their user">
  ];
  let dependentDialects = ["::mambac::ssm::SSMDialect"];
}

#endif // MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_TD
