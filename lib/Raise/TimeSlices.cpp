//===- TimeSlices.cpp - Slices of one tensor, one a step, are that tensor read over time ------------------------===//

#include "lib/Raise/TimeStacker.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mambac::raise;

/// How many steps in a row have the same value: the heads of a group, say. 1 unless that goes evenly through all steps.
static int64_t getRun(ArrayRef<Value> list) {
  size_t run = 1;
  while (run < list.size() && list[run] == list[0])
    ++run;
  if (!list[0] || list.size() % run != 0)
    return 1;
  for (auto [step, value] : llvm::enumerate(list))
    if (value != list[step / run * run])
      return 1;
  return run;
}

/// Slices whose offsets differ in one dimension and by the same amount from each step to the next: by one forth or
/// back, by more (every other entry), or by the slices' own extent (chunks), which then is split off. Each may stand for
/// several steps in a row.
TimeStacker::Result TimeStacker::visitSlices(ArrayRef<Value> all) {
  const int64_t run = getRun(all), steps = this->steps / run;
  SmallVector<Value> list;
  for (int64_t step = 0; step < steps; ++step)
    list.push_back(all[step * run]);
  int64_t from = -1, to = -1; // two steps that are known
  for (auto [step, value] : llvm::enumerate(list))
    if (value) {
      if (!value.getDefiningOp<tensor::ExtractSliceOp>())
        return failure();
      if (from < 0)
        from = step;
      else if (to < 0)
        to = step;
    }
  if (to < 0)
    return failure();
  auto first = list[from].getDefiningOp<tensor::ExtractSliceOp>();
  SmallVector<OpFoldResult> offsets = first.getMixedOffsets(), sizes = first.getMixedSizes();
  if (!first.hasUnitStride())
    return failure();
  int64_t timeDim = -1, distance = 0;
  SmallVector<OpFoldResult> second = list[to].getDefiningOp<tensor::ExtractSliceOp>().getMixedOffsets();
  for (auto [dim, offset] : llvm::enumerate(second)) {
    if (offset == offsets[dim])
      continue;
    std::optional<int64_t> a = getConstantIntValue(offsets[dim]), b = getConstantIntValue(offset);
    if (!a || !b || timeDim >= 0 || (*b - *a) % (to - from))
      return failure();
    timeDim = dim;
    distance = (*b - *a) / (to - from);
  }
  if (timeDim < 0)
    return failure();
  int64_t begin = *getConstantIntValue(offsets[timeDim]) - from * distance; // of step 0
  std::optional<int64_t> extent = getConstantIntValue(sizes[timeDim]);
  if (!extent || *extent < 1 || (*extent > 1 && distance != *extent))
    return failure();
  for (auto [step, value] : llvm::enumerate(list)) {
    if (!value)
      continue;
    auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
    if (slice.getSource() != first.getSource() || slice.getType() != first.getType() ||
        slice.getMixedSizes() != sizes || !slice.hasUnitStride())
      return failure();
    for (auto [dim, offset] : llvm::enumerate(slice.getMixedOffsets()))
      if (static_cast<int64_t>(dim) == timeDim
              ? getConstantIntValue(offset) != begin + static_cast<int64_t>(step) * distance
              : offset != offsets[dim])
        return failure();
  }
  // Steps that nobody asks for have to be there all the same.
  int64_t last = begin + (steps - 1) * distance, low = std::min(begin, last), high = std::max(begin, last) + *extent;
  int64_t sourceSize = first.getSourceType().getDimSize(timeDim);
  if (low < 0 || (ShapedType::isDynamic(sourceSize) ? !list.front() || !list.back() : high > sourceSize))
    return failure();

  for (Value value : list)
    if (value)
      visited.insert(value.getDefiningOp());
  // The slice of all steps. Dropped dimensions stay dropped, but for time.
  MLIRContext *ctx = rewriter.getContext();
  llvm::SmallBitVector dropped = first.getDroppedDims();
  SmallVector<OpFoldResult> strides = first.getMixedStrides();
  bool chunks = *extent > 1;
  offsets[timeDim] = rewriter.getIndexAttr(low);
  sizes[timeDim] = rewriter.getIndexAttr(steps * *extent);
  if (!chunks)
    strides[timeDim] = rewriter.getIndexAttr(std::abs(distance));
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> results;
  AffineExpr time = getAffineDimExpr(0, ctx).floorDiv(run);
  if (distance < 0)
    time = steps - 1 - time;
  unsigned elementDim = 0, timePosition = 0;
  for (int64_t dim = 0, e = sizes.size(); dim < e; ++dim) {
    bool inElement = !dropped.test(dim);
    if (dim == timeDim) {
      timePosition = shape.size();
      shape.push_back(steps * *extent);
      results.push_back(time);
      elementDim += inElement && !chunks;
      if (chunks)
        results.push_back(getAffineDimExpr(1 + elementDim++, ctx));
      continue;
    }
    if (!inElement)
      continue;
    shape.push_back(first.getType().getDimSize(elementDim));
    results.push_back(getAffineDimExpr(1 + elementDim++, ctx));
  }
  auto type = RankedTensorType::get(shape, first.getType().getElementType());
  Value slice = first.getSource();
  if (slice.getType() != type || low != 0 || std::abs(distance) != *extent)
    slice = tensor::ExtractSliceOp::create(rewriter, loc, type, slice, offsets, sizes, strides);
  if (chunks) {
    SmallVector<OpFoldResult> split = tensor::getMixedSizes(rewriter, loc, slice);
    split[timePosition] = rewriter.getIndexAttr(steps);
    split.insert(split.begin() + timePosition + 1, rewriter.getIndexAttr(*extent));
    shape[timePosition] = steps;
    shape.insert(shape.begin() + timePosition + 1, *extent);
    SmallVector<ReassociationIndices> groups;
    for (int64_t dim = 0, next = 0; dim < type.getRank(); ++dim) {
      groups.push_back({next++});
      if (dim == timePosition)
        groups.back().push_back(next++);
    }
    slice = tensor::ExpandShapeOp::create(rewriter, loc, RankedTensorType::get(shape, type.getElementType()), slice,
                                          groups, split);
  }
  LinearInPrevious r;
  r.rest = Stacked{slice, AffineMap::get(first.getType().getRank() + 1, 0, results, ctx)};
  return r;
}
