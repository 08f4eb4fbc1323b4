//===- MathTest.cpp - Elementary functions against libm -----------------------------------------------------------===//
//
// The largest error in ulp over a dense sample of all floats of a range, for scalars and for vectors of each width.
// docs/numerics.md states what is measured here.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "test/unit/CPU/KernelRunner.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

using namespace mambac::test;

namespace {

struct Function {
  const char *op;
  double (*exact)(double);
  float low, high;
  double ulp;         ///< bound of the error
  double floor = 0;   ///< the unit of error is that of results at least this large
};

double rsqrtExact(double x) { return 1 / std::sqrt(x); }

const Function kFunctions[] = {
    {"math.exp", std::exp, -110, 90, 1.5},
    {"math.exp2", std::exp2, -155, 130, 1.5},
    {"math.expm1", std::expm1, -30, 90, 2.5},
    {"math.log", std::log, 0, std::numeric_limits<float>::max(), 1.5},
    {"math.log1p", std::log1p, -1, std::numeric_limits<float>::max(), 2.5},
    {"math.tanh", std::tanh, -20, 20, 2.5},
    {"math.erf", std::erf, -5, 5, 2.5},
    {"math.rsqrt", rsqrtExact, 1e-37f, 1e38f, 1.5},
    // Where sine and cosine cross zero the error is measured against results of 2^-10.
    {"math.sin", std::sin, -1000, 1000, 3, 0x1p-10},
    {"math.cos", std::cos, -1000, 1000, 3, 0x1p-10},
};

double ulpOf(double x) {
  int exponent;
  std::frexp(x, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// Every so many floats between low and high, in the order of their bits.
std::vector<float> sample(float low, float high) {
  auto order = [](float x) {
    int32_t bits;
    std::memcpy(&bits, &x, 4);
    return bits < 0 ? -int64_t(bits & 0x7fffffff) : int64_t(bits);
  };
  std::vector<float> points;
  int64_t first = order(low), last = order(high), step = std::max<int64_t>(1, (last - first) / 2000003);
  for (int64_t i = first; i <= last; i += step) {
    int32_t bits = i < 0 ? int32_t(0x80000000u | uint32_t(-i)) : int32_t(i);
    float x;
    std::memcpy(&x, &bits, 4);
    points.push_back(x);
  }
  while (points.size() % 16)
    points.push_back(points.back());
  return points;
}

void checkFunction(const Function &f, int lanes) {
  if (!hasVectors(4 * lanes))
    return;
  std::vector<float> points = sample(f.low, f.high);
  for (float special : {0.f, -0.f, INFINITY, -INFINITY, NAN, 1.f, -1.f, 1e-40f, -1e-40f, 88.72284f, -103.9721f, -87.4f,
                        128.f, -150.f, 3.4e38f, -3.4e38f})
    points.push_back(special);
  auto count = static_cast<int64_t>(points.size());
  Buffer x("f32", {count}), y("f32", {count});
  std::memcpy(x.bytes.data(), points.data(), x.bytes.size());
  std::string n = std::to_string(count), type = lanes == 1 ? "f32" : "vector<" + std::to_string(lanes) + "xf32>",
              memref = x.text("memref"), vector = lanes == 1 ? "memref" : "vector",
              suffix = lanes == 1 ? "" : ", " + type;
  std::string module = "module attributes {mambac.target = {vector_bytes = " + std::to_string(lanes == 1 ? 32 : 4 * lanes) +
                       " : i64, native_fma = true}} { func.func @f(%x: " + memref + ", %y: " + memref +
                       ") attributes {llvm.emit_c_interface} {\n%0 = arith.constant 0 : index\n%n = arith.constant " + n +
                       " : index\n%s = arith.constant " + std::to_string(lanes) + " : index\nscf.for %i = %0 to %n step %s {\n%v = " +
                       vector + ".load %x[%i] : " + memref + suffix + "\n%r = " + f.op + " %v : " + type + "\n" + vector +
                       ".store %r, %y[%i] : " + memref + suffix + "\n}\nreturn } }";
  std::string error;
  auto compiled = Compiled::make(module, kKernelPipeline, error);
  ASSERT_TRUE(compiled) << error;
  compiled->run({&x, &y});
  double worst = 0;
  float worstAt = 0;
  for (int64_t i = 0; i < count; ++i) {
    float got = static_cast<float>(y.get(i));
    double exact = f.exact(points[i]);
    // Sines of numbers beyond the stated range are not defined.
    if (f.floor > 0 && std::isfinite(points[i]) && std::fabs(points[i]) > f.high)
      continue;
    auto rounded = static_cast<float>(exact);
    if (std::isnan(exact) || std::isinf(rounded) || std::isinf(got)) {
      // At the edge of overflow either neighbour will do.
      bool edge = std::fabs(exact) > 3.4028e38 && std::fabs(exact) < 3.40283e38;
      ASSERT_TRUE(edge || (std::isnan(exact) ? std::isnan(got) : got == rounded))
          << f.op << "(" << points[i] << ") = " << got << ", lanes " << lanes;
      continue;
    }
    // Beyond the range of the sample only specials are checked.
    if (points[i] < f.low || points[i] > f.high)
      continue;
    double e = std::fabs(got - exact) / ulpOf(std::max(std::fabs(exact), f.floor));
    if (!(e <= worst))
      worst = e, worstAt = points[i];
  }
  std::printf("%-12s lanes %2d: %.2f ulp at %g\n", f.op, lanes, worst, worstAt);
  EXPECT_LE(worst, f.ulp) << f.op << ", lanes " << lanes;
}

TEST(Math, ErrorsInUlp) {
  for (const Function &f : kFunctions)
    for (int lanes : {1, 8, 16})
      checkFunction(f, lanes);
}

} // namespace
