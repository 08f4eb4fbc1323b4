//===- Session.cpp - Texts and their states: slots and rows -------------------------------------------------------===//
//
// See Session.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Session.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace mambac;

mambac_session::mambac_session(mambac_model &model) : model(model) { model.retain(); }

mambac_session::~mambac_session() { model.release(); }

mambac_status mambac_session::create(int32_t batch, int64_t capacity, ErrorText &reason) {
  if (mambac_status status = layout.read(model, capacity, reason))
    return status;
  int64_t least = std::max<int64_t>(layout.batch, 1);
  int64_t rows = batch ? batch : least;
  if (!layout.batched && rows > 1)
    return reason.set(MAMBAC_UNSUPPORTED,
                      "a session of %" PRId64 " texts needs states that begin with the number of texts, and those of this "
                      "model do not: it is for one text at a time",
                      rows);
  if (rows < least)
    return reason.set(MAMBAC_INVALID_ARGUMENT, "the model was exported for %" PRId64 " texts at once: a session of %" PRId64
                      " is too small", least, rows);
  size_t bytes = 0, part = 0;
  bool fits = true;
  for (const StateLayout &state : layout.states)
    fits = fits && !__builtin_mul_overflow(state.rowBytes, size_t(rows), &part) && part <= SIZE_MAX - 64 &&
           !__builtin_add_overflow(bytes, (part + 63) / 64 * 64, &bytes);
  char *begin = fits ? static_cast<char *>(arena.reserve(bytes)) : nullptr;
  if (!begin)
    return reason.set(MAMBAC_OUT_OF_MEMORY, "no memory for the states of %" PRId64 " texts of %zu bytes", rows,
                      layout.slotBytes);
  for (const StateLayout &state : layout.states) {
    memory.push_back(begin);
    begin += (state.rowBytes * size_t(rows) + 63) / 64 * 64;
  }
  slots.resize(size_t(rows));
  slotAt.assign(size_t(rows), -1);
  votes.assign(size_t(rows), 0);
  describeArguments();
  return MAMBAC_OK;
}

void mambac_session::getInfo(mambac_session_info &info) const {
  info.batch = getBatch();
  info.used = int32_t(std::count_if(slots.begin(), slots.end(), [](const Slot &slot) { return slot.used; }));
  info.capacity = layout.capacity;
  info.chunk = layout.chunk;
  info.vocabulary = layout.vocabulary;
  info.embedding = layout.embedding;
  info.width = layout.width;
  info.all_positions = layout.allPositions;
  info.token_dtype = layout.tokens->dtype;
  info.logits_dtype = layout.result->dtype;
  info.slot_bytes = int64_t(layout.slotBytes);
  info.bytes = info.slot_bytes * info.batch + checkpointBytes;
}

mambac_status mambac_session::checkSlot(int32_t slot) {
  if (isUsed(slot))
    return MAMBAC_OK;
  if (slot >= 0 && slot < getBatch())
    return error.set(MAMBAC_INVALID_ARGUMENT, "slot %d has no text: mambac_session_add gives slots out", slot);
  return error.set(MAMBAC_INVALID_ARGUMENT, "there is no slot %d: the session has %d", slot, getBatch());
}

mambac_status mambac_session::checkSlots(const int32_t *chosen, int32_t count) {
  if (count < 1 || count > getBatch())
    return error.set(MAMBAC_INVALID_ARGUMENT, "%d texts to read, and the session has %d slots", count, getBatch());
  if (!chosen)
    return error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the slots");
  for (int32_t i = 0; i < count; ++i)
    if (mambac_status status = checkSlot(chosen[i]))
      return status;
  int32_t twice = -1;
  for (int32_t i = 0; i < count; ++i)
    if (votes[size_t(chosen[i])]++)
      twice = chosen[i];
  for (int32_t i = 0; i < count; ++i)
    votes[size_t(chosen[i])] = 0;
  if (twice >= 0)
    return error.set(MAMBAC_INVALID_ARGUMENT, "slot %d is given twice", twice);
  for (int32_t i = 0; i < count; ++i)
    if (slots[size_t(chosen[i])].broken)
      return error.set(MAMBAC_INVALID_ARGUMENT,
                       "slot %d was left undefined by a run that failed: reset it, roll it back, load it or copy into it",
                       chosen[i]);
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Slots
//===----------------------------------------------------------------------===//

/// Begins a text. What is in caches behind the end of a text means nothing, so they stay as they are.
void mambac_session::zero(Slot &slot) {
  for (size_t i = 0; i < memory.size(); ++i)
    if (!layout.states[i].cache)
      memset(rowOf(i, slot.row), 0, layout.states[i].rowBytes);
  slot.length = 0;
  slot.broken = false;
}

mambac_status mambac_session::add(int32_t &number) {
  auto slot = std::find_if(slots.begin(), slots.end(), [](const Slot &slot) { return !slot.used; });
  if (slot == slots.end())
    return error.set(MAMBAC_CAPACITY_EXCEEDED, "all %d slots of the session are in use", getBatch());
  number = int32_t(slot - slots.begin());
  auto row = std::find(slotAt.begin(), slotAt.end(), -1);
  *row = number;
  slot->used = true;
  slot->row = row - slotAt.begin();
  zero(*slot);
  return MAMBAC_OK;
}

mambac_status mambac_session::remove(int32_t number) {
  if (mambac_status status = checkSlot(number))
    return status;
  forgetAll(number);
  Slot &slot = slots[size_t(number)];
  slotAt[size_t(slot.row)] = -1;
  slot = {};
  return MAMBAC_OK;
}

mambac_status mambac_session::reset(int32_t number) {
  if (number != MAMBAC_ALL_SLOTS)
    if (mambac_status status = checkSlot(number))
      return status;
  for (int32_t i = 0; i < getBatch(); ++i)
    if (slots[size_t(i)].used && (number == i || number == MAMBAC_ALL_SLOTS)) {
      forgetAll(i);
      zero(slots[size_t(i)]);
    }
  return MAMBAC_OK;
}

mambac_status mambac_session::copy(int32_t to, const mambac_session &source, int32_t from) {
  if (mambac_status status = checkSlot(to))
    return status;
  if (!source.isUsed(from))
    return error.set(MAMBAC_INVALID_ARGUMENT, "slot %d of the session that is copied from has no text", from);
  const Slot &origin = source.slots[size_t(from)];
  if (&model != &source.model)
    return error.set(MAMBAC_INVALID_ARGUMENT, "the text to copy belongs to another model (or the same one, opened twice: save "
                                              "and load go between those)");
  if (origin.broken)
    return error.set(MAMBAC_INVALID_ARGUMENT, "slot %d to copy from was left undefined by a run that failed", from);
  if (layout.capacity && origin.length > layout.capacity)
    return error.set(MAMBAC_CAPACITY_EXCEEDED, "the text to copy has %" PRId64 " tokens, and there is room for %" PRId64,
                     origin.length, layout.capacity);
  Slot &target = slots[size_t(to)];
  if (&target == &origin)
    return MAMBAC_OK;
  forgetAll(to);
  for (size_t i = 0; i < memory.size(); ++i) {
    const StateLayout &state = layout.states[i], &other = source.layout.states[i];
    const char *read = source.rowOf(i, origin.row);
    char *write = rowOf(i, target.row);
    for (size_t o = 0; o < state.outer; ++o)
      memcpy(write + o * state.room * state.inner, read + o * other.room * other.inner,
             state.filled(origin.length) * state.inner);
  }
  target.length = origin.length;
  target.broken = false;
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Exchanges two rows; one that no slot has is not kept.
void mambac_session::swapRows(int64_t left, int64_t right) {
  int32_t &atLeft = slotAt[size_t(left)], &atRight = slotAt[size_t(right)];
  int64_t length = std::max(atLeft < 0 ? 0 : slots[size_t(atLeft)].length, atRight < 0 ? 0 : slots[size_t(atRight)].length);
  for (size_t i = 0; i < memory.size(); ++i) {
    const StateLayout &state = layout.states[i];
    size_t stride = state.room * state.inner, bytes = state.filled(length) * state.inner;
    char *a = rowOf(i, left), *b = rowOf(i, right);
    for (size_t o = 0; o < state.outer; ++o, a += stride, b += stride) {
      if (atLeft < 0)
        memcpy(a, b, bytes);
      else if (atRight < 0)
        memcpy(b, a, bytes);
      else
        std::swap_ranges(a, a + bytes, b);
    }
  }
  std::swap(atLeft, atRight);
  if (atLeft >= 0)
    slots[size_t(atLeft)].row = left;
  if (atRight >= 0)
    slots[size_t(atRight)].row = right;
}

/// Moves the rows of these readings' slots side by side, in their order, and returns the first. Where most of them lie
/// already, nothing moves.
int64_t mambac_session::arrange(const Reading *readings, size_t count) {
  auto rowOfReading = [&](size_t i) -> int64_t { return slots[size_t(readings[i].slot)].row; };
  int64_t best = rowOfReading(0), last = int64_t(slots.size() - count);
  if (count == 1)
    return best;
  auto vote = [&](size_t i) -> int32_t * {
    int64_t first = rowOfReading(i) - int64_t(i);
    return first < 0 || first > last ? nullptr : &votes[size_t(first)];
  };
  int32_t most = 0;
  for (size_t i = 0; i < count; ++i)
    if (int32_t *votesHere = vote(i); votesHere && ++*votesHere > most) {
      most = *votesHere;
      best = votesHere - votes.data();
    }
  for (size_t i = 0; i < count; ++i)
    if (int32_t *votesHere = vote(i))
      *votesHere = 0;
  if (!most)
    best = 0;
  for (size_t i = 0; i < count; ++i)
    if (int64_t row = rowOfReading(i); row != best + int64_t(i))
      swapRows(best + int64_t(i), row);
  return best;
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

mambac_status mambac_session::checkpoint(int32_t number, int64_t &id) {
  if (mambac_status status = checkSlots(&number, 1))
    return status;
  const Slot &slot = slots[size_t(number)];
  Checkpoint made;
  made.slot = number;
  made.length = slot.length;
  size_t bytes = 0;
  for (const StateLayout &state : layout.states)
    bytes += state.cache ? 0 : state.rowBytes;
  made.bytes.reserve(bytes);
  for (size_t i = 0; i < memory.size(); ++i)
    if (!layout.states[i].cache)
      made.bytes.insert(made.bytes.end(), rowOf(i, slot.row), rowOf(i, slot.row) + layout.states[i].rowBytes);
  made.id = id = lastId + 1;
  checkpoints.push_back(std::move(made));
  checkpointBytes += int64_t(bytes);
  ++lastId;
  return MAMBAC_OK;
}

std::vector<mambac_session::Checkpoint>::iterator mambac_session::find(int32_t slot, int64_t id) {
  auto found = std::find_if(checkpoints.begin(), checkpoints.end(),
                            [&](const Checkpoint &one) { return one.slot == slot && one.id == id; });
  if (found == checkpoints.end())
    error.set(MAMBAC_INVALID_ARGUMENT, "slot %d has no checkpoint %" PRId64, slot, id);
  return found;
}

/// Keys and values behind the end of the earlier text are not read again before they are written.
mambac_status mambac_session::rollback(int32_t number, int64_t id) {
  if (mambac_status status = checkSlot(number))
    return status;
  auto found = find(number, id);
  if (found == checkpoints.end())
    return MAMBAC_INVALID_ARGUMENT;
  Slot &slot = slots[size_t(number)];
  const char *read = found->bytes.data();
  for (size_t i = 0; i < memory.size(); ++i)
    if (size_t bytes = layout.states[i].rowBytes; !layout.states[i].cache) {
      memcpy(rowOf(i, slot.row), read, bytes);
      read += bytes;
    }
  slot.length = found->length;
  slot.broken = false;
  // Later ones count on keys and values that the text writes anew.
  auto later = std::remove_if(found + 1, checkpoints.end(), [&](const Checkpoint &one) {
    checkpointBytes -= one.slot == number ? int64_t(one.bytes.size()) : 0;
    return one.slot == number;
  });
  checkpoints.erase(later, checkpoints.end());
  return MAMBAC_OK;
}

mambac_status mambac_session::forget(int32_t number, int64_t id) {
  if (mambac_status status = checkSlot(number))
    return status;
  auto found = find(number, id);
  if (found == checkpoints.end())
    return MAMBAC_INVALID_ARGUMENT;
  checkpointBytes -= int64_t(found->bytes.size());
  checkpoints.erase(found);
  return MAMBAC_OK;
}

void mambac_session::forgetAll(int32_t number) {
  auto kept = std::remove_if(checkpoints.begin(), checkpoints.end(), [&](const Checkpoint &one) {
    checkpointBytes -= one.slot == number ? int64_t(one.bytes.size()) : 0;
    return one.slot == number;
  });
  checkpoints.erase(kept, checkpoints.end());
}
