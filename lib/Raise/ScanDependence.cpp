//===- ScanDependence.cpp - Which values are worth following ----------------------------------------------------===//
//
// Values that depend on scans, on masks between two positions, or on exponentials, in sums of products.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/PositionDims.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// True if a linalg body only forms sums, products, masks and exponentials; with `numbers`, of positions as well.
static bool hasFollowableBody(linalg::LinalgOp op, bool numbers = false) {
  bool clamps = numbers && op.getNumReductionLoops() == 0;
  return llvm::all_of(op->getRegion(0).front(), [&](Operation &inner) {
    if (numbers && isa<arith::SIToFPOp, arith::MaxSIOp, arith::MinSIOp, arith::MulIOp, arith::ExtSIOp, arith::ExtUIOp,
                       math::AbsIOp, math::PowFOp>(inner))
      return true;
    if (clamps && isa<arith::MaximumFOp, arith::MinimumFOp, math::AbsFOp>(inner))
      return true;
    // By a constant, or by what may be an exponential.
    if (auto div = dyn_cast<arith::DivFOp>(inner))
      return matchPattern(div.getRhs(), m_Constant()) || isa<BlockArgument>(div.getRhs()) ||
             div.getRhs().getDefiningOp<math::ExpOp>();
    return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::ExtFOp, arith::TruncFOp,
               arith::SelectOp, arith::CmpIOp, arith::CmpFOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp,
               arith::ConstantOp, arith::IndexCastOp, arith::AddIOp, arith::SubIOp, arith::UIToFPOp, math::ExpOp,
               math::Exp2Op, linalg::IndexOp, linalg::YieldOp>(inner);
  });
}

SmallVector<Value> mambac::raise::getReadValues(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    for (Operation &inner : op->getRegion(0).front())
      if (auto read = dyn_cast<tensor::ExtractOp>(inner))
        values.push_back(read.getTensor());
  return values;
}

/// A linalg op that copies elements from positions that it computes.
static bool isGather(linalg::LinalgOp op) {
  return op.getNumReductionLoops() == 0 && llvm::all_of(op->getRegion(0).front(), [](Operation &inner) {
           return isa<tensor::ExtractOp, arith::ExtFOp, arith::ConstantOp, arith::IndexCastOp, arith::AddIOp,
                      arith::SubIOp, arith::MulIOp, affine::AffineApplyOp, linalg::IndexOp, linalg::YieldOp>(inner);
         });
}

ScanDependence::ScanDependence(Operation *root, bool masks) {
  PositionDims positions;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    // A size is known without what it is the size of.
    if (op->getNumResults() == 0 || op->getParentOfType<linalg::LinalgOp>() || isa<tensor::DimOp>(op))
      return;
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    bool followable = linalgOp && (hasFollowableBody(linalgOp, masks) || isGather(linalgOp));
    bool relates = false;
    if (auto einsum = dyn_cast<ssm::EinsumOp>(op); masks && einsum)
      relates = llvm::any_of(einsum.getInputs(), [&](Value input) {
        std::optional<llvm::SmallBitVector> dims = positions.get(input);
        return dims && dims->count() >= 2;
      });
    if (masks && followable && isa<FloatType>(cast<ShapedType>(op->getResult(0).getType()).getElementType())) {
      // A function of positions alone belongs to whatever reads it.
      if (auto dims = positions.get(op->getResult(0)); dims && op->getNumResults() == 1) {
        numbers[op->getResult(0)] =
            dims->count() <= 1 &&
            (llvm::any_of(op->getOperands(), [&](Value operand) { return isPowerOfPositions(operand); }) ||
             llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
               return isa<math::ExpOp, math::Exp2Op, math::PowFOp>(inner);
             }));
        return;
      }
      relates = positions.relatesPositions(linalgOp);
      if (positions.isMixed(op->getResult(0)))
        numbers[op->getResult(0)] = false;
    }
    int latest = 0, latestLinear = 0;
    SmallVector<Value> read = getReadValues(op);
    for (Value operand : read) {
      State state = states.lookup(operand);
      latest = std::max(latest, state.generation);
      if (state.linear)
        latestLinear = std::max(latestLinear, state.generation);
    }
    // Linear if nothing of the same generation came in through anything else.
    State state{latest, latestLinear == latest && latest > 0};
    for (Value operand : read)
      if (State other = states.lookup(operand); other.generation == latest && !other.linear)
        state.linear = false;
    if (isa<ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(op)) {
      auto type = dyn_cast<ShapedType>(op->getResult(0).getType());
      if (type && isa<FloatType>(type.getElementType()))
        state = State{state.linear ? latest : latest + 1, true};
    } else if (state.linear) {
      bool isView = isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::PadOp,
                        tensor::ConcatOp, tensor::CastOp, ssm::EinsumOp>(op);
      state.linear = isView || followable;
    }
    if (relates) {
      state = State{state.linear ? latest : latest + 1, true};
      state.masked = masksSeen = true;
    }
    for (Value operand : read)
      if (State other = states.lookup(operand); other.masked && other.generation == state.generation)
        state.masked = true;
    if (state.generation > 0)
      for (Value result : op->getResults())
        states[result] = state;
  });
}

/// Whether an op forms sums and products of what it reads, or moves it.
static bool isFollowable(Operation *op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  bool isView = isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::PadOp,
                    tensor::ConcatOp, tensor::CastOp, mambac::ssm::EinsumOp>(op);
  return isView || (linalgOp && hasFollowableBody(linalgOp));
}

ScanDependence ScanDependence::ofExponentials(Operation *root) {
  ScanDependence dependence;
  auto &states = dependence.states;
  int generations = 0;
  root->walk<WalkOrder::PreOrder>([&](linalg::LinalgOp op) {
    if (isFollowable(op) && op.getNumReductionLoops() == 0 && llvm::any_of(op->getRegion(0).front(), [](Operation &o) {
          return isa<math::ExpOp, math::Exp2Op>(o);
        }))
      states[op->getResult(0)] = State{++generations, true};
  });
  if (generations == 0)
    return dependence;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->getNumResults() == 0 || op->getParentOfType<linalg::LinalgOp>() || isa<tensor::DimOp>(op) ||
        states.count(op->getResult(0)))
      return;
    State state{0, isFollowable(op)};
    for (Value operand : op->getOperands())
      state.generation = std::max(state.generation, states.lookup(operand).generation);
    // Linear if nothing of the same generation came in through anything else.
    for (Value operand : op->getOperands())
      if (State other = states.lookup(operand); other.generation == state.generation && !other.linear)
        state.linear &= other.generation == 0;
    if (state.generation > 0)
      for (Value result : op->getResults())
        states[result] = state;
  });
  return dependence;
}
