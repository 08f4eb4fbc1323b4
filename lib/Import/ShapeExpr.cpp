// Shape expressions as trees: symbols, nodes, comparison, evaluation and printing. Their normal form is made in
// ShapeExprSimplify.cpp, reading them from text stands in ShapeExprParser.cpp.
#include "lib/Import/ShapeExprBuilder.h"

#include <algorithm>

namespace mambac::pt2 {

unsigned SymbolTable::intern(std::string_view name) {
  auto [it, isNew] = indices.try_emplace(std::string(name), static_cast<unsigned>(symbols.size()));
  if (isNew) {
    symbols.emplace_back();
    symbols.back().name = it->first;
  }
  return it->second;
}

std::optional<unsigned> SymbolTable::find(std::string_view name) const {
  auto it = indices.find(std::string(name));
  if (it == indices.end())
    return std::nullopt;
  return it->second;
}

//===-- Nodes ---------------------------------------------------------------------------------------------------===//

/// Expressions above this many nodes are refused: nothing sensible is that large, and all work below is bounded by it.
static constexpr unsigned maxNodes = 512;

ShapeExpr ShapeExpr::symbol(unsigned index) {
  ShapeExpr result;
  auto node = std::make_shared<Node>();
  node->kind = ExprKind::Symbol;
  node->symbol = index;
  result.node = std::move(node);
  return result;
}

ExprKind ShapeExpr::kind() const { return node ? node->kind : ExprKind::Constant; }

unsigned ShapeExpr::symbolIndex() const {
  assert(isSymbol());
  return node->symbol;
}

const std::vector<ShapeExpr> &ShapeExpr::operands() const {
  static const std::vector<ShapeExpr> none;
  return node ? node->operands : none;
}

int ShapeExpr::compare(const ShapeExpr &other) const {
  if (node == other.node)
    return node || constant == other.constant ? 0 : constant < other.constant ? -1 : 1;
  if (kind() != other.kind())
    return kind() < other.kind() ? -1 : 1;
  if (node->symbol != other.node->symbol)
    return node->symbol < other.node->symbol ? -1 : 1;
  const auto &mine = node->operands, &theirs = other.node->operands;
  for (size_t i = 0; i < mine.size() && i < theirs.size(); ++i)
    if (int order = mine[i].compare(theirs[i]))
      return order;
  return mine.size() == theirs.size() ? 0 : mine.size() < theirs.size() ? -1 : 1;
}

std::optional<ShapeExpr> ShapeExprBuilder::make(ExprKind kind, std::vector<ShapeExpr> operands) {
  unsigned size = 1;
  for (const ShapeExpr &operand : operands)
    size += operand.node ? operand.node->size : 1;
  if (size > maxNodes)
    return std::nullopt;
  auto node = std::make_shared<ShapeExpr::Node>();
  node->kind = kind;
  node->size = size;
  node->operands = std::move(operands);
  ShapeExpr result;
  result.node = std::move(node);
  return result;
}

//===-- Checked integers ----------------------------------------------------------------------------------------===//

std::optional<int64_t> checkedAdd(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_add_overflow(a, b, &r) ? std::nullopt : std::optional<int64_t>(r);
}

std::optional<int64_t> checkedMul(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_mul_overflow(a, b, &r) ? std::nullopt : std::optional<int64_t>(r);
}

std::optional<int64_t> checkedFloorDiv(int64_t a, int64_t b) {
  if (b == 0 || (a == INT64_MIN && b == -1))
    return std::nullopt;
  int64_t q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)));
}

std::optional<int64_t> checkedCeilDiv(int64_t a, int64_t b) {
  if (b == 0 || (a == INT64_MIN && b == -1))
    return std::nullopt;
  int64_t q = a / b;
  return q + ((a % b != 0) && ((a < 0) == (b < 0)));
}

std::optional<int64_t> checkedMod(int64_t a, int64_t b) {
  if (b == 0)
    return std::nullopt;
  if (b == -1)
    return 0;
  int64_t r = a % b;
  return r != 0 && ((r < 0) != (b < 0)) ? r + b : r;
}

//===-- Queries -------------------------------------------------------------------------------------------------===//

std::optional<int64_t> ShapeExpr::evaluate(const std::vector<int64_t> &values) const {
  if (!node)
    return constant;
  if (node->kind == ExprKind::Symbol) {
    if (node->symbol >= values.size())
      return std::nullopt;
    return values[node->symbol];
  }
  std::optional<int64_t> result = node->operands[0].evaluate(values);
  for (size_t i = 1; result && i < node->operands.size(); ++i) {
    std::optional<int64_t> next = node->operands[i].evaluate(values);
    if (!next)
      return std::nullopt;
    switch (node->kind) {
    case ExprKind::Add:
      result = checkedAdd(*result, *next);
      break;
    case ExprKind::Mul:
      result = checkedMul(*result, *next);
      break;
    case ExprKind::FloorDiv:
      result = checkedFloorDiv(*result, *next);
      break;
    case ExprKind::CeilDiv:
      result = checkedCeilDiv(*result, *next);
      break;
    case ExprKind::Mod:
      result = checkedMod(*result, *next);
      break;
    case ExprKind::Max:
      result = std::max(*result, *next);
      break;
    case ExprKind::Min:
      result = std::min(*result, *next);
      break;
    case ExprKind::Constant:
    case ExprKind::Symbol:
      return std::nullopt;
    }
  }
  return result;
}

void ShapeExpr::collectSymbols(std::vector<unsigned> &used) const {
  if (isSymbol()) {
    auto it = std::lower_bound(used.begin(), used.end(), node->symbol);
    if (it == used.end() || *it != node->symbol)
      used.insert(it, node->symbol);
  }
  for (const ShapeExpr &operand : operands())
    operand.collectSymbols(used);
}

//===-- Printing ------------------------------------------------------------------------------------------------===//

/// How tightly the surroundings bind: an argument or the whole text, a term of a sum, a factor.
enum class Binding { Loose, Term, Factor };

static void print(const ShapeExpr &expr, const SymbolTable &symbols, Binding binding, std::string &out) {
  const auto &operands = expr.operands();
  auto list = [&](const char *separator, Binding inner) {
    for (size_t i = 0; i < operands.size(); ++i) {
      if (i)
        out += separator;
      print(operands[i], symbols, inner, out);
    }
  };
  auto call = [&](const char *name) {
    out += name;
    list(", ", Binding::Loose);
    out += ')';
  };
  switch (expr.kind()) {
  case ExprKind::Constant:
    out += binding == Binding::Factor && expr.value() < 0 ? "(" + std::to_string(expr.value()) + ")"
                                                          : std::to_string(expr.value());
    return;
  case ExprKind::Symbol:
    out += expr.symbolIndex() < symbols.size() ? symbols[expr.symbolIndex()].name
                                               : "?" + std::to_string(expr.symbolIndex());
    return;
  case ExprKind::Add:
    out += binding == Binding::Factor ? "(" : "";
    list(" + ", Binding::Term);
    out += binding == Binding::Factor ? ")" : "";
    return;
  case ExprKind::Mul:
    // As an operand of // a product needs parentheses, too.
    out += binding == Binding::Factor ? "(" : "";
    list("*", Binding::Factor);
    out += binding == Binding::Factor ? ")" : "";
    return;
  case ExprKind::FloorDiv:
    out += '(';
    list("//", Binding::Factor);
    out += ')';
    return;
  case ExprKind::CeilDiv:
    return call("CeilDiv(");
  case ExprKind::Mod:
    return call("Mod(");
  case ExprKind::Max:
    return call("Max(");
  case ExprKind::Min:
    return call("Min(");
  }
}

std::string ShapeExpr::str(const SymbolTable &symbols) const {
  std::string text;
  print(*this, symbols, Binding::Loose, text);
  return text;
}

} // namespace mambac::pt2
