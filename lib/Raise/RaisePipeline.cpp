//===- RaisePipeline.cpp - The order of the raising passes ------------------------------------------------------===//

#include "lib/Raise/Passes.h"
#include "mambac/Passes.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mambac {
#define GEN_PASS_REGISTRATION
#include "lib/Raise/Passes.h.inc"
} // namespace mambac

using namespace mlir;

static void addCleanup(OpPassManager &pm) {
  // Sizes are read off what is sure to stay; else a tensor.dim would keep the unraised computation alive.
  pm.addNestedPass<func::FuncOp>(mambac::createResolveSizes());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::buildRaisePipeline(OpPassManager &pm) {
  // Modules of other front ends: what they write in many ways is linalg.generic from here on, and a loop that counts scf.for.
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addNestedPass<func::FuncOp>(createGeneralizeLinalg());
  pm.addNestedPass<func::FuncOp>(createUpliftWhile());
  // Equal values have to be one value: dt in the decay and dt in the input are compared by identity.
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createSimplifySizes()); // cleans up behind itself
  PlainProductsOptions beforeLoops;
  beforeLoops.leaveZeros = true;
  pm.addNestedPass<func::FuncOp>(createPlainProducts(beforeLoops));
  // Before anything writes positions as linear expressions.
  pm.addNestedPass<func::FuncOp>(createCutMergedAxes());
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createForwardSlices());
  pm.addNestedPass<func::FuncOp>(createSplitStacks());
  // Loops over time first: everything after sees whole tensors, as in a model that was written without the loop.
  pm.addNestedPass<func::FuncOp>(createRaiseLoops());
  addCleanup(pm);
  pm.addNestedPass<func::FuncOp>(createRollTimeLoopsPass());
  pm.addNestedPass<func::FuncOp>(createLogDepthScansPass());
  addCleanup(pm);
  // Parts of states are read off the scan that has them.
  pm.addNestedPass<func::FuncOp>(createSplitStacks());
  // What follows looks for cumulative sums.
  pm.addNestedPass<func::FuncOp>(createRaiseCumsum());
  pm.addNestedPass<func::FuncOp>(createRaiseWindowSums());
  addCleanup(pm);
  // silu and softplus in one form each, for whatever reads them.
  pm.addNestedPass<func::FuncOp>(createFoldActivations());
  // Before anything asks which axes a value has.
  pm.addNestedPass<func::FuncOp>(createDelayBroadcasts());
  pm.addNestedPass<func::FuncOp>(createSinkReshapes());
  pm.addNestedPass<func::FuncOp>(createDelaySplits());
  // Convolutions before scans: their results are the leaves that scans start from.
  pm.addNestedPass<func::FuncOp>(createRaiseCausalConv());
  pm.addNestedPass<func::FuncOp>(createChannelsLast());
  // ssm.ssd among them: one matcher looks for both.
  RaiseSelectiveScanOptions first;
  first.onlyWhole = true;
  pm.addNestedPass<func::FuncOp>(createRaiseSelectiveScan(first));
  // What is left of recurrences over a known number of steps, as scans for the same matcher.
  pm.addNestedPass<func::FuncOp>(createTraceRecurrences());
  pm.addNestedPass<func::FuncOp>(createRaiseSelectiveScan());
  // Of what is no scan over time, the single steps: first those in the spelling of a long sequence.
  TraceSingleStepsOptions withState;
  withState.leaveZeros = true;
  pm.addNestedPass<func::FuncOp>(createTraceSingleSteps(withState));
  pm.addPass(createCSEPass()); // a result and its new state have the decay in common
  pm.addNestedPass<func::FuncOp>(createRaiseSingleSteps());
  pm.addNestedPass<func::FuncOp>(createTraceSingleSteps());
  pm.addNestedPass<func::FuncOp>(createAbsorbTimeStep());
  pm.addNestedPass<func::FuncOp>(createRaiseAttention());
  // Masks of attentions, once their index arithmetic is as plain as it gets.
  pm.addNestedPass<func::FuncOp>(createFoldCausalMask());
  // Then the sums of products that no other op took: projections above all.
  pm.addNestedPass<func::FuncOp>(createPlainProducts());
  pm.addNestedPass<func::FuncOp>(createRaiseEinsum());
  // Only what has no other reader changes its layout, and a tensor.dim would be one.
  addCleanup(pm);
  // Slices of a window that are equal are one value now.
  pm.addNestedPass<func::FuncOp>(createRaiseFinalWindows());
  pm.addNestedPass<func::FuncOp>(createChannelsLast());
  addCleanup(pm);
}

void mambac::registerRaisePasses() {
  registerRaiseStagePasses();
  PassPipelineRegistration<>("mambac-raise", "Raise linalg to the ssm dialect", buildRaisePipeline);
}
