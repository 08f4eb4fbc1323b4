//===- ScalarProducts.cpp - Expressions of scalars as sums of products ------------------------------------------===//
//
// The part of ScalarGraph that multiplies out.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ScalarGraph.h"

using namespace mlir;
using namespace mambac::raise;

bool mambac::raise::operator==(const ScalarGraph::Product &a, const ScalarGraph::Product &b) {
  return a.coefficient == b.coefficient && a.factors == b.factors && a.bound == b.bound && a.exponent == b.exponent;
}

using Product = ScalarGraph::Product;

/// More products than this are no recurrence seen at one of its first times.
static constexpr size_t kMaxProducts = 2048;

static std::vector<std::pair<ScalarGraph::Monomial, double>>
addExponents(const std::vector<std::pair<ScalarGraph::Monomial, double>> &a,
             const std::vector<std::pair<ScalarGraph::Monomial, double>> &b) {
  std::map<ScalarGraph::Monomial, double, std::less<>> sum;
  for (auto *side : {&a, &b})
    for (auto &[monomial, coefficient] : *side)
      sum[monomial] += coefficient;
  std::vector<std::pair<ScalarGraph::Monomial, double>> result;
  for (auto &[monomial, coefficient] : sum)
    if (coefficient != 0)
      result.push_back({monomial, coefficient});
  return result;
}

static std::vector<Product> addUp(std::vector<Product> products, bool &cancelled) {
  auto key = [](const Product &p) { return std::tie(p.factors, p.bound, p.exponent); };
  llvm::sort(products, [&](const Product &a, const Product &b) { return key(a) < key(b); });
  std::vector<Product> result;
  for (Product &product : products) {
    if (!result.empty() && key(result.back()) == key(product))
      result.back().coefficient += product.coefficient;
    else
      result.push_back(std::move(product));
  }
  auto isNothing = [](const Product &p) { return p.coefficient == 0; };
  cancelled |= llvm::any_of(result, isNothing);
  llvm::erase_if(result, isNothing);
  return result;
}

/// x (1 / x) is nothing.
void ScalarGraph::cancelInverses(Monomial &factors) const {
  for (unsigned i = 0; i < factors.size(); ++i) {
    if (nodes[factors[i]].kind != Kind::Inverse)
      continue;
    auto *other = llvm::find(factors, nodes[factors[i]].a);
    if (other == factors.end())
      continue;
    unsigned j = other - factors.begin();
    factors.erase(factors.begin() + std::max(i, j));
    factors.erase(factors.begin() + std::min(i, j));
    i = -1u;
  }
}

FailureOr<std::vector<Product>>
ScalarGraph::multiplyOut(Id id, bool inExponent, llvm::function_ref<int(int, ArrayRef<int>)> rename) {
  if (auto at = expanded.find({id, inExponent}); at != expanded.end())
    return at->second;
  const Node node = nodes[id];
  std::vector<Product> result;
  auto whole = [&] {
    Product product;
    product.factors.push_back(id);
    result.push_back(product);
  };
  auto varsOf = [&](const Product &product) {
    SmallVector<int> vars(product.bound.begin(), product.bound.end());
    auto take = [&](const Monomial &monomial) {
      for (Id factor : monomial)
        vars.append(getVars(factor));
    };
    take(product.factors);
    for (auto &[monomial, coefficient] : product.exponent)
      take(monomial);
    return vars;
  };
  auto replaceVar = [&](Product &product, int var, int by) {
    auto replaceIn = [&](Monomial &monomial) {
      for (Id &factor : monomial)
        factor = substitute(factor, var, Lin::var(by));
      llvm::sort(monomial);
    };
    replaceIn(product.factors);
    for (auto &[monomial, coefficient] : product.exponent)
      replaceIn(monomial);
    llvm::sort(product.exponent);
    llvm::replace(product.bound, var, by);
    llvm::sort(product.bound);
  };
  switch (node.kind) {
  case Kind::Number:
    if (node.number == 0)
      break;
    if (!isShort(node.number)) {
      whole();
      break;
    }
    result.emplace_back();
    result.back().coefficient = node.number;
    break;
  case Kind::MinusInfinity:
    return failure();
  case Kind::Add: {
    auto a = multiplyOut(node.a, inExponent, rename), b = multiplyOut(node.b, inExponent, rename);
    if (failed(a) || failed(b))
      return failure();
    result = std::move(*a);
    result.insert(result.end(), b->begin(), b->end());
    break;
  }
  case Kind::Mul: {
    auto a = multiplyOut(node.a, inExponent, rename), b = multiplyOut(node.b, inExponent, rename);
    if (failed(a) || failed(b) || a->size() * b->size() > kMaxProducts)
      return failure();
    for (const Product &x : *a)
      for (Product y : *b) {
        // Variables summed over are the product's own.
        Product left = x;
        for (auto [from, other] : {std::pair(&y, &left), {&left, &y}})
          for (int var : llvm::to_vector(from->bound)) {
            SmallVector<int> used = varsOf(*other);
            if (!llvm::is_contained(used, var))
              continue;
            used.append(varsOf(*from));
            replaceVar(*from, var, rename(var, used));
          }
        Product product = left;
        product.coefficient *= y.coefficient;
        product.factors.append(y.factors);
        llvm::sort(product.factors);
        cancelInverses(product.factors);
        product.bound.append(y.bound);
        llvm::sort(product.bound);
        product.exponent = addExponents(left.exponent, y.exponent);
        result.push_back(std::move(product));
      }
    break;
  }
  case Kind::Exp: {
    if (inExponent) {
      whole();
      break;
    }
    auto exponent = multiplyOut(node.a, /*inExponent=*/true, rename);
    if (failed(exponent))
      return failure();
    result.emplace_back();
    for (const Product &term : *exponent)
      result.back().exponent = addExponents(result.back().exponent, {{term.factors, term.coefficient}});
    break;
  }
  case Kind::Sum: {
    if (inExponent) {
      whole();
      break;
    }
    auto summand = multiplyOut(node.a, inExponent, rename);
    if (failed(summand))
      return failure();
    for (Product product : *summand) {
      product.bound.push_back(node.payload);
      llvm::sort(product.bound);
      result.push_back(std::move(product));
    }
    break;
  }
  case Kind::Unit:
    if (openUnits.contains(getOrigin(id).op)) {
      auto inner = multiplyOut(node.a, inExponent, rename);
      if (failed(inner))
        return failure();
      result = std::move(*inner);
      break;
    }
    whole();
    break;
  case Kind::Read:
  case Kind::Inverse:
  case Kind::Log:
  case Kind::Call:
    whole();
    break;
  }
  if (result.size() > kMaxProducts)
    return failure();
  result = addUp(std::move(result), cancelled);
  expanded[{id, inExponent}] = result;
  return result;
}

FailureOr<std::vector<Product>> ScalarGraph::expand(Id id, llvm::function_ref<int(int, ArrayRef<int>)> rename) {
  return multiplyOut(id, /*inExponent=*/false, rename);
}

bool ScalarGraph::openUnit(Id id) {
  if (nodes[id].kind != Kind::Unit || !openUnits.insert(getOrigin(id).op).second)
    return false;
  expanded.clear();
  return true;
}

ScalarGraph::Id ScalarGraph::buildExponent(ArrayRef<std::pair<Monomial, double>> exponent) {
  Id sum = number(0);
  for (auto &[monomial, coefficient] : exponent) {
    Id product = number(coefficient);
    for (Id factor : monomial)
      product = mul(product, factor);
    sum = add(sum, product);
  }
  return sum;
}

ScalarGraph::Id ScalarGraph::build(const Product &product) {
  Id result = number(product.coefficient);
  for (Id factor : product.factors)
    result = mul(result, factor);
  if (!product.exponent.empty())
    result = mul(result, exp(buildExponent(product.exponent)));
  for (int var : product.bound)
    result = sum(var, result);
  return result;
}
