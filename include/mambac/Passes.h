//===- Passes.h - Passes and pipelines of mambac ----------------------------------------------------*- C++ -*-===//
//
// How a tool gets at everything mambac adds to MLIR: dialects, passes, and the stages' pipelines. Each stage has its
// own section.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_PASSES_H
#define MAMBAC_PASSES_H

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace mambac {

//===- dialects/SSM ---------------------------------------------------------------------------------------------===//

/// Registers the ssm dialect and what other dialects' interfaces need of it (bufferization).
void registerSSMDialect(mlir::DialectRegistry &registry);

} // namespace mambac

#endif // MAMBAC_PASSES_H
