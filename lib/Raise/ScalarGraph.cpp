//===- ScalarGraph.cpp - Expressions of scalars, and whether they are equal -------------------------------------===//

#include "lib/Raise/ScalarGraph.h"

#include "lib/Raise/RaiseUtils.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/Hashing.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

//===- Nodes ----------------------------------------------------------------------------------------------------===//

ScalarGraph::Id ScalarGraph::intern(const Node &node) {
  auto [at, isNew] = known.try_emplace(Key(node.kind, node.a, node.b, node.payload, node.number), nodes.size());
  if (isNew)
    nodes.push_back(node);
  return at->second;
}

ScalarGraph::Id ScalarGraph::number(double value) {
  if (value == -std::numeric_limits<double>::infinity())
    return minusInfinity();
  if (!std::isfinite(value)) {
    invalid = true;
    value = 0;
  }
  return intern({Kind::Number, -1, -1, 0, value == 0 ? 0.0 : value, residues::ofNumber(value)});
}

ScalarGraph::Id ScalarGraph::minusInfinity() { return intern({Kind::MinusInfinity}); }

static void hashInto(uint64_t &h, uint64_t &k, uint64_t part) {
  h = residues::mix(h ^ part);
  k = residues::mix(k + 0x632be59bd9b4e019ull * part);
}

ScalarGraph::Id ScalarGraph::read(Value tensor, ArrayRef<Lin> index) {
  uint64_t h = 1, k = 2;
  hashInto(h, k, reinterpret_cast<uintptr_t>(tensor.getAsOpaquePointer()));
  for (const Lin &e : index) {
    hashInto(h, k, static_cast<uint64_t>(e.constant));
    for (auto &[var, coefficient] : e.terms) {
      hashInto(h, k, var + 1);
      hashInto(h, k, static_cast<uint64_t>(coefficient));
    }
    hashInto(h, k, ~0ull);
  }
  auto [at, isNew] = knownReads.try_emplace({h, k}, reads.size());
  if (isNew)
    reads.push_back({tensor, SmallVector<Lin, 4>(index)});
  return intern({Kind::Read, -1, -1, at->second, 0, residues::ofSeed(h ^ (k << 1))});
}

ScalarGraph::Id ScalarGraph::add(Id a, Id b) {
  if (isNumber(a, 0))
    return b;
  if (isNumber(b, 0))
    return a;
  if (nodes[a].kind == Kind::MinusInfinity || nodes[b].kind == Kind::MinusInfinity)
    return minusInfinity();
  if (nodes[a].kind == Kind::Number && nodes[b].kind == Kind::Number) {
    double sum = nodes[a].number + nodes[b].number;
    if (sum - nodes[a].number == nodes[b].number && sum - nodes[b].number == nodes[a].number)
      return number(sum); // nothing was rounded
  }
  if (a > b)
    std::swap(a, b);
  return intern({Kind::Add, a, b, 0, 0, residues::add(nodes[a].residue, nodes[b].residue)});
}

/// Whether products of some such numbers are not rounded.
static bool isShort(double number) {
  int power;
  double mantissa = std::ldexp(std::frexp(number, &power), 16);
  return mantissa == std::trunc(mantissa) && std::abs(power) < 200;
}

ScalarGraph::Id ScalarGraph::mul(Id a, Id b) {
  for (auto [x, y] : {std::pair(a, b), {b, a}}) {
    if (nodes[y].kind == Kind::MinusInfinity) {
      // In numbers only: what else it is multiplied with may be 0 or negative.
      if (nodes[x].kind != Kind::Number || nodes[x].number <= 0)
        invalid = true;
      return y;
    }
    if (isNumber(x, 0))
      return x;
    if (isNumber(x, 1))
      return y;
  }
  if (nodes[a].kind == Kind::Number && nodes[b].kind == Kind::Number && isShort(nodes[a].number) &&
      isShort(nodes[b].number))
    return number(nodes[a].number * nodes[b].number);
  // exp(x) exp(y)
  if (nodes[a].kind == Kind::Exp && nodes[b].kind == Kind::Exp)
    return exp(add(nodes[a].a, nodes[b].a));
  if (a > b)
    std::swap(a, b);
  return intern({Kind::Mul, a, b, 0, 0, residues::multiply(nodes[a].residue, nodes[b].residue)});
}

ScalarGraph::Id ScalarGraph::inverse(Id a) {
  const Node node = nodes[a];
  if (node.kind == Kind::Exp)
    return exp(negate(node.a));
  if (node.kind == Kind::Inverse)
    return node.a;
  if (node.kind == Kind::Mul)
    return mul(inverse(node.a), inverse(node.b));
  if (node.kind == Kind::MinusInfinity || isNumber(a, 0)) {
    invalid = true;
    return a;
  }
  int power;
  if (node.kind == Kind::Number && std::abs(std::frexp(node.number, &power)) == 0.5)
    return number(1 / node.number); // a power of two: exact
  return intern({Kind::Inverse, a, -1, 0, 0, residues::invert(node.residue)});
}

/// Whether a sum has a term that hides what it is added to.
bool ScalarGraph::addsHidden(Id a) const {
  SmallVector<Id> open{a};
  while (!open.empty()) {
    const Node &node = nodes[open.pop_back_val()];
    if (node.kind == Kind::Number && node.number <= kHides)
      return true;
    if (node.kind == Kind::Add)
      open.append({node.a, node.b});
  }
  return false;
}

ScalarGraph::Id ScalarGraph::exp(Id a) {
  if (nodes[a].kind == Kind::MinusInfinity || addsHidden(a))
    return number(0);
  if (isNumber(a, 0))
    return number(1);
  if (nodes[a].kind == Kind::Log)
    return nodes[a].a;
  return intern({Kind::Exp, a, -1, 0, 0, residues::exp(nodes[a].residue)});
}

ScalarGraph::Id ScalarGraph::log(Id a) {
  const Node node = nodes[a];
  if (node.kind == Kind::Exp)
    return node.a;
  if (isNumber(a, 0))
    return minusInfinity();
  if (isNumber(a, 1))
    return number(0);
  if (node.kind == Kind::Mul && (nodes[node.a].kind == Kind::Exp || nodes[node.b].kind == Kind::Exp))
    return add(log(node.a), log(node.b));
  return intern({Kind::Log, a, -1, 0, 0, residues::ofSeed(node.residue.value ^ 0xa0761d6478bd642full)});
}

ScalarGraph::Id ScalarGraph::call(Operation *op, ArrayRef<Id> operands) {
  // Equal functions of equal values are equal, whichever operations compute them.
  uint64_t h = 3, k = 4;
  hashInto(h, k, reinterpret_cast<uintptr_t>(op->getName().getAsOpaquePointer()));
  for (NamedAttribute attribute : op->getAttrs())
    if (attribute.getName() != "fastmath")
      hashInto(h, k, reinterpret_cast<uintptr_t>(attribute.getValue().getAsOpaquePointer()));
  for (Id operand : operands) {
    if (nodes[operand].kind == Kind::MinusInfinity)
      invalid = true;
    hashInto(h, k, nodes[operand].residue.value);
    hashInto(h, k, nodes[operand].residue.exponent);
  }
  auto [at, isNew] = knownCalls.try_emplace({h, k}, origins.size());
  if (isNew)
    origins.push_back({op, SmallVector<Id, 4>(operands)});
  return intern({Kind::Call, -1, -1, at->second, 0, residues::ofSeed(h ^ (k << 1))});
}

ScalarGraph::Id ScalarGraph::sum(int var, Id a) {
  if (isNumber(a, 0))
    return a;
  return intern({Kind::Sum, a, -1, static_cast<unsigned>(var), 0, residues::ofSeed(nodes[a].residue.value + var)});
}

bool ScalarGraph::containsSum(Id id) const {
  llvm::DenseSet<Id> seen;
  SmallVector<Id> work{id};
  while (!work.empty()) {
    Id next = work.pop_back_val();
    if (next < 0 || !seen.insert(next).second)
      continue;
    if (nodes[next].kind == Kind::Sum)
      return true;
    work.push_back(nodes[next].a);
    work.push_back(nodes[next].b);
  }
  return false;
}

ScalarGraph::Id ScalarGraph::unit(Id a, Operation *op, ArrayRef<Id> operands) {
  if (llvm::is_contained({Kind::Number, Kind::MinusInfinity, Kind::Read, Kind::Unit}, nodes[a].kind))
    return a;
  // What reads a tensor at several places goes on between several steps, as a running sum does.
  llvm::SmallDenseMap<Value, const ReadOf *> places;
  bool several = false;
  forEachRead(a, [&](const ReadOf &of) {
    auto [at, isNew] = places.try_emplace(of.tensor, &of);
    several |= !isNew && at->second->index != of.index;
  });
  if (several || containsSum(a))
    return a;
  // x - x
  auto products = expand(a, [](int var, ArrayRef<int>) { return var; });
  if (succeeded(products) && products->empty())
    return number(0);
  if (succeeded(products) && products->size() == 1 && products->front().factors.size() <= 1 &&
      products->front().exponent.empty() &&
      llvm::none_of(products->front().factors, [&](Id factor) { return nodes[factor].kind == Kind::Call; }))
    return build(products->front()); // -x
  auto [at, isNew] = known.try_emplace(Key(Kind::Unit, a, -1, 0, 0), nodes.size());
  if (isNew) {
    nodes.push_back({Kind::Unit, a, -1, static_cast<unsigned>(origins.size()), 0, nodes[a].residue});
    origins.push_back({op, SmallVector<Id, 4>(operands)});
  }
  return at->second;
}

//===- Walks ----------------------------------------------------------------------------------------------------===//

ScalarGraph::Id ScalarGraph::rewriteReads(Id id, llvm::function_ref<Id(const ReadOf &)> change) {
  DenseMap<Id, Id> done;
  std::function<Id(Id)> rewrite = [&](Id id) -> Id {
    if (auto at = done.find(id); at != done.end())
      return at->second;
    const Node node = nodes[id];
    Id result = id;
    auto all = [&](const Origin &origin) {
      SmallVector<Id, 4> operands;
      for (Id operand : SmallVector<Id, 4>(origin.operands))
        operands.push_back(rewrite(operand));
      return operands;
    };
    switch (node.kind) {
    case Kind::Number:
    case Kind::MinusInfinity:
      break;
    case Kind::Read:
      result = change(ReadOf(reads[node.payload]));
      break;
    case Kind::Add:
    case Kind::Mul: {
      Id a = rewrite(node.a), b = rewrite(node.b);
      result = node.kind == Kind::Add ? add(a, b) : mul(a, b);
      break;
    }
    case Kind::Inverse:
      result = inverse(rewrite(node.a));
      break;
    case Kind::Exp:
      result = exp(rewrite(node.a));
      break;
    case Kind::Log:
      result = log(rewrite(node.a));
      break;
    case Kind::Call: {
      const Origin origin = origins[node.payload];
      result = call(origin.op, all(origin));
      break;
    }
    case Kind::Sum:
      result = sum(node.payload, rewrite(node.a));
      break;
    case Kind::Unit: {
      const Origin origin = origins[node.payload];
      SmallVector<Id, 4> operands = all(origin);
      result = unit(rewrite(node.a), origin.op, operands);
      break;
    }
    }
    done[id] = result;
    return result;
  };
  return rewrite(id);
}

ScalarGraph::Id ScalarGraph::substitute(Id id, int var, const Lin &by) {
  return rewriteReads(id, [&](const ReadOf &of) {
    SmallVector<Lin, 4> index;
    for (const Lin &e : of.index)
      index.push_back(e.substitute(var, by));
    return read(of.tensor, index);
  });
}

FailureOr<ScalarGraph::Id> ScalarGraph::interpolate(Id a, Id b, const Lin &at) {
  if (a == b)
    return a;
  const Node x = nodes[a], y = nodes[b];
  if (x.kind != y.kind)
    return failure();
  auto all = [&](ArrayRef<Id> as, ArrayRef<Id> bs, SmallVectorImpl<Id> &results) {
    if (as.size() != bs.size())
      return failure();
    for (auto [i, j] : llvm::zip(as, bs)) {
      FailureOr<Id> result = interpolate(i, j, at);
      if (failed(result))
        return failure();
      results.push_back(*result);
    }
    return success();
  };
  SmallVector<Id, 4> parts;
  switch (x.kind) {
  case Kind::Read: {
    const ReadOf &from = reads[x.payload], &to = reads[y.payload];
    if (from.tensor != to.tensor)
      return failure();
    SmallVector<Lin, 4> index;
    for (auto [e, f] : llvm::zip(from.index, to.index)) {
      Lin step = f - e;
      if (!step.isConstant())
        return failure();
      index.push_back(e + at * step.constant);
    }
    return read(from.tensor, index);
  }
  case Kind::Add:
  case Kind::Mul: {
    // Operands are sorted by number, which is no order of theirs.
    if (failed(all({x.a, x.b}, {y.a, y.b}, parts))) {
      parts.clear();
      if (failed(all({x.a, x.b}, {y.b, y.a}, parts)))
        return failure();
    }
    return x.kind == Kind::Add ? add(parts[0], parts[1]) : mul(parts[0], parts[1]);
  }
  case Kind::Inverse:
  case Kind::Exp:
  case Kind::Log:
  case Kind::Sum:
    if (x.payload != y.payload || failed(all(x.a, y.a, parts)))
      return failure();
    return x.kind == Kind::Inverse ? inverse(parts[0])
           : x.kind == Kind::Exp   ? exp(parts[0])
           : x.kind == Kind::Log   ? log(parts[0])
                                   : sum(x.payload, parts[0]);
  case Kind::Call: {
    const Origin from = origins[x.payload], to = origins[y.payload];
    if (from.op->getName() != to.op->getName() || from.op->getAttrDictionary() != to.op->getAttrDictionary() ||
        failed(all(from.operands, to.operands, parts)))
      return failure();
    return call(from.op, parts);
  }
  case Kind::Unit: {
    const Origin from = origins[x.payload], to = origins[y.payload];
    FailureOr<Id> inner = interpolate(x.a, y.a, at);
    if (failed(inner) || failed(all(from.operands, to.operands, parts)))
      return failure();
    return unit(*inner, from.op, parts);
  }
  case Kind::Number:
  case Kind::MinusInfinity:
    return failure();
  }
  return failure();
}

void ScalarGraph::forEachRead(Id id, llvm::function_ref<void(const ReadOf &)> visit) const {
  llvm::DenseSet<Id> seen;
  SmallVector<Id> work{id};
  while (!work.empty()) {
    Id next = work.pop_back_val();
    if (next < 0 || !seen.insert(next).second)
      continue;
    const Node &node = nodes[next];
    if (node.kind == Kind::Read)
      visit(reads[node.payload]);
    if (node.kind == Kind::Call)
      work.append(origins[node.payload].operands);
    work.push_back(node.a);
    work.push_back(node.b);
  }
}

SmallVector<int> ScalarGraph::getVars(Id id) const {
  SmallVector<int> vars;
  forEachRead(id, [&](const ReadOf &of) {
    for (const Lin &e : of.index)
      for (auto &[var, coefficient] : e.terms)
        if (!llvm::is_contained(vars, var))
          vars.push_back(var);
  });
  llvm::sort(vars);
  return vars;
}

//===- Products -------------------------------------------------------------------------------------------------===//

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

static std::vector<Product> addUp(std::vector<Product> products) {
  auto key = [](const Product &p) { return std::tie(p.factors, p.bound, p.exponent); };
  llvm::sort(products, [&](const Product &a, const Product &b) { return key(a) < key(b); });
  std::vector<Product> result;
  for (Product &product : products) {
    if (!result.empty() && key(result.back()) == key(product))
      result.back().coefficient += product.coefficient;
    else
      result.push_back(std::move(product));
  }
  llvm::erase_if(result, [](const Product &p) { return p.coefficient == 0; });
  return result;
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
  result = addUp(std::move(result));
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
