//===- Passes.h - Declarations of the generated passes of raising ------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_RAISE_PASSES_H
#define MAMBAC_LIB_RAISE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DECL
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

#endif // MAMBAC_LIB_RAISE_PASSES_H
