//===- ShrinkSizes.h - Static sizes of a module become smaller ---------------------------------------*- C++ -*-===//
#ifndef MAMBAC_TOOLS_MAMBA_REDUCE_SHRINKSIZES_H
#define MAMBAC_TOOLS_MAMBA_REDUCE_SHRINKSIZES_H

#include "mlir/IR/Operation.h"

namespace mambac {

/// What happens to a size, and to those that are made of it.
struct SizeChange {
  int64_t from, to;
  /// Multiples of it change, too: in a reshape of 4 x 8 to 32, 8 becomes 2 and 32 becomes 8.
  bool multiples;

  int64_t operator()(int64_t size) const;
};

/// The changes worth a try in `scope` (a module, or one function), the largest steps first. Sizes are those of tensors and
/// memrefs; none becomes less than `least`.
llvm::SmallVector<SizeChange> listSizeChanges(mlir::Operation *scope, int64_t least);

/// Changes a size wherever it stands in `scope`: in types, and in attributes and index constants of that value. What comes
/// out may not verify. False where nothing changed.
bool changeSizes(mlir::Operation *scope, const SizeChange &change);

} // namespace mambac

#endif // MAMBAC_TOOLS_MAMBA_REDUCE_SHRINKSIZES_H
