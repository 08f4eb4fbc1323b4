// Products of vectors and their kin: inner, vdot, vecdot, bilinear, Kronecker products, diagonal matrices.
#include "lib/Import/Aten/Scalars.h"

using namespace mlir;

namespace mambac::aten {
namespace {

/// Loops [from, from + count).
SmallVector<int64_t> loops(int64_t from, int64_t count) {
  return llvm::to_vector(llvm::seq<int64_t>(from, from + count));
}

/// Sums over the last dims of both operands.
LogicalResult lowerInner(Call &c) {
  Tensor self = c.tensor("self"), other = c.tensor("other");
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  DType type = c.resultType(), wide = computeType(type);
  if (self.rank() == 0 || other.rank() == 0) // a product with a number
    return c.result(e.elementwise({self, other}, type, c.resultSizes(), [&](Emitter &, ValueRange v) {
      Value x = e.convert(v[0], self.dtype, wide), y = e.convert(v[1], other.dtype, wide);
      return e.convert(mulScalars(e, wide, x, y), wide, type);
    }));
  if (self.sizes.back().isConstant() && other.sizes.back().isConstant() && self.sizes.back() != other.sizes.back())
    return c.fail("the last sizes of its operands differ");
  e.assumeEqual(self.sizes.back(), other.sizes.back());
  int64_t left = self.rank() - 1, right = other.rank() - 1, sum = left + right;
  SmallVector<int64_t> selfLoops = loops(0, left), otherLoops = loops(left, right);
  Sizes sizes(self.sizes.begin(), self.sizes.end() - 1);
  sizes.append(other.sizes.begin(), other.sizes.end() - 1);
  selfLoops.push_back(sum);
  otherLoops.push_back(sum);
  return c.result(e.contract(self, other, {e.map(sum + 1, selfLoops), e.map(sum + 1, otherLoops),
                                           e.map(sum + 1, loops(0, sum))}, sizes, type));
}

/// The sum of products along one dim, after broadcasting.
LogicalResult lowerVecdot(Call &c) {
  bool named = c.has("x");
  Tensor x = c.tensor(named ? "x" : "self"), y = c.tensor(named ? "y" : "other");
  if (c.failed())
    return failure();
  int64_t rank = std::max(x.rank(), y.rank()), dim = c.dim("dim", rank, -1);
  if (c.failed())
    return failure();
  if (rank == 0)
    return c.fail("its operands have no dims");
  Emitter &e = c.e;
  Sizes wide(rank, Size(1));
  for (const Tensor *tensor : {&x, &y})
    for (int64_t d = 0; d < tensor->rank(); ++d) {
      Size &size = wide[rank - tensor->rank() + d];
      if (size.isConstant(1) || (tensor->sizes[d].isConstant() && !tensor->sizes[d].isConstant(1)))
        size = tensor->sizes[d];
    }
  auto [left, leftMap] = e.broadcastOperand(x, wide);
  auto [right, rightMap] = e.broadcastOperand(y, wide);
  if (c.failed())
    return failure();
  SmallVector<int64_t> kept = loops(0, rank);
  kept.erase(kept.begin() + dim);
  Sizes sizes = wide;
  sizes.erase(sizes.begin() + dim);
  return c.result(e.contract(left, right, {leftMap, rightMap, e.map(rank, kept)}, sizes, c.resultType()));
}

/// y[..., o] = bias[o] + sum over i, j of input1[..., i] * weight[o, i, j] * input2[..., j]
LogicalResult lowerBilinear(Call &c) {
  Tensor first = c.tensor("input1"), second = c.tensor("input2"), weight = c.tensor("weight"),
         bias = c.optionalTensor("bias");
  if (c.failed())
    return failure();
  if (first.rank() < 1 || first.rank() != second.rank() || weight.rank() != 3)
    return c.fail("its operands' ranks do not fit");
  Emitter &e = c.e;
  DType type = c.resultType(), wide = computeType(type);
  int64_t lead = first.rank() - 1, out = lead, i = lead + 1, j = lead + 2, dims = lead + 3;
  SmallVector<int64_t> ofFirst = loops(0, lead), ofSecond = ofFirst, ofResult = loops(0, lead + 1);
  ofFirst.push_back(i);
  ofSecond.push_back(j);
  Sizes sizes = c.resultSizes();
  if (int64_t(sizes.size()) != lead + 1)
    return c.fail("its result has another rank");
  Tensor start = e.fill(wide, sizes, e.constant(wide, 0));
  Tensor sum = e.generic({first, weight, second},
                         {e.map(dims, ofFirst), e.map(dims, {out, i, j}), e.map(dims, ofSecond), e.map(dims, ofResult)},
                         start, [&](Emitter &, ValueRange v) {
                           Value x = e.convert(v[0], first.dtype, wide), w = e.convert(v[1], weight.dtype, wide),
                                 y = e.convert(v[2], second.dtype, wide);
                           return addScalars(e, wide, v[3], mulScalars(e, wide, mulScalars(e, wide, x, w), y));
                         });
  if (!bias)
    return c.result(e.convert(sum, type));
  return c.result(e.elementwise({sum, bias}, type, sizes, [&](Emitter &, ValueRange v) {
    return e.convert(addScalars(e, wide, v[0], e.convert(v[1], bias.dtype, wide)), wide, type);
  }));
}

/// Blocks self[i, j] * other.
LogicalResult lowerKron(Call &c) {
  Tensor self = c.tensor("self"), other = c.tensor("other");
  if (c.failed())
    return failure();
  Emitter &e = c.e;
  int64_t rank = std::max(self.rank(), other.rank());
  DType type = c.resultType(), wide = computeType(type);
  // Each dim of the result is one of self, and inside it one of other.
  Sizes sizes;
  SmallVector<int64_t> insideSelf, insideOther;
  for (Tensor *tensor : {&self, &other})
    *tensor = e.addUnitDims(*tensor, loops(0, rank - tensor->rank()));
  for (int64_t dim = 0; dim < rank; ++dim) {
    sizes.push_back(self.sizes[dim]);
    sizes.push_back(other.sizes[dim]);
    insideSelf.push_back(2 * dim + 1);
    insideOther.push_back(2 * dim);
  }
  Tensor x = e.addUnitDims(self, insideSelf), y = e.addUnitDims(other, insideOther);
  Tensor product = e.elementwise({x, y}, type, sizes, [&](Emitter &, ValueRange v) {
    Value a = e.convert(v[0], self.dtype, wide), b = e.convert(v[1], other.dtype, wide);
    return e.convert(mulScalars(e, wide, a, b), wide, type);
  });
  return c.result(e.reshape(product, c.resultSizes()));
}

/// Matrices with the elements of self along a diagonal, 0 elsewhere.
LogicalResult lowerDiagEmbed(Call &c) {
  Tensor self = c.tensor("self");
  if (c.failed())
    return failure();
  int64_t rank = self.rank() + 1, offset = c.integer("offset", 0), first = c.dim("dim1", rank, -2),
          second = c.dim("dim2", rank, -1);
  Sizes sizes = c.resultSizes();
  if (c.failed())
    return failure();
  if (self.rank() < 1 || first == second || int64_t(sizes.size()) != rank)
    return c.fail("its diagonal has one dim");
  // The position in self, where the other one is as far ahead as `offset` says; read inside self wherever that is not so.
  int64_t leading = offset < 0 ? second : first, following = offset < 0 ? first : second, shift = std::abs(offset);
  Emitter &e = c.e;
  return c.result(e.elementwise({}, self.dtype, sizes, [&](Emitter &, ValueRange) -> Value {
    SmallVector<Value> at;
    for (int64_t dim = 0; dim < rank; ++dim)
      if (dim != first && dim != second)
        at.push_back(linalg::IndexOp::create(e.b, e.loc, dim));
    Value along = linalg::IndexOp::create(e.b, e.loc, leading), other = linalg::IndexOp::create(e.b, e.loc, following);
    Value wanted = shift ? arith::AddIOp::create(e.b, e.loc, along, e.index(shift)).getResult() : along;
    Value isOn = arith::CmpIOp::create(e.b, e.loc, arith::CmpIPredicate::eq, other, wanted);
    Value inside = shift ? arith::MinUIOp::create(e.b, e.loc, along, e.sizeValue(e.sub(self.sizes.back(), 1))).getResult()
                         : along;
    at.push_back(inside);
    Value zero = isFloat(self.dtype) ? e.constant(self.dtype, 0) : e.constantInt(self.dtype, 0);
    return arith::SelectOp::create(e.b, e.loc, isOn, tensor::ExtractOp::create(e.b, e.loc, self.value, at), zero);
  }));
}

} // namespace

void registerProducts(Registry &r) {
  r.add("aten.inner.default", lowerInner);
  r.add({"aten.vdot.default", "aten.linalg_vecdot.default"}, lowerVecdot);
  r.add("aten.bilinear.default", lowerBilinear);
  r.add("aten.kron.default", lowerKron);
  r.add("aten.diag_embed.default", lowerDiagEmbed);
}

} // namespace mambac::aten
