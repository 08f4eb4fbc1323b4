//===- SSMCanonicalize.cpp - Canonicalizations of the ssm ops -------------------------------------------------------===//
//
// Rewrites that are right in any pipeline: operands and results that do nothing go, layouts move into maps. Einsums are
// not merged or reordered here, or a schedule that had split one would find it whole again; that is
// ssm-merge-einsums. All patterns are about ops on tensors.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

/// The maps without that of one operand.
static ArrayAttr dropMap(ArrayAttr maps, unsigned operand) {
  SmallVector<Attribute> rest(maps.getValue());
  rest.erase(rest.begin() + operand);
  return ArrayAttr::get(maps.getContext(), rest);
}

namespace {
/// How many tensors hold the final state: as many as hold the result.
template <typename OpT> unsigned getNumFinals(OpT) { return 1; }
unsigned getNumFinals(ScanOp op) { return op.getNumParts(); }

/// %y, %final = op ... -> %y = op ...          where nobody reads %final
template <typename OpT>
struct DropUnusedFinal : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    unsigned finals = getNumFinals(op);
    if (op.getNumResults() != 2 * finals ||
        llvm::any_of(op->getResults().drop_front(finals), [](Value final) { return !final.use_empty(); }))
      return rewriter.notifyMatchFailure(op, "has no unused final state");
    SmallVector<int32_t> segments = llvm::to_vector(ArrayRef<int32_t>(op.getProperties().operandSegmentSizes));
    segments.back() -= finals; // destinations are the last operands
    NamedAttrList attributes(op->getAttrDictionary());
    attributes.set("operandSegmentSizes", rewriter.getDenseI32ArrayAttr(segments));
    attributes.set("indexing_maps",
                   ArrayAttr::get(op.getContext(), op.getIndexingMapsAttr().getValue().drop_back(finals)));
    OperationState state(op.getLoc(), op->getName(), op->getOperands().drop_back(finals),
                         TypeRange(op->getResultTypes()).drop_back(finals), attributes);
    rewriter.replaceAllUsesWith(op->getResults().drop_back(finals), rewriter.create(state)->getResults());
    rewriter.eraseOp(op);
    return success();
  }
};

bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs()[0];
  return matchPattern(value, m_AnyZeroFloat());
}

MutableOperandRange getInitialValue(ScanOp op) { return op.getInitMutable(); }
MutableOperandRange getInitialValue(SelectiveScanOp op) { return op.getInitialStateMutable(); }
MutableOperandRange getInitialValue(SSDOp op) { return op.getInitialStateMutable(); }
MutableOperandRange getInitialValue(CausalConv1DOp op) { return op.getInitialWindowMutable(); }

/// op initial_state(0) -> op                   zero is what there is without it
template <typename OpT>
struct DropZeroInitialValue : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    MutableOperandRange init = getInitialValue(op);
    if (init.empty() || !isZero(init[0].get()))
      return rewriter.notifyMatchFailure(op, "has no initial value that is zero");
    rewriter.modifyOpInPlace(op, [&] {
      op.setIndexingMapsAttr(dropMap(op.getIndexingMapsAttr(), init[0].getOperandNumber()));
      init.clear();
    });
    return success();
  }
};

/// scan a_imag(..) b_imag(0) init_imag(0) -> scan a_imag(..)        zero is what there is without them
struct DropZeroImaginary : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const override {
    for (MutableOperandRange part : {op.getBImagMutable(), op.getInitImagMutable()}) {
      if (part.empty() || !isZero(part[0].get()))
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        op.setIndexingMapsAttr(dropMap(op.getIndexingMapsAttr(), part[0].getOperandNumber()));
        part.clear();
      });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "has no imaginary part that is zero");
  }
};

/// dt_max(inf), dt_min(-inf), softplus dt_min(x <= 0) -> nothing
template <typename OpT>
struct DropIdleLimits : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    std::optional<APFloat> min = op.getDtMin(), max = op.getDtMax();
    bool dropMin = min && ((min->isInfinity() && min->isNegative()) ||
                           (op.getSoftplus() && (min->isZero() || min->isNegative())));
    bool dropMax = max && max->isInfinity() && !max->isNegative();
    if (!dropMin && !dropMax)
      return rewriter.notifyMatchFailure(op, "has no idle limit");
    rewriter.modifyOpInPlace(op, [&] {
      if (dropMin)
        op.removeDtMinAttr();
      if (dropMax)
        op.removeDtMaxAttr();
    });
    return success();
  }
};

/// op outs(linalg.fill(..) outs(%e)) -> op outs(%e)          what a destination held is never read
template <typename OpT>
struct UnfillDestination : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    for (OpOperand &out : op.getOutsMutable())
      if (auto fill = out.get().template getDefiningOp<linalg::FillOp>()) {
        rewriter.modifyOpInPlace(op, [&] { out.set(fill.getOutputs()[0]); });
        return success();
      }
    return rewriter.notifyMatchFailure(op, "no destination is filled first");
  }
};

/// op x(transpose(%s)) -> op x(%s), with another map; an extension of the element type goes too, as ops extend
template <typename OpT>
struct AbsorbLayout : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    for (OpOperand *operand : cast<DestinationStyleOpInterface>(op.getOperation()).getDpsInputOperands()) {
      std::optional<LayoutChange> change = matchLayoutChange(operand->get());
      if (!change || !change->map.isPermutation())
        continue;
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      AffineMap &map = maps[operand->getOperandNumber()];
      map = change->map.compose(map);
      rewriter.modifyOpInPlace(op, [&] {
        operand->set(change->source);
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no operand is a transpose");
  }
};

/// einsum "a b -> a b"(%x) -> %x
struct FoldCopy : OpRewritePattern<EinsumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EinsumOp op, PatternRewriter &rewriter) const override {
    if (op.getNumResults() != 1 || op.getInputs().size() != 1 || op.getMapFor(0u) != op.getMapFor(1u) ||
        op.getInputs()[0].getType() != op.getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "is not a plain copy");
    rewriter.replaceOp(op, op.getInputs()[0]);
    return success();
  }
};
} // namespace

/// The axes `value` was permuted by, if all its producer does is to copy with other indices and a wider type.
std::optional<LayoutChange> ssm::matchLayoutChange(Value value) {
  if (auto transpose = value.getDefiningOp<linalg::TransposeOp>()) {
    // result[i] = input[j] where j[permutation[k]] = i[k]
    AffineMap map = AffineMap::getPermutationMap(transpose.getPermutation(), value.getContext());
    return LayoutChange{transpose.getInput(), inversePermutation(map)};
  }
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 1 || generic.getNumDpsInits() != 1 ||
      generic.getNumReductionLoops() != 0 || !isa<RankedTensorType>(generic.getInputs()[0].getType()))
    return std::nullopt;
  Value yielded = generic.getBody()->getTerminator()->getOperand(0);
  if (auto extend = yielded.getDefiningOp<arith::ExtFOp>())
    yielded = extend.getIn();
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  if (yielded != generic.getRegionInputArgs()[0] || !maps[1].isPermutation() || !maps[0].isProjectedPermutation())
    return std::nullopt;
  return LayoutChange{generic.getInputs()[0], maps[0].compose(inversePermutation(maps[1]))};
}

template <typename OpT>
static void addForAll(RewritePatternSet &results, MLIRContext *context) {
  results.add<UnfillDestination<OpT>>(context);
}

void EinsumOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  results.add<FoldCopy>(context);
  addForAll<EinsumOp>(results, context);
}
void CumsumOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<CumsumOp>(results, context);
}
void SegsumOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<SegsumOp>(results, context);
}
void ScanOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<ScanOp>(results, context);
  results.add<DropUnusedFinal<ScanOp>, DropZeroInitialValue<ScanOp>, DropZeroImaginary, AbsorbLayout<ScanOp>>(context);
}
void SelectiveScanOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<SelectiveScanOp>(results, context);
  results.add<DropUnusedFinal<SelectiveScanOp>, DropZeroInitialValue<SelectiveScanOp>,
              DropIdleLimits<SelectiveScanOp>, AbsorbLayout<SelectiveScanOp>>(context);
}
void SSDOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<SSDOp>(results, context);
  results.add<DropUnusedFinal<SSDOp>, DropZeroInitialValue<SSDOp>, DropIdleLimits<SSDOp>, AbsorbLayout<SSDOp>>(context);
}
void CausalConv1DOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<CausalConv1DOp>(results, context);
  results.add<DropUnusedFinal<CausalConv1DOp>, DropZeroInitialValue<CausalConv1DOp>, AbsorbLayout<CausalConv1DOp>>(
      context);
}
void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<AttentionOp>(results, context);
  results.add<AbsorbLayout<AttentionOp>>(context);
}
void AppendOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  results.add<AbsorbLayout<AppendOp>>(context); // its destination is read, so what fills it stays
}
void PackedMatmulOp::getCanonicalizationPatterns(RewritePatternSet &results, MLIRContext *context) {
  addForAll<PackedMatmulOp>(results, context);
}
