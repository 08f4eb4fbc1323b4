//===- SessionTexts.cpp - Texts by the sessions of the C interface ------------------------------------------------===//
//
// See TextModel.h: a session's slots (include/mambac/mambac.h, "Sessions"), with tensors for what goes in and out.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/TextModel.h"

#include <algorithm>
#include <cstring>

using namespace mambac::runner;

namespace {

class SessionTexts : public TextModel {
public:
  SessionTexts(Session &owner, int32_t texts, int64_t capacity) : state(owner.getState()) {
    mambac_session_options options = {sizeof options, texts, capacity};
    mambac_session *made;
    if (mambac_session_create(owner.getModel(), &options, &made))
      throw BadInput(mambac_last_error());
    session.reset(made);
    info.struct_size = sizeof info;
    check(mambac_session_get_info(made, &info));
    if (info.embedding)
      throw BadInput("text needs a model of token ids, and this one takes embeddings; see --list");
    if (info.token_dtype.code != MAMBAC_INT)
      throw BadInput("text needs a model of token ids; see --list");
    const mambac_entry_info &entry = owner.getEntry();
    for (int32_t i = 0; i < entry.num_outputs; ++i)
      if (strcmp(entry.outputs[i].role, "hidden") == 0)
        throw BadInput("text needs a model with logits, and this one gives hidden states: export it with its head");
  }

  int64_t getWidth() const override { return info.width; }
  bool hasState() const override { return true; }
  int64_t getChunk() const override {
    // All positions of a chunk, in at most 64 MiB of f32.
    return std::max<int64_t>(1, std::min(info.chunk, (int64_t(1) << 24) / info.width));
  }

  int32_t add() override {
    int32_t slot;
    check(mambac_session_add(session.get(), &slot));
    return slot;
  }
  void remove(int32_t slot) override { check(mambac_session_remove(session.get(), slot)); }
  void reset(int32_t slot) override { check(mambac_session_reset(session.get(), slot)); }
  int64_t getLength(int32_t slot) const override { return mambac_session_length(session.get(), slot); }

  void read(int32_t slot, const std::vector<int64_t> &tokens, std::vector<double> &logits) override {
    mambac_tensor in = put(tokens, 1), out = make(1, 1);
    check(mambac_prefill(state, session.get(), &slot, 1, &in, nullptr, nullptr, &out));
    readRow(results, 0, info.width, logits);
  }

  void step(const std::vector<int32_t> &slots, const std::vector<int64_t> &tokens,
            std::vector<std::vector<double>> &logits) override {
    int64_t rows = int64_t(slots.size());
    mambac_tensor in = put(tokens, rows), out = make(rows, 1);
    check(mambac_step(state, session.get(), slots.data(), int32_t(rows), &in, &out));
    split(rows, logits);
  }

  void readAll(int32_t slot, const std::vector<int64_t> &tokens, std::vector<std::vector<double>> &logits) override {
    if (!info.all_positions)
      throw BadInput("this model gives logits behind the last token alone, and all positions are needed");
    int64_t rows = int64_t(tokens.size());
    mambac_tensor in = put(tokens, 1), out = make(1, rows);
    check(mambac_prefill(state, session.get(), &slot, 1, &in, nullptr, nullptr, &out));
    split(rows, logits);
  }

  std::string save(int32_t slot) override {
    size_t size = 0;
    check(mambac_session_save(session.get(), slot, nullptr, &size));
    std::string bytes(size, '\0');
    check(mambac_session_save(session.get(), slot, bytes.data(), &size));
    bytes.resize(size);
    return bytes;
  }
  void load(int32_t slot, const std::string &bytes) override {
    check(mambac_session_load(session.get(), slot, bytes.data(), bytes.size()));
  }
  int64_t checkpoint(int32_t slot) override {
    int64_t id;
    check(mambac_session_checkpoint(session.get(), slot, &id));
    return id;
  }
  void rollBack(int32_t slot, int64_t id) override { check(mambac_session_rollback(session.get(), slot, id)); }
  void forget(int32_t slot, int64_t id) override { check(mambac_session_forget(session.get(), slot, id)); }

private:
  void check(mambac_status status) const {
    if (status == MAMBAC_CAPACITY_EXCEEDED)
      throw CapacityExceeded(mambac_session_error(session.get()));
    if (status)
      throw BadInput(mambac_session_error(session.get()));
  }

  mambac_tensor put(const std::vector<int64_t> &values, int64_t rows) {
    std::vector<int64_t> shape = {rows, int64_t(values.size()) / rows};
    if (tokens.shape != shape)
      tokens.allocate(info.token_dtype, shape);
    for (size_t i = 0; i < values.size(); ++i)
      tokens.set(int64_t(i), double(values[i]));
    return tokens.view();
  }
  mambac_tensor make(int64_t rows, int64_t positions) {
    std::vector<int64_t> shape = {rows, positions, info.width};
    if (results.shape != shape)
      results.allocate(info.logits_dtype, shape);
    return results.view();
  }
  void split(int64_t rows, std::vector<std::vector<double>> &logits) const {
    logits.resize(size_t(rows));
    for (int64_t i = 0; i < rows; ++i)
      readRow(results, i * info.width, info.width, logits[size_t(i)]);
  }

  struct Destroyer {
    void operator()(mambac_session *session) const { mambac_session_destroy(session); }
  };
  mambac_state *state;
  std::unique_ptr<mambac_session, Destroyer> session;
  mambac_session_info info = {};
  Tensor tokens, results;
};

} // namespace

std::unique_ptr<TextModel> mambac::runner::makeSessionTexts(Session &session, int32_t texts, int64_t capacity) {
  return std::make_unique<SessionTexts>(session, texts, capacity);
}
