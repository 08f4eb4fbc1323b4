//===- RaiseUtils.h - The order in which candidates are tried, remarks, and small rewrites -----------*- C++ -*-===//
//
// Every raising pass tries candidate values from the end of the function backwards, so that the largest expression
// wins; what it replaces and everything that only served it disappears before the next candidate.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_RAISEUTILS_H
#define MAMBAC_LIB_RAISE_RAISEUTILS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>

namespace mambac::raise {

/// The candidates of one function, last first.
class RootQueue {
public:
  RootQueue(mlir::func::FuncOp func, llvm::function_ref<bool(mlir::Value)> isCandidate);
  ~RootQueue();
  RootQueue(const RootQueue &) = delete;

  /// The next candidate that still has uses; null at the end.
  mlir::Value next();
  /// Replaces a candidate and erases what is dead then.
  void replace(mlir::Value root, mlir::Value by);
  /// Remembers why a candidate was declined. Only the largest candidate of a computation is reported.
  void noteDeclined(mlir::Value root, llvm::StringRef reason, llvm::StringRef opName = "") {
    declined.push_back({root, reason.str(), opName});
  }
  /// Emits the remarks for what is still there, about `opName` unless another was noted; returns their number.
  unsigned reportDeclined(llvm::StringRef opName);

private:
  void eraseDead(mlir::Operation *op);
  llvm::SmallVector<mlir::Value> candidates;
  llvm::DenseSet<mlir::Operation *> erased; ///< unlinked, and destroyed with the queue: their addresses stay theirs
  llvm::SmallVector<mlir::Operation *> toErase;
  struct Declined {
    mlir::Value root;
    std::string reason;
    llvm::StringRef opName;
  };
  llvm::SmallVector<Declined> declined;
};

/// True if `size` is the size of dimension `dim` of `tensor`: read off how the tensor was made, so that false says
/// nothing where sizes are dynamic.
bool isWholeDim(mlir::Value tensor, int64_t dim, mlir::OpFoldResult size);

/// `value` with the dimensions of size 1 that `type` has and no others; null if it has another shape.
mlir::Value reshapeUnitDims(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value, mlir::RankedTensorType type);

/// What is added to an exponent or a score to hide it: -inf, or a finite number that is far below all others. Its
/// exponential is 0 unless decays add up to as much.
constexpr double kHides = -1e9;

/// Where the scan behind a candidate was written: the place of the op that replaces it. (The candidate itself may be a
/// gate in another module.)
mlir::Location getScanLocation(mlir::Value root);

/// True for what is computed from the model's weights, whatever the inputs are.
bool dependsOnWeightsAlone(mlir::Value value);

/// Remarks (see mlir/IR/Remarks.h) at a value's place.
void remarkFound(mlir::Value root, llvm::StringRef opName);
void remarkFound(mlir::Location place, llvm::StringRef opName);
void remarkDeclined(mlir::Value root, llvm::StringRef opName, llvm::StringRef reason);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RAISEUTILS_H
