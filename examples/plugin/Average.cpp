//===- Average.cpp - An example of a dialect plug-in --------------------------------------------------------------===//
//
// A dialect of one's own (Average.td), and the pass that takes its op to ssm, from where mambac goes on:
// average.exponential becomes ssm.scan. `mamba-opt --load-dialect-plugin=Average.so` knows the op,
// `--load-pass-plugin=Average.so` the pass. The plug-in links nothing of mambac: what it uses is found in the program
// that loads it.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

#include "AverageDialect.h.inc"
#define GET_OP_CLASSES
#include "Average.h.inc"

#include "AverageDialect.cpp.inc"
#define GET_OP_CLASSES
#include "Average.cpp.inc"

using namespace mlir;
namespace ssm = mambac::ssm;

void average::AverageDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Average.cpp.inc"
      >();
}

LogicalResult average::ExponentialOp::verify() {
  if (getX().getType().getRank() < 1)
    return emitOpError("needs an axis of time, and its operand has none");
  float decay = getDecay().convertToFloat();
  if (!(decay >= 0 && decay <= 1))
    return emitOpError("needs a decay from 0 to 1, not ") << decay;
  return success();
}

namespace {

/// average.exponential %x decay(d)  ->  ssm.scan a(d) b((1 - d) %x), with an axis of its own for each dimension.
struct LowerAverage : PassWrapper<LowerAverage, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerAverage)
  StringRef getArgument() const final { return "example-lower-average"; }
  StringRef getDescription() const final { return "average.exponential becomes ssm.scan"; }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<ssm::SSMDialect, linalg::LinalgDialect, tensor::TensorDialect, arith::ArithDialect>();
  }

  void runOnOperation() final {
    SmallVector<average::ExponentialOp> ops;
    getOperation().walk([&](average::ExponentialOp op) { ops.push_back(op); });
    for (average::ExponentialOp op : ops)
      lower(op);
  }

  static void lower(average::ExponentialOp op) {
    OpBuilder b(op);
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getX().getType());
    auto number = [&](float value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
    };
    float decay = op.getDecay().convertToFloat();
    SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, op.getX());
    auto empty = [&](ArrayRef<OpFoldResult> shape) -> Value {
      return tensor::EmptyOp::create(b, loc, shape, type.getElementType());
    };
    // The decay is the same for all elements: a tensor of the time axis alone will do.
    Value a = linalg::FillOp::create(b, loc, number(decay), empty(sizes[0])).getResult(0);
    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
    Value rest = number(1 - decay);
    auto scaled = linalg::GenericOp::create(
        b, loc, TypeRange{type}, ValueRange{op.getX()}, ValueRange{empty(sizes)}, ArrayRef{identity, identity}, iterators,
        [&](OpBuilder &nested, Location at, ValueRange args) {
          linalg::YieldOp::create(nested, at, arith::MulFOp::create(nested, at, rest, args[0]).getResult());
        });
    AffineMap time = AffineMap::get(type.getRank(), 0, b.getAffineDimExpr(0));
    auto scan = ssm::ScanOp::create(b, loc, a, scaled.getResult(0), Value(), ValueRange{empty(sizes)},
                                    {time, identity, identity}, /*axis=*/0);
    op.replaceAllUsesWith(scan->getResult(0));
    op.erase();
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Average", "1",
          [](DialectRegistry *registry) { registry->insert<average::AverageDialect>(); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "Average", "1", []() { PassRegistration<LowerAverage>(); }};
}
