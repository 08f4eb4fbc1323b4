//===- LoopStacker.cpp - Values of a loop's body, stacked over its iterations -----------------------------------===//

#include "lib/Raise/LoopStacker.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/ScanEvaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mambac::raise;

static RankedTensorType tensorType(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

/// expr over index values, plain where it is constant.
static OpFoldResult apply(OpBuilder &b, Location loc, AffineExpr expr, ArrayRef<OpFoldResult> operands) {
  return affine::makeComposedFoldedAffineApply(b, loc, expr, operands);
}

LoopStacker::LoopStacker(scf::ForOp loop, OpBuilder &builder, bool earlier) : loop(loop), b(builder) {
  AffineExpr first = b.getAffineSymbolExpr(0), end = b.getAffineSymbolExpr(1);
  int64_t step = getConstantIntValue(loop.getStep()).value_or(1);
  lower = getAsOpFoldResult(loop.getLowerBound());
  if (earlier)
    lower = apply(b, loop.getLoc(), first - step, {lower});
  trip = apply(b, loop.getLoc(), (end - first).ceilDiv(step), {lower, getAsOpFoldResult(loop.getUpperBound())});
}

Value LoopStacker::fail(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return {};
}

bool LoopStacker::isInvariant(Value value) { return loop.isDefinedOutsideOfLoop(value); }

SmallVector<OpFoldResult> LoopStacker::withTrip(ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> all{trip};
  all.append(sizes.begin(), sizes.end());
  return all;
}

std::optional<LoopIndex> LoopStacker::linear(OpFoldResult index) {
  auto value = dyn_cast<Value>(index);
  if (!value || isInvariant(value))
    return LoopIndex{0, index};
  Location loc = loop.getLoc();
  if (value == loop.getInductionVar())
    return LoopIndex{*getConstantIntValue(loop.getStep()), lower};
  auto combine = [&](Value left, Value right, int64_t sign) -> std::optional<LoopIndex> {
    auto l = linear(getAsOpFoldResult(left)), r = linear(getAsOpFoldResult(right));
    if (!l || !r)
      return std::nullopt;
    return LoopIndex{l->factor + sign * r->factor,
                     apply(b, loc, b.getAffineSymbolExpr(0) + sign * b.getAffineSymbolExpr(1), {l->offset, r->offset})};
  };
  auto scale = [&](Value by, int64_t factor) -> std::optional<LoopIndex> {
    auto inner = linear(getAsOpFoldResult(by));
    if (!inner)
      return std::nullopt;
    return LoopIndex{inner->factor * factor, apply(b, loc, b.getAffineSymbolExpr(0) * factor, {inner->offset})};
  };
  Operation *op = value.getDefiningOp();
  if (auto add = dyn_cast_or_null<arith::AddIOp>(op))
    return combine(add.getLhs(), add.getRhs(), 1);
  if (auto sub = dyn_cast_or_null<arith::SubIOp>(op))
    return combine(sub.getLhs(), sub.getRhs(), -1);
  if (auto mul = dyn_cast_or_null<arith::MulIOp>(op)) {
    if (auto factor = getConstantIntValue(mul.getRhs()))
      return scale(mul.getLhs(), *factor);
    if (auto factor = getConstantIntValue(mul.getLhs()))
      return scale(mul.getRhs(), *factor);
  }
  if (auto map = dyn_cast_or_null<affine::AffineApplyOp>(op)) {
    // factor * i + offset in the place of each operand, in a result that is linear in them.
    AffineExpr expr = map.getAffineMap().getResult(0);
    unsigned dims = map.getAffineMap().getNumDims();
    SmallVector<AffineExpr> dimValues, symbolValues;
    SmallVector<OpFoldResult> offsets;
    AffineExpr iteration = b.getAffineDimExpr(0);
    for (auto [position, operand] : llvm::enumerate(map.getMapOperands())) {
      auto inner = linear(getAsOpFoldResult(operand));
      if (!inner)
        return std::nullopt;
      AffineExpr replaced = iteration * inner->factor + b.getAffineSymbolExpr(offsets.size());
      (position < dims ? dimValues : symbolValues).push_back(replaced);
      offsets.push_back(inner->offset);
    }
    expr = simplifyAffineExpr(expr.replaceDimsAndSymbols(dimValues, symbolValues), 1, offsets.size());
    AffineExpr atZero = expr.replace(iteration, b.getAffineConstantExpr(0));
    AffineExpr atOne = expr.replace(iteration, b.getAffineConstantExpr(1));
    auto factor = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(atOne - atZero, 0, offsets.size()));
    if (!factor || simplifyAffineExpr(expr - iteration * factor.getValue() - atZero, 1, offsets.size()) !=
                       b.getAffineConstantExpr(0))
      return std::nullopt;
    return LoopIndex{factor.getValue(), apply(b, loc, atZero, offsets)};
  }
  return std::nullopt;
}

/// `in` with its dimensions in another order: result dimension k is dimension order[k], or new with size one (-1).
static Value permute(OpBuilder &b, Location loc, Value in, ArrayRef<int64_t> order) {
  auto type = tensorType(in);
  SmallVector<OpFoldResult> inSizes = tensor::getMixedSizes(b, loc, in), sizes;
  SmallVector<AffineExpr> from(type.getRank());
  bool same = int64_t(order.size()) == type.getRank();
  for (auto [k, dim] : llvm::enumerate(order)) {
    same &= dim == int64_t(k);
    sizes.push_back(dim < 0 ? OpFoldResult(b.getIndexAttr(1)) : inSizes[dim]);
    if (dim >= 0)
      from[dim] = b.getAffineDimExpr(k);
  }
  if (same)
    return in;
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
  SmallVector<AffineMap> maps = {AffineMap::get(order.size(), 0, from, b.getContext()),
                                 b.getMultiDimIdentityMap(order.size())};
  SmallVector<utils::IteratorType> iterators(order.size(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, loc, empty.getType(), in, empty, maps, iterators,
                                   [](OpBuilder &nested, Location at, ValueRange args) {
                                     linalg::YieldOp::create(nested, at, args[0]);
                                   })
      .getResult(0);
}

Value LoopStacker::stack(Value value) {
  // What a loop hands on may be computed outside of it, and is known for all iterations all the same.
  if (Value known = stacked.lookup(value))
    return known;
  if (isInvariant(value))
    return value;
  Operation *op = value.getDefiningOp();
  if (!op)
    return {}; // another state, which is known for the loop's own iterations alone: one begins without an earlier one
  if (!tensorType(value))
    return fail("a number is computed in each iteration");
  Value result;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    result = stackSlice(slice);
  else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    result = stackInsert(insert);
  else if (auto generic = dyn_cast<linalg::GenericOp>(op))
    result = stackGeneric(generic, cast<OpResult>(value).getResultNumber());
  else if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op))
    result = stackReshape(op);
  else if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    SmallVector<Value> pieces;
    for (Value piece : concat.getInputs())
      if (!pieces.emplace_back(stackWhole(piece)))
        return {};
    result = tensor::ConcatOp::create(b, op->getLoc(), concat.getDim() + 1, pieces);
  } else if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    result = tensor::EmptyOp::create(b, op->getLoc(), withTrip(empty.getMixedSizes()),
                                     empty.getType().getElementType());
  else if (auto cumsum = dyn_cast<mambac::ssm::CumsumOp>(op)) {
    Value in = stackWhole(cumsum.getX());
    if (!in)
      return {};
    Value out = tensor::EmptyOp::create(b, op->getLoc(), tensor::getMixedSizes(b, op->getLoc(), in),
                                        tensorType(value).getElementType());
    auto copy = mambac::ssm::CumsumOp::create(b, op->getLoc(), in, out, cumsum.getDim() + 1, cumsum.getReverse(),
                                              cumsum.getExclusive(), cumsum.getLog());
    result = copy->getResult(0);
  } else {
    return fail(Twine("its body has ") + op->getName().getStringRef());
  }
  if (result)
    stacked[value] = result;
  return result;
}

Value LoopStacker::stackWhole(Value value) {
  Value result = stack(value);
  if (!result || isStacked(value))
    return result;
  // The same in each iteration.
  auto type = tensorType(result);
  Location loc = result.getLoc();
  Value empty = tensor::EmptyOp::create(b, loc, withTrip(tensor::getMixedSizes(b, loc, result)), type.getElementType());
  if (std::optional<double> number = getSplatValue(result)) {
    Value constant = arith::ConstantOp::create(b, loc, b.getFloatAttr(type.getElementType(), *number));
    return linalg::FillOp::create(b, loc, constant, empty).getResult(0);
  }
  unsigned rank = type.getRank() + 1;
  SmallVector<AffineMap> maps = {AffineMap::getMultiDimIdentityMap(rank, b.getContext()).getMinorSubMap(rank - 1),
                                 b.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, loc, empty.getType(), result, empty, maps, iterators,
                                   [](OpBuilder &nested, Location at, ValueRange args) {
                                     linalg::YieldOp::create(nested, at, args[0]);
                                   })
      .getResult(0);
}

Value LoopStacker::stackSlice(tensor::ExtractSliceOp op) {
  Location loc = op.getLoc();
  Value source = stack(op.getSource());
  if (!source)
    return {};
  auto type = tensorType(op.getSource());
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets(), sizes = op.getMixedSizes(), strides = op.getMixedStrides();
  for (SmallVector<OpFoldResult> *list : {&sizes, &strides})
    for (OpFoldResult each : *list)
      if (auto value = dyn_cast<Value>(each); value && !isInvariant(value))
        return fail("the size of a slice depends on the iteration");
  int64_t moving = -1;
  LoopIndex index;
  for (auto [dim, offset] : llvm::enumerate(offsets)) {
    auto each = linear(offset);
    if (!each)
      return fail("the position of a slice is not linear in the iteration");
    if (each->factor != 0 && moving >= 0)
      return fail("a slice moves along two dimensions");
    if (each->factor != 0) {
      moving = dim;
      index = *each;
    } else {
      offsets[dim] = each->offset;
    }
  }
  llvm::SmallBitVector dropped = op.getDroppedDims();
  if (isStacked(op.getSource())) {
    if (moving >= 0)
      return fail("a slice of an iteration's own tensor moves");
    offsets.insert(offsets.begin(), b.getIndexAttr(0));
    sizes.insert(sizes.begin(), trip);
    strides.insert(strides.begin(), b.getIndexAttr(1));
    SmallVector<int64_t> shape{getConstantIntValue(trip).value_or(ShapedType::kDynamic)};
    llvm::append_range(shape, op.getType().getShape());
    auto result = RankedTensorType::get(shape, type.getElementType());
    return tensor::ExtractSliceOp::create(b, loc, result, source, offsets, sizes, strides);
  }
  if (moving < 0)
    return fail("a slice is not where it seems to be");
  std::optional<int64_t> length = getConstantIntValue(sizes[moving]);
  if (index.factor < 0)
    return fail("a loop walks backwards");
  if (!isConstantIntValue(strides[moving], 1) || !length)
    return fail("a slice along the loop has a stride or an open size");
  if (*length != 1 && *length != index.factor)
    return fail("slices of neighbouring iterations overlap or leave gaps");
  // The slices of all iterations together.
  offsets[moving] = index.offset;
  bool chunks = *length != 1;
  if (chunks)
    sizes[moving] = apply(b, loc, b.getAffineSymbolExpr(0) * *length, {trip});
  else {
    sizes[moving] = trip;
    strides[moving] = b.getIndexAttr(index.factor);
  }
  SmallVector<int64_t> shape, order;
  int64_t position = 0;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (dim == moving || !dropped.test(dim)) {
      if (dim == moving)
        position = shape.size();
      shape.push_back(getConstantIntValue(sizes[dim]).value_or(ShapedType::kDynamic));
    }
  // All of the source, as most loops take it, is the source.
  bool all = int64_t(shape.size()) == type.getRank();
  for (int64_t dim = 0; dim < type.getRank() && all; ++dim)
    all = isConstantIntValue(offsets[dim], 0) && isConstantIntValue(strides[dim], 1) &&
          isWholeDim(source, dim, sizes[dim]);
  Value whole = source;
  if (!all)
    whole = tensor::ExtractSliceOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), source, offsets,
                                           sizes, strides);
  int64_t rank = shape.size();
  if (chunks) { // iteration and position within it
    SmallVector<OpFoldResult> outSizes = tensor::getMixedSizes(b, loc, whole);
    SmallVector<ReassociationIndices> groups;
    for (int64_t dim = 0, next = 0; dim < rank; ++dim) {
      groups.push_back({next++});
      if (dim == position)
        groups.back().push_back(next++);
    }
    outSizes[position] = trip;
    outSizes.insert(outSizes.begin() + position + 1, b.getIndexAttr(*length));
    SmallVector<int64_t> outShape = shape;
    outShape[position] = getConstantIntValue(trip).value_or(ShapedType::kDynamic);
    outShape.insert(outShape.begin() + position + 1, *length);
    whole = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(outShape, type.getElementType()), whole, groups,
                                          outSizes);
    ++rank;
  }
  order.push_back(position);
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != position)
      order.push_back(dim);
    else if (!chunks && !dropped.test(moving))
      order.push_back(-1);
  return permute(b, loc, whole, order);
}

Value LoopStacker::stackInsert(tensor::InsertSliceOp op) {
  Value source = stackWhole(op.getSource()), dest = source ? stackWhole(op.getDest()) : Value();
  if (!dest)
    return {};
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets(), sizes = op.getMixedSizes(), strides = op.getMixedStrides();
  for (SmallVector<OpFoldResult> *list : {&offsets, &sizes, &strides})
    for (OpFoldResult each : *list)
      if (auto value = dyn_cast<Value>(each); value && !isInvariant(value))
        return fail("the place of an insertion depends on the iteration");
  offsets.insert(offsets.begin(), b.getIndexAttr(0));
  sizes.insert(sizes.begin(), trip);
  strides.insert(strides.begin(), b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, op.getLoc(), source, dest, offsets, sizes, strides);
}

Value LoopStacker::stackReshape(Operation *op) {
  Value source = stack(op->getOperand(0));
  if (!source)
    return {};
  Location loc = op->getLoc();
  SmallVector<int64_t> shape{getConstantIntValue(trip).value_or(ShapedType::kDynamic)};
  llvm::append_range(shape, tensorType(op->getResult(0)).getShape());
  auto type = RankedTensorType::get(shape, tensorType(op->getResult(0)).getElementType());
  auto shifted = [](ArrayRef<ReassociationIndices> groups) {
    SmallVector<ReassociationIndices> all{{0}};
    for (const ReassociationIndices &group : groups) {
      all.emplace_back();
      for (int64_t dim : group)
        all.back().push_back(dim + 1);
    }
    return all;
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    SmallVector<OpFoldResult> sizes = getMixedValues(expand.getStaticOutputShape(), expand.getOutputShape(), b);
    for (OpFoldResult each : sizes)
      if (auto value = dyn_cast<Value>(each); value && !isInvariant(value))
        return fail("the size of a tensor depends on the iteration");
    return tensor::ExpandShapeOp::create(b, loc, type, source, shifted(expand.getReassociationIndices()),
                                         withTrip(sizes));
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return tensor::CollapseShapeOp::create(b, loc, type, source, shifted(collapse.getReassociationIndices()));
  return tensor::CastOp::create(b, loc, type, source);
}

Value LoopStacker::scalarInside(OpBuilder &inner, Location loc, Value value, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  if (isInvariant(value))
    return value;
  Value result;
  if (value == loop.getInductionVar()) {
    Value iteration = linalg::IndexOp::create(inner, loc, 0);
    Value scaled = arith::MulIOp::create(inner, loc, iteration, loop.getStep());
    result = arith::AddIOp::create(inner, loc, scaled, getValueOrCreateConstantIndexOp(inner, loc, lower));
  } else {
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumRegions() != 0 || !isMemoryEffectFree(op) || tensorType(value))
      return fail("a number in an iteration is no plain arithmetic");
    for (Value operand : op->getOperands()) {
      if (tensorType(operand) && !isInvariant(operand))
        return fail("a number in an iteration is read from a tensor of that iteration");
      Value mapped = scalarInside(inner, loc, operand, mapping);
      if (!mapped)
        return {};
      mapping.map(operand, mapped);
    }
    result = inner.clone(*op, mapping)->getResult(cast<OpResult>(value).getResultNumber());
  }
  mapping.map(value, result);
  return result;
}

Value LoopStacker::stackGeneric(linalg::GenericOp op, unsigned result) {
  Location loc = op.getLoc();
  unsigned rank = op.getNumLoops();
  SmallVector<AffineExpr> shift;
  for (unsigned dim = 0; dim < rank; ++dim)
    shift.push_back(b.getAffineDimExpr(dim + 1));
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    bool isInit = op.isDpsInit(&operand);
    Value value = operand.get();
    bool tensor = static_cast<bool>(tensorType(value));
    if (!tensor && !isInvariant(value))
      return fail("a number is computed in each iteration");
    // An output that is not read only says how large it is.
    Value over;
    bool withIterations = isInit;
    if (isInit && !op.payloadUsesValueFromOperand(&operand)) {
      SmallVector<OpFoldResult> sizes;
      auto type = tensorType(value);
      for (int64_t dim = 0; dim < type.getRank(); ++dim) {
        if (!type.isDynamicDim(dim)) {
          sizes.push_back(b.getIndexAttr(type.getDimSize(dim)));
          continue;
        }
        auto empty = value.getDefiningOp<tensor::EmptyOp>();
        Value size = empty                ? empty.getDynamicSize(dim)
                     : isInvariant(value) ? tensor::DimOp::create(b, loc, value, dim).getResult()
                                          : Value();
        if (!size || !isInvariant(size))
          return fail("the size of a tensor depends on the iteration");
        sizes.push_back(size);
      }
      over = tensor::EmptyOp::create(b, loc, withTrip(sizes), type.getElementType());
    } else {
      over = isInit ? stackWhole(value) : tensor ? stack(value) : value;
      withIterations |= isStacked(value);
    }
    if (!over)
      return {};
    AffineMap map = op.getMatchingIndexingMap(&operand);
    SmallVector<AffineExpr> results;
    if (withIterations)
      results.push_back(b.getAffineDimExpr(0));
    for (AffineExpr each : map.getResults())
      results.push_back(each.replaceDims(shift));
    maps.push_back(AffineMap::get(rank + 1, 0, results, b.getContext()));
    (isInit ? inits : inputs).push_back(over);
  }
  SmallVector<utils::IteratorType> iterators{utils::IteratorType::parallel};
  llvm::append_range(iterators, op.getIteratorTypesArray());
  bool fine = true;
  auto copy = linalg::GenericOp::create(
      b, loc, ValueRange(inits).getTypes(), inputs, inits, maps, iterators,
      [&](OpBuilder &inner, Location, ValueRange args) {
        IRMapping mapping;
        mapping.map(op.getBody()->getArguments(), args);
        for (Operation &each : *op.getBody()) {
          if (auto index = dyn_cast<linalg::IndexOp>(each)) {
            mapping.map(index.getResult(), linalg::IndexOp::create(inner, loc, index.getDim() + 1).getResult());
            continue;
          }
          llvm::SetVector<Value> used(each.operand_begin(), each.operand_end());
          getUsedValuesDefinedAbove(each.getRegions(), used);
          for (Value value : used) {
            bool local = mapping.contains(value) || (value.getParentRegion() != &loop.getRegion());
            if (local || isInvariant(value))
              continue;
            if (tensorType(value) || !scalarInside(inner, loc, value, mapping))
              fine = false;
          }
          inner.clone(each, mapping);
        }
      });
  if (!fine) {
    copy.erase();
    return fail("an operation reads a tensor of its iteration at computed positions");
  }
  return copy.getResult(result);
}

Value LoopStacker::joined(tensor::InsertSliceOp insert, Value pieces, int64_t dim) {
  Location loc = insert.getLoc();
  llvm::SmallBitVector dropped = insert.getDroppedDims();
  bool unit = isConstantIntValue(insert.getMixedSizes()[dim], 1);
  int64_t rank = insert.getDestType().getRank();
  // Where each dimension of the destination is among the pieces': the iterations are 0.
  SmallVector<int64_t> order;
  int64_t next = 1, unitDim = -1;
  for (int64_t k = 0; k < rank; ++k) {
    if (k == dim) {
      order.push_back(0);
      if (dropped.test(k))
        continue;
      if (unit)
        unitDim = next++;
      else
        order.push_back(next++);
      continue;
    }
    order.push_back(dropped.test(k) ? -1 : next++);
  }
  if (unitDim >= 0) { // a dimension of size one gives way to the iterations
    SmallVector<ReassociationIndices> groups;
    for (int64_t k = 0; k < next; ++k) {
      if (k == unitDim)
        groups.back().push_back(k);
      else
        groups.push_back({k});
    }
    pieces = tensor::CollapseShapeOp::create(b, loc, pieces, groups);
    for (int64_t &each : order)
      each -= each > unitDim;
  }
  pieces = permute(b, loc, pieces, order);
  if (unit)
    return pieces;
  SmallVector<ReassociationIndices> groups;
  for (int64_t k = 0, at = 0; k < rank; ++k) {
    groups.push_back({at++});
    if (k == dim)
      groups.back().push_back(at++);
  }
  return tensor::CollapseShapeOp::create(b, loc, pieces, groups);
}

bool LoopStacker::equalsBefore(Value value, Value other) {
  if (value == other)
    return true;
  if (value.getType() != other.getType() || isInvariant(value))
    return false;
  Operation *op = value.getDefiningOp(), *same = other.getDefiningOp();
  if (!op || !same || op->getName() != same->getName())
    return false;
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    auto outer = cast<tensor::ExtractSliceOp>(same);
    if (!equalsBefore(slice.getSource(), outer.getSource()) || slice.getMixedStrides() != outer.getMixedStrides() ||
        slice.getDroppedDims() != outer.getDroppedDims())
      return false;
    for (auto [mine, theirs] : llvm::zip_equal(slice.getMixedSizes(), outer.getMixedSizes()))
      if (!isEqualConstantIntOrValue(mine, theirs))
        return false;
    for (auto [mine, theirs] : llvm::zip_equal(slice.getMixedOffsets(), outer.getMixedOffsets())) {
      auto index = linear(mine);
      if (!index)
        return false;
      OpFoldResult before = apply(b, loop.getLoc(), b.getAffineSymbolExpr(0) - index->factor, {index->offset});
      if (!isEqualConstantIntOrValue(before, theirs))
        return false;
    }
    return true;
  }
  llvm::DenseMap<Value, Value> matched;
  return OperationEquivalence::isEquivalentTo(
      op, same,
      [&](Value mine, Value theirs) {
        auto known = matched.find(mine);
        bool equal = known != matched.end() ? known->second == theirs : equalsBefore(mine, theirs);
        return success(equal);
      },
      [&](Value mine, Value theirs) { matched[mine] = theirs; }, OperationEquivalence::IgnoreLocations);
}
