//===- ElementNumbers.cpp - Positions that are used as numbers --------------------------------------------------===//
//
// The part of ElementEvaluator for distances between positions: in pieces where they are clamped, as floats, and as
// the exponents of powers.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include "lib/Raise/NumberRange.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

/// Of more pieces than this a distance does not consist.
static constexpr size_t kMaxPieces = 8;

/// `e` as a number.
static Poly numberPoly(const Lin &e) {
  if (e.isConstant())
    return constantPoly(e.constant);
  Term term;
  term.atoms.push_back(Atom{Atom::Kind::Number, Value(), {e}, nullptr, Lin(), nullptr});
  return {term};
}

/// The integer that a sum of positions is.
static std::optional<Lin> getInteger(const Poly &poly) {
  Lin sum;
  for (const Term &term : poly) {
    if (!term.guards.empty() || !term.bound.empty() || term.atoms.size() > 1 ||
        term.coefficient != std::trunc(term.coefficient) || std::abs(term.coefficient) > (1 << 30))
      return std::nullopt;
    if (term.atoms.empty())
      sum = sum + Lin(static_cast<int64_t>(term.coefficient));
    else if (term.atoms[0].kind == Atom::Kind::Number)
      sum = sum + term.atoms[0].index[0] * static_cast<int64_t>(term.coefficient);
    else
      return std::nullopt;
  }
  return sum;
}

FailureOr<ElementEvaluator::IntegerPieces>
ElementEvaluator::integerPieces(linalg::LinalgOp op, Value v, const Env &env, ArrayRef<Lin> given) {
  if (FailureOr<Lin> whole = integer(op, v, env, given); succeeded(whole))
    return IntegerPieces{{{}, *whole}};
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    if (argument.getOwner()->getParentOp() != op)
      return failure();
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    Value tensor = operand.get();
    if (!isa<RankedTensorType>(tensor.getType()))
      return failure();
    bool ok;
    SmallVector<Lin> position = applyMap(op.getMatchingIndexingMap(&operand), env, ok);
    if (!ok)
      return failure();
    while (stepThroughView(tensor, position, given)) {
    }
    auto producer = tensor.getDefiningOp<linalg::LinalgOp>();
    if (!producer || producer.getNumReductionLoops() != 0)
      return failure();
    SmallVector<int> bound;
    FailureOr<Env> inner = enterIteration(producer, cast<OpResult>(tensor), position, bound);
    if (failed(inner) || !bound.empty())
      return failure();
    Operation *yield = producer->getRegion(0).front().getTerminator();
    return integerPieces(producer, yield->getOperand(cast<OpResult>(tensor).getResultNumber()), *inner, given);
  }
  Operation *inner = v.getDefiningOp();
  if (inner->getParentOp() != op)
    return failure();
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp, arith::TruncIOp>(inner))
    return integerPieces(op, inner->getOperand(0), env, given);
  IntegerPieces result;
  auto add = [&](const Constraints &where, const Lin &value) {
    if (!space.isEmpty(join(given, where)))
      result.push_back({where, value});
  };
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Condition> cond = condition(op, select.getCondition(), env, given);
    FailureOr<IntegerPieces> x = integerPieces(op, select.getTrueValue(), env, given);
    FailureOr<IntegerPieces> y = integerPieces(op, select.getFalseValue(), env, given);
    if (failed(cond) || failed(x) || failed(y))
      return failure();
    for (auto [sets, pieces] : {std::pair{&cond->yes, &*x}, {&cond->no, &*y}})
      for (const Constraints &set : *sets)
        for (const auto &[where, value] : *pieces)
          add(join(set, where), value);
    return result.size() > kMaxPieces ? FailureOr<IntegerPieces>(failure()) : result;
  }
  if (isa<math::AbsIOp>(inner)) {
    FailureOr<IntegerPieces> x = integerPieces(op, inner->getOperand(0), env, given);
    if (failed(x))
      return failure();
    for (const auto &[where, value] : *x) {
      add(join(where, {value}), value);
      add(join(where, {value * -1 - 1}), value * -1);
    }
    return result;
  }
  if (!isa<arith::MaxSIOp, arith::MinSIOp, arith::AddIOp, arith::SubIOp, arith::MulIOp>(inner))
    return failure();
  FailureOr<IntegerPieces> x = integerPieces(op, inner->getOperand(0), env, given);
  FailureOr<IntegerPieces> y = integerPieces(op, inner->getOperand(1), env, given);
  if (failed(x) || failed(y) || x->size() * y->size() > kMaxPieces)
    return failure();
  for (const auto &[ofX, a] : *x)
    for (const auto &[ofY, b] : *y) {
      Constraints where = join(ofX, ofY);
      if (isa<arith::AddIOp>(inner)) {
        add(where, a + b);
      } else if (isa<arith::SubIOp>(inner)) {
        add(where, a - b);
      } else if (isa<arith::MulIOp>(inner)) {
        if (!a.isConstant() && !b.isConstant())
          return failure();
        add(where, a.isConstant() ? b * a.constant : a * b.constant);
      } else {
        bool isMax = isa<arith::MaxSIOp>(inner);
        add(join(where, {a - b}), isMax ? a : b);
        add(join(where, {b - a - 1}), isMax ? b : a);
      }
    }
  return result;
}

FailureOr<Poly> ElementEvaluator::number(linalg::LinalgOp op, Value v, const Env &env, ArrayRef<Lin> given) {
  FailureOr<IntegerPieces> pieces = integerPieces(op, v, env, given);
  if (failed(pieces))
    return failure();
  Poly sum;
  for (const auto &[where, value] : *pieces)
    append(sum, guarded(numberPoly(value), where));
  return sum;
}

/// The product of the ranges of a term's factors; unknown where it is more than a product.
static NumberRange getRange(const Term &term, NumberRanges &ranges) {
  NumberRange range{term.coefficient, term.coefficient};
  for (const Atom &atom : term.atoms)
    range = atom.kind == Atom::Kind::Leaf ? multiply(range, ranges.get(atom.value)) : NumberRange();
  return range;
}

/// A sum of one summand between two positions, at most or at least 0: it is on one side of 0 where it runs forwards, and
/// on the other where it runs backwards.
FailureOr<Poly> ElementEvaluator::clampedSum(Operation *inner, const Poly &sum, ArrayRef<Lin> given) {
  std::optional<Lin> begin, end;
  std::optional<Term> summand;
  for (const Term &term : sum) {
    if (!term.guards.empty() || !term.bound.empty())
      return failure();
    // rate * sum, with the sign of the sum's end
    Term factors = term;
    factors.atoms.clear();
    const Atom *prefix = nullptr;
    for (const Atom &atom : term.atoms) {
      if (atom.kind == Atom::Kind::Prefix && !std::exchange(prefix, &atom))
        continue;
      factors.atoms.push_back(atom);
    }
    if (!prefix)
      return failure();
    factors.atoms.append(prefix->summand->atoms.begin(), prefix->summand->atoms.end());
    factors.coefficient *= prefix->summand->coefficient;
    bool first = !summand;
    if (first) {
      summand = factors;
      end = prefix->end;
      continue;
    }
    factors.coefficient = -factors.coefficient;
    if (begin || !(factors == *summand))
      return failure();
    begin = prefix->end;
  }
  if (!summand)
    return Poly{};
  NumberRanges ranges;
  NumberRange range = getRange(*summand, ranges);
  Lin forwards = *end - begin.value_or(Lin(0));
  if (range.low >= 0)
    forwards = forwards * -1;
  else if (range.high > 0)
    return failure();
  // Now the sum is at most 0 where `forwards` is at least 0.
  bool isMin = isa<arith::MinimumFOp>(inner);
  Lin where = isMin ? forwards : forwards * -1;
  return space.isEmpty(join(given, {where})) ? Poly{} : guarded(sum, {where});
}

FailureOr<Poly> ElementEvaluator::extremum(Operation *inner, const Poly &lhs, const Poly &rhs, ArrayRef<Lin> given) {
  std::optional<Lin> a = getInteger(simplify(lhs, given)), b = getInteger(simplify(rhs, given));
  if (!isa<math::AbsFOp>(inner) && a.has_value() != b.has_value() && (a ? *a : *b) == Lin(0))
    return clampedSum(inner, simplify(a ? rhs : lhs, given), given);
  if (!a || !b)
    return failure();
  Poly sum;
  bool isMin = isa<arith::MinimumFOp>(inner);
  for (auto [where, value] : {std::pair{*a - *b, isMin ? *b : *a}, {*b - *a - 1, isMin ? *a : *b}})
    if (!space.isEmpty(join(given, {where})))
      append(sum, guarded(numberPoly(value), {where}));
  return sum;
}

/// x^e as exp(e log x), for x that is not negative.
FailureOr<Poly> ElementEvaluator::power(const Poly &base, const Poly &exponent, ArrayRef<Lin> given) {
  if (base.size() != 1 || !base[0].guards.empty() || !base[0].bound.empty())
    return failure();
  Poly logarithm;
  if (base[0].atoms.empty() && base[0].coefficient > 0) {
    logarithm = constantPoly(std::log(base[0].coefficient));
  } else if (base[0].coefficient == 1 && base[0].atoms.size() == 1 && base[0].atoms[0].kind == Atom::Kind::Leaf &&
             NumberRanges().get(base[0].atoms[0].value).low >= 0) {
    logarithm = base;
    logarithm[0].atoms[0].kind = Atom::Kind::Log;
  } else {
    return failure();
  }
  return wrapExp(multiply(logarithm, exponent), given);
}

FailureOr<Lin> ElementEvaluator::difference(linalg::LinalgOp op, arith::CmpFOp compare, const Env &env,
                                            ArrayRef<Lin> given) {
  FailureOr<Poly> lhs = scalar(op, compare.getLhs(), env, given, Mode::Value);
  FailureOr<Poly> rhs = scalar(op, compare.getRhs(), env, given, Mode::Value);
  if (failed(lhs) || failed(rhs))
    return failure();
  std::optional<Lin> a = getInteger(*lhs), b = getInteger(*rhs);
  if (!a || !b)
    return failure();
  return *a - *b;
}
