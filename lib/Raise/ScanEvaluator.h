//===- ScanEvaluator.h - Runs tensor operations on the cells of a scan -------------------------------*- C++ -*-===//
//
// Given two tensors as the decays and the inputs of a recurrence, computes what later operations make of them, one
// ScanCell a time position. Slices, concatenations, pads, reshapes, transposes, products and sums are followed; what
// else there is has no abstract value.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SCANEVALUATOR_H
#define MAMBAC_LIB_RAISE_SCANEVALUATOR_H

#include "lib/Raise/ScanAlgebra.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>
#include <vector>

namespace mambac::raise {

/// A tensor seen as cells over time. A dimension is a lane (all operations act on it alike; the number is the
/// leaf's dimension), a unit, or part of the position; the positions' cells lie in row-major order.
struct AbstractTensor {
  static constexpr int kPosition = -1, kUnit = -2;
  llvm::SmallVector<int> dims;
  llvm::SmallVector<int64_t> positionShape;
  std::vector<ScanCell> cells;
  bool uniform = false; ///< a constant: `cells[0]` everywhere, in any shape

  int64_t numPositionDims() const { return positionShape.size(); }
};

/// The scalar that fills a constant tensor.
std::optional<double> getSplatValue(mlir::Value v);

class ScanEvaluator {
public:
  /// Seeds the leaves: `decay` and `input` have the same shape, time at `timeDim`.
  ScanEvaluator(mlir::Value decay, mlir::Value input, int64_t timeDim);

  /// The abstract value of `op`'s result, or null where the operation is beyond this algebra.
  const AbstractTensor *evaluate(mlir::Operation *op);
  const AbstractTensor *get(mlir::Value v);

private:
  std::optional<AbstractTensor> extract(mlir::tensor::ExtractSliceOp op);
  std::optional<AbstractTensor> insert(mlir::tensor::InsertSliceOp op);
  std::optional<AbstractTensor> concat(mlir::tensor::ConcatOp op);
  std::optional<AbstractTensor> pad(mlir::tensor::PadOp op);
  std::optional<AbstractTensor> reshape(mlir::Value source, mlir::RankedTensorType result,
                                        llvm::ArrayRef<mlir::ReassociationIndices> groups, bool expand);
  std::optional<AbstractTensor> generic(mlir::linalg::GenericOp op);

  llvm::DenseMap<mlir::Value, AbstractTensor> values;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SCANEVALUATOR_H
