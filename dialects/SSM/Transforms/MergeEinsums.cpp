//===- MergeEinsums.cpp - One einsum from several -------------------------------------------------------------------===//
//
// Makes n-ary einsums; see Passes.td. In which order their products and sums are computed is the schedule's business.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac::ssm {
#define GEN_PASS_DEF_SSMMERGEEINSUMS
#include "dialects/SSM/Transforms/Passes.h.inc"
} // namespace mambac::ssm

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

/// The inputs' maps of an einsum, without the destination's.
static SmallVector<AffineMap> getInputMaps(EinsumOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps.pop_back();
  return maps;
}

static void replaceInputs(EinsumOp op, ValueRange inputs, ArrayRef<AffineMap> maps, PatternRewriter &rewriter) {
  rewriter.replaceOpWithNewOp<EinsumOp>(op, inputs, op.getOuts()[0], maps);
}

namespace {
/// einsum(transpose(%x), ..) -> einsum(%x, ..); likewise for a broadcast and an extension
struct AbsorbLayout : OpRewritePattern<EinsumOp> {
  AbsorbLayout(MLIRContext *context, Pass::Statistic &count) : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(EinsumOp op, PatternRewriter &rewriter) const override {
    if (op.getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "is on memrefs");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs(op.getInputs());
    for (auto [i, input] : llvm::enumerate(inputs)) {
      std::optional<LayoutChange> change = matchLayoutChange(input);
      if (!change)
        continue;
      AffineMap map = change->map.compose(maps[i]);
      // An axis that only a broadcast had would lose its size.
      bool losesAxis = false;
      for (unsigned axis = 0; axis < op.getNumAxes(); ++axis) {
        bool elsewhere = false;
        for (unsigned j = 0; j < inputs.size(); ++j)
          elsewhere |= j != i && axes::findAxis(maps[j], axis) >= 0;
        losesAxis |= axes::findAxis(maps[i], axis) >= 0 && axes::findAxis(map, axis) < 0 && !elsewhere;
      }
      if (losesAxis)
        continue;
      maps[i] = map;
      inputs[i] = change->source;
      replaceInputs(op, inputs, maps, rewriter);
      ++count;
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is a transpose, a broadcast or an extension");
  }

  Pass::Statistic &count;
};

/// einsum(einsum(%x, %y), %z) -> einsum(%x, %y, %z)           where nothing else reads the inner one
struct Merge : OpRewritePattern<EinsumOp> {
  Merge(MLIRContext *context, Pass::Statistic &count) : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(EinsumOp op, PatternRewriter &rewriter) const override {
    for (auto [i, input] : llvm::enumerate(op.getInputs())) {
      auto inner = input.getDefiningOp<EinsumOp>();
      if (!inner)
        continue;
      Type type = getElementTypeOrSelf(input.getType());
      bool computedWider = llvm::any_of(inner->getOperandTypes(), [](Type t) { return getElementTypeOrSelf(t).isF64(); });
      if (!input.hasOneUse() || !(type.isF64() || (type.isF32() && !computedWider)))
        return rewriter.notifyMatchFailure(op, "the inner einsum is read elsewhere or rounded");

      // Axes of the inner result are the outer's, the axes it sums over are new.
      MLIRContext *context = op.getContext();
      unsigned numAxes = op.getNumAxes(), next = numAxes;
      SmallVector<AffineExpr> axisOf;
      unsigned out = inner.getInputs().size();
      for (unsigned axis = 0; axis < inner.getNumAxes(); ++axis) {
        int64_t dim = inner.getDimOfAxis(out, axis);
        axisOf.push_back(dim < 0 ? getAffineDimExpr(next++, context) : op.getMapFor(i).getResult(dim));
      }
      SmallVector<Value> inputs;
      SmallVector<AffineMap> maps;
      auto widen = [&](AffineMap map) { return AffineMap::get(next, 0, map.getResults(), context); };
      for (auto [j, outerInput, map] : llvm::enumerate(op.getInputs(), getInputMaps(op))) {
        if (j != i) {
          inputs.push_back(outerInput);
          maps.push_back(widen(map));
          continue;
        }
        for (auto [innerInput, innerMap] : llvm::zip(inner.getInputs(), getInputMaps(inner))) {
          inputs.push_back(innerInput);
          maps.push_back(innerMap.replaceDimsAndSymbols(axisOf, {}, next, 0));
        }
      }
      maps.push_back(widen(op.getMapFor(op.getInputs().size())));
      replaceInputs(op, inputs, maps, rewriter);
      ++count;
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is an einsum");
  }

  Pass::Statistic &count;
};

struct MergeEinsums : public ssm::impl::SSMMergeEinsumsBase<MergeEinsums> {
  using SSMMergeEinsumsBase::SSMMergeEinsumsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<AbsorbLayout>(&getContext(), numAbsorbed);
    patterns.add<Merge>(&getContext(), numMerged);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
