//===- Sizes.h - Sizes of a driver's values by its symbols ------------------------------------------*- C++ -*-===//
//
// Drivers know their inputs' sizes as affine expressions of the entry's symbols. What is here turns dim operations on
// inputs into such expressions, so that equal sizes are equal values and arena sizes can be computed from symbols.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_SIZES_H
#define MAMBAC_LIB_SCHEDULE_SIZES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mambac {

/// The symbol arguments of a driver, in order.
llvm::SmallVector<mlir::Value> symbolArguments(mlir::func::FuncOp driver);

/// Replaces tensor.dim and memref.dim of the driver's inputs and outputs, and of what is allocated or viewed with known
/// sizes, by those sizes: in the end expressions of the symbols.
void resolveArgumentSizes(mlir::func::FuncOp driver);

/// Size `dim` of a buffer or tensor in a driver, as an attribute or as a value made where `builder` stands; null if it is
/// not known from arguments, allocations and views.
mlir::OpFoldResult findSize(mlir::OpBuilder &builder, mlir::func::FuncOp driver, mlir::Value value, int64_t dim);

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_SIZES_H
