//===- SessionRun.cpp - Texts and their states: reading -----------------------------------------------------------===//
//
// See Session.h. Readings of equally many tokens run together, in pieces of at most `chunk`. A call is rehearsed first:
// each kind of piece is checked, and its memory taken, as if it were run. So when something is wrong, nothing has changed.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Check.h"
#include "lib/Runtime/Session.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <tuple>

using namespace mambac;

static size_t bytesOf(const Value &value) { return value.dtype.bits / 8; }

//===----------------------------------------------------------------------===//
// What can be wrong with a call
//===----------------------------------------------------------------------===//

mambac_status mambac_session::fail(mambac_status status, mambac_state &state) {
  return error.set(status, "%s", state.error.get());
}

/// Ids, and the room that is left.
mambac_status mambac_session::checkReadings() {
  size_t elementBytes = bytesOf(*layout.tokens);
  for (const Reading &reading : call.readings) {
    if (!layout.embedding && reading.places < 0)
      if (mambac_status status = checkIndices(tokensArgument.value, call.tokens + size_t(reading.first) * elementBytes,
                                              size_t(reading.count) * elementBytes, error))
        return status;
    for (int64_t i = 0; reading.places >= 0 && !layout.embedding && i < reading.count; ++i)
      if (mambac_status status = checkIndices(tokensArgument.value, call.tokens + size_t(call.place(reading, i)) * elementBytes,
                                              elementBytes, error))
        return status;
    int64_t length = reading.turn ? 0 : slots[size_t(reading.slot)].length;
    if (layout.capacity && (length > layout.capacity || reading.count > layout.capacity - length))
      return error.set(MAMBAC_CAPACITY_EXCEEDED,
                       "%" PRId64 " more tokens do not fit in slot %d: its text has %" PRId64 ", and the session has room for %" PRId64
                       " (the capacity that it was made with)",
                       reading.count, reading.slot, length, layout.capacity);
  }
  return MAMBAC_OK;
}

/// The entry for the next piece of a text that has `tokens` left, and how long that piece is; null if there is none.
const SessionEntry *mambac_session::choose(int64_t tokens, int64_t &piece) const {
  const SessionEntry *best = nullptr;
  piece = 0;
  for (const SessionEntry &entry : layout.entries) {
    int64_t longest = entry.longest(std::min(tokens, layout.chunk));
    // The entry of a fixed length is made for it.
    if (longest > piece || (longest == piece && longest > 0 && entry.length.symbol < 0)) {
      best = &entry;
      piece = longest;
    }
  }
  return best;
}

/// Readings with the same turn and as many tokens run together: as many texts as have `chunk` tokens, so that a run takes no
/// more memory than one of a long text. (More would not be faster: that many tokens keep the machine busy.)
mambac_status mambac_session::makeGroups() {
  std::vector<Reading> &readings = call.readings;
  std::sort(readings.begin(), readings.end(), [](const Reading &a, const Reading &b) {
    return std::tie(a.turn, a.count, a.text) < std::tie(b.turn, b.count, b.text);
  });
  groups.clear();
  for (size_t i = 0; i < readings.size(); ++i) {
    Group *last = groups.empty() ? nullptr : &groups.back();
    bool alike = last && last->count == readings[i].count && readings[last->begin].turn == readings[i].turn;
    int64_t most = layout.batch ? layout.batch : std::min(layout.maxBatch, std::max<int64_t>(layout.chunk / readings[i].count, 1));
    if (alike && int64_t(i - last->begin) < most)
      last->end = i + 1;
    else
      groups.push_back({i, i + 1, readings[i].count});
  }
  if (layout.batch)
    for (const Group &group : groups)
      if (int64_t(group.end - group.begin) != layout.batch)
        return error.set(MAMBAC_INVALID_ARGUMENT,
                         "the model was exported for %" PRId64 " texts at once: all of a call have to read equally many tokens, and "
                         "here %zu read %" PRId64,
                         layout.batch, group.end - group.begin, group.count);
  return MAMBAC_OK;
}

mambac_status mambac_session::rehearse(mambac_state &state) {
  // Kinds that have been looked at: texts and tokens. There are hardly more than two a group.
  size_t texts = 0;
  int64_t seen[2] = {0, 0};
  for (const Group &group : groups) {
    if (group.end - group.begin != texts)
      seen[0] = seen[1] = 0;
    texts = group.end - group.begin;
    for (int64_t begin = 0, piece = 0; begin < group.count; begin += piece) {
      if (!choose(group.count - begin, piece))
        return error.set(MAMBAC_INVALID_ARGUMENT,
                         "a text of %" PRId64 " tokens cannot be read: no entry of the model takes the last %" PRId64 " of them",
                         group.count, group.count - begin);
      if (piece == seen[0] || piece == seen[1])
        continue;
      if (mambac_status status = runPiece(state, group, 0, begin, /*rehearsal=*/true, piece))
        return status;
      seen[1] = seen[0];
      seen[0] = piece;
    }
  }
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// Whether the readings' tokens (texts) lie side by side in the call.
static bool isDense(const Reading *begin, const Reading *end, bool texts) {
  for (const Reading *next = begin; next != end; ++next) {
    if (!texts && next->places >= 0)
      return false;
    if (next != begin && (texts ? next->text != next[-1].text + 1 : next->first != next[-1].first + next[-1].count))
      return false;
  }
  return true;
}

/// The tokens of a piece, (texts, piece, elements): in the caller's tensor if they lie there, or else a copy. Null if
/// there is no memory.
const char *mambac_session::gather(const Group &group, int64_t begin, int64_t piece, size_t tokenBytes) {
  const Reading *first = call.readings.data() + group.begin, *last = call.readings.data() + group.end;
  bool whole = piece == group.count || last - first == 1;
  if (whole && isDense(first, last, /*texts=*/false))
    return call.tokens + size_t(first->first + begin) * tokenBytes;
  char *staged = static_cast<char *>(stagedTokens.reserve(size_t(last - first) * size_t(piece) * tokenBytes));
  char *write = staged;
  for (; write && first != last; ++first)
    for (int64_t i = begin; i < begin + piece; ++i, write += tokenBytes)
      memcpy(write, call.tokens + size_t(call.place(*first, i)) * tokenBytes, tokenBytes);
  return staged;
}

/// Where the entry is to write its results, `rows` for each text: to their place if they lie side by side there, or else
/// to a buffer. Null if there is no memory.
char *mambac_session::findResult(const Group &group, int64_t begin, int64_t piece, int64_t rows, bool &direct) {
  const Reading *first = call.readings.data() + group.begin, *last = call.readings.data() + group.end;
  size_t rowBytes = size_t(layout.width) * bytesOf(*layout.result);
  bool wanted = call.results && (call.all || (begin + piece == group.count && first->last));
  if (wanted && call.all && rows == piece && (piece == group.count || last - first == 1) && isDense(first, last, false)) {
    direct = true;
    return call.results + size_t(first->first + begin) * rowBytes;
  }
  // Texts whose readings are all last ones; the others have no place for a result.
  bool lasts = std::all_of(first, last, [](const Reading &reading) { return reading.last; });
  if (wanted && !call.all && rows == 1 && lasts && isDense(first, last, true)) {
    direct = true;
    return call.results + size_t(first->text) * rowBytes;
  }
  direct = false;
  return static_cast<char *>(stagedResult.reserve(size_t(last - first) * size_t(rows) * rowBytes));
}

/// Copies what is wanted of the buffer to its place.
void mambac_session::scatter(const Group &group, int64_t begin, int64_t piece, int64_t rows) {
  const char *read = static_cast<const char *>(stagedResult.reserve(0));
  size_t rowBytes = size_t(layout.width) * bytesOf(*layout.result);
  for (size_t i = group.begin; i < group.end; ++i, read += size_t(rows) * rowBytes) {
    const Reading &reading = call.readings[i];
    if (call.all)
      for (int64_t j = 0; j < piece; ++j)
        memcpy(call.results + size_t(call.place(reading, begin + j)) * rowBytes, read + size_t(rows == piece ? j : 0) * rowBytes, rowBytes);
    else if (reading.last && begin + piece == reading.count)
      memcpy(call.results + size_t(reading.text) * rowBytes, read + size_t(rows - 1) * rowBytes, rowBytes);
  }
}

/// Runs the next piece of a group whose rows begin at `row`; `piece` is set to its length.
mambac_status mambac_session::runPiece(mambac_state &state, const Group &group, int64_t row, int64_t begin,
                                       bool rehearsal, int64_t &piece) {
  const SessionEntry &chosen = *choose(group.count - begin, piece);
  const Entry &entry = *chosen.entry;
  int64_t texts = int64_t(group.end - group.begin);
  bool allRows = chosen.everyPosition || (chosen.selects() && call.all && call.results);
  int64_t rows = allRows ? piece : 1;
  auto noMemory = [&] {
    return error.set(MAMBAC_OUT_OF_MEMORY, "no memory for the tokens and results of %" PRId64 " texts", texts);
  };

  // The text.
  size_t tokenBytes = bytesOf(*layout.tokens) * size_t(std::max<int64_t>(layout.embedding, 1));
  const char *tokens = gather(group, begin, piece, tokenBytes);
  bool direct;
  char *result = findResult(group, begin, piece, rows, direct);
  char *select = static_cast<char *>(stagedSelect.reserve(size_t(texts) * size_t(rows) * 8));
  if (!tokens || !result || !select)
    return noMemory();
  if (chosen.select >= 0)
    for (int64_t i = 0; i < texts * rows; ++i) {
      int64_t position = rows == 1 ? piece - 1 : i % rows;
      if (entry.inputs[size_t(chosen.select)].dtype.bits == 64)
        reinterpret_cast<int64_t *>(select)[i] = position;
      else
        reinterpret_cast<int32_t *>(select)[i] = int32_t(position);
    }

  // Inputs.
  symbols.resize(entry.symbols.size() + 1);
  chosen.setSymbols(symbols.data(), texts, piece, rows, layout.capacity);
  inputs.resize(entry.inputs.size());
  inputDims.resize(entry.inputRanks + 1);
  int64_t *dims = inputDims.data();
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const Value &value = entry.inputs[i];
    char *data = value.state >= 0                ? rowOf(size_t(value.state), row)
                 : int32_t(i) == chosen.tokens ? const_cast<char *>(tokens)
                                                 : select;
    inputs[i] = {data, {MAMBAC_DEVICE_CPU, 0}, value.rank, value.dtype, dims, nullptr, 0};
    for (const Dim &dim : value.dims)
      *dims++ = dim.symbol < 0 ? dim.constant : dim.mul * symbols[size_t(dim.symbol)] + dim.add;
  }

  // Outputs. Those that nobody asks for go to memory of their own.
  outputs.resize(entry.outputs.size());
  outputDims.resize(entry.outputRanks + 1);
  model.getCode(size_t(chosen.number)).output_shapes(symbols.data(), outputDims.data());
  size_t unwantedBytes = 0;
  dims = outputDims.data();
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    const Value &value = entry.outputs[i];
    size_t bytes = bytesOf(value);
    outputs[i] = {nullptr, {MAMBAC_DEVICE_CPU, 0}, value.rank, value.dtype, dims, nullptr, 0};
    for (int32_t d = 0; d < value.rank; ++d)
      bytes *= size_t(*dims++);
    outputs[i].byte_offset = int32_t(i) == chosen.result ? 0 : unwantedBytes;
    unwantedBytes += int32_t(i) == chosen.result ? 0 : (bytes + 63) / 64 * 64;
  }
  void *others = unwanted.reserve(unwantedBytes);
  if (!others)
    return noMemory();
  for (size_t i = 0; i < outputs.size(); ++i)
    outputs[i].data = int32_t(i) == chosen.result ? result : others;

  auto count = [](const std::vector<mambac_tensor> &tensors) { return int32_t(tensors.size()); };
  if (mambac_status status =
          state.prepare(chosen.number, inputs.data(), count(inputs), outputs.data(), count(outputs)))
    return fail(status, state);
  if (rehearsal)
    return MAMBAC_OK;
  if (mambac_status status = state.execute(chosen.number)) {
    for (const Reading &reading : call.readings)
      slots[size_t(reading.slot)].broken = true;
    return fail(status, state);
  }
  if (!direct && call.results)
    scatter(group, begin, piece, rows);
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

mambac_status mambac_session::runGroup(mambac_state &state, const Group &group) {
  for (size_t i = group.begin; i < group.end; ++i)
    if (const Reading &reading = call.readings[i]; reading.turn) {
      forgetAll(reading.slot);
      zero(slots[size_t(reading.slot)]);
    }
  int64_t row = arrange(call.readings.data() + group.begin, group.end - group.begin);
  for (int64_t begin = 0, piece = 0; begin < group.count; begin += piece) {
    if (mambac_status status = runPiece(state, group, row, begin, /*rehearsal=*/false, piece))
      return status;
    for (size_t i = group.begin; i < group.end; ++i)
      slots[size_t(call.readings[i].slot)].length += piece;
  }
  return MAMBAC_OK;
}

mambac_status mambac_session::read(mambac_state &state) {
  if (&state.getModel() != &model)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s was given an execution state of another model", call.name);
  if (mambac_status status = checkReadings())
    return status;
  if (mambac_status status = makeGroups())
    return status;
  // What is but one piece is not rehearsed: it is checked as it is run.
  int64_t piece = 0;
  if (groups.size() != 1 || !choose(groups[0].count, piece) || piece != groups[0].count)
    if (mambac_status status = rehearse(state))
      return status;
  if (call.zeros)
    memset(call.results, 0, call.zeros);
  for (const Group &group : groups)
    if (mambac_status status = runGroup(state, group))
      return status;
  return MAMBAC_OK;
}
