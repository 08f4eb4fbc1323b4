//===- MarkStreamedStates.cpp - States that leave the caches before they are read again ---------------------------===//
//
// --mambac-mark-streamed-states. The next token reads the state that this one writes, after all weights went through the
// caches: keeping it there only costs. Kernels with the mark write around the caches (KernelBuilder::storingPastCaches). What
// runs between two calls of an entry is not known; a model that fits into the caches is left alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Passes.h"
#include "lib/Schedule/BaseBuffers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mambac {
#define GEN_PASS_DEF_MARKSTREAMEDSTATESPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

int64_t bytesOf(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || !memref.hasStaticShape() || !memref.getElementType().isIntOrFloat())
    return 0;
  return memref.getNumElements() * ((memref.getElementTypeBitWidth() + 7) / 8);
}

/// Inputs, outputs, and views of weights.
int64_t bytesOf(func::FuncOp driver) {
  int64_t bytes = 0;
  for (BlockArgument arg : driver.getArguments()) {
    bytes += bytesOf(arg.getType());
    if (driver.getArgAttr(arg.getArgNumber(), "mambac.weights"))
      for (Operation *view : arg.getUsers())
        for (Type type : view->getResultTypes())
          bytes += bytesOf(type);
  }
  return bytes;
}

struct MarkStreamedStatesPass : mambac::impl::MarkStreamedStatesPassBase<MarkStreamedStatesPass> {
  using Base::Base;

  void runOnOperation() override {
    int64_t cache = mambac::Target::get(getOperation()).l3Bytes;
    SymbolTable symbols(getOperation());
    llvm::DenseMap<func::FuncOp, SmallVector<func::CallOp>> calls;
    getOperation().walk([&](func::CallOp call) {
      if (auto callee = symbols.lookup<func::FuncOp>(call.getCallee()))
        calls[callee].push_back(call);
    });
    llvm::DenseMap<func::FuncOp, bool> isLarge;
    auto leavesCaches = [&](func::CallOp call, unsigned argument) {
      auto output = dyn_cast<BlockArgument>(mambac::getBaseBuffer(call.getOperand(argument)));
      auto driver = call->getParentOfType<func::FuncOp>();
      if (!output || output.getOwner()->getParentOp() != driver ||
          !driver.getArgAttr(output.getArgNumber(), "mambac.output"))
        return false;
      auto [known, isNew] = isLarge.try_emplace(driver, false);
      if (isNew)
        known->second = bytesOf(driver) > cache;
      if (!known->second)
        return false;
      // The same slice, or all of it; other slices are states of other layers.
      for (Operation *next = call->getNextNode(); next; next = next->getNextNode())
        if (isa<func::CallOp>(next) && llvm::any_of(next->getOperands(), [&](Value operand) {
              return operand == output || operand == call.getOperand(argument);
            }))
          return false;
      return true;
    };
    getOperation().walk([&](Operation *op) {
      Value state;
      if (auto ssd = dyn_cast<mambac::ssm::SSDOp>(op))
        state = ssd.getFinalState();
      else if (auto scan = dyn_cast<mambac::ssm::SelectiveScanOp>(op))
        state = scan.getFinalState();
      auto argument = dyn_cast_or_null<BlockArgument>(state);
      auto kernel = op->getParentOfType<func::FuncOp>();
      auto found = argument ? calls.find(kernel) : calls.end();
      if (found == calls.end() || argument.getOwner()->getParentOp() != kernel ||
          !llvm::all_of(found->second,
                        [&](func::CallOp call) { return leavesCaches(call, argument.getArgNumber()); }))
        return;
      op->setAttr(mambac::cpu::kStreamedAttr, UnitAttr::get(&getContext()));
      ++numMarked;
    });
  }
};

} // namespace
