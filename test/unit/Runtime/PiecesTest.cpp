//===- PiecesTest.cpp - mambac_run of texts that are longer than a chunk ------------------------------------------===//
//
// A model that adds up its ids, with results of positions that are asked for, of all, or of the last one: the same whether
// a text runs at once or in pieces, and never more than a chunk of it at once.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Fixture.h"

#include "lib/Runtime/ProductABI.h"

#include <numeric>
#include <random>

using namespace mambac::test;

namespace {

enum Results { Selected, Every, Last };
Results results;
bool batched;
int64_t longest; ///< tokens that have run at once

/// Inputs: ids, sums (the state), positions; symbols: texts (if there is a dimension of them), tokens, positions.
void runSums(const MambacCall *call) {
  const int64_t *sizes = call->symbols;
  int64_t texts = batched ? *sizes++ : 1, length = *sizes++, count = results == Selected ? *sizes : results == Every ? length : 1;
  longest = std::max(longest, length);
  const int64_t *ids = static_cast<const int64_t *>(call->inputs[0]);
  float *sums = static_cast<float *>(call->inputs[1]), *out = static_cast<float *>(call->outputs[0]);
  const int64_t *at = results == Selected ? static_cast<const int64_t *>(call->inputs[2]) : nullptr;
  static_cast<float *>(call->arena)[length - 1] = 0;
  for (int64_t b = 0; b < texts; ++b)
    for (int64_t t = 0; t < length; ++t) {
      sums[b] += float(ids[b * length + t]);
      for (int64_t i = 0; i < count; ++i)
        if (results == Selected ? at[b * count + i] == t : results == Every ? i == t : t == length - 1)
          out[2 * (b * count + i)] = out[2 * (b * count + i) + 1] = sums[b];
    }
}
int64_t scratchOf(const int64_t *symbols) { return 64 * symbols[batched ? 1 : 0]; }
void shapesOf(const int64_t *symbols, int64_t *dims) {
  if (batched)
    *dims++ = *symbols++;
  if (results != Last)
    *dims++ = symbols[results == Selected ? 1 : 0];
  *dims = 2;
}

struct PiecesTest : ::testing::Test {
  void TearDown() override { close(); }
  void close() {
    mambac_state_destroy(state);
    mambac_close(model);
    state = nullptr;
    model = nullptr;
  }
  void open(Results which, bool withTexts, const std::string &role = "logits", int chunk = 8) {
    close();
    results = which;
    batched = withTexts;
    longest = 0;
    auto symbol = [](int number) { return "{\"symbol\": " + std::to_string(number) + "}"; };
    std::string texts = batched ? symbol(0) + "," : "", length = symbol(batched), count = symbol(batched + 1);
    std::string comma = batched ? "s0\", \"" : "", rank = std::to_string((results == Last ? 1 : 2) + batched);
    metadata = "{\"abi\": " + std::to_string(MAMBAC_ABI_VERSION) + R"(, "model": "m", "levels": [{"name": "plain"}], "entries": [{
      "name": "prefill", "length": )" + std::to_string(batched) + ", \"chunk\": " + std::to_string(chunk) + R"(, "symbols": [)" +
               (batched ? R"({"name": "s0", "min": 1},)" : "") + R"({"name": "s1", "min": 1})" +
               (results == Selected ? R"(,{"name": "s2"})" : "") + R"(], "inputs": [
        {"name": "ids", "role": "ids", "dtype": "i64", "limit": 100, "shape": [)" + texts + length + R"(]},
        {"name": "h", "state": 0, "dtype": "f32", "shape": [)" + (batched ? symbol(0) : "") + "]}" +
               (results == Selected ? R"(,{"name": "at", "role": "select", "dtype": "i64", "shape": [)" + texts + count + "]}" : "") +
               R"(], "outputs": [{"name": "y", "dtype": "f32", "role": ")" + role + R"(", "rank": )" + rank + R"(, "shape_text": [")" +
               comma + (results == Last ? "" : "n\", \"") + R"(2"]}]}]})";
    product = {MAMBAC_ABI_VERSION, 1, 1, 0, &level, metadata.c_str(), 0, 0, nullptr, nullptr, 0};
    ASSERT_EQ(mambac_open_linked(&product, nullptr, &model), MAMBAC_OK) << mambac_last_error();
    mambac_options options = {sizeof options, 1, 0, 0};
    ASSERT_EQ(mambac_state_create(model, &options, &state), MAMBAC_OK);
  }

  /// Runs a text on `sums` and compares with what they have to become.
  mambac_status run(int64_t texts, int64_t length, const std::vector<int64_t> &at, std::vector<float> &sums) {
    std::vector<int64_t> lead = batched ? std::vector<int64_t>{texts} : std::vector<int64_t>();
    auto shape = [&](std::vector<int64_t> more) {
      more.insert(more.begin(), lead.begin(), lead.end());
      return more;
    };
    Tensor<int64_t> ids(i64, shape({length})), positions(i64, shape({int64_t(at.size()) / texts}));
    for (size_t i = 0; i < ids.elements.size(); ++i)
      ids.elements[i] = int64_t(i * 7 % 31);
    positions.elements = at;
    Tensor<float> state_(f32, lead);
    state_.elements = sums;
    int64_t count = results == Selected ? int64_t(at.size()) / texts : results == Every ? length : 1;
    Tensor<float> out(f32, results == Last ? shape({2}) : shape({count, 2}), -1.0f);
    mambac_tensor inputs[] = {ids.view(), state_.view(), positions.view()}, output = out.view();
    mambac_status status = mambac_run(state, 0, inputs, results == Selected ? 3 : 2, &output, 1);
    if (status)
      return status;
    for (int64_t b = 0; b < texts; ++b) {
      std::vector<float> behind;
      for (int64_t t = 0; t < length; ++t)
        behind.push_back(sums[size_t(b)] += float(ids.elements[size_t(b * length + t)]));
      for (int64_t i = 0; i < count; ++i) {
        int64_t t = results == Selected ? at[size_t(b * count + i)] : results == Every ? i : length - 1;
        for (int v : {0, 1})
          EXPECT_EQ(out.elements[size_t(2 * (b * count + i) + v)], behind[size_t(t)]) << "text " << b << ", result " << i;
      }
    }
    EXPECT_EQ(state_.elements, sums);
    return status;
  }

  std::string metadata;
  MambacEntry entry = {"prefill", runSums, scratchOf, shapesOf};
  const MambacEntry *level = &entry;
  MambacProduct product = {};
  mambac_model *model = nullptr;
  mambac_state *state = nullptr;
};

TEST_F(PiecesTest, AnyLength) {
  std::mt19937 random(1);
  for (Results which : {Selected, Every, Last})
    for (bool texts : {true, false}) {
      open(which, texts);
      for (int64_t length : {1, 7, 8, 9, 16, 17, 50}) {
        std::vector<float> sums(texts ? 3 : 1, 0.5f);
        for (int round = 0; round < 3; ++round) { // in any order, with some of them twice, or none
          std::vector<int64_t> at;
          for (size_t i = 0; which == Selected && i < sums.size() * size_t(round) * 10; ++i)
            at.push_back(int64_t(random() % uint64_t(length)));
          ASSERT_EQ(run(int64_t(sums.size()), length, at, sums), MAMBAC_OK) << mambac_state_error(state);
        }
      }
      EXPECT_EQ(longest, 8);
    }
}

TEST_F(PiecesTest, ScratchOfOnePiece) {
  open(Selected, true);
  int64_t scratch, symbols[] = {2, 5, 1}, longer[] = {2, 1 << 20, 1 << 20};
  ASSERT_EQ(mambac_shapes(state, 0, symbols, nullptr, nullptr, &scratch), MAMBAC_OK);
  EXPECT_EQ(scratch, 64 * 5);
  ASSERT_EQ(mambac_shapes(state, 0, longer, nullptr, nullptr, &scratch), MAMBAC_OK);
  EXPECT_EQ(scratch, 64 * 8);
}

/// What is wrong anywhere in a text is found before anything runs.
TEST_F(PiecesTest, Refused) {
  open(Selected, true);
  std::vector<float> sums(1, 0.5f);
  EXPECT_EQ(run(1, 30, {29, 30}, sums), MAMBAC_INDEX_OUT_OF_RANGE);
  EXPECT_STREQ(mambac_state_error(state), "at holds 30 at a place where indices must be in [0, 30)");
  EXPECT_EQ(run(1, 30, {-1}, sums), MAMBAC_INDEX_OUT_OF_RANGE);
  Tensor<int64_t> ids(i64, {1, 30}, 1), at(i64, {1, 1}, 29);
  Tensor<float> state_(f32, {1}, 0.5f), out(f32, {1, 1, 2});
  ids.elements.back() = 100;
  mambac_tensor inputs[] = {ids.view(), state_.view(), at.view()}, output = out.view();
  EXPECT_EQ(mambac_run(state, 0, inputs, 3, &output, 1), MAMBAC_INDEX_OUT_OF_RANGE);
  EXPECT_EQ(state_.elements[0], 0.5f);
  EXPECT_EQ(longest, 0);
}

/// Without a role nobody knows that the result of a piece is that of the whole.
TEST_F(PiecesTest, UnknownRolesRunAtOnce) {
  open(Every, true, "");
  std::vector<float> sums(2);
  ASSERT_EQ(run(2, 30, {}, sums), MAMBAC_OK);
  EXPECT_EQ(longest, 30);
}

} // namespace
