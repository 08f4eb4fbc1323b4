//===- Npy.h - Tensors in .npy files -----------------------------------------------------------------*- C++ -*-===//
//
// Reads and writes NumPy's file format, versions 1 to 3, little-endian, C order. For mamba-run and executable products;
// a product .so does not contain it. Failures are BadInput exceptions, which runMain turns into exit code 1.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_NPY_H
#define MAMBAC_LIB_RUNTIME_RUNNER_NPY_H

#include "mambac/mambac.h"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace mambac::runner {

/// What the user gave cannot be used; the message says what, where and what to do.
struct BadInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Memory that begins with a line of the caches, as PyTorch hands it out.
template <typename T> struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <typename U> LineAllocator(const LineAllocator<U> &) {}
  T *allocate(size_t count) { return static_cast<T *>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T *memory, size_t) { ::operator delete(memory, kLine); }
  bool operator==(const LineAllocator &) const { return true; }
  bool operator!=(const LineAllocator &) const { return false; }
};
using Bytes = std::vector<char, LineAllocator<char>>;

/// A dense tensor that owns its elements.
struct Tensor {
  mambac_dtype dtype = {};
  std::vector<int64_t> shape;
  Bytes bytes;

  /// Makes room for a shape; BadInput if there is not enough memory.
  void allocate(mambac_dtype newDtype, const std::vector<int64_t> &newShape);
  int64_t countElements() const;
  /// Valid while nothing changes.
  mambac_tensor view();
  /// Element i, whatever its type.
  double get(int64_t i) const;
  /// Rounds to the nearest value of the type.
  void set(int64_t i, double value);
};

/// "f32" and so on.
std::string getDtypeName(mambac_dtype dtype);
/// "(2, 64)"
std::string describeShape(const std::vector<int64_t> &shape);

/// Reads a file that is to be given as a value of type `wanted`. A bfloat16 tensor, which NumPy does not have, may be
/// stored as f4 (rounded to nearest) or as its bits in u2 or V2. Any other difference of types is an error.
Tensor readNpy(const std::string &path, mambac_dtype wanted);

/// Writes beside the path, then renames; "-" is the standard output. bfloat16 becomes f4.
void writeNpy(const std::string &path, const Tensor &tensor);

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_NPY_H
