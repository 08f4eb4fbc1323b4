// The mutator of the targets that read JSON: most mutations keep the text well-formed, so that they get beyond the
// parser. To be included by one source file of a target.
#ifndef MAMBAC_TEST_JSONMUTATOR_H
#define MAMBAC_TEST_JSONMUTATOR_H

#include <cctype>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {
/// A piece of the text: a number, or a string with its quotes.
struct Token {
  size_t begin, end;
};

/// All numbers, or all strings.
std::vector<Token> findTokens(const std::string &text, bool numbers) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      size_t end = i + 1;
      while (end < text.size() && text[end] != '"')
        end += text[end] == '\\' ? 2 : 1;
      if (!numbers && end < text.size())
        tokens.push_back({i, end + 1});
      i = end + 1;
    } else if (numbers && (std::isdigit(static_cast<unsigned char>(text[i])) || text[i] == '-')) {
      size_t end = i + 1;
      while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.'))
        ++end;
      tokens.push_back({i, end});
      i = end;
    } else {
      ++i;
    }
  }
  return tokens;
}
} // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 16 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  bool numbers = random() % 2;
  std::vector<Token> tokens = findTokens(text, numbers);
  if (tokens.empty() || text.size() < 2)
    return LLVMFuzzerMutate(data, size, maxSize);
  Token chosen = tokens[random() % tokens.size()];
  std::string replacement;
  if (random() % 32 == 0) {
    // Something of another kind.
    static const char *values[] = {"null", "[]", "{}", "true", "\"\"", "[[]]", "{\"as_none\": []}", "{\"as_int\": 1}"};
    replacement = values[random() % (sizeof(values) / sizeof(*values))];
  } else if (numbers && random() % 2) {
    static const char *values[] = {
        "0",          "1",  "-1", "2", "3", "7", "-2", "64", "4096", "9223372036854775807", "-9223372036854775808",
        "1000000000", "0.5"};
    replacement = values[random() % (sizeof(values) / sizeof(*values))];
  } else {
    // Another token of the same kind, mostly from nearby.
    size_t at = random() % 2 ? random() % tokens.size() : 0;
    if (!at)
      for (size_t i = 0; i < tokens.size(); ++i)
        if (tokens[i].begin == chosen.begin)
          at = std::min(tokens.size() - 1, i + random() % 40);
    replacement = text.substr(tokens[at].begin, tokens[at].end - tokens[at].begin);
  }
  text.replace(chosen.begin, chosen.end - chosen.begin, replacement);
  if (text.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

#endif // MAMBAC_TEST_JSONMUTATOR_H
