// What the archive says in Python's words: stack traces, module stacks, tree specifications, guards. All of it is help
// for the user; what cannot be read is left empty.
#include "lib/Import/GraphConvert.h"

#include <cctype>

namespace mambac::pt2 {

/// A path as a reader wants it: below site-packages, or the bare file name of other absolute paths.
static std::string shortPath(std::string_view path) {
  for (std::string_view folder : {"site-packages/", "dist-packages/"})
    if (size_t at = path.rfind(folder); at != std::string_view::npos)
      return std::string(path.substr(at + folder.size()));
  bool absolute = !path.empty() && (path[0] == '/' || path[0] == '\\' || (path.size() > 1 && path[1] == ':'));
  if (size_t slash = path.find_last_of("/\\"); absolute && slash != std::string_view::npos)
    return std::string(path.substr(slash + 1));
  return std::string(path);
}

void readStackTrace(std::string_view trace, std::string &file, unsigned &line) {
  constexpr std::string_view marker = "File \"", lineMarker = "\", line ";
  bool haveModelCode = false;
  for (size_t at = trace.find(marker); at != std::string_view::npos; at = trace.find(marker, at)) {
    at += marker.size();
    size_t end = trace.find('"', at);
    if (end == std::string_view::npos)
      return;
    if (end - at > 4096 || trace.substr(end, lineMarker.size()) != lineMarker)
      continue;
    std::string path = shortPath(trace.substr(at, end - at));
    bool isTorch = path.compare(0, 6, "torch/") == 0 || path.compare(0, 10, "functorch/") == 0;
    unsigned number = 0;
    size_t digit = end + lineMarker.size();
    for (; digit < trace.size() && std::isdigit(static_cast<unsigned char>(trace[digit])) && number < 100000000;
         ++digit)
      number = number * 10 + (trace[digit] - '0');
    if (!isTorch || !haveModelCode) {
      file = std::move(path);
      line = number;
    }
    haveModelCode |= !isTorch;
    at = digit;
  }
}

/// "backbone.layers.slice(None, 4, None).0.mixer@2" -> "backbone.layers.0.mixer".
static std::string cleanModulePath(std::string_view path) {
  if (path.substr(0, 9) == "L['self']")
    path.remove_prefix(path.size() > 9 && path[9] == '.' ? 10 : 9);
  std::string result;
  size_t begin = 0;
  int depth = 0;
  auto component = [&](std::string_view text) {
    if (size_t at = text.find('@'); at != std::string_view::npos)
      text = text.substr(0, at);
    if (text.empty() || text.substr(0, 6) == "slice(")
      return;
    if (!result.empty())
      result += '.';
    result += text;
  };
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '(' || path[i] == '[')
      ++depth;
    else if (path[i] == ')' || path[i] == ']')
      --depth;
    else if (path[i] == '.' && depth <= 0) {
      component(path.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  component(path.substr(begin));
  return result;
}

void readModuleStack(std::string_view stack, std::string &path, std::string &moduleClass) {
  // Innermost is last; frames that export itself adds are not modules.
  while (!stack.empty()) {
    size_t semicolon = stack.rfind(';');
    std::string_view item = semicolon == std::string_view::npos ? stack : stack.substr(semicolon + 1);
    stack = semicolon == std::string_view::npos ? std::string_view() : stack.substr(0, semicolon);
    size_t first = item.find(','), last = item.rfind(',');
    if (first == std::string_view::npos || first == last || item.substr(0, 6) == "_empty")
      continue;
    path = cleanModulePath(item.substr(first + 1, last - first - 1));
    moduleClass = std::string(item.substr(last + 1));
    return;
  }
}

/// Appends one name for each leaf of a tree specification.
static bool collectLeaves(const Json &spec, const std::string &prefix, bool isNamed, std::vector<std::string> &names) {
  const Json *type = spec.get("type"), *children = spec.get("children_spec"), *context = spec.get("context");
  if (!type || !children || !children->isArray())
    return false;
  if (type->isNull()) {
    names.push_back(isNamed ? prefix : "");
    return true;
  }
  // Dictionaries and output classes keep their keys in the context, as JSON in a string.
  std::vector<std::string> keys;
  if (context && context->isString() && context->string.size() < (1 << 20)) {
    auto inner = parseJson(context->string);
    if (inner && inner->isArray() && inner->items.size() == children->items.size())
      for (const Json &key : inner->items)
        keys.push_back(key.isString() ? key.string : key.isInt() ? std::to_string(key.integer) : "");
  }
  for (size_t i = 0; i < children->items.size(); ++i) {
    std::string name = i < keys.size() && !keys[i].empty() ? keys[i] : std::to_string(i);
    std::string whole = prefix.empty() ? name : prefix + "." + name;
    // Each level of a hostile text repeats the prefix; no honest name is that long.
    if (whole.size() > 1024 || !collectLeaves(children->items[i], whole, isNamed || !keys.empty(), names))
      return false;
  }
  return true;
}

std::vector<std::string> readOutputNames(std::string_view outSpec) {
  std::vector<std::string> names;
  auto json = parseJson(outSpec);
  if (!json || !json->isArray() || json->items.size() != 2 || !collectLeaves(json->items[1], "", false, names))
    return {};
  return names;
}

int64_t readDivisorGuard(std::string_view guard, std::string &input, unsigned &dim) {
  auto take = [&](std::string_view token) {
    if (guard.substr(0, token.size()) != token)
      return false;
    guard.remove_prefix(token.size());
    return true;
  };
  auto number = [&]() -> int64_t {
    int64_t value = 0;
    size_t digits = 0;
    while (digits < guard.size() && digits < 9 && std::isdigit(static_cast<unsigned char>(guard[digits])))
      value = value * 10 + (guard[digits++] - '0');
    guard.remove_prefix(digits);
    return digits ? value : -1;
  };
  take("(");
  if (!take("L['"))
    return 0;
  size_t quote = guard.find('\'');
  if (quote == std::string_view::npos)
    return 0;
  input = std::string(guard.substr(0, quote));
  guard.remove_prefix(quote);
  if (!take("'].size()["))
    return 0;
  int64_t index = number();
  if (index < 0 || index > 63 || !take("] % "))
    return 0;
  dim = static_cast<unsigned>(index);
  int64_t divisor = number();
  take(")");
  return divisor > 1 && guard == " == 0" ? divisor : 0;
}

} // namespace mambac::pt2
