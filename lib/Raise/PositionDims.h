//===- PositionDims.h - Values that are functions of their positions alone --------------------------*- C++ -*-===//
//
// Masks and the decays of linear attention are computed from nothing but positions: i >= j, or gamma^(i - j). What
// matters about them is along how many dimensions they change: one that changes along two relates two times.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_POSITIONDIMS_H
#define MAMBAC_LIB_RAISE_POSITIONDIMS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallBitVector.h"
#include <optional>

namespace mambac::raise {

class PositionDims {
public:
  /// The dimensions along which a tensor changes, if it is a function of positions and of nothing else.
  std::optional<llvm::SmallBitVector> get(mlir::Value tensor);
  /// Whether an op combines something with a function of two positions, or takes exponentials of products with a
  /// function of one. Operations are to be asked about in their order.
  bool relatesPositions(mlir::linalg::LinalgOp op);
  /// After that: whether a tensor combines data with a function of one position.
  bool isMixed(mlir::Value tensor) const;

private:
  std::optional<llvm::SmallBitVector> compute(mlir::Value tensor);
  /// The loops along which the values of a body change that are functions of positions alone.
  llvm::DenseMap<mlir::Value, llvm::SmallBitVector> getBodyLoops(mlir::linalg::LinalgOp op);
  llvm::DenseMap<mlir::Value, std::optional<llvm::SmallBitVector>> known;
  llvm::DenseSet<mlir::Value> mixed;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_POSITIONDIMS_H
