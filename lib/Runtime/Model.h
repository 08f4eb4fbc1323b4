//===- Model.h - An open product ---------------------------------------------------------------------*- C++ -*-===//
//
// The immutable part of a compiled model: its code, its weights, its signature. States share it. Not for running: that
// is State.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_MODEL_H
#define MAMBAC_LIB_RUNTIME_MODEL_H

#include "lib/Runtime/Metadata.h"
#include "lib/Runtime/ProductFile.h"

#include <atomic>
#include <vector>

struct mambac_model {
public:
  mambac_model() = default;
  mambac_model(const mambac_model &) = delete;
  mambac_model &operator=(const mambac_model &) = delete;

  /// From a product file that is open.
  mambac_status load(mambac::ProductFile &file, const char *weightsPath, mambac::ErrorText &error);
  /// From a product that is in the process already.
  mambac_status link(const MambacProduct *product, const char *weightsPath, mambac::ErrorText &error);

  const mambac::Metadata &getMetadata() const { return metadata; }
  const MambacProduct &getProduct() const { return *product; }
  /// The code of metadata.entries[i].
  const MambacEntry &getCode(size_t i) const { return *codes[i]; }
  /// Which weights these are; 0 without any.
  uint64_t getWeightsHash() const { return weightsHash; }
  const void *getWeights() const { return weights.data(); }
  /// The level in use, an index into the metadata's list.
  size_t getLevel() const { return level; }

  void retain() { references.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

private:
  ~mambac_model() = default;
  mambac_status checkProduct(const char *name, mambac::ErrorText &error);
  mambac_status chooseLevel(const char *name, mambac::ErrorText &error);
  mambac_status mapWeights(mambac::ProductFile *file, const std::string &name, const char *weightsPath,
                           mambac::ErrorText &error);

  std::atomic<int> references{1};
  mambac::LoadedProduct loaded; ///< before `metadata`: outlives it
  const MambacProduct *product = nullptr;
  mambac::WeightMapping weights;
  uint64_t weightsHash = 0;
  mambac::Metadata metadata;
  size_t level = 0;
  std::vector<const MambacEntry *> codes;
};

#endif // MAMBAC_LIB_RUNTIME_MODEL_H
