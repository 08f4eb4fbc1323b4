//===- ArgExtremum.h - Reductions to an extremum and its place ---------------------------------------*- C++ -*-===//
//
// A linalg op on memrefs with two outputs, the best element of a row and the first position where it stands: vectors keep
// a best element and its place in each lane; at the end of the row lanes are merged by element, then by place.
//
//===------------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_CPU_ARGEXTREMUM_H
#define MAMBAC_LIB_CPU_ARGEXTREMUM_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mambac {

class GenericBody;

struct ArgExtremum {
  unsigned best = 0, place = 1;              ///< the outputs' numbers
  unsigned dim = 0;                          ///< that positions count
  mlir::Value element;                       ///< in the body: what is compared
  llvm::SmallVector<mlir::Operation *> test; ///< comparisons of `element` with the best so far; all have to hold

  /// The op's body as: yield test ? element : best, test ? index : place.
  static std::optional<ArgExtremum> match(mlir::linalg::LinalgOp op);

  /// Whether `element` is better than `than`, both scalars or vectors.
  mlir::Value isBetter(mlir::OpBuilder &b, mlir::Location loc, mlir::Value element, mlir::Value than) const;
  /// Puts the best element and its place of what whole vectors of the points [begin, end) hold, and of the outputs'
  /// `scalars`, into `scalars`. Steps of `vectorLanes` points, vectors of `lanes`, go up to `split`, single vectors behind.
  /// Returns where the rest begins.
  mlir::Value reduceVectors(mlir::OpBuilder &at, GenericBody &body, llvm::SmallVector<mlir::Value> point,
                            mlir::Value begin, mlir::Value split, mlir::Value end, int64_t lanes, int64_t vectorLanes,
                            llvm::SmallVector<mlir::Value> &scalars) const;

private:
  /// Elements and their places (i64), vectors both.
  using Lanes = std::pair<mlir::Value, mlir::Value>;
  /// Lane by lane the better one, or that with the smaller place.
  Lanes merge(mlir::OpBuilder &b, mlir::Location loc, Lanes one, Lanes other) const;
  /// The best of all lanes, or the one with the smallest place among these: two scalars.
  Lanes reduce(mlir::OpBuilder &b, mlir::Location loc, Lanes lanes) const;
  Lanes runChains(mlir::OpBuilder &at, GenericBody &body, llvm::SmallVector<mlir::Value> point, mlir::Value begin,
                  mlir::Value end, int64_t width, int64_t chains, mlir::Value best, mlir::Value place) const;

  mlir::Value bestArg;
};

} // namespace mambac

#endif // MAMBAC_LIB_CPU_ARGEXTREMUM_H
