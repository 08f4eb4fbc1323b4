//===- TimeStacker.h - Merges isomorphic per-step values into one tensor over time ------------------*- C++ -*-===//
//
// The mechanism behind --ssm-roll-time-loops. A graph that was unrolled over time holds, for each value of the loop
// body, a list of T values, one a step. `TimeStacker::stack` takes such a list and returns one value with time in
// front, by replaying the operation that all T values share on the stacked operands:
//
//   [x[:, 0, :], x[:, 1, :], ...]            ->  x, read at position t        (consecutive slices of one tensor)
//   [f(a0, w), f(a1, w), ...]                ->  f(stack(a0, a1, ...), w)     (the same operation on each step)
//   [h0, h1, ...], h_t = a_t * h_{t-1} + b_t ->  ssm.scan(stack(a), stack(b)) (a list that needs itself, one step late)
//
// Two lists that need each other, one step late, are the parts of one complex list (CoupledStates.cpp).
//
// A null in a list is a step whose value nobody asks for: what is at hand there is as good as anything. So a recurrence
// that starts from its first input has no decay in its first step, and a state that is read before it is updated has no
// update in its last one.
//
// Nothing is matched by name or by order in the block; the work is linear in the number of operations visited.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_TIMESTACKER_H
#define MAMBAC_LIB_RAISE_TIMESTACKER_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"
#include <deque>
#include <optional>
#include <string>

namespace mambac::raise {

/// One tensor that stands for a list of T per-step tensors of one type (d0, ..., dn). `map` takes (t, d0, ..., dn)
/// to the indices of `value`; a dimension that does not occur is broadcast.
struct Stacked {
  mlir::Value value;
  mlir::AffineMap map;
  /// True where the value does not depend on t at all.
  bool isInvariant() const { return !map.isFunctionOfDim(0); }
};

/// scale_t * previous, where `previous` is the list of `recurrence` one step earlier, whose element is read at these of
/// the list's own dimensions (other ones, where the state was reshaped or broadcast). An absent scale means 1.
struct Carry {
  int recurrence;
  std::optional<Stacked> scale;
  mlir::AffineMap previous;
};

/// A list of values written as a sum of carries, one for each state that it depends on, and rest_t.
/// An absent rest means 0.
struct LinearInPrevious {
  llvm::SmallVector<Carry, 1> carries;
  std::optional<Stacked> rest;
  bool dependsOnPrevious() const { return !carries.empty(); }
};

/// The map (t, d0, ..., dn) -> (d0, ..., dn) of a value that does not vary.
inline mlir::AffineMap invariantMap(int64_t rank, mlir::MLIRContext *ctx) {
  // getMinorSubMap(0) is a null map.
  return rank == 0 ? mlir::AffineMap::get(1, 0, {}, ctx)
                   : mlir::AffineMap::getMultiDimIdentityMap(rank + 1, ctx).getMinorSubMap(rank);
}
inline mlir::AffineMap timeFirstMap(int64_t rank, mlir::MLIRContext *ctx) {
  return mlir::AffineMap::getMultiDimIdentityMap(rank + 1, ctx);
}

class TimeStacker {
public:
  /// `maxDepth`: a longer chain of operations between two steps is not followed.
  TimeStacker(mlir::RewriterBase &rewriter, int64_t steps, int maxDepth)
      : rewriter(rewriter), loc(rewriter.getUnknownLoc()), steps(steps), maxDepth(maxDepth) {}

  /// Returns the stacked form of `list` (one value a step, in the order of time), or failure with `reason` set. What was
  /// found for other lists is used where it occurs again, so no operation may be erased meanwhile, and lists come in the
  /// order of the insertion points.
  mlir::FailureOr<Stacked> stack(mlir::ArrayRef<mlir::Value> list, mlir::Location place);
  /// Whether what the last `stack` returned depends on a recurrence.
  bool sawRecurrence() const { return recurrenceSeen; }

  /// Returns `stacked` as a tensor (T, d0, ..., dn), with a copying linalg.generic where the layout differs.
  /// `like` is one of the list's values.
  mlir::Value materialize(const Stacked &stacked, mlir::Value like);

  /// A recurrence that was found and replaced by an ssm.scan.
  struct Recurrence {
    mlir::Value lastState;  ///< the state after the last step, in the unrolled graph; null where it has none
    mlir::Value finalState; ///< the same, as computed by the ssm.scan
  };
  mlir::ArrayRef<Recurrence> getRecurrences() const { return recurrences; }

  /// The operations of the unrolled graph that the stacked value replaces: dead once their root is replaced.
  mlir::ArrayRef<mlir::Operation *> getVisited() const { return visited.getArrayRef(); }

  /// Why the last `stack` failed.
  mlir::StringRef getReason() const { return reason; }

private:
  /// A list whose definition is being followed; `position` maps its values to (list, step).
  struct Pending {
    llvm::SmallVector<mlir::Value> values;
    bool recurrent = false;
    bool reverse = false;
    mlir::Value init; ///< null: 0
    std::optional<int64_t> first; ///< a step that is not as the others: the state that the recurrence starts from
    bool isFirstExact = false;    ///< the others' input, at that step, is just that state
    bool open = false;            ///< depends on a state that is followed still, and has `step` for that
    LinearInPrevious step;
  };
  /// What is known of a list that does not depend on a state.
  struct Known {
    llvm::SmallVector<mlir::Value> values;
    LinearInPrevious result;
    bool recurrent;
  };
  using Result = mlir::FailureOr<LinearInPrevious>;

  Result visit(mlir::ArrayRef<mlir::Value> list);
  Result visitSlices(mlir::ArrayRef<mlir::Value> list);
  Result visitWindows(mlir::ArrayRef<mlir::Value> list);
  Result follow(mlir::ArrayRef<mlir::Value> list, std::optional<int64_t> first, bool isState = false);
  Result visitOps(mlir::ArrayRef<mlir::Value> list, int id);
  bool startsFrom(mlir::ArrayRef<mlir::Value> list, int64_t first);
  void visitFirst(int id, mlir::Operation *op, llvm::MutableArrayRef<LinearInPrevious> operands,
                  mlir::ArrayRef<llvm::SmallVector<mlir::Value>> lists);
  Stacked putFirst(Stacked rest, int64_t first, mlir::Value value);
  Result visitStatesBefore(mlir::ArrayRef<mlir::Value> list, bool reverse);
  static llvm::SmallVector<mlir::Value> shift(mlir::ArrayRef<mlir::Value> list, bool reverse);
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> getAfter(mlir::ArrayRef<mlir::Value> before, bool reverse);
  bool dependsOnFollowed(mlir::ArrayRef<mlir::Value> list, bool reverse);
  std::optional<int> openCoupled(mlir::ArrayRef<mlir::Value> list, bool reverse);
  LinearInPrevious carryOf(int id, mlir::Value like);
  void forget(int id);
  const Known *findKnown(mlir::ArrayRef<mlir::Value> list);
  static mlir::Value getSample(mlir::ArrayRef<mlir::Value> list);
  Result replay(mlir::Operation *op, mlir::Value like, mlir::ArrayRef<LinearInPrevious> operands,
                mlir::ArrayRef<llvm::SmallVector<mlir::Value>> lists);
  Result replayGeneric(mlir::Operation *op, mlir::ArrayRef<LinearInPrevious> operands);
  Result replayNamed(mlir::Operation *op, mlir::ArrayRef<LinearInPrevious> operands);
  mlir::FailureOr<Stacked> replayView(mlir::Operation *op, const Stacked &operand, mlir::Value likeOperand,
                                      mlir::Value like);
  Result replayLinearView(mlir::Operation *op, const LinearInPrevious &operand, mlir::Value likeOperand,
                          mlir::Value like);
  Result replayLinear(mlir::Operation *op, mlir::ArrayRef<LinearInPrevious> operands);
  std::optional<int> findRecurrence(mlir::ArrayRef<mlir::Value> list);
  Result close(int id, LinearInPrevious step);
  Result closeCoupled(int id);
  void buildComplex(int re, int im, const Stacked &decay, const Stacked &rotation, LinearInPrevious &real,
                    LinearInPrevious &imaginary);
  mlir::LogicalResult checkPlaces(int id);
  Stacked asOperand(const std::optional<Stacked> &part, double absent, mlir::Value like);
  Stacked getInput(int id);
  mlir::Value getInit(int id);
  bool isSame(const Stacked &a, const Stacked &b, mlir::Value like, double sign);
  Stacked combine(mlir::StringRef kind, const Stacked &lhs, const Stacked &rhs, mlir::Value like);
  Stacked castTo(const Stacked &value, mlir::Type elementType, mlir::Value like);
  mlir::Value emptyLike(mlir::Value like, mlir::Type elementType);
  Stacked getScalar(mlir::Value scalar, int64_t rank);
  Stacked getNumber(mlir::Type type, double value, int64_t rank);
  Stacked replayInner(mlir::Operation &inner, mlir::ArrayRef<Stacked> operands, mlir::Value like);
  std::optional<LinearInPrevious> combineLinear(mlir::Operation &inner, mlir::ArrayRef<LinearInPrevious> args,
                                                mlir::Value like);
  mlir::LogicalResult fail(const llvm::Twine &why);

  mlir::RewriterBase &rewriter;
  mlir::Location loc;
  int64_t steps;
  int maxDepth;
  std::string reason;
  std::deque<Pending> pending;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<std::pair<int, int>, 1>> position;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Known, 1>> memo; ///< by the list's sample
  bool recurrenceSeen = false;
  llvm::SmallVector<Recurrence> recurrences;
  llvm::SetVector<mlir::Operation *> visited;
  int depth = 0;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_TIMESTACKER_H
