//===- Tokenizer.h - Text to token ids and back ------------------------------------------------------*- C++ -*-===//
//
// Tokenizers in the way of Hugging Face's tokenizer.json: special tokens, normalizer, pieces, model, template; and
// the decoder. The compiler turns that file into packed bytes (compileTokenizer), which a product carries and a program
// reads as they lie (Tokenizer::open), so that a start parses no JSON. Ids and texts are exactly those of the
// `tokenizers` library; what it can do and this cannot is refused by name while compiling. No LLVM, no exceptions.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_TOKENIZER_H
#define MAMBAC_LIB_TOKENIZER_TOKENIZER_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mambac::tokenizer {

/// The packed bytes of a tokenizer, from the texts of tokenizer.json and of tokenizer_config.json (which may be empty).
/// Empty, and the reason in `error`, if it cannot be read or does what is not supported. The same file gives the same bytes.
std::string compileTokenizer(std::string_view json, std::string_view config, std::string &error);

struct Pipeline;

class Tokenizer {
public:
  /// Reads packed bytes, which must outlive the tokenizer; null, and the reason in `error`, if they are damaged.
  static std::unique_ptr<Tokenizer> open(std::string_view bytes, std::string &error);
  ~Tokenizer();

  /// The ids of a text, with what the template puts around it if `addSpecial`. False, and the reason in `error`, if the
  /// text is not UTF-8 or has a character without a token.
  bool encode(std::string_view text, bool addSpecial, std::vector<int32_t> &ids, std::string &error) const;

  /// One more than the largest id.
  int32_t getVocabularySize() const;
  /// The beginning and the end of a text by tokenizer_config.json; -1 if it names none.
  int32_t getBos() const;
  int32_t getEos() const;
  /// The id of a token by its exact content ("<|im_end|>"); -1 if there is none.
  int32_t findToken(std::string_view content) const;
  const Pipeline &getPipeline() const { return *pipeline; }

private:
  Tokenizer();
  std::unique_ptr<Pipeline> pipeline;
};

/// Ids to text, one by one: what the calls return is, put together, the text of all ids. Characters that are not complete
/// are kept back, special tokens left out.
class Decoder {
public:
  explicit Decoder(const Tokenizer &tokenizer, bool skipSpecial = true);
  ~Decoder();
  Decoder(Decoder &&);

  std::string push(int32_t id);
  /// What was kept back; incomplete characters become U+FFFD.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_TOKENIZER_H
