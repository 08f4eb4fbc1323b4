//===- Team.h - Threads that wait for work ------------------------------------------------------------*- C++ -*-===//
//
// What the hand-written probes share work with: threads that spin between two loops, so that starting one costs a
// microsecond. It is for measurements alone; products have the runtime's pool, which sleeps.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_BENCHMARKS_KERNELS_TEAM_H
#define MAMBAC_BENCHMARKS_KERNELS_TEAM_H

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace mambac::bench {

/// Lets the other thread of a core run while this one waits.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

class Team {
public:
  explicit Team(int size) : size(size) {
    for (int me = 1; me < size; ++me)
      threads.emplace_back([this, me] { serve(me); });
  }
  ~Team() {
    stop = true;
    round.fetch_add(1);
    for (std::thread &thread : threads)
      thread.join();
  }
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  /// body(thread) on every thread.
  void each(const std::function<void(int)> &body) {
    work = &body;
    left.store(size - 1);
    round.fetch_add(1);
    body(0);
    while (left.load() != 0)
      pause();
  }

  /// body(item) for all items, each taken by the thread that is free.
  void items(int count, const std::function<void(int)> &body) {
    next.store(0);
    each([&](int) {
      for (int item; (item = next.fetch_add(1)) < count;)
        body(item);
    });
  }

  const int size;

private:
  void serve(int me) {
    for (int seen = 0;;) {
      int now;
      while ((now = round.load()) == seen)
        pause();
      seen = now;
      if (stop)
        return;
      (*work)(me);
      left.fetch_sub(1);
    }
  }

  std::vector<std::thread> threads;
  const std::function<void(int)> *work = nullptr;
  std::atomic<int> round{0}, left{0}, next{0};
  std::atomic<bool> stop{false};
};

/// Memory on a 64 byte boundary, touched.
template <typename T> class Buffer {
public:
  explicit Buffer(size_t count) : count(count), data(new (std::align_val_t(64)) T[count]()) {}
  ~Buffer() { operator delete[](data, std::align_val_t(64)); }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  operator T *() { return data; }
  operator const T *() const { return data; }
  T *begin() { return data; }
  T *end() { return data + count; }
  const size_t count;

private:
  T *const data;
};

} // namespace mambac::bench

#endif // MAMBAC_BENCHMARKS_KERNELS_TEAM_H
