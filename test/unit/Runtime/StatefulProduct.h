//===- StatefulProduct.h - A model with a state, written by hand -------------------------------------*- C++ -*-===//
//
// A product in the process, of a model that is easy to foretell: a decaying sum, a cache of keys of an open capacity, and
// a position. Its two entries have their inputs and symbols in different orders. For tests of sessions.
//
//   prefill(key f32 (s0, 2, s3, 1) state 1, ids i64 (s0, s1) < 16, sum f32 (s0, 3) state 0, position i64 (s0) state 2,
//           at i64 (s0, s2) select) -> norm f32 (s0), logits f32 (s0, s2, 4)
//   step(ids (s0, 1), at (s0, 1), sum, key, position) -> logits (s0, 1, 4)
//
// Behind each token sum[j] is sum[j] / 2 + id * (j + 1), key[h][position] is id + 100 h; the logits are sum[0], sum[2], the
// sum of (q + 1) key[0][q] up to the position, and the position. The id 15 is one that the code finds fault with itself.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_RUNTIME_STATEFULPRODUCT_H
#define MAMBAC_TEST_UNIT_RUNTIME_STATEFULPRODUCT_H

#include "lib/Runtime/ProductABI.h"

#include <array>
#include <string>
#include <vector>

namespace mambac::test {

/// What the model remembers of one text, and what it makes of a token.
struct Remembered {
  float *sum, *keys;
  int64_t *position;
  int64_t capacity;

  std::array<float, 4> read(int64_t id) {
    for (int j = 0; j < 3; ++j)
      sum[j] = sum[j] * 0.5f + float(id * (j + 1));
    if (*position < capacity) {
      keys[*position] = float(id);
      keys[capacity + *position] = float(id + 100);
    }
    float keySum = 0;
    for (int64_t q = 0; q <= *position && q < capacity; ++q)
      keySum += keys[q] * float(q + 1);
    ++*position;
    return {sum[0], sum[2], keySum, float(*position)};
  }
};

/// The logits behind the last token of a text.
inline std::array<float, 4> foretell(const std::vector<int64_t> &text, int64_t capacity) {
  std::vector<float> sum(3), keys(size_t(2 * capacity));
  int64_t position = 0;
  Remembered state = {sum.data(), keys.data(), &position, capacity};
  std::array<float, 4> last = {};
  for (int64_t id : text)
    last = state.read(id);
  return last;
}

namespace stateful {

/// Where an entry has its inputs, outputs and symbols.
struct Order {
  int sum, key, position, ids, at, norm, logits, batch, length, count, capacity;
};

inline void run(const MambacCall *call, const Order &order) {
  int64_t texts = call->symbols[order.batch], length = order.length < 0 ? 1 : call->symbols[order.length];
  int64_t count = order.count < 0 ? 1 : call->symbols[order.count], capacity = call->symbols[order.capacity];
  for (int64_t b = 0; b < texts; ++b) {
    Remembered state = {static_cast<float *>(call->inputs[order.sum]) + 3 * b,
                        static_cast<float *>(call->inputs[order.key]) + 2 * capacity * b,
                        static_cast<int64_t *>(call->inputs[order.position]) + b, capacity};
    const int64_t *ids = static_cast<const int64_t *>(call->inputs[order.ids]) + b * length;
    const int64_t *at = static_cast<const int64_t *>(call->inputs[order.at]) + b * count;
    float *logits = static_cast<float *>(call->outputs[order.logits]) + 4 * b * count;
    for (int64_t t = 0; t < length; ++t) {
      if (ids[t] == 15)
        call->services->index_fault(call->services, -1, 99, 16);
      std::array<float, 4> result = state.read(ids[t]);
      for (int64_t i = 0; i < count; ++i)
        for (int v = 0; at[i] == t && v < 4; ++v)
          logits[4 * i + v] = result[size_t(v)];
    }
    if (order.norm >= 0)
      static_cast<float *>(call->outputs[order.norm])[b] = state.sum[0];
  }
}

inline void runPrefill(const MambacCall *call) { run(call, {2, 0, 3, 1, 4, 0, 1, 0, 1, 2, 3}); }
inline void runStep(const MambacCall *call) { run(call, {2, 3, 4, 0, 1, -1, 0, 1, -1, -1, 0}); }
inline int64_t scratch(const int64_t *symbols) { return 64 * symbols[0]; }
inline void prefillShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[0];
  dims[1] = symbols[0];
  dims[2] = symbols[2];
  dims[3] = 4;
}
inline void stepShapes(const int64_t *symbols, int64_t *dims) {
  dims[0] = symbols[1];
  dims[1] = 1;
  dims[2] = 4;
}

} // namespace stateful

/// The product's description; `chunk` tokens run at once, `vocabulary` is said beside the table of 16.
inline std::string describeStateful(const std::string &name = "by hand", int chunk = 8, const std::string &sumType = "f32") {
  std::string text = R"({"abi": ABI, "model": "NAME", "levels": [{"name": "plain"}], "text": {"capacity": 40},
  "state": [{"name": "sum", "dtype": "SUM", "role": "recurrent", "shape": [{"symbol": 0}, 3]},
    {"name": "key", "dtype": "f32", "role": "key", "shape": [{"symbol": 0}, 2, {"symbol": 3}, 1]},
    {"name": "position", "dtype": "i64", "role": "position", "shape": [{"symbol": 0}]}],
  "entries": [
  {"name": "prefill", "length": 1, "chunk": CHUNK,
   "symbols": [{"name": "s0", "min": 1}, {"name": "s1", "min": 1}, {"name": "s2", "min": 1}, {"name": "s3", "min": 1, "max": 100000}],
   "inputs": [{"name": "key", "dtype": "f32", "shape": [{"symbol": 0}, 2, {"symbol": 3}, 1], "state": 1, "role": "key"},
    {"name": "ids", "dtype": "i64", "shape": [{"symbol": 0}, {"symbol": 1}], "limit": 16, "role": "ids"},
    {"name": "sum", "dtype": "SUM", "shape": [{"symbol": 0}, 3], "state": 0, "role": "recurrent"},
    {"name": "position", "dtype": "i64", "shape": [{"symbol": 0}], "state": 2, "role": "position"},
    {"name": "at", "dtype": "i64", "shape": [{"symbol": 0}, {"symbol": 2}], "role": "select"}],
   "outputs": [{"name": "norm", "dtype": "f32", "rank": 1, "shape_text": ["s0"]},
    {"name": "logits", "dtype": "f32", "rank": 3, "shape_text": ["s0", "s2", "4"], "role": "logits"}]},
  {"name": "step", "symbols": [{"name": "s3", "min": 1, "max": 100000}, {"name": "s0", "min": 1}],
   "inputs": [{"name": "ids", "dtype": "i64", "shape": [{"symbol": 1}, 1], "limit": 16, "role": "ids"},
    {"name": "at", "dtype": "i64", "shape": [{"symbol": 1}, 1], "role": "select"},
    {"name": "sum", "dtype": "SUM", "shape": [{"symbol": 1}, 3], "state": 0, "role": "recurrent"},
    {"name": "key", "dtype": "f32", "shape": [{"symbol": 1}, 2, {"symbol": 0}, 1], "state": 1, "role": "key"},
    {"name": "position", "dtype": "i64", "shape": [{"symbol": 1}], "state": 2, "role": "position"}],
   "outputs": [{"name": "logits", "dtype": "f32", "rank": 3, "shape_text": ["s0", "1", "4"], "role": "logits"}]}]})";
  auto replace = [&](const std::string &word, const std::string &by) {
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
      text.replace(at, word.size(), by);
  };
  replace("ABI", std::to_string(MAMBAC_ABI_VERSION));
  replace("NAME", name);
  replace("CHUNK", std::to_string(chunk));
  replace("SUM", sumType);
  return text;
}

/// Lives as long as the models that are opened from it.
class StatefulProduct {
public:
  explicit StatefulProduct(std::string description = describeStateful(), uint64_t weightsBytes = 0)
      : metadata(std::move(description)) {
    product = {MAMBAC_ABI_VERSION, 2, 1, 0, &level, metadata.c_str(), weightsBytes, 0, nullptr, nullptr, 0};
  }
  StatefulProduct(const StatefulProduct &) = delete;
  StatefulProduct &operator=(const StatefulProduct &) = delete;

  MambacProduct product;

private:
  std::string metadata;
  MambacEntry entries[2] = {{"prefill", stateful::runPrefill, stateful::scratch, stateful::prefillShapes},
                            {"step", stateful::runStep, stateful::scratch, stateful::stepShapes}};
  const MambacEntry *level = entries;
};

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_RUNTIME_STATEFULPRODUCT_H
