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

def SSMOrderContractions : Pass<"ssm-order-contractions"> {
  let summary = "Split einsums of many operands into the cheapest sequence of einsums of two";
  let description = [{
    The sum of a product of several operands is contracted two operands at a time. Axes that only one operand has, and
    that the result lacks, are summed before that operand meets another. Then of all orders the cheapest is taken:
    exactly up to `exact-up-to` operands, by dynamic programming over subsets; with more, the cheapest pairs are
    contracted until so many are left. The cost of an order is

        flops + memory-weight * bytes of the intermediate results that are alive at a time, at most

    `memory-limit` excludes orders that need more than so many bytes (if all do, the one that needs the least is
    taken). Sizes known at run time only count as `default-size`, within the ranges and multiples that the entry's
    symbols have; intermediate results are f32 (f64 where something is f64).

    Before:
        %y = ssm.einsum "a b, b c, c -> a" ins(%x, %w, %v : tensor<64x32xf32>, tensor<32x16xf32>, tensor<16xf32>) ..
    After:
        %t = ssm.einsum "a b, b -> a" ins(%w, %v : ..) outs(%e : tensor<32xf32>)
        %y = ssm.einsum "a b, b -> a" ins(%x, %t : ..) ..
  }];
  let options = [
    Option<"exactUpTo", "exact-up-to", "unsigned", /*default=*/"8", "Operands up to which the best order is found (2 to 12)">,
    Option<"memoryWeight", "memory-weight", "double", /*default=*/"8", "What a byte of peak memory counts in flops">,
    Option<"memoryLimit", "memory-limit", "double", /*default=*/"0", "Bytes that intermediate results may take; 0: any">,
    Option<"defaultSize", "default-size", "int64_t", /*default=*/"256", "What a size known at run time only is taken for">
  ];
  let statistics = [
    Statistic<"numOrdered", "num-ordered", "Number of einsums split">,
    Statistic<"numIntermediate", "num-intermediate", "Number of intermediate results">
  ];
  let dependentDialects = ["::mambac::ssm::SSMDialect", "::mlir::tensor::TensorDialect"];
}

#endif // MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_TD
