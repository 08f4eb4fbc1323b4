//===- RaiseSelectiveScan.cpp - Recurrences with a decay for each state become ssm.selective_scan ---------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseRecurrences.h"

namespace mambac {
#define GEN_PASS_DEF_RAISESELECTIVESCAN
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {
struct RaiseSelectiveScanPass : mambac::impl::RaiseSelectiveScanBase<RaiseSelectiveScanPass> {
  using RaiseSelectiveScanBase::RaiseSelectiveScanBase;
  void runOnOperation() override {
    raise::RecurrenceCounts counts = raise::raiseRecurrences(getOperation(), {/*onlySSD=*/false, onlyWhole});
    numFound += counts.found;
    numDeclined += counts.declined;
  }
};
} // namespace
