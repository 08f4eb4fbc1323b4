//===- ReferencePipeline.cpp - The plain way down to LLVM ------------------------------------------------------===//
//
// See ReferencePipeline.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/ReferencePipeline.h"
#include "dialects/SSM/Transforms/Passes.h"
#include "lib/CPU/Passes.h"
#include "mambac/Passes.h"

#include "lib/Schedule/ReductionStart.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace mambac {
#define GEN_PASS_DEF_UNSCHEDULEKERNELSPASS
#define GEN_PASS_REGISTRATION
#include "lib/JIT/Passes.h.inc"
} // namespace mambac

using namespace mlir;

namespace {

struct UnscheduleKernelsPass : mambac::impl::UnscheduleKernelsPassBase<UnscheduleKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> kernels;
    getOperation()->walk([&](Operation *op) {
      auto destination = dyn_cast<DestinationStyleOpInterface>(op);
      if (!destination || !destination.hasPureBufferSemantics())
        return;
      if (isa<mambac::ssm::SSMDialect>(op->getDialect()) || op->hasAttr(mambac::kStartName))
        kernels.push_back(op);
    });
    for (Operation *op : kernels) {
      OpBuilder builder(op);
      if (auto reduction = dyn_cast<linalg::LinalgOp>(op)) {
        // The reduction starts from constants, whatever its buffers hold.
        for (auto [number, buffer] : llvm::enumerate(reduction.getDpsInits()))
          if (TypedAttr start = mambac::getStart(reduction, number)) {
            Value value = arith::ConstantOp::create(builder, op->getLoc(), start);
            linalg::FillOp::create(builder, op->getLoc(), value, buffer);
          }
        op->removeAttr(mambac::kStartName);
      }
      if (isa<mambac::ssm::SSMDialect>(op->getDialect()))
        toTensors(op, builder);
    }
    RewritePatternSet patterns(&getContext());
    tensor::populateDecomposeTensorConcatPatterns(patterns); // it does not bufferize by itself
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }

  static void toTensors(Operation *op, OpBuilder &builder) {
    auto destination = cast<DestinationStyleOpInterface>(op);
    SmallVector<Value> operands, outs;
    SmallVector<Type> results;
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = dyn_cast<MemRefType>(operand.get().getType());
      if (!type) {
        operands.push_back(operand.get());
        continue;
      }
      auto tensor = RankedTensorType::get(type.getShape(), type.getElementType());
      if (!destination.isDpsInit(&operand)) {
        operands.push_back(
            bufferization::ToTensorOp::create(builder, op->getLoc(), tensor, operand.get(), /*restrict=*/true));
        continue;
      }
      SmallVector<OpFoldResult> sizes = memref::getMixedSizes(builder, op->getLoc(), operand.get());
      Value held = tensor::EmptyOp::create(builder, op->getLoc(), sizes, type.getElementType());
      if (mambac::ssm::readsDestinations(op)) {
        auto old = bufferization::ToTensorOp::create(builder, op->getLoc(), tensor, operand.get(), /*restrict=*/true);
        held = linalg::CopyOp::create(builder, op->getLoc(), old.getResult(), held).getResult(0);
      }
      operands.push_back(held);
      outs.push_back(operand.get());
      results.push_back(operands.back().getType());
    }
    OperationState state(op->getLoc(), op->getName(), operands, results, op->getAttrs());
    state.propertiesAttr = op->getPropertiesAsAttribute();
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      state.addRegion();
    Operation *copy = builder.create(state);
    for (auto [from, to] : llvm::zip(op->getRegions(), copy->getRegions()))
      to.takeBody(from);
    for (auto [result, out] : llvm::zip(copy->getResults(), outs)) {
      auto write = bufferization::MaterializeInDestinationOp::create(builder, op->getLoc(), TypeRange(), result, out);
      write.setRestrict(true);
      write.setWritable(true);
    }
    op->erase();
  }
};

} // namespace

/// ssm ops become linalg, everything becomes buffers.
static void populateBuffers(OpPassManager &pm, bool freeBuffers) {
  pm.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  pm.addPass(mambac::createUnscheduleKernelsPass());
  pm.addPass(mambac::ssm::createSSMDecompose());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion = bufferization::LayoutMapOption::IdentityLayoutMap;
  options.allowReturnAllocsFromLoops = true;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  pm.addPass(createCanonicalizerPass());
  if (freeBuffers) {
    bufferization::buildBufferDeallocationPipeline(pm);
    pm.addNestedPass<func::FuncOp>(bufferization::createOptimizeAllocationLivenessPass());
  }
  pm.addPass(createConvertBufferizationToMemRefPass());
}

/// Buffers and loops become the LLVM dialect.
static void populateLLVM(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  pm.addPass(createForallToForLoopPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createConvertVectorToSCFPass());
  pm.addPass(createLowerAffinePass());
  // Not upstream's expand-strided-metadata, which crashes on the drivers of whole models.
  pm.addPass(mambac::createExpandViewsPass());
  pm.addPass(createLowerAffinePass()); // of expanded views
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertComplexToStandardPass());
  pm.addPass(math::createMathExpandOpsPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertComplexToLLVMPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void mambac::buildReferencePipeline(OpPassManager &pm, const ReferenceOptions &options) {
  populateBuffers(pm, options.freeBuffers);
  if (options.checkSizes)
    pm.addPass(createGenerateRuntimeVerificationPass());
  populateLLVM(pm);
}

void mambac::addReferencePipeline(OpPassManager &pm) { buildReferencePipeline(pm, ReferenceOptions()); }

void mambac::registerReferencePasses() {
  registerReferenceStagePasses();
  PassPipelineRegistration<ReferenceOptions>("mambac-lower-reference",
                                             "Lower a module of any stage to the LLVM dialect by its ops' definitions",
                                             buildReferencePipeline);
}
