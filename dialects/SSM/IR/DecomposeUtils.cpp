//===- DecomposeUtils.cpp - Building blocks of the decompositions ---------------------------------------------------===//
//
// See the header.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/DecomposeUtils.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

DecomposeBuilder::DecomposeBuilder(Operation *op, OpBuilder &builder)
    : ImplicitLocOpBuilder(op->getLoc(), builder), computeType(builder.getF32Type()) {
  for (Type type : op->getOperandTypes())
    if (getElementTypeOrSelf(type).isF64())
      computeType = builder.getF64Type();
}

Value DecomposeBuilder::convert(Value value, Type type) {
  auto from = dyn_cast<FloatType>(value.getType()), to = dyn_cast<FloatType>(type);
  if (!from || !to || from == to)
    return value;
  if (from.getWidth() < to.getWidth())
    return arith::ExtFOp::create(*this, to, value);
  if (from.getWidth() > to.getWidth())
    return arith::TruncFOp::create(*this, to, value);
  return convert(arith::ExtFOp::create(*this, getF32Type(), value), to); // bf16 and f16
}

Value DecomposeBuilder::newTensor(ArrayRef<OpFoldResult> axisSizes, AffineMap map, std::optional<double> value) {
  SmallVector<OpFoldResult> sizes;
  for (AffineExpr expr : map.getResults())
    sizes.push_back(axisSizes[cast<AffineDimExpr>(expr).getPosition()]);
  Value empty = tensor::EmptyOp::create(*this, sizes, computeType);
  return value ? linalg::FillOp::create(*this, constant(*value), empty).getResult(0) : empty;
}

SmallVector<Value> DecomposeBuilder::loops(ValueRange inputs, ArrayRef<AffineMap> maps, ValueRange outs, ManyBody body) {
  SmallVector<utils::IteratorType> iterators;
  for (unsigned axis = 0; axis < maps.back().getNumDims(); ++axis)
    iterators.push_back(axes::findAxis(maps.back(), axis) >= 0 ? utils::IteratorType::parallel
                                                               : utils::IteratorType::reduction);
  SmallVector<AffineMap> all(maps);
  all.resize(inputs.size() + outs.size(), maps.back());
  auto generic = linalg::GenericOp::create(
      *this, outs.getTypes(), inputs, outs, all, iterators, [&](OpBuilder &nested, Location loc, ValueRange args) {
        DecomposeBuilder b(*this);
        b.setInsertionPoint(nested.getInsertionBlock(), nested.getInsertionPoint());
        SmallVector<Value> converted =
            llvm::map_to_vector(args, [&](Value arg) { return b.convert(arg, computeType); });
        SmallVector<Value> results = body(b, converted);
        for (auto [result, out] : llvm::zip_equal(results, args.take_back(outs.size())))
          result = b.convert(result, out.getType());
        linalg::YieldOp::create(b, results);
      });
  return generic.getResults();
}

Value DecomposeBuilder::loop(ValueRange inputs, ArrayRef<AffineMap> maps, Value out, Body body) {
  return loops(inputs, maps, out, [&](DecomposeBuilder &b, ValueRange args) {
    return SmallVector<Value>{body(b, args)};
  }).front();
}

Value DecomposeBuilder::copy(Value input, AffineMap inputMap, Value out, AffineMap outMap) {
  return loop(input, {inputMap, outMap}, out, [](DecomposeBuilder &, ValueRange args) { return args[0]; });
}

/// Offsets, sizes and strides of the slice at `position` of a dimension.
static void sliceParameters(DecomposeBuilder &b, Value tensor, int64_t dim, Value position,
                            SmallVector<OpFoldResult> &offsets, SmallVector<OpFoldResult> &sizes,
                            SmallVector<OpFoldResult> &strides) {
  sizes = tensor::getMixedSizes(b, b.getLoc(), tensor);
  offsets.assign(sizes.size(), b.getIndexAttr(0));
  strides.assign(sizes.size(), b.getIndexAttr(1));
  offsets[dim] = position;
  sizes[dim] = b.getIndexAttr(1);
}

Value DecomposeBuilder::slice(Value tensor, int64_t dim, Value position) {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  sliceParameters(*this, tensor, dim, position, offsets, sizes, strides);
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + dim);
  return tensor::ExtractSliceOp::create(*this, type.clone(shape), tensor, offsets, sizes, strides);
}

Value DecomposeBuilder::insertSlice(Value slice, Value tensor, int64_t dim, Value position) {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  sliceParameters(*this, tensor, dim, position, offsets, sizes, strides);
  return tensor::InsertSliceOp::create(*this, slice, tensor, offsets, sizes, strides);
}

Value DecomposeBuilder::softplus(Value x) {
  // max(x, 0) + log1p(exp(-|x|)) is the same and cannot overflow.
  Value magnitude = math::AbsFOp::create(*this, x);
  Value decay = math::ExpOp::create(*this, arith::NegFOp::create(*this, magnitude));
  Value positive = arith::MaximumFOp::create(*this, x, constant(0));
  return arith::AddFOp::create(*this, positive, math::Log1pOp::create(*this, decay));
}

Value DecomposeBuilder::silu(Value x) {
  Value decay = math::ExpOp::create(*this, arith::NegFOp::create(*this, x));
  return arith::DivFOp::create(*this, x, arith::AddFOp::create(*this, constant(1), decay));
}

AffineMap ssm::mapOfAxes(MLIRContext *context, unsigned numAxes, ArrayRef<unsigned> axes) {
  return AffineMap::getMultiDimMapWithTargets(numAxes, axes, context);
}

AffineMap ssm::dropAxis(AffineMap map, unsigned axis) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> dims, results;
  for (unsigned i = 0; i < map.getNumDims(); ++i)
    dims.push_back(getAffineDimExpr(i > axis ? i - 1 : i, context));
  for (AffineExpr expr : map.getResults())
    if (!expr.isFunctionOfDim(axis))
      results.push_back(expr.replaceDims(dims));
  return AffineMap::get(map.getNumDims() - 1, 0, results, context);
}

LogicalResult ssm::requireTensors(Operation *op) {
  return success(cast<DestinationStyleOpInterface>(op).hasPureTensorSemantics());
}
