//===- TextModel.cpp - Texts that a model goes on writing ---------------------------------------------------------===//
//
// See TextModel.h: which kind a product needs, and what only one of them can do.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/TextModel.h"

using namespace mambac::runner;

std::unique_ptr<TextModel> TextModel::make(Session &session, int32_t texts, int64_t capacity) {
  const mambac_entry_info &entry = session.getEntry();
  for (int32_t i = 0; i < entry.num_inputs; ++i)
    if (entry.inputs[i].state >= 0)
      return makeSessionTexts(session, texts, capacity);
  return makeWholeTexts(session, texts);
}

void mambac::runner::readRow(const Tensor &tensor, int64_t first, int64_t width, std::vector<double> &row) {
  if (tensor.dtype.code == MAMBAC_FLOAT && tensor.dtype.bits == 32) { // The common type, for large vocabularies.
    const float *values = reinterpret_cast<const float *>(tensor.bytes.data()) + first;
    row.assign(values, values + width);
    return;
  }
  row.resize(size_t(width));
  for (int64_t i = 0; i < width; ++i)
    row[size_t(i)] = tensor.get(first + i);
}

[[noreturn]] static void needState() {
  throw BadInput("this needs a model with a state (exported by mambac.export), and this one reads a text anew for each token");
}

void TextModel::readAll(int32_t, const std::vector<int64_t> &, std::vector<std::vector<double>> &) { needState(); }
std::string TextModel::save(int32_t) { needState(); }
void TextModel::load(int32_t, const std::string &) { needState(); }
int64_t TextModel::checkpoint(int32_t) { needState(); }
void TextModel::rollBack(int32_t, int64_t) { needState(); }
void TextModel::forget(int32_t, int64_t) { needState(); }
