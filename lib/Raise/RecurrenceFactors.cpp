//===- RecurrenceFactors.cpp - Taking the factors of a recurrence's terms apart -----------------------------------===//
//
// The part of RecurrenceMatcher that opens products: a leaf may be x * B, or C * gate, computed before it is read.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/RecurrenceMatcher.h"
#include "lib/Raise/TermRoles.h"

using namespace mlir;
using namespace mambac::raise;

/// Opens products until what is read at a state no longer holds the whole input: until x and B are apart.
LogicalResult RecurrenceMatcher::separate(SmallVectorImpl<Atom> &leaves, double &coefficient, ArrayRef<Lin> given) {
  if (state.isConstant()) {
    // One state: what is whole is opened once.
    for (unsigned step = 0; leaves.size() == 1 && step < 4; ++step) {
      FailureOr<Poly> opened = evaluator.expand(leaves[0], given);
      if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty() ||
          llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        break;
      leaves.assign(opened->front().atoms.begin(), opened->front().atoms.end());
      coefficient *= opened->front().coefficient;
    }
    return success();
  }
  int stateVar = state.terms[0].first;
  SmallVector<int> rootVars;
  for (auto [dim, e] : llvm::enumerate(study.index))
    if (dim != timeDim)
      rootVars.append(varsOf(e));
  auto accept = [&](ArrayRef<Atom> atoms) {
    auto used = varsOf(atoms);
    bool hasX = false;
    for (const Atom &atom : atoms) {
      if (!usesVar(atom, stateVar)) {
        hasX = true;
        continue;
      }
      if (llvm::all_of(rootVars, [&](int var) { return usesVar(atom, var) || !llvm::is_contained(used, var); }))
        return false;
    }
    return hasX;
  };
  struct Candidate {
    SmallVector<Atom, 4> atoms;
    double coefficient;
  };
  SmallVector<Candidate, 4> candidates{{SmallVector<Atom, 4>(leaves.begin(), leaves.end()), coefficient}};
  for (unsigned next = 0; next < candidates.size() && next < 64; ++next) {
    Candidate current = candidates[next];
    if (accept(current.atoms)) {
      leaves.assign(current.atoms.begin(), current.atoms.end());
      coefficient = current.coefficient;
      return success();
    }
    for (unsigned i = 0; i < current.atoms.size(); ++i) {
      if (!usesVar(current.atoms[i], stateVar))
        continue;
      FailureOr<Poly> opened = evaluator.expand(current.atoms[i], given);
      if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty() ||
          llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        continue;
      Candidate further = current;
      further.atoms.erase(further.atoms.begin() + i);
      further.atoms.append(opened->front().atoms.begin(), opened->front().atoms.end());
      further.coefficient *= opened->front().coefficient;
      candidates.push_back(further);
    }
  }
  // A B with a value of its own for each channel, or one channel.
  for (const Candidate &candidate : candidates)
    if (llvm::any_of(candidate.atoms, [&](const Atom &atom) { return !usesVar(atom, stateVar); })) {
      leaves.assign(candidate.atoms.begin(), candidate.atoms.end());
      coefficient = candidate.coefficient;
      return success();
    }
  return fail("the input is not a product of x and B");
}

/// Writes a term without a sum as one over the states, where a readout was summed with the initial state before the decay
/// was multiplied in.
void RecurrenceMatcher::openContraction(Term &term, ArrayRef<Lin> given) {
  if (!term.bound.empty())
    return;
  std::vector<Term> candidates{term};
  for (unsigned next = 0; next < candidates.size() && next < 32; ++next)
    for (unsigned i = 0; i < candidates[next].atoms.size(); ++i) {
      FailureOr<Poly> opened = evaluator.expand(candidates[next].atoms[i], given);
      if (failed(opened) || opened->size() != 1 || opened->front().bound.size() > 1 || !opened->front().guards.empty() ||
          llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
        continue;
      Term rest = candidates[next];
      rest.atoms.erase(rest.atoms.begin() + i);
      Term further = multiply({rest}, *opened).front();
      if (!further.bound.empty()) {
        term = further;
        return;
      }
      candidates.push_back(further);
    }
}

/// Takes factors that do not depend on the state out of a readout that has values of its own for the channels: a gate that
/// was pushed into the sum over the states.
void RecurrenceMatcher::openReadout(Group &readout, Group &outside, double &coefficient, ArrayRef<int> channels,
                                    ArrayRef<Lin> given) {
  if (state.isConstant())
    return;
  int stateVar = state.terms[0].first;
  auto isProduct = [&](const Atom &leaf) { return usesAnyVar(leaf, channels); };
  SmallVector<Atom, 4> leaves(readout.atoms.begin(), readout.atoms.end());
  double factor = coefficient;
  for (unsigned step = 0; step < 8 && llvm::any_of(leaves, isProduct); ++step) {
    auto leaf = llvm::find_if(leaves, [&](const Atom &a) { return isProduct(a) && usesVar(a, stateVar); });
    if (leaf == leaves.end())
      break;
    FailureOr<Poly> opened = evaluator.expand(*leaf, given);
    if (failed(opened) || opened->size() != 1 || !opened->front().bound.empty() || !opened->front().guards.empty() ||
        llvm::any_of(opened->front().atoms, [](const Atom &a) { return a.kind != Atom::Kind::Leaf; }))
      return;
    factor *= opened->front().coefficient;
    leaves.erase(leaf);
    leaves.append(opened->front().atoms.begin(), opened->front().atoms.end());
  }
  // What is left has to be C itself.
  if (llvm::any_of(leaves, [&](const Atom &leaf) { return isProduct(leaf) && usesVar(leaf, stateVar); }))
    return;
  readout.atoms.clear();
  for (const Atom &leaf : leaves)
    (usesVar(leaf, stateVar) ? readout : outside).atoms.push_back(leaf);
  coefficient = factor;
}

/// Leaves that are a number times another leaf, as that leaf: numbers may be moved through sums, and have no place of their own.
void RecurrenceMatcher::openScales(SmallVectorImpl<Atom> &leaves, double &coefficient, ArrayRef<Lin> given) {
  for (Atom &leaf : leaves)
    for (unsigned step = 0; step < 4 && leaf.kind == Atom::Kind::Leaf; ++step) {
      FailureOr<Poly> opened = evaluator.expand(leaf, given);
      if (failed(opened) || opened->size() != 1)
        break;
      const Term &term = opened->front();
      if (term.coefficient == 1 || term.atoms.size() != 1 || term.atoms[0].kind != Atom::Kind::Leaf ||
          !term.bound.empty() || !term.guards.empty())
        break;
      coefficient *= term.coefficient;
      leaf = Atom(term.atoms[0]);
    }
}
