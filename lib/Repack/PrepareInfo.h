//===- PrepareInfo.h - What a product's packing code takes -------------------------------------------*- C++ -*-===//
//
// The JSON of MambacPrepare (docs/product.md) as structs. lib/Emit writes it.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPACK_PREPAREINFO_H
#define MAMBAC_LIB_REPACK_PREPAREINFO_H

#include "lib/Runtime/ProductABI.h"

#include <string>
#include <vector>

namespace mambac {

/// A tensor that the packing code takes.
struct WantedWeight {
  std::string name, dtype;
  std::vector<int64_t> sizes;
  uint64_t bytes = 0;
  std::vector<std::string> also;  ///< other names of the archive for the same tensor
  const void *constant = nullptr; ///< its contents, if it belongs to the model's code
};

struct PrepareInfo {
  std::string level;                    ///< that the code was compiled for
  std::vector<std::string> cpuFeatures; ///< without which it cannot run
  std::vector<WantedWeight> weights;    ///< the code's inputs
  std::vector<int64_t> offsets;         ///< of its outputs in the segment
  std::vector<std::string> unused;      ///< names of the archive that the model does not need

  /// Reads the metadata of `prepare` for a segment of `segmentBytes`. Returns an empty text, or what is wrong.
  std::string parse(const MambacPrepare &prepare, uint64_t segmentBytes);
};

} // namespace mambac

#endif // MAMBAC_LIB_REPACK_PREPAREINFO_H
