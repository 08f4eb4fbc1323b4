//===- PackedMatmulKernel.cpp - ssm.packed_matmul -----------------------------------------------------------------===//
//
// y = x * packed + bias, tiles of 12 rows and two vectors (tile-rows, matmul-vectors) in 32 AVX-512 registers, 6 rows
// and two vectors in 16 registers. Work items are a block of rows, small enough that its x stays in the second level
// cache, times a panel of 32 columns; items of one block of rows follow each other. The last rows of a block go by fours
// and ones, so one row (decoding) streams the panels with four chains of sums. x of 16 bits is widened once, in a loop
// before.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/Kernels.h"
#include "lib/CPU/Kernels/RegisterTile.h"

using namespace mlir;

namespace mambac::cpu {
namespace {

constexpr int64_t kPanel = ssm::PackedMatmulOp::kPanel;

/// Rows of x that fill half the second level cache, within reason.
int64_t rowsPerBlock(const KernelBuilder &k, MemRefType x, int64_t tileRows) {
  if (k.sizes.matmulRows)
    return k.sizes.matmulRows;
  int64_t depth = x.isDynamicDim(1) ? 1024 : std::max<int64_t>(x.getDimSize(1), 1);
  int64_t rows = std::clamp<int64_t>(k.target.l2Bytes / 2 / (4 * depth), 48, 384);
  return std::max<int64_t>(rows / tileRows, 1) * tileRows;
}

/// Work items of fewer rows are not worth their start.
constexpr int64_t kLeastRows = 24;

/// A contiguous f32 copy of a matrix, written by a parallel loop.
Value widen(KernelBuilder &k, Value x, Value rows, Value columns) {
  MemRefType type = cast<MemRefType>(x.getType());
  auto wideType = MemRefType::get(type.getShape(), k.b.getF32Type());
  SmallVector<Value> sizes;
  if (type.isDynamicDim(0))
    sizes.push_back(rows);
  if (type.isDynamicDim(1))
    sizes.push_back(columns);
  Value wide = memref::AllocOp::create(k.b, k.loc, wideType, sizes, k.b.getI64IntegerAttr(64));
  k.parallel({rows}, [&](ValueRange ids) {
    Value full = k.roundDown(columns, k.width);
    k.loop(k.index(0), full, k.width, [&](Value c) { k.storeVector(k.loadVector(x, {ids[0], c}), wide, {ids[0], c}); });
    k.loop(full, columns, 1, [&](Value c) { k.store(k.load(x, {ids[0], c}), wide, {ids[0], c}); });
  });
  return wide;
}

} // namespace

LogicalResult expandPackedMatmul(ssm::PackedMatmulOp op, KernelBuilder &k) {
  Value x = op.getX(), packed = op.getPacked(), bias = op.getBias(), y = op.getY();
  Value rows = k.dim(x, 0), depth = k.dim(x, 1), columns = k.dim(y, 1), panels = k.dim(packed, 0);
  int64_t vectors = k.sizes.matmulVectors, subpanel = vectors * k.width, most = tileRows(k, vectors);
  if (kPanel % subpanel)
    return op.emitError("tiles of ") << vectors << " vectors of " << k.width << " columns do not divide a panel of "
                                     << kPanel << " columns; give another matmul-vectors";
  auto xType = cast<MemRefType>(x.getType());
  int64_t block = rowsPerBlock(k, xType, most);
  if (!xType.getElementType().isF32())
    x = widen(k, x, rows, depth);

  // Few panels: shorter blocks.
  int64_t panelsKnown = cast<MemRefType>(packed.getType()).getDimSize(0);
  int64_t blocks = ShapedType::isDynamic(panelsKnown)
                       ? 1
                       : llvm::divideCeil(k.sizes.matmulItems, std::max<int64_t>(panelsKnown, 1));
  Value even = k.max(k.index(kLeastRows), k.roundUp(k.ceilDiv(rows, blocks), most));
  Value blockRowsMost = k.min(k.index(block), even);
  Value rowBlocks = k.div(k.add(rows, k.sub(blockRowsMost, k.index(1))), blockRowsMost);
  k.parallel({rowBlocks, panels}, [&](ValueRange ids) {
    Value firstRow = k.mul(ids[0], blockRowsMost), panel = ids[1], firstColumn = k.mul(panel, kPanel);
    Value blockRows = k.min(k.sub(rows, firstRow), blockRowsMost);
    Value whole = k.equal(k.rem(columns, kPanel), k.index(0));
    if (!getConstantIntValue(whole) || isConstant(whole, 0))
      whole = k.less(k.index(kPanel - 1), k.sub(columns, firstColumn));

    auto tile = [&](Value row, int64_t count) {
      forPieces(k, kPanel, subpanel, [&](Value sub, int64_t) {
        SmallVector<Value> columnOf;
        for (int64_t v = 0; v < vectors; ++v)
          columnOf.push_back(k.add(sub, v * k.width));
        SmallVector<Value> sums = longTileProduct(
            k, count, vectors, depth, [&](Value s, int64_t r) { return k.load(x, {k.add(row, r), s}); },
            [&](Value s, int64_t v) { return k.loadVector(packed, {panel, s, columnOf[v]}); });
        auto finish = [&](bool masked) {
          for (int64_t v = 0; v < vectors; ++v) {
            Value column = k.add(firstColumn, columnOf[v]);
            Value mask = masked ? k.mask(k.sub(columns, column)) : Value();
            Value shift = bias ? k.loadVector(bias, {column}, mask) : Value();
            for (int64_t r = 0; r < count; ++r) {
              Value sum = sums[r * vectors + v];
              k.storeVector(bias ? k.fadd(sum, shift) : sum, y, {k.add(row, r), column}, mask);
            }
          }
        };
        k.ifThen(whole, [&] { finish(false); }, [&] { finish(true); });
      });
    };
    Value start = k.index(0);
    for (int64_t count : {most, int64_t(4), int64_t(1)}) {
      Value end = k.add(start, k.roundDown(k.sub(blockRows, start), count));
      k.loop(start, end, count, [&](Value r) { tile(k.add(firstRow, r), count); });
      start = end;
    }
  });
  return success();
}

} // namespace mambac::cpu
