//===- Reductions.cpp - How modules of ssm and linalg become smaller ---------------------------------------------===//
//
// See Reductions.h. Nothing here keeps what a program computes: the script that judges a module decides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Reductions.h"
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Reducer/ReductionPatternInterface.h"

using namespace mlir;

namespace {

/// An operation in destination-passing style to its destinations: `%y = op ins(..) outs(%e)` becomes %e.
struct ToDestination : OpInterfaceRewritePattern<DestinationStyleOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(DestinationStyleOpInterface op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op->getNumResults() == 0 ||
        op->getNumResults() != unsigned(op.getNumDpsInits()))
      return failure();
    rewriter.replaceOp(op, SmallVector<Value>(op.getDpsInits()));
    return success();
  }
};

/// An operation with one result to an input of the same type, which cuts it out of a chain.
struct ToInput : OpInterfaceRewritePattern<DestinationStyleOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(DestinationStyleOpInterface op, PatternRewriter &rewriter) const override {
    if (op->getNumResults() != 1)
      return failure();
    for (Value input : op.getDpsInputs())
      if (input.getType() == op->getResult(0).getType()) {
        rewriter.replaceOp(op, input);
        return success();
      }
    return failure();
  }
};

/// A function loses its last result, and with it what computes that alone.
struct DropResult : OpRewritePattern<func::ReturnOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(func::ReturnOp op, PatternRewriter &rewriter) const override {
    auto function = dyn_cast<func::FuncOp>(op->getParentOp());
    if (!function || op->getNumOperands() < 2 || !function.getBody().hasOneBlock())
      return failure();
    unsigned last = op->getNumOperands() - 1;
    rewriter.modifyOpInPlace(op, [&]() { op->eraseOperand(last); });
    rewriter.modifyOpInPlace(function, [&]() { (void)function.eraseResult(last); });
    return success();
  }
};

struct Reductions : DialectReductionPatternInterface {
  using DialectReductionPatternInterface::DialectReductionPatternInterface;
  void populateReductionPatterns(RewritePatternSet &patterns) const override {
    patterns.add<ToDestination, ToInput, DropResult>(patterns.getContext());
  }
};

} // namespace

void mambac::registerReductions(DialectRegistry &registry) {
  registry.addExtension(
      +[](MLIRContext *, ssm::SSMDialect *dialect) { dialect->addInterfaces<Reductions>(); });
}
