//===- mamba-reduce.cpp - Smaller modules with the same bug -------------------------------------------------------===//
//
// mlir-reduce with mambac's dialect, passes and reductions (Reductions.cpp):
//
//   mamba-reduce bug.mlir --reduction-tree="traversal-mode=0 test=interesting.sh"
//
// where the script exits with 1 for a file that still shows the bug, and with 0 for one that does not.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Reductions.h"
#include "dialects/SSM/IR/SSM.h"
#include "mambac/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  mambac::registerSSMPasses();
  mambac::registerRaisePasses();
  mambac::registerCPUKernelPasses();
  mambac::registerSchedulePasses();
  mambac::registerCPUPasses();
  mambac::registerReportPasses();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mambac::registerSSMDialect(registry);
  mambac::registerSSMBufferization(registry);
  mambac::registerReductions(registry);
  mlir::MLIRContext context(registry);
  // Reductions are asked of dialects that are loaded.
  context.loadDialect<mambac::ssm::SSMDialect>();
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
