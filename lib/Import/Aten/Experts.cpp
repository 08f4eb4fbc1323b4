// Products of rows that are grouped by expert with their group's own matrix, as mixture-of-experts layers write them.
// How long a group is depends on the data, the number of rows does not: every row looks up its group and reads that
// group's matrix.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// For each of `rows` rows the number of groups that end at or before it: the group that it is in, or the number of
/// groups for rows behind the last.
Tensor groupOfRow(Emitter &e, const Tensor &ends, const Size &rows) {
  Tensor zero = e.fill(DType::Int64, {rows}, e.constantInt(DType::Int64, 0));
  return e.generic({ends}, {e.map(2, {1}), e.map(2, {0})}, zero, [&](Emitter &, ValueRange v) -> Value {
    Value row = linalg::IndexOp::create(e.b, e.loc, 0);
    row = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), row);
    Value over = compareScalars(e, DType::Int64, Compare::LE, e.convert(v[0], ends.dtype, DType::Int64), row);
    return arith::AddIOp::create(e.b, e.loc, v[1], e.convert(over, DType::Bool, DType::Int64));
  });
}

/// out[s, n] = sum over k of input[s, k] * weight[group(s), k, n]; zero for rows without a group.
LogicalResult lowerGroupedMatmul(Call &c) {
  bool aten = c.has("mat2");
  Tensor input = c.tensor(aten ? "self" : "input"), weight = c.tensor(aten ? "mat2" : "weight"),
         ends = c.optionalTensor("offs");
  if (c.failed())
    return failure();
  if (!ends || c.has("bias") || input.rank() != 2 || weight.rank() != 3 || ends.rank() != 1)
    return c.fail("only its form with rows in groups, one matrix a group and no bias is supported");
  if (!isInteger(ends.dtype) || !isFloat(input.dtype) || !isFloat(weight.dtype))
    return c.fail("its operands have other types than it needs");
  if (!weight.sizes[0].isConstant() || weight.sizes[0].value() < 1)
    return c.fail("the number of its groups is not known");
  Emitter &e = c.e;
  e.assumeEqual(input.sizes[1], weight.sizes[1]);
  int64_t groups = weight.sizes[0].value();
  DType type = c.resultType(), sums = computeType(type);
  Size rows = input.sizes[0], columns = weight.sizes[2];
  Tensor group = groupOfRow(e, ends, rows);
  Tensor zero = e.fill(sums, {rows, columns}, e.constant(sums, 0));
  // Dims: row, column, and what is summed over.
  Tensor product = e.generic({input, group}, {e.map(3, {0, 2}), e.map(3, {0}), e.map(3, {0, 1})}, zero,
                             [&](Emitter &, ValueRange v) -> Value {
                               Value which = arith::MinSIOp::create(e.b, e.loc, v[1],
                                                                    e.constantInt(DType::Int64, groups - 1));
                               which = arith::IndexCastOp::create(e.b, e.loc, e.b.getIndexType(), which);
                               Value column = linalg::IndexOp::create(e.b, e.loc, 1),
                                     inner = linalg::IndexOp::create(e.b, e.loc, 2);
                               Value w = tensor::ExtractOp::create(e.b, e.loc, weight.value,
                                                                   ValueRange{which, inner, column});
                               Value x = e.convert(v[0], input.dtype, sums);
                               return addScalars(e, sums, v[2],
                                                 mulScalars(e, sums, x, e.convert(w, weight.dtype, sums)));
                             });
  Tensor unit = e.addUnitDims(group, {1});
  return c.result(e.elementwise({product, unit}, type, product.sizes, [&](Emitter &, ValueRange v) -> Value {
    Value known = compareScalars(e, DType::Int64, Compare::LT, v[1], e.constantInt(DType::Int64, groups));
    Value kept = arith::SelectOp::create(e.b, e.loc, known, v[0], e.constant(sums, 0));
    return e.convert(kept, sums, type);
  }));
}

} // namespace

void registerExperts(Registry &r) {
  r.add({"transformers.grouped_mm_fallback.default", "aten._grouped_mm.default"}, lowerGroupedMatmul);
}

} // namespace mambac::aten
