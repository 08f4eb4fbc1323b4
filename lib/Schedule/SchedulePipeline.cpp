//===- SchedulePipeline.cpp - From tensors to kernels, one driver and one arena -------------------------------===//
//
// The order of the Schedule stage's passes, with the reason for each ordering constraint.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/Passes.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

static void populateTensorLevel(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(mambac::createEntryABIPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void populateBufferize(OpPassManager &pm) {
  // Results land directly in what they are inserted into or returned as.
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.allowReturnAllocsFromLoops = true;
  options.bufferizeFunctionBoundaries = false;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferHoistingPass());
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferLoopHoistingPass());
}

static void populateKernels(OpPassManager &pm) {
  pm.addPass(mambac::createFormDispatchesPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // After outlining: a driver then only has calls, views and allocations, so lifetimes are plain.
  pm.addPass(mambac::createPlanArenaPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::buildSchedulePipeline(OpPassManager &pm) {
  populateTensorLevel(pm);
  populateBufferize(pm);
  populateKernels(pm);
}

void mambac::registerSchedulePasses() {
  registerPass([] { return createEntryABIPass(); });
  registerPass([] { return createFormDispatchesPass(); });
  registerPass([] { return createPlanArenaPass(); });
  PassPipelineRegistration<>("mambac-schedule", "Schedule ssm and linalg on tensors into bufferized kernels",
                             buildSchedulePipeline);
}
