//===- LinearForm.h - What a loop hands on, as a linear function of what it was handed -------------*- C++ -*-===//
//
// Writes a value of a loop's body as
//
//   v[i] = sum over states s of  a_s[i] * s[m(i)]  +  b[i]
//
// with a_s and b computed from what does not depend on the states. Both are made of the body's own operations, run on
// coefficients in place of states, so that no spelling of products and sums matters.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_LINEARFORM_H
#define MAMBAC_LIB_RAISE_LINEARFORM_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace mambac::raise {

/// A tensor (or, in the body of a generic, a number) that may be known to be 0 or 1.
struct Coefficient {
  enum Kind { Zero, One, Known } kind = Zero;
  mlir::Value value;

  static Coefficient zero() { return {}; }
  static Coefficient one() { return {One, {}}; }
  static Coefficient of(mlir::Value value) { return {Known, value}; }
  bool isZero() const { return kind == Zero; }
};

/// One coefficient a state, and the rest.
struct LinearForm {
  llvm::SmallVector<Coefficient> states;
  Coefficient rest;
  mlir::AffineMap map; ///< from v's dimensions to those of the states; null where no state occurs

  bool hasStates() const {
    return llvm::any_of(states, [](const Coefficient &each) { return !each.isZero(); });
  }
};

class LinearForms {
public:
  /// `states`: the loop's tensors that values are linear in. Operations are created in the loop's body.
  LinearForms(mlir::scf::ForOp loop, llvm::ArrayRef<mlir::Value> states) : loop(loop), states(states) {}

  /// The linear form of a value of the loop's body; none if it has no such form, with the reason in `reason`.
  std::optional<LinearForm> get(mlir::Value value);
  /// Whether the value depends on one of the states.
  bool depends(mlir::Value value);

  std::string reason;

private:
  mlir::scf::ForOp loop;
  llvm::SmallVector<mlir::Value> states;
  llvm::DenseMap<mlir::Value, bool> dependence;
  llvm::DenseMap<mlir::Value, LinearForm> forms;

  std::nullopt_t fail(const llvm::Twine &why);
  std::optional<LinearForm> ofGeneric(mlir::linalg::GenericOp op);
  std::optional<LinearForm> ofReshape(mlir::Operation *op);
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_LINEARFORM_H
