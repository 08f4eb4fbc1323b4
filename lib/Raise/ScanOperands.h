//===- ScanOperands.h - What ssm.selective_scan and ssm.ssd have in common ---------------------------*- C++ -*-===//
//
// Both ops take the same operands in the same roles and differ in their axes alone: (b, l, d, n) with a decay for each
// n, or (b, l, h, p, n) with one decay for a head. Passes that build them or add operands to them work on this struct.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_SCANOPERANDS_H
#define MAMBAC_LIB_RAISE_SCANOPERANDS_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace mambac::raise {

struct ScanOperands {
  struct Operand {
    mlir::Value value;
    mlir::AffineMap map; ///< from the op's axes
    explicit operator bool() const { return static_cast<bool>(value); }
  };
  bool isSSD = false;
  Operand x, dt, A, B, C, D, z, dtBias, initialState; ///< x is selective_scan's u, dt its delta
  bool softplus = false;
  mlir::FloatAttr dtMin, dtMax;
  Operand y, finalState; ///< destinations

  /// Axes in the order of the op's maps.
  static constexpr unsigned kBatch = 0, kTime = 1, kHead = 2; ///< d of a selective scan
  unsigned getNumAxes() const { return isSSD ? 5 : 4; }
  unsigned getStateAxis() const { return getNumAxes() - 1; }

  /// The operands of `op`, if it is an ssm.selective_scan or ssm.ssd on tensors.
  static std::optional<ScanOperands> get(mlir::Operation *op);
  /// Creates the op.
  mlir::Operation *build(mlir::OpBuilder &builder, mlir::Location loc) const;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SCANOPERANDS_H
