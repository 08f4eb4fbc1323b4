//===- CausalConv1DKernel.cpp - ssm.causal_conv1d ---------------------------------------------------------------------===//
//
// Batches, tiles of time (conv-time steps, or vectors of steps) and blocks of channels run in parallel. Lanes run along memory:
//
// - channels innermost: a few steps of one vector of channels at a time, whose inputs stay in registers; then the next vector,
//   so that rows of memory are read from end to end. The first steps, which look at the initial window, go through a
//   small copy. Where only one of input and result lies that way the other one passes through a tile.
// - time innermost in both: the sum of the input shifted by 0, 1, .. steps, each a load of its own, and taps as scalars. The
//   first vector of steps looks at a copy that begins with the initial window.
//
// The final window is copied after all reads: by the work item where time is one tile, else by a loop of its own.
//
//===------------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/CausalConv1DStepKernel.h"
#include "lib/CPU/Kernels/Kernels.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kL, kC, kK };

/// Channels of a work item, in lanes or one by one, and of one whose operands pass through tiles.
constexpr int64_t kChannels = 512, kTimeChannels = 16, kTileChannels = 64;
/// Bytes of a work item's taps.
constexpr int64_t kTapBytes = 16384;
/// Products in registers between two loads of taps.
constexpr int64_t kProducts = 16;

struct Generator {
  ssm::CausalConv1DOp op;
  KernelBuilder &k;
  View x, weight, bias, initial, y, final;
  int64_t taps = 0, before = 0; ///< before = taps - 1
  int64_t tileTime;             ///< steps of a work item
  int64_t blockChannels = 0;    ///< channels of a work item
  Value entries, older;         ///< of the windows; those that no tap reads
  Value length, zero;

  Generator(ssm::CausalConv1DOp op, KernelBuilder &k)
      : op(op), k(k), x(viewOf(op, op.getXMutable())), weight(viewOf(op, op.getWeightMutable())),
        bias(viewOf(op, op.getBiasMutable())), initial(viewOf(op, op.getInitialWindowMutable())),
        y(viewOf(op, op.getOutsMutable())), final(viewOf(op, op.getOutsMutable(), 1)), tileTime(k.sizes.convTime) {}

  LogicalResult run();
  void alongChannels(Value b, Value start, Value rows, Value channel, Value lanes);
  void firstSteps(Value b, Value rows, Value channel, Value lanes, ArrayRef<Value> w, Value shift,
                  function_ref<void(Value t, Value v)> store);
  void alongTime(Value b, Value start, Value rows, Value channel, Value channels);
  void copyWindow(Value b, Value channel, Value channels);

  SmallVector<Value> axes(Value b, Value l, Value c, Value tap) { return {b, l, c, tap}; }
  Value activate(Value sum) { return op.getActivation() == ssm::Activation::silu ? k.silu(sum) : sum; }
};

LogicalResult Generator::run() {
  taps = op.getStaticAxisSizes()[kK];
  if (ShapedType::isDynamic(taps))
    return op.emitError("no kernel for a number of taps that is not known; make the weight's shape static");
  if (taps > kMostTaps)
    return op.emitError("no kernel for ") << taps << " taps, at most for " << kMostTaps
                                          << "; decompose this op (--ssm-decompose) before bufferization";
  before = taps - 1;
  zero = k.index(0);
  length = k.size(x, kL);
  auto [window, dim] = op.getWindowEntries();
  entries = window ? k.dim(window, dim) : k.index(before);
  older = k.sub(entries, k.index(before));
  Value batch = k.size(x, kB), channels = k.size(x, kC);
  bool timeInnermost = x.contiguousAlong(kL) && y.contiguousAlong(kL);
  bool tiles = !timeInnermost && !(x.contiguousAlong(kC) && y.contiguousAlong(kC));
  // The taps of a block lie on the stack. The window before a tile of time is within the tile before it.
  int64_t fitting = std::max(k.width, kTapBytes / 4 / taps / k.width * k.width);
  blockChannels = timeInnermost ? kTimeChannels : std::min(tiles ? kTileChannels : kChannels, fitting);
  if (timeInnermost)
    tileTime = std::max<int64_t>(tileTime * k.width, llvm::alignTo(before, k.width));
  else
    tileTime = std::max(tileTime, before);
  Value tilesOfTime = k.ceilDiv(length, tileTime);
  bool windowHere = final && isConstant(tilesOfTime, 1);
  k.parallel({batch, tilesOfTime, k.ceilDiv(channels, blockChannels)}, [&](ValueRange ids) {
    Value start = k.mul(ids[1], tileTime), rows = k.min(k.sub(length, start), k.index(tileTime));
    Value channel = k.mul(ids[2], blockChannels), left = k.min(k.sub(channels, channel), k.index(blockChannels));
    if (timeInnermost)
      alongTime(ids[0], start, rows, channel, left);
    else
      alongChannels(ids[0], start, rows, channel, left);
    if (windowHere)
      copyWindow(ids[0], channel, left);
  });
  if (final && !windowHere)
    k.parallel({batch, k.ceilDiv(channels, kChannels)}, [&](ValueRange ids) {
      Value channel = k.mul(ids[1], kChannels);
      copyWindow(ids[0], channel, k.min(k.sub(channels, channel), k.index(kChannels)));
    });
  return success();
}

/// The first steps of a vector of channels, fewer than there are taps: from a copy of the window and of these steps.
void Generator::firstSteps(Value b, Value rows, Value channel, Value lanes, ArrayRef<Value> w, Value shift,
                           function_ref<void(Value, Value)> store) {
  Value steps = k.min(rows, k.index(before));
  Value copy = k.stackTile({2 * before, k.width});
  k.loop(k.index(before), [&](Value j) {
    Value v = initial ? k.loadLanes(initial, axes(b, zero, channel, k.add(j, older)), kC, lanes) : k.splat(0.f);
    k.storeVector(v, copy, {j, zero});
  });
  k.loop(steps, [&](Value t) {
    k.storeVector(k.loadLanes(x, axes(b, t, channel, zero), kC, lanes), copy, {k.add(t, before), zero});
  });
  k.loop(steps, [&](Value t) {
    Value sum = shift;
    for (int64_t j = 0; j < taps; ++j)
      sum = k.fma(w[j], k.loadVector(copy, {k.add(t, j), zero}), sum);
    store(t, activate(sum));
  });
}

void Generator::alongChannels(Value b, Value start, Value rows, Value channel, Value channels) {
  // Taps, and operands that memory does not hold this way, as tiles.
  Value w = k.stackTile({taps, blockChannels});
  k.loadTile(weight, {axes(b, zero, channel, zero), kK, kC, k.index(taps), channels}, w);
  Value history = k.min(start, k.index(before)), firstRow = k.sub(start, history);
  Value xTile, yTile;
  if (!x.contiguousAlong(kC)) {
    xTile = k.stackTile({tileTime + before, blockChannels});
    k.loadTile(x, {axes(b, firstRow, channel, zero), kL, kC, k.add(rows, history), channels}, xTile);
  }
  if (!y.contiguousAlong(kC))
    yTile = k.stackTile({tileTime, blockChannels});

  auto forVectors = [&](function_ref<void(Value lane, Value left)> body) {
    Value full = k.roundDown(channels, k.width);
    k.loop(zero, full, k.width, [&](Value lane) { body(lane, Value()); });
    k.ifThen(k.less(full, channels), [&] { body(full, k.sub(channels, full)); });
  };
  // Sums of `count` steps from `t` of the tile on, of the channels from `lane` on.
  auto sumsOf = [&](Value t, int64_t count, Value lane, Value left) {
    Value at = k.add(channel, lane), mask = left ? k.mask(left) : Value();
    auto read = [&](int64_t row) {
      Value time = k.add(k.sub(k.add(start, t), k.index(before)), row);
      return xTile ? k.loadVector(xTile, {k.sub(time, firstRow), lane})
                   : k.loadVector(x.memref, k.at(x, axes(b, time, at, zero)), mask);
    };
    // The rows of the next steps.
    Region next{axes(b, k.add(start, t), at, zero), kL, kC, rows, k.index(k.width)};
    for (int64_t row = count; row < 2 * count; ++row) {
      k.prefetchRow(x, next, k.index(row), /*write=*/false, /*locality=*/3);
      k.prefetchRow(y, next, k.index(row), /*write=*/true, /*locality=*/3);
    }
    SmallVector<Value> sums(count, bias ? k.loadLanes(bias, axes(b, zero, at, zero), kC, left) : k.splat(0.f));
    for (int64_t row = 0; row < count + before; ++row) {
      Value v = read(row);
      for (int64_t j = 0; j < taps; ++j)
        if (row - j >= 0 && row - j < count)
          sums[row - j] = k.fma(k.loadVector(w, {k.index(j), lane}), v, sums[row - j]);
    }
    return sums;
  };
  auto finish = [&](Value t, Value lane, Value left, ValueRange sums) {
    Value at = k.add(channel, lane), mask = left ? k.mask(left) : Value();
    for (auto [s, sum] : llvm::enumerate(sums)) {
      Value step = k.add(t, s);
      if (yTile)
        k.storeVector(activate(sum), yTile, {step, lane});
      else
        k.storeVector(activate(sum), y.memref, k.at(y, axes(b, k.add(start, step), at, zero)), mask);
    }
  };
  auto someSteps = [&](Value t, int64_t count) {
    // Sums are finished one vector later: in sums and activation together, chains of instructions that wait for each other
    // would be longer than what a CPU looks ahead.
    Value full = k.roundDown(channels, k.width);
    k.ifThen(k.less(zero, full), [&] {
      SmallVector<Value> last = k.loop(k.index(k.width), full, k.width, sumsOf(t, count, zero, Value()),
                                       [&](Value lane, ValueRange sums) {
                                         SmallVector<Value> next = sumsOf(t, count, lane, Value());
                                         finish(t, k.sub(lane, k.index(k.width)), Value(), sums);
                                         return next;
                                       });
      finish(t, k.sub(full, k.index(k.width)), Value(), last);
    });
    k.ifThen(k.less(full, channels), [&] {
      Value left = k.sub(channels, full);
      finish(t, full, left, sumsOf(t, count, full, left));
    });
  };

  // The first steps have no tile of time before them.
  Value first = zero;
  if (before) {
    first = k.min(k.sub(k.index(before), history), rows);
    k.ifThen(k.equal(start, zero), [&] {
      forVectors([&](Value lane, Value left) {
        Value at = k.add(channel, lane), mask = left ? k.mask(left) : Value();
        SmallVector<Value> tapLanes;
        for (int64_t j = 0; j < taps; ++j)
          tapLanes.push_back(k.loadVector(w, {k.index(j), lane}));
        Value shift = bias ? k.loadLanes(bias, axes(b, zero, at, zero), kC, left) : k.splat(0.f);
        firstSteps(b, rows, at, left, tapLanes, shift, [&](Value t, Value v) {
          if (yTile)
            k.storeVector(v, yTile, {t, lane});
          else
            k.storeVector(v, y.memref, k.at(y, axes(b, t, at, zero)), mask);
        });
      });
    });
  }
  int64_t atATime = std::clamp<int64_t>(kProducts / taps, 1, 8);
  Value whole = k.add(first, k.roundDown(k.sub(rows, first), atATime));
  k.loop(first, whole, atATime, [&](Value t) { someSteps(t, atATime); });
  if (atATime > 1)
    k.loop(whole, rows, 1, [&](Value t) { someSteps(t, 1); });
  if (yTile)
    k.storeTile(yTile, y, {axes(b, start, channel, zero), kL, kC, rows, channels});
}

void Generator::alongTime(Value b, Value start, Value rows, Value firstChannel, Value channels) {
  k.loop(channels, [&](Value c) {
    Value channel = k.add(firstChannel, c);
    SmallVector<Value> w;
    for (int64_t j = 0; j < taps; ++j)
      w.push_back(k.splat(k.load(weight, axes(b, zero, channel, k.index(j)))));
    Value shift = bias ? k.splat(k.load(bias, axes(b, zero, channel, zero))) : k.splat(0.f);
    auto steps = [&](Value t, Value mask, function_ref<Value(int64_t tap)> read) {
      Value sum = shift;
      for (int64_t j = 0; j < taps; ++j)
        sum = k.fma(w[j], read(j), sum);
      k.storeVector(activate(sum), y.memref, k.at(y, axes(b, t, channel, zero)), mask);
    };
    auto fromMemory = [&](Value t, Value mask) {
      steps(t, mask, [&](int64_t j) {
        Value time = k.sub(k.add(t, j), k.index(before));
        return k.loadVector(x.memref, k.at(x, axes(b, time, channel, zero)), mask);
      });
    };
    Value end = k.add(start, rows), first = start;
    if (before) {
      // As many vectors as look at what is before time 0, from a copy.
      int64_t copied = llvm::alignTo(before, k.width);
      first = k.min(k.max(start, k.index(copied)), end);
      k.ifThen(k.equal(start, zero), [&] {
        Value copy = k.stackTile({before + copied});
        k.loop(k.index(before), [&](Value j) {
          k.store(initial ? k.load(initial, axes(b, zero, channel, k.add(j, older))) : k.f32(0.f), copy, {j});
        });
        k.loop(first, [&](Value t) { k.store(k.load(x, axes(b, t, channel, zero)), copy, {k.add(t, before)}); });
        k.loop(zero, first, k.width, [&](Value t) {
          steps(t, k.mask(k.min(k.sub(first, t), k.index(k.width))),
                [&](int64_t j) { return k.loadVector(copy, {k.add(t, j)}); });
        });
      });
    }
    Value whole = k.add(first, k.roundDown(k.sub(end, first), k.width));
    k.loop(first, whole, k.width, [&](Value t) { fromMemory(t, Value()); });
    k.ifThen(k.less(whole, end), [&] { fromMemory(whole, k.mask(k.sub(end, whole))); });
  });
}

/// Ascending, so that the final window may be the initial one's memory.
void Generator::copyWindow(Value b, Value firstChannel, Value channels) {
  k.loop(channels, [&](Value c) {
    Value channel = k.add(firstChannel, c);
    k.loop(entries, [&](Value j) {
      Value at = k.add(length, j); // of the time at - entries
      SmallVector<Value> to = axes(b, zero, channel, j);
      k.ifThen(
          k.less(at, entries),
          [&] { k.store(initial ? k.load(initial, axes(b, zero, channel, at)) : k.f32(0.f), final, to); },
          [&] { k.store(k.load(x, axes(b, k.sub(at, entries), channel, zero)), final, to); });
    });
  });
}

} // namespace

LogicalResult expandCausalConv1D(ssm::CausalConv1DOp op, KernelBuilder &k) {
  if (!hasCausalConv1DStep(op))
    return Generator(op, k).run();
  expandCausalConv1DStep(op, k);
  return success();
}

} // namespace mambac::cpu
