//===- SelectiveScanProbe.cpp - Mamba's scan by hand -------------------------------------------------------------===//
//
// Lanes are channels, the 16 states of a lane stay in registers for a tile of time steps. Channels lie D x L in memory, so
// tiles are transposed through registers on their way in and out; B and C are transposed once for all channels.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Probes.h"
#if defined(__AVX512F__)
#include "benchmarks/kernels/Vector512.h"
#include <algorithm>

namespace mambac::bench {
namespace {

constexpr int D = SelectiveScan::D, L = SelectiveScan::L, N = SelectiveScan::N;
constexpr int kTile = 64;  // steps
constexpr int kGroups = 4; // vectors of channels that share a tile of B and C
static_assert(L % kTile == 0 && D % (16 * kGroups) == 0 && N == 16, "sizes of the probe");

/// dst (L x N) = src (N x L), for steps [begin, begin + 16).
void transposeSteps(const float *src, float *dst, int begin) {
  V r[16];
  loadTransposed(r, src + begin, L);
  for (int i = 0; i < 16; ++i)
    store(dst + (begin + i) * N, r[i]);
}

/// One tile of steps of 16 channels. `next` are the tiles needed after this one: rows are 8 KB apart, which no
/// prefetcher of a CPU follows, so each step asks for a line of each.
void steps(const float *Bt, const float *Ct, const float *rates, float *state, const float (*delta)[16],
           const float (*input)[16], float (*out)[16], const float *const (&next)[3]) {
  V h[N];
#pragma GCC unroll 16
  for (int n = 0; n < N; ++n)
    h[n] = load(state + 16 * n);
  for (int t = 0; t < kTile; ++t) {
    for (const float *tile : next)
      _mm_prefetch(tile + size_t(t / 4) * L + t % 4 * 16, _MM_HINT_T0);
    V d = load(delta[t]), x = mul(d, load(input[t])), sum0 = _mm512_setzero_ps(), sum1 = sum0;
#pragma GCC unroll 16
    for (int n = 0; n < N; ++n) {
      h[n] = fma(exp2(mul(load(rates + 16 * n), d)), h[n], mul(x, splat(Bt[t * N + n])));
      V &sum = n % 2 ? sum1 : sum0;
      sum = fma(h[n], splat(Ct[t * N + n]), sum);
    }
    store(out[t], _mm512_add_ps(sum0, sum1));
  }
#pragma GCC unroll 16
  for (int n = 0; n < N; ++n)
    store(state + 16 * n, h[n]);
}

void channels(SelectiveScan &s, const float *Bt, const float *Ct, int first) {
  alignas(64) float rates[kGroups][N * 16], state[kGroups][N * 16] = {};
  alignas(64) float delta[kTile][16], input[kTile][16], out[kTile][16];
  for (int g = 0; g < kGroups; ++g) {
    V r[16];
    loadTransposed(r, s.A + (first + 16 * g) * N, N);
    for (int n = 0; n < N; ++n)
      store(rates[g] + 16 * n, mul(r[n], splat(kLog2OfE)));
  }
  for (int t0 = 0; t0 < L; t0 += kTile)
    for (int g = 0; g < kGroups; ++g) {
      int c = first + 16 * g;
      V bias = load(s.bias + c), skip = load(s.skip + c);
      for (int t = 0; t < kTile; t += 16) {
        V r[16];
        loadTransposed(r, s.dt + size_t(c) * L + t0 + t, L);
        for (int i = 0; i < 16; ++i)
          store(delta[t + i], softplus(_mm512_add_ps(r[i], bias)));
        loadTransposed(r, s.u + size_t(c) * L + t0 + t, L);
        for (int i = 0; i < 16; ++i)
          store(input[t + i], r[i]);
      }
      bool lastGroup = g + 1 == kGroups;
      size_t after = size_t(lastGroup ? first : c + 16) * L + (lastGroup ? std::min(t0 + kTile, L - kTile) : t0);
      steps(Bt + t0 * N, Ct + t0 * N, rates[g], state[g], delta, input, out, {s.u + after, s.dt + after, s.z + after});
      for (int t = 0; t < kTile; t += 16) {
        V r[16];
        for (int i = 0; i < 16; ++i)
          r[i] = fma(load(input[t + i]), skip, load(out[t + i]));
        transpose(r);
        for (int i = 0; i < 16; ++i) {
          size_t at = size_t(c + i) * L + t0 + t;
          _mm512_stream_ps(s.y + at, mul(r[i], silu(load(s.z + at))));
        }
      }
    }
  for (int g = 0; g < kGroups; ++g) {
    V r[16];
    for (int n = 0; n < N; ++n)
      r[n] = load(state[g] + 16 * n);
    transpose(r);
    for (int i = 0; i < 16; ++i)
      store(s.last + (first + 16 * g + i) * N, r[i]);
  }
}

} // namespace

void SelectiveScan::probe(Team &team) {
  static Buffer<float> Bt(size_t(L) * N), Ct(size_t(L) * N);
  team.items(L / 16, [&](int i) {
    transposeSteps(B, Bt, 16 * i);
    transposeSteps(C, Ct, 16 * i);
  });
  team.items(D / (16 * kGroups), [&](int i) { channels(*this, Bt, Ct, 16 * kGroups * i); });
}

} // namespace mambac::bench
#endif
