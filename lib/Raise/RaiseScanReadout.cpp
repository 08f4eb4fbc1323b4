//===- RaiseScanReadout.cpp - A recurrence and its readout become ssm.selective_scan or ssm.ssd -----------------===//
//
// Rooted at the sum over the state that follows an ssm.scan:
//
//   h = ssm.scan(exp(dt * A), dt * B * x);  y = sum over n of h * C     ->   y = ssm.selective_scan x, dt, A, B, C
//
// Which factor is which follows from the axes it depends on, never from the order of the products. A decay that does
// not depend on n makes it an ssm.ssd. A sum over the state with anything else in it is left alone.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Element.h"
#include "lib/Raise/ScanOperands.h"
#include "mambac/Passes.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

class Readout {
public:
  explicit Readout(linalg::GenericOp root) : root(root) {}

  /// Null where `root` is no readout; otherwise the reason why it is not raised, empty if it can be.
  std::optional<std::string> match() {
    std::optional<Element> summand = matchSum(root);
    if (!summand)
      return std::nullopt;
    SmallVector<Element> others;
    if (!splitOffState(*summand, others))
      return std::nullopt;
    if (others.size() != 1)
      return "the sum over the state has several factors besides the state";
    if (!scan.hasFinalState() && scan->getNumResults() != 1)
      return "the scan is not on tensors";
    if (scan.getReverse())
      return "the scan runs backwards";
    if (!flowsOnlyInto(scan->getResult(0), root))
      return "the states are needed at every step, not only their readout";
    time = scan.getAxis();
    if (std::string why = matchAxes(others.front()); !why.empty())
      return why;
    if (std::string why = matchDecay(); !why.empty())
      return why;
    if (std::string why = matchInput(); !why.empty())
      return why;
    if (std::string why = assignAxes(); !why.empty())
      return why;
    return std::string();
  }

  LogicalResult rewrite(IRRewriter &rewriter);

private:
  /// Finds the factor that is a scan's state; `rest` are the other factors.
  bool splitOffState(const Element &e, SmallVectorImpl<Element> &rest) {
    if (e.isLeaf()) {
      auto op = e.value.getDefiningOp<ssm::ScanOp>();
      if (!op || e.value != op->getResult(0))
        return false;
      scan = op;
      state = e;
      return true;
    }
    auto mul = matchMul(e);
    if (!mul)
      return false;
    for (auto [x, y] : {*mul, std::pair(mul->second, mul->first)})
      if (splitOffState(x, rest)) {
        rest.push_back(y);
        return true;
      }
    return false;
  }

  /// The root's loops in terms of the scan's axes, and C's place in them.
  std::string matchAxes(const Element &c) {
    unsigned numAxes = scan.getNumAxes(), numLoops = root.getNumLoops();
    MLIRContext *ctx = root.getContext();
    AffineMap stateMap = scan.getMapFor(scan.getNumDpsInputs());
    loopToAxis.assign(numLoops, getAffineConstantExpr(0, ctx));
    axisToLoop.assign(numAxes, -1);
    for (unsigned d = 0; d < stateMap.getNumResults(); ++d) {
      auto loop = dyn_cast<AffineDimExpr>(state.map.getResult(d));
      if (!loop || !isa<AffineConstantExpr>(loopToAxis[loop.getPosition()]))
        return "the state is not read element by element";
      unsigned axis = cast<AffineDimExpr>(stateMap.getResult(d)).getPosition();
      loopToAxis[loop.getPosition()] = getAffineDimExpr(axis, ctx);
      axisToLoop[axis] = loop.getPosition();
    }
    SmallVector<int64_t> extents = root.getStaticLoopRanges();
    SmallVector<utils::IteratorType> iterators = root.getIteratorTypesArray();
    stateAxis = -1;
    for (unsigned l = 0; l < numLoops; ++l) {
      auto axis = dyn_cast<AffineDimExpr>(loopToAxis[l]);
      if (!axis && extents[l] != 1)
        return "the readout has an axis that the state lacks";
      if (axis && iterators[l] == utils::IteratorType::reduction) {
        if (stateAxis >= 0)
          return "the readout sums over several axes of the state";
        stateAxis = axis.getPosition();
      }
    }
    if (stateAxis < 0 || stateAxis == (int64_t)time)
      return "the readout does not sum over the state";
    C = toAxes(c);
    if (!C.tensor)
      return "C is computed inside the readout";
    return "";
  }

  /// An element over the root's loops as one over the scan's axes.
  Element toAxes(Element e) {
    auto convert = [&](AffineMap map) {
      return map ? simplifyAffineMap(map.replaceDimsAndSymbols(loopToAxis, {}, scan.getNumAxes(), 0)) : map;
    };
    e.map = convert(e.map);
    e.tensorMap = convert(e.tensorMap);
    return e;
  }

  /// a = exp(dt * A)
  std::string matchDecay() {
    Element a = resolve(Element::of(scan.getA(), scan.getMapFor(0u)));
    std::optional<Element> exponent = matchExp(a);
    if (!exponent)
      return "the decay is no exponential";
    // Split products no further than it takes to have one factor of each kind: dt may be a product itself.
    SmallVector<Element> constant, varying{*exponent};
    while (constant.size() != 1 || varying.size() != 1 || varying[0].dependsOn(stateAxis)) {
      auto *splittable = llvm::find_if(varying, [&](const Element &e) {
        auto mul = matchMul(e);
        return mul && (!mul->first.dependsOn(time) || !mul->second.dependsOn(time) || e.dependsOn(stateAxis));
      });
      if (splittable == varying.end())
        break;
      auto mul = *matchMul(*splittable);
      varying.erase(splittable);
      for (const Element &e : {mul.first, mul.second})
        (e.dependsOn(time) ? varying : constant).push_back(e);
    }
    if (constant.size() != 1 || varying.size() != 1 || !constant[0].tensor || !varying[0].tensor)
      return "the decay is not the exponential of a product of dt and A";
    A = constant[0];
    dt = varying[0];
    if (dt.dependsOn(stateAxis))
      return "dt depends on the state's axis";
    return "";
  }

  /// Removes the factor `which` from the product `e`; false if it is not there.
  static bool removeFactor(const Element &e, const Element &which, SmallVectorImpl<Element> &rest) {
    if (e == which)
      return true;
    auto mul = matchMul(e);
    if (!mul)
      return false;
    for (auto [x, y] : {*mul, std::pair(mul->second, mul->first)})
      if (removeFactor(x, which, rest)) {
        rest.push_back(y);
        return true;
      }
    return false;
  }

  /// b = dt * B * x
  std::string matchInput() {
    Element b = resolve(Element::of(scan.getB(), scan.getMapFor(1u)));
    SmallVector<Element> factors;
    if (!removeFactor(b, dt, factors))
      return "the input of the recurrence lacks the factor dt";
    // B is the factor that depends on n, x the one that does not. B may be a product itself (a norm, say): split no
    // further than it takes.
    SmallVector<Element> withState, without;
    for (const Element &e : factors)
      (e.dependsOn(stateAxis) ? withState : without).push_back(e);
    while (withState.size() != 1 || without.size() != 1) {
      auto *splittable = llvm::find_if(withState, [&](const Element &e) {
        auto mul = matchMul(e);
        return mul && (!mul->first.dependsOn(stateAxis) || !mul->second.dependsOn(stateAxis));
      });
      if (splittable == withState.end())
        break;
      auto mul = *matchMul(*splittable);
      withState.erase(splittable);
      for (const Element &e : {mul.first, mul.second})
        (e.dependsOn(stateAxis) ? withState : without).push_back(e);
    }
    if (withState.size() != 1 || without.size() != 1 || !withState[0].tensor || !without[0].tensor)
      return "the input of the recurrence is not dt * B * x";
    B = withState[0];
    x = without[0];
    return "";
  }

  /// Which of the scan's axes are the op's b, l, d, n or b, l, h, p, n.
  std::string assignAxes() {
    unsigned numAxes = scan.getNumAxes();
    operands.isSSD = !A.dependsOn(stateAxis);
    SmallVector<unsigned> heads, batches, channels;
    for (unsigned axis = 0; axis < numAxes; ++axis) {
      if (axis == time || axis == stateAxis)
        continue;
      (A.dependsOn(axis) ? heads : dt.dependsOn(axis) ? batches : channels).push_back(axis);
    }
    if (heads.size() != 1 || batches.size() != 1 || channels.size() != (operands.isSSD ? 1 : 0))
      return "the axes are not batch, time, channel and state";
    SmallVector<unsigned> order{batches[0], static_cast<unsigned>(time), heads[0]};
    if (operands.isSSD)
      order.push_back(channels[0]);
    order.push_back(stateAxis);
    axisToOp.assign(numAxes, AffineExpr());
    for (auto [i, axis] : llvm::enumerate(order))
      axisToOp[axis] = getAffineDimExpr(i, root.getContext());
    return "";
  }

  AffineMap toOp(AffineMap map) {
    return simplifyAffineMap(map.replaceDimsAndSymbols(axisToOp, {}, operands.getNumAxes(), 0));
  }
  FailureOr<ScanOperands::Operand> operand(OpBuilder &b, const Element &e) {
    auto dropped = dropUnitDims(b, root.getLoc(), e.tensor, toOp(e.tensorMap));
    if (failed(dropped))
      return failure();
    return ScanOperands::Operand{dropped->first, dropped->second};
  }
  void absorbStepSize();

  linalg::GenericOp root;
  ssm::ScanOp scan;
  Element state, C, A, dt, B, x;
  std::optional<Element> dtBias;
  SmallVector<AffineExpr> loopToAxis, axisToOp;
  SmallVector<int64_t> axisToLoop;
  uint64_t time = 0;
  int64_t stateAxis = -1;
  ScanOperands operands;
};

/// dt = clamp(softplus(dt + bias)): each part that is there is taken into the op.
void Readout::absorbStepSize() {
  Builder b(root.getContext());
  Element step = dt;
  FloatAttr low, high;
  auto bound = [&](Element e) -> std::optional<std::pair<Element, double>> {
    Element l = e.operand(0), r = e.operand(1);
    if (auto c = r.getConstant())
      return std::pair(l, *c);
    if (auto c = l.getConstant())
      return std::pair(r, *c);
    return std::nullopt;
  };
  for (int i = 0; i < 2; ++i) {
    bool isMax = isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(step.getOp());
    bool isMin = isa_and_nonnull<arith::MinimumFOp, arith::MinNumFOp>(step.getOp());
    auto bounded = isMax || isMin ? bound(step) : std::nullopt;
    if (!bounded || (isMax ? low : high) || (isMin && low)) // max(min(x, high), low) is another function if low > high
      break;
    (isMax ? low : high) = b.getF32FloatAttr(bounded->second);
    step = bounded->first;
  }
  if (low && high && low.getValueAsDouble() > high.getValueAsDouble())
    return;
  bool softplus = false;
  if (auto inner = matchSoftplus(step)) {
    softplus = true;
    step = *inner;
  }
  std::optional<Element> bias;
  if (auto add = matchAdd(step))
    for (auto [l, r] : {*add, std::pair(add->second, add->first)}) {
      bool perHead = static_cast<bool>(r.tensor);
      for (unsigned axis = 0; perHead && axis < scan.getNumAxes(); ++axis)
        perHead &= !r.dependsOn(axis) || A.dependsOn(axis);
      if (perHead && l.tensor && l.dependsOn(time)) {
        bias = r;
        step = l;
        break;
      }
    }
  if (!step.tensor)
    return;
  dt = step;
  dtBias = bias;
  operands.softplus = softplus;
  operands.dtMin = low;
  operands.dtMax = high;
}

LogicalResult Readout::rewrite(IRRewriter &rewriter) {
  rewriter.setInsertionPoint(root);
  Location loc = root.getLoc();
  absorbStepSize();
  struct Slot {
    const Element *element;
    ScanOperands::Operand *operand;
  };
  SmallVector<Slot> slots{{&x, &operands.x}, {&dt, &operands.dt}, {&A, &operands.A}, {&B, &operands.B}, {&C, &operands.C}};
  if (dtBias)
    slots.push_back({&*dtBias, &operands.dtBias});
  for (Slot slot : slots) {
    FailureOr<ScanOperands::Operand> o = operand(rewriter, *slot.element);
    if (failed(o))
      return failure();
    *slot.operand = *o;
  }
  if (Value init = scan.getInit()) {
    AffineMap map = scan.getMapFor(2u);
    if (resolve(Element::of(init, map)).getConstant() != 0.0)
      operands.initialState = {init, toOp(map)};
  }

  // y in the layout of the root's result, without its units.
  OpOperand *out = root.getDpsInitOperand(0);
  AffineMap outMap = root.getMatchingIndexingMap(out);
  auto type = cast<RankedTensorType>(out->get().getType());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, out->get()), kept;
  SmallVector<AffineExpr> results;
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  for (auto [d, expr] : llvm::enumerate(outMap.getResults())) {
    auto axis = dyn_cast<AffineDimExpr>(loopToAxis[cast<AffineDimExpr>(expr).getPosition()]);
    if (!axis) {
      (groups.empty() ? leading : groups.back()).push_back(d);
      continue;
    }
    results.push_back(axisToOp[axis.getPosition()]);
    kept.push_back(sizes[d]);
    groups.push_back(leading);
    groups.back().push_back(d);
    leading.clear();
  }
  Value empty = tensor::EmptyOp::create(rewriter, loc, kept, type.getElementType());
  operands.y = {empty, AffineMap::get(operands.getNumAxes(), 0, results, rewriter.getContext())};
  bool needsFinal = scan.hasFinalState() && !scan->getResult(1).use_empty();
  if (needsFinal)
    operands.finalState = {scan.getFinalState(), toOp(scan.getMapFor(scan->getNumOperands() - 1))};
  Operation *op = operands.build(rewriter, loc);
  Value y = op->getResult(0);
  if ((int64_t)kept.size() != type.getRank())
    y = tensor::ExpandShapeOp::create(rewriter, loc, type, y, groups, sizes);
  else if (y.getType() != type)
    y = tensor::CastOp::create(rewriter, loc, type, y);
  if (needsFinal)
    rewriter.replaceUsesWithIf(scan->getResult(1), op->getResult(1), [&](OpOperand &use) {
      Operation *user = op->getBlock()->findAncestorOpInBlock(*use.getOwner());
      return user && op->isBeforeInBlock(user);
    });
  rewriter.replaceOp(root, y);
  return success();
}

struct RaiseScanReadout : PassWrapper<RaiseScanReadout, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RaiseScanReadout)
  RaiseScanReadout() = default;
  RaiseScanReadout(const RaiseScanReadout &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "ssm-raise-scan-readout"; }
  StringRef getDescription() const final {
    return "Turns a recurrence whose states are only read by a sum over the state into ssm.selective_scan or ssm.ssd";
  }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<ssm::SSMDialect, tensor::TensorDialect>();
  }
  Statistic numFound{this, "found", "Selective scans and state space dualities found"};
  Statistic numDeclined{this, "declined", "Readouts of a recurrence that are neither"};

  void runOnOperation() final {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> sums;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumLoops() != op.getNumParallelLoops())
        sums.push_back(op);
    });
    for (linalg::GenericOp op : sums) {
      Readout readout(op);
      std::optional<std::string> why = readout.match();
      if (!why)
        continue;
      if (why->empty() && succeeded(readout.rewrite(rewriter))) {
        ++numFound;
        continue;
      }
      ++numDeclined;
      op.emitRemark() << "a recurrence with a readout is not raised: "
                      << (why->empty() ? "an operand's layout is beyond indexing maps" : *why);
    }
  }
};

} // namespace

std::unique_ptr<Pass> mambac::createRaiseScanReadoutPass() { return std::make_unique<RaiseScanReadout>(); }
