// Integer expressions over the symbols of an exported program: the sizes, strides and symbolic integers that PyTorch
// prints through sympy. Expressions are kept in one normal form (sums of products with constants folded, so that equal
// sizes are usually structurally equal), can be evaluated and printed. They know nothing of MLIR; the importer turns
// them into affine expressions. They are not a prover: two different trees may still be equal in value.
#ifndef MAMBAC_IMPORT_SHAPEEXPR_H
#define MAMBAC_IMPORT_SHAPEEXPR_H

#include "lib/Import/Status.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mambac::pt2 {

/// A symbol of the program ("s77"): a dimension that stays open until the run, with what the export knows about it.
struct Symbol {
  std::string name;
  int64_t min = 0;            ///< smallest value (range_constraints, whose 2 counts as 1; 0 when it does not say)
  std::optional<int64_t> max; ///< largest value, none when unbounded
  int64_t divisor = 1;        ///< every value is a multiple of this
  bool hasRange = false;      ///< whether range_constraints names it
};

/// The symbols of a program in order of first appearance; expressions refer to them by index.
class SymbolTable {
public:
  /// The index of `name`, added when it is new.
  unsigned intern(std::string_view name);
  /// The index of `name`, or none.
  std::optional<unsigned> find(std::string_view name) const;
  Symbol &operator[](unsigned index) { return symbols[index]; }
  const Symbol &operator[](unsigned index) const { return symbols[index]; }
  size_t size() const { return symbols.size(); }
  std::vector<Symbol>::const_iterator begin() const { return symbols.begin(); }
  std::vector<Symbol>::const_iterator end() const { return symbols.end(); }

private:
  std::vector<Symbol> symbols;
  std::unordered_map<std::string, unsigned> indices;
};

enum class ExprKind : uint8_t {
  Constant, ///< value()
  Symbol,   ///< symbol()
  Add,      ///< sum of two or more operands; a constant comes last
  Mul,      ///< product of two or more operands; a constant comes first
  FloorDiv, ///< floor(lhs / rhs)
  CeilDiv,  ///< ceil(lhs / rhs)
  Mod,      ///< lhs - rhs * floor(lhs / rhs): the sign of the divisor, as in Python
  Max,      ///< largest of two or more operands
  Min,      ///< smallest of two or more operands
};

/// An immutable expression with value semantics; copies are cheap. Default: the constant 0.
class ShapeExpr {
public:
  ShapeExpr() = default;
  ShapeExpr(int64_t constant) : constant(constant) {}
  static ShapeExpr symbol(unsigned index);

  ExprKind kind() const;
  bool isConstant() const { return !node; }
  bool isConstant(int64_t value) const { return !node && constant == value; }
  /// Kind Constant only.
  int64_t value() const {
    assert(!node);
    return constant;
  }
  bool isSymbol() const { return kind() == ExprKind::Symbol; }
  /// Kind Symbol only: index into the SymbolTable.
  unsigned symbolIndex() const;
  /// Operands of Add, Mul, FloorDiv, CeilDiv, Mod, Max and Min; empty for the others.
  const std::vector<ShapeExpr> &operands() const;

  /// Structural equality and a total order.
  bool operator==(const ShapeExpr &other) const { return compare(other) == 0; }
  bool operator!=(const ShapeExpr &other) const { return compare(other) != 0; }
  bool operator<(const ShapeExpr &other) const { return compare(other) < 0; }
  int compare(const ShapeExpr &other) const;

  /// Simplifying constructors. None when a constant does not fit into 64 bits, a divisor is zero, or the expression
  /// would become unreasonably large.
  static std::optional<ShapeExpr> add(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> sum(const std::vector<ShapeExpr> &terms);
  static std::optional<ShapeExpr> sub(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> mul(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> floorDiv(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> ceilDiv(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> mod(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> max(const ShapeExpr &a, const ShapeExpr &b);
  static std::optional<ShapeExpr> min(const ShapeExpr &a, const ShapeExpr &b);

  /// The value when symbol i has the value values[i]; none on overflow, division by zero or a symbol without a value.
  std::optional<int64_t> evaluate(const std::vector<int64_t> &values) const;

  /// Text such as "256*((s53 + 255)//256)", in the same spelling that parseShapeExpr reads.
  std::string str(const SymbolTable &symbols) const;

  /// Adds the symbols that occur to `used` (sorted, without repetition).
  void collectSymbols(std::vector<unsigned> &used) const;

private:
  struct Node;
  friend struct ShapeExprBuilder;
  int64_t constant = 0;
  std::shared_ptr<const Node> node; // null for constants
};

/// Reads an expression as sympy prints it, in either form: as a formula ("256*((s53 + 255)//256)") or as constructor
/// calls
/// ("Mul(Integer(256), FloorDiv(Add(Symbol('s53', positive=True, integer=True), Integer(255)), Integer(256)))"). Known:
/// + - * / // % **, Add, Mul, Pow, Rational, Mod, PythonMod, FloorDiv, CleanDiv, CeilDiv, IntTrueDiv under CeilToInt,
/// FloorToInt or TruncToInt, Max, Min and PowByNatural. New names are added to `symbols`. Exact divisions ("s0/2")
/// become floor divisions at the end of the expression they belong to. Booleans, comparisons and floating-point numbers
/// are refused.
Expected<ShapeExpr> parseShapeExpr(std::string_view text, SymbolTable &symbols);

} // namespace mambac::pt2

#endif // MAMBAC_IMPORT_SHAPEEXPR_H
