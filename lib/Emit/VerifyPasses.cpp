//===- VerifyPasses.cpp - Checks after each pass ---------------------------------------------------------------===//
//
// See VerifyPasses.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/VerifyPasses.h"
#include "lib/Emit/RandomWeights.h"

#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

using namespace llvm;
using namespace mambac;

namespace {

mlir::ModuleOp moduleOf(mlir::Operation *op) {
  auto module = dyn_cast<mlir::ModuleOp>(op);
  return module ? module : op->getParentOfType<mlir::ModuleOp>();
}

StringRef nameOf(mlir::Pass *pass) { return pass->getArgument().empty() ? pass->getName() : pass->getArgument(); }

/// Runs a check after each pass of its own pass manager; not after those that a check itself runs.
class CheckAfterPasses : public mlir::PassInstrumentation {
public:
  CheckAfterPasses(StageVerifier *verifier, PassVerdict verdict) : verifier(verifier), verdict(std::move(verdict)) {}

  void runBeforePass(mlir::Pass *, mlir::Operation *op) override {
    mlir::ModuleOp module = moduleOf(op);
    if (!module || seen)
      return;
    seen.emplace(module);
    if (!verifier) {
      own = std::make_unique<StageVerifier>(module, makeRandomWeights(module, 1));
      verifier = own.get();
    }
  }

  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override {
    mlir::ModuleOp module = moduleOf(op);
    if (!module || !verifier)
      return;
    mlir::OperationFingerPrint now(module);
    if (seen && *seen == now)
      return;
    seen.emplace(now);
    verdict(nameOf(pass), verifier->check(module));
  }

private:
  StageVerifier *verifier;
  std::unique_ptr<StageVerifier> own;
  PassVerdict verdict;
  std::optional<mlir::OperationFingerPrint> seen;
};

} // namespace

void mambac::addCheckAfterPasses(mlir::PassManager &pm, StageVerifier &verifier, PassVerdict verdict) {
  pm.addInstrumentation(std::make_unique<CheckAfterPasses>(&verifier, std::move(verdict)));
}

void mambac::addCheckOfPasses(mlir::PassManager &pm, bool &wrong) {
  pm.getContext()->disableMultithreading();
  // What cannot be run behind one pass mostly cannot behind the next ones: said once.
  auto verdict = [&wrong, last = std::string()](StringRef pass, Error error) mutable {
    if (!error)
      return;
    bool mismatch = error.isA<StageVerifier::Mismatch>();
    std::string text = toString(std::move(error));
    if (!mismatch && text != std::exchange(last, text))
      errs() << "mamba-opt: note: not checked from " << pass << " on: " << text << "\n";
    else if (!mismatch)
      return;
    else if (!wrong)
      errs() << "mamba-opt: error: " << pass << " is wrong: " << text << "\n";
    wrong |= mismatch;
  };
  pm.addInstrumentation(std::make_unique<CheckAfterPasses>(nullptr, std::move(verdict)));
}
