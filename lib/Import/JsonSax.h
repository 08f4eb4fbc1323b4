// The seam to nlohmann's SAX parser, so that its header is compiled in two files only. Derived classes get four events:
// value(Json scalar), begin(kind), key(name), end(). Comments, NaN literals and integers beyond 64 bits are not
// accepted.
#ifndef MAMBAC_IMPORT_JSONSAX_H
#define MAMBAC_IMPORT_JSONSAX_H

#include "lib/Import/Json.h"

#include <nlohmann/json.hpp>

namespace mambac::pt2 {

template <typename Derived> class JsonSax {
public:
  /// Runs the parser; false leaves the reason in `message`.
  bool parse(std::string_view text) {
    bool ok = nlohmann::json::sax_parse(text.begin(), text.end(), static_cast<Derived *>(this));
    if (!ok && message.empty())
      message = "not valid JSON";
    return ok;
  }
  std::string message;

  bool null() { return self().value(Json()); }
  bool boolean(bool value) { return scalar(Json::Kind::Bool, value, 0); }
  bool number_integer(int64_t value) { return scalar(Json::Kind::Int, value, 0); }
  bool number_unsigned(uint64_t value) {
    if (value > INT64_MAX)
      return scalar(Json::Kind::Float, 0, static_cast<double>(value));
    return scalar(Json::Kind::Int, static_cast<int64_t>(value), 0);
  }
  bool number_float(double value, const std::string &) { return scalar(Json::Kind::Float, 0, value); }
  bool string(std::string &value) {
    Json json;
    json.kind = Json::Kind::String;
    json.string = std::move(value);
    return self().value(std::move(json));
  }
  bool binary(nlohmann::json::binary_t &) { return false; }
  bool start_object(size_t) { return self().begin(Json::Kind::Object); }
  bool end_object() { return self().end(); }
  bool start_array(size_t) { return self().begin(Json::Kind::Array); }
  bool end_array() { return self().end(); }
  bool parse_error(size_t position, const std::string &, const nlohmann::json::exception &error) {
    message = error.what();
    // "[json.exception.parse_error.101] parse error at line …": the bracket says nothing to a user.
    if (size_t bracket = message.find("] "); message[0] == '[' && bracket != std::string::npos)
      message.erase(0, bracket + 2);
    // nlohmann quotes the whole token that it last read; a stack trace of a megabyte is no message.
    if (message.size() > 200)
      message = message.substr(0, 200) + "...";
    return false;
  }

private:
  Derived &self() { return static_cast<Derived &>(*this); }
  bool scalar(Json::Kind kind, int64_t integer, double number) {
    Json json;
    json.kind = kind;
    json.integer = integer;
    json.number = number;
    return self().value(std::move(json));
  }
};

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_JSONSAX_H
