//===- Regex.h - The regular expressions of tokenizers -----------------------------------------------*- C++ -*-===//
//
// tokenizer.json's patterns are written for Oniguruma; PCRE2 runs them. Where the two read the same text differently
// (\s, \w, \h, {n,m}+, scripts), translatePattern says it in PCRE2's words; what has no such words is refused.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_REGEX_H
#define MAMBAC_LIB_TOKENIZER_REGEX_H

#include <memory>
#include <string>
#include <string_view>

namespace mambac::tokenizer {

/// False, and the reason in `error`, if a pattern uses what has no equivalent.
bool translatePattern(std::string_view pattern, std::string &translated, std::string &error);
/// A pattern that matches exactly this text.
std::string quotePattern(std::string_view text);
/// What stands in a class for Unicode's White_Space.
extern const char kSpaces[];
/// What stands in a class for the characters of words, as Oniguruma's \w has them.
extern const char kWordCharacters[];

class Regex {
public:
  Regex();
  Regex(Regex &&);
  ~Regex();

  /// Takes a translated pattern.
  bool compile(std::string_view pattern, std::string &error);

  enum class Found { Yes, No, Failed };
  /// The first match at or behind `from`. Failed: it takes too many steps.
  Found find(std::string_view text, size_t from, size_t &begin, size_t &end) const;

private:
  struct Program;
  std::unique_ptr<Program> program;
};

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_REGEX_H
