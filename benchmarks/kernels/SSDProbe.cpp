//===- SSDProbe.cpp - Mamba-2's SSD by hand ----------------------------------------------------------------------===//
//
// Chunks of steps; C B^T of a chunk is computed once for all heads. Then heads in parallel: the state (N x P) stays in
// the first level cache, products are tiles of 6 rows times 64 columns in 24 registers.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Probes.h"
#if defined(__AVX512F__)
#include "benchmarks/kernels/Vector512.h"
#include <algorithm>
#include <type_traits>

namespace mambac::bench {
namespace {

constexpr int L = SSD::L, H = SSD::H, P = SSD::P, N = SSD::N;
constexpr int kVectors = P / 16;
static_assert(kVectors == 4, "64 columns");

/// sums[r] += sum over k of a[r * row + k * step] * b[k], with rows b of P columns.
template <int R>
inline void product(V (&sums)[R][kVectors], const float *a, int row, int step, const float *b, int count) {
  for (int k = 0; k < count; ++k, a += step, b += P)
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      V x = splat(a[r * row]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v)
        sums[r][v] = fma(x, load(b + 16 * v), sums[r][v]);
    }
}

/// body(rows, first) for blocks of 6 rows and a rest of 2 or 4.
template <typename Body> void rowBlocks(int count, Body body) {
  int i = 0;
  for (; i + 6 <= count; i += 6)
    body(std::integral_constant<int, 6>(), i);
  for (; i + 2 <= count; i += 2)
    body(std::integral_constant<int, 2>(), i);
}

/// The exact number of steps is the last template argument, so that all loops over a chunk are known.
template <int Q> struct Chunked {
  SSD &s;
  float *scores, *steps; // (chunk, Q, Q); (L, H), softplus done
  static constexpr int kChunks = (L + Q - 1) / Q;

  static int length(int chunk) { return chunk * Q + Q <= L ? Q : L - chunk * Q; }

  void prepare(int chunk) const {
    int begin = chunk * Q, count = length(chunk);
    for (int i = begin * H; i < (begin + count) * H; i += 16) {
      alignas(64) float bias[16];
      for (int k = 0; k < 16; ++k)
        bias[k] = s.bias[(i + k) % H];
      store(steps + i, softplus(_mm512_add_ps(load(s.dt + i), load(bias))));
    }
    alignas(64) float Bt[N * Q] = {};
    for (int j = 0; j < count; j += 16)
      for (int n = 0; n < N; n += 16) {
        V r[16];
        loadTransposed(r, s.B + (begin + j) * N + n, N);
        for (int i = 0; i < 16; ++i)
          store(Bt + (n + i) * Q + j, r[i]);
      }
    for (int i = 0; i < count; i += 8) {
      V sums[8][Q / 16] = {};
      for (int n = 0; n < N; ++n)
#pragma GCC unroll 8
        for (int r = 0; r < 8; ++r)
          for (int v = 0; v < Q / 16; ++v)
            sums[r][v] = fma(splat(s.C[(begin + i + r) * N + n]), load(Bt + n * Q + 16 * v), sums[r][v]);
      for (int r = 0; r < 8; ++r)
        for (int v = 0; v < Q / 16; ++v)
          store(scores + (size_t(chunk) * Q + i + r) * Q + 16 * v, sums[r][v]);
    }
  }

  void head(int h) const {
    alignas(64) float state[N * P] = {}, inputs[Q * P], decays[Q * Q];
    alignas(64) float sums[Q], rests[Q], ins[Q], outs[Q], step[Q];
    float rate = s.A[h] * kLog2OfE;
    V skip = splat(s.skip[h]);
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      int begin = chunk * Q, count = length(chunk);
      // Running sums in two parts, as differences of them go through exp.
      double sum = 0;
      for (int i = 0; i < count; ++i) {
        step[i] = steps[(begin + i) * H + h];
        sums[i] = float(sum += double(step[i]) * rate);
        rests[i] = float(sum - sums[i]);
      }
      for (int i = 0; i < count; i += 16) {
        store(ins + i, exp2(load(sums + i)));
        store(outs + i, exp2(_mm512_sub_ps(splat(sums[count - 1]), load(sums + i))));
      }
      const float *x = s.x + (size_t(begin) * H + h) * P;
      for (int i = 0; i < count; ++i)
        for (int v = 0; v < kVectors; ++v)
          store(inputs + i * P + 16 * v, mul(splat(step[i]), load(x + size_t(i) * H * P + 16 * v)));
      for (int i = 0; i < count; ++i)
        // As far as the products' blocks of rows read.
        for (int j = 0; j < std::min(i + 6, count); j += 16) {
          V segment = _mm512_add_ps(_mm512_sub_ps(splat(sums[i]), load(sums + j)),
                                    _mm512_sub_ps(splat(rests[i]), load(rests + j)));
          V decay = exp2(_mm512_min_ps(segment, _mm512_setzero_ps()));
          __mmask16 causal = i - j >= 15 ? 0xffff : i < j ? 0 : (1u << (i - j + 1)) - 1;
          store(decays + i * Q + j,
                _mm512_maskz_mul_ps(causal, decay, load(scores + (size_t(chunk) * Q + i) * Q + j)));
        }
      const float *C = s.C + begin * N, *B = s.B + begin * N;
      rowBlocks(count, [&](auto rows, int i) {
        constexpr int R = decltype(rows)::value;
        V y[R][kVectors] = {};
        product<R>(y, C + i * N, N, 1, state, N);
        for (int r = 0; r < R; ++r)
          for (int v = 0; v < kVectors; ++v)
            y[r][v] = mul(y[r][v], splat(ins[i + r]));
        product<R>(y, decays + i * Q, Q, 1, inputs, i + R);
        for (int r = 0; r < R; ++r)
          for (int v = 0; v < kVectors; ++v) {
            size_t at = size_t(i + r) * H * P + 16 * v;
            store(s.y + (size_t(begin) * H + h) * P + at, fma(skip, load(x + at), y[r][v]));
          }
      });
      for (int j = 0; j < count; ++j)
        for (int v = 0; v < kVectors; ++v)
          store(inputs + j * P + 16 * v, mul(splat(outs[j]), load(inputs + j * P + 16 * v)));
      V decay = splat(ins[count - 1]);
      rowBlocks(N, [&](auto rows, int n) {
        constexpr int R = decltype(rows)::value;
        V next[R][kVectors];
        for (int r = 0; r < R; ++r)
          for (int v = 0; v < kVectors; ++v)
            next[r][v] = mul(decay, load(state + (n + r) * P + 16 * v));
        product<R>(next, B + n, 1, N, inputs, count);
        for (int r = 0; r < R; ++r)
          for (int v = 0; v < kVectors; ++v)
            store(state + (n + r) * P + 16 * v, next[r][v]);
      });
    }
  }

  void run(Team &team) const {
    team.items(kChunks, [&](int chunk) { prepare(chunk); });
    team.items(H, [&](int h) { head(h); });
  }
};

} // namespace

void SSD::probe(Team &team, int chunk) {
  static Buffer<float> scores(size_t(L + 64) * 64), steps(size_t(L) * H + 16);
  if (chunk == 32)
    Chunked<32>{*this, scores, steps}.run(team);
  else if (chunk == 48)
    Chunked<48>{*this, scores, steps}.run(team);
  else
    Chunked<64>{*this, scores, steps}.run(team);
}

} // namespace mambac::bench
#endif
