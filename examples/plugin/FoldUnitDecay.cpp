//===- FoldUnitDecay.cpp - An example of a pass plug-in ----------------------------------------------------------===//
//
// A scan whose decay is 1 is a running sum: ssm.scan with a = 1 and no initial state becomes ssm.cumsum of b. Built
// against an installed mambac (CMakeLists.txt beside), loaded by `mamba-opt --load-pass-plugin`. The plug-in links
// nothing of mambac: what it uses is found in the program that loads it.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "dialects/SSM/IR/SSM.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;
namespace ssm = mambac::ssm;

namespace {

/// Whether every element of a value is 1.
bool isOne(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_OneFloat());
  return matchPattern(value, m_OneFloat());
}

struct FoldUnitDecay : PassWrapper<FoldUnitDecay, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FoldUnitDecay)
  StringRef getArgument() const final { return "example-fold-unit-decay"; }
  StringRef getDescription() const final { return "ssm.scan with a decay of 1 becomes ssm.cumsum"; }
  void getDependentDialects(DialectRegistry &registry) const final { registry.insert<ssm::SSMDialect>(); }

  void runOnOperation() final {
    getOperation().walk([](ssm::ScanOp scan) {
      // The last map is that of the result; the running sum has no maps, so b has to lie as the result does.
      AffineMap source = scan.getMapFor(1), result = scan.getMapFor(scan->getNumOperands() - 1);
      if (scan.getInit() || scan.getOuts().size() != 1 || scan->getNumResults() != 1 || !isOne(scan.getA()) ||
          source != result || scan.getB().getType() != scan.getOuts()[0].getType())
        return;
      OpBuilder builder(scan);
      auto sum = ssm::CumsumOp::create(builder, scan.getLoc(), scan.getB(), scan.getOuts()[0],
                                       scan.getDimOfAxis(1, unsigned(scan.getAxis())), scan.getReverse());
      scan->replaceAllUsesWith(sum);
      scan.erase();
    });
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "FoldUnitDecay", "1", []() { PassRegistration<FoldUnitDecay>(); }};
}
