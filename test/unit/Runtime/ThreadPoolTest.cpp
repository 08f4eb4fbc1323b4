//===- ThreadPoolTest.cpp - Parallel loops ------------------------------------------------------------------------===//
//
// Every item once, whatever calls what from where.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using mambac::ThreadPool;

namespace {

struct Counts {
  std::vector<int> items;
  ThreadPool *pool = nullptr;
};

void countItems(void *context, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i)
    ++static_cast<Counts *>(context)->items[size_t(i)];
}

void expectOnce(ThreadPool &pool, int64_t count) {
  Counts counts;
  counts.items.assign(size_t(count), 0);
  pool.run(countItems, &counts, count);
  EXPECT_EQ(std::count(counts.items.begin(), counts.items.end(), 1), count);
}

TEST(ThreadPoolTest, EveryItemOnce) {
  for (int threads : {1, 2, 3, 8}) {
    auto pool = ThreadPool::get(threads);
    EXPECT_EQ(pool->getThreads(), threads);
    for (int64_t count : {0, 1, 2, 3, 7, 64, 1000})
      for (int i = 0; i < 50; ++i)
        expectOnce(*pool, count);
  }
}

TEST(ThreadPoolTest, AfterSleep) {
  auto pool = ThreadPool::get(4);
  for (int i = 0; i < 20; ++i) {
    usleep(2000);
    expectOnce(*pool, 100);
  }
}

TEST(ThreadPoolTest, Nested) {
  auto pool = ThreadPool::get(3);
  struct Outer {
    ThreadPool *pool;
    std::atomic<int> bad{0};
  } outer{pool.get(), {}};
  pool->run(
      [](void *context, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          auto *outer = static_cast<Outer *>(context);
          Counts counts;
          counts.items.assign(50, 0);
          outer->pool->run(countItems, &counts, 50);
          if (std::count(counts.items.begin(), counts.items.end(), 1) != 50)
            ++outer->bad;
        }
      },
      &outer, 40);
  EXPECT_EQ(outer.bad.load(), 0);
}

TEST(ThreadPoolTest, SharedByThreads) {
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([] {
      auto pool = ThreadPool::get(2);
      for (int i = 0; i < 500; ++i)
        expectOnce(*pool, 33);
    });
  for (std::thread &caller : callers)
    caller.join();
}

TEST(ThreadPoolTest, AfterFork) {
  auto pool = ThreadPool::get(3);
  expectOnce(*pool, 100);
  pid_t child = fork();
  if (child == 0) {
    Counts counts;
    counts.items.assign(100, 0);
    pool->run(countItems, &counts, 100);
    _exit(std::count(counts.items.begin(), counts.items.end(), 1) == 100 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// Not a limit on the time (tests run on busy machines), only shown: the design asks for less than 5 us on two threads.
TEST(ThreadPoolTest, ForkJoinTime) {
  auto pool = ThreadPool::get(2);
  Counts counts;
  counts.items.assign(2, 0);
  std::vector<double> times;
  for (int i = 0; i < 20000; ++i) {
    auto start = std::chrono::steady_clock::now();
    pool->run(countItems, &counts, 2);
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  RecordProperty("median_microseconds", std::to_string(times[times.size() / 2]));
  printf("fork and join on two threads: median %.2f us, 99%% %.2f us\n", times[times.size() / 2],
         times[times.size() * 99 / 100]);
}

} // namespace
