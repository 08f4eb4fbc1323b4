//===- StepMatcher.cpp - Compares a sum of products with one step of a state space recurrence -------------------===//

#include "lib/Raise/StepMatcher.h"

#include "lib/Raise/ElementUtils.h"

using namespace mlir;
using namespace mambac::raise;

/// More ways to open products than this are not tried.
static constexpr unsigned kMaxTries = 64;

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
  exponent = evaluator.simplify(exponent, {});
  return rest;
}

/// The terms by their part: what decays, what is added to the state, and what is added to the result.
LogicalResult StepMatcher::sortTerms(const Poly &poly, Term &carried, Term &added, std::optional<Term> &skip) {
  bool sawCarried = false, sawAdded = false;
  SmallVector<Term, 2> plain;
  for (const Term &original : poly) {
    if (!original.guards.empty())
      return fail("a term takes part at some positions only");
    Poly exponents;
    FailureOr<Term> term = takeExponent(original, exponents);
    if (failed(term))
      return fail("not a sum of products of tensors and exponentials");
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
    return fail("not a state that decays and is added to");
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
    openLeaves(evaluator, way, ways);
  }
  return fail("what is added to the state is not a product of x and B");
}

/// D * x, times the gate.
LogicalResult StepMatcher::matchSkip(const Term &skip) {
  Leaves leaves(skip.atoms.begin(), skip.atoms.end());
  double coefficient = skip.coefficient;
  if (!factorOut(evaluator, leaves, gate.atoms, coefficient, {}) ||
      !factorOut(evaluator, leaves, x.atoms, coefficient, {}))
    return fail("something else than D * x is added");
  if (leaves.empty())
    return fail("x is added without a factor");
  D.coefficient = coefficient / x.coefficient;
  D.atoms.append(leaves.begin(), leaves.end());
  return success();
}

LogicalResult StepMatcher::match() {
  Poly poly = evaluator.evaluate(study.root, study.index, {});
  if (poly.size() < 2 || poly.size() > 3)
    return fail("not a state that decays and is added to");
  Term carried, added;
  std::optional<Term> skip;
  if (failed(sortTerms(poly, carried, added, skip)))
    return failure();
  if (exponent.size() != 1 || !exponent[0].guards.empty() || !exponent[0].bound.empty() || exponent[0].atoms.empty() ||
      llvm::any_of(exponent[0].atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; }))
    return fail("the decay is not the exponential of a product");

  // The readout and the gate are what both terms have; of the one, that is the old state besides.
  Leaves source(added.atoms.begin(), added.atoms.end());
  x.coefficient = added.coefficient;
  initialState.coefficient = carried.coefficient;
  for (const Atom &leaf : carried.atoms) {
    if (!factorOut(evaluator, source, {leaf}, x.coefficient, {}))
      initialState.atoms.push_back(leaf);
    else
      (usesState(leaf) || state.isConstant() ? C : gate).atoms.push_back(leaf);
  }
  if (initialState.empty() || C.empty())
    return fail("there is no old state, or no readout C");
  findStep(source);
  if (failed(separate(source)) || (skip && failed(matchSkip(*skip))))
    return failure();
  SmallVector<int> ofA = varsOf(A.atoms), ofDt = varsOf(dt.atoms);
  int stateVar = state.isConstant() ? -1 : state.terms[0].first;
  ssd = stateVar >= 0 ? !llvm::is_contained(ofA, stateVar) : llvm::any_of(study.getRootVars(), [&](int var) {
    return !llvm::is_contained(ofA, var) && !llvm::is_contained(ofDt, var);
  });
  // The op has an axis of time, of which there is one position.
  timeDim = study.index.size();
  return success();
}

bool StepMatcher::isNewState(Value value, ArrayRef<Lin> position) {
  Poly poly = evaluator.evaluate(value, position, {});
  bool sawCarried = false, sawAdded = false;
  for (const Term &original : poly) {
    Poly exponents;
    FailureOr<Term> term = takeExponent(original, exponents);
    if (failed(term) || !term->bound.empty() || !term->guards.empty())
      return false;
    Leaves leaves(term->atoms.begin(), term->atoms.end());
    double coefficient = term->coefficient, expected = exponents.empty() ? x.coefficient : initialState.coefficient;
    if (!exponents.empty()) {
      if (exponents.size() != 1 || !(exponents[0] == exponent[0]) ||
          !factorOut(evaluator, leaves, initialState.atoms, coefficient, {}) || std::exchange(sawCarried, true))
        return false;
    } else {
      for (const Group *group : {&dt, &x, &B})
        if (!factorOut(evaluator, leaves, group->atoms, coefficient, {}))
          return false;
      if (std::exchange(sawAdded, true))
        return false;
    }
    if (!leaves.empty() || coefficient != expected)
      return false;
  }
  return sawCarried && sawAdded;
}
