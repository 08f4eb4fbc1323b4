//===- CPUPipeline.cpp - From scheduled modules to the LLVM dialect -------------------------------------------===//
//
// The order of the CPU stage's passes, with the reason for each ordering constraint.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Passes.h"
#include "mambac/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

/// Kernels and linalg become parallel and sequential loops over vectors.
static void populateLoops(OpPassManager &pm) {
  pm.addPass(mambac::createExpandKernelsPass());
  pm.addPass(mambac::createLowerLinalgPass());
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

void mambac::buildCPUPipeline(OpPassManager &pm) {
  populateLoops(pm);
  // The kernels' workspaces are known now; all buffers of a driver share one arena.
  buildArenaPipeline(pm);
  // Outlining wants the final loops, and gives every function its services argument, which entry wrappers pass.
  pm.addPass(createOutlineParallelPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createLowerEntriesPass());
  populateLLVM(pm);
}

void mambac::registerCPUPasses() {
  registerPass([] { return createOutlineParallelPass(); });
  registerPass([] { return createLowerEntriesPass(); });
  registerPass([] { return createLowerLinalgPass(); });
  registerPass([] { return createExpandViewsPass(); });
  PassPipelineRegistration<>("mambac-lower-cpu", "Lower a scheduled module to the LLVM dialect for CPUs",
                             buildCPUPipeline);
}
