//===- Model.cpp - An open product --------------------------------------------------------------------------------===//
//
// See Model.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Model.h"
#include "lib/Runtime/CPUFeatures.h"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace mambac;

/// The best level that the machine has, or the one that MAMBAC_CPU asks for.
mambac_status mambac_model::chooseLevel(const char *name, ErrorText &error) {
  const std::vector<Level> &levels = metadata.levels;
  if (levels.size() != product->num_levels || levels.empty())
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: it has code for %u levels and describes %zu", name,
                     product->num_levels, levels.size());
  std::string names;
  for (const Level &one : levels)
    names += (names.empty() ? "" : ", ") + one.name;
  const char *wanted = getenv("MAMBAC_CPU");
  if (wanted && *wanted) {
    for (level = 0; level < levels.size() && levels[level].name != wanted;)
      ++level;
    if (level == levels.size())
      return error.set(MAMBAC_UNSUPPORTED, "%s has no code for %s, which --cpu or MAMBAC_CPU asks for; it has: %s", name, wanted,
                       names.c_str());
    if (const char *feature = findMissingFeature(levels[level].cpuFeatures))
      return error.set(MAMBAC_UNSUPPORTED,
                       "%s needs the CPU feature %s for %s, which --cpu or MAMBAC_CPU asks for; this machine does not offer it",
                       name, feature, wanted);
    return MAMBAC_OK;
  }
  const char *missing = nullptr;
  for (level = 0; level < levels.size(); ++level)
    if (missing = findMissingFeature(levels[level].cpuFeatures); !missing)
      return MAMBAC_OK;
  return error.set(MAMBAC_UNSUPPORTED,
                   "%s needs the CPU feature %s, which this machine does not offer (it has code for %s); compile the "
                   "model with --cpu=portable",
                   name, missing, names.c_str());
}

mambac_status mambac_model::checkProduct(const char *name, ErrorText &error) {
  if (product->abi_version != MAMBAC_ABI_VERSION)
    return error.set(MAMBAC_UNSUPPORTED, "%s has ABI version %u; this runtime has %d: compile the model again", name,
                     product->abi_version, MAMBAC_ABI_VERSION);
  if (mambac_status status = metadata.parse(product->metadata, name, error))
    return status;
  if (mambac_status status = chooseLevel(name, error))
    return status;
  for (const Entry &entry : metadata.entries) {
    const MambacEntry *code = nullptr;
    for (uint32_t i = 0; i < product->num_entries; ++i)
      if (entry.name == product->levels[level][i].name)
        code = &product->levels[level][i];
    if (!code || !code->run || !code->arena_bytes || !code->output_shapes)
      return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: it has no code for its entry %s", name, entry.name.c_str());
    codes.push_back(code);
  }
  metadata.text.info.tokenizer = product->tokenizer;
  metadata.text.info.tokenizer_bytes = product->tokenizer ? product->tokenizer_bytes : 0;
  return MAMBAC_OK;
}

mambac_status mambac_model::mapWeights(ProductFile *file, const std::string &name, const char *weightsPath,
                                       ErrorText &error) {
  if (!product->weights_bytes)
    return MAMBAC_OK;
  ProductFile beside;
  // Which weights belong to this file, if it says so; those that were asked for by name may be others.
  uint64_t own = !weightsPath && file && file->isOpen() ? file->getTrailer().weights_hash : 0;
  if (weightsPath || !file || !file->isOpen() || !file->getTrailer().weights_bytes) {
    std::string path = weightsPath ? weightsPath : name + ".weights";
    // A link to a product finds the weights beside what it points to.
    if (!weightsPath && access(path.c_str(), F_OK)) {
      char resolved[PATH_MAX];
      if (realpath(name.c_str(), resolved))
        path = std::string(resolved) + ".weights";
      if (access(path.c_str(), F_OK))
        return error.set(MAMBAC_IO_ERROR, "the weights of %s are not in it, and there is no %s: put the file there, or name it",
                         name.c_str(), path.c_str());
    }
    if (mambac_status status = beside.open(path.c_str(), error))
      return status;
    file = &beside;
  }
  const MambacTrailer &trailer = file->getTrailer();
  if (trailer.weights_bytes != product->weights_bytes || trailer.layout_hash != product->layout_hash)
    return error.set(MAMBAC_BAD_PRODUCT,
                     "the weights in %s belong to another model: %llu bytes with layout %016llx, where %s needs %llu bytes "
                     "with layout %016llx",
                     file->getName().c_str(), (unsigned long long)trailer.weights_bytes,
                     (unsigned long long)trailer.layout_hash, name.c_str(), (unsigned long long)product->weights_bytes,
                     (unsigned long long)product->layout_hash);
  if (own && trailer.weights_hash != own)
    return error.set(MAMBAC_BAD_PRODUCT, "the weights in %s are not those that %s was written with; name the file to use it all "
                                         "the same",
                     file->getName().c_str(), name.c_str());
  weightsHash = trailer.weights_hash;
  return weights.map(*file, error);
}

mambac_status mambac_model::load(ProductFile &file, const char *weightsPath, ErrorText &error) {
  std::string name = file.getName();
  if (mambac_status status = loaded.load(file, error))
    return status;
  product = loaded.getProduct();
  if (mambac_status status = checkProduct(name.c_str(), error))
    return status;
  return mapWeights(&file, name, weightsPath, error);
}

mambac_status mambac_model::link(const MambacProduct *linked, const char *weightsPath, ErrorText &error) {
  product = linked;
  // Not the file that holds `linked`: a program may have its own copy of that struct (a copy relocation).
  std::string name = findLoadedFile(linked->metadata);
  if (name.empty())
    name = "the linked product";
  if (mambac_status status = checkProduct(name.c_str(), error))
    return status;
  // A product that came as an object file has no trailer; then its weights are in a file beside it.
  ProductFile file;
  ErrorText ignored;
  bool hasTrailer = !weightsPath && file.open(name.c_str(), ignored) == MAMBAC_OK;
  return mapWeights(hasTrailer ? &file : nullptr, name, weightsPath, error);
}
