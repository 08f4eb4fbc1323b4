//===- RecurrenceSums.cpp - Whether running sums are sums of the same -------------------------------------------===//
//
// The part of RecurrenceMatcher that compares the prefix sums in decays: with products taken apart, numbers and constants
// inside of the sum or outside, and pads that are not reached.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"
#include "lib/Raise/RecurrenceMatcher.h"

using namespace mlir;
using namespace mambac::raise;

/// A * (sum of dt) as the sum of A * dt.
Term RecurrenceMatcher::intoSum(Term term) {
  auto isPrefix = [](const Atom &atom) { return atom.kind == Atom::Kind::Prefix; };
  if (term.atoms.size() < 2 || llvm::count_if(term.atoms, isPrefix) != 1 ||
      llvm::any_of(term.atoms, [&](const Atom &atom) { return !isPrefix(atom) && atom.kind != Atom::Kind::Leaf; }))
    return term;
  Atom sum = *llvm::find_if(term.atoms, isPrefix);
  Term summand = *sum.summand;
  for (const Atom &atom : term.atoms)
    if (!isPrefix(atom))
      summand.atoms.push_back(atom);
  sum.summand = std::make_shared<Term>(std::move(summand));
  term.atoms.assign({sum});
  return term;
}

/// Whether a summand is not masked (by a pad) at any position before the sum's end.
bool RecurrenceMatcher::isUnmasked(const Term &masked, const Lin &end, ArrayRef<Lin> given) {
  int at = evaluator.getSummandVar();
  return llvm::all_of(masked.guards, [&](const Lin &guard) {
    // What holds at the last position holds before it.
    return guard.coefficientOf(at) < 0 && space.implies(join(given, {end - 1}), guard.substitute(at, end - 1));
  });
}

/// A summand with its products taken apart, or only what is a number times something, as far as they are that and nothing
/// else, at the positions that are no pad.
Term RecurrenceMatcher::openSummand(Term term, bool products) {
  for (unsigned i = 0, steps = 0; i < term.atoms.size() && steps < 16;) {
    FailureOr<Poly> opened = evaluator.expand(term.atoms[i], term.guards);
    if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() ||
        (!products && opened->front().atoms.size() != 1) ||
        llvm::any_of(opened->front().atoms, [](const Atom &atom) { return atom.kind != Atom::Kind::Leaf; })) {
      ++i;
      continue;
    }
    term.coefficient *= opened->front().coefficient;
    for (const Lin &guard : opened->front().guards)
      if (!llvm::is_contained(term.guards, guard))
        term.guards.push_back(guard);
    term.atoms.erase(term.atoms.begin() + i);
    term.atoms.append(opened->front().atoms.begin(), opened->front().atoms.end());
    ++steps;
  }
  return term;
}

/// How many times the summand's own sum a sum up to some position is. It may have the product in one place and its factors
/// in another, and differ in pads that are not reached. 0 if it is another sum.
double RecurrenceMatcher::compareSum(const Atom &sum, ArrayRef<Lin> given) {
  if (*sum.summand == *summand)
    return 1;
  Term a = *sum.summand, b = *summand;
  if (isUnmasked(a, sum.end, given) && isUnmasked(b, sum.end, given)) {
    a.guards.clear();
    b.guards.clear();
    if (a == b)
      return 1;
  }
  a = openSummand(a);
  b = openSummand(b);
  double ratio = a.coefficient / b.coefficient;
  a.coefficient = b.coefficient;
  return a == b ? ratio : 0;
}

/// Sums of a product, and sums of one factor times the other, written alike.
void RecurrenceMatcher::openSummands(Poly &exponent) {
  std::shared_ptr<const Term> first;
  bool differ = false;
  for (Term &part : exponent)
    for (const Atom &atom : intoSum(part).atoms)
      if (atom.kind == Atom::Kind::Prefix) {
        differ |= first && !(*first == *atom.summand);
        first = atom.summand;
      }
  if (!differ)
    return;
  for (Term &part : exponent) {
    part = intoSum(part);
    for (Atom &atom : part.atoms)
      if (atom.kind == Atom::Kind::Prefix) {
        Term opened = openSummand(*atom.summand);
        part.coefficient *= std::exchange(opened.coefficient, 1);
        atom.summand = std::make_shared<Term>(std::move(opened));
      }
  }
}
