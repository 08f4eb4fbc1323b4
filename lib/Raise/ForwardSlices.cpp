//===- ForwardSlices.cpp - A read of a tensor that was written in pieces reads the piece ------------------------===//
//
// Loops that were written in place and unrolled write a step's result into a slice of a tensor, and the next step reads
// it back from there. A slice is followed through the insertions it does not touch to the one that wrote it all, so
// that steps depend on steps and not on the whole tensor. What overlaps a piece in part stays. An insertion that leaves
// nothing of its destination is its source. So is what puts slices of a tensor together again just as they lay in it,
// or cuts all of a pad off. Short concatenations, such as a register that each step shifts, are of what was written first.
// A slice that leaves out nothing but dimensions of size one is a reshape.
//
//===------------------------------------------------------------------------------------------------------------===//

#include "lib/Raise/IndexSpace.h"
#include "lib/Raise/Passes.h"
#include "lib/Raise/RaiseUtils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

namespace mambac {
#define GEN_PASS_DEF_FORWARDSLICES
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac::raise;

/// Longer concatenations are lists of steps, and stay.
static constexpr size_t kMaxPieces = 16;

namespace {

struct Region {
  SmallVector<OpFoldResult> offsets, sizes;
};

enum class Relation { Disjoint, Inside, Unclear };

/// How `read` lies to `written`, both of unit stride. `Inside` comes with the offsets within the written region.
Relation compare(const Region &read, const Region &written, SmallVectorImpl<OpFoldResult> &within, Builder &b) {
  bool inside = true;
  within.clear();
  for (auto [readOffset, readSize, offset, size] :
       llvm::zip_equal(read.offsets, read.sizes, written.offsets, written.sizes)) {
    std::optional<int64_t> ro = getConstantIntValue(readOffset), rs = getConstantIntValue(readSize);
    std::optional<int64_t> wo = getConstantIntValue(offset), ws = getConstantIntValue(size);
    if (ro && rs && wo && ws) {
      if (*ro + *rs <= *wo || *wo + *ws <= *ro)
        return Relation::Disjoint;
      inside &= *ro >= *wo && *ro + *rs <= *wo + *ws;
      within.push_back(b.getIndexAttr(*ro - *wo));
    } else {
      inside &= isEqualConstantIntOrValue(readOffset, offset) && isEqualConstantIntOrValue(readSize, size);
      within.push_back(b.getIndexAttr(0));
    }
  }
  return inside ? Relation::Inside : Relation::Unclear;
}

struct ForwardSlicesPass : mambac::impl::ForwardSlicesBase<ForwardSlicesPass> {
  void runOnOperation() override {
    // In program order: a source is settled before it is read.
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::ConcatOp>(op))
        ops.push_back(op);
    });
    IndexSpace sizes;
    IRRewriter rewriter(&getContext());
    for (Operation *&op : ops) {
      rewriter.setInsertionPoint(op);
      Value value;
      if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
        value = unpad(slice, sizes);
        if (!value)
          value = takePieces(slice, rewriter);
        if (!value)
          value = forward(slice, rewriter);
        if (!value)
          value = dropUnits(slice, sizes, rewriter);
      } else if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
        value = join(concat, sizes);
        if (!value)
          value = joinSelected(concat, sizes, rewriter);
        if (!value)
          value = joinStacked(concat, sizes, rewriter);
        if (!value)
          value = flatten(concat, rewriter);
      } else {
        value = skip(cast<tensor::InsertSliceOp>(op), rewriter);
      }
      if (!value)
        continue;
      if (value.getType() != op->getResult(0).getType())
        value = tensor::CastOp::create(rewriter, op->getLoc(), op->getResult(0).getType(), value);
      rewriter.replaceOp(op, value);
      op = nullptr;
      ++numForwarded;
    }
    // What is no longer read would keep others from being seen as wholes.
    for (Operation *op : llvm::reverse(ops))
      if (op && isOpTriviallyDead(op))
        rewriter.eraseOp(op);
    getOperation().walk([&](tensor::InsertSliceOp insert) {
      rewriter.setInsertionPoint(insert);
      if (Value padded = pad(insert, rewriter)) {
        rewriter.replaceOp(insert, padded);
        ++numPadded;
      }
    });
  }

  /// A copy to the begin of a constant tensor, as a pad; null where it is none, or one of several pieces.
  Value pad(tensor::InsertSliceOp insert, IRRewriter &rewriter) {
    auto fill = insert.getDest().getDefiningOp<linalg::FillOp>();
    RankedTensorType type = insert.getType();
    if (!fill || !insert.hasUnitStride() || !insert.hasZeroOffset() ||
        insert.getSourceType().getRank() != type.getRank() || !matchPattern(fill.getInputs()[0], m_Constant()) ||
        llvm::any_of(insert->getUsers(), [&](Operation *user) {
          auto next = dyn_cast<tensor::InsertSliceOp>(user);
          return next && next.getDest() == insert.getResult();
        }))
      return {};
    Location loc = insert.getLoc();
    AffineExpr whole = rewriter.getAffineSymbolExpr(0), part = rewriter.getAffineSymbolExpr(1);
    SmallVector<OpFoldResult> low(type.getRank(), rewriter.getIndexAttr(0)), high = low;
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, insert.getDest());
    for (auto [dim, size] : llvm::enumerate(insert.getMixedSizes()))
      if (!isWholeDim(insert.getDest(), dim, size))
        high[dim] = affine::makeComposedFoldedAffineApply(rewriter, loc, whole - part, {sizes[dim], size});
    return tensor::PadOp::create(rewriter, loc, type, insert.getSource(), low, high, fill.getInputs()[0]);
  }

  /// A slice that is the whole tensor but for dimensions of size one, as a reshape; else null.
  Value dropUnits(tensor::ExtractSliceOp slice, IndexSpace &sizes, IRRewriter &rewriter) {
    if (slice.getType().getRank() == slice.getSourceType().getRank() || !slice.hasUnitStride() || !slice.hasZeroOffset())
      return {};
    for (auto [dim, size] : llvm::enumerate(slice.getMixedSizes()))
      if (sizes.getIndex(size) != sizes.getSize(slice.getSource(), dim))
        return {};
    Value reshaped = reshapeUnitDims(rewriter, slice.getLoc(), slice.getSource(), slice.getType());
    return reshaped && reshaped != slice.getSource() ? reshaped : Value();
  }

  /// The source of an insertion that overwrites all of its destination; else null.
  Value skip(tensor::InsertSliceOp insert, IRRewriter &rewriter) {
    if (!insert.hasUnitStride())
      return {};
    for (auto [dim, size] : llvm::enumerate(insert.getMixedSizes()))
      if (!isWholeDim(insert.getDest(), dim, size))
        return {};
    return reshapeUnitDims(rewriter, insert.getLoc(), insert.getSource(), insert.getType());
  }

  /// The tensor that a slice takes out of its pad again, all of it; else null.
  Value unpad(tensor::ExtractSliceOp slice, IndexSpace &sizes) {
    auto pad = slice.getSource().getDefiningOp<tensor::PadOp>();
    if (!pad || !slice.hasUnitStride() || slice.getType().getRank() != pad.getType().getRank())
      return {};
    Value source = pad.getSource();
    for (auto [dim, low, offset, size] :
         llvm::enumerate(pad.getMixedLowPad(), slice.getMixedOffsets(), slice.getMixedSizes()))
      if (sizes.getIndex(low) != sizes.getIndex(offset) || sizes.getIndex(size) != sizes.getSize(source, dim))
        return {};
    return source;
  }

  /// A slice of a short concatenation along its dimension: of the pieces that it takes; else null.
  Value takePieces(tensor::ExtractSliceOp slice, IRRewriter &rewriter) {
    auto concat = slice.getSource().getDefiningOp<tensor::ConcatOp>();
    if (!concat || concat.getInputs().size() > kMaxPieces || !slice.hasUnitStride() ||
        slice.getType().getRank() != slice.getSourceType().getRank())
      return {};
    int64_t along = concat.getDim();
    for (auto [dim, size] : llvm::enumerate(slice.getMixedSizes()))
      if (static_cast<int64_t>(dim) != along && !isWholeDim(slice.getSource(), dim, size))
        return {};
    std::optional<int64_t> offset = getConstantIntValue(slice.getMixedOffsets()[along]);
    std::optional<int64_t> size = getConstantIntValue(slice.getMixedSizes()[along]);
    if (!offset || !size)
      return {};
    SmallVector<Value> pieces;
    int64_t begin = 0;
    for (Value piece : concat.getInputs()) {
      int64_t extent = cast<RankedTensorType>(piece.getType()).getDimSize(along);
      if (begin >= *offset + *size)
        break;
      if (ShapedType::isDynamic(extent))
        return {};
      int64_t from = std::max<int64_t>(*offset - begin, 0), to = std::min(*offset + *size - begin, extent);
      begin += extent;
      if (from == 0 && to == extent) {
        pieces.push_back(piece);
      } else if (from < to) {
        SmallVector<OpFoldResult> offsets = slice.getMixedOffsets(), extents = slice.getMixedSizes();
        offsets[along] = rewriter.getIndexAttr(from);
        extents[along] = rewriter.getIndexAttr(to - from);
        pieces.push_back(tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), piece, offsets, extents,
                                                        slice.getMixedStrides()));
      }
    }
    if (pieces.empty())
      return {};
    if (pieces.size() == 1)
      return pieces.front();
    return tensor::ConcatOp::create(rewriter, slice.getLoc(), along, pieces);
  }

  /// A short concatenation of concatenations along the same dimension, as one; else null.
  Value flatten(tensor::ConcatOp concat, IRRewriter &rewriter) {
    SmallVector<Value> pieces;
    for (Value input : concat.getInputs()) {
      auto inner = input.getDefiningOp<tensor::ConcatOp>();
      if (inner && inner.getDim() == concat.getDim())
        llvm::append_range(pieces, inner.getInputs());
      else
        pieces.push_back(input);
    }
    if (pieces.size() == concat.getInputs().size() || pieces.size() > kMaxPieces)
      return {};
    return tensor::ConcatOp::create(rewriter, concat.getLoc(), concat.getDim(), pieces);
  }

  /// The tensor that was cut into just the pieces which are put together, in their order; else null.
  Value join(tensor::ConcatOp concat, IndexSpace &sizes) {
    Value source;
    Lin next;
    for (Value piece : concat.getInputs()) {
      auto slice = piece.getDefiningOp<tensor::ExtractSliceOp>();
      if (!slice || !slice.hasUnitStride() || slice.getType().getRank() != slice.getSourceType().getRank() ||
          (source && slice.getSource() != source))
        return {};
      source = slice.getSource();
      for (auto [dim, offset, size] : llvm::enumerate(slice.getMixedOffsets(), slice.getMixedSizes())) {
        bool joined = dim == concat.getDim();
        if (sizes.getIndex(offset) != (joined ? next : Lin(0)))
          return {};
        if (joined)
          next = next + sizes.getIndex(size);
        else if (sizes.getIndex(size) != sizes.getSize(source, dim))
          return {};
      }
    }
    if (!source || next != sizes.getSize(source, concat.getDim()))
      return {};
    return source;
  }

  /// The tensor whose entries along one dimension were taken apart, one in each piece, with that dimension and the one
  /// which they are put together along as one; null where the pieces are others.
  Value joinSelected(tensor::ConcatOp concat, IndexSpace &sizes, IRRewriter &rewriter) {
    auto first = concat.getInputs()[0].getDefiningOp<tensor::ExtractSliceOp>();
    if (!first)
      return {};
    Value source = first.getSource();
    int64_t apart = -1, into = concat.getDim(), count = concat.getInputs().size();
    RankedTensorType type = first.getSourceType();
    // Which one of several dimensions of size 1 was left out does not show; it is the one that the pieces differ in.
    auto isTakenApart = [&](int64_t dim) {
      SmallVector<int64_t> shape(type.getShape());
      shape.erase(shape.begin() + dim);
      if (count < 2 || type.getDimSize(dim) != count || first.getType().getShape() != ArrayRef<int64_t>(shape))
        return false;
      for (auto [number, piece] : llvm::enumerate(concat.getInputs())) {
        auto slice = piece.getDefiningOp<tensor::ExtractSliceOp>();
        if (!slice || !slice.hasUnitStride() || slice.getSource() != source || slice.getType() != first.getType())
          return false;
        for (auto [other, offset, size] : llvm::enumerate(slice.getMixedOffsets(), slice.getMixedSizes()))
          if (static_cast<int64_t>(other) == dim
                  ? sizes.getIndex(offset) != Lin(number) || sizes.getIndex(size) != Lin(1)
                  : sizes.getIndex(size) != sizes.getSize(source, other))
            return false;
      }
      return true;
    };
    for (int64_t dim = 0; dim < type.getRank() && apart < 0; ++dim)
      if (isTakenApart(dim))
        apart = dim;
    if (apart < 0)
      return {};
    Location loc = concat.getLoc();
    if (apart != into) {
      // Moved before the dimension that it becomes a part of.
      SmallVector<AffineExpr> exprs;
      SmallVector<OpFoldResult> from = tensor::getMixedSizes(rewriter, loc, source), to;
      SmallVector<unsigned> order;
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (dim != apart)
          order.push_back(dim);
      order.insert(order.begin() + into, apart);
      for (unsigned dim : order)
        to.push_back(from[dim]);
      AffineMap read = inversePermutation(AffineMap::getPermutationMap(order, rewriter.getContext()));
      Value empty = tensor::EmptyOp::create(rewriter, loc, to, type.getElementType());
      SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
      source = linalg::GenericOp::create(rewriter, loc, empty.getType(), source, empty,
                                         ArrayRef<AffineMap>{read, rewriter.getMultiDimIdentityMap(type.getRank())},
                                         iterators,
                                         [](OpBuilder &b, Location loc, ValueRange args) {
                                           linalg::YieldOp::create(b, loc, args[0]);
                                         })
                   .getResult(0);
    }
    SmallVector<ReassociationIndices> groups;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (dim == into + 1)
        groups.back().push_back(dim);
      else
        groups.push_back({dim});
    return tensor::CollapseShapeOp::create(rewriter, loc, source, groups);
  }

  /// The tensor whose equal parts along a dimension were stacked in their order, with that dimension as two; else null.
  Value joinStacked(tensor::ConcatOp concat, IndexSpace &sizes, IRRewriter &rewriter) {
    Value source;
    int64_t into = concat.getDim(), inner = -1;
    for (auto [number, piece] : llvm::enumerate(concat.getInputs())) {
      auto expand = piece.getDefiningOp<tensor::ExpandShapeOp>();
      auto slice = expand ? expand.getSrc().getDefiningOp<tensor::ExtractSliceOp>() : tensor::ExtractSliceOp();
      if (!slice || !slice.hasUnitStride() || slice.getType().getRank() != slice.getSourceType().getRank() ||
          (source && slice.getSource() != source) || into >= slice.getType().getRank())
        return {};
      source = slice.getSource();
      SmallVector<int64_t> shape(slice.getType().getShape());
      inner = shape[into];
      shape.insert(shape.begin() + into, 1);
      if (expand.getResultType().getShape() != ArrayRef<int64_t>(shape) || ShapedType::isDynamic(inner))
        return {};
      for (auto [dim, offset, size] : llvm::enumerate(slice.getMixedOffsets(), slice.getMixedSizes()))
        if (static_cast<int64_t>(dim) == into ? sizes.getIndex(offset) != Lin(number * inner)
                                              : sizes.getIndex(size) != sizes.getSize(source, dim))
          return {};
    }
    auto type = cast<RankedTensorType>(source.getType());
    int64_t count = concat.getInputs().size();
    if (type.getDimSize(into) != count * inner)
      return {};
    SmallVector<ReassociationIndices> groups;
    SmallVector<OpFoldResult> outputShape = tensor::getMixedSizes(rewriter, concat.getLoc(), source);
    SmallVector<int64_t> shape(type.getShape());
    outputShape[into] = rewriter.getIndexAttr(inner);
    outputShape.insert(outputShape.begin() + into, rewriter.getIndexAttr(count));
    shape[into] = inner;
    shape.insert(shape.begin() + into, count);
    for (int64_t dim = 0; dim < static_cast<int64_t>(shape.size()); ++dim)
      if (dim == into + 1)
        groups.back().push_back(dim);
      else
        groups.push_back({dim});
    return tensor::ExpandShapeOp::create(rewriter, concat.getLoc(), RankedTensorType::get(shape, type.getElementType()),
                                         source, groups, outputShape);
  }

  /// What `slice` reads, from where it was written; null where it already is plain.
  Value forward(tensor::ExtractSliceOp slice, IRRewriter &rewriter) {
    if (!slice.hasUnitStride())
      return {};
    Region read{slice.getMixedOffsets(), slice.getMixedSizes()};
    Value source = slice.getSource();
    SmallVector<OpFoldResult> within;
    while (auto insert = source.getDefiningOp<tensor::InsertSliceOp>()) {
      if (!insert.hasUnitStride())
        break;
      Region written{insert.getMixedOffsets(), insert.getMixedSizes()};
      Relation relation = compare(read, written, within, rewriter);
      if (relation == Relation::Unclear)
        break;
      if (relation == Relation::Inside)
        return readPiece(slice, insert, read, within, rewriter);
      source = insert.getDest();
    }
    Location loc = slice.getLoc();
    if (auto fill = source.getDefiningOp<linalg::FillOp>(); fill && source != slice.getSource()) {
      Value empty = tensor::EmptyOp::create(rewriter, loc, tensor::getMixedSizes(rewriter, loc, slice.getResult()),
                                            slice.getType().getElementType());
      return linalg::FillOp::create(rewriter, loc, fill.getInputs(), ValueRange{empty}).getResult(0);
    }
    if (source == slice.getSource())
      return {};
    return tensor::ExtractSliceOp::create(rewriter, loc, slice.getType(), source, read.offsets, read.sizes,
                                          slice.getMixedStrides());
  }

  static Value readPiece(tensor::ExtractSliceOp slice, tensor::InsertSliceOp insert, const Region &read,
                         ArrayRef<OpFoldResult> within, IRRewriter &rewriter) {
    Location loc = slice.getLoc();
    Value piece = insert.getSource();
    bool whole = true;
    Region inPiece;
    llvm::SmallBitVector dropped = insert.getDroppedDims();
    for (auto [dim, offset] : llvm::enumerate(within)) {
      whole &= isEqualConstantIntOrValue(read.sizes[dim], insert.getMixedSizes()[dim]);
      if (dropped.test(dim))
        continue;
      inPiece.offsets.push_back(offset);
      inPiece.sizes.push_back(read.sizes[dim]);
    }
    if (!whole) {
      SmallVector<OpFoldResult> ones(inPiece.sizes.size(), rewriter.getIndexAttr(1));
      piece = tensor::ExtractSliceOp::create(rewriter, loc, piece, inPiece.offsets, inPiece.sizes, ones);
    }
    return reshapeUnitDims(rewriter, loc, piece, slice.getType());
  }
};

} // namespace
