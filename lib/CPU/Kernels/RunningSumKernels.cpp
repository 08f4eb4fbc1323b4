//===- RunningSumKernels.cpp - ssm.cumsum, ssm.segsum, ssm.scan, ssm.einsum --------------------------------------------------------===//
//
// What is left of these ops after raising and scheduling: plain loops, in parallel over all axes but the running or
// summed ones. Lanes are along the innermost axis of the result where that is not the running one. Speed is not their
// point; that every op has code is.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;

namespace mambac::cpu {
namespace {

/// The sizes of all axes but some, and the indices of all from those of the others.
struct OuterAxes {
  SmallVector<unsigned> axes;
  SmallVector<Value> sizes;

  void run(KernelBuilder &k, unsigned numAxes, function_ref<void(SmallVector<Value>)> body) {
    SmallVector<Value> all = sizes;
    if (all.empty())
      all.push_back(k.index(1));
    k.parallel(all, [&](ValueRange ids) {
      SmallVector<Value> at(numAxes, k.index(0));
      for (auto [axis, id] : llvm::zip_first(axes, ids))
        at[axis] = id;
      body(at);
    });
  }
};

/// Runs body over blocks of lanes of an axis of this size: body(first, lanes or null).
void forLanes(KernelBuilder &k, Value size, function_ref<void(Value, Value)> body) {
  Value full = k.roundDown(size, k.width);
  k.loop(k.index(0), full, k.width, [&](Value first) { body(first, Value()); });
  k.ifThen(k.less(full, size), [&] { body(full, k.sub(size, full)); });
}

void storeLanes(KernelBuilder &k, Value v, const View &view, SmallVector<Value> axes, unsigned laneAxis, Value lanes) {
  if (view.contiguousAlong(laneAxis)) {
    k.storeVector(v, view.memref, k.at(view, axes), lanes ? k.mask(lanes) : Value());
    return;
  }
  Value tile = k.stackTile({k.width}), first = axes[laneAxis];
  k.storeVector(v, tile, {k.index(0)});
  k.loop(lanes ? lanes : k.index(k.width), [&](Value lane) {
    axes[laneAxis] = k.add(first, lane);
    k.store(k.load(tile, {lane}), view, axes);
  });
}

View identityView(Value memref) {
  return {memref, AffineMap::getMultiDimIdentityMap(cast<MemRefType>(memref.getType()).getRank(), memref.getContext())};
}

} // namespace

/// log(exp(s) + exp(x)), as the definition of ssm.cumsum has it.
Value logAdd(KernelBuilder &k, Value s, Value x) {
  Value larger = arith::MaximumFOp::create(k.b, k.loc, s, x), smaller = arith::MinimumFOp::create(k.b, k.loc, s, x);
  Value equal = arith::CmpFOp::create(k.b, k.loc, arith::CmpFPredicate::OEQ, s, x);
  Value none = arith::ConstantOp::create(k.b, k.loc, k.b.getZeroAttr(s.getType()));
  Value distance =
      arith::SelectOp::create(k.b, k.loc, equal, none, arith::SubFOp::create(k.b, k.loc, smaller, larger));
  Value rest = math::Log1pOp::create(k.b, k.loc, math::ExpOp::create(k.b, k.loc, distance));
  return k.fadd(larger, rest);
}

LogicalResult expandCumsum(ssm::CumsumOp op, KernelBuilder &k) {
  View x = identityView(op.getX()), y = identityView(op.getY());
  unsigned rank = x.type().getRank(), dim = op.getDim();
  Value length = k.dim(x.memref, dim), zero = k.index(0);
  bool floats = isa<FloatType>(x.elementType());
  Type yType = y.elementType();
  bool lanes = floats && dim + 1 != rank && x.contiguousAlong(rank - 1) && y.contiguousAlong(rank - 1);

  OuterAxes outer;
  for (unsigned d = 0; d < rank; ++d) {
    if (d == dim || (lanes && d + 1 == rank))
      continue;
    outer.axes.push_back(d);
    outer.sizes.push_back(k.dim(x.memref, d));
  }
  float start = op.getLog() ? -std::numeric_limits<float>::infinity() : 0.f;
  // load(t) and store(t) at the place of step t.
  auto running = [&](Value init, function_ref<Value(Value)> load, function_ref<void(Value, Value)> store) {
    k.loop(zero, length, 1, ValueRange{init}, [&](Value step, ValueRange sum) -> SmallVector<Value> {
      Value t = op.getReverse() ? k.sub(k.sub(length, k.index(1)), step) : step, v = load(t);
      Value next = isa<IntegerType>(getElementTypeOrSelf(v.getType()))
                       ? Value(arith::AddIOp::create(k.b, k.loc, sum[0], v))
                   : op.getLog() ? logAdd(k, sum[0], v)
                                 : k.fadd(sum[0], v);
      store(t, op.getExclusive() ? Value(sum[0]) : next);
      return {next};
    });
  };
  outer.run(k, rank, [&](SmallVector<Value> at) {
    auto with = [&](Value t) {
      SmallVector<Value> there = at;
      there[dim] = t;
      return there;
    };
    if (lanes) {
      forLanes(k, k.dim(x.memref, rank - 1), [&](Value first, Value count) {
        at[rank - 1] = first;
        Value mask = count ? k.mask(count) : Value();
        running(
            k.splat(start), [&](Value t) { return k.loadVector(x.memref, with(t), mask); },
            [&](Value t, Value v) { k.storeVector(v, y.memref, with(t), mask); });
      });
    } else if (floats) {
      running(
          k.f32(start), [&](Value t) { return k.load(x.memref, with(t)); },
          [&](Value t, Value v) { k.store(v, y.memref, with(t)); });
    } else {
      auto load = [&](Value t) -> Value {
        Value v = memref::LoadOp::create(k.b, k.loc, x.memref, with(t));
        unsigned from = v.getType().getIntOrFloatBitWidth(), to = yType.getIntOrFloatBitWidth();
        if (from == to)
          return v;
        if (from > to)
          return arith::TruncIOp::create(k.b, k.loc, yType, v);
        if (from == 1)
          return arith::ExtUIOp::create(k.b, k.loc, yType, v);
        return arith::ExtSIOp::create(k.b, k.loc, yType, v);
      };
      Value none = arith::ConstantOp::create(k.b, k.loc, k.b.getIntegerAttr(yType, 0));
      running(none, load, [&](Value t, Value v) { memref::StoreOp::create(k.b, k.loc, v, y.memref, with(t)); });
    }
  });
  return success();
}

LogicalResult expandSegsum(ssm::SegsumOp op, KernelBuilder &k) {
  Value a = op.getA(), s = op.getY();
  unsigned rank = cast<MemRefType>(a.getType()).getRank(), dim = op.getDim();
  Value length = k.dim(a, dim);
  OuterAxes outer;
  for (unsigned d = 0; d < rank; ++d) {
    if (d == dim)
      continue;
    outer.axes.push_back(d);
    outer.sizes.push_back(k.dim(a, d));
  }
  outer.run(k, rank, [&](SmallVector<Value> at) {
    auto place = [&](Value i, Value j) {
      SmallVector<Value> there = at;
      there[dim] = i;
      there.push_back(j);
      return there;
    };
    k.loop(length, [&](Value j) {
      k.loop(j, [&](Value i) { k.store(k.f32(-std::numeric_limits<float>::infinity()), s, place(i, j)); });
      k.store(k.f32(0.f), s, place(j, j));
      k.loop(k.add(j, 1), length, 1, ValueRange{k.f32(0.f)}, [&](Value i, ValueRange sum) -> SmallVector<Value> {
        SmallVector<Value> there = at;
        there[dim] = i;
        Value next = k.fadd(sum[0], k.load(a, there));
        k.store(next, s, place(i, j));
        return {next};
      });
    });
  });
  return success();
}

LogicalResult expandScan(ssm::ScanOp op, KernelBuilder &k) {
  View a = viewOf(op, op.getAMutable()), aImag = viewOf(op, op.getAImagMutable());
  // One part, or the real and the imaginary one.
  unsigned parts = op.getNumParts();
  View inputs[] = {viewOf(op, op.getBMutable()), viewOf(op, op.getBImagMutable())};
  View inits[] = {viewOf(op, op.getInitMutable()), viewOf(op, op.getInitImagMutable())};
  SmallVector<View> states, finals;
  for (unsigned part = 0; part < parts; ++part) {
    states.push_back(viewOf(op, op.getOutsMutable(), part));
    finals.push_back(viewOf(op, op.getOutsMutable(), parts + part));
  }
  const View &h = states[0];
  unsigned numAxes = op.getNumAxes(), axis = op.getAxis();
  Value zero = k.index(0), length = k.size(h, axis);
  std::optional<unsigned> lane;
  for (unsigned i = 0; i < numAxes; ++i)
    if (i != axis && h.contiguousAlong(i))
      lane = i;

  OuterAxes outer;
  for (unsigned i = 0; i < numAxes; ++i) {
    if (i == axis || (lane && i == *lane))
      continue;
    outer.axes.push_back(i);
    outer.sizes.push_back(k.size(h, i));
  }
  outer.run(k, numAxes, [&](SmallVector<Value> at) {
    auto with = [&](Value t) {
      SmallVector<Value> there = at;
      there[axis] = t;
      return there;
    };
    auto running = [&](function_ref<Value(const View &)> start, function_ref<Value(const View &, Value)> load,
                       function_ref<void(Value, const View &, Value)> store) {
      SmallVector<Value> first;
      for (unsigned part = 0; part < parts; ++part)
        first.push_back(start(inits[part]));
      SmallVector<Value> last = k.loop(zero, length, 1, first, [&](Value step, ValueRange state) {
        Value t = op.getReverse() ? k.sub(k.sub(length, k.index(1)), step) : step, decay = load(a, t);
        SmallVector<Value> next;
        for (unsigned part = 0; part < parts; ++part) {
          Value sum = inputs[part] ? k.fma(decay, state[part], load(inputs[part], t)) : k.fmul(decay, state[part]);
          if (aImag) {
            Value cross = load(aImag, t);
            sum = k.fma(part ? cross : Value(arith::NegFOp::create(k.b, k.loc, cross)), state[1 - part], sum);
          }
          next.push_back(sum);
        }
        for (unsigned part = 0; part < parts; ++part)
          store(next[part], states[part], t);
        return next;
      });
      for (unsigned part = 0; part < parts; ++part)
        if (finals[part])
          store(last[part], finals[part], zero);
    };
    if (!lane) {
      running(
          [&](const View &v) { return v ? k.load(v, with(zero)) : k.f32(0.f); },
          [&](const View &v, Value t) { return k.load(v, with(t)); },
          [&](Value x, const View &v, Value t) { k.store(x, v, with(t)); });
      return;
    }
    forLanes(k, k.size(h, *lane), [&](Value first, Value lanes) {
      at[*lane] = first;
      running(
          [&](const View &v) { return v ? k.loadLanes(v, with(zero), *lane, lanes) : k.splat(0.f); },
          [&](const View &v, Value t) { return k.loadLanes(v, with(t), *lane, lanes); },
          [&](Value x, const View &v, Value t) { storeLanes(k, x, v, with(t), *lane, lanes); });
    });
  });
  return success();
}

LogicalResult expandEinsum(ssm::EinsumOp op, KernelBuilder &k) {
  SmallVector<View> inputs;
  for (unsigned i = 0; i < op.getInputs().size(); ++i)
    inputs.push_back(viewOf(op, op.getInputsMutable(), i));
  View y = viewOf(op, op.getOutsMutable());
  unsigned numAxes = op.getNumAxes();
  auto size = [&](unsigned axis) {
    for (const View &v : inputs)
      if (v.has(axis))
        return k.size(v, axis);
    return k.size(y, axis);
  };
  std::optional<unsigned> lane;
  SmallVector<unsigned> summed;
  OuterAxes outer;
  for (unsigned i = 0; i < numAxes; ++i)
    if (y.contiguousAlong(i))
      lane = i;
  for (unsigned i = 0; i < numAxes; ++i) {
    if (!y.has(i)) {
      summed.push_back(i);
    } else if (!lane || i != *lane) {
      outer.axes.push_back(i);
      outer.sizes.push_back(size(i));
    }
  }
  outer.run(k, numAxes, [&](SmallVector<Value> at) {
    // The sum over all summed axes, innermost last.
    auto total = [&](Value none, function_ref<Value(const View &)> load) {
      std::function<Value(unsigned, Value)> nest = [&](unsigned n, Value sum) -> Value {
        if (n < summed.size())
          return k.loop(k.index(0), size(summed[n]), 1, ValueRange{sum}, [&](Value i, ValueRange carried) {
            at[summed[n]] = i;
            return SmallVector<Value>{nest(n + 1, carried[0])};
          })[0];
        Value product = load(inputs.front());
        if (inputs.size() == 1)
          return k.fadd(sum, product);
        for (const View &v : ArrayRef(inputs).drop_front().drop_back())
          product = k.fmul(product, load(v));
        return k.fma(product, load(inputs.back()), sum);
      };
      return nest(0, none);
    };
    if (!lane) {
      k.store(total(k.f32(0.f), [&](const View &v) { return k.load(v, at); }), y, at);
      return;
    }
    forLanes(k, size(*lane), [&](Value first, Value lanes) {
      at[*lane] = first;
      Value v = total(k.splat(0.f), [&](const View &view) { return k.loadLanes(view, at, *lane, lanes); });
      storeLanes(k, v, y, at, *lane, lanes);
    });
  });
  return success();
}

} // namespace mambac::cpu
