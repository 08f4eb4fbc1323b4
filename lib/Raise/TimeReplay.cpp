//===- TimeReplay.cpp - One operation of a loop body on the stacked operands of all steps ------------------------===//

#include "lib/Raise/IndexSpace.h"
#include "lib/Raise/TimeStacker.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

static RankedTensorType tensorType(Value v) { return dyn_cast<RankedTensorType>(v.getType()); }

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

TimeStacker::Result TimeStacker::replay(Operation *op, Value like, ArrayRef<LinearInPrevious> operands,
                                        ArrayRef<SmallVector<Value>> lists) {
  MLIRContext *ctx = rewriter.getContext();
  auto type = tensorType(like);
  LinearInPrevious r;
  bool onPrevious = llvm::any_of(operands, [](const LinearInPrevious &o) { return o.dependsOnPrevious(); });
  bool varies = llvm::any_of(operands, [](const LinearInPrevious &o) { return o.rest && !o.rest->isInvariant(); });
  if ((!onPrevious && !varies) || isa<linalg::FillOp>(op)) {
    // Equal operations on equal operands; what a fill overwrites does not matter.
    r.rest = Stacked{like, invariantMap(type.getRank(), ctx)};
    return r;
  }
  if (isa<linalg::GenericOp>(op))
    return onPrevious ? replayLinear(op, operands) : replayGeneric(op, operands);
  if (onPrevious)
    return replayLinearView(op, operands[0], getSample(lists[0]), like);
  if (isa<linalg::LinalgOp>(op))
    return replayNamed(op, operands);

  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    SmallVector<Value> pieces;
    for (auto [operand, list] : llvm::zip_equal(operands, lists))
      pieces.push_back(materialize(*operand.rest, getSample(list)));
    Value whole = tensor::ConcatOp::create(rewriter, loc, concat.getDim() + 1, pieces);
    r.rest = Stacked{whole, timeFirstMap(type.getRank(), ctx)};
    return r;
  }
  FailureOr<Stacked> value = replayView(op, *operands[0].rest, getSample(lists[0]), like);
  if (failed(value))
    return failure();
  r.rest = *value;
  return r;
}

/// A reshape, slice or cumulative sum of one operand. `like` and `likeOperand` are one step's result and operand.
FailureOr<Stacked> TimeStacker::replayView(Operation *op, const Stacked &operand, Value likeOperand, Value like) {
  auto type = tensorType(like);
  auto shape = llvm::to_vector(type.getShape());
  shape.insert(shape.begin(), steps);
  auto stackedType = RankedTensorType::get(shape, tensorType(operand.value).getElementType());
  auto withTime = [&](ArrayRef<ReassociationIndices> groups) {
    SmallVector<ReassociationIndices> out{{0}};
    for (const ReassociationIndices &g : groups) {
      out.emplace_back();
      for (int64_t i : g)
        out.back().push_back(i + 1);
    }
    return out;
  };
  Value source = materialize(operand, likeOperand);
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
  } else if (auto pad = dyn_cast<tensor::PadOp>(op); pad && pad.getConstantPaddingValue()) {
    auto prepend = [&](SmallVector<OpFoldResult> v) {
      v.insert(v.begin(), rewriter.getIndexAttr(0));
      return v;
    };
    value = tensor::PadOp::create(rewriter, loc, stackedType, source, prepend(pad.getMixedLowPad()),
                                  prepend(pad.getMixedHighPad()), pad.getConstantPaddingValue());
  } else if (auto cumsum = dyn_cast<ssm::CumsumOp>(op)) {
    value = ssm::CumsumOp::create(rewriter, loc, source, emptyLike(like, stackedType.getElementType()), cumsum.getDim() + 1,
                                  cumsum.getReverse(), cumsum.getExclusive(), cumsum.getLog())
                .getResult(0);
  } else {
    return fail(op->getName().getStringRef() + " in the body of the loop");
  }
  return Stacked{value, timeFirstMap(type.getRank(), rewriter.getContext())};
}

/// From the dimensions of a view's result to those of what it is a view of, as far as they are one to one; nothing where
/// one that `used` says is needed is not.
static std::optional<AffineMap> getViewMap(Operation *op, llvm::function_ref<bool(int64_t)> isUsed) {
  MLIRContext *ctx = op->getContext();
  auto result = tensorType(op->getResult(0)), source = tensorType(op->getOperand(0));
  SmallVector<AffineExpr> exprs(source.getRank(), getAffineConstantExpr(0, ctx));
  auto mainOf = [](ArrayRef<int64_t> group, RankedTensorType type) -> std::optional<int64_t> {
    std::optional<int64_t> main;
    for (int64_t dim : group)
      if (type.getDimSize(dim) != 1) {
        if (main)
          return std::nullopt;
        main = dim;
      }
    return main ? main : std::optional(group.front());
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices())) {
      std::optional<int64_t> main = mainOf(group, result);
      if (!main && isUsed(dim))
        return std::nullopt;
      if (main)
        exprs[dim] = getAffineDimExpr(*main, ctx);
    }
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    for (auto [dim, group] : llvm::enumerate(collapse.getReassociationIndices())) {
      std::optional<int64_t> main = mainOf(group, source);
      if (!main && llvm::any_of(group, isUsed))
        return std::nullopt;
      if (main)
        exprs[*main] = getAffineDimExpr(dim, ctx);
    }
  } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    IndexSpace space;
    unsigned next = 0;
    for (int64_t dim = 0; dim < source.getRank(); ++dim) {
      if (!dropped.test(dim))
        exprs[dim] = getAffineDimExpr(next++, ctx);
      if (isUsed(dim) && source.getDimSize(dim) != 1 &&
          (getConstantIntValue(slice.getMixedOffsets()[dim]) != 0 || !slice.hasUnitStride() ||
           space.getSize(slice.getSource(), dim) != space.getIndex(slice.getMixedSizes()[dim])))
        return std::nullopt;
    }
  } else {
    return std::nullopt;
  }
  return AffineMap::get(result.getRank(), 0, exprs, ctx);
}

/// A view of something that depends on the state: of its parts.
TimeStacker::Result TimeStacker::replayLinearView(Operation *op, const LinearInPrevious &operand, Value likeOperand,
                                                  Value like) {
  std::optional<AffineMap> view = getViewMap(op, [&](int64_t dim) {
    return llvm::any_of(operand.carries, [&](const Carry &carry) { return carry.previous.isFunctionOfDim(dim); });
  });
  if (!view)
    return fail(Twine("the state passes through ") + op->getName().getStringRef() + " on its way to the next step");
  LinearInPrevious r = operand;
  SmallVector<std::optional<Stacked> *> parts{&r.rest};
  for (Carry &carry : r.carries) {
    carry.previous = carry.previous.compose(*view);
    parts.push_back(&carry.scale);
  }
  for (std::optional<Stacked> *part : parts) {
    if (!*part)
      continue;
    if ((*part)->map.getNumResults() == 0) { // a number
      (*part)->map = AffineMap::get(tensorType(like).getRank() + 1, 0, {}, rewriter.getContext());
      continue;
    }
    FailureOr<Stacked> value = replayView(op, **part, likeOperand, like);
    if (failed(value))
      return failure();
    *part = *value;
  }
  return r;
}

/// A matrix product and its kin, as the generic op that they are.
TimeStacker::Result TimeStacker::replayNamed(Operation *op, ArrayRef<LinearInPrevious> operands) {
  auto clone = cast<linalg::LinalgOp>(rewriter.clone(*op));
  FailureOr<linalg::GenericOp> generic = linalg::generalizeNamedOp(rewriter, clone);
  if (failed(generic))
    return fail(op->getName().getStringRef() + " in the body of the loop");
  Result result = replayGeneric(*generic, operands);
  rewriter.eraseOp(*generic);
  return result;
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

/// A scalar as a tensor without axes.
Stacked TimeStacker::getScalar(Value scalar, int64_t rank) {
  Value empty = tensor::EmptyOp::create(rewriter, loc, ArrayRef<int64_t>{}, scalar.getType());
  Value filled = linalg::FillOp::create(rewriter, loc, ValueRange{scalar}, ValueRange{empty}).getResult(0);
  return Stacked{filled, AffineMap::get(rank + 1, 0, {}, rewriter.getContext())};
}

Stacked TimeStacker::getNumber(Type type, double value, int64_t rank) {
  return getScalar(arith::ConstantOp::create(rewriter, loc, rewriter.getFloatAttr(type, value)), rank);
}

/// One operation of a body, none of whose operands depends on the state, on all steps.
Stacked TimeStacker::replayInner(Operation &inner, ArrayRef<Stacked> operands, Value like) {
  AffineMap identity = timeFirstMap(tensorType(like).getRank(), rewriter.getContext());
  SmallVector<utils::IteratorType> iterators(identity.getNumDims(), utils::IteratorType::parallel);
  SmallVector<Value> values;
  SmallVector<AffineMap> maps;
  for (const Stacked &operand : operands) {
    values.push_back(operand.value);
    maps.push_back(operand.map);
  }
  maps.push_back(identity);
  Value out = emptyLike(like, inner.getResult(0).getType());
  auto op = linalg::GenericOp::create(rewriter, loc, out.getType(), values, ValueRange{out}, maps, iterators,
                                      [&](OpBuilder &b, Location l, ValueRange args) {
                                        IRMapping mapping;
                                        mapping.map(inner.getOperands(), args.drop_back());
                                        linalg::YieldOp::create(b, l, b.clone(inner, mapping)->getResult(0));
                                      });
  return {op.getResult(0), identity};
}

/// Sums, differences, products with and quotients by something that does not depend on the state, and wider types.
TimeStacker::Result TimeStacker::replayLinear(Operation *op, ArrayRef<LinearInPrevious> operands) {
  auto generic = cast<linalg::GenericOp>(op);
  OpOperand *init = generic.getDpsInitOperand(0);
  AffineMap outMap = generic.getMatchingIndexingMap(init);
  if (generic.getNumDpsInits() != 1 || generic.getNumLoops() != generic.getNumParallelLoops() || !outMap.isPermutation())
    return fail("the state is reduced on its way to the next step");
  Value like = generic.getResult(0);
  int64_t rank = tensorType(like).getRank();

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
    for (Carry &carry : v.carries) {
      carry.previous = carry.previous.compose(map.compose(fromOut));
      carry.scale = seen(carry.scale, map);
    }
    v.rest = isa<RankedTensorType>(input->get().getType()) ? seen(v.rest, map) : getScalar(input->get(), rank);
    values[generic.getMatchingBlockArgument(input)] = v;
  }
  /// What a scalar of the body stands for: an earlier one, a constant, or one from outside.
  auto lookUp = [&](Value scalar) -> std::optional<LinearInPrevious> {
    if (auto it = values.find(scalar); it != values.end())
      return it->second;
    Attribute constant;
    LinearInPrevious r;
    if (auto type = dyn_cast<FloatType>(scalar.getType()); type && matchPattern(scalar, m_Constant(&constant)))
      r.rest = getNumber(type, cast<FloatAttr>(constant).getValueAsDouble(), rank);
    else if (isa<FloatType>(scalar.getType()) && scalar.getParentRegion() != &generic.getRegion())
      r.rest = getScalar(scalar, rank);
    else
      return std::nullopt;
    return r;
  };
  for (Operation &inner : generic.getBody()->without_terminator()) {
    if (inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    SmallVector<LinearInPrevious> args;
    for (Value operand : inner.getOperands()) {
      std::optional<LinearInPrevious> arg = lookUp(operand);
      // What a tensor.empty holds is no number either.
      if (!arg || (!arg->rest && !arg->dependsOnPrevious()))
        return fail(Twine("the state's update has an operand of ") + inner.getName().getStringRef() +
                    " that is no number");
      args.push_back(*arg);
    }
    LinearInPrevious r;
    if (llvm::none_of(args, [](auto &arg) { return arg.dependsOnPrevious(); })) {
      if (inner.getNumResults() != 1 || inner.getNumRegions() || !isa<FloatType>(inner.getResult(0).getType()) ||
          !isPure(&inner) || args.empty())
        return fail(Twine("the state's update computes ") + inner.getName().getStringRef());
      r.rest = replayInner(inner, llvm::map_to_vector(args, [](auto &arg) { return *arg.rest; }), like);
    } else {
      std::optional<LinearInPrevious> linear = combineLinear(inner, args, like);
      if (!linear)
        return fail(Twine("the state passes through ") + inner.getName().getStringRef());
      r = *linear;
    }
    values[inner.getResult(0)] = r;
  }
  auto it = values.find(generic.getBody()->getTerminator()->getOperand(0));
  if (it == values.end() ||
      generic.getBody()->getTerminator()->getOperand(0).getType() != tensorType(like).getElementType())
    return fail("the state's update yields a captured value");
  return it->second;
}

/// The cases of replayLinear in which an operand depends on the state; nothing where the result is not linear in it.
std::optional<LinearInPrevious> TimeStacker::combineLinear(Operation &inner, ArrayRef<LinearInPrevious> args,
                                                           Value like) {
  int64_t rank = tensorType(like).getRank();
  Type type = inner.getResult(0).getType();
  using Part = std::optional<Stacked>;
  auto times = [&](const Part &a, StringRef kind, const Stacked &b) -> Part {
    return a ? Part(combine(kind, *a, b, like)) : Part();
  };
  // An absent part is 0 here.
  auto plus = [&](const Part &a, StringRef kind, const Part &b) -> Part {
    if (!a && b && kind == "sub")
      return combine("mul", *b, getNumber(type, -1, rank), like);
    return !a ? b : !b ? a : Part(combine(kind, *a, *b, like));
  };
  auto scaleOf = [&](const Carry &carry) -> Part { return carry.scale ? carry.scale : Part(getNumber(type, 1, rank)); };
  LinearInPrevious r = args[0].dependsOnPrevious() ? args[0] : args[1];
  if (isa<arith::ExtFOp>(inner)) {
    if (r.rest)
      r.rest = castTo(*r.rest, type, like);
    for (Carry &carry : r.carries)
      if (carry.scale)
        carry.scale = castTo(*carry.scale, type, like);
    return r;
  }
  if (isa<arith::NegFOp>(inner)) {
    for (Carry &carry : r.carries)
      carry.scale = times(scaleOf(carry), "mul", getNumber(type, -1, rank));
    r.rest = times(r.rest, "mul", getNumber(type, -1, rank));
    return r;
  }
  if (isa<arith::MulFOp>(inner) || (isa<arith::DivFOp>(inner) && args[0].dependsOnPrevious())) {
    const LinearInPrevious &other = args[0].dependsOnPrevious() ? args[1] : args[0];
    if (other.dependsOnPrevious())
      return std::nullopt;
    StringRef kind = isa<arith::MulFOp>(inner) ? "mul" : "div";
    for (Carry &carry : r.carries)
      carry.scale = !carry.scale && kind == "mul" ? other.rest : times(scaleOf(carry), kind, *other.rest);
    r.rest = times(r.rest, kind, *other.rest);
    return r;
  }
  if (!isa<arith::AddFOp, arith::SubFOp>(inner))
    return std::nullopt;
  StringRef kind = isa<arith::AddFOp>(inner) ? "add" : "sub";
  r.carries = args[0].carries;
  for (const Carry &carry : args[1].carries) {
    // The same state, read at the same place, has one scale.
    Carry *same = llvm::find_if(r.carries, [&](const Carry &each) { return each.recurrence == carry.recurrence; });
    if (same == r.carries.end()) {
      r.carries.push_back(carry);
      if (kind == "sub")
        r.carries.back().scale = plus(Part(), kind, scaleOf(carry));
      continue;
    }
    if (same->previous != carry.previous) {
      (void)fail("the state is read at two places");
      return std::nullopt;
    }
    same->scale = plus(scaleOf(*same), kind, scaleOf(carry));
  }
  r.rest = plus(args[0].rest, kind, args[1].rest);
  return r;
}
