// Running sums, products, extrema and log-sums along a dim. Sums become ssm.cumsum and products ssm.scan, which linalg
// lacks.
#include "dialects/SSM/IR/SSM.h"
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

LogicalResult lowerCumsum(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  Tensor in = c.e.convert(self, c.resultType());
  if (self.rank() == 0)
    return c.result(in);
  Tensor out = c.e.empty(in.dtype, in.sizes);
  auto op = ssm::CumsumOp::create(c.e.b, c.e.loc, in.value, out.value, dim);
  out.value = op->getResult(0);
  return c.result(out);
}

/// h[t] = a[t] * h[t - 1] + b[t] along `dim`, from `init` (null: 0). b has a's sizes, or none.
Tensor linearScan(Emitter &e, const Tensor &a, const Tensor &b, const Tensor &init, int64_t dim) {
  int64_t rank = a.rank();
  SmallVector<int64_t> rest = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  rest.erase(rest.begin() + dim);
  SmallVector<AffineMap> maps = {e.identity(rank), b.rank() ? e.identity(rank) : e.map(rank, {})};
  if (init)
    maps.push_back(e.map(rank, rest));
  maps.push_back(e.identity(rank));
  Tensor out = e.empty(a.dtype, a.sizes);
  auto op = ssm::ScanOp::create(e.b, e.loc, a.value, b.value, init ? init.value : Value(), ValueRange{out.value}, maps,
                                dim);
  out.value = op->getResult(0);
  return out;
}

/// The running product is the recurrence h[t] = x[t] * h[t - 1] from 1.
LogicalResult lowerCumprod(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  DType type = c.resultType();
  if (!isFloat(type))
    return c.fail("running products of integers are not supported");
  Emitter &e = c.e;
  Tensor in = e.convert(self, type);
  if (self.rank() == 0)
    return c.result(in);
  Sizes sizes = in.sizes;
  sizes.erase(sizes.begin() + dim);
  Tensor zero = e.fill(type, {}, e.constant(type, 0)), one = e.fill(type, sizes, e.constant(type, 1));
  return c.result(linearScan(e, in, zero, one, dim));
}

/// The largest (smallest) of the elements up to each position, NaN from the first one on.
Tensor runningExtremum(Emitter &e, const Tensor &in, int64_t dim, bool max) {
  int64_t rank = in.rank();
  double infinity = std::numeric_limits<double>::infinity();
  SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = own;
  other[dim] = rank;
  Tensor start = e.fill(in.dtype, in.sizes, e.constant(in.dtype, max ? -infinity : infinity));
  return e.generic({in}, {e.map(rank + 1, other), e.map(rank + 1, own)}, start, [&](Emitter &, ValueRange v) -> Value {
    Value before = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::sle,
                                         linalg::IndexOp::create(e.b, e.loc, rank),
                                         linalg::IndexOp::create(e.b, e.loc, dim));
    Value folded = max ? maxScalars(e, in.dtype, v[1], v[0]) : minScalars(e, in.dtype, v[1], v[0]);
    return arith::SelectOp::create(e.b, e.loc, before, folded, v[1]);
  });
}

template <bool max> LogicalResult lowerCumulativeExtremum(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  DType type = self.dtype == DType::Bool ? DType::UInt8 : self.dtype;
  if (self.rank() == 0)
    return succeeded(c.result(self, 0)) ? c.result(e.fill(DType::Int64, {}, e.constantInt(DType::Int64, 0)), 1)
                                        : failure();
  int64_t rank = self.rank();
  Tensor in = e.convert(self, type), values = runningExtremum(e, in, dim, max);
  // Its position: the last one up to here that has this value.
  SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(0, rank)), other = own;
  other[dim] = rank;
  Tensor zero = e.fill(DType::Int64, in.sizes, e.constantInt(DType::Int64, 0));
  Tensor positions = e.generic(
      {in, values}, {e.map(rank + 1, other), e.map(rank + 1, own), e.map(rank + 1, own)}, zero,
      [&](Emitter &, ValueRange v) -> Value {
        Value there = linalg::IndexOp::create(e.b, e.loc, rank), here = linalg::IndexOp::create(e.b, e.loc, dim);
        Value before = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::sle, there, here);
        Value same = compareScalars(e, type, Compare::EQ, v[0], v[1]);
        if (isFloat(type)) {
          Value nan = compareScalars(e, type, Compare::NE, v[0], v[0]);
          same = arith::OrIOp::create(e.b, e.loc, same, nan);
        }
        Value found = arith::AndIOp::create(e.b, e.loc, before, same);
        Value position = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), there);
        return arith::SelectOp::create(e.b, e.loc, found, position, v[2]);
      });
  if (failed(c.result(e.convert(values, self.dtype), 0)))
    return failure();
  return c.result(positions, 1);
}

/// log of the running sum of exp(x)
LogicalResult lowerLogcumsumexp(Call &c) {
  Tensor self = c.tensor("self");
  int64_t dim = c.dim("dim", self.rank());
  if (c.failed())
    return failure();
  if (!isFloat(self.dtype))
    return c.fail("it is not of floating-point type");
  if (self.rank() == 0)
    return c.result(self);
  Tensor out = c.e.empty(self.dtype, self.sizes);
  auto op = ssm::CumsumOp::create(c.e.b, c.e.loc, self.value, out.value, dim, /*reverse=*/false, /*exclusive=*/false,
                                  /*log=*/true);
  out.value = op->getResult(0);
  return c.result(out);
}

} // namespace

void registerScans(Registry &r) {
  r.add("aten.cumsum.default", lowerCumsum);
  r.add("aten.cumprod.default", lowerCumprod);
  r.add("aten.cummax.default", lowerCumulativeExtremum<true>);
  r.add("aten.cummin.default", lowerCumulativeExtremum<false>);
  r.add("aten.logcumsumexp.default", lowerLogcumsumexp);
}

} // namespace mambac::aten
