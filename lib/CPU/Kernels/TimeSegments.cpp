//===- TimeSegments.cpp - Recurrences in parallel over time ---------------------------------------------------------===//
#include "lib/CPU/Kernels/TimeSegments.h"
#include "lib/CPU/Kernels/Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace mambac::cpu {

TimeSegments::TimeSegments(KernelBuilder &k, Value items, int64_t leastItems, Value length, int64_t granule,
                           int64_t leastSteps)
    : k(k), length(length) {
  // Two segments are not worth it: their second run waits for the first.
  int64_t cores = k.target.cores;
  if (cores / std::max<int64_t>(leastItems, 1) < 2)
    return;
  auto divideUp = [&](Value x, Value y) { return k.div(k.sub(k.add(x, y), k.index(1)), y); };
  Value most = k.add(k.div(k.index(cores), k.max(items, k.index(1))), 1);
  Value wanted = k.min(most, k.div(length, leastSteps));
  wanted = k.b.createOrFold<arith::SelectOp>(k.loc, k.less(wanted, k.index(3)), k.index(1), wanted);
  steps = k.max(k.roundUp(divideUp(length, wanted), granule), k.index(granule));
  count = k.max(divideUp(length, steps), k.index(1));
  if (isConstant(count, 1))
    count = steps = Value();
}

Value TimeSegments::carries(ArrayRef<int64_t> shape) {
  if (!cut())
    return {};
  // One for each item and segment but the last: at most as many as there are cores.
  SmallVector<int64_t> all{k.target.cores};
  llvm::append_range(all, shape);
  return memref::AllocOp::create(k.b, k.loc, MemRefType::get(all, k.b.getF32Type()), ValueRange(),
                                 k.b.getI64IntegerAttr(64));
}

void TimeSegments::run(Value first, Value second, function_ref<void(const Segment &)> body) {
  Value zero = k.index(0);
  if (!cut())
    return k.parallel({first, second}, [&](ValueRange ids) {
      body({llvm::to_vector(ids), zero, length, zero, zero, zero});
    });
  Value kept = k.max(k.sub(count, k.index(1)), k.index(1));
  k.loop(k.min(count, k.index(2)), [&](Value phase) {
    k.parallel({first, second, kept}, [&](ValueRange ids) {
      Value number = k.add(ids[2], phase), begin = k.mul(number, steps);
      Value item = k.add(k.mul(ids[0], second), ids[1]);
      body({{ids[0], ids[1]}, begin, k.min(k.add(begin, steps), length), number, phase, k.mul(item, kept)});
    });
  });
}

Value TimeSegments::isLastRun(const Segment &segment) {
  if (!cut())
    return {};
  return k.equal(k.mul(segment.number, k.sub(k.index(1), segment.phase)), k.index(0));
}

void TimeSegments::start(const Segment &segment, function_ref<void()> initial, function_ref<void()> zero,
                         function_ref<void(Value)> follow) {
  if (!cut())
    return initial();
  k.ifThen(k.equal(segment.number, k.index(0)), initial, [&] {
    zero();
    Value before = k.mul(segment.phase, segment.number); // none in the first run
    k.loop(before, [&](Value j) { follow(k.add(segment.firstCarry, j)); });
  });
}

void TimeSegments::finish(const Segment &segment, function_ref<void(Value, Value)> keep, function_ref<void()> finish) {
  if (!cut())
    return finish();
  Value last = k.sub(count, k.index(1));
  k.ifThen(k.logicalAnd(k.equal(segment.phase, k.index(0)), k.less(segment.number, last)), [&] {
    Value times = arith::SelectOp::create(k.b, k.loc, k.equal(segment.number, k.index(0)), k.f32(0.f), k.f32(1.f));
    keep(k.add(segment.firstCarry, segment.number), times);
  });
  k.ifThen(k.equal(segment.number, last), finish);
}

} // namespace mambac::cpu
