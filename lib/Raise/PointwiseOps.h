//===- PointwiseOps.h - Operations that work element by element --------------------------------------*- C++ -*-===//
//
// Shared by the passes that do such an operation earlier than it was written.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_POINTWISEOPS_H
#define MAMBAC_LIB_RAISE_POINTWISEOPS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mambac::raise {

/// One result, computed element by element from tensors.
inline bool isPointwise(mlir::linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumResults() != 1 || op.getNumDpsInputs() == 0 || op.hasIndexSemantics() ||
      op.getNumLoops() != op.getNumParallelLoops() || op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isPermutation())
    return false;
  return llvm::all_of(op.getDpsInputOperands(), [&](mlir::OpOperand *input) {
    return mlir::isa<mlir::RankedTensorType>(input->get().getType()) &&
           op.getMatchingIndexingMap(input).isProjectedPermutation(/*allowZeroInResults=*/true);
  });
}

/// A pointwise op that moves its only input.
inline bool isCopy(mlir::linalg::GenericOp op) {
  return isPointwise(op) && op.getNumDpsInputs() == 1 && llvm::hasSingleElement(*op.getBody()) &&
         op.getBody()->getTerminator()->getOperand(0) == op.getBody()->getArgument(0);
}

/// Moves on from a tensor, read through `map`, to what it is a copy of.
inline void stepBehindCopies(mlir::Value &source, mlir::AffineMap &map) {
  for (auto copy = source.getDefiningOp<mlir::linalg::GenericOp>(); copy && isCopy(copy);
       copy = source.getDefiningOp<mlir::linalg::GenericOp>()) {
    mlir::AffineMap out = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
    mlir::AffineMap in = copy.getMatchingIndexingMap(copy.getDpsInputOperand(0));
    map = in.compose(mlir::inversePermutation(out)).compose(map);
    source = copy.getDpsInputOperand(0)->get();
  }
}

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_POINTWISEOPS_H
