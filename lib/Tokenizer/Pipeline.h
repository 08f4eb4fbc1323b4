//===- Pipeline.h - The parts of a tokenizer at work -------------------------------------------------*- C++ -*-===//
//
// A table with its regular expressions compiled, and the stages that a text goes through: special tokens are cut out,
// the rest is normalized and split into pieces, and the model turns each piece into ids.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_PIPELINE_H
#define MAMBAC_LIB_TOKENIZER_PIPELINE_H

#include "lib/Tokenizer/Regex.h"
#include "lib/Tokenizer/Table.h"

#include <unordered_map>

namespace mambac::tokenizer {

/// A step with its expression, where it has one.
struct ReadyStep {
  const Step *step;
  Regex regex;
};

/// A part of the text: a token that was found in it, or what is still to be split.
struct Piece {
  std::string text;
  bool first = false; ///< it begins where the whole text does
  int32_t id = -1;    ///< of an added token
};

/// Cuts pieces where an added token's content stands: the leftmost, and the longest of several.
class TokenFinder {
public:
  void add(std::string content, const AddedToken &token);
  std::vector<Piece> cut(Piece piece) const;

private:
  struct Entry {
    std::string content;
    const AddedToken *token;
  };
  const Entry *match(std::string_view rest) const;
  std::vector<Entry> byFirst[256]; ///< of contents that begin with this byte, longest first
};

struct Pipeline {
  Table table;
  std::vector<ReadyStep> normalizers, preTokenizers, decoders;
  TokenFinder raw, normalized; ///< of tokens that are looked for before and behind normalization
  std::unordered_map<int32_t, const AddedToken *> added;
  double unknownScore = 0; ///< of Unigram, for a character without a token
  int32_t byteTokens[256]; ///< <0x00>...; -1 where there is none
};

/// Compiles the expressions.
bool makeReady(const std::vector<Step> &steps, std::vector<ReadyStep> &ready, std::string &error);
/// Whether a step's text is a regular expression.
bool hasPattern(StepKind kind);

/// These return false with the reason in `error`.
bool normalizeText(const std::vector<ReadyStep> &steps, std::string &text, std::string &error);
bool splitPieces(const std::vector<ReadyStep> &steps, std::vector<Piece> &pieces, std::string &error);
bool replaceAll(const Regex &regex, std::string_view with, std::string &text, std::string &error);
bool encodeBpe(const Pipeline &pipeline, std::string_view word, std::vector<int32_t> &ids, std::string &error);
bool encodeUnigram(const Pipeline &pipeline, std::string_view word, std::vector<int32_t> &ids, std::string &error);

/// The bytes of a text as the characters that stand for them.
std::string mapBytes(std::string_view text);

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_PIPELINE_H
