//===- Product.cpp - A compiled kernel with its tensors ----------------------------------------------------------===//
#include "benchmarks/kernels/Product.h"
#include <cstring>
#include <pthread.h>

namespace mambac::bench {

Product::Product(const std::string &path, int threads, std::vector<int64_t> symbols) {
  mambac_options options = {};
  options.struct_size = sizeof options;
  options.threads = threads;
  if (mambac_open(path.c_str(), nullptr, &model) || mambac_state_create(model, &options, &state)) {
    message = mambac_last_error();
    return;
  }
  entry = mambac_get_entry(model, 0);
  if (!entry || size_t(entry->num_symbols) != symbols.size() || !allocate(symbols))
    message = path + " is not what this benchmark was written for";
}

Product::~Product() {
  mambac_state_destroy(state);
  mambac_close(model);
}

bool Product::allocate(const std::vector<int64_t> &symbols) {
  auto ranks = [](const mambac_value_info *values, int count) {
    size_t sum = 0;
    for (int i = 0; i < count; ++i)
      sum += size_t(values[i].rank);
    return sum;
  };
  inputDims.resize(ranks(entry->inputs, entry->num_inputs) + 1);
  outputDims.resize(ranks(entry->outputs, entry->num_outputs) + 1);
  if (mambac_shapes(state, 0, symbols.data(), inputDims.data(), outputDims.data(), &scratch))
    return false;
  auto make = [&](const mambac_value_info *values, int count, int64_t *dims, std::vector<mambac_tensor> &out) {
    for (int i = 0; i < count; ++i) {
      size_t size = values[i].dtype.bits / 8;
      for (int d = 0; d < values[i].rank; ++d)
        size *= size_t(dims[d]);
      memory.push_back(std::make_unique<Buffer<char>>(size));
      mambac_tensor tensor = {};
      tensor.data = static_cast<char *>(*memory.back());
      tensor.device.device_type = MAMBAC_DEVICE_CPU;
      tensor.ndim = values[i].rank;
      tensor.dtype = values[i].dtype;
      tensor.shape = dims;
      dims += values[i].rank;
      out.push_back(tensor);
      bytes += size;
    }
  };
  make(entry->inputs, entry->num_inputs, inputDims.data(), inputs);
  make(entry->outputs, entry->num_outputs, outputDims.data(), outputs);
  return true;
}

void *Product::inputData(const char *name) {
  for (int i = 0; i < entry->num_inputs; ++i)
    if (strcmp(entry->inputs[i].name, name) == 0)
      return inputs[i].data;
  message = std::string("there is no input ") + name;
  static Buffer<char> nothing(size_t(1) << 28);
  return nothing;
}

size_t Product::inputCount(const char *name) {
  for (int i = 0; i < entry->num_inputs; ++i)
    if (strcmp(entry->inputs[i].name, name) == 0) {
      size_t count = 1;
      for (int d = 0; d < inputs[i].ndim; ++d)
        count *= size_t(inputs[i].shape[d]);
      return count;
    }
  return 0;
}

size_t Product::stackBytes() {
  // A run of one thread, on a stack whose bytes are known before.
  constexpr unsigned char untouched = 0xa5;
  mambac_state *usual = state;
  mambac_options options = {};
  options.struct_size = sizeof options;
  options.threads = 1;
  if (!message.empty() || mambac_state_create(model, &options, &state)) {
    state = usual;
    return 0;
  }
  Buffer<char> stack(size_t(32) << 20);
  memset(stack, untouched, stack.count);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, stack.count);
  pthread_t thread;
  auto body = [](void *product) -> void * {
    static_cast<Product *>(product)->run();
    return nullptr;
  };
  size_t deepest = stack.count;
  if (pthread_create(&thread, &attributes, body, this) == 0) {
    pthread_join(thread, nullptr);
    for (deepest = 0; deepest < stack.count && static_cast<unsigned char>(stack[deepest]) == untouched;)
      ++deepest;
  }
  pthread_attr_destroy(&attributes);
  mambac_state_destroy(state);
  state = usual;
  return stack.count - deepest;
}

bool Product::run() {
  if (!message.empty())
    return false;
  if (mambac_run(state, 0, inputs.data(), int(inputs.size()), outputs.data(), int(outputs.size()))) {
    message = mambac_state_error(state);
    return false;
  }
  return true;
}

} // namespace mambac::bench
