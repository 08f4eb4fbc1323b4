//===- mamba-reduce.cpp - Smaller modules with the same bug -------------------------------------------------------===//
//
// mlir-reduce with mambac's dialect and passes, and a reduction of its own (Reductions.h):
//
//   mamba-reduce bug.mlir --mambac-reduce="test=interesting.sh"
//
// where the script exits with 1 for a file that still shows the bug, and with 0 for one that does not.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Reductions.h"
#include "mambac/Passes.h"

#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mambac::registerToolPasses();
  mambac::registerReducePass();
  mlir::DialectRegistry registry;
  mambac::registerToolDialects(registry);
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
