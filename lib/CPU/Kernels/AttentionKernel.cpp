//===- AttentionKernel.cpp - ssm.attention ----------------------------------------------------------------------------===//
//
// Tiles of queries times tiles of keys with a running softmax (FlashAttention, arXiv:2205.14135, algorithm 1): the
// scores of one tile (attention-queries, attention-keys) are all that is ever in memory. Batches, heads and tiles of queries in
// parallel.
//
// One query of each head reads each key once: there the rows of a tile are the heads that share their keys, scores are
// products along keys' channels as they lie in memory, and values are read where they are.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Kernels/RegisterTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <limits>

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kH, kQ, kS, kD, kE };

constexpr float kInf = std::numeric_limits<float>::infinity();

/// A vector of row s, from a column on.
using TileVector = function_ref<Value(Value s, Value column)>;

struct Generator {
  ssm::AttentionOp op;
  KernelBuilder &k;
  View query, key, value, mask, position, y;
  int64_t d = 0, e = 0, columns = 0;
  int64_t heads = 0;             ///< that are the rows of a tile; 0: rows are queries
  int64_t tileQueries, tileKeys; ///< rows and columns of a tile of scores
  int64_t queryRows;             ///< of stack tiles with a row for each row of scores
  Value zero, queries, keys;
  /// Of a tile of queries: scores of a tile of keys, then their weights; the largest score and the sum of weights up to here;
  /// the sum of values.
  Value scores, top, sum, out;

  Generator(ssm::AttentionOp op, KernelBuilder &k)
      : op(op), k(k), query(viewOf(op, op.getQueryMutable())), key(viewOf(op, op.getKeyMutable())),
        value(viewOf(op, op.getValueMutable())), mask(viewOf(op, op.getMaskMutable())),
        position(viewOf(op, op.getPositionMutable())), y(viewOf(op, op.getOutsMutable())),
        tileQueries(k.sizes.attentionQueries), tileKeys(k.sizes.attentionKeys) {}

  LogicalResult run();
  int64_t headsOfTile(ArrayRef<int64_t> sizes);
  void tile(Value b, Value h, Value q0);
  Value maskLanes(SmallVector<Value> axes, Value count);
  void weigh(Value i, Value visible, function_ref<SmallVector<Value>(Value)> axesOf);
  void product(Value rows, Value steps, Value left, TileVector right, Value out, bool accumulate);
  void scoresOfHeads(ArrayRef<Value> axes, Value count, Value qs, Value scores);
};

/// How many heads share their keys and values, where there is one query and these lie in memory row by row; else 0.
int64_t Generator::headsOfTile(ArrayRef<int64_t> sizes) {
  int64_t group = op.getGroupSize(op.getKeyMutable().getOperandNumber(), kH);
  bool shared = group == op.getGroupSize(op.getValueMutable().getOperandNumber(), kH);
  return sizes[kQ] == 1 && shared && key.contiguousAlong(kD) && value.contiguousAlong(kE) ? group : 0;
}

LogicalResult Generator::run() {
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  d = sizes[kD], e = sizes[kE];
  if (ShapedType::isDynamic(d) || ShapedType::isDynamic(e))
    return op.emitError("no kernel for heads whose size is not known; make it static");
  columns = llvm::alignTo(e, k.width);
  zero = k.index(0);
  queries = k.size(query, kQ), keys = k.size(key, kS);
  heads = headsOfTile(sizes);
  if (heads)
    tileQueries = heads;
  queryRows = paddedRows(k, tileQueries);
  Value count = k.size(query, kH);
  if (heads)
    k.parallel({k.size(query, kB), k.div(count, heads)},
               [&](ValueRange ids) { tile(ids[0], k.mul(ids[1], heads), zero); });
  else
    k.parallel({k.size(query, kB), count, k.ceilDiv(queries, tileQueries)},
               [&](ValueRange ids) { tile(ids[0], ids[1], k.mul(ids[2], tileQueries)); });
  return success();
}

/// out = left * right, or out += left * right, for the rows of static stack tiles; rows of out beyond the last one may
/// be written too.
void Generator::product(Value rows, Value steps, Value left, TileVector right, Value out, bool accumulate) {
  int64_t vectors = cast<MemRefType>(out.getType()).getDimSize(1) / k.width;
  forPieces(k, vectors, tileVectors(k, vectors), [&](Value firstVector, int64_t count) {
    Value column = k.mul(firstVector, k.width);
    int64_t height = tileRows(k, count);
    if (heads) // no more than there are
      height = llvm::divideCeil(heads, llvm::divideCeil(heads, height));
    k.loop(zero, rows, height, [&](Value i) {
      auto at = [&](int64_t r, int64_t v) {
        return SmallVector<Value>{k.add(i, r), k.add(column, v * k.width)};
      };
      SmallVector<Value> sums;
      for (int64_t r = 0; r < height; ++r)
        for (int64_t v = 0; v < count; ++v)
          sums.push_back(accumulate ? k.loadVector(out, at(r, v)) : k.splat(0.f));
      sums = tileProduct(
          k, height, count, steps, sums, [&](Value s, int64_t r) { return k.load(left, {k.add(i, r), s}); },
          [&](Value s, int64_t v) { return right(s, k.add(column, v * k.width)); });
      for (int64_t r = 0; r < height; ++r)
        for (int64_t v = 0; v < count; ++v)
          k.storeVector(sums[r * count + v], out, at(r, v));
    });
  });
}

/// scores[i, j] = qs[i] * key j from axes[kS] on, for `count` keys. Vectors of scores end behind the last key, whose place
/// these lanes take.
void Generator::scoresOfHeads(ArrayRef<Value> axes, Value count, Value qs, Value scores) {
  Value last = k.sub(count, k.index(1));
  k.loop(zero, count, k.width, [&](Value j) {
    SmallVector<SmallVector<Value>> rows;
    for (int64_t lane = 0; lane < k.width; ++lane) {
      rows.emplace_back(axes);
      rows.back()[kS] = k.add(axes[kS], k.min(k.add(j, lane), last));
    }
    k.loop(k.index(heads), [&](Value i) {
      SmallVector<Value> sums(k.width, k.splat(0.f));
      auto addChannels = [&](Value c, Value lanes, MutableArrayRef<Value> sums) {
        Value q = k.loadVector(qs, {i, c});
        for (auto [row, sum] : llvm::zip(rows, sums)) {
          row[kD] = c;
          sum = k.fma(q, k.loadLanes(key, row, kD, lanes), sum);
        }
      };
      int64_t whole = d / k.width * k.width;
      sums = k.loop(zero, k.index(whole), k.width, sums, [&](Value c, ValueRange carried) {
        SmallVector<Value> next(carried);
        addChannels(c, Value(), next);
        return next;
      });
      if (whole < d)
        addChannels(k.index(whole), k.index(d - whole), sums);
      k.storeVector(k.sums(sums), scores, {i, j});
    });
  });
}

/// What is added to the scores of `count` keys from axes[kS] on.
Value Generator::maskLanes(SmallVector<Value> axes, Value count) {
  if (!mask.elementType().isInteger(1))
    return k.loadLanes(mask, axes, kS, count);
  // Bits lie in bytes, so lane by lane.
  Value lanes = k.stackTile({k.width}), first = axes[kS];
  k.storeVector(k.splat(0.f), lanes, {zero});
  k.loop(count, [&](Value j) {
    axes[kS] = k.add(first, j);
    Value seen = memref::LoadOp::create(k.b, k.loc, mask.memref, k.at(mask, axes));
    k.store(arith::SelectOp::create(k.b, k.loc, seen, k.f32(0.f), k.f32(-kInf)),
            lanes, {j});
  });
  return k.loadVector(lanes, {zero});
}

/// Row i's scores become weights: exp(score - the largest one up to here), for the first `visible` keys (null: for all of
/// them). Where the largest one is new, what was summed up before is brought to it.
void Generator::weigh(Value i, Value visible, function_ref<SmallVector<Value>(Value)> axesOf) {
  Value none = k.splat(-kInf);
  SmallVector<Value> best = k.loop(zero, k.index(tileKeys), k.width, ValueRange{none}, [&](Value j, ValueRange carried) {
    Value v = k.loadVector(scores, {i, j});
    Value left = visible ? k.max(zero, k.min(k.sub(visible, j), k.index(k.width))) : k.index(k.width);
    if (mask)
      v = k.fadd(v, maskLanes(axesOf(j), left));
    if (visible)
      v = arith::SelectOp::create(k.b, k.loc, k.mask(left), v, none);
    if (mask || visible)
      k.storeVector(v, scores, {i, j});
    return SmallVector<Value>{k.fmax(carried[0], v)};
  });
  auto differ = [&](Value x, Value y) {
    return arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UNE, x, y).getResult();
  };
  Value old = k.load(top, {zero, i}), now = k.fmax(k.maximum(best[0]), old);
  // Where nothing is seen yet the scores are -inf less 0.
  Value base = arith::SelectOp::create(k.b, k.loc, differ(now, k.f32(-kInf)), now, k.f32(0.f));
  k.ifThen(differ(now, old), [&] {
    Value fade = k.exp(k.fsub(old, base)), fadeLanes = k.splat(fade);
    k.store(now, top, {zero, i});
    k.store(k.fmul(k.load(sum, {zero, i}), fade), sum, {zero, i});
    k.loop(zero, k.index(columns), k.width,
           [&](Value c) { k.storeVector(k.fmul(fadeLanes, k.loadVector(out, {i, c})), out, {i, c}); });
  });
  Value baseLanes = k.splat(base);
  SmallVector<Value> total =
      k.loop(zero, k.index(tileKeys), k.width, ValueRange{k.splat(0.f)}, [&](Value j, ValueRange carried) {
        Value p = k.exp(k.fsub(k.loadVector(scores, {i, j}), baseLanes));
        k.storeVector(p, scores, {i, j});
        return SmallVector<Value>{k.fadd(carried[0], p)};
      });
  k.store(k.fadd(k.load(sum, {zero, i}), k.sum(total[0])), sum, {zero, i});
}

void Generator::tile(Value b, Value h, Value q0) {
  Value rows = heads ? k.index(heads) : k.min(k.sub(queries, q0), k.index(tileQueries));
  auto axes = [&](Value q, Value s) { return SmallVector<Value>{b, h, q, s, zero, zero}; };
  auto rowAxes = [&](Value i, Value s) {
    return heads ? SmallVector<Value>{b, k.add(h, i), zero, s, zero, zero} : axes(k.add(q0, i), s);
  };
  unsigned rowAxis = heads ? kH : kQ;
  Value qs = k.stackTile({queryRows, static_cast<int64_t>(llvm::alignTo(d, k.width))});
  Value kT, vs;
  out = k.stackTile({queryRows, columns});
  if (!heads)
    kT = k.stackTile({d, tileKeys}), vs = k.stackTile({tileKeys, columns});
  scores = k.stackTile({queryRows, tileKeys}), top = k.stackTile({1, queryRows}), sum = k.stackTile({1, queryRows});
  k.zeroTile(qs);
  k.zeroTile(out);
  k.zeroTile(sum);
  k.loop(zero, k.index(queryRows), k.width, [&](Value i) { k.storeVector(k.splat(-kInf), top, {zero, i}); });
  k.loadTile(query, {axes(q0, zero), rowAxis, kD, rows, k.index(d)}, qs);
  Value scale = k.splat(op.getScale().convertToFloat());
  k.loop(rows, [&](Value i) {
    k.loop(zero, k.index(d), k.width, [&](Value c) { k.storeVector(k.fmul(k.loadVector(qs, {i, c}), scale), qs, {i, c}); });
  });

  // Query i sees the keys below i + shift. Those behind the last query's may be room for more: they are not read.
  Value before = k.sub(keys, queries), end = keys;
  if (position) {
    before = memref::LoadOp::create(k.b, k.loc, position.memref, k.at(position, axes(zero, zero)));
    before = arith::IndexCastOp::create(k.b, k.loc, k.b.getIndexType(), before);
  }
  Value shift = k.add(before, 1);
  Value seenByAll = keys;
  if (op.getCausal()) {
    seenByAll = k.min(keys, k.add(q0, shift));
    end = k.max(zero, k.min(keys, k.add(heads ? zero : k.add(q0, k.sub(rows, k.index(1))), shift)));
  }
  k.loop(zero, end, tileKeys, [&](Value s0) {
    Value count = k.min(k.sub(end, s0), k.index(tileKeys));
    if (heads) {
      scoresOfHeads(axes(zero, s0), count, qs, scores);
    } else {
      k.loadTile(key, {axes(q0, s0), kD, kS, k.index(d), count}, kT);
      k.loadTile(value, {axes(q0, s0), kS, kE, count, k.index(e)}, vs);
      product(rows, k.index(d), qs, [&](Value s, Value c) { return k.loadVector(kT, {s, c}); }, scores,
              /*accumulate=*/false);
    }
    auto weighRows = [&](bool all) {
      k.loop(rows, [&](Value i) {
        Value visible = all ? Value() : count;
        if (op.getCausal() && !all)
          visible = k.max(zero, k.min(count, k.sub(k.add(rowAxes(i, s0)[kQ], shift), s0)));
        weigh(i, visible, [&](Value j) { return rowAxes(i, k.add(s0, j)); });
      });
    };
    // In most tiles all queries see all keys.
    k.ifThen(k.less(seenByAll, k.add(s0, tileKeys)), [&] { weighRows(false); }, [&] { weighRows(true); });
    auto valueVector = [&](Value s, Value c) {
      if (!heads)
        return k.loadVector(vs, {s, c});
      SmallVector<Value> at = axes(zero, k.add(s0, s));
      at[kE] = c;
      return k.loadLanes(value, at, kE, columns == e ? Value() : k.min(k.sub(k.index(e), c), k.index(k.width)));
    };
    product(rows, count, scores, valueVector, out, /*accumulate=*/true);
  });

  k.loop(rows, [&](Value i) {
    Value total = k.load(sum, {zero, i});
    Value any = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::UNE, total, k.f32(0.f));
    Value factor = k.splat(arith::SelectOp::create(k.b, k.loc, any, k.fdiv(k.f32(1.f), total), k.f32(0.f)).getResult());
    k.loop(zero, k.index(columns), k.width,
           [&](Value c) { k.storeVector(k.fmul(factor, k.loadVector(out, {i, c})), out, {i, c}); });
  });
  k.storeTile(out, y, {axes(q0, zero), rowAxis, kE, rows, k.index(e)});
}

} // namespace

LogicalResult expandAttention(ssm::AttentionOp op, KernelBuilder &k) { return Generator(op, k).run(); }

} // namespace mambac::cpu
