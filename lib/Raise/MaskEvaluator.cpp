//===- MaskEvaluator.cpp - What a mask is, as conditions on positions -------------------------------------------===//
//
// See the header. Both kinds of results, conditions and integers, are unions of cases; a template parameter T says
// which of the two a function is asked for.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "lib/Raise/MaskEvaluator.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/RaiseUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

/// More cases than this are no mask that anybody writes.
static constexpr size_t kMostCases = 64;

LogicalResult MaskEvaluator::refuse(const Twine &why) {
  if (reason.empty())
    reason = why.str();
  return failure();
}

std::optional<Constraints> MaskEvaluator::both(ArrayRef<Lin> given, ArrayRef<Lin> more) {
  Constraints all(given.begin(), given.end());
  for (const Lin &e : more)
    if (!space.implies(all, e))
      all.push_back(e);
  if (all.size() != given.size() && space.isEmpty(all))
    return std::nullopt;
  for (const Lin &e : more)
    if (e.isConstant() && e.constant < 0)
      return std::nullopt;
  return all;
}

//===- Where an element comes from ------------------------------------------------------------------------------===//

LogicalResult MaskEvaluator::trace(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given,
                                   std::vector<Source> &sources) {
  Operation *op = tensor.getDefiningOp();
  if (auto cast = dyn_cast_or_null<tensor::CastOp>(op))
    return trace(cast.getSource(), index, given, sources);

  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(op)) {
    SmallVector<Lin> position;
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (int64_t i = 0, kept = 0, rank = slice.getSourceType().getRank(); i < rank; ++i) {
      std::optional<int64_t> stride = getConstantIntValue(slice.getMixedStrides()[i]);
      if (!stride)
        return refuse("a slice has a stride that is not known");
      Lin within = dropped.test(i) ? Lin(0) : index[kept++];
      position.push_back(space.getIndex(slice.getMixedOffsets()[i]) + within * *stride);
    }
    return trace(slice.getSource(), position, given, sources);
  }

  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    SmallVector<Lin> position(collapse.getSrcType().getRank(), Lin(0));
    for (auto [group, e] : llvm::zip(collapse.getReassociationIndices(), index)) {
      // From the inside out; dimensions of size 1 take no part.
      SmallVector<int64_t> dims;
      for (int64_t dim : group)
        if (collapse.getSrcType().getDimSize(dim) != 1)
          dims.push_back(dim);
      Lin rest = e;
      for (int64_t dim : llvm::reverse(ArrayRef<int64_t>(dims))) {
        int64_t size = collapse.getSrcType().getDimSize(dim);
        if (dim == dims.front()) {
          position[dim] = rest;
        } else {
          Lin quotient;
          if (ShapedType::isDynamic(size) || !space.divide(given, rest, size, quotient, position[dim]))
            return refuse("a reshape divides a position by a size that is not known");
          rest = quotient;
        }
      }
    }
    return trace(collapse.getSrc(), position, given, sources);
  }

  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op)) {
    SmallVector<Lin> position;
    for (ArrayRef<int64_t> group : expand.getReassociationIndices()) {
      Lin e(0);
      for (int64_t dim : group) {
        int64_t size = expand.getResultType().getDimSize(dim);
        if (dim != group.front() && ShapedType::isDynamic(size) && !(e == Lin(0)))
          return refuse("a reshape multiplies a position by a size that is not known");
        e = (ShapedType::isDynamic(size) ? e : e * size) + (size == 1 ? Lin(0) : index[dim]);
      }
      position.push_back(e);
    }
    return trace(expand.getSrc(), position, given, sources);
  }

  if (auto concat = dyn_cast_or_null<tensor::ConcatOp>(op)) {
    int64_t dim = concat.getDim();
    Lin begin(0);
    for (Value input : concat.getInputs()) {
      Lin size = space.getSize(input, dim);
      SmallVector<Lin> position(index);
      position[dim] = index[dim] - begin;
      if (auto inside = both(given, {position[dim], size - position[dim] - 1}))
        if (failed(trace(input, position, *inside, sources)))
          return failure();
      begin = begin + size;
    }
    return success();
  }

  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (linalgOp && linalgOp.getNumReductionLoops() == 0 && linalgOp.getNumDpsInits() == 1 &&
      linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0)).isPermutation()) {
    auto inside = std::make_shared<Position>();
    inside->op = linalgOp;
    inside->loops.assign(linalgOp.getNumLoops(), Lin(0));
    AffineMap out = linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0));
    for (auto [i, e] : llvm::enumerate(index))
      inside->loops[out.getDimPosition(i)] = e;
    Value scalar = linalgOp.getBlock()->getTerminator()->getOperand(0);
    sources.push_back({Constraints(given.begin(), given.end()), scalar, {}, inside});
    return success();
  }
  sources.push_back({Constraints(given.begin(), given.end()), tensor, SmallVector<Lin>(index), nullptr});
  return success();
}

//===- Unions of cases ------------------------------------------------------------------------------------------===//

static size_t numCases(const Cases &cases) { return cases.yes.size() + cases.no.size(); }
template <typename PiecesT>
static size_t numCases(const PiecesT &pieces) {
  return pieces.size();
}
static void append(Cases &to, const Cases &from) {
  llvm::append_range(to.yes, from.yes);
  llvm::append_range(to.no, from.no);
}
template <typename PiecesT>
static void append(PiecesT &to, const PiecesT &from) {
  llvm::append_range(to, from);
}

template <typename T>
FailureOr<T> MaskEvaluator::element(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  std::vector<Source> sources;
  if (failed(trace(tensor, index, given, sources)))
    return failure();
  T result;
  for (const Source &source : sources) {
    FailureOr<T> part = failure();
    if (isa<RankedTensorType>(source.value.getType())) {
      DenseElementsAttr constant;
      if (matchPattern(source.value, m_Constant(&constant)) && constant.isSplat() &&
          constant.getElementType().isIntOrIndex()) {
        APInt value = constant.getSplatValue<APInt>();
        if constexpr (std::is_same_v<T, Cases>)
          part = value.isZero() ? Cases{{}, {source.when}} : Cases{{source.when}, {}};
        else
          part = T{{source.when, Lin(value.getSExtValue())}};
      } else if (auto cumsum = source.value.getDefiningOp<ssm::CumsumOp>(); cumsum && !std::is_same_v<T, Cases>) {
        if constexpr (!std::is_same_v<T, Cases>)
          part = cumulativeSum(cumsum, source.when);
      } else {
        return refuse(isa<BlockArgument>(source.value) ? "it depends on an input of the model"
                                                       : "it depends on " + source.value.getDefiningOp()
                                                                                ->getName()
                                                                                .getStringRef());
      }
    } else {
      part = scalar<T>(source.value, source.inside.get(), source.when);
    }
    if (failed(part))
      return failure();
    append(result, *part);
    if (numCases(result) > kMostCases)
      return refuse("it has too many cases");
  }
  return result;
}

template <typename T>
FailureOr<T> MaskEvaluator::scalar(Value value, const Position *inside, ArrayRef<Lin> given) {
  // The element that a body's argument stands for.
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (!inside || argument.getOwner() != inside->op.getBlock())
      return refuse("it depends on an input of the model");
    OpOperand *operand = inside->op.getMatchingOpOperand(argument);
    if (!isa<RankedTensorType>(operand->get().getType()))
      return scalar<T>(operand->get(), nullptr, given);
    SmallVector<Lin> index;
    for (AffineExpr expr : inside->op.getMatchingIndexingMap(operand).getResults()) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        index.push_back(inside->loops[dim.getPosition()]);
      else if (auto constant = dyn_cast<AffineConstantExpr>(expr))
        index.push_back(Lin(constant.getValue()));
      else
        return refuse("an indexing map is not a projected permutation");
    }
    return element<T>(operand->get(), index, given);
  }
  Operation *op = value.getDefiningOp();
  if (isa<tensor::ExtractOp>(op))
    return gathered<T>(op, inside, given);
  if (isa<arith::SelectOp>(op))
    return selected<T>(op, inside, given);
  if constexpr (std::is_same_v<T, Cases>)
    return condition(value, inside, given);
  else
    return integer(value, inside, given);
}

template <typename T>
FailureOr<T> MaskEvaluator::gathered(Operation *op, const Position *inside, ArrayRef<Lin> given) {
  auto extract = cast<tensor::ExtractOp>(op);
  struct Place {
    Constraints when;
    SmallVector<Lin> index;
  };
  std::vector<Place> places{{Constraints(given.begin(), given.end()), {}}};
  for (Value index : extract.getIndices()) {
    std::vector<Place> next;
    for (Place &place : places) {
      FailureOr<Pieces> pieces = scalar<Pieces>(index, inside, place.when);
      if (failed(pieces))
        return failure();
      for (Piece &piece : *pieces) {
        next.push_back({piece.when, place.index});
        next.back().index.push_back(piece.value);
      }
    }
    places = std::move(next);
  }
  T result;
  for (Place &place : places) {
    FailureOr<T> part = element<T>(extract.getTensor(), place.index, place.when);
    if (failed(part))
      return failure();
    append(result, *part);
  }
  return result;
}

template <typename T>
FailureOr<T> MaskEvaluator::selected(Operation *op, const Position *inside, ArrayRef<Lin> given) {
  auto select = cast<arith::SelectOp>(op);
  FailureOr<Cases> cases = scalar<Cases>(select.getCondition(), inside, given);
  if (failed(cases))
    return failure();
  T result;
  for (bool branch : {true, false})
    for (const Constraints &when : branch ? cases->yes : cases->no) {
      FailureOr<T> part = scalar<T>(branch ? select.getTrueValue() : select.getFalseValue(), inside, when);
      if (failed(part))
        return failure();
      append(result, *part);
    }
  return result;
}

//===- Integers -------------------------------------------------------------------------------------------------===//

/// A cumulative sum of nothing but zeros is 0; more is not needed (a flag for each place where packed sequences meet,
/// summed to number them, where there is one sequence).
FailureOr<MaskEvaluator::Pieces> MaskEvaluator::cumulativeSum(Operation *op, ArrayRef<Lin> given) {
  auto cumsum = cast<ssm::CumsumOp>(op);
  assert(!cumsum.getLog() && "integers have no logarithm");
  SmallVector<Lin> anywhere;
  for (int64_t dim = 0, rank = cast<RankedTensorType>(cumsum.getX().getType()).getRank(); dim < rank; ++dim)
    anywhere.push_back(Lin::var(space.addVar(IndexSpace::Kind::Bound, space.getSize(cumsum.getX(), dim))));
  FailureOr<Pieces> summand = element<Pieces>(cumsum.getX(), anywhere, {});
  if (failed(summand))
    return failure();
  for (const Piece &piece : *summand)
    if (!(piece.value == Lin(0)))
      return refuse("it has a cumulative sum of something else than zeros");
  return Pieces{{Constraints(given.begin(), given.end()), Lin(0)}};
}

FailureOr<MaskEvaluator::Pieces> MaskEvaluator::extremum(Value a, Value b, bool largest, const Position *inside,
                                                         ArrayRef<Lin> given) {
  FailureOr<Pieces> left = scalar<Pieces>(a, inside, given);
  if (failed(left))
    return failure();
  Pieces result;
  for (const Piece &x : *left) {
    FailureOr<Pieces> right = scalar<Pieces>(b, inside, x.when);
    if (failed(right))
      return failure();
    for (const Piece &y : *right) {
      Lin more = x.value - y.value; // x where this is >= 0, if the largest is wanted
      if (auto when = both(y.when, {more}))
        result.push_back({*when, largest ? x.value : y.value});
      if (auto when = both(y.when, {more * -1 - 1}))
        result.push_back({*when, largest ? y.value : x.value});
    }
  }
  return result;
}

FailureOr<MaskEvaluator::Pieces> MaskEvaluator::integer(Value value, const Position *inside, ArrayRef<Lin> given) {
  Operation *op = value.getDefiningOp();
  Constraints here(given.begin(), given.end());
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return Pieces{{here, Lin(constant.getSExtValue())}};
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return Pieces{{here, inside->loops[index.getDim()]}};
  if (auto maximum = dyn_cast<arith::MaxSIOp>(op))
    return extremum(maximum.getLhs(), maximum.getRhs(), true, inside, given);
  if (auto minimum = dyn_cast<arith::MinSIOp>(op))
    return extremum(minimum.getLhs(), minimum.getRhs(), false, inside, given);
  if (isa<arith::ExtUIOp, arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp, arith::IndexCastUIOp>(op)) {
    if (!op->getOperand(0).getType().isInteger(1))
      return scalar<Pieces>(op->getOperand(0), inside, given);
    FailureOr<Cases> cases = scalar<Cases>(op->getOperand(0), inside, given);
    if (failed(cases))
      return failure();
    Pieces result;
    for (const Constraints &when : cases->yes)
      result.push_back({when, Lin(isa<arith::ExtSIOp>(op) ? -1 : 1)});
    for (const Constraints &when : cases->no)
      result.push_back({when, Lin(0)});
    return result;
  }
  if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op)) {
    FailureOr<Pieces> left = scalar<Pieces>(op->getOperand(0), inside, given);
    if (failed(left))
      return failure();
    Pieces result;
    for (const Piece &x : *left) {
      FailureOr<Pieces> right = scalar<Pieces>(op->getOperand(1), inside, x.when);
      if (failed(right))
        return failure();
      for (const Piece &y : *right) {
        if (isa<arith::AddIOp>(op))
          result.push_back({y.when, x.value + y.value});
        else if (isa<arith::SubIOp>(op))
          result.push_back({y.when, x.value - y.value});
        else if (x.value.isConstant() || y.value.isConstant())
          result.push_back({y.when, y.value.isConstant() ? x.value * y.value.constant : y.value * x.value.constant});
        else
          return refuse("it multiplies positions");
      }
    }
    return result;
  }
  // Sizes.
  if (value.getType().isIndex() && (!inside || op->getBlock() != inside->op.getBlock()))
    return Pieces{{here, space.getIndex(value)}};
  return refuse("it depends on " + op->getName().getStringRef());
}

//===- Conditions -----------------------------------------------------------------------------------------------===//

FailureOr<Cases> MaskEvaluator::condition(Value value, const Position *inside, ArrayRef<Lin> given) {
  Operation *op = value.getDefiningOp();
  Constraints here(given.begin(), given.end());
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.isZero() ? Cases{{}, {here}} : Cases{{here}, {}};
  // A float that is added to scores: 0 keeps, -inf hides.
  APFloat number(0.0f);
  if (matchPattern(value, m_ConstantFloat(&number))) {
    if (number.isZero())
      return Cases{{here}, {}};
    if (number.convertToDouble() <= kHides)
      return Cases{{}, {here}};
    return refuse("it adds numbers other than 0 and -inf");
  }

  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    if (compare.getLhs().getType().isInteger(1))
      return refuse("it compares conditions");
    FailureOr<Pieces> left = scalar<Pieces>(compare.getLhs(), inside, given);
    if (failed(left))
      return failure();
    Cases result;
    for (const Piece &x : *left) {
      FailureOr<Pieces> right = scalar<Pieces>(compare.getRhs(), inside, x.when);
      if (failed(right))
        return failure();
      for (const Piece &y : *right) {
        Lin less = y.value - x.value - 1, more = x.value - y.value - 1; // x < y, x > y
        Lin equal = x.value - y.value;
        // The three ways in which x and y can stand to each other, and for which of them the predicate holds.
        using P = arith::CmpIPredicate;
        P p = compare.getPredicate();
        if (p != P::eq && p != P::ne && p != P::slt && p != P::sle && p != P::sgt && p != P::sge)
          return refuse("it has an unsigned comparison");
        bool onLess = p == P::slt || p == P::sle || p == P::ne, onMore = p == P::sgt || p == P::sge || p == P::ne,
             onEqual = p == P::eq || p == P::sle || p == P::sge;
        auto add = [&](ArrayRef<Lin> when, bool holds) {
          if (auto all = both(y.when, when))
            (holds ? result.yes : result.no).push_back(*all);
        };
        // Two of them in one case where the predicate does not tell them apart.
        if (onLess == onEqual) {
          add({less + 1}, onLess);
          add({more}, onMore);
        } else if (onMore == onEqual) {
          add({less}, onLess);
          add({more + 1}, onMore);
        } else {
          add({less}, onLess);
          add({equal, equal * -1}, onEqual);
          add({more}, onMore);
        }
      }
    }
    return result;
  }

  bool isAnd = isa<arith::AndIOp>(op), isOr = isa<arith::OrIOp>(op), isXor = isa<arith::XOrIOp>(op);
  if ((isAnd || isOr || isXor) && value.getType().isInteger(1)) {
    FailureOr<Cases> left = scalar<Cases>(op->getOperand(0), inside, given);
    if (failed(left))
      return failure();
    Cases result;
    for (bool x : {true, false})
      for (const Constraints &when : x ? left->yes : left->no) {
        if ((isAnd && !x) || (isOr && x)) { // the other operand does not matter
          (x ? result.yes : result.no).push_back(when);
          continue;
        }
        FailureOr<Cases> right = scalar<Cases>(op->getOperand(1), inside, when);
        if (failed(right))
          return failure();
        append(result, isXor && x ? Cases{right->no, right->yes} : *right);
      }
    return result;
  }
  if (isa<arith::ExtFOp, arith::TruncFOp>(op))
    return scalar<Cases>(op->getOperand(0), inside, given);
  return refuse("it depends on " + op->getName().getStringRef());
}

FailureOr<Cases> MaskEvaluator::evaluate(Value mask, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  reason.clear();
  return element<Cases>(mask, index, given);
}
