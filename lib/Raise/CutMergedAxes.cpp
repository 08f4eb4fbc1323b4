//===- CutMergedAxes.cpp - Axes merged at sizes known at run time only stay apart ---------------------------------===//
//
// Positions are linear expressions (IndexSpace.h), and a position in two axes merged into one, b * l + t with l known at
// run time only, is none. So what is computed on such an axis is computed on its parts: operations are expanded by the
// reshapes of their operands (upstream's patterns), the merging reshape moves behind them, and where it meets the one
// that takes the axis apart again, both go.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/IndexSpace.h"
#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac {
#define GEN_PASS_DEF_CUTMERGEDAXES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

/// Whether a dimension of the result is no linear expression of positions in the source.
static bool mergesOpenAxes(tensor::CollapseShapeOp collapse) {
  RankedTensorType type = collapse.getSrcType();
  return llvm::any_of(collapse.getReassociationIndices(), [&](const ReassociationIndices &group) {
    bool isOuter = false;
    for (int64_t dim : group) {
      if (isOuter && type.isDynamicDim(dim))
        return true;
      isOuter |= type.getDimSize(dim) != 1;
    }
    return false;
  });
}

namespace {

/// Dimensions of a merged tensor's source, and those of what is made of it, that hold the same elements.
struct Block {
  ReassociationIndices from, to;
};

/// Cancels expand_shape(collapse_shape(x)) as far as the sizes are the same on both sides.
struct CancelReshapes : OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp expand, PatternRewriter &rewriter) const override {
    auto collapse = expand.getSrc().getDefiningOp<tensor::CollapseShapeOp>();
    if (!collapse || !mergesOpenAxes(collapse))
      return failure();
    IndexSpace space;
    SmallVector<OpFoldResult> shape = expand.getMixedOutputShape();
    SmallVector<Block> blocks;
    SmallVector<ReassociationIndices> sources = collapse.getReassociationIndices();
    SmallVector<ReassociationIndices> targets = expand.getReassociationIndices();
    bool anyCut = false;
    for (auto [from, to] : llvm::zip(sources, targets)) {
      SmallVector<Block> parts = align(
          from, to, [&](int64_t a) { return space.getSize(collapse.getSrc(), a); },
          [&](int64_t b) { return space.getIndex(shape[b]); });
      anyCut |= parts.size() > 1;
      llvm::append_range(blocks, parts);
    }
    if (!anyCut)
      return failure();
    Location loc = expand.getLoc();
    Value value = collapse.getSrc();
    SmallVector<ReassociationIndices> merge, split;
    for (const Block &block : blocks) {
      merge.push_back(block.from);
      split.push_back(block.to);
    }
    if (merge.size() != static_cast<size_t>(collapse.getSrcType().getRank()))
      value = tensor::CollapseShapeOp::create(rewriter, loc, value, merge);
    RankedTensorType type = expand.getResultType();
    if (split.size() != static_cast<size_t>(type.getRank())) {
      // What an expansion leaves as it is has the size of its source.
      SmallVector<int64_t> known(type.getShape());
      auto source = cast<RankedTensorType>(value.getType());
      for (auto [dim, group] : llvm::enumerate(split))
        if (group.size() == 1)
          known[group[0]] = source.getDimSize(dim);
      SmallVector<OpFoldResult> sizes;
      for (auto [dim, size] : llvm::enumerate(shape))
        sizes.push_back(ShapedType::isDynamic(known[dim]) ? size : OpFoldResult(rewriter.getIndexAttr(known[dim])));
      value = tensor::ExpandShapeOp::create(rewriter, loc, RankedTensorType::get(known, type.getElementType()), value,
                                            split, sizes);
    }
    if (value.getType() != type)
      value = tensor::CastOp::create(rewriter, loc, type, value);
    rewriter.replaceOp(expand, value);
    return success();
  }

  /// Pairs the dimensions of equal size from the front and from the back; what is between is one block. Ones that only one
  /// side has go with what follows them.
  static SmallVector<Block> align(ArrayRef<int64_t> from, ArrayRef<int64_t> to, llvm::function_ref<Lin(int64_t)> sizeFrom,
                                  llvm::function_ref<Lin(int64_t)> sizeTo) {
    SmallVector<Block> front, back;
    for (ArrayRef<int64_t> a = from, b = to; !a.empty() && !b.empty();) {
      if (sizeFrom(a.front()) == sizeTo(b.front())) {
        front.emplace_back();
        front.back().from.append(from.begin(), a.begin() + 1);
        front.back().to.append(to.begin(), b.begin() + 1);
        from = a = a.drop_front();
        to = b = b.drop_front();
      } else if (sizeTo(b.front()) == Lin(1)) {
        b = b.drop_front();
      } else if (sizeFrom(a.front()) == Lin(1)) {
        a = a.drop_front();
      } else {
        break;
      }
    }
    while (!from.empty() && !to.empty() && sizeFrom(from.back()) == sizeTo(to.back())) {
      back.push_back({{from.back()}, {to.back()}});
      from = from.drop_back();
      to = to.drop_back();
    }
    if (!from.empty() || !to.empty()) {
      // Ones that only one side has go with a neighbor.
      bool isBlock = !from.empty() && !to.empty();
      if (isBlock || (front.empty() && back.empty()))
        front.emplace_back();
      Block &block = front.empty() ? back.back() : front.back();
      bool isBefore = front.empty();
      block.from.insert(isBefore ? block.from.begin() : block.from.end(), from.begin(), from.end());
      block.to.insert(isBefore ? block.to.begin() : block.to.end(), to.begin(), to.end());
    }
    llvm::append_range(front, llvm::reverse(back));
    return front;
  }
};

/// Adds dimensions of size 1 before axes are merged, not behind: they would hide the merging from what reads them.
struct AddUnitsFirst : OpRewritePattern<tensor::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExpandShapeOp expand, PatternRewriter &rewriter) const override {
    auto collapse = expand.getSrc().getDefiningOp<tensor::CollapseShapeOp>();
    if (!collapse || !mergesOpenAxes(collapse))
      return failure();
    RankedTensorType type = expand.getResultType(), source = collapse.getSrcType();
    SmallVector<OpFoldResult> known = tensor::getMixedSizes(rewriter, expand.getLoc(), collapse.getSrc()), sizes;
    SmallVector<ReassociationIndices> split, merge;
    SmallVector<int64_t> shape;
    SmallVector<ReassociationIndices> sources = collapse.getReassociationIndices();
    SmallVector<ReassociationIndices> targets = expand.getReassociationIndices();
    for (auto [from, to] : llvm::zip(sources, targets)) {
      if (llvm::count_if(to, [&](int64_t dim) { return type.getDimSize(dim) != 1; }) > 1)
        return failure();
      auto *large = llvm::find_if(to, [&](int64_t dim) { return type.getDimSize(dim) != 1; });
      if (large == to.end())
        --large;
      ReassociationIndices before;
      auto addUnit = [&](ReassociationIndices &group) {
        group.push_back(shape.size());
        merge.push_back({static_cast<int64_t>(shape.size())});
        shape.push_back(1);
        sizes.push_back(rewriter.getIndexAttr(1));
      };
      for (auto *dim = to.begin(); dim != large; ++dim)
        addUnit(before);
      merge.emplace_back();
      for (int64_t dim : from) {
        split.push_back(std::exchange(before, {}));
        split.back().push_back(shape.size());
        merge.back().push_back(shape.size());
        shape.push_back(source.getDimSize(dim));
        sizes.push_back(known[dim]);
      }
      for (auto *dim = large + 1; dim != to.end(); ++dim)
        addUnit(split.back());
    }
    auto wide = RankedTensorType::get(shape, type.getElementType());
    Value expanded = tensor::ExpandShapeOp::create(rewriter, expand.getLoc(), wide, collapse.getSrc(), split, sizes);
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(expand, type, expanded, merge);
    return success();
  }
};

struct CutMergedAxesPass : mambac::impl::CutMergedAxesBase<CutMergedAxesPass> {
  void runOnOperation() override {
    unsigned before = count();
    if (!before)
      return;
    RewritePatternSet patterns(&getContext());
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, [](OpOperand *operand) {
      auto collapse = operand->get().getDefiningOp<tensor::CollapseShapeOp>();
      return collapse && isa<linalg::LinalgOp>(operand->getOwner()) && mergesOpenAxes(collapse);
    });
    patterns.add<CancelReshapes, AddUnitsFirst>(&getContext());
    linalg::FillOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
    unsigned after = count();
    numCut += before > after ? before - after : 0;
  }

  unsigned count() {
    unsigned result = 0;
    getOperation().walk([&](tensor::CollapseShapeOp collapse) { result += mergesOpenAxes(collapse); });
    return result;
  }
};

} // namespace
