//===- RecurrenceMatcher.cpp - Compares a sum of products with a state space recurrence -------------------------===//
//
// The derivation of the roles. Checks of sums against roles that are known, and of ranges, are in RecurrenceCheck.cpp.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/RecurrenceMatcher.h"

#include "lib/Raise/ElementUtils.h"

using namespace mlir;
using namespace mambac::raise;

/// A sum of more products than this was not written by hand; a loop over chunks that was unrolled comes near.
static constexpr size_t kMaxTerms = 512;
static constexpr size_t kMaxCases = 64;

/// The variables of a time; sizes do not move.
SmallVector<int> RecurrenceMatcher::movingVars(const Lin &e) {
  SmallVector<int> vars = varsOf(e);
  llvm::erase_if(vars, [&](int var) { return space.get(var).kind == IndexSpace::Kind::Size; });
  return vars;
}

/// Follows the producers of leaves that depend on two times, such as scores, until none is left.
LogicalResult RecurrenceMatcher::openMixedLeaves(SmallVectorImpl<Work> &works, ArrayRef<Lin> given,
                                                 const Lin &target) {
  SmallVector<int> targetVars = movingVars(target);
  for (unsigned next = 0, steps = 0; next < works.size(); ++next) {
    bool again = true;
    while (again) {
      again = false;
      Work work = works[next];
      SmallVector<int> sourceVars = work.source ? movingVars(*work.source) : SmallVector<int>();
      for (unsigned i = 0; i < work.term.atoms.size() && !again; ++i) {
        const Atom &leaf = work.term.atoms[i];
        bool mixed = false, atTarget = false, atSource = false;
        for (const Lin &e : leaf.index) {
          std::optional<Lin> ofTarget = rewrite(space, e, target, Lin(0)), ofSource;
          if (work.source)
            ofSource = rewrite(space, e, *work.source, Lin(0));
          if (ofTarget && !ofTarget->usesAny(sourceVars))
            atTarget = true;
          else if (ofSource && !ofSource->usesAny(targetVars))
            atSource = true;
          else
            mixed |= e.usesAny(targetVars) || e.usesAny(sourceVars);
        }
        if (!mixed && !(atTarget && atSource))
          continue;
        if (++steps > 64)
          return fail("too many products between two times");
        FailureOr<Poly> opened = evaluator.expand(leaf, join(given, work.term.guards));
        if (failed(opened) && isUnreadPower(leaf)) {
          plausible = true;
          return fail("a power of what may be negative");
        }
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
SmallVector<Atom, 4> RecurrenceMatcher::at(ArrayRef<Atom> leaves, const Lin &position) {
  SmallVector<Atom, 4> result;
  for (Atom leaf : leaves) {
    for (Lin &e : leaf.index)
      e = e.substitute(tau.terms[0].first, position);
    result.push_back(leaf);
  }
  return result;
}

LogicalResult RecurrenceMatcher::agree(Group &group, bool &seen, const Group &found, StringRef what) {
  if (!std::exchange(seen, true)) {
    group = found;
    return success();
  }
  if (group.coefficient != found.coefficient || !sameLeaves(group.atoms, found.atoms))
    return fail("the terms have different " + what);
  return success();
}

/// All terms sum over one state variable; the others' are renamed to it.
LogicalResult RecurrenceMatcher::nameState(Term &term, ArrayRef<int> vars) {
  if (vars.size() > 1)
    return fail("a term sums over more than one state axis");
  if (vars.empty())
    return success();
  if (!space.get(vars[0]).size)
    return fail("the terms sum over states of different sizes");
  Lin size = *space.get(vars[0]).size;
  if (state.isConstant()) {
    if (sawTerm)
      return fail("some terms do not sum over the states");
    state = Lin::var(vars[0]);
    stateSize = size;
  }
  if (stateSize != size)
    return fail("the terms sum over states of different sizes");
  int var = vars[0];
  if (Lin::var(var) == state)
    return success();
  term = substitute(term, var, state);
  for (int &bound : term.bound)
    if (bound == var)
      bound = state.terms[0].first;
  return success();
}

/// A term with a source time, or one that starts from the initial state.
LogicalResult RecurrenceMatcher::matchSource(Work &work, ArrayRef<Lin> given) {
  Term &term = work.term;
  if (!work.source && sawSource && !state.isConstant())
    openContraction(term, given);
  SmallVector<int> stateVars;
  for (int var : term.bound)
    if (!work.source || !work.source->uses(var))
      stateVars.push_back(var);
  if (failed(nameState(term, stateVars)))
    return failure();
  if (stateVars.empty() && !state.isConstant())
    return fail("some terms do not sum over the states");
  sawTerm = true;
  SmallVector<Atom, 4> sourceLeaves, targetLeaves, constantLeaves;
  for (const Atom &leaf : term.atoms) {
    bool atTarget = isReadAt(space, leaf, target, work.source ? movingVars(*work.source) : SmallVector<int>());
    bool atSource = work.source && isReadAt(space, leaf, *work.source, movingVars(target));
    if (atTarget)
      targetLeaves.push_back(rewritePosition(space, leaf, target, tau));
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

  if (!work.source) {
    // exp(P(t+1)) C[t] h[-1]
    Group found;
    found.coefficient = coefficient;
    found.atoms.append(constantLeaves.begin(), constantLeaves.end());
    if (!sourceLeaves.empty() || !initialState.empty())
      return fail("the term from before time 0 is not an initial state");
    // The readout and the old state may stand in one product.
    if (SmallVector<Atom, 4> rest(term.atoms);
        sawC && factorOut(evaluator, rest, at(C.atoms, target), coefficient, given) &&
        factorOut(evaluator, rest, at(gate.atoms, target), coefficient, given) && !rest.empty()) {
      found.coefficient = coefficient;
      found.atoms.assign(rest.begin(), rest.end());
      foundC = C;
      foundGate = gate;
      if (llvm::any_of(rest, [&](const Atom &leaf) { return usesAnyVar(leaf, movingVars(target)); }))
        return fail("the term from before time 0 is not an initial state");
    }
    // A readout that is constant in time is known from the terms with a source.
    if (sawC && foundC.empty() && !removeLeaves(found.atoms, C.atoms))
      return fail("the initial state is not read like the others");
    if (found.atoms.empty())
      return fail("the term from before time 0 is not an initial state");
    if (!foundC.empty() && failed(agree(C, sawC, foundC, "readouts C")))
      return failure();
    if (failed(agree(gate, sawGate, foundGate, "factors at the target time")))
      return failure();
    if (!term.guards.empty())
      return fail("the initial state takes part at some times only");
    initialState = found;
    return success();
  }
  if (isMaskedBetween(work, target, given))
    return fail("the decay is masked between source and target");
  if (options.plain) {
    Group found;
    found.coefficient = coefficient;
    for (const Atom &leaf : sourceLeaves)
      found.atoms.push_back(rewritePosition(space, leaf, *work.source, tau));
    found.atoms.append(constantLeaves.begin(), constantLeaves.end());
    if (!targetLeaves.empty() || !stateVars.empty() || found.empty())
      return failure(); // something is done to the states
    bool seen = std::exchange(sawSource, true);
    if (failed(agree(x, seen, found, "inputs")))
      return failure();
    return addInterval(work, given);
  }
  Constraints known = join(given, term.guards);
  // Leaves are opened where they are read: that a pad is not met there follows from the position.
  if (!factorOut(evaluator, sourceLeaves, at(dt.atoms, *work.source), coefficient, known))
    return lacksStepHere(); // the input is not multiplied by the decay's
  if (failed(separate(sourceLeaves, coefficient, known)))
    return failure();
  openScales(sourceLeaves, coefficient, known);
  Group foundX, foundB;
  foundX.coefficient = coefficient;
  for (const Atom &leaf : sourceLeaves)
    (usesVar(leaf, stateVar) ? foundB : foundX).atoms.push_back(rewritePosition(space, leaf, *work.source, tau));
  // What is constant in time: of the state it is C or B, whichever is missing.
  for (const Atom &leaf : constantLeaves)
    (!usesVar(leaf, stateVar) ? foundX : foundC.empty() ? foundC : foundB).atoms.push_back(leaf);
  if (state.isConstant() && foundX.atoms.size() >= 2) {
    // One state: B has no axis of its own. It is the factor that the channels share.
    SmallVector<int> rootVars = study.getRootVars();
    auto count = [&](const Atom &leaf) {
      return llvm::count_if(rootVars, [&](int var) { return usesVar(leaf, var); });
    };
    auto least = std::min_element(foundX.atoms.begin(), foundX.atoms.end(),
                                  [&](const Atom &a, const Atom &b) { return count(a) < count(b); });
    // Where they are alike, the one that it was in the terms before.
    if (sawSource && B.atoms.size() == 1)
      if (auto known = llvm::find(foundX.atoms, B.atoms[0]);
          known != foundX.atoms.end() && count(*known) == count(*least))
        least = known;
    foundB.atoms.push_back(*least);
    foundX.atoms.erase(least);
  }
  SmallVector<int> channels = varsOf(foundX.atoms);
  llvm::erase_if(channels, [&](int var) {
    return var == tau.terms[0].first || llvm::any_of(foundB.atoms, [&](const Atom &b) { return usesVar(b, var); });
  });
  takeGate(evaluator, foundC.atoms, foundGate.atoms, foundX.coefficient, known, stateVar);
  openReadout(foundC, foundGate, foundX.coefficient, channels, known);
  openScales(foundGate.atoms, foundX.coefficient, known);
  if (foundX.coefficient != 1) // what is divided by in the readout and multiplied by after it
    openScales(foundC.atoms, foundX.coefficient, known);
  if (failed(agree(gate, sawGate, foundGate, "factors at the target time")) ||
      failed(agree(C, sawC, foundC, "readouts C")))
    return failure();
  bool seenX = sawSource, seenB = sawSource;
  if (failed(agree(x, seenX, foundX, "inputs x")) || failed(agree(B, seenB, foundB, "inputs B")))
    return failure();
  sawSource = true;
  return addInterval(work, given);
}

/// A term without decay: D * x at the target time.
LogicalResult RecurrenceMatcher::matchDirect(Work &work, ArrayRef<Lin> given) {
  if (!work.term.bound.empty() || !work.term.guards.empty())
    return fail("a sum without decay is added");
  SmallVector<Atom, 4> leaves(work.term.atoms.begin(), work.term.atoms.end());
  double coefficient = work.term.coefficient;
  if (!factorOut(evaluator, leaves, at(gate.atoms, target), coefficient, given) ||
      !factorOut(evaluator, leaves, at(x.atoms, target), coefficient, given))
    return fail("something else than D * x is added");
  if (!D.empty())
    return fail("more than one multiple of x is added");
  for (const Atom &leaf : leaves)
    if (usesAnyVar(leaf, movingVars(target)))
      return fail("the skip's factor depends on time");
  if (leaves.empty())
    return fail("x is added without a factor");
  D.coefficient = coefficient / x.coefficient;
  D.atoms.append(leaves.begin(), leaves.end());
  return success();
}

/// The roles, from the terms of one case.
LogicalResult RecurrenceMatcher::derive(const Poly &poly, const Case &part) {
  ArrayRef<Lin> given = part.given;
  SmallVector<Work, 4> works, sources, direct;
  for (const Term &original : poly) {
    // The decay itself may be read at a state: name it first.
    Term term = original;
    SmallVector<int> stateVars;
    for (int var : term.bound) {
      if (!isSourceVar(term, var))
        stateVars.push_back(var);
    }
    if (form != Form::None && stateVars.size() == 1 && failed(nameState(term, stateVars)))
      return failure();
    Work work;
    if (failed(splitExponent(term, given, work)))
      return failure();
    works.push_back(work);
  }
  if (failed(findTarget(works, part)))
    return failure();
  for (const Work &work : works)
    (work.begin || work.end ? sources : direct).push_back(work);
  if (failed(matchBase()) || failed(openMixedLeaves(sources, given, target)))
    return failure();
  plausible |= form == Form::None && llvm::any_of(sources, [](const Work &work) { return work.term.bound.size() > 1; });
  // Terms with a source first: they settle x.
  for (bool first : {true, false})
    for (Work &work : sources)
      if (work.source.has_value() == first && failed(matchSource(work, given)))
        return failure();
  if (!options.plain && (!sawSource || x.empty() || B.empty() || C.empty()))
    return fail("there is no input x, B, or no readout C");
  if (!sawSource)
    return fail("there is no input");
  for (Work &work : direct) {
    if (!options.plain && succeeded(matchDirect(work, given)))
      continue;
    // With one state and one channel x and B are alike: only D * x tells.
    auto hasSameVars = [&] {
      SmallVector<int> ofX = varsOf(x.atoms), ofB = varsOf(B.atoms);
      return ofX.size() == ofB.size() && llvm::all_of(ofX, [&](int var) { return llvm::is_contained(ofB, var); });
    };
    if (!options.plain && state.isConstant() && D.empty() && hasSameVars()) {
      std::swap(x.atoms, B.atoms);
      if (succeeded(matchDirect(work, given)))
        continue;
      std::swap(x.atoms, B.atoms);
    }
    // The source may be the target itself, where nothing decays.
    std::string why = reason;
    work.source = target;
    if (!checkSource(work, given, target, /*isFinal=*/false))
      return fail(why);
  }
  return checkCover(target, given);
}

Lin RecurrenceMatcher::Case::apply(Lin e) const {
  for (auto &[var, value] : fixed)
    e = e.substitute(var, value);
  return e;
}

/// Variables of the position that the conditions leave one number for.
void RecurrenceMatcher::findFixed(Case &part) {
  for (const Lin &guard : part.given)
    for (auto &[var, coefficient] : guard.terms) {
      Lin limit = (guard - Lin::var(var, coefficient)) * -coefficient;
      if (space.get(var).kind == IndexSpace::Kind::Root && std::abs(coefficient) == 1 && limit.isConstant() &&
          space.implies(part.given, (Lin::var(var) - limit) * -coefficient))
        part.fixed.push_back({var, limit});
    }
}

/// Conditions on the position alone divide it into cases, as pieces put together do.
std::vector<RecurrenceMatcher::Case> RecurrenceMatcher::splitCases(const Poly &poly) {
  std::vector<Case> cases{{}};
  for (const Term &term : poly)
    for (const Lin &guard : term.guards) {
      auto has = [&](IndexSpace::Kind kind) {
        return llvm::any_of(guard.terms, [&](auto &t) { return space.get(t.first).kind == kind; });
      };
      if (has(IndexSpace::Kind::Bound) || !has(IndexSpace::Kind::Root))
        continue;
      Lin negation = guard * -1 - 1;
      std::vector<Case> finer;
      for (const Case &known : cases)
        for (const Lin &decided : {guard, negation}) {
          Case part = known;
          if (space.implies(known.given, decided == guard ? negation : guard))
            continue;
          if (!space.implies(known.given, decided))
            part.given.push_back(decided);
          finer.push_back(part);
        }
      if (finer.size() > kMaxCases)
        return {};
      cases = finer;
    }
  for (Case &part : cases)
    findFixed(part);
  return cases;
}

/// The terms of one case, with fixed variables put in.
Poly RecurrenceMatcher::restrict(const Poly &poly, const Case &part) {
  Poly terms = evaluator.simplify(poly, part.given);
  for (Term &term : terms)
    for (auto &[var, value] : part.fixed)
      term = substitute(term, var, value);
  return evaluator.simplify(terms, part.given);
}

LogicalResult RecurrenceMatcher::match() {
  Poly poly = evaluator.evaluate(study.root, study.index, {});
  if (poly.empty() || poly.size() > kMaxTerms)
    return fail("not a sum of products");
  findForm(poly);
  if (form == Form::None && options.plain)
    return fail("no decay");
  std::vector<Case> cases = splitCases(poly);
  if (cases.empty()) {
    plausible |= form == Form::Sums;
    return fail("too many cases");
  }
  // The roles come from the last case that tells them, where there have been sources in all ways; the others are checked.
  unsigned principal = cases.size() - 1;
  for (unsigned i = cases.size(); i-- > 0 && cases.size() > 1;) {
    RecurrenceMatcher attempt(study, options);
    attempt.form = form;
    if (succeeded(attempt.derive(restrict(poly, cases[i]), cases[i]))) {
      principal = i;
      break;
    }
    if (i + 1 == cases.size())
      reason = attempt.reason;
    plausible |= attempt.plausible;
    stepMissing |= attempt.stepMissing;
    otherWay |= attempt.otherWay;
    stateful |= attempt.stateful;
    if (i == 0)
      return failure();
  }
  if (failed(derive(restrict(poly, cases[principal]), cases[principal])))
    return failure();
  for (unsigned i = 0; i < cases.size(); ++i) {
    if (i == principal)
      continue;
    Lin position = cases[i].apply(wholeTarget);
    if (!check(restrict(poly, cases[i]), cases[i].given, position, /*isFinal=*/false) ||
        failed(checkCover(position, cases[i].given)))
      return fail("the sum is another one at some times");
  }
  if (form == Form::None && !hasRunningSums && isShort())
    return fail("products between so few times cost less than states");
  target = wholeTarget;
  // Turned around and backwards is forwards.
  reverse = options.reverse != (time != tau);
  decideKind();
  return success();
}

/// Whether all pairs of times take far fewer products than a state at each of them.
bool RecurrenceMatcher::isShort() {
  Lin length = space.getSize(study.root, timeDim);
  SmallVector<int> shared = varsOf(B.atoms);
  shared.append(varsOf(C.atoms));
  double channels = 1;
  for (auto [dim, position] : llvm::enumerate(study.index)) {
    Lin size = space.getSize(study.root, dim);
    if (dim != timeDim && !position.isConstant() && !position.usesAny(shared))
      channels *= size.isConstant() ? size.constant : 1;
  }
  return length.isConstant() && stateSize.isConstant() &&
         2 * length.constant * (stateSize.constant + channels) < stateSize.constant * channels;
}

void RecurrenceMatcher::decideKind() {
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  SmallVector<int> ofA = varsOf(A.atoms), ofDt = varsOf(dt.atoms), finest;
  for (const Lin &e : study.index)
    for (auto &[var, coefficient] : e.terms)
      if (coefficient == 1 && e != target && (llvm::is_contained(ofA, var) || !llvm::is_contained(ofDt, var)))
        finest.push_back(var);
  ssd = (stateVar >= 0 ? !llvm::is_contained(ofA, stateVar)
                       : llvm::any_of(finest, [&](int var) { return !llvm::is_contained(ofA, var); }));
}
