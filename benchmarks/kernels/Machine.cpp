//===- Machine.cpp - What the machine can do ---------------------------------------------------------------------===//
//
// The limits that kernels are held against, taken in the same run: fused multiply-adds of f32, dot products of bf16 pairs
// where the CPU has them, reading memory, copying memory; on one core and on all.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Kernels.h"
#include "benchmarks/kernels/Team.h"
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mambac::bench {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif
typedef float Vector __attribute__((vector_size(kVectorBytes)));
constexpr int kLanes = kVectorBytes / sizeof(float);
/// Independent sums: more than the latency of two units, fewer than there are registers.
constexpr int kChains = 12;
constexpr int64_t kRounds = 1 << 22;

Vector broadcast(float x) { return Vector{} + x; }

/// kChains * kRounds multiply-adds of vectors. The factor is below 1, so that sums stay normal.
__attribute__((noinline)) float multiplyAdds() {
  Vector sums[kChains];
  for (int i = 0; i < kChains; ++i)
    sums[i] = broadcast(float(i));
  Vector factor = broadcast(0.999f), addend = broadcast(1e-3f);
  for (int64_t round = 0; round < kRounds; ++round)
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) {
      sums[i] = sums[i] * factor + addend;
      asm volatile("" : "+v"(sums[i]));
    }
  float result = 0;
  for (Vector sum : sums)
    for (int lane = 0; lane < kLanes; ++lane)
      result += sum[lane];
  return result;
}

void fma(benchmark::State &state, int threads) {
  Team team(threads);
  for (auto _ : state)
    team.each([](int) { benchmark::DoNotOptimize(multiplyAdds()); });
  double flops = 2.0 * kLanes * kChains * kRounds * team.size;
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

#if defined(__AVX512BF16__)
/// Their latency is longer.
constexpr int kDotChains = 20;

__attribute__((noinline)) float dotProducts() {
  __m512 sums[kDotChains];
  for (int i = 0; i < kDotChains; ++i)
    sums[i] = _mm512_set1_ps(float(i));
  __m512bh x = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(-0.5f)), y = x;
  for (int64_t round = 0; round < kRounds; ++round)
#pragma GCC unroll 20
    for (int i = 0; i < kDotChains; ++i) {
      sums[i] = _mm512_dpbf16_ps(sums[i], x, y);
      asm volatile("" : "+v"(sums[i]));
    }
  __m512 total = _mm512_setzero_ps();
  for (__m512 sum : sums)
    total = _mm512_add_ps(total, sum);
  return _mm512_reduce_add_ps(total);
}

void bf16Dot(benchmark::State &state, int threads) {
  Team team(threads);
  for (auto _ : state)
    team.each([](int) { benchmark::DoNotOptimize(dotProducts()); });
  double flops = 2.0 * 32 * kDotChains * kRounds * team.size;
  state.counters["flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}
#endif

/// Much more than the caches hold.
constexpr size_t kBytes = size_t(512) << 20;

/// Several streams a thread: one alone does not keep enough lines in flight.
__attribute__((noinline)) Vector readAll(const float *data, size_t count) {
  constexpr int kStreams = 4;
  size_t part = count / kStreams / (4 * kLanes) * (4 * kLanes);
  Vector sums[kStreams] = {};
  for (size_t i = 0; i < part; i += 4 * kLanes)
#pragma GCC unroll 4
    for (int s = 0; s < kStreams; ++s) {
      const Vector *at = reinterpret_cast<const Vector *>(data + s * part + i);
      sums[s] += (at[0] + at[1]) + (at[2] + at[3]);
    }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void read(benchmark::State &state, int threads, size_t bytes) {
  Team team(threads);
  Buffer<float> data(bytes / sizeof(float));
  memset(data, 1, bytes);
  size_t part = bytes / sizeof(float) / team.size;
  for (auto _ : state)
    team.each([&](int me) {
      Vector sum = readAll(data + me * part, part);
      benchmark::DoNotOptimize(sum);
    });
  state.counters["bytes"] = benchmark::Counter(double(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

/// Bytes read plus bytes written, as kernels count them.
void copy(benchmark::State &state, int threads) {
  Team team(threads);
  size_t bytes = kBytes / 2;
  Buffer<char> from(bytes), to(bytes);
  memset(from, 1, bytes);
  memset(to, 2, bytes);
  size_t part = bytes / team.size;
  for (auto _ : state) {
    team.each([&](int me) { memcpy(to + me * part, from + me * part, part); });
    benchmark::ClobberMemory();
  }
  state.counters["bytes"] = benchmark::Counter(2.0 * double(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

} // namespace

void registerRead(const std::string &name, int threads, size_t bytes) {
  registerTimed(name, threads, [bytes](benchmark::State &state, int threads) { read(state, threads, bytes); });
}

void registerMachine(const std::vector<int> &threadCounts) {
  for (int threads : threadCounts) {
    registerTimed("machine/fma_f32", threads, fma);
#if defined(__AVX512BF16__)
    registerTimed("machine/dot_bf16", threads, bf16Dot);
#endif
    registerRead("machine/read", threads, kBytes);
    registerTimed("machine/copy", threads, copy);
  }
}

} // namespace mambac::bench
