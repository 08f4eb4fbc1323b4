//===- Unicode.h - UTF-8, normal forms and bytes as characters ---------------------------------------*- C++ -*-===//
//
// What tokenizers ask of Unicode: reading UTF-8, replacing what is not (as Rust's from_utf8_lossy does), the four
// normal forms (utf8proc), and the characters that stand for bytes in byte-level vocabularies.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_UNICODE_H
#define MAMBAC_LIB_TOKENIZER_UNICODE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace mambac::tokenizer {

/// Bytes of the character that begins with `first`, in UTF-8.
size_t getCharacterSize(unsigned char first);
/// The character at `place` of valid UTF-8; moves `place` behind it.
uint32_t decodeCharacter(std::string_view text, size_t &place);
void appendCharacter(std::string &text, uint32_t character);

/// Appends to `valid` the beginning of `bytes` as far as it is decided, with U+FFFD for each ill-formed part, and removes it
/// from `bytes`; an incomplete character at the end stays unless `atEnd`.
void takeValid(std::string &bytes, std::string &valid, bool atEnd);

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
