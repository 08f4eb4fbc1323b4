//===- ElementTrace.cpp - Elements of tensors at given positions ------------------------------------------------===//
//
// What tensor operations do with positions. The bodies of linalg operations are in ElementTraceBodies.cpp.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/ElementTrace.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

//===- Decisions ------------------------------------------------------------------------------------------------===//

LogicalResult ElementTrace::wantKnown(const Lin &e) {
  // A sum over positions that turn out to differ is written out; else the axis under study has to be known.
  for (auto &[var, coefficient] : e.terms)
    for (auto &[sumVar, loop] : llvm::reverse(entered))
      if (sumVar == var) {
        undecidedLoop = loop;
        return failure();
      }
  for (auto &[var, coefficient] : e.terms)
    if (space.get(var).kind == IndexSpace::Kind::Root)
      undecidedVar = var;
  return failure();
}

FailureOr<bool> ElementTrace::isNotNegative(const Lin &e) {
  if (e.isConstant())
    return e.constant >= 0;
  if (space.implies({}, e))
    return true;
  if (space.implies({}, e * -1 - 1))
    return false;
  return wantKnown(e);
}

FailureOr<bool> ElementTrace::isInRange(const Lin &e, const Lin &size) {
  FailureOr<bool> low = isNotNegative(e);
  if (failed(low) || !*low)
    return low;
  return isNotNegative(size - 1 - e);
}

FailureOr<int64_t> ElementTrace::known(const Lin &e) {
  if (e.isConstant())
    return e.constant;
  return wantKnown(e);
}

FailureOr<std::pair<Lin, Lin>> ElementTrace::divide(const Lin &e, int64_t by) {
  if (e.isConstant()) {
    int64_t quotient = llvm::divideFloorSigned(e.constant, by);
    return std::pair(Lin(quotient), Lin(e.constant - quotient * by));
  }
  Lin quotient, remainder;
  if (space.divide({}, e, by, quotient, remainder))
    return std::pair(quotient, remainder);
  // A sum over several axes in one?
  for (auto &[var, coefficient] : e.terms)
    for (auto &[sumVar, loop] : llvm::reverse(entered))
      if (const std::optional<Lin> &size = space.get(var).size;
          sumVar == var && by % coefficient == 0 && size->isConstant() && by / coefficient > 1 &&
          size->constant > by / coefficient && size->constant % (by / coefficient) == 0) {
        wantedSplit = Loop{loop.op, loop.number, loop.stride * (by / coefficient)};
        return failure();
      }
  if (space.wantedSplit)
    return failure();
  return wantKnown(e);
}

//===- Elements -------------------------------------------------------------------------------------------------===//

FailureOr<ElementTrace::Id> ElementTrace::element(Value tensor, ArrayRef<Lin> at) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Lin> index(at.begin(), at.end());
  for (auto [position, size] : llvm::zip(index, type.getShape()))
    if (size == 1)
      position = Lin(0);
  uint64_t h = reinterpret_cast<uintptr_t>(tensor.getAsOpaquePointer()), k = 7;
  auto hash = [&](uint64_t part) {
    h = (h ^ part) * 0xff51afd7ed558ccdull;
    h ^= h >> 32;
    k = (k + part) * 0xc4ceb9fe1a85ec53ull;
    k ^= k >> 29;
  };
  for (const Lin &e : index) {
    hash(e.constant);
    for (auto &[var, coefficient] : e.terms) {
      hash(var + 0x10001);
      hash(coefficient);
    }
    hash(0x7fffffff);
  }
  if (auto known = memo.find({h, k}); known != memo.end())
    return known->second;
  if (memo.size() >= budget) {
    exhausted = true;
    return failure();
  }
  FailureOr<Id> result = compute(tensor, index);
  if (succeeded(result))
    memo[{h, k}] = *result;
  return result;
}

FailureOr<SmallVector<Lin>> ElementTrace::throughView(Operation *op, ArrayRef<Lin> index) {
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return SmallVector<Lin>(index);
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
          return failure();
        position = position + index[dim] * stride;
        stride = type.isDynamicDim(dim) ? ShapedType::kDynamic : stride * type.getDimSize(dim);
      }
      source.push_back(position);
    }
    return source;
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
      while (proper.size() > 1) {
        int64_t dim = proper.pop_back_val();
        if (type.isDynamicDim(dim))
          return failure();
        FailureOr<std::pair<Lin, Lin>> parts = divide(rest, type.getDimSize(dim));
        if (failed(parts))
          return failure();
        std::tie(rest, source[dim]) = *parts;
      }
      if (!proper.empty())
        source[proper.front()] = rest;
    }
    return source;
  }
  auto slice = cast<tensor::ExtractSliceOp>(op);
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  SmallVector<Lin> source;
  unsigned kept = 0;
  for (int64_t dim = 0; dim < slice.getSourceType().getRank(); ++dim) {
    std::optional<int64_t> stride = getConstantIntValue(slice.getMixedStrides()[dim]);
    if (!stride)
      return failure();
    Lin offset = space.getIndex(slice.getMixedOffsets()[dim]);
    source.push_back(dropped.test(dim) ? offset : offset + index[kept++] * *stride);
  }
  return source;
}

/// Whether an elementwise body hands on what it reads, or that with another sign.
static bool copiesOrNegates(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() != 0)
    return false;
  Value yielded = op->getRegion(0).front().getTerminator()->getOperand(0);
  if (auto negation = yielded.getDefiningOp<arith::NegFOp>())
    yielded = negation.getOperand();
  return isa<BlockArgument>(yielded);
}

/// Whether a body turns integers into floats.
static bool makesNumbers(linalg::LinalgOp op) {
  return llvm::any_of(op->getRegion(0).front(), [](Operation &inner) {
    return isa<arith::SIToFPOp, arith::UIToFPOp>(inner) && !inner.getOperand(0).getType().isInteger(1);
  });
}

/// Whether a position is one along axes that stay variables, and nothing else.
bool ElementTrace::isReadAnywhere(Value tensor, ArrayRef<Lin> index) const {
  bool varies = false;
  for (auto [e, size] : llvm::zip(index, cast<RankedTensorType>(tensor.getType()).getShape())) {
    if (size == 1)
      continue;
    std::optional<int> var = e.getSingleVar();
    if (!var || space.get(*var).kind != IndexSpace::Kind::Root)
      return false;
    varies = true;
  }
  return varies;
}

FailureOr<ElementTrace::Id> ElementTrace::compute(Value tensor, ArrayRef<Lin> index) {
  DenseElementsAttr constant;
  if (matchPattern(tensor, m_Constant(&constant)) && isa<FloatType>(constant.getElementType())) {
    if (constant.isSplat())
      return graph.number(constant.getSplatValue<APFloat>().convertToDouble());
    if (isReadAnywhere(tensor, index)) {
      auto [same, position] = scope.getSameConstant(tensor, index);
      return graph.read(same, position);
    }
    SmallVector<uint64_t> position;
    for (const Lin &e : index) {
      FailureOr<int64_t> at = known(e);
      if (failed(at) || *at < 0)
        return failure();
      position.push_back(*at);
    }
    return graph.number(constant.getValues<APFloat>()[position].convertToDouble());
  }
  Operation *op = tensor.getDefiningOp();
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
    if (std::optional<double> value = getConstantFloat(fill.getInputs()[0]))
      return graph.number(*value);
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  bool copies = linalgOp && copiesOrNegates(linalgOp);
  if (!op || !(scope.isFollowed(tensor) || copies))
    return graph.read(tensor, index);
  // A position as a number, one for each head, say: which one it is does not matter.
  if (linalgOp && scope.isMadeUp(tensor) && makesNumbers(linalgOp) && isReadAnywhere(tensor, index))
    return graph.read(tensor, index);

  if (isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op)) {
    FailureOr<SmallVector<Lin>> source = throughView(op, index);
    return failed(source) ? FailureOr<Id>(failure()) : element(op->getOperand(0), *source);
  }
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
    llvm::SmallBitVector dropped = insert.getDroppedDims();
    SmallVector<Lin> source;
    for (auto [dim, position] : llvm::enumerate(index)) {
      std::optional<int64_t> stride = getConstantIntValue(insert.getMixedStrides()[dim]);
      if (!stride)
        return failure();
      Lin from = position - space.getIndex(insert.getMixedOffsets()[dim]);
      Lin size = space.getIndex(insert.getMixedSizes()[dim]);
      if (*stride != 1) {
        FailureOr<std::pair<Lin, Lin>> parts = divide(from, *stride);
        if (failed(parts))
          return failure();
        FailureOr<int64_t> rest = known(parts->second);
        if (failed(rest))
          return failure();
        if (*rest != 0)
          return element(insert.getDest(), index);
        from = parts->first;
      }
      FailureOr<bool> inside = isInRange(from, size);
      if (failed(inside))
        return failure();
      if (!*inside)
        return element(insert.getDest(), index);
      if (!dropped.test(dim))
        source.push_back(from);
    }
    return element(insert.getSource(), source);
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    return ofPieces(concat, index);
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    Value padding = pad.getConstantPaddingValue();
    std::optional<double> number = padding ? getConstantFloat(padding) : std::nullopt;
    if (!number)
      return failure();
    SmallVector<Lin> source;
    for (auto [dim, position] : llvm::enumerate(index)) {
      source.push_back(position - space.getIndex(pad.getMixedLowPad()[dim]));
      FailureOr<bool> inside = isInRange(source.back(), space.getSize(pad.getSource(), dim));
      if (failed(inside))
        return failure();
      if (!*inside)
        return graph.number(*number);
    }
    return element(pad.getSource(), source);
  }
  if (isa<ssm::CumsumOp>(op))
    return ofCumsum(op, index);
  if (isa<ssm::SegsumOp>(op))
    return ofSegsum(op, index);
  if (auto scan = dyn_cast<ssm::ScanOp>(op); scan && !scan.isComplex())
    return ofScan(op, cast<OpResult>(tensor), index);
  if (isa<ssm::EinsumOp>(op))
    return ofEinsum(op, index);
  if (linalgOp)
    return ofLinalg(linalgOp, cast<OpResult>(tensor), index);
  return graph.read(tensor, index);
}

/// The expression that is each of `elements` where `number` is its place among them.
FailureOr<ElementTrace::Id> ElementTrace::interpolate(ArrayRef<Id> elements, int number) {
  FailureOr<Id> general = graph.interpolate(elements[0], elements[1], Lin::var(number));
  for (auto [i, element] : llvm::enumerate(elements))
    if (failed(general) ||
        graph[graph.substitute(*general, number, Lin(i))].residue.value != graph[element].residue.value)
      return failure();
  return general;
}

FailureOr<ElementTrace::Id> ElementTrace::ofPieces(Operation *op, ArrayRef<Lin> index) {
  auto concat = cast<tensor::ConcatOp>(op);
  unsigned dim = concat.getDim();
  auto type = cast<RankedTensorType>(concat.getInputs()[0].getType());
  // Pieces of one size, put together again along an axis that need not be known: each is the same expression of its number.
  bool sameSize = !type.isDynamicDim(dim) && concat.getInputs().size() > 1 && concat.getInputs().size() <= 256 &&
                  llvm::all_of(concat.getInputs(), [&](Value input) {
                    return cast<RankedTensorType>(input.getType()).getDimSize(dim) == type.getDimSize(dim);
                  });
  if (!index[dim].isConstant() && sameSize) {
    FailureOr<std::pair<Lin, Lin>> parts = divide(index[dim], type.getDimSize(dim));
    if (failed(parts))
      return failure();
    if (!parts->first.isConstant()) {
      SmallVector<Lin> source(index);
      source[dim] = parts->second;
      SmallVector<Id> elements;
      for (Value input : concat.getInputs()) {
        FailureOr<Id> piece = element(input, source);
        if (failed(piece))
          return failure();
        elements.push_back(*piece);
      }
      // The same for each number,
      int number = sumVars.getNumber(0), group = sumVars.getNumber(1);
      if (FailureOr<Id> general = interpolate(elements, number); succeeded(general))
        return graph.substitute(*general, number, parts->first);
      // or for each number in a group, and then for each group.
      for (size_t perGroup = elements.size() / 2; perGroup > 1; --perGroup) {
        if (elements.size() % perGroup != 0)
          continue;
        SmallVector<Id> groups;
        for (size_t first = 0; first < elements.size(); first += perGroup)
          if (FailureOr<Id> general = interpolate(ArrayRef(elements).slice(first, perGroup), number); succeeded(general))
            groups.push_back(*general);
        if (groups.size() * perGroup != elements.size())
          continue;
        FailureOr<Id> general = interpolate(groups, group);
        if (failed(general))
          continue;
        FailureOr<std::pair<Lin, Lin>> place = divide(parts->first, perGroup);
        if (failed(place))
          return failure();
        return graph.substitute(graph.substitute(*general, group, place->first), number, place->second);
      }
      return wantKnown(parts->first);
    }
  }
  SmallVector<Lin> source(index);
  Lin &position = source[dim];
  for (Value input : concat.getInputs()) {
    Lin size = space.getSize(input, dim);
    FailureOr<bool> before = isNotNegative(size - 1 - position);
    if (failed(before))
      return failure();
    if (*before)
      return element(input, source);
    position = position - size;
  }
  return failure();
}

//===- Sums -----------------------------------------------------------------------------------------------------===//

int SumVars::getNumber(unsigned which) {
  while (numbers.size() <= which)
    numbers.push_back(space.addVar(IndexSpace::Kind::Placeholder));
  return numbers[which];
}

int SumVars::get(const Lin &size, ArrayRef<int> used) {
  for (int number = 0;; ++number) {
    auto [at, isNew] = vars.try_emplace({size, number}, -1);
    if (isNew)
      at->second = space.addVar(IndexSpace::Kind::Bound, size);
    if (!llvm::is_contained(used, at->second))
      return at->second;
  }
}

FailureOr<ElementTrace::Id> ElementTrace::sumLoops(Operation *op, Env &env, ArrayRef<std::pair<unsigned, Lin>> loops,
                                                   ArrayRef<Lin> index,
                                                   llvm::function_ref<FailureOr<Id>(const Env &)> summand) {
  if (loops.empty())
    return summand(env);
  auto [loop, size] = loops.front();
  if (size == Lin(1)) {
    env[loop] = Lin(0);
    return sumLoops(op, env, loops.drop_front(), index, summand);
  }
  // The axes that the loop runs over, the innermost first.
  SmallVector<std::pair<int64_t, Lin>> parts{{1, size}};
  for (const Loop &part : split)
    if (part.op == op && part.number == loop && parts.back().second.isConstant()) {
      int64_t inner = part.stride / parts.back().first;
      Lin rest = parts.back().second.constant / inner;
      parts.back().second = Lin(inner);
      parts.push_back({part.stride, rest});
    }
  env[loop] = Lin(0);
  return sumParts(op, env, loops, parts, index, summand);
}

FailureOr<ElementTrace::Id> ElementTrace::sumParts(Operation *op, Env &env, ArrayRef<std::pair<unsigned, Lin>> loops,
                                                   ArrayRef<std::pair<int64_t, Lin>> parts, ArrayRef<Lin> index,
                                                   llvm::function_ref<FailureOr<Id>(const Env &)> summand) {
  if (parts.empty())
    return sumLoops(op, env, loops.drop_front(), index, summand);
  unsigned loop = loops.front().first;
  auto [stride, size] = parts.front();
  const Lin before = env[loop];
  if (unrollAll || unrolled.count({op, loop, stride})) {
    FailureOr<int64_t> count = known(size);
    if (failed(count))
      return failure();
    Id sum = graph.number(0);
    for (int64_t i = 0; i < *count; ++i) {
      env[loop] = before + i * stride;
      FailureOr<Id> term = sumParts(op, env, loops, parts.drop_front(), index, summand);
      if (failed(term))
        return failure();
      sum = graph.add(sum, *term);
    }
    env[loop] = before;
    return sum;
  }
  SmallVector<int> used;
  for (const Lin &e : index)
    for (auto &[var, coefficient] : e.terms)
      used.push_back(var);
  for (const Lin &e : env)
    for (auto &[var, coefficient] : e.terms)
      used.push_back(var);
  int var = sumVars.get(size, used);
  env[loop] = before + Lin::var(var, stride);
  entered.push_back({var, {op, loop, stride}});
  FailureOr<Id> term = sumParts(op, env, loops, parts.drop_front(), index, summand);
  entered.pop_back();
  env[loop] = before;
  if (failed(term))
    return failure();
  if (!llvm::is_contained(graph.getVars(*term), var)) {
    if (!size.isConstant())
      return failure();
    return graph.mul(graph.number(size.constant), *term);
  }
  return graph.sum(var, *term);
}

FailureOr<ElementTrace::Id> ElementTrace::ofEinsum(Operation *op, ArrayRef<Lin> index) {
  auto einsum = cast<ssm::EinsumOp>(op);
  SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
  Env env(maps.back().getNumDims());
  SmallVector<bool> seen(env.size(), false);
  for (auto [expr, position] : llvm::zip(maps.back().getResults(), index)) {
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
    seen[cast<AffineDimExpr>(expr).getPosition()] = true;
  }
  SmallVector<std::pair<unsigned, Lin>> loops;
  for (auto [input, map] : llvm::zip(einsum.getInputs(), maps))
    for (auto [position, expr] : llvm::enumerate(map.getResults())) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      if (!std::exchange(seen[dim], true))
        loops.push_back({dim, space.getSize(input, position)});
    }
  return sumLoops(op, env, loops, index, [&](const Env &env) -> FailureOr<Id> {
    Id product = graph.number(1);
    for (auto [input, map] : llvm::zip(einsum.getInputs(), maps)) {
      FailureOr<SmallVector<Lin>> position = apply(map, env);
      if (failed(position))
        return failure();
      FailureOr<Id> factor = element(input, *position);
      if (failed(factor))
        return failure();
      product = graph.mul(product, *factor);
    }
    return product;
  });
}

FailureOr<ElementTrace::Id> ElementTrace::ofCumsum(Operation *op, ArrayRef<Lin> index) {
  auto cumsum = cast<ssm::CumsumOp>(op);
  unsigned dim = cumsum.getDim();
  FailureOr<int64_t> length = known(space.getSize(cumsum.getX(), dim)), at = known(index[dim]);
  if (failed(length) || failed(at))
    return failure();
  int64_t step = cumsum.getReverse() ? -1 : 1, first = cumsum.getReverse() ? *length - 1 : 0;
  int64_t last = cumsum.getExclusive() ? *at - step : *at;
  SmallVector<Lin> position(index);
  Id sum = graph.number(0);
  for (int64_t i = first; (last - i) * step >= 0; i += step) {
    position[dim] = Lin(i);
    FailureOr<Id> term = element(cumsum.getX(), position);
    if (failed(term))
      return failure();
    sum = graph.add(sum, cumsum.getLog() ? graph.exp(*term) : *term);
  }
  return cumsum.getLog() ? graph.log(sum) : sum;
}

FailureOr<ElementTrace::Id> ElementTrace::ofSegsum(Operation *op, ArrayRef<Lin> index) {
  auto segsum = cast<ssm::SegsumOp>(op);
  FailureOr<int64_t> i = known(index[segsum.getDim()]), j = known(index.back());
  if (failed(i) || failed(j))
    return failure();
  if (*j > *i)
    return graph.minusInfinity();
  SmallVector<Lin> position(index.drop_back());
  Id sum = graph.number(0);
  for (int64_t k = *j + 1; k <= *i; ++k) {
    position[segsum.getDim()] = Lin(k);
    FailureOr<Id> term = element(segsum.getA(), position);
    if (failed(term))
      return failure();
    sum = graph.add(sum, *term);
  }
  return sum;
}

FailureOr<ElementTrace::Id> ElementTrace::ofScan(Operation *op, OpResult result, ArrayRef<Lin> index) {
  auto scan = cast<ssm::ScanOp>(op);
  SmallVector<AffineMap> maps = scan.getIndexingMapsArray();
  unsigned first = scan.getInit() ? 3 : 2;
  AffineMap states = maps[first];
  Env env(states.getNumDims());
  unsigned axis = scan.getAxis();
  int64_t timeDim = -1;
  for (auto [dim, expr] : llvm::enumerate(states.getResults()))
    if (cast<AffineDimExpr>(expr).getPosition() == axis)
      timeDim = dim;
  FailureOr<int64_t> length = known(space.getSize(scan->getResult(0), timeDim));
  for (auto [expr, position] : llvm::zip(maps[first + result.getResultNumber()].getResults(), index))
    env[cast<AffineDimExpr>(expr).getPosition()] = position;
  bool isFinal = result.getResultNumber() == 1;
  if (failed(length))
    return failure();
  int64_t begin = scan.getReverse() ? *length - 1 : 0, step = scan.getReverse() ? -1 : 1;
  FailureOr<int64_t> end = isFinal ? FailureOr<int64_t>(*length - 1 - begin) : known(env[axis]);
  if (failed(end))
    return failure();
  auto read = [&](Value tensor, AffineMap map) -> FailureOr<Id> {
    FailureOr<SmallVector<Lin>> position = apply(map, env);
    return failed(position) ? FailureOr<Id>(failure()) : element(tensor, *position);
  };
  auto next = [&](Id state) -> FailureOr<Id> {
    FailureOr<Id> a = read(scan.getA(), maps[0]), b = read(scan.getB(), maps[1]);
    if (failed(a) || failed(b))
      return failure();
    return graph.add(graph.mul(*a, state), *b);
  };
  // The state before is an element of this tensor, too, if it has been asked for.
  if (!isFinal && *end != begin) {
    SmallVector<Lin> before(index);
    before[timeDim] = Lin(*end - step);
    constexpr int64_t kNear = 256; // so that asking goes no deeper than that
    if ((*end - begin) * step <= kNear) {
      FailureOr<Id> state = element(scan->getResult(0), before);
      return failed(state) ? state : next(*state);
    }
  }
  FailureOr<Id> state = scan.getInit() ? read(scan.getInit(), maps[2]) : FailureOr<Id>(graph.number(0));
  for (int64_t t = begin; succeeded(state) && (*end - t) * step >= 0; t += step) {
    env[axis] = Lin(t);
    state = next(*state);
  }
  return state;
}
