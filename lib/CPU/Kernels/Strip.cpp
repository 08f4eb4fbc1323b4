//===- Strip.cpp - Elementwise code along memory, recurrences along lanes -------------------------------------------===//
#include "lib/CPU/Kernels/Strip.h"

using namespace mlir;

namespace mambac::cpu {

Strip::Strip(KernelBuilder &k, unsigned rowAxis, unsigned laneAxis, int64_t maxRows, ArrayRef<View> views)
    : k(k), rowAxis(rowAxis), laneAxis(laneAxis), tileRows(maxRows) {
  int64_t balance = 0;
  for (const View &view : views)
    balance += int64_t(view.contiguousAlong(rowAxis)) - int64_t(view.contiguousAlong(laneAxis));
  alongRows = balance > 0;
  if (alongRows)
    tileRows = llvm::alignTo(maxRows, k.width);
}

Value Strip::tile() {
  Value tile = k.stackTile({tileRows, k.width});
  // Lanes that no channel fills have no points.
  if (alongRows)
    k.zeroTile(tile);
  return tile;
}

void Strip::start(const Region &newRegion) {
  region = newRegion;
  mask = region.lanes ? k.mask(region.lanes) : Value();
}

void Strip::forPoints(function_ref<void(const Point &)> body) {
  auto shifted = [&](Value row, Value lane) {
    SmallVector<Value> axes = region.axes;
    axes[rowAxis] = k.add(axes[rowAxis], row);
    axes[laneAxis] = k.add(axes[laneAxis], lane);
    return axes;
  };
  if (!alongRows)
    return k.loop(region.rows, [&](Value t) { body({shifted(t, k.index(0)), t, mask}); });
  Value whole = k.roundDown(region.rows, k.width), rest = k.sub(region.rows, whole);
  k.loop(region.lanes ? region.lanes : k.index(k.width), [&](Value lane) {
    k.loop(k.index(0), whole, k.width, [&](Value t) { body({shifted(t, lane), k.add(t, lane), Value()}); });
    k.ifThen(k.less(k.index(0), rest), [&] { body({shifted(whole, lane), k.add(whole, lane), k.mask(rest)}); });
  });
}

void Strip::turn(Value tile) {
  if (alongRows)
    k.transposeBlocks(tile, region.rows);
}

Value Strip::perLane(const View &view, const Point &point) {
  if (alongRows)
    return k.splat(k.load(view, point.axes));
  return k.loadLanes(view, point.axes, laneAxis, region.lanes);
}

StripReader::StripReader(Strip &strip, const View &view) : strip(strip), view(view) {
  if (view && !view.contiguousAlong(strip.pointAxis()))
    tile = strip.tile();
}

void StripReader::start() {
  if (!tile)
    return;
  strip.k.loadTile(view, strip.region, tile);
  strip.turn(tile);
}

Value StripReader::at(const Strip::Point &point) {
  KernelBuilder &k = strip.k;
  if (tile)
    return k.loadVector(tile, {point.row, k.index(0)});
  return k.loadVector(view.memref, k.at(view, point.axes), point.mask);
}

void StripReader::prefetch(Value t, int64_t ahead) {
  if (view)
    strip.k.prefetchLine(view, strip.region, t, ahead, /*write=*/false);
}

StripWriter::StripWriter(Strip &strip, const View &view) : strip(strip), view(view) {
  if (view && !view.contiguousAlong(strip.pointAxis()))
    tile = strip.tile();
}

void StripWriter::at(const Strip::Point &point, Value vector) {
  KernelBuilder &k = strip.k;
  if (tile)
    k.storeVector(vector, tile, {point.row, k.index(0)});
  else
    k.storeVector(vector, view.memref, k.at(view, point.axes), point.mask);
}

void StripWriter::prefetch(Value t, int64_t ahead) {
  if (view)
    strip.k.prefetchLine(view, strip.region, t, ahead, /*write=*/true);
}

void StripWriter::finish() {
  if (!tile)
    return;
  strip.turn(tile);
  strip.k.storeTile(tile, view, strip.region);
}

} // namespace mambac::cpu
