//===- SSDStepKernel.cpp - ssm.ssd of one step --------------------------------------------------------------------------===//
//
// Decoding: the state is read, updated and written once, in its own layout, with lanes along n. Batches and heads in
// parallel. SSDKernel.cpp calls this where the length is 1 and n runs innermost in the states.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/SSDStepKernel.h"

using namespace mlir;

namespace mambac::cpu {

namespace {
enum Axis { kB, kL, kH, kP, kN };
} // namespace

bool hasSSDStep(ssm::SSDOp op) {
  View initial = viewOf(op, op.getInitialStateMutable()), final = viewOf(op, op.getOutsMutable(), 1);
  return op.getStaticAxisSizes()[kL] == 1 && (!initial || initial.contiguousAlong(kN)) &&
         (!final || final.contiguousAlong(kN));
}

void expandSSDStep(ssm::SSDOp op, KernelBuilder &k) {
  View x = viewOf(op, op.getXMutable()), dt = viewOf(op, op.getDtMutable()), A = viewOf(op, op.getAMutable()),
       B = viewOf(op, op.getBMutable()), C = viewOf(op, op.getCMutable()), D = viewOf(op, op.getDMutable()),
       z = viewOf(op, op.getZMutable()), bias = viewOf(op, op.getDtBiasMutable()),
       initial = viewOf(op, op.getInitialStateMutable()), y = viewOf(op, op.getOutsMutable()),
       final = viewOf(op, op.getOutsMutable(), 1);
  SmallVector<int64_t> sizes = op.getStaticAxisSizes();
  int64_t N = sizes[kN], vectors = llvm::divideCeil(N, k.width);
  Value zero = k.index(0);

  k.parallel({k.size(x, kB), k.size(x, kH)}, [&](ValueRange ids) {
    auto axes = [&](Value p, Value n) { return SmallVector<Value>{ids[0], zero, ids[1], p, n}; };
    SmallVector<Value> origin = axes(zero, zero);
    Value step = dt ? k.load(dt, origin) : Value(), logDecay = k.load(A, origin);
    if (bias)
      step = k.fadd(step, k.load(bias, origin));
    if (op.getSoftplus())
      step = k.softplus(step);
    if (step) {
      step = k.clamp(step, op.getDtMinAttr(), op.getDtMaxAttr());
      logDecay = k.fmul(step, logDecay);
    }
    Value decay = k.splat(k.exp(logDecay));

    // B and C in f32, once for all p.
    int64_t columns = vectors * k.width;
    Value bTile = k.stackTile({1, columns}), cTile = k.stackTile({1, columns});
    Region row{origin, kP, kN, k.index(1), k.index(N)};
    k.loadTile(B, row, bTile);
    k.loadTile(C, row, cTile);
    auto rows = [&](bool pastCaches) {
      k.loop(k.size(x, kP), [&](Value p) {
        SmallVector<Value> at = axes(p, zero);
        Value xp = k.load(x, at), in = k.splat(step ? k.fmul(step, xp) : xp), sum = k.splat(0.f);
        for (int64_t v = 0; v < vectors; ++v) {
          SmallVector<Value> atN = axes(p, k.index(v * k.width));
          int64_t left = N - v * k.width;
          Value mask = left < k.width ? k.mask(k.index(left)) : Value();
          Value s = k.fmul(in, k.loadVector(bTile, {zero, atN[kN]}));
          if (initial)
            s = k.fma(decay, k.loadVector(initial.memref, k.at(initial, atN), mask), s);
          if (final)
            k.storeVector(s, final.memref, k.at(final, atN), mask, pastCaches);
          sum = k.fma(s, k.loadVector(cTile, {zero, atN[kN]}), sum);
        }
        Value out = k.sum(sum);
        if (D)
          out = k.fma(k.load(D, at), xp, out);
        if (z)
          out = k.fmul(out, k.silu(k.load(z, at)));
        k.store(out, y, at);
      });
    };
    k.storingPastCaches(final, op->hasAttr(kStreamedAttr), rows);
  });
}

} // namespace mambac::cpu
