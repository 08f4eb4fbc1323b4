// See Contract.h.
#include "lib/Import/Contract.h"
#include "lib/Import/Json.h"

namespace mambac::pt2 {
namespace {

/// Larger than that of any model; the tree of a text is some times its size.
constexpr size_t kMaxBytes = 4 << 20;

/// Reads members of the file; the first fault is kept.
class ContractReader {
public:
  explicit ContractReader(const std::string &where) : where(where) {}

  Expected<Contract> read(const Json &root) {
    if (!root.isObject())
      return Error{std::string("it is ") + jsonKindName(root.kind) + ", not an object", where, kTodo};
    int64_t format = integer(root, "format", "").value_or(0);
    if (fault.empty() && format != 1)
      fault = "\"format\" is " + std::to_string(format) + ", and this mambac reads 1";
    Contract contract;
    contract.where = where;
    contract.name = text(root, "name", "", /*required=*/false);
    contract.family = text(root, "family", "", /*required=*/false);
    contract.source = text(root, "source", "", /*required=*/false);
    contract.vocabulary = integer(root, "vocabulary", "", /*least=*/1);
    contract.bos = integer(root, "bos", "");
    contract.capacity = integer(root, "capacity", "", /*least=*/1);
    if (const Json *list = member(root, "eos", Json::Kind::Array))
      for (const Json &item : list->items) {
        if (!item.isInt() || item.integer < 0)
          complain("\"eos\" is not a list of token ids");
        contract.eos.push_back(item.integer);
      }
    for (int64_t id : contract.eos)
      checkId("eos", id, contract.vocabulary);
    if (contract.bos)
      checkId("bos", *contract.bos, contract.vocabulary);
    if (const Json *chat = member(root, "chat", Json::Kind::Object))
      contract.chat = readChat(*chat);
    contract.inputRoles = roles(root, "inputs", {"ids", "embeds", "select", "mask"});
    contract.outputRoles = roles(root, "outputs", {"logits", "hidden"});
    if (const Json *list = member(root, "state", Json::Kind::Array))
      for (const Json &item : list->items) {
        std::string at = "state[" + std::to_string(contract.state.size()) + "].";
        if (!item.isObject())
          complain("\"state\" is not a list of objects");
        else
          contract.state.push_back({text(item, "input", at), text(item, "output", at), text(item, "role", at)});
        if (!fault.empty())
          break;
      }
    if (!fault.empty())
      return Error{fault, where, kTodo};
    return contract;
  }

private:
  static constexpr const char *kTodo = "export the model again with mambac.export";
  const std::string &where;
  std::string fault;

  void complain(std::string what) {
    if (fault.empty())
      fault = std::move(what);
  }

  /// Null where it is not there, or (with a fault) of another kind.
  const Json *member(const Json &object, const char *key, Json::Kind kind, const std::string &at = "") {
    const Json *value = object.get(key);
    if (!value || value->isNull())
      return nullptr;
    if (value->kind == kind)
      return value;
    complain("\"" + at + key + "\" is " + jsonKindName(value->kind) + ", not " + jsonKindName(kind));
    return nullptr;
  }

  std::optional<int64_t> integer(const Json &object, const char *key, const std::string &at, int64_t least = 0) {
    const Json *value = member(object, key, Json::Kind::Int, at);
    if (!value)
      return std::nullopt;
    if (value->integer < least)
      complain("\"" + at + key + "\" is " + std::to_string(value->integer) + ", less than " + std::to_string(least));
    return value->integer;
  }

  std::string text(const Json &object, const char *key, const std::string &at, bool required = true) {
    const Json *value = member(object, key, Json::Kind::String, at);
    if (!value && required)
      complain("\"" + at + key + "\" is missing");
    return value ? value->string : "";
  }

  void checkId(const char *key, int64_t id, std::optional<int64_t> vocabulary) {
    if (vocabulary && id >= *vocabulary)
      complain(std::string("\"") + key + "\" has the id " + std::to_string(id) + ", and the vocabulary ends at " +
               std::to_string(*vocabulary - 1));
  }

  Contract::Chat readChat(const Json &object) {
    Contract::Chat chat = {text(object, "begin", "chat."), text(object, "reply", "chat."), text(object, "next", "chat."), {}};
    const Json *system = member(object, "system", Json::Kind::Array, "chat.");
    for (size_t i = 0; system && i < system->items.size(); ++i)
      chat.system.push_back(system->items[i].string);
    bool texts = !system || system->items.size() == 2;
    for (size_t i = 0; system && i < system->items.size(); ++i)
      texts &= system->items[i].isString();
    if (!texts)
      complain("\"chat.system\" is not a list of two texts");
    return chat;
  }

  std::map<std::string, std::string> roles(const Json &root, const char *key, std::vector<std::string> known) {
    std::map<std::string, std::string> result;
    const Json *object = member(root, key, Json::Kind::Object);
    for (size_t i = 0; object && i < object->keys.size(); ++i) {
      std::string role = text(*object, object->keys[i].c_str(), std::string(key) + ".");
      bool fits = false;
      for (const std::string &word : known)
        fits |= word == role;
      if (!fits)
        complain(std::string("\"") + key + "." + object->keys[i] + "\" is \"" + role + "\", no role that is known");
      result[object->keys[i]] = role;
    }
    return result;
  }
};

} // namespace

Expected<Contract> readContract(std::string_view text, const std::string &where) {
  if (text.size() > kMaxBytes)
    return Error{"it has more than 4 MiB", where, ""};
  auto root = parseJson(text);
  if (!root)
    return Error{root.error().what, where, ""};
  return ContractReader(where).read(*root);
}

} // namespace mambac::pt2
