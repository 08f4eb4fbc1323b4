//===- Probes.cpp - Data and oracles of the probes ---------------------------------------------------------------===//
//
// Random inputs with the ranges of trained models (steps of about exp(-4), decays of -1 to -9), the recurrences in double
// precision, and the probes as benchmarks.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Probes.h"
#include "benchmarks/kernels/Kernels.h"
#include <cmath>

namespace mambac::bench {

void fillRandom(float *data, size_t count, float low, float high, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> draw(low, high);
  for (size_t i = 0; i < count; ++i)
    data[i] = draw(engine);
}

static double softplus(double x) { return x > 30 ? x : log1p(::exp(x)); }

SelectiveScan::SelectiveScan()
    : u(size_t(D) * L), dt(size_t(D) * L), z(size_t(D) * L), A(D * N), B(L * N), C(L * N), skip(D), bias(D),
      y(size_t(D) * L), last(D * N) {
  fillRandom(u, u.count, -2, 2, 1);
  fillRandom(dt, dt.count, -2, 2, 2);
  fillRandom(z, z.count, -2, 2, 3);
  fillRandom(A, A.count, -9, -1, 4);
  fillRandom(B, B.count, -2, 2, 5);
  fillRandom(C, C.count, -2, 2, 6);
  fillRandom(skip, skip.count, -2, 2, 7);
  fillRandom(bias, bias.count, -6, -2, 8);
}

double SelectiveScan::error(bool withState) const {
  double worst = 0, largest = 0, worstState = 0, largestState = 0;
  // Every 37th channel: all residues of a vector, and not all channels, which would take a second.
  for (int d = 0; d < D; d += 37) {
    double h[N] = {};
    for (int t = 0; t < L; ++t) {
      size_t at = size_t(d) * L + t;
      double step = softplus(double(dt[at]) + bias[d]), sum = double(skip[d]) * u[at];
      for (int n = 0; n < N; ++n) {
        h[n] = ::exp(step * A[d * N + n]) * h[n] + step * B[n * L + t] * u[at];
        sum += h[n] * C[n * L + t];
      }
      double exact = sum * z[at] / (1 + ::exp(-double(z[at])));
      worst = std::max(worst, std::fabs(y[at] - exact));
      largest = std::max(largest, std::fabs(exact));
    }
    for (int n = 0; n < N; ++n) {
      worstState = std::max(worstState, std::fabs(last[d * N + n] - h[n]));
      largestState = std::max(largestState, std::fabs(h[n]));
    }
  }
  return std::max(worst / largest, withState ? worstState / largestState : 0.0);
}

SSD::SSD()
    : x(size_t(L) * H * P), dt(L * H), A(H), B(L * N), C(L * N), skip(H), bias(H), y(size_t(L) * H * P) {
  fillRandom(x, x.count, -2, 2, 1);
  fillRandom(dt, dt.count, -2, 2, 2);
  fillRandom(A, A.count, -9, -1, 3);
  fillRandom(B, B.count, -2, 2, 4);
  fillRandom(C, C.count, -2, 2, 5);
  fillRandom(skip, skip.count, -2, 2, 6);
  fillRandom(bias, bias.count, -6, -2, 7);
}

double SSD::error() const {
  double worst = 0, largest = 0;
  Buffer<double> S(N * P);
  for (int h : {0, 5, H - 1}) {
    std::fill(S.begin(), S.end(), 0.0);
    for (int t = 0; t < L; ++t) {
      double step = softplus(double(dt[t * H + h]) + bias[h]), decay = ::exp(step * A[h]);
      const float *in = x + (size_t(t) * H + h) * P, *out = y + (size_t(t) * H + h) * P;
      for (int p = 0; p < P; ++p) {
        double sum = double(skip[h]) * in[p];
        for (int n = 0; n < N; ++n) {
          double &state = S[p * N + n];
          state = decay * state + step * B[t * N + n] * in[p];
          sum += state * C[t * N + n];
        }
        worst = std::max(worst, std::fabs(out[p] - sum));
        largest = std::max(largest, std::fabs(sum));
      }
    }
  }
  return worst / largest;
}

#if defined(__AVX512F__)
namespace {

/// Times `run` after `error` is found small enough.
template <typename Run, typename Error> void timeChecked(benchmark::State &state, Run run, Error error) {
  run();
  double found = error();
  if (!(found < 2e-6)) {
    state.SkipWithError(("the result is wrong by " + std::to_string(found)).c_str());
    return;
  }
  for (auto _ : state)
    run();
  state.counters["error"] = found;
}

void scanProbe(benchmark::State &state, int threads) {
  static SelectiveScan scan;
  Team team(threads);
  timeChecked(state, [&] { scan.probe(team); }, [] { return scan.error(true); });
}

void ssdProbe(benchmark::State &state, int threads, int chunk) {
  static SSD ssd;
  Team team(threads);
  timeChecked(state, [&] { ssd.probe(team, chunk); }, [] { return ssd.error(); });
}

} // namespace

void registerProbes(const std::vector<int> &threadCounts) {
  for (int threads : threadCounts) {
    registerTimed("probe/selective_scan", threads, scanProbe);
    for (int chunk : {32, 48, 64})
      registerTimed("probe/ssd/chunk:" + std::to_string(chunk), threads,
                    [chunk](benchmark::State &state, int threads) { ssdProbe(state, threads, chunk); });
  }
}
#else
void registerProbes(const std::vector<int> &) {}
#endif

} // namespace mambac::bench
