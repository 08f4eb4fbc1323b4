//===- Peaks.h - What this machine can do at most ----------------------------------------------------*- C++ -*-===//
//
// Measured when asked for, on as many threads as a run uses: the two limits of a roofline.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_PEAKS_H
#define MAMBAC_LIB_RUNTIME_RUNNER_PEAKS_H

namespace mambac::runner {

struct Peaks {
  double flops = 0; ///< floating-point operations a second, by f32 fused multiply-adds of the widest vectors
  double bytes = 0; ///< bytes a second, by reading more memory than caches hold
};

/// Takes about a quarter of a second. The memory that it reads is given back.
Peaks measurePeaks(int threads);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_PEAKS_H
