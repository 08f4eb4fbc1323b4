//===- ChannelsLast.cpp - Convolutions and time steps have their channels innermost -----------------------------===//

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/Passes.h"

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
    for (ssm::EinsumOp einsum : einsums)
      rewrite(einsum);
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

  /// An einsum that is read by one scan alone writes its axes in the order of the scan's: batch, time, channels.
  void rewrite(ssm::EinsumOp einsum) {
    if (!einsum->getResult(0).hasOneUse())
      return;
    OpOperand &use = *einsum->getResult(0).getUses().begin();
    auto user = dyn_cast<ssm::IndexedOpInterface>(use.getOwner());
    if (!user || !isa<ssm::SelectiveScanOp, ssm::SSDOp>(use.getOwner()))
      return;
    AffineMap read = user.getMapFor(use.getOperandNumber());
    SmallVector<unsigned> order = llvm::to_vector(llvm::seq<unsigned>(0, read.getNumResults()));
    if (!read.isProjectedPermutation())
      return;
    llvm::stable_sort(order, [&](unsigned x, unsigned y) {
      return cast<AffineDimExpr>(read.getResult(x)).getPosition() < cast<AffineDimExpr>(read.getResult(y)).getPosition();
    });
    if (llvm::is_sorted(order))
      return;
    OpBuilder b(einsum);
    SmallVector<AffineMap> maps = einsum.getIndexingMapsArray();
    SmallVector<OpFoldResult> oldSizes = tensor::getMixedSizes(b, einsum.getLoc(), einsum.getOuts()[0]), sizes;
    SmallVector<AffineExpr> written, readAt;
    for (unsigned dim : order) {
      sizes.push_back(oldSizes[dim]);
      written.push_back(maps.back().getResult(dim));
      readAt.push_back(read.getResult(dim));
    }
    maps.back() = AffineMap::get(maps.back().getNumDims(), 0, written, &getContext());
    auto type = cast<RankedTensorType>(einsum->getResult(0).getType());
    Value empty = tensor::EmptyOp::create(b, einsum.getLoc(), sizes, type.getElementType());
    auto moved = ssm::EinsumOp::create(b, einsum.getLoc(), einsum.getInputs(), empty, maps);
    SmallVector<AffineMap> userMaps = user.getIndexingMapsArray();
    userMaps[use.getOperandNumber()] = AffineMap::get(read.getNumDims(), 0, readAt, &getContext());
    use.getOwner()->setAttr("indexing_maps", b.getAffineMapArrayAttr(userMaps));
    use.set(moved->getResult(0));
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
