//===- Element.cpp - One element of a tensor, followed to where it is computed ----------------------------------===//

#include "lib/Raise/Element.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mambac::raise;

Element Element::of(Value tensor, AffineMap map) { return {tensor, map, nullptr, tensor, map}; }

Element Element::ofOperand(OpOperand &operand) {
  auto op = cast<linalg::LinalgOp>(operand.getOwner());
  return of(operand.get(), op.getMatchingIndexingMap(&operand));
}

Operation *Element::getOp() const {
  return body && value.getDefiningOp() && body->isAncestor(value.getDefiningOp()) ? value.getDefiningOp() : nullptr;
}

Element Element::operand(unsigned i) const {
  return resolve({getOp()->getOperand(i), map, body, Value(), AffineMap()});
}

std::optional<double> mambac::raise::getFloatConstant(Value value) {
  FloatAttr f;
  if (matchPattern(value, m_Constant(&f)))
    return f.getValueAsDouble();
  SplatElementsAttr splat;
  if (matchPattern(value, m_Constant(&splat)) && isa<FloatType>(splat.getElementType()))
    return splat.getSplatValue<APFloat>().convertToDouble();
  return std::nullopt;
}

//===------------------------------------------------------------------------------------------------------------===//
// Following
//===------------------------------------------------------------------------------------------------------------===//

/// The source's indices in terms of the collapsed result's: those of a group by division with remainder.
static std::optional<AffineMap> throughCollapse(tensor::CollapseShapeOp op, AffineMap map) {
  auto source = op.getSrcType();
  SmallVector<AffineExpr> results;
  for (auto [g, group] : llvm::enumerate(op.getReassociationIndices())) {
    AffineExpr index = map.getResult(g);
    // Units are at 0; one remaining dimension has the index as it is.
    SmallVector<int64_t> wide;
    for (int64_t d : group)
      if (source.getDimSize(d) != 1)
        wide.push_back(d);
    int64_t inner = 1;
    SmallVector<AffineExpr> reversed;
    for (int64_t d : llvm::reverse(group)) {
      int64_t n = source.getDimSize(d);
      if (n == 1 && wide.empty() && d == group.front()) {
        reversed.push_back(index);
        continue;
      }
      if (n == 1) {
        reversed.push_back(getAffineConstantExpr(0, map.getContext()));
        continue;
      }
      AffineExpr expr = inner == 1 ? index : index.floorDiv(inner);
      if (d != wide.front()) {
        if (ShapedType::isDynamic(n))
          return std::nullopt;
        expr = expr % n;
        inner *= n;
      }
      reversed.push_back(expr);
    }
    results.append(reversed.rbegin(), reversed.rend());
  }
  if (op.getReassociationIndices().empty())
    results.assign(source.getRank(), getAffineConstantExpr(0, map.getContext()));
  return simplifyAffineMap(AffineMap::get(map.getNumDims(), 0, results, map.getContext()));
}

static std::optional<AffineMap> throughExpand(tensor::ExpandShapeOp op, AffineMap map) {
  auto result = op.getResultType();
  SmallVector<AffineExpr> results;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    // Units add nothing; among units only, the first stands for the source's.
    AffineExpr index = map.getResult(group.front());
    bool first = true;
    for (int64_t d : group) {
      int64_t n = result.getDimSize(d);
      if (n == 1)
        continue;
      if (ShapedType::isDynamic(n) && !first)
        return std::nullopt;
      index = first ? map.getResult(d) : index * n + map.getResult(d);
      first = false;
    }
    results.push_back(index);
  }
  return simplifyAffineMap(AffineMap::get(map.getNumDims(), 0, results, map.getContext()));
}

/// The size of a dimension as the operation that made the tensor was given it.
static OpFoldResult getKnownSize(Value tensor, int64_t dim) {
  while (Operation *def = tensor.getDefiningOp()) {
    if (auto empty = dyn_cast<tensor::EmptyOp>(def))
      return empty.getMixedSizes()[dim];
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(def))
      return expand.getMixedOutputShape()[dim];
    auto dps = dyn_cast<DestinationStyleOpInterface>(def);
    if (!dps)
      break;
    tensor = dps.getTiedOpOperand(cast<OpResult>(tensor))->get();
  }
  return {};
}

/// True if `size` is the whole of a dimension.
static bool isWholeDim(OpFoldResult size, Value tensor, int64_t dim) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return getConstantIntValue(size) == type.getDimSize(dim);
  auto value = dyn_cast<Value>(size);
  auto op = value ? value.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
  return (op && op.getSource() == tensor && op.getConstantIndex() == dim) || getKnownSize(tensor, dim) == size;
}

/// A slice that only drops dimensions of size 1.
static std::optional<AffineMap> throughRankReduction(tensor::ExtractSliceOp op, AffineMap map) {
  auto source = op.getSourceType();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<AffineExpr> results;
  unsigned next = 0;
  for (int64_t d = 0; d < source.getRank(); ++d) {
    if (!isConstantIntValue(op.getMixedOffsets()[d], 0))
      return std::nullopt;
    if (dropped.test(d)) {
      if (source.getDimSize(d) != 1)
        return std::nullopt;
      results.push_back(getAffineConstantExpr(0, map.getContext()));
      continue;
    }
    if (!isWholeDim(op.getMixedSizes()[d], op.getSource(), d))
      return std::nullopt;
    results.push_back(map.getResult(next++));
  }
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext());
}

/// The loops of a parallel generic in terms of the axes, where its result is read at `map`.
static std::optional<AffineMap> enter(linalg::GenericOp op, unsigned result, AffineMap map) {
  if (op.getNumLoops() != op.getNumParallelLoops() || !op.hasPureTensorSemantics())
    return std::nullopt;
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  if (!out.isPermutation())
    return std::nullopt;
  return simplifyAffineMap(inversePermutation(out).compose(map));
}

Element mambac::raise::resolve(Element e) {
  bool rounded = false; // below a cast down, `tensor` stays above it
  auto reach = [&](Value tensor, AffineMap map) {
    e.value = tensor;
    e.map = map;
    e.body = nullptr;
    if (!rounded) {
      e.tensor = tensor;
      e.tensorMap = map;
    }
  };
  while (true) {
    if (e.body) {
      if (auto arg = dyn_cast<BlockArgument>(e.value)) {
        if (arg.getOwner() != e.body.getBody())
          return e;
        OpOperand *operand = e.body.getMatchingOpOperand(arg);
        if (!e.body.isDpsInput(operand))
          return e;
        if (!isa<RankedTensorType>(operand->get().getType())) {
          e.value = operand->get();
          e.map = AffineMap::get(e.map.getNumDims(), 0, {}, e.map.getContext());
          e.body = nullptr;
          return e;
        }
        reach(operand->get(), simplifyAffineMap(e.body.getMatchingIndexingMap(operand).compose(e.map)));
        continue;
      }
      Operation *def = e.value.getDefiningOp();
      if (auto ext = dyn_cast<arith::ExtFOp>(def)) {
        e.value = ext.getIn();
        continue;
      }
      if (auto trunc = dyn_cast<arith::TruncFOp>(def)) {
        rounded |= static_cast<bool>(e.tensor);
        e.isRounded = true;
        e.value = trunc.getIn();
        continue;
      }
      return e;
    }
    Operation *def = e.value.getDefiningOp();
    if (!def)
      return e;
    if (auto generic = dyn_cast<linalg::GenericOp>(def)) {
      unsigned result = cast<OpResult>(e.value).getResultNumber();
      std::optional<AffineMap> loops = enter(generic, result, e.map);
      if (!loops)
        return e;
      e.body = generic;
      e.map = *loops;
      e.value = generic.getBody()->getTerminator()->getOperand(result);
      continue;
    }
    if (auto fill = dyn_cast<linalg::FillOp>(def)) {
      e.value = fill.getInputs()[0];
      e.map = AffineMap::get(e.map.getNumDims(), 0, {}, e.map.getContext());
      return e;
    }
    std::optional<AffineMap> map;
    Value source;
    if (auto op = dyn_cast<tensor::CollapseShapeOp>(def))
      map = throughCollapse(op, e.map), source = op.getSrc();
    else if (auto op = dyn_cast<tensor::ExpandShapeOp>(def))
      map = throughExpand(op, e.map), source = op.getSrc();
    else if (auto op = dyn_cast<tensor::ExtractSliceOp>(def))
      map = throughRankReduction(op, e.map), source = op.getSource();
    else if (auto op = dyn_cast<tensor::CastOp>(def); op && isa<RankedTensorType>(op.getSource().getType()))
      map = e.map, source = op.getSource();
    if (!map)
      return e;
    reach(source, *map);
  }
}

//===------------------------------------------------------------------------------------------------------------===//
// Expressions
//===------------------------------------------------------------------------------------------------------------===//

template <typename Op> static std::optional<std::pair<Element, Element>> matchBinary(const Element &e) {
  if (!isa_and_nonnull<Op>(e.getOp()))
    return std::nullopt;
  return std::pair(e.operand(0), e.operand(1));
}

std::optional<std::pair<Element, Element>> mambac::raise::matchMul(const Element &e) {
  return matchBinary<arith::MulFOp>(e);
}
std::optional<std::pair<Element, Element>> mambac::raise::matchAdd(const Element &e) {
  return matchBinary<arith::AddFOp>(e);
}
std::optional<Element> mambac::raise::matchExp(const Element &e) {
  if (!isa_and_nonnull<math::ExpOp>(e.getOp()))
    return std::nullopt;
  return e.operand(0);
}

/// x where `e` computes -x.
static std::optional<Element> matchNeg(const Element &e) {
  if (isa_and_nonnull<arith::NegFOp>(e.getOp()))
    return e.operand(0);
  if (auto mul = matchMul(e)) {
    if (mul->first.getConstant() == -1.0)
      return mul->second;
    if (mul->second.getConstant() == -1.0)
      return mul->first;
  }
  if (auto sub = matchBinary<arith::SubFOp>(e); sub && sub->first.getConstant() == 0.0)
    return sub->second;
  return std::nullopt;
}

/// x where `e` computes 1 + x.
static std::optional<Element> matchOnePlus(const Element &e) {
  auto add = matchAdd(e);
  if (add && add->first.getConstant() == 1.0)
    return add->second;
  if (add && add->second.getConstant() == 1.0)
    return add->first;
  return std::nullopt;
}

/// z where `e` computes 1 + exp(-z).
static std::optional<Element> matchOnePlusExpMinus(const Element &e) {
  auto inner = matchOnePlus(e);
  auto exponent = inner ? matchExp(*inner) : std::nullopt;
  return exponent ? matchNeg(*exponent) : std::nullopt;
}

std::optional<Element> mambac::raise::matchSilu(const Element &e) {
  if (auto div = matchBinary<arith::DivFOp>(e)) {
    auto z = matchOnePlusExpMinus(div->second);
    return z && *z == div->first ? z : std::nullopt;
  }
  auto mul = matchMul(e);
  if (!mul)
    return std::nullopt;
  for (auto [z, sigmoid] : {*mul, std::pair(mul->second, mul->first)})
    if (auto div = matchBinary<arith::DivFOp>(sigmoid); div && div->first.getConstant() == 1.0)
      if (auto inner = matchOnePlusExpMinus(div->second); inner && *inner == z)
        return z;
  return std::nullopt;
}

std::optional<Element> mambac::raise::matchSoftplus(const Element &e) {
  Operation *op = e.getOp();
  if (!op)
    return std::nullopt;
  if (isa<math::Log1pOp>(op))
    return matchExp(e.operand(0));
  if (isa<math::LogOp>(op)) {
    auto inner = matchOnePlus(e.operand(0));
    return inner ? matchExp(*inner) : std::nullopt;
  }
  // Above the threshold x itself: there log(1 + exp(x)) - x < 2.1e-9.
  auto select = dyn_cast<arith::SelectOp>(op);
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpFOp>() : arith::CmpFOp();
  if (!compare)
    return std::nullopt;
  Element lhs = resolve({compare.getLhs(), e.map, e.body, Value(), AffineMap()});
  Element rhs = resolve({compare.getRhs(), e.map, e.body, Value(), AffineMap()});
  Element above = e.operand(1), below = e.operand(2);
  using P = arith::CmpFPredicate;
  P p = compare.getPredicate();
  if (p == P::OLT || p == P::OLE || p == P::ULT || p == P::ULE) {
    std::swap(lhs, rhs);
    if (lhs.getConstant()) { // x <= 20 ? softplus : x
      std::swap(lhs, rhs);
      std::swap(above, below);
    }
  } else if (p != P::OGT && p != P::OGE && p != P::UGT && p != P::UGE) {
    return std::nullopt;
  }
  std::optional<double> threshold = rhs.getConstant();
  if (!threshold || *threshold < 20.0)
    return std::nullopt;
  auto x = matchSoftplus(below);
  return x && *x == above && *x == lhs ? x : std::nullopt;
}

bool mambac::raise::flowsOnlyInto(Value value, Operation *root) {
  SmallVector<Value> worklist{value};
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!worklist.empty())
    for (Operation *user : worklist.pop_back_val().getUsers()) {
      if (user == root || isa<tensor::DimOp>(user) || !seen.insert(user).second)
        continue;
      auto generic = dyn_cast<linalg::GenericOp>(user);
      bool elementwise = generic && generic.getNumLoops() == generic.getNumParallelLoops();
      if (!elementwise &&
          !isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp, tensor::ExtractSliceOp>(user))
        return false;
      worklist.append(user->result_begin(), user->result_end());
    }
  return true;
}

FailureOr<std::pair<Value, AffineMap>> mambac::raise::dropUnitDims(OpBuilder &builder, Location loc, Value value,
                                                                   AffineMap map) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results;
  for (auto [d, expr] : llvm::enumerate(map.getResults())) {
    if (isa<AffineConstantExpr>(expr)) {
      if (type.getDimSize(d) != 1)
        return failure();
      continue;
    }
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    bool grouped = binary && binary.getKind() == AffineExprKind::FloorDiv && isa<AffineDimExpr>(binary.getLHS()) &&
                   isa<AffineConstantExpr>(binary.getRHS());
    if (!isa<AffineDimExpr>(expr) && !grouped)
      return failure();
    shape.push_back(type.getDimSize(d));
    results.push_back(expr);
  }
  if ((int64_t)shape.size() == type.getRank())
    return std::pair(value, map);
  auto smaller = RankedTensorType::get(shape, type.getElementType());
  Value dropped = tensor::ExtractSliceOp::rankReduceIfNeeded(builder, loc, value, shape).value_or(Value());
  if (!dropped) {
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
    SmallVector<OpFoldResult> zeros(sizes.size(), builder.getIndexAttr(0)), ones(sizes.size(), builder.getIndexAttr(1));
    dropped = tensor::ExtractSliceOp::create(builder, loc, smaller, value, zeros, sizes, ones);
  }
  return std::pair(dropped, AffineMap::get(map.getNumDims(), 0, results, map.getContext()));
}
