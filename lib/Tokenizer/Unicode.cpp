//===- Unicode.cpp - Normal forms and bytes as characters ---------------------------------------------------------===//
//
// See Unicode.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Tokenizer/Unicode.h"
#include "lib/Tokenizer/Utf8.h"

#include <cstdlib>
#include <utf8proc.h>

using namespace mambac::tokenizer;

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

// The printable bytes of Latin-1 stand for themselves, the others follow from U+0100 on: 0x00 to 0x20, 0x7f to 0xa0, 0xad.

uint32_t mambac::tokenizer::mapByte(unsigned char byte) {
  if (byte <= 0x20)
    return 0x100u + byte;
  if (byte >= 0x7f && byte <= 0xa0)
    return 0x121u + (byte - 0x7fu);
  return byte == 0xad ? 0x143 : byte;
}

int mambac::tokenizer::unmapByte(uint32_t character) {
  if (character >= 0x100 && character <= 0x120)
    return int(character - 0x100);
  if (character >= 0x121 && character <= 0x142)
    return int(character - 0x121 + 0x7f);
  if (character == 0x143)
    return 0xad;
  return character < 0x100 && mapByte(static_cast<unsigned char>(character)) == character ? int(character) : -1;
}
