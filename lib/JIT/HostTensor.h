//===- HostTensor.h - A tensor in this process ------------------------------------------------------*- C++ -*-===//
//
// What programs that run inside the compiler take and give: dense, row-major, of any element type that a tensor of
// numbers can have. For checks and experiments; nothing here is fast.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_JIT_HOSTTENSOR_H
#define MAMBAC_LIB_JIT_HOSTTENSOR_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include <string>
#include <vector>

namespace mambac {

struct HostTensor {
  mlir::Type element;
  llvm::SmallVector<int64_t> shape;
  std::vector<char> bytes;

  HostTensor() = default;
  /// Zeros.
  HostTensor(mlir::Type element, llvm::ArrayRef<int64_t> shape);

  /// Elements, and numbers in them: complex elements have two.
  int64_t countElements() const;
  int64_t countNumbers() const;
  /// Number i, whatever its type. Integers are read as signed, but for i1.
  double get(int64_t i) const;
  /// Rounds to the nearest value of the type.
  void set(int64_t i, double value);
  /// "tensor<2x3xf32>"
  std::string describeType() const;
  /// "1, 2" of a flat position
  std::string describeIndex(int64_t number) const;
};

/// Whether tensors of this element type can be held: floats of 16 to 64 bits, integers of 1 to 64, index, complex.
bool isHostElement(mlir::Type element);
/// Bytes of one element in memory.
int64_t getHostBytes(mlir::Type element);

/// The largest difference between two tensors of one shape and type, and where it is.
struct Difference {
  double largest = 0;    ///< infinity where one is not a number and the other is, or shapes differ
  double magnitude = 0;  ///< the largest finite magnitude of what is expected
  int64_t at = 0;        ///< the flat position of the largest difference
  double expected = 0, actual = 0;
  /// Relative to the largest magnitude.
  double relative() const { return largest == 0 ? 0 : largest / (magnitude > 1e-30 ? magnitude : 1e-30); }
};
Difference compareTensors(const HostTensor &expected, const HostTensor &actual);

} // namespace mambac

#endif // MAMBAC_LIB_JIT_HOSTTENSOR_H
