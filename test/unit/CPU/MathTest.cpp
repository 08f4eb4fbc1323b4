//===- MathTest.cpp - Elementary functions against libm -----------------------------------------------------------===//
//
// The largest error in ulp of each elementary function, for each kind of code that is made for it: AVX-512, AVX2 with
// fused multiply-adds, and SSE without. `Math.SampledErrors` takes every thousandth float, the edges and random ones;
// `Math.ExhaustiveErrors` all 2^32, if MAMBAC_EXHAUSTIVE is set (`make exhaustive`). docs/numerics.md states what is
// measured here.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "test/unit/CPU/KernelRunner.h"
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

using namespace mambac::test;

namespace {

constexpr float kLargest = std::numeric_limits<float>::max();

struct Function {
  const char *name;
  /// Computes %r from %v; T stands for the type, and %one, %zero, %twenty are constants.
  const char *body;
  double (*exact)(double);
  double ulp;                ///< bound of the error
  float largest = INFINITY;  ///< arguments beyond have no meaningful result
  double floor = 0;          ///< the unit of error is that of results at least this large
};

const Function kFunctions[] = {
    {"exp", "%r = math.exp %v : T", std::exp, 2},
    {"exp2", "%r = math.exp2 %v : T", std::exp2, 2},
    {"expm1", "%r = math.expm1 %v : T", std::expm1, 2},
    {"log", "%r = math.log %v : T", std::log, 2},
    {"log1p", "%r = math.log1p %v : T", std::log1p, 2},
    // As PyTorch exports it, and as the ops' definitions have it.
    {"softplus", "%e = math.exp %v : T\n%l = math.log1p %e : T\n%c = arith.cmpf ogt, %v, %twenty : T\n"
                 "%r = arith.select %c, %v, %l : T1, T",
     [](double x) { return std::isnan(x) ? x : std::fmax(x, 0.) + std::log1p(std::exp(-std::fabs(x))); }, 2},
    {"sigmoid", "%m = arith.negf %v : T\n%e = math.exp %m : T\n%s = arith.addf %e, %one : T\n%r = arith.divf %one, %s : T",
     [](double x) { return 1 / (1 + std::exp(-x)); }, 2},
    {"silu", "%m = arith.negf %v : T\n%e = math.exp %m : T\n%s = arith.addf %one, %e : T\n%r = arith.divf %v, %s : T",
     [](double x) { return x / (1 + std::exp(-x)); }, 2},
    {"rsqrt", "%r = math.rsqrt %v : T", [](double x) { return 1 / std::sqrt(x); }, 2},
    {"1/sqrt", "%s = math.sqrt %v : T\n%r = arith.divf %one, %s : T", [](double x) { return 1 / std::sqrt(x); }, 2},
    {"tanh", "%r = math.tanh %v : T", std::tanh, 2.5},
    {"erf", "%r = math.erf %v : T", std::erf, 2.5},
    // Where sine and cosine cross zero the error is measured against results of 2^-10.
    {"sin", "%r = math.sin %v : T", std::sin, 3, 1000, 0x1p-10},
    {"cos", "%r = math.cos %v : T", std::cos, 3, 1000, 0x1p-10},
    // The exponentials of kernels, where their arguments are finite: results below 2^-126 may be 0.
    {"exp2 afn", "%r = math.exp2 %v fastmath<afn> : T", std::exp2, 2, 126, 0x1p-126},
    {"exp afn", "%r = math.exp %v fastmath<afn> : T", std::exp, 2, 87, 0x1p-126},
};

/// Code for one kind of machine.
struct Variant {
  const char *name;
  int lanes;
  bool fma;
};
const Variant kVariants[] = {{"AVX-512", 16, true}, {"AVX2", 8, true}, {"SSE", 4, false}};
constexpr size_t kNumVariants = std::size(kVariants);

constexpr int64_t kChunk = 1 << 16;

std::string replaceAll(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// A loop over kChunk elements.
std::unique_ptr<Compiled> compile(const Function &f, const Variant &variant) {
  std::string lanes = std::to_string(variant.lanes), type = "vector<" + lanes + "xf32>", mask = "vector<" + lanes + "xi1>",
              memref = "memref<" + std::to_string(kChunk) + "xf32>";
  std::string body = replaceAll(replaceAll(f.body, "T1", mask), ": T", ": " + type);
  body = replaceAll(body, ", T", ", " + type);
  std::string module = "module attributes {mambac.target = {vector_bytes = " + std::to_string(4 * variant.lanes) +
                       " : i64, native_fma = " + (variant.fma ? "true" : "false") + "}} { func.func @f(%x: " + memref +
                       ", %y: " + memref + ") attributes {llvm.emit_c_interface} {\n%0 = arith.constant 0 : index\n" +
                       "%n = arith.constant " + std::to_string(kChunk) + " : index\n%step = arith.constant " + lanes +
                       " : index\n%one = arith.constant dense<1.0> : " + type +
                       "\n%twenty = arith.constant dense<20.0> : " + type +
                       "\nscf.for %i = %0 to %n step %step {\n%v = vector.load %x[%i] : " + memref + ", " + type + "\n" + body +
                       "\nvector.store %r, %y[%i] : " + memref + ", " + type + "\n}\nreturn } }";
  std::string error;
  auto compiled = Compiled::make(module, kKernelPipeline, error);
  EXPECT_TRUE(compiled) << error << "\n" << module;
  return compiled;
}

float fromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

/// How far `got` is from the exact result, in units of the last place of it.
double errorOf(const Function &f, float got, double exact) {
  auto rounded = static_cast<float>(exact);
  if (std::isnan(exact) || std::isnan(got))
    return std::isnan(exact) && std::isnan(got) ? 0 : INFINITY;
  if (got == rounded)
    // A zero's sign counts, unless a function of one sign underflows.
    return got == 0 && exact == 0 && std::signbit(got) != std::signbit(rounded) && f.floor == 0 ? INFINITY
           : std::isinf(got) ? 0 : std::fabs(got - exact) /
                 std::ldexp(1., std::max(std::ilogb(std::max(std::fabs(exact), std::max(f.floor, 0x1p-149))) - 23, -149));
  // Infinity stands for what comes after the largest number.
  double value = std::isinf(got) ? std::copysign(0x1p128, got) : got;
  if (std::isinf(exact) || std::fabs(exact) > 0x1p129)
    return INFINITY;
  double magnitude = std::max(std::fabs(exact), std::max(f.floor, 0x1p-149));
  return std::fabs(value - exact) / std::ldexp(1., std::min(std::max(std::ilogb(magnitude) - 23, -149), 104));
}

struct Worst {
  double error = 0;
  float at = 0;
};

/// Largest errors over the arguments that `fill` makes for each of `chunks`, on two threads.
void check(const Function &f, uint64_t chunks, const std::function<void(uint64_t chunk, float *points)> &fill) {
  std::unique_ptr<Compiled> code[kNumVariants];
  for (size_t v = 0; v < kNumVariants; ++v)
    if (hasVectors(4 * kVariants[v].lanes) && !(code[v] = compile(f, kVariants[v])))
      return;
  Worst worst[kNumVariants];
  std::mutex mutex;
  std::atomic<uint64_t> next{0};
  auto work = [&] {
    Buffer x("f32", {kChunk}), y("f32", {kChunk});
    std::vector<double> exact(kChunk);
    Worst mine[kNumVariants];
    for (uint64_t chunk; (chunk = next++) < chunks;) {
      auto *points = reinterpret_cast<float *>(x.data());
      fill(chunk, points);
      for (int64_t i = 0; i < kChunk; ++i) {
        if (std::fabs(points[i]) > f.largest)
          points[i] = 1;
        exact[i] = f.exact(points[i]);
      }
      for (size_t v = 0; v < kNumVariants; ++v) {
        if (!code[v])
          continue;
        code[v]->run({&x, &y});
        auto *results = reinterpret_cast<const float *>(y.data());
        for (int64_t i = 0; i < kChunk; ++i)
          if (double error = errorOf(f, results[i], exact[i]); error > mine[v].error)
            mine[v] = {error, points[i]};
      }
    }
    std::lock_guard<std::mutex> lock(mutex);
    for (size_t v = 0; v < kNumVariants; ++v)
      if (mine[v].error > worst[v].error)
        worst[v] = mine[v];
  };
  std::thread other(work);
  work();
  other.join();
  for (size_t v = 0; v < kNumVariants; ++v) {
    if (!code[v])
      continue;
    std::printf("%-9s %-8s %.3f ulp at %.9g\n", f.name, kVariants[v].name, worst[v].error, worst[v].at);
    EXPECT_LE(worst[v].error, f.ulp) << f.name << ", " << kVariants[v].name << ", at " << worst[v].at;
  }
  std::fflush(stdout);
}

TEST(Math, SampledErrors) {
  std::mt19937 random(1);
  std::vector<float> points;
  for (float edge : {0.f, 1.f, 0.5f, 0x1p-126f, 0x1p-149f, 1e-40f, kLargest, INFINITY, NAN, 20.f, 87.33655f, 88.72284f, 89.f,
                     103.2789f, 103.9721f, 104.f, 110.f, 125.f, 126.f, 127.f, 128.f, 149.f, 150.f, 151.f, 1e10f, 1e30f, 3e38f,
                     262144.f, 786432.f, 12582912.f})
    for (int32_t near = -3; near <= 3; ++near) {
      uint32_t bits;
      std::memcpy(&bits, &edge, 4);
      points.push_back(fromBits(bits + near));
      points.push_back(fromBits((bits + near) ^ 0x80000000u));
    }
  while (points.size() < kChunk)
    points.push_back(fromBits(static_cast<uint32_t>(random())));
  constexpr uint64_t kStep = 1021, kChunks = (uint64_t(1) << 32) / kStep / kChunk;
  for (const Function &f : kFunctions)
    check(f, kChunks + 1, [&](uint64_t chunk, float *x) {
      for (int64_t i = 0; i < kChunk; ++i)
        x[i] = chunk == kChunks ? points[i] : fromBits(uint32_t((chunk * kChunk + i) * kStep));
    });
}

TEST(Math, ExhaustiveErrors) {
  const char *wanted = std::getenv("MAMBAC_EXHAUSTIVE");
  if (!wanted || !*wanted)
    GTEST_SKIP() << "takes minutes a function; MAMBAC_EXHAUSTIVE=all, or the name of a function, runs it";
  for (const Function &f : kFunctions)
    if (std::string(wanted) == "all" || std::string(wanted) == f.name)
      check(f, (uint64_t(1) << 32) / kChunk, [](uint64_t chunk, float *x) {
        for (int64_t i = 0; i < kChunk; ++i)
          x[i] = fromBits(uint32_t(chunk * kChunk + i));
      });
}

} // namespace
