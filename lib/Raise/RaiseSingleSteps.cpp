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
  reason = matcher.getReason().str();
  if (!matched)
    return failure();
  ssd = matcher.isSSD();
  ScanBuilder builder(matcher, study, ssd);
  if (failed(builder.findAxes(reason)))
    return failure();
  auto last = builder.findFinalState(getByproducts(root, dependence),
                                     [&](Value value, ArrayRef<Lin> position, const Lin &) {
                                       return matcher.isNewState(value, position);
                                     });
  if (last) {
    matcher.finalState = last->second;
    matcher.finalStateType = cast<RankedTensorType>(last->first.getType());
  }
  FailureOr<ScanBuilder::Result> value = builder.build(reason);
  if (failed(value))
    return failure();
  raised = value->y;
  if (last)
    newState = {last->first, value->finalState};
  return success();
}

namespace {
struct RaiseSingleStepsPass : mambac::impl::RaiseSingleStepsBase<RaiseSingleStepsPass> {
  void runOnOperation() override {
    ScanDependence dependence = ScanDependence::ofExponentials(getOperation());
    RootQueue queue(getOperation(), [&](Value value) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      return type && type.getElementType().isFloat() && dependence.get(value).linear &&
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
      } else if (candidate.plausible) {
        queue.noteDeclined(root, candidate.reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.ssd");
  }
};
} // namespace
