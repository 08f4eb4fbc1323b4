//===- AddedTokens.cpp - Tokens that are found as they stand ------------------------------------------------------===//
//
// See TokenFinder in Pipeline.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Pipeline.h"
#include "lib/Tokenizer/Unicode.h"
#include "lib/Tokenizer/Utf8.h"

#include <algorithm>

using namespace mambac::tokenizer;

/// Whether the character that begins at `place` is one of a word: letters and marks, digits, connectors.
static bool isWordCharacter(std::string_view text, size_t place) {
  // Built once; \w here is that of Rust's regular expressions, which has the two joiners besides.
  static const Regex *word = [] {
    auto *regex = new Regex;
    std::string error;
    regex->compile(std::string("[") + kWordCharacters + "\\x{200c}\\x{200d}]", error);
    return regex;
  }();
  size_t begin, end;
  return word->find(text.substr(place, getCharacterSize(static_cast<unsigned char>(text[place]))), 0, begin, end) ==
         Regex::Found::Yes;
}

static size_t findPreviousCharacter(std::string_view text, size_t place) {
  do
    --place;
  while ((static_cast<unsigned char>(text[place]) & 0xc0) == 0x80);
  return place;
}

static bool isSpaceAt(std::string_view text, size_t place) { return isWhitespace(decodeCharacter(text, place)); }

void TokenFinder::add(std::string content, const AddedToken &token) {
  if (content.empty())
    return;
  std::vector<Entry> &entries = byFirst[static_cast<unsigned char>(content[0])];
  auto place = std::find_if(entries.begin(), entries.end(),
                            [&](const Entry &entry) { return entry.content.size() < content.size(); });
  entries.insert(place, {std::move(content), &token});
}

const TokenFinder::Entry *TokenFinder::match(std::string_view rest) const {
  for (const Entry &entry : byFirst[static_cast<unsigned char>(rest[0])])
    if (rest.substr(0, entry.content.size()) == entry.content)
      return &entry;
  return nullptr;
}

std::vector<Piece> TokenFinder::cut(Piece piece) const {
  std::vector<Piece> pieces;
  std::string_view text = piece.text;
  size_t done = 0; // Everything in front of this is in `pieces`.
  auto put = [&](size_t begin, size_t end) {
    if (begin < end)
      pieces.push_back({std::string(text.substr(begin, end - begin)), piece.first && begin == 0, -1});
  };
  for (size_t at = 0; at < text.size();) {
    const Entry *entry = match(text.substr(at));
    if (!entry) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + entry->content.size();
    at = end;
    const AddedToken &token = *entry->token;
    if (token.singleWord && ((begin > 0 && isWordCharacter(text, findPreviousCharacter(text, begin))) ||
                             (end < text.size() && isWordCharacter(text, end))))
      continue;
    while (token.lstrip && begin > done && isSpaceAt(text, findPreviousCharacter(text, begin)))
      begin = findPreviousCharacter(text, begin);
    while (token.rstrip && end < text.size() && isSpaceAt(text, end))
      decodeCharacter(text, end);
    put(done, begin);
    pieces.push_back({{}, false, token.id});
    done = end;
  }
  put(done, text.size());
  return pieces;
}
