//===- ProductWriter.cpp - Puts a product file together -----------------------------------------------------------===//
//
// See ProductWriter.h. Builds are reproducible: the bytes written depend on the parts alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/ProductWriter.h"
#include "lib/Runtime/FileBeside.h"
#include "lib/Runtime/ProductABI.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace mambac;

namespace {

/// The segment itself, wherever it is.
bool appendSegment(FileBeside &file, const ProductParts &parts) {
  return parts.weightsFile.empty() ? file.append(parts.weights, parts.weightsBytes)
                                   : file.appendFile(parts.weightsFile, parts.weightsOffset, parts.weightsBytes);
}

/// A weight file.
bool appendWeights(FileBeside &file, const ProductParts &parts, uint64_t hash) {
  MambacTrailer end = {};
  end.weights_bytes = parts.weightsBytes;
  end.weights_hash = hash;
  end.layout_hash = parts.layoutHash;
  return file.open(0666) && appendSegment(file, parts) && appendTrailer(file, end) &&
         file.closeFile();
}

std::string readWhole(const std::string &path, std::vector<char> &bytes) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0 || fstat(fd, &info)) {
    std::string error = "cannot read the runner " + path + ": " + strerror(errno) + "; it is built as libexec/mambac-runner";
    if (fd >= 0)
      close(fd);
    return error;
  }
  bytes.resize(size_t(info.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t count = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    done += size_t(count);
  }
  close(fd);
  return done == bytes.size() ? "" : "cannot read the runner " + path;
}

} // namespace

bool mambac::appendTrailer(FileBeside &file, MambacTrailer trailer) {
  memcpy(trailer.magic, MAMBAC_MAGIC, sizeof trailer.magic);
  trailer.trailer_hash = XXH3_64bits(&trailer, offsetof(MambacTrailer, trailer_hash));
  return file.alignTo(64) && file.append(&trailer, sizeof trailer);
}

uint64_t mambac::hashWeights(const void *data, size_t bytes) { return XXH3_64bits(data, bytes); }

uint64_t mambac::hashMappedWeights(const void *data, size_t bytes) {
  const size_t step = size_t(16) << 20, page = size_t(sysconf(_SC_PAGESIZE));
  XXH3_state_t *state = XXH3_createState();
  XXH3_64bits_reset(state);
  const char *begin = static_cast<const char *>(data);
  for (size_t done = 0; done < bytes; done += step) {
    size_t count = bytes - done < step ? bytes - done : step;
    XXH3_64bits_update(state, begin + done, count);
    // The mapping begins at a page, and so does each step.
    madvise(const_cast<char *>(begin + done), (count + page - 1) / page * page, MADV_DONTNEED);
  }
  uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

std::string mambac::writeWeightFile(const std::string &path, const ProductParts &parts) {
  FileBeside weights(path);
  if (!appendWeights(weights, parts, *parts.weightsHash))
    return weights.error;
  return weights.rename() ? "" : weights.error;
}

std::string mambac::writeProduct(const std::string &path, const ProductParts &parts) {
  MambacTrailer trailer = {};
  trailer.weights_hash = parts.weightsHash ? *parts.weightsHash : hashWeights(parts.weights, parts.weightsBytes);
  trailer.so_hash = XXH3_64bits(parts.so, parts.soBytes);
  trailer.so_bytes = parts.soBytes;
  trailer.layout_hash = parts.layoutHash;

  FileBeside product(path), weights(path + ".weights");
  bool separate = !parts.embedWeights && parts.weightsBytes;
  if (separate && !appendWeights(weights, parts, trailer.weights_hash))
    return weights.error;

  if (!product.open(0777))
    return product.error;
  if (!parts.runner.empty()) {
    std::vector<char> runner;
    std::string error = readWhole(parts.runner, runner);
    if (!error.empty())
      return error;
    if (!product.append(runner.data(), runner.size()) || !product.alignTo(4096))
      return product.error;
  }
  trailer.so_offset = product.size;
  if (!product.append(parts.so, parts.soBytes))
    return product.error;
  if (parts.embedWeights && parts.weightsBytes) {
    if (!product.alignTo(4096))
      return product.error;
    trailer.weights_offset = product.size;
    trailer.weights_bytes = parts.weightsBytes;
    if (!appendSegment(product, parts))
      return product.error;
  }
  if (!appendTrailer(product, trailer) || !product.closeFile())
    return product.error;
  if (separate && !weights.rename())
    return weights.error;
  return product.rename() ? "" : product.error;
}
