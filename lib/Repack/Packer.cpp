//===- Packer.cpp - Runs the code that packs weights --------------------------------------------------------------===//
//
// See Packer.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/Packer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace mambac;

Packer::Packer()
    : pool(ThreadPool::get(ThreadPool::getDefaultThreads())), statm(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {
  base = residentBytes();
}

Packer::~Packer() {
  if (statm >= 0)
    close(statm);
}

void Packer::addMapping(const void *data, uint64_t bytes) {
  uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE)), begin = reinterpret_cast<uintptr_t>(data) / page * page;
  mappings.push_back({reinterpret_cast<void *>(begin), reinterpret_cast<uintptr_t>(data) + bytes - begin});
}

namespace {
struct Piece {
  MambacBody body;
  void *context;
  int64_t begin;
};
} // namespace

/// In pieces, as one tensor alone may be large.
void Packer::loop(MambacBody body, void *context, int64_t count) {
  constexpr int64_t pieces = 16;
  int64_t step = std::max<int64_t>((count + pieces - 1) / pieces, 1);
  for (int64_t begin = 0; begin < count; begin += step) {
    Piece piece{body, context, begin};
    auto runPiece = [](void *context, int64_t begin, int64_t end) {
      auto *piece = static_cast<Piece *>(context);
      piece->body(piece->context, piece->begin + begin, piece->begin + end);
    };
    if (pool)
      pool->run(runPiece, &piece, std::min(step, count - begin));
    else
      runPiece(&piece, 0, std::min(step, count - begin));
    if (residentBytes() > base + kMostResident)
      release();
  }
}

/// Shared pages that were written stay in the file's cache, private ones were only read: nothing is lost.
void Packer::release() {
  for (auto [data, bytes] : mappings)
    madvise(data, bytes, MADV_DONTNEED);
}

int64_t Packer::residentBytes() const {
  char text[64] = {};
  long long total = 0, resident = 0;
  if (statm < 0 || pread(statm, text, sizeof text - 1, 0) <= 0 || sscanf(text, "%lld %lld", &total, &resident) != 2)
    return INT64_MAX; // not known: given back always
  return resident * sysconf(_SC_PAGESIZE);
}

std::string Packer::run(const MambacEntry &code, const std::vector<void *> &inputs, const std::vector<void *> &outputs,
                        void *segment) {
  Services services = {};
  services.packer = this;
  services.parallel_for = [](const MambacServices *self, MambacBody body, void *context, int64_t count) {
    static_cast<const Services *>(self)->packer->loop(body, context, count);
  };
  services.index_fault = [](const MambacServices *self, int32_t, int64_t, int64_t) {
    const_cast<Services *>(static_cast<const Services *>(self))->faulted = true;
  };
  int64_t symbol = 0, bytes = code.arena_bytes(&symbol);
  std::unique_ptr<void, decltype(&free)> arena(
      aligned_alloc(64, size_t((std::max<int64_t>(bytes, 64) + 63) / 64 * 64)), free);
  if (!arena)
    return "out of memory: packing the weights takes " + std::to_string(bytes) + " bytes";
  MambacCall call{&services, inputs.data(), outputs.data(), &symbol, arena.get(), segment};
  FloatingPointGuard guard;
  code.run(&call);
  release();
  return services.faulted ? "an index among the weights is outside its table" : "";
}
