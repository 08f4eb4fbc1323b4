//===- VerifyInput.cpp - What MLIR's own verifiers let through ----------------------------------------------------===//
//
// See VerifyInput.h; mambac-verify-input is the same as a pass.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Import/VerifyInput.h"

#include "mambac/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DEF_VERIFYINPUTPASS
#include "lib/Import/Passes.h.inc"
} // namespace mambac

using namespace mlir;

/// The dimensions that a reshape groups are 0, 1, 2, .. up to the larger rank.
template <typename Op>
static LogicalResult verifyReshape(Op op) {
  int64_t next = 0;
  for (const ReassociationIndices &group : op.getReassociationIndices())
    for (int64_t dim : group)
      if (dim != next++)
        return op.emitOpError("groups dimension ") << dim << " where dimension " << next - 1 << " is due";
  return success();
}

static LogicalResult verifyPad(tensor::PadOp op) {
  auto fits = [](ArrayRef<int64_t> numbers, OperandRange operands) {
    return llvm::count_if(numbers, ShapedType::isDynamic) == int64_t(operands.size());
  };
  if (fits(op.getStaticLow(), op.getLow()) && fits(op.getStaticHigh(), op.getHigh()))
    return success();
  return op.emitOpError("has another number of operands than of paddings that are operands");
}

LogicalResult mambac::verifyInput(Operation *root) {
  bool bad = false;
  root->walk([&](Operation *op) {
    bad |= failed(llvm::TypeSwitch<Operation *, LogicalResult>(op)
                      .Case<tensor::CollapseShapeOp, tensor::ExpandShapeOp, memref::CollapseShapeOp, memref::ExpandShapeOp>(
                          [](auto reshape) { return verifyReshape(reshape); })
                      .Case([](tensor::PadOp pad) { return verifyPad(pad); })
                      .Default([](Operation *) { return success(); }));
  });
  return failure(bad);
}

namespace {

struct VerifyInputPass : mambac::impl::VerifyInputPassBase<VerifyInputPass> {
  using Base::Base;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    if (failed(mambac::verifyInput(getOperation())))
      signalPassFailure();
  }
};

} // namespace
