//===- CausalConv1DStepKernel.cpp - ssm.causal_conv1d of one step -------------------------------------------------===//
//
// Decoding: lanes are channels. Taps and window entries of a channel are neighbours in memory; a few whole vectors of them are
// read, and their columns are taken in registers; so is the new window put together. Batches and blocks of channels in parallel.
// CausalConv1DKernel.cpp calls this where the length is 1.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/CausalConv1DStepKernel.h"

using namespace mlir;

namespace mambac::cpu {

namespace {
enum Axis { kB, kL, kC, kK };

/// Channels of a work item.
constexpr int64_t kChannels = 512;
/// Windows of more entries than this are a loop like any other.
constexpr int64_t kUnrolledEntries = 16;

/// Entries of the windows, if there are any; else the taps before the last one.
int64_t getNumEntries(ssm::CausalConv1DOp op, int64_t taps) {
  auto [window, dim] = op.getWindowEntries();
  return window ? cast<MemRefType>(window.getType()).getDimSize(dim) : taps - 1;
}
} // namespace

bool hasCausalConv1DStep(ssm::CausalConv1DOp op) {
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  if (sizes[kL] != 1 || ShapedType::isDynamic(sizes[kK]))
    return false;
  int64_t entries = getNumEntries(op, sizes[kK]);
  return !ShapedType::isDynamic(entries) && entries <= kUnrolledEntries;
}

void expandCausalConv1DStep(ssm::CausalConv1DOp op, KernelBuilder &k) {
  View sized = viewOf(op, op.getXMutable()), x = k.withoutUnits(sized), weight = viewOf(op, op.getWeightMutable()),
       bias = viewOf(op, op.getBiasMutable()), initial = viewOf(op, op.getInitialWindowMutable()),
       y = k.withoutUnits(viewOf(op, op.getOutsMutable())), final = viewOf(op, op.getOutsMutable(), 1);
  int64_t taps = op.getStaticAxisSizes()[kK], older = getNumEntries(op, taps);
  Value zero = k.index(0), batch = k.size(sized, kB), channels = k.size(sized, kC);
  bool fullVectors = isConstant(k.rem(channels, k.width), 0);

  k.parallel({batch, k.ceilDiv(channels, kChannels)}, [&](ValueRange ids) {
    Value first = k.mul(ids[1], kChannels), end = k.min(channels, k.add(first, kChannels));
    Value yTile = k.stackTile({1, k.width});
    k.loop(first, end, k.width, [&](Value channel) {
      Value lanes = fullVectors ? Value() : k.min(k.sub(channels, channel), k.index(k.width));
      SmallVector<Value> at{ids[0], zero, channel, zero};
      SmallVector<Value> w = k.loadColumns(weight, at, kC, kK, taps, lanes), inputs(older, k.splat(0.f));
      if (initial && older)
        inputs = k.loadColumns(initial, at, kC, kK, older, lanes);
      inputs.push_back(k.loadLanes(x, at, kC, lanes));
      if (final && older)
        k.storeColumns(ArrayRef(inputs).drop_front(), final, at, kC, kK, lanes);
      Value sum = bias ? k.loadLanes(bias, at, kC, lanes) : k.splat(0.f);
      for (auto [tap, input] : llvm::zip(w, ArrayRef(inputs).take_back(taps)))
        sum = k.fma(tap, input, sum);
      k.storeVector(op.getActivation() == ssm::Activation::silu ? k.silu(sum) : sum, yTile, {zero, zero});
      k.storeTile(yTile, y, {at, kL, kC, k.index(1), lanes});
    });
  });
}

} // namespace mambac::cpu
