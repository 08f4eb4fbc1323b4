//===- RaiseRecurrences.cpp - Candidates for ssm.ssd and ssm.selective_scan, one after the other ----------------===//

#include "lib/Raise/RaiseRecurrences.h"

#include "dialects/SSM/IR/SSM.h"
#include "lib/Raise/ElementTrace.h"
#include "lib/Raise/FinalState.h"
#include "lib/Raise/RaiseUtils.h"
#include "lib/Raise/RecurrenceMatcher.h"
#include "lib/Raise/ScanBuilder.h"

using namespace mlir;
using namespace mambac;
using namespace mambac::raise;

namespace {

/// One candidate value.
struct Candidate {
  Value root;
  const ScanDependence &dependence;
  bool onlySSD;
  bool masks; ///< it depends on masks, not on scans
  const TraceScope *scope; ///< if not null, only whole recurrences are raised where the length is known

  bool isWhole(unsigned timeDim, Value finalState) const {
    return !scope || cast<RankedTensorType>(root.getType()).isDynamicDim(timeDim) ||
           scope->isWhole(root, finalState ? ArrayRef<Value>(finalState) : ArrayRef<Value>());
  }

  std::string reason = {};
  bool plausible = false;
  /// Whether a final state may be waited for until axes are looked at in their parts; whether that is wanted, and was.
  bool mayWait = true, waits = false, hasWaited = false;
  Value raised;
  std::optional<std::pair<Value, Value>> finalState; ///< what it was, and what it is
  StringRef opName = "ssm.ssd";

  LogicalResult attempt(RootStudy &study, RecurrenceMatcher::Options options, bool &lacksStep, bool &otherWay);
  LogicalResult attemptPlain(RootStudy &study, RecurrenceMatcher::Options options);
  LogicalResult raise();
};

} // namespace

/// x where `value` is log(x), elementwise and in the same layout.
static Value getLogInput(Value value) {
  auto op = value.getDefiningOp<linalg::GenericOp>();
  if (!op || op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0 ||
      op.getIndexingMapsArray()[0] != op.getIndexingMapsArray()[1] || !op.getIndexingMapsArray()[0].isPermutation())
    return {};
  auto log = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<math::LogOp>();
  return log && log.getOperand() == op.getBody()->getArgument(0) ? op.getInputs()[0] : Value();
}

/// The states themselves: ssm.scan over the root's own dimensions.
LogicalResult Candidate::attemptPlain(RootStudy &study, RecurrenceMatcher::Options options) {
  options.withStep = false;
  options.plain = true;
  RecurrenceMatcher matcher(study, options);
  // An ssm.scan is there already.
  if (failed(matcher.match()) || study.evaluator.sawRecurrence())
    return failure();
  if (!isWhole(matcher.timeDim, Value()))
    return failure();
  auto type = cast<RankedTensorType>(root.getType());
  SmallVector<Axis> axes;
  SmallVector<unsigned> all, ofState;
  SmallVector<SmallVector<unsigned, 2>> dimAxes;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    axes.push_back({dim == matcher.timeDim ? matcher.time : study.index[dim], study.space.getSize(root, dim)});
    all.push_back(dim);
    dimAxes.emplace_back();
    if (type.getDimSize(dim) != 1)
      dimAxes.back().push_back(dim);
    if (dim != matcher.timeDim)
      ofState.push_back(dim);
  }
  OpBuilder b(root.getContext());
  b.setInsertionPointAfter(root.getDefiningOp());
  Location loc = getScanLocation(root);
  OperandBuilder operands(b, loc, study.space, axes);
  Group decay = matcher.A;
  bool isLogarithm = llvm::any_of(decay.atoms, [](const Atom &a) { return a.kind == Atom::Kind::Log; });
  if (isLogarithm && (decay.atoms.size() != 1 || decay.coefficient != 1))
    return failure();
  if (!isLogarithm && decay.atoms.size() == 1 && decay.coefficient == 1)
    if (Value input = getLogInput(decay.atoms[0].value)) {
      decay.atoms[0].value = input;
      isLogarithm = true;
    }
  for (Atom &atom : decay.atoms)
    atom.kind = Atom::Kind::Leaf;
  computeFactors(b, loc, matcher.x);
  FailureOr<Operand> a = operands.build(decay, {}, all), input = operands.build(matcher.x, {}, all);
  if (failed(a) || failed(input))
    return failure();
  if (!isLogarithm)
    a->value = createExponential(b, loc, a->value);
  SmallVector<AffineMap> maps{a->map, input->map};
  Value init;
  if (!matcher.initialState.empty()) {
    FailureOr<Operand> start = operands.build(matcher.initialState, ofState);
    if (failed(start))
      return failure();
    init = start->value;
    maps.push_back(start->map);
  }
  FailureOr<Destination> destination = makeDestination(b, loc, operands, axes, dimAxes, all, type);
  if (failed(destination))
    return failure();
  maps.push_back(destination->map);
  auto scan = ssm::ScanOp::create(b, loc, a->value, input->value, init, destination->value, maps, matcher.timeDim,
                                  matcher.reverse);
  raised = destination->restore(b, loc, scan.getResult(0));
  opName = "ssm.scan";
  return success();
}

LogicalResult Candidate::attempt(RootStudy &study, RecurrenceMatcher::Options options, bool &lacksStep,
                                 bool &otherWay) {
  waits = false;
  RecurrenceMatcher matcher(study, options);
  if (failed(matcher.match())) {
    lacksStep = matcher.lacksStep();
    otherWay = matcher.runsOtherWay();
    reason = matcher.getReason().str();
    plausible |= matcher.isPlausible();
    opName = !onlySSD && matcher.hasStatefulDecay() ? "ssm.selective_scan" : "ssm.ssd";
    return failure();
  }
  plausible = true;
  if (onlySSD && !matcher.isSSD()) {
    reason = "the decay has its own value for each state";
    return failure();
  }
  ScanBuilder builder(matcher, study, matcher.isSSD());
  if (failed(builder.findAxes(reason)))
    return failure();
  SmallVector<Value> byproducts(getByproducts(root, dependence));
  Value last = builder.findFinalState(byproducts,
                                      [&](Value value, ArrayRef<Lin> position, const Lin &length) {
                                        return matcher.isFinalState(value, position, length);
                                      });
  if (last)
    matcher.scaleStates();
  // What could not be compared may be the final state, once an axis is looked at in its parts.
  waits = mayWait && study.space.wantedSplit && !last && !byproducts.empty();
  hasWaited |= waits;
  if (waits)
    return failure();
  if (!isWhole(matcher.timeDim, last)) {
    reason = "it is a part of a larger recurrence";
    return failure();
  }
  FailureOr<ScanBuilder::Result> value = builder.build(reason);
  if (failed(value))
    return failure();
  raised = value->y;
  if (last)
    finalState = {last, value->finalState};
  opName = matcher.isSSD() ? "ssm.ssd" : "ssm.selective_scan";
  return success();
}

LogicalResult Candidate::raise() {
  return studyRoot(
      root, dependence,
      [&](RootStudy &study) -> LogicalResult {
        if (masks)
          study.evaluator.followNumbers();
        // The first direction's reason is what people want to read about.
        std::string first;
        for (auto [reverse, negated] : {std::pair{false, false}, {false, true}, {true, false}, {true, true}}) {
          bool lacksStep = false, otherWay = false;
          if (succeeded(attempt(study, {/*withStep=*/true, reverse, negated}, lacksStep, otherWay)) ||
              (lacksStep && succeeded(attempt(study, {/*withStep=*/false, reverse, negated}, lacksStep, otherWay))))
            return success();
          if (waits)
            return failure();
          if (!reverse && !negated)
            first = reason;
          if (!otherWay)
            break;
        }
        for (auto [reverse, negated] : {std::pair{false, false}, {false, true}, {true, false}, {true, true}})
          if (plausible && !onlySSD && succeeded(attemptPlain(study, {/*withStep=*/false, reverse, negated})))
            return success();
        reason = first;
        return failure();
      },
      /*followRecurrences=*/true);
}

/// Tries all values that depend on what `dependence` says. `declined`: what remarks have told about.
static void raiseAll(func::FuncOp func, const ScanDependence &dependence, RecurrenceOptions options, bool masks,
                     RecurrenceCounts &counts, SmallPtrSetImpl<Operation *> &declined) {
  std::optional<TraceScope> scope;
  if (options.onlyWhole)
    scope.emplace(func);
  // One of several pieces that are cut out of a candidate: the whole is one op.
  auto isPiece = [&](Value value) {
    auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
    return slice && !slice.getSource().hasOneUse() && dependence.get(slice.getSource()).linear;
  };
  RootQueue queue(func, [&](Value value) {
    ScanDependence::State state = dependence.get(value);
    return state.linear && (!masks || state.masked) && !isPiece(value) && isa<RankedTensorType>(value.getType()) &&
           cast<RankedTensorType>(value.getType()).getElementType().isFloat() &&
           !isa<tensor::PadOp, tensor::ConcatOp, tensor::CastOp, ssm::CumsumOp, ssm::SegsumOp, ssm::ScanOp>(
               value.getDefiningOp());
  });
  SmallVector<Operation *> noted;
  while (Value root = queue.next()) {
    Candidate candidate{root, dependence, options.onlySSD, masks, scope ? &*scope : nullptr};
    LogicalResult raised = candidate.raise();
    if (failed(raised) && candidate.hasWaited) {
      candidate.mayWait = false;
      raised = candidate.raise();
    }
    if (succeeded(raised)) {
      ++counts.found;
      remarkFound(getScanLocation(root), candidate.opName);
      if (candidate.finalState) {
        moveUsersBehind(candidate.finalState->first, candidate.finalState->second.getDefiningOp());
        queue.replace(candidate.finalState->first, candidate.finalState->second);
      }
      queue.replace(root, candidate.raised);
    } else if (candidate.plausible && !declined.contains(root.getDefiningOp())) {
      queue.noteDeclined(root, candidate.reason, candidate.opName);
      noted.push_back(root.getDefiningOp());
    }
  }
  for (Operation *op : noted)
    if (op->getBlock()) // not erased
      declined.insert(op);
  counts.declined += queue.reportDeclined("ssm.ssd");
}

RecurrenceCounts mambac::raise::raiseRecurrences(func::FuncOp func, RecurrenceOptions options) {
  RecurrenceCounts counts;
  SmallPtrSet<Operation *, 16> declined;
  raiseAll(func, ScanDependence(func), options, /*masks=*/false, counts, declined);
  // Then what has no cumulative sum and no scan to start from.
  if (ScanDependence masks = ScanDependence::ofMasks(func); masks.hasMasks())
    raiseAll(func, masks, options, /*masks=*/true, counts, declined);
  return counts;
}
