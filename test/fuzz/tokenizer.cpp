// Fuzzes tokenizers: {"tokenizer": what tokenizer.json holds, "config": ..., "text": ..., "ids": [...]}. Any of them must be
// refused with a reason, or encode and decode; what was packed must open, also when a byte of it is changed.
#include "lib/Tokenizer/Tokenizer.h"
#include "lib/Tokenizer/Utf8.h"
#include "test/fuzz/JsonMutator.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

using namespace mambac::tokenizer;

/// `whole`: the bytes are what was packed, so what comes out of them has to make sense.
static void use(const Tokenizer &tokenizer, const std::string &text, const nlohmann::json &ids, bool whole) {
  std::string error;
  std::vector<int32_t> encoded;
  if (!tokenizer.encode(text, true, encoded, error) && error.empty())
    std::abort();
  Decoder decoder(tokenizer, text.size() % 2);
  size_t place;
  for (int32_t id : encoded)
    if (id >= tokenizer.getVocabularySize() || (!isUtf8(decoder.push(id), place) && whole))
      std::abort();
  if (ids.is_array())
    for (const nlohmann::json &id : ids)
      if (id.is_number_integer())
        decoder.push(id.get<int32_t>());
  decoder.finish();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  nlohmann::json input = nlohmann::json::parse(data, data + size, nullptr, /*allow_exceptions=*/false);
  if (!input.is_object() || !input["text"].is_string())
    return 0;
  std::string error, text = input["text"];
  std::string config = input.contains("config") ? input["config"].dump() : "";
  std::string bytes = compileTokenizer(input["tokenizer"].dump(), config, error);
  if (bytes.empty()) {
    if (error.empty())
      std::abort();
    return 0;
  }
  auto tokenizer = Tokenizer::open(bytes, error);
  if (!tokenizer)
    std::abort();
  use(*tokenizer, text, input["ids"], /*whole=*/true);
  // The same with a byte that is not what it was; which one depends on the input.
  size_t place = (size * 2654435761u) % bytes.size();
  bytes[place] = char(bytes[place] ^ (1 << size % 8));
  std::string changed = bytes.substr(0, bytes.size()); // As long as its contents, so that the sanitizer sees its end.
  if (auto other = Tokenizer::open(changed, error))
    use(*other, text, input["ids"], /*whole=*/false);
  return 0;
}
