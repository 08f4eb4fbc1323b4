//===- SSDMatcher.cpp - Compares a sum of products with the definition of ssm.ssd -------------------------------===//

#include "lib/Raise/SSDMatcher.h"

using namespace mlir;
using namespace mambac::raise;

/// Moves the exponentials of a term into one exponent, a difference of prefix sums of one summand.
LogicalResult SSDMatcher::splitExponent(const Term &term, Work &work, std::optional<Lin> &begin,
                                        std::optional<Lin> &end) {
  Poly exponent;
  work.term = term;
  work.term.atoms.clear();
  for (const Atom &atom : term.atoms) {
    if (atom.kind == Atom::Kind::Prefix)
      return fail("a cumulative sum is used outside of an exponential");
    if (atom.kind == Atom::Kind::Leaf)
      work.term.atoms.push_back(atom);
    else
      exponent.insert(exponent.end(), atom.exponent->begin(), atom.exponent->end());
  }
  exponent = evaluator.simplify(exponent, term.guards);
  for (const Term &part : exponent) {
    if (part.atoms.size() != 1 || part.atoms[0].kind != Atom::Kind::Prefix || !part.guards.empty() ||
        !part.bound.empty())
      return fail("an exponent is not a difference of cumulative sums");
    if (base >= 0 && part.atoms[0].base != base)
      return fail("the decays are cumulative sums of different values");
    base = part.atoms[0].base;
    std::optional<Lin> &side = part.coefficient > 0 ? end : begin;
    if ((part.coefficient != 1 && part.coefficient != -1) || side)
      return fail("an exponent is not one difference of cumulative sums");
    side = part.atoms[0].end;
  }
  return !end && begin ? fail("a decay grows with time") : success();
}

LogicalResult SSDMatcher::splitExponentials(const Term &term, Work &work) {
  std::optional<Lin> begin, end;
  if (failed(splitExponent(term, work, begin, end)))
    return failure();
  if (end) {
    plausible = true;
    if (hasTarget && target != *end - 1)
      return fail("the decays end at different times");
    target = *end - 1;
    work.hasTarget = hasTarget = true;
    if (begin)
      work.source = *begin - 1;
  }
  return success();
}

/// The summand of the cumulative sums is dt * A, with A constant in time; without a step all of it is A.
LogicalResult SSDMatcher::matchBase() {
  const Term summand = evaluator.getSummand(base);
  tau = Lin::var(evaluator.getSummandVar());
  SmallVector<Atom, 4> leaves(summand.atoms.begin(), summand.atoms.end());
  double coefficient = summand.coefficient;
  auto dependsOnTime = [&](const Atom &leaf) { return usesVar(leaf, tau.terms[0].first); };
  auto ownForEachState = [&](ArrayRef<Atom> leaves) {
    return llvm::any_of(varsOf(leaves), [&](int var) { return space.get(var).kind == IndexSpace::Kind::Bound; });
  };
  if (!withStep) {
    A.coefficient = coefficient;
    A.atoms.append(leaves.begin(), leaves.end());
    return A.empty() || ownForEachState(A.atoms) ? fail("the decay has its own value for each state") : success();
  }
  for (int step = 0; step < 6 && llvm::all_of(leaves, dependsOnTime); ++step) {
    bool opened = false;
    for (unsigned i = 0; i < leaves.size() && !opened; ++i) {
      FailureOr<Poly> inner = evaluator.expand(leaves[i], {});
      if (failed(inner) || inner->size() != 1 || !inner->front().bound.empty() || !inner->front().guards.empty() ||
          llvm::any_of(inner->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        continue;
      leaves.erase(leaves.begin() + i);
      leaves.append(inner->front().atoms.begin(), inner->front().atoms.end());
      coefficient *= inner->front().coefficient;
      opened = true;
    }
    if (!opened)
      return failWithStep("the decay is not a product of a time step and a constant in time");
  }
  if (llvm::all_of(leaves, dependsOnTime))
    return failWithStep("the decay has no factor that is constant in time");
  for (const Atom &leaf : leaves)
    (dependsOnTime(leaf) ? dt : A).atoms.push_back(leaf);
  A.coefficient = coefficient;
  if (dt.empty())
    return failWithStep("the decay does not depend on time");
  if (ownForEachState(dt.atoms) || ownForEachState(A.atoms))
    return fail("the decay has its own value for each state");
  return success();
}

/// Follows the producers of leaves that depend on two times, such as scores, until none is left.
LogicalResult SSDMatcher::openMixedLeaves(SmallVectorImpl<Work> &works) {
  SmallVector<int> targetVars = varsOf(target);
  for (unsigned next = 0, steps = 0; next < works.size(); ++next) {
    bool again = true;
    while (again) {
      again = false;
      Work work = works[next];
      SmallVector<int> sourceVars = work.source ? varsOf(*work.source) : SmallVector<int>();
      for (unsigned i = 0; i < work.term.atoms.size() && !again; ++i) {
        const Atom &leaf = work.term.atoms[i];
        bool mixed = false, atTarget = false, atSource = false;
        for (const Lin &e : leaf.index) {
          if (e == target)
            atTarget = true;
          else if (work.source && e == *work.source)
            atSource = true;
          else
            mixed |= e.usesAny(targetVars) || e.usesAny(sourceVars);
        }
        if (!mixed && !(atTarget && atSource))
          continue;
        if (++steps > 64)
          return fail("too many products between two times");
        FailureOr<Poly> opened = evaluator.expand(leaf, work.term.guards);
        if (failed(opened))
          return fail("a factor depends on two times in a way that is not a product");
        Term rest = work.term;
        rest.atoms.erase(rest.atoms.begin() + i);
        Poly product = multiply({rest}, *opened);
        if (product.empty())
          return fail("a term vanishes");
        for (const Term &term : product)
          if (llvm::any_of(term.atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
            return fail("a factor between two times has a decay of its own");
        works[next].term = product.front();
        for (const Term &term : llvm::drop_begin(product)) {
          Work more = work;
          more.term = term;
          works.push_back(more);
        }
        again = true;
      }
    }
  }
  return success();
}

/// Leaves written with the placeholder, read at `position`.
SmallVector<Atom, 4> SSDMatcher::at(ArrayRef<Atom> leaves, const Lin &position) {
  SmallVector<Atom, 4> result;
  for (const Atom &leaf : leaves)
    result.push_back(rewritePosition(leaf, tau, position));
  return result;
}

LogicalResult SSDMatcher::agree(Group &group, bool &seen, const Group &found, StringRef what) {
  if (!std::exchange(seen, true)) {
    group = found;
    return success();
  }
  if (group.coefficient != found.coefficient || !sameLeaves(group.atoms, found.atoms))
    return fail("the terms have different " + what);
  return success();
}

/// A term with a source time, or one that starts from the initial state.
LogicalResult SSDMatcher::matchSource(Work &work) {
  Term &term = work.term;
  SmallVector<int> sourceVars, stateVars;
  for (int var : term.bound) {
    bool ofSource = work.source && work.source->uses(var);
    (ofSource ? sourceVars : stateVars).push_back(var);
  }
  if (stateVars.size() > 1)
    return fail("a term sums over more than one state axis");
  if (stateVars.size() == 1) {
    Lin size = *space.get(stateVars[0]).size;
    if (sawTerm && stateSize != size)
      return fail("the terms sum over states of different sizes");
    stateSize = size;
    if (state.isConstant())
      state = Lin::var(stateVars[0]);
    for (Atom &atom : term.atoms)
      atom = substitute(atom, stateVars[0], state);
  } else if (sawTerm && stateSize != Lin(1)) {
    return fail("some terms do not sum over the states");
  }
  sawTerm = true;
  SmallVector<Atom, 4> sourceLeaves, targetLeaves, constantLeaves;
  for (const Atom &leaf : term.atoms) {
    bool atTarget = llvm::is_contained(leaf.index, target);
    bool atSource = work.source && llvm::is_contained(leaf.index, *work.source);
    if (atTarget)
      targetLeaves.push_back(rewritePosition(leaf, target, tau));
    else if (atSource)
      sourceLeaves.push_back(leaf);
    else
      constantLeaves.push_back(leaf);
  }
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  double coefficient = term.coefficient;
  Group foundC, foundGate;
  for (const Atom &leaf : targetLeaves)
    (isReadout(leaf, stateVar) ? foundC : foundGate).atoms.push_back(leaf);
  if (failed(agree(gate, sawGate, foundGate, "factors at the target time")) ||
      failed(agree(C, sawC, foundC, "readouts C")))
    return failure();

  if (!work.source) {
    // exp(P(t+1)) C[t] h[-1]
    Group found;
    found.coefficient = coefficient;
    found.atoms.append(constantLeaves.begin(), constantLeaves.end());
    if (!sourceLeaves.empty() || constantLeaves.empty() || !initialState.empty())
      return fail("the term from before time 0 is not an initial state");
    if (!term.guards.empty())
      return fail("the initial state takes part at some times only");
    initialState = found;
    return success();
  }
  Constraints between = term.guards;
  between.push_back(tau - *work.source - 1);
  between.push_back(target - tau);
  for (const Lin &guard : evaluator.getSummand(base).guards)
    if (!space.implies(between, guard))
      return fail("the decay is masked between source and target");
  // Leaves are opened where they are read: that a pad is not met there follows from the position.
  if (!factorOut(evaluator, sourceLeaves, at(dt.atoms, *work.source), coefficient, term.guards))
    return failWithStep("the input is not multiplied by the time step of the decay");
  Group foundX, foundB;
  foundX.coefficient = coefficient;
  for (const Atom &leaf : sourceLeaves)
    (usesVar(leaf, stateVar) ? foundB : foundX).atoms.push_back(rewritePosition(leaf, *work.source, tau));
  foundX.atoms.append(constantLeaves.begin(), constantLeaves.end());
  if (state.isConstant() && foundX.atoms.size() == 2) {
    // One state: B has no axis of its own. It is the factor that the channels share.
    SmallVector<int> rootVars = study.getRootVars();
    auto count = [&](const Atom &leaf) {
      return llvm::count_if(rootVars, [&](int var) { return usesVar(leaf, var); });
    };
    unsigned smaller = count(foundX.atoms[0]) <= count(foundX.atoms[1]) ? 0 : 1;
    foundB.atoms.push_back(foundX.atoms[smaller]);
    foundX.atoms.erase(foundX.atoms.begin() + smaller);
  }
  bool seenX = sawSource, seenB = sawSource;
  if (failed(agree(x, seenX, foundX, "inputs x")) || failed(agree(B, seenB, foundB, "inputs B")))
    return failure();
  sawSource = true;
  return addInterval(work, sourceVars);
}

/// The source times of a term have to be consecutive: a mixed radix number of its bound variables.
LogicalResult SSDMatcher::addInterval(const Work &work, ArrayRef<int> sourceVars) {
  SmallVector<int> vars(sourceVars);
  llvm::sort(vars, [&](int a, int b) { return work.source->coefficientOf(a) < work.source->coefficientOf(b); });
  Lin low = *work.source, high = *work.source;
  SmallVector<bool> used(work.term.guards.size(), false);
  int64_t stride = 1;
  // Guards on the source time as a whole (a pad) bound the whole interval, once its parts are known.
  SmallVector<Lin> wholeHighs;
  for (auto [i, guard] : llvm::enumerate(work.term.guards)) {
    Lin rest = guard + *work.source;
    if (sourceVars.size() > 1 && !rest.usesAny(sourceVars)) {
      wholeHighs.push_back(rest);
      used[i] = true;
    }
  }
  for (auto [place, var] : llvm::enumerate(vars)) {
    if (work.source->coefficientOf(var) != stride)
      return fail("the sources of a term are not consecutive times");
    SmallVector<Lin> lows{Lin(0)}, highs;
    if (space.get(var).size)
      highs.push_back(*space.get(var).size - 1);
    for (auto [i, guard] : llvm::enumerate(work.term.guards)) {
      int64_t coefficient = guard.coefficientOf(var);
      if (coefficient == 0 || used[i])
        continue;
      Lin rest = guard - Lin::var(var, coefficient);
      if (std::abs(coefficient) != 1 || rest.usesAny(vars))
        return fail("the mask of a term is not a causal one");
      used[i] = true;
      (coefficient > 0 ? lows : highs).push_back(coefficient > 0 ? rest * -1 : rest);
    }
    auto pick = [&](ArrayRef<Lin> candidates, int64_t sign) -> std::optional<Lin> {
      for (const Lin &candidate : candidates)
        if (llvm::all_of(candidates, [&](const Lin &other) {
              return other == candidate || space.implies({}, (candidate - other) * sign);
            }))
          return candidate;
      return std::nullopt;
    };
    std::optional<Lin> first = pick(lows, 1), last = pick(highs, -1);
    if (!first || !last)
      return fail("the range of a term's sources is not known");
    if (!space.implies({}, *last - *first + 1))
      return fail("a term's range of sources may be negative");
    low = low.substitute(var, *first);
    high = high.substitute(var, *last);
    Lin count = *last - *first + 1;
    if (place + 1 < vars.size()) {
      if (!count.isConstant())
        return fail("the sources of a term are not consecutive times");
      stride *= count.constant;
    }
  }
  for (const Lin &bound : wholeHighs) {
    if (space.implies({}, high - bound))
      high = bound;
    else if (!space.implies({}, bound - high))
      return fail("the range of a term's sources is not known");
  }
  for (auto [i, guard] : llvm::enumerate(work.term.guards))
    if (!used[i])
      return fail("a term takes part at some times only");
  intervals.push_back({low, high});
  return success();
}

LogicalResult SSDMatcher::checkCover(const Lin &last) {
  Lin next(0);
  SmallVector<Interval> rest(intervals);
  while (!rest.empty()) {
    auto it = llvm::find_if(rest, [&](const Interval &interval) { return interval.low == next; });
    if (it == rest.end())
      return fail("the terms leave out or repeat sources");
    next = it->high + 1;
    rest.erase(it);
  }
  if (next != last + 1)
    return fail("the sources do not end at the target time (another diagonal of the mask)");
  return success();
}

/// A term without decay: D * x at the target time.
LogicalResult SSDMatcher::matchDirect(Work &work) {
  if (!work.term.bound.empty() || !work.term.guards.empty())
    return fail("a sum without decay is added");
  SmallVector<Atom, 4> leaves(work.term.atoms.begin(), work.term.atoms.end());
  double coefficient = work.term.coefficient;
  if (!factorOut(evaluator, leaves, at(gate.atoms, target), coefficient, {}) ||
      !factorOut(evaluator, leaves, at(x.atoms, target), coefficient, {}))
    return fail("something else than D * x is added");
  if (!D.empty())
    return fail("more than one multiple of x is added");
  D.coefficient = coefficient / x.coefficient;
  D.atoms.append(leaves.begin(), leaves.end());
  for (const Atom &leaf : D.atoms)
    if (usesAnyVar(leaf, varsOf(target)))
      return fail("the skip's factor depends on time");
  if (D.empty())
    return fail("x is added without a factor");
  return success();
}

LogicalResult SSDMatcher::match() {
  Poly poly = evaluator.evaluate(study.root, study.index, {});
  if (poly.empty() || poly.size() > 16)
    return fail("not a sum of products");
  SmallVector<Work, 4> sources, direct;
  for (const Term &term : poly) {
    Work work;
    if (failed(splitExponentials(term, work)))
      return failure();
    (work.hasTarget ? sources : direct).push_back(work);
  }
  if (!hasTarget)
    return fail("no decay");
  auto it = llvm::find(study.index, target);
  if (it == study.index.end())
    return fail("the decay does not end at the time of the element");
  timeDim = it - study.index.begin();
  if (failed(matchBase()) || failed(openMixedLeaves(sources)))
    return failure();
  // Terms with a source first: they settle x.
  for (Work &work : sources)
    if (work.source && failed(matchSource(work)))
      return failure();
  for (Work &work : sources)
    if (!work.source && failed(matchSource(work)))
      return failure();
  if (!sawSource || x.empty() || B.empty() || C.empty())
    return fail("there is no input x, B, or no readout C");
  if (failed(checkCover(target)))
    return failure();
  for (Work &work : direct)
    if (failed(matchDirect(work)))
      return failure();
  time = tau;
  return success();
}

/// sum over s < length of exp(P(length) - P(s+1)) * dt[s] B[s] x[s]  +  exp(P(length)) * initial state
bool SSDMatcher::isFinalState(Value value, ArrayRef<Lin> position, const Lin &length) {
  Poly poly = evaluator.evaluate(value, position, {});
  if (poly.empty() || poly.size() > 16)
    return false;
  const Term &summand = evaluator.getSummand(base);
  intervals.clear();
  bool sawInitial = false;
  for (const Term &term : poly) {
    Work work;
    std::optional<Lin> begin, end;
    if (failed(splitExponent(term, work, begin, end)) || !end)
      return false;
    // The decay goes on to the last step, or beyond it where the summand is 0 (a pad).
    if (*end != length) {
      Constraints beyond = summand.guards;
      beyond.push_back(tau - length);
      if (!space.implies({}, *end - length) || summand.guards.empty() || !space.isEmpty(beyond))
        return false;
    }
    SmallVector<Atom, 4> leaves(work.term.atoms.begin(), work.term.atoms.end()), wanted;
    double coefficient = work.term.coefficient;
    if (!begin) {
      if (sawInitial || initialState.empty() || !work.term.guards.empty() || !work.term.bound.empty() ||
          !factorOut(evaluator, leaves, initialState.atoms, coefficient, {}) || !leaves.empty() ||
          coefficient != initialState.coefficient)
        return false;
      sawInitial = true;
      continue;
    }
    work.source = *begin - 1;
    Constraints between = work.term.guards;
    between.push_back(tau - *work.source - 1);
    between.push_back(length - 1 - tau);
    if (llvm::any_of(summand.guards, [&](const Lin &guard) { return !space.implies(between, guard); }))
      return false;
    for (const Group *group : {&dt, &x, &B})
      wanted.append(at(group->atoms, *work.source));
    if (!llvm::all_of(work.term.bound, [&](int var) { return work.source->uses(var); }) ||
        !factorOut(evaluator, leaves, wanted, coefficient, work.term.guards) || !leaves.empty() ||
        coefficient != x.coefficient * B.coefficient || failed(addInterval(work, work.term.bound)))
      return false;
  }
  return sawInitial == !initialState.empty() && succeeded(checkCover(length - 1));
}
