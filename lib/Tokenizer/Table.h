//===- Table.h - A tokenizer as packed bytes ---------------------------------------------------------*- C++ -*-===//
//
// What tokenizer.json says, in the form in which a product carries it: the vocabulary, merges and scores are arrays that
// are read where they lie (at any alignment), the rest is small. The many kinds of normalizers, pre-tokenizers and
// decoders are a few kinds of steps here: whoever splits a text does so by a regular expression.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_TOKENIZER_TABLE_H
#define MAMBAC_LIB_TOKENIZER_TABLE_H

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace mambac::tokenizer {

/// One step of normalization, of pre-tokenization or of decoding. `text`, `other`, `number` and `flag` are:
enum class StepKind : uint8_t {
  // Normalization.
  Compose = 1,      ///< number: 0 NFD, 1 NFC, 2 NFKD, 3 NFKC
  Lowercase,        ///
  Trim,             ///< number: 1 left, 2 right, 3 both
  RemoveMarks,      ///< characters of category M
  Prepend,          ///< text, to what is not empty
  ReplaceAll,       ///< text: regular expression, other: what takes the place of a match
  // Pre-tokenization; MapBytes is a normalization as well.
  MapBytes,         ///< every byte becomes the character that stands for it in byte-level vocabularies
  PrefixSpace,      ///< a space in front of a piece without one
  Meta,             ///< text in the place of spaces, and in front of a piece without it: number: 0 always, 1 if it is the
                    ///< text's first, 2 never
  Split,            ///< text: regular expression; number: SplitBehavior; flag: what does not match is the delimiter
  // Decoding.
  UnmapBytes,       ///< characters back to bytes
  ReplaceInToken,   ///< text: regular expression, other: replacement
  BytesOfTokens,    ///< runs of <0xNN> become characters
  Fuse,             ///< tokens become one
  StripChars,       ///< text: a character; number: how many at the beginning, high half: at the end
  UnmapMeta,        ///< text: a character that becomes a space; flag: in the first token it vanishes
  JoinBySpaces,     ///< what happens without a decoder
  Last = JoinBySpaces
};

enum class SplitBehavior : uint8_t { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

struct Step {
  StepKind kind;
  bool flag = false;
  uint32_t number = 0;
  std::string text, other;
};

struct AddedToken {
  int32_t id = 0;
  std::string content;
  bool special = false, singleWord = false, lstrip = false, rstrip = false, normalized = false;
};

/// Two tokens that become one; smaller ranks first.
struct Merge {
  uint32_t left, right, rank, result;
};

/// An array of plain values at any address.
template <typename T> class PackedArray {
public:
  PackedArray() = default;
  explicit PackedArray(std::string_view bytes) : bytes(bytes) {}
  size_t size() const { return bytes.size() / sizeof(T); }
  T operator[](size_t i) const {
    T value;
    memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    return value;
  }

private:
  std::string_view bytes;
};

enum class ModelKind : uint8_t { Bpe, Unigram };

struct Table {
  ModelKind model = ModelKind::Bpe;
  bool byteFallback = false, fuseUnk = false, ignoreMerges = false;
  int32_t unk = -1; ///< -1: there is none; -2: it is named but not in the vocabulary
  int32_t bos = -1, eos = -1;
  std::string prefix, suffix; ///< of the characters inside of a word, of the last one
  std::vector<AddedToken> added;
  std::vector<Step> normalizers, preTokenizers, decoders;
  std::vector<int32_t> before, after; ///< of the template

  // Of the model alone; read where they lie.
  std::string_view text;         ///< all tokens, one behind the other
  PackedArray<uint32_t> offsets; ///< of token i in `text`, and the end
  PackedArray<uint32_t> order;   ///< the ids that exist, sorted by their bytes
  PackedArray<Merge> merges;     ///< sorted by left, right
  PackedArray<double> scores;    ///< of Unigram

  size_t countTokens() const { return offsets.size() - 1; }
  std::string_view getToken(size_t id) const { return text.substr(offsets[id], offsets[id + 1] - offsets[id]); }
  /// The model's id; -1 if there is none.
  int32_t find(std::string_view token) const;
  /// Null if the two do not merge.
  bool findMerge(uint32_t left, uint32_t right, Merge &merge) const;
};

/// The bytes of a table. Its arrays are views of the caller's memory.
std::string packTable(const Table &table);
/// Views `bytes`; false, and the reason in `error`, if they are damaged. Every id and offset in it is checked, not what the tokens are.
bool readTable(std::string_view bytes, Table &table, std::string &error);

} // namespace mambac::tokenizer

#endif // MAMBAC_LIB_TOKENIZER_TABLE_H
