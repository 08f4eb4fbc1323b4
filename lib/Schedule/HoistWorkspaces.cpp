//===- HoistWorkspaces.cpp - Kernels get their workspaces from the driver -------------------------------------===//
//
// Allocations in a kernel's function become arguments, allocated by its callers in drivers, where the arena plan finds
// them. Their sizes may depend on the sizes of the kernel's arguments. Runs after a target has expanded the kernels.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Sizes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace mambac {
#define GEN_PASS_DEF_HOISTWORKSPACESPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct HoistWorkspacesPass : mambac::impl::HoistWorkspacesPassBase<HoistWorkspacesPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::MapVector<Operation *, SmallVector<func::CallOp>> callers;
    getOperation().walk([&](func::CallOp call) {
      auto driver = call->getParentOfType<func::FuncOp>();
      auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
      if (driver && driver->hasAttr("mambac.abi") && callee && !callee.isExternal())
        callers[callee].push_back(call);
    });
    for (auto &[kernel, calls] : callers)
      if (failed(hoist(cast<func::FuncOp>(kernel), calls)))
        return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("mambac.abi"))
        mambac::resolveArgumentSizes(function);
  }

private:
  LogicalResult hoist(func::FuncOp kernel, ArrayRef<func::CallOp> calls) {
    Block &block = kernel.getBody().front();
    SmallVector<memref::AllocOp> allocs(block.getOps<memref::AllocOp>());
    for (memref::AllocOp alloc : allocs) {
      for (func::CallOp call : calls) {
        OpBuilder builder(call);
        IRMapping mapping;
        for (auto [arg, operand] : llvm::zip(kernel.getArguments(), call.getOperands()))
          mapping.map(arg, operand);
        SmallVector<Value> sizes;
        for (Value size : alloc.getDynamicSizes()) {
          Value cloned = clone(builder, size, mapping, block);
          if (!cloned)
            return alloc.emitError("the size of a kernel's workspace is not computed from its arguments");
          sizes.push_back(cloned);
        }
        Value workspace = memref::AllocOp::create(builder, alloc.getLoc(), alloc.getType(), sizes,
                                                  builder.getI64IntegerAttr(64));
        call->insertOperands(call->getNumOperands(), workspace);
      }
      unsigned position = kernel.getNumArguments();
      (void)kernel.insertArgument(position, alloc.getType(), {}, alloc.getLoc());
      alloc.replaceAllUsesWith(kernel.getArgument(position));
      for (Operation *user : llvm::make_early_inc_range(kernel.getArgument(position).getUsers()))
        if (isa<memref::DeallocOp>(user))
          user->erase();
      alloc.erase();
    }
    // What is left lies in a loop and has a new size in each iteration: nobody would free it.
    WalkResult left = kernel.walk([](memref::AllocOp alloc) {
      alloc.emitError("the size of a temporary in a loop, ") << alloc.getType() << ", depends on the iteration";
      return WalkResult::interrupt();
    });
    return failure(left.wasInterrupted());
  }

  Value clone(OpBuilder &builder, Value value, IRMapping &mapping, Block &block) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != &block || !isMemoryEffectFree(op))
      return {};
    for (Value operand : op->getOperands())
      if (!clone(builder, operand, mapping, block))
        return {};
    builder.clone(*op, mapping);
    return mapping.lookup(value);
  }
};

} // namespace
