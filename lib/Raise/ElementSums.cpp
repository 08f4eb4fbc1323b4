//===- ElementSums.cpp - Cumulative sums and exponentials of element expressions --------------------------------===//
//
// The part of ElementEvaluator that turns running sums into differences of prefix sums, and exponentials of masked
// values into guarded exponentials.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/RaiseUtils.h"
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
    // The logarithm of a sum of exponentials is that sum where it is an exponent, and nothing else elsewhere.
    bool logarithmic = cumsum.getLog();
    if (logarithmic && mode != Mode::Exp)
      return failure();
    Poly summand =
        simplify(element(cumsum.getX(), source, given, logarithmic ? Mode::Exp : Mode::Value), given);
    // The running sum over k <= i is written over var = k; a reverse one as the total less the rest.
    Lin at = index[dim];
    // Sums of exponentials stay sums, over a variable that is bound.
    if (logarithmic || llvm::any_of(summand, [](const Term &term) {
          return !term.bound.empty() || llvm::any_of(term.atoms, [](const Atom &a) { return a.exponent != nullptr; });
        })) {
      Lin bound = cumsum.getReverse() ? Lin::var(var) - at : at - Lin::var(var);
      for (Term &term : summand) {
        term.bound.push_back(var);
        term.guards.push_back(bound - (cumsum.getExclusive() ? 1 : 0));
      }
      if (logarithmic)
        return summand;
      result = summand;
    } else if (cumsum.getReverse()) {
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

FailureOr<Poly> ElementEvaluator::sumBetween(const Poly &exponent, int var, const Lin &first, const Lin &last,
                                             ArrayRef<Lin> given) {
  Poly from = exponent;
  if (first != Lin(0))
    for (Term &term : from)
      term.guards.push_back(Lin::var(var) - first);
  return sumRange(from, var, last, given);
}

static Poly ownLogarithm(const Atom &atom) {
  Term term;
  term.atoms.push_back(atom);
  term.atoms.back().kind = Atom::Kind::Log;
  return Poly{term};
}

/// Opens the summands of a sum until all but one cancel, as in 1 + (x - 1); what does not is left as it was.
Poly ElementEvaluator::cancelSum(const Poly &sum, ArrayRef<Lin> given) {
  Poly opened = sum;
  for (unsigned step = 0; step < 8 && opened.size() > 1 && opened.size() <= 4; ++step) {
    Poly next;
    bool any = false;
    for (const Term &term : opened) {
      FailureOr<Poly> inner = failure();
      if (term.atoms.size() == 1 && term.bound.empty() && term.guards.empty())
        inner = expand(term.atoms[0], given);
      any |= succeeded(inner);
      if (failed(inner)) {
        next.push_back(term);
        continue;
      }
      for (Term part : *inner) {
        part.coefficient *= term.coefficient;
        next.push_back(part);
      }
    }
    if (!any)
      break;
    opened = simplify(next, given);
  }
  return opened.size() == 1 ? opened : sum;
}

/// The logarithm of a factor: the exponent of what turns out to be exponentials, with a sign or a number that
/// `coefficient` is multiplied by, else an atom of its own.
FailureOr<Poly> ElementEvaluator::logarithm(const Atom &atom, ArrayRef<Lin> given, int depth, double &coefficient) {
  if (atom.kind == Atom::Kind::Exp)
    return *atom.exponent;
  if (atom.kind != Atom::Kind::Leaf)
    return failure();
  FailureOr<Poly> opened = depth < 8 ? expand(atom, given) : FailureOr<Poly>(failure());
  if (succeeded(opened))
    opened = cancelSum(*opened, given);
  if (succeeded(opened) && opened->size() == 1 && opened->front().bound.empty() && opened->front().guards.empty()) {
    if (opened->front().atoms.empty()) { // a number
      coefficient *= opened->front().coefficient;
      return Poly{};
    }
    Poly exponent;
    bool plain = true;
    double factor = opened->front().coefficient;
    for (const Atom &inner : opened->front().atoms) {
      FailureOr<Poly> part = logarithm(inner, given, depth + 1, factor);
      plain &= succeeded(part) && llvm::none_of(*part, [](const Term &term) {
        return llvm::any_of(term.atoms, [](const Atom &a) { return a.kind == Atom::Kind::Log; });
      });
      if (plain)
        append(exponent, *part);
    }
    if (plain && std::abs(factor) == 1) {
      coefficient *= factor;
      return exponent;
    }
  }
  return ownLogarithm(atom);
}

/// h[t] = sum over s <= t of exp(sum of log a over s < k <= t) * b[s]  +  exp(sum of log a over k <= t) * init, or the
/// same with s >= t and t <= k < s.
FailureOr<Poly> ElementEvaluator::followScan(Operation *op, OpResult result, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  auto scan = cast<ssm::ScanOp>(op);
  if (scan.isComplex())
    return failure(); // no exponential of a sum
  unsigned number = scan.getOutsMutable()[result.getResultNumber()].getOperandNumber();
  SmallVector<AffineMap> maps = scan.getIndexingMapsArray();
  if (!maps[number].isProjectedPermutation() || maps[number].getNumResults() + result.getResultNumber() != maps[0].getNumDims())
    return failure();
  Env env(maps[number].getNumDims());
  for (auto [expr, position] : llvm::zip(maps[number].getResults(), index))
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
  unsigned axis = scan.getAxis(), h = scan.getOutsMutable()[0].getOperandNumber();
  Lin length = space.getSize(scan.getResult(0), *maps[h].getResultPosition(getAffineDimExpr(axis, op->getContext())));
  if (result.getResultNumber() == 1)
    env[axis] = scan.getReverse() ? Lin(0) : length - 1;
  const Lin t = env[axis];
  auto read = [&](OpOperand &operand, const Lin &time, ArrayRef<Lin> known) -> FailureOr<Poly> {
    Env place = env;
    place[axis] = time;
    bool ok;
    SmallVector<Lin> position = applyMap(maps[operand.getOperandNumber()], place, ok);
    if (!ok)
      return failure();
    for (auto [at, size] : llvm::zip(position, cast<RankedTensorType>(operand.get().getType()).getShape()))
      if (size == 1)
        at = Lin(0);
    return simplify(element(operand.get(), position, known, Mode::Value), known);
  };
  // The decay's logarithm.
  int k = space.addVar(IndexSpace::Kind::Bound, length);
  FailureOr<Poly> a = read(scan.getAMutable(), Lin::var(k), given);
  if (failed(a) || a->size() != 1 || !a->front().bound.empty() || !a->front().guards.empty())
    return failure();
  double coefficient = a->front().coefficient;
  Poly exponent;
  for (const Atom &atom : a->front().atoms) {
    FailureOr<Poly> part = logarithm(atom, given, /*depth=*/0, coefficient);
    if (failed(part))
      return failure();
    append(exponent, *part);
  }
  if (coefficient < 0) {
    // Signs that do not cancel: the factors are left as they are written.
    coefficient = a->front().coefficient;
    exponent.clear();
    for (const Atom &atom : a->front().atoms)
      append(exponent, atom.kind == Atom::Kind::Exp ? *atom.exponent : ownLogarithm(atom));
  }
  if (!(coefficient > 0))
    return failure();
  if (coefficient != 1)
    append(exponent, constantPoly(std::log(coefficient)));
  bool decays = !exponent.empty(); // else it is a running sum
  Poly sum;
  // From the sources.
  int s = space.addVar(IndexSpace::Kind::Bound, length);
  Lin source = Lin::var(s);
  Constraints causal = join(given, {scan.getReverse() ? source - t : t - source});
  FailureOr<Poly> b = read(scan.getBMutable(), source, causal);
  if (failed(b))
    return failure();
  if (!b->empty()) {
    recurrenceSeen = true;
    FailureOr<Poly> decay = scan.getReverse() ? sumBetween(exponent, k, t, source - 1, causal)
                                              : sumBetween(exponent, k, source + 1, t, causal);
    if (failed(decay))
      return failure();
    sum = decays ? multiply(*b, wrapExp(*decay, causal)) : *b;
    for (Term &term : sum) {
      term.bound.push_back(s);
      if (!llvm::is_contained(term.guards, causal.back()))
        term.guards.push_back(causal.back());
    }
  }
  if (scan.getInit()) {
    FailureOr<Poly> init = read(scan.getInitMutable()[0], t, given);
    FailureOr<Poly> decay = scan.getReverse() ? sumBetween(exponent, k, t, length - 1, given)
                                              : sumBetween(exponent, k, Lin(0), t, given);
    if (failed(init) || failed(decay))
      return failure();
    append(sum, decays ? multiply(*init, wrapExp(*decay, given)) : *init);
  }
  return simplify(sum, given);
}

/// The one position expression, with coefficient 1 or -1 for `var`, by which a summand depends on `var`; just `var` for
/// a summand that does not depend on it.
static std::optional<Lin> getSummandPosition(const Term &term, int var) {
  std::optional<Lin> position;
  for (const Atom &atom : term.atoms) {
    if (atom.kind != Atom::Kind::Leaf && atom.kind != Atom::Kind::Log)
      return std::nullopt;
    for (const Lin &e : atom.index) {
      if (!e.uses(var))
        continue;
      if (std::abs(e.coefficientOf(var)) != 1 || (position && *position != e))
        return std::nullopt;
      position = e;
    }
  }
  return position ? position : Lin::var(var);
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
        Lin rest = guard - *piece.position * (coefficient * piece.position->coefficientOf(var));
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
  using Summand = std::shared_ptr<const Term>;
  auto emit = [&](const Piece &piece, double coefficient, const Summand &base, const Lin &begin, const Lin &end) {
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
      int64_t sign = piece.position->coefficientOf(var);
      for (Lin &guard : base.guards) {
        int64_t factor = guard.coefficientOf(var) * sign;
        guard = guard - *piece.position * factor + Lin::var(tau, factor);
      }
      double coefficient = base.coefficient;
      base.coefficient = 1;
      Lin from = piece.position->substitute(var, sign > 0 ? piece.low : piece.high);
      Lin to = piece.position->substitute(var, sign > 0 ? piece.high : piece.low);
      emit(piece, coefficient, std::make_shared<const Term>(base), from, to + 1);
      continue;
    }
    // P(upper(k)) - P(lower(k)) with lower(k + 1) = upper(k): all but the ends cancel.
    if (piece.term.atoms.size() != 1 || piece.term.atoms[0].kind != Atom::Kind::Prefix)
      return failure();
    const Summand summand = piece.term.atoms[0].summand;
    if (llvm::any_of(summand->atoms, [&](const Atom &a) {
          return llvm::any_of(a.index, [&](const Lin &e) { return e.uses(var); });
        }))
      return failure();
    bool found = false;
    for (unsigned j = 0; j < pieces.size() && !found; ++j) {
      Piece &other = pieces[j];
      if (j == i || other.done || other.term.atoms.size() != 1 || other.term.atoms[0].kind != Atom::Kind::Prefix ||
          !(*other.term.atoms[0].summand == *summand) || other.low != piece.low ||
          other.high != piece.high || other.term.coefficient != -piece.term.coefficient)
        continue;
      for (auto [upper, lower] : {std::pair{&piece, &other}, {&other, &piece}}) {
        Lin up = upper->term.atoms[0].end, down = lower->term.atoms[0].end;
        if (found || down.substitute(var, Lin::var(var) + 1) != up)
          continue;
        emit(piece, upper->term.coefficient, summand, down.substitute(var, piece.low),
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
    if (term.coefficient <= kHides && term.atoms.empty())
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
    Atom atom{Atom::Kind::Exp, Value(), {}, nullptr, Lin(), std::make_shared<Poly>(std::move(simple))};
    result.atoms.push_back(std::move(atom));
  }
  return {result};
}
