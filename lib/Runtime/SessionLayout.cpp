//===- SessionLayout.cpp - How a model's entries read texts -------------------------------------------------------===//
//
// See SessionLayout.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/SessionLayout.h"

#include <algorithm>
#include <cinttypes>

using namespace mambac;

/// Tokens that run at once, and those that a cache has room for, where the product does not say.
static constexpr int64_t kChunk = 512, kCapacity = 4096;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static bool isOpen(const Dim &dim) { return dim.symbol >= 0; }
static bool isPlain(const Dim &dim) { return isOpen(dim) && dim.mul == 1 && dim.add == 0; }
static bool equal(const Dim &left, const Dim &right) {
  return left.symbol == right.symbol && (isOpen(left) ? left.mul == right.mul && left.add == right.add
                                                       : left.constant == right.constant);
}

int64_t SessionEntry::longest(int64_t limit) const {
  if (!isOpen(length))
    return length.constant <= limit ? length.constant : 0;
  const Symbol &symbol = entry->symbols[size_t(length.symbol)];
  int64_t value = std::min((limit - length.add) / length.mul, symbol.max);
  value -= value % symbol.multipleOf;
  if (limit < length.add || value < symbol.min)
    return 0;
  return std::max<int64_t>(value * length.mul + length.add, 0);
}

void SessionEntry::setSymbols(int64_t *values, int64_t texts, int64_t tokens, int64_t positions,
                              int64_t capacity) const {
  if (selectSymbol >= 0)
    values[selectSymbol] = positions;
  if (batchSymbol >= 0)
    values[batchSymbol] = texts;
  if (capacitySymbol >= 0)
    values[capacitySymbol] = capacity;
  if (isOpen(length))
    values[length.symbol] = (tokens - length.add) / length.mul;
}

/// "input ids (s0, s1) of prefill"
static std::string describe(const Entry &entry, const Value &value) {
  std::string text = "input " + value.name + " (";
  for (size_t i = 0; i < value.dimTexts.size(); ++i)
    text += (i ? ", " : "") + value.dimTexts[i];
  return text + ") of " + entry.name;
}

static mambac_status refuse(ErrorText &error, const std::string &why) {
  return error.set(MAMBAC_UNSUPPORTED, "a session cannot run this model: %s; mambac_run can", why.c_str());
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// Which dimensions of the text are that of texts, that of tokens and that of an embedding.
mambac_status SessionLayout::readTokens(SessionEntry &found, ErrorText &error) {
  const Entry &entry = *found.entry;
  const Value &text = entry.inputs[size_t(found.tokens)];
  bool ids = text.dtype.code == MAMBAC_INT, withBatch = text.rank > 0;
  for (const Value &input : entry.inputs)
    if (input.state >= 0)
      withBatch = withBatch && input.rank > 0 && equal(input.dims[0], text.dims[0]);
  int32_t rank = text.rank - (ids ? 0 : 1); // without the elements of an embedding
  if (rank < 0 || rank > 2)
    return refuse(error, describe(entry, text) + " is neither ids (texts, tokens) nor embeddings (texts, tokens, elements)");
  bool hasBatch = rank == 2 || (rank == 1 && withBatch), tokenwise = rank == int32_t(hasBatch);
  const Dim *dim = text.dims.data();
  if (hasBatch) {
    if (isOpen(*dim) && !isPlain(*dim))
      return refuse(error, "the number of texts of " + describe(entry, text) + " is not a size of its own");
    found.batchSymbol = dim->symbol;
    found.batch = isOpen(*dim) ? 0 : dim->constant;
    ++dim;
  }
  found.length.constant = 1;
  if (!tokenwise)
    found.length = *dim++;
  if (entry.length >= 0 && found.length.symbol != entry.length)
    return refuse(error, "the length of a text is not where it is expected in " + describe(entry, text));
  if (!ids && (isOpen(*dim) || dim->constant < 1))
    return refuse(error, "the size of an embedding is open in " + describe(entry, text));
  int64_t elements = ids ? 0 : dim->constant;
  if (entries.empty()) {
    tokens = &text;
    batched = withBatch;
    lead = hasBatch;
    hasLength = !tokenwise;
    embedding = elements;
  } else if (batched != withBatch || lead != hasBatch || hasLength == tokenwise || embedding != elements ||
             tokens->dtypeName != text.dtypeName) {
    return refuse(error, "its entries take texts in different forms");
  }
  if (!batched && found.batch > 1)
    return refuse(error, "its entry " + entry.name + " takes several texts, and has a state that is one for all");
  return MAMBAC_OK;
}

/// Every open size must be one that a session knows.
mambac_status SessionLayout::readSymbols(SessionEntry &found, ErrorText &error) {
  const Entry &entry = *found.entry;
  for (const Value &input : entry.inputs)
    for (size_t d = 0; input.state >= 0 && d < input.dims.size(); ++d) {
      const Dim &dim = input.dims[d];
      if (!isOpen(dim) || (batched && d == 0) || (!batched && isPlain(dim) && dim.symbol == found.batchSymbol))
        continue;
      bool other = found.capacitySymbol >= 0 ? dim.symbol != found.capacitySymbol
                                             : dim.symbol == found.batchSymbol || dim.symbol == found.length.symbol;
      if (other || !isPlain(dim))
        return refuse(error, "the sizes of its state are open in a way that a session does not know: " + describe(entry, input));
      found.capacitySymbol = dim.symbol;
    }
  for (int32_t i = 0; i < int32_t(entry.symbols.size()); ++i)
    if (i != found.batchSymbol && i != found.length.symbol && i != found.capacitySymbol && i != found.selectSymbol)
      return refuse(error, "the size " + entry.symbols[size_t(i)].name + " of " + entry.name +
                               " is open, and counts neither texts, nor tokens, nor what a cache has room for");
  return MAMBAC_OK;
}

mambac_status SessionLayout::readEntry(const Entry &entry, int32_t number, ErrorText &error) {
  SessionEntry found;
  found.number = number;
  found.entry = &entry;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const Value &input = entry.inputs[i];
    if (input.state >= 0)
      continue;
    int32_t &place = input.role == "select" ? found.select : found.tokens;
    bool number = input.dtype.code == MAMBAC_INT || input.dtype.code == MAMBAC_FLOAT || input.dtype.code == MAMBAC_BFLOAT;
    if (place >= 0 || !number)
      return refuse(error, "it wants more than a text: " + describe(entry, input));
    place = int32_t(i);
  }
  if (found.tokens < 0)
    return refuse(error, "its entry " + entry.name + " takes no text");
  for (size_t i = entry.outputs.size(); i-- > 0;)
    if (const Value &output = entry.outputs[i];
        found.result < 0 || output.role == "logits" || output.role == "hidden" ||
        (entry.outputs[size_t(found.result)].role != "logits" && entry.outputs[size_t(found.result)].role != "hidden"))
      found.result = int32_t(i);
  if (found.result < 0)
    return refuse(error, "its entry " + entry.name + " has no results but its states");
  if (mambac_status status = readTokens(found, error))
    return status;
  if (found.select >= 0) {
    const Value &select = entry.inputs[size_t(found.select)];
    if (select.dtype.code != MAMBAC_INT || (select.dtype.bits != 64 && select.dtype.bits != 32) ||
        select.rank != (lead ? 2 : 1) || (isOpen(select.dims.back()) && !isPlain(select.dims.back())))
      return refuse(error, describe(entry, select) + " is not a list of positions for each text");
    found.selectSymbol = select.dims.back().symbol;
    if (found.selectSymbol < 0 && select.dims.back().constant != 1)
      return refuse(error, describe(entry, select) + " wants a fixed number of positions that is not 1");
  }
  if (mambac_status status = readSymbols(found, error))
    return status;
  entries.push_back(found);
  return MAMBAC_OK;
}

//===----------------------------------------------------------------------===//
// States and results
//===----------------------------------------------------------------------===//

mambac_status SessionLayout::readStates(const SessionEntry &found, ErrorText &error) {
  for (const Value &input : found.entry->inputs) {
    if (input.state < 0)
      continue;
    states.resize(std::max(states.size(), size_t(input.state) + 1));
    StateLayout layout;
    layout.value = &input;
    size_t elementBytes = input.dtype.bits / 8, skipped = batched ? 1 : 0;
    for (size_t d = skipped; d < input.dims.size(); ++d) {
      const Dim &dim = input.dims[d];
      bool open = isOpen(dim) && dim.symbol == found.capacitySymbol;
      // A cache of a fixed size: (texts, heads, capacity, elements).
      bool fixed = !isOpen(dim) && (input.role == "key" || input.role == "value") && d + 2 == input.dims.size();
      int64_t size = open ? capacity : isOpen(dim) ? 1 : dim.constant;
      if (open || fixed) {
        if (layout.cache)
          return refuse(error, "its state " + input.name + " has two dimensions of the capacity");
        layout.cache = true;
        layout.cacheAxis = int32_t(d - skipped);
        layout.room = size_t(size);
        capacity = capacity ? std::min(capacity, size) : size;
      } else if (__builtin_mul_overflow(layout.cache ? layout.inner : layout.outer, size_t(size),
                                        layout.cache ? &layout.inner : &layout.outer)) {
        return error.set(MAMBAC_OUT_OF_MEMORY, "state %s is too large to address", input.name.c_str());
      }
      layout.dims.push_back(size);
    }
    if (!layout.cache)
      std::swap(layout.outer, layout.inner);
    size_t bytes;
    if (__builtin_mul_overflow(layout.inner, elementBytes, &layout.inner) ||
        __builtin_mul_overflow(layout.inner, layout.room, &bytes) ||
        __builtin_mul_overflow(bytes, layout.outer, &layout.rowBytes) ||
        __builtin_add_overflow(slotBytes, layout.rowBytes, &slotBytes) || slotBytes > SIZE_MAX / 4)
      return error.set(MAMBAC_OUT_OF_MEMORY, "state %s for %" PRId64 " tokens is too large to address", input.name.c_str(),
                       capacity);
    StateLayout &place = states[size_t(input.state)];
    if (place.value)
      return refuse(error, "its entry " + found.entry->name + " has two inputs that are the same state");
    place = std::move(layout);
  }
  for (const StateLayout &state : states)
    if (!state.value)
      return refuse(error, "its entry " + found.entry->name + " lacks a state");
  return MAMBAC_OK;
}

/// The elements of a position's result, and whether there are results of all positions.
mambac_status SessionLayout::readResult(const mambac_model &model, SessionEntry &found, ErrorText &error) {
  const Entry &entry = *found.entry;
  const Value &output = entry.outputs[size_t(found.result)];
  int64_t tokens = found.longest(chunk), asked = found.selects() ? std::min<int64_t>(tokens, 2) : tokens;
  std::vector<int64_t> values(entry.symbols.size() + 1), dims(entry.outputRanks + 1);
  found.setSymbols(values.data(), found.batch ? found.batch : 1, tokens, asked, capacity);
  model.getCode(size_t(found.number)).output_shapes(values.data(), dims.data());
  const int64_t *size = dims.data() + lead;
  for (int32_t i = 0; i < found.result; ++i)
    size += entry.outputs[size_t(i)].rank;
  int32_t rank = output.rank - lead;
  int64_t rows = rank >= 2 ? *size++ : 1, elements = 1;
  for (int32_t i = rank >= 2 ? 1 : 0; i < rank; ++i)
    elements *= *size++;
  if (rank < 0 || elements < 1 || (rows != asked && rows != 1))
    return refuse(error, "output " + output.name + " of " + entry.name + " is not a result for each position of each text");
  found.everyPosition = !found.selects() && rows == tokens;
  bool all = rows == asked;
  if (!result) {
    result = &output;
    width = elements;
    allPositions = all;
  } else if (width != elements || result->dtypeName != output.dtypeName) {
    return refuse(error, "its entries have results of different forms");
  }
  allPositions = allPositions && all;
  return MAMBAC_OK;
}

/// What the entry's limits mean for sessions.
mambac_status SessionLayout::checkLimits(const SessionEntry &entry, ErrorText &error) {
  const std::vector<Symbol> &symbols = entry.entry->symbols;
  if (entry.capacitySymbol >= 0) {
    const Symbol &symbol = symbols[size_t(entry.capacitySymbol)];
    if (capacity < symbol.min || capacity > symbol.max || capacity % symbol.multipleOf)
      return error.set(MAMBAC_INVALID_ARGUMENT,
                       "capacity %" PRId64 " is not one that %s takes: %" PRId64 " to %" PRId64 ", a multiple of %" PRId64,
                       capacity, entry.entry->name.c_str(), symbol.min, symbol.max, symbol.multipleOf);
  }
  if (entry.batchSymbol >= 0)
    maxBatch = std::min(maxBatch, symbols[size_t(entry.batchSymbol)].max);
  if (!batched)
    maxBatch = 1;
  else if (entry.batch > 1)
    batch = entry.batch;
  if (entry.longest(chunk) < 1)
    return refuse(error, "its entry " + entry.entry->name + " takes no text of up to " + std::to_string(chunk) + " tokens");
  return MAMBAC_OK;
}

mambac_status SessionLayout::read(const mambac_model &model, int64_t wanted, ErrorText &error) {
  const Metadata &metadata = model.getMetadata();
  for (size_t i = 0; i < metadata.entries.size(); ++i) {
    const Entry &entry = metadata.entries[i];
    bool stateful = false;
    for (const Value &input : entry.inputs)
      stateful = stateful || input.state >= 0;
    if (stateful)
      if (mambac_status status = readEntry(entry, int32_t(i), error))
        return status;
  }
  if (entries.empty())
    return refuse(error, "it has no state");
  // The entry for open lengths first: its signature is the one that the others are held to.
  std::partition(entries.begin(), entries.end(), [](const SessionEntry &entry) { return isOpen(entry.length); });
  // An embedding table may have more rows than there are tokens, to be of a rounder size.
  int64_t rows = embedding ? 0 : tokens->limit, known = embedding ? 0 : metadata.text.info.vocabulary;
  vocabulary = rows && known ? std::min(rows, known) : std::max(rows, known);
  chunk = 1;
  bool open = false;
  for (const SessionEntry &entry : entries) {
    chunk = std::max(chunk, entry.entry->chunk ? entry.entry->chunk : isOpen(entry.length) ? kChunk : 1);
    open = open || entry.capacitySymbol >= 0;
    if (!isOpen(entry.length) && !isOpen(entries.front().length))
      chunk = std::max(chunk, entry.length.constant);
  }
  if (open)
    capacity = wanted > 0 ? wanted : metadata.text.info.capacity > 0 ? metadata.text.info.capacity : kCapacity;
  for (const SessionEntry &entry : entries)
    if (mambac_status status = checkLimits(entry, error))
      return status;
  std::vector<StateLayout> first;
  for (const SessionEntry &entry : entries) {
    states.clear();
    slotBytes = 0;
    if (mambac_status status = readStates(entry, error))
      return status;
    if (first.empty())
      first = states;
    bool same = first.size() == states.size();
    for (size_t i = 0; same && i < first.size(); ++i)
      same = first[i].dims == states[i].dims && first[i].value->dtypeName == states[i].value->dtypeName;
    if (!same)
      return refuse(error, "its entries have different states");
  }
  states = std::move(first);
  for (SessionEntry &entry : entries)
    if (mambac_status status = readResult(model, entry, error))
      return status;
  return MAMBAC_OK;
}
