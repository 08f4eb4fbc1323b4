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
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace mambac;

namespace {
/// Operands that a kernel reads and those that it may write over them: initial states and windows, and the final ones. A
/// state is read when a work item starts, and written when it ends; a window is written behind all reads, and entry by entry
/// in ascending order.
SmallVector<std::pair<OpOperand *, OpOperand *>> statesOf(Operation *op) {
  SmallVector<std::pair<OpOperand *, OpOperand *>> states;
  auto add = [&](MutableOperandRange initial, OpOperand &final) {
    if (!initial.empty())
      states.push_back({&initial[0], &final});
  };
  TypeSwitch<Operation *>(op)
      .Case([&](ssm::CausalConv1DOp op) {
        if (op.hasFinalState())
          add(op.getInitialWindowMutable(), op.getOutsMutable()[1]);
      })
      .Case<ssm::SelectiveScanOp, ssm::SSDOp>([&](auto op) {
        if (op.hasFinalState())
          add(op.getInitialStateMutable(), op.getOutsMutable()[1]);
      })
      .Case([&](ssm::ScanOp op) {
        if (!op.hasFinalState())
          return;
        add(op.getInitMutable(), op.getFinal());
        if (op.isComplex())
          add(op.getInitImagMutable(), op.getFinal(1));
      });
  return states;
}

/// Whether two tensors will be one buffer, or the same slice of one.
bool areOneBuffer(Value a, Value b, const AnalysisState &state) {
  if (state.areEquivalentBufferizedValues(a, b))
    return true;
  auto left = a.getDefiningOp<tensor::ExtractSliceOp>(), right = b.getDefiningOp<tensor::ExtractSliceOp>();
  return left && right && left.getType() == right.getType() &&
         left.isSameAs(right, [](OpFoldResult x, OpFoldResult y) { return x == y; }) &&
         areOneBuffer(left.getSource(), right.getSource(), state);
}

template <typename OpT>
struct Bufferization : DstBufferizableOpInterfaceExternalModel<Bufferization<OpT>, OpT> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return ssm::readsDestinations(op) || !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  bool isNotConflicting(Operation *op, OpOperand *read, OpOperand *write, const AnalysisState &state) const {
    auto indexed = dyn_cast<ssm::IndexedOpInterface>(op);
    return indexed && llvm::is_contained(statesOf(op), std::pair(read, write)) &&
           indexed.getMapFor(*read) == indexed.getMapFor(*write) && areOneBuffer(read->get(), write->get(), state);
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
