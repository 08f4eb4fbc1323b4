//===- LowerLinalg.cpp - linalg on memrefs to loops -----------------------------------------------------------===//
#include "lib/CPU/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
using namespace mlir;
namespace {
struct LowerLinalgPass : PassWrapper<LowerLinalgPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerLinalgPass)
  StringRef getArgument() const final { return "mambac-lower-linalg"; }
  StringRef getDescription() const final { return "Lower linalg on memrefs to parallel loops over vectors"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<scf::SCFDialect, vector::VectorDialect, arith::ArithDialect, affine::AffineDialect>();
  }
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (auto op : ops) {
      rewriter.setInsertionPoint(op);
      if (failed(linalg::linalgOpToParallelLoops(rewriter, op)))
        return signalPassFailure();
      rewriter.eraseOp(op);
    }
  }
};
} // namespace
std::unique_ptr<Pass> mambac::createLowerLinalgPass() { return std::make_unique<LowerLinalgPass>(); }
