//===- ExpandViews.cpp - Views of buffers as offsets, sizes and strides ---------------------------------------===//
//
// Reshapes and slices become memref.reinterpret_cast. Upstream's expand-strided-metadata does more (it also folds chains
// of views, which LLVM does anyway) and crashes on the drivers of whole models.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Passes.h"
#include "lib/Schedule/DroppedDims.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac {
#define GEN_PASS_DEF_EXPANDVIEWSPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

/// Reads a buffer's offset, sizes and strides, static where its type says so.
struct Metadata {
  Metadata(OpBuilder &b, Location loc, Value buffer)
      : op(memref::ExtractStridedMetadataOp::create(b, loc, buffer)) {
    sizes = op.getConstifiedMixedSizes();
    strides = op.getConstifiedMixedStrides();
    offset = op.getConstifiedMixedOffset();
  }
  memref::ExtractStridedMetadataOp op;
  SmallVector<OpFoldResult> sizes, strides;
  OpFoldResult offset;
};

OpFoldResult product(OpBuilder &b, Location loc, OpFoldResult lhs, OpFoldResult rhs) {
  return affine::makeComposedFoldedAffineApply(b, loc, b.getAffineSymbolExpr(0) * b.getAffineSymbolExpr(1), {lhs, rhs});
}

/// What the type knows beats what was computed.
OpFoldResult prefer(OpBuilder &b, int64_t known, OpFoldResult computed) {
  return ShapedType::isDynamic(known) ? computed : OpFoldResult(b.getIndexAttr(known));
}

void replaceReshape(PatternRewriter &b, Operation *op, const Metadata &source, ArrayRef<OpFoldResult> sizes,
                    ArrayRef<OpFoldResult> strides) {
  auto type = cast<MemRefType>(op->getResult(0).getType());
  auto [typeStrides, typeOffset] = type.getStridesAndOffset();
  SmallVector<OpFoldResult> finalSizes, finalStrides;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    finalSizes.push_back(prefer(b, type.getDimSize(i), size));
    finalStrides.push_back(prefer(b, typeStrides[i], strides[i]));
  }
  OpFoldResult offset = prefer(b, typeOffset, source.offset);
  memref::ExtractStridedMetadataOp metadata = source.op;
  b.replaceOpWithNewOp<memref::ReinterpretCastOp>(op, type, metadata.getBaseBuffer(), offset, finalSizes, finalStrides);
}

struct LowerExpand : OpRewritePattern<memref::ExpandShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::ExpandShapeOp op, PatternRewriter &b) const override {
    Metadata source(b, op.getLoc(), op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape(), strides(sizes.size(), b.getIndexAttr(1));
    for (auto [i, group] : llvm::enumerate(op.getReassociationIndices())) {
      OpFoldResult stride = source.strides[i];
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = stride;
        stride = product(b, op.getLoc(), stride, sizes[dim]);
      }
    }
    replaceReshape(b, op, source, sizes, strides);
    return success();
  }
};

struct LowerCollapse : OpRewritePattern<memref::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::CollapseShapeOp op, PatternRewriter &b) const override {
    Metadata source(b, op.getLoc(), op.getSrc());
    SmallVector<OpFoldResult> sizes, strides;
    for (const ReassociationIndices &group : op.getReassociationIndices()) {
      OpFoldResult size = b.getIndexAttr(1), stride = b.getIndexAttr(1);
      bool found = false;
      for (int64_t dim : llvm::reverse(group)) {
        size = product(b, op.getLoc(), size, source.sizes[dim]);
        // The step is that of the innermost dimension that has more than one element.
        if (!found) {
          stride = source.strides[dim];
          found = getConstantIntValue(source.sizes[dim]) != 1;
        }
      }
      sizes.push_back(size);
      strides.push_back(stride);
    }
    replaceReshape(b, op, source, sizes, strides);
    return success();
  }
};

struct LowerSubView : OpRewritePattern<memref::SubViewOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(memref::SubViewOp op, PatternRewriter &b) const override {
    Metadata source(b, op.getLoc(), op.getSource());
    llvm::SmallBitVector dropped = mambac::getDroppedDims(op);
    SmallVector<OpFoldResult> sizes, strides;
    AffineExpr x = b.getAffineSymbolExpr(0), y = b.getAffineSymbolExpr(1), z = b.getAffineSymbolExpr(2);
    for (auto [i, offset] : llvm::enumerate(op.getMixedOffsets())) {
      source.offset = affine::makeComposedFoldedAffineApply(b, op.getLoc(), x + y * z,
                                                            {source.offset, offset, source.strides[i]});
      if (dropped.test(i))
        continue;
      sizes.push_back(op.getMixedSizes()[i]);
      strides.push_back(product(b, op.getLoc(), source.strides[i], op.getMixedStrides()[i]));
    }
    replaceReshape(b, op, source, sizes, strides);
    return success();
  }
};

struct ExpandViewsPass : mambac::impl::ExpandViewsPassBase<ExpandViewsPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerExpand, LowerCollapse, LowerSubView>(&getContext());
    GreedyRewriteConfig config;
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
