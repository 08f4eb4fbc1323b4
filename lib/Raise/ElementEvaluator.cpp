//===- ElementEvaluator.cpp - Writes an element of a tensor as a sum of products --------------------------------===//

#include "lib/Raise/ElementUtils.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/ScopeExit.h"
#include <cmath>

using namespace mlir;
using namespace mambac::raise;

/// So many elements are written down for one study, and the rest is left whole.
static constexpr size_t kMaxWork = 1 << 18;

bool mambac::raise::isZeroTensor(Value tensor) {
  if (std::optional<double> constant = getConstantFloat(tensor))
    return *constant == 0;
  auto fill = tensor.getDefiningOp<linalg::FillOp>();
  std::optional<double> constant = fill ? getConstantFloat(fill.getInputs()[0]) : std::nullopt;
  return constant && *constant == 0;
}

Poly ElementEvaluator::leaf(Value tensor, ArrayRef<Lin> index) {
  if (std::optional<double> constant = getConstantFloat(tensor); constant && !(zerosKept && *constant == 0))
    return constantPoly(*constant);
  Atom atom{Atom::Kind::Leaf, tensor, SmallVector<Lin, 4>(index), nullptr, Lin(), nullptr};
  Term term;
  term.atoms.push_back(std::move(atom));
  return {term};
}

int ElementEvaluator::getSummandVar() {
  if (summandVar < 0)
    summandVar = space.addVar(IndexSpace::Kind::Placeholder);
  return summandVar;
}

void ElementEvaluator::fixPinned(Term &term, ArrayRef<Lin> given) {
  for (unsigned i = 0; i < term.guards.size();) {
    Lin guard = term.guards[i++];
    for (int var : term.bound) {
      int64_t coefficient = guard.coefficientOf(var);
      if (std::abs(coefficient) != 1)
        continue;
      // var <= limit, or var >= limit: does the rest hold it there?
      Lin limit = (guard - Lin::var(var, coefficient)) * -coefficient;
      Constraints others = join(given, term.guards);
      if (!space.implies(others, (Lin::var(var) - limit) * -coefficient))
        continue;
      Constraints range{limit};
      if (const std::optional<Lin> &size = space.get(var).size)
        range.push_back(*size - 1 - limit);
      term = substitute(term, var, limit);
      llvm::erase(term.bound, var);
      term.guards.append(range);
      i = 0;
      break;
    }
  }
}

Poly ElementEvaluator::simplify(const Poly &poly, ArrayRef<Lin> given) {
  Poly result;
  for (const Term &term : poly) {
    if (term.coefficient == 0 || (!term.guards.empty() && space.isEmpty(join(given, term.guards))))
      continue;
    Term kept = term;
    fixPinned(kept, given);
    if (llvm::any_of(kept.atoms, [](const Atom &a) { return a.kind == Atom::Kind::Prefix && a.end == Lin(0); }))
      continue; // a sum over nothing
    const Constraints all = kept.guards;
    kept.guards.clear();
    for (unsigned i = 0; i < all.size(); ++i) {
      Constraints others = join(given, kept.guards);
      others.append(all.begin() + i + 1, all.end());
      if (!space.implies(others, all[i]))
        kept.guards.push_back(all[i]);
    }
    result.push_back(std::move(kept));
  }
  // a - a = 0
  for (unsigned i = 0; i < result.size(); ++i)
    for (unsigned j = i + 1; j < result.size(); ++j) {
      if (result[j].atoms.size() != result[i].atoms.size())
        continue;
      // Sums over the same variables: only those that cancel.
      if (!result[i].bound.empty() && result[i].coefficient + result[j].coefficient != 0)
        continue;
      Term other = result[j];
      other.coefficient = result[i].coefficient;
      if (!std::isfinite(other.coefficient) || !(other == result[i]))
        continue;
      result[i].coefficient += result[j].coefficient;
      result.erase(result.begin() + j--);
    }
  llvm::erase_if(result, [](const Term &term) { return term.coefficient == 0; });
  return result;
}

//===- Views ----------------------------------------------------------------------------------------------------===//

/// True for a linalg op that only copies elements of one input to other places (broadcast, transpose, extension).
static OpOperand *getCopiedInput(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0)
    return nullptr;
  Block &body = op->getRegion(0).front();
  Value yielded = body.getTerminator()->getOperand(0);
  while (auto extension = yielded.getDefiningOp<arith::ExtFOp>())
    yielded = extension.getIn();
  auto argument = dyn_cast<BlockArgument>(yielded);
  if (!argument || argument.getOwner() != &body || static_cast<int64_t>(argument.getArgNumber()) >= op.getNumDpsInputs())
    return nullptr;
  OpOperand *operand = op.getDpsInputOperand(argument.getArgNumber());
  return isa<RankedTensorType>(operand->get().getType()) ? operand : nullptr;
}

/// The read that a linalg op consists of, if it copies elements from positions that it computes (a gather).
static tensor::ExtractOp getGather(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || op.getNumReductionLoops() != 0)
    return {};
  Value yielded = op->getRegion(0).front().getTerminator()->getOperand(0);
  while (auto extension = yielded.getDefiningOp<arith::ExtFOp>())
    yielded = extension.getIn();
  auto read = yielded.getDefiningOp<tensor::ExtractOp>();
  return read && read->getParentOp() == op ? read : tensor::ExtractOp();
}

SmallVector<Lin> ElementEvaluator::applyMap(AffineMap map, const Env &env, bool &ok) {
  SmallVector<Lin> results;
  ok = true;
  for (AffineExpr expr : map.getResults()) {
    Lin sum;
    SmallVector<std::pair<AffineExpr, int64_t>> work{{expr, 1}};
    while (!work.empty()) {
      auto [part, factor] = work.pop_back_val();
      if (auto dim = dyn_cast<AffineDimExpr>(part)) {
        sum = sum + env[dim.getPosition()] * factor;
      } else if (auto constant = dyn_cast<AffineConstantExpr>(part)) {
        sum = sum + constant.getValue() * factor;
      } else if (auto binary = dyn_cast<AffineBinaryOpExpr>(part)) {
        auto rhs = dyn_cast<AffineConstantExpr>(binary.getRHS());
        if (binary.getKind() == AffineExprKind::Add) {
          work.push_back({binary.getLHS(), factor});
          work.push_back({binary.getRHS(), factor});
        } else if (binary.getKind() == AffineExprKind::Mul && rhs) {
          work.push_back({binary.getLHS(), factor * rhs.getValue()});
        } else if (rhs && (binary.getKind() == AffineExprKind::FloorDiv || binary.getKind() == AffineExprKind::Mod)) {
          bool inner;
          Lin lhs = applyMap(AffineMap::get(map.getNumDims(), 0, binary.getLHS()), env, inner)[0];
          Lin quotient, remainder;
          if (!inner || !space.divide({}, lhs, rhs.getValue(), quotient, remainder))
            ok = false;
          sum = sum + (binary.getKind() == AffineExprKind::FloorDiv ? quotient : remainder) * factor;
        } else {
          ok = false;
        }
      } else {
        ok = false;
      }
    }
    results.push_back(sum);
  }
  return results;
}

FailureOr<ElementEvaluator::Env> ElementEvaluator::enterIteration(linalg::LinalgOp op, OpResult result,
                                                                  ArrayRef<Lin> index, SmallVectorImpl<int> &bound) {
  AffineMap outMap = op.getMatchingIndexingMap(op.getTiedOpOperand(result));
  if (!outMap.isProjectedPermutation())
    return failure();
  Env env(outMap.getNumDims());
  SmallVector<bool> known(outMap.getNumDims(), false);
  for (auto [expr, position] : llvm::zip(outMap.getResults(), index)) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    env[dim] = position;
    known[dim] = true;
  }
  for (unsigned dim = 0; dim < env.size(); ++dim) {
    if (known[dim])
      continue;
    std::optional<Lin> size;
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [position, expr] : llvm::enumerate(map.getResults()))
        if (!size && isa<AffineDimExpr>(expr) && cast<AffineDimExpr>(expr).getPosition() == dim)
          size = space.getSize(operand.get(), position);
    }
    if (!size)
      return failure();
    env[dim] = *size == Lin(1) ? Lin(0) : runOver(op, dim, *size, bound);
  }
  return env;
}

Lin ElementEvaluator::runOver(Operation *op, unsigned loop, const Lin &size, SmallVectorImpl<int> &bound) {
  Lin position, rest = size;
  int64_t stride = 1;
  auto add = [&](const Lin &atomSize) {
    bound.push_back(space.addBoundVar(op, loop, atomSize, stride));
    position = position + Lin::var(bound.back(), stride);
  };
  for (const IndexSpace::BoundSplit &split : loopSplits) // the innermost first
    if (split.op == op && split.loop == loop && split.by > stride && split.by % stride == 0)
      if (std::optional<Lin> high = divideEvenly(rest, split.by / stride)) {
        add(Lin(split.by / stride));
        stride = split.by;
        rest = *high;
      }
  add(rest);
  return position;
}

bool ElementEvaluator::stepThroughView(Value &tensor, SmallVectorImpl<Lin> &index, ArrayRef<Lin> given) {
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return false;
  if (auto cast = dyn_cast<tensor::CastOp>(op)) {
    tensor = cast.getSource();
    return true;
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    SmallVector<Lin> source;
    auto type = expand.getResultType();
    for (const ReassociationIndices &group : expand.getReassociationIndices()) {
      Lin position;
      int64_t stride = 1;
      for (int64_t dim : llvm::reverse(group)) {
        if (type.getDimSize(dim) == 1)
          continue;
        if (stride == ShapedType::kDynamic)
          return false;
        position = position + index[dim] * stride;
        stride = type.isDynamicDim(dim) ? ShapedType::kDynamic : stride * type.getDimSize(dim);
      }
      source.push_back(position);
    }
    tensor = expand.getSrc();
    index.assign(source.begin(), source.end());
    return true;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    auto type = collapse.getSrcType();
    SmallVector<Lin> source(type.getRank());
    for (auto [group, position] : llvm::zip(collapse.getReassociationIndices(), index)) {
      SmallVector<int64_t> proper;
      for (int64_t dim : group)
        if (type.getDimSize(dim) != 1)
          proper.push_back(dim);
      Lin rest = position;
      while (!proper.empty()) {
        int64_t dim = proper.pop_back_val();
        if (proper.empty()) {
          source[dim] = rest;
          break;
        }
        Lin quotient;
        if (type.isDynamicDim(dim) || !space.divide(given, rest, type.getDimSize(dim), quotient, source[dim]))
          return false;
        rest = quotient;
      }
    }
    tensor = collapse.getSrc();
    index.assign(source.begin(), source.end());
    return true;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    auto joined = joinPieces(concat, index, given);
    if (failed(joined))
      return false;
    tensor = joined->first;
    index.assign(joined->second.begin(), joined->second.end());
    return true;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    SmallVector<Lin> source;
    unsigned kept = 0;
    for (int64_t dim = 0; dim < slice.getSourceType().getRank(); ++dim) {
      Lin offset = space.getIndex(slice.getMixedOffsets()[dim]);
      std::optional<int64_t> stride = getConstantIntValue(slice.getMixedStrides()[dim]);
      if (!stride)
        return false;
      source.push_back(dropped.test(dim) ? offset : offset + index[kept++] * *stride);
    }
    tensor = slice.getSource();
    index.assign(source.begin(), source.end());
    return true;
  }
  if (auto generic = dyn_cast<linalg::LinalgOp>(op)) {
    SmallVector<int> bound;
    if (tensor::ExtractOp gather = getGather(generic)) {
      FailureOr<Env> env = enterIteration(generic, cast<OpResult>(tensor), index, bound);
      if (failed(env) || !bound.empty())
        return false;
      SmallVector<Lin> source;
      for (Value position : gather.getIndices()) {
        FailureOr<Lin> at = integer(generic, position, *env, given);
        if (failed(at))
          return false;
        source.push_back(*at);
      }
      tensor = gather.getTensor();
      index.assign(source.begin(), source.end());
      return true;
    }
    OpOperand *input = getCopiedInput(generic);
    if (!input)
      return false;
    FailureOr<Env> env = enterIteration(generic, cast<OpResult>(tensor), index, bound);
    if (failed(env) || !bound.empty())
      return false;
    bool ok;
    SmallVector<Lin> source = applyMap(generic.getMatchingIndexingMap(input), *env, ok);
    if (!ok)
      return false;
    tensor = input->get();
    index.assign(source.begin(), source.end());
    // A dimension of size 1 has one position only, however it is addressed.
    for (auto [position, size] : llvm::zip(index, cast<RankedTensorType>(tensor.getType()).getShape()))
      if (size == 1)
        position = Lin(0);
    return true;
  }
  return false;
}

//===- Following producers --------------------------------------------------------------------------------------===//

/// A body of masks alone, cheap to look through wherever it stands.
static bool isMaskOnly(linalg::LinalgOp op) {
  bool hasSelect = false;
  for (Operation &inner : op->getRegion(0).front()) {
    hasSelect |= isa<arith::SelectOp>(inner) ||
                 (isa<arith::UIToFPOp>(inner) && inner.getOperand(0).getType().isInteger(1));
    if (!isa<arith::SelectOp, arith::UIToFPOp, arith::CmpIOp, arith::CmpFOp, arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::ConstantOp,
             arith::IndexCastOp, arith::AddIOp, arith::SubIOp, arith::ExtFOp, linalg::IndexOp, linalg::YieldOp>(inner))
      return false;
  }
  return hasSelect;
}

Poly ElementEvaluator::evaluate(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  return simplify(element(tensor, index, given, Mode::Value), given);
}

FailureOr<Poly> ElementEvaluator::expand(const Atom &atom, ArrayRef<Lin> given) {
  if (atom.kind != Atom::Kind::Leaf)
    return failure();
  FailureOr<Poly> poly = follow(atom.value, atom.index, given, Mode::Value, /*force=*/true);
  if (failed(poly))
    return failure();
  return simplify(*poly, given);
}

/// The result of an elementwise logarithm.
static bool isLogarithm(Value tensor) {
  auto op = tensor.getDefiningOp<linalg::LinalgOp>();
  return op && op.getNumReductionLoops() == 0 && op->getNumResults() == 1 &&
         op->getRegion(0).front().getTerminator()->getOperand(0).getDefiningOp<math::LogOp>();
}

SmallVector<Atom, 2> ElementEvaluator::expandPower(const Atom &leaf, ArrayRef<Lin> given) {
  if (isLogarithm(leaf.value)) {
    FailureOr<Poly> inner = follow(leaf.value, leaf.index, given, Mode::Exp, /*force=*/true);
    if (succeeded(inner) && inner->size() == 1 && inner->front().coefficient == 1 && inner->front().bound.empty() &&
        inner->front().guards.empty() && inner->front().atoms.size() == 1 &&
        inner->front().atoms[0].kind == Atom::Kind::Leaf)
      return {inner->front().atoms[0]};
  }
  FailureOr<Poly> sum = expand(leaf, given);
  SmallVector<Atom, 2> factors;
  if (succeeded(sum) && sum->empty()) // exp(0)
    return factors;
  if (succeeded(sum) && sum->size() > 1 && llvm::all_of(*sum, [](const Term &term) {
        return term.coefficient == 1 && term.bound.empty() && term.guards.empty() && term.atoms.size() == 1 &&
               term.atoms[0].kind == Atom::Kind::Leaf;
      })) {
    for (const Term &term : *sum)
      factors.append(expandPower(term.atoms[0], given));
    return factors;
  }
  factors.push_back(leaf);
  factors.back().kind = Atom::Kind::Power;
  return factors;
}

Poly ElementEvaluator::element(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given, Mode mode) {
  SmallVector<Lin> position(index.begin(), index.end());
  while (stepThroughView(tensor, position, given)) {
  }
  FailureOr<Poly> poly = follow(tensor, position, given, mode, /*force=*/false);
  if (succeeded(poly) && poly->size() <= kMaxElementTerms)
    return *poly;
  // exp(log(x)) is x, wherever x comes from.
  if (mode == Mode::Exp && isLogarithm(tensor))
    if (poly = follow(tensor, position, given, mode, /*force=*/true); succeeded(poly))
      return *poly;
  return mode == Mode::Value ? leaf(tensor, position) : wrapExp(leaf(tensor, position), given);
}

bool ElementEvaluator::isWholePiece(Operation *op, ArrayRef<Lin> index) const {
  if (pieceVar < 0)
    return false;
  auto pad = dyn_cast<tensor::PadOp>(op);
  auto concat = dyn_cast<tensor::ConcatOp>(op);
  if (!pad && !concat)
    return false;
  if (concat) {
    // Along a summed axis: pieces that were only put together to be summed.
    const Lin &position = index[concat.getDim()];
    if (std::optional<int> var = position.getSingleVar(); var && space.get(*var).kind == IndexSpace::Kind::Bound)
      return false;
    return pieceDepth == 0 || !position.uses(pieceVar);
  }
  if (pieceDepth == 0)
    return true;
  for (auto [dim, position] : llvm::enumerate(index))
    if (!position.uses(pieceVar) &&
        !(isConstantIntValue(pad.getMixedLowPad()[dim], 0) && isConstantIntValue(pad.getMixedHighPad()[dim], 0)))
      return true;
  return false;
}

FailureOr<Poly> ElementEvaluator::follow(Value tensor, ArrayRef<Lin> index, ArrayRef<Lin> given, Mode mode,
                                         bool force) {
  Operation *op = tensor.getDefiningOp();
  if (!op || (zerosKept && isZeroTensor(tensor)) || ++work > kMaxWork)
    return failure();
  if (std::optional<double> constant = getConstantFloat(tensor))
    return constantPoly(mode == Mode::Exp ? std::exp(*constant) : *constant);
  if (piecesWhole && !force && isa<tensor::PadOp, tensor::ConcatOp, ssm::CumsumOp, ssm::SegsumOp>(op))
    return failure();
  if (!force && isWholePiece(op, index))
    return failure();
  bool isPiece = pieceVar >= 0 && pieceDepth > 0 && isa<tensor::PadOp, tensor::ConcatOp>(op);
  pieceDepth -= isPiece;
  llvm::scope_exit leave([&] { pieceDepth += isPiece; });
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value padding = pad.getConstantPaddingValue();
    std::optional<double> constant = padding ? getConstantFloat(padding) : std::nullopt;
    if (!constant || *constant != 0)
      return failure();
    if (mode == Mode::Exp)
      return wrapExp(element(tensor, index, given, Mode::Value), given);
    SmallVector<Lin> source;
    Constraints inside;
    for (int64_t dim = 0; dim < pad.getSourceType().getRank(); ++dim) {
      Lin low = space.getIndex(pad.getMixedLowPad()[dim]), high = space.getIndex(pad.getMixedHighPad()[dim]);
      source.push_back(index[dim] - low);
      if (low != Lin(0))
        inside.push_back(source.back());
      if (high != Lin(0))
        inside.push_back(space.getSize(pad.getSource(), dim) - 1 - source.back());
    }
    Constraints all = join(given, inside);
    if (space.isEmpty(all))
      return Poly{};
    return guarded(element(pad.getSource(), source, all, mode), inside);
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    int64_t dim = concat.getDim();
    Poly sum;
    Lin begin;
    for (Value input : concat.getInputs()) {
      SmallVector<Lin> source(index.begin(), index.end());
      Lin size = space.getSize(input, dim);
      source[dim] = source[dim] - begin;
      Constraints inside{source[dim], size - 1 - source[dim]};
      begin = begin + size;
      Constraints all = join(given, inside);
      if (space.isEmpty(all))
        continue;
      if (size == Lin(1))
        source[dim] = Lin(0);
      append(sum, guarded(element(input, source, all, mode), inside));
    }
    return sum;
  }
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op); insert && insertionsOpen)
    return followInsertion(insert, index, given, mode);
  if (isa<ssm::CumsumOp, ssm::SegsumOp>(op))
    return followCumsum(op, index, given, mode);
  if (isa<ssm::EinsumOp>(op) && (force || isFollowed(tensor))) {
    FailureOr<Poly> poly = followEinsum(op, index, given);
    return succeeded(poly) && mode == Mode::Exp ? FailureOr<Poly>(wrapExp(*poly, given)) : poly;
  }
  if (isa<ssm::ScanOp>(op) && recurrencesOpen) {
    FailureOr<Poly> poly = followScan(op, cast<OpResult>(tensor), index, given);
    return succeeded(poly) && mode == Mode::Exp ? FailureOr<Poly>(wrapExp(*poly, given)) : poly;
  }
  if (auto generic = dyn_cast<linalg::LinalgOp>(op))
    return followLinalg(generic, cast<OpResult>(tensor), index, given, mode, force);
  return failure();
}

/// Sums every term over `bound`, as far as the term depends on it.
static FailureOr<Poly> sumOver(Poly poly, ArrayRef<int> bound, const IndexSpace &space) {
  for (Term &term : poly)
    for (int var : bound) {
      bool used = llvm::any_of(term.guards, [&](const Lin &guard) { return guard.uses(var); });
      for (const Atom &atom : term.atoms)
        used |= atom.exponent || atom.summand || atom.end.uses(var) ||
                llvm::any_of(atom.index, [&](const Lin &e) { return e.uses(var); });
      const std::optional<Lin> &size = space.get(var).size;
      if (used)
        term.bound.push_back(var);
      else if (size && size->isConstant())
        term.coefficient *= size->constant;
      else
        return failure();
    }
  return poly;
}

FailureOr<Poly> ElementEvaluator::followLinalg(linalg::LinalgOp op, OpResult result, ArrayRef<Lin> index,
                                               ArrayRef<Lin> given, Mode mode, bool force) {
  if (!force && !isFollowed(result) && (piecesWhole || policy || !isMaskOnly(op)) && !isa<linalg::FillOp>(op))
    return failure();
  if (!isa<FloatType>(cast<ShapedType>(result.getType()).getElementType()))
    return failure();
  SmallVector<int> bound;
  FailureOr<Env> env = enterIteration(op, result, index, bound);
  if (failed(env))
    return failure();
  Block &body = op->getRegion(0).front();
  Value yielded = body.getTerminator()->getOperand(result.getResultNumber());
  if (op.getNumReductionLoops() == 0)
    return scalar(op, yielded, *env, given, mode);
  // A sum: accumulator + summand.
  Value accumulator = op.getMatchingBlockArgument(op.getTiedOpOperand(result));
  auto add = yielded.getDefiningOp<arith::AddFOp>();
  if (!add || (add.getLhs() != accumulator && add.getRhs() != accumulator))
    return failure();
  FailureOr<Poly> summand =
      scalar(op, add.getLhs() == accumulator ? add.getRhs() : add.getLhs(), *env, given, Mode::Value);
  if (failed(summand))
    return failure();
  FailureOr<Poly> sum = sumOver(*summand, bound, space);
  if (failed(sum))
    return failure();
  if (Value start = op.getTiedOpOperand(result)->get(); !isZeroTensor(start))
    append(*sum, element(start, index, given, Mode::Value));
  return mode == Mode::Exp ? wrapExp(*sum, given) : *sum;
}

FailureOr<Poly> ElementEvaluator::followEinsum(Operation *op, ArrayRef<Lin> index, ArrayRef<Lin> given) {
  auto einsum = cast<ssm::EinsumOp>(op);
  SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
  Env env(maps.back().getNumDims());
  SmallVector<bool> known(env.size(), false);
  for (auto [expr, position] : llvm::zip(maps.back().getResults(), index)) {
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
    known[cast<AffineDimExpr>(expr).getPosition()] = true;
  }
  SmallVector<int> bound;
  for (auto [input, map] : llvm::zip(einsum.getInputs(), maps))
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      if (std::exchange(known[dim], true))
        continue;
      Lin size = space.getSize(input, position);
      if (size == Lin(1))
        continue;
      env[dim] = runOver(op, dim, size, bound);
    }
  Poly product = constantPoly(1);
  for (auto [input, map] : llvm::zip(einsum.getInputs(), maps)) {
    bool ok;
    SmallVector<Lin> position = applyMap(map, env, ok);
    if (!ok)
      return failure();
    FailureOr<Poly> more = multiplyBounded(product, element(input, position, given, Mode::Value));
    if (failed(more))
      return failure();
    product = std::move(*more);
  }
  return sumOver(product, bound, space);
}
