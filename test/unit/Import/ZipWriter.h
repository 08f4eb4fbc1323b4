// A zip writer for tests: entries as the test wants them, also wrong ones, so nothing is checked. Sizes and offsets
// above 4 GiB are written as ZIP64; holes of a sparse file stand for large contents.
#ifndef MAMBAC_TEST_ZIPWRITER_H
#define MAMBAC_TEST_ZIPWRITER_H

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>
#include <zlib.h>

namespace mambac::test {

class ZipWriter {
public:
  struct Options {
    bool compress = false;
    uint64_t hole = 0;        ///< instead of content: that many zeros, not written
    uint32_t crcXor = 0;      ///< makes the checksum wrong
    uint16_t flags = 0;       ///< bit 0: encrypted
    int64_t claimedSize = -1; ///< the size in the headers, if it is to be a lie
    uint64_t offsetLie = 0;   ///< added to the local header's offset in the directory
    uint16_t method = 0;      ///< compression method to claim, if not 0 or deflate
  };

  void add(const std::string &name, const std::string &content) { add(name, content, Options()); }

  void add(const std::string &name, const std::string &content, Options options) {
    Entry entry;
    entry.name = name;
    entry.method = options.method ? options.method : options.compress ? 8 : 0;
    entry.flags = options.flags;
    std::string stored = options.compress ? deflated(content) : content;
    entry.size = options.hole ? options.hole : content.size();
    entry.stored = options.hole ? options.hole : stored.size();
    if (options.claimedSize >= 0)
      entry.size = entry.stored = static_cast<uint64_t>(options.claimedSize);
    entry.crc = (options.hole ? 0
                              : static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef *>(content.data()),
                                                            static_cast<uInt>(content.size())))) ^
                options.crcXor;
    entry.offset = end + options.offsetLie;
    std::string header;
    number(header, 0x04034b50, 4);
    common(header, entry, /*inDirectory=*/false);
    parts.push_back({end, header + name + zip64Field(entry, false) + (options.hole ? "" : stored)});
    end += parts.back().bytes.size() + options.hole;
    entries.push_back(entry);
  }

  /// The bytes before the directory end where the next entry's header begins.
  uint64_t position() const { return end; }

  /// The whole archive; not for holes.
  std::string bytes() const {
    std::string result;
    for (const Part &part : parts)
      result += part.bytes;
    return result + directory();
  }

  /// Writes a sparse file.
  bool save(const std::string &path) const {
    FILE *file = std::fopen(path.c_str(), "wb");
    if (!file)
      return false;
    bool ok = true;
    auto write = [&](uint64_t at, const std::string &bytes) {
      ok &= fseeko(file, static_cast<off_t>(at), SEEK_SET) == 0 &&
            std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    };
    for (const Part &part : parts)
      write(part.offset, part.bytes);
    write(end, directory());
    return (std::fclose(file) == 0) && ok;
  }

private:
  struct Entry {
    std::string name;
    uint16_t method = 0, flags = 0;
    uint32_t crc = 0;
    uint64_t size = 0, stored = 0, offset = 0;
  };
  struct Part {
    uint64_t offset;
    std::string bytes;
  };
  std::vector<Entry> entries;
  std::vector<Part> parts;
  uint64_t end = 0;

  static void number(std::string &out, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      out += static_cast<char>(value >> (8 * i));
  }
  static bool isLarge(uint64_t value) { return value >= 0xffffffffu; }
  static uint64_t clipped(uint64_t value) { return isLarge(value) ? 0xffffffffu : value; }

  static std::string zip64Field(const Entry &entry, bool inDirectory) {
    std::string values;
    if (isLarge(entry.size) || isLarge(entry.stored)) {
      number(values, entry.size, 8);
      number(values, entry.stored, 8);
    }
    if (inDirectory && isLarge(entry.offset))
      number(values, entry.offset, 8);
    if (values.empty())
      return "";
    std::string field;
    number(field, 1, 2);
    number(field, values.size(), 2);
    return field + values;
  }

  static void common(std::string &out, const Entry &entry, bool inDirectory) {
    bool large = isLarge(entry.size) || isLarge(entry.stored);
    number(out, 45, 2);
    number(out, entry.flags, 2);
    number(out, entry.method, 2);
    number(out, 0, 4); // time and date
    number(out, entry.crc, 4);
    number(out, large ? 0xffffffffu : entry.stored, 4);
    number(out, large ? 0xffffffffu : entry.size, 4);
    number(out, entry.name.size(), 2);
    number(out, zip64Field(entry, inDirectory).size(), 2);
  }

  std::string directory() const {
    std::string out;
    for (const Entry &entry : entries) {
      number(out, 0x02014b50, 4);
      number(out, 45, 2);
      common(out, entry, /*inDirectory=*/true);
      out.append(2 + 2 + 2 + 4, '\0'); // comment, disk, attributes
      number(out, clipped(entry.offset), 4);
      out += entry.name + zip64Field(entry, true);
    }
    uint64_t size = out.size();
    if (isLarge(end)) {
      uint64_t at = end + size;
      number(out, 0x06064b50, 4);
      number(out, 44, 8);
      number(out, 45, 2);
      number(out, 45, 2);
      number(out, 0, 8);
      number(out, entries.size(), 8);
      number(out, entries.size(), 8);
      number(out, size, 8);
      number(out, end, 8);
      number(out, 0x07064b50, 4);
      number(out, 0, 4);
      number(out, at, 8);
      number(out, 1, 4);
    }
    number(out, 0x06054b50, 4);
    number(out, 0, 4);
    number(out, entries.size(), 2);
    number(out, entries.size(), 2);
    number(out, size, 4);
    number(out, clipped(end), 4);
    number(out, 0, 2);
    return out;
  }

  static std::string deflated(const std::string &content) {
    z_stream stream = {};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
  }
};

} // namespace mambac::test

#endif // MAMBAC_TEST_ZIPWRITER_H
