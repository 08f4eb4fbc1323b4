//===- RecurrenceMatcher.h - Compares a sum of products with a state space recurrence ----------------*- C++ -*-===//
//
// The definition that ssm.ssd and ssm.selective_scan share, written as one sum over the source times s of a result at
// time t (both ops' axes, n the state, P the prefix sums of the decay's logarithm dt * A):
//
//     y[t] = sum over s <= t, n of  C[t] * B[s] * dt[s] * x[s] * exp(P(t+1) - P(s+1))
//          + sum over n of  C[t] * initial state * exp(P(t+1))  +  D * x[t]           all of it times a gate at t
//
// or, running backwards, s >= t and exp(P(s) - P(t)). A decay that is the same at all times may be written as
// exp(A * (t - s)), and one of 1 not at all. The matcher finds the roles of the factors in the element of one
// candidate, whatever pieces the sources come in, and in whatever cases of t.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_RECURRENCEMATCHER_H
#define MAMBAC_LIB_RAISE_RECURRENCEMATCHER_H

#include "lib/Raise/ScanBuilder.h"
#include "lib/Raise/TermRoles.h"
#include <string>

namespace mambac::raise {

/// Finds the roles in the study of one candidate. All leaves of the groups are written with the placeholder `time`
/// where they are read at a time, and `state` where they are read at a state.
class RecurrenceMatcher : public ScanRoles {
public:
  /// With a step, decay and input have to share a factor dt; without one, they were discretized before.
  struct Options {
    bool withStep = true;
    bool reverse = false;
    bool negated = false; ///< prefix sums of -A: exp(P(s+1) - P(t+1))
    bool plain = false;   ///< without readout: ssm.scan
  };
  RecurrenceMatcher(RootStudy &study, Options options)
      : study(study), space(study.space), evaluator(study.evaluator), options(options) {}

  mlir::LogicalResult match();
  /// After match(): whether one decay is shared by the states and channels of a head.
  bool isSSD() const { return ssd; }
  /// After match(): whether `value` at `position`, written in the variables of the study, is the state after the last
  /// of `length` steps, or a multiple of it.
  bool isFinalState(mlir::Value value, llvm::ArrayRef<Lin> position, const Lin &length);
  /// Makes the states those of the last isFinalState() that was true: what the readout multiplies them with is C's.
  void scaleStates();
  /// True if match() failed for want of a step that decay and input share.
  bool lacksStep() const { return stepMissing; }
  /// True if match() failed because decays do not end at one time, or grow: as those do that run the other way.
  bool runsOtherWay() const { return otherWay; }
  /// True if the decay has a value of its own for each state, as far as match() came.
  bool hasStatefulDecay() const { return stateful; }
  llvm::StringRef getReason() const { return reason; }
  /// True if the candidate has a causal decay at all, so that a failure is worth a remark.
  bool isPlausible() const { return plausible; }

private:
  struct Work {
    Term term;                 ///< without the exponentials
    std::optional<Lin> begin, end; ///< of the difference of prefix sums
    std::optional<Lin> source; ///< the time it starts from; none: from before the first step
    Lin steps;                 ///< from source to target, where decays are counted
  };
  /// How decays are written: as differences of prefix sums, as a number of steps, or not at all.
  enum class Form { Sums, Steps, None };
  struct Interval {
    Lin low, high;
  };

  mlir::LogicalResult fail(const llvm::Twine &why) {
    reason = why.str();
    return mlir::failure();
  }
  /// There is no step that decay and input share: whether there is a recurrence without one is seen when it is tried.
  mlir::LogicalResult lacksStepHere() {
    assert(options.withStep);
    stepMissing = true;
    return mlir::failure();
  }
  /// A part of the positions: conditions on them, and those variables that can only be one number there.
  struct Case {
    Constraints given;
    llvm::SmallVector<std::pair<int, Lin>, 2> fixed;
    Lin apply(Lin e) const;
  };
  std::vector<Case> splitCases(const Poly &poly);
  void findFixed(Case &part);
  Poly restrict(const Poly &poly, const Case &part);
  mlir::LogicalResult derive(const Poly &poly, const Case &part);
  bool check(const Poly &poly, llvm::ArrayRef<Lin> given, const Lin &at, bool isFinal);
  bool checkSource(Work &work, llvm::ArrayRef<Lin> given, const Lin &at, bool isFinal);
  mlir::LogicalResult splitExponent(const Term &term, llvm::ArrayRef<Lin> given, Work &work);
  mlir::LogicalResult splitSums(const Poly &exponent, llvm::ArrayRef<Lin> given, Work &work);
  mlir::LogicalResult splitSteps(const Poly &exponent, Work &work);
  void findForm(Poly &poly);
  void joinLastSummand(Poly &poly);
  void openSums(Term &term, int source);
  bool isShort();
  bool isUnreadClamp(const Atom &leaf);
  bool isUnreadPower(const Atom &leaf);
  Atom openScale(Atom leaf, double &coefficient);
  bool isDistance(const Lin &e);
  bool isSourceVar(const Term &term, int var);
  bool findCountedTarget(llvm::ArrayRef<Work> works, const Case &part);
  void placeSource(Work &work, const Lin &position);
  std::optional<Lin> findSource(const Term &term, const Lin &position);
  mlir::LogicalResult findTarget(llvm::MutableArrayRef<Work> works, const Case &part);
  void setSource(Work &work);
  llvm::SmallVector<int> movingVars(const Lin &e);
  mlir::LogicalResult nameState(Term &term, llvm::ArrayRef<int> vars);
  mlir::LogicalResult matchBase();
  mlir::LogicalResult matchSource(Work &work, llvm::ArrayRef<Lin> given);
  mlir::LogicalResult separate(llvm::SmallVectorImpl<Atom> &leaves, double &coefficient, llvm::ArrayRef<Lin> given);
  bool isUnmasked(const Term &masked, const Lin &end, llvm::ArrayRef<Lin> given);
  static Term intoSum(Term term);
  Term openSummand(Term term, bool products = true);
  void openSummands(Poly &exponent);
  double compareSum(const Atom &sum, llvm::ArrayRef<Lin> given);
  void openScales(llvm::SmallVectorImpl<Atom> &leaves, double &coefficient, llvm::ArrayRef<Lin> given);
  void openContraction(Term &term, llvm::ArrayRef<Lin> given);
  void openReadout(Group &readout, Group &outside, double &coefficient, llvm::ArrayRef<int> channels,
                   llvm::ArrayRef<Lin> given);
  mlir::LogicalResult matchDirect(Work &work, llvm::ArrayRef<Lin> given);
  mlir::LogicalResult openMixedLeaves(llvm::SmallVectorImpl<Work> &works, llvm::ArrayRef<Lin> given,
                                      const Lin &target);
  mlir::LogicalResult addInterval(const Work &work, llvm::ArrayRef<Lin> given);
  mlir::LogicalResult checkCover(const Lin &at, llvm::ArrayRef<Lin> given, std::optional<Lin> length = std::nullopt);
  bool isMaskedBetween(const Work &work, const Lin &at, llvm::ArrayRef<Lin> given);
  llvm::SmallVector<Atom, 4> at(llvm::ArrayRef<Atom> leaves, const Lin &position);
  mlir::LogicalResult agree(Group &group, bool &seen, const Group &found, llvm::StringRef what);
  void decideKind();

  RootStudy &study;
  IndexSpace &space;
  ElementEvaluator &evaluator;
  const Options options;
  std::string reason;
  bool plausible = false, stepMissing = false, otherWay = false, ssd = false, stateful = false;
  std::shared_ptr<const Term> summand; ///< of the prefix sums,
  double rate = 0;                     ///< times this
  std::optional<double> finalScale;    ///< of the state that is compared with the one that the roles make
  Form form = Form::Sums;
  bool hasRunningSums = false; ///< outside of decays
  Lin target;      ///< the time that decays lead to,
  Lin wholeTarget; ///< and in all cases
  bool hasTarget = false, sawSource = false, sawGate = false, sawC = false, sawTerm = false;
  llvm::SmallVector<Interval> intervals;
  Lin tau;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_RECURRENCEMATCHER_H
