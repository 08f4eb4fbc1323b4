//===- FinalState.h - The state that a raised scan leaves behind -------------------------------------*- C++ -*-===//
//
// Chunked sources compute the state after the last step beside the result, as a value of its own. Here are the values
// that may be it, and the ways in which their dimensions may be a scan's axes.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_FINALSTATE_H
#define MAMBAC_LIB_RAISE_FINALSTATE_H

#include "lib/Raise/RootStudy.h"

namespace mambac::raise {

/// Values that the computation of `root` leaves behind for others than `root`, last first.
llvm::SmallVector<mlir::Value> getByproducts(mlir::Value root, const ScanDependence &dependence);

/// Tries the ways to read `tensor` over `axes` (each as a dimension, or `merged` two as one, the first one outside)
/// until `matches` holds of a position; that position, or nothing.
std::optional<llvm::SmallVector<Lin>> findPosition(IndexSpace &space, mlir::Value tensor, llvm::ArrayRef<Axis> axes,
                                                   std::optional<std::pair<unsigned, unsigned>> merged,
                                                   llvm::function_ref<bool(llvm::ArrayRef<Lin>)> matches);

/// Moves what uses `value` and stands before `op`, with all that follows from it, behind `op`, in order.
void moveUsersBehind(mlir::Value value, mlir::Operation *op);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_FINALSTATE_H
