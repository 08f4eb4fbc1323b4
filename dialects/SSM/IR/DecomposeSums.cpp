//===- DecomposeSums.cpp - Definitions of einsum, cumsum, segsum and packed_matmul ---------------------------------===//
//
// Decompositions into linalg, scf and simpler ssm ops. An op's decomposition is its definition and the oracle that
// kernels are tested against, so it is plain; nothing compiles to it on the way to a product.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/DecomposeUtils.h"
#include <limits>

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

FailureOr<SmallVector<Value>> EinsumOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  DecomposeBuilder b(*this, builder);
  SmallVector<AffineMap> maps = getIndexingMapsArray();
  auto product = [](DecomposeBuilder &b, ValueRange args) {
    Value result = args[0];
    for (Value arg : args.drop_front().drop_back())
      result = arith::MulFOp::create(b, result, arg);
    return result;
  };
  if (maps.back().isPermutation()) // nothing to sum over
    return SmallVector<Value>{b.loop(getInputs(), maps, getY(), product)};
  // The sum is kept in the compute type until it is complete.
  Value zero = b.newTensor(getAxisSizes(b, getLoc()), maps.back(), 0.0);
  Value sum = b.loop(getInputs(), maps, zero, [&](DecomposeBuilder &b, ValueRange args) -> Value {
    return arith::AddFOp::create(b, args.back(), product(b, args));
  });
  AffineMap identity = b.getMultiDimIdentityMap(maps.back().getNumResults());
  return SmallVector<Value>{b.copy(sum, identity, getY(), identity)};
}

FailureOr<SmallVector<Value>> CumsumOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  DecomposeBuilder b(*this, builder);
  int64_t dim = getDim();
  auto yType = cast<RankedTensorType>(getY().getType());
  bool isFloat = isa<FloatType>(yType.getElementType());
  Type sumType = isFloat ? Type(b.getComputeType()) : yType.getElementType();

  // sum = 0; for t: sum += x[t]; y[t] = sum           (y[t] first if exclusive)
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, getLoc(), getX());
  Value length = getValueOrCreateConstantIndexOp(b, getLoc(), sizes[dim]);
  sizes.erase(sizes.begin() + dim);
  AffineMap map = b.getMultiDimIdentityMap(sizes.size());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
  if (getLog())
    zero = arith::ConstantOp::create(b, b.getFloatAttr(sumType, -std::numeric_limits<double>::infinity()));
  // log(exp(s) + exp(x)) = max + log(1 + exp(-|s - x|)); equal infinities have no difference.
  auto logAdd = [&](DecomposeBuilder &b, Value s, Value x) -> Value {
    Value larger = arith::MaximumFOp::create(b, s, x), smaller = arith::MinimumFOp::create(b, s, x);
    Value equal = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, s, x);
    Value none = arith::ConstantOp::create(b, b.getZeroAttr(sumType));
    Value distance = arith::SelectOp::create(b, equal, none, arith::SubFOp::create(b, smaller, larger));
    return arith::AddFOp::create(b, larger, math::Log1pOp::create(b, math::ExpOp::create(b, distance)));
  };
  Value sum0 = linalg::FillOp::create(b, zero, ValueRange{tensor::EmptyOp::create(b, sizes, sumType)}).getResult(0);

  // Integers pass through b.loop unconverted, so their width is adjusted here.
  auto convertInt = [](DecomposeBuilder &b, Value value, Type type) -> Value {
    unsigned from = value.getType().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
    if (from == to)
      return value;
    if (from == 1)
      return arith::ExtUIOp::create(b, type, value); // a bool counts as 1
    return from < to ? Value(arith::ExtSIOp::create(b, type, value)) : Value(arith::TruncIOp::create(b, type, value));
  };
  if (yType.getDimSize(dim) == 1) {
    // The sum of one entry, or of none.
    AffineMap all = b.getMultiDimIdentityMap(yType.getRank());
    return SmallVector<Value>{b.loop(getX(), {all, all}, getY(), [&](DecomposeBuilder &b, ValueRange args) -> Value {
      if (getExclusive())
        return zero;
      return isFloat ? args[0] : convertInt(b, args[0], sumType);
    })};
  }
  auto loop = scf::ForOp::create(
      b, b.index(0), length, b.index(1), ValueRange{getY(), sum0},
      [&](OpBuilder &nested, Location loc, Value t, ValueRange state) {
        DecomposeBuilder b(*this, nested);
        Value position = t;
        if (getReverse())
          position = arith::SubIOp::create(b, arith::SubIOp::create(b, length, b.index(1)), t);
        auto store = [&](Value entry) {
          return b.insertSlice(b.copy(entry, map, b.slice(state[0], dim, position), map), state[0], dim, position);
        };
        Value y = getExclusive() ? store(state[1]) : Value();
        Value sum = b.loop(b.slice(getX(), dim, position), {map, map}, state[1],
                           [&](DecomposeBuilder &b, ValueRange args) -> Value {
                             if (getLog())
                               return logAdd(b, args[1], args[0]);
                             if (isFloat)
                               return arith::AddFOp::create(b, args[1], args[0]);
                             return arith::AddIOp::create(b, args[1], convertInt(b, args[0], sumType));
                           });
        if (!y)
          y = store(sum);
        scf::YieldOp::create(b, ValueRange{y, sum});
      });
  return SmallVector<Value>{loop.getResult(0)};
}

FailureOr<SmallVector<Value>> SegsumOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  DecomposeBuilder b(*this, builder);
  unsigned rank = cast<RankedTensorType>(getA().getType()).getRank(), dim = getDim();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, getLoc(), getA());
  sizes.push_back(sizes[dim]);

  // As Mamba-2's listing 1 does it: sums of masked copies, not differences of sums, which would cancel.
  //   M[i,j] = a[i] if i > j else 0;  S = cumsum of M along i;  S[i,j] = -inf where j > i
  AffineMap all = b.getMultiDimIdentityMap(rank + 1);
  auto isBelow = [&](DecomposeBuilder &b, arith::CmpIPredicate predicate) {
    return arith::CmpIOp::create(b, predicate, linalg::IndexOp::create(b, dim), linalg::IndexOp::create(b, rank));
  };
  Value masked = b.loop(getA(), {all.getMajorSubMap(rank), all}, b.newTensor(sizes, all),
                        [&](DecomposeBuilder &b, ValueRange args) -> Value {
                          return arith::SelectOp::create(b, isBelow(b, arith::CmpIPredicate::ugt), args[0],
                                                         b.constant(0));
                        });
  Value sums = CumsumOp::create(b, masked, b.newTensor(sizes, all), dim).getResult(0);
  return SmallVector<Value>{
      b.loop(sums, {all, all}, getY(), [&](DecomposeBuilder &b, ValueRange args) -> Value {
        return arith::SelectOp::create(b, isBelow(b, arith::CmpIPredicate::uge), args[0],
                                       b.constant(-std::numeric_limits<double>::infinity()));
      })};
}

FailureOr<SmallVector<Value>> PackedMatmulOp::decomposeOperation(OpBuilder &builder) {
  if (failed(requireTensors(*this)))
    return failure();
  DecomposeBuilder b(*this, builder);
  AffineExpr m, n, k;
  bindDims(getContext(), m, n, k);
  auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(3, 0, exprs, getContext()); };
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, getLoc(), getY());
  int64_t step = getRowsPerStep();
  AffineMap packedMap = map({n.floorDiv(kPanel), k.floorDiv(step), (n % kPanel) * step + k % step});
  Value sum = b.loop({getX(), getPacked()}, {map({m, k}), packedMap, map({m, n})},
                     b.newTensor(sizes, b.getMultiDimIdentityMap(2), 0.0),
                     [](DecomposeBuilder &b, ValueRange args) -> Value {
                       return arith::AddFOp::create(b, args[2], arith::MulFOp::create(b, args[0], args[1]));
                     });
  AffineMap mn = b.getMultiDimIdentityMap(2);
  if (getEpilogue().empty())
    return SmallVector<Value>{b.copy(sum, mn, getY(), mn)};
  SmallVector<Value> inputs{sum};
  SmallVector<AffineMap> maps{mn};
  for (Value with : getWith()) {
    SmallVector<AffineExpr> at{m, n};
    for (auto [expr, size] : llvm::zip(at, cast<ShapedType>(with.getType()).getShape()))
      if (size == 1)
        expr = b.getAffineConstantExpr(0);
    inputs.push_back(with);
    maps.push_back(AffineMap::get(2, 0, at, getContext()));
  }
  maps.push_back(mn);
  SmallVector<utils::IteratorType> iterators(2, utils::IteratorType::parallel);
  auto epilogue = linalg::GenericOp::create(
      b, TypeRange{getY().getType()}, inputs, ValueRange{getY()}, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange args) {
        IRMapping mapping;
        mapping.map(getEpilogue().getArguments(), args.drop_back());
        for (Operation &inner : getEpilogue().front().without_terminator())
          nested.clone(inner, mapping);
        Value result = getEpilogue().front().getTerminator()->getOperand(0);
        linalg::YieldOp::create(nested, loc, mapping.lookupOrDefault(result));
      });
  return SmallVector<Value>{epilogue.getResult(0)};
}
