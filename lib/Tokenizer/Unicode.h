//===- Unicode.h - Normal forms and bytes as characters ----------------------------------------------*- C++ -*-===//
//
// What tokenizers ask of Unicode: the four normal forms (utf8proc), a few properties, and the characters that stand for
// bytes in byte-level vocabularies.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_UNICODE_H
#define MAMBAC_LIB_TOKENIZER_UNICODE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace mambac::tokenizer {

/// number as of StepKind::Compose. False if memory is out.
bool normalize(std::string &text, uint32_t form);
std::string toLowercase(std::string_view text);
/// Unicode's White_Space.
bool isWhitespace(uint32_t character);
/// Combining marks (M).
bool isMark(uint32_t character);

/// The character that stands for a byte, and back: -1 if a character stands for none.
uint32_t mapByte(unsigned char byte);
int unmapByte(uint32_t character);

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_UNICODE_H
