//===- SessionTest.cpp - Texts and their states -------------------------------------------------------------------===//
//
// What sessions read, keep and give back, to the last bit, on a model that is written by hand: pieces, masks, sequence
// numbers, packed texts, slots that come and go, forks, checkpoints, saved states; and what they refuse.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "SessionFixture.h"

#include <random>

using namespace mambac::test;

namespace {

Ids makeText(int64_t length, int64_t seed = 1) {
  Ids text;
  for (int64_t i = 0; i < length; ++i)
    text.push_back((i * 7 + seed * 5 + i / 3) % 15);
  return text;
}

TEST_F(SessionTest, Info) {
  add();
  mambac_session_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(mambac_session_get_info(session, &info), MAMBAC_OK);
  EXPECT_EQ(info.batch, 5);
  EXPECT_EQ(info.used, 1);
  EXPECT_EQ(info.capacity, 40);
  EXPECT_EQ(info.vocabulary, 16);
  EXPECT_EQ(info.embedding, 0);
  EXPECT_EQ(info.width, 4);
  EXPECT_NE(info.all_positions, 0);
  EXPECT_EQ(info.token_dtype.bits, 64);
  EXPECT_EQ(info.logits_dtype.code, MAMBAC_FLOAT);
  EXPECT_EQ(info.slot_bytes, 3 * 4 + 2 * 40 * 4 + 8);
  EXPECT_EQ(info.bytes, 5 * info.slot_bytes);
  // A caller that knows of fewer members gets those.
  mambac_session_info shorter = {};
  shorter.struct_size = offsetof(mambac_session_info, capacity);
  shorter.width = -1;
  ASSERT_EQ(mambac_session_get_info(session, &shorter), MAMBAC_OK);
  EXPECT_EQ(shorter.batch, 5);
  EXPECT_EQ(shorter.width, -1);
  EXPECT_EQ(mambac_session_get_info(session, nullptr), MAMBAC_INVALID_ARGUMENT);
}

TEST_F(SessionTest, DefaultsOfTheModel) {
  close();
  model = openProduct(product);
  ASSERT_EQ(mambac_session_create(model, nullptr, &session), MAMBAC_OK) << mambac_last_error();
  mambac_session_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(mambac_session_get_info(session, &info), MAMBAC_OK);
  EXPECT_EQ(info.batch, 1);
  EXPECT_EQ(info.capacity, 40); // as the product says
}

TEST_F(SessionTest, AnyPieces) {
  Ids text = makeText(40);
  for (size_t first : {1, 2, 7, 8, 9, 16, 17, 39, 40}) {
    int32_t slot = add();
    std::vector<float> logits;
    for (size_t begin = 0; begin < text.size(); begin += first) {
      Ids piece(text.begin() + ptrdiff_t(begin), text.begin() + ptrdiff_t(std::min(begin + first, text.size())));
      bool all = begin % 2;
      ASSERT_EQ(prefill({slot}, piece, logits, all), MAMBAC_OK) << error();
      for (size_t i = 0; i < piece.size(); ++i)
        if (all)
          expectNext(slot, piece[i], &logits[4 * i]);
        else if (i + 1 < piece.size())
          texts[slot].push_back(piece[i]);
        else
          expectNext(slot, piece[i], logits.data());
    }
    EXPECT_EQ(mambac_session_length(session, slot), 40);
    ASSERT_EQ(mambac_session_remove(session, slot), MAMBAC_OK);
    EXPECT_EQ(mambac_session_length(session, slot), -1);
  }
}

/// What a call needs of memory neither grows with a text nor with the number of calls.
TEST_F(SessionTest, WarmCallsAllocateNothing) {
  open(3, 100000);
  std::vector<int32_t> slots = {add(), add()};
  Tensor<int64_t> piece(i64, {2, 19}, 3), text(i64, {2, 5000}, 2), one(i64, {2, 1}, 1);
  Tensor<float> logits(f32, {2, 1, 4});
  mambac_tensor pieceView = piece.view(), textView = text.view(), oneView = one.view(), logitsView = logits.view();
  auto read = [&](const mambac_tensor &tokens) {
    return mambac_prefill(state, session, slots.data(), 2, &tokens, nullptr, nullptr, &logitsView);
  };
  ASSERT_EQ(read(pieceView), MAMBAC_OK) << error();
  int64_t before = allocations.load();
  ASSERT_EQ(read(textView), MAMBAC_OK);
  for (int i = 0; i < 100; ++i) {
    std::swap(slots[0], slots[1]); // rows are moved
    ASSERT_EQ(mambac_step(state, session, slots.data(), 2, &oneView, &logitsView), MAMBAC_OK);
  }
  EXPECT_EQ(allocations.load(), before);
  EXPECT_EQ(mambac_session_length(session, slots[0]), 5119);
}

TEST_F(SessionTest, WithoutResults) {
  int32_t slot = add();
  Tensor<int64_t> tokens(i64, {1, 11}, 2);
  mambac_tensor view = tokens.view();
  ASSERT_EQ(mambac_prefill(state, session, &slot, 1, &view, nullptr, nullptr, nullptr), MAMBAC_OK) << error();
  texts[slot] = tokens.elements;
  expectText(slot);
}

TEST_F(SessionTest, MasksSkipTokens) {
  int32_t a = add(), b = add(), c = add();
  Ids ids = makeText(36);
  // Padded on the left, in the middle, and nothing at all. What is masked need not be an id.
  std::vector<uint8_t> mask(36, 1);
  for (size_t i : {0, 1, 2, 15, 16, 20, 23})
    mask[i] = 0;
  for (size_t i = 24; i < 36; ++i)
    mask[i] = 0;
  for (size_t i = 0; i < 36; ++i)
    ids[i] = mask[i] ? ids[i] : -100;
  for (bool all : {true, false}) {
    std::vector<float> logits;
    ASSERT_EQ(prefill({c, a, b}, ids, logits, all, mask), MAMBAC_OK) << error();
    size_t row = 0;
    for (int32_t slot : {c, a, b}) {
      size_t last = 12;
      for (size_t t = 0; t < 12; ++t) {
        const float *at = &logits[4 * (row * 12 + t)];
        if (mask[row * 12 + t]) {
          last = t;
          all ? expectNext(slot, ids[row * 12 + t], at) : texts[slot].push_back(ids[row * 12 + t]);
        } else if (all) {
          EXPECT_EQ(std::vector<float>(at, at + 4), std::vector<float>(4));
        }
      }
      if (!all && last < 12) {
        texts[slot].pop_back();
        expectNext(slot, ids[row * 12 + last], &logits[4 * row]);
      } else if (!all) {
        EXPECT_EQ(std::vector<float>(&logits[4 * row], &logits[4 * row] + 4), std::vector<float>(4));
      }
      ++row;
    }
  }
  EXPECT_EQ(mambac_session_length(session, b), 0);
  for (int32_t slot : {a, b, c})
    expectText(slot);
}

TEST_F(SessionTest, SequenceNumbersBeginTexts) {
  int32_t a = add(), b = add();
  std::vector<float> logits;
  ASSERT_EQ(prefill({a, b}, makeText(6), logits), MAMBAC_OK);
  Ids first = makeText(6);
  texts[a] = {first[0], first[1], first[2]};
  texts[b] = {first[3], first[4], first[5]};
  Ids ids = makeText(40, 3);
  std::vector<int32_t> numbers(40);
  for (size_t i = 0; i < 20; ++i) {
    numbers[i] = i < 3 ? 7 : i < 14 ? -1 : 5;
    numbers[20 + i] = 0;
  }
  for (bool all : {true, false}) {
    ASSERT_EQ(prefill({a, b}, ids, logits, all, {}, numbers), MAMBAC_OK) << error();
    size_t i = 0;
    for (int32_t slot : {a, b})
      for (size_t t = 0; t < 20; ++t, ++i) {
        if (t && numbers[i] != numbers[i - 1])
          texts[slot].clear();
        if (all)
          expectNext(slot, ids[i], &logits[4 * i]);
        else if (t == 19)
          expectNext(slot, ids[i], &logits[4 * (i / 20)]);
        else
          texts[slot].push_back(ids[i]);
      }
    ASSERT_EQ(mambac_session_reset(session, b), MAMBAC_OK);
    texts[b].clear();
  }
  // A token that is masked does not part a text.
  ASSERT_EQ(prefill({a}, {1, 2, 3}, logits, true, {1, 0, 1}, {4, 9, 4}), MAMBAC_OK);
  expectNext(a, 1, &logits[0]);
  expectNext(a, 3, &logits[8]);
}

TEST_F(SessionTest, PackedTexts) {
  int32_t a = add(), b = add(), c = add();
  Ids ids = makeText(25);
  for (bool all : {true, false}) {
    std::vector<float> logits;
    ASSERT_EQ(packed({b, a, c}, ids, {0, 3, 22, 25}, logits, all), MAMBAC_OK) << error();
    size_t i = 0, row = 0;
    for (auto [slot, end] : {std::pair{b, 3}, std::pair{a, 22}, std::pair{c, 25}}) {
      for (; i < size_t(end); ++i)
        if (all)
          expectNext(slot, ids[i], &logits[4 * i]);
        else if (i + 1 == size_t(end))
          expectNext(slot, ids[i], &logits[4 * row]);
        else
          texts[slot].push_back(ids[i]);
      ++row;
    }
    ASSERT_EQ(mambac_session_reset(session, MAMBAC_ALL_SLOTS), MAMBAC_OK);
    for (auto &[slot, text] : texts)
      text.clear();
  }
}

TEST_F(SessionTest, Forks) {
  int32_t a = add(), b = add();
  std::vector<float> logits;
  ASSERT_EQ(prefill({a}, makeText(20), logits), MAMBAC_OK);
  texts[a] = makeText(20);
  ASSERT_EQ(mambac_session_copy(session, b, session, a), MAMBAC_OK);
  texts[b] = texts[a];
  ASSERT_EQ(step({b}, {1}, logits), MAMBAC_OK);
  expectNext(b, 1, logits.data());
  expectText(a);
  // To another session, with room for just that much.
  mambac_session *other = make(model, 1, 22);
  int32_t slot;
  ASSERT_EQ(mambac_session_add(other, &slot), MAMBAC_OK);
  ASSERT_EQ(mambac_session_copy(other, slot, session, a), MAMBAC_OK) << mambac_session_error(other);
  EXPECT_EQ(mambac_session_length(other, slot), 21);
  std::swap(session, other);
  room = 22;
  texts[slot] = texts[a];
  expectText(slot);
  std::swap(session, other);
  room = 40;
  ASSERT_EQ(prefill({a}, {1, 1}, logits), MAMBAC_OK);
  EXPECT_EQ(mambac_session_copy(other, slot, session, a), MAMBAC_CAPACITY_EXCEEDED);
  EXPECT_STREQ(mambac_session_error(other), "the text to copy has 23 tokens, and there is room for 22");
  EXPECT_EQ(mambac_session_length(other, slot), 22);
  mambac_session_destroy(other);
}

TEST_F(SessionTest, Checkpoints) {
  int32_t a = add(), b = add();
  std::vector<float> logits;
  int64_t early = 0, late = 0, others = 0;
  ASSERT_EQ(prefill({a, b}, makeText(20), logits), MAMBAC_OK);
  Ids text = makeText(20);
  texts[a] = Ids(text.begin(), text.begin() + 10);
  texts[b] = Ids(text.begin() + 10, text.end());
  ASSERT_EQ(mambac_session_checkpoint(session, a, &early), MAMBAC_OK);
  ASSERT_EQ(mambac_session_checkpoint(session, b, &others), MAMBAC_OK);
  Ids before = texts[a];
  expectText(a);
  ASSERT_EQ(mambac_session_checkpoint(session, a, &late), MAMBAC_OK);
  EXPECT_NE(early, late);
  Ids between = texts[a];
  for (int i = 0; i < 2; ++i) { // as often as one likes
    expectText(a);
    ASSERT_EQ(mambac_session_rollback(session, a, late), MAMBAC_OK);
    texts[a] = between;
  }
  ASSERT_EQ(mambac_session_rollback(session, a, early), MAMBAC_OK);
  texts[a] = before;
  expectText(a);
  EXPECT_EQ(mambac_session_rollback(session, a, late), MAMBAC_INVALID_ARGUMENT); // the text took another way
  EXPECT_EQ(error(), "slot 0 has no checkpoint " + std::to_string(late));
  EXPECT_EQ(mambac_session_rollback(session, a, others), MAMBAC_INVALID_ARGUMENT);
  ASSERT_EQ(mambac_session_forget(session, a, early), MAMBAC_OK);
  EXPECT_EQ(mambac_session_forget(session, a, early), MAMBAC_INVALID_ARGUMENT);
  ASSERT_EQ(mambac_session_rollback(session, b, others), MAMBAC_OK);
  expectText(b);
  ASSERT_EQ(mambac_session_reset(session, b), MAMBAC_OK);
  EXPECT_EQ(mambac_session_rollback(session, b, others), MAMBAC_INVALID_ARGUMENT);
  mambac_session_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(mambac_session_get_info(session, &info), MAMBAC_OK);
  EXPECT_EQ(info.bytes, 5 * info.slot_bytes); // nothing is left of them
}

/// A run that fails in the middle leaves its slots undefined, and says so until they are put right.
TEST_F(SessionTest, FailedRuns) {
  int32_t a = add(), b = add(), c = add();
  std::vector<float> logits;
  ASSERT_EQ(prefill({a, b, c}, makeText(30), logits), MAMBAC_OK);
  Ids text = makeText(30);
  texts[c] = Ids(text.begin() + 20, text.end());
  int64_t id;
  ASSERT_EQ(mambac_session_checkpoint(session, a, &id), MAMBAC_OK);
  EXPECT_EQ(prefill({a, b}, {1, 2, 3, 15}, logits), MAMBAC_INDEX_OUT_OF_RANGE);
  EXPECT_NE(error().find("computed the index 99"), std::string::npos) << error();
  EXPECT_EQ(step({b}, {1}, logits), MAMBAC_INVALID_ARGUMENT);
  EXPECT_NE(error().find("slot 1 was left undefined"), std::string::npos) << error();
  size_t size = 0;
  EXPECT_EQ(mambac_session_save(session, b, nullptr, &size), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_session_checkpoint(session, b, &id), MAMBAC_INVALID_ARGUMENT);
  EXPECT_EQ(mambac_session_copy(session, c, session, b), MAMBAC_INVALID_ARGUMENT);
  expectText(c);
  ASSERT_EQ(mambac_session_reset(session, b), MAMBAC_OK);
  texts[b].clear();
  expectText(b);
  ASSERT_EQ(mambac_session_rollback(session, a, id), MAMBAC_OK) << error();
  texts[a] = Ids(text.begin(), text.begin() + 10);
  expectText(a);
}

/// Draws calls and compares each result with the text that the slot must have.
TEST_F(SessionTest, AnyOrder) {
  struct Checkpoint {
    int32_t slot;
    int64_t id;
    Ids text;
  };
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    open(5, 60);
    std::mt19937 random(seed);
    auto draw = [&](int64_t below) { return int64_t(random() % uint64_t(below)); };
    std::vector<Checkpoint> checkpoints;
    auto forget = [&](int32_t slot) {
      for (size_t i = checkpoints.size(); i-- > 0;)
        if (checkpoints[i].slot == slot)
          checkpoints.erase(checkpoints.begin() + ptrdiff_t(i));
    };
    for (int round = 0; round < 60; ++round) {
      std::vector<int32_t> slots;
      for (auto &[slot, text] : texts)
        slots.push_back(slot);
      std::shuffle(slots.begin(), slots.end(), random);
      if (slots.empty() || (slots.size() < 5 && draw(6) == 0)) {
        add();
        continue;
      }
      int32_t one = slots[0], two = slots.back();
      switch (draw(9)) {
      case 0:
        ASSERT_EQ(mambac_session_remove(session, one), MAMBAC_OK);
        texts.erase(one);
        forget(one);
        break;
      case 1:
        ASSERT_EQ(mambac_session_copy(session, one, session, two), MAMBAC_OK);
        texts[one] = texts[two];
        if (one != two)
          forget(one);
        break;
      case 2:
        ASSERT_EQ(load(one, save(two)), MAMBAC_OK) << error();
        texts[one] = texts[two];
        forget(one);
        break;
      case 3: {
        int64_t id;
        ASSERT_EQ(mambac_session_checkpoint(session, one, &id), MAMBAC_OK);
        checkpoints.push_back({one, id, texts[one]});
        break;
      }
      case 4:
        if (!checkpoints.empty()) {
          size_t number = size_t(draw(int64_t(checkpoints.size())));
          Checkpoint chosen = checkpoints[number];
          ASSERT_EQ(mambac_session_rollback(session, chosen.slot, chosen.id), MAMBAC_OK) << error();
          texts[chosen.slot] = chosen.text;
          for (size_t i = checkpoints.size(); i-- > number + 1;)
            if (checkpoints[i].slot == chosen.slot)
              checkpoints.erase(checkpoints.begin() + ptrdiff_t(i));
        }
        break;
      default: {
        slots.resize(size_t(draw(int64_t(slots.size())) + 1));
        int64_t length = draw(3) ? draw(24) + 1 : 1;
        bool fits = true;
        for (int32_t slot : slots)
          fits = fits && int64_t(texts[slot].size()) + length <= room;
        if (!fits) {
          ASSERT_EQ(mambac_session_reset(session, one), MAMBAC_OK);
          texts[one].clear();
          forget(one);
          break;
        }
        Ids ids = makeText(int64_t(slots.size()) * length, draw(100));
        std::vector<uint8_t> mask;
        std::vector<int32_t> numbers;
        if (draw(2))
          for (size_t i = 0; i < ids.size(); ++i)
            mask.push_back(draw(4) > 0);
        if (draw(3) == 0)
          for (size_t i = 0; i < ids.size(); ++i)
            numbers.push_back(i && draw(5) ? numbers.back() : int32_t(draw(3)));
        std::vector<float> logits;
        ASSERT_EQ(prefill(slots, ids, logits, true, mask, numbers), MAMBAC_OK) << error();
        for (size_t row = 0, i = 0; row < slots.size(); ++row) {
          int64_t previous = -1;
          for (int64_t t = 0; t < length; ++t, ++i) {
            if (!mask.empty() && !mask[i])
              continue;
            if (!numbers.empty() && previous >= 0 && numbers[size_t(previous)] != numbers[i]) {
              texts[slots[row]].clear();
              forget(slots[row]);
            }
            previous = int64_t(i);
            expectNext(slots[row], ids[i], &logits[4 * i]);
            if (HasFatalFailure())
              return;
          }
        }
      }
      }
    }
    while (!texts.empty()) {
      expectText(texts.begin()->first);
      texts.erase(texts.begin());
      if (HasFatalFailure())
        return;
    }
  }
}

} // namespace
