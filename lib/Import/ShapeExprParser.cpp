// Reads shape expressions as sympy prints them, as formulas or as constructor calls. A recursive descent parser over
// fractions of shape expressions, with bounded depth; anything it does not know is refused by name.
#include "lib/Import/ShapeExprBuilder.h"

#include <cctype>
#include <cmath>
#include <cstdlib>

namespace mambac::pt2 {
namespace {

constexpr size_t maxText = 1 << 15;
constexpr int maxDepth = 200;

/// numerator / denominator as rational numbers; the denominator is 1 nearly always.
struct Fraction {
  ShapeExpr numerator, denominator = 1;
};

class Parser {
public:
  Parser(std::string_view text, SymbolTable &symbols) : text(text), symbols(symbols) {}

  Expected<ShapeExpr> run() {
    std::optional<ShapeExpr> result;
    if (text.size() > maxText) {
      fail("is longer than " + std::to_string(maxText) + " characters");
    } else if (auto value = parseSum()) {
      skipSpace();
      if (position != text.size())
        fail("unexpected '" + std::string(text.substr(position, 12)) + "'");
      else
        result = whole(*value);
    }
    if (result && message.empty())
      return *result;
    std::string shown(text.substr(0, 120));
    if (shown.size() < text.size())
      shown += "...";
    return Error{"cannot read the shape expression \"" + shown + "\": " + (message.empty() ? "too large" : message), "",
                 ""};
  }

private:
  std::string_view text;
  SymbolTable &symbols;
  size_t position = 0;
  int depth = 0;
  std::string message;

  std::nullopt_t fail(const std::string &why) {
    if (message.empty())
      message = why;
    return std::nullopt;
  }

  void skipSpace() {
    while (position < text.size() && (text[position] == ' ' || text[position] == '\n' || text[position] == '\t'))
      ++position;
  }
  char peek() {
    skipSpace();
    return position < text.size() ? text[position] : '\0';
  }
  bool take(std::string_view token) {
    skipSpace();
    if (text.substr(position, token.size()) != token)
      return false;
    position += token.size();
    return true;
  }

  //===-- Fractions ---------------------------------------------------------------------------------------------===//

  using Value = std::optional<Fraction>;

  Value make(std::optional<ShapeExpr> numerator, std::optional<ShapeExpr> denominator = ShapeExpr(1)) {
    if (!numerator || !denominator)
      return fail("too large, or a number does not fit into 64 bits, or a division by zero");
    if (denominator->isConstant(0))
      return fail("division by zero");
    return Fraction{*numerator, *denominator};
  }
  Value sum(const std::vector<Fraction> &terms) {
    // Whole terms, nearly always all of them, are added in one step.
    std::vector<ShapeExpr> whole;
    for (const Fraction &term : terms)
      if (term.denominator.isConstant(1))
        whole.push_back(term.numerator);
    Value total = make(ShapeExpr::sum(whole));
    for (const Fraction &term : terms) {
      if (!total || term.denominator.isConstant(1))
        continue;
      if (total->denominator == term.denominator) {
        total = make(ShapeExpr::add(total->numerator, term.numerator), term.denominator);
        continue;
      }
      auto left = ShapeExpr::mul(total->numerator, term.denominator),
           right = ShapeExpr::mul(term.numerator, total->denominator);
      total = make(left && right ? ShapeExpr::add(*left, *right) : std::nullopt,
                   ShapeExpr::mul(total->denominator, term.denominator));
    }
    return total;
  }
  Value mul(const Fraction &a, const Fraction &b) {
    return make(ShapeExpr::mul(a.numerator, b.numerator), ShapeExpr::mul(a.denominator, b.denominator));
  }
  Value divide(const Fraction &a, const Fraction &b) { return mul(a, {b.denominator, b.numerator}); }
  Value floorOf(const Fraction &a) {
    return a.denominator.isConstant(1) ? Value(a) : make(ShapeExpr::floorDiv(a.numerator, a.denominator));
  }
  Value ceilOf(const Fraction &a) {
    return a.denominator.isConstant(1) ? Value(a) : make(ShapeExpr::ceilDiv(a.numerator, a.denominator));
  }
  /// floor of a / b, of fractions.
  Value floorDivide(const Fraction &a, const Fraction &b) {
    auto quotient = divide(a, b);
    return quotient ? floorOf(*quotient) : std::nullopt;
  }
  std::optional<ShapeExpr> whole(const Fraction &a) {
    auto value = floorOf(a);
    return value ? std::optional<ShapeExpr>(value->numerator) : std::nullopt;
  }
  Value mod(const Fraction &a, const Fraction &b) {
    auto left = whole(a), right = whole(b);
    return left && right ? make(ShapeExpr::mod(*left, *right)) : std::nullopt;
  }
  Value power(Fraction base, const Fraction &exponent) {
    if (!exponent.numerator.isConstant() || !exponent.denominator.isConstant(1) ||
        std::llabs(exponent.numerator.value()) > 16)
      return fail("a power whose exponent is not a small integer");
    int64_t count = exponent.numerator.value();
    if (count < 0) {
      std::swap(base.numerator, base.denominator);
      count = -count;
    }
    Value result = make(ShapeExpr(1), base.denominator);
    if (!result)
      return result;
    *result = Fraction{1, 1};
    for (int64_t i = 0; result && i < count; ++i)
      result = mul(*result, base);
    return result;
  }

  /// Whether an expression cannot be negative, given that only unbacked symbols (u0) can.
  bool isNonNegative(const ShapeExpr &expr) const {
    switch (expr.kind()) {
    case ExprKind::Constant:
      return expr.value() >= 0;
    case ExprKind::Symbol:
      return symbols[expr.symbolIndex()].name[0] != 'u';
    case ExprKind::Mod:
      return isNonNegative(expr.operands()[1]);
    default:
      for (const ShapeExpr &operand : expr.operands())
        if (!isNonNegative(operand))
          return false;
      return true;
    }
  }

  //===-- Grammar -----------------------------------------------------------------------------------------------===//

  Value parseSum() {
    if (++depth > maxDepth)
      return fail("nested too deeply");
    std::vector<Fraction> terms;
    bool minus = false;
    do {
      Value term = parseProduct();
      if (term && minus)
        term = mul(*term, {-1, 1});
      if (!term)
        return term;
      terms.push_back(std::move(*term));
      minus = peek() == '-';
    } while (take("+") || take("-"));
    Value value = terms.size() == 1 ? Value(terms[0]) : sum(terms);
    --depth;
    return value;
  }

  Value parseProduct() {
    Value value = parseSigned();
    while (value) {
      Value (Parser::*operation)(const Fraction &, const Fraction &);
      if (take("//"))
        operation = &Parser::floorDivide;
      else if (take("/"))
        operation = &Parser::divide;
      else if (take("%"))
        operation = &Parser::mod;
      else if (take("*"))
        operation = &Parser::mul;
      else
        break;
      Value right = parseSigned();
      if (!right)
        return right;
      value = (this->*operation)(*value, *right);
    }
    return value;
  }

  Value parseSigned() {
    bool negative = false;
    while (peek() == '-' || peek() == '+')
      negative ^= text[position++] == '-';
    Value value = parsePower();
    return value && negative ? mul(*value, {-1, 1}) : value;
  }

  Value parsePower() {
    Value base = parsePrimary();
    if (!base || !take("**"))
      return base;
    bool negative = take("-");
    Value exponent = parsePrimary();
    if (exponent && negative)
      exponent = mul(*exponent, {-1, 1});
    return exponent ? power(*base, *exponent) : exponent;
  }

  Value parsePrimary() {
    char c = peek();
    if (std::isdigit(static_cast<unsigned char>(c)))
      return parseNumber();
    if (c == '(') {
      ++position;
      Value value = parseSum();
      if (value && !take(")"))
        return fail("expected ')'");
      return value;
    }
    std::string_view name = parseName();
    if (name.empty())
      return fail(c ? "unexpected '" + std::string(1, c) + "'" : "unexpected end");
    if (peek() != '(') {
      if (name == "oo" || name == "int_oo" || name == "True" || name == "False" || name == "nan" || name == "zoo")
        return fail("'" + std::string(name) + "' is not a size");
      return Fraction{ShapeExpr::symbol(symbols.intern(name)), 1};
    }
    ++position;
    return parseCall(name);
  }

  std::string_view parseName() {
    size_t begin = position;
    while (position < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[position])) || text[position] == '_' || text[position] == '.'))
      ++position;
    return text.substr(begin, position - begin);
  }

  Value parseNumber() {
    size_t begin = position;
    auto digits = [&] {
      while (position < text.size() && std::isdigit(static_cast<unsigned char>(text[position])))
        ++position;
    };
    digits();
    bool isFloat = position < text.size() && (text[position] == '.' || text[position] == 'e' || text[position] == 'E');
    if (isFloat) {
      digits();
      if (text[position] == '.')
        ++position;
      digits();
      if (position < text.size() && (text[position] == 'e' || text[position] == 'E')) {
        ++position;
        if (position < text.size() && (text[position] == '-' || text[position] == '+'))
          ++position;
        digits();
      }
    }
    return numberValue(std::string(text.substr(begin, position - begin)), isFloat);
  }

  Value numberValue(const std::string &digits, bool isFloat) {
    if (!isFloat) {
      int64_t value = 0;
      for (char digit : digits) {
        auto next = checkedMul(value, 10);
        next = next ? checkedAdd(*next, digit - '0') : std::nullopt;
        if (!next)
          return fail("a number does not fit into 64 bits");
        value = *next;
      }
      return Fraction{value, 1};
    }
    double value = std::strtod(digits.c_str(), nullptr);
    int64_t denominator = 1;
    while (denominator < (1 << 20) && value != std::floor(value)) {
      value *= 2;
      denominator *= 2;
    }
    if (value != std::floor(value) || !(std::fabs(value) < 9e15))
      return fail("the floating-point number " + digits);
    return Fraction{static_cast<int64_t>(value), denominator};
  }

  /// A quoted text: the position is behind the opening quote's first character afterwards. Empty when there is none.
  std::string_view parseQuoted() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      return {};
    size_t end = text.find(quote, position + 1);
    if (end == std::string_view::npos)
      return {};
    std::string_view inside = text.substr(position + 1, end - position - 1);
    position = end + 1;
    return inside;
  }

  /// ", key=word" up to the closing parenthesis (assumptions of symbols, precision of floats).
  bool skipKeywords() {
    while (take(",")) {
      skipSpace();
      if (parseName().empty() || !take("="))
        return false;
      skipSpace();
      if (parseName().empty())
        return false;
    }
    return take(")");
  }

  Value parseCall(std::string_view name) {
    if (name == "Symbol" || name == "Dummy") {
      std::string_view symbol = parseQuoted();
      if (symbol.empty() || symbol.size() > 256 || !skipKeywords())
        return fail("malformed Symbol(...)");
      return Fraction{ShapeExpr::symbol(symbols.intern(symbol)), 1};
    }
    if (name == "Float") {
      std::string digits(parseQuoted());
      bool negative = !digits.empty() && digits[0] == '-';
      if (negative)
        digits.erase(0, 1);
      if (digits.empty() || !std::isdigit(static_cast<unsigned char>(digits[0])) || !skipKeywords())
        return fail("malformed Float(...)");
      Value value = numberValue(digits, true);
      return value && negative ? mul(*value, {-1, 1}) : value;
    }
    std::vector<Fraction> arguments;
    if (!take(")")) {
      do {
        Value argument = parseSum();
        if (!argument)
          return argument;
        arguments.push_back(std::move(*argument));
      } while (take(","));
      if (!take(")"))
        return fail("expected ')'");
    }
    return apply(std::string(name), arguments);
  }

  Value apply(std::string name, const std::vector<Fraction> &arguments) {
    size_t count = arguments.size();
    auto is = [&](const char *wanted, size_t wantedCount) { return count == wantedCount && name == wanted; };
    // torch prints its functions with or without their module.
    if (size_t dot = name.rfind('.'); dot != std::string::npos)
      name.erase(0, dot + 1);
    if (name == "Add" || name == "Mul" || ((name == "Max" || name == "Min") && count > 0)) {
      if (name == "Max" || name == "Min")
        return extremum(name == "Max", arguments);
      if (name == "Add")
        return sum(arguments);
      Value value = Fraction{1, 1};
      for (size_t i = 0; value && i < count; ++i)
        value = mul(*value, arguments[i]);
      return value;
    }
    if (is("Integer", 1) || is("Identity", 1) || is("ToFloat", 1))
      return arguments[0];
    if (is("Rational", 2) || is("CleanDiv", 2) || is("IntTrueDiv", 2) || is("FloatTrueDiv", 2))
      return divide(arguments[0], arguments[1]);
    if (is("Pow", 2) || is("PowByNatural", 2))
      return power(arguments[0], arguments[1]);
    if (is("FloorDiv", 2))
      return floorDivide(arguments[0], arguments[1]);
    if (is("CeilDiv", 2)) {
      Value quotient = divide(arguments[0], arguments[1]);
      return quotient ? ceilOf(*quotient) : quotient;
    }
    if (is("Mod", 2) || is("PythonMod", 2))
      return mod(arguments[0], arguments[1]);
    if (is("ModularIndexing", 3)) {
      Value quotient = floorDivide(arguments[0], arguments[1]);
      return quotient ? mod(*quotient, arguments[2]) : quotient;
    }
    if (is("floor", 1) || is("FloorToInt", 1))
      return floorOf(arguments[0]);
    if (is("ceiling", 1) || is("CeilToInt", 1))
      return ceilOf(arguments[0]);
    if (is("TruncToInt", 1) || is("trunc", 1)) {
      if (!isNonNegative(arguments[0].numerator) || !isNonNegative(arguments[0].denominator))
        return fail(name + " of an expression that may be negative");
      return floorOf(arguments[0]);
    }
    return fail("unknown function '" + name + "' of " + std::to_string(count) + " arguments");
  }

  Value extremum(bool isMax, const std::vector<Fraction> &arguments) {
    std::optional<ShapeExpr> value = whole(arguments[0]);
    for (size_t i = 1; value && i < arguments.size(); ++i) {
      auto next = whole(arguments[i]);
      value = !next ? std::nullopt : isMax ? ShapeExpr::max(*value, *next) : ShapeExpr::min(*value, *next);
    }
    return make(value);
  }
};

} // namespace

Expected<ShapeExpr> parseShapeExpr(std::string_view text, SymbolTable &symbols) { return Parser(text, symbols).run(); }

} // namespace mambac::pt2
