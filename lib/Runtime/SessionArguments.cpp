//===- SessionArguments.cpp - Texts and their states: what a call hands over --------------------------------------===//
//
// See Session.h. Tensors of mambac_prefill, mambac_step and mambac_prefill_packed are checked and become readings here:
// stretches of tokens, of which masks leave some out and which sequence numbers part.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Check.h"
#include "lib/Runtime/Session.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace mambac;

/// A size that the caller chooses.
static constexpr int64_t kAny = -1;

mambac_session::Argument mambac_session::describe(const char *name, const Value &like, std::vector<const char *> texts,
                                                  std::vector<int64_t> sizes) {
  Argument argument;
  argument.value.name = name;
  argument.value.dtype = like.dtype;
  argument.value.dtypeName = like.dtypeName;
  argument.value.rank = int32_t(sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i)
    argument.value.dimTexts.push_back(sizes[i] == kAny ? texts[i] : std::to_string(sizes[i]));
  argument.sizes = std::move(sizes);
  return argument;
}

void mambac_session::describeArguments() {
  const Value &tokens = *layout.tokens, &result = *layout.result;
  tokensArgument = describe("tokens", tokens, {"n", "L"}, {kAny, kAny});
  packedTokensArgument = describe("tokens", tokens, {"total"}, {kAny});
  if (layout.embedding) {
    tokensArgument = describe("tokens", tokens, {"n", "L", ""}, {kAny, kAny, layout.embedding});
    packedTokensArgument = describe("tokens", tokens, {"total", ""}, {kAny, layout.embedding});
  }
  tokensArgument.value.limit = layout.vocabulary;
  tokensArgument.value.lowest = tokens.limit ? tokens.lowest : 0;
  resultsArgument = describe("logits", result, {"n", "1 or L", ""}, {kAny, kAny, layout.width});
  packedResultsArgument = describe("logits", result, {"n or total", ""}, {kAny, layout.width});
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

mambac_status mambac_session::checkArgument(const Argument &argument, const mambac_tensor *tensor, void *&data,
                                            size_t &bytes) {
  const Value &value = argument.value;
  if (!tensor)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s needs %s, got a null pointer", call.name, value.name.c_str());
  if (mambac_status status = checkTensor(call.name, "argument", value, *tensor, error))
    return status;
  for (size_t d = 0; d < argument.sizes.size(); ++d)
    if (argument.sizes[d] != kAny && tensor->shape[d] != argument.sizes[d])
      return error.set(MAMBAC_INVALID_ARGUMENT, "dimension %zu of argument %s of %s is %" PRId64 ", expected %" PRId64, d,
                       value.name.c_str(), call.name, tensor->shape[d], argument.sizes[d]);
  return checkData(call.name, "argument", value, *tensor, data, bytes, error);
}

/// A tensor of booleans or of integers of any size.
mambac_status mambac_session::checkIntegers(const char *name, const char *size, const mambac_tensor &tensor, void *&data,
                                            size_t &bytes) {
  mambac_dtype dtype = tensor.dtype;
  bool fits = (dtype.code == MAMBAC_INT || dtype.code == MAMBAC_UINT || dtype.code == MAMBAC_BOOL) && dtype.lanes == 1 &&
              (dtype.bits == 8 || dtype.bits == 16 || dtype.bits == 32 || dtype.bits == 64);
  if (!fits)
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument %s of %s is neither of booleans nor of integers", name, call.name);
  Value like;
  like.dtype = dtype;
  like.dtypeName = "an integer type";
  Argument argument = strcmp(size, "L") ? describe(name, like, {size}, {kAny}) : describe(name, like, {"n", size}, {kAny, kAny});
  return checkArgument(argument, &tensor, data, bytes);
}

/// Where results go, and of which tokens they are. `tensor` may be null.
mambac_status mambac_session::setResults(const Argument &argument, const mambac_tensor *tensor, int64_t texts,
                                         int64_t tokens, const void *tokenData, size_t tokenBytes) {
  call.results = nullptr;
  call.all = false;
  call.zeros = 0;
  if (!tensor)
    return MAMBAC_OK;
  void *data;
  size_t bytes;
  if (mambac_status status = checkArgument(argument, tensor, data, bytes))
    return status;
  bool packed = argument.value.rank == 2;
  int64_t all = packed ? tokens : tokens / texts, one = packed ? texts : 1, given = tensor->shape[packed ? 0 : 1];
  if ((!packed && tensor->shape[0] != texts) || (given != one && given != all))
    return error.set(MAMBAC_INVALID_ARGUMENT,
                     "argument logits of %s has room for %" PRId64 " x %" PRId64 " positions, expected %" PRId64 " x %" PRId64
                     " (of the last ones) or %" PRId64 " x %" PRId64 " (of all)",
                     call.name, packed ? int64_t(1) : tensor->shape[0], given, packed ? 1 : texts, one, packed ? 1 : texts, all);
  call.all = given == all && given != one;
  if (call.all && !layout.allPositions)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s is to give results of all positions, and the model has them of the last one alone",
                     call.name);
  if (overlap(data, bytes, tokenData, tokenBytes))
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument logits of %s overlaps the tokens in memory", call.name);
  call.results = static_cast<char *>(data);
  call.zeros = bytes;
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Readings
//===----------------------------------------------------------------------===//

/// The stretches of one text of a call: tokens whose mask is not 0, parted where the sequence number changes.
void mambac_session::addReadings(int32_t slot, int64_t text, int64_t length, const char *mask, size_t maskBytes,
                                 const char *sequences, size_t sequenceBytes) {
  static const char zeros[8] = {};
  int64_t begin = text * length, previous = -1;
  Reading next;
  next.slot = slot;
  next.text = text;
  auto finish = [&](bool last) {
    if (!next.count)
      return;
    next.last = last;
    call.readings.push_back(next);
    next.places = -1;
    next.count = 0;
    ++next.turn;
  };
  for (int64_t at = begin; at < begin + length; ++at) {
    if (mask && !memcmp(mask + size_t(at) * maskBytes, zeros, maskBytes))
      continue;
    if (sequences && previous >= 0 &&
        memcmp(sequences + size_t(at) * sequenceBytes, sequences + size_t(previous) * sequenceBytes, sequenceBytes))
      finish(/*last=*/false);
    if (!next.count)
      next.first = at;
    // Tokens that follow each other need no list.
    if (next.places < 0 && at != next.first + next.count) {
      next.places = int64_t(call.places.size());
      for (int64_t i = 0; i < next.count; ++i)
        call.places.push_back(next.first + i);
    }
    if (next.places >= 0)
      call.places.push_back(at);
    ++next.count;
    previous = at;
  }
  finish(/*last=*/true);
}

mambac_status mambac_session::prefill(const char *name, mambac_state &state, const int32_t *chosen, int32_t count,
                                      const mambac_tensor *tokens, const mambac_tensor *mask, const mambac_tensor *sequences,
                                      const mambac_tensor *results, bool oneToken) {
  call.name = name;
  call.readings.clear();
  call.places.clear();
  if (mambac_status status = checkSlots(chosen, count))
    return status;
  void *data, *maskData = nullptr, *sequenceData = nullptr;
  size_t bytes, unused;
  if (mambac_status status = checkArgument(tokensArgument, tokens, data, bytes))
    return status;
  int64_t length = tokens->shape[1];
  if (tokens->shape[0] != count)
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument tokens of %s has %" PRId64 " texts, and there are %d slots", name,
                     tokens->shape[0], count);
  if (length < 1)
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument tokens of %s is empty: a text goes on by at least one token", name);
  if (oneToken && length != 1)
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument tokens of %s has %" PRId64 " tokens for each text, expected one", name, length);
  call.tokens = static_cast<const char *>(data);
  struct Row {
    const char *name;
    const mambac_tensor *tensor;
    void *&data;
  } rows[] = {{"mask", mask, maskData}, {"seq_idx", sequences, sequenceData}};
  for (const Row &row : rows)
    if (row.tensor) {
      if (mambac_status status = checkIntegers(row.name, "L", *row.tensor, row.data, unused))
        return status;
      if (row.tensor->shape[0] != count || row.tensor->shape[1] != length)
        return error.set(MAMBAC_INVALID_ARGUMENT,
                         "argument %s of %s has shape (%" PRId64 ", %" PRId64 "), and the tokens (%d, %" PRId64 ")", row.name, name,
                         row.tensor->shape[0], row.tensor->shape[1], count, length);
    }
  if (mambac_status status = setResults(resultsArgument, results, count, count * length, data, bytes))
    return status;
  if (!mask)
    call.zeros = 0;
  for (int32_t i = 0; i < count; ++i)
    if (mask || sequences)
      addReadings(chosen[i], i, length, static_cast<char *>(maskData), mask ? mask->dtype.bits / 8 : 0,
                  static_cast<char *>(sequenceData), sequences ? sequences->dtype.bits / 8 : 0);
    else
      call.readings.push_back({chosen[i], i, i * length, length});
  return read(state);
}

mambac_status mambac_session::prefillPacked(const char *name, mambac_state &state, const int32_t *chosen, int32_t count,
                                            const mambac_tensor *tokens, const mambac_tensor *bounds,
                                            const mambac_tensor *results) {
  call.name = name;
  call.readings.clear();
  call.places.clear();
  if (mambac_status status = checkSlots(chosen, count))
    return status;
  void *data, *boundData;
  size_t bytes, unused;
  if (mambac_status status = checkArgument(packedTokensArgument, tokens, data, bytes))
    return status;
  int64_t total = tokens->shape[0];
  call.tokens = static_cast<const char *>(data);
  if (!bounds)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s needs cu_seqlens, got a null pointer", name);
  if (mambac_status status = checkIntegers("cu_seqlens", "n + 1", *bounds, boundData, unused))
    return status;
  bool wide = bounds->dtype.bits == 64;
  if (bounds->dtype.code != MAMBAC_INT || (!wide && bounds->dtype.bits != 32))
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument cu_seqlens of %s is neither of i32 nor of i64", name);
  if (bounds->shape[0] != int64_t(count) + 1)
    return error.set(MAMBAC_INVALID_ARGUMENT, "argument cu_seqlens of %s has %" PRId64 " numbers, expected one more than the %d slots",
                     name, bounds->shape[0], count);
  auto bound = [&](int32_t i) {
    return wide ? static_cast<const int64_t *>(boundData)[i] : int64_t(static_cast<const int32_t *>(boundData)[i]);
  };
  if (bound(0) != 0 || bound(count) != total)
    return error.set(MAMBAC_INVALID_ARGUMENT,
                     "cu_seqlens of %s goes from %" PRId64 " to %" PRId64 ", expected from 0 to the number of tokens, %" PRId64, name,
                     bound(0), bound(count), total);
  for (int32_t i = 0; i < count; ++i) {
    if (bound(i + 1) <= bound(i) || bound(i + 1) > total)
      return error.set(MAMBAC_INVALID_ARGUMENT,
                       "cu_seqlens of %s goes from %" PRId64 " to %" PRId64 " for text %d: a text goes on by at least one token", name,
                       bound(i), bound(i + 1), i);
    call.readings.push_back({chosen[i], i, bound(i), bound(i + 1) - bound(i)});
  }
  if (mambac_status status = setResults(packedResultsArgument, results, count, total, data, bytes))
    return status;
  call.zeros = 0;
  return read(state);
}
