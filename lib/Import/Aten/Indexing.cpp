// Reads and writes at positions that are data: embedding, gather, index, index_put. Negative positions count from the
// end and all are cut to the tensor, so that no kernel reads outside of it. An input of the function whose elements are
// positions gets the attributes `mambac.limit` and `mambac.lowest`; the runtime refuses to run with others.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// A position of a dim of size `extent` as an index, negative ones wrapped, cut to the dim.
Value safeIndex(Emitter &e, Value raw, DType type, const Size &extent) {
  Value wide = e.convert(raw, type, DType::Int64);
  Value index = arith::IndexCastOp::create(e.b, e.loc, e.b.getIndexType(), wide);
  Value zero = e.index(0), size = e.sizeValue(extent), last = e.sizeValue(e.sub(extent, 1));
  Value negative = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::slt, index, zero);
  Value wrapped = arith::AddIOp::create(e.b, e.loc, index, size);
  Value chosen = arith::SelectOp::create(e.b, e.loc, negative, wrapped, index);
  Value low = arith::MaxSIOp::create(e.b, e.loc, chosen, zero);
  return arith::MinSIOp::create(e.b, e.loc, low, last);
}

/// Notes on the function's argument, if `indices` is one, that its elements have to be in [0, extent), or, where
/// negative positions count from the end, in [-extent, extent).
void setLimit(const Tensor &indices, const Size &extent, bool fromEnd = false) {
  auto argument = dyn_cast<BlockArgument>(indices.value);
  if (!argument || !extent.isConstant())
    return;
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return;
  unsigned number = argument.getArgNumber();
  Builder b(function.getContext());
  int64_t limit = extent.value(), lowest = fromEnd ? -limit : 0;
  if (auto known = function.getArgAttrOfType<IntegerAttr>(number, "mambac.limit")) {
    auto knownLowest = function.getArgAttrOfType<IntegerAttr>(number, "mambac.lowest");
    limit = std::min(limit, known.getInt());
    lowest = std::max(lowest, knownLowest ? knownLowest.getInt() : 0);
  }
  function.setArgAttr(number, "mambac.limit", b.getI64IntegerAttr(limit));
  if (lowest)
    function.setArgAttr(number, "mambac.lowest", b.getI64IntegerAttr(lowest));
  else
    function.removeArgAttr(number, "mambac.lowest");
}

/// weight[indices]
LogicalResult lowerEmbedding(Call &c) {
  Tensor weight = c.tensor("weight"), indices = c.tensor("indices");
  if (c.failed())
    return failure();
  if (weight.rank() != 2 || isFloat(indices.dtype))
    return c.fail("its weight is not a matrix, or its indices are not integers");
  Emitter &e = c.e;
  Sizes sizes = indices.sizes;
  sizes.push_back(weight.sizes[1]);
  int64_t rank = indices.rank();
  Tensor result =
      e.generic({indices}, {e.map(rank + 1, llvm::to_vector(llvm::seq<int64_t>(0, rank))), e.identity(rank + 1)},
                e.empty(weight.dtype, sizes), [&](Emitter &, ValueRange v) -> Value {
                  Value row = safeIndex(e, v[0], indices.dtype, weight.sizes[0]);
                  Value column = linalg::IndexOp::create(e.b, e.loc, rank);
                  return tensor::ExtractOp::create(e.b, e.loc, weight.value, ValueRange{row, column});
                });
  setLimit(indices, weight.sizes[0]);
  return c.result(result);
}

/// self with the positions along `dim` replaced by those of a vector.
LogicalResult lowerIndexSelect(Call &c) {
  Tensor self = c.tensor("self"), indices = c.tensor("index");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  if (indices.rank() != 1 || self.rank() == 0)
    return c.fail("its index is not a vector");
  Emitter &e = c.e;
  Sizes sizes = self.sizes;
  sizes[dim] = indices.sizes[0];
  int64_t rank = self.rank();
  Tensor result = e.generic({indices}, {e.map(rank, {dim}), e.identity(rank)}, e.empty(self.dtype, sizes),
                            [&](Emitter &, ValueRange v) -> Value {
                              SmallVector<Value> at;
                              for (int64_t each = 0; each < rank; ++each)
                                at.push_back(each == dim ? safeIndex(e, v[0], indices.dtype, self.sizes[dim])
                                                         : linalg::IndexOp::create(e.b, e.loc, each).getResult());
                              return tensor::ExtractOp::create(e.b, e.loc, self.value, at);
                            });
  setLimit(indices, self.sizes[dim]);
  return c.result(result);
}

/// out[i, j] = self[i, index[i, j]]
LogicalResult lowerGather(Call &c) {
  bool broadcasts = c.has("indices"); // take_along_dim
  Tensor self = c.tensor("self"), indices = c.tensor(broadcasts ? "indices" : "index");
  int64_t dim = 0;
  if (broadcasts && !c.has("dim")) { // of all elements in one row
    self = c.e.reshape(self, {c.e.product(self.sizes)});
    indices = c.e.reshape(indices, {c.e.product(indices.sizes)});
  } else {
    dim = c.dim("dim", self.rank());
  }
  if (c.failed())
    return failure();
  if (broadcasts && self.rank() == indices.rank()) {
    Sizes from = self.sizes, to = indices.sizes;
    for (int64_t each = 0; each < self.rank(); ++each)
      if (each != dim)
        from[each] = to[each] = self.sizes[each].isConstant(1) ? indices.sizes[each] : self.sizes[each];
    self = c.e.broadcast(self, from);
    indices = c.e.broadcast(indices, to);
  }
  if (indices.rank() != self.rank() || self.rank() == 0)
    return c.fail("its index has another rank than its input");
  Emitter &e = c.e;
  return c.result(e.elementwise({indices}, self.dtype, indices.sizes, [&](Emitter &, ValueRange v) -> Value {
    SmallVector<Value> at;
    for (int64_t each = 0; each < self.rank(); ++each)
      at.push_back(each == dim ? safeIndex(e, v[0], indices.dtype, self.sizes[dim])
                               : linalg::IndexOp::create(e.b, e.loc, each).getResult());
    return tensor::ExtractOp::create(e.b, e.loc, self.value, at);
  }));
}

/// The index tensors of index and index_put, one for each leading dim (null: the whole dim).
struct Indices {
  SmallVector<Tensor> tensors; // filled up to the rank
  Sizes shape;                 // what they broadcast to
  int64_t first = 0;           // where the broadcast dims stand in the result
};

FailureOr<Indices> readIndices(Call &c, const Tensor &self) {
  Indices indices;
  indices.tensors = c.optionalTensors("indices");
  if (c.failed())
    return failure();
  if (int64_t(indices.tensors.size()) > self.rank())
    return c.fail("it has more indices than dims");
  indices.tensors.resize(self.rank());
  int64_t rank = 0;
  SmallVector<int64_t> used;
  for (auto [dim, tensor] : llvm::enumerate(indices.tensors)) {
    if (!tensor)
      continue;
    if (tensor.dtype == DType::Bool || isFloat(tensor.dtype))
      return c.fail("it indexes by a mask: the size of the result depends on the data");
    used.push_back(dim);
    rank = std::max(rank, tensor.rank());
  }
  if (used.empty())
    return c.fail("it has no index");
  indices.shape.assign(rank, Size(1));
  for (int64_t dim : used)
    for (int64_t each = 0; each < indices.tensors[dim].rank(); ++each) {
      Size &size = indices.shape[rank - indices.tensors[dim].rank() + each];
      const Size &other = indices.tensors[dim].sizes[each];
      if (size.isConstant(1) || (other.isConstant() && !other.isConstant(1)))
        size = other;
    }
  // Neighbouring indices stay in their place, separated ones move to the front.
  indices.first = used.back() - used.front() + 1 == int64_t(used.size()) ? used.front() : 0;
  return indices;
}

/// The sizes of self[indices].
Sizes indexedSizes(const Tensor &self, const Indices &indices) {
  Sizes sizes;
  for (int64_t dim = 0; dim < self.rank(); ++dim)
    if (!indices.tensors[dim])
      sizes.push_back(self.sizes[dim]);
  sizes.insert(sizes.begin() + indices.first, indices.shape.begin(), indices.shape.end());
  return sizes;
}

LogicalResult lowerIndex(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  FailureOr<Indices> indices = readIndices(c, self);
  if (failed(indices))
    return failure();
  Emitter &e = c.e;
  Sizes sizes = indexedSizes(self, *indices);
  int64_t rank = sizes.size(), width = indices->shape.size();
  SmallVector<Tensor> ins;
  SmallVector<AffineMap> maps;
  for (const Tensor &tensor : indices->tensors)
    if (tensor) {
      // Broadcast to the index shape, then placed at its dims of the result.
      auto [operand, map] = e.broadcastOperand(tensor, indices->shape);
      SmallVector<int64_t> positions;
      for (AffineExpr each : map.getResults())
        positions.push_back(cast<AffineDimExpr>(each).getPosition() + indices->first);
      ins.push_back(operand);
      maps.push_back(e.map(rank, positions));
    }
  maps.push_back(e.identity(rank));
  if (c.failed())
    return failure();
  Tensor result = e.generic(ins, maps, e.empty(self.dtype, sizes), [&](Emitter &, ValueRange v) -> Value {
    SmallVector<Value> at;
    int64_t whole = 0;
    unsigned next = 0;
    for (int64_t dim = 0; dim < self.rank(); ++dim) {
      const Tensor &tensor = indices->tensors[dim];
      if (tensor) {
        at.push_back(safeIndex(e, v[next++], tensor.dtype, self.sizes[dim]));
        continue;
      }
      int64_t position = whole++;
      at.push_back(linalg::IndexOp::create(e.b, e.loc, position < indices->first ? position : position + width));
    }
    return tensor::ExtractOp::create(e.b, e.loc, self.value, at);
  });
  if (ins.size() == 1)
    for (int64_t dim = 0; dim < self.rank(); ++dim)
      if (indices->tensors[dim])
        setLimit(ins[0], self.sizes[dim], /*fromEnd=*/true);
  return c.result(result);
}

/// self[indices] = values, or += with `accumulate`. Written from the destination's side: every element looks which of
/// the written positions is its own (the last one wins), so that no two iterations write to one place.
LogicalResult lowerIndexPut(Call &c) {
  Tensor self = c.tensor("self"), values = c.tensor("values");
  bool accumulate = c.boolean("accumulate", false);
  SmallVector<Tensor> masks = c.optionalTensors("indices");
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  if (masks.size() == 1 && masks[0] && masks[0].dtype == DType::Bool) {
    // A mask and one value: a select.
    Tensor mask = masks[0];
    if (values.rank() != 0 && !(values.rank() == 1 && values.sizes[0].isConstant(1)))
      return c.fail("it writes several values under a mask");
    if (mask.rank() > self.rank())
      return c.fail("its mask has more dims than its input");
    SmallVector<int64_t> trailing = llvm::to_vector(llvm::seq<int64_t>(mask.rank(), self.rank()));
    mask = e.addUnitDims(mask, trailing);
    return c.result(e.elementwise({mask, self, values}, self.dtype, self.sizes, [&](Emitter &, ValueRange v) -> Value {
      Value value = e.convert(v[2], values.dtype, self.dtype);
      if (accumulate)
        value = addScalars(e, self.dtype, v[1], value);
      return arith::SelectOp::create(e.b, e.loc, v[0], value, v[1]);
    }));
  }
  FailureOr<Indices> indices = readIndices(c, self);
  if (failed(indices))
    return failure();
  // Dims: those of self, then those of the indices' shape, which are reductions.
  int64_t rank = self.rank(), width = indices->shape.size();
  unsigned dims = rank + width;
  SmallVector<Tensor> ins;
  SmallVector<AffineMap> maps;
  for (const Tensor &tensor : indices->tensors)
    if (tensor) {
      auto [operand, map] = e.broadcastOperand(tensor, indices->shape);
      SmallVector<int64_t> positions;
      for (AffineExpr each : map.getResults())
        positions.push_back(cast<AffineDimExpr>(each).getPosition() + rank);
      ins.push_back(operand);
      maps.push_back(e.map(dims, positions));
    }
  auto [operand, valueMap] = e.broadcastOperand(e.convert(values, self.dtype), indexedSizes(self, *indices));
  if (c.failed())
    return failure();
  SmallVector<int64_t> wholeDims, positions;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!indices->tensors[dim])
      wholeDims.push_back(dim);
  for (AffineExpr each : valueMap.getResults()) {
    int64_t position = cast<AffineDimExpr>(each).getPosition();
    if (position >= indices->first && position < indices->first + width)
      positions.push_back(rank + position - indices->first);
    else
      positions.push_back(wholeDims[position < indices->first ? position : position - width]);
  }
  ins.push_back(operand);
  maps.push_back(e.map(dims, positions));
  // A dim of the indices' shape that no operand has after broadcasting would have no size: give it one.
  ins.push_back(e.empty(DType::Bool, indices->shape));
  maps.push_back(e.map(dims, llvm::to_vector(llvm::seq<int64_t>(rank, rank + width))));
  maps.push_back(e.map(dims, llvm::to_vector(llvm::seq<int64_t>(0, rank))));
  return c.result(e.generic(ins, maps, self, [&](Emitter &, ValueRange v) -> Value {
    Value here = e.constantInt(DType::Bool, 1);
    unsigned next = 0;
    for (int64_t dim = 0; dim < rank; ++dim) {
      const Tensor &tensor = indices->tensors[dim];
      if (!tensor)
        continue;
      Value position = safeIndex(e, v[next++], tensor.dtype, self.sizes[dim]),
            index = linalg::IndexOp::create(e.b, e.loc, dim);
      Value equal = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, position, index);
      here = arith::AndIOp::create(e.b, e.loc, here, equal);
    }
    Value old = v.back(), value = v[next];
    if (accumulate)
      value = addScalars(e, self.dtype, old, value);
    return arith::SelectOp::create(e.b, e.loc, here, value, old);
  }));
}

} // namespace

void registerIndexing(Registry &r) {
  r.add("aten.embedding.default", lowerEmbedding);
  r.add("aten.index_select.default", lowerIndexSelect);
  r.add({"aten.gather.default", "aten.take_along_dim.default"}, lowerGather);
  r.add("aten.index.Tensor", lowerIndex);
  r.add({"aten.index_put.default", "aten._unsafe_index_put.default"}, lowerIndexPut);
}

} // namespace mambac::aten
