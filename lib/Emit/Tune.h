//===- Tune.h - Sizes of kernels chosen by measuring -------------------------------------------------*- C++ -*-===//
//
// mambac --tune: where a model of the machine is not enough, each kernel is run with several sizes of its pieces, and the
// fastest are kept. A file remembers what was found, so that another compilation gives the same code without measuring.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_TUNE_H
#define MAMBAC_LIB_EMIT_TUNE_H

#include "lib/Emit/TargetLevels.h"

namespace mambac {

/// Chooses options for the kernels of the scheduled `module`, whose weights are packed: their functions get the attribute
/// `mambac.tuning`, and the module a text with all of them. What `file` knows already is taken from there, what it does not
/// is measured with the code for `level` and added; no name: everything is measured. A file that is not there is made.
llvm::Error tuneKernels(mlir::ModuleOp module, const TargetLevel &level, const void *weights, llvm::StringRef file);

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_TUNE_H
