//===- Safetensors.cpp - Reads .safetensors files -----------------------------------------------------------------===//
//
// The format: eight bytes, the length of a JSON object {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …,
// "__metadata__": {…}}; that object; the tensors' bytes, which lie one behind the other without holes.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/WeightFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

using namespace mambac;

namespace {

constexpr uint64_t kMostHeaderBytes = 100'000'000; // as the library of the format has it
constexpr size_t kMostDims = 32;

struct Entry {
  std::string name, dtype;
  std::vector<int64_t> sizes;
  std::vector<uint64_t> offsets;
  bool hasSizes = false;
};

/// The header's events; nothing of it is kept but the entries.
class Header {
public:
  std::vector<Entry> entries;
  std::string fault;

  bool null() { return scalar("null"); }
  bool boolean(bool) { return scalar("a truth value"); }
  bool number_float(double, const std::string &) { return scalar("a number that is no integer"); }
  bool binary(std::vector<uint8_t> &) { return false; }
  bool number_integer(int64_t value) {
    return value < 0 ? complain("a negative number in its header" + place()) : number_unsigned(uint64_t(value));
  }
  bool number_unsigned(uint64_t value) {
    if (depth != 3 || metadata)
      return scalar("a number");
    if (field == "data_offsets")
      entries.back().offsets.push_back(value);
    else if (field == "shape" && value <= uint64_t(INT64_MAX))
      entries.back().sizes.push_back(int64_t(value));
    else
      return complain("an impossible size" + place());
    if (entries.back().sizes.size() > kMostDims || entries.back().offsets.size() > 2)
      return complain("too many numbers in \"" + field + "\"" + place());
    return true;
  }
  bool string(std::string &value) {
    if (metadata && depth == 2)
      return true;
    if (depth != 2 || field != "dtype")
      return scalar("a text");
    entries.back().dtype = std::move(value);
    return true;
  }
  bool key(std::string &name) {
    if (depth == 1) {
      metadata = name == "__metadata__";
      if (!metadata)
        entries.push_back({std::move(name), "", {}, {}, false});
      field.clear();
    } else if (!metadata) {
      field = std::move(name);
      if (field != "dtype" && field != "shape" && field != "data_offsets")
        return complain("the unknown key \"" + field.substr(0, 40) + "\"" + place());
      const Entry &entry = entries.back();
      if (field == "dtype" ? !entry.dtype.empty() : field == "shape" ? entry.hasSizes : !entry.offsets.empty())
        return complain("\"" + field + "\" twice" + place());
    }
    return true;
  }
  bool start_object(size_t) {
    if (depth > 1)
      return scalar("an object");
    ++depth;
    return true;
  }
  bool start_array(size_t) {
    if (depth != 2 || metadata || (field != "shape" && field != "data_offsets"))
      return scalar("a list");
    entries.back().hasSizes |= field == "shape";
    ++depth;
    return true;
  }
  bool end_object() { return --depth, true; }
  bool end_array() { return --depth, true; }
  bool parse_error(size_t position, const std::string &, const nlohmann::json::exception &) {
    return complain("its header is not valid JSON at byte " + std::to_string(position));
  }

private:
  int depth = 0; ///< 1: names; 2: fields of a tensor; 3: in a list
  bool metadata = false;
  std::string field;

  std::string place() const { return entries.empty() ? "" : " at the tensor '" + entries.back().name + "'"; }
  bool scalar(const char *what) {
    return complain(what + std::string(" where the format has none") + place());
  }
  bool complain(std::string what) {
    if (fault.empty())
      fault = std::move(what);
    return false;
  }
};

/// The format's words in those of mambac.h.
std::string dtypeWord(const std::string &word) {
  static const char *const rows[][2] = {{"F32", "f32"}, {"F16", "f16"}, {"BF16", "bf16"}, {"F64", "f64"},
                                        {"I64", "i64"}, {"I32", "i32"}, {"I16", "i16"},   {"I8", "i8"},
                                        {"U8", "u8"},   {"BOOL", "bool"}, {"U16", "u16"}, {"U32", "u32"},
                                        {"U64", "u64"}, {"C64", "c64"}, {"F8_E4M3", "f8e4m3fn"}, {"F8_E5M2", "f8e5m2"}};
  for (const auto &row : rows)
    if (word == row[0])
      return row[1];
  return "";
}

} // namespace

std::string mambac::readSafetensors(std::string_view bytes, const std::string &name, bool mapped, WeightSet &set) {
  auto error = [&](const std::string &what) {
    return name + " is not a safetensors file, or is damaged: " + what;
  };
  uint64_t length = 0;
  if (bytes.size() < sizeof length)
    return error("it has " + std::to_string(bytes.size()) + " bytes");
  memcpy(&length, bytes.data(), sizeof length); // little-endian, as all machines that mambac knows
  if (length > bytes.size() - sizeof length || length > kMostHeaderBytes)
    return error("its header would have " + std::to_string(length) + " bytes");
  std::string_view text = bytes.substr(sizeof length, size_t(length)), data = bytes.substr(sizeof length + size_t(length));
  Header header;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &header))
    return error(header.fault.empty() ? "its header is not valid JSON" : header.fault);
  std::sort(header.entries.begin(), header.entries.end(), [](const Entry &a, const Entry &b) {
    return a.offsets != b.offsets ? a.offsets < b.offsets : a.name < b.name;
  });
  uint64_t end = 0;
  for (Entry &entry : header.entries) {
    std::string at = "the tensor '" + entry.name + "' ";
    WeightTensor tensor;
    tensor.dtype = dtypeWord(entry.dtype);
    if (tensor.dtype.empty())
      return error(at + "has the unknown type '" + entry.dtype.substr(0, 40) + "'");
    if (!entry.hasSizes || entry.offsets.size() != 2)
      return error(at + "lacks its shape or its two offsets");
    if (!countBytes(tensor.dtype, entry.sizes, tensor.bytes))
      return error(at + "has impossible sizes");
    if (entry.offsets[0] != end || entry.offsets[1] < end || entry.offsets[1] - end != tensor.bytes)
      return error(at + "lies at " + std::to_string(entry.offsets[0]) + " to " + std::to_string(entry.offsets[1]) +
                   ", where " + std::to_string(tensor.bytes) + " bytes from " + std::to_string(end) + " on are expected");
    end = entry.offsets[1];
    if (end > data.size())
      return error(at + "reaches beyond the file");
    tensor.data = data.data() + entry.offsets[0];
    tensor.mapped = mapped;
    if (tensor.dtype == "c64") { // pairs, as mambac imports them
      tensor.dtype = "f32";
      entry.sizes.push_back(2);
    }
    tensor.sizes = std::move(entry.sizes);
    if (!set.tensors.emplace(entry.name, std::move(tensor)).second)
      return name + ": the tensor '" + entry.name + "' is there twice";
  }
  if (end != data.size())
    return error(std::to_string(data.size() - end) + " bytes behind its last tensor");
  return "";
}
