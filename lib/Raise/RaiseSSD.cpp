//===- RaiseSSD.cpp - State space duality becomes ssm.ssd -------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
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
      LogicalResult found = studyRoot(root, dependence, [&](RootStudy &study) -> LogicalResult {
        SSDMatcher matcher(study);
        if (failed(matcher.match())) {
          reason = matcher.getReason().str();
          plausible |= matcher.isPlausible();
          return failure();
        }
        plausible = true;
        FailureOr<ScanBuilder::Result> value = ScanBuilder(matcher, study, /*isSSD=*/true).build(reason);
        if (failed(value))
          return failure();
        raised = value->y;
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
