//===- Peaks.cpp - What this machine can do at most ---------------------------------------------------------------===//
//
// See Peaks.h. Vectors are those of the compiler's extension, so one source serves every kind of CPU; on x86 the widest
// that the machine has is chosen at run time.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Peaks.h"
#include "lib/Runtime/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <sys/mman.h>

using namespace mambac::runner;

namespace {

typedef float Vector16 __attribute__((vector_size(64), aligned(64)));
typedef float Vector8 __attribute__((vector_size(32), aligned(32)));
typedef float Vector4 __attribute__((vector_size(16), aligned(16)));

/// Independent sums, enough to hide the latency of two multiply-adds a cycle, and few enough for the registers.
template <typename Vector, int sums> inline __attribute__((always_inline)) float multiplyAdd(int64_t rounds) {
  Vector sum[sums], factor = {}, term = {};
  for (unsigned lane = 0; lane < sizeof(Vector) / sizeof(float); ++lane) {
    factor[lane] = 0.999f;
    term[lane] = 0.001f;
  }
#pragma GCC unroll 16
  for (int i = 0; i < sums; ++i)
    sum[i] = term;
  // Roundings forbid the compiler to do this in fewer steps.
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < sums; ++i)
      sum[i] = sum[i] * factor + term;
  }
  float total = 0;
#pragma GCC unroll 16
  for (int i = 0; i < sums; ++i)
    total += sum[i][0];
  return total;
}

struct Kernel {
  float (*run)(int64_t rounds);
  int64_t flopsPerRound;
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float run512(int64_t rounds) { return multiplyAdd<Vector16, 12>(rounds); }
__attribute__((target("avx2,fma"))) float run256(int64_t rounds) { return multiplyAdd<Vector8, 12>(rounds); }
#endif
float run128(int64_t rounds) { return multiplyAdd<Vector4, 12>(rounds); }

Kernel chooseKernel() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {run512, 12 * 16 * 2};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {run256, 12 * 8 * 2};
#endif
  return {run128, 12 * 4 * 2};
}

double secondsOf(mambac::ThreadPool *pool, int threads, MambacBody body, void *context) {
  auto start = std::chrono::steady_clock::now();
  if (pool)
    pool->run(body, context, threads);
  else
    body(context, 0, threads);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Work {
  Kernel kernel;
  int64_t rounds = 0;
  const uint64_t *memory = nullptr;
  size_t words = 0; ///< of each item
};

volatile uint64_t sink; // so that nothing is left out

void computeItems(void *context, int64_t begin, int64_t end) {
  auto *work = static_cast<Work *>(context);
  for (int64_t i = begin; i < end; ++i)
    sink = uint64_t(work->kernel.run(work->rounds));
}

void readItems(void *context, int64_t begin, int64_t end) {
  typedef uint64_t Words __attribute__((vector_size(16)));
  auto *work = static_cast<Work *>(context);
  for (int64_t i = begin; i < end; ++i) {
    auto *at = reinterpret_cast<const Words *>(work->memory + size_t(i) * work->words);
    Words a = {}, b = {}, c = {}, d = {};
    for (size_t w = 0; w < work->words / 2; w += 4) {
      a += at[w];
      b += at[w + 1];
      c += at[w + 2];
      d += at[w + 3];
    }
    a += b + c + d;
    sink = a[0] + a[1];
  }
}

} // namespace

Peaks mambac::runner::measurePeaks(int threads) {
  threads = std::max(threads, 1);
  auto pool = threads > 1 ? ThreadPool::get(threads) : nullptr;
  Peaks peaks;
  Work work;
  work.kernel = chooseKernel();
  work.rounds = 1 << 18;
  for (int attempt = 0; attempt < 10; ++attempt) {
    double seconds = secondsOf(pool.get(), threads, computeItems, &work);
    peaks.flops = std::max(peaks.flops, double(work.rounds * work.kernel.flopsPerRound) * threads / seconds);
  }
  const size_t bytes = size_t(256) << 20;
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return peaks;
  madvise(memory, bytes, MADV_HUGEPAGE);
  // Pages that nobody wrote are all one page of zeros.
  for (size_t at = 0; at < bytes; at += 4096)
    static_cast<volatile char *>(memory)[at] = 1;
  work.memory = static_cast<const uint64_t *>(memory);
  // Several items a thread, so that none waits long for the other's last one.
  const int64_t items = int64_t(threads) * 8;
  work.words = bytes / 8 / size_t(items) / 8 * 8;
  for (int attempt = 0; attempt < 5; ++attempt) {
    double seconds = secondsOf(pool.get(), int(items), readItems, &work);
    peaks.bytes = std::max(peaks.bytes, double(work.words * 8) * double(items) / seconds);
  }
  munmap(memory, bytes);
  return peaks;
}
