//===- CausalConv1DKernel.cpp - ssm.causal_conv1d -------------------------------------------------------------------===//
//
// Lanes are channels; the taps and the last K - 1 inputs stay in registers while time goes by. Batches, tiles of time
// and blocks of channels run in parallel. The final window is copied by a small loop of its own, after all reads.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kL, kC, kK };

struct Generator {
  ssm::CausalConv1DOp op;
  KernelBuilder &k;
  View x, weight, bias, initial, y, final;
  int64_t taps = 0;
  int64_t tileTime; ///< steps of a work item
  Value length, zero;

  Generator(ssm::CausalConv1DOp op, KernelBuilder &k)
      : op(op), k(k), x(viewOf(op, op.getXMutable())), weight(viewOf(op, op.getWeightMutable())),
        bias(viewOf(op, op.getBiasMutable())), initial(viewOf(op, op.getInitialWindowMutable())),
        y(viewOf(op, op.getOutsMutable())), final(viewOf(op, op.getOutsMutable(), 1)), tileTime(k.sizes.convTime) {}

  LogicalResult run();
  void block(Value b, Value start, Value channel, Value lanes);
  void copyWindow(Value b, Value channel);
};

LogicalResult Generator::run() {
  taps = op.getStaticAxisSizes()[kK];
  if (ShapedType::isDynamic(taps))
    return op.emitError("no kernel for a number of taps that is not known; make the weight's shape static");
  if (taps > kMostTaps)
    return op.emitError("no kernel for ") << taps << " taps, at most for " << kMostTaps
                                          << "; decompose this op (--ssm-decompose) before bufferization";
  zero = k.index(0);
  length = k.size(x, kL);
  Value batch = k.size(x, kB), channels = k.size(x, kC);
  k.parallel({batch, k.ceilDiv(length, tileTime), k.ceilDiv(channels, k.width)}, [&](ValueRange ids) {
    Value start = k.mul(ids[1], tileTime), channel = k.mul(ids[2], k.width), left = k.sub(channels, channel);
    Value whole = k.equal(k.rem(channels, k.width), zero);
    if (!getConstantIntValue(whole) || isConstant(whole, 0))
      whole = k.less(k.index(k.width - 1), left);
    k.ifThen(whole, [&] { block(ids[0], start, channel, Value()); },
             [&] { block(ids[0], start, channel, k.min(left, k.index(k.width))); });
  });
  if (final && taps > 1)
    k.parallel({batch, channels}, [&](ValueRange ids) { copyWindow(ids[0], ids[1]); });
  return success();
}

void Generator::block(Value b, Value start, Value channel, Value lanes) {
  Value mask = lanes ? k.mask(lanes) : Value();
  auto axes = [&](Value l, Value tap) { return SmallVector<Value>{b, l, channel, tap}; };
  Value taps_ = k.stackTile({taps, k.width});
  k.loadTile(weight, {axes(zero, zero), kK, kC, k.index(taps), lanes}, taps_);
  SmallVector<Value> w;
  for (int64_t j = 0; j < taps; ++j)
    w.push_back(k.loadVector(taps_, {k.index(j), zero}));
  Value shift = bias ? k.loadLanes(bias, axes(zero, zero), kC, lanes) : k.splat(0.f);

  // The inputs before this tile; those before time 0 are the initial window, or 0.
  SmallVector<Value> window;
  if (taps > 1) {
    Value before = k.stackTile({taps - 1, k.width});
    k.ifThen(
        k.less(start, k.index(taps - 1)),
        [&] {
          for (int64_t j = 0; j + 1 < taps; ++j) {
            Value at = k.add(start, j); // of the time at - (taps - 1)
            k.ifThen(
                k.less(at, k.index(taps - 1)),
                [&] {
                  Value v = initial ? k.loadLanes(initial, axes(zero, at), kC, lanes) : k.splat(0.f);
                  k.storeVector(v, before, {k.index(j), zero});
                },
                [&] {
                  Value time = k.sub(at, k.index(taps - 1));
                  k.storeVector(k.loadLanes(x, axes(time, zero), kC, lanes), before, {k.index(j), zero});
                });
          }
        },
        [&] {
          for (int64_t j = 0; j + 1 < taps; ++j) {
            Value time = k.add(k.sub(start, k.index(taps - 1)), j);
            k.storeVector(k.loadLanes(x, axes(time, zero), kC, lanes), before, {k.index(j), zero});
          }
        });
    for (int64_t j = 0; j + 1 < taps; ++j)
      window.push_back(k.loadVector(before, {k.index(j), zero}));
  }

  RowReader xRows(k, x, kL, kC, tileTime);
  RowWriter yRows(k, y, kL, kC, tileTime);
  Value rows = k.min(k.sub(length, start), k.index(tileTime));
  Region region{axes(start, zero), kL, kC, rows, lanes};
  xRows.start(region, mask);
  yRows.start(region, mask);
  k.loop(zero, rows, 1, window, [&](Value t, ValueRange past) {
    Value now = xRows.row(t), sum = shift;
    for (int64_t j = 0; j + 1 < taps; ++j)
      sum = k.fma(w[j], past[j], sum);
    sum = k.fma(w[taps - 1], now, sum);
    yRows.row(t, op.getActivation() == ssm::Activation::silu ? k.silu(sum) : sum);
    SmallVector<Value> next(past.begin(), past.end());
    next.push_back(now);
    next.erase(next.begin());
    return next;
  });
  yRows.finish();
}

/// Ascending, so that the final window may be the initial one's memory.
void Generator::copyWindow(Value b, Value channel) {
  k.loop(k.index(taps - 1), [&](Value j) {
    Value at = k.add(length, j); // of the time at - (taps - 1)
    SmallVector<Value> to{b, zero, channel, j};
    k.ifThen(
        k.less(at, k.index(taps - 1)),
        [&] {
          k.store(initial ? k.load(initial, {b, zero, channel, at}) : k.f32(0.f), final, to);
        },
        [&] { k.store(k.load(x, {b, k.sub(at, k.index(taps - 1)), channel, zero}), final, to); });
  });
}

} // namespace

LogicalResult expandCausalConv1D(ssm::CausalConv1DOp op, KernelBuilder &k) { return Generator(op, k).run(); }

} // namespace mambac::cpu
