//===- Probes.h - Hand-written ops, and their oracles -------------------------------------------------*- C++ -*-===//
//
// The two recurrences at the shapes of the 130m models, as fast as we can write them by hand for AVX-512, with everything
// that belongs to the op; and the same recurrences step by step in double precision, which results are checked with.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_BENCHMARKS_KERNELS_PROBES_H
#define MAMBAC_BENCHMARKS_KERNELS_PROBES_H

#include "benchmarks/kernels/Team.h"
#include <random>

namespace mambac::bench {

/// Fills with random numbers of [low, high).
void fillRandom(float *data, size_t count, float low, float high, unsigned seed);

/// Mamba's scan as transformers calls it: u, dt, z, y are (D, L), A (D, N), B and C (N, L); the final state is (D, N).
struct SelectiveScan {
  static constexpr int D = 1536, L = 2048, N = 16;
  Buffer<float> u, dt, z, A, B, C, skip, bias, y, last;

  SelectiveScan();
  void probe(Team &team);
  /// The largest error of y (and, if asked, of the final state), as a share of the largest value.
  double error(bool withState) const;
};

/// Mamba-2's SSD: x and y are (L, H, P), dt (L, H), A, skip, bias (H), B and C (L, N).
struct SSD {
  static constexpr int L = 2048, H = 24, P = 64, N = 128;
  Buffer<float> x, dt, A, B, C, skip, bias, y;

  SSD();
  /// `chunk` is 32, 48 or 64.
  void probe(Team &team, int chunk);
  double error() const;
};

} // namespace mambac::bench

#endif // MAMBAC_BENCHMARKS_KERNELS_PROBES_H
