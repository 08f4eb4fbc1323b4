//===- ScanBuilder.cpp - ssm.selective_scan and ssm.ssd from the roles of their factors -------------------------===//

#include "lib/Raise/ScanBuilder.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Element.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/TermRoles.h"
#include "lib/Raise/UnaryFunction.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// An elementwise function of what is in `operands`, over `sizes`.
static Value createElementwise(OpBuilder &b, Location loc, ValueRange operands, ArrayRef<OpFoldResult> sizes, Type type,
                               llvm::function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  Value empty = tensor::EmptyOp::create(b, loc, sizes, type);
  SmallVector<AffineMap> maps(operands.size() + 1, AffineMap::getMultiDimIdentityMap(sizes.size(), b.getContext()));
  SmallVector<utils::IteratorType> iterators(sizes.size(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(b, loc, empty.getType(), operands, empty, maps, iterators,
                                   [&](OpBuilder &b, Location loc, ValueRange args) {
                                     linalg::YieldOp::create(b, loc, body(b, loc, args));
                                   })
      .getResult(0);
}

/// exp(z), clamped at constants: z, and what it would be clamped at.
struct ClampedExponential {
  Value exponent;
  SmallVector<std::pair<bool, double>> bounds; ///< true: from below; from the inside out
};

/// Whether a tensor is that, element by element in the layout of z.
static std::optional<ClampedExponential> getClampedExponential(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap identity = AffineMap::getMultiDimIdentityMap(type.getRank(), tensor.getContext());
  Element element = resolve(Element::of(tensor, identity));
  ClampedExponential result;
  while (Operation *op = element.getOp()) {
    if (element.isRounded)
      return std::nullopt;
    if (isa<math::ExpOp>(op)) {
      Element z = element.operand(0);
      if (!z.tensor || z.tensor.getType() != type || z.tensorMap != identity)
        return std::nullopt;
      result.exponent = z.tensor;
      std::reverse(result.bounds.begin(), result.bounds.end());
      return result;
    }
    bool isLower = isa<arith::MaximumFOp, arith::MaxNumFOp>(op);
    if (!isLower && !isa<arith::MinimumFOp, arith::MinNumFOp>(op))
      return std::nullopt;
    Element lhs = element.operand(0), rhs = element.operand(1);
    std::optional<double> bound = rhs.getConstant();
    if (!bound)
      std::swap(lhs, rhs), bound = rhs.getConstant();
    if (!bound || !(*bound > 0))
      return std::nullopt;
    result.bounds.push_back({isLower, std::log(*bound)});
    element = lhs;
  }
  return std::nullopt;
}

/// The logarithm of a decay that is not negative; of 0 it is that of a number as good as 0. In no less than f32.
static Value createLogarithm(OpBuilder &b, Location loc, Value operand) {
  auto type = cast<FloatType>(getElementTypeOrSelf(operand));
  // log(max(exp(z), c)) is max(z, log(c)).
  if (std::optional<ClampedExponential> clamped = getClampedExponential(operand); clamped && type.getWidth() >= 32)
    return createElementwise(b, loc, clamped->exponent, tensor::getMixedSizes(b, loc, clamped->exponent), type,
                             [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                               Value value = args[0];
                               for (auto [isLower, number] : clamped->bounds) {
                                 Value bound = arith::ConstantOp::create(b, loc, b.getFloatAttr(type, number));
                                 value = isLower ? arith::MaximumFOp::create(b, loc, value, bound).getResult()
                                                 : arith::MinimumFOp::create(b, loc, value, bound).getResult();
                               }
                               return value;
                             });
  FloatType wide = type.getWidth() < 32 ? FloatType(b.getF32Type()) : type;
  return createElementwise(b, loc, operand, tensor::getMixedSizes(b, loc, operand), wide,
                           [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                             Value decay = args[0];
                             if (wide != type)
                               decay = arith::ExtFOp::create(b, loc, wide, decay);
                             APFloat least = APFloat::getSmallestNormalized(wide.getFloatSemantics());
                             Value bound = arith::ConstantOp::create(b, loc, b.getFloatAttr(wide, least));
                             return math::LogOp::create(b, loc, arith::MaximumFOp::create(b, loc, decay, bound));
                           });
}

/// z where a tensor is -softplus(z) in any spelling, element by element in the same layout; null otherwise.
static Value getNegatedSoftplusInput(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  AffineMap identity = AffineMap::getMultiDimIdentityMap(type.getRank(), tensor.getContext());
  std::optional<Element> inner =
      matchFunction(resolve(Element::of(tensor, identity)), [](double z) { return -softplus(z); });
  return inner && inner->tensor && inner->tensor.getType() == type && inner->tensorMap == identity ? inner->tensor
                                                                                                   : Value();
}

/// exp(operand), elementwise. exp(-softplus(z)) is 1 / (1 + exp(z)), with a rounding less.
Value mambac::raise::createExponential(OpBuilder &b, Location loc, Value operand) {
  Value z = getNegatedSoftplusInput(operand);
  auto type = cast<FloatType>(getElementTypeOrSelf(operand));
  return createElementwise(b, loc, z ? z : operand, tensor::getMixedSizes(b, loc, operand), type,
                           [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                             Value power = math::ExpOp::create(b, loc, args[0]);
                             if (!z)
                               return power;
                             Value one = arith::ConstantOp::create(b, loc, b.getFloatAttr(type, 1));
                             return arith::DivFOp::create(b, loc, one, arith::AddFOp::create(b, loc, power, one));
                           });
}

void mambac::raise::computeFactors(OpBuilder &b, Location loc, Group &group) {
  for (Atom &atom : group.atoms) {
    Atom::Kind kind = std::exchange(atom.kind, Atom::Kind::Leaf);
    if (kind == Atom::Kind::Log)
      atom.value = createLogarithm(b, loc, atom.value);
    if (kind == Atom::Kind::Power)
      atom.value = createExponential(b, loc, atom.value);
  }
}

/// The number that a position is, as a leaf that is read there.
static FailureOr<Atom> createNumber(OpBuilder &b, Location loc, const IndexSpace &space, const Lin &number,
                                    OperandBuilder &operands) {
  Lin moving = number - number.constant;
  if (moving.terms.size() != 1 || !space.get(moving.terms[0].first).size)
    return failure();
  OpFoldResult size = operands.getSize(*space.get(moving.terms[0].first).size);
  if (!size)
    return failure();
  Value numbers = createElementwise(
      b, loc, {}, {size}, b.getF32Type(), [&](OpBuilder &b, Location loc, ValueRange) -> Value {
        Value index = linalg::IndexOp::create(b, loc, 0);
        Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
        Value scale = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(moving.terms[0].second));
        Value offset = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(number.constant));
        integer = arith::AddIOp::create(b, loc, arith::MulIOp::create(b, loc, integer, scale), offset);
        return arith::SIToFPOp::create(b, loc, b.getF32Type(), integer);
      });
  return Atom{Atom::Kind::Leaf, numbers, {Lin::var(moving.terms[0].first)}, nullptr, Lin(), nullptr};
}

/// Without a time step the decay may depend on the batch as it does on the head. The batch is what B and C know wholly;
/// where they know both, it is the outer one.
void ScanBuilder::findBatch() {
  if (!roles.dt.empty())
    return;
  if (roles.A.empty()) {
    // One decay for all: B, C and x know the batch, and the head if there is one more axis that B or C know, or two that
    // x alone knows.
    auto ofB = varsOf(roles.B.atoms), ofC = varsOf(roles.C.atoms);
    SmallVector<int> known, own;
    for (auto [dim, position] : llvm::enumerate(study.index)) {
      if (dim == roles.timeDim || position.isConstant())
        continue;
      bool isKnown = llvm::any_of(varsOf(position), [&](int var) {
        return llvm::is_contained(ofB, var) || llvm::is_contained(ofC, var);
      });
      (isKnown ? known : own).push_back(dim);
    }
    if (!known.empty())
      batchDim = known.front();
    if (known.size() > 1)
      headDim = known[1];
    else if (own.size() > 1)
      headDim = own.front();
    return;
  }
  auto ofA = varsOf(roles.A.atoms), ofB = varsOf(roles.B.atoms), ofC = varsOf(roles.C.atoms);
  SmallVector<int> dims;
  for (auto [dim, position] : llvm::enumerate(study.index))
    if (dim != roles.timeDim && llvm::any_of(varsOf(position), [&](int var) { return llvm::is_contained(ofA, var); }))
      dims.push_back(dim);
  if (dims.size() < 2)
    return;
  for (int dim : dims)
    if (llvm::all_of(varsOf(study.index[dim]), [&](int var) {
          return llvm::is_contained(ofA, var) && llvm::is_contained(ofB, var) && llvm::is_contained(ofC, var);
        })) {
      batchDim = dim;
      return;
    }
}

/// Sorts the root's variables into batch, head and channel. Each dimension of the root consists of one axis, or of head
/// and channel where the root has merged them, or of none where its size is 1.
LogicalResult ScanBuilder::findAxes(std::string &reason) {
  SmallVector<int> ofA = varsOf(roles.A.atoms), ofDt = varsOf(roles.dt.atoms), ofX = varsOf(roles.x.atoms);
  if (roles.dt.empty()) // what the decay does not depend on, but B does, is the batch
    ofDt = varsOf(roles.B.atoms);
  findBatch();
  dimAxes.clear();
  axes.assign(getNumAxes(), Axis{Lin(0), Lin(1)});
  auto rootType = cast<RankedTensorType>(study.root.getType());
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    dimAxes.emplace_back();
    if (rootType.getDimSize(dim) == 1)
      continue;
    Lin size = study.space.getSize(study.root, dim);
    if (dim == roles.timeDim) {
      axes[kTime] = {roles.time, size};
      dimAxes.back() = {kTime};
      continue;
    }
    // The part of the position in each axis, and the stride of the head's.
    Lin parts[5];
    int64_t headStride = 0;
    for (auto &[var, coefficient] : position.terms) {
      bool isHead = (llvm::is_contained(ofA, var) && batchDim != static_cast<int>(dim)) ||
                    headDim == static_cast<int>(dim);
      // The decay has every axis but a head's channels. A selective scan has none of these.
      bool isBatch = !isHead && (!isSSD || llvm::is_contained(ofDt, var) || batchDim == static_cast<int>(dim));
      if (!isHead && !isBatch && !llvm::is_contained(ofX, var)) {
        reason = "an axis of the result belongs to no input";
        return failure();
      }
      Lin &part = parts[isHead ? kHead : isBatch ? kBatch : kChannel];
      part = part + Lin::var(var, coefficient);
      if (isHead && (headStride == 0 || coefficient < headStride))
        headStride = coefficient;
    }
    Lin sizes[5] = {size, size, size, size, size};
    if (headStride > 1) {
      Lin head;
      for (auto &[var, coefficient] : parts[kHead].terms) {
        if (coefficient % headStride != 0)
          headStride = 1;
        head = head + Lin::var(var, coefficient / headStride);
      }
      if (headStride == 1 || !size.isConstant() || size.constant % headStride != 0 ||
          !study.space.implies({}, Lin(headStride - 1) - parts[kChannel])) {
        reason = "the head's axis is not a part of the result's";
        return failure();
      }
      parts[kHead] = head;
      sizes[kHead] = Lin(size.constant / headStride);
      sizes[kChannel] = Lin(headStride);
    }
    for (unsigned axis : {kBatch, kHead, kChannel}) {
      if (parts[axis].isConstant())
        continue;
      if (!axes[axis].position.isConstant()) {
        reason = "two axes of the result play the same part";
        return failure();
      }
      axes[axis] = {parts[axis], sizes[axis]};
      dimAxes.back().push_back(axis);
    }
    if (dimAxes.back().size() > 1 && (dimAxes.back().front() == kBatch || headStride <= 1)) {
      reason = "the result merges axes that the op keeps apart";
      return failure();
    }
  }
  axes[getStateAxis()] = {roles.state, roles.stateSize};
  return success();
}

SmallVector<unsigned> ScanBuilder::getStateAxes() const {
  return isSSD ? SmallVector<unsigned>{kBatch, kHead, kChannel, getStateAxis()}
               : SmallVector<unsigned>{kBatch, kHead, getStateAxis()};
}

Value ScanBuilder::findFinalState(ArrayRef<Value> values,
                                  llvm::function_ref<bool(Value, ArrayRef<Lin>, const Lin &)> matches) {
  SmallVector<Axis> stateAxes;
  for (unsigned axis : getStateAxes())
    stateAxes.push_back(axes[axis]);
  std::optional<std::pair<unsigned, unsigned>> merged;
  if (isSSD)
    merged = {1, 2}; // head and channel
  for (Value value : values)
    if (auto position = findPosition(study.space, value, stateAxes, merged, [&](ArrayRef<Lin> position) {
          return matches(value, position, axes[kTime].size);
        })) {
      roles.finalState = *position;
      roles.finalStateType = cast<RankedTensorType>(value.getType());
      return value;
    }
  return {};
}

FailureOr<Value> ScanBuilder::add(OperandBuilder &operands, const Group &group, ArrayRef<unsigned> required,
                                  ArrayRef<unsigned> optional, ArrayRef<unsigned> grouped, StringRef what,
                                  std::string &reason) {
  if (group.empty() && what != "A")
    return Value();
  FailureOr<Operand> operand = operands.build(group, required, optional, grouped);
  if (failed(operand)) {
    reason = (what + " is not a tensor over the op's axes").str();
    return failure();
  }
  maps.push_back(operand->map);
  return operand->value;
}

FailureOr<ScanBuilder::Result> ScanBuilder::build(std::string &reason) {
  Operation *op = study.root.getDefiningOp();
  OpBuilder b(op);
  b.setInsertionPointAfter(op);
  Location loc = getScanLocation(study.root);
  if (axes.empty() && failed(findAxes(reason)))
    return failure();
  OperandBuilder operands(b, loc, study.space, axes);
  unsigned state = getStateAxis();
  SmallVector<unsigned> full{kBatch, kTime, kHead}, stateful = getStateAxes(), ofA{kHead}, maybeA, ofB{state},
      maybeB{kHead};
  if (isSSD) {
    full.push_back(kChannel);
    ofB = {kBatch, kTime, state};
    if (roles.dt.empty())
      maybeA = {kBatch, kTime};
  } else {
    ofA.push_back(state);
    maybeB = {kBatch, kTime, kHead};
  }
  SmallVector<unsigned> maybeD = isSSD ? SmallVector<unsigned>{kChannel} : SmallVector<unsigned>();

  // Powers of a decay are exponentials of its logarithm.
  for (Atom &atom : roles.A.atoms) {
    if (atom.kind == Atom::Kind::Number) {
      FailureOr<Atom> number = createNumber(b, loc, study.space, atom.index[0], operands);
      if (failed(number)) {
        reason = "A is not a tensor over the op's axes";
        return failure();
      }
      atom = *number;
    }
  }
  for (Group *group : {&roles.x, &roles.dt, &roles.A, &roles.B, &roles.C, &roles.D, &roles.gate, &roles.initialState})
    computeFactors(b, loc, *group);
  FailureOr<Value> x = add(operands, roles.x, full, {}, {}, "x", reason);
  FailureOr<Value> dt =
      failed(x) ? x : add(operands, roles.dt, {kBatch, kTime, kHead}, {}, {}, "the time step", reason);
  if (succeeded(dt) && !*dt && !isSSD) { // a step of 1
    FailureOr<Operand> one = operands.build(Group(), {kBatch, kTime, kHead});
    if (failed(one))
      return failure();
    maps.push_back(one->map);
    dt = one->value;
  }
  FailureOr<Value> A = failed(dt) ? dt : add(operands, roles.A, ofA, maybeA, {}, "A", reason);
  FailureOr<Value> B = failed(A) ? A : add(operands, roles.B, ofB, maybeB, {kHead}, "B", reason);
  FailureOr<Value> C = failed(B) ? B : add(operands, roles.C, ofB, maybeB, {kHead}, "C", reason);
  FailureOr<Value> D = failed(C) ? C : add(operands, roles.D, {kHead}, maybeD, {}, "D", reason);
  if (failed(D))
    return failure();
  // A gate belongs to the op only as silu of something over its axes.
  Group gate = roles.gate;
  if (!gate.empty()) {
    std::optional<Atom> silu = gate.atoms.size() == 1 ? getSiluInput(gate.atoms[0]) : std::nullopt;
    if (!silu || gate.coefficient != 1) {
      reason = "the result is multiplied by something that is not silu of a tensor";
      return failure();
    }
    // The tensor behind views and transposes, as for the other operands.
    Poly behind = study.evaluator.evaluate(silu->value, silu->index, {});
    gate.atoms[0] = *silu;
    if (behind.size() == 1 && behind[0].atoms.size() == 1 && behind[0].atoms[0].kind == Atom::Kind::Leaf &&
        behind[0].coefficient == 1 && behind[0].guards.empty() && behind[0].bound.empty())
      gate.atoms[0] = behind[0].atoms[0];
  }
  FailureOr<Value> z = add(operands, gate, full, {}, {}, "the gate", reason);
  FailureOr<Value> initial =
      failed(z) ? z : add(operands, roles.initialState, stateful, {}, {}, "the initial state", reason);
  if (failed(initial))
    return failure();

  auto type = cast<RankedTensorType>(study.root.getType());
  FailureOr<Destination> destination = makeDestination(b, loc, operands, axes, dimAxes, full, type);
  assert(succeeded(destination) && "x has all these axes");
  maps.push_back(destination->map);
  SmallVector<Value> outs{destination->value};
  std::optional<Destination> finalState;
  if (!roles.finalState.empty()) {
    SmallVector<SmallVector<unsigned, 2>> finalAxes;
    for (auto [dim, position] : llvm::enumerate(roles.finalState)) {
      finalAxes.emplace_back();
      if (roles.finalStateType.getDimSize(dim) == 1)
        continue;
      auto *axis = llvm::find_if(stateful, [&, &position = position](unsigned axis) {
        return axes[axis].position == position;
      });
      if (axis == stateful.end() && isSSD && axes[kChannel].size.isConstant() &&
          position == axes[kHead].position * axes[kChannel].size.constant + axes[kChannel].position) {
        finalAxes.back() = {kHead, kChannel};
        continue;
      }
      assert(axis != stateful.end() && "it was looked for at these axes");
      finalAxes.back().push_back(*axis);
    }
    FailureOr<Destination> made =
        makeDestination(b, loc, operands, axes, finalAxes, stateful, roles.finalStateType);
    assert(succeeded(made) && "x and B have all these axes");
    finalState = *made;
    maps.push_back(finalState->map);
    outs.push_back(finalState->value);
  }
  Operation *scan;
  if (isSSD)
    scan = ssm::SSDOp::create(b, loc, *x, *dt, *A, *B, *C, *D, *z, /*dtBias=*/Value(), *initial, outs, maps,
                              /*softplus=*/false, /*dtMin=*/{}, /*dtMax=*/{}, roles.reverse);
  else
    scan = ssm::SelectiveScanOp::create(b, loc, *x, *dt, *A, *B, *C, *D, *z, /*deltaBias=*/Value(), *initial, outs,
                                        maps, /*softplus=*/false, /*dtMin=*/{}, /*dtMax=*/{}, roles.reverse);
  Result result{destination->restore(b, loc, scan->getResult(0)), Value()};
  if (finalState)
    result.finalState = finalState->restore(b, loc, scan->getResult(1));
  return result;
}
