//===- UnaryFunction.h - Elementwise functions recognized by their values ----------------------------*- C++ -*-===//
//
// silu and softplus are written in many ways: x * sigmoid(x), x / (1 + exp(-x)), log1p(exp(x)), max(x, 0) +
// log1p(exp(-|x|)), with a threshold or without. Instead of a pattern for each, the scalar operations behind an element
// are computed at many points, in double precision: what depends on one tensor's element alone, and has a function's
// values at all of them, is this function.
//
// Why that is sound: the operations come from a closed list of analytic functions, of which few stand in an expression,
// and of branches, absolute values, maxima and minima, which are accepted only where they switch at a known value of x (a
// comparison of affine functions of x). Between two switches an expression is analytic; there, and on both
// sides of every switch, it is compared with the function to nine digits at more points than it has degrees of freedom. A
// branch that differs for a small range of x differs right beside its switch.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_UNARYFUNCTION_H
#define MAMBAC_LIB_RAISE_UNARYFUNCTION_H

#include "lib/Raise/Element.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mambac::raise {

/// x where `element` computes f(x) for an element x of a tensor: the outermost such x.
std::optional<Element> matchFunction(const Element &element, llvm::function_ref<double(double)> f);

double silu(double x);
double softplus(double x);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_UNARYFUNCTION_H
