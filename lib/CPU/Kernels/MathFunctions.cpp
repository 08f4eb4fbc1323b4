//===- MathFunctions.cpp - Elementary functions as polynomials --------------------------------------------------===//
//
// Reductions to a small interval and minimax polynomials there, in f32 with fused multiply-adds. Comparisons are
// written so that a NaN falls through to the result and that x86 needs one instruction for them. Doubles and half
// types are not handled here: callers extend halves first. Vectors that fill an AVX-512 register have exponentials of
// their own: a table of 2^(j/16) in a register, a polynomial of degree 3, and an instruction that scales by 2^n and
// knows what to do with all n. There silu, sigmoid and softplus are written for few instructions, with the roundings
// that 2 ulp leave room for.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/MathFunctions.h"
#include "lib/Schedule/Target.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace mambac::cpu {
namespace {

/// Shorthands for elementwise operations on values of one shape.
struct Emitter {
  OpBuilder &b;
  Location loc;
  Type type;

  bool avx512;    ///< values are AVX-512 registers
  bool nativeFMA; ///< else a product and a sum stand in for math.fma

  Emitter(OpBuilder &b, Location loc, Value x) : b(b), loc(loc), type(x.getType()) {
    Target target = Target::get(b.getInsertionBlock()->getParentOp());
    avx512 = target.vectorBytes == 64 && type == VectorType::get(16, b.getF32Type());
    nativeFMA = target.nativeFMA;
  }

  Type intType() const {
    Type i32 = b.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      return vector.clone(i32);
    return i32;
  }
  Value constant(Type t, Attribute element) {
    TypedAttr attr = cast<TypedAttr>(element);
    if (auto shaped = dyn_cast<ShapedType>(t))
      attr = DenseElementsAttr::get(shaped, element);
    return arith::ConstantOp::create(b, loc, t, attr);
  }
  Value f(float v) { return constant(type, b.getF32FloatAttr(v)); }
  Value i(int32_t v) { return constant(intType(), b.getI32IntegerAttr(v)); }
  Value inf() { return f(std::numeric_limits<float>::infinity()); }
  Value nan() { return f(std::numeric_limits<float>::quiet_NaN()); }

  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
  Value fma(Value x, Value y, Value z) { return math::FmaOp::create(b, loc, x, y, z); }
  Value neg(Value x) { return arith::NegFOp::create(b, loc, x); }
  Value addi(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value subi(Value x, Value y) { return arith::SubIOp::create(b, loc, x, y); }
  Value andi(Value x, Value y) { return arith::AndIOp::create(b, loc, x, y); }
  Value ori(Value x, Value y) { return arith::OrIOp::create(b, loc, x, y); }
  Value xori(Value x, Value y) { return arith::XOrIOp::create(b, loc, x, y); }
  Value shl(Value x, int n) { return arith::ShLIOp::create(b, loc, x, i(n)); }
  Value sar(Value x, int n) { return arith::ShRSIOp::create(b, loc, x, i(n)); }
  Value asInt(Value x) { return arith::BitcastOp::create(b, loc, intType(), x); }
  Value asFloat(Value x) { return arith::BitcastOp::create(b, loc, type, x); }
  Value toFloat(Value x) { return arith::SIToFPOp::create(b, loc, type, x); }
  Value cmp(arith::CmpFPredicate p, Value x, Value y) { return arith::CmpFOp::create(b, loc, p, x, y); }
  Value lt(Value x, Value y) { return cmp(arith::CmpFPredicate::OLT, x, y); }
  Value select(Value c, Value x, Value y) { return arith::SelectOp::create(b, loc, c, x, y); }
  /// max(x, lo) and min(x, hi); NaN stays NaN.
  Value atLeast(Value x, float lo) { return select(cmp(arith::CmpFPredicate::OGT, f(lo), x), f(lo), x); }
  Value atMost(Value x, float hi) { return select(lt(f(hi), x), f(hi), x); }
  Value abs(Value x) { return asFloat(andi(asInt(x), i(0x7fffffff))); }
  Value signBit(Value x) { return andi(asInt(x), i(std::numeric_limits<int32_t>::min())); }
  /// x with the sign bits of `sign` flipped in.
  Value flipSign(Value x, Value sign) { return asFloat(xori(asInt(x), sign)); }

  /// An exponential whose ends do not matter.
  Value exp(Value x) { return math::ExpOp::create(b, loc, x, arith::FastMathFlags::afn); }
  /// x * y + z rounded once, whatever the target has: for what is lost in roundings.
  Value exactFma(Value x, Value y, Value z) {
    if (nativeFMA)
      return fma(x, y, z);
    Type wide = b.getF64Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wide = vector.clone(wide);
    auto extend = [&](Value v) -> Value { return arith::ExtFOp::create(b, loc, wide, v); };
    return arith::TruncFOp::create(b, loc, type, add(mul(extend(x), extend(y)), extend(z)));
  }

  //===- AVX-512 ----------------------------------------------------------------------------------------------===//
  Value call(StringRef intrinsic, ValueRange operands) {
    return LLVM::CallIntrinsicOp::create(b, loc, type, b.getStringAttr(intrinsic), operands).getResult(0);
  }
  Value allLanes() { return arith::ConstantOp::create(b, loc, b.getI16IntegerAttr(-1)); }
  Value number(int32_t v) { return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(v)); }
  /// p * 2^floor(n). Infinite n make 0 or infinity of any p that is not infinite itself, be it NaN.
  Value scalef(Value p, Value n) {
    return call("llvm.x86.avx512.mask.scalef.ps.512", {p, n, p, allLanes(), number(4)}); // current rounding direction
  }
  /// The multiple of 1/16 that is nearest to x.
  Value roundTo16th(Value x) {
    return call("llvm.x86.avx512.mask.rndscale.ps.512", {x, number(4 << 4 | 8), x, allLanes(), number(4)});
  }
  /// The one whose absolute value is smaller, with the sign that an instruction's field says.
  Value smaller(Value x, float limit, int sign) {
    return call("llvm.x86.avx512.mask.range.ps.512", {x, f(limit), number(sign << 2 | 2), x, allLanes(), number(4)});
  }
  /// x, or `limit` with x's sign where |x| is larger, or x NaN.
  Value limitTo(Value x, float limit) { return smaller(x, limit, /*sign=*/0); }
  /// -min(|x|, limit); -limit where x is NaN.
  Value negativeAbs(Value x, float limit) { return smaller(x, limit, /*sign=*/3); }
  /// table[j] for the j of the lowest four bits of each of index's elements.
  Value lookUp(Value index, function_ref<float(int j)> table) {
    SmallVector<float> elements;
    for (int j = 0; j < 16; ++j)
      elements.push_back(table(j));
    Value entries =
        arith::ConstantOp::create(b, loc, DenseElementsAttr::get(cast<ShapedType>(type), ArrayRef(elements)));
    return call("llvm.x86.avx512.permvar.sf.512", {entries, asInt(index)});
  }

  /// Sum of coefficients[k] * x^k.
  Value poly(Value x, ArrayRef<float> coefficients) {
    Value sum = f(coefficients.back());
    for (float c : llvm::reverse(coefficients.drop_back()))
      sum = fma(sum, x, f(c));
    return sum;
  }

  /// The nearest integer to x (|x| < 2^22), as a float whose lowest mantissa bits hold it: subtract kMagic from the
  /// float, or asInt(kMagic) from its bits.
  static constexpr float kMagic = 12582912.0f; // 1.5 * 2^23
  Value toMagic(Value x) { return add(x, f(kMagic)); }
  Value fmaToMagic(Value x, float scale) { return fma(x, f(scale), f(kMagic)); }
  Value magicToFloat(Value t) { return sub(t, f(kMagic)); }
  Value magicToInt(Value t) { return subi(asInt(t), i(0x4b400000)); }

  /// p * 2^n where t = toMagic(n).
  Value scaleByMagic(Value p, Value t, bool fast) {
    // (bits + 127) << 23: what lies above the exponent falls off.
    if (fast)
      return mul(p, asFloat(shl(addi(asInt(t), i(127)), 23)));
    // Two factors, as 2^n alone may overflow or be denormal where the product is not.
    Value n = magicToInt(t), half = sar(n, 1);
    Value low = asFloat(shl(addi(half, i(127)), 23));
    Value high = asFloat(shl(addi(subi(n, half), i(127)), 23));
    return mul(mul(p, low), high);
  }
};

constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f, kLog2E = 1.44269504089f;
constexpr float kExp[] = {1.f,            1.f,            0.4999999341f, 0.1666652011f,
                          0.04166839426f, 0.008368780622f, 0.001381446476f};
constexpr float kExp2[] = {1.f,           0.6931472029f,   0.2402264791f,  0.0555033247f,
                           0.009618437366f, 0.001339887487f, 0.0001535336061f};
/// log(1 + f) = f - f^2/2 + f^3 P(f) for sqrt(1/2) <= 1 + f <= sqrt(2) (Cephes).
constexpr float kLog[] = {3.3333331174e-1f,  -2.4999993993e-1f, 2.0000714765e-1f,  -1.6668057665e-1f, 1.4249322787e-1f,
                          -1.2420140846e-1f, 1.1676998740e-1f,  -1.1514610310e-1f, 7.0376836292e-2f};
/// log(1 + q) = q + q^2 P(q - 1/2) for 0 <= q <= 1.
constexpr float kLog1p[] = {-0.378139555f,  0.179224893f,   -0.0932318568f, 0.0510890596f,  -0.0289050005f,
                            0.0166569855f, -0.0101777036f, 0.00693069305f, -0.00331847393f};
constexpr float kTanh[] = {-0.333332832f, 0.1333147013f, -0.05374161983f, 0.02064412749f, -0.005709488544f};
constexpr float kErf[] = {1.128379167f,    -0.3761263531f, 0.1128371972f,  -0.02686075281f,
                          0.005204436027f, -0.00081819273f, 8.538839231e-05f};
/// -log(1 - erf(x)) for 0.9 <= x <= 3.93.
constexpr float kErfTail[] = {-0.0001705521342f, 1.12949516f,     0.6333866454f,     0.1082366207f,
                              -0.02509149772f,   0.004160527375f, -0.0004323030893f, 2.090956336e-05f};
constexpr float kSin[] = {-0.1666666664f, 0.008333329144f, -0.0001983925663f, 2.717564412e-06f};
constexpr float kCos[] = {0.04166666662f, -0.001388888344f, 2.479943635e-05f, -2.720329961e-07f};

/// log(1 + f) + e * log(2).
Value finishLog(Emitter &e, Value f, Value exponent) {
  Value z = e.mul(f, f);
  Value y = e.mul(e.mul(f, z), e.poly(f, kLog));
  y = e.fma(exponent, e.f(kLn2Low), y);
  y = e.fma(z, e.f(-0.5f), y);
  return e.fma(exponent, e.f(kLn2High), e.add(f, y));
}

/// Splits x > 0, normal, into 2^exponent * m with sqrt(1/2) <= m < sqrt(2).
Value splitExponent(Emitter &e, Value x, Value &exponent) {
  constexpr int32_t kSqrtHalf = 0x3f3504f3;
  Value bits = e.subi(e.asInt(x), e.i(kSqrtHalf));
  exponent = e.toFloat(e.sar(bits, 23));
  return e.asFloat(e.addi(e.andi(bits, e.i(0x007fffff)), e.i(kSqrtHalf)));
}

} // namespace

namespace {

/// 2^n (base + a b), whose sum is not rounded yet: |a b| is smaller than base, which is about 1.
struct Power {
  Value base, a, b;
  Value n; ///< for AVX-512 n itself, else toMagic(n)

  Value sum(Emitter &e) const { return e.fma(a, b, base); }
  Value scale(Emitter &e, Value p, bool fast = false) const {
    return e.avx512 ? e.scalef(p, n) : e.scaleByMagic(p, n, fast);
  }
};

constexpr float kLog2EHigh = 1.44269502163f, kLog2ELow = 1.925963033e-8f;
/// 1.5 * 2^19: the lowest bits of a float next to it are sixteenths.
constexpr float kMagic16th = 786432.f;
/// 2^f = 1 + f P(f) for |f| <= 1/32.
constexpr float kExp2Of16th[] = {0.6931472f, 0.24023429f, 0.05550595f};

/// 2^(y + rest) by AVX-512; `reduce` makes the rest of the exponent from the multiple of 1/16 next to y.
Power powerByTable(Emitter &e, Value y, function_ref<Value(Value n)> reduce) {
  Value n = e.roundTo16th(y);
  Value f = reduce(n);
  Value entry = e.lookUp(e.add(y, e.f(kMagic16th)), [](int j) { return static_cast<float>(std::exp2(j / 16.)); });
  return {entry, e.mul(entry, f), e.poly(f, kExp2Of16th), n};
}

/// 2^x. Without AVX-512 only for |x| < 2^21.
Power power2(Emitter &e, Value x) {
  if (e.avx512)
    return powerByTable(e, x, [&](Value n) { return e.sub(x, n); });
  Value t = e.toMagic(x), f = e.sub(x, e.magicToFloat(t));
  return {e.f(1.f), f, e.poly(f, ArrayRef(kExp2).drop_front()), t};
}

/// e^x for |x| < 200; with AVX-512, if `anywhere`, for all x.
Power powerE(Emitter &e, Value x, bool anywhere = false) {
  if (e.avx512)
    return powerByTable(e, e.mul(x, e.f(kLog2EHigh)), [&](Value n) {
      Value rest = e.fma(x, e.f(kLog2ELow), e.fma(x, e.f(kLog2EHigh), e.neg(n)));
      // Far out the rest is large and meaningless; it only must not overflow.
      return anywhere ? e.limitTo(rest, 1.f) : rest;
    });
  Value t = e.fmaToMagic(x, kLog2E), n = e.magicToFloat(t);
  Value r = e.fma(n, e.f(-kLn2Low), e.fma(n, e.f(-kLn2High), x));
  return {e.f(1.f), r, e.poly(r, ArrayRef(kExp).drop_front()), t};
}

/// 2^n entry (1 + f P(f)) by AVX-512, with entries of eight bits: they and their sums with 1 are not rounded, as 2^(j/16)
/// is. f is in [-0.0704, 0], so that 1 + f P(f) is below 1, where floats are denser.
struct ExactPower {
  Value n, entry, f;

  /// e^(s x) for a sign s and |x| <= 126; the entry comes times `scale`, a power of two.
  ExactPower(Emitter &e, Value x, float sign, float scale = 1) {
    Value high = e.f(sign * kLog2EHigh), t = e.fma(x, high, e.f(kMagic16th));
    n = e.sub(t, e.f(kMagic16th));
    auto shortPower = [](int j) { return std::ceil(std::exp2(j / 16. + 1 / 32.) * 128) / 128; };
    entry = e.lookUp(t, [&](int j) { return static_cast<float>(shortPower(j) * scale); });
    Value offset = e.lookUp(t, [&](int j) { return static_cast<float>(std::log2(shortPower(j)) - j / 16.); });
    f = e.fma(x, e.f(sign * kLog2ELow), e.sub(e.fma(x, high, e.neg(n)), offset));
  }
  /// P(f), for f down to -0.0704.
  Value polynomial(Emitter &e) const { return e.poly(f, {0.6931465864f, 0.2401747853f, 0.054225035f}); }
};

/// x / (1 + e^-x) by AVX-512. Divisor and quotient are 2^-32 and 2^32 times as large, so that neither is infinite or denormal
/// where the result is not; from -111 down the divisor is infinite, which makes NaN of x = -infinity.
Value siluByTable(Emitter &e, Value x) {
  constexpr float kScale = 0x1p-32f;
  ExactPower q(e, e.limitTo(x, 126.f), -1, kScale);
  Value divisor = e.fma(e.scalef(q.entry, q.n), e.fma(q.f, q.polynomial(e), e.f(1.f)), e.f(kScale));
  // What 2^32 would make infinite is its own result, and so is NaN.
  return e.select(e.lt(x, e.f(0x1p64f)), e.mul(e.div(x, divisor), e.f(kScale)), x);
}

/// 1 / (1 + e^-x) by AVX-512, likewise. Here 2 ulp need what is lost when 1 is added.
Value sigmoidByTable(Emitter &e, Value x) {
  constexpr float kScale = 0x1p-32f;
  ExactPower q(e, e.atMost(e.atLeast(x, -110.f), 126.f), -1, kScale);
  Value power = e.scalef(q.entry, q.n), sum = e.add(power, e.f(kScale));
  Value lost = e.sub(e.atMost(power, kScale), e.sub(sum, e.atLeast(power, kScale)));
  Value divisor = e.add(sum, e.fma(power, e.mul(q.f, q.polynomial(e)), lost));
  return e.mul(e.div(e.f(1.f), divisor), e.f(kScale));
}

/// About 15 / (15 + j), and minus the logarithms of these, which are chosen to be next to floats.
constexpr float kPart[] = {1.f, 0.937500298f, 0.882352591f, 0.833357096f, 0.789496958f, 0.750023842f, 0.71426338f,
                         0.681818008f, 0.652164042f, 0.62499994f, 0.599976182f, 0.576922774f, 0.555555582f,
                         0.535728931f, 0.517218113f, 0.499976158f};
constexpr float kPartLog[] = {0.f, 0.0645382032f, 0.12516354f, 0.182293043f, 0.236359298f, 0.287650287f, 0.336503506f,
                         0.382992506f, 0.427459151f, 0.470003724f, 0.510865331f, 0.550046861f, 0.587786615f,
                         0.624126971f, 0.659290612f, 0.693194866f};
/// log(1 + r) = r + r^2 P(r) for |r| <= 1/30.
constexpr float kLog1pOfPart[] = {-0.50000143f, 0.33351165f, -0.24829973f};

/// max(x, 0) + log(1 + q), q = e^-|x|, by AVX-512: (1 + q) part = 1 + r for the part whose j is next to 15 q.
Value softplusByTable(Emitter &e, Value x) {
  ExactPower power(e, e.negativeAbs(x, 110.f), 1);
  Value sum = e.fma(e.mul(power.entry, power.f), power.polynomial(e), power.entry), q = e.scalef(sum, power.n);
  Value j = e.fmaToMagic(q, 15.f), part = e.lookUp(j, [](int j) { return kPart[j]; });
  Value r = e.fma(q, part, e.sub(part, e.f(1.f)));
  Value high = e.add(e.lookUp(j, [](int j) { return kPartLog[j]; }), e.atLeast(x, 0.f));
  return e.add(high, e.fma(e.mul(r, r), e.poly(r, kLog1pOfPart), r));
}

/// x q / (1 + q) with q = e^x, or q / (1 + q) without the factor. 2^n stays out of the quotient, as q may be denormal or
/// infinite where the result is neither. What roundings of the quotient's parts lose goes into its rest.
Value logistic(Emitter &e, Value x, bool product) {
  Value one = e.f(1.f), zero = e.f(0.f);
  Value factor = e.atLeast(x, -125.f);
  // From 18 on q / (1 + q) is 1; there the sum is just below 1, so that the largest factor does not overflow.
  Power q = powerE(e, e.atMost(factor, 18.0218f));
  Value sum = q.sum(e), small = e.mul(q.a, q.b), scaled = q.scale(e, sum);
  Value divisor = e.add(one, scaled), divisorLow = e.sub(scaled, e.sub(divisor, one));
  Value dividend = sum, dividendLow = e.add(e.sub(q.base, sum), small);
  if (product) {
    dividend = e.mul(factor, sum);
    dividendLow = e.fma(factor, small, e.exactFma(factor, q.base, e.neg(dividend)));
  }
  Value inverse = e.div(one, divisor), quotient = e.mul(dividend, inverse), minus = e.neg(quotient);
  Value rest = e.fma(minus, divisorLow, e.add(e.exactFma(minus, divisor, dividend), dividendLow));
  Value result = e.fma(rest, inverse, quotient);
  // Where x is infinite there is no rest, and with one a zero would lose its sign.
  if (product)
    result = e.select(e.cmp(arith::CmpFPredicate::UEQ, result, zero), quotient, result);
  result = q.scale(e, result);
  if (product)
    result = e.select(e.cmp(arith::CmpFPredicate::OEQ, x, e.neg(e.inf())), e.nan(), result);
  return e.select(e.cmp(arith::CmpFPredicate::UNO, x, x), x, result);
}

} // namespace

Value buildExp2(OpBuilder &b, Location loc, Value x, ExpKind kind) {
  Emitter e(b, loc, x);
  bool fast = kind == ExpKind::fast;
  if (!e.avx512)
    x = e.atMost(e.atLeast(x, fast ? -127.f : -151.f), fast ? 128.f : 129.f);
  Power power = power2(e, x);
  return power.scale(e, power.sum(e), fast);
}

Value buildExp(OpBuilder &b, Location loc, Value x, ExpKind kind) {
  Emitter e(b, loc, x);
  bool fast = kind == ExpKind::fast;
  if (!e.avx512)
    x = e.atMost(e.atLeast(x, fast ? -88.02f : -104.5f), 89.f);
  Power power = powerE(e, x, /*anywhere=*/true);
  return power.scale(e, power.sum(e), fast);
}

Value buildExpm1(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  // 2^n (q + 1) - 1 with q = e^r - 1; n = 0 for small x, where q alone is the answer.
  Value c = e.atMost(e.atLeast(x, -20.f), 89.f);
  Value t = e.fmaToMagic(c, kLog2E);
  Value n = e.magicToFloat(t);
  Value r = e.fma(n, e.f(-kLn2Low), e.fma(n, e.f(-kLn2High), c));
  Value q = e.fma(e.mul(r, r), e.poly(r, ArrayRef(kExp).drop_front(2)), r);
  Value k = e.magicToInt(t), half = e.sar(k, 1);
  Value low = e.asFloat(e.shl(e.addi(half, e.i(127)), 23));
  Value high = e.asFloat(e.shl(e.addi(e.subi(k, half), e.i(127)), 23));
  Value scale = e.mul(low, high);
  // For n = 128 the scale alone is infinite.
  Value big = e.mul(e.mul(e.add(q, e.f(1.f)), low), high);
  Value result = e.fma(q, scale, e.sub(scale, e.f(1.f)));
  result = e.select(e.lt(e.f(80.f), c), big, result);
  return e.select(e.cmp(arith::CmpFPredicate::OEQ, x, e.f(0.f)), x, result); // keeps -0
}

Value buildLog(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  Value tiny = e.lt(x, e.f(1.17549435e-38f));
  Value normal = e.select(tiny, e.mul(x, e.f(8388608.f)), x), exponent;
  Value m = splitExponent(e, normal, exponent);
  exponent = e.sub(exponent, e.select(tiny, e.f(23.f), e.f(0.f)));
  Value result = finishLog(e, e.sub(m, e.f(1.f)), exponent);
  Value zero = e.f(0.f);
  result = e.select(e.cmp(arith::CmpFPredicate::OEQ, x, zero), e.neg(e.inf()), result);
  // Infinity and NaN; below zero.
  result = e.select(e.cmp(arith::CmpFPredicate::ULT, x, e.inf()), result, x);
  return e.select(e.cmp(arith::CmpFPredicate::OLT, x, zero), e.nan(), e.select(
      e.cmp(arith::CmpFPredicate::UNO, x, x), x, result));
}

Value buildLog1p(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  // u = 1 + x rounded; what rounding lost comes back in the mantissa: log(1+x) = log(u) + log1p((x - (u-1)) / u).
  Value one = e.f(1.f);
  Value u = e.add(one, x), exponent;
  Value m = splitExponent(e, u, exponent);
  Value lost = e.select(e.lt(x, one), e.sub(x, e.sub(u, one)), e.sub(one, e.sub(u, x)));
  Value result = e.add(finishLog(e, e.sub(m, one), exponent), e.div(lost, u));
  // u = 1: x itself, which also keeps -0 and denormals.
  result = e.select(e.cmp(arith::CmpFPredicate::OEQ, u, one), x, result);
  result = e.select(e.cmp(arith::CmpFPredicate::OEQ, u, e.f(0.f)), e.neg(e.inf()), result);
  result = e.select(e.cmp(arith::CmpFPredicate::ULT, x, e.inf()), result, x);
  result = e.select(e.cmp(arith::CmpFPredicate::UNO, x, x), x, result);
  return e.select(e.lt(x, e.f(-1.f)), e.nan(), result);
}

Value buildTanh(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  Value a = e.abs(x), z = e.mul(x, x);
  Value small = e.fma(e.mul(a, z), e.poly(z, kTanh), a);
  Value big = e.sub(e.f(1.f), e.div(e.f(2.f), e.add(e.exp(e.add(a, a)), e.f(1.f))));
  return e.flipSign(e.select(e.lt(a, e.f(0.625f)), small, big), e.signBit(x));
}

Value buildErf(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  Value a = e.abs(x);
  Value small = e.mul(x, e.poly(e.mul(x, x), kErf));
  Value tail = e.atMost(a, 3.93f);
  Value big = e.sub(e.f(1.f), e.exp(e.neg(e.poly(tail, kErfTail))));
  return e.select(e.lt(a, e.f(0.9f)), small, e.flipSign(big, e.signBit(x)));
}

Value buildSinCos(OpBuilder &b, Location loc, Value x, bool cosine) {
  Emitter e(b, loc, x);
  // x = n pi/2 + r, pi/2 in three parts.
  Value t = e.fmaToMagic(x, 0.636619772368f);
  Value n = e.magicToFloat(t);
  Value r = e.exactFma(n, e.f(-1.5707962513f), x);
  r = e.exactFma(n, e.f(-7.5497894159e-8f), r);
  r = e.fma(n, e.f(-5.3903029534e-15f), r);
  Value quadrant = e.magicToInt(t);
  if (cosine)
    quadrant = e.addi(quadrant, e.i(1));
  Value z = e.mul(r, r);
  Value s = e.fma(e.mul(r, z), e.poly(z, kSin), r);
  Value c = e.fma(e.mul(z, z), e.poly(z, kCos), e.fma(z, e.f(-0.5f), e.f(1.f)));
  Value odd = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, e.andi(quadrant, e.i(1)), e.i(0));
  return e.flipSign(e.select(odd, c, s), e.shl(e.andi(quadrant, e.i(2)), 30));
}

Value buildSoftplus(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  if (e.avx512)
    return softplusByTable(e, x);
  // max(x, 0) + log(1 + q), q = e^-|x|, whose two parts are added up last.
  Value exponent = e.asFloat(e.ori(e.asInt(x), e.i(std::numeric_limits<int32_t>::min())));
  Power power = powerE(e, e.atLeast(exponent, -110.f));
  Value high = power.scale(e, power.base), low = power.scale(e, e.mul(power.a, power.b)), q = e.add(high, low);
  Value rest = e.fma(e.mul(q, q), e.poly(e.sub(q, e.f(0.5f)), kLog1p), low);
  return e.add(high, e.add(e.atLeast(x, 0.f), rest));
}

Value buildSigmoid(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  return e.avx512 ? sigmoidByTable(e, x) : logistic(e, x, /*product=*/false);
}

Value buildSilu(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  return e.avx512 ? siluByTable(e, x) : logistic(e, x, /*product=*/true);
}

Value buildRsqrt(OpBuilder &b, Location loc, Value x) {
  Emitter e(b, loc, x);
  if (!e.avx512)
    return e.div(e.f(1.f), math::SqrtOp::create(b, loc, x));
  // y (1 + h/2 + 3 h^2/8) with h = 1 - x y^2; zeros, infinities and negative numbers are y's, and make h NaN.
  Value y = e.call("llvm.x86.avx512.rsqrt14.ps.512", {x, e.f(0.f), e.allLanes()});
  Value h = e.fma(e.neg(e.mul(x, y)), y, e.f(1.f));
  Value result = e.fma(e.mul(y, h), e.fma(h, e.f(0.375f), e.f(0.5f)), y);
  return e.select(e.cmp(arith::CmpFPredicate::UNO, h, h), y, result);
}

} // namespace mambac::cpu
