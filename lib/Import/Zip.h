// The directory of a zip file in memory: names, and where each entry's bytes lie. Written here because what a reader of
// weights needs, the place of a stored entry in a file of any size, is what the common libraries lack: libzip does not
// tell it, and the minizip of Debian 12 reads the sizes of ZIP64 entries wrongly. Contents are not touched here.
#ifndef MAMBAC_IMPORT_ZIP_H
#define MAMBAC_IMPORT_ZIP_H

#include "lib/Import/Status.h"

#include <cstdint>
#include <vector>

namespace mambac::pt2 {

/// One entry: `stored` bytes at `offset` of the file are `size` bytes of content. The range was checked to lie in the
/// file.
struct ZipEntry {
  std::string name;
  uint64_t offset = 0, stored = 0, size = 0;
  uint32_t crc = 0;
  bool compressed = false; ///< by deflate; all else is refused
};

/// The entries in the directory's order. An error's `where` is the entry's name, if it is about one.
Expected<std::vector<ZipEntry>> readZipDirectory(const uint8_t *data, uint64_t size);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_ZIP_H
