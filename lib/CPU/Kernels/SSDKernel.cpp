//===- SSDKernel.cpp - ssm.ssd --------------------------------------------------------------------------------------===//
//
// Mamba-2's scan in chunks of some steps (ssd-chunk). A first parallel loop, over batches, groups of heads and chunks, makes the
// scores G = C B^T that a group's heads share. A second one, over batches and heads, walks through the chunks with the
// state S (n x p) in the first level cache:
//
//   s_i = sum of dt_k A over k <= i in the chunk         e = exp(s_i), f = exp(s_last - s_j)
//   M   = G o exp(s_i - s_j) dt_j, lower triangle, D on its diagonal
//   Y   = diag(e) C S + M X                              both products into the same registers
//   S   = e_last S + (B o f dt)^T X
//
// (without dt, A is read in the place of dt A, and no dt multiplies X).
// X is copied to the stack in f32, B and C are read where they are if they are f32 in rows, so layouts, element types
// and the length's remainder do not meet the products. With few heads, segments of time run in parallel
// (TimeSegments.h). One step (decoding) is SSDStepKernel.cpp.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Kernels/RegisterTile.h"
#include "lib/CPU/Kernels/SSDStepKernel.h"
#include "lib/CPU/Kernels/TimeSegments.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <numeric>

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kL, kH, kP, kN };

/// Chunks that are worth a segment of time.
constexpr int64_t kLeastChunks = 4;

struct Generator {
  ssm::SSDOp op;
  KernelBuilder &k;
  View x, dt, A, B, C, D, z, bias, initial, y, final;
  int64_t P = 0, N = 0, columns = 0, stateColumns = 0;
  int64_t chunkSize;  ///< steps of a chunk
  int64_t chunkRows;  ///< of tiles with a row, or a lane, for each step of a chunk
  int64_t group = 0; ///< heads that share B and C; 0 if all do
  Value batch, length, heads, zero;
  Value scores; ///< (b, group, chunk, i, j)
  TimeSegments *segments = nullptr;
  Value keptStates, keptDecays; ///< of segments of time: S, and log2 of how it fades

  Generator(ssm::SSDOp op, KernelBuilder &k)
      : op(op), k(k), x(viewOf(op, op.getXMutable())), dt(viewOf(op, op.getDtMutable())),
        A(viewOf(op, op.getAMutable())), B(viewOf(op, op.getBMutable())), C(viewOf(op, op.getCMutable())),
        D(viewOf(op, op.getDMutable())), z(viewOf(op, op.getZMutable())), bias(viewOf(op, op.getDtBiasMutable())),
        initial(viewOf(op, op.getInitialStateMutable())), y(viewOf(op, op.getOutsMutable())),
        final(viewOf(op, op.getOutsMutable(), 1)), chunkSize(k.sizes.ssdChunk), chunkRows(paddedRows(k, chunkSize)) {
    if (op.getReverse())
      for (View *view : {&x, &dt, &A, &B, &C, &z, &y})
        *view = k.reversed(*view, kL);
  }

  LogicalResult run();
  void makeScores(Value b, Value g, Value chunk);
  void head(const TimeSegments::Segment &segment);
  SmallVector<Value> timesC(Value cTile, ArrayRef<Value> chunkAxes, Value steps, Value i, int64_t rows, Value right,
                            Value column, int64_t count);

  SmallVector<Value> axes(Value b, Value l, Value h) { return {b, l, h, zero, zero}; }
  bool inRows(const View &v) { return v.elementType().isF32() && v.contiguousAlong(kN); }
  Value chunkSteps(Value start) { return k.min(k.sub(length, start), k.index(chunkSize)); }
};

LogicalResult Generator::run() {
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  P = sizes[kP], N = sizes[kN];
  if (ShapedType::isDynamic(P) || ShapedType::isDynamic(N))
    return op.emitError("no kernel for heads or states whose sizes are not known; make them static");
  columns = llvm::alignTo(P, k.width), stateColumns = llvm::alignTo(N, k.width);
  zero = k.index(0);
  batch = k.size(x, kB), length = k.size(x, kL), heads = k.size(x, kH);
  auto groupOf = [&](OpOperand &operand) { return op.getGroupSize(operand.getOperandNumber(), kH); };
  group = std::gcd(groupOf(op.getBMutable()), groupOf(op.getCMutable()));
  Value groups = group ? k.div(heads, group) : k.index(1), chunks = k.ceilDiv(length, chunkSize);

  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  for (Value size : {batch, groups, chunks, k.index(chunkRows), k.index(chunkRows)}) {
    std::optional<int64_t> constant = getConstantIntValue(size);
    shape.push_back(constant.value_or(ShapedType::kDynamic));
    if (!constant)
      dynamic.push_back(size);
  }
  scores = memref::AllocOp::create(k.b, k.loc, MemRefType::get(shape, k.b.getF32Type()), dynamic,
                                   k.b.getI64IntegerAttr(64));
  k.parallel({batch, groups, chunks}, [&](ValueRange ids) { makeScores(ids[0], ids[1], ids[2]); });
  TimeSegments cutting(k, k.mul(batch, heads), getConstantIntValue(heads).value_or(1), length, chunkSize,
                       kLeastChunks * chunkSize);
  segments = &cutting;
  keptStates = cutting.carries({N, columns});
  keptDecays = cutting.carries({1});
  cutting.run(batch, heads, [&](const TimeSegments::Segment &segment) { head(segment); });
  return success();
}

/// In registers: the rows i, i + 1, .. of a chunk of C, whose first row is at `chunkAxes`, times `count` vectors of the
/// columns of `right`, a tile with a row for each n. Rows beyond the chunk's steps are the last one again.
SmallVector<Value> Generator::timesC(Value cTile, ArrayRef<Value> chunkAxes, Value steps, Value i, int64_t rows,
                                     Value right, Value column, int64_t count) {
  SmallVector<SmallVector<Value>> rowAxes;
  for (int64_t r = 0; r < rows; ++r) {
    rowAxes.emplace_back(chunkAxes);
    rowAxes.back()[kL] = k.add(chunkAxes[kL], k.min(k.add(i, r), k.sub(steps, k.index(1))));
  }
  SmallVector<Value> zeros(rows * count, k.splat(0.f));
  return tileProduct(
      k, rows, count, k.index(N), zeros,
      [&](Value n, int64_t r) {
        if (cTile)
          return k.load(cTile, {k.add(i, r), n});
        SmallVector<Value> at = rowAxes[r];
        at[kN] = n;
        return k.load(C, at);
      },
      [&](Value n, int64_t v) { return k.loadVector(right, {n, k.add(column, v * k.width)}); });
}

/// G[i, j] = sum over n of C[i, n] B[j, n]; whole tiles, also above the diagonal.
void Generator::makeScores(Value b, Value g, Value chunk) {
  Value start = k.mul(chunk, chunkSize), steps = chunkSteps(start);
  SmallVector<Value> origin = axes(b, start, group ? k.mul(g, group) : zero);
  // B transposed; C as it is, rows beyond the length being the last one again.
  Value bT = k.stackTile({N, chunkRows});
  k.loadTile(B, {origin, kN, kL, k.index(N), steps}, bT);
  Value cTile = inRows(C) ? Value() : k.stackTile({chunkRows, stateColumns});
  if (cTile)
    k.loadTile(C, {origin, kL, kN, steps, k.index(N)}, cTile);
  int64_t vectors = chunkRows / k.width, piece = tileVectors(k, vectors);
  forPieces(k, vectors, piece, [&](Value firstVector, int64_t count) {
    Value column = k.mul(firstVector, k.width);
    int64_t rows = tileRows(k, count);
    k.loop(zero, steps, rows, [&](Value i) {
      SmallVector<Value> sums = timesC(cTile, origin, steps, i, rows, bT, column, count);
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t v = 0; v < count; ++v)
          k.storeVector(sums[r * count + v], scores, {b, g, chunk, k.add(i, r), k.add(column, v * k.width)});
    });
  });
}

void Generator::head(const TimeSegments::Segment &segment) {
  Value b = segment.ids[0], h = segment.ids[1];
  Value g = group ? k.div(h, group) : zero;
  auto tile = [&](int64_t rows, int64_t cols) { return k.stackTile({rows, cols}); };
  bool diagonalD = D && !D.has(kP);
  // Results go to memory from registers if memory runs along p, else by a tile.
  bool direct = y.contiguousAlong(kP) && (!z || z.contiguousAlong(kP));
  Value S = tile(N, columns), xs = tile(chunkRows, columns), M = tile(chunkRows, chunkRows);
  Value out = direct ? Value() : tile(chunkRows, columns);
  Value cTile = inRows(C) ? Value() : tile(chunkRows, stateColumns);
  Value bTile = inRows(B) ? Value() : tile(chunkRows, stateColumns);
  Value zTile = z && !direct ? tile(chunkRows, columns) : Value();
  // One row each: dt; s in two parts, whose difference is exact to an ulp; exp(s_i); dt_j exp(s_last - s_j).
  Value dts = tile(1, chunkRows), high = tile(1, chunkRows), low = tile(1, chunkRows), grow = tile(1, chunkRows),
        decay = tile(1, chunkRows);
  k.zeroTile(M);

  Region state{axes(b, zero, h), kN, kP, k.index(N), k.index(P)};
  auto forState = [&](function_ref<void(Value n, Value p)> body) {
    k.loop(k.index(N), [&](Value n) { k.loop(zero, k.index(columns), k.width, [&](Value p) { body(n, p); }); });
  };
  segments->start(
      segment, [&] { initial ? k.loadTile(initial, state, S) : k.zeroTile(S); }, [&] { k.zeroTile(S); },
      [&](Value carry) {
        Value fading = k.exp2(k.splat(k.load(keptDecays, {carry, zero})));
        forState([&](Value n, Value p) {
          k.storeVector(k.fma(fading, k.loadVector(S, {n, p}), k.loadVector(keptStates, {carry, n, p})), S, {n, p});
        });
      });
  Value total = segments->cut() ? k.stackTile({1}) : Value();
  if (total)
    k.store(k.f32(0.f), total, {zero});
  // Constant in time: A, by which dt is multiplied, or the whole of the decay's logarithm.
  Value rate = A.has(kL) ? Value() : k.load(A, axes(b, zero, h));
  Value shift = bias ? k.splat(k.load(bias, axes(b, zero, h))) : Value();
  Value skip = diagonalD ? k.load(D, axes(b, zero, h)) : Value();
  Type f64 = k.b.getF64Type();
  auto wide = [&](Value v) -> Value { return arith::ExtFOp::create(k.b, k.loc, f64, v); };
  Value rate64 = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(1.4426950408889634));
  if (dt)
    rate64 = arith::MulFOp::create(k.b, k.loc, wide(rate), rate64);
  auto forRow = [&](Value end, function_ref<void(Value)> body) { k.loop(zero, end, k.width, body); };

  k.loop(segment.begin, segment.end, chunkSize, [&](Value start) {
    Value steps = chunkSteps(start), chunk = k.div(start, chunkSize), last = k.sub(steps, k.index(1));
    SmallVector<Value> origin = axes(b, start, h);

    // dt and its running sums; or, without it, those of A.
    if (dt || A.has(kL))
      k.loadTile(dt ? dt : A, {origin, kP, kL, k.index(1), steps}, dts);
    else
      forRow(steps, [&](Value j) { k.storeVector(k.splat(rate), dts, {zero, j}); });
    auto timesStep = [&](Value v, Value j) { return dt ? k.fmul(v, k.loadVector(dts, {zero, j})) : v; };
    if (dt)
      forRow(steps, [&](Value j) {
        Value v = k.loadVector(dts, {zero, j});
        if (bias)
          v = k.fadd(v, shift);
        if (op.getSoftplus())
          v = k.softplus(v);
        k.storeVector(k.clamp(v, op.getDtMinAttr(), op.getDtMaxAttr()), dts, {zero, j});
      });
    Value none = arith::ConstantOp::create(k.b, k.loc, k.b.getF64FloatAttr(0.));
    k.loop(zero, steps, 1, ValueRange{none}, [&](Value i, ValueRange sum) -> SmallVector<Value> {
      Value product = arith::MulFOp::create(k.b, k.loc, wide(k.load(dts, {zero, i})), rate64);
      Value next = arith::AddFOp::create(k.b, k.loc, sum[0], product);
      Value top = arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(), next);
      Value rest = arith::TruncFOp::create(k.b, k.loc, k.b.getF32Type(),
                                           arith::SubFOp::create(k.b, k.loc, next, wide(top)));
      k.store(top, high, {zero, i});
      k.store(rest, low, {zero, i});
      return {next};
    });
    auto difference = [&](Value from, Value fromLow, Value j) { // s_from - s_j
      return k.fadd(k.fsub(from, k.loadVector(high, {zero, j})), k.fsub(fromLow, k.loadVector(low, {zero, j})));
    };
    Value lastHigh = k.splat(k.load(high, {zero, last})), lastLow = k.splat(k.load(low, {zero, last}));
    forRow(steps, [&](Value j) {
      Value sum = k.fadd(k.loadVector(high, {zero, j}), k.loadVector(low, {zero, j}));
      k.storeVector(k.exp2(sum), grow, {zero, j});
      Value left = k.exp2(difference(lastHigh, lastLow, j));
      k.storeVector(timesStep(left, j), decay, {zero, j});
    });

    // The chunk's operands.
    Region rows{origin, kL, kP, steps, k.index(P)}, stateRows{origin, kL, kN, steps, k.index(N)};
    bool xInRows = x.contiguousAlong(kP);
    if (!xInRows)
      k.loadTile(x, rows, xs);
    if (cTile)
      k.loadTile(C, stateRows, cTile);
    if (bTile)
      k.loadTile(B, stateRows, bTile);
    k.loop(steps, [&](Value i) {
      // Memory's part of a row while another one is computed.
      for (int64_t p = 0; p < P && xInRows; p += k.width) {
        Value mask = P - p < k.width ? k.mask(k.index(P - p)) : Value();
        Value v = k.loadVector(x.memref, k.at(x, {b, k.add(start, i), h, k.index(p), zero}), mask);
        k.storeVector(v, xs, {i, k.index(p)});
      }
      Value top = k.splat(k.load(high, {zero, i})), rest = k.splat(k.load(low, {zero, i}));
      k.loop(zero, k.add(i, 1), k.width, [&](Value j) {
        Value e = k.exp2(difference(top, rest, j));
        Value m = k.fmul(timesStep(e, j), k.loadVector(scores, {b, g, chunk, i, j}));
        Value below = k.mask(k.sub(k.add(i, 1), j));
        k.storeVector(arith::SelectOp::create(k.b, k.loc, below, m, k.splat(0.f)), M, {i, j});
      });
      if (diagonalD)
        k.store(k.fadd(k.load(M, {i, i}), skip), M, {i, i});
    });

    // Y; D, if not on the diagonal of M, and the gate.
    if (zTile)
      k.loadTile(z, rows, zTile);
    auto finish = [&](Value v, Value row, Value p) {
      SmallVector<Value> at{b, k.add(start, row), h, p, zero};
      Value left = P % k.width ? k.min(k.sub(k.index(P), p), k.index(k.width)) : Value();
      Value mask = left ? k.mask(left) : Value();
      if (D && !diagonalD)
        v = k.fma(k.loadLanes(D, at, kP, left), k.loadVector(xs, {row, p}), v);
      if (z)
        v = k.fmul(v, k.silu(zTile ? k.loadVector(zTile, {row, p}) : k.loadVector(z.memref, k.at(z, at), mask)));
      if (direct)
        k.storeVector(v, y.memref, k.at(y, at), mask);
      else
        k.storeVector(v, out, {row, p});
    };
    int64_t vectors = columns / k.width, piece = tileVectors(k, vectors);
    forPieces(k, vectors, piece, [&](Value firstVector, int64_t count) {
      Value column = k.mul(firstVector, k.width);
      int64_t tileHeight = tileRows(k, count);
      auto rowsFrom = [&](Value i, bool last) {
        SmallVector<Value> sums = timesC(cTile, origin, steps, i, tileHeight, S, column, count);
        for (int64_t r = 0; r < tileHeight; ++r) {
          Value e = k.splat(k.load(grow, {zero, k.add(i, r)}));
          for (int64_t v = 0; v < count; ++v)
            sums[r * count + v] = k.fmul(e, sums[r * count + v]);
        }
        sums = tileProduct(
            k, tileHeight, count, k.min(k.add(i, tileHeight), steps), sums,
            [&](Value j, int64_t r) { return k.load(M, {k.add(i, r), j}); },
            [&](Value j, int64_t v) { return k.loadVector(xs, {j, k.add(column, v * k.width)}); });
        for (int64_t r = 0; r < tileHeight; ++r) {
          Value row = k.add(i, r);
          auto store = [&] {
            for (int64_t v = 0; v < count; ++v)
              finish(sums[r * count + v], row, k.add(column, v * k.width));
          };
          if (direct && last)
            k.ifThen(k.less(row, steps), store);
          else
            store();
        }
      };
      Value whole = direct ? k.roundDown(steps, tileHeight) : steps;
      k.loop(zero, whole, tileHeight, [&](Value i) { rowsFrom(i, /*last=*/false); });
      if (direct)
        k.ifThen(k.less(whole, steps), [&] { rowsFrom(whole, /*last=*/true); });
    });
    if (!direct)
      k.storeTile(out, y, rows);

    if (total) {
      Value sum = k.fadd(k.load(high, {zero, last}), k.load(low, {zero, last}));
      k.store(k.fadd(k.load(total, {zero}), sum), total, {zero});
    }

    // S, unless nobody asks for it any more.
    auto update = [&] {
      k.loop(steps, [&](Value j) {
        Value f = k.splat(k.load(decay, {zero, j}));
        k.loop(zero, k.index(columns), k.width,
               [&](Value p) { k.storeVector(k.fmul(f, k.loadVector(xs, {j, p})), xs, {j, p}); });
      });
      // One line of the next chunk comes with each step of these products, so that lines never wait for each other.
      auto fetchNext = [&](Value line, Value j) {
        for (auto [view, write] : {std::pair(x, false), std::pair(z, false), std::pair(y, true)})
          if (view.contiguousAlong(kP)) {
            int64_t numbers = 64 / (view.elementType().getIntOrFloatBitWidth() / 8), lines = llvm::divideCeil(P, numbers);
            Region next{{b, start, h, k.mul(k.rem(line, lines), numbers), zero}, kL, kP, steps, k.index(numbers)};
            k.prefetchRow(view, next, k.add(j, chunkSize), write);
          }
      };
      Value fade = k.splat(k.load(grow, {zero, last}));
      forPieces(k, vectors, piece, [&](Value firstVector, int64_t count) {
        Value column = k.mul(firstVector, k.width);
        forPieces(k, N, tileRows(k, count), [&](Value n, int64_t tileHeight) {
          SmallVector<Value> sums;
          for (int64_t r = 0; r < tileHeight; ++r)
            for (int64_t v = 0; v < count; ++v)
              sums.push_back(k.fmul(fade, k.loadVector(S, {k.add(n, r), k.add(column, v * k.width)})));
          sums = tileProduct(
              k, tileHeight, count, steps, sums,
              [&](Value j, int64_t r) {
                if (bTile)
                  return k.load(bTile, {j, k.add(n, r)});
                SmallVector<Value> at = origin;
                at[kL] = k.add(start, j);
                at[kN] = k.add(n, r);
                return k.load(B, at);
              },
              [&](Value j, int64_t v) {
                if (v == 0)
                  fetchNext(k.div(n, tileHeight), j);
                return k.loadVector(xs, {j, k.add(column, v * k.width)});
              });
          for (int64_t r = 0; r < tileHeight; ++r)
            for (int64_t v = 0; v < count; ++v)
              k.storeVector(sums[r * count + v], S, {k.add(n, r), k.add(column, v * k.width)});
        });
      });
    };
    if (final || segments->cut())
      update();
    else
      k.ifThen(k.less(k.add(start, chunkSize), segment.end), update);
  });
  segments->finish(
      segment,
      [&](Value carry, Value times) {
        k.store(k.fmul(times, k.load(total, {zero})), keptDecays, {carry, zero});
        forState([&](Value n, Value p) { k.storeVector(k.loadVector(S, {n, p}), keptStates, {carry, n, p}); });
      },
      [&] {
        if (final)
          k.storeTile(S, final, state);
      });
}

} // namespace

LogicalResult expandSSD(ssm::SSDOp op, KernelBuilder &k) {
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  if (!ShapedType::isDynamic(sizes[kP]) && !ShapedType::isDynamic(sizes[kN]) &&
      (std::max(sizes[kP], sizes[kN]) > kMostStates || sizes[kP] * sizes[kN] > kMostStateNumbers))
    return op.emitError("no kernel for states of ") << sizes[kP] << " x " << sizes[kN] << ", at most for " << kMostStates
                                                    << " either way and " << kMostStateNumbers
                                                    << " numbers; decompose this op (--ssm-decompose) before bufferization";
  if (hasSSDStep(op) && !ShapedType::isDynamic(op.getStaticAxisSizes()[kN])) {
    expandSSDStep(op, k);
    return success();
  }
  return Generator(op, k).run();
}

} // namespace mambac::cpu
