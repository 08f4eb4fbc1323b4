//===- Kernels.h - One generator per ssm op ------------------------------------------------------------*- C++ -*-===//
//
// Each writes the loops of one op on memrefs in front of it, for ExpandKernels.cpp, which then erases the op. They
// fail with an error on the op, having written nothing, where they have no code for it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_KERNELS_H
#define MAMBAC_LIB_CPU_KERNELS_KERNELS_H

#include "dialects/SSM/IR/SSM.h"
#include "lib/CPU/Kernels/KernelBuilder.h"

namespace mambac::cpu {

mlir::LogicalResult expandSelectiveScan(ssm::SelectiveScanOp op, KernelBuilder &k);
mlir::LogicalResult expandSSD(ssm::SSDOp op, KernelBuilder &k);
mlir::LogicalResult expandCausalConv1D(ssm::CausalConv1DOp op, KernelBuilder &k);
mlir::LogicalResult expandPackedMatmul(ssm::PackedMatmulOp op, KernelBuilder &k);
mlir::LogicalResult expandAttention(ssm::AttentionOp op, KernelBuilder &k);
mlir::LogicalResult expandAppend(ssm::AppendOp op, KernelBuilder &k);
mlir::LogicalResult expandScan(ssm::ScanOp op, KernelBuilder &k);
mlir::LogicalResult expandCumsum(ssm::CumsumOp op, KernelBuilder &k);
mlir::LogicalResult expandSegsum(ssm::SegsumOp op, KernelBuilder &k);
mlir::LogicalResult expandEinsum(ssm::EinsumOp op, KernelBuilder &k);

/// The view of an operand of an indexed op; null for an optional operand that is not there.
template <typename Op>
View viewOf(Op op, mlir::OpOperand &operand) {
  return {operand.get(), op.getMapFor(operand)};
}
template <typename Op>
View viewOf(Op op, mlir::MutableOperandRange operand, unsigned i = 0) {
  return i < operand.size() ? viewOf(op, operand[i]) : View();
}

/// On an op: nobody reads its final state before the caches have seen much else (mambac-mark-streamed-states).
constexpr llvm::StringLiteral kStreamedAttr = "mambac.streamed";

/// Whether a value is this constant.
bool isConstant(Value v, int64_t constant);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_KERNELS_H
