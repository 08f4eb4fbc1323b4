//===- TestPasses.cpp - Passes that go wrong ---------------------------------------------------------------------===//
//
// A pass plug-in for tests of what happens then: test-break changes results, test-fail fails with a diagnostic,
// test-crash crashes.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

/// Sums become differences.
struct BreakPass : PassWrapper<BreakPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BreakPass)
  StringRef getArgument() const final { return "test-break"; }
  void getDependentDialects(DialectRegistry &registry) const final { registry.insert<arith::ArithDialect>(); }
  void runOnOperation() final {
    SmallVector<arith::AddFOp> sums;
    getOperation().walk([&](arith::AddFOp sum) { sums.push_back(sum); });
    for (arith::AddFOp sum : sums) {
      OpBuilder builder(sum);
      sum.replaceAllUsesWith(arith::SubFOp::create(builder, sum.getLoc(), sum.getLhs(), sum.getRhs()).getResult());
      sum.erase();
    }
  }
};

struct FailPass : PassWrapper<FailPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FailPass)
  StringRef getArgument() const final { return "test-fail"; }
  void runOnOperation() final {
    getOperation().emitError("this pass fails");
    signalPassFailure();
  }
};

struct CrashPass : PassWrapper<CrashPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CrashPass)
  StringRef getArgument() const final { return "test-crash"; }
  void runOnOperation() final { __builtin_trap(); }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "TestPasses", "1", []() {
            PassRegistration<BreakPass>();
            PassRegistration<FailPass>();
            PassRegistration<CrashPass>();
          }};
}
