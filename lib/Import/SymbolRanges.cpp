// See SymbolRanges.h. The sizes are evaluated for the first thousands of values of a symbol: expressions of models are
// piecewise linear with short periods, so what holds for those holds for all.
#include "lib/Import/SymbolRanges.h"

#include <numeric>

namespace mambac::aten {
namespace {

constexpr int64_t kTried = 8192;

/// Whether the sizes are equal for each value 1 … kTried of `symbol`; empty where they cannot be evaluated.
std::vector<bool> equalFor(const std::pair<Size, Size> &sizes, unsigned symbol, unsigned numSymbols, int64_t others) {
  std::vector<int64_t> values(numSymbols, others);
  std::vector<bool> equal(kTried + 1, false);
  for (int64_t value = 1; value <= kTried; ++value) {
    values[symbol] = value;
    std::optional<int64_t> a = sizes.first.evaluate(values), b = sizes.second.evaluate(values);
    if (!a || !b)
      return {};
    equal[value] = *a == *b;
  }
  return equal;
}

/// The range that the set is, if it is one.
std::optional<SymbolRange> rangeOf(const std::vector<bool> &equal) {
  int64_t first = 0, last = 0, count = 0;
  for (int64_t value = 1; value <= kTried; ++value)
    if (equal[value]) {
      first = first ? first : value;
      last = value;
      ++count;
    }
  if (count == 0)
    return std::nullopt;
  if (last - first + 1 == count)
    return SymbolRange{first, last == kTried ? INT64_MAX : last, 1};
  // Multiples of the first.
  if (count == kTried / first) {
    for (int64_t value = first; value <= kTried; value += first)
      if (!equal[value])
        return std::nullopt;
    return SymbolRange{first, INT64_MAX, first};
  }
  return std::nullopt;
}

} // namespace

std::string narrowRanges(llvm::ArrayRef<std::pair<Size, Size>> assumptions, const pt2::SymbolTable &symbols,
                         llvm::DenseMap<unsigned, SymbolRange> &ranges) {
  for (const auto &sizes : assumptions) {
    std::vector<unsigned> used;
    sizes.first.collectSymbols(used);
    sizes.second.collectSymbols(used);
    for (unsigned symbol : used) {
      auto it = ranges.find(symbol);
      if (it == ranges.end())
        continue;
      // The same for different values of the other symbols, or it is not about this one.
      std::vector<bool> equal = equalFor(sizes, symbol, symbols.size(), 3);
      if (equal.empty() || (used.size() > 1 && equal != equalFor(sizes, symbol, symbols.size(), 5)))
        continue;
      std::optional<SymbolRange> range = rangeOf(equal);
      if (!range) {
        if (used.size() == 1 && llvm::count(equal, true) == 0)
          return "the sizes " + sizes.first.str(symbols) + " and " + sizes.second.str(symbols) +
                 " have to be equal and never are";
        continue;
      }
      SymbolRange &known = it->second;
      known.min = std::max(known.min, range->min);
      known.max = std::min(known.max, range->max);
      known.multipleOf = std::lcm(known.multipleOf, range->multipleOf);
      if (known.min > known.max)
        return "no value of the size '" + symbols[symbol].name + "' fits: " + sizes.first.str(symbols) +
               " has to be equal to " + sizes.second.str(symbols);
    }
  }
  return "";
}

namespace {

/// What to write for symbols.
using Replacements = llvm::DenseMap<unsigned, Size>;

/// `size` with its symbols replaced; itself where that becomes too large.
Size replaced(const Size &size, const Replacements &with) {
  using Kind = pt2::ExprKind;
  if (size.isConstant())
    return size;
  if (size.isSymbol()) {
    auto it = with.find(size.symbolIndex());
    return it == with.end() ? size : it->second;
  }
  std::optional<Size> result;
  for (const Size &operand : size.operands()) {
    Size next = replaced(operand, with);
    if (!result) {
      result = next;
      continue;
    }
    switch (size.kind()) {
    case Kind::Add:
      result = Size::add(*result, next);
      break;
    case Kind::Mul:
      result = Size::mul(*result, next);
      break;
    case Kind::FloorDiv:
      result = Size::floorDiv(*result, next);
      break;
    case Kind::CeilDiv:
      result = Size::ceilDiv(*result, next);
      break;
    case Kind::Mod:
      result = Size::mod(*result, next);
      break;
    case Kind::Max:
      result = Size::max(*result, next);
      break;
    default:
      result = Size::min(*result, next);
      break;
    }
    if (!result)
      return size;
  }
  return result.value_or(size);
}

void replace(pt2::Graph &graph, const Replacements &with);

void replace(pt2::Argument &argument, const Replacements &with) {
  argument.expr = replaced(argument.expr, with);
  for (pt2::Argument &element : argument.elements)
    replace(element, with);
  if (argument.graph) {
    auto copy = std::make_shared<pt2::Graph>(*argument.graph);
    replace(*copy, with);
    argument.graph = copy;
  }
}

void replace(pt2::Graph &graph, const Replacements &with) {
  for (auto &[name, meta] : graph.tensors) {
    for (Size &size : meta.sizes)
      size = replaced(size, with);
    for (Size &stride : meta.strides)
      stride = replaced(stride, with);
  }
  for (auto &[name, size] : graph.symInts)
    size = replaced(size, with);
  for (pt2::Node &node : graph.nodes)
    for (pt2::NamedArgument &input : node.inputs)
      replace(input.arg, with);
}

} // namespace

pt2::Program withMultiples(const pt2::Program &program, const llvm::DenseMap<unsigned, int64_t> &factors) {
  pt2::Program copy = program;
  Replacements products;
  for (auto &[symbol, factor] : factors)
    if (std::optional<Size> product = Size::mul(factor, Size::symbol(symbol)))
      products[symbol] = *product;
  replace(copy.graph, products);
  for (auto &[symbol, factor] : factors) {
    pt2::Symbol &each = copy.symbols[symbol];
    each.min = (each.min + factor - 1) / factor;
    if (each.max)
      each.max = *each.max / factor;
    each.divisor = 1;
  }
  return copy;
}

pt2::Program withSizes(const pt2::Program &program, const llvm::DenseMap<unsigned, int64_t> &sizes) {
  pt2::Program copy = program;
  Replacements constants;
  for (auto &[symbol, size] : sizes)
    constants[symbol] = Size(size);
  replace(copy.graph, constants);
  return copy;
}

} // namespace mambac::aten
