//===- DroppedDims.h - The dimensions that a view of a buffer leaves out -----------------------------*- C++ -*-===//
//
// memref.subview may leave out dimensions of size 1, and its result type alone tells which. Upstream's getDroppedDims()
// goes by strides, and takes the first of two dimensions of size 1 whose strides are both unknown, whatever the sizes
// behind it say.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_DROPPEDDIMS_H
#define MAMBAC_LIB_SCHEDULE_DROPPEDDIMS_H

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/SmallBitVector.h"

namespace mambac {

/// The dimensions of the source that the result does not have, so that sizes and strides of the others agree with its
/// type. Where several choices agree they differ in nothing but the stride of a dimension of size 1.
llvm::SmallBitVector getDroppedDims(mlir::memref::SubViewOp view);

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_DROPPEDDIMS_H
