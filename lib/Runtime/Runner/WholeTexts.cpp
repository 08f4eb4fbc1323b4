//===- WholeTexts.cpp - Texts of a model without a state ----------------------------------------------------------===//
//
// See TextModel.h. The whole text runs again for each token. Lengths that the entry does not take are padded at the
// end, which a causal model does not see; a text longer than the entry takes slides.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/TextModel.h"

#include <algorithm>

using namespace mambac::runner;

namespace {

class WholeTexts : public TextModel {
public:
  WholeTexts(Session &session, int32_t texts) : session(session), entry(session.getEntry()), texts(size_t(texts)) {
    for (int32_t i = 0; i < entry.num_inputs; ++i)
      if (ids < 0 && entry.inputs[i].dtype.code == MAMBAC_INT && entry.inputs[i].rank == 2)
        ids = i;
    for (int32_t i = entry.num_outputs; i-- > 0;)
      if (entry.outputs[i].rank == 3 && entry.outputs[i].dims[2] > 0)
        logitsOutput = i;
    if (ids < 0 || logitsOutput < 0 || entry.num_inputs != 1)
      throw BadInput("text needs a language model: one input of integer ids (1, length), and logits (1, length, vocabulary) as "
                     "an output; see --list");
  }

  int64_t getWidth() const override { return entry.outputs[logitsOutput].dims[2]; }
  bool hasState() const override { return false; }
  int32_t add() override {
    for (size_t i = 0; i < texts.size(); ++i)
      if (!texts[i].used) {
        texts[i].used = true;
        return int32_t(i);
      }
    throw BadInput("there is no slot for one more text");
  }
  void remove(int32_t slot) override { texts[size_t(slot)] = Text(); }
  void reset(int32_t slot) override { texts[size_t(slot)].tokens.clear(); }
  int64_t getLength(int32_t slot) const override { return int64_t(texts[size_t(slot)].tokens.size()); }

  void read(int32_t slot, const std::vector<int64_t> &tokens, std::vector<double> &logits) override {
    std::vector<int64_t> longer = texts[size_t(slot)].tokens;
    longer.insert(longer.end(), tokens.begin(), tokens.end());
    run(longer, logits);
    texts[size_t(slot)].tokens = std::move(longer);
  }
  void step(const std::vector<int32_t> &slots, const std::vector<int64_t> &tokens,
            std::vector<std::vector<double>> &logits) override {
    logits.resize(slots.size());
    for (size_t i = 0; i < slots.size(); ++i)
      read(slots[i], {tokens[i]}, logits[i]);
  }

private:
  struct Text {
    bool used = false;
    std::vector<int64_t> tokens;
  };

  bool takes(int64_t length) {
    int64_t shape[] = {1, length};
    mambac_tensor tensor = {nullptr, {MAMBAC_DEVICE_CPU, 0}, 2, entry.inputs[ids].dtype, shape, nullptr, 0};
    std::vector<int64_t> symbols(size_t(entry.num_symbols) + 1);
    return mambac_bind(session.getState(), mambac_find_entry(session.getModel(), entry.name), &tensor, 1,
                       symbols.data()) == MAMBAC_OK;
  }

  /// The length to run for a text of `wanted` tokens: the next that the entry takes, or else the one before.
  int64_t fitLength(int64_t wanted) {
    if (longest && wanted >= longest)
      return longest;
    for (int64_t length = wanted; length < wanted + 8192; ++length)
      if (takes(length))
        return length;
    for (int64_t length = wanted; length > 0; --length)
      if (takes(length))
        return longest = length;
    throw BadInput("text needs an entry point that takes ids of shape (1, length): " +
                   std::string(mambac_state_error(session.getState())));
  }

  void run(const std::vector<int64_t> &tokens, std::vector<double> &logits) {
    int64_t size = int64_t(tokens.size()), length = fitLength(size), used = std::min(length, size);
    if (session.inputs[0].shape != std::vector<int64_t>{1, length}) {
      session.inputs[0].allocate(entry.inputs[ids].dtype, {1, length});
      session.allocateOutputs();
    }
    for (int64_t i = 0; i < length; ++i)
      session.inputs[0].set(i, i < used ? double(tokens[size_t(size - used + i)]) : 0.0);
    session.run();
    const Tensor &output = session.outputs[size_t(logitsOutput)];
    if (output.shape[1] != length && output.shape[1] != 1)
      throw BadInput("text needs logits for every position; this model gives " + describeShape(output.shape));
    readRow(output, (output.shape[1] == 1 ? 0 : used - 1) * output.shape[2], output.shape[2], logits);
  }

  Session &session;
  const mambac_entry_info &entry;
  int32_t ids = -1, logitsOutput = -1;
  int64_t longest = 0; ///< that the entry takes, once that is known
  std::vector<Text> texts;
};

} // namespace

std::unique_ptr<TextModel> mambac::runner::makeWholeTexts(Session &session, int32_t texts) {
  return std::make_unique<WholeTexts>(session, texts);
}
