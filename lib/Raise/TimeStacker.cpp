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

// A chain of operations longer than this between two time steps is not a loop body anybody wrote.
static constexpr int kMaxDepth = 256;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

/// The map (t, d0, ..., dn) -> (d0, ..., dn) of a value that does not vary.
static AffineMap invariantMap(int64_t rank, MLIRContext *ctx) {
  return AffineMap::getMultiDimIdentityMap(rank + 1, ctx).getSubMap(llvm::to_vector(llvm::seq<unsigned>(1, rank + 1)));
}
static AffineMap timeFirstMap(int64_t rank, MLIRContext *ctx) {
  return AffineMap::getMultiDimIdentityMap(rank + 1, ctx);
}

/// `elementMap`, from the axes of an op to the indices of a per-step operand, becomes the map from (t, axes) to the
/// indices of the stacked operand.
static AffineMap throughStack(const Stacked &stacked, AffineMap elementMap) {
  MLIRContext *ctx = elementMap.getContext();
  AffineMap shifted = elementMap.shiftDims(1);
  SmallVector<AffineExpr> results{getAffineDimExpr(0, ctx)};
  llvm::append_range(results, shifted.getResults());
  AffineMap inner = AffineMap::get(elementMap.getNumDims() + 1, 0, results, ctx);
  return stacked.map.compose(inner);
}

LogicalResult TimeStacker::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return failure();
}

FailureOr<Stacked> TimeStacker::stack(ArrayRef<Value> list) {
  FailureOr<LinearInPrevious> result = visit(list);
  if (failed(result))
    return failure();
  if (result->dependsOnPrevious())
    return fail("the value depends on a state outside the recurrence");
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
                                        Value r = kind == "mul"   ? arith::MulFOp::create(b, l, args[0], args[1])
                                                  : kind == "add" ? arith::AddFOp::create(b, l, args[0], args[1])
                                                                        .getResult()
                                                                  : arith::SubFOp::create(b, l, args[0], args[1])
                                                                        .getResult();
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

/// The list [init, p_0, ..., p_{T-2}] (or, in reverse, [p_1, ..., p_{T-1}, init]) of a list p being followed.
std::optional<int> TimeStacker::findRecurrence(ArrayRef<Value> list) {
  if (steps < 2)
    return std::nullopt;
  auto matches = [&](int id, bool reverse) {
    ArrayRef<Value> p = pending[id].values;
    return reverse ? list.drop_back() == p.drop_front() : list.drop_front() == p.drop_back();
  };
  for (bool reverse : {false, true}) {
    auto it = position.find(reverse ? list.front() : list.back());
    if (it == position.end())
      continue;
    for (auto [id, step] : it->second) {
      if (step != (reverse ? 1 : steps - 2) || !matches(id, reverse))
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
  auto type = tensorType(list.front());
  if (!type)
    return fail("a value of the step is no ranked tensor");

  if (llvm::all_equal(list)) {
    LinearInPrevious r;
    r.rest = Stacked{list.front(), invariantMap(type.getRank(), rewriter.getContext())};
    return r;
  }
  for (auto &[values, result] : memo[list.back()])
    if (ArrayRef<Value>(values) == list)
      return result;
  if (std::optional<int> id = findRecurrence(list)) {
    LinearInPrevious r;
    r.recurrence = *id;
    return r;
  }
  if (depth > kMaxDepth)
    return fail("the body of the loop is too deep");

  // Follow the definitions; while that lasts the list is a candidate state.
  ++depth;
  int id = pending.size();
  pending.push_back({llvm::to_vector(list), false, false, Value()});
  for (auto [step, v] : llvm::enumerate(list))
    position[v].push_back({id, static_cast<int>(step)});
  Result result = visitSlices(list);
  if (failed(result))
    result = visitOps(list);
  for (Value v : list)
    position[v].pop_back();
  if (succeeded(result))
    result = close(id, *result);
  pending.pop_back();
  --depth;
  if (succeeded(result) && !result->dependsOnPrevious())
    memo[list.back()].push_back({llvm::to_vector(list), *result});
  return result;
}

/// Slices of one tensor whose offsets differ in one dimension, by one a step.
TimeStacker::Result TimeStacker::visitSlices(ArrayRef<Value> list) {
  auto first = list.front().getDefiningOp<tensor::ExtractSliceOp>();
  if (!first)
    return failure();
  SmallVector<OpFoldResult> offsets = first.getMixedOffsets(), sizes = first.getMixedSizes();
  auto isStatic = [](OpFoldResult v) { return getConstantIntValue(v).has_value(); };
  int64_t timeDim = -1;
  for (auto [step, v] : llvm::enumerate(list)) {
    auto slice = v.getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || slice.getSource() != first.getSource() || slice.getType() != first.getType() ||
        slice.getMixedSizes() != sizes || !slice.hasUnitStride())
      return failure();
    for (auto [dim, offset] : llvm::enumerate(slice.getMixedOffsets())) {
      if (offset == offsets[dim])
        continue;
      if (!isStatic(offset) || !isStatic(offsets[dim]) || (timeDim >= 0 && timeDim != (int64_t)dim) ||
          *getConstantIntValue(offset) != *getConstantIntValue(offsets[dim]) + (int64_t)step)
        return failure();
      timeDim = dim;
    }
    if (step > 0 && timeDim < 0)
      return failure();
  }
  if (timeDim < 0 || getConstantIntValue(sizes[timeDim]) != 1)
    return failure();

  // The slice of all steps. Dropped dimensions stay dropped, but for time.
  for (Value v : list)
    visited.insert(v.getDefiningOp());
  llvm::SmallBitVector dropped = first.getDroppedDims();
  sizes[timeDim] = rewriter.getIndexAttr(steps);
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results;
  MLIRContext *ctx = rewriter.getContext();
  unsigned elementDim = 0;
  for (int64_t dim = 0, e = sizes.size(); dim < e; ++dim) {
    bool inElement = !dropped.test(dim);
    if (dim == timeDim) {
      shape.push_back(steps);
      results.push_back(getAffineDimExpr(0, ctx));
      elementDim += inElement;
      continue;
    }
    if (!inElement)
      continue;
    shape.push_back(first.getType().getDimSize(elementDim));
    results.push_back(getAffineDimExpr(1 + elementDim++, ctx));
  }
  auto type = RankedTensorType::get(shape, first.getType().getElementType());
  Value source = first.getSource();
  Value slice = source;
  bool whole = source.getType() == type && getConstantIntValue(offsets[timeDim]) == 0;
  if (!whole)
    slice = tensor::ExtractSliceOp::create(rewriter, loc, type, source, offsets, sizes, first.getMixedStrides());
  LinearInPrevious r;
  r.rest = Stacked{slice, AffineMap::get(first.getType().getRank() + 1, 0, results, ctx)};
  return r;
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

TimeStacker::Result TimeStacker::visitOps(ArrayRef<Value> list) {
  // The second step stands for all: the first may start from a constant.
  Value like = list[steps > 1 ? 1 : 0];
  Operation *op = like.getDefiningOp();
  if (!op)
    return fail("a value of the step comes from outside");
  unsigned number = cast<OpResult>(like).getResultNumber();
  for (Value v : list) {
    Operation *other = v.getDefiningOp();
    if (!other || cast<OpResult>(v).getResultNumber() != number || !sameUpToOperands(op, other))
      return fail(Twine("the steps differ in ") + op->getName().getStringRef());
  }
  for (Value v : list)
    visited.insert(v.getDefiningOp());
  SmallVector<SmallVector<Value>> lists(op->getNumOperands());
  SmallVector<LinearInPrevious> operands;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    for (Value v : list)
      lists[i].push_back(v.getDefiningOp()->getOperand(i));
    if (!tensorType(lists[i].front()) || isa_and_nonnull<tensor::EmptyOp>(lists[i][steps > 1].getDefiningOp())) {
      // Sizes and captured scalars: the same on all steps, or this is no loop body. A destination has no content.
      if (tensorType(lists[i].front()) ? false : !llvm::all_equal(lists[i]))
        return fail(Twine("a scalar operand of ") + op->getName().getStringRef() + " differs between steps");
      operands.emplace_back();
      continue;
    }
    Result r = visit(lists[i]);
    if (failed(r))
      return failure();
    operands.push_back(*r);
  }
  return replay(op, like, operands, lists);
}

//===------------------------------------------------------------------------------------------------------------===//
// Replaying one operation on stacked operands
//===------------------------------------------------------------------------------------------------------------===//

TimeStacker::Result TimeStacker::replay(Operation *op, Value like, ArrayRef<LinearInPrevious> operands,
                                        ArrayRef<SmallVector<Value>> lists) {
  MLIRContext *ctx = rewriter.getContext();
  auto type = tensorType(like);
  LinearInPrevious r;
  bool onPrevious = llvm::any_of(operands, [](const LinearInPrevious &o) { return o.dependsOnPrevious(); });
  bool varies = llvm::any_of(operands, [](const LinearInPrevious &o) { return o.rest && !o.rest->isInvariant(); });
  if (!onPrevious && !varies) {
    // Equal operations on equal operands.
    r.rest = Stacked{like, invariantMap(type.getRank(), ctx)};
    return r;
  }
  if (isa<linalg::GenericOp>(op))
    return onPrevious ? replayLinear(op, operands) : replayGeneric(op, operands);
  if (onPrevious)
    return fail(Twine("the state passes through ") + op->getName().getStringRef() + " on its way to the next step");
  if (isa<linalg::FillOp>(op))
    return fail("a fill varies with the step");

  auto shape = llvm::to_vector(type.getShape());
  shape.insert(shape.begin(), steps);
  auto stackedType = RankedTensorType::get(shape, type.getElementType());
  auto withTime = [&](ArrayRef<ReassociationIndices> groups) {
    SmallVector<ReassociationIndices> out{{0}};
    for (const ReassociationIndices &g : groups) {
      out.emplace_back();
      for (int64_t i : g)
        out.back().push_back(i + 1);
    }
    return out;
  };
  Value source = materialize(*operands[0].rest, lists[0][steps > 1]);
  Value value;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    SmallVector<OpFoldResult> sizes{rewriter.getIndexAttr(steps)};
    llvm::append_range(sizes, expand.getMixedOutputShape());
    auto groups = withTime(expand.getReassociationIndices());
    if (groups.size() == 1) // a scalar: all result dims belong to time's group
      for (int64_t i = 0; i < type.getRank(); ++i)
        groups[0].push_back(i + 1);
    value = tensor::ExpandShapeOp::create(rewriter, loc, stackedType, source, groups, sizes);
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    auto groups = withTime(collapse.getReassociationIndices());
    if (groups.size() == 1)
      for (int64_t i = 0; i < collapse.getSrcType().getRank(); ++i)
        groups[0].push_back(i + 1);
    value = tensor::CollapseShapeOp::create(rewriter, loc, stackedType, source, groups);
  } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    auto prepend = [&](SmallVector<OpFoldResult> v, int64_t first) {
      v.insert(v.begin(), rewriter.getIndexAttr(first));
      return v;
    };
    value = tensor::ExtractSliceOp::create(rewriter, loc, stackedType, source, prepend(slice.getMixedOffsets(), 0),
                                           prepend(slice.getMixedSizes(), steps), prepend(slice.getMixedStrides(), 1));
  } else {
    return fail(op->getName().getStringRef() + " in the body of the loop");
  }
  r.rest = Stacked{value, timeFirstMap(type.getRank(), ctx)};
  return r;
}

TimeStacker::Result TimeStacker::replayGeneric(Operation *op, ArrayRef<LinearInPrevious> operands) {
  auto generic = cast<linalg::GenericOp>(op);
  if (generic.getNumDpsInits() != 1)
    return fail("a linalg.generic with several results in the body of the loop");
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : generic.getDpsInputOperands()) {
    AffineMap map = generic.getMatchingIndexingMap(input);
    if (!operands[input->getOperandNumber()].rest) { // a scalar
      inputs.push_back(input->get());
      maps.push_back(map.shiftDims(1));
      continue;
    }
    const Stacked &s = *operands[input->getOperandNumber()].rest;
    inputs.push_back(s.value);
    maps.push_back(throughStack(s, map));
  }
  OpOperand *init = generic.getDpsInitOperand(0);
  AffineMap outMap = generic.getMatchingIndexingMap(init);
  Type elementType = tensorType(init->get()).getElementType();
  Value out = emptyLike(init->get(), elementType);
  if (generic.payloadUsesValueFromOperand(init)) {
    auto fill = init->get().getDefiningOp<linalg::FillOp>();
    const auto &stackedInit = operands[init->getOperandNumber()].rest;
    if (fill && stackedInit && stackedInit->isInvariant())
      out = linalg::FillOp::create(rewriter, loc, fill.getInputs(), ValueRange{out}).getResult(0);
    else if (stackedInit)
      out = materialize(*stackedInit, init->get());
    else
      return fail("a reduction starts from an undefined value");
  }
  SmallVector<AffineExpr> outResults{getAffineDimExpr(0, rewriter.getContext())};
  llvm::append_range(outResults, outMap.shiftDims(1).getResults());
  maps.push_back(AffineMap::get(outMap.getNumDims() + 1, 0, outResults, rewriter.getContext()));
  SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel};
  llvm::append_range(iterators, generic.getIteratorTypesArray());
  auto stackedOp = linalg::GenericOp::create(rewriter, generic.getLoc(), TypeRange{out.getType()}, inputs,
                                             ValueRange{out}, maps, iterators);
  IRMapping mapping;
  rewriter.cloneRegionBefore(generic.getRegion(), stackedOp.getRegion(), stackedOp.getRegion().end(), mapping);
  for (linalg::IndexOp index : llvm::to_vector(stackedOp.getBody()->getOps<linalg::IndexOp>()))
    index.setDim(index.getDim() + 1);
  LinearInPrevious r;
  r.rest = Stacked{stackedOp.getResult(0), timeFirstMap(tensorType(init->get()).getRank(), rewriter.getContext())};
  return r;
}

/// Sums, differences, products with something that does not depend on the state, and casts of the state.
TimeStacker::Result TimeStacker::replayLinear(Operation *op, ArrayRef<LinearInPrevious> operands) {
  auto generic = cast<linalg::GenericOp>(op);
  OpOperand *init = generic.getDpsInitOperand(0);
  AffineMap outMap = generic.getMatchingIndexingMap(init);
  if (generic.getNumDpsInits() != 1 || generic.getNumLoops() != generic.getNumParallelLoops() || !outMap.isPermutation())
    return fail("the state is reduced on its way to the next step");
  Value like = generic.getResult(0);

  // Operands as seen from the result's dimensions.
  AffineMap fromOut = inversePermutation(outMap);
  auto seen = [&](std::optional<Stacked> s, AffineMap map) -> std::optional<Stacked> {
    if (!s)
      return s;
    return Stacked{s->value, throughStack(*s, map.compose(fromOut))};
  };
  DenseMap<Value, LinearInPrevious> values;
  for (OpOperand *input : generic.getDpsInputOperands()) {
    LinearInPrevious v = operands[input->getOperandNumber()];
    AffineMap map = generic.getMatchingIndexingMap(input);
    if (v.dependsOnPrevious() && map != outMap)
      return fail("the state is transposed or broadcast on its way to the next step");
    v.scale = seen(v.scale, map);
    v.rest = seen(v.rest, map);
    values[generic.getMatchingBlockArgument(input)] = v;
  }
  Type elementType = tensorType(like).getElementType();
  for (Operation &inner : generic.getBody()->without_terminator()) {
    LinearInPrevious r;
    auto operand = [&](unsigned i) -> const LinearInPrevious * {
      auto it = values.find(inner.getOperand(i));
      return it == values.end() ? nullptr : &it->second;
    };
    if (isa<arith::ExtFOp>(inner)) {
      const LinearInPrevious *x = operand(0);
      if (!x)
        return fail("a captured scalar in the state's update");
      r = *x;
      if (r.rest)
        r.rest = castTo(*r.rest, inner.getResult(0).getType(), like);
      if (r.scale)
        r.scale = castTo(*r.scale, inner.getResult(0).getType(), like);
    } else if (isa<arith::MulFOp, arith::AddFOp, arith::SubFOp>(inner)) {
      const LinearInPrevious *x = operand(0), *y = operand(1);
      if (!x || !y)
        return fail("a captured scalar in the state's update");
      if (x->dependsOnPrevious() && y->dependsOnPrevious())
        return fail("the state's update is not linear in the state");
      const LinearInPrevious &state = x->dependsOnPrevious() ? *x : *y;
      const LinearInPrevious &other = x->dependsOnPrevious() ? *y : *x;
      if (!state.dependsOnPrevious()) {
        StringRef kind = isa<arith::MulFOp>(inner) ? "mul" : isa<arith::AddFOp>(inner) ? "add" : "sub";
        r.rest = combine(kind, *x->rest, *y->rest, like);
      } else if (isa<arith::MulFOp>(inner)) {
        r.recurrence = state.recurrence;
        r.scale = state.scale ? combine("mul", *state.scale, *other.rest, like) : *other.rest;
        if (state.rest)
          r.rest = combine("mul", *state.rest, *other.rest, like);
      } else if (isa<arith::AddFOp>(inner)) {
        r = state;
        r.rest = state.rest ? combine("add", *state.rest, *other.rest, like) : *other.rest;
      } else {
        if (&state == y)
          return fail("the state enters its update with a negative sign");
        r = state;
        Value zero = fillLike(like, 0.0);
        Stacked rest = state.rest ? *state.rest
                                  : Stacked{zero, timeFirstMap(tensorType(like).getRank(), rewriter.getContext())};
        r.rest = combine("sub", rest, *other.rest, like);
      }
    } else {
      return fail(Twine("the state passes through ") + inner.getName().getStringRef());
    }
    values[inner.getResult(0)] = r;
  }
  auto it = values.find(generic.getBody()->getTerminator()->getOperand(0));
  if (it == values.end() || generic.getBody()->getTerminator()->getOperand(0).getType() != elementType)
    return fail("the state's update yields a captured value");
  return it->second;
}

Value TimeStacker::fillLike(Value like, double value) {
  auto elementType = cast<FloatType>(tensorType(like).getElementType());
  Value c = arith::ConstantOp::create(rewriter, loc, rewriter.getFloatAttr(elementType, value));
  return linalg::FillOp::create(rewriter, loc, ValueRange{c}, ValueRange{emptyLike(like, elementType)}).getResult(0);
}

//===------------------------------------------------------------------------------------------------------------===//
// Closing a recurrence
//===------------------------------------------------------------------------------------------------------------===//

/// `step` defines list `id`. If it refers to the list itself, one step earlier, it becomes an ssm.scan.
TimeStacker::Result TimeStacker::close(int id, LinearInPrevious step) {
  Pending &list = pending[id];
  if (!list.recurrent)
    return step;
  if (step.recurrence != id)
    return fail(step.dependsOnPrevious() ? "two states depend on each other" : "the state of the last step is unused");
  MLIRContext *ctx = rewriter.getContext();
  Value like = list.values[steps > 1];
  auto type = tensorType(like);
  int64_t rank = type.getRank();
  if (!step.rest)
    return fail("the state has no input");
  AffineMap identity = timeFirstMap(rank, ctx);
  if (!step.scale) { // h_t = h_{t-1} + b_t
    Value one = arith::ConstantOp::create(rewriter, loc, rewriter.getFloatAttr(type.getElementType(), 1.0));
    Value empty = tensor::EmptyOp::create(rewriter, loc, ArrayRef<int64_t>{}, type.getElementType());
    Value ones = linalg::FillOp::create(rewriter, loc, ValueRange{one}, ValueRange{empty}).getResult(0);
    step.scale = Stacked{ones, AffineMap::get(rank + 1, 0, {}, ctx)};
  }
  Value init = list.init;
  if (tensorType(init).getElementType() != type.getElementType())
    init = castTo(Stacked{init, invariantMap(rank, ctx)}, type.getElementType(), init).value;
  Value states = emptyLike(like, type.getElementType());
  Value finalState = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, like),
                                             type.getElementType());
  AffineMap stateMap = invariantMap(rank, ctx);
  auto scan = ssm::ScanOp::create(rewriter, loc, step.scale->value, step.rest->value, init,
                                  ValueRange{states, finalState},
                                  {step.scale->map, step.rest->map, stateMap, identity, stateMap},
                                  /*axis=*/0, list.reverse);
  recurrences.push_back({list.reverse ? list.values.front() : list.values.back(), scan->getResult(1)});
  LinearInPrevious r;
  r.rest = Stacked{scan->getResult(0), identity};
  return r;
}
