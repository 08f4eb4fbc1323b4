//===- SizeFormula.h - Sizes as polynomials of the symbols -----------------------------------------*- C++ -*-===//
//
// What a buffer takes, as a sum of products of symbols and of what is no polynomial of them (a quotient, say), which is
// taken whole. Such formulas can be added, compared as far as that follows from their coefficients, and shown to people.
// They are not evaluated: generated code computes sizes itself.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_SCHEDULE_SIZEFORMULA_H
#define MAMBAC_LIB_SCHEDULE_SIZEFORMULA_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Value.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mambac {

class SizeFormula {
public:
  SizeFormula() = default;
  explicit SizeFormula(int64_t constant);

  /// `value` as a formula of `symbols`, which are called `names`; nothing if it is computed by other than sums, products
  /// and affine maps.
  static std::optional<SizeFormula> of(mlir::Value value, mlir::ValueRange symbols,
                                       llvm::ArrayRef<std::string> names);

  SizeFormula operator+(const SizeFormula &other) const;
  SizeFormula operator*(const SizeFormula &other) const;
  /// Rounded up to a multiple of `alignment`.
  SizeFormula alignedTo(int64_t alignment) const;

  /// Whether no coefficient of `other` is smaller: then *this is at most `other`, as no symbol is negative.
  bool isAtMost(const SizeFormula &other) const;
  bool operator==(const SizeFormula &other) const { return terms == other.terms; }

  /// "3072*s0*s1 + 64"
  std::string text() const;

private:
  static std::optional<SizeFormula> of(mlir::AffineExpr expr, unsigned dims, mlir::ValueRange operands,
                                       mlir::ValueRange symbols, llvm::ArrayRef<std::string> names);
  static SizeFormula atom(std::string name);
  /// "(s0 floordiv 48)", taken whole.
  static SizeFormula opaque(const SizeFormula &lhs, const char *word, const SizeFormula &rhs);
  std::string factorText() const; ///< in parentheses if it is a sum

  std::map<std::vector<std::string>, int64_t> terms; ///< sorted factors to their coefficient, which is never 0
};

} // namespace mambac

#endif // MAMBAC_LIB_SCHEDULE_SIZEFORMULA_H
