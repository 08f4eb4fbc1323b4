// Ops that copy elements to other places: concatenation, padding, repetition, flips and rolls.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

LogicalResult lowerCat(Call &c) {
  SmallVector<Tensor> ins = c.tensors("tensors");
  if (c.failed())
    return failure();
  DType type = c.resultType();
  // An old habit of PyTorch's: empty tensors of rank one are skipped.
  SmallVector<Tensor> parts;
  for (const Tensor &in : ins)
    if (!(in.rank() == 1 && in.sizes[0].isConstant(0)))
      parts.push_back(c.e.convert(in, type));
  if (parts.empty())
    return c.result(c.e.empty(type, c.resultSizes()));
  int64_t dim = c.dim("dim", parts[0].rank(), 0);
  if (parts[0].rank() == 0)
    return c.fail("tensors without dims are concatenated");
  if (c.failed())
    return failure();
  return c.result(c.e.concat(parts, dim));
}

LogicalResult lowerStack(Call &c) {
  SmallVector<Tensor> ins = c.tensors("tensors");
  if (c.failed())
    return failure();
  int64_t dim = c.dim("dim", ins[0].rank() + 1, 0);
  if (c.failed())
    return failure();
  SmallVector<Tensor> parts;
  for (const Tensor &in : ins) {
    if (in.rank() != ins[0].rank())
      return c.fail("it stacks tensors of different ranks");
    parts.push_back(c.e.addUnitDims(c.e.convert(in, c.resultType()), {dim}));
  }
  return c.result(c.e.concat(parts, dim));
}

/// pad with constants; negative amounts cut.
LogicalResult lowerPad(Call &c) {
  Tensor self = c.tensor("self");
  Sizes amounts = c.sizeList("pad");
  std::string mode = c.text("mode", "constant");
  Operand value = c.operand("value", 0);
  if (c.failed())
    return failure();
  if (mode != "constant")
    return c.fail("padding mode '" + mode + "' is not supported");
  if (amounts.size() % 2 != 0 || int64_t(amounts.size()) / 2 > self.rank())
    return c.fail("it pads more dims than there are");
  Emitter &e = c.e;
  Sizes low(self.rank(), Size(0)), high(self.rank(), Size(0));
  Tensor cut = self;
  for (size_t pair = 0; pair < amounts.size() / 2; ++pair) {
    int64_t dim = self.rank() - 1 - int64_t(pair);
    Size before = amounts[2 * pair], after = amounts[2 * pair + 1], start(0), length = self.sizes[dim];
    for (Size *amount : {&before, &after}) {
      std::optional<bool> negative = e.isNegative(*amount);
      if (!negative)
        return c.fail("the sign of a padding is not known");
      if (!*negative)
        continue;
      if (amount == &before)
        start = e.sub(0, *amount);
      length = e.add(length, *amount);
      *amount = 0;
    }
    if (!(length == self.sizes[dim]))
      cut = e.slice(cut, dim, start, length);
    low[dim] = before;
    high[dim] = after;
  }
  return c.result(e.pad(cut, low, high, scalarAs(e, value, self.dtype)));
}

/// Every element `repeats` times in a row: a broadcast over a new inner dim that is merged.
LogicalResult lowerRepeatInterleave(Call &c) {
  Tensor self = c.tensor("self");
  Size repeats = c.size("repeats");
  if (c.failed())
    return failure();
  if (!c.has("dim")) {
    self = c.e.reshape(self, {c.e.product(self.sizes)});
  }
  int64_t dim = c.dim("dim", self.rank(), 0);
  if (c.failed() || self.rank() == 0)
    return c.fail("a tensor without dims is repeated");
  Sizes wide = self.sizes, merged = self.sizes;
  wide.insert(wide.begin() + dim + 1, repeats);
  merged[dim] = c.e.mul(merged[dim], repeats);
  Tensor unit = c.e.addUnitDims(self, {dim + 1});
  return c.result(c.e.reshape(c.e.broadcast(unit, wide), merged));
}

/// repeat and tile: the whole tensor `repeats` times along each dim.
LogicalResult lowerRepeat(Call &c) {
  Tensor self = c.tensor("self");
  Sizes repeats = c.sizeList(c.has("repeats") ? "repeats" : "dims");
  if (c.failed())
    return failure();
  while (int64_t(repeats.size()) < self.rank())
    repeats.insert(repeats.begin(), Size(1));
  int64_t extra = int64_t(repeats.size()) - self.rank();
  SmallVector<int64_t> units;
  Sizes wide, merged;
  for (int64_t dim = 0; dim < int64_t(repeats.size()); ++dim) {
    Size size = dim < extra ? Size(1) : self.sizes[dim - extra];
    units.push_back(wide.size());
    wide.push_back(repeats[dim]);
    if (dim >= extra)
      wide.push_back(size);
    merged.push_back(c.e.mul(repeats[dim], size));
  }
  Tensor unit = c.e.addUnitDims(self, units);
  return c.result(c.e.reshape(c.e.broadcast(unit, wide), merged));
}

/// out[..., i, ...] = in[..., position(i), ...]
Tensor gatherAlong(Emitter &e, const Tensor &in, ArrayRef<int64_t> dims,
                   llvm::function_ref<Value(int64_t dim, Value index)> position) {
  return e.elementwise({}, in.dtype, in.sizes, [&](Emitter &, ValueRange) -> Value {
    SmallVector<Value> indices;
    for (int64_t dim = 0; dim < in.rank(); ++dim) {
      Value index = linalg::IndexOp::create(e.b, e.loc, dim);
      indices.push_back(llvm::is_contained(dims, dim) ? position(dim, index) : index);
    }
    return tensor::ExtractOp::create(e.b, e.loc, in.value, indices);
  });
}

LogicalResult lowerFlip(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dims", self.rank());
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  return c.result(gatherAlong(e, self, dims, [&](int64_t dim, Value index) -> Value {
    Value fromEnd = arith::SubIOp::create(e.b, e.loc, e.sizeValue(self.sizes[dim]), index);
    return arith::SubIOp::create(e.b, e.loc, fromEnd, e.index(1));
  }));
}

LogicalResult lowerRoll(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> shifts = c.integers("shifts"), dims;
  for (int64_t each : c.integers("dims", {}))
    dims.push_back(c.wrapDim(each, self.rank()));
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  Sizes sizes = self.sizes;
  if (dims.empty() && shifts.size() == 1) { // the elements in one row
    self = e.reshape(self, {e.product(sizes)});
    dims = {0};
  }
  if (dims.size() != shifts.size())
    return c.fail("it rolls " + Twine(dims.size()) + " dims by " + Twine(shifts.size()) + " shifts");
  Tensor rolled = gatherAlong(e, self, dims, [&](int64_t dim, Value index) -> Value {
    Value size = e.sizeValue(self.sizes[dim]), shift = e.index(shifts[llvm::find(dims, dim) - dims.begin()]);
    Value moved = arith::RemSIOp::create(e.b, e.loc, arith::SubIOp::create(e.b, e.loc, index, shift), size);
    Value back = arith::AddIOp::create(e.b, e.loc, moved, size);
    return arith::RemSIOp::create(e.b, e.loc, back, size);
  });
  return c.result(e.reshape(rolled, sizes));
}

/// out[.., w, .., k] = in[.., w * step + k, ..]: all windows of a dim, as a new last dim.
LogicalResult lowerUnfold(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dimension", self.rank()), size = c.integer("size"), step = c.integer("step");
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  int64_t rank = self.rank();
  if (int64_t(sizes.size()) != rank + 1 || size < 1 || step < 1)
    return c.fail("its windows make no sense");
  Emitter &e = c.e;
  SmallVector<AffineExpr> from;
  for (int64_t each = 0; each < rank; ++each)
    from.push_back(each == dim ? e.b.getAffineDimExpr(each) * step + e.b.getAffineDimExpr(rank)
                               : e.b.getAffineDimExpr(each));
  // What a last step leaves over is no part of a window: the dim ends with the last one.
  Size covered = e.add(e.mul(e.sub(sizes[dim], 1), step), size);
  if (!(covered == self.sizes[dim]))
    self = e.slice(self, dim, 0, covered);
  return c.result(e.generic({self}, {AffineMap::get(rank + 1, 0, from, e.b.getContext()), e.identity(rank + 1)},
                            e.empty(self.dtype, sizes), [](Emitter &, ValueRange v) { return v[0]; }));
}

/// The elements whose positions along two dims differ by `offset`, as a new last dim.
LogicalResult lowerDiagonal(Call &c) {
  Tensor self = c.tensor("self");
  int64_t rank = self.rank(), offset = c.integer("offset", 0), first = c.dim("dim1", rank, 0),
          second = c.dim("dim2", rank, 1);
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (rank < 2 || first == second || int64_t(sizes.size()) != rank - 1)
    return c.fail("it takes the diagonal of one dim");
  Emitter &e = c.e;
  return c.result(e.elementwise({}, self.dtype, sizes, [&](Emitter &, ValueRange) -> Value {
    SmallVector<Value> at;
    Value along = linalg::IndexOp::create(e.b, e.loc, rank - 2);
    int64_t next = 0;
    for (int64_t dim = 0; dim < rank; ++dim) {
      int64_t shift = dim == first ? std::max<int64_t>(-offset, 0) : std::max<int64_t>(offset, 0);
      if (dim != first && dim != second)
        at.push_back(linalg::IndexOp::create(e.b, e.loc, next++));
      else
        at.push_back(shift ? arith::AddIOp::create(e.b, e.loc, along, e.index(shift)).getResult() : along);
    }
    return tensor::ExtractOp::create(e.b, e.loc, self.value, at);
  }));
}

/// Differences of neighbours along a dim.
LogicalResult lowerDiff(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank(), -1), order = c.integer("n", 1);
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.fail("a tensor without dims has no differences");
  SmallVector<Tensor> parts;
  if (c.has("prepend"))
    parts.push_back(c.tensor("prepend"));
  parts.push_back(self);
  if (c.has("append"))
    parts.push_back(c.tensor("append"));
  for (Tensor &part : parts)
    part = c.e.convert(part, self.dtype);
  Emitter &e = c.e;
  Tensor value = e.concat(parts, dim);
  DType type = computeType(self.dtype);
  for (int64_t k = 0; k < order && !c.failed(); ++k) {
    Size length = e.sub(value.sizes[dim], 1);
    Tensor first = e.slice(value, dim, 0, length), second = e.slice(value, dim, 1, length);
    DType in = value.dtype;
    value = e.elementwise({first, second}, in, first.sizes, [&](Emitter &, ValueRange v) -> Value {
      Value a = e.convert(v[0], in, type), b = e.convert(v[1], in, type);
      if (type == DType::Bool)
        return arith::XOrIOp::create(e.b, e.loc, a, b);
      return e.convert(subScalars(e, type, b, a), type, in);
    });
  }
  return c.result(value);
}

} // namespace

void registerMovement(Registry &r) {
  r.add({"aten.cat.default", "aten.concat.default", "aten.concatenate.default"}, lowerCat);
  r.add("aten.stack.default", lowerStack);
  r.add({"aten.pad.default", "aten.constant_pad_nd.default"}, lowerPad);
  r.add("aten.repeat_interleave.self_int", lowerRepeatInterleave);
  r.add({"aten.repeat.default", "aten.tile.default"}, lowerRepeat);
  r.add("aten.flip.default", lowerFlip);
  r.add("aten.roll.default", lowerRoll);
  r.add("aten.unfold.default", lowerUnfold);
  r.add("aten.diagonal.default", lowerDiagonal);
  r.add("aten.diff.default", lowerDiff);
}

} // namespace mambac::aten
