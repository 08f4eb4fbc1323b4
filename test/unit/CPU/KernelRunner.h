//===- KernelRunner.h - Compiles and calls functions on memrefs ---------------------------------------*- C++ -*-===//
//
// For the tests of lib/CPU/Kernels: a module as text, a pass pipeline, and a call in this process.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_TEST_UNIT_CPU_KERNELRUNNER_H
#define MAMBAC_TEST_UNIT_CPU_KERNELRUNNER_H

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mambac::test {

/// An array in memory, row-major and dense, of f32, bf16, f16, f64 or i64.
struct Buffer {
  std::string type;
  std::vector<int64_t> shape;
  struct alignas(64) Line {
    char bytes[64];
  };
  std::vector<Line> lines;

  Buffer(std::string type, std::vector<int64_t> shape);
  int64_t count() const;
  /// Aligned to 64 bytes, as outputs that kernels write past the caches.
  char *data() { return lines.front().bytes; }
  const char *data() const { return lines.front().bytes; }
  /// "memref<2x3xf32>", or of tensor. Dimensions of a size in `dynamic` print as "?".
  std::string text(const std::string &kind, const std::vector<int64_t> &dynamic = {}) const;
  double get(int64_t i) const;
  void set(int64_t i, double value);
};

/// The passes from ssm ops on memrefs to the LLVM dialect through the kernels.
extern const char *const kKernelPipeline;
/// The passes from ssm ops on tensors, through their decompositions.
extern const char *const kOraclePipeline;

/// A compiled `func.func @f` with llvm.emit_c_interface.
class Compiled {
public:
  /// Empty error on success.
  static std::unique_ptr<Compiled> make(const std::string &module, const std::string &pipeline, std::string &error);
  void run(std::vector<Buffer *> arguments);

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
  void *function = nullptr;
};

/// Whether this machine runs code for vectors of that many bytes.
bool hasVectors(int bytes);
/// Whether it has the AVX-512 instructions on pairs of bf16.
bool hasBF16Dots();

} // namespace mambac::test

#endif // MAMBAC_TEST_UNIT_CPU_KERNELRUNNER_H
