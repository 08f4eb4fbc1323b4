//===- SessionLayoutTest.cpp - Signatures that sessions run, and those that they do not ---------------------------===//
//
// Models without a dimension of texts, with a fixed number of them, of one token or of fixed lengths, with results of the
// last position alone; and models that are refused, each with what stands in the way.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "Fixture.h"

#include "lib/Runtime/ProductABI.h"

using namespace mambac::test;

namespace {

/// What the code below is to take its sizes from: a symbol, or else the number.
struct Size {
  int symbol = -1;
  int64_t fixed = 1;
  int64_t get(const int64_t *symbols) const { return symbol < 0 ? fixed : symbols[symbol]; }
};
struct Form {
  Size texts, length, positions;
  bool texted = true, everywhere = true; ///< outputs have a dimension of texts, one of positions
} form;

/// Adds up ids: input 0 is the text, input 1 the state (texts), output 0 the sum behind each token, twice.
void runSum(const MambacCall *call) {
  int64_t texts = form.texts.get(call->symbols), length = form.length.get(call->symbols);
  int64_t positions = form.everywhere ? length : 1;
  const int64_t *ids = static_cast<const int64_t *>(call->inputs[0]);
  float *state = static_cast<float *>(call->inputs[1]), *result = static_cast<float *>(call->outputs[0]);
  for (int64_t b = 0; b < texts; ++b)
    for (int64_t t = 0; t < length; ++t) {
      state[b] += float(ids[b * length + t]);
      int64_t at = b * positions + (form.everywhere ? t : 0);
      result[2 * at] = result[2 * at + 1] = state[b];
    }
}
int64_t noScratch(const int64_t *) { return 0; }
void sumShapes(const int64_t *symbols, int64_t *dims) {
  if (form.texted)
    *dims++ = form.texts.get(symbols);
  if (form.everywhere)
    *dims++ = form.length.get(symbols);
  *dims = 2;
}

struct SessionLayoutTest : SessionsOfOneModel {
  /// Opens a model with one entry; the texts are JSON.
  mambac_status make(const std::string &symbols, const std::string &inputs, const std::string &outputs, int32_t batch = 1,
                     const std::string &more = "") {
    close();
    metadata = R"({"abi": )" + std::to_string(MAMBAC_ABI_VERSION) + R"(, "model": "m", "levels": [{"name": "plain"}], "state": [],
      "entries": [{"name": "main", "symbols": [)" + symbols + R"(], "inputs": [)" + inputs + R"(], "outputs": [)" + outputs + "]" +
               more + "}]}";
    product = {MAMBAC_ABI_VERSION, 1, 1, 0, &level, metadata.c_str(), 0, 0, nullptr, nullptr, 0};
    EXPECT_EQ(mambac_open_linked(&product, nullptr, &model), MAMBAC_OK) << mambac_last_error();
    mambac_options options = {sizeof options, 1, 0, 0};
    EXPECT_EQ(mambac_state_create(model, &options, &state), MAMBAC_OK);
    mambac_session_options sessionOptions = {sizeof sessionOptions, batch, 0};
    return mambac_session_create(model, &sessionOptions, &session);
  }

  /// The last sums of each text behind these ids (texts, tokens); empty on failure.
  std::vector<float> read(std::vector<int32_t> slots, std::vector<int64_t> ids, bool all = false) {
    int64_t texts = int64_t(slots.size()), length = int64_t(ids.size()) / texts;
    Tensor<int64_t> tokens(i64, {texts, length});
    tokens.elements = std::move(ids);
    Tensor<float> room(f32, {texts, all ? length : 1, 2});
    mambac_tensor views[] = {tokens.view(), room.view()};
    if (mambac_prefill(state, session, slots.data(), int32_t(texts), &views[0], nullptr, nullptr, &views[1]))
      return {};
    std::vector<float> sums;
    for (size_t i = 0; i < room.elements.size(); i += 2)
      sums.push_back(room.elements[i]);
    return sums;
  }
  int32_t add() {
    int32_t slot = -1;
    EXPECT_EQ(mambac_session_add(session, &slot), MAMBAC_OK);
    return slot;
  }
  std::string error() { return mambac_session_error(session); }

  std::string metadata;
  MambacEntry entry = {"main", runSum, noScratch, sumShapes};
  const MambacEntry *level = &entry;
  MambacProduct product = {};
};

std::string ids(const std::string &shape) { return R"({"name": "ids", "dtype": "i64", "shape": [)" + shape + "]}"; }
std::string stateOf(const std::string &shape, const std::string &role = "") {
  return R"(, {"name": "h", "dtype": "f32", "state": 0, "role": ")" + role + R"(", "shape": [)" + shape + "]}";
}
std::string result(int rank, const std::string &shape) {
  return R"({"name": "y", "dtype": "f32", "rank": )" + std::to_string(rank) + R"(, "shape_text": [)" + shape + "]}";
}
const std::string s0 = R"({"symbol": 0})", s1 = R"({"symbol": 1})", open0 = R"({"name": "s0"})", open1 = R"({"name": "s1"})";
using Sums = std::vector<float>;

TEST_F(SessionLayoutTest, NoDimensionOfTexts) {
  form = {{-1, 1}, {0}, {}, false};
  ASSERT_EQ(make(open0, ids(s0) + stateOf(""), result(2, R"("s0", "2")")), MAMBAC_OK) << mambac_last_error();
  int32_t slot = add();
  EXPECT_EQ(read({slot}, {1, 2, 3}, true), Sums({1, 3, 6}));
  EXPECT_EQ(read({slot}, {4}), Sums({10}));
  EXPECT_EQ(make(open0, ids(s0) + stateOf(""), result(2, R"("s0", "2")"), 2), MAMBAC_UNSUPPORTED);
  EXPECT_STREQ(mambac_last_error(), "a session of 2 texts needs states that begin with the number of texts, and those of this "
                                    "model do not: it is for one text at a time");
}

TEST_F(SessionLayoutTest, OneTokenATime) {
  form = {{0}, {-1, 1}, {}, true, false};
  ASSERT_EQ(make(open0, ids(s0) + stateOf(s0), result(2, R"("s0", "2")"), 3), MAMBAC_OK) << mambac_last_error();
  int32_t a = add(), b = add(), c = add();
  EXPECT_EQ(read({c, a}, {1, 2, 3, 4, 5, 6}, true), Sums({1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(read({a, b, c}, {1, 1, 1}), Sums({16, 1, 7}));
}

TEST_F(SessionLayoutTest, LastPositionAlone) {
  form = {{0}, {1}, {}, true, false};
  ASSERT_EQ(make(open0 + "," + open1, ids(s0 + "," + s1) + stateOf(s0), result(2, R"("s0", "2")"), 2), MAMBAC_OK)
      << mambac_last_error();
  int32_t a = add(), b = add();
  EXPECT_EQ(read({a, b}, {1, 2, 3, 4}), Sums({3, 7}));
  EXPECT_EQ(read({a, b}, {1, 2, 3, 4}, true), Sums());
  EXPECT_EQ(error(), "mambac_prefill is to give results of all positions, and the model has them of the last one alone");
  EXPECT_EQ(read({b}, {1}), Sums({8}));
}

TEST_F(SessionLayoutTest, FixedNumberOfTexts) {
  form = {{-1, 2}, {0}, {}};
  std::string inputs = ids("2," + s0) + stateOf("2"), outputs = result(3, R"("2", "s0", "2")");
  EXPECT_EQ(make(open0, inputs, outputs, 1), MAMBAC_INVALID_ARGUMENT);
  EXPECT_STREQ(mambac_last_error(), "the model was exported for 2 texts at once: a session of 1 is too small");
  ASSERT_EQ(make(open0, inputs, outputs, 4), MAMBAC_OK) << mambac_last_error();
  int32_t a = add(), b = add(), c = add();
  EXPECT_EQ(read({c, a}, {1, 2, 3, 4}), Sums({3, 7}));
  EXPECT_EQ(read({a, b}, {1, 1}), Sums({8, 1}));
  EXPECT_EQ(read({a}, {1}), Sums());
  EXPECT_EQ(error(), "the model was exported for 2 texts at once: all of a call have to read equally many tokens, and here 1 "
                     "read 1");
  EXPECT_EQ(read({c, b}, {1, 1}), Sums({4, 2}));
}

TEST_F(SessionLayoutTest, FixedLengths) {
  form = {{0}, {-1, 4}, {}};
  ASSERT_EQ(make(open0, ids(s0 + ",4") + stateOf(s0), result(3, R"("s0", "4", "2")"), 2), MAMBAC_OK) << mambac_last_error();
  int32_t a = add();
  EXPECT_EQ(read({a}, {1, 1, 1, 1, 1, 1, 1, 1}, true), Sums({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(read({a}, {1, 1, 1, 1, 1, 1}), Sums());
  EXPECT_EQ(error(), "a text of 6 tokens cannot be read: no entry of the model takes the last 2 of them");
  EXPECT_EQ(mambac_session_length(session, a), 8);
  EXPECT_EQ(read({a}, {1, 1, 1, 1}), Sums({12}));
}

TEST_F(SessionLayoutTest, LimitsOfLengths) {
  form = {{0}, {1}, {}};
  std::string limited = R"({"name": "s1", "min": 2, "max": 8, "multiple_of": 2})";
  ASSERT_EQ(make(open0 + "," + limited, ids(s0 + "," + s1) + stateOf(s0), result(3, R"("s0", "s1", "2")")), MAMBAC_OK);
  int32_t a = add();
  EXPECT_EQ(read({a}, std::vector<int64_t>(22, 1)), Sums({22}));
  EXPECT_EQ(read({a}, std::vector<int64_t>(9, 1)), Sums());
  EXPECT_EQ(error(), "a text of 9 tokens cannot be read: no entry of the model takes the last 1 of them");
}

TEST_F(SessionLayoutTest, Refused) {
  form = {{0}, {1}, {}};
  const std::string symbols = open0 + "," + open1, text = ids(s0 + "," + s1), state = stateOf(s0 + ",3");
  const std::string logits = result(3, R"("s0", "s1", "2")");
  struct Row {
    std::string symbols, inputs, outputs, why;
  } rows[] = {
      {symbols, text, logits, "it has no state"},
      {symbols, text + state + R"(, {"name": "more", "dtype": "f32", "shape": []})", logits,
       "it wants more than a text: input more () of main"},
      {symbols + R"(,{"name": "s2"})", text + R"(, {"name": "h", "dtype": "bool", "shape": [{"symbol": 2}]})" + state, logits,
       "it wants more than a text: input h (s2) of main"},
      {symbols + R"(,{"name": "s2"},{"name": "s3"})", text + stateOf(s0 + R"(,{"symbol": 2},{"symbol": 3})"), logits,
       "the sizes of its state are open in a way that a session does not know: input h (s0, s2, s3) of main"},
      {symbols, text + stateOf(s1 + ",3"), logits,
       "the sizes of its state are open in a way that a session does not know: input h (s1, 3) of main"},
      {symbols, R"({"name": "x", "dtype": "f32", "shape": [1, {"symbol": 0}, {"symbol": 1}, 2]})" + state, logits,
       "input x (1, s0, s1, 2) of main is neither ids (texts, tokens) nor embeddings (texts, tokens, elements)"},
      {symbols, R"({"name": "x", "dtype": "f32", "shape": [{"symbol": 0}, 4, {"symbol": 1}]})" + state, logits,
       "the size of an embedding is open in input x (s0, 4, s1) of main"},
      {symbols, ids(R"({"symbol": 0, "mul": 2},)" + s1) + stateOf(R"({"symbol": 0, "mul": 2})"), logits,
       "the number of texts of input ids (2*s0, s1) of main is not a size of its own"},
      {open0, ids("2," + s0) + stateOf("3"), result(3, R"("2", "s0", "2")"),
       "its entry main takes several texts, and has a state that is one for all"},
      {symbols, text + state, "", "its entry main has no results but its states"},
  };
  for (const Row &row : rows) {
    SCOPED_TRACE(row.why);
    EXPECT_EQ(make(row.symbols, row.inputs, row.outputs), MAMBAC_UNSUPPORTED);
    EXPECT_EQ(mambac_last_error(), "a session cannot run this model: " + row.why + "; mambac_run can");
  }
}

} // namespace
