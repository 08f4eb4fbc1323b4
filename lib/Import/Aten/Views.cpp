// Ops whose result is another look at the same elements: reshapes, transposes, expand, aliases. Each says how the view
// is computed and how a write to it reaches its base.
#include "lib/Import/Call.h"

using namespace mlir;

namespace mambac::aten {
namespace {

//===--- Reshapes
//---------------------------------------------------------------------------------------------------------===//

/// Whether PyTorch's reshape of a tensor with these sizes and strides to `target` is a view: runs of dims that are
/// contiguous with each other may be split and merged.
bool canView(Emitter &e, const pt2::TensorMeta *meta, ArrayRef<Size> target) {
  if (!meta || meta->strides.size() != meta->sizes.size())
    return true;
  // Dims that matter, innermost last.
  SmallVector<std::pair<Size, Size>> dims;
  for (auto [size, stride] : llvm::zip_equal(meta->sizes, meta->strides))
    if (!size.isConstant(1))
      dims.push_back({size, stride});
  // Contiguous as a whole, the common case.
  bool contiguous = true;
  Size expected(1);
  for (auto &[size, stride] : llvm::reverse(dims)) {
    contiguous &= stride == expected;
    expected = e.mul(expected, size);
  }
  if (contiguous)
    return true;
  // Each maximal contiguous run must be covered by whole dims of the target.
  int64_t next = int64_t(target.size()) - 1;
  for (int64_t i = int64_t(dims.size()) - 1; i >= 0;) {
    Size run = dims[i].first, stride = e.mul(dims[i].first, dims[i].second);
    for (--i; i >= 0 && dims[i].second == stride; --i) {
      run = e.mul(run, dims[i].first);
      stride = e.mul(stride, dims[i].first);
    }
    Size covered(1);
    while (next >= 0 && covered != run)
      covered = e.mul(covered, target[next--]);
    if (covered != run)
      return false;
  }
  return true;
}

LogicalResult viewAs(Call &c, const Sizes &sizes) {
  return c.view(
      "self", [sizes](Emitter &e, const Tensor &base) { return e.reshape(base, sizes); },
      [](Emitter &e, const Tensor &base, const Tensor &part) { return e.reshape(part, base.sizes); });
}

LogicalResult lowerView(Call &c) {
  Sizes sizes = c.resultSizes();
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  if (self.dtype != c.resultType())
    return c.fail("a view of a tensor as another type is not supported");
  return viewAs(c, sizes);
}

/// A view where PyTorch makes one, a copy elsewhere.
LogicalResult lowerReshape(Call &c) {
  Sizes sizes = c.resultSizes();
  Tensor self = c.tensor("self");
  const pt2::Argument *arg = c.node.input("self");
  if (c.failed() || !arg)
    return failure();
  if (canView(c.e, c.graph.findTensor(arg->name), sizes))
    return viewAs(c, sizes);
  return c.result(c.e.reshape(self, sizes));
}

LogicalResult lowerContiguous(Call &c) {
  const pt2::Argument *arg = c.node.input("self");
  Tensor self = c.tensor("self");
  if (c.failed() || !arg)
    return failure();
  const pt2::TensorMeta *meta = c.graph.findTensor(arg->name);
  if (!meta || (meta->sizes == c.meta().sizes && meta->strides == c.meta().strides))
    return c.alias("self");
  return c.result(self);
}

LogicalResult dropDims(Call &c, const SmallVector<int64_t> &dims) {
  return c.view(
      "self", [dims](Emitter &e, const Tensor &base) { return e.dropUnitDims(base, dims); },
      [dims](Emitter &e, const Tensor &base, const Tensor &part) { return e.addUnitDims(part, dims); });
}

LogicalResult lowerSqueeze(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> candidates = c.dims("dim", self.rank()), dims;
  if (c.failed())
    return failure();
  // Unlike elsewhere, an empty list of dims is none.
  if (c.has("dim") && c.node.input("dim")->isList() && c.node.input("dim")->elements.empty())
    candidates.clear();
  for (int64_t dim : candidates)
    if (self.sizes[dim].isConstant(1))
      dims.push_back(dim);
  return dropDims(c, dims);
}

LogicalResult lowerUnsqueeze(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = {c.dim("dim", self.rank() + 1)};
  if (c.failed())
    return failure();
  return c.view(
      "self", [dims](Emitter &e, const Tensor &base) { return e.addUnitDims(base, dims); },
      [dims](Emitter &e, const Tensor &base, const Tensor &part) { return e.dropUnitDims(part, dims); });
}

//===--- Permutations
//-----------------------------------------------------------------------------------------------------===//

LogicalResult permuted(Call &c, const SmallVector<int64_t> &order) {
  SmallVector<int64_t> inverse(order.size(), -1);
  for (auto [position, from] : llvm::enumerate(order)) {
    if (inverse[from] != -1)
      return c.fail("a dim is permuted twice");
    inverse[from] = position;
  }
  return c.view(
      "self", [order](Emitter &e, const Tensor &base) { return e.permute(base, order); },
      [inverse](Emitter &e, const Tensor &base, const Tensor &part) { return e.permute(part, inverse); });
}

LogicalResult lowerPermute(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> order;
  for (int64_t each : c.integers("dims"))
    order.push_back(c.wrapDim(each, self.rank()));
  if (c.failed())
    return failure();
  if (int64_t(order.size()) != self.rank())
    return c.fail("it permutes " + Twine(order.size()) + " dims of a tensor of rank " + Twine(self.rank()));
  return permuted(c, order);
}

LogicalResult swapped(Call &c, int64_t rank, int64_t a, int64_t b) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (rank > 0)
    std::swap(order[a], order[b]);
  return permuted(c, order);
}

LogicalResult lowerTranspose(Call &c) {
  bool axes = c.has("axis0");
  Tensor self = c.tensor("self");
  int64_t a = c.dim(axes ? "axis0" : "dim0", self.rank()), b = c.dim(axes ? "axis1" : "dim1", self.rank());
  if (c.failed())
    return failure();
  return swapped(c, self.rank(), a, b);
}

/// t, .T of matrices, .mT
LogicalResult lowerTransposeLast(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  if (self.rank() < 2)
    return c.alias("self");
  return swapped(c, self.rank(), self.rank() - 2, self.rank() - 1);
}

LogicalResult lowerReverseDims(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  SmallVector<int64_t> order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, self.rank())));
  return permuted(c, order);
}

LogicalResult lowerMovedim(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> source, destination;
  for (int64_t each : c.integers("source"))
    source.push_back(c.wrapDim(each, self.rank()));
  for (int64_t each : c.integers("destination"))
    destination.push_back(c.wrapDim(each, self.rank()));
  if (c.failed())
    return failure();
  if (source.size() != destination.size())
    return c.fail("it moves dims to a different number of places");
  SmallVector<int64_t> order(self.rank(), -1), rest;
  for (auto [from, to] : llvm::zip_equal(source, destination))
    order[to] = from;
  for (int64_t dim = 0; dim < self.rank(); ++dim)
    if (!llvm::is_contained(source, dim))
      rest.push_back(dim);
  unsigned next = 0;
  for (int64_t &each : order)
    if (each == -1) {
      if (next == rest.size())
        return c.fail("it moves a dim twice");
      each = rest[next++];
    }
  return permuted(c, order);
}

//===--- Others
//-----------------------------------------------------------------------------------------------------------===//

LogicalResult lowerExpand(Call &c) {
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  return c.view("self", [sizes](Emitter &e, const Tensor &base) { return e.broadcast(base, sizes); }, nullptr);
}

LogicalResult lowerAlias(Call &c) { return c.alias("self"); }
LogicalResult lowerDropout(Call &c) {
  if (c.boolean("train", false) && c.number("p", 0.0) != 0.0)
    return c.fail("dropout is on: export the model in eval mode (model.eval())");
  return c.alias("input");
}

} // namespace

void registerViews(Registry &r) {
  r.add({"aten.view.default", "aten._unsafe_view.default", "aten.view_as.default"}, lowerView);
  r.add({"aten.reshape.default", "aten.flatten.using_ints", "aten.unflatten.int", "aten.reshape_as.default",
         "aten.ravel.default"},
        lowerReshape);
  r.add("aten.contiguous.default", lowerContiguous);
  r.add({"aten.squeeze.default", "aten.squeeze.dim", "aten.squeeze.dims"}, lowerSqueeze);
  r.add("aten.unsqueeze.default", lowerUnsqueeze);
  r.add("aten.permute.default", lowerPermute);
  r.add({"aten.transpose.int", "aten.swapaxes.default", "aten.swapdims.default"}, lowerTranspose);
  r.add({"aten.t.default", "aten.mT.default", "aten.adjoint.default"}, lowerTransposeLast);
  r.add("aten.numpy_T.default", lowerReverseDims);
  r.add({"aten.movedim.int", "aten.movedim.intlist", "aten.moveaxis.int", "aten.moveaxis.intlist"}, lowerMovedim);
  r.add({"aten.expand.default", "aten.expand_as.default", "aten.broadcast_to.default"}, lowerExpand);
  r.add({"aten.alias.default", "aten.detach.default", "aten.detach_.default", "aten.lift_fresh_copy.default",
         "aten.lift_fresh.default", "aten.positive.default", "aten.resolve_conj.default", "aten.resolve_neg.default",
         "aten.conj.default", "aten.real.default"},
        lowerAlias);
  r.add({"aten.dropout.default", "aten.feature_dropout.default"}, lowerDropout);
}

} // namespace mambac::aten
