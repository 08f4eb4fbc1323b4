//===- TraceScope.cpp - Which values a trace goes through -------------------------------------------------------===//

#include "lib/Raise/ElementTrace.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/TermRoles.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// Whether an operation only moves elements.
static bool isView(Operation *op) {
  return isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp,
             tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp>(op);
}

/// Whether a body computes sums, products, quotients and exponentials of its operands, with masks of positions.
static bool isArithmetic(linalg::LinalgOp op) {
  for (Operation &inner : op->getRegion(0).front()) {
    if (isa<linalg::YieldOp, linalg::IndexOp, arith::ConstantOp, arith::AddFOp, arith::SubFOp, arith::MulFOp,
            arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::SelectOp, arith::UIToFPOp, arith::SIToFPOp, math::ExpOp,
            math::Exp2Op, math::LogOp, tensor::ExtractOp>(inner))
      continue;
    // A quotient by a sum is another function.
    if (auto division = dyn_cast<arith::DivFOp>(inner)) {
      if (division.getRhs().getDefiningOp<arith::AddFOp>() || division.getRhs().getDefiningOp<arith::SubFOp>())
        return false;
      continue;
    }
    if (llvm::any_of(inner.getOperandTypes(), [](Type type) { return isa<FloatType>(type); }) &&
        !isa<arith::CmpFOp>(inner))
      return false;
  }
  return true;
}

static bool isFloatTensor(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

/// A product of an activation and weights that have an axis of their own in the result: a linear layer.
static bool isProjection(Operation *op, ArrayRef<std::pair<Value, AffineMap>> inputs, AffineMap result) {
  for (auto &[weight, map] : inputs) {
    if (!dependsOnWeightsAlone(weight))
      continue;
    for (AffineExpr own : map.getResults())
      if (llvm::is_contained(result.getResults(), own) && llvm::none_of(inputs, [&](auto &other) {
            return other.first != weight && llvm::is_contained(other.second.getResults(), own);
          }))
        return true;
  }
  return false;
}

TraceScope::State TraceScope::visit(Operation &op) const {
  State state;
  // Masks, and what they are made from, are made up of positions and numbers.
  state.madeUp = !isa<ssm::WeightOp>(op) && op.getNumRegions() <= 1;
  for (Value operand : getReadValues(&op)) {
    state.inside |= isInside(operand);
    state.piece |= isPiece(operand);
    state.summed |= states.lookup(operand).summed;
    state.madeUp &= !isa<ShapedType>(operand.getType()) || states.lookup(operand).madeUp;
  }
  if (state.madeUp)
    return state;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    state.piece |= slice.getSourceType() != slice.getType();
    return state;
  }
  if (isView(&op)) {
    // Time may be cut into chunks, padded or put together here.
    state.piece |= !isa<tensor::CastOp>(op);
    return state;
  }
  if (auto scan = dyn_cast<ssm::ScanOp>(op); scan && scan.isComplex())
    return {};
  if (isa<ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(op))
    return {true, false, false, false, true};
  if (isa<ssm::EinsumOp>(op)) {
    auto einsum = cast<ssm::EinsumOp>(op);
    SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
    SmallVector<std::pair<Value, AffineMap>> inputs;
    for (auto [input, map] : llvm::zip(einsum.getInputs(), maps))
      inputs.push_back({input, map});
    state.sum = true;
    state.summed |= state.inside;
    return isProjection(&op, inputs, maps.back()) ? State() : state;
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || op.getNumResults() == 0 || !isFloatTensor(op.getResult(0).getType()))
    return {};
  if (linalgOp.getNumReductionLoops() > 0) {
    SmallVector<std::pair<Value, AffineMap>> inputs;
    for (OpOperand *input : linalgOp.getDpsInputOperands())
      inputs.push_back({input->get(), linalgOp.getMatchingIndexingMap(input)});
    if (isProjection(&op, inputs, linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0))))
      return {};
    state.sum = true;
    state.summed |= state.inside;
  }
  if (!isArithmetic(linalgOp))
    return {false, state.piece && !state.summed, false, false, state.summed};
  bool exponential = llvm::any_of(op.getRegion(0).front(), [](Operation &inner) {
    return isa<math::ExpOp, math::Exp2Op>(inner);
  });
  if (exponential && !dependsOnWeightsAlone(op.getResult(0)))
    state.inside = true;
  return state;
}

TraceScope::TraceScope(func::FuncOp func) {
  if (func.isExternal())
    return;
  for (Operation &op : func.front()) {
    State state = visit(op);
    for (Value result : op.getResults())
      states[result] = isFloatTensor(result.getType()) || state.madeUp ? state : State();
  }
}

bool TraceScope::isFollowed(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && (isView(op) || isInside(value) || isPiece(value) || states.lookup(value).sum || states.lookup(value).madeUp ||
                opened.contains(value));
}

bool TraceScope::open(Value value) { return value.getDefiningOp() && opened.insert(value).second; }

llvm::SetVector<Value> TraceScope::getInside(Value root) const {
  llvm::SetVector<Value> inside;
  inside.insert(root);
  for (unsigned next = 0; next < inside.size(); ++next)
    if (Operation *op = inside[next].getDefiningOp())
      for (Value operand : getReadValues(op))
        if (isInside(operand))
          inside.insert(operand);
  return inside;
}

/// Whether something outside of a scope uses a value.
static bool isUsedOutside(const TraceScope &scope, Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return user->getNumResults() == 0 ||
           llvm::any_of(user->getResults(), [&](Value used) { return !scope.isInside(used); });
  });
}

SmallVector<Value> TraceScope::getLeftBehind(Value root) const {
  llvm::SetVector<Operation *> after;
  for (Operation *user : root.getUsers())
    after.insert(user);
  for (unsigned next = 0; next < after.size(); ++next)
    after.insert(after[next]->user_begin(), after[next]->user_end());
  SmallVector<Value> values;
  for (Operation &op : llvm::reverse(*root.getParentBlock()))
    for (Value result : op.getResults())
      if (result != root && isInside(result) && !after.contains(&op) && isUsedOutside(*this, result))
        values.push_back(result);
  return values;
}

/// The result of silu(x) = x / (1 + exp(-x)), elementwise, through views.
static bool isGate(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (isView(op))
      value = op->getOperand(0);
    else if (generic && generic.getNumDpsInputs() == 1 && isa<BlockArgument>(generic.getBody()->getTerminator()->getOperand(0)))
      value = generic.getInputs()[0];
    else
      return generic && isSiluBody(generic);
  }
  return false;
}

bool TraceScope::isWhole(Value root, ArrayRef<Value> others) const {
  SmallVector<Value> views{root};
  while (!views.empty())
    for (Operation *user : views.pop_back_val().getUsers()) {
      if (user->getNumResults() == 0 || !isInside(user->getResult(0)))
        continue;
      if (isa<tensor::ConcatOp, tensor::InsertSliceOp, tensor::PadOp>(user))
        return false;
      auto op = dyn_cast<linalg::LinalgOp>(user);
      // A copy, or another sign that is taken back later, as in D x - (-y).
      auto isOfItself = [&] {
        Value yielded = op->getRegion(0).front().getTerminator()->getOperand(0);
        return isa<BlockArgument>(yielded) || yielded.getDefiningOp<arith::NegFOp>();
      };
      if (isView(user) || (op && op.getNumReductionLoops() == 0 && isOfItself())) {
        views.push_back(user->getResult(0));
        continue;
      }
      if (!op || op.getNumReductionLoops() != 0)
        continue;
      // D x is added, or a gate multiplied in.
      for (Operation &inner : op->getRegion(0).front())
        if (isa<arith::AddFOp, arith::SubFOp>(inner))
          return false;
      for (OpOperand *input : op.getDpsInputOperands())
        if (isGate(input->get()))
          return false;
    }
  llvm::SetVector<Value> inside = getInside(root);
  return llvm::all_of(getLeftBehind(root), [&](Value value) {
    return llvm::is_contained(others, value) ||
           llvm::none_of(getInside(value), [&](Value part) { return inside.contains(part); });
  });
}
