//===- RepeatedShifts.h - Tensors that are combined with themselves, shifted, again and again --------*- C++ -*-===//
//
// A scan of logarithmic depth combines a tensor with itself, shifted by 1, the result with itself, shifted by 2, and so
// on. Where its decays are no exponentials, as those of complex numbers, nothing else tells that a recurrence is computed.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_REPEATEDSHIFTS_H
#define MAMBAC_LIB_RAISE_REPEATEDSHIFTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace mambac::raise {

/// Values computed by sums and products from several places of a tensor that was itself computed so from another one.
llvm::DenseSet<mlir::Value> findRepeatedShifts(mlir::func::FuncOp func);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_REPEATEDSHIFTS_H
