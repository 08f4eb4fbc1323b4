// Opening an archive: the zip directory is read once (Zip.cpp), after which each entry is an offset and a size into the
// mapping. What a tensor of the archive is stands in Weights.cpp.
#include "lib/Import/Archive.h"
#include "lib/Import/Zip.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace mambac::pt2 {

namespace {
constexpr const char *saveAgain = "write it again with torch.export.save(program, path)";
/// JSON entries may be compressed; this bounds what they may grow to.
constexpr uint64_t maxInflated = uint64_t(1) << 31;

bool checksumsIgnored = false;

/// Gives pages of a mapping that were read once back; the next reader gets them from the page cache.
void dropPages(const uint8_t *data, uint64_t size) {
  uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page,
            end = reinterpret_cast<uintptr_t>(data) + size;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

/// `drop`: the data lies in a mapping and need not stay in memory.
bool hasChecksum(const uint8_t *data, uint64_t size, uint32_t wanted, bool drop = false) {
  if (checksumsIgnored)
    return true;
  uLong crc = crc32(0, nullptr, 0);
  while (size) {
    uInt count = static_cast<uInt>(std::min<uint64_t>(size, 1u << 26));
    crc = crc32(crc, data, count);
    if (drop)
      dropPages(data, count);
    data += count;
    size -= count;
  }
  return static_cast<uint32_t>(crc) == wanted;
}
} // namespace

struct Archive::Impl {
  std::string path;
  const uint8_t *data = nullptr;
  uint64_t size = 0;
  bool mapped = false;
  std::unordered_map<std::string, ZipEntry> entries; ///< by name below the root folder
  std::vector<std::string> models;

  ~Impl() {
    if (mapped)
      munmap(const_cast<uint8_t *>(data), size);
  }

  Error error(const std::string &what, const std::string &entry = "", const std::string &todo = saveAgain) const {
    return Error{what, entry.empty() ? path : path + ": " + entry, todo};
  }

  Status readDirectory();
  Status checkFormat(Archive &archive);
};

Archive::Archive() : impl(std::make_unique<Impl>()) {}
Archive::~Archive() = default;

Status Archive::Impl::readDirectory() {
  auto found = readZipDirectory(data, size);
  if (!found)
    return error(found.error().what, found.error().where, found.error().todo);
  if (found->empty())
    return error("the zip archive is empty");

  // Everything lies in one folder, named by the first entry. Archives that somebody packed again may lack it.
  const std::string &first = found->front().name;
  std::string root = first.substr(0, first.find('/') + 1);
  auto has = [&](const std::string &name) {
    return std::any_of(found->begin(), found->end(), [&](const ZipEntry &entry) { return entry.name == name; });
  };
  if (!has(root + "archive_format") && has("archive_format"))
    root.clear();
  for (const ZipEntry &entry : *found) {
    const std::string &name = entry.name;
    if (name.size() <= root.size() || name.compare(0, root.size(), root) != 0 || name.back() == '/')
      continue;
    std::string inner = name.substr(root.size());
    if (inner.compare(0, 7, "models/") == 0 && inner.size() > 12 && inner.compare(inner.size() - 5, 5, ".json") == 0)
      models.push_back(inner.substr(7, inner.size() - 12));
    if (!entries.emplace(inner, entry).second)
      return error("the entry stands twice in the archive", inner);
  }
  return Status();
}

Status Archive::Impl::checkFormat(Archive &archive) {
  std::string buffer;
  auto line = [&](const char *name) -> Expected<std::string> {
    auto text = archive.text(name, buffer);
    if (!text)
      return text.error();
    std::string value(text->substr(0, 64));
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r' || value.back() == ' '))
      value.pop_back();
    return value;
  };
  if (!archive.hasEntry("archive_format")) {
    if (archive.hasEntry("serialized_exported_program.json"))
      return error("an archive of an older PyTorch, whose weights are pickles", "",
                   "write it again with torch.export.save of PyTorch 2.9 or later");
    if (archive.hasEntry("data.pkl"))
      return error("a checkpoint or TorchScript file, not an exported program", "",
                   "export the model with torch.export.export and torch.export.save");
    return error("a zip archive, but not a .pt2 one: it has no entry archive_format");
  }
  auto format = line("archive_format");
  if (!format)
    return format.error();
  if (*format != "pt2")
    return error("the archive's format is \"" + *format + "\", not \"pt2\"", "archive_format");
  if (archive.hasEntry("archive_version")) {
    auto version = line("archive_version");
    if (!version)
      return version.error();
    if (*version != "0")
      return error("archive version \"" + *version + "\" is unknown; this mambac reads version 0", "archive_version",
                   "use a newer mambac, or write it with an older PyTorch");
  }
  if (archive.hasEntry("byteorder")) {
    auto order = line("byteorder");
    if (!order)
      return order.error();
    if (*order == "big")
      return error("the weights are big-endian, which is not supported", "byteorder",
                   "write it again on a little-endian machine");
    if (*order != "little")
      return error("the byte order \"" + *order + "\" is unknown", "byteorder");
  }
  if (models.empty())
    return error("the archive has no model (no entry models/NAME.json)", "",
                 archive.hasEntry("data/aotinductor/") ? "archives of AOTInductor cannot be compiled again"
                                                       : saveAgain);
  return Status();
}

Expected<std::shared_ptr<Archive>> Archive::open(const std::string &path) {
  auto failed = [&](const std::string &what) { return Error{what + ": " + std::strerror(errno), path, ""}; };
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return failed("cannot open the file");
  struct stat info;
  void *data = nullptr;
  bool isFile = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (isFile && info.st_size > 0)
    data = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
  int mapError = errno;
  close(fd);
  if (!isFile)
    return Error{"not a regular file", path, "name a .pt2 file that torch.export.save wrote"};
  if (!data)
    return Error{"the file is empty", path, saveAgain};
  errno = mapError;
  if (data == MAP_FAILED)
    return failed("cannot map the file");
  std::shared_ptr<Archive> archive(new Archive());
  archive->impl->mapped = true;
  archive->impl->data = static_cast<const uint8_t *>(data);
  archive->impl->size = static_cast<uint64_t>(info.st_size);
  return finishOpening(std::move(archive), path);
}

Expected<std::shared_ptr<Archive>> Archive::fromMemory(const void *data, size_t size, const std::string &path) {
  std::shared_ptr<Archive> archive(new Archive());
  archive->impl->data = static_cast<const uint8_t *>(data);
  archive->impl->size = size;
  return finishOpening(std::move(archive), path);
}

Expected<std::shared_ptr<Archive>> Archive::finishOpening(std::shared_ptr<Archive> archive, const std::string &path) {
  archive->impl->path = path;
  Status status = archive->impl->readDirectory();
  if (status)
    status = archive->impl->checkFormat(*archive);
  if (!status)
    return status.error();
  return archive;
}

void Archive::ignoreChecksums() { checksumsIgnored = true; }

const std::string &Archive::path() const { return impl->path; }
bool Archive::isMapped() const { return impl->mapped; }
const std::vector<std::string> &Archive::models() const { return impl->models; }
bool Archive::hasEntry(const std::string &name) const {
  if (!name.empty() && name.back() == '/')
    return std::any_of(impl->entries.begin(), impl->entries.end(),
                       [&](const auto &entry) { return entry.first.compare(0, name.size(), name) == 0; });
  return impl->entries.count(name) != 0;
}

Expected<std::string> Archive::selectModel(const std::string &wanted) const {
  const auto &models = impl->models;
  if (wanted.empty() && models.size() == 1)
    return models[0];
  if (std::find(models.begin(), models.end(), wanted) != models.end())
    return wanted;
  std::string list;
  for (const std::string &name : models)
    list += (list.empty() ? "" : ", ") + name;
  if (wanted.empty())
    return impl->error("the archive holds " + std::to_string(models.size()) + " models: " + list, "",
                       "choose one by its name");
  return impl->error("the archive has no model '" + wanted + "'", "", "it has: " + list);
}

Expected<std::string_view> Archive::entry(const std::string &name) const {
  auto it = impl->entries.find(name);
  if (it == impl->entries.end())
    return impl->error("the archive lacks the entry", name);
  if (it->second.compressed)
    return impl->error("the entry is compressed, so it cannot be mapped", name,
                       "pack the archive again without compression, as torch.export.save does");
  return std::string_view(reinterpret_cast<const char *>(impl->data + it->second.offset), it->second.size);
}

Status Archive::verify(const std::string &name) const {
  auto bytes = entry(name);
  if (!bytes)
    return bytes.error();
  auto *data = reinterpret_cast<const uint8_t *>(bytes->data());
  if (!hasChecksum(data, bytes->size(), impl->entries.find(name)->second.crc, impl->mapped))
    return impl->error("the content does not agree with its checksum: the archive is corrupt", name,
                       "copy or download it again");
  return Status();
}

Expected<std::string_view> Archive::text(const std::string &name, std::string &buffer) const {
  auto it = impl->entries.find(name);
  if (it == impl->entries.end())
    return impl->error("the archive lacks the entry", name);
  const ZipEntry &entry = it->second;
  std::string_view content(reinterpret_cast<const char *>(impl->data + entry.offset), entry.stored);
  if (entry.compressed) {
    if (entry.size > maxInflated)
      return impl->error("the entry claims to be " + std::to_string(entry.size) + " bytes of text", name);
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      return impl->error("out of memory", name, "");
    buffer.clear();
    const char *next = content.data();
    size_t left = content.size();
    int code = Z_OK;
    // Grow as content comes, so that a false size costs nothing.
    while (code == Z_OK && buffer.size() <= entry.size) {
      size_t had = buffer.size();
      buffer.resize(had + std::min<size_t>(std::max<size_t>(had, 1 << 16), 1 << 26));
      if (stream.avail_in == 0 && left) {
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(next));
        stream.avail_in = static_cast<uInt>(std::min<size_t>(left, 1u << 30));
        next += stream.avail_in;
        left -= stream.avail_in;
      }
      stream.next_out = reinterpret_cast<Bytef *>(buffer.data() + had);
      stream.avail_out = static_cast<uInt>(buffer.size() - had);
      code = inflate(&stream, Z_NO_FLUSH);
      buffer.resize(buffer.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (code != Z_STREAM_END || buffer.size() != entry.size)
      return impl->error("the compressed entry is corrupt", name, "copy or download it again");
    content = buffer;
  }
  if (!hasChecksum(reinterpret_cast<const uint8_t *>(content.data()), content.size(), entry.crc))
    return impl->error("the content does not agree with its checksum: the archive is corrupt", name,
                       "copy or download it again");
  return content;
}

} // namespace mambac::pt2
