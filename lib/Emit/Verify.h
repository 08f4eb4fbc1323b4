//===- Verify.h - A stage against its input ---------------------------------------------------------*- C++ -*-===//
//
// `mambac --verify`: compiles a module as it was before a stage and as it is after it, runs both on the same random
// inputs in this process, and compares the results. Sizes are small, indices stay in their tables.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_VERIFY_H
#define MAMBAC_LIB_EMIT_VERIFY_H

#include "lib/Emit/PackWeights.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace mambac {

/// An error that names the first result that differs between the two forms of a module, or success.
llvm::Error verifyStage(mlir::ModuleOp before, mlir::ModuleOp after, llvm::StringRef stage, const WeightSource &weights,
                        llvm::StringRef besides);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_VERIFY_H
