//===- ArchiveWeights.cpp - The tensors of a .pt2 archive ---------------------------------------------------------===//
//
// By the archive reader of lib/Import; the graph is not read. Where that reader cannot be built (no zlib for the target of a
// cross compiler), archives are refused.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/WeightFile.h"

#ifdef MAMBAC_WITHOUT_ARCHIVES

std::string mambac::readArchive(const std::string &path, WeightSet &) {
  return "cannot read " + path + ": this program was built without the reader of .pt2 archives; give the weights as a "
                                 ".safetensors file";
}

#else

#include "lib/Import/Weights.h"

using namespace mambac;

/// Of a tensor whose elements do not lie one behind the other.
static constexpr uint64_t kMostCopied = uint64_t(1) << 30;

std::string mambac::readArchive(const std::string &path, WeightSet &set) {
  auto archive = pt2::Archive::open(path);
  if (!archive)
    return archive.error().message();
  auto model = (*archive)->selectModel("");
  if (!model)
    return model.error().message();
  set.owners.push_back(*archive);
  for (const char *kind : {"weights", "constants"}) {
    std::unordered_map<std::string, pt2::TensorView> views;
    if (pt2::Status status = pt2::readPayloads(**archive, *model, kind, {}, /*verify=*/true, views); !status)
      return status.error().message();
    for (auto &[name, view] : views) {
      pt2::showComplexAsPairs(view);
      WeightTensor tensor;
      tensor.dtype = pt2::dtypeName(view.dtype);
      tensor.sizes = view.sizes;
      if (!countBytes(tensor.dtype, tensor.sizes, tensor.bytes))
        return path + ": the tensor '" + name + "' has the type " + tensor.dtype + ", which products do not have";
      tensor.mapped = view.isContiguous();
      if (tensor.mapped) {
        tensor.data = view.data;
      } else if (tensor.bytes > kMostCopied) {
        return path + ": the tensor '" + name + "' is not contiguous, and too large to be copied: make it contiguous before the export";
      } else {
        auto copy = pt2::makeDense(view);
        tensor.data = copy.get();
        set.owners.push_back(std::move(copy));
      }
      set.tensors.emplace(name, std::move(tensor)); // a weight hides a constant of its name, as in the importer
    }
  }
  return "";
}

#endif
