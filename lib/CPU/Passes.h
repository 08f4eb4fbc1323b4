//===- Passes.h - Passes of the CPU stage -----------------------------------------------------------*- C++ -*-===//
//
// The last steps from scheduled modules to the LLVM dialect. Pipelines are registered in include/mambac/Passes.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_PASSES_H
#define MAMBAC_LIB_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mambac {

/// scf.parallel to parallel_for calls; services arguments; profiling marks.
std::unique_ptr<mlir::Pass> createOutlineParallelPass();
/// Entry wrappers, size functions' C forms, metadata and `mambac_product`.
std::unique_ptr<mlir::Pass> createLowerEntriesPass();
/// Views of buffers to offsets, sizes and strides.
std::unique_ptr<mlir::Pass> createExpandViewsPass();
/// linalg on memrefs to scf.parallel and vector loops.
std::unique_ptr<mlir::Pass> createLowerLinalgPass();

} // namespace mambac

#endif // MAMBAC_LIB_CPU_PASSES_H
