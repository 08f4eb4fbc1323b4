//===- Strip.h - Elementwise code along memory, recurrences along lanes ---------------------------------*- C++ -*-===//
//
// A strip is a region one vector of lanes wide, with a row for each step of time. A recurrence wants its rows: a vector of
// lanes a step. What comes before and after it, elementwise, runs along memory instead, whichever axis that is: where it is
// time, a vector is some steps of one lane, and only the tiles between it and the recurrence are transposed, in place
// and in the first level cache. So each operand's memory is read once, in whole vectors, by the code that uses it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_STRIP_H
#define MAMBAC_LIB_CPU_KERNELS_STRIP_H

#include "lib/CPU/Kernels/KernelBuilder.h"

namespace mambac::cpu {

class Strip {
public:
  /// A vector of a strip: `axes` is its first element, `row` its row in tiles.
  struct Point {
    SmallVector<Value> axes;
    Value row;
    Value mask; ///< null: all
  };

  /// Strips of up to `maxRows` rows. They run along rows if more of these views do than along lanes.
  Strip(KernelBuilder &k, unsigned rowAxis, unsigned laneAxis, int64_t maxRows, ArrayRef<View> views);

  /// A tile for a value at each point; zeros where that matters to nobody but to a reader of uninitialized memory.
  Value tile();
  /// Goes on to this region.
  void start(const Region &region);
  /// Calls `body` for all points of the region.
  void forPoints(function_ref<void(const Point &)> body);
  /// Transposes a tile, from one vector a point to one a row, or back; does nothing if those are the same.
  void turn(Value tile);
  /// A vector of a view at a point, the same in all rows.
  Value perLane(const View &view, const Point &point);
  unsigned pointAxis() const { return alongRows ? rowAxis : laneAxis; }

private:
  friend class StripReader;
  friend class StripWriter;
  KernelBuilder &k;
  unsigned rowAxis, laneAxis;
  int64_t tileRows;
  bool alongRows = false;
  Region region;
  Value mask; ///< of the region's lanes, or null
};

/// A view's vectors at points: straight from memory, or from a copy if memory does not run that way.
class StripReader {
public:
  StripReader(Strip &strip, const View &view);
  void start();
  Value at(const Strip::Point &point);
  /// Prefetches the t-th line of the region that begins `ahead` rows later; it may lie out of bounds.
  void prefetch(Value t, int64_t ahead);

private:
  Strip &strip;
  View view;
  Value tile;
};

/// The same for writing. finish() comes after the last point.
class StripWriter {
public:
  StripWriter(Strip &strip, const View &view);
  void at(const Strip::Point &point, Value vector);
  void prefetch(Value t, int64_t ahead);
  void finish();

private:
  Strip &strip;
  View view;
  Value tile;
};

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_STRIP_H
