//===- SSMVerifiers.cpp - Constraints of the ssm ops ---------------------------------------------------------------===//
//
// The numbered constraints of SSMOps.td that types and traits do not express. C1 to C4 of indexed ops are in
// SSMInterfaces.cpp. Every diagnostic ends with its constraint's number.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

namespace {
/// How an operand may be indexed by one axis.
enum class Use { Required, Grouped, Optional, OptionalGrouped };

struct AxisUse {
  unsigned axis;
  Use use;
};
} // namespace

/// Checks that the operand's map has exactly the axes it may have, as it may have them.
static LogicalResult verifyAxes(IndexedOpInterface op, unsigned operand, StringRef name, ArrayRef<AxisUse> uses,
                                unsigned constraint) {
  SmallVector<StringRef> names = op.getAxisNames();
  auto axisName = [&](unsigned axis) { return axis < names.size() ? names[axis].str() : std::to_string(axis); };
  for (unsigned axis = 0; axis < op.getNumAxes(); ++axis) {
    int64_t group = op.getGroupSize(operand, axis);
    auto *use = llvm::find_if(uses, [&](AxisUse u) { return u.axis == axis; });
    if (use == uses.end()) {
      if (group != 0)
        return op->emitOpError() << name << " must not have axis " << axisName(axis) << " [C" << constraint << "]";
      continue;
    }
    if (group == 0 && use->use == Use::Required)
      return op->emitOpError() << name << " must have axis " << axisName(axis) << " [C" << constraint << "]";
    if (group > 1 && (use->use == Use::Required || use->use == Use::Optional))
      return op->emitOpError() << name << " must have axis " << axisName(axis) << " without groups [C" << constraint
                               << "]";
    if (group == 0 && use->use == Use::Grouped)
      return op->emitOpError() << name << " must have axis " << axisName(axis) << ", plain or in groups [C"
                               << constraint << "]";
  }
  return success();
}

static unsigned numberOf(OpOperand &operand) { return operand.getOperandNumber(); }

/// Checks an optional operand, if it is there.
static LogicalResult verifyAxes(IndexedOpInterface op, MutableOperandRange operand, StringRef name,
                                ArrayRef<AxisUse> uses, unsigned constraint) {
  return operand.empty() ? success() : verifyAxes(op, numberOf(operand[0]), name, uses, constraint);
}

static LogicalResult verifyOuts(Operation *op, OperandRange outs, unsigned most, unsigned constraint) {
  if (outs.empty() || outs.size() > most)
    return op->emitOpError() << "needs " << (most == 1 ? "exactly one destination" : "one or two destinations")
                             << ", has " << outs.size() << " [C" << constraint << "]";
  return success();
}

static LogicalResult verifyOneKind(Operation *op, unsigned constraint) {
  if (llvm::any_of(op->getOperandTypes(), llvm::IsaPred<TensorType>) &&
      llvm::any_of(op->getOperandTypes(), llvm::IsaPred<BaseMemRefType>))
    return op->emitOpError() << "mixes tensors and memrefs [C" << constraint << "]";
  return success();
}

/// Whether two sizes may be equal at run time.
static bool mayEqual(int64_t a, int64_t b) { return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b; }

static LogicalResult verifyLimits(Operation *op, std::optional<APFloat> dtMin, std::optional<APFloat> dtMax,
                                  unsigned constraint) {
  if ((dtMin && dtMin->isNaN()) || (dtMax && dtMax->isNaN()) || (dtMin && dtMax && *dtMin > *dtMax))
    return op->emitOpError() << "needs dt_min <= dt_max [C" << constraint << "]";
  return success();
}

LogicalResult WeightOp::verify() {
  if (!getType().hasStaticShape())
    return emitOpError("needs a static shape [C1]");
  if (getName().empty())
    return emitOpError("needs a name [C2]");
  return success();
}

LogicalResult EinsumOp::verify() {
  if (getInputs().empty()) // C5
    return emitOpError("needs an input [C5]");
  if (failed(verifyOuts(*this, getOuts(), 1, 5)))
    return failure();
  SmallVector<AffineMap> maps = getIndexingMapsArray();
  for (auto [i, map] : llvm::enumerate(ArrayRef(maps).drop_back())) // C6
    if (!map.isProjectedPermutation())
      return emitOpError() << "the map of input " << i << " must be a projected permutation [C6]";
  if (!maps.back().isProjectedPermutation()) // C7
    return emitOpError("the map of the destination must be a projected permutation [C7]");
  for (unsigned axis = 0; axis < getNumAxes(); ++axis)
    if (llvm::none_of(ArrayRef(maps).drop_back(), [&](AffineMap map) { return axes::findAxis(map, axis) >= 0; }))
      return emitOpError() << "axis number " << axis << " is in no input [C7]";
  return success();
}

LogicalResult CumsumOp::verify() {
  auto x = cast<ShapedType>(getX().getType());
  int64_t dim = getDim();
  if (dim < 0 || dim >= x.getRank())
    return emitOpError() << "dim " << dim << " is not a dimension of a tensor of rank " << x.getRank() << " [C1]";
  if (failed(verifyOuts(*this, getOuts(), 1, 3)) || failed(verifyOneKind(*this, 3)))
    return failure();
  auto y = cast<ShapedType>(getY().getType());
  if (failed(verifyCompatibleShape(x, y)))
    return emitOpError("x and y must have the same shape [C2]");
  if (isa<FloatType>(x.getElementType()) != isa<FloatType>(y.getElementType()))
    return emitOpError("x and y must both have float or both have integer elements [C2]");
  if (getLog() && !isa<FloatType>(x.getElementType()))
    return emitOpError("the logarithm of a sum of integers' exponentials is not defined [C4]");
  return success();
}

LogicalResult SegsumOp::verify() {
  auto a = cast<ShapedType>(getA().getType());
  int64_t dim = getDim();
  if (dim < 0 || dim >= a.getRank())
    return emitOpError() << "dim " << dim << " is not a dimension of a tensor of rank " << a.getRank() << " [C1]";
  if (failed(verifyOuts(*this, getOuts(), 1, 3)) || failed(verifyOneKind(*this, 3)))
    return failure();
  auto s = cast<ShapedType>(getY().getType());
  if (s.getRank() != a.getRank() + 1 || failed(verifyCompatibleShape(a.getShape(), s.getShape().drop_back())) ||
      !mayEqual(s.getShape().back(), a.getDimSize(dim)))
    return emitOpError("the destination must have a's shape and one more dimension, as long as dim, at the end [C2]");
  return success();
}

LogicalResult ScanOp::verify() {
  int64_t axis = getAxis();
  if (axis < 0 || axis >= getNumAxes())
    return emitOpError() << "axis " << axis << " is not one of the " << getNumAxes() << " axes [C5]";
  if ((getBImag() || getInitImag()) && !isComplex())
    return emitOpError("has an imaginary part but no a_imag [C9]");
  if (!isComplex() && failed(verifyOuts(*this, getOuts(), 2, 8)))
    return failure();
  if (isComplex() && getOuts().size() != 2 && getOuts().size() != 4)
    return emitOpError() << "needs two or four destinations, has " << getOuts().size() << " [C8]";
  SmallVector<AxisUse> all, state, input;
  for (unsigned i = 0; i < getNumAxes(); ++i) {
    all.push_back({i, Use::Required});
    input.push_back({i, i == axis ? Use::Optional : Use::OptionalGrouped});
    if (i != axis)
      state.push_back({i, Use::Required});
  }
  auto op = cast<IndexedOpInterface>(getOperation());
  for (unsigned part = 0; part < getNumParts(); ++part)
    if (failed(verifyAxes(op, numberOf(getStates(part)), part ? "h_imag" : "h", all, 6)) ||
        (hasFinalState() && failed(verifyAxes(op, numberOf(getFinal(part)), part ? "final_imag" : "final", state, 7))))
      return failure();
  if (failed(verifyAxes(op, getInitMutable(), "init", state, 7)) ||
      failed(verifyAxes(op, getInitImagMutable(), "init_imag", state, 7)) ||
      failed(verifyAxes(op, numberOf(getAMutable()), "a", input, 8)) ||
      failed(verifyAxes(op, getAImagMutable(), "a_imag", input, 8)) ||
      failed(verifyAxes(op, getBImagMutable(), "b_imag", input, 8)))
    return failure();
  return verifyAxes(op, numberOf(getBMutable()), "b", input, 8);
}

LogicalResult SelectiveScanOp::verify() {
  constexpr unsigned b = 0, l = 1, d = 2, n = 3;
  auto op = cast<IndexedOpInterface>(getOperation());
  const AxisUse sequence[] = {{b, Use::Required}, {l, Use::Required}, {d, Use::Required}};
  const AxisUse decay[] = {{d, Use::Required}, {n, Use::Required}};
  const AxisUse projection[] = {
      {b, Use::Optional}, {l, Use::Optional}, {d, Use::OptionalGrouped}, {n, Use::Required}};
  const AxisUse channel[] = {{d, Use::Required}};
  const AxisUse state[] = {{b, Use::Required}, {d, Use::Required}, {n, Use::Required}};
  if (failed(verifyOuts(*this, getOuts(), 2, 10)) || failed(verifyLimits(*this, getDtMin(), getDtMax(), 10)) ||
      failed(verifyAxes(op, numberOf(getUMutable()), "u", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getDeltaMutable()), "delta", sequence, 5)) ||
      failed(verifyAxes(op, getZMutable(), "z", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getOutsMutable()[0]), "y", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getAMutable()), "A", decay, 6)) ||
      failed(verifyAxes(op, numberOf(getBMutable()), "B", projection, 7)) ||
      failed(verifyAxes(op, numberOf(getCMutable()), "C", projection, 7)) ||
      failed(verifyAxes(op, getDMutable(), "D", channel, 8)) ||
      failed(verifyAxes(op, getDeltaBiasMutable(), "delta_bias", channel, 8)) ||
      failed(verifyAxes(op, getInitialStateMutable(), "initial_state", state, 9)))
    return failure();
  return hasFinalState() ? verifyAxes(op, numberOf(getOutsMutable()[1]), "final_state", state, 9) : success();
}

LogicalResult SSDOp::verify() {
  constexpr unsigned b = 0, l = 1, h = 2, p = 3, n = 4;
  auto op = cast<IndexedOpInterface>(getOperation());
  const AxisUse sequence[] = {{b, Use::Required}, {l, Use::Required}, {h, Use::Required}, {p, Use::Required}};
  const AxisUse step[] = {{b, Use::Required}, {l, Use::Required}, {h, Use::Required}};
  const AxisUse head[] = {{h, Use::Required}};
  const AxisUse decay[] = {{b, Use::Optional}, {l, Use::Optional}, {h, Use::Required}};
  // C12
  if (!getDt() && (getDtBias() || getSoftplus() || getDtMin() || getDtMax()))
    return emitOpError("has no dt, and so can have no dt_bias, softplus, dt_min or dt_max [C12]");
  const AxisUse projection[] = {
      {b, Use::Required}, {l, Use::Required}, {h, Use::OptionalGrouped}, {n, Use::Required}};
  const AxisUse skip[] = {{h, Use::Required}, {p, Use::Optional}};
  const AxisUse state[] = {{b, Use::Required}, {h, Use::Required}, {p, Use::Required}, {n, Use::Required}};
  if (failed(verifyOuts(*this, getOuts(), 2, 11)) || failed(verifyLimits(*this, getDtMin(), getDtMax(), 11)) ||
      failed(verifyAxes(op, numberOf(getXMutable()), "x", sequence, 5)) ||
      failed(verifyAxes(op, getZMutable(), "z", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getOutsMutable()[0]), "y", sequence, 5)) ||
      failed(verifyAxes(op, getDtMutable(), "dt", step, 6)) ||
      failed(verifyAxes(op, numberOf(getAMutable()), "A", getDt() ? ArrayRef<AxisUse>(head) : decay, 7)) ||
      failed(verifyAxes(op, getDtBiasMutable(), "dt_bias", head, 7)) ||
      failed(verifyAxes(op, numberOf(getBMutable()), "B", projection, 8)) ||
      failed(verifyAxes(op, numberOf(getCMutable()), "C", projection, 8)) ||
      failed(verifyAxes(op, getDMutable(), "D", skip, 9)) ||
      failed(verifyAxes(op, getInitialStateMutable(), "initial_state", state, 10)))
    return failure();
  return hasFinalState() ? verifyAxes(op, numberOf(getOutsMutable()[1]), "final_state", state, 10) : success();
}

LogicalResult CausalConv1DOp::verify() {
  constexpr unsigned b = 0, l = 1, c = 2, k = 3;
  auto op = cast<IndexedOpInterface>(getOperation());
  const AxisUse sequence[] = {{b, Use::Required}, {l, Use::Required}, {c, Use::Required}};
  const AxisUse taps[] = {{c, Use::Required}, {k, Use::Required}};
  const AxisUse channel[] = {{c, Use::Required}};
  const AxisUse window[] = {{b, Use::Required}, {c, Use::Required}, {k, Use::Required}};
  if (!getActivationAttr()) // its default is filled in where the op is made; whoever took it away gets to know
    return emitOpError("needs an activation");
  if (failed(verifyOuts(*this, getOuts(), 2, 8)) ||
      failed(verifyAxes(op, numberOf(getXMutable()), "x", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getOutsMutable()[0]), "y", sequence, 5)) ||
      failed(verifyAxes(op, numberOf(getWeightMutable()), "weight", taps, 6)) ||
      failed(verifyAxes(op, getBiasMutable(), "bias", channel, 6)) ||
      failed(verifyAxes(op, getInitialWindowMutable(), "initial_window", window, 7)))
    return failure();
  if (getStaticAxisSizes()[k] == 0)
    return emitOpError("needs a tap [C6]");
  if (hasFinalState() && failed(verifyAxes(op, numberOf(getOutsMutable()[1]), "final_window", window, 7)))
    return failure();
  auto entriesOf = [&](OpOperand &operand) {
    return cast<ShapedType>(operand.get().getType()).getDimSize(axes::findAxis(op.getMapFor(operand), k));
  };
  int64_t numTaps = getStaticAxisSizes()[k], before = ShapedType::kDynamic, after = ShapedType::kDynamic;
  if (getInitialWindow())
    before = entriesOf(getInitialWindowMutable()[0]);
  if (hasFinalState())
    after = entriesOf(getOutsMutable()[1]);
  for (int64_t entries : {before, after})
    if (!ShapedType::isDynamic(entries) && !ShapedType::isDynamic(numTaps) && entries < numTaps - 1)
      return emitOpError() << "has a window of " << entries << " entries for " << numTaps << " taps [C7]";
  if (!ShapedType::isDynamic(before) && !ShapedType::isDynamic(after) && before != after)
    return emitOpError() << "begins with " << before << " entries of the window and ends with " << after << " [C7]";
  return success();
}

LogicalResult AttentionOp::verify() {
  constexpr unsigned b = 0, h = 1, q = 2, s = 3, d = 4, e = 5;
  auto op = cast<IndexedOpInterface>(getOperation());
  const AxisUse query[] = {{b, Use::Required}, {h, Use::Required}, {q, Use::Required}, {d, Use::Required}};
  const AxisUse result[] = {{b, Use::Required}, {h, Use::Required}, {q, Use::Required}, {e, Use::Required}};
  const AxisUse key[] = {{b, Use::Required}, {h, Use::Grouped}, {s, Use::Required}, {d, Use::Required}};
  const AxisUse value[] = {{b, Use::Required}, {h, Use::Grouped}, {s, Use::Required}, {e, Use::Required}};
  const AxisUse mask[] = {{b, Use::Optional}, {h, Use::Optional}, {q, Use::Optional}, {s, Use::Required}};
  if (failed(verifyOuts(*this, getOuts(), 1, 8)) ||
      failed(verifyAxes(op, numberOf(getQueryMutable()), "query", query, 5)) ||
      failed(verifyAxes(op, numberOf(getOutsMutable()[0]), "y", result, 5)) ||
      failed(verifyAxes(op, numberOf(getKeyMutable()), "key", key, 6)) ||
      failed(verifyAxes(op, numberOf(getValueMutable()), "value", value, 6)))
    return failure();
  if (failed(verifyAxes(op, getMaskMutable(), "mask", mask, 7)))
    return failure();
  if (getPosition() && !getCausal())
    return emitOpError("has a position and is not causal [C9]");
  const AxisUse position[] = {{b, Use::Required}};
  return verifyAxes(op, getPositionMutable(), "position", position, 9);
}

LogicalResult AppendOp::verify() {
  constexpr unsigned b = 0, h = 1, s = 2, l = 3, d = 4;
  auto op = cast<IndexedOpInterface>(getOperation());
  const AxisUse rows[] = {{b, Use::Required}, {h, Use::Required}, {l, Use::Required}, {d, Use::Required}};
  const AxisUse position[] = {{b, Use::Required}};
  const AxisUse cache[] = {{b, Use::Required}, {h, Use::Required}, {s, Use::Required}, {d, Use::Required}};
  if (failed(verifyAxes(op, numberOf(getRowsMutable()), "rows", rows, 5)) ||
      failed(verifyAxes(op, numberOf(getPositionMutable()), "position", position, 6)) ||
      failed(verifyOuts(*this, getOuts(), 1, 7)))
    return failure();
  return verifyAxes(op, numberOf(getOutsMutable()[0]), "the cache", cache, 7);
}

static LogicalResult verifyEpilogue(PackedMatmulOp op) {
  Region &region = op.getEpilogue();
  if (region.empty())
    return op.getWith().empty() ? success() : op.emitOpError("operands of 'with' need an epilogue [C6]");
  bool isDouble = llvm::any_of(op->getOperandTypes(), [](Type type) { return getElementTypeOrSelf(type).isF64(); });
  Builder b(op.getContext());
  SmallVector<Type> types{isDouble ? Type(b.getF64Type()) : Type(b.getF32Type())};
  for (Value with : op.getWith())
    types.push_back(getElementTypeOrSelf(with.getType()));
  if (!region.hasOneBlock() || !llvm::equal(region.getArgumentTypes(), types))
    return op.emitOpError("the epilogue must have one block of arguments ") << types << " [C6]";
  for (Operation &inner : region.front().without_terminator())
    if (!OpTrait::hasElementwiseMappableTraits(&inner) && !inner.hasTrait<OpTrait::ConstantLike>())
      return op.emitOpError("the epilogue must be elementwise, without '") << inner.getName() << "' [C6]";
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  if (!yield || yield.getValue().getType() != getElementTypeOrSelf(op.getY().getType()))
    return op.emitOpError("the epilogue must yield an element of y [C6]");
  return success();
}

LogicalResult PackedMatmulOp::verify() {
  if (failed(verifyOuts(*this, getOuts(), 1, 3)) || failed(verifyOneKind(*this, 3)))
    return failure();
  auto x = cast<ShapedType>(getX().getType()), packed = cast<ShapedType>(getPacked().getType()),
       y = cast<ShapedType>(getY().getType());
  int64_t step = getRowsPerStep();
  if (x.getRank() != 2 || y.getRank() != 2 || packed.getRank() != 3 || packed.getDimSize(2) != kPanel * step)
    return emitOpError("needs x and y of rank 2 and packed of shape panels x ceil(K/R) x 32 R (R is 2 for bf16, else 1) "
                       "[C1]");
  int64_t n = y.getDimSize(1);
  auto over = [](int64_t size, int64_t by) { return ShapedType::isDynamic(size) ? size : llvm::divideCeil(size, by); };
  if (!mayEqual(x.getDimSize(0), y.getDimSize(0)) || !mayEqual(over(x.getDimSize(1), step), packed.getDimSize(1)) ||
      !mayEqual(over(n, kPanel), packed.getDimSize(0)))
    return emitOpError("sizes must be x M x K, packed ceil(N/32) x ceil(K/R) x 32 R, y M x N [C2]");
  SmallVector<ShapedType> rows{x, y};
  for (Value with : getWith()) {
    auto type = cast<ShapedType>(with.getType());
    if (type.getRank() != 2 || (type.getDimSize(0) != 1 && !mayEqual(type.getDimSize(0), y.getDimSize(0))) ||
        (type.getDimSize(1) != 1 && !mayEqual(type.getDimSize(1), n)))
      return emitOpError("operands of 'with' must have sizes M or 1 by N or 1 [C5]");
    if (type.getDimSize(1) != 1)
      rows.push_back(type);
  }
  for (ShapedType type : rows)
    if (auto memref = dyn_cast<MemRefType>(type)) {
      SmallVector<int64_t> strides;
      int64_t offset;
      if (failed(memref.getStridesAndOffset(strides, offset)) || strides.back() != 1)
        return emitOpError("x, y and operands of 'with' must have unit inner strides [C4]");
    }
  return verifyEpilogue(*this);
}
