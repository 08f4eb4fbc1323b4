//===- HostTensor.cpp - A tensor in this process ---------------------------------------------------------------===//
//
// See HostTensor.h.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "lib/JIT/HostTensor.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace llvm;
using namespace mambac;
using mlir::Type;

/// The type of the numbers that elements consist of.
static Type numberType(Type element) {
  auto complex = dyn_cast<mlir::ComplexType>(element);
  return complex ? complex.getElementType() : element;
}

static unsigned bitsOf(Type number) { return number.isIndex() ? 64 : number.getIntOrFloatBitWidth(); }

bool mambac::isHostElement(Type element) {
  Type number = numberType(element);
  if (auto type = dyn_cast<mlir::FloatType>(number))
    return type.isF32() || type.isF64() || type.isF16() || type.isBF16();
  if (auto type = dyn_cast<mlir::IntegerType>(number))
    return type.getWidth() == 1 || type.getWidth() == 8 || type.getWidth() == 16 || type.getWidth() == 32 ||
           type.getWidth() == 64;
  return number.isIndex();
}

int64_t mambac::getHostBytes(Type element) {
  return int64_t(bitsOf(numberType(element)) + 7) / 8 * (isa<mlir::ComplexType>(element) ? 2 : 1);
}

HostTensor::HostTensor(Type element, ArrayRef<int64_t> shape) : element(element), shape(shape) {
  bytes.resize(size_t(countElements() * getHostBytes(element)));
}

int64_t HostTensor::countElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

int64_t HostTensor::countNumbers() const { return countElements() * (isa<mlir::ComplexType>(element) ? 2 : 1); }

double HostTensor::get(int64_t i) const {
  Type type = numberType(element);
  unsigned width = bitsOf(type);
  const char *at = bytes.data() + i * ((width + 7) / 8);
  uint64_t bits = 0;
  std::memcpy(&bits, at, (width + 7) / 8);
  if (type.isF32()) {
    float value;
    std::memcpy(&value, at, 4);
    return value;
  }
  if (type.isF64()) {
    double value;
    std::memcpy(&value, at, 8);
    return value;
  }
  if (auto floating = dyn_cast<mlir::FloatType>(type)) {
    APFloat value(floating.getFloatSemantics(), APInt(width, bits));
    bool lost;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    return value.convertToDouble();
  }
  if (width == 1)
    return double(bits & 1);
  return double(int64_t(bits << (64 - width)) >> (64 - width));
}

void HostTensor::set(int64_t i, double number) {
  Type type = numberType(element);
  unsigned width = bitsOf(type);
  char *at = bytes.data() + i * ((width + 7) / 8);
  uint64_t bits;
  if (type.isF32()) {
    float value = float(number);
    std::memcpy(at, &value, 4);
    return;
  }
  if (type.isF64()) {
    std::memcpy(at, &number, 8);
    return;
  }
  if (auto floating = dyn_cast<mlir::FloatType>(type)) {
    APFloat value(number);
    bool lost;
    value.convert(floating.getFloatSemantics(), APFloat::rmNearestTiesToEven, &lost);
    bits = value.bitcastToAPInt().getZExtValue();
  } else {
    bits = width == 1 ? uint64_t(number != 0) : uint64_t(int64_t(number));
  }
  std::memcpy(at, &bits, (width + 7) / 8);
}

std::string HostTensor::describeType() const {
  std::string text;
  raw_string_ostream stream(text);
  stream << "tensor<";
  for (int64_t size : shape)
    stream << size << "x";
  stream << element << ">";
  return text;
}

std::string HostTensor::describeIndex(int64_t number) const {
  int64_t i = isa<mlir::ComplexType>(element) ? number / 2 : number;
  SmallVector<int64_t> index(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = shape[d] ? i % shape[d] : 0;
    i = shape[d] ? i / shape[d] : 0;
  }
  std::string text;
  for (size_t d = 0; d < index.size(); ++d)
    text += (d ? ", " : "") + std::to_string(index[d]);
  return text;
}

Difference mambac::compareTensors(const HostTensor &expected, const HostTensor &actual) {
  Difference result;
  if (expected.shape != actual.shape || expected.element != actual.element) {
    result.largest = std::numeric_limits<double>::infinity();
    return result;
  }
  for (int64_t i = 0, e = expected.countNumbers(); i < e; ++i) {
    double a = expected.get(i), b = actual.get(i);
    if (std::isfinite(a))
      result.magnitude = std::max(result.magnitude, std::fabs(a));
    // Equal infinities are equal, and so are two that are not a number.
    double difference = a == b || (std::isnan(a) && std::isnan(b)) ? 0 : std::fabs(a - b);
    if (std::isnan(difference))
      difference = std::numeric_limits<double>::infinity();
    if (difference > result.largest) {
      result.largest = difference;
      result.at = i;
      result.expected = a;
      result.actual = b;
    }
  }
  return result;
}
