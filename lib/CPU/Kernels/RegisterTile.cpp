//===- RegisterTile.cpp - Small matrix products in registers ------------------------------------------------------===//
#include "lib/CPU/Kernels/RegisterTile.h"

using namespace mlir;

namespace mambac::cpu {

SmallVector<Value> sumInChains(KernelBuilder &k, ValueRange acc, Value steps, TileStep step) {
  int64_t count = acc.size(), chains = 1;
  while (count * chains < 8)
    chains *= 2;
  SmallVector<Value> sums = llvm::to_vector(acc);
  for (int64_t i = count; i < count * chains; ++i)
    sums.push_back(k.splat(0.f));
  Value whole = k.roundDown(steps, chains);
  sums = k.loop(k.index(0), whole, chains, sums, [&](Value s, ValueRange carried) {
    SmallVector<Value> next = llvm::to_vector(carried);
    for (int64_t c = 0; c < chains; ++c)
      step(k.add(s, c), MutableArrayRef(next).slice(c * count, count));
    return next;
  });
  for (int64_t stride = chains / 2; stride >= 1; stride /= 2)
    for (int64_t i = 0; i < count * stride; ++i)
      sums[i] = k.fadd(sums[i], sums[i + count * stride]);
  sums.resize(count);
  if (chains > 1)
    sums = k.loop(whole, steps, 1, sums, [&](Value s, ValueRange carried) {
      SmallVector<Value> next = llvm::to_vector(carried);
      step(s, next);
      return next;
    });
  return sums;
}

SmallVector<Value> tileProduct(KernelBuilder &k, int64_t rows, int64_t vectors, Value steps, ValueRange acc,
                               TileOperand a, TileOperand b) {
  return sumInChains(k, acc, steps, [&](Value s, MutableArrayRef<Value> sums) {
    SmallVector<Value> columns;
    for (int64_t v = 0; v < vectors; ++v)
      columns.push_back(b(s, v));
    for (int64_t r = 0; r < rows; ++r) {
      Value x = k.splat(a(s, r));
      for (int64_t v = 0; v < vectors; ++v)
        sums[r * vectors + v] = k.fma(x, columns[v], sums[r * vectors + v]);
    }
  });
}

void forPieces(KernelBuilder &k, int64_t total, int64_t size, function_ref<void(Value, int64_t)> body) {
  int64_t whole = total / size * size;
  k.loop(k.index(0), k.index(whole), size, [&](Value start) { body(start, size); });
  if (whole < total)
    body(k.index(whole), total - whole);
}

} // namespace mambac::cpu
