//===- ProductWriter.cpp - Puts a product file together -----------------------------------------------------------===//
//
// See ProductWriter.h. Builds are reproducible: the bytes written depend on the parts alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/ProductWriter.h"
#include "lib/Runtime/ProductABI.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace mambac;

namespace {

/// A file that appears at its path only when it is complete.
class FileBeside {
public:
  explicit FileBeside(const std::string &path) : path(path), temporary(path + ".tmp-" + std::to_string(getpid())) {}
  ~FileBeside() {
    if (fd >= 0)
      close(fd);
    if (created && !renamed)
      unlink(temporary.c_str());
  }

  bool open(mode_t mode) {
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
      return fail("cannot write");
    created = true;
    return true;
  }

  bool append(const void *data, size_t bytes) {
    const char *next = static_cast<const char *>(data);
    while (bytes) {
      ssize_t written = ::write(fd, next, bytes < (size_t(1) << 30) ? bytes : (size_t(1) << 30));
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return fail("cannot write");
      next += written;
      bytes -= size_t(written);
      size += uint64_t(written);
    }
    return true;
  }

  bool alignTo(uint64_t alignment) {
    static const char zeros[4096] = {};
    return append(zeros, size_t((alignment - size % alignment) % alignment));
  }

  bool closeFile() {
    int closing = fd;
    fd = -1;
    return ::close(closing) == 0 || fail("cannot write");
  }

  bool rename() {
    if (::rename(temporary.c_str(), path.c_str()))
      return fail("cannot replace");
    renamed = true;
    return true;
  }

  uint64_t size = 0;
  std::string error;

private:
  bool fail(const char *what) {
    error = std::string(what) + " " + path + ": " + strerror(errno);
    return false;
  }

  std::string path, temporary;
  int fd = -1;
  bool created = false, renamed = false;
};

bool appendTrailer(FileBeside &file, MambacTrailer trailer) {
  memcpy(trailer.magic, "MAMBAC01", 8);
  trailer.trailer_hash = XXH3_64bits(&trailer, offsetof(MambacTrailer, trailer_hash));
  return file.append(&trailer, sizeof trailer);
}

bool appendWeights(FileBeside &file, const void *data, size_t bytes, uint64_t hash) {
  MambacTrailer end = {};
  end.weights_bytes = bytes;
  end.weights_hash = hash;
  // The trailer of a weight file starts at a multiple of 8, like that of a product.
  return file.open(0666) && file.append(data, bytes) && file.alignTo(64) && appendTrailer(file, end) &&
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

uint64_t mambac::hashWeights(const void *data, size_t bytes) { return XXH3_64bits(data, bytes); }

std::string mambac::writeWeightFile(const std::string &path, const void *data, size_t bytes) {
  FileBeside weights(path);
  if (!appendWeights(weights, data, bytes, hashWeights(data, bytes)))
    return weights.error;
  return weights.rename() ? "" : weights.error;
}

std::string mambac::writeProduct(const std::string &path, const ProductParts &parts) {
  MambacTrailer trailer = {};
  trailer.weights_hash = parts.weightsHash ? *parts.weightsHash : hashWeights(parts.weights, parts.weightsBytes);
  trailer.so_hash = XXH3_64bits(parts.so, parts.soBytes);
  trailer.so_bytes = parts.soBytes;

  FileBeside product(path), weights(path + ".weights");
  bool separate = !parts.embedWeights && parts.weightsBytes;
  if (separate && !appendWeights(weights, parts.weights, parts.weightsBytes, trailer.weights_hash))
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
    if (!product.append(parts.weights, parts.weightsBytes))
      return product.error;
  }
  if (!product.alignTo(64) || !appendTrailer(product, trailer) || !product.closeFile())
    return product.error;
  if (separate && !weights.rename())
    return weights.error;
  return product.rename() ? "" : product.error;
}
