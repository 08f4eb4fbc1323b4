//===- ConvForm.h - A sum over the last few times, whatever it is written as -----------------------*- C++ -*-===//
//
// The element of a value, as a sum of products under guards (ElementExpr.h), compared with
//
//     y[b, t, c] = bias[c] + sum over j < K of weight[c, K - 1 - j] * x[b, t - j, c]      x before time 0 is window, or 0
//
// The taps may be a summed axis or terms of their own; pads, concatenations with zeros or with a state, shifted slices, unfolded
// windows and masks are all positions and guards by then. What is not that, but reads several times of one tensor, is
// declined with the reason.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_CONVFORM_H
#define MAMBAC_LIB_RAISE_CONVFORM_H

#include "lib/Raise/RootStudy.h"

namespace mambac::raise {

struct ConvForm {
  std::unique_ptr<RootStudy> study;
  int time = -1;                         ///< -1: there is one time alone
  std::optional<int> batch, channel;     ///< variables; none for a dimension of size 1
  Group x;                               ///< at [batch, time, channel]
  llvm::SmallVector<Group, 4> taps;      ///< the weights at [channel], in the order of weight's k
  std::optional<Group> bias;             ///< at [channel]
  std::optional<Group> window;           ///< at [batch, windowEntry, channel]
  int windowEntry = -1;
};

/// The form of `root`; failure with the reason for what looks like a convolution. The reason is empty for what does not.
mlir::FailureOr<ConvForm> getConvForm(mlir::Value root, std::string &why);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_CONVFORM_H
