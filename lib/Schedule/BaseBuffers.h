//===- BaseBuffers.h - What memory a view lies in -----------------------------------------------------*- C++ -*-===//
//
// Views of a buffer (slices, reshapes, casts) are other names of its memory. Passes on bufferized drivers ask for the
// allocation or argument behind them.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_BASEBUFFERS_H
#define MAMBAC_LIB_SCHEDULE_BASEBUFFERS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace mambac {

/// The allocation or argument that a buffer is a view of; itself if it is none.
inline mlir::Value getBaseBuffer(mlir::Value buffer) {
  while (auto view = buffer.getDefiningOp<mlir::ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

/// Whether an operation, or one inside of it, has an operand in the memory of `base`.
inline bool usesBaseBuffer(mlir::Operation *op, mlir::Value base) {
  bool found = false;
  op->walk([&](mlir::Operation *inner) {
    for (mlir::Value operand : inner->getOperands())
      found |= mlir::isa<mlir::BaseMemRefType>(operand.getType()) && getBaseBuffer(operand) == base;
  });
  return found;
}

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_BASEBUFFERS_H
