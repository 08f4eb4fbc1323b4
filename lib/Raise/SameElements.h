//===- SameElements.h - Whether one tensor is another one, or its negative ---------------------------*- C++ -*-===//
//
// Compares elements as sums of products (ElementExpr.h), through what is computed element by element; everything else is
// a leaf. For the coefficients of coupled recurrences, which are few and small.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SAMEELEMENTS_H
#define MAMBAC_LIB_RAISE_SAMEELEMENTS_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

namespace mambac::raise {

/// Whether an element of `a`, read at `aMap` of a position, is that of `b` at `bMap` times `sign`. Positions have the
/// dimensions `leading`, and then those of `like`.
bool isMultiple(mlir::Value a, mlir::AffineMap aMap, mlir::Value b, mlir::AffineMap bMap, mlir::Value like,
                llvm::ArrayRef<int64_t> leading, double sign);

/// Whether all that a value is, is another one's negative.
bool isNegation(mlir::Value value);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SAMEELEMENTS_H
