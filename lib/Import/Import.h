// The first stage: an exported program becomes a module of linalg on tensors with one function for its entry point. See
// docs/design for the form; what the module looks like in short: arguments and results carry `mambac.name` and
// `mambac.shape`, the function its symbols, weights are ssm.weight ops, and every location is the module path over the
// line of model code.
#ifndef MAMBAC_IMPORT_IMPORT_H
#define MAMBAC_IMPORT_IMPORT_H

#include "lib/Import/Archive.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace mambac {

/// The module of `program`. On failure null, after one diagnostic that lists everything that is wrong: all unsupported
/// ops with their number, module paths and source lines, or the nodes that do not make sense.
/// `tensors`, when given, holds the program's constants: numbers among them become part of the module.
mlir::OwningOpRef<mlir::ModuleOp> importGraph(const pt2::Program &program, mlir::MLIRContext &context,
                                              const pt2::ExportedProgram *tensors = nullptr);

/// Reads and imports the model `modelName` (empty: the only one) of the archive at `path`. `program`, when given,
/// receives what was read: the weights that the module names. On failure null, after one diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> importModel(llvm::StringRef path, mlir::MLIRContext &context,
                                              pt2::ExportedProgram *program = nullptr, llvm::StringRef modelName = "");

/// Loads the dialects that imported modules use.
void loadImportDialects(mlir::MLIRContext &context);

} // namespace mambac

#endif // MAMBAC_IMPORT_IMPORT_H
