//===- FoldFills.cpp - Reductions start from constants, not from filled buffers -------------------------------===//
//
// In bufferized drivers: a fill whose buffer is next used as the start of a reduction becomes an attribute of that
// reduction, `mambac.start`, and copies of a buffer to itself go. So what is left between kernels is work.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/BaseBuffers.h"
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/ReductionStart.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mambac {
#define GEN_PASS_DEF_FOLDFILLSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct FoldFillsPass : mambac::impl::FoldFillsPassBase<FoldFillsPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto driver : getOperation().getOps<func::FuncOp>()) {
      if (!driver->hasAttr("mambac.abi"))
        continue;
      for (Operation &op : llvm::make_early_inc_range(driver.getBody().front())) {
        auto copy = dyn_cast<memref::CopyOp>(op);
        if (copy && copy.getSource() == copy.getTarget())
          copy.erase();
        else
          foldFill(&op);
      }
    }
  }

private:
  /// A fill whose buffer is next used as the start of a reduction becomes that reduction's attribute.
  void foldFill(Operation *op) {
    auto fill = dyn_cast<linalg::GenericOp>(op);
    TypedAttr constant = mambac::filledWith(fill);
    if (!constant || !fill.getMatchingIndexingMap(fill.getDpsInitOperand(0)).isPermutation())
      return;
    Value buffer = fill.getDpsInitOperand(0)->get();
    for (Operation *next = op->getNextNode(); next; next = next->getNextNode()) {
      bool uses = llvm::is_contained(next->getOperands(), buffer);
      if (!uses) {
        // Another name of the same memory would be a view of it, or the buffer a view of something that is used.
        if (isMemoryEffectFree(next) || (buffer.getDefiningOp<memref::AllocOp>() && onlyUsedDirectly(buffer)))
          continue;
        if (!mambac::usesBaseBuffer(next, mambac::getBaseBuffer(buffer)))
          continue;
        return;
      }
      auto reduction = dyn_cast<linalg::GenericOp>(next);
      if (!reduction || !reduction.getNumReductionLoops() || llvm::count(next->getOperands(), buffer) != 1 ||
          !llvm::is_contained(reduction.getDpsInits(), buffer))
        return;
      mambac::setStart(reduction, llvm::find(reduction.getDpsInits(), buffer).getIndex(), constant);
      fill.erase();
      return;
    }
  }

  static bool onlyUsedDirectly(Value buffer) {
    return llvm::none_of(buffer.getUsers(), [](Operation *user) { return isa<ViewLikeOpInterface>(user); });
  }
};

} // namespace
