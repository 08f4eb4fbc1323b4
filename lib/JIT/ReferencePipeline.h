//===- ReferencePipeline.h - The plain way down to LLVM ----------------------------------------------*- C++ -*-===//
//
// `--mambac-lower-reference`: a module at any stage to the LLVM dialect by the definitions of its ops: ssm ops
// decompose, linalg becomes loops, nothing is fused or vectorized. It is what the other stages are compared with, and but
// for the arithmetic of views (lib/CPU/ExpandViews.cpp) it shares no code with lib/Schedule and lib/CPU.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_REFERENCEPIPELINE_H
#define MAMBAC_LIB_JIT_REFERENCEPIPELINE_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace mambac {

struct ReferenceOptions : mlir::PassPipelineOptions<ReferenceOptions> {
  Option<bool> freeBuffers{*this, "free-buffers", llvm::cl::desc("Free temporaries behind their last use"),
                           llvm::cl::init(false)};
  Option<bool> checkSizes{*this, "check-sizes", llvm::cl::desc("Check sizes and indices while running"),
                          llvm::cl::init(false)};
};

/// Kernels on buffers, as Schedule makes them, back to their definitions on tensors.
std::unique_ptr<mlir::Pass> createUnscheduleKernelsPass();

/// As a whole, see above.
void buildReferencePipeline(mlir::OpPassManager &pm, const ReferenceOptions &options);

} // namespace mambac

#endif // MAMBAC_LIB_JIT_REFERENCEPIPELINE_H
