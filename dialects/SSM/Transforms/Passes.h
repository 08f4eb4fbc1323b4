//===- Passes.h - Passes from ssm to simpler ssm, linalg and scf ------------------------------------*- C++ -*-===//
//
// Constructors of the passes in Passes.td. Registration is in include/mambac/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_H
#define MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_H

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Pass/Pass.h"

namespace mambac::ssm {
#define GEN_PASS_DECL
#include "dialects/SSM/Transforms/Passes.h.inc"
} // namespace mambac::ssm

#endif // MAMBAC_DIALECTS_SSM_TRANSFORMS_PASSES_H
