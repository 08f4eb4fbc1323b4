//===- VerifyInput.h - What MLIR's own verifiers let through ------------------------------------------*- C++ -*-===//
//
// Some operations of MLIR verify although nobody could say what they mean: a dimension number that only fits in 64 bits
// and is cut off to 32 while it is checked, a size that is said to be an operand that is not there. MLIR's folders and
// accessors read out of bounds then. Every tool looks once at what it was given, before the first pass.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_IMPORT_VERIFYINPUT_H
#define MAMBAC_LIB_IMPORT_VERIFYINPUT_H

#include "mlir/IR/Operation.h"

namespace mambac {

/// Emits an error at each operation that cannot be read.
llvm::LogicalResult verifyInput(mlir::Operation *root);

} // namespace mambac

#endif // MAMBAC_LIB_IMPORT_VERIFYINPUT_H
