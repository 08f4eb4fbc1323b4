//===- UnaryFunction.h - Elementwise functions recognized by their values ----------------------------*- C++ -*-===//
//
// silu and softplus are written in many ways: x * sigmoid(x), x / (1 + exp(-x)), log1p(exp(x)), max(x, 0) +
// log1p(exp(-|x|)), with a threshold or without. Instead of a pattern for each, the scalar operations behind an element
// are computed at many points, in double precision: what depends on one tensor's element alone, and has a function's
// values at all of them, is this function. The points lie close, and on both sides of every constant of the expression,
// where a branch might be.
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
