//===- SelectiveScanKernel.cpp - ssm.selective_scan ---------------------------------------------------------------===//
//
// Lanes are channels, and some states of a lane (scan-states) stay in registers while time goes by. Blocks of channels (inside a
// group, where B or C have groups) run in parallel. Time is cut in tiles (scan-time): a first loop makes dt and dt * u of a tile, a
// second one, for each block of states, does the recurrence, a third one adds D * u and gates. So layouts, element
// types and options do not meet the recurrence, and each state's loop is the same:
//
//   h[n] = exp2(dt * (A[n] log2 e)) * h[n] + (dt u) * B[t, n];    o += C[t, n] * h[n]
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include <numeric>

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kL, kD, kN };

struct Generator {
  ssm::SelectiveScanOp op;
  KernelBuilder &k;
  View u, delta, A, B, C, D, z, bias, initial, y, final;
  int64_t states = 0;
  int64_t tileTime;      ///< steps of a tile of time
  int64_t statesAtATime; ///< in registers

  Generator(ssm::SelectiveScanOp op, KernelBuilder &k)
      : op(op), k(k), u(viewOf(op, op.getUMutable())), delta(viewOf(op, op.getDeltaMutable())),
        A(viewOf(op, op.getAMutable())), B(viewOf(op, op.getBMutable())), C(viewOf(op, op.getCMutable())),
        D(viewOf(op, op.getDMutable())), z(viewOf(op, op.getZMutable())), bias(viewOf(op, op.getDeltaBiasMutable())),
        initial(viewOf(op, op.getInitialStateMutable())), y(viewOf(op, op.getOutsMutable())),
        final(viewOf(op, op.getOutsMutable(), 1)), tileTime(k.sizes.scanTime), statesAtATime(k.sizes.scanStates) {
    if (op.getReverse())
      for (View *view : {&u, &delta, &B, &C, &z, &y})
        *view = k.reversed(*view, kL);
  }

  /// Channels that share B and C; 0 where all do.
  int64_t groupSize() {
    auto of = [&](OpOperand &operand) { return op.getGroupSize(operand.getOperandNumber(), kD); };
    return std::gcd(of(op.getBMutable()), of(op.getCMutable()));
  }

  LogicalResult run();
  void block(Value batch, Value channel, Value lanes);
  void someStates(int64_t count, Value first, bool accumulate, Value rows, Value h, Value decay, Value dtTile,
                Value xTile, Value oTile, function_ref<Value(Value t, Value n)> b,
                function_ref<Value(Value t, Value n)> c, function_ref<void(Value t)> prefetch = nullptr);
};

LogicalResult Generator::run() {
  states = op.getStaticAxisSizes()[kN];
  if (ShapedType::isDynamic(states))
    return op.emitError("no kernel for a number of states that is not known; make A's shape static");
  Value batch = k.size(u, kB), channels = k.size(u, kD);
  int64_t group = groupSize();
  // Blocks of channels, none of which straddles two groups.
  Value perGroup = group ? k.index(group) : channels;
  Value blocksPerGroup = k.ceilDiv(perGroup, k.width);
  Value groups = group ? k.div(channels, group) : k.index(1);
  auto oneBlock = [&](Value b, Value number) {
    Value within = number, first = k.index(0);
    if (group) {
      Value g = k.div(number, blocksPerGroup);
      first = k.mul(g, perGroup);
      within = k.sub(number, k.mul(g, blocksPerGroup));
    }
    within = k.mul(within, k.width);
    Value left = k.sub(perGroup, within), channel = k.add(first, within);
    Value full = k.equal(k.rem(perGroup, k.width), k.index(0)); // a constant, mostly
    if (!getConstantIntValue(full) || isConstant(full, 0))
      full = k.less(k.index(k.width - 1), left);
    k.ifThen(full, [&] { block(b, channel, Value()); },
             [&] { block(b, channel, k.min(left, k.index(k.width))); });
  };
  Value blocks = k.mul(groups, blocksPerGroup);
  int64_t perItem = k.sizes.scanVectors;
  k.parallel({batch, k.ceilDiv(blocks, perItem)}, [&](ValueRange ids) {
    if (perItem == 1)
      return oneBlock(ids[0], ids[1]);
    Value start = k.mul(ids[1], perItem);
    k.loop(start, k.min(k.add(start, perItem), blocks), 1, [&](Value number) { oneBlock(ids[0], number); });
  });
  return success();
}

/// The recurrence of `count` states from `first` on over a tile of time.
void Generator::someStates(int64_t count, Value first, bool accumulate, Value rows, Value h, Value decay, Value dtTile,
                         Value xTile, Value oTile, function_ref<Value(Value, Value)> b,
                         function_ref<Value(Value, Value)> c, function_ref<void(Value)> prefetch) {
  Value zero = k.index(0);
  SmallVector<Value> init;
  for (int64_t i = 0; i < count; ++i)
    init.push_back(k.loadVector(h, {k.add(first, i), zero}));
  SmallVector<Value> last = k.loop(zero, rows, 1, init, [&](Value t, ValueRange state) {
    if (prefetch)
      prefetch(t);
    Value dt = k.loadVector(dtTile, {t, zero}), x = k.loadVector(xTile, {t, zero});
    // Two chains of sums, so that they do not wait for each other.
    Value out[2] = {accumulate ? k.loadVector(oTile, {t, zero}) : Value(), Value()};
    SmallVector<Value> next;
    for (int64_t i = 0; i < count; ++i) {
      Value n = k.add(first, i);
      Value e = k.exp2(k.fmul(k.loadVector(decay, {n, zero}), dt));
      next.push_back(k.fma(e, state[i], k.fmul(x, b(t, n))));
      Value &sum = out[i % 2], cn = c(t, n);
      sum = sum ? k.fma(next.back(), cn, sum) : k.fmul(next.back(), cn);
    }
    k.storeVector(out[1] ? k.fadd(out[0], out[1]) : out[0], oTile, {t, zero});
    return next;
  });
  for (int64_t i = 0; i < count; ++i)
    k.storeVector(last[i], h, {k.add(first, i), zero});
}

void Generator::block(Value batch, Value channel, Value lanes) {
  Value zero = k.index(0);
  Value length = k.size(u, kL);
  Value mask = lanes ? k.mask(lanes) : Value();
  auto axes = [&](Value l, Value n) { return SmallVector<Value>{batch, l, channel, n}; };

  Value decay = k.stackTile({states, k.width}), h = k.stackTile({states, k.width});
  Value dtTile = k.stackTile({tileTime, k.width}), xTile = k.stackTile({tileTime, k.width});
  Value oTile = k.stackTile({tileTime, k.width});
  Region stateRegion{axes(zero, zero), kN, kD, k.index(states), lanes};
  k.loadTile(A, stateRegion, decay);
  k.loop(k.index(states), [&](Value n) {
    k.storeVector(k.fmul(k.loadVector(decay, {n, zero}), k.splat(1.44269504f)), decay, {n, zero});
  });
  if (initial)
    k.loadTile(initial, stateRegion, h);
  else
    k.zeroTile(h);
  Value biasLanes = bias ? k.loadLanes(bias, axes(zero, zero), kD, lanes) : Value();
  Value dLanes = D ? k.loadLanes(D, axes(zero, zero), kD, lanes) : Value();

  // B and C: scalars straight from memory where they are f32 in rows of states, else from an f32 copy.
  auto staged = [&](const View &v) { return !v.elementType().isF32() || !v.contiguousAlong(kN); };
  int64_t stateColumns = llvm::alignTo(states, k.width);
  Value bTile = staged(B) ? k.stackTile({tileTime, stateColumns}) : Value();
  Value cTile = staged(C) ? k.stackTile({tileTime, stateColumns}) : Value();
  RowReader uRows(k, u, kL, kD, tileTime), deltaRows(k, delta, kL, kD, tileTime), zRows(k, z, kL, kD, tileTime);
  RowWriter yRows(k, y, kL, kD, tileTime);

  k.loop(zero, length, tileTime, [&](Value t0) {
    Value rows = k.min(k.sub(length, t0), k.index(tileTime));
    Region region{axes(t0, zero), kL, kD, rows, lanes};
    Region stateRows{axes(t0, zero), kL, kN, rows, k.index(states)};
    uRows.start(region, mask);
    deltaRows.start(region, mask);
    if (bTile)
      k.loadTile(B, stateRows, bTile);
    if (cTile)
      k.loadTile(C, stateRows, cTile);
    k.loop(rows, [&](Value t) {
      Value dt = deltaRows.row(t);
      if (bias)
        dt = k.fadd(dt, biasLanes);
      if (op.getSoftplus())
        dt = k.softplus(dt);
      dt = k.clamp(dt, op.getDtMinAttr(), op.getDtMaxAttr());
      k.storeVector(dt, dtTile, {t, zero});
      k.storeVector(k.fmul(dt, uRows.row(t)), xTile, {t, zero});
    });

    auto scalar = [&](const View &v, Value tile, Value t, Value n) {
      return k.splat(tile ? k.load(tile, {t, n}) : k.load(v, axes(k.add(t0, t), n)));
    };
    auto b = [&](Value t, Value n) { return scalar(B, bTile, t, n); };
    auto c = [&](Value t, Value n) { return scalar(C, cTile, t, n); };
    // The next tile's rows come while this one's recurrence runs.
    auto prefetch = [&](Value t) {
      uRows.prefetch(t, tileTime);
      deltaRows.prefetch(t, tileTime);
      zRows.prefetch(t, tileTime);
      yRows.prefetch(t, tileTime);
    };
    if (z)
      zRows.start(region, mask);
    yRows.start(region, mask);
    int64_t blocks = states / statesAtATime, rest = states % statesAtATime;
    if (blocks)
      someStates(statesAtATime, zero, /*accumulate=*/false, rows, h, decay, dtTile, xTile, oTile, b, c, prefetch);
    k.loop(k.index(statesAtATime), k.index(blocks * statesAtATime), statesAtATime, [&](Value n) {
      someStates(statesAtATime, n, /*accumulate=*/true, rows, h, decay, dtTile, xTile, oTile, b, c);
    });
    if (rest)
      someStates(rest, k.index(blocks * statesAtATime), blocks > 0, rows, h, decay, dtTile, xTile, oTile, b, c,
               blocks ? function_ref<void(Value)>() : prefetch);

    k.loop(rows, [&](Value t) {
      Value out = k.loadVector(oTile, {t, zero});
      if (D)
        out = k.fma(dLanes, uRows.row(t), out);
      if (z)
        out = k.fmul(out, k.silu(zRows.row(t)));
      yRows.row(t, out);
    });
    yRows.finish();
  });
  if (final)
    k.storeTile(h, final, stateRegion);
}

} // namespace

LogicalResult expandSelectiveScan(ssm::SelectiveScanOp op, KernelBuilder &k) { return Generator(op, k).run(); }

} // namespace mambac::cpu
