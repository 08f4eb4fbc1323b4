// Shape expressions: reading sympy's spellings, the normal form, evaluation; random expressions against plain
// arithmetic.
#include "lib/Import/ShapeExpr.h"

#include <gtest/gtest.h>
#include <random>

using namespace mambac::pt2;

namespace {
/// The normal form of `text`, or the error.
std::string normal(const std::string &text) {
  SymbolTable symbols;
  auto expr = parseShapeExpr(text, symbols);
  return expr ? expr->str(symbols) : "error: " + expr.error().message();
}

TEST(ShapeExpr, ReadsFormulas) {
  EXPECT_EQ(normal("s77"), "s77");
  EXPECT_EQ(normal("0"), "0");
  EXPECT_EQ(normal("2*s12 + 3"), "2*s12 + 3");
  EXPECT_EQ(normal("-s0 + 4"), "(-1)*s0 + 4");
  EXPECT_EQ(normal("4 - s0"), "(-1)*s0 + 4");
  EXPECT_EQ(normal("s0**2"), "s0*s0");
  EXPECT_EQ(normal("s0*(s1 + 2)"), "2*s0 + s0*s1");
  EXPECT_EQ(normal("256*((s53 + 255)//256)"), "256*CeilDiv(s53, 256)");
  EXPECT_EQ(normal("Mod(s0, 256)"), "Mod(s0, 256)");
  EXPECT_EQ(normal("PythonMod(s0, 256)"), "Mod(s0, 256)");
  EXPECT_EQ(normal("s0 % 256"), "Mod(s0, 256)");
  EXPECT_EQ(normal("FloorDiv(s0, 4)"), "(s0//4)");
  EXPECT_EQ(normal("CeilToInt(IntTrueDiv(s0, 4))"), "CeilDiv(s0, 4)");
  EXPECT_EQ(normal("TruncToInt(IntTrueDiv(s0, 4))"), "(s0//4)");
  EXPECT_EQ(normal("FloorToInt(0.5*ToFloat(s0))"), "(s0//2)");
  EXPECT_EQ(normal("Max(1, s0)"), "Max(1, s0)");
  EXPECT_EQ(normal("Max(s0, s0 + 1, 4, 3)"), "Max(4, s0 + 1)");
  EXPECT_EQ(normal("Min(s0, 2)"), "Min(2, s0)");
  EXPECT_EQ(normal("s0/2 + 1/2"), "CeilDiv(s0, 2)") << "an exact half: (s0 + 1) / 2";
  EXPECT_EQ(normal("u0 + s0"), "u0 + s0");
}

TEST(ShapeExpr, ReadsConstructorCalls) {
  EXPECT_EQ(normal("Symbol('s77', positive=True, integer=True)"), "s77");
  EXPECT_EQ(normal("Mul(Integer(8), Symbol('s27', positive=True, integer=True))"), "8*s27");
  EXPECT_EQ(
      normal("Add(Integer(256), Mul(Integer(-1), Mod(Symbol('s27', positive=True, integer=True), Integer(256))))"),
      "(-1)*Mod(s27, 256) + 256");
  EXPECT_EQ(normal("Pow(Symbol('s0', integer=True), Integer(2))"), "s0*s0");
  EXPECT_EQ(normal("Mul(Rational(1, 2), Symbol('s0', integer=True))"), "(s0//2)");
  EXPECT_EQ(normal("Mul(Float('0.5', precision=53), Symbol('s0'))"), "(s0//2)");
  EXPECT_EQ(normal("torch.utils._sympy.functions.FloorDiv(Symbol('s0'), Integer(2))"), "(s0//2)");
}

TEST(ShapeExpr, OnePaddedLengthHasOneForm) {
  const char *padded = "256*CeilDiv(s0, 256)";
  EXPECT_EQ(normal("s0 + Mod(256 - Mod(s0, 256), 256)"), padded);
  EXPECT_EQ(normal("s0 + Mod(-s0, 256)"), padded);
  EXPECT_EQ(normal("256*((s0 + 255)//256)"), padded);
  EXPECT_EQ(normal("-256*((-s0)//256)"), padded);
  EXPECT_EQ(normal("256*CeilDiv(s0, 256)"), padded);
  EXPECT_EQ(normal("8*s1*s0 + 8*s1*Mod(-s0, 256)"), "2048*s1*CeilDiv(s0, 256)");
  EXPECT_EQ(normal("(s0 + Mod(256 - Mod(s0, 256), 256))//256"), "CeilDiv(s0, 256)");
  EXPECT_EQ(normal("(s0 + Mod(256 - Mod(s0, 256), 256))//((s0 + Mod(256 - Mod(s0, 256), 256))//256)"), "256");
  EXPECT_EQ(normal("s0 - Mod(s0, 256)"), "256*(s0//256)");
}

TEST(ShapeExpr, Simplifies) {
  EXPECT_EQ(normal("s0 - s0"), "0");
  EXPECT_EQ(normal("(4*s0)//4"), "s0");
  EXPECT_EQ(normal("(4*s0 + 5)//4"), "s0 + 1");
  EXPECT_EQ(normal("(6*s0 + 3)//4"), "CeilDiv(3*s0, 2)");
  EXPECT_EQ(normal("(s0*s1)//s1"), "s0");
  EXPECT_EQ(normal("(s0*s1 + s1)//(s0 + 1)"), "s1");
  EXPECT_EQ(normal("(s0//4)//8"), "(s0//32)");
  EXPECT_EQ(normal("Mod(8*s0 + 3, 4)"), "3");
  EXPECT_EQ(normal("Mod(Mod(s0, 64), 8)"), "Mod(s0, 8)");
  EXPECT_EQ(normal("Mod(s0, 8)//8"), "0");
  EXPECT_EQ(normal("7//2 + Mod(-7, 4)"), "4");
  EXPECT_EQ(normal("(-7)//2"), "-4");
}

TEST(ShapeExpr, RefusesWhatIsNoSize) {
  auto isError = [](const std::string &text) {
    return normal(text).rfind("error: cannot read the shape expression", 0) == 0;
  };
  for (const char *text : {"",
                           " ",
                           "(",
                           ")",
                           "s0 +",
                           "s0 s1",
                           "f(",
                           "s0 > 2",
                           "Eq(s0, 1)",
                           "s0 & s1",
                           "oo",
                           "1//0",
                           "Mod(s0, 0)",
                           "s0/0",
                           "9223372036854775808",
                           "9223372036854775807 + 1",
                           "s0**s1",
                           "s0**99",
                           "0.3*s0",
                           "Unknown(s0)",
                           "TruncToInt(IntTrueDiv(-s0, 2))",
                           "Symbol()",
                           "Symbol('",
                           "Max()",
                           "1e400",
                           "(-9223372036854775807 - 1)//(-1)"})
    EXPECT_TRUE(isError(text)) << text << " -> " << normal(text);
  EXPECT_TRUE(isError(std::string(5000, '(')));
  EXPECT_TRUE(isError(std::string(100000, '-') + "1"));
  std::string wide = "s0";
  for (int i = 1; i < 3000; ++i)
    wide += " + s" + std::to_string(i);
  EXPECT_TRUE(isError(wide));
}

TEST(ShapeExpr, EvaluatesSafely) {
  SymbolTable symbols;
  auto expr = parseShapeExpr("s0*s1 + 5//s2 + Mod(7, s2) + Max(s0, s1)", symbols);
  ASSERT_TRUE(expr.ok());
  EXPECT_EQ(expr->evaluate({3, 4, 2}), 12 + 2 + 1 + 4);
  EXPECT_EQ(expr->evaluate({3, 4, 0}), std::nullopt) << "division by zero";
  EXPECT_EQ(expr->evaluate({INT64_MAX, 4, 1}), std::nullopt) << "overflow";
  EXPECT_EQ(expr->evaluate({3, 4}), std::nullopt) << "a symbol without a value";
  std::vector<unsigned> used;
  expr->collectSymbols(used);
  EXPECT_EQ(used, (std::vector<unsigned>{0, 1, 2}));
}

/// A random expression as text together with its plain value.
struct Random {
  std::mt19937 generator;
  std::vector<int64_t> values;

  int64_t below(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(generator); }

  std::pair<std::string, int64_t> make(int depth) {
    if (depth == 0 || below(5) == 0) {
      if (below(2)) {
        int64_t symbol = below(static_cast<int64_t>(values.size()));
        return {"s" + std::to_string(symbol), values[symbol]};
      }
      int64_t constant = below(20) - 6;
      return {"(" + std::to_string(constant) + ")", constant};
    }
    auto [left, a] = make(depth - 1);
    switch (int64_t kind = below(8)) {
    case 0:
    case 1: {
      auto [right, b] = make(depth - 1);
      return kind ? std::make_pair("(" + left + " + " + right + ")", a + b)
                  : std::make_pair("(" + left + " - " + right + ")", a - b);
    }
    case 2: {
      auto [right, b] = make(depth / 2);
      return {left + "*" + right, a * b};
    }
    case 3:
    case 4:
    case 5: {
      int64_t c = below(2) ? (int64_t(1) << below(5)) : below(12) + 1;
      if (below(8) == 0)
        c = -c;
      int64_t quotient = a / c - ((a % c != 0) && ((a < 0) != (c < 0)));
      std::string divisor = ", " + std::to_string(c) + ")";
      if (kind == 3)
        return {"FloorDiv(" + left + divisor, quotient};
      if (kind == 4)
        return {"Mod(" + left + divisor, a - c * quotient};
      return {"CeilDiv(" + left + divisor, quotient + (a != c * quotient)};
    }
    case 6: {
      auto [right, b] = make(depth - 1);
      return {"Max(" + left + ", " + right + ")", std::max(a, b)};
    }
    default: {
      auto [right, b] = make(depth - 1);
      return {"Min(" + left + ", " + right + ")", std::min(a, b)};
    }
    }
  }
};

TEST(ShapeExpr, AgreesWithPlainArithmetic) {
  Random random;
  random.generator.seed(20);
  int read = 0;
  for (int i = 0; i < 8000; ++i) {
    random.values = {random.below(40), random.below(300), random.below(5)};
    auto [text, value] = random.make(5);
    SymbolTable symbols;
    for (const char *name : {"s0", "s1", "s2"})
      symbols.intern(name);
    auto expr = parseShapeExpr(text, symbols);
    if (!expr)
      continue; // too large
    ++read;
    ASSERT_EQ(expr->evaluate(random.values), value) << text << " -> " << expr->str(symbols);
    auto again = parseShapeExpr(expr->str(symbols), symbols);
    ASSERT_TRUE(again.ok()) << expr->str(symbols);
    ASSERT_EQ(again->evaluate(random.values), value) << text << " -> " << again->str(symbols);
  }
  EXPECT_GT(read, 7500);
}
} // namespace
