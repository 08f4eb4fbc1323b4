//===- DescribeTarget.cpp - What is known of a CPU, on the module -----------------------------------------------===//
//
// mambac-describe-target, for pipelines that start in mamba-opt.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/CodeGen.h"
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
    auto machine = mambac::makeTargetMachine(cpu);
    if (machine)
      return mambac::describeTarget(**machine, getOperation());
    getOperation().emitError(llvm::toString(machine.takeError()));
    signalPassFailure();
  }
};

} // namespace

void mambac::registerEmitPasses() { registerEmitStagePasses(); }
