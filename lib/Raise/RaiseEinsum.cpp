//===- RaiseEinsum.cpp - Sums of products become ssm.einsum -----------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "llvm/ADT/SetVector.h"

namespace mambac {
#define GEN_PASS_DEF_RAISEEINSUM
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

struct Factor {
  Value value;
  AffineMap map; ///< from the axes of the sum
};

Value stripExtensions(Value v) {
  while (auto extension = v.getDefiningOp<arith::ExtFOp>())
    v = extension.getIn();
  return v;
}

bool isZeroFill(Value init) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (!fill)
    return matchPattern(init, m_AnyZeroFloat());
  return matchPattern(fill.getInputs()[0], m_AnyZeroFloat());
}

/// The block arguments whose product `v` is; false if it is anything else.
bool collectProduct(Value v, Block &body, SmallVectorImpl<BlockArgument> &factors) {
  v = stripExtensions(v);
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    factors.push_back(argument);
    return argument.getOwner() == &body;
  }
  auto mul = v.getDefiningOp<arith::MulFOp>();
  return mul && mul->getBlock() == &body && collectProduct(mul.getLhs(), body, factors) &&
         collectProduct(mul.getRhs(), body, factors);
}

/// The factors of a linalg op's yielded sum or product. For a sum, the accumulator is left out.
bool collectFactors(linalg::LinalgOp op, SmallVectorImpl<Factor> &factors) {
  if (op.getNumDpsInits() != 1 || !isa<RankedTensorType>(op.getDpsInits()[0].getType()))
    return false;
  Block &body = op->getRegion(0).front();
  Value v = body.getTerminator()->getOperand(0);
  if (op.getNumReductionLoops() > 0) {
    auto add = v.getDefiningOp<arith::AddFOp>();
    Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
    if (!add || (add.getLhs() != accumulator && add.getRhs() != accumulator))
      return false;
    v = add.getLhs() == accumulator ? add.getRhs() : add.getLhs();
  }
  SmallVector<BlockArgument> arguments;
  if (!collectProduct(v, body, arguments))
    return false;
  for (BlockArgument argument : arguments) {
    if (static_cast<int64_t>(argument.getArgNumber()) >= op.getNumDpsInputs())
      return false;
    OpOperand *operand = op.getDpsInputOperand(argument.getArgNumber());
    if (!isa<RankedTensorType>(operand->get().getType()) || !isa<FloatType>(argument.getType()))
      return false;
    factors.push_back({operand->get(), op.getMatchingIndexingMap(operand)});
  }
  return true;
}

/// A product that is larger than each of its factors: one that must not be materialized. A product with the shape of one
/// of its factors is cheap, and is better computed once than in every contraction order.
bool isBroadcastProduct(linalg::LinalgOp op, ArrayRef<Factor> factors) {
  return llvm::none_of(factors, [&](const Factor &f) { return f.map.getNumResults() == op.getNumLoops(); });
}

struct RaiseEinsumPass : mambac::impl::RaiseEinsumBase<RaiseEinsumPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> sums;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (op.getNumReductionLoops() > 0 && op->getNumResults() == 1)
        sums.push_back(op);
    });
    llvm::SetVector<Operation *> dead;
    for (linalg::LinalgOp op : sums)
      raise(op, dead);
    // Products and copies that only served sums.
    while (!dead.empty()) {
      Operation *op = dead.pop_back_val();
      if (!isOpTriviallyDead(op))
        continue;
      for (Value operand : op->getOperands())
        if (Operation *producer = operand.getDefiningOp())
          dead.insert(producer);
      op->erase();
    }
  }

  void raise(linalg::LinalgOp op, llvm::SetVector<Operation *> &dead) {
    SmallVector<Factor> factors;
    AffineMap outMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (!isa<FloatType>(cast<ShapedType>(op->getResult(0).getType()).getElementType()) ||
        !collectFactors(op, factors))
      return;
    unsigned merged = 0;
    for (unsigned i = 0; i < factors.size();) {
      // A copy or a product in front folds into the equation. A product that others need stays one factor.
      auto producer = factors[i].value.getDefiningOp<linalg::LinalgOp>();
      SmallVector<Factor> inner;
      if (!producer || producer.getNumReductionLoops() > 0 || producer->getNumResults() != 1 ||
          isa<linalg::FillOp>(producer) || !collectFactors(producer, inner) ||
          (inner.size() > 1 && (!producer->hasOneUse() || !isBroadcastProduct(producer, inner)))) {
        ++i;
        continue;
      }
      AffineMap produced = producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
      if (!produced.isPermutation()) {
        ++i;
        continue;
      }
      AffineMap toProducer = inversePermutation(produced).compose(factors[i].map);
      merged += inner.size() > 1;
      factors.erase(factors.begin() + i);
      for (Factor &factor : llvm::reverse(inner))
        factors.insert(factors.begin() + i, {factor.value, factor.map.compose(toProducer)});
    }
    // A sum of squares is a norm: nothing is contracted.
    if (llvm::all_of(factors, [&](const Factor &f) { return f.value == factors[0].value && f.map == factors[0].map; }))
      return;
    SmallVector<Value> inputs;
    SmallVector<AffineMap> maps;
    llvm::SmallBitVector covered(outMap.getNumDims());
    for (const Factor &factor : factors) {
      if (!factor.map.isProjectedPermutation()) {
        ++numDeclined;
        remarkDeclined(op->getResult(0), "ssm.einsum", "an operand is not read along plain axes");
        return;
      }
      for (AffineExpr expr : factor.map.getResults())
        covered.set(cast<AffineDimExpr>(expr).getPosition());
      inputs.push_back(factor.value);
      maps.push_back(factor.map);
    }
    Value init = op.getDpsInits()[0];
    if (!covered.all() || !outMap.isProjectedPermutation() || !isZeroFill(init)) {
      ++numDeclined;
      remarkDeclined(op->getResult(0), "ssm.einsum",
                     covered.all() ? "the sum does not start at zero" : "an axis belongs to no operand");
      return;
    }
    maps.push_back(outMap);
    OpBuilder b(op);
    Location loc = op->getLoc();
    Value result = op->getResult(0);
    Operation *last = op;
    auto type = cast<RankedTensorType>(result.getType());
    // Accumulated in f32 and then rounded: the op does both.
    if (result.hasOneUse())
      if (auto rounding = dyn_cast<linalg::LinalgOp>(*result.getUsers().begin())) {
        Block &body = rounding->getRegion(0).front();
        auto truncation = body.getTerminator()->getOperand(0).getDefiningOp<arith::TruncFOp>();
        if (truncation && truncation.getIn() == body.getArgument(0) && rounding.getNumReductionLoops() == 0 &&
            rounding.getNumDpsInputs() == 1 && rounding->getNumResults() == 1 &&
            llvm::all_of(rounding.getIndexingMapsArray(), [](AffineMap map) { return map.isIdentity(); })) {
          last = rounding;
          result = rounding->getResult(0);
          type = cast<RankedTensorType>(result.getType());
        }
      }
    b.setInsertionPoint(last);
    Value empty = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, last == op ? init
                                              : cast<linalg::LinalgOp>(last).getDpsInits()[0]),
                                          type.getElementType());
    auto einsum = ssm::EinsumOp::create(b, loc, inputs, empty, maps);
    result.replaceAllUsesWith(einsum->getResult(0));
    ++numFound;
    numMerged += merged;
    if (last != op)
      dead.insert(last);
    dead.insert(op);
  }
};

} // namespace
