//===- TextModel.h - Texts that a model goes on writing -----------------------------------------------*- C++ -*-===//
//
// Texts in slots, each of which takes tokens and gives the logits behind the last one. A model with states reads every
// token once (SessionTexts.cpp); one without reads the text from its beginning each time (WholeTexts.cpp). What fails
// throws BadInput and leaves the texts as they were.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_TEXTMODEL_H
#define MAMBAC_LIB_RUNTIME_RUNNER_TEXTMODEL_H

#include "lib/Runtime/Runner/Session.h"

#include <memory>

namespace mambac::runner {

/// A text would become longer than there is room for.
class CapacityExceeded : public BadInput {
public:
  using BadInput::BadInput;
};

class TextModel {
public:
  /// `texts`: how many at most; `capacity`: tokens a text where layers attend to all of it, 0 for the product's own.
  /// BadInput if the model does not go from token ids to logits.
  static std::unique_ptr<TextModel> make(Session &session, int32_t texts, int64_t capacity);
  virtual ~TextModel() = default;

  /// How many logits a position has.
  virtual int64_t getWidth() const = 0;
  virtual bool hasState() const = 0;

  virtual int32_t add() = 0;
  virtual void remove(int32_t slot) = 0;
  /// Begins a text anew.
  virtual void reset(int32_t slot) = 0;
  /// The number of its tokens; of one without a state, all that it was given.
  virtual int64_t getLength(int32_t slot) const = 0;

  /// Reads at least one token more of one text.
  virtual void read(int32_t slot, const std::vector<int64_t> &tokens, std::vector<double> &logits) = 0;
  /// Reads one token of each of these texts; `logits` has a row for each.
  virtual void step(const std::vector<int32_t> &slots, const std::vector<int64_t> &tokens,
                    std::vector<std::vector<double>> &logits) = 0;

  // Of models with states alone; the others throw.
  /// Logits at all positions of tokens that are read.
  virtual void readAll(int32_t slot, const std::vector<int64_t> &tokens, std::vector<std::vector<double>> &logits);
  /// How many tokens readAll should be given at once.
  virtual int64_t getChunk() const { return 1; }
  virtual std::string save(int32_t slot);
  virtual void load(int32_t slot, const std::string &bytes);
  /// To go back to, or to forget.
  virtual int64_t checkpoint(int32_t slot);
  virtual void rollBack(int32_t slot, int64_t id);
  virtual void forget(int32_t slot, int64_t id);
};

/// The two kinds.
std::unique_ptr<TextModel> makeSessionTexts(Session &session, int32_t texts, int64_t capacity);
std::unique_ptr<TextModel> makeWholeTexts(Session &session, int32_t texts);

/// The elements [first, first + width) of a tensor.
void readRow(const Tensor &tensor, int64_t first, int64_t width, std::vector<double> &row);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_TEXTMODEL_H
