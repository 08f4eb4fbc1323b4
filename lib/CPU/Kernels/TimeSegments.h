//===- TimeSegments.h - Recurrences in parallel over time -------------------------------------------------*- C++ -*-===//
//
// Where a recurrence has fewer work items (batches, heads, channels) than the target has cores, time is cut in segments,
// too. All segments but the last run at once, each from a zero state; what a segment's state ends with, and how much an old
// state fades in it, is kept. Then all segments but the first run again, each from the state that follows from what was kept
// of those before it. The same code runs twice; what its first run writes is written over, or is not written (isLastRun).
// So with s segments two s-ths of the time pass instead of all. How time is cut follows from shapes and from the target description alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_KERNELS_TIMESEGMENTS_H
#define MAMBAC_LIB_CPU_KERNELS_TIMESEGMENTS_H

#include "lib/CPU/Kernels/KernelBuilder.h"

namespace mambac::cpu {

class TimeSegments {
public:
  /// A segment of the work item whose indices are `ids`.
  struct Segment {
    SmallVector<Value> ids;
    Value begin, end; ///< its steps
    Value number, phase, firstCarry;
  };

  /// For `items` work items, at least `leastItems` of which there are known to be; segments have a multiple of `granule`
  /// steps, and `leastSteps` or more.
  TimeSegments(KernelBuilder &k, Value items, int64_t leastItems, Value length, int64_t granule, int64_t leastSteps);
  /// Whether there may be more than one segment.
  bool cut() const { return bool(count); }
  /// Memory for what is kept of each segment; null if not cut.
  Value carries(ArrayRef<int64_t> shape);
  /// Runs the segments of `first` x `second` items.
  void run(Value first, Value second, function_ref<void(const Segment &)> body);

  /// Whether a segment does not run again; null if none does.
  Value isLastRun(const Segment &segment);

  /// The state before a segment's first step: `initial` makes that of time 0, `zero` none, and `follow` what follows from
  /// the state and what is kept at this index of the carries.
  void start(const Segment &segment, function_ref<void()> initial, function_ref<void()> zero,
             function_ref<void(Value carry)> follow);
  /// After its last step. `keep` stores the state, and the fading times `times`, which is 0 for the first segment (no
  /// state fades before it) and else 1; `finish` stores the final state.
  void finish(const Segment &segment, function_ref<void(Value carry, Value times)> keep, function_ref<void()> finish);

private:
  KernelBuilder &k;
  Value length, count, steps;
};

} // namespace mambac::cpu

#endif // MAMBAC_LIB_CPU_KERNELS_TIMESEGMENTS_H
