// The SAX handler that builds small trees (Json.h).
#include "lib/Import/Json.h"
#include "lib/Import/JsonSax.h"

namespace mambac::pt2 {

const Json *Json::get(std::string_view key) const {
  for (size_t i = keys.size(); i-- > 0;)
    if (keys[i] == key)
      return &items[i];
  return nullptr;
}

const char *jsonKindName(Json::Kind kind) {
  switch (kind) {
  case Json::Kind::Null:
    return "null";
  case Json::Kind::Bool:
    return "a bool";
  case Json::Kind::Int:
    return "an integer";
  case Json::Kind::Float:
    return "a number";
  case Json::Kind::String:
    return "a string";
  case Json::Kind::Array:
    return "an array";
  case Json::Kind::Object:
    return "an object";
  case Json::Kind::Graph:
    return "a graph";
  }
  return "?";
}

namespace {
class TreeBuilder : public JsonSax<TreeBuilder> {
public:
  bool value(Json json) {
    if (open.empty()) {
      root = std::move(json);
      return true;
    }
    open.back().items.push_back(std::move(json));
    return true;
  }
  bool begin(Json::Kind kind) {
    if (open.size() >= maxJsonDepth) {
      message = "nested too deeply";
      return false;
    }
    open.emplace_back();
    open.back().kind = kind;
    return true;
  }
  bool end() {
    Json json = std::move(open.back());
    open.pop_back();
    return value(std::move(json));
  }
  bool key(std::string &name) {
    open.back().keys.push_back(std::move(name));
    return true;
  }

  Json root;
  std::vector<Json> open;
};
} // namespace

Expected<Json> parseJson(std::string_view text) {
  TreeBuilder builder;
  if (!builder.parse(text))
    return Error{builder.message, "", ""};
  return std::move(builder.root);
}

} // namespace mambac::pt2
