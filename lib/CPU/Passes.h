//===- Passes.h - The CPU kernels' passes and patterns -------------------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_CPU_PASSES_H
#define MAMBAC_LIB_CPU_PASSES_H

#include <memory>

namespace mlir {
class Pass;
class RewritePatternSet;
} // namespace mlir

namespace mambac {

/// --mambac-expand-kernels: ssm ops on memrefs become loops over vectors, their outermost ones scf.parallel. Reads
/// the target description (lib/Schedule/Target.h). Fails on an ssm op it has no kernel for.
std::unique_ptr<mlir::Pass> createExpandKernelsPass();

/// --mambac-expand-math: elementary functions become polynomials.
std::unique_ptr<mlir::Pass> createExpandMathPass();

/// Registers both.
void registerCPUKernelPasses();

namespace cpu {
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns);
} // namespace cpu
} // namespace mambac

#endif // MAMBAC_LIB_CPU_PASSES_H
