//===- Kernels.h - The parts of mambac-benchmarks -----------------------------------------------------*- C++ -*-===//
#ifndef MAMBAC_BENCHMARKS_KERNELS_KERNELS_H
#define MAMBAC_BENCHMARKS_KERNELS_KERNELS_H

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace mambac::bench {

/// Registers body(state, threads) as NAME/cores:THREADS, timed by the clock on the wall.
template <typename Body> void registerTimed(const std::string &name, int threads, Body body) {
  benchmark::RegisterBenchmark((name + "/cores:" + std::to_string(threads)).c_str(),
                               [=](benchmark::State &state) { body(state, threads); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

/// Peaks of arithmetic and of memory.
void registerMachine(const std::vector<int> &threadCounts);

/// Reading so many bytes, again and again.
void registerRead(const std::string &name, int threads, size_t bytes);

/// The hand-written ops that generated ones are compared with. Registers nothing on a CPU without AVX-512.
void registerProbes(const std::vector<int> &threadCounts);

/// The products in a folder, made by `mambac` from the files of benchmarks/kernels. One that is missing is passed over.
void registerProducts(const std::string &folder, const std::vector<int> &threadCounts);

} // namespace mambac::bench

#endif // MAMBAC_BENCHMARKS_KERNELS_KERNELS_H
