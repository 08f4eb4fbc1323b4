//===- BufferizableOpInterfaceImpl.cpp - ssm ops from tensors to memrefs --------------------------------------------===//
//
// One-shot bufferization of the destination-passing ops: operands become memrefs, results the destinations. What a
// destination held before is never read, so no copy is made to keep it; but for ssm.append, which changes some rows of
// it. A final state or window may take the initial one's place. ssm.weight has no memref form: weights are hoisted before.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace mambac;

namespace {
/// The initial state (or window) and the final one of an op whose kernel reads the one before it writes the other: a state
/// when a work item starts and ends, a window behind everything else and in ascending order.
std::pair<OpOperand *, OpOperand *> statesOf(Operation *op) {
  return TypeSwitch<Operation *, std::pair<OpOperand *, OpOperand *>>(op)
      .Case<ssm::SelectiveScanOp, ssm::SSDOp, ssm::CausalConv1DOp>([](auto op) -> std::pair<OpOperand *, OpOperand *> {
        MutableOperandRange initial = [&] {
          if constexpr (std::is_same_v<decltype(op), ssm::CausalConv1DOp>)
            return op.getInitialWindowMutable();
          else
            return op.getInitialStateMutable();
        }();
        if (initial.empty() || !op.hasFinalState())
          return {};
        return {&initial[0], &op.getOutsMutable()[1]};
      })
      .Default([](Operation *) { return std::pair<OpOperand *, OpOperand *>(); });
}

template <typename OpT>
struct Bufferization : DstBufferizableOpInterfaceExternalModel<Bufferization<OpT>, OpT> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return ssm::readsDestinations(op) || !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  bool isNotConflicting(Operation *op, OpOperand *read, OpOperand *write, const AnalysisState &state) const {
    auto [initial, final] = statesOf(op);
    if (!initial || read != initial || write != final || !state.areEquivalentBufferizedValues(read->get(), write->get()))
      return false;
    auto indexed = cast<ssm::IndexedOpInterface>(op);
    return indexed.getMapFor(*initial) == indexed.getMapFor(*final);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter, const BufferizationOptions &options,
                          BufferizationState &state) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    auto destination = cast<DestinationStyleOpInterface>(op);
    if (destination.hasPureBufferSemantics())
      return success();
    SmallVector<Value> operands, results;
    for (OpOperand &operand : op->getOpOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand.get(), options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
      if (destination.isDpsInit(&operand))
        results.push_back(*buffer);
    }
    Operation *buffered = cloneWithoutRegions(rewriter, op, /*newResultTypes=*/TypeRange(), operands);
    for (auto [from, to] : llvm::zip(op->getRegions(), buffered->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

template <typename... OpTs>
void attach(MLIRContext *context) {
  (OpTs::template attachInterface<Bufferization<OpTs>>(*context), ...);
}
} // namespace

void mambac::registerSSMBufferization(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, ssm::SSMDialect *) {
    attach<ssm::EinsumOp, ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp, ssm::SelectiveScanOp, ssm::SSDOp,
           ssm::CausalConv1DOp, ssm::AttentionOp, ssm::AppendOp, ssm::PackedMatmulOp>(context);
  });
}
