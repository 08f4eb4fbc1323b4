// A small JSON tree for the small parts of an archive: one node of the graph, one configuration file, one tree
// specification. The graph as a whole never becomes such a tree (GraphReader.h). Numbers keep their integer form; depth
// is bounded.
#ifndef MAMBAC_IMPORT_JSON_H
#define MAMBAC_IMPORT_JSON_H

#include "lib/Import/Graph.h"

namespace mambac::pt2 {

/// One JSON value.
struct Json {
  enum class Kind : uint8_t { Null, Bool, Int, Float, String, Array, Object, Graph };
  Kind kind = Kind::Null;
  int64_t integer = 0; ///< Int; Bool as 0 or 1
  double number = 0;   ///< Float
  std::string string;
  std::vector<Json> items;           ///< Array: the elements; Object: the values
  std::vector<std::string> keys;     ///< Object: as many as items
  std::shared_ptr<pt2::Graph> graph; ///< Graph: a sub-graph that was converted while it was read

  bool isNull() const { return kind == Kind::Null; }
  bool isInt() const { return kind == Kind::Int; }
  bool isBool() const { return kind == Kind::Bool; }
  bool isString() const { return kind == Kind::String; }
  bool isArray() const { return kind == Kind::Array; }
  bool isObject() const { return kind == Kind::Object; }
  /// The member of that name, or null. The last one wins when it is repeated.
  const Json *get(std::string_view key) const;
  Json *get(std::string_view key) { return const_cast<Json *>(std::as_const(*this).get(key)); }
};

/// "null", "a bool", "an integer", … for messages.
const char *jsonKindName(Json::Kind kind);

/// How deep arrays and objects may nest anywhere in an archive.
constexpr size_t maxJsonDepth = 192;

/// Reads a small text; the error's `what` says line and column.
Expected<Json> parseJson(std::string_view text);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_JSON_H
