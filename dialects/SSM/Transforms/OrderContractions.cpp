//===- OrderContractions.cpp - An einsum of many operands as a sequence of einsums of two -----------------------===//
//
// Applies ContractionOrder.h; see Passes.td. Sizes that are known at run time only are estimated from the ranges of the
// entry's symbols, so the order is fixed at compile time and right for any size.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/Transforms/ContractionOrder.h"
#include "dialects/SSM/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace mambac::ssm {
#define GEN_PASS_DEF_SSMORDERCONTRACTIONS
#include "dialects/SSM/Transforms/Passes.h.inc"
} // namespace mambac::ssm

using namespace mlir;
using namespace mambac;
using namespace mambac::ssm;

namespace {

/// What a size is likely to be: exact where the symbols' estimates decide it, `defaultSize` where nothing is known.
class SizeEstimate {
public:
  explicit SizeEstimate(int64_t defaultSize) : defaultSize(defaultSize) {}

  int64_t get(Value tensor, int64_t dim) const {
    auto type = cast<ShapedType>(tensor.getType());
    if (!type.isDynamicDim(dim))
      return type.getDimSize(dim);
    if (auto argument = dyn_cast<BlockArgument>(tensor))
      return ofArgument(argument, dim);
    Operation *op = tensor.getDefiningOp();
    if (auto empty = dyn_cast<tensor::EmptyOp>(op))
      return get(empty.getMixedSizes()[dim]);
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
      return get(expand.getMixedOutputShape()[dim]);
    if (auto cast = dyn_cast<tensor::CastOp>(op))
      return isa<RankedTensorType>(cast.getSource().getType()) ? get(cast.getSource(), dim) : defaultSize;
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      llvm::SmallBitVector dropped = slice.getDroppedDims();
      for (auto [i, size] : llvm::enumerate(slice.getMixedSizes()))
        if (!dropped.test(i) && dim-- == 0)
          return get(size);
    }
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
      int64_t product = 1;
      SmallVector<ReassociationIndices> groups = collapse.getReassociationIndices();
      for (int64_t from : groups[dim])
        product *= get(collapse.getSrc(), from);
      return product;
    }
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
      return get(destination.getTiedOpOperand(cast<OpResult>(tensor))->get(), dim);
    return defaultSize;
  }

  int64_t get(OpFoldResult size) const {
    if (std::optional<int64_t> constant = getConstantIntValue(size))
      return *constant;
    Operation *op = cast<Value>(size).getDefiningOp();
    if (auto dim = dyn_cast_or_null<tensor::DimOp>(op))
      if (std::optional<int64_t> position = dim.getConstantIndex(); position && isa<RankedTensorType>(dim.getSource().getType()))
        return get(dim.getSource(), *position);
    if (auto apply = dyn_cast_or_null<affine::AffineApplyOp>(op)) {
      SmallVector<int64_t> operands;
      for (Value operand : apply.getMapOperands())
        operands.push_back(get(OpFoldResult(operand)));
      return evaluate(apply.getAffineMap(), 0, operands);
    }
    return defaultSize;
  }

private:
  /// The imported function says which expression of the entry's symbols the size is, and which range these have.
  int64_t ofArgument(BlockArgument argument, int64_t dim) const {
    auto func = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    if (!func || argument.getOwner() != &func.getBody().front())
      return defaultSize;
    auto shape = func.getArgAttrOfType<AffineMapAttr>(argument.getArgNumber(), "mambac.shape");
    auto symbols = func->getAttrOfType<ArrayAttr>("mambac.symbols");
    if (!shape || !symbols || dim >= shape.getValue().getNumResults() || shape.getValue().getNumDims() != 0 ||
        shape.getValue().getNumSymbols() != symbols.size())
      return defaultSize;
    SmallVector<int64_t> values;
    for (Attribute symbol : symbols) {
      auto facts = dyn_cast<DictionaryAttr>(symbol);
      auto fact = [&](StringRef name, int64_t otherwise) {
        auto value = facts ? facts.getAs<IntegerAttr>(name) : IntegerAttr();
        return value ? value.getInt() : otherwise;
      };
      int64_t multiple = std::max<int64_t>(fact("multiple_of", 1), 1);
      int64_t high = fact("max", defaultSize), low = fact("min", 1);
      int64_t value = std::max(std::min(defaultSize, high), low);
      values.push_back((value + multiple - 1) / multiple * multiple);
    }
    return evaluate(shape.getValue(), dim, values);
  }

  int64_t evaluate(AffineMap map, unsigned result, ArrayRef<int64_t> operands) const {
    MLIRContext *context = map.getContext();
    SmallVector<AffineExpr> dims, symbols;
    for (auto [i, value] : llvm::enumerate(operands))
      (i < map.getNumDims() ? dims : symbols).push_back(getAffineConstantExpr(value, context));
    auto constant = dyn_cast<AffineConstantExpr>(map.getResult(result).replaceDimsAndSymbols(dims, symbols));
    return constant && constant.getValue() > 0 ? constant.getValue() : defaultSize;
  }

  int64_t defaultSize;
};

struct OrderContractions : public ssm::impl::SSMOrderContractionsBase<OrderContractions> {
  using SSMOrderContractionsBase::SSMOrderContractionsBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (defaultSize > 0 && exactUpTo >= 2 && exactUpTo <= 12 && memoryWeight >= 0 && memoryLimit >= 0)
      return success();
    return emitError(UnknownLoc::get(context),
                     "ssm-order-contractions: exact-up-to is from 2 to 12, default-size is at least 1, memory-weight and "
                     "memory-limit are at least 0");
  }

  void runOnOperation() override {
    SmallVector<EinsumOp> ops;
    getOperation()->walk([&](EinsumOp op) {
      if (op->getNumResults() == 1 && op.getInputs().size() > 1 && op.getNumAxes() <= 64)
        ops.push_back(op);
    });
    for (EinsumOp op : ops)
      order(op);
  }

  void order(EinsumOp op) {
    unsigned numInputs = op.getInputs().size();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    auto axesOf = [](AffineMap map) {
      AxisSet set = 0;
      for (AffineExpr expr : map.getResults())
        set |= AxisSet(1) << cast<AffineDimExpr>(expr).getPosition();
      return set;
    };
    Contraction contraction;
    contraction.sizes.assign(op.getNumAxes(), 1);
    SizeEstimate estimate(defaultSize);
    bool isDouble = getElementTypeOrSelf(op.getResult(0).getType()).isF64();
    for (unsigned i = 0; i < numInputs; ++i) {
      contraction.operands.push_back(axesOf(maps[i]));
      isDouble |= getElementTypeOrSelf(op.getInputs()[i].getType()).isF64();
      for (auto [dim, expr] : llvm::enumerate(maps[i].getResults()))
        contraction.sizes[cast<AffineDimExpr>(expr).getPosition()] =
            static_cast<double>(estimate.get(op.getInputs()[i], dim));
    }
    contraction.result = axesOf(maps.back());
    contraction.elementBytes = isDouble ? 8 : 4;
    OrderOptions options;
    options.memoryWeight = memoryWeight;
    options.memoryLimit = memoryLimit;
    options.exactUpTo = exactUpTo;
    ContractionPlan plan = orderContraction(contraction, options);
    if (plan.steps.size() == 1)
      return;

    OpBuilder b(op);
    SmallVector<Value> values(op.getInputs());
    Type accumulator = isDouble ? Type(b.getF64Type()) : Type(b.getF32Type());
    for (auto [number, step] : llvm::enumerate(plan.steps)) {
      SmallVector<Value, 2> inputs;
      SmallVector<AffineMap, 3> stepMaps;
      for (unsigned operand : step.operands) {
        inputs.push_back(values[operand]);
        stepMaps.push_back(maps[operand < numInputs ? operand : operand + 1]); // behind the result's map
      }
      if (number + 1 == plan.steps.size()) {
        stepMaps.push_back(maps[numInputs]);
        auto last = EinsumOp::create(b, op.getLoc(), inputs, op.getOuts()[0], stepMaps);
        op.getResult(0).replaceAllUsesWith(last->getResult(0));
        continue;
      }
      maps.push_back(layOut(step.result, maps[numInputs], stepMaps));
      stepMaps.push_back(maps.back());
      values.push_back(buildEinsum(b, op.getLoc(), inputs, stepMaps, accumulator));
      ++numIntermediate;
    }
    op.erase();
    ++numOrdered;
  }

  /// An intermediate result has the final result's axes first, in that order, and then those still to be summed as
  /// its operands have them: the next sum then runs along memory.
  static AffineMap layOut(AxisSet axes, AffineMap final, ArrayRef<AffineMap> operands) {
    SmallVector<AffineExpr> exprs;
    auto add = [&](AffineMap map) {
      for (AffineExpr expr : map.getResults()) {
        AxisSet bit = AxisSet(1) << cast<AffineDimExpr>(expr).getPosition();
        if (axes & bit)
          exprs.push_back(expr);
        axes &= ~bit;
      }
    };
    add(final);
    for (AffineMap map : operands)
      add(map);
    return AffineMap::get(final.getNumDims(), 0, exprs, final.getContext());
  }
};

} // namespace
