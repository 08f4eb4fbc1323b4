//===- SessionLayout.h - How a model's entries read texts --------------------------------------------*- C++ -*-===//
//
// What a session has to know of a model, read from its signature: which input is the text and which asks for results,
// what the open sizes are (texts, tokens, results, capacity), and how the state of one text lies in memory. A model that a
// session cannot run is refused here, with what stands in the way. Nothing goes by names of entries or of values.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_SESSIONLAYOUT_H
#define MAMBAC_LIB_RUNTIME_SESSIONLAYOUT_H

#include "lib/Runtime/Model.h"

#include <algorithm>

namespace mambac {

/// One of the states of a text: outer x room x inner bytes, where room is the capacity of a cache, and else 1.
struct StateLayout {
  const Value *value = nullptr;
  std::vector<int64_t> dims; ///< of the tensor for one text, without the dimension of texts
  bool cache = false;        ///< only what the text has filled means anything
  int32_t cacheAxis = -1;    ///< in `dims`
  size_t outer = 1, room = 1, inner = 1, rowBytes = 0;

  /// The part of `room` that a text of this length has filled.
  size_t filled(int64_t length) const { return cache ? std::min(size_t(length), room) : 1; }
  size_t filledBytes(int64_t length) const { return outer * filled(length) * inner; }
};

/// How an entry that goes on from states is called.
struct SessionEntry {
  int32_t number = -1;
  const Entry *entry = nullptr;
  int32_t tokens = -1, select = -1, result = -1; ///< inputs, and an output
  Dim length;                                    ///< of `tokens`; a constant: the entry takes just that many
  int32_t batchSymbol = -1, capacitySymbol = -1, selectSymbol = -1;
  int64_t batch = 0;          ///< how many texts it takes at once, where that is not open
  bool everyPosition = false; ///< it gives results of all positions whether one asks or not

  /// The most tokens up to `limit` that the entry takes at once; 0 if it takes none.
  int64_t longest(int64_t limit) const;
  /// Whether results are asked for by a number of positions that is open.
  bool selects() const { return select >= 0 && selectSymbol >= 0 && selectSymbol != length.symbol; }
  /// The values of the entry's symbols.
  void setSymbols(int64_t *values, int64_t texts, int64_t tokens, int64_t positions, int64_t capacity) const;
};

struct SessionLayout {
  std::vector<SessionEntry> entries;
  std::vector<StateLayout> states; ///< by number
  bool batched = false;   ///< states begin with the dimension of texts; otherwise there is one text
  bool lead = false;      ///< the model's tokens have a dimension of texts
  bool hasLength = false; ///< and one of tokens
  int64_t batch = 0;      ///< the number of texts that have to run together, where it is fixed and not 1
  int64_t maxBatch = INT64_MAX; ///< that can run at once
  int64_t capacity = 0, chunk = 0, vocabulary = 0, embedding = 0, width = 0;
  bool allPositions = false;
  size_t slotBytes = 0;
  const Value *tokens = nullptr, *result = nullptr;

  /// `capacity` 0: the model's own.
  mambac_status read(const mambac_model &model, int64_t capacity, ErrorText &error);

private:
  mambac_status readEntry(const Entry &entry, int32_t number, ErrorText &error);
  mambac_status readTokens(SessionEntry &entry, ErrorText &error);
  mambac_status readSymbols(SessionEntry &entry, ErrorText &error);
  mambac_status checkLimits(const SessionEntry &entry, ErrorText &error);
  mambac_status readStates(const SessionEntry &entry, ErrorText &error);
  mambac_status readResult(const mambac_model &model, SessionEntry &entry, ErrorText &error);
};

} // namespace mambac

#endif // MAMBAC_LIB_RUNTIME_SESSIONLAYOUT_H
