//===- SchedulePipeline.h - Options of the Schedule stage ------------------------------------------------*- C++ -*-===//
//
// `--mambac-schedule="largest-body=32 memory-limit=1e9"`: the options of the stage's passes, which say what they mean
// and check them (Passes.td here and in dialects/SSM/Transforms).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_SCHEDULEPIPELINE_H
#define MAMBAC_LIB_SCHEDULE_SCHEDULEPIPELINE_H

#include "dialects/SSM/Transforms/Passes.h"
#include "lib/Schedule/Passes.h"
#include "mlir/Pass/PassOptions.h"

namespace mambac {

struct ScheduleOptions : mlir::PassPipelineOptions<ScheduleOptions> {
  Option<int64_t> largestBody{*this, "largest-body", llvm::cl::desc("See mambac-fuse-elementwise"),
                              llvm::cl::init(FuseElementwisePassOptions().largestBody)};
  Option<unsigned> exactUpTo{*this, "exact-up-to", llvm::cl::desc("See ssm-order-contractions"),
                             llvm::cl::init(ssm::SSMOrderContractionsOptions().exactUpTo)};
  Option<double> memoryWeight{*this, "memory-weight", llvm::cl::desc("See ssm-order-contractions"),
                              llvm::cl::init(ssm::SSMOrderContractionsOptions().memoryWeight)};
  Option<double> memoryLimit{*this, "memory-limit", llvm::cl::desc("See ssm-order-contractions"),
                             llvm::cl::init(ssm::SSMOrderContractionsOptions().memoryLimit)};
  Option<int64_t> defaultSize{*this, "default-size", llvm::cl::desc("See ssm-order-contractions"),
                              llvm::cl::init(ssm::SSMOrderContractionsOptions().defaultSize)};

  Option<int64_t> stackBytes{*this, "stack-bytes", llvm::cl::desc("See mambac-fuse-rows"),
                             llvm::cl::init(FuseRowsPassOptions().stackBytes)};
  Option<int64_t> shortestRow{*this, "shortest-row", llvm::cl::desc("See mambac-fuse-rows"),
                              llvm::cl::init(FuseRowsPassOptions().shortestRow)};

  ssm::SSMOrderContractionsOptions contractions() const;
};

/// ssm and linalg on tensors to bufferized kernels and one driver.
void buildSchedulePipeline(mlir::OpPassManager &pm, const ScheduleOptions &options);

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_SCHEDULEPIPELINE_H
