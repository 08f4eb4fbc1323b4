//===- CausalConv1DStepKernel.h - ssm.causal_conv1d of one step -------------------------------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_CPU_KERNELS_CAUSALCONV1DSTEPKERNEL_H
#define MAMBAC_LIB_CPU_KERNELS_CAUSALCONV1DSTEPKERNEL_H

#include "lib/CPU/Kernels/Kernels.h"

namespace mambac::cpu {

/// Whether expandCausalConv1DStep has code for the op.
bool hasCausalConv1DStep(ssm::CausalConv1DOp op);
/// One step of all channels.
void expandCausalConv1DStep(ssm::CausalConv1DOp op, KernelBuilder &k);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_CAUSALCONV1DSTEPKERNEL_H
