//===- SplitProducts.cpp - A product that is only read in parts gets a buffer for each -------------------------===//
//
// Models project to several things at once (Mamba: x and z; Mamba-2: z, xBC and dt) and then take them apart. In one buffer all
// live as long as the last one is read. Where the parts are whole panels of the packed weight, each becomes a product of its own,
// with these panels, whose buffer is free when the part was read. Products of a few rows (one token) stay: there is nothing to
// gain, and each kernel costs time.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <map>

namespace mambac {
#define GEN_PASS_DEF_SPLITPRODUCTSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using namespace mambac;

namespace {

/// The columns [first, first + count) of a product, and who reads them.
using Parts = std::map<std::pair<int64_t, int64_t>, SmallVector<tensor::ExtractSliceOp>>;

/// Whether a tensor is the product, or the product with its rows cut into several dimensions.
bool keepsColumns(tensor::ExpandShapeOp expand) {
  return expand.getReassociationIndices().back().size() == 1;
}

/// Adds a slice that takes some columns of all rows.
LogicalResult addPart(tensor::ExtractSliceOp slice, Parts &parts) {
  RankedTensorType type = slice.getSourceType();
  int64_t last = type.getRank() - 1, first = slice.getStaticOffset(last), count = slice.getStaticSize(last);
  if (!slice.hasUnitStride() || ShapedType::isDynamic(first) || ShapedType::isDynamic(count))
    return failure();
  SmallVector<OpFoldResult> whole;
  if (auto expand = slice.getSource().getDefiningOp<tensor::ExpandShapeOp>())
    whole = expand.getMixedOutputShape();
  for (int64_t d = 0; d < last; ++d) {
    bool isWhole = whole.empty() ? slice.getStaticSize(d) == type.getDimSize(d) && !type.isDynamicDim(d)
                                 : isEqualConstantIntOrValue(slice.getMixedSizes()[d], whole[d]);
    if (slice.getStaticOffset(d) != 0 || !isWhole)
      return failure();
  }
  parts[{first, count}].push_back(slice);
  return success();
}

/// All parts that are read; failure if something reads more than columns.
FailureOr<Parts> findParts(Value product) {
  Parts parts;
  for (Operation *user : product.getUsers()) {
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(user); expand && keepsColumns(expand)) {
      for (Operation *reader : expand->getUsers())
        if (auto slice = dyn_cast<tensor::ExtractSliceOp>(reader); !slice || failed(addPart(slice, parts)))
          return failure();
      continue;
    }
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(user); !slice || failed(addPart(slice, parts)))
      return failure();
  }
  return parts;
}

struct SplitProductsPass : mambac::impl::SplitProductsPassBase<SplitProductsPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto entry : getOperation().getOps<func::FuncOp>())
      if (!isStep(entry))
        entry.walk([&](ssm::PackedMatmulOp op) { split(op); });
  }

private:
  /// One token of each text: it has states and no length.
  static bool isStep(func::FuncOp entry) {
    if (entry->hasAttr("mambac.length"))
      return false;
    for (unsigned i = 0; i < entry.getNumArguments(); ++i)
      if (entry.getArgAttr(i, "mambac.state"))
        return true;
    return false;
  }

  void split(ssm::PackedMatmulOp op) {
    if (op->getNumResults() != 1 || !op.getEpilogue().empty() || !op.getWith().empty())
      return;
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    auto empty = op.getOuts()[0].getDefiningOp<tensor::EmptyOp>();
    if (!empty || type.isDynamicDim(1) || (!type.isDynamicDim(0) && type.getDimSize(0) < fewestRows))
      return;
    FailureOr<Parts> parts = findParts(op->getResult(0));
    if (failed(parts) || parts->size() < 2)
      return;
    int64_t end = 0;
    for (auto &[columns, slices] : *parts) {
      auto [first, count] = columns;
      if (first < end || first % ssm::PackedMatmulOp::kPanel ||
          (count % ssm::PackedMatmulOp::kPanel && first + count != type.getDimSize(1)))
        return;
      end = first + count;
    }
    for (auto &[columns, slices] : *parts)
      replace(op, empty, columns.first, columns.second, slices);
    ++numSplit;
  }

  void replace(ssm::PackedMatmulOp op, tensor::EmptyOp empty, int64_t first, int64_t count,
               ArrayRef<tensor::ExtractSliceOp> slices) {
    OpBuilder b(op);
    Location loc = op.getLoc();
    auto packedType = cast<RankedTensorType>(op.getPacked().getType());
    SmallVector<OpFoldResult> offsets(3, b.getIndexAttr(0)), strides(3, b.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(b.getContext(), packedType.getShape());
    offsets[0] = b.getIndexAttr(first / ssm::PackedMatmulOp::kPanel);
    sizes[0] = b.getIndexAttr(llvm::divideCeil(count, ssm::PackedMatmulOp::kPanel));
    Value panels = tensor::ExtractSliceOp::create(b, loc, op.getPacked(), offsets, sizes, strides);
    SmallVector<OpFoldResult> shape = empty.getMixedSizes();
    shape[1] = b.getIndexAttr(count);
    Value out = tensor::EmptyOp::create(b, loc, shape, empty.getType().getElementType());
    Value part = ssm::PackedMatmulOp::create(b, loc, op.getX(), panels, ValueRange(), out)->getResult(0);
    for (tensor::ExtractSliceOp slice : slices) {
      b.setInsertionPoint(slice);
      Value source = part;
      if (auto expand = slice.getSource().getDefiningOp<tensor::ExpandShapeOp>()) {
        SmallVector<int64_t> wide(expand.getResultType().getShape());
        wide.back() = count;
        SmallVector<OpFoldResult> wideSizes = expand.getMixedOutputShape();
        wideSizes.back() = b.getIndexAttr(count);
        source = tensor::ExpandShapeOp::create(b, slice.getLoc(), expand.getResultType().clone(wide), part,
                                               expand.getReassociationIndices(), wideSizes);
      }
      SmallVector<OpFoldResult> from = slice.getMixedOffsets();
      from.back() = b.getIndexAttr(0);
      Value taken = tensor::ExtractSliceOp::create(b, slice.getLoc(), slice.getType(), source, from, slice.getMixedSizes(),
                                                   slice.getMixedStrides());
      slice.replaceAllUsesWith(taken);
    }
  }
};

} // namespace
