//===- SelectiveScanStepKernel.cpp - ssm.selective_scan of one step -----------------------------------------------===//
//
// Decoding: the states are read, updated and written once, in their own layout, with lanes along n. What channels have one of
// (dt, u, z, y) goes in vectors of channels; of each channel of such a vector, C h stays a vector of sums until all of them are
// added up at once. Batches and blocks of channels in parallel. SelectiveScanKernel.cpp calls this where the length is 1 and
// n runs innermost.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/SelectiveScanStepKernel.h"

using namespace mlir;

namespace mambac::cpu {

namespace {
enum Axis { kB, kL, kD, kN };

/// Channels of a work item.
constexpr int64_t kChannels = 64;
/// More vectors of states than this are a loop.
constexpr int64_t kUnrolled = 8;
} // namespace

bool hasSelectiveScanStep(ssm::SelectiveScanOp op) {
  View initial = viewOf(op, op.getInitialStateMutable()), final = viewOf(op, op.getOutsMutable(), 1);
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  return sizes[kL] == 1 && !ShapedType::isDynamic(sizes[kN]) && viewOf(op, op.getAMutable()).contiguousAlong(kN) &&
         (!initial || initial.contiguousAlong(kN)) && (!final || final.contiguousAlong(kN));
}

void expandSelectiveScanStep(ssm::SelectiveScanOp op, KernelBuilder &k) {
  // u may lie as "b d l": of one step, that is along d.
  auto view = [&](MutableOperandRange operand, unsigned i = 0) { return k.withoutUnits(viewOf(op, operand, i)); };
  View u = view(op.getUMutable()), delta = view(op.getDeltaMutable()), A = viewOf(op, op.getAMutable()),
       B = view(op.getBMutable()), C = view(op.getCMutable()), D = view(op.getDMutable()), z = view(op.getZMutable()),
       bias = view(op.getDeltaBiasMutable()), initial = viewOf(op, op.getInitialStateMutable()),
       y = view(op.getOutsMutable()), final = viewOf(op, op.getOutsMutable(), 1);
  int64_t N = op.getStaticAxisSizes()[kN], whole = N / k.width * k.width;
  View sized = viewOf(op, op.getUMutable());
  Value zero = k.index(0), batch = k.size(sized, kB), channels = k.size(sized, kD);
  bool fullVectors = isConstant(k.rem(channels, k.width), 0);
  int64_t block = llvm::alignTo(kChannels, k.width);

  k.parallel({batch, k.ceilDiv(channels, block)}, [&](ValueRange ids) {
    auto axes = [&](Value d, Value n) { return SmallVector<Value>{ids[0], zero, d, n}; };
    Value first = k.mul(ids[1], block), end = k.min(channels, k.add(first, block));
    // B and C that all channels share, in f32, with zeros behind them.
    int64_t columns = llvm::alignTo(N, k.width);
    auto shared = [&](const View &v) -> Value {
      if (v.has(kD))
        return {};
      Value tile = k.stackTile({1, columns});
      k.loadTile(v, {axes(zero, zero), kL, kN, k.index(1), k.index(N)}, tile);
      return tile;
    };
    Value bTile = shared(B), cTile = shared(C);
    Value dtTile = k.stackTile({k.width}), xTile = k.stackTile({k.width}), sums = k.stackTile({k.width, k.width}),
          yTile = k.stackTile({1, k.width});
    if (!fullVectors)
      k.zeroTile(sums);
    auto states = [&](const View &v, Value tile, Value d, Value n, Value mask) {
      if (tile)
        return k.loadVector(tile, {zero, n});
      return v.contiguousAlong(kN) ? k.loadVector(v.memref, k.at(v, axes(d, n)), mask)
                                   : k.loadLanes(v, axes(d, n), kN, k.min(k.sub(k.index(N), n), k.index(k.width)));
    };

    auto vectors = [&](bool pastCaches) {
      k.loop(first, end, k.width, [&](Value channel) {
        Value lanes = fullVectors ? Value() : k.min(k.sub(channels, channel), k.index(k.width));
        SmallVector<Value> at = axes(channel, zero);
        Value input = k.loadLanes(u, at, kD, lanes), dt = k.loadLanes(delta, at, kD, lanes);
        if (bias)
          dt = k.fadd(dt, k.loadLanes(bias, at, kD, lanes));
        if (op.getSoftplus())
          dt = k.softplus(dt);
        dt = k.clamp(dt, op.getDtMinAttr(), op.getDtMaxAttr());
        k.storeVector(k.fmul(dt, k.splat(1.44269504f)), dtTile, {zero});
        k.storeVector(k.fmul(dt, input), xTile, {zero});
        k.loop(lanes ? lanes : k.index(k.width), [&](Value lane) {
          Value d = k.add(channel, lane);
          Value time = k.splat(k.load(dtTile, {lane})), x = k.splat(k.load(xTile, {lane}));
          auto step = [&](Value n, Value mask, Value sum) {
            Value h = k.fmul(x, states(B, bTile, d, n, mask));
            if (initial) {
              Value decay = k.exp2(k.fmul(time, k.loadVector(A.memref, k.at(A, axes(d, n)), mask)));
              h = k.fma(decay, k.loadVector(initial.memref, k.at(initial, axes(d, n)), mask), h);
            }
            if (final)
              k.storeVector(h, final.memref, k.at(final, axes(d, n)), mask, pastCaches);
            return k.fma(h, states(C, cTile, d, n, mask), sum);
          };
          Value sum = k.splat(0.f);
          if (whole > kUnrolled * k.width)
            sum = k.loop(zero, k.index(whole), k.width, sum, [&](Value n, ValueRange sum) {
              return SmallVector<Value>{step(n, Value(), sum[0])};
            })[0];
          else
            for (int64_t n = 0; n < whole; n += k.width)
              sum = step(k.index(n), Value(), sum);
          if (whole < N)
            sum = step(k.index(whole), k.mask(k.index(N - whole)), sum);
          k.storeVector(sum, sums, {lane, zero});
        });
        SmallVector<Value> rows;
        for (int64_t i = 0; i < k.width; ++i)
          rows.push_back(k.loadVector(sums, {k.index(i), zero}));
        Value out = k.sums(rows);
        if (D)
          out = k.fma(k.loadLanes(D, at, kD, lanes), input, out);
        if (z)
          out = k.fmul(out, k.silu(k.loadLanes(z, at, kD, lanes)));
        k.storeVector(out, yTile, {zero, zero});
        k.storeTile(yTile, y, {at, kL, kD, k.index(1), lanes});
      });
    };
    k.storingPastCaches(final, op->hasAttr(kStreamedAttr), vectors);
  });
}

} // namespace mambac::cpu
