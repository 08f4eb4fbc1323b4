//===- Half.h - float16 and bfloat16 in plain C++ ----------------------------------------------------*- C++ -*-===//
//
// Conversions that round to nearest even, for reading, showing and comparing tensors. Not fast, and not what models
// compute with: compiled kernels have their own.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RUNTIME_RUNNER_HALF_H
#define MAMBAC_LIB_RUNTIME_RUNNER_HALF_H

#include <cstdint>
#include <cstring>

namespace mambac::runner {

inline uint32_t floatBits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float floatFromBits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

inline float bfloatToFloat(uint16_t bits) { return floatFromBits(uint32_t(bits) << 16); }

inline uint16_t floatToBFloat(float value) {
  uint32_t bits = floatBits(value);
  if ((bits & 0x7fffffff) > 0x7f800000) // NaN stays one
    return uint16_t(bits >> 16 | 0x40);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

inline float halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  if (exponent == 31)
    return floatFromBits(sign | 0x7f800000 | mantissa << 13);
  if (exponent)
    return floatFromBits(sign | (exponent + 112) << 23 | mantissa << 13);
  float magnitude = float(mantissa) * (1.0f / 16777216.0f); // 2^-24
  return sign ? -magnitude : magnitude;
}

inline uint16_t floatToHalf(float value) {
  uint32_t bits = floatBits(value), sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000)
    return uint16_t(sign | 0x7e00);
  if (bits >= 0x477ff000) // 65520 and more round to infinity
    return uint16_t(sign | 0x7c00);
  if (bits < 0x38800000) { // below 2^-14: adding 0.5 puts the last bit of a denormal half at the end of the mantissa
    return uint16_t(sign | (floatBits(floatFromBits(bits) + 0.5f) - 0x3f000000));
  }
  return uint16_t(sign | (bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13);
}

} // namespace mambac::runner

#endif // MAMBAC_LIB_RUNTIME_RUNNER_HALF_H
