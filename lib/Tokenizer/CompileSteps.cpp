//===- CompileSteps.cpp - Normalizers, pre-tokenizers and decoders of tokenizer.json ------------------------------===//
//
// Each type of part becomes a few steps of Table.h; a "Sequence" is its parts. What is not here is refused by its name.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Json.h"
#include "lib/Tokenizer/Regex.h"

using namespace mambac::tokenizer;

namespace {

/// How GPT-2 splits a text; what the pre-tokenizer ByteLevel does.
constexpr char kByteLevelPattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

class StepReader {
public:
  StepReader(JsonReader &reader, std::vector<Step> &steps) : reader(reader), steps(steps) {}

  /// `single`: reads a part of one type. `list`: the key of a sequence's parts.
  template <typename Single> bool readAll(const Json &part, const char *list, Single single) {
    // A sequence may hold sequences; parts are taken from the end of `rest`.
    std::vector<const Json *> rest = {&part};
    while (!rest.empty()) {
      const Json &next = *rest.back();
      rest.pop_back();
      if (JsonReader::typeOf(next) != "Sequence") {
        if (!(this->*single)(next, JsonReader::typeOf(next)))
          return false;
        continue;
      }
      const Json *parts = JsonReader::get(next, list);
      if (!parts || !parts->is_array())
        return reader.fail(std::string("a Sequence without ") + list);
      for (size_t i = parts->size(); i-- > 0;)
        rest.push_back(&(*parts)[i]);
    }
    return true;
  }

  bool readNormalizer(const Json &part, const std::string &type);
  bool readPreTokenizer(const Json &part, const std::string &type);
  bool readDecoder(const Json &part, const std::string &type);

private:
  Step &add(StepKind kind) {
    steps.emplace_back();
    steps.back().kind = kind;
    return steps.back();
  }
  bool refuse(const char *role, const std::string &type) {
    return reader.fail(std::string("the ") + role + " " + (type.empty() ? "without a type" : type) + " is not supported");
  }
  void split(const std::string &pattern, SplitBehavior behavior, bool invert = false) {
    Step &step = add(StepKind::Split);
    step.text = pattern;
    step.number = uint32_t(behavior);
    step.flag = invert;
  }
  bool readPattern(const Json &part, std::string &pattern);
  bool readBehavior(const Json &part, const char *standard, SplitBehavior &behavior);
  bool readMeta(const Json &part, std::string &replacement, uint32_t &scheme);
  bool readReplace(const Json &part, StepKind kind);

  JsonReader &reader;
  std::vector<Step> &steps;
};

} // namespace

/// {"String": "..."} or {"Regex": "..."}, as a pattern for Regex.
bool StepReader::readPattern(const Json &part, std::string &pattern) {
  const Json *found = JsonReader::get(part, "pattern");
  if (!found)
    return reader.fail("a pattern is missing");
  std::string text, problem;
  if (JsonReader::get(*found, "String")) {
    if (!reader.read(*found, "String", text))
      return false;
    if (text.empty())
      return reader.fail("an empty pattern");
    pattern = quotePattern(text);
    return true;
  }
  if (!reader.read(*found, "Regex", text))
    return false;
  if (text.empty())
    return reader.fail("an empty pattern");
  Regex regex;
  return (translatePattern(text, pattern, problem) && regex.compile(pattern, problem)) || reader.fail(problem);
}

bool StepReader::readBehavior(const Json &part, const char *standard, SplitBehavior &behavior) {
  static const char *const kNames[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"};
  std::string name = standard;
  if (!reader.read(part, "behavior", name))
    return false;
  for (uint32_t i = 0; i < 5; ++i)
    if (name == kNames[i]) {
      behavior = SplitBehavior(i);
      return true;
    }
  return reader.fail("the behavior " + name + " is not supported");
}

bool StepReader::readReplace(const Json &part, StepKind kind) {
  std::string pattern, content;
  if (!readPattern(part, pattern) || !reader.read(part, "content", content))
    return false;
  Step &step = add(kind);
  step.text = pattern;
  step.other = content;
  return true;
}

bool StepReader::readMeta(const Json &part, std::string &replacement, uint32_t &scheme) {
  static const char *const kSchemes[] = {"always", "first", "never"};
  replacement = "\xe2\x96\x81";
  std::string name = "always";
  bool prefix = true; // What files had before the schemes.
  if (!reader.read(part, "replacement", replacement) || !reader.read(part, "prepend_scheme", name) ||
      !reader.read(part, "add_prefix_space", prefix))
    return false;
  if (replacement.empty())
    return reader.fail("an empty replacement of Metaspace");
  if (!prefix)
    name = "never";
  for (scheme = 0; scheme < 3; ++scheme)
    if (name == kSchemes[scheme])
      return true;
  return reader.fail("the prepend_scheme " + name + " is not supported");
}

bool StepReader::readNormalizer(const Json &part, const std::string &type) {
  static const char *const kForms[] = {"NFD", "NFC", "NFKD", "NFKC"};
  for (uint32_t form = 0; form < 4; ++form)
    if (type == kForms[form]) {
      add(StepKind::Compose).number = form;
      return true;
    }
  if (type == "Lowercase") {
    add(StepKind::Lowercase);
    return true;
  }
  if (type == "StripAccents") {
    add(StepKind::RemoveMarks);
    return true;
  }
  if (type == "ByteLevel") {
    add(StepKind::MapBytes);
    return true;
  }
  if (type == "Strip") {
    bool left = true, right = true;
    if (!reader.read(part, "strip_left", left) || !reader.read(part, "strip_right", right))
      return false;
    add(StepKind::Trim).number = uint32_t(left) | uint32_t(right) << 1;
    return true;
  }
  if (type == "Prepend")
    return reader.read(part, "prepend", add(StepKind::Prepend).text);
  if (type == "Replace")
    return readReplace(part, StepKind::ReplaceAll);
  return refuse("normalizer", type);
}

bool StepReader::readPreTokenizer(const Json &part, const std::string &type) {
  std::string word = kWordCharacters, spaces = kSpaces;
  SplitBehavior behavior;
  if (type == "ByteLevel") {
    bool prefix = true, pattern = true;
    if (!reader.read(part, "add_prefix_space", prefix) || !reader.read(part, "use_regex", pattern))
      return false;
    if (prefix)
      add(StepKind::PrefixSpace);
    std::string translated, problem;
    if (pattern) {
      if (!translatePattern(kByteLevelPattern, translated, problem))
        return reader.fail(problem);
      split(translated, SplitBehavior::Isolated);
    }
    add(StepKind::MapBytes);
    return true;
  }
  if (type == "Split") {
    std::string pattern;
    bool invert = false;
    if (!readPattern(part, pattern) || !readBehavior(part, "Removed", behavior) || !reader.read(part, "invert", invert))
      return false;
    split(pattern, behavior, invert);
    return true;
  }
  if (type == "Digits") {
    bool individual = false;
    if (!reader.read(part, "individual_digits", individual))
      return false;
    split("\\p{N}", individual ? SplitBehavior::Isolated : SplitBehavior::Contiguous);
    return true;
  }
  if (type == "Punctuation") {
    if (!readBehavior(part, "Isolated", behavior))
      return false;
    split("[!-/:-@\\[-`{-~\\p{P}]", behavior);
    return true;
  }
  if (type == "Whitespace") {
    word += "\\x{200c}\\x{200d}"; // Rust's \w.
    split("[" + word + "]+|[^" + word + spaces + "]+", SplitBehavior::Removed, /*invert=*/true);
    return true;
  }
  if (type == "WhitespaceSplit") {
    split("[" + spaces + "]", SplitBehavior::Removed);
    return true;
  }
  if (type == "CharDelimiterSplit") {
    std::string delimiter;
    if (!reader.read(part, "delimiter", delimiter))
      return false;
    if (delimiter.empty())
      return reader.fail("an empty delimiter of CharDelimiterSplit");
    split(quotePattern(delimiter), SplitBehavior::Removed);
    return true;
  }
  if (type == "Metaspace") {
    std::string replacement;
    uint32_t scheme;
    bool splits = true;
    if (!readMeta(part, replacement, scheme) || !reader.read(part, "split", splits))
      return false;
    Step &step = add(StepKind::Meta);
    step.text = replacement;
    step.number = scheme;
    if (splits)
      split(quotePattern(replacement), SplitBehavior::MergedWithNext);
    return true;
  }
  return refuse("pre-tokenizer", type);
}

bool StepReader::readDecoder(const Json &part, const std::string &type) {
  bool fused = false;
  for (const Step &step : steps)
    fused |= step.kind == StepKind::Fuse || step.kind == StepKind::UnmapBytes;
  // A text comes in parts behind these, and what is looked for could lie across two.
  if (fused && type != "Fuse" && type != "Strip")
    return reader.fail("the decoder " + type + " behind Fuse or ByteLevel is not supported");
  if (type == "ByteLevel") {
    add(StepKind::UnmapBytes);
    return true;
  }
  if (type == "ByteFallback") {
    add(StepKind::BytesOfTokens);
    return true;
  }
  if (type == "Fuse") {
    add(StepKind::Fuse);
    return true;
  }
  if (type == "Replace")
    return readReplace(part, StepKind::ReplaceInToken);
  if (type == "Strip") {
    Step &step = add(StepKind::StripChars);
    uint32_t start = 0, stop = 0;
    if (!reader.read(part, "content", step.text) || !reader.read(part, "start", start) || !reader.read(part, "stop", stop))
      return false;
    if (step.text.empty())
      return reader.fail("an empty content of Strip");
    step.number = start | stop << 16;
    return true;
  }
  if (type == "Metaspace") {
    std::string replacement;
    uint32_t scheme;
    if (!readMeta(part, replacement, scheme))
      return false;
    Step &step = add(StepKind::UnmapMeta);
    step.text = replacement;
    step.flag = scheme != 2;
    return true;
  }
  return refuse("decoder", type);
}

bool mambac::tokenizer::readSteps(const Json &tokenizer, JsonReader &reader, Table &table) {
  StepReader normalizers(reader, table.normalizers), preTokenizers(reader, table.preTokenizers),
      decoders(reader, table.decoders);
  const Json *part = JsonReader::get(tokenizer, "normalizer");
  if (part && !normalizers.readAll(*part, "normalizers", &StepReader::readNormalizer))
    return false;
  part = JsonReader::get(tokenizer, "pre_tokenizer");
  if (part && !preTokenizers.readAll(*part, "pretokenizers", &StepReader::readPreTokenizer))
    return false;
  part = JsonReader::get(tokenizer, "decoder");
  if (part)
    return decoders.readAll(*part, "decoders", &StepReader::readDecoder);
  table.decoders.emplace_back();
  table.decoders.back().kind = StepKind::JoinBySpaces;
  return true;
}
