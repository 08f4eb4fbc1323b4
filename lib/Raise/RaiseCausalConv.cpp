//===- RaiseCausalConv.cpp - Padded depthwise convolutions become ssm.causal_conv1d -----------------------------===//
//
// Rooted at the sum over the taps:
//
//   sum over k of w[c, k] * pad(x)[b, l + k, c], padded with K - 1 zeros in front  ->  ssm.causal_conv1d x, w
//
// Outputs beyond the end of x, which padding at the back makes and a slice cuts off again, are never computed. A bias
// and silu after it move into the op.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Element.h"
#include "mambac/Passes.h"

#include "dialects/SSM/IR/SSM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

// The axes of ssm.causal_conv1d.
constexpr unsigned kBatch = 0, kTime = 1, kChannel = 2, kTap = 3, kNumAxes = 4;

struct Conv {
  linalg::GenericOp root;
  Element x, weight; ///< over the op's axes
  unsigned timeLoop = 0;
  SmallVector<AffineExpr> loopToAxis;
  Value source;      ///< the tensor that was padded, whose dimension `sourceTime` is time
  int64_t sourceTime = 0;
  bool hasTail = false; ///< there are outputs beyond the end of x
};

/// Null where `root` is no convolution along a padded dimension; `why` says what is wrong with one that is.
std::optional<Conv> matchConv(linalg::GenericOp root, std::string &why) {
  std::optional<Element> summand = matchSum(root);
  auto product = summand ? matchMul(*summand) : std::nullopt;
  if (!product || root.getNumReductionLoops() != 1)
    return std::nullopt;
  SmallVector<unsigned> reductions;
  root.getReductionDims(reductions);
  unsigned tapLoop = reductions.front();
  MLIRContext *ctx = root.getContext();
  for (auto [input, weight] : {*product, std::pair(product->second, product->first)}) {
    auto pad = input.value.getDefiningOp<tensor::PadOp>();
    if (!input.isLeaf() || !pad)
      continue;
    // The one dimension that is read at l + k.
    int64_t timeDim = -1, timeLoop = -1;
    bool plain = true;
    for (auto [d, expr] : llvm::enumerate(input.map.getResults())) {
      auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
      if (!sum) {
        plain &= isa<AffineDimExpr>(expr);
        continue;
      }
      auto l = dyn_cast<AffineDimExpr>(sum.getLHS()), r = dyn_cast<AffineDimExpr>(sum.getRHS());
      if (sum.getKind() != AffineExprKind::Add || !l || !r || timeDim >= 0 ||
          (l.getPosition() == tapLoop) == (r.getPosition() == tapLoop)) {
        plain = false;
        continue;
      }
      timeDim = d;
      timeLoop = l.getPosition() == tapLoop ? r.getPosition() : l.getPosition();
    }
    if (timeDim < 0)
      continue;
    Value padding = pad.getConstantPaddingValue();
    std::optional<double> zero = padding ? getFloatConstant(padding) : std::nullopt;
    if (!plain || zero != 0.0) {
      why = zero == 0.0 ? "the input is not read plainly" : "the padding is not zero";
      return std::nullopt;
    }
    int64_t taps = root.getStaticLoopRanges()[tapLoop];
    for (int64_t d = 0, e = pad.getSourceType().getRank(); d < e; ++d) {
      std::optional<int64_t> low = getConstantIntValue(pad.getMixedLowPad()[d]);
      std::optional<int64_t> high = getConstantIntValue(pad.getMixedHighPad()[d]);
      if (d != timeDim && (low != 0 || high != 0)) {
        why = "another dimension than time is padded";
        return std::nullopt;
      }
      if (d == timeDim && (ShapedType::isDynamic(taps) || low != taps - 1)) {
        why = "it is not causal: the padding in front is not the number of taps less one";
        return std::nullopt;
      }
    }
    // Loops: time, taps, the channel that the weight has, the batch.
    SmallVector<unsigned> channels, batches;
    SmallVector<int64_t> extents = root.getStaticLoopRanges();
    for (unsigned l = 0; l < root.getNumLoops(); ++l) {
      if (l == tapLoop || (int64_t)l == timeLoop)
        continue;
      (weight.dependsOn(l) ? channels : batches).push_back(l);
    }
    if (weight.dependsOn(timeLoop) || !weight.tensor || channels.size() != 1 || batches.size() != 1) {
      why = "it is not a depthwise convolution of a batch";
      return std::nullopt;
    }
    Conv conv;
    conv.root = root;
    conv.timeLoop = timeLoop;
    conv.loopToAxis.assign(root.getNumLoops(), AffineExpr());
    conv.loopToAxis[batches[0]] = getAffineDimExpr(kBatch, ctx);
    conv.loopToAxis[timeLoop] = getAffineDimExpr(kTime, ctx);
    conv.loopToAxis[channels[0]] = getAffineDimExpr(kChannel, ctx);
    conv.loopToAxis[tapLoop] = getAffineDimExpr(kTap, ctx);
    SmallVector<AffineExpr> plainResults(input.map.getResults());
    plainResults[timeDim] = getAffineDimExpr(timeLoop, ctx);
    auto toAxes = [&](AffineMap map) { return map.replaceDimsAndSymbols(conv.loopToAxis, {}, kNumAxes, 0); };
    AffineMap xMap = toAxes(AffineMap::get(root.getNumLoops(), 0, plainResults, ctx));
    conv.x = resolve(Element::of(pad.getSource(), xMap));
    conv.weight = weight;
    conv.weight.tensorMap = toAxes(weight.tensorMap);
    conv.source = pad.getSource();
    conv.sourceTime = timeDim;
    conv.hasTail = getConstantIntValue(pad.getMixedHighPad()[timeDim]) != 0;
    return conv;
  }
  return std::nullopt;
}

/// The operations from the convolution to the slice that cuts its tail off.
struct Cut {
  SmallVector<linalg::GenericOp> between;
  tensor::ExtractSliceOp slice;
};

std::optional<Cut> findCut(const Conv &conv_, std::string &why) {
  Conv conv = conv_;
  Cut cut;
  Value value = conv.root.getResult(0);
  AffineMap out = conv.root.getMatchingIndexingMap(conv.root.getDpsInitOperand(0));
  int64_t timeDim = *out.getResultPosition(getAffineDimExpr(conv.timeLoop, out.getContext()));
  while (true) {
    SmallVector<Operation *> readers;
    for (Operation *user : value.getUsers())
      if (!isa<tensor::DimOp>(user))
        readers.push_back(user);
    if (readers.size() != 1) {
      why = "outputs beyond the end of the input are used";
      return std::nullopt;
    }
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(readers.front())) {
      auto type = slice.getSourceType();
      bool prefix = slice.hasUnitStride() && slice.getDroppedDims().none();
      for (int64_t d = 0; prefix && d < type.getRank(); ++d) {
        prefix &= isConstantIntValue(slice.getMixedOffsets()[d], 0);
        Value whole = d == timeDim ? conv.source : slice.getSource();
        int64_t wholeDim = d == timeDim ? conv.sourceTime : d;
        FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual(
            ValueBoundsConstraintSet::Variable(slice.getMixedSizes()[d]),
            ValueBoundsConstraintSet::Variable(whole, wholeDim));
        prefix &= succeeded(equal) && *equal;
      }
      if (!prefix) {
        why = "the slice after it does not cut exactly to the input's length";
        return std::nullopt;
      }
      cut.slice = slice;
      return cut;
    }
    auto generic = dyn_cast<linalg::GenericOp>(readers.front());
    OpOperand *use = nullptr;
    if (generic)
      for (OpOperand *input : generic.getDpsInputOperands())
        if (input->get() == value)
          use = use ? nullptr : input;
    if (!use || generic.getNumLoops() != generic.getNumParallelLoops() || generic.getNumDpsInits() != 1 ||
        generic.hasIndexSemantics() || generic.payloadUsesValueFromOperand(generic.getDpsInitOperand(0))) {
      why = "outputs beyond the end of the input are used";
      return std::nullopt;
    }
    AffineMap map = generic.getMatchingIndexingMap(use), result = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
    bool others = true;
    AffineExpr loop = map.isPermutation() && result.isPermutation() ? map.getResult(timeDim) : AffineExpr();
    for (OpOperand *input : generic.getDpsInputOperands())
      others &= input == use || !loop ||
                !generic.getMatchingIndexingMap(input).isFunctionOfDim(cast<AffineDimExpr>(loop).getPosition());
    if (!loop || !others) {
      why = "outputs beyond the end of the input meet another tensor of that length";
      return std::nullopt;
    }
    timeDim = *result.getResultPosition(loop);
    cut.between.push_back(generic);
    value = generic.getResult(0);
  }
}

struct RaiseCausalConv : PassWrapper<RaiseCausalConv, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RaiseCausalConv)
  RaiseCausalConv() = default;
  RaiseCausalConv(const RaiseCausalConv &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "ssm-raise-causal-conv"; }
  StringRef getDescription() const final {
    return "Turns depthwise convolutions of an input padded in front into ssm.causal_conv1d, with bias and silu";
  }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<ssm::SSMDialect, tensor::TensorDialect>();
  }
  Statistic numFound{this, "found", "Causal convolutions found"};
  Statistic numDeclined{this, "declined", "Convolutions that are not causal and depthwise"};

  void runOnOperation() final {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> sums;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumReductionLoops() == 1)
        sums.push_back(op);
    });
    for (linalg::GenericOp op : sums) {
      std::string why;
      std::optional<Conv> conv = matchConv(op, why);
      std::optional<Cut> cut = conv && conv->hasTail ? findCut(*conv, why) : std::nullopt;
      if (conv && (!conv->hasTail || cut) && succeeded(rewrite(rewriter, *conv, cut))) {
        ++numFound;
      } else if (conv || !why.empty()) {
        ++numDeclined;
        op.emitRemark() << "a convolution is not raised: "
                        << (why.empty() ? "an operand's layout is beyond indexing maps" : why);
      }
    }
    fuseEpilogues(rewriter);
  }

  static LogicalResult rewrite(IRRewriter &rewriter, Conv &conv, std::optional<Cut> &cut) {
    rewriter.setInsertionPoint(conv.root);
    Location loc = conv.root.getLoc();
    auto x = dropUnitDims(rewriter, loc, conv.x.tensor, conv.x.tensorMap);
    auto weight = dropUnitDims(rewriter, loc, conv.weight.tensor, conv.weight.tensorMap);
    if (failed(x) || failed(weight) || x->second.getNumResults() != 3 || weight->second.getNumResults() != 2)
      return failure();
    OpOperand *init = conv.root.getDpsInitOperand(0);
    AffineMap out = conv.root.getMatchingIndexingMap(init);
    AffineMap yMap = out.replaceDimsAndSymbols(conv.loopToAxis, {}, kNumAxes, 0);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, init->get());
    int64_t timeDim = *out.getResultPosition(getAffineDimExpr(conv.timeLoop, out.getContext()));
    sizes[timeDim] = tensor::getMixedSize(rewriter, loc, conv.source, conv.sourceTime);
    Value empty = tensor::EmptyOp::create(rewriter, loc, sizes,
                                          cast<RankedTensorType>(init->get().getType()).getElementType());
    auto op = ssm::CausalConv1DOp::create(rewriter, loc, x->first, weight->first, Value(), Value(), ValueRange{empty},
                                          {x->second, weight->second, yMap});
    Value value = op->getResult(0);
    if (!cut) {
      if (value.getType() != conv.root.getResult(0).getType())
        value = tensor::CastOp::create(rewriter, loc, conv.root.getResult(0).getType(), value);
      rewriter.replaceOp(conv.root, value);
      return success();
    }
    // The same elementwise operations on x's length.
    Value previous = conv.root.getResult(0);
    for (linalg::GenericOp generic : cut->between) {
      rewriter.setInsertionPoint(generic);
      OpOperand *use = nullptr;
      for (OpOperand *input : generic.getDpsInputOperands())
        if (input->get() == previous)
          use = input;
      AffineMap in = generic.getMatchingIndexingMap(use);
      AffineMap result = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
      SmallVector<OpFoldResult> valueSizes = tensor::getMixedSizes(rewriter, loc, value), outSizes;
      for (AffineExpr expr : result.getResults())
        outSizes.push_back(valueSizes[*in.getResultPosition(expr)]);
      Type elementType = cast<RankedTensorType>(generic.getResult(0).getType()).getElementType();
      Value newOut = tensor::EmptyOp::create(rewriter, generic.getLoc(), outSizes, elementType);
      SmallVector<Value> inputs(generic.getDpsInputs());
      inputs[use->getOperandNumber()] = value;
      auto shorter = linalg::GenericOp::create(rewriter, generic.getLoc(), TypeRange{newOut.getType()}, inputs,
                                               ValueRange{newOut}, generic.getIndexingMapsArray(),
                                               generic.getIteratorTypesArray());
      IRMapping mapping;
      rewriter.cloneRegionBefore(generic.getRegion(), shorter.getRegion(), shorter.getRegion().end(), mapping);
      previous = generic.getResult(0);
      value = shorter.getResult(0);
    }
    rewriter.setInsertionPoint(cut->slice);
    if (value.getType() != cut->slice.getType())
      value = tensor::CastOp::create(rewriter, cut->slice.getLoc(), cut->slice.getType(), value);
    rewriter.replaceOp(cut->slice, value);
    for (linalg::GenericOp generic : llvm::reverse(cut->between))
      if (isOpTriviallyDead(generic))
        rewriter.eraseOp(generic);
    if (isOpTriviallyDead(conv.root))
      rewriter.eraseOp(conv.root);
    return success();
  }

  /// bias[c] + y and silu(y), where y is used nowhere else.
  void fuseEpilogues(IRRewriter &rewriter) {
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumResults() == 1 && op.getNumLoops() == op.getNumParallelLoops())
        candidates.push_back(op);
    });
    for (linalg::GenericOp op : candidates) {
      int64_t rank = cast<RankedTensorType>(op.getResult(0).getType()).getRank();
      Element e = resolve(Element::of(op.getResult(0), AffineMap::getMultiDimIdentityMap(rank, &getContext())));
      if (e.body != op)
        continue;
      if (auto add = matchAdd(e)) {
        for (auto [y, bias] : {*add, std::pair(add->second, add->first)})
          if (succeeded(fuse(rewriter, op, y, &bias)))
            break;
      } else if (std::optional<Element> y = matchSilu(e)) {
        (void)fuse(rewriter, op, *y, nullptr);
      }
    }
  }

  static LogicalResult fuse(IRRewriter &rewriter, linalg::GenericOp root, const Element &y, const Element *bias) {
    auto conv = y.isLeaf() ? y.value.getDefiningOp<ssm::CausalConv1DOp>() : ssm::CausalConv1DOp();
    if (!conv || y.value != conv->getResult(0) || conv.hasFinalWindow() ||
        conv.getActivation() != ssm::Activation::none || !flowsOnlyInto(y.value, root))
      return failure();
    MLIRContext *ctx = root.getContext();
    auto type = cast<RankedTensorType>(root.getResult(0).getType());
    // The result's dimensions as axes of the op.
    SmallVector<AffineExpr> toAxes(type.getRank(), getAffineConstantExpr(0, ctx));
    AffineMap yMap = conv.getMapFor(conv->getNumOperands() - 1);
    if (type.getRank() != 3)
      return failure();
    for (auto [d, expr] : llvm::enumerate(y.map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        return failure();
      toAxes[dim.getPosition()] = yMap.getResult(d);
    }
    if (llvm::any_of(toAxes, [](AffineExpr e) { return isa<AffineConstantExpr>(e); }))
      return failure();
    rewriter.setInsertionPoint(root);
    Location loc = conv.getLoc();
    Value biasValue = conv.getBias();
    SmallVector<AffineMap> maps{conv.getMapFor(0u), conv.getMapFor(1u)};
    if (bias) {
      if (biasValue || !bias->tensor)
        return failure();
      auto dropped = dropUnitDims(rewriter, loc, bias->tensor,
                                  simplifyAffineMap(bias->tensorMap.replaceDimsAndSymbols(toAxes, {}, kNumAxes, 0)));
      if (failed(dropped) || dropped->second != AffineMap::get(kNumAxes, 0, getAffineDimExpr(kChannel, ctx)))
        return failure();
      biasValue = dropped->first;
      maps.push_back(dropped->second);
    } else if (biasValue) {
      maps.push_back(conv.getMapFor(2u));
    }
    if (conv.getInitialWindow())
      maps.push_back(conv.getMapFor(conv->getNumOperands() - 2));
    maps.push_back(AffineMap::get(kNumAxes, 0, toAxes, ctx));
    Value empty = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, root.getDpsInits()[0]),
                                          type.getElementType());
    auto fused = ssm::CausalConv1DOp::create(rewriter, loc, conv.getX(), conv.getWeight(), biasValue,
                                             conv.getInitialWindow(), ValueRange{empty}, maps,
                                             bias ? ssm::Activation::none : ssm::Activation::silu);
    Value result = fused->getResult(0);
    if (result.getType() != type)
      result = tensor::CastOp::create(rewriter, loc, type, result);
    rewriter.replaceOp(root, result);
    return success();
  }
};

} // namespace

std::unique_ptr<Pass> mambac::createRaiseCausalConvPass() { return std::make_unique<RaiseCausalConv>(); }
