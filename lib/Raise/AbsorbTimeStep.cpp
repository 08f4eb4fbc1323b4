//===- AbsorbTimeStep.cpp - Bias, softplus and clamp of the time step join the scans ----------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"

namespace mambac {
#define GEN_PASS_DEF_ABSORBTIMESTEP
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

Value strip(Value v) {
  while (auto extension = v.getDefiningOp<arith::ExtFOp>())
    v = extension.getIn();
  return v;
}

std::optional<double> constantOf(Value v) {
  FloatAttr attribute;
  if (matchPattern(strip(v), m_Constant(&attribute)))
    return attribute.getValueAsDouble();
  return std::nullopt;
}

/// x where `v` is log(1 + exp(x)), as log1p or as log of a sum; null otherwise.
Value matchLog1pExp(Value v) {
  v = strip(v);
  Value inner;
  if (auto log1p = v.getDefiningOp<math::Log1pOp>())
    inner = log1p.getOperand();
  else if (auto log = v.getDefiningOp<math::LogOp>())
    if (auto add = strip(log.getOperand()).getDefiningOp<arith::AddFOp>())
      inner = constantOf(add.getLhs()) == 1.0 ? add.getRhs() : constantOf(add.getRhs()) == 1.0 ? add.getLhs() : Value();
  if (!inner)
    return {};
  auto exp = strip(inner).getDefiningOp<math::ExpOp>();
  return exp ? strip(exp.getOperand()) : Value();
}

/// x where `v` is softplus(x), with or without the branch that takes x itself where x is large; null otherwise.
Value matchSoftplus(Value v) {
  v = strip(v);
  auto select = v.getDefiningOp<arith::SelectOp>();
  if (!select)
    return matchLog1pExp(v);
  auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
  if (!compare)
    return {};
  Value large = select.getTrueValue(), small = select.getFalseValue();
  std::optional<double> threshold = constantOf(compare.getRhs());
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OLT:
  case arith::CmpFPredicate::OLE:
  case arith::CmpFPredicate::ULT:
  case arith::CmpFPredicate::ULE:
    std::swap(large, small);
    break;
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::UGT:
  case arith::CmpFPredicate::UGE:
    break;
  default:
    return {};
  }
  // From 17 on, log1p(exp(x)) rounds to x in f32.
  Value x = matchLog1pExp(small);
  return x && strip(compare.getLhs()) == x && threshold && *threshold >= 17 && strip(large) == x ? x : Value();
}

/// min(max(x, low), high) in any of its spellings, one bound at a time from the outside.
bool peelClamp(Value &v, std::optional<double> &low, std::optional<double> &high) {
  Operation *op = v.getDefiningOp();
  if (!op)
    return false;
  auto take = [&](Value x, Value bound, bool isMax) {
    std::optional<double> constant = constantOf(bound);
    if (!constant)
      return false;
    std::optional<double> &side = isMax ? low : high;
    side = !side ? *constant : isMax ? std::max(*side, *constant) : std::min(*side, *constant);
    v = strip(x);
    return true;
  };
  if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MinimumFOp, arith::MinNumFOp>(op)) {
    bool isMax = isa<arith::MaximumFOp, arith::MaxNumFOp>(op);
    return take(op->getOperand(0), op->getOperand(1), isMax) || take(op->getOperand(1), op->getOperand(0), isMax);
  }
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
    if (!compare)
      return false;
    using P = arith::CmpFPredicate;
    P p = compare.getPredicate();
    bool less = p == P::OLT || p == P::OLE || p == P::ULT || p == P::ULE;
    bool greater = p == P::OGT || p == P::OGE || p == P::UGT || p == P::UGE;
    if (!less && !greater)
      return false;
    Value lhs = compare.getLhs(), rhs = compare.getRhs(), yes = select.getTrueValue(), no = select.getFalseValue();
    // lhs < rhs ? lhs : rhs is a minimum.
    if (yes == lhs && no == rhs)
      return take(lhs, rhs, greater) || take(rhs, lhs, greater);
    if (yes == rhs && no == lhs)
      return take(lhs, rhs, less) || take(rhs, lhs, less);
  }
  return false;
}

/// What was peeled off a time step.
struct Peeled {
  Value dt;
  AffineMap dtMap;
  Value bias; ///< a value for each channel, and any dimensions of size one
  bool isBiasSubtracted = false;
  bool isNegated = false; ///< -dt is meant, so far
  bool softplus = false;
  std::optional<double> low, high;
  bool any = false;
  SmallVector<AffineExpr> unitAxes; ///< of size one, given to dt by a reshape that was looked through
};

/// Looks through a reshape that only adds dimensions of size one.
bool peelUnits(Peeled &p) {
  auto expand = p.dt.getDefiningOp<tensor::ExpandShapeOp>();
  if (!expand)
    return false;
  SmallVector<AffineExpr> kept, units;
  for (const ReassociationIndices &group : expand.getReassociationIndices()) {
    int64_t main = group.front();
    for (int64_t dim : group)
      if (expand.getResultType().getDimSize(dim) != 1)
        main = dim;
    for (int64_t dim : group) {
      if (dim != main && expand.getResultType().getDimSize(dim) != 1)
        return false;
      (dim == main ? kept : units).push_back(p.dtMap.getResult(dim));
    }
  }
  if (expand.getSrcType().getRank() == 0) // all are
    llvm::append_range(units, p.dtMap.getResults());
  p.unitAxes.append(units);
  p.dtMap = AffineMap::get(p.dtMap.getNumDims(), 0, kept, p.dtMap.getContext());
  p.dt = expand.getSrc();
  return true;
}

/// Where heads were kept as two dimensions until dt was computed: computes it with the dimensions as one.
bool peelCollapse(Peeled &p) {
  auto collapse = p.dt.getDefiningOp<tensor::CollapseShapeOp>();
  if (!collapse)
    return false;
  if (auto expand = collapse.getSrc().getDefiningOp<tensor::ExpandShapeOp>()) {
    if (expand.getSrcType() != collapse.getResultType() ||
        expand.getReassociationIndices() != collapse.getReassociationIndices())
      return false;
    p.dt = expand.getSrc();
    return true;
  }
  auto op = collapse.getSrc().getDefiningOp<linalg::GenericOp>();
  SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
  if (!op || op.getNumReductionLoops() != 0 || op->getNumResults() != 1 || op.hasIndexSemantics() || groups.empty() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      !linalg::areDimSequencesPreserved(op.getIndexingMapsArray(), groups))
    return false;
  IRRewriter rewriter(op);
  FailureOr<linalg::CollapseResult> merged = linalg::collapseOpIterationDims(op, groups, rewriter);
  if (failed(merged))
    return false;
  Value computed = merged->collapsedOp->getResult(0);
  rewriter.replaceOp(op, merged->results); // it has lost its body
  if (computed.getType() != collapse.getResultType())
    return false;
  p.dt = computed;
  return true;
}

/// Puts the dimensions of size one back, in front.
void restoreUnits(OpBuilder &b, Location loc, Peeled &p) {
  if (p.unitAxes.empty())
    return;
  auto type = cast<RankedTensorType>(p.dt.getType());
  int64_t numUnits = p.unitAxes.size();
  SmallVector<int64_t> shape(numUnits, 1);
  llvm::append_range(shape, type.getShape());
  SmallVector<ReassociationIndices> groups(type.getRank());
  for (int64_t dim = 0; dim < numUnits && !groups.empty(); ++dim)
    groups.front().push_back(dim);
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    groups[dim].push_back(numUnits + dim);
  SmallVector<OpFoldResult> sizes(numUnits, b.getIndexAttr(1));
  llvm::append_range(sizes, tensor::getMixedSizes(b, loc, p.dt));
  p.dt = tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(shape, type.getElementType()), p.dt, groups, sizes);
  SmallVector<AffineExpr> results(p.unitAxes);
  llvm::append_range(results, p.dtMap.getResults());
  p.dtMap = AffineMap::get(p.dtMap.getNumDims(), 0, results, p.dtMap.getContext());
}

/// The function of merged dimensions in place of the merged dimensions of a function, element by element: what heads and
/// their channels are to a bias that has both.
bool pushMerge(OpBuilder &b, Peeled &p) {
  auto collapse = p.dt.getDefiningOp<tensor::CollapseShapeOp>();
  auto op = collapse ? collapse.getSrc().getDefiningOp<linalg::GenericOp>() : linalg::GenericOp();
  if (!op || op.getNumReductionLoops() != 0 || op->getNumResults() != 1 || !op.hasPureTensorSemantics() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      !op.getBody()->getOps<linalg::IndexOp>().empty())
    return false;
  SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
  const Location loc = collapse.getLoc();
  struct Input {
    Value value;
    SmallVector<ReassociationIndices> groups;
    SmallVector<AffineExpr> exprs;
  };
  SmallVector<Input> inputs;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    // Of each group all dimensions, in their order, or none.
    Input input{operand->get(), {}, {}};
    ArrayRef<AffineExpr> results = op.getMatchingIndexingMap(operand).getResults();
    unsigned next = 0;
    for (auto [number, group] : llvm::enumerate(groups)) {
      if (next == results.size() || results[next] != b.getAffineDimExpr(group.front()))
        continue;
      input.groups.emplace_back();
      for (int64_t dim : group) {
        if (next == results.size() || results[next] != b.getAffineDimExpr(dim))
          return false;
        input.groups.back().push_back(next++);
      }
      input.exprs.push_back(b.getAffineDimExpr(number));
    }
    if (next != results.size())
      return false;
    inputs.push_back(input);
  }
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (Input &input : inputs) {
    bool merges = llvm::any_of(input.groups, [](auto &group) { return group.size() > 1; });
    operands.push_back(merges ? tensor::CollapseShapeOp::create(b, loc, input.value, input.groups).getResult()
                              : input.value);
    maps.push_back(AffineMap::get(groups.size(), 0, input.exprs, b.getContext()));
  }
  auto type = collapse.getResultType();
  maps.push_back(b.getMultiDimIdentityMap(type.getRank()));
  Value empty = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, p.dt), type.getElementType());
  auto merged = linalg::GenericOp::create(b, loc, type, operands, empty, maps,
                                          SmallVector<utils::IteratorType>(type.getRank(), utils::IteratorType::parallel));
  b.cloneRegionBefore(op.getRegion(), merged.getRegion(), merged.getRegion().end());
  p.dt = merged.getResult(0);
  return true;
}

/// x where `v` is -x; null otherwise.
Value matchNegation(Value v) {
  if (auto negation = v.getDefiningOp<arith::NegFOp>())
    return negation.getOperand();
  if (auto product = v.getDefiningOp<arith::MulFOp>())
    return constantOf(product.getRhs()) == -1.0   ? product.getLhs()
           : constantOf(product.getLhs()) == -1.0 ? product.getRhs()
                                                  : Value();
  auto difference = v.getDefiningOp<arith::SubFOp>();
  return difference && constantOf(difference.getLhs()) == 0.0 ? difference.getRhs() : Value();
}

/// One producer of the time step joins; false where none does. Peels clamps, then softplus, then the bias.
bool peelOne(Peeled &p, unsigned channelAxis, int64_t numChannels, int &stage) {
  auto op = p.dt.getDefiningOp<linalg::LinalgOp>();
  if (!op || op.getNumReductionLoops() != 0 || op->getNumResults() != 1)
    return false;
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  if (!result.getElementType().isF32() && !result.getElementType().isF64())
    return false; // a rounding that the op would not do
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!out.isPermutation())
    return false;
  // From the op's axes to the loops of the producer.
  AffineMap toLoops = inversePermutation(out).compose(p.dtMap);
  Block &body = op->getRegion(0).front();
  Value yielded = strip(body.getTerminator()->getOperand(0));
  auto isArgument = [&](Value v) {
    auto argument = dyn_cast<BlockArgument>(strip(v));
    return argument && argument.getOwner() == &body &&
           static_cast<int64_t>(argument.getArgNumber()) < op.getNumDpsInputs() &&
           isa<RankedTensorType>(op->getOperand(argument.getArgNumber()).getType());
  };
  auto operandOf = [&](Value v) { return cast<BlockArgument>(strip(v)).getArgNumber(); };
  auto mapOf = [&](unsigned number) {
    return op.getMatchingIndexingMap(op.getDpsInputOperand(number)).compose(toLoops);
  };
  auto moveTo = [&](unsigned number) {
    AffineMap map = mapOf(number);
    if (!map.isProjectedPermutation() || map.getNumResults() != p.dtMap.getNumResults())
      return false;
    p.dtMap = map;
    p.dt = op.getDpsInputOperand(number)->get();
    return true;
  };
  auto element = [](Value tensor) { return cast<RankedTensorType>(tensor.getType()).getElementType(); };
  if (isArgument(yielded)) // a transpose or an extension
    return element(op->getOperand(operandOf(yielded))).getIntOrFloatBitWidth() <= 32 && moveTo(operandOf(yielded));
  // From the outside in, as many as this body has.
  Peeled q = p;
  Value v = yielded;
  int reached = stage;
  if (reached <= 0 && !q.isNegated)
    while (peelClamp(v, q.low, q.high)) {
    }
  if (Value x = reached <= 1 && !q.isNegated ? matchSoftplus(v) : Value()) {
    v = x;
    q.softplus = true;
    reached = 2;
  }
  while (Value x = matchNegation(v)) {
    v = strip(x);
    q.isNegated = !q.isNegated;
  }
  if (Operation *sum = v.getDefiningOp(); isa_and_nonnull<arith::AddFOp, arith::SubFOp>(sum) && reached <= 2) {
    Value lhs = sum->getOperand(0), rhs = sum->getOperand(1);
    SmallVector<std::pair<Value, Value>, 2> orders{{lhs, rhs}};
    if (isa<arith::AddFOp>(sum))
      orders.push_back({rhs, lhs});
    for (auto [x, y] : orders) {
      // What goes on has all axes: where all sizes are one, either may look like a bias.
      if (!isArgument(x) || !isArgument(y) || mapOf(operandOf(x)).getNumResults() != p.dtMap.getNumResults())
        continue;
      // One value for each channel; axes of size one may stand beside it.
      Value bias = op->getOperand(operandOf(y));
      auto type = cast<RankedTensorType>(bias.getType());
      bool isOfChannels = type.hasStaticShape();
      unsigned wide = 0;
      for (auto [expr, size] : llvm::zip(mapOf(operandOf(y)).getResults(), type.getShape()))
        if (size != 1) {
          isOfChannels &= expr == getAffineDimExpr(channelAxis, op.getContext());
          ++wide;
        }
      if (!isOfChannels || wide > 1 || type.getNumElements() != numChannels)
        continue;
      q.bias = bias;
      q.isBiasSubtracted = isa<arith::SubFOp>(sum) != q.isNegated;
      v = strip(x);
      reached = 3;
      break;
    }
  }
  while (Value x = matchNegation(v)) {
    v = strip(x);
    q.isNegated = !q.isNegated;
  }
  if (v == yielded || !isArgument(v) || !moveTo(operandOf(v)))
    return false;
  q.dt = p.dt;
  q.dtMap = p.dtMap;
  q.any = true;
  p = q;
  stage = reached;
  return true;
}

/// The bias as the op takes it: a vector, added.
void buildBias(OpBuilder &b, Location loc, Peeled &p) {
  if (!p.bias)
    return;
  auto type = cast<RankedTensorType>(p.bias.getType());
  auto vector = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  if (type.getRank() > 1)
    p.bias = tensor::CollapseShapeOp::create(b, loc, vector, p.bias,
                                             ReassociationIndices(llvm::to_vector(llvm::seq<int64_t>(type.getRank()))));
  else if (type.getRank() == 0)
    p.bias = tensor::ExpandShapeOp::create(b, loc, vector, p.bias, ArrayRef<ReassociationIndices>{});
  if (!p.isBiasSubtracted)
    return;
  AffineMap map = b.getMultiDimIdentityMap(1);
  Value empty = tensor::EmptyOp::create(b, loc, vector.getShape(), vector.getElementType());
  p.bias = linalg::GenericOp::create(b, loc, vector, p.bias, empty, {map, map}, utils::IteratorType::parallel,
                                     [](OpBuilder &inner, Location at, ValueRange args) {
                                       Value negated = arith::NegFOp::create(inner, at, args[0]);
                                       linalg::YieldOp::create(inner, at, negated);
                                     })
               ->getResult(0);
}

struct AbsorbTimeStepPass : mambac::impl::AbsorbTimeStepBase<AbsorbTimeStepPass> {
  template <typename Op> void absorb(Op op, Value dt, unsigned channelAxis, Value bias) {
    if (!dt || bias || op.getSoftplus() || op.getDtMin() || op.getDtMax())
      return;
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    Peeled p;
    p.dt = dt;
    p.dtMap = maps[1];
    int stage = 0;
    int64_t numChannels = ShapedType::kDynamic;
    for (auto [expr, size] : llvm::zip(p.dtMap.getResults(), cast<RankedTensorType>(dt.getType()).getShape()))
      if (expr == getAffineDimExpr(channelAxis, op.getContext()))
        numChannels = size;
    OpBuilder b(op);
    // What is negated has to be negated once more further down.
    Peeled best = p;
    while ((stage < 3 || p.isNegated) &&
           (peelUnits(p) || pushMerge(b, p) || peelCollapse(p) || peelOne(p, channelAxis, numChannels, stage)))
      if (!p.isNegated)
        best = p;
    p = best;
    if (!p.any)
      return;
    restoreUnits(b, op.getLoc(), p);
    buildBias(b, op.getLoc(), p);
    auto f32 = [&](std::optional<double> value, double neutral) {
      return value && *value != neutral ? b.getF32FloatAttr(*value) : FloatAttr();
    };
    // softplus is positive; a lower bound of 0 says nothing then.
    double infinity = std::numeric_limits<double>::infinity();
    FloatAttr low = p.softplus && p.low && *p.low <= 0 ? FloatAttr() : f32(p.low, -infinity);
    rebuild(op, p, low, f32(p.high, infinity));
    ++numFound;
  }

  void rebuild(ssm::SSDOp op, Peeled &p, FloatAttr low, FloatAttr high);
  void rebuild(ssm::SelectiveScanOp op, Peeled &p, FloatAttr low, FloatAttr high);

  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<ssm::SSDOp, ssm::SelectiveScanOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (auto ssd = dyn_cast<ssm::SSDOp>(op))
        absorb(ssd, ssd.getDt(), /*channelAxis=*/2, ssd.getDtBias());
      else
        absorb(cast<ssm::SelectiveScanOp>(op), cast<ssm::SelectiveScanOp>(op).getDelta(), /*channelAxis=*/2,
               cast<ssm::SelectiveScanOp>(op).getDeltaBias());
    }
  }
};

/// The maps with dt's replaced and the bias' inserted where it belongs.
SmallVector<AffineMap> newMaps(ArrayRef<AffineMap> maps, const Peeled &p, unsigned numBeforeBias,
                               unsigned channelAxis = 2) {
  SmallVector<AffineMap> result(maps);
  result[1] = p.dtMap;
  if (p.bias) {
    AffineExpr channel = getAffineDimExpr(channelAxis, maps[1].getContext());
    result.insert(result.begin() + numBeforeBias, AffineMap::get(maps[1].getNumDims(), 0, channel));
  }
  return result;
}

void AbsorbTimeStepPass::rebuild(ssm::SSDOp op, Peeled &p, FloatAttr low, FloatAttr high) {
  OpBuilder b(op);
  unsigned before = 5 + (op.getD() ? 1 : 0) + (op.getZ() ? 1 : 0);
  auto rebuilt = ssm::SSDOp::create(b, op.getLoc(), op.getX(), p.dt, op.getA(), op.getB(), op.getC(), op.getD(),
                                    op.getZ(), p.bias, op.getInitialState(), op.getOuts(),
                                    newMaps(op.getIndexingMapsArray(), p, before), p.softplus, low, high,
                                    op.getReverse());
  op->replaceAllUsesWith(rebuilt);
  op->erase();
}

void AbsorbTimeStepPass::rebuild(ssm::SelectiveScanOp op, Peeled &p, FloatAttr low, FloatAttr high) {
  OpBuilder b(op);
  unsigned before = 5 + (op.getD() ? 1 : 0) + (op.getZ() ? 1 : 0);
  auto rebuilt = ssm::SelectiveScanOp::create(b, op.getLoc(), op.getU(), p.dt, op.getA(), op.getB(), op.getC(),
                                              op.getD(), op.getZ(), p.bias, op.getInitialState(), op.getOuts(),
                                              newMaps(op.getIndexingMapsArray(), p, before), p.softplus, low, high,
                                              op.getReverse());
  op->replaceAllUsesWith(rebuilt);
  op->erase();
}

} // namespace
