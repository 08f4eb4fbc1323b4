//===- ShapeEvaluator.cpp - Sizes of a function's values at given inputs ----------------------------------------===//
//
// See ShapeEvaluator.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Report/ShapeEvaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mambac;

//===- Inputs ---------------------------------------------------------------------------------------------------===//

bool mambac::isModelInput(func::FuncOp func, unsigned i) {
  if (!isa<RankedTensorType, MemRefType>(func.getArgumentTypes()[i]))
    return false;
  return !func.getArgAttr(i, "mambac.output") && !func.getArgAttr(i, "mambac.arena") &&
         !func.getArgAttr(i, "mambac.weights");
}

namespace {

struct Symbol {
  int64_t min = 1, max = std::numeric_limits<int64_t>::max(), step = 1;

  int64_t nearest(int64_t size) const {
    size = std::max(size, min);
    size = (size + step - 1) / step * step;
    return size > max ? max / step * step : size;
  }
};

SmallVector<Symbol> readSymbols(func::FuncOp func) {
  SmallVector<Symbol> symbols;
  if (auto list = func->getAttrOfType<ArrayAttr>("mambac.symbols"))
    for (Attribute attr : list) {
      Symbol symbol;
      if (auto dict = dyn_cast<DictionaryAttr>(attr)) {
        auto read = [&](StringRef key, int64_t &into) {
          if (auto value = dict.getAs<IntegerAttr>(key))
            into = value.getInt();
        };
        read("min", symbol.min);
        read("max", symbol.max);
        read("multiple_of", symbol.step);
        symbol.step = std::max<int64_t>(1, symbol.step);
      }
      symbols.push_back(symbol);
    }
  return symbols;
}

AffineMap shapeMap(func::FuncOp func, unsigned i) {
  auto attr = func.getArgAttrOfType<AffineMapAttr>(i, "mambac.shape");
  return attr ? attr.getValue() : AffineMap();
}

/// An affine expression at these symbols (and dims); none if one is missing or a divisor is zero.
std::optional<int64_t> evaluate(AffineExpr expr, ArrayRef<std::optional<int64_t>> dims,
                                ArrayRef<std::optional<int64_t>> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() < dims.size() ? dims[dim.getPosition()] : std::nullopt;
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbol.getPosition() < symbols.size() ? symbols[symbol.getPosition()] : std::nullopt;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> a = evaluate(binary.getLHS(), dims, symbols), b = evaluate(binary.getRHS(), dims, symbols);
  if (!a || !b)
    return std::nullopt;
  int64_t result;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return llvm::AddOverflow(*a, *b, result) ? std::nullopt : std::optional(result);
  case AffineExprKind::Mul:
    return llvm::MulOverflow(*a, *b, result) ? std::nullopt : std::optional(result);
  case AffineExprKind::Mod:
    return *b > 0 ? std::optional(((*a % *b) + *b) % *b) : std::nullopt;
  case AffineExprKind::FloorDiv:
    return *b > 0 ? std::optional(llvm::divideFloorSigned(*a, *b)) : std::nullopt;
  default:
    return *b > 0 ? std::optional(llvm::divideCeilSigned(*a, *b)) : std::nullopt;
  }
}

} // namespace

SmallVector<Shape> mambac::representativeShapes(func::FuncOp func, int64_t length) {
  SmallVector<Symbol> symbols = readSymbols(func);
  SmallVector<std::optional<int64_t>> values(symbols.size());
  // Batches first: whatever stands in front of an input with more than one dimension.
  for (unsigned i = 0; i < func.getNumArguments(); ++i)
    if (AffineMap map = shapeMap(func, i); isModelInput(func, i) && map && map.getNumResults() > 1)
      if (auto symbol = dyn_cast<AffineSymbolExpr>(map.getResult(0)); symbol && symbol.getPosition() < symbols.size())
        values[symbol.getPosition()] = symbols[symbol.getPosition()].nearest(1);
  for (auto [symbol, value] : llvm::zip(symbols, values))
    if (!value)
      value = symbol.nearest(length);
  SmallVector<Shape> shapes;
  for (unsigned i = 0; i < func.getNumArguments(); ++i) {
    if (!isModelInput(func, i))
      continue;
    auto type = cast<ShapedType>(func.getArgumentTypes()[i]);
    AffineMap map = shapeMap(func, i);
    Shape shape;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      std::optional<int64_t> size;
      if (type.isDynamicDim(dim) && map && dim < int64_t(map.getNumResults()))
        size = evaluate(map.getResult(dim), {}, values);
      int64_t otherwise = dim == 0 && type.getRank() > 1 ? 1 : length;
      shape.push_back(type.isDynamicDim(dim) ? size.value_or(otherwise) : type.getDimSize(dim));
    }
    shapes.push_back(shape);
  }
  return shapes;
}

ShapeEvaluator ShapeEvaluator::create(func::FuncOp func, ArrayRef<Shape> inputShapes, std::string &error) {
  ShapeEvaluator evaluator;
  error = evaluator.bind(func, inputShapes);
  return evaluator;
}

std::string ShapeEvaluator::bind(func::FuncOp func, ArrayRef<Shape> inputShapes) {
  symbols.assign(readSymbols(func).size(), std::nullopt);
  unsigned next = 0;
  for (unsigned i = 0; i < func.getNumArguments(); ++i) {
    if (!isModelInput(func, i))
      continue;
    if (next == inputShapes.size())
      return "there are fewer shapes than inputs";
    auto type = cast<ShapedType>(func.getArgumentTypes()[i]);
    const Shape &shape = inputShapes[next++];
    std::string name = "input " + std::to_string(next - 1);
    if (int64_t(shape.size()) != type.getRank())
      return name + " has " + std::to_string(type.getRank()) + " dimensions, its shape " + std::to_string(shape.size());
    AffineMap map = shapeMap(func, i);
    for (auto [dim, size] : llvm::enumerate(shape)) {
      if (size < 0 || (!type.isDynamicDim(dim) && type.getDimSize(dim) != size))
        return name + " cannot have size " + std::to_string(size) + " in dimension " + std::to_string(dim);
      if (!map || dim >= map.getNumResults())
        continue;
      // A symbol, or so many times one.
      AffineExpr expr = map.getResult(dim);
      int64_t factor = 1;
      if (auto product = dyn_cast<AffineBinaryOpExpr>(expr); product && expr.getKind() == AffineExprKind::Mul)
        if (auto constant = dyn_cast<AffineConstantExpr>(product.getRHS()); constant && constant.getValue() > 0) {
          expr = product.getLHS();
          factor = constant.getValue();
        }
      if (auto symbol = dyn_cast<AffineSymbolExpr>(expr);
          symbol && symbol.getPosition() < symbols.size() && size % factor == 0)
        symbols[symbol.getPosition()] = size / factor;
    }
    shapes[func.getArgument(i)] = shape;
  }
  if (next != inputShapes.size())
    return "there are more shapes than inputs";
  for (unsigned i = 0; i < func.getNumArguments(); ++i) {
    Value argument = func.getArgument(i);
    if (auto symbol = func.getArgAttrOfType<IntegerAttr>(i, "mambac.symbol");
        symbol && symbol.getInt() >= 0 && symbol.getInt() < int64_t(symbols.size()))
      indices[argument] = symbols[symbol.getInt()];
    // Sizes that are no plain symbol have to agree with the others; those of destinations follow from the symbols.
    AffineMap map = shapeMap(func, i);
    if (!map || !isa<ShapedType>(argument.getType()))
      continue;
    Shape computed;
    for (AffineExpr size : map.getResults())
      if (std::optional<int64_t> value = evaluate(size, {}, symbols))
        computed.push_back(*value);
    if (computed.size() != map.getNumResults())
      continue;
    auto given = shapes.find(argument);
    if (given == shapes.end())
      shapes[argument] = computed;
    else if (*given->second != computed)
      return "the shapes of the inputs contradict each other";
  }
  return "";
}

//===- Indices --------------------------------------------------------------------------------------------------===//

std::optional<int64_t> ShapeEvaluator::indexOf(Value value) {
  if (auto known = indices.find(value); known != indices.end())
    return known->second;
  std::optional<int64_t> result = computeIndex(value);
  return indices[value] = result;
}

std::optional<int64_t> ShapeEvaluator::foldSize(OpFoldResult size) {
  if (auto attr = dyn_cast_if_present<Attribute>(size)) {
    auto integer = dyn_cast<IntegerAttr>(attr);
    return integer ? std::optional(integer.getInt()) : std::nullopt;
  }
  return indexOf(cast<Value>(size));
}

std::optional<Shape> ShapeEvaluator::foldSizes(ArrayRef<OpFoldResult> sizes) {
  Shape shape;
  for (OpFoldResult size : sizes) {
    std::optional<int64_t> value = foldSize(size);
    if (!value)
      return std::nullopt;
    shape.push_back(*value);
  }
  return shape;
}

/// Arithmetic of two numbers by the op's kind; none for other ops, overflow and division by zero.
static std::optional<int64_t> computeBinary(Operation *op, int64_t a, int64_t b) {
  int64_t result;
  if (isa<arith::AddIOp>(op))
    return llvm::AddOverflow(a, b, result) ? std::nullopt : std::optional(result);
  if (isa<arith::SubIOp>(op))
    return llvm::SubOverflow(a, b, result) ? std::nullopt : std::optional(result);
  if (isa<arith::MulIOp>(op))
    return llvm::MulOverflow(a, b, result) ? std::nullopt : std::optional(result);
  if (isa<arith::MaxSIOp, arith::MaxUIOp>(op))
    return std::max(a, b);
  if (isa<arith::MinSIOp, arith::MinUIOp>(op))
    return std::min(a, b);
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    switch (compare.getPredicate()) {
    case arith::CmpIPredicate::eq:
      return a == b;
    case arith::CmpIPredicate::ne:
      return a != b;
    case arith::CmpIPredicate::slt:
    case arith::CmpIPredicate::ult:
      return a < b;
    case arith::CmpIPredicate::sle:
    case arith::CmpIPredicate::ule:
      return a <= b;
    case arith::CmpIPredicate::sgt:
    case arith::CmpIPredicate::ugt:
      return a > b;
    default:
      return a >= b;
    }
  }
  if (b == 0 || (a == std::numeric_limits<int64_t>::min() && b == -1))
    return std::nullopt;
  if (isa<arith::DivSIOp, arith::DivUIOp>(op))
    return a / b;
  if (isa<arith::RemSIOp, arith::RemUIOp>(op))
    return a % b;
  if (isa<arith::FloorDivSIOp>(op))
    return llvm::divideFloorSigned(a, b);
  if (isa<arith::CeilDivSIOp, arith::CeilDivUIOp>(op))
    return llvm::divideCeilSigned(a, b);
  return std::nullopt;
}

std::optional<int64_t> ShapeEvaluator::computeIndex(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.getType().isIntOrIndex())
    return std::nullopt;
  if (IntegerAttr constant; matchPattern(value, m_Constant(&constant)))
    return constant.getValue().getBitWidth() <= 64 ? std::optional(constant.getValue().getSExtValue()) : std::nullopt;
  if (auto dim = dyn_cast<ShapedDimOpInterface>(op)) {
    std::optional<int64_t> position = foldSize(dim.getDimension());
    std::optional<Shape> shape = position ? shapeOf(dim.getShapedValue()) : std::nullopt;
    if (!shape || *position < 0 || *position >= int64_t(shape->size()))
      return std::nullopt;
    return (*shape)[*position];
  }
  if (isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op)) {
    AffineMap map = isa<affine::AffineApplyOp>(op) ? cast<affine::AffineApplyOp>(op).getAffineMap()
                    : isa<affine::AffineMinOp>(op) ? cast<affine::AffineMinOp>(op).getMap()
                                                   : cast<affine::AffineMaxOp>(op).getMap();
    SmallVector<std::optional<int64_t>> operands;
    for (Value operand : op->getOperands())
      operands.push_back(indexOf(operand));
    ArrayRef<std::optional<int64_t>> all = operands;
    std::optional<int64_t> result;
    for (AffineExpr expr : map.getResults()) {
      std::optional<int64_t> one = evaluate(expr, all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
      if (!one)
        return std::nullopt;
      result = !result ? *one : isa<affine::AffineMinOp>(op) ? std::min(*result, *one) : std::max(*result, *one);
    }
    return result;
  }
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp, arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp>(op))
    return indexOf(op->getOperand(0));
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    std::optional<int64_t> condition = indexOf(select.getCondition());
    return condition ? indexOf(*condition ? select.getTrueValue() : select.getFalseValue()) : std::nullopt;
  }
  if (isa<arith::ArithDialect>(op->getDialect()) && op->getNumOperands() == 2) {
    std::optional<int64_t> a = indexOf(op->getOperand(0)), b = indexOf(op->getOperand(1));
    return a && b ? computeBinary(op, *a, *b) : std::nullopt;
  }
  return std::nullopt;
}

//===- Shapes ---------------------------------------------------------------------------------------------------===//

std::optional<Shape> ShapeEvaluator::shapeOf(Value value) {
  if (auto known = shapes.find(value); known != shapes.end())
    return known->second;
  std::optional<Shape> result = computeShape(value);
  return shapes[value] = result;
}

std::optional<int64_t> ShapeEvaluator::bytesOf(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  std::optional<Shape> shape = type ? shapeOf(value) : std::nullopt;
  if (!shape)
    return std::nullopt;
  Type element = type.getElementType();
  int64_t bits = element.isIndex() ? 64 : 0;
  if (auto complex = dyn_cast<ComplexType>(element))
    bits = 2 * complex.getElementType().getIntOrFloatBitWidth();
  else if (element.isIntOrFloat())
    bits = element.getIntOrFloatBitWidth();
  int64_t bytes = std::max<int64_t>(1, (bits + 7) / 8);
  for (int64_t size : *shape)
    if (llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

std::optional<Shape> ShapeEvaluator::computeShape(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !type.hasRank())
    return std::nullopt;
  if (type.hasStaticShape())
    return Shape(type.getShape());
  if (auto result = dyn_cast<OpResult>(value))
    return shapeOfResult(result);
  // A loop does not change the shapes that it carries.
  auto argument = cast<BlockArgument>(value);
  if (auto loop = dyn_cast<LoopLikeOpInterface>(argument.getOwner()->getParentOp()))
    if (OpOperand *init = loop.getTiedLoopInit(argument))
      return shapeOf(init->get());
  return std::nullopt;
}

std::optional<Shape> ShapeEvaluator::shapeOfResult(OpResult result) {
  Operation *op = result.getOwner();
  auto type = cast<ShapedType>(result.getType());
  if (auto empty = dyn_cast<tensor::EmptyOp>(op))
    return foldSizes(empty.getMixedSizes());
  if (auto alloc = dyn_cast<memref::AllocOp>(op))
    return foldSizes(alloc.getMixedSizes());
  if (auto loop = dyn_cast<LoopLikeOpInterface>(op)) {
    OpOperand *init = loop.getTiedLoopInit(result);
    return init ? shapeOf(init->get()) : std::nullopt;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return shapeOf(branch.thenYield().getOperand(result.getResultNumber()));
  if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
    return shapeOf(destination.getTiedOpOperand(result)->get());
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return foldSizes(expand.getMixedOutputShape());
  if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
    return foldSizes(expand.getMixedOutputShape());
  if (isa<tensor::CollapseShapeOp, memref::CollapseShapeOp>(op)) {
    std::optional<Shape> source = shapeOf(op->getOperand(0));
    if (!source)
      return std::nullopt;
    auto groups = isa<tensor::CollapseShapeOp>(op) ? cast<tensor::CollapseShapeOp>(op).getReassociationIndices()
                                                   : cast<memref::CollapseShapeOp>(op).getReassociationIndices();
    Shape shape;
    for (ArrayRef<int64_t> group : groups) {
      int64_t size = 1;
      for (int64_t dim : group)
        if (llvm::MulOverflow(size, (*source)[dim], size))
          return std::nullopt;
      shape.push_back(size);
    }
    return shape;
  }
  if (isa<tensor::ExtractSliceOp, memref::SubViewOp>(op)) {
    llvm::SmallBitVector dropped = isa<tensor::ExtractSliceOp>(op) ? cast<tensor::ExtractSliceOp>(op).getDroppedDims()
                                                                   : cast<memref::SubViewOp>(op).getDroppedDims();
    SmallVector<OpFoldResult> sizes;
    for (auto [i, size] : llvm::enumerate(cast<OffsetSizeAndStrideOpInterface>(op).getMixedSizes()))
      if (!dropped.test(i))
        sizes.push_back(size);
    return foldSizes(sizes);
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    std::optional<Shape> shape = shapeOf(pad.getSource()), low = foldSizes(pad.getMixedLowPad()),
                         high = foldSizes(pad.getMixedHighPad());
    if (!shape || !low || !high)
      return std::nullopt;
    for (auto [size, before, after] : llvm::zip(*shape, *low, *high))
      size += before + after;
    return shape;
  }
  if (auto concat = dyn_cast<tensor::ConcatOp>(op)) {
    std::optional<Shape> shape = shapeOf(concat.getInputs()[0]);
    for (Value input : concat.getInputs().drop_front()) {
      std::optional<Shape> more = shapeOf(input);
      if (!shape || !more)
        return std::nullopt;
      (*shape)[concat.getDim()] += (*more)[concat.getDim()];
    }
    return shape;
  }
  if (auto reshape = dyn_cast<tensor::ReshapeOp>(op)) {
    auto sizes = reshape.getShape().getDefiningOp<tensor::FromElementsOp>();
    return sizes ? foldSizes(getAsOpFoldResult(sizes.getElements())) : std::nullopt;
  }
  // Views of buffers, generated and broadcast tensors carry their open sizes as operands.
  ValueRange open;
  if (auto view = dyn_cast<memref::ViewOp>(op))
    open = view.getSizes();
  else if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    open = generate.getDynamicExtents();
  else if (auto splat = dyn_cast<tensor::SplatOp>(op))
    open = splat.getDynamicSizes();
  else if (auto view = dyn_cast<memref::ReinterpretCastOp>(op))
    return foldSizes(view.getMixedSizes());
  if (open.size() == static_cast<size_t>(type.getNumDynamicDims())) {
    Shape shape;
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      std::optional<int64_t> size =
          type.isDynamicDim(dim) ? indexOf(open[type.getDynamicDimIndex(dim)]) : type.getDimSize(dim);
      if (!size)
        return std::nullopt;
      shape.push_back(*size);
    }
    return shape;
  }
  // Casts, and arithmetic on whole tensors: the shape of an operand of the same rank.
  if (isa<CastOpInterface>(op) || op->hasTrait<OpTrait::Elementwise>() ||
      isa<bufferization::ToTensorOp, bufferization::ToBufferOp>(op))
    for (Value operand : op->getOperands())
      if (auto shaped = dyn_cast<ShapedType>(operand.getType());
          shaped && shaped.hasRank() && shaped.getRank() == type.getRank())
        return shapeOf(operand);
  return std::nullopt;
}
