//===- StatefulModel.cpp - A text that goes on --------------------------------------------------------------------===//
//
// See StatefulModel.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/StatefulModel.h"

#include <algorithm>
#include <cstring>

using namespace mambac::runner;

bool StatefulModel::fits(const mambac_model *model) {
  int32_t prefill = mambac_find_entry(model, "prefill");
  return prefill >= 0 && mambac_find_entry(model, "step") >= 0 && mambac_get_entry(model, prefill)->length_symbol >= 0;
}

StatefulModel::StatefulModel(Session &session) : session(session), prefill(open("prefill")), step(open("step")) {
  const mambac_value_info &logits = prefill.info->outputs[prefill.logits];
  logitsSize = logits.dims[logits.rank - 1];
  makeStates();
}

StatefulModel::Entry StatefulModel::open(const char *name) {
  Entry entry;
  entry.number = mambac_find_entry(session.getModel(), name);
  entry.info = mambac_get_entry(session.getModel(), entry.number);
  for (int32_t i = 0; i < entry.info->num_inputs; ++i) {
    const mambac_value_info &input = entry.info->inputs[i];
    if (input.state >= 0)
      continue;
    int32_t &place = strcmp(input.role, "select") == 0 ? entry.select : entry.ids;
    if (input.dtype.code != MAMBAC_INT || input.rank != 2 || place >= 0)
      throw BadInput("--generate needs a model of token ids (1, length), and input " + std::string(input.name) +
                     " of entry " + name + " is something else; see --list");
    place = i;
  }
  for (int32_t i = entry.info->num_outputs; i-- > 0;) {
    const mambac_value_info &output = entry.info->outputs[i];
    if (output.rank == 3 && output.dims[2] > 0)
      entry.logits = i;
  }
  if (entry.ids < 0 || entry.logits < 0)
    throw BadInput("--generate needs a model from ids (1, length) to logits (1, length, vocabulary); see --list");
  entry.inputs.resize(size_t(entry.info->num_inputs));
  entry.outputs.resize(size_t(entry.info->num_outputs));
  return entry;
}

void StatefulModel::makeStates() {
  const mambac_entry_info &info = *step.info;
  std::vector<mambac_tensor> views(size_t(info.num_inputs), mambac_tensor{nullptr, {MAMBAC_DEVICE_CPU, 0}, -1, {}, nullptr, nullptr, 0});
  int64_t one[] = {1, 1};
  views[size_t(step.ids)] = {nullptr, {MAMBAC_DEVICE_CPU, 0}, 2, info.inputs[step.ids].dtype, one, nullptr, 0};
  std::vector<int64_t> symbols(size_t(info.num_symbols) + 1);
  size_t ranks = 1;
  for (int32_t i = 0; i < info.num_inputs; ++i)
    ranks += size_t(info.inputs[i].rank);
  std::vector<int64_t> dims(ranks);
  if (mambac_bind(session.getState(), step.number, views.data(), info.num_inputs, symbols.data()))
    throw BadInput(mambac_state_error(session.getState()));
  for (int32_t i = 0; i < info.num_symbols; ++i)
    if (symbols[size_t(i)] < 0)
      throw BadInput("the size " + std::string(info.symbols[i].name) + " of this model's state is open, and --generate "
                     "cannot know it; see --list");
  if (mambac_shapes(session.getState(), step.number, symbols.data(), dims.data(), nullptr, nullptr))
    throw BadInput(mambac_state_error(session.getState()));
  const int64_t *size = dims.data();
  for (int32_t i = 0; i < info.num_inputs; size += info.inputs[i++].rank) {
    const mambac_value_info &input = info.inputs[i];
    if (input.state < 0)
      continue;
    states.resize(std::max(states.size(), size_t(input.state) + 1));
    states[size_t(input.state)].allocate(input.dtype, {size, size + input.rank});
  }
}

void StatefulModel::reset() {
  for (Tensor &state : states)
    for (int64_t i = 0, e = state.countElements(); i < e; ++i)
      state.set(i, 0);
}

const Tensor &StatefulModel::run(const std::vector<int64_t> &tokens) {
  const Tensor *logits = nullptr;
  for (int64_t at = 0, count, size = int64_t(tokens.size()); at < size; at += count) {
    count = std::min(prefill.info->chunk, size - at);
    logits = &runOnce(count == 1 ? step : prefill, tokens.data() + at, count);
  }
  return *logits;
}

const Tensor &StatefulModel::runOnce(Entry &entry, const int64_t *tokens, int64_t count) {
  const mambac_entry_info &info = *entry.info;
  Tensor &ids = entry.inputs[size_t(entry.ids)];
  bool changed = ids.shape != std::vector<int64_t>{1, count};
  if (changed) {
    ids.allocate(info.inputs[entry.ids].dtype, {1, count});
    if (entry.select >= 0)
      entry.inputs[size_t(entry.select)].allocate(info.inputs[entry.select].dtype, {1, 1});
  }
  for (int64_t i = 0; i < count; ++i)
    ids.set(i, double(tokens[i]));
  if (entry.select >= 0)
    entry.inputs[size_t(entry.select)].set(0, double(count - 1));

  std::vector<mambac_tensor> inputs, outputs;
  for (int32_t i = 0; i < info.num_inputs; ++i)
    inputs.push_back(info.inputs[i].state >= 0 ? states[size_t(info.inputs[i].state)].view() : entry.inputs[size_t(i)].view());
  if (changed) {
    std::vector<int64_t> symbols(size_t(info.num_symbols) + 1);
    size_t ranks = 1;
    for (int32_t i = 0; i < info.num_outputs; ++i)
      ranks += size_t(info.outputs[i].rank);
    std::vector<int64_t> dims(ranks);
    if (mambac_bind(session.getState(), entry.number, inputs.data(), info.num_inputs, symbols.data()) ||
        mambac_shapes(session.getState(), entry.number, symbols.data(), nullptr, dims.data(), nullptr))
      throw BadInput(mambac_state_error(session.getState()));
    const int64_t *size = dims.data();
    for (int32_t i = 0; i < info.num_outputs; size += info.outputs[i++].rank)
      entry.outputs[size_t(i)].allocate(info.outputs[i].dtype, {size, size + info.outputs[i].rank});
  }
  for (Tensor &output : entry.outputs)
    outputs.push_back(output.view());
  if (mambac_run(session.getState(), entry.number, inputs.data(), info.num_inputs, outputs.data(), info.num_outputs))
    throw BadInput(mambac_state_error(session.getState()));
  return entry.outputs[size_t(entry.logits)];
}
