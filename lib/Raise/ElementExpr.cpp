//===- ElementExpr.cpp - Sums of products: their algebra, and which values are worth following ------------------===//

#include "lib/Raise/ElementExpr.h"

#include "dialects/SSM/IR/SSM.h"

using namespace mlir;
using namespace mambac::raise;

//===- Algebra --------------------------------------------------------------------------------------------------===//

template <typename T> static bool equal(const std::shared_ptr<T> &a, const std::shared_ptr<T> &b) {
  return a == b || (a && b && *a == *b);
}

bool mambac::raise::operator==(const Atom &a, const Atom &b) {
  return a.kind == b.kind && a.value == b.value && a.index == b.index && a.end == b.end && equal(a.summand, b.summand) &&
         equal(a.exponent, b.exponent);
}

/// Equality up to the order of the factors; bound variables are compared by identity.
bool mambac::raise::operator==(const Term &a, const Term &b) {
  if (a.coefficient != b.coefficient || a.atoms.size() != b.atoms.size() || a.bound != b.bound ||
      a.guards.size() != b.guards.size())
    return false;
  SmallVector<bool> used(b.atoms.size(), false);
  for (const Atom &atom : a.atoms) {
    bool found = false;
    for (unsigned i = 0; i < b.atoms.size() && !found; ++i)
      if (!used[i] && b.atoms[i] == atom)
        used[i] = found = true;
    if (!found)
      return false;
  }
  return llvm::all_of(a.guards, [&](const Lin &guard) { return llvm::is_contained(b.guards, guard); });
}

Atom mambac::raise::substitute(const Atom &atom, int var, const Lin &by) {
  Atom result = atom;
  for (Lin &e : result.index)
    e = e.substitute(var, by);
  result.end = atom.end.substitute(var, by);
  if (atom.summand)
    result.summand = std::make_shared<const Term>(substitute(*atom.summand, var, by));
  if (atom.exponent) {
    Poly exponent;
    for (const Term &term : *atom.exponent)
      exponent.push_back(substitute(term, var, by));
    result.exponent = std::make_shared<Poly>(std::move(exponent));
  }
  return result;
}

Term mambac::raise::substitute(const Term &term, int var, const Lin &by) {
  Term result = term;
  for (Atom &atom : result.atoms)
    atom = substitute(atom, var, by);
  for (Lin &guard : result.guards)
    guard = guard.substitute(var, by);
  return result;
}

FailureOr<Poly> mambac::raise::multiplyBounded(const Poly &a, const Poly &b) {
  return a.size() * b.size() > kMaxElementTerms ? FailureOr<Poly>(failure()) : multiply(a, b);
}

Poly mambac::raise::multiply(const Poly &a, const Poly &b) {
  Poly product;
  for (const Term &x : a)
    for (const Term &y : b) {
      Term term = x;
      term.coefficient *= y.coefficient;
      term.atoms.append(y.atoms);
      term.bound.append(y.bound);
      for (const Lin &guard : y.guards)
        if (!llvm::is_contained(term.guards, guard))
          term.guards.push_back(guard);
      if (term.coefficient != 0)
        product.push_back(std::move(term));
    }
  return product;
}

//===- Text, for remarks and debugging --------------------------------------------------------------------------===//

static std::string str(const Atom &atom) {
  if (atom.kind == Atom::Kind::Prefix)
    return "P{" + mambac::raise::str(*atom.summand) + "}(" + atom.end.str() + ")";
  if (atom.kind == Atom::Kind::Exp)
    return "exp(" + str(*atom.exponent) + ")";
  if (atom.kind == Atom::Kind::Number)
    return "(" + atom.index[0].str() + ")";
  std::string text;
  llvm::raw_string_ostream os(text);
  if (Operation *op = atom.value.getDefiningOp())
    os << op->getName() << "@" << (reinterpret_cast<uintptr_t>(op) & 0xffffff);
  else
    os << "argument" << cast<BlockArgument>(atom.value).getArgNumber();
  os << (atom.kind == Atom::Kind::Log ? ".log[" : atom.kind == Atom::Kind::Power ? ".exp[" : "[");
  llvm::interleave(atom.index, os, [&](const Lin &e) { os << e.str(); }, ", ");
  os << "]";
  return text;
}

std::string mambac::raise::str(const Term &term) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (term.coefficient != 1 || term.atoms.empty())
    os << term.coefficient << " ";
  for (const Lin &guard : term.guards)
    os << "[" << guard.str() << " >= 0] ";
  for (int var : term.bound)
    os << "sum v" << var << " ";
  for (const Atom &atom : term.atoms)
    os << ::str(atom) << " ";
  return text;
}

std::string mambac::raise::str(const Poly &poly) {
  std::string text;
  for (const Term &term : poly)
    text += (text.empty() ? "" : " + ") + str(term);
  return text;
}
