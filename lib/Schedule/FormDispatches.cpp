//===- FormDispatches.cpp - One private function per kernel ---------------------------------------------------===//
//
// Outlines every operation of a bufferized driver that does work into a private function on its buffers, and calls it.
// Functions with equal bodies are shared, so that code size and compile time do not grow with the number of equal
// layers. Each call is numbered; the module's list `mambac.kernels` names its kind and its place in the model.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/BaseBuffers.h"
#include "lib/Schedule/Captures.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mambac {
#define GEN_PASS_DEF_FORMDISPATCHESPASS
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

/// Module path in a location made by Import: the outermost name over a file position.
StringRef modulePath(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    // Fused producers come first; the last one is the op that the kernel was built around.
    for (Location part : llvm::reverse(fused.getLocations()))
      if (StringRef path = modulePath(part); !path.empty())
        return path;
  }
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return modulePath(call.getCallee());
  return "";
}

/// What a kernel is called in profiles.
std::string kindOf(Operation *op) {
  if (isa<scf::ParallelOp>(op))
    return "row_fusion";
  auto generic = dyn_cast<linalg::LinalgOp>(op);
  if (!generic)
    return op->getName().getStringRef().str();
  bool gathers = false;
  op->walk([&](memref::LoadOp) { gathers = true; });
  if (gathers)
    return "gather";
  if (generic.getNumReductionLoops())
    return linalg::isaContractionOpInterface(generic) ? "contraction" : "reduction";
  return "elementwise";
}

struct FormDispatchesPass : mambac::impl::FormDispatchesPassBase<FormDispatchesPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<func::FuncOp> drivers;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr("mambac.abi"))
        drivers.push_back(function);
    Builder builder(&getContext());
    for (func::FuncOp driver : drivers)
      for (Operation &op : llvm::make_early_inc_range(driver.getBody().front()))
        if (isWork(&op))
          outline(&op);
    getOperation()->setAttr("mambac.kernels", builder.getArrayAttr(kernels));
  }

private:
  static bool isWork(Operation *op) {
    if (op->getNumResults() || op->hasTrait<OpTrait::IsTerminator>() ||
        isa<func::CallOp, ViewLikeOpInterface, memref::DeallocOp>(op))
      return false;
    return true;
  }

  /// The entry's input that an op's indices come from, for messages about bad ones; -1 if they are computed.
  static int32_t indexInput(Operation *op) {
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<MemRefType>(operand.getType());
      if (!type || !type.getElementType().isInteger())
        continue;
      if (auto arg = dyn_cast<BlockArgument>(mambac::getBaseBuffer(operand)))
        if (auto driver = dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp()))
          if (!driver.getArgAttr(arg.getArgNumber(), "mambac.output"))
            return arg.getArgNumber();
    }
    return -1;
  }

  /// An input that indexes a table has a limit, which the metadata tells.
  static void noteLimit(Operation *op, int32_t input) {
    auto driver = op->getParentOfType<func::FuncOp>();
    op->walk([&](memref::LoadOp load) {
      for (auto [i, index] : llvm::enumerate(load.getIndices())) {
        auto cast = index.getDefiningOp<arith::IndexCastOp>();
        if (!cast || !isa<BlockArgument>(cast.getIn()) || load.getMemRefType().isDynamicDim(i))
          continue;
        int64_t limit = load.getMemRefType().getDimSize(i);
        if (auto known = driver.getArgAttrOfType<IntegerAttr>(input, "mambac.limit"))
          limit = std::min(limit, known.getInt());
        driver.setArgAttr(input, "mambac.limit", IntegerAttr::get(IntegerType::get(op->getContext(), 64), limit));
      }
    });
  }

  /// A slice's type with its offset open: equal layers read and write slices of one tensor (stacked states) at different
  /// offsets, and share their kernels all the same.
  static Type withOpenOffset(Value operand) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    bool slice = false;
    for (Value v = operand; type && !slice;) {
      slice = bool(v.getDefiningOp<memref::SubViewOp>());
      auto view = v.getDefiningOp<ViewLikeOpInterface>();
      if (!view)
        break;
      v = view.getViewSource();
    }
    SmallVector<int64_t> strides;
    int64_t offset;
    if (!slice || failed(type.getStridesAndOffset(strides, offset)))
      return operand.getType();
    auto layout = StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, strides);
    return MemRefType::get(type.getShape(), type.getElementType(), layout, type.getMemorySpace());
  }

  /// `operand` with an open offset, but not where `op` makes views of it, whose types tell theirs.
  static Value opened(OpBuilder &builder, Operation *op, Value operand) {
    Type type = withOpenOffset(operand);
    auto tellsOffset = [](ViewLikeOpInterface view) {
      auto made = dyn_cast<MemRefType>(view->getResult(0).getType());
      bool open = made && ShapedType::isDynamic(made.getStridesAndOffset().second);
      return open ? WalkResult::advance() : WalkResult::interrupt();
    };
    if (type == operand.getType() || op->walk(tellsOffset).wasInterrupted())
      return operand;
    return memref::CastOp::create(builder, op->getLoc(), type, operand);
  }

  void outline(Operation *op) {
    Location loc = op->getLoc();
    MLIRContext *context = &getContext();
    llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), used);
    auto [args, constants] = mambac::Captures(used);
    std::string kind = kindOf(op);
    if (kind == "gather")
      if (int32_t input = indexInput(op); input >= 0) {
        op->setAttr("mambac.index_input", Builder(context).getI32IntegerAttr(input));
        noteLimit(op, input);
      }
    OpBuilder builder(op);
    SmallVector<Value> handed;
    for (Value arg : args)
      handed.push_back(opened(builder, op, arg));
    builder.setInsertionPointToEnd(getOperation().getBody());
    auto function = func::FuncOp::create(builder, loc, "kernel",
                                         builder.getFunctionType(ValueRange(handed).getTypes(), {}));
    function.setPrivate();
    function->setAttr("mambac.kernel_kind", builder.getStringAttr(kind));
    builder.setInsertionPointToStart(function.addEntryBlock());
    IRMapping mapping;
    for (Operation *constant : constants)
      builder.clone(*constant, mapping);
    for (auto [value, arg] : llvm::zip(args, function.getArguments()))
      mapping.map(value, arg);
    builder.clone(*op, mapping);
    func::ReturnOp::create(builder, loc);

    std::string text;
    llvm::raw_string_ostream stream(text);
    function.print(stream, OpPrintingFlags().useLocalScope().printGenericOpForm());
    auto [known, isNew] = functions.try_emplace(text, function);
    if (isNew) {
      StringRef base = StringRef(kind).rsplit('.').second.empty() ? StringRef(kind) : StringRef(kind).rsplit('.').second;
      function.setName((base + "_" + Twine(counts[base]++)).str());
      ++numKernels;
    } else {
      function.erase();
    }
    builder.setInsertionPoint(op);
    auto call = func::CallOp::create(builder, loc, known->second, handed);
    bool prepares = call->getParentOfType<func::FuncOp>()->hasAttr("mambac.prepare");
    op->erase();
    if (prepares)
      return; // runs while compiling: no part of profiles
    call->setAttr("mambac.kernel", builder.getI32IntegerAttr(kernels.size()));
    kernels.push_back(DictionaryAttr::get(
        context, {builder.getNamedAttr("kind", builder.getStringAttr(kind)),
                  builder.getNamedAttr("module", builder.getStringAttr(modulePath(loc))),
                  builder.getNamedAttr("name", builder.getStringAttr(known->second.getName()))}));
    ++numCalls;
  }

  llvm::StringMap<func::FuncOp> functions;
  llvm::StringMap<unsigned> counts;
  SmallVector<Attribute> kernels;
};

} // namespace
