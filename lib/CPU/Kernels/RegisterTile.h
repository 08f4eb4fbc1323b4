//===- RegisterTile.h - Small matrix products in registers ---------------------------------------------*- C++ -*-===//
//
// The core of every product: rows x vectors of accumulators stay in registers while a loop runs over the summed axis;
// each step loads one vector per column and broadcasts one scalar per row.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_REGISTERTILE_H
#define MAMBAC_LIB_CPU_KERNELS_REGISTERTILE_H

#include "lib/CPU/Kernels/KernelBuilder.h"

namespace mambac::cpu {

/// A scalar of row r, or a vector of column vector v, at step s of the summed axis.
using TileOperand = function_ref<Value(Value s, int64_t i)>;
/// Adds to the sums what step s of the summed axis has for them.
using TileStep = function_ref<void(Value s, llvm::MutableArrayRef<Value> sums)>;

/// How many accumulators the registers hold beside the operands.
inline int64_t accumulators(const KernelBuilder &k) { return k.target.vectorRegisters >= 32 ? 24 : 12; }
/// Vectors per row of a tile when a row of `vectors` vectors is cut evenly, and rows to go with that.
inline int64_t tileVectors(const KernelBuilder &k, int64_t vectors) {
  int64_t most = k.target.vectorRegisters >= 32 ? 4 : 2, blocks = llvm::divideCeil(vectors, most);
  return llvm::divideCeil(vectors, blocks);
}
inline int64_t tileRows(const KernelBuilder &k, int64_t vectors) {
  return std::min(k.sizes.tileRows, accumulators(k) / vectors);
}
/// How many rows a tile on the stack needs for `rows` rows of a product, and for as many lanes: products write whole
/// register tiles, of whatever height, and whole vectors.
inline int64_t paddedRows(const KernelBuilder &k, int64_t rows) {
  int64_t padded = rows;
  for (int64_t vectors = 1; vectors <= 4; ++vectors)
    padded = std::max<int64_t>(padded, llvm::alignTo(rows, tileRows(k, vectors)));
  return llvm::alignTo(padded, k.width);
}

/// acc[i] + sum over s in [0, steps) of what step adds to the sums at s. In order of s, except that few sums are several
/// chains, so as not to wait for each addition.
SmallVector<Value> sumInChains(KernelBuilder &k, ValueRange acc, Value steps, TileStep step);

/// acc[r * vectors + v] + sum over s in [0, steps) of a(s, r) * b(s, v).
SmallVector<Value> tileProduct(KernelBuilder &k, int64_t rows, int64_t vectors, Value steps, ValueRange acc,
                               TileOperand a, TileOperand b);

/// Cuts [0, total) in pieces of `size` and one rest: body(start, length).
void forPieces(KernelBuilder &k, int64_t total, int64_t size, function_ref<void(Value, int64_t)> body);

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_REGISTERTILE_H
