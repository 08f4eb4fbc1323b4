//===- Random.h - Numbers that are the same on every machine -----------------------------------------*- C++ -*-===//
//
// splitmix64, for random inputs and for drawing tokens.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_RANDOM_H
#define MAMBAC_LIB_RUNTIME_RUNNER_RANDOM_H

#include <cstdint>

namespace mambac::runner {

class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double uniform() { return double(next() >> 11) * 0x1p-53; }
  /// Mean 0, variance 1.
  double normal();

private:
  uint64_t state;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_RANDOM_H
