//===- FusePositions.cpp - An extremum and its first place in one reduction -----------------------------------===//
//
// argmax and its kin come as two reductions: the largest element, and the smallest position of those that equal it (or
// are NaN, which counts as the largest). They become one reduction with two results, the element and its position,
// which a loop computes while it reads its input once.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "lib/Schedule/ReductionStart.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"

namespace mambac {
#define GEN_PASS_DEF_FUSEPOSITIONSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

Value yielded(linalg::GenericOp op) { return op.getBody()->getTerminator()->getOperand(0); }

/// The other operand of a binary operation, if one is `value`.
Value otherOperand(Operation *op, Value value) {
  if (!op || op->getNumOperands() != 2 || (op->getOperand(0) != value && op->getOperand(1) != value))
    return {};
  return op->getOperand(op->getOperand(0) == value ? 1 : 0);
}

/// One dimension is reduced to one result.
bool isReduction(linalg::GenericOp op) {
  return op && op.hasPureTensorSemantics() && op.getNumDpsInits() == 1 && op.getNumReductionLoops() == 1;
}

/// The largest or smallest of `element` along a dimension.
struct Extremum {
  Value element;
  Operation *combiner = nullptr;
  static std::optional<Extremum> match(linalg::GenericOp op) {
    if (!isReduction(op))
      return std::nullopt;
    Extremum found;
    found.combiner = yielded(op).getDefiningOp();
    if (!isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp, arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp,
                         arith::MinUIOp>(found.combiner))
      return std::nullopt;
    found.element = otherOperand(found.combiner, op.getRegionOutputArgs()[0]);
    TypedAttr start = mambac::filledWith(op.getDpsInits()[0].getDefiningOp<linalg::GenericOp>());
    if (!found.element || !start || arith::getNeutralElement(found.combiner) != start)
      return std::nullopt;
    return found;
  }
};

/// The smallest position along a dimension where `element` equals `best`, or is NaN.
struct FirstPosition {
  Value element, best;
  Type type; ///< of positions
  unsigned dim = 0;

  static std::optional<FirstPosition> match(linalg::GenericOp op) {
    auto least = isReduction(op) ? yielded(op).getDefiningOp<arith::MinSIOp>() : arith::MinSIOp();
    Value candidate = otherOperand(least, least ? op.getRegionOutputArgs()[0] : Value());
    auto select = candidate ? candidate.getDefiningOp<arith::SelectOp>() : arith::SelectOp();
    if (!select)
      return std::nullopt;
    FirstPosition found;
    found.type = select.getType();
    auto cast = select.getTrueValue().getDefiningOp<arith::IndexCastOp>();
    auto index = cast ? cast.getIn().getDefiningOp<linalg::IndexOp>() : linalg::IndexOp();
    if (!index || op.getIteratorTypesArray()[index.getDim()] != utils::IteratorType::reduction)
      return std::nullopt;
    found.dim = index.getDim();
    // What is no place has to be behind all that are.
    TypedAttr none;
    TypedAttr start = mambac::filledWith(op.getDpsInits()[0].getDefiningOp<linalg::GenericOp>());
    int64_t size = op.getStaticLoopRanges()[found.dim];
    int64_t last = ShapedType::isDynamic(size) ? APInt::getSignedMaxValue(found.type.getIntOrFloatBitWidth()).getSExtValue()
                                               : size - 1;
    for (Attribute value : {Attribute(matchPattern(select.getFalseValue(), m_Constant(&none)) ? none : TypedAttr()),
                            Attribute(start)})
      if (auto number = dyn_cast_or_null<IntegerAttr>(value); !number || number.getValue().slt(last))
        return std::nullopt;
    return found.matchHit(select.getCondition()) ? std::optional(found) : std::nullopt;
  }

private:
  bool matchHit(Value hit) {
    if (auto equal = hit.getDefiningOp<arith::CmpIOp>()) {
      if (equal.getPredicate() != arith::CmpIPredicate::eq)
        return false;
      element = equal.getLhs();
      best = equal.getRhs();
      return true;
    }
    auto either = hit.getDefiningOp<arith::OrIOp>();
    if (!either)
      return false;
    auto equal = either.getLhs().getDefiningOp<arith::CmpFOp>(), nan = either.getRhs().getDefiningOp<arith::CmpFOp>();
    if (equal && equal.getPredicate() != arith::CmpFPredicate::OEQ)
      std::swap(equal, nan);
    if (!equal || !nan || equal.getPredicate() != arith::CmpFPredicate::OEQ ||
        (nan.getPredicate() != arith::CmpFPredicate::UNO && nan.getPredicate() != arith::CmpFPredicate::UNE))
      return false;
    element = nan.getLhs();
    best = otherOperand(equal, element);
    return best && nan.getRhs() == element;
  }
};

/// Whether two values of two bodies are one function of the same elements.
bool isSame(linalg::GenericOp a, Value x, linalg::GenericOp b, Value y) {
  auto xArg = dyn_cast<BlockArgument>(x), yArg = dyn_cast<BlockArgument>(y);
  bool xInside = x.getParentBlock() == a.getBody(), yInside = y.getParentBlock() == b.getBody();
  if (!xInside || !yInside)
    return x == y;
  if (xArg || yArg) {
    if (!xArg || !yArg)
      return false;
    OpOperand *p = a.getMatchingOpOperand(xArg), *q = b.getMatchingOpOperand(yArg);
    return a.isDpsInput(p) && b.isDpsInput(q) && p->get() == q->get() &&
           a.getMatchingIndexingMap(p) == b.getMatchingIndexingMap(q);
  }
  Operation *p = x.getDefiningOp(), *q = y.getDefiningOp();
  if (p->getName() != q->getName() || p->getAttrDictionary() != q->getAttrDictionary() || p->getNumRegions() ||
      p->getNumResults() != 1 || p->getNumOperands() != q->getNumOperands() || !isMemoryEffectFree(p))
    return false;
  return llvm::all_of(llvm::zip(p->getOperands(), q->getOperands()),
                      [&](auto pair) { return isSame(a, std::get<0>(pair), b, std::get<1>(pair)); });
}

struct FusePositionsPass : mambac::impl::FusePositionsPassBase<FusePositionsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    for (linalg::GenericOp op : ops) {
      std::optional<FirstPosition> position = FirstPosition::match(op);
      if (!position)
        continue;
      auto of = producerOf(op, position->best).getDefiningOp<linalg::GenericOp>();
      if (const char *reason = decline(op, *position, of)) {
        remark::missed(op.getLoc(), remark::RemarkOpts::name("declined").category("mambac-fuse-positions"))
            << "position" << remark::reason("{0}", StringRef(reason).str());
        continue;
      }
      fuse(op, *position, of);
      ++numFused;
    }
  }

private:
  /// The tensor that a value of a body is an element of.
  static Value producerOf(linalg::GenericOp op, Value value) {
    if (auto arg = dyn_cast<BlockArgument>(value); arg && arg.getOwner() == op.getBody())
      return op.getMatchingOpOperand(arg)->get();
    auto read = value.getDefiningOp<tensor::ExtractOp>(); // of a tensor of rank 0
    return read ? read.getTensor() : value;
  }

  /// Why the extremum `of` and its position stay two; null if they become one.
  static const char *decline(linalg::GenericOp op, const FirstPosition &position, linalg::GenericOp of) {
    std::optional<Extremum> extremum = Extremum::match(of);
    if (!extremum)
      return "what it looks for is no extremum";
    if (of->getBlock() != op->getBlock())
      return "the extremum is computed elsewhere";
    AffineMap out = of.getMatchingIndexingMap(of.getDpsInitOperand(0));
    auto arg = dyn_cast<BlockArgument>(position.best);
    if (of.getIteratorTypesArray() != op.getIteratorTypesArray() ||
        (arg ? op.getMatchingIndexingMap(op.getMatchingOpOperand(arg)) != out : out.getNumResults() != 0))
      return "the extremum is that of other elements";
    AffineMap places = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (!out.isProjectedPermutation() || !places.isProjectedPermutation() ||
        out.getNumResults() != places.getNumResults() || out.getNumResults() != of.getNumParallelLoops())
      return "results are not one for each row";
    if (!isSame(of, extremum->element, op, position.element))
      return "the extremum is that of another tensor";
    return nullptr;
  }

  static void fuse(linalg::GenericOp op, const FirstPosition &position, linalg::GenericOp of) {
    Extremum extremum = *Extremum::match(of);
    OpBuilder b(of);
    Location loc = b.getFusedLoc({of.getLoc(), op.getLoc()});
    AffineMap places = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    AffineMap bests = of.getMatchingIndexingMap(of.getDpsInitOperand(0));
    // 16 bits are compared as 32: no target has less.
    Type stored = extremum.element.getType(), type = stored;
    if (isa<FloatType>(stored) && stored.getIntOrFloatBitWidth() < 32)
      type = b.getF32Type();
    TypedAttr start = mambac::filledWith(of.getDpsInits()[0].getDefiningOp<linalg::GenericOp>());
    if (type != stored)
      start = b.getFloatAttr(type, cast<FloatAttr>(start).getValueAsDouble());
    // Positions start from 0, so that rows whose elements are all the start of the extremum have one.
    SmallVector<Value> inputs = of.getDpsInputs();
    SmallVector<Value> inits{filled(b, loc, of, bests, start), filled(b, loc, of, places, b.getIntegerAttr(position.type, 0))};
    SmallVector<AffineMap> maps = of.getIndexingMapsArray();
    maps.push_back(places);
    auto fused = linalg::GenericOp::create(
        b, loc, ValueRange(inits).getTypes(), inputs, inits, maps, of.getIteratorTypesArray(),
        [&](OpBuilder &nested, Location loc, ValueRange args) {
          IRMapping mapping;
          mapping.map(of.getBody()->getArguments().drop_back(), args.drop_back(2));
          for (Operation &inner : of.getBody()->without_terminator())
            if (&inner != extremum.combiner)
              nested.clone(inner, mapping);
          Value element = mapping.lookupOrDefault(extremum.element), best = args[inputs.size()];
          if (type != stored)
            element = arith::ExtFOp::create(nested, loc, type, element);
          Value takes = better(nested, loc, extremum.combiner, element, best);
          Value index = linalg::IndexOp::create(nested, loc, position.dim);
          Value at = arith::IndexCastOp::create(nested, loc, position.type, index);
          Value value = arith::SelectOp::create(nested, loc, takes, element, best);
          Value place = arith::SelectOp::create(nested, loc, takes, at, args.back());
          linalg::YieldOp::create(nested, loc, ValueRange{value, place});
        });
    op.getResult(0).replaceAllUsesWith(fused.getResult(1));
    op.erase();
    if (!of->use_empty())
      of.getResult(0).replaceAllUsesWith(type == stored ? fused.getResult(0) : narrow(b, loc, fused.getResult(0), stored));
    of.erase();
  }

  /// A tensor with `constant` for each point of what `map` has of the parallel dimensions of `of`.
  static Value filled(OpBuilder &b, Location loc, linalg::GenericOp of, AffineMap map, TypedAttr constant) {
    SmallVector<OpFoldResult> sizes;
    AffineMap bests = of.getMatchingIndexingMap(of.getDpsInitOperand(0));
    for (AffineExpr expr : map.getResults())
      sizes.push_back(tensor::getMixedSize(b, loc, of.getDpsInits()[0], *bests.getResultPosition(expr)));
    Value value = arith::ConstantOp::create(b, loc, constant);
    Value empty = tensor::EmptyOp::create(b, loc, sizes, constant.getType());
    return elementwise(b, loc, {}, empty, [&](OpBuilder &, ValueRange) { return value; });
  }

  static Value narrow(OpBuilder &b, Location loc, Value tensor, Type element) {
    Value empty = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, tensor), element);
    return elementwise(b, loc, tensor, empty, [&](OpBuilder &nested, ValueRange args) -> Value {
      return arith::TruncFOp::create(nested, loc, element, args[0]);
    });
  }

  static Value elementwise(OpBuilder &b, Location loc, ValueRange inputs, Value init,
                           function_ref<Value(OpBuilder &, ValueRange)> body) {
    int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
    SmallVector<AffineMap> maps(inputs.size() + 1, b.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> parallel(rank, utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(b, loc, TypeRange{init.getType()}, inputs, ValueRange{init}, maps, parallel,
                                             [&](OpBuilder &nested, Location loc, ValueRange args) {
                                               linalg::YieldOp::create(nested, loc, body(nested, args));
                                             });
    return generic.getResult(0);
  }

  /// Whether an element takes the place of the best so far: it is more extreme, or the first that is NaN.
  static Value better(OpBuilder &b, Location loc, Operation *combiner, Value element, Value best) {
    if (isa<arith::MaximumFOp, arith::MinimumFOp>(combiner)) {
      auto predicate = isa<arith::MaximumFOp>(combiner) ? arith::CmpFPredicate::UGT : arith::CmpFPredicate::ULT;
      Value beyond = arith::CmpFOp::create(b, loc, predicate, element, best);
      Value number = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD, best, best);
      return arith::AndIOp::create(b, loc, beyond, number);
    }
    auto predicate = isa<arith::MaxSIOp>(combiner)   ? arith::CmpIPredicate::sgt
                     : isa<arith::MinSIOp>(combiner) ? arith::CmpIPredicate::slt
                     : isa<arith::MaxUIOp>(combiner) ? arith::CmpIPredicate::ugt
                                                     : arith::CmpIPredicate::ult;
    return arith::CmpIOp::create(b, loc, predicate, element, best);
  }
};

} // namespace
