//===- RaiseSSD.cpp - State space duality becomes ssm.ssd -------------------------------------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseRecurrences.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESSD
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {
struct RaiseSSDPass : mambac::impl::RaiseSSDBase<RaiseSSDPass> {
  void runOnOperation() override {
    raise::RecurrenceCounts counts = raise::raiseRecurrences(getOperation(), {/*onlySSD=*/true, /*onlyWhole=*/false});
    numFound += counts.found;
    numDeclined += counts.declined;
  }
};
} // namespace
