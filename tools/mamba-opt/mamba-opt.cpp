//===- mamba-opt.cpp - Runs passes on MLIR files ----------------------------------------------------------------===//
//
// mlir-opt with the ssm dialect and mambac's passes: all upstream dialects, extensions and passes are here too, so
// that any stage can be entered from any front end's linalg.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  mambac::registerSSMPasses();
  mambac::registerRaisePasses();
  mambac::registerCPUKernelPasses();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mambac::registerSSMDialect(registry);
  mambac::registerSSMBufferization(registry);

  mambac::registerSchedulePasses();
  mambac::registerCPUPasses();
  mambac::registerReportPasses();

  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "mambac optimizer driver\n", registry));
}
