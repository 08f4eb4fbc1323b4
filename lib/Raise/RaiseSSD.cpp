//===- RaiseSSD.cpp - State space duality becomes ssm.ssd -------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/ScanBuilder.h"
#include "lib/Raise/SSDMatcher.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESSD
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

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
      std::optional<std::pair<Value, Value>> finalState; // what it was, and what it is
      auto attempt = [&](RootStudy &study, bool withStep, bool &again) -> LogicalResult {
        SSDMatcher matcher(study, withStep);
        if (failed(matcher.match())) {
          again = matcher.lacksStep();
          reason = matcher.getReason().str();
          plausible |= matcher.isPlausible();
          return failure();
        }
        plausible = true;
        ScanBuilder builder(matcher, study, /*isSSD=*/true);
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
        return success();
      };
      LogicalResult found = studyRoot(root, dependence, [&](RootStudy &study) -> LogicalResult {
        bool again = false;
        return success(succeeded(attempt(study, /*withStep=*/true, again)) ||
                       (again && succeeded(attempt(study, /*withStep=*/false, again))));
      });
      if (succeeded(found)) {
        ++numFound;
        remarkFound(getScanLocation(root), "ssm.ssd");
        if (finalState) {
          moveUsersBehind(finalState->first, finalState->second.getDefiningOp());
          queue.replace(finalState->first, finalState->second);
        }
        queue.replace(root, raised);
      } else if (plausible) {
        queue.noteDeclined(root, reason);
      }
    }
    numDeclined += queue.reportDeclined("ssm.ssd");
  }
};

} // namespace
