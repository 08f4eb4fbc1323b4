//===- Vector512.h - AVX-512 helpers of the probes ----------------------------------------------------*- C++ -*-===//
//
// Exponentials and softplus as accurate as those of generated kernels (exp2: 0.9 ulp), and transposed tiles. Only included
// where AVX-512 is there.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_BENCHMARKS_KERNELS_VECTOR512_H
#define MAMBAC_BENCHMARKS_KERNELS_VECTOR512_H

#include <immintrin.h>

namespace mambac::bench {

using V = __m512;
inline V load(const float *p) { return _mm512_loadu_ps(p); }
inline void store(float *p, V v) { _mm512_storeu_ps(p, v); }
inline V splat(float x) { return _mm512_set1_ps(x); }
inline V fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
inline V mul(V a, V b) { return _mm512_mul_ps(a, b); }

constexpr float kLog2OfE = 1.442695041f;

/// 2^x = 2^(whole part) * 2^(k/16) * 2^f: the sixteenths come from a table in a register, f <= 1/32 takes a cubic.
inline V exp2(V x) {
  const V sixteenths = _mm512_setr_ps(1.0f, 1.04427373f, 1.09050775f, 1.13878858f, 1.18920708f, 1.24185777f,
                                      1.29683959f, 1.35425556f, 1.41421354f, 1.47682619f, 1.54221082f, 1.61049032f,
                                      1.68179286f, 1.75625217f, 1.8340081f, 1.91520655f);
  // Adding 1.5 * 2^19 leaves multiples of 1/16; the lowest bits of the sum count them.
  V shifted = _mm512_add_ps(x, splat(786432.0f)), near = _mm512_sub_ps(shifted, splat(786432.0f));
  V f = _mm512_sub_ps(x, near), base = _mm512_permutexvar_ps(_mm512_castps_si512(shifted), sixteenths);
  V p = fma(fma(splat(0.0555054108f), f, splat(0.240233552f)), f, splat(0.69314718f));
  return _mm512_scalef_ps(fma(mul(base, f), p, base), near);
}
inline V exp(V x) { return exp2(mul(x, splat(kLog2OfE))); }

/// log(1 + exp(x)) = max(x, 0) + 2 atanh(u / (2 + u)), u = exp(-|x|).
inline V softplus(V x) {
  V u = exp(_mm512_or_ps(x, splat(-0.0f)));
  V s = _mm512_div_ps(u, _mm512_add_ps(u, splat(2.0f))), t = mul(s, s);
  V p = splat(0.134327710f);
  p = fma(p, t, splat(0.141170815f));
  p = fma(p, t, splat(0.200038373f));
  p = fma(p, t, splat(0.333333194f));
  V half = fma(mul(s, t), p, s);
  return fma(half, splat(2.0f), _mm512_max_ps(x, _mm512_setzero_ps()));
}

/// x / (1 + exp(-x)).
inline V silu(V x) { return _mm512_div_ps(x, _mm512_add_ps(splat(1.0f), exp2(mul(x, splat(-kLog2OfE))))); }

/// Transposes 16 x 16 floats held in rows.
inline void transpose(V (&r)[16]) {
  V t[16];
  // Pairs of rows, then pairs of pairs, inside of 128-bit lanes; then lanes.
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    auto pd = [](V v) { return _mm512_castps_pd(v); };
    r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pd(t[i]), pd(t[i + 2])));
    r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pd(t[i]), pd(t[i + 2])));
    r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pd(t[i + 1]), pd(t[i + 3])));
    r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pd(t[i + 1]), pd(t[i + 3])));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

/// The 16 x 16 tile of rows at `p`, `stride` floats apart, transposed.
inline void loadTransposed(V (&r)[16], const float *p, long stride) {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i)
    r[i] = load(p + i * stride);
  transpose(r);
}

} // namespace mambac::bench

#endif // MAMBAC_BENCHMARKS_KERNELS_VECTOR512_H
