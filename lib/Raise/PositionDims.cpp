//===- PositionDims.cpp - Values that are functions of their positions alone ------------------------------------===//

#include "lib/Raise/PositionDims.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mambac::raise;

using Dims = llvm::SmallBitVector;

std::optional<Dims> PositionDims::get(Value tensor) {
  auto [it, isNew] = known.try_emplace(tensor, std::nullopt);
  if (!isNew)
    return it->second;
  std::optional<Dims> dims = compute(tensor);
  known[tensor] = dims;
  return dims;
}

std::optional<Dims> PositionDims::compute(Value tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  Operation *op = tensor.getDefiningOp();
  if (!type || !op)
    return std::nullopt;
  Attribute constant;
  if (matchPattern(tensor, m_Constant(&constant)))
    return isa<SplatElementsAttr>(constant) ? std::optional(Dims(type.getRank())) : std::nullopt;
  if (isa<tensor::CastOp>(op))
    return get(op->getOperand(0));
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return matchPattern(fill.getInputs()[0], m_Constant()) ? std::optional(Dims(type.getRank())) : std::nullopt;
  Dims dims(type.getRank());
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    std::optional<Dims> source = get(expand.getSrc());
    if (!source)
      return std::nullopt;
    for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices()))
      for (int64_t d : group)
        if (source->test(dim) && type.getDimSize(d) != 1)
          dims.set(d);
    return dims;
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    std::optional<Dims> source = get(collapse.getSrc());
    if (!source)
      return std::nullopt;
    for (auto [dim, group] : llvm::enumerate(collapse.getReassociationIndices()))
      for (int64_t d : group)
        if (source->test(d))
          dims.set(dim);
    return dims;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    std::optional<Dims> source = get(slice.getSource());
    if (!source)
      return std::nullopt;
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    for (unsigned dim = 0, kept = 0; dim < source->size(); ++dim)
      if (!dropped.test(dim)) {
        if (source->test(dim))
          dims.set(kept);
        ++kept;
      }
    return dims;
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumReductionLoops() != 0)
    return std::nullopt;
  auto loops = getBodyLoops(linalgOp);
  unsigned number = cast<OpResult>(tensor).getResultNumber();
  auto it = loops.find(op->getRegion(0).front().getTerminator()->getOperand(number));
  if (it == loops.end())
    return std::nullopt;
  AffineMap out = linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(number));
  for (auto [dim, expr] : llvm::enumerate(out.getResults()))
    for (int loop : it->second.set_bits())
      if (expr.isFunctionOfDim(loop))
        dims.set(dim);
  return dims;
}

llvm::DenseMap<Value, Dims> PositionDims::getBodyLoops(linalg::LinalgOp op) {
  llvm::DenseMap<Value, Dims> loops;
  const unsigned count = op.getNumLoops();
  for (OpOperand *input : op.getDpsInputOperands()) {
    Dims used(count);
    if (isa<RankedTensorType>(input->get().getType())) {
      std::optional<Dims> dims = get(input->get());
      if (!dims)
        continue;
      for (auto [dim, expr] : llvm::enumerate(op.getMatchingIndexingMap(input).getResults()))
        for (unsigned loop = 0; loop < count; ++loop)
          if (dims->test(dim) && expr.isFunctionOfDim(loop))
            used.set(loop);
    } else if (!matchPattern(input->get(), m_Constant())) {
      continue;
    }
    loops[op.getMatchingBlockArgument(input)] = used;
  }
  for (Operation &inner : op->getRegion(0).front()) {
    if (inner.getNumResults() != 1 || isa<tensor::ExtractOp>(inner))
      continue;
    Dims used(count);
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      used.set(index.getDim());
    bool all = true;
    for (Value operand : inner.getOperands()) {
      auto it = loops.find(operand);
      // Constants, and sizes, change along no loop.
      if (it != loops.end())
        used |= it->second;
      else if (operand.getParentBlock() == inner.getBlock() ||
               !(matchPattern(operand, m_Constant()) || operand.getType().isIndex()))
        all = false;
    }
    if (all)
      loops[inner.getResult(0)] = used;
  }
  return loops;
}

bool PositionDims::relatesPositions(linalg::LinalgOp op) {
  auto loops = getBodyLoops(op);
  for (auto &[value, used] : loops)
    if (used.count() >= 2)
      return true;
  // data * position in an exponent, or data ^ position
  llvm::SmallPtrSet<Value, 8> mixedScalars;
  for (OpOperand *input : op.getDpsInputOperands())
    if (isMixed(input->get()))
      mixedScalars.insert(op.getMatchingBlockArgument(input));
  for (Operation &inner : op->getRegion(0).front()) {
    bool position = false, other = false;
    for (Value operand : inner.getOperands()) {
      auto it = loops.find(operand);
      if (mixedScalars.contains(operand))
        position = other = true;
      else if (it == loops.end())
        other |= isa<FloatType>(operand.getType());
      else
        position |= it->second.any();
    }
    if (!position || !other)
      continue;
    if (isa<math::ExpOp, math::Exp2Op, math::PowFOp>(inner))
      return true;
    if (isa<linalg::YieldOp>(inner) && inner.getNumOperands() == 1)
      mixed.insert(op->getResult(0));
    if (inner.getNumResults() == 1)
      mixedScalars.insert(inner.getResult(0));
  }
  return false;
}

bool PositionDims::isMixed(Value tensor) const {
  while (Operation *op = tensor.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::CastOp>(op))
      break;
    tensor = op->getOperand(0);
  }
  return mixed.contains(tensor);
}
