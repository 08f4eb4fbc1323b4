//===- PowersOfPositions.cpp - Decays that are powers of positions ----------------------------------------------===//

#include "lib/Raise/PowersOfPositions.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementTrace.h"
#include "lib/Raise/PositionDims.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// More values than this are no formula of a decay.
constexpr size_t kMaxChain = 64;

/// What an exponent is computed from by sums and products.
struct Exponent {
  llvm::SetVector<Value> chain; ///< the values on the way
  SmallVector<Value> sources;   ///< where it ends: weights, inputs and other functions
  bool scalesPositions = false; ///< a position times something is among it
};

class PowerFinder {
public:
  explicit PowerFinder(func::FuncOp func) : func(func) {}
  llvm::DenseSet<Value> find();

private:
  bool isPosition(Value tensor) {
    std::optional<llvm::SmallBitVector> dims = positions.get(tensor);
    return dims && dims->any();
  }
  bool scalesPositions(linalg::LinalgOp op);
  Exponent getExponent(linalg::LinalgOp power);

  func::FuncOp func;
  PositionDims positions;
};

} // namespace

/// Whether a body takes exponentials or powers.
static bool takesPowers(linalg::LinalgOp op) {
  return llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
    return isa<math::ExpOp, math::Exp2Op, math::PowFOp>(inner);
  });
}

static bool isElementwise(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumReductionLoops() == 0 && linalgOp->getNumResults() == 1 &&
         isArithmeticBody(linalgOp, /*constantPowers=*/true) && isa<FloatType>(getElementTypeOrSelf(linalgOp->getResult(0)));
}

/// Whether a product in the body, or a power, has a position as one operand and something else as the other.
bool PowerFinder::scalesPositions(linalg::LinalgOp op) {
  llvm::SmallDenseSet<Value> numbers; // that are positions
  for (OpOperand *input : op.getDpsInputOperands())
    if (isPosition(input->get()))
      numbers.insert(op.getMatchingBlockArgument(input));
  auto isNumber = [&](Value value) { return numbers.contains(value); };
  for (Operation &inner : op->getRegion(0).front()) {
    if (inner.getNumResults() != 1)
      continue;
    unsigned known = llvm::count_if(inner.getOperands(), isNumber);
    bool rest = llvm::all_of(inner.getOperands(), [&](Value v) { return isNumber(v) || matchPattern(v, m_Constant()); });
    if (isa<linalg::IndexOp>(inner) || (known > 0 && rest))
      numbers.insert(inner.getResult(0));
    else if (known > 0 && isa<arith::MulFOp, arith::DivFOp, math::PowFOp>(inner))
      return true;
  }
  return false;
}

Exponent PowerFinder::getExponent(linalg::LinalgOp power) {
  Exponent exponent;
  exponent.scalesPositions = scalesPositions(power);
  auto add = [&](Operation *op) {
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    for (Value operand : linalgOp ? SmallVector<Value>(linalgOp.getDpsInputs()) : SmallVector<Value>{op->getOperand(0)})
      if (isa<FloatType>(getElementTypeOrSelf(operand)) && isa<RankedTensorType>(operand.getType()) &&
          !positions.get(operand))
        exponent.chain.insert(operand);
  };
  add(power);
  llvm::SmallDenseSet<Value> sources;
  for (size_t next = 0; next < exponent.chain.size(); ++next) {
    Operation *op = exponent.chain[next].getDefiningOp();
    bool isView = op && isTensorView(op) && op->getNumOperands() > 0 && !isa<tensor::ConcatOp, tensor::InsertSliceOp>(op);
    if (!isView && !isElementwise(op)) {
      sources.insert(exponent.chain[next]);
      continue;
    }
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      exponent.scalesPositions |= scalesPositions(linalgOp);
    add(op);
    if (exponent.chain.size() > kMaxChain)
      return {};
  }
  exponent.sources.assign(sources.begin(), sources.end());
  exponent.chain.remove_if([&](Value value) { return sources.contains(value); });
  return exponent;
}

llvm::DenseSet<Value> PowerFinder::find() {
  llvm::DenseSet<Value> found, scaled;
  SmallVector<std::pair<Value, Exponent>> others;
  auto take = [&](Value power, const Exponent &exponent) {
    found.insert(power);
    found.insert(exponent.chain.begin(), exponent.chain.end());
  };
  for (auto op : func.front().getOps<linalg::LinalgOp>()) {
    if (!isElementwise(op) || !takesPowers(op))
      continue;
    Exponent exponent = getExponent(op);
    if (!exponent.scalesPositions) {
      others.push_back({op->getResult(0), std::move(exponent)});
      continue;
    }
    take(op->getResult(0), exponent);
    scaled.insert(exponent.sources.begin(), exponent.sources.end());
  }
  if (found.empty())
    return found;
  for (auto &[power, exponent] : others)
    if (llvm::any_of(exponent.sources, [&](Value source) { return scaled.contains(source); }))
      take(power, exponent);
  // What is computed from them.
  for (Operation &op : func.front())
    if ((isTensorView(&op) || isElementwise(&op)) &&
        llvm::any_of(op.getOperands(), [&](Value operand) { return found.contains(operand); }))
      found.insert(op.getResult(0));
  return found;
}

llvm::DenseSet<Value> mambac::raise::findPowersOfPositions(func::FuncOp func) { return PowerFinder(func).find(); }
