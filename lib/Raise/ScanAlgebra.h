//===- ScanAlgebra.h - Cells of a scan computed in any order -----------------------------------------*- C++ -*-===//
//
// The arithmetic that parallel scans do, abstracted to one time position. With decays a[t] and inputs x[t],
//
//   product(i, j)  = a[i] * ... * a[j]
//   partial(i, j, e) = sum over s = i..j of (a[s+1] * ... * a[e]) * x[s]        e >= j
//
// are closed under what Blelloch's, Hillis-Steele's and other log-depth scans compute:
//
//   product(i, j) * product(j+1, k)      = product(i, k)
//   product(e+1, k) * partial(i, j, e)   = partial(i, j, k)
//   partial(i, j, e) + partial(j+1, k, e) = partial(i, k, e)
//
// and partial(0, t, t) is h[t] of h[t] = a[t] * h[t-1] + x[t]. Everything else is `unknown`, so that an algorithm
// with a mistake in it is not taken for a scan.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SCANALGEBRA_H
#define MAMBAC_LIB_RAISE_SCANALGEBRA_H

#include <cstdint>

namespace mambac::raise {

struct ScanCell {
  enum Kind : uint8_t { Unknown, Zero, One, Product, Partial } kind = Unknown;
  int32_t first = 0, last = 0, end = 0;

  static ScanCell zero() { return {Zero, 0, 0, 0}; }
  static ScanCell one() { return {One, 0, 0, 0}; }
  /// a[i] * ... * a[j]
  static ScanCell product(int32_t i, int32_t j) { return {Product, i, j, j}; }
  /// sum over s = i..j of a[s+1] * ... * a[e] * x[s]
  static ScanCell partial(int32_t i, int32_t j, int32_t e) { return {Partial, i, j, e}; }

  bool operator==(const ScanCell &o) const {
    return kind == o.kind && first == o.first && last == o.last && end == o.end;
  }
};

inline ScanCell operator*(const ScanCell &x, const ScanCell &y) {
  if (x.kind == ScanCell::Unknown || y.kind == ScanCell::Unknown)
    return {};
  if (x.kind == ScanCell::Zero || y.kind == ScanCell::Zero)
    return ScanCell::zero();
  if (x.kind == ScanCell::One)
    return y;
  if (y.kind == ScanCell::One)
    return x;
  if (x.kind == ScanCell::Product && y.kind == ScanCell::Product) {
    if (x.last + 1 == y.first)
      return ScanCell::product(x.first, y.last);
    if (y.last + 1 == x.first)
      return ScanCell::product(y.first, x.last);
    return {};
  }
  const ScanCell &p = x.kind == ScanCell::Product ? x : y, &q = x.kind == ScanCell::Product ? y : x;
  if (p.kind == ScanCell::Product && q.kind == ScanCell::Partial && p.first == q.end + 1)
    return ScanCell::partial(q.first, q.last, p.last);
  return {};
}

inline ScanCell operator+(const ScanCell &x, const ScanCell &y) {
  if (x.kind == ScanCell::Zero)
    return y;
  if (y.kind == ScanCell::Zero)
    return x;
  if (x.kind != ScanCell::Partial || y.kind != ScanCell::Partial || x.end != y.end)
    return {};
  if (x.last + 1 == y.first)
    return ScanCell::partial(x.first, y.last, x.end);
  if (y.last + 1 == x.first)
    return ScanCell::partial(y.first, x.last, x.end);
  return {};
}

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SCANALGEBRA_H
