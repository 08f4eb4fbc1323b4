//===- RegisterDialects.cpp - All dialects, for tools -------------------------------------------------------------===//
//
// MLIR's, so that modules of any front end parse, and mambac's own.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

void mambac::registerToolDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registerSSMDialect(registry);
  registerSSMBufferization(registry);
}
