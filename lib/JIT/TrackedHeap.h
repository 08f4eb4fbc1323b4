//===- TrackedHeap.h - The memory of a program that runs in this process -----------------------------*- C++ -*-===//
//
// Stands in for malloc, free, abort and puts of a compiled program: counts what is allocated, refuses to go beyond a
// limit, gives everything back at the end, and turns the program's abort into a return with a message. One thread.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_TRACKEDHEAP_H
#define MAMBAC_LIB_JIT_TRACKEDHEAP_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/Error.h"
#include <csetjmp>
#include <string>

namespace mambac {

class TrackedHeap {
public:
  explicit TrackedHeap(int64_t limit) : limit(limit) {}
  ~TrackedHeap();
  TrackedHeap(const TrackedHeap &) = delete;

  /// The functions that programs refer to.
  static llvm::Error define(llvm::orc::LLJIT &jit);
  /// Calls `function(argument)`. What it allocated stays until the heap goes.
  llvm::Error call(void (*function)(void **), void **argument);

  int64_t peak = 0, largest = 0;

private:
  static void *allocate(size_t bytes);
  static void *allocateAligned(size_t alignment, size_t bytes);
  static void release(void *block);
  [[noreturn]] static void stop();
  static int note(const char *text);
  [[noreturn]] void leave(std::string why);

  llvm::DenseMap<void *, int64_t> blocks;
  int64_t limit, now = 0;
  std::string message, notes;
  jmp_buf back;
};

} // namespace mambac

#endif // MAMBAC_LIB_JIT_TRACKEDHEAP_H
