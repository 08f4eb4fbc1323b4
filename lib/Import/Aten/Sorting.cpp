// Ops that order elements or count them: sort, topk, kthvalue, histc, searchsorted, isin. All are written from the
// result's side, as sums over comparisons: an element's place is the number of elements that come before it, so that no
// iteration waits for another. That is quadratic in the sorted dim, which is short in models (experts, or the slots of
// a batch's tokens).
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// a comes after b in ascending order; NaN is greater than all else, as PyTorch sorts.
Value isGreater(Emitter &e, DType type, Value a, Value b) {
  if (!isFloat(type))
    return compareScalars(e, type, Compare::GT, a, b);
  Value greater = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::UGT, a, b),
        number = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::ORD, b, b);
  return arith::AndIOp::create(e.b, e.loc, greater, number);
}

/// A map of the dims of `in` and one more: `dim` is the one more, or is itself.
AffineMap along(Emitter &e, int64_t rank, int64_t dim, bool other) {
  SmallVector<int64_t> positions = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (other)
    positions[dim] = rank;
  return e.map(rank + 1, positions);
}

Value indexAs64(Emitter &e, int64_t dim) {
  Value index = linalg::IndexOp::create(e.b, e.loc, dim);
  return arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), index);
}

/// The place of every element among those along `dim`; equal ones keep their order.
Tensor places(Emitter &e, const Tensor &in, int64_t dim, bool descending) {
  int64_t rank = in.rank();
  Tensor zero = e.fill(DType::Int64, in.sizes, e.constantInt(DType::Int64, 0));
  DType type = in.dtype == DType::Bool ? DType::Int64 : computeType(in.dtype);
  SmallVector<AffineMap> maps = {along(e, rank, dim, false), along(e, rank, dim, true), along(e, rank, dim, false)};
  return e.generic({in, in}, maps, zero, [&](Emitter &, ValueRange v) -> Value {
    Value own = e.convert(v[0], in.dtype, type), other = e.convert(v[1], in.dtype, type);
    Value first = descending ? other : own, second = descending ? own : other;
    // The other one comes first where it is beyond this one, or equal and earlier.
    Value beyond = isGreater(e, type, first, second), behind = isGreater(e, type, second, first);
    Value ownIndex = linalg::IndexOp::create(e.b, e.loc, dim), otherIndex = linalg::IndexOp::create(e.b, e.loc, rank);
    Value earlier = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::slt, otherIndex, ownIndex);
    Value notBehind = arith::XOrIOp::create(e.b, e.loc, behind, e.constantInt(DType::Bool, 1));
    Value tie = arith::AndIOp::create(e.b, e.loc, notBehind, earlier);
    Value before = arith::OrIOp::create(e.b, e.loc, beyond, tie);
    Value one = e.convert(before, DType::Bool, DType::Int64);
    return arith::AddIOp::create(e.b, e.loc, v[2], one);
  });
}

/// The positions along `dim` of the elements with places `first`, `first` + 1, …, as many as `count`.
Tensor positionsOf(Emitter &e, const Tensor &place, int64_t dim, int64_t first, const Size &count) {
  int64_t rank = place.rank();
  Sizes sizes = place.sizes;
  sizes[dim] = count;
  Tensor zero = e.fill(DType::Int64, sizes, e.constantInt(DType::Int64, 0));
  SmallVector<AffineMap> maps = {along(e, rank, dim, true), along(e, rank, dim, false)};
  return e.generic({place}, maps, zero, [&](Emitter &, ValueRange v) -> Value {
    Value wanted = indexAs64(e, dim);
    if (first)
      wanted = arith::AddIOp::create(e.b, e.loc, wanted, e.constantInt(DType::Int64, first));
    Value found = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, v[0], wanted);
    return arith::SelectOp::create(e.b, e.loc, found, indexAs64(e, rank), v[1]);
  });
}

/// in[.., positions, ..]
Tensor valuesAt(Emitter &e, const Tensor &in, int64_t dim, const Tensor &positions) {
  return e.elementwise({positions}, in.dtype, positions.sizes, [&](Emitter &, ValueRange v) -> Value {
    SmallVector<Value> at;
    for (int64_t each = 0; each < in.rank(); ++each)
      at.push_back(each == dim ? arith::IndexCastOp::create(e.b, e.loc, e.b.getIndexType(), v[0]).getResult()
                               : linalg::IndexOp::create(e.b, e.loc, each).getResult());
    return tensor::ExtractOp::create(e.b, e.loc, in.value, at);
  });
}

/// Values and positions of `count` elements from place `first` on.
LogicalResult ordered(Call &c, int64_t dim, bool descending, int64_t first, const Size &count, bool keepDim = true) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  bool scalar = self.rank() == 0;
  if (scalar)
    self = e.addUnitDims(self, {0});
  Tensor positions = positionsOf(e, places(e, self, dim, descending), dim, first, count);
  Tensor values = valuesAt(e, self, dim, positions);
  if (scalar || !keepDim) {
    positions = e.dropUnitDims(positions, {dim});
    values = e.dropUnitDims(values, {dim});
  }
  if (c.results().size() == 1) // argsort and msort have one result
    return c.result(c.resultType() == DType::Int64 && self.dtype != DType::Int64 ? positions : values);
  if (failed(c.result(values, 0)))
    return failure();
  return c.result(positions, 1);
}

template <bool onlyPositions> LogicalResult lowerSort(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank(), -1);
  bool descending = c.boolean("descending", false);
  if (c.failed())
    return failure();
  Size count = self.rank() ? self.sizes[dim] : Size(1);
  if (!onlyPositions)
    return ordered(c, dim, descending, 0, count);
  if (self.rank() == 0)
    return c.result(c.e.fill(DType::Int64, {}, c.e.constantInt(DType::Int64, 0)));
  return c.result(positionsOf(c.e, places(c.e, self, dim, descending), dim, 0, count));
}

LogicalResult lowerMsort(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.result(self);
  return c.result(valuesAt(c.e, self, 0, positionsOf(c.e, places(c.e, self, 0, false), 0, 0, self.sizes[0])));
}

LogicalResult lowerTopk(Call &c) {
  Tensor self = c.tensor("self");
  Size count = c.size("k");
  int64_t dim = c.dim("dim", self.rank(), -1);
  bool largest = c.boolean("largest", true);
  if (c.failed())
    return failure();
  const Size extent = self.rank() ? self.sizes[dim] : Size(1);
  if (c.e.isNegative(c.e.sub(extent, count)) == std::optional<bool>(true))
    return c.fail("it takes more elements than there are");
  return ordered(c, dim, largest, 0, count);
}

LogicalResult lowerKthvalue(Call &c) {
  Tensor self = c.tensor("self");
  int64_t k = c.integer("k"), dim = c.dim("dim", self.rank(), -1);
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  if (k < 1)
    return c.fail("its k is less than one");
  return ordered(c, dim, false, k - 1, 1, keepDim);
}

/// How many elements fall into each of `bins` equal parts of [min, max]; the last part has its upper end.
LogicalResult lowerHistc(Call &c) {
  Tensor self = c.tensor("self");
  int64_t bins = c.integer("bins", 100);
  double min = c.number("min", 0), max = c.number("max", 0);
  if (c.failed())
    return failure();
  if (!(min < max))
    return c.fail("its range is that of the data: give it min and max");
  if (bins < 1)
    return c.fail("it has no bins");
  Emitter &e = c.e;
  Tensor flat = e.reshape(self, {e.product(self.sizes)});
  DType type = isFloat(self.dtype) ? computeType(self.dtype) : DType::Float64, result = c.resultType();
  DType sums = isFloat(result) ? computeType(result) : result;
  Tensor zero = e.fill(sums, {Size(bins)}, e.constant(sums, 0));
  Tensor counts = e.generic({flat}, {e.map(2, {1}), e.map(2, {0})}, zero, [&](Emitter &, ValueRange v) -> Value {
    Value x = e.convert(v[0], flat.dtype, type), low = e.constant(type, min), high = e.constant(type, max);
    Value inside = arith::AndIOp::create(e.b, e.loc, compareScalars(e, type, Compare::GE, x, low),
                                         compareScalars(e, type, Compare::LE, x, high));
    Value part = divScalars(e, type, subScalars(e, type, x, low), subScalars(e, type, high, low));
    part = mulScalars(e, type, part, e.constant(type, double(bins)));
    // What is outside may be anything, NaN too: it must not reach a conversion.
    part = arith::SelectOp::create(e.b, e.loc, inside, part, e.constant(type, 0));
    Value bin = e.convert(part, type, DType::Int64);
    bin = arith::MinSIOp::create(e.b, e.loc, bin, e.constantInt(DType::Int64, bins - 1));
    Value here = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, bin, indexAs64(e, 0));
    here = arith::AndIOp::create(e.b, e.loc, here, inside);
    return addScalars(e, sums, v[1], e.convert(here, DType::Bool, sums));
  });
  return c.result(e.convert(counts, result));
}

/// Counts the elements of the vector `sorted` that are less than each of `values` (or equal, if `right`).
LogicalResult countBelow(Call &c, const Tensor &sorted, const Tensor &values, bool right) {
  Emitter &e = c.e;
  if (sorted.rank() != 1)
    return c.fail("only one row of boundaries is supported");
  int64_t rank = values.rank();
  DType type = computeType(promoteTypes(sorted.dtype, values.dtype));
  SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Tensor zero = e.fill(DType::Int64, values.sizes, e.constantInt(DType::Int64, 0));
  Tensor count = e.generic({values, sorted}, {e.map(rank + 1, own), e.map(rank + 1, {rank}), e.map(rank + 1, own)}, zero,
                           [&](Emitter &, ValueRange v) -> Value {
                             Value value = e.convert(v[0], values.dtype, type),
                                   bound = e.convert(v[1], sorted.dtype, type);
                             // !(bound > value), !(bound >= value): NaN lies behind all boundaries.
                             Value behind = compareScalars(e, type, right ? Compare::GT : Compare::GE, bound, value);
                             Value before = arith::XOrIOp::create(e.b, e.loc, behind, e.constantInt(DType::Bool, 1));
                             return arith::AddIOp::create(e.b, e.loc, v[2], e.convert(before, DType::Bool, DType::Int64));
                           });
  return c.result(e.convert(count, c.resultType()));
}

LogicalResult lowerBucketize(Call &c) {
  Tensor self = c.tensor("self"), boundaries = c.tensor("boundaries");
  bool right = c.boolean("right", false);
  return c.failed() ? failure() : countBelow(c, boundaries, self, right);
}

LogicalResult lowerSearchsorted(Call &c) {
  Tensor self = c.tensor("self"), sorted = c.tensor("sorted_sequence");
  bool right = c.boolean("right", false) || c.text("side", "left") == "right";
  if (c.has("sorter"))
    return c.fail("a sorter is not supported");
  return c.failed() ? failure() : countBelow(c, sorted, self, right);
}

LogicalResult lowerIsin(Call &c) {
  Tensor elements = c.tensor("elements"), among = c.tensor("test_elements");
  bool invert = c.boolean("invert", false);
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  among = e.reshape(among, {e.product(among.sizes)});
  int64_t rank = elements.rank();
  DType type = computeType(promoteTypes(elements.dtype, among.dtype));
  SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  Tensor no = e.fill(DType::Bool, elements.sizes, e.constantInt(DType::Bool, 0));
  Tensor found = e.generic({elements, among}, {e.map(rank + 1, own), e.map(rank + 1, {rank}), e.map(rank + 1, own)}, no,
                           [&](Emitter &, ValueRange v) -> Value {
                             Value equal = compareScalars(e, type, Compare::EQ, e.convert(v[0], elements.dtype, type),
                                                          e.convert(v[1], among.dtype, type));
                             return arith::OrIOp::create(e.b, e.loc, v[2], equal);
                           });
  if (!invert)
    return c.result(found);
  return c.result(e.elementwise({found}, DType::Bool, found.sizes, [&](Emitter &, ValueRange v) -> Value {
    return arith::XOrIOp::create(e.b, e.loc, v[0], e.constantInt(DType::Bool, 1));
  }));
}

} // namespace

void registerSorting(Registry &r) {
  r.add({"aten.sort.default", "aten.sort.stable"}, lowerSort<false>);
  r.add({"aten.argsort.default", "aten.argsort.stable"}, lowerSort<true>);
  r.add("aten.msort.default", lowerMsort);
  r.add("aten.topk.default", lowerTopk);
  r.add("aten.kthvalue.default", lowerKthvalue);
  r.add("aten.histc.default", lowerHistc);
  r.add("aten.bucketize.Tensor", lowerBucketize);
  r.add("aten.searchsorted.Tensor", lowerSearchsorted);
  r.add("aten.isin.Tensor_Tensor", lowerIsin);
}

} // namespace mambac::aten
