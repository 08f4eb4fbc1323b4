//===- CPUPipeline.cpp - From scheduled modules to the LLVM dialect -------------------------------------------===//
//
// The order of the CPU stage's passes, with the reason for each ordering constraint.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/CPUPipeline.h"
#include "mambac/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mambac {
#define GEN_PASS_REGISTRATION
#include "lib/CPU/Passes.h.inc"
} // namespace mambac

using namespace mlir;

mambac::ExpandKernelsPassOptions mambac::CPUOptions::kernels() const {
  ExpandKernelsPassOptions sizes;
  sizes.ssdChunk = ssdChunk;
  sizes.scanTime = scanTime;
  sizes.scanStates = scanStates;
  sizes.scanVectors = scanVectors;
  sizes.convTime = convTime;
  sizes.attentionQueries = attentionQueries;
  sizes.attentionKeys = attentionKeys;
  sizes.matmulRows = matmulRows;
  sizes.matmulItems = matmulItems;
  sizes.matmulVectors = matmulVectors;
  sizes.sumBlock = sumBlock;
  sizes.tileRows = tileRows;
  return sizes;
}

mambac::LowerLinalgPassOptions mambac::CPUOptions::linalg() const {
  LowerLinalgPassOptions sizes;
  sizes.grain = grain;
  sizes.sumVectors = sumVectors;
  return sizes;
}

/// Kernels and linalg become parallel and sequential loops over vectors.
static void populateLoops(OpPassManager &pm, const mambac::CPUOptions &options) {
  // While it is plain which kernel writes what.
  pm.addPass(mambac::createMarkStreamedStatesPass());
  // Kernels with options of their own first; then the others, with those of the pipeline.
  pm.addPass(mambac::createExpandTunedKernelsPass());
  pm.addPass(mambac::createExpandKernelsPass(options.kernels()));
  pm.addPass(mambac::createLowerLinalgPass(options.linalg()));
  // Over kernels and linalg alike: no call of libm is left in a loop.
  pm.addPass(mambac::createExpandMathPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// Everything left becomes the LLVM dialect.
static void populateLLVM(OpPassManager &pm) {
  pm.addPass(createConvertVectorToSCFPass(VectorTransferToSCFOptions().enableFullUnroll()));
  pm.addPass(createLowerAffinePass());
  pm.addPass(mambac::createExpandViewsPass());
  pm.addPass(createLowerAffinePass()); // of expanded views
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  ConvertVectorToLLVMPassOptions vector;
  vector.reassociateFPReductions = true;
  pm.addPass(createConvertVectorToLLVMPass(vector));
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::buildCPUPipeline(OpPassManager &pm, const CPUOptions &options) {
  populateLoops(pm, options);
  // The kernels' workspaces are known now; all buffers of a driver share one arena.
  buildArenaPipeline(pm);
  // Outlining wants the final loops, and gives every function its services argument, which entry wrappers pass.
  pm.addPass(createOutlineParallelPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createLowerEntriesPass());
  populateLLVM(pm);
}

void mambac::buildCPUPipeline(OpPassManager &pm) { buildCPUPipeline(pm, CPUOptions()); }

void mambac::registerCPUPasses() {
  registerCPUStagePasses();
  PassPipelineRegistration<CPUOptions>(
      "mambac-lower-cpu", "Lower a scheduled module to the LLVM dialect for CPUs",
      [](OpPassManager &pm, const CPUOptions &options) { buildCPUPipeline(pm, options); });
}
