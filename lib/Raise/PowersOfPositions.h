//===- PowersOfPositions.h - Decays that are powers of positions -------------------------------------*- C++ -*-===//
//
// A decay that is the same at all times is often written as powers of positions that are computed once: exp(-slope * i)
// for the rows of a chunk, exp(-slope * (i - j)) inside of it and exp(-slope * length) across chunks. Nothing in them
// depends on the input, and yet they are decays; only as exponentials of multiples of one slope can they be told to be
// powers of each other.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_POWERSOFPOSITIONS_H
#define MAMBAC_LIB_RAISE_POWERSOFPOSITIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace mambac::raise {

/// Exponentials and powers whose exponent is a position times something, others of the same something, what their
/// exponents are computed from, and what is computed from them by sums and products.
llvm::DenseSet<mlir::Value> findPowersOfPositions(mlir::func::FuncOp func);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_POWERSOFPOSITIONS_H
