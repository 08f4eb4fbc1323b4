//===- LowerEinsum.cpp - Einsums to packed products and pairwise contractions ---------------------------------===//
//
//   einsum(x, weight)      -> ssm.packed_matmul on the rows of x; the packing becomes an operation on the weight alone,
//                             which weight hoisting then moves to compile time
//   einsum(a, b)           -> linalg.generic, accumulated in f32
// Einsums of more operands come here in pairs (ssm-order-contractions); one that does not is a single generic, too.
// Products without a sum become elementwise generics, which fuse. No broadcast product is ever a tensor.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_LOWEREINSUMPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;
using mambac::ssm::EinsumOp;
using mambac::ssm::PackedMatmulOp;

namespace {

using Dims = SmallVector<unsigned>;

Dims dimsOf(AffineMap map) {
  Dims dims;
  for (AffineExpr expr : map.getResults())
    dims.push_back(cast<AffineDimExpr>(expr).getPosition());
  return dims;
}

/// Float extension or truncation in a body; nothing if the types agree.
Value convertFloat(OpBuilder &b, Location loc, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (value.getType() == type)
    return value;
  if (from < to)
    return arith::ExtFOp::create(b, loc, type, value);
  if (from > to)
    return arith::TruncFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, arith::ExtFOp::create(b, loc, b.getF32Type(), value)); // bf16 to f16
}

struct LowerEinsumPass : mambac::impl::LowerEinsumPassBase<LowerEinsumPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<EinsumOp> ops;
    getOperation().walk([&](EinsumOp op) {
      if (op->getNumResults() == 1)
        ops.push_back(op);
    });
    for (EinsumOp op : ops) {
      OpBuilder b(op);
      SmallVector<Value> inputs = llvm::to_vector(op.getInputs());
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      sizes = op.getAxisSizes(b, op.getLoc());
      AffineMap outMap = maps.pop_back_val();
      auto type = cast<RankedTensorType>(op.getResult(0).getType());
      Value result = lower(b, op.getLoc(), inputs, maps, outMap, type);
      if (result.getType() != type)
        result = tensor::CastOp::create(b, op.getLoc(), type, result);
      op.getResult(0).replaceAllUsesWith(result);
      op.erase();
    }
  }

private:
  SmallVector<OpFoldResult> sizes; ///< of the axes of the einsum at hand

  SmallVector<OpFoldResult> sizesOf(ArrayRef<unsigned> dims) {
    SmallVector<OpFoldResult> result;
    for (unsigned dim : dims)
      result.push_back(sizes[dim]);
    return result;
  }

  Value lower(OpBuilder &b, Location loc, SmallVector<Value> inputs, SmallVector<AffineMap> maps, AffineMap outMap,
              RankedTensorType type) {
    if (inputs.size() == 2)
      for (unsigned weight : {1u, 0u})
        if (Value result = tryPacked(b, loc, inputs[1 - weight], maps[1 - weight], inputs[weight], maps[weight],
                                     outMap, type))
          return result;
    return contract(b, loc, inputs, maps, outMap, type.getElementType());
  }

  /// One generic over the axes that the maps use.
  Value contract(OpBuilder &b, Location loc, SmallVector<Value> inputs, SmallVector<AffineMap> maps, AffineMap outMap,
                 Type element) {
    Dims order = dimsOf(outMap);
    unsigned numParallel = order.size();
    for (unsigned axis = 0; axis < outMap.getNumDims(); ++axis)
      if (!llvm::is_contained(order, axis) &&
          llvm::any_of(maps, [&](AffineMap map) { return map.isFunctionOfDim(axis); }))
        order.push_back(axis);
    SmallVector<AffineExpr> renumber(outMap.getNumDims(), b.getAffineConstantExpr(0));
    for (auto [position, axis] : llvm::enumerate(order))
      renumber[axis] = b.getAffineDimExpr(position);
    SmallVector<AffineMap> all;
    for (AffineMap map : maps)
      all.push_back(map.replaceDimsAndSymbols(renumber, {}, order.size(), 0));
    all.push_back(outMap.replaceDimsAndSymbols(renumber, {}, order.size(), 0));
    SmallVector<utils::IteratorType> iterators(order.size(), utils::IteratorType::parallel);
    std::fill(iterators.begin() + numParallel, iterators.end(), utils::IteratorType::reduction);
    bool sums = order.size() > numParallel;
    bool isDouble = element.isF64();
    for (Value input : inputs)
      isDouble |= getElementTypeOrSelf(input.getType()).isF64();
    Type accumulator = isDouble ? Type(b.getF64Type()) : Type(b.getF32Type());
    Type stored = sums ? accumulator : element;
    Value init = tensor::EmptyOp::create(b, loc, sizesOf(dimsOf(outMap)), stored);
    if (sums) {
      Value zero = arith::ConstantOp::create(b, loc, b.getFloatAttr(stored, 0));
      init = linalg::FillOp::create(b, loc, zero, init).getResult(0);
      ++numPairwise;
    }
    auto generic = linalg::GenericOp::create(
        b, loc, TypeRange{init.getType()}, inputs, ValueRange{init}, all, iterators,
        [&](OpBuilder &nested, Location loc, ValueRange args) {
          Value product = convertFloat(nested, loc, args[0], accumulator);
          for (Value factor : args.drop_front().drop_back())
            product = arith::MulFOp::create(nested, loc, product, convertFloat(nested, loc, factor, accumulator));
          if (sums)
            product = arith::AddFOp::create(nested, loc, args.back(), product);
          linalg::YieldOp::create(nested, loc, convertFloat(nested, loc, product, stored));
        });
    Value result = generic.getResult(0);
    return stored == element ? result : convertTensor(b, loc, result, element);
  }

  Value convertTensor(OpBuilder &b, Location loc, Value value, Type element) {
    auto type = cast<RankedTensorType>(value.getType());
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    Value init = tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, value), element);
    SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
    return linalg::GenericOp::create(b, loc, TypeRange{init.getType()}, ValueRange{value}, ValueRange{init},
                                     ArrayRef<AffineMap>{identity, identity}, iterators,
                                     [&](OpBuilder &nested, Location loc, ValueRange args) {
                                       linalg::YieldOp::create(nested, loc, convertFloat(nested, loc, args[0], element));
                                     })
        .getResult(0);
  }

  /// Depends on weights and constants alone.
  bool isWeight(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    auto [known, isNew] = weightOps.try_emplace(op, false);
    if (!isNew)
      return known->second;
    bool result = isa<mambac::ssm::WeightOp>(op);
    if (!result && !op->hasTrait<OpTrait::ConstantLike>() && isMemoryEffectFree(op)) {
      llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
      getUsedValuesDefinedAbove(op->getRegions(), used);
      bool any = false, all = true;
      for (Value input : used) {
        bool weight = isWeight(input);
        any |= weight;
        all &= weight || isConstant(input);
      }
      result = any && all;
    }
    weightOps[op] = result;
    return result;
  }
  bool isConstant(Value value) {
    Operation *op = value.getDefiningOp();
    return op && (op->hasTrait<OpTrait::ConstantLike>() ||
                  (isMemoryEffectFree(op) && op->getNumRegions() == 0 && llvm::all_of(op->getOperands(), [&](Value v) {
                     return isConstant(v);
                   })) ||
                  (isa<linalg::FillOp>(op) && llvm::all_of(op->getOperands(), [&](Value v) { return isConstant(v); })));
  }

  /// Whether the innermost elements are next to each other, as far as slices on the way tell. The kernel of packed
  /// products reads rows.
  static bool isDense(Value x) {
    while (Operation *op = x.getDefiningOp()) {
      if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
        llvm::SmallBitVector dropped = slice.getDroppedDims();
        int64_t dim = slice.getSourceType().getRank() - 1;
        for (; dim >= 0 && dropped.test(dim); --dim)
          if (slice.getSourceType().getDimSize(dim) != 1)
            return false;
        if (dim >= 0 && getConstantIntValue(slice.getMixedStrides()[dim]) != 1)
          return false;
      } else if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op)) {
        return true;
      }
      x = op->getOperand(0);
    }
    return true;
  }

  /// x[m.., k..] * w[n.., k..] -> y[m.., n..] in any order of dimensions; null if it is not of that form.
  Value tryPacked(OpBuilder &b, Location loc, Value x, AffineMap xMap, Value w, AffineMap wMap, AffineMap outMap,
                  RankedTensorType type) {
    auto wType = cast<RankedTensorType>(w.getType());
    auto xType = cast<RankedTensorType>(x.getType());
    auto supported = [](Type t) { return t.isF32() || t.isBF16() || t.isF16(); };
    if (!supported(wType.getElementType()) || !supported(xType.getElementType()) ||
        !supported(type.getElementType()) || !wType.hasStaticShape() || !isWeight(w))
      return {};
    Dims m, n, k;
    for (unsigned axis : dimsOf(outMap)) {
      bool inX = xMap.isFunctionOfDim(axis), inW = wMap.isFunctionOfDim(axis);
      if (inX && inW)
        return {}; // a batch of products
      (inX ? m : n).push_back(axis);
    }
    for (unsigned axis : dimsOf(xMap))
      if (!outMap.isFunctionOfDim(axis)) {
        if (!wMap.isFunctionOfDim(axis))
          return {};
        k.push_back(axis);
      }
    for (unsigned axis : dimsOf(wMap))
      if (!outMap.isFunctionOfDim(axis) && !xMap.isFunctionOfDim(axis))
        return {};
    if (k.empty() || n.empty())
      return {};
    int64_t N = 1, K = 1;
    for (unsigned axis : n)
      N *= *getConstantIntValue(sizes[axis]);
    for (unsigned axis : k)
      K *= *getConstantIntValue(sizes[axis]);

    Value packed = pack(b, loc, w, wMap, n, k, N, K);
    // x as rows of K.
    Dims rows = m;
    llvm::append_range(rows, k);
    if (dimsOf(xMap) != rows)
      x = transpose(b, loc, x, xMap, rows);
    else if (!isDense(x)) // a generic op that copies would fold
      x = linalg::CopyOp::create(b, loc, x,
                                 tensor::EmptyOp::create(b, loc, tensor::getMixedSizes(b, loc, x), xType.getElementType())
                                     .getResult())
              .getResult(0);
    x = toMatrix(b, loc, x, m.size(), k.size());
    OpFoldResult M = b.getIndexAttr(1);
    for (unsigned axis : m)
      M = affine::makeComposedFoldedAffineApply(b, loc, b.getAffineSymbolExpr(0) * b.getAffineSymbolExpr(1),
                                                {M, sizes[axis]});
    Value init = tensor::EmptyOp::create(b, loc, ArrayRef<OpFoldResult>{M, b.getIndexAttr(N)}, type.getElementType());
    Value y = PackedMatmulOp::create(b, loc, x, packed, ValueRange(), init)->getResult(0);
    Dims ordered = m;
    llvm::append_range(ordered, n);
    y = fromMatrix(b, loc, y, m, n, type.getElementType());
    if (dimsOf(outMap) != ordered) {
      SmallVector<AffineExpr> exprs;
      for (unsigned axis : ordered)
        exprs.push_back(b.getAffineDimExpr(axis));
      y = transpose(b, loc, y, AffineMap::get(outMap.getNumDims(), 0, exprs, b.getContext()), dimsOf(outMap));
    }
    ++numPacked;
    return y;
  }

  /// Panels of 32 columns, R rows beside each other: packed[p, k / R, j * R + k mod R] = w[n = 32 p + j, k], zero beyond
  /// N and K.
  Value pack(OpBuilder &b, Location loc, Value w, AffineMap wMap, const Dims &n, const Dims &k, int64_t N, int64_t K) {
    constexpr int64_t panel = PackedMatmulOp::kPanel;
    Type element = getElementTypeOrSelf(w.getType());
    int64_t panels = (N + panel - 1) / panel, step = PackedMatmulOp::rowsPerStep(element);
    Value init = tensor::EmptyOp::create(b, loc, ArrayRef<int64_t>{panels, (K + step - 1) / step, panel * step}, element);
    SmallVector<utils::IteratorType> iterators(3, utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        b, loc, TypeRange{init.getType()}, ValueRange{}, ValueRange{init},
        ArrayRef<AffineMap>{b.getMultiDimIdentityMap(3)}, iterators,
        [&](OpBuilder &nested, Location loc, ValueRange) {
          auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(nested, loc, value); };
          Value p = linalg::IndexOp::create(nested, loc, 0), row = linalg::IndexOp::create(nested, loc, 1),
                j = linalg::IndexOp::create(nested, loc, 2);
          if (step > 1) {
            row = arith::MulIOp::create(nested, loc, row, constant(step));
            row = arith::AddIOp::create(nested, loc, row, arith::RemUIOp::create(nested, loc, j, constant(step)));
            j = arith::DivUIOp::create(nested, loc, j, constant(step));
          }
          Value column = arith::MulIOp::create(nested, loc, p, constant(panel));
          column = arith::AddIOp::create(nested, loc, column, j);
          SmallVector<Value> inside;
          auto limit = [&](Value &index, int64_t size) {
            inside.push_back(arith::CmpIOp::create(nested, loc, arith::CmpIPredicate::slt, index, constant(size)));
            index = arith::MinSIOp::create(nested, loc, index, constant(size - 1));
          };
          if (N % panel)
            limit(column, N);
          if (K % step)
            limit(row, K);
          llvm::DenseMap<unsigned, Value> position;
          auto split = [&](Value flat, const Dims &dims) {
            for (unsigned axis : llvm::reverse(dims)) {
              Value size = constant(*getConstantIntValue(sizes[axis]));
              position[axis] = dims.size() == 1 ? flat : arith::RemUIOp::create(nested, loc, flat, size).getResult();
              if (dims.size() > 1)
                flat = arith::DivUIOp::create(nested, loc, flat, size);
            }
          };
          split(column, n);
          split(row, k);
          SmallVector<Value> indices;
          for (unsigned axis : dimsOf(wMap))
            indices.push_back(position[axis]);
          Value value = tensor::ExtractOp::create(nested, loc, w, indices);
          Value zero = arith::ConstantOp::create(nested, loc, nested.getFloatAttr(element, 0));
          for (Value condition : inside)
            value = arith::SelectOp::create(nested, loc, condition, value, zero);
          linalg::YieldOp::create(nested, loc, value);
        });
    generic->setAttr("mambac.places", AffineMapAttr::get(places(wMap, n, k, step)));
    return generic.getResult(0);
  }

  /// Where each element of the weight lies in its panels.
  AffineMap places(AffineMap wMap, const Dims &n, const Dims &k, int64_t step) {
    MLIRContext *context = wMap.getContext();
    Dims dims = dimsOf(wMap);
    auto flat = [&](const Dims &axes) {
      AffineExpr expr = getAffineConstantExpr(0, context);
      for (unsigned axis : axes)
        expr = expr * *getConstantIntValue(sizes[axis]) + getAffineDimExpr(llvm::find(dims, axis) - dims.begin(), context);
      return expr;
    };
    AffineExpr column = flat(n), row = flat(k), lane = column % PackedMatmulOp::kPanel;
    if (step > 1)
      lane = lane * step + row % step;
    return AffineMap::get(dims.size(), 0, {column.floorDiv(PackedMatmulOp::kPanel), row.floorDiv(step), lane}, context);
  }

  Value transpose(OpBuilder &b, Location loc, Value x, AffineMap map, const Dims &order) {
    llvm::DenseMap<unsigned, unsigned> position;
    for (auto [i, axis] : llvm::enumerate(order))
      position[axis] = i;
    SmallVector<AffineExpr> exprs;
    for (unsigned axis : dimsOf(map))
      exprs.push_back(b.getAffineDimExpr(position[axis]));
    auto inMap = AffineMap::get(order.size(), 0, exprs, b.getContext());
    Value init = tensor::EmptyOp::create(b, loc, sizesOf(order), getElementTypeOrSelf(x.getType()));
    SmallVector<utils::IteratorType> iterators(order.size(), utils::IteratorType::parallel);
    return linalg::GenericOp::create(b, loc, TypeRange{init.getType()}, ValueRange{x}, ValueRange{init},
                                     ArrayRef<AffineMap>{inMap, b.getMultiDimIdentityMap(order.size())}, iterators,
                                     [](OpBuilder &nested, Location loc, ValueRange args) {
                                       linalg::YieldOp::create(nested, loc, args[0]);
                                     })
        .getResult(0);
  }

  Value toMatrix(OpBuilder &b, Location loc, Value x, size_t numM, size_t numK) {
    if (numM == 1 && numK == 1)
      return x;
    if (numM == 0) { // a vector is a matrix of one row
      auto type = cast<RankedTensorType>(x.getType());
      if (numK > 1)
        x = tensor::CollapseShapeOp::create(b, loc, x, ArrayRef<ReassociationIndices>{range(0, numK)});
      type = cast<RankedTensorType>(x.getType());
      return tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get({1, type.getDimSize(0)}, type.getElementType()),
                                           x, ArrayRef<ReassociationIndices>{{0, 1}});
    }
    return tensor::CollapseShapeOp::create(b, loc, x,
                                           ArrayRef<ReassociationIndices>{range(0, numM), range(numM, numM + numK)});
  }

  Value fromMatrix(OpBuilder &b, Location loc, Value y, const Dims &m, const Dims &n, Type element) {
    if (m.size() == 1 && n.size() == 1)
      return y;
    if (m.empty()) {
      y = tensor::CollapseShapeOp::create(b, loc, y, ArrayRef<ReassociationIndices>{{0, 1}});
      if (n.size() == 1)
        return y;
    }
    Dims all = m;
    llvm::append_range(all, n);
    SmallVector<OpFoldResult> shape = sizesOf(all);
    SmallVector<int64_t> fixed;
    for (OpFoldResult size : shape)
      fixed.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
    SmallVector<ReassociationIndices> groups;
    if (!m.empty())
      groups.push_back(range(0, m.size()));
    groups.push_back(range(m.size(), all.size()));
    return tensor::ExpandShapeOp::create(b, loc, RankedTensorType::get(fixed, element), y, groups, shape);
  }

  static ReassociationIndices range(int64_t begin, int64_t end) {
    ReassociationIndices indices;
    for (int64_t i = begin; i < end; ++i)
      indices.push_back(i);
    return indices;
  }

  llvm::DenseMap<Operation *, bool> weightOps;
};

} // namespace
