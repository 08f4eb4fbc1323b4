//===- KernelTiles.cpp - Operands in any layout, a tile at a time -------------------------------------------------===//
//
// Kernels compute on rows of vectors; the operands' memory may run along either axis of a tile, or along neither.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/CPU/Kernels/KernelBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace mambac::cpu {

View KernelBuilder::reversed(const View &view, unsigned axis) {
  if (!view.has(axis))
    return view;
  unsigned dim = *view.map.getResultPosition(getAffineDimExpr(axis, view.map.getContext()));
  SmallVector<OpFoldResult> sizes = memref::getMixedSizes(b, loc, view.memref);
  SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)), strides(sizes.size(), b.getIndexAttr(1));
  offsets[dim] = getAsOpFoldResult(sub(getValueOrCreateConstantIndexOp(b, loc, sizes[dim]), index(1)));
  strides[dim] = b.getIndexAttr(-1);
  return {memref::SubViewOp::create(b, loc, view.memref, offsets, sizes, strides), view.map};
}

View KernelBuilder::withoutUnits(const View &view) {
  if (!view)
    return view;
  MemRefType type = view.type();
  int64_t rank = type.getRank(), kept = rank;
  while (kept > 1 && type.getDimSize(kept - 1) == 1)
    --kept;
  SmallVector<int64_t> strides;
  int64_t offset;
  if (kept == rank || failed(type.getStridesAndOffset(strides, offset)) || strides[kept - 1] != 1)
    return view;
  SmallVector<OpFoldResult> sizes = memref::getMixedSizes(b, loc, view.memref);
  SmallVector<OpFoldResult> zeros(rank, b.getIndexAttr(0)), ones(rank, b.getIndexAttr(1));
  auto reduced = memref::SubViewOp::inferRankReducedResultType(type.getShape().take_front(kept), type, zeros, sizes, ones);
  Value memref = memref::SubViewOp::create(b, loc, cast<MemRefType>(reduced), view.memref, zeros, sizes, ones);
  return {memref, view.map.getMajorSubMap(kept)};
}

SmallVector<Value> KernelBuilder::at(const View &view, ArrayRef<Value> axes) {
  SmallVector<Value> indices;
  for (AffineExpr e : view.map.getResults()) {
    if (auto axis = dyn_cast<AffineDimExpr>(e)) {
      indices.push_back(axes[axis.getPosition()]);
    } else if (auto constant = dyn_cast<AffineConstantExpr>(e)) {
      indices.push_back(index(constant.getValue()));
    } else {
      auto group = cast<AffineBinaryOpExpr>(e);
      assert(group.getKind() == AffineExprKind::FloorDiv && "verified by the dialect");
      indices.push_back(div(axes[cast<AffineDimExpr>(group.getLHS()).getPosition()],
                            cast<AffineConstantExpr>(group.getRHS()).getValue()));
    }
  }
  return indices;
}

void KernelBuilder::forVectors(Value lanes, int64_t tileWidth, function_ref<void(Value, Value)> body) {
  if (!lanes)
    lanes = index(tileWidth);
  Value full = roundDown(lanes, width);
  loop(index(0), full, width, [&](Value lane) { body(lane, Value()); });
  ifThen(less(full, lanes), [&] { body(full, mask(sub(lanes, full))); });
}

SmallVector<Value> KernelBuilder::transpose(SmallVector<Value> rows) {
  auto pairs = [&](int64_t distance, ArrayRef<int64_t> first, ArrayRef<int64_t> second) {
    for (int64_t i = 0; i < width; ++i) {
      if (i & distance)
        continue;
      Value x = rows[i], y = rows[i + distance];
      rows[i] = vector::ShuffleOp::create(b, loc, x, y, first);
      rows[i + distance] = vector::ShuffleOp::create(b, loc, x, y, second);
    }
  };
  // Within parts of four lanes: one or two lanes of either row in turn (unpack), which makes columns 0, 2, 1, 3 of four
  // rows.
  for (int64_t s = 1; s < 4; s *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t j = 0; j < width; ++j) {
      int64_t part = j & ~3, in = j & 3;
      int64_t from = s == 1 ? in / 2 : in % 2, row = s == 1 ? in % 2 : in / 2;
      low.push_back(part + from + row * width);
      high.push_back(part + from + 2 + row * width);
    }
    pairs(s, low, high);
  }
  for (int64_t i = 0; i < width; i += 4)
    std::swap(rows[i + 1], rows[i + 2]);
  // Row 4 g + c holds, in part q, column 4 q + c of rows 4 g to 4 g + 3. Even parts of two rows beside each other, and odd
  // ones, until a row has those of all g.
  SmallVector<int64_t> even, odd;
  for (int64_t j = 0; j < width; ++j) {
    even.push_back(j / 4 * 8 + j % 4);
    odd.push_back(even.back() + 4);
  }
  for (int64_t distance = 4; distance < width; distance *= 2)
    pairs(distance, even, odd);
  return rows;
}

void KernelBuilder::transposeBlocks(Value tile, Value rows) {
  loop(index(0), rows, width, [&](Value r) {
    SmallVector<Value> block;
    for (int64_t i = 0; i < width; ++i)
      block.push_back(loadVector(tile, {add(r, i), index(0)}));
    for (auto [i, v] : llvm::enumerate(transpose(block)))
      storeVector(v, tile, {add(r, i), index(0)});
  });
}

namespace {
/// The axes with a tile's row and lane added to where the region begins.
SmallVector<Value> shifted(KernelBuilder &k, const Region &region, Value row, Value lane) {
  SmallVector<Value> axes = region.axes;
  axes[region.rowAxis] = k.add(axes[region.rowAxis], row);
  axes[region.laneAxis] = k.add(axes[region.laneAxis], lane);
  return axes;
}
} // namespace

void KernelBuilder::loadTile(const View &view, const Region &region, Value tile) {
  int64_t tileWidth = cast<MemRefType>(tile.getType()).getDimSize(1);
  Value zero = index(0);
  if (!view.has(region.laneAxis)) {
    loop(region.rows, [&](Value r) {
      Value v = splat(load(view, shifted(*this, region, r, zero)));
      loop(zero, index(tileWidth), width, [&](Value lane) { storeVector(v, tile, {r, lane}); });
    });
    return;
  }
  if (view.contiguousAlong(region.laneAxis)) {
    loop(region.rows, [&](Value r) {
      forVectors(region.lanes, tileWidth, [&](Value lane, Value mask) {
        Value v = loadVector(view.memref, at(view, shifted(*this, region, r, lane)), mask);
        storeVector(v, tile, {r, lane});
      });
    });
    return;
  }

  auto copy = [&](Value r, Value lane) { store(load(view, shifted(*this, region, r, lane)), tile, {r, lane}); };
  Value lanes = region.lanes ? region.lanes : index(tileWidth);
  Value fullLanes = roundDown(lanes, width);
  // Lanes beyond the region, in the last vector.
  ifThen(less(fullLanes, lanes), [&] {
    loop(region.rows, [&](Value r) { storeVector(splat(0.f), tile, {r, fullLanes}); });
  });
  Value transposed = zero;
  if (view.contiguousAlong(region.rowAxis)) {
    transposed = roundDown(region.rows, width);
    loop(zero, fullLanes, width, [&](Value lane) {
      loop(zero, transposed, width, [&](Value r) {
        SmallVector<Value> rows;
        for (int64_t i = 0; i < width; ++i)
          rows.push_back(loadVector(view.memref, at(view, shifted(*this, region, r, add(lane, i)))));
        for (auto [i, v] : llvm::enumerate(transpose(rows)))
          storeVector(v, tile, {add(r, i), lane});
      });
    });
    loop(fullLanes, lanes, 1, [&](Value lane) { loop(transposed, [&](Value r) { copy(r, lane); }); });
  }
  loop(transposed, region.rows, 1, [&](Value r) { loop(lanes, [&](Value lane) { copy(r, lane); }); });
}

void KernelBuilder::storeTile(Value tile, const View &view, const Region &region) {
  int64_t tileWidth = cast<MemRefType>(tile.getType()).getDimSize(1);
  Value zero = index(0);
  if (view.contiguousAlong(region.laneAxis)) {
    loop(region.rows, [&](Value r) {
      forVectors(region.lanes, tileWidth, [&](Value lane, Value mask) {
        storeVector(loadVector(tile, {r, lane}), view.memref, at(view, shifted(*this, region, r, lane)), mask);
      });
    });
    return;
  }
  auto copy = [&](Value r, Value lane) { store(load(tile, {r, lane}), view, shifted(*this, region, r, lane)); };
  Value lanes = region.lanes ? region.lanes : index(tileWidth);
  Value transposed = zero;
  if (view.contiguousAlong(region.rowAxis)) {
    Value fullLanes = roundDown(lanes, width);
    transposed = roundDown(region.rows, width);
    loop(zero, fullLanes, width, [&](Value lane) {
      loop(zero, transposed, width, [&](Value r) {
        SmallVector<Value> rows;
        for (int64_t i = 0; i < width; ++i)
          rows.push_back(loadVector(tile, {add(r, i), lane}));
        for (auto [i, v] : llvm::enumerate(transpose(rows)))
          storeVector(v, view.memref, at(view, shifted(*this, region, r, add(lane, i))));
      });
    });
    loop(fullLanes, lanes, 1, [&](Value lane) { loop(transposed, [&](Value r) { copy(r, lane); }); });
  }
  loop(transposed, region.rows, 1, [&](Value r) { loop(lanes, [&](Value lane) { copy(r, lane); }); });
}

void KernelBuilder::prefetchLine(const View &view, const Region &region, Value t, int64_t ahead, bool write) {
  SmallVector<Value> axes;
  if (view.contiguousAlong(region.laneAxis))
    axes = shifted(*this, region, add(t, ahead), index(0));
  else if (view.contiguousAlong(region.rowAxis)) // one line is a vector of rows of one lane
    axes = shifted(*this, region, add(roundDown(t, width), ahead), rem(t, width));
  else
    return;
  memref::PrefetchOp::create(b, loc, view.memref, at(view, axes), write, /*localityHint=*/2, /*isDataCache=*/true);
}

void KernelBuilder::prefetchRow(const View &view, const Region &region, Value row, bool write, int locality) {
  if (!view.contiguousAlong(region.laneAxis))
    return;
  int64_t lanes = *getConstantIntValue(region.lanes), line = 64 / (view.elementType().getIntOrFloatBitWidth() / 8);
  for (int64_t lane = 0; lane < lanes; lane += line)
    memref::PrefetchOp::create(b, loc, view.memref, at(view, shifted(*this, region, row, index(lane))), write,
                               locality, /*isDataCache=*/true);
}

Value KernelBuilder::loadLanes(const View &view, ArrayRef<Value> axes, unsigned laneAxis, Value lanes) {
  if (!view.has(laneAxis))
    return splat(load(view, axes));
  if (view.contiguousAlong(laneAxis))
    return loadVector(view.memref, at(view, axes), lanes ? mask(lanes) : Value());
  Value tile = stackTile({width});
  storeVector(splat(0.f), tile, {index(0)});
  loop(lanes ? lanes : index(width), [&](Value lane) {
    SmallVector<Value> shiftedAxes(axes);
    shiftedAxes[laneAxis] = add(axes[laneAxis], lane);
    store(load(view, shiftedAxes), tile, {lane});
  });
  return loadVector(tile, {index(0)});
}

/// Elements that lanes may lie apart for columns to be read and written with all that is between them.
static constexpr int64_t kMostApart = 8;

/// How many elements lanes lie apart, behind each other what the columns have of one; 0 if that is not so.
int64_t KernelBuilder::columnsApart(const View &view, unsigned laneAxis, unsigned columnAxis) {
  auto lane = view.map.getResultPosition(b.getAffineDimExpr(laneAxis));
  SmallVector<int64_t> strides;
  int64_t offset;
  if (!lane || !view.contiguousAlong(columnAxis) || failed(view.type().getStridesAndOffset(strides, offset)))
    return 0;
  return strides[*lane] > 0 && strides[*lane] <= kMostApart ? strides[*lane] : 0;
}

/// The memory from `axes` on as one row of `elements`.
Value KernelBuilder::columnsAsRow(const View &view, ArrayRef<Value> axes, int64_t apart, Value elements) {
  auto metadata = memref::ExtractStridedMetadataOp::create(b, loc, view.memref);
  Value start = metadata.getOffset();
  for (auto [index, stride] : llvm::zip(at(view, axes), metadata.getStrides()))
    start = add(start, mul(index, stride));
  auto type = MemRefType::get({ShapedType::kDynamic}, view.elementType(),
                              StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic, {1}));
  return memref::ReinterpretCastOp::create(b, loc, type, metadata.getBaseBuffer(), OpFoldResult(start),
                                           ArrayRef<OpFoldResult>{elements},
                                           ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
}

/// The lanes that vector number `piece` of `used` elements has; null where it is known to be full.
static Value pieceMask(KernelBuilder &k, Value used, int64_t piece) {
  Value left = k.sub(used, k.index(piece * k.width));
  std::optional<int64_t> known = getConstantIntValue(left);
  return known && *known >= k.width ? Value() : k.mask(left);
}

SmallVector<Value> KernelBuilder::loadColumns(const View &view, ArrayRef<Value> axes, unsigned laneAxis,
                                              unsigned columnAxis, int64_t count, Value lanes) {
  int64_t apart = columnsApart(view, laneAxis, columnAxis);
  SmallVector<Value> columns;
  if (apart < count) {
    for (int64_t column = 0; column < count; ++column) {
      SmallVector<Value> at(axes);
      at[columnAxis] = add(at[columnAxis], index(column));
      columns.push_back(loadLanes(view, at, laneAxis, lanes));
    }
    return columns;
  }
  Value used = add(mul(sub(lanes ? lanes : index(width), index(1)), apart), index(count));
  Value row = columnsAsRow(view, axes, apart, used);
  SmallVector<Value> pieces;
  for (int64_t piece = 0; piece < apart; ++piece) {
    pieces.push_back(loadVector(row, {index(piece * width)}, pieceMask(*this, used, piece)));
  }
  // Column c has in lane i the element i * apart + c of the row: from each piece what it has of them.
  for (int64_t column = 0; column < count; ++column) {
    Value sorted = pieces[0];
    for (int64_t piece = 0; piece < apart; ++piece) {
      SmallVector<int64_t> from;
      for (int64_t i = 0; i < width; ++i) {
        int64_t element = i * apart + column;
        from.push_back(element / width == piece ? width + element % width : i);
      }
      sorted = vector::ShuffleOp::create(b, loc, sorted, pieces[piece], from);
    }
    columns.push_back(sorted);
  }
  return columns;
}

void KernelBuilder::storeColumns(ArrayRef<Value> columns, const View &view, ArrayRef<Value> axes, unsigned laneAxis,
                                 unsigned columnAxis, Value lanes) {
  int64_t apart = columnsApart(view, laneAxis, columnAxis), count = columns.size();
  if (apart != count) { // something else lies between them
    Value tile = stackTile({count, width});
    for (auto [row, column] : llvm::enumerate(columns))
      storeVector(column, tile, {index(row), index(0)});
    return storeTile(tile, view, {SmallVector<Value>(axes), columnAxis, laneAxis, index(count), lanes});
  }
  Value used = mul(lanes ? lanes : index(width), apart), row = columnsAsRow(view, axes, apart, used);
  for (int64_t piece = 0; piece < apart; ++piece) {
    Value sorted = columns[0];
    for (int64_t column = 0; column < count; ++column) {
      SmallVector<int64_t> from;
      for (int64_t j = 0; j < width; ++j) {
        int64_t element = piece * width + j;
        from.push_back(element % apart == column ? width + element / apart : j);
      }
      sorted = vector::ShuffleOp::create(b, loc, sorted, columns[column], from);
    }
    storeVector(sorted, row, {index(piece * width)}, pieceMask(*this, used, piece));
  }
}

} // namespace mambac::cpu
