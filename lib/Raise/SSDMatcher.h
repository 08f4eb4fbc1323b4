//===- SSDMatcher.h - Compares a sum of products with the definition of ssm.ssd ----------------------*- C++ -*-===//
#ifndef MAMBAC_LIB_RAISE_SSDMATCHER_H
#define MAMBAC_LIB_RAISE_SSDMATCHER_H

#include "lib/Raise/ScanBuilder.h"
#include "lib/Raise/TermRoles.h"
#include <string>

namespace mambac::raise {

/// Finds the roles of ssm.ssd in the study of one candidate. All leaves of the groups are written with the
/// placeholder `time` where they are read at a time, and `state` where they are read at a state.
class SSDMatcher : public ScanRoles {
public:
  /// With a step, decay and input have to share a factor dt; without one, they were discretized before.
  SSDMatcher(RootStudy &study, bool withStep)
      : study(study), space(study.space), evaluator(study.evaluator), withStep(withStep) {}

  mlir::LogicalResult match();
  /// After match(): whether `value` at `position`, written in the variables of the study, is the state after the last
  /// of `length` steps.
  bool isFinalState(mlir::Value value, llvm::ArrayRef<Lin> position, const Lin &length);
  /// True if match() failed for want of a step that decay and input share.
  bool lacksStep() const { return stepMissing; }
  llvm::StringRef getReason() const { return reason; }
  /// True if the candidate has a causal decay at all, so that a failure is worth a remark.
  bool isPlausible() const { return plausible; }

private:
  struct Work {
    Term term;                 ///< without the exponentials
    bool hasTarget = false;    ///< has a decay up to the target time
    std::optional<Lin> source; ///< the time it starts from; none: from before time 0
  };
  struct Interval {
    Lin low, high;
  };

  mlir::LogicalResult fail(const llvm::Twine &why) {
    reason = why.str();
    return mlir::failure();
  }
  mlir::LogicalResult failWithStep(const llvm::Twine &why) {
    stepMissing = withStep;
    return fail(why);
  }
  mlir::LogicalResult splitExponent(const Term &term, Work &work, std::optional<Lin> &begin, std::optional<Lin> &end);
  mlir::LogicalResult splitExponentials(const Term &term, Work &work);
  mlir::LogicalResult matchBase();
  mlir::LogicalResult matchSource(Work &work);
  mlir::LogicalResult matchDirect(Work &work);
  mlir::LogicalResult openMixedLeaves(llvm::SmallVectorImpl<Work> &works);
  mlir::LogicalResult addInterval(const Work &work, llvm::ArrayRef<int> sourceVars);
  mlir::LogicalResult checkCover(const Lin &last);
  llvm::SmallVector<Atom, 4> at(llvm::ArrayRef<Atom> leaves, const Lin &position);
  mlir::LogicalResult agree(Group &group, bool &seen, const Group &found, llvm::StringRef what);

  RootStudy &study;
  IndexSpace &space;
  ElementEvaluator &evaluator;
  const bool withStep;
  std::string reason;
  bool plausible = false, stepMissing = false;
  int base = -1;
  Lin target;
  bool hasTarget = false, sawSource = false, sawGate = false, sawC = false, sawTerm = false;
  llvm::SmallVector<Interval> intervals;
  Lin tau;
};

} // namespace mambac::raise

#endif // MAMBAC_LIB_RAISE_SSDMATCHER_H
