//===- Snapshot.cpp - States as bytes -----------------------------------------------------------------------------===//
//
// Saved states, little-endian, without padding:
//
//   magic "MAMBACST"; u32 format, u32 number of states; u64 size of all; u64 hash of the weights; i64 tokens of the text;
//   u32 length of the model's name, the name;
//   for each state u8 dtype code, u8 bits, u8 whether it is a cache, u8 rank, i64 sizes of one text's part (of a cache, the
//   tokens that it holds in place of its capacity);
//   for each state its elements; u64 xxh3-64 of all before.
//
// Bytes come from anywhere: everything is compared before the session changes.
//
//===------------------------------------------------------------------------------------------------------------===//
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/Runtime/Session.h"

#include <cinttypes>
#include <cstring>

using namespace mambac;

static constexpr char kMagic[] = "MAMBACST";
static constexpr uint32_t kFormat = 1;
static constexpr size_t kFixedBytes = 8 + 4 + 4 + 8 + 8 + 8 + 4, kHashBytes = 8;

namespace {

/// Writes one thing behind the other, or counts the bytes alone.
struct Writer {
  char *next; ///< null: counts
  size_t size = 0;

  void put(const void *bytes, size_t count) {
    if (next) {
      memcpy(next, bytes, count);
      next += count;
    }
    size += count;
  }
  template <typename T> void put(T value) { put(&value, sizeof value); }
};

/// Reads one thing after the other. Bytes behind the end are zeros.
struct Reader {
  const char *next;
  size_t left;

  const char *take(size_t count) {
    if (count > left)
      return nullptr;
    const char *taken = next;
    next += count;
    left -= count;
    return taken;
  }
  template <typename T> T get() {
    T value = {};
    if (const char *bytes = take(sizeof value))
      memcpy(&value, bytes, sizeof value);
    return value;
  }
};

/// Whether all of a state's elements are this number.
bool holds(const Value &value, const char *bytes, size_t size, int64_t number) {
  size_t step = value.dtype.bits / 8;
  for (size_t i = 0; i + step <= size; i += step) {
    int64_t element = 0;
    memcpy(&element, bytes + i, step);
    if (step == 4)
      element = int32_t(element);
    if (element != number)
      return false;
  }
  return true;
}

} // namespace

mambac_status mambac_session::save(int32_t number, void *buffer, size_t &size) {
  if (mambac_status status = checkSlots(&number, 1))
    return status;
  const Slot &slot = slots[size_t(number)];
  const std::string &name = model.getMetadata().model;
  size_t total = kFixedBytes + name.size() + kHashBytes;
  for (const StateLayout &state : layout.states)
    total += 4 + 8 * state.dims.size() + state.filledBytes(slot.length);
  size_t room = size;
  size = total;
  if (!buffer)
    return MAMBAC_OK;
  if (room < total)
    return error.set(MAMBAC_INVALID_ARGUMENT, "the state of slot %d takes %zu bytes, and there is room for %zu", number, total,
                     room);
  Writer writer{static_cast<char *>(buffer)};
  writer.put(kMagic, 8);
  writer.put(kFormat);
  writer.put(uint32_t(layout.states.size()));
  writer.put(uint64_t(total));
  writer.put(model.getWeightsHash());
  writer.put(slot.length);
  writer.put(uint32_t(name.size()));
  writer.put(name.data(), name.size());
  for (const StateLayout &state : layout.states) {
    const uint8_t head[] = {state.value->dtype.code, state.value->dtype.bits, state.cache, uint8_t(state.dims.size())};
    writer.put(head, sizeof head);
    for (size_t d = 0; d < state.dims.size(); ++d)
      writer.put(int32_t(d) == state.cacheAxis ? int64_t(state.filled(slot.length)) : state.dims[d]);
  }
  for (size_t i = 0; i < memory.size(); ++i) {
    const StateLayout &state = layout.states[i];
    for (size_t o = 0; o < state.outer; ++o)
      writer.put(rowOf(i, slot.row) + o * state.room * state.inner, state.filled(slot.length) * state.inner);
  }
  writer.put(uint64_t(XXH3_64bits(buffer, total - kHashBytes)));
  return MAMBAC_OK;
}

mambac_status mambac_session::load(int32_t number, const void *bytes, size_t size) {
  if (mambac_status status = checkSlot(number))
    return status;
  if (!bytes)
    return error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the saved state");
  auto bad = [&](const std::string &why) { return error.set(MAMBAC_BAD_STATE, "the saved state %s", why.c_str()); };
  Reader reader{static_cast<const char *>(bytes), size};
  const char *magic = reader.take(8);
  if (!magic || memcmp(magic, kMagic, 8))
    return bad("is none: it does not begin with " + std::string(kMagic));
  uint32_t format = reader.get<uint32_t>(), count = reader.get<uint32_t>();
  uint64_t total = reader.get<uint64_t>();
  if (size < kFixedBytes + kHashBytes || total > size)
    return bad("is truncated: it has " + std::to_string(size) + " bytes" +
               (total > size ? " of " + std::to_string(total) : std::string()));
  if (total != size)
    return bad("is corrupt: " + std::to_string(size) + " bytes, where it says " + std::to_string(total));
  uint64_t hash;
  memcpy(&hash, static_cast<const char *>(bytes) + size - kHashBytes, kHashBytes);
  if (XXH3_64bits(bytes, size - kHashBytes) != hash)
    return bad("is corrupt: its hash is not that of its bytes");
  if (format != kFormat)
    return bad("has format " + std::to_string(format) + ", and this runtime reads " + std::to_string(kFormat));

  // Of this model?
  reader.left -= kHashBytes;
  uint64_t weights = reader.get<uint64_t>();
  int64_t length = reader.get<int64_t>();
  uint32_t nameBytes = reader.get<uint32_t>();
  const char *name = reader.take(nameBytes);
  if (!name)
    return bad("is corrupt: the model's name is longer than all of it");
  const std::string &own = model.getMetadata().model;
  if (own.compare(0, std::string::npos, name, nameBytes))
    return bad("is of the model " + std::string(name, std::min<size_t>(nameBytes, 200)) + ", and this one is " + own);
  if (weights != model.getWeightsHash())
    return bad("is of the model " + own + " with other weights");
  if (count != layout.states.size())
    return bad("has " + std::to_string(count) + " tensors, and the model " + std::to_string(layout.states.size()));
  if (length < 0)
    return bad("is corrupt: its text has " + std::to_string(length) + " tokens");
  if (layout.capacity && length > layout.capacity)
    return error.set(MAMBAC_CAPACITY_EXCEEDED, "the saved text has %" PRId64 " tokens, and the session has room for %" PRId64,
                     length, layout.capacity);
  for (const StateLayout &state : layout.states) {
    uint8_t code = reader.get<uint8_t>(), bits = reader.get<uint8_t>();
    uint8_t cache = reader.get<uint8_t>();
    size_t rank = reader.get<uint8_t>();
    const std::string &stateName = state.value->name;
    if (code != state.value->dtype.code || bits != state.value->dtype.bits)
      return bad("has another type for " + stateName + " than the model's " + state.value->dtypeName);
    bool same = rank == state.dims.size() && cache == uint8_t(state.cache);
    for (size_t d = 0; same && d < rank; ++d)
      same = reader.get<int64_t>() == (int32_t(d) == state.cacheAxis ? int64_t(state.filled(length)) : state.dims[d]);
    if (!same)
      return bad("has other sizes for " + stateName + " than the model");
  }
  std::vector<const char *> parts;
  for (const StateLayout &state : layout.states) {
    parts.push_back(reader.take(state.filledBytes(length)));
    if (!parts.back())
      return bad("is corrupt: it ends in the middle of " + state.value->name);
    // Code trusts positions: they say where in a cache to write.
    bool integer = state.value->dtype.code == MAMBAC_INT || state.value->dtype.code == MAMBAC_UINT;
    if (state.value->role == "position" && integer && !holds(*state.value, parts.back(), state.rowBytes, length))
      return bad("is corrupt: " + state.value->name + " is not the number of its tokens");
  }
  if (reader.left)
    return bad("is corrupt: there are " + std::to_string(reader.left) + " bytes behind its tensors");

  forgetAll(number);
  Slot &slot = slots[size_t(number)];
  for (size_t i = 0; i < memory.size(); ++i) {
    const StateLayout &state = layout.states[i];
    size_t part = state.filled(length) * state.inner;
    for (size_t o = 0; o < state.outer; ++o)
      memcpy(rowOf(i, slot.row) + o * state.room * state.inner, parts[i] + o * part, part);
  }
  slot.length = length;
  slot.broken = false;
  return MAMBAC_OK;
}
