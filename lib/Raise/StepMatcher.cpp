//===- StepMatcher.cpp - Compares a sum of products with one step of a state space recurrence -------------------===//

#include "lib/Raise/StepMatcher.h"

#include "lib/Raise/ElementUtils.h"

using namespace mlir;
using namespace mambac::raise;

/// More ways to open products than this are not tried.
static constexpr unsigned kMaxTries = 64;
/// A first step's zeros are not further away than this.
static constexpr unsigned kMaxDepth = 6;

/// A product of leaves, one way of writing it.
namespace {
struct Product {
  SmallVector<Atom, 4> leaves;
  double coefficient = 1;
};
} // namespace

/// `product` with each of the leaves that are products themselves opened, one at a time.
static void openLeaves(ElementEvaluator &evaluator, const Product &product, std::vector<Product> &more) {
  for (unsigned i = 0; i < product.leaves.size(); ++i) {
    FailureOr<Poly> opened = evaluator.expand(product.leaves[i], {});
    if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty() ||
        llvm::any_of(opened->front().atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; }))
      continue;
    Product further = product;
    further.leaves.erase(further.leaves.begin() + i);
    further.leaves.append(opened->front().atoms.begin(), opened->front().atoms.end());
    further.coefficient *= opened->front().coefficient;
    more.push_back(further);
  }
}

/// Sums up to the first position alone are what is there.
Poly StepMatcher::openFirstSums(Poly poly) {
  for (Term &term : poly)
    for (unsigned i = 0; i < term.atoms.size(); ++i)
      if (term.atoms[i].kind == Atom::Kind::Prefix && term.atoms[i].end == Lin(1)) {
        Term summand = substitute(*term.atoms[i].summand, evaluator.getSummandVar(), Lin(0));
        term.atoms.erase(term.atoms.begin() + i--);
        term = multiply({term}, {summand}).front();
      }
  return poly;
}

/// The term without its exponentials, whose exponents are added up; failure if there is anything else than leaves.
FailureOr<Term> StepMatcher::takeExponent(const Term &term, Poly &exponent) {
  Term rest = term;
  rest.atoms.clear();
  for (const Atom &atom : term.atoms) {
    if (atom.kind == Atom::Kind::Exp)
      append(exponent, *atom.exponent);
    else if (atom.kind == Atom::Kind::Leaf)
      rest.atoms.push_back(atom);
    else
      return failure();
  }
  exponent = evaluator.simplify(openFirstSums(exponent), {});
  return rest;
}

/// Whether a term is a sum over states, of at least two factors that are read there and of others that know the whole
/// result's place: C, B and x.
bool StepMatcher::isReadState(const Term &term) {
  if (term.bound.size() != 1 || !term.guards.empty())
    return false;
  SmallVector<Atom, 4> inputs;
  for (const Atom &atom : term.atoms)
    if (!usesVar(atom, term.bound[0]))
      inputs.push_back(atom);
  SmallVector<int> used = varsOf(inputs);
  return inputs.size() + 2 <= term.atoms.size() &&
         llvm::all_of(study.getRootVars(), [&](int var) { return llvm::is_contained(used, var); });
}

/// Drops factors that are numbers once they are followed, as exp(0) between a time and itself is.
void StepMatcher::dropOnes(Term &term) {
  for (unsigned i = 0; i < term.atoms.size(); ++i) {
    FailureOr<Poly> opened = evaluator.expand(term.atoms[i], {});
    if (failed(opened) || opened->size() != 1 || !opened->front().atoms.empty() || !opened->front().bound.empty() ||
        !opened->front().guards.empty())
      continue;
    term.coefficient *= opened->front().coefficient;
    term.atoms.erase(term.atoms.begin() + i--);
  }
}

/// Opens factors, scores among them, until the states are seen that they sum over; false if they are not.
bool StepMatcher::openScores(Term &term) {
  std::vector<Term> ways{term};
  for (unsigned next = 0; next < ways.size() && ways.size() < 4 * kMaxTries; ++next) {
    const Term way = ways[next];
    if (isReadState(way)) {
      term = way;
      dropOnes(term);
      return true;
    }
    for (unsigned i = 0; i < way.atoms.size(); ++i) {
      FailureOr<Poly> opened = evaluator.expand(way.atoms[i], {});
      if (failed(opened) || opened->size() != 1 || opened->front().bound.size() + way.bound.size() > 1 ||
          !opened->front().guards.empty() ||
          llvm::any_of(opened->front().atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; }))
        continue;
      Term further = way;
      further.atoms.erase(further.atoms.begin() + i);
      ways.push_back(multiply({further}, *opened).front());
    }
  }
  return false;
}

/// The terms by their part: what decays, what is added to the state, and what is added to the result.
LogicalResult StepMatcher::sortTerms(const Poly &poly, Term &carried, Term &added, std::optional<Term> &skip) {
  bool sawCarried = false, sawAdded = false;
  SmallVector<Term, 2> plain;
  for (const Term &original : poly) {
    if (!original.guards.empty())
      return failure();
    Poly exponents;
    FailureOr<Term> term = takeExponent(original, exponents);
    if (failed(term))
      return failure();
    if (exponents.empty()) {
      plain.push_back(*term);
      continue;
    }
    if (std::exchange(sawCarried, true)) {
      plausible = !term->bound.empty();
      return fail("more than one term decays");
    }
    carried = *term;
    exponent = exponents;
  }
  if (!sawCarried || plain.empty() || plain.size() > 2)
    return failure();
  plausible = true;
  if (carried.bound.size() > 1)
    return fail("a term sums over more than one state axis");
  // The readout sums over the states, the skip does not; without that axis the skip is the one that comes last.
  for (Term &term : plain) {
    bool isSkip = sawAdded ? true : plain.size() == 2 && !carried.bound.empty() && term.bound.empty();
    if (isSkip ? skip.has_value() : false)
      return fail("more than one term is added to the result");
    if (isSkip)
      skip = term;
    else
      added = term;
    sawAdded |= !isSkip;
  }
  if (added.bound.size() != carried.bound.size() || (skip && !skip->bound.empty()))
    return fail("the state that decays and what is added to it are not read alike");
  if (carried.bound.empty())
    return success();
  state = Lin::var(carried.bound[0]);
  stateSize = *space.get(carried.bound[0]).size;
  if (*space.get(added.bound[0]).size != stateSize)
    return fail("the terms sum over states of different sizes");
  added = substitute(added, added.bound[0], state);
  added.bound = carried.bound;
  return success();
}

/// The exponent is dt * A, if some of its factors are among those of `source` and others are not; else all of it is A.
void StepMatcher::findStep(Leaves &source) {
  Product whole{Leaves(exponent[0].atoms.begin(), exponent[0].atoms.end()), exponent[0].coefficient};
  std::vector<Product> ways{whole};
  for (unsigned next = 0; next < ways.size() && ways.size() < kMaxTries; ++next) {
    Product way = ways[next];
    Leaves rest = source;
    double coefficient = 1;
    Group step, rate;
    for (const Atom &leaf : way.leaves)
      (!usesState(leaf) && factorOut(evaluator, rest, {leaf}, coefficient, {}) ? step : rate).atoms.push_back(leaf);
    if (!step.empty() && !rate.empty()) {
      dt = step;
      A = rate;
      A.coefficient = way.coefficient;
      x.coefficient *= coefficient;
      source = rest;
      return;
    }
    openLeaves(evaluator, way, ways);
  }
  A.atoms.assign(whole.leaves.begin(), whole.leaves.end());
  A.coefficient = whole.coefficient;
}

/// x is what the states share, B what the channels share.
LogicalResult StepMatcher::separate(Leaves &leaves) {
  SmallVector<int> rootVars = study.getRootVars();
  auto countOf = [&](const Atom &leaf) {
    return llvm::count_if(rootVars, [&](int var) { return usesVar(leaf, var); });
  };
  std::vector<Product> ways{{leaves, 1.0}};
  Group firstInputs, firstWeights; // where there is one channel, B has all axes of the result
  for (unsigned next = 0; next < ways.size() && ways.size() < kMaxTries; ++next) {
    Product way = ways[next];
    Group inputs, weights;
    inputs.coefficient = x.coefficient * way.coefficient;
    for (const Atom &leaf : way.leaves)
      (usesState(leaf) ? weights : inputs).atoms.push_back(leaf);
    if (state.isConstant() && inputs.atoms.size() == 2) {
      unsigned smaller = countOf(inputs.atoms[0]) <= countOf(inputs.atoms[1]) ? 0 : 1;
      weights.atoms.push_back(inputs.atoms[smaller]);
      inputs.atoms.erase(inputs.atoms.begin() + smaller);
    }
    // A leaf with the states and all axes of the result is a product of x and B still.
    SmallVector<int> used = varsOf(way.leaves);
    bool whole = llvm::any_of(weights.atoms, [&](const Atom &leaf) {
      return llvm::all_of(rootVars, [&](int var) { return usesVar(leaf, var) || !llvm::is_contained(used, var); });
    });
    if (!inputs.empty() && !weights.empty() && (!whole || rootVars.empty())) {
      x = inputs;
      B = weights;
      return success();
    }
    if (!inputs.empty() && !weights.empty() && firstInputs.empty()) {
      firstInputs = inputs;
      firstWeights = weights;
    }
    openLeaves(evaluator, way, ways);
  }
  if (!firstInputs.empty()) {
    x = firstInputs;
    B = firstWeights;
    return success();
  }
  return fail("what is added to the state is not a product of x and B");
}

/// D * x, times the gate.
LogicalResult StepMatcher::matchSkip(const Term &skip) {
  Leaves leaves;
  double coefficient = 1;
  // x may be a copy of what the skip reads.
  std::vector<Product> ways{{Leaves(x.atoms.begin(), x.atoms.end()), x.coefficient}};
  unsigned next = 0;
  for (; next < ways.size() && next < kMaxTries; ++next) {
    Product way = ways[next];
    leaves.assign(skip.atoms.begin(), skip.atoms.end());
    coefficient = skip.coefficient;
    if (factorOut(evaluator, leaves, gate.atoms, coefficient, {}) &&
        factorOut(evaluator, leaves, way.leaves, coefficient, {})) {
      x.atoms.assign(way.leaves.begin(), way.leaves.end());
      x.coefficient = way.coefficient;
      break;
    }
    if (ways.size() < kMaxTries)
      openLeaves(evaluator, way, ways);
  }
  if (next == ways.size() || next == kMaxTries)
    return fail("something else than D * x is added");
  if (leaves.empty())
    return fail("x is added without a factor");
  D.coefficient = coefficient / x.coefficient;
  D.atoms.append(leaves.begin(), leaves.end());
  return success();
}

static bool isZeroLeaf(const Atom &atom) { return atom.kind == Atom::Kind::Leaf && isZeroTensor(atom.value); }

/// Of the products with zeros, one that decays: they are all the same, and this one says what would decay. The others go.
SmallVector<Poly, 2> StepMatcher::selectZero(const Poly &poly) {
  Poly rest;
  SmallVector<Poly, 2> ways;
  for (const Term &term : poly)
    if (llvm::none_of(term.atoms, isZeroLeaf))
      rest.push_back(term);
  for (const Term &term : poly)
    if (llvm::any_of(term.atoms, isZeroLeaf) &&
        llvm::any_of(term.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Exp; })) {
      // What is read at a state comes first.
      auto place = term.bound.empty() ? ways.end() : ways.begin();
      (*ways.insert(place, rest)).push_back(term);
    }
  return ways;
}

/// Whether a leaf is 0 after all, once its producers are followed.
bool StepMatcher::isDead(const Atom &leaf, unsigned depth) {
  if (leaf.kind != Atom::Kind::Leaf || depth == 0)
    return false;
  FailureOr<Poly> opened = evaluator.expand(leaf, {});
  return succeeded(opened) && llvm::all_of(*opened, [&](const Term &term) {
    return llvm::any_of(term.atoms, [&](const Atom &atom) { return isDead(atom, depth - 1); });
  });
}

/// A term that is 0 and decays, written as the others' old state: it says by what that would decay.
std::optional<Poly> StepMatcher::reviveTerm(const Poly &poly) {
  Poly rest;
  std::optional<Term> dead;
  Atom zero;
  for (const Term &term : poly) {
    bool decays = llvm::any_of(term.atoms, [](const Atom &atom) { return atom.kind == Atom::Kind::Exp; });
    auto *leaf = decays ? llvm::find_if(term.atoms, [&](const Atom &atom) { return isDead(atom, kMaxDepth); }) : nullptr;
    if (!decays || leaf == term.atoms.end()) {
      rest.push_back(term);
      continue;
    }
    dead = term;
    zero = *leaf;
  }
  if (!dead || rest.empty() || rest.size() > 2)
    return std::nullopt;
  auto added = llvm::find_if(rest, [&](Term &term) { return openScores(term); });
  if (added == rest.end())
    return std::nullopt;
  Term carried;
  carried.bound = added->bound;
  auto *readout = llvm::find_if(added->atoms, [&](const Atom &atom) { return usesVar(atom, added->bound[0]); });
  if (readout == added->atoms.end())
    return std::nullopt;
  carried.atoms = {*readout, zero};
  for (const Atom &atom : dead->atoms)
    if (atom.kind == Atom::Kind::Exp || (atom.kind == Atom::Kind::Leaf && llvm::is_contained(added->atoms, atom)))
      carried.atoms.push_back(atom);
  rest.push_back(carried);
  return rest;
}

/// Opens sums whose parts cancel with other terms, as in (h + B x) + (exp(dt A) - 1) h.
Poly StepMatcher::openCancelling(Poly poly) {
  for (unsigned step = 0; step < 4; ++step) {
    std::optional<Poly> shorter;
    for (unsigned i = 0; i < poly.size() && poly.size() <= 8 && !shorter; ++i)
      for (unsigned k = 0; k < poly[i].atoms.size() && !shorter; ++k) {
        FailureOr<Poly> opened = evaluator.expand(poly[i].atoms[k], {});
        if (failed(opened) || opened->size() < 2)
          continue;
        Poly all = poly;
        Term rest = poly[i];
        rest.atoms.erase(rest.atoms.begin() + k);
        all.erase(all.begin() + i);
        append(all, multiply({rest}, *opened));
        all = evaluator.simplify(all, {});
        if (all.size() < poly.size())
          shorter = all;
      }
    if (!shorter)
      break;
    poly = *shorter;
  }
  return poly;
}

LogicalResult StepMatcher::match() {
  Poly poly = openCancelling(evaluator.evaluate(study.root, study.index, {}));
  SmallVector<Poly, 2> ways;
  if (poly.size() > 1 && poly.size() <= 4)
    if (std::optional<Poly> revived = reviveTerm(poly))
      ways.push_back(*revived);
  // Where there is one state, silu of something is the gate if there is another readout, and the skip any term.
  auto attempt = [&](const Poly &way) {
    for (bool gate : {true, false})
      for (const Poly &order : {way, Poly(way.rbegin(), way.rend())}) {
        StepMatcher other(study);
        other.withGate = gate;
        bool found = succeeded(other.match(order));
        plausible |= other.plausible;
        if (reason.empty())
          reason = other.reason;
        if (!found)
          continue;
        static_cast<ScanRoles &>(*this) = other;
        ssd = other.ssd;
        exponent = other.exponent;
        return true;
      }
    return false;
  };
  if (ways.empty()) {
    if (attempt(poly))
      return success();
    // A first step, whose old state is 0.
    evaluator.keepZeros();
    ways = selectZero(evaluator.evaluate(study.root, study.index, {}));
  }
  for (const Poly &way : ways) {
    reason.clear();
    if (!attempt(way))
      continue;
    zeroState = std::exchange(initialState, Group());
    return success();
  }
  return failure();
}

LogicalResult StepMatcher::match(const Poly &poly) {
  if (poly.size() < 2 || poly.size() > 3)
    return failure(); // not a state that decays and is added to
  Term carried, added;
  std::optional<Term> skip;
  if (failed(sortTerms(poly, carried, added, skip)))
    return failure();
  if (exponent.size() != 1 || !exponent[0].guards.empty() || !exponent[0].bound.empty() || exponent[0].atoms.empty() ||
      llvm::any_of(exponent[0].atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; }))
    return fail("the decay is not the exponential of a product");

  // The readout and the gate are what both terms have; of the one, that is the old state besides. They may stand in
  // products.
  Leaves source;
  std::vector<Product> ways{{Leaves(carried.atoms.begin(), carried.atoms.end()), carried.coefficient}};
  for (unsigned next = 0; next < ways.size() && next < kMaxTries && (initialState.empty() || C.empty()); ++next) {
    const Product way = ways[next];
    source.assign(added.atoms.begin(), added.atoms.end());
    x.coefficient = added.coefficient;
    initialState.coefficient = way.coefficient;
    for (Group *group : {&initialState, &C, &gate})
      group->atoms.clear();
    for (const Atom &leaf : way.leaves) {
      bool isRead = usesState(leaf) || (state.isConstant() && !(withGate && getSiluInput(leaf)));
      Group &shared = isRead ? C : gate;
      (factorOut(evaluator, source, {leaf}, x.coefficient, {}) ? shared : initialState).atoms.push_back(leaf);
    }
    openLeaves(evaluator, way, ways);
  }
  if (initialState.empty() || C.empty())
    return fail("there is no old state, or no readout C");
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  takeGate(evaluator, C.atoms, gate.atoms, C.coefficient, {}, stateVar);
  findStep(source);
  if (failed(separate(source)) || (skip && failed(matchSkip(*skip))))
    return failure();
  SmallVector<int> ofA = varsOf(A.atoms), ofDt = varsOf(dt.atoms);
  ssd = stateVar >= 0 ? !llvm::is_contained(ofA, stateVar) : llvm::any_of(study.getRootVars(), [&](int var) {
    return !llvm::is_contained(ofA, var) && !llvm::is_contained(ofDt, var);
  });
  // The op has an axis of time, of which there is one position.
  timeDim = study.index.size();
  return success();
}

bool StepMatcher::isNewState(Value value, ArrayRef<Lin> position) {
  Poly poly = openCancelling(evaluator.evaluate(value, position, {}));
  if (!zeroState.empty())
    return llvm::any_of(selectZero(poly), [&](const Poly &way) { return isNewState(way); });
  return isNewState(poly);
}

bool StepMatcher::isNewState(const Poly &poly) {
  const Group &oldState = zeroState.empty() ? initialState : zeroState;
  bool sawCarried = false, sawAdded = false;
  std::optional<double> scale; // the states may be any multiple of what the readout alone tells
  for (const Term &original : poly) {
    Poly exponents;
    FailureOr<Term> term = takeExponent(original, exponents);
    if (failed(term) || !term->bound.empty() || !term->guards.empty())
      return false;
    Leaves leaves(term->atoms.begin(), term->atoms.end());
    double coefficient = term->coefficient, expected = exponents.empty() ? x.coefficient : oldState.coefficient;
    if (!exponents.empty()) {
      if (exponents.size() != 1 || !(exponents[0] == exponent[0]) ||
          !factorOut(evaluator, leaves, oldState.atoms, coefficient, {}) || std::exchange(sawCarried, true))
        return false;
    } else {
      for (const Group *group : {&dt, &x, &B})
        if (!factorOut(evaluator, leaves, group->atoms, coefficient, {}))
          return false;
      if (std::exchange(sawAdded, true))
        return false;
    }
    if (!scale)
      scale = coefficient / expected;
    if (!leaves.empty() || coefficient != expected * *scale)
      return false;
  }
  stateScale = scale.value_or(1);
  return sawCarried && sawAdded;
}

void StepMatcher::scaleStates() {
  x.coefficient *= stateScale;
  initialState.coefficient *= stateScale;
  C.coefficient /= stateScale;
  D.coefficient /= stateScale;
}
