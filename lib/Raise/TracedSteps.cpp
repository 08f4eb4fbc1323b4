//===- TracedSteps.cpp - The recurrence that the first steps show -----------------------------------------------===//
//
// The part of TracedRecurrence that guesses the factors from the second step's products: what starts at time 0 is there
// once more, one step later and without the decay.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/TracedRecurrence.h"

using namespace mlir;
using namespace mambac::raise;

using Product = ScalarGraph::Product;
using Monomial = ScalarGraph::Monomial;

void mambac::raise::addTo(TracedRecurrence::Exponent &sum, const TracedRecurrence::Exponent &other, double sign) {
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

Monomial TracedRecurrence::Sorted::getFactors() const {
  Monomial all = timeless;
  for (const Monomial &when : at)
    all.append(when);
  llvm::sort(all);
  return all;
}

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

FailureOr<Monomial> mambac::raise::takeOut(const Monomial &all, const Monomial &part) {
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
  if (scans.empty() && !findImaginary(terms)) {
    bool none = llvm::all_of(terms, [](const Sorted &term) { return term.at[0].empty(); });
    return none ? fail("no element depends on an earlier step", kSteps)
                : fail("the first steps follow no recurrence", kRecurrence);
  }
  if (scans.size() > 4)
    return fail("the first steps follow no recurrence", kRecurrence);
  if (llvm::all_of(scans, [](const Scan &scan) { return scan.decay == Product() && scan.target.factors.empty(); }))
    return fail("it is a running sum", kRecurrence);
  for (Sorted &term : terms)
    term.used |= findInit(term);
  auto isCross = [](const Sorted &term) { return !term.used && !term.at[0].empty(); };
  if (llvm::any_of(terms, isCross) && !pairStates(terms))
    return fail("the first steps follow no recurrence", kRecurrence);
  for (Sorted &term : terms) {
    if (term.used)
      continue;
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
