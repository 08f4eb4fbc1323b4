//===- SSMInterfaces.cpp - Axes of indexed ops -----------------------------------------------------------------------===//
//
// Sizes of axes and the constraints that all indexed ops share.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

#include "dialects/SSM/IR/SSMInterfaces.cpp.inc"

namespace {
/// One dimension of one operand, which tells an axis' size: size = dim * group.
struct AxisSource {
  unsigned operand;
  unsigned dim;
  unsigned axis;
  int64_t group;
};
} // namespace

static SmallVector<AxisSource> getAxisSources(IndexedOpInterface op) {
  SmallVector<AxisSource> sources;
  for (auto [operand, map] : llvm::enumerate(op.getIndexingMapsArray()))
    for (unsigned axis = 0; axis < map.getNumDims(); ++axis)
      if (int64_t dim = axes::findAxis(map, axis); dim >= 0 && !op.hasOwnSize(operand, axis))
        sources.push_back({unsigned(operand), unsigned(dim), axis, axes::getGroupSize(map, axis)});
  return sources;
}

SmallVector<int64_t> ssm::axes::getStaticAxisSizes(Operation *op) {
  auto indexed = cast<IndexedOpInterface>(op);
  SmallVector<int64_t> sizes(indexed.getNumAxes(), ShapedType::kDynamic);
  for (const AxisSource &source : getAxisSources(indexed)) {
    auto type = cast<ShapedType>(op->getOperand(source.operand).getType());
    if (!type.isDynamicDim(source.dim) && ShapedType::isDynamic(sizes[source.axis]))
      sizes[source.axis] = type.getDimSize(source.dim) * source.group;
  }
  return sizes;
}

SmallVector<OpFoldResult> ssm::axes::getAxisSizes(Operation *op, OpBuilder &b, Location loc) {
  auto indexed = cast<IndexedOpInterface>(op);
  SmallVector<int64_t> staticSizes = getStaticAxisSizes(op);
  SmallVector<AxisSource> sources = getAxisSources(indexed);
  SmallVector<OpFoldResult> sizes(staticSizes.size());
  for (unsigned axis = 0; axis < sizes.size(); ++axis) {
    if (!ShapedType::isDynamic(staticSizes[axis])) {
      sizes[axis] = b.getIndexAttr(staticSizes[axis]);
      continue;
    }
    // Inputs come first, so results do not ask their own destinations; a plain source spares arithmetic.
    const AxisSource *best = nullptr;
    for (const AxisSource &source : sources) {
      if (source.axis == axis && (!best || (source.group == 1 && best->group != 1)))
        best = &source;
    }
    assert(best && "verified: every axis is in a map");
    Value operand = op->getOperand(best->operand);
    OpFoldResult dim = isa<MemRefType>(operand.getType())
                           ? OpFoldResult(b.createOrFold<memref::DimOp>(loc, operand, best->dim))
                           : OpFoldResult(b.createOrFold<tensor::DimOp>(loc, operand, best->dim));
    if (best->group != 1)
      dim = affine::makeComposedFoldedAffineApply(b, loc, b.getAffineDimExpr(0) * best->group, dim);
    sizes[axis] = dim;
  }
  return sizes;
}

/// The name of an axis in diagnostics.
static std::string axisName(IndexedOpInterface op, unsigned axis) {
  SmallVector<StringRef> names = op.getAxisNames();
  return axis < names.size() ? names[axis].str() : std::string(1, 'a' + axis % 26);
}

LogicalResult ssm::axes::verifyIndexedOp(Operation *op) {
  auto indexed = cast<IndexedOpInterface>(op);
  // C1: all operands are tensors or all are memrefs.
  bool anyTensor = llvm::any_of(op->getOperandTypes(), llvm::IsaPred<TensorType>);
  bool anyMemRef = llvm::any_of(op->getOperandTypes(), llvm::IsaPred<BaseMemRefType>);
  if (anyTensor && anyMemRef)
    return op->emitOpError("mixes tensors and memrefs [C1]");

  // C2: one map per operand, from the op's axes, of the operand's rank.
  SmallVector<AffineMap> maps = indexed.getIndexingMapsArray();
  if (maps.size() != op->getNumOperands())
    return op->emitOpError() << "has " << op->getNumOperands() << " operands but indexing maps for " << maps.size()
                             << " [C2]";
  if (maps.empty())
    return op->emitOpError("has no operands [C2]");
  SmallVector<StringRef> names = indexed.getAxisNames();
  unsigned numAxes = names.empty() ? maps.front().getNumDims() : names.size();
  for (auto [i, map] : llvm::enumerate(maps)) {
    if (map.getNumDims() != numAxes || map.getNumSymbols() != 0)
      return op->emitOpError() << "needs maps of " << numAxes << " axes and no symbols, operand " << i
                               << " has " << AffineMapAttr::get(map) << " [C2]";
    int64_t rank = cast<ShapedType>(op->getOperand(i).getType()).getRank();
    if (map.getNumResults() != rank)
      return op->emitOpError() << "operand " << i << " has rank " << rank << " but is indexed by "
                               << map.getNumResults() << " axes [C2]";
  }

  // C3: a map's results are different axes, plain or floordiv a constant; every axis is in a map.
  SmallVector<bool> used(numAxes, false);
  for (auto [i, map] : llvm::enumerate(maps)) {
    unsigned found = 0;
    for (unsigned axis = 0; axis < numAxes; ++axis)
      if (findAxis(map, axis) >= 0) {
        ++found;
        used[axis] = true;
      }
    if (found != map.getNumResults())
      return op->emitOpError() << "the map of operand " << i << ", " << AffineMapAttr::get(map)
                               << ", must list different axes, each plain or floordiv a positive constant [C3]";
  }
  for (unsigned axis = 0; axis < numAxes; ++axis)
    if (!used[axis])
      return op->emitOpError() << "no operand has axis " << axisName(indexed, axis) << " [C3]";

  // C4: operands agree on the sizes of axes.
  SmallVector<int64_t> sizes(numAxes, ShapedType::kDynamic);
  SmallVector<unsigned> from(numAxes, 0);
  for (const AxisSource &source : getAxisSources(indexed)) {
    auto type = cast<ShapedType>(op->getOperand(source.operand).getType());
    if (type.isDynamicDim(source.dim))
      continue;
    int64_t size = type.getDimSize(source.dim) * source.group;
    if (ShapedType::isDynamic(sizes[source.axis])) {
      sizes[source.axis] = size;
      from[source.axis] = source.operand;
    } else if (sizes[source.axis] != size) {
      return op->emitOpError() << "axis " << axisName(indexed, source.axis) << " has size " << sizes[source.axis]
                               << " by operand " << from[source.axis] << " and " << size << " by operand "
                               << source.operand << " [C4]";
    }
  }
  return success();
}
