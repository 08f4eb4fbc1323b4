//===- Patterns.h - The CPU kernels' rewrite patterns --------------------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_CPU_KERNELS_PATTERNS_H
#define MAMBAC_LIB_CPU_KERNELS_PATTERNS_H

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace mambac::cpu {

/// Elementary functions of the math dialect become polynomials.
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns);

/// Conversions from and to 16-bit floats, and fused multiply-adds, become plain arithmetic where the target (see
/// lib/Schedule/Target.h) has no instruction for them and LLVM would call a library. Among populateExpandMathPatterns.
void populateExpandConversionPatterns(mlir::RewritePatternSet &patterns);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_PATTERNS_H
