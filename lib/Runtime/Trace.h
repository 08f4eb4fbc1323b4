//===- Trace.h - When which thread did what ----------------------------------------------------------*- C++ -*-===//
//
// Events of a state's runs: one for each call of a kernel, one for each piece of a parallel loop on the thread that ran it.
// Room for them is made once; what does not fit is counted and left out.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_TRACE_H
#define MAMBAC_LIB_RUNTIME_TRACE_H

#include "mambac/mambac.h"

#include <algorithm>
#include <atomic>
#include <vector>

namespace mambac {

class Trace {
public:
  explicit Trace(size_t capacity) : events(capacity) {}

  /// From any thread.
  void add(int32_t kernel, int32_t piece, int64_t beginNanoseconds, int64_t endNanoseconds, int64_t items) {
    int64_t at = next.fetch_add(1, std::memory_order_relaxed);
    if (at < int64_t(events.size()))
      events[size_t(at)] = {kernel, piece ? getThread() : 0, piece, 0, beginNanoseconds, endNanoseconds, items};
  }

  int64_t size() const { return std::min<int64_t>(next, int64_t(events.size())); }
  int64_t getDropped() const { return next - size(); }
  const mambac_trace_event &operator[](int64_t i) const { return events[size_t(i)]; }
  void clear() { next = 0; }

private:
  /// A small number for the calling thread, the same in all traces of the process.
  static int32_t getThread();

  std::vector<mambac_trace_event> events;
  std::atomic<int64_t> next{0};
};

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_TRACE_H
