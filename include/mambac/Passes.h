//===- Passes.h - Passes and pipelines of mambac ----------------------------------------------------*- C++ -*-===//
//
// How a tool gets at everything mambac adds to MLIR: dialects, passes, and the stages' pipelines. Each stage has its
// own section.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_PASSES_H
#define MAMBAC_PASSES_H

#include <memory>

namespace mlir {
class DialectRegistry;
class OpPassManager;
class Pass;
} // namespace mlir

namespace mambac {

//===- dialects/SSM ---------------------------------------------------------------------------------------------===//

void registerSSMDialect(mlir::DialectRegistry &registry);
/// Lets one-shot-bufferize take ssm ops from tensors to memrefs.
void registerSSMBufferization(mlir::DialectRegistry &registry);
/// Registers the passes from ssm to simpler ssm and to linalg.
void registerSSMPasses();

//===- lib/Import -----------------------------------------------------------------------------------------------===//

/// --mambac-verify-input: tools run it on what they were given before any other pass.
std::unique_ptr<mlir::Pass> createVerifyInput();
/// Exported programs to linalg (`--mambac-import="archive=MODEL.pt2"`).
void registerImportPasses();

//===- lib/Raise ------------------------------------------------------------------------------------------------===//

/// Loops over time that were unrolled into the graph become ssm.scan and operations over all steps.
std::unique_ptr<mlir::Pass> createRollTimeLoopsPass();
/// Parallel scans written out in slices, products and sums become ssm.scan.
std::unique_ptr<mlir::Pass> createLogDepthScansPass();
/// linalg from any front end to the ssm dialect: `--mambac-raise`.
void buildRaisePipeline(mlir::OpPassManager &pm);
void registerRaisePasses();

//===- lib/CPU/Kernels ------------------------------------------------------------------------------------------===//

/// --mambac-expand-kernels: ssm ops on memrefs become loops over vectors, their outermost ones scf.parallel. Reads
/// the target description (lib/Schedule/Target.h). Fails on an ssm op it has no kernel for.
std::unique_ptr<mlir::Pass> createExpandKernelsPass();

/// --mambac-expand-math: the math dialect's elementary functions become polynomials.
std::unique_ptr<mlir::Pass> createExpandMathPass();

//===- lib/Schedule ---------------------------------------------------------------------------------------------===//

/// Schedule: ssm and linalg on tensors to bufferized kernels and one driver (`--mambac-schedule`).
void buildSchedulePipeline(mlir::OpPassManager &pm);
/// The end of Schedule, which a target runs once its kernels say what workspaces they need: one arena per entry.
void buildArenaPipeline(mlir::OpPassManager &pm);
void registerSchedulePasses();

//===- lib/CPU --------------------------------------------------------------------------------------------------===//

/// CPU: scheduled kernels to the LLVM dialect (`--mambac-lower-cpu`).
void buildCPUPipeline(mlir::OpPassManager &pm);
/// With those of lib/CPU/Kernels.
void registerCPUPasses();

//===- lib/Emit -------------------------------------------------------------------------------------------------===//

/// --mambac-describe-target: what schedule and kernels know of a CPU.
void registerEmitPasses();
/// All dialects, and all passes and pipelines: MLIR's and the above. What mamba-opt has.
void registerToolDialects(mlir::DialectRegistry &registry);
void registerToolPasses();

//===- lib/Report -----------------------------------------------------------------------------------------------===//

/// Registers the passes that print figures of a module and change nothing (`--mambac-print-memory`).
void registerReportPasses();

//===- lib/JIT --------------------------------------------------------------------------------------------------===//

/// `--mambac-lower-reference`: modules of any stage to the LLVM dialect by the definitions of their ops.
void registerReferencePasses();
/// The same as part of another pipeline, with its default options.
void addReferencePipeline(mlir::OpPassManager &pm);

} // namespace mambac

#endif // MAMBAC_PASSES_H
