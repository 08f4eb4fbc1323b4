//===- Sizes.cpp - Sizes of a driver's values by its symbols --------------------------------------------------===//
//
// See Sizes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Sizes.h"
#include "lib/Schedule/DroppedDims.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

SmallVector<Value> mambac::symbolArguments(func::FuncOp driver) {
  SmallVector<Value> symbols;
  for (unsigned i = 0; i < driver.getNumArguments(); ++i)
    if (driver.getArgAttr(i, "mambac.symbol"))
      symbols.push_back(driver.getArgument(i));
  return symbols;
}

namespace {

class Resolver {
public:
  Resolver(func::FuncOp driver) : driver(driver), symbols(mambac::symbolArguments(driver)) {}

  /// Size `dim` of a buffer or tensor; null if it is not known from views, allocations and arguments.
  OpFoldResult sizeOf(OpBuilder &b, Location loc, Value value, int64_t dim) {
    auto type = cast<ShapedType>(value.getType());
    if (!type.hasRank() || dim < 0 || dim >= type.getRank()) // asked of a dimension that is not there
      return {};
    if (!type.isDynamicDim(dim))
      return b.getIndexAttr(type.getDimSize(dim));
    if (auto arg = dyn_cast<BlockArgument>(value))
      return argumentSize(b, loc, arg, dim);
    Operation *op = value.getDefiningOp();
    if (auto read = dyn_cast<bufferization::ToTensorOp>(op))
      return sizeOf(b, loc, read.getBuffer(), dim);
    if (auto alloc = dyn_cast<memref::AllocOp>(op))
      return alloc.getMixedSizes()[dim];
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return empty.getMixedSizes()[dim];
    if (auto view = dyn_cast<memref::ViewOp>(op))
      return Value(view.getDynamicSizes()[cast<MemRefType>(type).getDynamicDimIndex(dim)]);
    if (auto cast = dyn_cast<memref::CastOp>(op))
      return sizeOf(b, loc, cast.getSource(), dim);
    if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
      return expand.getMixedOutputShape()[dim];
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return expand.getMixedOutputShape()[dim];
    if (auto collapse = dyn_cast<memref::CollapseShapeOp>(op))
      return product(b, loc, collapse.getSrc(), collapse.getReassociationIndices()[dim]);
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
      return product(b, loc, collapse.getSrc(), collapse.getReassociationIndices()[dim]);
    if (auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(op)) {
      llvm::SmallBitVector dropped;
      if (auto view = dyn_cast<memref::SubViewOp>(op))
        dropped = mambac::getDroppedDims(view);
      else if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op))
        dropped = extract.getDroppedDims();
      else
        return {};
      int64_t position = -1;
      for (auto [i, size] : llvm::enumerate(slice.getMixedSizes()))
        if (!dropped.test(i) && ++position == dim)
          return size;
    }
    return {};
  }

private:
  OpFoldResult argumentSize(OpBuilder &b, Location loc, BlockArgument arg, int64_t dim) {
    if (arg.getOwner() != &driver.getBody().front())
      return {};
    auto map = driver.getArgAttrOfType<AffineMapAttr>(arg.getArgNumber(), "mambac.shape");
    if (!map || dim >= map.getValue().getNumResults())
      return {};
    auto single = AffineMap::get(0, symbols.size(), map.getValue().getResult(dim));
    return affine::makeComposedFoldedAffineApply(b, loc, single, getAsOpFoldResult(symbols));
  }

  OpFoldResult product(OpBuilder &b, Location loc, Value source, ArrayRef<int64_t> dims) {
    OpFoldResult result = b.getIndexAttr(1);
    for (int64_t dim : dims) {
      OpFoldResult size = sizeOf(b, loc, source, dim);
      if (!size)
        return {};
      result = affine::makeComposedFoldedAffineApply(
          b, loc, b.getAffineSymbolExpr(0) * b.getAffineSymbolExpr(1), {result, size});
    }
    return result;
  }

  func::FuncOp driver;
  SmallVector<Value> symbols;
};

} // namespace

void mambac::resolveArgumentSizes(func::FuncOp driver) {
  Resolver resolver(driver);
  SmallVector<Operation *> dims;
  driver.walk([&](Operation *op) {
    if (isa<tensor::DimOp, memref::DimOp>(op))
      dims.push_back(op);
  });
  for (Operation *op : dims) {
    auto shaped = cast<ShapedDimOpInterface>(op);
    std::optional<int64_t> position = getConstantIntValue(shaped.getDimension());
    if (!position)
      continue;
    OpBuilder builder(op);
    OpFoldResult size = resolver.sizeOf(builder, op->getLoc(), shaped.getShapedValue(), *position);
    if (!size)
      continue;
    op->getResult(0).replaceAllUsesWith(getValueOrCreateConstantIndexOp(builder, op->getLoc(), size));
    op->erase();
  }
}

OpFoldResult mambac::findSize(OpBuilder &builder, func::FuncOp driver, Value value, int64_t dim) {
  return Resolver(driver).sizeOf(builder, value.getLoc(), value, dim);
}
