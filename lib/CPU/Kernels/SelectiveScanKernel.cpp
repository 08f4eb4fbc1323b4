//===- SelectiveScanKernel.cpp - ssm.selective_scan ---------------------------------------------------------------===//
//
// Lanes are channels, and some states of a lane (scan-states) stay in registers while time goes by. Work items are some vectors
// of channels (scan-vectors; inside a group, where B or C have groups), which share the tiles of B and C. Time is cut in tiles
// (scan-time): for each vector, a first loop makes dt and dt * u of a tile, a second one, for each block of states, does the
// recurrence, a third one adds D * u and gates. The first and the third run along memory, be that channels or time
// (Strip.h). With few channels, segments of time run in parallel (TimeSegments.h). So layouts, element types and options do
// not meet the recurrence, and each state's loop is the same:
//
//   h[n] = exp2(dt * (A[n] log2 e)) * h[n] + (dt u) * B[t, n];    o += C[t, n] * h[n]
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Kernels/SelectiveScanStepKernel.h"
#include "lib/CPU/Kernels/Strip.h"
#include "lib/CPU/Kernels/TimeSegments.h"
#include <numeric>

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kL, kD, kN };

/// So many work items there should be, at least, for the threads to share.
constexpr int64_t kItems = 16;
/// Steps that are worth a segment of time.
constexpr int64_t kLeastSteps = 512;

struct Generator {
  ssm::SelectiveScanOp op;
  KernelBuilder &k;
  View u, delta, A, B, C, D, z, bias, initial, y, final;
  int64_t states = 0;
  int64_t tileTime;      ///< steps of a tile of time
  int64_t statesAtATime; ///< in registers
  bool noRest = false;   ///< all channels fill whole vectors
  TimeSegments *segments = nullptr;
  Value keptStates, keptTimes; ///< of segments of time, as the tiles of an item: h, and the sums of dt

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
  void item(const TimeSegments::Segment &segment, Value channel, Value left);
  void forVectors(Value left, function_ref<void(Value vector, Value lanes)> body);
  void someStates(int64_t count, Value first, bool accumulate, Value rows, Value h, Value decay, Value dtTile,
                Value xTile, Value oTile, function_ref<Value(Value t, Value n)> b,
                function_ref<Value(Value t, Value n)> c, function_ref<void(Value t)> prefetch = nullptr);
};

LogicalResult Generator::run() {
  states = op.getStaticAxisSizes()[kN];
  if (ShapedType::isDynamic(states))
    return op.emitError("no kernel for a number of states that is not known; make A's shape static");
  if (states > kMostStates)
    return op.emitError("no kernel for ") << states << " states, at most for " << kMostStates
                                          << "; decompose this op (--ssm-decompose) before bufferization";
  Value batch = k.size(u, kB), channels = k.size(u, kD);
  int64_t group = groupSize();
  Value perGroup = group ? k.index(group) : channels;
  noRest = isConstant(k.rem(perGroup, k.width), 0);
  Value groups = group ? k.div(channels, group) : k.index(1);
  // Fewer vectors an item where there would be few items.
  Value vectors = k.mul(k.mul(batch, groups), k.ceilDiv(perGroup, k.width));
  Value perItem = k.mul(k.max(k.min(k.div(vectors, kItems), k.index(k.sizes.scanVectors)), k.index(1)), k.width);
  Value itemsPerGroup = k.div(k.add(k.add(perGroup, perItem), -1), perItem);
  // There are kItems items, or as many as there are vectors.
  std::optional<int64_t> knownGroups = getConstantIntValue(groups), knownSize = getConstantIntValue(perGroup);
  int64_t known = knownGroups && knownSize ? *knownGroups * llvm::divideCeil(*knownSize, k.width) : 1;
  Value items = k.mul(groups, itemsPerGroup);
  TimeSegments cutting(k, k.mul(batch, items), std::min(known, kItems), k.size(u, kL), tileTime, kLeastSteps);
  segments = &cutting;
  keptStates = cutting.carries({k.sizes.scanVectors * states, k.width});
  keptTimes = cutting.carries({k.sizes.scanVectors, k.width});
  cutting.run(batch, items, [&](const TimeSegments::Segment &segment) {
    Value within = segment.ids[1], first = k.index(0);
    if (group) {
      Value g = k.div(segment.ids[1], itemsPerGroup);
      first = k.mul(g, perGroup);
      within = k.sub(segment.ids[1], k.mul(g, itemsPerGroup));
    }
    within = k.mul(within, perItem);
    item(segment, k.add(first, within), k.min(k.sub(perGroup, within), perItem));
  });
  return success();
}

/// Calls `body` for the vectors that `left` channels fill; `lanes` is null but for a last vector that is not full.
void Generator::forVectors(Value left, function_ref<void(Value, Value)> body) {
  Value full = k.div(left, k.width);
  k.loop(k.index(0), full, 1, [&](Value vector) { body(vector, Value()); });
  if (noRest)
    return;
  Value rest = k.rem(left, k.width);
  k.ifThen(k.less(k.index(0), rest), [&] { body(full, rest); });
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

void Generator::item(const TimeSegments::Segment &segment, Value firstChannel, Value left) {
  Value zero = k.index(0), batch = segment.ids[0];
  int64_t vectors = k.sizes.scanVectors;
  // The states and decays of each vector, one after the other.
  Value decays = k.stackTile({vectors * states, k.width}), hs = k.stackTile({vectors * states, k.width});
  Strip strip(k, kL, kD, tileTime, {u, delta, z, y});
  Value timeSums = segments->cut() ? k.stackTile({vectors, k.width}) : Value();
  if (timeSums)
    k.zeroTile(timeSums);
  Value dtTile = strip.tile(), xTile = strip.tile(), oTile = strip.tile();
  auto ofVector = [&](Value tile, Value vector) -> Value {
    if (vectors == 1)
      return tile;
    SmallVector<OpFoldResult> offsets{k.mul(vector, states), k.b.getIndexAttr(0)};
    SmallVector<OpFoldResult> sizes{k.b.getIndexAttr(states), k.b.getIndexAttr(k.width)};
    SmallVector<OpFoldResult> strides(2, k.b.getIndexAttr(1));
    return memref::SubViewOp::create(k.b, k.loc, tile, offsets, sizes, strides).getResult();
  };
  auto channelOf = [&](Value vector) { return k.add(firstChannel, k.mul(vector, k.width)); };
  auto stateRegion = [&](Value vector, Value lanes) {
    return Region{{batch, zero, channelOf(vector), zero}, kN, kD, k.index(states), lanes};
  };

  forVectors(left, [&](Value vector, Value lanes) {
    Value decay = ofVector(decays, vector), h = ofVector(hs, vector);
    k.loadTile(A, stateRegion(vector, lanes), decay);
    k.loop(k.index(states), [&](Value n) {
      k.storeVector(k.fmul(k.loadVector(decay, {n, zero}), k.splat(1.44269504f)), decay, {n, zero});
    });
    auto none = [&] { k.loop(k.index(states), [&](Value n) { k.storeVector(k.splat(0.f), h, {n, zero}); }); };
    segments->start(
        segment, [&] { initial ? k.loadTile(initial, stateRegion(vector, lanes), h) : none(); }, none,
        [&](Value carry) {
          Value fading = k.loadVector(keptTimes, {carry, vector, zero});
          k.loop(k.index(states), [&](Value n) {
            Value e = k.exp2(k.fmul(k.loadVector(decay, {n, zero}), fading));
            Value kept = k.loadVector(keptStates, {carry, k.add(k.mul(vector, states), n), zero});
            k.storeVector(k.fma(e, k.loadVector(h, {n, zero}), kept), h, {n, zero});
          });
        });
  });

  // B and C: scalars straight from memory where they are f32 in rows of states, else from an f32 copy.
  auto staged = [&](const View &v) { return !v.elementType().isF32() || !v.contiguousAlong(kN); };
  int64_t stateColumns = llvm::alignTo(states, k.width);
  Value bTile = staged(B) ? k.stackTile({tileTime, stateColumns}) : Value();
  Value cTile = staged(C) ? k.stackTile({tileTime, stateColumns}) : Value();
  StripReader us(strip, u), deltas(strip, delta), zs(strip, z);
  StripWriter ys(strip, y);

  k.loop(segment.begin, segment.end, tileTime, [&](Value t0) {
    Value rows = k.min(k.sub(segment.end, t0), k.index(tileTime));
    Region stateRows{{batch, t0, firstChannel, zero}, kL, kN, rows, k.index(states)};
    if (bTile)
      k.loadTile(B, stateRows, bTile);
    if (cTile)
      k.loadTile(C, stateRows, cTile);
    forVectors(left, [&](Value vector, Value lanes) {
      Value channel = channelOf(vector), decay = ofVector(decays, vector), h = ofVector(hs, vector);
      auto axes = [&](Value l, Value n) { return SmallVector<Value>{batch, l, channel, n}; };
      strip.start({axes(t0, zero), kL, kD, rows, lanes});
      us.start();
      deltas.start();
      strip.forPoints([&](const Strip::Point &p) {
        Value dt = deltas.at(p);
        if (bias)
          dt = k.fadd(dt, strip.perLane(bias, p));
        if (op.getSoftplus())
          dt = k.softplus(dt);
        dt = k.clamp(dt, op.getDtMinAttr(), op.getDtMaxAttr());
        k.storeVector(dt, dtTile, {p.row, zero});
        k.storeVector(k.fmul(dt, us.at(p)), xTile, {p.row, zero});
      });
      strip.turn(dtTile);
      strip.turn(xTile);
      if (timeSums) {
        SmallVector<Value> sum = k.loop(zero, rows, 1, ValueRange{k.splat(0.f)}, [&](Value t, ValueRange sum) {
          return SmallVector<Value>{k.fadd(sum[0], k.loadVector(dtTile, {t, zero}))};
        });
        k.storeVector(k.fadd(k.loadVector(timeSums, {vector, zero}), sum[0]), timeSums, {vector, zero});
      }

      auto scalar = [&](const View &v, Value tile, Value t, Value n) {
        return k.splat(tile ? k.load(tile, {t, n}) : k.load(v, axes(k.add(t0, t), n)));
      };
      auto b = [&](Value t, Value n) { return scalar(B, bTile, t, n); };
      auto c = [&](Value t, Value n) { return scalar(C, cTile, t, n); };
      // The next tile's rows come while this one's recurrence runs.
      auto prefetch = [&](Value t) {
        us.prefetch(t, tileTime);
        deltas.prefetch(t, tileTime);
        zs.prefetch(t, tileTime);
        ys.prefetch(t, tileTime);
      };
      int64_t blocks = states / statesAtATime, rest = states % statesAtATime;
      if (blocks)
        someStates(statesAtATime, zero, /*accumulate=*/false, rows, h, decay, dtTile, xTile, oTile, b, c, prefetch);
      k.loop(k.index(statesAtATime), k.index(blocks * statesAtATime), statesAtATime, [&](Value n) {
        someStates(statesAtATime, n, /*accumulate=*/true, rows, h, decay, dtTile, xTile, oTile, b, c);
      });
      if (rest)
        someStates(rest, k.index(blocks * statesAtATime), blocks > 0, rows, h, decay, dtTile, xTile, oTile, b, c,
                   blocks ? function_ref<void(Value)>() : prefetch);

      // y may lie where delta does: it is written when nobody reads that any more.
      auto write = [&] {
        strip.turn(oTile);
        if (z)
          zs.start();
        strip.forPoints([&](const Strip::Point &p) {
          Value out = k.loadVector(oTile, {p.row, zero});
          if (D)
            out = k.fma(strip.perLane(D, p), us.at(p), out);
          if (z)
            out = k.fmul(out, k.silu(zs.at(p)));
          ys.at(p, out);
        });
        ys.finish();
      };
      if (Value last = segments->isLastRun(segment))
        k.ifThen(last, write);
      else
        write();
    });
  });
  forVectors(left, [&](Value vector, Value lanes) {
    Value h = ofVector(hs, vector);
    segments->finish(
        segment,
        [&](Value carry, Value times) {
          Value fading = k.fmul(k.splat(times), k.loadVector(timeSums, {vector, zero}));
          k.storeVector(fading, keptTimes, {carry, vector, zero});
          k.loop(k.index(states), [&](Value n) {
            k.storeVector(k.loadVector(h, {n, zero}), keptStates, {carry, k.add(k.mul(vector, states), n), zero});
          });
        },
        [&] {
          if (final)
            k.storeTile(h, final, stateRegion(vector, lanes));
        });
  });
}

} // namespace

LogicalResult expandSelectiveScan(ssm::SelectiveScanOp op, KernelBuilder &k) {
  if (!hasSelectiveScanStep(op))
    return Generator(op, k).run();
  expandSelectiveScanStep(op, k);
  return success();
}

} // namespace mambac::cpu
