//===- ThreadPool.h - Parallel loops with little overhead --------------------------------------------*- C++ -*-===//
//
// Fork and join for loops whose items are independent. Written here because nothing in Debian fits a product, which may
// need libc, libm and libstdc++ alone, and must not meet another copy of its symbols in a process with PyTorch:
// pthreadpool comes as a shared library only (and spins for tens of milliseconds after each loop), libthread-pool-dev
// (header-only) has no parallel loop: it allocates for each task and wakes its threads through a mutex and a condition
// variable. Not a general executor: one loop at a time.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_THREADPOOL_H
#define MAMBAC_LIB_RUNTIME_THREADPOOL_H

#include "lib/Runtime/ProductABI.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace mambac {

class ThreadPool {
public:
  /// A pool of `threads` threads with the caller of run(); shared by all who ask for as many. Starts the threads, as
  /// many of them as the system allows. Null only if memory is short.
  static std::shared_ptr<ThreadPool> get(int threads);

  /// MAMBAC_NUM_THREADS, or the CPUs that this process may use (affinity and cgroup quota).
  static int getDefaultThreads();

  ~ThreadPool();
  int getThreads() const { return int(workers.size()) + 1; }

  /// Runs body over [0, count) on all threads; on the calling thread alone if the pool is busy (with a loop of another
  /// thread, or the loop that this call is part of).
  void run(MambacBody body, void *context, int64_t count);

private:
  explicit ThreadPool(int threads);
  void work();
  void takeChunks();

  // A job is open while `ticket` is odd. A worker counts itself in `inside` before it looks at the ticket, and the
  // caller closes the job before it waits for `inside` to become 0: so nobody reads a job that is being replaced, and
  // the caller does not wait for workers that never came (as on a machine whose CPUs are busy).
  alignas(64) std::atomic<uint32_t> ticket{0};
  std::atomic<uint32_t> sleepers{0};
  std::atomic<bool> stopping{false};
  alignas(64) std::atomic<uint32_t> inside{0};
  std::atomic<uint32_t> waiting{0};
  alignas(64) std::atomic<int64_t> nextItem{0};
  alignas(64) std::atomic<bool> busy{false};
  MambacBody body = nullptr;
  void *context = nullptr;
  int64_t count = 0;
  int owner; ///< the process that has the threads: after fork() a child has none
  std::vector<std::thread> workers;
};

/// Puts this thread's floating-point control word to the default (round to nearest, denormals kept) while it lives, so
/// that results do not depend on which thread computes them.
class FloatingPointGuard {
public:
  FloatingPointGuard();
  ~FloatingPointGuard();

private:
  uint64_t saved;
};

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_THREADPOOL_H
