//===- CPUPipeline.h - Options of the CPU stage ------------------------------------------------------------*- C++ -*-===//
//
// `--mambac-lower-cpu="ssd-chunk=64 grain=4096"`: the options of the stage's passes, which say what they mean and check
// them (Passes.td).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_CPUPIPELINE_H
#define MAMBAC_LIB_CPU_CPUPIPELINE_H

#include "lib/CPU/Passes.h"
#include "mlir/Pass/PassOptions.h"

namespace mambac {

struct CPUOptions : mlir::PassPipelineOptions<CPUOptions> {
  Option<int64_t> ssdChunk{*this, "ssd-chunk", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().ssdChunk)};
  Option<int64_t> scanTime{*this, "scan-time", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().scanTime)};
  Option<int64_t> scanStates{*this, "scan-states", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().scanStates)};
  Option<int64_t> scanVectors{*this, "scan-vectors", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().scanVectors)};
  Option<int64_t> convTime{*this, "conv-time", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().convTime)};
  Option<int64_t> attentionQueries{*this, "attention-queries", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().attentionQueries)};
  Option<int64_t> attentionKeys{*this, "attention-keys", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().attentionKeys)};
  Option<int64_t> matmulRows{*this, "matmul-rows", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().matmulRows)};
  Option<int64_t> matmulItems{*this, "matmul-items", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().matmulItems)};
  Option<int64_t> matmulVectors{*this, "matmul-vectors", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().matmulVectors)};
  Option<int64_t> sumBlock{*this, "sum-block", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().sumBlock)};
  Option<int64_t> tileRows{*this, "tile-rows", llvm::cl::desc("See mambac-expand-kernels"),
      llvm::cl::init(ExpandKernelsPassOptions().tileRows)};
  Option<int64_t> grain{*this, "grain", llvm::cl::desc("See mambac-lower-linalg"),
      llvm::cl::init(LowerLinalgPassOptions().grain)};
  Option<int64_t> sumVectors{*this, "sum-vectors", llvm::cl::desc("See mambac-lower-linalg"),
      llvm::cl::init(LowerLinalgPassOptions().sumVectors)};

  ExpandKernelsPassOptions kernels() const;
  LowerLinalgPassOptions linalg() const;
};

/// Scheduled modules to the LLVM dialect.
void buildCPUPipeline(mlir::OpPassManager &pm, const CPUOptions &options);

} // namespace mambac

#endif // MAMBAC_LIB_CPU_CPUPIPELINE_H
