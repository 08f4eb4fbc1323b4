//===- RaiseSSD.cpp - State space duality becomes ssm.ssd -------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/SSDMatcher.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESSD
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

enum AxisNumber : unsigned { kBatch, kTime, kHead, kChannel, kState };

/// Sorts the root's variables into batch, head and channel. `dimAxes` names the axes that each dimension of the root
/// consists of: one, or head and channel where the root has merged them; none for a dimension of size 1.
LogicalResult findAxes(SSDMatcher &match, RootStudy &study, SmallVectorImpl<Axis> &axes,
                       SmallVectorImpl<SmallVector<unsigned, 2>> &dimAxes, std::string &reason) {
  SmallVector<int> ofA = varsOf(match.A.atoms), ofDt = varsOf(match.dt.atoms), ofX = varsOf(match.x.atoms);
  axes.assign(5, Axis{Lin(0), Lin(1)});
  auto rootType = cast<RankedTensorType>(study.root.getType());
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    dimAxes.emplace_back();
    if (rootType.getDimSize(dim) == 1)
      continue;
    Lin size = study.space.getSize(study.root, dim);
    if (dim == match.timeDim) {
      axes[kTime] = {match.time, size};
      dimAxes.back() = {kTime};
      continue;
    }
    // The part of the position in each axis, and the stride of the head's.
    Lin parts[5];
    int64_t headStride = 0;
    for (auto &[var, coefficient] : position.terms) {
      bool isHead = llvm::is_contained(ofA, var);
      bool isBatch = !isHead && llvm::is_contained(ofDt, var);
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
  axes[kState] = {match.state, match.stateSize};
  return success();
}

FailureOr<Value> build(SSDMatcher &match, RootStudy &study, std::string &reason) {
  Operation *op = study.root.getDefiningOp();
  OpBuilder b(op);
  b.setInsertionPointAfter(op);
  Location loc = getScanLocation(study.root);
  SmallVector<Axis> axes;
  SmallVector<SmallVector<unsigned, 2>> dimAxes;
  if (failed(findAxes(match, study, axes, dimAxes, reason)))
    return failure();
  OperandBuilder operands(b, loc, study.space, axes);
  SmallVector<Value> values;
  SmallVector<AffineMap> maps;
  auto add = [&](const Group &group, ArrayRef<unsigned> required, ArrayRef<unsigned> optional,
                 ArrayRef<unsigned> grouped, StringRef what) -> FailureOr<Value> {
    if (group.empty())
      return Value();
    FailureOr<Operand> operand = operands.build(group, required, optional, grouped);
    if (failed(operand)) {
      reason = (what + " is not a tensor over the op's axes").str();
      return failure();
    }
    maps.push_back(operand->map);
    return operand->value;
  };
  FailureOr<Value> x = add(match.x, {kBatch, kTime, kHead, kChannel}, {}, {}, "x");
  if (failed(x))
    return failure();
  FailureOr<Value> dt = add(match.dt, {kBatch, kTime, kHead}, {}, {}, "dt");
  if (failed(dt))
    return failure();
  FailureOr<Value> A = add(match.A, {kHead}, {}, {}, "A");
  if (failed(A))
    return failure();
  FailureOr<Value> B = add(match.B, {kBatch, kTime, kState}, {kHead}, {kHead}, "B");
  if (failed(B))
    return failure();
  FailureOr<Value> C = add(match.C, {kBatch, kTime, kState}, {kHead}, {kHead}, "C");
  if (failed(C))
    return failure();
  FailureOr<Value> D = add(match.D, {kHead}, {kChannel}, {}, "D");
  if (failed(D))
    return failure();
  // A gate belongs to the op only as silu of something over its axes.
  Value z;
  if (!match.gate.empty()) {
    Value silu = match.gate.atoms.size() == 1 ? getSiluInput(match.gate.atoms[0].value) : Value();
    if (!silu || match.gate.coefficient != 1) {
      reason = "the result is multiplied by something that is not silu of a tensor";
      return failure();
    }
    Group gate = match.gate;
    gate.atoms[0].value = silu;
    FailureOr<Value> built = add(gate, {kBatch, kTime, kHead, kChannel}, {}, {}, "the gate");
    if (failed(built))
      return failure();
    z = *built;
  }
  FailureOr<Value> initial = add(match.initialState, {kBatch, kHead, kChannel, kState}, {}, {}, "the initial state");
  if (failed(initial))
    return failure();
  // The result, in the root's own layout.
  auto type = cast<RankedTensorType>(study.root.getType());
  FailureOr<Destination> destination = makeDestination(b, loc, operands, axes, dimAxes, {kBatch, kTime, kHead, kChannel},
                                                       type);
  if (failed(destination)) {
    reason = "the result's shape is not one over the op's axes";
    return failure();
  }
  maps.push_back(destination->map);
  auto ssd = ssm::SSDOp::create(b, loc, *x, *dt, *A, *B, *C, *D, z, /*dtBias=*/Value(), *initial,
                                ValueRange{destination->value}, maps, /*softplus=*/false);
  return destination->restore(b, loc, ssd->getResult(0));
}

struct RaiseSSDPass : mambac::impl::RaiseSSDBase<RaiseSSDPass> {
  void runOnOperation() override {
    ScanDependence dependence(getOperation());
    RootQueue queue(getOperation(), [&](Value value) {
      return dependence.get(value).linear && isa<RankedTensorType>(value.getType()) &&
             cast<RankedTensorType>(value.getType()).getElementType().isFloat() &&
             !isa<tensor::PadOp, tensor::ConcatOp, tensor::CastOp, ssm::CumsumOp, ssm::SegsumOp>(value.getDefiningOp());
    });
    while (Value root = queue.next()) {
      std::string reason;
      bool plausible = false;
      Value raised;
      LogicalResult found = studyRoot(root, dependence, [&](RootStudy &study) -> LogicalResult {
        SSDMatcher matcher(study);
        if (failed(matcher.match())) {
          reason = matcher.getReason().str();
          plausible |= matcher.isPlausible();
          return failure();
        }
        plausible = true;
        FailureOr<Value> value = build(matcher, study, reason);
        if (failed(value))
          return failure();
        raised = *value;
        return success();
      });
      if (succeeded(found)) {
        ++numFound;
        remarkFound(root, "ssm.ssd");
        queue.replace(root, raised);
      } else if (plausible) {
        queue.noteDeclined(root, reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.ssd");
  }
};

} // namespace
