//===- ElementSums.cpp - Cumulative sums and exponentials of element expressions --------------------------------===//
//
// The part of ElementEvaluator that turns running sums into differences of prefix sums, and exponentials of masked
// values into guarded exponentials.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include "dialects/SSM/IR/SSM.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

FailureOr<Poly> ElementEvaluator::followCumsum(Operation *op, ArrayRef<Lin> index, ArrayRef<Lin> given, Mode mode) {
  Poly result;
  if (auto cumsum = dyn_cast<ssm::CumsumOp>(op)) {
    if (!isa<FloatType>(cumsum.getY().getType().getElementType()))
      return failure();
    int64_t dim = cumsum.getDim();
    Lin size = space.getSize(cumsum.getX(), dim);
    int var = space.addVar(IndexSpace::Kind::Bound, size);
    SmallVector<Lin> source(index.begin(), index.end());
    source[dim] = Lin::var(var);
    Poly summand = simplify(element(cumsum.getX(), source, given, Mode::Value), given);
    // The running sum over k <= i is written over var = k; a reverse one as the total less the rest.
    Lin at = index[dim];
    if (cumsum.getReverse()) {
      FailureOr<Poly> total = sumRange(summand, var, size - 1, given);
      FailureOr<Poly> rest = sumRange(summand, var, cumsum.getExclusive() ? at : at - 1, given);
      if (failed(total) || failed(rest))
        return failure();
      result = *total;
      for (Term term : *rest) {
        term.coefficient = -term.coefficient;
        result.push_back(term);
      }
    } else {
      FailureOr<Poly> sum = sumRange(summand, var, cumsum.getExclusive() ? at - 1 : at, given);
      if (failed(sum))
        return failure();
      result = *sum;
    }
  } else {
    auto segsum = cast<ssm::SegsumOp>(op);
    int64_t dim = segsum.getDim();
    Lin i = index[dim], j = index.back();
    int var = space.addVar(IndexSpace::Kind::Bound, space.getSize(segsum.getA(), dim));
    SmallVector<Lin> source(index.drop_back().begin(), index.drop_back().end());
    source[dim] = Lin::var(var);
    Constraints causal = join(given, {i - j});
    if (!space.isEmpty(causal)) {
      Poly summand = simplify(element(segsum.getA(), source, causal, Mode::Value), causal);
      for (Term &term : summand)
        term.guards.push_back(Lin::var(var) - j - 1);
      FailureOr<Poly> sum = sumRange(summand, var, i, causal);
      if (failed(sum))
        return failure();
      result = *sum;
      for (Term &term : result)
        term.guards.push_back(i - j);
    }
    Term masked;
    masked.coefficient = -std::numeric_limits<double>::infinity();
    masked.guards.push_back(j - i - 1);
    result.push_back(masked);
  }
  return mode == Mode::Exp ? wrapExp(result, given) : result;
}

/// The one position expression, with coefficient 1 for `var`, by which a summand depends on `var`.
static std::optional<Lin> getSummandPosition(const Term &term, int var) {
  std::optional<Lin> position;
  for (const Atom &atom : term.atoms) {
    if (atom.kind != Atom::Kind::Leaf)
      return std::nullopt;
    for (const Lin &e : atom.index) {
      if (!e.uses(var))
        continue;
      if (e.coefficientOf(var) != 1 || (position && *position != e))
        return std::nullopt;
      position = e;
    }
  }
  return position;
}

FailureOr<Poly> ElementEvaluator::sumRange(const Poly &summand, int var, const Lin &last, ArrayRef<Lin> given) {
  struct Piece {
    Term term;
    Lin low, high;
    Constraints guards;
    std::optional<Lin> position;
    bool done = false;
  };
  std::vector<Piece> pieces;
  for (const Term &term : summand) {
    if (!term.bound.empty() || !std::isfinite(term.coefficient))
      return failure();
    Piece piece{term, Lin(0), last, {}, getSummandPosition(term, var)};
    piece.term.guards.clear();
    SmallVector<Lin> lows{Lin(0)}, highs{last};
    for (const Lin &guard : term.guards) {
      int64_t coefficient = guard.coefficientOf(var);
      if (coefficient == 0) {
        piece.guards.push_back(guard);
        continue;
      }
      // A guard on the position itself (a pad) belongs to the summand; others bound the range.
      if (piece.position) {
        Lin rest = guard - *piece.position * coefficient;
        if (llvm::all_of(rest.terms, [&](auto &t) { return space.get(t.first).kind == IndexSpace::Kind::Size; })) {
          piece.term.guards.push_back(guard);
          continue;
        }
      }
      if (coefficient == 1)
        lows.push_back(Lin::var(var) - guard);
      else if (coefficient == -1)
        highs.push_back(guard + Lin::var(var));
      else
        return failure();
    }
    Constraints known = join(given, piece.guards);
    auto pick = [&](ArrayRef<Lin> candidates, Lin &best, int64_t sign) {
      for (const Lin &candidate : candidates)
        if (llvm::all_of(candidates, [&](const Lin &other) {
              return other == candidate || space.implies(known, (candidate - other) * sign);
            })) {
          best = candidate;
          return true;
        }
      return false;
    };
    if (!pick(lows, piece.low, 1) || !pick(highs, piece.high, -1))
      return failure();
    pieces.push_back(std::move(piece));
  }
  Poly result;
  auto emit = [&](const Piece &piece, double coefficient, int base, const Lin &begin, const Lin &end) {
    Constraints guards = piece.guards;
    Lin nonEmpty = piece.high - piece.low + 1;
    if (!space.implies(join(given, guards), nonEmpty))
      guards.push_back(nonEmpty);
    for (auto [position, sign] : {std::pair{end, 1}, {begin, -1}}) {
      if (position == Lin(0))
        continue; // a sum over nothing
      Term term;
      term.coefficient = coefficient * sign;
      term.guards = guards;
      term.atoms.push_back(Atom{Atom::Kind::Prefix, Value(), {}, base, position, nullptr});
      result.push_back(term);
    }
  };
  for (unsigned i = 0; i < pieces.size(); ++i) {
    Piece &piece = pieces[i];
    if (piece.done)
      continue;
    if (piece.position) {
      Term base = piece.term;
      int tau = getSummandVar();
      for (Atom &atom : base.atoms)
        for (Lin &e : atom.index)
          if (e.uses(var))
            e = Lin::var(tau);
      for (Lin &guard : base.guards)
        guard = guard - *piece.position * guard.coefficientOf(var) + Lin::var(tau, guard.coefficientOf(var));
      double coefficient = base.coefficient;
      base.coefficient = 1;
      emit(piece, coefficient, getBase(base), piece.position->substitute(var, piece.low),
           piece.position->substitute(var, piece.high) + 1);
      continue;
    }
    // P(upper(k)) - P(lower(k)) with lower(k + 1) = upper(k): all but the ends cancel.
    if (piece.term.atoms.size() != 1 || piece.term.atoms[0].kind != Atom::Kind::Prefix)
      return failure();
    bool found = false;
    for (unsigned j = 0; j < pieces.size() && !found; ++j) {
      Piece &other = pieces[j];
      if (j == i || other.done || other.term.atoms.size() != 1 || other.term.atoms[0].kind != Atom::Kind::Prefix ||
          other.term.atoms[0].base != piece.term.atoms[0].base || other.low != piece.low ||
          other.high != piece.high || other.term.coefficient != -piece.term.coefficient)
        continue;
      for (auto [upper, lower] : {std::pair{&piece, &other}, {&other, &piece}}) {
        Lin up = upper->term.atoms[0].end, down = lower->term.atoms[0].end;
        if (found || down.substitute(var, Lin::var(var) + 1) != up)
          continue;
        emit(piece, upper->term.coefficient, upper->term.atoms[0].base, down.substitute(var, piece.low),
             up.substitute(var, piece.high));
        other.done = found = true;
      }
    }
    if (!found)
      return failure();
  }
  return result;
}

Poly ElementEvaluator::wrapExp(const Poly &exponent, ArrayRef<Lin> given) {
  Poly simple = simplify(exponent, given);
  for (const Term &term : simple) {
    if (!term.guards.empty())
      continue;
    if (std::isinf(term.coefficient) && term.coefficient < 0 && term.atoms.empty())
      return {};
  }
  for (const Term &term : simple) {
    if (term.guards.empty())
      continue;
    // Decide the first guard either way.
    Lin guard = term.guards.front(), negation = guard * -1 - 1;
    Poly result;
    for (const Lin &decided : {guard, negation}) {
      Constraints known = join(given, {decided});
      if (space.isEmpty(known))
        continue;
      for (Term part : wrapExp(simple, known)) {
        part.guards.push_back(decided);
        result.push_back(std::move(part));
      }
    }
    return result;
  }
  Term result;
  if (!simple.empty()) {
    Atom atom{Atom::Kind::Exp, Value(), {}, -1, Lin(), std::make_shared<Poly>(std::move(simple))};
    result.atoms.push_back(std::move(atom));
  }
  return {result};
}
