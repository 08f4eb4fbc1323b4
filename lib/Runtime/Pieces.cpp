//===- Pieces.cpp - A long text in pieces -------------------------------------------------------------------------===//
//
// See Pieces.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Pieces.h"
#include "lib/Runtime/State.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace mambac;

static bool isSymbol(const Dim &dim, int32_t symbol) { return dim.symbol == symbol && dim.mul == 1 && dim.add == 0; }

static int64_t countUses(const Value &value, int32_t symbol) {
  return std::count_if(value.dims.begin(), value.dims.end(), [&](const Dim &dim) { return dim.symbol == symbol; });
}

PieceLayout::PieceLayout(const Entry &entry) {
  if (entry.length < 0 || entry.chunk < 1 || entry.outputs.size() != 1)
    return;
  const Symbol &symbol = entry.symbols[size_t(entry.length)];
  const Value &result = entry.outputs[0];
  if (symbol.min > 1 || symbol.multipleOf > 1 || (result.role != "logits" && result.role != "hidden"))
    return;
  bool stateful = false;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const Value &input = entry.inputs[i];
    bool isText = input.role == "ids" || input.role == "embeds", isSelect = input.role == "select";
    if (input.state >= 0) {
      stateful = true;
      if (countUses(input, entry.length))
        return;
      continue;
    }
    int32_t &place = isText ? text : select;
    if ((!isText && !isSelect) || place >= 0)
      return;
    place = int32_t(i);
  }
  if (!stateful || text < 0)
    return;
  const Value &tokens = entry.inputs[size_t(text)];
  while (axis < 2 && axis < tokens.dims.size() && !isSymbol(tokens.dims[axis], entry.length))
    ++axis;
  if (axis == 2 || axis == tokens.dims.size() || countUses(tokens, entry.length) != 1)
    return;
  everyPosition = select < 0 && size_t(result.rank) == axis + 2;
  if (select >= 0) {
    const Value &positions = entry.inputs[size_t(select)];
    if (positions.dtype.code != MAMBAC_INT || positions.dtype.bits != 64 || size_t(positions.rank) != axis + 1 ||
        size_t(result.rank) != axis + 2 || countUses(positions, entry.length))
      return;
    const Dim &count = positions.dims[axis];
    if (count.symbol >= 0 && !isSymbol(count, count.symbol))
      return;
    selectSymbol = count.symbol;
  } else if (!everyPosition && size_t(result.rank) != axis + 1) {
    return;
  }
  length = entry.length;
  chunk = std::min(entry.chunk, symbol.max);
}

void PieceLayout::shrink(int64_t *symbols) const {
  symbols[length] = std::min(symbols[length], chunk);
  if (selectSymbol >= 0)
    symbols[selectSymbol] = std::min(symbols[selectSymbol], chunk);
}

namespace {

/// Which of the positions that are asked for lie in a piece, text by text.
class Asked {
public:
  Asked(const int64_t *positions, int64_t texts, int64_t count) : positions(positions), count(count), next(size_t(texts)) {
    order.resize(size_t(texts * count));
    for (int64_t text = 0; text < texts; ++text) {
      int64_t *begin = order.data() + text * count;
      const int64_t *own = positions + text * count;
      for (int64_t i = 0; i < count; ++i)
        begin[i] = i;
      if (!std::is_sorted(own, own + count))
        std::sort(begin, begin + count, [&](int64_t a, int64_t b) { return own[a] < own[b]; });
    }
  }

  /// How many of a text's positions lie before `end`, of those that no piece has had. `which` are their places.
  int64_t find(int64_t text, int64_t end, const int64_t *&which) const {
    const int64_t *begin = order.data() + text * count;
    int64_t first = next[size_t(text)], last = first;
    while (last < count && positions[text * count + begin[last]] < end)
      ++last;
    which = begin + first;
    return last - first;
  }
  void pass(int64_t text, int64_t found) { next[size_t(text)] += found; }
  void rewind() { std::fill(next.begin(), next.end(), 0); }

private:
  const int64_t *positions;
  int64_t count;
  std::vector<int64_t> order, next;
};

} // namespace

mambac_status mambac_state::runInPieces(int32_t index, const PieceLayout &layout, const mambac_tensor *inputs,
                                        int32_t numInputs, const mambac_tensor *output) {
  const Entry &entry = *findEntry(index);
  const int64_t total = symbols[size_t(layout.length)], axis = int64_t(layout.axis);
  const int64_t texts = axis ? inputs[layout.text].shape[0] : 1;
  const char *text = static_cast<const char *>(inputPointers[size_t(layout.text)]);
  const size_t tokenBytes = inputBytes[size_t(layout.text)] / size_t(texts * total);
  const int64_t wanted = layout.select >= 0 ? inputs[layout.select].shape[axis] : layout.everyPosition ? total : 1;
  const int64_t *positions = layout.select >= 0 ? static_cast<int64_t *>(inputPointers[size_t(layout.select)]) : nullptr;
  char *results = static_cast<char *>(outputPointers[0]);
  size_t resultBytes = entry.outputs[0].dtype.bits / 8;
  for (int64_t d = axis + (positions || layout.everyPosition); d < output->ndim; ++d)
    resultBytes *= size_t(output->shape[d]);

  // The positions, and how many of them a piece has at most.
  for (int64_t i = 0; positions && i < texts * wanted; ++i)
    if (positions[i] < 0 || positions[i] >= total)
      return error.set(MAMBAC_INDEX_OUT_OF_RANGE,
                       "%s holds %" PRId64 " at a place where indices must be in [0, %" PRId64 ")",
                       entry.inputs[size_t(layout.select)].name.c_str(), positions[i], total);
  Asked asked(positions, positions ? texts : 0, positions ? wanted : 0);
  auto most = [&](int64_t end) {
    const int64_t *which;
    int64_t count = layout.selectSymbol < 0 && positions ? wanted : 1;
    for (int64_t row = 0; positions && row < texts; ++row)
      count = std::max(count, asked.find(row, end, which));
    return count;
  };
  auto pass = [&](int64_t end) {
    const int64_t *which;
    for (int64_t row = 0; positions && row < texts; ++row)
      asked.pass(row, asked.find(row, end, which));
  };
  int64_t largest = layout.everyPosition ? layout.chunk : 1;
  for (int64_t end = layout.chunk; positions && end < total + layout.chunk; end += layout.chunk) {
    largest = std::max(largest, most(end));
    pass(end);
  }
  asked.rewind();

  // Memory for all pieces, before the first of them changes a state.
  std::vector<int64_t> sizes(symbols.begin(), symbols.end());
  layout.shrink(sizes.data());
  if (layout.selectSymbol >= 0)
    sizes[size_t(layout.selectSymbol)] = largest;
  int64_t scratchBytes = model.getCode(size_t(index)).arena_bytes(sizes.data());
  char *tokens = static_cast<char *>(stagedText.reserve(size_t(texts * layout.chunk) * tokenBytes));
  int64_t *select = static_cast<int64_t *>(stagedSelect.reserve(size_t(texts * largest) * sizeof(int64_t)));
  char *staged = static_cast<char *>(stagedResult.reserve(size_t(texts * largest) * resultBytes));
  if (scratchBytes < 0 || !arena.reserve(size_t(scratchBytes)) || !tokens || !select || !staged)
    return error.set(MAMBAC_OUT_OF_MEMORY, "no memory for pieces of %" PRId64 " tokens of %s", layout.chunk, entry.name.c_str());

  std::vector<mambac_tensor> parts(inputs, inputs + numInputs);
  mambac_tensor part = *output;
  auto cut = [](mambac_tensor &tensor, std::vector<int64_t> &shape, const void *data) {
    shape.assign(tensor.shape, tensor.shape + tensor.ndim);
    tensor.shape = shape.data();
    tensor.strides = nullptr;
    tensor.data = const_cast<void *>(data);
    tensor.byte_offset = 0;
  };
  std::vector<int64_t> textShape, selectShape, resultShape;
  cut(parts[size_t(layout.text)], textShape, tokens);
  if (positions)
    cut(parts[size_t(layout.select)], selectShape, select);
  cut(part, resultShape, staged);

  for (int64_t begin = 0, piece; begin < total; begin += piece) {
    piece = std::min(layout.chunk, total - begin);
    const int64_t rows = positions ? most(begin + piece) : layout.everyPosition ? piece : 1;
    for (int64_t row = 0; row < texts; ++row)
      memcpy(tokens + size_t(row * piece) * tokenBytes, text + size_t(row * total + begin) * tokenBytes,
             size_t(piece) * tokenBytes);
    textShape[size_t(axis)] = piece;
    const int64_t *which;
    for (int64_t row = 0; positions && row < texts; ++row) {
      int64_t found = asked.find(row, begin + piece, which);
      for (int64_t i = 0; i < rows; ++i)
        select[row * rows + i] = i < found ? positions[row * wanted + which[i]] - begin : 0;
    }
    if (positions)
      selectShape[size_t(axis)] = rows;
    if (positions || layout.everyPosition)
      resultShape[size_t(axis)] = rows;
    if (mambac_status status = prepare(index, parts.data(), numInputs, &part, 1))
      return status;
    if (mambac_status status = execute(index))
      return status;
    for (int64_t row = 0; row < texts; ++row) {
      const char *read = staged + size_t(row * rows) * resultBytes;
      if (positions) {
        int64_t found = asked.find(row, begin + piece, which);
        for (int64_t i = 0; i < found; ++i)
          memcpy(results + size_t(row * wanted + which[i]) * resultBytes, read + size_t(i) * resultBytes, resultBytes);
      } else {
        int64_t first = layout.everyPosition ? begin : 0;
        memcpy(results + size_t(row * wanted + first) * resultBytes, read, size_t(rows) * resultBytes);
      }
    }
    pass(begin + piece);
  }
  return MAMBAC_OK;
}
