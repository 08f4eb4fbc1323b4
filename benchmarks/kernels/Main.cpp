//===- Main.cpp - mambac-benchmarks: kernels beside the machine's limits -----------------------------------------===//
//
//   mambac-benchmarks PRODUCTS [--threads=1,2] [Google Benchmark's flags]
//
// PRODUCTS is the folder that benchmarks/bench.py compiles the files beside this one into. Every result is checked before
// it is timed; a wrong one is an error of that benchmark, which is then without a time.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Kernels.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>

/// The CPUs that this process may use.
static int usableCores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<int> threads = {1};
  if (usableCores() > 1)
    threads.push_back(usableCores());
  std::string products;
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "--threads=", 10) == 0) {
      threads.clear();
      for (char *at = argv[i] + 10, *end; *at; at = *end == ',' ? end + 1 : end) {
        threads.push_back(int(strtol(at, &end, 10)));
        if (end == at || threads.back() < 1) {
          fprintf(stderr, "mambac-benchmarks: --threads takes numbers with commas between them, not '%s'\n", argv[i] + 10);
          return 1;
        }
      }
    } else if (products.empty() && argv[i][0] != '-') {
      products = argv[i];
    } else {
      fprintf(stderr, "mambac-benchmarks: unknown argument %s\n", argv[i]);
      return 1;
    }
  }
  if (products.empty()) {
    fprintf(stderr, "usage: mambac-benchmarks PRODUCTS [--threads=1,2] [--benchmark_...]\n");
    return 1;
  }
  mambac::bench::registerMachine(threads);
  mambac::bench::registerProbes(threads);
  mambac::bench::registerProducts(products, threads);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
