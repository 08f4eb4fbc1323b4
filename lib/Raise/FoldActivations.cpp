//===- FoldActivations.cpp - silu, softplus and exp in one operation each ----------------------------------------===//

#include "lib/Raise/Passes.h"
#include "lib/Raise/UnaryFunction.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include <cmath>

namespace mambac {
#define GEN_PASS_DEF_FOLDACTIVATIONS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

namespace {

/// z / (1 + exp(-z))
Value buildSilu(OpBuilder &b, Location loc, Value z) {
  Value one = arith::ConstantOp::create(b, loc, b.getFloatAttr(z.getType(), 1));
  Value exp = math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, z));
  return arith::DivFOp::create(b, loc, z, arith::AddFOp::create(b, loc, exp, one));
}

/// x > 20 ? x : log1p(exp(x)): in f32 the same above 20.
Value buildSoftplus(OpBuilder &b, Location loc, Value x) {
  Value threshold = arith::ConstantOp::create(b, loc, b.getFloatAttr(x.getType(), 20));
  Value large = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, threshold);
  Value small = math::Log1pOp::create(b, loc, math::ExpOp::create(b, loc, x));
  return arith::SelectOp::create(b, loc, large, x, small);
}

double self(double x) { return x; }
Value buildSelf(OpBuilder &, Location, Value x) { return x; }

Value buildExp(OpBuilder &b, Location loc, Value x) { return math::ExpOp::create(b, loc, x); }

/// A function that is looked for, and its plain spelling with the number of operations in it.
struct Function {
  double (*f)(double);
  Value (*build)(OpBuilder &, Location, Value);
  unsigned size;
};
constexpr Function kFunctions[] = {
    {silu, buildSilu, 6}, {softplus, buildSoftplus, 6}, {std::exp, buildExp, 2}, {self, buildSelf, 1}};

/// Whether the body has one input and no more operations than the plain spelling.
bool isPlain(linalg::GenericOp op, unsigned size) {
  return op.getNumDpsInputs() == 1 && op.getBody()->getOperations().size() <= size &&
         op.getMatchingIndexingMap(op.getDpsInputOperand(0)).isIdentity();
}

/// Steps from a reshape that adds or drops dimensions of size 1 to its source; `map` gives the position there.
bool stepThroughUnits(Value &value, AffineMap &map) {
  Operation *op = value.getDefiningOp();
  auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op);
  auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op);
  if (!collapse && !expand)
    return false;
  auto groups = collapse ? collapse.getReassociationIndices() : expand.getReassociationIndices();
  auto wide = collapse ? collapse.getSrcType() : expand.getResultType();
  SmallVector<AffineExpr> position;
  for (auto [narrow, group] : llvm::enumerate(groups)) {
    if (llvm::count_if(group, [&](int64_t dim) { return wide.getDimSize(dim) != 1; }) > 1)
      return false;
    // Among dimensions of size 1 alone the first stands for the one that they are, as in Element.
    auto *large = llvm::find_if(group, [&](int64_t dim) { return wide.getDimSize(dim) != 1; });
    if (large == group.end())
      large = group.begin();
    AffineExpr zero = getAffineConstantExpr(0, value.getContext());
    if (expand)
      position.push_back(map.getResult(*large));
    else
      for (int64_t &dim : group)
        position.push_back(&dim == large ? map.getResult(narrow) : zero);
  }
  map = AffineMap::get(map.getNumDims(), 0, position, value.getContext());
  value = op->getOperand(0);
  return true;
}

/// A tensor that `op` or what it is made of reads, plainly, and whose element is `x`; null where there is none. `loops`
/// are those of `op` in terms of the result's dimensions.
std::pair<Value, AffineMap> findRead(linalg::GenericOp op, AffineMap loops, const Element &x, unsigned depth) {
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value value = operand->get();
    AffineMap map = op.getMatchingIndexingMap(operand).compose(loops);
    do {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (type && type.getElementType().isF32() && map.isProjectedPermutation() &&
          resolve(Element::of(value, map)) == x)
        return {value, map};
    } while (stepThroughUnits(value, map));
    auto inner = value.getDefiningOp<linalg::GenericOp>();
    if (!inner || inner->getNumResults() != 1 || inner.getNumReductionLoops() != 0 || depth == 0)
      continue;
    AffineMap out = inner.getMatchingIndexingMap(inner.getDpsInitOperand(0));
    if (!out.isPermutation())
      continue;
    auto found = findRead(inner, inversePermutation(out).compose(map), x, depth - 1);
    if (found.first)
      return found;
  }
  return {};
}

/// An index in the body of an operation by its loops; values from outside are symbols. Null where it is no sum.
AffineExpr indexOf(Value v, linalg::GenericOp op, SmallVectorImpl<Value> &symbols) {
  MLIRContext *context = op.getContext();
  if (auto index = v.getDefiningOp<linalg::IndexOp>(); index && index->getParentOp() == op)
    return getAffineDimExpr(index.getDim(), context);
  if (std::optional<int64_t> constant = getConstantIntValue(v))
    return getAffineConstantExpr(*constant, context);
  if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(v.getDefiningOp())) {
    AffineExpr a = indexOf(v.getDefiningOp()->getOperand(0), op, symbols);
    AffineExpr b = indexOf(v.getDefiningOp()->getOperand(1), op, symbols);
    return !a || !b ? AffineExpr() : isa<arith::AddIOp>(v.getDefiningOp()) ? a + b : a - b;
  }
  if (op->isAncestor(v.getParentBlock()->getParentOp()))
    return {};
  auto *known = llvm::find(symbols, v);
  unsigned number = known - symbols.begin();
  if (known == symbols.end())
    symbols.push_back(v);
  return getAffineSymbolExpr(number, context);
}

/// The tensor that a copy reads, and where, by its loops: an operand, or one that it takes elements out of.
Value findSource(linalg::GenericOp op, SmallVectorImpl<AffineExpr> &position, SmallVectorImpl<Value> &symbols) {
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(yielded)) {
    if (argument.getOwner() != op.getBody() || static_cast<int64_t>(argument.getArgNumber()) >= op.getNumDpsInputs())
      return {};
    OpOperand *source = op.getDpsInputOperand(argument.getArgNumber());
    llvm::append_range(position, op.getMatchingIndexingMap(source).getResults());
    return source->get();
  }
  auto extract = yielded.getDefiningOp<tensor::ExtractOp>();
  if (!extract || extract->getParentOp() != op)
    return {};
  for (Value index : extract.getIndices()) {
    position.push_back(indexOf(index, op, symbols));
    if (!position.back())
      return {};
  }
  return extract.getTensor();
}

/// The tensor that an operation copies by way of other copies, each element to its own place (transposed twice, reversed
/// twice); null where it copies none.
Value findCopied(linalg::GenericOp op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  MLIRContext *context = op.getContext();
  SmallVector<AffineExpr> place;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    place.push_back(getAffineDimExpr(dim, context));
  const SmallVector<AffineExpr> own = place;
  SmallVector<Value> symbols;
  Value value = op->getResult(0);
  while (auto copy = value.getDefiningOp<linalg::GenericOp>()) {
    AffineMap out = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
    SmallVector<AffineExpr> position;
    if (copy->getNumResults() != 1 || copy.getNumReductionLoops() != 0 || !out.isPermutation())
      return {};
    value = findSource(copy, position, symbols);
    if (!value)
      return {};
    SmallVector<AffineExpr> loops(place.size());
    for (auto [dim, expr] : llvm::enumerate(out.getResults()))
      loops[cast<AffineDimExpr>(expr).getPosition()] = place[dim];
    for (AffineExpr &expr : position)
      expr = simplifyAffineExpr(expr.replaceDims(loops), type.getRank(), symbols.size());
    place = position;
    if (value.getType() == type && place == own)
      return value;
  }
  return {};
}

struct FoldActivationsPass : mambac::impl::FoldActivationsBase<FoldActivationsPass> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op->getNumResults() == 1 && op.getNumReductionLoops() == 0 &&
          cast<RankedTensorType>(op->getResult(0).getType()).getElementType().isF32())
        ops.push_back(op);
    });
    // The last ones first: what they are made of may be a part of another spelling. Then what cancels, as it may be a part
    // of a function.
    for (ArrayRef<Function> functions : {ArrayRef(kFunctions).drop_back(), ArrayRef(kFunctions).take_back()})
      for (linalg::GenericOp op : llvm::reverse(ops))
        if (Value copied = op->use_empty() ? Value() : findCopied(op))
          op->getResult(0).replaceAllUsesWith(copied);
        else if (!op->use_empty() &&
                 isa<arith::MulFOp, arith::DivFOp, arith::AddFOp, arith::SubFOp, arith::NegFOp, arith::SelectOp,
                     math::Log1pOp, math::LogOp>(op.getBody()->getTerminator()->getOperand(0).getDefiningOp() ?: op))
          fold(op, functions);
    // One function of one tensor is one value, however its operations are ordered.
    for (auto &[read, users] : folded)
      for (Folded &first : users)
        for (Folded &other : users)
          if (first.isSame(other) && first.op != other.op && first.op->getBlock() == other.op->getBlock() &&
              first.op->isBeforeInBlock(other.op))
            other.op->getResult(0).replaceAllUsesWith(first.op->getResult(0));
    folded.clear();
    // Others ask whether a value has one use.
    for (linalg::GenericOp op : llvm::reverse(ops))
      if (isOpTriviallyDead(op))
        op->erase();
  }

  void fold(linalg::GenericOp op, ArrayRef<Function> functions) {
    Value result = op->getResult(0);
    auto type = cast<RankedTensorType>(result.getType());
    MLIRContext *context = &getContext();
    Element element = resolve(Element::of(result, AffineMap::getMultiDimIdentityMap(type.getRank(), context)));
    for (const Function &function : functions) {
      std::optional<Element> x = matchFunction(element, function.f);
      if (!x)
        continue;
      AffineMap identity = AffineMap::getMultiDimIdentityMap(type.getRank(), context);
      AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
      if (!out.isPermutation())
        return;
      auto [source, map] = findRead(op, inversePermutation(out), *x, /*depth=*/8);
      if (!source)
        return;
      if (isPlain(op, function.size) && op.getDpsInputOperand(0)->get() == source) {
        if (function.f != self)
          folded[{function.size, source}].push_back({op, function.f, map});
        return;
      }
      ++numFolded;
      if (function.f == self && source.getType() == type && map.isIdentity()) {
        result.replaceAllUsesWith(source);
        return;
      }
      OpBuilder b(op);
      SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
      auto plain = linalg::GenericOp::create(
          b, op.getLoc(), type, ValueRange{source}, op.getDpsInits(), {map, identity}, loops,
          [&](OpBuilder &inner, Location loc, ValueRange args) {
            linalg::YieldOp::create(inner, loc, function.build(inner, loc, args[0]));
          });
      result.replaceAllUsesWith(plain->getResult(0));
      if (function.f != self)
        folded[{function.size, source}].push_back({plain, function.f, map});
      return;
    }
  }

  /// An operation that computes a function of a tensor, which is read at `map` of the result's position.
  struct Folded {
    linalg::GenericOp op;
    double (*function)(double);
    AffineMap map;
    bool isSame(const Folded &other) {
      return function == other.function && map == other.map && op->getResult(0).getType() == other.op->getResult(0).getType();
    }
  };
  llvm::MapVector<std::pair<unsigned, Value>, SmallVector<Folded, 2>> folded; ///< by the function's size and the tensor
};

} // namespace
