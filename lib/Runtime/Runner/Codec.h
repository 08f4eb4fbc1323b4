//===- Codec.h - Between texts and the ids of a model ------------------------------------------------*- C++ -*-===//
//
// By the tokenizer that a product carries, or, in a product without one whose vocabulary is the bytes, by bytes.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_CODEC_H
#define MAMBAC_LIB_RUNTIME_RUNNER_CODEC_H

#include "include/mambac/mambac.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mambac::runner {

/// Ids to text, one by one; characters come whole.
class TextDecoder {
public:
  virtual ~TextDecoder() = default;
  virtual std::string push(int64_t id) = 0;
  virtual std::string finish() = 0;
};

class Codec {
public:
  /// `width`: how many logits a position has. BadInput if the product has no tokenizer and needs one, or a damaged one.
  Codec(const mambac_model *model, int64_t width);
  ~Codec();

  /// BadInput, which names `what`, if the text is not UTF-8. `begins`: with what stands at the beginning of a text.
  std::vector<int64_t> encode(const std::string &text, bool begins, const std::string &what) const;
  std::unique_ptr<TextDecoder> decode() const;
  /// Whether a text ends with this id.
  bool isEnd(int64_t id) const;
  /// Ids that a text may have are below this.
  int64_t getLimit() const { return limit; }
  bool isBytes() const;

private:
  struct Tokens;
  std::unique_ptr<Tokens> tokens; ///< null: bytes
  std::vector<int64_t> ends;
  int64_t limit;
};

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_CODEC_H
