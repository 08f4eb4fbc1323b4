//===- Passes.h - Passes of the Schedule stage ------------------------------------------------------*- C++ -*-===//
//
// From ssm and linalg on tensors to bufferized kernels, one driver per entry and one arena. The pipeline is
// registered in include/mambac/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_PASSES_H
#define MAMBAC_LIB_SCHEDULE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mambac {
#define GEN_PASS_DECL
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_PASSES_H
