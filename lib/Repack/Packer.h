//===- Packer.h - Runs the code that packs weights ---------------------------------------------------*- C++ -*-===//
//
// Runs a product's @prepare on tensors, all of which lie in mapped files: while it runs, pages are given back, so that
// memory does not grow with the weights. The compiler and lib/Repack both come through here. No LLVM.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPACK_PACKER_H
#define MAMBAC_LIB_REPACK_PACKER_H

#include "lib/Runtime/ProductABI.h"
#include "lib/Runtime/ThreadPool.h"

#include <string>
#include <utility>
#include <vector>

namespace mambac {

class Packer {
public:
  Packer();
  ~Packer();
  Packer(const Packer &) = delete;
  Packer &operator=(const Packer &) = delete;

  /// A mapping of a file, private if it is only read, shared if it is written: its pages come back from the file.
  void addMapping(const void *data, uint64_t bytes);

  /// Runs `code` on the tensors; `segment` begins the packed weights, in which all of `outputs` lie. Returns an empty text,
  /// or what went wrong.
  std::string run(const MambacEntry &code, const std::vector<void *> &inputs, const std::vector<void *> &outputs,
                  void *segment);

private:
  static constexpr int64_t kMostResident = 128 << 20;
  struct Services : MambacServices {
    Packer *packer;
    bool faulted;
  };

  void loop(MambacBody body, void *context, int64_t count);
  void release();
  int64_t residentBytes() const;

  std::shared_ptr<ThreadPool> pool;
  int statm;
  int64_t base;
  std::vector<std::pair<void *, size_t>> mappings;
};

} // namespace mambac

#endif // MAMBAC_LIB_REPACK_PACKER_H
