//===- Start.cpp - mambac-start: when a product's first kernel begins --------------------------------------------===//
//
//   mambac-start PRODUCT NANOSECONDS
//
// Opens a product whose entry has no symbolic sizes, runs it once on zeros, and prints the seconds from NANOSECONDS (of the
// monotonic clock, taken before this process was started) to the begin of its first kernel.
//
//===------------------------------------------------------------------------------------------------------------===//
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mambac/mambac.h>
#include <memory>
#include <vector>

namespace {

int64_t now() {
  auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

using Memory = std::unique_ptr<void, decltype(&free)>;

/// Tensors of zeros, whose pages the system makes when they are touched.
std::vector<mambac_tensor> makeTensors(const mambac_value_info *values, int count, int64_t *dims,
                                       std::vector<Memory> &memory) {
  std::vector<mambac_tensor> tensors;
  for (int i = 0; i < count; ++i) {
    size_t bytes = values[i].dtype.bits / 8;
    for (int d = 0; d < values[i].rank; ++d)
      bytes *= size_t(dims[d]);
    memory.emplace_back(calloc(bytes + 1, 1), free);
    mambac_tensor tensor = {};
    tensor.data = memory.back().get();
    tensor.device.device_type = MAMBAC_DEVICE_CPU;
    tensor.ndim = values[i].rank;
    tensor.dtype = values[i].dtype;
    tensor.shape = dims;
    dims += values[i].rank;
    tensors.push_back(tensor);
  }
  return tensors;
}

int countDims(const mambac_value_info *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i)
    sum += values[i].rank;
  return sum;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: mambac-start PRODUCT NANOSECONDS\n");
    return 1;
  }
  mambac_model *model;
  mambac_state *state;
  mambac_options options = {};
  options.struct_size = sizeof options;
  options.profile = 1;
  options.trace = 64;
  if (mambac_open(argv[1], nullptr, &model) || mambac_state_create(model, &options, &state)) {
    fprintf(stderr, "mambac-start: %s\n", mambac_last_error());
    return 1;
  }
  int64_t traceBegan = now(); // or a little before
  const mambac_entry_info *entry = mambac_get_entry(model, 0);
  std::vector<int64_t> inputDims(size_t(countDims(entry->inputs, entry->num_inputs)) + 1);
  std::vector<int64_t> outputDims(size_t(countDims(entry->outputs, entry->num_outputs)) + 1);
  std::vector<Memory> memory;
  mambac_trace_event first;
  if (entry->num_symbols || mambac_shapes(state, 0, nullptr, inputDims.data(), outputDims.data(), nullptr)) {
    fprintf(stderr, "mambac-start: %s has sizes that are not known\n", argv[1]);
    return 1;
  }
  std::vector<mambac_tensor> inputs = makeTensors(entry->inputs, entry->num_inputs, inputDims.data(), memory);
  std::vector<mambac_tensor> outputs = makeTensors(entry->outputs, entry->num_outputs, outputDims.data(), memory);
  if (mambac_run(state, 0, inputs.data(), int(inputs.size()), outputs.data(), int(outputs.size()))) {
    fprintf(stderr, "mambac-start: %s\n", mambac_state_error(state));
    return 1;
  }
  int64_t begin = INT64_MAX;
  for (int64_t i = 0; i < mambac_trace_size(state); ++i)
    if (!mambac_trace_get(state, i, &first) && first.begin_ns < begin)
      begin = first.begin_ns;
  printf("%.6f\n", double(traceBegan + begin - strtoll(argv[2], nullptr, 10)) * 1e-9);
  mambac_state_destroy(state);
  mambac_close(model);
  return 0;
}
