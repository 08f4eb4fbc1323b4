//===- Unicode.cpp - UTF-8, normal forms and bytes as characters --------------------------------------------------===//
//
// See Unicode.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Unicode.h"
#include "lib/Tokenizer/Tokenizer.h"

#include <cstdlib>
#include <utf8proc.h>

using namespace mambac::tokenizer;

//===----------------------------------------------------------------------===//
// UTF-8
//===----------------------------------------------------------------------===//

size_t mambac::tokenizer::getCharacterSize(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

uint32_t mambac::tokenizer::decodeCharacter(std::string_view text, size_t &place) {
  unsigned char first = static_cast<unsigned char>(text[place]);
  size_t size = getCharacterSize(first);
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

//===----------------------------------------------------------------------===//
// Characters
//===----------------------------------------------------------------------===//

bool mambac::tokenizer::normalize(std::string &text, uint32_t form) {
  int options = UTF8PROC_STABLE | (form & 1 ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) | (form & 2 ? UTF8PROC_COMPAT : 0);
  utf8proc_uint8_t *result = nullptr;
  utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()), utf8proc_ssize_t(text.size()),
                                       &result, utf8proc_option_t(options));
  if (size < 0)
    return false;
  text.assign(reinterpret_cast<const char *>(result), size_t(size));
  free(result);
  return true;
}

std::string mambac::tokenizer::toLowercase(std::string_view text) {
  std::string result;
  for (size_t place = 0; place < text.size();) {
    uint32_t character = decodeCharacter(text, place);
    // The one character whose lowercase is two.
    if (character == 0x130) {
      result += "i\xcc\x87";
      continue;
    }
    appendCharacter(result, uint32_t(utf8proc_tolower(utf8proc_int32_t(character))));
  }
  return result;
}

bool mambac::tokenizer::isWhitespace(uint32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool mambac::tokenizer::isMark(uint32_t character) {
  utf8proc_category_t category = utf8proc_category(utf8proc_int32_t(character));
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

/// Whether a byte stands for itself: the printable ones of Latin-1.
static bool isPrintable(uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

uint32_t mambac::tokenizer::mapByte(unsigned char byte) {
  if (isPrintable(byte))
    return byte;
  uint32_t before = 0;
  for (uint32_t other = 0; other < byte; ++other)
    before += !isPrintable(other);
  return 256 + before;
}

int mambac::tokenizer::unmapByte(uint32_t character) {
  if (character < 256)
    return isPrintable(character) ? int(character) : -1;
  for (int byte = 0; byte < 256; ++byte)
    if (!isPrintable(uint32_t(byte)) && mapByte(static_cast<unsigned char>(byte)) == character)
      return byte;
  return -1;
}
