//===- FileBeside.h - Files that appear when they are complete ---------------------------------------*- C++ -*-===//
//
// A file is written beside its place and renamed there at the end, so that a failure leaves nothing half-written. For
// ProductWriter.h and lib/Repack; products do not contain it. No LLVM.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_FILEBESIDE_H
#define MAMBAC_LIB_RUNTIME_FILEBESIDE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace mambac {

/// Functions that return false have set `error`. What is not renamed is removed at the end.
class FileBeside {
public:
  explicit FileBeside(const std::string &path);
  ~FileBeside();
  FileBeside(const FileBeside &) = delete;
  FileBeside &operator=(const FileBeside &) = delete;

  bool open(mode_t mode);
  bool append(const void *data, size_t bytes);
  /// Bytes of another file, without reading them into this process where the system can do that. File systems that share
  /// blocks do so where both places are multiples of 4096: what is written to either file later is that file's alone.
  bool appendFile(const std::string &from, uint64_t offset, uint64_t bytes);
  bool alignTo(uint64_t alignment);
  /// Appends room on the disk, to be filled through a mapping of getFD().
  bool reserve(uint64_t bytes);
  bool closeFile();
  /// What is renamed over a file is written to the disk first by some file systems (ext4), which may be busy with what was
  /// compiled before; files that change places are not. If the power fails then, hashes tell that a product is not whole.
  bool rename();

  int getFD() const { return fd; }

  uint64_t size = 0; ///< so far
  std::string error;

private:
  bool fail(const char *what);

  std::string path, temporary;
  int fd = -1;
  bool created = false, renamed = false;
};

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_FILEBESIDE_H
