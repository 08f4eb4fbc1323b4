//===- Captures.h - What a piece of code that moves into a function of its own takes along -----------*- C++ -*-===//
//
// Outlining copies constants into the new function and hands everything else over as arguments. Dispatches (Schedule)
// and parallel loop bodies (CPU) are outlined by the same rule.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_CAPTURES_H
#define MAMBAC_LIB_SCHEDULE_CAPTURES_H

#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SetVector.h"

namespace mambac {

struct Captures {
  llvm::SmallVector<mlir::Value> arguments;       ///< in the order of `used`
  llvm::SmallVector<mlir::Operation *> constants; ///< to be cloned

  explicit Captures(const llvm::SetVector<mlir::Value> &used) {
    for (mlir::Value value : used) {
      mlir::Operation *def = value.getDefiningOp();
      if (def && def->hasTrait<mlir::OpTrait::ConstantLike>())
        constants.push_back(def);
      else
        arguments.push_back(value);
    }
  }
};

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_CAPTURES_H
