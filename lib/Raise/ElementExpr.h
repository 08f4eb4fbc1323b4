//===- ElementExpr.h - A tensor's element as a sum of products ---------------------------------------*- C++ -*-===//
//
// What raising looks at instead of operation sequences: the element of a tensor at a symbolic position, written as
//
//     sum of  coefficient * [guards] * sum over bound variables of  leaf[...] * leaf[...] * exp(...) * ...
//
// Views, broadcasts, transposes, pads, concatenations, causal masks and cumulative sums dissolve into positions and
// guards, so every spelling of a computation gives the same expression. A cumulative sum becomes a difference of
// prefix sums P(hi) - P(lo), and a cumulative sum of such differences telescopes into one.
// The evaluator never changes the IR, and what it does not understand stays a leaf.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_ELEMENTEXPR_H
#define MAMBAC_LIB_RAISE_ELEMENTEXPR_H

#include "lib/Raise/IndexSpace.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseSet.h"
#include <functional>
#include <memory>

namespace mambac::raise {

struct Term;
using Poly = std::vector<Term>;

struct Atom {
  enum class Kind {
    Leaf,   ///< value[index...]
    Prefix, ///< sum of `summand`, a function of getSummandVar(), over all positions before `end`
    Exp,    ///< exp(exponent)
    Log,    ///< the logarithm of value[index...], which may be negative: only in exponents, in sums of their own
    Number, ///< index[0] itself, as a number
    Power   ///< exp(value[index...]), a factor whose exponent is no decay
  };
  Kind kind;
  mlir::Value value;
  llvm::SmallVector<Lin, 4> index;
  std::shared_ptr<const Term> summand;
  Lin end;
  std::shared_ptr<Poly> exponent;
};

struct Term {
  double coefficient = 1;
  llvm::SmallVector<Atom, 4> atoms;
  llvm::SmallVector<int, 2> bound; ///< the variables summed over
  Constraints guards;              ///< the term is 0 where one of them is negative
};

bool operator==(const Atom &a, const Atom &b);
bool operator==(const Term &a, const Term &b);
Atom substitute(const Atom &atom, int var, const Lin &by);
Term substitute(const Term &term, int var, const Lin &by);
Poly multiply(const Poly &a, const Poly &b);
/// An element with more terms than this is no op's: it is left whole. Trees of complex numbers double them at each level.
constexpr size_t kMaxElementTerms = 1024;
/// The product, unless it has too many terms.
mlir::FailureOr<Poly> multiplyBounded(const Poly &a, const Poly &b);
std::string str(const Term &term);
std::string str(const Poly &poly);

/// Whether all elements of a tensor are known to be 0.
bool isZeroTensor(mlir::Value tensor);

/// The operands, and the tensors that a body reads at positions it computes.
llvm::SmallVector<mlir::Value> getReadValues(mlir::Operation *op);

/// Says for each value whether it depends on a scan (a cumulative sum of floats, or an ssm.scan), and in sums of
/// products only, so that its producers are worth following. Scans that depend on the results of others, as those of
/// later layers do, are of a later generation: what earlier ones computed is a leaf to them.
class ScanDependence {
public:
  struct State {
    int generation = 0; ///< 0: no scan
    bool linear = false;
    bool masked = false; ///< a mask is among what it depends on
  };
  explicit ScanDependence(mlir::Operation *root) : ScanDependence(root, /*masks=*/false) {}
  ScanDependence() = default;
  /// The same for scans and for what is masked, or decays, between two positions, as linear attention has it.
  static ScanDependence ofMasks(mlir::Operation *root) { return ScanDependence(root, /*masks=*/true); }
  /// The same for exponentials in place of scans: each is the first of a generation of its own, so that the state that
  /// one step of a recurrence hands to the next is a leaf to that.
  static ScanDependence ofExponentials(mlir::Operation *root);
  State get(mlir::Value value) const { return states.lookup(value); }
  /// Worth following for a candidate of that generation.
  bool isLinear(mlir::Value value, int generation) const {
    State state = get(value);
    return (state.linear && state.generation == generation) || numbers.contains(value);
  }
  /// Whether anything is masked.
  bool hasMasks() const { return masksSeen; }
  /// Whether a value is a function of one position alone that takes exponentials or powers.
  bool isPowerOfPositions(mlir::Value value) const { return numbers.lookup(value); }

private:
  ScanDependence(mlir::Operation *root, bool masks);
  llvm::DenseMap<mlir::Value, State> states;
  llvm::DenseMap<mlir::Value, bool> numbers; ///< functions of positions alone; true: see isPowerOfPositions
  bool masksSeen = false;
};

/// Writes elements of tensors as sums of products.
class ElementEvaluator {
public:
  /// Follows values that depend on scans of the same generation as `root` does.
  ElementEvaluator(IndexSpace &space, const ScanDependence &dependence, mlir::Value root)
      : space(space), dependence(dependence), generation(dependence.get(root).generation) {}

  /// The element of `tensor` at `index`, as far as producers are worth following. `given` is known to hold.
  Poly evaluate(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);
  /// The same for a leaf whose producer is to be followed by one operation; failure if it cannot be.
  mlir::FailureOr<Poly> expand(const Atom &leaf, llvm::ArrayRef<Lin> given);

  /// Leaves pads, concatenations and masks whole: for matchers to which they are operands, not structure.
  void keepPiecesWhole() { piecesWhole = true; }
  /// Looks into pads and concatenations along the position's variable `var` alone, `depth` of them inside each other.
  void keepPiecesWholeExceptAlong(int var, unsigned depth) { pieceVar = var, pieceDepth = depth; }
  /// Looks into tensors that were partly overwritten along one dimension, too.
  void followInsertions() { insertionsOpen = true; }
  /// Follows the values that `policy` accepts, in place of those that depend on scans.
  void followWhere(std::function<bool(mlir::Value)> accepts) { policy = std::move(accepts); }
  /// Writes positions in these loops of sums as high * by + low: a summed axis in its atoms.
  void splitLoops(llvm::ArrayRef<IndexSpace::BoundSplit> splits) {
    loopSplits.assign(splits.begin(), splits.end());
    llvm::sort(loopSplits, [](auto &a, auto &b) { return a.by < b.by; });
  }

  /// The factors of exp(value[index...]): what a logarithm is taken of, for the parts of a sum that are logarithms.
  llvm::SmallVector<Atom, 2> expandPower(const Atom &leaf, llvm::ArrayRef<Lin> given);

  /// Drops what is 0 under `given` and the guards that always hold.
  Poly simplify(const Poly &poly, llvm::ArrayRef<Lin> given);

  /// The variable over which the summands of prefix sums run.
  int getSummandVar();

  /// Follows recurrences whose decay is an exponential, as the sums that they are.
  void followRecurrences() { recurrencesOpen = true; }
  /// Writes positions that are used as numbers as such.
  void followNumbers() { numbersOpen = true; }
  /// Takes tensors of zeros for values like others, so that products with them are seen: a state before the first step.
  void keepZeros() { zerosKept = true; }
  /// Whether a recurrence with an input has been followed.
  bool sawRecurrence() const { return recurrenceSeen; }

private:
  enum class Mode { Value, Exp };
  /// A condition and its negation, each a disjoint union of constraint sets.
  struct Condition {
    llvm::SmallVector<Constraints, 2> yes, no;
  };
  using Env = llvm::SmallVector<Lin>; // the iteration's position

  bool isFollowed(mlir::Value value) const {
    // The rates of decays may be functions of positions, too, but are not written as such.
    if (baseDepth > 0 || (exponentDepth > 0 && dependence.isPowerOfPositions(value)))
      return false;
    return policy ? policy(value) : dependence.isLinear(value, generation);
  }

  /// A pad or concatenation whose pieces do not lie along `pieceVar`.
  bool isWholePiece(mlir::Operation *op, llvm::ArrayRef<Lin> index) const;
  /// The position in a loop of a sum, over new bound variables: one, or one for each atom.
  Lin runOver(mlir::Operation *op, unsigned loop, const Lin &size, llvm::SmallVectorImpl<int> &bound);

  Poly leaf(mlir::Value tensor, llvm::ArrayRef<Lin> index);
  mlir::FailureOr<Poly> follow(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given, Mode mode,
                               bool force);
  Poly element(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given, Mode mode);
  mlir::FailureOr<Poly> followLinalg(mlir::linalg::LinalgOp op, mlir::OpResult result, llvm::ArrayRef<Lin> index,
                                     llvm::ArrayRef<Lin> given, Mode mode, bool force);
  mlir::FailureOr<Poly> followEinsum(mlir::Operation *op, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Poly> followCumsum(mlir::Operation *op, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given,
                                     Mode mode);
  mlir::FailureOr<Poly> scalar(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env, llvm::ArrayRef<Lin> given,
                               Mode mode);
  /// An exponential or a power, in the body of a linalg op.
  mlir::FailureOr<Poly> exponential(mlir::linalg::LinalgOp op, mlir::Operation *inner, const Env &env,
                                    llvm::ArrayRef<Lin> given);
  /// A number that depends on the position alone: disjoint sets of positions, and the number in each.
  mlir::FailureOr<std::vector<std::pair<Constraints, double>>>
  constantPieces(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Condition> condition(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env,
                                       llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Condition> conditionElement(mlir::Value tensor, llvm::ArrayRef<Lin> index,
                                              llvm::ArrayRef<Lin> given);
  /// Disjoint sets of positions, and an integer in each.
  using IntegerPieces = std::vector<std::pair<Constraints, Lin>>;
  mlir::FailureOr<IntegerPieces> integerPieces(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env,
                                               llvm::ArrayRef<Lin> given);
  /// An integer of the position as a float.
  mlir::FailureOr<Poly> number(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env, llvm::ArrayRef<Lin> given);
  /// The larger or the smaller of two values, or one without its sign, where that is decided by the position.
  mlir::FailureOr<Poly> clampedSum(mlir::Operation *inner, const Poly &sum, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Poly> extremum(mlir::Operation *inner, const Poly &lhs, const Poly &rhs, llvm::ArrayRef<Lin> given);
  /// lhs - rhs of a comparison of positions as numbers.
  mlir::FailureOr<Lin> difference(mlir::linalg::LinalgOp op, mlir::arith::CmpFOp compare, const Env &env,
                                  llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Poly> power(const Poly &base, const Poly &exponent, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Lin> integer(mlir::linalg::LinalgOp op, mlir::Value v, const Env &env, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Lin> integerElement(mlir::Value tensor, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Lin> listed(mlir::DenseIntElementsAttr list, const Lin &at, llvm::ArrayRef<Lin> given);
  /// If `tensor` is a mere view of another tensor, moves on to that one.
  bool stepThroughView(mlir::Value &tensor, llvm::SmallVectorImpl<Lin> &index, llvm::ArrayRef<Lin> given);
  /// The one tensor that equal pieces are consecutive views of, and the position in it.
  mlir::FailureOr<std::pair<mlir::Value, llvm::SmallVector<Lin>>>
  joinPieces(mlir::tensor::ConcatOp concat, llvm::ArrayRef<Lin> index, llvm::ArrayRef<Lin> given);
  /// What was inserted, in its place; elsewhere what was there before.
  mlir::FailureOr<Poly> followInsertion(mlir::tensor::InsertSliceOp insert, llvm::ArrayRef<Lin> index,
                                        llvm::ArrayRef<Lin> given, Mode mode);
  /// Placeholders for the place in a piece of `size` and for the piece's number.
  std::pair<int, int> getPieceVars(int64_t size);
  mlir::FailureOr<Env> enterIteration(mlir::linalg::LinalgOp op, mlir::OpResult result, llvm::ArrayRef<Lin> index,
                                      llvm::SmallVectorImpl<int> &bound);
  llvm::SmallVector<Lin> applyMap(mlir::AffineMap map, const Env &env, bool &ok);
  /// Sums `summand` over `var` from 0 to `last`.
  mlir::FailureOr<Poly> sumRange(const Poly &summand, int var, const Lin &last, llvm::ArrayRef<Lin> given);
  /// Puts in the value of bound variables for which the guards leave one value only.
  void fixPinned(Term &term, llvm::ArrayRef<Lin> given);
  Poly wrapExp(const Poly &exponent, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Poly> followScan(mlir::Operation *op, mlir::OpResult result, llvm::ArrayRef<Lin> index,
                                   llvm::ArrayRef<Lin> given);
  Poly cancelSum(const Poly &sum, llvm::ArrayRef<Lin> given);
  mlir::FailureOr<Poly> logarithm(const Atom &atom, llvm::ArrayRef<Lin> given, int depth, double &coefficient);
  /// The sum of `exponent`, a function of `var`, from `first` to `last`, which is one less than `first` at least.
  mlir::FailureOr<Poly> sumBetween(const Poly &exponent, int var, const Lin &first, const Lin &last,
                                   llvm::ArrayRef<Lin> given);

  IndexSpace &space;
  const ScanDependence &dependence;
  int generation;
  int summandVar = -1;
  std::map<std::pair<int64_t, int>, std::pair<int, int>> pieceVars;
  int joinDepth = 0;
  size_t work = 0; ///< elements written down so far
  bool insertionsOpen = false;
  bool piecesWhole = false, recurrencesOpen = false, recurrenceSeen = false, numbersOpen = false;
  bool zerosKept = false;
  int exponentDepth = 0, baseDepth = 0; ///< inside so many exponents, and bases of powers
  int pieceVar = -1;       ///< if not -1, only pieces along this variable are looked into,
  unsigned pieceDepth = 0; ///< so many more of them
  std::function<bool(mlir::Value)> policy;
  llvm::SmallVector<IndexSpace::BoundSplit> loopSplits;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_ELEMENTEXPR_H
