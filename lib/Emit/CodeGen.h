//===- CodeGen.h - LLVM dialect to machine code -----------------------------------------------------*- C++ -*-===//
//
// Translates a lowered module to LLVM IR, optimizes it for one CPU and writes IR, assembly or an object. It knows
// nothing about products; see Product.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_CODEGEN_H
#define MAMBAC_LIB_EMIT_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace mambac {

enum class CodeKind { Object, Assembly, IR };

/// A target machine for `cpu`: native, portable, an x86-64 level, or any CPU name that LLVM knows.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeTargetMachine(llvm::StringRef cpu);

/// Writes the description of the machine's CPU (lib/Schedule/Target.h) and the features that its code needs
/// (`mambac.cpu_features`) on the module.
void describeTarget(llvm::TargetMachine &machine, mlir::ModuleOp module);

/// Translates, optimizes and writes `module` (LLVM dialect).
llvm::Error generateCode(mlir::ModuleOp module, llvm::TargetMachine &machine, CodeKind kind,
                         llvm::SmallVectorImpl<char> &out);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_CODEGEN_H
