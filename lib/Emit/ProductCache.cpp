//===- ProductCache.cpp - Compiled products on disk -------------------------------------------------------------===//
//
// See ProductCache.h. An entry is a product file (ProductABI.h) without a runner, named by its key: it says by hashes
// whether it is whole, and a file that is not is as good as none.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Emit/ProductCache.h"
#include "lib/Emit/EmbedTokenizer.h"
#include "lib/Runtime/ProductABI.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <algorithm>
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace llvm;
using namespace mambac;

static constexpr uint64_t kDefaultLimit = uint64_t(5) << 30;

namespace {

/// A hash over texts and files.
class KeyHash {
public:
  KeyHash() : state(XXH3_createState()) { XXH3_128bits_reset(state); }
  ~KeyHash() { XXH3_freeState(state); }
  KeyHash(const KeyHash &) = delete;
  KeyHash &operator=(const KeyHash &) = delete;

  /// With its length, so that texts do not run into each other.
  void add(StringRef text) {
    uint64_t size = text.size();
    XXH3_128bits_update(state, &size, sizeof size);
    XXH3_128bits_update(state, text.data(), text.size());
  }
  /// In pieces that two threads map one after the other: all of it at once would count as memory of this process.
  bool addFile(StringRef path) {
    constexpr uint64_t piece = uint64_t(32) << 20;
    uint64_t size = 0;
    auto handle = sys::fs::openNativeFileForRead(path);
    if (!handle) {
      consumeError(handle.takeError());
      return false;
    }
    bool whole = !sys::fs::file_size(path, size);
    std::vector<XXH128_hash_t> hashes(size / piece + 1);
    std::atomic<size_t> next{0}, failures{0};
    auto work = [&]() {
      for (size_t i; (i = next++) < hashes.size();) {
        size_t bytes = std::min(piece, size - i * piece);
        void *data = bytes ? mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, *handle, off_t(i * piece)) : nullptr;
        if (data == MAP_FAILED) {
          ++failures;
          continue;
        }
        hashes[i] = XXH3_128bits(data, bytes);
        if (bytes)
          munmap(data, bytes);
      }
    };
    std::thread other(work);
    work();
    other.join();
    sys::fs::closeFile(*handle);
    XXH3_128bits_update(state, hashes.data(), hashes.size() * sizeof hashes[0]);
    XXH3_128bits_update(state, &size, sizeof size);
    return whole && !failures;
  }
  std::string digest() const {
    XXH128_hash_t hash = XXH3_128bits_digest(state);
    return utohexstr(hash.high64, /*LowerCase=*/true, 16) + utohexstr(hash.low64, true, 16);
  }

private:
  XXH3_state_t *state;
};

struct Entry {
  std::string path;
  uint64_t bytes;
  sys::TimePoint<> used;
};

} // namespace

/// The library, or else the program, that holds `address`.
static std::string fileOf(const void *address) {
  Dl_info info;
  StringRef name = dladdr(address, &info) && info.dli_fname ? info.dli_fname : "";
  return name.contains('/') && sys::fs::exists(name) ? name.str() : "/proc/self/exe";
}

/// MAMBAC_CACHE_DIR, or mambac/ in the user's folder for caches; empty where there is none.
static std::string findFolder() {
  std::string off = sys::Process::GetEnv("MAMBAC_CACHE").value_or("");
  if (off == "off" || off == "0")
    return "";
  if (auto own = sys::Process::GetEnv("MAMBAC_CACHE_DIR"); own && !own->empty())
    return *own;
  SmallString<128> path;
  if (!sys::path::cache_directory(path)) // XDG_CACHE_HOME, or ~/.cache
    return "";
  sys::path::append(path, "mambac");
  return std::string(path);
}

/// MAMBAC_CACHE_SIZE in bytes, or with K, M or G behind the number.
static uint64_t findLimit() {
  std::string text = sys::Process::GetEnv("MAMBAC_CACHE_SIZE").value_or("");
  StringRef rest(text);
  uint64_t number;
  if (rest.consumeInteger(10, number))
    return kDefaultLimit;
  unsigned shift = rest.equals_insensitive("k") ? 10 : rest.equals_insensitive("m") ? 20 : rest.equals_insensitive("g") ? 30 : 0;
  return rest.empty() || shift ? number << shift : kDefaultLimit;
}

ProductCache::ProductCache(const CompileOptions &options, ArrayRef<TargetLevel> levels,
                           ArrayRef<std::string> productFiles) {
  bool product = options.emission == Emission::Executable || options.emission == Emission::Shared;
  // What is asked for besides the product comes from the stages themselves, and what was measured is not the input's.
  if (!product || options.verify || options.tune || !options.report.empty() || !options.afterRaise.empty())
    return;
  folder = findFolder();
  limit = findLimit();
  uint64_t bytes = 0;
  if (folder.empty() || sys::fs::file_size(options.input, bytes) || bytes > limit / 2)
    return;
  std::string key = computeKey(options, levels, productFiles);
  if (key.empty())
    return;
  SmallString<128> name(folder);
  sys::path::append(name, key);
  path = std::string(name);
}

std::string ProductCache::computeKey(const CompileOptions &options, ArrayRef<TargetLevel> levels,
                                     ArrayRef<std::string> productFiles) const {
  KeyHash hash;
  // The compiler: its own code, and which build of LLVM.
  if (!hash.addFile(fileOf(reinterpret_cast<const void *>(&findFolder))))
    return "";
  std::string llvmFile = fileOf(dlsym(RTLD_DEFAULT, "LLVMGetVersion"));
  sys::fs::file_status status;
  if (sys::fs::status(llvmFile, status))
    return "";
  hash.add(LLVM_VERSION_STRING);
  hash.add(std::to_string(status.getSize()) + " " +
           std::to_string(sys::toTimeT(status.getLastModificationTime())));
  // What it puts into products.
  for (const std::string &file : productFiles)
    if (!file.empty() && !hash.addFile(file))
      return "";
  for (const TargetLevel &level : levels)
    hash.add(describeForKey(level));
  hash.add(options.emission == Emission::Executable ? "exe" : "so " + sys::path::filename(options.output).str());
  hash.add(options.model);
  hash.add(std::to_string(options.chunk));
  hash.add(options.tokenizer == "none" ? "no tokenizer" : "");
  for (const std::string &file : getTokenizerFiles(options)) {
    hash.add("tokenizer");
    if (!hash.addFile(file))
      return "";
  }
  hash.add(sys::path::filename(options.input));
  return hash.addFile(options.input) ? hash.digest() : "";
}

ProductCache::~ProductCache() {
  if (fd >= 0)
    ::close(fd);
}

bool ProductCache::find(ProductParts &parts) {
  if (path.empty())
    return false;
  fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) || size_t(info.st_size) < sizeof(MambacTrailer))
    return false;
  std::error_code code;
  file = sys::fs::mapped_file_region(fd, sys::fs::mapped_file_region::readonly, size_t(info.st_size), 0, code);
  if (code)
    return false;
  StringRef bytes(file.const_data(), file.size());
  MambacTrailer trailer;
  std::memcpy(&trailer, bytes.end() - sizeof trailer, sizeof trailer);
  auto inside = [&](uint64_t offset, uint64_t size) { return offset <= bytes.size() && size <= bytes.size() - offset; };
  bool whole = XXH3_64bits(&trailer, offsetof(MambacTrailer, trailer_hash)) == trailer.trailer_hash &&
               inside(trailer.so_offset, trailer.so_bytes) && inside(trailer.weights_offset, trailer.weights_bytes) &&
               trailer.weights_offset % 4096 == 0 &&
               XXH3_64bits(bytes.data() + trailer.so_offset, trailer.so_bytes) == trailer.so_hash &&
               hashMappedWeights(bytes.data() + trailer.weights_offset, trailer.weights_bytes) == trailer.weights_hash;
  if (!whole) {
    sys::fs::remove(path);
    return false;
  }
  parts.so = bytes.data() + trailer.so_offset;
  parts.soBytes = trailer.so_bytes;
  if (trailer.weights_bytes)
    parts.weightsFile = "/proc/self/fd/" + std::to_string(fd);
  parts.weightsOffset = trailer.weights_offset;
  parts.weightsBytes = trailer.weights_bytes;
  parts.weightsHash = trailer.weights_hash;
  parts.layoutHash = trailer.layout_hash;
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return true;
}

void ProductCache::store(const ProductParts &parts) const {
  uint64_t bytes = parts.soBytes + parts.weightsBytes + 8192;
  if (path.empty() || bytes > limit / 2)
    return;
  if (sys::fs::create_directories(folder, /*IgnoreExisting=*/true, sys::fs::owner_all))
    return;
  makeRoom(bytes);
  // A disk is not to be full because of this.
  auto space = sys::fs::disk_space(folder);
  if (!space || space->available / 2 < bytes)
    return;
  ProductParts entry = parts;
  entry.runner.clear();
  entry.embedWeights = true;
  (void)writeProduct(path, entry); // beside its place, then renamed
}

void ProductCache::makeRoom(uint64_t bytes) const {
  std::vector<Entry> entries;
  uint64_t total = bytes;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code)) {
    // Only what is named as entries are, with what a writer that died left of one: nobody else's files.
    StringRef name = sys::path::filename(it->path());
    bool ours = name.size() >= 32 && all_of(name.take_front(32), isHexDigit) &&
                (name.size() == 32 || name.substr(32).starts_with(".tmp-"));
    sys::fs::file_status status;
    if (!ours || sys::fs::status(it->path(), status) || !sys::fs::is_regular_file(status))
      continue;
    entries.push_back({it->path(), status.getSize(), status.getLastModificationTime()});
    total += status.getSize();
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.used < b.used; });
  for (const Entry &entry : entries) {
    if (total <= limit)
      break;
    if (!sys::fs::remove(entry.path))
      total -= entry.bytes;
  }
}
