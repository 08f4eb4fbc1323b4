//===- Table.cpp - A tokenizer as packed bytes --------------------------------------------------------------------===//
//
// See Table.h. The bytes are a magic number and the fields in one order: numbers of 32 bits, texts and arrays with their
// length in front. Little-endian, as all machines are that products are made for.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Table.h"
#include "lib/Tokenizer/Utf8.h"

using namespace mambac::tokenizer;

static constexpr char kMagic[] = "MBTOKEN1";

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {

class Writer {
public:
  std::string bytes{kMagic};

  void number(uint32_t value) { bytes.append(reinterpret_cast<const char *>(&value), sizeof value); }
  void string(std::string_view text) {
    number(uint32_t(text.size()));
    bytes += text;
  }
  template <typename T> void array(const PackedArray<T> &values) {
    number(uint32_t(values.size()));
    for (size_t i = 0; i < values.size(); ++i) {
      T value = values[i];
      bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
    }
  }
  void ids(const std::vector<int32_t> &values) {
    number(uint32_t(values.size()));
    for (int32_t value : values)
      number(uint32_t(value));
  }
  void steps(const std::vector<Step> &values) {
    number(uint32_t(values.size()));
    for (const Step &step : values) {
      number(uint32_t(step.kind));
      number(step.flag);
      number(step.number);
      string(step.text);
      string(step.other);
    }
  }
  void added(const std::vector<AddedToken> &values) {
    number(uint32_t(values.size()));
    for (const AddedToken &token : values) {
      number(uint32_t(token.id));
      string(token.content);
      number(token.special | token.singleWord << 1 | token.lstrip << 2 | token.rstrip << 3 | token.normalized << 4);
    }
  }
};

} // namespace

std::string mambac::tokenizer::packTable(const Table &table) {
  Writer writer;
  writer.number(uint32_t(table.model));
  writer.number(table.byteFallback | table.fuseUnk << 1 | table.ignoreMerges << 2);
  writer.number(uint32_t(table.unk));
  writer.number(uint32_t(table.bos));
  writer.number(uint32_t(table.eos));
  writer.string(table.prefix);
  writer.string(table.suffix);
  writer.added(table.added);
  writer.steps(table.normalizers);
  writer.steps(table.preTokenizers);
  writer.steps(table.decoders);
  writer.ids(table.before);
  writer.ids(table.after);
  writer.string(table.text);
  writer.array(table.offsets);
  writer.array(table.order);
  writer.array(table.merges);
  writer.array(table.scores);
  return std::move(writer.bytes);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// Reads fields in their order; after the first that is not there, all are empty and `good` is false.
class Reader {
public:
  explicit Reader(std::string_view bytes) : rest(bytes) {}
  bool good = true;

  std::string_view take(size_t count) {
    if (!good || rest.size() < count) {
      good = false;
      return {};
    }
    std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  uint32_t number() {
    uint32_t value = 0;
    std::string_view bytes = take(sizeof value);
    if (good)
      memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view string() { return take(number()); }
  template <typename T> PackedArray<T> array() { return PackedArray<T>(take(size_t(number()) * sizeof(T))); }
  std::vector<int32_t> ids() {
    std::vector<int32_t> values;
    PackedArray<int32_t> packed = array<int32_t>();
    for (size_t i = 0; i < packed.size(); ++i)
      values.push_back(packed[i]);
    return values;
  }
  std::vector<Step> steps() {
    std::vector<Step> values;
    for (uint32_t count = number(); good && count > 0; --count) {
      Step step;
      uint32_t kind = number();
      good &= kind >= 1 && kind <= uint32_t(StepKind::Last);
      step.kind = StepKind(kind);
      step.flag = number() != 0;
      step.number = number();
      step.text = string();
      step.other = string();
      values.push_back(std::move(step));
    }
    return values;
  }
  std::vector<AddedToken> added() {
    std::vector<AddedToken> values;
    for (uint32_t count = number(); good && count > 0; --count) {
      AddedToken token;
      token.id = int32_t(number());
      token.content = string();
      uint32_t flags = number();
      token.special = flags & 1;
      token.singleWord = flags & 2;
      token.lstrip = flags & 4;
      token.rstrip = flags & 8;
      token.normalized = flags & 16;
      good &= token.id >= 0 && !token.content.empty();
      values.push_back(std::move(token));
    }
    return values;
  }
  bool atEnd() const { return good && rest.empty(); }

private:
  std::string_view rest;
};

} // namespace

/// More than any vocabulary has; ids below it cannot overflow.
static constexpr int32_t kMostTokens = 1 << 24;

static bool areUtf8(const std::vector<Step> &steps) {
  size_t place;
  for (const Step &step : steps)
    if (!isUtf8(step.text, place) || !isUtf8(step.other, place))
      return false;
  return true;
}

/// Whether all that a table refers to is in it.
static bool isConsistent(const Table &table) {
  if (table.offsets.size() == 0 || table.model > ModelKind::Unigram)
    return false;
  uint32_t tokens = uint32_t(table.countTokens());
  if (tokens > uint32_t(kMostTokens) || table.unk >= int32_t(tokens) || table.unk < -2)
    return false;
  if (table.offsets[0] != 0 || table.offsets[tokens] != table.text.size())
    return false;
  size_t place;
  // That tokens are UTF-8 and sorted is not looked at: a start would take as long as reading them all, and the product's hash
  // is for that. Nothing reads beyond them if they are not.
  for (uint32_t i = 0; i < tokens; ++i)
    if (table.offsets[i] > table.offsets[i + 1])
      return false;
  if (!areUtf8(table.normalizers) || !areUtf8(table.preTokenizers) || !areUtf8(table.decoders))
    return false;
  for (const AddedToken &token : table.added)
    if (token.id >= kMostTokens || !isUtf8(token.content, place))
      return false;
  for (const std::vector<int32_t> *ids : {&table.before, &table.after})
    for (int32_t id : *ids)
      if (id < 0 || id >= kMostTokens)
        return false;
  for (size_t i = 0; i < table.order.size(); ++i)
    if (table.order[i] >= tokens)
      return false;
  for (size_t i = 0; i < table.merges.size(); ++i)
    if (Merge merge = table.merges[i]; merge.left >= tokens || merge.right >= tokens || merge.result >= tokens)
      return false;
  return table.model != ModelKind::Unigram || table.scores.size() == tokens;
}

bool mambac::tokenizer::readTable(std::string_view bytes, Table &table, std::string &error) {
  Reader reader(bytes);
  if (reader.take(sizeof kMagic - 1) != std::string_view(kMagic)) {
    error = "the product's tokenizer is not in the form that this program reads: compile the product again";
    return false;
  }
  table.model = ModelKind(uint8_t(reader.number()));
  uint32_t flags = reader.number();
  table.byteFallback = flags & 1;
  table.fuseUnk = flags & 2;
  table.ignoreMerges = flags & 4;
  table.unk = int32_t(reader.number());
  table.bos = int32_t(reader.number());
  table.eos = int32_t(reader.number());
  table.prefix = reader.string();
  table.suffix = reader.string();
  table.added = reader.added();
  table.normalizers = reader.steps();
  table.preTokenizers = reader.steps();
  table.decoders = reader.steps();
  table.before = reader.ids();
  table.after = reader.ids();
  table.text = reader.string();
  table.offsets = reader.array<uint32_t>();
  table.order = reader.array<uint32_t>();
  table.merges = reader.array<Merge>();
  table.scores = reader.array<double>();
  if (!reader.atEnd() || !isConsistent(table)) {
    error = "the product's tokenizer is damaged";
    return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Looking up
//===----------------------------------------------------------------------===//

int32_t Table::find(std::string_view token) const {
  size_t low = 0, high = order.size();
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    getToken(order[middle]) < token ? low = middle + 1 : high = middle;
  }
  return low < order.size() && getToken(order[low]) == token ? int32_t(order[low]) : -1;
}

bool Table::findMerge(uint32_t left, uint32_t right, Merge &merge) const {
  auto isBefore = [&](const Merge &other) {
    return other.left < left || (other.left == left && other.right < right);
  };
  size_t low = 0, high = merges.size();
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    isBefore(merges[middle]) ? low = middle + 1 : high = middle;
  }
  if (low == merges.size())
    return false;
  merge = merges[low];
  return merge.left == left && merge.right == right;
}
