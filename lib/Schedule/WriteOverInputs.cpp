//===- WriteOverInputs.cpp - Results in the place of inputs that die -------------------------------------------===//
//
// A kernel that reads each part of an input before it writes the same part of its result can have both in one buffer. Where
// the input is a temporary that nothing reads later, the result gets its place, and the driver one temporary less. Which
// kernels do so stands here (findOverwritten); FuseRows does the same for its loops.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/BaseBuffers.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mambac {
#define GEN_PASS_DEF_WRITEOVERINPUTSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

/// All operations on a buffer, through views of it.
void collectUsers(Value buffer, SmallVectorImpl<OpOperand *> &uses) {
  for (OpOperand &use : buffer.getUses()) {
    if (auto view = dyn_cast<ViewLikeOpInterface>(use.getOwner()))
      collectUsers(view->getResult(0), uses);
    else
      uses.push_back(&use);
  }
}

/// Whether a buffer is a temporary of `op`'s block, or a view of one that has all of it, which `op` is the last to read.
bool diesAt(OpOperand &input) {
  Operation *op = input.getOwner();
  auto base = getBaseBuffer(input.get()).getDefiningOp<memref::AllocOp>();
  if (!base || base->getBlock() != op->getBlock())
    return false;
  SmallVector<OpOperand *> uses;
  collectUsers(base, uses);
  return llvm::all_of(uses, [&](OpOperand *use) {
    if (use->getOwner() == op)
      return use == &input;
    Operation *user = op->getBlock()->findAncestorOpInBlock(*use->getOwner());
    return user && user->isBeforeInBlock(op);
  });
}

/// Whether a temporary of an operation's block has nothing in it before the operation writes there.
bool isFirstWrittenBy(OpOperand &output) {
  Operation *op = output.getOwner();
  if (output.get().getDefiningOp()->getBlock() != op->getBlock())
    return false;
  SmallVector<OpOperand *> uses;
  collectUsers(output.get(), uses);
  return llvm::all_of(uses, [&](OpOperand *use) {
    Operation *user = op->getBlock()->findAncestorOpInBlock(*use->getOwner());
    return use == &output || (user && user != op && op->isBeforeInBlock(user));
  });
}

struct WriteOverInputsPass : mambac::impl::WriteOverInputsPassBase<WriteOverInputsPass> {
  using Base::Base;

  /// The input whose place the first destination may take.
  static OpOperand *findOverwritten(ssm::SelectiveScanOp op) {
    OpOperand &delta = op.getDeltaMutable(), &y = op.getOutsMutable()[0];
    return op.getMapFor(delta) == op.getMapFor(y) ? &delta : nullptr;
  }

  void runOnOperation() override {
    getOperation().walk([&](ssm::SelectiveScanOp op) {
      OpOperand *input = findOverwritten(op), &output = op.getOutsMutable()[0];
      auto alloc = output.get().getDefiningOp<memref::AllocOp>();
      if (!input || !alloc || input->get().getType() != alloc.getType() || !diesAt(*input) || !isFirstWrittenBy(output))
        return;
      // Its views become views of the input, and have to stand below it.
      Operation *source = input->get().getDefiningOp();
      for (Operation *view : llvm::to_vector(alloc->getUsers()))
        if (view->getBlock() == op->getBlock() && view->isBeforeInBlock(source))
          return;
      alloc.getResult().replaceAllUsesWith(input->get());
      alloc.erase();
      ++numWritten;
    });
  }
};

} // namespace
