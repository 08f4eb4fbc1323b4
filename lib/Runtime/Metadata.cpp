//===- Metadata.cpp - What a product says about itself ------------------------------------------------------------===//
//
// See Metadata.h. Metadata comes with code that has matched its hash, so a fault in it is a fault of the compiler; it is
// still refused with a message, as a program that loads a model should not go down with it.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Metadata.h"
#include "lib/Runtime/ProductABI.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include <cctype>
#include <cstring>

using namespace mambac;
using nlohmann::json;

bool mambac::parseDtype(const std::string &word, mambac_dtype &dtype) {
  struct Row {
    const char *word;
    uint8_t code, bits;
  };
  static const Row rows[] = {{"f32", MAMBAC_FLOAT, 32}, {"f16", MAMBAC_FLOAT, 16}, {"bf16", MAMBAC_BFLOAT, 16},
                             {"f64", MAMBAC_FLOAT, 64}, {"i64", MAMBAC_INT, 64},   {"i32", MAMBAC_INT, 32},
                             {"i16", MAMBAC_INT, 16},   {"i8", MAMBAC_INT, 8},     {"u8", MAMBAC_UINT, 8},
                             {"bool", MAMBAC_BOOL, 8}};
  for (const Row &row : rows)
    if (word == row.word) {
      dtype = {row.code, row.bits, 1};
      return true;
    }
  return false;
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

namespace {

/// Reads members with defaults; remembers the first thing that is not as it should be.
struct Reader {
  std::string fault;

  void complain(const std::string &what) {
    if (fault.empty())
      fault = what;
  }
  const json &member(const json &object, const char *key) {
    static const json &none = *new json; // no destructors: see CMakeLists.txt
    if (!object.is_object())
      return none;
    auto found = object.find(key);
    return found == object.end() ? none : *found;
  }
  std::string text(const json &object, const char *key, bool required) {
    const json &value = member(object, key);
    if (value.is_string())
      return value.get<std::string>();
    if (required || !value.is_null())
      complain(std::string("\"") + key + "\" is not a text");
    return {};
  }
  int64_t integer(const json &object, const char *key, int64_t otherwise) {
    const json &value = member(object, key);
    if (value.is_number_integer())
      return value.get<int64_t>();
    if (!value.is_null())
      complain(std::string("\"") + key + "\" is not an integer");
    return otherwise;
  }
  const json &list(const json &object, const char *key) {
    static const json &empty = *new json(json::array());
    const json &value = member(object, key);
    if (value.is_array())
      return value;
    if (!value.is_null())
      complain(std::string("\"") + key + "\" is not a list");
    return empty;
  }

  Symbol symbol(const json &from) {
    Symbol result;
    result.name = text(from, "name", true);
    result.min = integer(from, "min", 0);
    result.max = integer(from, "max", INT64_MAX);
    result.multipleOf = integer(from, "multiple_of", 1);
    if (result.min < 0 || result.multipleOf < 1)
      complain("symbol " + result.name + " has a negative minimum or divisor");
    return result;
  }

  Dim dim(const json &from, const Entry &entry) {
    Dim result;
    if (from.is_number_integer()) {
      result.constant = from.get<int64_t>();
      if (result.constant < 0)
        complain("a size is negative");
      return result;
    }
    int64_t symbol = integer(from, "symbol", -1);
    result.mul = integer(from, "mul", 1);
    result.add = integer(from, "add", 0);
    if (symbol < 0 || symbol >= int64_t(entry.symbols.size()) || result.mul < 1)
      complain("a size refers to no symbol");
    else
      result.symbol = int32_t(symbol);
    return result;
  }

  Value value(const json &from, const Entry &entry, bool input) {
    Value result;
    result.name = text(from, "name", true);
    result.dtypeName = text(from, "dtype", true);
    result.role = text(from, "role", false);
    int64_t state = integer(from, "state", -1);
    if (state < -1 || state > 1 << 20)
      complain("the number of the state " + result.name + " makes no sense");
    result.state = int32_t(state);
    if (!parseDtype(result.dtypeName, result.dtype))
      complain("unknown dtype " + result.dtypeName);
    if (input)
      for (const json &size : list(from, "shape")) {
        Dim next = dim(size, entry);
        std::string text = std::to_string(next.constant);
        if (next.symbol >= 0) {
          text = entry.symbols[size_t(next.symbol)].name;
          if (next.mul != 1)
            text = std::to_string(next.mul) + "*" + text;
          if (next.add)
            text += (next.add > 0 ? "+" : "") + std::to_string(next.add);
        }
        result.dims.push_back(next);
        result.dimTexts.push_back(text);
        result.publicDims.push_back(next.symbol < 0 ? next.constant : -1);
      }
    else
      for (const json &size : list(from, "shape_text")) {
        std::string text = size.is_string() ? size.get<std::string>() : size.dump();
        bool number = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
        result.dimTexts.push_back(text);
        result.publicDims.push_back(number ? std::stoll(text) : -1);
      }
    result.rank = int32_t(result.dimTexts.size());
    if (!input && integer(from, "rank", result.rank) != result.rank)
      complain("rank and shape_text of " + result.name + " differ");
    result.limit = integer(from, "limit", 0);
    result.lowest = integer(from, "lowest", 0);
    return result;
  }
};

/// The object "text"; all of it is optional.
void readText(Reader &reader, const json &from, TextInfo &text) {
  if (!from.is_null() && !from.is_object())
    reader.complain("\"text\" is not an object");
  text.info.vocabulary = reader.integer(from, "vocabulary", 0);
  text.info.bos = reader.integer(from, "bos", -1);
  text.info.capacity = reader.integer(from, "capacity", 0);
  for (const json &id : reader.list(from, "eos"))
    if (id.is_number_integer())
      text.eos.push_back(id.get<int64_t>());
    else
      reader.complain("\"eos\" is not a list of ids");
  bool negative = text.info.vocabulary < 0 || text.info.capacity < 0 || text.info.bos < -1;
  int64_t largest = text.info.bos;
  for (int64_t id : text.eos) {
    negative |= id < 0;
    largest = id > largest ? id : largest;
  }
  if (negative || (text.info.vocabulary && largest >= text.info.vocabulary))
    reader.complain("\"text\" has ids outside of the vocabulary");
  text.info.num_eos = int32_t(text.eos.size());
  text.info.eos = text.eos.data();
  const json &chat = reader.member(from, "chat");
  if (chat.is_null())
    return;
  text.begin = reader.text(chat, "begin", true);
  text.reply = reader.text(chat, "reply", true);
  text.next = reader.text(chat, "next", true);
  text.info.chat_begin = text.begin.c_str();
  text.info.chat_reply = text.reply.c_str();
  text.info.chat_next = text.next.c_str();
  const json &system = reader.list(chat, "system");
  if (system.empty())
    return;
  if (system.size() != 2 || !system[0].is_string() || !system[1].is_string())
    return reader.complain("\"system\" is not a list of two texts");
  text.systemBegin = system[0].get<std::string>();
  text.systemEnd = system[1].get<std::string>();
  text.info.chat_system_begin = text.systemBegin.c_str();
  text.info.chat_system_end = text.systemEnd.c_str();
}

mambac_value_info view(Value &value) {
  for (const std::string &text : value.dimTexts)
    value.publicTexts.push_back(text.c_str());
  return {value.name.c_str(), value.dtypeName.c_str(), value.dtype,        value.rank, value.publicDims.data(),
          value.publicTexts.data(), value.limit,       value.role.c_str(), value.state};
}

/// What a run has to know to see whether keys and values have room for its text.
void findCaches(Entry &entry) {
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const Value &value = entry.inputs[i];
    bool rows = value.rank >= 2;
    if (rows && (value.role == "ids" || value.role == "embeds"))
      entry.text = int32_t(i);
    else if (rows && value.state >= 0 && (value.role == "key" || value.role == "value"))
      entry.caches.push_back(int32_t(i));
    else if (value.state >= 0 && value.role == "position" && value.dtype.code == MAMBAC_INT && value.dtype.bits == 64)
      entry.position = int32_t(i);
  }
}

/// Fills the public view. Called when nothing moves any more.
void finish(Entry &entry) {
  findCaches(entry);
  for (const Symbol &symbol : entry.symbols)
    entry.symbolInfos.push_back({symbol.name.c_str(), symbol.min, symbol.max, symbol.multipleOf});
  auto viewAll = [](std::vector<Value> &values, std::vector<mambac_value_info> &infos, size_t &ranks) {
    for (Value &value : values) {
      infos.push_back(view(value));
      ranks += size_t(value.rank);
    }
  };
  viewAll(entry.inputs, entry.inputInfos, entry.inputRanks);
  viewAll(entry.outputs, entry.outputInfos, entry.outputRanks);
  entry.info = {entry.name.c_str(),
                int32_t(entry.symbols.size()),
                int32_t(entry.inputs.size()),
                int32_t(entry.outputs.size()),
                entry.symbolInfos.data(),
                entry.inputInfos.data(),
                entry.outputInfos.data(),
                entry.scratchText.c_str(),
                entry.length,
                entry.chunk};
}

} // namespace

/// The states as the entries have them.
static void listStates(const std::vector<Entry> &entries, std::vector<Value> &states, Reader &reader) {
  std::vector<const Value *> found;
  for (const Entry &entry : entries) {
    std::vector<bool> own;
    for (const Value &input : entry.inputs) {
      if (input.state < 0)
        continue;
      size_t number = size_t(input.state);
      found.resize(std::max(found.size(), number + 1));
      own.resize(found.size());
      const Value *&first = found[number];
      if (own[number])
        reader.complain("state " + std::to_string(number) + " is two inputs of entry " + entry.name);
      if (first && (first->dtypeName != input.dtypeName || first->rank != input.rank))
        reader.complain("state " + std::to_string(number) + " has another type in entry " + entry.name);
      own[number] = true;
      first = first ? first : &input;
    }
  }
  for (size_t number = 0; number < found.size(); ++number)
    if (!found[number])
      return reader.complain("state " + std::to_string(number) + " is no entry's input");
  for (const Value *value : found)
    states.push_back(*value);
}

mambac_status Metadata::parse(const char *source, const char *fileName, ErrorText &error) {
  *this = {};
  json root = json::parse(source ? source : "", nullptr, /*allow_exceptions=*/false);
  if (!root.is_object())
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: its metadata is not JSON", fileName);
  Reader reader;
  if (int64_t abi = reader.integer(root, "abi", 0); abi != MAMBAC_ABI_VERSION)
    return error.set(MAMBAC_UNSUPPORTED, "%s has ABI version %lld; this runtime has %d: compile the model again",
                     fileName, (long long)abi, MAMBAC_ABI_VERSION);
  model = reader.text(root, "model", false);
  tuning = reader.text(root, "tuning", false);
  readText(reader, reader.member(root, "text"), text);
  for (const json &from : reader.list(root, "levels")) {
    levels.push_back({reader.text(from, "name", true), {}});
    for (const json &feature : reader.list(from, "cpu_features"))
      if (feature.is_string())
        levels.back().cpuFeatures.push_back(feature.get<std::string>());
  }
  for (const json &from : reader.list(root, "kernels"))
    kernels.push_back({reader.text(from, "name", false), reader.text(from, "module", false),
                       reader.text(from, "kind", false), reader.text(from, "flops_text", false),
                       reader.text(from, "bytes_text", false)});
  for (const json &from : reader.list(root, "entries")) {
    entries.emplace_back();
    Entry &entry = entries.back();
    entry.name = reader.text(from, "name", true);
    entry.scratchText = reader.text(from, "arena_text", false);
    for (const json &symbol : reader.list(from, "symbols"))
      entry.symbols.push_back(reader.symbol(symbol));
    for (const json &input : reader.list(from, "inputs"))
      entry.inputs.push_back(reader.value(input, entry, true));
    for (const json &output : reader.list(from, "outputs"))
      entry.outputs.push_back(reader.value(output, entry, false));
    int64_t length = reader.integer(from, "length", -1);
    if (length < -1 || length >= int64_t(entry.symbols.size()))
      reader.complain("the length of entry " + entry.name + " is no symbol");
    entry.length = int32_t(length);
    entry.chunk = reader.integer(from, "chunk", 0);
    if (entry.length >= 0 && entry.chunk < 1)
      reader.complain("entry " + entry.name + " has a length and no chunk");
    for (const Value &output : entry.outputs)
      if (output.state >= 0)
        reader.complain("output " + output.name + " of entry " + entry.name + " is a state, which only inputs are");
    std::vector<bool> bound(entry.symbols.size());
    for (const Value &input : entry.inputs)
      for (const Dim &dim : input.dims)
        if (dim.symbol >= 0)
          bound[size_t(dim.symbol)] = true;
    for (size_t i = 0; i < bound.size(); ++i)
      if (!bound[i])
        reader.complain("no input has the size " + entry.symbols[i].name + " of entry " + entry.name);
  }
  if (entries.empty())
    reader.complain("it has no entry points");
  listStates(entries, states, reader);
  if (!reader.fault.empty())
    return error.set(MAMBAC_BAD_PRODUCT, "%s is corrupt: in its metadata, %s", fileName, reader.fault.c_str());
  for (Entry &entry : entries)
    finish(entry);
  for (Value &state : states)
    stateInfos.push_back(view(state));
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

namespace {

/// sum := product (('+'|'-') product)*;  product := atom (('*'|'/'|floordiv|ceildiv|mod) atom)*
class Evaluator {
public:
  Evaluator(const std::string &text, const Entry &entry, const int64_t *symbols)
      : next(text.c_str()), entry(entry), symbols(symbols) {}

  double run() {
    double value = sum();
    skip();
    return ok && !*next ? value : 0;
  }

private:
  void skip() {
    while (*next == ' ')
      ++next;
  }
  bool eat(const char *token) {
    skip();
    size_t length = strlen(token);
    if (strncmp(next, token, length))
      return false;
    next += length;
    return true;
  }
  double sum() {
    double value = product();
    while (ok) {
      if (eat("+"))
        value += product();
      else if (eat("-"))
        value -= product();
      else
        break;
    }
    return value;
  }
  double product() {
    double value = atom();
    while (ok) {
      if (eat("*"))
        value *= atom();
      else if (eat("floordiv"))
        value = divide(value, atom(), -1);
      else if (eat("ceildiv"))
        value = divide(value, atom(), 1);
      else if (eat("mod")) {
        double divisor = atom();
        value -= divisor * divide(value, divisor, -1);
      } else if (eat("/"))
        value = divide(value, atom(), 0);
      else
        break;
    }
    return value;
  }
  double divide(double left, double right, int rounding) {
    if (right == 0) {
      ok = false;
      return 0;
    }
    double quotient = left / right;
    if (rounding == 0 || quotient < -9e15 || quotient > 9e15)
      return quotient;
    double whole = double(int64_t(quotient));
    if (rounding < 0)
      return whole > quotient ? whole - 1 : whole;
    return whole < quotient ? whole + 1 : whole;
  }
  double atom() {
    if (++depth > 200)
      ok = false;
    if (!ok)
      return 0;
    double value = 0;
    if (eat("(")) {
      value = sum();
      ok = ok && eat(")");
    } else if (eat("-")) {
      value = -atom();
    } else {
      skip();
      char *end = nullptr;
      if ((*next >= '0' && *next <= '9') || *next == '.') {
        value = strtod(next, &end);
        next = end;
      } else {
        size_t length = 0;
        while (isalnum((unsigned char)next[length]) || next[length] == '_')
          ++length;
        bool found = false;
        for (size_t i = 0; i < entry.symbols.size() && !found; ++i)
          if (length && entry.symbols[i].name.compare(0, std::string::npos, next, length) == 0) {
            value = double(symbols[i]);
            found = true;
          }
        ok = found;
        next += length;
      }
    }
    --depth;
    return value;
  }

  const char *next;
  const Entry &entry;
  const int64_t *symbols;
  int depth = 0;
  bool ok = true;
};

} // namespace

double mambac::evaluate(const std::string &text, const Entry &entry, const int64_t *symbols) {
  return text.empty() ? 0 : Evaluator(text, entry, symbols).run();
}
