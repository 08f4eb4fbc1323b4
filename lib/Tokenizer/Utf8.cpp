//===- Utf8.cpp - Reading UTF-8 -----------------------------------------------------------------------------------===//
//
// See Utf8.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Utf8.h"

using namespace mambac::tokenizer;

size_t mambac::tokenizer::getCharacterSize(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

uint32_t mambac::tokenizer::decodeCharacter(std::string_view text, size_t &place) {
  unsigned char first = static_cast<unsigned char>(text[place]);
  size_t size = getCharacterSize(first);
  if (size > text.size() - place) { // No whole character: only where the text is not UTF-8.
    place = text.size();
    return 0xfffd;
  }
  uint32_t character = size == 1 ? first : first & (0xffu >> (size + 1));
  for (size_t i = 1; i < size; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[place + i]) & 0x3f);
  place += size;
  return character;
}

void mambac::tokenizer::appendCharacter(std::string &text, uint32_t character) {
  if (character < 0x80) {
    text += char(character);
    return;
  }
  int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  static constexpr unsigned char kLead[] = {0, 0xc0, 0xe0, 0xf0};
  text += char(kLead[more] | character >> 6 * more);
  for (int i = more; i-- > 0;)
    text += char(0x80 | (character >> 6 * i & 0x3f));
}

namespace {

/// How a character begins: `size` bytes are well-formed so far; `wanted` are a whole one (0: none can begin like this).
struct Beginning {
  size_t size = 0, wanted = 0;
};

} // namespace

/// Table 3-7 of the Unicode standard.
static Beginning readBeginning(std::string_view bytes) {
  unsigned char first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80)
    return {1, 1};
  if (first < 0xc2 || first > 0xf4)
    return {1, 0};
  size_t wanted = getCharacterSize(first), size = 1;
  for (; size < wanted && size < bytes.size(); ++size) {
    unsigned char next = static_cast<unsigned char>(bytes[size]);
    unsigned char low = 0x80, high = 0xbf;
    if (size == 1) {
      low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : low;
      high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : high;
    }
    if (next < low || next > high)
      return {size, 0};
  }
  return {size, wanted};
}

bool mambac::tokenizer::isUtf8(std::string_view text, size_t &place) {
  for (place = 0; place < text.size();) {
    Beginning beginning = readBeginning(text.substr(place));
    if (beginning.size != beginning.wanted)
      return false;
    place += beginning.size;
  }
  return true;
}

void mambac::tokenizer::takeValid(std::string &bytes, std::string &valid, bool atEnd) {
  size_t place = 0;
  while (place < bytes.size()) {
    Beginning beginning = readBeginning(std::string_view(bytes).substr(place));
    bool whole = beginning.size == beginning.wanted;
    if (!whole && beginning.wanted && !atEnd) // Its other bytes may follow.
      break;
    valid += whole ? bytes.substr(place, beginning.size) : "\xef\xbf\xbd";
    place += beginning.size;
  }
  bytes.erase(0, place);
}

size_t mambac::tokenizer::countIncomplete(std::string_view text) {
  for (size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    Beginning beginning = readBeginning(text.substr(text.size() - size));
    if (beginning.size == size && beginning.wanted > size)
      return size;
  }
  return 0;
}
