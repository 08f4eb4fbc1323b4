//===- SizeClasses.h - Which sizes of a function have to be equal ------------------------------------*- C++ -*-===//
//
// A function on tensors of open sizes works for some of them alone: an axis of a linalg or ssm operation has one size in
// all operands, elementwise operands have one shape. Here dimensions are put into classes by that. It is a guess that
// makes inputs, no proof: an operation that it does not know says nothing.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_SIZECLASSES_H
#define MAMBAC_LIB_JIT_SIZECLASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <vector>

namespace mambac {

class SizeClasses {
public:
  explicit SizeClasses(mlir::func::FuncOp function);

  /// The class of a dimension.
  int64_t idOf(mlir::Value value, int64_t dim);
  /// Its size, where a member of the class says it; ShapedType::kDynamic otherwise.
  int64_t sizeOf(mlir::Value value, int64_t dim) { return sizes[idOf(value, dim)]; }

private:
  void unite(mlir::Value a, int64_t dimA, mlir::Value b, int64_t dimB);
  void uniteShapes(mlir::Value a, mlir::Value b);
  void visit(mlir::Operation *op);

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, int64_t> numbers;
  std::vector<int64_t> parents, sizes;
};

} // namespace mambac

#endif // MAMBAC_LIB_JIT_SIZECLASSES_H
