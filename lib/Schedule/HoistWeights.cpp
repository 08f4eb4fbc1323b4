//===- HoistWeights.cpp - What depends on weights alone is computed while compiling ---------------------------===//
//
// Moves every operation of a driver whose operands are weights and constants into one function @prepare, which the
// compiler runs itself. Its results are the packed weight segment: 64-byte aligned tensors at constant offsets, equal
// ones stored once. Drivers read them as views of their weights argument. Reshapes stay in the drivers, where they are
// free; results that would be much larger than the weights they come from (broadcasts) are not hoisted.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/Passes.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_HOISTWEIGHTSPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

enum class Kind { Other, Constant, Weight, View };

int64_t bytesOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return -1;
  return tensor.getNumElements() * ((tensor.getElementTypeBitWidth() + 7) / 8);
}

struct HoistWeightsPass : mambac::impl::HoistWeightsPassBase<HoistWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Value> roots;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("mambac.abi"))
        collect(function, roots);
    if (roots.empty())
      return;
    OpBuilder builder(&getContext());
    func::FuncOp prepare = buildPrepare(builder, roots);
    // Equal computations become one, so equal results share their place.
    OpPassManager pm(func::FuncOp::getOperationName());
    pm.addPass(createCanonicalizerPass());
    pm.addPass(createCSEPass());
    if (failed(runPipeline(pm, prepare)))
      return signalPassFailure();
    SmallVector<int64_t> offsets = placeResults(builder, prepare);
    for (auto [root, offset] : llvm::zip(roots, offsets))
      replace(root, offset);
    // What only weights needed is dead now; without this the drivers would still hold ssm.weight.
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("mambac.abi"))
        for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
          if (isOpTriviallyDead(&op))
            op.erase();
  }

private:
  Kind kindOf(Value value) { return kinds.lookup(value); }

  static bool isView(Operation *op) {
    if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      return true;
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    return slice && slice.hasUnitStride() && op->getNumOperands() == 1;
  }

  /// Everything that `op` reads from outside itself.
  static llvm::SetVector<Value> inputsOf(Operation *op) {
    llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), used);
    return used;
  }

  Kind classify(Operation *op, ArrayRef<Value> inputs) {
    if (isa<mambac::ssm::WeightOp>(op))
      return Kind::Weight;
    if (op->hasTrait<OpTrait::ConstantLike>())
      return Kind::Constant;
    if (!isMemoryEffectFree(op) || op->hasTrait<OpTrait::IsTerminator>() || op->getNumResults() == 0)
      return Kind::Other;
    bool weights = false;
    int64_t inputBytes = 0;
    for (Value input : inputs) {
      Kind kind = kindOf(input);
      if (kind == Kind::Other)
        return Kind::Other;
      if (kind != Kind::Constant) {
        weights = true;
        inputBytes += bytesOf(input.getType());
      }
    }
    int64_t resultBytes = 0;
    for (Type type : op->getResultTypes()) {
      int64_t bytes = bytesOf(type);
      if (bytes < 0 && isa<TensorType>(type))
        return Kind::Other;
      if (weights && bytes < 0)
        return Kind::Other; // a scalar read out of a weight
      resultBytes += bytes;
    }
    if (!weights)
      return Kind::Constant;
    if (isView(op))
      return Kind::View;
    if (resultBytes > 4 * inputBytes + (1 << 16)) {
      ++numDeclined;
      return Kind::Other;
    }
    return Kind::Weight;
  }

  void collect(func::FuncOp function, SmallVector<Value> &roots) {
    llvm::SetVector<Value> found;
    for (Operation &op : function.getBody().front()) {
      llvm::SetVector<Value> inputs = inputsOf(&op);
      Kind kind = classify(&op, inputs.getArrayRef());
      for (Value result : op.getResults())
        kinds[result] = kind;
      if (kind != Kind::Other)
        continue;
      for (Value input : inputs) {
        Value root = input;
        while (kindOf(root) == Kind::View)
          root = root.getDefiningOp()->getOperand(0);
        if (kindOf(root) == Kind::Weight)
          found.insert(root);
      }
    }
    roots.append(found.begin(), found.end());
  }

  func::FuncOp buildPrepare(OpBuilder &builder, ArrayRef<Value> roots) {
    Location loc = getOperation().getLoc();
    builder.setInsertionPointToEnd(getOperation().getBody());
    SmallVector<Type> results = llvm::to_vector(ValueRange(roots).getTypes());
    auto prepare = func::FuncOp::create(builder, loc, "prepare", builder.getFunctionType({}, results));
    prepare->setAttr("mambac.prepare", builder.getUnitAttr());
    builder.setInsertionPointToStart(prepare.addEntryBlock());
    IRMapping mapping;
    llvm::StringMap<Value> weights;
    SmallVector<Value> packed;
    for (Value root : roots)
      packed.push_back(clone(builder, prepare, root, mapping, weights));
    func::ReturnOp::create(builder, loc, packed);
    return prepare;
  }

  Value clone(OpBuilder &builder, func::FuncOp prepare, Value value, IRMapping &mapping,
              llvm::StringMap<Value> &weights) {
    if (Value known = mapping.lookupOrNull(value))
      return known;
    Operation *op = value.getDefiningOp();
    if (auto weight = dyn_cast<mambac::ssm::WeightOp>(op)) {
      Value &arg = weights[weight.getName()];
      if (!arg) {
        unsigned position = prepare.getNumArguments();
        NamedAttribute name(builder.getStringAttr("mambac.weight"), builder.getStringAttr(weight.getName()));
        (void)prepare.insertArgument(position, value.getType(), builder.getDictionaryAttr(name), op->getLoc());
        arg = prepare.getArgument(position);
      }
      mapping.map(value, arg);
      return arg;
    }
    for (Value input : inputsOf(op))
      clone(builder, prepare, input, mapping, weights);
    builder.clone(*op, mapping);
    return mapping.lookup(value);
  }

  /// Gives each different result a place; returns the offset for each original result.
  SmallVector<int64_t> placeResults(OpBuilder &builder, func::FuncOp prepare) {
    auto terminator = cast<func::ReturnOp>(prepare.getBody().front().getTerminator());
    llvm::MapVector<Value, int64_t> places;
    SmallVector<int64_t> offsets;
    int64_t total = 0;
    for (Value value : terminator.getOperands()) {
      auto [place, isNew] = places.insert({value, total});
      if (isNew)
        total = (total + bytesOf(value.getType()) + 63) / 64 * 64;
      offsets.push_back(place->second);
    }
    SmallVector<Value> values;
    SmallVector<Attribute> attrs;
    for (auto [value, offset] : places) {
      values.push_back(value);
      attrs.push_back(builder.getDictionaryAttr(builder.getNamedAttr("mambac.offset", builder.getI64IntegerAttr(offset))));
    }
    terminator->setOperands(values);
    prepare.setFunctionType(builder.getFunctionType(prepare.getArgumentTypes(), ValueRange(values).getTypes()));
    prepare.setResAttrsAttr(builder.getArrayAttr(attrs));
    getOperation()->setAttr("mambac.weights_bytes", builder.getI64IntegerAttr(total));
    numPacked += values.size();
    return offsets;
  }

  void replace(Value root, int64_t offset) {
    auto function = root.getDefiningOp()->getParentOfType<func::FuncOp>();
    Value &known = views[{function, offset}];
    if (known) {
      root.replaceAllUsesWith(known);
      return;
    }
    Value base;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (function.getArgAttr(i, "mambac.weights"))
        base = function.getArgument(i);
    OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
    Location loc = root.getLoc();
    auto type = cast<RankedTensorType>(root.getType());
    Value position = arith::ConstantIndexOp::create(builder, loc, offset);
    Value view = memref::ViewOp::create(builder, loc, MemRefType::get(type.getShape(), type.getElementType()), base,
                                        position, ValueRange());
    Value tensor = bufferization::ToTensorOp::create(builder, loc, type, view, /*restrict=*/true);
    root.replaceAllUsesWith(tensor);
    known = tensor;
  }

  llvm::DenseMap<Value, Kind> kinds;
  llvm::DenseMap<std::pair<Operation *, int64_t>, Value> views; ///< of packed tensors, by driver and offset
};

} // namespace
