//===- ScalarGraph.cpp - Expressions of scalars, and whether they are equal -------------------------------------===//

#include "lib/Raise/ScalarGraph.h"

#include "lib/Raise/RaiseUtils.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/Hashing.h"
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace mlir;
using namespace mambac::raise;

//===- Nodes ----------------------------------------------------------------------------------------------------===//

ScalarGraph::Id ScalarGraph::intern(const Node &node) {
  auto [at, isNew] = known.try_emplace(Key(node.kind, node.a, node.b, node.payload, node.number), nodes.size());
  if (isNew)
    nodes.push_back(node);
  return at->second;
}

bool mambac::raise::isShort(double number) {
  int power;
  double mantissa = std::ldexp(std::frexp(number, &power), 16);
  return mantissa == std::trunc(mantissa) && std::abs(power) < 200;
}

ScalarGraph::Id ScalarGraph::number(double value) {
  if (value == -std::numeric_limits<double>::infinity())
    return minusInfinity();
  if (!std::isfinite(value)) {
    invalid = true;
    value = 0;
  }
  if (auto root = rootOf.find(value); root != rootOf.end())
    return power(number(root->second.first), root->second.second);
  return intern(
      {Kind::Number, -1, -1, 0, value == 0 ? 0.0 : value, residues::ofNumber(value), false, value <= kHides});
}

/// The number with the fewest digits that single precision rounds to `value`: what somebody wrote.
static double asWritten(double value) {
  for (int digits = 1; digits <= 9; ++digits) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.*g", digits, value);
    if (double written = std::strtod(text, nullptr); static_cast<float>(written) == static_cast<float>(value))
      return written;
  }
  return value;
}

/// Whether two numbers are the same power, each rounded to single precision.
static bool isPower(double value, double base, int64_t times) {
  constexpr int64_t kFew = 8;
  if (static_cast<float>(std::pow(asWritten(base), times)) == static_cast<float>(value))
    return true;
  return times <= kFew && std::abs(value / std::pow(base, times) - 1) <= (times + 1) * 0x1p-24;
}

void ScalarGraph::knowNumbers(ArrayRef<double> values) {
  constexpr size_t kMaxNumbers = 512;
  constexpr double kMaxRoot = 4096;
  SmallVector<double> bases;
  for (double value : values)
    if (value > 0 && std::isfinite(value) && !isShort(value) && bases.size() < kMaxNumbers)
      bases.push_back(value);
  // Those near 1 first: the others are powers of them.
  llvm::sort(bases, [](double a, double b) { return std::abs(std::log(a)) < std::abs(std::log(b)); });
  for (auto [i, value] : llvm::enumerate(bases))
    for (double base : ArrayRef(bases).take_front(i)) {
      double times = std::round(std::log(value) / std::log(base));
      if (times < 2 || times > kMaxRoot || rootOf.count(base) || !isPower(value, base, static_cast<int64_t>(times)))
        continue;
      rootOf[value] = {base, static_cast<int64_t>(times)};
      break;
    }
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
  bool hasLog = nodes[a].hasLog || nodes[b].hasLog, hides = nodes[a].hides || nodes[b].hides;
  return intern({Kind::Add, a, b, 0, 0, residues::add(nodes[a].residue, nodes[b].residue), hasLog, hides});
}

/// No exponent is taken apart into higher powers than this.
static constexpr int64_t kMaxPower = 1 << 12;

/// The whole number that a node is.
static std::optional<int64_t> getInteger(const ScalarGraph::Node &node) {
  if (node.kind != ScalarGraph::Kind::Number || node.number != std::trunc(node.number) ||
      std::abs(node.number) > kMaxPower)
    return std::nullopt;
  return static_cast<int64_t>(node.number);
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
  bool hasLog = (nodes[a].hasLog && getInteger(nodes[b])) || (nodes[b].hasLog && getInteger(nodes[a]));
  return intern({Kind::Mul, a, b, 0, 0, residues::multiply(nodes[a].residue, nodes[b].residue), hasLog});
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

ScalarGraph::Id ScalarGraph::power(Id a, int64_t times) {
  if (times < 0)
    return power(inverse(a), -times);
  if (nodes[a].kind == Kind::Exp)
    return exp(mul(number(times), nodes[a].a));
  // By squaring, so that powers are few products, and equal ones the same.
  Id result = number(1);
  for (; times > 0; times /= 2) {
    if (times % 2 != 0)
      result = mul(result, a);
    if (times > 1)
      a = mul(a, a);
  }
  return result;
}

ScalarGraph::Id ScalarGraph::exp(Id a, int64_t times) {
  const Node node = nodes[a];
  if (node.kind == Kind::MinusInfinity || node.hides)
    return number(0);
  if (isNumber(a, 0))
    return number(1);
  if (!node.hasLog || std::abs(times) > kMaxPower) {
    if (times != 1)
      return exp(mul(number(times), a), 1);
    return intern({Kind::Exp, a, -1, 0, 0, residues::exp(node.residue)});
  }
  if (node.kind == Kind::Log)
    return power(node.a, times);
  auto [at, isNew] = knownExponentials.try_emplace({a, times}, -1);
  if (isNew) {
    Id result;
    if (node.kind == Kind::Add)
      result = mul(exp(node.a, times), exp(node.b, times));
    else if (std::optional<int64_t> factor = getInteger(nodes[node.a]))
      result = exp(node.b, *factor * times);
    else
      result = exp(node.a, *getInteger(nodes[node.b]) * times);
    knownExponentials[{a, times}] = result;
    return result;
  }
  return at->second;
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
  return intern({Kind::Log, a, -1, 0, 0, residues::ofSeed(node.residue.value ^ 0xa0761d6478bd642full), true});
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
