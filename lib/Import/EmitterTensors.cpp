// Whole-tensor operations of Emitter: broadcasting, data movement, reductions and contractions. Reshapes are in
// Reshape.cpp.
#include "lib/Import/Emitter.h"

using namespace mlir;

namespace mambac::aten {

Tensor Emitter::refine(const Tensor &in, ArrayRef<Size> sizes) {
  if (in.rank() != int64_t(sizes.size())) {
    fail("a tensor of rank " + Twine(in.rank()) + " stands where one of rank " + Twine(sizes.size()) + " is declared");
    return empty(in.dtype, sizes);
  }
  for (auto [have, want] : llvm::zip_equal(in.sizes, sizes))
    if (have.isConstant() && want.isConstant() && have != want) {
      fail("a tensor of size " + Twine(have.value()) + " stands where " + Twine(want.value()) + " is declared");
      return empty(in.dtype, sizes);
    }
  for (auto [have, want] : llvm::zip_equal(in.sizes, sizes))
    assumeEqual(have, want);
  RankedTensorType wanted = type(in.dtype, sizes);
  if (in.value.getType() == wanted)
    return {in.value, in.dtype, Sizes(sizes)};
  return {tensor::CastOp::create(b, loc, wanted, in.value), in.dtype, Sizes(sizes)};
}

Tensor Emitter::empty(DType dtype, ArrayRef<Size> shape) {
  RankedTensorType resultType = type(dtype, shape);
  SmallVector<Value> dynamic;
  for (auto [extent, each] : llvm::zip_equal(resultType.getShape(), shape))
    if (ShapedType::isDynamic(extent))
      dynamic.push_back(sizeValue(each));
  return {tensor::EmptyOp::create(b, loc, resultType, dynamic), dtype, Sizes(shape)};
}

Tensor Emitter::fill(DType dtype, ArrayRef<Size> shape, Value value) {
  Tensor init = empty(dtype, shape);
  if (value.getType() != elementType(dtype)) { // after an error
    fail("a value of another type fills a tensor");
    return init;
  }
  return {linalg::FillOp::create(b, loc, value, init.value).getResult(0), dtype, Sizes(shape)};
}

std::pair<Tensor, AffineMap> Emitter::broadcastOperand(const Tensor &in, ArrayRef<Size> sizes) {
  int64_t offset = int64_t(sizes.size()) - in.rank();
  if (offset < 0) {
    fail("a tensor of rank " + Twine(in.rank()) + " does not broadcast to rank " + Twine(sizes.size()));
    return {empty(in.dtype, sizes), identity(sizes.size())};
  }
  SmallVector<int64_t> dropped, kept;
  for (int64_t dim = 0; dim < in.rank(); ++dim) {
    const Size &have = in.sizes[dim], &want = sizes[dim + offset];
    if (have.isConstant(1) && !want.isConstant(1)) {
      dropped.push_back(dim);
      continue;
    }
    if (have.isConstant() && want.isConstant() && have != want) {
      fail("size " + Twine(have.value()) + " does not broadcast to " + Twine(want.value()));
      return {empty(in.dtype, sizes), identity(sizes.size())};
    }
    assumeEqual(have, want);
    kept.push_back(dim + offset);
  }
  return {dropUnitDims(in, dropped), map(sizes.size(), kept)};
}

Tensor Emitter::elementwise(ArrayRef<Tensor> ins, DType dtype, ArrayRef<Size> sizes, Body body) {
  SmallVector<Tensor> operands;
  SmallVector<AffineMap> maps;
  for (const Tensor &in : ins) {
    auto [operand, operandMap] = broadcastOperand(in, sizes);
    operands.push_back(operand);
    maps.push_back(operandMap);
  }
  maps.push_back(identity(sizes.size()));
  return generic(operands, maps, empty(dtype, sizes), body);
}

Tensor Emitter::convert(const Tensor &in, DType dtype) {
  if (in.dtype == dtype)
    return in;
  return elementwise({in}, dtype, in.sizes,
                     [&](Emitter &, ValueRange args) { return convert(args[0], in.dtype, dtype); });
}

Tensor Emitter::broadcast(const Tensor &in, ArrayRef<Size> sizes) {
  bool same = in.rank() == int64_t(sizes.size());
  for (int64_t dim = 0; same && dim < in.rank(); ++dim)
    same = in.sizes[dim] == sizes[dim] || !in.sizes[dim].isConstant(1);
  if (same)
    return in;
  return elementwise({in}, in.dtype, sizes, [](Emitter &, ValueRange args) { return args[0]; });
}

Tensor Emitter::permute(const Tensor &in, ArrayRef<int64_t> order) {
  bool isIdentity = true;
  Sizes sizes;
  SmallVector<int64_t> inverse(order.size());
  for (auto [position, from] : llvm::enumerate(order)) {
    isIdentity &= int64_t(position) == from;
    sizes.push_back(in.sizes[from]);
    inverse[from] = position;
  }
  if (isIdentity)
    return in;
  return generic({in}, {map(order.size(), inverse), identity(order.size())}, empty(in.dtype, sizes),
                 [](Emitter &, ValueRange args) { return args[0]; });
}

bool Emitter::leaves(const Size &extent, const Size &start, const Size &length, int64_t step) {
  Size last = add(start, mul(sub(length, 1), step));
  bool beyond = !length.isConstant(0) && (isNegative(start) == std::optional<bool>(true) ||
                                          isNegative(sub(sub(extent, 1), last)) == std::optional<bool>(true));
  if (beyond)
    fail("a part of a tensor reaches beyond it");
  return beyond;
}

Tensor Emitter::slice(const Tensor &in, int64_t dim, const Size &start, const Size &length, int64_t step) {
  if (start.isConstant(0) && step == 1 && length == in.sizes[dim])
    return in;
  if (leaves(in.sizes[dim], start, length, step))
    return in;
  Sizes sizes = in.sizes;
  sizes[dim] = length;
  if (length.isConstant(0)) // may begin behind the end
    return empty(in.dtype, sizes);
  SmallVector<OpFoldResult> offsets(in.rank(), b.getIndexAttr(0)), extents = this->sizes(sizes),
                                                                   strides(in.rank(), b.getIndexAttr(1));
  offsets[dim] = size(start);
  strides[dim] = b.getIndexAttr(step);
  Value value = tensor::ExtractSliceOp::create(b, loc, type(in.dtype, sizes), in.value, offsets, extents, strides);
  return {value, in.dtype, sizes};
}

Tensor Emitter::insertSlice(const Tensor &into, const Tensor &part, int64_t dim, const Size &start, int64_t step) {
  if (part.rank() != into.rank())
    fail("a part of another rank overwrites a tensor");
  if (!problem.empty() || part.sizes[dim].isConstant(0) || leaves(into.sizes[dim], start, part.sizes[dim], step))
    return into;
  SmallVector<OpFoldResult> offsets(into.rank(), b.getIndexAttr(0)), strides(into.rank(), b.getIndexAttr(1));
  offsets[dim] = size(start);
  strides[dim] = b.getIndexAttr(step);
  Value value = tensor::InsertSliceOp::create(b, loc, part.value, into.value, offsets, sizes(part.sizes), strides);
  return {value, into.dtype, into.sizes};
}

Tensor Emitter::select(const Tensor &in, int64_t dim, const Size &position) {
  if (leaves(in.sizes[dim], position, 1, 1))
    return in;
  Sizes full = in.sizes, sizes = in.sizes;
  full[dim] = 1;
  sizes.erase(sizes.begin() + dim);
  SmallVector<OpFoldResult> offsets(in.rank(), b.getIndexAttr(0)), strides(in.rank(), b.getIndexAttr(1));
  offsets[dim] = size(position);
  Value value =
      tensor::ExtractSliceOp::create(b, loc, type(in.dtype, sizes), in.value, offsets, this->sizes(full), strides);
  return {value, in.dtype, sizes};
}

Tensor Emitter::insertSelected(const Tensor &into, const Tensor &part, int64_t dim, const Size &position) {
  if (leaves(into.sizes[dim], position, 1, 1))
    return into;
  Sizes full = into.sizes, sizes = into.sizes;
  full[dim] = 1;
  sizes.erase(sizes.begin() + dim);
  Tensor fitted = refine(part, sizes);
  SmallVector<OpFoldResult> offsets(into.rank(), b.getIndexAttr(0)), strides(into.rank(), b.getIndexAttr(1));
  offsets[dim] = size(position);
  Value value = tensor::InsertSliceOp::create(b, loc, fitted.value, into.value, offsets, this->sizes(full), strides);
  return {value, into.dtype, into.sizes};
}

Tensor Emitter::pad(const Tensor &in, ArrayRef<Size> low, ArrayRef<Size> high, Value value) {
  Sizes sizes;
  bool nothing = true;
  for (int64_t dim = 0; dim < in.rank(); ++dim) {
    sizes.push_back(add(add(in.sizes[dim], low[dim]), high[dim]));
    nothing &= low[dim].isConstant(0) && high[dim].isConstant(0);
  }
  if (nothing)
    return in;
  auto op = tensor::PadOp::create(b, loc, type(in.dtype, sizes), in.value, this->sizes(low), this->sizes(high), value);
  return {op, in.dtype, sizes};
}

Tensor Emitter::concat(ArrayRef<Tensor> ins, int64_t dim) {
  if (ins.size() == 1)
    return ins[0];
  Sizes sizes = ins[0].sizes;
  SmallVector<Value> values = {ins[0].value};
  for (const Tensor &in : ins.drop_front()) {
    if (in.rank() != ins[0].rank()) {
      fail("tensors of different ranks are concatenated");
      return ins[0];
    }
    for (int64_t each = 0; each < in.rank(); ++each) {
      if (each == dim)
        continue;
      if (in.sizes[each].isConstant() && sizes[each].isConstant() && in.sizes[each] != sizes[each]) {
        fail("tensors of different sizes are concatenated");
        return ins[0];
      }
      assumeEqual(in.sizes[each], sizes[each]);
      if (in.sizes[each].isConstant())
        sizes[each] = in.sizes[each];
    }
    sizes[dim] = add(sizes[dim], in.sizes[dim]);
    values.push_back(in.value);
  }
  RankedTensorType inferred = tensor::ConcatOp::inferResultType(dim, TypeRange(ValueRange(values)));
  Tensor result{tensor::ConcatOp::create(b, loc, inferred, dim, values), ins[0].dtype, sizes};
  return refine(result, sizes);
}

Tensor Emitter::reduce(const Tensor &in, ArrayRef<int64_t> dims, bool keepDim, DType dtype, Value start, Body body) {
  Sizes sizes;
  SmallVector<int64_t> kept;
  for (int64_t dim = 0; dim < in.rank(); ++dim)
    if (!llvm::is_contained(dims, dim)) {
      kept.push_back(dim);
      sizes.push_back(in.sizes[dim]);
    }
  Tensor result = generic({in}, {identity(in.rank()), map(in.rank(), kept)}, fill(dtype, sizes, start), body);
  if (!keepDim)
    return result;
  SmallVector<int64_t> sorted(dims);
  llvm::sort(sorted);
  return addUnitDims(result, sorted);
}

Tensor Emitter::sum(const Tensor &in, ArrayRef<int64_t> dims, bool keepDim, DType dtype) {
  DType wide = computeType(dtype);
  Tensor result = reduce(in, dims, keepDim, wide, constant(wide, 0), [&](Emitter &, ValueRange args) -> Value {
    Value element = convert(args[0], in.dtype, wide);
    if (isFloat(wide))
      return arith::AddFOp::create(b, loc, element, args[1]);
    if (wide == DType::Bool)
      return arith::OrIOp::create(b, loc, element, args[1]);
    return arith::AddIOp::create(b, loc, element, args[1]);
  });
  return convert(result, dtype);
}

Tensor Emitter::contract(const Tensor &lhs, const Tensor &rhs, ArrayRef<AffineMap> maps, ArrayRef<Size> sizes,
                         DType dtype, bool rounded) {
  DType wide = computeType(dtype);
  Tensor result =
      generic({lhs, rhs}, maps, fill(wide, sizes, constant(wide, 0)), [&](Emitter &, ValueRange args) -> Value {
        Value x = convert(args[0], lhs.dtype, wide), y = convert(args[1], rhs.dtype, wide);
        if (isFloat(wide))
          return arith::AddFOp::create(b, loc, args[2], arith::MulFOp::create(b, loc, x, y));
        if (wide == DType::Bool)
          return arith::OrIOp::create(b, loc, args[2], arith::AndIOp::create(b, loc, x, y));
        return arith::AddIOp::create(b, loc, args[2], arith::MulIOp::create(b, loc, x, y));
      });
  return rounded ? convert(result, dtype) : result;
}

} // namespace mambac::aten
