//===- ExpandKernels.cpp - ssm ops on memrefs become loops over vectors -------------------------------------------===//
//
// --mambac-expand-kernels. Hands each ssm op to its generator (Kernels.h), with the target description that holds
// there. Ops on tensors are not its business: bufferize first.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Passes.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DEF_EXPANDKERNELSPASS
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

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
      .Case([&](ssm::AppendOp o) { return expandAppend(o, k); })
      .Case([&](ssm::ScanOp o) { return expandScan(o, k); })
      .Case([&](ssm::CumsumOp o) { return expandCumsum(o, k); })
      .Case([&](ssm::SegsumOp o) { return expandSegsum(o, k); })
      .Case([&](ssm::EinsumOp o) { return expandEinsum(o, k); })
      .Case([&](ssm::PackedMatmulOp o) { return expandPackedMatmul(o, k); })
      .Default([](Operation *o) { return o->emitError("no CPU kernel for this op"); });
}

struct ExpandKernelsPass : mambac::impl::ExpandKernelsPassBase<ExpandKernelsPass> {
  using Base::Base;

  /// The sizes as given, or an error that says what is wrong with one of them.
  LogicalResult initialize(MLIRContext *context) override {
    auto within = [&](StringRef name, int64_t value, int64_t least, int64_t most, int64_t multiple) -> LogicalResult {
      if (value >= least && value <= most && value % multiple == 0)
        return success();
      InFlightDiagnostic error = emitError(UnknownLoc::get(context));
      error << "mambac-expand-kernels: " << name << " has to be from " << least << " to " << most;
      if (multiple > 1)
        error << " and a multiple of " << multiple;
      return error << ", not " << value;
    };
    bool bad = false;
    auto read = [&](StringRef name, int64_t value, int64_t &to, int64_t least, int64_t most, int64_t multiple = 1) {
      bad |= failed(within(name, value, least, most, multiple));
      to = value;
    };
    // Whole vectors of every target; tiles of these sizes lie on the stack.
    read("ssd-chunk", ssdChunk, sizes.ssdChunk, 16, 512, 16);
    read("scan-time", scanTime, sizes.scanTime, 1, 4096);
    read("scan-states", scanStates, sizes.scanStates, 1, 64);
    read("scan-vectors", scanVectors, sizes.scanVectors, 1, 1 << 20);
    read("conv-time", convTime, sizes.convTime, 1, 4096);
    read("attention-queries", attentionQueries, sizes.attentionQueries, 16, 512, 16);
    read("attention-keys", attentionKeys, sizes.attentionKeys, 16, 512, 16);
    read("matmul-rows", matmulRows, sizes.matmulRows, 1, 512);
    read("matmul-items", matmulItems, sizes.matmulItems, 1, 1 << 20);
    read("matmul-vectors", matmulVectors, sizes.matmulVectors, 1, 8);
    read("sum-block", sumBlock, sizes.sumBlock, 1, 1024);
    read("tile-rows", tileRows, sizes.tileRows, 1, 12);
    return failure(bad);
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
      KernelBuilder k(b, op->getLoc(), Target::get(op), sizes);
      if (failed(expand(op, k)))
        return signalPassFailure();
      op->erase();
    }
  }

private:
  KernelSizes sizes;
};

} // namespace
} // namespace mambac::cpu
