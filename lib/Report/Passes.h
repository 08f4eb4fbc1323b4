//===- Passes.h - Declarations of the generated passes that report --------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_REPORT_PASSES_H
#define MAMBAC_LIB_REPORT_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "lib/Report/Passes.h.inc"
} // namespace mambac

#endif // MAMBAC_LIB_REPORT_PASSES_H
