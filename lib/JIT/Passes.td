//===- Passes.td - The pass of the plain way down -------------------------------------------------*- tablegen -*-===//
#ifndef MAMBAC_LIB_JIT_PASSES
#define MAMBAC_LIB_JIT_PASSES

include "mlir/Pass/PassBase.td"

def UnscheduleKernelsPass : Pass<"mambac-unschedule-kernels"> {
  let summary = "Kernels on buffers back to their definitions on tensors";
  let description = [{
    Scheduled modules have ssm ops on buffers, which have no definition of their own: that is one of tensors. Each op is put
    between a read of its operands as tensors and a write of its result to the destination. Part of
    `--mambac-lower-reference`, which runs modules of any stage by the definitions of their ops.

    Before:

        ssm.cumsum dim(1) ins(%x : memref<2x5xf32>) outs(%y : memref<2x5xf32>)

    After:

        %t = bufferization.to_tensor %x restrict : memref<2x5xf32> to tensor<2x5xf32>
        %s = ssm.cumsum dim(1) ins(%t : tensor<2x5xf32>) outs(%e : tensor<2x5xf32>)
        bufferization.materialize_in_destination %s in restrict writable %y
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

#endif // MAMBAC_LIB_JIT_PASSES
