//===- ThreadPool.cpp - Parallel loops with little overhead -------------------------------------------------------===//
//
// See ThreadPool.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <linux/futex.h>
#include <map>
#include <mutex>
#include <new>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace mambac;

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

static void pauseCPU() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

static void futexWait(std::atomic<uint32_t> &word, uint32_t expected) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

static void futexWake(std::atomic<uint32_t> &word, int count) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

/// Spins until `done` or some time has passed. Between two loops of a model lie a few microseconds; waking a sleeping
/// thread costs about fifty. Nobody gains by spinning for much longer than that. Where there are more threads than CPUs,
/// the one that is waited for may need this CPU: after a few microseconds, it is offered.
template <typename Done> static bool spin(Done done) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point end;
  for (unsigned round = 0;; ++round) {
    for (int i = 0; i < 32; ++i) {
      if (done())
        return true;
      pauseCPU();
    }
    if (round >= 16)
      sched_yield();
    Clock::time_point now = Clock::now();
    if (round == 0)
      end = now + std::chrono::microseconds(100);
    else if (now >= end)
      return false;
  }
}

//===----------------------------------------------------------------------===//
// Floating-point control
//===----------------------------------------------------------------------===//

#if defined(__x86_64__)
FloatingPointGuard::FloatingPointGuard() : saved(_mm_getcsr()) { _mm_setcsr(0x1f80); }
FloatingPointGuard::~FloatingPointGuard() { _mm_setcsr(unsigned(saved)); }
#elif defined(__aarch64__)
FloatingPointGuard::FloatingPointGuard() {
  asm volatile("mrs %0, fpcr" : "=r"(saved));
  asm volatile("msr fpcr, %0" ::"r"(uint64_t(0)));
}
FloatingPointGuard::~FloatingPointGuard() { asm volatile("msr fpcr, %0" ::"r"(saved)); }
#else
FloatingPointGuard::FloatingPointGuard() : saved(0) {}
FloatingPointGuard::~FloatingPointGuard() {}
#endif

//===----------------------------------------------------------------------===//
// The pool
//===----------------------------------------------------------------------===//

/// Whole CPUs that the control group may use, rounded up; 0 for no limit.
static int readQuota() {
  long quota = 0, period = 0;
  if (FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re")) {
    if (fscanf(file, "%ld %ld", &quota, &period) != 2)
      quota = 0;
    fclose(file);
  }
  return quota > 0 && period > 0 ? int(std::min<long>((quota + period - 1) / period, INT_MAX)) : 0;
}

int ThreadPool::getDefaultThreads() {
  if (const char *text = getenv("MAMBAC_NUM_THREADS")) {
    long threads = strtol(text, nullptr, 10);
    if (threads > 0)
      return int(std::min<long>(threads, 1024));
  }
  int threads = 0;
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set))
    threads = CPU_COUNT(&set);
  if (threads <= 0)
    threads = int(std::thread::hardware_concurrency());
  if (int quota = readQuota())
    threads = std::min(threads, quota);
  return std::max(1, threads);
}

// Neither is ever destroyed: a product that is unloaded at exit may still have states.
static std::mutex &getRegistryMutex() {
  static std::mutex *mutex = new std::mutex;
  return *mutex;
}
static std::map<int, std::weak_ptr<ThreadPool>> &getRegistry() {
  static auto *registry = new std::map<int, std::weak_ptr<ThreadPool>>;
  return *registry;
}

std::shared_ptr<ThreadPool> ThreadPool::get(int threads) {
  std::lock_guard<std::mutex> lock(getRegistryMutex());
  std::weak_ptr<ThreadPool> &slot = getRegistry()[threads];
  std::shared_ptr<ThreadPool> pool = slot.lock();
  if (!pool || pool->owner != getpid()) {
    pool.reset(new ThreadPool(threads));
    slot = pool;
  }
  return pool;
}

ThreadPool::ThreadPool(int threads) : owner(getpid()) {
  if (threads > 1)
    workers.reserve(size_t(threads - 1));
  for (int i = 1; i < threads; ++i) {
    try {
      workers.emplace_back([this] { work(); });
    } catch (...) { // the system has no more threads for us: go on with those we have
      break;
    }
  }
}

ThreadPool::~ThreadPool() {
  if (owner != getpid()) { // a forked child: there are no threads to join
    for (std::thread &worker : workers)
      new (&worker) std::thread();
    return;
  }
  stopping.store(true);
  ticket.fetch_add(2);
  futexWake(ticket, INT_MAX);
  for (std::thread &worker : workers)
    worker.join();
}

void ThreadPool::takeChunks() {
  // A share of what is left: large chunks first, whose items are neighbours in memory, small ones at the end, so that all
  // threads end together.
  int64_t begin = nextItem.load(std::memory_order_relaxed);
  while (begin < count) {
    int64_t size = std::max<int64_t>(1, (count - begin) / (3 * int64_t(getThreads())));
    if (!nextItem.compare_exchange_weak(begin, begin + size, std::memory_order_relaxed))
      continue;
    body(context, begin, begin + size);
    begin = nextItem.load(std::memory_order_relaxed);
  }
}

void ThreadPool::work() {
  FloatingPointGuard guard;
  uint32_t seen = 0;
  for (;;) {
    auto changed = [&] { return ticket.load(std::memory_order_acquire) != seen; };
    while (!spin(changed)) {
      sleepers.fetch_add(1);
      if (!changed())
        futexWait(ticket, seen);
      sleepers.fetch_sub(1);
    }
    if (stopping.load())
      return;
    inside.fetch_add(1);
    uint32_t now = ticket.load();
    if (now & 1)
      takeChunks();
    seen = now;
    if (inside.fetch_sub(1) == 1 && waiting.load())
      futexWake(inside, 1);
  }
}

void ThreadPool::run(MambacBody newBody, void *newContext, int64_t newCount) {
  if (newCount <= 0)
    return;
  if (newCount == 1 || workers.empty() || busy.exchange(true, std::memory_order_acquire)) {
    newBody(newContext, 0, newCount);
    return;
  }
  body = newBody;
  context = newContext;
  count = newCount;
  nextItem.store(0, std::memory_order_relaxed);
  ticket.fetch_add(1); // odd: open
  if (sleepers.load())
    futexWake(ticket, int(std::min<int64_t>(newCount - 1, int64_t(workers.size()))));
  takeChunks();
  ticket.fetch_add(1); // even: closed
  auto empty = [&] { return inside.load() == 0; };
  while (!spin(empty)) {
    waiting.store(1);
    uint32_t still = inside.load();
    if (still)
      futexWait(inside, still);
    waiting.store(0);
  }
  busy.store(false, std::memory_order_release);
}
