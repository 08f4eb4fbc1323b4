//===- RaisePipeline.cpp - The order of the raising passes ------------------------------------------------------===//

#include "mambac/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void mambac::buildRaisePipeline(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Loops over time first: everything after sees whole tensors, as in a model that was written without the loop.
  pm.addNestedPass<func::FuncOp>(createRollTimeLoopsPass());
  pm.addNestedPass<func::FuncOp>(createLogDepthScansPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(createRaiseCausalConvPass());
  pm.addNestedPass<func::FuncOp>(createRaiseScanReadoutPass());
  pm.addNestedPass<func::FuncOp>(createFuseScanEpiloguePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::registerRaisePasses() {
  registerPass(createRollTimeLoopsPass);
  registerPass(createLogDepthScansPass);
  registerPass(createRaiseScanReadoutPass);
  registerPass(createRaiseCausalConvPass);
  registerPass(createFuseScanEpiloguePass);
  PassPipelineRegistration<>("mambac-raise", "Raise linalg to the ssm dialect", buildRaisePipeline);
}
