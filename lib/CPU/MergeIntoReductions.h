//===- MergeIntoReductions.h - Elementwise code joins the sum behind it ---------------------------------*- C++ -*-===//
//
// Inside of a row fusion, an elementwise operation over a row that a reduction over the same row reads becomes part of
// it: one loop computes, stores and adds up. For LowerLinalg; it decides nothing about other loops.
//
//===--------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_MERGEINTOREDUCTIONS_H
#define MAMBAC_LIB_CPU_MERGEINTOREDUCTIONS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mambac {

/// Merges elementwise operations right before `reduction` into it, if rows are whole numbers of `points`; returns the
/// merged operation, a reduction whose outputs along the row are stored, or `reduction`. Erases what it replaces.
mlir::linalg::GenericOp mergeIntoReduction(mlir::linalg::GenericOp reduction, int64_t points);

} // namespace mambac

#endif // MAMBAC_LIB_CPU_MERGEINTOREDUCTIONS_H
