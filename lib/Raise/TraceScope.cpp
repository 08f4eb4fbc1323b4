//===- TraceScope.cpp - Which values a trace goes through -------------------------------------------------------===//

#include "lib/Raise/ElementTrace.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/PositionDims.h"
#include "lib/Raise/PowersOfPositions.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RepeatedShifts.h"
#include "lib/Raise/TermRoles.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

bool mambac::raise::isTensorView(Operation *op) {
  return isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp,
             tensor::InsertSliceOp, tensor::ConcatOp, tensor::PadOp>(op);
}

bool mambac::raise::isArithmeticBody(linalg::LinalgOp op, bool constantPowers) {
  for (Operation &inner : op->getRegion(0).front()) {
    if (isa<linalg::YieldOp, linalg::IndexOp, arith::ConstantOp, arith::AddFOp, arith::SubFOp, arith::MulFOp,
            arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::SelectOp, arith::UIToFPOp, arith::SIToFPOp, math::ExpOp,
            math::Exp2Op, math::LogOp, tensor::ExtractOp>(inner))
      continue;
    if (auto power = dyn_cast<math::PowFOp>(inner);
        power && (constantPowers || !matchPattern(power.getRhs(), m_Constant())))
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

/// Whether an op masks data between two positions, or multiplies it by powers of positions: attention without softmax.
bool TraceScope::decays(Operation &op, PositionDims &positions) const {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp && !isa<ssm::EinsumOp>(op))
    return false;
  if (llvm::any_of(op.getOperands(), [&](Value operand) { return isPower(operand); }))
    return !isPower(op.getResult(0));
  if (linalgOp)
    return positions.relatesPositions(linalgOp);
  return llvm::any_of(cast<ssm::EinsumOp>(op).getInputs(), [&](Value input) {
    std::optional<llvm::SmallBitVector> dims = positions.get(input);
    return dims && dims->count() >= 2;
  });
}

TraceScope::State TraceScope::visit(Operation &op, PositionDims &positions) const {
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
  state.inside |= decays(op, positions) || (op.getNumResults() == 1 && shifts.contains(op.getResult(0)));
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    state.piece |= slice.getSourceType() != slice.getType();
    return state;
  }
  if (isTensorView(&op)) {
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
      if (!isPower(input))
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
      if (!isPower(input->get()))
        inputs.push_back({input->get(), linalgOp.getMatchingIndexingMap(input)});
    if (isProjection(&op, inputs, linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0))))
      return {};
    state.sum = true;
    state.summed |= state.inside;
  }
  if (!isArithmeticBody(linalgOp))
    return {false, state.piece && !state.summed, false, false, state.summed};
  bool exponential = llvm::any_of(op.getRegion(0).front(), [](Operation &inner) {
    return isa<math::ExpOp, math::Exp2Op>(inner);
  });
  if (exponential && !dependsOnWeightsAlone(op.getResult(0)))
    state.inside = true;
  return state;
}

/// The numbers of a constant without its dimensions of size 1.
static Attribute getNumbersOf(Value tensor) {
  DenseElementsAttr constant;
  if (!matchPattern(tensor, m_Constant(&constant)))
    return {};
  SmallVector<int64_t> shape;
  llvm::copy_if(constant.getType().getShape(), std::back_inserter(shape), [](int64_t size) { return size != 1; });
  return constant.reshape(constant.getType().clone(shape));
}

std::pair<Value, SmallVector<Lin>> TraceScope::getSameConstant(Value tensor, ArrayRef<Lin> index) const {
  Value same = constants.lookup(getNumbersOf(tensor));
  if (!same || same == tensor)
    return {tensor, SmallVector<Lin>(index)};
  SmallVector<Lin> position;
  auto from = cast<RankedTensorType>(tensor.getType()), to = cast<RankedTensorType>(same.getType());
  unsigned next = 0;
  for (int64_t size : to.getShape()) {
    while (size != 1 && from.getDimSize(next) == 1)
      ++next;
    position.push_back(size == 1 ? Lin(0) : index[next++]);
  }
  return {same, position};
}

TraceScope::TraceScope(func::FuncOp func) {
  if (func.isExternal())
    return;
  std::set<double> different;
  func.walk([&](arith::ConstantOp op) {
    if (isFloatTensor(op.getType()) && !isa<SplatElementsAttr>(op.getValue()))
      if (Attribute ofConstant = getNumbersOf(op.getResult()))
        constants.try_emplace(ofConstant, op.getResult());
    if (auto number = dyn_cast<FloatAttr>(op.getValue()))
      different.insert(number.getValueAsDouble());
    if (auto elements = dyn_cast<DenseFPElementsAttr>(op.getValue()); elements && elements.getNumElements() <= 256)
      for (const APFloat &element : elements.getValues<APFloat>())
        different.insert(element.convertToDouble());
  });
  numbers.assign(different.begin(), different.end());
  powers = findPowersOfPositions(func);
  shifts = findRepeatedShifts(func);
  PositionDims positions;
  for (Operation &op : func.front()) {
    State state = visit(op, positions);
    for (Value result : op.getResults())
      states[result] = isFloatTensor(result.getType()) || state.madeUp ? state : State();
  }
}

bool TraceScope::isMultiple(Operation *op) {
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (!generic || generic.getNumDpsInputs() != 1 || generic->getNumResults() != 1 || generic.getNumReductionLoops() != 0)
    return false;
  Operation *last = generic.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  auto isArgument = [&](Value v) { return v == generic.getBody()->getArgument(0); };
  if (isa_and_nonnull<arith::NegFOp>(last))
    return isArgument(last->getOperand(0));
  if (isa_and_nonnull<arith::MulFOp>(last) && isArgument(last->getOperand(1)))
    return matchPattern(last->getOperand(0), m_Constant());
  return isa_and_nonnull<arith::MulFOp, arith::DivFOp>(last) && isArgument(last->getOperand(0)) &&
         matchPattern(last->getOperand(1), m_Constant());
}

bool TraceScope::isFollowed(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && (isTensorView(op) || isInside(value) || isPiece(value) || states.lookup(value).sum ||
                isMadeUp(value) || powers.contains(value) || opened.contains(value) ||
                (isMultiple(op) && !dependsOnWeightsAlone(value)));
}

bool TraceScope::open(Value value) {
  if (!value.getDefiningOp() || !opened.insert(value).second)
    return false;
  // Powers of weights, as later steps read them, are computed from each other.
  if (dependsOnWeightsAlone(value))
    for (Operation *user : value.getUsers()) {
      auto linalgOp = dyn_cast<linalg::LinalgOp>(user);
      if ((linalgOp && linalgOp.getNumReductionLoops() == 0 && isArithmeticBody(linalgOp) &&
           dependsOnWeightsAlone(user->getResult(0))))
        open(user->getResult(0));
    }
  return true;
}

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

llvm::SetVector<Value> TraceScope::getFollowed(Value root) const {
  llvm::SetVector<Value> followed;
  followed.insert(root);
  for (unsigned next = 0; next < followed.size(); ++next)
    if (Operation *op = followed[next].getDefiningOp(); op && isFollowed(followed[next]))
      for (Value operand : getReadValues(op))
        if (!isMadeUp(operand) && isFloatTensor(operand.getType()) && !dependsOnWeightsAlone(operand) &&
            !isa_and_nonnull<tensor::EmptyOp>(operand.getDefiningOp()))
          followed.insert(operand);
  return followed;
}

/// Whether something outside of a scope uses a value.
static bool isUsedOutside(const TraceScope &scope, Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return user->getNumResults() == 0 ||
           llvm::any_of(user->getResults(), [&](Value used) { return !scope.isInside(used); });
  });
}

/// What uses a value, and what uses that.
static llvm::SetVector<Operation *> getUsersOfAll(Value value) {
  llvm::SetVector<Operation *> users;
  users.insert(value.user_begin(), value.user_end());
  for (unsigned next = 0; next < users.size(); ++next)
    users.insert(users[next]->user_begin(), users[next]->user_end());
  return users;
}

SmallVector<Value> TraceScope::getLeftBehind(Value root) const {
  llvm::SetVector<Operation *> after = getUsersOfAll(root);
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
    if (isTensorView(op))
      value = op->getOperand(0);
    else if (generic && generic.getNumDpsInputs() == 1 && isa<BlockArgument>(generic.getBody()->getTerminator()->getOperand(0)))
      value = generic.getInputs()[0];
    else
      return generic && isSiluBody(generic);
  }
  return false;
}

/// Whether a value of an elementwise body reads any operand but `root`, what `after` computes of it, and weights.
static bool readsOthers(linalg::LinalgOp op, Value value, Value root, const llvm::SetVector<Operation *> &after) {
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    Value read = arg.getOwner() == op.getBlock() ? op.getMatchingOpOperand(arg)->get() : Value();
    return read && read != root && !after.contains(read.getDefiningOp()) && !dependsOnWeightsAlone(read);
  }
  Operation *def = value.getDefiningOp();
  return def && def->getBlock() == op.getBlock() &&
         llvm::any_of(def->getOperands(), [&](Value v) { return readsOthers(op, v, root, after); });
}

/// A copy, or another sign that is taken back later, as in D x - (-y), or another number of it.
static bool isOfItself(linalg::LinalgOp op) {
  Operation *last = op->getRegion(0).front().getTerminator()->getOperand(0).getDefiningOp();
  return !last || isa<arith::NegFOp>(last) ||
         (isa<arith::MulFOp, arith::DivFOp>(last) &&
          llvm::any_of(last->getOperands(), [](Value v) { return matchPattern(v, m_Constant()); }));
}

bool TraceScope::isWhole(Value root, ArrayRef<Value> others) const {
  // What is made of it, by a readout for one, is no whole either if it is a piece.
  llvm::SetVector<Value> made;
  SmallVector<Operation *> users;
  llvm::SetVector<Operation *> after = getUsersOfAll(root);
  made.insert(root);
  for (unsigned next = 0; next < made.size(); ++next)
    for (Operation *user : made[next].getUsers())
      if (user->getNumResults() != 0 && isInside(user->getResult(0)) && made.insert(user->getResult(0)))
        users.push_back(user);
  for (Operation *user : users) {
    if (isa<tensor::ConcatOp, tensor::InsertSliceOp, tensor::PadOp>(user))
      return false;
    auto op = dyn_cast<linalg::LinalgOp>(user);
    if (isTensorView(user) || !op || op.getNumReductionLoops() != 0 || isOfItself(op))
      continue;
    // D x is added, or a gate multiplied in. What a norm adds is a number, a weight, or computed
    // from the same values.
    for (Operation &inner : op->getRegion(0).front())
      if (isa<arith::AddFOp, arith::SubFOp>(inner) &&
          llvm::any_of(inner.getOperands(), [&](Value v) { return readsOthers(op, v, root, after); }))
        return false;
    for (OpOperand *input : op.getDpsInputOperands())
      if (isGate(input->get()))
        return false;
  }
  // Nor is anything left behind that is computed from the same, be it once more.
  llvm::SetVector<Value> inside = getFollowed(root);
  return llvm::all_of(getLeftBehind(root), [&](Value value) {
    return llvm::is_contained(others, value) ||
           llvm::none_of(getFollowed(value), [&](Value part) { return inside.contains(part); });
  });
}
