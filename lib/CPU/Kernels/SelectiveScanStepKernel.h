//===- SelectiveScanStepKernel.h - ssm.selective_scan of one step ----------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_CPU_KERNELS_SELECTIVESCANSTEPKERNEL_H
#define MAMBAC_LIB_CPU_KERNELS_SELECTIVESCANSTEPKERNEL_H

#include "lib/CPU/Kernels/Kernels.h"

namespace mambac::cpu {

/// Whether expandSelectiveScanStep has code for the op.
bool hasSelectiveScanStep(ssm::SelectiveScanOp op);
/// The loops of a step with all its states.
void expandSelectiveScanStep(ssm::SelectiveScanOp op, KernelBuilder &k);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_SELECTIVESCANSTEPKERNEL_H
