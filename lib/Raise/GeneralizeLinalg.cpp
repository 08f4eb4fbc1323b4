//===- GeneralizeLinalg.cpp - linalg of any front end in one form -----------------------------------------------===//
//
// Front ends write the same thing as named ops, as linalg.map with the name of a scalar op, or as arith on tensors, and
// numbers as constants, as tensors of rank 0 or as broadcasts of these. Behind this pass everything is linalg.generic (or
// linalg.fill), and numbers are constants in its body.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mambac {
#define GEN_PASS_DEF_GENERALIZELINALG
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

/// The number that every element of a constant is.
TypedAttr getSplat(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  if (auto splat = dyn_cast<SplatElementsAttr>(attribute))
    return cast<TypedAttr>(splat.getSplatValue<Attribute>());
  return isa<IntegerAttr, FloatAttr>(attribute) ? cast<TypedAttr>(attribute) : TypedAttr();
}

struct GeneralizeLinalgPass : mambac::impl::GeneralizeLinalgBase<GeneralizeLinalgPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    madeFills.clear();
    SmallVector<linalg::LinalgOp> named;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp, linalg::FillOp>(op) && op.hasPureTensorSemantics())
        named.push_back(op);
    });
    for (linalg::LinalgOp op : named) {
      rewriter.setInsertionPoint(op);
      numGeneralized += succeeded(linalg::generalizeNamedOp(rewriter, op));
    }
    SmallVector<linalg::GenericOp> generics;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.hasPureTensorSemantics())
        generics.push_back(op);
    });
    for (linalg::GenericOp op : generics)
      startAtZero(rewriter, op);
    generics.clear();
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.hasPureTensorSemantics())
        generics.push_back(op);
    });
    bool inlined = false;
    for (linalg::GenericOp op : generics) {
      for (OpOperand *input : op.getDpsInputOperands()) {
        BlockArgument argument = op.getMatchingBlockArgument(input);
        Operation *producer = input->get().getDefiningOp();
        Value source = producer && madeFills.contains(producer) ? producer->getOperand(0) : input->get();
        TypedAttr number = argument.use_empty() ? TypedAttr() : getSplat(source);
        if (!number)
          continue;
        rewriter.setInsertionPointToStart(op.getBody());
        rewriter.replaceAllUsesWith(argument, arith::ConstantOp::create(rewriter, op.getLoc(), number).getResult());
        ++numInlined;
        inlined = true;
      }
      dropUnits(rewriter, op);
      readBroadcasts(rewriter, op);
      foldFill(rewriter, op);
    }
    if (!inlined)
      return;
    // What held the numbers.
    RewritePatternSet patterns(&getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

  /// A float sum that starts from a tensor starts from zero, and the tensor is added behind it.
  static void startAtZero(IRRewriter &rewriter, linalg::GenericOp op) {
    if (op.getNumResults() != 1 || op.getNumReductionLoops() == 0)
      return;
    OpOperand *init = op.getDpsInitOperand(0);
    auto type = cast<RankedTensorType>(init->get().getType());
    auto add = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
    BlockArgument accumulator = op.getMatchingBlockArgument(init);
    if (!add || !isa<FloatType>(type.getElementType()) || (add.getLhs() == accumulator) == (add.getRhs() == accumulator) ||
        !accumulator.hasOneUse() || init->get().getDefiningOp<linalg::FillOp>() || getSplat(init->get()))
      return;
    Location loc = op.getLoc();
    rewriter.setInsertionPoint(op);
    Value start = init->get();
    Value empty = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, start), type.getElementType());
    Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type.getElementType()));
    rewriter.modifyOpInPlace(op, [&] { init->set(linalg::FillOp::create(rewriter, loc, zero, empty).getResult(0)); });
    rewriter.setInsertionPointAfter(op);
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
    auto sum = linalg::GenericOp::create(rewriter, loc, TypeRange{type}, ValueRange{op.getResult(0), start}, ValueRange{empty},
                                         ArrayRef<AffineMap>{identity, identity, identity}, loops,
                                         [](OpBuilder &b, Location loc, ValueRange args) {
                                           linalg::YieldOp::create(
                                               b, loc, arith::AddFOp::create(b, loc, args[0], args[1]).getResult());
                                         });
    rewriter.replaceAllUsesExcept(op.getResult(0), sum.getResult(0), sum);
  }

  /// A broadcast is read where it was made from, if all loops have their sizes without it.
  static void readBroadcasts(IRRewriter &rewriter, linalg::GenericOp op) {
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto copy = input->get().getDefiningOp<linalg::GenericOp>();
      if (!copy || copy.getNumDpsInputs() != 1 || copy.getNumResults() != 1 || copy.getNumReductionLoops() != 0 ||
          copy.getBody()->getTerminator()->getOperand(0) != copy.getBody()->getArgument(0))
        continue;
      AffineMap from = copy.getIndexingMapsArray()[0], to = copy.getIndexingMapsArray()[1];
      if (!to.isPermutation() || !from.isProjectedPermutation() || from.getNumResults() == to.getNumResults())
        continue;
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      AffineMap &map = maps[input->getOperandNumber()];
      map = from.compose(inversePermutation(to)).compose(map);
      llvm::SmallBitVector known(op.getNumLoops());
      for (AffineMap other : maps)
        for (AffineExpr expr : other.getResults())
          if (auto dim = dyn_cast<AffineDimExpr>(expr))
            known.set(dim.getPosition());
      if (!known.all())
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        input->set(copy.getInputs()[0]);
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
    }
  }

  /// An input's dimensions of size 1 that are read at 0, as broadcasts are written, are dropped in front of the op.
  static void dropUnits(IRRewriter &rewriter, linalg::GenericOp op) {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    bool changed = false;
    for (OpOperand *input : op.getDpsInputOperands()) {
      auto type = dyn_cast<RankedTensorType>(input->get().getType());
      AffineMap &map = maps[input->getOperandNumber()];
      if (!type || type.getRank() == 0)
        continue;
      SmallVector<AffineExpr> kept;
      SmallVector<int64_t> shape;
      SmallVector<ReassociationIndices> groups;
      ReassociationIndices dropped; // in front of the first that is kept
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        bool isDropped = isa<AffineConstantExpr>(expr) && type.getDimSize(dim) == 1;
        if (!isDropped) {
          groups.emplace_back(dropped);
          dropped.clear();
          kept.push_back(expr);
          shape.push_back(type.getDimSize(dim));
        }
        (groups.empty() ? dropped : groups.back()).push_back(dim);
      }
      if (static_cast<int64_t>(kept.size()) == type.getRank())
        continue;
      rewriter.setInsertionPoint(op);
      input->set(tensor::CollapseShapeOp::create(rewriter, op.getLoc(), RankedTensorType::get(shape, type.getElementType()),
                                                 input->get(), groups));
      map = AffineMap::get(map.getNumDims(), 0, kept, map.getContext());
      changed = true;
    }
    if (changed)
      rewriter.modifyOpInPlace(op, [&] { op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps)); });
  }

  /// A generic that writes one number everywhere is a fill.
  void foldFill(IRRewriter &rewriter, linalg::GenericOp op) {
    if (op.getNumResults() != 1 || op.getNumReductionLoops() != 0 || op.getBody()->getOperations().size() != 2)
      return;
    Value yielded = op.getBody()->getTerminator()->getOperand(0);
    auto constant = yielded.getDefiningOp<arith::ConstantOp>();
    if (!constant || constant->getBlock() != op.getBody())
      return;
    rewriter.setInsertionPoint(op);
    Value number = arith::ConstantOp::create(rewriter, op.getLoc(), constant.getValue());
    auto fill = linalg::FillOp::create(rewriter, op.getLoc(), number, op.getDpsInits()[0]);
    madeFills.insert(fill);
    rewriter.replaceOp(op, fill.getResult(0));
  }

  llvm::DenseSet<Operation *> madeFills; ///< broadcast numbers
};

} // namespace
