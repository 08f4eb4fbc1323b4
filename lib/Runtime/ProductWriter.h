//===- ProductWriter.h - Puts a product file together ------------------------------------------------*- C++ -*-===//
//
// Writes the files that ProductABI.h describes: runner, product ELF, packed weights, trailer. lib/Emit, lib/Repack and the
// tests call it; products do not contain it. No LLVM.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_PRODUCTWRITER_H
#define MAMBAC_LIB_RUNTIME_PRODUCTWRITER_H

#include "lib/Runtime/ProductABI.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mambac {

class FileBeside;

/// The hash that the trailer carries.
uint64_t hashWeights(const void *data, size_t bytes);

/// The same of a mapping of a file, whose pages are given back as they have been read.
uint64_t hashMappedWeights(const void *data, size_t bytes);

struct ProductParts {
  const void *so = nullptr; ///< the linked shared library, an ELF file in memory
  size_t soBytes = 0;
  const void *weights = nullptr; ///< the packed segment in memory, or else
  std::string weightsFile;       ///< a file that has it, which the system copies; then its hash is given
  uint64_t weightsOffset = 0;    ///< where it begins there
  size_t weightsBytes = 0;
  std::optional<uint64_t> weightsHash; ///< by hashWeights(), where it is known already
  uint64_t layoutHash = 0;             ///< MambacProduct::layout_hash
  bool embedWeights = true; ///< false: they go to PATH.weights
  std::string runner;       ///< path of mambac-runner for an executable; empty for a .so
};

/// Writes `path` (and PATH.weights if the weights are not embedded) beside its place and renames it there, so that a
/// failure leaves nothing half-written. Returns an empty text, or what went wrong.
std::string writeProduct(const std::string &path, const ProductParts &parts);

/// Writes a weight file alone, for products that are linked by someone else (objects, assembly). `parts` has the hash.
std::string writeWeightFile(const std::string &path, const ProductParts &parts);

/// Ends a file: fills in what all trailers have. False after setting the file's error.
bool appendTrailer(FileBeside &file, MambacTrailer trailer);

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_PRODUCTWRITER_H
