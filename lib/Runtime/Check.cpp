//===- Check.cpp - Arguments against the signature ----------------------------------------------------------------===//
//
// Every tensor that a caller hands over is checked here before generated code sees it: that code trusts its pointers.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Check.h"
#include "lib/Runtime/State.h"

#include <cinttypes>
#include <cstring>

using namespace mambac;

namespace {

/// Text in a fixed buffer, cut where it ends: messages allocate nothing.
struct Text {
  char chars[256] = {};
  size_t length = 0;

  void add(const char *text) {
    size_t room = sizeof chars - 1 - length, bytes = strlen(text);
    if (bytes > room)
      bytes = room;
    memcpy(chars + length, text, bytes);
    length += bytes;
    chars[length] = 0;
  }
  void add(int64_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    add(digits);
  }
};

Text describeExpected(const Value &value) {
  Text text;
  text.add("(");
  for (int32_t i = 0; i < value.rank; ++i) {
    text.add(i ? ", " : "");
    text.add(value.dimTexts[size_t(i)].c_str());
  }
  text.add(")");
  return text;
}

Text describeShape(const int64_t *shape, int32_t rank) {
  Text text;
  text.add("(");
  for (int32_t i = 0; i < rank && i < 16; ++i) {
    text.add(i ? ", " : "");
    text.add(shape[i]);
  }
  text.add(rank > 16 ? ", ...)" : ")");
  return text;
}

Text describeDtype(mambac_dtype dtype) {
  Text text;
  const char *code = dtype.code == MAMBAC_INT     ? "i"
                     : dtype.code == MAMBAC_UINT  ? "u"
                     : dtype.code == MAMBAC_FLOAT ? "f"
                     : dtype.code == MAMBAC_BFLOAT ? "bf"
                                                   : nullptr;
  if (dtype.code == MAMBAC_BOOL && dtype.bits == 8) {
    text.add("bool");
  } else if (code) {
    text.add(code);
    text.add(int64_t(dtype.bits));
  } else {
    text.add("dtype code ");
    text.add(int64_t(dtype.code));
    text.add(" with ");
    text.add(int64_t(dtype.bits));
    text.add(" bits");
  }
  if (dtype.lanes != 1) {
    text.add("x");
    text.add(int64_t(dtype.lanes));
  }
  return text;
}

/// Elements of a shape; -1 if they are too many to address.
int64_t countElements(const int64_t *shape, int32_t rank, int64_t elementBytes) {
  int64_t count = 1;
  for (int32_t i = 0; i < rank; ++i)
    if (shape[i] == 0)
      return 0;
  for (int32_t i = 0; i < rank; ++i)
    if (__builtin_mul_overflow(count, shape[i], &count))
      return -1;
  int64_t bytes;
  return __builtin_mul_overflow(count, elementBytes, &bytes) ? -1 : count;
}

} // namespace

const Entry *mambac_state::findEntry(int32_t index) {
  const std::vector<Entry> &entries = model.getMetadata().entries;
  if (index >= 0 && size_t(index) < entries.size())
    return &entries[size_t(index)];
  error.set(MAMBAC_INVALID_ARGUMENT, "there is no entry point %d: the model has %zu", index, entries.size());
  return nullptr;
}

mambac_status mambac::checkTensor(const char *owner, const char *role, const Value &value, const mambac_tensor &tensor,
                                  ErrorText &error) {
  const char *name = value.name.c_str();
  if (tensor.ndim != value.rank)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s has %d dimensions, expected %d: %s", role, name,
                     owner, tensor.ndim, value.rank, describeExpected(value).chars);
  if (tensor.dtype.code != value.dtype.code || tensor.dtype.bits != value.dtype.bits ||
      tensor.dtype.lanes != value.dtype.lanes)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s has dtype %s, expected %s", role, name, owner,
                     describeDtype(tensor.dtype).chars, value.dtypeName.c_str());
  if (tensor.device.device_type != MAMBAC_DEVICE_CPU)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s is on device type %d, expected 1 (CPU)", role, name,
                     owner, tensor.device.device_type);
  if (value.rank && !tensor.shape)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s has no shape (null)", role, name, owner);
  for (int32_t i = 0; i < value.rank; ++i)
    if (tensor.shape[i] < 0)
      return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s has a negative size: %s", role, name, owner,
                       describeShape(tensor.shape, value.rank).chars);
  if (countElements(tensor.shape, value.rank, value.dtype.bits / 8) < 0)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s is too large to address: %s", role, name, owner,
                     describeShape(tensor.shape, value.rank).chars);
  if (!tensor.strides)
    return MAMBAC_OK;
  // Strides of sizes 0 and 1 mean nothing.
  int64_t stride = 1;
  for (int32_t i = value.rank; i-- > 0;) {
    if (tensor.shape[i] == 0)
      return MAMBAC_OK;
    if (tensor.shape[i] != 1 && tensor.strides[i] != stride) {
      for (int32_t j = 0; j < i; ++j)
        if (tensor.shape[j] == 0)
          return MAMBAC_OK;
      return error.set(MAMBAC_INVALID_ARGUMENT,
                       "%s %s of %s is not contiguous: dimension %d has stride %" PRId64 ", expected %" PRId64
                       " (copy it to a dense row-major tensor)",
                       role, name, owner, i, tensor.strides[i], stride);
    }
    stride *= tensor.shape[i];
  }
  return MAMBAC_OK;
}

mambac_status mambac_state::checkSymbols(const Entry &entry, const int64_t *values) {
  for (size_t i = 0; i < entry.symbols.size(); ++i) {
    const Symbol &symbol = entry.symbols[i];
    if (values[i] < symbol.min || values[i] > symbol.max) {
      Text range;
      range.add(symbol.min);
      if (symbol.max == INT64_MAX) {
        range.add(" or more");
      } else {
        range.add(" to ");
        range.add(symbol.max);
      }
      return error.set(MAMBAC_INVALID_ARGUMENT, "size %s of %s is %" PRId64 ", expected %s", symbol.name.c_str(),
                       entry.name.c_str(), values[i], range.chars);
    }
    if (values[i] % symbol.multipleOf)
      return error.set(MAMBAC_INVALID_ARGUMENT, "size %s of %s is %" PRId64 ", expected a multiple of %" PRId64,
                       symbol.name.c_str(), entry.name.c_str(), values[i], symbol.multipleOf);
  }
  return MAMBAC_OK;
}

mambac_status mambac_state::bind(int32_t index, const mambac_tensor *inputs, int32_t numInputs, int64_t *values,
                                 bool partly) {
  const Entry *entry = findEntry(index);
  if (!entry)
    return MAMBAC_INVALID_ARGUMENT;
  if (numInputs != entry->info.num_inputs)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s takes %d inputs, got %d", entry->name.c_str(), entry->info.num_inputs,
                     numInputs);
  if ((!inputs && numInputs) || (!values && !entry->symbols.empty()))
    return error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the inputs or symbols of %s",
                     entry->name.c_str());
  for (size_t i = 0; i < entry->symbols.size(); ++i)
    values[i] = -1;
  for (int32_t i = 0; i < numInputs; ++i) {
    const Value &value = entry->inputs[size_t(i)];
    const mambac_tensor &tensor = inputs[i];
    if (partly && tensor.ndim == -1)
      continue;
    if (mambac_status status = checkTensor(entry->name.c_str(), "input", value, tensor, error))
      return status;
    for (int32_t d = 0; d < value.rank; ++d) {
      const Dim &dim = value.dims[size_t(d)];
      int64_t size = tensor.shape[d];
      if (dim.symbol < 0) {
        if (size != dim.constant)
          return error.set(MAMBAC_INVALID_ARGUMENT, "input %s of %s has shape %s, expected %s: dimension %d must be %" PRId64,
                           value.name.c_str(), entry->name.c_str(), describeShape(tensor.shape, value.rank).chars,
                           describeExpected(value).chars, d, dim.constant);
        continue;
      }
      int64_t rest;
      if (__builtin_sub_overflow(size, dim.add, &rest) || rest < 0 || rest % dim.mul)
        return error.set(MAMBAC_INVALID_ARGUMENT, "input %s of %s has shape %s, expected %s: dimension %d cannot be %s",
                         value.name.c_str(), entry->name.c_str(), describeShape(tensor.shape, value.rank).chars,
                         describeExpected(value).chars, d, value.dimTexts[size_t(d)].c_str());
      int64_t solved = rest / dim.mul;
      int64_t &known = values[dim.symbol];
      if (known >= 0 && known != solved)
        return error.set(MAMBAC_INVALID_ARGUMENT,
                         "input %s of %s has shape %s, expected %s with %s = %" PRId64 " as in the inputs before it",
                         value.name.c_str(), entry->name.c_str(), describeShape(tensor.shape, value.rank).chars,
                         describeExpected(value).chars, entry->symbols[size_t(dim.symbol)].name.c_str(), known);
      known = solved;
      // Here, so that the message names the input.
      const Symbol &symbol = entry->symbols[size_t(dim.symbol)];
      if (solved < symbol.min || solved > symbol.max || solved % symbol.multipleOf) {
        Text limits;
        limits.add(symbol.min);
        if (symbol.max == INT64_MAX) {
          limits.add(" or more");
        } else {
          limits.add(" to ");
          limits.add(symbol.max);
        }
        if (symbol.multipleOf > 1) {
          limits.add(", a multiple of ");
          limits.add(symbol.multipleOf);
        }
        return error.set(MAMBAC_INVALID_ARGUMENT, "input %s of %s has shape %s: %s is %" PRId64 ", expected %s",
                         value.name.c_str(), entry->name.c_str(), describeShape(tensor.shape, value.rank).chars,
                         symbol.name.c_str(), solved, limits.chars);
      }
    }
  }
  return MAMBAC_OK;
}

mambac_status mambac_state::checkOutputs(const Entry &entry, const mambac_tensor *outputs, int32_t numOutputs) {
  if (numOutputs != entry.info.num_outputs)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s gives %d outputs, got room for %d", entry.name.c_str(),
                     entry.info.num_outputs, numOutputs);
  if (!outputs && numOutputs)
    return error.set(MAMBAC_INVALID_ARGUMENT, "a null pointer in place of the outputs of %s", entry.name.c_str());
  const int64_t *expected = dims.data();
  for (int32_t i = 0; i < numOutputs; ++i) {
    const Value &value = entry.outputs[size_t(i)];
    if (mambac_status status = checkTensor(entry.name.c_str(), "output", value, outputs[i], error))
      return status;
    for (int32_t d = 0; d < value.rank; ++d)
      if (outputs[i].shape[d] != expected[d])
        return error.set(MAMBAC_INVALID_ARGUMENT, "output %s of %s has shape %s, expected %s for these inputs",
                         value.name.c_str(), entry.name.c_str(), describeShape(outputs[i].shape, value.rank).chars,
                         describeShape(expected, value.rank).chars);
    expected += value.rank;
  }
  return MAMBAC_OK;
}

mambac_status mambac::checkData(const char *owner, const char *role, const Value &value, const mambac_tensor &tensor,
                                void *&pointer, size_t &bytes, ErrorText &error) {
  size_t elementBytes = value.dtype.bits / 8;
  bytes = size_t(countElements(tensor.shape, value.rank, int64_t(elementBytes))) * elementBytes;
  pointer = tensor.data ? static_cast<char *>(tensor.data) + tensor.byte_offset : nullptr;
  if (bytes && !pointer)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s has no data (null), expected %zu bytes", role,
                     value.name.c_str(), owner, bytes);
  if (uintptr_t(pointer) % elementBytes)
    return error.set(MAMBAC_INVALID_ARGUMENT, "%s %s of %s is not aligned to its elements of %zu bytes", role,
                     value.name.c_str(), owner, elementBytes);
  return MAMBAC_OK;
}

/// The smallest element that is not in [lowest, limit).
template <typename T> static bool findBadIndex(const void *data, size_t count, int64_t lowest, int64_t limit, int64_t &bad) {
  const T *elements = static_cast<const T *>(data);
  int64_t smallest = lowest, largest = lowest;
  for (size_t i = 0; i < count; ++i) {
    smallest = elements[i] < smallest ? int64_t(elements[i]) : smallest;
    largest = elements[i] > largest ? int64_t(elements[i]) : largest;
  }
  bad = smallest < lowest ? smallest : largest;
  if (smallest < lowest || largest < limit)
    return smallest < lowest;
  for (size_t i = 0; i < count; ++i)
    if (elements[i] >= limit && elements[i] < bad)
      bad = elements[i];
  return true;
}

/// Inputs that index a table are looked through before code runs: it would read the wrong row without a word.
mambac_status mambac::checkIndices(const Value &value, const void *data, size_t bytes, ErrorText &error) {
  if (value.limit <= 0)
    return MAMBAC_OK;
  size_t elementBytes = value.dtype.bits / 8, count = bytes / elementBytes;
  int64_t bad = 0, lowest = value.lowest, limit = value.limit;
  bool found = value.dtype.code == MAMBAC_UINT  ? findBadIndex<uint8_t>(data, count, lowest, limit, bad)
               : value.dtype.code != MAMBAC_INT ? false
               : elementBytes == 8              ? findBadIndex<int64_t>(data, count, lowest, limit, bad)
               : elementBytes == 4              ? findBadIndex<int32_t>(data, count, lowest, limit, bad)
               : elementBytes == 2              ? findBadIndex<int16_t>(data, count, lowest, limit, bad)
                                                : findBadIndex<int8_t>(data, count, lowest, limit, bad);
  if (!found)
    return MAMBAC_OK;
  return error.set(MAMBAC_INDEX_OUT_OF_RANGE,
                   "%s holds %" PRId64 " at a place where indices must be in [%" PRId64 ", %" PRId64 ")",
                   value.name.c_str(), bad, lowest, limit);
}

mambac_status mambac_state::checkOverlap(const Entry &entry) {
  for (size_t i = 0; i < entry.inputs.size(); ++i)
    for (size_t j = 0; j < entry.inputs.size() && entry.inputs[i].state >= 0; ++j)
      if (i != j && overlap(inputPointers[i], inputBytes[i], inputPointers[j], inputBytes[j]))
        return error.set(MAMBAC_INVALID_ARGUMENT, "state %s of %s, which is written, overlaps input %s in memory",
                         entry.inputs[i].name.c_str(), entry.name.c_str(), entry.inputs[j].name.c_str());
  for (size_t i = 0; i < entry.outputs.size(); ++i) {
    for (size_t j = 0; j < entry.inputs.size(); ++j)
      if (overlap(outputPointers[i], outputBytes[i], inputPointers[j], inputBytes[j]))
        return error.set(MAMBAC_INVALID_ARGUMENT, "output %s of %s overlaps input %s in memory",
                         entry.outputs[i].name.c_str(), entry.name.c_str(), entry.inputs[j].name.c_str());
    for (size_t j = 0; j < i; ++j)
      if (overlap(outputPointers[i], outputBytes[i], outputPointers[j], outputBytes[j]))
        return error.set(MAMBAC_INVALID_ARGUMENT, "output %s of %s overlaps output %s in memory",
                         entry.outputs[i].name.c_str(), entry.name.c_str(), entry.outputs[j].name.c_str());
  }
  return MAMBAC_OK;
}

mambac_status mambac_state::checkCapacity(const Entry &entry, const mambac_tensor *inputs) {
  if (entry.text < 0 || entry.position < 0 || entry.caches.empty())
    return MAMBAC_OK;
  int64_t tokens = inputs[entry.text].shape[1], capacity = INT64_MAX;
  for (int32_t cache : entry.caches)
    capacity = std::min(capacity, inputs[cache].shape[inputs[cache].ndim - 2]);
  const auto *positions = static_cast<const int64_t *>(inputPointers[size_t(entry.position)]);
  for (size_t i = 0, texts = inputBytes[size_t(entry.position)] / sizeof(int64_t); i < texts; ++i)
    if (positions[i] < 0 || positions[i] > capacity || tokens > capacity - positions[i])
      return error.set(MAMBAC_CAPACITY_EXCEEDED,
                       "%s would put %" PRId64 " tokens behind the %" PRId64 " that text %zu has, and its keys and values "
                       "have room for %" PRId64,
                       entry.name.c_str(), tokens, positions[i], i, capacity);
  return MAMBAC_OK;
}
