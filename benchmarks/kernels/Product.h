//===- Product.h - A compiled kernel with its tensors -------------------------------------------------*- C++ -*-===//
//
// One product of mambac, opened through the C API, with memory for its inputs and outputs at given sizes.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_BENCHMARKS_KERNELS_PRODUCT_H
#define MAMBAC_BENCHMARKS_KERNELS_PRODUCT_H

#include "benchmarks/kernels/Team.h"
#include <mambac/mambac.h>
#include <string>

namespace mambac::bench {

class Product {
public:
  /// Opens `path` for so many threads; symbols are the values of the entry's symbolic sizes, in order. Check error().
  Product(const std::string &path, int threads, std::vector<int64_t> symbols = {});
  ~Product();
  Product(const Product &) = delete;
  Product &operator=(const Product &) = delete;

  /// The data of an input by its name, of an output by its position.
  template <typename T> T *input(const char *name) { return static_cast<T *>(inputData(name)); }
  template <typename T> T *output(int position) { return static_cast<T *>(outputs[position].data); }
  size_t inputCount(const char *name);

  /// Runs it once; false on failure.
  bool run();
  /// Empty if nothing went wrong so far.
  const std::string &error() const { return message; }
  /// Bytes of all inputs and outputs.
  size_t tensorBytes() const { return bytes; }
  int64_t scratchBytes() const { return scratch; }
  /// How far the stack of a thread that does all the work of a run goes down; 0 on failure.
  size_t stackBytes();

private:
  void *inputData(const char *name);
  bool allocate(const std::vector<int64_t> &symbols);

  mambac_model *model = nullptr;
  mambac_state *state = nullptr;
  const mambac_entry_info *entry = nullptr;
  std::vector<mambac_tensor> inputs, outputs;
  std::vector<int64_t> inputDims, outputDims;
  std::vector<std::unique_ptr<Buffer<char>>> memory;
  std::string message;
  size_t bytes = 0;
  int64_t scratch = 0;
};

} // namespace mambac::bench

#endif // MAMBAC_BENCHMARKS_KERNELS_PRODUCT_H
