//===- KernelBuilder.h - Writes kernels ----------------------------------------------------------------*- C++ -*-===//
//
// What kernel generators are written with: index arithmetic that folds, f32 arithmetic, loops with C++ bodies, loads
// and stores that extend and truncate 16-bit floats, operands seen through their indexing maps (View), and tiles of
// operands copied to the stack whatever their layout (loadTile). It knows no ssm op.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_KERNELBUILDER_H
#define MAMBAC_LIB_CPU_KERNELS_KERNELBUILDER_H

#include "lib/CPU/Passes.h"
#include "lib/Schedule/Target.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"

namespace mambac::cpu {

using mlir::ArrayRef;
using mlir::SmallVector;
using mlir::Value;
using mlir::ValueRange;
using llvm::function_ref;

/// Chunks and tiles: the options of mambac-expand-kernels.
using KernelSizes = ExpandKernelsPassOptions;

/// A memref and the map from a kernel's axes to its dimensions; null where an op lacks the operand.
struct View {
  Value memref;
  mlir::AffineMap map;

  explicit operator bool() const { return bool(memref); }
  mlir::MemRefType type() const { return mlir::cast<mlir::MemRefType>(memref.getType()); }
  mlir::Type elementType() const { return type().getElementType(); }
  /// Whether the element depends on the axis, directly or through its group.
  bool has(unsigned axis) const { return memref && map.isFunctionOfDim(axis); }
  /// Whether neighbours along the axis are neighbours in memory.
  bool contiguousAlong(unsigned axis) const;
};

/// A rectangle of an operand: `rows` indices of one axis by `lanes` of another, the other axes fixed.
struct Region {
  SmallVector<Value> axes; ///< one index per axis; for the two axes of the rectangle, where it begins
  unsigned rowAxis;
  unsigned laneAxis;
  Value rows;  ///< how many rows
  Value lanes; ///< how many lanes; null: as many as the tile is wide
};

class KernelBuilder {
public:
  /// Builds at b's insertion point; constants go to the start of the function around it.
  KernelBuilder(mlir::OpBuilder &b, mlir::Location loc, const Target &target, const KernelSizes &sizes = {});

  mlir::OpBuilder &b;
  mlir::Location loc;
  Target target;
  KernelSizes sizes;
  int64_t width; ///< f32 lanes of a vector register
  mlir::VectorType vectorType;

  //===- Indices ----------------------------------------------------------------------------------------------===//
  Value index(int64_t v);
  Value add(Value x, Value y);
  Value add(Value x, int64_t y) { return add(x, index(y)); }
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value mul(Value x, int64_t y) { return mul(x, index(y)); }
  Value div(Value x, Value y);
  Value div(Value x, int64_t y) { return div(x, index(y)); }
  Value rem(Value x, int64_t y);
  Value ceilDiv(Value x, int64_t y) { return div(add(x, y - 1), y); }
  /// x rounded down, or up, to a multiple of y.
  Value roundDown(Value x, int64_t y) { return sub(x, rem(x, y)); }
  Value roundUp(Value x, int64_t y) { return mul(ceilDiv(x, y), y); }
  Value min(Value x, Value y);
  Value max(Value x, Value y);
  Value less(Value x, Value y);
  Value equal(Value x, Value y);
  Value logicalAnd(Value x, Value y);
  /// The size of an axis, from the types if they tell it.
  Value size(const View &view, unsigned axis);
  Value dim(Value memref, int64_t d);

  //===- f32 scalars and vectors ------------------------------------------------------------------------------===//
  Value f32(float v);
  Value splat(float v);
  Value splat(Value scalar);
  Value fadd(Value x, Value y);
  Value fsub(Value x, Value y);
  Value fmul(Value x, Value y);
  Value fdiv(Value x, Value y);
  Value fmax(Value x, Value y);
  /// x * y + z
  Value fma(Value x, Value y, Value z);
  /// e^x and 2^x; without AVX-512 with the cheap treatment of the ends (MathFunctions.h).
  Value exp(Value x);
  Value exp2(Value x);
  Value softplus(Value x);
  /// x / (1 + e^-x)
  Value silu(Value x);
  /// min(max(x, lo), hi) as far as given; NaN stays.
  Value clamp(Value x, mlir::FloatAttr lo, mlir::FloatAttr hi);
  /// A float or a vector of floats in another type.
  Value convert(Value x, mlir::Type element);
  /// A block of elementwise operations on vectors in place of its arguments; returns what its terminator is handed.
  Value inlineElementwise(mlir::Block &block, ValueRange vectors);
  Value sum(Value vector);
  /// The sums of as many vectors as a vector has lanes.
  Value sums(SmallVector<Value> vectors);
  Value maximum(Value vector);
  /// The mask of a vector's first `count` lanes.
  Value mask(Value count);

  //===- Memory -----------------------------------------------------------------------------------------------===//
  /// An element as f32; a vector from there on as f32. Lanes off the mask are not read and yield 0.
  Value load(Value memref, ValueRange indices);
  Value loadVector(Value memref, ValueRange indices, Value mask = {});
  void store(Value scalar, Value memref, ValueRange indices);
  /// `pastCaches`: whole vectors go to memory without the caches. Where they go has to be aligned (storingPastCaches).
  void storeVector(Value vector, Value memref, ValueRange indices, Value mask = {}, bool pastCaches = false);
  /// A tile of f32 on the stack, of static shape, allocated at the start of the innermost parallel body.
  Value stackTile(ArrayRef<int64_t> shape);
  /// Sets all of a static tile to zero; its last dimension is a multiple of the vector width.
  void zeroTile(Value tile);

  //===- Control ----------------------------------------------------------------------------------------------===//
  void loop(Value lo, Value hi, int64_t step, function_ref<void(Value)> body);
  void loop(Value hi, function_ref<void(Value)> body) { loop(index(0), hi, 1, body); }
  SmallVector<Value> loop(Value lo, Value hi, int64_t step, ValueRange init,
                          function_ref<SmallVector<Value>(Value, ValueRange)> body);
  /// Iterations in any order, on any threads.
  void parallel(ArrayRef<Value> sizes, function_ref<void(ValueRange)> body);
  /// Writes `body` once or twice: with true for where vectors along the last dimension of `view` are aligned to their size,
  /// which is asked at run time, and with false for everything else. With false alone where `wanted` is false.
  void storingPastCaches(const View &view, bool wanted, function_ref<void(bool pastCaches)> body);
  /// Folds where the condition is a constant.
  void ifThen(Value condition, function_ref<void()> then, function_ref<void()> otherwise = nullptr);

  //===- Views ------------------------------------------------------------------------------------------------===//
  /// The same operand with an axis running backwards; as it is where it lacks the axis.
  View reversed(const View &view, unsigned axis);
  /// The same operand without its innermost dimensions of size 1, if memory runs along the one before them.
  View withoutUnits(const View &view);
  /// An operand's indices at a point of the axes.
  SmallVector<Value> at(const View &view, ArrayRef<Value> axes);
  Value load(const View &view, ArrayRef<Value> axes) { return load(view.memref, at(view, axes)); }
  void store(Value scalar, const View &view, ArrayRef<Value> axes) { store(scalar, view.memref, at(view, axes)); }

  //===- Tiles ------------------------------------------------------------------------------------------------===//
  /// Copies a region to rows of a static f32 tile, lanes beyond the region's become 0 up to a full vector. Transposes
  /// through registers where memory runs along the rows.
  void loadTile(const View &view, const Region &region, Value tile);
  /// The reverse.
  void storeTile(Value tile, const View &view, const Region &region);
  /// width x width vectors, transposed.
  SmallVector<Value> transpose(SmallVector<Value> rows);
  /// Transposes the first `rows` rows of a tile one vector wide, rounded up to whole blocks of width x width, in place.
  void transposeBlocks(Value tile, Value rows);
  /// Prefetches the t-th line of the region that begins `ahead` rows later; it may lie out of bounds.
  void prefetchLine(const View &view, const Region &region, Value t, int64_t ahead, bool write);
  /// Prefetches the lines of a region's row, if memory runs along its lanes, which are of constant number; it may lie out
  /// of bounds. Into the second level cache, or, with a locality of 3, into the first.
  void prefetchRow(const View &view, const Region &region, Value row, bool write, int locality = 2);
  /// A vector along an axis from `axes` on; `lanes` of it are there (null: all), the others 0. Any layout.
  Value loadLanes(const View &view, ArrayRef<Value> axes, unsigned laneAxis, Value lanes);
  /// `count` vectors along an axis, of neighbours along `columnAxis`: where these are neighbours in memory, a few elements
  /// behind each other for each lane, whole vectors of memory are read and sorted.
  SmallVector<Value> loadColumns(const View &view, ArrayRef<Value> axes, unsigned laneAxis, unsigned columnAxis,
                                 int64_t count, Value lanes);
  /// The reverse, for all columns that there are.
  void storeColumns(ArrayRef<Value> columns, const View &view, ArrayRef<Value> axes, unsigned laneAxis,
                    unsigned columnAxis, Value lanes);

private:
  int64_t columnsApart(const View &view, unsigned laneAxis, unsigned columnAxis);
  Value columnsAsRow(const View &view, ArrayRef<Value> axes, int64_t apart, Value elements);
  Value constant(mlir::TypedAttr value);
  void forVectors(Value lanes, int64_t tileWidth, function_ref<void(Value lane, Value mask)> body);
  void forMaskedLanes(ValueRange indices, Value mask, function_ref<void(Value lane, ValueRange at)> body);
  mlir::Block *constantBlock;
  llvm::DenseMap<mlir::Attribute, Value> constants;
  mlir::Block *stackBlock = nullptr;
};

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_KERNELBUILDER_H
