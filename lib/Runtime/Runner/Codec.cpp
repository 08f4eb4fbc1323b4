//===- Codec.cpp - Between texts and the ids of a model -----------------------------------------------------------===//
//
// See Codec.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Codec.h"
#include "lib/Runtime/Runner/Npy.h"
#include "lib/Tokenizer/Utf8.h"

#include <algorithm>

#ifndef MAMBAC_WITHOUT_TOKENIZER
#include "lib/Tokenizer/Tokenizer.h"
#endif

using namespace mambac::runner;

//===----------------------------------------------------------------------===//
// With a tokenizer
//===----------------------------------------------------------------------===//

#ifndef MAMBAC_WITHOUT_TOKENIZER

struct Codec::Tokens {
  std::unique_ptr<mambac::tokenizer::Tokenizer> tokenizer;

  explicit Tokens(const mambac_text_info &text) {
    std::string error;
    tokenizer = mambac::tokenizer::Tokenizer::open({static_cast<const char *>(text.tokenizer), text.tokenizer_bytes}, error);
    if (!tokenizer)
      throw BadInput(error);
  }
  std::vector<int64_t> encode(const std::string &text, bool begins, const std::string &what) const {
    std::vector<int32_t> ids;
    std::string error;
    if (!tokenizer->encode(text, begins, ids, error))
      throw BadInput(what + ": " + error);
    return {ids.begin(), ids.end()};
  }
  /// -1: the tokenizer names none.
  int64_t getEnd() const { return tokenizer->getEos(); }
  std::unique_ptr<TextDecoder> decode() const {
    struct Pieces : TextDecoder {
      mambac::tokenizer::Decoder decoder;
      explicit Pieces(const mambac::tokenizer::Tokenizer &tokenizer) : decoder(tokenizer) {}
      std::string push(int64_t id) override { return decoder.push(int32_t(id)); }
      std::string finish() override { return decoder.finish(); }
    };
    return std::make_unique<Pieces>(*tokenizer);
  }
};

#else

struct Codec::Tokens {
  explicit Tokens(const mambac_text_info &) {
    throw BadInput("this program was built without PCRE2 and utf8proc, which tokenizers need: it reads models of bytes alone");
  }
  std::vector<int64_t> encode(const std::string &, bool, const std::string &) const { return {}; }
  int64_t getEnd() const { return -1; }
  std::unique_ptr<TextDecoder> decode() const { return nullptr; }
};

#endif

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

namespace {

/// Bytes as they are, but for the beginning of a character, which waits for the rest.
struct ByteDecoder : TextDecoder {
  std::string kept;
  std::string push(int64_t id) override {
    kept += char(id);
    std::string shown = kept.substr(0, kept.size() - mambac::tokenizer::countIncomplete(kept));
    kept.erase(0, shown.size());
    return shown;
  }
  std::string finish() override { return std::move(kept); }
};

} // namespace

//===----------------------------------------------------------------------===//
// Either
//===----------------------------------------------------------------------===//

Codec::Codec(const mambac_model *model, int64_t width) : limit(width) {
  const mambac_text_info &text = *mambac_get_text(model);
  if (text.tokenizer) {
    tokens = std::make_unique<Tokens>(text);
  } else {
    // A table of embeddings may have more rows than there are bytes.
    if (width < 256 || width > 512)
      throw BadInput("this model has no tokenizer, and " + std::to_string(width) + " logits a position, not the 256 of a model "
                     "of bytes: compile it with mambac --tokenizer tokenizer.json");
    limit = 256;
  }
  ends.assign(text.eos, text.eos + text.num_eos);
  if (tokens && ends.empty() && tokens->getEnd() >= 0)
    ends.push_back(tokens->getEnd());
}
Codec::~Codec() = default;

std::vector<int64_t> Codec::encode(const std::string &text, bool begins, const std::string &what) const {
  if (tokens)
    return tokens->encode(text, begins, what);
  size_t place;
  if (!mambac::tokenizer::isUtf8(text, place))
    throw BadInput(what + ": the text is not UTF-8: byte " + std::to_string(place) + " begins no character");
  std::vector<int64_t> ids;
  for (char c : text)
    ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

std::unique_ptr<TextDecoder> Codec::decode() const {
  return tokens ? tokens->decode() : std::make_unique<ByteDecoder>();
}

bool Codec::isEnd(int64_t id) const { return std::find(ends.begin(), ends.end(), id) != ends.end(); }
bool Codec::isBytes() const { return !tokens; }
