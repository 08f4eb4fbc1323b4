//===- ExpandKernels.cpp - ssm ops on memrefs become loops over vectors -------------------------------------------===//
//
// --mambac-expand-kernels. Hands each ssm op to its generator (Kernels.h), with the target description that holds
// there. Ops on tensors are not its business: bufferize first.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace mambac::cpu {

bool isConstant(Value v, int64_t constant) {
  std::optional<int64_t> c = getConstantIntValue(v);
  return c && *c == constant;
}

namespace {

LogicalResult expand(Operation *op, KernelBuilder &k) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](ssm::SelectiveScanOp o) { return expandSelectiveScan(o, k); })
      .Case([&](ssm::SSDOp o) { return expandSSD(o, k); })
      .Case([&](ssm::CausalConv1DOp o) { return expandCausalConv1D(o, k); })
      .Case([&](ssm::AttentionOp o) { return expandAttention(o, k); })
      .Case([&](ssm::ScanOp o) { return expandScan(o, k); })
      .Case([&](ssm::CumsumOp o) { return expandCumsum(o, k); })
      .Case([&](ssm::SegsumOp o) { return expandSegsum(o, k); })
      .Case([&](ssm::EinsumOp o) { return expandEinsum(o, k); })
      .Case([&](ssm::PackedMatmulOp o) { return expandPackedMatmul(o, k); })
      .Default([](Operation *o) { return o->emitError("no CPU kernel for this op"); });
}

struct ExpandKernelsPass : PassWrapper<ExpandKernelsPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ExpandKernelsPass)

  StringRef getArgument() const override { return "mambac-expand-kernels"; }
  StringRef getDescription() const override { return "Expand ssm ops on memrefs to parallel loops over vectors"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  }

  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa_and_nonnull<ssm::SSMDialect>(op->getDialect()) && !isa<ssm::WeightOp>(op) &&
          llvm::any_of(op->getOperandTypes(), llvm::IsaPred<BaseMemRefType>))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      for (Value operand : op->getOperands()) {
        if (getElementTypeOrSelf(operand.getType()).isF64()) {
          op->emitError("no CPU kernel for f64; decompose this op (--ssm-decompose) before bufferization");
          return signalPassFailure();
        }
      }
      OpBuilder b(op);
      KernelBuilder k(b, op->getLoc(), Target::get(op));
      if (failed(expand(op, k)))
        return signalPassFailure();
      op->erase();
    }
  }
};

} // namespace
} // namespace mambac::cpu

namespace mambac {

std::unique_ptr<Pass> createExpandKernelsPass() { return std::make_unique<cpu::ExpandKernelsPass>(); }

void registerCPUKernelPasses() {
  registerPass([] { return createExpandKernelsPass(); });
  registerPass([] { return createExpandMathPass(); });
}

} // namespace mambac
