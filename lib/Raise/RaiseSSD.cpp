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

/// Sorts the root's variables into batch, head and channel.
LogicalResult findAxes(SSDMatcher &match, RootStudy &study, SmallVectorImpl<Axis> &axes, std::string &reason) {
  SmallVector<int> ofA = varsOf(match.A.atoms), ofDt = varsOf(match.dt.atoms), ofX = varsOf(match.x.atoms);
  axes.assign(5, Axis{Lin(0), Lin(1)});
  auto rootType = cast<RankedTensorType>(study.root.getType());
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    if (rootType.getDimSize(dim) == 1)
      continue;
    Lin size = study.space.getSize(study.root, dim);
    if (dim == match.timeDim) {
      axes[kTime] = {match.time, size};
      continue;
    }
    SmallVector<int> vars = varsOf(position);
    bool isHead = llvm::any_of(vars, [&](int var) { return llvm::is_contained(ofA, var); });
    bool isBatch = !isHead && llvm::any_of(vars, [&](int var) { return llvm::is_contained(ofDt, var); });
    if (!isHead && !isBatch && llvm::none_of(vars, [&](int var) { return llvm::is_contained(ofX, var); })) {
      reason = "an axis of the result belongs to no input";
      return failure();
    }
    Axis &axis = axes[isHead ? kHead : isBatch ? kBatch : kChannel];
    if (!axis.position.isConstant()) {
      reason = "two axes of the result play the same part";
      return failure();
    }
    axis = {position, size};
  }
  axes[kState] = {match.state, match.stateSize};
  return success();
}

FailureOr<Value> build(SSDMatcher &match, RootStudy &study, std::string &reason) {
  Operation *op = study.root.getDefiningOp();
  OpBuilder b(op);
  b.setInsertionPointAfter(op);
  Location loc = op->getLoc();
  SmallVector<Axis> axes;
  if (failed(findAxes(match, study, axes, reason)))
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
  SmallVector<OpFoldResult> shape;
  SmallVector<AffineExpr> outExprs;
  SmallVector<unsigned> unitAxes;
  auto type = cast<RankedTensorType>(study.root.getType());
  for (unsigned axis : {kBatch, kTime, kHead, kChannel})
    if (axes[axis].position.isConstant())
      unitAxes.push_back(axis);
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    unsigned number = kState;
    if (type.getDimSize(dim) == 1) {
      if (unitAxes.empty()) {
        reason = "the result has more axes than the op";
        return failure();
      }
      number = unitAxes.front();
      unitAxes.erase(unitAxes.begin());
    } else if (dim == match.timeDim) {
      number = kTime;
    } else {
      for (unsigned axis : {kBatch, kHead, kChannel})
        if (axes[axis].position == position)
          number = axis;
    }
    OpFoldResult size = operands.getSize(study.space.getSize(study.root, dim));
    if (!size) {
      reason = "the size of the result is not known beforehand";
      return failure();
    }
    shape.push_back(size);
    outExprs.push_back(b.getAffineDimExpr(number));
  }
  SmallVector<OpFoldResult> fullShape(shape);
  for (unsigned axis : unitAxes) { // axes of size 1 that the result lacks
    fullShape.push_back(b.getIndexAttr(1));
    outExprs.push_back(b.getAffineDimExpr(axis));
  }
  maps.push_back(AffineMap::get(5, 0, outExprs, b.getContext()));
  Value empty = tensor::EmptyOp::create(b, loc, fullShape, type.getElementType());
  auto ssd = ssm::SSDOp::create(b, loc, *x, *dt, *A, *B, *C, *D, z, /*dtBias=*/Value(), *initial, ValueRange{empty},
                                maps, /*softplus=*/false);
  return dropTrailingUnitDims(b, loc, ssd->getResult(0), type);
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
