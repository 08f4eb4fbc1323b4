//===- SchedulePipeline.cpp - From tensors to kernels, one driver and one arena -------------------------------===//
//
// The order of the Schedule stage's passes, with the reason for each ordering constraint.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Schedule/SchedulePipeline.h"
#include "mambac/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mambac {
#define GEN_PASS_REGISTRATION
#include "lib/Schedule/Passes.h.inc"
} // namespace mambac

using namespace mlir;

mambac::ssm::SSMOrderContractionsOptions mambac::ScheduleOptions::contractions() const {
  ssm::SSMOrderContractionsOptions order;
  order.exactUpTo = exactUpTo;
  order.memoryWeight = memoryWeight;
  order.memoryLimit = memoryLimit;
  order.defaultSize = defaultSize;
  return order;
}

static void populateTensorLevel(OpPassManager &pm, const mambac::ScheduleOptions &options) {
  pm.addPass(mambac::createDecomposeRestPass());
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addNestedPass<func::FuncOp>(createLinalgGeneralizeNamedOpsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // While the inputs' sizes are still there as the import wrote them, with their ranges.
  pm.addPass(mambac::ssm::createSSMOrderContractions(options.contractions()));
  // Names the sizes by symbols; hoisting needs the weights argument that it adds.
  pm.addPass(mambac::createEntryABIPass());
  // Packing is an operation on the weight alone, so it is there before hoisting.
  pm.addPass(mambac::createLowerEinsumPass());
  pm.addPass(createCSEPass());
  // A table that nothing reads any more is not hoisted.
  pm.addPass(mambac::createReadPackedWeightsPass());
  pm.addPass(mambac::createHoistWeightsPass());
  pm.addNestedPass<func::FuncOp>(memref::createResolveShapedTypeResultDimsPass());
  pm.addPass(mambac::createEntryABIPass()); // of @prepare; and sizes asked of inputs since
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void populateFusion(OpPassManager &pm, const mambac::ScheduleOptions &options) {
  // Dimensions of size one only stand between producers and consumers.
  pm.addNestedPass<func::FuncOp>(createLinalgFoldUnitExtentDimsPass());
  pm.addPass(createCanonicalizerPass());
  // After hoisting, so that what weights alone decide is not computed again in every consumer.
  mambac::FuseElementwisePassOptions fusion;
  fusion.largestBody = options.largestBody;
  pm.addPass(mambac::createFuseElementwisePass(fusion));
  // Comparisons and selects are one body by now.
  pm.addPass(mambac::createFusePositionsPass());
  // Where parts of a concatenation go is asked of the parts; it has to be known before they are computed.
  pm.addNestedPass<func::FuncOp>(memref::createResolveShapedTypeResultDimsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Whole products are all that is read in parts; each part has its own epilogue.
  pm.addPass(mambac::createSplitProductsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Chains of elementwise operations are one by now.
  pm.addPass(mambac::createFuseEpiloguesPass());
}

static void populateBufferize(OpPassManager &pm) {
  // Before destinations are shared out: what is written over a carry is a destination, too.
  pm.addPass(mambac::createWriteCarriesInPlacePass());
  pm.addPass(mambac::createSplitDestinationsPass());
  // Results land directly in what they are inserted into or returned as.
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.allowReturnAllocsFromLoops = true;
  options.bufferizeFunctionBoundaries = false;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferHoistingPass());
  // A buffer leaves its loop where its size is known outside.
  pm.addPass(createLoopInvariantCodeMotionPass());
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferLoopHoistingPass());
}

static void populateKernels(OpPassManager &pm, const mambac::ScheduleOptions &options) {
  // On buffers, where who reads what is plain; after fills are gone, which would stand between.
  pm.addPass(mambac::createFoldFillsPass());
  mambac::FuseRowsPassOptions rows;
  rows.stackBytes = options.stackBytes;
  rows.shortestRow = options.shortestRow;
  pm.addPass(mambac::createFuseRowsPass(rows));
  // While drivers show who reads what.
  pm.addPass(mambac::createWriteOverInputsPass());
  pm.addPass(mambac::createFormDispatchesPass());
  pm.addPass(mambac::createCountWorkPass()); // while each kernel is one op and all buffers have their sizes
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::buildArenaPipeline(OpPassManager &pm) {
  // Drivers only have calls, views and allocations now, so lifetimes are plain. Kernels that are loops may have
  // workspaces inside.
  pm.addNestedPass<func::FuncOp>(bufferization::createBufferLoopHoistingPass());
  pm.addPass(createHoistWorkspacesPass());
  pm.addNestedPass<func::FuncOp>(memref::createResolveShapedTypeResultDimsPass());
  pm.addPass(createEntryABIPass()); // sizes asked of inputs become expressions of symbols
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createPlanArenaPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void mambac::buildSchedulePipeline(OpPassManager &pm, const ScheduleOptions &options) {
  populateTensorLevel(pm, options);
  populateFusion(pm, options);
  populateBufferize(pm);
  populateKernels(pm, options);
}

void mambac::buildSchedulePipeline(OpPassManager &pm) { buildSchedulePipeline(pm, ScheduleOptions()); }

void mambac::registerSchedulePasses() {
  registerScheduleStagePasses();
  PassPipelineRegistration<>("mambac-arena", "Workspaces and temporaries into one arena per entry", buildArenaPipeline);
  PassPipelineRegistration<ScheduleOptions>(
      "mambac-schedule", "Schedule ssm and linalg on tensors into bufferized kernels",
      [](OpPassManager &pm, const ScheduleOptions &options) { buildSchedulePipeline(pm, options); });
}
