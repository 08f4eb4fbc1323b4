//===- SinkReshapes.cpp - Functions of a cut or turned tensor are computed before it is cut or turned -------------===//
//
// A time step that is cut into chunks before its bias and softplus has a chunk and a place for its time. Computed
// before the cut it has a time, which is what the sums of decays are matched by. One that is turned around (flipped)
// before is read by a scan that runs backwards, if only the function is computed first.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RootStudy.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

namespace mambac {
#define GEN_PASS_DEF_SINKRESHAPES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

/// One result, computed element by element.
bool isPointwise(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  return generic && generic.getNumDpsInits() == 1 && !generic.hasIndexSemantics() && generic.getNumDpsInputs() > 0 &&
         generic.getNumLoops() == generic.getNumParallelLoops() &&
         !generic.payloadUsesValueFromOperand(generic.getDpsInitOperand(0));
}

/// A tensor and the dimension along which `value` reads it from its last to its first index.
std::optional<std::pair<Value, int64_t>> matchFlip(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumDpsInputs() != 0 || op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  auto read = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<tensor::ExtractOp>();
  if (!read || read.getTensor().getType() != value.getType())
    return std::nullopt;
  std::optional<int64_t> flipped;
  raise::IndexSpace space;
  for (auto [dim, position] : llvm::enumerate(read.getIndices())) {
    auto isIndex = [&, dim = dim](Value v) {
      auto index = v.getDefiningOp<linalg::IndexOp>();
      return index && index.getDim() == dim;
    };
    if (isIndex(position))
      continue;
    auto sub = position.getDefiningOp<arith::SubIOp>();
    if (!sub || !isIndex(sub.getRhs()) || flipped || sub.getLhs().getParentBlock() == op.getBody() ||
        space.getIndex(sub.getLhs()) != space.getSize(read.getTensor(), dim) - 1)
      return std::nullopt;
    flipped = dim;
  }
  return flipped ? std::optional(std::pair{read.getTensor(), *flipped}) : std::nullopt;
}

/// f(flip(x), y) -> flip(f(x, y)), where y does not have the dimension, or is flipped, too.
bool sinkFlip(OpBuilder &b, linalg::GenericOp op) {
  std::optional<unsigned> loop;
  SmallVector<Value> sources;
  if (!op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isPermutation())
    return false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    sources.push_back(input->get());
    if (!map.isProjectedPermutation())
      return false;
    if (auto flip = matchFlip(input->get())) {
      unsigned of = map.getDimPosition(flip->second);
      if (loop && *loop != of)
        return false;
      loop = of;
      sources.back() = flip->first;
    }
  }
  if (!loop)
    return false;
  for (auto [input, source] : llvm::zip(op.getDpsInputOperands(), sources))
    if (input->get() == source && op.getMatchingIndexingMap(input).isFunctionOfDim(*loop))
      return false;
  b.setInsertionPointAfter(op);
  IRMapping mapping;
  for (auto [input, source] : llvm::zip(op.getDpsInputOperands(), sources))
    mapping.map(input->get(), source);
  auto computed = cast<linalg::GenericOp>(b.clone(*op, mapping));
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  unsigned dim = *out.getResultPosition(b.getAffineDimExpr(*loop));
  op.getResult(0).replaceAllUsesWith(raise::createFlip(b, op.getLoc(), computed.getResult(0), dim));
  op->erase();
  return true;
}

struct SinkReshapes : mambac::impl::SinkReshapesBase<SinkReshapes> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> pointwise;
    getOperation()->walk([&](linalg::GenericOp op) {
      if (isPointwise(op))
        pointwise.push_back(op);
    });
    OpBuilder b(&getContext());
    for (linalg::GenericOp op : pointwise)
      numSunk += sinkFlip(b, op);
    // Only what is summed up over time.
    llvm::SetVector<Operation *> summed;
    getOperation()->walk([&](ssm::CumsumOp cumsum) {
      if (isa<FloatType>(cumsum.getY().getType().getElementType()) && isPointwise(cumsum.getX().getDefiningOp()))
        summed.insert(cumsum.getX().getDefiningOp());
    });
    for (unsigned next = 0; next < summed.size(); ++next)
      for (Value operand : summed[next]->getOperands())
        if (isPointwise(operand.getDefiningOp()))
          summed.insert(operand.getDefiningOp());
    if (summed.empty())
      return;
    // What a rewritten op becomes is tried again behind its new reshape: patterns see new ops, so go by the results.
    RewritePatternSet patterns(&getContext());
    unsigned sunk = 0;
    linalg::populateFoldReshapeOpsByCollapsingPatterns(patterns, [&](OpOperand *operand) {
      bool fold = isPointwise(operand->getOwner()) && operand->get().getDefiningOp<tensor::ExpandShapeOp>();
      sunk += fold;
      return fold;
    });
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    SmallVector<Operation *> ops(summed.begin(), summed.end());
    if (failed(applyOpPatternsGreedily(ops, std::move(patterns), config)))
      return signalPassFailure();
    numSunk += sunk;
  }
};

} // namespace
