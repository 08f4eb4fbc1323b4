//===- MathFunctions.h - Elementary functions as polynomials ------------------------------------------*- C++ -*-===//
//
// Builds exp, exp2, log, log1p, tanh, sin, cos, erf, rsqrt, softplus and silu on f32 scalars and vectors of any shape from
// arithmetic alone, so that kernels vectorize and call no libm. docs/numerics.md states the errors, and
// test/CPU/math.mlir checks them. Not a dialect and not patterns: ExpandMath.cpp rewrites math ops with it. Where a
// function needs an exponential it makes a math.exp with the flag afn, which is rewritten in turn.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_MATHFUNCTIONS_H
#define MAMBAC_LIB_CPU_KERNELS_MATHFUNCTIONS_H

#include "mlir/IR/Builders.h"

namespace mambac::cpu {

/// How exponentials treat the ends of their range where AVX-512 does not do it.
enum class ExpKind {
  exact, ///< denormal results are right
  fast   ///< results below 2^-126 become 0, those of 2^127.5 and above infinity
};
/// 2^x.
mlir::Value buildExp2(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, ExpKind kind);
/// e^x.
mlir::Value buildExp(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, ExpKind kind);
/// e^x - 1.
mlir::Value buildExpm1(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// Natural logarithm.
mlir::Value buildLog(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// log(1 + x).
mlir::Value buildLog1p(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// Hyperbolic tangent.
mlir::Value buildTanh(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// Gauss's error function.
mlir::Value buildErf(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// Sine, or cosine; for |x| beyond 2^15 the error grows.
mlir::Value buildSinCos(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, bool cosine);
/// 1 / sqrt(x).
mlir::Value buildRsqrt(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// log(1 + e^x).
mlir::Value buildSoftplus(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// 1 / (1 + e^-x).
mlir::Value buildSigmoid(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
/// x / (1 + e^-x); NaN for -infinity, as that quotient is.
mlir::Value buildSilu(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_MATHFUNCTIONS_H
