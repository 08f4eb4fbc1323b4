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
#include <sys/mman.h>
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

  /// The first bytes of a file, without reading them into this process where the system can do that.
  bool appendFile(const std::string &from, size_t bytes) {
    int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
    if (source < 0)
      return fail("cannot write");
    size_t left = bytes;
    while (left) {
      ssize_t copied = copy_file_range(source, nullptr, fd, nullptr, left < (size_t(1) << 30) ? left : (size_t(1) << 30), 0);
      if (copied < 0 && errno == EINTR)
        continue;
      if (copied <= 0)
        break;
      left -= size_t(copied);
      size += uint64_t(copied);
    }
    std::vector<char> buffer(left ? size_t(1) << 20 : 0);
    bool good = true;
    while (good && left) {
      ssize_t count = ::read(source, buffer.data(), left < buffer.size() ? left : buffer.size());
      if (count < 0 && errno == EINTR)
        continue;
      good = count > 0 ? append(buffer.data(), size_t(count)) : fail("cannot write");
      left -= good ? size_t(count) : 0;
    }
    ::close(source);
    return good;
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

/// The segment itself, wherever it is.
bool appendSegment(FileBeside &file, const ProductParts &parts) {
  return parts.weightsFile.empty() ? file.append(parts.weights, parts.weightsBytes)
                                   : file.appendFile(parts.weightsFile, parts.weightsBytes);
}

/// A weight file.
bool appendWeights(FileBeside &file, const ProductParts &parts, uint64_t hash) {
  MambacTrailer end = {};
  end.weights_bytes = parts.weightsBytes;
  end.weights_hash = hash;
  // The trailer of a weight file starts at a multiple of 8, like that of a product.
  return file.open(0666) && appendSegment(file, parts) && file.alignTo(64) && appendTrailer(file, end) &&
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

std::string mambac::writeWeightFile(const std::string &path, const std::string &from, size_t bytes, uint64_t hash) {
  ProductParts parts;
  parts.weightsFile = from;
  parts.weightsBytes = bytes;
  FileBeside weights(path);
  if (!appendWeights(weights, parts, hash))
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
  if (!product.alignTo(64) || !appendTrailer(product, trailer) || !product.closeFile())
    return product.error;
  if (separate && !weights.rename())
    return weights.error;
  return product.rename() ? "" : product.error;
}
