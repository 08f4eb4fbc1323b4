//===- Residue.cpp - Numbers modulo two primes, with exponentials -----------------------------------------------===//

#include "lib/Raise/Residue.h"

#include <cmath>
#include <cstdlib>

using namespace mambac::raise;

// q is the first prime after 2^58, p = 4 q + 1, and g = 2^4 has order q modulo p.
static constexpr uint64_t kExponentPrime = 288230376151711813ull;
static constexpr uint64_t kValuePrime = 1152921504606847253ull;
static constexpr uint64_t kGenerator = 16;

static uint64_t multiplyModulo(uint64_t a, uint64_t b, uint64_t modulus) {
  return static_cast<unsigned __int128>(a) * b % modulus;
}

static uint64_t powerModulo(uint64_t base, uint64_t exponent, uint64_t modulus) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = multiplyModulo(result, base, modulus);
    base = multiplyModulo(base, base, modulus);
  }
  return result;
}


Residue residues::ofSeed(uint64_t seed) {
  return {residues::mix(seed) % kValuePrime, residues::mix(seed ^ 0x5851f42d4c957f2dull) % kExponentPrime};
}

Residue residues::ofNumber(double number) {
  // A floating point number is an integer times a power of two: nothing is rounded.
  int power;
  auto mantissa = static_cast<int64_t>(std::ldexp(std::frexp(number, &power), 53));
  power -= 53;
  auto reduce = [&](uint64_t prime) {
    uint64_t magnitude = static_cast<uint64_t>(std::abs(mantissa)) % prime;
    uint64_t two = power >= 0 ? 2 : (prime + 1) / 2;
    uint64_t result = multiplyModulo(magnitude, powerModulo(two, std::abs(power), prime), prime);
    return mantissa < 0 && result ? prime - result : result;
  };
  return {reduce(kValuePrime), reduce(kExponentPrime)};
}

Residue residues::add(const Residue &a, const Residue &b) {
  return {(a.value + b.value) % kValuePrime, (a.exponent + b.exponent) % kExponentPrime};
}

Residue residues::multiply(const Residue &a, const Residue &b) {
  return {multiplyModulo(a.value, b.value, kValuePrime), multiplyModulo(a.exponent, b.exponent, kExponentPrime)};
}

Residue residues::invert(const Residue &a) {
  return {powerModulo(a.value, kValuePrime - 2, kValuePrime), powerModulo(a.exponent, kExponentPrime - 2, kExponentPrime)};
}

Residue residues::exp(const Residue &a) {
  uint64_t value = powerModulo(kGenerator, a.exponent, kValuePrime);
  return {value, ofSeed(value).exponent};
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014, figure 13).
uint64_t residues::mix(uint64_t z) {
  z += 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}
