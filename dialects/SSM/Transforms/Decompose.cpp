//===- Decompose.cpp - Replaces ssm ops by their definitions --------------------------------------------------------===//
//
// Drives decomposeOperation of the ops until none is left that has one. The definitions are in dialects/SSM/IR.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/Transforms/Passes.h"
#include "mambac/Passes.h"

#include "mlir/IR/PatternMatch.h"

namespace mambac::ssm {
#define GEN_PASS_DEF_SSMDECOMPOSE
#include "dialects/SSM/Transforms/Passes.h.inc"
} // namespace mambac::ssm

namespace mambac::ssm {
#define GEN_PASS_REGISTRATION
#include "dialects/SSM/Transforms/Passes.h.inc"
} // namespace mambac::ssm

using namespace mlir;
using namespace mambac;

namespace {
struct Decompose : public ssm::impl::SSMDecomposeBase<Decompose> {
  using SSMDecomposeBase::SSMDecomposeBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // A decomposition may contain simpler ssm ops, so go on until nothing changes.
    SmallVector<linalg::AggregatedOpInterface> work;
    do {
      work.clear();
      getOperation()->walk([&](linalg::AggregatedOpInterface op) {
        if (isa<ssm::SSMDialect>(op->getDialect()) && cast<DestinationStyleOpInterface>(*op).hasPureTensorSemantics() &&
            (ops.empty() || llvm::is_contained(ops, op->getName().getStringRef().str())))
          work.push_back(op);
      });
      for (linalg::AggregatedOpInterface op : work) {
        rewriter.setInsertionPoint(op);
        FailureOr<SmallVector<Value>> values = op.decomposeOperation(rewriter);
        if (failed(values)) {
          op.emitOpError("has no decomposition");
          return signalPassFailure();
        }
        rewriter.replaceOp(op, *values);
        ++numDecomposed;
      }
    } while (!work.empty());
  }
};
} // namespace

void mambac::registerSSMPasses() { ssm::registerSSMPasses(); }
