//===- IndexSpace.h - Linear index expressions and what is known about them --------------------------*- C++ -*-===//
//
// The arithmetic beneath raising. A position in a tensor is a linear expression (`Lin`) over variables: the axes of
// the value under study, the axes that a sum runs over, and the sizes known only at run time. An `IndexSpace` owns the
// variables and the inequalities known about them and decides whether a further inequality follows from them.
// This is not a general affine library: no products of variables, and divisions only where they come out even.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_INDEXSPACE_H
#define MAMBAC_LIB_RAISE_INDEXSPACE_H

#include "mlir/IR/Value.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mambac::raise {

/// constant + sum of coefficient * variable. Variables are sorted and have coefficients other than 0.
struct Lin {
  llvm::SmallVector<std::pair<int, int64_t>, 3> terms;
  int64_t constant = 0;

  Lin() = default;
  Lin(int64_t constant) : constant(constant) {}
  static Lin var(int id, int64_t coefficient = 1);

  bool isConstant() const { return terms.empty(); }
  /// The variable, if this is exactly one variable.
  std::optional<int> getSingleVar() const;
  int64_t coefficientOf(int id) const;
  bool uses(int id) const { return coefficientOf(id) != 0; }
  bool usesAny(llvm::ArrayRef<int> ids) const;
  /// This with `id` replaced.
  Lin substitute(int id, const Lin &by) const;

  friend Lin operator+(const Lin &a, const Lin &b);
  friend Lin operator-(const Lin &a, const Lin &b);
  friend Lin operator*(const Lin &a, int64_t factor);
  friend bool operator==(const Lin &a, const Lin &b) { return a.constant == b.constant && a.terms == b.terms; }
  friend bool operator!=(const Lin &a, const Lin &b) { return !(a == b); }
  friend bool operator<(const Lin &a, const Lin &b);
  std::string str() const;
};

/// `size / by`, if that is even whatever the run-time sizes are.
std::optional<Lin> divideEvenly(const Lin &size, int64_t by);

/// Inequalities `expr >= 0`, all of them true.
using Constraints = llvm::SmallVector<Lin, 4>;

/// The variables of one study, and what is known of them.
class IndexSpace {
public:
  enum class Kind { Root, Bound, Size, Placeholder };
  struct Var {
    Kind kind;
    mlir::Value value;      ///< for a size: the index value, or the tensor whose dimension it is
    int64_t dim = -1;       ///< the dimension in the latter case
    std::optional<Lin> size; ///< the variable runs from 0 to size - 1
    std::optional<Lin> quotientOf = std::nullopt; ///< for a size that is a rounded quotient: of what,
    int64_t divisor = 0;                          ///< by what,
    bool quotientUp = false;                      ///< rounded which way,
    bool isExact = false;                         ///< or not at all
    mlir::Operation *op = nullptr;                ///< for a bound variable: the op that sums over it,
    unsigned loop = 0;                            ///< which of its loops it is,
    int64_t stride = 1;                           ///< and how far one step of it goes there
  };

  int addVar(Kind kind, std::optional<Lin> size = std::nullopt);
  /// A variable that runs over `loop` of `op`, or over one atom of it.
  int addBoundVar(mlir::Operation *op, unsigned loop, const Lin &size, int64_t stride);
  const Var &get(int id) const { return vars[id]; }
  unsigned getNumVars() const { return vars.size(); }

  /// A fact that holds throughout.
  void assume(const Lin &nonNegative) {
    facts.push_back(nonNegative);
    emptiness.clear();
  }

  /// The size of a tensor's dimension, found by looking at how the tensor was made.
  Lin getSize(mlir::Value tensor, int64_t dim);
  /// An index computation as an expression of sizes; what is not linear is a variable of its own.
  Lin getIndex(mlir::OpFoldResult value);

  /// True if `expr >= 0` follows from the facts, the variables' ranges, and `given`.
  bool implies(llvm::ArrayRef<Lin> given, const Lin &expr);
  /// True if the facts, the ranges and `given` contradict each other.
  bool isEmpty(llvm::ArrayRef<Lin> given);

  /// Writes e = quotient * k + remainder with 0 <= remainder < k, if that is possible. Where it would be after writing
  /// one of the root variables as k * high + low, `wantedSplit` says so.
  bool divide(llvm::ArrayRef<Lin> given, const Lin &e, int64_t k, Lin &quotient, Lin &remainder);
  struct Split {
    int var;
    int64_t by;
  };
  std::optional<Split> wantedSplit;
  /// The same for the loop of a sum, where it comes out even.
  struct BoundSplit {
    mlir::Operation *op;
    unsigned loop;
    int64_t by;
  };
  std::optional<BoundSplit> wantedBoundSplit;

private:
  Lin getAffine(mlir::AffineExpr expr, llvm::ArrayRef<Lin> dims, llvm::ArrayRef<Lin> symbols);
  Lin getQuotient(const Lin &e, int64_t k, bool up);
  Lin getSizeVar(mlir::Value value, int64_t dim);
  std::optional<Lin> getSymbol(mlir::Value value, int64_t dim);
  std::optional<Lin> getSizeByUse(mlir::Value argument, int64_t dim);
  std::optional<int64_t> lowerBound(const Lin &e);

  llvm::SmallVector<Var> vars;
  bool decideEmpty(llvm::ArrayRef<Lin> given);

  llvm::SmallVector<Lin> facts;
  /// What isEmpty said, since the last fact: matchers ask the same again for every direction they try.
  std::map<std::vector<Lin>, bool> emptiness;
  /// Values of variables at which what was asked of them last held, latest first.
  std::deque<std::map<int, int64_t>> points;
  std::map<std::pair<void *, int64_t>, Lin> sizeVars;
  std::map<unsigned, Lin> symbolSizes; ///< by the symbol's position in the function
  std::map<std::tuple<Lin, int64_t, bool>, int> quotients;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_INDEXSPACE_H
