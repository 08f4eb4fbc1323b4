//===- Element.h - One element of a tensor, followed to where it is computed ------------------------*- C++ -*-===//
//
// Elementwise code is matched element by element, not operation by operation: an `Element` is a tensor's element at
// an index that is an affine function of some axes, and `resolve` follows it through reshapes, transposes, broadcasts,
// casts, copies and the bodies of parallel linalg.generic ops to the scalar operation that computes it. So it does not
// matter over how many operations, and in which layouts, an expression like silu(z) was written.
// Reductions, slices and everything else are leaves.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_ELEMENT_H
#define MAMBAC_LIB_RAISE_ELEMENT_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace mambac::raise {

/// The number that `value`, a scalar or a splat tensor, is known to be.
std::optional<double> getFloatConstant(mlir::Value value);

struct Element {
  /// A tensor, or a scalar: one in the body of `body`, or a constant.
  mlir::Value value;
  /// From the axes to the tensor's indices, or to the loops of `body`.
  mlir::AffineMap map;
  mlir::linalg::GenericOp body;

  /// The outermost tensor whose element this is (casts up aside), null inside a body. Reading it gives exactly the
  /// value, with the roundings that the graph asks for.
  mlir::Value tensor;
  mlir::AffineMap tensorMap;

  /// A cast to a shorter type was passed on the way.
  bool isRounded = false;

  static Element of(mlir::Value tensor, mlir::AffineMap map);
  /// The element that an operand of a generic reads; the axes are the generic's loops.
  static Element ofOperand(mlir::OpOperand &operand);

  /// The same element, not only an equal one.
  bool operator==(const Element &o) const { return value == o.value && map == o.map && body == o.body; }
  /// A tensor's element whose computation is not looked into.
  bool isLeaf() const { return !body && mlir::isa<mlir::RankedTensorType>(value.getType()); }
  bool dependsOn(unsigned axis) const { return (tensor ? tensorMap : map).isFunctionOfDim(axis); }
  /// The scalar operation that computes the element; null for a leaf or a constant.
  mlir::Operation *getOp() const;
  /// Operand `i` of the scalar operation, resolved.
  Element operand(unsigned i) const;
  std::optional<double> getConstant() const { return getFloatConstant(value); }
};

/// Follows `element` as far as it goes. Casts between float types are passed.
Element resolve(Element element);

/// x and y where `element` computes x * y (either order).
std::optional<std::pair<Element, Element>> matchMul(const Element &element);
std::optional<std::pair<Element, Element>> matchAdd(const Element &element);
/// x where `element` computes exp(x).
std::optional<Element> matchExp(const Element &element);
/// z where `element` computes z / (1 + exp(-z)), or z * sigmoid(z).
std::optional<Element> matchSilu(const Element &element);
/// x where `element` computes log(1 + exp(x)), with or without PyTorch's threshold.
std::optional<Element> matchSoftplus(const Element &element);

/// True if everything that `value` flows into ends in `root`, through views and elementwise operations alone.
bool flowsOnlyInto(mlir::Value value, mlir::Operation *root);

/// `value` with the dimensions that `map` reads at the constant 0 dropped, and the map without them. Failure if the map
/// has results other than axes, `axis floordiv constant` and 0, or drops a dimension whose size is not 1.
mlir::FailureOr<std::pair<mlir::Value, mlir::AffineMap>> dropUnitDims(mlir::OpBuilder &builder, mlir::Location loc,
                                                                     mlir::Value value, mlir::AffineMap map);

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_ELEMENT_H
