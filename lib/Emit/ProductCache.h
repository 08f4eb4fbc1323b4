//===- ProductCache.h - Compiled products on disk -----------------------------------------------------*- C++ -*-===//
//
// Keeps the code and the packed weights of products that were compiled, by everything that decides what they are: the
// input's bytes, the options, the compiler. Builds are reproducible, so what comes from here is what a compilation would
// write. Off with MAMBAC_CACHE=off; nothing depends on it, and what goes wrong in it goes unnoticed.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_EMIT_PRODUCTCACHE_H
#define MAMBAC_LIB_EMIT_PRODUCTCACHE_H

#include "lib/Emit/TargetLevels.h"
#include "lib/Runtime/ProductWriter.h"
#include "llvm/Support/FileSystem.h"
#include "mambac/Compiler.h"

namespace mambac {

class ProductCache {
public:
  /// The cache as the environment has it, for one compilation.
  ProductCache(const CompileOptions &options, llvm::ArrayRef<TargetLevel> levels,
               llvm::ArrayRef<std::string> productFiles);
  ~ProductCache();
  ProductCache(const ProductCache &) = delete;
  ProductCache &operator=(const ProductCache &) = delete;

  /// Fills in code (in memory) and weights (in a file) if they are there and whole; they live as long as this object.
  bool find(ProductParts &parts);
  /// Keeps code and weights, and drops what has not been used for the longest time if that makes too much.
  void store(const ProductParts &parts) const;

private:
  std::string computeKey(const CompileOptions &options, llvm::ArrayRef<TargetLevel> levels,
                         llvm::ArrayRef<std::string> productFiles) const;
  void makeRoom(uint64_t bytes) const;

  std::string folder;
  uint64_t limit = 0; ///< bytes of all entries
  std::string path;   ///< of this compilation's entry; empty if nothing is to be kept
  int fd = -1;        ///< of the entry that was found: it stays readable when another process drops it
  llvm::sys::fs::mapped_file_region file;
};

} // namespace mambac

#endif // MAMBAC_LIB_EMIT_PRODUCTCACHE_H
