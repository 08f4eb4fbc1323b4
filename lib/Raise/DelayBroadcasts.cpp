//===- DelayBroadcasts.cpp - Functions of repeated values are computed once and repeated ------------------------===//
//
// softplus(dt, repeated for the channels of a head, + a bias likewise repeated) depends on the channel as far as one
// can see from its shape. Computed before the repetition it is seen to be one value for a head.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "lib/Raise/PointwiseOps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace mambac {
#define GEN_PASS_DEF_DELAYBROADCASTS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

namespace {

struct DelayBroadcasts : mambac::impl::DelayBroadcastsBase<DelayBroadcasts> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation()->walk([&](linalg::GenericOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    // Forward: what was repeated later is an operand of the next op.
    for (linalg::GenericOp op : ops)
      if (isPointwise(op) && !isCopy(op))
        numDelayed += delay(rewriter, op);
  }

  /// True if `op` was computed anew without the loops that only repeat.
  static bool delay(IRRewriter &rewriter, linalg::GenericOp op) {
    SmallVector<Value> sources;
    SmallVector<AffineMap> maps;
    llvm::SmallBitVector repeated(op.getNumLoops(), true);
    for (OpOperand *input : op.getDpsInputOperands()) {
      Value source = input->get();
      AffineMap map = op.getMatchingIndexingMap(input);
      stepBehindCopies(source, map);
      sources.push_back(source);
      maps.push_back(map);
      for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
        if (map.isFunctionOfDim(loop))
          repeated.reset(loop);
    }
    OpOperand *init = op.getDpsInitOperand(0);
    AffineMap out = op.getMatchingIndexingMap(init);
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    bool any = false;
    for (auto [dim, expr] : llvm::enumerate(out.getResults()))
      any |= repeated.test(cast<AffineDimExpr>(expr).getPosition()) && type.getDimSize(dim) != 1;
    if (!any)
      return false;
    rewriter.setInsertionPoint(op);
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, init->get()), kept;
    SmallVector<AffineExpr> keptExprs;
    SmallVector<utils::IteratorType> iterators(op.getNumLoops(), utils::IteratorType::parallel);
    for (auto [dim, expr] : llvm::enumerate(out.getResults()))
      if (!repeated.test(cast<AffineDimExpr>(expr).getPosition())) {
        kept.push_back(sizes[dim]);
        keptExprs.push_back(expr);
      }
    AffineMap narrow = AffineMap::get(op.getNumLoops(), 0, keptExprs, op.getContext());
    SmallVector<AffineMap> narrowMaps;
    for (AffineMap map : maps)
      narrowMaps.push_back(projectDims(map, repeated, /*compressDimsFlag=*/true));
    narrowMaps.push_back(projectDims(narrow, repeated, /*compressDimsFlag=*/true));
    Value empty = tensor::EmptyOp::create(rewriter, loc, kept, type.getElementType());
    auto once = linalg::GenericOp::create(rewriter, loc, TypeRange{empty.getType()}, sources, ValueRange{empty},
                                          narrowMaps, ArrayRef(iterators).take_front(kept.size()));
    IRMapping mapping;
    rewriter.cloneRegionBefore(op.getRegion(), once.getRegion(), once.getRegion().end(), mapping);
    auto repeat = linalg::GenericOp::create(rewriter, loc, TypeRange{type}, once.getResults(), ValueRange{init->get()},
                                            ArrayRef<AffineMap>{narrow, out}, iterators,
                                            [](OpBuilder &b, Location l, ValueRange args) {
                                              linalg::YieldOp::create(b, l, args[0]);
                                            });
    rewriter.replaceOp(op, repeat.getResults());
    return true;
  }
};

} // namespace
