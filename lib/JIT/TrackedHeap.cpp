//===- TrackedHeap.cpp - The memory of a program that runs in this process -------------------------------------===//
//
// See TrackedHeap.h. A program that stops is left by longjmp: its frames are the JIT's and have nothing to clean up.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/TrackedHeap.h"

#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include <cstdlib>

using namespace llvm;
using namespace mambac;

static thread_local TrackedHeap *current = nullptr;

TrackedHeap::~TrackedHeap() {
  for (auto &block : blocks)
    std::free(block.first);
}

void TrackedHeap::leave(std::string why) {
  message = std::move(why);
  longjmp(back, 1);
}

void *TrackedHeap::allocate(size_t bytes) { return allocateAligned(64, bytes); }

void *TrackedHeap::allocateAligned(size_t alignment, size_t bytes) {
  TrackedHeap &heap = *current;
  if (int64_t(bytes) < 0 || heap.now + int64_t(bytes) > heap.limit)
    heap.leave("it needs more memory than there is: " + std::to_string(heap.now) + " bytes and another " +
               std::to_string(bytes));
  alignment = std::max<size_t>(alignment, 64);
  void *block = std::aligned_alloc(alignment, (std::max<size_t>(bytes, 1) + alignment - 1) / alignment * alignment);
  if (!block)
    heap.leave("out of memory: " + std::to_string(bytes) + " bytes");
  heap.blocks[block] = int64_t(bytes);
  heap.now += int64_t(bytes);
  heap.peak = std::max(heap.peak, heap.now);
  heap.largest = std::max(heap.largest, int64_t(bytes));
  return block;
}

void TrackedHeap::release(void *block) {
  TrackedHeap &heap = *current;
  auto found = heap.blocks.find(block);
  if (found == heap.blocks.end()) // an argument's memory, which is the caller's
    return;
  heap.now -= found->second;
  heap.blocks.erase(found);
  std::free(block);
}

void TrackedHeap::stop() {
  std::string why = current->notes.empty() ? "a check of the program failed" : current->notes;
  current->leave(std::move(why));
}

int TrackedHeap::note(const char *text) {
  current->notes = text;
  return 0;
}

namespace {
struct UnrankedMemRef {
  int64_t rank;
  int64_t *descriptor;
};

/// What the lowering of memref.copy calls for memrefs that are not dense.
void copyMemRef(int64_t width, UnrankedMemRef *source, UnrankedMemRef *target) {
  int64_t rank = source->rank, count = 1;
  const int64_t *from = source->descriptor, *to = target->descriptor;
  for (int64_t dim = 0; dim < rank; ++dim)
    count *= from[3 + dim];
  SmallVector<int64_t> at(rank, 0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t read = from[2], write = to[2];
    for (int64_t dim = 0; dim < rank; ++dim) {
      read += at[dim] * from[3 + rank + dim];
      write += at[dim] * to[3 + rank + dim];
    }
    std::memcpy(reinterpret_cast<char *>(to[1]) + write * width, reinterpret_cast<char *>(from[1]) + read * width,
                size_t(width));
    for (int64_t dim = rank; dim-- > 0 && ++at[dim] == from[3 + dim];)
      at[dim] = 0;
  }
}
} // namespace

Error TrackedHeap::define(orc::LLJIT &jit) {
  orc::SymbolMap symbols;
  auto add = [&](StringRef name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(function), JITSymbolFlags::Exported};
  };
  add("malloc", &TrackedHeap::allocate);
  add("aligned_alloc", &TrackedHeap::allocateAligned);
  add("free", &TrackedHeap::release);
  add("abort", &TrackedHeap::stop);
  add("puts", &TrackedHeap::note);
  add("memrefCopy", &copyMemRef);
  return jit.getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols)));
}

Error TrackedHeap::call(void (*function)(void **), void **argument) {
  current = this;
  if (setjmp(back) == 0)
    function(argument);
  current = nullptr;
  return message.empty() ? Error::success() : createStringError(message);
}
