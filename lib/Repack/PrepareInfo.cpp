//===- PrepareInfo.cpp - What a product's packing code takes ------------------------------------------------------===//
//
// See PrepareInfo.h. The text comes with code that has matched its hash; what makes no sense is refused all the same.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Repack/PrepareInfo.h"
#include "lib/Repack/WeightFile.h"

#include <nlohmann/json.hpp>

using namespace mambac;
using nlohmann::json;

namespace {

/// Reads members; the first that is not as it should be makes `good` false.
struct Reader {
  bool good = true;

  const json *member(const json &object, const char *key) {
    auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? &*found : nullptr;
  }
  std::string text(const json &object, const char *key) {
    const json *value = member(object, key);
    const std::string *text = value ? value->get_ptr<const std::string *>() : nullptr;
    good &= text != nullptr;
    return text ? *text : "";
  }
  std::vector<std::string> texts(const json &object, const char *key) {
    std::vector<std::string> result;
    if (const json *list = member(object, key))
      for (const json &item : *list) {
        const std::string *text = item.get_ptr<const std::string *>();
        good &= text != nullptr;
        result.push_back(text ? *text : "");
      }
    return result;
  }
  std::vector<int64_t> numbers(const json &object, const char *key) {
    std::vector<int64_t> result;
    const json *list = member(object, key);
    good &= list && list->is_array();
    if (good)
      for (const json &item : *list) {
        good &= item.is_number_integer();
        result.push_back(item.is_number_integer() ? item.get<int64_t>() : 0);
      }
    return result;
  }
};

} // namespace

std::string PrepareInfo::parse(const MambacPrepare &prepare, uint64_t segmentBytes) {
  *this = {};
  json root = json::parse(prepare.metadata ? prepare.metadata : "", nullptr, /*allow_exceptions=*/false);
  Reader reader;
  level = reader.text(root, "level");
  cpuFeatures = reader.texts(root, "cpu_features");
  unused = reader.texts(root, "unused");
  offsets = reader.numbers(root, "offsets");
  for (int64_t offset : offsets)
    reader.good &= offset >= 0 && uint64_t(offset) < segmentBytes;
  if (const json *list = reader.member(root, "weights"))
    for (const json &from : *list) {
      WantedWeight weight;
      weight.name = reader.text(from, "name");
      weight.dtype = reader.text(from, "dtype");
      weight.sizes = reader.numbers(from, "shape");
      weight.also = reader.texts(from, "also");
      reader.good &= countBytes(weight.dtype, weight.sizes, weight.bytes);
      if (const json *constant = reader.member(from, "constant")) {
        uint64_t offset = constant->is_number_unsigned() ? constant->get<uint64_t>() : UINT64_MAX;
        bool inside = offset <= prepare.constants_bytes && weight.bytes <= prepare.constants_bytes - offset;
        reader.good &= inside;
        weight.constant = inside ? static_cast<const char *>(prepare.constants) + offset : nullptr;
      }
      weights.push_back(std::move(weight));
    }
  reader.good &= prepare.code.run && prepare.code.arena_bytes;
  return reader.good ? "" : "what it says about its weights makes no sense";
}
