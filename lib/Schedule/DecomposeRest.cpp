//===- DecomposeRest.cpp - ssm ops that targets have no kernels for -------------------------------------------===//
//
// Replaces ssm ops on doubles, and ops whose state, head or window sizes are not constants or are too large, by their
// definitions in linalg and scf. Kernels keep such sizes in registers, so they have to know them.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/Target.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mambac {
#define GEN_PASS_DEF_DECOMPOSERESTPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

/// Axes whose sizes kernels need as constants.
StringRef fixedAxes(Operation *op) {
  return llvm::StringSwitch<StringRef>(op->getName().stripDialect())
      .Case("ssd", "pn")
      .Case("selective_scan", "n")
      .Case("causal_conv1d", "k")
      .Case("attention", "de")
      .Default("");
}

bool needsDefinition(Operation *op) {
  for (Value operand : op->getOperands())
    if (getElementTypeOrSelf(operand.getType()).isF64())
      return true;
  auto indexed = dyn_cast<mambac::ssm::IndexedOpInterface>(op);
  if (!indexed)
    return false;
  SmallVector<StringRef> names = indexed.getAxisNames();
  SmallVector<int64_t> sizes = indexed.getStaticAxisSizes();
  bool recurrence = isa<mambac::ssm::SSDOp, mambac::ssm::SelectiveScanOp>(op);
  int64_t numbers = 1;
  for (char axis : fixedAxes(op))
    for (auto [name, size] : llvm::zip(names, sizes)) {
      if (name != StringRef(&axis, 1))
        continue;
      if (ShapedType::isDynamic(size) || (axis == 'k' && size > mambac::kMostTaps) ||
          (recurrence && size > mambac::kMostStates))
        return true;
      numbers *= size;
    }
  return recurrence && numbers > mambac::kMostStateNumbers;
}

struct DecomposeRestPass : mambac::impl::DecomposeRestPassBase<DecomposeRestPass> {
  using Base::Base;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::AggregatedOpInterface> work;
    do {
      work.clear();
      getOperation().walk([&](linalg::AggregatedOpInterface op) {
        if (isa<mambac::ssm::SSMDialect>(op->getDialect()) && op->getNumResults() && needsDefinition(op))
          work.push_back(op);
      });
      for (linalg::AggregatedOpInterface op : work) {
        rewriter.setInsertionPoint(op);
        FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
        if (failed(values)) {
          op->emitError("there is no kernel for this op with these types and sizes");
          return signalPassFailure();
        }
        rewriter.replaceOp(op, *values);
      }
    } while (!work.empty());
  }
};

} // namespace
