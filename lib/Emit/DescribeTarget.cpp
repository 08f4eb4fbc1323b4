//===- DescribeTarget.cpp - What is known of a CPU, on the module -----------------------------------------------===//
//
// mambac-describe-target, for pipelines that start in mamba-opt.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/TargetLevels.h"
#include "mambac/Passes.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DECL
#define GEN_PASS_DEF_DESCRIBETARGETPASS
#define GEN_PASS_REGISTRATION
#include "lib/Emit/Passes.h.inc"
} // namespace mambac

namespace {

struct DescribeTargetPass : mambac::impl::DescribeTargetPassBase<DescribeTargetPass> {
  using Base::Base;

  void runOnOperation() override {
    auto levels = mambac::parseLevels(cpu);
    if (levels && levels->size() == 1)
      return mambac::describeLevel(levels->front(), getOperation());
    std::string message = levels ? "one CPU is expected, not the list '" + cpu + "'" : "";
    getOperation().emitError(levels ? message : llvm::toString(levels.takeError()));
    signalPassFailure();
  }
};

} // namespace

void mambac::registerEmitPasses() { registerEmitStagePasses(); }
