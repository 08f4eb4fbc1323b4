//===- Repack.cpp - Other weights for a product -------------------------------------------------------------------===//
//
// See Repack.h. The output is the product up to its weights, copied by the system; the new segment, which the packing code
// writes into a mapping of the output; and a new trailer.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/Repack.h"
#include "lib/Repack/MatchWeights.h"
#include "lib/Repack/Packer.h"
#include "lib/Runtime/CPUFeatures.h"
#include "lib/Runtime/FileBeside.h"
#include "lib/Runtime/ProductFile.h"
#include "lib/Runtime/ProductWriter.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mambac;

namespace {

bool endsWith(const std::string &text, const std::string &suffix) {
  return text.size() > suffix.size() && !text.compare(text.size() - suffix.size(), suffix.size(), suffix);
}

bool sameFile(const std::string &a, const std::string &b) {
  struct stat one, two;
  return !stat(a.c_str(), &one) && !stat(b.c_str(), &two) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

class Repacker {
public:
  explicit Repacker(const RepackOptions &options) : options(options) {}

  std::string run() {
    std::string error = openProduct();
    if (error.empty())
      error = findWeights();
    if (!error.empty())
      return error;
    bool alone = endsWith(options.output, ".weights"), beside = alone || !trailer.weights_bytes;
    FileBeside product(options.output), weights(options.output + (alone ? "" : ".weights"));
    trailer.weights_hash = 0;
    if (beside) {
      MambacTrailer end = {};
      end.weights_bytes = loaded.getProduct()->weights_bytes;
      end.layout_hash = trailer.layout_hash;
      if (!weights.open(0666) || !fill(weights, end, error) || !appendTrailer(weights, end) || !weights.closeFile())
        return error.empty() ? weights.error : error;
      trailer.weights_hash = end.weights_hash;
    }
    if (!alone) {
      if (!product.open(0777) || !product.appendFile(options.product, 0, prefixBytes))
        return product.error;
      if (!beside && !fill(product, trailer, error))
        return error.empty() ? product.error : error;
      if (!appendTrailer(product, trailer) || !product.closeFile())
        return product.error;
    }
    if (beside && !weights.rename())
      return weights.error;
    return alone || product.rename() ? "" : product.error;
  }

private:
  std::string openProduct() {
    ErrorText text;
    ProductFile file;
    if (file.open(options.product.c_str(), text))
      return text.get();
    trailer = file.getTrailer();
    struct stat info;
    if (fstat(file.getFD(), &info))
      return "cannot read " + options.product + ": " + strerror(errno);
    prefixBytes = trailer.weights_bytes ? trailer.weights_offset : uint64_t(info.st_size) - sizeof trailer;
    if (sameFile(options.weights, options.output) || sameFile(options.weights, options.output + ".weights"))
      return "the output " + options.output + " would replace the weights that are read";
    if (loaded.load(file, text))
      return text.get();
    const MambacProduct &code = *loaded.getProduct();
    if (code.abi_version != MAMBAC_ABI_VERSION)
      return options.product + " has ABI version " + std::to_string(code.abi_version) + "; this program has " +
             std::to_string(MAMBAC_ABI_VERSION) + ": compile the model again";
    if (!code.weights_bytes)
      return options.product + " has no weights";
    if (!code.prepare)
      return options.product + " does not carry the code that packs its weights: compile the model again, to a .so or an executable";
    if (trailer.weights_bytes && trailer.weights_bytes != code.weights_bytes)
      return options.product + " is corrupt: its parts do not fit each other";
    if (std::string error = wanted.parse(*code.prepare, code.weights_bytes); !error.empty())
      return options.product + " is corrupt: " + error;
    if (const char *feature = findMissingFeature(wanted.cpuFeatures))
      return "packing the weights of " + options.product + " takes a CPU with " + feature + ", which this machine does not offer";
    return "";
  }

  std::string findWeights() {
    if (std::string error = openWeights(options.weights, set); !error.empty())
      return error;
    match = matchWeights(wanted, set);
    if (match.problems.empty())
      return "";
    std::string error = "the weights in " + options.weights + " do not fit " + options.product + ":";
    for (const std::string &problem : match.problems)
      error += "\n  " + problem;
    return error + "\nA model of another form has to be compiled";
  }

  /// Appends the segment and puts its hash into `end`. False after setting the file's error or `error`.
  bool fill(FileBeside &file, MambacTrailer &end, std::string &error) {
    uint64_t offset = file.size, page = uint64_t(sysconf(_SC_PAGESIZE)), start = offset / page * page, lead = offset - start;
    uint64_t bytes = loaded.getProduct()->weights_bytes;
    if (!file.reserve(bytes))
      return false;
    void *mapping = mmap(nullptr, size_t(lead + bytes), PROT_READ | PROT_WRITE, MAP_SHARED, file.getFD(), off_t(start));
    if (mapping == MAP_FAILED) {
      error = "cannot map " + options.output + ": " + strerror(errno);
      return false;
    }
    char *segment = static_cast<char *>(mapping) + lead;
    Packer packer;
    packer.addMapping(segment, bytes);
    for (const auto &[name, tensor] : set.tensors)
      if (tensor.mapped)
        packer.addMapping(tensor.data, tensor.bytes);
    std::vector<void *> inputs, outputs;
    for (const void *data : match.data)
      inputs.push_back(const_cast<void *>(data));
    for (int64_t place : wanted.offsets)
      outputs.push_back(segment + place);
    error = packer.run(loaded.getProduct()->prepare->code, inputs, outputs, segment);
    if (error.empty())
      end.weights_hash = hashMappedWeights(segment, size_t(bytes));
    munmap(mapping, size_t(lead + bytes));
    return error.empty();
  }

  const RepackOptions &options;
  LoadedProduct loaded;
  MambacTrailer trailer = {};
  uint64_t prefixBytes = 0; ///< of the product, which the output begins with
  PrepareInfo wanted;
  WeightSet set;
  WeightMatch match;
};

} // namespace

std::string mambac::repack(const RepackOptions &options) { return Repacker(options).run(); }
