//===- Json.h - Reading tokenizer.json ----------------------------------------------------------------*- C++ -*-===//
//
// What the compilation of a tokenizer shares: fields of JSON objects by name and type, and one error for what is wrong.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_JSON_H
#define MAMBAC_LIB_TOKENIZER_JSON_H

#include "lib/Tokenizer/Table.h"

#include <nlohmann/json.hpp>

namespace mambac::tokenizer {

using Json = nlohmann::json;

/// Reads fields of one object; `fail` keeps the first reason.
class JsonReader {
public:
  explicit JsonReader(std::string &error) : error(error) {}

  /// Always false.
  bool fail(const std::string &what) {
    if (error.empty())
      error = what;
    return false;
  }

  /// Null if it is absent or null.
  static const Json *get(const Json &object, const char *key) {
    if (!object.is_object())
      return nullptr;
    auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
  /// These leave `value` if the key is absent, and fail if it is of another type.
  bool read(const Json &object, const char *key, bool &value) {
    const Json *found = get(object, key);
    if (!found)
      return true;
    if (!found->is_boolean())
      return fail(std::string(key) + " is neither true nor false");
    value = found->get<bool>();
    return true;
  }
  bool read(const Json &object, const char *key, std::string &value) {
    const Json *found = get(object, key);
    if (!found)
      return true;
    if (!found->is_string())
      return fail(std::string(key) + " is no text");
    value = found->get<std::string>();
    return true;
  }
  bool read(const Json &object, const char *key, uint32_t &value) {
    const Json *found = get(object, key);
    if (!found)
      return true;
    if (!found->is_number_unsigned() || found->get<uint64_t>() > 0xffff)
      return fail(std::string(key) + " is no small number");
    value = found->get<uint32_t>();
    return true;
  }
  /// The type of a part; empty if there is none.
  static std::string typeOf(const Json &part) {
    const Json *type = get(part, "type");
    return type && type->is_string() ? type->get<std::string>() : std::string();
  }

private:
  std::string &error;
};

/// The steps of the parts "normalizer", "pre_tokenizer" and "decoder" of tokenizer.json.
bool readSteps(const Json &tokenizer, JsonReader &reader, Table &table);

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_JSON_H
