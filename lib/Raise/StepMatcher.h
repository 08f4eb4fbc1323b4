//===- StepMatcher.h - Compares a sum of products with one step of a state space recurrence ----------*- C++ -*-===//
//
// What a model computes that has its state as an input and is given one token:
//
//     y = sum over n of  C * (exp(dt * A) * old state  +  dt * B * x)  +  D * x      all of it times a gate
//
// There is no axis of time, and no cumulative sum: the exponential is the decay of the one step. RecurrenceMatcher is
// about more steps than one.
//
//===----------------------------------------------------------------------------------------------------------===//
#ifndef MAMBAC_LIB_RAISE_STEPMATCHER_H
#define MAMBAC_LIB_RAISE_STEPMATCHER_H

#include "lib/Raise/ScanBuilder.h"
#include "lib/Raise/TermRoles.h"
#include <string>

namespace mambac::raise {

/// Finds the roles in the study of one candidate.
class StepMatcher : public ScanRoles {
public:
  explicit StepMatcher(RootStudy &study) : study(study), space(study.space), evaluator(study.evaluator) {}

  mlir::LogicalResult match();
  /// After match(): whether one decay is shared by the states and channels of a head.
  bool isSSD() const { return ssd; }
  /// After match(): whether `value` at `position`, written in the variables of the study, is the new state, or a multiple
  /// of it.
  bool isNewState(mlir::Value value, llvm::ArrayRef<Lin> position);
  /// Makes the state the one of the last isNewState() that was true: what the readout multiplies it with is C's.
  void scaleStates();
  llvm::StringRef getReason() const { return reason; }
  /// True if there is a state that decays and is added to, so that a failure is worth a remark.
  bool isPlausible() const { return plausible; }

private:
  using Leaves = llvm::SmallVector<Atom, 4>;
  mlir::LogicalResult fail(const llvm::Twine &why) {
    reason = why.str();
    return mlir::failure();
  }
  mlir::LogicalResult match(const Poly &poly);
  bool isNewState(const Poly &poly);
  llvm::SmallVector<Poly, 2> selectZero(const Poly &poly);
  bool isDead(const Atom &leaf, unsigned depth);
  std::optional<Poly> reviveTerm(const Poly &poly);
  Poly openFirstSums(Poly poly);
  Poly openCancelling(Poly poly);
  bool isReadState(const Term &term);
  bool openScores(Term &term);
  void dropOnes(Term &term);
  mlir::LogicalResult sortTerms(const Poly &poly, Term &carried, Term &added, std::optional<Term> &skip);
  void findStep(Leaves &source);
  mlir::LogicalResult separate(Leaves &leaves);
  mlir::LogicalResult matchSkip(const Term &skip);
  mlir::FailureOr<Term> takeExponent(const Term &term, Poly &exponent);
  bool usesState(const Atom &leaf) const { return !state.isConstant() && usesVar(leaf, state.terms[0].first); }

  RootStudy &study;
  IndexSpace &space;
  ElementEvaluator &evaluator;
  std::string reason;
  bool plausible = false, ssd = false, withGate = true;
  Poly exponent;   ///< of the decay
  double stateScale = 1; ///< of the new state that was found
  Group zeroState; ///< the old state, if it is known to be 0
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_STEPMATCHER_H
