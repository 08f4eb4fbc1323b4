//===- ElementTrace.h - Elements of tensors at given positions, as expressions of scalars ------------*- C++ -*-===//
//
// Where time has a length that is known, its positions can be gone through one by one: at a given time every slice,
// concatenation, pad, mask, flip, running sum and tree of partial results is decided, and what is left of the program is
// plain arithmetic. The trace writes it down as a ScalarGraph, from an element down to the tensors that the recurrence
// takes its inputs from. Other axes (batch, heads, channels) stay variables.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_ELEMENTTRACE_H
#define MAMBAC_LIB_RAISE_ELEMENTTRACE_H

#include "lib/Raise/NumberRange.h"
#include "lib/Raise/ScalarGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include <set>
#include <string>

namespace mambac::raise {

/// Whether an operation only moves elements.
bool isTensorView(mlir::Operation *op);
/// Whether a body computes sums, products, quotients, exponentials and powers of its operands, with masks of positions.
/// Squares and the like count where `constantPowers`.
bool isArithmeticBody(mlir::linalg::LinalgOp op, bool constantPowers = false);

class PositionDims;

/// Which values a trace goes through, and which it reads.
class TraceScope {
public:
  explicit TraceScope(mlir::func::FuncOp func);
  /// Computed, by sums and products, from what only a recurrence computes: exponentials, running sums, scans.
  bool isInside(mlir::Value value) const { return states.lookup(value).inside; }
  /// Computed from a part of another tensor, or from one in another shape: one step's or chunk's share, perhaps.
  bool isPiece(mlir::Value value) const { return states.lookup(value).piece; }
  /// A function of positions alone.
  bool isMadeUp(mlir::Value value) const { return states.lookup(value).madeUp; }
  /// Belongs to a decay that is a power of positions.
  bool isPower(mlir::Value value) const { return powers.contains(value); }
  /// Combines tensors with themselves, shifted, again and again.
  bool isShifted(mlir::Value value) const { return shifts.contains(value); }
  /// The first of the constants that hold the same numbers in the same shape, dimensions of size 1 aside, and the
  /// position in it.
  std::pair<mlir::Value, llvm::SmallVector<Lin>> getSameConstant(mlir::Value tensor, llvm::ArrayRef<Lin> index) const;
  /// The numbers that the function computes with.
  llvm::ArrayRef<double> getNumbers() const { return numbers; }
  bool isFollowed(mlir::Value value) const;
  /// Whether an operation computes a number times its operand: the same number in every element.
  static bool isMultiple(mlir::Operation *op);
  /// A read tensor turned out to be computed between two times: it is followed from now on.
  bool open(mlir::Value value);
  void closeOpened() { opened.clear(); }

  /// What `root` is computed from inside the scope, itself included.
  llvm::SetVector<mlir::Value> getInside(mlir::Value root) const;
  /// What a trace of `root` goes through, and what it reads; no masks, no weights.
  llvm::SetVector<mlir::Value> getFollowed(mlir::Value root) const;
  /// Values inside that something outside uses, and that `root` is neither computed from nor part of, last first.
  llvm::SmallVector<mlir::Value> getLeftBehind(mlir::Value root) const;
  /// True if `root` ends a recurrence: it is not put together with other pieces, nothing is added to it and no gate
  /// multiplied in, and nothing but it and `others` is left behind by what it is computed from.
  bool isWhole(mlir::Value root, llvm::ArrayRef<mlir::Value> others) const;

private:
  struct State {
    bool inside = false, piece = false;
    bool sum = false;    ///< of other values, but no linear layer
    bool madeUp = false; ///< depends on no input and no weight
    bool summed = false; ///< depends on several steps
  };
  State visit(mlir::Operation &op, PositionDims &positions) const;
  bool decays(mlir::Operation &op, PositionDims &positions) const;
  llvm::DenseMap<mlir::Value, State> states;
  llvm::DenseSet<mlir::Value> opened;
  llvm::DenseMap<mlir::Attribute, mlir::Value> constants; ///< by their numbers, without dimensions of size 1
  llvm::SmallVector<double> numbers;
  llvm::DenseSet<mlir::Value> powers;                     ///< see findPowersOfPositions
  llvm::DenseSet<mlir::Value> shifts;                     ///< see findRepeatedShifts
};

/// The variables that sums run over: the same ones for sums of the same size, so that equal sums are equal expressions.
class SumVars {
public:
  explicit SumVars(IndexSpace &space) : space(space) {}
  /// A variable for positions below `size` that is none of `used`.
  int get(const Lin &size, llvm::ArrayRef<int> used);
  /// Variables that no expression keeps.
  int getNumber(unsigned which);

private:
  IndexSpace &space;
  llvm::SmallVector<int> numbers;
  std::map<std::pair<Lin, int>, int> vars;
};

class ElementTrace {
public:
  using Id = ScalarGraph::Id;
  /// A loop of a sum, or the part of it that goes in steps of `stride`, where the loop runs over several axes in one.
  struct Loop {
    mlir::Operation *op;
    unsigned number;
    int64_t stride = 1;
    friend bool operator<(const Loop &a, const Loop &b) {
      return std::tie(a.op, a.number, a.stride) < std::tie(b.op, b.number, b.stride);
    }
  };

  ElementTrace(IndexSpace &space, const TraceScope &scope, ScalarGraph &graph, SumVars &sumVars)
      : space(space), scope(scope), graph(graph), sumVars(sumVars) {}

  /// Sums of a known length are written out term by term, all of them or those over some loops.
  void unrollAllSums() { unrollAll = true; }
  void unrollSum(Loop loop) { unrolled.insert(loop); }
  /// A sum is written as one over two axes, the outer one in steps of the loop's stride.
  void splitSum(Loop loop) { split.insert(loop); }
  /// At most so many elements are computed.
  void setBudget(size_t elements) { budget = elements; }

  /// The element of `tensor` at `index`. On failure one of the members below says why.
  mlir::FailureOr<Id> element(mlir::Value tensor, llvm::ArrayRef<Lin> index);

  /// The variable of a position whose value would have to be known, or the sum that would have to be written out, or to be
  /// split.
  std::optional<int> undecidedVar;
  std::optional<Loop> undecidedLoop, wantedSplit;
  bool exhausted = false; ///< the budget is used up

private:
  using Env = llvm::SmallVector<Lin>;

  /// The position in the first operand of a cast, reshape or slice whose result is read at `index`.
  mlir::FailureOr<llvm::SmallVector<Lin>> throughView(mlir::Operation *op, llvm::ArrayRef<Lin> index);
  bool isReadAnywhere(mlir::Value tensor, llvm::ArrayRef<Lin> index) const;
  mlir::FailureOr<Id> compute(mlir::Value tensor, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> ofLinalg(mlir::linalg::LinalgOp op, mlir::OpResult result, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> ofEinsum(mlir::Operation *op, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> ofCumsum(mlir::Operation *op, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> ofSegsum(mlir::Operation *op, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> interpolate(llvm::ArrayRef<Id> elements, int number);
  mlir::FailureOr<Id> ofPieces(mlir::Operation *op, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> ofScan(mlir::Operation *op, mlir::OpResult result, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Id> sumLoops(mlir::Operation *op, Env &env, llvm::ArrayRef<std::pair<unsigned, Lin>> loops,
                               llvm::ArrayRef<Lin> index, llvm::function_ref<mlir::FailureOr<Id>(const Env &)> summand);
  mlir::FailureOr<Id> sumParts(mlir::Operation *op, Env &env, llvm::ArrayRef<std::pair<unsigned, Lin>> loops,
                               llvm::ArrayRef<std::pair<int64_t, Lin>> parts, llvm::ArrayRef<Lin> index,
                               llvm::function_ref<mlir::FailureOr<Id>(const Env &)> summand);
  mlir::FailureOr<Id> scalar(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env);
  /// base ^ exponent, where the exponent is a number or the base one.
  mlir::FailureOr<Id> power(Id base, Id exponent);
  NumberRange rangeOf(Id id, unsigned depth = 0);
  /// What a comparison is known to give for all values.
  std::optional<bool> compare(mlir::arith::CmpFPredicate predicate, Id a, Id b);
  mlir::FailureOr<Id> asUnit(mlir::linalg::LinalgOp op, Id value, const Env &env);
  mlir::FailureOr<Lin> integer(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env);
  mlir::FailureOr<llvm::SmallVector<Lin>> integers(mlir::linalg::LinalgOp op, mlir::ValueRange values, const Env &env);
  mlir::FailureOr<Lin> integerElement(mlir::Value tensor, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<llvm::SmallVector<Lin>> apply(mlir::AffineMap map, llvm::ArrayRef<Lin> env);
  mlir::FailureOr<Lin> applyExpr(mlir::AffineExpr expr, llvm::ArrayRef<Lin> env);
  mlir::FailureOr<std::pair<Lin, Lin>> divide(const Lin &e, int64_t by);
  /// Whether e >= 0; failure, with the reason, if that is not the same for all positions.
  mlir::FailureOr<bool> isNotNegative(const Lin &e);
  mlir::FailureOr<bool> isInRange(const Lin &e, const Lin &size);
  mlir::FailureOr<int64_t> known(const Lin &e);
  mlir::LogicalResult wantKnown(const Lin &e);

  IndexSpace &space;
  const TraceScope &scope;
  ScalarGraph &graph;
  SumVars &sumVars;
  bool unrollAll = false;
  size_t budget = 1 << 20;
  std::set<Loop> unrolled, split;
  llvm::SmallVector<std::pair<int, Loop>> entered; ///< the variables of the sums that are being written down
  llvm::DenseMap<std::pair<uint64_t, uint64_t>, Id> memo;
  NumberRanges ranges;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_ELEMENTTRACE_H
