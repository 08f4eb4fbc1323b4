// One entry of a model: what Import.cpp makes of a program, and ImportModel.cpp puts together.
#ifndef MAMBAC_IMPORT_IMPORTENTRY_H
#define MAMBAC_IMPORT_IMPORTENTRY_H

#include "lib/Import/Import.h"
#include "lib/Import/States.h"
#include "lib/Import/SymbolRanges.h"

namespace mambac {

struct ImportedEntry {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< null after a diagnostic
  /// By symbol of the program: the values that fit, and its number in the function.
  llvm::DenseMap<unsigned, aten::SymbolRange> ranges;
  llvm::DenseMap<unsigned, unsigned> symbolPositions;
  /// Inputs (of Program::inputs) that the graph writes to without saying so in its signature.
  llvm::SmallVector<unsigned> written;
  /// Buffers that it writes to, whose new contents the module lacks.
  llvm::SmallVector<unsigned> writtenBuffers;
};

/// A module with `program` as the function `name`.
ImportedEntry importEntry(const pt2::Program &program, const pt2::States &states, llvm::StringRef name,
                          mlir::MLIRContext &context, const pt2::ExportedProgram *tensors);

} // namespace mambac

#endif // MAMBAC_IMPORT_IMPORTENTRY_H
