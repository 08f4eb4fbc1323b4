//===- CompileTokenizer.cpp - tokenizer.json to packed bytes ------------------------------------------------------===//
//
// Reads the model, the added tokens and the template, and sorts what is looked up. Part of the compiler alone.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Json.h"
#include "lib/Tokenizer/Tokenizer.h"

#include <algorithm>
#include <unordered_map>

using namespace mambac::tokenizer;

namespace {

/// More than any vocabulary has.
constexpr uint64_t kMostTokens = 1 << 24;

template <typename T> PackedArray<T> view(const std::vector<T> &values) {
  return PackedArray<T>({reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)});
}

class Compiler {
public:
  explicit Compiler(std::string &error) : reader(error) {}

  std::string run(std::string_view json, std::string_view config);

private:
  bool readModel(const Json &model);
  bool readBpe(const Json &model);
  bool readUnigram(const Json &model);
  bool addToken(const std::string &token, uint64_t id);
  bool readMerge(const Json &merge, uint32_t rank);
  bool readAddedTokens(const Json &tokenizer);
  bool readTemplates(const Json &part);
  bool readTemplate(const Json &part);
  bool readIds(const Json &part, const std::string &name, std::vector<int32_t> &ids);
  bool readConfig(std::string_view config);
  void sortAll();
  int32_t find(const std::string &token) const {
    auto added = addedIds.find(token);
    if (added != addedIds.end())
      return added->second;
    auto found = ids.find(token);
    return found == ids.end() ? -1 : int32_t(found->second);
  }

  JsonReader reader;
  Table table;
  std::unordered_map<std::string, uint32_t> ids; ///< of the model
  std::unordered_map<std::string, int32_t> addedIds;
  std::vector<std::string> tokens; ///< by id; empty where there is none
  std::vector<Merge> merges;
  std::vector<double> scores;
  std::string text;
  std::vector<uint32_t> offsets, order;
};

} // namespace

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

bool Compiler::addToken(const std::string &token, uint64_t id) {
  if (id >= kMostTokens)
    return reader.fail("the id " + std::to_string(id) + " of the token " + token + " is too large");
  ids[token] = uint32_t(id);
  if (id >= tokens.size())
    tokens.resize(size_t(id) + 1);
  if (!tokens[size_t(id)].empty())
    return reader.fail("the tokens " + tokens[size_t(id)] + " and " + token + " have the same id");
  tokens[size_t(id)] = token;
  return true;
}

/// "a b" or ["a", "b"].
bool Compiler::readMerge(const Json &merge, uint32_t rank) {
  auto fail = [&](const std::string &what) { return reader.fail("merge " + std::to_string(rank) + " of the model" + what); };
  std::string left, right;
  if (merge.is_string()) {
    const std::string &both = merge.get_ref<const std::string &>();
    size_t space = both.find(' ');
    if (space == std::string::npos || both.find(' ', space + 1) != std::string::npos)
      return fail(" is not two tokens");
    left = both.substr(0, space);
    right = both.substr(space + 1);
  } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    left = merge[0].get<std::string>();
    right = merge[1].get<std::string>();
  } else {
    return fail(" is not two tokens");
  }
  if (right.size() < table.prefix.size())
    return fail(": the second token is shorter than continuing_subword_prefix");
  std::string result = left + right.substr(table.prefix.size());
  uint32_t found[3];
  const std::string *tokens[] = {&left, &right, &result};
  for (int i = 0; i < 3; ++i) {
    auto id = ids.find(*tokens[i]);
    if (id == ids.end())
      return fail(": the token " + *tokens[i] + " is not in the vocabulary");
    found[i] = id->second;
  }
  merges.push_back({found[0], found[1], rank, found[2]});
  return true;
}

bool Compiler::readBpe(const Json &model) {
  const Json *vocabulary = JsonReader::get(model, "vocab"), *pairs = JsonReader::get(model, "merges");
  if (!vocabulary || !vocabulary->is_object() || !pairs || !pairs->is_array())
    return reader.fail("the model BPE has no vocab or no merges");
  if (const Json *dropout = JsonReader::get(model, "dropout"); dropout && *dropout != 0)
    return reader.fail("the model's dropout is not supported");
  if (!reader.read(model, "continuing_subword_prefix", table.prefix) ||
      !reader.read(model, "end_of_word_suffix", table.suffix) || !reader.read(model, "fuse_unk", table.fuseUnk) ||
      !reader.read(model, "byte_fallback", table.byteFallback) || !reader.read(model, "ignore_merges", table.ignoreMerges))
    return false;
  for (auto &[token, id] : vocabulary->items()) {
    if (!id.is_number_unsigned())
      return reader.fail("the id of the token " + token + " is no number");
    if (!addToken(token, id.get<uint64_t>()))
      return false;
  }
  uint32_t rank = 0;
  for (const Json &pair : *pairs)
    if (!readMerge(pair, rank++))
      return false;
  if (JsonReader::get(model, "unk_token")) {
    std::string unk;
    if (!reader.read(model, "unk_token", unk))
      return false;
    auto found = ids.find(unk);
    table.unk = found == ids.end() ? -2 : int32_t(found->second);
  }
  return true;
}

bool Compiler::readUnigram(const Json &model) {
  table.model = ModelKind::Unigram;
  table.fuseUnk = true;
  const Json *vocabulary = JsonReader::get(model, "vocab");
  if (!vocabulary || !vocabulary->is_array() || vocabulary->empty())
    return reader.fail("the model Unigram has no vocab");
  for (const Json &entry : *vocabulary) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
      return reader.fail("entry " + std::to_string(scores.size()) + " of the vocabulary is not a token and its score");
    if (!addToken(entry[0].get<std::string>(), scores.size()))
      return false;
    scores.push_back(entry[1].get<double>());
  }
  if (const Json *unk = JsonReader::get(model, "unk_id")) {
    if (!unk->is_number_unsigned() || unk->get<uint64_t>() >= scores.size())
      return reader.fail("unk_id is no id of the vocabulary");
    table.unk = int32_t(unk->get<uint64_t>());
  }
  return reader.read(model, "byte_fallback", table.byteFallback);
}

bool Compiler::readModel(const Json &model) {
  std::string type = JsonReader::typeOf(model);
  if (type == "BPE" || (type.empty() && JsonReader::get(model, "merges")))
    return readBpe(model);
  if (type == "Unigram")
    return readUnigram(model);
  return reader.fail("the model " + (type.empty() ? "without a type" : type) + " is not supported");
}

//===----------------------------------------------------------------------===//
// Added tokens and templates
//===----------------------------------------------------------------------===//

/// A token of the vocabulary keeps its id, others follow behind all: as `tokenizers` does it, whatever the file's ids say.
bool Compiler::readAddedTokens(const Json &tokenizer) {
  const Json *list = JsonReader::get(tokenizer, "added_tokens");
  if (!list)
    return true;
  if (!list->is_array())
    return reader.fail("added_tokens is no list");
  int32_t next = int32_t(ids.size());
  for (const Json &entry : *list) {
    AddedToken token;
    if (!reader.read(entry, "content", token.content) || !reader.read(entry, "special", token.special) ||
        !reader.read(entry, "single_word", token.singleWord) || !reader.read(entry, "lstrip", token.lstrip) ||
        !reader.read(entry, "rstrip", token.rstrip))
      return false;
    token.normalized = !token.special;
    if (!reader.read(entry, "normalized", token.normalized))
      return false;
    if (token.content.empty())
      continue;
    int32_t id = find(token.content);
    token.id = id >= 0 ? id : next;
    next = std::max(next, token.id + 1);
    addedIds[token.content] = token.id;
    // A second one of the same content takes the place of the first.
    auto same = std::find_if(table.added.begin(), table.added.end(),
                             [&](const AddedToken &other) { return other.id == token.id; });
    same == table.added.end() ? table.added.push_back(token) : void(*same = token);
  }
  return true;
}

/// A special token of a template: the ids that "special_tokens" says, or that of the token.
bool Compiler::readIds(const Json &part, const std::string &name, std::vector<int32_t> &into) {
  const Json *special = JsonReader::get(part, "special_tokens");
  const Json *entry = special ? JsonReader::get(*special, name.c_str()) : nullptr;
  const Json *list = entry ? JsonReader::get(*entry, "ids") : nullptr;
  if (!list || !list->is_array())
    return reader.fail("the template's token " + name + " has no ids");
  for (const Json &id : *list) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= kMostTokens)
      return reader.fail("an id of the template's token " + name + " is no number");
    into.push_back(int32_t(id.get<uint64_t>()));
  }
  return true;
}

bool Compiler::readTemplate(const Json &part) {
  const Json *single = JsonReader::get(part, "single");
  if (!single || !single->is_array())
    return reader.fail("a TemplateProcessing without \"single\"");
  std::vector<int32_t> before, after;
  bool seen = false;
  for (const Json &item : *single) {
    std::string name;
    if (JsonReader::get(item, "Sequence")) {
      if (seen)
        return reader.fail("a template with the text in it twice is not supported");
      seen = true;
      continue;
    }
    const Json *token = JsonReader::get(item, "SpecialToken");
    if (!token || !reader.read(*token, "id", name))
      return reader.fail("a template's item is neither a text nor a token");
    if (!readIds(part, name, seen ? after : before))
      return false;
  }
  if (!seen)
    return reader.fail("a template without a text");
  table.before.insert(table.before.begin(), before.begin(), before.end());
  table.after.insert(table.after.end(), after.begin(), after.end());
  return true;
}

bool Compiler::readTemplates(const Json &part) {
  std::string type = JsonReader::typeOf(part);
  if (type == "ByteLevel") // It moves offsets, which nobody asks for here.
    return true;
  if (type == "TemplateProcessing")
    return readTemplate(part);
  if (type == "RobertaProcessing" || type == "BertProcessing") {
    for (const char *key : {"cls", "sep"}) {
      const Json *token = JsonReader::get(part, key);
      if (!token || !token->is_array() || token->size() != 2 || !(*token)[1].is_number_unsigned() ||
          (*token)[1].get<uint64_t>() >= kMostTokens)
        return reader.fail("the post-processor " + type + " has no " + key);
      int32_t id = int32_t((*token)[1].get<uint64_t>());
      std::vector<int32_t> &list = *key == 'c' ? table.before : table.after;
      list.insert(*key == 'c' ? list.begin() : list.end(), id);
    }
    return true;
  }
  const Json *parts = JsonReader::get(part, "processors");
  if (type != "Sequence" || !parts || !parts->is_array())
    return reader.fail("the post-processor " + (type.empty() ? "without a type" : type) + " is not supported");
  for (const Json &inner : *parts) {
    if (JsonReader::typeOf(inner) == "Sequence")
      return reader.fail("a Sequence of post-processors inside of another is not supported");
    if (!readTemplates(inner))
      return false;
  }
  return true;
}

bool Compiler::readConfig(std::string_view config) {
  if (config.empty())
    return true;
  Json json = Json::parse(config, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return reader.fail("tokenizer_config.json is no JSON object");
  for (auto [key, id] : {std::pair("bos_token", &table.bos), std::pair("eos_token", &table.eos)}) {
    const Json *token = JsonReader::get(json, key);
    if (token && token->is_object())
      token = JsonReader::get(*token, "content");
    if (token && token->is_string())
      *id = find(token->get<std::string>());
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Sorting
//===----------------------------------------------------------------------===//

void Compiler::sortAll() {
  for (const std::string &token : tokens) {
    offsets.push_back(uint32_t(text.size()));
    text += token;
  }
  offsets.push_back(uint32_t(text.size()));
  for (auto &[token, id] : ids)
    order.push_back(id);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return tokens[a] < tokens[b]; });
  // Of a pair that is listed twice, the later one counts.
  std::sort(merges.begin(), merges.end(), [](const Merge &a, const Merge &b) {
    return a.left != b.left ? a.left < b.left : a.right != b.right ? a.right < b.right : a.rank > b.rank;
  });
  merges.erase(std::unique(merges.begin(), merges.end(),
                           [](const Merge &a, const Merge &b) { return a.left == b.left && a.right == b.right; }),
               merges.end());
  table.text = text;
  table.offsets = view(offsets);
  table.order = view(order);
  table.merges = view(merges);
  table.scores = view(scores);
}

std::string Compiler::run(std::string_view text, std::string_view config) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    reader.fail("it is no JSON object");
    return {};
  }
  const Json *model = JsonReader::get(json, "model");
  if (!model) {
    reader.fail("it has no model");
    return {};
  }
  const Json *post = JsonReader::get(json, "post_processor");
  if (!readModel(*model) || !readAddedTokens(json) || !readSteps(json, reader, table) || (post && !readTemplates(*post)) ||
      !readConfig(config))
    return {};
  sortAll();
  return packTable(table);
}

std::string mambac::tokenizer::compileTokenizer(std::string_view json, std::string_view config, std::string &error) {
  error.clear();
  std::string bytes = Compiler(error).run(json, config);
  // What does not open is not written.
  if (!bytes.empty() && !Tokenizer::open(bytes, error))
    bytes.clear();
  if (bytes.empty())
    error = "the tokenizer cannot be used: " + error;
  return bytes;
}
