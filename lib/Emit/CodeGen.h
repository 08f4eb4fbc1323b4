//===- CodeGen.h - LLVM dialect to machine code -----------------------------------------------------*- C++ -*-===//
//
// Translates a lowered module to LLVM IR, optimizes it for one CPU and writes IR, assembly or an object. It knows
// nothing about products; see TargetLevels.h for the CPUs.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_CODEGEN_H
#define MAMBAC_LIB_EMIT_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <vector>

namespace mambac {

enum class CodeKind { Object, Assembly, IR };

/// Translates, optimizes and writes `module` (LLVM dialect).
llvm::Error generateCode(mlir::ModuleOp module, llvm::TargetMachine &machine, CodeKind kind,
                         llvm::SmallVectorImpl<char> &out);

/// The same for several modules of one context, `machines[i]` for `modules[i]`, on up to `threads` threads (0: all).
llvm::Error generateCode(llvm::ArrayRef<mlir::ModuleOp> modules, llvm::ArrayRef<llvm::TargetMachine *> machines,
                         CodeKind kind, unsigned threads, std::vector<llvm::SmallVector<char, 0>> &out);

/// Writes an object that holds `bytes` as the constant `name`, aligned to 64 and seen by the product's other objects alone.
llvm::Error generateData(llvm::StringRef name, llvm::StringRef bytes, llvm::TargetMachine &machine,
                         llvm::SmallVectorImpl<char> &out);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_CODEGEN_H
