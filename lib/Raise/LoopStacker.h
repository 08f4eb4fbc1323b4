//===- LoopStacker.h - Values of a loop's body, stacked over its iterations ------------------------*- C++ -*-===//
//
// A loop over tensors computes a value once an iteration; here it is computed for all iterations at once, as a tensor
// with the iterations as its first dimension. Slices at the loop's position become the whole tensor, operations get one
// more parallel dimension. What the loop carries can only be stacked once it is known for all iterations (`set`).
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_LOOPSTACKER_H
#define MAMBAC_LIB_RAISE_LOOPSTACKER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

namespace mambac::raise {

/// An index that is linear in the loop's number of the iteration: factor * i + offset.
struct LoopIndex {
  int64_t factor = 0;
  mlir::OpFoldResult offset;
};

class LoopStacker {
public:
  /// Operations are created before the loop. `earlier`: begin one iteration before the loop's first.
  LoopStacker(mlir::scf::ForOp loop, mlir::OpBuilder &builder, bool earlier = false);

  /// `value` over all iterations, the iteration as first dimension; or, for what the loop does not change, the value
  /// itself (`isStacked` tells). Null if that is beyond this class, with the reason in `reason`.
  mlir::Value stack(mlir::Value value);
  bool isStacked(mlir::Value original) const { return stacked.contains(original); }
  /// The same with the iterations in front in any case.
  mlir::Value stackWhole(mlir::Value value);
  /// Says what a carried value is over all iterations.
  void set(mlir::Value value, mlir::Value overIterations) { stacked[value] = overIterations; }

  /// What `index` is in iteration number i.
  std::optional<LoopIndex> linear(mlir::OpFoldResult index);
  mlir::OpFoldResult getTrip() const { return trip; }
  /// Whether the value is computed outside of the loop.
  bool isInvariant(mlir::Value value);
  /// All pieces that `insert` writes with the values `pieces` (iterations in front), side by side along the dimension `dim`
  /// of its destination.
  mlir::Value joined(mlir::tensor::InsertSliceOp insert, mlir::Value pieces, int64_t dim);
  /// What `value` is in the iteration before the first: whether it is the same as `other`, a value from outside.
  bool equalsBefore(mlir::Value value, mlir::Value other);

  std::string reason;

private:
  mlir::scf::ForOp loop;
  mlir::OpBuilder &b;
  mlir::OpFoldResult lower, trip;
  llvm::DenseMap<mlir::Value, mlir::Value> stacked;

  mlir::Value fail(const llvm::Twine &why);
  mlir::Value stackSlice(mlir::tensor::ExtractSliceOp op);
  mlir::Value stackInsert(mlir::tensor::InsertSliceOp op);
  mlir::Value stackGeneric(mlir::linalg::GenericOp op, unsigned result);
  mlir::Value stackReshape(mlir::Operation *op);
  /// A scalar of the loop's body inside the body of a stacked generic, whose first dimension is the iteration.
  mlir::Value scalarInside(mlir::OpBuilder &inner, mlir::Location loc, mlir::Value value, mlir::IRMapping &mapping);
  mlir::SmallVector<mlir::OpFoldResult> withTrip(mlir::ArrayRef<mlir::OpFoldResult> sizes);
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_LOOPSTACKER_H
