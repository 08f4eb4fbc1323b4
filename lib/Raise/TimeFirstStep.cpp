//===- TimeFirstStep.cpp - Loops whose first state is given, and states that are read before their update -------===//

#include "lib/Raise/ElementExpr.h"
#include "lib/Raise/TimeStacker.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/OperationSupport.h"

using namespace mlir;
using namespace mambac::raise;

/// The update of a state has fewer operations than this.
static constexpr size_t kMaxUpdate = 64;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

/// Whether the step beside `first` is computed from it, as states are one from the other.
bool TimeStacker::startsFrom(ArrayRef<Value> list, int64_t first) {
  llvm::SetVector<Operation *> inside;
  if (Operation *op = list[first == 0 ? 1 : first - 1].getDefiningOp())
    inside.insert(op);
  for (size_t next = 0; next < inside.size() && inside.size() < kMaxUpdate; ++next)
    for (Value operand : inside[next]->getOperands()) {
      if (operand == list[first])
        return true;
      if (Operation *op = operand.getDefiningOp(); op && tensorType(operand))
        inside.insert(op);
    }
  return false;
}

/// Where the update of a state is a sum with an input, and the first state stands for the first input: the list of inputs
/// with that in its place.
void TimeStacker::visitFirst(int id, Operation *op, MutableArrayRef<LinearInPrevious> operands,
                             ArrayRef<SmallVector<Value>> lists) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || generic.getNumDpsInits() != 1 || generic.getNumDpsInputs() != 2 ||
      llvm::any_of(generic.getIndexingMapsArray(), [&](AffineMap map) {
        return map != generic.getIndexingMapsArray().back() || !map.isPermutation();
      }))
    return;
  auto add = generic.getBody()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add || &generic.getBody()->front() != add || !isa<BlockArgument>(add.getLhs()) ||
      !isa<BlockArgument>(add.getRhs()) || add.getLhs() == add.getRhs())
    return;
  int64_t first = *pending[id].first;
  Value state = pending[id].values[first];
  for (unsigned i : {0u, 1u}) {
    if (!operands[1 - i].dependsOnPrevious() || operands[1 - i].rest || operands[i].dependsOnPrevious())
      continue;
    SmallVector<Value> list(lists[i]);
    list[first] = state;
    if (getSample(lists[i]).getType() != state.getType())
      continue;
    Result exact = visit(list);
    if (failed(exact) || exact->dependsOnPrevious())
      continue;
    operands[i] = *exact;
    pending[id].isFirstExact = true;
    return;
  }
}

/// Whether the element of `stacked` at a step is that of `value`.
static bool isEntry(const Stacked &stacked, int64_t step, Value value) {
  IndexSpace space;
  ScanDependence none;
  ElementEvaluator evaluator(space, none, value);
  evaluator.followWhere([](Value) { return true; });
  SmallVector<Lin> position, stackedPosition;
  for (int64_t dim = 0; dim < tensorType(value).getRank(); ++dim)
    position.push_back(Lin::var(space.addVar(IndexSpace::Kind::Root, space.getSize(value, dim))));
  for (AffineExpr expr : stacked.map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      return false;
    stackedPosition.push_back(dim.getPosition() == 0 ? Lin(step) : position[dim.getPosition() - 1]);
  }
  Poly a = evaluator.evaluate(value, position, {}), b = evaluator.evaluate(stacked.value, stackedPosition, {});
  return a.size() == b.size() && llvm::all_of(a, [&](const Term &term) {
           return term.bound.empty() && llvm::count(b, term) == 1 && llvm::count(a, term) == 1;
         });
}

/// The inputs with the first state in its place. The state before that is 0.
Stacked TimeStacker::putFirst(Stacked rest, int64_t first, Value value) {
  if (isEntry(rest, first, value))
    return rest;
  auto type = tensorType(value);
  Value inputs = materialize(rest, value);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, value);
  SmallVector<OpFoldResult> offsets(sizes.size() + 1, rewriter.getIndexAttr(0)), ones(sizes.size() + 1,
                                                                                      rewriter.getIndexAttr(1));
  offsets[0] = rewriter.getIndexAttr(first);
  sizes.insert(sizes.begin(), rewriter.getIndexAttr(1));
  Value put = tensor::InsertSliceOp::create(rewriter, loc, value, inputs, offsets, sizes, ones);
  return {put, timeFirstMap(type.getRank(), rewriter.getContext())};
}

/// The same operation, on other operands perhaps.
static bool isSameOperation(Operation *a, Operation *b) {
  return a->getName() == b->getName() && a->getResultTypes() == b->getResultTypes() &&
         OperationEquivalence::isEquivalentTo(a, b, OperationEquivalence::ignoreValueEquivalence, nullptr,
                                              OperationEquivalence::IgnoreLocations);
}

/// The operations that compute with `value`, and with what comes of it, as far as one looks.
static llvm::SetVector<Operation *> getDependents(Value value) {
  llvm::SetVector<Operation *> after(value.user_begin(), value.user_end());
  for (size_t next = 0; next < after.size() && after.size() < kMaxUpdate; ++next)
    after.insert(after[next]->user_begin(), after[next]->user_end());
  return after;
}

/// Whether `after` is computed from `state` as `state` is from `before`, on the way between the two.
static bool isComputedAlike(Value after, Value state, Value before) {
  llvm::SetVector<Operation *> way = getDependents(before);
  SmallVector<std::pair<Value, Value>> pairs{{after, state}};
  for (size_t next = 0; next < pairs.size() && next < kMaxUpdate; ++next) {
    Operation *a = pairs[next].first.getDefiningOp(), *b = pairs[next].second.getDefiningOp();
    if (!a || !isSameOperation(a, b))
      return false;
    for (auto [x, y] : llvm::zip_equal(a->getOperands(), b->getOperands())) {
      if (y == before && x != state)
        return false;
      if (y != before && y.getDefiningOp() && way.contains(y.getDefiningOp()))
        pairs.push_back({x, y});
    }
  }
  return true;
}

/// What may be the state after `state`: a value that is computed from it by an operation like its own. `before` is the
/// state before it, or null.
static Value findNext(Value state, Value before) {
  Operation *like = state.getDefiningOp();
  if (!like)
    return {};
  for (Operation *op : getDependents(state))
    if (isSameOperation(op, like)) {
      Value value = op->getResult(cast<OpResult>(state).getResultNumber());
      if (!before || isComputedAlike(value, state, before))
        return value;
    }
  return {};
}

/// The states after each step, of those before each step; the last one, which is not among them, is null.
SmallVector<Value> TimeStacker::shift(ArrayRef<Value> list, bool reverse) {
  SmallVector<Value> after(reverse ? list.drop_back() : list.drop_front());
  after.insert(reverse ? after.begin() : after.end(), Value());
  return after;
}

/// The states after each step, of those before each step, with what may be those after the last steps; and without.
SmallVector<SmallVector<Value>> TimeStacker::getAfter(ArrayRef<Value> before, bool reverse) {
  SmallVector<Value> plain = shift(before, reverse), filled(plain);
  auto at = [&](int64_t step) { return reverse ? steps - 1 - step : step; };
  for (int64_t step = 1; step < steps; ++step) {
    Value state = filled[at(step - 1)];
    if (!filled[at(step)] && state)
      filled[at(step)] = findNext(state, step == 1 ? before[at(0)] : filled[at(step - 2)]);
  }
  if (filled == plain)
    return {plain};
  return {filled, plain};
}

/// The states before each step, [h0, h1, ...]: those after each step, one later, behind the initial one.
TimeStacker::Result TimeStacker::visitStatesBefore(ArrayRef<Value> list, bool reverse) {
  size_t before = recurrences.size();
  Result states = failure();
  const Known *known = findKnown(shift(list, reverse));
  if (known) {
    states = known->result;
    recurrenceSeen |= known->recurrent;
  }
  if (!known)
    for (const SmallVector<Value> &way : getAfter(list, reverse))
      if (failed(states))
        states = follow(way, std::nullopt);
  if (failed(states) || states->dependsOnPrevious() || (!known && recurrences.size() == before))
    return failure(); // the reason is that of the attempt in which these were no states
  Value init = reverse ? list.back() : list.front(), like = init;
  auto type = tensorType(like);
  Value stacked = materialize(*states->rest, like);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, like), unit(sizes);
  SmallVector<OpFoldResult> offsets(sizes.size() + 1, rewriter.getIndexAttr(0)), ones(sizes.size() + 1,
                                                                                      rewriter.getIndexAttr(1));
  sizes.insert(sizes.begin(), rewriter.getIndexAttr(steps - 1));
  unit.insert(unit.begin(), rewriter.getIndexAttr(1));
  offsets[0] = rewriter.getIndexAttr(reverse ? 1 : 0);
  Value shifted = tensor::ExtractSliceOp::create(rewriter, loc, stacked, offsets, sizes, ones);
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin(), 1);
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    groups.push_back({dim + 1});
  if (!groups.empty())
    groups.front().insert(groups.front().begin(), 0);
  Value one = tensor::ExpandShapeOp::create(rewriter, loc, RankedTensorType::get(shape, type.getElementType()), init,
                                            groups, unit);
  SmallVector<Value> parts{one, shifted};
  if (reverse)
    std::swap(parts[0], parts[1]);
  LinearInPrevious r;
  r.rest = Stacked{tensor::ConcatOp::create(rewriter, loc, 0, parts), timeFirstMap(type.getRank(), rewriter.getContext())};
  return r;
}
