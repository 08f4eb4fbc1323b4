//===- DroppedDims.cpp - The dimensions that a view of a buffer leaves out --------------------------------------===//

#include "lib/Schedule/DroppedDims.h"

#include <functional>

using namespace mlir;

llvm::SmallBitVector mambac::getDroppedDims(memref::SubViewOp view) {
  MemRefType type = view.getType();
  auto [sourceStrides, sourceOffset] = view.getSourceType().getStridesAndOffset();
  auto [strides, offset] = type.getStridesAndOffset();
  ArrayRef<int64_t> sizes = view.getStaticSizes(), steps = view.getStaticStrides();
  int64_t rank = sizes.size();
  auto agrees = [&, &sourceStrides = sourceStrides, &strides = strides](int64_t dim, int64_t of) {
    bool isKnown = !ShapedType::isDynamic(sourceStrides[dim]) && !ShapedType::isDynamic(steps[dim]);
    return sizes[dim] == type.getDimSize(of) &&
           (ShapedType::isDynamic(strides[of]) || (isKnown && strides[of] == sourceStrides[dim] * steps[dim]));
  };
  llvm::SmallBitVector dropped(rank);
  std::function<bool(int64_t, int64_t)> choose = [&](int64_t dim, int64_t of) {
    if (dim == rank)
      return of == type.getRank();
    if (of < type.getRank() && agrees(dim, of) && choose(dim + 1, of + 1)) {
      dropped.reset(dim);
      return true;
    }
    dropped.set(dim);
    return sizes[dim] == 1 && choose(dim + 1, of);
  };
  return choose(0, 0) ? dropped : view.getDroppedDims();
}
