//===- MaskEvaluator.h - What a mask is, as conditions on positions ----------------------------------*- C++ -*-===//
//
// Models compute masks as tensors: ranges are compared, gathered, differenced, summed and combined. This follows one
// element of such a tensor at a symbolic position and gives the conditions on the position under which it is true, or
// keeps. Everything is integer arithmetic on positions; an element that depends on an input of the model is refused.
// (ElementExpr.h is the same idea for sums of products of floats.)
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_MASKEVALUATOR_H
#define MAMBAC_LIB_RAISE_MASKEVALUATOR_H

#include "lib/Raise/IndexSpace.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Support/LLVM.h"
#include <memory>
#include <vector>

namespace mambac::raise {

/// When a condition is true and when it is not: each a union of cases, each case a conjunction.
struct Cases {
  std::vector<Constraints> yes, no;
};

class MaskEvaluator {
public:
  explicit MaskEvaluator(IndexSpace &space) : space(space) {}

  /// When the mask keeps the element at `index`, all of `given` being true: where a bool is true, where a float to be
  /// added is 0 (it must be -infinity, or the type's lowest number, elsewhere). On failure `reason` says what is in the
  /// way.
  mlir::FailureOr<Cases> evaluate(mlir::Value mask, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);

  std::string reason;

private:
  /// An integer: in each case a linear expression; the cases exclude each other and cover everything.
  struct Piece {
    Constraints when;
    Lin value;
  };
  using Pieces = std::vector<Piece>;
  struct Position { // of one iteration of a linalg op
    mutable mlir::linalg::LinalgOp op;
    llvm::SmallVector<Lin> loops;
  };

  mlir::LogicalResult refuse(const llvm::Twine &why);
  /// `given` and `more`; nothing if they contradict each other.
  std::optional<Constraints> both(llvm::ArrayRef<Lin> given, llvm::ArrayRef<Lin> more);

  /// Moves from an element of a tensor to the element it is a copy of, or to the scalar that computes it.
  struct Source {
    Constraints when;
    mlir::Value value;                ///< a tensor that is not looked through, or a scalar
    llvm::SmallVector<Lin> index;     ///< of the tensor
    std::shared_ptr<Position> inside; ///< of the scalar, null for one outside of any body
  };
  mlir::LogicalResult trace(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given,
                            std::vector<Source> &sources);

  template <typename T>
  mlir::FailureOr<T> element(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);
  template <typename T>
  mlir::FailureOr<T> scalar(mlir::Value value, const Position *inside, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Cases> condition(mlir::Value value, const Position *inside, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Pieces> integer(mlir::Value value, const Position *inside, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Pieces> cumulativeSum(mlir::Operation *op, llvm::ArrayRef<Lin> given);
  template <typename T>
  mlir::FailureOr<T> gathered(mlir::Operation *extract, const Position *inside, llvm::ArrayRef<Lin> given);
  template <typename T>
  mlir::FailureOr<T> selected(mlir::Operation *select, const Position *inside, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Pieces> extremum(mlir::Value a, mlir::Value b, bool largest, const Position *inside,
                                   llvm::ArrayRef<Lin> given);

  IndexSpace &space;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_MASKEVALUATOR_H
