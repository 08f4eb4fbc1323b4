//===- ElementBodies.cpp - Scalars, masks and integers in the bodies of linalg ops ------------------------------===//
//
// The part of ElementEvaluator that reads the regions of linalg ops.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include <cmath>

using namespace mlir;
using namespace mambac::raise;

/// 1 / (c * exp(..) * exp(..))
static std::optional<Term> invert(const Poly &poly) {
  if (poly.size() != 1 || !poly[0].bound.empty() || !poly[0].guards.empty())
    return std::nullopt;
  Term inverse;
  inverse.coefficient = 1 / poly[0].coefficient;
  for (const Atom &atom : poly[0].atoms) {
    if (atom.kind != Atom::Kind::Exp)
      return std::nullopt;
    inverse.atoms.push_back(atom);
    inverse.atoms.back().exponent = std::make_shared<Poly>(multiply(*atom.exponent, constantPoly(-1)));
  }
  return inverse;
}

FailureOr<Poly> ElementEvaluator::exponential(linalg::LinalgOp op, Operation *inner, const Env &env,
                                              ArrayRef<Lin> given) {
  if (auto power = dyn_cast<math::PowFOp>(inner)) {
    if (!numbersOpen)
      return failure();
    ++baseDepth;
    FailureOr<Poly> base = scalar(op, power.getLhs(), env, given, Mode::Value);
    --baseDepth;
    ++exponentDepth;
    FailureOr<Poly> exponent = scalar(op, power.getRhs(), env, given, Mode::Value);
    --exponentDepth;
    return failed(base) || failed(exponent) ? FailureOr<Poly>(failure()) : this->power(*base, *exponent, given);
  }
  ++exponentDepth;
  bool natural = isa<math::ExpOp>(inner);
  FailureOr<Poly> value = scalar(op, inner->getOperand(0), env, given, natural ? Mode::Exp : Mode::Value);
  --exponentDepth;
  return natural || failed(value) ? value : wrapExp(multiply(*value, constantPoly(M_LN2)), given);
}

FailureOr<Poly> ElementEvaluator::scalar(linalg::LinalgOp op, Value v, const Env &env, ArrayRef<Lin> given, Mode mode) {
  if (std::optional<double> constant = getConstantFloat(v))
    return constantPoly(mode == Mode::Exp ? std::exp(*constant) : *constant);
  if (!isa<FloatType>(v.getType()))
    return failure();
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    if (argument.getOwner()->getParentOp() != op)
      return failure();
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    if (!isa<RankedTensorType>(operand.get().getType())) {
      std::optional<double> constant = getConstantFloat(operand.get());
      if (!constant)
        return failure();
      return constantPoly(mode == Mode::Exp ? std::exp(*constant) : *constant);
    }
    bool ok;
    SmallVector<Lin> position = applyMap(op.getMatchingIndexingMap(&operand), env, ok);
    if (!ok)
      return failure();
    for (auto [at, size] : llvm::zip(position, cast<RankedTensorType>(operand.get().getType()).getShape()))
      if (size == 1)
        at = Lin(0);
    return element(operand.get(), position, given, mode);
  }
  Operation *inner = v.getDefiningOp();
  if (inner->getParentOp() != op)
    return failure();
  if (isa<arith::ExtFOp, arith::TruncFOp>(inner))
    return scalar(op, inner->getOperand(0), env, given, mode);
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Condition> cond = condition(op, select.getCondition(), env, given);
    if (failed(cond))
      return failure();
    Poly sum;
    for (auto [sets, value] : {std::pair{&cond->yes, select.getTrueValue()}, {&cond->no, select.getFalseValue()}})
      for (const Constraints &set : *sets) {
        Constraints all = join(given, set);
        if (space.isEmpty(all))
          continue;
        FailureOr<Poly> branch = scalar(op, value, env, all, mode);
        if (failed(branch))
          return failure();
        append(sum, guarded(*branch, set));
      }
    return sum;
  }
  if (mode == Mode::Exp && isa<math::LogOp>(inner)) // what has a logarithm is positive
    return scalar(op, inner->getOperand(0), env, given, Mode::Value);
  bool additive = isa<arith::AddFOp, arith::SubFOp>(inner);
  if (mode == Mode::Exp && additive) {
    FailureOr<Poly> lhs = scalar(op, inner->getOperand(0), env, given, mode);
    FailureOr<Poly> rhs =
        scalar(op, inner->getOperand(1), env, given, isa<arith::AddFOp>(inner) ? mode : Mode::Value);
    if (succeeded(rhs) && isa<arith::SubFOp>(inner))
      rhs = wrapExp(multiply(*rhs, constantPoly(-1)), given);
    // Differences with masks in them are one exponent; so is what has no product of its own.
    if (succeeded(lhs) && succeeded(rhs) &&
        (isa<arith::AddFOp>(inner) || llvm::any_of(*lhs, [](const Term &t) {
           return llvm::any_of(t.atoms, [](const Atom &a) { return a.kind != Atom::Kind::Exp; });
         })))
      return multiplyBounded(*lhs, *rhs);
    if (isa<arith::AddFOp>(inner))
      return failure();
  }
  if (mode == Mode::Exp) {
    FailureOr<Poly> value = scalar(op, v, env, given, Mode::Value);
    return failed(value) ? value : wrapExp(*value, given);
  }
  if (numbersOpen && isa<arith::SIToFPOp>(inner))
    return number(op, inner->getOperand(0), env, given);
  if (isa<math::ExpOp, math::Exp2Op, math::PowFOp>(inner))
    return exponential(op, inner, env, given);
  if (numbersOpen && isa<arith::MaximumFOp, arith::MinimumFOp, math::AbsFOp>(inner)) {
    FailureOr<Poly> lhs = scalar(op, inner->getOperand(0), env, given, mode), rhs(failure());
    if (succeeded(lhs))
      rhs = inner->getNumOperands() == 1 ? FailureOr<Poly>(multiply(*lhs, constantPoly(-1)))
                                         : scalar(op, inner->getOperand(1), env, given, mode);
    return failed(rhs) ? rhs : extremum(inner, *lhs, *rhs, given);
  }
  if (isa<arith::UIToFPOp>(inner) && inner->getOperand(0).getType().isInteger(1)) {
    FailureOr<Condition> cond = condition(op, inner->getOperand(0), env, given);
    if (failed(cond))
      return failure();
    Poly sum;
    for (const Constraints &set : cond->yes)
      append(sum, guarded(constantPoly(1), set));
    return sum;
  }
  if (additive || isa<arith::MulFOp, arith::NegFOp, arith::DivFOp>(inner)) {
    FailureOr<Poly> lhs = scalar(op, inner->getOperand(0), env, given, mode);
    if (failed(lhs))
      return failure();
    if (isa<arith::NegFOp>(inner))
      return multiply(*lhs, constantPoly(-1));
    if (isa<arith::DivFOp>(inner)) {
      if (std::optional<double> divisor = getConstantFloat(inner->getOperand(1)))
        return *divisor == 0 ? FailureOr<Poly>(failure()) : multiply(*lhs, constantPoly(1 / *divisor));
      FailureOr<Poly> divisor = scalar(op, inner->getOperand(1), env, given, mode);
      if (failed(divisor))
        return failure();
      std::optional<Term> inverse = invert(simplify(*divisor, given));
      return inverse ? FailureOr<Poly>(multiply(*lhs, {*inverse})) : FailureOr<Poly>(failure());
    }
    FailureOr<Poly> rhs = scalar(op, inner->getOperand(1), env, given, mode);
    if (failed(rhs))
      return failure();
    if (isa<arith::MulFOp>(inner))
      return multiplyBounded(*lhs, *rhs);
    append(*lhs, isa<arith::SubFOp>(inner) ? multiply(*rhs, constantPoly(-1)) : *rhs);
    return lhs;
  }
  return failure();
}

FailureOr<Lin> ElementEvaluator::integer(linalg::LinalgOp op, Value v, const Env &env, ArrayRef<Lin> given) {
  if (std::optional<int64_t> constant = getConstantInteger(v))
    return Lin(*constant);
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    if (argument.getOwner()->getParentOp() != op)
      return failure();
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    if (!isa<RankedTensorType>(operand.get().getType()))
      return failure();
    bool ok;
    SmallVector<Lin> position = applyMap(op.getMatchingIndexingMap(&operand), env, ok);
    return ok ? integerElement(operand.get(), position, given) : FailureOr<Lin>(failure());
  }
  Operation *inner = v.getDefiningOp();
  if (inner->getParentOp() != op) {
    if (!v.getType().isIndex())
      return failure();
    return space.getIndex(v);
  }
  if (auto index = dyn_cast<linalg::IndexOp>(inner))
    return env[index.getDim()];
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp>(inner) &&
      !inner->getOperand(0).getType().isInteger(1))
    return integer(op, inner->getOperand(0), env, given);
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp, arith::RemSIOp, arith::RemUIOp>(inner)) {
    FailureOr<Lin> lhs = integer(op, inner->getOperand(0), env, given);
    std::optional<int64_t> divisor = getConstantInteger(inner->getOperand(1));
    Lin quotient, remainder;
    if (failed(lhs) || !divisor)
      if (FailureOr<Lin> rhs = integer(op, inner->getOperand(1), env, given); succeeded(rhs) && rhs->isConstant())
        divisor = rhs->constant;
    if (failed(lhs) || !divisor || *divisor <= 0 || !space.implies(given, *lhs) ||
        !space.divide(given, *lhs, *divisor, quotient, remainder))
      return failure();
    return isa<arith::RemSIOp, arith::RemUIOp>(inner) ? remainder : quotient;
  }
  // Clamps and wraps of positions, where it is known on which side they are.
  if (isa<arith::MaxSIOp, arith::MinSIOp>(inner)) {
    FailureOr<Lin> lhs = integer(op, inner->getOperand(0), env, given);
    FailureOr<Lin> rhs = integer(op, inner->getOperand(1), env, given);
    if (failed(lhs) || failed(rhs))
      return failure();
    bool isMax = isa<arith::MaxSIOp>(inner);
    if (space.implies(given, *lhs - *rhs))
      return isMax ? *lhs : *rhs;
    if (space.implies(given, *rhs - *lhs))
      return isMax ? *rhs : *lhs;
    return failure();
  }
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Condition> cond = condition(op, select.getCondition(), env, given);
    if (failed(cond))
      return failure();
    auto isNever = [&](ArrayRef<Constraints> sets) {
      return llvm::all_of(sets, [&](const Constraints &set) { return space.isEmpty(join(given, set)); });
    };
    if (isNever(cond->no))
      return integer(op, select.getTrueValue(), env, given);
    if (isNever(cond->yes))
      return integer(op, select.getFalseValue(), env, given);
    return failure();
  }
  if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(inner)) {
    FailureOr<Lin> lhs = integer(op, inner->getOperand(0), env, given);
    FailureOr<Lin> rhs = integer(op, inner->getOperand(1), env, given);
    if (failed(lhs) || failed(rhs))
      return failure();
    if (isa<arith::AddIOp>(inner))
      return *lhs + *rhs;
    if (isa<arith::SubIOp>(inner))
      return *lhs - *rhs;
    if (rhs->isConstant())
      return *lhs * rhs->constant;
    if (lhs->isConstant())
      return *rhs * lhs->constant;
  }
  return failure();
}

/// An entry of a list of numbers that go up in equal steps, each so many times (0, 0, 1, 1), or over and over (0, 1, 0, 1).
FailureOr<Lin> ElementEvaluator::listed(DenseIntElementsAttr list, const Lin &at, ArrayRef<Lin> given) {
  SmallVector<int64_t> values = llvm::map_to_vector(list.getValues<APInt>(), [](const APInt &each) {
    return each.getSExtValue();
  });
  int64_t size = values.size(), run = 1, period = 1;
  while (run < size && values[run] == values[0])
    ++run;
  while (period < size && values[period] != values[0])
    ++period;
  if (size < 2 || run == size)
    return failure();
  Lin quotient, remainder;
  for (bool isRun : {true, false}) {
    int64_t step = isRun ? values[run] - values[0] : values[1] - values[0], by = isRun ? run : period;
    bool same = true;
    for (int64_t i = 0; i < size && same; ++i)
      same = values[i] == values[0] + step * (isRun ? i / by : i % by);
    if (same && space.divide(given, at, by, quotient, remainder))
      return (isRun ? quotient : remainder) * step + values[0];
  }
  return failure();
}

FailureOr<Lin> ElementEvaluator::integerElement(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  SmallVector<Lin> position(index.begin(), index.end());
  while (stepThroughView(tensor, position, given)) {
  }
  if (std::optional<int64_t> constant = getConstantInteger(tensor))
    return Lin(*constant);
  if (DenseIntElementsAttr list; position.size() == 1 && matchPattern(tensor, m_Constant(&list)))
    return listed(list, position[0], given);
  auto op = tensor.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumReductionLoops() != 0)
    return failure();
  SmallVector<int> bound;
  FailureOr<Env> env = enterIteration(op, cast<OpResult>(tensor), position, bound);
  if (failed(env) || !bound.empty())
    return failure();
  Value yielded =
      op->getRegion(0).front().getTerminator()->getOperand(cast<OpResult>(tensor).getResultNumber());
  return integer(op, yielded, *env, given);
}

FailureOr<std::vector<std::pair<Constraints, double>>>
ElementEvaluator::constantPieces(linalg::LinalgOp op, Value v, const Env &env, ArrayRef<Lin> given) {
  FailureOr<Poly> poly = scalar(op, v, env, given, Mode::Value);
  if (failed(poly) || poly->size() > 4)
    return failure();
  // A term counts where all of its guards hold; elsewhere the first one fails, or the second, ...
  std::vector<std::pair<Constraints, double>> pieces{{{}, 0.0}};
  for (const Term &term : *poly) {
    if (!term.atoms.empty() || !term.bound.empty())
      return failure();
    std::vector<std::pair<Constraints, double>> finer;
    for (const auto &[constraints, number] : pieces) {
      Constraints holding = constraints;
      for (const Lin &guard : term.guards) {
        finer.push_back({join(holding, {guard * -1 - 1}), number});
        holding.push_back(guard);
      }
      finer.push_back({holding, number + term.coefficient});
    }
    pieces = std::move(finer);
  }
  return pieces;
}

FailureOr<ElementEvaluator::Condition> ElementEvaluator::condition(linalg::LinalgOp op, Value v, const Env &env,
                                                                   ArrayRef<Lin> given) {
  Condition result;
  if (std::optional<int64_t> constant = getConstantInteger(v)) {
    (*constant ? result.yes : result.no).push_back({});
    return result;
  }
  if (auto argument = dyn_cast<BlockArgument>(v)) {
    if (argument.getOwner()->getParentOp() != op)
      return failure();
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    if (std::optional<int64_t> constant = getConstantInteger(operand.get())) {
      (*constant ? result.yes : result.no).push_back({});
      return result;
    }
    if (!isa<RankedTensorType>(operand.get().getType()))
      return failure();
    bool ok;
    SmallVector<Lin> position = applyMap(op.getMatchingIndexingMap(&operand), env, ok);
    return ok ? conditionElement(operand.get(), position, given) : FailureOr<Condition>(failure());
  }
  Operation *inner = v.getDefiningOp();
  if (inner->getParentOp() != op)
    return failure();
  auto cross = [](ArrayRef<Constraints> a, ArrayRef<Constraints> b, SmallVectorImpl<Constraints> &to) {
    for (const Constraints &x : a)
      for (const Constraints &y : b)
        to.push_back(join(x, y));
  };
  if (auto compare = dyn_cast<arith::CmpIOp>(inner); compare && compare.getLhs().getType().isInteger(1)) {
    // Of two conditions: the same, or not. `x == false` is how "not" is written.
    bool isEqual = compare.getPredicate() == arith::CmpIPredicate::eq;
    if (!isEqual && compare.getPredicate() != arith::CmpIPredicate::ne)
      return failure();
    FailureOr<Condition> lhs = condition(op, compare.getLhs(), env, given);
    FailureOr<Condition> rhs = condition(op, compare.getRhs(), env, given);
    if (failed(lhs) || failed(rhs))
      return failure();
    cross(lhs->yes, rhs->yes, isEqual ? result.yes : result.no);
    cross(lhs->no, rhs->no, isEqual ? result.yes : result.no);
    cross(lhs->yes, rhs->no, isEqual ? result.no : result.yes);
    cross(lhs->no, rhs->yes, isEqual ? result.no : result.yes);
    return result;
  }
  if (auto compare = dyn_cast<arith::CmpFOp>(inner)) {
    // Of masks that are written as numbers: each piece has one.
    auto lhs = constantPieces(op, compare.getLhs(), env, given), rhs = constantPieces(op, compare.getRhs(), env, given);
    if (failed(lhs) || failed(rhs)) {
      FailureOr<Lin> apart = difference(op, compare, env, given);
      if (failed(apart))
        return failure();
      auto holds = [&](double sign) {
        return arith::applyCmpPredicate(compare.getPredicate(), llvm::APFloat(sign), llvm::APFloat(0.0));
      };
      auto put = [&](double sign, const Constraints &set) { (holds(sign) ? result.yes : result.no).push_back(set); };
      if (holds(0) == holds(1)) {
        put(1, {*apart});
      } else {
        put(1, {*apart - 1});
        if (holds(0) != holds(-1))
          put(0, {*apart, *apart * -1});
      }
      put(-1, {holds(0) == holds(-1) ? *apart * -1 : *apart * -1 - 1});
      return result;
    }
    for (const auto &[xs, x] : *lhs)
      for (const auto &[ys, y] : *rhs) {
        bool holds = arith::applyCmpPredicate(compare.getPredicate(), llvm::APFloat(x), llvm::APFloat(y));
        (holds ? result.yes : result.no).push_back(join(xs, ys));
      }
    return result;
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(inner)) {
    FailureOr<Lin> lhs = integer(op, compare.getLhs(), env, given), rhs = integer(op, compare.getRhs(), env, given);
    if (failed(lhs) || failed(rhs))
      return failure();
    Lin difference = *lhs - *rhs; // positions and sizes are not negative: signed and unsigned order agree
    switch (compare.getPredicate()) {
    case arith::CmpIPredicate::sge:
    case arith::CmpIPredicate::uge:
      result = {{{difference}}, {{difference * -1 - 1}}};
      return result;
    case arith::CmpIPredicate::slt:
    case arith::CmpIPredicate::ult:
      result = {{{difference * -1 - 1}}, {{difference}}};
      return result;
    case arith::CmpIPredicate::sgt:
    case arith::CmpIPredicate::ugt:
      result = {{{difference - 1}}, {{difference * -1}}};
      return result;
    case arith::CmpIPredicate::sle:
    case arith::CmpIPredicate::ule:
      result = {{{difference * -1}}, {{difference - 1}}};
      return result;
    case arith::CmpIPredicate::eq:
    case arith::CmpIPredicate::ne: {
      result = {{{difference, difference * -1}}, {{difference - 1}, {difference * -1 - 1}}};
      if (compare.getPredicate() == arith::CmpIPredicate::ne)
        std::swap(result.yes, result.no);
      return result;
    }
    }
  }
  if (isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(inner)) {
    FailureOr<Condition> lhs = condition(op, inner->getOperand(0), env, given);
    FailureOr<Condition> rhs = condition(op, inner->getOperand(1), env, given);
    if (failed(lhs) || failed(rhs))
      return failure();
    bool isOr = isa<arith::OrIOp>(inner), isXor = isa<arith::XOrIOp>(inner);
    cross(lhs->yes, rhs->yes, isXor ? result.no : result.yes);
    cross(lhs->yes, rhs->no, isOr || isXor ? result.yes : result.no);
    cross(lhs->no, rhs->yes, isOr || isXor ? result.yes : result.no);
    cross(lhs->no, rhs->no, result.no);
    return result;
  }
  if (auto select = dyn_cast<arith::SelectOp>(inner)) {
    FailureOr<Condition> c = condition(op, select.getCondition(), env, given);
    FailureOr<Condition> x = condition(op, select.getTrueValue(), env, given);
    FailureOr<Condition> y = condition(op, select.getFalseValue(), env, given);
    if (failed(c) || failed(x) || failed(y))
      return failure();
    cross(c->yes, x->yes, result.yes);
    cross(c->no, y->yes, result.yes);
    cross(c->yes, x->no, result.no);
    cross(c->no, y->no, result.no);
    return result;
  }
  return failure();
}

FailureOr<ElementEvaluator::Condition> ElementEvaluator::conditionElement(Value tensor, ArrayRef<Lin> index,
                                                                          ArrayRef<Lin> given) {
  SmallVector<Lin> position(index.begin(), index.end());
  while (stepThroughView(tensor, position, given)) {
  }
  if (std::optional<int64_t> constant = getConstantInteger(tensor)) {
    Condition result;
    (*constant ? result.yes : result.no).push_back({});
    return result;
  }
  auto op = tensor.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumReductionLoops() != 0)
    return failure();
  SmallVector<int> bound;
  FailureOr<Env> env = enterIteration(op, cast<OpResult>(tensor), position, bound);
  if (failed(env) || !bound.empty())
    return failure();
  Value yielded =
      op->getRegion(0).front().getTerminator()->getOperand(cast<OpResult>(tensor).getResultNumber());
  return condition(op, yielded, *env, given);
}
