//===- TimeStacker.cpp - Merges isomorphic per-step values into one tensor over time ----------------------------===//

#include "lib/Raise/TimeStacker.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

LogicalResult TimeStacker::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return failure();
}

FailureOr<Stacked> TimeStacker::stack(ArrayRef<Value> list, Location place) {
  loc = place;
  reason.clear();
  recurrenceSeen = false;
  FailureOr<LinearInPrevious> result = visit(list);
  if (failed(result))
    return failure();
  // All states that it waited for are closed by now, or following it has failed.
  assert(!result->dependsOnPrevious() && "a state was left open");
  return *result->rest;
}

Value TimeStacker::emptyLike(Value like, Type elementType) {
  SmallVector<OpFoldResult> sizes{rewriter.getIndexAttr(steps)};
  llvm::append_range(sizes, tensor::getMixedSizes(rewriter, loc, like));
  return tensor::EmptyOp::create(rewriter, loc, sizes, elementType);
}

Value TimeStacker::materialize(const Stacked &stacked, Value like) {
  auto type = tensorType(like);
  AffineMap identity = timeFirstMap(type.getRank(), rewriter.getContext());
  if (stacked.map == identity)
    return stacked.value;
  Type elementType = tensorType(stacked.value).getElementType();
  SmallVector<utils::IteratorType> iterators(identity.getNumDims(), utils::IteratorType::parallel);
  Value out = emptyLike(like, elementType);
  return linalg::GenericOp::create(rewriter, loc, out.getType(), ValueRange{stacked.value}, ValueRange{out},
                                   ArrayRef<AffineMap>{stacked.map, identity}, iterators,
                                   [](OpBuilder &b, Location l, ValueRange args) {
                                     linalg::YieldOp::create(b, l, args[0]);
                                   })
      .getResult(0);
}

Stacked TimeStacker::combine(StringRef kind, const Stacked &lhs, const Stacked &rhs, Value like) {
  auto type = tensorType(like);
  AffineMap identity = timeFirstMap(type.getRank(), rewriter.getContext());
  SmallVector<utils::IteratorType> iterators(identity.getNumDims(), utils::IteratorType::parallel);
  Value out = emptyLike(like, tensorType(lhs.value).getElementType());
  auto op = linalg::GenericOp::create(rewriter, loc, out.getType(), ValueRange{lhs.value, rhs.value}, ValueRange{out},
                                      ArrayRef<AffineMap>{lhs.map, rhs.map, identity}, iterators,
                                      [&](OpBuilder &b, Location l, ValueRange args) {
                                        Value x = args[0], y = args[1];
                                        Value r = kind == "mul"   ? arith::MulFOp::create(b, l, x, y).getResult()
                                                  : kind == "div" ? arith::DivFOp::create(b, l, x, y).getResult()
                                                  : kind == "add" ? arith::AddFOp::create(b, l, x, y).getResult()
                                                                  : arith::SubFOp::create(b, l, x, y).getResult();
                                        linalg::YieldOp::create(b, l, r);
                                      });
  return {op.getResult(0), identity};
}

Stacked TimeStacker::castTo(const Stacked &stacked, Type elementType, Value like) {
  auto from = cast<FloatType>(tensorType(stacked.value).getElementType());
  auto to = cast<FloatType>(elementType);
  if (from == to)
    return stacked;
  auto source = tensorType(stacked.value);
  AffineMap identity = AffineMap::getMultiDimIdentityMap(source.getRank(), rewriter.getContext());
  SmallVector<utils::IteratorType> iterators(source.getRank(), utils::IteratorType::parallel);
  Value out = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, stacked.value), to);
  auto op = linalg::GenericOp::create(rewriter, loc, out.getType(), ValueRange{stacked.value}, ValueRange{out},
                                      ArrayRef<AffineMap>{identity, identity}, iterators,
                                      [&](OpBuilder &b, Location l, ValueRange args) {
                                        Value r = from.getWidth() < to.getWidth()
                                                      ? arith::ExtFOp::create(b, l, to, args[0]).getResult()
                                                      : arith::TruncFOp::create(b, l, to, args[0]).getResult();
                                        linalg::YieldOp::create(b, l, r);
                                      });
  return {op.getResult(0), stacked.map};
}

//===------------------------------------------------------------------------------------------------------------===//
// Following a list
//===------------------------------------------------------------------------------------------------------------===//

Value TimeStacker::getSample(ArrayRef<Value> list) {
  // The second step stands for all: the first may start from a constant.
  for (Value value : list.drop_front(list.size() > 1))
    if (value)
      return value;
  return list.front();
}

/// The list [init, p_0, ..., p_{T-2}] (or, in reverse, [p_1, ..., p_{T-1}, init]) of a list p being followed.
std::optional<int> TimeStacker::findRecurrence(ArrayRef<Value> list) {
  if (steps < 2)
    return std::nullopt;
  auto matches = [&](int id, bool reverse) {
    ArrayRef<Value> p = pending[id].values;
    return llvm::all_of(llvm::zip_equal(reverse ? list.drop_back() : list.drop_front(),
                                        reverse ? p.drop_front() : p.drop_back()),
                        [](auto pair) {
                          auto [a, b] = pair;
                          return !a || !b || a == b;
                        });
  };
  for (bool reverse : {false, true}) {
    // A step that is known, beside the initial state.
    int64_t known = reverse ? 0 : steps - 1;
    while (known >= 0 && known < steps && !list[known])
      known += reverse ? 1 : -1;
    if (known < 0 || known == (reverse ? steps - 1 : 0))
      continue;
    auto it = position.find(list[known]);
    if (it == position.end())
      continue;
    for (auto [id, step] : it->second) {
      if (step != known + (reverse ? 1 : -1) || !matches(id, reverse))
        continue;
      Value init = reverse ? list.back() : list.front();
      Pending &p = pending[id];
      if (p.recurrent && (p.init != init || p.reverse != reverse))
        continue;
      p.recurrent = true;
      p.reverse = reverse;
      p.init = init;
      return id;
    }
  }
  return std::nullopt;
}

TimeStacker::Result TimeStacker::visit(ArrayRef<Value> list) {
  Value sample = getSample(list);
  auto type = tensorType(sample);
  assert(type && "operands of other types are not followed");
  if (llvm::all_of(list, [&](Value value) { return !value || value == sample; })) {
    LinearInPrevious r;
    r.rest = Stacked{sample, invariantMap(type.getRank(), rewriter.getContext())};
    return r;
  }
  if (const Known *known = findKnown(list)) {
    recurrenceSeen |= known->recurrent;
    return known->result;
  }
  if (std::optional<int> id = findRecurrence(list))
    return carryOf(*id, sample);
  if (depth > maxDepth)
    return fail("the body of the loop is too deep");
  std::string before = reason;
  bool seenBefore = std::exchange(recurrenceSeen, false);
  Result result = follow(list, std::nullopt);
  for (bool reverse : {false, true})
    if (failed(result) && dependsOnFollowed(list, reverse)) {
      reason = before; // that of the other attempt, where it fails, too
      if (std::optional<int> id = openCoupled(list, reverse))
        result = carryOf(*id, sample);
    }
  if (failed(result) && steps > 1 && !llvm::is_contained(list, Value()))
    for (int64_t first : {int64_t(0), steps - 1}) {
      if (succeeded(result) || !startsFrom(list, first))
        continue;
      bool known = findKnown(shift(list, /*reverse=*/first != 0));
      result = known ? Result(failure()) : follow(list, first);
      if (failed(result))
        result = visitStatesBefore(list, /*reverse=*/first != 0);
    }
  if (succeeded(result))
    reason = before;
  if (succeeded(result) && !result->dependsOnPrevious())
    memo[sample].push_back({llvm::to_vector(list), *result, recurrenceSeen});
  recurrenceSeen |= seenBefore;
  return result;
}

/// What is known of a list; steps that nobody asks for may have any value.
const TimeStacker::Known *TimeStacker::findKnown(ArrayRef<Value> list) {
  for (const Known &known : memo[getSample(list)])
    if (llvm::all_of(llvm::zip_equal(list, known.values), [](auto pair) {
          auto [asked, value] = pair;
          return !asked || asked == value;
        }))
      return &known;
  return nullptr;
}

/// The list's values stand for themselves, not for members of list `id` any more.
void TimeStacker::forget(int id) {
  for (Value v : pending[id].values)
    if (v)
      llvm::erase_if(position[v], [&](std::pair<int, int> place) { return place.first == id; });
  pending[id].open = false;
}

/// Follows the definitions; while that lasts the list is a candidate state. `first` is a step that has its value from
/// elsewhere than the others. `isState`: a state for sure, whether it depends on itself or on others.
TimeStacker::Result TimeStacker::follow(ArrayRef<Value> list, std::optional<int64_t> first, bool isState) {
  ++depth;
  int id = pending.size();
  pending.push_back({llvm::to_vector(list), false, false, Value(), first, false, false, {}});
  for (auto [step, v] : llvm::enumerate(list))
    if (v)
      position[v].push_back({id, static_cast<int>(step)});
  Result result = first ? Result(failure()) : visitSlices(list);
  if (failed(result) && !first)
    result = visitWindows(list);
  if (failed(result))
    result = visitOps(list, id);
  if (first && succeeded(result) &&
      (!result->dependsOnPrevious() || pending[id].init || !(isState || pending[id].recurrent)))
    result = failure(); // the reason is that of the attempt in which all steps were alike
  if (succeeded(result) && result->dependsOnPrevious())
    pending[id].recurrent |= isState;
  if (succeeded(result))
    result = close(id, *result);
  if (!pending[id].open)
    forget(id);
  if (failed(result)) // and with it all that waited for it
    for (int other = id; other < static_cast<int>(pending.size()); ++other)
      if (pending[other].open)
        forget(other);
  --depth;
  return result;
}

/// Equal operations but for their operands. The step `t` may lack widening casts of block arguments that the others
/// have, or the other way round: an initial state often comes in another float type.
static bool sameUpToOperands(Operation *a, Operation *b) {
  if (a->getName() != b->getName() || a->getNumOperands() != b->getNumOperands() ||
      a->getNumResults() != b->getNumResults() || a->getDiscardableAttrDictionary() != b->getDiscardableAttrDictionary())
    return false;
  auto genericA = dyn_cast<linalg::GenericOp>(a);
  if (!genericA)
    return a->getResultTypes() == b->getResultTypes() && a->getAttrDictionary() == b->getAttrDictionary() &&
           OperationEquivalence::isEquivalentTo(a, b, OperationEquivalence::ignoreValueEquivalence, nullptr,
                                                OperationEquivalence::IgnoreLocations);
  auto genericB = cast<linalg::GenericOp>(b);
  if (genericA.getIndexingMaps() != genericB.getIndexingMaps() ||
      genericA.getIteratorTypes() != genericB.getIteratorTypes() || a->getResultTypes() != b->getResultTypes())
    return false;
  DenseMap<Value, Value> same;
  for (auto [x, y] : llvm::zip_equal(genericA.getBody()->getArguments(), genericB.getBody()->getArguments()))
    same[x] = y;
  auto skipWidening = [](Block::iterator &it, Block::iterator end, llvm::function_ref<void(Value, Value)> alias) {
    while (it != end)
      if (auto ext = dyn_cast<arith::ExtFOp>(*it); ext && isa<BlockArgument>(ext.getIn())) {
        alias(ext.getOut(), ext.getIn());
        ++it;
      } else {
        break;
      }
  };
  DenseMap<Value, Value> rootA, rootB;
  auto root = [](DenseMap<Value, Value> &roots, Value v) { return roots.count(v) ? roots[v] : v; };
  auto itA = genericA.getBody()->begin(), itB = genericB.getBody()->begin();
  while (true) {
    skipWidening(itA, genericA.getBody()->end(), [&](Value out, Value in) { rootA[out] = in; });
    skipWidening(itB, genericB.getBody()->end(), [&](Value out, Value in) { rootB[out] = in; });
    if (itA == genericA.getBody()->end() || itB == genericB.getBody()->end())
      return itA == genericA.getBody()->end() && itB == genericB.getBody()->end();
    if (itA->getName() != itB->getName() || itA->getResultTypes() != itB->getResultTypes() ||
        itA->getAttrDictionary() != itB->getAttrDictionary() || itA->getNumRegions() || itB->getNumRegions() ||
        itA->getNumOperands() != itB->getNumOperands())
      return false;
    for (auto [x, y] : llvm::zip_equal(itA->getOperands(), itB->getOperands())) {
      Value rx = root(rootA, x), ry = root(rootB, y);
      auto it = same.find(rx);
      if (it == same.end() ? rx != ry : it->second != ry)
        return false;
    }
    for (auto [x, y] : llvm::zip_equal(itA->getResults(), itB->getResults()))
      same[x] = y;
    ++itA, ++itB;
  }
}

/// What a pad's region takes from outside is no operand.
static bool padsAlike(Operation *a, Operation *b) {
  auto pad = dyn_cast<tensor::PadOp>(a);
  return !pad || pad.getConstantPaddingValue() == cast<tensor::PadOp>(b).getConstantPaddingValue();
}

TimeStacker::Result TimeStacker::visitOps(ArrayRef<Value> list, int id) {
  std::optional<int64_t> first = pending[id].first;
  SmallVector<Value> steady(list);
  if (first)
    steady[*first] = Value();
  Value like = getSample(steady);
  Operation *op = like ? like.getDefiningOp() : nullptr;
  if (!op)
    return fail("a value of the step comes from outside");
  unsigned number = cast<OpResult>(like).getResultNumber();
  for (Value v : steady) {
    if (!v)
      continue;
    Operation *other = v.getDefiningOp();
    if (!other || cast<OpResult>(v).getResultNumber() != number || !sameUpToOperands(op, other) || !padsAlike(op, other))
      return fail(Twine("the steps differ in ") + op->getName().getStringRef());
  }
  for (Value v : steady)
    if (v)
      visited.insert(v.getDefiningOp());
  SmallVector<SmallVector<Value>> lists(op->getNumOperands());
  SmallVector<LinearInPrevious> operands;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    for (Value v : steady)
      lists[i].push_back(v ? v.getDefiningOp()->getOperand(i) : Value());
    Value sample = getSample(lists[i]);
    if (!tensorType(sample) || isa_and_nonnull<tensor::EmptyOp>(sample.getDefiningOp())) {
      // Sizes and captured scalars: the same on all steps, or this is no loop body. A destination has no content.
      if (tensorType(sample) ? false : llvm::any_of(lists[i], [&](Value v) { return v && v != sample; }))
        return fail(Twine("a scalar operand of ") + op->getName().getStringRef() + " differs between steps");
      operands.emplace_back();
      continue;
    }
    Result r = visit(lists[i]);
    if (failed(r))
      return failure();
    operands.push_back(*r);
  }
  if (first)
    visitFirst(id, op, operands, lists);
  return replay(op, like, operands, lists);
}

//===------------------------------------------------------------------------------------------------------------===//
// Closing a recurrence
//===------------------------------------------------------------------------------------------------------------===//

/// `step` defines list `id`. If it refers to the list itself, one step earlier, it becomes an ssm.scan.
TimeStacker::Result TimeStacker::close(int id, LinearInPrevious step) {
  Pending &list = pending[id];
  if (!list.recurrent)
    return step;
  if (!step.dependsOnPrevious())
    return fail("the state of the last step is unused");
  list.step = step;
  if (step.carries.size() != 1 || step.carries[0].recurrence != id)
    return closeCoupled(id);
  MLIRContext *ctx = rewriter.getContext();
  Value like = getSample(list.values);
  auto type = tensorType(like);
  int64_t rank = type.getRank();
  AffineMap identity = timeFirstMap(rank, ctx), stateMap = invariantMap(rank, ctx);
  if (failed(checkPlaces(id)))
    return failure();
  Stacked decay = asOperand(step.carries[0].scale, 1, like), input = getInput(id);
  Value init = getInit(id);
  Value states = emptyLike(like, type.getElementType());
  Value finalState = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, like),
                                             type.getElementType());
  SmallVector<AffineMap> maps{decay.map, input.map};
  if (init)
    maps.push_back(stateMap);
  maps.append({identity, stateMap});
  auto scan = ssm::ScanOp::create(rewriter, loc, decay.value, input.value, init, ValueRange{states, finalState}, maps,
                                  /*axis=*/0, list.reverse);
  recurrenceSeen = true;
  recurrences.push_back({list.reverse ? list.values.front() : list.values.back(), scan->getResult(1)});
  LinearInPrevious r;
  r.rest = Stacked{scan->getResult(0), identity};
  return r;
}

/// Fails unless each state that the list is computed from is read at the list's own place.
LogicalResult TimeStacker::checkPlaces(int id) {
  auto type = tensorType(getSample(pending[id].values));
  for (const Carry &carry : pending[id].step.carries)
    for (auto [dim, expr] : llvm::enumerate(carry.previous.getResults()))
      if (expr != getAffineDimExpr(dim, rewriter.getContext()) && type.getDimSize(dim) != 1)
        return fail("the state is transposed, or changes its shape, from one step to the next");
  return success();
}

/// An operand of a scan: a part of a linear form, or the number that it means where it is absent.
Stacked TimeStacker::asOperand(const std::optional<Stacked> &part, double absent, Value like) {
  auto type = tensorType(like);
  if (!part)
    return getNumber(type.getElementType(), absent, type.getRank());
  if (part->map.isProjectedPermutation())
    return *part;
  return {materialize(*part, like), timeFirstMap(type.getRank(), rewriter.getContext())};
}

/// What is added to a state, with the first state in its place where that stands for the first input.
Stacked TimeStacker::getInput(int id) {
  Pending &list = pending[id];
  Value like = getSample(list.values);
  std::optional<Stacked> rest = list.step.rest;
  if (list.first && !list.isFirstExact) {
    auto type = tensorType(like);
    rest = putFirst(rest ? *rest : getNumber(type.getElementType(), 0, type.getRank()), *list.first,
                    list.values[*list.first]);
  }
  return asOperand(rest, 0, like);
}

/// The state that a recurrence starts from, in the type of the others; null: 0.
Value TimeStacker::getInit(int id) {
  Value init = pending[id].init;
  Type elementType = tensorType(getSample(pending[id].values)).getElementType();
  if (!init || tensorType(init).getElementType() == elementType)
    return init;
  AffineMap map = invariantMap(tensorType(init).getRank(), rewriter.getContext());
  return castTo(Stacked{init, map}, elementType, init).value;
}
