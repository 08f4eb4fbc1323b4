//===- Reductions.cpp - How modules of ssm and linalg become smaller ---------------------------------------------===//
//
// See Reductions.h. Nothing here keeps what a program computes: the script that judges a module decides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Reductions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {

/// Ways to make a module smaller at one operation.
enum Kind { DropFunction, DropResult, ToDestination, ToInput, ToOtherOperand, numKinds };

/// Does it; false where it does not apply.
bool reduceAt(Operation *op, unsigned kind) {
  auto function = dyn_cast<func::FuncOp>(op);
  auto destination = dyn_cast<DestinationStyleOpInterface>(op);
  switch (kind) {
  case DropFunction:
    if (!function || !SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
      return false;
    function.erase();
    return true;
  case DropResult: {
    if (!function || function.isExternal() || function.getNumResults() < 2 || !function.getBody().hasOneBlock() ||
        !SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()))
      return false;
    unsigned last = function.getNumResults() - 1;
    function.getBody().front().getTerminator()->eraseOperand(last);
    return succeeded(function.eraseResult(last));
  }
  case ToDestination:
    if (!destination || op->getNumResults() == 0 || int64_t(op->getNumResults()) != destination.getNumDpsInits())
      return false;
    op->replaceAllUsesWith(SmallVector<Value>(destination.getDpsInits()));
    op->erase();
    return true;
  case ToInput:
  case ToOtherOperand:
    if (op->getNumResults() != 1 || op->hasTrait<OpTrait::IsTerminator>())
      return false;
    for (Value operand : op->getOperands()) {
      if (operand.getType() != op->getResult(0).getType() || operand.getDefiningOp() == op ||
          (kind == ToInput && destination && llvm::is_contained(destination.getDpsInits(), operand)))
        continue;
      op->getResult(0).replaceAllUsesWith(operand);
      op->erase();
      return true;
    }
    return false;
  }
  return false;
}

struct ReducePass : PassWrapper<ReducePass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReducePass)
  ReducePass() = default;
  ReducePass(const ReducePass &other) : PassWrapper(other) {}
  StringRef getArgument() const final { return "mambac-reduce"; }
  StringRef getDescription() const final { return "Make a module smaller as long as a script finds it interesting"; }
  Option<std::string> test{*this, "test",
                           llvm::cl::desc("Program that exits with 1 for a file that is interesting, with 0 otherwise")};

  void runOnOperation() override {
    if (!isInteresting(getOperation())) {
      getOperation().emitError("the module is not interesting as it is: ") << test << " has to exit with 1 for it";
      return signalPassFailure();
    }
    while (step()) {
    }
  }

private:
  /// Tries everything at every operation; whether something came off.
  bool step() {
    for (unsigned at = 0;; ++at)
      for (unsigned kind = 0; kind < numKinds; ++kind) {
        OwningOpRef<ModuleOp> smaller(getOperation().clone());
        Operation *op = nth(*smaller, at);
        if (!op)
          return false;
        if (!reduceAt(op, kind))
          continue;
        IRRewriter rewriter(&getContext());
        (void)runRegionDCE(rewriter, smaller->getOperation()->getRegions());
        ScopedDiagnosticHandler quiet(&getContext(), [](Diagnostic &) { return success(); });
        if (failed(verify(*smaller)) || !isInteresting(*smaller))
          continue;
        getOperation().getBodyRegion().takeBody(smaller->getBodyRegion());
        return true;
      }
  }

  /// Operations from the end, so that what is large goes first.
  static Operation *nth(ModuleOp module, unsigned number) {
    SmallVector<Operation *> ops;
    module.walk([&](Operation *op) {
      if (op != module.getOperation())
        ops.push_back(op);
    });
    return number < ops.size() ? ops[ops.size() - 1 - number] : nullptr;
  }

  bool isInteresting(ModuleOp module) {
    SmallString<128> path;
    int fd;
    if (llvm::sys::fs::createTemporaryFile("mamba-reduce", "mlir", fd, path))
      return false;
    llvm::FileRemover remove(path);
    {
      llvm::raw_fd_ostream out(fd, /*shouldClose=*/true);
      module.print(out);
    }
    return llvm::sys::ExecuteAndWait(test, {test, path}, std::nullopt, {}, /*SecondsToWait=*/120) == 1;
  }
};

} // namespace

void mambac::registerReducePass() { PassRegistration<ReducePass>(); }
