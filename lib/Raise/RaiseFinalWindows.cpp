//===- RaiseFinalWindows.cpp - The window for the next token is a result of its convolution --------------------===//
//
// A model that goes on token by token keeps the last inputs of a convolution: all but the oldest one, and the new one behind
// them. What puts them together beside an ssm.causal_conv1d of one step that reads the same window and the same input becomes
// the op's final window. The window may have more entries than the taps read.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mambac {
#define GEN_PASS_DEF_RAISEFINALWINDOWS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

enum : unsigned { kBatch, kTime, kChannel, kTap };

SmallVector<int64_t> properSizes(Value value) {
  SmallVector<int64_t> sizes;
  for (int64_t size : cast<RankedTensorType>(value.getType()).getShape())
    if (size != 1)
      sizes.push_back(size);
  return sizes;
}

/// A part of a tensor: where it begins along each of the dimensions that are not 1, and how many entries it has there.
struct Part {
  Value tensor;
  SmallVector<int64_t> offsets, sizes;

  bool operator==(const Part &other) const {
    return tensor == other.tensor && offsets == other.offsets && sizes == other.sizes;
  }
};

/// What an elementwise copy reads, if its dimensions that are not 1 are the result's in the same order; else null.
Value getCopied(linalg::GenericOp copy) {
  if (copy.getNumDpsInputs() != 1 || copy.getNumDpsInits() != 1 || copy.getNumReductionLoops() ||
      copy.getBody()->getTerminator()->getOperand(0) != copy.getBody()->getArgument(0))
    return {};
  Value source = copy.getDpsInputs()[0];
  AffineMap in = copy.getMatchingIndexingMap(copy.getDpsInputOperand(0));
  AffineMap out = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
  if (!isa<RankedTensorType>(source.getType()) || !in.isPermutation() || !out.isPermutation())
    return {};
  auto loops = [](AffineMap map, Value tensor) {
    SmallVector<AffineExpr> loops;
    for (auto [dim, size] : llvm::enumerate(cast<RankedTensorType>(tensor.getType()).getShape()))
      if (size != 1)
        loops.push_back(map.getResult(dim));
    return loops;
  };
  return loops(in, source) == loops(out, copy->getResult(0)) ? source : Value();
}

/// What a reshape, a copy or a slice reads, if dimensions of size 1 only come, go and change places; a slice moves the
/// part along the others.
Value getSource(Operation *op, Part &part) {
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) // neither merged nor cut
    return properSizes(op->getOperand(0)) == properSizes(op->getResult(0)) ? op->getOperand(0) : Value();
  if (auto copy = dyn_cast<linalg::GenericOp>(op))
    return getCopied(copy);
  auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
  if (!slice || !slice.hasUnitStride() || properSizes(slice.getSource()).size() != part.sizes.size())
    return {};
  SmallVector<int64_t> offsets;
  for (auto [dim, size] : llvm::enumerate(slice.getSourceType().getShape()))
    if (size != 1)
      offsets.push_back(slice.getStaticOffset(dim));
  if (llvm::any_of(offsets, ShapedType::isDynamic) || llvm::any_of(part.sizes, ShapedType::isDynamic))
    return {};
  for (auto [sum, offset] : llvm::zip(part.offsets, offsets))
    sum += offset;
  return slice.getSource();
}

/// The tensor that `value` is a part of, and which one, with dimensions of size 1 elsewhere and all others in the same
/// order.
Part findOrigin(Value value) {
  SmallVector<int64_t> sizes = properSizes(value);
  Part part{value, SmallVector<int64_t>(sizes.size(), 0), sizes};
  while (Operation *op = part.tensor.getDefiningOp()) {
    Value source = getSource(op, part);
    if (!source)
      break;
    part.tensor = source;
  }
  return part;
}

/// Where a slice that leaves nothing but the first entries along `dim` begins there; failure if it is another one.
FailureOr<int64_t> firstEntry(tensor::ExtractSliceOp slice, int64_t dim) {
  RankedTensorType from = slice.getSourceType(), to = slice.getType();
  if (from.getRank() != to.getRank() || !slice.hasUnitStride())
    return failure();
  for (int64_t d = 0; d < from.getRank(); ++d) {
    std::optional<int64_t> offset = getConstantIntValue(slice.getMixedOffsets()[d]);
    if (from.isDynamicDim(d) || to.isDynamicDim(d) || offset != from.getDimSize(d) - to.getDimSize(d) ||
        (d != dim && offset != 0))
      return failure();
  }
  return getConstantIntValue(slice.getMixedOffsets()[dim]).value();
}

struct RaiseFinalWindowsPass : mambac::impl::RaiseFinalWindowsBase<RaiseFinalWindowsPass> {
  void runOnOperation() override {
    SmallVector<ssm::CausalConv1DOp> convs;
    getOperation().walk([&](ssm::CausalConv1DOp conv) {
      if (!conv->getResults().empty() && conv.getInitialWindow() && !conv.hasFinalWindow() &&
          conv.getStaticAxisSizes()[kTime] == 1)
        convs.push_back(conv);
    });
    for (ssm::CausalConv1DOp conv : convs)
      raise(conv);
  }

private:
  void raise(ssm::CausalConv1DOp conv) {
    AffineMap map = conv.getMapFor(conv.getInitialWindowMutable());
    int64_t dim = ssm::axes::findAxis(map, kTap);
    // All entries that are kept: the window may be the last ones of them.
    Value window = conv.getInitialWindow();
    if (auto slice = window.getDefiningOp<tensor::ExtractSliceOp>(); slice && succeeded(firstEntry(slice, dim)))
      window = slice.getSource();
    auto type = cast<RankedTensorType>(window.getType());
    if (!sameOrder(conv.getMapFor(0u), conv.getX(), map, window))
      return;
    Part input = findOrigin(conv.getX());
    for (Operation *user : window.getUsers()) {
      auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
      FailureOr<int64_t> first = slice ? firstEntry(slice, dim) : FailureOr<int64_t>();
      if (!slice || failed(first) || *first != 1)
        continue;
      for (Operation *reader : slice->getUsers()) {
        auto next = dyn_cast<tensor::ConcatOp>(reader);
        if (!next || next.getType() != type || static_cast<int64_t>(next.getDim()) != dim ||
            next.getInputs().size() != 2 || next.getInputs()[0] != slice.getResult() ||
            !(findOrigin(next.getInputs()[1]) == input))
          continue;
        bool isEarly = llvm::any_of(next->getUsers(), [&](Operation *other) {
          return other->getBlock() != conv->getBlock() || other->isBeforeInBlock(conv);
        });
        if (isEarly)
          continue;
        return replace(conv, window, map, next);
      }
    }
  }

  /// Whether the input's dimensions, those of size 1 aside, are the window's in the same order.
  static bool sameOrder(AffineMap inputMap, Value input, AffineMap windowMap, Value window) {
    auto axesOf = [](AffineMap map, Value tensor) {
      SmallVector<AffineExpr> axes;
      for (auto [dim, size] : llvm::enumerate(cast<RankedTensorType>(tensor.getType()).getShape()))
        if (size != 1 && map.getResult(dim) != getAffineDimExpr(kTap, map.getContext()))
          axes.push_back(map.getResult(dim));
      return axes;
    };
    return axesOf(inputMap, input) == axesOf(windowMap, window);
  }

  void replace(ssm::CausalConv1DOp conv, Value window, AffineMap map, tensor::ConcatOp next) {
    OpBuilder b(conv);
    Location loc = conv.getLoc();
    auto type = cast<RankedTensorType>(window.getType());
    SmallVector<AffineMap> maps = conv.getIndexingMapsArray();
    maps.push_back(map);
    Value empty = tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    auto both = ssm::CausalConv1DOp::create(b, loc, conv.getX(), conv.getWeight(), conv.getBias(), window,
                                            ValueRange{conv.getOuts()[0], empty}, maps, conv.getActivation());
    ++numFound;
    remarkFound(conv->getResult(0), "final window");
    conv->getResult(0).replaceAllUsesWith(both->getResult(0));
    next->getResult(0).replaceAllUsesWith(both->getResult(1));
    next->erase();
    conv->erase();
  }
};

} // namespace
