//===- Reductions.cpp - How modules of ssm and linalg become smaller ---------------------------------------------===//
//
// See Reductions.h. Nothing here keeps what a program computes: the script that judges a module decides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Reductions.h"
#include "ShrinkSizes.h"

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
enum Kind { DropFunction, DropResult, DropArguments, ReturnOperand, ToDestination, ToInput, ToOtherOperand, numKinds };

/// Whether a function's type may change: nobody calls it, and its body is one block.
bool isFree(func::FuncOp function) {
  return function && !function.isExternal() && function.getBody().hasOneBlock() &&
         SymbolTable::symbolKnownUseEmpty(function, function->getParentOp());
}

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
    if (!isFree(function) || function.getNumResults() < 2)
      return false;
    unsigned last = function.getNumResults() - 1;
    function.getBody().front().getTerminator()->eraseOperand(last);
    return succeeded(function.eraseResult(last));
  }
  case DropArguments: {
    if (!isFree(function))
      return false;
    llvm::BitVector unused(function.getNumArguments());
    for (BlockArgument argument : function.getArguments())
      unused[argument.getArgNumber()] = argument.use_empty();
    return unused.any() && succeeded(function.eraseArguments(unused));
  }
  case ReturnOperand: {
    // What the last result is computed from, instead of it.
    if (!isFree(function) || function.getNumResults() == 0)
      return false;
    OpOperand &last = function.getBody().front().getTerminator()->getOpOperands().back();
    Operation *maker = last.get().getDefiningOp();
    auto isTensor = [](Value operand) { return isa<TensorType>(operand.getType()); };
    if (!maker || maker->getBlock() != &function.getBody().front() || llvm::none_of(maker->getOperands(), isTensor))
      return false;
    last.set(*llvm::find_if(maker->getOperands(), isTensor));
    SmallVector<Type> results(function.getResultTypes());
    results.back() = last.get().getType();
    function.setType(FunctionType::get(op->getContext(), function.getArgumentTypes(), results));
    return true;
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
  Option<int64_t> leastSize{*this, "least-size", llvm::cl::init(1),
                            llvm::cl::desc("Sizes shrink no further: dimensions of 1 are often a case of their own")};

  void runOnOperation() override {
    if (!isInteresting(getOperation())) {
      getOperation().emitError("the module is not interesting as it is: ") << test << " has to exit with 1 for it";
      return signalPassFailure();
    }
    while (step() || shrink()) {
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
        if (accept(std::move(smaller)))
          return true;
      }
  }

  /// Tries smaller sizes: in the whole module, so that calls still fit, or in one function.
  bool shrink() {
    auto attempt = [&](function_ref<Operation *(ModuleOp)> scopeOf) {
      for (const mambac::SizeChange &change : mambac::listSizeChanges(scopeOf(getOperation()), leastSize)) {
        OwningOpRef<ModuleOp> smaller(getOperation().clone());
        if (mambac::changeSizes(scopeOf(*smaller), change) && accept(std::move(smaller)))
          return true;
      }
      return false;
    };
    if (attempt([](ModuleOp module) { return module.getOperation(); }))
      return true;
    size_t functions = llvm::range_size(getOperation().getOps<func::FuncOp>());
    for (size_t i = 0; functions > 1 && i < functions; ++i)
      if (attempt([&](ModuleOp module) { return (*std::next(module.getOps<func::FuncOp>().begin(), i)).getOperation(); }))
        return true;
    return false;
  }

  /// Takes a module over if it verifies and is interesting.
  bool accept(OwningOpRef<ModuleOp> smaller) {
    IRRewriter rewriter(&getContext());
    (void)runRegionDCE(rewriter, smaller->getOperation()->getRegions());
    ScopedDiagnosticHandler quiet(&getContext(), [](Diagnostic &) { return success(); });
    if (failed(verify(*smaller)) || !isInteresting(*smaller))
      return false;
    getOperation().getBodyRegion().takeBody(smaller->getBodyRegion());
    getOperation()->setAttrs(smaller->getOperation()->getAttrDictionary());
    return true;
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
