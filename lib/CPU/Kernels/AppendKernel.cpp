//===- AppendKernel.cpp - ssm.append ----------------------------------------------------------------------------------===//
//
// Copies the new rows to their places in the cache, whose other rows it does not touch. Batches, heads and blocks of new rows
// run in parallel: each row has a place of its own.
//
//===------------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

enum Axis { kB, kH, kS, kL, kD };

/// Rows and channels that pass through the stack at a time.
constexpr int64_t kRows = 32, kChannels = 128;

} // namespace

LogicalResult expandAppend(ssm::AppendOp op, KernelBuilder &k) {
  View rows = viewOf(op, op.getRowsMutable()), position = viewOf(op, op.getPositionMutable()),
       cache = viewOf(op, op.getOutsMutable());
  Value zero = k.index(0), length = k.size(rows, kL), capacity = k.size(cache, kS), channels = k.size(rows, kD);
  int64_t lanes = kChannels;
  if (std::optional<int64_t> known = getConstantIntValue(channels))
    lanes = std::min(lanes, static_cast<int64_t>(llvm::alignTo(*known, k.width)));
  k.parallel({k.size(rows, kB), k.size(rows, kH), k.ceilDiv(length, kRows)}, [&](ValueRange ids) {
    Value b = ids[0], h = ids[1], block = k.mul(ids[2], kRows);
    Value at = memref::LoadOp::create(k.b, k.loc, position.memref, k.at(position, {b, h, zero, zero, zero}));
    at = arith::IndexCastOp::create(k.b, k.loc, k.b.getIndexType(), at);
    // Of the block's rows, those that have a place: 0 <= at + row < capacity.
    Value first = k.max(block, k.sub(zero, at));
    Value end = k.min(k.min(length, k.add(block, kRows)), k.sub(capacity, at));
    Value count = k.max(zero, k.sub(end, first));
    Value tile = k.stackTile({kRows, lanes});
    k.loop(zero, channels, lanes, [&](Value d) {
      Value width = k.min(k.sub(channels, d), k.index(lanes));
      k.loadTile(rows, {{b, h, zero, first, d}, kL, kD, count, width}, tile);
      k.storeTile(tile, cache, {{b, h, k.add(at, first), zero, d}, kS, kD, count, width});
    });
  });
  return success();
}

} // namespace mambac::cpu
