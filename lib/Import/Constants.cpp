// The bytes of constants as numbers.
#include "lib/Import/Constants.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using mambac::pt2::DType;

std::optional<double> mambac::getNumberIn(const pt2::TensorView &view) {
  if (view.numElements() != 1 || view.bytes != pt2::dtypeSize(view.dtype))
    return std::nullopt;
  auto read = [&](auto zero) {
    std::memcpy(&zero, view.data, sizeof(zero));
    return zero;
  };
  switch (view.dtype) {
  case DType::Float32:
    return read(float());
  case DType::Float64:
    return read(double());
  case DType::Float16:
    return APFloat(APFloat::IEEEhalf(), APInt(16, read(uint16_t()))).convertToDouble();
  case DType::BFloat16:
    return APFloat(APFloat::BFloat(), APInt(16, read(uint16_t()))).convertToDouble();
  case DType::Bool:
    return read(uint8_t()) != 0;
  case DType::UInt8:
    return read(uint8_t());
  case DType::Int32:
    return read(int32_t());
  case DType::Int64: {
    // Only what a double holds.
    int64_t value = read(int64_t());
    return std::abs(value) <= int64_t(1) << 53 ? std::optional<double>(value) : std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

/// The most elements of a list.
static constexpr int64_t kMaxInlined = 256;

DenseElementsAttr mambac::getListIn(const pt2::TensorView &view, RankedTensorType type) {
  Type element = type.getElementType();
  bool isNumber = element.isF16() || element.isBF16() || element.isF32() || element.isF64() || element.isInteger(32) ||
                  element.isInteger(64);
  if (!isNumber || view.numElements() == 0 || view.numElements() > kMaxInlined || !view.isContiguous() ||
      view.numElements() != type.getNumElements() ||
      element.getIntOrFloatBitWidth() != 8 * pt2::dtypeSize(view.dtype))
    return {};
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(reinterpret_cast<const char *>(view.data), view.numElements() * pt2::dtypeSize(view.dtype)));
}

bool mambac::isZero(const pt2::TensorView &view) {
  size_t width = pt2::dtypeSize(view.dtype);
  std::vector<int64_t> at(view.sizes.size(), 0);
  for (int64_t i = 0, e = view.numElements(); i < e; ++i) {
    int64_t element = 0;
    for (size_t d = 0; d < at.size(); ++d)
      element += at[d] * view.strides[d];
    const uint8_t *bytes = view.data + size_t(element) * width;
    if (std::any_of(bytes, bytes + width, [](uint8_t byte) { return byte != 0; }))
      return false;
    for (size_t d = at.size(); d-- > 0 && ++at[d] == view.sizes[d];)
      at[d] = 0;
  }
  return true;
}
