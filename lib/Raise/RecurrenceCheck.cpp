//===- RecurrenceCheck.cpp - Ranges of sources, and sums against roles that are known ---------------------------===//
//
// The part of RecurrenceMatcher that counts sources: each time up to the target exactly once, in whatever pieces.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/RecurrenceMatcher.h"

using namespace mlir;
using namespace mambac::raise;

/// Whether the summand of the decay may be masked at a time between source and target.
bool RecurrenceMatcher::isMaskedBetween(const Work &work, const Lin &at, ArrayRef<Lin> given) {
  Constraints between = join(given, work.term.guards);
  if (options.reverse) {
    between.push_back(tau - at);
    if (work.source)
      between.push_back(*work.source - 1 - tau);
  } else {
    between.push_back(at - tau);
    if (work.source)
      between.push_back(tau - *work.source - 1);
  }
  return llvm::any_of(summand->guards, [&](const Lin &guard) { return !space.implies(between, guard); });
}

/// The source times of a term have to be consecutive: a mixed radix number of its bound variables.
LogicalResult RecurrenceMatcher::addInterval(const Work &work, ArrayRef<Lin> given) {
  SmallVector<int> vars;
  for (int var : work.term.bound)
    if (work.source->uses(var))
      vars.push_back(var);
  int64_t sign = 1;
  Lin source = *work.source;
  if (llvm::all_of(vars, [&](int var) { return source.coefficientOf(var) < 0; }) && !vars.empty())
    sign = -1;
  llvm::sort(vars, [&](int a, int b) { return source.coefficientOf(a) * sign < source.coefficientOf(b) * sign; });
  Lin low = source, high = source;
  SmallVector<bool> used(work.term.guards.size(), false);
  int64_t stride = 1;
  // Guards on the source time as a whole (a pad) bound the whole interval, once its parts are known.
  SmallVector<Lin> wholeHighs;
  for (auto [i, guard] : llvm::enumerate(work.term.guards)) {
    Lin rest = guard + source;
    if (vars.size() > 1 && !rest.usesAny(vars)) {
      wholeHighs.push_back(rest);
      used[i] = true;
    }
  }
  for (auto [place, var] : llvm::enumerate(vars)) {
    if (source.coefficientOf(var) * sign != stride)
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
              return other == candidate || space.implies(given, (candidate - other) * sign);
            }))
          return candidate;
      return std::nullopt;
    };
    std::optional<Lin> first = pick(lows, 1), last = pick(highs, -1);
    if (!first || !last)
      return fail("the range of a term's sources is not known");
    if (!space.implies(given, *last - *first + 1))
      return fail("a term's range of sources may be negative");
    low = low.substitute(var, sign > 0 ? *first : *last);
    high = high.substitute(var, sign > 0 ? *last : *first);
    Lin count = *last - *first + 1;
    if (place + 1 < vars.size()) {
      if (!count.isConstant())
        return fail("the sources of a term are not consecutive times");
      stride *= count.constant;
    }
  }
  for (const Lin &bound : wholeHighs) {
    if (space.implies(given, high - bound))
      high = bound;
    else if (!space.implies(given, bound - high))
      return fail("the range of a term's sources is not known");
  }
  for (auto [i, guard] : llvm::enumerate(work.term.guards))
    if (!used[i])
      return fail("a term takes part at some times only");
  intervals.push_back({low, high});
  return success();
}

/// All sources that lead to `at`: 0 .. at, or backwards at .. length - 1.
LogicalResult RecurrenceMatcher::checkCover(const Lin &at, ArrayRef<Lin> given, std::optional<Lin> length) {
  Lin next = options.reverse ? at : Lin(0), last = at;
  if (options.reverse)
    last = (length ? *length : space.getSize(study.root, timeDim)) - 1;
  auto same = [&](const Lin &a, const Lin &b) {
    return a == b || (space.implies(given, a - b) && space.implies(given, b - a));
  };
  SmallVector<Interval> rest(intervals);
  while (!rest.empty()) {
    auto it = llvm::find_if(rest, [&](const Interval &interval) { return same(interval.low, next); });
    if (it == rest.end())
      return fail("the terms leave out or repeat sources");
    next = it->high + 1;
    rest.erase(it);
  }
  if (!same(next, last + 1))
    return fail("the sources do not end at the target time (another diagonal of the mask)");
  return success();
}

/// A term of a sum whose roles are known, with its source.
bool RecurrenceMatcher::checkSource(Work &work, ArrayRef<Lin> given, const Lin &position, bool isFinal) {
  Term &term = work.term;
  if (!work.source && !isFinal && !state.isConstant())
    openContraction(term, given);
  SmallVector<int> stateVars;
  for (int var : term.bound)
    if (!work.source || !work.source->uses(var))
      stateVars.push_back(var);
  if (isFinal ? !stateVars.empty() : failed(nameState(term, stateVars)))
    return false;
  if (!isFinal && stateVars.empty() != state.isConstant())
    return false;
  Constraints known = join(given, term.guards);
  SmallVector<Atom, 4> leaves(term.atoms.begin(), term.atoms.end()), wanted;
  double coefficient = term.coefficient, expected = 1;
  if (!isFinal)
    for (const Group *group : {&C, &gate})
      wanted.append(at(group->atoms, position));
  if (!work.source) {
    wanted.append(initialState.atoms);
    expected = initialState.coefficient;
    if (initialState.empty() || !term.guards.empty())
      return false;
  } else {
    for (const Group *group : {&dt, &x, &B}) {
      wanted.append(at(group->atoms, *work.source));
      expected *= group->coefficient;
    }
    if (isMaskedBetween(work, position, given))
      return false;
  }
  // What a term is the product of may have been padded: then it takes part at some source times only.
  Constraints masks;
  if (!factorOut(evaluator, leaves, wanted, coefficient, known, work.source ? &masks : nullptr) || !leaves.empty())
    return false;
  for (const Lin &mask : masks)
    if (!space.implies(join(given, term.guards), mask))
      term.guards.push_back(mask);
  // The states may be any multiple of what the readout alone tells.
  if (isFinal && !finalScale)
    finalScale = coefficient / expected;
  if (coefficient != expected * (isFinal ? *finalScale : 1))
    return false;
  return !work.source || succeeded(addInterval(work, given));
}

/// Compares a sum with the roles that are known: the result at `position`, or the state there.
bool RecurrenceMatcher::check(const Poly &poly, ArrayRef<Lin> given, const Lin &position, bool isFinal) {
  intervals.clear();
  bool sawInitial = false, sawSkip = false;
  SmallVector<Work, 4> works;
  for (const Term &original : poly) {
    Term term = original;
    if (!isFinal && !state.isConstant()) {
      // Name the state before decays are compared: it is what the readout is read at.
      for (int var : term.bound)
        if (Lin::var(var) != state && llvm::any_of(term.atoms, [&](const Atom &atom) {
              return atom.kind == Atom::Kind::Leaf && usesVar(atom, var) && llvm::any_of(C.atoms, [&](const Atom &c) {
                       return c.value == atom.value;
                     });
            }) && space.get(var).size && *space.get(var).size == stateSize) {
          if (failed(nameState(term, {var})))
            return false;
          break;
        }
    }
    Work work;
    if (failed(splitExponent(term, given, work)))
      return false;
    if (form != Form::Sums)
      placeSource(work, position);
    const std::optional<Lin> &side = options.reverse ? work.begin : work.end;
    std::optional<Lin> &other = options.reverse ? work.end : work.begin;
    Lin expected = options.reverse ? position : position + 1;
    if (!side && !other) {
      // D * x, or the source at the target.
      SmallVector<Atom, 4> leaves(work.term.atoms.begin(), work.term.atoms.end()), wanted;
      double coefficient = work.term.coefficient;
      for (const Group *group : {&D, &x, &gate})
        wanted.append(at(group->atoms, position));
      if (!isFinal && !D.empty() && work.term.bound.empty() && work.term.guards.empty() &&
          factorOut(evaluator, leaves, wanted, coefficient, given) && leaves.empty() &&
          coefficient == D.coefficient * x.coefficient) {
        if (std::exchange(sawSkip, true))
          return false;
        continue;
      }
      work.source = position;
      works.push_back(work);
      continue;
    }
    if (!side ? expected != Lin(0) : *side != expected) {
      // A decay may go on beyond the last step where the summand is 0 (a pad).
      Constraints beyond = summand->guards;
      beyond.push_back(tau - expected);
      if (!side || !isFinal || options.reverse || summand->guards.empty() || !space.implies({}, *side - expected) ||
          !space.isEmpty(beyond))
        return false;
    }
    setSource(work);
    if (!work.source && std::exchange(sawInitial, true))
      return false;
    works.push_back(work);
  }
  if (!isFinal && failed(openMixedLeaves(works, given, position)))
    return false;
  for (Work &work : works)
    if (!checkSource(work, given, position, isFinal))
      return false;
  return sawInitial == !initialState.empty() && (isFinal || sawSkip == !D.empty());
}

/// sum over s < length of exp(P(length) - P(s+1)) * dt[s] B[s] x[s]  +  exp(P(length)) * initial state, or a multiple
bool RecurrenceMatcher::isFinalState(Value value, ArrayRef<Lin> position, const Lin &length) {
  finalScale = std::nullopt;
  Poly poly = evaluator.evaluate(value, position, {});
  Lin last = options.reverse ? Lin(0) : length - 1;
  return !poly.empty() && poly.size() <= 64 && check(poly, {}, last, /*isFinal=*/true) &&
         succeeded(checkCover(last, {}, length));
}

void RecurrenceMatcher::scaleStates() {
  double scale = finalScale.value_or(1);
  x.coefficient *= scale;
  initialState.coefficient *= scale;
  C.coefficient /= scale;
  D.coefficient /= scale;
}
