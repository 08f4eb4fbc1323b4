//===- RaiseSingleSteps.cpp - One step of a state space recurrence becomes ssm.ssd or ssm.selective_scan --------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/StepMatcher.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESINGLESTEPS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// One candidate value.
struct Candidate {
  Candidate(Value root, const ScanDependence &dependence) : root(root), dependence(dependence) {}
  Value root;
  const ScanDependence &dependence;

  std::string reason;
  bool plausible = false, ssd = true;
  bool axesDiffer = false; ///< the result has other axes than the op
  Value raised;
  std::optional<std::pair<Value, Value>> newState; ///< what it was, and what it is

  StringRef getOpName() const { return ssd ? "ssm.ssd" : "ssm.selective_scan"; }
  LogicalResult attempt(RootStudy &study);
  LogicalResult raise() {
    return studyRoot(root, dependence, [&](RootStudy &study) { return attempt(study); });
  }
};

} // namespace

LogicalResult Candidate::attempt(RootStudy &study) {
  StepMatcher matcher(study);
  bool matched = succeeded(matcher.match());
  plausible |= matcher.isPlausible();
  if (matcher.isPlausible())
    reason = matcher.getReason().str();
  if (!matched)
    return failure();
  ssd = matcher.isSSD();
  ScanBuilder builder(matcher, study, ssd);
  axesDiffer = failed(builder.findAxes(reason));
  if (axesDiffer)
    return failure();
  Value last = builder.findFinalState(getByproducts(root, dependence),
                                      [&](Value value, ArrayRef<Lin> position, const Lin &) {
                                        return matcher.isNewState(value, position);
                                      });
  if (last)
    matcher.scaleStates();
  FailureOr<ScanBuilder::Result> value = builder.build(reason);
  if (failed(value))
    return failure();
  raised = value->y;
  if (last)
    newState = {last, value->finalState};
  return success();
}

/// `value` with dimension `dim` and the next one as one.
static Value mergeDims(OpBuilder &b, Value value, int64_t dim) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t d = 0; d < cast<RankedTensorType>(value.getType()).getRank(); ++d)
    if (d == dim + 1)
      groups.back().push_back(d);
    else
      groups.push_back({d});
  b.setInsertionPointAfterValue(value);
  return tensor::CollapseShapeOp::create(b, value.getLoc(), value, groups);
}

/// `value` with a dimension cut in two again, as `type` and `collapse` say.
static Value splitDims(OpBuilder &b, Value value, tensor::CollapseShapeOp collapse) {
  auto type = cast<RankedTensorType>(collapse.getSrcType());
  b.setInsertionPointAfterValue(value);
  SmallVector<OpFoldResult> merged = tensor::getMixedSizes(b, value.getLoc(), value), sizes;
  for (auto [dim, group] : llvm::enumerate(collapse.getReassociationIndices()))
    for (int64_t d : group)
      sizes.push_back(group.size() > 1 ? OpFoldResult(b.getIndexAttr(type.getDimSize(d))) : merged[dim]);
  return tensor::ExpandShapeOp::create(b, value.getLoc(), type, value, collapse.getReassociationIndices(), sizes);
}

namespace {
struct RaiseSingleStepsPass : mambac::impl::RaiseSingleStepsBase<RaiseSingleStepsPass> {
  void runOnOperation() override {
    ScanDependence dependence = ScanDependence::ofExponentials(getOperation());
    // One of several pieces that are cut out of a candidate: the whole is one op.
    auto isPiece = [&](Value value) {
      auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
      return slice && !slice.getSource().hasOneUse() && dependence.get(slice.getSource()).linear;
    };
    RootQueue queue(getOperation(), [&](Value value) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      return type && type.getElementType().isFloat() && dependence.get(value).linear && !isPiece(value) &&
             !isa<tensor::PadOp, tensor::ConcatOp, tensor::CastOp>(value.getDefiningOp());
    });
    while (Value root = queue.next()) {
      Candidate candidate(root, dependence);
      if (succeeded(candidate.raise())) {
        ++numFound;
        remarkFound(getScanLocation(root), candidate.getOpName());
        if (candidate.newState) {
          moveUsersBehind(candidate.newState->first, candidate.newState->second.getDefiningOp());
          queue.replace(candidate.newState->first, candidate.newState->second);
        }
        queue.replace(root, candidate.raised);
      } else if (candidate.axesDiffer && !candidate.ssd && raiseMerged(queue, candidate)) {
        ++numFound;
      } else if (candidate.plausible) {
        queue.noteDeclined(root, candidate.reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.ssd");
  }

  /// Heads and their channels are one axis of ssm.selective_scan: tries neighboring dimensions of the result as one.
  bool raiseMerged(RootQueue &queue, const Candidate &candidate) {
    auto type = cast<RankedTensorType>(candidate.root.getType());
    SmallVector<Value> byproducts = getByproducts(candidate.root, candidate.dependence);
    OpBuilder b(&getContext());
    for (int64_t dim = 0; dim + 1 < type.getRank(); ++dim) {
      ArrayRef<int64_t> pair = type.getShape().slice(dim, 2);
      if (ShapedType::isDynamicShape(pair) || llvm::is_contained(pair, 1))
        continue;
      Value merged = mergeDims(b, candidate.root, dim);
      // The new state has the same dimensions.
      SmallVector<Value> views{merged};
      for (Value value : byproducts)
        if (auto shape = cast<ShapedType>(value.getType()).getShape(); shape.size() > 2)
          for (size_t d = 0; d + 1 < shape.size(); ++d)
            if (shape.slice(d, 2) == pair)
              views.push_back(mergeDims(b, value, d));
      ScanDependence dependence = ScanDependence::ofExponentials(getOperation());
      Candidate whole(merged, dependence);
      bool found = succeeded(whole.raise());
      Value state, newState, result;
      if (found) {
        remarkFound(getScanLocation(candidate.root), whole.getOpName());
        result = splitDims(b, whole.raised, merged.getDefiningOp<tensor::CollapseShapeOp>());
        if (whole.newState) {
          auto [was, is] = *whole.newState;
          auto view = llvm::is_contained(views, was) ? was.getDefiningOp<tensor::CollapseShapeOp>() : nullptr;
          state = view ? view.getSrc() : was;
          newState = view ? splitDims(b, is, view) : is;
        }
      }
      for (Value view : views)
        if (view.use_empty())
          view.getDefiningOp()->erase();
      if (!found)
        continue;
      if (state) {
        moveUsersBehind(state, newState.getDefiningOp());
        queue.replace(state, newState);
      }
      queue.replace(candidate.root, result);
      return true;
    }
    return false;
  }
};
} // namespace
