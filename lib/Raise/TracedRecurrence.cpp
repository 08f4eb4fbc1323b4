//===- TracedRecurrence.cpp - The recurrence that the elements of a tensor follow along time --------------------===//

#include "lib/Raise/TracedRecurrence.h"

#include "llvm/ADT/MapVector.h"
#include <set>

using namespace mlir;
using namespace mambac::raise;

using Product = ScalarGraph::Product;
using Monomial = ScalarGraph::Monomial;

//===- The first times ------------------------------------------------------------------------------------------===//

/// A sum of more than this is not gone through: the power of a sum has a variable for each factor.
static constexpr double kMaxSummands = 1 << 20;

double TracedRecurrence::countSummands(const Product &product) const {
  double count = 1;
  for (int var : product.bound)
    if (const std::optional<Lin> &size = space.get(var).size; size && size->isConstant())
      count *= size->constant;
  return count;
}

LogicalResult TracedRecurrence::expandFirst(Value tensor, ArrayRef<Lin> index, bool &again) {
  first.clear();
  int64_t numTimes = std::min<int64_t>(3, length);
  for (int64_t logical = 0; logical < numTimes; ++logical) {
    ElementTrace trace(space, scope, graph, sumVars);
    trace.setBudget(maxElements / 20 + 1);
    for (ElementTrace::Loop loop : unrolled)
      trace.unrollSum(loop);
    for (ElementTrace::Loop loop : split)
      trace.splitSum(loop);
    SmallVector<Lin> position(index.begin(), index.end());
    for (Lin &e : position)
      e = e.substitute(timeVar, at(logical));
    FailureOr<Id> element = trace.element(tensor, position);
    if (failed(element)) {
      if (trace.wantedSplit) {
        split.push_back(*trace.wantedSplit);
        again = true;
        return failure();
      }
      if (trace.undecidedLoop) {
        unrolled.push_back(*trace.undecidedLoop);
        again = true;
        return failure();
      }
      return fail(trace.undecidedVar ? "it depends on the position along more than one axis"
                  : trace.exhausted  ? "too much is computed to be gone through step by step"
                                     : "a step is no short sum of products",
                  trace.undecidedVar ? kFirstSteps : kSteps);
    }
    bool readsItself = false;
    graph.forEachRead(*element, [&](const ScalarGraph::ReadOf &read) { readsItself |= read.tensor == tensor; });
    if (readsItself)
      return fail("a step is no short sum of products", kSteps);
    auto rename = [&](int var, ArrayRef<int> used) { return sumVars.get(*space.get(var).size, used); };
    FailureOr<std::vector<Product>> products = graph.expand(*element, rename);
    if (failed(products) || graph.isInvalid() ||
        llvm::any_of(*products, [&](const Product &product) { return countSummands(product) > kMaxSummands; }))
      return fail("a step is no short sum of products", kSteps);
    first.push_back(std::move(*products));
  }
  return success();
}

void TracedRecurrence::open(Id factor, bool &again) {
  // A function such as silu has no products inside.
  using Kind = ScalarGraph::Kind;
  llvm::DenseSet<Id> seen;
  std::function<bool(Id)> isFunction = [&](Id id) {
    const ScalarGraph::Node node = graph[id];
    if (!seen.insert(id).second || (node.kind == Kind::Unit && id != factor)) // a factor, whatever is in it
      return false;
    if (node.kind == Kind::Call || node.kind == Kind::Log || (node.kind == Kind::Inverse && graph[node.a].kind == Kind::Add))
      return true;
    return (node.a >= 0 && isFunction(node.a)) || (node.b >= 0 && isFunction(node.b));
  };
  if (isFunction(factor))
    return;
  if (graph.openUnit(factor))
    again = true;
  else if (graph[factor].kind == ScalarGraph::Kind::Read)
    again |= scope.open(graph.getRead(factor).tensor);
}

/// What the first step computes for itself may be a part of what the others read: h[0] = a[0] init + dt[0] x[0], and a
/// tensor of the products dt x for the rest. Opens one of them: what stays whole is found again by what else reads it.
void TracedRecurrence::openNext(bool &again) {
  if (first.size() < 2)
    return;
  auto forEachFactor = [&](size_t logical, llvm::function_ref<void(Id)> visit) {
    for (const Product &product : first[logical]) {
      llvm::for_each(product.factors, visit);
      for (auto &[monomial, coefficient] : product.exponent)
        llvm::for_each(monomial, visit);
    }
  };
  // Where a factor comes from: the tensor, or the operation.
  using Kind = ScalarGraph::Kind;
  auto getOrigin = [&](Id factor) -> Operation * {
    if (graph[factor].kind == Kind::Unit)
      return graph.getOrigin(factor).op;
    return graph[factor].kind == Kind::Read ? graph.getRead(factor).tensor.getDefiningOp() : nullptr;
  };
  llvm::SmallPtrSet<Operation *, 8> ofSecond;
  forEachFactor(1, [&](Id factor) {
    ofSecond.insert(getOrigin(factor));
    graph.forEachRead(factor, [&](const ScalarGraph::ReadOf &read) { ofSecond.insert(read.tensor.getDefiningOp()); });
  });
  auto openFactor = [&](Id factor) {
    if (graph[factor].kind == Kind::Read) {
      auto op = dyn_cast_or_null<linalg::LinalgOp>(getOrigin(factor));
      if (!op || op.getNumReductionLoops() != 0)
        return;
    }
    open(factor, again);
  };
  // What only the third step reads may have been computed from the second one's decays: all of it at once.
  if (first.size() > 2)
    forEachFactor(2, [&](Id factor) {
      if (!ofSecond.contains(getOrigin(factor)))
        openFactor(factor);
    });
  for (bool units : {true, false}) // what is a product already comes before what may be one
    forEachFactor(1, [&](Id factor) {
      if (!again && units == (graph[factor].kind == Kind::Unit))
        openFactor(factor);
    });
}

LogicalResult TracedRecurrence::findMotions(bool byPosition, bool &again) {
  ambiguous = false;
  // The places at which each dimension is read: by time, outside and inside of exponents.
  struct Places {
    std::set<int64_t> factors[3], exponents[3], all;
  };
  llvm::MapVector<std::pair<void *, unsigned>, Places> places; // in an order that is the same each time
  for (auto [logical, products] : llvm::enumerate(first))
    for (const Product &product : products) {
      auto note = [&, logical = logical](const Monomial &monomial, bool inExponent) {
        for (Id factor : monomial)
          graph.forEachRead(factor, [&](const ScalarGraph::ReadOf &read) {
            for (auto [dim, e] : llvm::enumerate(read.index)) {
              Places &place = places[{read.tensor.getAsOpaquePointer(), dim}];
              (inExponent ? place.exponents : place.factors)[logical].insert(e.constant);
              place.all.insert(e.constant);
            }
          });
      };
      note(product.factors, false);
      for (auto &[monomial, coefficient] : product.exponent)
        note(monomial, true);
    }
  motions.clear();
  for (auto &[dim, place] : places) {
    // Of two steps only the last one's decay counts. What is read there alone may as well move; the first one's is then
    // read as well, and multiplied with a state of zeros.
    if (int64_t stride = reverse ? -1 : 1, last = *place.all.begin(); length == 2 && place.all.size() == 1) {
      Value tensor = Value::getFromOpaquePointer(dim.first);
      if (place.factors[0].empty() && place.factors[1].empty() && place.exponents[0].empty() &&
          cast<RankedTensorType>(tensor.getType()).getDimSize(dim.second) == 2 && last == at(1).constant)
        motions[dim] = {last - stride, stride};
    }
    if (place.all.size() < 2)
      continue;
    auto join = [&](unsigned logical) {
      std::set<int64_t> both = place.factors[logical];
      both.insert(place.exponents[logical].begin(), place.exponents[logical].end());
      return both;
    };
    // Where it is first read, and where one step later.
    std::set<int64_t> begin = join(0), next = join(1);
    int64_t shift = 0;
    if (begin.empty() && first.size() > 2) { // in decays only: the first step's is not used
      begin = next;
      next = join(2);
      shift = 1;
    }
    if (begin.empty() && next.size() == 2) // at the third step only: a decay that meets the second one's there
      begin.insert(reverse ? *next.rbegin() : *next.begin());
    if (!begin.empty())
      next.erase(*begin.begin());
    if (begin.size() != 1 || next.size() != 1) {
      again |= scope.open(Value::getFromOpaquePointer(dim.first));
      return fail("the first steps follow no recurrence", kRecurrence);
    }
    int64_t stride = *next.begin() - *begin.begin();
    motions[dim] = {*begin.begin() - shift * stride, stride};
    // What the second step reads first may be the first one's input just as well as the second one's decay: its positions
    // may say which.
    auto type = cast<RankedTensorType>(Value::getFromOpaquePointer(dim.first).getType());
    Motion own{at(0).constant, reverse ? -1 : 1};
    if (shift == 0 || stride != own.stride || type.getDimSize(dim.second) != length || motions[dim].offset == own.offset)
      continue;
    ambiguous = true;
    if (byPosition)
      motions[dim] = own;
  }
  return success();
}

FailureOr<std::pair<ScalarGraph::Id, int64_t>> TracedRecurrence::generalize(Id id) {
  int64_t when = -1;
  bool mixed = false;
  Id pattern = graph.rewriteReads(id, [&](const ScalarGraph::ReadOf &read) {
    SmallVector<Lin, 4> index(read.index);
    for (auto [dim, e] : llvm::enumerate(index)) {
      auto motion = motions.find({read.tensor.getAsOpaquePointer(), dim});
      if (motion == motions.end())
        continue;
      int64_t distance = e.constant - motion->second.offset;
      if (distance % motion->second.stride != 0) {
        mixed = true;
        continue;
      }
      int64_t at = distance / motion->second.stride;
      mixed |= when >= 0 && when != at;
      when = at;
      e = e - e.constant + motion->second.offset + Lin::var(time, motion->second.stride);
    }
    return graph.read(read.tensor, index);
  });
  if (mixed)
    return failure();
  return std::pair(pattern, when);
}

//===- The proof ------------------------------------------------------------------------------------------------===//

ScalarGraph::Id TracedRecurrence::instantiate(Id pattern, const Assignment &values) {
  return graph.rewriteReads(pattern, [&](const ScalarGraph::ReadOf &read) {
    SmallVector<Lin, 4> index(read.index);
    for (Lin &e : index)
      for (auto &[var, value] : values)
        e = e.substitute(var, value);
    return graph.read(read.tensor, index);
  });
}

Residue TracedRecurrence::evaluate(const Product &product, const Assignment &values) {
  if (!product.bound.empty()) {
    Product rest = product;
    int var = rest.bound.pop_back_val();
    Residue sum;
    for (int64_t i = 0, size = space.get(var).size->constant; i < size && evaluations <= maxElements; ++i) {
      Assignment more = values;
      more.push_back({var, Lin(i)});
      sum = residues::add(sum, evaluate(rest, more));
    }
    return sum;
  }
  evaluations += 1 + product.factors.size() + product.exponent.size();
  if (evaluations > maxElements)
    return {};
  return graph[instantiate(graph.build(product), values)].residue;
}

Residue TracedRecurrence::evaluateDecay(const Scan &scan, const Assignment &values) {
  return graph[instantiate(graph.build(scan.decay), values)].residue;
}

/// A later step may read a product that the first ones compute: looks into what only that step reads.
void TracedRecurrence::openUnlikeFirst(Id element, bool &again) {
  llvm::DenseSet<Value> known;
  auto note = [&](const ScalarGraph::ReadOf &read) { known.insert(read.tensor); };
  for (const std::vector<Product> &products : first)
    for (const Product &product : products) {
      for (Id factor : product.factors)
        graph.forEachRead(factor, note);
      for (auto &[monomial, coefficient] : product.exponent)
        for (Id factor : monomial)
          graph.forEachRead(factor, note);
    }
  llvm::SetVector<Value> others;
  graph.forEachRead(element, [&](const ScalarGraph::ReadOf &read) {
    auto op = read.tensor.getDefiningOp<linalg::LinalgOp>();
    if (op && op.getNumReductionLoops() == 0 && isArithmeticBody(op) && !known.contains(read.tensor))
      others.insert(read.tensor);
  });
  for (Value other : others)
    again |= scope.open(other);
}

LogicalResult TracedRecurrence::prove(Value tensor, ArrayRef<Lin> index, bool &again) {
  std::vector<Residue> expected(length);
  auto forTimes = [&](auto visit) {
    for (int64_t t = 0; t < length; ++t)
      visit(t);
  };
  for (const Product &product : direct)
    forTimes([&](int64_t t) { expected[t] = residues::add(expected[t], evaluate(product, {{time, Lin(t)}})); });
  for (const Scan &scan : scans) {
    for (int var : scan.stateVars)
      if (!space.get(var).size->isConstant())
        return fail("a step is no short sum of products", kProof);
    std::function<void(unsigned, Assignment)> run = [&](unsigned level, Assignment values) {
      if (level < scan.stateVars.size()) {
        int var = scan.stateVars[level];
        for (int64_t i = 0, size = space.get(var).size->constant; i < size && evaluations <= maxElements; ++i) {
          Assignment more = values;
          more.push_back({var, Lin(i)});
          run(level + 1, more);
        }
        return;
      }
      Residue state, imaginary;
      for (const Product &product : scan.init)
        state = residues::add(state, evaluate(product, values));
      values.push_back({time, Lin(0)});
      auto addTo = [&](Residue &sum, ArrayRef<Product> products) {
        for (const Product &product : products)
          sum = residues::add(sum, evaluate(product, values));
      };
      auto read = [&](int64_t t, const Residue &state, const Product &target) {
        if (target.coefficient != 0)
          expected[t] = residues::add(expected[t], residues::multiply(state, evaluate(target, values)));
      };
      forTimes([&](int64_t t) {
        values.back().second = Lin(t);
        Residue decay = evaluate(scan.decay, values), before = state;
        state = residues::multiply(state, decay);
        if (scan.imaginary) {
          Residue rotation = evaluate(scan.imaginary->rotation, values), minus = residues::ofNumber(-1);
          state = residues::add(state, residues::multiply(minus, residues::multiply(rotation, imaginary)));
          imaginary = residues::add(residues::multiply(imaginary, decay), residues::multiply(rotation, before));
          addTo(imaginary, scan.imaginary->source);
          read(t, imaginary, scan.imaginary->target);
        }
        addTo(state, scan.source);
        read(t, state, scan.target);
      });
    };
    run(0, {});
  }
  if (evaluations > maxElements)
    return fail("too much is computed to be gone through step by step", kProof);
  whole = std::make_unique<ElementTrace>(space, scope, graph, sumVars);
  whole->unrollAllSums();
  whole->setBudget(maxElements);
  for (int64_t t = 0; t < length; ++t) {
    SmallVector<Lin> position(index.begin(), index.end());
    for (Lin &e : position)
      e = e.substitute(timeVar, at(t));
    FailureOr<Id> element = whole->element(tensor, position);
    if (failed(element))
      return fail(whole->exhausted ? "too much is computed to be gone through step by step"
                                  : "a step is no short sum of products", kProof);
    if (graph.isInvalid())
      return fail("a step is no short sum of products", kProof);
    if (graph[*element].residue.value == expected[t].value)
      continue;
    openUnlikeFirst(*element, again);
    return fail("step " + Twine(t) + " does not follow the recurrence of the first steps", kProof);
  }
  return success();
}

bool TracedRecurrence::isFinalState(const Scan &scan, Value tensor, ArrayRef<Lin> index) {
  if (scan.imaginary)
    return false;
  FailureOr<Id> element = whole->element(tensor, index);
  whole->undecidedVar = std::nullopt;
  if (failed(element))
    return false;
  Residue state;
  for (const Product &product : scan.init)
    state = residues::add(state, evaluate(product, {}));
  for (int64_t t = 0; t < length; ++t) {
    Assignment values{{time, Lin(t)}};
    state = residues::multiply(state, evaluateDecay(scan, values));
    for (const Product &product : scan.source)
      state = residues::add(state, evaluate(product, values));
  }
  return evaluations <= maxElements && !graph.isInvalid() && graph[*element].residue.value == state.value;
}

/// Finds the recurrence that the first steps show, and proves it.
LogicalResult TracedRecurrence::follow(Value tensor, ArrayRef<Lin> index, bool byPosition, bool &again) {
  scans.clear();
  direct.clear();
  if (failed(findMotions(byPosition, again)) || failed(derive(again)))
    return failure();
  if (succeeded(prove(tensor, index, again)))
    return success();
  return success(pairStates({}) && succeeded(prove(tensor, index, again)));
}

LogicalResult TracedRecurrence::find(Value tensor, ArrayRef<Lin> index, int along) {
  timeVar = along;
  length = space.get(timeVar).size->constant;
  time = space.addVar(IndexSpace::Kind::Placeholder);
  for (bool backwards : {false, true}) {
    reverse = backwards;
    scope.closeOpened(); // by attempts along other axes
    // Each attempt knows one thing more: the axis that is time, a sum to write out, a product to look into.
    for (int attempt = 0; attempt < 64; ++attempt) {
      bool again = false;
      scans.clear();
      direct.clear();
      if (succeeded(expandFirst(tensor, index, again)))
        for (bool byPosition : {false, true}) {
          if (succeeded(follow(tensor, index, byPosition, again)))
            return success();
          if (!ambiguous)
            break;
        }
      if (!again && !space.wantedSplit)
        openNext(again);
      if (!again || space.wantedSplit)
        break;
    }
    if (space.wantedSplit)
      break;
  }
  return failure();
}

LogicalResult TracedRecurrence::findProducts(Value tensor, ArrayRef<Lin> index) {
  // One step at a time that is no axis.
  length = 1;
  scope.closeOpened();
  for (int attempt = 0; attempt < 64; ++attempt) {
    bool again = false;
    if (succeeded(expandFirst(tensor, index, again))) {
      direct = first[0];
      return prove(tensor, index, again);
    }
    if (!again || space.wantedSplit)
      break;
  }
  return failure();
}
