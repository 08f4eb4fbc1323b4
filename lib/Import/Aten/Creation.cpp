// Tensors made of nothing but sizes and numbers: zeros, full, arange and their kin.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

template <int value> LogicalResult filled(Call &c) {
  DType type = c.resultType();
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  return c.result(c.e.fill(type, sizes, c.e.constantInt(type, value)));
}

template <bool scalarTensor> LogicalResult filledWith(Call &c) {
  Operand value = c.operand(scalarTensor ? "s" : c.has("fill_value") ? "fill_value" : "value");
  DType type = c.resultType();
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (value.isTensor())
    return c.result(c.e.broadcast(c.e.convert(value.tensor, type), sizes));
  return c.result(c.e.fill(type, sizes, scalarAs(c.e, value, type)));
}

/// The value at a position of the only dim, as `type`.
Value positionAs(Emitter &e, DType type, int64_t dim = 0) {
  Value index = linalg::IndexOp::create(e.b, e.loc, dim);
  Value wide = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), index);
  return e.convert(wide, DType::Int64, type);
}

LogicalResult lowerArange(Call &c) {
  Operand start = c.operand("start", 0), step = c.operand("step", 1);
  DType type = c.resultType();
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (sizes.size() != 1 || start.isTensor() || step.isTensor())
    return c.fail("its bounds are tensors");
  DType compute = computeType(type);
  return c.result(c.e.elementwise({}, type, sizes, [&](Emitter &e, ValueRange) {
    Value value = positionAs(e, compute);
    if (step.number != std::optional<double>(1))
      value = mulScalars(e, compute, value, scalarAs(e, step, compute));
    if (start.number != std::optional<double>(0))
      value = addScalars(e, compute, value, scalarAs(e, start, compute));
    return e.convert(value, compute, type);
  }));
}

LogicalResult lowerLinspace(Call &c) {
  Operand start = c.operand("start"), end = c.operand("end");
  int64_t steps = c.integer("steps");
  DType type = c.resultType();
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (!start.number || !end.number || sizes.size() != 1 || !isFloat(type))
    return c.fail("only its form with numbers is supported");
  DType compute = computeType(type);
  double step = steps > 1 ? (*end.number - *start.number) / double(steps - 1) : 0.0;
  return c.result(c.e.elementwise({}, type, sizes, [&](Emitter &e, ValueRange) -> Value {
    // From the nearer end, as PyTorch computes it.
    Value position = positionAs(e, DType::Int64),
          fromEnd = subScalars(e, DType::Int64, e.constantInt(DType::Int64, steps - 1), position);
    Value first =
        addScalars(e, compute, e.constant(compute, *start.number),
                   mulScalars(e, compute, e.constant(compute, step), e.convert(position, DType::Int64, compute)));
    Value second =
        subScalars(e, compute, e.constant(compute, *end.number),
                   mulScalars(e, compute, e.constant(compute, step), e.convert(fromEnd, DType::Int64, compute)));
    Value isFirst = compareScalars(e, DType::Int64, Compare::LT, position, e.constantInt(DType::Int64, steps / 2));
    return e.convert(Value(arith::SelectOp::create(e.b, e.loc, isFirst, first, second)), compute, type);
  }));
}

LogicalResult lowerEye(Call &c) {
  DType type = c.resultType();
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (sizes.size() != 2)
    return c.fail("its result has no two dims");
  return c.result(c.e.elementwise({}, type, sizes, [&](Emitter &e, ValueRange) {
    Value row = linalg::IndexOp::create(e.b, e.loc, 0), column = linalg::IndexOp::create(e.b, e.loc, 1);
    Value equal = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, row, column);
    return e.convert(equal, DType::Bool, type);
  }));
}

/// The triangle j - i <= diagonal (lower) or j - i >= diagonal (upper) of the last two dims; zero elsewhere.
template <bool lower> LogicalResult triangle(Call &c) {
  Tensor self = c.tensor("self");
  int64_t diagonal = c.integer("diagonal", 0);
  if (c.failed())
    return failure();
  int64_t rank = self.rank();
  if (rank < 2)
    return c.fail("its input has fewer than two dims");
  return c.result(c.e.elementwise({self}, self.dtype, self.sizes, [&](Emitter &e, ValueRange v) -> Value {
    Value row = linalg::IndexOp::create(e.b, e.loc, rank - 2), column = linalg::IndexOp::create(e.b, e.loc, rank - 1);
    Value edge = diagonal == 0 ? row : arith::AddIOp::create(e.b, e.loc, row, e.index(diagonal)).getResult();
    auto inside = lower ? arith::CmpIPredicate::sle : arith::CmpIPredicate::sge;
    Value keep = arith::CmpIOp::create(e.b, e.loc, inside, column, edge);
    return arith::SelectOp::create(e.b, e.loc, keep, v[0], e.constant(self.dtype, 0));
  }));
}

LogicalResult lowerOneHot(Call &c) {
  Tensor self = c.tensor("self");
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (self.dtype != DType::Int64)
    return c.fail("its input is not a tensor of int64");
  Sizes unit = self.sizes;
  unit.push_back(1);
  Tensor column = c.e.reshape(self, unit);
  int64_t last = self.rank();
  return c.result(c.e.elementwise({column}, DType::Int64, sizes, [&](Emitter &e, ValueRange v) {
    Value equal = compareScalars(e, DType::Int64, Compare::EQ, v[0], positionAs(e, DType::Int64, last));
    return e.convert(equal, DType::Bool, DType::Int64);
  }));
}

} // namespace

void registerCreation(Registry &r) {
  r.add({"aten.zeros.default", "aten.zeros_like.default", "aten.new_zeros.default", "aten.zero.default",
         "aten.empty.memory_format", "aten.empty_like.default", "aten.new_empty.default", "aten.empty_strided.default"},
        filled<0>); // `empty` has any contents; zeros are reproducible
  r.add({"aten.ones.default", "aten.ones_like.default", "aten.new_ones.default"}, filled<1>);
  r.add(
      {"aten.full.default", "aten.full_like.default", "aten.new_full.default", "aten.fill.Scalar", "aten.fill.Tensor"},
      filledWith<false>);
  r.add("aten.scalar_tensor.default", filledWith<true>);
  r.add({"aten.arange.default", "aten.arange.start", "aten.arange.start_step"}, lowerArange);
  r.add("aten.linspace.default", lowerLinspace);
  r.add({"aten.eye.default", "aten.eye.m"}, lowerEye);
  r.add("aten.tril.default", triangle<true>);
  r.add("aten.triu.default", triangle<false>);
  r.add("aten.one_hot.default", lowerOneHot);
}

} // namespace mambac::aten
