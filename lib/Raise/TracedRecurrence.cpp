//===- TracedRecurrence.cpp - The recurrence that the elements of a tensor follow along time --------------------===//

#include "lib/Raise/TracedRecurrence.h"

#include "llvm/ADT/MapVector.h"
#include <set>

using namespace mlir;
using namespace mambac::raise;

using Product = ScalarGraph::Product;
using Monomial = ScalarGraph::Monomial;

//===- The first times ------------------------------------------------------------------------------------------===//

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
    if (failed(products) || graph.isInvalid())
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
  auto openFirst = [&](const Monomial &monomial) {
    for (Id factor : monomial) {
      if (graph[factor].kind == ScalarGraph::Kind::Read) {
        auto op = graph.getRead(factor).tensor.getDefiningOp<linalg::LinalgOp>();
        if (!op || op.getNumReductionLoops() != 0)
          continue;
      }
      if (!again)
        open(factor, again);
    }
  };
  for (const Product &product : first[1]) {
    openFirst(product.factors);
    for (auto &[monomial, coefficient] : product.exponent)
      openFirst(monomial);
  }
}

LogicalResult TracedRecurrence::findMotions(bool &again) {
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
    next.erase(*begin.begin());
    if (begin.size() != 1 || next.size() != 1) {
      again |= scope.open(Value::getFromOpaquePointer(dim.first));
      return fail("the first steps follow no recurrence", kRecurrence);
    }
    int64_t stride = *next.begin() - *begin.begin();
    motions[dim] = {*begin.begin() - shift * stride, stride};
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

//===- The recurrence -------------------------------------------------------------------------------------------===//

static void addTo(TracedRecurrence::Exponent &sum, const TracedRecurrence::Exponent &other, double sign) {
  std::map<Monomial, double> all;
  for (auto &[monomial, coefficient] : sum)
    all[monomial] += coefficient;
  for (auto &[monomial, coefficient] : other)
    all[monomial] += sign * coefficient;
  sum.clear();
  for (auto &[monomial, coefficient] : all)
    if (coefficient != 0)
      sum.push_back({monomial, coefficient});
}

/// A product of an element, its factors and exponents sorted by the times they are read at.
struct TracedRecurrence::Sorted {
  double coefficient;
  SmallVector<int, 2> bound;
  Monomial timeless, at[3];
  Exponent exponent[3];
  bool used = false;

  /// All factors from time `begin` on.
  Monomial getFactors(unsigned begin = 0) const {
    Monomial all = timeless;
    for (unsigned when = begin; when < 3; ++when)
      all.append(at[when]);
    llvm::sort(all);
    return all;
  }
};

FailureOr<TracedRecurrence::Sorted> TracedRecurrence::sort(const Product &product, bool &again) {
  Sorted sorted{product.coefficient, product.bound, {}, {}, {}, false};
  for (Id factor : product.factors) {
    auto general = generalize(factor);
    if (failed(general)) {
      // Computed between two times: its own factors are looked at.
      open(factor, again);
      return failure();
    }
    if (general->second > 2)
      return failure();
    (general->second < 0 ? sorted.timeless : sorted.at[general->second]).push_back(general->first);
  }
  for (Monomial *monomial : {&sorted.timeless, &sorted.at[0], &sorted.at[1], &sorted.at[2]})
    llvm::sort(*monomial);
  for (auto &[monomial, coefficient] : product.exponent) {
    Monomial pattern;
    int64_t when = -1;
    for (Id factor : monomial) {
      auto general = generalize(factor);
      if (failed(general) || (general->second >= 0 && when >= 0 && general->second != when)) {
        open(factor, again);
        return failure();
      }
      pattern.push_back(general->first);
      when = std::max(when, general->second);
    }
    llvm::sort(pattern);
    if (when > 2)
      return failure();
    // A decay that does not move: the same at each step. How many steps it is taken for says how often it counts.
    sorted.exponent[when < 0 ? 2 : when].push_back({pattern, coefficient});
  }
  for (Exponent &exponent : sorted.exponent)
    llvm::sort(exponent);
  return sorted;
}

/// Takes `part` out of sorted factors; failure if it is not all there.
static FailureOr<Monomial> takeOut(const Monomial &all, const Monomial &part) {
  Monomial rest;
  std::set_difference(all.begin(), all.end(), part.begin(), part.end(), std::back_inserter(rest));
  if (rest.size() + part.size() != all.size())
    return failure();
  return rest;
}

/// What `term`, which starts at time 0, is one step later, and so without the decay. Sets the scan's decay, and the
/// exponent of its target.
bool TracedRecurrence::findDiagonal(MutableArrayRef<Sorted> terms, const Sorted &term, const Product &source,
                                    Scan &scan) {
  // However its factors are put together.
  Product later;
  later.coefficient = source.coefficient;
  later.factors = source.factors;
  later.factors.append(scan.target.factors);
  uint64_t wanted = graph[graph.build(later)].residue.value;
  auto take = [&](Sorted &other, bool plain) {
    Exponent rest = other.exponent[1];
    addTo(rest, other.exponent[2], 1);
    addTo(rest, source.exponent, -1);
    if (plain && !rest.empty())
      return false;
    other.used = true;
    scan.target.exponent = rest;
    scan.decay.exponent = term.exponent[1];
    addTo(scan.decay.exponent, term.exponent[2], 1);
    addTo(scan.decay.exponent, rest, -1);
    return true;
  };
  auto isLater = [&](const Sorted &other) {
    return !other.used && other.at[0].empty() && other.exponent[0].empty() && other.bound == term.bound;
  };
  for (bool plain : {true, false})
    for (Sorted &other : terms) {
      if (!isLater(other))
        continue;
      Product all;
      all.coefficient = other.coefficient;
      all.factors = other.getFactors();
      if (graph[graph.build(all)].residue.value == wanted && take(other, plain))
        return true;
    }
  // Without a factor that is the decay, or with another coefficient.
  for (bool plain : {true, false})
    for (Sorted &other : terms) {
      double ratio = term.coefficient / other.coefficient;
      if (!isLater(other) || ratio * other.coefficient != term.coefficient)
        continue;
      FailureOr<Monomial> decay = takeOut(term.getFactors(), other.getFactors());
      if (failed(decay) || failed(takeOut(other.getFactors(), term.at[0])))
        continue;
      // It is read at time 1, or always.
      bool known = true;
      for (Id factor : *decay)
        known &= llvm::is_contained(term.at[1], factor) || llvm::is_contained(term.timeless, factor);
      if (!known || !take(other, plain))
        continue;
      scan.decay.coefficient = ratio;
      scan.decay.factors = *decay;
      return true;
    }
  return false;
}

/// Whether a term is a state from before the first step; adds it to its scan.
bool TracedRecurrence::findInit(const Sorted &term) {
  for (Scan &scan : scans) {
    Exponent expected = scan.decay.exponent, found = term.exponent[0];
    addTo(expected, scan.decay.exponent, 1);
    addTo(expected, scan.target.exponent, 1);
    addTo(found, term.exponent[1], 1);
    addTo(found, term.exponent[2], 1);
    bool decays = !scan.decay.exponent.empty() || !scan.decay.factors.empty();
    if (found != expected || term.bound.size() < scan.stateVars.size() || !decays)
      continue;
    FailureOr<Monomial> init = takeOut(term.getFactors(), scan.target.factors);
    for (unsigned step = 0; step < 2 && succeeded(init); ++step)
      init = takeOut(*init, scan.decay.factors);
    if (failed(init) || init->empty())
      continue;
    Product product;
    product.coefficient = term.coefficient / (scan.decay.coefficient * scan.decay.coefficient);
    product.factors = *init;
    scan.init.push_back(product);
    return true;
  }
  return false;
}

LogicalResult TracedRecurrence::derive(bool &again) {
  if (first.size() < 2)
    return fail("no element depends on an earlier step", kSteps);
  std::vector<Sorted> terms;
  for (const Product &product : first[1]) {
    FailureOr<Sorted> sorted = sort(product, again);
    if (failed(sorted))
      return again ? failure() : fail("the first steps follow no recurrence", kRecurrence);
    terms.push_back(std::move(*sorted));
  }
  // Decays that do not move stand in the slot of time 2: of one step where the term comes from time 0.
  auto boundIn = [&](const Monomial &monomial, int var) {
    return llvm::any_of(monomial, [&](Id id) { return llvm::is_contained(graph.getVars(id), var); });
  };
  for (Sorted &term : terms) {
    if (term.used || term.at[0].empty())
      continue;
    Scan scan;
    Product source;
    source.coefficient = term.coefficient;
    source.factors = term.at[0];
    source.exponent = term.exponent[0];
    scan.target.factors = term.at[1];
    // What does not move is the source's, unless nothing else reads the state.
    for (Id factor : term.timeless) {
      bool readsState = llvm::any_of(term.bound, [&](int var) {
        return llvm::is_contained(graph.getVars(factor), var) && !boundIn(scan.target.factors, var) &&
               (boundIn(source.factors, var) || llvm::any_of(term.timeless, [&](Id other) {
                  return other < factor && llvm::is_contained(graph.getVars(other), var);
                }));
      });
      (readsState ? scan.target : source).factors.push_back(factor);
    }
    llvm::sort(source.factors);
    llvm::sort(scan.target.factors);
    term.used = true;
    if (!findDiagonal(terms, term, source, scan)) {
      term.used = false; // a state from before the first step, perhaps
      continue;
    }
    // The decay is neither the source's nor the target's.
    source.coefficient /= scan.decay.coefficient;
    for (Id factor : scan.decay.factors) {
      Monomial &from = llvm::is_contained(scan.target.factors, factor) ? scan.target.factors : source.factors;
      from.erase(llvm::find(from, factor));
    }
    // Variables that only the source has are summed up there, and those that only the target has in the target.
    for (int var : term.bound) {
      bool inSource = boundIn(source.factors, var) || llvm::any_of(source.exponent, [&](auto &part) {
                        return boundIn(part.first, var);
                      });
      bool inDecay = boundIn(scan.decay.factors, var) || llvm::any_of(scan.decay.exponent, [&](auto &part) {
                       return boundIn(part.first, var);
                     });
      bool inTarget = boundIn(scan.target.factors, var);
      if (inSource && !inDecay && !inTarget)
        source.bound.push_back(var);
      else
        scan.stateVars.push_back(var);
    }
    auto same = llvm::find_if(scans, [&](const Scan &other) {
      return other.decay == scan.decay && other.target == scan.target && other.stateVars == scan.stateVars;
    });
    if (same == scans.end()) {
      scan.source.push_back(source);
      scans.push_back(std::move(scan));
    } else {
      same->source.push_back(source);
    }
  }
  if (scans.empty()) {
    bool none = llvm::all_of(terms, [](const Sorted &term) { return term.at[0].empty(); });
    return none ? fail("no element depends on an earlier step", kSteps)
                : fail("the first steps follow no recurrence", kRecurrence);
  }
  if (scans.size() > 4)
    return fail("the first steps follow no recurrence", kRecurrence);
  if (llvm::all_of(scans, [](const Scan &scan) { return scan.decay == Product() && scan.target.factors.empty(); }))
    return fail("it is a running sum", kRecurrence);
  for (Sorted &term : terms) {
    if (term.used || findInit(term))
      continue;
    if (!term.at[0].empty())
      return fail("the first steps follow no recurrence", kRecurrence);
    if (!term.exponent[0].empty()) {
      // The readout may stand in one unit with the state from before the first step.
      for (const Monomial *monomial : {&term.timeless, &term.at[1]})
        for (Id factor : *monomial)
          open(factor, again);
      return fail("the first steps follow no recurrence", kRecurrence);
    }
    Product product;
    product.coefficient = term.coefficient;
    product.bound = term.bound;
    product.factors = term.timeless;
    product.factors.append(term.at[1]);
    llvm::sort(product.factors);
    product.exponent = term.exponent[1];
    addTo(product.exponent, term.exponent[2], 1);
    direct.push_back(product);
  }
  return success();
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
    for (int64_t i = 0, size = space.get(var).size->constant; i < size; ++i) {
      Assignment more = values;
      more.push_back({var, Lin(i)});
      sum = residues::add(sum, evaluate(rest, more));
    }
    return sum;
  }
  return graph[instantiate(graph.build(product), values)].residue;
}

Residue TracedRecurrence::evaluateDecay(const Scan &scan, const Assignment &values) {
  return graph[instantiate(graph.build(scan.decay), values)].residue;
}

LogicalResult TracedRecurrence::prove(Value tensor, ArrayRef<Lin> index) {
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
        for (int64_t i = 0, size = space.get(var).size->constant; i < size; ++i) {
          Assignment more = values;
          more.push_back({var, Lin(i)});
          run(level + 1, more);
        }
        return;
      }
      Residue state;
      for (const Product &product : scan.init)
        state = residues::add(state, evaluate(product, values));
      values.push_back({time, Lin(0)});
      forTimes([&](int64_t t) {
        values.back().second = Lin(t);
        state = residues::multiply(state, evaluateDecay(scan, values));
        for (const Product &product : scan.source)
          state = residues::add(state, evaluate(product, values));
        expected[t] = residues::add(expected[t], residues::multiply(state, evaluate(scan.target, values)));
      });
    };
    run(0, {});
  }
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
    if (graph[*element].residue.value != expected[t].value)
      return fail("step " + Twine(t) + " does not follow the recurrence of the first steps", kProof);
  }
  return success();
}

bool TracedRecurrence::isFinalState(const Scan &scan, Value tensor, ArrayRef<Lin> index) {
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
  return !graph.isInvalid() && graph[*element].residue.value == state.value;
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
      if (succeeded(expandFirst(tensor, index, again)) && succeeded(findMotions(again)) && succeeded(derive(again)) &&
          succeeded(prove(tensor, index)))
        return success();
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
      return prove(tensor, index);
    }
    if (!again || space.wantedSplit)
      break;
  }
  return failure();
}
