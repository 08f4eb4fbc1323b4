//===- NumberRange.h - Between which numbers the elements of a tensor are ----------------------------*- C++ -*-===//
//
// Some spellings are equal to a recurrence for decays of at most 1 alone, as exp(min(s, 0)), or for positive ones, as
// gamma^(i - j). Whether that is so follows from how the values were made: a softplus is never negative, and an
// exponential neither. Nothing is taken from the values of weights, which may be replaced after compiling.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_NUMBERRANGE_H
#define MAMBAC_LIB_RAISE_NUMBERRANGE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include <limits>

namespace mambac::raise {

/// All elements that are numbers lie in [low, high].
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// Where the product of numbers from two ranges lies.
NumberRange multiply(NumberRange a, NumberRange b);

class NumberRanges {
public:
  /// The range of a tensor's elements, or of a scalar constant.
  NumberRange get(mlir::Value value) { return get(value, 0); }

private:
  NumberRange get(mlir::Value value, unsigned depth);
  NumberRange compute(mlir::Operation *op, mlir::OpResult result, unsigned depth);
  NumberRange ofLinalg(mlir::linalg::LinalgOp op, mlir::OpResult result, unsigned depth);
  llvm::DenseMap<mlir::Value, NumberRange> known;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_NUMBERRANGE_H
