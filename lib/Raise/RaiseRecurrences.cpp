//===- RaiseRecurrences.cpp - Candidates for ssm.ssd and ssm.selective_scan, one after the other ----------------===//

#include "lib/Raise/RaiseRecurrences.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RecurrenceMatcher.h"
#include "lib/Raise/ScanBuilder.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// One candidate value.
struct Candidate {
  Value root;
  const ScanDependence &dependence;
  bool onlySSD;

  std::string reason;
  bool plausible = false;
  Value raised;
  std::optional<std::pair<Value, Value>> finalState; ///< what it was, and what it is
  StringRef opName = "ssm.ssd";

  LogicalResult attempt(RootStudy &study, RecurrenceMatcher::Options options, bool &lacksStep, bool &otherWay);
  LogicalResult raise();
};

} // namespace

LogicalResult Candidate::attempt(RootStudy &study, RecurrenceMatcher::Options options, bool &lacksStep,
                                 bool &otherWay) {
  RecurrenceMatcher matcher(study, options);
  if (failed(matcher.match())) {
    lacksStep = matcher.lacksStep();
    otherWay = matcher.runsOtherWay();
    reason = matcher.getReason().str();
    plausible |= matcher.isPlausible();
    opName = !onlySSD && matcher.hasStatefulDecay() ? "ssm.selective_scan" : "ssm.ssd";
    return failure();
  }
  plausible = true;
  if (onlySSD && !matcher.isSSD()) {
    reason = "the decay has its own value for each state";
    return failure();
  }
  ScanBuilder builder(matcher, study, matcher.isSSD());
  if (failed(builder.findAxes(reason)))
    return failure();
  auto last = builder.findFinalState(getByproducts(root, dependence),
                                     [&](Value value, ArrayRef<Lin> position, const Lin &length) {
                                       return matcher.isFinalState(value, position, length);
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
    finalState = {last->first, value->finalState};
  opName = matcher.isSSD() ? "ssm.ssd" : "ssm.selective_scan";
  return success();
}

LogicalResult Candidate::raise() {
  return studyRoot(
      root, dependence,
      [&](RootStudy &study) -> LogicalResult {
        for (bool reverse : {false, true}) {
          bool lacksStep = false, otherWay = false;
          std::string before = reason;
          if (succeeded(attempt(study, {/*withStep=*/true, reverse}, lacksStep, otherWay)) ||
              (lacksStep && succeeded(attempt(study, {/*withStep=*/false, reverse}, lacksStep, otherWay))))
            return success();
          if (reverse)
            reason = before; // the usual direction is what people want to read about
          if (!otherWay)
            break;
        }
        return failure();
      },
      /*followRecurrences=*/true);
}

RecurrenceCounts mambac::raise::raiseRecurrences(func::FuncOp func, bool onlySSD) {
  RecurrenceCounts counts;
  ScanDependence dependence(func);
  RootQueue queue(func, [&](Value value) {
    return dependence.get(value).linear && isa<RankedTensorType>(value.getType()) &&
           cast<RankedTensorType>(value.getType()).getElementType().isFloat() &&
           !isa<tensor::PadOp, tensor::ConcatOp, tensor::CastOp, ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(
               value.getDefiningOp());
  });
  while (Value root = queue.next()) {
    Candidate candidate{root, dependence, onlySSD};
    if (succeeded(candidate.raise())) {
      ++counts.found;
      remarkFound(getScanLocation(root), candidate.opName);
      if (candidate.finalState) {
        moveUsersBehind(candidate.finalState->first, candidate.finalState->second.getDefiningOp());
        queue.replace(candidate.finalState->first, candidate.finalState->second);
      }
      queue.replace(root, candidate.raised);
    } else if (candidate.plausible) {
      queue.noteDeclined(root, candidate.reason, candidate.opName);
    }
  }
  counts.declined = queue.reportDeclined("ssm.ssd");
  return counts;
}
