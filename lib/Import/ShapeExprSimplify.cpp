// The normal form of shape expressions: polynomials over atoms (symbols, divisions, remainders, maxima), with the few
// rules that make the usual spellings of "padded to a multiple" one expression. It decides nothing that depends on
// ranges.
#include "lib/Import/ShapeExprBuilder.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace mambac::pt2 {

using Result = std::optional<ShapeExpr>;

/// Products are only multiplied out up to this many terms.
static constexpr size_t maxTerms = 64;

//===-- Polynomials ---------------------------------------------------------------------------------------------===//

namespace {
/// Sorted atoms with repetition; empty for the constant term.
using Monomial = std::vector<ShapeExpr>;

/// A sum of coefficient times monomial. A failed operation (overflow) leaves `ok` false for good.
struct Poly {
  std::map<Monomial, int64_t> terms;
  bool ok = true;

  void addTerm(const Monomial &monomial, int64_t coefficient) {
    if (coefficient == 0)
      return;
    auto [it, isNew] = terms.try_emplace(monomial, coefficient);
    if (isNew)
      return;
    auto sum = checkedAdd(it->second, coefficient);
    ok &= sum.has_value();
    it->second = sum.value_or(0);
    if (it->second == 0)
      terms.erase(it);
  }

  void addScaled(const Poly &other, int64_t factor) {
    ok &= other.ok;
    for (const auto &[monomial, coefficient] : other.terms) {
      auto product = checkedMul(coefficient, factor);
      ok &= product.has_value();
      addTerm(monomial, product.value_or(0));
    }
  }

  int64_t coefficient(const Monomial &monomial) const {
    auto it = terms.find(monomial);
    return it == terms.end() ? 0 : it->second;
  }

  int64_t takeConstant() {
    int64_t value = coefficient({});
    terms.erase(Monomial());
    return value;
  }
};

Monomial merge(const Monomial &a, const Monomial &b) {
  Monomial result;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

/// a / b when b's atoms are among a's.
std::optional<Monomial> divide(const Monomial &a, const Monomial &b) {
  Monomial result;
  auto it = b.begin();
  for (const ShapeExpr &atom : a) {
    if (it != b.end() && atom == *it)
      ++it;
    else
      result.push_back(atom);
  }
  if (it != b.end())
    return std::nullopt;
  return result;
}

void addTo(Poly &poly, const ShapeExpr &expr, int64_t factor) {
  switch (expr.kind()) {
  case ExprKind::Constant: {
    auto product = checkedMul(expr.value(), factor);
    poly.ok &= product.has_value();
    poly.addTerm({}, product.value_or(0));
    return;
  }
  case ExprKind::Add:
    for (const ShapeExpr &operand : expr.operands())
      addTo(poly, operand, factor);
    return;
  case ExprKind::Mul: {
    const auto &operands = expr.operands();
    bool scaled = operands[0].isConstant();
    auto product = checkedMul(scaled ? operands[0].value() : 1, factor);
    poly.ok &= product.has_value();
    poly.addTerm(Monomial(operands.begin() + scaled, operands.end()), product.value_or(0));
    return;
  }
  default:
    poly.addTerm({expr}, factor);
  }
}

Poly toPoly(const ShapeExpr &expr) {
  Poly poly;
  addTo(poly, expr, 1);
  return poly;
}

Result fromPoly(const Poly &poly) {
  if (!poly.ok)
    return std::nullopt;
  std::vector<ShapeExpr> sum;
  for (const auto &[monomial, coefficient] : poly.terms) {
    if (monomial.empty())
      continue;
    std::vector<ShapeExpr> factors;
    if (coefficient != 1)
      factors.push_back(coefficient);
    factors.insert(factors.end(), monomial.begin(), monomial.end());
    Result term = factors.size() == 1 ? Result(factors[0]) : ShapeExprBuilder::make(ExprKind::Mul, std::move(factors));
    if (!term)
      return std::nullopt;
    sum.push_back(std::move(*term));
  }
  if (int64_t constant = poly.coefficient({}))
    sum.push_back(constant);
  if (sum.empty())
    return ShapeExpr();
  return sum.size() == 1 ? Result(sum[0]) : ShapeExprBuilder::make(ExprKind::Add, std::move(sum));
}

/// One step of  k·R·Mod(y, c) − k·R·y  →  −k·R·c·FloorDiv(y, c),  where −k·R·y stands in the sum up to its constant.
bool foldOneRemainder(Poly &poly) {
  for (const auto &[monomial, k] : poly.terms) {
    for (size_t i = 0; i < monomial.size(); ++i) {
      const ShapeExpr &atom = monomial[i];
      if (atom.kind() != ExprKind::Mod || !atom.operands()[1].isConstant())
        continue;
      Poly y = toPoly(atom.operands()[0]);
      Monomial rest = monomial;
      rest.erase(rest.begin() + i);
      bool present = true;
      for (const auto &[m, a] : y.terms) {
        auto ka = checkedMul(k, a);
        present &= m.empty() || (ka && *ka != INT64_MIN && poly.coefficient(merge(rest, m)) == -*ka);
      }
      if (!present)
        continue;
      Result quotient = ShapeExpr::floorDiv(atom.operands()[0], atom.operands()[1]);
      auto factor = checkedMul(k, atom.operands()[1].value());
      if (!quotient || !factor || *factor == INT64_MIN)
        return false;
      int64_t coefficient = k;
      Monomial whole = monomial;
      for (const auto &[m, a] : y.terms) {
        auto ka = checkedMul(coefficient, a);
        poly.ok &= ka.has_value();
        poly.addTerm(merge(rest, m), ka.value_or(0));
      }
      poly.terms.erase(whole);
      for (const auto &[m, a] : toPoly(*quotient).terms) {
        auto fa = checkedMul(-*factor, a);
        poly.ok &= fa.has_value();
        poly.addTerm(merge(rest, m), fa.value_or(0));
      }
      return true;
    }
  }
  return false;
}

Result finishSum(Poly poly) {
  for (int step = 0; step < 8 && poly.ok && foldOneRemainder(poly); ++step)
    ;
  return fromPoly(poly);
}

/// Greatest common divisor of `seed` and all coefficients.
int64_t contentWith(const Poly &poly, int64_t seed) {
  for (const auto &term : poly.terms)
    seed = term.second == INT64_MIN ? 1 : std::gcd(seed, term.second);
  return seed;
}

/// Products of all terms of both.
Poly multiply(const Poly &a, const Poly &b) {
  Poly product;
  product.ok = a.ok && b.ok;
  for (const auto &[m, c] : a.terms)
    for (const auto &[n, d] : b.terms) {
      auto cd = checkedMul(c, d);
      product.ok &= cd.has_value();
      product.addTerm(merge(m, n), cd.value_or(0));
    }
  return product;
}

/// a / b when b divides a exactly as polynomials, and b or the quotient has one term.
Result exactQuotient(const ShapeExpr &a, const ShapeExpr &b) {
  Poly numerator = toPoly(a), divisor = toPoly(b);
  if (!numerator.ok || !divisor.ok || divisor.terms.empty())
    return std::nullopt;
  const auto &[divisorMonomial, divisorCoefficient] = *divisor.terms.rbegin();
  Poly quotient;
  for (const auto &[monomial, coefficient] : numerator.terms) {
    auto rest = divide(monomial, divisorMonomial);
    auto factor = checkedMod(coefficient, divisorCoefficient) == 0 ? checkedFloorDiv(coefficient, divisorCoefficient)
                                                                   : std::nullopt;
    if (divisor.terms.size() > 1 && rest && factor) {
      Poly candidate;
      candidate.addTerm(*rest, *factor);
      Poly product = multiply(candidate, divisor);
      if (product.ok && product.terms == numerator.terms)
        return fromPoly(candidate);
    } else if (divisor.terms.size() == 1) {
      if (!rest || !factor)
        return std::nullopt;
      quotient.addTerm(*rest, *factor);
    }
  }
  return divisor.terms.size() == 1 ? fromPoly(quotient) : std::nullopt;
}

/// The largest value of an atom that is a remainder by a constant.
std::optional<int64_t> remainderBound(const ShapeExpr &atom) {
  if (atom.kind() != ExprKind::Mod || !atom.operands()[1].isConstant() || atom.operands()[1].value() <= 0)
    return std::nullopt;
  return atom.operands()[1].value() - 1;
}

/// Whether 0 <= poly + constant < limit because poly is k·Mod(…) with k > 0.
bool isSmallRemainder(const Poly &poly, int64_t constant, int64_t limit) {
  if (poly.terms.size() != 1 || constant < 0)
    return false;
  const auto &[monomial, k] = *poly.terms.begin();
  if (monomial.size() != 1 || k <= 0)
    return false;
  auto bound = remainderBound(monomial[0]);
  auto top = bound ? checkedMul(*bound, k) : std::nullopt;
  auto sum = top ? checkedAdd(*top, constant) : std::nullopt;
  return sum && *sum < limit;
}

/// floor((poly + constant) / c) for c > 1, where nothing can be taken out of poly and 0 <= constant < c.
Result floorDivNode(const Poly &poly, int64_t constant, int64_t c) {
  if (isSmallRemainder(poly, constant, c))
    return ShapeExpr(0);
  Poly body = poly;
  bool negate = poly.terms.rbegin()->second < 0;
  if (negate) {
    // floor((constant - x) / c) = -ceil((x - constant) / c) = -floor((x - constant + c - 1) / c)
    body = Poly();
    body.addScaled(poly, -1);
    constant = c - 1 - constant;
  }
  // floor((floor(x / d) + k) / c) = floor((x + k·d) / (c·d))
  if (body.terms.size() == 1 && body.terms.begin()->second == 1 && body.terms.begin()->first.size() == 1) {
    const ShapeExpr &atom = body.terms.begin()->first[0];
    if (atom.kind() == ExprKind::FloorDiv && atom.operands()[1].isConstant() && atom.operands()[1].value() > 0) {
      auto cd = checkedMul(c, atom.operands()[1].value());
      auto kd = checkedMul(constant, atom.operands()[1].value());
      if (cd && kd) {
        Result inner = ShapeExpr::add(atom.operands()[0], *kd);
        Result whole = inner ? ShapeExpr::floorDiv(*inner, *cd) : std::nullopt;
        return whole && negate ? ShapeExpr::mul(*whole, -1) : whole;
      }
    }
  }
  bool isCeil = constant == c - 1;
  if (!isCeil)
    body.addTerm({}, constant);
  Result inner = fromPoly(body);
  Result quotient =
      inner ? ShapeExprBuilder::make(isCeil ? ExprKind::CeilDiv : ExprKind::FloorDiv, {*inner, c}) : std::nullopt;
  return quotient && negate ? ShapeExpr::mul(*quotient, -1) : quotient;
}

/// floor(a / c) for c > 0.
Result floorDivByConstant(const ShapeExpr &a, int64_t c) {
  Poly numerator = toPoly(a), whole, part;
  if (!numerator.ok)
    return std::nullopt;
  int64_t constant = numerator.takeConstant();
  for (const auto &[monomial, coefficient] : numerator.terms) {
    if (coefficient % c == 0)
      whole.addTerm(monomial, coefficient / c);
    else
      part.addTerm(monomial, coefficient);
  }
  whole.addTerm({}, *checkedFloorDiv(constant, c));
  constant = *checkedMod(constant, c);
  if (!part.terms.empty()) {
    int64_t common = contentWith(part, c);
    Poly reduced;
    for (const auto &[monomial, coefficient] : part.terms)
      reduced.addTerm(monomial, coefficient / common);
    Result rest = floorDivNode(reduced, constant / common, c / common);
    if (!rest)
      return std::nullopt;
    addTo(whole, *rest, 1);
  }
  return finishSum(std::move(whole));
}

/// Mod(a, c) for c > 0.
Result modByConstant(const ShapeExpr &a, int64_t c) {
  Poly poly = toPoly(a);
  // Remainders by a multiple of c inside the sum are as good as what they are remainders of.
  for (int step = 0; step < 8 && poly.ok; ++step) {
    Poly next;
    bool changed = false;
    for (const auto &[monomial, coefficient] : poly.terms) {
      auto bound = monomial.size() == 1 ? remainderBound(monomial[0]) : std::nullopt;
      if (bound && (*bound + 1) % c == 0) {
        addTo(next, monomial[0].operands()[0], coefficient);
        changed = true;
      } else {
        next.addTerm(monomial, coefficient);
      }
    }
    if (!next.ok)
      break;
    poly = std::move(next);
    if (!changed)
      break;
  }
  if (!poly.ok)
    return std::nullopt;
  int64_t constant = *checkedMod(poly.takeConstant(), c);
  Poly reduced;
  for (const auto &[monomial, coefficient] : poly.terms) {
    int64_t rest = *checkedMod(coefficient, c);
    reduced.addTerm(monomial, rest > c / 2 ? rest - c : rest);
  }
  if (reduced.terms.empty())
    return ShapeExpr(constant);
  if (isSmallRemainder(reduced, constant, c)) {
    reduced.addTerm({}, constant);
    return fromPoly(reduced);
  }
  // Mod(g·y + r, g·c) = g·Mod(y + r // g, c) + r % g
  int64_t common = contentWith(reduced, c);
  Poly body;
  for (const auto &[monomial, coefficient] : reduced.terms)
    body.addTerm(monomial, coefficient / common);
  body.addTerm({}, constant / common);
  Result inner = fromPoly(body);
  if (!inner)
    return std::nullopt;
  Result remainder;
  if (body.terms.size() == 1 && isSmallRemainder(body, 0, c / common))
    remainder = inner;
  else
    remainder = ShapeExprBuilder::make(ExprKind::Mod, {*inner, c / common});
  if (!remainder)
    return std::nullopt;
  Poly result;
  addTo(result, *remainder, common);
  result.addTerm({}, constant % common);
  return fromPoly(result);
}
} // namespace

//===-- Simplifying constructors --------------------------------------------------------------------------------===//

Result ShapeExpr::add(const ShapeExpr &a, const ShapeExpr &b) {
  Poly poly = toPoly(a);
  addTo(poly, b, 1);
  return finishSum(std::move(poly));
}

Result ShapeExpr::sum(const std::vector<ShapeExpr> &terms) {
  Poly poly;
  for (const ShapeExpr &term : terms)
    addTo(poly, term, 1);
  return finishSum(std::move(poly));
}

Result ShapeExpr::sub(const ShapeExpr &a, const ShapeExpr &b) {
  Poly poly = toPoly(a);
  addTo(poly, b, -1);
  return finishSum(std::move(poly));
}

Result ShapeExpr::mul(const ShapeExpr &a, const ShapeExpr &b) {
  Poly left = toPoly(a), right = toPoly(b);
  if (left.terms.size() * right.terms.size() > maxTerms) {
    Poly product;
    product.addTerm(merge({a}, {b}), 1);
    return fromPoly(product);
  }
  return finishSum(multiply(left, right));
}

Result ShapeExpr::floorDiv(const ShapeExpr &a, const ShapeExpr &b) {
  if (b.isConstant()) {
    if (a.isConstant()) {
      auto value = checkedFloorDiv(a.value(), b.value());
      return value ? Result(*value) : std::nullopt;
    }
    if (b.value() == 0 || b.value() == INT64_MIN)
      return std::nullopt;
    if (b.value() > 0)
      return floorDivByConstant(a, b.value());
    Result negated = mul(a, -1);
    return negated ? floorDivByConstant(*negated, -b.value()) : std::nullopt;
  }
  if (a.isConstant(0))
    return a;
  if (Result quotient = exactQuotient(a, b))
    return quotient;
  return ShapeExprBuilder::make(ExprKind::FloorDiv, {a, b});
}

Result ShapeExpr::ceilDiv(const ShapeExpr &a, const ShapeExpr &b) {
  if (b.isConstant()) {
    if (a.isConstant()) {
      auto value = checkedCeilDiv(a.value(), b.value());
      return value ? Result(*value) : std::nullopt;
    }
    if (b.value() == 0 || b.value() == INT64_MIN)
      return std::nullopt;
    Result numerator = b.value() > 0 ? Result(a) : mul(a, -1);
    int64_t divisor = b.value() > 0 ? b.value() : -b.value();
    numerator = numerator ? add(*numerator, divisor - 1) : std::nullopt;
    return numerator ? floorDivByConstant(*numerator, divisor) : std::nullopt;
  }
  if (a.isConstant(0))
    return a;
  if (Result quotient = exactQuotient(a, b))
    return quotient;
  return ShapeExprBuilder::make(ExprKind::CeilDiv, {a, b});
}

Result ShapeExpr::mod(const ShapeExpr &a, const ShapeExpr &b) {
  if (b.isConstant()) {
    if (a.isConstant()) {
      auto value = checkedMod(a.value(), b.value());
      return value ? Result(*value) : std::nullopt;
    }
    if (b.value() == 0 || b.value() == INT64_MIN)
      return std::nullopt;
    if (b.value() > 0)
      return modByConstant(a, b.value());
    Result negated = mul(a, -1);
    Result remainder = negated ? modByConstant(*negated, -b.value()) : std::nullopt;
    return remainder ? mul(*remainder, -1) : std::nullopt;
  }
  if (a.isConstant(0) || exactQuotient(a, b))
    return ShapeExpr(0);
  return ShapeExprBuilder::make(ExprKind::Mod, {a, b});
}

static Result extremum(ExprKind kind, const ShapeExpr &a, const ShapeExpr &b) {
  std::vector<ShapeExpr> operands;
  for (const ShapeExpr &side : {a, b}) {
    if (side.kind() == kind)
      operands.insert(operands.end(), side.operands().begin(), side.operands().end());
    else
      operands.push_back(side);
  }
  if (operands.size() > maxTerms)
    return std::nullopt;
  // Of operands with constant distances one is enough: the best constant for each of the other parts.
  std::map<std::map<Monomial, int64_t>, int64_t> best;
  for (const ShapeExpr &operand : operands) {
    Poly poly = toPoly(operand);
    if (!poly.ok)
      return std::nullopt;
    int64_t constant = poly.takeConstant();
    auto [it, isNew] = best.try_emplace(std::move(poly.terms), constant);
    if (!isNew)
      it->second = kind == ExprKind::Max ? std::max(it->second, constant) : std::min(it->second, constant);
  }
  operands.clear();
  for (const auto &[terms, constant] : best) {
    Poly poly;
    poly.terms = terms;
    poly.addTerm({}, constant);
    Result operand = fromPoly(poly);
    if (!operand)
      return std::nullopt;
    operands.push_back(std::move(*operand));
  }
  if (operands.size() == 1)
    return operands[0];
  std::sort(operands.begin(), operands.end());
  return ShapeExprBuilder::make(kind, std::move(operands));
}

Result ShapeExpr::max(const ShapeExpr &a, const ShapeExpr &b) { return extremum(ExprKind::Max, a, b); }
Result ShapeExpr::min(const ShapeExpr &a, const ShapeExpr &b) { return extremum(ExprKind::Min, a, b); }

} // namespace mambac::pt2
