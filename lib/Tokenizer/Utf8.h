//===- Utf8.h - Reading UTF-8 -------------------------------------------------------------------------*- C++ -*-===//
//
// Whether a text is UTF-8, its characters, and what to show of one that is not, or not yet (as Rust's from_utf8_lossy does).
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_UTF8_H
#define MAMBAC_LIB_TOKENIZER_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mambac::tokenizer {

/// Whether a text is UTF-8; `place` is the first byte that is not.
bool isUtf8(std::string_view text, size_t &place);
/// How many bytes at the end of a text begin a character that is not complete.
size_t countIncomplete(std::string_view text);

/// Bytes of the character that begins with `first`, in UTF-8.
size_t getCharacterSize(unsigned char first);
/// The character at `place` of UTF-8; moves `place` behind it. Never reads beyond the text, whatever it is.
uint32_t decodeCharacter(std::string_view text, size_t &place);
void appendCharacter(std::string &text, uint32_t character);

/// Appends to `valid` the beginning of `bytes` as far as it is decided, with U+FFFD for each ill-formed part, and removes it
/// from `bytes`; an incomplete character at the end stays unless `atEnd`.
void takeValid(std::string &bytes, std::string &valid, bool atEnd);

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_UTF8_H
