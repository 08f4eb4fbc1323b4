//===- EmitTorch.h - A raised module as plain PyTorch -----------------------------------------------*- C++ -*-===//
//
// Writes a module of linalg, tensor and ssm ops as one Python file that needs PyTorch alone, for devices that mambac has
// no code for: what raising gained in memory stays. Scans and dualities become functions that work in pieces of time,
// sums of products torch.einsum; everything else is written out op by op.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_TORCH_EMITTORCH_H
#define MAMBAC_LIB_EMIT_TORCH_EMITTORCH_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace mambac {

/// The text of the Python file. `source` is named in it. The error lists all ops that cannot be written, with counts and
/// places.
llvm::Expected<std::string> emitTorch(mlir::ModuleOp module, llvm::StringRef source);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_TORCH_EMITTORCH_H
