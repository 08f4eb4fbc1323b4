//===- RegisterPasses.cpp - All passes and pipelines, for tools ---------------------------------------------------===//
//
// MLIR's and those of every stage. Apart from RegisterDialects.cpp, so that a tool without passes does not link them.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Passes.h"
#include "mlir/InitAllPasses.h"

void mambac::registerToolPasses() {
  mlir::registerAllPasses();
  registerSSMPasses();
#ifdef MAMBAC_HAS_IMPORT
  registerImportPasses();
#endif
#ifdef MAMBAC_HAS_RAISE
  registerRaisePasses();
#endif
  registerSchedulePasses();
  registerCPUPasses();
  registerEmitPasses();
  registerReportPasses();
  registerReferencePasses();
}
