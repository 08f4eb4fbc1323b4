// Reductions over dims: sums, means, extrema, variances, norms, softmax.
#include "lib/Import/Aten/Reduce.h"

using namespace mlir;

namespace mambac::aten {

Size countOf(Emitter &e, const Tensor &in, ArrayRef<int64_t> dims) {
  Size count(1);
  for (int64_t dim : dims)
    count = e.mul(count, in.sizes[dim]);
  return count;
}

Value sizeAs(Emitter &e, DType type, const Size &size) {
  if (size.isConstant())
    return e.constantInt(type, size.value());
  Value index = e.sizeValue(size);
  return e
      .atEntry([&]() -> Operation * {
        Value wide = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), index);
        Value value = e.convert(wide, DType::Int64, type);
        return value.getDefiningOp();
      })
      ->getResult(0);
}

Tensor mean(Emitter &e, const Tensor &in, ArrayRef<int64_t> dims, bool keepDim, DType type) {
  DType wide = computeType(type);
  Tensor total = e.sum(in, dims, keepDim, wide);
  Value count = sizeAs(e, wide, countOf(e, in, dims));
  return e.elementwise({total}, type, total.sizes, [&](Emitter &, ValueRange v) {
    return e.convert(divScalars(e, wide, v[0], count), wide, type);
  });
}

Tensor extremum(Emitter &e, const Tensor &in, ArrayRef<int64_t> dims, bool keepDim, bool max) {
  DType type = in.dtype;
  Value start;
  if (isFloat(type)) {
    start = e.constant(type, max ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity());
  } else {
    unsigned bits = type == DType::Bool ? 1 : 8 * pt2::dtypeSize(type);
    int64_t low = isUnsigned(type) ? 0 : bits == 64 ? INT64_MIN : -(int64_t(1) << (bits - 1));
    int64_t high = isUnsigned(type) ? (int64_t(1) << bits) - 1
                   : bits == 64     ? INT64_MAX
                                    : (int64_t(1) << (bits - 1)) - 1;
    start = e.constantInt(type, max ? low : high);
  }
  return e.reduce(in, dims, keepDim, type, start, [&](Emitter &, ValueRange v) {
    return max ? maxScalars(e, type, v[0], v[1]) : minScalars(e, type, v[0], v[1]);
  });
}

Tensor variance(Emitter &e, const Tensor &in, ArrayRef<int64_t> dims, bool keepDim, double correction,
                const Tensor &average) {
  DType type = average.dtype; // the compute type
  Tensor squares = e.elementwise({in, average}, type, in.sizes, [&](Emitter &, ValueRange v) {
    Value difference = subScalars(e, type, e.convert(v[0], in.dtype, type), v[1]);
    return mulScalars(e, type, difference, difference);
  });
  Tensor total = e.sum(squares, dims, keepDim, type);
  Value count = sizeAs(e, type, countOf(e, in, dims));
  return e.elementwise({total}, type, total.sizes, [&](Emitter &, ValueRange v) -> Value {
    Value degrees = count;
    if (correction != 0.0)
      degrees = maxScalars(e, type, subScalars(e, type, count, e.constant(type, correction)), e.constant(type, 0));
    return divScalars(e, type, v[0], degrees);
  });
}

namespace {

LogicalResult lowerSum(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  return c.result(c.e.sum(self, dims, keepDim, c.resultType()));
}

LogicalResult lowerMean(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  if (!isFloat(c.resultType()))
    return c.fail("the mean of integers is not supported");
  return c.result(mean(c.e, self, dims, keepDim, c.resultType()));
}

LogicalResult lowerProd(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  DType type = computeType(c.resultType());
  Tensor product = c.e.reduce(self, dims, keepDim, type, c.e.constant(type, 1), [&](Emitter &e, ValueRange v) {
    return mulScalars(e, type, e.convert(v[0], self.dtype, type), v[1]);
  });
  return c.result(c.e.convert(product, c.resultType()));
}

template <bool max> LogicalResult lowerExtremum(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  return c.result(extremum(c.e, self, dims, keepDim, max));
}

/// Where the extremum stands first along `dims[0]`: the smallest position that has it.
Tensor positionOf(Emitter &e, const Tensor &in, const Tensor &best, int64_t dim, bool keepDim) {
  SmallVector<int64_t> order;
  Tensor squeezed = best.rank() == in.rank() ? e.dropUnitDims(best, {dim}) : best;
  Tensor wide = e.addUnitDims(squeezed, {dim});
  Tensor positions = e.elementwise({in, wide}, DType::Int64, in.sizes, [&](Emitter &, ValueRange v) -> Value {
    Value equal = compareScalars(e, in.dtype, Compare::EQ, v[0], v[1]);
    if (isFloat(in.dtype)) {
      Value nan = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::UNO, v[0], v[0]);
      equal = arith::OrIOp::create(e.b, e.loc, equal, nan);
    }
    Value index = linalg::IndexOp::create(e.b, e.loc, dim);
    Value position = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), index);
    return arith::SelectOp::create(e.b, e.loc, equal, position, e.constantInt(DType::Int64, INT64_MAX));
  });
  return extremum(e, positions, {dim}, keepDim, /*max=*/false);
}

/// max.dim and min.dim: values and positions.
template <bool max> LogicalResult lowerExtremumDim(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.fail("a tensor without dims is reduced along one");
  Tensor best = extremum(c.e, self, {dim}, keepDim, max);
  if (failed(c.result(best, 0)))
    return failure();
  return c.result(positionOf(c.e, self, best, dim, keepDim), 1);
}

template <bool max> LogicalResult lowerArgExtremum(Call &c) {
  Tensor self = c.tensor("self");
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  bool flatten = !c.has("dim");
  if (flatten)
    self = c.e.reshape(self, {c.e.product(self.sizes)});
  int64_t dim = c.dim("dim", self.rank(), 0);
  if (c.failed())
    return failure();
  if (self.rank() == 0)
    return c.fail("a tensor without dims is reduced along one");
  Tensor best = extremum(c.e, self, {dim}, true, max);
  Tensor position = positionOf(c.e, self, best, dim, keepDim && !flatten);
  return c.result(flatten ? c.e.reshape(position, c.resultSizes()) : position);
}

template <bool all> LogicalResult lowerAllAny(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  Tensor flags = c.e.convert(self, DType::Bool);
  Tensor result = c.e.reduce(flags, dims, keepDim, DType::Bool, c.e.constantInt(DType::Bool, all),
                             [&](Emitter &e, ValueRange v) -> Value {
                               if (all)
                                 return arith::AndIOp::create(e.b, e.loc, v[0], v[1]);
                               return arith::OrIOp::create(e.b, e.loc, v[0], v[1]);
                             });
  return c.result(c.e.convert(result, c.resultType()));
}

/// var and std, in the forms with `correction` and with `unbiased`.
template <bool root> LogicalResult lowerVar(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  double correction = c.has("unbiased") ? double(c.boolean("unbiased", true)) : c.number("correction", 1.0);
  if (c.failed())
    return failure();
  if (!isFloat(self.dtype))
    return c.fail("the variance of integers is not supported");
  DType type = computeType(self.dtype);
  Tensor average = mean(c.e, self, dims, true, type);
  Tensor result = variance(c.e, self, dims, keepDim, correction, average);
  if (root)
    result = c.e.elementwise({result}, type, result.sizes,
                             [](Emitter &e, ValueRange v) -> Value { return math::SqrtOp::create(e.b, e.loc, v[0]); });
  return c.result(c.e.convert(result, c.resultType()));
}

/// Norms of order 1, 2 and infinity.
LogicalResult lowerVectorNorm(Call &c) {
  Tensor self = c.tensor("self");
  bool plain = StringRef(c.node.target).contains("aten.norm");
  double order = c.number(plain ? "p" : "ord", 2.0);
  SmallVector<int64_t> dims = c.dims("dim", self.rank());
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  DType type = computeType(c.resultType());
  if (!isFloat(type))
    return c.fail("its result is not a floating-point tensor");
  bool infinite = std::isinf(order) && order > 0;
  if (order != 1.0 && order != 2.0 && !infinite)
    return c.fail("a norm of order " + Twine(std::to_string(order)) + " is not supported");
  Tensor terms = c.e.elementwise({self}, type, self.sizes, [&](Emitter &e, ValueRange v) -> Value {
    Value x = e.convert(v[0], self.dtype, type);
    return order == 2.0 ? mulScalars(e, type, x, x) : math::AbsFOp::create(e.b, e.loc, x).getResult();
  });
  Tensor result = infinite ? extremum(c.e, terms, dims, keepDim, true) : c.e.sum(terms, dims, keepDim, type);
  if (order == 2.0)
    result = c.e.elementwise({result}, type, result.sizes,
                             [](Emitter &e, ValueRange v) -> Value { return math::SqrtOp::create(e.b, e.loc, v[0]); });
  return c.result(c.e.convert(result, c.resultType()));
}

enum class Soft { Max, LogMax, LogSumExp };

/// softmax, log_softmax and logsumexp, all relative to the maximum.
template <Soft which> LogicalResult lowerSoftmax(Call &c) {
  Tensor self = c.tensor("self");
  SmallVector<int64_t> dims =
      which == Soft::LogSumExp ? c.dims("dim", self.rank()) : SmallVector<int64_t>{c.dim("dim", self.rank())};
  bool keepDim = c.boolean("keepdim", false);
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  DType type = computeType(c.resultType());
  if (!isFloat(type))
    return c.fail("its result is not a floating-point tensor");
  if (self.rank() == 0)
    dims.clear();
  Tensor best = extremum(e, e.convert(self, type), dims, true, true);
  Tensor shifted = e.elementwise({self, best}, type, self.sizes, [&](Emitter &, ValueRange v) {
    return subScalars(e, type, e.convert(v[0], self.dtype, type), v[1]);
  });
  Tensor exp = e.elementwise({shifted}, type, self.sizes, [&](Emitter &, ValueRange v) { return expScalar(e, v[0]); });
  Tensor total = e.sum(exp, dims, true, type);
  auto log = [&](Value x) -> Value { return math::LogOp::create(e.b, e.loc, x); };
  if (which == Soft::Max)
    return c.result(e.elementwise({exp, total}, c.resultType(), self.sizes, [&](Emitter &, ValueRange v) {
      return e.convert(divScalars(e, type, v[0], v[1]), type, c.resultType());
    }));
  if (which == Soft::LogMax)
    return c.result(e.elementwise({shifted, total}, c.resultType(), self.sizes, [&](Emitter &, ValueRange v) {
      return e.convert(subScalars(e, type, v[0], log(v[1])), type, c.resultType());
    }));
  Tensor sum = e.elementwise({total, best}, c.resultType(), total.sizes, [&](Emitter &, ValueRange v) {
    return e.convert(addScalars(e, type, log(v[0]), v[1]), type, c.resultType());
  });
  return c.result(keepDim ? sum : e.dropUnitDims(sum, dims));
}

} // namespace

void registerReductions(Registry &r) {
  r.add({"aten.sum.default", "aten.sum.dim_IntList"}, lowerSum);
  r.add({"aten.mean.default", "aten.mean.dim"}, lowerMean);
  r.add({"aten.prod.default", "aten.prod.dim_int"}, lowerProd);
  r.add({"aten.amax.default", "aten.max.default"}, lowerExtremum<true>);
  r.add({"aten.amin.default", "aten.min.default"}, lowerExtremum<false>);
  r.add("aten.max.dim", lowerExtremumDim<true>);
  r.add("aten.min.dim", lowerExtremumDim<false>);
  r.add("aten.argmax.default", lowerArgExtremum<true>);
  r.add("aten.argmin.default", lowerArgExtremum<false>);
  r.add({"aten.all.default", "aten.all.dim", "aten.all.dims"}, lowerAllAny<true>);
  r.add({"aten.any.default", "aten.any.dim", "aten.any.dims"}, lowerAllAny<false>);
  r.add({"aten.var.correction", "aten.var.default", "aten.var.dim"}, lowerVar<false>);
  r.add({"aten.std.correction", "aten.std.default", "aten.std.dim"}, lowerVar<true>);
  r.add({"aten.linalg_vector_norm.default", "aten.norm.ScalarOpt_dim", "aten.norm.Scalar"}, lowerVectorNorm);
  r.add({"aten.softmax.int", "aten._softmax.default"}, lowerSoftmax<Soft::Max>);
  r.add({"aten.log_softmax.int", "aten._log_softmax.default"}, lowerSoftmax<Soft::LogMax>);
  r.add("aten.logsumexp.default", lowerSoftmax<Soft::LogSumExp>);
}

} // namespace mambac::aten
