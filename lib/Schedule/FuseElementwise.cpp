//===- FuseElementwise.cpp - Elementwise linalg into its consumers --------------------------------------------===//
//
// Fuses elementwise generics into the generics that read them, so that a chain of pointwise operations is one loop. A
// producer with several consumers is repeated only if that costs next to nothing; a producer is never repeated along
// a sum. Pads and concatenations then become writes into slices, which bufferization makes in place.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"

namespace mambac {
#define GEN_PASS_DEF_FUSEELEMENTWISEPASS
#define GEN_PASS_DEF_SPLITDESTINATIONSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

int64_t bodySize(linalg::GenericOp op) { return llvm::range_size(op.getBody()->without_terminator()); }

/// Repeating it costs less than writing its result to memory and reading it back.
bool isCheap(linalg::GenericOp op) {
  unsigned work = 0;
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (inner.hasTrait<OpTrait::ConstantLike>() || isa<linalg::IndexOp>(inner))
      continue;
    if (isa<math::MathDialect>(inner.getDialect()) || isa<arith::DivFOp, tensor::ExtractOp>(inner))
      return false;
    ++work;
  }
  return work <= 2 && op.getNumDpsInputs() <= 1;
}

bool shouldFuse(OpOperand *operand, int64_t largestBody) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || consumer.isDpsInit(operand))
    return false;
  if (bodySize(producer) + bodySize(consumer) > largestBody)
    return false;
  bool cheap = isCheap(producer);
  if (!producer->hasOneUse() && !cheap)
    return false;
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  // Along a sum, or in a product of matrices, each element is read again and again.
  if (consumer.getNumReductionLoops() && !map.isPermutation() && !(cheap && bodySize(producer) <= 1))
    return false;
  return true;
}

/// collapse(expand(x)) -> x, where dimensions of size one come and go and all others stay.
struct FoldUnitDims : OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  /// Whether each group of `type`'s dimensions has at most one whose size is not 1, and so is that dimension.
  static bool onlyUnits(RankedTensorType type, ArrayRef<ReassociationIndices> groups) {
    return llvm::all_of(groups, [&](const ReassociationIndices &group) {
      return llvm::count_if(group, [&](int64_t d) { return type.getDimSize(d) != 1; }) <= 1;
    });
  }

  LogicalResult matchAndRewrite(tensor::CollapseShapeOp op, PatternRewriter &rewriter) const override {
    auto expand = op.getSrc().getDefiningOp<tensor::ExpandShapeOp>();
    if (!expand || expand.getSrcType() != op.getResultType())
      return rewriter.notifyMatchFailure(op, "not of an expanded tensor of its type");
    auto wide = cast<RankedTensorType>(op.getSrcType());
    if (!onlyUnits(wide, op.getReassociationIndices()) || !onlyUnits(wide, expand.getReassociationIndices()))
      return rewriter.notifyMatchFailure(op, "dimensions are merged");
    // Dimensions of the tensor that are 1 themselves could stand for one another.
    if (llvm::is_contained(op.getResultType().getShape(), 1))
      return rewriter.notifyMatchFailure(op, "the tensor has dimensions of size one");
    rewriter.replaceOp(op, expand.getSrc());
    return success();
  }
};

/// slice(copy(x)) -> copy(slice(x)), where the copy permutes the dimensions and slices are all that is left of it besides loops
/// it can be fused into: rotary embeddings turn halves of heads that were moved before time.
struct SliceBeforeCopy : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op, PatternRewriter &rewriter) const override {
    auto copy = op.getSource().getDefiningOp<linalg::GenericOp>();
    if (!copy || copy.getNumDpsInputs() != 1 || copy->getNumResults() != 1 || copy.getNumReductionLoops() ||
        bodySize(copy) != 0 || copy.getBody()->getTerminator()->getOperand(0) != copy.getBody()->getArgument(0))
      return rewriter.notifyMatchFailure(op, "not of a copy");
    AffineMap in = copy.getIndexingMapsArray()[0], out = copy.getIndexingMapsArray()[1];
    if (!in.isPermutation() || !out.isPermutation() || in == out || op.getSourceType().getRank() != op.getType().getRank())
      return rewriter.notifyMatchFailure(op, "the copy permutes nothing, or dimensions are dropped");
    if (!llvm::all_of(copy->getUsers(), llvm::IsaPred<tensor::ExtractSliceOp, linalg::GenericOp>))
      return rewriter.notifyMatchFailure(op, "the copy is needed as a whole");
    AffineMap order = in.compose(inversePermutation(out)); // from the copy's dimensions to x's
    auto permute = [&](ArrayRef<OpFoldResult> values) {
      SmallVector<OpFoldResult> result;
      for (AffineExpr e : order.getResults())
        result.push_back(values[cast<AffineDimExpr>(e).getPosition()]);
      return result;
    };
    Value part = tensor::ExtractSliceOp::create(rewriter, op.getLoc(), copy.getInputs()[0], permute(op.getMixedOffsets()),
                                                permute(op.getMixedSizes()), permute(op.getMixedStrides()));
    Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), op.getMixedSizes(), op.getType().getElementType());
    auto moved = linalg::GenericOp::create(rewriter, copy.getLoc(), empty.getType(), part, empty, copy.getIndexingMapsArray(),
                                           copy.getIteratorTypesArray());
    rewriter.cloneRegionBefore(copy.getRegion(), moved.getRegion(), moved.getRegion().end());
    rewriter.replaceOpWithNewOp<tensor::CastOp>(op, op.getType(), moved.getResult(0));
    return success();
  }
};

struct FuseElementwisePass : mambac::impl::FuseElementwisePassBase<FuseElementwisePass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (largestBody >= 0)
      return success();
    return emitError(UnknownLoc::get(context))
           << "mambac-fuse-elementwise: largest-body has to be at least 0, not " << int64_t(largestBody);
  }

  void runOnOperation() override {
    {
      RewritePatternSet patterns(&getContext());
      linalg::populateElementwiseOpsFusionPatterns(patterns, [this](OpOperand *operand) { return shouldFuse(operand, largestBody); });
      linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
      linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
      patterns.add<FoldUnitDims, SliceBeforeCopy>(&getContext());
      if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
        return signalPassFailure();
    }
    RewritePatternSet patterns(&getContext());
    linalg::populateDecomposePadPatterns(patterns);
    tensor::populateDecomposeTensorConcatPatterns(patterns);
    // A part that only gets dimensions of size one is written as it is, so that its producer can write there.
    tensor::populateReassociativeReshapeFoldingPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
  }
};

/// A tensor that is only there to be written gets one copy per writer: shared ones would be copied, or live as long as
/// the whole model. (CSE makes them shared.)
struct SplitDestinationsPass : mambac::impl::SplitDestinationsPassBase<SplitDestinationsPass> {
  using Base::Base;

  /// A result that is a reshaped tensor is that tensor in a reshaped buffer, so that its producer can write there.
  static void reshapeOutput(bufferization::MaterializeInDestinationOp write) {
    while (auto expand = write.getSource().getDefiningOp<tensor::ExpandShapeOp>()) {
      auto buffer = dyn_cast<BlockArgument>(write.getDest());
      if (!buffer || !isa<MemRefType>(buffer.getType()) || !expand->hasOneUse()) // a loop's carry is a tensor
        return;
      OpBuilder builder = OpBuilder::atBlockBegin(buffer.getOwner());
      Value flat = memref::CollapseShapeOp::create(builder, write.getLoc(), buffer, expand.getReassociationIndices());
      write.getSourceMutable().assign(expand.getSrc());
      write.getDestMutable().assign(flat);
      expand->erase();
    }
  }

  /// A result that is put together from parts (stacked states) is put together in its buffer. Upstream's elimination
  /// of empty tensors would do so after it has sent the parts' producers to the empty tensor.
  static void assembleInOutput(bufferization::MaterializeInDestinationOp write) {
    auto buffer = dyn_cast<BlockArgument>(write.getDest());
    if (!buffer || !isa<MemRefType>(buffer.getType()))
      return;
    auto part = write.getSource().getDefiningOp<tensor::InsertSliceOp>();
    while (part && part->hasOneUse()) {
      OpOperand &whole = part.getDestMutable();
      if (auto empty = whole.get().getDefiningOp<tensor::EmptyOp>()) {
        Type type = memref::getTensorTypeFromMemRefType(buffer.getType());
        if (empty.getType() != type)
          return;
        OpBuilder builder = OpBuilder::atBlockBegin(buffer.getOwner());
        whole.set(bufferization::ToTensorOp::create(builder, write.getLoc(), type, buffer, /*restrict=*/true,
                                                    /*writable=*/true));
        return;
      }
      part = whole.get().getDefiningOp<tensor::InsertSliceOp>();
    }
  }

  /// Whether a slice of `whole` with these sizes may be a tensor of type `part`: one with fewer dimensions of size one.
  static bool isSliceType(RankedTensorType whole, ArrayRef<int64_t> sizes, Type part) {
    return isRankReducedType(RankedTensorType::get(sizes, whole.getElementType()), cast<RankedTensorType>(part)) ==
           SliceVerificationResult::Success;
  }

  /// Slices that are read and written with other dimensions of size one are slices with those: so that a layer's state, a
  /// slice of one tensor, is one buffer before and behind its kernel.
  static void reshapeSlices(func::FuncOp function) {
    function.walk([](tensor::ExpandShapeOp expand) {
      auto slice = expand.getSrc().getDefiningOp<tensor::ExtractSliceOp>();
      if (!slice || !isSliceType(slice.getSourceType(), slice.getStaticSizes(), expand.getType()))
        return;
      OpBuilder builder(expand);
      Value wider = tensor::ExtractSliceOp::create(builder, slice.getLoc(), cast<RankedTensorType>(expand.getType()),
                                                   slice.getSource(), slice.getMixedOffsets(), slice.getMixedSizes(),
                                                   slice.getMixedStrides());
      expand.replaceAllUsesWith(wider);
      expand.erase();
    });
    function.walk([](tensor::InsertSliceOp insert) {
      auto collapse = insert.getSource().getDefiningOp<tensor::CollapseShapeOp>();
      if (collapse && collapse->hasOneUse() && isSliceType(insert.getDestType(), insert.getStaticSizes(), collapse.getSrcType())) {
        insert.getSourceMutable().assign(collapse.getSrc());
        collapse.erase();
      }
    });
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      reshapeSlices(function);
    SmallVector<bufferization::MaterializeInDestinationOp> writes;
    getOperation().walk([&](bufferization::MaterializeInDestinationOp write) { writes.push_back(write); });
    for (bufferization::MaterializeInDestinationOp write : writes) {
      reshapeOutput(write);
      assembleInOutput(write);
    }
    SmallVector<Operation *> shared;
    getOperation().walk<WalkOrder::PostOrder>([&](Operation *op) {
      auto generic = dyn_cast<linalg::GenericOp>(op);
      bool fills = (isa<linalg::FillOp>(op) && op->getNumResults() == 1) ||
                   (generic && generic->getNumResults() == 1 && generic.getNumLoops() == generic.getNumParallelLoops() &&
                    bodySize(generic) == 0 && llvm::none_of(generic.getDpsInputs(), [](Value input) {
                      return isa<ShapedType>(input.getType());
                    }));
      if (fills || isa<tensor::EmptyOp>(op))
        shared.push_back(op);
    });
    // Fills first, so that the empty tensors of their copies are seen too.
    std::stable_partition(shared.begin(), shared.end(), [](Operation *op) { return !isa<tensor::EmptyOp>(op); });
    for (Operation *op : shared) {
      SmallVector<OpOperand *> uses;
      for (OpOperand &use : op->getResult(0).getUses())
        uses.push_back(&use);
      for (OpOperand *use : ArrayRef(uses).drop_front(uses.empty() ? 0 : 1)) {
        OpBuilder builder(use->getOwner());
        use->set(builder.clone(*op)->getResult(0));
      }
    }
  }
};

} // namespace
