//===- SplitStacks.cpp - What is stacked, changed element by element and taken apart again is kept in parts -------===//
//
// Pairs (the parts of a complex number, say) are often one tensor with a dimension of size two: two values are stacked,
// something is added to both, and the next step takes them apart. Read slices of such tensors are followed through what
// is computed element by element to the stacked pieces, so that each part is a value of its own; a loop hands on one
// tensor for each part.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

namespace mambac {
#define GEN_PASS_DEF_SPLITSTACKS
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

/// A dimension with more parts than this is an axis.
static constexpr int64_t kMaxParts = 4;

namespace {

using Parts = SmallVector<Value>;

RankedTensorType tensorType(Value value) { return cast<RankedTensorType>(value.getType()); }

bool isPartDim(RankedTensorType type, int64_t dim) {
  return !type.isDynamicDim(dim) && type.getDimSize(dim) >= 2 && type.getDimSize(dim) <= kMaxParts;
}

/// One part of a tensor along a dimension.
struct PartRead {
  int64_t dim, number;
};

/// What `slice` reads, if that is one part of its source.
std::optional<PartRead> getPartRead(tensor::ExtractSliceOp slice) {
  std::optional<PartRead> read;
  if (!slice.hasUnitStride())
    return std::nullopt;
  for (auto [dim, offset, size] : llvm::enumerate(slice.getMixedOffsets(), slice.getMixedSizes())) {
    if (isWholeDim(slice.getSource(), dim, size))
      continue;
    std::optional<int64_t> number = getConstantIntValue(offset);
    if (read || !number || getConstantIntValue(size) != 1 || !isPartDim(slice.getSourceType(), dim))
      return std::nullopt;
    read = PartRead{int64_t(dim), *number};
  }
  return read;
}

RankedTensorType withoutDim(RankedTensorType type, int64_t dim) {
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + dim);
  return RankedTensorType::get(shape, type.getElementType());
}

struct SplitStacksPass : mambac::impl::SplitStacksBase<SplitStacksPass> {
  void runOnOperation() override {
    parts.clear();
    splits.clear();
    IRRewriter rewriter(&getContext());
    SmallVector<tensor::ExtractSliceOp> slices, dead;
    getOperation().walk([&](tensor::ExtractSliceOp slice) { slices.push_back(slice); });
    for (tensor::ExtractSliceOp slice : slices)
      if (forward(rewriter, slice))
        dead.push_back(slice);
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      splitCarried(rewriter, loop);
    // Others like those, so that the last step of a loop, of which nobody reads a part, is as the steps before.
    llvm::DenseSet<std::pair<Type, int64_t>> kinds;
    for (auto [whole, dim] : splits)
      kinds.insert({whole.getType(), dim});
    SmallVector<linalg::GenericOp> generics;
    if (!kinds.empty())
      getOperation().walk([&](linalg::GenericOp generic) { generics.push_back(generic); });
    for (linalg::GenericOp generic : generics)
      if (auto type = dyn_cast<RankedTensorType>(generic->getResult(0).getType()))
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          if (kinds.contains({type, dim}))
            getParts(rewriter, generic->getResult(0), dim);
    // What was split and is read as a whole, too, is its parts side by side.
    for (auto [whole, dim] : splits) {
      rewriter.setInsertionPointAfterValue(whole);
      Value joined = join(rewriter, whole.getLoc(), parts[{whole, dim}], dim, tensorType(whole));
      rewriter.replaceAllUsesWith(whole, joined);
    }
    for (tensor::ExtractSliceOp slice : dead)
      if (slice->use_empty())
        rewriter.eraseOp(slice);
  }

private:
  llvm::DenseMap<std::pair<Value, int64_t>, Parts> parts; ///< empty: it has none
  SmallVector<std::pair<Value, int64_t>> splits;          ///< values that were computed again in parts

  bool forward(IRRewriter &rewriter, tensor::ExtractSliceOp slice) {
    std::optional<PartRead> read = getPartRead(slice);
    if (!read)
      return false;
    Value part;
    Operation *source = slice.getSource().getDefiningOp();
    if (auto fill = dyn_cast_if_present<linalg::FillOp>(source)) {
      rewriter.setInsertionPoint(slice);
      part = fillLike(rewriter, fill, read->dim);
    } else if (const Parts &found = getParts(rewriter, slice.getSource(), read->dim); !found.empty()) {
      part = found[read->number];
    } else {
      return false;
    }
    rewriter.setInsertionPoint(slice);
    Value shaped = reshapeUnitDims(rewriter, slice.getLoc(), part, slice.getType());
    if (!shaped)
      return false;
    rewriter.replaceAllUsesWith(slice.getResult(), shaped);
    ++numSplit;
    return true;
  }

  static Value fillLike(OpBuilder &b, linalg::FillOp fill, int64_t dim) {
    Value whole = fill.getOutputs()[0];
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, fill.getLoc(), whole);
    sizes.erase(sizes.begin() + dim);
    Value empty = tensor::EmptyOp::create(b, fill.getLoc(), sizes, tensorType(whole).getElementType());
    return linalg::FillOp::create(b, fill.getLoc(), fill.getInputs(), ValueRange{empty}).getResult(0);
  }

  /// The parts of a value along a dimension, without that dimension, where it was stacked; else nothing.
  Parts getParts(IRRewriter &rewriter, Value value, int64_t dim) {
    auto [known, isNew] = parts.try_emplace({value, dim});
    if (!isNew)
      return known->second;
    Operation *op = value.getDefiningOp();
    Parts made;
    if (auto concat = dyn_cast_if_present<tensor::ConcatOp>(op))
      made = ofConcat(rewriter, concat, dim);
    else if (auto generic = dyn_cast_if_present<linalg::GenericOp>(op))
      made = ofGeneric(rewriter, generic, dim);
    else if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op))
      made = ofReshape(rewriter, op, dim);
    return parts[{value, dim}] = made;
  }

  Parts ofConcat(IRRewriter &rewriter, tensor::ConcatOp concat, int64_t dim) {
    auto type = concat.getResultType();
    if (int64_t(concat.getDim()) != dim || !isPartDim(type, dim) ||
        int64_t(concat.getInputs().size()) != type.getDimSize(dim))
      return {};
    rewriter.setInsertionPoint(concat);
    Parts made;
    for (Value piece : concat.getInputs()) {
      // Pieces are mostly given that dimension for the stack alone.
      auto expand = piece.getDefiningOp<tensor::ExpandShapeOp>();
      RankedTensorType wanted = withoutDim(tensorType(piece), dim);
      Value part = expand && expand.getSrcType() == wanted && expand.getReassociationIndices().size() + 1 ==
                                                                  size_t(type.getRank()) && isAdded(expand, dim)
                       ? expand.getSrc()
                       : reshapeUnitDims(rewriter, concat.getLoc(), piece, wanted);
      if (!part)
        return {};
      made.push_back(part);
    }
    return made;
  }

  /// Whether the one dimension that `expand` adds may be called `dim`.
  static bool isAdded(tensor::ExpandShapeOp expand, int64_t dim) {
    return llvm::any_of(expand.getReassociationIndices(), [&](const ReassociationIndices &group) {
      return group.size() == 2 && llvm::is_contained(group, dim);
    });
  }

  /// Of a view that adds or drops dimensions of size one.
  Parts ofReshape(IRRewriter &rewriter, Operation *op, int64_t dim) {
    auto from = tensorType(op->getOperand(0)), to = tensorType(op->getResult(0));
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    bool whole = !slice || slice.hasUnitStride();
    if (slice)
      for (auto [each, size] : llvm::enumerate(slice.getMixedSizes()))
        whole &= isWholeDim(slice.getSource(), each, size);
    auto realDims = [](RankedTensorType type) {
      return llvm::to_vector(llvm::make_filter_range(llvm::seq<int64_t>(0, type.getRank()),
                                                     [=](int64_t each) { return type.getDimSize(each) != 1; }));
    };
    SmallVector<int64_t> ofFrom = realDims(from), ofTo = realDims(to);
    if (!whole || !isPartDim(to, dim) || ofFrom.size() != ofTo.size() ||
        llvm::any_of(llvm::zip_equal(ofFrom, ofTo),
                     [&](auto pair) { return from.getDimSize(std::get<0>(pair)) != to.getDimSize(std::get<1>(pair)); }))
      return {};
    Parts made;
    for (Value part : getParts(rewriter, op->getOperand(0), ofFrom[llvm::find(ofTo, dim) - ofTo.begin()])) {
      rewriter.setInsertionPoint(op);
      Value shaped = reshapeUnitDims(rewriter, op->getLoc(), part, withoutDim(to, dim));
      if (!shaped)
        return {};
      made.push_back(shaped);
    }
    return made;
  }

  Parts ofGeneric(IRRewriter &rewriter, linalg::GenericOp generic, int64_t dim) {
    auto type = cast<RankedTensorType>(generic.getResult(0).getType());
    if (generic.getNumDpsInits() != 1 || generic.getNumParallelLoops() != generic.getNumLoops() ||
        generic.hasIndexSemantics() || !isPartDim(type, dim) ||
        generic.payloadUsesValueFromOperand(generic.getDpsInitOperand(0)))
      return {};
    SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
    auto loop = dyn_cast<AffineDimExpr>(maps.back().getResult(dim));
    if (!loop || !maps.back().isPermutation() ||
        llvm::any_of(maps, [](AffineMap map) { return !map.isProjectedPermutation(); }))
      return {};
    // In parts only if that is what an operand comes in.
    SmallVector<Parts> inputs;
    SmallVector<std::optional<unsigned>> places;
    bool any = false;
    for (auto [input, map] : llvm::zip(generic.getInputs(), maps)) {
      places.push_back(map.getResultPosition(loop));
      inputs.push_back(places.back() ? getParts(rewriter, input, *places.back()) : Parts());
      any |= !inputs.back().empty();
    }
    if (!any)
      return {};
    rewriter.setInsertionPoint(generic);
    Location loc = generic.getLoc();
    llvm::SmallBitVector dropped(maps.back().getNumDims());
    dropped.set(loop.getPosition());
    SmallVector<AffineMap> partMaps;
    for (auto [map, place] : llvm::zip(maps, places)) {
      AffineMap less = place ? map.dropResult(*place) : map;
      partMaps.push_back(projectDims(less, dropped, /*compressDimsFlag=*/true));
    }
    partMaps.push_back(projectDims(maps.back().dropResult(dim), dropped, /*compressDimsFlag=*/true));
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, generic.getDpsInits()[0]);
    sizes.erase(sizes.begin() + dim);
    SmallVector<utils::IteratorType> iterators(partMaps.back().getNumDims(), utils::IteratorType::parallel);
    Parts made;
    for (int64_t number = 0; number < type.getDimSize(dim); ++number) {
      SmallVector<Value> operands;
      for (auto [input, inParts, place] : llvm::zip(generic.getInputs(), inputs, places))
        operands.push_back(!inParts.empty() ? inParts[number]
                           : place          ? slicePart(rewriter, loc, input, *place, number)
                                            : input);
      Value empty = tensor::EmptyOp::create(rewriter, loc, sizes, type.getElementType());
      auto part = linalg::GenericOp::create(rewriter, loc, empty.getType(), operands, empty, partMaps, iterators);
      IRMapping mapping;
      rewriter.cloneRegionBefore(generic.getRegion(), part.getRegion(), part.getRegion().end(), mapping);
      made.push_back(part.getResult(0));
    }
    splits.push_back({generic.getResult(0), dim});
    return made;
  }

  static Value slicePart(OpBuilder &b, Location loc, Value value, int64_t dim, int64_t number) {
    if (auto fill = value.getDefiningOp<linalg::FillOp>())
      return fillLike(b, fill, dim);
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, value);
    SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)), ones(sizes.size(), b.getIndexAttr(1));
    offsets[dim] = b.getIndexAttr(number);
    sizes[dim] = b.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(b, loc, withoutDim(tensorType(value), dim), value, offsets, sizes, ones);
  }

  /// Parts side by side along a dimension that they lack.
  static Value join(OpBuilder &b, Location loc, ArrayRef<Value> parts, int64_t dim, RankedTensorType type) {
    SmallVector<int64_t> shape(type.getShape());
    shape[dim] = 1;
    auto pieceType = RankedTensorType::get(shape, type.getElementType());
    SmallVector<Value> pieces;
    for (Value part : parts) {
      Value piece = reshapeUnitDims(b, loc, part, pieceType);
      pieces.push_back(piece);
    }
    return tensor::ConcatOp::create(b, loc, type, dim, pieces);
  }

  /// A tensor that a loop hands on, puts together from parts and reads in parts, becomes a tensor for each part.
  void splitCarried(IRRewriter &rewriter, scf::ForOp loop) {
    for (unsigned position = 0; position < loop.getNumRegionIterArgs(); ++position) {
      BlockArgument carried = loop.getRegionIterArg(position);
      if (!isa<RankedTensorType>(carried.getType()))
        continue;
      std::optional<int64_t> dim;
      bool inParts = !carried.use_empty();
      SmallVector<tensor::ExtractSliceOp> reads;
      for (Operation *user : carried.getUsers()) {
        auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
        std::optional<PartRead> read = slice ? getPartRead(slice) : std::nullopt;
        inParts &= read && (!dim || *dim == read->dim);
        if (!inParts)
          break;
        dim = read->dim;
        reads.push_back(slice);
      }
      Value next = cast<scf::YieldOp>(loop.getBody()->getTerminator()).getOperand(position);
      Parts after = inParts ? getParts(rewriter, next, *dim) : Parts();
      if (after.empty())
        continue;
      rewriter.setInsertionPoint(loop);
      SmallVector<Value> inits;
      for (unsigned number = 0; number < after.size(); ++number)
        inits.push_back(slicePart(rewriter, loop.getLoc(), loop.getInitArgs()[position], *dim, number));
      auto type = tensorType(carried);
      unsigned first = loop.getNumRegionIterArgs();
      FailureOr<LoopLikeOpInterface> replaced = loop.replaceWithAdditionalYields(
          rewriter, inits, /*replaceInitOperandUsesInLoop=*/false,
          [&](OpBuilder &, Location, ArrayRef<BlockArgument>) { return SmallVector<Value>(after); });
      if (failed(replaced))
        return;
      loop = cast<scf::ForOp>(replaced->getOperation());
      for (tensor::ExtractSliceOp slice : reads) {
        rewriter.setInsertionPoint(slice);
        Value part = loop.getRegionIterArg(first + getPartRead(slice)->number);
        rewriter.replaceAllUsesWith(slice.getResult(), reshapeUnitDims(rewriter, slice.getLoc(), part, slice.getType()));
      }
      rewriter.setInsertionPointAfter(loop);
      if (!loop.getResult(position).use_empty())
        rewriter.replaceAllUsesWith(loop.getResult(position),
                                    join(rewriter, loop.getLoc(),
                                         llvm::to_vector_of<Value>(loop.getResults().drop_front(first)), *dim, type));
      ++numSplit;
    }
  }
};

} // namespace
