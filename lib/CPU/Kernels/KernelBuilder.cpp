//===- KernelBuilder.cpp - Writes kernels -------------------------------------------------------------------------===//
//
// Arithmetic, memory and control. Tiles are in KernelTiles.cpp.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/KernelBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace mambac::cpu {

bool View::contiguousAlong(unsigned axis) const {
  if (!memref || map.getNumResults() == 0 || map.getResults().back() != getAffineDimExpr(axis, map.getContext()))
    return false;
  for (AffineExpr e : map.getResults().drop_back())
    if (e.isFunctionOfDim(axis))
      return false;
  SmallVector<int64_t> strides;
  int64_t offset;
  return succeeded(type().getStridesAndOffset(strides, offset)) && strides.back() == 1;
}

KernelBuilder::KernelBuilder(OpBuilder &b, Location loc, const Target &target, const KernelSizes &sizes)
    : b(b), loc(loc), target(target), sizes(sizes), width(target.lanes()),
      vectorType(VectorType::get(width, b.getF32Type())) {
  constantBlock = b.getInsertionBlock();
  while (Operation *parent = constantBlock->getParentOp()) {
    if (parent->hasTrait<OpTrait::IsIsolatedFromAbove>() || !parent->getBlock())
      break;
    constantBlock = parent->getBlock();
  }
  constantBlock = &constantBlock->getParent()->front();
}

Value KernelBuilder::constant(TypedAttr value) {
  Value &known = constants[value];
  if (!known) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(constantBlock);
    known = arith::ConstantOp::create(b, loc, value);
  }
  return known;
}

//===- Indices --------------------------------------------------------------------------------------------------===//

Value KernelBuilder::index(int64_t v) { return constant(b.getIndexAttr(v)); }
Value KernelBuilder::add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(loc, x, y); }
Value KernelBuilder::sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(loc, x, y); }
Value KernelBuilder::mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(loc, x, y); }
Value KernelBuilder::div(Value x, Value y) { return b.createOrFold<arith::DivUIOp>(loc, x, y); }
Value KernelBuilder::rem(Value x, int64_t y) {
  return y == 1 ? index(0) : b.createOrFold<arith::RemUIOp>(loc, x, index(y));
}
Value KernelBuilder::min(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(loc, x, y); }
Value KernelBuilder::max(Value x, Value y) { return b.createOrFold<arith::MaxSIOp>(loc, x, y); }
Value KernelBuilder::less(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, x, y);
}
Value KernelBuilder::equal(Value x, Value y) {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, x, y);
}
Value KernelBuilder::logicalAnd(Value x, Value y) { return b.createOrFold<arith::AndIOp>(loc, x, y); }

Value KernelBuilder::dim(Value memref, int64_t d) {
  auto type = cast<MemRefType>(memref.getType());
  return type.isDynamicDim(d) ? Value(memref::DimOp::create(b, loc, memref, d)) : index(type.getDimSize(d));
}

Value KernelBuilder::size(const View &view, unsigned axis) {
  for (auto [d, e] : llvm::enumerate(view.map.getResults()))
    if (e == b.getAffineDimExpr(axis))
      return dim(view.memref, d);
  llvm_unreachable("the operand lacks the axis");
}

//===- f32 ------------------------------------------------------------------------------------------------------===//

Value KernelBuilder::f32(float v) { return constant(b.getF32FloatAttr(v)); }
Value KernelBuilder::splat(float v) {
  return constant(DenseElementsAttr::get(vectorType, v));
}
Value KernelBuilder::splat(Value scalar) { return vector::BroadcastOp::create(b, loc, vectorType, scalar); }
Value KernelBuilder::fadd(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
Value KernelBuilder::fsub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
Value KernelBuilder::fmul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
Value KernelBuilder::fdiv(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
Value KernelBuilder::fmax(Value x, Value y) {
  Value c = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, y);
  return arith::SelectOp::create(b, loc, c, x, y);
}
Value KernelBuilder::fma(Value x, Value y, Value z) { return math::FmaOp::create(b, loc, x, y, z); }
Value KernelBuilder::exp(Value x) { return math::ExpOp::create(b, loc, x, arith::FastMathFlags::afn); }
Value KernelBuilder::exp2(Value x) { return math::Exp2Op::create(b, loc, x, arith::FastMathFlags::afn); }
// Expanding the math recognizes these two as functions of their own.
Value KernelBuilder::softplus(Value x) {
  return math::Log1pOp::create(b, loc, math::ExpOp::create(b, loc, x));
}
Value KernelBuilder::silu(Value x) {
  Value one = isa<VectorType>(x.getType()) ? splat(1.f) : f32(1.f);
  return fdiv(x, fadd(one, math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, x))));
}

Value KernelBuilder::clamp(Value x, FloatAttr lo, FloatAttr hi) {
  auto bound = [&](FloatAttr attr) {
    float v = attr.getValue().convertToFloat();
    return isa<VectorType>(x.getType()) ? splat(v) : f32(v);
  };
  // A NaN in x fails the comparison, so that x is kept.
  if (lo) {
    Value v = bound(lo);
    x = arith::SelectOp::create(b, loc, arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, v, x), v, x);
  }
  if (hi) {
    Value v = bound(hi);
    x = arith::SelectOp::create(b, loc, arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, v, x), v, x);
  }
  return x;
}

Value KernelBuilder::convert(Value x, Type element) {
  Type from = getElementTypeOrSelf(x.getType());
  if (from == element)
    return x;
  Type type = isa<VectorType>(x.getType()) ? Type(cast<VectorType>(x.getType()).clone(element)) : element;
  if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return b.createOrFold<arith::ExtFOp>(loc, type, x);
  return b.createOrFold<arith::TruncFOp>(loc, type, x);
}

Value KernelBuilder::inlineElementwise(Block &block, ValueRange vectors) {
  IRMapping mapping;
  mapping.map(block.getArguments(), vectors);
  auto widened = [&](Value value) {
    Value mapped = mapping.lookupOrDefault(value);
    if (isa<VectorType>(mapped.getType()))
      return mapped;
    return Value(vector::BroadcastOp::create(b, loc, VectorType::get(width, mapped.getType()), mapped));
  };
  for (Operation &op : block.without_terminator()) {
    if (op.getNumOperands() == 0) { // a constant
      b.clone(op, mapping);
      continue;
    }
    SmallVector<Value> operands = llvm::map_to_vector(op.getOperands(), widened);
    SmallVector<Type> types;
    for (Type type : op.getResultTypes())
      types.push_back(VectorType::get(width, type));
    Operation *made = b.create(loc, op.getName().getIdentifier(), operands, types, op.getAttrs());
    mapping.map(op.getResults(), made->getResults());
  }
  return widened(block.getTerminator()->getOperand(0));
}

/// Halves of a vector on halves: reductions of LLVM go lane by lane where the order counts, or what is no number.
static Value reduceLanes(OpBuilder &b, Location loc, Value vector, function_ref<Value(Value, Value)> combine) {
  for (int64_t n = cast<VectorType>(vector.getType()).getDimSize(0); n > 1; n /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < n / 2; ++i)
      low.push_back(i), high.push_back(i + n / 2);
    vector = combine(vector::ShuffleOp::create(b, loc, vector, vector, low),
                     vector::ShuffleOp::create(b, loc, vector, vector, high));
  }
  return vector::ExtractOp::create(b, loc, vector, 0);
}

Value KernelBuilder::sum(Value vector) {
  return reduceLanes(b, loc, vector, [&](Value x, Value y) { return fadd(x, y); });
}

Value KernelBuilder::maximum(Value vector) {
  return reduceLanes(b, loc, vector, [&](Value x, Value y) { return fmax(x, y); });
}

Value KernelBuilder::sums(SmallVector<Value> vectors) {
  // Neighbouring lanes of two vectors are added, those of the first one in front, until one vector is left.
  SmallVector<int64_t> even, odd;
  for (int64_t i = 0; i < width; ++i)
    even.push_back(2 * i), odd.push_back(2 * i + 1);
  for (; vectors.size() > 1; vectors.truncate(vectors.size() / 2))
    for (size_t i = 0; i < vectors.size() / 2; ++i) {
      Value x = vectors[2 * i], y = vectors[2 * i + 1];
      vectors[i] = fadd(vector::ShuffleOp::create(b, loc, x, y, even), vector::ShuffleOp::create(b, loc, x, y, odd));
    }
  return vectors.front();
}

Value KernelBuilder::mask(Value count) {
  return vector::CreateMaskOp::create(b, loc, VectorType::get(width, b.getI1Type()), ValueRange{count});
}

//===- Memory ---------------------------------------------------------------------------------------------------===//

Value KernelBuilder::load(Value memref, ValueRange indices) {
  Value v = memref::LoadOp::create(b, loc, memref, indices);
  return v.getType().isF32() ? v : Value(arith::ExtFOp::create(b, loc, b.getF32Type(), v));
}

/// Whether masked loads and stores of such elements go lane by lane: only AVX-512 masks 16-bit lanes.
static bool isMaskedByLane(const Target &target, Type element, Value mask) {
  return mask && element.getIntOrFloatBitWidth() == 16 && target.vectorBytes < 64;
}

void KernelBuilder::forMaskedLanes(ValueRange indices, Value mask, function_ref<void(Value, ValueRange)> body) {
  // More may be left than a vector holds.
  loop(min(mask.getDefiningOp<vector::CreateMaskOp>().getOperand(0), index(width)), [&](Value lane) {
    SmallVector<Value> at = llvm::to_vector(indices);
    at.back() = add(at.back(), lane);
    body(lane, at);
  });
}

Value KernelBuilder::loadVector(Value memref, ValueRange indices, Value mask) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (isMaskedByLane(target, element, mask)) {
    Value tile = stackTile({width});
    storeVector(splat(0.f), tile, {index(0)});
    forMaskedLanes(indices, mask, [&](Value lane, ValueRange at) { store(load(memref, at), tile, {lane}); });
    return loadVector(tile, {index(0)});
  }
  auto type = VectorType::get(width, element);
  Value v;
  if (mask) {
    Value zero = arith::ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, b.getFloatAttr(element, 0.)));
    v = vector::MaskedLoadOp::create(b, loc, type, memref, indices, mask, zero);
  } else {
    v = vector::LoadOp::create(b, loc, type, memref, indices);
  }
  return element.isF32() ? v : Value(arith::ExtFOp::create(b, loc, vectorType, v));
}

void KernelBuilder::store(Value scalar, Value memref, ValueRange indices) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (!element.isF32())
    scalar = arith::TruncFOp::create(b, loc, element, scalar);
  memref::StoreOp::create(b, loc, scalar, memref, indices);
}

void KernelBuilder::storeVector(Value vector, Value memref, ValueRange indices, Value mask, bool pastCaches) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (isMaskedByLane(target, element, mask)) {
    Value tile = stackTile({width});
    storeVector(vector, tile, {index(0)});
    forMaskedLanes(indices, mask, [&](Value lane, ValueRange at) { store(load(tile, {lane}), memref, at); });
    return;
  }
  if (!element.isF32())
    vector = arith::TruncFOp::create(b, loc, VectorType::get(width, element), vector);
  if (mask)
    vector::MaskedStoreOp::create(b, loc, memref, indices, mask, vector);
  else if (pastCaches)
    vector::StoreOp::create(b, loc, vector, memref, indices, /*nontemporal=*/true,
                            llvm::Align(width * element.getIntOrFloatBitWidth() / 8));
  else
    vector::StoreOp::create(b, loc, vector, memref, indices);
}

Value KernelBuilder::stackTile(ArrayRef<int64_t> shape) {
  OpBuilder::InsertionGuard guard(b);
  assert(stackBlock && "stack tiles belong to a parallel body");
  b.setInsertionPointToStart(stackBlock);
  return memref::AllocaOp::create(b, loc, MemRefType::get(shape, b.getF32Type()), b.getI64IntegerAttr(64));
}

void KernelBuilder::zeroTile(Value tile) {
  auto type = cast<MemRefType>(tile.getType());
  Value zero = splat(0.f);
  SmallVector<Value> at;
  std::function<void(unsigned)> nest = [&](unsigned d) {
    bool last = d + 1 == type.getRank();
    loop(index(0), index(type.getDimSize(d)), last ? width : 1, [&](Value i) {
      at.push_back(i);
      if (last)
        storeVector(zero, tile, at);
      else
        nest(d + 1);
      at.pop_back();
    });
  };
  nest(0);
}

//===- Control --------------------------------------------------------------------------------------------------===//

void KernelBuilder::loop(Value lo, Value hi, int64_t step, function_ref<void(Value)> body) {
  loop(lo, hi, step, ValueRange{}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>{};
  });
}

SmallVector<Value> KernelBuilder::loop(Value lo, Value hi, int64_t step, ValueRange init,
                                       function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  std::optional<int64_t> low = getConstantIntValue(lo), high = getConstantIntValue(hi);
  if (low && high && *high <= *low)
    return llvm::to_vector(init);
  if (low && high && *high - *low <= step)
    return body(lo, init);
  auto loop = scf::ForOp::create(b, loc, lo, hi, index(step), init);
  OpBuilder::InsertionGuard guard(b);
  // Without carried values the builder has put a terminator there.
  if (init.empty())
    b.setInsertionPoint(loop.getBody()->getTerminator());
  else
    b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!init.empty())
    scf::YieldOp::create(b, loc, results);
  return llvm::to_vector(llvm::map_range(loop.getResults(), [](OpResult r) -> Value { return r; }));
}

void KernelBuilder::parallel(ArrayRef<Value> sizes, function_ref<void(ValueRange)> body) {
  SmallVector<Value> lows(sizes.size(), index(0)), steps(sizes.size(), index(1));
  auto loop = scf::ParallelOp::create(b, loc, lows, sizes, steps);
  OpBuilder::InsertionGuard guard(b);
  Block *outer = stackBlock;
  stackBlock = loop.getBody();
  b.setInsertionPoint(loop.getBody()->getTerminator());
  // The index of a dimension of size 1 is 0, so that what depends on it folds.
  SmallVector<Value> ids = loop.getInductionVars();
  for (auto [id, size] : llvm::zip(ids, sizes))
    if (getConstantIntValue(size) == 1)
      id = index(0);
  body(ids);
  stackBlock = outer;
}

void KernelBuilder::storingPastCaches(const View &view, bool wanted, function_ref<void(bool)> body) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!wanted || failed(view.type().getStridesAndOffset(strides, offset)) || strides.empty() || strides.back() != 1 ||
      !llvm::all_of(ArrayRef(strides).drop_back(), [&](int64_t stride) { return stride > 0 && stride % width == 0; }))
    return body(false);
  int64_t bytes = view.elementType().getIntOrFloatBitWidth() / 8;
  Value start = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, view.memref);
  if (offset != 0) {
    auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, view.memref);
    start = add(start, mul(metadata.getOffset(), bytes));
  }
  ifThen(equal(rem(start, width * bytes), index(0)), [&] { body(true); }, [&] { body(false); });
}

void KernelBuilder::ifThen(Value condition, function_ref<void()> then, function_ref<void()> otherwise) {
  if (std::optional<int64_t> c = getConstantIntValue(condition)) {
    if (*c)
      then();
    else if (otherwise)
      otherwise();
    return;
  }
  auto op = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/bool(otherwise));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.thenBlock());
  then();
  if (otherwise) {
    b.setInsertionPointToStart(op.elseBlock());
    otherwise();
  }
}

} // namespace mambac::cpu
