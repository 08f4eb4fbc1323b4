// Parses a zip's end record, its ZIP64 twin, the directory, and each entry's local header (Zip.h). Every number is a
// claim: ranges are compared as sizes that are left, so that no sum can overflow.
#include "lib/Import/Zip.h"

#include <cstring>

namespace mambac::pt2 {

namespace {
constexpr const char *saveAgain = "write it again with torch.export.save(program, path)";
constexpr const char *copyAgain = "copy or download it again";

/// A window of the file that is read from its beginning; reading beyond its end gives zeros and clears `ok`.
class Cursor {
public:
  Cursor(const uint8_t *data, uint64_t size) : data(data), left(size) {}

  uint64_t number(unsigned bytes) {
    const uint8_t *at = take(bytes);
    uint64_t value = 0;
    for (unsigned i = 0; at && i < bytes; ++i)
      value |= static_cast<uint64_t>(at[i]) << (8 * i);
    return value;
  }
  const uint8_t *take(uint64_t bytes) {
    if (bytes > left) {
      ok = false;
      left = 0;
      return nullptr;
    }
    const uint8_t *at = data;
    data += bytes;
    left -= bytes;
    return at;
  }

  const uint8_t *data;
  uint64_t left;
  bool ok = true;
};

constexpr uint64_t localSignature = 0x04034b50, entrySignature = 0x02014b50, endSignature = 0x06054b50,
                   end64Signature = 0x06064b50, locator64Signature = 0x07064b50;
constexpr uint64_t endSize = 22, locatorSize = 20;

struct Directory {
  uint64_t offset = 0, size = 0, count = 0;
};

/// The position of the end record: the last one whose comment ends with the file.
std::optional<uint64_t> findEnd(const uint8_t *data, uint64_t size) {
  for (uint64_t comment = 0; comment <= 0xffff && comment + endSize <= size; ++comment) {
    uint64_t at = size - endSize - comment;
    Cursor cursor(data + at, endSize);
    if (cursor.number(4) == endSignature && Cursor(data + at + 20, 2).number(2) == comment)
      return at;
  }
  return std::nullopt;
}

std::optional<Directory> readEnd(const uint8_t *data, uint64_t size, uint64_t at) {
  Directory directory;
  Cursor end(data + at, endSize);
  end.take(10);
  directory.count = end.number(2);
  directory.size = end.number(4);
  directory.offset = end.number(4);
  uint64_t limit = at;
  if (at >= locatorSize) {
    Cursor locator(data + at - locatorSize, locatorSize);
    if (locator.number(4) == locator64Signature) {
      locator.take(4);
      uint64_t at64 = locator.number(8);
      if (at64 > at - locatorSize)
        return std::nullopt;
      Cursor end64(data + at64, at - locatorSize - at64);
      if (end64.number(4) != end64Signature)
        return std::nullopt;
      end64.take(8 + 2 + 2 + 4 + 4 + 8);
      directory.count = end64.number(8);
      directory.size = end64.number(8);
      directory.offset = end64.number(8);
      if (!end64.ok)
        return std::nullopt;
      limit = at64;
    }
  }
  if (directory.offset > limit || directory.size > limit - directory.offset)
    return std::nullopt;
  return directory;
}

/// Replaces those of the values that are at their maximum by the ZIP64 field's; false when it lacks one.
bool applyZip64(Cursor extra, uint64_t &size, uint64_t &stored, uint64_t &offset) {
  constexpr uint64_t large = 0xffffffff;
  bool wanted = size == large || stored == large || offset == large;
  while (wanted && extra.left >= 4) {
    uint64_t id = extra.number(2), length = extra.number(2);
    const uint8_t *content = extra.take(length);
    if (!content)
      return false;
    if (id != 1)
      continue;
    Cursor field(content, length);
    for (uint64_t *value : {&size, &stored, &offset})
      if (*value == large)
        *value = field.number(8);
    return field.ok;
  }
  return !wanted;
}

/// The beginning of the content, behind the local header at `offset`.
std::optional<uint64_t> findContent(const uint8_t *data, uint64_t size, uint64_t offset, const std::string &name) {
  if (offset > size)
    return std::nullopt;
  Cursor local(data + offset, size - offset);
  if (local.number(4) != localSignature)
    return std::nullopt;
  local.take(22);
  uint64_t nameLength = local.number(2), extraLength = local.number(2);
  const uint8_t *localName = local.take(nameLength);
  local.take(extraLength);
  if (!local.ok || nameLength != name.size() || std::memcmp(localName, name.data(), name.size()) != 0)
    return std::nullopt;
  return size - local.left;
}
} // namespace

Expected<std::vector<ZipEntry>> readZipDirectory(const uint8_t *data, uint64_t size) {
  std::optional<uint64_t> end = findEnd(data, size);
  if (!end) {
    if (size >= 4 && Cursor(data, 4).number(4) == localSignature)
      return Error{"a zip archive without its directory: the file is cut off or corrupt", "", copyAgain};
    return Error{"not a zip archive, so not a .pt2 file", "", saveAgain};
  }
  std::optional<Directory> directory = readEnd(data, size, *end);
  if (!directory)
    return Error{"the zip directory is corrupt or cut off", "", copyAgain};
  std::vector<ZipEntry> entries;
  Cursor cursor(data + directory->offset, directory->size);
  for (uint64_t i = 0; i < directory->count; ++i) {
    bool isEntry = cursor.number(4) == entrySignature;
    cursor.take(4);
    uint64_t flags = cursor.number(2), method = cursor.number(2);
    cursor.take(4);
    ZipEntry entry;
    entry.crc = static_cast<uint32_t>(cursor.number(4));
    entry.stored = cursor.number(4);
    entry.size = cursor.number(4);
    uint64_t nameLength = cursor.number(2), extraLength = cursor.number(2), commentLength = cursor.number(2);
    cursor.take(8);
    uint64_t offset = cursor.number(4);
    const uint8_t *name = cursor.take(nameLength), *extra = cursor.take(extraLength);
    cursor.take(commentLength);
    if (!isEntry || !cursor.ok)
      return Error{"the zip directory is corrupt or cut off", "", copyAgain};
    if (nameLength == 0 || std::memchr(name, 0, nameLength))
      return Error{"the zip directory has an entry with an impossible name", "", copyAgain};
    entry.name.assign(reinterpret_cast<const char *>(name), nameLength);
    auto error = [&](const std::string &what, const char *todo) { return Error{what, entry.name, todo}; };
    if (!applyZip64(Cursor(extra, extraLength), entry.size, entry.stored, offset))
      return error("the entry's ZIP64 sizes are missing", copyAgain);
    if (flags & 1)
      return error("the entry is encrypted", saveAgain);
    if (method != 0 && method != 8)
      return error("the entry is compressed by method " + std::to_string(method) + ", which is unknown", saveAgain);
    entry.compressed = method == 8;
    std::optional<uint64_t> content = findContent(data, size, offset, entry.name);
    if (!content)
      return error("the entry does not agree with the zip directory", copyAgain);
    entry.offset = *content;
    if (entry.stored > size - entry.offset || (!entry.compressed && entry.stored != entry.size))
      return error("the entry lies outside of the file: the archive is corrupt or cut off", copyAgain);
    entries.push_back(std::move(entry));
  }
  return entries;
}

} // namespace mambac::pt2
