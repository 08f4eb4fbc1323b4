//===- SessionFixture.h - Sessions of the model that is written by hand ------------------------------*- C++ -*-===//
//
// A session, calls on it in one line, and what the texts in its slots are, to compare with.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_RUNTIME_SESSIONFIXTURE_H
#define MAMBAC_TEST_UNIT_RUNTIME_SESSIONFIXTURE_H

#include "Fixture.h"
#include "StatefulProduct.h"

#include <map>

namespace mambac::test {

using Ids = std::vector<int64_t>;

inline mambac_model *openProduct(const StatefulProduct &product) {
  mambac_model *model = nullptr;
  EXPECT_EQ(mambac_open_linked(&product.product, nullptr, &model), MAMBAC_OK) << mambac_last_error();
  return model;
}

class SessionTest : public SessionsOfOneModel {
protected:
  void SetUp() override { open(5, 40); }

  void open(int32_t batch, int64_t capacity) {
    close();
    texts.clear();
    model = openProduct(product);
    mambac_options options = {sizeof options, 1, 0, 0};
    ASSERT_EQ(mambac_state_create(model, &options, &state), MAMBAC_OK);
    session = make(model, batch, capacity);
    room = capacity;
  }
  static mambac_session *make(mambac_model *model, int32_t batch, int64_t capacity) {
    mambac_session_options options = {sizeof options, batch, capacity};
    mambac_session *made = nullptr;
    EXPECT_EQ(mambac_session_create(model, &options, &made), MAMBAC_OK) << mambac_last_error();
    return made;
  }

  int32_t add() {
    int32_t slot = -1;
    EXPECT_EQ(mambac_session_add(session, &slot), MAMBAC_OK) << error();
    texts[slot] = {};
    return slot;
  }
  std::string error() const { return mambac_session_error(session); }

  /// The logits of each position (`all`), or of the last one, without looking at them.
  mambac_status prefill(const std::vector<int32_t> &slots, const Ids &ids, std::vector<float> &logits, bool all = true,
                        const std::vector<uint8_t> &mask = {}, const std::vector<int32_t> &sequences = {}) {
    int64_t texts = int64_t(slots.size()), length = texts ? int64_t(ids.size()) / texts : 0;
    Tensor<int64_t> tokens(i64, {texts, length});
    tokens.elements = ids;
    Tensor<uint8_t> masks({MAMBAC_BOOL, 8, 1}, {texts, length});
    Tensor<int32_t> numbers({MAMBAC_INT, 32, 1}, {texts, length});
    masks.elements = mask;
    numbers.elements = sequences;
    Tensor<float> room(f32, {texts, all ? length : 1, 4}, -7.0f);
    mambac_tensor views[] = {tokens.view(), masks.view(), numbers.view(), room.view()};
    mambac_status status = mambac_prefill(state, session, slots.data(), int32_t(texts), &views[0], mask.empty() ? nullptr : &views[1],
                                          sequences.empty() ? nullptr : &views[2], &views[3]);
    logits = room.elements;
    return status;
  }
  mambac_status step(const std::vector<int32_t> &slots, const Ids &ids, std::vector<float> &logits) {
    int64_t texts = int64_t(slots.size());
    Tensor<int64_t> tokens(i64, {texts, 1});
    tokens.elements = ids;
    Tensor<float> room(f32, {texts, 1, 4}, -7.0f);
    mambac_tensor views[] = {tokens.view(), room.view()};
    mambac_status status = mambac_step(state, session, slots.data(), int32_t(texts), &views[0], &views[1]);
    logits = room.elements;
    return status;
  }
  mambac_status packed(const std::vector<int32_t> &slots, const Ids &ids, const std::vector<int32_t> &bounds,
                       std::vector<float> &logits, bool all = true) {
    int64_t total = int64_t(ids.size());
    Tensor<int64_t> tokens(i64, {total});
    tokens.elements = ids;
    Tensor<int32_t> limits({MAMBAC_INT, 32, 1}, {int64_t(bounds.size())});
    limits.elements = bounds;
    Tensor<float> room(f32, {all ? total : int64_t(slots.size()), 4}, -7.0f);
    mambac_tensor views[] = {tokens.view(), limits.view(), room.view()};
    mambac_status status =
        mambac_prefill_packed(state, session, slots.data(), int32_t(slots.size()), &views[0], &views[1], &views[2]);
    logits = room.elements;
    return status;
  }

  /// The text of a slot goes on by `id`; `at` is what its logits have to be.
  void expectNext(int32_t slot, int64_t id, const float *at) {
    texts[slot].push_back(id);
    std::array<float, 4> expected = foretell(texts[slot], room);
    for (size_t v = 0; v < 4; ++v)
      ASSERT_EQ(at[v], expected[v]) << "logit " << v << " of slot " << slot << " behind token " << texts[slot].size();
  }
  /// Reads one more token of a slot and compares: whether the state is what it has to be.
  void expectText(int32_t slot) {
    ASSERT_EQ(mambac_session_length(session, slot), int64_t(texts[slot].size()));
    if (int64_t(texts[slot].size()) == room)
      return;
    std::vector<float> logits;
    ASSERT_EQ(step({slot}, {3}, logits), MAMBAC_OK) << error();
    expectNext(slot, 3, logits.data());
  }

  std::string save(int32_t slot) {
    size_t size = 0;
    EXPECT_EQ(mambac_session_save(session, slot, nullptr, &size), MAMBAC_OK) << error();
    std::string bytes(size, 0);
    EXPECT_EQ(mambac_session_save(session, slot, &bytes[0], &size), MAMBAC_OK) << error();
    return bytes;
  }
  mambac_status load(int32_t slot, const std::string &bytes) {
    return mambac_session_load(session, slot, bytes.data(), bytes.size());
  }

  StatefulProduct product;
  int64_t room = 0;
  std::map<int32_t, Ids> texts; ///< what the slots have read
};

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_RUNTIME_SESSIONFIXTURE_H
