//===- Session.cpp - A model with its tensors ---------------------------------------------------------------------===//
//
// See Session.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/Runtime/Runner/Session.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace mambac::runner;

/// The events of a trace; 10 MB. Several runs of a model of 24 layers fit.
static constexpr int64_t kTraceEvents = 1 << 18;

double Random::normal() {
  double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(6.283185307179586 * uniform());
}

/// A whole number in decimal digits; BadInput with `what` otherwise.
static int64_t parseSize(const std::string &text, const std::string &what) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw BadInput(what);
  return std::stoll(text);
}

static std::string listNames(const mambac_value_info *values, int32_t count) {
  std::string names;
  for (int32_t i = 0; i < count; ++i)
    names += (i ? ", " : "") + std::string(values[i].name);
  return count ? names : "none";
}

int32_t Session::find(const std::string &name, const mambac_value_info *values, int32_t count, const char *role) {
  for (int32_t i = 0; i < count; ++i)
    if (name == values[i].name)
      return i;
  if (name.size() < 6 && name.find_first_not_of("0123456789") == std::string::npos && std::stoi(name) < count)
    return std::stoi(name);
  throw BadInput("there is no " + std::string(role) + " " + name + "; the model has: " + listNames(values, count));
}

Session::Session(const Options &options) : options(options), random(options.seed) {
  mambac_model *opened;
  if (!options.cpu.empty())
    setenv("MAMBAC_CPU", options.cpu.c_str(), /*overwrite=*/1);
  if (mambac_open(options.model.c_str(), options.weights.empty() ? nullptr : options.weights.c_str(), &opened))
    throw BadInput(mambac_last_error());
  model.reset(opened);
  mambac_options wanted = {sizeof wanted, options.threads, options.measures(),
                           options.trace.empty() ? 0 : kTraceEvents};
  mambac_state *made;
  if (mambac_state_create(opened, &wanted, &made))
    throw BadInput(mambac_last_error());
  state.reset(made);
  if (options.entry.empty()) {
    entry = std::max(0, mambac_find_entry(opened, "main"));
  } else {
    entry = mambac_find_entry(opened, options.entry.c_str());
    if (entry < 0) {
      std::string names;
      for (int32_t i = 0; i < mambac_num_entries(opened); ++i)
        names += (i ? ", " : "") + std::string(mambac_get_entry(opened, i)->name);
      throw BadInput("there is no entry point " + options.entry + "; the model has: " + names);
    }
  }
  info = mambac_get_entry(opened, entry);
  inputs.resize(size_t(info->num_inputs));
  outputs.resize(size_t(info->num_outputs));
  symbols.resize(size_t(info->num_symbols));
}

/// "random:2x64" to {2, 64}; false for "random".
static bool parseRandomShape(const std::string &source, const std::string &name, std::vector<int64_t> &shape) {
  if (source.compare(0, 7, "random:") != 0)
    return false;
  std::string dims = source.substr(strlen("random:"));
  std::string what = "input " + name + ": expected sizes like random:2x64, got " + source;
  for (size_t at = 0; at <= dims.size();) {
    size_t end = std::min(dims.find('x', at), dims.size());
    shape.push_back(parseSize(dims.substr(at, end - at), what));
    at = end + 1;
  }
  return true;
}

static bool isFile(const std::string &source) {
  return source != "random" && source != "zeros" && source != "last" && source.compare(0, 7, "random:") != 0;
}

/// Positions whose results are wanted: the last ones, where nobody says which.
static bool isSelection(const mambac_value_info &value) {
  return strcmp(value.role, "select") == 0 && value.rank == 2 && value.dtype.code == MAMBAC_INT;
}

void Session::fillRandom(Tensor &tensor, const mambac_value_info &value) {
  bool integer = value.dtype.code == MAMBAC_INT || value.dtype.code == MAMBAC_UINT || value.dtype.code == MAMBAC_BOOL;
  uint64_t limit = value.index_limit > 0 ? uint64_t(value.index_limit) : 2;
  for (int64_t i = 0, e = tensor.countElements(); i < e; ++i)
    tensor.set(i, integer ? double(random.next() % limit) : random.normal());
}

void Session::fillLast(Tensor &tensor) {
  int64_t count = tensor.shape[1], length = info->length_symbol < 0 ? count : symbols[size_t(info->length_symbol)];
  if (count > length)
    throw BadInput("the last " + std::to_string(count) + " results are wanted of " + std::to_string(length) + " positions");
  for (int64_t i = 0, e = tensor.countElements(); i < e; ++i)
    tensor.set(i, double(length - count + i % count));
}

/// The smallest size of a symbol that makes sense to run.
static int64_t smallestSize(const mambac_symbol_info &symbol) {
  int64_t smallest = std::max<int64_t>(symbol.min, 1);
  return (smallest + symbol.multiple_of - 1) / symbol.multiple_of * symbol.multiple_of;
}

std::vector<int64_t> Session::smallestSizes(const mambac_entry_info &entry) {
  std::vector<int64_t> sizes;
  for (int32_t i = 0; i < entry.num_symbols; ++i)
    sizes.push_back(smallestSize(entry.symbols[i]));
  return sizes;
}

void Session::findSizes() {
  size_t count = inputs.size();
  sources.assign(count, "");
  for (const Assignment &input : options.inputs) {
    size_t i = size_t(find(input.first, info->inputs, info->num_inputs, "input"));
    if (!sources[i].empty())
      throw BadInput("input " + std::string(info->inputs[i].name) + " is given twice");
    sources[i] = input.second;
  }
  std::string missing;
  for (size_t i = 0; i < count; ++i)
    if (sources[i].empty()) {
      if (info->inputs[i].state >= 0)
        sources[i] = "zeros";
      else if (isSelection(info->inputs[i]))
        sources[i] = "last";
      else if (options.bench || options.measures() || options.list)
        sources[i] = "random";
      else
        missing += " --input " + std::string(info->inputs[i].name) + "=FILE.npy";
    }
  if (!missing.empty())
    throw BadInput("inputs are missing: add" + missing + " (or =random in place of a file)");

  // What has a shape by itself decides the symbols; the rest follows them.
  std::vector<std::vector<int64_t>> shapes(count);
  std::vector<bool> shaped(count);
  for (size_t i = 0; i < count; ++i) {
    const mambac_value_info &value = info->inputs[i];
    if (isFile(sources[i])) {
      try {
        inputs[i] = readNpy(sources[i], value.dtype);
      } catch (const BadInput &error) {
        throw BadInput("input " + std::string(value.name) + ": " + error.what());
      }
      shapes[i] = inputs[i].shape;
      shaped[i] = true;
    } else {
      shaped[i] = parseRandomShape(sources[i], value.name, shapes[i]);
    }
  }
  inputViews.clear();
  for (size_t i = 0; i < count; ++i)
    inputViews.push_back({nullptr,
                          {MAMBAC_DEVICE_CPU, 0},
                          shaped[i] ? int32_t(shapes[i].size()) : -1,
                          info->inputs[i].dtype,
                          shapes[i].data(),
                          nullptr,
                          0});
  if (mambac_bind(state.get(), entry, inputViews.data(), info->num_inputs, symbols.data()))
    throw BadInput(mambac_state_error(state.get()));

  std::vector<int64_t> chosen(symbols.size(), -1);
  for (const Assignment &assignment : options.symbols) {
    size_t i = 0;
    while (i < symbols.size() && assignment.first != info->symbols[i].name)
      ++i;
    if (i == symbols.size())
      throw BadInput("there is no size " + assignment.first + " in entry point " + info->name + " (see --list)");
    chosen[i] = parseSize(assignment.second, "expected --symbol " + assignment.first + "=SIZE, got " + assignment.second);
    if (symbols[i] >= 0 && symbols[i] != chosen[i])
      throw BadInput("--symbol " + assignment.first + "=" + assignment.second + " contradicts the inputs, where it is " +
                     std::to_string(symbols[i]));
  }
  for (size_t i = 0; i < symbols.size(); ++i)
    if (symbols[i] < 0) {
      symbols[i] = chosen[i] >= 0 ? chosen[i] : smallestSize(info->symbols[i]);
    }
}

void Session::prepare() {
  findSizes();
  size_t count = inputs.size(), ranks = 1;
  for (size_t i = 0; i < count; ++i)
    ranks += size_t(info->inputs[i].rank);
  std::vector<int64_t> dims(ranks);
  if (mambac_shapes(state.get(), entry, symbols.data(), dims.data(), nullptr, nullptr))
    throw BadInput(mambac_state_error(state.get()));
  const int64_t *next = dims.data();
  for (size_t i = 0; i < count; ++i) {
    const mambac_value_info &value = info->inputs[i];
    if (!isFile(sources[i])) {
      inputs[i].allocate(value.dtype, std::vector<int64_t>(next, next + value.rank));
      if (sources[i] == "last")
        fillLast(inputs[i]);
      else if (sources[i] != "zeros")
        fillRandom(inputs[i], value);
    }
    if (value.state >= 0 && strcmp(value.role, "position") == 0)
      firstPositions.emplace_back(i, inputs[i].bytes);
    next += value.rank;
  }
  allocateOutputs();
}

std::vector<mambac_tensor> Session::viewInputs() {
  std::vector<mambac_tensor> views;
  for (Tensor &input : inputs)
    views.push_back(input.view());
  return views;
}

void Session::allocateOutputs() {
  inputViews = viewInputs();
  size_t ranks = 1;
  for (int32_t i = 0; i < info->num_outputs; ++i)
    ranks += size_t(info->outputs[i].rank);
  std::vector<int64_t> dims(ranks);
  if (mambac_bind(state.get(), entry, inputViews.data(), info->num_inputs, symbols.data()) ||
      mambac_shapes(state.get(), entry, symbols.data(), nullptr, dims.data(), &scratchBytes))
    throw BadInput(mambac_state_error(state.get()));
  const int64_t *next = dims.data();
  outputViews.clear();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const mambac_value_info &value = info->outputs[i];
    outputs[i].allocate(value.dtype, std::vector<int64_t>(next, next + value.rank));
    outputViews.push_back(outputs[i].view());
    next += value.rank;
  }
}

std::vector<mambac_value_info> Session::results() const {
  std::vector<mambac_value_info> values(info->outputs, info->outputs + info->num_outputs);
  std::copy_if(info->inputs, info->inputs + info->num_inputs, std::back_inserter(values),
               [](const mambac_value_info &input) { return input.state >= 0; });
  return values;
}

const Tensor &Session::result(size_t number) const {
  if (number < outputs.size())
    return outputs[number];
  number -= outputs.size();
  size_t i = 0;
  while (info->inputs[i].state < 0 || number--)
    ++i;
  return inputs[i];
}

void Session::run() {
  // Each run appends where the first one did: keys and values have room for one, and all runs are to do the same work.
  for (const auto &[i, bytes] : firstPositions)
    std::copy(bytes.begin(), bytes.end(), inputs[i].bytes.begin());
  if (mambac_run(state.get(), entry, inputViews.data(), info->num_inputs, outputViews.data(), info->num_outputs))
    throw BadInput(mambac_state_error(state.get()));
}
