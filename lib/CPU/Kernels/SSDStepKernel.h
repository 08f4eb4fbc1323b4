//===- SSDStepKernel.h - ssm.ssd of one step -----------------------------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_CPU_KERNELS_SSDSTEPKERNEL_H
#define MAMBAC_LIB_CPU_KERNELS_SSDSTEPKERNEL_H

#include "lib/CPU/Kernels/Kernels.h"

namespace mambac::cpu {

/// Whether expandSSDStep has code for the op.
bool hasSSDStep(ssm::SSDOp op);
/// The loops of a step with all its states.
void expandSSDStep(ssm::SSDOp op, KernelBuilder &k);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_SSDSTEPKERNEL_H
