//===- MatchWeights.h - Which tensor is which weight -------------------------------------------------*- C++ -*-===//
//
// Finds the tensors that a product's packing code takes in a set of others, by name, and says all that does not fit.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_REPACK_MATCHWEIGHTS_H
#define MAMBAC_LIB_REPACK_MATCHWEIGHTS_H

#include "lib/Repack/PrepareInfo.h"
#include "lib/Repack/WeightFile.h"

namespace mambac {

struct WeightMatch {
  std::vector<const void *> data;    ///< for each wanted weight; null where there is a problem
  std::vector<std::string> problems; ///< one line each: missing, extra, other type or sizes
};

/// A prefix of whole components that all wanted names share (that of a wrapper around the model) may be left off in `set`.
WeightMatch matchWeights(const PrepareInfo &info, const WeightSet &set);

} // namespace mambac

#endif // MAMBAC_LIB_REPACK_MATCHWEIGHTS_H
