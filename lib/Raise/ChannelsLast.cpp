//===- ChannelsLast.cpp - Convolutions, time steps and attention write the order that their readers want ------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

namespace mambac {
#define GEN_PASS_DEF_CHANNELSLAST
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

struct ChannelsLastPass : mambac::impl::ChannelsLastBase<ChannelsLastPass> {
  void runOnOperation() override {
    SmallVector<ssm::CausalConv1DOp> convs;
    getOperation().walk([&](ssm::CausalConv1DOp conv) {
      if (!conv->getResults().empty())
        convs.push_back(conv);
    });
    for (ssm::CausalConv1DOp conv : convs) {
      readThroughTranspose(conv);
      rewrite(conv);
    }
    SmallVector<ssm::EinsumOp> einsums;
    getOperation().walk([&](ssm::EinsumOp einsum) {
      if (!einsum->getResults().empty())
        einsums.push_back(einsum);
    });
    for (ssm::EinsumOp einsum : einsums) {
      writeThroughTranspose(einsum);
      rewrite(einsum);
    }
    SmallVector<ssm::AttentionOp> attentions;
    getOperation().walk([&](ssm::AttentionOp attention) {
      if (!attention->getResults().empty())
        attentions.push_back(attention);
    });
    for (ssm::AttentionOp attention : attentions)
      rewrite(attention);
  }

  /// An attention that one projection alone reads writes its axes as rows and columns of that product: those that the
  /// projection keeps, then those that it sums over.
  void rewrite(ssm::AttentionOp attention) {
    Value result = attention->getResult(0);
    auto einsum = result.hasOneUse() ? dyn_cast<ssm::EinsumOp>(*result.user_begin()) : ssm::EinsumOp();
    OpOperand *use = einsum ? &*result.getUses().begin() : nullptr;
    if (!einsum || einsum.isDpsInit(use))
      return;
    SmallVector<AffineMap> readMaps = einsum.getIndexingMapsArray(), maps = attention.getIndexingMapsArray();
    AffineMap &read = readMaps[use->getOperandNumber()], &written = maps.back();
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, read.getNumResults()));
    auto placeOf = [&](unsigned dim) {
      return readMaps.back().getResultPosition(read.getResult(dim)).value_or(readMaps.back().getNumResults());
    };
    llvm::stable_sort(order, [&](unsigned x, unsigned y) { return placeOf(x) < placeOf(y); });
    if (llvm::is_sorted(order))
      return;
    OpBuilder b(attention);
    SmallVector<OpFoldResult> oldSizes = tensor::getMixedSizes(b, attention.getLoc(), attention.getY()), sizes;
    SmallVector<AffineExpr> readAt, writtenAt;
    for (unsigned dim : order) {
      sizes.push_back(oldSizes[dim]);
      readAt.push_back(read.getResult(dim));
      writtenAt.push_back(written.getResult(dim));
    }
    read = AffineMap::get(read.getNumDims(), 0, readAt, &getContext());
    written = AffineMap::get(written.getNumDims(), 0, writtenAt, &getContext());
    Type type = cast<RankedTensorType>(result.getType()).getElementType();
    Value empty = tensor::EmptyOp::create(b, attention.getLoc(), sizes, type);
    auto moved = ssm::AttentionOp::create(b, attention.getLoc(), attention.getQuery(), attention.getKey(), attention.getValue(),
                                          attention.getMask(), attention.getPosition(), empty, maps,
                                          attention.getScale().convertToFloat(), attention.getCausal());
    use->set(moved->getResult(0));
    einsum.setIndexingMapsAttr(b.getAffineMapArrayAttr(ssm::normalizeAxes(readMaps)));
    attention->erase();
    ++numMoved;
  }

  /// An elementwise operation on an einsum's result, of which there is but a transposed copy, writes that copy itself.
  void writeThroughTranspose(ssm::EinsumOp einsum) {
    auto getReader = [](Value value) {
      return value.hasOneUse() ? dyn_cast<linalg::GenericOp>(*value.user_begin()) : linalg::GenericOp();
    };
    auto isElementwise = [](linalg::GenericOp op) {
      return op && op.getNumReductionLoops() == 0 && op.getNumDpsInits() == 1 && op.hasPureTensorSemantics() &&
             op.getMatchingBlockArgument(op.getDpsInitOperand(0)).use_empty() &&
             op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isPermutation();
    };
    linalg::GenericOp op = getReader(einsum->getResult(0));
    linalg::GenericOp copy = isElementwise(op) ? getReader(op.getResult(0)) : linalg::GenericOp();
    if (!isElementwise(copy) || copy.getNumDpsInputs() != 1 ||
        copy.getBody()->getTerminator()->getOperand(0) != copy.getBody()->getArgument(0) ||
        !copy.getMatchingIndexingMap(copy.getDpsInputOperand(0)).isPermutation())
      return;
    // From the operation's loops to its result's dimensions, and on to the copy's.
    AffineMap in = copy.getMatchingIndexingMap(copy.getDpsInputOperand(0));
    AffineMap out = copy.getMatchingIndexingMap(copy.getDpsInitOperand(0));
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps.back() = out.compose(inversePermutation(in)).compose(maps.back());
    OpBuilder b(copy);
    auto type = cast<RankedTensorType>(copy.getResult(0).getType());
    Value empty = tensor::EmptyOp::create(b, copy.getLoc(), tensor::getMixedSizes(b, copy.getLoc(), copy.getDpsInits()[0]),
                                          type.getElementType());
    auto moved = linalg::GenericOp::create(b, op.getLoc(), type, op.getInputs(), empty, maps, op.getIteratorTypesArray());
    moved.getRegion().takeBody(op.getRegion());
    copy.getResult(0).replaceAllUsesWith(moved.getResult(0));
    copy.erase();
    op.erase();
    ++numMoved;
  }

  /// The map by which the only reader of an einsum reads it, and the order in which it goes through the axes: that of a
  /// scan, or of an elementwise operation's result.
  static std::optional<std::pair<AffineMap, SmallVector<unsigned>>> getReadOrder(OpOperand &use) {
    SmallVector<unsigned> order;
    if (auto user = dyn_cast<ssm::IndexedOpInterface>(use.getOwner());
        user && isa<ssm::SelectiveScanOp, ssm::SSDOp>(use.getOwner())) {
      AffineMap read = user.getMapFor(use.getOperandNumber());
      for (unsigned axis = 0; axis < read.getNumDims(); ++axis)
        order.push_back(axis);
      return std::pair(read, order);
    }
    auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
    if (!op || op.getNumReductionLoops() != 0 || op.getNumDpsInits() != 1 || op.isDpsInit(&use))
      return std::nullopt;
    AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    if (!out.isPermutation())
      return std::nullopt;
    order.resize(out.getNumDims());
    for (auto [place, loop] : llvm::enumerate(out.getResults()))
      order[cast<AffineDimExpr>(loop).getPosition()] = place;
    return std::pair(op.getMatchingIndexingMap(&use), order);
  }

  /// x = slice of a transpose: the slice is taken before, and the transpose is in the map.
  void readThroughTranspose(ssm::CausalConv1DOp conv) {
    auto slice = conv.getX().getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || slice.getSourceType().getRank() != slice.getType().getRank())
      return;
    auto transpose = slice.getSource().getDefiningOp<linalg::LinalgOp>();
    if (!transpose || transpose.getNumDpsInputs() != 1 || transpose.getNumDpsInits() != 1 ||
        transpose.getNumReductionLoops() != 0)
      return;
    Block &body = transpose->getRegion(0).front();
    AffineMap in = transpose.getMatchingIndexingMap(transpose.getDpsInputOperand(0));
    AffineMap out = transpose.getMatchingIndexingMap(transpose.getDpsInitOperand(0));
    Value source = transpose.getDpsInputOperand(0)->get();
    if (body.getTerminator()->getOperand(0) != body.getArgument(0) || !in.isPermutation() || !out.isPermutation() ||
        !isa<RankedTensorType>(source.getType()))
      return;
    // From the slice's dimensions to the source's.
    AffineMap order = in.compose(inversePermutation(out));
    auto permute = [&](ArrayRef<OpFoldResult> values) {
      SmallVector<OpFoldResult> result;
      for (AffineExpr e : order.getResults())
        result.push_back(values[cast<AffineDimExpr>(e).getPosition()]);
      return result;
    };
    OpBuilder b(conv);
    Value earlier = tensor::ExtractSliceOp::create(b, slice.getLoc(), source, permute(slice.getMixedOffsets()),
                                                   permute(slice.getMixedSizes()), permute(slice.getMixedStrides()));
    SmallVector<AffineMap> maps = conv.getIndexingMapsArray();
    maps[0] = order.compose(maps[0]);
    conv->setOperand(0, earlier);
    conv.setIndexingMapsAttr(b.getAffineMapArrayAttr(maps));
    ++numMoved;
  }

  /// Whether a dimension of an einsum's result is an axis of a weight alone: the channels of a projection.
  static bool isOfWeight(ssm::EinsumOp einsum, unsigned dim) {
    SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
    unsigned axis = cast<AffineDimExpr>(maps.back().getResult(dim)).getPosition();
    bool any = false;
    for (auto [input, map] : llvm::zip(einsum.getInputs(), maps))
      if (map.isFunctionOfDim(axis)) {
        if (!raise::dependsOnWeightsAlone(input))
          return false;
        any = true;
      }
    return any;
  }

  /// Reshapes that only put unit dimensions between those of a tensor: for each dimension of the result, that of the
  /// source, or -1 for a new one. Nothing for other reshapes.
  static std::optional<SmallVector<int64_t>> getUnitsAdded(tensor::ExpandShapeOp expand) {
    SmallVector<int64_t> from(expand.getResultType().getRank(), -1);
    for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices())) {
      SmallVector<int64_t> others;
      for (int64_t member : group)
        if (expand.getResultType().getDimSize(member) != 1)
          others.push_back(member);
      if (others.size() > 1)
        return std::nullopt;
      from[others.empty() ? group.front() : others.front()] = dim;
    }
    return from;
  }

  /// An einsum that is read by one scan alone writes its axes in the order of the scan's: batch, time, channels. A
  /// projection that is read by an elementwise operation writes them in the order of that one's result, if its channels are
  /// innermost there. A batch of one may have been put in between.
  void rewrite(ssm::EinsumOp einsum) {
    if (!einsum->getResult(0).hasOneUse())
      return;
    Value result = einsum->getResult(0);
    auto expand = dyn_cast<tensor::ExpandShapeOp>(*result.user_begin());
    SmallVector<int64_t> from = llvm::to_vector(llvm::seq<int64_t>(0, cast<ShapedType>(result.getType()).getRank()));
    if (expand) {
      auto added = getUnitsAdded(expand);
      if (!added || !expand.getResult().hasOneUse())
        return;
      from = *added;
      result = expand.getResult();
    }
    OpOperand &use = *result.getUses().begin();
    auto readOrder = getReadOrder(use);
    if (!readOrder || !readOrder->first.isProjectedPermutation())
      return;
    AffineMap read = readOrder->first;
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, read.getNumResults()));
    auto placeOf = [&](unsigned dim) {
      return readOrder->second[cast<AffineDimExpr>(read.getResult(dim)).getPosition()];
    };
    llvm::stable_sort(order, [&](unsigned x, unsigned y) { return placeOf(x) < placeOf(y); });
    SmallVector<unsigned> ownOrder; // of the einsum's own dimensions
    for (unsigned dim : order)
      if (from[dim] >= 0)
        ownOrder.push_back(from[dim]);
    if (ownOrder.empty() || llvm::is_sorted(ownOrder) ||
        (isa<linalg::GenericOp>(use.getOwner()) && !isOfWeight(einsum, ownOrder.back())))
      return;
    OpBuilder b(einsum);
    SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
    SmallVector<OpFoldResult> oldSizes = tensor::getMixedSizes(b, einsum.getLoc(), einsum.getOuts()[0]), sizes;
    SmallVector<AffineExpr> written, readAt;
    for (unsigned dim : ownOrder) {
      sizes.push_back(oldSizes[dim]);
      written.push_back(maps.back().getResult(dim));
    }
    for (unsigned dim : order)
      readAt.push_back(read.getResult(dim));
    maps.back() = AffineMap::get(maps.back().getNumDims(), 0, written, &getContext());
    auto type = cast<RankedTensorType>(einsum->getResult(0).getType());
    Value empty = tensor::EmptyOp::create(b, einsum.getLoc(), sizes, type.getElementType());
    auto moved = ssm::EinsumOp::create(b, einsum.getLoc(), einsum.getInputs(), empty, maps);
    Value moving = moved->getResult(0);
    if (expand) {
      // Each unit dimension joins the next other one, or at the end the last.
      SmallVector<ReassociationIndices> groups(1);
      SmallVector<int64_t> shape;
      SmallVector<OpFoldResult> expanded;
      b.setInsertionPoint(expand);
      SmallVector<OpFoldResult> before = expand.getMixedOutputShape();
      size_t left = ownOrder.size();
      for (auto [place, dim] : llvm::enumerate(order)) {
        groups.back().push_back(place);
        shape.push_back(expand.getResultType().getDimSize(dim));
        expanded.push_back(before[dim]);
        if (from[dim] >= 0 && --left)
          groups.emplace_back();
      }
      moving = tensor::ExpandShapeOp::create(b, expand.getLoc(), RankedTensorType::get(shape, type.getElementType()), moving,
                                            groups, expanded);
    }
    SmallVector<AffineMap> userMaps;
    if (auto user = dyn_cast<ssm::IndexedOpInterface>(use.getOwner()))
      userMaps = user.getIndexingMapsArray();
    else
      userMaps = cast<linalg::GenericOp>(use.getOwner()).getIndexingMapsArray();
    userMaps[use.getOperandNumber()] = AffineMap::get(read.getNumDims(), 0, readAt, &getContext());
    use.getOwner()->setAttr("indexing_maps", b.getAffineMapArrayAttr(userMaps));
    use.set(moving);
    if (expand)
      expand.erase();
    einsum->erase();
    ++numMoved;
  }

  void rewrite(ssm::CausalConv1DOp conv) {
    constexpr unsigned channel = 2; // of the axes b l c k
    SmallVector<AffineMap> maps = conv.getIndexingMapsArray();
    unsigned number = conv->getNumOperands() - conv.getOuts().size();
    AffineMap out = maps[number];
    auto type = cast<RankedTensorType>(conv->getResult(0).getType());
    auto isChannel = [&](AffineExpr e) { return e == getAffineDimExpr(channel, &getContext()); };
    if (out.getNumResults() != 3 || isChannel(out.getResult(2)) || !llvm::any_of(out.getResults(), isChannel))
      return;
    // The other axes keep their order.
    SmallVector<unsigned> order;
    unsigned channelDim = 0;
    for (auto [dim, expr] : llvm::enumerate(out.getResults()))
      isChannel(expr) ? void(channelDim = dim) : order.push_back(dim);
    order.push_back(channelDim);
    OpBuilder b(conv);
    Location loc = conv.getLoc();
    SmallVector<OpFoldResult> oldSizes = tensor::getMixedSizes(b, loc, conv.getOuts()[0]), sizes;
    SmallVector<AffineExpr> results, copied;
    for (unsigned dim : order) {
      sizes.push_back(oldSizes[dim]);
      results.push_back(out.getResult(dim));
      copied.push_back(b.getAffineDimExpr(dim));
    }
    maps[number] = AffineMap::get(out.getNumDims(), 0, results, &getContext());
    SmallVector<Value> outs(conv.getOuts());
    outs[0] = tensor::EmptyOp::create(b, loc, sizes, type.getElementType());
    auto last = ssm::CausalConv1DOp::create(b, loc, conv.getX(), conv.getWeight(), conv.getBias(),
                                            conv.getInitialWindow(), outs, maps, conv.getActivation());
    // The old order, for those that read it; what is raised afterwards looks through.
    auto copy = linalg::GenericOp::create(
        b, loc, type, last->getResult(0), conv.getOuts()[0],
        ArrayRef<AffineMap>{AffineMap::get(3, 0, copied, &getContext()), b.getMultiDimIdentityMap(3)},
        SmallVector<utils::IteratorType>(3, utils::IteratorType::parallel),
        [](OpBuilder &b, Location loc, ValueRange args) { linalg::YieldOp::create(b, loc, args[0]); });
    conv->getResult(0).replaceAllUsesWith(copy->getResult(0));
    for (auto [from, to] : llvm::zip(conv->getResults().drop_front(), last->getResults().drop_front()))
      from.replaceAllUsesWith(to);
    conv->erase();
    ++numMoved;
  }
};

} // namespace
