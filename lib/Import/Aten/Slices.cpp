// Views of a part of a tensor: slice, select, split and their kin; and the scatters that write such a part.
#include "lib/Import/Call.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// A part of a base along one dim.
struct Range {
  int64_t dim;
  Size start, length;
  int64_t step = 1;
};

LogicalResult sliceView(Call &c, const Range &range, unsigned position = 0) {
  return c.view(
      "self",
      [range](Emitter &e, const Tensor &base) {
        return e.slice(base, range.dim, range.start, range.length, range.step);
      },
      [range](Emitter &e, const Tensor &base, const Tensor &part) {
        return e.insertSlice(base, part, range.dim, range.start, range.step);
      },
      position);
}

/// Python's rule for one end of a slice: negative ones count from the end, all are cut to the tensor. `fallback` for
/// None.
Size sliceEnd(Call &c, StringRef name, const Size &extent, const Size &fallback) {
  Emitter &e = c.e;
  if (!c.has(name))
    return fallback;
  Size value = c.size(name);
  if (value.isConstant(INT64_MAX))
    return extent;
  if (value == extent)
    return extent;
  std::optional<bool> negative = e.isNegative(value);
  if (!negative && !c.failed())
    (void)c.fail("the sign of its argument '" + name + "' is not known");
  if (negative.value_or(false)) {
    value = e.add(value, extent);
    if (e.isNegative(value) == std::optional<bool>(true))
      return 0;
  }
  // Cut to the tensor where that is known to matter; elsewhere the graph's sizes were guarded by the export.
  if (e.isNegative(e.sub(extent, value)) == std::optional<bool>(true))
    return extent;
  return value;
}

/// The dim, start, length and step of slice's arguments.
Range sliceRange(Call &c, const Tensor &self) {
  Range range{c.dim("dim", self.rank(), 0), 0, 0, c.integer("step", 1)};
  if (self.rank() == 0)
    (void)c.fail("a tensor without dims is sliced");
  if (range.step < 1)
    (void)c.fail("its step is not positive");
  if (c.failed())
    return range;
  const Size &extent = self.sizes[range.dim];
  range.start = sliceEnd(c, "start", extent, 0);
  Size end = sliceEnd(c, "end", extent, extent);
  range.length = c.e.ceilDiv(c.e.sub(end, range.start), range.step);
  if (c.e.isNegative(range.length) == std::optional<bool>(true))
    range.length = 0;
  return range;
}

LogicalResult lowerSlice(Call &c) {
  Tensor self = c.tensor("self");
  Range range = sliceRange(c, self);
  if (c.failed())
    return failure();
  // The declared size may know more (an end that is cut, say), and is what the graph goes on with.
  const auto &declared = c.meta().sizes;
  if (int64_t(declared.size()) == self.rank() && !(range.length.isConstant() && declared[range.dim].isConstant()))
    range.length = declared[range.dim];
  return sliceView(c, range);
}

LogicalResult lowerNarrow(Call &c) {
  Tensor self = c.tensor("self");
  Range range{c.dim("dim", self.rank()), c.size("start"), c.size("length")};
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.fail("a tensor without dims is sliced");
  return sliceView(c, range);
}

/// The position of select's index.
Size selectIndex(Call &c, const Tensor &self, int64_t dim) {
  Size index = c.size("index");
  std::optional<bool> negative = c.e.isNegative(index);
  if (!negative)
    (void)c.fail("the sign of its index is not known");
  if (negative.value_or(false))
    index = c.e.add(index, self.sizes[dim]);
  return index;
}

LogicalResult selectView(Call &c, int64_t dim, const Size &index, unsigned position = 0) {
  return c.view(
      "self", [=](Emitter &e, const Tensor &base) { return e.select(base, dim, index); },
      [=](Emitter &e, const Tensor &base, const Tensor &part) { return e.insertSelected(base, part, dim, index); },
      position);
}

LogicalResult lowerSelect(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (!c.failed() && self.rank() == 0)
    return c.fail("a tensor without dims is indexed");
  if (c.failed())
    return failure();
  Size index = selectIndex(c, self, dim);
  if (c.failed())
    return failure();
  return selectView(c, dim, index);
}

LogicalResult lowerUnbind(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank(), 0);
  for (unsigned position = 0; !c.failed() && position < c.results().size(); ++position)
    if (failed(selectView(c, dim, position, position)))
      return failure();
  return success(!c.failed());
}

/// split, split_with_sizes, chunk, tensor_split: the declared sizes of the results say where the cuts are.
LogicalResult lowerSplit(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank(), 0);
  if (!c.failed() && self.rank() == 0)
    return c.fail("a tensor without dims is split");
  Size start(0);
  for (unsigned position = 0; !c.failed() && position < c.results().size(); ++position) {
    Sizes sizes = c.resultSizes(position);
    if (c.failed())
      return failure();
    if (int64_t(sizes.size()) != self.rank())
      return c.fail("its result " + Twine(position) + " has another rank than its input");
    if (failed(sliceView(c, {dim, start, sizes[dim]}, position)))
      return failure();
    start = c.e.add(start, sizes[dim]);
  }
  return success(!c.failed());
}

LogicalResult lowerSliceScatter(Call &c) {
  Tensor self = c.tensor("self"), source = c.tensor("src");
  Range range = sliceRange(c, self);
  if (c.failed())
    return failure();
  return c.result(c.e.insertSlice(self, c.e.convert(source, self.dtype), range.dim, range.start, range.step));
}

LogicalResult lowerSelectScatter(Call &c) {
  Tensor self = c.tensor("self"), source = c.tensor("src");
  int64_t dim = c.dim("dim", self.rank());
  if (!c.failed() && self.rank() == 0)
    return c.fail("a tensor without dims is indexed");
  if (c.failed())
    return failure();
  Size index = selectIndex(c, self, dim);
  if (source.rank() != self.rank() - 1)
    return c.fail("its source has another rank than the part that it overwrites");
  if (c.failed())
    return failure();
  return c.result(c.e.insertSelected(self, c.e.convert(source, self.dtype), dim, index));
}

} // namespace

void registerSlices(Registry &r) {
  r.add("aten.slice.Tensor", lowerSlice);
  r.add("aten.narrow.default", lowerNarrow);
  r.add("aten.select.int", lowerSelect);
  r.add("aten.unbind.int", lowerUnbind);
  r.add({"aten.split.Tensor", "aten.split.sizes", "aten.split.default", "aten.split_with_sizes.default",
         "aten.chunk.default", "aten.tensor_split.sections"},
        lowerSplit);
  r.add("aten.slice_scatter.default", lowerSliceScatter);
  r.add("aten.select_scatter.default", lowerSelectScatter);
}

} // namespace mambac::aten
