//===- Passes.h - Passes of the CPU stage -----------------------------------------------------------*- C++ -*-===//
//
// The last steps from scheduled modules to the LLVM dialect. Pipelines are registered in include/mambac/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_PASSES_H
#define MAMBAC_LIB_CPU_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DECL
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

#endif // MAMBAC_LIB_CPU_PASSES_H
