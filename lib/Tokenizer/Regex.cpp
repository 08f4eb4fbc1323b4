//===- Regex.cpp - The regular expressions of tokenizers ----------------------------------------------------------===//
//
// See Regex.h. This is all that knows PCRE2.
//
//===------------------------------------------------------------------------------------------------------------===//
#define PCRE2_CODE_UNIT_WIDTH 8
#include "lib/Tokenizer/Regex.h"

#include <pcre2.h>

using namespace mambac::tokenizer;

const char mambac::tokenizer::kWordCharacters[] = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

struct Regex::Program {
  pcre2_code *code = nullptr;
  pcre2_match_data *match = nullptr;
  ~Program() {
    pcre2_match_data_free(match);
    pcre2_code_free(code);
  }
};

Regex::Regex() = default;
Regex::Regex(Regex &&) = default;
Regex::~Regex() = default;

bool Regex::compile(std::string_view pattern, std::string &error) {
  program = std::make_unique<Program>();
  int number = 0;
  PCRE2_SIZE place = 0;
  program->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &number, &place, nullptr);
  if (!program->code) {
    PCRE2_UCHAR message[256] = {0};
    pcre2_get_error_message(number, message, sizeof message);
    error = std::string(reinterpret_cast<const char *>(message)) + " (at byte " + std::to_string(place) + " of " +
            std::string(pattern) + ")";
    return false;
  }
  program->match = pcre2_match_data_create_from_pattern(program->code, nullptr);
  return program->match != nullptr;
}

Regex::Found Regex::find(std::string_view text, size_t from, size_t &begin, size_t &end) const {
  int count = pcre2_match(program->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, PCRE2_NO_UTF_CHECK,
                          program->match, nullptr);
  if (count < 0)
    return count == PCRE2_ERROR_NOMATCH ? Found::No : Found::Failed;
  const PCRE2_SIZE *places = pcre2_get_ovector_pointer(program->match);
  begin = places[0];
  end = places[1];
  return begin <= end ? Found::Yes : Found::Failed; // \K may turn them around.
}
