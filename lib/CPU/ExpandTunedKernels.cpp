//===- ExpandTunedKernels.cpp - Kernels with options of their own -------------------------------------------------===//
//
// Runs mambac-expand-kernels on single functions, with the options that their attribute names.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

namespace mambac {
#define GEN_PASS_DEF_EXPANDTUNEDKERNELSPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct ExpandTunedKernelsPass : mambac::impl::ExpandTunedKernelsPassBase<ExpandTunedKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto options = function->getAttrOfType<StringAttr>("mambac.tuning");
      if (!options || options.getValue().empty() || function.isExternal())
        continue;
      std::unique_ptr<Pass> expand = mambac::createExpandKernelsPass();
      std::string reason;
      auto keep = [&](const Twine &message) {
        reason = message.str();
        return failure();
      };
      if (failed(expand->initializeOptions(options.getValue(), keep))) {
        function.emitError("mambac.tuning = \"") << options.getValue() << "\" is no list of options of "
                                                  << "mambac-expand-kernels" << (reason.empty() ? "" : ": ") << reason;
        return signalPassFailure();
      }
      OpPassManager pm(func::FuncOp::getOperationName());
      pm.addPass(std::move(expand));
      if (failed(runPipeline(pm, function)))
        return signalPassFailure();
      ++numTuned;
    }
  }
};

} // namespace
