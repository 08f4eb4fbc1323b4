//===- SizeFormula.cpp - Sizes as polynomials of the symbols -----------------------------------------------------===//
//
// See SizeFormula.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/SizeFormula.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include <algorithm>

using namespace mlir;
using namespace mambac;

SizeFormula::SizeFormula(int64_t constant) {
  if (constant)
    terms[{}] = constant;
}

SizeFormula SizeFormula::atom(std::string name) {
  SizeFormula formula;
  formula.terms[{std::move(name)}] = 1;
  return formula;
}

SizeFormula SizeFormula::opaque(const SizeFormula &lhs, const char *word, const SizeFormula &rhs) {
  return atom("(" + lhs.factorText() + " " + word + " " + rhs.factorText() + ")");
}

std::optional<SizeFormula> SizeFormula::of(Value value, ValueRange symbols, ArrayRef<std::string> names) {
  for (auto [symbol, name] : llvm::zip(symbols, names))
    if (value == symbol)
      return atom(name);
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return SizeFormula(constant.getSExtValue());
  Operation *op = value.getDefiningOp();
  if (auto apply = dyn_cast_or_null<affine::AffineApplyOp>(op))
    return of(apply.getAffineMap().getResult(0), apply.getAffineMap().getNumDims(), apply.getMapOperands(), symbols,
              names);
  // Sizes are not negative, so all divisions round down but those that say otherwise.
  const char *word = isa_and_nonnull<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp>(op) ? "floordiv"
                     : isa_and_nonnull<arith::CeilDivSIOp, arith::CeilDivUIOp>(op)            ? "ceildiv"
                     : isa_and_nonnull<arith::RemSIOp, arith::RemUIOp>(op)                    ? "mod"
                                                                                              : nullptr;
  if (!word && !isa_and_nonnull<arith::AddIOp, arith::MulIOp>(op))
    return std::nullopt;
  auto lhs = of(op->getOperand(0), symbols, names), rhs = of(op->getOperand(1), symbols, names);
  if (!lhs || !rhs)
    return std::nullopt;
  return word ? opaque(*lhs, word, *rhs) : isa<arith::AddIOp>(op) ? *lhs + *rhs : *lhs * *rhs;
}

std::optional<SizeFormula> SizeFormula::of(AffineExpr expr, unsigned dims, ValueRange operands, ValueRange symbols,
                                           ArrayRef<std::string> names) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return SizeFormula(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return of(operands[dim.getPosition()], symbols, names);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return of(operands[dims + symbol.getPosition()], symbols, names);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto lhs = of(binary.getLHS(), dims, operands, symbols, names);
  auto rhs = of(binary.getRHS(), dims, operands, symbols, names);
  if (!lhs || !rhs)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *lhs + *rhs;
  case AffineExprKind::Mul:
    return *lhs * *rhs;
  case AffineExprKind::FloorDiv:
    return opaque(*lhs, "floordiv", *rhs);
  case AffineExprKind::CeilDiv:
    return opaque(*lhs, "ceildiv", *rhs);
  case AffineExprKind::Mod:
    return opaque(*lhs, "mod", *rhs);
  default:
    return std::nullopt;
  }
}

SizeFormula SizeFormula::operator+(const SizeFormula &other) const {
  SizeFormula sum = *this;
  for (const auto &[factors, coefficient] : other.terms)
    if ((sum.terms[factors] += coefficient) == 0)
      sum.terms.erase(factors);
  return sum;
}

SizeFormula SizeFormula::operator*(const SizeFormula &other) const {
  SizeFormula product;
  for (const auto &[left, a] : terms)
    for (const auto &[right, b] : other.terms) {
      std::vector<std::string> factors(left);
      factors.insert(factors.end(), right.begin(), right.end());
      std::sort(factors.begin(), factors.end());
      if ((product.terms[factors] += a * b) == 0)
        product.terms.erase(factors);
    }
  return product;
}

SizeFormula SizeFormula::alignedTo(int64_t alignment) const {
  if (std::all_of(terms.begin(), terms.end(), [&](const auto &term) { return term.second % alignment == 0; }))
    return *this;
  if (terms.size() == 1 && terms.begin()->first.empty())
    return SizeFormula((terms.begin()->second + alignment - 1) / alignment * alignment);
  return SizeFormula(alignment) * opaque(*this, "ceildiv", SizeFormula(alignment));
}

bool SizeFormula::isAtMost(const SizeFormula &other) const {
  for (const auto &[factors, coefficient] : (other + *this * SizeFormula(-1)).terms)
    if (coefficient < 0)
      return false;
  return true;
}

std::string SizeFormula::factorText() const {
  return terms.size() > 1 ? "(" + text() + ")" : text();
}

std::string SizeFormula::text() const {
  std::string result;
  for (auto term = terms.rbegin(); term != terms.rend(); ++term) {
    const auto &[factors, coefficient] = *term;
    bool one = (coefficient == 1 || coefficient == -1) && !factors.empty();
    result += result.empty() ? (coefficient < 0 ? "-" : "") : coefficient < 0 ? " - " : " + ";
    if (!one)
      result += std::to_string(coefficient < 0 ? -coefficient : coefficient);
    for (size_t i = 0; i < factors.size(); ++i)
      result += (i || !one ? "*" : "") + factors[i];
  }
  return result.empty() ? "0" : result;
}
