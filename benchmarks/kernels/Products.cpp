//===- Products.cpp - Kernels that mambac compiled ---------------------------------------------------------------===//
//
// Each product is filled with inputs, run, compared with its definition in double precision, and then timed. What moves
// data alone is accompanied by a memcpy of as many bytes.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "benchmarks/kernels/Kernels.h"
#include "benchmarks/kernels/Probes.h"
#include "benchmarks/kernels/Product.h"
#include <cmath>
#include <cstring>
#include <unistd.h>

namespace mambac::bench {
namespace {

using State = benchmark::State;

/// Runs, checks (the error that `check` returns is to be at most `tolerance`), and times.
template <typename Check> void timeProduct(State &state, Product &product, double tolerance, Check check) {
  if (!product.run()) {
    state.SkipWithError(product.error().c_str());
    return;
  }
  double found = check();
  if (!(found <= tolerance)) {
    state.SkipWithError(("the result is wrong by " + std::to_string(found)).c_str());
    return;
  }
  for (auto _ : state)
    product.run();
  state.counters["error"] = found;
  state.counters["scratch_bytes"] = double(product.scratchBytes());
  state.counters["stack_bytes"] = double(product.stackBytes());
}

void countRate(State &state, const char *name, double amount) {
  state.counters[name] = benchmark::Counter(amount, benchmark::Counter::kIsIterationInvariantRate);
}

template <size_t Extent> void copyIn(Product &product, const char *const (&names)[Extent],
                                     const Buffer<float> *const (&values)[Extent]) {
  for (size_t i = 0; i < Extent; ++i)
    if (product.inputCount(names[i]) == values[i]->count)
      memcpy(product.input<float>(names[i]), static_cast<const float *>(*values[i]), values[i]->count * sizeof(float));
}

// f32 results of sums over 16 or 128 states and 2,048 steps; docs/numerics.md asks 2e-6 of kernels.
constexpr double kScanTolerance = 2e-6;

void selectiveScan(State &state, const std::string &path, int threads) {
  static SelectiveScan scan;
  Product product(path, threads);
  if (product.error().empty())
    copyIn(product, {"u", "dt", "z", "A", "B", "C", "D", "bias"},
           {&scan.u, &scan.dt, &scan.z, &scan.A, &scan.B, &scan.C, &scan.skip, &scan.bias});
  timeProduct(state, product, kScanTolerance, [&] {
    memcpy(scan.y, product.output<float>(0), scan.y.count * sizeof(float));
    memcpy(scan.last, product.output<float>(1), scan.last.count * sizeof(float));
    return scan.error(true);
  });
}

void ssd(State &state, const std::string &path, int threads) {
  static SSD data;
  Product product(path, threads);
  if (product.error().empty())
    copyIn(product, {"x", "dt", "A", "B", "C", "D", "bias"},
           {&data.x, &data.dt, &data.A, &data.B, &data.C, &data.skip, &data.bias});
  timeProduct(state, product, kScanTolerance, [&] {
    memcpy(data.y, product.output<float>(0), data.y.count * sizeof(float));
    return data.error();
  });
}

/// Multiples of 1/8 in [-1, 1]: products with the weights of linear_archive.py, and sums of them, are exact in f32.
float rowValue(int64_t m, int64_t k) { return float((m * 11 + k * 5) % 17 - 8) / 8; }
float weightValue(int64_t n, int64_t k) { return float((7 * k + 13 * n) % 31 - 15) / 16; }

uint16_t toBf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// T is float or the bits of a bf16.
template <typename T> T convert(float x) {
  if constexpr (sizeof(T) == 2)
    return toBf16(x);
  else
    return x;
}

template <typename T>
void linear(State &state, const std::string &path, int threads, int64_t rows, int64_t inputs, int64_t outputs) {
  Product product(path, threads, {rows});
  if (product.error().empty() && product.inputCount("x") == size_t(rows * inputs))
    for (int64_t m = 0; m < rows; ++m)
      for (int64_t k = 0; k < inputs; ++k)
        product.input<T>("x")[m * inputs + k] = convert<T>(rowValue(m, k));
  // Sums are exact in f32 whatever the order, so results are the same bits.
  timeProduct(state, product, 0, [&] {
    double wrong = 0;
    for (int64_t m = 0; m < rows; m += rows > 64 ? 61 : 1)
      for (int64_t n = 0; n < outputs; n += rows > 1 ? 97 : 7) {
        float sum = 0;
        for (int64_t k = 0; k < inputs; ++k)
          sum += rowValue(m, k) * weightValue(n, k);
        T expected = convert<T>(sum), found = product.output<T>(0)[m * outputs + n];
        wrong += memcmp(&expected, &found, sizeof(T)) != 0 && !(sum == 0 && found == 0);
      }
    return wrong;
  });
  countRate(state, "flops", 2.0 * double(rows) * double(inputs) * double(outputs));
  countRate(state, "bytes", double(sizeof(T)) * double(inputs * outputs + rows * (inputs + outputs)));
}

double relative(const std::vector<double> &exact, const std::vector<double> &found) {
  double worst = 0, largest = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    worst = std::max(worst, std::fabs(found[i] - exact[i]));
    largest = std::max(largest, std::fabs(exact[i]));
  }
  return worst / largest;
}

double silu(double x) { return x / (1 + std::exp(-x)); }

void causalConv1D(State &state, const std::string &path, int threads) {
  constexpr int L = 2048, C = 1792, K = 4;
  Product product(path, threads);
  if (product.error().empty()) {
    fillRandom(product.input<float>("x"), size_t(L) * C, -2, 2, 1);
    fillRandom(product.input<float>("w"), C * K, -1, 1, 2);
    fillRandom(product.input<float>("bias"), C, -1, 1, 3);
  }
  timeProduct(state, product, kScanTolerance, [&] {
    const float *x = product.input<float>("x"), *w = product.input<float>("w"), *bias = product.input<float>("bias");
    std::vector<double> exact, found;
    for (int t = 0; t < L; t += t < 8 ? 1 : 53)
      for (int c = 0; c < C; ++c) {
        double sum = bias[c];
        for (int k = std::max(0, K - 1 - t); k < K; ++k)
          sum += double(w[c * K + k]) * x[size_t(t - (K - 1) + k) * C + c];
        exact.push_back(silu(sum));
        found.push_back(product.output<float>(0)[size_t(t) * C + c]);
      }
    return relative(exact, found);
  });
}

void gatedNorm(State &state, const std::string &path, int threads) {
  constexpr int L = 2048, D = 1536;
  Product product(path, threads);
  if (product.error().empty()) {
    fillRandom(product.input<float>("x"), size_t(L) * D, -2, 2, 1);
    fillRandom(product.input<float>("z"), size_t(L) * D, -2, 2, 2);
    fillRandom(product.input<float>("w"), D, 0, 2, 3);
  }
  timeProduct(state, product, kScanTolerance, [&] {
    const float *x = product.input<float>("x"), *z = product.input<float>("z"), *w = product.input<float>("w");
    std::vector<double> exact, found;
    for (int t = 0; t < L; t += 53) {
      double sum = 0;
      for (int d = 0; d < D; ++d) {
        double h = x[size_t(t) * D + d] * silu(z[size_t(t) * D + d]);
        sum += h * h;
      }
      for (int d = 0; d < D; ++d) {
        size_t at = size_t(t) * D + d;
        exact.push_back(w[d] * x[at] * silu(z[at]) / std::sqrt(sum / D + 1e-5));
        found.push_back(product.output<float>(0)[at]);
      }
    }
    return relative(exact, found);
  });
}

void embedding(State &state, const std::string &path, int threads) {
  constexpr int L = 2048, D = 768, kRows = 50288;
  Product product(path, threads);
  if (product.error().empty()) {
    fillRandom(product.input<float>("w"), size_t(kRows) * D, -1, 1, 1);
    for (int64_t t = 0; t < L; ++t)
      product.input<int64_t>("ids")[t] = t * 7919 % kRows;
  }
  timeProduct(state, product, 0, [&] {
    double wrong = 0;
    for (int64_t t = 0; t < L; ++t)
      wrong += memcmp(product.output<float>(0) + t * D, product.input<float>("w") + product.input<int64_t>("ids")[t] * D,
                      D * sizeof(float)) != 0;
    return wrong;
  });
}

void argmax(State &state, const std::string &path, int threads) {
  constexpr int kRows = 64, D = 50288;
  Product product(path, threads);
  if (product.error().empty())
    fillRandom(product.input<float>("x"), size_t(kRows) * D, -9, 9, 1);
  timeProduct(state, product, 0, [&] {
    double wrong = 0;
    for (int r = 0; r < kRows; ++r) {
      const float *row = product.input<float>("x") + size_t(r) * D;
      wrong += product.output<int64_t>(0)[r] != std::max_element(row, row + D) - row;
    }
    return wrong;
  });
}

/// memcpy that reads and writes so many bytes in all.
void copyBytes(State &state, int threads, size_t bytes) {
  Team team(threads);
  size_t part = bytes / 2 / threads;
  Buffer<char> from(part * threads), to(part * threads);
  memset(from, 1, from.count);
  for (auto _ : state) {
    team.each([&](int me) { memcpy(to + me * part, from + me * part, part); });
    benchmark::ClobberMemory();
  }
  countRate(state, "bytes", 2.0 * double(part) * threads);
}

} // namespace

void registerProducts(const std::string &folder, const std::vector<int> &threadCounts) {
  using Body = void (*)(State &, const std::string &, int);
  struct Simple {
    const char *file;
    Body body;
    size_t bytes; // read and written; 0: not compared with memcpy
  };
  constexpr size_t kFloat = sizeof(float);
  const Simple simple[] = {{"selective_scan", selectiveScan, 0},
                           {"ssd", ssd, 0},
                           {"causal_conv1d", causalConv1D, 2 * kFloat * 2048 * 1792},
                           {"gated_norm", gatedNorm, 3 * kFloat * 2048 * 1536},
                           {"embedding", embedding, 2 * kFloat * 2048 * 768},
                           {"argmax", argmax, kFloat * 64 * 50288}};
  struct Linear {
    const char *file;
    bool half;
    int64_t inputs, outputs;
    std::vector<int64_t> rows;
  };
  const Linear linears[] = {{"gemm_f32", false, 2048, 2048, {2048}},
                            {"gemm_bf16", true, 2048, 2048, {2048}},
                            {"head_f32", false, 768, 50288, {1, 2, 4, 8, 16, 32, 64}},
                            {"head_bf16", true, 768, 50288, {1, 2, 4, 8, 16, 32, 64}}};
  auto there = [&](const char *file, std::string &path) {
    path = folder + "/" + file + ".so";
    return access(path.c_str(), R_OK) == 0;
  };
  std::string path;
  for (int threads : threadCounts) {
    for (const Simple &s : simple) {
      if (!there(s.file, path))
        continue;
      registerTimed(std::string("kernel/") + s.file, threads,
                    [body = s.body, path](State &state, int threads) { body(state, path, threads); });
      if (s.bytes)
        registerTimed(std::string("copy/") + s.file, threads,
                      [bytes = s.bytes](State &state, int threads) { copyBytes(state, threads, bytes); });
    }
    for (const Linear &l : linears) {
      if (!there(l.file, path))
        continue;
      // What one row costs is reading the weights.
      if (l.rows.front() == 1)
        registerRead(std::string("read/") + l.file, threads, size_t(l.inputs * l.outputs) * (l.half ? 2 : 4));
      for (int64_t rows : l.rows)
        registerTimed(std::string("kernel/") + l.file + "/rows:" + std::to_string(rows), threads,
                      [l, rows, path](State &state, int threads) {
                        (l.half ? linear<uint16_t> : linear<float>)(state, path, threads, rows, l.inputs, l.outputs);
                      });
    }
  }
}

} // namespace mambac::bench
