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

/// 2^x: a polynomial of degree 6 on [-1/2, 1/2], and the exponent put in place.
inline V exp2(V x) {
  V whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm512_sub_ps(x, whole);
  V p = splat(1.5345811e-4f);
  p = fma(p, f, splat(1.33999309e-3f));
  p = fma(p, f, splat(9.61848907e-3f));
  p = fma(p, f, splat(5.55032864e-2f));
  p = fma(p, f, splat(2.40226462e-1f));
  p = fma(p, f, splat(6.93147182e-1f));
  p = fma(p, f, splat(1.0f));
  return _mm512_scalef_ps(p, whole);
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
