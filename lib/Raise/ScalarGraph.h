//===- ScalarGraph.h - Expressions of scalars, and whether they are equal ----------------------------*- C++ -*-===//
//
// One element of a tensor, written out down to the elements that it is computed from, is an expression of scalars. A
// `ScalarGraph` holds such expressions, each distinct one once, and can say two things about them.
//
// Are two of them equal as functions of what they read? Every node carries its value modulo two primes where each element
// read is a random number (Schwartz 1980, Zippel 1979: two different polynomials of degree d agree at a random point of a
// field of size q with probability d / q at most). Exponentials are exact, too: with q a divisor of p - 1 and g an element
// of order q modulo p, exp(x) is g to the power of x modulo q, so exp(x + y) = exp(x) exp(y) and exp(0) = 1 (the idea of
// Mirage, arXiv:2405.05751, section 5). Other functions of x are random functions of x's value. Both primes exceed 2^57.
//
// What are they as sums of products? `expand` multiplies an expression out.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SCALARGRAPH_H
#define MAMBAC_LIB_RAISE_SCALARGRAPH_H

#include "lib/Raise/IndexSpace.h"
#include "lib/Raise/Residue.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <vector>

namespace mambac::raise {

/// Whether products of some such numbers are not rounded.
bool isShort(double number);

class ScalarGraph {
public:
  using Id = int;
  enum class Kind : uint8_t {
    Number,
    MinusInfinity, ///< only to be added to, and under an exponential, where it gives 0
    Read,          ///< an element of a tensor
    Add,
    Mul,
    Inverse,
    Exp,
    Log,
    Call, ///< another function of scalars
    Sum,  ///< over a variable, from 0 to the variable's size
    Unit  ///< equal to its operand, and left whole by `expand` unless opened
  };
  struct ReadOf {
    mlir::Value tensor;
    llvm::SmallVector<Lin, 4> index;
  };
  /// The scalar operation of a call, or the linalg operation whose body computes a unit from `operands`.
  struct Origin {
    mlir::Operation *op = nullptr;
    llvm::SmallVector<Id, 4> operands;
  };
  struct Node {
    Kind kind;
    Id a = -1, b = -1;
    unsigned payload = 0; ///< a read's, call's or unit's number; a sum's variable
    double number = 0;
    Residue residue;
    bool hasLog = false; ///< a sum with whole multiples of logarithms in it
    bool hides = false;  ///< a sum with a term that hides what it is added to
  };

  const Node &operator[](Id id) const { return nodes[id]; }
  const ReadOf &getRead(Id id) const { return reads[nodes[id].payload]; }
  const Origin &getOrigin(Id id) const { return origins[nodes[id].payload]; }
  size_t size() const { return nodes.size(); }

  Id number(double value);
  /// Numbers that are powers of others among `values`, as far as they were rounded, are taken for these powers.
  void knowNumbers(llvm::ArrayRef<double> values);
  Id minusInfinity();
  Id read(mlir::Value tensor, llvm::ArrayRef<Lin> index);
  Id add(Id a, Id b);
  Id mul(Id a, Id b);
  Id negate(Id a) { return mul(number(-1), a); }
  Id inverse(Id a);
  /// Of whole multiples of logarithms in the exponent, powers are left: exp(2 log x + y) is x x exp(y).
  Id exp(Id a) { return exp(a, 1); }
  Id log(Id a);
  /// a multiplied with itself so many times, or its inverse.
  Id power(Id a, int64_t times);
  Id call(mlir::Operation *op, llvm::ArrayRef<Id> operands);
  Id sum(int var, Id a);
  Id unit(Id a, mlir::Operation *op, llvm::ArrayRef<Id> operands);

  bool isNumber(Id id, double value) const { return nodes[id].kind == Kind::Number && nodes[id].number == value; }
  /// Minus infinity where it cannot be, or a number that is no number: nothing can be said about such an expression.
  bool isInvalid() const { return invalid; }

  /// The same expression with every read changed by `change`.
  Id rewriteReads(Id id, llvm::function_ref<Id(const ReadOf &)> change);
  Id substitute(Id id, int var, const Lin &by);
  /// The expression that is `a` where `at` is 0 and `b` where it is 1, if they differ in the positions read alone.
  mlir::FailureOr<Id> interpolate(Id a, Id b, const Lin &at);
  /// All that the expression reads.
  void forEachRead(Id id, llvm::function_ref<void(const ReadOf &)> visit) const;
  /// The variables of the positions read.
  llvm::SmallVector<int> getVars(Id id) const;

  /// A product of nodes that are no sums, products or exponentials themselves.
  using Monomial = llvm::SmallVector<Id, 4>;
  /// coefficient * factors * exp(exponent), summed over the bound variables. Everything is sorted.
  struct Product {
    double coefficient = 1;
    Monomial factors;
    llvm::SmallVector<int, 2> bound;
    std::vector<std::pair<Monomial, double>> exponent;
  };
  /// The expression multiplied out, like products added up; failure if that is too long or not a sum of products.
  /// `rename` gives a variable of the same size as another that is none of those used.
  mlir::FailureOr<std::vector<Product>> expand(Id id,
                                               llvm::function_ref<int(int, llvm::ArrayRef<int>)> rename);
  /// Whether products that were multiplied out have cancelled.
  bool sawCancellation() const { return cancelled; }
  /// Multiplies out a unit and all of the same operation from now on. False if it is none, or was opened before.
  bool openUnit(Id id);
  /// The way back.
  Id build(const Product &product);
  Id buildExponent(llvm::ArrayRef<std::pair<Monomial, double>> exponent);

private:
  void cancelInverses(Monomial &factors) const;
  using Key = std::tuple<Kind, Id, Id, unsigned, double>;
  Id intern(const Node &node);
  Id exp(Id a, int64_t times);
  bool containsSum(Id id) const;
  mlir::FailureOr<std::vector<Product>> multiplyOut(Id id, bool inExponent,
                                                    llvm::function_ref<int(int, llvm::ArrayRef<int>)> rename);

  std::vector<Node> nodes;
  std::vector<ReadOf> reads;
  std::vector<Origin> origins;
  std::map<Key, Id> known;
  std::map<std::pair<Id, int64_t>, Id> knownExponentials;
  std::map<double, std::pair<double, int64_t>> rootOf; ///< of numbers that are powers of others
  llvm::DenseMap<std::pair<uint64_t, uint64_t>, unsigned> knownReads, knownCalls;
  std::map<std::pair<Id, bool>, std::vector<Product>> expanded;
  llvm::DenseSet<mlir::Operation *> openUnits;
  bool invalid = false, cancelled = false;
};

bool operator==(const ScalarGraph::Product &a, const ScalarGraph::Product &b);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SCALARGRAPH_H
