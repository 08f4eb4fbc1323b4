//===- WeightFile.cpp - Tensors by name, from a file or a folder --------------------------------------------------===//
//
// See WeightFile.h. Here: which kind of file it is, folders, and mapping.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/WeightFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mambac;

unsigned mambac::dtypeBytes(const std::string &dtype) {
  static const struct {
    const char *name;
    unsigned bytes;
  } rows[] = {{"f32", 4}, {"f16", 2}, {"bf16", 2}, {"f64", 8}, {"i64", 8},      {"i32", 4},   {"i16", 2},  {"i8", 1},
              {"u8", 1},  {"bool", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8},      {"c64", 8},   {"f8e4m3fn", 1}, {"f8e5m2", 1}};
  for (const auto &row : rows)
    if (dtype == row.name)
      return row.bytes;
  return 0;
}

bool mambac::countBytes(const std::string &dtype, const std::vector<int64_t> &sizes, uint64_t &bytes) {
  bytes = dtypeBytes(dtype);
  uint64_t bound = bytes; // zero sizes count as one, so that the others are still bounded
  for (int64_t size : sizes) {
    if (size < 0 || __builtin_mul_overflow(bound, uint64_t(size ? size : 1), &bound) || bound > uint64_t(1) << 46)
      return false;
    bytes *= uint64_t(size);
  }
  return bound != 0;
}

std::string mambac::describe(const std::string &dtype, const std::vector<int64_t> &sizes) {
  std::string text = dtype + " [";
  for (size_t i = 0; i < sizes.size(); ++i)
    text += (i ? ", " : "") + std::to_string(sizes[i]);
  return text + "]";
}

/// A file in memory.
static std::string mapFile(const std::string &path, WeightSet &set, std::string_view &bytes) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return "cannot open " + path + ": " + strerror(errno);
  struct stat info;
  std::string error;
  if (fstat(fd, &info))
    error = "cannot read " + path + ": " + strerror(errno);
  else if (!S_ISREG(info.st_mode))
    error = path + " is no regular file";
  else if (info.st_size == 0)
    error = path + " is empty";
  if (error.empty()) {
    size_t size = size_t(info.st_size);
    void *data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
      error = "cannot map " + path + ": " + strerror(errno);
    } else {
      set.owners.push_back(std::shared_ptr<void>(data, [size](void *mapping) { munmap(mapping, size); }));
      bytes = std::string_view(static_cast<const char *>(data), size);
    }
  }
  close(fd);
  return error;
}

static std::string openFile(const std::string &path, WeightSet &set) {
  std::string_view bytes;
  if (std::string error = mapFile(path, set, bytes); !error.empty())
    return error;
  if (bytes.substr(0, 2) != "PK") // how archives begin
    return readSafetensors(bytes, path, /*mapped=*/true, set);
  set.owners.pop_back();
  return readArchive(path, set);
}

/// The files that model.safetensors.index.json names.
static std::string readIndex(const std::string &folder, std::vector<std::string> &files) {
  std::string path = folder + "/model.safetensors.index.json";
  WeightSet owner;
  std::string_view bytes;
  if (std::string error = mapFile(path, owner, bytes); !error.empty())
    return error;
  auto root = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (!root.is_object() || map == root.end() || !map->is_object())
    return path + " has no object \"weight_map\"";
  std::set<std::string> names;
  for (const auto &file : *map) {
    const std::string *name = file.get_ptr<const std::string *>();
    if (!name || name->empty() || name->find('/') != std::string::npos)
      return path + ": \"weight_map\" names a file that is not in the folder";
    names.insert(*name);
  }
  files.assign(names.begin(), names.end());
  return files.empty() ? path + ": \"weight_map\" is empty" : "";
}

static std::string openFolder(const std::string &folder, WeightSet &set) {
  std::vector<std::string> names, files;
  DIR *directory = opendir(folder.c_str());
  if (!directory)
    return "cannot read " + folder + ": " + strerror(errno);
  while (const dirent *entry = readdir(directory))
    names.push_back(entry->d_name);
  closedir(directory);
  std::sort(names.begin(), names.end());
  auto has = [&](const char *name) { return std::binary_search(names.begin(), names.end(), std::string(name)); };
  // As transformers does; other files of the folder may hold the same weights in another form.
  if (has("model.safetensors")) {
    files.push_back("model.safetensors");
  } else if (has("model.safetensors.index.json")) {
    if (std::string error = readIndex(folder, files); !error.empty())
      return error;
  } else {
    static const std::string suffix = ".safetensors";
    for (const std::string &name : names)
      if (name.size() > suffix.size() && !name.compare(name.size() - suffix.size(), suffix.size(), suffix))
        files.push_back(name);
  }
  if (files.empty())
    return folder + " has no .safetensors file; name a file of weights, or a folder with model.safetensors";
  for (const std::string &file : files)
    if (std::string error = openFile(folder + "/" + file, set); !error.empty())
      return error;
  return "";
}

std::string mambac::openWeights(const std::string &path, WeightSet &set) {
  struct stat info;
  if (stat(path.c_str(), &info))
    return "cannot open " + path + ": " + strerror(errno);
  return S_ISDIR(info.st_mode) ? openFolder(path, set) : openFile(path, set);
}
