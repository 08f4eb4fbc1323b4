//===- SessionErrorTest.cpp - What sessions refuse ----------------------------------------------------------------===//
//
// Wrong calls, saved states that are damaged or of others, and models that a session cannot run: a message each, and
// slots as they were.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "SessionFixture.h"

#include "lib/Runtime/ProductWriter.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mambac::test;

namespace {

constexpr mambac_dtype boolean = {MAMBAC_BOOL, 8, 1}, i32 = {MAMBAC_INT, 32, 1};

struct SessionErrorTest : SessionTest {
  void SetUp() override {
    SessionTest::SetUp();
    std::vector<float> logits;
    for (int32_t slot : {add(), add(), add()}) {
      ASSERT_EQ(prefill({slot}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, logits), MAMBAC_OK) << error();
      texts[slot] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
      before.push_back(save(slot));
    }
  }
  void expectUnchanged() {
    for (int32_t slot : {0, 1, 2})
      ASSERT_EQ(save(slot), before[size_t(slot)]) << "slot " << slot << " changed";
  }
  void expectRefused(mambac_status status, mambac_status expected, const std::string &message) {
    EXPECT_EQ(status, expected);
    EXPECT_EQ(error(), message);
    expectUnchanged();
  }

  std::vector<std::string> before;
};

TEST_F(SessionErrorTest, Slots) {
  std::vector<float> logits;
  expectRefused(step({7}, {1}, logits), MAMBAC_INVALID_ARGUMENT, "there is no slot 7: the session has 5");
  expectRefused(step({-1}, {1}, logits), MAMBAC_INVALID_ARGUMENT, "there is no slot -1: the session has 5");
  expectRefused(step({1, 3}, {1, 1}, logits), MAMBAC_INVALID_ARGUMENT,
                "slot 3 has no text: mambac_session_add gives slots out");
  expectRefused(step({1, 0, 1}, {1, 1, 1}, logits), MAMBAC_INVALID_ARGUMENT, "slot 1 is given twice");
  expectRefused(step({}, {}, logits), MAMBAC_INVALID_ARGUMENT, "0 texts to read, and the session has 5 slots");
  expectRefused(mambac_session_reset(session, 4), MAMBAC_INVALID_ARGUMENT,
                "slot 4 has no text: mambac_session_add gives slots out");
  expectRefused(mambac_session_remove(session, -1), MAMBAC_INVALID_ARGUMENT, "there is no slot -1: the session has 5");
  add();
  add();
  int32_t slot = -3;
  expectRefused(mambac_session_add(session, &slot), MAMBAC_CAPACITY_EXCEEDED, "all 5 slots of the session are in use");
  EXPECT_EQ(slot, -3);
  EXPECT_EQ(mambac_session_length(session, 99), -1);
}

TEST_F(SessionErrorTest, Tokens) {
  std::vector<float> logits;
  expectRefused(prefill({0}, {1, 2, 16}, logits), MAMBAC_INDEX_OUT_OF_RANGE,
                "tokens holds 16 at a place where indices must be in [0, 16)");
  // In the last of several pieces, and of several texts.
  Ids ids(2 * 30, 1);
  ids.back() = -1;
  expectRefused(prefill({0, 2}, ids, logits), MAMBAC_INDEX_OUT_OF_RANGE,
                "tokens holds -1 at a place where indices must be in [0, 16)");
  expectRefused(packed({0, 1}, {1, 2, 3, 99}, {0, 2, 4}, logits), MAMBAC_INDEX_OUT_OF_RANGE,
                "tokens holds 99 at a place where indices must be in [0, 16)");
  expectRefused(prefill({0}, {1, 2, 99}, logits, true, {0, 1, 1}), MAMBAC_INDEX_OUT_OF_RANGE,
                "tokens holds 99 at a place where indices must be in [0, 16)");
  expectRefused(prefill({0}, {}, logits), MAMBAC_INVALID_ARGUMENT,
                "argument tokens of mambac_prefill is empty: a text goes on by at least one token");
  expectRefused(prefill({0}, Ids(32, 1), logits), MAMBAC_CAPACITY_EXCEEDED,
                "32 more tokens do not fit in slot 0: its text has 9, and the session has room for 40 (the capacity that it was "
                "made with)");
  expectRefused(packed({1, 2}, Ids(34, 1), {0, 1, 34}, logits), MAMBAC_CAPACITY_EXCEEDED,
                "33 more tokens do not fit in slot 2: its text has 9, and the session has room for 40 (the capacity that it was "
                "made with)");
  // A text that begins behind another has all the room; one that is too long has not.
  std::vector<int32_t> numbers(50, 1);
  std::fill(numbers.begin(), numbers.begin() + 9, 0);
  expectRefused(prefill({1}, Ids(50, 1), logits, true, {}, numbers), MAMBAC_CAPACITY_EXCEEDED,
                "41 more tokens do not fit in slot 1: its text has 0, and the session has room for 40 (the capacity that it was "
                "made with)");
  // The conversation goes on.
  ASSERT_EQ(prefill({0}, Ids(31, 1), logits), MAMBAC_OK) << error();
  EXPECT_EQ(step({0}, {1}, logits), MAMBAC_CAPACITY_EXCEEDED);
  expectText(1);
}

/// Without a session, too: nothing is dropped where keys and values have no room.
TEST_F(SessionErrorTest, RunsBeyondTheCapacity) {
  Tensor<float> keys(f32, {2, 2, 5, 1}), sums(f32, {2, 3}), norm(f32, {2}), logits(f32, {2, 1, 4});
  Tensor<int64_t> position(i64, {2}), at(i64, {2, 1});
  auto run = [&](Ids read, int64_t length) {
    Tensor<int64_t> ids(i64, {2, length}, 1);
    position.elements = std::move(read);
    mambac_tensor inputs[] = {keys.view(), ids.view(), sums.view(), position.view(), at.view()};
    mambac_tensor outputs[] = {norm.view(), logits.view()};
    return mambac_run(state, 0, inputs, 5, outputs, 2);
  };
  EXPECT_EQ(run({3, 2}, 3), MAMBAC_CAPACITY_EXCEEDED);
  EXPECT_STREQ(mambac_state_error(state), "prefill would put 3 tokens behind the 3 that text 0 has, and its keys and values "
                                          "have room for 5");
  EXPECT_EQ(run({0, 0}, 20), MAMBAC_CAPACITY_EXCEEDED); // in pieces
  EXPECT_EQ(run({0, -1}, 1), MAMBAC_CAPACITY_EXCEEDED);
  EXPECT_EQ(run({INT64_MAX, 0}, 1), MAMBAC_CAPACITY_EXCEEDED);
  EXPECT_EQ(sums.elements, std::vector<float>(6)); // nothing ran
  EXPECT_EQ(run({2, 0}, 3), MAMBAC_OK) << mambac_state_error(state);
}

TEST_F(SessionErrorTest, Arguments) {
  int32_t slots[] = {0, 1};
  Tensor<int64_t> ids(i64, {2, 3}, 1), flat(i64, {6}, 1), wrong(i64, {2, 4}, 1);
  Tensor<float> last(f32, {2, 1, 4}), all(f32, {2, 3, 4}), odd(f32, {2, 2, 4}), narrow(f32, {2, 1, 3});
  Tensor<float> floats(f32, {2, 3});
  Tensor<int32_t> small(i32, {2, 3});
  Tensor<uint8_t> mask(boolean, {2, 3}, 1), shortMask(boolean, {2, 2}, 1);
  auto call = [&](mambac_tensor tokens, mambac_tensor logits, const mambac_tensor *masks = nullptr,
                  const mambac_tensor *numbers = nullptr) {
    return mambac_prefill(state, session, slots, 2, &tokens, masks, numbers, &logits);
  };
  const mambac_status invalid = MAMBAC_INVALID_ARGUMENT;
  ASSERT_EQ(call(ids.view(), last.view()), MAMBAC_OK);
  ASSERT_EQ(call(ids.view(), all.view()), MAMBAC_OK);
  for (int32_t slot : slots)
    before[size_t(slot)] = save(slot);
  expectRefused(call(flat.view(), last.view()), invalid,
                "argument tokens of mambac_prefill has 1 dimensions, expected 2: (n, L)");
  expectRefused(call(small.view(), last.view()), invalid, "argument tokens of mambac_prefill has dtype i32, expected i64");
  expectRefused(call(wrong.view(), odd.view()), invalid,
                "argument logits of mambac_prefill has room for 2 x 2 positions, expected 2 x 1 (of the last ones) or 2 x 4 (of "
                "all)");
  expectRefused(call(ids.view(), narrow.view()), invalid, "dimension 2 of argument logits of mambac_prefill is 3, expected 4");
  Tensor<int64_t> three(i64, {3, 1}, 1);
  expectRefused(call(three.view(), last.view()), invalid,
                "argument tokens of mambac_prefill has 3 texts, and there are 2 slots");
  mambac_tensor strided = ids.view();
  int64_t strides[] = {1, 2};
  strided.strides = strides;
  EXPECT_EQ(call(strided, last.view()), invalid);
  EXPECT_NE(error().find("is not contiguous"), std::string::npos);
  mambac_tensor null = ids.view();
  null.data = nullptr;
  EXPECT_EQ(call(null, last.view()), invalid);
  EXPECT_NE(error().find("has no data (null)"), std::string::npos);
  mambac_tensor short_ = shortMask.view(), real = floats.view();
  expectRefused(call(ids.view(), last.view(), &short_), invalid,
                "argument mask of mambac_prefill has shape (2, 2), and the tokens (2, 3)");
  expectRefused(call(ids.view(), last.view(), &real), invalid,
                "argument mask of mambac_prefill is neither of booleans nor of integers");
  expectRefused(call(ids.view(), last.view(), nullptr, &real), invalid,
                "argument seq_idx of mambac_prefill is neither of booleans nor of integers");
  mambac_tensor over = last.view();
  over.data = ids.elements.data();
  expectRefused(call(ids.view(), over), invalid, "argument logits of mambac_prefill overlaps the tokens in memory");
  mambac_tensor tokens = ids.view(), logits = last.view();
  expectRefused(mambac_prefill(state, session, slots, 2, nullptr, nullptr, nullptr, &logits), invalid,
                "mambac_prefill needs tokens, got a null pointer");
  expectRefused(mambac_prefill(state, session, nullptr, 2, &tokens, nullptr, nullptr, &logits), invalid,
                "a null pointer in place of the slots");
  expectRefused(mambac_prefill(nullptr, session, slots, 2, &tokens, nullptr, nullptr, &logits), invalid,
                "a null pointer in place of the execution state");
  expectRefused(mambac_step(state, session, slots, 2, &tokens, &logits), invalid,
                "argument tokens of mambac_step has 3 tokens for each text, expected one");
  std::vector<float> room;
  expectRefused(packed({0, 1}, {1, 2, 3}, {0, 1}, room), invalid,
                "argument cu_seqlens of mambac_prefill_packed has 2 numbers, expected one more than the 2 slots");
  expectRefused(packed({0, 1}, {1, 2, 3}, {0, 0, 3}, room), invalid,
                "cu_seqlens of mambac_prefill_packed goes from 0 to 0 for text 0: a text goes on by at least one token");
  expectRefused(packed({0, 1}, {1, 2, 3}, {0, 5, 3}, room), invalid,
                "cu_seqlens of mambac_prefill_packed goes from 0 to 5 for text 0: a text goes on by at least one token");
  expectRefused(packed({0, 1}, {1, 2, 3}, {0, 1, 2}, room), invalid,
                "cu_seqlens of mambac_prefill_packed goes from 0 to 2, expected from 0 to the number of tokens, 3");
  mambac_model *twin = openProduct(product);
  mambac_state *stranger;
  ASSERT_EQ(mambac_state_create(twin, nullptr, &stranger), MAMBAC_OK);
  expectRefused(mambac_prefill(stranger, session, slots, 2, &tokens, nullptr, nullptr, &logits), invalid,
                "mambac_prefill was given an execution state of another model");
  mambac_state_destroy(stranger);
  mambac_session *other = make(twin, 1, 40);
  int32_t slot;
  ASSERT_EQ(mambac_session_add(other, &slot), MAMBAC_OK);
  EXPECT_EQ(mambac_session_copy(session, 0, other, slot), invalid);
  mambac_session_destroy(other);
  mambac_close(twin);
  expectUnchanged();
}

TEST_F(SessionErrorTest, Creation) {
  mambac_session *made = session;
  mambac_session_options options = {sizeof options, -1, 0};
  EXPECT_EQ(mambac_session_create(model, &options, &made), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(made, nullptr);
  options = {sizeof options, 1, 100001};
  EXPECT_EQ(mambac_session_create(model, &options, &made), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_last_error(), "capacity 100001 is not one that prefill takes: 1 to 100000, a multiple of 1");
  options = {sizeof options, INT32_MAX, 100000};
  EXPECT_EQ(mambac_session_create(model, &options, &made), MAMBAC_OUT_OF_MEMORY);
  options = {3, 1, 1};
  EXPECT_EQ(mambac_session_create(model, &options, &made), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_session_create(nullptr, nullptr, &made), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_session_create(model, nullptr, nullptr), MAMBAC_INVALID_ARGUMENT);
  mambac_session_destroy(nullptr);
}

//===----------------------------------------------------------------------===//
// Saved states
//===----------------------------------------------------------------------===//

TEST_F(SessionErrorTest, DamagedStates) {
  const std::string saved = before[1];
  ASSERT_EQ(mambac_session_reset(session, 0), MAMBAC_OK);
  before[0] = save(0);
  for (size_t i = 0; i < saved.size(); ++i)
    for (int bit : {0, 3, 7}) {
      std::string flipped = saved;
      flipped[i] = char(flipped[i] ^ (1 << bit));
      ASSERT_EQ(load(0, flipped), MAMBAC_BAD_STATE) << "byte " << i;
    }
  for (size_t size = 0; size < saved.size(); ++size)
    ASSERT_EQ(load(0, saved.substr(0, size)), MAMBAC_BAD_STATE) << size << " bytes";
  EXPECT_EQ(error(), "the saved state is truncated: it has " + std::to_string(saved.size() - 1) + " bytes of " +
                         std::to_string(saved.size()));
  ASSERT_EQ(load(0, saved + '\0'), MAMBAC_BAD_STATE);
  ASSERT_EQ(load(0, ""), MAMBAC_BAD_STATE);
  ASSERT_EQ(mambac_session_load(session, 0, nullptr, 8), MAMBAC_INVALID_ARGUMENT);
  ASSERT_EQ(load(4, saved), MAMBAC_INVALID_ARGUMENT);
  expectUnchanged();
  ASSERT_EQ(load(0, saved), MAMBAC_OK);
  texts[0] = texts[1];
  expectText(0);
}

/// Damage that someone has put the right hash to.
TEST_F(SessionErrorTest, ForgedStates) {
  auto forge = [&](size_t at, const std::string &bytes) {
    std::string saved = before[1];
    saved.replace(at, bytes.size(), bytes);
    uint64_t total = saved.size(), hash;
    memcpy(&saved[16], &total, 8);
    hash = XXH3_64bits(saved.data(), saved.size() - 8);
    memcpy(&saved[saved.size() - 8], &hash, 8);
    return load(1, saved);
  };
  auto number = [](auto value) { return std::string(reinterpret_cast<char *>(&value), sizeof value); };
  expectRefused(forge(8, number(uint32_t(2))), MAMBAC_BAD_STATE, "the saved state has format 2, and this runtime reads 1");
  expectRefused(forge(12, number(uint32_t(4))), MAMBAC_BAD_STATE, "the saved state has 4 tensors, and the model 3");
  expectRefused(forge(24, number(uint64_t(4))), MAMBAC_BAD_STATE, "the saved state is of the model by hand with other weights");
  expectRefused(forge(32, number(int64_t(-1))), MAMBAC_BAD_STATE, "the saved state is corrupt: its text has -1 tokens");
  expectRefused(forge(32, number(int64_t(41))), MAMBAC_CAPACITY_EXCEEDED,
                "the saved text has 41 tokens, and the session has room for 40");
  expectRefused(forge(32, number(int64_t(8))), MAMBAC_BAD_STATE, "the saved state has other sizes for key than the model");
  expectRefused(forge(40, number(uint32_t(0x7fffffff))), MAMBAC_BAD_STATE,
                "the saved state is corrupt: the model's name is longer than all of it");
  expectRefused(forge(44, "by feet"), MAMBAC_BAD_STATE, "the saved state is of the model by feet, and this one is by hand");
  expectRefused(forge(51, number(uint8_t(MAMBAC_INT))), MAMBAC_BAD_STATE,
                "the saved state has another type for sum than the model's f32");
  expectRefused(forge(53, "A"), MAMBAC_BAD_STATE, "the saved state has other sizes for sum than the model");
  expectRefused(forge(55, number(int64_t(4))), MAMBAC_BAD_STATE, "the saved state has other sizes for sum than the model");
  // The position: code writes where it says.
  expectRefused(forge(before[1].size() - 16, number(int64_t(8))), MAMBAC_BAD_STATE,
                "the saved state is corrupt: position is not the number of its tokens");
  ASSERT_EQ(forge(0, ""), MAMBAC_OK) << error();
}

TEST_F(SessionErrorTest, StatesOfOthers) {
  // The same model in another process, with more room.
  mambac_model *twin = openProduct(product);
  mambac_session *other = make(twin, 2, 60);
  int32_t slot;
  ASSERT_EQ(mambac_session_add(other, &slot), MAMBAC_OK);
  std::swap(session, other);
  ASSERT_EQ(load(slot, before[0]), MAMBAC_OK) << error();
  EXPECT_EQ(save(slot), before[0]);
  std::swap(session, other);
  mambac_session_destroy(other);
  mambac_close(twin);

  StatefulProduct renamed(describeStateful("by feet")), retyped(describeStateful("by hand", 8, "i32"));
  const std::pair<StatefulProduct *, std::string> others[] = {
      {&renamed, "the saved state is of the model by hand, and this one is by feet"},
      {&retyped, "the saved state has another type for sum than the model's i32"}};
  for (auto &[different, message] : others) {
    mambac_model *opened = openProduct(*different);
    mambac_session *target = make(opened, 1, 40);
    ASSERT_EQ(mambac_session_add(target, &slot), MAMBAC_OK);
    EXPECT_EQ(mambac_session_load(target, slot, before[0].data(), before[0].size()), MAMBAC_BAD_STATE);
    EXPECT_EQ(mambac_session_error(target), message);
    mambac_session_destroy(target);
    mambac_close(opened);
  }
}

TEST_F(SessionErrorTest, StatesOfOtherWeights) {
  std::string folder = ::testing::TempDir() + "mambac-XXXXXX", saved;
  ASSERT_NE(mkdtemp(&folder[0]), nullptr);
  for (float weight : {1.0f, 2.0f}) {
    std::string path = folder + "/weights";
    writeFile(path, std::string(reinterpret_cast<char *>(&weight), 4));
    mambac::ProductParts parts;
    parts.weightsFile = path;
    parts.weightsBytes = 4;
    parts.weightsHash = mambac::hashWeights(&weight, 4);
    ASSERT_EQ(mambac::writeWeightFile(path + "s", parts), "");
    StatefulProduct weighted(describeStateful(), 4);
    mambac_model *opened = nullptr;
    ASSERT_EQ(mambac_open_linked(&weighted.product, (path + "s").c_str(), &opened), MAMBAC_OK) << mambac_last_error();
    mambac_session *target = make(opened, 1, 40);
    int32_t slot;
    ASSERT_EQ(mambac_session_add(target, &slot), MAMBAC_OK);
    std::swap(session, target);
    if (saved.empty())
      saved = save(slot);
    else
      EXPECT_EQ(load(slot, saved), MAMBAC_BAD_STATE);
    EXPECT_TRUE(weight == 1 || error() == "the saved state is of the model by hand with other weights") << error();
    std::swap(session, target);
    mambac_session_destroy(target);
    mambac_close(opened);
  }
  ASSERT_EQ(system(("rm -r '" + folder + "'").c_str()), 0);
}

TEST_F(SessionErrorTest, RoomForSaving) {
  size_t size = 10;
  char small[10];
  std::string message = "the state of slot 0 takes " + std::to_string(before[0].size()) + " bytes, and there is room for 10";
  expectRefused(mambac_session_save(session, 0, small, &size), MAMBAC_INVALID_ARGUMENT, message);
  EXPECT_EQ(size, before[0].size());
  expectRefused(mambac_session_save(session, 0, small, nullptr), MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the size");
}

} // namespace
