// Writes along one dim at positions that are data: scatter and its reductions, index_add, index_copy, index_fill. As
// with index_put, every element of the result looks which of the written elements are its own, in order, so that no two
// iterations write to one place.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

enum class Fold { Replace, Sum, Product, Max, Min };

std::optional<Fold> foldNamed(StringRef name) {
  return llvm::StringSwitch<std::optional<Fold>>(name)
      .Cases({"add", "sum", "mean"}, Fold::Sum)
      .Cases({"multiply", "prod"}, Fold::Product)
      .Case("amax", Fold::Max)
      .Case("amin", Fold::Min)
      .Default(std::nullopt);
}

Value combine(Emitter &e, DType type, Fold fold, Value old, Value value) {
  switch (fold) {
  case Fold::Sum:
    return addScalars(e, type, old, value);
  case Fold::Product:
    return mulScalars(e, type, old, value);
  case Fold::Max:
    return maxScalars(e, type, old, value);
  case Fold::Min:
    return minScalars(e, type, old, value);
  case Fold::Replace:
    break;
  }
  return value;
}

/// What a fold starts from where the old contents do not count.
double neutral(Fold fold) {
  double infinity = std::numeric_limits<double>::infinity();
  return fold == Fold::Product ? 1 : fold == Fold::Max ? -infinity : fold == Fold::Min ? infinity : 0;
}

/// What is written where. `index` has the rank of `self`, or is a vector of positions along `dim`.
struct Writes {
  int64_t dim = 0;
  Tensor index, source; ///< source: the sizes of index (with a vector: those of self but for dim); null: `number`
  Operand number;
  Fold fold = Fold::Replace;
};

/// self with the writes folded in, element by element in the order of the index.
Tensor written(Emitter &e, const Tensor &self, const Writes &w) {
  int64_t rank = self.rank();
  SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(0, rank)), from = own;
  from[w.dim] = rank;
  bool vector = w.index.rank() == 1 && rank != 1;
  SmallVector<Tensor> ins = {w.index};
  SmallVector<AffineMap> maps = {vector ? e.map(rank + 1, {rank}) : e.map(rank + 1, from)};
  if (w.source) {
    ins.push_back(w.source);
    maps.push_back(e.map(rank + 1, from));
  }
  maps.push_back(e.map(rank + 1, own));
  DType type = w.fold == Fold::Replace ? self.dtype : computeType(self.dtype);
  Tensor start = e.convert(self, type);
  Tensor result = e.generic(ins, maps, start, [&](Emitter &, ValueRange v) -> Value {
    Value position = e.convert(v[0], w.index.dtype, DType::Int64);
    Value index = arith::IndexCastOp::create(e.b, e.loc, e.b.getIndexType(), position);
    Value here = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, index,
                                       linalg::IndexOp::create(e.b, e.loc, w.dim));
    Value value = w.source ? e.convert(v[1], w.source.dtype, type) : scalarAs(e, w.number, type);
    return arith::SelectOp::create(e.b, e.loc, here, combine(e, type, w.fold, v.back(), value), v.back());
  });
  return e.convert(result, self.dtype);
}

/// The same where the index may be smaller than self: only that corner of self is written to.
Tensor writtenInCorner(Emitter &e, const Tensor &self, Writes w) {
  Tensor corner = self;
  SmallVector<int64_t> cut;
  if (w.index.rank() == self.rank())
    for (int64_t dim = 0; dim < self.rank(); ++dim)
      if (dim != w.dim && !(w.index.sizes[dim] == self.sizes[dim])) {
        cut.push_back(dim);
        corner = e.slice(corner, dim, 0, w.index.sizes[dim]);
      }
  if (w.source && w.source.rank() == w.index.rank())
    for (int64_t dim = 0; dim < w.source.rank(); ++dim)
      if (!(w.source.sizes[dim] == w.index.sizes[dim]))
        w.source = e.slice(w.source, dim, 0, w.index.sizes[dim]);
  Tensor part = written(e, corner, w);
  // Back into self, the innermost cut first.
  for (size_t k = cut.size(); k-- > 0;) {
    Tensor outer = self;
    for (size_t before = 0; before < k; ++before)
      outer = e.slice(outer, cut[before], 0, w.index.sizes[cut[before]]);
    part = e.insertSlice(outer, part, cut[k], 0);
  }
  return part;
}

/// Reads dim and index; negative positions count from the end for index_*.
FailureOr<Writes> readWrites(Call &c, const Tensor &self, bool vector) {
  Writes w;
  w.index = c.tensor("index");
  w.dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.fail("a tensor without dims is written to by positions");
  if (vector && w.index.rank() == 0)
    w.index = c.e.addUnitDims(w.index, {0});
  if (w.index.rank() != (vector ? 1 : self.rank()) || isFloat(w.index.dtype) || w.index.dtype == DType::Bool)
    return c.fail("its index has another rank than it needs, or no integers");
  return w;
}

/// src and value of scatter, source of index_*.
LogicalResult readSource(Call &c, Writes &w) {
  for (StringRef name : {"src", "source"})
    if (c.has(name))
      w.source = c.tensor(name);
  if (!w.source)
    w.number = c.operand("value");
  if (!w.source && w.number.isTensor()) { // a tensor without dims
    w.source = w.number.tensor;
    if (w.source.rank() != 0)
      return c.fail("its value is not one number");
  }
  if (c.failed())
    return failure();
  if (w.source && w.source.rank() == 0)
    w.source = c.e.broadcast(w.source, w.index.sizes);
  return success();
}

LogicalResult lowerScatter(Call &c) {
  Tensor self = c.tensor("self");
  std::string reduce = c.text("reduce", "");
  FailureOr<Writes> w = readWrites(c, self, false);
  if (failed(w) || failed(readSource(c, *w)))
    return failure();
  if (w->source && w->source.rank() != self.rank())
    return c.fail("its source has another rank than its input");
  if (!reduce.empty()) {
    std::optional<Fold> fold = foldNamed(reduce);
    if (!fold)
      return c.fail("it folds by '" + reduce + "'");
    w->fold = *fold;
  }
  return c.result(writtenInCorner(c.e, self, *w));
}

LogicalResult lowerScatterAdd(Call &c) {
  Tensor self = c.tensor("self");
  FailureOr<Writes> w = readWrites(c, self, false);
  if (failed(w) || failed(readSource(c, *w)))
    return failure();
  w->fold = Fold::Sum;
  return c.result(writtenInCorner(c.e, self, *w));
}

/// scatter_reduce: without `include_self`, old contents only stay where nothing is written.
LogicalResult lowerScatterReduce(Call &c) {
  Tensor self = c.tensor("self");
  std::string reduce = c.text("reduce", "");
  bool includeSelf = c.boolean("include_self", true), mean = reduce == "mean";
  std::optional<Fold> fold = foldNamed(reduce);
  FailureOr<Writes> w = readWrites(c, self, false);
  if (failed(w) || failed(readSource(c, *w)))
    return failure();
  if (!fold)
    return c.fail("it folds by '" + reduce + "'");
  if (!isFloat(self.dtype) && (mean || !includeSelf))
    return c.fail("only floating-point numbers are supported here");
  w->fold = *fold;
  Emitter &e = c.e;
  DType type = computeType(self.dtype);
  Tensor start = includeSelf ? e.convert(self, type) : e.fill(type, self.sizes, e.constant(type, neutral(*fold)));
  Tensor result = writtenInCorner(e, start, *w);
  if (includeSelf && !mean)
    return c.result(e.convert(result, self.dtype));
  // How many were folded into each.
  Writes ones = *w;
  ones.fold = Fold::Sum;
  ones.source = Tensor();
  ones.number = Operand();
  ones.number.dtype = DType::Float64;
  ones.number.number = 1.0;
  ones.number.scalar = e.constant(DType::Float64, 1);
  Tensor hits = writtenInCorner(e, e.fill(type, self.sizes, e.constant(type, includeSelf ? 1 : 0)), ones);
  return c.result(e.elementwise({result, hits, self}, self.dtype, self.sizes, [&](Emitter &, ValueRange v) -> Value {
    Value folded = mean ? divScalars(e, type, v[0], v[1]) : v[0];
    Value hit = compareScalars(e, type, Compare::GT, v[1], e.constant(type, 0));
    return arith::SelectOp::create(e.b, e.loc, hit, e.convert(folded, type, self.dtype), v[2]);
  }));
}

/// index_add, index_copy, index_fill
template <Fold fold> LogicalResult lowerIndexed(Call &c) {
  Tensor self = c.tensor("self");
  Operand alpha = c.operand("alpha", 1);
  FailureOr<Writes> w = readWrites(c, self, true);
  if (failed(w) || failed(readSource(c, *w)))
    return failure();
  Emitter &e = c.e;
  if (w->source && c.has("source") && w->source.rank() != self.rank())
    return c.fail("its source has another rank than its input");
  if (w->source && !c.has("source")) { // index_fill by a tensor without dims
    Sizes sizes = self.sizes;
    sizes[w->dim] = w->index.sizes[0];
    w->source = e.broadcast(c.tensor("value"), sizes);
  }
  if (alpha.number != std::optional<double>(1)) {
    DType type = computeType(self.dtype);
    w->source = applyElementwise(
        e, {Operand{w->source, {}, w->source.dtype, {}}, alpha}, type, type, w->source.dtype, w->source.sizes,
        [&](Emitter &, ValueRange v) { return mulScalars(e, type, v[0], v[1]); });
  }
  w->fold = fold;
  return c.result(written(e, self, *w));
}

} // namespace

void registerScatter(Registry &r) {
  r.add({"aten.scatter.src", "aten.scatter.value", "aten.scatter.reduce", "aten.scatter.value_reduce"}, lowerScatter);
  r.add("aten.scatter_add.default", lowerScatterAdd);
  r.add("aten.scatter_reduce.two", lowerScatterReduce);
  r.add("aten.index_add.default", lowerIndexed<Fold::Sum>);
  r.add("aten.index_copy.default", lowerIndexed<Fold::Replace>);
  r.add({"aten.index_fill.int_Scalar", "aten.index_fill.int_Tensor"}, lowerIndexed<Fold::Replace>);
}

} // namespace mambac::aten
