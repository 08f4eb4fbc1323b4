//===- DelaySplits.cpp - What is done on an axis cut in two and moved is done before the cut --------------------===//
//
// A cumulative sum over chunks of dt * A, with dt and A multiplied after time was cut into chunks, has a summand at
// (chunk, place); multiplied before, at a time. SinkReshapes does that where chunk and place lie side by side in all
// tensors; this pass where they were moved apart, as in loops over chunks, which have the chunks in front.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "lib/Raise/PointwiseOps.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/SetVector.h"

namespace mambac {
#define GEN_PASS_DEF_DELAYSPLITS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// An operand behind the copies and the reshape that cuts one of its dimensions into two loops.
struct Source {
  Value value;
  AffineMap map;                ///< from the op's loops to `value`
  tensor::ExpandShapeOp expand; ///< null where the operand has neither of the loops
  int64_t dim = -1;             ///< of the tensor before the cut
};

struct DelaySplits : mambac::impl::DelaySplitsBase<DelaySplits> {
  void runOnOperation() override {
    // Only what is summed up over time, operands first.
    auto pointwiseOf = [](Value value) {
      auto op = value.getDefiningOp<linalg::GenericOp>();
      return op && isPointwise(op) ? op : linalg::GenericOp();
    };
    llvm::SetVector<Operation *> summed;
    getOperation()->walk([&](ssm::CumsumOp cumsum) {
      if (auto op = pointwiseOf(cumsum.getX()); op && isa<FloatType>(cumsum.getY().getType().getElementType()))
        summed.insert(op);
    });
    for (unsigned next = 0; next < summed.size(); ++next)
      for (Value operand : summed[next]->getOperands())
        if (auto op = pointwiseOf(operand))
          summed.insert(op);
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](linalg::GenericOp op) {
      if (summed.contains(op) && !isCopy(op))
        numDelayed += delay(rewriter, op);
    });
  }

  /// The two loops that one dimension of the operand was cut into, if there are such.
  static std::optional<std::pair<unsigned, unsigned>> findCut(const Source &source) {
    auto expand = source.value.getDefiningOp<tensor::ExpandShapeOp>();
    if (!expand)
      return std::nullopt;
    RankedTensorType type = expand.getResultType();
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      if (group.size() != 2 || type.getDimSize(group[0]) == 1 || type.getDimSize(group[1]) == 1 ||
          type.isDynamicDim(group[1]))
        continue;
      auto outer = dyn_cast<AffineDimExpr>(source.map.getResult(group[0]));
      auto inner = dyn_cast<AffineDimExpr>(source.map.getResult(group[1]));
      if (outer && inner)
        return std::pair{outer.getPosition(), inner.getPosition()};
    }
    return std::nullopt;
  }

  /// Goes behind the cut into loops `outer` and `inner`; false where the operand has them in another way.
  static bool mergeLoops(Source &source, unsigned outer, unsigned inner) {
    if (!source.map.isFunctionOfDim(outer) && !source.map.isFunctionOfDim(inner))
      return true;
    auto expand = source.value.getDefiningOp<tensor::ExpandShapeOp>();
    if (!expand)
      return false;
    MLIRContext *ctx = source.map.getContext();
    const SmallVector<AffineExpr> cut{getAffineDimExpr(outer, ctx), getAffineDimExpr(inner, ctx)};
    SmallVector<AffineExpr> results;
    for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices())) {
      SmallVector<AffineExpr> exprs;
      for (int64_t position : group)
        exprs.push_back(source.map.getResult(position));
      if (exprs == cut && source.dim < 0)
        source.dim = dim;
      else if (group.size() != 1)
        return false; // another cut
      results.push_back(exprs.front()); // the outer loop stands for both from here on
    }
    if (source.dim < 0)
      return false;
    source.expand = expand;
    source.map = AffineMap::get(source.map.getNumDims(), 0, results, ctx);
    source.value = expand.getSrc();
    return !source.map.isFunctionOfDim(inner);
  }

  static bool delay(IRRewriter &rewriter, linalg::GenericOp op) {
    SmallVector<Source> sources;
    std::optional<std::pair<unsigned, unsigned>> cut;
    for (OpOperand *input : op.getDpsInputOperands()) {
      Source source{input->get(), op.getMatchingIndexingMap(input), {}};
      stepBehindCopies(source.value, source.map);
      sources.push_back(source);
      if (!cut)
        cut = findCut(source);
    }
    if (!cut)
      return false;
    auto [outer, inner] = *cut;
    Source *first = nullptr;
    for (Source &source : sources) {
      if (!mergeLoops(source, outer, inner))
        return false;
      if (source.expand && !first)
        first = &source;
    }
    // The op on whole axes: without the inner loop, and the outer one as long as both.
    OpOperand *init = op.getDpsInitOperand(0);
    AffineMap out = op.getMatchingIndexingMap(init);
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    MLIRContext *ctx = op.getContext();
    rewriter.setInsertionPoint(op);
    Location loc = op.getLoc();
    llvm::SmallBitVector dropped(op.getNumLoops());
    dropped.set(inner);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, init->get()), whole, split;
    SmallVector<AffineExpr> wholeExprs, splitExprs;
    SmallVector<ReassociationIndices> groups;
    for (auto [dim, expr] : llvm::enumerate(out.getResults())) {
      unsigned loop = cast<AffineDimExpr>(expr).getPosition();
      if (loop == inner)
        continue;
      wholeExprs.push_back(expr);
      splitExprs.push_back(expr);
      groups.push_back({static_cast<int64_t>(split.size())});
      split.push_back(sizes[dim]);
      if (loop != outer) {
        whole.push_back(sizes[dim]);
        continue;
      }
      whole.push_back(tensor::getMixedSize(rewriter, loc, first->expand.getSrc(), first->dim));
      groups.back().push_back(split.size());
      splitExprs.push_back(getAffineDimExpr(inner, ctx));
      split.push_back(sizes[*out.getResultPosition(getAffineDimExpr(inner, ctx))]);
    }
    SmallVector<AffineMap> maps;
    SmallVector<Value> values;
    for (const Source &source : sources) {
      values.push_back(source.value);
      maps.push_back(projectDims(source.map, dropped, /*compressDimsFlag=*/true));
    }
    maps.push_back(projectDims(AffineMap::get(op.getNumLoops(), 0, wholeExprs, ctx), dropped, /*compressDimsFlag=*/true));
    Value empty = tensor::EmptyOp::create(rewriter, loc, whole, type.getElementType());
    SmallVector<utils::IteratorType> iterators(op.getNumLoops(), utils::IteratorType::parallel);
    auto before = linalg::GenericOp::create(rewriter, loc, TypeRange{empty.getType()}, values, ValueRange{empty}, maps,
                                            ArrayRef(iterators).drop_back());
    IRMapping mapping;
    rewriter.cloneRegionBefore(op.getRegion(), before.getRegion(), before.getRegion().end(), mapping);
    SmallVector<int64_t> shape;
    for (AffineExpr expr : splitExprs)
      shape.push_back(type.getDimSize(*out.getResultPosition(expr)));
    Value result = tensor::ExpandShapeOp::create(rewriter, loc, RankedTensorType::get(shape, type.getElementType()),
                                                 before.getResult(0), groups, split);
    AffineMap splitMap = AffineMap::get(op.getNumLoops(), 0, splitExprs, ctx);
    if (splitMap != out)
      result = linalg::GenericOp::create(rewriter, loc, TypeRange{type}, ValueRange{result}, ValueRange{init->get()},
                                         ArrayRef<AffineMap>{splitMap, out}, iterators,
                                         [](OpBuilder &b, Location l, ValueRange args) {
                                           linalg::YieldOp::create(b, l, args[0]);
                                         })
                   .getResult(0);
    rewriter.replaceOp(op, result);
    return true;
  }
};

} // namespace
