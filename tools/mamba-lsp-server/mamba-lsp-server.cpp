//===- mamba-lsp-server.cpp - .mlir files with ssm ops in an editor ----------------------------------------------===//
//
// MLIR's language server with the dialects of mamba-opt: diagnostics while one types, definitions, uses, hover.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "mambac/Passes.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mambac::registerToolDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
