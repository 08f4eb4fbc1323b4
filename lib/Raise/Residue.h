//===- Residue.h - Numbers modulo two primes, with exponentials --------------------------------------*- C++ -*-===//
//
// What expressions are compared by: see ScalarGraph.h. The exponents' prime divides the values' prime less one, so that the
// powers of an element of that order are exponentials: exp(x + y) = exp(x) exp(y).
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_RESIDUE_H
#define MAMBAC_LIB_RAISE_RESIDUE_H

#include <cstdint>

namespace mambac::raise {

/// A number, modulo the prime of values and modulo the prime of exponents.
struct Residue {
  uint64_t value = 0;    ///< modulo p
  uint64_t exponent = 0; ///< modulo q
};

/// Arithmetic of residues.
namespace residues {
Residue ofNumber(double number);
/// A random number that depends on `seed` alone.
uint64_t mix(uint64_t seed);
/// A random residue that depends on `seed` alone.
Residue ofSeed(uint64_t seed);
Residue add(const Residue &a, const Residue &b);
Residue multiply(const Residue &a, const Residue &b);
Residue invert(const Residue &a);
Residue exp(const Residue &a);
} // namespace residues

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RESIDUE_H
