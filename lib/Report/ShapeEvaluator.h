//===- ShapeEvaluator.h - Sizes of a function's values at given inputs ------------------------------*- C++ -*-===//
//
// Computes the shape of every tensor or buffer of a function as numbers, once the shapes of its inputs are given. The IR
// is only read: sizes that are index arithmetic (tensor.dim, affine.apply, arith) are evaluated, nothing is run. Works
// on modules of any stage up to bufferized drivers; what is not here is sizes that depend on data.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPORT_SHAPEEVALUATOR_H
#define MAMBAC_LIB_REPORT_SHAPEEVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace mambac {

using Shape = llvm::SmallVector<int64_t>;

/// Whether argument `i` of an entry is an input of the model: shaped, and neither a destination, the arena nor the
/// weights of a scheduled driver.
bool isModelInput(mlir::func::FuncOp func, unsigned i);

/// Shapes for all inputs of a function that nobody gave any for: batches (an open dimension 0 of two or more) of one, all
/// other open sizes `length`, or the nearest that the symbols' ranges and divisors allow.
llvm::SmallVector<Shape> representativeShapes(mlir::func::FuncOp func, int64_t length);

class ShapeEvaluator {
public:
  /// Shapes of the model's inputs, in order. An error (empty if there is none) says which of them does not fit.
  static ShapeEvaluator create(mlir::func::FuncOp func, llvm::ArrayRef<Shape> inputShapes, std::string &error);

  /// The values of the entry's symbols, as far as the inputs tell them.
  llvm::ArrayRef<std::optional<int64_t>> symbolValues() const { return symbols; }
  /// The value of an index; none if it depends on data.
  std::optional<int64_t> indexOf(mlir::Value value);
  /// The shape of a tensor or memref; none if it depends on data.
  std::optional<Shape> shapeOf(mlir::Value value);
  /// Bytes of a tensor or memref.
  std::optional<int64_t> bytesOf(mlir::Value value);

private:
  std::string bind(mlir::func::FuncOp func, llvm::ArrayRef<Shape> inputShapes);
  std::optional<int64_t> computeIndex(mlir::Value value);
  std::optional<Shape> computeShape(mlir::Value value);
  std::optional<int64_t> foldSize(mlir::OpFoldResult size);
  std::optional<Shape> foldSizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);
  std::optional<Shape> shapeOfResult(mlir::OpResult result);

  llvm::SmallVector<std::optional<int64_t>> symbols;
  llvm::DenseMap<mlir::Value, std::optional<int64_t>> indices;
  llvm::DenseMap<mlir::Value, std::optional<Shape>> shapes;
};

} // namespace mambac

#endif // MAMBAC_LIB_REPORT_SHAPEEVALUATOR_H
