//===- FileBeside.cpp - Files that appear when they are complete --------------------------------------------------===//
//
// See FileBeside.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/FileBeside.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace mambac;

static constexpr uint64_t kMostAtOnce = uint64_t(1) << 30;

FileBeside::FileBeside(const std::string &path) : path(path), temporary(path + ".tmp-" + std::to_string(getpid())) {}

FileBeside::~FileBeside() {
  if (fd >= 0)
    close(fd);
  if (created && !renamed)
    unlink(temporary.c_str());
}

bool FileBeside::open(mode_t mode) {
  fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0)
    return fail("cannot write");
  created = true;
  return true;
}

bool FileBeside::append(const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes) {
    ssize_t written = ::write(fd, next, bytes < kMostAtOnce ? bytes : kMostAtOnce);
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

bool FileBeside::appendFile(const std::string &from, uint64_t offset, uint64_t bytes) {
  int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0)
    return fail("cannot write");
  uint64_t left = bytes;
  off_t next = off_t(offset);
  while (left) {
    ssize_t copied = copy_file_range(source, &next, fd, nullptr, left < kMostAtOnce ? left : kMostAtOnce, 0);
    if (copied < 0 && errno == EINTR)
      continue;
    if (copied <= 0)
      break;
    left -= uint64_t(copied);
    size += uint64_t(copied);
  }
  std::vector<char> buffer(left ? size_t(1) << 20 : 0);
  bool good = true;
  while (good && left) {
    ssize_t count = ::pread(source, buffer.data(), left < buffer.size() ? left : buffer.size(), next);
    if (count < 0 && errno == EINTR)
      continue;
    good = count > 0 ? append(buffer.data(), size_t(count)) : fail("cannot write");
    left -= good ? uint64_t(count) : 0;
    next += good ? count : 0;
  }
  ::close(source);
  return good;
}

bool FileBeside::alignTo(uint64_t alignment) {
  static const char zeros[4096] = {};
  return append(zeros, size_t((alignment - size % alignment) % alignment));
}

bool FileBeside::reserve(uint64_t bytes) {
  if (int code = bytes ? posix_fallocate(fd, off_t(size), off_t(bytes)) : 0) {
    errno = code;
    return fail("cannot write");
  }
  size += bytes;
  return lseek(fd, off_t(size), SEEK_SET) >= 0 || fail("cannot write");
}

bool FileBeside::closeFile() {
  int closing = fd;
  fd = -1;
  return ::close(closing) == 0 || fail("cannot write");
}

bool FileBeside::rename() {
  struct stat old;
  bool exchanged = lstat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode) &&
                   renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0;
  if (exchanged)
    unlink(temporary.c_str()); // the old file
  else if (::rename(temporary.c_str(), path.c_str()))
    return fail("cannot replace");
  renamed = true;
  return true;
}

bool FileBeside::fail(const char *what) {
  error = std::string(what) + " " + path + ": " + strerror(errno);
  return false;
}
